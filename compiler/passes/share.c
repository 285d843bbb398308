#include "compiler/passes/passes.h"

bool pel__ir_copier_init(pel_ir_copier *c, pel_ir *m, const pel_ir_region *from, pel_ir_region *into) {
  *c = (pel_ir_copier){.m = m, .from = from, .into = into, .nmap = m->nodes};
  c->map = PEL_ARENA_ARRAY(m->arena, pel_ir_node *, m->nodes + 1);
  if (!c->map) m->oom = true;
  return c->map != NULL;
}

static pel_ir_node *fail(pel_ir_copier *c) {
  c->failed = true;
  return NULL;
}

pel_ir_node *pel__ir_copy(pel_ir_copier *c, pel_ir_node *n) {
  if (n->id < c->nmap && c->map[n->id]) return c->map[n->id];
  const bool outside = !pel__ir_within(n->home, c->from);
  if (outside && n->op != PEL_IR_CONST) return pel__ir_within(c->into, n->home) ? n : fail(c);
  if (!outside && (n->op == PEL_IR_INPUT || n->op == PEL_IR_AGG || n->op == PEL_IR_FILTER || n->nregions)) return fail(c);
  pel_ir_node **args = PEL_ARENA_ARRAY(c->m->arena, pel_ir_node *, n->nargs + 1);
  if (!args) {
    c->m->oom = true;
    return fail(c);
  }
  for (uint32_t i = 0; i < n->nargs; i++)
    if (!(args[i] = pel__ir_copy(c, n->args[i]))) return NULL;
  pel_ir_node *k = pel__ir_node_new(c->m, n->op, n->type, n->span, n->nargs, args, 0);
  if (k == c->m->broken) return fail(c);
  k->value = n->value;
  k->fn = n->fn;
  k->index = n->index;
  k->item = n->item;
  pel__ir_append(c->into, k);
  if (n->id < c->nmap) c->map[n->id] = k;
  return k;
}

pel_ir_node *pel__ir_only_user(const pel_ir *m, const pel_ir_node *n, uint32_t *arg) {
  if (n->uses != 1) return NULL;
  for (pel_ir_node *u = m->top->first; u; u = u->next)
    for (uint32_t i = 0; i < u->nargs; i++)
      if (u->args[i] == n) return *arg = i, u;
  return NULL;
}

bool pel__ir_has_filters(const pel_ir_region *r) {
  for (const pel_ir_node *n = r->first; n; n = n->next)
    if (n->op == PEL_IR_FILTER) return true;
  return false;
}

/* Which region and input of u stands for the elements of its argument i; NULL: none. */
static pel_ir_node *element_input(pel_ir_node *u, uint32_t i) {
  switch ((int)u->op) {
    case PEL_IR_MAP: return u->regions[0]->params[i];
    case PEL_IR_GROUP: case PEL_IR_SORT: case PEL_IR_DISTINCT: return i == 0 ? u->regions[0]->params[0] : NULL;
    case PEL_IR_JOIN: return i < 2 ? u->regions[i]->params[0] : NULL;
    default: return NULL;
  }
}

void pel__ir_retype(pel_ir *m, pel_ir_node *array, const pel_type *type) {
  array->type = type;
  for (pel_ir_node *u = m->top->first; u; u = u->next)
    for (uint32_t i = 0; i < u->nargs; i++) {
      pel_ir_node *in = u->args[i] == array ? element_input(u, i) : NULL;
      if (in) in->type = type;
    }
}
