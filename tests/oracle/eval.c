/* The reference's expressions: one cell at a time, as the language page says it, no
 * thought for speed. */
#include <math.h>
#include <string.h>

#include "tests/oracle/pipe.h"

static value null(void) { return (value){.state = NUL}; }
static value failed(void) { return (value){.state = FAIL}; }
static value number(__int128 i) { return (value){.state = OK, .i = i}; }
static value real(kind k, double f) {
  return (value){.state = OK, .f = k == F32 ? (double)(float)f : f};
}
static value text(const char *s) { return (value){.state = OK, .s = s}; }

value fit(kind k, __int128 i) {
  static const int bits[KINDS] = {
      [U8] = 8, [I16] = 15, [I32] = 31, [I64] = 63, [U64] = 64, [DUR] = 63};
  const __int128 most = ((__int128)1 << bits[k]) - 1,
                 least = k == U8 || k == U64 ? 0 : -most - 1;
  return i < least || i > most ? failed() : number(i);
}

/* Of numbers of two kinds, exactly: long double holds 64 bits. NaN is unordered: *no. */
static int order(kind ka, const value *a, kind kb, const value *b, bool *no) {
  *no = false;
  if (ka == STR) {
    const int c = strcmp(a->s, b->s);
    return (c > 0) - (c < 0);
  }
  if (floating(ka) || floating(kb)) {
    const long double x = floating(ka) ? (long double)a->f : (long double)a->i;
    const long double y = floating(kb) ? (long double)b->f : (long double)b->i;
    *no = isnan(x) || isnan(y);
    return (x > y) - (x < y);
  }
  return (a->i > b->i) - (a->i < b->i);
}

int compare_values(kind k, const value *a, const value *b) {
  if (a->state != OK || b->state != OK) return (a->state != OK) - (b->state != OK);
  if (floating(k) && (isnan(a->f) || isnan(b->f))) return !!isnan(a->f) - !!isnan(b->f);
  bool no;
  return order(k, a, k, b, &no);
}

bool same_key(kind k, const value *a, const value *b) {
  return compare_values(k, a, b) == 0;
}

static value compared(const expr *e, const value *a, const value *b) {
  bool no;
  const int c = order(e->a[0]->kind, a, e->a[1]->kind, b, &no);
  switch ((int)e->op) {
    case E_EQ:
      return number(!no && c == 0);
    case E_NE:
      return number(no || c != 0);
    case E_LT:
      return number(!no && c < 0);
    case E_LE:
      return number(!no && c <= 0);
    case E_GT:
      return number(!no && c > 0);
    default:
      return number(!no && c >= 0);
  }
}

static __int128 floor_div(__int128 a, __int128 b) {
  const __int128 q = a / b;
  return a % b != 0 && (a < 0) != (b < 0) ? q - 1 : q;
}

static double as_double(kind k, const value *v) {
  return floating(k) ? v->f : (double)v->i;
}

static value arithmetic(const expr *e, const value *a, const value *b) {
  const kind k = e->kind;
  if (floating(k)) {
    const double x = as_double(e->a[0]->kind, a), y = as_double(e->a[1]->kind, b);
    if (k ==
        F32) { /* of two f32 the double result rounds to the same f32: 53 > 2 * 24 + 1 */
      const float p = (float)x, q = (float)y;
      return real(k, e->op == E_ADD   ? (double)p + q
                     : e->op == E_SUB ? (double)p - q
                     : e->op == E_MUL ? (double)p * q
                                      : (double)p / q);
    }
    return real(k, e->op == E_ADD   ? x + y
                   : e->op == E_SUB ? x - y
                   : e->op == E_MUL ? x * y
                                    : x / y);
  }
  switch ((int)e->op) {
    case E_ADD:
      return fit(k, a->i + b->i);
    case E_SUB:
      return fit(k, a->i - b->i);
    case E_MUL: {
      __int128 product;
      return __builtin_mul_overflow(a->i, b->i, &product) ? failed() : fit(k, product);
    }
    case E_IDIV:
      return b->i == 0 ? failed() : fit(k, floor_div(a->i, b->i));
    default:
      return b->i == 0 ? failed() : number(a->i - floor_div(a->i, b->i) * b->i);
  }
}

static value lesser(const expr *e, const value *a, const value *b) {
  const kind k = e->kind;
  if (floating(k) && (isnan(a->f) || isnan(b->f))) return real(k, NAN);
  bool no;
  int c = order(k, a, k, b, &no);
  if (floating(k) && c == 0) c = signbit(a->f) ? -1 : 1;
  return (e->op == E_LEAST) == (c <= 0) ? *a : *b;
}

static value cast(kind from, kind to, const value *v) {
  if (to == STR) {
    char *out = NULL;
    size_t n = 0;
    FILE *f = open_memstream(&out, &n);
    if (!f) return failed();
    say_value(f, from, v);
    fclose(f);
    char *kept = take(n + 1);
    memcpy(kept, out, n);
    __builtin_free(out);
    return text(kept);
  }
  if (from == TIME) return number(floor_div(v->i, 86400000000));
  if (floating(to)) {
    if (to == F32 && floating(from) && isfinite(v->f) && isinf((float)v->f))
      return failed();
    return integral(from) && to == F32 ? real(to, (double)(float)v->i)
                                       : real(to, as_double(from, v));
  }
  if (integral(from)) return fit(to, v->i);
  if (isnan(v->f) || fabs(v->f) > 1e30) return failed();
  return fit(to, (__int128)v->f);
}

static size_t stride(const char *s) { /* bytes of the code point at s */
  size_t n = 1;
  while ((s[n] & 0xc0) == 0x80) n++;
  return n;
}

static int64_t points(const char *s, const char *end) {
  int64_t n = 0;
  for (; s < end; s += stride(s)) n++;
  return n;
}

static value cut(const char *s, int64_t from, int64_t n) {
  for (; from > 0 && *s; from--) s += stride(s);
  const char *end = s;
  for (; n > 0 && *end; n--) end += stride(end);
  char *out = take((size_t)(end - s) + 1);
  memcpy(out, s, (size_t)(end - s));
  return text(out);
}

static value changed(expr_op op, const char *s) {
  size_t n = strlen(s);
  if (op == E_TRIM) {
    while (n && strchr(" \t\n\r\v\f", s[n - 1])) n--;
    while (n && strchr(" \t\n\r\v\f", *s)) s++, n--;
  }
  char *out = take(n + 1);
  if (op == E_REVERSE) {
    for (size_t i = 0, k; i < n; i += k)
      k = stride(s + i), memcpy(out + n - i - k, s + i, k);
    return text(out);
  }
  memcpy(out, s, n);
  for (char *c = out; op == E_UPPER && *c; c++)
    if (*c >= 'a' && *c <= 'z') *c = (char)(*c - 32);
  for (char *c = out; op == E_LOWER && *c; c++)
    if (*c >= 'A' && *c <= 'Z') *c = (char)(*c + 32);
  return text(out);
}

static value joined(const char *a, const char *b) {
  char *out = take(strlen(a) + strlen(b) + 1);
  strcat(strcpy(out, a), b);
  return text(out);
}

static value found(const char *s, const char *part) {
  const char *at = strstr(s, part);
  return number(at ? points(s, at) : -1);
}

static value of_day(expr_op op, __int128 days) {
  int64_t y;
  int m, d;
  civil((int64_t)days, &y, &m, &d);
  if (op == E_TRUNC) return number(days_of(y, m, 1));
  if (op == E_WEEKDAY)
    return number(((int64_t)days % 7 + 10) % 7 + 1); /* day 0 was a Thursday */
  return number(op == E_YEAR ? y : op == E_MONTH ? m : d);
}

static value later(kind k, const value *a, const value *d) {
  const __int128 day = 86400000000, us = (k == DATE ? a->i * day : a->i) + d->i;
  if (k == DATE && d->i % day) return failed();
  if (us < days_of(1, 1, 1) * day || us >= days_of(10000, 1, 1) * day) return failed();
  return number(k == DATE ? floor_div(us, day) : us);
}

static value strict(const expr *e, const value *v) {
  const value *a = &v[0], *b = &v[1];
  switch ((int)e->op) {
    case E_ADD:
    case E_SUB:
    case E_MUL:
    case E_DIV:
    case E_IDIV:
    case E_MOD:
      return arithmetic(e, a, b);
    case E_NEG:
      return floating(e->kind) ? real(e->kind, -a->f) : fit(e->kind, -a->i);
    case E_ABS:
      return floating(e->kind) ? real(e->kind, fabs(a->f))
                               : fit(e->kind, a->i < 0 ? -a->i : a->i);
    case E_LEAST:
    case E_GREATEST:
      return lesser(e, a, b);
    case E_CAST:
      return cast(e->a[0]->kind, e->kind, a);
    case E_LEN:
      return number(points(a->s, a->s + strlen(a->s)));
    case E_FIND:
      return found(a->s, b->s);
    case E_UPPER:
    case E_LOWER:
    case E_TRIM:
    case E_REVERSE:
      return changed(e->op, a->s);
    case E_SUBSTR:
      return cut(a->s, (int64_t)b->i, (int64_t)v[2].i);
    case E_JOINED:
      return joined(a->s, b->s);
    case E_CONTAINS:
      return number(strstr(a->s, b->s) != NULL);
    case E_STARTS:
      return number(strncmp(a->s, b->s, strlen(b->s)) == 0);
    case E_YEAR:
    case E_MONTH:
    case E_DAY:
    case E_WEEKDAY:
    case E_TRUNC:
      return of_day(e->op, a->i);
    case E_LATER:
      return later(e->kind, a, b);
    case E_SINCE:
      return number((a->i - b->i) * (e->a[0]->kind == DATE ? 86400000000 : 1));
    default:
      return compared(e, a, b);
  }
}

/* false and null is false; what is decided by the left side does not ask the right one.
 */
static value logic(const program *p, const expr *e, const value *row) {
  const bool decides = e->op == E_OR;
  const value a = eval(p, e->a[0], row);
  if (a.state == FAIL || (a.state == OK && (a.i != 0) == decides)) return a;
  const value b = eval(p, e->a[1], row);
  if (b.state == FAIL || (b.state == OK && (b.i != 0) == decides)) return b;
  return a.state == NUL ? a : b;
}

static value call(const program *p, const expr *e, const value *row) {
  value v[2];
  for (unsigned i = 0; i < 2; i++) {
    v[i] = eval(p, e->a[i], row);
    if (v[i].state == NUL) return v[i];
  }
  return eval(p, p->fn[e->at].body, v);
}

value eval(const program *p, const expr *e, const value *row) {
  value v[3] = {{.state = OK}, {.state = OK}, {.state = OK}};
  switch ((int)e->op) {
    case E_COL:
      return row[e->at];
    case E_LIT:
    case E_PARAM:
      return e->lit;
    case E_CALL:
      return call(p, e, row);
    case E_AND:
    case E_OR:
      return logic(p, e, row);
    case E_NOT:
      v[0] = eval(p, e->a[0], row);
      return v[0].state == OK ? number(!v[0].i) : v[0];
    case E_IF:
      v[0] = eval(p, e->a[0], row);
      return v[0].state != OK ? v[0] : eval(p, v[0].i ? e->a[1] : e->a[2], row);
    case E_COALESCE:
      v[0] = eval(p, e->a[0], row);
      return v[0].state == NUL ? eval(p, e->a[1], row) : v[0];
    case E_TRY:
      v[0] = eval(p, e->a[0], row);
      return v[0].state == FAIL ? eval(p, e->a[1], row) : v[0];
    case E_ISNULL:
      v[0] = eval(p, e->a[0], row);
      return v[0].state == FAIL ? v[0] : number(v[0].state == NUL);
    default:
      break;
  }
  bool gone = false, bad = false;
  for (unsigned i = 0; i < 3 && e->a[i]; i++) {
    v[i] = eval(p, e->a[i], row);
    gone |= v[i].state == NUL;
    bad |= v[i].state == FAIL;
  }
  return bad ? failed() : gone ? null() : strict(e, v);
}
