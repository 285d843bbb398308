#include "compiler/passes/passes.h"
#include "runtime/base/hash.h"

/* Nodes of one region that say the same of the same arguments are one. */

static bool plain(const pel_ir_node *n) {
  switch ((int)n->op) {
    case PEL_IR_CONST: case PEL_IR_PARAM: case PEL_IR_CALL: case PEL_IR_AGG: case PEL_IR_FIELD: case PEL_IR_RECORD:
    case PEL_IR_IF: case PEL_IR_AND: case PEL_IR_OR: case PEL_IR_COALESCE: return n->nregions == 0;
    default: return false;
  }
}

static uint64_t hash(const pel_ir_node *n) {
  uint64_t h = pel__hash_u64((uint64_t)n->op << 32 | n->index, (uint64_t)(uintptr_t)n->fn);
  h = pel__hash_combine(h, (uint64_t)(uintptr_t)n->type);
  h = pel__hash_combine(h, (uint64_t)(uintptr_t)n->home);
  for (uint32_t i = 0; i < n->nargs; i++) h = pel__hash_combine(h, n->args[i]->id);
  return h;
}

static bool same(const pel_ir_node *a, const pel_ir_node *b) {
  if (a->op != b->op || a->type != b->type || a->home != b->home || a->fn != b->fn || a->index != b->index ||
      a->nargs != b->nargs || a->array != b->array)
    return false;
  for (uint32_t i = 0; i < a->nargs; i++)
    if (a->args[i] != b->args[i]) return false;
  return a->op != PEL_IR_CONST || pel__ir_const_eq(a->value, b->value);
}

void pel__pass_cse(pel_ir *m) {
  size_t cap = 64;
  while (cap < 2 * (size_t)m->nodes) cap *= 2;
  pel_ir_node **seen = PEL_ARENA_ARRAY(m->arena, pel_ir_node *, cap);
  if (!seen) {
    m->oom = true;
    return;
  }
  pel__ir_clear(m);
  for (pel_ir_node *n = NULL; (n = pel__ir_walk(m->top, n));) {
    for (uint32_t i = 0; i < n->nargs; i++)
      if (n->args[i]->other) n->args[i] = n->args[i]->other;
    if (!plain(n)) continue;
    size_t at = (size_t)hash(n) & (cap - 1);
    while (seen[at] && !same(seen[at], n)) at = (at + 1) & (cap - 1);
    if (seen[at]) n->other = seen[at];
    else seen[at] = n;
  }
  pel__ir_forward(m);
  pel__ir_clear(m);
}
