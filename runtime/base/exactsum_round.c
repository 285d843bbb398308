#include "runtime/base/exactsum_wide.h"
#include "runtime/base/float_bits.h"

/* The result, as bits of the format, of a state with flags. */
static uint64_t special_bits(pel_float_format f, uint8_t flags) {
  uint64_t infinity = pel__float_pack(f, 0, INT32_MAX);
  uint64_t sign = UINT64_C(1) << (f.bits == 53 ? 63 : 31);
  if (flags == PEL_XSUM_POS_INF) return infinity;
  if (flags == PEL_XSUM_NEG_INF) return infinity | sign;
  return infinity | UINT64_C(1) << (f.bits - 2);
}

/* magnitude × 2^exp / divisor (a bit more if sticky), rounded once; magnitude is used
 * up. */
static uint64_t divide_and_round(pel_float_format f, pel_bignum *magnitude, int64_t exp,
                                 const uint64_t divisors[2]) {
  enum { ENOUGH = 66 + 128 }; /* bits of dividend, so that 66 of the quotient are left */
  if (magnitude->n == 0) return 0;
  unsigned bits = pel__bignum_bits(magnitude);
  if (bits < ENOUGH) {
    pel__bignum_shl(magnitude, ENOUGH - bits);
    exp -= ENOUGH - bits;
  }
  bool sticky = false;
  for (int i = 0; i < 2; i++) {
    if (divisors[i] != 1) sticky |= pel__bignum_div(magnitude, divisors[i]) != 0;
  }
  int32_t drop;
  bool rest;
  pel_u128 top = pel__bignum_top(magnitude, &drop, &rest);
  return pel__float_round(f, top, rest || sticky, exp + drop);
}

/* The sum / count, sign included. */
static uint64_t quotient_bits(pel_float_format f, const pel_xsum *s, uint64_t count) {
  if (s->flags) return special_bits(f, s->flags);
  bool negative;
  uint64_t bits;
  if (s->lead != PEL_XSUM_ON_HEAP) {
    pel_i128 sum = pel__xsum_window(s);
    negative = sum < 0;
    bits = pel__float_quotient(f, pel__i128_abs(sum), (int64_t)s->lead - 1074, count);
  } else {
    pel_bignum magnitude;
    int32_t pos;
    negative = pel__xsum_read(s, &magnitude, &pos);
    uint64_t divisors[2] = {count, 1};
    negative &= magnitude.n > 0;
    bits = divide_and_round(f, &magnitude, (int64_t)pos - PEL_XSUM_ORIGIN, divisors);
  }
  return bits | (uint64_t)negative << (f.bits == 53 ? 63 : 31);
}

double pel__xsum_round(const pel_xsum *s) {
  return pel__f64_from_bits(quotient_bits(PEL_FORMAT_F64, s, 1));
}

float pel__xsum_round_f32(const pel_xsum *s) {
  return pel__f32_from_bits((uint32_t)quotient_bits(PEL_FORMAT_F32, s, 1));
}

double pel__xsum_mean(const pel_xsum *s, uint64_t count) {
  if (count == 0) return PEL_F64_NAN;
  return pel__f64_from_bits(quotient_bits(PEL_FORMAT_F64, s, count));
}

float pel__xsum_mean_f32(const pel_xsum *s, uint64_t count) {
  if (count == 0) return PEL_F32_NAN;
  return pel__f32_from_bits((uint32_t)quotient_bits(PEL_FORMAT_F32, s, count));
}

/* ---- variance ---- */

/* n Σx² - (Σx)² = *a × 2^*exp. False when the states cannot be of the same n values. */
static bool deviation(const pel_xsum *sum, const pel_xsum *squares, uint64_t n,
                      pel_bignum *a, int64_t *exp) {
  pel_bignum total, square;
  int32_t pos;
  (void)pel__xsum_read(sum, &total, &pos);
  pel__bignum_mul(&total, &total, &square);
  int64_t square_exp = 2 * ((int64_t)pos - PEL_XSUM_ORIGIN);
  (void)pel__xsum_read(squares, a, &pos);
  pel__bignum_mul_add(a, n, 0);
  int64_t a_exp = (int64_t)pos - PEL_XSUM_ORIGIN;
  *exp = a_exp < square_exp ? a_exp : square_exp;
  pel__bignum_shl(a, (unsigned)(a_exp - *exp));
  pel__bignum_shl(&square, (unsigned)(square_exp - *exp));
  if (pel__bignum_cmp(a, &square) < 0) return false;
  pel__bignum_sub(a, &square);
  return true;
}

double pel__xsum_var(const pel_xsum *sum, const pel_xsum *squares, uint64_t n) {
  pel_bignum a;
  int64_t exp;
  if (n < 2 || sum->flags || squares->flags) return PEL_F64_NAN;
  if (!deviation(sum, squares, n, &a, &exp)) return PEL_F64_NAN;
  uint64_t divisors[2] = {n, n - 1};
  return pel__f64_from_bits(divide_and_round(PEL_FORMAT_F64, &a, exp, divisors));
}

/* floor(sqrt(v)), bit by bit. */
static uint64_t square_root(pel_u128 v) {
  uint64_t root = 0;
  for (uint64_t bit = UINT64_C(1) << 63; bit; bit >>= 1) {
    uint64_t next = root | bit;
    if ((pel_u128)next * next <= v) root = next;
  }
  return root;
}

double pel__xsum_std(const pel_xsum *sum, const pel_xsum *squares, uint64_t n) {
  enum { ENOUGH = 130 + 128 };
  pel_bignum a;
  int64_t exp;
  int32_t drop;
  bool rest;
  if (n < 2 || sum->flags || squares->flags) return PEL_F64_NAN;
  if (!deviation(sum, squares, n, &a, &exp)) return PEL_F64_NAN;
  if (a.n == 0) return 0.0;
  unsigned bits = pel__bignum_bits(&a), more = bits < ENOUGH ? ENOUGH - bits : 0;
  pel__bignum_shl(&a, more);
  bool sticky = pel__bignum_div(&a, n) != 0;
  sticky |= pel__bignum_div(&a, n - 1) != 0;
  pel_u128 top = pel__bignum_top(&a, &drop, &rest);
  exp += (int64_t)drop - more;
  sticky |= rest;
  if (exp & 1) { /* the root of an even power of two is whole */
    sticky |= top & 1;
    top >>= 1;
    exp++;
  }
  uint64_t root = square_root(top);
  sticky |= (pel_u128)root * root != top;
  return pel__f64_from_bits(
      pel__float_round(PEL_FORMAT_F64, (pel_u128)root << 64, sticky, exp / 2 - 64));
}
