/* What a host is told is made once: asking again takes no memory and gives the same text,
 * from any number of threads. */
#include <pthread.h>

#include "runtime/api/api.h"
#include "tests/unit/api/world.h"
#include "tests/unit/counting.h"

static const char TEXT[] =
    "param least: i64 = 7\n"
    "param rows: [*]{ \"a b\": i64 }\n"
    "let read_in: [n]{ id: i64 } = read(\"in.csv\")\n"
    "out kept = read_in |> filter(.id >= least) |> write(\"out.csv\")\n"
    "out n = len(rows)\n"
    "out bad = 1 / (least - 7)\n";

static pel_context *context(counting *c) {
  const pel_options o = {.size = sizeof o, .workers = 1};
  pel_context *ctx = NULL;
  pel_error e = {0};
  counting_init(c);
  cr_assert_eq(pel__context_new(&o, &c->alloc, &ctx, &e), PEL_OK, "%s", e.message);
  return ctx;
}

static void ask_plan(const pel_plan *plan) {
  const pel_param p = pel_plan_param_at(plan, 0), q = pel_plan_param_at(plan, 1);
  cr_assert_str_eq(p.name, "least");
  cr_assert_str_eq(p.type, "i64");
  cr_assert_str_eq(p.init, "7");
  cr_assert(!p.required && q.required);
  cr_assert_str_eq(q.type, "[*]{ \"a b\": i64 }");
  cr_assert_eq(pel_plan_param_at(plan, 0).name, p.name);
  cr_assert_eq(pel_plan_param_at(plan, 1).type, q.type);
  size_t k = 0;
  while (strcmp(pel_plan_item_at(plan, k).name, "kept") != 0) k++;
  const pel_item out = pel_plan_item_at(plan, k);
  cr_assert_str_eq(out.path, "out.csv");
  cr_assert_str_eq(out.format, "csv");
  cr_assert_str_eq(out.type, "[*]{ id: i64 }");
  cr_assert_eq(pel_plan_item_at(plan, k).type, out.type);
  const pel_input in = pel_plan_input_at(plan, 0);
  cr_assert_eq(pel_plan_inputs(plan), 1);
  cr_assert_str_eq(in.path, "in.csv");
  cr_assert_str_eq(in.type, "{ id: i64 }");
  cr_assert_eq(pel_plan_input_at(plan, 0).path, in.path);
}

static void *ask_often(void *plan) {
  for (int i = 0; i < 1000; i++) ask_plan(plan);
  return NULL;
}

Test(texts, of_a_plan_are_made_once) {
  counting c;
  pel_context *ctx = context(&c);
  pel_error e = {0};
  char *bytes = NULL;
  size_t n = 0;
  pel_plan *plans[2] = {compiled(ctx, TEXT), NULL};
  cr_assert_eq(pel_plan_save(ctx, plans[0], &bytes, &n, &e), PEL_OK);
  cr_assert_eq(pel_plan_load(ctx, bytes, n, &plans[1], &e), PEL_OK);
  pel_text_free(ctx, bytes, n);
  const size_t before = c.calls;
  for (int i = 0; i < 2; i++) {
    pthread_t threads[2];
    for (int t = 0; t < 2; t++)
      cr_assert_eq(pthread_create(&threads[t], NULL, ask_often, plans[i]), 0);
    for (int t = 0; t < 2; t++) (void)pthread_join(threads[t], NULL);
  }
  cr_assert_eq(c.calls, before, "asking took memory %zu times", c.calls - before);
  for (int i = 0; i < 2; i++) pel_plan_release(plans[i]);
  pel_context_free(ctx);
}

Test(texts, of_diagnostics_are_made_once) {
  static const char wrong[] = "out a = b\n";
  const pel_source_text source = {"p.pel", wrong, sizeof wrong - 1};
  counting c;
  pel_context *ctx = context(&c);
  pel_plan *plan = NULL;
  pel_diagnostics *d = NULL;
  cr_assert_eq(pel_compile(ctx, &source, NULL, &plan, &d), PEL_E_COMPILE);
  const pel_diagnostic first = pel_diagnostics_at(d, 0);
  const size_t before = c.calls;
  cr_assert(strstr(first.message, "`b`"));
  cr_assert_str_eq(first.file, "p.pel");
  for (int i = 0; i < 100000; i++) {
    const pel_diagnostic again = pel_diagnostics_at(d, 0);
    cr_assert(again.message == first.message && again.file == first.file);
  }
  cr_assert_eq(c.calls, before);
  pel_diagnostics_free(d);
  pel_context_free(ctx);
}

Test(texts, of_failures_and_tests_are_made_once) {
  static const char text[] =
      "param x: i64 = 9223372036854775807\nout bad = x + 1\ntest \"two\" = 1 + 1 == 3\n";
  counting c;
  pel_context *ctx = context(&c);
  pel_plan *plan = compiled(ctx, text);
  pel_run *run = NULL;
  pel_error e = {0};
  const char *left = NULL, *right = NULL, *l, *r;
  cr_assert_eq(pel_run_new(ctx, plan, &run, &e), PEL_OK);
  cr_assert_eq(pel_run_choose(run, "bad", &e), PEL_OK);
  cr_assert_eq(pel_run_choose(run, "two", &e), PEL_OK);
  cr_assert_eq(pel_run_failures(run), 0);
  cr_assert_eq(pel_run_wait(run, &e), PEL_E_FAILED, "%s", e.message);
  cr_assert_eq(pel_run_failures(run), 1);
  const pel_run_failure f = pel_run_failure_at(run, 0);
  cr_assert_str_eq(f.item, "bad");
  cr_assert_str_eq(f.line, "out bad = x + 1");
  cr_assert_eq(pel_run_test(run, "two", &left, &right), 0);
  cr_assert_str_eq(left, "2");
  cr_assert_str_eq(right, "3");
  const size_t before = c.calls;
  for (int i = 0; i < 100000; i++) {
    cr_assert_eq(pel_run_failure_at(run, 0).line, f.line);
    (void)pel_run_test(run, "two", &l, &r);
    cr_assert(l == left && r == right);
  }
  cr_assert_eq(c.calls, before);
  pel_run_free(run);
  pel_plan_release(plan);
  pel_context_free(ctx);
}
