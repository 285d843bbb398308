/* Exact equality of numbers of two types, for whoever compares by other rules for nulls.
 * Owns nothing.
 * Any thread. */
#ifndef PEL_STDLIB_CORE_COMPARE_H
#define PEL_STDLIB_CORE_COMPARE_H

#include "stdlib/core/kernel.h"

/* A kernel that looks at values only, not at nulls. NULL: these are not two numbers. */
pel_kernel pel__choose_eq_mixed(const pel_type *const *in, uint32_t nin,
                                const pel_type *out);
#endif
