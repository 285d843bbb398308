#include "runtime/engine/state.h"

#include <stdlib.h>

static pel_pipe *last_pipe(pel_sink *k) {
  pel_pipe *last = NULL;
  for (uint32_t i = 0; i < k->run->plan->n_pipes; i++)
    if (k->run->pipes[i].sink == k && k->run->pipes[i].needed) last = &k->run->pipes[i];
  return last;
}

static bool local_made(const pel_sink *k, uint32_t worker) {
  return k->locals && k->locals[worker].ready;
}

pel_status pel__sink_open(pel_sink *k, pel_pipe *first, uint32_t worker) {
  pel_engine_run *run = k->run;
  pel_error e = {0};
  if (k->open) return PEL_OK;
  pel__lock_acquire(&run->lock);
  k->locals = PEL_ARENA_ARRAY(&run->arena, pel_sink_local, run->workers);
  pel__lock_release(&run->lock);
  if (!k->locals) return PEL_E_NOMEM;
  if (!k->op) return k->open = true, PEL_OK;
  pel_status s = pel__node_bind(run, k->index, &k->arena, &k->params, &e);
  if (s)
    return e.message[0]
               ? pel__pipe_fail(first, 0, PEL_E_FAILED, "bad argument", e.message)
               : s;
  pel__stage_init(&k->stage, run, first, worker);
  s = k->op->open ? k->op->open(&k->stage.env, k->params, NULL, &k->state) : PEL_OK;
  k->open = s == PEL_OK;
  return s;
}

/* ---- rows ---- */

static pel_status local_get(pel_sink *k, pel_pipe *p, uint32_t worker,
                            pel_sink_local **out) {
  pel_sink_local *l = *out = &k->locals[worker];
  if (!l->ready) {
    pel__stage_init(&l->stage, k->run, p, worker);
    l->ready = true;
    if (k->op && k->op->local_init)
      l->opened = k->op->local_init(&l->stage.env, k->state, &l->local);
  }
  l->stage.pipe = p;
  return l->opened;
}

static pel_status keep(pel_sink *k, pel_sink_local *l, const pel_chunk *c) {
  pel_piece *piece = l->local;
  if (!piece) {
    const pel_status s = pel__piece_new(k->run->alloc, k->types, k->ntypes, &piece);
    if (s) return s;
    l->local = piece;
  }
  return pel__piece_append(piece, c);
}

/* When the budget is nearly used up, an operator that can spills a part of what it holds.
 */
static pel_status relieve(pel_sink *k, pel_sink_local *l) {
  pel_budget *b = k->run->engine->budget;
  const uint64_t limit = pel__budget_limit(b);
  size_t freed = 0;
  if (!k->op->spill || pel__budget_left(b) > limit / 4) return PEL_OK;
  return k->op->spill(&l->stage.env, k->state, l->local,
                      (size_t)(limit / 4 / k->run->workers), &freed);
}

pel_status pel__sink_consume(pel_sink *k, pel_pipe *p, uint32_t worker,
                             const pel_chunk *c) {
  pel_sink_local *l = NULL;
  pel_chunk numbered = *c;
  pel_status s = local_get(k, p, worker, &l);
  if (s) return s;
  numbered.ordinal += p->base << 32;
  pel__stage_reset(&l->stage);
  l->stage.ordinal = c->ordinal;
  l->stage.rows_in += c->nsel;
  const uint64_t began = pel__clock_ns();
  if (k->op) {
    s = k->op->consume(&l->stage.env, k->state, l->local, p->plan->port, &numbered);
    if (!s) s = relieve(k, l);
  } else {
    s = keep(k, l, &numbered);
  }
  l->stage.ns += pel__clock_ns() - began;
  return s;
}

pel_status pel__sink_end_morsel(pel_sink *k, pel_pipe *p, uint32_t worker,
                                uint64_t morsel) {
  pel_sink_local *l = NULL;
  pel_status s = local_get(k, p, worker, &l);
  if (s) return s;
  if (k->op) {
    pel__stage_reset(&l->stage);
    return k->op->end_morsel
               ? k->op->end_morsel(&l->stage.env, k->state, l->local, morsel)
               : PEL_OK;
  }
  if (!l->local) return PEL_OK;
  l->stage.bytes += pel__piece_bytes(l->local);
  const pel_numbered_piece piece = {morsel, l->local};
  pel__lock_acquire(&k->run->lock); /* the list may grow: nobody spins meanwhile */
  const bool kept = PEL_VEC_PUSH(&k->pieces, piece, k->run->alloc);
  pel__lock_release(&k->run->lock);
  if (!kept) return PEL_E_NOMEM;
  l->local = NULL;
  return PEL_OK;
}

/* ---- the end: seal, phases, done ---- */

static void next_phase(pel_sink *k, uint32_t worker);

/* relaxed: in the middle of a phase, seen late, it only costs work; between phases all
 * workers have been waited for. */
static bool is_broken(const pel_sink *k) {
  return pel__load_u32(&k->broken, PEL_RELAXED) != 0;
}

/* Any worker, several at once. */
static void fail_sink(pel_sink *k, pel_status s) {
  pel__store_u32(&k->broken, 1, PEL_RELAXED);
  pel__pipe_fail_status(last_pipe(k), UINT64_MAX - 1, s);
}

/* Opens a dispenser of n pieces of work whose end is next_phase. */
static pel_status open_work(pel_sink *k, uint64_t n,
                            pel_status (*fn)(void *, uint32_t, const pel_morsel *),
                            pel_status (*then)(void *, uint32_t)) {
  pel_dispenser *d = pel__run_dispenser(k->run);
  if (!d) return PEL_E_NOMEM;
  *d = (pel_dispenser){
      .run = fn, .drained = then, .ctx = k, .count = n, .width = n <= 1 ? 1 : 0};
  pel__job_open(k->run->job, d);
  return PEL_OK;
}

static pel_status then_next_phase(void *ctx, uint32_t worker) {
  next_phase(ctx, worker);
  return PEL_OK;
}

static pel_status run_phase_task(void *ctx, uint32_t worker, const pel_morsel *m) {
  pel_sink *k = ctx;
  pel_sink_local *l = NULL;
  pel_status s = local_get(k, last_pipe(k), worker, &l);
  if (!s) {
    pel__stage_reset(&l->stage);
    const uint64_t began = pel__clock_ns();
    s = k->op->task_run(&l->stage.env, k->state, k->phase, (uint32_t)m->begin);
    l->stage.ns += pel__clock_ns() - began;
  }
  if (s) fail_sink(k, s);
  return PEL_OK;
}

static void next_phase(pel_sink *k, uint32_t worker) {
  uint32_t count = 0;
  pel_status s = PEL_OK;
  pel_sink_local *l = NULL;
  if (!is_broken(k) && k->op->task_count) {
    if (k->sealed) k->phase++;
    k->sealed = true;
    s = local_get(k, last_pipe(k), worker, &l);
    if (!s) s = k->op->task_count(&l->stage.env, k->state, k->phase, &count);
    if (!s && count) s = open_work(k, count, run_phase_task, then_next_phase);
    if (!s && count) return;
  }
  if (s) fail_sink(k, s);
  pel__run_sink_complete(k, worker);
}

static pel_status seal_local(void *ctx, uint32_t worker, const pel_morsel *m) {
  pel_sink *k = ctx;
  pel_sink_local *l = &k->locals[m->begin];
  if (!l->ready || is_broken(k)) return PEL_OK;
  l->stage.worker = l->stage.env.worker =
      worker; /* whoever seals it may write to the logs of its own only */
  pel__stage_reset(&l->stage);
  const uint64_t began = pel__clock_ns();
  const pel_status s = k->op->seal(&l->stage.env, k->state, l->local);
  l->stage.ns += pel__clock_ns() - began;
  if (s) fail_sink(k, s);
  return PEL_OK;
}

/* ---- slots ---- */

static int by_morsel(const void *a, const void *b) {
  const uint64_t x = ((const pel_numbered_piece *)a)->morsel,
                 y = ((const pel_numbered_piece *)b)->morsel;
  return x < y ? -1 : x > y;
}

static pel_status join_part(void *ctx, uint32_t worker, const pel_morsel *m) {
  pel_sink *k = ctx;
  (void)worker;
  const pel_status s = pel__table_join_part(k->join, (uint32_t)m->begin);
  if (s) fail_sink(k, s);
  return PEL_OK;
}

static pel_status joined(void *ctx, uint32_t worker) {
  pel_sink *k = ctx;
  pel_table **slot = &k->run->slots[k->index - k->run->plan->n_nodes];
  if (is_broken(k)) {
    pel__table_join_abandon(k->join);
  } else {
    const pel_status s = pel__table_join_end(k->join, slot);
    if (s) fail_sink(k, s);
  }
  k->join = NULL;
  pel__run_sink_complete(k, worker);
  return PEL_OK;
}

static pel_status join_pieces(pel_sink *k) {
  uint32_t parts = 0;
  const size_t n = k->pieces.n;
  pel_piece **pieces = pel__alloc_get(k->run->alloc, (n + 1) * sizeof *pieces);
  if (!pieces) return PEL_E_NOMEM;
  if (n) qsort(k->pieces.at, n, sizeof *k->pieces.at, by_morsel);
  for (size_t i = 0; i < n; i++) pieces[i] = k->pieces.at[i].piece;
  pel_status s = pel__table_join_begin(k->run->alloc, k->types, k->ntypes, pieces, n,
                                       &k->join, &parts);
  k->pieces.n = 0; /* the join has taken them, also when it failed */
  pel__alloc_free(k->run->alloc, pieces, (n + 1) * sizeof *pieces);
  if (!s) s = open_work(k, parts, join_part, joined);
  return s;
}

void pel__sink_finish(pel_sink *k, uint32_t worker) {
  if (k->open && k->op && k->op->needed_end) pel__sink_forget_unneeded(k);
  for (uint32_t i = 0; i < k->run->plan->n_pipes; i++)
    if (k->run->pipes[i].sink == k && k->run->pipes[i].failed) k->failed = true;
  pel_status s = PEL_OK;
  if (k->failed || !k->open) {
    pel__run_sink_complete(k, worker);
    return;
  }
  if (!k->op)
    s = join_pieces(k);
  else if (k->op->seal)
    s = open_work(k, k->run->workers, seal_local, then_next_phase);
  else
    next_phase(k, worker);
  if (!s) return;
  fail_sink(k, s);
  pel__run_sink_complete(k, worker);
}

void pel__sink_close(pel_sink *k) {
  pel_engine_run *run = k->run;
  for (uint32_t i = 0; k->locals && i < run->workers; i++) {
    pel_sink_local *l = &k->locals[i];
    if (!local_made(k, i)) continue;
    if (k->op && l->local && k->op->local_fini)
      k->op->local_fini(&l->stage.env, k->state, l->local);
    if (!k->op && l->local) pel__piece_free(l->local);
    pel__stage_deinit(&l->stage);
    l->ready = false;
  }
  for (size_t i = 0; i < k->pieces.n; i++) pel__piece_free(k->pieces.at[i].piece);
  PEL_VEC_DEINIT(&k->pieces, run->alloc);
  if (k->join) pel__table_join_abandon(k->join);
  k->join = NULL;
  if (k->op && k->open && !k->complete && k->op->abandon)
    k->op->abandon(&k->stage.env, k->state);
  if (k->op && k->open && k->op->close) k->op->close(&k->stage.env, k->state);
  pel__stage_deinit(&k->stage);
  k->open = false;
}
