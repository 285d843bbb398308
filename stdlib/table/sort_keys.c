/* Keys as bytes whose order is that of the keys, one key never the beginning of another:
 * numbers big-endian with the sign turned; text with 00 as 00 ff and ended by 00 00; the
 * bytes of descending keys inverted. A key that may be null has a byte in front, and null
 * and NaN are highest in either direction. */
#include "stdlib/table/sort.h"

/* ---- numbers ---- */

#define NAN_BITS UINT64_MAX /* above every value; cut to the width */

PEL_INLINE uint64_t f64_bits(double x) {
  uint64_t b;
  if (x == 0) x = 0; /* −0 too */
  memcpy(&b, &x, sizeof b);
  return b >> 63 ? ~b : b | UINT64_C(1) << 63;
}
PEL_INLINE uint64_t f32_bits(float x) {
  uint32_t b;
  if (x == 0) x = 0;
  memcpy(&b, &x, sizeof b);
  return b >> 31 ? (uint32_t)~b : b | UINT32_C(1) << 31;
}

#define BITS(T, EXPR)                  \
  do {                                 \
    const T *v = (const T *)c->data;   \
    for (uint32_t k = 0; k < n; k++) { \
      const T x = v[sel ? sel[k] : k]; \
      bits[k] = (EXPR);                \
    }                                  \
  } while (0)

/* Values as unsigned numbers of the same order, in either direction; those of other cells
 * mean nothing. */
static void number_bits(const pel_col *c, const uint16_t *sel, uint32_t n,
                        bool descending, uint64_t *bits) {
  const uint64_t flip = descending ? UINT64_MAX : 0;
  switch (c->type->kind) {
    case PEL_BOOL:
    case PEL_U8:
      BITS(uint8_t, x ^ flip);
      return;
    case PEL_I8:
      BITS(int8_t, ((uint64_t)(int64_t)x ^ UINT64_C(0x80)) ^ flip);
      return;
    case PEL_U16:
      BITS(uint16_t, x ^ flip);
      return;
    case PEL_I16:
      BITS(int16_t, ((uint64_t)(int64_t)x ^ UINT64_C(0x8000)) ^ flip);
      return;
    case PEL_U32:
      BITS(uint32_t, x ^ flip);
      return;
    case PEL_I32:
    case PEL_DATE:
      BITS(int32_t, ((uint64_t)(int64_t)x ^ UINT64_C(0x80000000)) ^ flip);
      return;
    case PEL_U64:
      BITS(uint64_t, x ^ flip);
      return;
    case PEL_I64:
    case PEL_TIME:
    case PEL_DUR:
      BITS(uint64_t, (x ^ UINT64_C(1) << 63) ^ flip);
      return;
    case PEL_F32:
      BITS(float, x != x ? NAN_BITS : f32_bits(x) ^ flip);
      return;
    case PEL_F64:
      BITS(double, x != x ? NAN_BITS : f64_bits(x) ^ flip);
      return;
    case PEL_KIND_NONE:
    case PEL_STR:
    case PEL_BYTES:
    case PEL_LIST:
    case PEL_RECORD:
    case PEL_KIND_COUNT:
      return;
  }
}

PEL_INLINE uint64_t low_bytes(uint64_t x, uint32_t width) {
  return width == 8 ? x : x & ((UINT64_C(1) << 8 * width) - 1);
}

/* ---- keys of one length, at most 16 bytes ---- */

static void fixed_keys(const pel_sort_params *p, const pel_chunk *c, pel_sort_entry *to) {
  pel_u128 key[PEL_BLOCK_ROWS];
  uint64_t bits[PEL_BLOCK_ROWS];
  memset(key, 0, c->nsel * sizeof *key);
  for (uint32_t i = 0; i < p->k; i++) {
    const pel_col *in = &c->cols[i];
    const uint32_t width = pel_kind_width(in->type->kind);
    number_bits(in, c->sel, c->nsel, p->descending[i], bits);
    for (uint32_t k = 0; k < c->nsel; k++) {
      uint64_t null = 0, value = low_bytes(bits[k], width);
      if (p->types[i]->nullable && in->state &&
          in->state[c->sel ? c->sel[k] : k] == PEL_NULL) {
        null = 1;
        value = 0;
      }
      if (p->types[i]->nullable) key[k] = key[k] << 8 | null;
      key[k] = (width == 8 ? key[k] << 32 << 32 : key[k] << 8 * width) | value;
    }
  }
  const uint32_t left = 8 * (16 - p->fixed);
  for (uint32_t k = 0; k < c->nsel; k++) {
    pel_u128 x = left == 128 ? 0 : key[k] << left;
    to[k] = (pel_sort_entry){(uint64_t)(x >> 64), (uint64_t)x, 0, 0, 0};
  }
}

/* ---- any keys: byte by byte ---- */

static bool has_zero(const pel_view *v) {
  return memchr(pel_view_bytes(v), 0, v->in.n) != NULL;
}

static size_t part_size(const pel_col *c, const pel_type *t, uint32_t row) {
  size_t n = t->nullable ? 1 : 0;
  if (c->state && c->state[row] == PEL_NULL) return n;
  if (pel_kind_width(t->kind) != 16) return n + pel_kind_width(t->kind);
  const pel_view *v = (const pel_view *)c->data + row;
  const char *p = pel_view_bytes(v);
  n += v->in.n + (size_t)2;
  if (!has_zero(v)) return n;
  for (uint32_t i = 0; i < v->in.n; i++) n += p[i] == 0;
  return n;
}

static unsigned char *put_text(const pel_view *v, unsigned char flip, unsigned char *to) {
  const char *p = pel_view_bytes(v);
  const uint32_t n = v->in.n;
  if (!has_zero(v)) {
    for (uint32_t i = 0; i < n; i++) to[i] = (unsigned char)p[i] ^ flip;
    to += n;
  } else {
    for (uint32_t i = 0; i < n; i++) {
      *to++ = (unsigned char)p[i] ^ flip;
      if (p[i] == 0) *to++ = 0xff ^ flip;
    }
  }
  *to++ = flip;
  *to++ = flip;
  return to;
}

static unsigned char *put_part(const pel_col *c, const pel_type *t, uint32_t row,
                               bool descending, unsigned char *to) {
  bool null = c->state && c->state[row] == PEL_NULL;
  if (t->nullable) *to++ = null;
  if (null) return to;
  const uint32_t width = pel_kind_width(t->kind);
  if (width == 16)
    return put_text((const pel_view *)c->data + row, descending ? 0xff : 0, to);
  uint64_t bits = 0;
  const uint16_t sel = (uint16_t)row;
  number_bits(c, &sel, 1, descending, &bits);
  for (uint32_t i = width; i-- > 0;) *to++ = (unsigned char)(bits >> 8 * i);
  return to;
}

static uint64_t big_endian(const unsigned char *p) {
  uint64_t x;
  memcpy(&x, p, sizeof x);
  return __builtin_bswap64(x);
}

/* What does not fit the entry's 16 bytes. */
static bool add_rest(const pel_env *env, pel_sort_run *run, const unsigned char *p,
                     size_t n, uint32_t *number) {
  if (run->nrests == run->cap_rests) {
    size_t cap = run->cap_rests ? run->cap_rests * 2 : 256, size = sizeof *run->rests;
    if (cap > UINT32_MAX) return false;
    pel_sort_rest *q =
        (pel_sort_rest *)(run->rests ? env->resize(env, run->rests, run->cap_rests * size,
                                                   cap * size)
                                     : env->alloc(env, cap * size));
    if (!q) return false;
    run->rests = q;
    run->cap_rests = cap;
  }
  char *copy = pel__heap_get((pel_mem){env, false}, &run->heap, n);
  if (!copy) return false;
  memcpy(copy, p, n);
  run->rests[run->nrests++] = (pel_sort_rest){copy, n};
  *number = (uint32_t)run->nrests;
  return true;
}

static bool any_key(const pel_sort_params *p, const pel_env *env, const pel_chunk *c,
                    uint32_t row, pel_sort_run *run, pel_sort_entry *to) {
  unsigned char small[256];
  size_t n = 0;
  for (uint32_t i = 0; i < p->k; i++) n += part_size(&c->cols[i], p->types[i], row);
  unsigned char *key = small, *end = small;
  if (n > sizeof small && !(key = end = (unsigned char *)env->alloc(env, n)))
    return false;
  if (n < 16) memset(small, 0, 16);
  for (uint32_t i = 0; i < p->k; i++)
    end = put_part(&c->cols[i], p->types[i], row, p->descending[i], end);
  *to = (pel_sort_entry){big_endian(key), big_endian(key + 8), 0, 0, 0};
  bool ok = n <= 16 || add_rest(env, run, key + 16, n - 16, &to->rest);
  if (key != small) env->free(env, key, n);
  return ok;
}

pel_status pel__sort_keys(const pel_sort_params *p, const pel_env *env,
                          const pel_chunk *c, pel_sort_run *run) {
  pel_sort_entry *to = run->entries + run->n;
  if (p->fixed || p->k == 0) {
    fixed_keys(p, c, to);
  } else {
    for (uint32_t k = 0; k < c->nsel; k++)
      if (!any_key(p, env, c, c->sel ? c->sel[k] : k, run, &to[k])) return PEL_E_NOMEM;
  }
  for (uint32_t k = 0; k < c->nsel; k++)
    to[k].ordinal = c->ordinal + (c->sel ? c->sel[k] : k);
  return PEL_OK;
}
