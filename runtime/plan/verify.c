#include <stdarg.h>
#include <stdio.h>

#include "runtime/plan/verify_family.h"

pel_status pel__verify_bad(pel_plan_check *c, const char *fmt, ...) {
  char text[256];
  va_list args;
  va_start(args, fmt);
  int n = vsnprintf(text, sizeof text, fmt, args);
  va_end(args);
  return pel_error_set(c->e, PEL_E_INVALID, "broken plan: %s", n < 0 ? "" : text);
}

static bool text_ok(pel_str s) {
  return (s.p || s.n == 0) && pel__utf8_valid(s.p, s.n) == s.n;
}

static pel_status check_texts(pel_plan_check *c) {
  const pel_plan_data *p = c->p;
  for (uint32_t i = 0; i < p->n_names; i++)
    PEL_WANT(c, text_ok(p->names[i]), "name %u is no text", i);
  for (uint32_t i = 0; i < p->n_ops; i++) {
    const pel_plan_op *o = &p->ops[i];
    PEL_WANT(c, text_ok(o->name) && o->name.n && text_ok(o->sig),
             "operator %u has no name", i);
    PEL_WANT(c, (unsigned)o->kind <= PEL_OP_VERB, "operator %u is of no kind", i);
  }
  for (uint32_t i = 0; i < p->n_sources; i++)
    PEL_WANT(
        c, (p->sources[i].text.p || !p->sources[i].text.n) && text_ok(p->sources[i].name),
        "source %u has no name", i);
  return PEL_OK;
}

static pel_status check_spans(pel_plan_check *c) {
  const pel_plan_data *p = c->p;
  for (uint32_t i = 0; i < p->n_spans; i++) {
    const pel_span *s = &p->spans[i];
    if (s->line == 0) continue;
    PEL_WANT(c,
             s->file < p->n_sources && s->begin <= s->end &&
                 s->end <= p->sources[s->file].text.n,
             "span %u lies outside of its source", i);
  }
  return PEL_OK;
}

static pel_status check_slots(pel_plan_check *c) {
  const pel_plan_data *p = c->p;
  for (uint32_t i = 0; i < p->n_slots; i++) {
    const pel_plan_slot *s = &p->slots[i];
    PEL_CHECK(pel__verify_types_of(c, s->types, "slot"));
    PEL_WANT(c, pel__range_in(s->names, p->n_names) && s->names.n == s->types.n,
             "slot %u has %u columns and other names", i, s->types.n);
    PEL_WANT(c, pel__opt_in(s->item, p->n_items), "slot %u is of no item", i);
  }
  return PEL_OK;
}

static pel_status check_param(pel_plan_check *c, uint32_t i) {
  const pel_plan_data *p = c->p;
  const pel_plan_param *x = &p->params[i];
  PEL_WANT(c, text_ok(x->name) && x->name.n && text_ok(x->doc), "param %u has no name",
           i);
  PEL_WANT(c, x->type < p->n_types && x->slot < p->n_slots,
           "param %u has no type or slot", i);
  PEL_WANT(c, (unsigned)x->shape <= PEL_SHAPE_TABLE, "param %u has no shape", i);
  PEL_WANT(c, pel__opt_in(x->span, p->n_spans), "param %u has no place", i);
  PEL_WANT(c, pel__opt_in(x->constant, p->n_consts), "param %u has no default", i);
  const pel_plan_slot *s = &p->slots[x->slot];
  bool single = x->shape == PEL_SHAPE_SCALAR || x->shape == PEL_SHAPE_ARRAY;
  PEL_WANT(c, !single || (s->types.n == 1 && p->reg_types[s->types.at] == x->type),
           "param %u and its slot differ", i);
  if (x->constant == PEL_NONE) return PEL_OK;
  const pel_type *t = p->consts[x->constant].type;
  uint32_t number = pel__type_number(p, t);
  if (x->shape == PEL_SHAPE_ARRAY && t->kind == PEL_LIST)
    number = pel__type_number(p, t->item);
  PEL_WANT(c, single && pel__type_fits(p, number, x->type),
           "param %u has a default of another type", i);
  return PEL_OK;
}

static pel_status check_item(pel_plan_check *c, uint32_t i) {
  const pel_plan_data *p = c->p;
  const pel_plan_item *x = &p->items[i];
  PEL_WANT(c, (unsigned)x->kind <= PEL_ITEM_TEST && (unsigned)x->shape <= PEL_SHAPE_TABLE,
           "item %u is of no kind", i);
  PEL_WANT(c, text_ok(x->name) && pel__opt_in(x->span, p->n_spans), "item %u has no name",
           i);
  PEL_WANT(c,
           pel__opt_in(x->slot, p->n_slots) && pel__opt_in(x->node, p->n_nodes) &&
               pel__opt_in(x->path, p->n_node_args) && pel__opt_in(x->left, p->n_slots) &&
               pel__opt_in(x->right, p->n_slots),
           "item %u points outside", i);
  const bool single = x->shape == PEL_SHAPE_SCALAR || x->shape == PEL_SHAPE_ARRAY;
  PEL_WANT(c, !single || x->slot == PEL_NONE || p->slots[x->slot].types.n == 1,
           "item %u has other columns", i);
  if (x->kind == PEL_ITEM_LET) return PEL_OK;
  PEL_WANT(c, (x->slot == PEL_NONE) != (x->node == PEL_NONE), "item %u has no value", i);
  if (x->kind == PEL_ITEM_OUT) return PEL_OK;
  PEL_WANT(c,
           x->slot != PEL_NONE && p->slots[x->slot].types.n == 1 &&
               p->types[p->reg_types[p->slots[x->slot].types.at]].kind == PEL_BOOL,
           "test %u is no bool", i);
  return PEL_OK;
}

static pel_status check_cparam(pel_plan_check *c, const pel_native *f, uint32_t i) {
  const pel_plan_data *p = c->p;
  const pel_cparam *x = &p->cparams[f->params.at + i];
  PEL_WANT(c,
           text_ok(x->name) && (unsigned)x->ctype <= PEL_C_ARRAY &&
               x->ctype != PEL_C_VOID && (unsigned)x->mode <= PEL_C_INOUT,
           "C parameter %u is of no type", i);
  PEL_WANT(c,
           pel__opt_in(x->type, p->n_types) && pel__opt_in(x->size_of, f->params.n) &&
               pel__opt_in(x->size, f->params.n),
           "C parameter %u points outside", i);
  bool typed =
      x->ctype == PEL_C_ARRAY || x->ctype == PEL_C_STRUCT || x->ctype == PEL_C_STRUCT_PTR;
  PEL_WANT(c, !typed || x->type != PEL_NONE, "C parameter %u has no type", i);
  bool record = x->ctype == PEL_C_STRUCT || x->ctype == PEL_C_STRUCT_PTR;
  PEL_WANT(c, !record || p->types[x->type].kind == PEL_RECORD,
           "C parameter %u is no record", i);
  if (x->size_of != PEL_NONE)
    PEL_WANT(c, p->cparams[f->params.at + x->size_of].ctype == PEL_C_ARRAY,
             "C parameter %u is the size of no array", i);
  return PEL_OK;
}

static pel_status check_native(pel_plan_check *c, uint32_t i) {
  const pel_plan_data *p = c->p;
  const pel_native *f = &p->natives[i];
  PEL_WANT(c,
           text_ok(f->library) && text_ok(f->folder) && text_ok(f->symbol) &&
               f->symbol.n && text_ok(f->message),
           "C function %u has no name", i);
  PEL_WANT(c, pel__range_in(f->params, p->n_cparams), "C function %u points outside", i);
  PEL_WANT(c,
           (unsigned)f->result <= PEL_C_ARRAY &&
               pel__opt_in(f->result_type, p->n_types) &&
               pel__opt_in(f->ok, p->n_consts) && pel__opt_in(f->span, p->n_spans),
           "C function %u points outside", i);
  for (uint32_t k = 0; k < f->params.n; k++) PEL_CHECK(check_cparam(c, f, k));
  return PEL_OK;
}

static pel_status check_face(pel_plan_check *c) {
  for (uint32_t i = 0; i < c->p->n_params; i++) PEL_CHECK(check_param(c, i));
  for (uint32_t i = 0; i < c->p->n_items; i++) PEL_CHECK(check_item(c, i));
  for (uint32_t i = 0; i < c->p->n_natives; i++) PEL_CHECK(check_native(c, i));
  return PEL_OK;
}

static pel_status check_all(pel_plan_check *c) {
  PEL_WANT(c, c->p->version == PEL_PLAN_VERSION, "version %u", c->p->version);
  PEL_CHECK(check_texts(c));
  PEL_CHECK(check_spans(c));
  PEL_CHECK(pel__verify_values(c));
  PEL_CHECK(check_slots(c));
  PEL_CHECK(check_face(c));
  PEL_CHECK(pel__verify_progs(c));
  return pel__verify_flow(c);
}

pel_status pel__plan_verify(const pel_plan_data *p, pel_error *e) {
  pel_plan_check c = {.p = p, .e = e};
  pel__arena_init(&c.scratch, p->arena.alloc);
  pel_status s = check_all(&c);
  pel__arena_deinit(&c.scratch);
  return s;
}
