#include "compiler/diag/render_family.h"

enum { WINDOW = 160, LEAD = 60, TAB = 4 };

/* One underlined stretch of one line. */
typedef struct mark {
  pel_span span;
  pel_str label;
  char sign; /* ^ the place itself, - a second place, ~ + a fix */
} mark;

typedef struct painter {
  const pel_diags *ds;
  pel_buf *out;
  bool color;
  int gutter;         /* columns of the line numbers */
  const char *accent; /* of the severity */
} painter;

static void paint(const painter *p, const char *sgr) {
  pel__render_paint(p->out, p->color, sgr);
}

static void gutter(const painter *p, uint32_t line, const char *bar) {
  paint(p, "1;34");
  if (line)
    pel__buf_printf(p->out, "%*u %s", p->gutter, line, bar);
  else
    pel__buf_printf(p->out, "%*s %s", p->gutter, "", bar);
  paint(p, "0");
}

static void spaces(pel_buf *out, uint32_t n, char c) {
  while (n-- > 0) pel__buf_char(out, c);
}

/* The bytes of the code point at s, 1 for what is none. */
static size_t step(pel_str s) {
  size_t n = 1;
  while (n < s.n && n < 4 && ((unsigned char)s.p[n] & 0xc0) == 0x80) n++;
  return pel__utf8_valid(s.p, n) == n ? n : 1;
}

static bool continues(char c) { return ((unsigned char)c & 0xc0) == 0x80; }

/* Control bytes, what is not UTF-8, and characters that turn the direction of the text.
 */
static bool unsafe(const unsigned char *p, size_t n) {
  switch (n) {
    case 1:
      return p[0] < 0x20 || p[0] >= 0x7f;
    case 2:
      return p[0] == 0xc2 && p[1] < 0xa0;
    case 3:
      return p[0] == 0xe2 && ((p[1] == 0x80 && p[2] >= 0xaa && p[2] <= 0xae) ||
                              (p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9));
    default:
      return false;
  }
}

/* A character as a terminal may see it. */
static void safe_char(pel_buf *out, const char *p, size_t n) {
  if (*p == '\t')
    spaces(out, TAB, ' ');
  else if (unsafe((const unsigned char *)p, n))
    pel__buf_text(out, "\xef\xbf\xbd");
  else
    pel__buf_add(out, p, n);
}

/* A stray continuing byte shows nothing: columns do not count it either. */
static void safe_text(pel_buf *out, pel_str s) {
  while (s.n) {
    size_t n = step(s);
    if (n > 1 || !continues(s.p[0])) safe_char(out, s.p, n);
    s.p += n;
    s.n -= n;
  }
}

/* Screen columns of the first `bytes` of text. */
static uint32_t width(pel_str text, size_t bytes) {
  uint32_t n = 0;
  for (size_t i = 0; i < bytes && i < text.n; i++)
    if (!continues(text.p[i])) n += text.p[i] == '\t' ? TAB : 1;
  return n;
}

/* A line longer than a screen is cut to what stands around column `col`. */
static pel_str crop(pel_str text, uint32_t col, size_t *cut) {
  *cut = 0;
  if (pel__utf8_length(text.p, text.n) <= WINDOW) return text;
  size_t begin = 0, i = 0;
  uint32_t at = 0, from = col > LEAD ? col - LEAD : 0;
  for (; i < text.n && at < from + WINDOW; i++) {
    if (continues(text.p[i])) continue;
    if (at == from) begin = i;
    at++;
  }
  while (i < text.n && continues(text.p[i])) i++;
  *cut = begin;
  return (pel_str){text.p + begin, i - begin};
}

static void source_line(const painter *p, const pel_source *src, uint32_t line,
                        pel_str shown, size_t cut) {
  bool more = cut + shown.n < pel__source_line(src, line).n;
  gutter(p, line, "|");
  if (shown.n) pel__buf_char(p->out, ' ');
  if (cut) pel__buf_text(p->out, "…");
  safe_text(p->out, shown);
  pel__buf_text(p->out, more ? "…\n" : "\n");
}

static void underline(const painter *p, const pel_source *src, const mark *m,
                      pel_str shown, size_t cut) {
  size_t start = src->lines[m->span.line - 1] + cut;
  size_t begin = m->span.begin > start ? m->span.begin - start : 0;
  size_t end = m->span.end > start ? m->span.end - start : 0;
  uint32_t lead = width(shown, begin), until = width(shown, end);
  gutter(p, 0, "| ");
  spaces(p->out, lead + (cut ? 1 : 0), ' ');
  paint(p, m->sign == '^' ? p->accent : "1;34");
  spaces(p->out, until > lead ? until - lead : 1, m->sign);
  if (m->label.n) pel__buf_char(p->out, ' ');
  safe_text(p->out, m->label);
  paint(p, "0");
  pel__buf_char(p->out, '\n');
}

static void sort_marks(mark *marks, uint32_t n) {
  for (uint32_t i = 1; i < n; i++) {
    mark m = marks[i];
    uint32_t j = i;
    for (; j > 0 && marks[j - 1].span.line > m.span.line; j--) marks[j] = marks[j - 1];
    marks[j] = m;
  }
}

/* All marks of one file, by lines. */
static void snippet(const painter *p, const pel_source *src, mark *marks, uint32_t n) {
  sort_marks(marks, n);
  gutter(p, 0, "|\n");
  for (uint32_t i = 0; i < n; i++) {
    uint32_t line = marks[i].span.line;
    size_t cut;
    pel_str shown = crop(pel__source_line(src, line), marks[i].span.col, &cut);
    if (i && line > marks[i - 1].span.line + 1) pel__buf_text(p->out, "...\n");
    if (i == 0 || line != marks[i - 1].span.line || cut)
      source_line(p, src, line, shown, cut);
    underline(p, src, &marks[i], shown, cut);
  }
}

static void arrow(const painter *p, const char *sign, pel_span span) {
  paint(p, "1;34");
  pel__buf_printf(p->out, "%*s%s ", p->gutter, "", sign);
  paint(p, "0");
  (void)pel__render_place(p->ds, span, p->out);
  pel__buf_char(p->out, '\n');
}

static bool in_file(const painter *p, pel_span span, uint32_t file) {
  const pel_source *src = pel__source_get(p->ds->sources, span.file);
  return span.line && src && span.line <= src->line_count && span.file == file;
}

static void own_file(const painter *p, const pel_diag *d) {
  mark marks[PEL_DIAG_NOTES + 1];
  uint32_t n = 0;
  if (!in_file(p, d->span, d->span.file)) return;
  marks[n++] = (mark){d->span, d->label, '^'};
  for (uint32_t i = 0; i < d->note_count; i++)
    if (in_file(p, d->notes[i].span, d->span.file))
      marks[n++] = (mark){d->notes[i].span, d->notes[i].label, '-'};
  arrow(p, "-->", d->span);
  snippet(p, pel__source_get(p->ds->sources, d->span.file), marks, n);
}

static void other_files(const painter *p, const pel_diag *d) {
  bool placed = in_file(p, d->span, d->span.file);
  for (uint32_t i = 0; i < d->note_count; i++) {
    pel_span span = d->notes[i].span;
    if (!in_file(p, span, span.file) || (placed && span.file == d->span.file)) continue;
    mark m = {span, d->notes[i].label, '-'};
    arrow(p, ":::", span);
    snippet(p, pel__source_get(p->ds->sources, span.file), &m, 1);
  }
}

static void remark(const painter *p, const char *word, pel_str text) {
  gutter(p, 0, "=");
  pel__buf_printf(p->out, " %s: ", word);
  pel__buf_str(p->out, text);
  pel__buf_char(p->out, '\n');
}

/* The line as it reads with the fix; nothing when the fix spans lines or the line is
 * long. */
static void fixed_line(const painter *p, const pel_diag *d) {
  pel_span span = d->fix_span;
  if (!in_file(p, span, span.file)) return;
  const pel_source *src = pel__source_get(p->ds->sources, span.file);
  pel_str line = pel__source_line(src, span.line);
  size_t begin = span.begin - src->lines[span.line - 1], length = span.end - span.begin;
  if (begin + length > line.n || line.n > WINDOW || memchr(d->fix.p, '\n', d->fix.n))
    return;
  gutter(p, 0, "|\n");
  gutter(p, span.line, "| ");
  safe_text(p->out, (pel_str){line.p, begin});
  paint(p, "1;32");
  safe_text(p->out, d->fix);
  paint(p, "0");
  safe_text(p->out, (pel_str){line.p + begin + length, line.n - begin - length});
  pel__buf_char(p->out, '\n');
  if (d->fix.n == 0) return;
  gutter(p, 0, "| ");
  spaces(p->out, width(line, begin), ' ');
  paint(p, "1;32");
  spaces(p->out, width(d->fix, d->fix.n), length ? '~' : '+');
  paint(p, "0");
  pel__buf_char(p->out, '\n');
}

static int gutter_width(const pel_diag *d) {
  uint32_t most = d->span.line > d->fix_span.line ? d->span.line : d->fix_span.line;
  for (uint32_t i = 0; i < d->note_count; i++)
    if (d->notes[i].span.line > most) most = d->notes[i].span.line;
  int n = 1;
  for (; most >= 10; most /= 10) n++;
  return n;
}

/* `error[E0123]: message`, the place and what stands there; without a code if it has
 * none. */
static void head(const painter *p, const pel_diag *d, const char *code) {
  paint(p, p->accent);
  pel__buf_text(p->out, pel__render_word(d));
  if (code) pel__buf_printf(p->out, "[%s]", code);
  paint(p, "0");
  paint(p, "1");
  pel__buf_text(p->out, ": ");
  safe_text(p->out, d->message);
  paint(p, "0");
  pel__buf_char(p->out, '\n');
  own_file(p, d);
}

void pel__render_human(const pel_diags *ds, const pel_diag *d, bool color, pel_buf *out) {
  painter p = {ds, out, color, gutter_width(d),
               d->severity == PEL_SEVERITY_WARNING ? "1;33" : "1;31"};
  head(&p, d, pel__diag_code_name(d->code));
  other_files(&p, d);
  for (uint32_t i = 0; i < d->note_count; i++)
    if (d->notes[i].span.line == 0) remark(&p, "note", d->notes[i].label);
  if (d->help.n) remark(&p, "help", d->help);
  if (d->fix_span.line) fixed_line(&p, d);
}

void pel__remark_human(pel_sources *sources, const pel_remark *r, bool color,
                       pel_buf *out) {
  const pel_diags ds = {.sources = sources};
  const pel_diag d = {
      .severity = r->severity, .span = r->span, .message = pel__str(r->message)};
  painter p = {&ds, out, color, gutter_width(&d),
               r->severity == PEL_SEVERITY_WARNING ? "1;33" : "1;31"};
  head(&p, &d, NULL);
  if (!r->item || !*r->item) return;
  gutter(&p, 0, "=");
  pel__buf_printf(out, " note: `%s` has no value\n", r->item);
}
