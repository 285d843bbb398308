/* How much memory may be used: one budget per context, charged before memory is taken.
 * The context owns the budget; each worker owns a credit, each operator's local state a
 * reserve. A budget may be used from any thread; a credit or a reserve by one thread at a
 * time. */
#ifndef PEL_RUNTIME_MEM_BUDGET_H
#define PEL_RUNTIME_MEM_BUDGET_H

#include <stdbool.h>

#include "runtime/base/alloc.h"

typedef struct pel_budget pel_budget;

/* backing (NULL: pel__alloc_libc()) is where allocators made here get their memory. */
pel_status pel__budget_new(uint64_t limit, const pel_alloc *backing, pel_budget **budget,
                           pel_error *err);
void pel__budget_free(pel_budget *budget); /* NULL is fine */

/* false when it would pass the limit (after reclaim was asked): nothing is charged then.
 */
bool pel__budget_charge(pel_budget *budget, uint64_t n);
void pel__budget_uncharge(pel_budget *budget, uint64_t n);
/* The number-th charge from now on is refused as if the limit were reached, and only that
 * one; 0: none is. Answers how many of the last number were still to come. For tests of
 * what follows; while nobody charges. */
uint64_t pel__budget_refuse(pel_budget *budget, uint64_t number);
uint64_t pel__budget_limit(const pel_budget *budget);
uint64_t pel__budget_used(
    const pel_budget *budget); /* credits and reserves count in full */
uint64_t pel__budget_peak(const pel_budget *budget);
/* What the limit would have had to be for the charge that was last refused; 0: none was.
 */
uint64_t pel__budget_wanted(const pel_budget *budget);
/* Bytes that could be charged now. */
uint64_t pel__budget_left(const pel_budget *budget);
/* The peak starts again from what is used now, and nothing was refused: one run's
 * figures. */
void pel__budget_reset_peak(pel_budget *budget);

/* Called by whoever runs into the limit: gives back about want cached bytes with
 * uncharge, answers how many. Must not charge. At most one; set before the budget is
 * shared, NULL takes it away. */
typedef uint64_t (*pel_reclaim)(void *ctx, uint64_t want);
void pel__budget_set_reclaim(pel_budget *budget, pel_reclaim reclaim, void *ctx);

/* Charges each allocation on its own; any thread. Lives as long as the budget. */
const pel_alloc *pel__budget_alloc(pel_budget *budget);

/* --- A worker's credit: charged 1 MiB at a time; small allocations share nothing --- */

enum { PEL_CREDIT_STEP = 1 << 20 };

typedef struct pel_credit {
  pel_budget *budget;
  uint64_t left; /* charged, not yet spent */
  pel_alloc alloc;
} pel_credit;

/* Must stay at its address while its allocator is in use. */
void pel__credit_init(pel_credit *credit, pel_budget *budget);
/* Gives unspent credit back. What was allocated stays charged until freed, through any
 * credit of this budget. */
void pel__credit_deinit(pel_credit *credit);
bool pel__credit_spend(pel_credit *credit, uint64_t n);
void pel__credit_refund(pel_credit *credit, uint64_t n);
const pel_alloc *pel__credit_alloc(pel_credit *credit);

/* --- A reserve: memory promised to one operator's state before it is needed --- */

typedef struct pel_reserve {
  pel_budget *budget;
  uint64_t granted, used; /* used ≤ granted */
  pel_alloc alloc;
} pel_reserve;

/* Grants nothing yet. Must stay at its address while its allocator is in use. */
void pel__reserve_init(pel_reserve *reserve, pel_budget *budget);
/* Everything granted goes back; what was allocated from it must have been freed. */
void pel__reserve_deinit(pel_reserve *reserve);
/* n more bytes are granted, or false: then spill, or refuse. */
bool pel__reserve_grow(pel_reserve *reserve, uint64_t n);
/* Gives back what is granted and not used, but for keep bytes. */
void pel__reserve_shrink(pel_reserve *reserve, uint64_t keep);
/* Draws on the grant only: NULL when it is spent. */
const pel_alloc *pel__reserve_alloc(pel_reserve *reserve);

#endif
