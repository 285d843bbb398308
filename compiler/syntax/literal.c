#include "compiler/syntax/build.h"
#include "compiler/syntax/lex.h"

/* ---- numbers */

static bool digit(char c) { return c >= '0' && c <= '9'; }

static int digit_value(char c) {
  if (digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return 99;
}

/* Digits of `base` with single `_` between them, from p on; answers where they end. */
static const char *digits(const char *p, const char *end, int base) {
  const char *last = p;
  while (p < end && (digit_value(*p) < base || (*p == '_' && p > last))) {
    if (*p == '_' && (p + 1 == end || digit_value(p[1]) >= base)) break;
    p++;
    if (p[-1] == '_') last = p;
  }
  return p;
}

/* False when 128 bits are too few. */
static bool magnitude(const char *p, const char *end, int base,
                      unsigned __int128 *value) {
  unsigned __int128 v = 0;
  for (; p < end; p++) {
    if (*p == '_' || *p == '.') continue;
    unsigned __int128 d = (unsigned)digit_value(*p);
    if (v > ((unsigned __int128)-1 - d) / (unsigned)base) return false;
    v = v * (unsigned)base + d;
  }
  *value = v;
  return true;
}

static void out_of_range(pel_parse *cx, pel_span span, const char *why) {
  pel_diag *d =
      pel__report(cx, PEL_E0025, span, "`%s` is out of range", pel__quote(cx, span));
  pel__diag_label(cx->ds, d, "%s", why);
}

static int integer(pel_parse *cx, pel_span span, const char *p, const char *end, int base,
                   pel_ast *node) {
  unsigned __int128 v = 0;
  node->kind = PEL_AST_INT;
  if (!magnitude(p, end, base, &v))
    out_of_range(cx, span, "integers have at most 128 bits");
  node->integer.lo = (uint64_t)v;
  node->integer.hi = (uint64_t)(v >> 64);
  return T_INT;
}

static int floating(pel_parse *cx, pel_str raw, pel_ast *node) {
  char *p = pel__arena_get(cx->arena, raw.n);
  if (!p) {
    cx->status = PEL_E_NOMEM;
    return T_FLOAT;
  }
  size_t n = 0;
  for (size_t i = 0; i < raw.n; i++)
    if (raw.p[i] != '_') p[n++] = raw.p[i];
  node->kind = PEL_AST_FLOAT;
  node->number.raw = raw;
  node->number.text = (pel_str){p, n};
  return T_FLOAT;
}

static pel_ast_unit unit_of(pel_str name) {
  int u = 0;
  while (u < PEL_AST_UNIT_COUNT &&
         !pel__str_is(name, pel__ast_unit_name((pel_ast_unit)u)))
    u++;
  return (pel_ast_unit)u;
}

static int unknown_unit(pel_parse *cx, pel_span span, uint32_t length, pel_str name) {
  pel_span at = span;
  at.begin += length;
  at.col += length;
  const char *near = NULL;
  for (int u = 0; u < PEL_AST_UNIT_COUNT && !near; u++)
    if (pel__str_distance(name, pel__str(pel__ast_unit_name((pel_ast_unit)u)), 1) <= 1)
      near = pel__ast_unit_name((pel_ast_unit)u);
  pel_diag *d = pel__report(cx, PEL_E0026, at, "`%s` is not a unit", pel__quote(cx, at));
  pel__diag_help(cx->ds, d, "units are ns us ms s min h d w and kB MB GB KiB MiB GiB");
  if (near && name.n > 1) pel__diag_fix(cx->ds, d, at, "%s", near);
  return T_QUANTITY;
}

/* Divides by ten for every digit behind the point; false when that leaves a rest. */
static bool scale(unsigned __int128 *v, const char *p, const char *end) {
  for (; p < end; p++) {
    if (*p == '_') continue;
    if (*v % 10) return false;
    *v /= 10;
  }
  return true;
}

/* value = digits × unit, which must come out even: 1.5h is 5,400 s, 1.5ns is nothing. */
static int quantity(pel_parse *cx, pel_span span, pel_str number, pel_ast_unit unit,
                    pel_ast *node) {
  const char *dot = memchr(number.p, '.', number.n), *end = number.p + number.n;
  while (dot && end > dot + 1 && (end[-1] == '0' || end[-1] == '_')) end--;
  unsigned __int128 v = 0, most = (unsigned __int128)-1;
  uint64_t factor = pel__ast_unit_factor(unit);
  bool time = pel__ast_unit_is_duration(unit);
  bool fits = magnitude(number.p, end, 10, &v) && v <= most / factor;
  if (fits) v *= factor;
  if (fits && !scale(&v, dot ? dot + 1 : end, end))
    out_of_range(cx, span,
                 time ? "it is not a whole number of nanoseconds"
                      : "it is not a whole number of bytes");
  else if (!fits || v > INT64_MAX)
    out_of_range(cx, span,
                 time ? "durations reach 292 years" : "sizes reach 2^63 - 1 bytes");
  node->quantity.value = (uint64_t)v;
  return T_QUANTITY;
}

static int malformed(pel_parse *cx, pel_span span, const char *why) {
  pel_diag *d =
      pel__report(cx, PEL_E0024, span, "`%s` is not a number", pel__quote(cx, span));
  pel__diag_help(cx->ds, d, "%s", why);
  return T_INT;
}

static int based(pel_parse *cx, pel_span span, pel_str raw, int base, pel_ast *node) {
  const char *p = raw.p + 2, *end = raw.p + raw.n;
  if (p == end || digits(p, end, base) != end)
    return malformed(
        cx, span,
        base == 16 ? "`0x` is followed by hexadecimal digits, single `_` between them"
                   : "`0b` is followed by 0s and 1s, single `_` between them");
  return integer(cx, span, p, end, base, node);
}

static int decimal(pel_parse *cx, pel_span span, pel_str raw, pel_ast *node) {
  const char *end = raw.p + raw.n, *p = digits(raw.p, end, 10), *mantissa;
  bool point = p < end && *p == '.';
  if (point) p = digits(p + 1, end, 10);
  mantissa = p;
  if (p == end)
    return point ? floating(cx, raw, node) : integer(cx, span, raw.p, p, 10, node);
  if (*p == 'e' || *p == 'E') {
    p++;
    if (p < end && (*p == '+' || *p == '-')) p++;
    if (p < end && digit(*p) && digits(p, end, 10) == end) return floating(cx, raw, node);
  }
  p = mantissa;
  if (*p == '_' || digit(*p))
    return malformed(cx, span, "single `_` stand between digits, nowhere else");
  pel_str unit = {p, (size_t)(end - p)};
  for (const char *q = p; q < end; q++)
    if (digit(*q) || *q == '_')
      return malformed(cx, span,
                       "a name does not begin with a digit; a quantity ends in its unit");
  pel_ast_unit u = unit_of(unit);
  node->kind = PEL_AST_QUANTITY;
  node->quantity.raw = raw;
  if (u == PEL_AST_UNIT_COUNT) return unknown_unit(cx, span, (uint32_t)(p - raw.p), unit);
  node->quantity.unit = u;
  return quantity(cx, span, (pel_str){raw.p, (size_t)(p - raw.p)}, u, node);
}

int pel__literal_number(pel_parse *cx, pel_span span, pel_ast **out) {
  pel_str raw = {cx->src->text.p + span.begin, span.end - span.begin};
  pel_ast *node = *out = pel__ast_new(cx, PEL_AST_INT, span);
  node->integer.raw = raw;
  if (raw.n > 1 && raw.p[0] == '0' && raw.p[1] == 'x')
    return based(cx, span, raw, 16, node);
  if (raw.n > 1 && raw.p[0] == '0' && raw.p[1] == 'b')
    return based(cx, span, raw, 2, node);
  return decimal(cx, span, raw, node);
}

/* ---- strings */

typedef struct decoder {
  pel_parse *cx;
  pel_span span;       /* of the whole literal */
  const char *p, *end; /* what is still to be read, without quotes */
  char *out;
} decoder;

static pel_span part(const decoder *d, const char *from, const char *to) {
  uint32_t begin = (uint32_t)(from - d->cx->src->text.p),
           end = (uint32_t)(to - d->cx->src->text.p);
  pel_span s = d->span;
  s.col += (uint32_t)pel__utf8_length(d->cx->src->text.p + s.begin, begin - s.begin);
  s.begin = begin;
  s.end = end;
  return s;
}

static void bad_escape(decoder *d, const char *from, const char *why) {
  pel_span at = part(d, from, d->p);
  pel_diag *g =
      pel__report(d->cx, PEL_E0022, at, "`%s` is not an escape", pel__quote(d->cx, at));
  pel__diag_help(d->cx->ds, g, "%s", why);
}

/* \u{1F600}: d->p stands behind the u. */
static void unicode_escape(decoder *d, const char *from) {
  static const char why[] =
      "write `\\u{…}` with 1 to 6 hexadecimal digits of a code point";
  uint32_t cp = 0;
  int n = 0;
  if (d->p < d->end && *d->p == '{')
    d->p++;
  else
    return bad_escape(d, from, why);
  for (; d->p < d->end && digit_value(*d->p) < 16; d->p++, n++)
    if (n < 7) cp = cp * 16 + (uint32_t)digit_value(*d->p);
  bool closed = d->p < d->end && *d->p == '}';
  d->p += closed;
  if (!closed || n == 0 || n > 6) return bad_escape(d, from, why);
  size_t length = pel__utf8_encode(cp, d->out);
  if (length == 0)
    return bad_escape(d, from, "code points end at 10FFFF and leave out D800 to DFFF");
  d->out += length;
}

static void escape(decoder *d) {
  static const char plain[] = "n\nt\tr\r0\0\\\\\"\"";
  const char *from = d->p++;
  if (d->p == d->end) return;
  char c = *d->p++;
  if (c == 'u') return unicode_escape(d, from);
  for (size_t i = 0; i + 1 < sizeof plain; i += 2) {
    if (plain[i] != c) continue;
    *d->out++ = plain[i + 1];
    return;
  }
  while (d->p < d->end && ((unsigned char)*d->p & 0xc0) == 0x80) d->p++;
  bad_escape(d, from,
             "the escapes are `\\n \\t \\r \\0 \\\\ \\\" \\u{…}`; a backslash is `\\\\`");
}

static void control(decoder *d) {
  pel_span at = part(d, d->p, d->p + 1);
  pel_diag *g =
      pel__report(d->cx, PEL_E0029, at, "a control character, U+%04X, stands in a string",
                  (unsigned)(unsigned char)*d->p);
  pel__diag_fix(d->cx->ds, g, at, "\\u{%x}", (unsigned)(unsigned char)*d->p);
  d->p++;
}

static pel_str decode(decoder *d, char *out) {
  d->out = out;
  while (d->p < d->end && d->cx->status == PEL_OK) {
    unsigned char c = (unsigned char)*d->p;
    if (c == '\\')
      escape(d);
    else if ((c < 0x20 && c != '\t') || c == 0x7f)
      control(d);
    else
      *d->out++ = *d->p++;
  }
  return (pel_str){out, (size_t)(d->out - out)};
}

static bool is_plain(const char *p, const char *end) {
  for (; p < end; p++)
    if ((unsigned char)*p < 0x20 || *p == '\\' || *p == 0x7f) return false;
  return true;
}

static pel_str bounded(pel_parse *cx, pel_span span, pel_str s) {
  if (s.n <= PEL_SYNTAX_STRING) return s;
  pel_diag *g = pel__report(cx, PEL_E0023, span, "this string has more than 64 KiB");
  pel__diag_help(cx->ds, g, "longer texts belong in a file that is read");
  return PEL_STR("");
}

pel_str pel__literal_string(pel_parse *cx, pel_span span, uint32_t skip) {
  const char *p = cx->src->text.p + span.begin + skip + 1,
             *end = cx->src->text.p + span.end;
  char quote = p[-1];
  /* An unterminated string has no second quote; an escaped one is none. */
  bool closed =
      end > p && end[-1] == quote && !(end - 1 > p && end[-2] == '\\' && cx->mute);
  if (closed) end--;
  if (quote == '`' || is_plain(p, end)) {
    pel_str s = {p, (size_t)(end - p)};
    return bounded(cx, span, s);
  }
  char *out = pel__arena_get(cx->arena, (size_t)(end - p) + 4);
  if (!out) {
    cx->status = PEL_E_NOMEM;
    return PEL_STR("");
  }
  decoder d = {.cx = cx, .span = span, .p = p, .end = end};
  return bounded(cx, span, decode(&d, out));
}
