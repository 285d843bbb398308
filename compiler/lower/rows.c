#include "compiler/lower/lower_family.h"

void *pel__lower_room(pel_lower_state *s, size_t n, size_t size) {
  void *p = pel__arena_array(&s->l.scratch, n, size);
  if (!p) s->l.failed = true;
  return p;
}

uint32_t pel__lower_new_slot(pel_lower_state *s, const pel_type *t, pel_str single,
                             uint32_t item) {
  uint32_t n = pel__width(t);
  uint32_t *types = pel__lower_room(s, n, sizeof *types);
  pel_str *names = pel__lower_room(s, n, sizeof *names);
  if (!types || !names) return 0;
  for (uint32_t i = 0; i < n; i++) {
    types[i] = pel__build_type(s->l.b, pel__column_type(t, i));
    names[i] = pel__column_name(t, i, single);
  }
  return pel__build_slot(s->l.b,
                         (pel_plan_slot){pel__build_reg_types(s->l.b, types, n),
                                         pel__build_names(s->l.b, names, n), item});
}

pel_str pel__lower_name(const pel_lower_state *s, const pel_ir_node *n) {
  if (n->item != PEL_NONE && n->item < s->l.m->nitems && s->l.m->items[n->item].name.n)
    return s->l.m->items[n->item].name;
  return PEL_STR("value");
}

/* An operator that lowering itself chooses. */
uint32_t pel__lower_verb(pel_lower_state *s, const char *name, pel_op_kind kind) {
  const pel_op *o = pel__ir_find_op(s->l.m, pel__str(name), kind, NULL, 0, NULL);
  return o ? pel__lower_op(&s->l, o) : pel__build_op(s->l.b, name, "", kind);
}

pel_plan_arg pel__lower_constant(pel_lower_state *s, const pel_const *c) {
  return (pel_plan_arg){PEL_ARG_CONST, pel__build_const(s->l.b, c)};
}

pel_plan_arg pel__lower_number(pel_lower_state *s, int64_t x) {
  return (pel_plan_arg){PEL_ARG_CONST, pel__build_const_i64(s->l.b, x)};
}

pel_plan_arg pel__lower_list(pel_lower_state *s, pel_kind kind, const int64_t *at,
                             uint32_t n) {
  pel_type item = {.kind = kind}, list = {.kind = PEL_LIST, .item = &item};
  pel_const *c = pel__lower_room(s, n, sizeof *c);
  if (!c) return (pel_plan_arg){PEL_ARG_CONST, 0};
  for (uint32_t i = 0; i < n; i++) c[i] = (pel_const){.type = &item, .as.i = at[i]};
  return pel__lower_constant(s, &(pel_const){.type = &list, .as.list = {c, n}});
}

pel_plan_arg pel__lower_argument(pel_lower_state *s, const pel_ir_node *n) {
  if (n->op == PEL_IR_CONST) return pel__lower_constant(s, n->value);
  if (n->op == PEL_IR_PARAM && s->l.m->params[n->index].shape == PEL_SHAPE_SCALAR)
    return (pel_plan_arg){PEL_ARG_PARAM, n->index};
  return (pel_plan_arg){PEL_ARG_SLOT, pel__lower_slot_of(s, (pel_ir_node *)(uintptr_t)n)};
}

/* A node's row, but for its columns. */
pel_plan_node pel__lower_node_row(pel_lower_state *s, const pel_ir_node *n, uint32_t op,
                                  const pel_plan_arg *args, uint32_t nargs) {
  return (pel_plan_node){.op = op,
                         .args = pel__build_node_args(s->l.b, args, nargs),
                         .item = n->item,
                         .span = pel__lower_span(&s->l, n->span)};
}

pel_range pel__lower_port(pel_lower_state *s, const uint32_t *types, uint32_t n) {
  pel_range r = pel__build_reg_types(s->l.b, types, n);
  return pel__build_ranges(s->l.b, &r, 1);
}

void pel__lower_columns(pel_lower_state *s, pel_plan_node *p, const uint32_t *types,
                        const pel_str *names, uint32_t n) {
  p->out = pel__build_reg_types(s->l.b, types, n);
  p->out_names = pel__build_names(s->l.b, names, n);
}

/* The columns of an element type, with their names. */
void pel__lower_typed_columns(pel_lower_state *s, pel_plan_node *p, const pel_type *t) {
  uint32_t n = pel__width(t);
  uint32_t *types = pel__lower_room(s, n, sizeof *types);
  pel_str *names = pel__lower_room(s, n, sizeof *names);
  if (!types || !names) return;
  for (uint32_t i = 0; i < n; i++) {
    types[i] = pel__build_type(s->l.b, pel__column_type(t, i));
    names[i] = pel__column_name(t, i, PEL_STR("value"));
  }
  pel__lower_columns(s, p, types, names, n);
}
