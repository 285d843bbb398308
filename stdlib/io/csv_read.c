#include "runtime/base/check.h"
#include "stdlib/io/csv_convert.h"
#include "stdlib/io/csv_units.h"

enum { UNIT_BYTES = 512 << 10, SLACK = 16 << 10 };

typedef struct reader {
  const pel_csv_params *params;
  const pel_request *request;
  pel_csv_units units;
  uint64_t size;
  uint32_t width;     /* fields of a record */
  uint32_t *field_of; /* declared column → field */
  uint32_t max_rows;
} reader;

/* A column being converted: its number in the schema and its memory. */
typedef struct lane {
  uint32_t column;
  pel_col col;
  uint8_t *state;
  uint32_t *fail;
  bool stated, failed; /* some cell is not valid, some is poisoned, in this chunk */
} lane;

typedef struct worker {
  char *buf;
  size_t cap, n;    /* of the buffer; bytes in it */
  uint64_t offset;  /* of buf[0] in the file */
  uint8_t start;    /* the automaton's state at buf[0] */
  uint64_t line;    /* of buf[0] */
  uint32_t line_at; /* … and of this position: line_now */
  uint64_t line_now;
  uint32_t stop;
  uint64_t first; /* ordinal of the chunk in hand */
  uint32_t *sep, *row;
  lane
      *lanes; /* requested columns first, then (on_error: skip) the other declared ones */
  uint32_t nlanes;
  uint32_t *order; /* lanes by their fields */
  pel_col *cols;
  uint16_t *sel, *odd;
  uint8_t *dropped;
  pel_csv_index index;
} worker;

static pel_status bad_header(const pel_env *env, const pel_csv_params *p,
                             const pel_csv_head *h, const char *name) {
  pel_buf b;
  pel__buf_init(&b, NULL);
  for (uint32_t i = 0; i < h->ncols && i < 30; i++)
    pel__buf_printf(&b, "%s" PEL_STR_FMT, i ? ", " : "", PEL_STR_ARG(h->names[i]));
  if (h->ncols > 30) pel__buf_text(&b, ", …");
  const pel_status s =
      env->fail(env, 0, "missing column", "`%s` has no column `%s`; its columns are: %s",
                p->path, name, pel__buf_z(&b));
  pel__buf_deinit(&b);
  return s;
}

static pel_status find_column(const pel_env *env, const reader *r, const pel_csv_head *h,
                              uint32_t c, uint32_t *field) {
  const pel_csv_params *p = r->params;
  uint32_t found = PEL_CSV_STATES, hits = 0;
  if (!p->dialect.header) {
    if (c < h->ncols) return *field = c, PEL_OK;
    return env->fail(env, 0, "missing column",
                     "`%s` has %u columns, and column %u (`%s`) was asked for", p->path,
                     h->ncols, c + 1, p->names[c]);
  }
  for (uint32_t i = 0; i < h->ncols; i++)
    if (pel__str_is(h->names[i], p->names[c])) found = i, hits++;
  if (hits == 0) return bad_header(env, p, h, p->names[c]);
  if (hits > 1)
    return env->fail(env, 0, "duplicate column",
                     "`%s` has %u columns named `%s`: rename all but one, or skip the "
                     "header with header: false",
                     p->path, hits, p->names[c]);
  *field = found;
  return PEL_OK;
}

/* morsel_rows is a test's wish: read as bytes, it cuts records in every possible place.
 */
static uint64_t unit_size(const pel_env *env) {
  return env->morsel_rows ? env->morsel_rows : UNIT_BYTES;
}

static pel_status start(const pel_env *env, reader *r) {
  const pel_csv_params *p = r->params;
  pel_file *f = NULL;
  pel_csv_head head;
  pel_status s = env->open(env, p->path, &f, &r->size);
  if (s) return s;
  r->units.file = f;
  s = pel__csv_head(p, env, f, r->size, &head);
  if (s) return s;
  r->width = head.ncols;
  r->field_of = env->alloc(env, (p->ncols + 1) * sizeof *r->field_of);
  if (!r->field_of) return PEL_E_NOMEM;
  for (uint32_t c = 0; c < p->ncols; c++)
    if ((s = find_column(env, r, &head, c, &r->field_of[c]))) return s;
  const uint32_t fit =
      (UINT32_C(1) << 18) / r->width; /* keeps the index of a very wide table small */
  r->max_rows = fit < 1 ? 1 : fit > PEL_BLOCK_ROWS - 64 ? PEL_BLOCK_ROWS - 64 : fit;
  return pel__csv_units_init(&r->units, env, &p->dialect, f, head.data, r->size,
                             1 + head.newlines, unit_size(env));
}

static void reader_close(const pel_env *env, void *state) {
  reader *r = state;
  if (!r) return;
  pel__csv_units_deinit(&r->units, env);
  env->free(env, r->field_of, (r->params->ncols + 1) * sizeof *r->field_of);
  if (r->units.file) env->close(env, r->units.file);
  env->free(env, r, sizeof *r);
}

static pel_status reader_open(const pel_env *env, const void *params,
                              const pel_request *request, void **state) {
  reader *r = env->alloc(env, sizeof *r);
  if (!r) return PEL_E_NOMEM;
  *r = (reader){.params = params, .request = request};
  const pel_status s = start(env, r);
  if (s) {
    reader_close(env, r);
    return s;
  }
  *state = r;
  return PEL_OK;
}

/* ---- a worker's memory ---- */

static size_t sep_bytes(const reader *r) {
  return pel__csv_sep_room(r->max_rows, r->width) * sizeof(uint32_t);
}

static void local_fini(const pel_env *env, void *state, void *local) {
  reader *r = state;
  worker *w = local;
  if (!w) return;
  for (uint32_t i = 0; w->lanes && i < w->nlanes; i++) {
    lane *l = &w->lanes[i];
    env->free(env, l->col.data,
              (size_t)pel_kind_width(r->params->types[l->column]->kind) * PEL_BLOCK_ROWS);
    env->free(env, l->state, PEL_BLOCK_ROWS);
    env->free(env, l->fail, PEL_BLOCK_ROWS * sizeof *l->fail);
  }
  env->free(env, w->lanes, (w->nlanes + 1) * sizeof *w->lanes);
  env->free(env, w->order, (w->nlanes + 1) * sizeof *w->order);
  env->free(env, w->cols, (w->nlanes + 1) * sizeof *w->cols);
  env->free(env, w->sep, sep_bytes(r));
  env->free(env, w->row, (PEL_BLOCK_ROWS + 64) * sizeof *w->row);
  env->free(env, w->sel, PEL_BLOCK_ROWS * sizeof *w->sel);
  env->free(env, w->odd, PEL_BLOCK_ROWS * sizeof *w->odd);
  env->free(env, w->dropped, PEL_BLOCK_ROWS);
  env->free(env, w->buf, w->cap);
  env->free(env, w, sizeof *w);
}

static bool requested(const pel_request *q, uint32_t column) {
  for (uint32_t i = 0; i < q->ncolumns; i++)
    if (q->columns[i] == column) return true;
  return false;
}

static bool lane_init(const pel_env *env, const reader *r, lane *l, uint32_t column) {
  l->column = column;
  l->col.type = r->params->types[column];
  l->col.data =
      env->alloc(env, (size_t)pel_kind_width(l->col.type->kind) * PEL_BLOCK_ROWS);
  l->state = env->alloc(env, PEL_BLOCK_ROWS);
  l->fail = env->alloc(env, PEL_BLOCK_ROWS * sizeof *l->fail);
  return l->col.data && l->state && l->fail;
}

static uint32_t field_of(const reader *r, const worker *w, uint32_t lane_number) {
  return r->field_of[w->lanes[lane_number].column];
}

static pel_status lanes_init(const pel_env *env, const reader *r, worker *w) {
  const pel_request *q = r->request;
  const bool all = r->params->on_error == PEL_CSV_SKIP;
  w->nlanes = all ? r->params->ncols : q->ncolumns;
  w->lanes = env->alloc(env, (w->nlanes + 1) * sizeof *w->lanes);
  if (w->lanes) memset(w->lanes, 0, (w->nlanes + 1) * sizeof *w->lanes);
  w->cols = env->alloc(env, (w->nlanes + 1) * sizeof *w->cols);
  w->order = env->alloc(env, (w->nlanes + 1) * sizeof *w->order);
  if (!w->lanes || !w->cols || !w->order) return PEL_E_NOMEM;
  uint32_t n = 0;
  bool ok = true;
  for (uint32_t i = 0; i < q->ncolumns; i++)
    ok = lane_init(env, r, &w->lanes[n++], q->columns[i]) && ok;
  for (uint32_t c = 0; all && c < r->params->ncols; c++)
    if (!requested(q, c)) ok = lane_init(env, r, &w->lanes[n++], c) && ok;
  for (uint32_t i = 0; i < n; i++) {
    uint32_t k = i;
    for (; k && field_of(r, w, w->order[k - 1]) > field_of(r, w, i); k--)
      w->order[k] = w->order[k - 1];
    w->order[k] = i;
  }
  return ok ? PEL_OK : PEL_E_NOMEM;
}

static pel_status local_init(const pel_env *env, void *state, void **local) {
  const reader *r = state;
  worker *w = env->alloc(env, sizeof *w);
  if (!w) return PEL_E_NOMEM;
  memset(w, 0, sizeof *w);
  pel_status s = lanes_init(env, r, w);
  w->sep = env->alloc(env, sep_bytes(r));
  w->row = env->alloc(env, (PEL_BLOCK_ROWS + 64) * sizeof *w->row);
  w->sel = env->alloc(env, PEL_BLOCK_ROWS * sizeof *w->sel);
  w->odd = env->alloc(env, PEL_BLOCK_ROWS * sizeof *w->odd);
  w->dropped = env->alloc(env, PEL_BLOCK_ROWS);
  if (!w->sep || !w->row || !w->sel || !w->odd || !w->dropped) s = PEL_E_NOMEM;
  if (s) {
    local_fini(env, state, w);
    return s;
  }
  *local = w;
  return PEL_OK;
}

/* ---- bytes ---- */

/* The buffer holds the file from w->offset on, at least `want` bytes or all there are. */
static pel_status fill(const pel_env *env, const reader *r, worker *w, size_t want) {
  const uint64_t left = r->size - w->offset;
  if (want > left) want = (size_t)left;
  if (want <= w->n) return PEL_OK;
  if (want > UINT32_MAX - 2 * PEL_CSV_PAD)
    return env->fail(env, 0, "record too long",
                     "`%s`:%llu: a record is longer than 4 GiB: is a quote missing?",
                     r->params->path, (unsigned long long)w->line);
  if (want + PEL_CSV_PAD > w->cap) {
    char *p = env->resize(env, w->buf, w->cap, want + PEL_CSV_PAD);
    if (!p) return PEL_E_NOMEM;
    w->buf = p, w->cap = want + PEL_CSV_PAD;
  }
  size_t got = 0;
  const pel_status s = env->read_at(env, r->units.file, w->offset + w->n, w->buf + w->n,
                                    want - w->n, &got);
  if (s) return s;
  if (got < want - w->n)
    return env->fail(env, 0, "changed file", "`%s` became shorter while it was read",
                     r->params->path);
  w->n = want;
  memset(w->buf + w->n, 0, PEL_CSV_PAD);
  return PEL_OK;
}

static pel_status next_unit(const pel_env *env, void *state, void *local,
                            pel_unit *unit) {
  reader *r = state;
  worker *w = local;
  if (!pel__csv_units_claim(&r->units, &unit->index)) return PEL_DONE;
  const size_t bytes = (size_t)pel__csv_unit_bytes(&r->units, unit->index);
  w->offset = pel__csv_unit_begin(&r->units, unit->index);
  w->n = 0;
  w->stop = (uint32_t)bytes;
  pel_status s = fill(env, r, w, bytes + SLACK);
  if (!s)
    s = pel__csv_units_resolve(&r->units, env, unit->index, w->buf, &w->start, &w->line);
  w->line_at = 0;
  w->line_now = w->line;
  return s;
}

/* The line of a position of the buffer; positions are asked for mostly in ascending
 * order. */
static uint64_t line_of(worker *w, uint32_t pos) {
  if (pos < w->line_at) w->line_at = 0, w->line_now = w->line;
  for (const char *q; (q = memchr(w->buf + w->line_at, '\n', pos - w->line_at));) {
    w->line_at = (uint32_t)(q - w->buf) + 1;
    w->line_now++;
  }
  w->line_at = pos;
  return w->line_now;
}

static pel_status structure_error(const pel_env *env, const reader *r, worker *w,
                                  pel_csv_stop why, uint64_t ordinal) {
  const pel_csv_index *x = &w->index;
  const char *path = r->params->path;
  if (why == PEL_CSV_STOP_SHAPE)
    return env->fail(
        env, ordinal, x->fields < r->width ? "short row" : "long row",
        "`%s`:%llu: the row has %u field%s, and %s %u: is a quote or a delimiter %s?%s",
        path, (unsigned long long)line_of(w, x->at), x->fields, x->fields == 1 ? "" : "s",
        r->params->dialect.header ? "the header names" : "the first row has", r->width,
        x->fields < r->width ? "missing" : "too many",
        r->params->on_error == PEL_CSV_FAIL ? "" : " `on_error:` does not cover this");
  const unsigned long long line = line_of(w, x->bad);
  if (why == PEL_CSV_STOP_QUOTE)
    return env->fail(env, ordinal, "text after a quote",
                     "`%s`:%llu: text stands behind a closing quote: a quote inside "
                     "a quoted field is written twice",
                     path, line);
  return env->fail(env, ordinal, "open quote",
                   "`%s`:%llu: a quote is opened and never closed", path, line);
}

/* ---- cells ---- */

static void set_state(lane *l, uint32_t row, uint8_t state) {
  if (!l->stated) memset(l->state, PEL_VALID, PEL_BLOCK_ROWS);
  l->stated = true;
  l->state[row] = state;
}

static const char *type_word(pel_kind k) {
  static const char *const words[PEL_KIND_COUNT] = {"",
                                                    "a bool (true, false)",
                                                    "an i8",
                                                    "an i16",
                                                    "an i32",
                                                    "an i64",
                                                    "a u8",
                                                    "a u16",
                                                    "a u32",
                                                    "a u64",
                                                    "an f32",
                                                    "an f64",
                                                    "text (valid UTF-8)",
                                                    "bytes",
                                                    "a date (2024-01-31)",
                                                    "a time (2024-01-31T12:00:00Z)",
                                                    "a dur (10s, 90min)",
                                                    "a list",
                                                    "a record"};
  return words[k];
}

static pel_str record_text(const reader *r, const worker *w, uint32_t row) {
  const uint32_t end = w->index.sep[(row + 1) * r->width - 1], from = w->index.row[row];
  return (pel_str){w->buf + from, end - from};
}

/* A value that does not fit its column: the field's text, and where it stands. */
typedef struct bad {
  uint32_t row, at; /* at: in the buffer */
  pel_str t;
} bad;

/* What becomes of it is the program's choice. */
static void bad_value(const pel_env *env, const reader *r, worker *w, lane *l,
                      const bad *b, uint64_t ordinal) {
  const pel_csv_params *p = r->params;
  pel_error note = {0};
  const int shown = b->t.n > 80 ? 80 : (int)b->t.n;
  (void)pel_error_set(&note, PEL_OK, "`%s`:%llu: column `%s`: \"%.*s%s\" is not %s",
                      p->path, (unsigned long long)line_of(w, b->at), p->names[l->column],
                      shown, b->t.p, b->t.n > 80 ? "…" : "",
                      type_word(l->col.type->kind));
  if (p->on_error == PEL_CSV_SKIP) {
    if (!w->dropped[b->row]) {
      const pel_str record = record_text(r, w, b->row);
      env->reject(env, ordinal, r->field_of[l->column], record.p, record.n, note.message);
    }
    w->dropped[b->row] = 1;
    return;
  }
  if (p->on_error == PEL_CSV_AS_NULL && l->col.type->nullable) {
    const pel_str record = record_text(r, w, b->row);
    env->reject(env, ordinal, r->field_of[l->column], record.p, record.n, note.message);
    set_state(l, b->row, PEL_NULL);
    return;
  }
  set_state(l, b->row, PEL_POISON);
  l->failed = true;
  l->fail[b->row] = env->poison(env, ordinal, "bad value", "%s", note.message);
}

/* The cells that are not plain values: empty, quoted, null words. */
static pel_status odd_cell(const pel_env *env, const reader *r, worker *w, lane *l,
                           uint32_t row, uint64_t ordinal) {
  const pel_kind kind = l->col.type->kind;
  bool was_quoted = false;
  pel_str t;
  const pel_str cell = pel__csv_cut(&w->index, row, r->field_of[l->column]);
  const pel_status s =
      pel__csv_field(&r->params->dialect, env, cell.p, cell.n, &t, &was_quoted);
  if (s) return s;
  if (!was_quoted && l->col.type->nullable && pel__csv_is_null(r->params, t)) {
    set_state(l, row, PEL_NULL);
  } else if (!pel__csv_value(kind, t, !w->index.high, l->col.data, row)) {
    const bad b = {row, (uint32_t)(cell.p - w->buf), t};
    bad_value(env, r, w, l, &b, ordinal);
  }
  return PEL_OK;
}

static pel_status convert(const pel_env *env, const reader *r, worker *w, lane *l,
                          const uint16_t *sel, uint32_t n, uint64_t ordinal) {
  const uint32_t field = r->field_of[l->column];
  l->stated = l->failed = false;
  if (r->params->n_null_words == 0 ||
      !l->col.type->nullable) { /* else any cell may be odd */
    n = pel__csv_convert(&w->index, l->col.type->kind, field, sel, n, l->col.data,
                         w->odd);
    sel = w->odd;
  }
  for (uint32_t i = 0; i < n; i++) {
    const uint32_t row = sel ? sel[i] : i;
    const pel_status s = odd_cell(env, r, w, l, row, ordinal + row);
    if (s) return s;
  }
  return PEL_OK;
}

static pel_col column_of(const lane *l) {
  pel_col c = l->col;
  c.state = l->stated ? l->state : NULL;
  c.fail = l->failed ? l->fail : NULL;
  return c;
}

/* ---- chunks ---- */

static uint32_t keep_rows(const worker *w, uint32_t n, uint16_t *sel) {
  uint32_t k = 0;
  for (uint32_t i = 0; i < n; i++)
    if (!w->dropped[i]) sel[k++] = (uint16_t)i;
  return k;
}

/* on_error: skip looks at every declared column, used or not, from the left, so that
 * neither which rows are kept nor what is said of the others depends on the plan. */
static pel_status drop_bad_rows(const pel_env *env, const reader *r, worker *w,
                                uint32_t rows, uint64_t ordinal, pel_chunk *out) {
  memset(w->dropped, 0, rows);
  for (uint32_t i = 0; i < w->nlanes; i++) {
    const pel_status s = convert(env, r, w, &w->lanes[w->order[i]], NULL, rows, ordinal);
    if (s) return s;
  }
  out->nsel = keep_rows(w, rows, w->sel);
  out->sel = w->sel;
  return PEL_OK;
}

static pel_status pushed_filter(const pel_env *env, const reader *r, worker *w,
                                bool converted, pel_chunk *out) {
  const pel_request *q = r->request;
  pel_col cols[64];
  pel_chunk c = *out;
  for (uint32_t i = 0; i < q->nfilter; i++) {
    lane *l = &w->lanes[q->filter_columns[i]];
    const pel_status s =
        converted ? PEL_OK : convert(env, r, w, l, NULL, out->rows, out->ordinal);
    if (s) return s;
    cols[i] = column_of(l);
  }
  c.cols = cols;
  c.ncols = q->nfilter;
  uint32_t n = 0;
  const pel_status s = q->filter(q->filter_ctx, env, &c, w->sel, &n);
  if (s) return s;
  out->sel = w->sel;
  out->nsel = n;
  return PEL_OK;
}

static bool is_filter_column(const pel_request *q, uint32_t lane_number) {
  for (uint32_t i = 0; q->filter && i < q->nfilter; i++)
    if (q->filter_columns[i] == lane_number) return true;
  return false;
}

static pel_status make_chunk(const pel_env *env, const reader *r, worker *w,
                             uint64_t ordinal, pel_chunk *out) {
  const pel_request *q = r->request;
  const bool skip = r->params->on_error == PEL_CSV_SKIP,
             filter = q->filter && q->nfilter <= 64;
  pel_status s = PEL_OK;
  *out = (pel_chunk){.rows = w->index.nrows, .nsel = w->index.nrows, .ordinal = ordinal};
  if (skip) s = drop_bad_rows(env, r, w, out->rows, ordinal, out);
  if (!s && filter) s = pushed_filter(env, r, w, skip, out);
  for (uint32_t i = 0; !s && !skip && i < q->ncolumns; i++)
    if (!is_filter_column(filter ? q : &(pel_request){0}, i))
      s = convert(env, r, w, &w->lanes[i], out->sel, out->nsel, ordinal);
  for (uint32_t i = 0; i < q->ncolumns; i++) w->cols[i] = column_of(&w->lanes[i]);
  out->ncols = q->ncolumns;
  out->cols = w->cols;
  return s;
}

static bool begin_unit(const reader *r, worker *w) {
  size_t first = 0;
  if (w->start != PEL_CSV_ROW)
    (void)pel__csv_walk(&r->params->dialect, w->buf, w->stop, w->start, &first);
  w->index = (pel_csv_index){.dialect = &r->params->dialect,
                             .stop = w->stop,
                             .ncols = r->width,
                             .max_rows = r->max_rows,
                             .at = (uint32_t)first,
                             .sep = w->sep,
                             .row = w->row};
  return first < w->stop;
}

static pel_status scan(const pel_env *env, void *state, void *local, const pel_unit *unit,
                       pel_cursor *cur, pel_chunk *out) {
  const reader *r = state;
  worker *w = local;
  enum { BEGUN = 0, ROWS = 1, OVER = 2 };
  if (!cur->word[BEGUN] && !begin_unit(r, w)) return PEL_DONE;
  cur->word[BEGUN] = 1;
  while (!cur->word[OVER]) {
    pel_csv_index *x = &w->index;
    const uint64_t ordinal = (unit->index << 32) | cur->word[ROWS];
    x->p = w->buf;
    x->n = (uint32_t)w->n;
    x->last = w->offset + w->n == r->size;
    const pel_csv_stop why = pel__csv_index(x);
    if (why == PEL_CSV_STOP_END) cur->word[OVER] = 1;
    if (x->nrows) {
      cur->word[ROWS] += x->nrows;
      w->first = ordinal;
      return make_chunk(env, r, w, ordinal, out);
    }
    pel_status s = PEL_OK;
    if (why == PEL_CSV_STOP_MORE)
      s = fill(env, r, w, w->n * 2);
    else if (why != PEL_CSV_STOP_END && why != PEL_CSV_STOP_ROWS)
      s = structure_error(env, r, w, why, ordinal);
    if (s) return s;
  }
  return PEL_DONE;
}

static size_t place(const pel_env *env, void *state, void *local, uint64_t ordinal,
                    char *out, size_t room) {
  const reader *r = state;
  worker *w = local;
  (void)env;
  if (ordinal < w->first || ordinal - w->first >= w->index.nrows) return 0;
  const uint64_t line = line_of(w, w->index.row[ordinal - w->first]);
  pel_buf b;
  pel__buf_init(&b, NULL);
  pel__buf_printf(&b, "`%s`:%llu", r->params->path, (unsigned long long)line);
  const size_t n = b.failed || b.n > room ? 0 : b.n;
  memcpy(out, b.p, n);
  pel__buf_deinit(&b);
  return n;
}

static pel_status bind_csv(const pel_bind *b, void **params, pel_error *e) {
  return pel__csv_bind(b, ',', (pel_csv_params **)params, e);
}
static pel_status bind_tsv(const pel_bind *b, void **params, pel_error *e) {
  return pel__csv_bind(b, '\t', (pel_csv_params **)params, e);
}

#define READER(bind_, infer_)                                                     \
  .bind = (bind_), .infer = (infer_), .open = reader_open, .close = reader_close, \
  .local_init = local_init, .local_fini = local_fini, .next_unit = next_unit,     \
  .scan = scan, .place = place

PEL_OP(read_csv, "read_csv", "(path: str) -> [n]{..r}", PEL_OP_SOURCE,
       .doc =
           "Comma-separated values with a header line, read in parallel and exactly. "
           "Options: delim, quote, header, "
           "on_error (fail, skip, as_null), null.",
       .props = PEL_KEEPS_ORDER | PEL_THREADSAFE | PEL_INTERNAL, .ref = "RFC 4180",
       READER(bind_csv, pel__csv_infer_csv));
PEL_OP(read_tsv, "read_tsv", "(path: str) -> [n]{..r}", PEL_OP_SOURCE,
       .doc = "Tab-separated values with a header line; otherwise like csv.",
       .props = PEL_KEEPS_ORDER | PEL_THREADSAFE | PEL_INTERNAL, .ref = "RFC 4180",
       READER(bind_tsv, pel__csv_infer_tsv));
