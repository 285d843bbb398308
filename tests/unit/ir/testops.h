/* A small table of operators for tests of the IR, the passes and lowering: real kernels
 * for a few, types only for the rest. Owns nothing. Any thread. */
#ifndef PEL_TESTS_UNIT_IR_TESTOPS_H
#define PEL_TESTS_UNIT_IR_TESTOPS_H

#include "pel/op.h"

/* add sub mul div (i64, f64; integers fail), gt eq not, is_null; sum min len len_distinct
 * collect; read_csv write_csv. */
extern const pel_op *const *const pel_test_ops[1];
#endif
