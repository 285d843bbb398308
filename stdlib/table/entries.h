/* The hash core of grouping, distinct and join: entries (hash, least ordinal, key,
 * payload) found by key, and the sets of entries of several workers brought together
 * partition by partition. A pel_entries belongs to one worker until it is sealed;
 * pel__entries_free frees it with the environment of any worker. One thread at a time
 * while it grows; sealed ones are read by any number. */
#ifndef PEL_STDLIB_TABLE_ENTRIES_H
#define PEL_STDLIB_TABLE_ENTRIES_H

#include "stdlib/table/keys.h"

/* What an entry is made of: the head, the key's words, the payload. Immutable during a
 * run. */
typedef struct pel_entry_form {
  const pel_keys *keys;
  size_t payload;    /* offset in the entry */
  size_t size;       /* of an entry, padded */
  const char *image; /* what a new payload holds: size - payload bytes */
} pel_entry_form;

typedef struct pel_entry {
  uint64_t hash;
  uint64_t ordinal; /* of its first row; PEL_ENTRY_DEAD: merged into another */
  uint64_t key[];
} pel_entry;

#define PEL_ENTRY_DEAD UINT64_MAX
enum { PEL_PARTITIONS = 256 }; /* by the low 8 bits of the hash */

/* Sizes and alignment of a form whose payload has payload_size bytes. false: too large.
 */
bool pel__entry_form_init(pel_entry_form *form, const pel_keys *keys, size_t payload_size,
                          size_t payload_align) PEL_USE_RESULT;

typedef struct pel_entries pel_entries;
struct pel_entries {
  pel_entries *next; /* for whoever keeps several */
  const pel_entry_form *form;
  char **blocks; /* of 1 << block_bits entries */
  uint32_t nblocks, cap_blocks;
  uint32_t block_bits;
  uint32_t n;
  uint64_t *slots; /* 0, or the hash's upper half << 32 | number + 1 */
  uint32_t slot_bits;
  uint64_t max_ordinal; /* none of its rows has a higher one */
  pel_heap heap;        /* long text of keys and payloads */
  uint32_t *order;      /* sealed: numbers of entries, partition by partition */
  uint32_t part_at[PEL_PARTITIONS + 1];
};

PEL_INLINE pel_entry *pel__entry_at(const pel_entries *t, uint32_t i) {
  size_t row = i & ((1u << t->block_bits) - 1);
  return (pel_entry *)(void *)(t->blocks[i >> t->block_bits] + row * t->form->size);
}

void pel__entries_init(pel_entries *t, const pel_entry_form *form);
void pel__entries_free(const pel_env *env, pel_entries *t);

/* The entries of n ≤ PEL_BLOCK_ROWS rows, made where there was none; ordinal is that of
 * row 0 of the chunk, sel as in it. An entry's ordinal sinks to that of the row.
 * PEL_E_NOMEM, PEL_E_CANCELLED: t is as it was, or holds entries without rows. */
pel_status pel__entries_find(pel_entries *t, const pel_env *env, const uint64_t *words,
                             const uint64_t *hashes, const uint16_t *sel, uint32_t n,
                             uint64_t ordinal, pel_entry **found);
/* Appends an entry without looking for its equal. NULL: no memory. */
pel_entry *pel__entries_add(pel_entries *t, const pel_env *env, const uint64_t *words,
                            uint64_t hash, uint64_t ordinal);

/* Orders t's entries by partition, once it has its last one. */
pel_status pel__entries_partition(pel_entries *t, const pel_env *env);

/* Entries of partition `part` (-1: all) of a partitioned table are numbers *first …
 * *first + the answer, for nth. */
PEL_INLINE uint32_t pel__entries_range(const pel_entries *t, int part, uint32_t *first) {
  *first = part >= 0 && t->order ? t->part_at[part] : 0;
  if (part < 0) return t->n;
  return t->order ? t->part_at[part + 1] - *first : 0;
}
PEL_INLINE pel_entry *pel__entries_nth(const pel_entries *t, int part, uint32_t i) {
  return pel__entry_at(t, part < 0 ? i : t->order[i]);
}

/* ---- merging: the distinct keys of one partition of several tables ---- */

typedef struct pel_ranked {
  uint64_t ordinal;
  pel_entry *entry;
} pel_ranked;

typedef struct pel_ranked_list {
  pel_ranked *at;
  size_t n, cap;
} pel_ranked_list;

/* Called with two entries of the same key; `from` is dead afterwards. */
typedef pel_status (*pel_entry_merge)(void *ctx, const pel_env *env, pel_entry *into,
                                      pel_entry *from);

/* Lists the entries of partition `part` (-1: all, tables need not be partitioned) of the
 * tables in list, one per key, in ascending order of ordinal. The list is for the caller
 * to free. */
pel_status pel__entries_merge(const pel_env *env, pel_entries *list, int part,
                              pel_entry_merge merge, void *ctx, pel_ranked_list *out);
void pel__ranked_free(const pel_env *env, pel_ranked_list *list);

/* Sorts at[0 … n) by ordinal; spare has room for n too. Answers which of the two holds
 * the result, which is in no order when the run was cancelled meanwhile. */
pel_ranked *pel__ranked_sort(const pel_env *env, pel_ranked *at, pel_ranked *spare,
                             size_t n);
#endif
