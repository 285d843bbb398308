#include "runtime/engine/state.h"

/* Whether a failure stands in front of the one that is known. Rows behind a failing one
 * are not handed on, so that behind a join, which numbers its rows anew, what fails later
 * in a unit stands in front. */
static bool comes_before(const pel_pipe *p, uint64_t ordinal) {
  if (p->renumbers && ordinal >> 32 == p->failure.ordinal >> 32) return true;
  return ordinal < p->failure.ordinal;
}

/* Under the run's lock. Whoever is told that memory ran out is told how much there is. */
static const char *without_copy(pel_engine_run *run, const pel_failure *f) {
  if (f->status != PEL_E_NOMEM) return "no memory for the message";
  const size_t n = strnlen(f->text, sizeof run->exhausted_text - 1);
  memcpy(run->exhausted_text, f->text, n);
  run->exhausted_text[n] = 0;
  return run->exhausted_text;
}

/* Shown once the run is over; of a pipe's failures the first. */
pel_status pel__pipe_fail_with(pel_pipe *p, uint64_t ordinal, const pel_failure *f) {
  pel_engine_run *run = p->run;
  pel__lock_acquire(&run->lock);
  if (!p->own_failure || comes_before(p, ordinal)) {
    char *copy = pel__arena_text(&run->arena, f->text, strlen(f->text));
    p->failure = *f;
    p->failure.item = p->plan->item;
    p->failure.span = p->plan->span;
    p->failure.text = copy ? copy : without_copy(run, f);
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

static bool has_failed(pel_pipe *p) {
  pel__lock_acquire(&p->run->lock);
  const bool failed = p->own_failure;
  pel__lock_release(&p->run->lock);
  return failed;
}

void pel__pipe_fail_status(pel_pipe *p, uint64_t ordinal, pel_status status) {
  if (status == PEL_E_NOMEM) {
    pel_error e = {0};
    pel__store_u32(&p->run->exhausted, 1, PEL_RELAXED); /* read after the run */
    (void)pel__engine_no_memory(p->run->engine, "", &e);
    (void)pel__pipe_fail(p, ordinal, status, "out of memory", e.message);
  } else if (!has_failed(p)) {
    (void)pel__pipe_fail(p, ordinal, status, "internal", explain(status));
  }
}

void pel__pipe_stop(pel_pipe *p, uint64_t ordinal) {
  uint64_t now = pel__load_u64(&p->stop, PEL_RELAXED);
  /* relaxed: a worker that sees it late only does work that is not needed */
  while (ordinal < now && !pel__cas_u64(&p->stop, &now, ordinal, PEL_RELAXED)) {
  }
}

static void forget_rejects(pel_pipe *p, uint64_t end) {
  pel_engine_run *run = p->run;
  if (p->renumbers && end) end = (((end - 1) >> 32) + 1) << 32;
  for (size_t i = 0; i < p->rejects.n; i++) p->unneeded += p->rejects.at[i] >= end;
  pel__add_u64(&run->rejected, UINT64_C(0) - p->unneeded, PEL_RELAXED);
  pel__lock_acquire(&run->lock);
  if (run->options.reject_end)
    run->options.reject_end(run->options.reject_ctx, p->index, end);
  pel__lock_release(&run->lock);
}

void pel__sink_forget_unneeded(pel_sink *k) {
  const uint64_t end = k->op->needed_end(&k->stage.env, k->state);
  if (end == UINT64_MAX) return;
  for (uint32_t i = 0; i < k->run->plan->n_pipes; i++) {
    pel_pipe *p = &k->run->pipes[i];
    if (p->sink != k || !p->needed) continue;
    const uint64_t base = p->base << 32, own_end = end > base ? end - base : 0;
    /* Of a unit that failed nothing came from behind the failing row: if what came was
     * enough, the row was not needed. */
    if (p->own_failure && p->failure.status == PEL_E_FAILED &&
        (own_end == 0 || (own_end - 1) >> 32 <= p->failure.ordinal >> 32))
      p->failed = p->own_failure = false;
    forget_rejects(p, own_end);
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
