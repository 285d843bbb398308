/* Building an IEEE 754 number from an exact value, rounded half to even: the last step
 * of parsing and of exact sums.
 * Owns nothing.
 * Any thread. */
#ifndef PEL_RUNTIME_BASE_FLOAT_BITS_H
#define PEL_RUNTIME_BASE_FLOAT_BITS_H

#include <string.h>

#include "runtime/base/int128.h"

/* A finite value is mantissa × 2^ulp with mantissa < 2^bits and ulp_min <= ulp <=
 * ulp_max. */
typedef struct pel_float_format {
  int32_t bits;
  int32_t ulp_min, ulp_max;
} pel_float_format;

#define PEL_FORMAT_F64 ((pel_float_format){53, -1074, 971})
#define PEL_FORMAT_F32 ((pel_float_format){24, -149, 104})

/* The bits, sign aside, of mantissa × 2^ulp, where mantissa <= 2^bits, and at least
 * 2^(bits - 1) unless ulp is ulp_min; beyond the largest finite value: infinity. A
 * mantissa of 2^bits carries by itself. */
PEL_INLINE uint64_t pel__float_pack(pel_float_format f, uint64_t mantissa, int64_t ulp) {
  uint64_t infinity = (uint64_t)(f.ulp_max - f.ulp_min + 2) << (f.bits - 1);
  if (ulp > f.ulp_max) return infinity;
  return ((uint64_t)(ulp - f.ulp_min) << (f.bits - 1)) + mantissa;
}

/* The bits, sign aside, of top × 2^exp, where the first bit of top is set; sticky says
 * that the exact value is a little more. */
PEL_INLINE uint64_t pel__float_round(pel_float_format f, pel_u128 top, bool sticky,
                                     int64_t exp) {
  int64_t drop = 128 - f.bits;
  if (exp + drop < f.ulp_min) drop = f.ulp_min - exp;
  if (drop > 128) return 0;
  uint64_t mantissa = drop < 128 ? (uint64_t)(top >> drop) : 0;
  pel_u128 rest = top << (128 - drop), half = (pel_u128)1 << 127;
  bool up = rest > half || (rest == half && (sticky || (mantissa & 1)));
  return pel__float_pack(f, mantissa + up, exp + drop);
}

/* The bits of m × 2^exp / divisor, rounded once; divisor > 0. */
uint64_t pel__float_quotient(pel_float_format f, pel_u128 m, int64_t exp,
                             uint64_t divisor);

PEL_INLINE double pel__f64_from_bits(uint64_t bits) {
  double x;
  memcpy(&x, &bits, sizeof x);
  return x;
}
PEL_INLINE uint64_t pel__f64_bits(double x) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}
PEL_INLINE float pel__f32_from_bits(uint32_t bits) {
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}
PEL_INLINE uint32_t pel__f32_bits(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

#define PEL_F64_NAN \
  pel__f64_from_bits(UINT64_C(0x7ff8000000000000)) /* the canonical one */
#define PEL_F32_NAN pel__f32_from_bits(UINT32_C(0x7fc00000))
#define PEL_F64_INFINITY pel__f64_from_bits(UINT64_C(0x7ff0000000000000))
#endif
