/* pel fmt: what must not change does not, and formatting twice changes nothing. */
#include "tests/unit/syntax/generate.h"

static void format(pel_str text, pel_buf *out) {
  parse p;
  pel__buf_init(out, NULL);
  parse_init(&p, "t.pel", text);
  if (p.status != PEL_OK) {
    pel_buf said;
    render(&p, PEL_DIAG_SHORT, &said);
    cr_assert_fail("does not parse: %s\n%.*s", pel__buf_z(&said), PEL_STR_ARG(text));
  }
  pel_status st = pel__syntax_format(pel__source_get(&p.sources, p.file), out, &p.diags);
  cr_assert_eq(st, PEL_OK, "status %d for\n%.*s", st, PEL_STR_ARG(text));
  parse_deinit(&p);
}

static void dump(pel_str text, pel_buf *out) {
  parse p;
  pel__buf_init(out, NULL);
  parse_init(&p, "t.pel", text);
  cr_assert_eq(p.status, PEL_OK, "does not parse any more:\n%.*s", PEL_STR_ARG(text));
  pel__ast_dump(p.tree, out);
  parse_deinit(&p);
}

static pel_str text_of(const pel_buf *b) { return (pel_str){b->p, b->n}; }

static bool holds(pel_str text, const char *word) {
  return text.n && memmem(text.p, text.n, word, strlen(word)) != NULL;
}

static void expect_tidy(pel_str text) {
  uint32_t col = 0;
  for (size_t i = 0; i < text.n; i++) {
    cr_assert(text.p[i] != '\t' && text.p[i] != '\r', "%.*s", PEL_STR_ARG(text));
    if (text.p[i] == '\n')
      cr_assert(i == 0 || text.p[i - 1] != ' ', "a space ends a line:\n%.*s",
                PEL_STR_ARG(text));
    col = text.p[i] == '\n' ? 0 : col + 1;
  }
  cr_assert(text.n == 0 || (text.p[text.n - 1] == '\n' && text.p[0] != '\n'));
  cr_assert(!holds(text, "\n\n\n"));
  cr_assert_eq(col, 0);
}

/* Same tree, same text when formatted again; answers the formatted text. */
static pel_buf expect_stable(pel_str text) {
  pel_buf once, twice, before, after;
  format(text, &once);
  dump(text, &before);
  dump(text_of(&once), &after);
  cr_assert(pel__str_eq(text_of(&before), text_of(&after)), "another tree:\n%.*s\n%s\n%s",
            PEL_STR_ARG(text), pel__buf_z(&before), pel__buf_z(&after));
  format(text_of(&once), &twice);
  cr_assert(pel__str_eq(text_of(&once), text_of(&twice)),
            "from\n%.*s\nfirst\n%s\nthen\n%s", PEL_STR_ARG(text), pel__buf_z(&once),
            pel__buf_z(&twice));
  expect_tidy(text_of(&once));
  pel__buf_deinit(&twice);
  pel__buf_deinit(&before);
  pel__buf_deinit(&after);
  return once;
}

static void expect_generated(uint64_t seed, trivia kind) {
  generator g = {.dice = {seed}, .trivia = kind};
  pel__buf_init(&g.out, NULL);
  generate(&g);
  pel_buf formatted = expect_stable(text_of(&g.out));
  for (uint32_t i = 0; i < g.comments; i++) {
    char word[32];
    snprintf(word, sizeof word, "// c%u;", i);
    cr_assert(holds(text_of(&formatted), word), "%s is lost from\n%s\nin\n%s", word,
              pel__buf_z(&g.out), pel__buf_z(&formatted));
  }
  pel__buf_deinit(&g.out);
  pel__buf_deinit(&formatted);
}

enum { PROGRAMS = 250 };

Test(format, generated_programs_with_spaces) {
  for (uint64_t i = 0; i < PROGRAMS; i++) expect_generated(i, TRIVIA_SPACES);
}

Test(format, generated_programs_with_line_ends) {
  for (uint64_t i = 0; i < PROGRAMS; i++) expect_generated(1000000 + i, TRIVIA_LINES);
}

Test(format, generated_programs_with_comments) {
  for (uint64_t i = 0; i < PROGRAMS; i++) expect_generated(2000000 + i, TRIVIA_COMMENTS);
}

/* ---- programs people write */

static const char *const programs[] = {
    "tests/golden/parse/groupby.pel", "tests/golden/parse/coupled.pel",
    "tests/golden/parse/kmers.pel",   "tests/golden/parse/risk.pel",
    "tests/golden/parse/logreg.pel",  "tests/golden/parse/corners.pel",
};

Test(format, programs_of_the_goldens) {
  for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) {
    pel_str text = slurp(programs[i]);
    pel_buf out = expect_stable(text);
    pel__buf_deinit(&out);
    free((void *)(uintptr_t)text.p);
  }
}

static void expect(const char *from, const char *to) {
  pel_buf out = expect_stable(pel__str(from));
  cr_expect(pel__str_is(text_of(&out), to), "got\n%s\nwant\n%s", pel__buf_z(&out), to);
  pel__buf_deinit(&out);
}

Test(format, nothing_and_comments_alone) {
  expect("", "");
  expect("  \n\n \n", "");
  expect("\n\n// a  \n\n\n\n//b", "// a\n\n//b\n");
}

Test(format, spaces) {
  expect("let   a=f( x ,y )+-3*b [ 1.. , ..2,.. ]",
         "let a = f(x, y) + -3 * b[1 .., .. 2, ..]\n");
  expect("let a = { ..b,c :1 }\r\nlet b = [ ]\r\n",
         "let a = { ..b, c: 1 }\nlet b = []\n");
  expect("let a = . .x", "let a = . .x\n");
  expect("let a : i64 ? ? = x as [ n , m ]i64?", "let a: i64? ? = x as [n, m]i64?\n");
  expect("let a = x ^ 2 .. ((y))", "let a = x^2 .. ((y))\n");
  expect("\xef\xbb\xbflet a = 1", "let a = 1\n");
}

Test(format, empty_lines_between_items_stay_as_one) {
  expect("let a = 1\nlet b = 2\n\n\n\nlet c = 3 let d = 4",
         "let a = 1\nlet b = 2\n\nlet c = 3\nlet d = 4\n");
}

Test(format, a_pipeline_stays_tall) {
  expect("let a = x |> f |> g", "let a = x |> f |> g\n");
  expect("let a = x\n|> f |> g", "let a =\n  x\n  |> f\n  |> g\n");
}

Test(format, commas_behind_the_last) {
  expect("let a = f(1, 2, )", "let a = f(1, 2)\n");
  expect("let a = f(1, // one\n2 // two\n,)",
         "let a = f(\n  1, // one\n  2, // two\n)\n");
  expect("let a = [\n// none\n]", "let a = [\n  // none\n]\n");
}

Test(format, a_line_holds_100_columns) {
  char from[200], to[256];
  /* let a = "…" + "…" with 100 columns in all, then one more */
  for (int extra = 0; extra < 2; extra++) {
    char left[64] = {0}, right[64] = {0};
    memset(left, 'x', 42);
    memset(right, 'y', (size_t)(43 + extra));
    snprintf(from, sizeof from, "let a = \"%s\" + \"%s\"", left, right);
    if (extra)
      snprintf(to, sizeof to, "let a =\n  \"%s\" + \"%s\"\n", left, right);
    else
      snprintf(to, sizeof to, "%s\n", from);
    expect(from, to);
  }
}

Test(format, refuses_what_does_not_parse) {
  parse p;
  pel_buf out;
  parse_text(&p, "let a = (1\n");
  pel__buf_init(&out, NULL);
  cr_assert_eq(pel__syntax_format(pel__source_get(&p.sources, p.file), &out, &p.diags),
               PEL_E_COMPILE);
  cr_assert_eq(out.n, 0);
  cr_assert_eq(p.diags.errors, 1, "the same error twice is one");
  pel__buf_deinit(&out);
  parse_deinit(&p);
}
