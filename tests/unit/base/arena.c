#include "runtime/base/arena.h"

#include <criterion/criterion.h>
#include <stdint.h>
#include <string.h>

#include "tests/unit/counting.h"

Test(arena, hands_out_aligned_memory_that_does_not_overlap) {
  counting c;
  counting_init(&c);
  pel_arena a;
  pel__arena_init(&a, &c.alloc);
  unsigned char *last = NULL;
  size_t last_size = 0;
  for (size_t i = 0; i < 5000; i++) {
    size_t n = i * 7919 % 900;
    unsigned char *p = pel__arena_get(&a, n);
    cr_assert_not_null(p);
    cr_assert_eq((uintptr_t)p % 16, 0);
    memset(p, (int)i & 0xff, n);
    for (size_t k = 0; k < last_size; k++) cr_assert_eq(last[k], (i - 1) & 0xff);
    last = p;
    last_size = n;
  }
  cr_assert_eq(a.total, c.out);
  pel__arena_deinit(&a);
  cr_assert_eq(c.out, 0);
}

Test(arena, takes_nothing_before_it_is_used) {
  counting c;
  counting_init(&c);
  pel_arena a;
  pel__arena_init(&a, &c.alloc);
  cr_assert_eq(c.calls, 0);
  pel__arena_deinit(&a);
}

Test(arena, keeps_its_largest_block_over_a_reset) {
  counting c;
  counting_init(&c);
  pel_arena a;
  pel__arena_init(&a, &c.alloc);
  for (int i = 0; i < 1000; i++) cr_assert_not_null(pel__arena_get(&a, 300));
  cr_assert_not_null(pel__arena_get(&a, 1 << 20)); /* a block of its own, the largest */
  pel__arena_reset(&a);
  cr_assert_eq(a.total, c.out);
  size_t calls = c.calls;
  cr_assert_not_null(pel__arena_get(&a, 1 << 19));
  cr_assert_eq(c.calls, calls, "the kept block is used again");
  pel__arena_deinit(&a);
  cr_assert_eq(c.out, 0);
}

Test(arena, refuses_products_that_overflow) {
  pel_arena a;
  pel__arena_init(&a, NULL);
  cr_assert_null(pel__arena_array(&a, SIZE_MAX / 2, 3));
  cr_assert_null(pel__arena_get(&a, SIZE_MAX));
  cr_assert_null(pel__arena_get(&a, SIZE_MAX - 8));
  cr_assert_not_null(pel__arena_array(&a, 0, 8));
  pel__arena_deinit(&a);
}

Test(arena, clears_arrays_also_in_reused_memory) {
  pel_arena a;
  pel__arena_init(&a, NULL);
  memset(pel__arena_get(&a, 1000), 0xff, 1000);
  pel__arena_reset(&a);
  const unsigned char *p = pel__arena_array(&a, 100, 10);
  for (int i = 0; i < 1000; i++) cr_assert_eq(p[i], 0);
  pel__arena_deinit(&a);
}

Test(arena, copies_and_formats_text) {
  pel_arena a;
  pel__arena_init(&a, NULL);
  cr_assert_str_eq(pel__arena_text(&a, "abcdef", 3), "abc");
  cr_assert_str_eq(pel__arena_text(&a, NULL, 0), "");
  cr_assert_str_eq(pel__arena_printf(&a, "%s-%d", "x", 42), "x-42");
  char *a_long_one = pel__arena_printf(&a, "%70000d", 1);
  cr_assert_eq(strlen(a_long_one), 70000);
  pel__arena_deinit(&a);
}

Test(arena, answers_null_without_memory_and_stays_usable) {
  counting c;
  counting_init(&c);
  c.fail = 2;
  pel_arena a;
  pel__arena_init(&a, &c.alloc);
  cr_assert_not_null(pel__arena_get(&a, 100));
  cr_assert_null(pel__arena_get(&a, 100000));
  cr_assert_null(pel__arena_get(&a, SIZE_MAX / 4));
  c.fail = 0;
  cr_assert_not_null(pel__arena_get(&a, 100000));
  pel__arena_deinit(&a);
  cr_assert_eq(c.out, 0);
}
