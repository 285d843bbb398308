/* The table of built-in operators, gathered from their rows when PEL is built: nothing is
 * parsed at start. Immutable, owned by nobody. Any thread. */
#ifndef PEL_STDLIB_OPS_H
#define PEL_STDLIB_OPS_H

#include "pel/op.h"

extern const pel_op *const pel__std_ops[]; /* sorted by name, overloads in the order they
                                              are tried; ends with NULL */
extern const uint32_t pel__std_count;

/* The first operator of this name, or NULL; its overloads follow it. */
const pel_op *const *pel__std_find(const char *name, size_t n);
#endif
