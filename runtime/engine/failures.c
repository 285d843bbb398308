#include "runtime/engine/state.h"

/* Shown once the run is over; of a pipe's failures the one with the least ordinal. */
pel_status pel__pipe_fail_with(pel_pipe *p, uint64_t ordinal, const pel_failure *f) {
  pel_engine_run *run = p->run;
  pel__lock_acquire(&run->lock);
  if (!p->own_failure || ordinal < p->failure.ordinal) {
    char *copy = pel__arena_text(&run->arena, f->text, strlen(f->text));
    p->failure = *f;
    p->failure.item = p->plan->item;
    p->failure.span = p->plan->span;
    p->failure.text = copy ? copy : "no memory for the message";
    p->failure.ordinal = ordinal;
  }
  p->failed = p->own_failure = true;
  pel__lock_release(&run->lock);
  pel__pipe_stop(p, ordinal);
  return f->status;
}

pel_status pel__pipe_fail(pel_pipe *p, uint64_t ordinal, pel_status status,
                          const char *code, const char *text) {
  const pel_failure f = {.status = status, .code = code, .text = text, .pipe = PEL_NONE};
  return pel__pipe_fail_with(p, ordinal, &f);
}

static const char *explain(pel_status s) {
  switch (s) {
    case PEL_E_CANCELLED:
      return "the run was cancelled";
    case PEL_E_LIMIT:
      return "a limit of the engine was passed";
    case PEL_OK:
    case PEL_DONE:
    case PEL_E_NOMEM:
    case PEL_E_IO:
    case PEL_E_NOENT:
    case PEL_E_INVALID:
    case PEL_E_COMPILE:
    case PEL_E_FAILED:
    case PEL_E_FORKED:
    case PEL_E_INTERNAL:
      break;
  }
  return "an operator failed without saying why: this is a bug";
}

void pel__pipe_fail_status(pel_pipe *p, uint64_t ordinal, pel_status status) {
  if (status == PEL_E_NOMEM) {
    pel_error e = {0};
    pel__store_u32(&p->run->exhausted, 1, PEL_RELAXED); /* read after the run */
    (void)pel__engine_no_memory(p->run->engine, "", &e);
    (void)pel__pipe_fail(p, ordinal, status, "out of memory", e.message);
  } else if (!p->own_failure) {
    (void)pel__pipe_fail(p, ordinal, status, "internal", explain(status));
  }
}

void pel__pipe_stop(pel_pipe *p, uint64_t ordinal) {
  uint64_t now = pel__load_u64(&p->stop, PEL_RELAXED);
  /* relaxed: a worker that sees it late only does work that is not needed */
  while (ordinal < now && !pel__cas_u64(&p->stop, &now, ordinal, PEL_RELAXED)) {
  }
}

/* The number, from 1, of a row among those that a pipe's source gave. Units before the
 * row's have run to their ends. */
static uint64_t row_number(const pel_pipe *p, uint64_t ordinal) {
  const uint64_t unit = ordinal >> 32, row = ordinal & UINT32_MAX;
  if (p->plan->from == PEL_FROM_SLOTS) return unit * p->morsel_rows + row + 1;
  uint64_t n = row + 1;
  for (uint64_t i = 0; p->unit_rows && i < unit && i < p->units; i++)
    n += p->unit_rows[i];
  return n;
}

/* A total, the one row of a source: there is nothing to tell it from. */
static bool only_row(const pel_pipe *p) {
  return p->plan->from == PEL_FROM_SLOTS ? p->rows == 1
                                         : p->units == 1 && p->unit_rows[0] == 1;
}

static void name_row(pel_engine_run *run, pel_failure *f) {
  if (f->pipe == PEL_NONE || only_row(&run->pipes[f->pipe])) return;
  pel_buf b;
  pel__buf_init(&b, run->alloc);
  pel__buf_printf(&b, "row %llu: %s",
                  (unsigned long long)row_number(&run->pipes[f->pipe], f->row), f->text);
  const char *text = b.failed ? NULL : pel__arena_text(&run->arena, b.p, b.n);
  if (text) f->text = text;
  pel__buf_deinit(&b);
}

/* Into how many pipes an item was cut is nobody's business: of their failures the one in
 * the earliest row. Numbers of rows, unlike ordinals, are the same however they were cut
 * into units. */
static const pel_failure *first_of_item(const pel_engine_run *run, uint32_t item) {
  const pel_failure *least = NULL;
  uint64_t least_row = 0;
  for (uint32_t i = 0; i < run->plan->n_pipes; i++) {
    const pel_pipe *p = &run->pipes[i];
    if (!p->own_failure || p->failure.item != item) continue;
    const uint64_t row = row_number(p, p->failure.ordinal);
    if (least && row >= least_row) continue;
    least = &p->failure;
    least_row = row;
  }
  return least;
}

void pel__run_collect_failures(pel_engine_run *run) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < run->plan->n_pipes; i++) n += run->pipes[i].own_failure;
  run->failures = PEL_ARENA_ARRAY(&run->arena, pel_failure, n + 1);
  if (!run->failures) return;
  for (uint32_t item = 0; item <= run->plan->n_items; item++) {
    const uint32_t wanted = item < run->plan->n_items ? item : PEL_NONE;
    const pel_failure *least = first_of_item(run, wanted);
    if (!least) continue;
    run->failures[run->nfailures] = *least;
    name_row(run, &run->failures[run->nfailures++]);
  }
}
