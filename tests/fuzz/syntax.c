/* Fuzzes the parser, the messages and the formatter.
 * target:
 * compiler/syntax/lex.c compiler/syntax/lex_rules.c compiler/syntax/literal.c
 * compiler/syntax/parse.c compiler/syntax/report.c compiler/syntax/expected.c
 * compiler/syntax/build.c compiler/syntax/build_item.c compiler/syntax/build_type.c
 * compiler/syntax/fmt.c compiler/syntax/fmt_doc.c compiler/syntax/fmt_tree.c
 * compiler/syntax/fmt_expr.c compiler/syntax/fmt_type.c compiler/syntax/fmt_item.c
 * compiler/syntax/dump.c compiler/diag/render.c compiler/diag/render_human.c
 * Oracles: a text has a tree or an error; places lie inside it; formatting keeps the tree
 * and, done twice, changes nothing. One thread. */
#include <stdio.h>
#include <stdlib.h>

#include "compiler/diag/render.h"
#include "compiler/syntax/syntax.h"

static void require(int good, const char *what) {
  if (good) return;
  fprintf(stderr, "syntax: %s\n", what);
  abort();
}

typedef struct parse {
  pel_arena arena;
  pel_sources sources;
  pel_diags diags;
  pel_ast_file *tree;
  pel_status status;
} parse;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void start(parse *p, pel_str text) {
  uint32_t file = 0;
  *p = (parse){0};
  pel__arena_init(&p->arena, NULL);
  pel__sources_init(&p->sources, &p->arena);
  pel__diags_init(&p->diags, &p->arena, &p->sources);
  require(pel__sources_add(&p->sources, PEL_STR("f.pel"), text, &file) == PEL_OK,
          "no source");
  p->status = pel__syntax_parse(&p->arena, &p->diags, file, &p->tree);
}

static void check_place(const parse *p, pel_span s) {
  const pel_source *src = pel__source_get(&p->sources, s.file);
  require(src && s.begin <= s.end && s.end <= src->text.n, "a span leaves the text");
  require(s.line >= 1 && s.line <= src->line_count && s.col >= 1,
          "a place leaves the text");
}

static void check_messages(const parse *p) {
  for (uint32_t i = 0; i < p->diags.n; i++) {
    check_place(p, p->diags.at[i]->span);
    for (uint32_t k = 0; k < p->diags.at[i]->note_count; k++)
      check_place(p, p->diags.at[i]->notes[k].span);
  }
  for (int format = PEL_DIAG_HUMAN; format <= PEL_DIAG_JSON; format++) {
    pel_buf out;
    pel__buf_init(&out, NULL);
    pel__diags_render(&p->diags, (pel_diag_style){.format = (pel_diag_format)format},
                      &out);
    require(pel__utf8_valid(out.p, out.n) == out.n, "what is shown is not UTF-8");
    pel__buf_deinit(&out);
  }
}

/* What a run would say of the first of these places, and of none. */
static void check_remarks(parse *p) {
  for (uint32_t i = 0; i < 2; i++) {
    pel_buf out;
    pel_remark r = {PEL_SEVERITY_ERROR, i ? NULL : "code", "text\n\x1b", "item", {0}};
    if (i && p->diags.n) r.span = p->diags.at[0]->span;
    pel__buf_init(&out, NULL);
    pel__remark_render(&p->sources, &r, &out);
    pel__remark_human(&p->sources, &r, i, &out);
    require(pel__utf8_valid(out.p, out.n) == out.n, "what is shown is not UTF-8");
    pel__buf_deinit(&out);
  }
}

static void format(parse *p, pel_buf *out) {
  pel__buf_init(out, NULL);
  require(pel__syntax_format(pel__source_get(&p->sources, 0), out, &p->diags) == PEL_OK,
          "what parses does not format");
}

static int same(const pel_buf *a, const pel_buf *b) {
  return a->n == b->n && (a->n == 0 || memcmp(a->p, b->p, a->n) == 0);
}

static void check_format(parse *p) {
  parse q;
  pel_buf once, twice, before, after;
  format(p, &once);
  start(&q, (pel_str){once.p, once.n});
  require(q.status == PEL_OK, "what was formatted does not parse");
  pel__buf_init(&before, NULL);
  pel__buf_init(&after, NULL);
  pel__ast_dump(p->tree, &before);
  pel__ast_dump(q.tree, &after);
  require(same(&before, &after), "formatting changes the tree");
  format(&q, &twice);
  require(same(&once, &twice), "formatting twice changes the text");
  pel__arena_deinit(&q.arena);
  pel__buf_deinit(&once);
  pel__buf_deinit(&twice);
  pel__buf_deinit(&before);
  pel__buf_deinit(&after);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
  parse p;
  start(&p, (pel_str){(const char *)data, n});
  require(p.status == PEL_OK || p.status == PEL_E_COMPILE, "an unknown status");
  require((p.status == PEL_OK) == (p.diags.errors == 0), "neither a tree nor an error");
  check_messages(&p);
  check_remarks(&p);
  if (p.status == PEL_OK) check_format(&p);
  pel__arena_deinit(&p.arena);
  return 0;
}
