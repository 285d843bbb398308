#include "runtime/base/check.h"
#include "stdlib/io/csv_read.h"

enum { UNIT_BYTES = 512 << 10 };

/* ---- the reader: the header's fields to the columns that are declared ---- */

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

static pel_status find_column(const pel_env *env, const pel_csv_reader *r,
                              const pel_csv_head *h, uint32_t c, uint32_t *field) {
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
                     "`%s` has %u columns named `%s`: rename all but one", p->path, hits,
                     p->names[c]);
  *field = found;
  return PEL_OK;
}

/* morsel_rows is a test's wish: read as bytes, it cuts records in every possible place.
 */
static uint64_t unit_size(const pel_env *env) {
  return env->morsel_rows ? env->morsel_rows : UNIT_BYTES;
}

static pel_status start(const pel_env *env, pel_csv_reader *r) {
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

void pel__csv_close(const pel_env *env, void *state) {
  pel_csv_reader *r = state;
  if (!r) return;
  pel__csv_units_deinit(&r->units, env);
  env->free(env, r->field_of, (r->params->ncols + 1) * sizeof *r->field_of);
  if (r->units.file) env->close(env, r->units.file);
  env->free(env, r, sizeof *r);
}

pel_status pel__csv_open(const pel_env *env, const void *params,
                         const pel_request *request, void **state) {
  pel_csv_reader *r = env->alloc(env, sizeof *r);
  if (!r) return PEL_E_NOMEM;
  *r = (pel_csv_reader){.params = params, .request = request};
  const pel_status s = start(env, r);
  if (s) {
    pel__csv_close(env, r);
    return s;
  }
  *state = r;
  return PEL_OK;
}

/* ---- a worker's memory ---- */

static size_t sep_bytes(const pel_csv_reader *r) {
  return pel__csv_sep_room(r->max_rows, r->width) * sizeof(uint32_t);
}

void pel__csv_worker_fini(const pel_env *env, void *state, void *local) {
  pel_csv_reader *r = state;
  pel_csv_worker *w = local;
  if (!w) return;
  for (uint32_t i = 0; w->lanes && i < w->nlanes; i++) {
    pel_csv_lane *l = &w->lanes[i];
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

static bool lane_init(const pel_env *env, const pel_csv_reader *r, pel_csv_lane *l,
                      uint32_t column) {
  l->column = column;
  l->col.type = r->params->types[column];
  l->col.data =
      env->alloc(env, (size_t)pel_kind_width(l->col.type->kind) * PEL_BLOCK_ROWS);
  l->state = env->alloc(env, PEL_BLOCK_ROWS);
  l->fail = env->alloc(env, PEL_BLOCK_ROWS * sizeof *l->fail);
  return l->col.data && l->state && l->fail;
}

static uint32_t field_of(const pel_csv_reader *r, const pel_csv_worker *w,
                         uint32_t lane_number) {
  return r->field_of[w->lanes[lane_number].column];
}

static pel_status lanes_init(const pel_env *env, const pel_csv_reader *r,
                             pel_csv_worker *w) {
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

pel_status pel__csv_worker_init(const pel_env *env, void *state, void **local) {
  const pel_csv_reader *r = state;
  pel_csv_worker *w = env->alloc(env, sizeof *w);
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
    pel__csv_worker_fini(env, state, w);
    return s;
  }
  *local = w;
  return PEL_OK;
}
