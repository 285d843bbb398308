#include "compiler/syntax/lex.h"

int pel__lex_foreign(pel_parse *cx, pel_span span, int token, const char *ours) {
  cx->foreign = true;
  cx->foreign_at = span.begin;
  if (token == T_FIELD) {
    pel_span colons = span;
    colons.end = colons.begin + 2;
    pel_diag *d = pel__report(cx, PEL_E0006, colons, "`::` is not written in PEL");
    pel__diag_help(cx->ds, d, "names of a module follow a `.`");
    pel__diag_fix(cx->ds, d, colons, ".");
    return token;
  }
  pel_diag *d = pel__report(cx, PEL_E0006, span, "`%s` is not an operator of PEL",
                            pel__quote(cx, span));
  pel__diag_help(cx->ds, d, "write `%s`", ours);
  bool spaced = span.end < cx->src->text.n && cx->src->text.p[span.end] == ' ';
  pel__diag_fix(cx->ds, d, span, token == T_NOT && !spaced ? "%s " : "%s", ours);
  return token;
}

/* What stands for a sign of PEL in typeset text. */
static const struct typeset {
  uint32_t from, to;
  const char *help; /* NULL: no letter, and nothing to say */
} typeset[] = {
    {0xa0, 0xa0, "this is a no-break space; write a plain one"},
    {0xd7, 0xd7, "write `*`"},
    {0xf7, 0xf7, "write `/`"},
    {0x200b, 0x200f, "this character cannot be seen; delete it"},
    {0x2013, 0x2014, "write `-`"},
    {0x2018, 0x201f, "strings are written with straight double quotes"},
    {0x2026, 0x2026, "write `..`"},
    {0x2190, 0x2190, "write `=`"},
    {0x2192, 0x2192, "write `->`"},
    {0x2208, 0x2208, "write `in`"},
    {0x2212, 0x2212, "write `-`"},
    {0x2227, 0x2227, "write `and`"},
    {0x2228, 0x2228, "write `or`"},
    {0x2260, 0x2260, "write `!=`"},
    {0x2264, 0x2264, "write `<=`"},
    {0x2265, 0x2265, "write `>=`"},
    {0xa1, 0xbf, NULL},
    {0x2000, 0x2bff, NULL},
    {0x3000, 0x303f, NULL},
};

/* The first code point of valid UTF-8. */
static uint32_t code_point(const char *p) {
  const unsigned char *s = (const unsigned char *)p;
  if (s[0] < 0x80) return s[0];
  if (s[0] < 0xe0) return (s[0] & 0x1fu) << 6 | (s[1] & 0x3fu);
  if (s[0] < 0xf0) return (s[0] & 0xfu) << 12 | (s[1] & 0x3fu) << 6 | (s[2] & 0x3fu);
  return (s[0] & 7u) << 18 | (s[1] & 0x3fu) << 12 | (s[2] & 0x3fu) << 6 | (s[3] & 0x3fu);
}

/* A name with letters that are none in PEL, or a sign of typeset text. */
int pel__lex_wide(pel_parse *cx, pel_span span) {
  uint32_t cp = code_point(cx->src->text.p + span.begin);
  const struct typeset *t = NULL;
  for (size_t i = 0; i < sizeof typeset / sizeof *typeset && !t; i++)
    if (cp >= typeset[i].from && cp <= typeset[i].to) t = &typeset[i];
  const char *quote = pel__quote(cx, span);
  pel_diag *d =
      t ? pel__report(cx, PEL_E0020, span, "`%s` (U+%04X) is not a character of PEL",
                      quote, (unsigned)cp)
        : pel__report(cx, PEL_E0020, span, "`%s` is not a name", quote);
  if (t && t->help) pel__diag_help(cx->ds, d, "%s", t->help);
  if (!t)
    pel__diag_help(
        cx->ds, d,
        "names are made of a-z, A-Z, 0-9 and `_`; any other column name is written "
        "`.\"…\"`, any text `\"…\"`");
  cx->mute = true;
  return T_IDENT;
}

int pel__lex_single_quoted(pel_parse *cx, pel_span span) {
  pel_diag *d =
      pel__report(cx, PEL_E0009, span, "strings are written with double quotes");
  pel_span inside = span;
  inside.begin++;
  inside.end--;
  pel_str text = pel__source_text(cx->ds->sources, inside);
  if (!memchr(text.p, '"', text.n) && !memchr(text.p, '\\', text.n) && text.n < 200)
    pel__diag_fix(cx->ds, d, span, "\"" PEL_STR_FMT "\"", PEL_STR_ARG(text));
  return T_STRING;
}

int pel__lex_unterminated(pel_parse *cx, pel_span span, int token) {
  pel_span quote = span;
  quote.begin += token == T_FIELD;
  quote.col += token == T_FIELD;
  quote.end = quote.begin + 1;
  pel_diag *d = pel__report(cx, PEL_E0021, quote, "this string is not closed");
  pel__diag_label(cx->ds, d, "it begins here and the line ends before a second `\"`");
  pel__diag_help(cx->ds, d, "a line break inside a string is written `\\n`");
  cx->mute = true; /* what follows on the line was swallowed */
  return token;
}

int pel__lex_backticks(pel_parse *cx, pel_span span) {
  pel_diag *d = pel__report(cx, PEL_E0027, span, "backticks are reserved");
  pel__diag_help(cx->ds, d,
                 "a column of any name is written `.\"…\"`, a string `\"…\"`, a quantity "
                 "like `10s`");
  return T_STRING;
}

void pel__lex_foreign_comment(pel_parse *cx, pel_span span) {
  pel_span mark = span;
  bool hash = cx->src->text.p[span.begin] == '#';
  mark.end = mark.begin + (hash ? 1 : 2);
  pel_diag *d = pel__report(cx, PEL_E0028, mark, "comments begin with `//`");
  pel__diag_help(cx->ds, d,
                 hash ? "write `//` in place of `#`"
                      : "every line of a comment begins with `//` of its own");
  if (hash) pel__diag_fix(cx->ds, d, mark, "//");
}

int pel__lex_semicolon(pel_parse *cx, pel_span span) {
  bool inside = cx->depth > 0;
  pel_diag *d = pel__report(cx, PEL_E0007, span, "`;` is not written in PEL");
  pel__diag_help(cx->ds, d, "%s",
                 inside ? "elements of a list are separated by `,`"
                        : "items follow one another without a separator");
  pel__diag_fix(cx->ds, d, span, "%s", inside ? "," : "");
  return inside ? T_COMMA : 0;
}

void pel__lex_illegal(pel_parse *cx, pel_span span) {
  unsigned char c = (unsigned char)cx->src->text.p[span.begin];
  if (cx->recovering) return; /* the item has had its message */
  if (c < 0x20 || c == 0x7f) {
    (void)pel__report(cx, PEL_E0020, span, "a control character, U+%04X, stands here", c);
    return;
  }
  pel_diag *d = pel__report(cx, PEL_E0020, span, "`%c` is not a character of PEL", c);
  if (c == '\'') pel__diag_help(cx->ds, d, "strings are written with double quotes");
  if (c == '@') pel__diag_help(cx->ds, d, "an attribute's name follows its `@` directly");
}
