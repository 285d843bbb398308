#include "tests/golden/case.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *must(void *p) {
  if (!p) {
    puts("Bail out! out of memory");
    exit(99);
  }
  return p;
}

void text_add(text *t, const char *p, size_t n) {
  t->p = must(realloc(t->p, t->n + n + 1));
  if (n) memcpy(t->p + t->n, p, n);
  t->n += n;
  t->p[t->n] = 0;
}

void text_free(text *t) {
  free(t->p);
  *t = (text){NULL, 0};
}

bool text_same(const text *a, const text *b) {
  return a->n == b->n && (a->n == 0 || memcmp(a->p, b->p, a->n) == 0);
}

/* p is NULL when there is no such file. */
text text_read(const char *path) {
  text t = {NULL, 0};
  FILE *f = fopen(path, "rb");
  if (!f) return t;
  char part[65536];
  size_t got;
  text_add(&t, "", 0);
  while ((got = fread(part, 1, sizeof part, f)) > 0) text_add(&t, part, got);
  fclose(f);
  return t;
}

/* ---- reading */

/* What a directive may be called; the second letter-string says what it takes. */
static const struct {
  const char *key;
  bool name, block;
} known[] = {
    {"args", false, false},       {"sh", false, false},      {"exit", false, false},
    {"stdin", false, true},       {"stdout", false, true},   {"stderr", false, true},
    {"stderr-has", false, false}, {"file", true, true},      {"out-file", true, true},
    {"no-file", true, false},     {"link", true, false},     {"library", true, true},
    {"env", true, false},         {"timeout", false, false}, {"no-matrix", false, false},
    {"oracle", false, false},
};
enum { KNOWN = sizeof known / sizeof *known };

static bool fail(golden_case *c, size_t line, const char *what, const char *word) {
  snprintf(c->problem, sizeof c->problem, "line %zu: %s%s", line, what, word);
  return false;
}

static char *copy(const char *p, size_t n) {
  while (n && isspace((unsigned char)*p)) p++, n--;
  while (n && isspace((unsigned char)p[n - 1])) n--;
  char *z = must(malloc(n + 1));
  memcpy(z, p, n);
  z[n] = 0;
  return z;
}

static int hex(char c) {
  const char *digits = "0123456789abcdef", *at = c ? strchr(digits, c) : NULL;
  return at ? (int)(at - digits) : -1;
}

/* The bytes an `e|` line stands for: \n \r \t \0 \\ \xhh; no newline of its own. */
static bool add_escaped(text *t, const char *p, size_t n) {
  for (size_t i = 0; i < n; i++) {
    char c = p[i];
    if (c == '\\') {
      if (++i == n) return false;
      switch (p[i]) {
        case 'n':
          c = '\n';
          break;
        case 'r':
          c = '\r';
          break;
        case 't':
          c = '\t';
          break;
        case '0':
          c = '\0';
          break;
        case '\\':
          c = '\\';
          break;
        case 'x': {
          if (i + 2 >= n || hex(p[i + 1]) < 0 || hex(p[i + 2]) < 0) return false;
          c = (char)(hex(p[i + 1]) * 16 + hex(p[i + 2]));
          i += 2;
          break;
        }
        default:
          return false;
      }
    }
    text_add(t, &c, 1);
  }
  return true;
}

static bool add_block_line(golden_case *c, size_t line, const char *p, size_t n) {
  bool escaped = *p == 'e';
  size_t mark = escaped ? 2 : 1;
  directive *d = c->n ? &c->at[c->n - 1] : NULL;
  bool takes = false;
  for (size_t k = 0; d && k < KNOWN; k++)
    if (known[k].key == d->key) takes = known[k].block;
  if (!takes) return fail(c, line, "a `|` line without a directive that takes one", "");
  p += mark, n -= mark;
  if (n && *p == ' ') p++, n--;
  if (escaped)
    return add_escaped(&d->block, p, n) ||
           fail(c, line, "a bad escape: ", "\\n \\r \\t \\0 \\\\ \\xhh");
  text_add(&d->block, p, n);
  text_add(&d->block, "\n", 1);
  return true;
}

/* p is what follows `//!` and blanks. */
static bool add_line(golden_case *c, size_t line, const char *p, size_t n, bool leading) {
  if (n == 0) return true;
  if (*p == '|' || (n > 1 && p[0] == 'e' && p[1] == '|'))
    return add_block_line(c, line, p, n);
  const char *colon = memchr(p, ':', n);
  if (!colon) return fail(c, line, "no `:` in a directive", "");
  size_t word = strcspn(p, " :");
  for (size_t k = 0; k < KNOWN; k++) {
    if (strlen(known[k].key) != word || memcmp(known[k].key, p, word) != 0) continue;
    c->at = must(realloc(c->at, (c->n + 1) * sizeof *c->at));
    directive *d = &c->at[c->n++];
    *d = (directive){.key = known[k].key, .leading = leading};
    d->name = copy(p + word, (size_t)(colon - p) - word);
    d->value = copy(colon + 1, n - (size_t)(colon + 1 - p));
    text_add(&d->block, "", 0);
    if (known[k].name && !*d->name) return fail(c, line, "wants a name: ", d->key);
    if (!known[k].name && *d->name) return fail(c, line, "takes no name: ", d->key);
    if (known[k].block && *d->value)
      return fail(c, line, "its text stands in `//! |` lines: ", d->key);
    return true;
  }
  char unknown[64];
  snprintf(unknown, sizeof unknown, "%.*s", (int)word, p);
  return fail(c, line, "unknown directive ", unknown);
}

static void parse(golden_case *c, const text *all) {
  enum { LEADING, PROGRAM, TRAILING } where = LEADING;
  size_t line = 0;
  for (const char *p = all->p, *end = all->p + all->n; p < end;) {
    const char *stop = memchr(p, '\n', (size_t)(end - p));
    const char *next = stop ? stop + 1 : end;
    size_t n = (size_t)((stop ? stop : end) - p);
    bool is_directive = n >= 3 && memcmp(p, "//!", 3) == 0;
    line++;
    if (!is_directive && where == LEADING) where = PROGRAM;
    if (is_directive && where == PROGRAM) where = TRAILING;
    if (!is_directive && where == TRAILING) {
      if (n == 0) goto next_line;
      fail(c, line, "text behind the trailing directives", "");
      return;
    }
    if (where != TRAILING) text_add(&c->program, p, (size_t)(next - p));
    if (is_directive) {
      size_t skip = n > 3 && p[3] == ' ' ? 4 : 3;
      if (!add_line(c, line, p + skip, n - skip, where == LEADING)) return;
    }
  next_line:
    p = next;
  }
  if (!c->n)
    snprintf(c->problem, sizeof c->problem,
             "no //! directive: write `//! stdout:` and bless it");
}

golden_case *case_read(const char *path) {
  golden_case *c = must(calloc(1, sizeof *c));
  c->path = must(strdup(path));
  text all = text_read(path);
  text_add(&c->program, "", 0);
  if (all.p)
    parse(c, &all);
  else
    snprintf(c->problem, sizeof c->problem, "cannot be read");
  text_free(&all);
  return c;
}

void case_free(golden_case *c) {
  for (size_t i = 0; i < c->n; i++) {
    free(c->at[i].name);
    free(c->at[i].value);
    text_free(&c->at[i].block);
  }
  free(c->at);
  free(c->path);
  text_free(&c->program);
  free(c);
}

const directive *case_find(const golden_case *c, const char *key, const char *name) {
  for (size_t i = 0; i < c->n; i++)
    if (!strcmp(c->at[i].key, key) && (!name || !strcmp(c->at[i].name, name)))
      return &c->at[i];
  return NULL;
}

const char *case_value(const golden_case *c, const char *key, const char *otherwise) {
  const directive *d = case_find(c, key, NULL);
  return d ? d->value : otherwise;
}

/* ---- blessing */

static bool is_plain(const char *p, size_t n) {
  for (size_t i = 0; i < n; i++)
    if ((unsigned char)p[i] < 0x20 || p[i] == 0x7f) return false;
  return n == 0 || p[n - 1] != ' ';
}

static void write_block(FILE *f, const text *t) {
  for (size_t i = 0; i < t->n;) {
    const char *p = t->p + i, *stop = memchr(p, '\n', t->n - i);
    size_t n = stop ? (size_t)(stop - p) : t->n - i;
    if (stop && is_plain(p, n)) {
      fprintf(f, n ? "//! | %.*s\n" : "//! |%.*s\n", (int)n, p);
    } else {
      fputs("//! e| ", f);
      for (size_t k = 0; k < n + (stop != NULL); k++) {
        unsigned char c = (unsigned char)p[k];
        if (c == '\n')
          fputs("\\n", f);
        else if (c == '\r')
          fputs("\\r", f);
        else if (c == '\t')
          fputs("\\t", f);
        else if (c == '\\')
          fputs("\\\\", f);
        else if (c < 0x20 || c == 0x7f || (c == ' ' && k + 1 == n))
          fprintf(f, "\\x%02x", c);
        else
          fputc(c, f);
      }
      fputc('\n', f);
    }
    i += n + (stop != NULL);
  }
}

static void write_directive(FILE *f, const directive *d, const text *block) {
  fprintf(f, "//! %s%s%s:%s%s\n", d->key, *d->name ? " " : "", d->name,
          *d->value ? " " : "", d->value);
  write_block(f, block);
}

static bool is_expectation(const directive *d) {
  return !strcmp(d->key, "exit") || !strcmp(d->key, "stdout") ||
         !strcmp(d->key, "stderr") || !strcmp(d->key, "out-file");
}

bool case_bless(const golden_case *c, const outcome *o, const char *dir) {
  char temporary[4096];
  for (size_t i = 0; i < c->n; i++)
    if (c->at[i].leading && is_expectation(&c->at[i]))
      return false; /* would move the program's lines */
  snprintf(temporary, sizeof temporary, "%s.blessed", c->path);
  FILE *f = fopen(temporary, "wb");
  if (!f) return false;
  fwrite(c->program.p, 1, c->program.n, f);
  for (size_t i = 0; i < c->n; i++)
    if (!c->at[i].leading && !is_expectation(&c->at[i]))
      write_directive(f, &c->at[i], &c->at[i].block);
  if (o->status) fprintf(f, "//! exit: %d\n", o->status);
  if (o->out.n || (!o->err.n && !o->status))
    write_directive(
        f, &(directive){.key = "stdout", .name = (char[]){""}, .value = (char[]){""}},
        &o->out);
  if (o->err.n && !case_find(c, "stderr-has", NULL))
    write_directive(
        f, &(directive){.key = "stderr", .name = (char[]){""}, .value = (char[]){""}},
        &o->err);
  for (size_t i = 0; i < c->n; i++) {
    if (strcmp(c->at[i].key, "out-file") != 0) continue;
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", dir, c->at[i].name);
    text now = text_read(path);
    write_directive(f, &c->at[i], now.p ? &now : &c->at[i].block);
    text_free(&now);
  }
  return fclose(f) == 0 && rename(temporary, c->path) == 0;
}
