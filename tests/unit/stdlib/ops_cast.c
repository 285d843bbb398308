/* `x as T` for every pair of types, against exact numbers, glibc's printing and the
 * grammars of the texts. */
#include <time.h>

#include "tests/unit/stdlib/ops_rig.h"

#define ORACLE(fn) static val fn(const val *a, pel_kind in, pel_kind out)

__extension__ typedef __float128 wide; /* holds every i64, u64 and f64 exactly */

static bool is_number(pel_kind k) { return is_int(k) || is_float(k); }

/* ---- numbers and bool ---- */

/* One rounding; a float beyond the type's greatest fails, inf stays. */
static val to_float(wide x, bool finite, pel_kind out) {
  const double d = out == PEL_F32 ? (double)(float)x : (double)x;
  return finite && isinf(d) ? failing() : vf(d);
}

ORACLE(number) {
  const bool from_float = is_float(in);
  if (out == PEL_BOOL) {
    const wide x = from_float ? (wide)a->f : (wide)a->i;
    return x == 0 || x == 1 ? vi(x == 1) : failing();
  }
  if (is_float(out))
    return to_float(from_float ? (wide)a->f : (wide)a->i, !from_float || isfinite(a->f),
                    out);
  if (!from_float) return fitting(a->i, out);
  if (!isfinite(a->f) || fabs(a->f) > 0x1p100) return failing();
  return fitting((pel_i128)truncl((long double)a->f), out);
}

/* Values of `in` on both sides of what `out` holds. */
static vals near_ends(pel_kind in, pel_kind out) {
  vals v = in == PEL_BOOL ? (vals){.at = {vi(0), vi(1)}, .n = 2} : vals_of(in);
  if (in == PEL_BOOL || !is_int(out)) return v;
  for (int end = 0; end < 2; end++)
    for (int off = -2; off <= 2; off++) {
      const pel_i128 x = (end ? most_of(out) : least_of(out)) + off;
      if (is_int(in) && x >= least_of(in) && x <= most_of(in)) v.at[v.n++] = vi(x);
      const double f = (double)x,
                   steps[] = {f, nextafter(f, INFINITY), nextafter(f, -INFINITY),
                              f + (off > 0 ? 0.5 : -0.5)};
      for (int i = 0; is_float(in) && i < 4; i++)
        v.at[v.n++] = vf(in == PEL_F32 ? (double)(float)steps[i] : steps[i]);
    }
  cr_assert_leq(v.n, sizeof v.at / sizeof *v.at);
  return v;
}

static void check_cast(pel_kind in, pel_kind out, vals v, oracle want) {
  ops_case c = {
      .name = "cast", .nin = 1, .in = {in}, .out = out, .values = {v}, .want = want};
  check_op(&c);
}

Test(ops, casts_between_numbers) {
  for (pel_kind in = PEL_BOOL; in <= PEL_F64; in++)
    for (pel_kind out = PEL_BOOL; out <= PEL_F64; out++)
      check_cast(in, out, near_ends(in, out), number);
}

ORACLE(same_value) { return (void)in, (void)out, a[0]; }
ORACLE(midnight) { return (void)in, (void)out, vi(a->i * 86400 * 1000000); }
ORACLE(its_day) {
  const pel_i128 day = (pel_i128)86400 * 1000000, q = a->i / day;
  return (void)in, (void)out, vi(q - (a->i < q * day));
}

Test(ops, casts_of_dates_and_times) {
  check_cast(PEL_DATE, PEL_DATE, vals_of(PEL_DATE), same_value);
  check_cast(PEL_TIME, PEL_TIME, vals_of(PEL_TIME), same_value);
  check_cast(PEL_DUR, PEL_DUR, vals_of(PEL_DUR), same_value);
  check_cast(PEL_DATE, PEL_TIME, vals_of(PEL_DATE), midnight);
  check_cast(PEL_TIME, PEL_DATE, vals_of(PEL_TIME), its_day);
}

/* R12 and the row's text name all there are. */
Test(ops, casts_that_do_not_exist) {
  for (pel_kind in = PEL_BOOL; in <= PEL_DUR; in++)
    for (pel_kind out = PEL_BOOL; out <= PEL_DUR; out++) {
      const bool numbers =
          (is_number(in) || in == PEL_BOOL) && (is_number(out) || out == PEL_BOOL);
      const bool text = (in == PEL_STR || out == PEL_STR);
      const bool calendar =
          (in == PEL_DATE && out == PEL_TIME) || (in == PEL_TIME && out == PEL_DATE);
      const ops_case c = {.name = "cast", .nin = 1, .in = {in}, .out = out};
      cr_assert_eq(overload(&c) != NULL, numbers || text || calendar || in == out,
                   "kinds %d to %d", in, out);
    }
}

/* ---- to text ---- */

/* The fewest digits that read back the same, in the layout of Python's repr. */
static size_t print_float(double x, bool narrow, char out[64]) {
  char e[64], digits[32];
  int exponent = 0, precision = -1;
  if (isnan(x)) return (size_t)sprintf(out, "nan");
  if (isinf(x)) return (size_t)sprintf(out, x < 0 ? "-inf" : "inf");
  do sprintf(e, "%.*e", ++precision, fabs(x));
  while (narrow ? strtof(e, NULL) != (float)fabs(x) : strtod(e, NULL) != fabs(x));
  sscanf(strchr(e, 'e') + 1, "%d", &exponent);
  size_t n = 0, o = 0;
  for (const char *p = e; *p != 'e'; p++)
    if (*p != '.') digits[n++] = *p;
  if (signbit(x)) out[o++] = '-';
  if (exponent < -4 || exponent >= 16) {
    out[o++] = digits[0];
    if (n > 1) out[o++] = '.';
    for (size_t i = 1; i < n; i++) out[o++] = digits[i];
    return o +
           (size_t)sprintf(out + o, "e%c%02d", exponent < 0 ? '-' : '+', abs(exponent));
  }
  for (int i = exponent < 0 ? exponent : 0;
       i < 0 || i <= exponent || (size_t)i < n || i == exponent + 1; i++) {
    if (i == exponent + 1 && exponent >= 0) out[o++] = '.';
    out[o++] = i >= 0 && (size_t)i < n ? digits[i] : '0';
    if (i == exponent && exponent < 0) out[o++] = '.';
  }
  return o;
}

static size_t print_date(pel_i128 days, char out[64]) {
  const time_t t = (time_t)(days * 86400);
  struct tm tm;
  gmtime_r(&t, &tm);
  return (size_t)sprintf(out, "%04d-%02d-%02d", tm.tm_year + 1900, tm.tm_mon + 1,
                         tm.tm_mday);
}

static size_t print_time(pel_i128 us, char out[64]) {
  const pel_i128 day = its_day(&(val){.i = us}, PEL_TIME, PEL_DATE).i;
  const long rest = (long)((us - day * 86400 * 1000000) / 1000000),
             fraction = (long)(us - day * 86400 * 1000000) % 1000000;
  size_t n = print_date(day, out);
  n += (size_t)sprintf(out + n, "T%02ld:%02ld:%02ld", rest / 3600, rest / 60 % 60,
                       rest % 60);
  if (fraction) {
    n += (size_t)sprintf(out + n, ".%06ld", fraction);
    while (out[n - 1] == '0') n--;
  }
  out[n++] = 'Z';
  return n;
}

static size_t print_dur(pel_i128 us, char out[64]) {
  static const struct {
    const char *word;
    int64_t us;
  } units[] = {
      {"w", 604800000000}, {"d", 86400000000}, {"h", 3600000000}, {"min", 60000000},
      {"s", 1000000},      {"ms", 1000},       {"us", 1}};
  uint32_t u = us == 0 ? 4 : 0;
  while (us % units[u].us) u++;
  return (size_t)sprintf(out, "%lld%s", (long long)(us / units[u].us), units[u].word);
}

ORACLE(text) {
  static char t[64];
  size_t n = 0;
  (void)out;
  if (in == PEL_BOOL)
    n = (size_t)sprintf(t, a->i ? "true" : "false");
  else if (is_float(in))
    n = print_float(a->f, in == PEL_F32, t);
  else if (in == PEL_DATE)
    n = print_date(a->i, t);
  else if (in == PEL_TIME)
    n = print_time(a->i, t);
  else if (in == PEL_DUR)
    n = print_dur(a->i, t);
  else if (a->i < 0)
    n = (size_t)sprintf(t, "%lld", (long long)a->i);
  else
    n = (size_t)sprintf(t, "%llu", (unsigned long long)a->i);
  return (val){.state = PEL_VALID, .p = t, .n = n};
}

Test(ops, casts_to_text) {
  for (pel_kind k = PEL_BOOL; k <= PEL_DUR; k++)
    if (!is_text(k))
      check_cast(k, PEL_STR, k == PEL_BOOL ? near_ends(k, k) : vals_of(k), text);
  uint64_t s = 41;
  for (int round = 0; round < 20; round++)
    for (pel_kind k = PEL_F32; k <= PEL_F64; k++) {
      vals v = {.n = 0};
      while (v.n < 96) { /* decimals of few digits, where the layout changes */
        const double f = ldexp((double)(int64_t)(rig_random(&s) % 20001 - 10000), 0) *
                         pow(10, (double)(rig_random(&s) % 28) - 10);
        v.at[v.n++] = vf(k == PEL_F32 ? (double)(float)f : f);
      }
      check_cast(k, PEL_STR, v, text);
    }
}

/* ---- from text ---- */

static const char *const spellings[] = {"",
                                        " ",
                                        "0",
                                        "-0",
                                        "+0",
                                        "00",
                                        "1",
                                        "-1",
                                        "+1",
                                        "--1",
                                        "+-1",
                                        "1 ",
                                        " 1",
                                        "1_000",
                                        "0x10",
                                        "1e3",
                                        "1E+3",
                                        "1e",
                                        "e1",
                                        ".",
                                        ".5",
                                        "5.",
                                        "-.5",
                                        "1.5",
                                        "1,5",
                                        "127",
                                        "128",
                                        "-128",
                                        "-129",
                                        "255",
                                        "256",
                                        "32767",
                                        "32768",
                                        "-32768",
                                        "-32769",
                                        "65535",
                                        "65536",
                                        "2147483647",
                                        "2147483648",
                                        "-2147483648",
                                        "-2147483649",
                                        "4294967295",
                                        "4294967296",
                                        "9223372036854775807",
                                        "9223372036854775808",
                                        "-9223372036854775808",
                                        "-9223372036854775809",
                                        "18446744073709551615",
                                        "18446744073709551616",
                                        "99999999999999999999999999",
                                        "000000000000000000000000000000000007",
                                        "nan",
                                        "NaN",
                                        "-nan",
                                        "inf",
                                        "-inf",
                                        "+Infinity",
                                        "infinit",
                                        "1e308",
                                        "1e309",
                                        "-1e400",
                                        "4.9e-324",
                                        "1e-400",
                                        "3.4028235e38",
                                        "3.4028236e38",
                                        "3.5e38",
                                        "0.1",
                                        "9007199254740993",
                                        "1d",
                                        "1f",
                                        "true",
                                        "True",
                                        "TRUE",
                                        "tRUE",
                                        "false",
                                        "False",
                                        "FALSE",
                                        "t",
                                        "yes",
                                        "null",
                                        "\xc3\xa4",
                                        "\xd9\xa1",
                                        "2024-01-31"};

static bool all_digits(const char *p, const char *end) {
  for (const char *q = p; q < end; q++)
    if (*q < '0' || *q > '9') return false;
  return true;
}

/* [+-] digits */
static val read_int(const char *z, pel_kind out) {
  const bool minus = *z == '-';
  pel_i128 x = 0;
  if (*z == '-' || *z == '+') z++;
  if (!*z || !all_digits(z, z + strlen(z))) return failing();
  for (; *z && x < (pel_i128)1 << 100; z++) x = x * 10 + (*z - '0');
  return fitting(minus ? -x : x, out);
}

static bool same_word(const char *a, const char *b) {
  for (; *a && *b; a++, b++)
    if ((*a | 32) != *b) return false;
  return !*a && !*b;
}

/* [+-] (digits [. digits*] | . digits) [e [+-] digits], or nan, inf, infinity in any
 * case. */
static val read_float(const char *z, pel_kind out) {
  const char *p = z;
  if (*p == '-' || *p == '+') p++;
  if (!same_word(p, "nan") && !same_word(p, "inf") && !same_word(p, "infinity")) {
    const size_t whole = strspn(p, "0123456789");
    p += whole;
    const size_t rest = *p == '.' ? strspn(p + 1, "0123456789") : 0;
    if (*p == '.') p += 1 + rest;
    if (whole + rest == 0) return failing();
    if (*p == 'e' || *p == 'E') {
      p++;
      if (*p == '-' || *p == '+') p++;
      if (!*p || !all_digits(p, p + strlen(p))) return failing();
      p += strlen(p);
    }
    if (*p) return failing();
  }
  return vf(out == PEL_F32 ? (double)strtof(z, NULL) : strtod(z, NULL));
}

static val read_bool(const char *z) {
  static const char *const list[2][3] = {{"false", "False", "FALSE"},
                                         {"true", "True", "TRUE"}};
  for (int i = 0; i < 6; i++)
    if (!strcmp(z, list[i / 3][i % 3])) return vi(i / 3);
  return failing();
}

ORACLE(read_number) {
  (void)in;
  char z[64];
  if (memchr(a->p, 0, a->n)) return failing();
  memcpy(z, a->p, a->n);
  z[a->n] = 0;
  return out == PEL_BOOL ? read_bool(z)
         : is_float(out) ? read_float(z, out)
                         : read_int(z, out);
}

Test(ops, casts_of_text_to_numbers) {
  vals v = {.n = 0};
  for (uint32_t i = 0; i < sizeof spellings / sizeof *spellings; i++)
    v.at[v.n++] = vs(spellings[i]);
  v.at[v.n++] = (val){.state = PEL_VALID, .p = "1\0", .n = 2};
  cr_assert_leq(v.n, sizeof v.at / sizeof *v.at);
  for (pel_kind k = PEL_BOOL; k <= PEL_F64; k++) check_cast(PEL_STR, k, v, read_number);
}

/* Facts: calendars written down, and what calendar.h says of the forms. */
typedef struct fact {
  const char *text;
  int64_t value;
  bool there;
} fact;
static const fact *facts;
ORACLE(known) {
  (void)in, (void)out;
  for (const fact *f = facts; f->text; f++)
    if (strlen(f->text) == a->n && !memcmp(f->text, a->p, a->n))
      return f->there ? vi(f->value) : failing();
  return failing();
}
static void check_facts(pel_kind out, const fact *list) {
  vals v = {.n = 0};
  for (const fact *f = facts = list; f->text; f++) v.at[v.n++] = vs(f->text);
  check_cast(PEL_STR, out, v, known);
}

Test(ops, casts_of_text_to_dates_and_times) {
  static const fact dates[] = {{"1970-01-01", 0, true},
                               {"1969-12-31", -1, true},
                               {"2000-02-29", 11016, true},
                               {"2024-02-29", 19782, true},
                               {"0001-01-01", -719162, true},
                               {"9999-12-31", 2932896, true},
                               {"1900-02-29", 0, false},
                               {"2023-02-29", 0, false},
                               {"2024-04-31", 0, false},
                               {"0000-01-01", 0, false},
                               {"10000-01-01", 0, false},
                               {"2024-13-01", 0, false},
                               {"2024-00-01", 0, false},
                               {"2024-01-00", 0, false},
                               {"2024-01-32", 0, false},
                               {"2024-1-1", 0, false},
                               {"2024/01/01", 0, false},
                               {"20240101", 0, false},
                               {"2024-01-01 ", 0, false},
                               {"-001-01-01", 0, false},
                               {"2024-01-01T00:00:00Z", 0, false},
                               {"", 0, false},
                               {NULL, 0, false}};
  static const fact times[] = {{"1970-01-01T00:00:00Z", 0, true},
                               {"1970-01-01", 0, true},
                               {"1969-12-31T23:59:59.999999Z", -1, true},
                               {"1970-01-01 00:00:01", 1000000, true},
                               {"2001-09-09T01:46:40Z", 1000000000000000, true},
                               {"2038-01-19T03:14:07Z", 2147483647000000, true},
                               {"1970-01-01T02:00:00+02:00", 0, true},
                               {"1969-12-31T19:00-0500", 0, true},
                               {"1970-01-01T00:00:00.5Z", 500000, true},
                               {"1970-01-01T00:00:00.1000000Z", 100000, true},
                               {"1970-01-01T00:00:00.0000001Z", 0, false},
                               {"0001-01-01T00:00:00Z", -62135596800000000, true},
                               {"9999-12-31T23:59:59.999999Z", 253402300799999999, true},
                               {"0001-01-01T00:00:00+01:00", 0, false},
                               {"9999-12-31T23:59:59-01:00", 0, false},
                               {"1970-01-01T24:00:00Z", 0, false},
                               {"1970-01-01T23:59:60Z", 0, false},
                               {"1970-01-01T1:00:00Z", 0, false},
                               {"1970-01-01T", 0, false},
                               {"2023-02-29T00:00:00Z", 0, false},
                               {"now", 0, false},
                               {NULL, 0, false}};
  static const fact spans[] = {{"0s", 0, true},
                               {"10s", 10000000, true},
                               {"1.5h", 5400000000, true},
                               {"-90min", -5400000000, true},
                               {"1w", 604800000000, true},
                               {"1d", 86400000000, true},
                               {"1000ns", 1, true},
                               {"1ns", 0, false},
                               {"1ms", 1000, true},
                               {"7us", 7, true},
                               {"10", 0, false},
                               {"s", 0, false},
                               {"1 s", 0, false},
                               {"1S", 0, false},
                               {"1month", 0, false},
                               {"9223372036854775807us", INT64_MAX, true},
                               {"9223372036854775808us", 0, false},
                               {"-9223372036854775808us", INT64_MIN, true},
                               {"1e9w", 0, false},
                               {"nan", 0, false},
                               {"", 0, false},
                               {NULL, 0, false}};
  check_facts(PEL_DATE, dates);
  check_facts(PEL_TIME, times);
  check_facts(PEL_DUR, spans);
}

/* RFC 3629: no overlong forms, no surrogates, nothing beyond U+10FFFF, nothing cut off.
 */
ORACLE(valid_utf8) {
  const unsigned char *s = (const unsigned char *)a->p;
  (void)in, (void)out;
  for (size_t i = 0; i < a->n;) {
    const unsigned n = s[i] < 0x80   ? 1
                       : s[i] < 0xc2 ? 0
                       : s[i] < 0xe0 ? 2
                       : s[i] < 0xf0 ? 3
                       : s[i] < 0xf5 ? 4
                                     : 0;
    if (n == 0 || i + n > a->n) return failing();
    uint32_t c = n == 1 ? s[i] : s[i] & (0x7fu >> n);
    for (unsigned k = 1; k < n; k++) {
      if ((s[i + k] & 0xc0) != 0x80) return failing();
      c = c << 6 | (s[i + k] & 63);
    }
    if ((n == 3 && c < 0x800) || (n == 4 && (c < 0x10000 || c > 0x10ffff)) ||
        (c >= 0xd800 && c < 0xe000))
      return failing();
    i += n;
  }
  return a[0];
}

Test(ops, casts_between_text_and_bytes) {
  static const char bytes[] =
      "\x00\x41\x7f\x80\xbf\xc0\xc1\xc2\xdf\xe0\xe1\xed\xef\xf0\xf1\xf4\xf5\xff\x9f\xa0"
      "\x8f\x90";
  static char store[96][24];
  uint64_t s = 42;
  for (int round = 0; round < 60; round++) {
    vals v = {.n = 0};
    for (; v.n < 96; v.n++) {
      const size_t n = rig_random(&s) % 6;
      for (size_t i = 0; i < n; i++)
        store[v.n][i] = bytes[rig_random(&s) % (sizeof bytes - 1)];
      v.at[v.n] = (val){.state = PEL_VALID, .p = store[v.n], .n = n};
    }
    check_cast(PEL_BYTES, PEL_STR, v, valid_utf8);
    check_cast(PEL_STR, PEL_BYTES, v, same_value);
    check_cast(PEL_STR, PEL_STR, v, same_value);
    check_cast(PEL_BYTES, PEL_BYTES, v, same_value);
  }
}
