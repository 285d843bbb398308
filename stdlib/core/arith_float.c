#include <math.h>

#include "stdlib/core/kernel.h"

/* Arithmetic on floats: IEEE 754, nothing reassociated or contracted (the build says
 * -ffp-contract=off). */

#define BINARY(fn, T, EXPR)                             \
  static pel_status fn(const pel_call *c) {             \
    const T *a = PEL_IN(c, 0, T), *b = PEL_IN(c, 1, T); \
    T *o = PEL_OUT(c, T);                               \
    PEL_EACH_ROW(c, i, {                                \
      T x = a[i], y = b[i];                             \
      o[i] = EXPR;                                      \
    });                                                 \
    return PEL_OK;                                      \
  }
#define UNARY(fn, T, EXPR)                  \
  static pel_status fn(const pel_call *c) { \
    const T *a = PEL_IN(c, 0, T);           \
    T *o = PEL_OUT(c, T);                   \
    PEL_EACH_ROW(c, i, {                    \
      T x = a[i];                           \
      o[i] = EXPR;                          \
    });                                     \
    return PEL_OK;                          \
  }

/* The remainder with the sign of the divisor, as Python's: fmod is exact, so this is the
 * same everywhere. */
static double mod_one(double x, double y) {
  double r = fmod(x, y);
  if (r == 0) return copysign(0.0, y);
  return (r < 0) != (y < 0) ? r + y : r;
}

static float modf_one(float x, float y) {
  float r = fmodf(x, y);
  if (r == 0) return copysignf(0.0f, y);
  return (r < 0) != (y < 0) ? r + y : r;
}

#define FLOATS(K, T, s)      \
  BINARY(add_##s, T, x + y)  \
  BINARY(sub_##s, T, x - y)  \
  BINARY(mul_##s, T, x *y)   \
  BINARY(over_##s, T, x / y) \
  UNARY(neg_##s, T, -x)
PEL_FLOAT_TYPES(FLOATS)
BINARY(mod_f64, double, mod_one(x, y))
BINARY(mod_f32, float, modf_one(x, y))
UNARY(abs_f64, double, __builtin_fabs(x))
UNARY(abs_f32, float, __builtin_fabsf(x))

/* Integers divide as floats: each is converted (rounded, if it is large), then divided.
 */
#define OVER_INT(K, T, s)                                        \
  static pel_status over_##s(const pel_call *c) {                \
    const T *a = PEL_IN(c, 0, T), *b = PEL_IN(c, 1, T);          \
    double *o = PEL_OUT(c, double);                              \
    PEL_EACH_ROW(c, i, { o[i] = (double)a[i] / (double)b[i]; }); \
    return PEL_OK;                                               \
  }
PEL_INT_TYPES(OVER_INT)

#define TABLE(name)                                   \
  static const pel_kernel name##s[PEL_KIND_COUNT] = { \
      [PEL_F32] = name##_f32, [PEL_F64] = name##_f64}
TABLE(add);
TABLE(sub);
TABLE(mul);
TABLE(mod);
TABLE(neg);
TABLE(abs);
static const pel_kernel overs[PEL_KIND_COUNT] = {
#define ENTRY(K, T, s) [K] = over_##s,
    PEL_NUM_TYPES(ENTRY)};

PEL_CHOOSE(choose_add, adds, 2, PEL_KIND_NONE)
PEL_CHOOSE(choose_sub, subs, 2, PEL_KIND_NONE)
PEL_CHOOSE(choose_mul, muls, 2, PEL_KIND_NONE)
PEL_CHOOSE(choose_mod, mods, 2, PEL_KIND_NONE)
PEL_CHOOSE(choose_neg, negs, 1, PEL_KIND_NONE)
PEL_CHOOSE(choose_abs, abss, 1, PEL_KIND_NONE)

static pel_kernel choose_over(const pel_type *const *in, uint32_t nin,
                              const pel_type *out) {
  pel_kernel k = pel__kernel_same(overs, in, nin, 2);
  return k && out->kind == (in[0]->kind == PEL_F32 ? PEL_F32 : PEL_F64) ? k : NULL;
}

static const pel_type *result_over(const pel_type *const *in, uint32_t nin) {
  static const pel_type f32 = {.kind = PEL_F32}, f64 = {.kind = PEL_F64};
  return nin && in[0]->kind == PEL_F32 ? &f32 : &f64;
}

PEL_OP(add_float, "+", "(a: 'num, b: 'num) -> 'num", PEL_OP_MAP,
       .props = PEL_PURE | PEL_NULL_STRICT | PEL_COMMUTES, .ref = "IEEE 754-2019",
       .doc = "The sum of floats, rounded once.", .choose = choose_add);
PEL_OP(sub_float, "-", "(a: 'num, b: 'num) -> 'num", PEL_OP_MAP,
       .props = PEL_PURE | PEL_NULL_STRICT, .ref = "IEEE 754-2019",
       .doc = "The difference of floats, rounded once.", .choose = choose_sub);
PEL_OP(mul_float, "*", "(a: 'num, b: 'num) -> 'num", PEL_OP_MAP,
       .props = PEL_PURE | PEL_NULL_STRICT | PEL_COMMUTES, .ref = "IEEE 754-2019",
       .doc = "The product of floats, rounded once.", .choose = choose_mul);
PEL_OP(over, "/", "(a: 'num, b: 'num)", PEL_OP_MAP, .props = PEL_PURE | PEL_NULL_STRICT,
       .ref = "IEEE 754-2019",
       .doc =
           "The quotient of floats, rounded once; integers are converted to f64 first.\n"
           "Never fails: x / 0 is inf, -inf or nan. See div for whole quotients.",
       .choose = choose_over, .result = result_over);
PEL_OP(mod_float, "%", "(a: 'num, b: 'num) -> 'num", PEL_OP_MAP,
       .props = PEL_PURE | PEL_NULL_STRICT,
       .doc =
           "The remainder of a / b floored, with the sign of b: -7.5 % 2 is 0.5; x % 0.0 "
           "is nan.",
       .choose = choose_mod);
PEL_OP(neg_float, "-", "(a: 'num) -> 'num", PEL_OP_MAP,
       .props = PEL_PURE | PEL_NULL_STRICT, .doc = "A float with the other sign.",
       .choose = choose_neg);
PEL_OP(abs_float, "abs", "(a: 'num) -> 'num", PEL_OP_MAP,
       .props = PEL_PURE | PEL_NULL_STRICT, .doc = "A float without its sign.",
       .choose = choose_abs);
