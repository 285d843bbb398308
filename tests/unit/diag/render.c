/* How diagnostics are shown: exact texts. */
#include "compiler/diag/render.h"

#include <criterion/criterion.h>
#include <stdio.h>

typedef struct shown {
  pel_arena arena;
  pel_sources sources;
  pel_diags ds;
} shown;

static uint32_t add_file(shown *s, const char *name, const char *text) {
  uint32_t file;
  cr_assert_eq(pel__sources_add(&s->sources, pel__str(name), pel__str(text), &file),
               PEL_OK);
  return file;
}

static void init(shown *s) {
  pel__arena_init(&s->arena, NULL);
  pel__sources_init(&s->sources, &s->arena);
  pel__diags_init(&s->ds, &s->arena, &s->sources);
}

/* The place of the n-th occurrence (from 0) of word. */
static pel_span place(const shown *s, uint32_t file, const char *word, int n) {
  const pel_source *src = pel__source_get(&s->sources, file);
  const char *p = src->text.p;
  for (p = strstr(p, word); n > 0; n--) p = strstr(p + 1, word);
  uint32_t at = (uint32_t)(p - src->text.p);
  return pel__source_span(src, at, at + (uint32_t)strlen(word));
}

static void expect(shown *s, pel_diag_format format, bool color, const char *want) {
  pel_buf out;
  pel__buf_init(&out, NULL);
  pel__diags_render(&s->ds, (pel_diag_style){format, color}, &out);
  cr_expect_str_eq(pel__buf_z(&out), want, "got\n%s\nwant\n%s", pel__buf_z(&out), want);
  pel__buf_deinit(&out);
  pel__arena_deinit(&s->arena);
}

static pel_diag *rich(shown *s) {
  init(s);
  uint32_t a = add_file(s, "a.pel", "let x = 1\nlet y = 2\nlet z = x +\ty\n");
  uint32_t b = add_file(s, "b.pel", "param x: i64\n");
  pel_diag *d =
      pel__diag_add(&s->ds, PEL_E0001, place(s, a, "y", 1), "`%s` is wrong", "y");
  pel__diag_label(&s->ds, d, "here");
  pel__diag_note(&s->ds, d, place(s, a, "x", 0), "one");
  pel__diag_note(&s->ds, d, place(s, a, "x", 1), "two");
  pel__diag_note(&s->ds, d, place(s, b, "param", 0), "three");
  pel__diag_note(&s->ds, d, (pel_span){0}, "no place");
  pel__diag_help(&s->ds, d, "do better");
  pel__diag_fix(&s->ds, d, place(s, a, "y", 1), "(y)");
  return d;
}

Test(render, human) {
  shown s;
  (void)rich(&s);
  expect(&s, PEL_DIAG_HUMAN, false,
         "error[E0001]: `y` is wrong\n"
         " --> a.pel:3:13\n"
         "  |\n"
         "1 | let x = 1\n"
         "  |     - one\n"
         "...\n"
         "3 | let z = x +    y\n"
         "  |                ^ here\n"
         "  |         - two\n"
         " ::: b.pel:1:1\n"
         "  |\n"
         "1 | param x: i64\n"
         "  | ----- three\n"
         "  = note: no place\n"
         "  = help: do better\n"
         "  |\n"
         "3 | let z = x +    (y)\n"
         "  |                ~~~\n");
}

Test(render, short_form) {
  shown s;
  (void)rich(&s);
  expect(&s, PEL_DIAG_SHORT, false, "a.pel:3:13: error[E0001]: `y` is wrong\n");
}

Test(render, json) {
  shown s;
  (void)rich(&s);
  expect(&s, PEL_DIAG_JSON, true,
         "{\"severity\":\"error\",\"code\":\"E0001\",\"message\":\"`y` is "
         "wrong\",\"file\":\"a.pel\",\"line\":3,"
         "\"column\":13,\"end_line\":3,\"end_column\":14,\"begin\":32,\"end\":33,"
         "\"label\":\"here\",\"notes\":["
         "{\"file\":\"a.pel\",\"line\":1,\"column\":5,\"end_line\":1,\"end_column\":6,"
         "\"begin\":4,\"end\":5,"
         "\"label\":\"one\"},"
         "{\"file\":\"a.pel\",\"line\":3,\"column\":9,\"end_line\":3,\"end_column\":10,"
         "\"begin\":28,\"end\":29,"
         "\"label\":\"two\"},"
         "{\"file\":\"b.pel\",\"line\":1,\"column\":1,\"end_line\":1,\"end_column\":6,"
         "\"begin\":0,\"end\":5,"
         "\"label\":\"three\"},"
         "{\"file\":null,\"label\":\"no place\"}],\"help\":\"do better\",\"fix\":{"
         "\"file\":\"a.pel\",\"line\":3,\"column\":13,\"end_line\":3,\"end_column\":14,"
         "\"begin\":32,\"end\":33,"
         "\"text\":\"(y)\"}}\n");
}

Test(render, color_only_when_asked) {
  shown s;
  init(&s);
  uint32_t a = add_file(&s, "a.pel", "x\n");
  (void)pel__diag_add(&s.ds, PEL_W0001, place(&s, a, "x", 0), "odd");
  expect(&s, PEL_DIAG_HUMAN, true,
         "\033[1;33mwarning[W0001]\033[0m\033[1m: odd\033[0m\n"
         "\033[1;34m --> \033[0ma.pel:1:1\n"
         "\033[1;34m  |\n\033[0m\033[1;34m1 |\033[0m x\n"
         "\033[1;34m  | \033[0m\033[1;33m^\033[0m\n");
}

Test(render, columns_are_code_points_and_nothing_reaches_the_terminal) {
  shown s;
  init(&s);
  uint32_t a =
      add_file(&s, "a.pel", "\xe6\x97\xa5\xe6\x9c\xac \033[31m\xc2\x9b \xff\x80x y\r\n");
  (void)pel__diag_add(&s.ds, PEL_E0001, place(&s, a, "x", 0), "bell \a rings");
  expect(&s, PEL_DIAG_HUMAN, false,
         "error[E0001]: bell \xef\xbf\xbd rings\n"
         " --> a.pel:1:12\n"
         "  |\n"
         "1 | \xe6\x97\xa5\xe6\x9c\xac \xef\xbf\xbd[31m\xef\xbf\xbd \xef\xbf\xbdx y\n"
         "  |            ^\n");
}

Test(render, spans_of_several_lines_and_of_nothing) {
  shown s;
  init(&s);
  uint32_t a = add_file(&s, "a.pel", "one (\n  two\n)\n");
  const pel_source *src = pel__source_get(&s.sources, a);
  (void)pel__diag_add(&s.ds, PEL_E0001, pel__source_span(src, 4, 13), "long");
  (void)pel__diag_add(&s.ds, PEL_E0002, pel__source_span(src, 14, 14), "at the end");
  (void)pel__diag_add(&s.ds, PEL_E0003, (pel_span){0}, "nowhere");
  expect(&s, PEL_DIAG_HUMAN, false,
         "error[E0001]: long\n --> a.pel:1:5\n  |\n1 | one (\n  |     ^\n\n"
         "error[E0002]: at the end\n --> a.pel:4:1\n  |\n4 |\n  | ^\n\n"
         "error[E0003]: nowhere\n");
}

Test(render, in_the_order_of_places_errors_first_when_there_are_too_many) {
  shown s;
  char want[4096], text[64];
  int n = 0;
  init(&s);
  memset(text, '\n', sizeof text);
  text[sizeof text - 1] = '\0';
  uint32_t a = add_file(&s, "a.pel", text);
  const pel_source *src = pel__source_get(&s.sources, a);
  for (uint32_t i = 40; i > 0; i--) {
    bool error = i % 4 != 0; /* 30 errors, 10 warnings */
    (void)pel__diag_add(&s.ds, error ? PEL_E0001 : PEL_W0001, pel__source_span(src, i, i),
                        "n%u", i);
  }
  /* the 20 errors added first are those of the highest lines */
  for (uint32_t i = 1, errors = 0; i <= 40; i++) {
    if (i % 4 == 0 || ++errors <= 10) continue;
    n += snprintf(want + n, sizeof want - (size_t)n, "a.pel:%u:1: error[E0001]: n%u\n",
                  i + 1, i);
  }
  snprintf(want + n, sizeof want - (size_t)n,
           "10 more errors and 10 more warnings not shown\n");
  expect(&s, PEL_DIAG_SHORT, false, want);
}

Test(render, a_long_line_is_cut_around_the_place) {
  shown s;
  static char text[100001];
  pel_buf out;
  init(&s);
  memset(text, 'a', sizeof text - 1);
  text[50000] = 'X';
  uint32_t a = add_file(&s, "a.pel", text);
  (void)pel__diag_add(&s.ds, PEL_E0001, place(&s, a, "X", 0), "far");
  pel__buf_init(&out, NULL);
  pel__diags_render(&s.ds, (pel_diag_style){.format = PEL_DIAG_HUMAN}, &out);
  const char *line = strstr(pel__buf_z(&out), "1 | "), *carets = strchr(line, '\n') + 1;
  cr_assert_lt(out.n, 600);
  const char *x = strchr(line, 'X'), *caret = strchr(carets, '^');
  cr_assert(x && caret);
  cr_expect_eq(pel__utf8_length(line, (size_t)(x - line)), (size_t)(caret - carets));
  pel__buf_deinit(&out);
  pel__arena_deinit(&s.arena);
}
