/* Every allocation fails once: the parse and the formatter say so, and nothing else
 * happens. */
#include "tests/unit/syntax/helper.h"

typedef struct meter {
  size_t left;  /* allocations before the one that fails */
  size_t bytes; /* not given back */
  bool refused;
} meter;

static void *measured(void *ctx, void *p, size_t old_size, size_t new_size) {
  meter *m = ctx;
  if (new_size > old_size && m->left-- == 0) {
    m->refused = true;
    m->left = 0; /* and so do all that follow */
    return NULL;
  }
  void *q = pel__alloc_libc()->resize(pel__alloc_libc()->ctx, p, old_size, new_size);
  if (q || new_size == 0) m->bytes += new_size - old_size;
  return q;
}

/* Parses and formats with n allocations allowed; true when that was enough. */
static bool enough(pel_str text, size_t n) {
  meter m = {.left = n};
  pel_alloc alloc = {measured, &m};
  parse p = {0};
  pel_buf out;
  pel__arena_init(&p.arena, &alloc);
  pel__sources_init(&p.sources, &p.arena);
  pel__diags_init(&p.diags, &p.arena, &p.sources);
  pel__buf_init(&out, &alloc);
  pel_status st = pel__sources_add(&p.sources, PEL_STR("t.pel"), text, &p.file);
  if (st == PEL_OK) st = pel__syntax_parse(&p.arena, &p.diags, p.file, &p.tree);
  cr_assert_eq(st == PEL_OK, p.tree != NULL);
  if (st == PEL_OK)
    st = pel__syntax_format(pel__source_get(&p.sources, p.file), &out, &p.diags);
  cr_assert_eq(st, m.refused ? PEL_E_NOMEM : PEL_OK, "status %d with %zu allocations", st,
               n);
  cr_assert(st == PEL_OK || out.n == 0);
  pel__buf_deinit(&out);
  pel__arena_deinit(&p.arena);
  cr_assert_eq(m.bytes, 0, "everything is given back");
  return !m.refused;
}

Test(memory, every_allocation_fails_once) {
  pel_str text = slurp("tests/golden/parse/corners.pel");
  size_t n = 0;
  while (!enough(text, n)) n++;
  cr_assert_gt(n, 10);
  free((void *)(uintptr_t)text.p);
}

/* A text with errors: whatever fails, it is not taken for a program. */
Test(memory, and_with_errors) {
  pel_str text = slurp("tests/golden/parse/error/unclosed.pel");
  for (size_t n = 0; n < 40; n++) {
    meter m = {.left = n};
    pel_alloc alloc = {measured, &m};
    parse p = {0};
    pel__arena_init(&p.arena, &alloc);
    pel__sources_init(&p.sources, &p.arena);
    pel__diags_init(&p.diags, &p.arena, &p.sources);
    pel_status st = pel__sources_add(&p.sources, PEL_STR("t.pel"), text, &p.file);
    if (st == PEL_OK) st = pel__syntax_parse(&p.arena, &p.diags, p.file, &p.tree);
    cr_assert(st == PEL_E_NOMEM || (st == PEL_E_COMPILE && p.diags.errors > 0));
    pel__arena_deinit(&p.arena);
    cr_assert_eq(m.bytes, 0);
  }
  free((void *)(uintptr_t)text.p);
}
