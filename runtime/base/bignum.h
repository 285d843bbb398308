/* Natural numbers of up to 9,216 bits on the caller's stack, for the rare cases where
 * rounding needs exact arithmetic.
 * Plain data, owned by its caller; no memory is asked for. Callers prove that results
 * fit (asserted).
 * One thread at a time per number. */
#ifndef PEL_RUNTIME_BASE_BIGNUM_H
#define PEL_RUNTIME_BASE_BIGNUM_H

#include "runtime/base/int128.h"

enum { PEL_BIGNUM_WORDS = 144 };

typedef struct pel_bignum {
  uint32_t n; /* words in use: w[n - 1] is not 0 */
  uint64_t w[PEL_BIGNUM_WORDS];
} pel_bignum;

void pel__bignum_set(pel_bignum *b, pel_u128 v);
void pel__bignum_copy(pel_bignum *b, const pel_bignum *from);
/* Drops leading zero words below w[words], which the caller has filled. */
void pel__bignum_trim(pel_bignum *b, size_t words);

unsigned pel__bignum_bits(const pel_bignum *b); /* without leading zeros; 0 for 0 */
int pel__bignum_cmp(const pel_bignum *a, const pel_bignum *b);

void pel__bignum_shl(pel_bignum *b, unsigned bits);
/* b = b × factor + more */
void pel__bignum_mul_add(pel_bignum *b, uint64_t factor, uint64_t more);
void pel__bignum_mul_pow5(pel_bignum *b, unsigned power);
/* out = a × b; out is neither a nor b */
void pel__bignum_mul(const pel_bignum *a, const pel_bignum *b, pel_bignum *out);
/* a -= b, where a >= b */
void pel__bignum_sub(pel_bignum *a, const pel_bignum *b);
/* b = floor(b / divisor); answers the remainder. divisor > 0 */
uint64_t pel__bignum_div(pel_bignum *b, uint64_t divisor);
/* The leading 128 bits of b > 0, the first of them set: b = top × 2^*exp (+ a rest,
 * when *rest). */
pel_u128 pel__bignum_top(const pel_bignum *b, int32_t *exp, bool *rest);
#endif
