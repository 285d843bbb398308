/* Values as text: CSV cells as the command line's contract says, literals of PEL.
 * Shortest floats by trying. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/oracle/pipe.h"

const char *const kind_names[KINDS] = {"u8",   "i16", "i32",  "i64",  "u64", "f32", "f64",
                                       "bool", "str", "date", "time", "dur", "list"};

bool integral(kind k) { return k <= U64; }
bool floating(kind k) { return k == F32 || k == F64; }

static bool leap(int64_t y) { return (y % 4 == 0 && y % 100 != 0) || y % 400 == 0; }
static int month_length(int64_t y, int m) {
  static const int n[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return n[m - 1] + (m == 2 && leap(y));
}

/* Day 0 is 1970-01-01; a year at a time, then a month at a time. */
void civil(int64_t days, int64_t *y, int *m, int *d) {
  *y = 1970, *m = 1;
  while (days < 0) days += 365 + leap(--*y);
  while (days >= 365 + leap(*y)) days -= 365 + leap((*y)++);
  while (days >= month_length(*y, *m)) days -= month_length(*y, (*m)++);
  *d = (int)days + 1;
}

int64_t days_of(int64_t y, int m, int d) {
  int64_t days = d - 1;
  for (int64_t at = 1970; at < y; at++) days += 365 + leap(at);
  for (int64_t at = y; at < 1970; at++) days -= 365 + leap(at);
  for (int at = 1; at < m; at++) days += month_length(y, at);
  return days;
}

static void say_integer(FILE *f, __int128 i) {
  char out[48], *at = out + sizeof out;
  const bool negative = i < 0;
  *--at = 0;
  do {
    const int digit = (int)(i % 10);
    *--at = (char)('0' + (digit < 0 ? -digit : digit));
    i /= 10;
  } while (i);
  if (negative) *--at = '-';
  fputs(at, f);
}

/* The fewest digits that read back the same, in the layout of Python's repr. */
static void say_float(FILE *f, double v, bool narrow) {
  char e[64];
  if (isnan(v) || isinf(v)) {
    fputs(isnan(v) ? "nan" : v > 0 ? "inf" : "-inf", f);
    return;
  }
  for (int p = 0; p < 17; p++) {
    snprintf(e, sizeof e, "%.*e", p, v);
    if (narrow ? strtof(e, NULL) == (float)v : strtod(e, NULL) == v) break;
  }
  const int power = atoi(strchr(e, 'e') + 1);
  char digits[32];
  int n = 0;
  for (const char *q = e; *q != 'e'; q++)
    if (*q >= '0' && *q <= '9') digits[n++] = *q;
  while (n > 1 && digits[n - 1] == '0') n--;
  if (*e == '-') fputc('-', f);
  if (power < -4 || power >= 16) {
    fputc(digits[0], f);
    if (n > 1) fprintf(f, ".%.*s", n - 1, digits + 1);
    fprintf(f, "e%c%02d", power < 0 ? '-' : '+', abs(power));
  } else if (power < 0) {
    fputs("0.", f);
    for (int i = -1; i > power; i--) fputc('0', f);
    fprintf(f, "%.*s", n, digits);
  } else {
    for (int i = 0; i <= power; i++) fputc(i < n ? digits[i] : '0', f);
    fputc('.', f);
    if (n <= power + 1)
      fputc('0', f);
    else
      fprintf(f, "%.*s", n - power - 1, digits + power + 1);
  }
}

static void say_time(FILE *f, int64_t us) {
  const int64_t day = 86400000000;
  int64_t days = us / day, rest = us % day, y;
  int m, d;
  if (rest < 0) rest += day, days--;
  civil(days, &y, &m, &d);
  const int s = (int)(rest / 1000000), part = (int)(rest % 1000000);
  fprintf(f, "%04d-%02d-%02dT%02d:%02d:%02d", (int)y, m, d, s / 3600, s / 60 % 60,
          s % 60);
  if (part) {
    char digits[8];
    snprintf(digits, sizeof digits, "%06d", part);
    for (int i = 5; i > 0 && digits[i] == '0'; i--) digits[i] = 0;
    fprintf(f, ".%s", digits);
  }
  fputc('Z', f);
}

static void say_duration(FILE *f, __int128 us) {
  static const struct {
    int64_t us;
    const char *name;
  } units[] = {
      {604800000000, "w"}, {86400000000, "d"}, {3600000000, "h"}, {60000000, "min"},
      {1000000, "s"},      {1000, "ms"},       {1, "us"}};
  unsigned u = 0;
  if (us == 0) u = 4;
  while (us % units[u].us) u++;
  say_integer(f, us / units[u].us);
  fputs(units[u].name, f);
}

static void say_json(FILE *f, kind k, const value *v) {
  if (v->state != OK || (floating(k) && !isfinite(v->f))) {
    fputs("null", f);
    return;
  }
  const bool quotes = k == STR || k == DATE || k == TIME || k == DUR;
  if (quotes) fputc('"', f);
  if (k != STR) say_value(f, k, v);
  for (const char *s = k == STR ? v->s : ""; *s; s++) {
    if (*s == '"' || *s == '\\') fputc('\\', f);
    if (*s == '\n')
      fputs("\\n", f);
    else
      fputc(*s, f);
  }
  if (quotes) fputc('"', f);
}

void say_value(FILE *f, kind k, const value *v) {
  int64_t y;
  int m, d;
  switch (k) {
    case U8:
    case I16:
    case I32:
    case I64:
    case U64:
      say_integer(f, v->i);
      break;
    case F32:
    case F64:
      say_float(f, v->f, k == F32);
      break;
    case BOOL:
      fputs(v->i ? "true" : "false", f);
      break;
    case STR:
      fputs(v->s, f);
      break;
    case DATE:
      civil((int64_t)v->i, &y, &m, &d);
      fprintf(f, "%04d-%02d-%02d", (int)y, m, d);
      break;
    case TIME:
      say_time(f, (int64_t)v->i);
      break;
    case DUR:
      say_duration(f, v->i);
      break;
    case LIST:
    case KINDS:
      break;
  }
}

static void say_text(FILE *f, const char *s) {
  if (*s && !strpbrk(s, ",\"\n\r")) {
    fputs(s, f);
    return;
  }
  fputc('"', f);
  for (; *s; s++) {
    if (*s == '"') fputc('"', f);
    fputc(*s, f);
  }
  fputc('"', f);
}

void say_cell(FILE *f, const column *c, const value *v) {
  if (v->state == NUL) return;
  if (c->kind == STR) {
    say_text(f, v->s);
  } else if (c->kind == LIST) {
    char *text = NULL;
    size_t n = 0;
    FILE *m = open_memstream(&text, &n);
    if (!m) exit(3);
    fputc('[', m);
    for (size_t i = 0; i < v->n; i++) {
      if (i) fputs(", ", m);
      say_json(m, c->item, &v->list[i]);
    }
    fputc(']', m);
    fclose(m);
    say_text(f, text);
    free(text);
  } else {
    say_value(f, c->kind, v);
  }
}

void say_literal(FILE *f, const expr *e) {
  const kind k = e->kind;
  if (k == STR || k == DATE || k == TIME) {
    if (k != STR) fputc('(', f);
    fputc('"', f);
    if (k != STR) say_value(f, k, &e->lit);
    for (const char *s = k == STR ? e->lit.s : ""; *s; s++) {
      if (*s == '"' || *s == '\\') fputc('\\', f);
      if (*s == '\n')
        fputs("\\n", f);
      else
        fputc(*s, f);
    }
    fputc('"', f);
    if (k != STR) fprintf(f, " as %s)", kind_names[k]);
    return;
  }
  const bool cast = e->cast && k != BOOL && k != DUR;
  fputs(cast ? kind_names[k] : "", f);
  fputc('(', f);
  say_value(f, k, &e->lit);
  fputc(')', f);
}
