/* Plans: saved, loaded, run many times, in two contexts; other versions and broken bytes
 * are refused. */
#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/api/world.h"

static const char TEXT[] =
    "out n = [{ a: 1, b: 2 }, { a: 1, b: 40 }] |> group(.a) |> select(.a, s: sum(.b)) |> "
    "select(.s) |> len()\n";

Test(plans, saved_and_loaded_elsewhere) {
  world w = world_begin(2, TEXT), other = world_begin(1, "out n = 0\n");
  pel_error e = {0};
  char *bytes = NULL, *again = NULL;
  size_t n = 0, m = 0;
  pel_plan *loaded = NULL;
  cr_assert_eq(pel_plan_save(w.ctx, w.plan, &bytes, &n, &e), PEL_OK);
  cr_assert_eq(pel_plan_load(other.ctx, bytes, n, &loaded, &e), PEL_OK, "%s", e.message);
  cr_assert_eq(pel_plan_save(other.ctx, loaded, &again, &m, &e), PEL_OK);
  cr_assert(n == m && memcmp(bytes, again, n) == 0);
  for (int i = 0; i < 20; i++) cr_assert_eq(number(other.ctx, loaded), 1);
  cr_assert_eq(number(w.ctx, w.plan), 1);
  pel_text_free(w.ctx, bytes, n);
  pel_text_free(other.ctx, again, m);
  pel_plan_release(loaded);
  world_end(&other);
  world_end(&w);
}

Test(plans, run_at_once) {
  world w = world_begin(2, TEXT);
  pel_run *runs[8] = {0};
  pel_error e = {0};
  for (int i = 0; i < 8; i++) {
    cr_assert_eq(pel_run_new(w.ctx, w.plan, &runs[i], &e), PEL_OK);
    cr_assert_eq(pel_run_start(runs[i], &e), PEL_OK);
  }
  for (int i = 0; i < 8; i++) {
    cr_assert_eq(pel_run_wait(runs[i], &e), PEL_OK, "%s", e.message);
    pel_run_free(runs[i]);
  }
  world_end(&w);
}

Test(plans, every_changed_byte_is_refused) {
  world w = world_begin(1, TEXT);
  pel_error e = {0};
  char *bytes = NULL;
  size_t n = 0;
  cr_assert_eq(pel_plan_save(w.ctx, w.plan, &bytes, &n, &e), PEL_OK);
  for (size_t i = 0; i < n; i++) {
    pel_plan *loaded = NULL;
    bytes[i] = (char)(bytes[i] ^ 1);
    cr_assert_eq(pel_plan_load(w.ctx, bytes, n, &loaded, &e), PEL_E_INVALID, "byte %zu",
                 i);
    cr_assert(e.message[0] && !loaded);
    bytes[i] = (char)(bytes[i] ^ 1);
  }
  for (size_t i = 0; i < n; i += 7) {
    pel_plan *loaded = NULL;
    cr_assert_eq(pel_plan_load(w.ctx, bytes, i, &loaded, &e), PEL_E_INVALID, "cut at %zu",
                 i);
  }
  pel_text_free(w.ctx, bytes, n);
  world_end(&w);
}

/* The checksum is of what follows the head, so it still holds. */
Test(plans, another_version_is_refused_by_name) {
  static const uint32_t versions[] = {0, 2, 0x01000000, UINT32_MAX};
  world w = world_begin(1, TEXT);
  pel_error e = {0};
  char *bytes = NULL, want[128];
  size_t n = 0;
  pel_plan *loaded = NULL;
  cr_assert_eq(pel_plan_save(w.ctx, w.plan, &bytes, &n, &e), PEL_OK);
  cr_assert(bytes[8] == 1 && !bytes[9], "a new version: take another one here");
  for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
    for (size_t k = 0; k < 4; k++) bytes[8 + k] = (char)(versions[i] >> 8 * k);
    cr_assert_eq(pel_plan_load(w.ctx, bytes, n, &loaded, &e), PEL_E_INVALID);
    (void)snprintf(want, sizeof want,
                   "the plan was saved by another version of PEL (%u, this is 1)",
                   versions[i]);
    cr_assert_str_eq(e.message, want);
    cr_assert(!loaded);
  }
  memcpy(bytes + 8, "\1\0\0", 4);
  cr_assert_eq(pel_plan_load(w.ctx, bytes, n, &loaded, &e), PEL_OK, "%s", e.message);
  cr_assert_eq(number(w.ctx, loaded), 1);
  pel_plan_release(loaded);
  pel_text_free(w.ctx, bytes, n);
  world_end(&w);
}
