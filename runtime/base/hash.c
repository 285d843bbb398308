#include "runtime/base/hash.h"

/* Inlined, so that no start of the program pays for loading a library. */
#define XXH_INLINE_ALL
#include <xxhash.h>

uint64_t pel__hash_bytes(const void *p, size_t n, uint64_t seed) {
  return XXH3_64bits_withSeed(p, n, seed);
}
