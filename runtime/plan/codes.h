/* Names of what stands in a plan: kinds, instruction codes, types as text.
 * Owns nothing; the names are constants.
 * Any thread. */
#ifndef PEL_RUNTIME_PLAN_CODES_H
#define PEL_RUNTIME_PLAN_CODES_H

#include "runtime/plan/plan.h"

/* "i64", "list" …; "?" for what is none. */
const char *pel__plan_kind_name(pel_kind k);
/* "column", "call" …; "?" for what is none. */
const char *pel__plan_code_name(uint16_t code);
/* "map", "breaker" …; "?" for what is none. */
const char *pel__plan_op_kind_name(pel_op_kind k);
/* As programs write types: [*]i64?, {a: str, b: f64?}. The type must be finite (verified,
 * or our own). */
void pel__plan_type_print(const pel_type *t, pel_buf *out);
/* As a literal: text as JSON, lists in [], records in {}. */
void pel__plan_const_print(const pel_const *c, pel_buf *out);
#endif
