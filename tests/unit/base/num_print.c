/* Shortest printing against Python's repr (oracle.txt) and against all precisions of
 * printf. */
#include "runtime/base/num_print.h"

#include <criterion/criterion.h>
#include <math.h>

#include "runtime/base/num_parse.h"
#include "tests/unit/base/oracle.h"

Test(num_print, floats_as_python_prints_them) {
  char line[256], out[PEL_PRINT_F64];
  FILE *f = oracle_open();
  cr_assert(f);
  int cases = 0;
  for (; oracle_next(f, "repr", line, sizeof line); cases++) {
    char *text;
    double x = as_f64(strtoull(line, &text, 16));
    size_t n = pel__print_f64(x, out);
    cr_assert_eq(n, strlen(text + 1), "%s", text);
    cr_assert_arr_eq(out, text + 1, n, "%.*s, not %s", (int)n, out, text);
  }
  fclose(f);
  cr_assert_gt(cases, 200);
}

static size_t digits_in(const char *text, size_t n) {
  size_t count = 0, zeros = 0;
  for (size_t i = 0; i < n && text[i] != 'e'; i++) {
    if (text[i] < '0' || text[i] > '9') continue;
    if (text[i] != '0')
      count += zeros + 1, zeros = 0;
    else if (count)
      zeros++;
  }
  return count ? count : 1;
}

/* Reads back, and no shorter text does, but for the powers of two, whose lower
 * neighbour is nearer. */
static void check_f64(double x) {
  char out[PEL_PRINT_F64], ref[64];
  size_t n = pel__print_f64(x, out), digits = digits_in(out, n);
  double back = 0;
  cr_assert_leq(n, 24);
  cr_assert(pel__parse_f64(out, n, &back) && bits_of(back) == bits_of(x),
            "%.*s is not %a", (int)n, out, x);
  if (digits > 1) {
    snprintf(ref, sizeof ref, "%.*e", (int)digits - 2, x);
    cr_assert_neq(bits_of(strtod(ref, NULL)), bits_of(x), "%s is shorter than %.*s", ref,
                  (int)n, out);
  }
  snprintf(ref, sizeof ref, "%.*e", (int)digits - 1, x);
  if ((bits_of(x) & ((UINT64_C(1) << 52) - 1)) == 0 && strtod(ref, NULL) != x) return;
  double nearest = strtod(ref, NULL);
  cr_assert_eq(bits_of(nearest), bits_of(x), "%.*s has too few digits", (int)n, out);
  char round[64];
  snprintf(round, sizeof round, "%.*s", (int)n, out);
  char same[64];
  snprintf(same, sizeof same, "%.*e", (int)digits - 1, strtod(round, NULL));
  cr_assert_str_eq(same, ref);
}

static void check_f32(float x) {
  char out[PEL_PRINT_F64], ref[64];
  size_t n = pel__print_f32(x, out), digits = digits_in(out, n);
  float back = 0;
  cr_assert_leq(n, 24);
  cr_assert(pel__parse_f32(out, n, &back) && bits_of_f32(back) == bits_of_f32(x),
            "%.*s is not %a", (int)n, out, (double)x);
  if (digits > 1) {
    snprintf(ref, sizeof ref, "%.*e", (int)digits - 2, (double)x);
    cr_assert_neq(bits_of_f32(strtof(ref, NULL)), bits_of_f32(x),
                  "%s is shorter than %.*s", ref, (int)n, out);
  }
}

Test(num_print, random_floats) {
  uint64_t seed = 5;
  for (int i = 0; i < 1000000; i++) {
    uint64_t r = next_random(&seed);
    char out[PEL_PRINT_F64];
    double x = as_f64(r), back = 0;
    if (!isfinite(x)) continue;
    size_t n = pel__print_f64(x, out);
    cr_assert(pel__parse_f64(out, n, &back) && bits_of(back) == r, "%.*s is not %a",
              (int)n, out, x);
    if (i % 16 != 0) continue;
    check_f64(x);
    check_f64((double)(int64_t)r / 1000);
    check_f64((double)(r % 100000000) / 1e6);
    float y = as_f32((uint32_t)r);
    if (isfinite(y)) check_f32(y);
    check_f32((float)(r >> (r & 63)));
  }
}

Test(num_print, powers_of_two_and_their_neighbours) {
  for (uint64_t e = 0; e < 2047; e++) {
    for (uint64_t k = 0; k < 5; k++) {
      uint64_t bits = (e << 52) + k - 2;
      if (isfinite(as_f64(bits))) check_f64(as_f64(bits));
      if (e < 255 && isfinite(as_f32((uint32_t)(e << 23) + (uint32_t)k - 2))) {
        check_f32(as_f32((uint32_t)(e << 23) + (uint32_t)k - 2));
      }
    }
  }
}

Test(num_print, f32_layout) {
  const struct {
    float x;
    const char *text;
  } cases[] = {{0.1f, "0.1"},
               {1.0f, "1.0"},
               {16777216.0f, "16777216.0"},
               {1e16f, "1e+16"},
               {1e-5f, "1e-05"},
               {-0.0f, "-0.0"},
               {3.4028235e38f, "3.4028235e+38"},
               {1e-45f, "1e-45"},
               {INFINITY, "inf"},
               {-INFINITY, "-inf"},
               {NAN, "nan"},
               {9.999999e15f, "9999999000000000.0"},
               {1.17549435e-38f, "1.1754944e-38"}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    char out[PEL_PRINT_F64 + 1];
    out[pel__print_f32(cases[i].x, out)] = '\0';
    cr_assert_str_eq(out, cases[i].text);
  }
}

Test(num_print, integers) {
  uint64_t seed = 6;
  for (int i = 0; i < 300000; i++) {
    uint64_t r = next_random(&seed) >> (next_random(&seed) % 64);
    if (i < 20) r = i < 10 ? (uint64_t)i : UINT64_MAX - (uint64_t)i + 10;
    char out[PEL_PRINT_I64 + 1], want[32];
    out[pel__print_u64(r, out)] = '\0';
    snprintf(want, sizeof want, "%lu", r);
    cr_assert_str_eq(out, want);
    int64_t v = (int64_t)(r & 1 ? ~r : r);
    out[pel__print_i64(v, out)] = '\0';
    snprintf(want, sizeof want, "%ld", v);
    cr_assert_str_eq(out, want);
  }
  for (uint64_t p = 1; p < UINT64_MAX / 10; p *= 10) {
    for (uint64_t k = 0; k < 3; k++) {
      char out[PEL_PRINT_I64 + 1], want[32];
      out[pel__print_u64(p + k - 1, out)] = '\0';
      snprintf(want, sizeof want, "%lu", p + k - 1);
      cr_assert_str_eq(out, want);
    }
  }
}

Test(num_print, wide_integers) {
  const struct {
    uint64_t high, low;
    const char *text;
  } cases[] = {{0, 0, "0"},
               {0, UINT64_MAX, "18446744073709551615"},
               {0, UINT64_C(10000000000000000000), "10000000000000000000"},
               {1, 0, "18446744073709551616"},
               {UINT64_C(0x4b3b4ca85a86c47a), UINT64_C(0x098a224000000000),
                "100000000000000000000000000000000000000"},
               {INT64_MAX, UINT64_MAX, "170141183460469231731687303715884105727"},
               {UINT64_MAX, UINT64_MAX, "340282366920938463463374607431768211455"}};
  char out[PEL_PRINT_I128 + 1];
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    pel_u128 v = (pel_u128)cases[i].high << 64 | cases[i].low;
    out[pel__print_u128(v, out)] = '\0';
    cr_assert_str_eq(out, cases[i].text);
    if (cases[i].high > INT64_MAX || v == 0) continue;
    out[pel__print_i128(-(pel_i128)v, out)] = '\0';
    cr_assert(out[0] == '-');
    cr_assert_str_eq(out + 1, cases[i].text);
  }
  pel_i128 least = (pel_i128)((pel_u128)1 << 127);
  out[pel__print_i128(least, out)] = '\0';
  cr_assert_str_eq(out, "-170141183460469231731687303715884105728");
}
