#include "runtime/base/num_parse.h"
#include "runtime/base/num_swar.h"

/* 1 to 16 bytes as digits, right-aligned among zeros; false when one is no digit. */
PEL_INLINE bool short_digits(uint64_t low, uint64_t high, size_t n, uint64_t *out) {
  low ^= PEL_SWAR('0');
  high ^= PEL_SWAR('0');
  if (n <= 8) {
    low <<= 64 - 8 * n;
    *out = pel__swar_value(low);
    return pel__swar_digits(low);
  }
  if (n < 16) {
    high = high << (128 - 8 * n) | low >> (8 * n - 64);
    low <<= 128 - 8 * n;
  }
  *out = pel__swar_value(low) * UINT64_C(100000000) + pel__swar_value(high);
  return pel__swar_digits(low) && pel__swar_digits(high);
}

static PEL_NOINLINE pel_parse long_digits(const char *p, size_t n, uint64_t *out) {
  uint64_t value = 0;
  bool over = false;
  for (size_t i = 0; i < n; i++) {
    unsigned digit = (unsigned)(uint8_t)p[i] - '0';
    if (digit > 9) return PEL_PARSE_SYNTAX;
    over |= __builtin_mul_overflow(value, 10u, &value);
    over |= __builtin_add_overflow(value, digit, &value);
  }
  *out = value;
  return over ? PEL_PARSE_RANGE : PEL_PARSE_OK;
}

/* The digits' value as far as 64 bits hold it. padded says that 16 bytes may be read
 * at p. */
PEL_INLINE pel_parse magnitude(const char *p, size_t n, bool padded, uint64_t *out) {
  if (PEL_UNLIKELY(n - 1 >= 16)) return n ? long_digits(p, n, out) : PEL_PARSE_SYNTAX;
  uint64_t low, high = 0;
  low = padded ? pel__swar_load8(p) : pel__swar_load_part(p, n);
  if (n > 8) high = padded ? pel__swar_load8(p + 8) : pel__swar_load_part(p + 8, n - 8);
  return short_digits(low, high, n, out) ? PEL_PARSE_OK : PEL_PARSE_SYNTAX;
}

/* Skips a sign; *negative says which. */
PEL_INLINE size_t sign(const char *p, size_t n, bool *negative) {
  *negative = n > 0 && p[0] == '-';
  return n > 0 && (p[0] == '-' || p[0] == '+');
}

PEL_INLINE pel_parse signed_value(const char *p, size_t n, bool padded, int64_t least,
                                  int64_t *out) {
  bool negative;
  size_t skip = sign(p, n, &negative);
  uint64_t m, limit = negative ? (uint64_t)0 - (uint64_t)least : ~(uint64_t)least;
  pel_parse r = magnitude(p + skip, n - skip, padded, &m);
  if (r != PEL_PARSE_OK) return r;
  if (m > limit) return PEL_PARSE_RANGE;
  *out = (int64_t)(negative ? (uint64_t)0 - m : m);
  return PEL_PARSE_OK;
}

PEL_INLINE pel_parse unsigned_value(const char *p, size_t n, bool padded, uint64_t most,
                                    uint64_t *out) {
  bool negative;
  size_t skip = sign(p, n, &negative);
  uint64_t m;
  pel_parse r = magnitude(p + skip, n - skip, padded, &m);
  if (r != PEL_PARSE_OK) return r;
  if (m > most || (negative && m)) return PEL_PARSE_RANGE;
  *out = m;
  return PEL_PARSE_OK;
}

pel_parse pel__parse_i64(const char *p, size_t n, int64_t *out) {
  return signed_value(p, n, false, INT64_MIN, out);
}
pel_parse pel__parse_u64(const char *p, size_t n, uint64_t *out) {
  return unsigned_value(p, n, false, UINT64_MAX, out);
}
pel_parse pel__parse_i64_padded(const char *p, size_t n, int64_t *out) {
  return signed_value(p, n, true, INT64_MIN, out);
}
pel_parse pel__parse_u64_padded(const char *p, size_t n, uint64_t *out) {
  return unsigned_value(p, n, true, UINT64_MAX, out);
}

#define SMALL_INT(name, type, value, wide, bound)                   \
  pel_parse pel__parse_##name(const char *p, size_t n, type *out) { \
    wide v;                                                         \
    pel_parse r = value(p, n, false, (bound), &v);                  \
    if (r == PEL_PARSE_OK) *out = (type)v;                          \
    return r;                                                       \
  }
SMALL_INT(i8, int8_t, signed_value, int64_t, INT8_MIN)
SMALL_INT(i16, int16_t, signed_value, int64_t, INT16_MIN)
SMALL_INT(i32, int32_t, signed_value, int64_t, INT32_MIN)
SMALL_INT(u8, uint8_t, unsigned_value, uint64_t, UINT8_MAX)
SMALL_INT(u16, uint16_t, unsigned_value, uint64_t, UINT16_MAX)
SMALL_INT(u32, uint32_t, unsigned_value, uint64_t, UINT32_MAX)

bool pel__parse_bool(const char *p, size_t n, bool *out) {
  if (n != 4 && n != 5) return false;
  bool value = n == 4;
  const char *const spellings[2][3] = {{"false", "False", "FALSE"},
                                       {"true", "True", "TRUE"}};
  for (size_t i = 0; i < 3; i++) {
    if (memcmp(p, spellings[value][i], n) == 0) {
      *out = value;
      return true;
    }
  }
  return false;
}
