/* Rows kept by column, in blocks of up to PEL_BLOCK_ROWS; text is copied. A row's id
 * never changes. Whoever inits a store frees it, with the environment of any worker of
 * the run. One thread at a time while it grows, any number while it is only read. */
#ifndef PEL_STDLIB_TABLE_STORE_H
#define PEL_STDLIB_TABLE_STORE_H

#include "stdlib/table/column.h"

typedef struct pel_block {
  uint32_t n, cap;
  pel_column cols[];
} pel_block;

typedef struct pel_store {
  const pel_type *const *types;
  uint32_t ncols;
  pel_block **blocks;
  uint32_t nblocks, cap_blocks;
  uint64_t rows;
  pel_heap heap;
} pel_store;

/* types must outlive the store. No memory is taken until the first row. */
void pel__store_init(pel_store *s, const pel_type *const *types, uint32_t ncols);
void pel__store_free(const pel_env *env, pel_store *s);
/* Appends rows sel[0 … n) of cols (0 … n when sel is NULL). ids (may be NULL) gets the id
 * of each. PEL_E_NOMEM: the rows are not there. */
pel_status pel__store_append(pel_store *s, const pel_env *env, const pel_col *cols,
                             const uint16_t *sel, uint32_t n, uint32_t *ids);
/* Makes it ready to be read, until it grows again. */
void pel__store_freeze(pel_store *s);
/* Memory it holds, about. */
size_t pel__store_bytes(const pel_store *s);

/* A row of some store; block NULL: no row (its cells are null). */
typedef struct pel_place {
  const pel_block *block;
  uint32_t row;
} pel_place;

PEL_INLINE pel_place pel__store_place(const pel_store *s, uint32_t id) {
  return (pel_place){s->blocks[id / PEL_BLOCK_ROWS], id % PEL_BLOCK_ROWS};
}

/* Column `col` of n places as a column of type `type`; memory from env->temp, text
 * borrowed from the stores. The cell of at[k] goes to row rows[k] (k when rows is NULL)
 * of a column of `size` rows. */
pel_status pel__places_column(const pel_env *env, const pel_place *at, uint32_t n,
                              const uint16_t *rows, uint32_t size, uint32_t col,
                              const pel_type *type, pel_col *out);
#endif
