#include "runtime/base/num_print.h"

#include "runtime/base/float_bits.h"
#include "runtime/base/num_table.h"

/* ---- integers ---- */

static const char pairs[] =
    "000102030405060708091011121314151617181920212223242526272829303132333435363738394041"
    "42434445"
    "464748495051525354555657585960616263646566676869707172737475767778798081828384858687"
    "88899091"
    "9293949596979899";

PEL_INLINE void put_pair(char *out, uint32_t v) { memcpy(out, pairs + 2 * v, 2); }

/* Exactly eight digits. */
PEL_INLINE void put_eight(char *out, uint32_t v) {
  uint32_t high = v / 10000, low = v % 10000;
  put_pair(out, high / 100);
  put_pair(out + 2, high % 100);
  put_pair(out + 4, low / 100);
  put_pair(out + 6, low % 100);
}

PEL_INLINE size_t count_digits(uint64_t v) {
  static const uint64_t pow10[] = {
      0,
      UINT64_C(10),
      UINT64_C(100),
      UINT64_C(1000),
      UINT64_C(10000),
      UINT64_C(100000),
      UINT64_C(1000000),
      UINT64_C(10000000),
      UINT64_C(100000000),
      UINT64_C(1000000000),
      UINT64_C(10000000000),
      UINT64_C(100000000000),
      UINT64_C(1000000000000),
      UINT64_C(10000000000000),
      UINT64_C(100000000000000),
      UINT64_C(1000000000000000),
      UINT64_C(10000000000000000),
      UINT64_C(100000000000000000),
      UINT64_C(1000000000000000000),
      UINT64_C(10000000000000000000),
  };
  unsigned bits = 64 - (unsigned)__builtin_clzll(v | 1);
  unsigned guess = bits * 1233 >> 12; /* log10(2) = 1233 / 4096 */
  return guess + (v >= pow10[guess]);
}

/* The n digits of v. */
static void put_digits(char *out, uint64_t v, size_t n) {
  while (n > 8) {
    n -= 8;
    put_eight(out + n, (uint32_t)(v % 100000000));
    v /= 100000000;
  }
  uint32_t rest = (uint32_t)v;
  while (n >= 2) {
    n -= 2;
    put_pair(out + n, rest % 100);
    rest /= 100;
  }
  if (n) out[0] = (char)('0' + rest);
}

static size_t print_u64(uint64_t x, char *out) {
  size_t n = count_digits(x);
  n += n == 0; /* 0 has a digit too */
  put_digits(out, x, n);
  return n;
}

size_t pel__print_u64(uint64_t x, char out[PEL_PRINT_I64]) { return print_u64(x, out); }

size_t pel__print_i64(int64_t x, char out[PEL_PRINT_I64]) {
  if (x >= 0) return print_u64((uint64_t)x, out);
  out[0] = '-';
  return 1 + print_u64((uint64_t)0 - (uint64_t)x, out + 1);
}

static size_t print_u128(pel_u128 x, char *out) {
  enum { PART = 19 };
  static const uint64_t pow10_19 = UINT64_C(10000000000000000000);
  uint64_t parts[3];
  size_t count = 0;
  for (; count == 0 || x > 0; x /= pow10_19) parts[count++] = (uint64_t)(x % pow10_19);
  size_t n = print_u64(parts[--count], out);
  while (count > 0) {
    put_digits(out + n, parts[--count], PART);
    n += PART;
  }
  return n;
}

size_t pel__print_u128(pel_u128 x, char out[PEL_PRINT_I128]) {
  return print_u128(x, out);
}

size_t pel__print_i128(pel_i128 x, char out[PEL_PRINT_I128]) {
  if (x < 0) out[0] = '-';
  return (x < 0) + print_u128(pel__i128_abs(x), out + (x < 0));
}

/* ---- Schubfach ---- */

/* digits × 10^exp */
typedef struct shortest {
  uint64_t digits;
  int32_t exp;
} shortest;

/* floor(factor × g / 2^128), its last bit set if anything was cut off; g is 10^-k
 * rounded up, so up to 2 units of what is cut off may be its error (Giulietti, section
 * 9.4: an exact tail is 0 or more than that). */
PEL_INLINE uint64_t round_to_odd(const uint64_t g[2], uint64_t factor) {
  uint64_t low_high = (uint64_t)((pel_u128)factor * g[1] >> 64);
  pel_u128 y = (pel_u128)factor * g[0] + low_high;
  return (uint64_t)(y >> 64) | ((uint64_t)y > 1);
}

/* The shortest decimal in the rounding interval of c × 2^q, the nearest of them if
 * several, the even one of two equally near. closer: the next smaller float is at half
 * the usual distance. */
static shortest schubfach(uint64_t c, int32_t q, bool closer) {
  uint64_t odd = c & 1;
  int32_t k = closer ? (q * 1262611 - 524031) >> 22 : pel__floor_log10_pow2(q);
  int32_t h = q + pel__floor_log2_pow10(-k) + 1;
  const uint64_t *table = pel__pow10_table[-k - PEL_POW10_FIRST];
  uint64_t g[2] = {table[0], table[1] + (-k > PEL_POW10_EXACT)};
  uint64_t lower = round_to_odd(g, (4 * c - 2 + closer) << h) + odd;
  uint64_t value = round_to_odd(g, (4 * c) << h);
  uint64_t upper = round_to_odd(g, (4 * c + 2) << h) - odd;
  uint64_t s = value / 4;
  if (s >= 10) {
    uint64_t tens = s / 10;
    bool down_inside = lower <= 40 * tens, up_inside = 40 * tens + 40 <= upper;
    if (down_inside != up_inside) return (shortest){tens + up_inside, k + 1};
  }
  bool down_inside = lower <= 4 * s, up_inside = 4 * s + 4 <= upper;
  if (down_inside != up_inside) return (shortest){s + up_inside, k};
  uint64_t middle = 4 * s + 2;
  bool up = value > middle || (value == middle && (s & 1));
  return (shortest){s + up, k};
}

/* ---- layout ---- */

static size_t put_exponent(char *out, int32_t e) {
  out[0] = 'e';
  out[1] = e < 0 ? '-' : '+';
  uint32_t m = (uint32_t)(e < 0 ? -e : e);
  size_t n = 2;
  if (m >= 100) out[n++] = (char)('0' + m / 100);
  put_pair(out + n, m % 100);
  return n + 2;
}

/* The n digits, the first worth 10^e. */
static size_t put_scientific(char *out, const char *digits, size_t n, int32_t e) {
  out[0] = digits[0];
  size_t at = 1;
  if (n > 1) {
    out[1] = '.';
    memcpy(out + 2, digits + 1, n - 1);
    at = n + 1;
  }
  return at + put_exponent(out + at, e);
}

static size_t put_fixed(char *out, const char *digits, size_t n, int32_t e) {
  if (e < 0) {
    size_t zeros = (size_t)-e; /* the one before the point among them */
    memset(out, '0', zeros + 1);
    out[1] = '.';
    memcpy(out + zeros + 1, digits, n);
    return zeros + 1 + n;
  }
  size_t before = (size_t)e + 1;
  if (n > before) {
    memcpy(out, digits, before);
    out[before] = '.';
    memcpy(out + before + 1, digits + before, n - before);
    return n + 1;
  }
  memcpy(out, digits, n);
  memset(out + n, '0', before - n);
  memcpy(out + before, ".0", 2);
  return before + 2;
}

static size_t put_shortest(char *out, shortest s) {
  char digits[24];
  size_t n = count_digits(s.digits);
  put_digits(digits, s.digits, n);
  int32_t e = s.exp + (int32_t)n - 1;
  while (digits[n - 1] == '0') n--;
  return e < -4 || e >= 16 ? put_scientific(out, digits, n, e)
                           : put_fixed(out, digits, n, e);
}

/* A whole number below 10^16: all its digits, then ".0". */
static size_t put_whole(char *out, uint64_t v) {
  size_t n = print_u64(v, out);
  memcpy(out + n, ".0", 2);
  return n + 2;
}

static size_t put_special(char *out, const char *word) {
  memcpy(out, word, 3);
  return 3;
}

/* The value whose bits, sign aside, are given; finite or infinite. */
static size_t put_magnitude(pel_float_format f, uint64_t bits, char *out) {
  uint64_t hidden = UINT64_C(1) << (f.bits - 1);
  uint64_t fraction = bits & (hidden - 1), field = bits >> (f.bits - 1);
  if (bits == 0) return put_whole(out, 0);
  if (field == (uint64_t)(f.ulp_max - f.ulp_min + 2)) return put_special(out, "inf");
  if (field == 0) return put_shortest(out, schubfach(fraction, f.ulp_min, false));
  uint64_t c = hidden | fraction;
  int32_t q = (int32_t)field - 1 + f.ulp_min;
  if (q <= 0 && q > -f.bits && (c & ((UINT64_C(1) << -q) - 1)) == 0)
    return put_whole(out, c >> -q);
  return put_shortest(out, schubfach(c, q, fraction == 0 && field > 1));
}

size_t pel__print_f64(double x, char out[PEL_PRINT_F64]) {
  uint64_t bits = pel__f64_bits(x), magnitude = bits & INT64_MAX;
  if (x != x) return put_special(out, "nan");
  bool negative = bits != magnitude;
  if (negative) *out++ = '-';
  return negative + put_magnitude(PEL_FORMAT_F64, magnitude, out);
}

size_t pel__print_f32(float x, char out[PEL_PRINT_F64]) {
  uint32_t bits = pel__f32_bits(x), magnitude = bits & INT32_MAX;
  if (x != x) return put_special(out, "nan");
  bool negative = bits != magnitude;
  if (negative) *out++ = '-';
  return negative + put_magnitude(PEL_FORMAT_F32, magnitude, out);
}
