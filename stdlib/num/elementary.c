#include "stdlib/num/elementary.h"

#include "stdlib/core/arith.h"

/* f32 gives f32; everything else is computed in f64 (integers are converted first, as `/`
 * does). Nothing fails: outside of a function's domain is nan, its poles are ±inf. */

PEL_SLEEF_ONE(sleef_exp, exp, u10, u10)
PEL_SLEEF_ONE(expm1, expm1, u10, u10)
PEL_SLEEF_ONE(log, log, u10, u10)
PEL_SLEEF_ONE(sleef_log1p, log1p, u10, u10)
PEL_SLEEF_ONE(log10, log10, u10, u10)
PEL_SLEEF_ONE(log2, log2, u10, u10)
PEL_SLEEF_ONE(cbrt, cbrt, u10, u10)
PEL_SLEEF_ONE(sin, sin, u10, u10)
PEL_SLEEF_ONE(cos, cos, u10, u10)
PEL_SLEEF_ONE(sleef_tan, tan, u10, u10)
PEL_SLEEF_ONE(asin, asin, u10, u10)
PEL_SLEEF_ONE(acos, acos, u10, u10)
PEL_SLEEF_ONE(atan, atan, u10, u10)
PEL_SLEEF_ONE(tanh, tanh, u10, u10)
PEL_SLEEF_ONE(sleef_asinh, asinh, u10, u10)
PEL_SLEEF_ONE(sleef_acosh, acosh, u10, u10)
PEL_SLEEF_ONE(atanh, atanh, u10, u10)
PEL_SLEEF_TWO(atan2, atan2, u10, u10)
PEL_SLEEF_TWO(hypot, hypot, u05, u05)
PEL_SLEEF_TWO(power, pow, u10, u10)

/* Some functions of SLEEF end before their results do. From there on another formula
 * that is exact enough takes over; f32 goes through f64, which reaches far enough.
 *   sinh, cosh  beyond 709 (f32: 88) e^x is all that counts, taken as two factors
 *   exp         beyond 709.78 as e^(x - 64) times e^64
 *   log1p       beyond 1e300 it is log x
 *   asinh, acosh beyond 1e150 they are log 2x, with the sign of x
 *   tan         below 2^-500 it is x */
#define ENDS(name, IS_END, END, IS_FLOAT_END, FLOAT_END)                     \
  static void name##_doubles(const double *a, double *o, uint32_t n) {       \
    sleef_##name##_doubles(a, o, n);                                         \
    for (uint32_t k = 0; k < n; k++)                                         \
      if (IS_END(a[k])) o[k] = END(a[k]);                                    \
  }                                                                          \
  static void name##_floats(const float *a, float *o, uint32_t n) {          \
    sleef_##name##_floats(a, o, n);                                          \
    for (uint32_t k = 0; k < n; k++)                                         \
      if (IS_FLOAT_END((double)a[k])) o[k] = (float)FLOAT_END((double)a[k]); \
  }
static bool is_past(double x, double end) { return x > end || x < -end; }

/* e^64, and what its nearest double leaves out. */
static double exp_end(double x) {
  const double e = Sleef_cinz_expd1_u10purec(x - 64);
  return e * 0x1.425982cf597cdp+92 + e * 0x1.02e71eada76d8p+37;
}
static bool is_exp_end(double x) { return x > 709.78 && x < 709.79; }
static bool is_exp_float_end(double x) { return x > 88 && x < 89; }
ENDS(exp, is_exp_end, exp_end, is_exp_float_end, Sleef_cinz_expd1_u10purec)

static bool is_log1p_end(double x) { return x > 1e300; }
static bool is_log1p_float_end(double x) { return x > 1e30; }
ENDS(log1p, is_log1p_end, Sleef_cinz_logd1_u10purec, is_log1p_float_end,
     Sleef_cinz_logd1_u10purec)

static bool is_tan_end(double x) { return !is_past(x, 0x1p-500); }
static bool is_tan_float_end(double x) { return !is_past(x, 0x1p-60); }
static double itself(double x) { return x; }
ENDS(tan, is_tan_end, itself, is_tan_float_end, itself)

static double log_twice(double x) {
  if (x > 0x1p1000) return Sleef_cinz_logd1_u10purec(x * 0.5) + 0x1.62e42fefa39efp+0;
  return Sleef_cinz_logd1_u10purec(2 * x);
}
static double asinh_end(double x) { return x < 0 ? -log_twice(-x) : log_twice(x); }
static bool is_asinh_end(double x) { return is_past(x, 1e150); }
static bool is_asinh_float_end(double x) { return is_past(x, 1e15); }
static bool is_acosh_end(double x) { return x > 1e150; }
static bool is_acosh_float_end(double x) { return x > 1e15; }
ENDS(asinh, is_asinh_end, asinh_end, is_asinh_float_end, asinh_end)
ENDS(acosh, is_acosh_end, log_twice, is_acosh_float_end, log_twice)

PEL_SLEEF_ONE(sleef_sinh, sinh, u10, u10)
PEL_SLEEF_ONE(sleef_cosh, cosh, u10, u10)
static double half_exp(double x) {
  double e = Sleef_cinz_expd1_u10purec(x / 2);
  return e / 2 * e;
}
static bool is_large(double x) { return is_past(x, 709); }
static bool is_large_float(double x) { return is_past(x, 88); }
static double sinh_end(double x) { return x < 0 ? -half_exp(-x) : half_exp(x); }
static double cosh_end(double x) { return half_exp(x < 0 ? -x : x); }
ENDS(sinh, is_large, sinh_end, is_large_float, sinh_end)
ENDS(cosh, is_large, cosh_end, is_large_float, cosh_end)

/* IEEE 754 rounds square roots exactly: the same everywhere. */
static void sqrt_doubles(const double *a, double *o, uint32_t n) {
  for (uint32_t k = 0; k < n; k++) o[k] = __builtin_sqrt(a[k]);
}
static void sqrt_floats(const float *a, float *o, uint32_t n) {
  for (uint32_t k = 0; k < n; k++) o[k] = __builtin_sqrtf(a[k]);
}

/* ---- rows to arrays and back ---- */

/* An argument's rows, one after the other, as doubles: the column itself when it is that
 * already. */
static const double *as_doubles(const pel_call *c, uint32_t k,
                                double room[PEL_BLOCK_ROWS]) {
  const pel_col *a = &c->in[k];
  if (a->type->kind == PEL_F64) {
    const double *v = (const double *)a->data;
    if (!c->sel) return v;
    for (uint32_t i = 0; i < c->n; i++) room[i] = v[c->sel[i]];
  } else if (a->type->kind == PEL_I64) {
    const int64_t *v = (const int64_t *)a->data;
    for (uint32_t i = 0; i < c->n; i++) room[i] = (double)v[c->sel ? c->sel[i] : i];
  } else if (a->type->kind == PEL_U64) {
    const uint64_t *v = (const uint64_t *)a->data;
    for (uint32_t i = 0; i < c->n; i++) room[i] = (double)v[c->sel ? c->sel[i] : i];
  } else {
    for (uint32_t i = 0; i < c->n; i++)
      room[i] = (double)(int64_t)pel__col_int(a, c->sel ? c->sel[i] : i);
  }
  return room;
}

static const float *as_floats(const pel_call *c, uint32_t k, float room[PEL_BLOCK_ROWS]) {
  const float *v = PEL_IN(c, k, float);
  if (!c->sel) return v;
  for (uint32_t i = 0; i < c->n; i++) room[i] = v[c->sel[i]];
  return room;
}

#define KERNELS_ONE(name)                                                          \
  static pel_status name##_f64(const pel_call *c) {                                \
    double room[PEL_BLOCK_ROWS];                                                   \
    const double *a = as_doubles(c, 0, room);                                      \
    if (!c->sel) {                                                                 \
      name##_doubles(a, PEL_OUT(c, double), c->n);                                 \
      return PEL_OK;                                                               \
    }                                                                              \
    double result[PEL_BLOCK_ROWS];                                                 \
    name##_doubles(a, result, c->n);                                               \
    for (uint32_t i = 0; i < c->n; i++) PEL_OUT(c, double)[c->sel[i]] = result[i]; \
    return PEL_OK;                                                                 \
  }                                                                                \
  static pel_status name##_f32(const pel_call *c) {                                \
    float room[PEL_BLOCK_ROWS];                                                    \
    const float *a = as_floats(c, 0, room);                                        \
    if (!c->sel) {                                                                 \
      name##_floats(a, PEL_OUT(c, float), c->n);                                   \
      return PEL_OK;                                                               \
    }                                                                              \
    float result[PEL_BLOCK_ROWS];                                                  \
    name##_floats(a, result, c->n);                                                \
    for (uint32_t i = 0; i < c->n; i++) PEL_OUT(c, float)[c->sel[i]] = result[i];  \
    return PEL_OK;                                                                 \
  }                                                                                \
  CHOOSE(name, 1, PEL_I8)

#define KERNELS_TWO(name, least_kind)                                              \
  static pel_status name##_f64(const pel_call *c) {                                \
    double rooms[2][PEL_BLOCK_ROWS];                                               \
    const double *a = as_doubles(c, 0, rooms[0]), *b = as_doubles(c, 1, rooms[1]); \
    if (!c->sel) {                                                                 \
      name##_doubles(a, b, PEL_OUT(c, double), c->n);                              \
      return PEL_OK;                                                               \
    }                                                                              \
    double result[PEL_BLOCK_ROWS];                                                 \
    name##_doubles(a, b, result, c->n);                                            \
    for (uint32_t i = 0; i < c->n; i++) PEL_OUT(c, double)[c->sel[i]] = result[i]; \
    return PEL_OK;                                                                 \
  }                                                                                \
  static pel_status name##_f32(const pel_call *c) {                                \
    float rooms[2][PEL_BLOCK_ROWS];                                                \
    const float *a = as_floats(c, 0, rooms[0]), *b = as_floats(c, 1, rooms[1]);    \
    if (!c->sel) {                                                                 \
      name##_floats(a, b, PEL_OUT(c, float), c->n);                                \
      return PEL_OK;                                                               \
    }                                                                              \
    float result[PEL_BLOCK_ROWS];                                                  \
    name##_floats(a, b, result, c->n);                                             \
    for (uint32_t i = 0; i < c->n; i++) PEL_OUT(c, float)[c->sel[i]] = result[i];  \
    return PEL_OK;                                                                 \
  }                                                                                \
  CHOOSE(name, 2, least_kind)

/* Numbers of one kind, from `least` on; f32 to f32, the rest to f64. */
static bool takes(const pel_type *const *in, uint32_t nin, uint32_t want, pel_kind least,
                  const pel_type *out) {
  if (nin != want) return false;
  for (uint32_t i = 0; i < nin; i++)
    if (in[i]->kind != in[0]->kind || in[i]->kind < least || in[i]->kind > PEL_F64)
      return false;
  return out->kind == (in[0]->kind == PEL_F32 ? PEL_F32 : PEL_F64);
}

#define CHOOSE(name, nargs, least)                                         \
  static pel_kernel choose_##name(const pel_type *const *in, uint32_t nin, \
                                  const pel_type *out) {                   \
    if (!takes(in, nin, nargs, least, out)) return NULL;                   \
    return in[0]->kind == PEL_F32 ? name##_f32 : name##_f64;               \
  }

KERNELS_ONE(exp)
KERNELS_ONE(expm1)
KERNELS_ONE(log)
KERNELS_ONE(log1p)
KERNELS_ONE(log10)
KERNELS_ONE(log2)
KERNELS_ONE(cbrt)
KERNELS_ONE(sin)
KERNELS_ONE(cos)
KERNELS_ONE(tan)
KERNELS_ONE(asin)
KERNELS_ONE(acos)
KERNELS_ONE(atan)
KERNELS_ONE(sinh)
KERNELS_ONE(cosh)
KERNELS_ONE(tanh)
KERNELS_ONE(asinh)
KERNELS_ONE(acosh)
KERNELS_ONE(atanh)
KERNELS_ONE(sqrt)
KERNELS_TWO(atan2, PEL_I8)
KERNELS_TWO(hypot, PEL_I8)
KERNELS_TWO(power, PEL_F32) /* integers have their own ^ */

static const pel_type *result(const pel_type *const *in, uint32_t nin) {
  static const pel_type f32 = {.kind = PEL_F32}, f64 = {.kind = PEL_F64};
  return nin && in[0]->kind == PEL_F32 ? &f32 : &f64;
}

#define ROW(name) \
  .props = PEL_PURE | PEL_NULL_STRICT, .choose = choose_##name, .result = result
#define BY_SLEEF .ref = "SLEEF 3, cinz_ functions, 1.0 ulp"

PEL_OP(exp, "exp", "(x: 'num)", PEL_OP_MAP, .doc = "e to the power x.", BY_SLEEF,
       ROW(exp));
PEL_OP(expm1, "expm1", "(x: 'num)", PEL_OP_MAP, .doc = "exp(x) - 1, exact near 0.",
       BY_SLEEF, ROW(expm1));
PEL_OP(log, "log", "(x: 'num)", PEL_OP_MAP,
       .doc = "The natural logarithm; -inf of 0, nan below it.", BY_SLEEF, ROW(log));
PEL_OP(log1p, "log1p", "(x: 'num)", PEL_OP_MAP, .doc = "log(1 + x), exact near 0.",
       BY_SLEEF, ROW(log1p));
PEL_OP(log10, "log10", "(x: 'num)", PEL_OP_MAP, .doc = "The logarithm to base 10.",
       BY_SLEEF, ROW(log10));
PEL_OP(log2, "log2", "(x: 'num)", PEL_OP_MAP, .doc = "The logarithm to base 2.", BY_SLEEF,
       ROW(log2));
PEL_OP(sqrt, "sqrt", "(x: 'num)", PEL_OP_MAP,
       .doc = "The square root, rounded once; nan below 0.", .ref = "IEEE 754-2019",
       ROW(sqrt));
PEL_OP(cbrt, "cbrt", "(x: 'num)", PEL_OP_MAP, .doc = "The cube root.", BY_SLEEF,
       ROW(cbrt));
PEL_OP(sin, "sin", "(x: 'num)", PEL_OP_MAP, .doc = "The sine of x radians.", BY_SLEEF,
       ROW(sin));
PEL_OP(cos, "cos", "(x: 'num)", PEL_OP_MAP, .doc = "The cosine of x radians.", BY_SLEEF,
       ROW(cos));
PEL_OP(tan, "tan", "(x: 'num)", PEL_OP_MAP, .doc = "The tangent of x radians.", BY_SLEEF,
       ROW(tan));
PEL_OP(asin, "asin", "(x: 'num)", PEL_OP_MAP,
       .doc = "The arc sine in radians; nan outside -1 to 1.", BY_SLEEF, ROW(asin));
PEL_OP(acos, "acos", "(x: 'num)", PEL_OP_MAP,
       .doc = "The arc cosine in radians; nan outside -1 to 1.", BY_SLEEF, ROW(acos));
PEL_OP(atan, "atan", "(x: 'num)", PEL_OP_MAP, .doc = "The arc tangent in radians.",
       BY_SLEEF, ROW(atan));
PEL_OP(atan2, "atan2", "(y: 'num, x: 'num)", PEL_OP_MAP,
       .doc = "The angle of the point (x, y) in radians, -pi to pi.", BY_SLEEF,
       ROW(atan2));
PEL_OP(sinh, "sinh", "(x: 'num)", PEL_OP_MAP,
       .doc = "The hyperbolic sine; within 3 ulp beyond 709.", BY_SLEEF, ROW(sinh));
PEL_OP(cosh, "cosh", "(x: 'num)", PEL_OP_MAP,
       .doc = "The hyperbolic cosine; within 3 ulp beyond 709.", BY_SLEEF, ROW(cosh));
PEL_OP(tanh, "tanh", "(x: 'num)", PEL_OP_MAP, .doc = "The hyperbolic tangent.", BY_SLEEF,
       ROW(tanh));
PEL_OP(asinh, "asinh", "(x: 'num)", PEL_OP_MAP, .doc = "The inverse of sinh.", BY_SLEEF,
       ROW(asinh));
PEL_OP(acosh, "acosh", "(x: 'num)", PEL_OP_MAP,
       .doc = "The inverse of cosh; nan below 1.", BY_SLEEF, ROW(acosh));
PEL_OP(atanh, "atanh", "(x: 'num)", PEL_OP_MAP,
       .doc = "The inverse of tanh; nan outside -1 to 1.", BY_SLEEF, ROW(atanh));
PEL_OP(hypot, "hypot", "(a: 'num, b: 'num)", PEL_OP_MAP,
       .doc = "The length of (a, b), without overflow on the way.",
       .ref = "SLEEF 3, cinz_ functions, 0.5 ulp", ROW(hypot));
PEL_OP(pow_float, "^", "(a: 'num, b: 'num)", PEL_OP_MAP,
       .doc = "a to the power b; nan for a root of a negative number.", BY_SLEEF,
       ROW(power));
