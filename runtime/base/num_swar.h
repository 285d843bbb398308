/* Eight decimal digits at a time in one 64-bit word, for reading numbers.
 * Owns nothing.
 * Any thread. */
#ifndef PEL_RUNTIME_BASE_NUM_SWAR_H
#define PEL_RUNTIME_BASE_NUM_SWAR_H

#include <stdbool.h>
#include <string.h>

#include "pel/base.h"

#define PEL_SWAR(byte) (UINT64_C(0x0101010101010101) * (byte))

/* Little-endian: the first character is the lowest byte. */
PEL_INLINE uint64_t pel__swar_order(uint64_t w) {
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  return __builtin_bswap64(w);
#else
  return w;
#endif
}
PEL_INLINE uint64_t pel__swar_load8(const char *p) {
  uint64_t w;
  memcpy(&w, p, 8);
  return pel__swar_order(w);
}
/* The first n <= 8 bytes at p and nothing behind them; zeros above. Two overlapping
 * loads, no loop. */
PEL_INLINE uint64_t pel__swar_load_part(const char *p, size_t n) {
  if (n >= 8) return pel__swar_load8(p);
  if (n >= 4) {
    uint32_t a, b;
    memcpy(&a, p, 4);
    memcpy(&b, p + n - 4, 4);
    uint64_t low = pel__swar_order(a) >> (pel__swar_order(1) == 1 ? 0 : 32);
    uint64_t high = pel__swar_order(b) >> (pel__swar_order(1) == 1 ? 0 : 32);
    return low | high << (8 * (n - 4));
  }
  uint64_t w = 0;
  if (n > 0) w = (uint8_t)p[0];
  if (n > 1) w |= (uint64_t)(uint8_t)p[1] << 8;
  if (n > 2) w |= (uint64_t)(uint8_t)p[2] << 16;
  return w;
}
/* The lowest n bytes set; n <= 8. */
PEL_INLINE uint64_t pel__swar_mask(size_t n) {
  return n >= 8 ? UINT64_MAX : (UINT64_C(1) << (8 * n)) - 1;
}
/* Whether every byte of a word from which PEL_SWAR('0') was taken (by xor) is a digit. */
PEL_INLINE bool pel__swar_digits(uint64_t digits) {
  return (((digits + PEL_SWAR(0x76)) | digits) & PEL_SWAR(0x80)) == 0;
}
/* The number that eight digit values spell, the lowest byte first
 * (J. O'Callaghan's and D. Lemire's three multiplications). */
PEL_INLINE uint32_t pel__swar_value(uint64_t digits) {
  digits = digits * 10 + (digits >> 8);
  uint64_t a = (digits & UINT64_C(0x000000ff000000ff)) * UINT64_C(0x000f424000000064);
  uint64_t b =
      (digits >> 16 & UINT64_C(0x000000ff000000ff)) * UINT64_C(0x0000271000000001);
  return (uint32_t)((a + b) >> 32);
}
#endif
