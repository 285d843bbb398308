#include "runtime/base/str.h"

size_t pel__utf8_length(const char *p, size_t n) {
  size_t count = 0;
  for (size_t i = 0; i < n; i++) count += ((unsigned char)p[i] & 0xc0) != 0x80;
  return count;
}

/* The length of the well-formed sequence at s (The Unicode Standard, table 3-7), 0 if
 * none. */
static size_t sequence_length(const unsigned char *s, size_t n) {
  unsigned c = s[0];
  if (c < 0x80) return 1;
  size_t length = c < 0xc2 ? 0 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : c < 0xf5 ? 4 : 0;
  if (length == 0 || length > n) return 0;
  /* Only the second byte's range depends on the first: it rules out long forms,
   * surrogates and what lies above U+10FFFF. */
  unsigned least = c == 0xe0 ? 0xa0 : c == 0xf0 ? 0x90 : 0x80;
  unsigned most = c == 0xed ? 0x9f : c == 0xf4 ? 0x8f : 0xbf;
  if (s[1] < least || s[1] > most) return 0;
  for (size_t i = 2; i < length; i++)
    if ((s[i] & 0xc0) != 0x80) return 0;
  return length;
}

static size_t skip_ascii(const char *p, size_t i, size_t n) {
  uint64_t word;
  while (n - i >= sizeof word) {
    memcpy(&word, p + i, sizeof word);
    if (word & 0x8080808080808080u) break;
    i += sizeof word;
  }
  return i;
}

size_t pel__utf8_valid(const char *p, size_t n) {
  size_t i = 0;
  while (i < n) {
    i = skip_ascii(p, i, n);
    if (i == n) break;
    size_t length = sequence_length((const unsigned char *)p + i, n - i);
    if (length == 0) return i;
    i += length;
  }
  return n;
}

size_t pel__utf8_encode(uint32_t cp, char out[4]) {
  if (cp < 0x80) {
    out[0] = (char)cp;
    return 1;
  }
  if (cp > 0x10ffff || (cp >= 0xd800 && cp <= 0xdfff)) return 0;
  size_t n = cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
  for (size_t i = n; i-- > 1; cp >>= 6) out[i] = (char)(0x80 | (cp & 0x3f));
  out[0] = (char)((0xf00u >> n & 0xffu) | cp);
  return n;
}
