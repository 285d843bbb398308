#include "runtime/api/width.h"

uint32_t pel__utf8_next(const char **p) {
  const unsigned char *s = (const unsigned char *)*p;
  const unsigned more = s[0] < 0xc0 ? 0 : s[0] < 0xe0 ? 1 : s[0] < 0xf0 ? 2 : 3;
  uint32_t cp = more ? s[0] & (0x3fu >> more) : s[0];
  for (unsigned i = 1; i <= more; i++) cp = cp << 6 | (s[i] & 0x3fu);
  *p += more + 1;
  return cp;
}

static bool within(const pel_width_range *at, size_t n, uint32_t cp) {
  size_t low = 0, high = n;
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    if (cp > at[middle].last)
      low = middle + 1;
    else
      high = middle;
  }
  return low < n && cp >= at[low].first;
}

unsigned pel__char_width(uint32_t cp) {
  if (cp < 0x300) return 1;
  if (within(pel__width_none, pel__width_none_n, cp)) return 0;
  return within(pel__width_two, pel__width_two_n, cp) ? 2 : 1;
}

size_t pel__text_width(const char *p, size_t n) {
  size_t width = 0;
  if (!n) return 0; /* p may be NULL */
  for (const char *end = p + n; p < end;) width += pel__char_width(pel__utf8_next(&p));
  return width;
}
