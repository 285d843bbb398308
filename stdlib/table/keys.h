/* Keys of rows as words: what grouping, distinct and join call equal has equal words
 * (long text apart, which compares by its bytes). NaNs are one value, −0 is 0, and null
 * is a value of its own. A pel_keys is made once per run from the types and then only
 * read, by any thread. */
#ifndef PEL_STDLIB_TABLE_KEYS_H
#define PEL_STDLIB_TABLE_KEYS_H

#include <string.h>

#include "pel/op.h"
#include "runtime/base/hash.h"
#include "runtime/base/int128.h"
#include "stdlib/table/column.h"

typedef enum pel_key_shape {
  PEL_KEY_WORD, /* one column of numbers, never null */
  PEL_KEY_TEXT, /* one column of text, never null */
  PEL_KEY_ROW   /* anything else */
} pel_key_shape;

typedef struct pel_key_part {
  const pel_type *type;
  uint32_t word; /* where its value stands: two words for text */
  bool text;
} pel_key_part;

/* The words of a key: bits that say which parts are null (if any part can be), then the
 * values. */
typedef struct pel_keys {
  pel_key_shape shape;
  uint32_t n;     /* parts: the first columns of a chunk */
  uint32_t words; /* per key */
  uint32_t nulls; /* words of null bits, in front */
  bool text;      /* some part is text */
  pel_key_part *parts;
} pel_keys;

/* parts come from alloc(ctx, n); PEL_E_NOMEM. types[0 … n) are scalars. */
pel_status pel__keys_init(pel_keys *keys, const pel_type *const *types, uint32_t n,
                          const pel_bind *bind);

/* The keys and hashes of the rows of c that count, one behind the other: words × nsel and
 * nsel entries. */
void pel__keys_read(const pel_keys *keys, const pel_env *env, const pel_chunk *c,
                    uint64_t *words, uint64_t *hashes);

bool pel__keys_same_row(const pel_keys *keys, const uint64_t *a, const uint64_t *b);

PEL_INLINE bool pel__keys_same_text(const uint64_t *a, const uint64_t *b) {
  if (a[0] != b[0]) return false;
  if (a[1] == b[1]) return true;
  if ((uint32_t)a[0] <= 12) return false;
  return memcmp((const char *)(uintptr_t)a[1], (const char *)(uintptr_t)b[1],
                (uint32_t)a[0]) == 0;
}

PEL_INLINE bool pel__keys_same(const pel_keys *keys, const uint64_t *a,
                               const uint64_t *b) {
  if (keys->shape == PEL_KEY_WORD) return a[0] == b[0];
  if (keys->shape == PEL_KEY_TEXT) return pel__keys_same_text(a, b);
  return pel__keys_same_row(keys, a, b);
}

PEL_INLINE bool pel__keys_null(const pel_keys *keys, const uint64_t *words,
                               uint32_t part) {
  return keys->nulls && (words[part / 64] >> (part % 64) & 1);
}
/* Whether some part is null. */
PEL_INLINE bool pel__keys_any_null(const pel_keys *keys, const uint64_t *words) {
  for (uint32_t i = 0; i < keys->nulls; i++)
    if (words[i]) return true;
  return false;
}

/* A copy of the key whose long text stands in heap; false: no memory. */
bool pel__keys_copy(const pel_keys *keys, pel_mem m, pel_heap *heap, const uint64_t *from,
                    uint64_t *to);

/* Part number `part` of keys[0 … n) as a column: data has room, state too if the part may
 * be null. */
void pel__keys_column(const pel_keys *keys, uint32_t part, const uint64_t *const *at,
                      uint32_t n, void *data, uint8_t *state);

/* Fails the item with the first poisoned cell, in order of rows, of columns first … first
 * + n of c; PEL_OK if there is none. skip (may be NULL): columns whose poison is nobody's
 * concern. */
pel_status pel__consume_poison(const pel_env *env, const pel_chunk *c, uint32_t first,
                               uint32_t n, const bool *skip);
#endif
