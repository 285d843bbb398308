#include "runtime/engine/state.h"

/* ---- what is needed, and what waits for what ---- */

typedef void (*visit)(pel_engine_run *run, void *ctx, pel_sink *k);

static void visit_slot(pel_engine_run *run, uint32_t slot, visit fn, void *ctx) {
  fn(run, ctx, &run->sinks[pel__sink_of_slot(run->plan, slot)]);
}

static void visit_prog(pel_engine_run *run, uint32_t prog, visit fn, void *ctx) {
  const pel_plan_data *plan = run->plan;
  if (prog == PEL_NONE) return;
  const pel_range r = plan->progs[prog].instrs;
  for (uint32_t i = r.at; i < r.at + r.n; i++) {
    const pel_instr *in = &plan->instrs[i];
    if (in->code == PEL_CODE_SLOT) visit_slot(run, plan->args[in->args], fn, ctx);
    if (in->code == PEL_CODE_LIST_MAP) visit_prog(run, in->ref, fn, ctx);
  }
}

static void visit_args(pel_engine_run *run, uint32_t node, visit fn, void *ctx) {
  const pel_plan_data *plan = run->plan;
  const pel_range r = plan->nodes[node].args;
  for (uint32_t i = r.at; i < r.at + r.n; i++) {
    const pel_plan_arg *a = &plan->node_args[i];
    if (a->kind == PEL_ARG_PARAM) visit_slot(run, plan->params[a->ref].slot, fn, ctx);
    if (a->kind == PEL_ARG_SLOT) visit_slot(run, a->ref, fn, ctx);
  }
}

/* Calls fn for every sink that a pipe reads from. */
static void visit_inputs(pel_engine_run *run, const pel_plan_pipe *q, visit fn,
                         void *ctx) {
  const pel_plan_data *plan = run->plan;
  if (q->from == PEL_FROM_NODE) fn(run, ctx, &run->sinks[q->source]);
  if (q->from == PEL_FROM_READER) visit_args(run, q->source, fn, ctx);
  if (q->from == PEL_FROM_SLOTS)
    for (uint32_t i = 0; i < q->slots.n; i++)
      visit_slot(run, plan->args[q->slots.at + i], fn, ctx);
  visit_prog(run, q->filter, fn, ctx);
  for (uint32_t i = q->steps.at; i < q->steps.at + q->steps.n; i++) {
    visit_prog(run, plan->steps[i].prog, fn, ctx);
    if (plan->steps[i].node != PEL_NONE) fn(run, ctx, &run->sinks[plan->steps[i].node]);
  }
  if (q->sink != PEL_NONE) visit_args(run, q->sink, fn, ctx);
}

/* And for the call that must be over before. */
static void visit_waits(pel_engine_run *run, const pel_plan_pipe *q, visit fn,
                        void *ctx) {
  visit_inputs(run, q, fn, ctx);
  if (q->sink != PEL_NONE && run->sinks[q->sink].after)
    fn(run, ctx, run->sinks[q->sink].after);
}

static void wait_for(pel_engine_run *run, void *ctx, pel_sink *k) {
  pel_pipe *p = ctx;
  (void)run;
  k->readers++;
  if (!k->complete) p->pending++;
}

static bool only_tests(const pel_engine_run *run) {
  for (uint32_t i = 0; i < run->plan->n_items; i++)
    if (run->options.items[i] && run->plan->items[i].kind != PEL_ITEM_TEST) return false;
  return true;
}

/* Calls of impure functions follow each other in the order of the plan, which is the
 * order of items. */
static void chain_impure(pel_engine_run *run) {
  pel_sink *before = NULL;
  for (uint32_t i = 0; i < run->plan->n_nodes; i++) {
    pel_sink *k = &run->sinks[i];
    if (!k->needed || !pel__plan_is_impure(run->plan, i)) continue;
    k->after = before;
    before = k;
  }
}

pel_status pel__run_mark_needed(pel_engine_run *run) {
  const pel_plan_data *plan = run->plan;
  bool *roots = PEL_ARENA_ARRAY(&run->arena, bool, plan->n_items + 1);
  bool *pipes = PEL_ARENA_ARRAY(&run->arena, bool, plan->n_pipes + 1);
  bool *slots = PEL_ARENA_ARRAY(&run->arena, bool, plan->n_slots + 1);
  if (!roots || !pipes || !slots) return PEL_E_NOMEM;
  for (uint32_t i = 0; i < plan->n_items; i++)
    roots[i] =
        run->options.items ? run->options.items[i] : plan->items[i].kind == PEL_ITEM_OUT;
  const bool impure =
      !run->options.items || !only_tests(run); /* tests alone run nothing else (R5) */
  const pel_status s =
      pel__plan_needed_beside(plan, roots, run->bound, impure, pipes, slots);
  if (s) return s;
  for (uint32_t i = 0; i < plan->n_slots; i++)
    run->sinks[pel__sink_of_slot(plan, i)].needed = slots[i];
  for (uint32_t i = 0; i < plan->n_pipes; i++) {
    pel_pipe *p = &run->pipes[i];
    p->needed = pipes[i];
    if (!p->needed) continue;
    p->sink->needed = true;
    pel__add_u32(&run->parts, 1, PEL_RELAXED);
  }
  chain_impure(run);
  return PEL_OK;
}

void pel__run_count_waits(pel_engine_run *run) {
  const pel_plan_data *plan = run->plan;
  for (uint32_t i = 0; i < plan->n_pipes; i++) {
    pel_pipe *p = &run->pipes[i];
    if (!p->needed) continue;
    visit_waits(run, p->plan, wait_for, p);
    if (p->sink->npipes++) p->pending++; /* pipes into one sink follow each other */
  }
  for (uint32_t i = 0; i < plan->n_items; i++) { /* what is asked for stays */
    const pel_plan_item *item = &plan->items[i];
    if (item->slot != PEL_NONE) run->sinks[pel__sink_of_slot(plan, item->slot)].readers++;
    if (item->left != PEL_NONE) run->sinks[pel__sink_of_slot(plan, item->left)].readers++;
    if (item->right != PEL_NONE)
      run->sinks[pel__sink_of_slot(plan, item->right)].readers++;
  }
}

/* ---- advancing ---- */

pel_dispenser *pel__run_dispenser(pel_engine_run *run) {
  pel__lock_acquire(&run->lock);
  pel_dispenser *d = PEL_ARENA_NEW(&run->arena, pel_dispenser);
  pel__lock_release(&run->lock);
  return d;
}

/* Under the lock. */
static void release_wait(pel_engine_run *run, pel_pipe *p) {
  if (--p->pending || p->state != PEL_PIPE_WAITS) return;
  p->state = PEL_PIPE_READY;
  if (!PEL_VEC_PUSH(&run->ready, p->index, run->alloc))
    pel__store_u32(&run->exhausted, 1, PEL_RELAXED);
}

static void inherit(pel_engine_run *run, void *ctx, pel_sink *k) {
  pel_pipe *p = ctx;
  (void)run;
  if (k->failed) p->failed = true;
}

static pel_pipe *next_ready(pel_engine_run *run) {
  pel_pipe *p = NULL;
  pel__lock_acquire(&run->lock);
  if (run->ready.n) {
    p = &run->pipes[run->ready.at[--run->ready.n]];
    p->state = PEL_PIPE_RUNS; /* others look at it under the lock */
  }
  pel__lock_release(&run->lock);
  return p;
}

/* Starts what may start. A pipe that cannot is over at once, and so may be others behind
 * it: a loop, not recursion. */
static void advance(pel_engine_run *run, uint32_t worker) {
  for (pel_pipe *p; (p = next_ready(run));) {
    visit_inputs(run, p->plan, inherit, p);
    const bool refused = p->failed; /* once it is open, it may fail on another worker,
                                       which then drains it */
    const pel_status s = refused ? PEL_OK : pel__pipe_open(p, worker);
    if (s) pel__pipe_fail_status(p, 0, s);
    if (s || refused) pel__run_pipe_drained(p, worker);
  }
}

typedef struct waiting {
  pel_sink *sink;
  uint32_t times;
} waiting;

static void count_reads(pel_engine_run *run, void *ctx, pel_sink *k) {
  waiting *w = ctx;
  (void)run;
  w->times += w->sink == k;
}

/* A value that nobody will read any more. */
static void drop_unread(pel_engine_run *run, void *ctx, pel_sink *k) {
  (void)ctx;
  if (--k->readers) return;
  if (k->op) {
    pel__sink_close(k);
  } else {
    pel_table **slot = &run->slots[k->index - run->plan->n_nodes];
    if (*slot) pel__table_release(*slot);
    *slot = NULL;
  }
}

void pel__run_pipe_drained(pel_pipe *p, uint32_t worker) {
  pel_engine_run *run = p->run;
  pel_sink *k = p->sink;
  pel__pipe_close(p);
  pel__add_u32(&run->parts_done, 1, PEL_RELAXED);
  k->morsels = p->base + p->highest;
  pel__lock_acquire(&run->lock);
  p->state = PEL_PIPE_OVER;
  const bool last = ++k->drained == k->npipes;
  for (uint32_t i = p->index + 1; !last && i < run->plan->n_pipes; i++) {
    if (run->pipes[i].sink != k || !run->pipes[i].needed) continue;
    release_wait(run, &run->pipes[i]);
    break;
  }
  pel__lock_release(&run->lock);
  if (last)
    pel__sink_finish(k, worker);
  else
    advance(run, worker);
}

void pel__run_sink_complete(pel_sink *k, uint32_t worker) {
  pel_engine_run *run = k->run;
  if (pel__load_u32(&k->broken, PEL_RELAXED)) k->failed = true; /* all are done */
  if (k->op && k->op->kind == PEL_OP_SINK && k->open && !k->failed && k->op->commit) {
    const pel_status s = k->op->commit(&k->stage.env, k->state);
    if (s) k->failed = true;
  } else if (k->op && k->open && k->failed && k->op->abandon) {
    k->op->abandon(&k->stage.env, k->state);
  }
  pel__lock_acquire(&run->lock);
  k->complete = true;
  for (uint32_t i = 0; i < run->plan->n_pipes; i++) {
    pel_pipe *p = &run->pipes[i];
    if (p->needed && p->sink == k) visit_waits(run, p->plan, drop_unread, NULL);
    if (!p->needed || p->state != PEL_PIPE_WAITS) continue;
    waiting w = {k, 0};
    visit_waits(run, p->plan, count_reads, &w);
    for (; w.times; w.times--) release_wait(run, p);
  }
  pel__lock_release(&run->lock);
  advance(run, worker);
}

pel_status pel__run_begin(void *ctx, uint32_t worker) {
  pel_engine_run *run = ctx;
  pel__lock_acquire(&run->lock);
  for (uint32_t i = run->plan->n_pipes; i-- > 0;) {
    pel_pipe *p = &run->pipes[i];
    if (!p->needed || p->pending) continue;
    p->pending = 1;
    release_wait(run, p);
  }
  pel__lock_release(&run->lock);
  advance(run, worker);
  return PEL_OK;
}
