/* Memory that dies together: bump allocation out of blocks that grow, from an allocator
 * that is handed in. Whoever calls init owns the arena; deinit frees everything at once;
 * reset keeps one block for reuse. One thread at a time. */
#ifndef PEL_RUNTIME_BASE_ARENA_H
#define PEL_RUNTIME_BASE_ARENA_H

#include "runtime/base/alloc.h"

typedef struct pel_arena_block pel_arena_block;

typedef struct pel_arena {
  const pel_alloc *alloc;
  pel_arena_block *blocks; /* newest first */
  char *at, *end;          /* free space in the newest block */
  size_t block_size;       /* of the next block; doubles up to 1 MiB */
  size_t total;            /* bytes taken from alloc */
} pel_arena;

/* No memory is taken until the first allocation. alloc NULL means pel__alloc_libc(). */
void pel__arena_init(pel_arena *a, const pel_alloc *alloc);
void pel__arena_deinit(pel_arena *a);
/* Frees all blocks but the largest; every pointer handed out dies. */
void pel__arena_reset(pel_arena *a);

/* n bytes aligned to 16, not cleared; NULL when no memory is left. n == 0 answers a valid
 * pointer. */
void *pel__arena_get(pel_arena *a, size_t n);
/* count × size bytes, cleared; the product is checked. */
void *pel__arena_array(pel_arena *a, size_t count, size_t size);
/* A copy of n bytes with a NUL behind it. */
char *pel__arena_text(pel_arena *a, const char *p, size_t n);
char *pel__arena_printf(pel_arena *a, const char *fmt, ...) PEL_PRINTF(2, 3);

#define PEL_ARENA_NEW(a, T) ((T *)pel__arena_array((a), 1, sizeof(T)))
#define PEL_ARENA_ARRAY(a, T, n) ((T *)pel__arena_array((a), (n), sizeof(T)))
#endif
