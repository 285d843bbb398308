#include <stdio.h>

#include "runtime/engine/state.h"

pel_status pel__engine_new(const pel_engine_options *o, const pel_op_tables *tables,
                           const pel_alloc *backing, pel_engine **out, pel_error *e) {
  if (!backing) backing = pel__alloc_libc();
  pel_engine *g = pel__alloc_get(backing, sizeof *g);
  if (!g) return pel_error_set(e, PEL_E_NOMEM, "no memory for an engine");
  *g = (pel_engine){
      .options = *o, .backing = backing, .tables = tables, .pid = pel__process_id()};
  const uint64_t memory = o->memory ? o->memory : pel__memory_limit();
  pel_status s = pel__budget_new(memory, backing, &g->budget, e);
  if (!s) s = pel__sched_new(o->workers, backing, o->seed, &g->sched, e);
  if (!s && (s = pel__pool_new(g->budget, &g->pool, NULL)))
    s = pel__engine_no_memory(g, "for a context", e);
  if (s) {
    pel__engine_free(g);
    return s;
  }
  *out = g;
  return PEL_OK;
}

void pel__engine_free(pel_engine *g) {
  if (!g) return;
  pel__sched_free(g->sched);
  pel__pool_free(g->pool);
  pel__budget_free(g->budget);
  for (pel_engine_calls *c = g->calls, *next; c; c = next) {
    next = c->next;
    pel__alloc_free(g->backing, c, sizeof *c + c->n);
  }
  pel__alloc_free(g->backing, g, sizeof *g);
}

pel_lock *pel__engine_library(pel_engine *g, const char *path) {
  const size_t n = strlen(path) + 1;
  pel__lock_acquire(&g->lock);
  pel_engine_calls *c = g->calls;
  while (c && strcmp(c->path, path) != 0) c = c->next;
  if (!c && (c = pel__alloc_get(g->backing, sizeof *c + n))) {
    *c = (pel_engine_calls){.next = g->calls, .n = n};
    memcpy(c->path, path, n);
    g->calls = c;
  }
  pel__lock_release(&g->lock);
  return c ? &c->lock : NULL;
}

uint32_t pel__engine_workers(const pel_engine *g) { return pel__sched_workers(g->sched); }
uint64_t pel__engine_memory(const pel_engine *g) { return pel__budget_limit(g->budget); }
uint64_t pel__engine_memory_peak(const pel_engine *g) {
  return pel__budget_peak(g->budget);
}
const char *pel__engine_spill(const pel_engine *g) { return g->options.spill; }
const pel_alloc *pel__engine_alloc(const pel_engine *g) {
  return pel__pool_alloc(g->pool);
}

enum { KIB = 1024, MIB = 1024 * 1024 };

/* As --memory takes it. Rounded up where nobody would type the bytes. */
static void size_text(uint64_t n, bool exact, char *out, size_t room) {
  const uint64_t unit = exact                    ? (n % MIB == 0   ? MIB
                                                    : n % KIB == 0 ? KIB
                                                                   : 1)
                        : n > 16 * (uint64_t)MIB ? MIB
                                                 : KIB;
  (void)snprintf(out, room, "%llu%s", (unsigned long long)(n / unit + (n % unit != 0)),
                 unit == MIB   ? "MiB"
                 : unit == KIB ? "KiB"
                               : " bytes");
}

pel_status pel__engine_no_memory(const pel_engine *g, const char *what, pel_error *e) {
  char limit[40], wanted[40];
  const uint64_t most = pel__budget_wanted(g->budget);
  const char *space = *what ? " " : "";
  if (most <= pel__budget_limit(g->budget))
    return pel_error_set(e, PEL_E_NOMEM, "no memory%s%s: the machine has none left",
                         space, what);
  size_text(pel__budget_limit(g->budget), true, limit, sizeof limit);
  size_text(most, false, wanted, sizeof wanted);
  return pel_error_set(
      e, PEL_E_NOMEM,
      "no memory%s%s: the budget of %s is used up, and at least %s is needed to go on: "
      "give more with --memory%s",
      space, what, limit, wanted,
      pel__engine_workers(g) > 1 ? ", or use fewer --workers" : "");
}
