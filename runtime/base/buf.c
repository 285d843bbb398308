#include <stdarg.h>
#include <stdio.h>

#include "runtime/base/check.h"
#include "runtime/base/str.h"

void pel__buf_init(pel_buf *b, const pel_alloc *alloc) {
  *b = (pel_buf){.alloc = alloc ? alloc : pel__alloc_libc()};
}

void pel__buf_deinit(pel_buf *b) {
  if (b->alloc) pel__alloc_free(b->alloc, b->p, b->cap);
  *b = (pel_buf){.alloc = b->alloc};
}

static bool fail(pel_buf *b) {
  b->failed = true;
  return false;
}

bool pel__buf_reserve(pel_buf *b, size_t more) {
  if (more <= b->cap - b->n) return true;
  size_t need, cap = b->cap < 64 ? 64 : b->cap;
  if (!pel__size_add(b->n, more, &need) || need > SIZE_MAX / 2) return fail(b);
  while (cap < need) cap += cap / 2;
  if (!b->alloc) b->alloc = pel__alloc_libc();
  char *p = pel__alloc_resize(b->alloc, b->p, b->cap, cap);
  if (!p) return fail(b);
  b->p = p;
  b->cap = cap;
  return true;
}

void pel__buf_add(pel_buf *b, const char *p, size_t n) {
  if (n == 0 || b->failed || !pel__buf_reserve(b, n)) return;
  memcpy(b->p + b->n, p, n);
  b->n += n;
}

void pel__buf_text(pel_buf *b, const char *z) { pel__buf_add(b, z, strlen(z)); }

void pel__buf_str(pel_buf *b, pel_str s) { pel__buf_add(b, s.p, s.n); }

void pel__buf_char(pel_buf *b, char c) { pel__buf_add(b, &c, 1); }

void pel__buf_printf(pel_buf *b, const char *fmt, ...) {
  va_list args, again;
  va_start(args, fmt);
  va_copy(again, args);
  int n = vsnprintf(NULL, 0, fmt, args);
  if (n < 0) {
    b->failed = true;
  } else if (!b->failed && pel__buf_reserve(b, (size_t)n + 1)) {
    (void)vsnprintf(b->p + b->n, (size_t)n + 1, fmt, again);
    b->n += (size_t)n;
  }
  va_end(again);
  va_end(args);
}

/* The letter behind the backslash of a short escape, or 0. */
static char short_escape(unsigned char c) {
  switch (c) {
    case '"':
      return '"';
    case '\\':
      return '\\';
    case '\n':
      return 'n';
    case '\r':
      return 'r';
    case '\t':
      return 't';
    case '\b':
      return 'b';
    case '\f':
      return 'f';
    default:
      return 0;
  }
}

static void add_json_valid(pel_buf *b, const char *p, size_t n) {
  static const char hex[] = "0123456789abcdef";
  size_t from = 0;
  for (size_t i = 0; i < n; i++) {
    unsigned char c = (unsigned char)p[i];
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    pel__buf_add(b, p + from, i - from);
    from = i + 1;
    char letter = short_escape(c);
    if (letter) {
      char two[2] = {'\\', letter};
      pel__buf_add(b, two, sizeof two);
    } else {
      char six[6] = {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};
      pel__buf_add(b, six, sizeof six);
    }
  }
  pel__buf_add(b, p + from, n - from);
}

void pel__buf_json(pel_buf *b, pel_str s) {
  pel__buf_char(b, '"');
  while (s.n) {
    size_t good = pel__utf8_valid(s.p, s.n);
    add_json_valid(b, s.p, good);
    if (good < s.n) {
      pel__buf_text(b, "\xef\xbf\xbd");
      good++;
    }
    s.p += good;
    s.n -= good;
  }
  pel__buf_char(b, '"');
}

const char *pel__buf_z(pel_buf *b) {
  if (b->failed || b->n == 0 || !pel__buf_reserve(b, 1)) return "";
  b->p[b->n] = '\0';
  return b->p;
}
