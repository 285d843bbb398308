#include "compiler/ir/build.h"

void pel__irb_refuse(pel_irb *b, pel_diag_code code, pel_span span, const char *what) {
  (void)pel__diag_add(b->ds, code, span, "%s", what);
}

pel_ir_node *pel__irb_place(pel_irb *b, pel_ir_node *n) {
  pel__ir_append(pel__ir_home_of_args(b->m, n), n);
  return n;
}

pel_ir_node *pel__irb_const(pel_irb *b, const pel_const *c, pel_span span) {
  pel_ir_node *n =
      pel__ir_node_new(b->m, PEL_IR_CONST, pel__ir_type(b->m, c->type), span, 0, NULL, 0);
  if (n != b->m->broken) n->value = pel__ir_const(b->m, c);
  pel__ir_append(b->m->top, n);
  return n;
}

pel_ir_node *pel__irb_field(pel_irb *b, pel_ir_node *of, uint32_t i, pel_span span) {
  pel_ir *m = b->m;
  if (of == m->broken) return of;
  if (of->op == PEL_IR_RECORD) return of->args[i];
  const pel_type *t = of->type, *r;
  if (of->array) { /* at the top: the column */
    pel_ir_node *map =
        pel__ir_node_new(m, PEL_IR_MAP, t->fields[i].type, span, 1, &of, 1);
    map->array = map != m->broken;
    pel_ir_region *region = pel__ir_region_new(m, map, 0, m->top, &t, 1, span);
    pel_ir_node *f =
        region == m->top ? m->broken : pel__irb_field(b, region->params[0], i, span);
    pel__ir_yields(m, region, &f, 1);
    pel__ir_append(m->top, map);
    return map;
  }
  r = t->kind == PEL_LIST ? pel__ir_list(m, t->item->fields[i].type)
                          : pel__ir_nullable(m, t->fields[i].type,
                                             t->nullable || t->fields[i].type->nullable);
  pel_ir_node *n = pel__ir_node_new(m, PEL_IR_FIELD, r, span, 1, &of, 0);
  n->index = i;
  return pel__irb_place(b, n);
}

/* ---- arrays as lists and back ---- */

static pel_ir_node *as_list(pel_irb *b, pel_ir_node *n) {
  if (n->other) return n->other;
  pel_ir *m = b->m;
  const pel_type *list = pel__ir_list(m, n->type);
  const pel_op *collect =
      pel__ir_find_op(m, PEL_STR("collect"), PEL_OP_AGG, &list, 1, list);
  if (!collect) {
    pel__irb_refuse(
        b, PEL_E0999, n->span,
        "this array cannot be kept as a list: no operator `collect` takes it");
    return m->broken;
  }
  pel_ir_node *r = pel__irb_total(b, n, collect, NULL, 0, list, n->span);
  if (n != m->broken) n->other = r;
  return r;
}

static pel_ir_node *as_array(pel_irb *b, pel_ir_node *n) {
  if (n->array || n == b->m->broken) return n;
  pel_ir_node *r = pel__ir_node_new(b->m, PEL_IR_UNLIST,
                                    n->type->kind == PEL_LIST ? n->type->item : n->type,
                                    n->span, 1, &n, 0);
  r->array = r != b->m->broken;
  pel__ir_append(b->m->top, r);
  return r;
}

pel_ir_node *pel__irb_row(pel_irb *b, const pel_bval *v) {
  if (v->node) return v->node->array ? as_list(b, v->node) : v->node;
  pel_ir_node *n =
      pel__ir_node_new(b->m, PEL_IR_RECORD, v->type, (pel_span){0}, v->nparts, NULL, 0);
  for (uint32_t i = 0; i < n->nargs; i++) n->args[i] = pel__irb_row(b, &v->parts[i]);
  return pel__irb_place(b, n);
}

pel_ir_node *pel__irb_row_x(pel_irb *b, const pel_x *x) {
  pel_bval v = pel__irb_x(b, x);
  return pel__irb_row(b, &v);
}

pel_ir_node *pel__irb_array_x(pel_irb *b, const pel_x *x) {
  pel_bval v = pel__irb_x(b, x);
  pel_ir_node *n = v.node ? v.node : pel__irb_row(b, &v);
  return as_array(b, n);
}

/* ---- scalars ---- */

static const pel_type *type_of(pel_irb *b, const pel_x *x) {
  bool array;
  const pel_type *t = pel__ir_from_ty(b->m, x->type, &array);
  return array ? pel__ir_list(b->m, t) : t;
}

/* A node of all arguments, as values of a row. */
static pel_bval simple(pel_irb *b, const pel_x *x, pel_irop op) {
  pel_ir_node *n = pel__ir_node_new(b->m, op, type_of(b, x), x->span, x->nargs, NULL, 0);
  for (uint32_t i = 0; i < n->nargs; i++) {
    bool tried = op == PEL_IR_TRY && i == 0;
    b->tries += tried;
    n->args[i] = pel__irb_row_x(b, x->args[i]);
    b->tries -= tried;
  }
  if (n != b->m->broken) n->fn = x->op;
  if (n != b->m->broken) n->index = x->index;
  return pel__bval(pel__irb_place(b, n));
}

static pel_bval parts(pel_irb *b, const pel_x *x) {
  pel_bval v = {.type = type_of(b, x), .nparts = x->nargs};
  v.parts = PEL_ARENA_ARRAY(b->m->arena, pel_bval, x->nargs);
  if (!v.parts) {
    b->m->oom = true;
    return pel__bval(b->m->broken);
  }
  for (uint32_t i = 0; i < x->nargs; i++) v.parts[i] = pel__irb_x(b, x->args[i]);
  return v;
}

static pel_bval field(pel_irb *b, const pel_x *x) {
  pel_bval v = pel__irb_x(b, x->args[0]);
  if (!v.node) return v.parts[x->index];
  return pel__bval(pel__irb_field(b, v.node, x->index, x->span));
}

/* A value that a test has shown not to be null loses its `?`: what would stand for null
 * never comes. */
static pel_ir_node *required(pel_irb *b, pel_ir_node *n, const pel_type *to,
                             pel_span span) {
  if (!n->type->nullable || to->nullable || to->kind > PEL_DUR) return n;
  pel_const zero = {.type = to};
  if (to->kind == PEL_STR || to->kind == PEL_BYTES) zero.as.s.p = "";
  pel_ir_node *args[] = {n, pel__irb_const(b, &zero, span)};
  pel_ir_node *c = pel__ir_node_new(b->m, PEL_IR_COALESCE, to, span, 2, args, 0);
  return pel__irb_place(b, c);
}

static pel_bval cast(pel_irb *b, const pel_x *x) {
  pel_ir_node *n = pel__irb_row_x(b, x->args[0]);
  const pel_type *to = type_of(b, x);
  if (n == b->m->broken) return pel__bval(n);
  if (pel__ir_nullable(b->m, n->type, false) == to)
    return pel__bval(required(b, n, to, x->span));
  if (pel__ir_nullable(b->m, n->type, false) == pel__ir_nullable(b->m, to, false))
    return pel__bval(n);
  const pel_op *fn = pel__ir_find_cast(b->m, n->type, to);
  if (!fn) {
    pel__irb_refuse(b, PEL_E0999, x->span,
                    "no operator of this version makes this conversion");
    return pel__bval(b->m->broken);
  }
  pel_ir_node *c = pel__ir_node_new(b->m, PEL_IR_CALL, to, x->span, 1, &n, 0);
  if (c != b->m->broken) c->fn = fn;
  return pel__bval(pel__irb_place(b, c));
}

/* `if`, `try` … over whole arrays go through lists. */
static pel_bval choice(pel_irb *b, const pel_x *x, pel_irop op) {
  pel_bval v = simple(b, x, op);
  if (x->type->kind == PEL_TY_ARRAY && pel__irb_at_top(b))
    return pel__bval(as_array(b, v.node));
  return v;
}

static pel_bval invoke(pel_irb *b, const pel_x *x) {
  pel_ir *m = b->m;
  bool array;
  const pel_type *t = pel__ir_from_ty(m, x->type, &array);
  pel_ir_node *n = pel__ir_node_new(m, PEL_IR_INVOKE, t, x->span, x->nargs, NULL, 0);
  for (uint32_t i = 0; i < n->nargs; i++) {
    pel_bval v = pel__irb_x(b, x->args[i]);
    n->args[i] = v.node ? v.node : pel__irb_row(b, &v);
    if (x->args[i]->type->kind == PEL_TY_ARRAY) n->args[i] = as_array(b, n->args[i]);
  }
  n->array = array && n != m->broken;
  n->index = x->index;
  pel__ir_append(m->top, n);
  return pel__bval(n);
}

static pel_bval native(pel_irb *b, const pel_x *x) {
  const pel_tnative *f = &b->t->natives[x->index];
  if (pel__irb_at_top(b) && (f->arrays || !f->pure)) return invoke(b, x);
  if (f->arrays) {
    pel__irb_refuse(
        b, PEL_E0999, x->span,
        "a C function with array parameters is called once, not for every row");
    return pel__bval(b->m->broken);
  }
  pel_bval v = simple(b, x, PEL_IR_NATIVE);
  pel_ir_node *n = v.node;
  if (n != b->m->broken &&
      n->home != b->region) { /* not moved out of where it may not be needed */
    pel__ir_remove(n);
    pel__ir_append(b->region, n);
  }
  return v;
}

static pel_bval let_in(pel_irb *b, const pel_x *x) {
  for (; x->kind == PEL_X_LET; x = x->args[1])
    b->binders[x->binders[0]->id] = pel__irb_x(b, x->args[0]);
  return pel__irb_x(b, x);
}

static pel_bval let_value(pel_irb *b, const pel_x *x) {
  const pel_bval *v = &b->lets[x->index];
  if (v->node || v->parts) return *v;
  pel__irb_refuse(b, PEL_E0957, x->span,
                  "a param's default cannot use a `let` in this version");
  return pel__bval(b->m->broken);
}

pel_bval pel__irb_x(pel_irb *b, const pel_x *x) {
  if (b->m->oom || b->m->too_large) return pel__bval(b->m->broken);
  switch (x->kind) {
    case PEL_X_CONST:
      return pel__bval(pel__irb_const(b, x->value, x->span));
    case PEL_X_PARAM:
      return pel__bval(b->params[x->index]);
    case PEL_X_ITEM:
      return let_value(b, x);
    case PEL_X_BINDER:
      return b->binders[x->index];
    case PEL_X_LET:
      return let_in(b, x);
    case PEL_X_FIELD:
      return field(b, x);
    case PEL_X_RECORD:
    case PEL_X_TUPLE:
      return parts(b, x);
    case PEL_X_ARRAY:
      return simple(b, x, PEL_IR_LIST);
    case PEL_X_CALL:
      return simple(b, x, PEL_IR_CALL);
    case PEL_X_AGG:
      return pel__irb_agg(b, x);
    case PEL_X_NATIVE:
      return native(b, x);
    case PEL_X_MAP:
      return pel__irb_map(b, x);
    case PEL_X_IF:
      return choice(b, x, PEL_IR_IF);
    case PEL_X_AND:
      return simple(b, x, PEL_IR_AND);
    case PEL_X_OR:
      return simple(b, x, PEL_IR_OR);
    case PEL_X_COALESCE:
      return choice(b, x, PEL_IR_COALESCE);
    case PEL_X_TRY:
      return choice(b, x, PEL_IR_TRY);
    case PEL_X_CAST:
      return cast(b, x);
    case PEL_X_READ:
    case PEL_X_FILTER:
    case PEL_X_PROJECT:
    case PEL_X_GROUP:
    case PEL_X_SORT:
    case PEL_X_DISTINCT:
    case PEL_X_SLICE:
    case PEL_X_JOIN:
    case PEL_X_CONCAT:
    case PEL_X_WRITE:
      return pel__irb_verb(b, x);
  }
  b->m->oom =
      true; /* no such expression: sema broke its promise; nothing of it may be run */
  return pel__bval(b->m->broken);
}
