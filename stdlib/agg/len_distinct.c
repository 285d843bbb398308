/* len_distinct: how many different values there are; what len(distinct(xs)) becomes. Null
 * is a value like any other, NaNs are one, −0 is 0, as in grouping. A state is a set:
 * open addressing, values as two words. */
#include "runtime/base/hash.h"
#include "stdlib/agg/agg.h"
#include "stdlib/table/column.h"

/* A value other than null, 0 and the empty text is never two words of zero: text has its
 * length in the first, numbers have a 1 in the second. */
typedef union value {
  uint64_t word[2];
  pel_view text;
} value;

typedef struct set {
  value *slots;
  uint64_t cap, n; /* cap: 0 or a power of two */
  uint8_t has_null, has_empty, is_text;
} set;

static void init(void *state) { memset(state, 0, sizeof(set)); }

PEL_INLINE bool is_free(const value *v) { return (v->word[0] | v->word[1]) == 0; }

static uint64_t hash_value(const value *v, bool text, uint64_t seed) {
  if (text && v->text.in.n > 12)
    return pel__hash_bytes(v->text.out.p, v->text.in.n, seed);
  return pel__hash_u64(v->word[0] ^ pel__hash_u64(v->word[1], seed), seed);
}

static bool same(const value *a, const value *b, bool text) {
  if (text) return pel_view_eq(&a->text, &b->text);
  return a->word[0] == b->word[0];
}

static value *find(const set *s, const value *v, uint64_t hash) {
  uint64_t at = hash & (s->cap - 1);
  while (!is_free(&s->slots[at]) && !same(&s->slots[at], v, s->is_text))
    at = (at + 1) & (s->cap - 1);
  return &s->slots[at];
}

static uint64_t hash_in(const pel_env *env, const value *v, bool text) {
  uint64_t h = hash_value(v, text, env->hash_seed);
  return env->hash_bits >= 64 ? h : h & ((UINT64_C(1) << env->hash_bits) - 1);
}

static bool grow(const pel_env *env, set *s) {
  uint64_t cap = s->cap ? s->cap * 2 : 8;
  if (cap > SIZE_MAX / sizeof(value)) return false;
  set bigger = *s;
  bigger.cap = cap;
  bigger.slots = (value *)env->alloc(env, cap * sizeof(value));
  if (!bigger.slots) return false;
  memset(bigger.slots, 0, cap * sizeof(value));
  for (uint64_t i = 0; i < s->cap; i++) {
    const value *v = &s->slots[i];
    if (!is_free(v)) *find(&bigger, v, hash_in(env, v, s->is_text)) = *v;
  }
  if (s->slots) env->free(env, s->slots, s->cap * sizeof(value));
  *s = bigger;
  return true;
}

/* own: a text longer than a view gets a copy (its bytes belong to the set). */
static bool insert(const pel_env *env, set *s, const value *v, bool own) {
  if (s->n >= s->cap / 2 && !grow(env, s)) return false;
  value *slot = find(s, v, hash_in(env, v, s->is_text));
  bool is_long = s->is_text && v->text.in.n > 12;
  if (!is_free(slot)) {
    if (is_long && !own) env->free(env, (void *)(uintptr_t)v->text.out.p, v->text.in.n);
    return true;
  }
  value copy = *v;
  if (is_long && own) {
    char *p = (char *)env->alloc(env, v->text.in.n);
    if (!p) return false;
    memcpy(p, v->text.out.p, v->text.in.n);
    copy.text.out.p = p;
  }
  *slot = copy;
  s->n++;
  return true;
}

static bool insert_number(const pel_env *env, set *s, uint64_t word) {
  value v = {.word = {word, 1}};
  return insert(env, s, &v, true);
}

static bool insert_text(const pel_env *env, set *s, const pel_view *text) {
  s->is_text = 1;
  if (text->in.n == 0) {
    s->has_empty = 1;
    return true;
  }
  value v = {.text = *text};
  return insert(env, s, &v, true);
}

static uint64_t number_at(const pel_col *in, uint32_t row) {
  uint64_t word = 0;
  if (in->type->kind == PEL_F64 || in->type->kind == PEL_F32) {
    double x = in->type->kind == PEL_F64 ? ((const double *)in->data)[row]
                                         : (double)((const float *)in->data)[row];
    if (x != x) x = __builtin_nan("");
    if (x == 0) x = 0;
    memcpy(&word, &x, sizeof word);
    return word;
  }
  uint32_t width = pel_kind_width(in->type->kind);
  memcpy(&word, (const char *)in->data + (size_t)row * width, width);
  return word;
}

static bool add(const pel_env *env, set *s, const pel_col *in, uint32_t row) {
  if (in->state && in->state[row] != PEL_VALID) {
    s->has_null = 1;
    return true;
  }
  if (in->type->kind == PEL_STR || in->type->kind == PEL_BYTES)
    return insert_text(env, s, (const pel_view *)in->data + row);
  return insert_number(env, s, number_at(in, row));
}

static pel_status update(const pel_env *env, void *const *states, const pel_col *in,
                         const uint16_t *sel, uint32_t n, uint64_t ordinal) {
  (void)ordinal;
  for (uint32_t k = 0; k < n; k++)
    if (!add(env, (set *)states[k], in, sel ? sel[k] : k)) return PEL_E_NOMEM;
  return PEL_OK;
}

static pel_status update_all(const pel_env *env, void *state, const pel_col *in,
                             const uint16_t *sel, uint32_t n, uint64_t ordinal) {
  (void)ordinal;
  for (uint32_t k = 0; k < n; k++)
    if (!add(env, (set *)state, in, sel ? sel[k] : k)) return PEL_E_NOMEM;
  return PEL_OK;
}

static void fini(const pel_env *env, void *state) {
  set *s = (set *)state;
  for (uint64_t i = 0; s->is_text && i < s->cap; i++) {
    const pel_view *v = &s->slots[i].text;
    if (v->in.n > 12) env->free(env, (void *)(uintptr_t)v->out.p, v->in.n);
  }
  if (s->slots) env->free(env, s->slots, s->cap * sizeof(value));
  init(s);
}

static pel_status combine(const pel_env *env, void *into, void *from) {
  set *a = (set *)into, *b = (set *)from;
  if (b->n > a->n) {
    set t = *a;
    *a = *b;
    *b = t;
  }
  a->has_null |= b->has_null;
  a->has_empty |= b->has_empty;
  a->is_text |= b->is_text;
  pel_status status = PEL_OK;
  for (uint64_t i = 0; i < b->cap && !status; i++) {
    value v = b->slots[i];
    if (is_free(&v)) continue;
    if (!insert(env, a, &v, false)) {
      status = PEL_E_NOMEM;
    } else {
      b->slots[i] = (value){.word = {0, 0}}; /* its bytes are a's now, or gone */
    }
  }
  fini(env, b);
  return status;
}

static pel_status finish(const pel_env *env, void *const *states, uint32_t n,
                         const uint64_t *ordinals, pel_col *out) {
  (void)env, (void)ordinals;
  for (uint32_t k = 0; k < n; k++) {
    const set *s = (const set *)states[k];
    ((int64_t *)out->data)[k] = (int64_t)(s->n + s->has_null + s->has_empty);
  }
  return PEL_OK;
}

/* Bytes: the three flags, then each value; texts with their length, numbers as they are.
 */
static size_t encode(const void *state, void *buf) {
  const set *s = (const set *)state;
  char *p = (char *)buf;
  size_t n = 3;
  if (p) {
    p[0] = (char)s->has_null;
    p[1] = (char)s->has_empty;
    p[2] = (char)s->is_text;
  }
  for (uint64_t i = 0; i < s->cap; i++) {
    const value *v = &s->slots[i];
    if (is_free(v)) continue;
    size_t head = s->is_text ? sizeof(uint32_t) : sizeof(uint64_t);
    size_t body = s->is_text ? v->text.in.n : 0;
    if (p) {
      memcpy(p + n, s->is_text ? (const void *)&v->text.in.n : (const void *)&v->word[0],
             head);
      if (body) memcpy(p + n + head, pel_view_bytes(&v->text), body);
    }
    n += head + body;
  }
  return n;
}

static pel_status decode(const pel_env *env, void *state, const void *buf, size_t n) {
  set *s = (set *)state;
  const char *p = (const char *)buf, *end = p + n;
  init(s);
  if (n < 3) return PEL_E_INVALID;
  s->has_null = (uint8_t)p[0];
  s->has_empty = (uint8_t)p[1];
  s->is_text = (uint8_t)p[2];
  for (p += 3; p < end;) {
    size_t head = s->is_text ? sizeof(uint32_t) : sizeof(uint64_t);
    uint64_t word = 0;
    if ((size_t)(end - p) < head) return PEL_E_INVALID;
    memcpy(&word, p, head);
    p += head;
    if (s->is_text) {
      if ((size_t)(end - p) < word) return PEL_E_INVALID;
      pel_view v = pel_view_of(p, (uint32_t)word);
      if (!insert_text(env, s, &v)) return PEL_E_NOMEM;
      p += word;
    } else if (!insert_number(env, s, word)) {
      return PEL_E_NOMEM;
    }
  }
  return PEL_OK;
}

static const pel_agg agg_len_distinct = {.state_size = sizeof(set),
                                         .state_align = 8,
                                         .init = init,
                                         .update = update,
                                         .update_all = update_all,
                                         .combine = combine,
                                         .finish = finish,
                                         .fini = fini,
                                         .encode = encode,
                                         .decode = decode};

static const pel_agg *choose(const pel_type *const *in, uint32_t nin,
                             const pel_type *out) {
  (void)out;
  return nin == 1 && pel_kind_width(in[0]->kind) && in[0]->kind != PEL_LIST
             ? &agg_len_distinct
             : NULL;
}

PEL_OP(len_distinct, "len_distinct", "(xs: [*]'t) -> i64", PEL_OP_AGG,
       .props = PEL_PURE | PEL_INTERNAL,
       .doc = "How many different values there are; null is one, NaNs are one, -0 is 0.",
       .choose_agg = choose);
