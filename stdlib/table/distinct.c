/* distinct: the first row of each key, in the order of rows. An entry's payload says
 * where its row is kept; when an earlier row turns up, that one is kept instead. */
#include "stdlib/table/args.h"
#include "stdlib/table/ranking.h"
#include "stdlib/table/store.h"

typedef struct distinct_params {
  pel_keys keys;
  pel_entry_form form;
  const pel_type **types;
  uint32_t ncols;
} distinct_params;

typedef struct kept {
  const pel_store *store;
  uint64_t id;
} kept;

/* What a worker hands over: its table, and the rows its entries point to. */
typedef struct keeper {
  pel_entries table; /* first: the ranking links tables */
  pel_store store;
} keeper;

typedef struct distinct_state {
  const distinct_params *params;
  pel_ranking ranking;
} distinct_state;

typedef struct distinct_local {
  keeper *keeper;
  uint64_t *words, *hashes;
  pel_entry **found;
} distinct_local;

static pel_status bind(const pel_bind *b, void **params, pel_error *e) {
  int64_t k = 0;
  if (!pel__arg_int(b, 0, &k) || k < 0 || b->nports < 1 || (uint64_t)k > b->nin[0] ||
      b->nout != b->nin[0])
    return pel_error_set(e, PEL_E_INVALID, "distinct: arguments are wrong");
  distinct_params *p = (distinct_params *)b->alloc(b, sizeof *p);
  if (!p) return PEL_E_NOMEM;
  memset(p, 0, sizeof *p);
  p->ncols = b->nin[0];
  p->types = (const pel_type **)b->alloc(b, (p->ncols + 1) * sizeof *p->types);
  if (!p->types) return PEL_E_NOMEM;
  for (uint32_t i = 0; i < p->ncols; i++) p->types[i] = b->out[i];
  pel_status s = pel__keys_init(&p->keys, b->in, (uint32_t)k, b);
  if (s) return s;
  if (!pel__entry_form_init(&p->form, &p->keys, sizeof(kept), 8)) return PEL_E_LIMIT;
  *params = p;
  return PEL_OK;
}

PEL_INLINE kept *kept_of(const distinct_params *p, pel_entry *e) {
  return (kept *)(void *)((char *)e + p->form.payload);
}

/* Before the ordinals of the two entries are brought together. */
static pel_status merge(void *ctx, const pel_env *env, pel_entry *into, pel_entry *from) {
  const distinct_params *p = (const distinct_params *)ctx;
  (void)env;
  if (from->ordinal < into->ordinal) *kept_of(p, into) = *kept_of(p, from);
  return PEL_OK;
}

static void free_keeper(const pel_env *env, keeper *k) {
  pel__entries_free(env, &k->table);
  pel__store_free(env, &k->store);
  env->free(env, k, sizeof *k);
}

static pel_status open_state(const pel_env *env, const void *params,
                             const pel_request *request, void **state) {
  (void)request;
  distinct_state *s = (distinct_state *)env->alloc(env, sizeof *s);
  if (!s) return PEL_E_NOMEM;
  s->params = (const distinct_params *)params;
  pel__ranking_init(&s->ranking, merge, (void *)(uintptr_t)params);
  *state = s;
  return PEL_OK;
}

static void close_state(const pel_env *env, void *state) {
  distinct_state *s = (distinct_state *)state;
  pel_entries *t = pel__ranking_tables(&s->ranking);
  pel__ranking_free(env, &s->ranking);
  for (pel_entries *next; t; t = next) {
    next = t->next;
    free_keeper(env, (keeper *)(void *)t);
  }
  env->free(env, s, sizeof *s);
}

static size_t words_bytes(const distinct_params *p) {
  return PEL_BLOCK_ROWS * sizeof(uint64_t) * (p->keys.words ? p->keys.words : 1);
}

static void local_fini(const pel_env *env, void *state, void *local) {
  const distinct_params *p = ((distinct_state *)state)->params;
  distinct_local *l = (distinct_local *)local;
  if (l->keeper) free_keeper(env, l->keeper);
  if (l->words) env->free(env, l->words, words_bytes(p));
  if (l->hashes) env->free(env, l->hashes, PEL_BLOCK_ROWS * sizeof *l->hashes);
  if (l->found) env->free(env, l->found, PEL_BLOCK_ROWS * sizeof *l->found);
  env->free(env, l, sizeof *l);
}

static pel_status local_init(const pel_env *env, void *state, void **local) {
  const distinct_params *p = ((distinct_state *)state)->params;
  distinct_local *l = (distinct_local *)env->alloc(env, sizeof *l);
  if (!l) return PEL_E_NOMEM;
  l->keeper = (keeper *)env->alloc(env, sizeof *l->keeper);
  if (l->keeper) {
    pel__entries_init(&l->keeper->table, &p->form);
    pel__store_init(&l->keeper->store, p->types, p->ncols);
  }
  l->words = (uint64_t *)env->alloc(env, words_bytes(p));
  l->hashes = (uint64_t *)env->alloc(env, PEL_BLOCK_ROWS * sizeof *l->hashes);
  l->found = (pel_entry **)env->alloc(env, PEL_BLOCK_ROWS * sizeof *l->found);
  if (!l->keeper || !l->words || !l->hashes || !l->found) {
    local_fini(env, state, l);
    return PEL_E_NOMEM;
  }
  *local = l;
  return PEL_OK;
}

/* Keeps the rows that are now the first of their key. */
static pel_status keep_rows(const pel_env *env, const distinct_params *p,
                            distinct_local *l, const pel_chunk *c) {
  uint16_t rows[PEL_BLOCK_ROWS];
  uint32_t ids[PEL_BLOCK_ROWS], n = 0;
  pel_entry **entries = l->found;
  for (uint32_t k = 0; k < c->nsel; k++) {
    uint32_t row = c->sel ? c->sel[k] : k;
    if (entries[k]->ordinal != c->ordinal + row) continue;
    entries[n] = entries[k];
    rows[n++] = (uint16_t)row;
  }
  if (n == 0) return PEL_OK;
  pel_status s = pel__store_append(&l->keeper->store, env, c->cols, rows, n, ids);
  for (uint32_t k = 0; k < n && !s; k++)
    *kept_of(p, entries[k]) = (kept){&l->keeper->store, ids[k]};
  return s;
}

static pel_status consume(const pel_env *env, void *state, void *local, uint32_t port,
                          const pel_chunk *c) {
  (void)port;
  const distinct_params *p = ((distinct_state *)state)->params;
  distinct_local *l = (distinct_local *)local;
  if (c->nsel == 0) return PEL_OK;
  pel_status s = pel__consume_poison(env, c, 0, p->keys.n, NULL);
  if (s) return s;
  pel__keys_read(&p->keys, env, c, l->words, l->hashes);
  s = pel__entries_find(&l->keeper->table, env, l->words, l->hashes, c->sel, c->nsel,
                        c->ordinal, l->found);
  return s ? s : keep_rows(env, p, l, c);
}

static pel_status seal(const pel_env *env, void *state, void *local) {
  (void)env;
  distinct_local *l = (distinct_local *)local;
  if (l->keeper->table.n == 0) return PEL_OK; /* local_fini frees it */
  pel__store_freeze(&l->keeper->store);
  pel__ranking_push(&((distinct_state *)state)->ranking, &l->keeper->table);
  l->keeper = NULL;
  return PEL_OK;
}

static pel_status task_count(const pel_env *env, void *state, uint32_t phase,
                             uint32_t *count) {
  return pel__ranking_task_count(env, &((distinct_state *)state)->ranking, phase, count);
}
static pel_status task_run(const pel_env *env, void *state, uint32_t phase,
                           uint32_t task) {
  return pel__ranking_task_run(env, &((distinct_state *)state)->ranking, phase, task);
}
static pel_status unit_count(const pel_env *env, void *state, uint64_t *count) {
  return pel__ranking_unit_count(env, &((distinct_state *)state)->ranking, count);
}

static pel_status emit(const pel_env *env, void *state, const pel_unit *unit,
                       pel_cursor *cursor, pel_chunk *out) {
  const distinct_state *s = (const distinct_state *)state;
  const distinct_params *p = s->params;
  pel_entry *entries[PEL_BLOCK_ROWS];
  pel_place at[PEL_BLOCK_ROWS];
  uint64_t ordinal;
  const uint32_t n = pel__ranking_next(&s->ranking, unit, cursor, entries, &ordinal);
  if (n == 0) return PEL_DONE;
  for (uint32_t k = 0; k < n; k++) {
    const kept *row = kept_of(p, entries[k]);
    at[k] = pel__store_place(row->store, (uint32_t)row->id);
  }
  pel_col *cols = (pel_col *)env->temp(env, (p->ncols + 1) * sizeof *cols);
  if (!cols) return PEL_E_NOMEM;
  for (uint32_t i = 0; i < p->ncols; i++) {
    pel_status status = pel__places_column(env, at, n, NULL, n, i, p->types[i], &cols[i]);
    if (status) return status;
  }
  *out = (pel_chunk){n, n, NULL, p->ncols, cols, ordinal};
  return PEL_OK;
}

PEL_OP(distinct, "distinct", "(rows: [n]{..r}, keys: [n]'k...) -> [m]{..r}",
       PEL_OP_BREAKER, .props = PEL_PURE | PEL_THREADSAFE | PEL_KEEPS_ORDER,
       .doc =
           "The first row of each key, in the order of rows. Null is a key, NaNs are one "
           "key, -0 is 0.",
       .bind = bind, .open = open_state, .close = close_state, .local_init = local_init,
       .local_fini = local_fini, .consume = consume, .seal = seal,
       .task_count = task_count, .task_run = task_run, .unit_count = unit_count,
       .emit = emit);
