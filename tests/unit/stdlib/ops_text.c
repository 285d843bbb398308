/* Text functions against slow ones over arrays of code points. */
#include "tests/unit/stdlib/ops_rig.h"

#define ORACLE(fn) static val fn(const val *a, pel_kind in, pel_kind out)

enum { LONGEST = 4096 };

typedef struct points {
  uint32_t at[LONGEST];
  size_t n;
} points;

/* Decoded by the table of RFC 3629; the texts here are valid. */
static points decode(const val *v) {
  points p = {.n = 0};
  const unsigned char *s = (const unsigned char *)v->p;
  for (size_t i = 0; i < v->n;) {
    const unsigned b = s[i];
    const unsigned more = b < 0x80 ? 0 : b < 0xe0 ? 1 : b < 0xf0 ? 2 : 3;
    uint32_t c = more == 0 ? b : b & (0x3fu >> more);
    for (unsigned k = 1; k <= more; k++) c = c << 6 | (s[i + k] & 0x3f);
    cr_assert_lt(p.n, LONGEST);
    p.at[p.n++] = c;
    i += more + 1;
  }
  return p;
}

static size_t encode_one(uint32_t c, char *o) {
  if (c < 0x80) return o[0] = (char)c, 1;
  if (c < 0x800) return o[0] = (char)(0xc0 | c >> 6), o[1] = (char)(0x80 | (c & 63)), 2;
  if (c < 0x10000)
    return o[0] = (char)(0xe0 | c >> 12), o[1] = (char)(0x80 | (c >> 6 & 63)),
           o[2] = (char)(0x80 | (c & 63)), 3;
  o[0] = (char)(0xf0 | c >> 18), o[1] = (char)(0x80 | (c >> 12 & 63)),
  o[2] = (char)(0x80 | (c >> 6 & 63));
  return o[3] = (char)(0x80 | (c & 63)), 4;
}

static val encode(const points *p) {
  static char text[4 * LONGEST];
  size_t n = 0;
  for (size_t i = 0; i < p->n; i++) n += encode_one(p->at[i], text + n);
  return (val){.state = PEL_VALID, .p = text, .n = n};
}

static void add(points *p, uint32_t c) {
  cr_assert_lt(p->n, LONGEST);
  p->at[p->n++] = c;
}

/* ---- oracles ---- */

static bool stands_at(const points *s, size_t at, const points *part) {
  if (at + part->n > s->n) return false;
  for (size_t i = 0; i < part->n; i++)
    if (s->at[at + i] != part->at[i]) return false;
  return true;
}
static int64_t place_of(const points *s, const points *part) {
  for (size_t i = 0; i <= s->n; i++)
    if (stands_at(s, i, part)) return (int64_t)i;
  return -1;
}

ORACLE(length) { return (void)in, (void)out, vi((pel_i128)decode(a).n); }
ORACLE(size) { return (void)in, (void)out, vi((pel_i128)a->n); }
ORACLE(find) {
  const points s = decode(&a[0]), part = decode(&a[1]);
  return (void)in, (void)out, vi(place_of(&s, &part));
}
ORACLE(contains) {
  const points s = decode(&a[0]), part = decode(&a[1]);
  return (void)in, (void)out, vi(place_of(&s, &part) >= 0);
}
ORACLE(starts) {
  const points s = decode(&a[0]), part = decode(&a[1]);
  return (void)in, (void)out, vi(stands_at(&s, 0, &part));
}
ORACLE(ends) {
  const points s = decode(&a[0]), part = decode(&a[1]);
  return (void)in, (void)out, vi(s.n >= part.n && stands_at(&s, s.n - part.n, &part));
}

static bool blank(uint32_t c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\v' || c == '\f' || c == '\r';
}
static val trimmed(const val *a, bool left, bool right) {
  const points s = decode(a);
  points o = {.n = 0};
  size_t from = 0, to = s.n;
  while (left && from < to && blank(s.at[from])) from++;
  while (right && from < to && blank(s.at[to - 1])) to--;
  for (; from < to; from++) add(&o, s.at[from]);
  return encode(&o);
}
ORACLE(trim) { return (void)in, (void)out, trimmed(a, true, true); }
ORACLE(ltrim) { return (void)in, (void)out, trimmed(a, true, false); }
ORACLE(rtrim) { return (void)in, (void)out, trimmed(a, false, true); }

ORACLE(substr) {
  (void)in, (void)out;
  if (a[1].i < 0 || a[2].i < 0) return failing();
  const points s = decode(&a[0]);
  points o = {.n = 0};
  for (size_t i = 0; i < s.n; i++)
    if ((pel_i128)i >= a[1].i && (pel_i128)i < a[1].i + a[2].i) add(&o, s.at[i]);
  return encode(&o);
}
static val mapped(const val *a, uint32_t from, uint32_t to, int by) {
  points s = decode(a);
  for (size_t i = 0; i < s.n; i++)
    if (s.at[i] >= from && s.at[i] <= to) s.at[i] = (uint32_t)((int)s.at[i] + by);
  return encode(&s);
}
ORACLE(lower) { return (void)in, (void)out, mapped(a, 'A', 'Z', 'a' - 'A'); }
ORACLE(upper) { return (void)in, (void)out, mapped(a, 'a', 'z', 'A' - 'a'); }
ORACLE(plus) {
  points s = decode(&a[0]);
  const points t = decode(&a[1]);
  for (size_t i = 0; i < t.n; i++) add(&s, t.at[i]);
  return (void)in, (void)out, encode(&s);
}
ORACLE(replace) {
  const points s = decode(&a[0]), what = decode(&a[1]), with = decode(&a[2]);
  points o = {.n = 0};
  (void)in, (void)out;
  for (size_t i = 0; i < s.n;) {
    if (what.n == 0 || !stands_at(&s, i, &what)) {
      add(&o, s.at[i++]);
      continue;
    }
    for (size_t k = 0; k < with.n; k++) add(&o, with.at[k]);
    i += what.n;
  }
  return encode(&o);
}
ORACLE(repeat) {
  (void)in, (void)out;
  if (a[1].i < 0 || a[1].i * (pel_i128)a[0].n > UINT32_MAX) return failing();
  const points s = decode(&a[0]);
  points o = {.n = 0};
  for (pel_i128 k = 0; s.n && k < a[1].i; k++)
    for (size_t i = 0; i < s.n; i++) add(&o, s.at[i]);
  return encode(&o);
}
ORACLE(reverse) {
  const points s = decode(a);
  points o = {.n = 0};
  for (size_t i = s.n; i-- > 0;) add(&o, s.at[i]);
  return (void)in, (void)out, encode(&o);
}
static val padded(const val *a, bool left) {
  const points s = decode(&a[0]), fill = decode(&a[2]);
  const pel_i128 missing = a[1].i > (pel_i128)s.n ? a[1].i - (pel_i128)s.n : 0;
  points o = {.n = 0};
  if (fill.n != 1 || missing > 1 << 24) return failing();
  for (pel_i128 i = 0; left && i < missing; i++) add(&o, fill.at[0]);
  for (size_t i = 0; i < s.n; i++) add(&o, s.at[i]);
  for (pel_i128 i = 0; !left && i < missing; i++) add(&o, fill.at[0]);
  return encode(&o);
}
ORACLE(pad_left) { return (void)in, (void)out, padded(a, true); }
ORACLE(pad_right) { return (void)in, (void)out, padded(a, false); }

/* ---- values ---- */

/* The corners of UTF-8's lengths, letters beside the letters, blanks that are ASCII and
 * such that are not (U+00A0, U+0085, U+3000), combining marks. Few, so that parts are
 * found. */
static const uint32_t alphabet[] = {
    'a',   'b',   'A',    'B',    'Z',    'z',    '@',     '[',     '`',     '{',  ' ',
    '\t',  '\v',  '\r',   0x1c,   0,      0x7f,   0x80,    0x85,    0xa0,    0xe4, 0x301,
    0x7ff, 0x800, 0x3000, 0xd7ff, 0xe000, 0xffff, 0x10000, 0x1f600, 0x10ffff};

static vals texts(uint64_t *s, uint32_t n, uint32_t longest) {
  static char store[1 << 22];
  static size_t used;
  vals v = {.n = 0};
  v.at[v.n++] = vs("");
  if (sizeof store - used < 96 * 256) used = 0;
  while (v.n < n) {
    const uint64_t few = rig_random(s) % 2 ? 2 : sizeof alphabet / sizeof *alphabet;
    char *p = store + used;
    size_t at = 0;
    for (uint64_t k = rig_random(s) % (longest + 1); k > 0; k--) {
      uint64_t c = rig_random(s) % few;
      at += encode_one(alphabet[few == 2 && c ? 20 : c], p + at); /* a, ä */
    }
    used += at;
    v.at[v.n++] = (val){.state = PEL_VALID, .p = p, .n = at};
  }
  return v;
}

static vals numbers(const int64_t *list, uint32_t n) {
  vals v = {.n = 0};
  for (uint32_t i = 0; i < n; i++) v.at[v.n++] = vi(list[i]);
  return v;
}
#define NUMBERS(...) \
  numbers((const int64_t[]){__VA_ARGS__}, sizeof((const int64_t[]){__VA_ARGS__}) / 8)

Test(ops, texts_of_one) {
  static const struct {
    const char *name;
    pel_kind out;
    oracle want;
  } list[] = {{"len", PEL_I64, length},     {"trim", PEL_STR, trim},
              {"ltrim", PEL_STR, ltrim},    {"rtrim", PEL_STR, rtrim},
              {"lower", PEL_STR, lower},    {"upper", PEL_STR, upper},
              {"reverse", PEL_STR, reverse}};
  uint64_t s = 21;
  for (int round = 0; round < 12; round++) {
    const vals v = texts(&s, 96, 40);
    for (uint32_t i = 0; i < sizeof list / sizeof *list; i++) {
      ops_case c = {.name = list[i].name,
                    .nin = 1,
                    .in = {PEL_STR},
                    .out = list[i].out,
                    .values = {v},
                    .want = list[i].want};
      check_op(&c);
    }
    ops_case b = {.name = "len",
                  .nin = 1,
                  .in = {PEL_BYTES},
                  .out = PEL_I64,
                  .values = {v},
                  .want = size};
    check_op(&b);
  }
}

Test(ops, texts_of_two) {
  static const struct {
    const char *name;
    pel_kind out;
    oracle want;
  } list[] = {{"find", PEL_I64, find},
              {"contains", PEL_BOOL, contains},
              {"starts_with", PEL_BOOL, starts},
              {"ends_with", PEL_BOOL, ends},
              {"+", PEL_STR, plus}};
  uint64_t s = 22;
  for (int round = 0; round < 2; round++)
    for (uint32_t i = 0; i < sizeof list / sizeof *list; i++) {
      ops_case c = {.name = list[i].name,
                    .nin = 2,
                    .in = {PEL_STR, PEL_STR},
                    .out = list[i].out,
                    .values = {texts(&s, 50, 24), texts(&s, 30, 3)},
                    .want = list[i].want};
      check_op(&c);
    }
}

Test(ops, replacing) {
  uint64_t s = 23;
  ops_case c = {.name = "replace",
                .nin = 3,
                .in = {PEL_STR, PEL_STR, PEL_STR},
                .out = PEL_STR,
                .values = {texts(&s, 30, 24), texts(&s, 16, 2), texts(&s, 8, 14)},
                .want = replace};
  check_op(&c);
}

Test(ops, parts_and_repetitions) {
  uint64_t s = 24;
  const vals v = texts(&s, 60, 20);
  ops_case part = {
      .name = "substr",
      .nin = 3,
      .in = {PEL_STR, PEL_I64, PEL_I64},
      .out = PEL_STR,
      .want = substr,
      .values = {v, NUMBERS(INT64_MIN, -1, 0, 1, 2, 5, 19, 20, 21, INT64_MAX),
                 NUMBERS(INT64_MIN, -1, 0, 1, 2, 3, 20, INT64_MAX)}};
  check_op(&part);
  ops_case again = {
      .name = "repeat",
      .nin = 2,
      .in = {PEL_STR, PEL_I64},
      .out = PEL_STR,
      .want = repeat,
      .values = {v, NUMBERS(INT64_MIN, -1, 0, 1, 2, 3, 7, INT64_C(1) << 32, INT64_MAX)}};
  check_op(&again);
}

Test(ops, padding) {
  uint64_t s = 25;
  vals fills = {.at = {vs(" "), vs("\xc3\xa4"), vs("\xf0\x9f\x98\x80"), vs(""), vs("ab"),
                       vs("a\xcc\x81")},
                .n = 6};
  const vals widths =
      NUMBERS(INT64_MIN, -1, 0, 1, 2, 9, 20, 60, (1 << 24) + 64, INT64_MAX);
  const struct {
    const char *name;
    oracle want;
  } list[] = {{"pad_left", pad_left}, {"pad_right", pad_right}};
  for (uint32_t i = 0; i < 2; i++) {
    ops_case c = {.name = list[i].name,
                  .nin = 3,
                  .in = {PEL_STR, PEL_I64, PEL_STR},
                  .out = PEL_STR,
                  .values = {texts(&s, 40, 20), widths, fills},
                  .want = list[i].want};
    check_op(&c);
  }
}
