/* The cases of tests/golden/plan: IR, and the plan that it becomes. Every plan is saved
 * and loaded again on the way. */
#include "compiler/lower/lower.h"
#include "runtime/plan/plan.h"
#include "tests/unit/ir/cases.h"

static void reload(const ir_case *c, const pel_plan_data *p, const pel_buf *text) {
  pel_buf bytes, again, print;
  pel_plan_data *q = NULL;
  pel_error e = {0};
  pel__buf_init(&bytes, NULL);
  pel__buf_init(&again, NULL);
  pel__buf_init(&print, NULL);
  cr_assert_eq(pel__plan_encode(p, &bytes), PEL_OK);
  cr_assert_eq(pel__plan_decode(bytes.p, bytes.n, NULL, &q, &e), PEL_OK, "%s: %s",
               c->path, e.message);
  cr_assert_eq(pel__plan_encode(q, &again), PEL_OK);
  pel__plan_print(q, &print);
  cr_expect(bytes.n == again.n && memcmp(bytes.p, again.p, bytes.n) == 0,
            "%s: saved twice, other bytes", c->path);
  cr_expect(print.n == text->n && memcmp(print.p, text->p, print.n) == 0,
            "%s: another plan when loaded", c->path);
  pel__plan_release(q);
  pel__buf_deinit(&bytes);
  pel__buf_deinit(&again);
  pel__buf_deinit(&print);
}

static void check(const ir_case *c) {
  pel_arena a;
  pel_ir *m = NULL;
  pel_plan_data *p = NULL;
  pel_error e = {0};
  pel__arena_init(&a, NULL);
  cr_assert_eq(pel__ir_parse(&a, pel_test_ops, 1, c->input, &m, &e), PEL_OK, "%s: %s",
               c->path, e.message);
  cr_assert_eq(pel__lower(m, NULL, NULL, &p, NULL, &e), PEL_OK, "%s: %s", c->path,
               e.message);
  pel_buf got, ir;
  pel__buf_init(&got, NULL);
  pel__buf_init(&ir, NULL);
  pel__plan_print(p, &got);
  case_expect(c, "plan", c->plan, &got);
  case_bless(c, &ir, &got);
  reload(c, p, &got);
  pel__plan_release(p);
  pel__buf_deinit(&got);
  pel__arena_deinit(&a);
}

Test(lower, golden) { cr_expect_geq(case_each("tests/golden/plan", check), 10); }
