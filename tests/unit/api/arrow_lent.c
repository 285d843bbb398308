/* What a host lends: it stays where it is and is given back when the last result that
 * shows it is gone; what the interface leaves free (pointers of empty buffers, alignment,
 * an unknown null count, more columns) is taken. */
#include "tests/unit/api/host.h"

static const char SAME[] = "param t: [*]{ a: i64, s: str? }\nout same = t\n";
static const char *const texts[3] = {"x", "a text of more than 12 bytes", ""};
static const size_t sizes[3] = {1, 28, 0};
static const int64_t numbers[3] = {1, 2, 3};
static const host_layout three = {.rows = 3};

static host table(void) {
  host columns[3] = {host_text("s", "u", &three, texts, sizes),
                     host_numbers("more", "l", &three, 8, numbers),
                     host_numbers("a", "l", &three, 8, numbers)};
  return host_record("", &three, 3, columns);
}

static result through(world *w, host *h) {
  pel_error e = {0};
  host_bind(h, w->run, "t");
  cr_assert_eq(pel_run_wait(w->run, &e), PEL_OK, "%s", e.message);
  return result_of(w->run, "same");
}

static void shows(const result *r, const char *first, const char *last) {
  char got[64];
  cr_assert_eq(r->array.length, 3);
  host_show(&r->schema, &r->array, 0, got, sizeof got);
  cr_assert_str_eq(got, first);
  host_show(&r->schema, &r->array, 2, got, sizeof got);
  cr_assert_str_eq(got, last);
}

Test(arrow_lent, until_the_last_result_is_gone) {
  world w = world_begin(1, SAME);
  host h = table();
  const void *values = h.array.children[2]->buffers[1];
  result r = through(&w, &h);
  cr_assert_eq(r.array.children[0]->buffers[1], values, "the numbers were copied");
  pel_run_free(w.run);
  pel_plan_release(w.plan);
  cr_assert_gt(host_live(), 0, "given back while a result shows it");
  struct ArrowArray moved = *r.array.children[0];
  r.array.children[0]->release = NULL;
  shows(&r, "{0000000000000001,'x',}", "{0000000000000003,'',}");
  result_end(&r);
  cr_assert_gt(host_live(), 0, "given back while a moved column shows it");
  cr_assert_eq(((const int64_t *)moved.buffers[1])[2], 3);
  moved.release(&moved);
  cr_assert_eq(host_live(), 0);
  pel_context_free(w.ctx);
}

Test(arrow_lent, numbers_that_are_not_aligned) {
  world w = world_begin(1, SAME);
  host h = table();
  char bytes[3 * 8 + 1];
  memcpy(bytes + 1, numbers, sizeof numbers);
  h.array.children[2]->buffers[1] = bytes + 1;
  char ends[4 * 4 + 1];
  memcpy(ends + 1, h.array.children[0]->buffers[1], 16);
  h.array.children[0]->buffers[1] = ends + 1;
  result r = through(&w, &h);
  shows(&r, "{0000000000000001,'x',}", "{0000000000000003,'',}");
  result_end(&r);
  world_end(&w);
  cr_assert_eq(host_live(), 0);
}

Test(arrow_lent, null_counts_that_are_not_known) {
  world w = world_begin(1, SAME);
  host h = table();
  h.array.null_count = -1;
  for (int i = 0; i < 3; i++) h.array.children[i]->null_count = -1;
  result r = through(&w, &h);
  shows(&r, "{0000000000000001,'x',}", "{0000000000000003,'',}");
  cr_assert_eq(r.array.children[0]->null_count, 0);
  result_end(&r);
  world_end(&w);
}

Test(arrow_lent, empty_buffers_that_are_null) {
  static const char text[] =
      "param t: [*]{ a: i64, b: bool, s: str, l: [*]i64 }\nout same = t\n";
  const host_layout none = {.rows = 0}, two = {.rows = 2};
  static const char *const nothing[2] = {"", ""};
  static const size_t no_sizes[2] = {0, 0};
  world w = world_begin(1, text);
  pel_error e = {0};
  host item = host_numbers("item", "l", &none, 8, numbers);
  host columns[4] = {host_numbers("a", "l", &none, 8, numbers),
                     host_bools("b", &none, (const bool *)numbers),
                     host_text("s", "u", &none, texts, sizes),
                     host_list("l", &none, numbers, &item)};
  host h = host_record("", &none, 4, columns);
  for (int c = 0; c < 4; c++) h.array.children[c]->buffers[1] = NULL;
  h.array.children[2]->buffers[2] = h.array.children[3]->children[0]->buffers[1] = NULL;
  result r = through(&w, &h);
  cr_assert_eq(r.array.length, 0);
  result_end(&r);
  pel_run *run = NULL; /* text without a byte needs no bytes */
  cr_assert_eq(pel_run_new(w.ctx, w.plan, &run, &e), PEL_OK);
  pel_run_free(w.run);
  w.run = run;
  static const int64_t zeros[2] = {0, 0};
  item = host_numbers("item", "l", &none, 8, numbers);
  host others[4] = {host_numbers("a", "l", &two, 8, numbers),
                    host_bools("b", &two, (const bool[2]){true, false}),
                    host_text("s", "u", &two, nothing, no_sizes),
                    host_list("l", &two, zeros, &item)};
  h = host_record("", &two, 4, others);
  h.array.children[2]->buffers[2] = h.array.children[3]->children[0]->buffers[1] = NULL;
  r = through(&w, &h);
  char got[64];
  host_show(&r.schema, &r.array, 1, got, sizeof got);
  cr_assert_str_eq(got, "{0000000000000002,false,'',[],}");
  result_end(&r);
  world_end(&w);
  cr_assert_eq(host_live(), 0);
}

/* Each run of a plan takes a value of its own; arrays and single values go in too. */
Test(arrow_lent, arrays_and_single_values) {
  static const bool valid[3] = {true, false, true};
  const host_layout some = {.rows = 3, .valid = valid}, one = {.rows = 1, .offset = 2};
  world w = world_begin(
      1,
      "param t: [*]i64?\nparam d: i64\nparam s: str\nout same = t |> map_sum(d)\n"
      "fn map_sum(xs: [n]i64?, d: i64) -> [n]i64? = [x + d for x in xs]\n"
      "out s2 = upper(s)\n");
  host d = host_numbers("", "l", &one, 8, numbers),
       s = host_text("", "u", &one, texts, sizes),
       h = host_numbers("", "l", &some, 8, numbers);
  host_bind(&d, w.run, "d");
  host_bind(&s, w.run, "s");
  result r = through(&w, &h);
  shows(&r, "0000000000000002", "0000000000000004");
  cr_assert_eq(r.array.null_count, 1);
  result_end(&r);
  r = result_of(w.run, "s2");
  char got[16];
  host_show(&r.schema, &r.array, 0, got, sizeof got);
  cr_assert_str_eq(got, "'X'");
  result_end(&r);
  world_end(&w);
  cr_assert_eq(host_live(), 0);
}
