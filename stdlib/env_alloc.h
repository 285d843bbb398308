/* An environment's memory as an allocator, for what lower floors make. Owns nothing and
 * lives as long as the environment. Any thread that may use the environment. */
#ifndef PEL_STDLIB_ENV_ALLOC_H
#define PEL_STDLIB_ENV_ALLOC_H

#include "pel/op.h"
#include "runtime/base/alloc.h"

/* Charges the budget of env's run. */
pel_alloc pel__env_alloc(const pel_env *env);
#endif
