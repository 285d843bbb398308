/* Widths of characters: the tables are sorted and disjoint, and right for characters that
 * were looked up in EastAsianWidth.txt and UnicodeData.txt by hand. */
#include "runtime/api/width.h"

#include <criterion/criterion.h>

static void sorted(const pel_width_range *at, size_t n) {
  for (size_t i = 0; i < n; i++) {
    cr_assert(at[i].first <= at[i].last && at[i].last <= 0x10ffff);
    cr_assert(i == 0 || at[i - 1].last + 1 < at[i].first, "range %zu", i);
  }
}

Test(width, tables_are_sorted_and_disjoint) {
  sorted(pel__width_none, pel__width_none_n);
  sorted(pel__width_two, pel__width_two_n);
  for (size_t i = 0; i < pel__width_two_n; i++) {
    cr_assert_eq(pel__char_width(pel__width_two[i].first), 2);
    cr_assert_eq(pel__char_width(pel__width_two[i].last), 2);
  }
}

Test(width, characters_looked_up_by_hand) {
  static const struct {
    uint32_t cp;
    unsigned width;
  } known[] = {{' ', 1},     {'~', 1},     {0xa0, 1},    {0xad, 1},    {0xe9, 1},
               {0x2ff, 1},   {0x300, 0},   {0x36f, 0},   {0x370, 1},   {0x488, 0},
               {0x903, 1},   {0x10ff, 1},  {0x1100, 2},  {0x115f, 2},  {0x1160, 0},
               {0x11ff, 0},  {0x200b, 0},  {0x200d, 0},  {0x2014, 1},  {0x20ac, 1},
               {0x2e80, 2},  {0x3000, 2},  {0x302a, 0},  {0x303f, 1},  {0x3042, 2},
               {0x3099, 0},  {0x4e00, 2},  {0x9fff, 2},  {0xa4d0, 1},  {0xac00, 2},
               {0xd7a3, 2},  {0xfe0f, 0},  {0xff01, 2},  {0xff61, 1},  {0xffe0, 2},
               {0xffe8, 1},  {0x1f600, 2}, {0x1d11e, 1}, {0x20000, 2}, {0x2fffd, 2},
               {0x3fffd, 2}, {0xe0100, 0}, {0x10fffd, 1}};
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    cr_expect_eq(pel__char_width(known[i].cp), known[i].width, "U+%04X: %u", known[i].cp,
                 pel__char_width(known[i].cp));
}

Test(width, of_texts) {
  static const char *const texts[] = {"", "ab", "e\u0301", "\u65e5\u672c", "\U0001f600!"};
  static const size_t widths[] = {0, 2, 1, 4, 3};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    cr_expect_eq(pel__text_width(texts[i], strlen(texts[i])), widths[i], "text %zu", i);
}
