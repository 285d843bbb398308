/* Looking left rows up. What was looked up is not kept between calls (a cursor has no
 * memory of its own), so a row whose matches fill many blocks is looked up once per
 * block; windows keep that cheap for the rows behind it. */
#include "stdlib/table/join.h"

enum { WINDOW = 128, FETCH_ROWS = 64 };

/* ---- lookup ---- */

PEL_INLINE const pel_join_part *part_of(const pel_join_state *s, uint64_t hash) {
  return &s->parts[s->nparts > 1 ? hash % PEL_PARTITIONS : 0];
}

/* Inlined: as a function without effects, its calls would be dropped. */
PEL_INLINE void fetch(const pel_join_state *s, const uint64_t *hashes, uint32_t n) {
  for (uint32_t k = 0; k < n; k++) {
    const pel_join_part *part = part_of(s, hashes[k]);
    if (part->slots) __builtin_prefetch(&part->slots[(hashes[k] >> 8) & (part->cap - 1)]);
  }
  for (uint32_t k = 0; k < n; k++) {
    const pel_join_part *part = part_of(s, hashes[k]);
    const uint64_t slot =
        part->slots ? part->slots[(hashes[k] >> 8) & (part->cap - 1)] : 0;
    if (slot) __builtin_prefetch(&part->groups[(uint32_t)slot - 1]);
  }
  for (uint32_t k = 0; k < n; k++) {
    const pel_join_part *part = part_of(s, hashes[k]);
    const uint64_t slot =
        part->slots ? part->slots[(hashes[k] >> 8) & (part->cap - 1)] : 0;
    if (slot) __builtin_prefetch(part->groups[(uint32_t)slot - 1].entry);
  }
}

static const pel_join_group *find(const pel_join_state *s, const uint64_t *words,
                                  uint64_t hash) {
  const pel_join_part *part = part_of(s, hash);
  if (!part->slots) return NULL;
  const uint64_t mask = part->cap - 1;
  uint64_t at = (hash >> 8) & mask, slot;
  for (; (slot = part->slots[at]) != 0; at = (at + 1) & mask) {
    const pel_join_group *g = &part->groups[(uint32_t)slot - 1];
    if (slot >> 32 == hash >> 32 &&
        pel__keys_same(&s->params->keys, g->entry->key, words))
      return g;
  }
  return NULL;
}

/* What rows k … k + n of those that count match: a group and its part's rows; NULL:
 * nothing. */
static pel_status look_up(const pel_env *env, const pel_join_state *s,
                          const pel_chunk *in, uint32_t k, uint32_t n,
                          const pel_join_group **groups, const pel_place **rows) {
  const pel_keys *keys = &s->params->keys;
  uint64_t hashes[PEL_BLOCK_ROWS];
  uint16_t window[PEL_BLOCK_ROWS], sel[PEL_BLOCK_ROWS];
  pel_chunk c = *in;
  for (uint32_t i = 0; i < n; i++)
    window[i] = in->sel ? in->sel[k + i] : (uint16_t)(k + i);
  c.sel = window;
  c.nsel = n;
  const uint32_t m = pel__join_keyed_rows(s->params, &c, sel);
  c.sel = sel;
  c.nsel = m;
  uint64_t *words =
      (uint64_t *)env->temp(env, (size_t)(n + 1) * (keys->words + 1) * sizeof *words);
  if (!words) return PEL_E_NOMEM;
  pel__keys_read(keys, env, &c, words, hashes);
  for (uint32_t i = 0, j = 0; i < n; i++) {
    groups[i] = NULL;
    if (j == m || sel[j] != window[i]) continue; /* a null in its key */
    if (s->far && j % FETCH_ROWS == 0)
      fetch(s, hashes + j, m - j < FETCH_ROWS ? m - j : FETCH_ROWS);
    groups[i] = find(s, words + (size_t)j * keys->words, hashes[j]);
    if (rows) rows[i] = part_of(s, hashes[j])->rows;
    j++;
  }
  return PEL_OK;
}

/* ---- columns ---- */

static pel_status left_columns(const pel_env *env, const pel_join_params *p,
                               const pel_chunk *in, const uint16_t *rows, uint32_t n,
                               pel_col *cols) {
  const pel_mem temp = {env, true};
  for (uint32_t i = 0; i < p->nleft; i++) {
    pel_column c;
    if (!pel__column_init(temp, &c, p->out[i]) ||
        !pel__column_rows(temp, &c, NULL, &in->cols[p->left[i]], rows, n))
      return PEL_E_NOMEM;
    pel__column_freeze(&c);
    cols[i] = pel__column_head(&c);
  }
  return PEL_OK;
}

static pel_status right_columns(const pel_env *env, const pel_join_params *p,
                                const pel_place *at, uint32_t n, const uint16_t *rows,
                                uint32_t size, pel_col *cols) {
  for (uint32_t i = 0; i < p->nright; i++) {
    pel_status s = pel__places_column(env, at, n, rows, size, i, p->out[p->nleft + i],
                                      &cols[p->nleft + i]);
    if (s) return s;
  }
  return PEL_OK;
}

static pel_col *borrow_left(const pel_env *env, const pel_join_params *p,
                            const pel_chunk *in) {
  pel_col *cols = (pel_col *)env->temp(env, (p->nleft + p->nright + 1) * sizeof *cols);
  for (uint32_t i = 0; cols && i < p->nleft; i++) cols[i] = in->cols[p->left[i]];
  return cols;
}

/* ---- at most one row for each left one: left columns as they are, a selection ---- */

/* Whether a left row without a match counts. */
PEL_INLINE bool keeps_lone(const pel_join_params *p) {
  return p->kind == PEL_JOINS_LEFT || p->kind == PEL_JOINS_ANTI;
}

static pel_status apply_single(const pel_env *env, const pel_join_state *s,
                               const pel_chunk *in, pel_cursor *cursor, pel_chunk *out) {
  const pel_join_params *p = s->params;
  const pel_join_group *groups[PEL_BLOCK_ROWS];
  const pel_place *rows[PEL_BLOCK_ROWS];
  pel_place at[PEL_BLOCK_ROWS];
  uint32_t n = 0;
  cursor->word[0] = in->nsel;
  pel_status status = look_up(env, s, in, 0, in->nsel, groups, rows);
  uint16_t *sel = (uint16_t *)env->temp(env, PEL_BLOCK_ROWS * sizeof *sel);
  pel_col *cols = borrow_left(env, p, in);
  if (status || !sel || !cols) return status ? status : PEL_E_NOMEM;
  for (uint32_t k = 0; k < in->nsel; k++) {
    const pel_join_group *g = groups[k];
    if (g ? p->kind == PEL_JOINS_ANTI : !keeps_lone(p)) continue;
    if (p->nright) at[n] = g ? rows[k][g->first] : (pel_place){NULL, 0};
    sel[n++] = in->sel ? in->sel[k] : (uint16_t)k;
  }
  if (n == 0) return PEL_DONE;
  status = right_columns(env, p, at, n, sel, in->rows, cols);
  if (!status)
    *out = (pel_chunk){in->rows, n, sel, p->nleft + p->nright, cols, in->ordinal};
  return status;
}

/* ---- any number of rows for each ---- */

/* Pairs of a block: left rows and the places of their matches. */
typedef struct pairs {
  uint32_t n;
  uint16_t left[PEL_BLOCK_ROWS];
  pel_place right[PEL_BLOCK_ROWS];
} pairs;

/* Adds row k's matches from number *match on; false: the block is full before they all
 * are in. */
static bool add_matches(const pel_join_params *p, const pel_chunk *in, uint32_t k,
                        const pel_join_group *g, const pel_place *rows, uint64_t *match,
                        pairs *to) {
  const uint32_t count = g ? g->n : keeps_lone(p);
  for (; *match < count && to->n < PEL_BLOCK_ROWS; ++*match, to->n++) {
    to->left[to->n] = in->sel ? in->sel[k] : (uint16_t)k;
    to->right[to->n] = g ? rows[g->first + *match] : (pel_place){NULL, 0};
  }
  if (*match < count) return false;
  *match = 0;
  return true;
}

/* cursor: the left row, and how many of its matches have been given. */
static pel_status find_pairs(const pel_env *env, const pel_join_state *s,
                             const pel_chunk *in, pel_cursor *cursor, pairs *to) {
  const pel_join_group *groups[WINDOW];
  const pel_place *rows[WINDOW];
  to->n = 0;
  while (cursor->word[0] < in->nsel && to->n < PEL_BLOCK_ROWS) {
    const uint32_t k = (uint32_t)cursor->word[0],
                   n = in->nsel - k < WINDOW ? in->nsel - k : WINDOW;
    pel_status status = look_up(env, s, in, k, n, groups, rows);
    if (status) return status;
    for (uint32_t i = 0; i < n; i++) {
      if (!add_matches(s->params, in, k + i, groups[i], rows[i], &cursor->word[1], to))
        return PEL_OK;
      cursor->word[0]++;
    }
  }
  return PEL_OK;
}

static pel_status apply_pairs(const pel_env *env, const pel_join_state *s,
                              const pel_chunk *in, pel_cursor *cursor, pel_chunk *out) {
  const pel_join_params *p = s->params;
  pairs found;
  pel_status status = find_pairs(env, s, in, cursor, &found);
  if (status) return status;
  if (found.n == 0) return PEL_DONE;
  pel_col *cols = borrow_left(env, p, in);
  if (!cols) return PEL_E_NOMEM;
  status = left_columns(env, p, in, found.left, found.n, cols);
  if (!status) status = right_columns(env, p, found.right, found.n, NULL, found.n, cols);
  if (!status)
    *out = (pel_chunk){found.n, found.n, NULL, p->nleft + p->nright, cols, in->ordinal};
  return status;
}

/* How many rows stand in front of the first whose key failed. */
static uint32_t sound_rows(const pel_join_params *p, const pel_chunk *in) {
  uint32_t n = in->nsel;
  for (uint32_t c = 0; c < p->keys.n; c++) {
    const pel_col *key = &in->cols[c];
    for (uint32_t k = 0; key->state && key->fail && k < n; k++)
      if (key->state[in->sel ? in->sel[k] : k] == PEL_POISON) n = k;
  }
  return n;
}

/* Rows in front of a failing one are given first: they may be all that is wanted. */
pel_status pel__join_apply(const pel_env *env, void *state, const pel_chunk *in,
                           pel_cursor *cursor, pel_chunk *out) {
  const pel_join_state *s = (const pel_join_state *)state;
  pel_chunk sound = *in;
  pel_status status = PEL_DONE;
  sound.nsel = sound_rows(s->params, in);
  /* relaxed: written before the last task ended */
  const bool several =
      pel__join_gives_rows(s->params) && pel__load_u32(&s->repeats, PEL_RELAXED);
  if (cursor->word[0] < sound.nsel)
    status = several ? apply_pairs(env, s, &sound, cursor, out)
                     : apply_single(env, s, &sound, cursor, out);
  if (status == PEL_DONE && sound.nsel < in->nsel)
    status = pel__consume_poison(env, in, 0, s->params->keys.n, NULL);
  return status;
}
