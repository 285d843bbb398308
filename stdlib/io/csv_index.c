#include "runtime/base/mask64.h"
#include "stdlib/io/csv.h"

/* Where the record being read stands. */
typedef struct cut {
  uint32_t row_at;   /* its first byte */
  uint32_t *row_sep; /* its first separator */
  uint32_t *sep;     /* the next free one */
} cut;

typedef enum verdict { GO_ON, FINISHED } verdict;

/* A line feed outside quotes at `pos`, already stored as a separator. */
static verdict end_record(pel_csv_index *x, cut *c, uint32_t pos, pel_csv_stop *why) {
  const uint32_t fields = (uint32_t)(c->sep - c->row_sep);
  if (PEL_UNLIKELY(fields != x->ncols)) {
    const uint32_t length = pos - c->row_at;
    const bool blank =
        fields == 1 && (length == 0 || (length == 1 && x->p[c->row_at] == '\r'));
    if (!blank) {
      x->fields = fields;
      *why = PEL_CSV_STOP_SHAPE;
      return FINISHED;
    }
    c->sep = c->row_sep;
  } else {
    x->row[x->nrows++] = c->row_at;
    c->row_sep = c->sep;
  }
  c->row_at = pos + 1;
  if (PEL_LIKELY(c->row_at < x->stop)) return GO_ON;
  *why = PEL_CSV_STOP_END;
  return FINISHED;
}

/* Keeps a record's surplus separators from running out of the array: a long row is an
 * error anyway. */
static void put(pel_csv_index *x, cut *c, uint32_t pos) {
  if (PEL_LIKELY((uint32_t)(c->sep - c->row_sep) <= x->ncols)) {
    *c->sep++ = pos;
  } else {
    c->sep[-1] = pos;
    x->fields++;
  }
}

/* From a field's opening quote at `pos` to behind its end: the position of the separator
 * that ends it. */
static uint32_t quoted_field(pel_csv_index *x, uint32_t pos, pel_csv_stop *why) {
  const char *p = x->p;
  const uint32_t n = x->n;
  uint32_t i = pos + 1;
  x->high = true; /* its bytes are not looked at here */
  for (;;) {
    const char *q = i < n ? memchr(p + i, x->dialect->quote, n - i) : NULL;
    if (!q) break;
    i = (uint32_t)(q - p) + 1;
    if (i < n && p[i] == x->dialect->quote) {
      i++;
      continue;
    }
    if (i >= n) {
      if (x->last) return n;
      break;
    }
    if (p[i] == x->dialect->delim || p[i] == '\n') return i;
    if (p[i] == '\r' && i + 1 >= n) {
      if (x->last) return n;
      break;
    }
    if (p[i] == '\r' && p[i + 1] == '\n') return i + 1;
    x->bad = i;
    *why = PEL_CSV_STOP_QUOTE;
    return 0;
  }
  x->bad = pos;
  *why = x->last ? PEL_CSV_STOP_OPEN : PEL_CSV_STOP_MORE;
  return 0;
}

/* Byte by byte through one record that has quotes, or that is not wholly in the buffer.
 */
static verdict slow_record(pel_csv_index *x, cut *c, pel_csv_stop *why) {
  const char delim = x->dialect->delim, quote = x->dialect->quote;
  const bool quoting = x->dialect->quoting;
  uint32_t i = c->row_at;
  bool start = true;
  c->sep = c->row_sep;
  x->fields = 0;
  for (;; i++) {
    if (i >= x->n) {
      if (!x->last) return *why = PEL_CSV_STOP_MORE, FINISHED;
    } else if (start && quoting && x->p[i] == quote) {
      pel_csv_stop stop = PEL_CSV_STOP_ROWS;
      i = quoted_field(x, i, &stop);
      if (stop != PEL_CSV_STOP_ROWS) return *why = stop, FINISHED;
    }
    if (i >= x->n) { /* the file's last line has no line feed */
      put(x, c, x->n);
      const uint32_t extra = x->fields;
      if (end_record(x, c, x->n, why) == FINISHED && *why == PEL_CSV_STOP_SHAPE)
        x->fields += extra;
      else
        *why = PEL_CSV_STOP_END;
      return FINISHED;
    }
    x->high |= (signed char)x->p[i] < 0;
    start = x->p[i] == delim;
    if (!start && x->p[i] != '\n') continue;
    put(x, c, i);
    if (start) continue;
    const uint32_t extra = x->fields;
    const verdict v = end_record(x, c, i, why);
    if (v == FINISHED && *why == PEL_CSV_STOP_SHAPE) x->fields += extra;
    return v;
  }
}

/* 64 bytes without a quote. */
static verdict plain_block(pel_csv_index *x, cut *c, uint32_t at, uint64_t seps,
                           uint64_t feeds, pel_csv_stop *why) {
  uint64_t rest = seps;
  while (feeds) {
    const uint64_t upto = feeds ^ (feeds - 1); /* bits through the line feed */
    const uint32_t pos = at + (uint32_t)__builtin_ctzll(feeds);
    for (uint64_t m = rest & upto; m; m &= m - 1)
      *c->sep++ = at + (uint32_t)__builtin_ctzll(m);
    rest &= ~upto;
    feeds &= feeds - 1;
    if (end_record(x, c, pos, why) == FINISHED) return FINISHED;
  }
  for (; rest; rest &= rest - 1) *c->sep++ = at + (uint32_t)__builtin_ctzll(rest);
  return GO_ON;
}

pel_csv_stop pel__csv_index(pel_csv_index *x) {
  const char delim = x->dialect->delim, quote = x->dialect->quote;
  const bool quoting = x->dialect->quoting;
  pel_csv_stop why = PEL_CSV_STOP_ROWS;
  cut c = {x->at, x->sep, x->sep};
  uint32_t pos = x->at;
  x->nrows = x->fields = 0;
  while (x->nrows < x->max_rows) {
    if (c.row_at >= x->stop || (x->last && c.row_at >= x->n)) {
      why = PEL_CSV_STOP_END;
      break;
    }
    uint64_t quotes = ~UINT64_C(0);
    if (PEL_LIKELY(pos + 64 <= x->n)) {
      const pel_block64 b = pel__block64_load(x->p + pos);
      quotes = quoting ? pel__mask64_eq(&b, quote) : 0;
      if (PEL_LIKELY(!quotes && (uint32_t)(c.sep - c.row_sep) <= x->ncols)) {
        const uint64_t feeds = pel__mask64_eq(&b, '\n');
        x->high |= pel__mask64_high(&b) != 0;
        if (plain_block(x, &c, pos, pel__mask64_eq(&b, delim) | feeds, feeds, &why) ==
            FINISHED)
          break;
        pos += 64;
        continue;
      }
    }
    if (slow_record(x, &c, &why) == FINISHED) break;
    pos = c.row_at;
  }
  x->at = c.row_at;
  return why;
}

pel_status pel__csv_field(const pel_csv_dialect *d, const pel_env *env, const char *p,
                          size_t n, pel_str *out, bool *was_quoted) {
  *was_quoted = d->quoting && n >= 2 && p[0] == d->quote;
  *out = (pel_str){p, n};
  if (!*was_quoted) return PEL_OK;
  p++, n -= 2;
  *out = (pel_str){p, n};
  const char *q = memchr(p, d->quote, n);
  if (!q) return PEL_OK;
  char *t = env->temp(env, n + PEL_CSV_PAD);
  if (!t) return PEL_E_NOMEM;
  size_t m = 0;
  for (size_t i = 0; i < n; i++) {
    t[m++] = p[i];
    if (p[i] == d->quote) i++;
  }
  memset(t + m, 0, PEL_CSV_PAD);
  *out = (pel_str){t, m};
  return PEL_OK;
}
