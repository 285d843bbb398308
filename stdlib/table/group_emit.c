/* Groups as rows: keys out of the entries, aggregates out of their states. */
#include "stdlib/table/group.h"

/* A column of n rows with room for the states; data of records is the aggregate's. */
static bool make_column(const pel_env *env, const pel_type *type, uint32_t n, pel_col *out) {
  size_t cells = n + (type->kind == PEL_LIST ? 1 : 0), bytes = cells * pel__column_width(type->kind);
  *out = (pel_col){type, NULL, NULL, NULL, NULL};
  out->state = (uint8_t *)env->temp(env, n);
  if (bytes) out->data = env->temp(env, bytes);
  if (!out->state || (bytes && !out->data)) return false;
  memset(out->state, PEL_VALID, n);
  return true;
}

static pel_status emit_agg(const pel_env *env, const pel_group_agg *a, pel_entry *const *entries,
                           uint32_t n, uint64_t ordinal, pel_col *out) {
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

pel_status pel__group_emit(const pel_env *env, void *state, const pel_unit *unit, pel_cursor *cursor,
                           pel_chunk *out) {
  const pel_group_state *s = (const pel_group_state *)state;
  const pel_group_params *p = s->params;
  const pel_group_unit *u = &s->units[unit->index];
  const size_t at = cursor->word[0];
  if (at >= u->n) return PEL_DONE;
  const uint32_t n = u->n - at < PEL_BLOCK_ROWS ? (uint32_t)(u->n - at) : PEL_BLOCK_ROWS;
  const uint32_t ncols = p->keys.n + p->naggs;
  pel_entry *entries[PEL_BLOCK_ROWS];
  for (uint32_t k = 0; k < n; k++) {
    entries[k] = u->at[at + k].entry;
    __builtin_prefetch(entries[k]);
  }
  pel_col *cols = (pel_col *)env->temp(env, (ncols + 1) * sizeof *cols);
  if (!cols) return PEL_E_NOMEM;
  const uint64_t ordinal = unit->index << 32 | at;
  for (uint32_t i = 0; i < ncols; i++) {
    if (!make_column(env, p->out[i], n, &cols[i])) return PEL_E_NOMEM;
    pel_status status =
        i < p->keys.n ? emit_key(env, &p->keys, i, entries, n, &cols[i])
                      : emit_agg(env, &p->aggs[i - p->keys.n], entries, n, ordinal, &cols[i]);
    if (status) return status;
  }
  cursor->word[0] = at + n;
  *out = (pel_chunk){n, n, NULL, ncols, cols, ordinal};
  return PEL_OK;
}
