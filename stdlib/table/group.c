#include "stdlib/table/group.h"

#include "stdlib/table/args.h"

/* ---- parameters ---- */

static pel_status bind_aggs(const pel_bind *b, pel_group_params *p,
                            const pel_const *counts, size_t *size, size_t *align,
                            pel_error *e) {
  uint32_t at = p->keys.n;
  *size = 0;
  *align = 8;
  for (uint32_t i = 0; i < p->naggs; i++) {
    pel_group_agg *a = &p->aggs[i];
    int64_t n = counts->as.list.at[i].as.i;
    if (n < 0 || (uint64_t)n > p->nin - at)
      return pel_error_set(e, PEL_E_INVALID, "group: more arguments than input columns");
    a->first = at;
    a->n = (uint32_t)n;
    at += a->n;
    const pel_op *op = b->aggs[i];
    a->agg = op->choose_agg
                 ? op->choose_agg(b->in + a->first, a->n, p->out[p->keys.n + i])
                 : NULL;
    if (!a->agg)
      return pel_error_set(e, PEL_E_INVALID, "group: `%s` does not take these types",
                           op->name);
    if (a->agg->state_align > *align) *align = a->agg->state_align;
    size_t step = a->agg->state_align < 8 ? 8 : a->agg->state_align;
    *size = (*size + step - 1) / step * step;
    a->state = *size; /* from the payload's begin, until that is known */
    *size += a->agg->state_size;
    p->has_fini |= a->agg->fini != NULL;
    for (uint32_t j = 0; j < a->n; j++)
      p->skip_poison[a->first + j] = a->agg->takes_poison;
  }
  return PEL_OK;
}

static pel_status make_image(const pel_bind *b, pel_group_params *p) {
  size_t n = p->form.size - p->form.payload;
  char *image = (char *)b->alloc(b, n + 64);
  if (!image) return PEL_E_NOMEM;
  image += (64 - (uintptr_t)image % 64) % 64;
  memset(image, 0, n);
  for (uint32_t i = 0; i < p->naggs; i++) {
    p->aggs[i].agg->init(image + p->aggs[i].state);
    p->aggs[i].state += p->form.payload;
  }
  p->form.image = image;
  return PEL_OK;
}

static pel_status bind(const pel_bind *b, void **params, pel_error *e) {
  int64_t k = 0;
  const pel_const *counts = NULL;
  if (!pel__arg_int(b, 0, &k) || !pel__arg_list(b, 1, &counts) || k < 0 ||
      b->nports < 1 || (uint64_t)k > b->nin[0] || counts->as.list.n != b->naggs ||
      b->nout != (uint64_t)k + b->naggs)
    return pel_error_set(e, PEL_E_INVALID, "group: arguments are wrong");
  pel_group_params *p = (pel_group_params *)b->alloc(b, sizeof *p);
  if (!p) return PEL_E_NOMEM;
  memset(p, 0, sizeof *p);
  p->nin = b->nin[0];
  p->naggs = b->naggs;
  p->out = (const pel_type **)b->alloc(b, (b->nout + 1) * sizeof *p->out);
  p->aggs = (pel_group_agg *)b->alloc(b, (b->naggs + 1) * sizeof *p->aggs);
  p->skip_poison = (bool *)b->alloc(b, p->nin + 1);
  if (!p->aggs || !p->skip_poison || !p->out) return PEL_E_NOMEM;
  memset(p->skip_poison, 0, p->nin + 1);
  for (uint32_t i = 0; i < b->nout; i++) p->out[i] = b->out[i];
  pel_status s = pel__keys_init(&p->keys, b->in, (uint32_t)k, b);
  size_t size, align;
  if (!s) s = bind_aggs(b, p, counts, &size, &align, e);
  if (!s && !pel__entry_form_init(&p->form, &p->keys, size, align)) s = PEL_E_LIMIT;
  if (!s) s = make_image(b, p);
  if (!s) *params = p;
  return s;
}

/* ---- states and locals ---- */

/* The aggregates of t's live entries let go of what they hold. */
static void fini_states(const pel_env *env, const pel_group_params *p, pel_entries *t) {
  for (uint32_t i = 0; p->has_fini && i < t->n; i++) {
    pel_entry *e = pel__entry_at(t, i);
    if (e->ordinal == PEL_ENTRY_DEAD) continue;
    for (uint32_t a = 0; a < p->naggs; a++)
      if (p->aggs[a].agg->fini)
        p->aggs[a].agg->fini(env, pel__group_state_of(e, &p->aggs[a]));
  }
}

static void free_table(const pel_env *env, const pel_group_params *p, pel_entries *t) {
  fini_states(env, p, t);
  pel__entries_free(env, t);
}

static void close_state(const pel_env *env, void *state) {
  pel_group_state *s = (pel_group_state *)state;
  pel_entries *t = pel__ranking_tables(&s->ranking);
  pel__ranking_free(env, &s->ranking);
  for (pel_entries *next; t; t = next) {
    next = t->next;
    free_table(env, s->params, t);
    env->free(env, t, sizeof *t);
  }
  free_table(env, s->params, &s->root);
  env->free(env, s, sizeof *s);
}

static const uint64_t no_key[1] = {0};

static pel_status open_state(const pel_env *env, const void *params,
                             const pel_request *request, void **state) {
  (void)request;
  const pel_group_params *p = (const pel_group_params *)params;
  pel_group_state *s = (pel_group_state *)env->alloc(env, sizeof *s);
  if (!s) return PEL_E_NOMEM;
  memset(s, 0, sizeof *s);
  s->params = p;
  pel__ranking_init(&s->ranking, pel__group_merge, (void *)(uintptr_t)p);
  pel__entries_init(&s->root, &p->form);
  if (p->keys.n == 0 && !pel__entries_add(&s->root, env, no_key, 0, 0)) {
    close_state(env, s);
    return PEL_E_NOMEM;
  }
  *state = s;
  return PEL_OK;
}

static size_t words_bytes(const pel_group_params *p) {
  return PEL_BLOCK_ROWS * sizeof(uint64_t) * (p->keys.words ? p->keys.words : 1);
}

static void local_fini(const pel_env *env, void *state, void *local) {
  const pel_group_params *p = ((pel_group_state *)state)->params;
  pel_group_local *l = (pel_group_local *)local;
  if (l->table) {
    free_table(env, p, l->table);
    env->free(env, l->table, sizeof *l->table);
  }
  if (l->words) env->free(env, l->words, words_bytes(p));
  if (l->hashes) env->free(env, l->hashes, PEL_BLOCK_ROWS * sizeof *l->hashes);
  if (l->found) env->free(env, l->found, PEL_BLOCK_ROWS * sizeof *l->found);
  if (l->states) env->free(env, l->states, PEL_BLOCK_ROWS * sizeof *l->states);
  env->free(env, l, sizeof *l);
}

static bool fill_local(const pel_env *env, const pel_group_params *p,
                       pel_group_local *l) {
  l->table = (pel_entries *)env->alloc(env, sizeof *l->table);
  if (!l->table) return false;
  pel__entries_init(l->table, &p->form);
  if (p->keys.n == 0) return pel__entries_add(l->table, env, no_key, 0, 0) != NULL;
  l->words = (uint64_t *)env->alloc(env, words_bytes(p));
  l->hashes = (uint64_t *)env->alloc(env, PEL_BLOCK_ROWS * sizeof *l->hashes);
  l->found = (pel_entry **)env->alloc(env, PEL_BLOCK_ROWS * sizeof *l->found);
  l->states = (void **)env->alloc(env, PEL_BLOCK_ROWS * sizeof *l->states);
  return l->words && l->hashes && l->found && l->states;
}

static pel_status local_init(const pel_env *env, void *state, void **local) {
  const pel_group_params *p = ((pel_group_state *)state)->params;
  pel_group_local *l = (pel_group_local *)env->alloc(env, sizeof *l);
  if (!l) return PEL_E_NOMEM;
  memset(l, 0, sizeof *l);
  if (!fill_local(env, p, l)) {
    local_fini(env, state, l);
    return PEL_E_NOMEM;
  }
  *local = l;
  return PEL_OK;
}

/* ---- rows ---- */

static pel_status update_groups(const pel_env *env, const pel_group_params *p,
                                pel_group_local *l, const pel_chunk *c) {
  for (uint32_t i = 0; i < p->naggs; i++) {
    const pel_group_agg *a = &p->aggs[i];
    for (uint32_t k = 0; k < c->nsel; k++) l->states[k] = (char *)l->found[k] + a->state;
    pel_status s =
        a->agg->update(env, l->states, c->cols + a->first, c->sel, c->nsel, c->ordinal);
    if (s) return s;
  }
  return PEL_OK;
}

/* Without keys: one state for all rows. */
static pel_status update_whole(const pel_env *env, const pel_group_params *p,
                               pel_entry *e, const pel_chunk *c) {
  for (uint32_t i = 0; i < p->naggs; i++) {
    const pel_group_agg *a = &p->aggs[i];
    const pel_col *in = c->cols + a->first;
    void *state = pel__group_state_of(e, a);
    pel_status s;
    if (a->agg->update_all) {
      s = a->agg->update_all(env, state, in, c->sel, c->nsel, c->ordinal);
    } else {
      void *states[PEL_BLOCK_ROWS];
      for (uint32_t k = 0; k < c->nsel; k++) states[k] = state;
      s = a->agg->update(env, states, in, c->sel, c->nsel, c->ordinal);
    }
    if (s) return s;
  }
  return PEL_OK;
}

static pel_status consume(const pel_env *env, void *state, void *local, uint32_t port,
                          const pel_chunk *c) {
  (void)port;
  const pel_group_params *p = ((pel_group_state *)state)->params;
  pel_group_local *l = (pel_group_local *)local;
  if (c->nsel == 0) return PEL_OK;
  pel_status s = pel__consume_poison(env, c, 0, p->nin, p->skip_poison);
  if (s) return s;
  if (p->keys.n == 0) return update_whole(env, p, pel__entry_at(l->table, 0), c);
  pel__keys_read(&p->keys, env, c, l->words, l->hashes);
  s = pel__entries_find(l->table, env, l->words, l->hashes, c->sel, c->nsel, c->ordinal,
                        l->found);
  return s ? s : update_groups(env, p, l, c);
}

static pel_status seal(const pel_env *env, void *state, void *local) {
  (void)env;
  pel_group_state *s = (pel_group_state *)state;
  pel_group_local *l = (pel_group_local *)local;
  pel_entries *t = l->table;
  if (t->n == 0) return PEL_OK; /* local_fini frees it */
  l->table = NULL;
  pel__ranking_push(&s->ranking, t);
  return PEL_OK;
}

PEL_OP(group, "group", "(rows: [n]{..r}, keys: [n]'k...) -> [g]{..s}", PEL_OP_BREAKER,
       .props = PEL_PURE | PEL_THREADSAFE,
       .doc =
           "One row per key, in order of first appearance. Null is a key, NaNs are one "
           "key, -0 is 0.",
       .ref = "Leis et al., Morsel-Driven Parallelism, SIGMOD 2014", .bind = bind,
       .open = open_state, .close = close_state, .local_init = local_init,
       .local_fini = local_fini, .consume = consume, .seal = seal,
       .task_count = pel__group_task_count, .task_run = pel__group_task_run,
       .unit_count = pel__group_unit_count, .emit = pel__group_emit);
