#include "runtime/base/calendar.h"

#include <string.h>

enum {
  DAYS_PER_ERA = 146097,
  YEARS_PER_ERA = 400,
  DAYS_BEFORE_EPOCH = 719468 /* 0000-03-01 */
};

static int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b < 0); }

/* Years that begin on the first of March put the leap day last, and months into one
 * linear formula. */
pel_civil pel__civil_from_days(int32_t days) {
  int64_t z = (int64_t)days + DAYS_BEFORE_EPOCH;
  int64_t era = floor_div(z, DAYS_PER_ERA);
  uint32_t day_of_era = (uint32_t)(z - era * DAYS_PER_ERA);
  uint32_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  uint32_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  uint32_t march = (5 * day_of_year + 2) / 153; /* 0 is March */
  uint32_t month = march < 10 ? march + 3 : march - 9;
  pel_civil c;
  c.year = (int32_t)(year_of_era + era * YEARS_PER_ERA + (month <= 2));
  c.month = (uint8_t)month;
  c.day = (uint8_t)(day_of_year - (153 * march + 2) / 5 + 1);
  return c;
}

int32_t pel__days_from_civil(int32_t year, unsigned month, unsigned day) {
  int64_t y = (int64_t)year - (month <= 2);
  int64_t era = floor_div(y, YEARS_PER_ERA);
  uint32_t year_of_era = (uint32_t)(y - era * YEARS_PER_ERA);
  uint32_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  uint32_t day_of_era =
      year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return (int32_t)(era * DAYS_PER_ERA + day_of_era - DAYS_BEFORE_EPOCH);
}

static bool is_leap(int32_t year) {
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

unsigned pel__days_in_month(int32_t year, unsigned month) {
  if (month == 2) return is_leap(year) ? 29 : 28;
  return 30 + ((month + (month > 7)) & 1);
}

bool pel__civil_valid(int64_t year, int64_t month, int64_t day) {
  return year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 &&
         day <= pel__days_in_month((int32_t)year, (unsigned)month);
}

/* ---- parts ---- */

int32_t pel__date_year(int32_t days) { return pel__civil_from_days(days).year; }
int32_t pel__date_quarter(int32_t days) {
  return (pel__civil_from_days(days).month + 2) / 3;
}
int32_t pel__date_month(int32_t days) { return pel__civil_from_days(days).month; }
int32_t pel__date_day(int32_t days) { return pel__civil_from_days(days).day; }

int32_t pel__date_weekday(int32_t days) {
  int32_t from_thursday = days % 7; /* 1970-01-01 was a Thursday, 4 */
  return (from_thursday + 10) % 7 + 1;
}

int32_t pel__date_yearday(int32_t days) {
  return days - pel__days_from_civil(pel__civil_from_days(days).year, 1, 1) + 1;
}

/* ---- truncation ---- */

bool pel__calendar_unit_parse(const char *p, size_t n, pel_calendar_unit *out) {
  static const char *const names[] = {"year", "quarter", "month",  "week",
                                      "day",  "hour",    "minute", "second"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    if (strlen(names[i]) != n || memcmp(names[i], p, n) != 0) continue;
    *out = (pel_calendar_unit)i;
    return true;
  }
  return false;
}

int32_t pel__date_trunc(int32_t days, pel_calendar_unit unit) {
  pel_civil c;
  switch (unit) {
    case PEL_CALENDAR_YEAR:
      return pel__days_from_civil(pel__date_year(days), 1, 1);
    case PEL_CALENDAR_QUARTER:
      c = pel__civil_from_days(days);
      return pel__days_from_civil(c.year, (c.month - 1u) / 3 * 3 + 1, 1);
    case PEL_CALENDAR_MONTH:
      return days - pel__date_day(days) + 1;
    case PEL_CALENDAR_WEEK:
      return days - pel__date_weekday(days) + 1;
    case PEL_CALENDAR_DAY:
    case PEL_CALENDAR_HOUR:
    case PEL_CALENDAR_MINUTE:
    case PEL_CALENDAR_SECOND:
      break;
  }
  return days;
}

static int64_t floor_to(int64_t us, int64_t step) {
  int64_t rest = us % step;
  return us - (rest < 0 ? rest + step : rest);
}

int64_t pel__time_trunc(int64_t us, pel_calendar_unit unit) {
  if (unit == PEL_CALENDAR_SECOND) return floor_to(us, PEL_US_PER_SECOND);
  if (unit == PEL_CALENDAR_MINUTE) return floor_to(us, PEL_US_PER_MINUTE);
  if (unit == PEL_CALENDAR_HOUR) return floor_to(us, PEL_US_PER_HOUR);
  return pel__date_time(pel__date_trunc(pel__time_date(us), unit));
}

/* ---- months ---- */

bool pel__date_add_months(int32_t days, int64_t months, int32_t *out) {
  enum { MOST = 12 * 10000 };
  if (months < -MOST || months > MOST) return false;
  pel_civil c = pel__civil_from_days(days);
  int64_t month = (int64_t)c.year * 12 + c.month - 1 + months;
  int64_t year = floor_div(month, 12);
  if (year < 1 || year > 9999) return false;
  unsigned in_year = (unsigned)(month - 12 * year) + 1;
  unsigned last = pel__days_in_month((int32_t)year, in_year);
  *out = pel__days_from_civil((int32_t)year, in_year, c.day < last ? c.day : last);
  return true;
}

bool pel__time_add_months(int64_t us, int64_t months, int64_t *out) {
  int32_t days;
  if (!pel__date_add_months(pel__time_date(us), months, &days)) return false;
  *out = pel__date_time(days) + pel__time_of_day(us);
  return true;
}
