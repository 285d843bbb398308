#include "stdlib/io/csv_convert.h"
#include "stdlib/io/csv_read.h"

uint64_t pel__csv_line(pel_csv_worker *w, uint32_t pos) {
  if (pos < w->line_at) w->line_at = 0, w->line_now = w->line;
  for (const char *q; (q = memchr(w->buf + w->line_at, '\n', pos - w->line_at));) {
    w->line_at = (uint32_t)(q - w->buf) + 1;
    w->line_now++;
  }
  w->line_at = pos;
  return w->line_now;
}

static void set_state(pel_csv_lane *l, uint32_t row, uint8_t state) {
  if (!l->stated) memset(l->state, PEL_VALID, PEL_BLOCK_ROWS);
  l->stated = true;
  l->state[row] = state;
}

static pel_str record_text(const pel_csv_reader *r, const pel_csv_worker *w,
                           uint32_t row) {
  const uint32_t end = w->index.sep[(row + 1) * r->width - 1], from = w->index.row[row];
  return (pel_str){w->buf + from, end - from};
}

/* A value that does not fit its column: the field's text, and where it stands. */
typedef struct bad {
  uint32_t row, at; /* at: in the buffer */
  pel_str t;
  bool empty; /* nothing stands there, not even quotes */
} bad;

/* What becomes of it is the program's choice. */
static void bad_value(const pel_env *env, const pel_csv_reader *r, pel_csv_worker *w,
                      pel_csv_lane *l, const bad *b, uint64_t ordinal) {
  const pel_csv_params *p = r->params;
  pel_error note = {0};
  const pel_csv_misfit m = {l->column, l->col.type, pel__csv_line(w, b->at), b->t,
                            b->empty};
  pel__csv_misfit_text(p, &m, &note);
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
  pel__csv_remedy_text(p, &m, &note);
  set_state(l, b->row, PEL_POISON);
  l->failed = true;
  l->fail[b->row] = env->poison(env, ordinal, "bad value", "%s", note.message);
}

/* The cells that are not plain values: empty, quoted, null words. */
static pel_status odd_cell(const pel_env *env, const pel_csv_reader *r, pel_csv_worker *w,
                           pel_csv_lane *l, uint32_t row, uint64_t ordinal) {
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
    const bad b = {row, (uint32_t)(cell.p - w->buf), t, cell.n == 0};
    bad_value(env, r, w, l, &b, ordinal);
  }
  return PEL_OK;
}

pel_status pel__csv_lane(const pel_env *env, const pel_csv_reader *r, pel_csv_worker *w,
                         pel_csv_lane *l, const uint16_t *sel, uint32_t n,
                         uint64_t ordinal) {
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

pel_status pel__csv_broken(const pel_env *env, const pel_csv_reader *r, pel_csv_worker *w,
                           pel_csv_stop why, uint64_t ordinal) {
  const pel_csv_index *x = &w->index;
  const char *path = r->params->path;
  if (why == PEL_CSV_STOP_SHAPE)
    return env->fail(
        env, ordinal, x->fields < r->width ? "short row" : "long row",
        "`%s`:%llu: the row has %u field%s, and %s %u: is a quote or a delimiter %s?%s",
        path, (unsigned long long)pel__csv_line(w, x->at), x->fields,
        x->fields == 1 ? "" : "s",
        r->params->dialect.header ? "the header names" : "the first row has", r->width,
        x->fields < r->width ? "missing" : "too many",
        r->params->on_error == PEL_CSV_FAIL ? "" : " `on_error:` does not cover this");
  const unsigned long long line = pel__csv_line(w, x->bad);
  if (why == PEL_CSV_STOP_QUOTE)
    return env->fail(env, ordinal, "text after a quote",
                     "`%s`:%llu: text stands behind a closing quote: a quote inside "
                     "a quoted field is written twice",
                     path, line);
  return env->fail(env, ordinal, "open quote",
                   "`%s`:%llu: a quote is opened and never closed", path, line);
}
