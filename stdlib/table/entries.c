#include "stdlib/table/entries.h"

#include "runtime/base/check.h"
#include "stdlib/table/look.h"

enum {
  BLOCK_BYTES = 1 << 15,
  FIRST_SLOT_BITS = 11,
  /* From this size on a table is not in the second-level cache: fetch ahead. */
  FETCH_BYTES = 1 << 18,
  FETCH_ROWS = 64
};

bool pel__entry_form_init(pel_entry_form *form, const pel_keys *keys, size_t payload_size,
                          size_t payload_align) {
  size_t align = payload_align < 8 ? 8 : payload_align;
  if (align > 64 || payload_size > (size_t)1 << 30) return false;
  size_t key_end = sizeof(pel_entry) + keys->words * sizeof(uint64_t);
  size_t payload = (key_end + align - 1) / align * align;
  *form = (pel_entry_form){keys, payload,
                           (payload + payload_size + align - 1) / align * align, NULL};
  return true;
}

void pel__entries_init(pel_entries *t, const pel_entry_form *form) {
  memset(t, 0, sizeof *t);
  t->form = form;
  uint32_t bits = 0;
  while (bits < 9 && form->size << (bits + 1) <= BLOCK_BYTES) bits++;
  t->block_bits = bits;
}

PEL_INLINE size_t block_bytes(const pel_entries *t) {
  return t->form->size << t->block_bits;
}

static void free_slots(const pel_env *env, pel_entries *t) {
  if (t->slots) env->free(env, t->slots, sizeof *t->slots << t->slot_bits);
  t->slots = NULL;
}

void pel__entries_free(const pel_env *env, pel_entries *t) {
  for (uint32_t i = 0; i < t->nblocks; i++) env->free(env, t->blocks[i], block_bytes(t));
  if (t->blocks) env->free(env, t->blocks, t->cap_blocks * sizeof *t->blocks);
  free_slots(env, t);
  if (t->order) env->free(env, t->order, t->n * sizeof *t->order);
  pel__heap_free(env, &t->heap);
  const pel_entry_form *form = t->form;
  memset(t, 0, sizeof *t);
  t->form = form;
}

/* ---- growing ---- */

static bool add_block(pel_entries *t, const pel_env *env) {
  if (t->nblocks == t->cap_blocks) {
    uint32_t cap = t->cap_blocks ? t->cap_blocks * 2 : 16;
    size_t old_n = t->cap_blocks * sizeof *t->blocks, n = cap * sizeof *t->blocks;
    char **p =
        (char **)(t->blocks ? env->resize(env, t->blocks, old_n, n) : env->alloc(env, n));
    if (!p) return false;
    t->blocks = p;
    t->cap_blocks = cap;
  }
  char *block = (char *)env->alloc(env, block_bytes(t));
  if (!block) return false;
  t->blocks[t->nblocks++] = block;
  return true;
}

static bool have_entries(pel_entries *t, const pel_env *env, uint32_t more) {
  uint64_t need = (uint64_t)t->n + more;
  if (need >= UINT32_MAX) return false;
  while (((uint64_t)t->nblocks << t->block_bits) < need)
    if (!add_block(t, env)) return false;
  return true;
}

PEL_INLINE uint64_t slot_of(uint64_t hash, uint32_t number) {
  return (hash >> 32) << 32 | (number + 1);
}
/* The lowest bits are the same all over a partition. */
PEL_INLINE uint64_t home(uint64_t hash, uint64_t mask) { return (hash >> 8) & mask; }

static pel_status have_slots(pel_entries *t, const pel_env *env, uint32_t more) {
  uint64_t need = (uint64_t)t->n + more;
  uint32_t bits = t->slots ? t->slot_bits : FIRST_SLOT_BITS;
  if (t->slots && need <= UINT64_C(3) << t->slot_bits >> 2) return PEL_OK;
  while (need > UINT64_C(1) << bits >> 1) bits++;
  const size_t bytes = sizeof(uint64_t) << bits;
  const uint64_t mask = (UINT64_C(1) << bits) - 1;
  uint64_t *slots = (uint64_t *)env->alloc(env, bytes);
  if (!slots) /* then a fuller table has to do */
    return t->slots && need <= UINT64_C(15) << t->slot_bits >> 4 ? PEL_OK : PEL_E_NOMEM;
  memset(slots, 0, bytes);
  for (uint32_t i = 0; i < t->n; i++) {
    if (i && pel__look(env, i)) { /* a few thousand rows need no look of their own */
      env->free(env, slots, bytes);
      return PEL_E_CANCELLED;
    }
    uint64_t hash = pel__entry_at(t, i)->hash, at = home(hash, mask);
    while (slots[at]) at = (at + 1) & mask;
    slots[at] = slot_of(hash, i);
  }
  free_slots(env, t);
  t->slots = slots;
  t->slot_bits = bits;
  return PEL_OK;
}

/* Room for it is there. */
static pel_entry *push(pel_entries *t, const pel_env *env, const uint64_t *words,
                       uint64_t hash, uint64_t ordinal) {
  pel_entry *e = pel__entry_at(t, t->n);
  if (!pel__keys_copy(t->form->keys, (pel_mem){env, false}, &t->heap, words, e->key))
    return NULL;
  e->hash = hash;
  e->ordinal = ordinal;
  if (t->form->image)
    memcpy((char *)e + t->form->payload, t->form->image,
           t->form->size - t->form->payload);
  t->n++;
  return e;
}

pel_entry *pel__entries_add(pel_entries *t, const pel_env *env, const uint64_t *words,
                            uint64_t hash, uint64_t ordinal) {
  return have_entries(t, env, 1) ? push(t, env, words, hash, ordinal) : NULL;
}

/* ---- finding ---- */

/* Fetches the slots of some rows, then the entries they lead to. Inlined: as a function
 * without effects, its calls would be dropped. */
PEL_INLINE void fetch(const pel_entries *t, const uint64_t *hashes, uint32_t n) {
  const uint64_t mask = (UINT64_C(1) << t->slot_bits) - 1;
  for (uint32_t k = 0; k < n; k++) __builtin_prefetch(&t->slots[home(hashes[k], mask)]);
  for (uint32_t k = 0; k < n; k++) {
    uint64_t slot = t->slots[home(hashes[k], mask)];
    if (!slot) continue;
    const char *e = (const char *)pel__entry_at(t, (uint32_t)slot - 1);
    __builtin_prefetch(e, 1);
    __builtin_prefetch(e + t->form->size - 1, 1);
  }
}

#define PEL_FIND_ROWS(SAME)                                      \
  for (uint32_t k = 0; k < n; k++) {                             \
    const uint64_t *w = words + (size_t)k * nwords;              \
    uint64_t hash = hashes[k], at = home(hash, mask), slot;      \
    pel_entry *e = NULL;                                         \
    while ((slot = t->slots[at]) != 0) {                         \
      if (slot >> 32 == hash >> 32) {                            \
        pel_entry *other = pel__entry_at(t, (uint32_t)slot - 1); \
        if (SAME) {                                              \
          e = other;                                             \
          break;                                                 \
        }                                                        \
      }                                                          \
      at = (at + 1) & mask;                                      \
    }                                                            \
    if (PEL_UNLIKELY(!e)) {                                      \
      e = push(t, env, w, hash, ordinal + (sel ? sel[k] : k));   \
      if (!e) return PEL_E_NOMEM;                                \
      t->slots[at] = slot_of(hash, t->n - 1);                    \
    }                                                            \
    found[k] = e;                                                \
  }

static pel_status find_rows(pel_entries *t, const pel_env *env, const uint64_t *words,
                            const uint64_t *hashes, const uint16_t *sel, uint32_t n,
                            uint64_t ordinal, pel_entry **found) {
  const pel_keys *keys = t->form->keys;
  const uint64_t mask = (UINT64_C(1) << t->slot_bits) - 1;
  const uint32_t nwords = keys->words;
  switch (keys->shape) {
    case PEL_KEY_WORD:
      PEL_FIND_ROWS(other->key[0] == w[0]) return PEL_OK;
    case PEL_KEY_TEXT:
      PEL_FIND_ROWS(pel__keys_same_text(other->key, w)) return PEL_OK;
    case PEL_KEY_ROW:
      PEL_FIND_ROWS(pel__keys_same_row(keys, other->key, w)) return PEL_OK;
  }
  return PEL_E_INTERNAL;
}

static void sink_ordinals(const uint16_t *sel, uint32_t n, uint64_t ordinal,
                          pel_entry **found) {
  for (uint32_t k = 0; k < n; k++) {
    uint64_t o = ordinal + (sel ? sel[k] : k);
    if (o < found[k]->ordinal) found[k]->ordinal = o;
  }
}

pel_status pel__entries_find(pel_entries *t, const pel_env *env, const uint64_t *words,
                             const uint64_t *hashes, const uint16_t *sel, uint32_t n,
                             uint64_t ordinal, pel_entry **found) {
  if (n == 0) return PEL_OK;
  const pel_status room = have_slots(t, env, n);
  if (room) return room;
  if (!have_entries(t, env, n)) return PEL_E_NOMEM;
  const bool far =
      (sizeof *t->slots << t->slot_bits) + t->n * t->form->size > FETCH_BYTES;
  const uint32_t step = far ? FETCH_ROWS : n;
  for (uint32_t at = 0; at < n; at += step) {
    uint32_t m = n - at < step ? n - at : step;
    if (far) fetch(t, hashes + at, m);
    pel_status s =
        find_rows(t, env, words + (size_t)at * t->form->keys->words, hashes + at,
                  sel ? sel + at : NULL, m, sel ? ordinal : ordinal + at, found + at);
    if (s) return s;
  }
  /* In a worker whose morsels ascend no ordinal can sink. */
  if (t->max_ordinal > ordinal) sink_ordinals(sel, n, ordinal, found);
  uint64_t last = ordinal + (sel ? sel[n - 1] : n - 1);
  if (last > t->max_ordinal) t->max_ordinal = last;
  return PEL_OK;
}

pel_status pel__entries_partition(pel_entries *t, const pel_env *env) {
  uint32_t at[PEL_PARTITIONS] = {0};
  if (t->n == 0) return PEL_OK;
  t->order = (uint32_t *)env->alloc(env, t->n * sizeof *t->order);
  if (!t->order) return PEL_E_NOMEM;
  for (uint32_t i = 0; i < t->n; i++) {
    if (pel__look(env, i)) return PEL_E_CANCELLED;
    at[pel__entry_at(t, i)->hash % PEL_PARTITIONS]++;
  }
  uint32_t sum = 0;
  for (uint32_t p = 0; p < PEL_PARTITIONS; p++) {
    t->part_at[p] = sum;
    sum += at[p];
    at[p] = t->part_at[p];
  }
  t->part_at[PEL_PARTITIONS] = sum;
  for (uint32_t i = 0; i < t->n; i++) {
    if (pel__look(env, i)) return PEL_E_CANCELLED;
    t->order[at[pel__entry_at(t, i)->hash % PEL_PARTITIONS]++] = i;
  }
  free_slots(env, t); /* nothing is looked up here any more */
  return PEL_OK;
}
