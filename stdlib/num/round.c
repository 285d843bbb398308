#include <math.h>

#include "runtime/base/int128.h"
#include "runtime/base/num_parse.h"
#include "runtime/base/num_print.h"
#include "stdlib/core/kernel.h"

/* Rounding to whole numbers and to decimal digits, signs, and what kind of float a float
 * is. */

#define UNARY(fn, T, R, EXPR)               \
  static pel_status fn(const pel_call *c) { \
    const T *a = PEL_IN(c, 0, T);           \
    R *o = PEL_OUT(c, R);                   \
    PEL_EACH_ROW(c, i, {                    \
      T x = a[i];                           \
      o[i] = (R)(EXPR);                     \
    });                                     \
    return PEL_OK;                          \
  }

UNARY(floor_f64, double, double, floor(x))
UNARY(floor_f32, float, float, floorf(x))
UNARY(ceil_f64, double, double, ceil(x))
UNARY(ceil_f32, float, float, ceilf(x))
UNARY(trunc_f64, double, double, trunc(x))
UNARY(trunc_f32, float, float, truncf(x))
/* Halves to even, whatever rounding mode a library left behind. */
UNARY(round_f64, double, double, roundeven(x))
UNARY(round_f32, float, float, roundevenf(x))
UNARY(is_nan_f64, double, uint8_t, x != x)
UNARY(is_nan_f32, float, uint8_t, x != x)
UNARY(is_finite_f64, double, uint8_t, x - x == 0)
UNARY(is_finite_f32, float, uint8_t, x - x == 0)

#define SIGN(K, T, s) UNARY(sign_##s, T, T, (x > 0) - (x < 0))
#define SIGN_UNSIGNED(K, T, s) UNARY(sign_##s, T, T, x > 0)
PEL_SIGNED_TYPES(SIGN)
PEL_UNSIGNED_TYPES(SIGN_UNSIGNED)
/* nan and the zeros stay what they are. */
UNARY(sign_f64, double, double, x > 0 ? 1.0 : x < 0 ? -1.0 : x)
UNARY(sign_f32, float, float, x > 0 ? 1.0f : x < 0 ? -1.0f : x)

/* ---- to decimal digits ---- */

enum { MOST_DIGITS = 22 };

/* round(|x| × 10^digits), halves to even, exactly: |x| = m × 2^e with m < 2^53 and 5^22 <
 * 2^52, so m × 5^digits fits. false: x is a multiple of 10^-digits already (or no finite
 * number). */
static bool scaled(double x, uint32_t digits, pel_u128 *out) {
  int e;
  if (!isfinite(x) || x == 0) return false;
  pel_u128 m = (pel_u128)(uint64_t)ldexp(frexp(fabs(x), &e), 53);
  e += (int)digits - 53;
  if (e >= 0) return false;
  for (uint32_t i = 0; i < digits; i++) m *= 5;
  uint32_t shift = (uint32_t)-e;
  if (shift > 120) { /* less than a half: m < 2^105 */
    *out = 0;
    return true;
  }
  pel_u128 q = m >> shift, rest = m - (q << shift), half = (pel_u128)1 << (shift - 1);
  *out = q + (rest > half || (rest == half && (q & 1)));
  return true;
}

/* The text of q × 10^-digits, which is then read back, correctly rounded. */
static size_t decimal(pel_u128 q, uint32_t digits, bool negative,
                      char out[PEL_PRINT_I128 + 8]) {
  size_t n = 0;
  if (negative) out[n++] = '-';
  n += pel__print_u128(q, out + n);
  out[n++] = 'e';
  out[n++] = '-';
  if (digits > 9) out[n++] = (char)('0' + digits / 10);
  out[n++] = (char)('0' + digits % 10);
  return n;
}

static double round_one_f64(double x, uint32_t digits) {
  pel_u128 q;
  char text[PEL_PRINT_I128 + 8];
  double r = x;
  if (scaled(x, digits, &q) &&
      !pel__parse_f64(text, decimal(q, digits, signbit(x), text), &r))
    return x;
  return r;
}
static float round_one_f32(float x, uint32_t digits) {
  pel_u128 q;
  char text[PEL_PRINT_I128 + 8];
  float r = x;
  if (scaled((double)x, digits, &q) &&
      !pel__parse_f32(text, decimal(q, digits, signbit(x), text), &r))
    return x;
  return r;
}

#define ROUND_DIGITS(s, T)                                                  \
  static pel_status round_digits_##s(const pel_call *c) {                   \
    const T *a = PEL_IN(c, 0, T);                                           \
    const int64_t *d = PEL_IN(c, 1, int64_t);                               \
    PEL_EACH_VALID(c, i, {                                                  \
      if (d[i] >= 0 && d[i] <= MOST_DIGITS)                                 \
        PEL_OUT(c, T)[i] = round_one_##s(a[i], (uint32_t)d[i]);             \
      else                                                                  \
        (void)pel_call_poison(c, i, "range",                                \
                              "round to %lld digits: 0 to 22 are possible", \
                              (long long)d[i]);                             \
    });                                                                     \
    return PEL_OK;                                                          \
  }
ROUND_DIGITS(f64, double)
ROUND_DIGITS(f32, float)

/* ---- operators ---- */

#define FLOATS(name, OUT)                              \
  static const pel_kernel name##s[PEL_KIND_COUNT] = {  \
      [PEL_F32] = name##_f32, [PEL_F64] = name##_f64}; \
  PEL_CHOOSE(choose_##name, name##s, 1, OUT)
FLOATS(floor, PEL_KIND_NONE)
FLOATS(ceil, PEL_KIND_NONE)
FLOATS(trunc, PEL_KIND_NONE)
FLOATS(round, PEL_KIND_NONE)
FLOATS(is_nan, PEL_BOOL)
FLOATS(is_finite, PEL_BOOL)
static const pel_kernel signs[PEL_KIND_COUNT] = {
#define ENTRY(K, T, s) [K] = sign_##s,
    PEL_NUM_TYPES(ENTRY)};
PEL_CHOOSE(choose_sign, signs, 1, PEL_KIND_NONE)

static pel_kernel choose_round_digits(const pel_type *const *in, uint32_t nin,
                                      const pel_type *out) {
  if (nin != 2 || in[1]->kind != PEL_I64 || in[0]->kind != out->kind) return NULL;
  return in[0]->kind == PEL_F64   ? round_digits_f64
         : in[0]->kind == PEL_F32 ? round_digits_f32
                                  : NULL;
}

#define ROW(name) .props = PEL_PURE | PEL_NULL_STRICT, .choose = choose_##name

PEL_OP(floor, "floor", "(x: 'float) -> 'float", PEL_OP_MAP,
       .doc = "The greatest whole number that is at most x.", ROW(floor));
PEL_OP(ceil, "ceil", "(x: 'float) -> 'float", PEL_OP_MAP,
       .doc = "The least whole number that is at least x.", ROW(ceil));
PEL_OP(trunc_float, "trunc", "(x: 'float) -> 'float", PEL_OP_MAP,
       .doc = "x without what is behind the point.", ROW(trunc));
PEL_OP(round, "round", "(x: 'float) -> 'float", PEL_OP_MAP,
       .doc = "The nearest whole number; halves to the even one.", ROW(round));
PEL_OP(round_digits, "round", "(x: 'float, digits: i64) -> 'float", PEL_OP_MAP,
       .props = PEL_PURE | PEL_NULL_STRICT | PEL_CAN_FAIL,
       .doc =
           "The nearest decimal with so many digits behind the point, as near as a float "
           "can be.\n"
           "Judged by the exact value of x, halves to even: round(2.675, 2) is 2.67, for "
           "2.675 is a little less.\n"
           "Fails unless digits is 0 to 22.",
       .choose = choose_round_digits);
PEL_OP(sign, "sign", "(x: 'num) -> 'num", PEL_OP_MAP,
       .doc = "-1, 0 or 1; nan and -0.0 stay.", ROW(sign));
PEL_OP(is_nan, "is_nan", "(x: 'float) -> bool", PEL_OP_MAP,
       .doc = "Whether a float is nan.", ROW(is_nan));
PEL_OP(is_finite, "is_finite", "(x: 'float) -> bool", PEL_OP_MAP,
       .doc = "Whether a float is neither nan nor infinite.", ROW(is_finite));
