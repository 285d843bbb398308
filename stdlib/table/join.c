#include "stdlib/table/join.h"

#include "stdlib/table/args.h"

typedef struct join_local {
  pel_join_build *build;
  uint64_t *words, *hashes;
} join_local;

/* ---- parameters ---- */

static bool read_kind(const pel_bind *b, pel_join_kind *kind) {
  static const char *const words[] = {"inner", "left", "semi", "anti"};
  for (int i = 0; i < 4; i++) {
    *kind = (pel_join_kind)i;
    if (pel__arg_is(b, 0, words[i])) return true;
  }
  return false;
}

static bool read_positions(const pel_bind *b, uint32_t arg, uint32_t nin, uint32_t *n,
                           uint32_t **out) {
  const pel_const *list;
  if (!pel__arg_list(b, arg, &list)) return false;
  uint32_t *at = (uint32_t *)b->alloc(b, (list->as.list.n + 1) * sizeof *at);
  if (!at) return false;
  for (size_t i = 0; i < list->as.list.n; i++) {
    const int64_t x = list->as.list.at[i].as.i;
    if (x < 0 || x >= (int64_t)nin) return false;
    at[i] = (uint32_t)x;
  }
  *n = (uint32_t)list->as.list.n;
  *out = at;
  return true;
}

/* Keys as if they could not be null: rows whose key has a null are never looked at. */
static pel_status bind_keys(const pel_bind *b, pel_join_params *p, uint32_t k) {
  pel_type *types = (pel_type *)b->alloc(b, (k + 1) * sizeof *types);
  const pel_type **at = (const pel_type **)b->alloc(b, (k + 1) * sizeof *at);
  if (!types || !at) return PEL_E_NOMEM;
  for (uint32_t i = 0; i < k; i++) {
    types[i] = *b->in[i];
    types[i].nullable = false;
    at[i] = &types[i];
  }
  pel_status s = pel__keys_init(&p->keys, at, k, b);
  if (s) return s;
  return pel__entry_form_init(&p->form, &p->keys, sizeof(pel_join_row), 8) ? PEL_OK
                                                                           : PEL_E_LIMIT;
}

static pel_status bind(const pel_bind *b, void **params, pel_error *e) {
  int64_t k = 0;
  pel_join_params *p = (pel_join_params *)b->alloc(b, sizeof *p);
  if (!p) return PEL_E_NOMEM;
  memset(p, 0, sizeof *p);
  if (!read_kind(b, &p->kind) || !pel__arg_int(b, 1, &k) || b->nports < 1 || k < 0 ||
      (uint64_t)k > b->nin[0] ||
      !read_positions(b, 2, b->nports > 1 ? b->nin[1] : UINT32_MAX, &p->nleft,
                      &p->left) ||
      !read_positions(b, 3, b->nin[0], &p->nright, &p->right) ||
      b->nout != p->nleft + p->nright || (p->nright && !pel__join_gives_rows(p)))
    return pel_error_set(e, PEL_E_INVALID, "join: arguments are wrong");
  p->types = (const pel_type **)b->alloc(b, (p->nright + 1) * sizeof *p->types);
  p->out = (const pel_type **)b->alloc(b, (b->nout + 1) * sizeof *p->out);
  if (!p->types || !p->out) return PEL_E_NOMEM;
  for (uint32_t i = 0; i < p->nright; i++) p->types[i] = b->in[p->right[i]];
  for (uint32_t i = 0; i < b->nout; i++) p->out[i] = b->out[i];
  pel_status s = bind_keys(b, p, (uint32_t)k);
  if (!s) *params = p;
  return s;
}

/* ---- states and locals ---- */

static pel_status open_state(const pel_env *env, const void *params,
                             const pel_request *request, void **state) {
  (void)request;
  pel_join_state *s = (pel_join_state *)env->alloc(env, sizeof *s);
  if (!s) return PEL_E_NOMEM;
  memset(s, 0, sizeof *s);
  s->params = (const pel_join_params *)params;
  s->nparts = 1;
  *state = s;
  return PEL_OK;
}

static void free_build(const pel_env *env, pel_join_build *b) {
  pel__entries_free(env, &b->table);
  pel__store_free(env, &b->store);
  env->free(env, b, sizeof *b);
}

static void close_state(const pel_env *env, void *state) {
  pel_join_state *s = (pel_join_state *)state;
  for (uint32_t i = 0; i < PEL_PARTITIONS; i++) pel__join_part_free(env, &s->parts[i]);
  for (pel_join_build *b = s->builds, *next; b; b = next) {
    next = b->next;
    free_build(env, b);
  }
  env->free(env, s, sizeof *s);
}

static size_t words_bytes(const pel_join_params *p) {
  return PEL_BLOCK_ROWS * sizeof(uint64_t) * (p->keys.words ? p->keys.words : 1);
}

static void local_fini(const pel_env *env, void *state, void *local) {
  const pel_join_params *p = ((pel_join_state *)state)->params;
  join_local *l = (join_local *)local;
  if (l->build) free_build(env, l->build);
  if (l->words) env->free(env, l->words, words_bytes(p));
  if (l->hashes) env->free(env, l->hashes, PEL_BLOCK_ROWS * sizeof *l->hashes);
  env->free(env, l, sizeof *l);
}

static pel_status local_init(const pel_env *env, void *state, void **local) {
  const pel_join_params *p = ((pel_join_state *)state)->params;
  join_local *l = (join_local *)env->alloc(env, sizeof *l);
  if (!l) return PEL_E_NOMEM;
  l->build = (pel_join_build *)env->alloc(env, sizeof *l->build);
  if (l->build) {
    pel__entries_init(&l->build->table, &p->form);
    pel__store_init(&l->build->store, p->types, p->nright);
  }
  l->words = (uint64_t *)env->alloc(env, words_bytes(p));
  l->hashes = (uint64_t *)env->alloc(env, PEL_BLOCK_ROWS * sizeof *l->hashes);
  if (!l->build || !l->words || !l->hashes) {
    local_fini(env, state, l);
    return PEL_E_NOMEM;
  }
  *local = l;
  return PEL_OK;
}

/* ---- the right side's rows ---- */

uint32_t pel__join_keyed_rows(const pel_join_params *p, const pel_chunk *c,
                              uint16_t *sel) {
  uint32_t n = 0;
  for (uint32_t k = 0; k < c->nsel; k++) {
    const uint16_t row = c->sel ? c->sel[k] : (uint16_t)k;
    bool valid = true;
    for (uint32_t i = 0; i < p->keys.n && valid; i++)
      valid = !c->cols[i].state || c->cols[i].state[row] == PEL_VALID;
    sel[n] = row;
    n += valid;
  }
  return n;
}

static pel_status add_rows(const pel_env *env, const pel_join_params *p, join_local *l,
                           const pel_chunk *c) {
  uint32_t ids[PEL_BLOCK_ROWS];
  pel_join_build *b = l->build;
  pel_col *cols = (pel_col *)env->temp(env, (p->nright + 1) * sizeof *cols);
  if (!cols) return PEL_E_NOMEM;
  for (uint32_t i = 0; i < p->nright; i++) cols[i] = c->cols[p->right[i]];
  pel_status s = pel__store_append(&b->store, env, cols, c->sel, c->nsel, ids);
  for (uint32_t k = 0; k < c->nsel && !s; k++) {
    pel_entry *e = pel__entries_add(&b->table, env, l->words + (size_t)k * p->keys.words,
                                    l->hashes[k], c->ordinal + c->sel[k]);
    if (!e) return PEL_E_NOMEM;
    const pel_join_row row = {&b->store, ids[k]};
    memcpy((char *)e + p->form.payload, &row, sizeof row);
  }
  return s;
}

static pel_status consume(const pel_env *env, void *state, void *local, uint32_t port,
                          const pel_chunk *c) {
  (void)port;
  const pel_join_params *p = ((pel_join_state *)state)->params;
  join_local *l = (join_local *)local;
  uint16_t sel[PEL_BLOCK_ROWS];
  pel_status s = pel__consume_poison(env, c, 0, p->keys.n, NULL);
  if (s) return s;
  pel_chunk rows = *c;
  rows.sel = sel;
  rows.nsel = pel__join_keyed_rows(p, c, sel);
  if (rows.nsel == 0) return PEL_OK;
  pel__keys_read(&p->keys, env, &rows, l->words, l->hashes);
  if (pel__join_gives_rows(p)) return add_rows(env, p, l, &rows);
  pel_entry *found[PEL_BLOCK_ROWS]; /* one entry per key is enough */
  return pel__entries_find(&l->build->table, env, l->words, l->hashes, sel, rows.nsel,
                           c->ordinal, found);
}

static pel_status seal(const pel_env *env, void *state, void *local) {
  (void)env;
  pel_join_state *s = (pel_join_state *)state;
  join_local *l = (join_local *)local;
  if (l->build->table.n == 0) return PEL_OK; /* local_fini frees it */
  pel__store_freeze(&l->build->store);
  pel__spin_lock(&s->lock);
  l->build->next = s->builds;
  s->builds = l->build;
  pel__spin_unlock(&s->lock);
  l->build = NULL;
  return PEL_OK;
}

PEL_OP(
    join, "join", "(left: [n]{..l}, right: [m]{..r}) -> [k]{..s}", PEL_OP_PROBE,
    .props = PEL_PURE | PEL_THREADSAFE | PEL_KEEPS_ORDER,
    .doc =
        "Left rows with their matches in the right one's order. Keys are `on: .id`, or "
        "`left: .a, right: .b`; `kind:` is inner, left, semi or anti; `prefix: \"p_\"` "
        "stands in front of the right one's columns. A null key matches nothing; NaN "
        "matches NaN, -0 matches 0.",
    .bind = bind, .open = open_state, .close = close_state, .local_init = local_init,
    .local_fini = local_fini, .consume = consume, .seal = seal,
    .task_count = pel__join_task_count, .task_run = pel__join_task_run,
    .apply = pel__join_apply);
