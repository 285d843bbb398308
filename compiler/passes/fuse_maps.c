#include "compiler/passes/passes.h"

/* A map whose only reader has a region over its elements is done in that region: filters stay in front of what they
 * guard, so what a filter rejects is still not looked at. */

static pel_ir_region *region_over(pel_ir_node *u, uint32_t arg) {
  switch ((int)u->op) {
    case PEL_IR_MAP: return u->nargs == 1 ? u->regions[0] : NULL;
    case PEL_IR_GROUP: case PEL_IR_SORT: case PEL_IR_DISTINCT: return arg == 0 ? u->regions[0] : NULL;
    case PEL_IR_JOIN: return arg < 2 ? u->regions[arg] : NULL;
    default: return NULL;
  }
}

static void set_depth(pel_ir_region *r, uint32_t depth) {
  r->depth = depth;
  for (pel_ir_node *n = NULL; (n = pel__ir_walk(r, n));)
    for (uint32_t i = 0; i < n->nregions; i++)
      if (n->regions[i]) n->regions[i]->depth = n->home->depth + 1;
}

/* The nodes of `from` go to the front of `into`. */
static void move_nodes(pel_ir_region *from, pel_ir_region *into) {
  pel_ir_node *at = into->first;
  for (pel_ir_node *n = from->first, *next; n; n = next) {
    next = n->next;
    pel__ir_remove(n);
    if (at) pel__ir_before(at, n);
    else pel__ir_append(into, n);
  }
  set_depth(into, into->depth);
}

static bool fuse(pel_ir *m, pel_ir_node *map) {
  uint32_t arg = 0;
  pel_ir_node *u = pel__ir_only_user(m, map, &arg);
  pel_ir_region *into = u ? region_over(u, arg) : NULL;
  if (!into || map->nargs != 1) return false;
  pel_ir_region *from = map->regions[0];
  pel_ir_node *old = into->params[0], *in = from->params[0], *y = from->yields[0];
  if (y->type != old->type) return false; /* widened to a nullable element */
  /* The consumer's input takes the map's own element; what stood for the map's result is the yield. */
  pel_ir_node *fresh = in;
  fresh->home = into;
  fresh->index = 0;
  into->params[0] = fresh;
  move_nodes(from, into);
  old->other = y;
  u->args[arg] = map->args[0];
  pel__ir_remove(map);
  return true;
}

void pel__pass_fuse_maps(pel_ir *m) {
  bool more = true;
  while (more && pel__ir_status(m) == PEL_OK) {
    more = false;
    pel__ir_clear(m);
    pel__ir_count_uses(m);
    for (pel_ir_node *n = m->top->first, *next; n; n = next) {
      next = n->next;
      if (n->op == PEL_IR_MAP && fuse(m, n)) more = true;
      if (more) break; /* uses have changed */
    }
    pel__ir_forward(m);
  }
  pel__ir_clear(m);
}
