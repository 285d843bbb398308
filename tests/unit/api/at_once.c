/* One plan at once: from several threads, in one context and in two, each run with
 * parameters of its own; every answer is what this file counts itself. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/api/host.h"

static const char TEXT[] =
    "param t: [*]{ k: i64, v: f64, s: str? }\n"
    "param least: i64\n"
    "let some = t |> filter(.k >= least)\n"
    "out g = some |> group(.s) |> select(.s, n: len(.rows), total: sum(.v)) |> sort(.s)\n"
    "out back = t |> sort(-.k) |> select(.k) |> take(1)\n";

enum { KEYS = 7, ROUNDS = 4, THREADS = 4 };

typedef struct job {
  pel_context *ctx;
  pel_plan *plan;
  int64_t rows, least;
  char why[256]; /* "" as long as all is well: an assertion wants the test's own thread */
} job;

static bool fails(job *j, const char *what, int64_t got, int64_t want) {
  if (got == want || j->why[0]) return j->why[0] != 0;
  (void)snprintf(j->why, sizeof j->why, "%s: %lld, not %lld", what, (long long)got,
                 (long long)want);
  return true;
}

/* s is "key0" … "key5", and null for every seventh row. */
static host table(const job *j) {
  static const char *const names[KEYS] = {"key0", "key1", "key2", "key3",
                                          "key4", "key5", ""};
  const size_t n = (size_t)j->rows;
  int64_t *k = malloc(n * sizeof *k);
  double *v = malloc(n * sizeof *v);
  const char **s = malloc(n * sizeof *s);
  size_t *sizes = malloc(n * sizeof *sizes);
  bool *valid = malloc(n * sizeof *valid);
  for (size_t i = 0; i < n; i++) {
    k[i] = (int64_t)i, v[i] = (double)i / 4, s[i] = names[i % KEYS];
    sizes[i] = strlen(s[i]), valid[i] = i % KEYS != KEYS - 1;
  }
  const host_layout plain = {.rows = j->rows}, some = {.rows = j->rows, .valid = valid};
  host columns[3] = {host_numbers("k", "l", &plain, 8, k),
                     host_numbers("v", "g", &plain, 8, v),
                     host_text("s", "u", &some, s, sizes)};
  free(k), free(v), free(s), free(sizes), free(valid);
  return host_record("", &plain, 3, columns);
}

static void compare_groups(job *j, const struct ArrowArray *a) {
  const int64_t *n = a->children[1]->buffers[1];
  const double *total = a->children[2]->buffers[1];
  if (fails(j, "groups", a->length, KEYS)) return;
  for (int64_t key = 0; key < KEYS; key++) {
    int64_t rows = 0;
    double sum = 0; /* quarters of small numbers: exact */
    for (int64_t i = key; i < j->rows; i += KEYS)
      if (i >= j->least) rows++, sum += (double)i / 4;
    if (fails(j, "rows of a group", n[key], rows)) return;
    if (fails(j, "four times a sum", (int64_t)(4 * total[key]), (int64_t)(4 * sum)))
      return;
  }
}

static void results(job *j, pel_run *run) {
  struct ArrowSchema schema;
  struct ArrowArray array;
  pel_error e = {0};
  if (fails(j, "g", pel_run_result(run, "g", &schema, &array, &e), PEL_OK)) return;
  compare_groups(j, &array);
  schema.release(&schema);
  array.release(&array);
  if (fails(j, "back", pel_run_result(run, "back", &schema, &array, &e), PEL_OK)) return;
  (void)fails(j, "the last row", *(const int64_t *)array.children[0]->buffers[1],
              j->rows - 1);
  schema.release(&schema);
  array.release(&array);
}

static void once(job *j) {
  pel_run *run = NULL;
  pel_error e = {0};
  host h = table(j);
  if (fails(j, "new", pel_run_new(j->ctx, j->plan, &run, &e), PEL_OK)) {
    host_release(&h);
    return;
  }
  if (!fails(j, "t", pel_run_bind_arrow(run, "t", &h.schema, &h.array, &e), PEL_OK) &&
      !fails(j, "least", pel_run_bind_i64(run, "least", j->least, &e), PEL_OK) &&
      !fails(j, "wait", pel_run_wait(run, &e), PEL_OK))
    results(j, run);
  pel_run_free(run);
}

static void *work(void *arg) {
  job *j = arg;
  for (int i = 0; i < ROUNDS; i++, j->least += 100) once(j);
  return NULL;
}

static void all_at_once(job *jobs) {
  pthread_t threads[THREADS];
  for (int i = 0; i < THREADS; i++) {
    jobs[i].rows = 1500 + 700 * i;
    jobs[i].least = 10 * i;
    cr_assert_eq(pthread_create(&threads[i], NULL, work, &jobs[i]), 0);
  }
  for (int i = 0; i < THREADS; i++) cr_assert_eq(pthread_join(threads[i], NULL), 0);
  for (int i = 0; i < THREADS; i++)
    cr_assert_str_eq(jobs[i].why, "", "thread %d: %s", i, jobs[i].why);
}

Test(at_once, in_one_context, .timeout = 120) {
  pel_context *ctx = context_new(2, 100);
  pel_plan *plan = compiled(ctx, TEXT);
  job jobs[THREADS] = {{0}};
  for (int i = 0; i < THREADS; i++) jobs[i].ctx = ctx, jobs[i].plan = plan;
  all_at_once(jobs);
  pel_plan_release(plan);
  pel_context_free(ctx);
  cr_assert_eq(host_live(), 0);
}

Test(at_once, in_two_contexts, .timeout = 120) {
  pel_context *contexts[2] = {context_new(2, 100), context_new(1, 100)};
  pel_plan *plan = compiled(contexts[0], TEXT);
  job jobs[THREADS] = {{0}};
  for (int i = 0; i < THREADS; i++) jobs[i].ctx = contexts[i % 2], jobs[i].plan = plan;
  all_at_once(jobs);
  pel_context_free(contexts[1]);
  pel_plan_release(plan);
  pel_context_free(contexts[0]);
  cr_assert_eq(host_live(), 0);
}

/* All are begun before the first is waited for; some are cancelled, which the others do
 * not notice. */
Test(at_once, begun_together, .timeout = 120) {
  pel_context *ctx = context_new(2, 100);
  pel_plan *plan = compiled(ctx, TEXT);
  pel_run *runs[6] = {0};
  job jobs[6] = {{0}};
  pel_error e = {0};
  for (int i = 0; i < 6; i++) {
    jobs[i] = (job){.ctx = ctx, .plan = plan, .rows = 1000 + i, .least = i};
    host h = table(&jobs[i]);
    cr_assert_eq(pel_run_new(ctx, plan, &runs[i], &e), PEL_OK);
    host_bind(&h, runs[i], "t");
    cr_assert_eq(pel_run_bind_i64(runs[i], "least", i, &e), PEL_OK);
    cr_assert_eq(pel_run_start(runs[i], &e), PEL_OK);
    if (i % 3 == 2) pel_run_cancel(runs[i]);
  }
  for (int i = 5; i >= 0; i--) {
    const pel_status s = pel_run_wait(runs[i], &e);
    if (i % 3 == 2) { /* it may have ended before */
      cr_assert(s == PEL_OK || s == PEL_E_CANCELLED, "%s", e.message);
    } else {
      cr_assert_eq(s, PEL_OK, "%s", e.message);
      results(&jobs[i], runs[i]);
      cr_assert_str_eq(jobs[i].why, "", "%s", jobs[i].why);
    }
    pel_run_free(runs[i]);
  }
  pel_plan_release(plan);
  pel_context_free(ctx);
  cr_assert_eq(host_live(), 0);
}
