#include <string.h>

#include "runtime/api/api.h"

/* ---- making ---- */

static void find_host_functions(pel_run *run) {
  for (uint32_t i = 0; i < run->plan->n_natives; i++)
    if (pel__str_is(run->plan->natives[i].library, "host"))
      run->natives[i] = pel__context_function(run->ctx, run->plan->natives[i].symbol);
}

pel_status pel_run_new(pel_context *ctx, pel_plan *plan, pel_run **out, pel_error *err) {
  pel_status s = pel__context_check(ctx, err);
  if (s) return s;
  pel_run *run = pel__alloc_get(ctx->alloc, sizeof *run);
  if (!run) return pel_error_set(err, PEL_E_NOMEM, "no memory for a run");
  memset(run, 0, sizeof *run);
  run->ctx = ctx;
  run->plan = pel__plan_retain(pel__plan_of(plan));
  pel__arena_init(&run->arena, ctx->alloc);
  pel__buf_init(&run->text, ctx->alloc);
  run->chosen = PEL_ARENA_ARRAY(&run->arena, bool, run->plan->n_items + 1);
  run->paths = PEL_ARENA_ARRAY(&run->arena, const char *, run->plan->n_items + 1);
  run->writers = PEL_ARENA_ARRAY(&run->arena, const pel_op *, run->plan->n_items + 1);
  run->natives = PEL_ARENA_ARRAY(&run->arena, void *, run->plan->n_natives + 1);
  run->bound = PEL_ARENA_ARRAY(&run->arena, pel_table *, run->plan->n_params + 1);
  run->sides = PEL_ARENA_ARRAY(&run->arena, pel_sides, run->plan->n_items + 1);
  if (!run->chosen || !run->paths || !run->writers || !run->natives || !run->bound ||
      !run->sides) {
    pel_run_free(run);
    return pel_error_set(err, PEL_E_NOMEM, "no memory for a run");
  }
  find_host_functions(run);
  *out = run;
  return PEL_OK;
}

void pel_run_free(pel_run *run) {
  if (!run) return;
  if (pel__context_check(run->ctx, NULL))
    return; /* its thread and its locks are the parent's: it is left as it is */
  if (run->started && !run->done) pel__thread_join(run->thread);
  pel__run_free(run->run);
  for (uint32_t i = 0; run->bound && i < run->plan->n_params; i++)
    if (run->bound[i]) pel__table_release(run->bound[i]);
  pel__rejects_free(run->rejects);
  pel__buf_deinit(&run->text);
  pel__plan_release(run->plan);
  pel__arena_deinit(&run->arena);
  pel__alloc_free(run->ctx->alloc, run, sizeof *run);
}

/* ---- before it starts ---- */

uint32_t pel__run_item(const pel_run *run, const char *name) {
  for (uint32_t i = 0; i < run->plan->n_items; i++)
    if (run->plan->items[i].kind != PEL_ITEM_LET &&
        pel__str_is(run->plan->items[i].name, name))
      return i;
  return PEL_NONE;
}

static pel_status not_begun(const pel_run *run, pel_error *err) {
  const pel_status s = pel__context_check(run->ctx, err);
  if (s) return s;
  return run->started || run->done
             ? pel_error_set(err, PEL_E_INVALID, "the run has begun")
             : PEL_OK;
}

/* The item of this name, or the nearest name for the message. */
static pel_status find_item(const pel_run *run, const char *name, uint32_t *out,
                            pel_error *err) {
  pel_str near = {0};
  unsigned best = 3;
  *out = pel__run_item(run, name);
  if (*out != PEL_NONE) return PEL_OK;
  for (uint32_t i = 0; i < run->plan->n_items; i++) {
    const unsigned d = pel__str_distance(run->plan->items[i].name, pel__str(name), best);
    if (d < best) best = d, near = run->plan->items[i].name;
  }
  return pel_error_set(err, PEL_E_INVALID,
                       near.n ? "the program has no out `%s`: did you mean `" PEL_STR_FMT
                                "`?"
                              : "the program has no out `%s`"
                                "%.*s",
                       name, PEL_STR_ARG(near));
}

pel_status pel_run_choose(pel_run *run, const char *item, pel_error *err) {
  uint32_t i;
  pel_status s = not_begun(run, err);
  if (!s) s = find_item(run, item, &i, err);
  if (s) return s;
  run->chosen[i] = run->any_chosen = true;
  return PEL_OK;
}

/* What writes the format that a path's name ends like; NULL: nothing does, or the plan's
 * own writer. */
static const pel_op *writer_for(const pel_run *run, uint32_t node, const char *path) {
  const pel_plan_op *now = &run->plan->ops[run->plan->nodes[node].op];
  const pel_op_tables *ops = &run->ctx->ops;
  const char *dot = strrchr(path, '.');
  if (!dot || now->name.n < 6 || memcmp(now->name.p, "write_", 6)) return NULL;
  for (uint32_t t = 0; t < ops->n; t++)
    for (const pel_op *const *row = ops->at[t]; *row; row++)
      if ((*row)->kind == PEL_OP_SINK && !strncmp((*row)->name, "write_", 6) &&
          !strcmp((*row)->name + 6, dot + 1) && pel__str_is(now->sig, (*row)->sig))
        return pel__str_is(now->name, (*row)->name) ? NULL : *row;
  return NULL;
}

pel_status pel_run_redirect(pel_run *run, const char *item, const char *path,
                            pel_error *err) {
  uint32_t i;
  pel_status s = not_begun(run, err);
  if (!s) s = find_item(run, item, &i, err);
  if (s) return s;
  if (run->plan->items[i].node == PEL_NONE)
    return pel_error_set(
        err, PEL_E_INVALID,
        "out `%s` is not written to a file: end it with `|> write(\"…\")`", item);
  run->writers[i] = writer_for(run, run->plan->items[i].node, path);
  run->paths[i] = pel__arena_text(&run->arena, path, strlen(path));
  return run->paths[i] ? PEL_OK : pel_error_set(err, PEL_E_NOMEM, "no memory for a path");
}

pel_status pel_run_keep_rejects(pel_run *run, const char *path, pel_error *err) {
  const pel_status s = not_begun(run, err);
  if (s) return s;
  pel__rejects_free(run->rejects);
  run->rejects = NULL;
  run->rejects_path = pel__arena_text(&run->arena, path, strlen(path));
  if (!run->rejects_path) return pel_error_set(err, PEL_E_NOMEM, "no memory for a path");
  return pel__rejects_new(run->ctx->engine, path, &run->rejects, err);
}

pel_status pel__run_set(pel_run *run, uint32_t param, pel_table *value, pel_error *err) {
  const pel_status s = not_begun(run, err);
  if (s) {
    pel__table_release(value);
    return s;
  }
  if (run->bound[param]) pel__table_release(run->bound[param]);
  run->bound[param] = value;
  return PEL_OK;
}

/* ---- running ---- */

static pel_status execute(pel_run *run) {
  const pel_engine_run_options o = {.items = run->any_chosen ? run->chosen : NULL,
                                    .paths = run->paths,
                                    .writers = run->writers,
                                    .natives = run->natives,
                                    .reject = run->rejects ? pel__rejects_keep : NULL,
                                    .reject_end = run->rejects ? pel__rejects_end : NULL,
                                    .reject_ctx = run->rejects,
                                    .rejects = run->rejects_path};
  pel_error *e = &run->error;
  pel_status s = pel__run_new(run->ctx->engine, run->plan, &o, &run->run, e);
  for (uint32_t i = 0; !s && i < run->plan->n_params; i++)
    if (run->bound[i]) s = pel__run_bind(run->run, i, run->bound[i], e);
  pel__store_ptr(&run->live, s ? NULL : run->run,
                 PEL_SEQ_CST); /* a cancel sees it, or is seen in the next line */
  if (!s && pel__load_u32(&run->cancelled, PEL_SEQ_CST)) pel__run_cancel(run->run);
  if (!s) s = pel__run_execute(run->run, e);
  if ((s && s != PEL_E_FAILED) || !run->rejects) return s;
  const pel_status kept = pel__rejects_commit(run->rejects, s ? NULL : e);
  return s ? s : kept;
}

static void in_background(void *arg) {
  pel_run *run = arg;
  run->status = execute(run);
}

pel_status pel_run_start(pel_run *run, pel_error *err) {
  pel_status s = not_begun(run, err);
  if (!s)
    s = pel__thread_start("pel-run", 1 << 20, in_background, run, &run->thread, err);
  run->started = s == PEL_OK;
  return s;
}

void pel_run_cancel(pel_run *run) {
  if (pel__context_check(run->ctx, NULL)) return;
  pel__store_u32(&run->cancelled, 1, PEL_SEQ_CST); /* see execute */
  pel_engine_run *live = pel__load_ptr(&run->live, PEL_SEQ_CST);
  if (live) pel__run_cancel(live);
}

pel_run_progress pel_run_progress_now(const pel_run *run) {
  const pel_engine_run *live = pel__load_ptr(&run->live, PEL_SEQ_CST);
  if (!live) return (pel_run_progress){0};
  const pel_engine_progress p = pel__run_progress(live);
  return (pel_run_progress){p.rows, p.bytes, p.done, p.parts};
}

/* ---- what went wrong ---- */

static const char *z(pel_run *run, pel_str s) {
  return pel__arena_text(&run->arena, s.p ? s.p : "", s.n);
}

static const char *line_text(pel_run *run, const pel_span *span) {
  if (span->file >= run->plan->n_sources) return "";
  const pel_str text = run->plan->sources[span->file].text;
  size_t from = span->begin < text.n ? span->begin : text.n, to = from;
  while (from && text.p[from - 1] != '\n') from--;
  while (to < text.n && text.p[to] != '\n') to++;
  return z(run, (pel_str){text.p + from, to - from});
}

static bool tell_failure(pel_run *run, const pel_failure *f, pel_run_failure *out) {
  *out = (pel_run_failure){
      .item = f->item == PEL_NONE ? "" : z(run, run->plan->items[f->item].name),
      .code = f->code,
      .text = f->text,
      .status = f->status,
      .file = "",
      .line = ""};
  uint32_t span = f->span;
  if (span == PEL_NONE && f->item != PEL_NONE) span = run->plan->items[f->item].span;
  if (span != PEL_NONE) {
    out->span = run->plan->spans[span];
    if (out->span.file < run->plan->n_sources)
      out->file = z(run, run->plan->sources[out->span.file].name);
    out->line = line_text(run, &out->span);
  }
  return out->item && out->file && out->line;
}

/* Once, when the run has ended: they are only read from then on. */
static bool tell_failures(pel_run *run) {
  const pel_failure *f = NULL;
  const size_t n = run->run ? pel__run_failures(run->run, &f) : 0;
  if (!n) return true;
  pel_run_failure *out = PEL_ARENA_ARRAY(&run->arena, pel_run_failure, n);
  for (size_t i = 0; out && i < n; i++)
    if (!tell_failure(run, f + i, out + i)) return false;
  run->failures = out;
  run->n_failures = out ? n : 0;
  return out;
}

pel_status pel_run_wait(pel_run *run, pel_error *err) {
  const pel_status forked = pel__context_check(run->ctx, err);
  if (forked) return forked;
  if (run->started && !run->done) pel__thread_join(run->thread);
  if (!run->started && !run->done) run->status = execute(run);
  if (!run->done && !tell_failures(run))
    run->status =
        pel_error_set(&run->error, PEL_E_NOMEM, "no memory to say why the run failed");
  run->done = true;
  if (run->status) {
    (void)pel_error_set(err, run->status, "%s", run->error.message);
    if (err) err->span = run->error.span;
  }
  return run->status;
}

/* ---- afterwards ---- */

size_t pel_run_failures(const pel_run *run) { return run->n_failures; }

pel_run_failure pel_run_failure_at(const pel_run *run, size_t i) {
  return run->failures[i];
}

size_t pel_run_steps(const pel_run *run) {
  const pel_node_stats *s;
  return run->run ? pel__run_stats(run->run, &s) : 0;
}

pel_run_step pel_run_step_at(const pel_run *run, size_t i) {
  const pel_node_stats *s;
  (void)pel__run_stats(run->run, &s);
  s += i;
  return (pel_run_step){
      s->name,    s->span == PEL_NONE ? 0 : run->plan->spans[s->span].line,
      s->rows_in, s->rows_out,
      s->bytes,   s->ns,
      s->workers, s->rejected};
}

pel_run_total pel_run_totals(const pel_run *run) {
  if (!run->run) return (pel_run_total){0};
  const pel_engine_totals t = pel__run_totals(run->run);
  return (pel_run_total){t.ns,      pel_context_memory_peak(run->ctx),
                         t.spilled, t.rejected,
                         t.workers, run->json_nulls};
}
