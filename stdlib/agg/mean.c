/* mean: the exact sum divided by the number of values, rounded once. */
#include "runtime/base/exactsum.h"
#include "runtime/base/int128.h"
#include "stdlib/agg/agg.h"
#include "stdlib/env_alloc.h"

/* ---- integers ---- */

typedef struct int_mean {
  uint64_t w[2]; /* the sum, 128 bits */
  uint64_t count;
} int_mean;

PEL_INLINE void int_add(int_mean *s, pel_i128 v, uint64_t count) {
  pel_i128 sum;
  memcpy(&sum, s->w, sizeof sum);
  sum += v;
  memcpy(s->w, &sum, sizeof sum);
  s->count += count;
}

static void int_init(void *state) { memset(state, 0, sizeof(int_mean)); }

#define INT_MEAN(name, T)                                                             \
  static pel_status update_##name(const pel_env *env, void *const *states,            \
                                  const pel_col *in, const uint16_t *sel, uint32_t n, \
                                  uint64_t ordinal) {                                 \
    (void)env, (void)ordinal;                                                         \
    const T *v = (const T *)in->data;                                                 \
    PEL_AGG_ROWS(in, sel, n, int_add((int_mean *)states[k], v[row], 1););             \
    return PEL_OK;                                                                    \
  }                                                                                   \
  static pel_status update_all_##name(const pel_env *env, void *state,                \
                                      const pel_col *in, const uint16_t *sel,         \
                                      uint32_t n, uint64_t ordinal) {                 \
    (void)env, (void)ordinal;                                                         \
    const T *v = (const T *)in->data;                                                 \
    pel_i128 sum = 0;                                                                 \
    uint64_t count = 0;                                                               \
    PEL_AGG_ROWS(in, sel, n, sum += v[row]; count++;);                                \
    int_add((int_mean *)state, sum, count);                                           \
    return PEL_OK;                                                                    \
  }

INT_MEAN(i8, int8_t)
INT_MEAN(i16, int16_t)
INT_MEAN(i32, int32_t)
INT_MEAN(i64, int64_t)
INT_MEAN(u8, uint8_t)
INT_MEAN(u16, uint16_t)
INT_MEAN(u32, uint32_t)
INT_MEAN(u64, uint64_t)

static pel_status int_combine(const pel_env *env, void *into, void *from) {
  (void)env;
  pel_i128 v;
  memcpy(&v, ((int_mean *)from)->w, sizeof v);
  int_add((int_mean *)into, v, ((int_mean *)from)->count);
  return PEL_OK;
}

static pel_status int_finish(const pel_env *env, void *const *states, uint32_t n,
                             const uint64_t *ordinals, pel_col *out) {
  double *result = (double *)out->data;
  for (uint32_t k = 0; k < n; k++) {
    const int_mean *m = (const int_mean *)states[k];
    pel_i128 v;
    memcpy(&v, m->w, sizeof v);
    result[k] = m->count ? pel__i128_mean(v, m->count) : 0;
    if (m->count) continue;
    pel_status s = pel__agg_none(env, out, k, ordinals[k], "mean");
    if (s) return s;
  }
  return PEL_OK;
}

PEL_AGG_PLAIN_CODEC(int_mean)

PEL_AGG_INTS(int_mean);

/* ---- floats ---- */

typedef struct float_mean {
  pel_xsum sum;
  uint64_t count;
} float_mean;

static void float_init(void *state) { memset(state, 0, sizeof(float_mean)); }

#define FLOAT_MEAN(name, T, add_n)                                                       \
  static pel_status update_##name(const pel_env *env, void *const *states,               \
                                  const pel_col *in, const uint16_t *sel, uint32_t n,    \
                                  uint64_t ordinal) {                                    \
    (void)ordinal;                                                                       \
    const pel_alloc alloc = pel__env_alloc(env);                                         \
    const T *v = (const T *)in->data;                                                    \
    PEL_AGG_ROWS(                                                                        \
        in, sel, n, float_mean *m = (float_mean *)states[k]; m->count++;                 \
        if (PEL_UNLIKELY(!pel__xsum_add(&m->sum, v[row], &alloc))) return PEL_E_NOMEM;); \
    return PEL_OK;                                                                       \
  }                                                                                      \
  static pel_status update_all_##name(const pel_env *env, void *state,                   \
                                      const pel_col *in, const uint16_t *sel,            \
                                      uint32_t n, uint64_t ordinal) {                    \
    (void)ordinal;                                                                       \
    const pel_alloc alloc = pel__env_alloc(env);                                         \
    const T *v = (const T *)in->data;                                                    \
    T dense[PEL_BLOCK_ROWS];                                                             \
    uint32_t m = n;                                                                      \
    if (sel || in->state) {                                                              \
      m = 0;                                                                             \
      PEL_AGG_ROWS(in, sel, n, (void)k; dense[m++] = v[row];);                           \
      v = dense;                                                                         \
    }                                                                                    \
    ((float_mean *)state)->count += m;                                                   \
    return add_n(&((float_mean *)state)->sum, v, m, &alloc) ? PEL_OK : PEL_E_NOMEM;      \
  }

FLOAT_MEAN(f64, double, pel__xsum_add_n)
FLOAT_MEAN(f32, float, pel__xsum_add_n_f32)

static void float_fini(const pel_env *env, void *state) {
  const pel_alloc alloc = pel__env_alloc(env);
  pel__xsum_free(&((float_mean *)state)->sum, &alloc);
}

static pel_status float_combine(const pel_env *env, void *into, void *from) {
  const pel_alloc alloc = pel__env_alloc(env);
  float_mean *a = (float_mean *)into, *b = (float_mean *)from;
  a->count += b->count;
  bool ok = pel__xsum_merge(&a->sum, &b->sum, &alloc);
  pel__xsum_free(&b->sum, &alloc);
  return ok ? PEL_OK : PEL_E_NOMEM;
}

static pel_status float_finish(const pel_env *env, void *const *states, uint32_t n,
                               const uint64_t *ordinals, pel_col *out) {
  const bool narrow = out->type->kind == PEL_F32;
  for (uint32_t k = 0; k < n; k++) {
    const float_mean *m = (const float_mean *)states[k];
    if (narrow) {
      ((float *)out->data)[k] = m->count ? pel__xsum_mean_f32(&m->sum, m->count) : 0;
    } else {
      ((double *)out->data)[k] = m->count ? pel__xsum_mean(&m->sum, m->count) : 0;
    }
    if (m->count) continue;
    pel_status s = pel__agg_none(env, out, k, ordinals[k], "mean");
    if (s) return s;
  }
  return PEL_OK;
}

static size_t float_encode(const void *state, void *buf) {
  const float_mean *m = (const float_mean *)state;
  uint8_t bytes[PEL_XSUM_BYTES];
  size_t n = pel__xsum_encode(&m->sum, bytes);
  if (buf) {
    memcpy(buf, &m->count, sizeof m->count);
    memcpy((char *)buf + sizeof m->count, bytes, n);
  }
  return n + sizeof m->count;
}

static pel_status float_decode(const pel_env *env, void *state, const void *buf,
                               size_t n) {
  const pel_alloc alloc = pel__env_alloc(env);
  float_mean *m = (float_mean *)state;
  size_t used;
  if (n < sizeof m->count) return PEL_E_INVALID;
  memcpy(&m->count, buf, sizeof m->count);
  return pel__xsum_decode((const uint8_t *)buf + sizeof m->count, n - sizeof m->count,
                          &alloc, &m->sum, &used);
}

#define FLOAT_AGG(name)                                                \
  static const pel_agg agg_##name = {.state_size = sizeof(float_mean), \
                                     .state_align = 8,                 \
                                     .init = float_init,               \
                                     .update = update_##name,          \
                                     .update_all = update_all_##name,  \
                                     .combine = float_combine,         \
                                     .finish = float_finish,           \
                                     .fini = float_fini,               \
                                     .encode = float_encode,           \
                                     .decode = float_decode}
FLOAT_AGG(f64);
FLOAT_AGG(f32);

static const pel_agg *choose(const pel_type *const *in, uint32_t nin,
                             const pel_type *out) {
  static const pel_agg *const by_kind[PEL_KIND_COUNT] = {
      [PEL_I8] = &agg_i8,   [PEL_I16] = &agg_i16, [PEL_I32] = &agg_i32,
      [PEL_I64] = &agg_i64, [PEL_U8] = &agg_u8,   [PEL_U16] = &agg_u16,
      [PEL_U32] = &agg_u32, [PEL_U64] = &agg_u64, [PEL_F32] = &agg_f32,
      [PEL_F64] = &agg_f64};
  (void)out;
  return nin == 1 ? by_kind[in[0]->kind] : NULL;
}

PEL_OP(
    mean_f32, "mean", "(xs: [*]f32) -> f32", PEL_OP_AGG,
    .props = PEL_PURE | PEL_SKIPS_NULLS | PEL_NONE_FAILS,
    .doc =
        "The exact mean of floats, rounded once: the same in any order. Nulls are left "
        "out; of nothing it is null if there may be nulls, else it fails; `empty: v` "
        "replaces both.",
    .choose_agg = choose);
PEL_OP(
    mean, "mean", "(xs: [*]'num) -> f64", PEL_OP_AGG,
    .props = PEL_PURE | PEL_SKIPS_NULLS | PEL_NONE_FAILS,
    .doc =
        "The exact mean of numbers, rounded once: the same in any order. Nulls are left "
        "out; of nothing it is null if there may be nulls, else it fails; `empty: v` "
        "replaces both.",
    .choose_agg = choose);
