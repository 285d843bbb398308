#include "runtime/base/int128.h"

#include "runtime/base/float_bits.h"

/* The halves of the values are summed apart, so that the loops are plain 64-bit sums
 * that a compiler vectorises; BLOCK × 2^32 stays far below 2^63. */
enum { BLOCK = 1 << 20 };

static pel_i128 sum_block_i64(const int64_t *p, size_t n) {
  int64_t high = 0;
  uint64_t low = 0;
  for (size_t i = 0; i < n; i++) {
    high += p[i] >> 32;
    low += (uint32_t)p[i];
  }
  return (pel_i128)high * ((pel_i128)1 << 32) + low;
}

static pel_i128 sum_block_u64(const uint64_t *p, size_t n) {
  uint64_t high = 0, low = 0;
  for (size_t i = 0; i < n; i++) {
    high += p[i] >> 32;
    low += (uint32_t)p[i];
  }
  return ((pel_i128)high << 32) + low;
}

static size_t block_length(size_t left) { return left < BLOCK ? left : BLOCK; }

pel_i128 pel__i128_sum_i64(const int64_t *p, size_t n) {
  pel_i128 sum = 0;
  for (size_t i = 0; i < n; i += BLOCK) sum += sum_block_i64(p + i, block_length(n - i));
  return sum;
}

pel_i128 pel__i128_sum_u64(const uint64_t *p, size_t n) {
  pel_i128 sum = 0;
  for (size_t i = 0; i < n; i += BLOCK) sum += sum_block_u64(p + i, block_length(n - i));
  return sum;
}

pel_i128 pel__i128_sum_i32(const int32_t *p, size_t n) {
  pel_i128 sum = 0;
  for (size_t i = 0; i < n; i += BLOCK) {
    int64_t part = 0;
    for (size_t j = i, end = i + block_length(n - i); j < end; j++) part += p[j];
    sum += part;
  }
  return sum;
}

double pel__i128_to_f64(pel_i128 v) { return pel__i128_mean(v, 1); }

double pel__i128_mean(pel_i128 sum, uint64_t count) {
  if (count == 0) return PEL_F64_NAN;
  uint64_t bits = pel__float_quotient(PEL_FORMAT_F64, pel__i128_abs(sum), 0, count);
  return pel__f64_from_bits(bits | (uint64_t)(sum < 0) << 63);
}
