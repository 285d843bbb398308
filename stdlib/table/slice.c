/* slice: rows skip … skip + take in the order of rows. Every morsel keeps at most skip +
 * take of its rows; as soon as the morsels that are known to stand in front hold enough,
 * later ones are told that they are not needed. */
#include "runtime/base/atomic.h"
#include "stdlib/table/args.h"
#include "stdlib/table/store.h"

typedef struct slice_params {
  uint64_t skip, need; /* need: skip + take; UINT64_MAX: all */
  const pel_type **types;
  uint32_t ncols;
  uint32_t nkept; /* columns of the stores: behind those of the rows, when there is an
                     end, the lower half of their ordinals */
} slice_params;

/* The rows of one morsel: filled by the one worker that has it, then left alone. */
typedef struct morsel {
  pel_store store;
  uint64_t rows;    /* so many came */
  uint64_t dropped; /* of them, at the beginning, are not in store: they are skipped */
  uint64_t from;    /* rows in front of the morsel, once all in front of it are done */
  bool known;       /* from is set */
  bool done;
} morsel;

typedef struct slice_unit {
  const pel_store *store;
  uint64_t first, end; /* rows of the store */
} slice_unit;

typedef struct slice_state {
  const slice_params *params;
  pel_spin lock;    /* of everything below up to units */
  morsel **morsels; /* by number; NULL: nothing came yet */
  uint64_t n, cap;
  pel_atomic_u64 prefix; /* morsels in front of this one are done */
  uint64_t prefix_rows;  /* and have so many rows */
  pel_atomic_u64 cutoff; /* rows of this morsel and later ones are not needed */
  slice_unit *units;
  uint64_t nunits, cap_units;
} slice_state;

typedef struct slice_local {
  uint64_t number;
  morsel *at; /* morsel `number`; NULL: none yet */
} slice_local;

static const pel_type ordinal_type = {.kind = PEL_U32};

static pel_status bind(const pel_bind *b, void **params, pel_error *e) {
  int64_t skip = 0, take = 0;
  if (!pel__arg_int(b, 0, &skip) || !pel__arg_int(b, 1, &take) || skip < 0 ||
      b->nports < 1 || b->nout != b->nin[0])
    return pel_error_set(e, PEL_E_INVALID, "slice: arguments are wrong");
  slice_params *p = (slice_params *)b->alloc(b, sizeof *p);
  if (!p) return PEL_E_NOMEM;
  p->skip = (uint64_t)skip;
  p->need = take < 0 ? UINT64_MAX : (uint64_t)skip + (uint64_t)take;
  p->ncols = b->nin[0];
  p->nkept = p->ncols + (p->need != UINT64_MAX);
  p->types = (const pel_type **)b->alloc(b, (p->ncols + 1) * sizeof *p->types);
  if (!p->types) return PEL_E_NOMEM;
  for (uint32_t i = 0; i < p->ncols; i++) p->types[i] = b->out[i];
  p->types[p->ncols] = &ordinal_type;
  *params = p;
  return PEL_OK;
}

static pel_status open_state(const pel_env *env, const void *params,
                             const pel_request *request, void **state) {
  (void)request;
  slice_state *s = (slice_state *)env->alloc(env, sizeof *s);
  if (!s) return PEL_E_NOMEM;
  memset(s, 0, sizeof *s);
  s->params = (const slice_params *)params;
  pel__store_u64(&s->cutoff, s->params->need ? UINT64_MAX : 0, PEL_RELAXED);
  *state = s;
  return PEL_OK;
}

static void close_state(const pel_env *env, void *state) {
  slice_state *s = (slice_state *)state;
  for (uint64_t i = 0; i < s->n; i++) {
    if (!s->morsels[i]) continue;
    pel__store_free(env, &s->morsels[i]->store);
    env->free(env, s->morsels[i], sizeof(morsel));
  }
  if (s->morsels) env->free(env, s->morsels, s->cap * sizeof *s->morsels);
  if (s->units) env->free(env, s->units, s->cap_units * sizeof *s->units);
  env->free(env, s, sizeof *s);
}

static pel_status local_init(const pel_env *env, void *state, void **local) {
  (void)state;
  slice_local *l = (slice_local *)env->alloc(env, sizeof *l);
  if (!l) return PEL_E_NOMEM;
  *l = (slice_local){0, NULL};
  *local = l;
  return PEL_OK;
}

static void local_fini(const pel_env *env, void *state, void *local) {
  (void)state;
  env->free(env, local, sizeof(slice_local));
}

/* ---- morsels ---- */

/* Locked. Room for morsels up to number; NULL stands for those that nothing came of. */
static bool have_morsels(const pel_env *env, slice_state *s, uint64_t number) {
  if (number >= s->cap) {
    uint64_t cap = s->cap ? s->cap : 64;
    while (cap <= number) cap *= 2;
    size_t old_n = s->cap * sizeof *s->morsels, n = cap * sizeof *s->morsels;
    morsel **p = (morsel **)(s->morsels ? env->resize(env, s->morsels, old_n, n)
                                        : env->alloc(env, n));
    if (!p) return false;
    s->morsels = p;
    s->cap = cap;
  }
  while (s->n <= number) s->morsels[s->n++] = NULL;
  return true;
}

static pel_status take_morsel(const pel_env *env, slice_state *s, uint64_t number,
                              slice_local *l) {
  if (l->at && l->number == number) return PEL_OK;
  morsel *fresh = (morsel *)env->alloc(env, sizeof *fresh), *m = NULL;
  if (!fresh) return PEL_E_NOMEM;
  memset(fresh, 0, sizeof *fresh);
  pel__store_init(&fresh->store, s->params->types, s->params->nkept);
  pel__spin_lock(&s->lock);
  if (have_morsels(env, s, number)) {
    m = s->morsels[number];
    if (!m) m = s->morsels[number] = fresh;
  }
  pel__spin_unlock(&s->lock);
  if (m != fresh) env->free(env, fresh, sizeof *fresh);
  *l = (slice_local){number, m};
  return m ? PEL_OK : PEL_E_NOMEM;
}

static uint64_t cutoff_of(const slice_state *s) {
  /* relaxed: a late look only keeps rows that emission leaves out */
  return pel__load_u64(&s->cutoff, PEL_RELAXED);
}

static uint64_t prefix_of(const slice_state *s) {
  /* relaxed: prefix_rows is read under the lock */
  return pel__load_u64(&s->prefix, PEL_RELAXED);
}

static void drop_rows(const pel_env *env, morsel *m) {
  pel__store_free(env, &m->store);
  m->dropped = m->rows;
}

/* Locked. */
static void advance_prefix(const pel_env *env, slice_state *s) {
  uint64_t at = prefix_of(s);
  for (; at < s->n && s->morsels[at] && s->morsels[at]->done; at++) {
    s->prefix_rows += s->morsels[at]->rows;
    if (s->prefix_rows <= s->params->skip) drop_rows(env, s->morsels[at]);
  }
  pel__store_u64(&s->prefix, at, PEL_RELAXED);
}

/* Where m's rows begin, if that can be said yet. */
static void find_from(slice_state *s, uint64_t number, morsel *m) {
  if (m->known || prefix_of(s) != number) return;
  pel__spin_lock(&s->lock);
  m->from = s->prefix_rows; /* it stays so until m is done */
  pel__spin_unlock(&s->lock);
  m->known = true;
}

/* Locked. The first morsel in front of which there are enough rows in morsels that are
 * done; those from there on that are done can go. */
static void lower_cutoff(const pel_env *env, slice_state *s) {
  uint64_t rows = s->prefix_rows, at = prefix_of(s), was = cutoff_of(s);
  while (at < s->n && rows < s->params->need) {
    if (s->morsels[at] && s->morsels[at]->done) rows += s->morsels[at]->rows;
    at++;
  }
  if (rows < s->params->need || at >= was) return;
  pel__store_u64(&s->cutoff, at, PEL_RELAXED);
  for (uint64_t i = at; i < s->n; i++)
    if (s->morsels[i] && s->morsels[i]->done) pel__store_free(env, &s->morsels[i]->store);
}

/* c's columns, and behind them that of the ordinals. NULL: no memory. */
static const pel_col *with_ordinals(const pel_env *env, const slice_params *p,
                                    const pel_chunk *c) {
  if (p->nkept == p->ncols) return c->cols;
  pel_col *cols = (pel_col *)env->temp(env, p->nkept * sizeof *cols);
  uint32_t *ordinals = (uint32_t *)env->temp(env, c->rows * sizeof *ordinals);
  if (!cols || !ordinals) return NULL;
  for (uint32_t i = 0; i < c->rows; i++) ordinals[i] = (uint32_t)c->ordinal + i;
  if (p->ncols) memcpy(cols, c->cols, p->ncols * sizeof *cols);
  cols[p->ncols] = (pel_col){.type = &ordinal_type, .data = ordinals};
  return cols;
}

/* Rows first … first + n of those of c that count. */
static pel_status keep_rows(const pel_env *env, const slice_params *p, morsel *m,
                            const pel_chunk *c, uint32_t first, uint32_t n) {
  if (n == 0) return PEL_OK;
  const pel_col *cols = with_ordinals(env, p, c);
  if (!cols) return PEL_E_NOMEM;
  if (c->sel || first == 0)
    return pel__store_append(&m->store, env, cols, c->sel ? c->sel + first : NULL, n,
                             NULL);
  uint16_t sel[PEL_BLOCK_ROWS];
  for (uint32_t k = 0; k < n; k++) sel[k] = (uint16_t)(first + k);
  return pel__store_append(&m->store, env, cols, sel, n, NULL);
}

static pel_status consume(const pel_env *env, void *state, void *local, uint32_t port,
                          const pel_chunk *c) {
  (void)port;
  slice_state *s = (slice_state *)state;
  slice_local *l = (slice_local *)local;
  const uint64_t number = c->ordinal >> 32;
  if (number >= cutoff_of(s)) return PEL_DONE;
  pel_status status = take_morsel(env, s, number, l);
  if (status) return status;
  morsel *m = l->at;
  find_from(s, number, m);
  /* Of this morsel: rows that are certainly skipped, and rows that are enough. */
  const uint64_t skip =
      m->known && s->params->skip > m->from ? s->params->skip - m->from : 0;
  const uint64_t need = s->params->need > m->from ? s->params->need - m->from : 0;
  if (m->rows >= need) return PEL_DONE;
  const uint32_t n = c->nsel < need - m->rows ? c->nsel : (uint32_t)(need - m->rows);
  uint32_t first = 0;
  if (m->rows < skip) {
    if (m->rows > m->dropped) drop_rows(env, m);
    first = n < skip - m->rows ? n : (uint32_t)(skip - m->rows);
    m->dropped += first;
  }
  status = keep_rows(env, s->params, m, c, first, n - first);
  if (status) return status;
  m->rows += n;
  return m->rows >= need ? PEL_DONE : PEL_OK;
}

static pel_status end_morsel(const pel_env *env, void *state, void *local,
                             uint64_t number) {
  slice_state *s = (slice_state *)state;
  pel_status status = PEL_OK;
  if (number < cutoff_of(s)) {
    status = take_morsel(env, s, number, (slice_local *)local);
    if (status) return status;
    pel__spin_lock(&s->lock);
    s->morsels[number]->done = true;
    advance_prefix(env, s);
    lower_cutoff(env, s);
    pel__spin_unlock(&s->lock);
    ((slice_local *)local)->at = NULL;
  }
  return number + 1 >= cutoff_of(s) ? PEL_DONE : PEL_OK;
}

/* The lower half of the ordinal of a row of the store; blocks need not be full. */
static uint32_t ordinal_of(const slice_params *p, const morsel *m, uint64_t row) {
  for (uint32_t b = 0; b < m->store.nblocks; b++) {
    const pel_block *block = m->store.blocks[b];
    const pel_col c = pel__column_head(&block->cols[p->ncols]);
    if (row < block->n) return ((const uint32_t *)c.data)[row];
    row -= block->n;
  }
  return UINT32_MAX;
}

/* Behind the row that makes it enough. */
static uint64_t needed_end(const pel_env *env, const void *state) {
  const slice_state *s = (const slice_state *)state;
  const slice_params *p = s->params;
  (void)env;
  if (p->need == p->skip) return 0;
  for (uint64_t i = 0, rows = 0; i < s->n; i++) {
    const morsel *m = s->morsels[i];
    if (!m) continue;
    if (m->rows < p->need - rows) {
      rows += m->rows;
      continue;
    }
    return (i << 32 | ordinal_of(p, m, p->need - rows - 1 - m->dropped)) + 1;
  }
  return UINT64_MAX;
}

/* ---- result ---- */

/* Rows of the input from `from` on came in morsel m; those that were dropped are in the
 * skipped part. */
static void add_unit(slice_state *s, const morsel *m, uint64_t from) {
  const uint64_t skip = s->params->skip, need = s->params->need;
  uint64_t first = from < skip ? skip - from : 0;
  uint64_t end = m->rows < need - from ? m->rows : need - from;
  if (first >= end || first < m->dropped) return;
  first -= m->dropped;
  end -= m->dropped;
  s->units[s->nunits++] = (slice_unit){&m->store, first, end};
}

static pel_status unit_count(const pel_env *env, void *state, uint64_t *count) {
  slice_state *s = (slice_state *)state;
  if (!s->units && s->n > 0) {
    s->units = (slice_unit *)env->alloc(env, s->n * sizeof *s->units);
    if (!s->units) return PEL_E_NOMEM;
    s->cap_units = s->n;
    uint64_t rows = 0;
    for (uint64_t i = 0; i < s->n && rows < s->params->need; i++) {
      if (!s->morsels[i]) continue;
      pel__store_freeze(&s->morsels[i]->store);
      add_unit(s, s->morsels[i], rows);
      rows += s->morsels[i]->rows;
    }
  }
  *count = s->nunits;
  return PEL_OK;
}

/* A block at a time, as it lies. cursor: number of the block, rows emitted, rows of the
 * store before the block. */
static pel_status emit(const pel_env *env, void *state, const pel_unit *unit,
                       pel_cursor *cursor, pel_chunk *out) {
  const slice_state *s = (const slice_state *)state;
  const slice_unit *u = &s->units[unit->index];
  uint64_t before = cursor->word[2];
  const pel_block *b = NULL;
  for (; cursor->word[0] < u->store->nblocks; cursor->word[0]++, before += b->n) {
    b = u->store->blocks[cursor->word[0]];
    if (before + b->n > u->first) break;
  }
  if (cursor->word[0] >= u->store->nblocks || before >= u->end) return PEL_DONE;
  const uint64_t first = before < u->first ? u->first - before : 0;
  const uint64_t end = b->n < u->end - before ? b->n : u->end - before;
  const uint32_t ncols = s->params->ncols;
  pel_col *cols = (pel_col *)env->temp(env, (ncols + 1) * sizeof *cols);
  if (!cols) return PEL_E_NOMEM;
  for (uint32_t i = 0; i < ncols; i++) cols[i] = pel__column_head(&b->cols[i]);
  *out = (pel_chunk){b->n, (uint32_t)(end - first),
                     NULL, ncols,
                     cols, unit->index << 32 | cursor->word[1]};
  if (end - first < b->n) {
    uint16_t *sel = (uint16_t *)env->temp(env, PEL_BLOCK_ROWS * sizeof *sel);
    if (!sel) return PEL_E_NOMEM;
    for (uint64_t k = first; k < end; k++) sel[k - first] = (uint16_t)k;
    out->sel = sel;
  }
  cursor->word[0]++;
  cursor->word[1] += b->n;
  cursor->word[2] = before + b->n;
  return PEL_OK;
}

PEL_OP(slice, "slice", "(rows: [n]{..r}, skip: i64, take: i64) -> [m]{..r}",
       PEL_OP_BREAKER,
       .props = PEL_PURE | PEL_THREADSAFE | PEL_KEEPS_ORDER | PEL_INTERNAL,
       .doc =
           "Rows skip up to skip + take (-1: all the rest), in their order; stops the "
           "input when it has them.",
       .bind = bind, .open = open_state, .close = close_state, .local_init = local_init,
       .local_fini = local_fini, .consume = consume, .end_morsel = end_morsel,
       .unit_count = unit_count, .emit = emit, .needed_end = needed_end);
