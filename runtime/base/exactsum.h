/* Exact sums of floats (and of their squares), rounded once at the end: the same bits
 * in any order and grouping.
 * Whoever holds a pel_xsum owns it and calls pel__xsum_free with the allocator it was
 * fed from; all zero bytes is an empty sum.
 * One thread at a time per state. */
#ifndef PEL_RUNTIME_BASE_EXACTSUM_H
#define PEL_RUNTIME_BASE_EXACTSUM_H

#include <string.h>

#include "runtime/base/alloc.h"
#include "runtime/base/int128.h"

/* The exact sum of the finite values, as a 128-bit fixed-point number whose lowest bit
 * weighs 2^(lead - 1074); a value or a sum that leaves this window moves it, and when
 * it cannot be moved w[0] becomes a pointer to an accumulator on the heap that holds
 * any sum. NaN and ±inf are flags. 24 bytes, aligned to 8; may be moved by memcpy. */
typedef struct pel_xsum {
  uint64_t w[2];
  uint16_t lead; /* 0 … PEL_XSUM_LEAD_MAX, or PEL_XSUM_ON_HEAP */
  uint8_t flags; /* PEL_XSUM_NAN … */
} pel_xsum;

enum {
  PEL_XSUM_SPAN = 74, /* 127 bits less a mantissa of 53: how far a value may be shifted */
  PEL_XSUM_LEAD_MAX = 1971,  /* no finite window reaches the exponent of NaN and inf */
  PEL_XSUM_ON_HEAP = 0xffff, /* as a lead: refuses every value in the inlined path */
  PEL_XSUM_NAN = 1,
  PEL_XSUM_POS_INF = 2,
  PEL_XSUM_NEG_INF = 4
};

PEL_INLINE void pel__xsum_init(pel_xsum *s) { *s = (pel_xsum){{0, 0}, 0, 0}; }
void pel__xsum_free(pel_xsum *s, const pel_alloc *alloc); /* leaves it empty */

/* Everything below that takes an allocator answers false when it has no memory; the
 * state is then as before. */
bool pel__xsum_add_slow(pel_xsum *s, double x, const pel_alloc *alloc) PEL_USE_RESULT;

/* s += x. About 4 ns when s is in cache and x in the window, 9 when s is on the heap. */
PEL_USE_RESULT PEL_INLINE bool pel__xsum_add(pel_xsum *s, double x,
                                             const pel_alloc *alloc) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  /* An exponent of 0 (zeros, subnormals) wraps around and is refused too. */
  uint32_t shift = (uint32_t)(bits >> 52 & 2047) - 1 - s->lead;
  if (PEL_LIKELY(shift <= PEL_XSUM_SPAN)) {
    uint64_t mantissa = (bits & ((UINT64_C(1) << 52) - 1)) | UINT64_C(1) << 52;
    pel_i128 sign = (int64_t)bits >> 63, sum;
    pel_i128 value = ((pel_i128)((pel_u128)mantissa << shift) ^ sign) - sign;
    memcpy(&sum, s->w, sizeof sum);
    if (PEL_LIKELY(!__builtin_add_overflow(sum, value, &sum))) {
      memcpy(s->w, &sum, sizeof sum);
      return true;
    }
  } else if (bits << 1 == 0) {
    return true;
  }
  return pel__xsum_add_slow(s, x, alloc);
}

/* s += x[0] + … + x[n-1]; under 1 ns per value when none of a block of 1,024 is less than
 * about 2^-35 of their mean. On false some of the values have been added: the sum is no
 * longer of use. */
bool pel__xsum_add_n(pel_xsum *s, const double *x, size_t n,
                     const pel_alloc *alloc) PEL_USE_RESULT;
bool pel__xsum_add_n_f32(pel_xsum *s, const float *x, size_t n,
                         const pel_alloc *alloc) PEL_USE_RESULT;
/* s += x for an integer of up to 64 bits, exactly (for mean, var and std of integers). */
bool pel__xsum_add_i128(pel_xsum *s, pel_i128 x, const pel_alloc *alloc) PEL_USE_RESULT;

/* s += x², exactly: all 106 bits of it. NaN and inf become NaN and +inf. */
bool pel__xsum_add_square(pel_xsum *s, double x, const pel_alloc *alloc) PEL_USE_RESULT;
bool pel__xsum_add_square_i64(pel_xsum *s, int64_t x,
                              const pel_alloc *alloc) PEL_USE_RESULT;
bool pel__xsum_add_square_u64(pel_xsum *s, uint64_t x,
                              const pel_alloc *alloc) PEL_USE_RESULT;

/* a += b. What any tree of merges rounds to is the same. b stays as it is and must be
 * freed by its owner. */
bool pel__xsum_merge(pel_xsum *a, const pel_xsum *b,
                     const pel_alloc *alloc) PEL_USE_RESULT;

/* The nearest float, ties to even, subnormals and overflow to ±inf as IEEE 754 rounds
 * them. A sum of nothing, of zeros or of what cancels is +0.0; inf - inf is NaN; NaN
 * is the canonical one. Oracle: math.fsum. */
double pel__xsum_round(const pel_xsum *s);
float pel__xsum_round_f32(const pel_xsum *s);
/* The exact quotient sum / count, rounded once; NaN when count is 0. Oracle:
 * fractions.Fraction. */
double pel__xsum_mean(const pel_xsum *s, uint64_t count);
float pel__xsum_mean_f32(const pel_xsum *s, uint64_t count);
/* (n Σx² - (Σx)²) / (n (n - 1)), and its square root: exact, then rounded once; NaN
 * when n < 2 or when the values held NaN or inf. sum and squares must be of the same n
 * values. */
double pel__xsum_var(const pel_xsum *sum, const pel_xsum *squares, uint64_t n);
double pel__xsum_std(const pel_xsum *sum, const pel_xsum *squares, uint64_t n);

/* The state as bytes, for spilling: equal sums give equal bytes, whatever way they
 * were made. encode answers the number of bytes. decode reads one state from the front
 * of p[0 … n), initialises *s and says how long it was; PEL_E_INVALID for bytes that
 * encode does not write, PEL_E_NOMEM. */
enum { PEL_XSUM_BYTES = 560 };
size_t pel__xsum_encode(const pel_xsum *s, uint8_t out[PEL_XSUM_BYTES]);
pel_status pel__xsum_decode(const uint8_t *p, size_t n, const pel_alloc *alloc,
                            pel_xsum *s, size_t *used) PEL_USE_RESULT;
#endif
