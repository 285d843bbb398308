#include <criterion/criterion.h>

#include "tests/unit/stdlib/csv_written.h"

static uint64_t next_random(uint64_t *s) {
  uint64_t z = *s += UINT64_C(0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
  return z ^ (z >> 31);
}
static uint32_t below(uint64_t *s, uint32_t n) {
  return (uint32_t)(next_random(s) >> 33) % n;
}

static void hold(const csv_choice *c, const char *p, size_t n, uint64_t seed) {
  pel_buf got = {0}, want = {0};
  const bool same = csv_check(c, p, n, &got, &want);
  cr_assert(
      same, "seed %" PRIu64 ", units of %u bytes, file: %.*s\n--- got\n%s\n--- want\n%s",
      seed, c->unit, n > 2000 ? 2000 : (int)n, p, pel__buf_z(&got), pel__buf_z(&want));
  pel__buf_deinit(&got);
  pel__buf_deinit(&want);
}

/* ---- texts ---- */

/* Any bytes at all, of few kinds. */
static void soup(pel_buf *b, uint64_t *s, const csv_choice *c, uint32_t pieces) {
  static const char *const words[] = {"a",        "7",    "-12", "3.5", "NA",    "true",
                                      "\xc3\xa9", "\xff", " ",   "\r",  "ab\"c", "x'y"};
  for (uint32_t i = 0; i < pieces; i++) {
    const uint32_t k = below(s, 32);
    if (k < 7)
      pel__buf_char(b, c->delim);
    else if (k < 12)
      pel__buf_char(b, c->quote ? c->quote : '"');
    else if (k < 15)
      pel__buf_char(b, '\n');
    else if (k < 17)
      pel__buf_text(b, "\r\n");
    else if (k == 17)
      pel__buf_printf(b, "%c%c", c->quote ? c->quote : '"', c->quote ? c->quote : '"');
    else if (k == 18)
      for (uint32_t n = below(s, 200); n--;) pel__buf_char(b, 'z');
    else
      pel__buf_text(b, words[below(s, sizeof words / sizeof *words)]);
  }
}

static void quoted_value(pel_buf *b, uint64_t *s, const csv_choice *c) {
  pel__buf_char(b, c->quote);
  for (uint32_t n = below(s, 6); n--;) {
    switch (below(s, 8)) {
      case 0:
        pel__buf_char(b, '\n');
        break;
      case 1:
        pel__buf_text(b, "\r\n");
        break;
      case 2:
        pel__buf_char(b, c->delim);
        break;
      case 3:
        pel__buf_char(b, c->quote), pel__buf_char(b, c->quote);
        break;
      case 4:
        pel__buf_text(b, "\xe2\x82\xac");
        break;
      case 5:
        pel__buf_char(b, '\r');
        break;
      default:
        pel__buf_text(b, "quoted text");
    }
  }
  pel__buf_char(b, c->quote);
}

static void value(pel_buf *b, uint64_t *s, const csv_choice *c, uint32_t column) {
  static const char *const odd[] = {"",
                                    "NA",
                                    "x",
                                    "1e400",
                                    "9223372036854775808",
                                    "-0",
                                    "\xc3\x28",
                                    "truely",
                                    "129",
                                    "x\r",
                                    "2024-02-29",
                                    "2024-02-29T12:34:56.789Z",
                                    "-90min",
                                    "65535",
                                    "-inf"};
  const uint32_t kind =
      (uint32_t)(c->kinds >> (4 * (c->header ? c->width - 1 - column : column)) & 7);
  if (c->quote && below(s, 4) == 0)
    quoted_value(b, s, c);
  else if (below(s, 12) == 0)
    pel__buf_text(b, odd[below(s, sizeof odd / sizeof *odd)]);
  else if (kind == 1)
    pel__buf_printf(b, "%d", (int)below(s, 100000) - 50000);
  else if (kind == 2)
    pel__buf_printf(b, "%u.%06u", below(s, 100), below(s, 1000000));
  else if (kind == 5)
    pel__buf_text(b, below(s, 2) ? "true" : "false");
  else if (kind == 6)
    pel__buf_printf(b, "%d", (int)below(s, 256) - 128);
  else
    for (uint32_t n = below(s, below(s, 40) ? 20 : 3000); n--;)
      pel__buf_char(b, (char)('a' + below(s, 26)));
}

/* Records of the right width but for a few; the last one perhaps without its line feed.
 */
static void records(pel_buf *b, uint64_t *s, const csv_choice *c, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) {
    uint32_t width = c->width;
    if (below(s, 400) == 0) width += below(s, 2) ? 1 : (uint32_t)-1;
    if (below(s, 100) == 0) pel__buf_text(b, below(s, 2) ? "\n" : "\r\n");
    for (uint32_t k = 0; k < width; k++) {
      if (k) pel__buf_char(b, c->delim);
      value(b, s, c, k < c->width ? k : 0);
    }
    if (i + 1 < n || below(s, 2)) pel__buf_text(b, below(s, 3) ? "\n" : "\r\n");
  }
}

static csv_choice any_choice(uint64_t *s) {
  return csv_choice_of(next_random(s), next_random(s));
}

Test(csv, any_bytes_read_as_the_slow_reader_reads_them) {
  for (uint64_t seed = 0; seed < 6000; seed++) {
    uint64_t s = seed;
    const csv_choice c = any_choice(&s);
    pel_buf b = {0};
    soup(&b, &s, &c, below(&s, 60));
    hold(&c, b.n ? b.p : "", b.n, seed);
    pel__buf_deinit(&b);
  }
}

Test(csv, records_read_the_same_in_units_of_any_size) {
  static const uint32_t units[] = {1, 2, 3, 5, 8, 17, 64, 100, 1000, 1 << 16, 1 << 20, 0};
  for (uint64_t seed = 0; seed < 250; seed++) {
    uint64_t s = seed + 1000000;
    csv_choice c = any_choice(&s);
    pel_buf b = {0};
    records(&b, &s, &c, below(&s, 60));
    for (size_t u = 0; u < sizeof units / sizeof *units; u++) {
      c.unit = units[u];
      hold(&c, b.n ? b.p : "", b.n, seed);
    }
    pel__buf_deinit(&b);
  }
}

/* More rows than a chunk, more bytes than a unit. */
Test(csv, many_rows_read_the_same) {
  for (uint64_t seed = 0; seed < 8; seed++) {
    uint64_t s = seed + 2000000;
    csv_choice c = any_choice(&s);
    c.on_error = 1 + (int)(seed & 1);
    c.unit = (uint32_t[]){0, 1 << 20, 4096, 1 << 16}[seed & 3];
    pel_buf b = {0}, all = {0};
    records(&b, &s, &c, 30);
    for (uint32_t i = 0; i < 300; i++) pel__buf_add(&all, b.p, b.n);
    hold(&c, all.p, all.n, seed);
    pel__buf_deinit(&b);
    pel__buf_deinit(&all);
  }
}

/* As bytes like a slow writer's, by two workers; then the same rows come back. */
Test(csv, what_is_written_reads_the_same) {
  for (uint64_t seed = 0; seed < 3000; seed++) {
    uint64_t s = seed + 3000000;
    const csv_choice c = any_choice(&s);
    pel_buf b = {0}, got = {0}, want = {0};
    if (seed & 1)
      soup(&b, &s, &c, below(&s, 60));
    else
      records(&b, &s, &c, below(&s, 60));
    cr_assert(csv_written(&c, b.n ? b.p : "", b.n, &got, &want),
              "seed %llu\n--- got\n%s\n--- want\n%s", (unsigned long long)seed,
              pel__buf_z(&got), pel__buf_z(&want));
    pel__buf_deinit(&b), pel__buf_deinit(&got), pel__buf_deinit(&want);
  }
}

/* A file without a header whose first text begins with a mark: quoted, it is data. */
Test(csv, text_that_begins_with_a_mark_is_written_in_quotes) {
  static const char text[] =
      "\"\xef\xbb\xbf"
      "a\",b\n";
  const csv_choice c = {.delim = ',', .quote = '"', .requested = 3};
  pel_buf got = {0}, want = {0};
  cr_assert(csv_written(&c, text, sizeof text - 1, &got, &want),
            "--- got\n%s\n--- want\n%s", pel__buf_z(&got), pel__buf_z(&want));
  cr_assert_str_eq(pel__buf_z(&got),
                   "<4:\xef\xbb\xbf"
                   "a> <1:b>\n0 rejects\n");
  pel__buf_deinit(&got);
  pel__buf_deinit(&want);
}

/* ---- cases with a name ---- */

/* Three text columns, the third nullable, in units of every small size; NULL want: only
 * the reference decides. */
static void three(const char *text, size_t n, const char *want) {
  static const uint32_t units[] = {1, 2, 3, 4, 5, 6, 7, 8, 16, 63, 64, 65, 0};
  for (size_t u = 0; u < sizeof units / sizeof *units; u++) {
    csv_choice c = {.delim = ',',
                    .quote = '"',
                    .header = true,
                    .width = 3,
                    .unit = units[u],
                    .turns = 0x55555555,
                    .kinds = 0x008,
                    .requested = 7}; /* columns are declared from the last to the first */
    pel_buf got = {0}, slow = {0};
    cr_assert(csv_check(&c, text, n, &got, &slow), "%s\n--- got\n%s\n--- want\n%s", text,
              pel__buf_z(&got), pel__buf_z(&slow));
    if (want)
      cr_assert_str_eq(pel__buf_z(&got), want, "units of %u: %s", c.unit,
                       pel__buf_z(&got));
    pel__buf_deinit(&got);
    pel__buf_deinit(&slow);
  }
}
#define THREE(text, want) three((text), sizeof(text) - 1, (want))

Test(csv, quotes_open_only_at_a_fields_start) {
  THREE("a\"b,\"c\",d\n", "<1:d> <1:c> <3:a\"b>\n0 rejects\n");
  THREE(" \"a\",b,c\n", "<1:c> <1:b> <4: \"a\">\n0 rejects\n");
}
Test(csv, a_doubled_quote_is_one) {
  THREE("\"\"\"\",\"a\"\"b\",\"\"\n", "<0:> <3:a\"b> <1:\">\n0 rejects\n");
}
Test(csv, an_empty_field_is_null_and_empty_quotes_are_not) {
  THREE("a,b,\nc,d,\"\"\n", "null <1:b> <1:a>\n<0:> <1:d> <1:c>\n0 rejects\n");
}
Test(csv, quotes_hold_delimiters_and_line_feeds) {
  THREE("\"a,b\",\"c\nd\",\"e\r\nf\"\n1,2,3\n",
        "<4:e\r\nf> <3:c\nd> <3:a,b>\n<1:3> <1:2> <1:1>\n0 rejects\n");
}
Test(csv, crlf_ends_a_line_and_a_lone_cr_does_not) {
  THREE("a,b,c\r\nd\re,f,\"g\"\r\n",
        "<1:c> <1:b> <1:a>\n<1:g> <1:f> <3:d\re>\n0 rejects\n");
}
Test(csv, the_last_line_needs_no_line_feed) {
  THREE("a,b,c", "<1:c> <1:b> <1:a>\n0 rejects\n");
  THREE("a,b,\"c\"", "<1:c> <1:b> <1:a>\n0 rejects\n");
  THREE("a,b,\"c\"\r", "<1:c> <1:b> <1:a>\n0 rejects\n");
  THREE("a,b,", "null <1:b> <1:a>\n0 rejects\n");
}
Test(csv, blank_lines_are_no_rows) {
  THREE("\na,b,c\n\r\n\n\nd,e,f\n\n",
        "<1:c> <1:b> <1:a>\n<1:f> <1:e> <1:d>\n0 rejects\n");
}
Test(csv, text_behind_a_closing_quote_fails_with_its_line) {
  THREE("a,b,c\n\"d\"e,f,g\n",
        "<1:c> <1:b> <1:a>\nfailed: `f.csv`:3: text stands behind a closing quote: a "
        "quote inside "
        "a quoted field is written twice\n");
  THREE("a,b,\"c\"\rd\n",
        "failed: `f.csv`:2: text stands behind a closing quote: a quote inside a quoted "
        "field is written "
        "twice\n");
}
Test(csv, an_open_quote_fails_where_it_opened) {
  THREE("a,b,c\nd,\"e,f\ng,h,i\n",
        "<1:c> <1:b> <1:a>\nfailed: `f.csv`:3: a quote is opened and never closed\n");
}
Test(csv, short_and_long_rows_fail_with_their_line) {
  THREE("\"a\n\",b,c\nd,e\n",
        "<1:c> <1:b> <2:a\n>\nfailed: `f.csv`:4: the row has 2 fields, and the header "
        "names 3: is a "
        "quote or a delimiter missing?\n");
  THREE("a,b,c,d,e\n",
        "failed: `f.csv`:2: the row has 5 fields, and the header names 3: is a quote or "
        "a delimiter too "
        "many?\n");
}

Test(csv, a_field_may_be_longer_than_any_buffer) {
  pel_buf b = {0};
  pel__buf_text(&b, "a,\"");
  for (uint32_t i = 0; i < 3u << 20; i++) pel__buf_char(&b, i % 1000 ? 'x' : '\n');
  pel__buf_text(&b, "\",c\nd,");
  for (uint32_t i = 0; i < 2u << 20; i++) pel__buf_char(&b, 'y');
  pel__buf_text(&b, ",e\n");
  csv_choice c = {.delim = ',', .quote = '"', .header = true, .width = 3, .requested = 7};
  hold(&c, b.p, b.n, 0);
  c.unit = 100000;
  hold(&c, b.p, b.n, 1);
  pel__buf_deinit(&b);
}

Test(csv, a_long_row_does_not_run_over_the_index) {
  pel_buf b = {0};
  for (uint32_t i = 0; i < 3000; i++) pel__buf_text(&b, i % 2 ? "\"q\"," : "1,");
  pel__buf_text(&b, "1\n");
  csv_choice c = {.delim = ',', .quote = '"', .header = true, .width = 2, .requested = 3};
  hold(&c, b.p, b.n, 0);
  pel__buf_deinit(&b);
}

/* ---- what is refused before the first row ---- */

static void opens(const char *text, bool header, const char *want) {
  csv_choice c = {.delim = ',', .quote = '"', .header = header};
  const pel_type t = {.kind = PEL_STR};
  const pel_type *types[] = {&t, &t};
  const char *names[] = {"a", "b"};
  const uint32_t columns[] = {0, 1};
  csv_options options;
  pel_buf got = {0};
  world_case w = {.bytes = text,
                  .n = strlen(text),
                  .ncols = 2,
                  .types = types,
                  .names = names,
                  .columns = columns,
                  .ncolumns = 2};
  csv_options_make(&options, &c, w.args);
  world_read_all(&w, &got);
  cr_assert_str_eq(pel__buf_z(&got), want, "%s", pel__buf_z(&got));
  pel__buf_deinit(&got);
}

Test(csv, a_header_alone_has_no_rows) {
  opens("a,b\n", true, "0 rejects\n"), opens("b,a", true, "0 rejects\n");
}
Test(csv, names_may_be_quoted_and_stand_behind_a_mark) {
  opens("\xef\xbb\xbf\"b\",x,\"a\"\r\n1,2,3\n", true, "<1:3> <1:1>\n0 rejects\n");
}
Test(csv, an_empty_file_is_an_error) {
  opens("", true,
        "failed: `f.csv` is empty: a first line with the columns' names was expected\n");
  opens("\xef\xbb\xbf", false,
        "failed: `f.csv` is empty: at least one record was expected\n");
}
Test(csv, a_missing_column_is_named) {
  opens("a,c\n1,2\n", true, "failed: `f.csv` has no column `b`; its columns are: a, c\n");
  opens("1\n", false,
        "failed: `f.csv` has 1 columns, and column 2 (`b`) was asked for\n");
}
Test(csv, a_duplicate_column_is_an_error) {
  opens("a,b,b\n", true,
        "failed: `f.csv` has 2 columns named `b`: rename all but one\n");
}
Test(csv, a_broken_header_is_an_error) {
  opens("a,\"b\n1,2\n", true,
        "failed: `f.csv`:1: a quote is opened in the first record and never closed\n");
  opens("a,\"b\"x\n1,2\n", true,
        "failed: `f.csv`:1: text stands behind a closing quote: a quote inside a quoted "
        "field is "
        "written twice\n");
}
