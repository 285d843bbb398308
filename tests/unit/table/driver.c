#include "tests/unit/table/driver.h"

#include <criterion/criterion.h>
#include <stdarg.h>

/* ---- memory ---- */

static driver *driver_of(const pel_env *env) { return (driver *)env->ctx; }

static bool refuses(driver *d, size_t more) {
  d->calls++;
  if (d->fail_at && d->calls >= d->fail_at &&
      (!d->fail_n || d->calls < d->fail_at + d->fail_n))
    return true;
  return d->budget && d->live_bytes + more > d->budget;
}

static void charge(driver *d, size_t n) {
  d->live_bytes += n;
  if (d->live_bytes > d->peak_bytes) d->peak_bytes = d->live_bytes;
}

/* Blocks remember their size, so that a wrong one is noticed when they are freed. */
static void *env_alloc(const pel_env *env, size_t n) {
  driver *d = driver_of(env);
  cr_assert(n > 0, "an allocation of no bytes");
  if (refuses(d, n)) return NULL;
  char *p = aligned_alloc(64, (n + 64 + 63) / 64 * 64);
  memcpy(p, &n, sizeof n);
  memset(p + 64, 0xa5, n);
  d->live++;
  charge(d, n);
  return p + 64;
}

static void env_free(const pel_env *env, void *p, size_t n) {
  driver *d = driver_of(env);
  size_t was;
  memcpy(&was, (char *)p - 64, sizeof was);
  cr_assert_eq(was, n, "freed as %zu bytes, allocated as %zu", n, was);
  d->live--;
  d->live_bytes -= n;
  free((char *)p - 64);
}

static void *env_resize(const pel_env *env, void *p, size_t old_n, size_t n) {
  void *q = env_alloc(env, n);
  if (!q) return NULL;
  memcpy(q, p, old_n < n ? old_n : n);
  env_free(env, p, old_n);
  return q;
}

static void *env_temp(const pel_env *env, size_t n) {
  driver *d = driver_of(env);
  if (d->fail_at && refuses(d, 0)) return NULL;
  char *p = aligned_alloc(64, (n + 64 + 63) / 64 * 64);
  memcpy(p, &d->temps[env->worker], sizeof(void *));
  memset(p + 64, 0x5a, n);
  d->temps[env->worker] = p;
  return p + 64;
}

void driver_new_temp(driver *d, uint32_t worker) {
  for (void *p = d->temps[worker], *next; p; p = next) {
    memcpy(&next, p, sizeof next);
    free(p);
  }
  d->temps[worker] = NULL;
}

static pel_status env_reserve(const pel_env *env, size_t n) {
  driver *d = driver_of(env);
  if (refuses(d, n)) return PEL_E_NOMEM;
  charge(d, n);
  return PEL_OK;
}
static void env_release(const pel_env *env, size_t n) { driver_of(env)->live_bytes -= n; }

/* ---- spilling, failing ---- */

static pel_status spill_write(const pel_env *env, const void *p, size_t n,
                              uint64_t *offset) {
  driver *d = driver_of(env);
  if (d->spill_n + n > d->spill_cap) {
    d->spill_cap = 2 * (d->spill_n + n);
    d->spill = realloc(d->spill, d->spill_cap);
  }
  memcpy(d->spill + d->spill_n, p, n);
  *offset = d->spill_n;
  d->spill_n += n;
  return PEL_OK;
}
static pel_status spill_read(const pel_env *env, uint64_t offset, void *p, size_t n) {
  driver *d = driver_of(env);
  cr_assert(offset + n <= d->spill_n);
  memcpy(p, d->spill + offset, n);
  d->spill_reads++;
  return PEL_OK;
}

static bool env_cancelled(const pel_env *env) {
  driver *d = driver_of(env);
  return ++d->looks >= d->cancel_at && d->cancel_at;
}

static pel_status note_failure(driver *d, uint64_t ordinal, const char *code) {
  if (!d->failed || ordinal < d->fail_ordinal) {
    d->failed = true;
    d->fail_ordinal = ordinal;
    snprintf(d->fail_code, sizeof d->fail_code, "%s", code);
  }
  return PEL_E_FAILED;
}
static pel_status env_fail(const pel_env *env, uint64_t ordinal, const char *code,
                           const char *fmt, ...) {
  (void)fmt;
  return note_failure(driver_of(env), ordinal, code);
}
static uint32_t env_poison(const pel_env *env, uint64_t ordinal, const char *code,
                           const char *fmt, ...) {
  driver *d = driver_of(env);
  (void)fmt;
  d->poisons = realloc(d->poisons, (d->npoisons + 1) * sizeof *d->poisons);
  d->poisons[d->npoisons].ordinal = ordinal;
  snprintf(d->poisons[d->npoisons].code, 16, "%s", code);
  return ++d->npoisons;
}
static pel_status env_consume(const pel_env *env, uint32_t number, uint64_t row) {
  (void)row;
  driver *d = driver_of(env);
  cr_assert(number >= 1 && number <= d->npoisons);
  return note_failure(d, d->poisons[number - 1].ordinal, d->poisons[number - 1].code);
}

void driver_init(driver *d, uint32_t workers, uint64_t seed, uint32_t hash_bits) {
  memset(d, 0, sizeof *d);
  d->workers = workers;
  for (uint32_t w = 0; w < MAX_WORKERS; w++)
    d->env[w] = (pel_env){.size = sizeof(pel_env),
                          .ctx = d,
                          .alloc = env_alloc,
                          .resize = env_resize,
                          .free = env_free,
                          .temp = env_temp,
                          .reserve = env_reserve,
                          .release = env_release,
                          .spill_write = spill_write,
                          .spill_read = spill_read,
                          .cancelled = env_cancelled,
                          .fail = env_fail,
                          .poison = env_poison,
                          .consume_poison = env_consume,
                          .hash_seed = seed,
                          .hash_bits = hash_bits,
                          .worker = w};
}

void driver_deinit(driver *d) {
  for (uint32_t w = 0; w < MAX_WORKERS; w++) driver_new_temp(d, w);
  free(d->spill);
  free(d->poisons);
  cr_assert_eq(d->live, 0, "%llu blocks were not freed", (unsigned long long)d->live);
  cr_assert_eq(d->live_bytes, 0, "%llu bytes were not given back",
               (unsigned long long)d->live_bytes);
}

/* ---- values to columns and back ---- */

typedef struct blocks {
  void **at;
  size_t n;
} blocks;

static void *keep(blocks *b, size_t n) {
  b->at = realloc(b->at, (b->n + 1) * sizeof *b->at);
  return b->at[b->n++] = calloc(1, n ? n : 1);
}
static void drop(blocks *b) {
  for (size_t i = 0; i < b->n; i++) free(b->at[i]);
  free(b->at);
  *b = (blocks){0};
}

static uint32_t width_of(pel_kind k) {
  static const uint8_t w[PEL_KIND_COUNT] = {0, 1, 1,  2,  4, 8, 1, 2, 4, 8,
                                            4, 8, 16, 16, 4, 8, 8, 8, 0};
  return w[k];
}

static pel_col make_col(blocks *b, const pel_type *t, const val *const *v, size_t n) {
  pel_col c = {.type = t};
  size_t items = 0;
  for (size_t i = 0; i < n; i++) {
    if (v[i]->state != PEL_VALID && !c.state) {
      c.state = keep(b, n);
      memset(c.state, PEL_VALID, n);
    }
    if (v[i]->state == PEL_POISON && !c.fail) c.fail = keep(b, n * 4);
    if (v[i]->state != PEL_VALID) c.state[i] = v[i]->state;
    if (v[i]->state == PEL_POISON) c.fail[i] = (uint32_t)v[i]->word;
    items += v[i]->state == PEL_VALID ? v[i]->n : 0;
  }
  if (t->kind == PEL_RECORD) {
    static const val nothing = {.state = PEL_NULL};
    c.child = keep(b, t->nfields * sizeof(pel_col));
    const val **parts = keep(b, n * sizeof *parts);
    for (uint32_t f = 0; f < t->nfields; f++) {
      for (size_t i = 0; i < n; i++)
        parts[i] = v[i]->state == PEL_VALID ? &v[i]->items[f] : &nothing;
      c.child[f] = make_col(b, t->fields[f].type, parts, n);
    }
    return c;
  }
  if (t->kind == PEL_LIST) {
    int64_t *offsets = keep(b, (n + 1) * 8);
    const val **parts = keep(b, items * sizeof *parts);
    size_t at = 0;
    for (size_t i = 0; i < n; i++) {
      for (uint32_t j = 0; v[i]->state == PEL_VALID && j < v[i]->n; j++)
        parts[at++] = &v[i]->items[j];
      offsets[i + 1] = (int64_t)at;
    }
    c.data = offsets;
    c.child = keep(b, sizeof(pel_col));
    c.child[0] = make_col(b, t->item, parts, at);
    return c;
  }
  uint32_t width = width_of(t->kind);
  char *data = keep(b, n * width);
  for (size_t i = 0; i < n; i++) {
    if (v[i]->state != PEL_VALID) {
      memset(data + i * width, 0xcc, width); /* readable and meaningless */
    } else if (width == 16) {
      char *text = keep(b, v[i]->n);
      memcpy(text, v[i]->text, v[i]->n);
      ((pel_view *)(void *)data)[i] = pel_view_of(text, v[i]->n);
    } else {
      memcpy(data + i * width, &v[i]->word, width);
    }
  }
  c.data = data;
  return c;
}

static val read_cell(const pel_col *c, size_t row) {
  uint8_t state = c->state ? c->state[row] : PEL_VALID;
  if (state == PEL_POISON) return val_poison(c->fail[row]);
  if (state != PEL_VALID) return val_null();
  const pel_type *t = c->type;
  if (t->kind == PEL_LIST) {
    const int64_t *o = c->data;
    val v = val_list((uint32_t)(o[row + 1] - o[row]));
    for (uint32_t i = 0; i < v.n; i++)
      v.items[i] = read_cell(c->child, (size_t)o[row] + i);
    return v;
  }
  if (t->kind == PEL_RECORD) {
    val v = val_list(t->nfields);
    for (uint32_t i = 0; i < v.n; i++) v.items[i] = read_cell(&c->child[i], row);
    return v;
  }
  uint32_t width = width_of(t->kind);
  if (width == 16) {
    const pel_view *view = (const pel_view *)c->data + row;
    return val_text(pel_view_bytes(view), view->in.n);
  }
  val v = {.state = PEL_VALID};
  memcpy(&v.word, (const char *)c->data + row * width, width);
  if (t->kind == PEL_I8) v.word = (uint64_t)(int8_t)v.word;
  if (t->kind == PEL_I16) v.word = (uint64_t)(int16_t)v.word;
  if (t->kind == PEL_I32 || t->kind == PEL_DATE) v.word = (uint64_t)(int32_t)v.word;
  return v;
}

static void read_chunk(const pel_chunk *c, tab *to) {
  cr_assert(c->rows <= PEL_BLOCK_ROWS);
  cr_assert_eq(c->ncols, to->ncols);
  cr_assert(c->sel || c->nsel == c->rows);
  for (uint32_t k = 0; k < c->nsel; k++) {
    uint32_t row = c->sel ? c->sel[k] : k;
    cr_assert(row < c->rows && (k == 0 || !c->sel || c->sel[k] > c->sel[k - 1]));
    val *cells = tab_add(to);
    for (uint32_t i = 0; i < c->ncols; i++) {
      cr_assert_eq(c->cols[i].type->kind, to->types[i]->kind);
      cells[i] = read_cell(&c->cols[i], row);
    }
  }
}

/* A chunk of rows first … first + n of t. Between them stand rows that do not count,
 * unless plain. */
static pel_chunk make_chunk(blocks *b, rng *r, const tab *t, size_t first, uint32_t n,
                            bool plain, uint64_t ordinal) {
  pel_chunk c = {.ncols = t->ncols, .ordinal = ordinal, .nsel = n};
  static const val nothing = {.state = PEL_NULL};
  size_t *rows = keep(b, PEL_BLOCK_ROWS * sizeof *rows);
  uint16_t *sel = keep(b, PEL_BLOCK_ROWS * sizeof *sel);
  bool gaps = !plain && n < PEL_BLOCK_ROWS / 2 && rng_below(r, 2);
  for (uint32_t k = 0; k < n; k++) {
    while (gaps && rng_below(r, 3) == 0 && c.rows + (n - k) < PEL_BLOCK_ROWS)
      rows[c.rows++] = SIZE_MAX;
    sel[k] = (uint16_t)c.rows;
    rows[c.rows++] = first + k;
  }
  if (c.rows != n || (!plain && rng_below(r, 4) == 0)) c.sel = sel;
  c.cols = keep(b, (t->ncols + 1) * sizeof(pel_col));
  const val **cells = keep(b, c.rows * sizeof *cells);
  for (uint32_t i = 0; i < t->ncols; i++) {
    for (uint32_t k = 0; k < c.rows; k++)
      cells[k] = rows[k] == SIZE_MAX ? &nothing : tab_at(t, rows[k], i);
    c.cols[i] = make_col(b, t->types[i], cells, c.rows);
  }
  return c;
}

/* ---- running ---- */

typedef struct run {
  driver *d;
  const node *n;
  const run_opts *o;
  rng r;
  void *params, *state;
  void *locals[MAX_WORKERS];
  bool sealed[MAX_WORKERS];
  blocks memory; /* of bind */
} run;

static void *bind_alloc(const pel_bind *b, size_t n) { return keep(b->ctx, n); }

static pel_status bind_node(run *x) {
  const node *n = x->n;
  uint32_t nin[2] = {n->in[0]->ncols, n->in[1] ? n->in[1]->ncols : 0};
  const pel_type **in = keep(&x->memory, (nin[0] + nin[1] + 1) * sizeof *in);
  for (uint32_t i = 0; i < nin[0]; i++) in[i] = n->in[0]->types[i];
  for (uint32_t i = 0; i < nin[1]; i++) in[nin[0] + i] = n->in[1]->types[i];
  pel_bind b = {.alloc = bind_alloc,
                .ctx = &x->memory,
                .args = n->args,
                .nargs = n->nargs,
                .in = in,
                .nin = nin,
                .nports = n->nports,
                .out = n->out,
                .nout = n->nout,
                .aggs = n->aggs,
                .naggs = n->naggs};
  pel_error e = {0};
  pel_status s = n->op->bind(&b, &x->params, &e);
  cr_assert_eq(s, PEL_OK, "bind: %s", e.message);
  return s;
}

/* One morsel's rows, cut at random, to one local. */
static pel_status feed_morsel(run *x, uint32_t w, uint64_t morsel, size_t first,
                              size_t rows) {
  const pel_op *op = x->n->op;
  pel_env *env = &x->d->env[w];
  size_t at = 0, row = 0;
  pel_status s = PEL_OK;
  while (at < rows && !s) {
    size_t most = x->o->chunk_rows ? x->o->chunk_rows
                                   : 1 + rng_below(&x->r, 1 + rng_below(&x->r, 1024));
    uint32_t n = (uint32_t)(rows - at < most ? rows - at : most);
    blocks b = {0};
    driver_new_temp(x->d, w);
    pel_chunk c = make_chunk(&b, &x->r, x->n->in[0], first + at, n, x->o->plain,
                             morsel << 32 | row);
    s = op->consume(env, x->state, x->locals[w], 0, &c);
    drop(&b);
    at += n;
    row += c.rows;
    if (!s && x->o->spill_often && op->spill && rng_below(&x->r, 3) == 0) {
      size_t freed = 0;
      s = op->spill(env, x->state, x->locals[w], 1, &freed);
    }
  }
  if (!s && x->o->end_morsel && op->end_morsel)
    s = op->end_morsel(env, x->state, x->locals[w], morsel);
  return s;
}

/* Cuts the input into morsels, deals them to workers, and feeds them in an order in which
 * each is at most a few ahead. */
static pel_status feed(run *x) {
  const tab *t = x->n->in[0];
  size_t nm = 0, cap = t->rows + 1;
  size_t *starts = malloc((cap + 1) * sizeof *starts);
  for (size_t at = 0; at < t->rows;) {
    size_t n = x->o->morsel_rows ? x->o->morsel_rows
                                 : 1 + rng_below(&x->r, 1 + rng_below(&x->r, 3000));
    starts[nm++] = at;
    at += n < t->rows - at ? n : t->rows - at;
  }
  starts[nm] = t->rows;
  bool *done = calloc(nm + 1, 1);
  uint64_t stop = UINT64_MAX; /* rows of this morsel and later ones are not needed */
  pel_status s = PEL_OK;
  for (size_t left = nm, low = 0; left > 0 && !s; left--) {
    while (low < nm && done[low]) low++;
    size_t m = low + rng_below(&x->r, 7);
    if (m >= nm || done[m]) m = low;
    done[m] = true;
    if (m > stop) continue;
    uint32_t w = (uint32_t)rng_below(&x->r, x->d->workers);
    s = feed_morsel(x, w, m, starts[m], starts[m + 1] - starts[m]);
    if (s == PEL_DONE) {
      if (m < stop) stop = m;
      s = PEL_OK;
    }
  }
  free(done);
  free(starts);
  return s;
}

static pel_status seal_and_finish(run *x) {
  const pel_op *op = x->n->op;
  driver *d = x->d;
  for (uint32_t w = 0; w < d->workers; w++) {
    driver_new_temp(d, w);
    pel_status s = op->seal ? op->seal(&d->env[w], x->state, x->locals[w]) : PEL_OK;
    if (op->local_fini) op->local_fini(&d->env[w], x->state, x->locals[w]);
    x->locals[w] = NULL;
    x->sealed[w] = true;
    if (s) return s;
  }
  for (uint32_t phase = 0; op->task_count; phase++) {
    uint32_t count = 0;
    pel_status s =
        op->task_count(&d->env[rng_below(&x->r, d->workers)], x->state, phase, &count);
    if (s) return s;
    if (count == 0) break;
    uint32_t first = (uint32_t)rng_below(&x->r, count); /* some order */
    for (uint32_t i = 0; i < count; i++) {
      uint32_t w = (uint32_t)rng_below(&x->r, d->workers);
      driver_new_temp(d, w);
      s = op->task_run(&d->env[w], x->state, phase, (first + i) % count);
      if (s) return s;
    }
  }
  return PEL_OK;
}

static pel_status emit_units(run *x, tab *out) {
  const pel_op *op = x->n->op;
  driver *d = x->d;
  uint64_t units = 0;
  pel_status s = op->unit_count(&d->env[0], x->state, &units);
  for (uint64_t u = 0; u < units && !s; u++) {
    pel_unit unit = {.index = u};
    pel_cursor cursor = {{0}};
    for (uint64_t row = 0; !s;) {
      uint32_t w = (uint32_t)rng_below(&x->r, d->workers);
      driver_new_temp(d, w);
      pel_chunk c = {0};
      s = op->emit(&d->env[w], x->state, &unit, &cursor, &c);
      if (s) break;
      cr_assert_eq(c.ordinal, u << 32 | row);
      row += c.rows;
      read_chunk(&c, out);
    }
    if (s == PEL_DONE) s = PEL_OK;
  }
  return s;
}

/* A probe is applied to the second input, chunk by chunk. */
static pel_status apply_all(run *x, tab *out) {
  const tab *t = x->n->in[1];
  pel_status s = PEL_OK;
  for (size_t at = 0; at < t->rows && !s;) {
    size_t most = x->o->chunk_rows ? x->o->chunk_rows : 1 + rng_below(&x->r, 1024);
    uint32_t n = (uint32_t)(t->rows - at < most ? t->rows - at : most);
    uint32_t w = (uint32_t)rng_below(&x->r, x->d->workers);
    blocks b = {0};
    pel_chunk in = make_chunk(&b, &x->r, t, at, n, x->o->plain, at);
    pel_cursor cursor = {{0}};
    while (!s) {
      pel_chunk c = {0};
      driver_new_temp(x->d, w);
      s = x->n->op->apply(&x->d->env[w], x->state, &in, &cursor, &c);
      if (!s) read_chunk(&c, out);
    }
    if (s == PEL_DONE) s = PEL_OK;
    drop(&b);
    at += n;
  }
  return s;
}

pel_status run_node(driver *d, const node *n, const run_opts *opts, tab *result) {
  run x = {.d = d, .n = n, .o = opts, .r = {opts->seed * 2 + 1}};
  tab out = tab_new(n->nout, n->out);
  pel_status s = bind_node(&x);
  if (!s) s = n->op->open(&d->env[0], x.params, NULL, &x.state);
  for (uint32_t w = 0; w < d->workers && !s; w++)
    s = n->op->local_init(&d->env[w], x.state, &x.locals[w]);
  if (!s) s = feed(&x);
  if (!s) s = seal_and_finish(&x);
  if (!s) s = n->op->apply ? apply_all(&x, &out) : emit_units(&x, &out);
  if (!s && !n->op->apply) { /* a result can be read twice */
    tab again = tab_new(n->nout, n->out);
    s = emit_units(&x, &again);
    if (!s && d->npoisons == 0) expect_same(&again, &out, "read twice", opts->seed);
    tab_free(&again);
  }
  for (uint32_t w = 0; w < d->workers; w++)
    if (x.locals[w] && n->op->local_fini)
      n->op->local_fini(&d->env[w], x.state, x.locals[w]);
  if (x.state) n->op->close(&d->env[0], x.state);
  drop(&x.memory);
  if (s)
    tab_free(&out);
  else
    *result = out;
  return s;
}
