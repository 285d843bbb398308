/* distinct and slice. */
#include <criterion/criterion.h>

#include "tests/unit/table/driver.h"

extern const pel_op pel_op_distinct, pel_op_slice;
TestSuite(rows, .timeout = 120);

static void copy_row(tab *to, const tab *from, size_t row) {
  val *cells = tab_add(to);
  for (uint32_t c = 0; c < from->ncols; c++) cells[c] = val_copy(tab_at(from, row, c));
}

static tab random_table(rng *r, uint32_t ncols, size_t rows, uint32_t domain) {
  const pel_type *types[8];
  for (uint32_t i = 0; i < ncols; i++) {
    uint64_t t = rng_below(r, N_SCALARS + 2);
    types[i] = t == N_SCALARS ? &ty_list : t > N_SCALARS ? &ty_record : all_scalars[t];
  }
  return tab_random(r, ncols, types, rows, domain);
}

static void check(const pel_op *op, const pel_const *args, uint32_t nargs, const tab *in,
                  const tab *want, uint64_t seed, uint32_t bits) {
  driver d;
  tab got;
  driver_init(&d, 1 + (uint32_t)(seed % 4), seed, bits);
  node n = {.op = op,
            .args = args,
            .nargs = nargs,
            .nports = 1,
            .in = {in},
            .out = in->types,
            .nout = in->ncols};
  run_opts o = {.seed = seed, .end_morsel = true};
  cr_assert_eq(run_node(&d, &n, &o, &got), PEL_OK);
  expect_same(&got, want, op->name, seed);
  tab_free(&got);
  driver_deinit(&d);
}

/* Every allocation fails in turn. */
static void starve(const pel_op *op, const pel_const *args, uint32_t nargs, const tab *in,
                   const tab *want) {
  bool done = false;
  for (uint64_t at = 1; !done; at++) {
    driver d;
    tab got;
    driver_init(&d, 2, 1, 64);
    d.fail_at = at;
    d.fail_n = at % 3;
    node n = {.op = op,
              .args = args,
              .nargs = nargs,
              .nports = 1,
              .in = {in},
              .out = in->types,
              .nout = in->ncols};
    run_opts o = {.seed = 5, .end_morsel = true};
    pel_status s = run_node(&d, &n, &o, &got);
    cr_assert(s == PEL_OK || s == PEL_E_NOMEM, "status %d", (int)s);
    done = s == PEL_OK;
    if (done) {
      expect_same(&got, want, "after a refusal", at);
      tab_free(&got);
    }
    driver_deinit(&d);
  }
}

/* ---- distinct ---- */

static tab distinct_rows(const tab *in, uint32_t k) {
  tab out = tab_new(in->ncols, in->types);
  for (size_t i = 0; i < in->rows; i++) {
    bool seen = false;
    for (size_t j = 0; j < out.rows && !seen; j++) {
      uint32_t c = 0;
      while (c < k && val_key_same(in->types[c], tab_at(&out, j, c), tab_at(in, i, c)))
        c++;
      seen = c == k;
    }
    if (!seen) copy_row(&out, in, i);
  }
  return out;
}

Test(rows, distinct) {
  for (uint64_t seed = 1; seed <= 60; seed++) {
    rng r = {seed};
    uint32_t k = 1 + (uint32_t)rng_below(&r, 3), more = (uint32_t)rng_below(&r, 4);
    const pel_type *types[8];
    for (uint32_t i = 0; i < k + more; i++)
      types[i] = all_scalars[rng_below(&r, N_SCALARS)];
    if (more) types[k + more - 1] = seed % 2 ? &ty_record : &ty_list;
    tab in = tab_random(&r, k + more, types, rng_below(&r, 1500), 6),
        want = distinct_rows(&in, k);
    pel_const args[] = {c_int(k)};
    check(&pel_op_distinct, args, 1, &in, &want, seed, seed % 3 ? 64 : 3);
    tab_free(&want);
    tab_free(&in);
  }
}

Test(rows, distinct_many) {
  const pel_type *types[] = {&ty_i64, &ty_str};
  tab in = tab_new(2, types), want = tab_new(2, types);
  rng r = {77};
  enum { DOMAIN = 40000 };
  bool *seen = calloc(DOMAIN, 1);
  for (int i = 0; i < 90000; i++) {
    uint64_t x = rng_below(&r, DOMAIN);
    char text[40];
    val *row = tab_add(&in);
    row[0] = val_int((int64_t)x);
    row[1] = val_text(text,
                      (uint32_t)snprintf(text, sizeof text, "the row with number %d", i));
    if (!seen[x]) copy_row(&want, &in, in.rows - 1);
    seen[x] = true;
  }
  pel_const args[] = {c_int(1)};
  check(&pel_op_distinct, args, 1, &in, &want, 3, 64);
  free(seen);
  tab_free(&want);
  tab_free(&in);
}

Test(rows, distinct_no_memory) {
  rng r = {3};
  const pel_type *types[] = {&ty_strn, &ty_f64, &ty_record};
  tab in = tab_random(&r, 3, types, 400, 50), want = distinct_rows(&in, 2);
  pel_const args[] = {c_int(2)};
  starve(&pel_op_distinct, args, 1, &in, &want);
  tab_free(&want);
  tab_free(&in);
}

/* ---- slice ---- */

Test(rows, slice) {
  for (uint64_t seed = 1; seed <= 150; seed++) {
    rng r = {seed * 31};
    size_t rows = seed % 10 == 0 ? 20000 : rng_below(&r, 3000);
    const pel_type *one[] = {&ty_i64};
    tab in = rows > 3000 ? tab_random(&r, 1, one, rows, 100000)
                         : random_table(&r, 3, rows, 50);
    uint64_t skip = rng_below(&r, 3) ? rng_below(&r, rows + 100) : 0;
    int64_t take = rng_below(&r, 4) ? (int64_t)rng_below(&r, rows / 2 + 100) : -1;
    tab want = tab_new(in.ncols, in.types);
    for (size_t i = skip; i < rows && (take < 0 || i < skip + (uint64_t)take); i++)
      copy_row(&want, &in, i);
    pel_const args[] = {c_int((int64_t)skip), c_int(take)};
    check(&pel_op_slice, args, 2, &in, &want, seed, 64);
    tab_free(&want);
    tab_free(&in);
  }
}

/* Far into one long morsel: what is skipped is not kept. */
Test(rows, slice_of_one_morsel) {
  const pel_type *types[] = {&ty_i64};
  tab in = tab_new(1, types), got;
  for (int i = 0; i < 100000; i++) tab_add(&in)[0] = val_int(i);
  driver d;
  driver_init(&d, 1, 1, 64);
  pel_const args[] = {c_int(60000), c_int(100)};
  node n = {.op = &pel_op_slice,
            .args = args,
            .nargs = 2,
            .nports = 1,
            .in = {&in},
            .out = types,
            .nout = 1};
  run_opts o = {.seed = 5, .end_morsel = true, .morsel_rows = 100000};
  cr_assert_eq(run_node(&d, &n, &o, &got), PEL_OK);
  cr_assert_eq(got.rows, 100);
  cr_assert_eq(tab_at(&got, 0, 0)->word, 60000);
  cr_assert_eq(tab_at(&got, 99, 0)->word, 60099);
  cr_assert_lt(d.peak_bytes, 50000, "%llu bytes", (unsigned long long)d.peak_bytes);
  tab_free(&got);
  tab_free(&in);
  driver_deinit(&d);
}

/* take(10) of many rows keeps few of them. */
Test(rows, slice_keeps_little) {
  const pel_type *types[] = {&ty_i64};
  tab in = tab_new(1, types), got;
  for (int i = 0; i < 300000; i++) tab_add(&in)[0] = val_int(i);
  for (int which = 0; which < 2; which++) {
    driver d;
    driver_init(&d, 4, 1, 64);
    pel_const args[] = {c_int(which ? 250000 : 0), c_int(10)};
    node n = {.op = &pel_op_slice,
              .args = args,
              .nargs = 2,
              .nports = 1,
              .in = {&in},
              .out = types,
              .nout = 1};
    run_opts o = {.seed = 5, .end_morsel = true, .morsel_rows = 2000};
    cr_assert_eq(run_node(&d, &n, &o, &got), PEL_OK);
    cr_assert_eq(got.rows, 10);
    cr_assert_lt(d.peak_bytes, 400000, "%llu bytes", (unsigned long long)d.peak_bytes);
    tab_free(&got);
    driver_deinit(&d);
  }
  tab_free(&in);
}

Test(rows, slice_no_memory) {
  rng r = {3};
  tab in = random_table(&r, 4, 700, 50), want = tab_new(4, in.types);
  for (size_t i = 100; i < 400; i++) copy_row(&want, &in, i);
  pel_const args[] = {c_int(100), c_int(300)};
  starve(&pel_op_slice, args, 2, &in, &want);
  tab_free(&want);
  tab_free(&in);
}
