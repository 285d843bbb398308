#include <string.h>

#include "runtime/base/calendar.h"
#include "runtime/base/int128.h"
#include "runtime/base/num_print.h"

/* ---- reading ---- */

typedef struct cursor {
  const char *p, *end;
} cursor;

static bool at_digit(const cursor *c) {
  return c->p < c->end && (unsigned char)(*c->p - '0') <= 9;
}

static bool take(cursor *c, char want) {
  if (c->p == c->end || *c->p != want) return false;
  c->p++;
  return true;
}

/* Exactly n digits. */
static bool take_number(cursor *c, int n, int32_t *out) {
  int32_t v = 0;
  for (; n > 0; n--) {
    if (!at_digit(c)) return false;
    v = v * 10 + (*c->p++ - '0');
  }
  *out = v;
  return true;
}

/* Year, month and day, whether or not there is such a date; what follows is left to
 * the caller. */
static bool take_date(cursor *c, int32_t part[3]) {
  return take_number(c, 4, &part[0]) && take(c, '-') && take_number(c, 2, &part[1]) &&
         take(c, '-') && take_number(c, 2, &part[2]);
}

static bool to_days(const int32_t part[3], int32_t *out) {
  if (!pel__civil_valid(part[0], part[1], part[2])) return false;
  *out = pel__days_from_civil(part[0], (unsigned)part[1], (unsigned)part[2]);
  return true;
}

pel_parse pel__parse_date(const char *p, size_t n, int32_t *out) {
  cursor c = {p, p + n};
  int32_t part[3];
  if (!take_date(&c, part) || c.p != c.end) return PEL_PARSE_SYNTAX;
  return to_days(part, out) ? PEL_PARSE_OK : PEL_PARSE_RANGE;
}

/* What is read of a time of day, in the text's own zone. */
typedef struct clock {
  int32_t hour, minute, second, micro;
  bool finer;     /* digits beyond the microsecond that are not zero */
  int32_t offset; /* of the zone, in minutes east of UTC */
  bool offset_ok;
} clock;

static bool take_fraction(cursor *c, clock *k) {
  if (!at_digit(c)) return false;
  int32_t weight = 100000;
  for (; at_digit(c); c->p++) {
    int32_t digit = *c->p - '0';
    k->micro += digit * weight;
    k->finer |= weight == 0 && digit != 0;
    weight /= 10;
  }
  return true;
}

/* Z, ±hh, ±hhmm or ±hh:mm. */
static bool take_zone(cursor *c, clock *k) {
  if (take(c, 'Z') || take(c, 'z')) return true;
  bool west = c->p < c->end && *c->p == '-';
  if (!west && (c->p == c->end || *c->p != '+')) return false;
  c->p++;
  int32_t hours, minutes = 0;
  if (!take_number(c, 2, &hours)) return false;
  if ((take(c, ':') || at_digit(c)) && !take_number(c, 2, &minutes)) return false;
  k->offset = (west ? -1 : 1) * (hours * 60 + minutes);
  k->offset_ok = hours < 24 && minutes < 60;
  return true;
}

/* hh:mm[:ss[.fraction]][zone], up to the end. */
static bool take_clock(cursor *c, clock *k) {
  if (!take_number(c, 2, &k->hour) || !take(c, ':') || !take_number(c, 2, &k->minute))
    return false;
  if (take(c, ':')) {
    if (!take_number(c, 2, &k->second)) return false;
    if (take(c, '.') && !take_fraction(c, k)) return false;
  }
  return c->p == c->end || (take_zone(c, k) && c->p == c->end);
}

static bool clock_valid(const clock *k) {
  return k->hour < 24 && k->minute < 60 && k->second < 60 && k->offset_ok;
}

pel_parse pel__parse_time(const char *p, size_t n, int64_t *out) {
  cursor c = {p, p + n};
  int32_t part[3], days;
  clock k = {.offset_ok = true};
  if (!take_date(&c, part)) return PEL_PARSE_SYNTAX;
  if (c.p != c.end) {
    if (!take(&c, 'T') && !take(&c, ' ') && !take(&c, 't')) return PEL_PARSE_SYNTAX;
    if (!take_clock(&c, &k)) return PEL_PARSE_SYNTAX;
  }
  if (!to_days(part, &days) || !clock_valid(&k)) return PEL_PARSE_RANGE;
  if (k.finer) return PEL_PARSE_INEXACT;
  int64_t us = pel__date_time(days) + k.hour * PEL_US_PER_HOUR +
               (k.minute - k.offset) * PEL_US_PER_MINUTE + k.second * PEL_US_PER_SECOND +
               k.micro;
  if (!pel__time_valid(us)) return PEL_PARSE_RANGE;
  *out = us;
  return PEL_PARSE_OK;
}

/* ---- durations ---- */

typedef struct unit {
  const char *name;
  int64_t ns;
} unit;

/* The largest first, as printing wants them. */
static const unit units[] = {
    {"w", INT64_C(604800000000000)}, {"d", INT64_C(86400000000000)},
    {"h", INT64_C(3600000000000)},   {"min", INT64_C(60000000000)},
    {"s", INT64_C(1000000000)},      {"ms", INT64_C(1000000)},
    {"us", INT64_C(1000)},           {"ns", INT64_C(1)},
};
enum { UNITS = sizeof units / sizeof units[0], SECONDS = 4 };

static const unit *find_unit(const char *p, size_t n) {
  for (size_t i = 0; i < UNITS; i++) {
    if (strlen(units[i].name) == n && memcmp(units[i].name, p, n) == 0) return &units[i];
  }
  return NULL;
}

/* Between the signs and the unit. */
typedef struct amount {
  pel_u128 whole;
  uint64_t fraction; /* the digits behind the point, without zeros at their end */
  uint32_t behind;   /* how many of them */
  bool huge;         /* whole is more of any unit than a dur holds */
  bool fine;         /* more digits than any whole number of microseconds has */
} amount;

/* A week is 2^13 × 5^8 × … microseconds: no 14th digit can be left. */
enum { MOST_FRACTION = 13 };

static void take_whole(cursor *c, amount *a) {
  const pel_u128 most = (pel_u128)10000000000u * 1000000000000u;
  for (; at_digit(c); c->p++) {
    a->huge |= a->whole > most;
    if (!a->huge) a->whole = a->whole * 10 + (unsigned)(*c->p - '0');
  }
}

static bool take_decimals(cursor *c, amount *a) {
  const char *first = c->p, *last = c->p;
  for (; at_digit(c); c->p++) {
    if (*c->p != '0') last = c->p + 1;
  }
  a->fine = last - first > MOST_FRACTION;
  for (const char *p = first; !a->fine && p < last; p++) {
    a->fraction = a->fraction * 10 + (uint64_t)(*p - '0');
    a->behind++;
  }
  return c->p > first;
}

static bool take_amount(cursor *c, amount *a) {
  if (!at_digit(c)) return false;
  take_whole(c, a);
  return !take(c, '.') || take_decimals(c, a);
}

/* The amount in microseconds, if there is such a whole number of at most limit. */
static pel_parse to_microseconds(const amount *a, int64_t unit_ns, uint64_t limit,
                                 uint64_t *out) {
  if (a->huge) return PEL_PARSE_RANGE;
  if (a->fine) return PEL_PARSE_INEXACT;
  uint64_t scale = 1;
  for (uint32_t i = 0; i < a->behind; i++) scale *= 10;
  pel_u128 part = (pel_u128)a->fraction * (uint64_t)unit_ns;
  pel_u128 ns = a->whole * (uint64_t)unit_ns + part / scale;
  if (part % scale != 0 || ns % 1000 != 0) return PEL_PARSE_INEXACT;
  if (ns / 1000 > limit) return PEL_PARSE_RANGE;
  *out = (uint64_t)(ns / 1000);
  return PEL_PARSE_OK;
}

pel_parse pel__parse_dur(const char *p, size_t n, int64_t *out) {
  cursor c = {p, p + n};
  amount a = {.whole = 0};
  bool negative = take(&c, '-');
  if (!negative) (void)take(&c, '+');
  if (!take_amount(&c, &a)) return PEL_PARSE_SYNTAX;
  const unit *u = find_unit(c.p, (size_t)(c.end - c.p));
  if (!u) return PEL_PARSE_SYNTAX;
  uint64_t us;
  pel_parse r = to_microseconds(&a, u->ns, (uint64_t)INT64_MAX + negative, &us);
  if (r == PEL_PARSE_OK) *out = (int64_t)(negative ? (uint64_t)0 - us : us);
  return r;
}

/* ---- printing ---- */

static char *put_two(char *out, int32_t v) {
  *out++ = (char)('0' + v / 10);
  *out++ = (char)('0' + v % 10);
  return out;
}

/* Years outside 1 to 9999, which no valid value has, print with their sign and all
 * their digits. */
static char *put_year(char *out, int32_t year) {
  if (year < 0 || year > 9999) return out + pel__print_i64(year, out);
  return put_two(put_two(out, year / 100), year % 100);
}

static char *put_date(char *out, int32_t days) {
  pel_civil c = pel__civil_from_days(days);
  out = put_year(out, c.year);
  *out++ = '-';
  out = put_two(out, c.month);
  *out++ = '-';
  return put_two(out, c.day);
}

size_t pel__print_date(int32_t days, char out[PEL_PRINT_CALENDAR]) {
  return (size_t)(put_date(out, days) - out);
}

static char *put_fraction(char *out, int32_t micro) {
  *out++ = '.';
  for (int32_t weight = 100000; micro > 0; weight /= 10) {
    *out++ = (char)('0' + micro / weight);
    micro %= weight;
  }
  return out;
}

size_t pel__print_time(int64_t us, char out[PEL_PRINT_CALENDAR]) {
  char *p = put_date(out, pel__time_date(us));
  int64_t of_day = pel__time_of_day(us);
  int32_t seconds = (int32_t)(of_day / PEL_US_PER_SECOND);
  int32_t micro = (int32_t)(of_day % PEL_US_PER_SECOND);
  *p++ = 'T';
  p = put_two(p, seconds / 3600);
  *p++ = ':';
  p = put_two(p, seconds / 60 % 60);
  *p++ = ':';
  p = put_two(p, seconds % 60);
  if (micro) p = put_fraction(p, micro);
  *p++ = 'Z';
  return (size_t)(p - out);
}

size_t pel__print_dur(int64_t us, char out[PEL_PRINT_CALENDAR]) {
  uint64_t m = us < 0 ? (uint64_t)0 - (uint64_t)us : (uint64_t)us;
  size_t i = m == 0 ? SECONDS : 0, n = us < 0;
  while (m % (uint64_t)(units[i].ns / 1000) != 0) i++;
  if (us < 0) out[0] = '-';
  n += pel__print_u64(m / (uint64_t)(units[i].ns / 1000), out + n);
  size_t length = strlen(units[i].name);
  memcpy(out + n, units[i].name, length);
  return n + length;
}
