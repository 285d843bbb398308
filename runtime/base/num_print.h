/* Numbers into text: floats in the fewest digits that read back as the same value,
 * integers in decimal.
 * Writes into the caller's array, answers the number of characters, writes no NUL,
 * owns nothing, ignores the locale.
 * Any thread. */
#ifndef PEL_RUNTIME_BASE_NUM_PRINT_H
#define PEL_RUNTIME_BASE_NUM_PRINT_H

#include "runtime/base/int128.h"

enum {
  PEL_PRINT_F64 = 32, /* room for any float; the longest takes 24 */
  PEL_PRINT_I64 = 24, /* room for any 64-bit integer; the longest takes 20 */
  PEL_PRINT_I128 = 40
};

/* In the layout of Python's repr: 1.0, 0.1, 1e-05, 1e+16, -0.0, nan, inf, -inf. Of the
 * shortest texts that read back as the value it is the one nearest to it (R.
 * Giulietti, "The Schubfach way to render doubles", 2022). For f32 the digits are the
 * shortest that read back as the same f32. */
size_t pel__print_f64(double x, char out[PEL_PRINT_F64]);
size_t pel__print_f32(float x, char out[PEL_PRINT_F64]);

size_t pel__print_i64(int64_t x, char out[PEL_PRINT_I64]);
size_t pel__print_u64(uint64_t x, char out[PEL_PRINT_I64]);
size_t pel__print_i128(pel_i128 x, char out[PEL_PRINT_I128]);
size_t pel__print_u128(pel_u128 x, char out[PEL_PRINT_I128]);
#endif
