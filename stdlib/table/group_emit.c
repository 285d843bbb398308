/* The end of grouping: tables merged, then groups as rows: keys out of the entries,
 * aggregates out of their states. */
#include "stdlib/table/group.h"

/* ---- merging ---- */

pel_status pel__group_merge(void *ctx, const pel_env *env, pel_entry *into,
                            pel_entry *from) {
  const pel_group_params *p = (const pel_group_params *)ctx;
  pel_status status = PEL_OK;
  for (uint32_t i = 0; i < p->naggs; i++) {
    const pel_group_agg *a = &p->aggs[i];
    /* Even after a failure: every state of `from` must be taken or freed. */
    pel_status s =
        a->agg->combine(env, pel__group_state_of(into, a), pel__group_state_of(from, a));
    if (!status) status = s;
  }
  return status;
}

/* ---- no keys: everything goes into one entry ---- */

static pel_status merge_whole(const pel_env *env, pel_group_state *s) {
  pel_entry *into = pel__entry_at(&s->root, 0);
  for (pel_entries *t = pel__ranking_tables(&s->ranking); t; t = t->next) {
    pel_entry *from = pel__entry_at(t, 0);
    if (from->ordinal == PEL_ENTRY_DEAD) continue;
    pel_status status = pel__group_merge((void *)(uintptr_t)s->params, env, into, from);
    from->ordinal = PEL_ENTRY_DEAD;
    if (status) return status;
  }
  pel_ranked_list *list = &s->ranking.lists[0];
  list->at = (pel_ranked *)env->alloc(env, sizeof *list->at);
  if (!list->at) return PEL_E_NOMEM;
  list->at[0] = (pel_ranked){0, into};
  list->n = list->cap = 1;
  return PEL_OK;
}

pel_status pel__group_task_count(const pel_env *env, void *state, uint32_t phase,
                                 uint32_t *count) {
  pel_group_state *s = (pel_group_state *)state;
  if (s->params->keys.n) return pel__ranking_task_count(env, &s->ranking, phase, count);
  *count = phase == 0;
  return PEL_OK;
}

pel_status pel__group_task_run(const pel_env *env, void *state, uint32_t phase,
                               uint32_t task) {
  pel_group_state *s = (pel_group_state *)state;
  if (s->params->keys.n == 0) return merge_whole(env, s);
  return pel__ranking_task_run(env, &s->ranking, phase, task);
}

pel_status pel__group_unit_count(const pel_env *env, void *state, uint64_t *count) {
  return pel__ranking_unit_count(env, &((pel_group_state *)state)->ranking, count);
}

/* ---- rows ---- */

/* A column of n rows with room for the states; data of records is the aggregate's. */
static bool make_column(const pel_env *env, const pel_type *type, uint32_t n,
                        pel_col *out) {
  size_t cells = n + (type->kind == PEL_LIST ? 1 : 0),
         bytes = cells * pel_kind_width(type->kind);
  *out = (pel_col){type, NULL, NULL, NULL, NULL};
  out->state = (uint8_t *)env->temp(env, n);
  if (bytes) out->data = env->temp(env, bytes);
  if (!out->state || (bytes && !out->data)) return false;
  memset(out->state, PEL_VALID, n);
  return true;
}

static pel_status emit_agg(const pel_env *env, const pel_group_agg *a,
                           pel_entry *const *entries, uint32_t n, uint64_t ordinal,
                           pel_col *out) {
  void *states[PEL_BLOCK_ROWS];
  uint64_t ordinals[PEL_BLOCK_ROWS];
  for (uint32_t k = 0; k < n; k++) {
    states[k] = pel__group_state_of(entries[k], a);
    ordinals[k] = ordinal + k;
  }
  pel_status s = a->agg->finish(env, states, n, ordinals, out);
  if (!s && !out->type->nullable && !out->fail) out->state = NULL;
  return s;
}

static pel_status emit_key(const pel_env *env, const pel_keys *keys, uint32_t part,
                           pel_entry *const *entries, uint32_t n, pel_col *out) {
  const uint64_t *at[PEL_BLOCK_ROWS];
  (void)env;
  for (uint32_t k = 0; k < n; k++) at[k] = entries[k]->key;
  if (!out->type->nullable) out->state = NULL;
  pel__keys_column(keys, part, at, n, out->data, out->state);
  return PEL_OK;
}

pel_status pel__group_emit(const pel_env *env, void *state, const pel_unit *unit,
                           pel_cursor *cursor, pel_chunk *out) {
  const pel_group_state *s = (const pel_group_state *)state;
  const pel_group_params *p = s->params;
  pel_entry *entries[PEL_BLOCK_ROWS];
  uint64_t ordinal;
  const uint32_t n = pel__ranking_next(&s->ranking, unit, cursor, entries, &ordinal);
  if (n == 0) return PEL_DONE;
  const uint32_t ncols = p->keys.n + p->naggs;
  pel_col *cols = (pel_col *)env->temp(env, (ncols + 1) * sizeof *cols);
  if (!cols) return PEL_E_NOMEM;
  for (uint32_t i = 0; i < ncols; i++) {
    if (!make_column(env, p->out[i], n, &cols[i])) return PEL_E_NOMEM;
    pel_status status = i < p->keys.n ? emit_key(env, &p->keys, i, entries, n, &cols[i])
                                      : emit_agg(env, &p->aggs[i - p->keys.n], entries, n,
                                                 ordinal, &cols[i]);
    if (status) return status;
  }
  *out = (pel_chunk){n, n, NULL, ncols, cols, ordinal};
  return PEL_OK;
}
