/* The table of powers of ten against exact integers, and the integers against
 * themselves. */
#include "runtime/base/num_table.h"

#include <criterion/criterion.h>

#include "runtime/base/bignum.h"
#include "tests/unit/base/oracle.h"

static pel_u128 entry(int32_t q) {
  const uint64_t *e = pel__pow10_table[q - PEL_POW10_FIRST];
  return (pel_u128)e[0] << 64 | e[1];
}

/* m × 2^e <= 10^q < (m + 1) × 2^e for q >= 0 */
Test(num_table, positive_powers) {
  for (int32_t q = 0; q <= PEL_POW10_LAST; q++) {
    pel_bignum power;
    pel__bignum_set(&power, 1);
    pel__bignum_mul_pow5(&power, (unsigned)q);
    pel__bignum_shl(&power, (unsigned)q);
    cr_assert_eq((int32_t)pel__bignum_bits(&power) - 1, pel__floor_log2_pow10(q));
    int32_t exp;
    bool rest;
    cr_assert(pel__bignum_top(&power, &exp, &rest) == entry(q), "10^%d", q);
    cr_assert_eq(rest, q > PEL_POW10_EXACT, "10^%d", q);
    cr_assert_eq(exp, pel__floor_log2_pow10(q) - 127);
  }
}

/* (m - 1) × 10^-q < 2^e <= m × 10^-q for q < 0 */
Test(num_table, negative_powers) {
  for (int32_t q = PEL_POW10_FIRST; q < 0; q++) {
    pel_bignum above, below, one;
    pel__bignum_set(&above, entry(q));
    pel__bignum_mul_pow5(&above, (unsigned)-q);
    pel__bignum_set(&below, entry(q) - 1);
    pel__bignum_mul_pow5(&below, (unsigned)-q);
    /* 10^q = 5^q 2^q = m 2^(floor(log2(10^q)) - 127) */
    pel__bignum_set(&one, 1);
    pel__bignum_shl(&one, (unsigned)(127 - pel__floor_log2_pow10(q) + q));
    cr_assert_lt(pel__bignum_cmp(&below, &one), 0, "10^%d", q);
    cr_assert_geq(pel__bignum_cmp(&above, &one), 0, "10^%d", q);
    cr_assert(entry(q) >> 127 == 1);
  }
}

Test(num_table, logarithms) {
  for (int32_t e = 0; e <= 1100; e++) {
    int32_t k = pel__floor_log10_pow2(e);
    cr_assert_leq(pel__floor_log2_pow10(k), e);
    cr_assert_geq(pel__floor_log2_pow10(k + 1),
                  e); /* equal only where 10^(k + 1) > 2^e */
    k = pel__floor_log10_pow2(-e);
    cr_assert(pel__floor_log2_pow10(k) < -e || e == 0);
    cr_assert_geq(pel__floor_log2_pow10(k + 1), -e);
  }
}

static void random_number(pel_bignum *b, uint64_t *seed, unsigned words) {
  for (unsigned i = 0; i < words; i++) {
    uint64_t r = next_random(seed);
    b->w[i] = r % 5 == 0 ? 0 : r % 5 == 1 ? UINT64_MAX : r;
  }
  pel__bignum_trim(b, words);
}

/* (a b + r) / b = a, rest r; (a + b)² - (a - b)² = 4 a b; shifts are products. */
Test(bignum, identities) {
  uint64_t seed = 7;
  for (int i = 0; i < 2000; i++) {
    pel_bignum a, b, ab, t;
    random_number(&a, &seed, (unsigned)(next_random(&seed) % 40));
    uint64_t d = next_random(&seed) | 1, r = next_random(&seed) % d;
    pel__bignum_copy(&t, &a);
    pel__bignum_mul_add(&t, d, r);
    cr_assert_eq(pel__bignum_div(&t, d), r);
    cr_assert_eq(pel__bignum_cmp(&t, &a), 0);

    random_number(&b, &seed, (unsigned)(next_random(&seed) % 40));
    pel__bignum_mul(&a, &b, &ab);
    pel__bignum_mul(&b, &a, &t);
    cr_assert_eq(pel__bignum_cmp(&t, &ab), 0);
    unsigned bits = pel__bignum_bits(&a) + pel__bignum_bits(&b);
    cr_assert(ab.n == 0 || pel__bignum_bits(&ab) == bits ||
              pel__bignum_bits(&ab) + 1 == bits);

    unsigned shift = (unsigned)(next_random(&seed) % 300);
    pel__bignum_copy(&t, &a);
    pel__bignum_shl(&t, shift);
    pel__bignum_set(&b, 1);
    pel__bignum_shl(&b, shift);
    pel__bignum_mul(&a, &b, &ab);
    cr_assert_eq(pel__bignum_cmp(&t, &ab), 0);
    /* 2^k a - a = (2^k - 1) a */
    if (shift == 0) continue;
    pel__bignum_sub(&t, &a);
    pel_bignum one;
    pel__bignum_set(&one, 1);
    pel__bignum_sub(&b, &one);
    pel__bignum_mul(&b, &a, &ab);
    cr_assert_eq(pel__bignum_cmp(&t, &ab), 0);
  }
}

Test(bignum, small_numbers_as_the_compiler_has_them) {
  uint64_t seed = 8;
  for (int i = 0; i < 20000; i++) {
    uint64_t x = next_random(&seed) >> (i % 64), y = next_random(&seed) >> (i % 7),
             d = y | 1;
    pel_bignum a, b, c;
    pel__bignum_set(&a, x);
    pel__bignum_set(&b, y);
    pel__bignum_mul(&a, &b, &c);
    pel_u128 product = (pel_u128)x * y;
    cr_assert_eq(pel__bignum_bits(&c), pel__u128_bits(product));
    cr_assert_eq(pel__bignum_div(&c, d), (uint64_t)(product % d));
    pel__bignum_set(&a, product / d);
    cr_assert_eq(pel__bignum_cmp(&a, &c), 0);
    cr_assert_eq(pel__bignum_cmp(&a, &b) < 0, product / d < y);
  }
}
