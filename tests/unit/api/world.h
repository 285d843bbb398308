/* A context, what is made in it and what comes out, for tests that are about something
 * else. The test owns it and ends it with world_end. One thread. */
#ifndef PEL_TESTS_UNIT_API_WORLD_H
#define PEL_TESTS_UNIT_API_WORLD_H

#include <criterion/criterion.h>
#include <string.h>

#include "pel/pel.h"

typedef struct world {
  pel_context *ctx;
  pel_plan *plan;
  pel_run *run;
} world;

static inline pel_plan *compiled(pel_context *ctx, const char *text) {
  pel_plan *plan = NULL;
  pel_diagnostics *d = NULL;
  const pel_source_text source = {"-", text, strlen(text)};
  const pel_status s = pel_compile(ctx, &source, NULL, &plan, &d);
  cr_assert_eq(
      s, PEL_OK, "%s",
      d ? pel_diagnostics_text(d, PEL_FORMAT_HUMAN, PEL_COLOR_OFF) : "no memory");
  pel_diagnostics_free(d);
  return plan;
}

/* morsel_rows: 0 for those of the library's choice. */
static inline pel_context *context_new(uint32_t workers, uint32_t morsel_rows) {
  pel_context *ctx = NULL;
  pel_error e = {0};
  const pel_options o = {
      .size = sizeof o, .workers = workers, .morsel_rows = morsel_rows};
  cr_assert_eq(pel_context_new(&o, &ctx, &e), PEL_OK, "%s", e.message);
  return ctx;
}

static inline world world_begin(uint32_t workers, const char *text) {
  world w = {.ctx = context_new(workers, 0)};
  pel_error e = {0};
  w.plan = compiled(w.ctx, text);
  cr_assert_eq(pel_run_new(w.ctx, w.plan, &w.run, &e), PEL_OK, "%s", e.message);
  return w;
}

static inline void world_end(world *w) {
  pel_run_free(w->run);
  pel_plan_release(w->plan);
  pel_context_free(w->ctx);
}

typedef struct result {
  struct ArrowSchema schema;
  struct ArrowArray array;
} result;

/* Of a run that has been waited for; whoever asks ends it. */
static inline result result_of(pel_run *run, const char *item) {
  result r;
  pel_error e = {0};
  cr_assert_eq(pel_run_result(run, item, &r.schema, &r.array, &e), PEL_OK, "%s: %s", item,
               e.message);
  return r;
}

static inline void result_end(result *r) {
  r->schema.release(&r->schema);
  r->array.release(&r->array);
}

/* The out `n`, one i64, of a run of its own. */
static inline int64_t number(pel_context *ctx, pel_plan *plan) {
  pel_run *run = NULL;
  pel_error e = {0};
  cr_assert_eq(pel_run_new(ctx, plan, &run, &e), PEL_OK, "%s", e.message);
  cr_assert_eq(pel_run_wait(run, &e), PEL_OK, "%s", e.message);
  result r = result_of(run, "n");
  const int64_t n = ((const int64_t *)r.array.buffers[1])[r.array.offset];
  result_end(&r);
  pel_run_free(run);
  return n;
}

#endif
