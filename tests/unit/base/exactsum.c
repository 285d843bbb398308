/* Exact sums against math.fsum and fractions.Fraction (oracle.txt), in every order and
 * way of grouping. */
#include "runtime/base/exactsum.h"

#include <criterion/criterion.h>
#include <math.h>

#include "tests/unit/base/oracle.h"

enum { MOST = 8192, LINE = 1 << 16 };

/* An allocator that refuses from the budget-th request on. */
typedef struct limited {
  long budget, live;
} limited;

static void *limited_resize(void *ctx, void *p, size_t old_size, size_t new_size) {
  limited *l = ctx;
  if (new_size > 0 && l->budget-- <= 0) return NULL;
  l->live += (long)new_size - (long)old_size;
  if (new_size == 0) {
    free(p);
    return NULL;
  }
  return realloc(p, new_size);
}

static bool add_all(pel_xsum *s, const double *x, size_t n, const pel_alloc *a) {
  for (size_t i = 0; i < n; i++) {
    if (!pel__xsum_add(s, x[i], a)) return false;
  }
  return true;
}

/* Sums x by merging the halves of a random tree whose leaves take one of three ways. */
static void sum_tree(pel_xsum *s, const double *x, size_t n, uint64_t *seed,
                     const pel_alloc *a) {
  pel__xsum_init(s);
  uint64_t r = next_random(seed);
  if (n <= 1 || r % 8 == 0) {
    cr_assert(r & 64 ? add_all(s, x, n, a) : pel__xsum_add_n(s, x, n, a));
    return;
  }
  size_t half = (r >> 8) % (n + 1);
  if (half == n) half = n / 2;
  pel_xsum left;
  sum_tree(s, x + half, n - half, seed, a);
  sum_tree(&left, x, half, seed, a);
  cr_assert(pel__xsum_merge(s, &left, a));
  pel__xsum_free(&left, a);
}

static void shuffle(double *x, size_t n, uint64_t *seed) {
  for (size_t i = n; i > 1; i--) {
    size_t j = next_random(seed) % i;
    double t = x[i - 1];
    x[i - 1] = x[j];
    x[j] = t;
  }
}

typedef struct expected {
  uint64_t sum, mean, var, std;
  uint32_t sum32;
} expected;

static void check_state(const pel_xsum *s, size_t n, const expected *e) {
  cr_assert_eq(bits_of(pel__xsum_round(s)), e->sum, "%a, not %a", pel__xsum_round(s),
               as_f64(e->sum));
  cr_assert_eq(bits_of_f32(pel__xsum_round_f32(s)), e->sum32);
  cr_assert_eq(bits_of(pel__xsum_mean(s, n)), e->mean);
}

/* The bytes of a state, and that they come back as the same sum. */
static size_t check_bytes(const pel_xsum *s, size_t n, const expected *e, uint8_t *bytes,
                          const pel_alloc *a) {
  size_t length = pel__xsum_encode(s, bytes), used = 0;
  pel_xsum back;
  cr_assert_eq(pel__xsum_decode(bytes, PEL_XSUM_BYTES, a, &back, &used), PEL_OK);
  cr_assert_eq(used, length);
  check_state(&back, n, e);
  uint8_t again[PEL_XSUM_BYTES];
  cr_assert_eq(pel__xsum_encode(&back, again), length);
  cr_assert_arr_eq(again, bytes, length);
  pel__xsum_free(&back, a);
  return length;
}

static void check_case(double *x, size_t n, const expected *e) {
  limited l = {1L << 40, 0};
  pel_alloc a = {limited_resize, &l};
  uint64_t seed = n;
  uint8_t bytes[2][PEL_XSUM_BYTES] = {{0}};
  size_t lengths[2];
  for (int round = 0; round < 8; round++) {
    pel_xsum s;
    pel__xsum_init(&s);
    if (round == 0)
      cr_assert(add_all(&s, x, n, &a));
    else if (round == 1)
      cr_assert(pel__xsum_add_n(&s, x, n, &a));
    else
      sum_tree(&s, x, n, &seed, &a);
    check_state(&s, n, e);
    lengths[round > 0] = check_bytes(&s, n, e, bytes[round > 0], &a);
    cr_assert_eq(lengths[0], lengths[round > 0]);
    cr_assert_arr_eq(bytes[0], bytes[round > 0], lengths[0]);
    pel__xsum_free(&s, &a);
    shuffle(x, n, &seed);
  }
  pel_xsum sum, squares;
  pel__xsum_init(&sum);
  pel__xsum_init(&squares);
  for (size_t i = 0; i < n; i++) {
    cr_assert(pel__xsum_add(&sum, x[i], &a));
    cr_assert(pel__xsum_add_square(&squares, x[i], &a));
  }
  cr_assert_eq(bits_of(pel__xsum_var(&sum, &squares, n)), e->var);
  cr_assert_eq(bits_of(pel__xsum_std(&sum, &squares, n)), e->std);
  pel__xsum_free(&sum, &a);
  pel__xsum_free(&squares, &a);
  cr_assert_eq(l.live, 0);
}

static int read_expected(const char *line, expected *e) {
  int used = 0;
  int got = sscanf(line, "%lx %x %lx %lx %lx %n", &e->sum, &e->sum32, &e->mean, &e->var,
                   &e->std, &used);
  cr_assert_eq(got, 5);
  return used;
}

Test(exactsum, few_values_as_python_sums_them) {
  static char line[LINE];
  static double x[MOST];
  FILE *f = oracle_open();
  cr_assert(f);
  int cases = 0;
  for (; oracle_next(f, "sum", line, sizeof line); cases++) {
    expected e;
    char *p = line + read_expected(line, &e), *end;
    size_t n = 0;
    for (; *p; p = end + (*end == ' ')) x[n++] = as_f64(strtoull(p, &end, 16));
    check_case(x, n, &e);
  }
  fclose(f);
  cr_assert_gt(cases, 100);
}

Test(exactsum, many_values_as_python_sums_them) {
  static char line[LINE];
  static double x[MOST];
  FILE *f = oracle_open();
  cr_assert(f);
  int cases = 0;
  for (; oracle_next(f, "many", line, sizeof line); cases++) {
    expected e;
    uint64_t seed, base, span;
    size_t n;
    int cancel;
    const char *p = line + read_expected(line, &e);
    cr_assert_eq(sscanf(p, "%lu %zu %lu %lu %d", &seed, &n, &base, &span, &cancel), 5);
    for (size_t i = 0; i < n; i++) {
      uint64_t r = next_random(&seed);
      x[i] = as_f64((r & UINT64_C(0x800fffffffffffff)) | (base + (r >> 52 & 2047) % span)
                                                             << 52);
    }
    size_t all = cancel ? n + n - n / 16 : n;
    for (size_t i = n; i < all; i++) x[i] = -x[i - n];
    check_case(x, all, &e);
  }
  fclose(f);
  cr_assert_gt(cases, 30);
}

Test(exactsum, nan_and_infinities) {
  const pel_alloc *a = pel__alloc_libc();
  const double cases[][4] = {
      {INFINITY, 1, 2, INFINITY},   {-INFINITY, 1, INFINITY, NAN},
      {NAN, INFINITY, 1, NAN},      {-INFINITY, 1e308, 1e308, -INFINITY},
      {INFINITY, -1e308, NAN, NAN}, {0.0, -NAN, 0.0, NAN}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    static double block[64];
    double want = cases[i][3];
    pel_xsum s, b, one;
    pel__xsum_init(&s);
    pel__xsum_init(&b);
    cr_assert(add_all(&s, cases[i], 3, a));
    memset(block, 0, sizeof block);
    memcpy(block + 5, cases[i], 3 * sizeof(double));
    cr_assert(pel__xsum_add_n(&b, block, 64, a));
    pel__xsum_init(&one);
    cr_assert(pel__xsum_merge(&one, &s, a));
    const pel_xsum *all[] = {&s, &b, &one};
    for (int k = 0; k < 3; k++) {
      uint64_t bits = want != want ? UINT64_C(0x7ff8000000000000) : bits_of(want);
      cr_assert_eq(bits_of(pel__xsum_round(all[k])), bits);
      cr_assert_eq(bits_of(pel__xsum_mean(all[k], 3)), bits);
      cr_assert(isnan(pel__xsum_var(all[k], all[k], 3)));
      uint8_t bytes[PEL_XSUM_BYTES];
      size_t used, n = pel__xsum_encode(all[k], bytes);
      pel_xsum back;
      cr_assert_eq(pel__xsum_decode(bytes, n, a, &back, &used), PEL_OK);
      cr_assert_eq(bits_of(pel__xsum_round(&back)), bits);
    }
    pel__xsum_free(&s, a);
    pel__xsum_free(&b, a);
    pel__xsum_free(&one, a);
  }
}

Test(exactsum, empty_and_too_few) {
  pel_xsum s;
  pel__xsum_init(&s);
  cr_assert_eq(bits_of(pel__xsum_round(&s)), 0);
  cr_assert_eq(bits_of(pel__xsum_mean(&s, 0)), UINT64_C(0x7ff8000000000000));
  cr_assert(isnan(pel__xsum_var(&s, &s, 0)));
  cr_assert(isnan(pel__xsum_std(&s, &s, 1)));
  cr_assert_eq(bits_of(pel__xsum_var(&s, &s, 2)), 0);
  uint8_t zero[sizeof s] = {0};
  cr_assert_arr_eq((uint8_t *)&s, zero, sizeof s.w); /* all zero bytes is an empty sum */
}

Test(exactsum, integers_enter_exactly) {
  const pel_alloc *a = pel__alloc_libc();
  pel_xsum sum, squares;
  pel__xsum_init(&sum);
  pel__xsum_init(&squares);
  const int64_t x[] = {INT64_MAX, INT64_MIN, INT64_MAX, -1, 7};
  for (size_t i = 0; i < 5; i++) {
    cr_assert(pel__xsum_add_i128(&sum, x[i], a));
    cr_assert(pel__xsum_add_square_i64(&squares, x[i], a));
  }
  /* Σ = 2^63 + 4; Σx² = 2 (2^63 - 1)² + 2^126 + 50 */
  cr_assert_eq(pel__xsum_round(&sum), 0x1p63);
  cr_assert_eq(pel__xsum_round(&squares), 0x1.8p127);
  cr_assert_eq(pel__xsum_mean(&sum, 5), 0x1p63 / 5);
  pel__xsum_free(&sum, a);
  pel__xsum_free(&squares, a);
  cr_assert(pel__xsum_add_square_u64(&squares, UINT64_MAX, a));
  cr_assert_eq(pel__xsum_round(&squares), 0x1p128);
  pel__xsum_free(&squares, a);
}

Test(exactsum, f32_blocks) {
  static float x[3000];
  const pel_alloc *a = pel__alloc_libc();
  uint64_t seed = 9;
  pel_xsum each, block;
  pel__xsum_init(&each);
  pel__xsum_init(&block);
  for (size_t i = 0; i < 3000; i++) {
    x[i] = as_f32((uint32_t)next_random(&seed) & 0xbfffffff);
    cr_assert(pel__xsum_add(&each, (double)x[i], a));
  }
  cr_assert(pel__xsum_add_n_f32(&block, x, 3000, a));
  cr_assert_eq(bits_of(pel__xsum_round(&each)), bits_of(pel__xsum_round(&block)));
  pel__xsum_free(&each, a);
  pel__xsum_free(&block, a);
}

/* Carries and the growth of the heap accumulator over more additions than may wait. */
Test(exactsum, many_additions_on_the_heap) {
  enum { ROUNDS = 5000 };
  const pel_alloc *a = pel__alloc_libc();
  pel_xsum s;
  pel__xsum_init(&s);
  for (int i = 0; i < ROUNDS; i++) {
    cr_assert(pel__xsum_add(&s, -0x1.fffffffffffffp1023, a));
    cr_assert(pel__xsum_add(&s, -0x0.fffffffffffffp-1022, a));
    cr_assert(pel__xsum_add(&s, 0x1.fffffffffffffp31, a));
  }
  for (int i = 0; i < ROUNDS; i++)
    cr_assert(pel__xsum_add(&s, 0x1.fffffffffffffp1023, a));
  for (int i = 0; i < ROUNDS; i++) cr_assert(pel__xsum_add(&s, -0x1.fffffffffffffp31, a));
  cr_assert_eq(pel__xsum_round(&s), -0x0.fffffffffffffp-1022 * ROUNDS);
  pel__xsum_free(&s, a);
}

/* The largest mantissa at every shift within a chunk, and on every chunk up to the last
 * that is held. */
Test(exactsum, thousands_of_the_largest_mantissa) {
  enum { COUNT = 4096 };
  const pel_alloc *a = pel__alloc_libc();
  for (int gap = 64; gap < 64 + 4 * 32; gap++) {
    double x = ldexp(0x1.fffffffffffffp0, gap - 100);
    pel_xsum s;
    pel__xsum_init(&s);
    cr_assert(pel__xsum_add(&s, 0x1p-300, a));
    cr_assert(pel__xsum_add(&s, 0x1.fffffffffffffp-100, a));
    for (int i = 0; i < COUNT; i++) cr_assert(pel__xsum_add(&s, x, a));
    cr_assert_eq(pel__xsum_round(&s), x * COUNT, "%d", gap);
    pel_xsum all;
    pel__xsum_init(&all);
    for (int i = 0; i < 64; i++) cr_assert(pel__xsum_merge(&all, &s, a));
    cr_assert_eq(pel__xsum_round(&all), x * COUNT * 64, "%d", gap);
    pel__xsum_free(&s, a);
    pel__xsum_free(&all, a);
  }
}

/* States with as many waiting carries as there may be, merged again and again. */
Test(exactsum, merges_of_states_with_waiting_carries) {
  const pel_alloc *a = pel__alloc_libc();
  for (int count = 990; count < 1003; count++) {
    double x = 0x1.fffffffffffffp0;
    pel_xsum s, all;
    pel__xsum_init(&s);
    pel__xsum_init(&all);
    for (int e = 0; e < 32; e++) { /* whichever of these ends at a chunk's upper end */
      pel__xsum_free(&s, a);
      pel__xsum_free(&all, a);
      cr_assert(pel__xsum_add(&s, 0x1p-300, a));
      for (int i = 0; i < count; i++) cr_assert(pel__xsum_add(&s, ldexp(x, e), a));
      for (int i = 0; i < 8; i++) cr_assert(pel__xsum_merge(&all, &s, a));
      cr_assert_eq(pel__xsum_mean(&all, (uint64_t)count * 8), ldexp(x, e));
    }
    pel__xsum_free(&s, a);
    pel__xsum_free(&all, a);
  }
}

/* (2^254 + 2^201) × count is half way between two quotients; the least remainder lifts
 * it. */
Test(exactsum, remainders_break_ties) {
  const pel_alloc *a = pel__alloc_libc();
  const uint64_t count = (UINT64_C(1) << 60) + 1;
  pel_xsum s;
  pel__xsum_init(&s);
  cr_assert(add_all(&s, (const double[]){0x1p314, 0x1p254, 0x1p261, 0x1p201}, 4, a));
  cr_assert_eq(pel__xsum_mean(&s, count), 0x1p254);
  cr_assert(pel__xsum_add(&s, 0x1p-1074, a));
  cr_assert_eq(pel__xsum_mean(&s, count), 0x1p254 + 0x1p202);
  pel__xsum_free(&s, a);
  cr_assert(add_all(&s, (const double[]){0x1p114, 0x1p54, 0x1p61, 0x1p1}, 4,
                    a)); /* in the window */
  cr_assert_eq(pel__xsum_mean(&s, count), 0x1p54);
  cr_assert(pel__xsum_add(&s, 1, a));
  cr_assert_eq(pel__xsum_mean(&s, count), 0x1p54 + 0x1p2);
  pel__xsum_free(&s, a);
}

/* Every request is refused in turn: the state stays what it was. */
Test(exactsum, out_of_memory_leaves_the_state) {
  const double x[] = {1.0, 1e300, 1e-300, -1e300, 1e-308, 1e10};
  for (long budget = 0; budget < 6; budget++) {
    limited l = {budget, 0};
    pel_alloc a = {limited_resize, &l};
    pel_xsum s, t;
    pel__xsum_init(&s);
    pel__xsum_init(&t);
    bool complete = true;
    for (size_t i = 0; i < 6; i++) {
      double before = pel__xsum_round(&s);
      bool ok = pel__xsum_add(&s, x[i], &a);
      if (!ok) cr_assert_eq(pel__xsum_round(&s), before);
      complete &= ok;
    }
    double before = pel__xsum_round(&t);
    if (!pel__xsum_merge(&t, &s, &a)) cr_assert_eq(pel__xsum_round(&t), before);
    cr_assert(budget > 0 || !complete);
    pel__xsum_free(&s, &a);
    pel__xsum_free(&t, &a);
    cr_assert_eq(l.live, 0);
  }
}

Test(exactsum, decode_refuses_what_encode_does_not_write) {
  const pel_alloc *a = pel__alloc_libc();
  pel_xsum s;
  size_t used;
  const uint8_t bad[][8] = {{3, 0, 0, 0, 0},          /* two flags */
                            {16, 0, 0, 0, 0},         /* no such flag */
                            {8, 0, 0, 0, 0},          /* minus nothing */
                            {0, 1, 0, 0, 0},          /* nothing, somewhere */
                            {1, 0, 0, 1, 0, 5},       /* NaN with digits */
                            {0, 0, 0, 4, 0, 1, 1, 1}, /* shorter than it says */
                            {0, 0, 0, 2, 0, 0, 1, 0}, /* a zero byte in front */
                            {0, 0, 0, 2, 0, 1, 0, 0}, /* and behind */
                            {0, 255, 255, 1, 0, 1},   /* beyond any float */
                            {0, 24, 2, 1, 0, 1}};     /* just beyond */
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    cr_assert_eq(pel__xsum_decode(bad[i], 8, a, &s, &used), PEL_E_INVALID, "%zu", i);
  }
  cr_assert_eq(pel__xsum_decode(bad[0], 4, a, &s, &used), PEL_E_INVALID);
  const uint8_t last[] = {0, 23, 2, 1, 0, 255};
  cr_assert_eq(pel__xsum_decode(last, 6, a, &s, &used), PEL_OK);
  cr_assert(isinf(pel__xsum_round(&s)));
  pel__xsum_free(&s, a);
}
