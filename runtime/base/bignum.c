#include "runtime/base/bignum.h"

#include <string.h>

#include "runtime/base/check.h"

void pel__bignum_trim(pel_bignum *b, size_t words) {
  PEL_ASSERT(words <= PEL_BIGNUM_WORDS);
  while (words > 0 && b->w[words - 1] == 0) words--;
  b->n = (uint32_t)words;
}

void pel__bignum_set(pel_bignum *b, pel_u128 v) {
  b->w[0] = (uint64_t)v;
  b->w[1] = (uint64_t)(v >> 64);
  pel__bignum_trim(b, 2);
}

void pel__bignum_copy(pel_bignum *b, const pel_bignum *from) {
  memcpy(b->w, from->w, from->n * sizeof from->w[0]);
  b->n = from->n;
}

unsigned pel__bignum_bits(const pel_bignum *b) {
  return b->n ? b->n * 64u - (unsigned)__builtin_clzll(b->w[b->n - 1]) : 0;
}

int pel__bignum_cmp(const pel_bignum *a, const pel_bignum *b) {
  if (a->n != b->n) return a->n < b->n ? -1 : 1;
  for (size_t i = a->n; i-- > 0;) {
    if (a->w[i] != b->w[i]) return a->w[i] < b->w[i] ? -1 : 1;
  }
  return 0;
}

void pel__bignum_shl(pel_bignum *b, unsigned bits) {
  if (b->n == 0 || bits == 0) return;
  size_t words = bits / 64, n = b->n;
  unsigned part = bits % 64;
  PEL_ASSERT(n + words + 1 <= PEL_BIGNUM_WORDS);
  memmove(b->w + words, b->w, n * sizeof b->w[0]);
  memset(b->w, 0, words * sizeof b->w[0]);
  uint64_t carry = 0;
  for (size_t i = words; part && i < n + words; i++) {
    uint64_t w = b->w[i];
    b->w[i] = w << part | carry;
    carry = w >> (64 - part);
  }
  b->w[n + words] = carry;
  pel__bignum_trim(b, n + words + 1);
}

void pel__bignum_mul_add(pel_bignum *b, uint64_t factor, uint64_t more) {
  uint64_t carry = more;
  for (size_t i = 0; i < b->n; i++) {
    pel_u128 p = (pel_u128)b->w[i] * factor + carry;
    b->w[i] = (uint64_t)p;
    carry = (uint64_t)(p >> 64);
  }
  if (carry) {
    PEL_ASSERT(b->n < PEL_BIGNUM_WORDS);
    b->w[b->n++] = carry;
  }
  pel__bignum_trim(b, b->n);
}

void pel__bignum_mul_pow5(pel_bignum *b, unsigned power) {
  enum { STEP = 27 };
  static const uint64_t pow5_27 = UINT64_C(7450580596923828125);
  for (; power >= STEP; power -= STEP) pel__bignum_mul_add(b, pow5_27, 0);
  uint64_t rest = 1;
  while (power-- > 0) rest *= 5;
  pel__bignum_mul_add(b, rest, 0);
}

void pel__bignum_mul(const pel_bignum *a, const pel_bignum *b, pel_bignum *out) {
  size_t n = (size_t)a->n + b->n;
  PEL_ASSERT(n <= PEL_BIGNUM_WORDS);
  memset(out->w, 0, n * sizeof out->w[0]);
  for (size_t i = 0; i < a->n; i++) {
    uint64_t carry = 0;
    for (size_t j = 0; j < b->n; j++) {
      pel_u128 p = (pel_u128)a->w[i] * b->w[j] + out->w[i + j] + carry;
      out->w[i + j] = (uint64_t)p;
      carry = (uint64_t)(p >> 64);
    }
    out->w[i + b->n] = carry;
  }
  pel__bignum_trim(out, n);
}

void pel__bignum_sub(pel_bignum *a, const pel_bignum *b) {
  PEL_ASSERT(pel__bignum_cmp(a, b) >= 0);
  uint64_t borrow = 0;
  for (size_t i = 0; i < a->n; i++) {
    pel_u128 d = (pel_u128)a->w[i] - (i < b->n ? b->w[i] : 0) - borrow;
    a->w[i] = (uint64_t)d;
    borrow = (uint64_t)(d >> 64) & 1;
  }
  pel__bignum_trim(a, a->n);
}

uint64_t pel__bignum_div(pel_bignum *b, uint64_t divisor) {
  uint64_t rest = 0;
  for (size_t i = b->n; i-- > 0;) {
    pel_u128 v = (pel_u128)rest << 64 | b->w[i];
    b->w[i] = (uint64_t)(v / divisor);
    rest = (uint64_t)(v % divisor);
  }
  pel__bignum_trim(b, b->n);
  return rest;
}

pel_u128 pel__bignum_top(const pel_bignum *b, int32_t *exp, bool *rest) {
  uint64_t w[3] = {0, 0, 0};
  size_t n = b->n;
  PEL_ASSERT(n > 0);
  for (size_t i = 0; i < 3 && i < n; i++) w[i] = b->w[n - 1 - i];
  unsigned zeros = (unsigned)__builtin_clzll(w[0]);
  pel_u128 top = ((pel_u128)w[0] << 64 | w[1]) << zeros;
  if (zeros) top |= w[2] >> (64 - zeros);
  bool more = w[2] << zeros != 0;
  for (size_t i = 0; !more && i + 3 < n; i++) more = b->w[i] != 0;
  *exp = (int32_t)(64 * n) - 128 - (int32_t)zeros;
  *rest = more;
  return top;
}
