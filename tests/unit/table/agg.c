/* States of aggregates by themselves: as bytes and back in the middle, combined in random
 * trees. */
#include <criterion/criterion.h>

#include "tests/unit/table/reference.h"

TestSuite(agg, .timeout = 120);

typedef struct states {
  driver d;
  const pel_agg *agg;
  const pel_type *in, *out;
  void *at[4];
} states;

static void put(states *s, void *state, const val *v, uint64_t ordinal) {
  uint8_t valid = v->state;
  pel_view text = v->text ? pel_view_of(v->text, v->n) : pel_view_of("", 0);
  uint64_t word = v->word;
  pel_col c = {
      .type = s->in, .data = v->text ? (void *)&text : (void *)&word, .state = &valid};
  pel_status st = s->agg->update(&s->d.env[0], &state, &c, NULL, 1, ordinal);
  cr_assert_eq(st, PEL_OK);
}

/* Through its bytes into a state that takes its place. */
static void through_bytes(states *s, void *state) {
  const pel_env *env = &s->d.env[0];
  size_t n = s->agg->encode(state, NULL);
  char *bytes = malloc(n ? n : 1);
  cr_assert_eq(s->agg->encode(state, bytes), n);
  if (s->agg->fini) s->agg->fini(env, state);
  memset(state, 0xee, s->agg->state_size);
  s->agg->init(state);
  cr_assert_eq(s->agg->decode(env, state, bytes, n), PEL_OK);
  free(bytes);
}

static val result_of(states *s, void *state) {
  const pel_env *env = &s->d.env[0];
  uint64_t data[4] = {0}, ordinal = 0;
  uint8_t valid[1] = {PEL_VALID};
  pel_col out = {.type = s->out, .data = data, .state = valid};
  cr_assert_eq(s->agg->finish(env, &state, 1, &ordinal, &out), PEL_OK);
  if (valid[0] != PEL_VALID) return valid[0] == PEL_NULL ? val_null() : val_poison(0);
  if (s->out->kind == PEL_STR || s->out->kind == PEL_BYTES) {
    pel_view *v = (pel_view *)(void *)data;
    return val_text(pel_view_bytes(v), v->in.n);
  }
  val v = {.state = PEL_VALID, .word = data[0]};
  if (s->out->kind == PEL_I8) v.word = (uint64_t)(int8_t)v.word;
  if (s->out->kind == PEL_I16) v.word = (uint64_t)(int16_t)v.word;
  if (s->out->kind == PEL_I32 || s->out->kind == PEL_DATE)
    v.word = (uint64_t)(int32_t)v.word;
  return v;
}

static void check(const char *name, const pel_type *in, uint64_t seed) {
  states s = {.in = in, .out = ref_agg_type(name, in)};
  const pel_op *op = ref_agg_op(name, in);
  rng r = {seed};
  if (!op || s.out->kind == PEL_LIST) return;
  s.agg = op->choose_agg(&in, 1, s.out);
  cr_assert(s.agg);
  driver_init(&s.d, 1, seed, 64);
  for (int i = 0; i < 4; i++)
    s.agg->init(s.at[i] = aligned_alloc(64, (s.agg->state_size + 63) / 64 * 64));
  size_t n = rng_below(&r, 200);
  tab t = tab_random(&r, 1, &in, n, 30);
  const val **v = malloc((n + 1) * sizeof *v);
  for (size_t i = 0; i < n; i++) {
    v[i] = tab_at(&t, i, 0);
    void *state = s.at[rng_below(&r, 4)];
    put(&s, state, v[i], i);
    if (rng_below(&r, 10) == 0) through_bytes(&s, s.at[rng_below(&r, 4)]);
  }
  cr_assert_eq(s.agg->combine(&s.d.env[0], s.at[2], s.at[3]), PEL_OK);
  through_bytes(&s, s.at[2]);
  cr_assert_eq(s.agg->combine(&s.d.env[0], s.at[0], s.at[1]), PEL_OK);
  cr_assert_eq(s.agg->combine(&s.d.env[0], s.at[2], s.at[0]), PEL_OK);
  val got = result_of(&s, s.at[2]), want = ref_agg(name, in, v, n, s.out);
  cr_assert(val_same(s.out, &got, &want), "%s of kind %d, seed %llu", name, (int)in->kind,
            (unsigned long long)seed);
  if (s.agg->fini) s.agg->fini(&s.d.env[0], s.at[2]);
  for (int i = 0; i < 4; i++) free(s.at[i]);
  val_free(&got);
  val_free(&want);
  free(v);
  tab_free(&t);
  driver_deinit(&s.d);
}

Test(agg, states_as_bytes) {
  for (uint32_t a = 0; a < N_AGGS; a++)
    for (uint32_t t = 0; t < N_SCALARS; t++)
      for (uint64_t seed = 1; seed <= 6; seed++)
        check(agg_names[a], all_scalars[t], seed * 1000 + t);
}

/* A float sum meets infinities, NaN and the whole range of exponents. */
Test(agg, floats_of_every_size) {
  const pel_type *types[] = {&ty_f64, &ty_f64}, *out[] = {&ty_f64, &ty_f64, &ty_i64};
  extern const pel_op pel_op_group;
  tab in = tab_new(2, types), got;
  double big[] = {1e308, 1e308, -1e308, 5e-324, 1.0, -1e308, 1e16, 1.0, -1e16};
  for (int i = 0; i < 9000; i++) {
    val *row = tab_add(&in);
    row[0] = val_f64(i % 2 ? 0.0 : -0.0);
    row[1] = val_f64(big[i % 9]);
  }
  const pel_op *aggs[] = {ref_agg_op("sum", &ty_f64), ref_agg_op("len", &ty_f64)};
  pel_const counts[] = {c_int(1), c_int(0)}, args[] = {c_int(1), c_list(counts, 2)};
  node n = {.op = &pel_op_group,
            .args = args,
            .nargs = 2,
            .aggs = aggs,
            .naggs = 2,
            .nports = 1,
            .in = {&in},
            .out = out,
            .nout = 3};
  driver d;
  driver_init(&d, 4, 1, 64);
  run_opts o = {.seed = 1};
  cr_assert_eq(run_node(&d, &n, &o, &got), PEL_OK);
  cr_assert_eq(got.rows, 1);
  cr_assert_eq(val_as_f64(&ty_f64, tab_at(&got, 0, 1)),
               2000.0); /* 1000 times 1 + 1 + 5e-324 */
  cr_assert_eq(tab_at(&got, 0, 0)->word, 0);
  tab_free(&got);
  tab_free(&in);
  driver_deinit(&d);
}
