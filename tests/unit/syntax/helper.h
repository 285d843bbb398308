/* A parse and what it needs, for the tests of this folder.
 * The test that calls parse_init owns everything and calls parse_deinit.
 * One thread. */
#ifndef PEL_TESTS_UNIT_SYNTAX_HELPER_H
#define PEL_TESTS_UNIT_SYNTAX_HELPER_H

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "compiler/diag/render.h"
#include "compiler/syntax/syntax.h"

typedef struct parse {
  pel_arena arena;
  pel_sources sources;
  pel_diags diags;
  uint32_t file;
  pel_ast_file *tree; /* NULL when status is not PEL_OK */
  pel_status status;
} parse;

PEL_UNUSED static void parse_init(parse *p, const char *name, pel_str text) {
  *p = (parse){0};
  pel__arena_init(&p->arena, NULL);
  pel__sources_init(&p->sources, &p->arena);
  pel__diags_init(&p->diags, &p->arena, &p->sources);
  cr_assert_eq(pel__sources_add(&p->sources, pel__str(name), text, &p->file), PEL_OK);
  p->status = pel__syntax_parse(&p->arena, &p->diags, p->file, &p->tree);
}

PEL_UNUSED static void parse_text(parse *p, const char *text) {
  parse_init(p, "t.pel", pel__str(text));
}

PEL_UNUSED static void parse_deinit(parse *p) { pel__arena_deinit(&p->arena); }

/* The n-th item's value. */
PEL_UNUSED static const pel_ast *value_of(const parse *p, uint32_t n) {
  cr_assert(p->tree && n < p->tree->n);
  return p->tree->items[n]->value;
}

PEL_UNUSED static void render(const parse *p, pel_diag_format format, pel_buf *out) {
  pel__buf_init(out, NULL);
  pel__diags_render(&p->diags, (pel_diag_style){.format = format}, out);
}

/* splitmix64: the same numbers everywhere. */
typedef struct dice {
  uint64_t state;
} dice;

PEL_UNUSED static uint32_t roll(dice *d, uint32_t n) {
  uint64_t x = d->state += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return (uint32_t)((x ^ (x >> 31)) >> 33) % n;
}

/* The whole of a file below the source folder; the caller frees p. */
PEL_UNUSED static pel_str slurp(const char *path) {
  const char *top = getenv("top_srcdir");
  char full[1024];
  snprintf(full, sizeof full, "%s/%s", top ? top : ".", path);
  FILE *f = fopen(full, "rb");
  cr_assert(f, "%s", full);
  char *p = malloc(1 << 20);
  size_t n = fread(p, 1, 1 << 20, f);
  fclose(f);
  return (pel_str){p, n};
}
#endif
