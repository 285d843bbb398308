/* What stands in a null cell means nothing: whatever a host left there, the program's
 * answer is null, and nothing divides by it, reads it or counts with it. */
#include "tests/unit/api/host.h"

enum { ROWS = 4 };
static const bool valid[ROWS] = {true, false, false, true};
static const host_layout some = {.rows = ROWS, .valid = valid};

/* The out `y`, one column, shown cell by cell with spaces between. */
static void gives(const char *text, host *columns, int64_t n, const char *want) {
  world w = world_begin(1, text);
  pel_error e = {0};
  char got[1024];
  size_t at = 0;
  const host_layout root = {.rows = ROWS};
  host h = host_record("", &root, n, columns);
  host_bind(&h, w.run, "t");
  cr_assert_eq(pel_run_wait(w.run, &e), PEL_OK, "%s: %s", text, e.message);
  result r = result_of(w.run, "y");
  for (int64_t i = 0; i < r.array.length; i++) {
    host_show(r.schema.children[0], r.array.children[0], i, got + at, sizeof got - at);
    at += strlen(got + at);
    got[at++] = ' ';
  }
  got[at ? at - 1 : 0] = 0;
  cr_expect_str_eq(got, want, "%s: %s, not %s", text, got, want);
  result_end(&r);
  world_end(&w);
  cr_expect_eq(host_live(), 0);
}

#define P "param t: [*]{ a: i64?, b: i64? }\nout y = t |> "

static void of_numbers(const char *text, const char *want) {
  static const int64_t a[ROWS] = {7, INT64_MIN, INT64_MAX, -7};
  static const int64_t b[ROWS] = {2, -1, 0, 2};
  host columns[2] = {host_numbers("a", "l", &some, 8, a),
                     host_numbers("b", "l", &some, 8, b)};
  gives(text, columns, 2, want);
}

Test(null_cells, numbers) {
  of_numbers(P "select(y: div(.a, .b))\n", "0000000000000003 null null fffffffffffffffc");
  of_numbers(P "select(y: .a % .b)\n", "0000000000000001 null null 0000000000000001");
  of_numbers(P "select(y: .a * .b)\n", "000000000000000e null null fffffffffffffff2");
  of_numbers(P "select(y: -.a)\n", "fffffffffffffff9 null null 0000000000000007");
  of_numbers(P "select(y: .a as i8)\n", "07 null null f9");
  of_numbers(P "select(y: .a ?? 1)\n",
             "0000000000000007 0000000000000001 0000000000000001 fffffffffffffff9");
  of_numbers(P "group() |> select(y: sum(.a))\n", "0000000000000000");
  of_numbers(P "group(.a) |> select(y: len(.rows))\n",
             "0000000000000001 0000000000000002 0000000000000001");
  of_numbers(P "sort(.a) |> select(y: .b)\n",
             "0000000000000002 0000000000000002 null null");
  of_numbers(P "distinct(.a) |> select(y: .a)\n",
             "0000000000000007 null fffffffffffffff9");
}

static void of_dates(const char *text, const char *want) {
  static const int32_t days[ROWS] = {0, INT32_MIN, INT32_MAX, 366};
  static const int64_t times[ROWS] = {0, INT64_MIN, INT64_MAX, INT64_C(86400000000)};
  host columns[2] = {host_numbers("d", "tdD", &some, 4, days),
                     host_numbers("w", "tsu:UTC", &some, 8, times)};
  gives(text, columns, 2, want);
}

#undef P
#define P "param t: [*]{ d: date?, w: time? }\nout y = t |> "

Test(null_cells, dates) {
  of_dates(P "select(y: trunc(.d, \"month\"))\n", "00000000 null null 0000016d");
  of_dates(P "select(y: .d - .d)\n", "0000000000000000 null null 0000000000000000");
  of_dates(P "select(y: .w + 1s)\n", "00000000000f4240 null null 000000141de6a240");
  of_dates(P "select(y: str(.w))\n",
           "'1970-01-01T00:00:00Z' null null '1970-01-02T00:00:00Z'");
}

#undef P
#define P "param t: [*]{ s: str? }\nout y = t |> "

static void of_text(const char *text, const char *want) {
  static const char *const s[ROWS] = {"one", "\xff\xfe", "", "a longer text, four"};
  static const size_t sizes[ROWS] = {3, 2, 0, 19};
  host column = host_text("s", "u", &some, s, sizes);
  gives(text, &column, 1, want);
}

Test(null_cells, text) {
  of_text(P "select(y: upper(.s))\n", "'ONE' null null 'A LONGER TEXT, FOUR'");
  of_text(P "select(y: len(.s))\n", "0000000000000003 null null 0000000000000013");
  of_text(P "select(y: .s ?? \"-\")\n", "'one' '-' '-' 'a longer text, four'");
  of_text(P "distinct(.s) |> select(y: .s)\n", "'one' null 'a longer text, four'");
}

/* A record that is null has fields that may be anything, also null. */
Test(null_cells, fields_and_items) {
  static const int64_t x[ROWS] = {1, 2, 3, 4}, counts[ROWS] = {1, 2, 0, 1};
  host field = host_numbers("x", "l", &some, 8, x);
  host column = host_record("r", &some, 1, &field);
  gives("param t: [*]{ r: { x: i64 }? }\nout y = t |> select(y: .r.x)\n", &column, 1,
        "0000000000000001 null null 0000000000000004");
  static const bool items[ROWS] = {true, false, false, true};
  const host_layout holes = {.rows = ROWS, .valid = items};
  host item = host_numbers("item", "l", &holes, 8, x);
  column = host_list("l", &some, counts, &item);
  gives("param t: [*]{ l: ([*]i64)? }\nout y = t |> select(.l)\n", &column, 1,
        "[0000000000000001,] null null [0000000000000004,]");
}
