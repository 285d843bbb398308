#include <float.h>

#include "runtime/base/exactsum_wide.h"
#include "runtime/base/float_bits.h"

/* Sums of blocks by pre-rounding (S. Rump, T. Ogita, S. Oishi, "Accurate
 * Floating-Point Summation", 2008; in the form of J. Demmel and H. D. Nguyen, "Fast
 * Reproducible Floating-Point Summation", 2013): a running sum that begins at 1.5 ×
 * 2^k takes from each value the bits that its own unit in the last place can hold,
 * exactly, and leaves the rest to the next level. Two levels hold all bits of values
 * within about 2^35 of the block's mean; if anything is left then, the block is added
 * value by value. */
#if defined(__AVX512F__)
enum { LANES = 8 };
#elif defined(__AVX__)
enum { LANES = 4 };
#else
enum { LANES = 2 };
#endif
typedef double vec __attribute__((vector_size(8 * LANES), aligned(8), may_alias));
typedef int64_t ivec __attribute__((vector_size(8 * LANES), aligned(8), may_alias));

enum {
  BLOCK = 1024,
  WAYS = 4,
  STEP = WAYS * LANES,
  LEVELS = 2
}; /* 4 ways hide the latency of addition */

/* Of a value below 2^k the first level leaves at most half its unit, 2^(k - 51), and a
 * lane adds at most BLOCK / STEP <= 2^7 of these: the second level's bound is 2^(k -
 * KEPT). */
enum { KEPT = 44 };
_Static_assert(BLOCK / STEP <= 128, "a lane's rests stay below the second level's bound");
_Static_assert(FLT_EVAL_METHOD == 0, "a double must not carry more bits in a register");

/* An exponent k with each lane's sum of |x| below 2^k; false for blocks that hold NaN,
 * inf, extremes or only 0. */
static bool bound_block(const double *x, size_t n, int32_t *k) {
  ivec mask = (ivec){0} + INT64_MAX;
  vec total[WAYS] = {{0}};
  for (size_t i = 0; i < n; i += STEP) {
    for (size_t j = 0; j < WAYS; j++) {
      total[j] += (vec)((ivec) * (const vec *)(x + i + j * LANES) & mask);
    }
  }
  vec all = (total[0] + total[1]) + (total[2] + total[3]);
  uint64_t most = 0;
  for (size_t j = 0; j < LANES; j++) {
    uint64_t bits = pel__f64_bits(all[j]);
    if (bits > most) most = bits;
  }
  *k = (int32_t)(most >> 52) - 1022;
  return *k > -900 && *k < 1000;
}

static double power_of_2(int32_t e) {
  return pel__f64_from_bits((uint64_t)(e + 1023) << 52);
}

/* What the level that began at 1.5 × 2^(k + 2) has taken: a whole number of units of
 * 2^(k - 50). */
static pel_xterm level_term(const vec sums[WAYS], int32_t k) {
  double start = 1.5 * power_of_2(k + 2), units = power_of_2(50 - k);
  int64_t total = 0;
  for (size_t i = 0; i < WAYS; i++) {
    for (size_t j = 0; j < LANES; j++) total += (int64_t)((sums[i][j] - start) * units);
  }
  uint64_t magnitude = total < 0 ? (uint64_t)0 - (uint64_t)total : (uint64_t)total;
  return (pel_xterm){magnitude, k - 50 + PEL_XSUM_ORIGIN, total < 0};
}

/* False when two levels do not hold every bit. n is a multiple of STEP, at most BLOCK. */
static bool split_block(const double *x, size_t n, pel_xterm terms[LEVELS]) {
  int32_t k;
  if (!bound_block(x, n, &k)) return false;
  int32_t k2 = k - KEPT;
  vec none = {0}, first = none + 1.5 * power_of_2(k + 2),
      second = none + 1.5 * power_of_2(k2 + 2);
  vec high[WAYS] = {first, first, first, first},
      low[WAYS] = {second, second, second, second};
  ivec left = {0};
  for (size_t i = 0; i < n; i += STEP) {
    for (size_t j = 0; j < WAYS; j++) {
      vec y = *(const vec *)(x + i + j * LANES), before = high[j];
      high[j] += y;
      y -= high[j] - before;
      before = low[j];
      low[j] += y;
      y -= low[j] - before;
      left |= (ivec)y;
    }
  }
  left &= INT64_MAX;
  for (size_t j = 0; j < LANES; j++) {
    if (left[j]) return false;
  }
  terms[0] = level_term(high, k);
  terms[1] = level_term(low, k2);
  return true;
}

static bool add_each(pel_xsum *s, const double *x, size_t n, const pel_alloc *alloc) {
  for (size_t i = 0; i < n; i++) {
    if (!pel__xsum_add(s, x[i], alloc)) return false;
  }
  return true;
}

static bool add_block(pel_xsum *s, const double *x, size_t n, const pel_alloc *alloc) {
  pel_xterm terms[LEVELS];
  if (!split_block(x, n, terms)) return add_each(s, x, n, alloc);
  return pel__xsum_add_term(s, terms[0], alloc) && pel__xsum_add_term(s, terms[1], alloc);
}

bool pel__xsum_add_n(pel_xsum *s, const double *x, size_t n, const pel_alloc *alloc) {
  enum { WORTH = 32 };
  while (n >= WORTH) {
    size_t part = n < BLOCK ? n - n % STEP : BLOCK;
    if (!add_block(s, x, part, alloc)) return false;
    x += part;
    n -= part;
  }
  return add_each(s, x, n, alloc);
}

bool pel__xsum_add_n_f32(pel_xsum *s, const float *x, size_t n, const pel_alloc *alloc) {
  double wide[BLOCK]; /* 8 KiB: stays in L1 */
  while (n > 0) {
    size_t part = n < BLOCK ? n : BLOCK;
    for (size_t i = 0; i < part; i++) wide[i] = (double)x[i];
    if (!pel__xsum_add_n(s, wide, part, alloc)) return false;
    x += part;
    n -= part;
  }
  return true;
}
