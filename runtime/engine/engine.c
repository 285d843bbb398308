#include "runtime/engine/state.h"

pel_status pel__engine_new(const pel_engine_options *o, const pel_op_tables *tables, const pel_alloc *backing,
                           pel_engine **out, pel_error *e) {
  if (!backing) backing = pel__alloc_libc();
  pel_engine *g = pel__alloc_get(backing, sizeof *g);
  if (!g) return pel_error_set(e, PEL_E_NOMEM, "no memory for an engine");
  *g = (pel_engine){.options = *o, .backing = backing, .tables = tables, .pid = pel__process_id()};
  const uint64_t memory = o->memory ? o->memory : pel__memory_limit();
  pel_status s = pel__budget_new(memory, backing, &g->budget, e);
  if (!s) s = pel__pool_new(g->budget, &g->pool, e);
  if (!s) s = pel__sched_new(o->workers, backing, o->seed, &g->sched, e);
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
  pel__alloc_free(g->backing, g, sizeof *g);
}

uint32_t pel__engine_workers(const pel_engine *g) { return pel__sched_workers(g->sched); }
uint64_t pel__engine_memory(const pel_engine *g) { return pel__budget_limit(g->budget); }
uint64_t pel__engine_memory_peak(const pel_engine *g) { return pel__budget_peak(g->budget); }
const pel_alloc *pel__engine_alloc(const pel_engine *g) { return pel__pool_alloc(g->pool); }
