#include "compiler/diag/source.h"

#include "runtime/base/check.h"

void pel__sources_init(pel_sources *s, pel_arena *arena) {
  *s = (pel_sources){.arena = arena};
}

static pel_status grow(pel_sources *s) {
  if (s->n < s->cap) return PEL_OK;
  uint32_t cap = s->cap ? s->cap * 2 : 4;
  pel_source *at = PEL_ARENA_ARRAY(s->arena, pel_source, cap);
  if (!at) return PEL_E_NOMEM;
  if (s->n) memcpy(at, s->at, s->n * sizeof *at);
  s->at = at;
  s->cap = cap;
  return PEL_OK;
}

static uint32_t count_lines(pel_str text) {
  uint32_t n = 1;
  for (const char *p = text.p, *end = p + text.n;
       p < end && (p = memchr(p, '\n', (size_t)(end - p))); p++)
    n++;
  return n;
}

static pel_status index_lines(pel_arena *arena, pel_source *src) {
  bool whole = src->text.n <= PEL_SOURCE_MAX;
  src->line_count = whole && src->text.n ? count_lines(src->text) : 1;
  uint32_t *lines = PEL_ARENA_ARRAY(arena, uint32_t, src->line_count);
  if (!lines) return PEL_E_NOMEM;
  uint32_t at = 0;
  if (src->text.n >= 3 && memcmp(src->text.p, "\xef\xbb\xbf", 3) == 0)
    lines[0] = 3; /* BOM */
  for (uint32_t i = 1; i < src->line_count; i++) {
    const char *nl = memchr(src->text.p + at, '\n', src->text.n - at);
    lines[i] = at = (uint32_t)(nl - src->text.p) + 1;
  }
  src->lines = lines;
  return PEL_OK;
}

pel_status pel__sources_add(pel_sources *s, pel_str name, pel_str text, uint32_t *file) {
  if (text.n >= UINT32_MAX) return PEL_E_LIMIT;
  pel_source src = {.text = text.n ? text : PEL_STR(""), .file = s->n};
  char *copy = pel__arena_text(s->arena, name.p, name.n);
  if (!copy) return PEL_E_NOMEM;
  src.name = (pel_str){copy, name.n};
  pel_status st = index_lines(s->arena, &src);
  if (st == PEL_OK) st = grow(s);
  if (st != PEL_OK) return st;
  s->at[s->n] = src;
  *file = s->n++;
  return PEL_OK;
}

const pel_source *pel__source_get(const pel_sources *s, uint32_t file) {
  return s && file < s->n ? &s->at[file] : NULL;
}

pel_str pel__source_line(const pel_source *src, uint32_t line) {
  if (line == 0 || line > src->line_count) return PEL_STR("");
  size_t begin = src->lines[line - 1];
  size_t end = line < src->line_count ? src->lines[line] - 1 : src->text.n;
  if (end > begin && src->text.p[end - 1] == '\r') end--;
  return (pel_str){src->text.p + begin, end - begin};
}

/* The last line that begins at or before `at`. */
static uint32_t line_of(const pel_source *src, uint32_t at) {
  uint32_t lo = 0, hi = src->line_count;
  while (hi - lo > 1) {
    uint32_t mid = lo + (hi - lo) / 2;
    if (src->lines[mid] <= at)
      lo = mid;
    else
      hi = mid;
  }
  return lo + 1;
}

pel_span pel__source_span(const pel_source *src, uint32_t begin, uint32_t end) {
  if (begin > src->text.n) begin = (uint32_t)src->text.n;
  if (end > src->text.n) end = (uint32_t)src->text.n;
  if (end < begin) end = begin;
  uint32_t line = line_of(src, begin);
  uint32_t start = src->lines[line - 1];
  uint32_t before =
      begin > start ? begin - start : 0; /* a byte order mark has no column */
  uint32_t col = (uint32_t)pel__utf8_length(src->text.p + start, before) + 1;
  return (pel_span){src->file, begin, end, line, col};
}

pel_str pel__source_text(const pel_sources *s, pel_span span) {
  const pel_source *src = pel__source_get(s, span.file);
  if (!src || span.begin > span.end || span.end > src->text.n) return PEL_STR("");
  return (pel_str){src->text.p + span.begin, span.end - span.begin};
}
