#include "runtime/base/exactsum_wide.h"

/* A header (flags and sign; the position and the number of the bytes that follow, low
 * byte first), then the magnitude, low byte first, without zero bytes at either end. */
enum { HEADER = 5, NEGATIVE = 8, MOST = PEL_XSUM_USED * 4 };
_Static_assert(HEADER + MOST <= PEL_XSUM_BYTES, "every sum fits");

static void put_u16(uint8_t *out, size_t v) {
  out[0] = (uint8_t)(v & 255);
  out[1] = (uint8_t)(v >> 8);
}

static size_t get_u16(const uint8_t *p) { return p[0] | (size_t)p[1] << 8; }

static uint8_t byte_of(const pel_bignum *b, size_t i) {
  return (uint8_t)(b->w[i / 8] >> (8 * (i % 8)));
}

/* One flag says it all: what is added to a NaN or to both infinities no longer
 * matters. */
static uint8_t settled_flags(uint8_t flags) {
  bool both = (flags & PEL_XSUM_POS_INF) && (flags & PEL_XSUM_NEG_INF);
  return both || (flags & PEL_XSUM_NAN) ? PEL_XSUM_NAN : flags;
}

size_t pel__xsum_encode(const pel_xsum *s, uint8_t out[PEL_XSUM_BYTES]) {
  pel_bignum m;
  int32_t pos;
  memset(out, 0, HEADER);
  out[0] = settled_flags(s->flags);
  if (s->flags) return HEADER;
  bool negative = pel__xsum_read(s, &m, &pos);
  if (m.n == 0) return HEADER;
  pel__bignum_shl(&m, (unsigned)(pos % 8));
  size_t first = 0, end = (pel__bignum_bits(&m) + 7) / 8;
  while (byte_of(&m, first) == 0) first++;
  if (negative) out[0] |= NEGATIVE;
  put_u16(out + 1, (size_t)pos / 8 + first);
  put_u16(out + 3, end - first);
  for (size_t i = first; i < end; i++) out[HEADER + i - first] = byte_of(&m, i);
  return HEADER + end - first;
}

static bool is_flag(uint8_t b) {
  return b == 0 || b == PEL_XSUM_NAN || b == PEL_XSUM_POS_INF || b == PEL_XSUM_NEG_INF;
}

/* Whether encode could have written this header, of which length bytes follow. */
static bool header_valid(const uint8_t *p, size_t n, size_t length) {
  if (length == 0) return is_flag(p[0]) && get_u16(p + 1) == 0;
  return (p[0] | NEGATIVE) == NEGATIVE && length <= n - HEADER &&
         get_u16(p + 1) + length <= MOST && p[HEADER] != 0 && p[HEADER + length - 1] != 0;
}

pel_status pel__xsum_decode(const uint8_t *p, size_t n, const pel_alloc *alloc,
                            pel_xsum *s, size_t *used) {
  enum { PIECE = 14 };
  if (n < HEADER) return PEL_E_INVALID;
  size_t length = get_u16(p + 3), pos = 8 * get_u16(p + 1);
  if (!header_valid(p, n, length)) return PEL_E_INVALID;
  pel_xsum sum;
  pel__xsum_init(&sum);
  if (length == 0) sum.flags = p[0];
  for (size_t at = 0; at < length; at += PIECE) {
    pel_xterm t = {0, (int32_t)(pos + 8 * at), p[0] == NEGATIVE};
    for (size_t i = at; i < at + PIECE && i < length; i++) {
      t.magnitude |= (pel_u128)p[HEADER + i] << (8 * (i - at));
    }
    if (!pel__xsum_add_term(&sum, t, alloc)) {
      pel__xsum_free(&sum, alloc);
      return PEL_E_NOMEM;
    }
  }
  *s = sum;
  *used = HEADER + length;
  return PEL_OK;
}
