/* The calendar against a day-by-day count of its rules and Python's datetime
 * (oracle.txt). */
#include "runtime/base/calendar.h"

#include <criterion/criterion.h>

#include "tests/unit/base/oracle.h"

/* Walks through all days by the rules alone. */
Test(calendar, every_day_of_9999_years) {
  static const unsigned char lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  int year = 1, month = 1, day = 1, weekday = 1, yearday = 1, week = PEL_DATE_MIN,
      first = PEL_DATE_MIN;
  int month_first = first, quarter_first = first;
  char text[PEL_PRINT_CALENDAR], want[32];
  for (int32_t n = PEL_DATE_MIN; n <= PEL_DATE_MAX; n++) {
    pel_civil c = pel__civil_from_days(n);
    cr_assert(c.year == year && c.month == month && c.day == day, "day %d", n);
    cr_assert_eq(pel__days_from_civil(year, (unsigned)month, (unsigned)day), n);
    cr_assert_eq(pel__date_weekday(n), weekday);
    cr_assert(pel__civil_valid(year, month, day));
    if (n % 16 == 0) { /* the rest follows from the parts */
      int32_t back;
      size_t length = pel__print_date(n, text);
      snprintf(want, sizeof want, "%04d-%02d-%02d", year, month, day);
      cr_assert(length == 10 && memcmp(text, want, 10) == 0);
      cr_assert(pel__parse_date(text, length, &back) == PEL_PARSE_OK && back == n);
      cr_assert_eq(pel__date_yearday(n), yearday);
      cr_assert_eq(pel__date_quarter(n), (month - 1) / 3 + 1);
      cr_assert_eq(pel__date_trunc(n, PEL_CALENDAR_YEAR), first);
      cr_assert_eq(pel__date_trunc(n, PEL_CALENDAR_QUARTER), quarter_first);
      cr_assert_eq(pel__date_trunc(n, PEL_CALENDAR_MONTH), month_first);
      cr_assert_eq(pel__date_trunc(n, PEL_CALENDAR_WEEK), week);
      cr_assert_eq(pel__date_trunc(n, PEL_CALENDAR_HOUR), n);
    }
    bool leap = year % 400 == 0 || (year % 4 == 0 && year % 100 != 0);
    int length = lengths[month - 1] + (month == 2 && leap);
    cr_assert_eq((int)pel__days_in_month(year, (unsigned)month), length);
    if (weekday == 7) week = n + 1;
    weekday = weekday % 7 + 1;
    yearday++;
    if (day++ < length) continue;
    day = 1;
    month_first = n + 1;
    if (month % 3 == 0) quarter_first = n + 1;
    if (month++ < 12) continue;
    month = yearday = 1;
    first = n + 1;
    year++;
  }
  cr_assert_eq(year, 10000);
}

Test(calendar, times_as_python_reads_them) {
  char line[128];
  FILE *f = oracle_open();
  cr_assert(f);
  int cases = 0;
  for (; oracle_next(f, "time", line, sizeof line); cases++) {
    char *text = strtok(line, " "), out[PEL_PRINT_CALENDAR];
    int64_t want = strtoll(strtok(NULL, " "), NULL, 10), got = 0, back = 0;
    cr_assert_eq(pel__parse_time(text, strlen(text), &got), PEL_PARSE_OK, "%s", text);
    cr_assert_eq(got, want, "%s", text);
    size_t n = pel__print_time(got, out);
    cr_assert_eq(pel__parse_time(out, n, &back), PEL_PARSE_OK);
    cr_assert_eq(back, got);
  }
  fclose(f);
  cr_assert_gt(cases, 100);
}

typedef pel_parse (*parse_fn)(const char *p, size_t n, int64_t *out);
typedef size_t (*print_fn)(int64_t v, char *out);

typedef struct sample {
  const char *text, *printed; /* printed: NULL if refused with status */
  pel_parse status;
} sample;

static void check_samples(const sample *s, size_t n, parse_fn parse, print_fn print) {
  for (size_t i = 0; i < n; i++) {
    int64_t v = 0;
    size_t length = strlen(s[i].text);
    char *exact = memcpy(malloc(length + 1), s[i].text, length),
         out[PEL_PRINT_CALENDAR + 1];
    cr_assert_eq(parse(exact, length, &v), s[i].status, "%s", s[i].text);
    free(exact);
    if (!s[i].printed) continue;
    out[print(v, out)] = '\0';
    cr_assert_str_eq(out, s[i].printed);
  }
}

static size_t print_time(int64_t v, char *out) { return pel__print_time(v, out); }
static size_t print_dur(int64_t v, char *out) { return pel__print_dur(v, out); }

Test(calendar, forms_of_time) {
  const sample s[] = {
      {"2024-01-31", "2024-01-31T00:00:00Z", PEL_PARSE_OK},
      {"2024-01-31T12:00:00Z", "2024-01-31T12:00:00Z", PEL_PARSE_OK},
      {"2024-01-31t12:00:00z", "2024-01-31T12:00:00Z", PEL_PARSE_OK},
      {"2024-01-31 12:00:00.250000", "2024-01-31T12:00:00.25Z", PEL_PARSE_OK},
      {"2024-01-31T12:00:00.000001", "2024-01-31T12:00:00.000001Z", PEL_PARSE_OK},
      {"2024-01-31T12:00:00.1234560000", "2024-01-31T12:00:00.123456Z", PEL_PARSE_OK},
      {"2024-01-31T12:00", "2024-01-31T12:00:00Z", PEL_PARSE_OK},
      {"2024-01-31T00:00:00+02:00", "2024-01-30T22:00:00Z", PEL_PARSE_OK},
      {"2024-02-28T23:30:00-0030", "2024-02-29T00:00:00Z", PEL_PARSE_OK},
      {"2024-01-31T12:00+05", "2024-01-31T07:00:00Z", PEL_PARSE_OK},
      {"1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z", PEL_PARSE_OK},
      {"0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z", PEL_PARSE_OK},
      {"9999-12-31T23:59:59.999999", "9999-12-31T23:59:59.999999Z", PEL_PARSE_OK},
      {"0001-01-01T00:00:00+00:01", NULL, PEL_PARSE_RANGE},
      {"9999-12-31T23:59:59-00:01", NULL, PEL_PARSE_RANGE},
      {"0000-12-31", NULL, PEL_PARSE_RANGE},
      {"2023-02-29", NULL, PEL_PARSE_RANGE},
      {"2024-13-01", NULL, PEL_PARSE_RANGE},
      {"2024-00-01", NULL, PEL_PARSE_RANGE},
      {"2024-01-00T12:00", NULL, PEL_PARSE_RANGE},
      {"2024-01-31T24:00:00", NULL, PEL_PARSE_RANGE},
      {"2024-01-31T12:60:00", NULL, PEL_PARSE_RANGE},
      {"2024-01-31T12:00:60Z", NULL, PEL_PARSE_RANGE},
      {"2024-01-31T12:00:00+24:00", NULL, PEL_PARSE_RANGE},
      {"2024-01-31T12:00:00+01:60", NULL, PEL_PARSE_RANGE},
      {"2024-01-31T12:00:00.0000001", NULL, PEL_PARSE_INEXACT},
      {"", NULL, PEL_PARSE_SYNTAX},
      {"2024-1-31", NULL, PEL_PARSE_SYNTAX},
      {"2024/01/31", NULL, PEL_PARSE_SYNTAX},
      {"20240131", NULL, PEL_PARSE_SYNTAX},
      {"12024-01-31", NULL, PEL_PARSE_SYNTAX},
      {"-001-01-31", NULL, PEL_PARSE_SYNTAX},
      {"2024-01-31T", NULL, PEL_PARSE_SYNTAX},
      {"2024-01-31x12:00", NULL, PEL_PARSE_SYNTAX},
      {"2024-01-31T12", NULL, PEL_PARSE_SYNTAX},
      {"2024-01-31T12:0", NULL, PEL_PARSE_SYNTAX},
      {"2024-01-31T12:00:", NULL, PEL_PARSE_SYNTAX},
      {"2024-01-31T12:00:00.", NULL, PEL_PARSE_SYNTAX},
      {"2024-01-31T12:00:00.5.5", NULL, PEL_PARSE_SYNTAX},
      {"2024-01-31T12:00:00Z ", NULL, PEL_PARSE_SYNTAX},
      {"2024-01-31T12:00:00+", NULL, PEL_PARSE_SYNTAX},
      {"2024-01-31T12:00:00+1", NULL, PEL_PARSE_SYNTAX},
      {"2024-01-31T12:00:00+02:", NULL, PEL_PARSE_SYNTAX},
      {"2024-01-31T12:00:00+020", NULL, PEL_PARSE_SYNTAX},
      {" 2024-01-31", NULL, PEL_PARSE_SYNTAX},
  };
  check_samples(s, sizeof s / sizeof s[0], pel__parse_time, print_time);
  int32_t d;
  cr_assert_eq(pel__parse_date("2024-01-31T00:00", 16, &d), PEL_PARSE_SYNTAX);
  cr_assert_eq(pel__parse_date("2024-02-30", 10, &d), PEL_PARSE_RANGE);
}

Test(calendar, forms_of_dur) {
  const sample s[] = {
      {"10s", "10s", PEL_PARSE_OK},
      {"90min", "90min", PEL_PARSE_OK},
      {"1.5h", "90min", PEL_PARSE_OK},
      {"-1.5h", "-90min", PEL_PARSE_OK},
      {"+3ms", "3ms", PEL_PARSE_OK},
      {"0w", "0s", PEL_PARSE_OK},
      {"-0s", "0s", PEL_PARSE_OK},
      {"604800s", "1w", PEL_PARSE_OK},
      {"48h", "2d", PEL_PARSE_OK},
      {"1000ns", "1us", PEL_PARSE_OK},
      {"0.001us", NULL, PEL_PARSE_INEXACT},
      {"1500ns", NULL, PEL_PARSE_INEXACT},
      {"0.5us", NULL, PEL_PARSE_INEXACT},
      {"1.50000000000000000000000000000000h", "90min", PEL_PARSE_OK},
      {"0.00000000000000000000000001w", NULL, PEL_PARSE_INEXACT},
      {"0.0001220703125w", "73828125us", PEL_PARSE_OK},
      {"9223372036854775807us", "9223372036854775807us", PEL_PARSE_OK},
      {"-9223372036854775808us", "-9223372036854775808us", PEL_PARSE_OK},
      {"9223372036854775808us", NULL, PEL_PARSE_RANGE},
      {"-9223372036854775809us", NULL, PEL_PARSE_RANGE},
      {"99999999999999999999999999999999999999999999999w", NULL, PEL_PARSE_RANGE},
      {"10", NULL, PEL_PARSE_SYNTAX},
      {"s", NULL, PEL_PARSE_SYNTAX},
      {"", NULL, PEL_PARSE_SYNTAX},
      {"-", NULL, PEL_PARSE_SYNTAX},
      {"1.s", NULL, PEL_PARSE_SYNTAX},
      {".5s", NULL, PEL_PARSE_SYNTAX},
      {"1e3s", NULL, PEL_PARSE_SYNTAX},
      {"10 s", NULL, PEL_PARSE_SYNTAX},
      {"10sec", NULL, PEL_PARSE_SYNTAX},
      {"10S", NULL, PEL_PARSE_SYNTAX},
      {"10s ", NULL, PEL_PARSE_SYNTAX},
      {"--1s", NULL, PEL_PARSE_SYNTAX},
  };
  check_samples(s, sizeof s / sizeof s[0], pel__parse_dur, print_dur);
}

Test(calendar, durs_read_back) {
  uint64_t seed = 12;
  for (int i = 0; i < 100000; i++) {
    int64_t v = (int64_t)next_random(&seed) >> (next_random(&seed) % 64), back = 0;
    if (i % 3 == 0) v = (v >> 27) * 60000000; /* whole minutes */
    char out[PEL_PRINT_CALENDAR];
    size_t n = pel__print_dur(v, out);
    cr_assert_eq(pel__parse_dur(out, n, &back), PEL_PARSE_OK, "%.*s", (int)n, out);
    cr_assert_eq(back, v, "%.*s", (int)n, out);
  }
}

Test(calendar, parts_and_truncation_of_times) {
  int64_t t = 0, want = 0;
  cr_assert_eq(pel__parse_time("1960-02-29T23:45:06.789", 23, &t), PEL_PARSE_OK);
  cr_assert_eq(pel__time_hour(t), 23);
  cr_assert_eq(pel__time_minute(t), 45);
  cr_assert_eq(pel__time_second(t), 6);
  cr_assert_eq(pel__date_weekday(pel__time_date(t)), 1);
  const struct {
    const char *unit, *text;
  } cases[] = {{"second", "1960-02-29T23:45:06"},
               {"minute", "1960-02-29T23:45"},
               {"hour", "1960-02-29T23:00"},
               {"day", "1960-02-29"},
               {"week", "1960-02-29"},
               {"month", "1960-02-01"},
               {"quarter", "1960-01-01"},
               {"year", "1960-01-01"}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    pel_calendar_unit u;
    cr_assert(pel__calendar_unit_parse(cases[i].unit, strlen(cases[i].unit), &u));
    cr_assert_eq(pel__parse_time(cases[i].text, strlen(cases[i].text), &want),
                 PEL_PARSE_OK);
    cr_assert_eq(pel__time_trunc(t, u), want, "%s", cases[i].unit);
  }
  pel_calendar_unit u;
  cr_assert_not(pel__calendar_unit_parse("decade", 6, &u));
  cr_assert_not(pel__calendar_unit_parse("Day", 3, &u));
  cr_assert_not(pel__calendar_unit_parse("", 0, &u));
}

static int32_t date(const char *text) {
  int32_t d = 0;
  cr_assert_eq(pel__parse_date(text, strlen(text), &d), PEL_PARSE_OK);
  return d;
}

Test(calendar, months_later) {
  const struct {
    const char *from;
    int64_t months;
    const char *to; /* NULL: out of range */
  } cases[] = {{"2024-01-31", 1, "2024-02-29"},   {"2023-01-31", 1, "2023-02-28"},
               {"2024-01-31", 2, "2024-03-31"},   {"2024-01-31", -2, "2023-11-30"},
               {"2024-02-29", 12, "2025-02-28"},  {"2024-02-29", 48, "2028-02-29"},
               {"2024-03-15", -27, "2021-12-15"}, {"0001-01-31", -1, NULL},
               {"9999-12-01", 1, NULL},           {"0001-01-01", 119987, "9999-12-01"},
               {"2024-01-01", INT64_MAX, NULL},   {"2024-01-01", INT64_MIN, NULL},
               {"2024-01-31", 0, "2024-01-31"}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    int32_t to = 7;
    bool ok = pel__date_add_months(date(cases[i].from), cases[i].months, &to);
    cr_assert_eq(ok, cases[i].to != NULL);
    cr_assert_eq(to, ok ? date(cases[i].to) : 7, "%s + %ld", cases[i].from,
                 cases[i].months);
    int64_t t = 7;
    ok = pel__time_add_months(pel__date_time(date(cases[i].from)) + 123, cases[i].months,
                              &t);
    cr_assert_eq(ok, cases[i].to != NULL);
    if (ok) cr_assert_eq(t, pel__date_time(date(cases[i].to)) + 123);
  }
}
