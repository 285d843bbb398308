/* Columns in the making: cells of any type are appended, nested ones too, and read back
 * as a pel_col. Whoever inits a builder or a heap owns its memory and frees it with the
 * environment of any worker of the run; what comes out of pel_mem.temp is never freed.
 * One thread at a time while it grows, any number while it is only read. */
#ifndef PEL_STDLIB_TABLE_COLUMN_H
#define PEL_STDLIB_TABLE_COLUMN_H

#include <string.h>

#include "pel/op.h"

/* Where memory comes from: charged allocations, or the worker's scratch. */
typedef struct pel_mem {
  const pel_env *env;
  bool temp;
} pel_mem;

void *pel__mem_get(pel_mem m, size_t n);
void *pel__mem_resize(pel_mem m, void *p, size_t old_n, size_t n);
void pel__mem_free(pel_mem m, void *p, size_t n);

/* Bytes that are only ever added. All zero bytes is an empty heap. */
typedef struct pel_heap_block pel_heap_block;
typedef struct pel_heap {
  pel_heap_block *blocks;
  char *at;
  size_t left;
  size_t next_size;
  size_t total; /* bytes taken from env */
} pel_heap;

char *pel__heap_get(pel_mem m, pel_heap *h, size_t n); /* aligned to 8; NULL: no memory */
void pel__heap_free(const pel_env *env, pel_heap *h);

/* The same text with its bytes in h; false: no memory. */
PEL_INLINE bool pel__heap_view(pel_mem m, pel_heap *h, const pel_view *v, pel_view *out) {
  *out = *v;
  if (v->in.n <= 12) return true;
  char *p = pel__heap_get(m, h, v->in.n);
  if (!p) return false;
  memcpy(p, v->out.p, v->in.n);
  out->out.p = p;
  return true;
}

typedef struct pel_column pel_column;
struct pel_column {
  const pel_type *type;
  uint32_t width, nchild;
  size_t n, cap;
  char *data;     /* lists: cap + 1 offsets */
  uint8_t *state; /* NULL: all valid so far */
  uint32_t *fail; /* NULL: nothing poisoned so far */
  pel_column *child;
  pel_col *heads; /* of the children, as pel__column_freeze left them */
};

/* All of these answer false without memory; the builder may then only be freed. */
bool pel__column_init(pel_mem m, pel_column *b, const pel_type *type) PEL_USE_RESULT;
void pel__column_free(pel_mem m, pel_column *b);
bool pel__column_reserve(pel_mem m, pel_column *b, size_t more) PEL_USE_RESULT;
/* Appends rows sel[0 … n) (0 … n when sel is NULL) of in. heap NULL: long text stays
 * where it is. */
bool pel__column_rows(pel_mem m, pel_column *b, pel_heap *heap, const pel_col *in,
                      const uint16_t *sel, uint32_t n) PEL_USE_RESULT;
bool pel__column_cell(pel_mem m, pel_column *b, pel_heap *heap, const pel_col *in,
                      size_t row) PEL_USE_RESULT;
bool pel__column_null(pel_mem m, pel_column *b) PEL_USE_RESULT;
/* Bytes that appending to b has taken for data, state and children. */
size_t pel__column_bytes(const pel_column *b);
/* Makes b ready to be read as a pel_col, until it grows again. */
void pel__column_freeze(pel_column *b);
/* The column, borrowed, as it was when it was frozen (a column without children: as it
 * is). */
pel_col pel__column_head(const pel_column *b);

/* ---- cells as bytes, for states that keep them and for spilling ---- */

size_t pel__cell_size(const pel_col *in, size_t row);
/* Writes pel__cell_size bytes and answers the end. */
char *pel__cell_write(const pel_col *in, size_t row, char *p);
/* Appends the cell that pel__cell_write left at *p, and moves *p behind it. heap NULL:
 * long text points into p. */
bool pel__cell_read(pel_mem m, pel_column *b, pel_heap *heap,
                    const char **p) PEL_USE_RESULT;
#endif
