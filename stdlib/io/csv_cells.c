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

static pel_str record_text(const pel_csv_reader *r, const pel_csv_worker *w,
                           uint32_t row) {
  const uint32_t end = w->index.sep[(row + 1) * r->width - 1], from = w->index.row[row];
  return (pel_str){w->buf + from, end - from};
}

/* A value that does not fit its column: the field's text, and where it stands. */
typedef struct bad {
  uint32_t row, at; /* at: in the buffer */
  pel_str t;
} bad;

/* What becomes of it is the program's choice. */
static void bad_value(const pel_env *env, const pel_csv_reader *r, pel_csv_worker *w,
                      pel_csv_lane *l, const bad *b, uint64_t ordinal) {
  const pel_csv_params *p = r->params;
  pel_error note = {0};
  const int shown = b->t.n > 80 ? 80 : (int)b->t.n;
  (void)pel_error_set(&note, PEL_OK, "`%s`:%llu: column `%s`: \"%.*s%s\" is not %s",
                      p->path, (unsigned long long)pel__csv_line(w, b->at),
                      p->names[l->column], shown, b->t.p, b->t.n > 80 ? "…" : "",
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
    const bad b = {row, (uint32_t)(cell.p - w->buf), t};
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
