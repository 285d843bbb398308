/* A plug-in as a third party would write it, from installed headers only: a reader of
 * logfmt lines (`key=value key="a b"`) and the aggregate geomean. It owns nothing between
 * runs; what a run needs hangs from the state and the locals that the engine keeps. Any
 * number of workers at once: units are claimed by one atomic counter, all else belongs to
 * one worker. */
#define _GNU_SOURCE /* strtod_l */
#include <locale.h>
#include <math.h>
#include <pel/op.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* The reader.
 *
 * Unit i is the lines that begin in bytes [i × unit, (i + 1) × unit) of the file. So
 * units are cut by content alone, several workers read at once, and a line belongs to
 * exactly one unit whatever the size. */

typedef struct params {
  const char *path;
  const pel_type *const *types;
  const char *const *names;
  uint32_t ncols;
} params;

typedef struct reader {
  const params *p;
  const pel_request *request;
  pel_file *file;
  uint64_t size, unit, units;
  locale_t plain; /* numbers are read the same in every locale */
  atomic_ullong next;
} reader;

typedef struct worker {
  char *text; /* the lines of the unit */
  size_t n, cap;
  uint64_t offset; /* of text[0] in the file */
  pel_col *cols;
  uint8_t **states;
  uint32_t **fails;
  uint16_t *sel;
} worker;

static size_t width(pel_kind k) {
  return k == PEL_STR ? sizeof(pel_view) : k == PEL_BOOL ? 1 : 8;
}

static pel_status bind(const pel_bind *b, void **out, pel_error *e) {
  params *p = b->alloc(b, sizeof *p);
  if (!p) return PEL_E_NOMEM;
  if (b->nargs < 1 || b->args[0].type->kind != PEL_STR)
    return pel_error_set(e, PEL_E_INVALID, "logfmt wants a path");
  char *path = b->alloc(b, b->args[0].as.s.n + 1);
  if (!path) return PEL_E_NOMEM;
  memcpy(path, b->args[0].as.s.p, b->args[0].as.s.n);
  path[b->args[0].as.s.n] = 0;
  for (uint32_t i = 0; i < b->nout; i++) {
    const pel_kind k = b->out[i]->kind;
    if (k != PEL_STR && k != PEL_I64 && k != PEL_F64 && k != PEL_BOOL)
      return pel_error_set(e, PEL_E_INVALID,
                           "logfmt gives str, i64, f64 and bool; `%s` is something else",
                           b->out_names[i]);
  }
  *p = (params){path, b->out, b->out_names, b->nout};
  *out = p;
  return PEL_OK;
}

static void reader_close(const pel_env *env, void *state) {
  reader *r = state;
  if (!r) return;
  if (r->file) env->close(env, r->file);
  if (r->plain) freelocale(r->plain);
  env->free(env, r, sizeof *r);
}

static pel_status reader_open(const pel_env *env, const void *bound,
                              const pel_request *request, void **state) {
  reader *r = env->alloc(env, sizeof *r);
  if (!r) return PEL_E_NOMEM;
  memset(r, 0, sizeof *r);
  r->p = bound;
  r->request = request;
  r->unit = env->morsel_rows ? (uint64_t)env->morsel_rows * 64 : 64 << 10;
  r->plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
  const pel_status s =
      r->plain ? env->open(env, r->p->path, &r->file, &r->size) : PEL_E_NOMEM;
  if (s) {
    reader_close(env, r);
    return s;
  }
  r->units = (r->size + r->unit - 1) / r->unit;
  *state = r;
  return PEL_OK;
}

static void local_fini(const pel_env *env, void *state, void *local) {
  const reader *r = state;
  worker *w = local;
  const uint32_t n = r->request->ncolumns;
  for (uint32_t i = 0; w->cols && i < n; i++) {
    if (w->cols[i].data)
      env->free(env, w->cols[i].data, width(w->cols[i].type->kind) * PEL_BLOCK_ROWS);
    if (w->states && w->states[i]) env->free(env, w->states[i], PEL_BLOCK_ROWS);
    if (w->fails && w->fails[i])
      env->free(env, w->fails[i], PEL_BLOCK_ROWS * sizeof(uint32_t));
  }
  if (w->cols) env->free(env, w->cols, (n + 1) * sizeof *w->cols);
  if (w->states) env->free(env, w->states, (n + 1) * sizeof *w->states);
  if (w->fails) env->free(env, w->fails, (n + 1) * sizeof *w->fails);
  if (w->sel) env->free(env, w->sel, PEL_BLOCK_ROWS * sizeof *w->sel);
  if (w->text) env->free(env, w->text, w->cap);
  env->free(env, w, sizeof *w);
}

static void *zeroed(const pel_env *env, size_t n) {
  void *p = env->alloc(env, n);
  return p ? memset(p, 0, n) : NULL;
}

static bool columns_init(const pel_env *env, const reader *r, worker *w) {
  for (uint32_t i = 0; i < r->request->ncolumns; i++) {
    pel_col *c = &w->cols[i];
    c->type = r->p->types[r->request->columns[i]];
    c->data = zeroed(env, width(c->type->kind) * PEL_BLOCK_ROWS);
    w->states[i] = env->alloc(env, PEL_BLOCK_ROWS);
    w->fails[i] = env->alloc(env, PEL_BLOCK_ROWS * sizeof(uint32_t));
    if (!c->data || !w->states[i] || !w->fails[i]) return false;
  }
  return true;
}

static pel_status local_init(const pel_env *env, void *state, void **local) {
  const reader *r = state;
  const uint32_t n = r->request->ncolumns;
  worker *w = zeroed(env, sizeof *w);
  if (!w) return PEL_E_NOMEM;
  w->cols = zeroed(env, (n + 1) * sizeof *w->cols);
  w->states = zeroed(env, (n + 1) * sizeof *w->states);
  w->fails = zeroed(env, (n + 1) * sizeof *w->fails);
  w->sel = env->alloc(env, PEL_BLOCK_ROWS * sizeof *w->sel);
  if (!w->cols || !w->states || !w->fails || !w->sel || !columns_init(env, r, w)) {
    local_fini(env, state, w);
    return PEL_E_NOMEM;
  }
  *local = w;
  return PEL_OK;
}

static pel_status grow(const pel_env *env, worker *w, size_t want) {
  if (want <= w->cap) return PEL_OK;
  char *p = w->text ? env->resize(env, w->text, w->cap, want) : env->alloc(env, want);
  if (!p) return PEL_E_NOMEM;
  w->text = p;
  w->cap = want;
  return PEL_OK;
}

/* Reads the bytes [from, to) and on to the end of the last line. */
static pel_status load(const pel_env *env, const reader *r, worker *w, uint64_t from,
                       uint64_t to) {
  w->offset = from;
  w->n = 0;
  for (;;) {
    const size_t want = (size_t)(to - from);
    size_t got = 0;
    pel_status s = grow(env, w, want + 1);
    if (!s)
      s = env->read_at(env, r->file, from + w->n, w->text + w->n, want - w->n, &got);
    if (s) return s;
    w->n += got;
    if (to >= r->size || !got || (w->n && w->text[w->n - 1] == '\n')) return PEL_OK;
    to = to + 256 < r->size ? to + 256 : r->size;
  }
}

static pel_status next_unit(const pel_env *env, void *state, void *local,
                            pel_unit *unit) {
  reader *r = state;
  worker *w = local;
  unit->index = atomic_fetch_add(&r->next, 1);
  if (unit->index >= r->units) return PEL_DONE;
  /* One byte earlier: only a line feed there makes the first byte the beginning of a
   * line. */
  const uint64_t begin = unit->index * r->unit, from = begin ? begin - 1 : 0;
  uint64_t end = begin + r->unit;
  if (end > r->size) end = r->size;
  const pel_status s = load(env, r, w, from, end);
  if (s) return s;
  const char *first = begin ? memchr(w->text, '\n', w->n) : NULL;
  unit->word[0] = begin ? (first ? (uint64_t)(first - w->text) + 1 : w->n)
                        : 0;  /* the first line that begins here */
  unit->word[1] = end - from; /* lines that begin before this position are ours */
  return PEL_OK;
}

/* ---- a line ---- */

typedef struct text {
  const char *p;
  size_t n;
} text;

/* The next key=value of [*at, end). Escapes in quotes are taken out in place. */
static bool next_pair(char **at, char *end, text *key, text *value) {
  char *p = *at;
  while (p < end && (*p == ' ' || *p == '\t' || *p == '\r')) p++;
  *key = (text){p, 0};
  while (p < end && *p != '=' && *p != ' ') p++;
  key->n = (size_t)(p - key->p);
  *value = (text){p, 0};
  if (p < end && *p == '=' && ++p < end && *p == '"') {
    char *to = ++p;
    value->p = p;
    while (p < end && *p != '"') {
      if (*p == '\\' && p + 1 < end) p++;
      *to++ = *p++;
    }
    value->n = (size_t)(to - value->p);
    if (p < end) p++;
  } else {
    value->p = p;
    while (p < end && *p != ' ' && *p != '\r') p++;
    value->n = (size_t)(p - value->p);
  }
  *at = p;
  return key->n > 0;
}

static bool to_i64(text t, int64_t *out) {
  const bool minus = t.n && t.p[0] == '-';
  uint64_t v = 0;
  if (t.n == minus) return false;
  for (size_t i = minus; i < t.n; i++) {
    const unsigned digit = (unsigned char)t.p[i] - '0';
    if (digit > 9 || __builtin_mul_overflow(v, 10u, &v) ||
        __builtin_add_overflow(v, digit, &v))
      return false;
  }
  if (v > (uint64_t)INT64_MAX + minus) return false;
  *out = minus ? (int64_t)(0 - v) : (int64_t)v;
  return true;
}

static bool to_f64(text t, locale_t plain, double *out) {
  char z[64], *end;
  if (t.n == 0 || t.n >= sizeof z) return false;
  memcpy(z, t.p, t.n);
  z[t.n] = 0;
  *out = strtod_l(z, &end, plain);
  return end == z + t.n;
}

static bool to_value(const pel_type *t, text v, locale_t plain, void *data,
                     uint32_t row) {
  switch ((int)t->kind) {
    case PEL_STR:
      ((pel_view *)data)[row] = pel_view_of(v.p, (uint32_t)v.n);
      return true;
    case PEL_I64:
      return to_i64(v, (int64_t *)data + row);
    case PEL_F64:
      return to_f64(v, plain, (double *)data + row);
    case PEL_BOOL:
      ((uint8_t *)data)[row] = v.n == 4 && !memcmp(v.p, "true", 4);
      return ((uint8_t *)data)[row] || (v.n == 5 && !memcmp(v.p, "false", 5));
  }
  return false;
}

/* A bad value poisons its cell: it is a failure only if something needs it. */
static void poison(const pel_env *env, const reader *r, worker *w, uint32_t c,
                   uint32_t row, uint64_t ordinal, text v, size_t line) {
  w->states[c][row] = PEL_POISON;
  w->fails[c][row] =
      env->poison(env, ordinal, "bad value", "`%s`, byte %llu: `%s` cannot be \"%.*s\"",
                  r->p->path, (unsigned long long)(w->offset + line),
                  r->p->names[r->request->columns[c]], (int)(v.n < 40 ? v.n : 40), v.p);
}

/* Values point into w->text, which stays until the worker's next unit. */
static void read_line(const pel_env *env, const reader *r, worker *w, char *p, char *end,
                      uint32_t row, uint64_t ordinal) {
  text key, value;
  const size_t line = (size_t)(p - w->text);
  const uint32_t n = r->request->ncolumns;
  for (uint32_t c = 0; c < n; c++) w->states[c][row] = PEL_NULL;
  while (next_pair(&p, end, &key, &value)) {
    for (uint32_t c = 0; c < n; c++) {
      const char *name = r->p->names[r->request->columns[c]];
      if (strlen(name) != key.n || memcmp(name, key.p, key.n) != 0) continue;
      w->states[c][row] = PEL_VALID;
      if (!to_value(w->cols[c].type, value, r->plain, w->cols[c].data, row))
        poison(env, r, w, c, row, ordinal, value, line);
    }
  }
  for (uint32_t c = 0; c < n; c++)
    if (w->states[c][row] == PEL_NULL && !w->cols[c].type->nullable)
      poison(env, r, w, c, row, ordinal, (text){"", 0}, line);
}

/* ---- a chunk ---- */

static pel_status filter(const pel_env *env, const reader *r, worker *w, pel_chunk *out) {
  const pel_request *q = r->request;
  pel_col *cols = env->temp(env, (q->nfilter + 1) * sizeof *cols);
  if (!cols) return PEL_E_NOMEM;
  for (uint32_t i = 0; i < q->nfilter; i++) cols[i] = w->cols[q->filter_columns[i]];
  pel_chunk c = *out;
  c.cols = cols;
  c.ncols = q->nfilter;
  const pel_status s = q->filter(q->filter_ctx, env, &c, w->sel, &out->nsel);
  out->sel = w->sel;
  return s;
}

static pel_status scan(const pel_env *env, void *state, void *local, const pel_unit *unit,
                       pel_cursor *cur, pel_chunk *out) {
  const reader *r = state;
  worker *w = local;
  enum { BEGUN, AT, ROWS };
  uint32_t rows = 0;
  const uint64_t ordinal = unit->index << 32 | cur->word[ROWS];
  size_t at = cur->word[BEGUN] ? (size_t)cur->word[AT] : (size_t)unit->word[0];
  while (rows < PEL_BLOCK_ROWS && at < unit->word[1] && at < w->n) {
    char *p = w->text + at, *end = memchr(p, '\n', w->n - at);
    if (!end) end = w->text + w->n;
    if (end > p) read_line(env, r, w, p, end, rows, ordinal + rows), rows++;
    at = (size_t)(end - w->text) + 1;
  }
  if (!rows) return PEL_DONE;
  cur->word[BEGUN] = 1;
  cur->word[AT] = at;
  cur->word[ROWS] += rows;
  for (uint32_t c = 0; c < r->request->ncolumns; c++) {
    w->cols[c].state = w->states[c];
    w->cols[c].fail = w->fails[c];
  }
  *out = (pel_chunk){.rows = rows,
                     .nsel = rows,
                     .ncols = r->request->ncolumns,
                     .cols = w->cols,
                     .ordinal = ordinal};
  return r->request->filter ? filter(env, r, w, out) : PEL_OK;
}

/* ---- the schema, by the first lines ---- */

enum { SAMPLE = 64 << 10, MOST = 64 };

typedef struct guess {
  text name;
  bool is_i64, is_f64, is_bool;
  uint32_t seen;
} guess;

static void look(guess *g, uint32_t *n, text key, text value, locale_t plain) {
  int64_t i;
  double f;
  uint8_t b;
  uint32_t k = 0;
  const pel_type boolean = {.kind = PEL_BOOL};
  while (k < *n && (g[k].name.n != key.n || memcmp(g[k].name.p, key.p, key.n) != 0)) k++;
  if (k == MOST) return;
  if (k == *n) g[(*n)++] = (guess){key, true, true, true, 0};
  g[k].seen++;
  g[k].is_i64 &= to_i64(value, &i);
  g[k].is_f64 &= to_f64(value, plain, &f);
  g[k].is_bool &= to_value(&boolean, value, plain, &b, 0);
}

static const pel_type *row_type(const pel_infer *in, const guess *g, uint32_t n,
                                uint32_t lines) {
  pel_type *row = in->alloc(in, sizeof *row),
           *types = in->alloc(in, (n + 1) * sizeof *types);
  pel_field *fields = in->alloc(in, (n + 1) * sizeof *fields);
  if (!row || !types || !fields) return NULL;
  for (uint32_t k = 0; k < n; k++) {
    char *name = in->alloc(in, g[k].name.n + 1);
    if (!name) return NULL;
    memcpy(name, g[k].name.p, g[k].name.n);
    name[g[k].name.n] = 0;
    types[k] = (pel_type){.kind = g[k].is_i64    ? PEL_I64
                                  : g[k].is_f64  ? PEL_F64
                                  : g[k].is_bool ? PEL_BOOL
                                                 : PEL_STR,
                          .nullable = g[k].seen < lines};
    fields[k] = (pel_field){name, &types[k]};
  }
  *row = (pel_type){.kind = PEL_RECORD, .nfields = n, .fields = fields};
  return row;
}

static pel_status read_sample(const pel_infer *in, char **buf, size_t *n, bool *whole,
                              pel_error *e) {
  const pel_env *env = in->env;
  pel_file *file;
  uint64_t size;
  char path[4096];
  if (in->nargs < 1 || in->args[0].as.s.n >= sizeof path)
    return pel_error_set(e, PEL_E_INVALID, "logfmt wants a path");
  memcpy(path, in->args[0].as.s.p, in->args[0].as.s.n);
  path[in->args[0].as.s.n] = 0;
  *buf = env->temp(env, SAMPLE);
  if (!*buf) return PEL_E_NOMEM;
  pel_status s = env->open(env, path, &file, &size);
  if (s) return s;
  s = env->read_at(env, file, 0, *buf, SAMPLE, n);
  env->close(env, file);
  *whole = *n == size;
  return s;
}

static uint32_t look_at_lines(char *buf, size_t n, bool whole, locale_t plain,
                              guess *guesses, uint32_t *found) {
  text key, value;
  uint32_t lines = 0;
  for (char *p = buf, *end; p < buf + n; p = end + 1) {
    end = memchr(p, '\n', n - (size_t)(p - buf));
    if (!end && !whole) break; /* cut off */
    if (!end) end = buf + n;
    if (end > p) lines++;
    while (next_pair(&p, end, &key, &value)) look(guesses, found, key, value, plain);
  }
  return lines;
}

static pel_status infer(const pel_infer *in, const pel_type **row, pel_error *e) {
  guess guesses[MOST + 1];
  uint32_t found = 0;
  size_t n = 0;
  char *buf = NULL;
  bool whole = false;
  pel_status s = read_sample(in, &buf, &n, &whole, e);
  if (s) return s;
  const locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
  if (!plain) return PEL_E_NOMEM;
  const uint32_t lines = look_at_lines(buf, n, whole, plain, guesses, &found);
  freelocale(plain);
  if (!found) return pel_error_set(e, PEL_E_INVALID, "the file holds no key=value line");
  *row = row_type(in, guesses, found, lines);
  return *row ? PEL_OK : PEL_E_NOMEM;
}

PEL_OP(read_logfmt, "read_logfmt", "(path: str) -> [n]{..r}", PEL_OP_SOURCE,
       .doc =
           "Lines of key=value pairs. A column takes the values of its key; a missing "
           "key is null.",
       .props = PEL_KEEPS_ORDER | PEL_THREADSAFE, .bind = bind, .infer = infer,
       .open = reader_open, .close = reader_close, .local_init = local_init,
       .local_fini = local_fini, .next_unit = next_unit, .scan = scan);

/* The aggregate.
 *
 * Logarithms are rounded to multiples of 2^-40 and added as integers: that is exact, so
 * the sum is the same in any order. */

typedef struct geo {
  __int128 sum;    /* of log2(x), in units of 2^-40 */
  uint64_t n, bad; /* values; those that have no logarithm */
} geo;

static void geo_init(void *state) { memset(state, 0, sizeof(geo)); }

static void geo_add(geo *g, double x) {
  g->n++;
  if (x > 0 && x < INFINITY)
    g->sum += (__int128)llrint(ldexp(log2(x), 40));
  else
    g->bad++;
}

static pel_status geo_update(const pel_env *env, void *const *states, const pel_col *in,
                             const uint16_t *sel, uint32_t n, uint64_t ordinal) {
  (void)env, (void)ordinal;
  for (uint32_t k = 0; k < n; k++) {
    const uint32_t row = sel ? sel[k] : k;
    if (!in->state || in->state[row] == PEL_VALID)
      geo_add(states[k], ((const double *)in->data)[row]);
  }
  return PEL_OK;
}

static pel_status geo_combine(const pel_env *env, void *into, void *from) {
  geo *a = into;
  const geo *b = from;
  (void)env;
  a->sum += b->sum;
  a->n += b->n;
  a->bad += b->bad;
  return PEL_OK;
}

static void geo_result(const pel_env *env, const geo *g, uint64_t ordinal, pel_col *out,
                       uint32_t k) {
  double *result = (double *)out->data + k;
  *result = 0;
  if (g->n && !g->bad) {
    *result = exp2((double)g->sum / (double)g->n * 0x1p-40);
  } else if (!g->n && out->type->nullable) {
    out->state[k] = PEL_NULL;
  } else {
    out->state[k] = PEL_POISON;
    out->fail[k] = env->poison(
        env, ordinal, "no value",
        g->n ? "geomean wants positive, finite values" : "geomean of no values");
  }
}

static pel_status geo_finish(const pel_env *env, void *const *states, uint32_t n,
                             const uint64_t *ordinals, pel_col *out) {
  if (!out->fail) {
    out->fail = env->temp(env, PEL_BLOCK_ROWS * sizeof *out->fail);
    if (!out->fail) return PEL_E_NOMEM;
    memset(out->fail, 0, PEL_BLOCK_ROWS * sizeof *out->fail);
  }
  for (uint32_t k = 0; k < n; k++) geo_result(env, states[k], ordinals[k], out, k);
  return PEL_OK;
}

static size_t geo_encode(const void *state, void *buf) {
  if (buf) memcpy(buf, state, sizeof(geo));
  return sizeof(geo);
}

static pel_status geo_decode(const pel_env *env, void *state, const void *buf, size_t n) {
  (void)env;
  if (n != sizeof(geo)) return PEL_E_INVALID;
  memcpy(state, buf, n);
  return PEL_OK;
}

static const pel_agg geo_agg = {.state_size = sizeof(geo),
                                .state_align = _Alignof(geo),
                                .init = geo_init,
                                .update = geo_update,
                                .combine = geo_combine,
                                .finish = geo_finish,
                                .encode = geo_encode,
                                .decode = geo_decode};

static const pel_agg *choose(const pel_type *const *in, uint32_t nin,
                             const pel_type *out) {
  (void)out;
  return nin == 1 && in[0]->kind == PEL_F64 ? &geo_agg : NULL;
}

PEL_OP(geomean, "geomean", "(xs: [*]f64) -> f64", PEL_OP_AGG,
       .doc = "The geometric mean, the same in any order.",
       .props = PEL_PURE | PEL_SKIPS_NULLS | PEL_NONE_FAILS, .choose_agg = choose);

/* ---- what is exported ---- */

static const pel_op *const ops[] = {&pel_op_read_logfmt, &pel_op_geomean, NULL};
PEL_API const pel_plugin_info pel_plugin = {sizeof(pel_plugin_info), PEL_OP_ABI, "logfmt",
                                            "1.0", ops};
