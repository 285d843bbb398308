/* Calls into a library that is not thread-safe do not overlap, not even those of two runs
 * of one context; what a call gives is copied before the next begins. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/api/host.h"
#include "tests/unit/temp.h"

/* enter() answers how many are inside; name() keeps its text in one place for all. */
static const char SOURCE[] =
    "#include <stdatomic.h>\n"
    "#include <stdio.h>\n"
    "#include <unistd.h>\n"
    "static atomic_int inside;\n"
    "static char text[64];\n"
    "static void rest(void) { for (volatile int i = 0; i < 20000; i++) {} }\n"
    "long enter(long x) {\n"
    "  (void)x;\n"
    "  const long n = ++inside;\n"
    "  rest();\n"
    "  inside--;\n"
    "  return n;\n"
    "}\n"
    "const char *name(long x) {\n"
    "  inside++;\n"
    "  snprintf(text, sizeof text, \"number %ld of this many\", x);\n"
    "  rest();\n"
    "  inside--;\n"
    "  return text;\n"
    "}\n";

static void write_text(const char *path, const char *text) {
  FILE *f = fopen(path, "w");
  cr_assert_not_null(f);
  cr_assert_eq(fputs(text, f) < 0, 0);
  cr_assert_eq(fclose(f), 0);
}

static host rows(int64_t n) {
  int64_t *x = malloc((size_t)n * sizeof *x);
  for (int64_t i = 0; i < n; i++) x[i] = i;
  const host_layout plain = {.rows = n};
  host column = host_numbers("x", "l", &plain, 8, x);
  free(x);
  return host_record("", &plain, 1, &column);
}

static int64_t answer(pel_run *run, const char *out) {
  result r = result_of(run, out);
  const int64_t n = *(const int64_t *)r.array.children[0]->buffers[1];
  result_end(&r);
  return n;
}

static void *run_it(void *arg) {
  pel_error e = {0};
  return pel_run_wait(arg, &e) == PEL_OK ? NULL : arg;
}

Test(one_by_one, over_runs, .timeout = 120) {
  const temp_folder dir = temp_folder_new();
  char path[600], lib[600], command[1600], text[1600];
  (void)snprintf(path, sizeof path, "%s/in.c", dir.path);
  (void)snprintf(lib, sizeof lib, "%s/libin.so", dir.path);
  write_text(path, SOURCE);
  const char *cc = getenv("CC");
  (void)snprintf(command, sizeof command, "%s -shared -fPIC -O1 -o %s %s",
                 cc && *cc ? cc : "cc", lib, path);
  cr_assert_eq(system(command), 0, "%s", command);
  (void)snprintf(text, sizeof text,
                 "extern \"%s\" {\n"
                 "  @pure fn enter(x: i64) -> i64\n"
                 "  @pure fn name(x: i64) -> cstr\n"
                 "}\n"
                 "param t: [*]{ x: i64 }\n"
                 "out most = t |> derive(n: enter(.x)) |> group() |> select(n: max(.n))\n"
                 "out wrong = t |> filter(name(.x) != \"number \" + str(.x) + \" of this "
                 "many\") |> group() |> select(n: len(.rows))\n",
                 lib);
  pel_context *ctx = context_new(2, 50);
  pel_error e = {0};
  pel_plan *plan = compiled(ctx, text);
  enum { RUNS = 3 };
  pel_run *runs[RUNS];
  pthread_t threads[RUNS];
  for (int i = 0; i < RUNS; i++) {
    cr_assert_eq(pel_run_new(ctx, plan, &runs[i], &e), PEL_OK, "%s", e.message);
    host h = rows(1500);
    host_bind(&h, runs[i], "t");
    cr_assert_eq(pel_run_start(runs[i], &e), PEL_OK, "%s", e.message);
    cr_assert_eq(pthread_create(&threads[i], NULL, run_it, runs[i]), 0);
  }
  for (int i = 0; i < RUNS; i++) {
    void *failed = NULL;
    cr_assert_eq(pthread_join(threads[i], &failed), 0);
    cr_assert_null(failed);
    cr_assert_eq(answer(runs[i], "most"), 1, "two calls at once");
    cr_assert_eq(answer(runs[i], "wrong"), 0, "a text of another call");
    pel_run_free(runs[i]);
  }
  pel_plan_release(plan);
  pel_context_free(ctx);
  temp_folder_free(&dir);
}
