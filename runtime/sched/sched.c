#include "runtime/sched/internal.h"

pel_status pel__sched_new(uint32_t workers, const pel_alloc *alloc, uint64_t seed,
                          pel_sched **sched, pel_error *err) {
  if (workers == 0) workers = pel__cpu_count();
  if (workers > PEL_MAX_WORKERS) workers = PEL_MAX_WORKERS;
  size_t bytes = workers * sizeof(pel_pool_thread);
  pel_sched *s = pel__alloc_get(alloc, sizeof *s);
  pel_pool_thread *threads = pel__alloc_get(alloc, bytes);
  if (!s || !threads) {
    pel__alloc_free(alloc, s, sizeof *s);
    pel__alloc_free(alloc, threads, bytes);
    return pel_error_set(err, PEL_E_NOMEM, "no memory left for the scheduler");
  }
  *s = (pel_sched){.alloc = alloc,
                   .workers = workers,
                   .seed = seed,
                   .process = pel__process_id(),
                   .threads = threads};
  memset(threads, 0, bytes);
  *sched = s;
  return PEL_OK;
}

void pel__sched_free(pel_sched *sched) {
  if (!sched) return;
  /* Threads do not survive a fork; there is nobody to join in a child. */
  if (sched->process == pel__process_id()) pel__sched_stop(sched);
  pel__alloc_free(sched->alloc, sched->threads, sched->workers * sizeof *sched->threads);
  pel__alloc_free(sched->alloc, sched, sizeof *sched);
}

uint32_t pel__sched_workers(const pel_sched *sched) { return sched->workers; }
