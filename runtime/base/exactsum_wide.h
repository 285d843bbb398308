/* The accumulator that holds any sum of floats or of their squares, and the terms it
 * is made of; the inside of exactsum.
 * A pel_xwide is owned by one pel_xsum and freed through the allocator it came from.
 * One thread at a time per accumulator. */
#ifndef PEL_RUNTIME_BASE_EXACTSUM_WIDE_H
#define PEL_RUNTIME_BASE_EXACTSUM_WIDE_H

#include "runtime/base/bignum.h"
#include "runtime/base/exactsum.h"

/* Bit positions count from 2^-PEL_XSUM_ORIGIN, below the square of the least subnormal
 * (2^-2148). */
enum {
  PEL_XSUM_ORIGIN = 2176,
  PEL_XSUM_LEAD_POS = PEL_XSUM_ORIGIN - 1074, /* where lead 0 stands */
  PEL_XSUM_USED = 134,  /* chunks of 32 bits: squares reach 2^2048, 2^63 of them 2^2111 */
  PEL_XSUM_CHUNKS = 144 /* with what is kept free above and below */
};

/* ± magnitude × 2^(pos - PEL_XSUM_ORIGIN) */
typedef struct pel_xterm {
  pel_u128 magnitude;
  int32_t pos;
  bool negative;
} pel_xterm;

/* R. Neal's small superaccumulator ("Fast Exact Summation Using Small and Large
 * Superaccumulators", 2015), kept only as long as the values need it. Chunk i weighs
 * 2^(32 (lo + i)) positions; each is signed and may overlap the next by 31 bits, so
 * carries wait until `pending` additions have been made. */
typedef struct pel_xwide {
  int32_t lo, n;
  uint32_t pending;
  int64_t d[];
} pel_xwide;

/* One addition changes a chunk by less than 2^52, so this many stay below 2^62. */
enum { PEL_XWIDE_MAX_PENDING = 1000 };

/* d += ± m × 2^shift, where m < 2^53 and shift < 32 */
PEL_INLINE void pel__chunks_add(int64_t *d, uint64_t m, unsigned shift, bool negative) {
  int64_t sign = -(int64_t)negative, low = (int64_t)(m << shift & 0xffffffff);
  int64_t high = (int64_t)(m >> (32 - shift));
  d[0] += (low ^ sign) - sign;
  d[1] += (high ^ sign) - sign;
}

/* w += ± m × 2^pos for a mantissa; false when that first needs room or carries. */
PEL_INLINE bool pel__xwide_add_mantissa(pel_xwide *w, uint64_t m, int32_t pos,
                                        bool negative) {
  int32_t at = pos / 32 - w->lo;
  if (at < 0 || at + 3 >= w->n || w->pending >= PEL_XWIDE_MAX_PENDING) return false;
  w->pending++;
  pel__chunks_add(w->d + at, m, (unsigned)pos % 32, negative);
  return true;
}

/* *w += t; *w may be NULL. False without memory: *w is then as before. */
bool pel__xwide_add(pel_xwide **w, pel_xterm t, const pel_alloc *alloc) PEL_USE_RESULT;
bool pel__xwide_merge(pel_xwide **a, const pel_xwide *b,
                      const pel_alloc *alloc) PEL_USE_RESULT;
void pel__xwide_free(pel_xwide *w, const pel_alloc *alloc);
/* The sum as a magnitude, the position of its lowest bit, and whether it is negative. */
bool pel__xwide_read(const pel_xwide *w, pel_bignum *magnitude, int32_t *pos);

/* The same for a state, wherever it keeps its sum. Flags are not looked at. */
bool pel__xsum_add_term(pel_xsum *s, pel_xterm t, const pel_alloc *alloc) PEL_USE_RESULT;
bool pel__xsum_read(const pel_xsum *s, pel_bignum *magnitude, int32_t *pos);
/* In the window: its sum. */
PEL_INLINE pel_i128 pel__xsum_window(const pel_xsum *s) {
  pel_i128 sum;
  memcpy(&sum, s->w, sizeof sum);
  return sum;
}
#endif
