#include "stdlib/table/store.h"

enum { FIRST_CAP = 16 };

void pel__store_init(pel_store *s, const pel_type *const *types, uint32_t ncols) {
  memset(s, 0, sizeof *s);
  s->types = types;
  s->ncols = ncols;
}

static size_t block_size(const pel_store *s) {
  return sizeof(pel_block) + s->ncols * sizeof(pel_column);
}

static void free_block(const pel_env *env, const pel_store *s, pel_block *b) {
  for (uint32_t i = 0; i < s->ncols; i++)
    pel__column_free((pel_mem){env, false}, &b->cols[i]);
  env->free(env, b, block_size(s));
}

void pel__store_free(const pel_env *env, pel_store *s) {
  for (uint32_t i = 0; i < s->nblocks; i++) free_block(env, s, s->blocks[i]);
  if (s->blocks) env->free(env, s->blocks, s->cap_blocks * sizeof *s->blocks);
  pel__heap_free(env, &s->heap);
  pel__store_init(s, s->types, s->ncols);
}

static pel_block *new_block(const pel_env *env, const pel_store *s, uint32_t cap) {
  const pel_mem m = {env, false};
  pel_block *b = (pel_block *)env->alloc(env, block_size(s));
  if (!b) return NULL;
  memset(b, 0, block_size(s));
  b->cap = cap;
  for (uint32_t i = 0; i < s->ncols; i++) {
    if (pel__column_init(m, &b->cols[i], s->types[i]) &&
        pel__column_reserve(m, &b->cols[i], cap))
      continue;
    free_block(env, s, b);
    return NULL;
  }
  return b;
}

static bool add_block(pel_store *s, const pel_env *env, uint32_t n) {
  if (s->nblocks == s->cap_blocks) {
    uint32_t cap = s->cap_blocks ? s->cap_blocks * 2 : 4;
    size_t old_n = s->cap_blocks * sizeof *s->blocks, size = cap * sizeof *s->blocks;
    if (cap > UINT32_MAX / PEL_BLOCK_ROWS) return false; /* ids end here */
    pel_block **p = (pel_block **)(s->blocks ? env->resize(env, s->blocks, old_n, size)
                                             : env->alloc(env, size));
    if (!p) return false;
    s->blocks = p;
    s->cap_blocks = cap;
  }
  uint32_t cap = s->nblocks ? PEL_BLOCK_ROWS : n > FIRST_CAP ? n : FIRST_CAP;
  pel_block *b = new_block(env, s, cap > PEL_BLOCK_ROWS ? PEL_BLOCK_ROWS : cap);
  if (b) s->blocks[s->nblocks++] = b;
  return b != NULL;
}

/* Back to n rows: what a failed append has left behind goes. */
static void cut_column(pel_column *c, size_t n) {
  if (c->n <= n) return;
  c->n = n;
  if (c->type->kind == PEL_LIST)
    cut_column(c->child, (size_t)((const int64_t *)(const void *)c->data)[n]);
  if (c->type->kind == PEL_RECORD)
    for (uint32_t i = 0; i < c->nchild; i++) cut_column(&c->child[i], n);
}

static bool append_to_block(pel_store *s, const pel_env *env, pel_block *b,
                            const pel_col *cols, const uint16_t *sel, uint32_t first,
                            uint32_t n) {
  const pel_mem m = {env, false};
  uint16_t rows[PEL_BLOCK_ROWS];
  if (!sel && first) { /* a stretch in the middle */
    for (uint32_t i = 0; i < n; i++) rows[i] = (uint16_t)(first + i);
    sel = rows;
    first = 0;
  }
  for (uint32_t i = 0; i < s->ncols; i++) {
    cut_column(&b->cols[i], b->n);
    if (!pel__column_rows(m, &b->cols[i], &s->heap, &cols[i], sel ? sel + first : NULL,
                          n))
      return false;
  }
  b->n += n;
  s->rows += n;
  return true;
}

static void cut_rows(pel_store *s, uint32_t nblocks, uint32_t in_last, uint64_t rows) {
  for (uint32_t i = nblocks; i < s->nblocks; i++) s->blocks[i]->n = 0;
  if (nblocks) s->blocks[nblocks - 1]->n = in_last;
  s->rows = rows;
}

pel_status pel__store_append(pel_store *s, const pel_env *env, const pel_col *cols,
                             const uint16_t *sel, uint32_t n, uint32_t *ids) {
  const uint32_t was_blocks = s->nblocks,
                 was_n = was_blocks ? s->blocks[was_blocks - 1]->n : 0;
  const uint64_t was_rows = s->rows;
  for (uint32_t at = 0; at < n;) {
    pel_block *b = s->nblocks ? s->blocks[s->nblocks - 1] : NULL;
    if (!b || b->n == b->cap) {
      if (!add_block(s, env, n - at)) break;
      b = s->blocks[s->nblocks - 1];
    }
    uint32_t m = b->cap - b->n < n - at ? b->cap - b->n : n - at;
    for (uint32_t i = 0; ids && i < m; i++)
      ids[at + i] = (s->nblocks - 1) * PEL_BLOCK_ROWS + b->n + i;
    if (!append_to_block(s, env, b, cols, sel, at, m)) break;
    at += m;
  }
  if (s->rows == was_rows + n) return PEL_OK;
  cut_rows(s, was_blocks, was_n, was_rows);
  return PEL_E_NOMEM;
}

void pel__store_freeze(pel_store *s) {
  for (uint32_t i = 0; i < s->nblocks; i++)
    for (uint32_t c = 0; c < s->ncols; c++) pel__column_freeze(&s->blocks[i]->cols[c]);
}

size_t pel__store_bytes(const pel_store *s) {
  size_t n = s->heap.total + s->cap_blocks * sizeof *s->blocks;
  for (uint32_t i = 0; i < s->nblocks; i++) {
    n += block_size(s);
    for (uint32_t c = 0; c < s->ncols; c++)
      n += pel__column_bytes(&s->blocks[i]->cols[c]);
  }
  return n;
}

/* ---- gathering ---- */

#define GATHER(T)                                                         \
  do {                                                                    \
    T *to = (T *)out->data;                                               \
    for (uint32_t k = 0; k < n; k++) {                                    \
      const pel_column *c = at[k].block ? &at[k].block->cols[col] : NULL; \
      T *cell = &to[rows ? rows[k] : k];                                  \
      if (c)                                                              \
        *cell = ((const T *)(const void *)c->data)[at[k].row];            \
      else                                                                \
        memset(cell, 0, sizeof *cell);                                    \
    }                                                                     \
  } while (0)

static bool any_state(const pel_place *at, uint32_t n, uint32_t col, bool *fail) {
  bool state = false;
  *fail = false;
  for (uint32_t k = 0; k < n; k++) {
    if (!at[k].block) {
      state = true;
      continue;
    }
    state |= at[k].block->cols[col].state != NULL;
    *fail |= at[k].block->cols[col].fail != NULL;
  }
  return state;
}

static bool gather_states(const pel_env *env, const pel_place *at, uint32_t n,
                          const uint16_t *rows, uint32_t size, uint32_t col,
                          pel_col *out) {
  bool fail;
  if (!any_state(at, n, col, &fail)) return true;
  out->state = (uint8_t *)env->temp(env, size);
  if (fail) out->fail = (uint32_t *)env->temp(env, size * sizeof *out->fail);
  if (!out->state || (fail && !out->fail)) return false;
  memset(out->state, PEL_VALID, size);
  if (fail) memset(out->fail, 0, size * sizeof *out->fail);
  for (uint32_t k = 0; k < n; k++) {
    const pel_column *c = at[k].block ? &at[k].block->cols[col] : NULL;
    const uint32_t row = rows ? rows[k] : k;
    out->state[row] = !c ? PEL_NULL : c->state ? c->state[at[k].row] : PEL_VALID;
    if (fail && c && c->fail) out->fail[row] = c->fail[at[k].row];
  }
  return true;
}

/* Lists and records: cell by cell, with nulls where no place goes. */
static bool gather_nested(const pel_env *env, const pel_place *at, uint32_t n,
                          const uint16_t *rows, uint32_t size, uint32_t col,
                          const pel_type *type, pel_col *out) {
  const pel_mem temp = {env, true};
  const pel_block *seen = NULL;
  pel_col view = {NULL, NULL, NULL, NULL, NULL};
  pel_column c;
  if (!pel__column_init(temp, &c, type) || !pel__column_reserve(temp, &c, size))
    return false;
  for (uint32_t row = 0, k = 0; row < size; row++) {
    bool here = k < n && (rows ? rows[k] : k) == row;
    const pel_place p = here ? at[k++] : (pel_place){NULL, 0};
    if (p.block && p.block != seen) {
      view = pel__column_head(&p.block->cols[col]);
      seen = p.block;
    }
    bool ok = p.block ? pel__column_cell(temp, &c, NULL, &view, p.row)
                      : pel__column_null(temp, &c);
    if (!ok) return false;
  }
  pel__column_freeze(&c);
  *out = pel__column_head(&c);
  return true;
}

pel_status pel__places_column(const pel_env *env, const pel_place *at, uint32_t n,
                              const uint16_t *rows, uint32_t size, uint32_t col,
                              const pel_type *type, pel_col *out) {
  const uint32_t width = pel_kind_width(type->kind);
  *out = (pel_col){type, NULL, NULL, NULL, NULL};
  if (type->kind == PEL_LIST || type->kind == PEL_RECORD)
    return gather_nested(env, at, n, rows, size, col, type, out) ? PEL_OK : PEL_E_NOMEM;
  out->data = env->temp(env, (size_t)(size ? size : 1) * width);
  if (!out->data) return PEL_E_NOMEM;
  if (n < size) memset(out->data, 0, (size_t)size * width);
  switch (width) {
    case 1:
      GATHER(uint8_t);
      break;
    case 2:
      GATHER(uint16_t);
      break;
    case 4:
      GATHER(uint32_t);
      break;
    case 8:
      GATHER(uint64_t);
      break;
    default:
      GATHER(pel_view);
      break;
  }
  return gather_states(env, at, n, rows, size, col, out) ? PEL_OK : PEL_E_NOMEM;
}
