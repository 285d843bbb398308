/* A context and what is made in it, for tests that are about something else.
 * The test owns it and ends it with world_end.
 * One thread. */
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

static inline world world_begin(uint32_t workers, const char *text) {
  world w = {0};
  pel_error e = {0};
  const pel_options o = {.size = sizeof o, .workers = workers};
  cr_assert_eq(pel_context_new(&o, &w.ctx, &e), PEL_OK, "%s", e.message);
  w.plan = compiled(w.ctx, text);
  cr_assert_eq(pel_run_new(w.ctx, w.plan, &w.run, &e), PEL_OK, "%s", e.message);
  return w;
}

static inline void world_end(world *w) {
  pel_run_free(w->run);
  pel_plan_release(w->plan);
  pel_context_free(w->ctx);
}

/* The out `n`, one i64, of a run of its own. */
static inline int64_t number(pel_context *ctx, pel_plan *plan) {
  pel_run *run = NULL;
  pel_error e = {0};
  struct ArrowSchema schema;
  struct ArrowArray array;
  cr_assert_eq(pel_run_new(ctx, plan, &run, &e), PEL_OK, "%s", e.message);
  cr_assert_eq(pel_run_wait(run, &e), PEL_OK, "%s", e.message);
  cr_assert_eq(pel_run_result(run, "n", &schema, &array, &e), PEL_OK, "%s", e.message);
  const int64_t n = ((const int64_t *)array.buffers[1])[array.offset];
  schema.release(&schema);
  array.release(&array);
  pel_run_free(run);
  return n;
}

#endif
