#include "runtime/base/str.h"

int pel__str_cmp(pel_str a, pel_str b) {
  size_t n = a.n < b.n ? a.n : b.n;
  int c = n ? memcmp(a.p, b.p, n) : 0;
  if (c) return c;
  return (a.n > b.n) - (a.n < b.n);
}

static unsigned min3(unsigned a, unsigned b, unsigned c) {
  unsigned m = a < b ? a : b;
  return m < c ? m : c;
}

/* Optimal string alignment (Damerau 1964, each piece edited once), three rows of it. */
static unsigned align_cost(pel_str a, pel_str b) {
  enum { MOST = 64 };
  unsigned rows[3][MOST + 1];
  unsigned *before = rows[0], *last = rows[1], *now = rows[2];
  for (size_t j = 0; j <= b.n; j++) last[j] = (unsigned)j;
  for (size_t i = 1; i <= a.n; i++) {
    now[0] = (unsigned)i;
    for (size_t j = 1; j <= b.n; j++) {
      unsigned other = a.p[i - 1] != b.p[j - 1];
      now[j] = min3(last[j] + 1, now[j - 1] + 1, last[j - 1] + other);
      bool swapped =
          i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] && a.p[i - 2] == b.p[j - 1];
      if (swapped && before[j - 2] + 1 < now[j]) now[j] = before[j - 2] + 1;
    }
    unsigned *free_row = before;
    before = last;
    last = now;
    now = free_row;
  }
  return last[b.n];
}

unsigned pel__str_distance(pel_str a, pel_str b, unsigned limit) {
  if (pel__str_eq(a, b)) return 0;
  size_t apart = a.n > b.n ? a.n - b.n : b.n - a.n;
  /* Nobody mistypes a name of 65 bytes into a suggestion; the cap keeps the rows on the
   * stack. */
  if (apart > limit || a.n > 64 || b.n > 64) return limit + 1;
  unsigned d = align_cost(a, b);
  return d > limit ? limit + 1 : d;
}
