/* A hash map from borrowed text to a u32 (an index, usually), for names.
 * The map owns its slots, not the text of its keys, which must outlive it.
 * One thread at a time to change it; any number may read. */
#ifndef PEL_RUNTIME_BASE_MAP_H
#define PEL_RUNTIME_BASE_MAP_H

#include "runtime/base/str.h"

typedef struct pel_map_slot {
  pel_str key; /* p == NULL: empty */
  uint32_t value;
} pel_map_slot;

typedef struct pel_map {
  const pel_alloc *alloc;
  pel_map_slot *slots;
  size_t cap, n;
} pel_map;

void pel__map_init(pel_map *m, const pel_alloc *alloc);
void pel__map_deinit(pel_map *m);
/* False without memory. An existing key gets the new value. */
bool pel__map_put(pel_map *m, pel_str key, uint32_t value);
/* True and *value when found; value may be NULL. */
bool pel__map_get(const pel_map *m, pel_str key, uint32_t *value);
#endif
