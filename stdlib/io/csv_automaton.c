#include <string.h>

#include "stdlib/io/csv.h"

/* One byte further; the automaton itself, in the open. Text behind a closing quote is the
 * reader's error to report. */
static uint8_t step(const pel_csv_dialect *d, uint8_t state, char c) {
  if (state == PEL_CSV_QUOTED) return c == d->quote ? PEL_CSV_CLOSED : PEL_CSV_QUOTED;
  if (d->quoting && c == d->quote) {
    if (state == PEL_CSV_CLOSED || state == PEL_CSV_ROW || state == PEL_CSV_FIELD)
      return PEL_CSV_QUOTED;
    return PEL_CSV_TEXT;
  }
  if (c == '\n') return PEL_CSV_ROW;
  if (c == d->delim) return state == PEL_CSV_CR ? PEL_CSV_TEXT : PEL_CSV_FIELD;
  if (c == '\r' && state == PEL_CSV_CLOSED) return PEL_CSV_CR;
  return PEL_CSV_TEXT;
}

/* Bytes without quotes, from outside quotes. */
static uint8_t plain_end(const pel_csv_dialect *d, const char *p, size_t n,
                         uint8_t state) {
  if (n == 0) return state;
  return step(d, PEL_CSV_TEXT, p[n - 1]);
}

/* From inside quotes at p[0]: answers how many bytes were taken, and the state behind
 * them. */
static size_t leave_quotes(const pel_csv_dialect *d, const char *p, size_t n,
                           uint8_t *state) {
  size_t i = 0;
  for (;;) {
    const char *q = memchr(p + i, d->quote, n - i);
    if (!q) return *state = PEL_CSV_QUOTED, n;
    i = (size_t)(q - p) + 1;
    if (i == n) return *state = PEL_CSV_CLOSED, n;
    if (p[i] != d->quote) return *state = PEL_CSV_CLOSED, i;
    i++;
  }
}

/* The state behind n bytes; jumps from quote to quote. */
static uint8_t walk(const pel_csv_dialect *d, const char *p, size_t n, uint8_t state) {
  size_t i = 0;
  while (i < n) {
    if (state == PEL_CSV_QUOTED) {
      i += leave_quotes(d, p + i, n - i, &state);
      continue;
    }
    if (state == PEL_CSV_CLOSED || state == PEL_CSV_CR) {
      state = step(d, state, p[i++]);
      continue;
    }
    const char *q = d->quoting ? memchr(p + i, d->quote, n - i) : NULL;
    if (!q) return plain_end(d, p + i, n - i, state);
    const size_t at = (size_t)(q - p);
    const uint8_t before = at == i ? state : step(d, PEL_CSV_TEXT, p[at - 1]);
    state = before == PEL_CSV_TEXT ? PEL_CSV_TEXT : PEL_CSV_QUOTED;
    i = at + 1;
  }
  return state;
}

static uint32_t count_newlines(const char *p, size_t n) {
  uint32_t total = 0;
  for (size_t i = 0; i < n;) {
    const size_t end = n - i > 255 ? i + 255 : n;
    uint8_t some = 0; /* 255 bytes cannot overflow it, and this shape vectorises */
    for (; i < end; i++) some = (uint8_t)(some + (p[i] == '\n'));
    total += some;
  }
  return total;
}

void pel__csv_classify(const pel_csv_dialect *d, const char *p, size_t n,
                       pel_csv_class *out) {
  out->newlines = count_newlines(p, n);
  if (n == 0) {
    for (uint8_t s = 0; s < PEL_CSV_STATES; s++) out->end[s] = s;
    return;
  }
  const uint8_t text = walk(d, p, n, PEL_CSV_TEXT);
  const bool opens = d->quoting && p[0] == d->quote;
  out->end[PEL_CSV_TEXT] = text;
  out->end[PEL_CSV_ROW] = out->end[PEL_CSV_FIELD] =
      opens ? walk(d, p + 1, n - 1, PEL_CSV_QUOTED) : text;
  out->end[PEL_CSV_QUOTED] = d->quoting ? walk(d, p, n, PEL_CSV_QUOTED) : text;
  out->end[PEL_CSV_CLOSED] = walk(d, p, n, PEL_CSV_CLOSED);
  out->end[PEL_CSV_CR] = walk(d, p, n, PEL_CSV_CR);
}

uint8_t pel__csv_walk(const pel_csv_dialect *d, const char *p, size_t n, uint8_t state,
                      size_t *row_start) {
  if (!row_start) return walk(d, p, n, state);
  for (size_t i = 0; i < n; i++) {
    if (state == PEL_CSV_ROW) return *row_start = i, walk(d, p + i, n - i, state);
    if (state == PEL_CSV_QUOTED) {
      i += leave_quotes(d, p + i, n - i, &state) - 1;
      continue;
    }
    state = step(d, state, p[i]);
  }
  *row_start = n;
  return state;
}
