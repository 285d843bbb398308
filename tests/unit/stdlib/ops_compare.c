/* Comparisons, logic, same, least, greatest, clamp and hash. */
#include <xxhash.h>

#include "tests/unit/stdlib/ops_rig.h"

__extension__ typedef __float128 wide; /* holds every i64, u64 and f64 exactly */

#define ORACLE(fn) static val fn(const val *a, pel_kind in, pel_kind out)

static wide wide_of(const val *v, pel_kind k) {
  return is_float(k) ? (wide)v->f : (wide)v->i;
}

/* -1, 0, 1; 2: unordered. */
static int order_wide(wide x, wide y) { return x != x || y != y ? 2 : (x > y) - (x < y); }
static int order_text(const val *a, const val *b) {
  for (size_t i = 0; i < a->n && i < b->n; i++)
    if (a->p[i] != b->p[i])
      return (unsigned char)a->p[i] < (unsigned char)b->p[i] ? -1 : 1;
  return (a->n > b->n) - (a->n < b->n);
}

static pel_kind second_kind; /* of mixed comparisons */
static int order_of(const val *a, pel_kind in) {
  if (is_text(in)) return order_text(&a[0], &a[1]);
  return order_wide(wide_of(&a[0], in), wide_of(&a[1], second_kind ? second_kind : in));
}
ORACLE(eq) { return (void)out, vi(order_of(a, in) == 0); }
ORACLE(ne) { return (void)out, vi(order_of(a, in) != 0); }
ORACLE(lt) { return (void)out, vi(order_of(a, in) == -1); }
ORACLE(le) { return (void)out, vi(order_of(a, in) == -1 || order_of(a, in) == 0); }
ORACLE(gt) { return (void)out, vi(order_of(a, in) == 1); }
ORACLE(ge) { return (void)out, vi(order_of(a, in) == 1 || order_of(a, in) == 0); }

static const struct {
  const char *name;
  oracle want;
} comparisons[] = {{"==", eq}, {"!=", ne}, {"<", lt}, {"<=", le}, {">", gt}, {">=", ge}};

static vals texts(void) {
  static const char *const list[] = {"",
                                     "a",
                                     "b",
                                     "ab",
                                     "abc",
                                     "abcd",
                                     "abce",
                                     "abcdefghijkl",
                                     "abcdefghijklm",
                                     "abcdefghijkln",
                                     "abcdefghijklmn",
                                     "zebra",
                                     "Zebra",
                                     "\xc3\xa4",
                                     "\xf0\x9f\x98\x80",
                                     "ab\x7f",
                                     "abcdefghijklmnopqrstuvwxyz0",
                                     "abcdefghijklmnopqrstuvwxyz1"};
  vals v = {.n = 0};
  for (uint32_t i = 0; i < sizeof list / sizeof *list; i++) v.at[v.n++] = vs(list[i]);
  v.at[v.n++] = (val){.state = PEL_VALID, .p = "ab\0c", .n = 4};
  v.at[v.n++] = (val){.state = PEL_VALID, .p = "a\0\0\0", .n = 4};
  v.at[v.n++] = (val){.state = PEL_VALID, .p = "a\0", .n = 2};
  return v;
}
static vals of_kind(pel_kind k) { return is_text(k) ? texts() : vals_of(k); }

static void check_same_kind(const char *name, pel_kind k, pel_kind out, oracle want) {
  ops_case c = {.name = name,
                .nin = 2,
                .in = {k, k},
                .out = out,
                .values = {of_kind(k), of_kind(k)},
                .want = want};
  check_op(&c);
}

Test(ops, comparisons) {
  for (pel_kind k = PEL_BOOL; k <= PEL_DUR; k++)
    for (uint32_t i = 0; i < 6; i++)
      check_same_kind(comparisons[i].name, k, PEL_BOOL, comparisons[i].want);
}

Test(ops, comparisons_of_two_types_are_exact) {
  for (pel_kind k = PEL_I8; k <= PEL_F64; k++)
    for (pel_kind j = PEL_I8; j <= PEL_F64; j++) {
      if (j == k) continue;
      second_kind = j;
      for (uint32_t i = 0; i < 6; i++) {
        ops_case c = {.name = comparisons[i].name,
                      .nin = 2,
                      .in = {k, j},
                      .out = PEL_BOOL,
                      .values = {vals_of(k), vals_of(j)},
                      .want = comparisons[i].want};
        if (is_int(k) && is_float(j)) { /* neighbours of what floats can hold */
          static const double near[] = {9007199254740993.0, 4611686018427387904.0,
                                        9223372036854774784.0, 1.0000000000000002};
          for (int n = 0; n < 4; n++)
            c.values[1].at[c.values[1].n++] =
                vf(j == PEL_F32 ? (double)(float)near[n] : near[n]);
        }
        check_op(&c);
      }
    }
}

/* ---- logic ---- */

static vals bools(void) { return (vals){.at = {vi(0), vi(1)}, .n = 2}; }

ORACLE(not_) { return (void)in, (void)out, vi(!a[0].i); }
ORACLE(is_null) { return (void)in, (void)out, vi(a[0].state == PEL_NULL); }

/* The truth tables, written out: rows F T N, columns F T N. */
static int truth(const val *v) { return v->state == PEL_NULL ? 2 : v->i != 0; }
static val third(int t) { return t == 2 ? (val){.state = PEL_NULL} : vi(t); }
ORACLE(and_) {
  static const int table[3][3] = {{0, 0, 0}, {0, 1, 2}, {0, 2, 2}};
  return (void)in, (void)out, third(table[truth(&a[0])][truth(&a[1])]);
}
ORACLE(or_) {
  static const int table[3][3] = {{0, 1, 2}, {1, 1, 1}, {2, 1, 2}};
  return (void)in, (void)out, third(table[truth(&a[0])][truth(&a[1])]);
}
ORACLE(and3) {
  val both[2] = {and_(a, in, out), a[2]};
  return and_(both, in, out);
}

/* Poison: only what is looked at counts, left to right. The rig calls any poisoned
 * argument a failure, so no nulls or failures come from it here; they are tried below. */
Test(ops, logic) {
  ops_case n = {.name = "not",
                .nin = 1,
                .in = {PEL_BOOL},
                .out = PEL_BOOL,
                .values = {bools()},
                .want = not_};
  check_op(&n);
  ops_case i = {.name = "is_null",
                .nin = 1,
                .in = {PEL_STR},
                .out = PEL_BOOL,
                .values = {texts()},
                .want = is_null,
                .sees_null = true};
  check_op(&i);
}

static val run_logic(const char *name, uint32_t nin, const uint8_t states[3],
                     const uint8_t values[3]) {
  static rig r;
  rig_begin(&r);
  pel_type t = {.kind = PEL_BOOL, .nullable = true};
  const pel_type *types[3] = {&t, &t, &t};
  uint8_t data[3], state[3], out_data = 9, out_state = PEL_VALID;
  uint32_t fails[3] = {100, 101, 102}, out_fail = 0;
  pel_col in[3],
      out = {.type = &t, .data = &out_data, .state = &out_state, .fail = &out_fail};
  for (uint32_t i = 0; i < nin; i++) {
    data[i] = states[i] == PEL_VALID ? values[i] : 7;
    state[i] = states[i];
    in[i] =
        (pel_col){.type = &t, .data = &data[i], .state = &state[i], .fail = &fails[i]};
  }
  pel_call c = {.env = &r.env, .in = in, .nin = nin, .n = 1, .out = &out};
  const pel_op *op = *pel__std_find(name, strlen(name));
  cr_assert_eq(op->choose(types, nin, &t)(&c), PEL_OK);
  rig_end(&r);
  val v = get(&out, 0);
  if (v.state == PEL_POISON) v.i = out_fail;
  return v;
}

Test(ops, three_valued_logic_reads_from_the_left) {
  for (uint32_t code = 0; code < 64; code++) {
    uint8_t states[3] = {0}, values[3] = {0};
    val a[3];
    for (uint32_t i = 0; i < 3; i++) {
      uint32_t x = code >> (2 * i) & 3; /* false, true, null, failure */
      states[i] = x < 2 ? PEL_VALID : x == 2 ? PEL_NULL : PEL_POISON;
      values[i] = (uint8_t)(x & 1);
      a[i] = x == 3 ? failing() : third((int)x);
    }
    for (int deciding = 0; deciding < 2; deciding++) {
      val want = {.state = PEL_NULL};
      bool null = false, done = false;
      for (uint32_t i = 0; i < 3 && !done; i++) {
        if (a[i].state == PEL_POISON)
          want = (val){.state = PEL_POISON, .i = 100 + i}, done = true;
        else if (a[i].state == PEL_NULL)
          null = true;
        else if (a[i].i == deciding)
          want = vi(deciding), done = true;
      }
      if (!done) want = null ? third(2) : vi(!deciding);
      val got = run_logic(deciding ? "or" : "and", 3, states, values);
      cr_assert_eq(got.state, want.state, "code %u deciding %d", code, deciding);
      if (got.state != PEL_NULL)
        cr_assert(got.i == want.i, "code %u deciding %d", code, deciding);
    }
  }
}

Test(ops, logic_over_blocks) {
  for (int nulls = 0; nulls < 2; nulls++) {
    vals v = bools();
    ops_case a = {.name = "and",
                  .nin = 2,
                  .in = {PEL_BOOL, PEL_BOOL},
                  .out = PEL_BOOL,
                  .values = {v, v},
                  .want = and_};
    ops_case o = {.name = "or",
                  .nin = 2,
                  .in = {PEL_BOOL, PEL_BOOL},
                  .out = PEL_BOOL,
                  .values = {v, v},
                  .want = or_};
    ops_case t = {.name = "and",
                  .nin = 3,
                  .in = {PEL_BOOL, PEL_BOOL, PEL_BOOL},
                  .out = PEL_BOOL,
                  .values = {v, v, v},
                  .want = and3};
    ops_case *all[3] = {&a, &o, &t};
    for (int i = 0; i < 3; i++) {
      ops_run *x = calloc(1, sizeof *x);
      x->c = all[i];
      x->seed = 5;
      all[i]->sees_null = true;
      x->op = overload(all[i]);
      prepare(x);
      for (x->nrows = 0; x->nrows < 1000; x->nrows++)
        for (uint32_t k = 0; k < all[i]->nin; k++)
          x->rows[k][x->nrows] = v.at[rig_random(&x->seed) % 2];
      run_block(x, false, 0);
      run_block(x, false, 3);
      pel__vm_local_free(x->l);
      pel__vm_free(x->vm);
      rig_end(&x->r);
      free(x);
    }
  }
}

/* ---- same, least, greatest, clamp ---- */

ORACLE(same) {
  (void)out;
  if (a[0].state == PEL_NULL || a[1].state == PEL_NULL)
    return vi(a[0].state == a[1].state);
  if (is_float(in) && isnan(a[0].f) && (second_kind == 0 || is_float(second_kind)) &&
      isnan(a[1].f))
    return vi(1);
  return vi(order_of(a, in) == 0);
}

Test(ops, same) {
  for (pel_kind k = PEL_BOOL; k <= PEL_DUR; k++) {
    ops_case c = {.name = "same",
                  .nin = 2,
                  .in = {k, k},
                  .out = PEL_BOOL,
                  .values = {of_kind(k), of_kind(k)},
                  .want = same,
                  .sees_null = true};
    check_op(&c);
  }
  second_kind = PEL_F64;
  ops_case m = {.name = "same",
                .nin = 2,
                .in = {PEL_I64, PEL_F64},
                .out = PEL_BOOL,
                .values = {vals_of(PEL_I64), vals_of(PEL_F64)},
                .want = same,
                .sees_null = true};
  check_op(&m);
}

static bool before(const val *x, const val *y, pel_kind k) { /* with -0.0 before 0.0 */
  if (is_text(k)) return order_text(x, y) < 0;
  int o = order_wide(wide_of(x, k), wide_of(y, k));
  return o == -1 || (o == 0 && is_float(k) && signbit(x->f) && !signbit(y->f));
}
static const val *nan_of(const val *a, uint32_t n, pel_kind k) {
  for (uint32_t i = 0; i < n; i++)
    if (is_float(k) && isnan(a[i].f)) return &a[i];
  return NULL;
}
ORACLE(least) {
  (void)out;
  const val *nan = nan_of(a, 2, in);
  return nan ? *nan : before(&a[1], &a[0], in) ? a[1] : a[0];
}
ORACLE(greatest) {
  (void)out;
  const val *nan = nan_of(a, 2, in);
  return nan ? *nan : before(&a[0], &a[1], in) ? a[1] : a[0];
}
ORACLE(clamp) {
  val pair[2] = {a[1], a[2]};
  bool numbers = !nan_of(a + 1, 2, in);
  if (numbers && before(&a[2], &a[1], in) && (is_text(in) || order_of(pair, in) != 0))
    return failing();
  const val *nan = nan_of(a, 3, in);
  if (nan) return *nan;
  val low[2] = {a[0], a[1]};
  val high[2] = {greatest(low, in, out), a[2]};
  return least(high, in, out);
}

Test(ops, least_greatest_clamp) {
  for (pel_kind k = PEL_BOOL; k <= PEL_DUR; k++) {
    check_same_kind("least", k, k, least);
    check_same_kind("greatest", k, k, greatest);
    vals few = of_kind(k);
    if (few.n > 14) { /* every third */
      uint32_t n = 0;
      for (uint32_t i = 0; i < few.n; i += 3) few.at[n++] = few.at[i];
      few.n = n;
    }
    ops_case c = {.name = "clamp",
                  .nin = 3,
                  .in = {k, k, k},
                  .out = k,
                  .values = {few, few, few},
                  .want = clamp};
    check_op(&c);
  }
}

/* ---- hash ---- */

ORACLE(hash) {
  (void)out;
  if (is_text(in)) return vi(XXH3_64bits(a[0].p, a[0].n));
  double d = a[0].f == 0 ? 0.0 : a[0].f;
  float f = (float)d;
  int64_t i = (int64_t)a[0].i;
  if (in == PEL_F64) return vi(XXH3_64bits(&d, 8));
  if (in == PEL_F32) return vi(XXH3_64bits(&f, 4));
  return vi(XXH3_64bits(&i, pel_kind_width(in))); /* little end first */
}

Test(ops, hash) {
  for (pel_kind k = PEL_BOOL; k <= PEL_DUR; k++) {
    ops_case c = {.name = "hash",
                  .nin = 1,
                  .in = {k},
                  .out = PEL_U64,
                  .values = {of_kind(k)},
                  .want = hash};
    for (uint32_t i = 0; is_float(k) && i < c.values[0].n;
         i++) /* one bit pattern of nan */
      if (isnan(c.values[0].at[i].f)) c.values[0].at[i] = vf((double)NAN);
    check_op(&c);
  }
}

Test(ops, hash_is_what_it_was) {
  ops_case c = {.name = "hash", .nin = 1, .in = {PEL_STR}, .out = PEL_U64};
  cr_assert(overload(&c));
  cr_assert_eq(XXH3_64bits("abc", 3), UINT64_C(8696274497037089104));
}
