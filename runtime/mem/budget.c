#include "runtime/mem/budget.h"

#include "runtime/base/atomic.h"
#include "runtime/base/check.h"

struct pel_budget {
  uint64_t limit;
  const pel_alloc *backing;
  pel_alloc alloc;
  pel_reclaim reclaim;
  void *reclaim_ctx;
  char apart[PEL_CACHE_LINE]; /* every worker's charges meet in the next line */
  pel_atomic_u64 used;
  pel_atomic_u64 peak;
  pel_atomic_u64 wanted;
  pel_atomic_u64 refuse; /* charges until one is refused; 0: none is */
};
_Static_assert(offsetof(pel_budget, used) - offsetof(pel_budget, reclaim_ctx) >=
                   PEL_CACHE_LINE,
               "what is written often is not beside what is read often");

/* Charges what an allocation grows by before it is made; gives back what it shrinks by
 * after. take and give are the two ways of charging; backing makes the allocation. */
typedef struct meter {
  const pel_alloc *backing;
  void *ctx;
  bool (*take)(void *ctx, uint64_t n);
  void (*give)(void *ctx, uint64_t n);
} meter;

static void *metered_resize(meter m, void *p, size_t old_size, size_t new_size) {
  if (!p) old_size = 0;
  if (new_size > old_size && !m.take(m.ctx, new_size - old_size)) return NULL;
  void *q = m.backing->resize(m.backing->ctx, p, old_size, new_size);
  if (!q && new_size != 0) {
    if (new_size > old_size) m.give(m.ctx, new_size - old_size);
    return NULL;
  }
  if (new_size < old_size) m.give(m.ctx, old_size - new_size);
  return q;
}

/* --- The budget --- */

static bool budget_take(void *ctx, uint64_t n) { return pel__budget_charge(ctx, n); }
static void budget_give(void *ctx, uint64_t n) { pel__budget_uncharge(ctx, n); }

static void *budget_resize(void *ctx, void *p, size_t old_size, size_t new_size) {
  pel_budget *b = ctx;
  return metered_resize((meter){b->backing, b, budget_take, budget_give}, p, old_size,
                        new_size);
}

pel_status pel__budget_new(uint64_t limit, const pel_alloc *backing, pel_budget **budget,
                           pel_error *err) {
  if (!backing) backing = pel__alloc_libc();
  pel_budget *b = pel__alloc_get(backing, sizeof *b);
  if (!b) return pel_error_set(err, PEL_E_NOMEM, "no memory left for a budget");
  *b = (pel_budget){.limit = limit, .backing = backing};
  b->alloc = (pel_alloc){budget_resize, b};
  *budget = b;
  return PEL_OK;
}

void pel__budget_free(pel_budget *budget) {
  if (!budget) return;
  PEL_ASSERT(pel__budget_used(budget) == 0);
  pel__alloc_free(budget->backing, budget, sizeof *budget);
}

static void raise_peak(pel_budget *b, uint64_t used) {
  /* relaxed: a statistic; nothing is read because of it. */
  uint64_t peak = pel__load_u64(&b->peak, PEL_RELAXED);
  while (used > peak && !pel__cas_u64(&b->peak, &peak, used, PEL_RELAXED)) {
  }
}

static bool charge_once(pel_budget *b, uint64_t n) {
  /* relaxed: a count; what is allocated on its strength is published by other means. */
  uint64_t used = pel__load_u64(&b->used, PEL_RELAXED);
  do {
    if (used > b->limit || n > b->limit - used) return false;
  } while (!pel__cas_u64(&b->used, &used, used + n, PEL_RELAXED));
  raise_peak(b, used + n);
  return true;
}

uint64_t pel__budget_refuse(pel_budget *budget, uint64_t number) {
  const uint64_t left = pel__load_u64(&budget->refuse, PEL_RELAXED);
  pel__store_u64(&budget->refuse, number, PEL_RELAXED);
  return left;
}

/* relaxed: which of several charges at once is refused is nobody's business. */
static bool is_refused(pel_budget *b) {
  uint64_t left = pel__load_u64(&b->refuse, PEL_RELAXED);
  while (left && !pel__cas_u64(&b->refuse, &left, left - 1, PEL_RELAXED)) {
  }
  return left == 1;
}

bool pel__budget_charge(pel_budget *budget, uint64_t n) {
  if (is_refused(budget)) {
    pel__store_u64(&budget->wanted, budget->limit, PEL_RELAXED); /* for a message */
    return false;
  }
  if (charge_once(budget, n)) return true;
  if (budget->reclaim && budget->reclaim(budget->reclaim_ctx, n) > 0 &&
      charge_once(budget, n))
    return true;
  /* others may have given back meanwhile: more than the limit was wanted all the same */
  uint64_t used = pel__budget_used(budget);
  if (used <= budget->limit && n <= budget->limit - used) used = budget->limit - n + 1;
  /* relaxed: for a message */
  pel__store_u64(&budget->wanted, n > UINT64_MAX - used ? UINT64_MAX : used + n,
                 PEL_RELAXED);
  return false;
}

void pel__budget_uncharge(pel_budget *budget, uint64_t n) {
  uint64_t before PEL_UNUSED = pel__sub_u64(&budget->used, n, PEL_RELAXED);
  PEL_ASSERT(before >= n);
}

uint64_t pel__budget_limit(const pel_budget *budget) { return budget->limit; }

uint64_t pel__budget_used(const pel_budget *budget) {
  return pel__load_u64(&budget->used, PEL_RELAXED);
}

uint64_t pel__budget_peak(const pel_budget *budget) {
  return pel__load_u64(&budget->peak, PEL_RELAXED);
}

uint64_t pel__budget_wanted(const pel_budget *budget) {
  return pel__load_u64(&budget->wanted, PEL_RELAXED);
}

uint64_t pel__budget_left(const pel_budget *budget) {
  uint64_t used = pel__budget_used(budget);
  return used < budget->limit ? budget->limit - used : 0;
}

void pel__budget_reset_peak(pel_budget *budget) {
  pel__store_u64(&budget->peak, pel__budget_used(budget), PEL_RELAXED);
  pel__store_u64(&budget->wanted, 0, PEL_RELAXED);
}

void pel__budget_set_reclaim(pel_budget *budget, pel_reclaim reclaim, void *ctx) {
  budget->reclaim = reclaim;
  budget->reclaim_ctx = ctx;
}

const pel_alloc *pel__budget_alloc(pel_budget *budget) { return &budget->alloc; }

/* --- Credits --- */

static bool credit_take(void *ctx, uint64_t n) { return pel__credit_spend(ctx, n); }
static void credit_give(void *ctx, uint64_t n) { pel__credit_refund(ctx, n); }

static void *credit_resize(void *ctx, void *p, size_t old_size, size_t new_size) {
  pel_credit *c = ctx;
  return metered_resize((meter){c->budget->backing, c, credit_take, credit_give}, p,
                        old_size, new_size);
}

void pel__credit_init(pel_credit *credit, pel_budget *budget) {
  *credit = (pel_credit){.budget = budget, .alloc = {credit_resize, credit}};
}

void pel__credit_deinit(pel_credit *credit) {
  if (credit->left) pel__budget_uncharge(credit->budget, credit->left);
  credit->left = 0;
}

bool pel__credit_spend(pel_credit *credit, uint64_t n) {
  if (n > credit->left) {
    uint64_t missing = n - credit->left, step = missing;
    if (step < PEL_CREDIT_STEP) step = PEL_CREDIT_STEP;
    if (!charge_once(credit->budget, step)) {
      /* Near the limit a whole step may not fit where the need itself does. */
      step = missing;
      if (!pel__budget_charge(credit->budget, step)) return false;
    }
    credit->left += step;
  }
  credit->left -= n;
  return true;
}

void pel__credit_refund(pel_credit *credit, uint64_t n) {
  credit->left += n;
  if (credit->left <= 2 * PEL_CREDIT_STEP) return;
  pel__budget_uncharge(credit->budget, credit->left - PEL_CREDIT_STEP);
  credit->left = PEL_CREDIT_STEP;
}

const pel_alloc *pel__credit_alloc(pel_credit *credit) { return &credit->alloc; }

/* --- Reserves --- */

static bool reserve_take(void *ctx, uint64_t n) {
  pel_reserve *r = ctx;
  if (n > r->granted - r->used) return false;
  r->used += n;
  return true;
}

static void reserve_give(void *ctx, uint64_t n) {
  pel_reserve *r = ctx;
  PEL_ASSERT(r->used >= n);
  r->used -= n;
}

static void *reserve_resize(void *ctx, void *p, size_t old_size, size_t new_size) {
  pel_reserve *r = ctx;
  return metered_resize((meter){r->budget->backing, r, reserve_take, reserve_give}, p,
                        old_size, new_size);
}

void pel__reserve_init(pel_reserve *reserve, pel_budget *budget) {
  *reserve = (pel_reserve){.budget = budget, .alloc = {reserve_resize, reserve}};
}

void pel__reserve_deinit(pel_reserve *reserve) {
  PEL_ASSERT(reserve->used == 0);
  if (reserve->granted) pel__budget_uncharge(reserve->budget, reserve->granted);
  reserve->granted = 0;
}

bool pel__reserve_grow(pel_reserve *reserve, uint64_t n) {
  if (!pel__budget_charge(reserve->budget, n)) return false;
  reserve->granted += n;
  return true;
}

void pel__reserve_shrink(pel_reserve *reserve, uint64_t keep) {
  uint64_t spare = reserve->granted - reserve->used;
  if (spare <= keep) return;
  pel__budget_uncharge(reserve->budget, spare - keep);
  reserve->granted -= spare - keep;
}

const pel_alloc *pel__reserve_alloc(pel_reserve *reserve) { return &reserve->alloc; }
