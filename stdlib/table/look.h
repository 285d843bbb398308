/* How often work that may be long looks whether the run was cancelled: between stretches
 * of a few thousand rows, never for each. Owns nothing. Any thread. */
#ifndef PEL_STDLIB_TABLE_LOOK_H
#define PEL_STDLIB_TABLE_LOOK_H

#include "pel/op.h"

enum { PEL_LOOK_ROWS = 1 << 12 };

/* Before row i of many: whether it is time to look, and the run was cancelled. */
PEL_INLINE bool pel__look(const pel_env *env, size_t i) {
  return (i & (PEL_LOOK_ROWS - 1)) == 0 && env->cancelled(env);
}
#endif
