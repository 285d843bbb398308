#include "compiler/syntax/report.h"

#include <stdarg.h>
#include <stdio.h>

pel_diag *pel__report(pel_parse *cx, pel_diag_code code, pel_span span, const char *fmt,
                      ...) {
  char text[512];
  if (cx->mute || cx->status != PEL_OK) return NULL;
  va_list ap;
  va_start(ap, fmt);
  (void)vsnprintf(text, sizeof text, fmt, ap);
  va_end(ap);
  pel_diag *d = pel__diag_add(cx->ds, code, span, "%s", text);
  if (++cx->errors >= PEL_SYNTAX_ERRORS) cx->status = PEL_E_COMPILE;
  return d;
}

const char *pel__quote(pel_parse *cx, pel_span span) {
  enum { MOST = 40 };
  pel_str s = pel__source_text(cx->ds->sources, span);
  const char *nl = memchr(s.p, '\n', s.n);
  if (nl) s.n = (size_t)(nl - s.p);
  size_t n = s.n < MOST ? s.n : MOST;
  while (n < s.n && n > 0 && ((unsigned char)s.p[n] & 0xc0) == 0x80) n--;
  const char *text =
      pel__arena_printf(cx->arena, PEL_STR_FMT "%s", (int)n, s.p, n < s.n ? "…" : "");
  return text ? text : "";
}

void pel__report_unclosed(pel_parse *cx, pel_span at, const pel_opener *opener) {
  const char *name = pel__token_name(opener->token);
  pel_diag *d = pel__report(cx, PEL_E0002, at, "`%s` is not closed", name);
  pel__diag_label(cx->ds, d, "it should be closed before this");
  pel__diag_note(cx->ds, d, opener->span, "`%s` opens here", name);
}

void pel__report_depth(pel_parse *cx, pel_span span) {
  pel_diag *d = pel__report(cx, PEL_E0033, span, "nested more than %d levels deep",
                            PEL_SYNTAX_DEPTH);
  pel__diag_help(cx->ds, d, "name the inner parts with `let` or `with`");
  if (cx->status == PEL_OK) cx->status = PEL_E_COMPILE;
}

/* ---- what the parser did not expect */

static pel_span behind(const pel_parse *cx) {
  pel_str before = pel__source_text(cx->ds->sources, cx->prev_span);
  pel_span s = cx->prev_span;
  s.col += (uint32_t)pel__utf8_length(before.p, before.n);
  s.begin = s.end;
  return s;
}

static const char *found(pel_parse *cx) {
  switch (cx->token) {
    case 0:
      return "the end of the file";
    case T_STRING:
      return "a string";
    default:
      return pel__arena_printf(cx->arena, "`%s`", pel__quote(cx, cx->span));
  }
}

static const pel_opener *open_word(const pel_parse *cx, int one, int other) {
  for (uint32_t i = cx->openers.n; i-- > 0;) {
    int t = cx->openers.at[i].token;
    if (t == one || t == other) return &cx->openers.at[i];
    if (t == T_LPAREN || t == T_LBRACKET || t == T_LBRACE) break;
  }
  for (uint32_t i = 0; i < cx->dropped_n; i++)
    if (cx->dropped[i].token == one || cx->dropped[i].token == other)
      return &cx->dropped[i];
  return NULL;
}

static bool inside(const pel_parse *cx) { return cx->was_inside; }

/* `derive(y = …)`: a name that begins an argument or a field, but not of `filter`, whose
 * argument is a condition. */
static bool label_before(const pel_parse *cx) {
  const char *p = cx->src->text.p;
  uint32_t i = cx->prev_span.begin;
  if (cx->prev != T_IDENT) return false;
  while (i > 0 && (p[i - 1] == ' ' || p[i - 1] == '\n')) i--;
  if (i == 0 || (p[i - 1] != '(' && p[i - 1] != ',' && p[i - 1] != '{')) return false;
  return i < 7 || memcmp(p + i - 7, "filter(", 7) != 0;
}

static void report_assign(pel_parse *cx) {
  pel_diag *d =
      pel__report(cx, PEL_E0005, cx->span, "`=` gives a name, it does not compare");
  if (inside(cx) && label_before(cx)) {
    pel_span at = cx->span;
    pel__diag_help(cx->ds, d,
                   "arguments and fields are labelled with `:`; to compare write `==`");
    if (cx->prev_span.line == at.line) {
      at.col -= at.begin - cx->prev_span.end;
      at.begin = cx->prev_span.end;
    }
    pel__diag_fix(cx->ds, d, at, ":");
    return;
  }
  pel__diag_help(cx->ds, d,
                 inside(cx)
                     ? "to compare write `==`; arguments and fields are labelled with `:`"
                     : "to compare write `==`");
  pel__diag_fix(cx->ds, d, cx->span, "==");
}

static void report_else(pel_parse *cx) {
  const pel_opener *o = open_word(cx, T_IF, T_TRY);
  const char *word = o && o->token == T_TRY ? "try" : "if";
  pel_diag *d = pel__report(cx, PEL_E0010, cx->span, "`%s` without `else`", word);
  pel__diag_label(cx->ds, d, "`else` is missing before this");
  if (o)
    pel__diag_note(cx->ds, d, o->span, "this `%s` must have a value either way", word);
}

static void report_in(pel_parse *cx, bool more) {
  const pel_opener *o = open_word(cx, T_WITH, T_FOR);
  const char *word = o && o->token == T_FOR ? "for" : "with";
  pel_diag *d = pel__report(cx, PEL_E0011, behind(cx), "`%s` without `in`", word);
  pel__diag_label(
      cx->ds, d,
      more ? "`in`, or `,` and the next name, is missing here" : "`in` is missing here");
  if (o) pel__diag_note(cx->ds, d, o->span, "for this `%s`", word);
  if (!more) pel__diag_fix(cx->ds, d, behind(cx), " in");
}

static void report_word(pel_parse *cx, int token, pel_span span) {
  pel_diag *d =
      pel__report(cx, PEL_E0008, span, "`%s` is a reserved word and cannot be a name",
                  pel__token_name(token));
  if (token == T_FN)
    pel__diag_help(cx->ds, d, "a function as an argument is written `\\x -> x + 1`");
  else
    pel__diag_help(cx->ds, d, "it can be a label or a column: `%s: …`, `.%s`",
                   pel__token_name(token), pel__token_name(token));
  if (token != T_FN) pel__diag_fix(cx->ds, d, span, "%s_", pel__token_name(token));
}

/* ---- words of other languages behind an expression ---- */

/* Whether the one word before is all of the expression that ends here, such as a key. */
static bool one_word_before(const pel_parse *cx) {
  const char *p = cx->src->text.p;
  uint32_t i = cx->prev_span.begin;
  if (cx->prev != T_FIELD && cx->prev != T_IDENT) return false;
  if (cx->prev_span.line != cx->span.line) return false;
  while (i > 0 && p[i - 1] == ' ') i--;
  if (i > 0 && (p[i - 1] == '(' || p[i - 1] == ',' || p[i - 1] == ':')) return true;
  if (i < 4) return false;
  return memcmp(p + i - 4, " and", 4) == 0 || memcmp(p + i - 4, " not", 4) == 0 ||
         memcmp(p + i - 4, "(not", 4) == 0 || memcmp(p + i - 3, " or", 3) == 0 ||
         memcmp(p + i - 3, " if", 3) == 0;
}

/* The span from the word before to `end`, which stands on the same line. */
static pel_span from_before(const pel_parse *cx, uint32_t end) {
  pel_span at = cx->prev_span;
  at.end = end;
  return at;
}

/* `.qty desc` */
static bool report_order(pel_parse *cx) {
  pel_str word = pel__source_text(cx->ds->sources, cx->span);
  bool desc = pel__str_is(word, "desc") || pel__str_is(word, "DESC");
  if (cx->token != T_IDENT ||
      (!desc && !pel__str_is(word, "asc") && !pel__str_is(word, "ASC")))
    return false;
  pel_diag *d =
      pel__report(cx, PEL_E0001, cx->span, "%s does not stand behind a key", found(cx));
  const char *key = pel__quote(cx, cx->prev_span);
  bool whole = one_word_before(cx);
  if (!desc)
    pel__diag_help(cx->ds, d, "`sort` goes up unless told otherwise: leave it away");
  else if (whole)
    pel__diag_help(cx->ds, d, "write `desc(%s)`, or `-%s` of a number", key, key);
  else
    pel__diag_help(cx->ds, d, "write `desc(…)` around the key");
  if (whole)
    pel__diag_fix(cx->ds, d, from_before(cx, cx->span.end), desc ? "desc(%s)" : "%s",
                  key);
  return true;
}

/* Where the `[…]` that begins at `at` ends, on its line; 0: nowhere. */
static uint32_t end_of_list(const pel_parse *cx, uint32_t at) {
  pel_str text = cx->src->text;
  bool quoted = false;
  if (at >= text.n || text.p[at] != '[') return 0;
  for (uint32_t i = at + 1; i < text.n && text.p[i] != '\n'; i++) {
    if (text.p[i] == '\\') return 0;
    if (text.p[i] == '"') quoted = !quoted;
    if (!quoted && text.p[i] == '[') return 0;
    if (!quoted && text.p[i] == ']') return i + 1;
  }
  return 0;
}

static uint32_t behind_blanks(const pel_parse *cx, uint32_t at) {
  while (at < cx->src->text.n && cx->src->text.p[at] == ' ') at++;
  return at;
}

/* `.peril in ["EQ", "WS"]`, `.peril not in […]`; `from` is what stands behind the `in`.
 */
static void report_member(pel_parse *cx, uint32_t from, bool negated) {
  const char *negate = negated ? "not " : "";
  pel_diag *d = pel__report(cx, PEL_E0001, cx->span,
                            "`in` does not ask whether a list has a value");
  from = behind_blanks(cx, from);
  uint32_t end = one_word_before(cx) ? end_of_list(cx, from) : 0;
  pel_span list = {.file = cx->span.file, .begin = from, .end = end, .line = 1, .col = 1};
  pel_str items = end ? pel__source_text(cx->ds->sources, list) : (pel_str){0};
  const char *value = pel__quote(cx, cx->prev_span);
  if (!end || items.n > 200) {
    pel__diag_help(cx->ds, d, "compare with each of it: `%sany(… == list)`", negate);
    return;
  }
  pel__diag_help(cx->ds, d, "compare with each of it: `%sany(%s == […])`", negate, value);
  pel__diag_fix(cx->ds, d, from_before(cx, end), "%sany(%s == " PEL_STR_FMT ")", negate,
                value, PEL_STR_ARG(items));
}

/* Behind `not`, where an `in` follows; 0: none does. */
static uint32_t behind_not_in(const pel_parse *cx) {
  pel_str text = cx->src->text;
  if (cx->token != T_NOT) return 0;
  uint32_t at = behind_blanks(cx, cx->span.end);
  return at + 3 < text.n && memcmp(text.p + at, "in ", 3) == 0 ? at + 2 : 0;
}

static void report_comma(pel_parse *cx) {
  if (report_order(cx)) return;
  pel_diag *d =
      pel__report(cx, PEL_E0004, behind(cx), "`,` is missing before %s", found(cx));
  pel__diag_fix(cx->ds, d, behind(cx), ",");
}

static void report_lambda(pel_parse *cx) {
  pel_diag *d = pel__report(cx, PEL_E0013, cx->span, "a function begins with `\\`");
  pel__diag_help(cx->ds, d, "write `\\x -> x + 1`, `\\a, b -> a + b`");
}

/* The word of another language, and what PEL says. */
static const struct foreign {
  const char *word;
  const char *ours;
} foreign[] = {
    {"var", "let"},        {"const", "let"},   {"val", "let"},   {"def", "fn"},
    {"func", "fn"},        {"function", "fn"}, {"fun", "fn"},    {"import", "use"},
    {"include", "use"},    {"from", "use"},    {"print", "out"}, {"return", "out"},
    {"output", "out"},     {"struct", "type"}, {"enum", "type"}, {"record", "type"},
    {"assert", "test"},    {"input", "param"}, {"arg", "param"}, {"parameter", "param"},
    {"library", "extern"},
};

static const char *item_word(pel_str word) {
  static const char *const words[] = {"use",    "param", "type", "fn",
                                      "extern", "let",   "out",  "test"};
  for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++)
    if (pel__str_is(word, foreign[i].word)) return foreign[i].ours;
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (pel__str_distance(word, pel__str(words[i]), 1) <= 1) return words[i];
  return NULL;
}

static bool followed_by_assign(const pel_parse *cx) {
  const char *p = cx->src->text.p + cx->span.end,
             *end = cx->src->text.p + cx->src->text.n;
  while (p < end && (*p == ' ' || *p == '\t')) p++;
  return p < end && *p == '=' && !(p + 1 < end && p[1] == '=');
}

static void report_item(pel_parse *cx) {
  pel_diag *d =
      pel__report(cx, PEL_E0014, cx->span, "%s does not begin an item", found(cx));
  const char *ours = cx->token == T_IDENT
                         ? item_word(pel__source_text(cx->ds->sources, cx->span))
                         : NULL;
  pel_span before = cx->span;
  before.end = before.begin;
  if (ours && strcmp(ours, "out") == 0) {
    pel__diag_help(cx->ds, d, "a result is shown by naming it: `out name = …`");
  } else if (ours) {
    pel__diag_help(cx->ds, d, "write `%s`", ours);
    pel__diag_fix(cx->ds, d, cx->span, "%s", ours);
  } else if (cx->token == T_IDENT && followed_by_assign(cx)) {
    pel__diag_help(cx->ds, d, "a value is named with `let`, a result with `out`");
    pel__diag_fix(cx->ds, d, before, "let ");
  } else {
    pel__diag_help(cx->ds, d,
                   "items begin with use, param, type, fn, extern, let, out or test");
  }
}

bool pel__token_is_word(int token) { return token >= T_USE && token <= T_INOUT; }

static bool begins_expression(int token) {
  switch (token) {
    case T_IDENT:
    case T_STRING:
    case T_INT:
    case T_FLOAT:
    case T_QUANTITY:
    case T_TRUE:
    case T_FALSE:
    case T_NULL:
    case T_FIELD:
    case T_LBRACE:
    case T_MATCH:
    case T_BACKSLASH:
    case T_TYVAR:
      return true;
    default:
      return false;
  }
}

static bool ends_part(const pel_parse *cx) {
  switch (cx->token) {
    case 0:
    case T_RPAREN:
    case T_RBRACKET:
    case T_RBRACE:
    case T_COMMA:
    case T_THEN:
    case T_DO:
    case T_FOR:
    case T_UNTIL:
    case T_IN:
      return true;
    default:
      return pel__begins_item_here(cx);
  }
}

/* Words that could only be meant as a name where an expression begins. */
static bool meant_as_name(int token) {
  return pel__token_begins_item(token) || token == T_INOUT || token == T_UNTIL;
}

/* A label was read and `:` is all that may follow: the word before was meant as a name.
 */
static bool only_colon(const bool *expected) {
  for (int t = PEL_TOKEN_FIRST; t < PEL_TOKEN_END; t++)
    if (pel__expects(expected, t) != (t == T_COLON)) return false;
  return true;
}

static void report_generic(pel_parse *cx, const bool *expected) {
  bool after = pel__expects(expected, T_PLUS) && pel__expects(expected, T_STAR);
  pel_diag *d =
      pel__report(cx, PEL_E0001, cx->span, "%s is not expected here", found(cx));
  const char *list = pel__expected_list(cx, expected);
  if (list[0])
    pel__diag_label(cx->ds, d, "expected %s", list);
  else if (after)
    pel__diag_label(cx->ds, d, "the expression ended before this");
  if (cx->token == T_QUESTION)
    pel__diag_help(cx->ds, d, "a choice is written `if c then a else b`");
  else if (cx->token == T_TYVAR && pel__expects(expected, T_INT))
    pel__diag_help(cx->ds, d, "strings are written with double quotes");
  else if (cx->prev == T_IDENT && only_colon(expected))
    pel__diag_help(cx->ds, d, "a name with its type is written `name: f64`");
  else if (cx->token == T_BAR && after)
    pel__diag_help(cx->ds, d, "a value flows on with `|>`; `or` is the logical one");
  else if (cx->token == T_IDENT &&
           pel__str_is(pel__source_text(cx->ds->sources, cx->span), "elif"))
    pel__diag_help(cx->ds, d, "write `else if`");
}

typedef enum slip {
  SLIP_NONE,
  SLIP_ASSIGN,
  SLIP_LAMBDA,
  SLIP_WORD,
  SLIP_WORD_BEFORE,
  SLIP_ELSE,
  SLIP_IN,
  SLIP_ITEM,
  SLIP_MEMBER,
  SLIP_COMMA
} slip;

static slip which_slip(const pel_parse *cx, const bool *e) {
  int t = cx->token;
  bool after = pel__expects(e, T_PLUS) && pel__expects(e, T_STAR);
  bool start = pel__expects(e, T_INT) && pel__expects(e, T_IF);
  bool items = pel__expects(e, T_LET) && pel__expects(e, T_FN) &&
               pel__expects(e, T_USE) && !pel__expects(e, T_THEN);
  if (t == T_ASSIGN && after) return SLIP_ASSIGN;
  if (t == T_ARROW && after && !pel__expects(e, T_ARROW)) return SLIP_LAMBDA;
  bool labels = pel__expects(e, T_THEN) && pel__expects(e, T_UNTIL);
  if (pel__token_is_word(cx->prev) &&
      (only_colon(e) || (pel__expects(e, T_COLON) && start)) &&
      (ends_part(cx) || only_colon(e)))
    return SLIP_WORD_BEFORE;
  if (pel__expects(e, T_ELSE) && !labels && ends_part(cx)) return SLIP_ELSE;
  if (pel__expects(e, T_IN) && !labels && (begins_expression(t) || ends_part(cx)))
    return SLIP_IN;
  if (pel__token_is_word(t) && pel__expects(e, T_IDENT) && !pel__begins_item_here(cx) &&
      (!start || meant_as_name(t)))
    return SLIP_WORD;
  if (items && !inside(cx) && (!after || cx->first_on_line) && t != 0) return SLIP_ITEM;
  if (after && (behind_not_in(cx) || (t == T_IN && !pel__expects(e, T_IN))))
    return SLIP_MEMBER;
  if (inside(cx) && pel__expects(e, T_COMMA) &&
      (begins_expression(t) || pel__token_is_word(t)))
    return SLIP_COMMA;
  return SLIP_NONE;
}

void pel__report_unexpected(pel_parse *cx, const bool *expected) {
  if (cx->foreign && cx->foreign_at == cx->span.begin)
    return; /* this has had its message */
  switch (which_slip(cx, expected)) {
    case SLIP_ASSIGN:
      report_assign(cx);
      break;
    case SLIP_LAMBDA:
      report_lambda(cx);
      break;
    case SLIP_WORD:
      report_word(cx, cx->token, cx->span);
      break;
    case SLIP_WORD_BEFORE:
      report_word(cx, cx->prev, cx->prev_span);
      break;
    case SLIP_ELSE:
      report_else(cx);
      break;
    case SLIP_IN:
      report_in(cx, pel__expects(expected, T_COMMA) && pel__expects(expected, T_PLUS));
      break;
    case SLIP_ITEM:
      report_item(cx);
      break;
    case SLIP_MEMBER:
      report_member(cx, cx->token == T_IN ? cx->span.end : behind_not_in(cx),
                    cx->token == T_NOT);
      break;
    case SLIP_COMMA:
      report_comma(cx);
      break;
    case SLIP_NONE:
      report_generic(cx, expected);
      break;
  }
}

void pel__report_chained(pel_parse *cx, const pel_ast *compare, pel_span op,
                         const pel_ast *right) {
  if (compare->kind != PEL_AST_COMPARE) return; /* a spare node */
  pel_diag *d = pel__report(cx, PEL_E0012, op, "comparisons do not chain");
  pel__diag_note(cx->ds, d, compare->binary.span, "the first comparison is here");
  const pel_ast *middle = compare->binary.right;
  pel__diag_help(cx->ds, d, "write `%s %s %s and %s %s %s`",
                 pel__quote(cx, compare->binary.left->span),
                 pel__ast_op_text(compare->binary.op), pel__quote(cx, middle->span),
                 pel__quote(cx, middle->span), pel__quote(cx, op),
                 pel__quote(cx, right->span));
}
