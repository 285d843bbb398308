/* sum: integers in 128 bits, floats exactly (runtime/base/exactsum.h). */
#include "runtime/base/exactsum.h"
#include "runtime/base/int128.h"
#include "stdlib/agg/agg.h"
#include "stdlib/env_alloc.h"

/* ---- integers and durations: a sum of fewer than 2^64 values cannot leave 128 bits ----
 */

typedef struct int_sum {
  uint64_t w[2]; /* a 128-bit number that needs no alignment to 16 */
} int_sum;

PEL_INLINE void int_add(int_sum *s, pel_i128 v) {
  pel_i128 sum;
  memcpy(&sum, s, sizeof sum);
  sum += v;
  memcpy(s, &sum, sizeof sum);
}

static void int_init(void *state) { memset(state, 0, sizeof(int_sum)); }

/* `wide` holds the sum of PEL_BLOCK_ROWS values. */
#define INT_SUM(name, T, wide)                                                        \
  static pel_status update_##name(const pel_env *env, void *const *states,            \
                                  const pel_col *in, const uint16_t *sel, uint32_t n, \
                                  uint64_t ordinal) {                                 \
    (void)env, (void)ordinal;                                                         \
    const T *v = (const T *)in->data;                                                 \
    PEL_AGG_ROWS(in, sel, n, int_add((int_sum *)states[k], v[row]););                 \
    return PEL_OK;                                                                    \
  }                                                                                   \
  static pel_status update_all_##name(const pel_env *env, void *state,                \
                                      const pel_col *in, const uint16_t *sel,         \
                                      uint32_t n, uint64_t ordinal) {                 \
    (void)env, (void)ordinal;                                                         \
    const T *v = (const T *)in->data;                                                 \
    wide sum = 0;                                                                     \
    PEL_AGG_ROWS(in, sel, n, sum += v[row];);                                         \
    int_add((int_sum *)state, sum);                                                   \
    return PEL_OK;                                                                    \
  }

INT_SUM(i8, int8_t, int64_t)
INT_SUM(i16, int16_t, int64_t)
INT_SUM(i32, int32_t, int64_t)
INT_SUM(u8, uint8_t, int64_t)
INT_SUM(u16, uint16_t, int64_t)
INT_SUM(u32, uint32_t, int64_t)
INT_SUM(i64, int64_t, pel_i128)
INT_SUM(u64, uint64_t, pel_i128)

static pel_status int_combine(const pel_env *env, void *into, void *from) {
  (void)env;
  pel_i128 v;
  memcpy(&v, from, sizeof v);
  int_add((int_sum *)into, v);
  return PEL_OK;
}

static pel_status int_finish(const pel_env *env, void *const *states, uint32_t n,
                             const uint64_t *ordinals, pel_col *out) {
  const bool is_unsigned = out->type->kind == PEL_U64;
  for (uint32_t k = 0; k < n; k++) {
    pel_i128 v;
    memcpy(&v, states[k], sizeof v);
    int64_t *place = (int64_t *)out->data + k;
    bool fits =
        is_unsigned ? pel__i128_to_u64(v, (uint64_t *)place) : pel__i128_to_i64(v, place);
    if (fits) continue;
    *place = 0;
    pel_status s =
        pel__agg_fail(env, out, k, ordinals[k], "overflow",
                      is_unsigned                  ? "the sum does not fit u64"
                      : out->type->kind == PEL_DUR ? "the sum does not fit a dur"
                                                   : "the sum does not fit i64");
    if (s) return s;
  }
  return PEL_OK;
}

PEL_AGG_PLAIN_CODEC(int_sum)

PEL_AGG_INTS(int_sum);

/* ---- floats ---- */

static void float_init(void *state) { pel__xsum_init((pel_xsum *)state); }

#define FLOAT_SUM(name, T, add_n)                                                     \
  static pel_status update_##name(const pel_env *env, void *const *states,            \
                                  const pel_col *in, const uint16_t *sel, uint32_t n, \
                                  uint64_t ordinal) {                                 \
    (void)ordinal;                                                                    \
    const pel_alloc alloc = pel__env_alloc(env);                                      \
    const T *v = (const T *)in->data;                                                 \
    PEL_AGG_ROWS(in, sel, n,                                                          \
                 if (PEL_UNLIKELY(!pel__xsum_add((pel_xsum *)states[k], v[row],       \
                                                 &alloc))) return PEL_E_NOMEM;);      \
    return PEL_OK;                                                                    \
  }                                                                                   \
  static pel_status update_all_##name(const pel_env *env, void *state,                \
                                      const pel_col *in, const uint16_t *sel,         \
                                      uint32_t n, uint64_t ordinal) {                 \
    (void)ordinal;                                                                    \
    const pel_alloc alloc = pel__env_alloc(env);                                      \
    const T *v = (const T *)in->data;                                                 \
    T dense[PEL_BLOCK_ROWS];                                                          \
    uint32_t m = n;                                                                   \
    if (sel || in->state) {                                                           \
      m = 0;                                                                          \
      PEL_AGG_ROWS(in, sel, n, (void)k; dense[m++] = v[row];);                        \
      v = dense;                                                                      \
    }                                                                                 \
    return add_n((pel_xsum *)state, v, m, &alloc) ? PEL_OK : PEL_E_NOMEM;             \
  }

FLOAT_SUM(f64, double, pel__xsum_add_n)
FLOAT_SUM(f32, float, pel__xsum_add_n_f32)

static void float_fini(const pel_env *env, void *state) {
  const pel_alloc alloc = pel__env_alloc(env);
  pel__xsum_free((pel_xsum *)state, &alloc);
}

static pel_status float_combine(const pel_env *env, void *into, void *from) {
  const pel_alloc alloc = pel__env_alloc(env);
  bool ok = pel__xsum_merge((pel_xsum *)into, (const pel_xsum *)from, &alloc);
  pel__xsum_free((pel_xsum *)from, &alloc);
  return ok ? PEL_OK : PEL_E_NOMEM;
}

static pel_status float_finish(const pel_env *env, void *const *states, uint32_t n,
                               const uint64_t *ordinals, pel_col *out) {
  (void)env, (void)ordinals;
  if (out->type->kind == PEL_F32) {
    for (uint32_t k = 0; k < n; k++)
      ((float *)out->data)[k] = pel__xsum_round_f32((const pel_xsum *)states[k]);
  } else {
    for (uint32_t k = 0; k < n; k++)
      ((double *)out->data)[k] = pel__xsum_round((const pel_xsum *)states[k]);
  }
  return PEL_OK;
}

static size_t float_encode(const void *state, void *buf) {
  uint8_t bytes[PEL_XSUM_BYTES];
  size_t n = pel__xsum_encode((const pel_xsum *)state, bytes);
  if (buf) memcpy(buf, bytes, n);
  return n;
}

static pel_status float_decode(const pel_env *env, void *state, const void *buf,
                               size_t n) {
  const pel_alloc alloc = pel__env_alloc(env);
  size_t used;
  return pel__xsum_decode((const uint8_t *)buf, n, &alloc, (pel_xsum *)state, &used);
}

#define FLOAT_AGG(name)                                               \
  static const pel_agg agg_##name = {.state_size = sizeof(pel_xsum),  \
                                     .state_align = 8,                \
                                     .init = float_init,              \
                                     .update = update_##name,         \
                                     .update_all = update_all_##name, \
                                     .combine = float_combine,        \
                                     .finish = float_finish,          \
                                     .fini = float_fini,              \
                                     .encode = float_encode,          \
                                     .decode = float_decode}
FLOAT_AGG(f64);
FLOAT_AGG(f32);

/* ---- rows of the operator table ---- */

static const pel_agg *choose(const pel_type *const *in, uint32_t nin,
                             const pel_type *out) {
  static const pel_agg *const by_kind[PEL_KIND_COUNT] = {
      [PEL_I8] = &agg_i8,   [PEL_I16] = &agg_i16, [PEL_I32] = &agg_i32,
      [PEL_I64] = &agg_i64, [PEL_U8] = &agg_u8,   [PEL_U16] = &agg_u16,
      [PEL_U32] = &agg_u32, [PEL_U64] = &agg_u64, [PEL_F32] = &agg_f32,
      [PEL_F64] = &agg_f64, [PEL_DUR] = &agg_i64};
  (void)out;
  return nin == 1 ? by_kind[in[0]->kind] : NULL;
}

static const pel_type *result(const pel_type *const *in, uint32_t nin) {
  static const pel_type i64 = {.kind = PEL_I64}, u64 = {.kind = PEL_U64};
  if (nin != 1) return NULL;
  pel_kind k = in[0]->kind == PEL_LIST ? in[0]->item->kind : in[0]->kind;
  if (k >= PEL_I8 && k <= PEL_I64) return &i64;
  return k >= PEL_U8 && k <= PEL_U64 ? &u64 : NULL;
}

#define NULLS_DOC " Nulls are left out; the sum of nothing is 0."

PEL_OP(
    sum_int, "sum", "(xs: [*]'int?)", PEL_OP_AGG, .props = PEL_PURE,
    .doc = "The sum of integers, in i64 or u64; fails only if it does not fit." NULLS_DOC,
    .choose_agg = choose, .result = result);
PEL_OP(sum_f32, "sum", "(xs: [*]f32?) -> f32", PEL_OP_AGG, .props = PEL_PURE,
       .doc = "The exact sum of floats, rounded once: the same in any order." NULLS_DOC,
       .choose_agg = choose);
PEL_OP(sum_f64, "sum", "(xs: [*]f64?) -> f64", PEL_OP_AGG, .props = PEL_PURE,
       .doc = "The exact sum of floats, rounded once: the same in any order." NULLS_DOC,
       .choose_agg = choose);
PEL_OP(sum_dur, "sum", "(xs: [*]dur?) -> dur", PEL_OP_AGG, .props = PEL_PURE,
       .doc = "The sum of durations; fails if it does not fit." NULLS_DOC,
       .choose_agg = choose);
