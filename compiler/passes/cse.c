#include "compiler/passes/passes_family.h"
#include "runtime/base/hash.h"

/* Equal values become one node, where the first stands in reach of the other. At the top
 * what can fail is left apart unless both belong to one item: each item reports its own
 * failures. Nodes with regions are left alone. */
typedef struct table {
  pel_ir *m;
  pel_ir_node **slots;
  uint32_t cap;
} table;

static bool eligible(const pel_ir *m, const pel_ir_node *n) {
  if (n->nregions || n->op == PEL_IR_FILTER || n->op == PEL_IR_WRITE ||
      n->op == PEL_IR_READ)
    return false;
  if (n->op == PEL_IR_INVOKE || n->op == PEL_IR_NATIVE)
    return m->natives[n->index].pure && n->op == PEL_IR_NATIVE;
  return true;
}

static uint64_t hash_const(const pel_const *c) {
  uint64_t h = pel__hash_u64((uintptr_t)c->type, c->is_null);
  if (c->is_null) return h;
  if (c->type->kind == PEL_STR || c->type->kind == PEL_BYTES)
    return pel__hash_combine(h, pel__hash_bytes(c->as.s.p, c->as.s.n, 0));
  if (c->type->kind == PEL_LIST || c->type->kind == PEL_RECORD)
    return pel__hash_combine(h, c->as.list.n);
  uint64_t bits;
  memcpy(&bits, &c->as.i, sizeof bits);
  return pel__hash_combine(h, bits);
}

static uint64_t hash_node(const pel_ir_node *n) {
  uint64_t h = pel__hash_u64(n->op, n->array);
  h = pel__hash_combine(h, (uintptr_t)n->type);
  h = pel__hash_combine(h, (uintptr_t)n->fn);
  h = pel__hash_combine(h, n->index);
  if (n->value) h = pel__hash_combine(h, hash_const(n->value));
  for (uint32_t i = 0; i < n->nargs; i++) h = pel__hash_combine(h, n->args[i]->id);
  return h;
}

static bool same(const pel_ir_node *a, const pel_ir_node *b) {
  if (a->op != b->op || a->array != b->array || a->type != b->type || a->fn != b->fn ||
      a->index != b->index || a->nargs != b->nargs || !a->value != !b->value)
    return false;
  for (uint32_t i = 0; i < a->nargs; i++)
    if (a->args[i] != b->args[i]) return false;
  return !a->value || pel__ir_const_eq(a->value, b->value);
}

static bool never_fails(const pel_ir_node *n) {
  return n->op == PEL_IR_CONST || n->op == PEL_IR_PARAM || n->op == PEL_IR_FIELD;
}

static bool may_share(const pel_ir *m, const pel_ir_node *first, const pel_ir_node *n) {
  if (!pel__ir_within(n->home, first->home)) return false;
  return first->home != m->top || first->item == n->item || never_fails(n);
}

static void enter(table *t, pel_ir_node *n) {
  uint32_t s = (uint32_t)hash_node(n) & (t->cap - 1);
  for (; t->slots[s]; s = (s + 1) & (t->cap - 1)) {
    if (!same(t->slots[s], n) || !may_share(t->m, t->slots[s], n)) continue;
    n->other = t->slots[s];
    return;
  }
  t->slots[s] = n;
}

void pel__pass_cse(pel_ir *m) {
  table t = {.m = m, .cap = 64};
  uint32_t count = 0;
  pel__ir_clear(m);
  for (pel_ir_node *n = NULL; (n = pel__ir_walk(m->top, n));) count++;
  while (t.cap < count * 2) t.cap *= 2;
  const pel_alloc *a = pel__alloc_libc();
  t.slots = pel__alloc_get(a, t.cap * sizeof *t.slots);
  if (!t.slots) {
    m->oom = true;
    return;
  }
  memset(t.slots, 0, t.cap * sizeof *t.slots);
  for (pel_ir_node *n = NULL; (n = pel__ir_walk(m->top, n));) {
    for (uint32_t i = 0; i < n->nargs; i++)
      n->args[i] = (pel_ir_node *)(uintptr_t)pel__ir_end(n->args[i]);
    if (eligible(m, n)) enter(&t, n);
  }
  pel__alloc_free(a, t.slots, t.cap * sizeof *t.slots);
  pel__ir_forward(m);
}
