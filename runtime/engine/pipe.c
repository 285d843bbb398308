#include "runtime/engine/state.h"

#include "runtime/base/check.h"

enum { SLOT_MORSEL = 64 * 1024, WINDOW = 64 };

/* ---- lanes: what a worker needs to run a pipe ---- */

static uint32_t step_prog(const pel_pipe *p, uint32_t i) {
  return p->run->plan->steps[p->plan->steps.at + i].prog;
}
static uint32_t step_node(const pel_pipe *p, uint32_t i) {
  return p->run->plan->steps[p->plan->steps.at + i].node;
}

static pel_status lane_steps(pel_pipe *p, pel_lane *l, uint32_t worker) {
  pel_engine_run *run = p->run;
  const uint32_t n = p->plan->steps.n;
  pel__lock_acquire(&run->lock);
  l->steps = PEL_ARENA_ARRAY(&run->arena, pel_stage, n + 1);
  l->vms = PEL_ARENA_ARRAY(&run->arena, pel_vm_local *, n + 1);
  l->probed = PEL_ARENA_ARRAY(&run->arena, uint64_t, n + 1);
  pel__lock_release(&run->lock);
  if (!l->steps || !l->vms || !l->probed) return PEL_E_NOMEM;
  pel_vm_hooks hooks = run->hooks;
  hooks.items &= p->plan->from == PEL_FROM_UNIT;
  bool own_rows = true; /* those of the source: a probe's are others */
  for (uint32_t i = 0; i < n; i++) {
    pel__stage_init(&l->steps[i], run, p, worker);
    own_rows &= step_prog(p, i) != PEL_NONE;
    if (own_rows) l->steps[i].lane = l;
    if (step_prog(p, i) == PEL_NONE) continue;
    const pel_status s = pel__vm_local_new(run->vms[step_prog(p, i)], &l->steps[i].env,
                                           run->slots, &hooks, run->alloc, &l->vms[i]);
    if (s) return s;
  }
  return PEL_OK;
}

static uint32_t slot_columns(const pel_pipe *p) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < p->plan->slots.n; i++)
    n += p->run->slots[p->run->plan->args[p->plan->slots.at + i]]->ncols;
  return n;
}

static pel_status lane_open(pel_pipe *p, pel_lane *l, uint32_t worker) {
  pel_engine_run *run = p->run;
  l->ready = true;
  pel__stage_init(&l->source, run, p, worker);
  if (p->plan->from == PEL_FROM_NODE) l->source.lane = l;
  pel_status s = lane_steps(p, l, worker);
  if (s) return s;
  if (p->plan->from == PEL_FROM_SLOTS) {
    pel__lock_acquire(&run->lock);
    l->slot_cols = PEL_ARENA_ARRAY(&run->arena, pel_col, slot_columns(p) + 1);
    pel__lock_release(&run->lock);
    return l->slot_cols ? PEL_OK : PEL_E_NOMEM;
  }
  if (p->plan->from != PEL_FROM_READER) return PEL_OK;
  if (p->plan->filter != PEL_NONE) {
    pel__stage_init(&l->filter_stage, run, p, worker);
    l->filter_stage.lane = l;
    s = pel__vm_local_new(run->vms[p->plan->filter], &l->filter_stage.env, run->slots,
                          &run->hooks, run->alloc, &l->filter);
    if (s) return s;
  }
  return p->source_op->local_init
             ? p->source_op->local_init(&l->source.env, p->source_state, &l->local)
             : PEL_OK;
}

static void lane_close(pel_pipe *p, pel_lane *l) {
  if (!l->ready) return;
  if (l->local && p->source_op->local_fini)
    p->source_op->local_fini(&l->source.env, p->source_state, l->local);
  for (uint32_t i = 0; l->steps && i < p->plan->steps.n; i++) {
    if (l->vms && l->vms[i]) pel__vm_local_free(l->vms[i]);
    pel__stage_deinit(&l->steps[i]);
  }
  if (l->filter) pel__vm_local_free(l->filter);
  pel__stage_deinit(&l->filter_stage);
  pel__stage_deinit(&l->source);
  l->local = NULL;
  l->filter = NULL;
  l->ready = false;
}

static pel_status lane_get(pel_pipe *p, uint32_t worker, pel_lane **out) {
  pel_lane *l = *out = &p->lanes[worker];
  if (!l->ready) l->opened = lane_open(p, l, worker);
  return l->opened;
}

/* ---- pushing chunks through the steps ---- */

static pel_status push(pel_pipe *p, pel_lane *l, uint32_t worker, uint32_t step,
                       const pel_chunk *c);

static pel_status run_program(pel_pipe *p, pel_lane *l, uint32_t worker, uint32_t i,
                              const pel_chunk *c) {
  pel_stage *s = &l->steps[i];
  pel_chunk out;
  pel__stage_reset(s);
  s->ordinal = c->ordinal;
  const uint64_t began = pel__clock_ns();
  const pel_status st = pel__vm_run(l->vms[i], &s->env, c, &out);
  s->ns += pel__clock_ns() - began;
  s->rows_in += c->nsel;
  if (st) return st;
  s->rows_out += out.nsel;
  return push(p, l, worker, i + 1, &out);
}

/* The rows a probe gives are numbered anew within the morsel. */
static pel_status run_probe(pel_pipe *p, pel_lane *l, uint32_t worker, uint32_t i,
                            const pel_chunk *c) {
  const pel_sink *k = &p->run->sinks[step_node(p, i)];
  pel_stage *s = &l->steps[i];
  pel_cursor cursor = {{0}};
  s->ordinal = c->ordinal;
  s->rows_in += c->nsel;
  for (;;) {
    pel_chunk out;
    if (pel__job_cancelled(p->run->job))
      return PEL_OK; /* a thousand rows may meet a thousand million */
    pel__stage_reset(s);
    const uint64_t began = pel__clock_ns();
    const pel_status st = k->op->apply(&s->env, k->state, c, &cursor, &out);
    s->ns += pel__clock_ns() - began;
    if (st == PEL_DONE) return PEL_OK;
    if (st) return st;
    if (l->probed[i] + out.rows > UINT32_MAX)
      return s->env.fail(
          &s->env, c->ordinal, "too many rows",
          "a join gives more than 2^32 rows for one part of its left side");
    out.ordinal = (c->ordinal >> 32 << 32) | l->probed[i];
    l->probed[i] += out.rows;
    s->rows_out += out.nsel;
    const pel_status pushed = push(p, l, worker, i + 1, &out);
    if (pushed) return pushed;
  }
}

static pel_status push(pel_pipe *p, pel_lane *l, uint32_t worker, uint32_t step,
                       const pel_chunk *c) {
  if (c->nsel == 0) return PEL_OK;
  if (step == p->plan->steps.n) return pel__sink_consume(p->sink, p, worker, c);
  if (step_prog(p, step) != PEL_NONE) return run_program(p, l, worker, step, c);
  return run_probe(p, l, worker, step, c);
}

/* ---- sources ---- */

static pel_status slots_chunk(pel_pipe *p, pel_lane *l, const pel_unit *u,
                              pel_cursor *cur, pel_chunk *out) {
  const uint64_t first = u->index * p->morsel_rows + cur->word[0];
  uint64_t end = (u->index + 1) * p->morsel_rows;
  uint32_t at = 0;
  if (end > p->rows) end = p->rows;
  if (first >= end) return PEL_DONE;
  const uint32_t n =
      end - first > PEL_BLOCK_ROWS ? PEL_BLOCK_ROWS : (uint32_t)(end - first);
  for (uint32_t i = 0; i < p->plan->slots.n; i++) {
    const pel_table *t = p->run->slots[p->run->plan->args[p->plan->slots.at + i]];
    pel_chunk part = {.cols = l->slot_cols + at};
    const pel_status s = pel__table_chunk(t, first, n, &l->source.env, &part);
    if (s) return s;
    if (part.cols != l->slot_cols + at)
      memcpy(l->slot_cols + at, part.cols, t->ncols * sizeof(pel_col));
    at += t->ncols;
  }
  *out = (pel_chunk){.rows = n,
                     .nsel = n,
                     .ncols = at,
                     .cols = l->slot_cols,
                     .ordinal = (u->index << 32) | cur->word[0]};
  cur->word[0] += n;
  return PEL_OK;
}

static pel_status next_chunk(pel_pipe *p, pel_lane *l, const pel_unit *u, pel_cursor *cur,
                             pel_chunk *out) {
  switch (p->plan->from) {
    case PEL_FROM_READER:
      return p->source_op->scan(&l->source.env, p->source_state, l->local, u, cur, out);
    case PEL_FROM_NODE:
      return p->source_op->emit(&l->source.env, p->source_state, u, cur, out);
    case PEL_FROM_SLOTS:
      return slots_chunk(p, l, u, cur, out);
    case PEL_FROM_UNIT:
      if (cur->word[0]++) return PEL_DONE;
      *out = (pel_chunk){.rows = 1, .nsel = 1, .ordinal = 0};
      return PEL_OK;
  }
  return PEL_E_INTERNAL;
}

/* What its rows were rejected for is told as far as the sink needed them; where their
 * numbers are not the reader's that means whole units. */
static bool reads_on(const pel_pipe *p) {
  return p->renumbers && p->plan->from == PEL_FROM_READER && p->sink->op &&
         p->sink->op->needed_end;
}

/* The unit, or an earlier one, has failed or given enough. relaxed: seen late, it only
 * costs work. */
static bool is_stopped(const pel_pipe *p, const pel_unit *u) {
  return pel__load_u64(&p->stop, PEL_RELAXED) >> 32 <= u->index;
}

static pel_status run_unit(pel_pipe *p, pel_lane *l, uint32_t worker, const pel_unit *u) {
  pel_cursor cursor = {{0}};
  bool enough = false;
  memset(l->probed, 0, p->plan->steps.n * sizeof *l->probed);
  while (enough || !is_stopped(p, u)) {
    pel_chunk c;
    pel__stage_reset(&l->source);
    l->source.ordinal = (u->index << 32) | cursor.word[0];
    const uint64_t began = pel__clock_ns();
    pel_status s = next_chunk(p, l, u, &cursor, &c);
    l->source.ns += pel__clock_ns() - began;
    if (s == PEL_DONE) return PEL_OK;
    if (s) return s;
    l->source.rows_out += c.nsel;
    if (p->unit_rows) p->unit_rows[u->index] += c.nsel;
    if (pel__job_cancelled(p->run->job)) return PEL_OK;
    if (enough) continue;
    l->source.ordinal = c.ordinal;
    s = push(p, l, worker, 0, &c);
    if (s == PEL_DONE) {
      pel__pipe_stop(p, c.ordinal);
      enough = reads_on(p);
      if (!enough) return PEL_OK;
    } else if (s) {
      return s;
    }
  }
  return PEL_OK;
}

/* The same, counted for whoever looks how far the run is. */
static pel_status read_unit(pel_pipe *p, pel_lane *l, uint32_t worker,
                            const pel_unit *u) {
  const uint64_t rows = l->source.rows_out, bytes = l->source.bytes;
  const pel_status s = run_unit(p, l, worker, u);
  if (p->plan->from != PEL_FROM_READER) return s;
  pel__add_u64(&p->run->rows_read, l->source.rows_out - rows, PEL_RELAXED);
  pel__add_u64(&p->run->bytes_read, l->source.bytes - bytes, PEL_RELAXED);
  return s;
}

/* ---- morsels ---- */

static bool ordered(const pel_pipe *p) {
  return p->sink->op && p->sink->op->props & PEL_ORDERED;
}

/* Unit i is finished: the window of an ordered sink moves on, and with it those who wait
 * for it outside. */
static void finish_unit(pel_pipe *p, uint64_t i) {
  bool moved = false;
  pel__spin_lock(&p->lock);
  if (i + 1 > p->highest) p->highest = i + 1;
  if (ordered(p)) {
    if (i >= p->lowest && i - p->lowest < WINDOW)
      p->window |= UINT64_C(1) << (i - p->lowest);
    while (p->window & 1) {
      p->window >>= 1;
      p->lowest++;
      moved = true;
    }
  }
  pel__spin_unlock(&p->lock);
  if (moved) pel__job_resume(p->dispenser);
}

/* Under the dispenser's lock: a ticket is only a number; the unit is cut by the worker
 * that has it. */
static pel_status next_ticket(void *ctx, uint32_t worker, pel_morsel *m) {
  (void)worker;
  pel_pipe *p = ctx;
  const uint64_t ticket =
      pel__load_u64(&p->tickets, PEL_RELAXED); /* written under this lock only */
  if (p->plan->from != PEL_FROM_READER && ticket >= p->units) return PEL_DONE;
  if (p->plan->from != PEL_FROM_READER &&
      ticket << 32 > pel__load_u64(&p->stop, PEL_RELAXED))
    return PEL_DONE;
  if (ordered(p)) {
    pel__spin_lock(&p->lock);
    const bool full = ticket >= p->lowest + WINDOW;
    pel__spin_unlock(&p->lock);
    if (full) {
      m->later = true;
      return PEL_OK;
    }
  }
  pel__store_u64(&p->tickets, ticket + 1, PEL_RELAXED);
  m->ordinal = 0;
  m->begin = ticket;
  return PEL_OK;
}

static pel_status cut_unit(pel_pipe *p, pel_lane *l, uint64_t ticket, pel_unit *u) {
  *u = (pel_unit){.index = ticket};
  if (p->plan->from != PEL_FROM_READER) return PEL_OK;
  return p->source_op->next_unit(&l->source.env, p->source_state, l->local, u);
}

static pel_status run_ticket(void *ctx, uint32_t worker, const pel_morsel *m) {
  pel_pipe *p = ctx;
  pel_lane *l = NULL;
  pel_unit u = {0};
  pel_status s = lane_get(p, worker, &l);
  if (s) { /* no unit was cut: nobody may wait for one */
    pel__pipe_fail_status(p, 0, s);
    return PEL_DONE;
  }
  pel__stage_reset(&l->source);
  s = cut_unit(p, l, m->begin, &u);
  if (s == PEL_DONE) return PEL_DONE;
  const bool wanted = u.index << 32 <= pel__load_u64(&p->stop, PEL_RELAXED);
  if (!s && wanted) s = read_unit(p, l, worker, &u);
  if (!s && wanted && !pel__job_cancelled(p->run->job)) {
    s = pel__sink_end_morsel(p->sink, p, worker, p->base + u.index);
    if (s == PEL_DONE) pel__pipe_stop(p, u.index << 32 | UINT32_MAX), s = PEL_OK;
  }
  if (s) pel__pipe_fail_status(p, u.index << 32, s);
  finish_unit(p, u.index);
  /* Units come in ascending order: behind an unwanted one there are only unwanted ones.
   */
  return wanted ? PEL_OK : PEL_DONE;
}

static pel_status drained(void *ctx, uint32_t worker) {
  pel__run_pipe_drained(ctx, worker);
  return PEL_OK;
}

/* ---- opening ---- */

static pel_status pushed_filter(void *ctx, const pel_env *env, const pel_chunk *in,
                                uint16_t *sel, uint32_t *nsel) {
  pel_pipe *p = ctx;
  pel_lane *l = &p->lanes[env->worker];
  pel_chunk out;
  pel__stage_reset(&l->filter_stage);
  l->filter_stage.ordinal = in->ordinal;
  const pel_status s = pel__vm_run(l->filter, &l->filter_stage.env, in, &out);
  if (s) return s;
  for (uint32_t i = 0; i < out.nsel; i++) sel[i] = out.sel ? out.sel[i] : (uint16_t)i;
  *nsel = out.nsel;
  return PEL_OK;
}

static pel_status open_reader(pel_pipe *p, const pel_env *env) {
  pel_engine_run *run = p->run;
  const pel_plan_pipe *plan = p->plan;
  const pel_plan_node *node = &run->plan->nodes[plan->source];
  pel_error e = {0};
  p->source_op = run->ops[node->op];
  pel_status s = pel__node_bind(run, plan->source, &p->arena, &p->source_params, &e);
  if (s)
    return e.message[0] ? pel__pipe_fail(p, 0, PEL_E_FAILED, "bad argument", e.message)
                        : s;
  p->request = (pel_request){.columns = run->plan->args + plan->columns.at,
                             .ncolumns = plan->columns.n,
                             .limit = plan->limit};
  if (plan->filter != PEL_NONE) {
    p->request.filter = pushed_filter;
    p->request.filter_ctx = p;
    p->request.filter_columns = run->plan->args + plan->filter_columns.at;
    p->request.nfilter = plan->filter_columns.n;
  }
  s = p->source_op->open
          ? p->source_op->open(env, p->source_params, &p->request, &p->source_state)
          : PEL_OK;
  p->source_open = s == PEL_OK;
  return s;
}

static pel_status open_slots(pel_pipe *p) {
  const pel_plan_data *plan = p->run->plan;
  for (uint32_t i = 0; i < p->plan->slots.n; i++) {
    const pel_table *t = p->run->slots[plan->args[p->plan->slots.at + i]];
    if (!t) return PEL_E_INTERNAL;
    if (i && t->rows != p->rows) {
      char text[160];
      pel_buf b;
      pel__buf_init(&b, NULL);
      pel__buf_printf(
          &b, "values of %llu and of %llu elements cannot be combined element by element",
          (unsigned long long)p->rows, (unsigned long long)t->rows);
      const size_t n = b.n < sizeof text - 1 ? b.n : sizeof text - 1;
      memcpy(text, pel__buf_z(&b), n);
      text[n] = 0;
      pel__buf_deinit(&b);
      return pel__pipe_fail(p, 0, PEL_E_FAILED, "size", text);
    }
    p->rows = t->rows;
  }
  const uint32_t wish = p->run->engine->options.morsel_rows;
  p->morsel_rows = wish ? wish : SLOT_MORSEL;
  p->units = (p->rows + p->morsel_rows - 1) / p->morsel_rows;
  return PEL_OK;
}

static pel_status open_source(pel_pipe *p, const pel_env *env) {
  switch (p->plan->from) {
    case PEL_FROM_READER:
      return open_reader(p, env);
    case PEL_FROM_NODE: {
      pel_sink *k = &p->run->sinks[p->plan->source];
      p->source_op = k->op;
      p->source_state = k->state;
      return k->op->unit_count(env, k->state, &p->units);
    }
    case PEL_FROM_SLOTS:
      return open_slots(p);
    case PEL_FROM_UNIT:
      return p->units = 1, PEL_OK;
  }
  return PEL_E_INTERNAL;
}

static pel_status count_units(pel_pipe *p) {
  pel__lock_acquire(&p->run->lock);
  p->unit_rows = PEL_ARENA_ARRAY(&p->run->arena, uint64_t, p->units + 1);
  pel__lock_release(&p->run->lock);
  return p->unit_rows ? PEL_OK : PEL_E_NOMEM;
}

pel_status pel__pipe_open(pel_pipe *p, uint32_t worker) {
  pel_engine_run *run = p->run;
  pel__lock_acquire(&run->lock);
  p->lanes = PEL_ARENA_ARRAY(&run->arena, pel_lane, run->workers);
  p->dispenser = PEL_ARENA_NEW(&run->arena, pel_dispenser);
  pel__lock_release(&run->lock);
  if (!p->lanes || !p->dispenser) return PEL_E_NOMEM;
  pel__store_u64(&p->stop, UINT64_MAX, PEL_RELAXED); /* before any worker sees the pipe */
  p->base = p->sink->morsels;
  for (uint32_t i = 0; i < p->plan->steps.n; i++)
    p->renumbers |= step_prog(p, i) == PEL_NONE;
  pel__stage_init(&p->stage, run, p, worker);
  pel_status s = open_source(p, &p->stage.env);
  if (!s && p->plan->from == PEL_FROM_NODE) s = count_units(p);
  if (!s) s = pel__sink_open(p->sink, p, worker);
  if (s) return s;
  const bool single = p->plan->from != PEL_FROM_READER && p->units <= 1;
  *p->dispenser = (pel_dispenser){.next = next_ticket,
                                  .run = run_ticket,
                                  .drained = drained,
                                  .ctx = p,
                                  .width = single ? 1 : 0};
  pel__job_open(run->job, p->dispenser);
  return PEL_OK;
}

void pel__pipe_close(pel_pipe *p) {
  for (uint32_t i = 0; p->lanes && i < p->run->workers; i++) lane_close(p, &p->lanes[i]);
  if (p->source_open && p->source_op->close)
    p->source_op->close(&p->stage.env, p->source_state);
  p->source_open = false;
  pel__stage_deinit(&p->stage);
}
