#include <stdarg.h>
#include <stdio.h>

#include "runtime/base/check.h"
#include "runtime/base/hash.h"
#include "runtime/engine/state.h"

static pel_stage *stage_of(const pel_env *e) { return e->ctx; }

/* ---- memory ---- */

static void *env_alloc(const pel_env *e, size_t n) {
  return pel__pool_get(stage_of(e)->run->engine->pool, n ? n : 1);
}
static void env_free(const pel_env *e, void *p, size_t n) {
  pel__pool_put(stage_of(e)->run->engine->pool, p, n ? n : 1);
}
static void *env_resize(const pel_env *e, void *p, size_t old_n, size_t n) {
  if (!p) return env_alloc(e, n);
  const pel_alloc *a = pel__pool_alloc(stage_of(e)->run->engine->pool);
  return pel__alloc_resize(a, p, old_n ? old_n : 1, n ? n : 1);
}
static void *env_temp(const pel_env *e, size_t n) {
  size_t room;
  if (!pel__size_add(n, 64, &room)) return NULL;
  char *p = pel__arena_get(&stage_of(e)->temp, room);
  return p ? p + (-(uintptr_t)p & 63) : NULL;
}
static pel_status env_reserve(const pel_env *e, size_t n) {
  return pel__budget_charge(stage_of(e)->run->engine->budget, n) ? PEL_OK : PEL_E_NOMEM;
}
static void env_release(const pel_env *e, size_t n) {
  pel__budget_uncharge(stage_of(e)->run->engine->budget, n);
}

/* ---- failures ---- */

static pel_status fail_text(pel_stage *s, uint64_t ordinal, pel_status status,
                            const char *code, const char *text) {
  return s->pipe ? pel__pipe_fail(s->pipe, ordinal, status, code, text) : status;
}

static pel_status env_fail(const pel_env *e, uint64_t ordinal, const char *code,
                           const char *fmt, ...) {
  char text[1024];
  va_list ap;
  va_start(ap, fmt);
  (void)vsnprintf(text, sizeof text, fmt, ap);
  va_end(ap);
  return fail_text(stage_of(e), ordinal, PEL_E_FAILED, code, text);
}

/* Failures that cells carry are kept up to so many per worker, a few tens of MiB: cells
 * behind these fail all the same, but only their row is told. */
enum { WORKER_BITS = 10, MOST_POISON = 1 << 18 };

enum { MOST_PLACE = 512 };

/* Names the row of a failure as well as it can be named: its line of a file now, while
 * the chunk is in hand; else its number among the rows of the pipe's source, once they
 * have been counted. Answers how long the beginning of the text is. */
static size_t place(const pel_stage *s, pel_failure *f, char out[MOST_PLACE]) {
  const pel_lane *l = s->lane;
  if (!l) return 0;
  const pel_pipe *p = s->pipe;
  if (f->row & PEL_VM_ITEM)
    return (size_t)snprintf(
        out, MOST_PLACE, "row %llu: ", (unsigned long long)(f->row & ~PEL_VM_ITEM) + 1);
  if (p->plan->from == PEL_FROM_SLOTS || p->plan->from == PEL_FROM_NODE)
    f->pipe = p->index;
  if (p->plan->from != PEL_FROM_READER || !p->source_op->place) return 0;
  size_t n = p->source_op->place(&l->source.env, p->source_state, l->local, f->row, out,
                                 MOST_PLACE - 2);
  if (n) out[n++] = ':', out[n++] = ' ';
  return n;
}

static uint32_t env_poison(const pel_env *e, uint64_t ordinal, const char *code,
                           const char *fmt, ...) {
  pel_stage *s = stage_of(e);
  pel_poison_log *log = &s->run->poison[s->worker];
  const uint32_t unkept = (uint32_t)MOST_POISON << WORKER_BITS | s->worker;
  if (log->at.n == MOST_POISON) return unkept; /* nobody else makes it longer */
  char text[1536];
  pel_failure f = {PEL_NONE, PEL_NONE, PEL_E_FAILED, code,
                   NULL,     ordinal,  PEL_NONE,     ordinal};
  const size_t at = place(s, &f, text);
  va_list ap;
  va_start(ap, fmt);
  (void)vsnprintf(text + at, sizeof text - at, fmt, ap);
  va_end(ap);
  f.text = pel__arena_text(&log->text, text, strlen(text));
  pel__spin_lock(&log->lock);
  const size_t number = log->at.n;
  const bool kept = f.text && PEL_VEC_PUSH(&log->at, f, s->run->alloc);
  pel__spin_unlock(&log->lock);
  return kept ? (uint32_t)(number << WORKER_BITS) | s->worker : unkept;
}

pel_status pel__poison_fail(pel_pipe *p, uint32_t number, uint64_t ordinal) {
  pel_poison_log *log = &p->run->poison[number & ((1u << WORKER_BITS) - 1)];
  const uint32_t i = number >> WORKER_BITS;
  pel_failure f = {.status = PEL_E_FAILED,
                   .code = "failed",
                   .text =
                       "it fails, as more cells did before than are kept with what "
                       "is wrong with them",
                   .pipe = p->index,
                   .row = ordinal};
  pel__spin_lock(&log->lock);
  if (i < log->at.n) f = log->at.at[i];
  pel__spin_unlock(&log->lock);
  return pel__pipe_fail_with(p, ordinal, &f);
}

static pel_status env_consume(const pel_env *e, uint32_t number, uint64_t row) {
  pel_stage *s = stage_of(e);
  return s->pipe ? pel__poison_fail(s->pipe, number, s->ordinal + row) : PEL_E_FAILED;
}

uint64_t pel__reader_place(const pel_pipe *pipe) {
  if (!pipe || pipe->plan->from != PEL_FROM_READER) return 0;
  const pel_plan_data *p = pipe->run->plan;
  const uint32_t span = p->nodes[pipe->plan->source].span;
  return span == PEL_NONE ? 0
                          : (uint64_t)p->spans[span].file << 32 | p->spans[span].begin;
}

static void env_reject(const pel_env *e, uint64_t ordinal, uint32_t field,
                       const char *text, size_t n, const char *why) {
  pel_stage *s = stage_of(e);
  pel_engine_run *run = s->run;
  pel__add_u64(&run->rejected, 1, PEL_RELAXED); /* read after the run */
  s->rejected++;
  const bool may_end = s->pipe && s->pipe->sink->op && s->pipe->sink->op->needed_end;
  if (!may_end && !run->options.reject) return;
  pel__lock_acquire(&run->lock);
  if (may_end && !PEL_VEC_PUSH(&s->pipe->rejects, ordinal, run->alloc))
    pel__store_u32(&run->exhausted, 1, PEL_RELAXED);
  if (run->options.reject)
    run->options.reject(run->options.reject_ctx, pel__reader_place(s->pipe),
                        s->pipe ? s->pipe->index : PEL_NONE, ordinal, field, text, n,
                        why);
  pel__lock_release(&run->lock);
}

static bool env_cancelled(const pel_env *e) {
  const pel_stage *s = stage_of(e);
  return s->run->job && pel__job_cancelled(s->run->job);
}

/* ---- files ---- */

static pel_status system_failure(const pel_env *e, pel_status status,
                                 const pel_error *err) {
  if (status == PEL_E_NOMEM) return status; /* what is said then names the budget */
  (void)fail_text(stage_of(e), 0, status,
                  status == PEL_E_NOENT ? "missing input" : "input or output",
                  err->message);
  return status;
}

/* Standard input has no size and no offsets: it is read whole. */
typedef struct pel_engine_file {
  pel_file *file;
  pel_buf text;
  bool whole;
  pel_output *output;
} pel_engine_file;

static pel_engine_file *file_of(pel_file *f) { return (pel_engine_file *)(void *)f; }

static bool job_cancelled(void *job) { return pel__job_cancelled(job); }

static pel_status slurp(pel_engine_file *f, pel_error *err) {
  size_t got = 0;
  f->whole = true;
  do {
    if (!pel__buf_reserve(&f->text, 1 << 16))
      return pel_error_set(err, PEL_E_NOMEM, "no memory for the whole input");
    const pel_status s =
        pel__file_read(f->file, f->text.p + f->text.n, 1 << 16, &got, err);
    if (s) return s;
    f->text.n += got;
  } while (got);
  return PEL_OK;
}

/* A stream has nothing left for a second reader. Which of two comes first is chance, so
 * that neither gets it, as far as they are known before. */
static pel_status take_stdin(pel_engine_run *run, pel_error *err) {
  /* relaxed: only the number counts */
  const uint32_t before = pel__add_u32(&run->stdin_opens, 1, PEL_RELAXED);
  if (!before && run->stdin_readers <= 1) return PEL_OK;
  return pel_error_set(err, PEL_E_IO,
                       "standard input can be read once, and this program reads \"-\" "
                       "more than once: read it once, and name it with `let`");
}

static pel_status env_open(const pel_env *e, const char *path, pel_file **out,
                           uint64_t *size) {
  pel_engine_run *run = stage_of(e)->run;
  pel_error err = {0};
  pel_engine_file *f = env_alloc(e, sizeof *f);
  if (!f) return PEL_E_NOMEM;
  *f = (pel_engine_file){0};
  pel__buf_init(&f->text, run->alloc);
  pel_status s = strcmp(path, "-") ? pel__file_open(pel__dir_current(), path, run->alloc,
                                                    &f->file, &err)
                                   : pel__file_stdin(run->alloc, &f->file, &err);
  if (!s && pel__file_kind(f->file) == PEL_FILE_STREAM) {
    pel__file_on_wait(f->file, job_cancelled, run->job);
    if (!strcmp(path, "-")) s = take_stdin(run, &err);
    if (!s) s = slurp(f, &err);
  }
  if (s) {
    pel__file_close(f->file);
    pel__buf_deinit(&f->text);
    env_free(e, f, sizeof *f);
    return system_failure(e, s, &err);
  }
  *size = f->whole ? f->text.n : pel__file_size(f->file);
  *out = (pel_file *)(void *)f;
  return PEL_OK;
}

static pel_status env_read_at(const pel_env *e, pel_file *file, uint64_t offset, void *p,
                              size_t n, size_t *got) {
  pel_engine_file *f = file_of(file);
  if (f->whole) {
    const size_t left = offset < f->text.n ? f->text.n - (size_t)offset : 0;
    *got = n < left ? n : left;
    if (*got) memcpy(p, f->text.p + offset, *got);
    stage_of(e)->bytes += *got;
    return PEL_OK;
  }
  pel_error err = {0};
  const pel_status s = pel__file_read_at(f->file, offset, p, n, got, &err);
  if (!s) stage_of(e)->bytes += *got;
  return s ? system_failure(e, s, &err) : PEL_OK;
}

static void env_close(const pel_env *e, pel_file *file) {
  pel_engine_file *f = file_of(file);
  pel__file_close(f->file);
  pel__buf_deinit(&f->text);
  env_free(e, f, sizeof *f);
}

static pel_status env_create(const pel_env *e, const char *path, pel_file **out) {
  pel_stage *s = stage_of(e);
  pel_engine_run *run = s->run;
  pel_error err = {0};
  pel_out_file *o = NULL;
  const pel_target target = pel__target(path);
  const pel_status st =
      strcmp(path, "-") ? pel__out_open(pel__dir_current(), path, run->alloc, &o, &err)
                        : pel__out_stdout(run->alloc, &o, &err);
  if (st) return system_failure(e, st == PEL_E_NOENT ? PEL_E_IO : st, &err);
  pel_engine_file *f = env_alloc(e, sizeof *f);
  pel__lock_acquire(&run->lock);
  pel_output *output = PEL_ARENA_NEW(&run->arena, pel_output);
  const char *name = pel__arena_text(&run->arena, path, strlen(path));
  const bool kept = output && f && name;
  if (kept) {
    *output = (pel_output){run->outputs, s->pipe ? s->pipe->plan->item : PEL_NONE, false,
                           o, target};
    output->target.path = name;
    run->outputs = output;
  }
  pel__lock_release(&run->lock);
  if (!kept) {
    pel__out_free(o);
    if (f) env_free(e, f, sizeof *f);
    return PEL_E_NOMEM;
  }
  *f = (pel_engine_file){.output = output};
  *out = (pel_file *)(void *)f;
  return PEL_OK;
}

static pel_status env_append(const pel_env *e, pel_file *file, const void *p, size_t n) {
  pel_error err = {0};
  const pel_status s = pel__out_write(file_of(file)->output->file, p, n, &err);
  stage_of(e)->bytes += n;
  return s ? system_failure(e, s, &err) : PEL_OK;
}

/* Names are given at the end of the run, in the order of items. */
static pel_status env_commit(const pel_env *e, pel_file *file) {
  file_of(file)->output->ready = true;
  env_free(e, file_of(file), sizeof(pel_engine_file));
  return PEL_OK;
}
static void env_discard(const pel_env *e, pel_file *file) {
  file_of(file)->output->ready = false;
  env_free(e, file_of(file), sizeof(pel_engine_file));
}

/* ---- spill ---- */

static pel_status env_spill_write(const pel_env *e, const void *p, size_t n,
                                  uint64_t *offset) {
  pel_error err = {0};
  pel_extent x;
  const pel_status s = pel__spill_write(stage_of(e)->run->spill, p, n, &x, &err);
  if (s) return system_failure(e, s, &err);
  *offset = x.offset;
  return PEL_OK;
}
static pel_status env_spill_read(const pel_env *e, uint64_t offset, void *p, size_t n) {
  pel_error err = {0};
  const pel_status s =
      pel__spill_read(stage_of(e)->run->spill, (pel_extent){offset, n}, 0, p, n, &err);
  return s ? system_failure(e, s, &err) : PEL_OK;
}

static uint64_t env_rng(const pel_env *e, uint64_t seed, uint64_t counter) {
  (void)e;
  return pel__hash_combine(pel__hash_u64(seed, 0), counter);
}

void pel__stage_init(pel_stage *s, pel_engine_run *run, pel_pipe *pipe, uint32_t worker) {
  const pel_engine_options *o = &run->engine->options;
  *s = (pel_stage){.run = run, .pipe = pipe, .worker = worker, .ready = true};
  s->env = (pel_env){.size = sizeof(pel_env),
                     .ctx = s,
                     .alloc = env_alloc,
                     .resize = env_resize,
                     .free = env_free,
                     .temp = env_temp,
                     .reserve = env_reserve,
                     .release = env_release,
                     .spill_write = env_spill_write,
                     .spill_read = env_spill_read,
                     .open = env_open,
                     .read_at = env_read_at,
                     .close = env_close,
                     .create = env_create,
                     .append = env_append,
                     .commit = env_commit,
                     .discard = env_discard,
                     .cancelled = env_cancelled,
                     .fail = env_fail,
                     .poison = env_poison,
                     .consume_poison = env_consume,
                     .reject = env_reject,
                     .rng = env_rng,
                     .hash_seed = o->seed,
                     .hash_bits = o->hash_bits ? o->hash_bits : 64,
                     .morsel_rows = o->morsel_rows,
                     .worker = worker};
  pel__arena_init(&s->temp, run->alloc);
}

void pel__stage_deinit(pel_stage *s) {
  if (s->ready) pel__arena_deinit(&s->temp);
  s->ready = false;
}
