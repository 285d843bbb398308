/* A golden case: a program and, behind it, what is expected of it, read from one file
 * (README.md has the format). Whoever calls case_read owns the case and gives it back
 * with case_free. One thread. */
#ifndef PEL_TESTS_GOLDEN_CASE_H
#define PEL_TESTS_GOLDEN_CASE_H

#include <stdbool.h>
#include <stddef.h>

typedef struct text {
  char *p; /* a NUL stands behind the n bytes */
  size_t n;
} text;

/* `//! key name: value`, and the bytes of the `//! |` lines below it. */
typedef struct directive {
  const char *key;
  char *name, *value; /* "" when absent */
  text block;
  bool leading; /* stands before the program, whose first lines it is */
} directive;

typedef struct golden_case {
  char *path;   /* of the file */
  text program; /* with leading directives, without trailing ones */
  directive *at;
  size_t n;
  char problem[256]; /* "" or why the file is no case */
} golden_case;

golden_case *case_read(const char *path);
void case_free(golden_case *c);
/* The first directive with that key and name (NULL: any), or NULL. */
const directive *case_find(const golden_case *c, const char *key, const char *name);
const char *case_value(const golden_case *c, const char *key, const char *otherwise);

/* Rewrites the file: the same program and directives, with the expectations replaced by
 * what came. */
typedef struct outcome {
  int status; /* exit code, or 128 + signal */
  text out, err;
} outcome;
bool case_bless(const golden_case *c, const outcome *o, const char *dir);

text text_read(const char *path);
void text_free(text *t);
void text_add(text *t, const char *p, size_t n);
bool text_same(const text *a, const text *b);
void *must(void *p);
#endif
