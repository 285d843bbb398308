#include "compiler/passes/passes_family.h"

void *pel__pass_room(pel_ir *m, size_t n, size_t size) {
  void *p = pel__arena_array(m->arena, n, size);
  if (!p) m->oom = true;
  return p;
}

bool pel__region_filters(const pel_ir_region *r) {
  for (const pel_ir_node *n = r->first; n; n = n->next)
    if (n->op == PEL_IR_FILTER) return true;
  return false;
}

/* Regions inside have their place again: one below their owner's. */
static void set_depths(pel_ir_node *n) {
  for (uint32_t i = 0; i < n->nregions; i++) n->regions[i]->depth = n->home->depth + 1;
  for (uint32_t i = 0; i < n->nregions; i++)
    for (pel_ir_node *k = NULL; (k = pel__ir_walk(n->regions[i], k));)
      for (uint32_t j = 0; j < k->nregions; j++)
        k->regions[j]->depth = k->home->depth + 1;
}

void pel__region_move(pel_ir_region *from, pel_ir_region *into) {
  if (!from->first) return;
  for (pel_ir_node *n = from->first; n; n = n->next) {
    n->home = into;
    set_depths(n);
  }
  from->last->next = into->first;
  if (into->first)
    into->first->prev = from->last;
  else
    into->last = from->last;
  into->first = from->first;
  from->first = from->last = NULL;
}

pel_ir_node *pel__region_input(pel_ir *m, pel_ir_region *r, uint32_t i,
                               const pel_type *type) {
  pel_ir_node *p =
      pel__ir_node_new(m, PEL_IR_INPUT, type, r->params[i]->span, 0, NULL, 0);
  if (p == m->broken) return p;
  p->index = i;
  p->home = r;
  r->params[i] = p;
  return p;
}

pel_ir_node *pel__node_copy(pel_ir *m, const pel_ir_node *n, pel_ir_node *const *args) {
  pel_ir_node *c = pel__ir_node_new(m, n->op, n->type, n->span, n->nargs, args, 0);
  if (c == m->broken) return c;
  c->value = n->value;
  c->fn = n->fn;
  c->index = n->index;
  c->item = n->item;
  return c;
}
