#include <stdarg.h>
#include <stdio.h>

#include "runtime/base/str.h"

/* A cut message must not end inside a code point: it is printed as UTF-8, and into JSON.
 */
static void trim_cut(char *text, size_t n) {
  size_t back = 0;
  while (back < 4 && back < n && ((unsigned char)text[n - 1 - back] & 0xc0) == 0x80)
    back++;
  if (back == n) return;
  size_t from = n - 1 - back;
  if (pel__utf8_valid(text + from, n - from) != n - from) text[from] = '\0';
}

pel_status pel_error_set(pel_error *e, pel_status status, const char *fmt, ...) {
  if (!e) return status;
  /* An argument may be the old message, so it is written aside first. */
  char text[sizeof e->message];
  va_list args;
  va_start(args, fmt);
  int n = vsnprintf(text, sizeof text, fmt, args);
  va_end(args);
  if (n < 0) text[0] = '\0';
  if (n >= (int)sizeof text) trim_cut(text, sizeof text - 1);
  e->status = status;
  e->span = (pel_span){0};
  memcpy(e->message, text, strlen(text) + 1);
  return status;
}

const char *pel_status_name(pel_status s) {
  switch (s) {
    case PEL_OK:
      return "PEL_OK";
    case PEL_DONE:
      return "PEL_DONE";
    case PEL_E_NOMEM:
      return "PEL_E_NOMEM";
    case PEL_E_IO:
      return "PEL_E_IO";
    case PEL_E_NOENT:
      return "PEL_E_NOENT";
    case PEL_E_INVALID:
      return "PEL_E_INVALID";
    case PEL_E_COMPILE:
      return "PEL_E_COMPILE";
    case PEL_E_FAILED:
      return "PEL_E_FAILED";
    case PEL_E_CANCELLED:
      return "PEL_E_CANCELLED";
    case PEL_E_LIMIT:
      return "PEL_E_LIMIT";
    case PEL_E_FORKED:
      return "PEL_E_FORKED";
    case PEL_E_INTERNAL:
      return "PEL_E_INTERNAL";
  }
  return "PEL_E_UNKNOWN";
}
