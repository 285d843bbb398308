/* 128-bit integers: the two types, range checks, and exact integer sums.
 * Owns nothing.
 * Any thread. */
#ifndef PEL_RUNTIME_BASE_INT128_H
#define PEL_RUNTIME_BASE_INT128_H

#include <stdbool.h>

#include "pel/base.h"

__extension__ typedef __int128 pel_i128;
__extension__ typedef unsigned __int128 pel_u128;

/* false when v does not fit; *out is written only when it does. */
PEL_INLINE bool pel__i128_to_i64(pel_i128 v, int64_t *out) {
  if (v < INT64_MIN || v > INT64_MAX) return false;
  *out = (int64_t)v;
  return true;
}
PEL_INLINE bool pel__i128_to_u64(pel_i128 v, uint64_t *out) {
  if (v < 0 || v > UINT64_MAX) return false;
  *out = (uint64_t)v;
  return true;
}
PEL_INLINE pel_u128 pel__i128_abs(pel_i128 v) {
  return v < 0 ? (pel_u128)0 - (pel_u128)v : (pel_u128)v;
}
/* The number of bits of v without leading zeros; 0 for 0. */
PEL_INLINE unsigned pel__u128_bits(pel_u128 v) {
  uint64_t hi = (uint64_t)(v >> 64), lo = (uint64_t)v;
  if (hi) return 128u - (unsigned)__builtin_clzll(hi);
  return lo ? 64u - (unsigned)__builtin_clzll(lo) : 0;
}
/* v must not be 0. */
PEL_INLINE unsigned pel__u128_trailing_zeros(pel_u128 v) {
  uint64_t lo = (uint64_t)v;
  return (unsigned)(lo ? __builtin_ctzll(lo) : 64 + __builtin_ctzll((uint64_t)(v >> 64)));
}

/* Exact sums. Fewer than 2^63 values of 64 bits cannot leave 128 bits, so nothing is
 * checked until the end, where pel__i128_to_i64 or _u64 says whether the sum fits its
 * type. */
pel_i128 pel__i128_sum_i64(const int64_t *p, size_t n);
pel_i128 pel__i128_sum_u64(const uint64_t *p, size_t n);
pel_i128 pel__i128_sum_i32(const int32_t *p, size_t n);

/* Rounded once, half to even. */
double pel__i128_to_f64(pel_i128 v);
/* The exact quotient sum / count, rounded once, half to even; NaN when count is 0. */
double pel__i128_mean(pel_i128 sum, uint64_t count);
#endif
