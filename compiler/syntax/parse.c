#include "compiler/syntax/lex.h"

static pel_status refuse(pel_parse *cx, pel_diag_code code, uint32_t at,
                         const char *message, const char *help) {
  bool whole = cx->src->text.n <= PEL_SOURCE_MAX;
  pel_span span = {.file = cx->src->file, .line = 1, .col = 1};
  if (whole) span = pel__source_span(cx->src, at, at + 1);
  pel_diag *d = pel__report(cx, code, span, "%s", message);
  pel__diag_help(cx->ds, d, "%s", help);
  return PEL_E_COMPILE;
}

/* What is no text at all is refused whole. */
static pel_status check_text(pel_parse *cx) {
  pel_str text = cx->src->text;
  if (text.n > PEL_SOURCE_MAX)
    return refuse(cx, PEL_E0032, 0, "this file has more than 16 MiB",
                  "data belongs in a file that is read, not in the program");
  size_t good = pel__utf8_valid(text.p, text.n);
  const char *nul = memchr(text.p, 0, good);
  if (nul)
    return refuse(cx, PEL_E0031, (uint32_t)(nul - text.p), "a NUL byte stands here",
                  "in a string it is written `\\0`; is this a text file?");
  if (good < text.n)
    return refuse(cx, PEL_E0030, (uint32_t)good, "this byte is not UTF-8",
                  "save the file as UTF-8");
  return PEL_OK;
}

/* U+202A … U+202E and U+2066 … U+2069: what is read is not what is run. */
static bool turns(const unsigned char *p) {
  return p[0] == 0xe2 && ((p[1] == 0x80 && p[2] >= 0xaa && p[2] <= 0xae) ||
                          (p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9));
}

static void warn_direction(pel_parse *cx) {
  const char *begin = cx->src->text.p, *end = begin + cx->src->text.n, *p = begin;
  while (end - p >= 3 && (p = memchr(p, 0xe2, (size_t)(end - p) - 2))) {
    uint32_t at = (uint32_t)(p++ - begin);
    if (!turns((const unsigned char *)begin + at)) continue;
    pel_diag *d =
        pel__diag_add(cx->ds, PEL_W0002, pel__source_span(cx->src, at, at + 3),
                      "an invisible character changes the direction of the text");
    pel__diag_help(cx->ds, d,
                   "delete it; in a string write an escape, such as `\\u{202e}`");
    if (cx->ds->warnings >= PEL_DIAG_SHOWN) return;
  }
}

static void warn_docs(pel_parse *cx) {
  for (uint32_t i = 0; i < cx->docs.n; i++) {
    if (cx->docs.at[i].used) continue;
    pel_diag *d = pel__diag_add(cx->ds, PEL_W0001, cx->docs.at[i].span,
                                "this documentation belongs to nothing");
    pel__diag_help(cx->ds, d,
                   "`///` stands before an item, a field, a variant or a C function; "
                   "a comment begins with `//`");
  }
}

static pel_status run(pel_parse *cx) {
  pel_str text = cx->src->text;
  char *copy = pel__arena_get(cx->arena, text.n + 2); /* flex writes into it */
  if (!copy) return PEL_E_NOMEM;
  if (text.n) memcpy(copy, text.p, text.n);
  copy[text.n] = copy[text.n + 1] = '\0';
  if (text.n >= 3 && memcmp(copy, "\xef\xbb\xbf", 3) == 0)
    cx->at = 3; /* a byte order mark */
  pel_status st = pel__lex_open(cx, copy + cx->at, text.n - cx->at);
  if (st != PEL_OK) return st;
  int rc = pel__yyparse(cx);
  if (cx->status != PEL_OK) return cx->status;
  if (cx->ds->failed) return PEL_E_NOMEM;
  return cx->errors || rc ? PEL_E_COMPILE : PEL_OK;
}

static pel_status finish(pel_parse *cx, uint32_t first_id, pel_ast_file **out) {
  pel_ast_file *file = PEL_ARENA_NEW(cx->arena, pel_ast_file);
  if (!file) return PEL_E_NOMEM;
  warn_docs(cx);
  warn_direction(cx);
  file->file = cx->src->file;
  file->items = cx->items.at;
  file->n = cx->items.n;
  file->first_id = first_id;
  file->id_count = cx->ds->sources->node_count - first_id;
  *out = file;
  return PEL_OK;
}

pel_status pel__syntax_parse(pel_arena *arena, pel_diags *ds, uint32_t file,
                             pel_ast_file **out) {
  const pel_source *src = pel__source_get(ds->sources, file);
  if (!src) return PEL_E_INVALID;
  uint32_t first_id = ds->sources->node_count;
  pel_parse cx = {.arena = arena, .ds = ds, .src = src, .line = 1, .col = 1};
  pel_status st = check_text(&cx);
  if (st == PEL_OK) st = run(&cx);
  return st == PEL_OK ? finish(&cx, first_id, out) : st;
}
