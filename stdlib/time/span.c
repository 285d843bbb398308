#include "runtime/base/calendar.h"
#include "stdlib/core/kernel.h"

/* R18: what dates, times and durations do with each other. Every result is checked
 * against its type's range. */

typedef struct span_result {
  int64_t v;
  bool bad;
} span_result;

static span_result add(int64_t a, int64_t b) {
  span_result r;
  r.bad = __builtin_add_overflow(a, b, &r.v);
  return r;
}
static span_result sub(int64_t a, int64_t b) {
  span_result r;
  r.bad = __builtin_sub_overflow(a, b, &r.v);
  return r;
}
static span_result times(int64_t a, int64_t b) {
  span_result r;
  r.bad = __builtin_mul_overflow(a, b, &r.v);
  return r;
}
static span_result in_time(span_result r) {
  r.bad |= !pel__time_valid(r.v);
  return r;
}
static span_result time_plus(int64_t t, int64_t d) { return in_time(add(t, d)); }
static span_result time_minus(int64_t t, int64_t d) { return in_time(sub(t, d)); }
static span_result dur_plus_time(int64_t d, int64_t t) { return in_time(add(t, d)); }
static span_result floor_div(int64_t a, int64_t b) {
  if (b == 0 || (b == -1 && a == INT64_MIN)) return (span_result){0, true};
  return (span_result){a / b - (a % b != 0 && (a < 0) != (b < 0)), false};
}

static int64_t value(const pel_col *c, uint32_t i) {
  return c->type->kind == PEL_DATE ? ((const int32_t *)c->data)[i]
                                   : ((const int64_t *)c->data)[i];
}

static pel_status out_of_range(const pel_call *c, uint32_t i, const char *op) {
  char a[PEL_PRINT_CALENDAR], b[PEL_PRINT_CALENDAR];
  const bool time = c->in[0].type->kind == PEL_TIME;
  const size_t n = time ? pel__print_time(value(&c->in[0], i), a)
                        : pel__print_dur(value(&c->in[0], i), a);
  const size_t m = c->in[1].type->kind == PEL_TIME
                       ? pel__print_time(value(&c->in[1], i), b)
                       : pel__print_dur(value(&c->in[1], i), b);
  if (c->in[1].type->kind == PEL_I64)
    return pel_call_poison(c, i, "overflow", "%.*s %s %lld has no value", (int)n, a, op,
                           (long long)value(&c->in[1], i));
  return pel_call_poison(c, i, "overflow", "%.*s %s %.*s has no value", (int)n, a, op,
                         (int)m, b);
}

#define SPAN(fn, f, op)                                                  \
  static pel_status fn(const pel_call *c) {                              \
    pel_status st = PEL_OK;                                              \
    PEL_EACH_VALID(c, i, {                                               \
      const span_result r = f(value(&c->in[0], i), value(&c->in[1], i)); \
      PEL_OUT(c, int64_t)[i] = r.v;                                      \
      if (r.bad) st = out_of_range(c, i, op);                            \
    });                                                                  \
    return st;                                                           \
  }
SPAN(add_spans, add, "+")
SPAN(sub_spans, sub, "-")
SPAN(time_add, time_plus, "+")
SPAN(time_sub, time_minus, "-")
SPAN(span_add_time, dur_plus_time, "+")
SPAN(time_diff, sub, "-")
SPAN(span_times, times, "*")
SPAN(span_div, floor_div, "div")

static pel_status times_span(const pel_call *c) {
  pel_status st = PEL_OK;
  PEL_EACH_VALID(c, i, {
    const span_result r = times(value(&c->in[0], i), value(&c->in[1], i));
    PEL_OUT(c, int64_t)[i] = r.v;
    if (r.bad)
      st = pel_call_poison(c, i, "overflow", "the duration times %lld has no value",
                           (long long)value(&c->in[0], i));
  });
  return st;
}

static pel_status date_diff(const pel_call *c) {
  PEL_EACH_VALID(c, i,
                 PEL_OUT(c, int64_t)[i] =
                     (value(&c->in[0], i) - value(&c->in[1], i)) * PEL_US_PER_DAY;);
  return PEL_OK;
}

static pel_status shift_date(const pel_call *c, uint32_t date, int64_t sign) {
  pel_status st = PEL_OK;
  PEL_EACH_VALID(c, i, {
    const int64_t d = value(&c->in[date], i);
    const int64_t us = value(&c->in[1 - date], i);
    const int64_t days = d + sign * (us / PEL_US_PER_DAY);
    const bool whole = us % PEL_US_PER_DAY == 0;
    PEL_OUT(c, int32_t)[i] = whole && pel__date_valid(days) ? (int32_t)days : 0;
    char text[PEL_PRINT_CALENDAR];
    const size_t n = whole && pel__date_valid(days) ? 0 : pel__print_dur(us, text);
    if (!whole)
      st = pel_call_poison(
          c, i, "range", "%.*s is no whole number of days: take a time instead of a date",
          (int)n, text);
    else if (n)
      st = pel_call_poison(c, i, "overflow",
                           "a date and %.*s: outside the years 1 to 9999", (int)n, text);
  });
  return st;
}
static pel_status date_add(const pel_call *c) { return shift_date(c, 0, 1); }
static pel_status date_sub(const pel_call *c) { return shift_date(c, 0, -1); }
static pel_status span_add_date(const pel_call *c) { return shift_date(c, 1, 1); }

static pel_status span_ratio(const pel_call *c) {
  PEL_EACH_VALID(
      c, i,
      PEL_OUT(c, double)[i] = (double)value(&c->in[0], i) / (double)value(&c->in[1], i););
  return PEL_OK;
}

static pel_status span_neg(const pel_call *c) {
  pel_status st = PEL_OK;
  PEL_EACH_VALID(c, i, {
    const int64_t v = value(&c->in[0], i);
    PEL_OUT(c, int64_t)[i] = v == INT64_MIN ? 0 : -v;
    if (v == INT64_MIN)
      st = pel_call_poison(c, i, "overflow", "the least duration has no negative");
  });
  return st;
}

#define CHOOSE(fn, a, b)                                                     \
  static pel_kernel choose_##fn(const pel_type *const *in, uint32_t nin,     \
                                const pel_type *out) {                       \
    (void)out;                                                               \
    return nin == 2 && in[0]->kind == (a) && in[1]->kind == (b) ? fn : NULL; \
  }
CHOOSE(add_spans, PEL_DUR, PEL_DUR)
CHOOSE(sub_spans, PEL_DUR, PEL_DUR)
CHOOSE(time_add, PEL_TIME, PEL_DUR)
CHOOSE(time_sub, PEL_TIME, PEL_DUR)
CHOOSE(span_add_time, PEL_DUR, PEL_TIME)
CHOOSE(time_diff, PEL_TIME, PEL_TIME)
CHOOSE(date_diff, PEL_DATE, PEL_DATE)
CHOOSE(date_add, PEL_DATE, PEL_DUR)
CHOOSE(date_sub, PEL_DATE, PEL_DUR)
CHOOSE(span_add_date, PEL_DUR, PEL_DATE)
CHOOSE(span_times, PEL_DUR, PEL_I64)
CHOOSE(times_span, PEL_I64, PEL_DUR)
CHOOSE(span_div, PEL_DUR, PEL_I64)
CHOOSE(span_ratio, PEL_DUR, PEL_DUR)

static pel_kernel choose_span_neg(const pel_type *const *in, uint32_t nin,
                                  const pel_type *out) {
  (void)out;
  return nin == 1 && in[0]->kind == PEL_DUR ? span_neg : NULL;
}

#define ROW(fn) .props = PEL_PURE | PEL_NULL_STRICT | PEL_CAN_FAIL, .choose = choose_##fn

PEL_OP(
    span_add, "+", "(a: dur, b: dur) -> dur", PEL_OP_MAP,
    .doc = "The sum of two durations; fails when it does not fit (about 292,000 years).",
    ROW(add_spans));
PEL_OP(span_sub, "-", "(a: dur, b: dur) -> dur", PEL_OP_MAP,
       .doc = "The difference of two durations; fails when it does not fit.",
       ROW(sub_spans));
PEL_OP(span_neg, "-", "(a: dur) -> dur", PEL_OP_MAP,
       .doc = "The duration backwards; fails for the least one.", ROW(span_neg));
PEL_OP(time_add, "+", "(t: time, d: dur) -> time", PEL_OP_MAP,
       .doc = "The time d later; fails outside the years 1 to 9999.", ROW(time_add));
PEL_OP(time_add_left, "+", "(d: dur, t: time) -> time", PEL_OP_MAP,
       .doc = "The time d later; fails outside the years 1 to 9999.", ROW(span_add_time));
PEL_OP(time_sub, "-", "(t: time, d: dur) -> time", PEL_OP_MAP,
       .doc = "The time d earlier; fails outside the years 1 to 9999.", ROW(time_sub));
PEL_OP(time_diff, "-", "(a: time, b: time) -> dur", PEL_OP_MAP,
       .doc = "How long after b a is.", ROW(time_diff));
PEL_OP(date_diff, "-", "(a: date, b: date) -> dur", PEL_OP_MAP,
       .doc = "How long after b a is: whole days.", ROW(date_diff));
PEL_OP(date_add, "+", "(d: date, s: dur) -> date", PEL_OP_MAP,
       .doc =
           "The date s later; s must be a whole number of days. Fails outside the years "
           "1 to 9999.",
       ROW(date_add));
PEL_OP(date_add_left, "+", "(s: dur, d: date) -> date", PEL_OP_MAP,
       .doc =
           "The date s later; s must be a whole number of days. Fails outside the years "
           "1 to 9999.",
       ROW(span_add_date));
PEL_OP(date_sub, "-", "(d: date, s: dur) -> date", PEL_OP_MAP,
       .doc =
           "The date s earlier; s must be a whole number of days. Fails outside the "
           "years 1 to 9999.",
       ROW(date_sub));
PEL_OP(span_mul, "*", "(a: dur, n: i64) -> dur", PEL_OP_MAP,
       .doc = "The duration n times; fails when it does not fit.", ROW(span_times));
PEL_OP(span_mul_left, "*", "(n: i64, a: dur) -> dur", PEL_OP_MAP,
       .doc = "The duration n times; fails when it does not fit.", ROW(times_span));
PEL_OP(span_div, "div", "(a: dur, n: i64) -> dur", PEL_OP_MAP,
       .doc = "The n-th part, rounded down; n = 0 fails, and the least duration by -1.",
       ROW(span_div));
PEL_OP(span_ratio, "/", "(a: dur, b: dur) -> f64", PEL_OP_MAP,
       .doc =
           "How many times b goes into a, both as f64; never fails: by 0s it is inf, "
           "-inf or nan.",
       ROW(span_ratio));
