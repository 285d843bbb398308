#include "runtime/vec/table.h"

#include <string.h>

#include "runtime/base/check.h"
#include "runtime/vec/column.h"

pel_table *pel__table_retain(pel_table *t) {
  if (t)
    pel__add_u32(&t->refs, 1,
                 PEL_RELAXED); /* whoever retains holds a reference already */
  return t;
}

void pel__table_release(pel_table *t) {
  /* release and acquire: the last one out sees what the others did with the memory it
   * frees */
  if (!t || pel__sub_u32(&t->refs, 1, PEL_ACQ_REL) != 1) return;
  if (t->release) t->release(t->owner);
  const pel_alloc *alloc = t->alloc;
  pel__arena_deinit(&t->heap);
  pel__alloc_free(alloc, t, sizeof *t);
}

pel_status pel__table_new(const pel_alloc *alloc, const pel_type *const *types,
                          uint32_t ncols, pel_table **out) {
  pel_table *t = (pel_table *)pel__alloc_get(alloc, sizeof *t);
  if (!t) return PEL_E_NOMEM;
  memset(t, 0, sizeof *t);
  t->alloc = alloc;
  pel__store_u32(&t->refs, 1, PEL_RELAXED); /* nobody else knows it yet */
  pel__arena_init(&t->heap, alloc);
  t->ncols = ncols;
  t->cols = PEL_ARENA_ARRAY(&t->heap, pel_col, ncols);
  bool ok = t->cols != NULL;
  for (uint32_t i = 0; ok && i < ncols; i++)
    ok = (t->cols[i].type = pel__type_copy(&t->heap, types[i])) != NULL;
  if (!ok) {
    pel__table_release(t);
    return PEL_E_NOMEM;
  }
  *out = t;
  return PEL_OK;
}

pel_status pel__table_chunk(const pel_table *t, uint64_t first, uint32_t n,
                            const pel_env *env, pel_chunk *out) {
  for (uint32_t i = 0; i < t->ncols; i++)
    if (!pel__col_from(&t->cols[i], first, env, &out->cols[i])) return PEL_E_NOMEM;
  out->rows = out->nsel = n;
  out->sel = NULL;
  out->ncols = t->ncols;
  out->ordinal = first;
  return PEL_OK;
}

/* ---- constants in and out ---- */

static void *heap_resize(void *ctx, void *p, size_t old_n, size_t n) {
  if (n == 0) return NULL; /* dies with the table */
  void *q = pel__arena_get((pel_arena *)ctx, n);
  if (q && p) memcpy(q, p, old_n < n ? old_n : n);
  return q;
}

pel_status pel__table_of_consts(const pel_alloc *alloc, const pel_type *const *types,
                                const pel_const *values, uint32_t n, pel_table **out) {
  pel_table *t;
  pel_status st = pel__table_new(alloc, types, n, &t);
  if (st) return st;
  const pel_alloc heap = {heap_resize, &t->heap};
  const pel_copy copy = {&heap, &t->heap};
  for (uint32_t i = 0; i < n && !st; i++) {
    pel_colbuf *b = PEL_ARENA_NEW(&t->heap, pel_colbuf);
    st = b ? pel__colbuf_init(b, t->cols[i].type, &copy) : PEL_E_NOMEM;
    if (!st) st = pel__colbuf_const(b, &values[i], &copy);
    if (!st) t->cols[i] = pel__colbuf_view(b);
  }
  if (st) {
    pel__table_release(t);
    return st;
  }
  t->rows = 1;
  *out = t;
  return PEL_OK;
}

static int64_t whole_value(const pel_col *c, uint64_t row) {
  switch (c->type->kind) {
    case PEL_BOOL:
    case PEL_U8:
      return ((const uint8_t *)c->data)[row];
    case PEL_I8:
      return ((const int8_t *)c->data)[row];
    case PEL_I16:
      return ((const int16_t *)c->data)[row];
    case PEL_U16:
      return ((const uint16_t *)c->data)[row];
    case PEL_I32:
    case PEL_DATE:
      return ((const int32_t *)c->data)[row];
    case PEL_U32:
      return ((const uint32_t *)c->data)[row];
    case PEL_I64:
    case PEL_U64:
    case PEL_TIME:
    case PEL_DUR:
      return ((const int64_t *)c->data)[row];
    case PEL_KIND_NONE:
    case PEL_F32:
    case PEL_F64:
    case PEL_STR:
    case PEL_BYTES:
    case PEL_LIST:
    case PEL_RECORD:
    case PEL_KIND_COUNT:
      break;
  }
  return 0;
}

pel_status pel__table_const(const pel_table *t, uint64_t row, uint32_t col, pel_arena *a,
                            pel_const *out) {
  (void)a; /* nothing to allocate: scalars are copied, text is borrowed */
  const pel_col *c = &t->cols[col];
  pel_const r = {.type = c->type};
  pel_kind k = c->type->kind;
  if (k == PEL_LIST || k == PEL_RECORD) return PEL_E_INVALID;
  if (c->state && c->state[row] != PEL_VALID) {
    if (c->state[row] == PEL_POISON) return PEL_E_FAILED;
    r.is_null = true;
  } else if (k == PEL_F32) {
    r.as.f = (double)((const float *)c->data)[row];
  } else if (k == PEL_F64) {
    r.as.f = ((const double *)c->data)[row];
  } else if (k == PEL_STR || k == PEL_BYTES) {
    const pel_view *v = (const pel_view *)c->data + row;
    r.as.s.p = pel_view_bytes(v);
    r.as.s.n = v->in.n;
  } else {
    r.as.i = whole_value(c, row);
  }
  *out = r;
  return PEL_OK;
}
