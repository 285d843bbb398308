/* Are two results the same? same [-o] A B: CSV files without quotes, a header line each;
 * rows in any order (-o: in this one). Cells are equal when their texts are, or when both
 * are numbers: exactly equal if both are integers, else within 1e-9 of each other,
 * relatively. Says the first difference on stdout, and exits 1. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

typedef struct table {
  char *text;
  char **rows;
  size_t n;
} table;

static void stop(const char *what, const char *name) {
  printf("%s: %s\n", what, name);
  exit(2);
}

static table load(const char *name) {
  table t = {0};
  struct stat st;
  FILE *f = fopen(name, "rb");
  if (!f || fstat(fileno(f), &st)) stop("cannot be read", name);
  const size_t size = (size_t)st.st_size;
  t.text = malloc(size + 2);
  if (!t.text || fread(t.text, 1, size, f) != size) stop("cannot be read", name);
  fclose(f);
  t.text[size] = 0;
  size_t lines = 1;
  for (size_t i = 0; i < size; i++) lines += t.text[i] == '\n';
  t.rows = malloc(lines * sizeof *t.rows);
  if (!t.rows) stop("no memory", name);
  for (char *p = t.text, *end; *p; p = end + 1) {
    end = strchr(p, '\n');
    if (!end) end = p + strlen(p), end[1] = 0;
    if (end > p && end[-1] == '\r') end[-1] = 0;
    *end = 0;
    t.rows[t.n++] = p;
  }
  if (t.n == 0) stop("is empty", name);
  t.rows++, t.n--; /* without the header */
  return t;
}

static int by_text(const void *a, const void *b) {
  return strcmp(*(char *const *)a, *(char *const *)b);
}

static int is_integer(const char *p, size_t n) {
  size_t i = n && *p == '-';
  if (i == n) return 0;
  for (; i < n; i++)
    if (p[i] < '0' || p[i] > '9') return 0;
  return 1;
}

static int same_cell(const char *a, size_t na, const char *b, size_t nb) {
  char x[64], y[64], *ex, *ey;
  if (na == nb && !memcmp(a, b, na)) return 1;
  if (!na || !nb || na > 63 || nb > 63 || (is_integer(a, na) && is_integer(b, nb)))
    return 0;
  memcpy(x, a, na), memcpy(y, b, nb);
  x[na] = y[nb] = 0;
  const double u = strtod(x, &ex), v = strtod(y, &ey);
  if (*ex || *ey) return 0;
  return fabs(u - v) <= 1e-9 * fmax(fabs(u), fabs(v));
}

static int same_row(const char *a, const char *b) {
  for (;;) {
    const size_t na = strcspn(a, ","), nb = strcspn(b, ",");
    if (!same_cell(a, na, b, nb) || a[na] != b[nb]) return 0;
    if (!a[na]) return 1;
    a += na + 1, b += nb + 1;
  }
}

int main(int argc, char **argv) {
  const int ordered = argc > 1 && !strcmp(argv[1], "-o");
  if (argc - ordered != 3) return fputs("usage: same [-o] A B\n", stderr), 2;
  table a = load(argv[1 + ordered]), b = load(argv[2 + ordered]);
  if (a.n != b.n) return printf("%zu rows against %zu\n", a.n, b.n), 1;
  if (!ordered) {
    qsort(a.rows, a.n, sizeof *a.rows, by_text);
    qsort(b.rows, b.n, sizeof *b.rows, by_text);
  }
  for (size_t i = 0; i < a.n; i++)
    if (!same_row(a.rows[i], b.rows[i]))
      return printf("row %zu: %s against %s\n", i + 1, a.rows[i], b.rows[i]), 1;
  return 0;
}
