#include "compiler/syntax/lex.h"

void *pel__lex_pool(pel_parse *cx, size_t size) {
  size_t n = (size + 15) & ~(size_t)15;
  if (n > sizeof cx->pool - cx->pool_used) return NULL;
  void *p = cx->pool + cx->pool_used;
  cx->pool_used += n;
  return p;
}

void pel__lex_advance(pel_parse *cx, const char *text, size_t n, pel_span *span) {
  *span = (pel_span){cx->src->file, cx->at, cx->at + (uint32_t)n, cx->line, cx->col};
  cx->at = span->end;
  for (const char *nl; (nl = memchr(text, '\n', n)); cx->line++, cx->col = 1) {
    n -= (size_t)(nl - text) + 1;
    text = nl + 1;
  }
  cx->col += (uint32_t)pel__utf8_length(text, n);
}

/* ---- documentation */

static bool is_doc(pel_str comment) {
  return comment.n >= 3 && comment.p[2] == '/' && !(comment.n > 3 && comment.p[3] == '/');
}

static void doc_line(pel_parse *cx, pel_span span) {
  pel_str s = {cx->src->text.p + span.begin, span.end - span.begin};
  if (!is_doc(s)) return;
  s = (pel_str){s.p + 3, s.n - 3};
  if (s.n && s.p[0] == ' ') s = (pel_str){s.p + 1, s.n - 1};
  while (s.n && (s.p[s.n - 1] == '\r' || s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
    s.n--;
  if (cx->doc_lines.n == 0) cx->doc_span = span;
  PEL_LIST_PUSH(cx, &cx->doc_lines, s);
}

/* Joins the lines since the last token and remembers them for the token at `at`. */
static void doc_end(pel_parse *cx, uint32_t at) {
  size_t n = 0;
  if (cx->doc_lines.n == 0) return;
  for (uint32_t i = 0; i < cx->doc_lines.n; i++) n += cx->doc_lines.at[i].n + 1;
  char *p = pel__arena_get(cx->arena, n);
  if (!p) {
    cx->status = PEL_E_NOMEM;
    return;
  }
  pel_doc doc = {.at = at, .span = cx->doc_span, .text = {p, n - 1}};
  for (uint32_t i = 0; i < cx->doc_lines.n; i++) {
    pel_str s = cx->doc_lines.at[i];
    if (s.n) memcpy(p, s.p, s.n);
    p += s.n;
    *p++ = '\n';
  }
  cx->doc_lines.n = 0;
  PEL_LIST_PUSH(cx, &cx->docs, doc);
}

pel_str pel__doc_at(pel_parse *cx, uint32_t at) {
  uint32_t lo = 0, hi = cx->docs.n;
  while (lo < hi) {
    uint32_t mid = lo + (hi - lo) / 2;
    if (cx->docs.at[mid].at < at)
      lo = mid + 1;
    else
      hi = mid;
  }
  if (lo == cx->docs.n || cx->docs.at[lo].at != at) return PEL_STR("");
  cx->docs.at[lo].used = true;
  return cx->docs.at[lo].text;
}

/* ---- one token with what it carries */

static pel_str text_of(const pel_parse *cx, pel_span span, uint32_t skip) {
  return (pel_str){cx->src->text.p + span.begin + skip, span.end - span.begin - skip};
}

static pel_str field_name(pel_parse *cx, pel_span span) {
  pel_str s = text_of(cx, span, 1);
  if (s.n && s.p[0] == '"') return pel__literal_string(cx, span, 1);
  if (s.n && s.p[0] == ':') s = text_of(cx, span, 2);
  return s;
}

static int with_value(pel_parse *cx, int token, pel_span span, pel_yyval *value) {
  switch (token) {
    case T_NUMBER:
      return pel__literal_number(cx, span, &value->node);
    case T_STRING:
      value->text = pel__literal_string(cx, span, 0);
      return token;
    case T_FIELD:
      value->text = field_name(cx, span);
      return token;
    case T_ATTR:
      value->text = text_of(cx, span, 1);
      return token;
    default:
      value->text = text_of(cx, span, 0);
      return token;
  }
}

/* Reads the next token into cx->token and its companions. */
static void read_token(pel_parse *cx) {
  int token;
  pel_span span;
  while ((token = pel__lex_raw(&cx->value, &span, cx->scanner)) == T_COMMENT)
    doc_line(cx, span);
  if (token == 0) span = (pel_span){cx->src->file, cx->at, cx->at, cx->line, cx->col};
  doc_end(cx, span.begin);
  cx->first_on_line = span.line != cx->last_line;
  cx->last_line = span.line;
  cx->token = token ? with_value(cx, token, span, &cx->value) : 0;
  cx->span = span;
  cx->was_inside = cx->depth > 0;
}

/* ---- brackets and the words that want a second word */

static int closer_of(int opener) {
  return opener == T_LPAREN ? T_RPAREN : opener == T_LBRACKET ? T_RBRACKET : T_RBRACE;
}

static bool closes(int token) {
  return token == T_RPAREN || token == T_RBRACKET || token == T_RBRACE;
}

static bool opens(int token) {
  return token == T_LPAREN || token == T_LBRACKET || token == T_LBRACE;
}

static void drop_opener(pel_parse *cx) {
  pel_opener o = cx->openers.at[--cx->openers.n];
  if (opens(o.token))
    cx->depth--;
  else if (cx->dropped_n < sizeof cx->dropped / sizeof o)
    cx->dropped[cx->dropped_n++] = o;
}

static void forget_openers(pel_parse *cx) {
  while (cx->openers.n) drop_opener(cx);
}

/* Drops openers down to the innermost bracket, which it answers; NULL without one. */
static pel_opener *innermost(pel_parse *cx) {
  while (cx->openers.n && !opens(cx->openers.at[cx->openers.n - 1].token))
    drop_opener(cx);
  return cx->openers.n ? &cx->openers.at[cx->openers.n - 1] : NULL;
}

/* A word used as a label (`in: 3`) opens nothing. */
static bool is_label(const pel_parse *cx) {
  pel_str rest = text_of(cx, cx->span, 0);
  const char *p = rest.p + rest.n, *end = cx->src->text.p + cx->src->text.n;
  while (p < end && (*p == ' ' || *p == '\t')) p++;
  return p < end && *p == ':';
}

static void answer_word(pel_parse *cx, int one, int other) {
  for (uint32_t i = cx->openers.n; i > 0 && !opens(cx->openers.at[i - 1].token); i--) {
    if (cx->openers.at[i - 1].token != one && cx->openers.at[i - 1].token != other)
      continue;
    cx->openers.n = i - 1;
    return;
  }
}

static void track(pel_parse *cx) {
  pel_opener o = {cx->token, cx->span};
  switch (cx->token) {
    case T_LPAREN:
    case T_LBRACKET:
    case T_LBRACE:
      if (++cx->depth > PEL_SYNTAX_DEPTH) pel__report_depth(cx, cx->span);
      PEL_LIST_PUSH(cx, &cx->openers, o);
      break;
    case T_IF:
    case T_TRY:
    case T_WITH:
    case T_FOR:
      if (!is_label(cx)) PEL_LIST_PUSH(cx, &cx->openers, o);
      break;
    case T_ELSE:
      answer_word(cx, T_IF, T_TRY);
      break;
    case T_IN:
      answer_word(cx, T_WITH, T_FOR);
      break;
    default:
      break;
  }
}

/* True when a bracket further out is one that `token` closes. */
static bool closes_outer(const pel_parse *cx, int token) {
  for (uint32_t i = cx->openers.n; i-- > 0;)
    if (opens(cx->openers.at[i].token) && closer_of(cx->openers.at[i].token) == token)
      return true;
  return false;
}

static void report_stray(pel_parse *cx, const pel_opener *o) {
  const char *name = pel__token_name(cx->token);
  pel_diag *d;
  if (!o) {
    d = pel__report(cx, PEL_E0003, cx->span, "`%s` closes nothing", name);
    pel__diag_label(cx->ds, d, "no bracket is open here");
    cx->mute = true; /* whatever it was meant to end */
    return;
  }
  d = pel__report(cx, PEL_E0003, cx->span, "`%s` does not close `%s`", name,
                  pel__token_name(o->token));
  pel__diag_note(cx->ds, d, o->span, "this is what is open");
  pel__diag_fix(cx->ds, d, cx->span, "%s", pel__token_name(closer_of(o->token)));
}

/* A closing bracket that does not fit is repaired, so that one slip has one message: what
 * is open further in is closed first, a wrong kind is taken for the right one. Answers
 * the token for the parser, 0 for none. */
static int close_bracket(pel_parse *cx) {
  pel_opener *o = innermost(cx);
  if (!o) {
    if (!cx->recovering) report_stray(cx, NULL);
    return 0;
  }
  int want = closer_of(o->token);
  if (want != cx->token && closes_outer(cx, cx->token)) {
    if (!cx->recovering) pel__report_unclosed(cx, cx->span, o);
    cx->mute = true;
    cx->pending = true;
  } else if (want != cx->token && !cx->recovering) {
    report_stray(cx, o);
  }
  drop_opener(cx);
  return want;
}

/* ---- where items begin */

bool pel__token_begins_item(int token) {
  switch (token) {
    case T_USE:
    case T_PARAM:
    case T_TYPE:
    case T_FN:
    case T_EXTERN:
    case T_LET:
    case T_OUT:
    case T_TEST:
      return true;
    default:
      return false;
  }
}

static bool name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         c == '_';
}

static const char *skip_blanks(const char *p, const char *end) {
  while (p < end && (*p == ' ' || *p == '\t')) p++;
  return p;
}

/* Inside brackets an item's word may be a label or a C parameter's `out`. In column 1,
 * with what an item has behind it, it is the next item all the same: somebody forgot to
 * close a bracket. */
static bool begins_item_inside(const pel_parse *cx) {
  if (cx->span.col != 1 || cx->token == T_FN) return false;
  const char *end = cx->src->text.p + cx->src->text.n;
  const char *p = skip_blanks(cx->src->text.p + cx->span.end, end);
  if (p == end || p == cx->src->text.p + cx->span.end) return false;
  if (*p == '(' || *p == '"') return true;
  if (!name_char(*p)) return false;
  while (p < end && name_char(*p)) p++;
  p = skip_blanks(p, end);
  return cx->token != T_OUT || (p < end && *p == '=');
}

bool pel__begins_item_here(const pel_parse *cx) {
  if (cx->token == 0) return true;
  if (!cx->first_on_line) return false;
  if (cx->token == T_ATTR) return !cx->was_inside;
  if (!pel__token_begins_item(cx->token)) return false;
  return !cx->was_inside || begins_item_inside(cx);
}

/* ---- what the parser calls */

/* The end, or the next item, while a bracket is open: one message, and the parser gives
 * the item up. */
static int give_up_item(pel_parse *cx) {
  pel__report_unclosed(cx, cx->span, innermost(cx));
  forget_openers(cx);
  cx->was_inside = false;
  cx->pending = true;
  return T_PEL__YYerror;
}

/* A new item starts afresh, whatever went wrong before it. */
static void begin_item(pel_parse *cx) {
  forget_openers(cx);
  cx->ended_mute = cx->mute;
  cx->recovering = cx->mute = cx->was_inside = false;
}

/* Answers what cx->token is to the parser; -1: nothing, read on. */
static int digest(pel_parse *cx) {
  bool next_item = pel__begins_item_here(cx);
  cx->pending = false;
  if (next_item && cx->depth > 0 && !cx->recovering && innermost(cx))
    return give_up_item(cx);
  if (next_item) begin_item(cx);
  if (closes(cx->token)) {
    int token = close_bracket(cx);
    return token == 0 || cx->recovering ? -1 : token;
  }
  track(cx);
  return cx->recovering ? -1 : cx->token;
}

int pel__yylex(pel_yyval *value, pel_span *span, pel_parse *cx) {
  int token;
  cx->prev = cx->token;
  cx->prev_span = cx->span;
  cx->dropped_n = 0;
  cx->ended_mute = false;
  do {
    if (!cx->pending) read_token(cx);
    token = digest(cx);
  } while (token < 0 && cx->status == PEL_OK);
  *span = cx->span;
  *value = cx->value;
  return cx->status == PEL_OK ? token : 0;
}
