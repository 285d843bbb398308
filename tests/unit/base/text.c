#include <criterion/criterion.h>
#include <stdio.h>

#include "runtime/base/hash.h"
#include "runtime/base/map.h"
#include "runtime/base/str.h"
#include "runtime/base/vec.h"
#include "tests/unit/counting.h"

Test(str, orders_by_bytes) {
  cr_assert_lt(pel__str_cmp(PEL_STR("a"), PEL_STR("b")), 0);
  cr_assert_lt(pel__str_cmp(PEL_STR("a"), PEL_STR("aa")), 0);
  cr_assert_gt(pel__str_cmp(PEL_STR("\xff"), PEL_STR("a")), 0);
  cr_assert_eq(pel__str_cmp(PEL_STR("x"), PEL_STR("x")), 0);
  cr_assert_lt(pel__str_cmp((pel_str){NULL, 0}, PEL_STR("a")), 0);
}

/* The definition, without a limit: exponential, for words of up to 6 letters. */
static unsigned slow_distance(pel_str a, pel_str b) {
  if (a.n == 0 || b.n == 0) return (unsigned)(a.n + b.n);
  pel_str ra = {a.p + 1, a.n - 1}, rb = {b.p + 1, b.n - 1};
  unsigned best = slow_distance(ra, rb) + (a.p[0] != b.p[0]), d;
  if ((d = slow_distance(ra, b) + 1) < best) best = d;
  if ((d = slow_distance(a, rb) + 1) < best) best = d;
  if (a.n > 1 && b.n > 1 && a.p[0] == b.p[1] && a.p[1] == b.p[0]) {
    d = 1 + slow_distance((pel_str){a.p + 2, a.n - 2}, (pel_str){b.p + 2, b.n - 2});
    if (d < best) best = d;
  }
  return best;
}

Test(str, counts_typing_errors) {
  cr_assert_eq(pel__str_distance(PEL_STR("fliter"), PEL_STR("filter"), 3), 1);
  cr_assert_eq(pel__str_distance(PEL_STR("kitten"), PEL_STR("sitting"), 9), 3);
  cr_assert_eq(pel__str_distance(PEL_STR("a"), PEL_STR("xyzabc"), 2), 3);
  cr_assert_eq(pel__str_distance(PEL_STR(""), PEL_STR("ab"), 5), 2);
  for (uint64_t i = 0; i < 400; i++) {
    char a[6], b[6];
    for (unsigned k = 0; k < 6; k++) {
      a[k] = (char)('a' + pel__hash_u64(i, k) % 3);
      b[k] = (char)('a' + pel__hash_u64(i, k + 10) % 3);
    }
    pel_str x = {a, i % 7 > 5 ? 6 : i % 7}, y = {b, i / 7 % 7 > 5 ? 6 : i / 7 % 7};
    cr_assert_eq(pel__str_distance(x, y, 20), slow_distance(x, y));
  }
}

Test(utf8, accepts_what_it_encodes_and_nothing_else) {
  for (uint32_t cp = 0; cp < 0x110100; cp += cp < 0x3000 ? 1 : 13) {
    char text[4];
    size_t n = pel__utf8_encode(cp, text);
    bool scalar = cp <= 0x10ffff && !(cp >= 0xd800 && cp <= 0xdfff);
    cr_assert_eq(n != 0, scalar);
    if (!n) continue;
    cr_assert_eq(pel__utf8_valid(text, n), n);
    cr_assert_eq(pel__utf8_length(text, n), 1);
    for (size_t cut = 1; cut < n; cut++) cr_assert_eq(pel__utf8_valid(text, cut), 0);
  }
}

Test(utf8, finds_the_first_bad_byte) {
  static const char *const bad[] = {
      "\x80",         "\xc0\xaf",         "\xc1\xbf",         "\xe0\x9f\x80",
      "\xed\xa0\x80", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",
      "\xff",         "\xe2\x28\xa1"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    for (size_t before = 0; before < 20; before++) {
      char text[40];
      memset(text, 'a', sizeof text);
      memcpy(text + before, bad[i], strlen(bad[i]));
      cr_assert_eq(pel__utf8_valid(text, sizeof text), before);
    }
  }
}

Test(buf, escapes_json) {
  pel_buf b;
  pel__buf_init(&b, NULL);
  pel__buf_json(&b, PEL_STR("a\"b\\c\n\t\x01\x1f é \xff\xe2\x82"));
  cr_assert_str_eq(
      pel__buf_z(&b),
      "\"a\\\"b\\\\c\\n\\t\\u0001\\u001f é \xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
  pel__buf_deinit(&b);
}

Test(buf, grows_and_formats) {
  pel_buf b;
  pel__buf_init(&b, NULL);
  cr_assert_str_eq(pel__buf_z(&b), "");
  for (int i = 0; i < 1000; i++) pel__buf_printf(&b, "%d,", i);
  pel__buf_char(&b, 'x');
  pel__buf_text(&b, "yz");
  pel__buf_str(&b, PEL_STR("!"));
  cr_assert_eq(b.n, 10 * 2 + 90 * 3 + 900 * 4 + 4);
  cr_assert_str_eq(pel__buf_z(&b) + b.n - 8, "999,xyz!");
  pel__buf_deinit(&b);
}

Test(buf, remembers_that_memory_was_short) {
  counting c;
  counting_init(&c);
  pel_buf b;
  pel__buf_init(&b, &c.alloc);
  pel__buf_text(&b, "first");
  c.fail = c.calls + 1;
  for (int i = 0; i < 100; i++) pel__buf_text(&b, "more");
  c.fail = 0;
  pel__buf_text(&b, "after");
  cr_assert(b.failed);
  cr_assert_str_eq(pel__buf_z(&b), "");
  pel__buf_deinit(&b);
  cr_assert_eq(c.out, 0);
}

Test(vec, grows_and_gives_everything_back) {
  counting c;
  counting_init(&c);
  PEL_VEC(uint64_t) v = {0};
  for (uint64_t i = 0; i < 10000; i++) cr_assert(PEL_VEC_PUSH(&v, i * i, &c.alloc));
  for (uint64_t i = 0; i < 10000; i++) cr_assert_eq(v.at[i], i * i);
  cr_assert_not(PEL_VEC_RESERVE(&v, SIZE_MAX / 4, &c.alloc));
  c.fail = 1;
  cr_assert_not(PEL_VEC_RESERVE(&v, 100000, &c.alloc));
  cr_assert_eq(v.at[9999], (uint64_t)9999 * 9999);
  PEL_VEC_DEINIT(&v, &c.alloc);
  cr_assert_eq(c.out, 0);
}

Test(map, finds_what_was_put_and_only_that) {
  enum { N = 3000 };
  static char names[N][12];
  counting c;
  counting_init(&c);
  pel_map m;
  pel__map_init(&m, &c.alloc);
  uint32_t v = 7;
  cr_assert_not(pel__map_get(&m, PEL_STR("x"), &v));
  cr_assert_eq(v, 7, "untouched when nothing is found");
  for (uint32_t i = 0; i < N; i++) {
    (void)snprintf(names[i], sizeof names[i], "n%u", i);
    cr_assert(pel__map_put(&m, pel__str(names[i]), i));
  }
  for (uint32_t i = 0; i < N; i += 3)
    cr_assert(pel__map_put(&m, pel__str(names[i]), i + N));
  cr_assert_eq(m.n, N);
  for (uint32_t i = 0; i < N; i++) {
    cr_assert(pel__map_get(&m, pel__str(names[i]), &v));
    cr_assert_eq(v, i % 3 == 0 ? i + N : i);
  }
  cr_assert_not(pel__map_get(&m, PEL_STR("n3000"), NULL));
  cr_assert(pel__map_put(&m, (pel_str){NULL, 0}, 9), "the empty name is a name");
  cr_assert(pel__map_get(&m, PEL_STR(""), &v));
  cr_assert_eq(v, 9);
  pel__map_deinit(&m);
  cr_assert_eq(c.out, 0);
}

Test(hash, follows_xxh3) {
  /* From the reference implementation's own sanity test: XXH3_64bits of nothing, seed 0.
   */
  cr_assert_eq(pel__hash_bytes("", 0, 0), UINT64_C(0x2d06800538d394c2));
  cr_assert_neq(pel__hash_bytes("a", 1, 0), pel__hash_bytes("a", 1, 1));
}

Test(hash, mixes_one_to_one) {
  for (unsigned bit = 0; bit < 64; bit++) {
    uint64_t d = pel__hash_u64(12345, 1) ^ pel__hash_u64(12345 ^ (UINT64_C(1) << bit), 1);
    int flipped = __builtin_popcountll(d);
    cr_assert(flipped > 12 && flipped < 52);
  }
}

Test(error, formats_and_answers_its_status) {
  pel_error e = {0};
  cr_assert_eq(pel_error_set(&e, PEL_E_IO, "cannot %s %d", "do", 3), PEL_E_IO);
  cr_assert_eq(e.status, PEL_E_IO);
  cr_assert_str_eq(e.message, "cannot do 3");
  cr_assert_eq(pel_error_set(NULL, PEL_E_LIMIT, "x"), PEL_E_LIMIT);
  (void)pel_error_set(&e, PEL_E_FAILED, "then: %s", e.message);
  cr_assert_str_eq(e.message, "then: cannot do 3");
}

Test(error, cuts_between_code_points) {
  for (size_t shift = 0; shift < 4; shift++) {
    char text[2000] = "aaa";
    text[shift] = '\0';
    while (strlen(text) < 1500) strcat(text, "€");
    pel_error e = {0};
    (void)pel_error_set(&e, PEL_E_IO, "%s", text);
    size_t n = strlen(e.message);
    cr_assert_geq(n, sizeof e.message - 4);
    cr_assert_eq(pel__utf8_valid(e.message, n), n);
  }
}

Test(error, names_every_status) {
  for (int s = PEL_OK; s <= PEL_E_INTERNAL; s++) {
    const char *name = pel_status_name((pel_status)s);
    cr_assert_eq(strncmp(name, "PEL_", 4), 0);
    cr_assert_str_neq(name, "PEL_E_UNKNOWN");
  }
  cr_assert_str_eq(pel_status_name((pel_status)99), "PEL_E_UNKNOWN");
}
