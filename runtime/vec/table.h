/* Tables in memory: whole columns that pipelines fill, scan and hand to hosts.
 * A table is counted by references and owns its memory (charged to the allocator it was
 * made with); it never changes once it is shared. Any thread may read, retain and release
 * it. */
#ifndef PEL_RUNTIME_VEC_TABLE_H
#define PEL_RUNTIME_VEC_TABLE_H

#include "pel/op.h"
#include "runtime/base/alloc.h"
#include "runtime/base/arena.h"
#include "runtime/base/atomic.h"

typedef struct pel_table pel_table;
struct pel_table {
  pel_atomic_u32 refs;
  const pel_alloc *alloc;
  uint64_t rows;
  uint32_t ncols;
  pel_col *cols;  /* contiguous: rows values each; text longer than 12 bytes points into
                     memory of the table's */
  pel_arena heap; /* text, nested columns, the cols array */
  void (*release)(void *owner); /* memory borrowed from a host; NULL: none */
  void *owner;
};

bool pel__type_eq(const pel_type *a, const pel_type *b);

/* A table without rows: the columns have their types (copied) and nothing else, for
 * whoever fills it. */
PEL_USE_RESULT pel_status pel__table_new(const pel_alloc *alloc,
                                         const pel_type *const *types, uint32_t ncols,
                                         pel_table **out);
pel_table *pel__table_retain(pel_table *t);
void pel__table_release(pel_table *t);
/* Rows [first, first + n) of the columns as a chunk that borrows (n ≤ PEL_BLOCK_ROWS);
 * cols has room for ncols entries and, for records, scratch comes from temp. The chunk's
 * ordinal is `first`. */
pel_status pel__table_chunk(const pel_table *t, uint64_t first, uint32_t n,
                            const pel_env *env, pel_chunk *out);

/* Pieces of a table in the making: one worker appends chunks (rows that count are copied,
 * text too) to a piece; pieces are then joined in the order of their numbers. */
typedef struct pel_piece pel_piece;
pel_status pel__piece_new(const pel_alloc *alloc, const pel_type *const *types,
                          uint32_t ncols, pel_piece **out);
pel_status pel__piece_append(pel_piece *p, const pel_chunk *c);
uint64_t pel__piece_rows(const pel_piece *p);
size_t pel__piece_bytes(const pel_piece *p);
void pel__piece_free(pel_piece *p);
/* The pieces, in this order, become one table (they die). fill can be cut into tasks:
 * begin, then part i of nparts by any workers, then end. nparts may be 0: a table of one
 * piece is not copied. begin takes the pieces even when it fails. */
typedef struct pel_join_pieces pel_join_pieces;
pel_status pel__table_join_begin(const pel_alloc *alloc, const pel_type *const *types,
                                 uint32_t ncols, pel_piece **pieces, size_t npieces,
                                 pel_join_pieces **out, uint32_t *nparts);
pel_status pel__table_join_part(pel_join_pieces *j, uint32_t part);
pel_status pel__table_join_end(pel_join_pieces *j, pel_table **out);
void pel__table_join_abandon(pel_join_pieces *j);

/* A one-row table from constants (params, scalar arguments). */
pel_status pel__table_of_consts(const pel_alloc *alloc, const pel_type *const *types,
                                const pel_const *values, uint32_t n, pel_table **out);
/* The value at (row, column) as a constant that borrows from the table (scalars and text
 * only; others PEL_E_INVALID, a poisoned cell PEL_E_FAILED). */
pel_status pel__table_const(const pel_table *t, uint64_t row, uint32_t col, pel_arena *a,
                            pel_const *out);
#endif
