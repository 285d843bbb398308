/* What the two files that take a host's Arrow structs share: where in the value they are,
 * and what can be asked of one array before its buffers are read. The structs are the
 * caller's; a place lives on the caller's stack. Any thread. */
#ifndef PEL_RUNTIME_API_ARROW_H
#define PEL_RUNTIME_API_ARROW_H

#include "runtime/api/api.h"

/* The parameter (up NULL), a column or field of it, or the items of a list ("[]"). */
typedef struct pel_arrow_place {
  const struct pel_arrow_place *up;
  pel_str name;
} pel_arrow_place;

/* PEL_E_INVALID and "parameter `t`, column `a.b[]`: " with the message. */
PEL_USE_RESULT pel_status pel__arrow_refuse(const pel_arrow_place *at, pel_error *err,
                                            const char *fmt, ...) PEL_PRINTF(3, 4);
/* Format, counts, pointers, sums: after it every buffer that the type needs is there and
 * so is every child's pointer; what the buffers hold is not looked at. Children want a
 * check of their own. */
PEL_USE_RESULT pel_status pel__arrow_check(const pel_arrow_place *at, const pel_type *t,
                                           const struct ArrowSchema *schema,
                                           const struct ArrowArray *array,
                                           pel_error *err);
#endif
