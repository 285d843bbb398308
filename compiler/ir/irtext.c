#include "compiler/ir/irtext.h"

#include <stdarg.h>
#include <stdio.h>

#include "runtime/base/num_parse.h"

void PEL_PRINTF(2, 3) pel__irtext_bad(pel_irtext *r, const char *fmt, ...) {
  if (r->bad) return;
  r->bad = true;
  char text[200];
  va_list args;
  va_start(args, fmt);
  if (vsnprintf(text, sizeof text, fmt, args) < 0) text[0] = 0;
  va_end(args);
  (void)pel_error_set(r->e, PEL_E_INVALID, "line %u: %s", r->line, text);
}

void *pel__irtext_room(pel_irtext *r, size_t n, size_t size) {
  void *p = pel__arena_array(r->m->arena, n, size);
  if (!p) {
    r->m->oom = true;
    pel__irtext_bad(r, "no memory");
  }
  return p;
}

void pel__irtext_blank(pel_irtext *r) {
  for (; r->p < r->end; r->p++) {
    if (*r->p == '\n') r->line++;
    if (*r->p == '#')
      while (r->p + 1 < r->end && r->p[1] != '\n') r->p++;
    else if (*r->p != ' ' && *r->p != '\n' && *r->p != '\t')
      return;
  }
}

bool pel__irtext_peek(pel_irtext *r, char c) {
  pel__irtext_blank(r);
  return !r->bad && r->p < r->end && *r->p == c;
}

bool pel__irtext_eat(pel_irtext *r, char c) {
  if (!pel__irtext_peek(r, c)) return false;
  r->p++;
  return true;
}

void pel__irtext_want(pel_irtext *r, char c) {
  if (!pel__irtext_eat(r, c)) pel__irtext_bad(r, "`%c` is wanted", c);
}

bool pel__irtext_word_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         c == '_';
}

pel_str pel__irtext_word(pel_irtext *r) {
  pel__irtext_blank(r);
  const char *p = r->p;
  while (r->p < r->end && pel__irtext_word_char(*r->p)) r->p++;
  if (p == r->p) pel__irtext_bad(r, "a word is wanted");
  return (pel_str){p, (size_t)(r->p - p)};
}

bool pel__irtext_eat_word(pel_irtext *r, const char *w) {
  pel__irtext_blank(r);
  size_t n = strlen(w);
  if (r->bad || (size_t)(r->end - r->p) < n || memcmp(r->p, w, n) != 0) return false;
  if (r->p + n < r->end && pel__irtext_word_char(r->p[n])) return false;
  r->p += n;
  return true;
}

uint32_t pel__irtext_number(pel_irtext *r) {
  pel_str w = pel__irtext_word(r);
  uint32_t x = 0;
  if (!r->bad && pel__parse_u32(w.p, w.n, &x) != PEL_PARSE_OK)
    pel__irtext_bad(r, "a number is wanted");
  return x;
}

uint32_t pel__irtext_maybe_number(pel_irtext *r) {
  return pel__irtext_eat(r, '-') ? PEL_NONE : pel__irtext_number(r);
}

uint32_t pel__irtext_hex(pel_irtext *r, int digits) {
  uint32_t x = 0;
  for (; digits > 0; digits--) {
    char c = r->p < r->end ? *r->p++ : 0;
    uint32_t d = c >= '0' && c <= '9'   ? (uint32_t)(c - '0')
                 : c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a' + 10)
                                        : 99;
    if (d == 99) {
      pel__irtext_bad(r, "a hexadecimal digit is wanted");
      return 0;
    }
    x = x * 16 + d;
  }
  return x;
}

static void escape(pel_irtext *r, pel_buf *b) {
  static const char from[] = "nrtbf", to[] = "\n\r\t\b\f";
  char c = r->p < r->end ? *r->p++ : 0;
  const char *at = c ? strchr(from, c) : NULL;
  if (at) {
    pel__buf_char(b, to[at - from]);
  } else if (c == 'u') {
    char utf8[4];
    uint32_t cp = pel__irtext_hex(r, 4);
    pel__buf_add(b, utf8, pel__utf8_encode(cp, utf8));
  } else {
    pel__buf_char(b, c);
  }
}

pel_str pel__irtext_text(pel_irtext *r) {
  pel_buf b;
  pel__buf_init(&b, NULL);
  pel__irtext_want(r, '"');
  while (!r->bad && r->p < r->end && *r->p != '"') {
    char c = *r->p++;
    if (c == '\\')
      escape(r, &b);
    else
      pel__buf_char(&b, c);
  }
  if (r->p < r->end)
    r->p++;
  else
    pel__irtext_bad(r, "an unclosed text");
  const char *copy = pel__arena_text(r->m->arena, b.p ? b.p : "", b.n);
  pel_str s = {copy ? copy : "", copy ? b.n : 0};
  pel__buf_deinit(&b);
  return s;
}

pel_str pel__irtext_name(pel_irtext *r) {
  return pel__irtext_peek(r, '"') ? pel__irtext_text(r) : pel__irtext_word(r);
}
