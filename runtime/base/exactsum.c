#include "runtime/base/exactsum.h"

#include "runtime/base/check.h"
#include "runtime/base/exactsum_wide.h"
#include "runtime/base/float_bits.h"

_Static_assert(sizeof(pel_xsum) == 24, "a state per group must stay small");

static pel_xwide *heap_of(const pel_xsum *s) {
  pel_xwide *w;
  memcpy(&w, s->w, sizeof w);
  return w;
}

static void set_heap(pel_xsum *s, pel_xwide *w) {
  memset(s->w, 0, sizeof s->w);
  memcpy(s->w, &w, sizeof w);
  s->lead = PEL_XSUM_ON_HEAP;
}

static bool on_heap(const pel_xsum *s) { return s->lead == PEL_XSUM_ON_HEAP; }

void pel__xsum_free(pel_xsum *s, const pel_alloc *alloc) {
  if (on_heap(s)) pel__xwide_free(heap_of(s), alloc);
  pel__xsum_init(s);
}

/* ---- the window ---- */

static pel_xterm window_term(const pel_xsum *s) {
  pel_i128 sum = pel__xsum_window(s);
  return (pel_xterm){pel__i128_abs(sum), s->lead + PEL_XSUM_LEAD_POS, sum < 0};
}

/* Moves the zeros at the end of the magnitude, which is not 0, into the position. */
static pel_xterm trimmed(pel_xterm t) {
  unsigned zeros = pel__u128_trailing_zeros(t.magnitude);
  t.magnitude >>= zeros;
  t.pos += (int32_t)zeros;
  return t;
}

/* False when t does not fit the window as it stands, or the sum would leave it. */
static bool add_in_window(pel_xsum *s, pel_xterm t) {
  int32_t shift = t.pos - PEL_XSUM_LEAD_POS - s->lead;
  if (shift < 0) {
    t = trimmed(t);
    shift = t.pos - PEL_XSUM_LEAD_POS - s->lead;
  }
  if (shift < 0 || shift + (int32_t)pel__u128_bits(t.magnitude) > 127) return false;
  pel_i128 value = (pel_i128)(t.magnitude << shift), sum = pel__xsum_window(s);
  if (__builtin_add_overflow(sum, t.negative ? -value : value, &sum)) return false;
  memcpy(s->w, &sum, sizeof sum);
  return true;
}

static int32_t clamp_lead(int32_t lead) {
  return lead < 0 ? 0 : lead > PEL_XSUM_LEAD_MAX ? PEL_XSUM_LEAD_MAX : lead;
}

/* Everyday values share one window, so that their states merge by a plain addition:
 * 2^-75 up to 2^52, and the first value must leave 44 bits above it. Others get a
 * window around their first value. */
static uint16_t first_lead(pel_xterm t) {
  enum { EVERYDAY = 999, ROOM = 44 };
  int32_t lead = t.pos - PEL_XSUM_LEAD_POS, bits = (int32_t)pel__u128_bits(t.magnitude);
  if (lead >= EVERYDAY && lead + bits <= EVERYDAY + 127 - ROOM) return EVERYDAY;
  return (uint16_t)clamp_lead(lead - (127 - bits) / 2);
}

/* Another window that holds both the sum and t, with the free bits shared out above
 * and below. */
static bool move_window(pel_xsum *s, pel_xterm t) {
  pel_xterm old = window_term(s);
  if (old.magnitude == 0) {
    s->lead = first_lead(t);
    return add_in_window(s, t);
  }
  old = trimmed(old);
  t = trimmed(t);
  int32_t old_top = old.pos + (int32_t)pel__u128_bits(old.magnitude);
  int32_t top = t.pos + (int32_t)pel__u128_bits(t.magnitude);
  int32_t low = old.pos < t.pos ? old.pos : t.pos;
  if (old_top > top) top = old_top;
  int32_t lead = clamp_lead(low - PEL_XSUM_LEAD_POS - (126 - (top - low)) / 2);
  int32_t base = lead + PEL_XSUM_LEAD_POS;
  if (top - low > 126 || low < base || top - base > 126) return false;
  pel_xsum moved = {{0, 0}, (uint16_t)lead, s->flags};
  if (!add_in_window(&moved, old) || !add_in_window(&moved, t)) return false;
  *s = moved;
  return true;
}

/* ---- terms ---- */

bool pel__xsum_add_term(pel_xsum *s, pel_xterm t, const pel_alloc *alloc) {
  if (t.magnitude == 0) return true;
  pel_xwide *w = NULL;
  if (on_heap(s)) {
    w = heap_of(s);
  } else {
    if (add_in_window(s, t) || move_window(s, t)) return true;
    pel_xterm old = window_term(s);
    if (old.magnitude && !pel__xwide_add(&w, old, alloc)) return false;
    if (!pel__xwide_add(&w, t, alloc)) {
      pel__xwide_free(w, alloc);
      return false;
    }
    set_heap(s, w);
    return true;
  }
  if (!pel__xwide_add(&w, t, alloc)) return false;
  set_heap(s, w);
  return true;
}

static bool add_special(pel_xsum *s, uint64_t bits) {
  if (bits << 12)
    s->flags |= PEL_XSUM_NAN;
  else
    s->flags |= bits >> 63 ? PEL_XSUM_NEG_INF : PEL_XSUM_POS_INF;
  return true;
}

/* A finite value's mantissa and biased exponent, 1 for subnormals as for the least
 * normals. */
static uint64_t mantissa_of(uint64_t bits, int32_t *exponent) {
  uint64_t field = bits >> 52 & 2047, fraction = bits & ((UINT64_C(1) << 52) - 1);
  *exponent = field ? (int32_t)field : 1;
  return field ? fraction | UINT64_C(1) << 52 : fraction;
}

bool pel__xsum_add_slow(pel_xsum *s, double x, const pel_alloc *alloc) {
  uint64_t bits = pel__f64_bits(x);
  if ((bits >> 52 & 2047) == 2047) return add_special(s, bits);
  int32_t exponent;
  uint64_t m = mantissa_of(bits, &exponent);
  int32_t pos = exponent - 1 + PEL_XSUM_LEAD_POS;
  if (on_heap(s) && pel__xwide_add_mantissa(heap_of(s), m, pos, bits >> 63)) return true;
  return pel__xsum_add_term(s, (pel_xterm){m, pos, bits >> 63}, alloc);
}

bool pel__xsum_add_i128(pel_xsum *s, pel_i128 x, const pel_alloc *alloc) {
  return pel__xsum_add_term(s, (pel_xterm){pel__i128_abs(x), PEL_XSUM_ORIGIN, x < 0},
                            alloc);
}

bool pel__xsum_add_square(pel_xsum *s, double x, const pel_alloc *alloc) {
  uint64_t bits = pel__f64_bits(x) & INT64_MAX;
  if (bits >> 52 == 2047) return add_special(s, bits);
  int32_t exponent;
  uint64_t m = mantissa_of(bits, &exponent);
  /* 2 (exponent - 1 - 1074) as a position */
  pel_xterm t = {(pel_u128)m * m, 2 * (exponent - 1075) + PEL_XSUM_ORIGIN, false};
  return pel__xsum_add_term(s, t, alloc);
}

bool pel__xsum_add_square_u64(pel_xsum *s, uint64_t x, const pel_alloc *alloc) {
  return pel__xsum_add_term(s, (pel_xterm){(pel_u128)x * x, PEL_XSUM_ORIGIN, false},
                            alloc);
}

bool pel__xsum_add_square_i64(pel_xsum *s, int64_t x, const pel_alloc *alloc) {
  return pel__xsum_add_square_u64(s, x < 0 ? (uint64_t)0 - (uint64_t)x : (uint64_t)x,
                                  alloc);
}

bool pel__xsum_merge(pel_xsum *a, const pel_xsum *b, const pel_alloc *alloc) {
  if (!on_heap(b)) {
    if (!pel__xsum_add_term(a, window_term(b), alloc)) return false;
  } else {
    pel_xwide *w = on_heap(a) ? heap_of(a) : NULL;
    pel_xterm own = on_heap(a) ? (pel_xterm){0, 0, false} : window_term(a);
    bool ok = pel__xwide_merge(&w, heap_of(b), alloc) &&
              (own.magnitude == 0 || pel__xwide_add(&w, own, alloc));
    if (!ok && !on_heap(a)) pel__xwide_free(w, alloc);
    if (!ok) return false;
    set_heap(a, w);
  }
  a->flags |= b->flags;
  return true;
}

bool pel__xsum_read(const pel_xsum *s, pel_bignum *magnitude, int32_t *pos) {
  if (on_heap(s)) return pel__xwide_read(heap_of(s), magnitude, pos);
  pel_xterm t = window_term(s);
  pel__bignum_set(magnitude, t.magnitude);
  *pos = t.pos;
  return t.negative;
}
