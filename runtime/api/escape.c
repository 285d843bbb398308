#include "runtime/api/api.h"
#include "runtime/api/width.h"

/* What no terminal and no program takes as it is: C0, DEL, C1. */
static bool is_control(uint32_t cp) { return cp < 0x20 || (cp >= 0x7f && cp < 0xa0); }

static void escape(pel_buf *b, uint32_t cp) {
  const char *letter = cp == '\n'   ? "\\n"
                       : cp == '\r' ? "\\r"
                       : cp == '\t' ? "\\t"
                       : cp == '"'  ? "\\\""
                       : cp == '\\' ? "\\\\"
                                    : NULL;
  if (letter)
    pel__buf_text(b, letter);
  else
    pel__buf_printf(b, "\\u{%x}", (unsigned)cp);
}

/* Valid UTF-8; a backslash goes before what stands in `also`. */
static void add_valid(pel_buf *b, const char *p, size_t n, const char *also) {
  const char *end = p + n, *from = p;
  while (p < end) {
    const char *at = p;
    const uint32_t cp = pel__utf8_next(&p);
    if (!is_control(cp) && (cp >= 0x80 || !strchr(also, (int)cp))) continue;
    pel__buf_add(b, from, (size_t)(at - from));
    escape(b, cp);
    from = p;
  }
  pel__buf_add(b, from, (size_t)(end - from));
}

void pel__text_shown(pel_buf *b, pel_str s) {
  while (s.n) {
    const size_t good = pel__utf8_valid(s.p, s.n), bad = good < s.n;
    add_valid(b, s.p, good, "");
    if (bad) pel__buf_printf(b, "\\x%02x", (unsigned)(unsigned char)s.p[good]);
    s = (pel_str){s.p + good + bad, s.n - good - bad};
  }
}

void pel__text_literal(pel_buf *b, pel_str s) {
  pel__buf_char(b, '"');
  while (s.n) {
    const size_t good = pel__utf8_valid(s.p, s.n), bad = good < s.n;
    add_valid(b, s.p, good, "\"\\");
    if (bad) pel__buf_text(b, "\xef\xbf\xbd");
    s = (pel_str){s.p + good + bad, s.n - good - bad};
  }
  pel__buf_char(b, '"');
}
