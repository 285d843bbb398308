#include <string.h>

#include "runtime/base/str.h"
#include "stdlib/core/kernel.h"

/* Texts are counted in code points. Results share the input's bytes where they are a part
 * of it. */

#define VIEW(c, k, i) (PEL_IN(c, k, pel_view)[i])

static pel_str str_at(const pel_call *c, uint32_t k, uint32_t i) {
  const pel_view *v = &VIEW(c, k, i);
  return (pel_str){pel_view_bytes(v), v->in.n};
}

static void give(const pel_call *c, uint32_t i, const char *p, size_t n) {
  PEL_OUT(c, pel_view)[i] = pel_view_of(p, (uint32_t)n);
}

/* Room for a result of n bytes; NULL: the status is set. */
static char *room(const pel_call *c, uint32_t i, size_t n, pel_status *s) {
  if (n > UINT32_MAX) {
    *s = pel_call_poison(c, i, "too long", "a text of more than 4 GiB");
    give(c, i, NULL, 0);
    return NULL;
  }
  char *p = c->env->temp(c->env, n ? n : 1);
  if (!p) *s = PEL_E_NOMEM;
  return p;
}

/* ---- lengths and searching ---- */

static pel_status len_str(const pel_call *c) {
  PEL_EACH_VALID(c, i, {
    const pel_str s = str_at(c, 0, i);
    PEL_OUT(c, int64_t)[i] = (int64_t)pel__utf8_length(s.p, s.n);
  });
  return PEL_OK;
}

static pel_status len_bytes(const pel_call *c) {
  PEL_EACH_VALID(c, i, PEL_OUT(c, int64_t)[i] = VIEW(c, 0, i).in.n;);
  return PEL_OK;
}

static bool starts(pel_str s, pel_str part) {
  return s.n >= part.n && !memcmp(s.p, part.p, part.n);
}
static bool ends(pel_str s, pel_str part) {
  return s.n >= part.n && !memcmp(s.p + s.n - part.n, part.p, part.n);
}
static const char *search(pel_str s, pel_str part) {
  return part.n ? memmem(s.p, s.n, part.p, part.n) : s.p;
}

static pel_status contains(const pel_call *c) {
  PEL_EACH_VALID(c, i,
                 PEL_OUT(c, bool)[i] = search(str_at(c, 0, i), str_at(c, 1, i)) != NULL;);
  return PEL_OK;
}
static pel_status starts_with(const pel_call *c) {
  PEL_EACH_VALID(c, i, PEL_OUT(c, bool)[i] = starts(str_at(c, 0, i), str_at(c, 1, i)););
  return PEL_OK;
}
static pel_status ends_with(const pel_call *c) {
  PEL_EACH_VALID(c, i, PEL_OUT(c, bool)[i] = ends(str_at(c, 0, i), str_at(c, 1, i)););
  return PEL_OK;
}

static pel_status find_str(const pel_call *c) {
  PEL_EACH_VALID(c, i, {
    const pel_str s = str_at(c, 0, i);
    const char *p = search(s, str_at(c, 1, i));
    PEL_OUT(c, int64_t)[i] = p ? (int64_t)pel__utf8_length(s.p, (size_t)(p - s.p)) : -1;
  });
  return PEL_OK;
}

/* ---- parts ---- */

static bool blank(char b) { return b == ' ' || (b >= '\t' && b <= '\r'); }

static pel_str trimmed(pel_str s, int sides) {
  while (sides & 1 && s.n && blank(s.p[0])) s.p++, s.n--;
  while (sides & 2 && s.n && blank(s.p[s.n - 1])) s.n--;
  return s;
}

#define TRIM(fn, sides)                                  \
  static pel_status fn(const pel_call *c) {              \
    PEL_EACH_VALID(c, i, {                               \
      const pel_str s = trimmed(str_at(c, 0, i), sides); \
      give(c, i, s.p, s.n);                              \
    });                                                  \
    return PEL_OK;                                       \
  }
TRIM(trim, 3)
TRIM(ltrim, 1)
TRIM(rtrim, 2)

/* Bytes of the first n code points. */
static size_t bytes_of(pel_str s, int64_t n) {
  size_t i = 0;
  for (; i < s.n; i++) {
    if (((unsigned char)s.p[i] & 0xc0) == 0x80) continue;
    if (n-- == 0) break;
  }
  return i;
}

static pel_status substr(const pel_call *c) {
  pel_status st = PEL_OK;
  PEL_EACH_VALID(c, i, {
    const pel_str s = str_at(c, 0, i);
    const int64_t from = PEL_IN(c, 1, int64_t)[i];
    const int64_t n = PEL_IN(c, 2, int64_t)[i];
    if (from < 0 || n < 0) {
      st =
          pel_call_poison(c, i, "index", "substr(…, %lld, %lld): neither may be negative",
                          (long long)from, (long long)n);
      give(c, i, NULL, 0);
    } else {
      const size_t a = bytes_of(s, from);
      give(c, i, s.p + a, bytes_of((pel_str){s.p + a, s.n - a}, n));
    }
  });
  return st;
}

/* ---- new texts ---- */

static char lower_byte(char b) { return b >= 'A' && b <= 'Z' ? (char)(b + 32) : b; }
static char upper_byte(char b) { return b >= 'a' && b <= 'z' ? (char)(b - 32) : b; }

#define MAP_BYTES(fn, f)                                 \
  static pel_status fn(const pel_call *c) {              \
    pel_status st = PEL_OK;                              \
    PEL_EACH_VALID(c, i, {                               \
      const pel_str s = str_at(c, 0, i);                 \
      char *p = room(c, i, s.n, &st);                    \
      if (!p) return st;                                 \
      for (size_t k = 0; k < s.n; k++) p[k] = f(s.p[k]); \
      give(c, i, p, s.n);                                \
    });                                                  \
    return st;                                           \
  }
MAP_BYTES(lower, lower_byte)
MAP_BYTES(upper, upper_byte)

static pel_status join_two(const pel_call *c) {
  pel_status st = PEL_OK;
  PEL_EACH_VALID(c, i, {
    const pel_str a = str_at(c, 0, i);
    const pel_str b = str_at(c, 1, i);
    char *p = room(c, i, a.n + b.n, &st);
    if (!p && st) return st;
    if (p) {
      memcpy(p, a.p, a.n);
      memcpy(p + a.n, b.p, b.n);
      give(c, i, p, a.n + b.n);
    }
  });
  return st;
}

static size_t count_of(pel_str s, pel_str part) {
  size_t n = 0;
  for (const char *p; part.n && (p = memmem(s.p, s.n, part.p, part.n)); n++) {
    s.n -= (size_t)(p - s.p) + part.n;
    s.p = p + part.n;
  }
  return n;
}

static void replaced(pel_str s, pel_str what, pel_str with, char *out) {
  for (const char *p; what.n && (p = memmem(s.p, s.n, what.p, what.n));) {
    const size_t k = (size_t)(p - s.p);
    memcpy(out, s.p, k);
    memcpy(out + k, with.p, with.n);
    out += k + with.n;
    s.n -= k + what.n;
    s.p = p + what.n;
  }
  memcpy(out, s.p, s.n);
}

static pel_status replace(const pel_call *c) {
  pel_status st = PEL_OK;
  PEL_EACH_VALID(c, i, {
    const pel_str s = str_at(c, 0, i);
    const pel_str what = str_at(c, 1, i);
    const pel_str with = str_at(c, 2, i);
    const size_t hits = count_of(s, what);
    const size_t n = s.n - hits * what.n + hits * with.n;
    char *p = room(c, i, n, &st);
    if (!p && st) return st;
    if (p) {
      replaced(s, what, with, p);
      give(c, i, p, n);
    }
  });
  return st;
}

static pel_status repeat(const pel_call *c) {
  pel_status st = PEL_OK;
  PEL_EACH_VALID(c, i, {
    const pel_str s = str_at(c, 0, i);
    const int64_t times = PEL_IN(c, 1, int64_t)[i];
    if (times < 0 || (s.n && (uint64_t)times > UINT32_MAX / s.n)) {
      st = pel_call_poison(c, i, "index",
                           "repeat(…, %lld): from 0 to as many as fit into 4 GiB",
                           (long long)times);
      give(c, i, NULL, 0);
    } else {
      const size_t n = s.n ? (size_t)times : 0;
      char *p = room(c, i, s.n * n, &st);
      if (!p) return st;
      for (size_t k = 0; k < n; k++) memcpy(p + k * s.n, s.p, s.n);
      give(c, i, p, s.n * n);
    }
  });
  return st;
}

static pel_status reverse(const pel_call *c) {
  pel_status st = PEL_OK;
  PEL_EACH_VALID(c, i, {
    const pel_str s = str_at(c, 0, i);
    char *p = room(c, i, s.n, &st);
    if (!p) return st;
    for (size_t at = 0; at < s.n;) {
      const size_t n = bytes_of((pel_str){s.p + at, s.n - at}, 1);
      memcpy(p + s.n - at - n, s.p + at, n);
      at += n;
    }
    give(c, i, p, s.n);
  });
  return st;
}

static pel_status pad(const pel_call *c, bool left) {
  pel_status st = PEL_OK;
  PEL_EACH_VALID(c, i, {
    const pel_str s = str_at(c, 0, i);
    const int64_t width = PEL_IN(c, 1, int64_t)[i];
    const pel_str fill = str_at(c, 2, i);
    const int64_t length = (int64_t)pel__utf8_length(s.p, s.n);
    const int64_t missing = width > length ? width - length : 0;
    if (pel__utf8_length(fill.p, fill.n) != 1 || missing > 1 << 24) {
      st =
          pel_call_poison(c, i, "argument",
                          "padding wants one character to fill with, at most 2^24 times");
      give(c, i, NULL, 0);
    } else {
      const size_t n = (size_t)missing * fill.n;
      char *p = room(c, i, s.n + n, &st);
      if (!p && st) return st;
      for (size_t k = 0; p && k < n; k += fill.n)
        memcpy(p + (left ? 0 : s.n) + k, fill.p, fill.n);
      if (p) memcpy(p + (left ? n : 0), s.p, s.n);
      if (p) give(c, i, p, s.n + n);
    }
  });
  return st;
}
static pel_status pad_left(const pel_call *c) { return pad(c, true); }
static pel_status pad_right(const pel_call *c) { return pad(c, false); }

/* ---- rows ---- */

/* The kernel, when the arguments have these kinds. */
static pel_kernel fits(const pel_type *const *in, uint32_t nin, const pel_kind *want,
                       uint32_t n, pel_kernel k) {
  if (nin != n) return NULL;
  for (uint32_t i = 0; i < n; i++)
    if (in[i]->kind != want[i]) return NULL;
  return k;
}

#define CHOOSE(fn, ...)                                                  \
  static pel_kernel choose_##fn(const pel_type *const *in, uint32_t nin, \
                                const pel_type *out) {                   \
    static const pel_kind want[] = {__VA_ARGS__};                        \
    (void)out;                                                           \
    return fits(in, nin, want, sizeof want / sizeof *want, fn);          \
  }
CHOOSE(len_str, PEL_STR)
CHOOSE(len_bytes, PEL_BYTES)
CHOOSE(contains, PEL_STR, PEL_STR)
CHOOSE(starts_with, PEL_STR, PEL_STR)
CHOOSE(ends_with, PEL_STR, PEL_STR)
CHOOSE(find_str, PEL_STR, PEL_STR)
CHOOSE(trim, PEL_STR)
CHOOSE(ltrim, PEL_STR)
CHOOSE(rtrim, PEL_STR)
CHOOSE(substr, PEL_STR, PEL_I64, PEL_I64)
CHOOSE(lower, PEL_STR)
CHOOSE(upper, PEL_STR)
CHOOSE(join_two, PEL_STR, PEL_STR)
CHOOSE(replace, PEL_STR, PEL_STR, PEL_STR)
CHOOSE(repeat, PEL_STR, PEL_I64)
CHOOSE(reverse, PEL_STR)
CHOOSE(pad_left, PEL_STR, PEL_I64, PEL_STR)
CHOOSE(pad_right, PEL_STR, PEL_I64, PEL_STR)

#define BLANKS \
  " Blanks are space, tab, line feed, vertical tab, form feed, carriage return."
#define TEXT(fn) .props = PEL_PURE | PEL_NULL_STRICT, .choose = choose_##fn
#define FAILS(fn) \
  .props = PEL_PURE | PEL_NULL_STRICT | PEL_CAN_FAIL, .choose = choose_##fn

PEL_OP(len_str, "len", "(s: str) -> i64", PEL_OP_MAP,
       .doc = "The number of code points of a text.", TEXT(len_str));
PEL_OP(len_bytes, "len", "(b: bytes) -> i64", PEL_OP_MAP, .doc = "The number of bytes.",
       TEXT(len_bytes));
PEL_OP(text_contains, "contains", "(s: str, part: str) -> bool", PEL_OP_MAP,
       .doc = "Whether part stands anywhere in s; the empty text always does.",
       TEXT(contains));
PEL_OP(text_starts_with, "starts_with", "(s: str, part: str) -> bool", PEL_OP_MAP,
       .doc = "Whether s begins with part.", TEXT(starts_with));
PEL_OP(text_ends_with, "ends_with", "(s: str, part: str) -> bool", PEL_OP_MAP,
       .doc = "Whether s ends with part.", TEXT(ends_with));
PEL_OP(text_find, "find", "(s: str, part: str) -> i64", PEL_OP_MAP,
       .doc =
           "Where part first stands in s, counted in code points from 0; -1 when it does "
           "not.",
       TEXT(find_str));
PEL_OP(text_trim, "trim", "(s: str) -> str", PEL_OP_MAP,
       .doc = "Without the ASCII blanks at both ends." BLANKS, TEXT(trim));
PEL_OP(text_ltrim, "ltrim", "(s: str) -> str", PEL_OP_MAP,
       .doc = "Without the ASCII blanks at the beginning." BLANKS, TEXT(ltrim));
PEL_OP(text_rtrim, "rtrim", "(s: str) -> str", PEL_OP_MAP,
       .doc = "Without the ASCII blanks at the end." BLANKS, TEXT(rtrim));
PEL_OP(text_substr, "substr", "(s: str, start: i64, n: i64 = 9223372036854775807) -> str",
       PEL_OP_MAP,
       .doc =
           "At most n code points from position start (0-based) on; what lies behind the "
           "end is left out. A negative number fails.",
       FAILS(substr));
PEL_OP(text_lower, "lower", "(s: str) -> str", PEL_OP_MAP,
       .doc = "The letters A to Z made small; others stay.", TEXT(lower));
PEL_OP(text_upper, "upper", "(s: str) -> str", PEL_OP_MAP,
       .doc = "The letters a to z made capital; others stay.", TEXT(upper));
PEL_OP(text_plus, "+", "(a: str, b: str) -> str", PEL_OP_MAP,
       .doc = "One text behind the other; fails beyond 4 GiB.", FAILS(join_two));
PEL_OP(text_replace, "replace", "(s: str, what: str, with: str) -> str", PEL_OP_MAP,
       .doc =
           "Every what in s, from the left, becomes with; an empty what changes nothing. "
           "Fails beyond 4 GiB.",
       FAILS(replace));
PEL_OP(text_repeat, "repeat", "(s: str, n: i64) -> str", PEL_OP_MAP,
       .doc = "s, n times; fails when n is negative or the result longer than 4 GiB.",
       FAILS(repeat));
PEL_OP(text_reverse, "reverse", "(s: str) -> str", PEL_OP_MAP,
       .doc = "The code points of s in reverse order.", TEXT(reverse));
PEL_OP(text_pad_left, "pad_left", "(s: str, width: i64, fill: str = \" \") -> str",
       PEL_OP_MAP,
       .doc =
           "fill in front until s has width code points; a longer s stays. Fails unless "
           "fill is one code point, needed at most 2^24 times.",
       FAILS(pad_left));
PEL_OP(text_pad_right, "pad_right", "(s: str, width: i64, fill: str = \" \") -> str",
       PEL_OP_MAP,
       .doc =
           "fill behind until s has width code points; a longer s stays. Fails unless "
           "fill is one code point, needed at most 2^24 times.",
       FAILS(pad_right));
