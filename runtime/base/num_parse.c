#include "runtime/base/num_parse.h"

#include "runtime/base/bignum.h"
#include "runtime/base/check.h"
#include "runtime/base/float_bits.h"
#include "runtime/base/num_swar.h"
#include "runtime/base/num_table.h"

/* (w + rest) × 10^exp, where 0 <= rest < 1, and rest > 0 only if cut; w has 19 digits
 * then. The digits, perhaps with a point, are in digits … digits_end, and 10^written
 * goes with them. */
typedef struct decimal {
  uint64_t w;
  int64_t exp, written;
  const char *digits, *digits_end;
  bool cut;
} decimal;

enum { MAX_W_DIGITS = 19 }; /* what 64 bits always hold */

/* ---- the exact way ---- */

/* 767 digits tell any f64 from a halfway point; whatever follows only says "a little
 * more". */
enum { MAX_EXACT_DIGITS = 770 };

/* All the digits as an integer; *exp becomes the power of ten that goes with it. */
static void load_digits(const decimal *d, pel_bignum *b, int64_t *exp) {
  int64_t e = d->written, fraction = 0;
  int seen = 0;
  bool more = false;
  pel__bignum_set(b, 0);
  for (const char *p = d->digits; p < d->digits_end; p++) {
    if (*p == '.') {
      fraction = 1;
    } else if (seen < MAX_EXACT_DIGITS) {
      pel__bignum_mul_add(b, 10, (uint64_t)(*p - '0'));
      seen += b->n != 0;
      e -= fraction;
    } else {
      more |= *p != '0';
      e += 1 - fraction;
    }
  }
  if (more) {
    pel__bignum_mul_add(b, 10, 1);
    e--;
  }
  *exp = e;
}

/* The sign of d - half × 2^exp2, exactly. */
static PEL_COLD int compare_exactly(const decimal *d, uint64_t half, int64_t exp2) {
  pel_bignum value, bound;
  int64_t exp10;
  load_digits(d, &value, &exp10);
  pel__bignum_set(&bound, half);
  if (exp10 >= 0)
    pel__bignum_mul_pow5(&value, (unsigned)exp10);
  else
    pel__bignum_mul_pow5(&bound, (unsigned)-exp10);
  int64_t shift = exp2 - exp10; /* value × 2^exp10 against bound × 2^exp2 */
  if (shift >= 0)
    pel__bignum_shl(&bound, (unsigned)shift);
  else
    pel__bignum_shl(&value, (unsigned)-shift);
  return pel__bignum_cmp(&value, &bound);
}

/* ---- Eisel and Lemire's way ---- */

typedef enum nearness { BELOW_HALF, NEAR_HALF, ABOVE_HALF } nearness;

/* A value cut to mantissa × 2^ulp, and where it lies between that and the next
 * mantissa. */
typedef struct estimate {
  uint64_t mantissa;
  int32_t ulp;
  nearness rest;
} estimate;

/* w × 10^q from 128 bits of 10^q: the product is at most 2 units of its 128 bits off,
 * so it rounds as the exact value does unless it lies within 2 units of a halfway
 * point. w > 0. */
PEL_INLINE estimate estimate_product(pel_float_format f, uint64_t w, int32_t q) {
  unsigned zeros = (unsigned)__builtin_clzll(w);
  const uint64_t *power = pel__pow10_table[q - PEL_POW10_FIRST];
  w <<= zeros;
  pel_u128 product = (pel_u128)w * power[0] + (uint64_t)((pel_u128)w * power[1] >> 64);
  int32_t short_by = !(uint64_t)(product >> 127);
  int32_t exp = pel__floor_log2_pow10(q) - 63 - (int32_t)zeros;
  int32_t drop = 128 - f.bits - short_by;
  if (exp + drop < f.ulp_min) drop = f.ulp_min - exp;
  if (drop > 128) {
    bool near =
        drop == 129 && product >= (pel_u128)0 - 2; /* 2^128 is the halfway point */
    return (estimate){0, f.ulp_min, near ? NEAR_HALF : BELOW_HALF};
  }
  estimate r = {drop < 128 ? (uint64_t)(product >> drop) : 0, exp + drop, NEAR_HALF};
  pel_u128 rest = product << (128 - drop), half = (pel_u128)1 << 127;
  pel_u128 off = (pel_u128)2 << (128 - drop);
  if (rest - half + off > 2 * off) r.rest = rest > half ? ABOVE_HALF : BELOW_HALF;
  return r;
}

PEL_INLINE uint64_t pack_estimate(pel_float_format f, estimate e) {
  return pel__float_pack(f, e.mantissa + (e.rest == ABOVE_HALF), e.ulp);
}

static PEL_COLD uint64_t round_exactly(pel_float_format f, const decimal *d, estimate e) {
  int order = compare_exactly(d, 2 * e.mantissa + 1, (int64_t)e.ulp - 1);
  bool up = order > 0 || (order == 0 && (e.mantissa & 1));
  return pel__float_pack(f, e.mantissa + up, e.ulp);
}

static uint64_t round_decimal(pel_float_format f, const decimal *d) {
  /* w < 10^19, so below 10^-342 all is less than half of the least subnormal. */
  if (d->w == 0 || d->exp < PEL_POW10_FIRST) return 0;
  if (d->exp > 308) return pel__float_pack(f, 0, INT32_MAX);
  estimate e = estimate_product(f, d->w, (int32_t)d->exp);
  if (e.rest == NEAR_HALF) return round_exactly(f, d, e);
  uint64_t bits = pack_estimate(f, e);
  if (d->cut) {
    estimate above = estimate_product(f, d->w + 1, (int32_t)d->exp);
    if (above.rest == NEAR_HALF || pack_estimate(f, above) != bits)
      return round_exactly(f, d, e);
  }
  return bits;
}

/* ---- any text ---- */

PEL_INLINE bool is_digit(char c) { return (unsigned char)(c - '0') <= 9; }

/* Takes digits from p on into d; answers where they end. fraction is 1 behind the
 * point, else 0. */
static const char *take_digits(const char *p, const char *end, int64_t fraction,
                               int *seen, decimal *d) {
  if (d->w == 0) {
    const char *zeros = p;
    while (p < end && *p == '0') p++;
    d->exp -= fraction * (p - zeros);
  }
  while (end - p >= 8 && *seen + 8 <= MAX_W_DIGITS) {
    uint64_t digits = pel__swar_load8(p) ^ PEL_SWAR('0');
    if (!pel__swar_digits(digits)) break;
    d->w = d->w * 100000000 + pel__swar_value(digits);
    d->exp -= 8 * fraction;
    *seen += 8;
    p += 8;
  }
  for (; p < end && is_digit(*p); p++) {
    if (*seen < MAX_W_DIGITS) {
      d->w = d->w * 10 + (uint64_t)(*p - '0');
      d->exp -= fraction;
      ++*seen;
    } else {
      d->cut |= *p != '0';
      d->exp += 1 - fraction;
    }
  }
  return p;
}

/* An exponent's digits up to the end; capped far beyond what any text's length can
 * make up for. */
static bool take_exponent(const char *p, const char *end, decimal *d) {
  bool negative = p < end && *p == '-';
  if (p < end && (*p == '-' || *p == '+')) p++;
  if (p == end) return false;
  int64_t e = 0;
  for (; p < end; p++) {
    if (!is_digit(*p)) return false;
    if (e < INT64_C(1) << 56) e = e * 10 + (*p - '0');
  }
  d->written = negative ? -e : e;
  d->exp += d->written;
  return true;
}

static bool scan_decimal(const char *p, const char *end, decimal *d) {
  int seen = 0;
  d->digits = p;
  const char *q = take_digits(p, end, 0, &seen, d);
  ptrdiff_t count = q - p;
  if (q < end && *q == '.') {
    p = q + 1;
    q = take_digits(p, end, 1, &seen, d);
    count += q - p;
  }
  d->digits_end = q;
  if (count == 0) return false;
  if (q == end) return true;
  return (*q == 'e' || *q == 'E') && take_exponent(q + 1, end, d);
}

static bool is_word(const char *p, size_t n, const char *lower) {
  for (size_t i = 0; i < n; i++) {
    if ((p[i] | 0x20) != lower[i]) return false;
  }
  return lower[n] == '\0';
}

/* nan, inf or infinity, as the bits of the format. */
static bool scan_word(pel_float_format f, const char *p, size_t n, uint64_t *bits) {
  uint64_t infinity = pel__float_pack(f, 0, INT32_MAX);
  if (n == 3 && is_word(p, n, "nan"))
    *bits = infinity | UINT64_C(1) << (f.bits - 2);
  else if ((n == 3 && is_word(p, n, "inf")) || (n == 8 && is_word(p, n, "infinity")))
    *bits = infinity;
  else
    return false;
  return true;
}

/* The bits of the number, sign included. */
static bool parse_bits(pel_float_format f, const char *p, size_t n, uint64_t *bits) {
  bool negative = n > 0 && p[0] == '-';
  size_t skip = n > 0 && (p[0] == '-' || p[0] == '+');
  decimal d = {.w = 0};
  uint64_t nan = pel__float_pack(f, 0, INT32_MAX) + 1, m;
  if (scan_decimal(p + skip, p + n, &d))
    m = round_decimal(f, &d);
  else if (!scan_word(f, p + skip, n - skip, &m))
    return false;
  uint64_t sign = m < nan ? (uint64_t)negative << (f.bits == 53 ? 63 : 31) : 0;
  *bits = m | sign;
  return true;
}

static PEL_NOINLINE bool parse_any_f64(const char *p, size_t n, double *out) {
  uint64_t bits;
  if (!parse_bits(PEL_FORMAT_F64, p, n, &bits)) return false;
  *out = pel__f64_from_bits(bits);
  return true;
}

static PEL_NOINLINE bool parse_any_f32(const char *p, size_t n, float *out) {
  uint64_t bits;
  if (!parse_bits(PEL_FORMAT_F32, p, n, &bits)) return false;
  *out = pel__f32_from_bits((uint32_t)bits);
  return true;
}

/* ---- plain decimals of up to 16 characters ---- */

static const double exact_pow10[] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                     1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};

/* The place of the first '.' among eight characters, 8 if there is none. */
PEL_INLINE unsigned find_point(uint64_t text) {
  uint64_t x = text ^ PEL_SWAR('.');
  uint64_t zero = (x - PEL_SWAR(1)) & ~x & PEL_SWAR(0x80);
  return zero ? (unsigned)__builtin_ctzll(zero) >> 3 : 8;
}

/* Digits with at most one point, n <= 8 of them in low, as an integer and the number
 * of its digits behind the point. */
PEL_INLINE bool decimal_of_8(uint64_t low, size_t n, uint64_t *m, unsigned *behind) {
  low &= pel__swar_mask(n);
  unsigned point = find_point(low);
  *behind = 0;
  if (point < 8) {
    uint64_t before = (UINT64_C(1) << (8 * point)) - 1;
    low = (low & before) | (low >> 8 & ~before);
    *behind = (unsigned)--n - point;
    if (n == 0) return false;
  }
  low = (low ^ PEL_SWAR('0')) << (64 - 8 * n);
  *m = pel__swar_value(low);
  return pel__swar_digits(low);
}

/* The same for 9 <= n <= 16 characters in low and high. */
PEL_INLINE bool decimal_of_16(uint64_t low, uint64_t high, size_t n, uint64_t *m,
                              unsigned *behind) {
  high &= pel__swar_mask(n - 8);
  unsigned point = find_point(low);
  *behind = 0;
  if (point < 8) {
    uint64_t before = (UINT64_C(1) << (8 * point)) - 1;
    low = (low & before) | ((low >> 8 | high << 56) & ~before);
    high >>= 8;
    *behind = (unsigned)--n - point;
  } else if ((point = find_point(high)) < 8) {
    uint64_t before = (UINT64_C(1) << (8 * point)) - 1;
    high = (high & before) | (high >> 8 & ~before);
    *behind = (unsigned)--n - point - 8;
  }
  low ^= PEL_SWAR('0');
  high ^= PEL_SWAR('0');
  size_t left = 8 * (16 - n); /* 0 … 64 */
  if (left == 64) {
    high = low;
    low = 0;
  } else if (left) {
    high = high << left | low >> (64 - left);
    low <<= left;
  }
  *m = pel__swar_value(low) * UINT64_C(100000000) + pel__swar_value(high);
  return pel__swar_digits(low) && pel__swar_digits(high);
}

/* False for whatever is not a plain decimal of up to 16 characters after the sign:
 * that goes the long way. */
PEL_INLINE bool short_decimal(const char *p, size_t n, bool padded, uint64_t *m,
                              unsigned *behind) {
  if (PEL_UNLIKELY(n - 1 >= 16)) return false;
  uint64_t low = padded ? pel__swar_load8(p) : pel__swar_load_part(p, n);
  if (n <= 8) return decimal_of_8(low, n, m, behind);
  uint64_t high = padded ? pel__swar_load8(p + 8) : pel__swar_load_part(p + 8, n - 8);
  return decimal_of_16(low, high, n, m, behind);
}

/* W. Clinger, "How to Read Floating Point Numbers Accurately" (1990): one exact
 * integer over one exact power of ten is one correctly rounded division. */
PEL_INLINE bool parse_f64(const char *p, size_t n, bool padded, double *out) {
  size_t skip = n > 0 && (p[0] == '-' || p[0] == '+');
  uint64_t m;
  unsigned behind;
  if (PEL_LIKELY(short_decimal(p + skip, n - skip, padded, &m, &behind) &&
                 m <= UINT64_C(1) << 53)) {
    double x = (double)m;
    if (behind) x /= exact_pow10[behind];
    *out = p[0] == '-' ? -x : x;
    return true;
  }
  return parse_any_f64(p, n, out);
}

PEL_INLINE bool parse_f32(const char *p, size_t n, bool padded, float *out) {
  size_t skip = n > 0 && (p[0] == '-' || p[0] == '+');
  uint64_t m;
  unsigned behind;
  if (PEL_LIKELY(short_decimal(p + skip, n - skip, padded, &m, &behind))) {
    estimate e = {0, PEL_FORMAT_F32.ulp_min, BELOW_HALF};
    if (m) e = estimate_product(PEL_FORMAT_F32, m, -(int32_t)behind);
    if (PEL_LIKELY(e.rest != NEAR_HALF)) {
      float x = pel__f32_from_bits((uint32_t)pack_estimate(PEL_FORMAT_F32, e));
      *out = p[0] == '-' ? -x : x;
      return true;
    }
  }
  return parse_any_f32(p, n, out);
}

bool pel__parse_f64(const char *p, size_t n, double *out) {
  return parse_f64(p, n, false, out);
}
bool pel__parse_f32(const char *p, size_t n, float *out) {
  return parse_f32(p, n, false, out);
}
bool pel__parse_f64_padded(const char *p, size_t n, double *out) {
  return parse_f64(p, n, true, out);
}
bool pel__parse_f32_padded(const char *p, size_t n, float *out) {
  return parse_f32(p, n, true, out);
}
