#include "runtime/sched/deque.h"

#include <criterion/criterion.h>

#include "runtime/base/hash.h"
#include "tests/unit/counting.h"

static pel_status nothing(void *arg, uint32_t worker) {
  (void)arg, (void)worker;
  return PEL_OK;
}

static pel_task numbered(uint64_t i) { return (pel_task){nothing, NULL, i}; }

Test(deque, pops_the_newest_and_steals_the_oldest) {
  pel_deque d;
  pel__deque_init(&d);
  pel_task t;
  cr_assert(pel__deque_looks_empty(&d));
  cr_assert_not(pel__deque_pop(&d, &t));
  cr_assert_eq(pel__deque_steal(&d, &t), PEL_STEAL_EMPTY);
  for (uint64_t i = 0; i < 1000; i++)
    cr_assert(pel__deque_push(&d, numbered(i), pel__alloc_libc()));
  for (uint64_t i = 0; i < 500; i++) {
    cr_assert(pel__deque_pop(&d, &t));
    cr_assert_eq(t.ordinal, 999 - i);
    cr_assert_eq(pel__deque_steal(&d, &t), PEL_STOLEN);
    cr_assert_eq(t.ordinal, i);
  }
  cr_assert(pel__deque_looks_empty(&d));
  cr_assert_not(pel__deque_pop(&d, &t));
  pel__deque_deinit(&d, pel__alloc_libc());
}

/* Any order of calls by one thread must do what a list would do. */
Test(deque, does_what_a_list_does) {
  for (uint64_t seed = 0; seed < 50; seed++) {
    static uint64_t list[5000];
    uint64_t from = 0, to = 0;
    pel_deque d;
    pel__deque_init(&d);
    for (uint64_t i = 0; i < 3000; i++) {
      pel_task t;
      uint64_t r = pel__hash_u64(i, seed) % 100;
      if (r < 40 + seed % 20) {
        cr_assert(pel__deque_push(&d, numbered(i), pel__alloc_libc()));
        list[to++] = i;
      } else if (r < 75) {
        cr_assert_eq(pel__deque_pop(&d, &t), to > from);
        if (to > from) cr_assert_eq(t.ordinal, list[--to]);
      } else {
        cr_assert_eq(pel__deque_steal(&d, &t), to > from ? PEL_STOLEN : PEL_STEAL_EMPTY);
        if (to > from) cr_assert_eq(t.ordinal, list[from++]);
      }
      cr_assert_eq(pel__deque_looks_empty(&d), to == from);
    }
    pel__deque_deinit(&d, pel__alloc_libc());
  }
}

Test(deque, refuses_without_memory_and_stays_whole) {
  counting c;
  counting_init(&c);
  pel_deque d;
  pel__deque_init(&d);
  c.fail = 2;
  uint64_t n = 0;
  while (pel__deque_push(&d, numbered(n), &c.alloc)) n++;
  cr_assert_gt(n, 10);
  pel_task t;
  for (uint64_t i = 0; i < n; i++) {
    cr_assert(pel__deque_pop(&d, &t));
    cr_assert_eq(t.ordinal, n - 1 - i);
  }
  pel__deque_deinit(&d, &c.alloc);
  cr_assert_eq(c.out, 0);
}
