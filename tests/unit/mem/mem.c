#include <criterion/criterion.h>
#include <string.h>

#include "runtime/base/hash.h"
#include "runtime/mem/budget.h"
#include "runtime/mem/pool.h"
#include "runtime/mem/spill.h"
#include "runtime/sys/sys.h"
#include "tests/unit/counting.h"

enum { MIB = 1 << 20 };

static pel_budget *new_budget(uint64_t limit) {
  pel_budget *b = NULL;
  cr_assert_eq(pel__budget_new(limit, NULL, &b, NULL), PEL_OK);
  return b;
}

Test(budget, holds_its_limit_and_remembers_its_peak) {
  pel_budget *b = new_budget(100);
  cr_assert(pel__budget_charge(b, 60));
  cr_assert_not(pel__budget_charge(b, 41));
  cr_assert(pel__budget_charge(b, 40));
  cr_assert_eq(pel__budget_left(b), 0);
  cr_assert_not(pel__budget_charge(b, UINT64_MAX));
  pel__budget_uncharge(b, 70);
  cr_assert_eq(pel__budget_used(b), 30);
  cr_assert_eq(pel__budget_peak(b), 100);
  pel__budget_reset_peak(b);
  cr_assert_eq(pel__budget_peak(b), 30);
  pel__budget_uncharge(b, 30);
  pel__budget_free(b);
}

Test(budget, charges_what_its_allocator_gives) {
  pel_budget *b = new_budget(10000);
  const pel_alloc *a = pel__budget_alloc(b);
  char *p = pel__alloc_get(a, 1000);
  cr_assert_eq(pel__budget_used(b), 1000);
  p = pel__alloc_resize(a, p, 1000, 5000);
  cr_assert_eq(pel__budget_used(b), 5000);
  cr_assert_null(pel__alloc_resize(a, p, 5000, 10001));
  cr_assert_eq(pel__budget_used(b), 5000, "a refused resize changes nothing");
  p = pel__alloc_resize(a, p, 5000, 10);
  cr_assert_eq(pel__budget_used(b), 10);
  pel__alloc_free(a, p, 10);
  cr_assert_eq(pel__budget_used(b), 0);
  pel__budget_free(b);
}

Test(budget, uncharges_when_the_machine_has_no_memory) {
  counting c;
  counting_init(&c);
  pel_budget *b = NULL;
  cr_assert_eq(pel__budget_new(1000, &c.alloc, &b, NULL), PEL_OK);
  c.fail = c.calls + 1;
  cr_assert_null(pel__alloc_get(pel__budget_alloc(b), 100));
  cr_assert_eq(pel__budget_used(b), 0);
  pel_budget *other = NULL;
  pel_error e = {0};
  cr_assert_eq(pel__budget_new(1, &c.alloc, &other, &e), PEL_E_NOMEM);
  cr_assert_null(other);
  pel__budget_free(b);
  cr_assert_eq(c.out, 0);
}

static uint64_t give_cache(void *ctx, uint64_t want) {
  uint64_t *cached = ctx, given = want < *cached ? want : *cached;
  *cached -= given;
  return given;
}

static uint64_t give_and_uncharge(void *ctx, uint64_t want) {
  void **pair = ctx;
  uint64_t given = give_cache(pair[1], want);
  pel__budget_uncharge(pair[0], given);
  return given;
}

Test(budget, asks_for_cached_memory_before_it_refuses) {
  pel_budget *b = new_budget(100);
  uint64_t cached = 80;
  void *pair[2] = {b, &cached};
  cr_assert(pel__budget_charge(b, 80));
  pel__budget_set_reclaim(b, give_and_uncharge, pair);
  cr_assert(pel__budget_charge(b, 70));
  cr_assert_eq(cached, 10);
  cr_assert_not(pel__budget_charge(b, 70));
  pel__budget_uncharge(b, pel__budget_used(b));
  pel__budget_free(b);
}

Test(credit, charges_in_steps_and_gives_back) {
  pel_budget *b = new_budget(3 * MIB);
  pel_credit c;
  pel__credit_init(&c, b);
  for (int i = 0; i < 100; i++) cr_assert(pel__credit_spend(&c, 100));
  cr_assert_eq(pel__budget_used(b), MIB);
  cr_assert(pel__credit_spend(&c, 2 * MIB + MIB / 2),
            "what is needed, where no step fits");
  cr_assert_not(pel__credit_spend(&c, MIB));
  pel__credit_refund(&c, 2 * MIB + MIB / 2);
  cr_assert_leq(pel__budget_used(b), 2 * MIB + 10000, "a hoard goes back");
  pel__credit_refund(&c, 10000);
  pel__credit_deinit(&c);
  cr_assert_eq(pel__budget_used(b), 0);
  pel__budget_free(b);
}

Test(credit, may_free_what_another_allocated) {
  pel_budget *b = new_budget(8 * MIB);
  pel_credit one, two;
  pel__credit_init(&one, b);
  pel__credit_init(&two, b);
  void *p = pel__alloc_get(pel__credit_alloc(&one), 300000);
  cr_assert_not_null(p);
  pel__alloc_free(pel__credit_alloc(&two), p, 300000);
  pel__credit_deinit(&one);
  pel__credit_deinit(&two);
  cr_assert_eq(pel__budget_used(b), 0);
  pel__budget_free(b);
}

Test(reserve, gives_only_what_was_granted) {
  pel_budget *b = new_budget(1000);
  pel_reserve r;
  pel__reserve_init(&r, b);
  const pel_alloc *a = pel__reserve_alloc(&r);
  cr_assert_null(pel__alloc_get(a, 1));
  cr_assert(pel__reserve_grow(&r, 600));
  cr_assert_not(pel__reserve_grow(&r, 600));
  void *p = pel__alloc_get(a, 500);
  cr_assert_not_null(p);
  cr_assert_null(pel__alloc_get(a, 101));
  pel__reserve_shrink(&r, 20);
  cr_assert_eq(pel__budget_used(b), 520);
  pel__alloc_free(a, p, 500);
  pel__reserve_deinit(&r);
  cr_assert_eq(pel__budget_used(b), 0);
  pel__budget_free(b);
}

static pel_pool *new_pool(pel_budget *b) {
  pel_pool *p = NULL;
  cr_assert_eq(pel__pool_new(b, &p, NULL), PEL_OK);
  return p;
}

Test(pool, gives_aligned_blocks_of_every_size) {
  pel_budget *b = new_budget((uint64_t)1 << 32);
  pel_pool *pool = new_pool(b);
  uint64_t empty = pel__budget_used(b);
  for (size_t n = 1; n < (size_t)300 * MIB; n += n / 3 + 1) {
    unsigned char *p = pel__pool_get(pool, n);
    cr_assert_not_null(p);
    cr_assert_eq((uintptr_t)p % 64, 0);
    cr_assert_geq(pel__budget_used(b) - empty, n);
    p[0] = p[n - 1] = 1;
    pel__pool_put(pool, p, n);
  }
  (void)pel__pool_trim(pool, UINT64_MAX);
  cr_assert_eq(pel__budget_used(b), empty);
  cr_assert_null(pel__pool_get(pool, SIZE_MAX));
  cr_assert_null(pel__pool_get(pool, (size_t)1 << 33));
  pel__pool_free(pool);
  cr_assert_eq(pel__budget_used(b), 0);
  pel__budget_free(b);
}

Test(pool, reuses_large_blocks_and_parts_with_them_when_memory_is_short) {
  pel_budget *b = new_budget(64 * MIB);
  pel_pool *pool = new_pool(b);
  void *first = pel__pool_get(pool, MIB);
  pel__pool_put(pool, first, MIB);
  void *again = pel__pool_get(pool, MIB - 1000);
  cr_assert_eq(first, again);
  pel__pool_put(pool, again, MIB - 1000);
  cr_assert_geq(pel__budget_used(b), MIB, "what is kept stays charged");
  uint64_t rest = pel__budget_left(b) + MIB / 2;
  cr_assert(pel__budget_charge(b, rest));
  pel__budget_uncharge(b, rest);
  pel__pool_free(pool);
  pel__budget_free(b);
}

Test(pool, resizes_and_keeps_content) {
  pel_budget *b = new_budget(64 * MIB);
  pel_pool *pool = new_pool(b);
  const pel_alloc *a = pel__pool_alloc(pool);
  size_t n = 10;
  unsigned char *p = pel__alloc_get(a, n);
  for (size_t i = 0; i < n; i++) p[i] = (unsigned char)i;
  for (; n < 2 * MIB; n *= 3) {
    p = pel__alloc_resize(a, p, n, n * 3);
    cr_assert_not_null(p);
    for (size_t i = 0; i < n; i++) cr_assert_eq(p[i], (unsigned char)i);
    for (size_t i = n; i < n * 3; i++) p[i] = (unsigned char)i;
  }
  pel__alloc_free(a, p, n);
  pel__pool_free(pool);
  cr_assert_eq(pel__budget_used(b), 0);
  pel__budget_free(b);
}

Test(spill, reads_back_what_it_wrote) {
  pel_spill *s = NULL;
  cr_assert_eq(pel__spill_new(NULL, pel__alloc_libc(), &s, NULL), PEL_OK);
  enum { BLOCKS = 40 };
  pel_extent at[BLOCKS];
  uint64_t total = 0;
  static unsigned char block[70000], back[70000];
  for (unsigned i = 0; i < BLOCKS; i++) {
    size_t n = pel__hash_u64(i, 1) % sizeof block;
    memset(block, (int)i, n);
    cr_assert_eq(pel__spill_write(s, block, n, &at[i], NULL), PEL_OK);
    total += n;
  }
  cr_assert_eq(pel__spill_written(s), total);
  for (unsigned i = 0; i < BLOCKS; i++) {
    uint64_t from = at[i].length / 3;
    size_t n = (size_t)(at[i].length - from);
    cr_assert_eq(pel__spill_read(s, at[i], from, back, n, NULL), PEL_OK);
    for (size_t k = 0; k < n; k++) cr_assert_eq(back[k], i);
    if (i % 2) pel__spill_drop(s, at[i]);
  }
  pel_error e = {0};
  cr_assert_eq(pel__spill_read(s, at[0], 1, back, (size_t)at[0].length, &e),
               PEL_E_INTERNAL);
  pel__spill_free(s);
}

Test(spill, names_the_directory_it_cannot_write) {
  pel_spill *s = NULL;
  cr_assert_eq(pel__spill_new("/nowhere/at/all", pel__alloc_libc(), &s, NULL), PEL_OK,
               "no file is made before the first write");
  pel_error e = {0};
  pel_extent x;
  cr_assert_eq(pel__spill_write(s, "x", 1, &x, &e), PEL_E_IO);
  cr_assert_not_null(strstr(e.message, "/nowhere/at/all"));
  pel__spill_free(s);
}
