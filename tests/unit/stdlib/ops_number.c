/* Arithmetic, rounding and elementary functions against 128-bit integers, glibc's long
 * doubles and its exact printing. */
#include "tests/unit/stdlib/ops_rig.h"

#define ORACLE(fn) static val fn(const val *a, pel_kind in, pel_kind out)
#define EACH_INT(k) for (pel_kind k = PEL_I8; k <= PEL_U64; k++)
#define EACH_FLOAT(k) for (pel_kind k = PEL_F32; k <= PEL_F64; k++)
/* Rounds to the kind. */
static val narrow(double f, pel_kind k) {
  return vf(k == PEL_F32 ? (double)(float)f : f);
}

/* ---- integers ---- */

static pel_i128 floor_div(pel_i128 a, pel_i128 b) {
  pel_i128 q = a / b;
  return q * b != a && (a < 0) != (b < 0) ? q - 1 : q;
}
ORACLE(add) { return (void)in, fitting(a[0].i + a[1].i, out); }
ORACLE(sub) { return (void)in, fitting(a[0].i - a[1].i, out); }
ORACLE(mul) {
  pel_i128 r;
  (void)in;
  return __builtin_mul_overflow(a[0].i, a[1].i, &r) ? failing() : fitting(r, out);
}
ORACLE(divide) {
  return (void)in, a[1].i == 0 ? failing() : fitting(floor_div(a[0].i, a[1].i), out);
}
ORACLE(modulo) {
  (void)in;
  return a[1].i == 0 ? failing()
                     : fitting(a[0].i - floor_div(a[0].i, a[1].i) * a[1].i, out);
}
ORACLE(power) {
  (void)in;
  if (a[1].i < 0) return failing();
  pel_i128 r = 1, n = a[1].i;
  if (a[0].i == 0 || a[0].i == 1) return vi(n == 0 ? 1 : a[0].i);
  if (a[0].i == -1) return vi(n % 2 == 0 ? 1 : -1);
  for (; n > 0; n--) {
    if (__builtin_mul_overflow(r, a[0].i, &r)) return failing();
    if (fitting(r, out).state == PEL_POISON) return failing();
  }
  return vi(r);
}
ORACLE(negate) { return (void)in, fitting(-a[0].i, out); }
ORACLE(absolute) { return (void)in, fitting(a[0].i < 0 ? -a[0].i : a[0].i, out); }
ORACLE(sign) { return (void)in, (void)out, vi((a[0].i > 0) - (a[0].i < 0)); }
ORACLE(over) { return (void)in, (void)out, vf((double)a[0].i / (double)a[1].i); }

static val wrapped(pel_u128 r, pel_kind k) {
  pel_i128 size = most_of(k) - least_of(k) + 1, m = (pel_i128)(r % (pel_u128)size);
  return vi(m > most_of(k) ? m - size : m);
}
/* Added 2^100 keeps it positive; it is a multiple of every size. */
ORACLE(wrapping_add) {
  return (void)in, wrapped((pel_u128)(a[0].i + a[1].i + ((pel_i128)1 << 100)), out);
}
ORACLE(wrapping_sub) {
  return (void)in, wrapped((pel_u128)(a[0].i - a[1].i + ((pel_i128)1 << 100)), out);
}
ORACLE(wrapping_mul) {
  (void)in;
  pel_u128 x = (pel_u128)(a[0].i + ((pel_i128)1 << 100)) & UINT64_MAX,
           y = (pel_u128)(a[1].i + ((pel_i128)1 << 100)) & UINT64_MAX;
  return wrapped(x * y, out);
}

Test(ops, integers) {
  EACH_INT(k) {
    check_two("+", k, k, add);
    check_two("-", k, k, sub);
    check_two("*", k, k, mul);
    check_two("div", k, k, divide);
    check_two("%", k, k, modulo);
    check_two("^", k, k, power);
    check_one("-", k, k, negate);
    check_one("abs", k, k, absolute);
    check_one("sign", k, k, sign);
    check_two("/", k, PEL_F64, over);
    check_two("wrapping_add", k, k, wrapping_add);
    check_two("wrapping_sub", k, k, wrapping_sub);
    check_two("wrapping_mul", k, k, wrapping_mul);
  }
}

/* ---- floats ---- */

/* One rounding to the kind: what float arithmetic on f32 gives is the f64 result rounded
 * (2 × 24 + 2 ≤ 53). */
ORACLE(float_add) { return (void)in, narrow(a[0].f + a[1].f, out); }
ORACLE(float_sub) { return (void)in, narrow(a[0].f - a[1].f, out); }
ORACLE(float_mul) { return (void)in, narrow(a[0].f * a[1].f, out); }
ORACLE(float_over) { return (void)in, narrow(a[0].f / a[1].f, out); }
ORACLE(float_neg) { return (void)in, (void)out, vf(-a[0].f); }
ORACLE(float_absolute) { return (void)in, (void)out, vf(copysign(a[0].f, 1.0)); }
ORACLE(float_modulo) {
  (void)in;
  long double y = a[1].f, r = fmodl(a[0].f, y);
  if (r == 0) return vf(copysign(0.0, a[1].f));
  if ((r < 0) == (y < 0) || isnan(r)) return vf((double)r);
  return out == PEL_F32 ? vf((double)((float)r + (float)y)) : vf((double)r + (double)y);
}
ORACLE(float_floor) { return (void)in, (void)out, vf((double)floorl(a[0].f)); }
ORACLE(float_ceil) { return (void)in, (void)out, vf((double)ceill(a[0].f)); }
ORACLE(float_trunc) { return (void)in, (void)out, vf((double)truncl(a[0].f)); }
ORACLE(float_round) {
  (void)in, (void)out;
  long double x = a[0].f, r = roundl(x);
  if (fabsl(x - truncl(x)) == 0.5L) r = 2 * roundl(x / 2);
  return vf(copysign((double)r, a[0].f));
}
ORACLE(float_sign) {
  return (void)in, (void)out, vf(a[0].f > 0 ? 1 : a[0].f < 0 ? -1 : a[0].f);
}
ORACLE(isnan_) { return (void)in, (void)out, vi(isnan(a[0].f) != 0); }
ORACLE(isfinite_) { return (void)in, (void)out, vi(isfinite(a[0].f) != 0); }
ORACLE(float_root) { return (void)in, narrow(sqrt(a[0].f), out); }

Test(ops, floats) {
  EACH_FLOAT(k) {
    check_two("+", k, k, float_add);
    check_two("-", k, k, float_sub);
    check_two("*", k, k, float_mul);
    check_two("/", k, k, float_over);
    check_two("%", k, k, float_modulo);
    check_one("-", k, k, float_neg);
    check_one("abs", k, k, float_absolute);
    check_one("floor", k, k, float_floor);
    check_one("ceil", k, k, float_ceil);
    check_one("trunc", k, k, float_trunc);
    check_one("round", k, k, float_round);
    check_one("sign", k, k, float_sign);
    check_one("sqrt", k, k, float_root);
    check_one("is_nan", k, PEL_BOOL, isnan_);
    check_one("is_finite", k, PEL_BOOL, isfinite_);
  }
}

/* glibc prints the exact value, rounded half to even. */
ORACLE(round_digits) {
  (void)in;
  static char text[2000];
  if (a[1].i < 0 || a[1].i > 22) return failing();
  if (!isfinite(a[0].f)) return a[0];
  snprintf(text, sizeof text, "%.*f", (int)a[1].i, a[0].f);
  return vf(out == PEL_F32 ? (double)strtof(text, NULL) : strtod(text, NULL));
}

Test(ops, rounding_to_digits) {
  EACH_FLOAT(k) {
    ops_case c = {.name = "round",
                  .nin = 2,
                  .in = {k, PEL_I64},
                  .out = k,
                  .values = {vals_of(k)},
                  .want = round_digits};
    static const int digits[] = {-1, 0, 1, 2, 3, 5, 9, 10, 15, 21, 22, 23};
    for (uint32_t i = 0; i < sizeof digits / sizeof *digits; i++)
      c.values[1].at[c.values[1].n++] = vi(digits[i]);
    uint64_t s = 3;
    while (c.values[0].n < 90) { /* near ties */
      double f = (double)(int64_t)(rig_random(&s) % 2000001 - 1000000) / 2000.0;
      c.values[0].at[c.values[0].n++] = vf(k == PEL_F32 ? (double)(float)f : f);
    }
    check_op(&c);
  }
}

/* ---- elementary functions ---- */

typedef struct elementary {
  const char *name;
  long double (*exact)(long double);
} elementary;

static double ulp(double x, pel_kind k) {
  if (k == PEL_F32) return x == 0 ? 0x1p-149 : fmax(0x1p-149, ldexp(1, ilogb(x) - 23));
  return x == 0 ? 0x1p-1074 : fmax(0x1p-1074, ldexp(1, ilogb(x) - 52));
}

/* The far ends, where another formula takes over, are a little less exact. */
static double ulps_of(const char *name, double x) {
  if (fabs(x) > 709 && (!strcmp(name, "sinh") || !strcmp(name, "cosh"))) return 3;
  if (x > 709 && !strcmp(name, "exp")) return 2;
  if (fabs(x) > 1e300 && (!strcmp(name, "asinh") || !strcmp(name, "acosh"))) return 2;
  return 1.01;
}

static void near(const char *name, double x, double y, double got, long double exact,
                 pel_kind k) {
  double most = k == PEL_F32 ? 3.4028234663852886e38 : 1.7976931348623157e308;
  if (isnan(exact)) {
    cr_assert(isnan(got), "%s(%.17g, %.17g): %.17g, not nan", name, x, y, got);
    return;
  }
  if (fabsl(exact) > (long double)most) {
    cr_assert(isinf(got) || fabs(got) >= most * 0.9999999,
              "%s(%.17g, %.17g): %.17g, not inf", name, x, y, got);
    return;
  }
  long double off = fabsl((long double)got - exact);
  cr_assert(off <= (long double)ulps_of(name, x) * (long double)ulp((double)exact, k),
            "%s(%.17g, %.17g): %.17g, but exactly %.21Lg", name, x, y, got, exact);
}

/* A block of results at once, straight from the kernel. */
static void call_kernel(const char *name, pel_kind k, uint32_t nin, const double *x,
                        const double *y, double *out, uint32_t n) {
  static union {
    double d[PEL_BLOCK_ROWS];
    float f[PEL_BLOCK_ROWS];
  } in[2], o;
  const double *from[2] = {x, y};
  pel_type t = {.kind = k};
  const pel_type *types[2] = {&t, &t};
  ops_case c = {.name = name, .nin = nin, .in = {k, k}, .out = k};
  pel_col cols[2] = {{.type = &t, .data = &in[0]}, {.type = &t, .data = &in[1]}},
          result = {.type = &t, .data = &o};
  for (uint32_t a = 0; a < nin; a++)
    for (uint32_t i = 0; i < n; i++)
      if (k == PEL_F32)
        in[a].f[i] = (float)from[a][i];
      else
        in[a].d[i] = from[a][i];
  pel_call call = {.in = cols, .nin = nin, .n = n, .out = &result};
  const pel_op *op = overload(&c);
  cr_assert(op, "%s", name);
  cr_assert_eq(op->choose(types, nin, &t)(&call), PEL_OK);
  for (uint32_t i = 0; i < n; i++) out[i] = k == PEL_F32 ? (double)o.f[i] : o.d[i];
}

static double sample(uint64_t *s, pel_kind k) {
  static const double scales[] = {1, 1, 1e-8, 40, 300, 711, 1e5};
  uint64_t r = rig_random(s);
  double f = ((double)(r >> 11) * 0x1p-52 - 1) * scales[r % 7];
  return k == PEL_F32 ? (double)(float)f : f;
}

static const elementary list[] = {
    {"exp", expl},     {"expm1", expm1l}, {"log", logl},    {"log1p", log1pl},
    {"log10", log10l}, {"log2", log2l},   {"cbrt", cbrtl},  {"sin", sinl},
    {"cos", cosl},     {"tan", tanl},     {"asin", asinl},  {"acos", acosl},
    {"atan", atanl},   {"sinh", sinhl},   {"cosh", coshl},  {"tanh", tanhl},
    {"asinh", asinhl}, {"acosh", acoshl}, {"atanh", atanhl}};

/* Any number there is: every exponent is as likely as any other. */
static double any_number(uint64_t *s, pel_kind k) {
  const uint64_t r = rig_random(s);
  if (k == PEL_F32) {
    const uint32_t low = (uint32_t)(r >> 16);
    float f;
    memcpy(&f, &low, sizeof f);
    return (double)f;
  }
  double d;
  memcpy(&d, &r, sizeof d);
  return d;
}

Test(ops, elementary_functions_are_within_one_ulp_over_all_numbers) {
  static const double ends[] = {
      709.7827112, 709.78271289338, 709.7827128934, 709.783, 88.72283, 88.7229,  1.1e307,
      1e300,       1e155,           -1e200,         1.7e308, 5e307,    2e38,     1e20,
      -3e38,       5e-324,          -5e-324,        1e-310,  1e-45,    0x1p-500, 0x1p-501,
      0x1p1000,    0x1.8p1000,      -745.13,        0x1p-60, 89.4,     710.4,    1e15,
      1e18,        1e150,
  };
  double x[PEL_BLOCK_ROWS], got[PEL_BLOCK_ROWS];
  uint64_t s = 17;
  EACH_FLOAT(k)
  for (uint32_t f = 0; f < sizeof list / sizeof *list; f++)
    for (int round = 0; round < 16; round++) {
      for (uint32_t i = 0; i < PEL_BLOCK_ROWS; i++) x[i] = any_number(&s, k);
      for (uint32_t i = 0; round == 0 && i < sizeof ends / sizeof *ends; i++)
        x[i] = k == PEL_F32 ? (double)(float)ends[i] : ends[i];
      call_kernel(list[f].name, k, 1, x, NULL, got, PEL_BLOCK_ROWS);
      for (uint32_t i = 0; i < PEL_BLOCK_ROWS; i++)
        near(list[f].name, x[i], 0, got[i], list[f].exact(x[i]), k);
    }
}

Test(ops, elementary_functions_are_within_one_ulp) {
  double x[PEL_BLOCK_ROWS], got[PEL_BLOCK_ROWS];
  uint64_t s = 11;
  EACH_FLOAT(k)
  for (uint32_t f = 0; f < sizeof list / sizeof *list; f++)
    for (int round = 0; round < 8; round++) {
      vals special = floats_of(k);
      for (uint32_t i = 0; i < PEL_BLOCK_ROWS; i++) x[i] = sample(&s, k);
      for (uint32_t i = 0; round == 0 && i < special.n; i++)
        if (fabs(special.at[i].f) < 1e15 || !isfinite(special.at[i].f))
          x[i] = special.at[i].f;
      call_kernel(list[f].name, k, 1, x, NULL, got, PEL_BLOCK_ROWS);
      for (uint32_t i = 0; i < PEL_BLOCK_ROWS; i++)
        near(list[f].name, x[i], 0, got[i], list[f].exact(x[i]), k);
    }
}

Test(ops, functions_of_two_are_within_one_ulp) {
  double x[PEL_BLOCK_ROWS], y[PEL_BLOCK_ROWS], got[PEL_BLOCK_ROWS];
  uint64_t s = 12;
  EACH_FLOAT(k)
  for (int round = 0; round < 8; round++) {
    for (uint32_t i = 0; i < PEL_BLOCK_ROWS; i++)
      x[i] = sample(&s, k), y[i] = sample(&s, k);
    call_kernel("atan2", k, 2, x, y, got, PEL_BLOCK_ROWS);
    for (uint32_t i = 0; i < PEL_BLOCK_ROWS; i++)
      near("atan2", x[i], y[i], got[i], atan2l(x[i], y[i]), k);
    call_kernel("hypot", k, 2, x, y, got, PEL_BLOCK_ROWS);
    for (uint32_t i = 0; i < PEL_BLOCK_ROWS; i++)
      near("hypot", x[i], y[i], got[i], hypotl(x[i], y[i]), k);
    call_kernel("^", k, 2, x, y, got, PEL_BLOCK_ROWS);
    for (uint32_t i = 0; i < PEL_BLOCK_ROWS; i++)
      near("^", x[i], y[i], got[i], powl(x[i], y[i]), k);
  }
}

/* Lanes and leftovers give the same bits: a row's result does not depend on its
 * neighbours. */
Test(ops, elementary_functions_do_not_depend_on_the_block) {
  static const char *const names[] = {"exp", "log",  "sin",  "cos",
                                      "tan", "tanh", "cbrt", "asinh"};
  double x[PEL_BLOCK_ROWS], whole[PEL_BLOCK_ROWS], part[4];
  uint64_t s = 13;
  EACH_FLOAT(k)
  for (uint32_t f = 0; f < sizeof names / sizeof *names; f++) {
    for (uint32_t i = 0; i < PEL_BLOCK_ROWS; i++) x[i] = sample(&s, k);
    call_kernel(names[f], k, 1, x, NULL, whole, PEL_BLOCK_ROWS);
    for (uint32_t i = 0; i + 3 <= PEL_BLOCK_ROWS; i++) {
      call_kernel(names[f], k, 1, x + i, NULL, part, 1 + i % 3);
      cr_assert_eq(
          memcmp(part, whole + i, (1 + i % 3) * sizeof *part) == 0 || isnan(part[0]), 1,
          "%s(%.17g)", names[f], x[i]);
    }
  }
}

/* An integer is converted to f64 first. */
ORACLE(root_of_int) { return (void)in, (void)out, vf(sqrt((double)a[0].i)); }
Test(ops, roots_of_integers) { EACH_INT(k) check_one("sqrt", k, PEL_F64, root_of_int); }
