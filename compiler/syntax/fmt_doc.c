#include "compiler/syntax/fmt_doc.h"

#include "compiler/syntax/parser.h"

/* ---- making documents; every measure is taken here */

pel_doc_node *pel__doc_new(pel_fmt *f, pel_doc_kind kind) {
  pel_doc_node *d = PEL_ARENA_NEW(f->arena, pel_doc_node);
  if (!d) {
    f->failed = true;
    return NULL;
  }
  d->kind = (uint8_t)kind;
  d->breaks = kind == PEL_DOC_LINE || kind == PEL_DOC_SOFT || kind == PEL_DOC_HARD ||
              kind == PEL_DOC_BLANK;
  if (kind == PEL_DOC_SPACE || kind == PEL_DOC_LINE) d->width = 1;
  if (kind == PEL_DOC_HARD || kind == PEL_DOC_BLANK) d->width = PEL_FMT_NEVER;
  if (kind == PEL_DOC_SPACE) d->head = 1;
  return d;
}

pel_doc_node *pel__doc_token(pel_fmt *f) {
  pel_doc_node *d = pel__doc_new(f, PEL_DOC_TOKEN);
  if (!d || f->at >= f->tokens.n) {
    f->failed = true;
    return NULL;
  }
  const pel_fmt_token *t = &f->tokens.at[f->at];
  d->token = f->at++;
  d->width = d->head =
      (uint32_t)pel__utf8_length(f->text.p + t->begin, t->end - t->begin);
  d->leads = t->lead_n > 0;
  d->trails = t->trail > 0;
  return d;
}

pel_doc_node *pel__doc_comments(pel_fmt *f, uint32_t token) {
  pel_doc_node *d = pel__doc_new(f, PEL_DOC_COMMENTS);
  if (!d) return NULL;
  d->token = token;
  d->width = PEL_FMT_NEVER;
  d->breaks = true;
  return d;
}

pel_doc_node *pel__doc_wrap(pel_fmt *f, pel_doc_kind kind, pel_doc_node *inner) {
  pel_doc_node *d = pel__doc_new(f, kind);
  pel_doc_node **items = PEL_ARENA_ARRAY(f->arena, pel_doc_node *, 1);
  if (!d || !items || !inner) {
    f->failed = true;
    return NULL;
  }
  *items = inner;
  d->items = items;
  d->n = 1;
  d->width = inner->width;
  d->head = inner->head;
  d->leads = inner->leads;
  d->trails = inner->trails;
  d->breaks = inner->breaks;
  return d;
}

static uint32_t add(uint32_t a, uint32_t b) {
  return a + b >= PEL_FMT_NEVER ? PEL_FMT_NEVER : a + b;
}

static bool is_comma(const pel_fmt *f, const pel_doc_node *d) {
  return d->kind == PEL_DOC_COMMA ||
         (d->kind == PEL_DOC_TOKEN && f->tokens.at[d->token].token == T_COMMA);
}

/* Takes item into the measures of the sequence d. */
static void measure(const pel_fmt *f, pel_doc_node *d, const pel_doc_node *item,
                    bool first) {
  bool interrupted = !first && (item->leads || (d->trails && !is_comma(f, item)));
  d->width = interrupted ? PEL_FMT_NEVER : add(d->width, item->width);
  if (!d->breaks) d->head = add(d->head, item->head);
  d->breaks = d->breaks || item->breaks;
  if (first) d->leads = item->leads;
  d->trails = is_comma(f, item) ? d->trails || item->trails : item->trails;
}

pel_doc_node *pel__doc_seq(pel_fmt *f, pel_doc_node **items, uint32_t n) {
  pel_doc_node *d = pel__doc_new(f, PEL_DOC_SEQ);
  if (!d) return NULL;
  d->items = items;
  d->n = n;
  for (uint32_t i = 0; i < n; i++) {
    if (!items[i]) {
      f->failed = true;
      return NULL;
    }
    measure(f, d, items[i], i == 0);
  }
  return d;
}

/* ---- printing */

/* Deep nesting does not push text off the page (nor make a small program a large one). */
static uint32_t margin(const pel_fmt *f) {
  return f->indent < PEL_FMT_MARGIN ? f->indent : PEL_FMT_MARGIN;
}

static void write(pel_fmt *f, const char *p, size_t n) {
  static const char blanks[PEL_FMT_MARGIN + 1] =
      "                                                            ";
  if (f->fresh) {
    f->col = margin(f);
    pel__buf_add(f->out, blanks, f->col);
    f->fresh = false;
  }
  pel__buf_add(f->out, p, n);
  f->col += (uint32_t)pel__utf8_length(p, n);
}

static void comment(pel_fmt *f, uint32_t i) {
  pel_str s = f->comments.at[i].text;
  write(f, s.p, s.n);
}

void pel__fmt_newline(pel_fmt *f) {
  while (!f->fresh && f->out->n && f->out->p[f->out->n - 1] == ' ') f->out->n--;
  if (f->suffix) {
    if (!f->fresh) write(f, " ", 1);
    comment(f, f->suffix - 1);
    f->suffix = 0;
  }
  if (f->fresh) return;
  pel__buf_char(f->out, '\n');
  f->fresh = true;
  f->col = 0;
}

static void blank_line(pel_fmt *f) {
  pel__fmt_newline(f);
  size_t n = f->out->n;
  if (n > 1 && !(f->out->p[n - 1] == '\n' && f->out->p[n - 2] == '\n'))
    pel__buf_char(f->out, '\n');
}

void pel__fmt_comments(pel_fmt *f, uint32_t token) {
  pel_fmt_token *t = &f->tokens.at[token];
  if (t->lead_n) pel__fmt_newline(f);
  for (uint32_t i = 0; i < t->lead_n; i++) {
    if (f->comments.at[t->lead + i].blank_before && f->indent == 0) blank_line(f);
    comment(f, t->lead + i);
    pel__fmt_newline(f);
  }
  t->lead_n = 0; /* written */
}

/* Two tokens side by side that would read as another one. */
static bool clash(char a, char b) {
  bool word_a = (a >= 'a' && a <= 'z') || (a >= 'A' && a <= 'Z') ||
                (a >= '0' && a <= '9') || a == '_';
  bool word_b = (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') ||
                (b >= '0' && b <= '9') || b == '_';
  return (word_a && word_b) || (a == b && (a == '.' || a == '?' || a == '&' || a == '"'));
}

static void print_token(pel_fmt *f, uint32_t token) {
  const pel_fmt_token *t = &f->tokens.at[token];
  pel__fmt_comments(f, token);
  if (f->suffix && t->token != T_COMMA) pel__fmt_newline(f);
  if (!f->fresh && clash(f->out->p[f->out->n - 1], f->text.p[t->begin])) write(f, " ", 1);
  write(f, f->text.p + t->begin, t->end - t->begin);
  if (t->trail) f->suffix = t->trail;
}

static void print(pel_fmt *f, pel_doc_node *d, bool flat);

/* What must follow each item on its line: the heads of those behind it up to a place
 * where the line may end. */
static void set_tails(pel_doc_node *d) {
  uint32_t tail = d->tail;
  for (uint32_t i = d->n; i-- > 0;) {
    pel_doc_node *item = d->items[i];
    item->tail = tail;
    tail = item->breaks ? item->head : add(item->head, tail);
  }
}

static uint32_t first_token(const pel_doc_node *d) {
  while (d->kind == PEL_DOC_SEQ || d->kind == PEL_DOC_NEST || d->kind == PEL_DOC_GROUP)
    d = d->items[0];
  return d->token;
}

static void print_group(pel_fmt *f, pel_doc_node *d, bool flat) {
  if (d->leads) pel__fmt_comments(f, first_token(d));
  uint32_t col = f->fresh ? margin(f) : f->col;
  bool fits =
      d->width != PEL_FMT_NEVER && add(add(col, d->width), d->tail) <= PEL_FMT_WIDTH;
  d->items[0]->tail = d->tail;
  print(f, d->items[0], flat || fits);
}

static void print(pel_fmt *f, pel_doc_node *d, bool flat) {
  switch ((pel_doc_kind)d->kind) {
    case PEL_DOC_TOKEN:
      print_token(f, d->token);
      break;
    case PEL_DOC_SPACE:
      if (!f->fresh) write(f, " ", 1);
      break;
    case PEL_DOC_LINE:
      if (!flat)
        pel__fmt_newline(f);
      else if (!f->fresh)
        write(f, " ", 1);
      break;
    case PEL_DOC_SOFT:
      if (!flat) pel__fmt_newline(f);
      break;
    case PEL_DOC_HARD:
      pel__fmt_newline(f);
      break;
    case PEL_DOC_BLANK:
      blank_line(f);
      break;
    case PEL_DOC_COMMA:
      if (!flat) write(f, ",", 1);
      break;
    case PEL_DOC_COMMENTS:
      pel__fmt_comments(f, d->token);
      break;
    case PEL_DOC_SEQ:
      if (!flat) set_tails(d);
      for (uint32_t i = 0; i < d->n; i++) print(f, d->items[i], flat);
      break;
    case PEL_DOC_NEST:
      d->items[0]->tail = d->tail;
      f->indent += PEL_FMT_INDENT;
      print(f, d->items[0], flat);
      f->indent -= PEL_FMT_INDENT;
      break;
    case PEL_DOC_GROUP:
      print_group(f, d, flat);
      break;
  }
}

void pel__doc_print(pel_fmt *f, pel_doc_node *doc) {
  if (!doc || f->failed) return;
  print(f, doc, false);
}
