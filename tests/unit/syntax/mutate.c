/* Any bytes: no crash, a tree or a message, every place inside the text, and what parses
 * can be formatted. The dice are the same in every run; sanitizer builds run the same
 * texts. */
#include "tests/unit/syntax/generate.h"

static void expect_inside(const parse *p, pel_span span) {
  const pel_source *src = pel__source_get(&p->sources, span.file);
  cr_assert(src && span.begin <= span.end && span.end <= src->text.n);
  cr_assert(span.line >= 1 && span.line <= src->line_count && span.col >= 1);
}

static void expect_places(const parse *p) {
  for (uint32_t i = 0; i < p->diags.n; i++) {
    const pel_diag *d = p->diags.at[i];
    cr_assert(d->message.n > 0);
    expect_inside(p, d->span);
    for (uint32_t k = 0; k < d->note_count; k++) expect_inside(p, d->notes[k].span);
    if (d->fix_span.line) expect_inside(p, d->fix_span);
  }
}

static void try_text(pel_str text) {
  static const pel_diag_format formats[] = {PEL_DIAG_HUMAN, PEL_DIAG_SHORT,
                                            PEL_DIAG_JSON};
  parse p;
  parse_init(&p, "t.pel", text);
  cr_assert(p.status == PEL_OK || p.status == PEL_E_COMPILE);
  cr_assert_eq(p.status == PEL_OK, p.diags.errors == 0, "%.*s", PEL_STR_ARG(text));
  expect_places(&p);
  for (int i = 0; i < 3; i++) {
    pel_buf out;
    render(&p, formats[i], &out);
    cr_assert_not(out.failed);
    cr_assert_eq(pel__utf8_valid(out.p, out.n), out.n, "what is shown is UTF-8");
    pel__buf_deinit(&out);
  }
  if (p.status == PEL_OK) {
    pel_buf out;
    pel__buf_init(&out, NULL);
    cr_assert_eq(pel__syntax_format(pel__source_get(&p.sources, p.file), &out, &p.diags),
                 PEL_OK, "%.*s", PEL_STR_ARG(text));
    pel__buf_deinit(&out);
  }
  parse_deinit(&p);
}

static const char *const bits[] = {"let",        "out",
                                   "type",       "fn",
                                   "extern",     "use",
                                   "test",       "param",
                                   "with",       "in",
                                   "if",         "then",
                                   "else",       "try",
                                   "match",      "for",
                                   "do",         "iterate",
                                   "until",      "as",
                                   "and",        "or",
                                   "not",        "true",
                                   "null",       "inout",
                                   "(",          ")",
                                   "[",          "]",
                                   "{",          "}",
                                   ",",          ":",
                                   "=",          "==",
                                   "->",         "|>",
                                   "|",          "..",
                                   "...",        ".",
                                   ".x",         ".\"",
                                   "\"",         "'",
                                   "'t",         "`",
                                   "\\",         "@a",
                                   "??",         "?",
                                   "&&",         "||",
                                   "!",          ":=",
                                   ";",          "#",
                                   "/*",         "//",
                                   "///",        "\n",
                                   "\n\n",       "\t",
                                   "\r\n",       "1",
                                   "1.5",        "0x",
                                   "1e",         "10s",
                                   "1_",         "\\u{",
                                   "\xc3\xb6",   "\xe2\x80\x9c",
                                   "\xff",       "\x01",
                                   "$",          "\n let ",
                                   "\nlet a = ", "\nout b = ",
                                   "\n}\n",      "=>",
                                   "::",         "-",
                                   "*",          "^",
                                   "%",          "<",
                                   ">=",         "_"};

static void mutate(dice *d, pel_buf *b) {
  size_t at = b->n ? roll(d, (uint32_t)b->n) : 0, n = roll(d, 12);
  const char *bit = bits[roll(d, sizeof bits / sizeof *bits)];
  pel_buf out;
  pel__buf_init(&out, NULL);
  pel__buf_add(&out, b->p, at);
  uint32_t how = roll(d, 5);
  if (how < 3) pel__buf_text(&out, bit);
  if (how == 3 && b->n) { /* a piece from elsewhere */
    size_t from = roll(d, (uint32_t)b->n), length = roll(d, 40);
    pel__buf_add(&out, b->p + from, length < b->n - from ? length : b->n - from);
  }
  size_t rest = how == 0 ? at : at + n; /* how 4: cut */
  if (rest < b->n) pel__buf_add(&out, b->p + rest, b->n - rest);
  pel__buf_deinit(b);
  *b = out;
}

static void flip_byte(dice *d, pel_buf *b) {
  if (b->n) b->p[roll(d, (uint32_t)b->n)] = (char)roll(d, 256);
}

enum { TEXTS = 1200 };

Test(mutate, programs) {
  for (uint64_t i = 0; i < TEXTS; i++) {
    generator g = {.dice = {i * 77 + 5}, .trivia = (trivia)(i % 3)};
    pel__buf_init(&g.out, NULL);
    generate(&g);
    if (g.out.n > 1500) g.out.n = 1500;
    for (uint32_t n = 1 + roll(&g.dice, 6); n > 0; n--) mutate(&g.dice, &g.out);
    if (i % 10 == 0) flip_byte(&g.dice, &g.out);
    try_text((pel_str){g.out.p, g.out.n});
    pel__buf_deinit(&g.out);
  }
}

Test(mutate, heaps_of_words) {
  dice d = {42};
  for (uint64_t i = 0; i < TEXTS; i++) {
    pel_buf b;
    pel__buf_init(&b, NULL);
    for (uint32_t n = roll(&d, 60); n > 0; n--) {
      pel__buf_text(&b, bits[roll(&d, sizeof bits / sizeof *bits)]);
      if (roll(&d, 2)) pel__buf_text(&b, " ");
    }
    try_text((pel_str){b.p, b.n});
    pel__buf_deinit(&b);
  }
}

Test(mutate, every_beginning_of_a_program) {
  pel_str text = slurp("tests/golden/parse/corners.pel");
  for (size_t n = 0; n < text.n && n < 3000; n++) try_text((pel_str){text.p, n});
  free((void *)(uintptr_t)text.p);
}
