/* Cells as bytes: a state byte, then the failure's number or the value; text with its
 * length, lists with their number of items, records field by field. Only for this run:
 * native byte order, no check of what is read. */
#include "stdlib/table/column.h"

static uint8_t state_of(const pel_col *in, size_t row) {
  return in->state ? in->state[row] : PEL_VALID;
}

size_t pel__cell_size(const pel_col *in, size_t row) {
  uint8_t state = state_of(in, row);
  if (state != PEL_VALID) return state == PEL_POISON ? 1 + sizeof(uint32_t) : 1;
  const pel_type *t = in->type;
  size_t n = 1;
  if (t->kind == PEL_LIST) {
    const int64_t *offsets = (const int64_t *)in->data;
    n += sizeof(uint64_t);
    for (int64_t i = offsets[row]; i < offsets[row + 1]; i++)
      n += pel__cell_size(in->child, (size_t)i);
  } else if (t->kind == PEL_RECORD) {
    for (uint32_t i = 0; i < t->nfields; i++) n += pel__cell_size(&in->child[i], row);
  } else if (t->kind == PEL_STR || t->kind == PEL_BYTES) {
    n += sizeof(uint32_t) + ((const pel_view *)in->data)[row].in.n;
  } else {
    n += pel_kind_width(t->kind);
  }
  return n;
}

static char *put(char *p, const void *from, size_t n) {
  memcpy(p, from, n);
  return p + n;
}

char *pel__cell_write(const pel_col *in, size_t row, char *p) {
  uint8_t state = state_of(in, row);
  *p++ = (char)state;
  if (state == PEL_POISON) {
    uint32_t fail = in->fail ? in->fail[row] : 0;
    return put(p, &fail, sizeof fail);
  }
  if (state != PEL_VALID) return p;
  const pel_type *t = in->type;
  if (t->kind == PEL_LIST) {
    const int64_t *offsets = (const int64_t *)in->data;
    uint64_t n = (uint64_t)(offsets[row + 1] - offsets[row]);
    p = put(p, &n, sizeof n);
    for (int64_t i = offsets[row]; i < offsets[row + 1]; i++)
      p = pel__cell_write(in->child, (size_t)i, p);
    return p;
  }
  if (t->kind == PEL_RECORD) {
    for (uint32_t i = 0; i < t->nfields; i++) p = pel__cell_write(&in->child[i], row, p);
    return p;
  }
  if (t->kind == PEL_STR || t->kind == PEL_BYTES) {
    const pel_view *v = (const pel_view *)in->data + row;
    p = put(p, &v->in.n, sizeof v->in.n);
    return put(p, pel_view_bytes(v), v->in.n);
  }
  uint32_t width = pel_kind_width(t->kind);
  return put(p, (const char *)in->data + row * width, width);
}

/* ---- reading: through a column of one row that points at the bytes ---- */

static bool read_text(pel_mem m, pel_column *b, pel_heap *heap, const char **p) {
  uint32_t n;
  memcpy(&n, *p, sizeof n);
  pel_view v = pel_view_of(*p + sizeof n, n);
  pel_col one = {b->type, &v, NULL, NULL, NULL};
  *p += sizeof n + n;
  return pel__column_cell(m, b, heap, &one, 0);
}

static bool read_list(pel_mem m, pel_column *b, pel_heap *heap, const char **p) {
  uint64_t n;
  memcpy(&n, *p, sizeof n);
  *p += sizeof n;
  if (!pel__column_reserve(m, b, 1) || !pel__column_reserve(m, b->child, n)) return false;
  for (uint64_t i = 0; i < n; i++)
    if (!pel__cell_read(m, b->child, heap, p)) return false;
  int64_t *offsets = (int64_t *)(void *)b->data;
  offsets[b->n + 1] = offsets[b->n] + (int64_t)n;
  if (b->state) b->state[b->n] = PEL_VALID;
  if (b->fail) b->fail[b->n] = 0;
  b->n++;
  return true;
}

static bool read_record(pel_mem m, pel_column *b, pel_heap *heap, const char **p) {
  if (!pel__column_reserve(m, b, 1)) return false;
  for (uint32_t i = 0; i < b->nchild; i++)
    if (!pel__cell_read(m, &b->child[i], heap, p)) return false;
  if (b->state) b->state[b->n] = PEL_VALID;
  if (b->fail) b->fail[b->n] = 0;
  b->n++;
  return true;
}

bool pel__cell_read(pel_mem m, pel_column *b, pel_heap *heap, const char **p) {
  uint8_t state = (uint8_t) * (*p)++;
  if (state != PEL_VALID) {
    uint32_t fail = 0;
    if (state == PEL_POISON) {
      memcpy(&fail, *p, sizeof fail);
      *p += sizeof fail;
    }
    pel_col one = {b->type, NULL, &state, &fail, NULL};
    return pel__column_cell(m, b, heap, &one, 0);
  }
  if (b->type->kind == PEL_LIST) return read_list(m, b, heap, p);
  if (b->type->kind == PEL_RECORD) return read_record(m, b, heap, p);
  if (b->width == 16) return read_text(m, b, heap, p);
  char value[8];
  memcpy(value, *p, b->width);
  *p += b->width;
  pel_col one = {b->type, value, NULL, NULL, NULL};
  return pel__column_cell(m, b, heap, &one, 0);
}
