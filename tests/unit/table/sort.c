#include <criterion/criterion.h>
#include <math.h>

#include "stdlib/table/sort.h"
#include "tests/unit/table/driver.h"

extern const pel_op pel_op_sort;
static const pel_op *sort_op = &pel_op_sort;
TestSuite(sort, .timeout = 240);

/* ---- the reference: a stable merge sort with a comparison cell by cell ---- */

typedef struct order {
  const tab *t;
  uint32_t k;
  const bool *descending;
} order;

/* 0: a value, 1: NaN, 2: null */
static int class_of(const pel_type *t, const val *v) {
  if (v->state == PEL_NULL) return 2;
  return (t->kind == PEL_F32 || t->kind == PEL_F64) && isnan(val_as_f64(t, v));
}

static int compare(const order *o, size_t a, size_t b) {
  for (uint32_t c = 0; c < o->k; c++) {
    const pel_type *t = o->t->types[c];
    const val *x = tab_at(o->t, a, c), *y = tab_at(o->t, b, c);
    int p = class_of(t, x), q = class_of(t, y);
    if (p != q) return p - q;
    int r = p ? 0 : val_cmp(t, x, y);
    if (r) return o->descending[c] ? -r : r;
  }
  return 0;
}

static void merge_sort(const order *o, size_t *a, size_t *b, size_t n) {
  if (n < 2) return;
  size_t m = n / 2, i = 0, j = m, k = 0;
  merge_sort(o, a, b, m);
  merge_sort(o, a + m, b, n - m);
  while (i < m && j < n) b[k++] = compare(o, a[j], a[i]) < 0 ? a[j++] : a[i++];
  while (i < m) b[k++] = a[i++];
  while (j < n) b[k++] = a[j++];
  memcpy(a, b, n * sizeof *a);
}

static tab sorted(const tab *in, uint32_t k, const bool *descending) {
  order o = {in, k, descending};
  size_t *rows = malloc((in->rows + 1) * sizeof *rows),
         *spare = malloc((in->rows + 1) * sizeof *rows);
  for (size_t i = 0; i < in->rows; i++) rows[i] = i;
  merge_sort(&o, rows, spare, in->rows);
  tab out = tab_new(in->ncols, in->types);
  for (size_t i = 0; i < in->rows; i++) {
    val *cells = tab_add(&out);
    for (uint32_t c = 0; c < in->ncols; c++) cells[c] = val_copy(tab_at(in, rows[i], c));
  }
  free(rows);
  free(spare);
  return out;
}

/* ---- running ---- */

static pel_status run_sort(driver *d, const tab *in, uint32_t k, const bool *descending,
                           const run_opts *o, tab *got) {
  pel_const flags[8], args[2] = {c_int(k), c_list(flags, k)};
  for (uint32_t i = 0; i < k; i++)
    flags[i] = (pel_const){.type = &ty_bool, .as.i = descending[i]};
  node n = {.op = sort_op,
            .args = args,
            .nargs = 2,
            .nports = 1,
            .in = {in},
            .out = in->types,
            .nout = in->ncols};
  return run_node(d, &n, o, got);
}

static void check(uint64_t seed, const tab *in, uint32_t k, const bool *descending,
                  uint32_t workers, uint64_t budget, bool spill_often) {
  driver d;
  driver_init(&d, workers, seed, 64);
  d.budget = budget;
  tab want = sorted(in, k, descending), got;
  run_opts o = {.seed = seed, .spill_often = spill_often};
  cr_assert_eq(run_sort(&d, in, k, descending, &o, &got), PEL_OK);
  expect_same(&got, &want, "sort", seed);
  tab_free(&got);
  tab_free(&want);
  driver_deinit(&d);
}

static tab random_table(rng *r, uint32_t *k, bool *descending) {
  const pel_type *types[8];
  uint32_t n = 1 + (uint32_t)rng_below(r, 4);
  *k = 1 + (uint32_t)rng_below(r, n);
  for (uint32_t i = 0; i < n; i++) {
    types[i] = all_scalars[rng_below(r, N_SCALARS)];
    descending[i] = rng_below(r, 2);
  }
  if (n > *k) types[n - 1] = rng_below(r, 2) ? &ty_record : &ty_list;
  return tab_random(r, n, types, rng_below(r, 3000), rng_below(r, 2) ? 5 : 1000000);
}

Test(sort, every_key_type_in_both_directions) {
  for (uint32_t i = 0; i < N_SCALARS; i++) {
    for (int desc = 0; desc < 2; desc++) {
      rng r = {i * 2 + 1 + (uint64_t)desc};
      const pel_type *types[] = {all_scalars[i], &ty_i32};
      bool descending[] = {desc};
      tab in = tab_random(&r, 2, types, 1200, desc ? 30 : 100000);
      check(i, &in, 1, descending, 1 + i % 3, 0, false);
      check(i, &in, 1, descending, 1 + i % 3, 0, true);
      tab_free(&in);
    }
  }
}

Test(sort, several_keys) {
  for (uint64_t seed = 1; seed <= 120; seed++) {
    rng r = {seed};
    uint32_t k;
    bool descending[8];
    tab in = random_table(&r, &k, descending);
    check(seed, &in, k, descending, 1 + (uint32_t)rng_below(&r, 5), 0, seed % 3 == 0);
    tab_free(&in);
  }
}

/* Several units, several runs, many rows of one key. */
Test(sort, many_rows) {
  const pel_type *types[] = {&ty_i64, &ty_i32};
  for (uint64_t seed = 1; seed <= 3; seed++) {
    rng r = {seed};
    bool descending[] = {seed == 2};
    tab in = tab_new(2, types);
    for (int i = 0; i < 200000; i++) {
      val *row = tab_add(&in);
      row[0] = val_int(rng_below(&r, 2) ? 7 : (int64_t)rng_below(&r, 1000000));
      row[1] = val_int(i);
    }
    check(seed, &in, 1, descending, (uint32_t)seed, 0, false);
    tab_free(&in);
  }
}

/* Twenty times the budget: exact, by way of the spill file. */
Test(sort, twenty_times_the_budget) {
  const pel_type *types[] = {&ty_strn, &ty_i64, &ty_str};
  rng r = {4};
  bool descending[] = {true, false};
  tab in = tab_new(3, types);
  size_t bytes = 0;
  for (int i = 0; i < 120000; i++) {
    char text[64];
    val *row = tab_add(&in);
    row[0] =
        rng_below(&r, 50)
            ? val_text(text, (uint32_t)snprintf(text, sizeof text,
                                                "key %llu of a text that is long",
                                                (unsigned long long)rng_below(&r, 20000)))
            : val_null();
    row[1] = val_int((int64_t)rng_below(&r, 9));
    row[2] = val_text(
        text, (uint32_t)snprintf(text, sizeof text,
                                 "payload of row %d, which also takes its room", i));
    bytes += 150;
  }
  driver d;
  driver_init(&d, 2, 1, 64);
  d.budget = bytes / 20;
  tab want = sorted(&in, 2, descending), got;
  run_opts o = {.seed = 1};
  cr_assert_eq(run_sort(&d, &in, 2, descending, &o, &got), PEL_OK);
  expect_same(&got, &want, "spilled sort", 1);
  cr_assert_gt(d.spill_n, bytes / 2);
  cr_assert_leq(d.peak_bytes, d.budget);
  tab_free(&got);
  tab_free(&want);
  tab_free(&in);
  driver_deinit(&d);
}

/* More runs than are merged at once. */
Test(sort, many_runs) {
  const pel_type *types[] = {&ty_f64n, &ty_record};
  rng r = {5};
  bool descending[] = {false};
  tab in = tab_random(&r, 2, types, 6000, 1000000), want = sorted(&in, 1, descending),
      got;
  driver d;
  driver_init(&d, 3, 1, 64);
  run_opts o = {.seed = 2, .spill_often = true, .chunk_rows = 10, .morsel_rows = 100};
  cr_assert_eq(run_sort(&d, &in, 1, descending, &o, &got), PEL_OK);
  expect_same(&got, &want, "many runs", 2);
  tab_free(&got);
  tab_free(&want);
  tab_free(&in);
  driver_deinit(&d);
}

/* Ordinals number 2^32 rows of a unit; what is spilled may be more. The driver checks the
 * ordinals of every unit. */
static pel_status bind_small_units(const pel_bind *b, void **params, pel_error *e) {
  const pel_status s = pel_op_sort.bind(b, params, e);
  if (!s) {
    cr_assert(((pel_sort_params *)*params)->unit_rows <= UINT32_MAX);
    ((pel_sort_params *)*params)->unit_rows = 1500;
  }
  return s;
}

Test(sort, files_are_emitted_in_units_of_so_many_rows) {
  pel_op op = pel_op_sort;
  op.bind = bind_small_units;
  const bool descending[] = {false};
  const pel_type *types[] = {&ty_i64, &ty_str};
  for (size_t rows = 1499; rows <= 6001; rows += rows == 1501 ? 4498 : 1) {
    rng r = {rows};
    tab in = tab_random(&r, 2, types, rows, 1000), want = sorted(&in, 1, descending), got;
    driver d;
    driver_init(&d, 3, rows, 64);
    const run_opts o = {.seed = rows, .spill_often = true, .chunk_rows = 64};
    sort_op = &op;
    cr_assert_eq(run_sort(&d, &in, 1, descending, &o, &got), PEL_OK);
    sort_op = &pel_op_sort;
    cr_assert(d.spill_reads > 0);
    expect_same(&got, &want, "units", rows);
    tab_free(&got);
    tab_free(&want);
    tab_free(&in);
    driver_deinit(&d);
  }
}

Test(sort, units_of_more_rows_than_32_bits_count) {
  const pel_sort_params p = {.unit_rows = UINT64_C(1) << 31};
  pel_sort_extent extents[] = {{0, 1, UINT32_MAX}, {1, 1, UINT32_MAX}, {2, 1, 2}};
  pel_sort_file second = {.extents = extents, .n = 1},
                first = {.next = &second, .extents = extents, .n = 3};
  pel_sort_state s = {.params = &p, .files = &first};
  cr_assert_eq(pel__sort_stream_units(&s), 6); /* 3 * 2^32 - 1 rows */
  extents[2].rows = 4;
  cr_assert_eq(pel__sort_stream_units(&s), 7);
  s.files = NULL;
  cr_assert_eq(pel__sort_stream_units(&s), 0);
}

Test(sort, poisoned_key_is_consumed) {
  const pel_type *types[] = {&ty_i64, &ty_i64};
  bool descending[] = {false};
  for (uint32_t col = 0; col < 2; col++) {
    driver d;
    driver_init(&d, 1, 1, 64);
    tab in = tab_new(2, types), got;
    for (int i = 0; i < 50; i++) {
      val *row = tab_add(&in);
      row[0] = val_int(-i);
      row[1] = val_int(i);
      if (i == 20)
        row[col] = val_poison(d.env[0].poison(&d.env[0], 20, "bad", "bad value"));
    }
    run_opts o = {.seed = 1, .spill_often = col};
    pel_status s = run_sort(&d, &in, 1, descending, &o, &got);
    cr_assert_eq(s, col ? PEL_OK : PEL_E_FAILED);
    if (!s) { /* elsewhere it stays with its row */
      cr_assert_eq(tab_at(&got, 29, 1)->state, PEL_POISON);
      cr_assert_eq(tab_at(&got, 29, 1)->word, 1);
      tab_free(&got);
    }
    tab_free(&in);
    driver_deinit(&d);
  }
}

Test(sort, no_memory) {
  rng r = {6};
  const pel_type *types[] = {&ty_strn, &ty_f64, &ty_record};
  bool descending[] = {false, true};
  tab in = tab_random(&r, 3, types, 700, 500), want = sorted(&in, 2, descending);
  for (uint64_t few = 0; few < 4; few++) {
    bool done = false;
    for (uint64_t at = 1; !done; at += 1 + at / 16) {
      driver d;
      tab got;
      driver_init(&d, 2, 1, 64);
      d.fail_at = at;
      d.fail_n = few;
      run_opts o = {.seed = 5, .spill_often = at % 2};
      pel_status s = run_sort(&d, &in, 2, descending, &o, &got);
      cr_assert(s == PEL_OK || s == PEL_E_NOMEM, "status %d", (int)s);
      if (s == PEL_OK) {
        expect_same(&got, &want, "after a refusal", at);
        tab_free(&got);
      }
      done = s == PEL_OK && d.calls < at;
      driver_deinit(&d);
    }
  }
  tab_free(&want);
  tab_free(&in);
}
