/* A deque of tasks: its owner pushes and pops at the bottom, anybody steals at the top.
 * The job owns it; one thread at a time is its owner.
 * push and pop: the owner; steal and looks_empty: any thread; init and deinit: alone.
 *
 * After D. Chase and Y. Lev, "Dynamic Circular Work-Stealing Deque" (SPAA 2005), with
 * sequentially consistent accesses to both ends in place of fences. The ends count up for
 * ever (64 bits), so that no end is ever met twice (ABA). */
#ifndef PEL_RUNTIME_SCHED_DEQUE_H
#define PEL_RUNTIME_SCHED_DEQUE_H

#include "runtime/sched/sched.h"

typedef struct pel_deque_ring pel_deque_ring;

typedef struct pel_deque {
  pel_atomic_u64 top; /* the oldest task; thieves advance it */
  char apart[PEL_CACHE_LINE - sizeof(pel_atomic_u64)];
  pel_atomic_u64 bottom; /* one past the newest; its owner's */
  pel_atomic_ptr ring;   /* NULL until the first push */
} pel_deque;
_Static_assert(offsetof(pel_deque, bottom) >= PEL_CACHE_LINE,
               "thieves and owner write to lines of their own");

typedef enum pel_steal { PEL_STOLEN, PEL_STEAL_EMPTY, PEL_STEAL_LOST } pel_steal;

void pel__deque_init(pel_deque *d);
void pel__deque_deinit(pel_deque *d, const pel_alloc *alloc);
/* false without memory. */
bool pel__deque_push(pel_deque *d, pel_task task, const pel_alloc *alloc);
/* The newest; false when there is none. */
bool pel__deque_pop(pel_deque *d, pel_task *task);
/* The oldest. LOST: somebody else was faster; there may be more. */
pel_steal pel__deque_steal(pel_deque *d, pel_task *task);
bool pel__deque_looks_empty(const pel_deque *d);

#endif
