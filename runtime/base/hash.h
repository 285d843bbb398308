/* Hashing: XXH3 (https://xxhash.com) with a seed, and a fast mix for 64-bit keys.
 * Owns nothing.
 * Any thread. */
#ifndef PEL_RUNTIME_BASE_HASH_H
#define PEL_RUNTIME_BASE_HASH_H

#include "pel/base.h"

uint64_t pel__hash_bytes(const void *p, size_t n, uint64_t seed);

/* A bijection that spreads every input bit over the output: splitmix64's finaliser
 * (Steele, Lea, Flood 2014; constants by D. Stafford, "mix 13"). */
PEL_INLINE uint64_t pel__hash_u64(uint64_t x, uint64_t seed) {
  x += seed + 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}
PEL_INLINE uint64_t pel__hash_combine(uint64_t a, uint64_t b) {
  return pel__hash_u64(a ^ (b + 0x9e3779b97f4a7c15u + (a << 6) + (a >> 2)), 0);
}
#endif
