#include "runtime/engine/state.h"

/* ---- making a run ---- */

static const pel_op *find_op(const pel_engine *g, const pel_plan_op *want) {
  if (want->kind == PEL_OP_BREAKER && pel__str_is(want->name, "native"))
    return &pel__op_native;
  for (uint32_t t = 0; t < g->tables->n; t++)
    for (const pel_op *const *row = g->tables->at[t]; *row; row++)
      if ((*row)->kind == want->kind && pel__str_is(want->name, (*row)->name) &&
          pel__str_is(want->sig, (*row)->sig))
        return *row;
  return NULL;
}

static pel_status resolve_ops(pel_engine_run *run, pel_error *e) {
  const pel_plan_data *plan = run->plan;
  run->ops = PEL_ARENA_ARRAY(&run->arena, const pel_op *, plan->n_ops + 1);
  if (!run->ops) return PEL_E_NOMEM;
  for (uint32_t i = 0; i < plan->n_ops; i++) {
    run->ops[i] = find_op(run->engine, &plan->ops[i]);
    if (!run->ops[i] && plan->ops[i].kind != PEL_OP_VERB)
      return pel_error_set(e, PEL_E_INVALID,
                           "the plan needs the operator `" PEL_STR_FMT PEL_STR_FMT
                           "`, which this build does not have: compile the program again",
                           PEL_STR_ARG(plan->ops[i].name), PEL_STR_ARG(plan->ops[i].sig));
  }
  return PEL_OK;
}

static pel_status make_sinks(pel_engine_run *run) {
  const pel_plan_data *plan = run->plan;
  const uint32_t n = plan->n_nodes + plan->n_slots;
  run->sinks = PEL_ARENA_ARRAY(&run->arena, pel_sink, n + 1);
  run->slots = PEL_ARENA_ARRAY(&run->arena, pel_table *, plan->n_slots + 1);
  run->bound = PEL_ARENA_ARRAY(&run->arena, bool, plan->n_slots + 1);
  if (!run->sinks || !run->slots || !run->bound) return PEL_E_NOMEM;
  for (uint32_t i = 0; i < n; i++) {
    pel_sink *k = &run->sinks[i];
    *k = (pel_sink){.run = run, .index = i};
    pel__arena_init(&k->arena, run->alloc);
    if (i < plan->n_nodes) {
      k->op = run->ops[plan->nodes[i].op];
      continue;
    }
    const pel_range r = plan->slots[i - plan->n_nodes].types;
    k->ntypes = r.n;
    k->types = PEL_ARENA_ARRAY(&run->arena, const pel_type *, r.n + 1);
    if (!k->types) return PEL_E_NOMEM;
    for (uint32_t c = 0; c < r.n; c++)
      k->types[c] = &plan->types[plan->reg_types[r.at + c]];
  }
  for (uint32_t i = 0; run->options.writers && i < plan->n_items; i++)
    if (run->options.writers[i])
      run->sinks[plan->items[i].node].op = run->options.writers[i];
  return PEL_OK;
}

static pel_status make_pipes(pel_engine_run *run) {
  const pel_plan_data *plan = run->plan;
  run->pipes = PEL_ARENA_ARRAY(&run->arena, pel_pipe, plan->n_pipes + 1);
  if (!run->pipes) return PEL_E_NOMEM;
  for (uint32_t i = 0; i < plan->n_pipes; i++) {
    pel_pipe *p = &run->pipes[i];
    const pel_plan_pipe *q = &plan->pipes[i];
    *p = (pel_pipe){.run = run, .plan = q, .index = i};
    p->sink =
        &run->sinks[q->sink != PEL_NONE ? q->sink : pel__sink_of_slot(plan, q->slot)];
    pel__arena_init(&p->arena, run->alloc);
  }
  return PEL_OK;
}

static bool filters(const pel_plan_data *plan, uint32_t prog) {
  const pel_range r = plan->progs[prog].instrs;
  for (uint32_t i = 0; i < r.n; i++)
    if (plan->instrs[r.at + i].code == PEL_CODE_FILTER) return true;
  return false;
}

/* Whether an item of a list has one number all the way. Where lists are filtered it
 * depends on which maps became one, so nobody is told any. */
static bool items_count(const pel_plan_data *plan) {
  for (uint32_t i = 0; i < plan->n_instrs; i++)
    if (plan->instrs[i].code == PEL_CODE_LIST_MAP && filters(plan, plan->instrs[i].ref))
      return false;
  return true;
}

pel_status pel__run_new(pel_engine *engine, pel_plan_data *plan,
                        const pel_engine_run_options *o, pel_engine_run **out,
                        pel_error *e) {
  if (engine->pid != pel__process_id())
    return pel_error_set(
        e, PEL_E_FORKED,
        "this context was made before a fork: make a new one in the child");
  pel_engine_run *run = pel__alloc_get(engine->backing, sizeof *run);
  if (!run) return pel_error_set(e, PEL_E_NOMEM, "no memory for a run");
  memset(run, 0, sizeof *run);
  run->engine = engine;
  run->plan = pel__plan_retain(plan);
  run->alloc = pel__pool_alloc(engine->pool);
  run->workers = pel__sched_workers(engine->sched);
  if (o) run->options = *o;
  pel__arena_init(&run->arena, run->alloc);
  pel_status s = resolve_ops(run, e);
  if (!s) s = make_sinks(run);
  if (!s) s = make_pipes(run);
  if (!s)
    s = pel__natives_new(engine, plan, run->options.natives, run->alloc, &run->natives);
  if (!s) s = pel__spill_new(engine->options.spill, run->alloc, &run->spill, e);
  if (!s) s = pel__job_new(engine->sched, &run->job, e);
  run->hooks = (pel_vm_hooks){pel__natives_lifted, run->natives, items_count(plan)};
  run->poison = s ? NULL : PEL_ARENA_ARRAY(&run->arena, pel_poison_log, run->workers);
  for (uint32_t w = 0; run->poison && w < run->workers; w++)
    pel__arena_init(&run->poison[w].text, run->alloc);
  if (!s && !run->poison) s = PEL_E_NOMEM;
  if (s) {
    pel__run_free(run);
    return s == PEL_E_NOMEM ? pel__engine_no_memory(engine, "for a run", e) : s;
  }
  *out = run;
  return PEL_OK;
}

pel_status pel__run_bind(pel_engine_run *run, uint32_t param, pel_table *value,
                         pel_error *e) {
  if (param >= run->plan->n_params)
    return pel_error_set(e, PEL_E_INVALID, "the program has no such parameter");
  const uint32_t slot = run->plan->params[param].slot;
  const pel_sink *k = &run->sinks[pel__sink_of_slot(run->plan, slot)];
  if (value->ncols != k->ntypes)
    return pel_error_set(e, PEL_E_INVALID,
                         "the value has another shape than the parameter");
  for (uint32_t c = 0; c < k->ntypes; c++)
    if (!pel__type_eq(value->cols[c].type, k->types[c]))
      return pel_error_set(e, PEL_E_INVALID,
                           "the value has another type than the parameter");
  if (run->slots[slot]) pel__table_release(run->slots[slot]);
  run->slots[slot] = pel__table_retain(value);
  run->bound[slot] = true;
  return PEL_OK;
}

/* ---- parameters ---- */

static pel_status bind_defaults(pel_engine_run *run, pel_error *e) {
  const pel_plan_data *plan = run->plan;
  for (uint32_t i = 0; i < plan->n_params; i++) {
    const pel_plan_param *p = &plan->params[i];
    pel_sink *k = &run->sinks[pel__sink_of_slot(plan, p->slot)];
    if (!run->bound[p->slot] && p->constant != PEL_NONE && p->shape == PEL_SHAPE_SCALAR) {
      const pel_status s = pel__table_of_consts(
          run->alloc, k->types, &plan->consts[p->constant], 1, &run->slots[p->slot]);
      if (s) return pel__engine_no_memory(run->engine, "for the parameters", e);
      run->bound[p->slot] = true;
    }
    k->complete = run->bound[p->slot];
  }
  return PEL_OK;
}

static bool filled_by_pipe(const pel_engine_run *run, const pel_sink *k) {
  for (uint32_t i = 0; i < run->plan->n_pipes; i++)
    if (run->pipes[i].sink == k) return true;
  return false;
}

static pel_status check_params(pel_engine_run *run, pel_error *e) {
  for (uint32_t i = 0; i < run->plan->n_params; i++) {
    const pel_plan_param *p = &run->plan->params[i];
    const pel_sink *k = &run->sinks[pel__sink_of_slot(run->plan, p->slot)];
    if (k->needed && !k->complete && !filled_by_pipe(run, k))
      return pel_error_set(e, PEL_E_INVALID,
                           "the parameter `" PEL_STR_FMT
                           "` has no value: give --" PEL_STR_FMT " VALUE",
                           PEL_STR_ARG(p->name), PEL_STR_ARG(p->name));
  }
  return PEL_OK;
}

/* ---- programs ---- */

static pel_status make_vm(pel_engine_run *run, uint32_t prog, pel_error *e) {
  if (prog == PEL_NONE || run->vms[prog]) return PEL_OK;
  return pel__vm_new(run->plan, prog, run->ops, run->alloc, &run->vms[prog], e);
}

static pel_status prepare_natives(pel_engine_run *run, uint32_t prog, pel_error *e) {
  const pel_range r =
      prog == PEL_NONE ? (pel_range){0, 0} : run->plan->progs[prog].instrs;
  pel_status s = PEL_OK;
  for (uint32_t i = r.at; !s && i < r.at + r.n; i++) {
    const pel_instr *in = &run->plan->instrs[i];
    if (in->code == PEL_CODE_NATIVE) s = pel__natives_prepare(run->natives, in->ref, e);
    if (in->code == PEL_CODE_LIST_MAP) s = prepare_natives(run, in->ref, e);
  }
  return s;
}

static pel_status make_programs(pel_engine_run *run, pel_error *e) {
  const pel_plan_data *plan = run->plan;
  run->vms = PEL_ARENA_ARRAY(&run->arena, pel_vm *, plan->n_progs + 1);
  if (!run->vms) return pel__engine_no_memory(run->engine, "for the programs", e);
  for (uint32_t i = 0; i < plan->n_pipes; i++) {
    const pel_plan_pipe *q = run->pipes[i].plan;
    if (!run->pipes[i].needed) continue;
    pel_status s = make_vm(run, q->filter, e);
    if (!s) s = prepare_natives(run, q->filter, e);
    for (uint32_t k = q->steps.at; !s && k < q->steps.at + q->steps.n; k++) {
      s = make_vm(run, plan->steps[k].prog, e);
      if (!s) s = prepare_natives(run, plan->steps[k].prog, e);
    }
    if (s) return s;
  }
  return PEL_OK;
}

/* ---- running ---- */

/* Paths that are computed are known only now; neither out is written (R22). */
static pel_status alone(const pel_output *all, const pel_output *o, pel_error *err) {
  pel_status s = PEL_OK;
  for (; !s && all; all = all->next)
    if (all != o && all->ready) s = pel__target_clash(&o->target, &all->target, err);
  return s;
}

/* Files get their names after all reads have ended, in the order of items. */
static pel_status commit_outputs(pel_engine_run *run, pel_status so_far) {
  pel_status s = so_far;
  pel_output *ordered = NULL;
  while (run->outputs) { /* insertion sort: they are few */
    pel_output *o = run->outputs, **at = &ordered;
    run->outputs = o->next;
    while (*at && (*at)->item <= o->item) at = &(*at)->next;
    o->next = *at;
    *at = o;
  }
  for (pel_output *o = ordered; o; o = o->next) {
    pel_error err = {0};
    const bool keep = o->ready && so_far != PEL_E_CANCELLED;
    pel_status st = keep ? alone(ordered, o, &err) : PEL_OK;
    if (keep && !st) st = pel__out_commit(o->file, &err);
    pel__out_free(o->file);
    if (st) pel__item_fail(run, o->item, st, err.message);
    if (st) s = PEL_E_FAILED;
  }
  return s;
}

/* The failure of the first poisoned cell in a column, nested ones too; false: there is
 * none before row `least`. */
static bool poisoned(const pel_engine_run *run, const pel_col *c, uint64_t rows,
                     uint64_t *least, uint32_t *number) {
  bool found = false;
  for (uint64_t i = 0; c->fail && c->state && i < rows && i < *least; i++)
    if (c->state[i] == PEL_POISON) *least = i, *number = c->fail[i], found = true;
  for (uint32_t k = 0; c->type->kind == PEL_RECORD && k < c->type->nfields; k++)
    found |= poisoned(run, &c->child[k], rows, least, number);
  if (c->type->kind != PEL_LIST || !rows) return found;
  const int64_t *at = c->data;
  uint64_t item = UINT64_MAX;
  if (!poisoned(run, c->child, (uint64_t)at[rows], &item, number)) return found;
  uint64_t row = 0;
  while ((uint64_t)at[row + 1] <= item) row++;
  return row < *least ? (*least = row, true) : found;
}

/* A value that is asked for consumes the failures in its cells. */
static void consume_result(pel_engine_run *run, uint32_t slot) {
  const pel_table *t = slot == PEL_NONE ? NULL : run->slots[slot];
  pel_pipe *p = NULL;
  uint64_t least = UINT64_MAX;
  uint32_t number = 0;
  bool found = false;
  for (uint32_t i = 0; i < run->plan->n_pipes; i++)
    if (run->pipes[i].needed &&
        run->pipes[i].sink == &run->sinks[pel__sink_of_slot(run->plan, slot)])
      p = &run->pipes[i];
  for (uint32_t c = 0; t && p && c < t->ncols; c++)
    found |= poisoned(run, &t->cols[c], t->rows, &least, &number);
  if (!found) return;
  (void)pel__poison_fail(p, number, least);
  p->sink->failed = true;
}

static void consume_results(pel_engine_run *run) {
  for (uint32_t i = 0; i < run->plan->n_items; i++) {
    const pel_plan_item *item = &run->plan->items[i];
    const bool wanted =
        run->options.items ? run->options.items[i] : item->kind == PEL_ITEM_OUT;
    if (!wanted || item->slot == PEL_NONE) continue;
    consume_result(run, item->slot);
  }
}

static pel_status outcome(pel_engine_run *run, pel_status job) {
  if (job == PEL_E_CANCELLED) return job;
  for (uint32_t i = 0; i < run->plan->n_pipes; i++)
    if (run->pipes[i].needed && (run->pipes[i].failed || run->pipes[i].sink->failed ||
                                 !run->pipes[i].sink->complete))
      return pel__load_u32(&run->exhausted, PEL_RELAXED) ? PEL_E_NOMEM : PEL_E_FAILED;
  return job;
}

pel_status pel__run_execute(pel_engine_run *run, pel_error *e) {
  if (run->executed)
    return pel_error_set(e, PEL_E_INVALID, "a run runs once: make another");
  run->executed = true;
  run->began = pel__clock_ns();
  pel__budget_reset_peak(run->engine->budget);
  pel_status s = bind_defaults(run, e);
  if (s) return s;
  s = pel__run_mark_needed(run);
  if (s) return pel__engine_no_memory(run->engine, "to start the run", e);
  s = check_params(run, e);
  if (!s) s = make_programs(run, e);
  if (s) return s;
  s = pel__run_check_targets(run);
  if (s) return pel__engine_no_memory(run->engine, "to start the run", e);
  pel__run_count_stdin(run);
  pel__run_count_waits(run);
  const pel_task task = {pel__run_begin, run, 0};
  s = pel__job_submit(run->job, 0, task);
  if (s) return pel__engine_no_memory(run->engine, "to start the run", e);
  s = pel__job_run(run->job);
  if (s != PEL_E_CANCELLED) consume_results(run);
  s = outcome(run, s);
  s = commit_outputs(run, s);
  pel__run_collect_stats(run);
  pel__run_collect_failures(run);
  run->ended = pel__clock_ns();
  if (s == PEL_E_CANCELLED) return pel_error_set(e, s, "the run was cancelled");
  if (s && run->nfailures) return pel_error_set(e, s, "%s", run->failures[0].text);
  if (s == PEL_E_NOMEM)
    return pel__engine_no_memory(run->engine, "to say what failed", e);
  return s ? pel_error_set(e, s, "the run failed") : PEL_OK;
}

void pel__run_cancel(pel_engine_run *run) { pel__job_cancel(run->job); }

void pel__run_free(pel_engine_run *run) {
  if (!run) return;
  const pel_alloc *backing = run->engine->backing;
  for (uint32_t i = 0; run->pipes && i < run->plan->n_pipes; i++) {
    pel__pipe_close(&run->pipes[i]);
    PEL_VEC_DEINIT(&run->pipes[i].rejects, run->alloc);
    pel__arena_deinit(&run->pipes[i].arena);
  }
  for (uint32_t i = 0; run->sinks && i < run->plan->n_nodes + run->plan->n_slots; i++) {
    pel__sink_close(&run->sinks[i]);
    pel__arena_deinit(&run->sinks[i].arena);
  }
  for (uint32_t i = 0; run->vms && i < run->plan->n_progs; i++) pel__vm_free(run->vms[i]);
  for (uint32_t i = 0; run->slots && i < run->plan->n_slots; i++)
    if (run->slots[i]) pel__table_release(run->slots[i]);
  for (uint32_t w = 0; run->poison && w < run->workers; w++) {
    PEL_VEC_DEINIT(&run->poison[w].at, run->alloc);
    pel__arena_deinit(&run->poison[w].text);
  }
  for (pel_output *o = run->outputs; o; o = o->next) pel__out_free(o->file);
  PEL_VEC_DEINIT(&run->ready, run->alloc);
  pel__natives_free(run->natives);
  pel__job_free(run->job);
  pel__spill_free(run->spill);
  pel__arena_deinit(&run->arena);
  pel__plan_release(run->plan);
  pel__alloc_free(backing, run, sizeof *run);
}
