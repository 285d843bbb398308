/* Floats against glibc's strtod and strtof (in the C locale, correctly rounded),
 * integers against their bounds. */
#include "runtime/base/num_parse.h"

#include <criterion/criterion.h>
#include <math.h>

#include "tests/unit/base/oracle.h"

/* Parses a copy of exactly n bytes, so that a sanitizer sees any byte read behind it. */
static void check_float(const char *text, size_t n) {
  char *exact = malloc(n ? n : 1), padded[64];
  memcpy(exact, text, n);
  double got = -1, want = strtod(text, NULL);
  float got32 = -1, want32 = strtof(text, NULL);
  cr_assert(pel__parse_f64(exact, n, &got), "%s", text);
  cr_assert(pel__parse_f32(exact, n, &got32), "%s", text);
  free(exact);
  cr_assert_eq(bits_of(got), bits_of(want), "%s is %a, not %a", text, want, got);
  cr_assert_eq(bits_of_f32(got32), bits_of_f32(want32), "%s is %a in 32 bits, not %a",
               text, (double)want32, (double)got32);
  if (n > sizeof padded - PEL_PARSE_PADDING) return;
  memcpy(padded, text, n);
  memset(padded + n, '5', PEL_PARSE_PADDING);
  cr_assert(pel__parse_f64_padded(padded, n, &got));
  cr_assert(pel__parse_f32_padded(padded, n, &got32));
  cr_assert_eq(bits_of(got), bits_of(want), "%s with padding", text);
  cr_assert_eq(bits_of_f32(got32), bits_of_f32(want32), "%s with padding, 32 bits", text);
}

Test(num_parse, random_floats_read_back) {
  char text[64];
  uint64_t seed = 1;
  for (int i = 0; i < 1000000; i++) {
    uint64_t r = next_random(&seed);
    double x = as_f64(r);
    if (!isfinite(x)) continue;
    int n = snprintf(text, sizeof text, "%.*e",
                     16 - (int)(r % 4 == 0) * (int)(r >> 2 & 15), x);
    double got = 0;
    cr_assert(pel__parse_f64(text, (size_t)n, &got));
    cr_assert_eq(bits_of(got), bits_of(strtod(text, NULL)), "%s", text);
    if (i % 8 == 0) check_float(text, (size_t)n);
  }
}

Test(num_parse, random_decimals) {
  char text[64];
  uint64_t seed = 2;
  for (int i = 0; i < 300000; i++) {
    uint64_t r = next_random(&seed), digits = next_random(&seed);
    size_t n = 0, count = 1 + r % 24, point = (r >> 8) % (count + 1);
    if (r >> 16 & 1) text[n++] = r >> 17 & 1 ? '-' : '+';
    for (size_t k = 0; k < count; k++) {
      if (k == point) text[n++] = '.';
      text[n++] = (char)('0' + digits % 10);
      digits = digits / 10 + (digits % 10 << 60);
    }
    if (r >> 18 & 1 && point < count)
      n += (size_t)sprintf(text + n, "e%d", (int)(r >> 20 & 63) - 32);
    text[n] = '\0';
    check_float(text, n);
  }
}

/* The value half way between x and the next float, exactly; then a little more and a
 * little less. */
static void check_halfway(long double half) {
  char text[1200];
  int n = snprintf(text, sizeof text, "%.1100Lf", half);
  if (n < 0 || (size_t)n >= sizeof text - 2) return;
  check_float(text, (size_t)n);
  text[n] = '1';
  text[n + 1] = '\0';
  check_float(text, (size_t)n + 1);
  char *last = text + n;
  while (*last == '0' || *last == '1') *last-- = '\0';
  if (*last == '.' || last == text) return;
  --*last;
  memset(last + 1, '9', 20);
  last[21] = '\0';
  check_float(text, (size_t)(last + 21 - text));
}

Test(num_parse, halfway_points) {
  uint64_t seed = 3;
  for (int i = 0; i < 3000; i++) {
    uint64_t r = next_random(&seed);
    uint64_t exponent = r % 3 == 0   ? 0
                        : r % 3 == 1 ? 1000 + (r >> 3) % 60
                                     : (r >> 3) % 1030;
    uint64_t bits = (r >> 12) | exponent << 52;
    check_halfway(((long double)as_f64(bits) + (long double)as_f64(bits + 1)) / 2);
    uint32_t bits32 = (uint32_t)r & 0x7effffff;
    check_halfway(((long double)as_f32(bits32) + (long double)as_f32(bits32 + 1)) / 2);
  }
}

Test(num_parse, corners) {
  const char *texts[] = {
      "0",
      "-0",
      "0.0",
      "-0.0e5",
      ".5",
      "5.",
      "-.5e-3",
      "+7",
      "1e0",
      "1E+02",
      "00012.50",
      "9007199254740992",
      "9007199254740993",
      "9007199254740994",
      "9007199254740995",
      "16777217",
      "16777219",
      "9999999999999999",
      "99999999.99999999",
      "0.000000000000001",
      "1e22",
      "1e23",
      "1e308",
      "1.7976931348623157e308",
      "1.7976931348623158e308",
      "1.7976931348623159e308",
      "1797693134862315807937289714053034150799341327100378269361737789804449682927647509"
      "46649017"
      "9775872070963302864166928879109465555478519404026306574886715058206819089020007083"
      "83676273"
      "8548458177115317644757302700698555713669596228429148198608349364752927190741684443"
      "65510704"
      "342711559699508093042879",
      "1797693134862315807937289714053034150799341327100378269361737789804449682927647509"
      "46649017"
      "9775872070963302864166928879109465555478519404026306574886715058206819089020007083"
      "83676273"
      "8548458177115317644757302700698555713669596228429148198608349364752927190741684443"
      "65510704"
      "342711559699508093042880",
      "1e309",
      "1e400",
      "-1e99999999999999999999",
      "1e-400",
      "1e-99999999999999999999",
      "0e99999999999",
      "5e-324",
      "2.4703282292062327e-324",
      "2.4703282292062328e-324",
      "2.2250738585072014e-308",
      "2.2250738585072011e-308",
      "2.2250738585072012e-308",
      "1e-323",
      "3.4028235677973366e38",
      "3.4028235677973365e38",
      "1.401298464324817e-45",
      "7.006492321624085e-46",
      "7.006492321624086e-46",
      "123456789012345678901234567890e-10",
      "0.1e1",
      "100000000000000000000",
      "12345678901234567890123456789012345678901234567890",
      "00000000000000000000000000000000000001",
      "0.00000000000000000000000000000000000000000000000000000000000001e70",
      "inf",
      "-Inf",
      "INFINITY",
      "+infinity",
      "nan",
      "NaN"};
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
    check_float(texts[i], strlen(texts[i]));
  double x = 0;
  float y = 0;
  cr_assert(pel__parse_f64("-nan", 4, &x) && pel__parse_f32("-nan", 4, &y));
  cr_assert_eq(bits_of(x), UINT64_C(0x7ff8000000000000));
  cr_assert_eq(bits_of_f32(y), UINT32_C(0x7fc00000));
}

Test(num_parse, a_million_digits) {
  enum { N = 1000000 };
  char *text = malloc(N + 8);
  double x = 0;
  memset(text, '0', N);
  memcpy(text, "0.", 2);
  memcpy(text + N, "1e999999", 8);
  cr_assert(pel__parse_f64(text, N + 8, &x));
  cr_assert_eq(x, 1.0);
  memset(text, '9', N);
  memcpy(text + N, "e-999999", 8);
  cr_assert(pel__parse_f64(text, N + 8, &x));
  cr_assert_eq(x, 10.0);
  memcpy(text, "9007199254740993", 16); /* half way, and a 9 far behind */
  memset(text + 16, '0', N - 16);
  text[16] = '.';
  cr_assert(pel__parse_f64(text, N, &x));
  cr_assert_eq(x, 9007199254740992.0);
  text[N - 1] = '9';
  cr_assert(pel__parse_f64(text, N, &x));
  cr_assert_eq(x, 9007199254740994.0);
  free(text);
}

Test(num_parse, what_is_no_float) {
  const char *texts[] = {"",
                         " ",
                         "1 ",
                         " 1",
                         "0x10",
                         "1e",
                         "1e+",
                         "e5",
                         ".",
                         "-",
                         "+",
                         "+-1",
                         "--1",
                         "1.2.3",
                         "1_0",
                         "1,5",
                         "nanx",
                         "in",
                         "infinit",
                         "1e5.",
                         "1f",
                         "na",
                         ".e1",
                         "1e1e1",
                         "-.",
                         "1..2",
                         "1.5.25",
                         "1-2",
                         "\xff\xff",
                         "12345678x",
                         "1234567\xb5",
                         "nan(1)",
                         "infinityx",
                         "1.0\n",
                         "123456789012345678901x",
                         "1e1x"};
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    double x = 5;
    float y = 5;
    cr_assert_not(pel__parse_f64(texts[i], strlen(texts[i]), &x), "%s", texts[i]);
    cr_assert_not(pel__parse_f32(texts[i], strlen(texts[i]), &y), "%s", texts[i]);
    cr_assert(x == 5 && y == 5);
  }
}

Test(num_parse, integers) {
  char text[32], padded[64];
  uint64_t seed = 4;
  for (int i = 0; i < 300000; i++) {
    uint64_t r = next_random(&seed) >> (next_random(&seed) % 64);
    int64_t v = (int64_t)(r & 1 ? ~r : r), got = 0;
    uint64_t got_u = 0;
    int n = snprintf(text, sizeof text, "%ld", v);
    char *exact = memcpy(malloc((size_t)n), text, (size_t)n);
    memset(padded, '7', sizeof padded);
    memcpy(padded, text, (size_t)n);
    cr_assert_eq(pel__parse_i64(exact, (size_t)n, &got), PEL_PARSE_OK);
    cr_assert_eq(got, v);
    free(exact);
    cr_assert_eq(pel__parse_i64_padded(padded, (size_t)n, &got), PEL_PARSE_OK);
    cr_assert_eq(got, v);
    n = snprintf(padded, sizeof padded, "%lu", r);
    cr_assert_eq(pel__parse_u64(padded, (size_t)n, &got_u), PEL_PARSE_OK);
    cr_assert_eq(got_u, r);
    padded[n] = '3';
    cr_assert_eq(pel__parse_u64_padded(padded, (size_t)n, &got_u), PEL_PARSE_OK);
    cr_assert_eq(got_u, r);
  }
}

#define CHECK_INT(name, type, text, status, value)                                \
  do {                                                                            \
    type v_ = 0;                                                                  \
    cr_assert_eq(pel__parse_##name(text, strlen(text), &v_), status, "%s", text); \
    cr_assert_eq(v_, value, "%s", text);                                          \
  } while (0)

Test(num_parse, integer_ranges) {
  CHECK_INT(i8, int8_t, "127", PEL_PARSE_OK, 127);
  CHECK_INT(i8, int8_t, "-128", PEL_PARSE_OK, -128);
  CHECK_INT(i8, int8_t, "128", PEL_PARSE_RANGE, 0);
  CHECK_INT(i8, int8_t, "-129", PEL_PARSE_RANGE, 0);
  CHECK_INT(i16, int16_t, "-32768", PEL_PARSE_OK, -32768);
  CHECK_INT(i16, int16_t, "32768", PEL_PARSE_RANGE, 0);
  CHECK_INT(i32, int32_t, "+2147483647", PEL_PARSE_OK, INT32_MAX);
  CHECK_INT(i32, int32_t, "2147483648", PEL_PARSE_RANGE, 0);
  CHECK_INT(i64, int64_t, "9223372036854775807", PEL_PARSE_OK, INT64_MAX);
  CHECK_INT(i64, int64_t, "-9223372036854775808", PEL_PARSE_OK, INT64_MIN);
  CHECK_INT(i64, int64_t, "9223372036854775808", PEL_PARSE_RANGE, 0);
  CHECK_INT(i64, int64_t, "-9223372036854775809", PEL_PARSE_RANGE, 0);
  CHECK_INT(u8, uint8_t, "255", PEL_PARSE_OK, 255);
  CHECK_INT(u8, uint8_t, "256", PEL_PARSE_RANGE, 0);
  CHECK_INT(u8, uint8_t, "-0", PEL_PARSE_OK, 0);
  CHECK_INT(u8, uint8_t, "-1", PEL_PARSE_RANGE, 0);
  CHECK_INT(u16, uint16_t, "65535", PEL_PARSE_OK, 65535);
  CHECK_INT(u32, uint32_t, "4294967296", PEL_PARSE_RANGE, 0);
  CHECK_INT(u64, uint64_t, "18446744073709551615", PEL_PARSE_OK, UINT64_MAX);
  CHECK_INT(u64, uint64_t, "18446744073709551616", PEL_PARSE_RANGE, 0);
  CHECK_INT(u64, uint64_t, "99999999999999999999999", PEL_PARSE_RANGE, 0);
  CHECK_INT(u64, uint64_t, "00000000000000000000000000000012", PEL_PARSE_OK, 12);
  const char *wrong[] = {"",
                         "-",
                         "+",
                         " 1",
                         "1 ",
                         "0x1",
                         "1.0",
                         "1e3",
                         "--1",
                         "1_0",
                         "12345678x",
                         "x",
                         "99999999999999999999999x",
                         "\xc0",
                         "1\x80",
                         "1234567890123456:"};
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    CHECK_INT(i64, int64_t, wrong[i], PEL_PARSE_SYNTAX, 0);
    CHECK_INT(u8, uint8_t, wrong[i], PEL_PARSE_SYNTAX, 0);
  }
}

Test(num_parse, every_byte_beside_digits) {
  for (int c = 0; c < 256; c++) {
    for (size_t n = 1; n <= 20; n++) {
      for (size_t at = 0; at < n; at++) {
        char text[20];
        memset(text, '1', sizeof text);
        text[at] = (char)c;
        uint64_t v;
        bool fine = (c >= '0' && c <= '9') || (at == 0 && n > 1 && c == '+');
        pel_parse r = pel__parse_u64(text, n, &v);
        if (at == 0 && n > 1 && c == '-')
          cr_assert_eq(r, PEL_PARSE_RANGE);
        else
          cr_assert_eq(r == PEL_PARSE_SYNTAX, !fine, "byte %d at %zu of %zu", c, at, n);
        double x;
        bool point = c == '.' && n > 1,
             exponent = (c == 'e' || c == 'E') && at > 0 && at + 1 < n;
        bool sign = at == 0 && n > 1 && (c == '-' || c == '+');
        cr_assert_eq(pel__parse_f64(text, n, &x), fine || point || exponent || sign,
                     "byte %d at %zu of %zu", c, at, n);
      }
    }
  }
}

Test(num_parse, booleans) {
  const char *yes[] = {"true", "True", "TRUE"}, *no[] = {"false", "False", "FALSE"};
  const char *neither[] = {"",    "t",     "1",    "tRue",   "truE",
                           "yes", "true ", "fals", "FALSEE", "trueX"};
  for (size_t i = 0; i < 3; i++) {
    bool b = false;
    cr_assert(pel__parse_bool(yes[i], strlen(yes[i]), &b) && b);
    cr_assert(pel__parse_bool(no[i], strlen(no[i]), &b) && !b);
  }
  for (size_t i = 0; i < sizeof neither / sizeof neither[0]; i++) {
    bool b;
    cr_assert_not(pel__parse_bool(neither[i], strlen(neither[i]), &b), "%s", neither[i]);
  }
}
