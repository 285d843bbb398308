/* Which of 64 bytes are equal to one: a bit per byte, lowest first. The portable form and
 * the one every x86-64 has give the same bits. Owns nothing. Any thread. */
#ifndef PEL_RUNTIME_BASE_MASK64_H
#define PEL_RUNTIME_BASE_MASK64_H

#include <string.h>

#include "pel/base.h"

#if defined(__SSE2__)
#include <emmintrin.h>
typedef struct pel_block64 {
  __m128i v[4];
} pel_block64;

PEL_INLINE pel_block64 pel__block64_load(const char *p) {
  pel_block64 b;
  for (int i = 0; i < 4; i++)
    b.v[i] = _mm_loadu_si128((const __m128i *)(const void *)(p + 16 * i));
  return b;
}
PEL_INLINE uint64_t pel__mask64_eq(const pel_block64 *b, char c) {
  const __m128i x = _mm_set1_epi8(c);
  uint64_t m = 0;
  for (int i = 0; i < 4; i++)
    m |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(b->v[i], x)) << (16 * i);
  return m;
}
/* Bytes above 0x7f. */
PEL_INLINE uint64_t pel__mask64_high(const pel_block64 *b) {
  uint64_t m = 0;
  for (int i = 0; i < 4; i++)
    m |= (uint64_t)(uint32_t)_mm_movemask_epi8(b->v[i]) << (16 * i);
  return m;
}
#else
typedef struct pel_block64 {
  uint64_t v[8];
} pel_block64;

PEL_INLINE pel_block64 pel__block64_load(const char *p) {
  pel_block64 b;
  memcpy(b.v, p, 64);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  for (int i = 0; i < 8; i++) b.v[i] = __builtin_bswap64(b.v[i]);
#endif
  return b;
}
/* The top bit of every byte, gathered into 8 bits. */
PEL_INLINE uint64_t pel__mask8_gather(uint64_t tops) {
  return ((tops >> 7) * 0x0102040810204080u) >> 56;
}
PEL_INLINE uint64_t pel__mask64_eq(const pel_block64 *b, char c) {
  const uint64_t low = 0x7f7f7f7f7f7f7f7fu, each = 0x0101010101010101u * (unsigned char)c;
  uint64_t m = 0;
  for (int i = 0; i < 8; i++) {
    const uint64_t x = b->v[i] ^ each;
    m |= pel__mask8_gather(~(((x & low) + low) | x | low)) << (8 * i);
  }
  return m;
}
PEL_INLINE uint64_t pel__mask64_high(const pel_block64 *b) {
  uint64_t m = 0;
  for (int i = 0; i < 8; i++)
    m |= pel__mask8_gather(b->v[i] & 0x8080808080808080u) << (8 * i);
  return m;
}
#endif
#endif
