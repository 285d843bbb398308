/* Cancelling: before, twice, while the run works on another thread; the context goes on.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/unit/api/world.h"

/* 20,000 rows of one key: the join has 400,000,000. */
static const char LONG[] =
    "param rows: [*]{ k: i64, a: i64 }\n"
    "out n = rows |> join(rows |> rename(b: .a), on: .k) |> filter(.a < .b) |> len()\n";
enum { ROWS = 20000 };

static int64_t ones[ROWS], counts[ROWS];

static void nothing_schema(struct ArrowSchema *x) { x->release = NULL; }
static void nothing_array(struct ArrowArray *x) { x->release = NULL; }

static void give_rows(pel_run *run) {
  static const void *k[2] = {NULL, ones}, *a[2] = {NULL, counts}, *top[1] = {NULL};
  static struct ArrowSchema ks, as, *schemas[2] = {&ks, &as};
  static struct ArrowArray ka, aa, *arrays[2] = {&ka, &aa};
  for (int i = 0; i < ROWS; i++) ones[i] = 1, counts[i] = i;
  ks = (struct ArrowSchema){.format = "l", .name = "k", .release = nothing_schema};
  as = (struct ArrowSchema){.format = "l", .name = "a", .release = nothing_schema};
  ka = (struct ArrowArray){
      .length = ROWS, .n_buffers = 2, .buffers = k, .release = nothing_array};
  aa = (struct ArrowArray){
      .length = ROWS, .n_buffers = 2, .buffers = a, .release = nothing_array};
  struct ArrowSchema s = {
      .format = "+s", .n_children = 2, .children = schemas, .release = nothing_schema};
  struct ArrowArray t = {.length = ROWS,
                         .n_buffers = 1,
                         .buffers = top,
                         .n_children = 2,
                         .children = arrays,
                         .release = nothing_array};
  pel_error e = {0};
  cr_assert_eq(pel_run_bind_arrow(run, "rows", &s, &t, &e), PEL_OK, "%s", e.message);
}

static void goes_on(pel_context *ctx) {
  pel_plan *plan = compiled(ctx, "out n = sum([20, 22])\n");
  cr_assert_eq(number(ctx, plan), 42);
  pel_plan_release(plan);
}

static void no_result(const world *w) {
  pel_error e = {0};
  struct ArrowSchema schema = {0};
  struct ArrowArray array = {0};
  cr_assert_neq(pel_run_result(w->run, "n", &schema, &array, &e), PEL_OK);
  cr_assert(!schema.release && !array.release && e.message[0]);
}

Test(cancel, before_the_run) {
  world w = world_begin(2, LONG);
  pel_error e = {0};
  give_rows(w.run);
  pel_run_cancel(w.run);
  pel_run_cancel(w.run);
  cr_assert_eq(pel_run_wait(w.run, &e), PEL_E_CANCELLED);
  cr_assert_str_eq(e.message, "the run was cancelled");
  no_result(&w);
  goes_on(w.ctx);
  world_end(&w);
}

Test(cancel, from_another_thread, .timeout = 60) {
  world w = world_begin(2, LONG);
  pel_error e = {0};
  give_rows(w.run);
  cr_assert_eq(pel_run_start(w.run, &e), PEL_OK);
  usleep(50000);
  pel_run_cancel(w.run);
  pel_run_cancel(w.run);
  cr_assert_eq(pel_run_wait(w.run, &e), PEL_E_CANCELLED, "%s", e.message);
  cr_assert_eq(pel_run_wait(w.run, &e), PEL_E_CANCELLED, "the same answer again");
  pel_run_cancel(w.run);
  no_result(&w);
  goes_on(w.ctx);
  world_end(&w);
}

Test(cancel, after_the_run_changes_nothing) {
  world w = world_begin(2, "out n = 42\n");
  pel_error e = {0};
  cr_assert_eq(pel_run_wait(w.run, &e), PEL_OK);
  pel_run_cancel(w.run);
  cr_assert_eq(pel_run_wait(w.run, &e), PEL_OK);
  world_end(&w);
}
