/* Several mistakes in one text: each is found, and none brings a second message. */
#include "tests/unit/syntax/helper.h"

/* The lines on which errors were found, such as "2 5 9 ". */
static void expect_lines(const char *text, const char *want) {
  parse p;
  pel_buf said;
  char got[256];
  int n = 0;
  parse_text(&p, text);
  for (uint32_t i = 0; i < p.diags.n; i++)
    n += snprintf(got + n, sizeof got - (size_t)n, "%u ", p.diags.at[i]->span.line);
  render(&p, PEL_DIAG_SHORT, &said);
  cr_expect_str_eq(got, want, "%s", pel__buf_z(&said));
  pel__buf_deinit(&said);
  parse_deinit(&p);
}

Test(recovery, eight_planted_eight_found) {
  expect_lines(
      "let a = f(1 2)\n"                       /*  1: a comma */
      "let b = f(a, [1, 2)\n"                  /*  2: a bracket */
      "let ok1 = { type: 1, out: 2, fn: 3 }\n" /*  labels are no items */
      "type T = { a: i64, b }\n"               /*  4: a type */
      "let c =\n"    /*  a value, found where the next item begins: */
      "let d = g(\n" /*  6 */
      "  type: 1,\n"
      "  out: x\n"
      "out e = 1\n"                /*  9: d's bracket */
      "fn h(x: f64, y) = x\n"      /* 10: a type */
      "@retry(3) 5\n"              /* 11: an item */
      "test \"t\" = a == b == c\n" /* 12: a chain */
      "extern \"l.so\" {\n"
      "  fn p(out x: [n]f64, n usize) -> i32\n" /* 14: a colon */
      "  fn q(x: f64) -> i32\n"
      "}\n"
      "param p: i64 = 1\n",
      "1 2 4 6 9 10 11 12 14 ");
}

Test(recovery, a_lone_bracket_costs_one_item) {
  expect_lines("let a = (1\nlet b = 2\nlet c = (((3\nlet d = }\nlet e = 5\n", "2 4 4 ");
}

Test(recovery, an_open_string_costs_one_item) {
  expect_lines("let a = f(\"abc, {\nlet b = (1\nlet c = 3\n", "1 3 ");
}

Test(recovery, an_item_may_stand_indented) {
  expect_lines("  let a = 1 2\n  let b = )\n\tlet c = 3 4\n", "1 2 3 ");
}

Test(recovery, attributes_begin_an_item) {
  expect_lines("let a = 1 2\n@pure\nlet b = 1 2\n", "1 3 ");
}

Test(recovery, skipped_text_may_hold_item_words) {
  expect_lines("let a = 1 2 let out type\n  f(let x\n  ) test\nlet b = 1 2\n", "1 4 ");
}

Test(recovery, words_are_columns_and_labels) {
  parse p;
  parse_text(&p,
             "let a = {\ntype: 1,\nlet: 2,\nfn: 3 }\n"
             "let b = t.type + t.let\nlet c = f(\nparam: 1,\nuse: 2)\n"
             "extern \"x\" {\nfn f(\nout x: [n]f64,\nn: usize)\nfn g()\n}\n");
  cr_expect_eq(p.status, PEL_OK);
  cr_expect_eq(p.diags.n, 0);
  parse_deinit(&p);
}

Test(recovery, openers_have_their_place) {
  parse p;
  parse_text(&p, "let a = g(f(1, 2\nlet b = 3\n");
  cr_assert_eq(p.diags.n, 1);
  cr_assert_eq(p.diags.at[0]->code, PEL_E0002);
  cr_assert_eq(p.diags.at[0]->note_count, 1);
  cr_expect_eq(p.diags.at[0]->notes[0].span.line, 1);
  cr_expect_eq(p.diags.at[0]->notes[0].span.col, 12);
  parse_deinit(&p);
}
