/* Dates, times and durations against glibc's calendar, where it says something, and
 * 128-bit integers. */
#include <time.h>

#include "tests/unit/stdlib/ops_rig.h"

#define ORACLE(fn) static val fn(const val *a, pel_kind in, pel_kind out)

#define SECOND ((pel_i128)1000000)
#define DAY (86400 * SECOND)

static pel_i128 floor_div(pel_i128 a, pel_i128 b) {
  const pel_i128 q = a / b;
  return q * b != a && (a < 0) != (b < 0) ? q - 1 : q;
}

/* What a date or time is in glibc's calendar. */
static struct tm broken(const val *v, pel_kind k) {
  const time_t t = (time_t)(k == PEL_DATE ? v->i * 86400 : floor_div(v->i, SECOND));
  struct tm tm;
  cr_assert(gmtime_r(&t, &tm));
  return tm;
}

ORACLE(year) { return (void)out, vi(broken(a, in).tm_year + 1900); }
ORACLE(month) { return (void)out, vi(broken(a, in).tm_mon + 1); }
ORACLE(quarter) { return (void)out, vi(broken(a, in).tm_mon / 3 + 1); }
ORACLE(day) { return (void)out, vi(broken(a, in).tm_mday); }
ORACLE(yearday) { return (void)out, vi(broken(a, in).tm_yday + 1); }
ORACLE(weekday) {
  const int d = broken(a, in).tm_wday;
  return (void)out, vi(d ? d : 7);
}
ORACLE(hour) { return (void)out, vi(broken(a, in).tm_hour); }
ORACLE(minute) { return (void)out, vi(broken(a, in).tm_min); }
ORACLE(second) { return (void)out, vi(broken(a, in).tm_sec); }

/* ---- values ---- */

static pel_i128 days_of(int y, int m, int d) {
  struct tm tm = {.tm_year = y - 1900, .tm_mon = m - 1, .tm_mday = d};
  return (pel_i128)timegm(&tm) / 86400;
}

static const int corners[][3] = {
    {1, 1, 1},      {1, 12, 31},   {4, 2, 29},     {100, 2, 28},  {100, 3, 1},
    {400, 2, 29},   {1582, 10, 4}, {1582, 10, 15}, {1600, 2, 29}, {1899, 12, 31},
    {1900, 2, 28},  {1900, 3, 1},  {1969, 12, 31}, {1970, 1, 1},  {2000, 2, 29},
    {2000, 12, 31}, {2023, 1, 31}, {2024, 2, 29},  {2024, 3, 31}, {2024, 12, 30},
    {2038, 1, 19},  {2100, 2, 28}, {9999, 2, 28},  {9999, 12, 1}, {9999, 12, 31}};

static vals dates(uint64_t *s, uint32_t n) {
  vals v = {.n = 0};
  for (uint32_t i = 0; i < sizeof corners / sizeof *corners; i++)
    v.at[v.n++] = vi(days_of(corners[i][0], corners[i][1], corners[i][2]));
  while (v.n < n)
    v.at[v.n++] = vi(least_of(PEL_DATE) + (pel_i128)(rig_random(s) % 3652059));
  return v;
}
static vals times(uint64_t *s, uint32_t n) {
  vals v = dates(s, n);
  for (uint32_t i = 0; i < v.n; i++) {
    const uint64_t r = rig_random(s);
    const pel_i128 of_day = r % 5 == 0   ? 0
                            : r % 5 == 1 ? DAY - 1
                            : r % 5 == 2 ? (pel_i128)(r / 8 % 86400) * SECOND
                                         : (pel_i128)(r / 8 % (uint64_t)DAY);
    v.at[i].i = v.at[i].i * DAY + of_day;
  }
  v.at[0] = vi(least_of(PEL_TIME));
  v.at[1] = vi(most_of(PEL_TIME));
  v.at[2] = vi(-1);
  return v;
}
static vals spans(uint64_t *s, uint32_t n) {
  static const int64_t list[] = {0,
                                 1,
                                 -1,
                                 999999,
                                 1000000,
                                 -1000000,
                                 86399999999,
                                 86400000000,
                                 -86400000000,
                                 86400000001,
                                 604800000000,
                                 31536000000000,
                                 -62135596800000000,
                                 315537897599999999,
                                 INT64_MAX,
                                 INT64_MIN,
                                 INT64_MIN + 1};
  vals v = {.n = 0};
  for (uint32_t i = 0; i < sizeof list / sizeof *list; i++) v.at[v.n++] = vi(list[i]);
  for (; v.n < n; v.n++) {
    const int64_t r = (int64_t)rig_random(s);
    v.at[v.n] = v.n % 3 == 0   ? vi(r)
                : v.n % 3 == 1 ? vi(r % 4000000 * DAY)
                               : vi(r % ((int64_t)DAY * 400));
  }
  return v;
}
static vals counts(const int64_t *list, uint32_t n) {
  vals v = {.n = 0};
  for (uint32_t i = 0; i < n; i++) v.at[v.n++] = vi(list[i]);
  return v;
}
#define COUNTS(...) \
  counts((const int64_t[]){__VA_ARGS__}, sizeof((const int64_t[]){__VA_ARGS__}) / 8)

static vals moments(pel_kind k, uint64_t *s, uint32_t n) {
  return k == PEL_DATE ? dates(s, n) : times(s, n);
}

Test(ops, parts_of_dates_and_times) {
  static const struct {
    const char *name;
    oracle want;
  } list[] = {{"year", year}, {"quarter", quarter}, {"month", month},
              {"day", day},   {"weekday", weekday}, {"yearday", yearday},
              {"hour", hour}, {"minute", minute},   {"second", second}};
  uint64_t s = 31;
  for (int round = 0; round < 8; round++)
    for (uint32_t i = 0; i < sizeof list / sizeof *list; i++)
      for (pel_kind k = i < 6 ? PEL_DATE : PEL_TIME; k <= PEL_TIME; k++) {
        ops_case c = {.name = list[i].name,
                      .nin = 1,
                      .in = {k},
                      .out = PEL_I64,
                      .values = {moments(k, &s, 96)},
                      .want = list[i].want};
        check_op(&c);
      }
}

/* The parts below the unit become their least; a week goes back to its Monday. */
ORACLE(truncated) {
  static const char *const units[] = {"second", "minute", "hour",    "day",
                                      "week",   "month",  "quarter", "year"};
  size_t u = 0;
  (void)out;
  while (u < 8 && (strlen(units[u]) != a[1].n || memcmp(units[u], a[1].p, a[1].n))) u++;
  if (u == 8) return failing();
  struct tm tm = broken(a, in);
  if (u >= 1) tm.tm_sec = 0;
  if (u >= 2) tm.tm_min = 0;
  if (u >= 3) tm.tm_hour = 0;
  if (u == 4) tm.tm_mday -= (tm.tm_wday + 6) % 7;
  if (u >= 5) tm.tm_mday = 1;
  if (u == 6) tm.tm_mon -= tm.tm_mon % 3;
  if (u == 7) tm.tm_mon = 0;
  const pel_i128 t = (pel_i128)timegm(&tm);
  return vi(in == PEL_DATE ? t / 86400 : t * SECOND);
}

Test(ops, truncating_dates_and_times) {
  uint64_t s = 32;
  const vals units = {.at = {vs("year"), vs("quarter"), vs("month"), vs("week"),
                             vs("day"), vs("hour"), vs("minute"), vs("second"), vs(""),
                             vs("Year"), vs("days"), vs("millisecond")},
                      .n = 12};
  for (int round = 0; round < 4; round++)
    for (pel_kind k = PEL_DATE; k <= PEL_TIME; k++) {
      ops_case c = {.name = "trunc",
                    .nin = 2,
                    .in = {k, PEL_STR},
                    .out = k,
                    .values = {moments(k, &s, 90), units},
                    .want = truncated};
      check_op(&c);
    }
}

static int month_length(pel_i128 y, int m) {
  static const int n[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return m == 1 && y % 4 == 0 && (y % 100 != 0 || y % 400 == 0) ? 29 : n[m];
}

ORACLE(add_months) {
  const struct tm tm = broken(a, in);
  const pel_i128 months = (pel_i128)(tm.tm_year + 1900) * 12 + tm.tm_mon + a[1].i,
                 y = floor_div(months, 12);
  const int m = (int)(months - y * 12);
  if (y < 1 || y > 9999) return failing();
  const int d = tm.tm_mday < month_length(y, m) ? tm.tm_mday : month_length(y, m);
  const pel_i128 days = days_of((int)y, m + 1, d);
  return (void)out,
         vi(in == PEL_DATE ? days : days * DAY + (a[0].i - floor_div(a[0].i, DAY) * DAY));
}

Test(ops, adding_months) {
  uint64_t s = 33;
  const vals n = COUNTS(INT64_MIN, -119988, -119987, -1200, -13, -12, -11, -1, 0, 1, 2,
                        11, 12, 13, 48, 1200, 119987, 119988, INT64_MAX);
  for (int round = 0; round < 2; round++)
    for (pel_kind k = PEL_DATE; k <= PEL_TIME; k++) {
      ops_case c = {.name = "add_months",
                    .nin = 2,
                    .in = {k, PEL_I64},
                    .out = k,
                    .values = {moments(k, &s, 90), n},
                    .want = add_months};
      check_op(&c);
    }
}

ORACLE(made) {
  (void)in, (void)out;
  if (a[0].i < 1 || a[0].i > 9999 || a[1].i < 1 || a[1].i > 12 || a[2].i < 1)
    return failing();
  if (a[2].i > month_length(a[0].i, (int)a[1].i - 1)) return failing();
  return vi(days_of((int)a[0].i, (int)a[1].i, (int)a[2].i));
}

Test(ops, making_dates) {
  ops_case c = {
      .name = "date",
      .nin = 3,
      .in = {PEL_I64, PEL_I64, PEL_I64},
      .out = PEL_DATE,
      .want = made,
      .values = {COUNTS(INT64_MIN, -1, 0, 1, 4, 100, 400, 1900, 1970, 2000, 2023, 2024,
                        2100, 9999, 10000, INT64_C(4294969320), INT64_MAX),
                 COUNTS(INT64_MIN, -1, 0, 1, 2, 3, 4, 6, 9, 11, 12, 13,
                        INT64_C(4294967298), INT64_MAX),
                 COUNTS(INT64_MIN, -1, 0, 1, 27, 28, 29, 30, 31, 32, INT64_C(4294967297),
                        INT64_MAX)}};
  check_op(&c);
}

/* ---- R18 ---- */

ORACLE(add) { return (void)in, fitting(a[0].i + a[1].i, out); }
ORACLE(sub) { return (void)in, fitting(a[0].i - a[1].i, out); }
ORACLE(neg) { return (void)in, fitting(-a[0].i, out); }
ORACLE(mul) {
  pel_i128 r;
  (void)in;
  return __builtin_mul_overflow(a[0].i, a[1].i, &r) ? failing() : fitting(r, out);
}
ORACLE(part) {
  return (void)in, a[1].i == 0 ? failing() : fitting(floor_div(a[0].i, a[1].i), out);
}
ORACLE(ratio) { return (void)in, (void)out, vf((double)a[0].i / (double)a[1].i); }
ORACLE(days_between) { return (void)in, fitting((a[0].i - a[1].i) * DAY, out); }
static val shifted(pel_i128 date, pel_i128 by) {
  return by % DAY ? failing() : fitting(date + by / DAY, PEL_DATE);
}
ORACLE(date_add) { return (void)in, (void)out, shifted(a[0].i, a[1].i); }
ORACLE(date_sub) { return (void)in, (void)out, shifted(a[0].i, -a[1].i); }
ORACLE(add_date) { return (void)in, (void)out, shifted(a[1].i, a[0].i); }

static vals any_of(pel_kind k, uint64_t *s) {
  return k == PEL_DUR ? spans(s, 90) : k == PEL_I64 ? ints_of(k) : moments(k, s, 90);
}

Test(ops, reckoning_with_time) {
  static const struct {
    const char *name;
    pel_kind a, b, out;
    oracle want;
  } list[] = {{"+", PEL_DUR, PEL_DUR, PEL_DUR, add},
              {"-", PEL_DUR, PEL_DUR, PEL_DUR, sub},
              {"+", PEL_TIME, PEL_DUR, PEL_TIME, add},
              {"+", PEL_DUR, PEL_TIME, PEL_TIME, add},
              {"-", PEL_TIME, PEL_DUR, PEL_TIME, sub},
              {"-", PEL_TIME, PEL_TIME, PEL_DUR, sub},
              {"-", PEL_DATE, PEL_DATE, PEL_DUR, days_between},
              {"+", PEL_DATE, PEL_DUR, PEL_DATE, date_add},
              {"+", PEL_DUR, PEL_DATE, PEL_DATE, add_date},
              {"-", PEL_DATE, PEL_DUR, PEL_DATE, date_sub},
              {"*", PEL_DUR, PEL_I64, PEL_DUR, mul},
              {"*", PEL_I64, PEL_DUR, PEL_DUR, mul},
              {"div", PEL_DUR, PEL_I64, PEL_DUR, part},
              {"/", PEL_DUR, PEL_DUR, PEL_F64, ratio}};
  uint64_t s = 34;
  for (uint32_t i = 0; i < sizeof list / sizeof *list; i++) {
    ops_case c = {.name = list[i].name,
                  .nin = 2,
                  .in = {list[i].a, list[i].b},
                  .out = list[i].out,
                  .values = {any_of(list[i].a, &s), any_of(list[i].b, &s)},
                  .want = list[i].want};
    check_op(&c);
  }
  ops_case c = {.name = "-",
                .nin = 1,
                .in = {PEL_DUR},
                .out = PEL_DUR,
                .values = {spans(&s, 96)},
                .want = neg};
  check_op(&c);
}
