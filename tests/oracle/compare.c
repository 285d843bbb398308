/* Whether two CSV files hold the same values: numbers by value, the rest by text. For
 * answers of sqlite3. */
#include <stdlib.h>
#include <string.h>

#include "tests/oracle/pipe.h"

static size_t field(FILE *f, char *out, size_t room, int *end) {
  size_t n = 0;
  int c = fgetc(f);
  const bool quoted = c == '"';
  if (quoted) c = fgetc(f);
  for (;; c = fgetc(f)) {
    if (c == EOF) break;
    if (quoted && c == '"') {
      c = fgetc(f);
      if (c != '"') break;
    } else if (!quoted && (c == ',' || c == '\n')) {
      break;
    } else if (c == '\r') {
      continue;
    }
    if (n + 1 < room) out[n++] = (char)c;
  }
  if (c == '\r') c = fgetc(f);
  out[n] = 0;
  *end = c;
  return n;
}

static bool same(const char *a, const char *b) {
  char *ea, *eb;
  if (!strcmp(a, b)) return true;
  const double x = strtod(a, &ea), y = strtod(b, &eb);
  return *a && *b && !*ea && !*eb && x == y;
}

int compare_files(const char *left, const char *right) {
  static char a[1 << 16], b[1 << 16];
  FILE *f = fopen(left, "r"), *g = fopen(right, "r");
  if (!f || !g) return 3;
  for (unsigned long line = 1, at = 0;; at++) {
    int x, y;
    field(f, a, sizeof a, &x);
    field(g, b, sizeof b, &y);
    if (!same(a, b) || x != y) {
      printf("line %lu, field %lu: \"%s\" and \"%s\"\n", line, at + 1, a, b);
      return 1;
    }
    if (x == EOF) return 0;
    if (x == '\n') line++, at = (unsigned long)-1;
  }
}
