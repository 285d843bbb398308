#include "runtime/base/calendar.h"

#include <string.h>

#include "stdlib/core/kernel.h"

/* Dates are days, times and durations microseconds: see runtime/base/calendar.h. */

/* ---- parts ---- */

#define PART(name, of_date)                                                        \
  static pel_status name##_date(const pel_call *c) {                               \
    const int32_t *a = PEL_IN(c, 0, int32_t);                                      \
    PEL_EACH_VALID(c, i, PEL_OUT(c, int64_t)[i] = of_date(a[i]););                 \
    return PEL_OK;                                                                 \
  }                                                                                \
  static pel_status name##_time(const pel_call *c) {                               \
    const int64_t *a = PEL_IN(c, 0, int64_t);                                      \
    PEL_EACH_VALID(c, i, PEL_OUT(c, int64_t)[i] = of_date(pel__time_date(a[i]));); \
    return PEL_OK;                                                                 \
  }                                                                                \
  static pel_kernel choose_##name(const pel_type *const *in, uint32_t nin,         \
                                  const pel_type *out) {                           \
    (void)out;                                                                     \
    if (nin != 1) return NULL;                                                     \
    return in[0]->kind == PEL_DATE   ? name##_date                                 \
           : in[0]->kind == PEL_TIME ? name##_time                                 \
                                     : NULL;                                       \
  }
PART(year, pel__date_year)
PART(quarter, pel__date_quarter)
PART(month, pel__date_month)
PART(day, pel__date_day)
PART(weekday, pel__date_weekday)
PART(yearday, pel__date_yearday)

#define CLOCK(name)                                                         \
  static pel_status name(const pel_call *c) {                               \
    const int64_t *a = PEL_IN(c, 0, int64_t);                               \
    PEL_EACH_VALID(c, i, PEL_OUT(c, int64_t)[i] = pel__time_##name(a[i]);); \
    return PEL_OK;                                                          \
  }                                                                         \
  static pel_kernel choose_##name(const pel_type *const *in, uint32_t nin,  \
                                  const pel_type *out) {                    \
    (void)out;                                                              \
    return nin == 1 && in[0]->kind == PEL_TIME ? name : NULL;               \
  }
CLOCK(hour)
CLOCK(minute)
CLOCK(second)

/* ---- truncation, months, making ---- */

static pel_status bad_unit(const pel_call *c, uint32_t i, const pel_view *v) {
  return pel_call_poison(
      c, i, "unit",
      "\"%.*s\" is no unit: year, quarter, month, week, day, hour, minute, second",
      (int)(v->in.n > 40 ? 40 : v->in.n), pel_view_bytes(v));
}

/* The unit is nearly always one constant: parsed when it changes. */
#define TRUNC(fn, T, trunc_one)                                                    \
  static pel_status fn(const pel_call *c) {                                        \
    const T *a = PEL_IN(c, 0, T);                                                  \
    const pel_view *u = PEL_IN(c, 1, pel_view);                                    \
    pel_calendar_unit unit = PEL_CALENDAR_DAY;                                     \
    const pel_view *parsed = NULL;                                                 \
    pel_status st = PEL_OK;                                                        \
    PEL_EACH_VALID(c, i, {                                                         \
      if (!parsed || !pel_view_eq(parsed, &u[i]))                                  \
        parsed = pel__calendar_unit_parse(pel_view_bytes(&u[i]), u[i].in.n, &unit) \
                     ? &u[i]                                                       \
                     : NULL;                                                       \
      if (!parsed) st = bad_unit(c, i, &u[i]);                                     \
      PEL_OUT(c, T)[i] = parsed ? trunc_one(a[i], unit) : 0;                       \
    });                                                                            \
    return st;                                                                     \
  }
TRUNC(trunc_date, int32_t, pel__date_trunc)
TRUNC(trunc_time, int64_t, pel__time_trunc)

static pel_kernel choose_trunc(const pel_type *const *in, uint32_t nin,
                               const pel_type *out) {
  (void)out;
  if (nin != 2 || in[1]->kind != PEL_STR) return NULL;
  return in[0]->kind == PEL_DATE   ? trunc_date
         : in[0]->kind == PEL_TIME ? trunc_time
                                   : NULL;
}

#define ADD_MONTHS(fn, T, add_one)                                                 \
  static pel_status fn(const pel_call *c) {                                        \
    const T *a = PEL_IN(c, 0, T);                                                  \
    const int64_t *n = PEL_IN(c, 1, int64_t);                                      \
    pel_status st = PEL_OK;                                                        \
    PEL_EACH_VALID(c, i, {                                                         \
      PEL_OUT(c, T)[i] = 0;                                                        \
      if (!add_one(a[i], n[i], &PEL_OUT(c, T)[i]))                                 \
        st = pel_call_poison(c, i, "overflow",                                     \
                             "%lld months further is outside the years 1 to 9999", \
                             (long long)n[i]);                                     \
    });                                                                            \
    return st;                                                                     \
  }
ADD_MONTHS(add_months_date, int32_t, pel__date_add_months)
ADD_MONTHS(add_months_time, int64_t, pel__time_add_months)

static pel_kernel choose_add_months(const pel_type *const *in, uint32_t nin,
                                    const pel_type *out) {
  (void)out;
  if (nin != 2 || in[1]->kind != PEL_I64) return NULL;
  return in[0]->kind == PEL_DATE   ? add_months_date
         : in[0]->kind == PEL_TIME ? add_months_time
                                   : NULL;
}

static pel_status make_date(const pel_call *c) {
  const int64_t *y = PEL_IN(c, 0, int64_t), *m = PEL_IN(c, 1, int64_t),
                *d = PEL_IN(c, 2, int64_t);
  pel_status st = PEL_OK;
  PEL_EACH_VALID(c, i, {
    const bool there = pel__civil_valid(y[i], m[i], d[i]);
    PEL_OUT(c, int32_t)
    [i] = there ? pel__days_from_civil((int32_t)y[i], (unsigned)m[i], (unsigned)d[i]) : 0;
    if (!there)
      st = pel_call_poison(c, i, "range", "there is no date(%lld, %lld, %lld)",
                           (long long)y[i], (long long)m[i], (long long)d[i]);
  });
  return st;
}

static pel_kernel choose_date(const pel_type *const *in, uint32_t nin,
                              const pel_type *out) {
  (void)out;
  return nin == 3 && in[0]->kind == PEL_I64 && in[1]->kind == PEL_I64 &&
                 in[2]->kind == PEL_I64
             ? make_date
             : NULL;
}

#define STRICT .props = PEL_PURE | PEL_NULL_STRICT
#define FAILS .props = PEL_PURE | PEL_NULL_STRICT | PEL_CAN_FAIL
#define GREGORIAN .ref = "ISO 8601, proleptic Gregorian calendar in UTC"

PEL_OP(date_year, "year", "(d: date) -> i64", PEL_OP_MAP, .doc = "The year.", STRICT,
       GREGORIAN, .choose = choose_year);
PEL_OP(time_year, "year", "(t: time) -> i64", PEL_OP_MAP, .doc = "The year.", STRICT,
       GREGORIAN, .choose = choose_year);
PEL_OP(date_quarter, "quarter", "(d: date) -> i64", PEL_OP_MAP,
       .doc = "The quarter, 1 to 4.", STRICT, GREGORIAN, .choose = choose_quarter);
PEL_OP(time_quarter, "quarter", "(t: time) -> i64", PEL_OP_MAP,
       .doc = "The quarter, 1 to 4.", STRICT, GREGORIAN, .choose = choose_quarter);
PEL_OP(date_month, "month", "(d: date) -> i64", PEL_OP_MAP, .doc = "The month, 1 to 12.",
       STRICT, GREGORIAN, .choose = choose_month);
PEL_OP(time_month, "month", "(t: time) -> i64", PEL_OP_MAP, .doc = "The month, 1 to 12.",
       STRICT, GREGORIAN, .choose = choose_month);
PEL_OP(date_day, "day", "(d: date) -> i64", PEL_OP_MAP, .doc = "The day of the month.",
       STRICT, GREGORIAN, .choose = choose_day);
PEL_OP(time_day, "day", "(t: time) -> i64", PEL_OP_MAP, .doc = "The day of the month.",
       STRICT, GREGORIAN, .choose = choose_day);
PEL_OP(date_weekday, "weekday", "(d: date) -> i64", PEL_OP_MAP,
       .doc = "The day of the week: 1 is Monday, 7 is Sunday.", STRICT, GREGORIAN,
       .choose = choose_weekday);
PEL_OP(time_weekday, "weekday", "(t: time) -> i64", PEL_OP_MAP,
       .doc = "The day of the week: 1 is Monday, 7 is Sunday.", STRICT, GREGORIAN,
       .choose = choose_weekday);
PEL_OP(date_yearday, "yearday", "(d: date) -> i64", PEL_OP_MAP,
       .doc = "The day of the year, 1 to 366.", STRICT, GREGORIAN,
       .choose = choose_yearday);
PEL_OP(time_yearday, "yearday", "(t: time) -> i64", PEL_OP_MAP,
       .doc = "The day of the year, 1 to 366.", STRICT, GREGORIAN,
       .choose = choose_yearday);
PEL_OP(time_hour, "hour", "(t: time) -> i64", PEL_OP_MAP, .doc = "The hour, 0 to 23.",
       STRICT, GREGORIAN, .choose = choose_hour);
PEL_OP(time_minute, "minute", "(t: time) -> i64", PEL_OP_MAP,
       .doc = "The minute, 0 to 59.", STRICT, GREGORIAN, .choose = choose_minute);
PEL_OP(time_second, "second", "(t: time) -> i64", PEL_OP_MAP,
       .doc = "The whole second, 0 to 59.", STRICT, GREGORIAN, .choose = choose_second);
PEL_OP(date_trunc, "trunc", "(d: date, unit: str) -> date", PEL_OP_MAP,
       .doc =
           "The first day of the year, quarter, month, week (from Monday) or day that "
           "holds d; finer units leave it. Fails for another unit.",
       FAILS, GREGORIAN, .choose = choose_trunc);
PEL_OP(time_trunc, "trunc", "(t: time, unit: str) -> time", PEL_OP_MAP,
       .doc =
           "The first instant of the year, quarter, month, week (from Monday), day, "
           "hour, minute or second that holds t. Fails for another unit.",
       FAILS, GREGORIAN, .choose = choose_trunc);
PEL_OP(date_add_months, "add_months", "(d: date, n: i64) -> date", PEL_OP_MAP,
       .doc =
           "The same day n months later or, where that month is shorter, its last day. "
           "Fails outside the years 1 to 9999.",
       FAILS, GREGORIAN, .choose = choose_add_months);
PEL_OP(time_add_months, "add_months", "(t: time, n: i64) -> time", PEL_OP_MAP,
       .doc =
           "The same day and time of day n months later or, where that month is shorter, "
           "its last day. Fails outside the years 1 to 9999.",
       FAILS, GREGORIAN, .choose = choose_add_months);
PEL_OP(date_make, "date", "(year: i64, month: i64, day: i64) -> date", PEL_OP_MAP,
       .doc = "The date with these parts; fails when there is none.", FAILS, GREGORIAN,
       .choose = choose_date);
