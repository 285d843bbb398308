/* The powers of ten from 10^-342 to 10^324 as 128-bit mantissas, for reading and for
 * printing floats.
 * A constant table, written by num_table.py and proved against exact integers by
 * tests/unit/base/num_table.c.
 * Any thread. */
#ifndef PEL_RUNTIME_BASE_NUM_TABLE_H
#define PEL_RUNTIME_BASE_NUM_TABLE_H

#include "runtime/base/int128.h"

enum { PEL_POW10_FIRST = -342, PEL_POW10_LAST = 324, PEL_POW10_EXACT = 55 };

/* [q - PEL_POW10_FIRST] = {high, low} half of m, where 10^q = m × 2^(floor(log2(10^q))
 * - 127) and 2^127 <= m < 2^128: exact for 0 <= q <= PEL_POW10_EXACT, cut above it,
 * rounded up below 0. */
extern const uint64_t pel__pow10_table[PEL_POW10_LAST - PEL_POW10_FIRST + 1][2];

/* floor(log2(10^q)) and floor(log10(2^e)), exact over every exponent a float has. */
PEL_INLINE int32_t pel__floor_log2_pow10(int32_t q) { return (q * 1741647) >> 19; }
PEL_INLINE int32_t pel__floor_log10_pow2(int32_t e) { return (e * 1262611) >> 22; }
#endif
