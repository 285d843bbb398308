#include "compiler/syntax/build.h"
#include "compiler/syntax/fmt_tree.h"
#include "compiler/syntax/lex.h"

/* ---- the tokens and comments of a text that parses */

typedef struct reader {
  pel_fmt *f;
  pel_parse *cx;
  uint32_t line;    /* on which the last token or comment stands */
  bool after_token; /* and it was a token */
  uint32_t lead;    /* first comment that belongs to the next token */
} reader;

static pel_str trimmed(pel_str s) {
  while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t' || s.p[s.n - 1] == '\r'))
    s.n--;
  return s;
}

static void read_comment(reader *r, pel_span span) {
  pel_str text = {r->f->text.p + span.begin, span.end - span.begin};
  pel_fmt_comment c = {trimmed(text), span.line > r->line + 1 && r->line > 0};
  PEL_LIST_PUSH(r->cx, &r->f->comments, c);
  if (r->after_token && span.line == r->line) {
    r->f->tokens.at[r->f->tokens.n - 1].trail = r->f->comments.n;
    r->lead = r->f->comments.n;
  }
  r->line = span.line;
  r->after_token = false;
}

static bool closes(int token) {
  return token == T_RPAREN || token == T_RBRACKET || token == T_RBRACE;
}

/* A comma takes no comments before it, and one before a closing bracket, which may go,
 * none behind it: they go to its neighbours. */
static void give_comments(reader *r, pel_fmt_token *t) {
  pel_fmt_token *last = r->f->tokens.n ? &r->f->tokens.at[r->f->tokens.n - 1] : NULL;
  bool comma = last && last->token == T_COMMA;
  if (comma && (last->lead_n || (last->trail && last[-1].trail))) {
    r->lead = last->lead_n ? last->lead : last->trail - 1;
    last->lead_n = last->trail = 0;
  } else if (comma && last->trail && closes(t->token)) {
    last[-1].trail = last->trail;
    last->trail = 0;
  }
  t->lead = r->lead;
  t->lead_n = r->f->comments.n - r->lead;
  r->lead = r->f->comments.n;
}

static void read_token(reader *r, int token, pel_span span) {
  pel_fmt_token t = {
      .token = token, .begin = span.begin, .end = span.end, .line = span.line};
  t.blank_before = span.line > r->line + 1 && r->line > 0;
  give_comments(r, &t);
  PEL_LIST_PUSH(r->cx, &r->f->tokens, t);
  r->line = span.line;
  r->after_token = true;
}

static pel_status read_text(pel_fmt *f, pel_parse *cx) {
  char *copy = pel__arena_get(cx->arena, f->text.n + 2);
  if (!copy) return PEL_E_NOMEM;
  if (f->text.n) memcpy(copy, f->text.p, f->text.n);
  copy[f->text.n] = copy[f->text.n + 1] = '\0';
  if (f->text.n >= 3 && memcmp(copy, "\xef\xbb\xbf", 3) == 0) cx->at = 3;
  pel_status st = pel__lex_open(cx, copy + cx->at, f->text.n - cx->at);
  if (st != PEL_OK) return st;
  reader r = {.f = f, .cx = cx};
  pel_yyval value;
  pel_span span;
  for (int t;
       (t = pel__lex_raw(&value, &span, cx->scanner)) != 0 && cx->status == PEL_OK;) {
    if (t == T_COMMENT)
      read_comment(&r, span);
    else
      read_token(&r, t, span);
  }
  span = (pel_span){cx->src->file, cx->at, cx->at, cx->line, 1};
  read_token(&r, 0, span);
  return cx->status;
}

/* ---- items */

static void gap_before(pel_fmt *f, uint32_t token, bool first) {
  pel__fmt_newline(f);
  const pel_fmt_token *t = &f->tokens.at[token];
  bool blank = t->lead_n ? f->comments.at[t->lead].blank_before : t->blank_before;
  if (blank && !first) pel__buf_char(f->out, '\n');
}

/* Comments before an item, and the empty line that may stand behind them. */
static void comments_before(pel_fmt *f, uint32_t token) {
  const pel_fmt_token *t = &f->tokens.at[token];
  if (t->lead_n == 0) return;
  f->comments.at[t->lead].blank_before = false; /* gap_before has seen to it */
  bool blank = t->blank_before && t->token != 0;
  pel__fmt_comments(f, token);
  if (blank) pel__buf_char(f->out, '\n');
}

static pel_status print_items(pel_fmt *f, const pel_ast_file *file,
                              const pel_alloc *alloc) {
  pel_arena arena;
  pel__arena_init(&arena, alloc);
  f->arena = &arena;
  for (uint32_t i = 0; i < file->n && !f->failed; i++) {
    gap_before(f, f->at, i == 0);
    comments_before(f, f->at);
    pel__doc_print(f, pel__fmt_item(f, file->items[i]));
    pel__arena_reset(&arena);
  }
  pel__arena_deinit(&arena);
  if (f->failed) return PEL_E_NOMEM;
  if (f->at + 1 != f->tokens.n) return PEL_E_INTERNAL; /* a token was left out */
  gap_before(f, f->at, file->n == 0);
  comments_before(f, f->at);
  pel__fmt_newline(f);
  return PEL_OK;
}

static pel_status format(pel_arena *arena, const pel_source *src,
                         const pel_ast_file *file, pel_diags *ds, pel_buf *out) {
  pel_parse cx = {.arena = arena, .ds = ds, .src = src, .line = 1, .col = 1};
  pel_fmt f = {.text = src->text, .fresh = true};
  pel_buf text;
  pel__buf_init(&text, out->alloc);
  f.out = &text;
  pel_status st = read_text(&f, &cx);
  if (st == PEL_OK) st = print_items(&f, file, arena->alloc);
  if (st == PEL_OK) pel__buf_add(out, text.p, text.n);
  if (st == PEL_OK && (text.failed || out->failed)) st = PEL_E_NOMEM;
  pel__buf_deinit(&text);
  return st;
}

pel_status pel__syntax_format(const pel_source *src, pel_buf *out, pel_diags *ds) {
  pel_arena arena;
  pel_ast_file *file = NULL;
  pel__arena_init(&arena, ds->arena->alloc);
  pel_status st = pel__syntax_parse(&arena, ds, src->file, &file);
  if (st == PEL_OK) st = format(&arena, src, file, ds, out);
  pel__arena_deinit(&arena);
  return st;
}
