#include <criterion/criterion.h>

#include "tests/unit/table/driver.h"

extern const pel_op pel_op_join;
TestSuite(join, .timeout = 240);

enum { INNER, LEFT, SEMI, ANTI };
static const char *const kinds[] = {"inner", "left", "semi", "anti"};

typedef struct plan {
  int kind;
  uint32_t k, nleft, nright;
  uint32_t left[8], right[8];
  const pel_type *out[16];
} plan;

/* ---- the reference: every left row against every right row ---- */

static bool matches(const tab *l, size_t i, const tab *r, size_t j, uint32_t k) {
  for (uint32_t c = 0; c < k; c++) {
    const val *x = tab_at(l, i, c), *y = tab_at(r, j, c);
    if (x->state != PEL_VALID || !val_key_same(l->types[c], x, y)) return false;
  }
  return true;
}

static void add_pair(tab *out, const plan *p, const tab *l, size_t i, const tab *r,
                     size_t j) {
  val *row = tab_add(out);
  for (uint32_t c = 0; c < p->nleft; c++) row[c] = val_copy(tab_at(l, i, p->left[c]));
  for (uint32_t c = 0; c < p->nright; c++)
    row[p->nleft + c] = j == SIZE_MAX ? val_null() : val_copy(tab_at(r, j, p->right[c]));
}

static tab reference(const plan *p, const tab *l, const tab *r) {
  tab out = tab_new(p->nleft + p->nright, p->out);
  for (size_t i = 0; i < l->rows; i++) {
    bool any = false;
    for (size_t j = 0; j < r->rows; j++) {
      if (!matches(l, i, r, j, p->k)) continue;
      if (p->kind == INNER || p->kind == LEFT) add_pair(&out, p, l, i, r, j);
      any = true;
    }
    if (p->kind == SEMI ? any : p->kind != INNER && !any)
      add_pair(&out, p, l, i, r, SIZE_MAX);
  }
  return out;
}

/* ---- running ---- */

static pel_status run_join(driver *d, const plan *p, const tab *l, const tab *r,
                           const run_opts *o, tab *got) {
  pel_const left[8], right[8];
  for (uint32_t i = 0; i < p->nleft; i++) left[i] = c_int(p->left[i]);
  for (uint32_t i = 0; i < p->nright; i++) right[i] = c_int(p->right[i]);
  pel_const args[] = {c_text(kinds[p->kind]), c_int(p->k), c_list(left, p->nleft),
                      c_list(right, p->nright)};
  node n = {.op = &pel_op_join,
            .args = args,
            .nargs = 4,
            .nports = 2,
            .in = {r, l},
            .out = p->out,
            .nout = p->nleft + p->nright};
  return run_node(d, &n, o, got);
}

static const pel_type *with_null(const pel_type *t) {
  static pel_type types[64];
  static const pel_type *of[64];
  static size_t n;
  if (t->nullable) return t;
  for (size_t i = 0; i < n; i++)
    if (of[i] == t) return &types[i];
  types[n] = *t;
  types[n].nullable = true;
  of[n] = t;
  return &types[n++];
}

static void finish_plan(plan *p, const tab *l, const tab *r) {
  for (uint32_t i = 0; i < p->nleft; i++) p->out[i] = l->types[p->left[i]];
  for (uint32_t i = 0; i < p->nright; i++) {
    const pel_type *t = r->types[p->right[i]];
    p->out[p->nleft + i] = p->kind == LEFT ? with_null(t) : t;
  }
}

static void check(plan *p, const tab *l, const tab *r, uint64_t seed, uint32_t bits) {
  finish_plan(p, l, r);
  driver d;
  driver_init(&d, 1 + (uint32_t)(seed % 4), seed, bits);
  tab want = reference(p, l, r), got;
  run_opts o = {.seed = seed};
  cr_assert_eq(run_join(&d, p, l, r, &o, &got), PEL_OK);
  expect_same(&got, &want, kinds[p->kind], seed);
  tab_free(&got);
  tab_free(&want);
  driver_deinit(&d);
}

static const pel_type *any_type(rng *r) {
  uint64_t t = rng_below(r, N_SCALARS + 2);
  return t == N_SCALARS ? &ty_list : t > N_SCALARS ? &ty_record : all_scalars[t];
}

static void random_join(uint64_t seed, int kind, uint32_t k,
                        const pel_type *const *keys) {
  rng r = {seed * 131 + 7};
  const pel_type *lt[8], *rt[8];
  plan p = {.kind = kind, .k = k};
  uint32_t nl = k + (uint32_t)rng_below(&r, 3), nr = k + (uint32_t)rng_below(&r, 3);
  for (uint32_t i = 0; i < nl; i++) lt[i] = i < k ? keys[i] : any_type(&r);
  for (uint32_t i = 0; i < nr; i++) rt[i] = i < k ? keys[i] : any_type(&r);
  for (uint32_t i = 0; i < k; i++) /* of one side alone a key may be null */
    if (rng_below(&r, 3) == 0) lt[i] = with_null(lt[i]);
  p.nleft = 1 + (uint32_t)rng_below(&r, 4);
  p.nright = kind == SEMI || kind == ANTI ? 0 : (uint32_t)rng_below(&r, 4);
  for (uint32_t i = 0; i < p.nleft; i++) p.left[i] = (uint32_t)rng_below(&r, nl);
  for (uint32_t i = 0; i < p.nright; i++) p.right[i] = (uint32_t)rng_below(&r, nr);
  uint32_t domain = seed % 3 ? 40 : 3000;
  tab l = tab_random(&r, nl, lt, rng_below(&r, 800), domain),
      t = tab_random(&r, nr, rt, rng_below(&r, 500), domain);
  check(&p, &l, &t, seed, seed % 4 ? 64 : 3);
  tab_free(&l);
  tab_free(&t);
}

Test(join, every_key_type) {
  for (uint32_t i = 0; i < N_SCALARS; i++)
    for (int kind = INNER; kind <= ANTI; kind++)
      random_join(i * 4 + (uint64_t)kind, kind, 1, &all_scalars[i]);
}

Test(join, several_keys) {
  for (uint64_t seed = 1000; seed < 1060; seed++) {
    rng r = {seed};
    const pel_type *keys[4];
    uint32_t k = 2 + (uint32_t)rng_below(&r, 2);
    for (uint32_t i = 0; i < k; i++)
      keys[i] = rng_below(&r, 2) ? &ty_booln : all_scalars[rng_below(&r, N_SCALARS)];
    random_join(seed, (int)(seed % 4), k, keys);
  }
}

Test(join, nothing_on_one_side) {
  const pel_type *types[] = {&ty_i64, &ty_str};
  rng r = {5};
  tab some = tab_random(&r, 2, types, 50, 10), none = tab_new(2, types);
  for (int kind = INNER; kind <= ANTI; kind++) {
    plan p = {.kind = kind,
              .k = 1,
              .nleft = 2,
              .left = {0, 1},
              .nright = kind < SEMI ? 1 : 0,
              .right = {1}};
    check(&p, &some, &none, 1, 64);
    check(&p, &none, &some, 2, 64);
    check(&p, &none, &none, 3, 64);
  }
  tab_free(&some);
  tab_free(&none);
}

/* Many keys on the right (partitions), each once; and keys of very many rows. */
Test(join, many_rows_and_skew) {
  const pel_type *types[] = {&ty_i64, &ty_i64};
  for (int skew = 0; skew < 2; skew++) {
    tab l = tab_new(2, types), r = tab_new(2, types);
    plan p = {
        .kind = INNER, .k = 1, .nleft = 2, .left = {0, 1}, .nright = 1, .right = {1}};
    for (int i = 0; i < 40000; i++) {
      val *row = tab_add(&r);
      row[0] = val_int(skew ? (i % 4 == 0 ? i : 7) : i * 3);
      row[1] = val_int(i);
    }
    for (int i = 0; i < (skew ? 5 : 30000); i++) {
      val *row = tab_add(&l);
      row[0] = val_int(skew ? 6 + i % 2 : i);
      row[1] = val_int(-i);
    }
    finish_plan(&p, &l, &r);
    driver d;
    driver_init(&d, 3, 9, 64);
    tab got;
    run_opts o = {.seed = 4};
    cr_assert_eq(run_join(&d, &p, &l, &r, &o, &got), PEL_OK);
    size_t at = 0;
    for (size_t i = 0; i < l.rows; i++) {
      int64_t key = (int64_t)tab_at(&l, i, 0)->word;
      for (size_t j = skew ? 0 : (size_t)key / 3;
           j < r.rows && (skew || (int64_t)j * 3 <= key); j++) {
        if ((int64_t)tab_at(&r, j, 0)->word != key) continue;
        cr_assert_lt(at, got.rows);
        cr_assert_eq((int64_t)tab_at(&got, at, 1)->word, -(int64_t)i);
        cr_assert_eq(tab_at(&got, at++, 2)->word, j);
      }
    }
    cr_assert_eq(at, got.rows);
    cr_assert_gt(at, 1000);
    tab_free(&got);
    tab_free(&l);
    tab_free(&r);
    driver_deinit(&d);
  }
}

Test(join, poisoned_key_is_consumed) {
  const pel_type *types[] = {&ty_i64, &ty_i64};
  for (int side = 0; side < 2; side++) {
    for (uint32_t col = 0; col < 2; col++) {
      driver d;
      driver_init(&d, 1, 1, 64);
      tab in[2] = {tab_new(2, types), tab_new(2, types)}, got;
      for (int t = 0; t < 2; t++) {
        for (int i = 0; i < 20; i++) {
          val *row = tab_add(&in[t]);
          row[0] = val_int(i);
          row[1] = val_int(i);
          if (t == side && i == 7)
            row[col] = val_poison(d.env[0].poison(&d.env[0], 7, "bad", "bad value"));
        }
      }
      plan p = {
          .kind = INNER, .k = 1, .nleft = 2, .left = {0, 1}, .nright = 1, .right = {1}};
      finish_plan(&p, &in[0], &in[1]);
      run_opts o = {.seed = 4};
      pel_status s = run_join(&d, &p, &in[0], &in[1], &o, &got);
      cr_assert_eq(s, col ? PEL_OK : PEL_E_FAILED);
      if (!s) {
        cr_assert_eq(tab_at(&got, 7, side ? 2 : 1)->state, PEL_POISON);
        tab_free(&got);
      }
      tab_free(&in[0]);
      tab_free(&in[1]);
      driver_deinit(&d);
    }
  }
}

Test(join, no_memory) {
  const pel_type *lt[] = {&ty_strn, &ty_f64, &ty_record},
                 *rt[] = {&ty_strn, &ty_f64, &ty_list};
  rng r = {8};
  tab l = tab_random(&r, 3, lt, 120, 10), t = tab_random(&r, 3, rt, 120, 10);
  for (int kind = INNER; kind <= ANTI; kind++) {
    plan p = {.kind = kind,
              .k = 2,
              .nleft = 2,
              .left = {0, 2},
              .nright = kind < SEMI ? 1 : 0,
              .right = {2}};
    finish_plan(&p, &l, &t);
    tab want = reference(&p, &l, &t);
    bool done = false;
    for (uint64_t at = 1; !done; at++) {
      driver d;
      tab got;
      driver_init(&d, 2, 1, 64);
      d.fail_at = at;
      d.fail_n = at % 3;
      run_opts o = {.seed = 5};
      pel_status s = run_join(&d, &p, &l, &t, &o, &got);
      cr_assert(s == PEL_OK || s == PEL_E_NOMEM, "status %d", (int)s);
      done = s == PEL_OK;
      if (done) {
        expect_same(&got, &want, "after a refusal", at);
        tab_free(&got);
      }
      driver_deinit(&d);
    }
    tab_free(&want);
  }
  tab_free(&l);
  tab_free(&t);
}
