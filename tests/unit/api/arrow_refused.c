/* A host's table that breaks its promises: told by name, nothing leaks, each struct is
 * released once; the run can be given a better one afterwards. */
#include "tests/unit/api/host.h"

static const char TEXT[] =
    "param t: [*]{ a: i64, s: str?, l: [*]i32, r: { x: f64? }, d: date }\n"
    "out n = len(t)\n";

enum { A, S, L, R, D, COLUMNS, ROWS = 3 };

static host table(int64_t offset) {
  static const int64_t a[ROWS + 1] = {1, 2, 3, 4}, counts[ROWS + 1] = {2, 0, 1, 0};
  static const char *const s[ROWS + 1] = {"one", "", "a text of more than 12 bytes", "x"};
  static const size_t sizes[ROWS + 1] = {3, 0, 28, 1};
  static const bool valid[ROWS + 1] = {true, false, true, true};
  static const int32_t items[3] = {7, 8, 9}, days[ROWS + 1] = {0, 1, 2, 3};
  static const double x[ROWS + 1] = {0.5, 1.5, 2.5, 3.5};
  const host_layout plain = {.rows = ROWS + offset}, three = {.rows = 3},
                    some = {.rows = ROWS + offset, .valid = valid},
                    root = {.rows = ROWS, .offset = offset};
  host item = host_numbers("item", "i", &three, 4, items);
  host field = host_numbers("x", "g", &some, 8, x);
  host columns[COLUMNS] = {
      host_numbers("a", "l", &plain, 8, a), host_text("s", "u", &some, s, sizes),
      host_list("l", &plain, counts, &item), host_record("r", &plain, 1, &field),
      host_numbers("d", "tdD", &plain, 4, days)};
  return host_record("", &root, COLUMNS, columns);
}

/* Each breaks one thing; what must stand in the message comes after it. */
typedef struct breakage {
  const char *what, *message;
} breakage;

#define EACH(X)                                                                          \
  X(root_format, h->schema.format = "l",                                                 \
    "parameter `t`: a table wants the Arrow format \"+s\", not \"l\"")                   \
  X(root_format_null, h->schema.format = NULL, "\"+s\", not NULL")                       \
  X(format, s[A]->format = "g",                                                          \
    "parameter `t`, column `a`: i64 wants the Arrow format \"l\", not \"g\"")            \
  X(format_unknown, s[S]->format = "vu",                                                 \
    "column `s`: str? wants the Arrow format \"u\" or \"U\", not \"vu\"")                \
  X(format_empty, s[A]->format = "", "column `a`: i64 wants the Arrow format \"l\"")     \
  X(format_null, s[A]->format = NULL, "column `a`: i64 wants the Arrow format")          \
  X(format_item, s[L]->children[0]->format = "l",                                        \
    "column `l[]`: i32 wants the Arrow format \"i\", not \"l\"")                         \
  X(format_field, s[R]->children[0]->format = "f",                                       \
    "column `r.x`: f64? wants the Arrow format \"g\", not \"f\"")                        \
  X(name, s[A]->name = "z", "parameter `t`: it has no column `a`")                       \
  X(name_null, s[A]->name = NULL, "parameter `t`: it has no column `a`")                 \
  X(name_twice, s[S]->name = "a", "parameter `t`: it has two columns `a`")               \
  X(field_name, s[R]->children[0]->name = "y", "column `r`: it has no column `x`")       \
  X(schema_children, h->schema.n_children = 4,                                           \
    "parameter `t`: its schema has 4 children, and its array 5")                         \
  X(array_children, h->array.n_children = 0,                                             \
    "its schema has 5 children, and its array 0")                                        \
  X(children_negative, h->array.n_children = h->schema.n_children = -1,                  \
    "it has -1 children where its type has one for each field")                          \
  X(flat_children, a[A]->n_children = s[A]->n_children = 1,                              \
    "column `a`: it has 1 children where its type has none")                             \
  X(list_children, a[L]->n_children = s[L]->n_children = 0,                              \
    "column `l`: it has 0 children where its type has 1")                                \
  X(schema_children_null, h->schema.children = NULL, "a pointer to them is NULL")        \
  X(array_children_null, h->array.children = NULL, "a pointer to them is NULL")          \
  X(schema_child_null, h->schema.children[D] = NULL, "its child 4 is NULL")              \
  X(array_child_null, h->array.children[S] = NULL, "its child 1 is NULL")                \
  X(schema_child_released, s[L]->release = NULL,                                         \
    "its child 2 has been released already")                                             \
  X(array_child_released, a[A]->release = NULL, "its child 0 has been released already") \
  X(buffers_few, a[A]->n_buffers = 1,                                                    \
    "column `a`: it has 1 buffers where its type has 2")                                 \
  X(buffers_many, a[S]->n_buffers = 4, "it has 4 buffers where its type has 3")          \
  X(buffers_none, a[R]->n_buffers = 0, "column `r`: it has 0 buffers where")             \
  X(buffers_null, a[A]->buffers = NULL, "column `a`: its array of buffers is NULL")      \
  X(values_null, a[A]->buffers[1] = NULL,                                                \
    "column `a`: it has 3 values, and its buffer of values is NULL")                     \
  X(offsets_null, a[S]->buffers[1] = NULL,                                               \
    "column `s`: it has 3 values, and its "                                              \
    "buffer of offsets is NULL")                                                         \
  X(bytes_null, a[S]->buffers[2] = NULL,                                                 \
    "column `s`: it has 31 bytes of text, and its buffer of bytes is NULL")              \
  X(length_negative, h->array.length = -1, "parameter `t`: its length is negative: -1")  \
  X(length_column, a[A]->length = -3, "column `a`: its length is negative: -3")          \
  X(length_huge, h->array.length = INT64_MAX,                                            \
    "no memory holds its offset 0 and its length 9223372036854775807")                   \
  X(offset_negative, a[D]->offset = -1, "column `d`: its offset is negative: -1")        \
  X(offset_huge, a[A]->offset = INT64_MAX, "column `a`: no memory holds its offset")     \
  X(short_column, a[D]->length = 2,                                                      \
    "column `d`: it has 2 values where its parent asks for 3")                           \
  X(short_field, a[R]->children[0]->length = 2, "column `r.x`: it has 2 values where")   \
  X(short_items, a[L]->children[0]->length = 2,                                          \
    "column `l`: its offsets reach item 3, and there are 2")                             \
  X(nulls_not_there, a[A]->null_count = 1,                                               \
    "column `a`: it says that 1 values are null, and has no validity buffer")            \
  X(nulls_many, a[A]->null_count = 4, "it says that 4 of its 3 values are null")         \
  X(nulls_negative, a[A]->null_count = -2, "it says that -2 of its 3 values are null")   \
  X(nulls_hidden, a[S]->null_count = 0,                                                  \
    "column `s`: it says that 0 values are null, "                                       \
    "and its validity buffer says 1")                                                    \
  X(nulls_more, a[S]->null_count = 2,                                                    \
    "it says that 2 values are null, and its "                                           \
    "validity buffer says 1")                                                            \
  X(null_forbidden, (a[A]->buffers[0] = a[S]->buffers[0], a[A]->null_count = 1),         \
    "column `a`: row 1 is null, and its type i64 has no `?`")                            \
  X(null_row, (h->array.buffers[0] = a[S]->buffers[0], h->array.null_count = -1),        \
    "parameter `t`: row 1 is null")                                                      \
  X(dictionary, s[A]->dictionary = s[S],                                                 \
    "column `a`: it is dictionary-encoded: bind the values themselves")                  \
  X(dictionary_array, a[A]->dictionary = a[S], "column `a`: it is dictionary-encoded")   \
  X(offsets_back, ((int32_t *)(uintptr_t)a[S]->buffers[1])[2] = 40,                      \
    "column `s`: its offsets do not ascend: row 2 goes from 40 to 31")                   \
  X(offsets_below, ((int32_t *)(uintptr_t)a[L]->buffers[1])[0] = -4,                     \
    "column `l`: its first offset is negative: -4")                                      \
  X(offsets_list, ((int32_t *)(uintptr_t)a[L]->buffers[1])[1] = 9,                       \
    "column `l`: its offsets do not ascend: row 1 goes from 9 to 2")                     \
  X(not_text, ((char *)(uintptr_t)a[S]->buffers[2])[1] = (char)0xff,                     \
    "column `s`: row 0 is not valid UTF-8")                                              \
  X(no_date, ((int32_t *)(uintptr_t)a[D]->buffers[1])[2] = 2932897,                      \
    "column `d`: row 2 (2932897) lies outside the years 1 to 9999")

#define MAKE(id, change, text)                   \
  static void break_##id(host *h) {              \
    struct ArrowSchema **s = h->schema.children; \
    struct ArrowArray **a = h->array.children;   \
    (void)s, (void)a;                            \
    change;                                      \
  }
EACH(MAKE)

#define ROW(id, change, text) {#id, text},
static const breakage rows[] = {EACH(ROW)};
#define FN(id, change, text) break_##id,
static void (*const breaks[])(host *) = {EACH(FN)};

/* What a host would put right before it frees: everything the struct pointed to. */
typedef struct before {
  host root;
  struct ArrowSchema schemas[COLUMNS], *schema_at[COLUMNS], item_schema, field_schema;
  struct ArrowArray arrays[COLUMNS], *array_at[COLUMNS], item_array, field_array;
  const void *buffers[COLUMNS][3], *root_buffer;
} before;

/* The table is only borrowed by the library: these stand for the host's release. */
static int schema_released, array_released;
static void count_schema(struct ArrowSchema *s) { schema_released++, s->release = NULL; }
static void count_array(struct ArrowArray *a) { array_released++, a->release = NULL; }

static void remember(before *b, host *h) {
  b->root = *h;
  b->root_buffer = h->array.buffers[0];
  for (int c = 0; c < COLUMNS; c++) {
    b->schemas[c] = *(b->schema_at[c] = h->schema.children[c]);
    b->arrays[c] = *(b->array_at[c] = h->array.children[c]);
    memcpy(b->buffers[c], b->arrays[c].buffers,
           (size_t)b->arrays[c].n_buffers * sizeof(void *));
  }
  b->item_schema = *b->schemas[L].children[0], b->item_array = *b->arrays[L].children[0];
  b->field_schema = *b->schemas[R].children[0];
  b->field_array = *b->arrays[R].children[0];
}

static void put_back(before *b) {
  b->root.array.buffers[0] = b->root_buffer;
  for (int c = 0; c < COLUMNS; c++) {
    *(b->root.schema.children[c] = b->schema_at[c]) = b->schemas[c];
    *(b->root.array.children[c] = b->array_at[c]) = b->arrays[c];
    memcpy(b->arrays[c].buffers, b->buffers[c],
           (size_t)b->arrays[c].n_buffers * sizeof(void *));
  }
  *b->schemas[L].children[0] = b->item_schema, *b->arrays[L].children[0] = b->item_array;
  *b->schemas[R].children[0] = b->field_schema;
  *b->arrays[R].children[0] = b->field_array;
  host_release(&b->root);
}

static void refuse(const world *w, size_t i) {
  host h = table(0);
  before b;
  pel_error e = {0};
  remember(&b, &h);
  h.schema.release = count_schema;
  h.array.release = count_array;
  schema_released = array_released = 0;
  breaks[i](&h);
  const pel_status s = pel_run_bind_arrow(w->run, "t", &h.schema, &h.array, &e);
  cr_expect_eq(s, PEL_E_INVALID, "%s: %s", rows[i].what, pel_status_name(s));
  cr_expect(strstr(e.message, rows[i].message), "%s: no\n  %s\nin\n  %s", rows[i].what,
            rows[i].message, e.message);
  cr_expect(schema_released == 1 && array_released == 1 && !h.schema.release &&
                !h.array.release,
            "%s: released %d and %d times", rows[i].what, schema_released,
            array_released);
  put_back(&b);
  cr_expect_eq(host_live(), 0);
}

static void takes(world *w, int64_t offset) {
  host h = table(offset);
  host_bind(&h, w->run, "t");
}

Test(arrow_refused, each_broken_promise, .timeout = 60) {
  world w = world_begin(1, TEXT);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) refuse(&w, i);
  takes(&w, 1);
  takes(&w, 0); /* instead of the one before */
  pel_error e = {0};
  cr_assert_eq(pel_run_wait(w.run, &e), PEL_OK, "%s", e.message);
  world_end(&w);
  cr_assert_eq(host_live(), 0);
}

Test(arrow_refused, structs_that_are_not_there) {
  world w = world_begin(1, TEXT);
  pel_error e = {0};
  host h = table(0);
  cr_assert_eq(pel_run_bind_arrow(w.run, "nobody", &h.schema, &h.array, &e),
               PEL_E_INVALID);
  cr_assert_str_eq(e.message, "the program has no parameter `nobody`");
  cr_assert_eq(host_live(), 0);
  cr_assert_eq(pel_run_bind_arrow(w.run, "t", &h.schema, &h.array, &e), PEL_E_INVALID);
  cr_assert_str_eq(e.message,
                   "parameter `t`: its Arrow schema has been released already");
  h = table(0);
  h.array.release(&h.array);
  cr_assert_eq(pel_run_bind_arrow(w.run, "t", &h.schema, &h.array, &e), PEL_E_INVALID);
  cr_assert_str_eq(e.message, "parameter `t`: its Arrow array has been released already");
  cr_assert_eq(host_live(), 0);
  h = table(0);
  cr_assert_eq(pel_run_bind_arrow(w.run, "t", NULL, &h.array, &e), PEL_E_INVALID);
  cr_assert_str_eq(e.message, "parameter `t`: its Arrow schema is NULL");
  cr_assert_eq(pel_run_bind_arrow(w.run, "t", &h.schema, NULL, &e), PEL_E_INVALID);
  cr_assert_eq(host_live(), 0);
  world_end(&w);
}

Test(arrow_refused, after_the_run_has_begun) {
  world w = world_begin(1, TEXT);
  pel_error e = {0};
  takes(&w, 0);
  cr_assert_eq(pel_run_wait(w.run, &e), PEL_OK, "%s", e.message);
  host h = table(0);
  cr_assert_eq(pel_run_bind_arrow(w.run, "t", &h.schema, &h.array, &e), PEL_E_INVALID);
  cr_assert_str_eq(e.message, "the run has begun");
  world_end(&w);
  cr_assert_eq(host_live(), 0);
}

Test(arrow_refused, one_value_of_a_length_of_its_own) {
  world w = world_begin(1, "param d: date\nparam xs: [*]f64\nout n = len(xs)\n");
  pel_error e = {0};
  static const int32_t days[2] = {INT32_MIN, 0};
  const host_layout two = {.rows = 2}, one = {.rows = 1};
  host h = host_numbers("", "tdD", &one, 4, days);
  cr_assert_eq(pel_run_bind_arrow(w.run, "d", &h.schema, &h.array, &e), PEL_E_INVALID);
  cr_assert_str_eq(e.message,
                   "parameter `d`: row 0 (-2147483648) lies outside the years 1 to 9999");
  h = host_numbers("", "tdD", &two, 4, days);
  cr_assert_eq(pel_run_bind_arrow(w.run, "d", &h.schema, &h.array, &e), PEL_E_INVALID);
  cr_assert_str_eq(e.message,
                   "parameter `d`: one value wants an array of length 1, not 2");
  h = host_numbers("", "tdD", &two, 4, days);
  cr_assert_eq(pel_run_bind_arrow(w.run, "xs", &h.schema, &h.array, &e), PEL_E_INVALID);
  cr_assert_str_eq(e.message,
                   "parameter `xs`: f64 wants the Arrow format \"g\", not \"tdD\"");
  cr_assert_eq(pel_run_bind_i64(w.run, "d", INT32_MAX, &e), PEL_E_INVALID);
  cr_assert(strstr(e.message, "an integer that it does not hold"), "%s", e.message);
  cr_assert_eq(host_live(), 0);
  world_end(&w);
}
