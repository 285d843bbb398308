/* Constant folding through the operators' own kernels.
 * Results live in the module's arena.
 * One thread. */
#ifndef PEL_COMPILER_PASSES_FOLD_H
#define PEL_COMPILER_PASSES_FOLD_H

#include "compiler/ir/ir.h"

/* A constant in front of n that has its value; NULL when an argument is none, or the call fails or gives null. */
pel_ir_node *pel__fold_call(pel_ir *m, pel_ir_node *n);
#endif
