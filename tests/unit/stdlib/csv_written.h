/* What the reader gives, written as CSV by two workers and read again: the bytes must be
 * those of a slow writer, and the rows must come back. Nested cells are held against slow
 * JSON on the way. The eye owns what it gathers until csv_written returns; one thread. */
#ifndef PEL_TESTS_CSV_WRITTEN_H
#define PEL_TESTS_CSV_WRITTEN_H

#include "runtime/base/calendar.h"
#include "runtime/base/num_print.h"
#include "stdlib/io/csv.h"
#include "tests/unit/stdlib/csv_check.h"

extern const pel_op pel_op_write_csv;

typedef struct written_unit {
  pel_buf text, rows; /* by the slow writer; as the world prints them */
} written_unit;

typedef struct written_eye {
  world out; /* first: its env is the writer's */
  pel_csv_dialect dialect;
  const char *names[CHECK_COLUMNS];
  const pel_type *types[CHECK_COLUMNS];
  uint32_t ncols, consumed;
  uint64_t consumed_row;
  void *state, *locals[2];
  pel_buf file;
  bool there, early, spun; /* early: one morsel is longer than what a writer keeps */
  written_unit *units;
  size_t nunits;
} written_eye;

static inline written_eye *written_of(const pel_env *e) { return (written_eye *)e->ctx; }

/* ---- the file and the poison a writer sees ---- */

static inline pel_status written_create(const pel_env *e, const char *path,
                                        pel_file **out) {
  (void)path;
  *out = e->ctx;
  return PEL_OK;
}
static inline pel_status written_append(const pel_env *e, pel_file *f, const void *p,
                                        size_t n) {
  (void)f;
  pel__buf_add(&written_of(e)->file, p, n);
  return PEL_OK;
}
static inline pel_status written_commit(const pel_env *e, pel_file *f) {
  (void)f;
  written_of(e)->there = true;
  return PEL_OK;
}
static inline void written_discard(const pel_env *e, pel_file *f) {
  (void)f;
  written_of(e)->file.n = 0;
}
static inline pel_status written_consume(const pel_env *e, uint32_t number,
                                         uint64_t row) {
  written_of(e)->consumed = number;
  written_of(e)->consumed_row = row;
  return PEL_E_FAILED;
}

/* ---- the slow writer ---- */

static inline void written_word(pel_buf *b, const pel_col *c, uint32_t row) {
  char text[64];
  size_t n = 0;
  switch ((int)c->type->kind) {
    case PEL_F32:
      n = pel__print_f32(((const float *)c->data)[row], text);
      break;
    case PEL_F64:
      n = pel__print_f64(((const double *)c->data)[row], text);
      break;
    case PEL_DATE:
      n = pel__print_date(((const int32_t *)c->data)[row], text);
      break;
    case PEL_TIME:
      n = pel__print_time(((const int64_t *)c->data)[row], text);
      break;
    case PEL_DUR:
      n = pel__print_dur(((const int64_t *)c->data)[row], text);
      break;
    case PEL_STR:
    case PEL_BYTES:
      pel__buf_add(b, pel_view_bytes((const pel_view *)c->data + row),
                   ((const pel_view *)c->data)[row].in.n);
      return;
    default:
      world_number(b, c->type->kind, c->data, row);
      return;
  }
  pel__buf_add(b, text, n);
}

/* Quotes around what is empty, begins with a mark, or holds a byte that means something;
 * doubled inside. */
static inline void written_quoted(pel_buf *b, const pel_csv_dialect *d,
                                  const pel_buf *t) {
  bool plain = t->n > 0 && !(t->n >= 3 && memcmp(t->p, "\xef\xbb\xbf", 3) == 0);
  for (size_t i = 0; i < t->n; i++)
    plain &= t->p[i] != d->delim && t->p[i] != d->quote &&
             !strchr("\r\n", t->p[i] ? t->p[i] : 'x');
  if (!plain) pel__buf_char(b, d->quote);
  for (size_t i = 0; i < t->n; i++) {
    if (t->p[i] == d->quote) pel__buf_char(b, d->quote);
    pel__buf_char(b, t->p[i]);
  }
  if (!plain) pel__buf_char(b, d->quote);
}

static inline void written_cell(pel_buf *b, const pel_csv_dialect *d, const pel_col *c,
                                uint32_t row) {
  pel_buf t = {0};
  if (c->state && c->state[row] != PEL_VALID) return;
  written_word(&t, c, row);
  if (c->type->kind == PEL_STR || c->type->kind == PEL_BYTES)
    written_quoted(b, d, &t);
  else
    pel__buf_add(b, t.p, t.n);
  pel__buf_deinit(&t);
}

static inline void written_json(pel_buf *b, const pel_col *c, uint32_t row) {
  const pel_kind k = c->type->kind;
  pel_buf t = {0};
  const bool odd =
      (k == PEL_F64 &&
       ((const double *)c->data)[row] - ((const double *)c->data)[row] != 0) ||
      (k == PEL_F32 &&
       ((const float *)c->data)[row] - ((const float *)c->data)[row] != 0);
  if ((c->state && c->state[row] != PEL_VALID) || odd) {
    pel__buf_text(b, "null");
    return;
  }
  written_word(&t, c, row);
  if (k == PEL_STR || k == PEL_BYTES || k == PEL_DATE || k == PEL_TIME || k == PEL_DUR)
    pel__buf_json(b, (pel_str){t.n ? t.p : "", t.n});
  else
    pel__buf_add(b, t.p, t.n);
  pel__buf_deinit(&t);
}

/* ---- nested cells: the row as a record, the first column as a list from row `from` up
 * to this one (a third: empty) ---- */

static inline void written_same(const written_eye *y, const pel_col *c, uint32_t row,
                                const pel_buf *json) {
  pel_buf got = {0}, cell = {0}, want = {0};
  pel__json_cell(&got, c, row);
  world_require(got.n == json->n && memcmp(got.p, json->p, got.n) == 0,
                "a nested cell is other JSON");
  pel__csv_cell(&cell, &y->dialect, c, row);
  written_quoted(&want, &y->dialect, json);
  world_require(cell.n == want.n && memcmp(cell.p, want.p, cell.n) == 0,
                "a nested cell is written otherwise");
  pel__buf_deinit(&got), pel__buf_deinit(&cell), pel__buf_deinit(&want);
}

static inline void written_nested(const written_eye *y, const pel_chunk *c, uint32_t from,
                                  uint32_t row) {
  pel_field fields[CHECK_COLUMNS];
  for (uint32_t k = 0; k < c->ncols; k++)
    fields[k] = (pel_field){y->names[k], c->cols[k].type};
  const pel_type record = {.kind = PEL_RECORD, .nfields = c->ncols, .fields = fields};
  const pel_type list = {.kind = PEL_LIST, .item = c->cols[0].type};
  int64_t at[2] = {from, row % 3 ? row + 1 : from};
  const pel_col as_record = {.type = &record, .child = c->cols},
                as_list = {.type = &list, .data = at, .child = c->cols};
  pel_buf json = {0};
  for (uint32_t k = 0; k < c->ncols; k++) {
    pel__buf_printf(&json, "%s\"%s\": ", k ? ", " : "{", y->names[k]);
    written_json(&json, &c->cols[k], row);
  }
  pel__buf_char(&json, '}');
  written_same(y, &as_record, row, &json);
  json.n = 0;
  pel__buf_char(&json, '[');
  for (int64_t i = at[0]; i < at[1]; i++) {
    if (i > at[0]) pel__buf_text(&json, ", ");
    written_json(&json, &c->cols[0], (uint32_t)i);
  }
  pel__buf_char(&json, ']');
  written_same(y, &as_list, 0, &json);
  pel__buf_deinit(&json);
}

/* ---- a chunk ---- */

static inline uint32_t written_poison(const pel_chunk *c, uint32_t row) {
  for (uint32_t k = 0; k < c->ncols; k++)
    if (c->cols[k].fail && c->cols[k].state[row] == PEL_POISON)
      return c->cols[k].fail[row];
  return 0;
}

/* The chunk again and again, until there is more text than the writer keeps. */
static inline void written_spin(written_eye *y, written_unit *u, void *local,
                                const pel_chunk *c, size_t before) {
  const size_t n = u->text.n - before;
  char *text = malloc(n);
  world_require(text != NULL, "the machine has no memory");
  memcpy(text, u->text.p + before, n);
  for (size_t more = 0; more < 300 << 10; more += n) {
    pel__buf_add(&u->text, text, n);
    world_require(!pel_op_write_csv.consume(&y->out.env, y->state, local, 0, c),
                  "a writer fails");
  }
  free(text);
}

static inline void written_chunk(written_eye *y, world *w, written_unit *u, void *local,
                                 const pel_chunk *c) {
  uint16_t sel[PEL_BLOCK_ROWS];
  uint32_t n = 0, first = 0, first_row = 0;
  const size_t before = u->text.n;
  for (uint32_t i = 0; i < c->nsel; i++) {
    const uint32_t row = c->sel ? c->sel[i] : i, number = written_poison(c, row);
    if (number) {
      if (!first) first = number, first_row = row;
      continue;
    }
    sel[n++] = (uint16_t)row;
    for (uint32_t k = 0; k < c->ncols; k++) {
      if (k) pel__buf_char(&u->text, y->dialect.delim), pel__buf_char(&u->rows, ' ');
      written_cell(&u->text, &y->dialect, &c->cols[k], row);
      world_print(&u->rows, w, &c->cols[k], row);
    }
    pel__buf_char(&u->text, '\n'), pel__buf_char(&u->rows, '\n');
    if (i < 16)
      written_nested(y, c, n > 1 && sel[n - 2] + 1u == row ? row - 1 : row,
                     row); /* rows left out hold rubbish */
  }
  pel_status s = pel_op_write_csv.consume(&y->out.env, y->state, local, 0, c);
  world_require(s == (first ? PEL_E_FAILED : PEL_OK) && y->consumed == first &&
                    y->consumed_row == first_row,
                "a writer meets another poison");
  y->consumed = 0, y->consumed_row = 0;
  pel_chunk good = *c;
  good.sel = sel, good.nsel = n;
  if (first) s = pel_op_write_csv.consume(&y->out.env, y->state, local, 0, &good);
  const size_t text = u->text.n - before;
  world_require(s == PEL_OK, "a writer fails");
  if (y->early && !y->spun && text >= 16) {
    y->spun = true;
    written_spin(y, u, local, &good, before);
  }
}

static inline void written_see(void *eye, world *w, const pel_unit *unit,
                               const pel_chunk *c) {
  written_eye *y = eye;
  const size_t at = unit->index;
  void *local = y->locals[at & 1];
  if (at >= y->nunits) {
    const size_t n = 2 * (at + 1);
    y->units = realloc(y->units, n * sizeof *y->units);
    memset(y->units + y->nunits, 0, (n - y->nunits) * sizeof *y->units);
    y->nunits = n;
  }
  if (c)
    written_chunk(y, w, &y->units[at], local, c);
  else
    world_require(!pel_op_write_csv.end_morsel(&y->out.env, y->state, local, at),
                  "a morsel does not end");
}

/* ---- all of it ---- */

static inline void written_open(written_eye *y, const world_case *w,
                                const csv_schema *schema) {
  void *params = NULL;
  pel_error e = {0};
  world_init(&y->out, w);
  y->out.env.create = written_create, y->out.env.append = written_append;
  y->out.env.commit = written_commit, y->out.env.discard = written_discard;
  y->out.env.consume_poison = written_consume;
  y->ncols = schema->ncolumns;
  for (uint32_t k = 0; k < y->ncols; k++)
    y->types[k] = schema->at[schema->columns[k]],
    y->names[k] = schema->name_at[schema->columns[k]];
  const pel_bind b = {.alloc = world_bound,
                      .ctx = &y->out,
                      .args = w->args,
                      .nargs = 2,
                      .out = y->types,
                      .out_names = y->names,
                      .nout = y->ncols};
  world_require(!pel_op_write_csv.bind(&b, &params, &e), "a writer does not bind");
  world_require(!pel_op_write_csv.open(&y->out.env, params, NULL, &y->state),
                "a writer does not open");
  for (int i = 0; i < 2; i++)
    world_require(!pel_op_write_csv.local_init(&y->out.env, y->state, &y->locals[i]),
                  "local_init");
}

static inline void written_close(written_eye *y, bool good) {
  if (good)
    world_require(!pel_op_write_csv.commit(&y->out.env, y->state),
                  "a writer does not commit");
  else
    pel_op_write_csv.abandon(&y->out.env, y->state);
  for (int i = 0; i < 2; i++)
    pel_op_write_csv.local_fini(&y->out.env, y->state, y->locals[i]);
  pel_op_write_csv.close(&y->out.env, y->state);
  world_require(y->there == good && y->out.live == 0, "a writer leaves something behind");
  world_deinit(&y->out);
}

/* The bytes and the rows that the file must have; the buffers of the units end here. */
static inline void written_want(written_eye *y, pel_buf *file, pel_buf *rows) {
  for (uint32_t k = 0; y->dialect.header && k < y->ncols; k++) {
    if (k) pel__buf_char(file, y->dialect.delim);
    pel__buf_text(file, y->names[k]);
  }
  if (y->dialect.header) pel__buf_char(file, '\n');
  for (size_t i = 0; i < y->nunits; i++) {
    pel__buf_add(file, y->units[i].text.p, y->units[i].text.n);
    pel__buf_add(rows, y->units[i].rows.p, y->units[i].rows.n);
    pel__buf_deinit(&y->units[i].text), pel__buf_deinit(&y->units[i].rows);
  }
  pel__buf_text(rows, "0 rejects\n");
  free(y->units);
}

static inline bool written_equal(const pel_buf *a, const pel_buf *b) {
  return pel__str_eq((pel_str){a->n ? a->p : "", a->n},
                     (pel_str){b->n ? b->p : "", b->n});
}

static inline void written_again(const written_eye *y, const csv_choice *c,
                                 pel_buf *got) {
  uint32_t all[CHECK_COLUMNS];
  csv_options options;
  csv_choice strict = *c;
  strict.null_word = false, strict.on_error = 0;
  for (uint32_t k = 0; k < y->ncols; k++) all[k] = k;
  world_case again = {.bytes = y->file.p,
                      .n = y->file.n,
                      .unit = c->unit,
                      .ncols = y->ncols,
                      .types = y->types,
                      .names = y->names,
                      .columns = all,
                      .ncolumns = y->ncols,
                      .turns = c->turns};
  csv_options_make(&options, &strict, again.args);
  world_read_all(&again, got);
}

/* Reads the text, writes what it gave, reads that. False when the file differs from the
 * slow writer's, or the rows from those read first: then got and want are there (the
 * caller frees them in any case). */
static inline bool csv_written(const csv_choice *choice, const char *p, size_t n,
                               pel_buf *got, pel_buf *want) {
  csv_choice c = *choice;
  if (!c.quote) c.quote = '"'; /* without quotes not every text can be written */
  const ref_dialect d = {c.delim,  c.quote,    true,
                         c.header, c.on_error, c.null_word ? "NA" : NULL};
  csv_schema schema;
  csv_options options;
  pel_buf file = {0}, read = {0}, rows = {0};
  csv_file(&file, &c, p, n);
  const uint32_t width = c.header ? c.width : csv_first_width(&d, file.p, file.n);
  bool same = true;
  if (width) {
    written_eye y = {.dialect = {c.delim, c.quote, true, c.header},
                     .early = (c.turns & 31) == 17};
    csv_schema_make(&schema, &c, width);
    world_case w = {.bytes = file.p,
                    .n = file.n,
                    .unit = c.unit,
                    .ncols = schema.ncols,
                    .types = schema.at,
                    .names = schema.name_at,
                    .columns = schema.columns,
                    .ncolumns = schema.ncolumns,
                    .turns = c.turns,
                    .see = written_see,
                    .eye = &y};
    csv_options_make(&options, &c, w.args);
    written_open(&y, &w, &schema);
    world_read_all(&w, &read);
    const bool good = read.n > 9 && memcmp(read.p + read.n - 9, " rejects\n", 9) == 0;
    written_close(&y, good);
    written_want(&y, want, &rows);
    if (good) {
      pel__buf_add(got, y.file.p, y.file.n);
      same = written_equal(got, want);
    }
    if (good && same && y.file.n && !y.early) {
      got->n = want->n = 0;
      written_again(&y, &c, got);
      pel__buf_add(want, rows.p, rows.n);
      same = written_equal(got, want);
    }
    pel__buf_deinit(&y.file);
  }
  pel__buf_deinit(&file), pel__buf_deinit(&read), pel__buf_deinit(&rows);
  return same;
}
#endif
