/* The list of diagnostics, its codes, and the sources it points into. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "compiler/diag/render.h"

typedef struct list {
  pel_arena arena;
  pel_sources sources;
  pel_diags ds;
  uint32_t file;
} list;

static const pel_source *open_list(list *l, const char *text) {
  pel__arena_init(&l->arena, NULL);
  pel__sources_init(&l->sources, &l->arena);
  pel__diags_init(&l->ds, &l->arena, &l->sources);
  cr_assert_eq(pel__sources_add(&l->sources, PEL_STR("a.pel"), pel__str(text), &l->file),
               PEL_OK);
  return pel__source_get(&l->sources, l->file);
}

static void close_list(list *l) { pel__arena_deinit(&l->arena); }

static int digits_of(const char *code) {
  return (code[1] - '0') * 1000 + (code[2] - '0') * 100 + (code[3] - '0') * 10 + code[4] -
         '0';
}

Test(codes, are_unique_and_go_up) {
  int last = -1;
  char letter = 'E';
  for (int c = 0; c < PEL_DIAG_CODE_COUNT; c++) {
    const char *code = pel__diag_code_name((pel_diag_code)c);
    cr_assert(strlen(code) == 5 && strspn(code + 1, "0123456789") == 4, "%s", code);
    cr_assert(code[0] == 'E' || code[0] == 'W', "%s", code);
    if (code[0] == 'W' && letter == 'E') letter = 'W', last = -1; /* warnings come last */
    cr_expect_eq(code[0], letter, "%s stands among the other letter", code);
    cr_expect_gt(digits_of(code), last, "%s goes down", code);
    last = digits_of(code);
    cr_expect(pel__diag_code_title((pel_diag_code)c)[0] &&
                  pel__diag_code_text((pel_diag_code)c)[0],
              "%s", code);
    cr_expect_eq(pel__diag_code_find(pel__str(code)), (pel_diag_code)c);
    cr_expect_eq(pel__diag_code_severity((pel_diag_code)c),
                 code[0] == 'W' ? PEL_SEVERITY_WARNING : PEL_SEVERITY_ERROR);
  }
  cr_expect_eq(pel__diag_code_find(PEL_STR("E9999")), PEL_DIAG_CODE_COUNT);
  cr_expect_eq(pel__diag_code_find(PEL_STR("")), PEL_DIAG_CODE_COUNT);
}

Test(diags, repetitions_are_dropped) {
  list l;
  const pel_source *src = open_list(&l, "one two\n");
  cr_assert(pel__diag_add(&l.ds, PEL_E0001, pel__source_span(src, 0, 3), "no %d", 1));
  cr_expect_null(pel__diag_add(&l.ds, PEL_E0001, pel__source_span(src, 0, 3), "no 1"));
  cr_expect(pel__diag_add(&l.ds, PEL_E0001, pel__source_span(src, 0, 3), "no 2"));
  cr_expect(pel__diag_add(&l.ds, PEL_E0002, pel__source_span(src, 0, 3), "no 1"));
  cr_expect(pel__diag_add(&l.ds, PEL_E0001, pel__source_span(src, 4, 7), "no 1"));
  cr_expect_eq(l.ds.errors, 4);
  close_list(&l);
}

Test(diags, twenty_of_each_severity_are_kept_and_all_counted) {
  list l;
  const pel_source *src = open_list(&l, "x\n");
  for (int i = 0; i < 50; i++) {
    pel_diag *e =
        pel__diag_add(&l.ds, PEL_E0001, pel__source_span(src, 0, 1), "error %d", i);
    pel_diag *w =
        pel__diag_add(&l.ds, PEL_W0001, pel__source_span(src, 0, 1), "warning %d", i);
    cr_expect_eq(e != NULL, i < PEL_DIAG_SHOWN);
    cr_expect_eq(w != NULL, i < PEL_DIAG_SHOWN);
    pel__diag_label(&l.ds, e, "a dropped one takes everything");
    pel__diag_note(&l.ds, w, pel__source_span(src, 0, 1), "too");
  }
  cr_expect_eq(l.ds.errors, 50);
  cr_expect_eq(l.ds.warnings, 50);
  cr_expect_eq(l.ds.n, 2 * PEL_DIAG_SHOWN);
  close_list(&l);
}

Test(diags, long_messages_are_whole) {
  list l;
  char text[5000];
  const pel_source *src = open_list(&l, "x\n");
  memset(text, 'm', sizeof text);
  text[sizeof text - 1] = '\0';
  pel_diag *d = pel__diag_add(&l.ds, PEL_E0001, pel__source_span(src, 0, 1), "%s", text);
  cr_assert(d);
  cr_expect(pel__str_is(d->message, text));
  close_list(&l);
}

static void *refuse(void *ctx, void *p, size_t old_size, size_t new_size) {
  size_t *left = ctx;
  if (new_size > 0 && *left == 0) return NULL;
  if (new_size > 0) --*left;
  return pel__alloc_libc()->resize(pel__alloc_libc()->ctx, p, old_size, new_size);
}

/* Whichever allocation fails: counted, flagged, no crash. */
Test(diags, without_memory) {
  for (size_t n = 0; n < 12; n++) {
    size_t left = n;
    pel_alloc alloc = {refuse, &left};
    list l;
    pel__arena_init(&l.arena, &alloc);
    pel__sources_init(&l.sources, &l.arena);
    pel__diags_init(&l.ds, &l.arena, &l.sources);
    pel_status st = pel__sources_add(&l.sources, PEL_STR("a"), PEL_STR("x"), &l.file);
    cr_assert(st == PEL_OK || st == PEL_E_NOMEM);
    for (int i = 0; i < 15; i++) {
      pel_diag *d =
          pel__diag_add(&l.ds, PEL_E0001, (pel_span){0, 0, 1, 1, 1}, "%04000d", i);
      pel__diag_help(&l.ds, d, "%04000d", i);
    }
    cr_expect(l.ds.errors > 0);
    cr_expect(n > 0 || l.ds.failed);
    pel__arena_deinit(&l.arena);
  }
}

/* ---- sources */

/* Line and column by walking the text. */
static void walk(pel_str text, uint32_t at, uint32_t *line, uint32_t *col) {
  *line = 1;
  *col = 1;
  for (uint32_t i = 0; i < at; i++) {
    if (text.p[i] == '\n') {
      ++*line;
      *col = 1;
    } else if (((unsigned char)text.p[i] & 0xc0) != 0x80) {
      ++*col;
    }
  }
}

Test(sources, places_as_one_walks_to_them) {
  static const char *const texts[] = {"",
                                      "\n",
                                      "a",
                                      "a\n",
                                      "a\nb",
                                      "\n\n\n",
                                      "gr\xc3\xb6\xc3\x9f"
                                      "e\r\n\xe6\x97\xa5\xe6\x9c\xac\n\n\tx"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    list l;
    const pel_source *src = open_list(&l, texts[i]);
    for (uint32_t at = 0; at <= src->text.n; at++) {
      uint32_t line, col;
      walk(src->text, at, &line, &col);
      pel_span s = pel__source_span(src, at, at);
      cr_expect(s.line == line && s.col == col, "text %zu at %u: %u:%u, not %u:%u", i, at,
                s.line, s.col, line, col);
    }
    close_list(&l);
  }
}

Test(sources, lines) {
  list l;
  const pel_source *src = open_list(&l, "one\r\n\ntwo\nthree");
  cr_assert_eq(src->line_count, 4);
  cr_expect(pel__str_is(pel__source_line(src, 1), "one"));
  cr_expect(pel__str_is(pel__source_line(src, 2), ""));
  cr_expect(pel__str_is(pel__source_line(src, 3), "two"));
  cr_expect(pel__str_is(pel__source_line(src, 4), "three"));
  cr_expect(pel__str_is(pel__source_line(src, 0), ""));
  cr_expect(pel__str_is(pel__source_line(src, 5), ""));
  close_list(&l);
}

Test(sources, what_is_outside_is_answered_safely) {
  list l;
  const pel_source *src = open_list(&l, "one\n");
  cr_expect_null(pel__source_get(&l.sources, 1));
  pel_span far = pel__source_span(src, 100, 50);
  cr_expect(far.begin == 4 && far.end == 4);
  cr_expect_eq(pel__source_text(&l.sources, (pel_span){0, 0, 100, 1, 1}).n, 0);
  cr_expect_eq(pel__source_text(&l.sources, (pel_span){7, 0, 1, 1, 1}).n, 0);
  close_list(&l);
}

Test(sources, many_files_keep_their_numbers) {
  list l;
  char name[32];
  (void)open_list(&l, "x");
  for (uint32_t i = 1; i < 100; i++) {
    snprintf(name, sizeof name, "%u.pel", i);
    uint32_t file;
    cr_assert_eq(pel__sources_add(&l.sources, pel__str(name), PEL_STR("y"), &file),
                 PEL_OK);
    cr_assert_eq(file, i);
  }
  cr_expect(pel__str_is(pel__source_get(&l.sources, 57)->name, "57.pel"));
  cr_expect_eq(pel__source_get(&l.sources, 57)->file, 57);
  close_list(&l);
}
