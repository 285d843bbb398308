/* The cases of tests/golden/pass: IR before, IR after. */
#include "compiler/passes/passes.h"
#include "tests/unit/ir/cases.h"

static void check(const ir_case *c) {
  pel_arena a;
  pel_ir *m = NULL;
  pel_error e = {0};
  pel__arena_init(&a, NULL);
  cr_assert_eq(pel__ir_parse(&a, pel_test_ops, 1, c->input, &m, &e), PEL_OK, "%s: %s",
               c->path, e.message);
  for (const char *p = c->passes.p, *end = p + c->passes.n; p < end;) {
    while (p < end && *p == ' ') p++;
    const char *from = p;
    while (p < end && *p != ' ') p++;
    char name[32];
    snprintf(name, sizeof name, "%.*s", (int)(p - from), from);
    pel_status s = strcmp(name, "all") == 0
                       ? pel__passes_run(m, &(pel_passes_options){0}, &e)
                   : *name ? pel__passes_run_one(m, name, &e)
                           : PEL_OK;
    cr_assert_eq(s, PEL_OK, "%s: %s: %s", c->path, name, e.message);
  }
  pel_buf got, plan;
  pel__buf_init(&got, NULL);
  pel__buf_init(&plan, NULL);
  pel__ir_print(m, &got);
  case_expect(c, "result", c->ir, &got);
  case_bless(c, &got, &plan);
  pel__buf_deinit(&got);
  pel__arena_deinit(&a);
}

Test(passes, golden) { cr_expect_geq(case_each("tests/golden/pass", check), 14); }

Test(passes, every_pass_gets_what_it_needs) { cr_expect(pel__passes_ordered()); }

Test(passes, names) {
  pel_arena a;
  pel_ir *m = NULL;
  pel_error e = {0};
  pel__arena_init(&a, NULL);
  cr_assert_eq(pel__ir_new(&a, pel_test_ops, 1, &m), PEL_OK);
  for (uint32_t i = 0; pel__pass_name(i); i++)
    cr_expect_eq(pel__passes_run_one(m, pel__pass_name(i), &e), PEL_OK);
  cr_expect_eq(pel__passes_run_one(m, "nothing", &e), PEL_E_INVALID);
  static const char *const good[] = {"", "none", "off", "-cse", "-cse,-prune"};
  static const char *const bad[] = {"cse", "-nothing", "-cse,prune"};
  for (unsigned i = 0; i < 5; i++)
    cr_expect_eq(pel__passes_run(m, &(pel_passes_options){.leave_out = good[i]}, &e),
                 PEL_OK, "%s", good[i]);
  for (unsigned i = 0; i < 3; i++)
    cr_expect_eq(pel__passes_run(m, &(pel_passes_options){.leave_out = bad[i]}, &e),
                 PEL_E_INVALID, "%s", bad[i]);
  pel__arena_deinit(&a);
}
