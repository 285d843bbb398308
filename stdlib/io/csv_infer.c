#include "runtime/base/check.h"
#include "stdlib/io/csv.h"

enum { SAMPLE_ROWS = 20480, SAMPLE_BYTES = 1 << 20 };

/* Tried in this order; the first that every value of the sample fits is the column's
 * type. */
static const pel_kind ladder[] = {PEL_BOOL, PEL_I64,  PEL_U64, PEL_F64,
                                  PEL_DATE, PEL_TIME, PEL_STR};
enum { RUNGS = sizeof ladder / sizeof *ladder };

typedef struct guess {
  uint8_t fits; /* a bit per rung */
  bool null, value;
} guess;

typedef struct sample {
  const pel_csv_params *params;
  const pel_env *env;
  pel_csv_head head;
  guess *guesses;
  uint64_t rows;
} sample;

/* 01234 is a code, not a number: read as one it would lose its zeros. */
static bool is_code(pel_str t) {
  const size_t sign = t.n > 0 && (t.p[0] == '-' || t.p[0] == '+');
  return t.n > sign + 1 && t.p[sign] == '0' && t.p[sign + 1] >= '0' &&
         t.p[sign + 1] <= '9';
}

static bool is_number(pel_kind k) { return k == PEL_I64 || k == PEL_U64 || k == PEL_F64; }

static pel_status look_at(sample *s, guess *g, pel_str cell) {
  union {
    uint64_t word;
    pel_view view;
  } value;
  bool quoted;
  pel_str t;
  const pel_status st =
      pel__csv_field(&s->params->dialect, s->env, cell.p, cell.n, &t, &quoted);
  if (st) return st;
  if (!quoted && pel__csv_is_null(s->params, t)) return g->null = true, PEL_OK;
  g->value = true;
  for (uint32_t r = 0; r < RUNGS; r++)
    if (g->fits >> r & 1 && ladder[r] != PEL_STR &&
        ((is_number(ladder[r]) && is_code(t)) ||
         !pel__csv_value(ladder[r], t, false, &value, 0)))
      g->fits = (uint8_t)(g->fits & ~(1u << r));
  return PEL_OK;
}

static pel_status look_at_rows(sample *s, const pel_csv_index *x) {
  const uint64_t left = SAMPLE_ROWS - s->rows;
  const uint32_t n = x->nrows < left ? x->nrows : (uint32_t)left;
  for (uint32_t r = 0; r < n; r++) {
    for (uint32_t k = 0; k < x->ncols; k++) {
      const pel_status st = look_at(s, &s->guesses[k], pel__csv_cut(x, r, k));
      if (st) return st;
    }
  }
  s->rows += n;
  return PEL_OK;
}

/* The rows that lie whole in the bytes; a broken one ends the sample and is left to the
 * run to report. */
static pel_status look_at_bytes(sample *s, const char *p, uint32_t n, bool last) {
  const uint32_t width = s->head.ncols;
  pel_csv_index x = {.dialect = &s->params->dialect,
                     .p = p,
                     .n = n,
                     .stop = n,
                     .last = last,
                     .ncols = width,
                     .max_rows = width > 256 ? 1 : 256};
  x.sep = s->env->temp(s->env, pel__csv_sep_room(x.max_rows, width) * sizeof *x.sep);
  x.row = s->env->temp(s->env, (PEL_BLOCK_ROWS + 64) * sizeof *x.row);
  if (!x.sep || !x.row) return PEL_E_NOMEM;
  for (pel_csv_stop why = PEL_CSV_STOP_ROWS;
       why == PEL_CSV_STOP_ROWS && s->rows < SAMPLE_ROWS;) {
    why = pel__csv_index(&x);
    const pel_status st = look_at_rows(s, &x);
    if (st) return st;
  }
  return PEL_OK;
}

static pel_status look_at_file(sample *s, pel_file *f, uint64_t size) {
  const uint64_t left = size - s->head.data;
  for (uint64_t want = SAMPLE_BYTES;; want *= 4) {
    const size_t n = (size_t)(want < left ? want : left);
    size_t got = 0;
    char *p = s->env->temp(s->env, n + PEL_CSV_PAD);
    if (!p) return PEL_E_NOMEM;
    pel_status st = s->env->read_at(s->env, f, s->head.data, p, n, &got);
    if (st) return st;
    memset(p + got, 0, PEL_CSV_PAD);
    s->rows = 0;
    for (uint32_t k = 0; k < s->head.ncols; k++)
      s->guesses[k] = (guess){.fits = (1u << RUNGS) - 1};
    st = look_at_bytes(s, p, (uint32_t)got, got == left);
    if (st || s->rows || got == left || want > UINT32_MAX / 8) return st;
  }
}

static const pel_type *column_type(const pel_infer *in, const guess *g) {
  pel_type *t = in->alloc(in, sizeof *t);
  if (!t) return NULL;
  uint32_t r = g->value ? 0 : RUNGS - 1;
  while (r < RUNGS - 1 && !(g->fits >> r & 1)) r++;
  *t = (pel_type){.kind = ladder[r], .nullable = g->null};
  return t;
}

static pel_status row_type(const pel_infer *in, const sample *s, const pel_type **out) {
  pel_type *row = in->alloc(in, sizeof *row);
  pel_field *fields = in->alloc(in, s->head.ncols * sizeof *fields);
  if (!row || !fields) return PEL_E_NOMEM;
  for (uint32_t k = 0; k < s->head.ncols; k++) {
    const pel_str name = s->head.names[k];
    char *z = in->alloc(in, name.n + 24);
    if (!z || !(fields[k].type = column_type(in, &s->guesses[k]))) return PEL_E_NOMEM;
    if (s->params->dialect.header) {
      memcpy(z, name.p, name.n);
      z[name.n] = 0;
    } else {
      uint32_t d = 1, m = k + 1, at = 1;
      while (m / d >= 10) d *= 10;
      for (z[0] = 'c'; d; d /= 10) z[at++] = (char)('0' + m / d % 10);
      z[at] = 0;
    }
    fields[k].name = z;
  }
  *row = (pel_type){.kind = PEL_RECORD, .nfields = s->head.ncols, .fields = fields};
  *out = row;
  return PEL_OK;
}

static void *infer_alloc(const void *ctx, size_t n) {
  const pel_infer *in = ctx;
  return in->alloc(in, n);
}

static pel_status infer(const pel_infer *in, char delim, const pel_type **row,
                        pel_error *e) {
  pel_csv_params params;
  pel_file *f = NULL;
  uint64_t size = 0;
  pel_status st =
      pel__csv_options(in->args, in->nargs, delim, infer_alloc, in, &params, e);
  if (st) return st;
  if ((st = in->env->open(in->env, params.path, &f, &size))) return st;
  sample s = {.params = &params, .env = in->env};
  st = pel__csv_head(&params, in->env, f, size, &s.head);
  if (!st) {
    s.guesses = in->env->temp(in->env, (s.head.ncols + 1) * sizeof *s.guesses);
    st = s.guesses ? look_at_file(&s, f, size) : PEL_E_NOMEM;
  }
  if (!st) st = row_type(in, &s, row);
  in->env->close(in->env, f);
  return st;
}

pel_status pel__csv_infer_csv(const pel_infer *in, const pel_type **row, pel_error *e) {
  return infer(in, ',', row, e);
}
pel_status pel__csv_infer_tsv(const pel_infer *in, const pel_type **row, pel_error *e) {
  return infer(in, '\t', row, e);
}
