#include "runtime/base/map.h"

#include "runtime/base/check.h"
#include "runtime/base/hash.h"

void pel__map_init(pel_map *m, const pel_alloc *alloc) {
  *m = (pel_map){.alloc = alloc ? alloc : pel__alloc_libc()};
}

void pel__map_deinit(pel_map *m) {
  if (m->alloc) pel__alloc_free(m->alloc, m->slots, m->cap * sizeof *m->slots);
  *m = (pel_map){.alloc = m->alloc};
}

/* The slot that holds key, or the empty one where it belongs; cap is a power of two > n.
 */
static pel_map_slot *find(pel_map_slot *slots, size_t cap, pel_str key) {
  size_t i = (size_t)pel__hash_bytes(key.p, key.n, 0);
  for (;; i++) {
    pel_map_slot *s = &slots[i & (cap - 1)];
    if (!s->key.p || pel__str_eq(s->key, key)) return s;
  }
}

static bool grow(pel_map *m) {
  size_t cap = m->cap ? m->cap * 2 : 16, bytes;
  if (!pel__size_mul(cap, sizeof *m->slots, &bytes)) return false;
  pel_map_slot *slots = pel__alloc_get(m->alloc, bytes);
  if (!slots) return false;
  memset(slots, 0, bytes);
  for (size_t i = 0; i < m->cap; i++)
    if (m->slots[i].key.p) *find(slots, cap, m->slots[i].key) = m->slots[i];
  pel__alloc_free(m->alloc, m->slots, m->cap * sizeof *m->slots);
  m->slots = slots;
  m->cap = cap;
  return true;
}

/* NULL marks an empty slot, so the empty text gets an address. */
static pel_str with_address(pel_str key) { return key.p ? key : PEL_STR(""); }

bool pel__map_put(pel_map *m, pel_str key, uint32_t value) {
  key = with_address(key);
  if (m->n >= m->cap / 4 * 3 && !pel__map_get(m, key, NULL) && !grow(m)) return false;
  pel_map_slot *s = find(m->slots, m->cap, key);
  if (!s->key.p) {
    s->key = key;
    m->n++;
  }
  s->value = value;
  return true;
}

bool pel__map_get(const pel_map *m, pel_str key, uint32_t *value) {
  if (m->n == 0) return false;
  const pel_map_slot *s = find(m->slots, m->cap, with_address(key));
  if (!s->key.p) return false;
  if (value) *value = s->value;
  return true;
}
