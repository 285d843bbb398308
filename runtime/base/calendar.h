/* Dates, times and durations: the proleptic Gregorian calendar in UTC, their texts,
 * parts, truncation and months.
 * A date is days since 1970-01-01 (i32), a time and a dur are microseconds (i64);
 * nothing is owned, no zone files are read.
 * Any thread. */
#ifndef PEL_RUNTIME_BASE_CALENDAR_H
#define PEL_RUNTIME_BASE_CALENDAR_H

#include "runtime/base/num_parse.h"

/* The values of the types: years 1 to 9999. */
#define PEL_DATE_MIN (-719162) /* 0001-01-01 */
#define PEL_DATE_MAX 2932896   /* 9999-12-31 */
#define PEL_US_PER_SECOND INT64_C(1000000)
#define PEL_US_PER_MINUTE (60 * PEL_US_PER_SECOND)
#define PEL_US_PER_HOUR (3600 * PEL_US_PER_SECOND)
#define PEL_US_PER_DAY (86400 * PEL_US_PER_SECOND)
#define PEL_TIME_MIN (PEL_DATE_MIN * PEL_US_PER_DAY)
#define PEL_TIME_MAX ((PEL_DATE_MAX + 1) * PEL_US_PER_DAY - 1)

PEL_INLINE bool pel__date_valid(int64_t days) {
  return days >= PEL_DATE_MIN && days <= PEL_DATE_MAX;
}
PEL_INLINE bool pel__time_valid(int64_t us) {
  return us >= PEL_TIME_MIN && us <= PEL_TIME_MAX;
}

/* ---- text ----
 * date: 2024-01-31.
 * time: 2024-01-31T12:00:00.25+02:00. A space or t may stand for T; seconds, fraction
 *   and zone may be left out (no zone is UTC), and so may all of the time of day
 *   (midnight). Zone: Z, z, +02:00, +0200, +02. No leap seconds, no 24:00. Digits beyond
 *   the sixth of a fraction must be zeros (else PEL_PARSE_INEXACT).
 * dur: a number and a unit, such as 10s, 1.5h, -90min; units ns us ms s min h d w. What
 *   is not a whole number of microseconds is PEL_PARSE_INEXACT. */
pel_parse pel__parse_date(const char *p, size_t n, int32_t *out) PEL_USE_RESULT;
pel_parse pel__parse_time(const char *p, size_t n, int64_t *out) PEL_USE_RESULT;
pel_parse pel__parse_dur(const char *p, size_t n, int64_t *out) PEL_USE_RESULT;

/* Write into the caller's array and answer the number of characters; no NUL.
 * time: 2024-01-31T12:00:00Z, a fraction only if it is not zero, its trailing zeros cut.
 * dur: one exact literal in the largest unit that is whole: 90min, 0s. Any integer can be
 *   printed. */
enum { PEL_PRINT_CALENDAR = 40 };
size_t pel__print_date(int32_t days, char out[PEL_PRINT_CALENDAR]);
size_t pel__print_time(int64_t us, char out[PEL_PRINT_CALENDAR]);
size_t pel__print_dur(int64_t us, char out[PEL_PRINT_CALENDAR]);

/* ---- parts ---- */
typedef struct pel_civil {
  int32_t year;
  uint8_t month; /* 1 … 12 */
  uint8_t day;   /* 1 … 31 */
} pel_civil;

/* Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms" (2013):
 * civil_from_days, days_from_civil. Any i32 is fine for the first. */
pel_civil pel__civil_from_days(int32_t days);
/* The day of a civil date that exists; month 1 … 12. */
int32_t pel__days_from_civil(int32_t year, unsigned month, unsigned day);
/* Whether the date exists and lies in years 1 to 9999. */
bool pel__civil_valid(int64_t year, int64_t month, int64_t day);
unsigned pel__days_in_month(int32_t year, unsigned month);

/* A time's day, floored, and what is left of it: 0 … PEL_US_PER_DAY - 1. */
PEL_INLINE int32_t pel__time_date(int64_t us) {
  int64_t d = us / PEL_US_PER_DAY;
  return (int32_t)(d - (us % PEL_US_PER_DAY < 0));
}
PEL_INLINE int64_t pel__time_of_day(int64_t us) {
  int64_t r = us % PEL_US_PER_DAY;
  return r < 0 ? r + PEL_US_PER_DAY : r;
}
PEL_INLINE int64_t pel__date_time(int32_t days) { return days * PEL_US_PER_DAY; }

typedef enum pel_calendar_unit {
  PEL_CALENDAR_YEAR,
  PEL_CALENDAR_QUARTER,
  PEL_CALENDAR_MONTH,
  PEL_CALENDAR_WEEK, /* from Monday */
  PEL_CALENDAR_DAY,
  PEL_CALENDAR_HOUR,
  PEL_CALENDAR_MINUTE,
  PEL_CALENDAR_SECOND
} pel_calendar_unit;

/* "year", "quarter", "month", "week", "day", "hour", "minute", "second". */
bool pel__calendar_unit_parse(const char *p, size_t n,
                              pel_calendar_unit *out) PEL_USE_RESULT;

/* For a time's year, month, … take pel__time_date first. */
int32_t pel__date_year(int32_t days);
int32_t pel__date_quarter(int32_t days); /* 1 … 4 */
int32_t pel__date_month(int32_t days);   /* 1 … 12 */
int32_t pel__date_day(int32_t days);     /* 1 … 31 */
int32_t pel__date_weekday(int32_t days); /* ISO 8601: 1 is Monday, 7 is Sunday */
int32_t pel__date_yearday(int32_t days); /* 1 … 366 */
PEL_INLINE int32_t pel__time_hour(int64_t us) {
  return (int32_t)(pel__time_of_day(us) / PEL_US_PER_HOUR);
}
PEL_INLINE int32_t pel__time_minute(int64_t us) {
  return (int32_t)(pel__time_of_day(us) / PEL_US_PER_MINUTE % 60);
}
PEL_INLINE int32_t pel__time_second(int64_t us) {
  return (int32_t)(pel__time_of_day(us) / PEL_US_PER_SECOND % 60);
}

/* The first day, or instant, of the unit that holds it. A valid value stays valid
 * (0001-01-01 is a Monday). Hours, minutes and seconds leave a date as it is. */
int32_t pel__date_trunc(int32_t days, pel_calendar_unit unit);
int64_t pel__time_trunc(int64_t us, pel_calendar_unit unit);

/* The same day (and time of day) months later or, when that month is shorter, its last
 * day. false when the result leaves years 1 to 9999. The value given must be valid. */
bool pel__date_add_months(int32_t days, int64_t months, int32_t *out) PEL_USE_RESULT;
bool pel__time_add_months(int64_t us, int64_t months, int64_t *out) PEL_USE_RESULT;
#endif
