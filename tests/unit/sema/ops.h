/* The operators of the tests: see ops.c. */
#ifndef PEL_TESTS_UNIT_SEMA_OPS_H
#define PEL_TESTS_UNIT_SEMA_OPS_H
#include "pel/op.h"
const pel_op *const *rig_ops(void);
#endif
