#include "compiler/passes/passes_family.h"

/* Each rule answers the node to use instead, a new one in n's place included, or NULL.
 * Arguments are simple already. */

static pel_ir_node *new_const(pel_ir *m, pel_ir_node *at, const pel_const *c) {
  pel_ir_node *n = pel__ir_node_new(m, PEL_IR_CONST, c->type, at->span, 0, NULL, 0);
  if (n == m->broken) return NULL;
  n->value = c;
  n->item = at->item;
  pel__ir_before(at, n);
  return n;
}

static bool all_consts(const pel_ir_node *n) {
  for (uint32_t i = 0; i < n->nargs; i++)
    if (n->args[i]->op != PEL_IR_CONST) return false;
  return true;
}

static pel_ir_node *call(pel_ir *m, pel_ir_node *n) {
  if (!all_consts(n)) return NULL;
  const pel_const *c = pel__fold_call(m, n);
  return c ? new_const(m, n, c) : NULL;
}

static pel_ir_node *field(pel_ir *m, pel_ir_node *n) {
  pel_ir_node *of = n->args[0];
  if (of->op == PEL_IR_RECORD)
    return pel__replaces(n, of->args[n->index]) ? of->args[n->index] : NULL;
  if (of->op != PEL_IR_CONST || of->type->kind != PEL_RECORD || of->value->is_null)
    return NULL;
  const pel_const *c = &of->value->as.list.at[n->index];
  return c->type == n->type ? new_const(m, n, c) : NULL;
}

static pel_ir_node *list(pel_ir *m, pel_ir_node *n) {
  if (!all_consts(n)) return NULL;
  pel_const *at = pel__pass_room(m, n->nargs, sizeof *at),
            *c = pel__pass_room(m, 1, sizeof *c);
  if (!at || !c) return NULL;
  for (uint32_t i = 0; i < n->nargs; i++) {
    at[i] = *n->args[i]->value;
    at[i].type = n->type->item;
  }
  c->type = n->type;
  c->as.list.at = at;
  c->as.list.n = n->nargs;
  return new_const(m, n, c);
}

static bool is_bool(const pel_ir_node *n, bool value) {
  return n->op == PEL_IR_CONST && n->type->kind == PEL_BOOL && !n->value->is_null &&
         (n->value->as.i != 0) == value;
}

static pel_ir_node *if_const(pel_ir_node *n) {
  pel_ir_node *c = n->args[0];
  if (c->op != PEL_IR_CONST || c->value->is_null) return NULL;
  pel_ir_node *x = n->args[c->value->as.i ? 1 : 2];
  return pel__replaces(n, x) ? x : NULL;
}

/* Nested chains become one; what does not decide is left out; nothing behind what does is
 * ever asked. */
static void flatten(pel_ir *m, pel_ir_node *n) {
  uint32_t total = 0, k = 0;
  for (uint32_t i = 0; i < n->nargs; i++)
    total +=
        n->args[i]->op == n->op && n->args[i]->type == n->type ? n->args[i]->nargs : 1;
  if (total == n->nargs || total > 4096) return;
  pel_ir_node **at = pel__pass_room(m, total, sizeof *at);
  if (!at) return;
  for (uint32_t i = 0; i < n->nargs; i++) {
    pel_ir_node *x = n->args[i];
    if (x->op != n->op || x->type != n->type)
      at[k++] = x;
    else
      for (uint32_t j = 0; j < x->nargs; j++) at[k++] = x->args[j];
  }
  n->args = at;
  n->nargs = total;
}

/* k of the operands are left. A single one of another type stands there twice: x and x is
 * x. */
static pel_ir_node *settle(pel_ir_node *n, uint32_t k) {
  if (k == 1 && pel__replaces(n, n->args[0])) return n->args[0];
  if (k == 1) n->args[k++] = n->args[0];
  n->nargs = k;
  return NULL;
}

static pel_ir_node *logic(pel_ir *m, pel_ir_node *n) {
  bool neutral = n->op == PEL_IR_AND;
  flatten(m, n);
  uint32_t k = 0;
  for (uint32_t i = 0; i < n->nargs; i++) {
    pel_ir_node *x = n->args[i];
    bool last = i + 1 == n->nargs && k == 0;
    if (is_bool(x, neutral) && !last) continue;
    n->args[k++] = x;
    if (is_bool(x, !neutral)) break;
  }
  return settle(n, k);
}

static pel_ir_node *coalesce(pel_ir_node *n) {
  uint32_t k = 0;
  for (uint32_t i = 0; i < n->nargs; i++) {
    pel_ir_node *x = n->args[i];
    bool last = i + 1 == n->nargs;
    if (x->op == PEL_IR_CONST && x->value->is_null && !last) continue;
    n->args[k++] = x;
    if (!x->type->nullable) break;
  }
  return settle(n, k);
}

static pel_ir_node *identity_map(pel_ir_node *n) {
  const pel_ir_region *r = n->regions[0];
  if (n->nargs != 1 || r->yields[0] != r->params[0] || pel__region_filters(r))
    return NULL;
  return pel__replaces(n, n->args[0]) ? n->args[0] : NULL;
}

static pel_ir_node *whole_slice(pel_ir_node *n) {
  const pel_ir_node *skip = n->args[1], *take = n->args[2];
  if (skip->op != PEL_IR_CONST || take->op != PEL_IR_CONST) return NULL;
  return skip->value->as.i == 0 && take->value->as.i == -1 ? n->args[0] : NULL;
}

/* How many there are does not ask what they are: any constant will do, and no column need
 * be read. */
static void count_anything(pel_ir *m, pel_ir_node *n) {
  pel_ir_region *r = n->regions[0];
  const pel_type *b = pel__ir_scalar(m, PEL_BOOL, false), *list = pel__ir_list(m, b);
  for (uint32_t i = 0, at = n->nkeys; i < n->naggs; at += n->agg_args[i++]) {
    if (strcmp(n->aggs[i]->name, "len") != 0 || n->agg_args[i] != 1 ||
        r->yields[at]->op == PEL_IR_CONST)
      continue;
    if (!pel__ir_agg_takes(n->aggs[i], &list, 1, n->type->fields[n->nkeys + i].type))
      continue;
    pel_ir_node *c = pel__ir_node_new(m, PEL_IR_CONST, b, n->span, 0, NULL, 0);
    if (c == m->broken) return;
    c->value = pel__ir_const_bool(m, true);
    c->item = n->item;
    pel__ir_append(r, c);
    r->yields[at] = c;
  }
}

static pel_ir_node *simpler(pel_ir *m, pel_ir_node *n) {
  switch ((int)n->op) {
    case PEL_IR_CALL:
      return call(m, n);
    case PEL_IR_FIELD:
      return field(m, n);
    case PEL_IR_LIST:
      return list(m, n);
    case PEL_IR_IF:
      return if_const(n);
    case PEL_IR_AND:
    case PEL_IR_OR:
      return logic(m, n);
    case PEL_IR_COALESCE:
      return coalesce(n);
    case PEL_IR_TRY:
      return n->args[0]->op == PEL_IR_CONST && pel__replaces(n, n->args[0]) ? n->args[0]
                                                                            : NULL;
    case PEL_IR_MAP:
    case PEL_IR_LMAP:
      return identity_map(n);
    case PEL_IR_GROUP:
      count_anything(m, n);
      return NULL;
    case PEL_IR_SLICE:
      return whole_slice(n);
    case PEL_IR_CONCAT:
      return n->nargs == 1 && pel__replaces(n, n->args[0]) ? n->args[0] : NULL;
    default:
      return NULL;
  }
}

/* A filter that lets everything through goes. (filter(a and b) stays one: of several bad
 * rows the first is reported, and two filters would meet them in another order.) */
static void drop_filter(pel_ir_node *n) {
  if (is_bool(n->args[0], true)) pel__ir_remove(n);
}

void pel__pass_simplify(pel_ir *m) {
  pel__ir_clear(m);
  for (pel_ir_node *n = pel__ir_walk(m->top, NULL), *next;
       n && pel__ir_status(m) == PEL_OK; n = next) {
    next = pel__ir_walk(m->top, n);
    for (uint32_t i = 0; i < n->nargs; i++)
      n->args[i] = (pel_ir_node *)(uintptr_t)pel__ir_end(n->args[i]);
    for (uint32_t i = 0; i < n->nregions; i++) /* inputs and what is outside may have
                                                  changed; what is inside comes later */
      for (uint32_t k = 0; k < n->regions[i]->nyields; k++)
        n->regions[i]->yields[k] =
            (pel_ir_node *)(uintptr_t)pel__ir_end(n->regions[i]->yields[k]);
    if (n->op == PEL_IR_FILTER)
      drop_filter(n);
    else
      n->other = simpler(m, n);
  }
  pel__ir_forward(m);
}
