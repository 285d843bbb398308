/* Integer arithmetic that fails: shared reporting of overflow and division by zero.
 * Owns nothing.
 * Any thread. */
#ifndef PEL_STDLIB_CORE_ARITH_H
#define PEL_STDLIB_CORE_ARITH_H

#include "runtime/base/int128.h"
#include "stdlib/core/kernel.h"

typedef enum pel_arith {
  PEL_ARITH_ADD,
  PEL_ARITH_SUB,
  PEL_ARITH_MUL,
  PEL_ARITH_DIV,
  PEL_ARITH_MOD,
  PEL_ARITH_POW,
  PEL_ARITH_NEG,
  PEL_ARITH_ABS
} pel_arith;

/* An integer (bool, date, time, dur too) of a column. */
pel_i128 pel__col_int(const pel_col *c, uint32_t row);
/* The range of an integer kind. */
pel_i128 pel__kind_min(pel_kind k);
pel_i128 pel__kind_max(pel_kind k);
/* Poisons the valid rows in which the operation fails. Slow: called after a fast loop has
 * seen that some row did. */
pel_status pel__arith_fail(const pel_call *c, pel_arith op);
/* a ^ b exactly, or false: it does not fit kind k. b ≥ 0. */
bool pel__int_pow(pel_i128 a, pel_i128 b, pel_kind k, pel_i128 *out);
#endif
