/* min and max of every ordered type. −0 is below +0 and NaN, once met, is the answer, so
 * the result depends on no order. */
#include "stdlib/agg/agg.h"
#include "stdlib/agg/text.h"

/* ---- values that order like 64-bit integers ---- */

typedef struct best {
  int64_t key; /* the value as an integer of the same order */
  uint64_t seen;
} best;

static void best_init(void *state) { memset(state, 0, sizeof(best)); }

/* NaN is below all for min (sign 0) and above all for max (sign ~0). */
PEL_INLINE int64_t float_key(double x, int64_t nan) {
  int64_t bits;
  memcpy(&bits, &x, sizeof bits);
  bits ^= (int64_t)((uint64_t)(bits >> 63) >> 1);
  return x != x ? nan : bits;
}

PEL_INLINE double key_float(int64_t key, int64_t nan) {
  if (key == nan) return __builtin_nan("");
  key ^= (int64_t)((uint64_t)(key >> 63) >> 1);
  double x;
  memcpy(&x, &key, sizeof x);
  return x;
}

#define INT_KEY(v, nan) ((int64_t)(v))
#define U64_KEY(v, nan) ((int64_t)((v) ^ UINT64_C(1) << 63))
#define FLOAT_KEY(v, nan) float_key((v), (nan))

#define BEST(name, T, KEY, OP, nan)                                                   \
  static pel_status update_##name(const pel_env *env, void *const *states,            \
                                  const pel_col *in, const uint16_t *sel, uint32_t n, \
                                  uint64_t ordinal) {                                 \
    (void)env, (void)ordinal;                                                         \
    const T *v = (const T *)in->data;                                                 \
    PEL_AGG_ROWS(in, sel, n, best *b = (best *)states[k];                             \
                 int64_t key = KEY(v[row], nan);                                      \
                 b->key = !b->seen || key OP b->key ? key : b->key; b->seen = 1;);    \
    return PEL_OK;                                                                    \
  }                                                                                   \
  static pel_status update_all_##name(const pel_env *env, void *state,                \
                                      const pel_col *in, const uint16_t *sel,         \
                                      uint32_t n, uint64_t ordinal) {                 \
    (void)env, (void)ordinal;                                                         \
    const T *v = (const T *)in->data;                                                 \
    best *s = (best *)state;                                                          \
    int64_t top = s->seen ? s->key : 1 OP 2 ? INT64_MAX : INT64_MIN;                  \
    uint64_t seen = s->seen;                                                          \
    PEL_AGG_ROWS(in, sel, n, int64_t key = KEY(v[row], nan);                          \
                 top = key OP top ? key : top; seen = 1;);                            \
    *s = (best){top, seen};                                                           \
    return PEL_OK;                                                                    \
  }

#define BESTS(T, short_, KEY)              \
  BEST(min_##short_, T, KEY, <, INT64_MIN) \
  BEST(max_##short_, T, KEY, >, INT64_MAX)

BESTS(int8_t, i8, INT_KEY)
BESTS(int16_t, i16, INT_KEY)
BESTS(int32_t, i32, INT_KEY)
BESTS(int64_t, i64, INT_KEY)
BESTS(uint8_t, u8, INT_KEY)
BESTS(uint16_t, u16, INT_KEY)
BESTS(uint32_t, u32, INT_KEY)
BESTS(uint64_t, u64, U64_KEY)
BESTS(float, f32, FLOAT_KEY)
BESTS(double, f64, FLOAT_KEY)

static pel_status combine_min(const pel_env *env, void *into, void *from) {
  (void)env;
  best *a = (best *)into, *b = (best *)from;
  if (b->seen && (!a->seen || b->key < a->key)) *a = *b;
  return PEL_OK;
}
static pel_status combine_max(const pel_env *env, void *into, void *from) {
  (void)env;
  best *a = (best *)into, *b = (best *)from;
  if (b->seen && (!a->seen || b->key > a->key)) *a = *b;
  return PEL_OK;
}

static void put_best(pel_col *out, uint32_t k, int64_t key, int64_t nan) {
  if (out->type->kind == PEL_F64) {
    ((double *)out->data)[k] = key_float(key, nan);
  } else if (out->type->kind == PEL_F32) {
    ((float *)out->data)[k] = (float)key_float(key, nan);
  } else {
    if (out->type->kind == PEL_U64) key = (int64_t)((uint64_t)key ^ UINT64_C(1) << 63);
    pel__agg_put_int(out, k, key);
  }
}

static pel_status finish_best(const pel_env *env, void *const *states, uint32_t n,
                              const uint64_t *ordinals, pel_col *out, int64_t nan) {
  for (uint32_t k = 0; k < n; k++) {
    const best *b = (const best *)states[k];
    put_best(out, k, b->seen ? b->key : 0, nan);
    if (b->seen) continue;
    pel_status s = pel__agg_none(env, out, k, ordinals[k], nan < 0 ? "min" : "max");
    if (s) return s;
  }
  return PEL_OK;
}
static pel_status finish_min(const pel_env *env, void *const *states, uint32_t n,
                             const uint64_t *ordinals, pel_col *out) {
  return finish_best(env, states, n, ordinals, out, INT64_MIN);
}
static pel_status finish_max(const pel_env *env, void *const *states, uint32_t n,
                             const uint64_t *ordinals, pel_col *out) {
  return finish_best(env, states, n, ordinals, out, INT64_MAX);
}

PEL_AGG_PLAIN_CODEC(best)

#define AGG(which, short_)                         \
  static const pel_agg agg_##which##_##short_ = {  \
      .state_size = sizeof(best),                  \
      .state_align = 8,                            \
      .init = best_init,                           \
      .update = update_##which##_##short_,         \
      .update_all = update_all_##which##_##short_, \
      .combine = combine_##which,                  \
      .finish = finish_##which,                    \
      .encode = encode,                            \
      .decode = decode}
#define AGGS(short_) \
  AGG(min, short_);  \
  AGG(max, short_)

AGGS(i8);
AGGS(i16);
AGGS(i32);
AGGS(i64);
AGGS(u8);
AGGS(u16);
AGGS(u32);
AGGS(u64);
AGGS(f32);
AGGS(f64);

/* ---- text and bytes: the state owns a copy ---- */

static void text_init(void *state) { memset(state, 0, sizeof(pel_agg_text)); }

static pel_status text_update(const pel_env *env, void *const *states, const pel_col *in,
                              const uint16_t *sel, uint32_t n, int sign) {
  const pel_view *v = (const pel_view *)in->data;
  PEL_AGG_ROWS(in, sel, n, pel_agg_text *t = (pel_agg_text *)states[k];
               const char *p = pel_view_bytes(&v[row]);
               if (t->seen && sign * pel__agg_text_cmp(t, p, v[row].in.n) >= 0) continue;
               if (!pel__agg_text_set(env, t, p, v[row].in.n)) return PEL_E_NOMEM;);
  return PEL_OK;
}
static pel_status text_update_min(const pel_env *env, void *const *states,
                                  const pel_col *in, const uint16_t *sel, uint32_t n,
                                  uint64_t ordinal) {
  (void)ordinal;
  return text_update(env, states, in, sel, n, -1);
}
static pel_status text_update_max(const pel_env *env, void *const *states,
                                  const pel_col *in, const uint16_t *sel, uint32_t n,
                                  uint64_t ordinal) {
  (void)ordinal;
  return text_update(env, states, in, sel, n, 1);
}

static pel_status text_combine(const pel_env *env, pel_agg_text *a, pel_agg_text *b,
                               int sign) {
  if (b->seen && (!a->seen || sign * pel__agg_text_cmp(a, b->p, b->n) < 0)) {
    pel_agg_text t = *a;
    *a = *b;
    *b = t;
  }
  pel__agg_text_free(env, b);
  return PEL_OK;
}
static pel_status text_combine_min(const pel_env *env, void *into, void *from) {
  return text_combine(env, (pel_agg_text *)into, (pel_agg_text *)from, -1);
}
static pel_status text_combine_max(const pel_env *env, void *into, void *from) {
  return text_combine(env, (pel_agg_text *)into, (pel_agg_text *)from, 1);
}

static pel_status text_finish_min(const pel_env *env, void *const *states, uint32_t n,
                                  const uint64_t *ordinals, pel_col *out) {
  return pel__agg_text_finish(env, states, n, ordinals, out, "min");
}
static pel_status text_finish_max(const pel_env *env, void *const *states, uint32_t n,
                                  const uint64_t *ordinals, pel_col *out) {
  return pel__agg_text_finish(env, states, n, ordinals, out, "max");
}

static void text_fini(const pel_env *env, void *state) {
  pel__agg_text_free(env, (pel_agg_text *)state);
}

#define TEXT_AGG(which)                                                          \
  static const pel_agg agg_##which##_text = {.state_size = sizeof(pel_agg_text), \
                                             .state_align = 8,                   \
                                             .init = text_init,                  \
                                             .update = text_update_##which,      \
                                             .combine = text_combine_##which,    \
                                             .finish = text_finish_##which,      \
                                             .fini = text_fini,                  \
                                             .encode = pel__agg_text_encode,     \
                                             .decode = pel__agg_text_decode}
TEXT_AGG(min);
TEXT_AGG(max);

/* ---- rows of the operator table ---- */

#define BY_KIND(which)                                                  \
  {                                                                     \
    [PEL_BOOL] = &agg_##which##_u8, [PEL_I8] = &agg_##which##_i8,       \
    [PEL_I16] = &agg_##which##_i16, [PEL_I32] = &agg_##which##_i32,     \
    [PEL_I64] = &agg_##which##_i64, [PEL_U8] = &agg_##which##_u8,       \
    [PEL_U16] = &agg_##which##_u16, [PEL_U32] = &agg_##which##_u32,     \
    [PEL_U64] = &agg_##which##_u64, [PEL_F32] = &agg_##which##_f32,     \
    [PEL_F64] = &agg_##which##_f64, [PEL_STR] = &agg_##which##_text,    \
    [PEL_BYTES] = &agg_##which##_text, [PEL_DATE] = &agg_##which##_i32, \
    [PEL_TIME] = &agg_##which##_i64, [PEL_DUR] = &agg_##which##_i64     \
  }

static const pel_agg *choose_min(const pel_type *const *in, uint32_t nin,
                                 const pel_type *out) {
  static const pel_agg *const by_kind[PEL_KIND_COUNT] = BY_KIND(min);
  (void)out;
  return nin == 1 ? by_kind[in[0]->kind] : NULL;
}
static const pel_agg *choose_max(const pel_type *const *in, uint32_t nin,
                                 const pel_type *out) {
  static const pel_agg *const by_kind[PEL_KIND_COUNT] = BY_KIND(max);
  (void)out;
  return nin == 1 ? by_kind[in[0]->kind] : NULL;
}

PEL_OP(
    min, "min", "(xs: [*]'ord) -> 'ord", PEL_OP_AGG,
    .props = PEL_PURE | PEL_SKIPS_NULLS | PEL_NONE_FAILS,
    .doc =
        "The least value; NaN if one is there. Text is ordered by bytes. Nulls are left "
        "out; of nothing it is null if there may be nulls, else it fails; `empty: v` "
        "replaces both.",
    .choose_agg = choose_min);
PEL_OP(max, "max", "(xs: [*]'ord) -> 'ord", PEL_OP_AGG,
       .props = PEL_PURE | PEL_SKIPS_NULLS | PEL_NONE_FAILS,
       .doc =
           "The greatest value; NaN if one is there. Text is ordered by bytes. Nulls are "
           "left out; of nothing it is null if there may be nulls, else it fails; "
           "`empty: v` replaces both.",
       .choose_agg = choose_max);
