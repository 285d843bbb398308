#include "stdlib/table/keys.h"

/* ---- the words ---- */

pel_status pel__keys_init(pel_keys *keys, const pel_type *const *types, uint32_t n,
                          const pel_bind *bind) {
  bool nullable = false;
  pel_key_part *parts = (pel_key_part *)bind->alloc(bind, (n ? n : 1) * sizeof *parts);
  if (!parts) return PEL_E_NOMEM;
  for (uint32_t i = 0; i < n; i++) nullable |= types[i]->nullable;
  *keys = (pel_keys){PEL_KEY_ROW, n, 0, nullable ? (n + 63) / 64 : 0, false, parts};
  keys->words = keys->nulls;
  for (uint32_t i = 0; i < n; i++) {
    bool text = types[i]->kind == PEL_STR || types[i]->kind == PEL_BYTES;
    parts[i] = (pel_key_part){types[i], keys->words, text};
    keys->words += text ? 2 : 1;
    keys->text |= text;
  }
  if (n == 1 && !nullable) keys->shape = keys->text ? PEL_KEY_TEXT : PEL_KEY_WORD;
  return PEL_OK;
}

PEL_INLINE uint64_t float_word(double x) {
  uint64_t bits;
  if (x == 0) return 0;
  if (x != x) return UINT64_C(0x7ff8000000000000);
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

#define READ(T, EXPR)                                  \
  do {                                                 \
    const T *v_ = (const T *)in->data;                 \
    if (!c->sel) {                                     \
      for (uint32_t k = 0; k < n; k++, to += stride) { \
        const T x = v_[k];                             \
        *to = (EXPR);                                  \
      }                                                \
    } else {                                           \
      for (uint32_t k = 0; k < n; k++, to += stride) { \
        const T x = v_[c->sel[k]];                     \
        *to = (EXPR);                                  \
      }                                                \
    }                                                  \
  } while (0)

static void read_text(const pel_chunk *c, const pel_col *in, uint32_t stride,
                      uint64_t *to) {
  const pel_view *v = (const pel_view *)in->data;
  for (uint32_t k = 0; k < c->nsel; k++, to += stride)
    memcpy(to, &v[c->sel ? c->sel[k] : k], sizeof *v);
}

static void read_part(const pel_chunk *c, const pel_col *in, uint32_t stride,
                      uint64_t *to) {
  const uint32_t n = c->nsel;
  switch (in->type->kind) {
    case PEL_BOOL:
    case PEL_U8:
      READ(uint8_t, x);
      return;
    case PEL_I8:
      READ(int8_t, (uint64_t)(int64_t)x);
      return;
    case PEL_I16:
      READ(int16_t, (uint64_t)(int64_t)x);
      return;
    case PEL_U16:
      READ(uint16_t, x);
      return;
    case PEL_I32:
    case PEL_DATE:
      READ(int32_t, (uint64_t)(int64_t)x);
      return;
    case PEL_U32:
      READ(uint32_t, x);
      return;
    case PEL_I64:
    case PEL_U64:
    case PEL_TIME:
    case PEL_DUR:
      READ(uint64_t, x);
      return;
    case PEL_F32:
      READ(float, float_word((double)x));
      return;
    case PEL_F64:
      READ(double, float_word(x));
      return;
    case PEL_STR:
    case PEL_BYTES:
      read_text(c, in, stride, to);
      return;
    case PEL_KIND_NONE:
    case PEL_LIST:
    case PEL_RECORD:
    case PEL_KIND_COUNT:
      break;
  }
  for (uint32_t k = 0; k < n; k++, to += stride) *to = 0;
}

static void mark_nulls(const pel_keys *keys, const pel_chunk *c, uint32_t part,
                       uint64_t *words) {
  const pel_key_part *p = &keys->parts[part];
  const uint8_t *state = c->cols[part].state;
  if (!state) return;
  for (uint32_t k = 0; k < c->nsel; k++, words += keys->words) {
    if (state[c->sel ? c->sel[k] : k] != PEL_NULL) continue;
    words[part / 64] |= UINT64_C(1) << (part % 64);
    words[p->word] = 0;
    if (p->text) words[p->word + 1] = 0;
  }
}

/* ---- hashes: 64 × 64 → 128-bit products folded, as in wyhash (public domain, Wang Yi)
 * ---- */

PEL_INLINE uint64_t fold(uint64_t a, uint64_t b) {
  pel_u128 r = (pel_u128)a * b;
  return (uint64_t)r ^ (uint64_t)(r >> 64);
}

#define C1 UINT64_C(0xa0761d6478bd642f)
#define C2 UINT64_C(0xe7037ed1a0b428db)
#define C3 UINT64_C(0x8ebc6af09c88c6e3)

PEL_INLINE uint64_t hash_text(const uint64_t *w, uint64_t seed) {
  if (PEL_UNLIKELY((uint32_t)w[0] > 12))
    return pel__hash_bytes((const char *)(uintptr_t)w[1], (uint32_t)w[0], seed);
  return fold(fold(w[0] ^ seed ^ C1, w[1] ^ C2) ^ C1, C3);
}

static uint64_t hash_row(const pel_keys *keys, const uint64_t *w, uint64_t seed) {
  uint64_t h = seed ^ C1;
  for (uint32_t i = 0; i < keys->nulls; i++) h = fold(h ^ w[i], C2);
  for (uint32_t i = 0; i < keys->n; i++) {
    const pel_key_part *p = &keys->parts[i];
    uint64_t x = p->text ? hash_text(w + p->word, seed) : w[p->word];
    h = fold(h ^ x, C2) + C1;
  }
  return fold(h, C3);
}

static void hash_all(const pel_keys *keys, const uint64_t *w, uint32_t n, uint64_t seed,
                     uint64_t *hashes) {
  switch (keys->shape) {
    case PEL_KEY_WORD:
      for (uint32_t k = 0; k < n; k++) hashes[k] = pel__hash_u64(w[k], seed);
      return;
    case PEL_KEY_TEXT:
      for (uint32_t k = 0; k < n; k++) hashes[k] = hash_text(w + 2 * k, seed);
      return;
    case PEL_KEY_ROW:
      for (uint32_t k = 0; k < n; k++)
        hashes[k] = hash_row(keys, w + k * keys->words, seed);
      return;
  }
}

void pel__keys_read(const pel_keys *keys, const pel_env *env, const pel_chunk *c,
                    uint64_t *words, uint64_t *hashes) {
  if (keys->nulls) {
    for (uint32_t k = 0; k < c->nsel; k++)
      memset(words + (size_t)k * keys->words, 0, keys->nulls * sizeof *words);
  }
  for (uint32_t i = 0; i < keys->n; i++) {
    read_part(c, &c->cols[i], keys->words, words + keys->parts[i].word);
    if (keys->nulls) mark_nulls(keys, c, i, words);
  }
  hash_all(keys, words, c->nsel, env->hash_seed, hashes);
  if (env->hash_bits >= 64) return;
  const uint64_t mask = (UINT64_C(1) << env->hash_bits) - 1;
  for (uint32_t k = 0; k < c->nsel; k++) hashes[k] &= mask;
}

/* ---- comparing, copying, giving back ---- */

bool pel__keys_same_row(const pel_keys *keys, const uint64_t *a, const uint64_t *b) {
  if (!keys->text) return memcmp(a, b, keys->words * sizeof *a) == 0;
  for (uint32_t i = 0; i < keys->nulls; i++)
    if (a[i] != b[i]) return false;
  for (uint32_t i = 0; i < keys->n; i++) {
    const uint32_t w = keys->parts[i].word;
    if (keys->parts[i].text ? !pel__keys_same_text(a + w, b + w) : a[w] != b[w])
      return false;
  }
  return true;
}

bool pel__keys_copy(const pel_keys *keys, pel_mem m, pel_heap *heap, const uint64_t *from,
                    uint64_t *to) {
  memcpy(to, from, keys->words * sizeof *to);
  if (!keys->text) return true;
  for (uint32_t i = 0; i < keys->n; i++) {
    if (!keys->parts[i].text) continue;
    pel_view v, copy;
    memcpy(&v, from + keys->parts[i].word, sizeof v);
    if (v.in.n <= 12) continue;
    if (!pel__heap_view(m, heap, &v, &copy)) return false;
    memcpy(to + keys->parts[i].word, &copy, sizeof copy);
  }
  return true;
}

static void put_word(pel_kind kind, uint64_t word, void *data, uint32_t k) {
  switch (pel_kind_width(kind)) {
    case 1:
      ((uint8_t *)data)[k] = (uint8_t)word;
      return;
    case 2:
      ((uint16_t *)data)[k] = (uint16_t)word;
      return;
    case 4:
      ((uint32_t *)data)[k] = (uint32_t)word;
      return;
    default:
      ((uint64_t *)data)[k] = word;
      return;
  }
}

void pel__keys_column(const pel_keys *keys, uint32_t part, const uint64_t *const *at,
                      uint32_t n, void *data, uint8_t *state) {
  const pel_key_part *p = &keys->parts[part];
  const pel_kind kind = p->type->kind;
  for (uint32_t k = 0; k < n; k++) {
    const uint64_t *w = at[k] + p->word;
    if (p->text) {
      memcpy((pel_view *)data + k, w, sizeof(pel_view));
    } else if (kind == PEL_F32) {
      double x;
      memcpy(&x, w, sizeof x);
      ((float *)data)[k] = (float)x;
    } else {
      put_word(kind, *w, data, k);
    }
    if (state) state[k] = pel__keys_null(keys, at[k], part) ? PEL_NULL : PEL_VALID;
  }
}

pel_status pel__consume_poison(const pel_env *env, const pel_chunk *c, uint32_t first,
                               uint32_t n, const bool *skip) {
  const pel_col *worst = NULL;
  uint32_t worst_row = 0, end = c->nsel;
  for (uint32_t i = 0; i < n; i++) {
    const pel_col *in = &c->cols[first + i];
    if (!in->state || !in->fail || (skip && skip[i])) continue;
    for (uint32_t k = 0; k < end; k++) {
      uint32_t row = c->sel ? c->sel[k] : k;
      if (in->state[row] != PEL_POISON) continue;
      worst = in;
      worst_row = row;
      end = k; /* only an earlier row is worse */
    }
  }
  return worst ? env->consume_poison(env, worst->fail[worst_row], worst_row) : PEL_OK;
}
