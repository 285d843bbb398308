/* Cases that are IR text: what is put in, which passes run, what must come out, as IR or
 * as a plan.
 *
 *   # what the case shows
 *   === passes simplify dce      the passes, in order; none: the text is only read and
 * printed module { … }
 *   === ir                       and, or: === plan
 *   module { … }
 *
 * PEL_BLESS=1 writes what came out into the case. The caller owns nothing that it does
 * not free with case_free. One thread. */
#ifndef PEL_TESTS_UNIT_IR_CASES_H
#define PEL_TESTS_UNIT_IR_CASES_H

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "compiler/ir/ir.h"
#include "tests/unit/ir/testops.h"

typedef struct ir_case {
  char path[512];
  char *text;
  size_t n;
  pel_str head;   /* up to and with the line `=== passes …` */
  pel_str passes; /* the words */
  pel_str input;
  bool wants_ir, wants_plan;
  pel_str ir, plan;
} ir_case;

static inline pel_str case_section(const char **p, const char *end) {
  const char *from = *p, *at = from;
  while (at < end && !(strncmp(at, "=== ", 4) == 0 && (at == from || at[-1] == '\n')))
    at++;
  *p = at;
  return (pel_str){from, (size_t)(at - from)};
}

static inline pel_str case_line(const char **p, const char *end) {
  const char *from = *p, *nl = memchr(from, '\n', (size_t)(end - from));
  cr_assert(nl, "a line that does not end");
  *p = nl + 1;
  return (pel_str){from, (size_t)(nl - from)};
}

static inline ir_case case_read(const char *folder, const char *name) {
  ir_case c = {.n = 0};
  const char *top = getenv("top_srcdir");
  snprintf(c.path, sizeof c.path, "%s/%s/%s", top ? top : ".", folder, name);
  FILE *f = fopen(c.path, "rb");
  cr_assert(f, "%s cannot be read", c.path);
  c.text = malloc(1 << 20);
  c.n = fread(c.text, 1, (1 << 20) - 1, f);
  c.text[c.n] = 0;
  fclose(f);
  const char *p = c.text, *end = c.text + c.n;
  (void)case_section(&p, end);
  pel_str first = case_line(&p, end);
  c.head = (pel_str){c.text, (size_t)(p - c.text)};
  cr_assert(first.n >= 10 && memcmp(first.p, "=== passes", 10) == 0, "%s: no passes",
            c.path);
  c.passes = (pel_str){first.p + 10, first.n - 10};
  c.input = case_section(&p, end);
  while (p < end) {
    pel_str what = case_line(&p, end), body = case_section(&p, end);
    bool ir = pel__str_is(what, "=== ir");
    cr_assert(ir || pel__str_is(what, "=== plan"), "%s: an unknown section", c.path);
    if (ir)
      c.wants_ir = true, c.ir = body;
    else
      c.wants_plan = true, c.plan = body;
  }
  return c;
}

static inline void case_free(ir_case *c) { free(c->text); }

static inline void case_expect(const ir_case *c, const char *what, pel_str want,
                               const pel_buf *got) {
  if (getenv("PEL_BLESS")) return;
  cr_expect(pel__str_eq(want, (pel_str){got->p, got->n}), "%s: the %s is\n" PEL_STR_FMT,
            c->path, what, (int)got->n, got->p);
}

static inline void case_bless(const ir_case *c, const pel_buf *ir, const pel_buf *plan) {
  if (!getenv("PEL_BLESS")) return;
  FILE *f = fopen(c->path, "wb");
  cr_assert(f);
  fwrite(c->head.p, 1, c->head.n, f);
  fwrite(c->input.p, 1, c->input.n, f);
  if (c->wants_ir) fprintf(f, "=== ir\n" PEL_STR_FMT, (int)ir->n, ir->p);
  if (c->wants_plan) fprintf(f, "=== plan\n" PEL_STR_FMT, (int)plan->n, plan->p);
  fclose(f);
}

/* Calls fn for each case of the folder; answers how many there were. */
static inline unsigned case_each(const char *folder, void (*fn)(const ir_case *c)) {
  char path[512];
  const char *top = getenv("top_srcdir");
  snprintf(path, sizeof path, "%s/%s", top ? top : ".", folder);
  DIR *d = opendir(path);
  cr_assert(d, "%s cannot be read", path);
  unsigned n = 0;
  for (struct dirent *e; (e = readdir(d));) {
    size_t k = strlen(e->d_name);
    if (k < 4 || strcmp(e->d_name + k - 3, ".ir") != 0) continue;
    ir_case c = case_read(folder, e->d_name);
    fn(&c);
    case_free(&c);
    n++;
  }
  closedir(d);
  return n;
}
#endif
