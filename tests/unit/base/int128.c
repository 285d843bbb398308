/* Exact integer sums and their means, against plain 128-bit arithmetic and Python's
 * fractions (oracle.txt). */
#include "runtime/base/int128.h"

#include <criterion/criterion.h>
#include <math.h>

#include "tests/unit/base/oracle.h"

static pel_i128 read_i128(const char *p, char **end) {
  bool negative = *p == '-';
  pel_u128 v = 0;
  for (p += negative; *p >= '0' && *p <= '9'; p++) v = v * 10 + (unsigned)(*p - '0');
  *end = (char *)(uintptr_t)p;
  return negative ? -(pel_i128)v : (pel_i128)v;
}

Test(int128, means_as_fractions_say) {
  char line[256];
  FILE *f = oracle_open();
  cr_assert(f);
  int cases = 0;
  for (; oracle_next(f, "mean", line, sizeof line); cases++) {
    char *p;
    pel_i128 sum = read_i128(line, &p);
    uint64_t count = strtoull(p, &p, 10);
    cr_assert_eq(bits_of(pel__i128_mean(sum, count)), strtoull(p, NULL, 16), "%s", line);
    if (count == 1) cr_assert_eq(bits_of(pel__i128_to_f64(sum)), bits_of((double)sum));
  }
  fclose(f);
  cr_assert_gt(cases, 50);
  cr_assert(isnan(pel__i128_mean(0, 0)));
  cr_assert_eq(bits_of(pel__i128_mean(0, 3)), 0);
}

Test(int128, sums_of_arrays) {
  enum { N = 1 << 21 };
  int64_t *x = malloc(N * sizeof *x);
  int32_t *y = malloc(N * sizeof *y);
  uint64_t seed = 11;
  const size_t lengths[] = {0, 1, 2, 7, 1000, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, N};
  for (size_t i = 0; i < N; i++) {
    uint64_t r = next_random(&seed);
    x[i] = r % 7 == 0 ? INT64_MIN : r % 7 == 1 ? INT64_MAX : (int64_t)r;
    y[i] = r % 5 == 0 ? INT32_MIN : (int32_t)(uint32_t)r;
  }
  for (size_t k = 0; k < sizeof lengths / sizeof lengths[0]; k++) {
    pel_i128 want = 0, want32 = 0, want_u = 0;
    for (size_t i = 0; i < lengths[k]; i++) {
      want += x[i];
      want_u += (uint64_t)x[i];
      want32 += y[i];
    }
    cr_assert(pel__i128_sum_i64(x, lengths[k]) == want);
    cr_assert(pel__i128_sum_u64((uint64_t *)x, lengths[k]) == want_u);
    cr_assert(pel__i128_sum_i32(y, lengths[k]) == want32);
  }
  free(x);
  free(y);
}

Test(int128, range_checks) {
  int64_t i = 7;
  uint64_t u = 7;
  cr_assert(pel__i128_to_i64(INT64_MIN, &i) && i == INT64_MIN);
  cr_assert(pel__i128_to_i64(INT64_MAX, &i) && i == INT64_MAX);
  cr_assert_not(pel__i128_to_i64((pel_i128)INT64_MAX + 1, &i));
  cr_assert_not(pel__i128_to_i64((pel_i128)INT64_MIN - 1, &i));
  cr_assert(pel__i128_to_u64(UINT64_MAX, &u) && u == UINT64_MAX);
  cr_assert_not(pel__i128_to_u64(-1, &u));
  cr_assert_not(pel__i128_to_u64((pel_i128)UINT64_MAX + 1, &u));
  cr_assert(u == UINT64_MAX && i == INT64_MAX);
  cr_assert_eq(pel__u128_bits(0), 0);
  cr_assert_eq(pel__u128_bits((pel_u128)1 << 127), 128);
  cr_assert_eq(pel__u128_trailing_zeros((pel_u128)1 << 127), 127);
}
