#include "runtime/vec/gather.h"

#include <stdlib.h>

enum { UNIT_ROWS = 64 * 1024 };

pel_status pel__gather_add(pel_gather_local *l, const pel_alloc *alloc, uint32_t port,
                           const pel_type *const *types, uint32_t ntypes,
                           const pel_chunk *c) {
  pel_gather_part *last = l->parts.n ? &l->parts.at[l->parts.n - 1] : NULL;
  if (!last || last->port != port || last->morsel != c->ordinal >> 32) {
    pel_gather_part fresh = {port, c->ordinal >> 32, NULL};
    const pel_status s = pel__piece_new(alloc, types, ntypes, &fresh.piece);
    if (s) return s;
    if (!PEL_VEC_PUSH(&l->parts, fresh, alloc)) {
      pel__piece_free(fresh.piece);
      return PEL_E_NOMEM;
    }
    last = &l->parts.at[l->parts.n - 1];
  }
  return pel__piece_append(last->piece, c);
}

pel_status pel__gather_seal(pel_gather *g, pel_gather_local *l) {
  pel__spin_lock(&g->lock);
  const bool ok = l->parts.n == 0 || PEL_VEC_RESERVE(&g->parts, l->parts.n, g->alloc);
  for (size_t i = 0; ok && i < l->parts.n; i++)
    g->parts.at[g->parts.n++] = l->parts.at[i];
  if (ok) l->parts.n = 0;
  pel__spin_unlock(&g->lock);
  return ok ? PEL_OK : PEL_E_NOMEM;
}

void pel__gather_local_deinit(pel_gather_local *l, const pel_alloc *alloc) {
  for (size_t i = 0; i < l->parts.n; i++) pel__piece_free(l->parts.at[i].piece);
  PEL_VEC_DEINIT(&l->parts, alloc);
}

void pel__gather_deinit(pel_gather *g) {
  for (size_t i = 0; i < g->parts.n; i++)
    if (g->parts.at[i].piece) pel__piece_free(g->parts.at[i].piece);
  PEL_VEC_DEINIT(&g->parts, g->alloc);
}

static int by_place(const void *a, const void *b) {
  const pel_gather_part *x = a, *y = b;
  if (x->port != y->port) return x->port < y->port ? -1 : 1;
  return x->morsel < y->morsel ? -1 : x->morsel > y->morsel;
}

pel_status pel__table_of_pieces(const pel_alloc *alloc, const pel_type *const *types,
                                uint32_t ntypes, pel_piece **pieces, size_t n,
                                pel_table **out) {
  pel_join_pieces *j = NULL;
  uint32_t parts = 0;
  pel_status s = pel__table_join_begin(alloc, types, ntypes, pieces, n, &j, &parts);
  for (uint32_t i = 0; !s && i < parts; i++) s = pel__table_join_part(j, i);
  if (!s) return pel__table_join_end(j, out);
  if (j) pel__table_join_abandon(j);
  return s;
}

pel_status pel__gather_table(pel_gather *g, uint32_t port, const pel_type *const *types,
                             uint32_t ntypes, pel_table **out) {
  const size_t room = (g->parts.n + 1) * sizeof(pel_piece *);
  pel_piece **pieces = pel__alloc_get(g->alloc, room);
  size_t n = 0;
  if (!pieces) return PEL_E_NOMEM;
  if (g->parts.n) qsort(g->parts.at, g->parts.n, sizeof *g->parts.at, by_place);
  for (size_t i = 0; i < g->parts.n; i++) {
    pel_gather_part *p = &g->parts.at[i];
    if (p->port != port || !p->piece) continue;
    pieces[n++] = p->piece;
    p->piece = NULL;
  }
  const pel_status s = pel__table_of_pieces(g->alloc, types, ntypes, pieces, n, out);
  pel__alloc_free(g->alloc, pieces, room);
  return s;
}

uint64_t pel__table_units(const pel_table *t) {
  return (t->rows + UNIT_ROWS - 1) / UNIT_ROWS;
}

pel_status pel__table_emit(const pel_table *t, const pel_env *env, const pel_unit *u,
                           pel_cursor *cur, pel_chunk *out) {
  const uint64_t first = u->index * UNIT_ROWS + cur->word[0];
  uint64_t end = (u->index + 1) * UNIT_ROWS;
  if (end > t->rows) end = t->rows;
  if (first >= end) return PEL_DONE;
  const uint32_t n =
      end - first > PEL_BLOCK_ROWS ? PEL_BLOCK_ROWS : (uint32_t)(end - first);
  out->cols = env->temp(env, (t->ncols + 1) * sizeof *out->cols);
  if (!out->cols) return PEL_E_NOMEM;
  const pel_status s = pel__table_chunk(t, first, n, env, out);
  out->ordinal = (u->index << 32) | cur->word[0];
  cur->word[0] += n;
  return s;
}
