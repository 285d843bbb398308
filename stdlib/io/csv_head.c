#include "runtime/base/check.h"
#include "stdlib/io/csv.h"

/* The first record and a little behind it, in env->temp; grows until the record is whole.
 */
static pel_status first_record(const pel_csv_params *params, const pel_env *env,
                               pel_file *f, uint64_t size, char **bytes, size_t *n,
                               size_t *length) {
  for (size_t want = 4096;; want *= 4) {
    const size_t room = want < size ? want : (size_t)size;
    char *p = env->temp(env, room + PEL_CSV_PAD);
    size_t got = 0;
    if (!p) return PEL_E_NOMEM;
    const pel_status s = env->read_at(env, f, 0, p, room, &got);
    if (s) return s;
    memset(p + got, 0, PEL_CSV_PAD);
    const size_t bom = got >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    size_t start = 0;
    uint8_t state = PEL_CSV_ROW;
    if (got > bom) { /* the second record's start is the first one's end */
      state = pel__csv_walk(&params->dialect, p + bom, 1, PEL_CSV_ROW, NULL);
      const uint8_t end =
          pel__csv_walk(&params->dialect, p + bom + 1, got - bom - 1, state, &start);
      state = start == got - bom - 1 ? end : PEL_CSV_ROW;
    }
    const bool whole = got > bom && state == PEL_CSV_ROW;
    if (whole || got >= size || got < room) {
      if (got == bom)
        return env->fail(env, 0, "empty file", "`%s` is empty: %s", params->path,
                         params->dialect.header
                             ? "a first line with the columns' names was expected"
                             : "at least one record was expected");
      if (!whole && state == PEL_CSV_QUOTED)
        return env->fail(env, 0, "open quote",
                         "`%s`:1: a quote is opened in the first record and never closed",
                         params->path);
      *bytes = p, *n = got;
      *length = whole ? bom + 1 + start : got;
      return PEL_OK;
    }
    if (want > SIZE_MAX / 8) return PEL_E_LIMIT;
  }
}

/* 0: text stands behind a closing quote. */
static size_t count_fields(const pel_csv_dialect *d, const char *p, size_t n) {
  size_t fields = 1;
  uint8_t state = PEL_CSV_ROW;
  for (size_t i = 0; i < n; i++) {
    const uint8_t before = state;
    state = pel__csv_walk(d, p + i, 1, state, NULL);
    fields += state == PEL_CSV_FIELD;
    if ((before == PEL_CSV_CLOSED && state == PEL_CSV_TEXT) ||
        (before == PEL_CSV_CR && state != PEL_CSV_ROW))
      return 0;
  }
  return fields;
}

static pel_status split(const pel_csv_dialect *d, const pel_env *env, const char *p,
                        size_t n, pel_str *names) {
  uint8_t state = PEL_CSV_ROW;
  size_t from = 0, k = 0;
  bool quoted;
  if (n && p[n - 1] == '\n') n--;
  if (n && p[n - 1] == '\r') n--;
  for (size_t i = 0; i <= n; i++) {
    if (i < n) state = pel__csv_walk(d, p + i, 1, state, NULL);
    if (i < n && state != PEL_CSV_FIELD) continue;
    const pel_status s = pel__csv_field(d, env, p + from, i - from, &names[k++], &quoted);
    if (s) return s;
    from = i + 1;
  }
  return PEL_OK;
}

/* Text of another kind than ours shows in its first two bytes. */
static pel_status check_encoding(const pel_csv_params *params, const pel_env *env,
                                 const char *p, size_t n) {
  if (n < 2 || (memcmp(p, "\xff\xfe", 2) != 0 && memcmp(p, "\xfe\xff", 2) != 0))
    return PEL_OK;
  return env->fail(env, 0, "encoding",
                   "`%s` is UTF-16, and text is UTF-8: convert it, such as with "
                   "`iconv -f UTF-16 -t UTF-8`",
                   params->path);
}

/* A name ends at a NUL for whoever is told it. */
static pel_status check_names(const pel_csv_params *params, const pel_env *env,
                              const pel_csv_head *head) {
  for (uint32_t i = 0; i < head->ncols; i++)
    if (head->names[i].n && memchr(head->names[i].p, 0, head->names[i].n))
      return env->fail(env, 0, "column name",
                       "`%s`:1: the name of column %u has a NUL byte in it: is this a "
                       "text file?",
                       params->path, i + 1);
  return PEL_OK;
}

pel_status pel__csv_head(const pel_csv_params *params, const pel_env *env, pel_file *f,
                         uint64_t size, pel_csv_head *out) {
  char *p = NULL;
  size_t n = 0, length = 0, bytes;
  pel_status s = first_record(params, env, f, size, &p, &n, &length);
  if (!s) s = check_encoding(params, env, p, n);
  if (s) return s;
  const size_t bom = memcmp(p, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
  const size_t fields = count_fields(&params->dialect, p + bom, length - bom);
  if (fields == 0)
    return env->fail(
        env, 0, "text after a quote",
        "`%s`:1: text stands behind a closing quote: a quote inside a quoted "
        "field is written twice",
        params->path);
  if (fields > 100000)
    return env->fail(env, 0, "too wide", "`%s` has more than 100000 columns",
                     params->path);
  *out = (pel_csv_head){.ncols = (uint32_t)fields, .data = bom};
  if (!pel__size_mul(fields, sizeof(pel_str), &bytes) ||
      !(out->names = env->temp(env, bytes)))
    return PEL_E_NOMEM;
  s = split(&params->dialect, env, p + bom, length - bom, out->names);
  if (s || !params->dialect.header) return s;
  s = check_names(params, env, out);
  if (s) return s;
  out->data = length;
  pel_csv_class c;
  pel__csv_classify(&params->dialect, p, length, &c);
  out->newlines = c.newlines;
  return PEL_OK;
}
