#include "compiler/passes/passes_family.h"

/* A map that feeds one other region moves into it: chains of filter, select and lifting
 * become one program. A map that only picks columns moves into each of its users. */

static bool maps(const pel_ir_node *n) {
  return n->op == PEL_IR_MAP || n->op == PEL_IR_LMAP;
}

/* Regions that take rows, of argument i. */
static bool takes_rows(const pel_ir_node *n, uint32_t i) {
  switch ((int)n->op) {
    case PEL_IR_MAP:
    case PEL_IR_LMAP:
    case PEL_IR_GROUP:
    case PEL_IR_SORT:
    case PEL_IR_DISTINCT:
      return n->nregions == 1;
    case PEL_IR_JOIN:
      return i < 2;
    default:
      return false;
  }
}

/* Only fields and records: cheaper to repeat than to keep. */
static bool picks(const pel_ir_node *map) {
  uint32_t count = 0;
  if (map->op != PEL_IR_MAP || map->nargs != 1) return false;
  for (const pel_ir_node *n = map->regions[0]->first; n; n = n->next) {
    if (n->op != PEL_IR_FIELD && n->op != PEL_IR_RECORD && n->op != PEL_IR_CONST)
      return false;
    if (++count > 64) return false;
  }
  return true;
}

/* Where the region's input i stood, its map's result stands now. */
static void take_over(pel_ir_node *input, pel_ir_node *yield) { input->other = yield; }

/* What stands in the copy for a: the input itself, or the copy of the node (an input that
 * another map took over is that map's result). */
static pel_ir_node *copied(const pel_ir_region *from, pel_ir_node *a,
                           pel_ir_node *input) {
  while (a->op == PEL_IR_INPUT && a != from->params[0] && a->other) a = a->other;
  if (a == from->params[0]) return input;
  return a->home == from ? a->other : a;
}

/* Copies the picking map's nodes into r, for an input of the map's own. */
static pel_ir_node *copy_into(pel_ir *m, const pel_ir_node *map, pel_ir_region *r,
                              pel_ir_node *input) {
  const pel_ir_region *from = map->regions[0];
  pel_ir_node *first = r->first;
  for (pel_ir_node *n = from->first; n; n = n->next) {
    pel_ir_node **args = pel__pass_room(m, n->nargs, sizeof *args);
    if (!args) return m->broken;
    for (uint32_t i = 0; i < n->nargs; i++) args[i] = copied(from, n->args[i], input);
    pel_ir_node *c = pel__node_copy(m, n, args);
    if (c == m->broken) return c;
    if (first)
      pel__ir_before(first, c);
    else
      pel__ir_append(r, c);
    n->other = c;
  }
  pel_ir_node *result = copied(from, from->yields[0], input);
  for (pel_ir_node *n = from->first; n; n = n->next)
    n->other = NULL; /* they stay what they are */
  return result;
}

/* ---- one argument ---- */

static bool may_fuse(const pel_ir_node *user, uint32_t i, const pel_ir_node *map) {
  if (!maps(map) || (user->op == PEL_IR_LMAP) != (map->op == PEL_IR_LMAP)) return false;
  if (!takes_rows(user, i)) return false;
  if (map->nargs != 1 && !maps(user)) return false;
  return user->nargs == 1 || !maps(user) || !pel__region_filters(map->regions[0]);
}

/* args[i] and input i of a map become those of `map`. */
static bool splice(pel_ir *m, pel_ir_node *user, pel_ir_region *r, uint32_t i,
                   const pel_ir_node *map) {
  uint32_t k = map->nargs, n = user->nargs;
  pel_ir_node **args = pel__pass_room(m, (size_t)n + k, sizeof *args),
              **params = pel__pass_room(m, (size_t)n + k, sizeof *params);
  if (!args || !params) return false;
  uint32_t at = 0;
  for (uint32_t j = 0; j < n; j++) {
    if (j != i) {
      args[at] = user->args[j];
      params[at++] = r->params[j];
      continue;
    }
    for (uint32_t x = 0; x < k; x++) {
      args[at] = map->args[x];
      params[at++] = map->regions[0]->params[x];
    }
  }
  user->args = args;
  user->nargs = at;
  r->params = params;
  r->nparams = at;
  for (uint32_t j = 0; j < at; j++) {
    params[j]->index = j;
    params[j]->home = r;
  }
  return true;
}

static void fuse_whole(pel_ir *m, pel_ir_node *user, uint32_t i, pel_ir_node *map) {
  pel_ir_region *r = user->regions[user->op == PEL_IR_JOIN ? i : 0],
                *from = map->regions[0];
  uint32_t p = user->op == PEL_IR_JOIN ? 0 : i;
  take_over(r->params[p], from->yields[0]);
  if (maps(user)) {
    if (!splice(m, user, r, i, map)) return;
  } else {
    r->params[p] = from->params[0];
    r->params[p]->index = 0;
    r->params[p]->home = r;
    user->args[i] = map->args[0];
  }
  pel__region_move(from, r);
  pel__ir_remove(map);
}

static void fuse_copy(pel_ir *m, pel_ir_node *user, uint32_t i, const pel_ir_node *map) {
  pel_ir_region *r = user->regions[user->op == PEL_IR_JOIN ? i : 0];
  uint32_t p = user->op == PEL_IR_JOIN ? 0 : i;
  pel_ir_node *old = r->params[p],
              *input = pel__region_input(m, r, p, map->args[0]->type);
  if (input == m->broken) return;
  pel_ir_node *y = copy_into(m, map, r, input);
  if (y == m->broken) return;
  take_over(old, y);
  user->args[i] = map->args[0];
}

/* Equal arguments side by side are one. */
static void same_arguments(pel_ir_node *n) {
  pel_ir_region *r = n->regions[0];
  uint32_t k = 0;
  for (uint32_t i = 0; i < n->nargs; i++) {
    uint32_t j = 0;
    while (j < k && n->args[j] != n->args[i]) j++;
    if (j < k) {
      r->params[i]->other = r->params[j];
      continue;
    }
    n->args[k] = n->args[i];
    r->params[k] = r->params[i];
    r->params[k]->index = k;
    k++;
  }
  n->nargs = r->nparams = k;
}

static void fuse_user(pel_ir *m, pel_ir_node *user) {
  for (uint32_t i = 0; i < user->nargs && pel__ir_status(m) == PEL_OK;) {
    pel_ir_node *map = user->args[i];
    if (may_fuse(user, i, map)) {
      if (map->uses == 1 && map->home == user->home) {
        fuse_whole(m, user, i, map);
        continue; /* what stands there now may be a map again */
      }
      if (picks(map) && takes_rows(user, i) && user->op != PEL_IR_LMAP) {
        map->uses--;
        map->args[0]->uses++;
        fuse_copy(m, user, i, map);
        continue;
      }
    }
    i++;
  }
  if (maps(user) && user->nargs > 1) same_arguments(user);
}

void pel__pass_fuse_maps(pel_ir *m) {
  pel__ir_clear(m);
  pel__ir_count_uses(m);
  for (pel_ir_node *n = pel__ir_walk(m->top, NULL), *next;
       n && pel__ir_status(m) == PEL_OK; n = next) {
    fuse_user(m, n);
    next = pel__ir_walk(m->top, n);
  }
  pel__ir_forward(m);
}

/* Once more, with what the grouping left behind. */
void pel__pass_tidy(pel_ir *m) {
  pel__pass_fuse_maps(m);
  if (pel__ir_status(m) == PEL_OK) pel__pass_simplify(m);
  if (pel__ir_status(m) == PEL_OK) pel__pass_cse(m);
  if (pel__ir_status(m) == PEL_OK) pel__pass_dce(m);
}
