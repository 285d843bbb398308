/* Blocks for columns and tables: aligned to 64 bytes, charged to a budget, large ones
 * kept for reuse. The context owns the pool; whoever gets a block gives it back with the
 * same size. Any thread. */
#ifndef PEL_RUNTIME_MEM_POOL_H
#define PEL_RUNTIME_MEM_POOL_H

#include "runtime/mem/budget.h"

typedef struct pel_pool pel_pool;

/* Takes the budget's reclaim hook: cached blocks go back when memory is short. */
pel_status pel__pool_new(pel_budget *budget, pel_pool **pool, pel_error *err);
void pel__pool_free(pel_pool *pool); /* NULL is fine; every block must be back */

/* Not cleared; n > 0. NULL when the budget or the machine has no more. */
void *pel__pool_get(pel_pool *pool, size_t n);
void pel__pool_put(pel_pool *pool, void *p, size_t n); /* p NULL is fine */
/* The same as an allocator; lives as long as the pool. */
const pel_alloc *pel__pool_alloc(pel_pool *pool);
/* Gives at least want bytes of cached blocks back to the system, if there are so many;
 * answers how many. */
uint64_t pel__pool_trim(pel_pool *pool, uint64_t want);

#endif
