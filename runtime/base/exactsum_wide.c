#include "runtime/base/exactsum_wide.h"

#include "runtime/base/check.h"

static size_t wide_size(int32_t n) {
  return sizeof(pel_xwide) + (size_t)n * sizeof(int64_t);
}

void pel__xwide_free(pel_xwide *w, const pel_alloc *alloc) {
  if (w) pel__alloc_free(alloc, w, wide_size(w->n));
}

static bool covers(const pel_xwide *w, int32_t lo, int32_t hi) {
  return w && lo >= w->lo && hi < w->lo + w->n;
}

/* *w with the chunks lo … hi besides those it has. */
static bool grow(pel_xwide **w, int32_t lo, int32_t hi, const pel_alloc *alloc) {
  pel_xwide *old = *w;
  if (old && old->lo < lo) lo = old->lo;
  if (old && old->lo + old->n - 1 > hi) hi = old->lo + old->n - 1;
  int32_t n = hi - lo + 1;
  PEL_ASSERT(n <= PEL_XSUM_CHUNKS);
  pel_xwide *grown = pel__alloc_get(alloc, wide_size(n));
  if (!grown) return false;
  memset(grown, 0, wide_size(n));
  grown->lo = lo;
  grown->n = n;
  if (old) {
    memcpy(grown->d + (old->lo - lo), old->d, (size_t)old->n * sizeof old->d[0]);
    grown->pending = old->pending;
    pel__xwide_free(old, alloc);
  }
  *w = grown;
  return true;
}

/* Room for an addition to the chunks lo … hi: two above them take the carries of 2^63
 * additions, and one more at either end spares the next growth, which is likely where
 * there was a first. */
static bool reserve(pel_xwide **w, int32_t lo, int32_t hi, const pel_alloc *alloc) {
  if (PEL_LIKELY(covers(*w, lo, hi + 2))) return true;
  return grow(w, lo > 0 ? lo - 1 : 0, hi + 3, alloc);
}

/* Leaves 0 … 2^32 - 1 in all chunks but the last, which keeps the sign. */
static void carry_all(int64_t *d, int32_t n) {
  int64_t carry = 0;
  for (int32_t i = 0; i < n - 1; i++) {
    int64_t v = d[i] + carry;
    d[i] = v & INT64_C(0xffffffff);
    carry = v >> 32;
  }
  d[n - 1] += carry;
}

static void settle(pel_xwide *w) {
  carry_all(w->d, w->n);
  w->pending = 0;
}

bool pel__xwide_add(pel_xwide **w, pel_xterm t, const pel_alloc *alloc) {
  int32_t at = t.pos / 32;
  unsigned shift = (unsigned)t.pos % 32;
  bool small = t.magnitude >> 53 == 0;
  if (!reserve(w, at, small ? at + 1 : at + 4, alloc)) return false;
  if ((*w)->pending >= PEL_XWIDE_MAX_PENDING) settle(*w);
  (*w)->pending++;
  int64_t *d = (*w)->d + (at - (*w)->lo), sign = -(int64_t)t.negative;
  if (small) {
    pel__chunks_add(d, (uint64_t)t.magnitude, shift, t.negative);
    return true;
  }
  uint64_t over = (uint64_t)(t.magnitude >> 64) >> (63 - shift) >> 1;
  t.magnitude <<= shift;
  for (int i = 0; i < 4; i++) {
    int64_t part = (int64_t)(t.magnitude >> (32 * i) & 0xffffffff);
    d[i] += (part ^ sign) - sign;
  }
  d[4] += ((int64_t)over ^ sign) - sign;
  return true;
}

bool pel__xwide_merge(pel_xwide **a, const pel_xwide *b, const pel_alloc *alloc) {
  int32_t hi = b->lo + b->n - 1;
  if (!covers(*a, b->lo, hi) && !grow(a, b->lo, hi, alloc)) return false;
  if ((*a)->pending + b->pending >= PEL_XWIDE_MAX_PENDING) settle(*a);
  int64_t *d = (*a)->d + (b->lo - (*a)->lo);
  for (int32_t i = 0; i < b->n; i++) d[i] += b->d[i];
  (*a)->pending += b->pending + 1;
  return true;
}

bool pel__xwide_read(const pel_xwide *w, pel_bignum *magnitude, int32_t *pos) {
  int64_t d[PEL_XSUM_CHUNKS + 8];
  int32_t n = w->n;
  memcpy(d, w->d, (size_t)n * sizeof d[0]);
  /* The last chunk may hold more than 32 bits: two more let it carry. */
  d[n++] = 0;
  d[n++] = 0;
  carry_all(d, n);
  bool negative = d[n - 1] < 0;
  if (negative) {
    for (int32_t i = 0; i < n; i++) d[i] = -d[i];
    carry_all(d, n);
  }
  if (n & 1) d[n++] = 0;
  for (int32_t i = 0; i < n; i += 2) {
    magnitude->w[i / 2] = (uint64_t)d[i] | (uint64_t)d[i + 1] << 32;
  }
  pel__bignum_trim(magnitude, (size_t)n / 2);
  *pos = 32 * w->lo;
  return negative;
}
