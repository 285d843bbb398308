/* len, any, all: states of a word or two. */
#include "stdlib/agg/agg.h"

/* ---- len ---- */

static void init(void *state) { memset(state, 0, 8); }

static pel_status len_update(const pel_env *env, void *const *states, const pel_col *in,
                             const uint16_t *sel, uint32_t n, uint64_t ordinal) {
  (void)env, (void)in, (void)sel, (void)ordinal;
  for (uint32_t k = 0; k < n; k++) ++*(uint64_t *)states[k];
  return PEL_OK;
}

static pel_status len_update_all(const pel_env *env, void *state, const pel_col *in,
                                 const uint16_t *sel, uint32_t n, uint64_t ordinal) {
  (void)env, (void)in, (void)sel, (void)ordinal;
  *(uint64_t *)state += n;
  return PEL_OK;
}

static pel_status len_combine(const pel_env *env, void *into, void *from) {
  (void)env;
  *(uint64_t *)into += *(uint64_t *)from;
  return PEL_OK;
}

static pel_status len_finish(const pel_env *env, void *const *states, uint32_t n,
                             const uint64_t *ordinals, pel_col *out) {
  (void)env, (void)ordinals;
  for (uint32_t k = 0; k < n; k++) ((uint64_t *)out->data)[k] = *(uint64_t *)states[k];
  return PEL_OK;
}

PEL_AGG_PLAIN_CODEC(uint64_t)

static const pel_agg agg_len = {.state_size = 8,
                                .state_align = 8,
                                .init = init,
                                .update = len_update,
                                .update_all = len_update_all,
                                .combine = len_combine,
                                .finish = len_finish,
                                .encode = encode,
                                .decode = decode,
                                .takes_poison = true};

static const pel_agg *choose_len(const pel_type *const *in, uint32_t nin,
                                 const pel_type *out) {
  (void)in, (void)out;
  return nin <= 1 ? &agg_len : NULL;
}

PEL_OP(len, "len", "(xs: [*]'t) -> i64", PEL_OP_AGG, .props = PEL_PURE,
       .doc = "How many elements there are, nulls too.", .choose_agg = choose_len);

/* ---- any, all: which of the two values were there, as bits ---- */

enum { SAW_FALSE = 1, SAW_TRUE = 2 };

static pel_status bool_update(const pel_env *env, void *const *states, const pel_col *in,
                              const uint16_t *sel, uint32_t n, uint64_t ordinal) {
  (void)env, (void)ordinal;
  const uint8_t *v = (const uint8_t *)in->data;
  PEL_AGG_ROWS(in, sel, n, *(uint64_t *)states[k] |= v[row] ? SAW_TRUE : SAW_FALSE;);
  return PEL_OK;
}

static pel_status bool_update_all(const pel_env *env, void *state, const pel_col *in,
                                  const uint16_t *sel, uint32_t n, uint64_t ordinal) {
  (void)env, (void)ordinal;
  const uint8_t *v = (const uint8_t *)in->data;
  uint32_t seen = 0;
  PEL_AGG_ROWS(in, sel, n, seen |= v[row] ? SAW_TRUE : SAW_FALSE;);
  *(uint64_t *)state |= seen;
  return PEL_OK;
}

static pel_status bool_combine(const pel_env *env, void *into, void *from) {
  (void)env;
  *(uint64_t *)into |= *(uint64_t *)from;
  return PEL_OK;
}

static pel_status any_finish(const pel_env *env, void *const *states, uint32_t n,
                             const uint64_t *ordinals, pel_col *out) {
  (void)env, (void)ordinals;
  for (uint32_t k = 0; k < n; k++) {
    uint64_t seen = *(uint64_t *)states[k];
    ((uint8_t *)out->data)[k] = (seen & SAW_TRUE) != 0;
    if (!seen && out->type->nullable) out->state[k] = PEL_NULL;
  }
  return PEL_OK;
}

static pel_status all_finish(const pel_env *env, void *const *states, uint32_t n,
                             const uint64_t *ordinals, pel_col *out) {
  (void)env, (void)ordinals;
  for (uint32_t k = 0; k < n; k++) {
    uint64_t seen = *(uint64_t *)states[k];
    ((uint8_t *)out->data)[k] = (seen & SAW_FALSE) == 0;
    if (!seen && out->type->nullable) out->state[k] = PEL_NULL;
  }
  return PEL_OK;
}

#define BOOL_AGG(finish_)                                                        \
  {                                                                              \
    .state_size = 8, .state_align = 8, .init = init, .update = bool_update,      \
    .update_all = bool_update_all, .combine = bool_combine, .finish = (finish_), \
    .encode = encode, .decode = decode                                           \
  }
static const pel_agg agg_any = BOOL_AGG(any_finish), agg_all = BOOL_AGG(all_finish);

static const pel_agg *choose_any(const pel_type *const *in, uint32_t nin,
                                 const pel_type *out) {
  (void)out;
  return nin == 1 && in[0]->kind == PEL_BOOL ? &agg_any : NULL;
}
static const pel_agg *choose_all(const pel_type *const *in, uint32_t nin,
                                 const pel_type *out) {
  (void)out;
  return nin == 1 && in[0]->kind == PEL_BOOL ? &agg_all : NULL;
}

PEL_OP(any, "any", "(xs: [*]bool) -> bool", PEL_OP_AGG,
       .props = PEL_PURE | PEL_SKIPS_NULLS,
       .doc = "Whether some element is true; false for none. Nulls are left out.",
       .choose_agg = choose_any);
PEL_OP(all, "all", "(xs: [*]bool) -> bool", PEL_OP_AGG,
       .props = PEL_PURE | PEL_SKIPS_NULLS,
       .doc = "Whether every element is true; true for none. Nulls are left out.",
       .choose_agg = choose_all);
