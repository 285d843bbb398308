/* Every type goes in as Arrow and comes out as Arrow, through programs that pass it on,
 * filter, sort, concat and join: value by value what this file says, not what the library
 * says. Sliced, with nulls, with and without validity buffers, without rows, over more
 * rows than a block has. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/api/host.h"

typedef struct shape {
  int64_t rows, root, offset; /* what the table and each column are sliced by */
  bool nullable;              /* the types have a `?` */
  bool nulls, validity;       /* some cells are null; there are validity buffers */
  bool wide, unknown;
} shape;

typedef enum form { WHOLE, BITS, TEXT, LIST, LIST_TEXT, NESTED, RECORD, RECORDS } form;

typedef struct kind {
  const char *name, *type, *format;
  size_t width;
  form form;
  uint64_t corners[5]; /* bit patterns */
} kind;

#define F64_NAN UINT64_C(0x7ff8000000000000)
static const kind kinds[] = {
    {"b", "bool", "b", 1, BITS, {0}},
    {"i8", "i8", "c", 1, WHOLE, {0, 0x7f, 0x80, 0xff, 1}},
    {"i16", "i16", "s", 2, WHOLE, {0, 0x7fff, 0x8000, 0xffff, 1}},
    {"i32", "i32", "i", 4, WHOLE, {0, INT32_MAX, 0x80000000, 0xffffffff, 1}},
    {"i64", "i64", "l", 8, WHOLE, {0, INT64_MAX, 1ull << 63, UINT64_MAX, 1}},
    {"u8", "u8", "C", 1, WHOLE, {0, 0x7f, 0x80, 0xff, 1}},
    {"u16", "u16", "S", 2, WHOLE, {0, 0x7fff, 0x8000, 0xffff, 1}},
    {"u32", "u32", "I", 4, WHOLE, {0, INT32_MAX, 0x80000000, 0xffffffff, 1}},
    {"u64", "u64", "L", 8, WHOLE, {0, INT64_MAX, 1ull << 63, UINT64_MAX, 1}},
    {"f32", "f32", "f", 4, WHOLE, {0x80000000, 0x7fc00000, 0xff800000, 1, 0x3dcccccd}},
    {"f64", "f64", "g", 8, WHOLE, {1ull << 63, F64_NAN, F64_NAN - (1ull << 51), 1, 2}},
    {"date", "date", "tdD", 4, WHOLE, {0, 2932896, (uint32_t)-719162, 0xffffffff, 1}},
    {"time",
     "time",
     "tsu:UTC",
     8,
     WHOLE,
     {0, UINT64_C(253402300799999999), (uint64_t)INT64_C(-62135596800000000), 1, 2}},
    {"local", "time", "tsu:", 8, WHOLE, {5, 6, 7, 8, 9}},
    {"dur", "dur", "tDu", 8, WHOLE, {0, INT64_MAX, 1ull << 63, UINT64_MAX, 1}},
    {"s", "str", "u", 0, TEXT, {0}},
    {"z", "bytes", "z", 0, TEXT, {0}},
    {"li", "([*]i64)", "", 0, LIST, {0}},
    {"ls", "([*]str?)", "", 0, LIST_TEXT, {0}},
    {"ll", "([*]{ v: [*]i64 })", "", 0, NESTED, {0}},
    {"r", "{ x: i64, s: str? }", "", 0, RECORD, {0}},
    {"lr", "([*]{ x: i64, s: str? })", "", 0, RECORDS, {0}},
};
enum { KINDS = sizeof kinds / sizeof *kinds, CELL = 4096 };

/* ---- the values, from the row alone ---- */

static uint64_t bits_at(const kind *k, int64_t row) {
  const uint64_t mask = k->width == 8 ? UINT64_MAX : (1ull << 8 * k->width) - 1;
  return (row % 9 < 5 ? k->corners[row % 9] : (uint64_t)row * 3) & mask;
}

static bool is_null(int64_t row, int salt) { return (row * 5 + salt) % 4 == 1; }

static bool truth(int64_t row) { return row % 3 == 1; }

/* Lengths around what stands in a view itself. */
static size_t text_at(int64_t row, bool raw, char out[64]) {
  static const int lengths[] = {0, 1, 12, 13, 4, 40};
  const size_t n = (size_t)lengths[row % 6];
  for (size_t i = 0; i < n; i++) out[i] = (char)('a' + (row + (int64_t)i) % 26);
  if (n >= 4) memcpy(out, raw ? "\xff\x01\xc3\x80" : "\xc3\xbc\xe2\x82", 4);
  if (n >= 5 && !raw) memcpy(out + 2, "\xe2\x82\xac", 3);
  if (n == 4 && !raw) memcpy(out, "\xf0\x9f\x98\x80", 4);
  return n;
}

static int64_t count_at(int64_t row) { return row % 4; }
static int64_t item_at(int64_t row, int64_t j) { return row * 10 + j; }

/* ---- what is expected ---- */

typedef struct line {
  char p[CELL];
  size_t n;
} line;

static void put(line *l, const char *p, size_t n) {
  cr_assert_lt(l->n + n, sizeof l->p);
  memcpy(l->p + l->n, p, n);
  l->p[l->n += n] = 0;
}

static void put_hex(line *l, uint64_t v, size_t width) {
  char digits[20];
  put(l, digits,
      (size_t)snprintf(digits, sizeof digits, "%0*" PRIx64, (int)(2 * width), v));
}

static void put_text(line *l, int64_t row, bool raw) {
  char text[64];
  put(l, "'", 1);
  put(l, text, text_at(row, raw, text));
  put(l, "'", 1);
}

static void put_record(line *l, int64_t i) {
  put(l, "{", 1);
  put_hex(l, (uint64_t)i, 8);
  put(l, ",", 1);
  if (is_null(i, 3))
    put(l, "null", 4);
  else
    put_text(l, i, false);
  put(l, ",}", 2);
}

static void put_nested(line *l, int64_t i) {
  put(l, "{[", 2);
  for (int64_t j = 0; j < count_at(i); j++)
    put_hex(l, (uint64_t)item_at(i, j), 8), put(l, ",", 1);
  put(l, "],}", 3);
}

static void put_items(line *l, const kind *k, int64_t row) {
  put(l, "[", 1);
  for (int64_t j = 0; j < count_at(row); j++) {
    const int64_t i = item_at(row, j);
    if (k->form == LIST)
      put_hex(l, (uint64_t)i, 8);
    else if (k->form == RECORDS)
      put_record(l, i);
    else if (k->form == NESTED)
      put_nested(l, i);
    else if (is_null(i, 3))
      put(l, "null", 4);
    else
      put_text(l, i, false);
    put(l, ",", 1);
  }
  put(l, "]", 1);
}

static void expected(const shape *x, int c, int64_t row, line *l) {
  const kind *k = &kinds[c];
  l->n = 0;
  if (x->nulls && is_null(row, c))
    put(l, "null", 4);
  else if (k->form == WHOLE)
    put_hex(l, bits_at(k, row), k->width);
  else if (k->form == BITS)
    put(l, truth(row) ? "true" : "false", truth(row) ? 4 : 5);
  else if (k->form == TEXT)
    put_text(l, row, k->type[0] == 'b');
  else if (k->form == RECORD)
    put_record(l, row);
  else
    put_items(l, k, row);
}

/* ---- the host's table ---- */

static void *room(int64_t n, size_t size) {
  void *p = calloc((size_t)n + 1, size);
  cr_assert(p);
  return p;
}

/* Text of rows that indices say (NULL: 0, 1, 2 …), null where is_null says. */
static host texts(const char *name, const char *format, const host_layout *l,
                  const int64_t *indices) {
  char(*bytes)[64] = room(l->rows, 64);
  const char **values = room(l->rows, sizeof *values);
  size_t *sizes = room(l->rows, sizeof *sizes);
  for (int64_t i = 0; i < l->rows; i++) {
    values[i] = bytes[i];
    sizes[i] = text_at(indices[i], format[0] == 'z', bytes[i]);
    if (l->valid && !l->valid[i]) memset(bytes[i], 0xff, sizes[i]); /* rubbish */
  }
  const host h = host_text(name, format, l, values, sizes);
  free(bytes);
  free(values);
  free(sizes);
  return h;
}

static host some_texts(const char *name, const host_layout *l, const int64_t *indices) {
  bool *valid = room(l->rows, sizeof *valid);
  host_layout mine = {.rows = l->rows, .valid = valid, .wide = l->wide};
  for (int64_t i = 0; i < l->rows; i++) valid[i] = !is_null(indices[i], 3);
  const host h = texts(name, "u", &mine, indices);
  free(valid);
  return h;
}

/* Records have their children's rows before the offset too: those of their first. */
static host records(const char *name, const host_layout *l, const int64_t *indices) {
  const int64_t n = l->offset + l->rows;
  int64_t *all = room(n, sizeof *all);
  const host_layout plain = {.rows = n, .wide = l->wide};
  for (int64_t i = 0; i < n; i++) all[i] = i < l->offset ? 0 : indices[i - l->offset];
  host fields[2] = {some_texts("s", &plain, all), /* not in the order of the type */
                    host_numbers("x", "l", &plain, 8, all)};
  const host h = host_record(name, l, 2, fields);
  free(all);
  return h;
}

static host lists(const kind *k, const char *name, form items, const host_layout *l,
                  const int64_t *indices) {
  int64_t *counts = room(l->rows, sizeof *counts), total = 0, at = 0;
  for (int64_t i = 0; i < l->rows; i++) total += counts[i] = count_at(indices[i]);
  int64_t *inner = room(total, sizeof *inner);
  for (int64_t i = 0; i < l->rows; i++)
    for (int64_t j = 0; j < counts[i]; j++) inner[at++] = item_at(indices[i], j);
  const host_layout plain = {.rows = total, .offset = l->offset, .wide = l->wide};
  host child;
  if (items == LIST) {
    child = host_numbers("item", "l", &plain, 8, inner);
  } else if (items == LIST_TEXT) {
    child = some_texts("item", &plain, inner);
  } else if (items == RECORDS) {
    child = records("item", &plain, inner);
  } else {
    const host_layout flat = {.rows = total, .wide = l->wide};
    host field = lists(k, "v", LIST, &flat, inner);
    child = host_record("item", &flat, 1, &field);
  }
  const host h = host_list(name, l, counts, &child);
  free(counts);
  free(inner);
  return h;
}

static host wholes(const kind *k, const host_layout *l, const int64_t *indices) {
  uint8_t *bytes = room(l->rows, 8);
  for (int64_t i = 0; i < l->rows; i++) {
    uint64_t v = bits_at(k, indices[i]);
    if (l->valid && !l->valid[i]) v = UINT64_C(0xA5A5A5A5A5A5A5A5); /* rubbish */
    memcpy(bytes + (size_t)i * k->width, &v, k->width);
  }
  const host h = host_numbers(k->name, k->format, l, k->width, bytes);
  free(bytes);
  return h;
}

static host flags(const kind *k, const host_layout *l, const int64_t *indices) {
  bool *bools = room(l->rows, sizeof *bools);
  for (int64_t i = 0; i < l->rows; i++) bools[i] = truth(indices[i]);
  const host h = host_bools(k->name, l, bools);
  free(bools);
  return h;
}

static host make_column(const shape *x, int c, const int64_t *indices) {
  const kind *k = &kinds[c];
  const int64_t n = x->root + x->rows;
  bool *valid = room(n, sizeof *valid);
  for (int64_t i = 0; i < n; i++) valid[i] = !x->nulls || !is_null(indices[i], c);
  const host_layout l = {.rows = n,
                         .offset = x->offset,
                         .valid = x->validity ? valid : NULL,
                         .wide = x->wide,
                         .unknown = x->unknown};
  const host h = k->form == WHOLE    ? wholes(k, &l, indices)
                 : k->form == BITS   ? flags(k, &l, indices)
                 : k->form == TEXT   ? texts(k->name, k->format, &l, indices)
                 : k->form == RECORD ? records(k->name, &l, indices)
                                     : lists(k, k->name, k->form, &l, indices);
  free(valid);
  return h;
}

static host make_table(const shape *x) {
  const int64_t n = x->root + x->rows;
  const host_layout plain = {.rows = n, .offset = x->offset},
                    root = {.rows = x->rows, .offset = x->root};
  int64_t *indices = room(n, sizeof *indices);
  host columns[KINDS + 1];
  for (int64_t i = 0; i < n; i++) indices[i] = i < x->root ? 7 : i - x->root;
  for (int c = 0; c < KINDS; c++) columns[c] = make_column(x, c, indices);
  columns[KINDS] = host_numbers("k", "l", &plain, 8, indices);
  free(indices);
  return host_record("", &root, KINDS + 1, columns);
}

/* ---- through the program and back ---- */

static void program(const shape *x, char *out, size_t room_of) {
  int n = snprintf(out, room_of, "param t: [*]{ k: i64");
  for (int c = 0; c < KINDS; c++)
    n += snprintf(out + n, room_of - (size_t)n, ", %s: %s%s", kinds[c].name,
                  kinds[c].type, x->nullable ? "?" : "");
  n += snprintf(out + n, room_of - (size_t)n,
                " }\nout same = t\nout some = t |> filter(.k %% 3 == 1)\n"
                "out turned = t |> sort(-.k)\nout twice = concat(t, t)\n"
                "out met = t |> join(t |> select(.k), on: .k)\n");
  cr_assert_lt((size_t)n, room_of);
}

/* Which rows an out shows, in its order: at is -1 behind the last. */
typedef enum rows_of { SAME, SOME, TURNED, TWICE } rows_of;

static int64_t row_at(const shape *x, rows_of r, int64_t at) {
  const int64_t n = x->rows, all = r == TWICE ? 2 * n : r == SOME ? (n + 1) / 3 : n;
  if (at >= all) return -1;
  return r == SOME ? 3 * at + 1 : r == TURNED ? n - 1 - at : r == TWICE ? at % n : at;
}

static void compare(const shape *x, pel_run *run, const char *item, rows_of rows) {
  result r = result_of(run, item);
  char got[CELL];
  line want;
  int64_t at = 0;
  cr_assert_eq(r.schema.n_children, KINDS + 1);
  for (int64_t row; (row = row_at(x, rows, at)) >= 0; at++) {
    cr_assert_lt(at, r.array.length);
    for (int c = 0; c < KINDS; c++) {
      expected(x, c, row, &want);
      host_show(r.schema.children[c + 1], r.array.children[c + 1], at, got, sizeof got);
      cr_assert_str_eq(got, want.p, "%s: row %d of column %s: %s, not %s", item, (int)row,
                       kinds[c].name, got, want.p);
    }
  }
  cr_assert_eq(r.array.length, at);
  result_end(&r);
}

static void round_trip(const shape *x, uint32_t workers) {
  char text[2048];
  program(x, text, sizeof text);
  world w = world_begin(workers, text);
  pel_error e = {0};
  host h = make_table(x);
  host_bind(&h, w.run, "t");
  cr_assert_eq(pel_run_wait(w.run, &e), PEL_OK, "%s", e.message);
  compare(x, w.run, "same", SAME);
  compare(x, w.run, "some", SOME);
  compare(x, w.run, "turned", TURNED);
  compare(x, w.run, "twice", TWICE);
  compare(x, w.run, "met", SAME);
  world_end(&w);
  cr_assert_eq(host_live(), 0, "%d structs were not released", host_live());
}

enum { FEW = 40, MANY = 2500 };

Test(arrow_types, as_they_are) {
  round_trip(&(shape){.rows = FEW}, 1);
  round_trip(&(shape){.rows = FEW, .wide = true, .nullable = true}, 1);
}

Test(arrow_types, with_nulls) {
  shape x = {.rows = FEW, .nullable = true, .nulls = true, .validity = true};
  round_trip(&x, 1);
  x.unknown = x.wide = true;
  round_trip(&x, 1);
}

Test(arrow_types, validity_buffers_that_say_nothing) {
  round_trip(&(shape){.rows = FEW, .validity = true}, 1);
  round_trip(&(shape){.rows = FEW, .validity = true, .nullable = true, .unknown = true},
             1);
}

Test(arrow_types, sliced) {
  shape x = {.rows = FEW, .offset = 3};
  round_trip(&x, 1);
  x.root = 5;
  round_trip(&x, 1);
  x.nullable = x.nulls = x.validity = x.unknown = true;
  round_trip(&x, 1);
  x.offset = 0, x.wide = true;
  round_trip(&x, 1);
}

Test(arrow_types, no_rows) {
  round_trip(&(shape){.rows = 0}, 1);
  round_trip(&(shape){.root = 3, .offset = 2, .nullable = true, .validity = true}, 1);
}

Test(arrow_types, more_rows_than_a_block, .timeout = 60) {
  shape x = {.rows = MANY, .root = 1, .nullable = true, .nulls = true, .validity = true};
  x.unknown = true;
  round_trip(&x, 1);
  round_trip(&x, 2);
}
