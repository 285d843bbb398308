#include "runtime/engine/state.h"

/* Shown once the run is over; of a pipe's failures the one with the least ordinal. */
pel_status pel__pipe_fail(pel_pipe *p, uint64_t ordinal, pel_status status, const char *code, const char *text) {
  pel_engine_run *run = p->run;
  pel__lock_acquire(&run->lock);
  if (!p->own_failure || ordinal < p->failure.ordinal) {
    char *copy = pel__arena_text(&run->arena, text, strlen(text));
    p->failure = (pel_failure){p->plan->item, p->plan->span, status, code, copy ? copy : "no memory for the message", ordinal};
  }
  p->failed = p->own_failure = true;
  pel__lock_release(&run->lock);
  pel__pipe_stop(p, ordinal);
  return status;
}

static const char *explain(pel_status s) {
  switch (s) {
    case PEL_E_NOMEM: return "the memory budget is used up: give more with --memory, or fewer --workers";
    case PEL_E_CANCELLED: return "the run was cancelled";
    case PEL_E_LIMIT: return "a limit of the engine was passed";
    case PEL_OK: case PEL_DONE: case PEL_E_IO: case PEL_E_NOENT: case PEL_E_INVALID: case PEL_E_COMPILE:
    case PEL_E_FAILED: case PEL_E_FORKED: case PEL_E_INTERNAL: break;
  }
  return "an operator failed without saying why: this is a bug";
}

void pel__pipe_fail_status(pel_pipe *p, uint64_t ordinal, pel_status status) {
  if (status == PEL_E_NOMEM) pel__store_u32(&p->run->exhausted, 1, PEL_RELAXED); /* read after the run */
  if (!p->own_failure || status == PEL_E_NOMEM)
    (void)pel__pipe_fail(p, ordinal, status, status == PEL_E_NOMEM ? "out of memory" : "internal", explain(status));
}

void pel__pipe_stop(pel_pipe *p, uint64_t ordinal) {
  uint64_t now = pel__load_u64(&p->stop, PEL_RELAXED);
  /* relaxed: a worker that sees it late only does work that is not needed */
  while (ordinal < now && !pel__cas_u64(&p->stop, &now, ordinal, PEL_RELAXED)) {
  }
}

void pel__run_collect_failures(pel_engine_run *run) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < run->plan->n_pipes; i++) n += run->pipes[i].own_failure;
  run->failures = PEL_ARENA_ARRAY(&run->arena, pel_failure, n + 1);
  if (!run->failures) return;
  for (uint32_t item = 0; item <= run->plan->n_items; item++) {
    const uint32_t wanted = item < run->plan->n_items ? item : PEL_NONE;
    const pel_failure *least = NULL; /* into how many pipes an item was cut is nobody's business */
    for (uint32_t i = 0; i < run->plan->n_pipes; i++) {
      const pel_pipe *p = &run->pipes[i];
      if (p->own_failure && p->failure.item == wanted && (!least || p->failure.ordinal < least->ordinal)) least = &p->failure;
    }
    if (least) run->failures[run->nfailures++] = *least;
  }
}
