/* first and last, by ordinal. A state keeps a rank that is higher the better its row is
 * (0: no row yet): ~ordinal for first, ordinal + 1 for last. Lists and records are kept
 * as the bytes of their cell. */
#include "stdlib/agg/agg.h"
#include "stdlib/agg/text.h"
#include "stdlib/table/column.h"

PEL_INLINE uint64_t rank_of(uint64_t ordinal, bool last) {
  return last ? ordinal + 1 : ~ordinal;
}

/* ---- values of up to 8 bytes ---- */

typedef struct pick {
  uint64_t rank;
  uint64_t value;
} pick;

static void pick_init(void *state) { memset(state, 0, sizeof(pick)); }

#define PICK(name, T, last)                                                           \
  static pel_status update_##name(const pel_env *env, void *const *states,            \
                                  const pel_col *in, const uint16_t *sel, uint32_t n, \
                                  uint64_t ordinal) {                                 \
    (void)env;                                                                        \
    const T *v = (const T *)in->data;                                                 \
    PEL_AGG_ROWS(in, sel, n, pick *p = (pick *)states[k];                             \
                 uint64_t rank = rank_of(ordinal + row, last);                        \
                 if (rank > p->rank) *p = (pick){rank, v[row]};);                     \
    return PEL_OK;                                                                    \
  }
PICK(first_1, uint8_t, false)
PICK(first_2, uint16_t, false)
PICK(first_4, uint32_t, false)
PICK(first_8, uint64_t, false)
PICK(last_1, uint8_t, true)
PICK(last_2, uint16_t, true)
PICK(last_4, uint32_t, true)
PICK(last_8, uint64_t, true)

static pel_status pick_combine(const pel_env *env, void *into, void *from) {
  (void)env;
  pick *a = (pick *)into, *b = (pick *)from;
  if (b->rank > a->rank) *a = *b;
  return PEL_OK;
}

static void put_value(pel_col *out, uint32_t k, uint64_t value) {
  uint32_t width = pel_kind_width(out->type->kind);
  memcpy((char *)out->data + (size_t)k * width, &value, width); /* little-endian */
}

static pel_status pick_finish(const pel_env *env, void *const *states, uint32_t n,
                              const uint64_t *ordinals, pel_col *out, const char *name) {
  for (uint32_t k = 0; k < n; k++) {
    const pick *p = (const pick *)states[k];
    put_value(out, k, p->value);
    if (p->rank) continue;
    pel_status s = pel__agg_none(env, out, k, ordinals[k], name);
    if (s) return s;
  }
  return PEL_OK;
}
static pel_status first_finish(const pel_env *env, void *const *states, uint32_t n,
                               const uint64_t *ordinals, pel_col *out) {
  return pick_finish(env, states, n, ordinals, out, "first");
}
static pel_status last_finish(const pel_env *env, void *const *states, uint32_t n,
                              const uint64_t *ordinals, pel_col *out) {
  return pick_finish(env, states, n, ordinals, out, "last");
}

PEL_AGG_PLAIN_CODEC(pick)

#define PICK_AGG(which, width)                                                      \
  static const pel_agg agg_##which##_##width = {.state_size = sizeof(pick),         \
                                                .state_align = 8,                   \
                                                .init = pick_init,                  \
                                                .update = update_##which##_##width, \
                                                .combine = pick_combine,            \
                                                .finish = which##_finish,           \
                                                .encode = encode,                   \
                                                .decode = decode,                   \
                                                .needs_ordinal = true}
PICK_AGG(first, 1);
PICK_AGG(first, 2);
PICK_AGG(first, 4);
PICK_AGG(first, 8);
PICK_AGG(last, 1);
PICK_AGG(last, 2);
PICK_AGG(last, 4);
PICK_AGG(last, 8);

/* ---- text, and cells of lists and records as bytes ---- */

static void bytes_init(void *state) { memset(state, 0, sizeof(pel_agg_text)); }

static pel_status text_update(const pel_env *env, void *const *states, const pel_col *in,
                              const uint16_t *sel, uint32_t n, uint64_t ordinal,
                              bool last) {
  const pel_view *v = (const pel_view *)in->data;
  PEL_AGG_ROWS(in, sel, n, pel_agg_text *t = (pel_agg_text *)states[k];
               uint64_t rank = rank_of(ordinal + row, last);
               if (rank <= t->seen) continue;
               if (!pel__agg_text_set(env, t, pel_view_bytes(&v[row]),
                                      v[row].in.n)) return PEL_E_NOMEM;
               t->seen = rank;);
  return PEL_OK;
}
static pel_status text_update_first(const pel_env *env, void *const *states,
                                    const pel_col *in, const uint16_t *sel, uint32_t n,
                                    uint64_t ordinal) {
  return text_update(env, states, in, sel, n, ordinal, false);
}
static pel_status text_update_last(const pel_env *env, void *const *states,
                                   const pel_col *in, const uint16_t *sel, uint32_t n,
                                   uint64_t ordinal) {
  return text_update(env, states, in, sel, n, ordinal, true);
}

static bool set_cell(const pel_env *env, pel_agg_text *t, const pel_col *in,
                     uint32_t row) {
  size_t n = pel__cell_size(in, row);
  if (n > UINT32_MAX) return false;
  if (n > t->cap) {
    char *p = (char *)env->alloc(env, n);
    if (!p) return false;
    if (t->p) env->free(env, t->p, t->cap);
    t->p = p;
    t->cap = (uint32_t)n;
  }
  pel__cell_write(in, row, t->p);
  t->n = (uint32_t)n;
  return true;
}

static pel_status cell_update(const pel_env *env, void *const *states, const pel_col *in,
                              const uint16_t *sel, uint32_t n, uint64_t ordinal,
                              bool last) {
  PEL_AGG_ROWS(in, sel, n, pel_agg_text *t = (pel_agg_text *)states[k];
               uint64_t rank = rank_of(ordinal + row, last);
               if (rank <= t->seen) continue;
               if (!set_cell(env, t, in, row)) return PEL_E_NOMEM; t->seen = rank;);
  return PEL_OK;
}
static pel_status cell_update_first(const pel_env *env, void *const *states,
                                    const pel_col *in, const uint16_t *sel, uint32_t n,
                                    uint64_t ordinal) {
  return cell_update(env, states, in, sel, n, ordinal, false);
}
static pel_status cell_update_last(const pel_env *env, void *const *states,
                                   const pel_col *in, const uint16_t *sel, uint32_t n,
                                   uint64_t ordinal) {
  return cell_update(env, states, in, sel, n, ordinal, true);
}

static pel_status bytes_combine(const pel_env *env, void *into, void *from) {
  pel_agg_text *a = (pel_agg_text *)into, *b = (pel_agg_text *)from;
  if (b->seen > a->seen) {
    pel_agg_text t = *a;
    *a = *b;
    *b = t;
  }
  pel__agg_text_free(env, b);
  return PEL_OK;
}

static void bytes_fini(const pel_env *env, void *state) {
  pel__agg_text_free(env, (pel_agg_text *)state);
}

static pel_status text_finish_first(const pel_env *env, void *const *states, uint32_t n,
                                    const uint64_t *ordinals, pel_col *out) {
  return pel__agg_text_finish(env, states, n, ordinals, out, "first");
}
static pel_status text_finish_last(const pel_env *env, void *const *states, uint32_t n,
                                   const uint64_t *ordinals, pel_col *out) {
  return pel__agg_text_finish(env, states, n, ordinals, out, "last");
}

/* The cells are read into a column of scratch, which becomes the result. */
static pel_status cell_finish(const pel_env *env, void *const *states, uint32_t n,
                              const uint64_t *ordinals, pel_col *out, const char *name) {
  const pel_mem temp = {env, true};
  pel_heap heap = {NULL, NULL, 0, 0, 0};
  pel_column b;
  uint8_t *state = out->state;
  if (!pel__column_init(temp, &b, out->type)) return PEL_E_NOMEM;
  for (uint32_t k = 0; k < n; k++) {
    const pel_agg_text *t = (const pel_agg_text *)states[k];
    const char *p = t->p;
    bool ok = t->seen ? pel__cell_read(temp, &b, &heap, &p) : pel__column_null(temp, &b);
    if (!ok) return PEL_E_NOMEM;
  }
  pel__column_freeze(&b);
  *out = pel__column_head(&b);
  out->state = state;
  for (uint32_t k = 0; k < n; k++) {
    if (((const pel_agg_text *)states[k])->seen) continue;
    pel_status s = pel__agg_none(env, out, k, ordinals[k], name);
    if (s) return s;
  }
  return PEL_OK;
}
static pel_status cell_finish_first(const pel_env *env, void *const *states, uint32_t n,
                                    const uint64_t *ordinals, pel_col *out) {
  return cell_finish(env, states, n, ordinals, out, "first");
}
static pel_status cell_finish_last(const pel_env *env, void *const *states, uint32_t n,
                                   const uint64_t *ordinals, pel_col *out) {
  return cell_finish(env, states, n, ordinals, out, "last");
}

#define BYTES_AGG(what, which)                                                     \
  static const pel_agg agg_##which##_##what = {.state_size = sizeof(pel_agg_text), \
                                               .state_align = 8,                   \
                                               .init = bytes_init,                 \
                                               .update = what##_update_##which,    \
                                               .combine = bytes_combine,           \
                                               .finish = what##_finish_##which,    \
                                               .fini = bytes_fini,                 \
                                               .encode = pel__agg_text_encode,     \
                                               .decode = pel__agg_text_decode,     \
                                               .needs_ordinal = true}
BYTES_AGG(text, first);
BYTES_AGG(text, last);
BYTES_AGG(cell, first);
BYTES_AGG(cell, last);

#define CHOOSE(which)                                                           \
  static const pel_agg *choose_##which(const pel_type *const *in, uint32_t nin, \
                                       const pel_type *out) {                   \
    (void)out;                                                                  \
    if (nin != 1) return NULL;                                                  \
    if (in[0]->kind == PEL_LIST || in[0]->kind == PEL_RECORD)                   \
      return &agg_##which##_cell;                                               \
    switch (pel_kind_width(in[0]->kind)) {                                      \
      case 1:                                                                   \
        return &agg_##which##_1;                                                \
      case 2:                                                                   \
        return &agg_##which##_2;                                                \
      case 4:                                                                   \
        return &agg_##which##_4;                                                \
      case 8:                                                                   \
        return &agg_##which##_8;                                                \
      default:                                                                  \
        return &agg_##which##_text;                                             \
    }                                                                           \
  }
CHOOSE(first)
CHOOSE(last)

PEL_OP(
    first, "first", "(xs: [*]'t) -> 't", PEL_OP_AGG,
    .props = PEL_PURE | PEL_SKIPS_NULLS | PEL_NONE_FAILS,
    .doc =
        "The first value in the order of rows. Nulls are left out; of nothing it is null "
        "if there may be nulls, else it fails; `empty: v` replaces both.",
    .choose_agg = choose_first);
PEL_OP(
    last, "last", "(xs: [*]'t) -> 't", PEL_OP_AGG,
    .props = PEL_PURE | PEL_SKIPS_NULLS | PEL_NONE_FAILS,
    .doc =
        "The last value in the order of rows. Nulls are left out; of nothing it is null "
        "if there may be nulls, else it fails; `empty: v` replaces both.",
    .choose_agg = choose_last);
