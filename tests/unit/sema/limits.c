#include <criterion/criterion.h>

#include "tests/unit/sema/rig.h"

/* Hostile programs: long, deep, doubling. Each is answered at once, with a result or one
 * diagnostic. */

static void repeat(pel_buf *b, const char *pattern, unsigned n) {
  for (unsigned i = 0; i < n; i++) {
    for (const char *p = pattern; *p; p++) {
      if (*p == '#')
        pel__buf_printf(b, "%u", i);
      else if (*p == '@')
        pel__buf_printf(b, "%u", i + 1);
      else
        pel__buf_char(b, *p);
    }
  }
}

static void expect(pel_buf *b, const char *codes) {
  rig r;
  rig_open(&r, pel__buf_z(b));
  cr_expect_str_eq(rig_codes(&r), codes);
  rig_close(&r);
  pel__buf_deinit(b);
}

static pel_buf text(const char *head) {
  pel_buf b;
  pel__buf_init(&b, NULL);
  pel__buf_text(&b, head);
  return b;
}

Test(limits, chains_of_items_are_no_depth) {
  pel_buf b = text("");
  repeat(&b, "let a# = a@ + 1\n", 20000);
  pel__buf_text(&b, "let a20000 = 1\nout x = a0\n");
  expect(&b, "");
}

Test(limits, circles_are_shown_once) {
  pel_buf b = text("");
  repeat(&b, "let a# = a@ + 1\n", 20000);
  pel__buf_text(&b, "let a20000 = a0\nout x = a0\n");
  expect(&b, "E0103");
}

Test(limits, long_sums) {
  pel_buf b = text("out x = 1");
  repeat(&b, " + 1", 50000);
  expect(&b, "E0219");
}

Test(limits, long_pipes) {
  pel_buf b = text("let t: [n]{ a: i64 } = read(\"t.csv\")\nout x = t");
  repeat(&b, " |> filter(.a > #)", 2000);
  expect(&b, "");
}

Test(limits, many_names_in_scope) {
  pel_buf b = text("out x = with a0 = 1");
  repeat(&b, ", a@ = a# + 1", 50000);
  pel__buf_text(&b, " in a7");
  expect(&b, "E0219");
}

Test(limits, wide_records) {
  pel_buf b = text("out x = { a: 1");
  repeat(&b, ", f#: #", 50000);
  pel__buf_text(&b, " }");
  expect(&b, "");
}

/* Refused before they have eaten the machine's memory: defined from either end, what is
 * checked alone counts too. */
Test(limits, functions_that_double) {
  for (int up = 0; up < 2; up++) {
    pel_buf b = text(up ? "fn f0(x: f64) = x\n" : "");
    repeat(&b,
           up ? "fn f@(x: f64) = f#(x) + f#(x + 1)\n"
              : "fn f#(x: f64) = f@(x) + f@(x + 1)\n",
           60);
    pel__buf_text(&b, up ? "out x = f60(1)\n" : "fn f60(x: f64) = x\nout x = f0(1)\n");
    rig r;
    rig_open(&r, pel__buf_z(&b));
    cr_expect_str_eq(rig_codes(&r), "E0219");
    cr_expect_lt(r.arena.total, (size_t)200 << 20);
    rig_close(&r);
    pel__buf_deinit(&b);
  }
}

Test(limits, types_that_double) {
  pel_buf b = text("type T0 = { a: i64 }\n");
  repeat(&b, "type T@ = { a: T#, b: T# }\n", 60);
  expect(&b, "E0219");
  b = text("let a0 = { x: 1 }\n");
  repeat(&b, "let a@ = { x: a#, y: a# }\n", 60);
  expect(&b, "E0219");
}

Test(limits, programs_full_of_errors) {
  pel_buf b = text("");
  repeat(&b, "let a# = zork#\n", 20000);
  rig r;
  rig_open(&r, pel__buf_z(&b));
  cr_expect_eq(r.diags.errors, 20000);
  cr_expect_eq(r.diags.n, PEL_DIAG_SHOWN);
  rig_close(&r);
  pel__buf_deinit(&b);
}

Test(limits, deep_calls) {
  pel_buf b = text("fn id(x: f64) -> f64 = x\nout x = ");
  repeat(&b, "id(", 150);
  pel__buf_char(&b, '1');
  repeat(&b, ")", 150);
  expect(&b, "");
}
