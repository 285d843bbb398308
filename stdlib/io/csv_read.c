#include "stdlib/io/csv_read.h"

#include "runtime/base/check.h"

enum { SLACK = 16 << 10 };

/* ---- bytes ---- */

/* The buffer holds the file from w->offset on, at least `want` bytes or all there are. */
static pel_status fill(const pel_env *env, const pel_csv_reader *r, pel_csv_worker *w,
                       size_t want) {
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
  pel_csv_reader *r = state;
  pel_csv_worker *w = local;
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

/* ---- chunks ---- */

static pel_col column_of(const pel_csv_lane *l) {
  pel_col c = l->col;
  c.state = l->stated ? l->state : NULL;
  c.fail = l->failed ? l->fail : NULL;
  return c;
}

static uint32_t keep_rows(const pel_csv_worker *w, uint32_t n, uint16_t *sel) {
  uint32_t k = 0;
  for (uint32_t i = 0; i < n; i++)
    if (!w->dropped[i]) sel[k++] = (uint16_t)i;
  return k;
}

/* on_error: skip looks at every declared column, used or not, from the left, so that
 * neither which rows are kept nor what is said of the others depends on the plan. */
static pel_status drop_bad_rows(const pel_env *env, const pel_csv_reader *r,
                                pel_csv_worker *w, uint32_t rows, uint64_t ordinal,
                                pel_chunk *out) {
  memset(w->dropped, 0, rows);
  for (uint32_t i = 0; i < w->nlanes; i++) {
    const pel_status s =
        pel__csv_lane(env, r, w, &w->lanes[w->order[i]], NULL, rows, ordinal);
    if (s) return s;
  }
  out->nsel = keep_rows(w, rows, w->sel);
  out->sel = w->sel;
  return PEL_OK;
}

static pel_status pushed_filter(const pel_env *env, const pel_csv_reader *r,
                                pel_csv_worker *w, bool converted, pel_chunk *out) {
  const pel_request *q = r->request;
  pel_col cols[64];
  pel_chunk c = *out;
  for (uint32_t i = 0; i < q->nfilter; i++) {
    pel_csv_lane *l = &w->lanes[q->filter_columns[i]];
    const pel_status s =
        converted ? PEL_OK : pel__csv_lane(env, r, w, l, NULL, out->rows, out->ordinal);
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

static pel_status make_chunk(const pel_env *env, const pel_csv_reader *r,
                             pel_csv_worker *w, uint64_t ordinal, pel_chunk *out) {
  const pel_request *q = r->request;
  const bool skip = r->params->on_error == PEL_CSV_SKIP,
             filter = q->filter && q->nfilter <= 64;
  pel_status s = PEL_OK;
  *out = (pel_chunk){.rows = w->index.nrows, .nsel = w->index.nrows, .ordinal = ordinal};
  if (skip) s = drop_bad_rows(env, r, w, out->rows, ordinal, out);
  if (!s && filter) s = pushed_filter(env, r, w, skip, out);
  for (uint32_t i = 0; !s && !skip && i < q->ncolumns; i++)
    if (!is_filter_column(filter ? q : &(pel_request){0}, i))
      s = pel__csv_lane(env, r, w, &w->lanes[i], out->sel, out->nsel, ordinal);
  for (uint32_t i = 0; i < q->ncolumns; i++) w->cols[i] = column_of(&w->lanes[i]);
  out->ncols = q->ncolumns;
  out->cols = w->cols;
  return s;
}

static bool begin_unit(const pel_csv_reader *r, pel_csv_worker *w) {
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
  const pel_csv_reader *r = state;
  pel_csv_worker *w = local;
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
      s = pel__csv_broken(env, r, w, why, ordinal);
    if (s) return s;
  }
  return PEL_DONE;
}

static size_t place(const pel_env *env, void *state, void *local, uint64_t ordinal,
                    char *out, size_t room) {
  const pel_csv_reader *r = state;
  pel_csv_worker *w = local;
  (void)env;
  if (ordinal < w->first || ordinal - w->first >= w->index.nrows) return 0;
  const uint64_t line = pel__csv_line(w, w->index.row[ordinal - w->first]);
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

#define READER(bind_, infer_)                                                         \
  .bind = (bind_), .infer = (infer_), .open = pel__csv_open, .close = pel__csv_close, \
  .local_init = pel__csv_worker_init, .local_fini = pel__csv_worker_fini,             \
  .next_unit = next_unit, .scan = scan, .place = place

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
