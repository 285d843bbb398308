/* The documented limits, each just inside and just outside; texts that are no programs.
 */
#include "tests/unit/syntax/helper.h"

static pel_buf repeat(const char *head, const char *part, size_t n, const char *tail) {
  pel_buf b;
  pel__buf_init(&b, NULL);
  pel__buf_text(&b, head);
  for (size_t i = 0; i < n; i++) pel__buf_text(&b, part);
  pel__buf_text(&b, tail);
  cr_assert_not(b.failed);
  return b;
}

/* Parses and answers the only diagnostic's code, PEL_DIAG_CODE_COUNT when all is well. */
static pel_diag_code code_of(pel_buf *b) {
  parse p;
  parse_init(&p, "t.pel", (pel_str){b->p, b->n});
  pel_diag_code code = PEL_DIAG_CODE_COUNT;
  if (p.diags.n) code = p.diags.at[0]->code;
  cr_assert_eq(p.status == PEL_OK, p.diags.errors == 0);
  cr_assert_leq(p.diags.errors, 1);
  if (p.diags.n) {
    pel_buf said;
    render(&p, PEL_DIAG_HUMAN, &said);
    cr_assert_lt(said.n, 2000, "a message shows the place, not the file");
    pel__buf_deinit(&said);
  }
  parse_deinit(&p);
  pel__buf_deinit(b);
  return code;
}

static pel_diag_code code_of_text(const char *p, size_t n) {
  pel_buf b;
  pel__buf_init(&b, NULL);
  pel__buf_add(&b, p, n);
  return code_of(&b);
}

/* n levels of head … tail around 1 */
static pel_diag_code nested(const char *head, const char *tail, size_t n) {
  pel_buf b = repeat("let a = ", head, n, "1");
  for (size_t i = 0; i < n; i++) pel__buf_text(&b, tail);
  pel__buf_text(&b, "\n");
  return code_of(&b);
}

static const char *const nests[][2] = {
    {"(", ")"},
    {"[", "]"},
    {"f(", ")"},
    {"{ a: ", "}"},
    {"-", ""},
    {"not ", ""},
    {"if a then ", " else 2"},
    {"if a then 2 else ", ""},
    {"try ", " else 2"},
    {"\\x -> ", ""},
    {"with x = 1 in ", ""},
    {"with x = ", " in x"},
    {"2 ^ ", ""},
    {"a[", "]"},
    {"match e { _ -> ", "}"},
    {"[x for x in ", "]"},
    {"(a + b * c ^ ", ")"},
    {"iterate s = 1 for i in xs do ", ""},
    {"x |> f(a or not b == -c * ", ")"},
};

Test(limits, nesting) {
  for (size_t i = 0; i < sizeof nests / sizeof *nests; i++) {
    cr_expect_eq(nested(nests[i][0], nests[i][1], 190), PEL_DIAG_CODE_COUNT, "%s",
                 nests[i][0]);
    cr_expect_eq(nested(nests[i][0], nests[i][1], 1001), PEL_E0033, "%s", nests[i][0]);
    cr_expect_eq(nested(nests[i][0], nests[i][1], 200000), PEL_E0033, "%s", nests[i][0]);
  }
}

Test(limits, nesting_of_one_level_each) {
  /* 999 lists around a leaf are 1,000 levels */
  cr_expect_eq(nested("[", "]", 999), PEL_DIAG_CODE_COUNT);
  cr_expect_eq(nested("[", "]", 1000), PEL_E0033);
  cr_expect_eq(nested("-", "", 999), PEL_DIAG_CODE_COUNT);
  cr_expect_eq(nested("-", "", 1000), PEL_E0033);
}

Test(limits, nesting_of_postfixes_types_and_patterns) {
  pel_buf b = repeat("let a = x", ".y", 999, "\n");
  cr_expect_eq(code_of(&b), PEL_DIAG_CODE_COUNT);
  b = repeat("let a = x", ".y", 1000, "\n");
  cr_expect_eq(code_of(&b), PEL_E0033);
  b = repeat("let a = x", "(1)", 100000, "\n");
  cr_expect_eq(code_of(&b), PEL_E0033);
  b = repeat("let a = x", " as i64", 100000, "\n");
  cr_expect_eq(code_of(&b), PEL_E0033);
  b = repeat("type a = ", "[n]", 100000, "i64\n");
  cr_expect_eq(code_of(&b), PEL_E0033);
  b = repeat("type a = i64", " -> i64", 100000, "\n");
  cr_expect_eq(code_of(&b), PEL_E0033);
  b = repeat("type a = i64", " ?", 100000, "\n");
  cr_expect_eq(code_of(&b), PEL_E0033);
  b = repeat("let ", "(", 100000, "");
  cr_expect_eq(code_of(&b), PEL_E0033);
}

Test(limits, a_chain_is_not_deep) {
  static const char *const ops[] = {" + a", " * a", " or a", " and a", " ?? a", " |> f"};
  for (size_t i = 0; i < sizeof ops / sizeof *ops; i++) {
    pel_buf b = repeat("let a = a", ops[i], 100000, "\n");
    cr_expect_eq(code_of(&b), PEL_DIAG_CODE_COUNT, "%s", ops[i]);
  }
}

Test(limits, a_million_elements) {
  pel_buf b = repeat("let a = 1", "+1", 999999, "\n");
  parse p;
  parse_init(&p, "t.pel", (pel_str){b.p, b.n});
  cr_assert_eq(p.status, PEL_OK);
  cr_assert_eq(value_of(&p, 0)->kind, PEL_AST_SUM);
  cr_assert_eq(value_of(&p, 0)->chain.n, 1000000);
  cr_assert_eq(value_of(&p, 0)->depth, 2);
  parse_deinit(&p);
  pel__buf_deinit(&b);
  b = repeat("let a = [", "1,", 1000000, "]\n");
  cr_expect_eq(code_of(&b), PEL_DIAG_CODE_COUNT);
}

Test(limits, nodes) {
  pel_buf b = repeat("let a = [", "1,", PEL_SYNTAX_NODES + 1, "]\n");
  cr_expect_eq(code_of(&b), PEL_E0034);
}

Test(limits, strings) {
  pel_buf b = repeat("let a = \"", "x", PEL_SYNTAX_STRING, "\"\n");
  cr_expect_eq(code_of(&b), PEL_DIAG_CODE_COUNT);
  b = repeat("let a = \"", "x", PEL_SYNTAX_STRING + 1, "\"\n");
  cr_expect_eq(code_of(&b), PEL_E0023);
  /* the limit is on what it stands for */
  b = repeat("let a = \"", "\\u{41}", PEL_SYNTAX_STRING, "\"\n");
  cr_expect_eq(code_of(&b), PEL_DIAG_CODE_COUNT);
  b = repeat("let a = \"", "\\n", PEL_SYNTAX_STRING + 1, "\"\n");
  cr_expect_eq(code_of(&b), PEL_E0023);
}

Test(limits, file) {
  pel_buf b = repeat("let a = 1\n", " ", PEL_SOURCE_MAX - 10, "");
  cr_expect_eq(code_of(&b), PEL_DIAG_CODE_COUNT);
  b = repeat("let a = 1\n", " ", PEL_SOURCE_MAX - 9, "");
  cr_expect_eq(code_of(&b), PEL_E0032);
}

Test(limits, a_name_of_a_megabyte) {
  pel_buf b = repeat("let a = f(x ", "y", 1 << 20, ")\n");
  cr_expect_eq(code_of(&b), PEL_E0004);
  b = repeat("let ", "\xc3\xb6", 1 << 20, " = 1\n");
  cr_expect_eq(code_of(&b), PEL_E0020);
  b = repeat("let a = \"", "y", 1 << 20, "\n");
  cr_expect_eq(code_of(&b), PEL_E0021);
}

Test(limits, not_text) {
  cr_expect_eq(code_of_text("let a = 1\n// \xff\n", 15), PEL_E0030);
  cr_expect_eq(code_of_text("let a = \"\xc3\"", 11), PEL_E0030);
  cr_expect_eq(code_of_text("let a = \"\xed\xa0\x80\"", 13), PEL_E0030);
  cr_expect_eq(code_of_text("let a\0 = 1\n", 11), PEL_E0031);
  cr_expect_eq(code_of_text("\0", 1), PEL_E0031);
  cr_expect_eq(code_of_text("\xff\xfel\0e\0", 6), PEL_E0030);
}

Test(limits, at_most_twenty) {
  pel_buf b = repeat("", "let a = \n", 100, "");
  parse p;
  parse_init(&p, "t.pel", (pel_str){b.p, b.n});
  cr_expect_eq(p.status, PEL_E_COMPILE);
  cr_expect_eq(p.diags.errors, PEL_SYNTAX_ERRORS);
  cr_expect_eq(p.diags.n, PEL_SYNTAX_ERRORS);
  parse_deinit(&p);
  pel__buf_deinit(&b);
}
