#include <criterion/criterion.h>

#include "tests/unit/table/reference.h"

extern const pel_op pel_op_group;
TestSuite(group, .timeout = 120);

/* ---- the reference ---- */

typedef struct plan {
  uint32_t k, naggs;
  const char *names[16];
  uint32_t nargs[16];
  const pel_type *out[32];
} plan;

static val canonical_key(const pel_type *t, const val *v) {
  val c = val_copy(v);
  if (v->state == PEL_VALID && (t->kind == PEL_F64 || t->kind == PEL_F32)) {
    double x = val_as_f64(t, v);
    if (x == 0) c.word = 0;
  }
  return c;
}

static tab reference(const tab *in, const plan *p) {
  tab out = tab_new(p->k + p->naggs, p->out);
  size_t *group_of = malloc((in->rows + 1) * sizeof *group_of),
         *first = malloc((in->rows + 1) * sizeof *first);
  size_t groups = 0;
  for (size_t i = 0; i < in->rows; i++) {
    size_t g = 0;
    for (; g < groups; g++) {
      uint32_t c = 0;
      while (c < p->k &&
             val_key_same(in->types[c], tab_at(in, first[g], c), tab_at(in, i, c)))
        c++;
      if (c == p->k) break;
    }
    if (g == groups) first[groups++] = i;
    group_of[i] = g;
  }
  if (p->k == 0) groups = 1;
  const val **v = malloc((in->rows + 1) * sizeof *v);
  for (size_t g = 0; g < groups; g++) {
    val *row = tab_add(&out);
    for (uint32_t c = 0; c < p->k; c++)
      row[c] = canonical_key(in->types[c], tab_at(in, first[g], c));
    uint32_t at = p->k;
    for (uint32_t a = 0; a < p->naggs; at += p->nargs[a++]) {
      size_t n = 0;
      for (size_t i = 0; i < in->rows; i++)
        if (group_of[i] == g || p->k == 0)
          v[n++] = tab_at(in, i, at < in->ncols ? at : 0);
      const pel_type *t = p->nargs[a] ? in->types[at] : &ty_bool;
      row[p->k + a] = ref_agg(p->names[a], t, v, n, p->out[p->k + a]);
    }
  }
  free(v);
  free(group_of);
  free(first);
  return out;
}

/* ---- running ---- */

static pel_status run_plan(driver *d, const plan *p, const tab *in, const run_opts *o,
                           tab *got) {
  const pel_op *aggs[16];
  pel_const counts[16];
  uint32_t at = p->k;
  for (uint32_t a = 0; a < p->naggs; a++) {
    aggs[a] = ref_agg_op(p->names[a], p->nargs[a] ? in->types[at] : &ty_bool);
    counts[a] = c_int(p->nargs[a]);
    at += p->nargs[a];
  }
  pel_const args[] = {c_int(p->k), c_list(counts, p->naggs)};
  node n = {.op = &pel_op_group,
            .args = args,
            .nargs = 2,
            .aggs = aggs,
            .naggs = p->naggs,
            .nports = 1,
            .in = {in},
            .out = p->out,
            .nout = p->k + p->naggs};
  return run_node(d, &n, o, got);
}

static void check(const plan *p, const tab *in, uint64_t seed, uint32_t workers,
                  uint32_t bits, run_opts o) {
  driver d;
  driver_init(&d, workers, seed, bits);
  tab want = reference(in, p), got;
  o.seed = seed;
  cr_assert_eq(run_plan(&d, p, in, &o, &got), PEL_OK);
  expect_same(&got, &want, "group", seed);
  tab_free(&got);
  tab_free(&want);
  driver_deinit(&d);
}

/* k keys of these types, then every aggregate that takes each argument type. */
static plan make_plan(const pel_type **types, uint32_t *n, uint32_t k,
                      const pel_type *arg) {
  plan p = {.k = k};
  for (uint32_t i = 0; i < k; i++) p.out[i] = types[i];
  for (uint32_t a = 0; a < N_AGGS; a++) {
    if (!ref_agg_op(agg_names[a], arg)) continue;
    p.names[p.naggs] = agg_names[a];
    p.nargs[p.naggs] = 1;
    p.out[k + p.naggs++] = ref_agg_type(agg_names[a], arg);
    types[(*n)++] = arg;
  }
  p.names[p.naggs] = "len"; /* of the rows: no argument */
  p.out[k + p.naggs++] = &ty_i64;
  return p;
}

static void try_types(uint64_t seed, uint32_t k, const pel_type *const *keys,
                      const pel_type *arg, size_t rows, uint32_t domain, uint32_t bits) {
  const pel_type *types[32];
  uint32_t n = k;
  rng r = {seed * 77 + 5};
  for (uint32_t i = 0; i < k; i++) types[i] = keys[i];
  plan p = make_plan(types, &n, k, arg);
  tab in = tab_random(&r, n, types, rows, domain);
  check(&p, &in, seed, 1 + (uint32_t)rng_below(&r, 4), bits, (run_opts){0});
  tab_free(&in);
}

/* ---- tests ---- */

Test(group, every_key_type) {
  for (uint32_t i = 0; i < N_SCALARS; i++) {
    try_types(i + 1, 1, &all_scalars[i], &ty_i64n, 700, 40, 64);
    try_types(i + 100, 1, &all_scalars[i], &ty_f64, 300, 12, 3);
  }
}

Test(group, every_argument_type) {
  for (uint32_t i = 0; i < N_SCALARS; i++) {
    const pel_type *key = i % 2 ? &ty_str : &ty_i32;
    try_types(i + 200, 1, &key, all_scalars[i], 900, 30, 64);
    try_types(i + 300, 0, &key, all_scalars[i], 500, 30, 64);
  }
  const pel_type *key = &ty_i64n;
  try_types(400, 1, &key, &ty_list, 400, 20, 64);
  try_types(401, 1, &key, &ty_record, 400, 20, 64);
  try_types(402, 0, &key, &ty_record, 100, 20, 64);
}

Test(group, several_keys) {
  for (uint64_t seed = 500; seed < 540; seed++) {
    rng r = {seed};
    const pel_type *keys[5];
    uint32_t k = 2 + (uint32_t)rng_below(&r, 4);
    for (uint32_t i = 0; i < k; i++) keys[i] = all_scalars[rng_below(&r, N_SCALARS)];
    try_types(seed, k, keys, &ty_f64n, rng_below(&r, 600), 4, seed % 2 ? 3 : 64);
  }
}

Test(group, nothing_comes_in) {
  const pel_type *key = &ty_str;
  try_types(600, 1, &key, &ty_i64, 0, 1, 64);
  try_types(601, 0, &key, &ty_i64, 0, 1, 64); /* min, max, first … of none fail */
  try_types(602, 0, &key, &ty_strn, 0, 1, 64);
}

/* Many groups: partitions, ranges, growing tables. The keys say what must come out. */
static void many(uint64_t seed, const pel_type *key, uint32_t rows, uint32_t domain,
                 uint32_t workers) {
  const pel_type *types[] = {key, &ty_i64, &ty_f64};
  const pel_type *out[] = {key, &ty_i64, &ty_f64, &ty_i64};
  plan p = {.k = 1, .naggs = 3, .names = {"sum", "mean", "len"}, .nargs = {1, 1, 0}};
  memcpy(p.out, out, sizeof out);
  tab in = tab_new(3, types), want = tab_new(4, out), got;
  rng r = {seed};
  int64_t *sums = calloc(domain, sizeof *sums), *counts = calloc(domain, sizeof *counts),
          *at = calloc(domain, sizeof *at);
  for (uint32_t i = 0; i < rows; i++) {
    uint32_t g = (uint32_t)rng_below(&r, domain);
    char text[48];
    int n = snprintf(text, sizeof text, g % 2 ? "%u" : "a rather long text %u", g);
    val k = key->kind == PEL_STR ? val_text(text, (uint32_t)n)
                                 : val_int((int64_t)g * 1000003);
    int64_t v = (int64_t)rng_below(&r, 1000) - 500;
    val *row = tab_add(&in);
    row[0] = k;
    row[1] = val_int(v);
    row[2] = val_f64((double)v / 4);
    if (counts[g]++ == 0) {
      val *w = tab_add(&want);
      w[0] = val_copy(&k);
      at[g] = (int64_t)want.rows - 1;
    }
    sums[g] += v;
  }
  for (uint32_t g = 0; g < domain; g++) {
    if (!counts[g]) continue;
    val *w = tab_at(&want, (size_t)at[g], 0);
    w[1] = val_int(sums[g]);
    w[2] = val_f64((double)sums[g] / 4 / (double)counts[g]);
    w[3] = val_int(counts[g]);
  }
  driver d;
  driver_init(&d, workers, seed, 64);
  run_opts o = {.seed = seed};
  cr_assert_eq(run_plan(&d, &p, &in, &o, &got), PEL_OK);
  expect_same(&got, &want, "many groups", seed);
  tab_free(&got);
  tab_free(&in);
  tab_free(&want);
  driver_deinit(&d);
  free(sums);
  free(counts);
  free(at);
}

Test(group, many_groups) {
  many(700, &ty_i64, 60000, 25000, 3);
  many(701, &ty_str, 60000, 25000, 2);
  many(702, &ty_str, 150000, 140000, 1);
  many(703, &ty_i64, 150000, 140000, 4);
}

Test(group, poison_is_consumed) {
  const pel_type *types[] = {&ty_i64, &ty_i64}, *out[] = {&ty_i64, &ty_i64, &ty_i64};
  plan p = {.k = 1, .naggs = 2, .names = {"sum", "len"}, .nargs = {1, 0}};
  memcpy(p.out, out, sizeof out);
  for (uint32_t col = 0; col < 2; col++) {
    tab in = tab_new(2, types), got;
    driver d;
    driver_init(&d, 1, 1, 64);
    for (int i = 0; i < 100; i++) {
      val *row = tab_add(&in);
      row[0] = val_int(i % 3);
      row[1] = val_int(i);
    }
    for (uint32_t row = 90; row >= 40; row -= 25) {
      uint32_t number = d.env[0].poison(&d.env[0], row, "bad", "bad value");
      *tab_at(&in, row, col) = val_poison(number);
      *tab_at(&in, row, 1 - col) = val_poison(number);
    }
    run_opts o = {.seed = 3, .plain = true, .morsel_rows = 1000, .chunk_rows = 1000};
    cr_assert_eq(run_plan(&d, &p, &in, &o, &got), PEL_E_FAILED);
    cr_assert_eq(d.fail_ordinal, 40);
    tab_free(&in);
    driver_deinit(&d);
  }
}

Test(group, poison_travels_in_lists) {
  const pel_type *types[] = {&ty_i64, &ty_i64, &ty_i64};
  const pel_type *out[] = {&ty_i64, ref_agg_type("collect", &ty_i64), &ty_i64};
  plan p = {.k = 1, .naggs = 2, .names = {"collect", "len"}, .nargs = {1, 1}};
  memcpy(p.out, out, sizeof out);
  tab in = tab_new(3, types), got;
  driver d;
  driver_init(&d, 2, 1, 64);
  for (int i = 0; i < 10; i++) {
    val *row = tab_add(&in);
    row[0] = val_int(0);
    row[1] = i == 4 ? val_poison(d.env[0].poison(&d.env[0], 4, "bad", "bad value"))
                    : val_int(i);
    row[2] = i == 5 ? val_poison(1) : val_int(i);
  }
  run_opts o = {.seed = 3};
  cr_assert_eq(run_plan(&d, &p, &in, &o, &got), PEL_OK);
  const val *list = tab_at(&got, 0, 1);
  cr_assert_eq(list->n, 10);
  cr_assert_eq(list->items[4].state, PEL_POISON);
  cr_assert_eq(list->items[4].word, 1);
  cr_assert_eq(tab_at(&got, 0, 2)->word, 10);
  tab_free(&got);
  tab_free(&in);
  driver_deinit(&d);
}

/* Every allocation fails once: no crash, nothing lost (the driver looks), and the status
 * says so. */
Test(group, no_memory) {
  const pel_type *types[32] = {&ty_str, &ty_f64};
  uint32_t n = 2;
  plan p = make_plan(types, &n, 2, &ty_strn);
  rng r = {9};
  tab in = tab_random(&r, n, types, 300, 60);
  bool done = false;
  for (uint64_t at = 1; !done; at++) {
    driver d;
    tab got;
    driver_init(&d, 2, 1, 64);
    d.fail_at = at;
    d.fail_n = at % 3;
    run_opts o = {.seed = 11};
    pel_status s = run_plan(&d, &p, &in, &o, &got);
    cr_assert(s == PEL_OK || s == PEL_E_NOMEM, "status %d", (int)s);
    done = s == PEL_OK;
    if (done) tab_free(&got);
    driver_deinit(&d);
    if (at > 100) at += at / 8;
  }
  tab_free(&in);
}
