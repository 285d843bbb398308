/* The cases of tests/golden/parse against the front end itself, with the tree that stands
 * beside each program (NAME.tree). Together they must bring every lexical and syntactic
 * code. */
#include <dirent.h>

#include "tests/unit/syntax/helper.h"

/* The expectation stands in the last lines of the text, from the first `//!` behind the
 * program on. */
static pel_str program_of(pel_str text) {
  const char *p = memmem(text.p, text.n, "\n//! args:", 10);
  cr_assert(p, "no expectation");
  return (pel_str){text.p, (size_t)(p - text.p) + 1};
}

/* The `//! | ` lines behind `//! name:`. */
static void block(pel_str text, const char *name, pel_buf *out) {
  char head[64];
  pel__buf_init(out, NULL);
  int n = snprintf(head, sizeof head, "\n//! %s:\n", name);
  const char *p = memmem(text.p, text.n, head, (size_t)n), *end = text.p + text.n;
  if (!p) return;
  for (p += n; end - p >= 5 && memcmp(p, "//! |", 5) == 0;) {
    const char *nl = memchr(p, '\n', (size_t)(end - p));
    p += 5 + (p[5] == ' ');
    pel__buf_add(out, p, (size_t)(nl + 1 - p));
    p = nl + 1;
  }
}

static void expect_text(const char *path, const char *what, const pel_buf *want,
                        pel_buf *got) {
  cr_expect(want->n == got->n && (got->n == 0 || memcmp(want->p, got->p, got->n) == 0),
            "%s: %s is\n%s", path, what, pel__buf_z(got));
}

/* The tree that stands beside the case, if it has one. */
static void expect_tree(const char *path, parse *p) {
  char tree[520];
  pel_buf got, want;
  snprintf(tree, sizeof tree, "%.*s.tree", (int)strlen(path) - 4, path);
  pel_str text = slurp(tree);
  pel__buf_init(&got, NULL);
  pel__buf_init(&want, NULL);
  pel__buf_str(&want, text);
  pel__ast_dump(p->tree, &got);
  expect_text(path, "the tree", &want, &got);
  pel__buf_deinit(&got);
  pel__buf_deinit(&want);
  free((void *)(uintptr_t)text.p);
}

static void expect_formatted(const char *path, pel_str text, parse *p) {
  pel_buf got, want;
  block(text, "stdout", &want);
  pel__buf_init(&got, NULL);
  cr_expect_eq(pel__syntax_format(pel__source_get(&p->sources, p->file), &got, &p->diags),
               PEL_OK);
  expect_text(path, "the layout", &want, &got);
  pel__buf_deinit(&got);
  pel__buf_deinit(&want);
}

static void check_case(const char *folder, const char *name, bool *seen) {
  char path[512];
  parse p;
  pel_buf want, got;
  snprintf(path, sizeof path, "%s/%s", folder, name);
  pel_str text = slurp(path);
  parse_init(&p, name, program_of(text));
  if (p.tree) expect_tree(path, &p);
  if (p.tree) expect_formatted(path, text, &p);
  block(text, "stderr", &want);
  render(&p, PEL_DIAG_HUMAN, &got);
  expect_text(path, "the message", &want, &got);
  cr_expect(p.tree || got.n, "%s: neither a tree nor a message", path);
  for (uint32_t i = 0; i < p.diags.n; i++) seen[p.diags.at[i]->code] = true;
  parse_deinit(&p);
  pel__buf_deinit(&want);
  pel__buf_deinit(&got);
  free((void *)(uintptr_t)text.p);
}

static int check_folder(const char *folder, bool *seen) {
  const char *top = getenv("top_srcdir");
  char full[1024];
  int n = 0;
  snprintf(full, sizeof full, "%s/%s", top ? top : ".", folder);
  DIR *dir = opendir(full);
  cr_assert(dir, "%s", full);
  for (struct dirent *e; (e = readdir(dir));) {
    size_t length = strlen(e->d_name);
    if (length < 5 || strcmp(e->d_name + length - 4, ".pel") != 0) continue;
    check_case(folder, e->d_name, seen);
    n++;
  }
  closedir(dir);
  return n;
}

/* Limits, and texts that are none, have no golden case: see limits.c. */
static bool elsewhere(const char *code) {
  return pel__str_is(pel__str(code), "E0023") ||
         (code[0] == 'E' && strcmp(code, "E0030") >= 0);
}

Test(golden, programs) {
  bool seen[PEL_DIAG_CODE_COUNT] = {false};
  cr_assert_geq(check_folder("tests/golden/parse", seen), 6);
}

Test(golden, errors_bring_every_code) {
  bool seen[PEL_DIAG_CODE_COUNT] = {false};
  cr_assert_geq(check_folder("tests/golden/parse/error", seen), 20);
  for (int c = 0; c < PEL_DIAG_CODE_COUNT; c++) {
    const char *code = pel__diag_code_name((pel_diag_code)c);
    bool ours = strncmp(code, "E00", 3) == 0 || strcmp(code, "W0001") == 0 ||
                strcmp(code, "W0002") == 0;
    if (ours && !elsewhere(code)) cr_expect(seen[c], "no program brings %s", code);
  }
}
