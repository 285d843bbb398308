/* Borrowed text (pointer and length, no NUL needed) and a text that grows.
 * A pel_str owns nothing; a pel_buf owns its bytes until deinit.
 * A pel_buf is for one thread at a time. */
#ifndef PEL_RUNTIME_BASE_STR_H
#define PEL_RUNTIME_BASE_STR_H

#include <stdbool.h>
#include <string.h>

#include "runtime/base/alloc.h"

typedef struct pel_str {
  const char *p;
  size_t n;
} pel_str;

#define PEL_STR(lit) ((pel_str){(lit), sizeof(lit) - 1})
#define PEL_STR_FMT "%.*s"
#define PEL_STR_ARG(s) (int)(s).n, (s).p

PEL_INLINE pel_str pel__str(const char *z) { return (pel_str){z, z ? strlen(z) : 0}; }
PEL_INLINE bool pel__str_eq(pel_str a, pel_str b) {
  return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}
PEL_INLINE bool pel__str_is(pel_str a, const char *z) {
  return pel__str_eq(a, pel__str(z));
}
/* Order by bytes, as `sort` does; a shorter prefix comes first. */
int pel__str_cmp(pel_str a, pel_str b);
/* The number of code points of valid UTF-8 (bytes that do not continue one, for the
 * rest). */
size_t pel__utf8_length(const char *p, size_t n);
/* How many of the first bytes of p are valid UTF-8 (n when all are): shortest forms only,
 * no surrogates. */
size_t pel__utf8_valid(const char *p, size_t n);
/* Writes 1–4 bytes and answers their number; 0 when cp is no scalar value. */
size_t pel__utf8_encode(uint32_t cp, char out[4]);
/* Edit distance with transpositions, capped at limit + 1; for "did you mean". */
unsigned pel__str_distance(pel_str a, pel_str b, unsigned limit);

typedef struct pel_buf {
  const pel_alloc *alloc; /* NULL means pel__alloc_libc() */
  char *p;
  size_t n, cap;
  bool failed; /* an append ran out of memory: the text is cut; ask once at the end */
} pel_buf;

void pel__buf_init(pel_buf *b, const pel_alloc *alloc);
void pel__buf_deinit(pel_buf *b);
/* Room for `more` bytes behind n; false (and failed) without memory. */
bool pel__buf_reserve(pel_buf *b, size_t more);
void pel__buf_add(pel_buf *b, const char *p, size_t n);
void pel__buf_text(pel_buf *b, const char *z);
void pel__buf_str(pel_buf *b, pel_str s);
void pel__buf_char(pel_buf *b, char c);
void pel__buf_printf(pel_buf *b, const char *fmt, ...) PEL_PRINTF(2, 3);
/* JSON string with quotes; invalid UTF-8 becomes U+FFFD. */
void pel__buf_json(pel_buf *b, pel_str s);
/* The text with a NUL behind it (not counted in n); "" when empty or failed. */
const char *pel__buf_z(pel_buf *b);
#endif
