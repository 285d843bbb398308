/* What operators must answer, found the slow and obvious way. Results are the caller's.
 * Owns nothing.
 * One thread. */
#ifndef PEL_TESTS_UNIT_TABLE_REFERENCE_H
#define PEL_TESTS_UNIT_TABLE_REFERENCE_H

#include "tests/unit/table/driver.h"

/* The operator of an aggregate by name that takes this type; NULL: none. */
const pel_op *ref_agg_op(const char *name, const pel_type *in);
/* The type of its result. */
const pel_type *ref_agg_type(const char *name, const pel_type *in);
/* Its value over v[0 … n). */
val ref_agg(const char *name, const pel_type *in, const val *const *v, size_t n,
            const pel_type *out);

extern const char *const agg_names[];
enum { N_AGGS = 11 };
#endif
