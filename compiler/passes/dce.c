#include "compiler/passes/passes_family.h"
#include "runtime/base/vec.h"

/* What results need, and what must run. */
typedef struct sweep {
  pel_ir *m;
  PEL_VEC(pel_ir_node *) todo;
} sweep;

static void need(sweep *s, pel_ir_node *n) {
  if (n->mark) return;
  n->mark = 1;
  if (!PEL_VEC_PUSH(&s->todo, n, pel__alloc_libc())) s->m->oom = true;
}

static void need_region(sweep *s, const pel_ir_region *r) {
  for (uint32_t i = 0; i < r->nyields; i++) need(s, r->yields[i]);
  for (pel_ir_node *n = r->first; n; n = n->next)
    if (n->op == PEL_IR_FILTER) need(s, n);
}

static bool must_run(const pel_ir *m, const pel_ir_node *n) {
  return n->op == PEL_IR_INVOKE && !m->natives[n->index].pure;
}

static void need_roots(sweep *s) {
  pel_ir *m = s->m;
  for (uint32_t i = 0; i < m->nitems; i++) {
    if (m->items[i].value) need(s, m->items[i].value);
    if (m->items[i].left) need(s, m->items[i].left);
    if (m->items[i].right) need(s, m->items[i].right);
  }
  for (uint32_t i = 0; i < m->nparams; i++)
    if (m->params[i].init) need(s, m->params[i].init);
  for (pel_ir_node *n = m->top->first; n; n = n->next)
    if (must_run(m, n)) need(s, n);
}

static bool inside(const pel_ir_node *n, const pel_ir_node *owner) {
  for (const pel_ir_region *r = n->home; r->owner; r = r->owner->home)
    if (r->owner == owner) return true;
  return false;
}

void pel__pass_dce(pel_ir *m) {
  sweep s = {.m = m};
  pel__ir_clear(m);
  need_roots(&s);
  while (s.todo.n && !m->oom) {
    pel_ir_node *n = s.todo.at[--s.todo.n];
    for (uint32_t i = 0; i < n->nargs; i++) need(&s, n->args[i]);
    for (uint32_t i = 0; i < n->nregions; i++) need_region(&s, n->regions[i]);
  }
  PEL_VEC_DEINIT(&s.todo, pel__alloc_libc());
  if (m->oom) return;
  for (pel_ir_node *n = pel__ir_walk(m->top, NULL), *next; n; n = next) {
    next = pel__ir_walk(m->top, n);
    if (n->mark) continue;
    while (next && inside(next, n)) next = pel__ir_walk(m->top, next);
    pel__ir_remove(n);
  }
}

void pel__pass_sweep(pel_ir *m) { pel__pass_dce(m); }
