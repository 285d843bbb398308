/* A column that grows: what table pieces and lists in the making are built with.
 * A pel_colbuf owns its arrays (from the allocator given with each call, always the same)
 * until deinit or until they are taken; text is copied or borrowed as pel_copy says. One
 * thread at a time. */
#ifndef PEL_RUNTIME_VEC_COLUMN_H
#define PEL_RUNTIME_VEC_COLUMN_H

#include "runtime/vec/table.h"

typedef struct pel_colbuf pel_colbuf;
struct pel_colbuf {
  const pel_type *type;
  uint64_t rows, cap;
  void *data;      /* PEL_LIST: cap + 1 offsets, the first 0; PEL_RECORD: NULL */
  uint8_t *state;  /* NULL while every cell is valid */
  uint32_t *fail;  /* NULL while no cell is poisoned */
  uint32_t nchild; /* PEL_LIST: 1; PEL_RECORD: its fields */
  pel_colbuf *child;
  pel_col *kids; /* what view shows of the children */
};

/* Where memory comes from. text NULL: views of long text are kept as they are. */
typedef struct pel_copy {
  const pel_alloc *alloc;
  pel_arena *text;
} pel_copy;

/* Rows first … first + n, or (sel not NULL) first + sel[0 … n). */
typedef struct pel_rows {
  uint64_t first, n;
  const uint16_t *sel;
} pel_rows;

PEL_USE_RESULT pel_status pel__colbuf_init(pel_colbuf *b, const pel_type *type,
                                           const pel_copy *m);
void pel__colbuf_deinit(pel_colbuf *b, const pel_alloc *alloc);
/* After PEL_E_NOMEM the buffer can only be deinitialised. */
PEL_USE_RESULT pel_status pel__colbuf_append(pel_colbuf *b, const pel_col *c,
                                             const pel_rows *r, const pel_copy *m);
/* A column that borrows the buffer until it changes. */
pel_col pel__colbuf_view(pel_colbuf *b);
/* Bytes it holds, long text aside. */
size_t pel__colbuf_bytes(const pel_colbuf *b);

/* The column from row `first` on; `rows` long records take their children's array from
 * temp. NULL-data when there is no memory is told by false. */
PEL_USE_RESULT bool pel__col_from(const pel_col *c, uint64_t first, const pel_env *env,
                                  pel_col *out);
/* An allocator over env->temp: nothing is given back, growth copies. */
pel_alloc pel__temp_alloc(const pel_env *env);
/* A type and all it refers to. NULL: no memory. */
const pel_type *pel__type_copy(pel_arena *a, const pel_type *t);
/* Rows [at, at + n) become the constant. Lists and records: the column is a fresh
 * colbuf's. */
PEL_USE_RESULT pel_status pel__colbuf_const(pel_colbuf *b, const pel_const *c,
                                            const pel_copy *m);

/* dst[k] = src[k], n values of a width. */
void pel__values_gather(void *dst, const void *src, const uint32_t *rows, uint32_t n,
                        uint32_t width);
/* dst[sel[k]] = src[sel[k]] (sel NULL: k), n values of a width. */
void pel__values_blend(void *dst, const void *src, const uint16_t *sel, uint32_t n,
                       uint32_t width);
#endif
