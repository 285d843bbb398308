/* What a breaker that keeps whole columns is made of: workers add chunks, port by port;
 * the rows come back in order as one table, and are given out again unit by unit. Whoever
 * embeds a pel_gather owns it; a pel_gather_local belongs to one worker until it is
 * sealed. add: one worker per local; seal: any, several at once; the rest: one thread,
 * but emit, which any may call. */
#ifndef PEL_RUNTIME_VEC_GATHER_H
#define PEL_RUNTIME_VEC_GATHER_H

#include "runtime/base/vec.h"
#include "runtime/vec/table.h"

typedef struct pel_gather_part {
  uint32_t port;
  uint64_t morsel;
  pel_piece *piece;
} pel_gather_part;

typedef struct pel_gather_local {
  PEL_VEC(pel_gather_part) parts;
} pel_gather_local;

typedef struct pel_gather {
  const pel_alloc *alloc;
  pel_spin lock; /* around parts while locals are sealed */
  PEL_VEC(pel_gather_part) parts;
} pel_gather;

PEL_USE_RESULT pel_status pel__gather_add(pel_gather_local *l, const pel_alloc *alloc,
                                          uint32_t port, const pel_type *const *types,
                                          uint32_t ntypes, const pel_chunk *c);
PEL_USE_RESULT pel_status pel__gather_seal(pel_gather *g, pel_gather_local *l);
void pel__gather_local_deinit(pel_gather_local *l, const pel_alloc *alloc);
void pel__gather_deinit(pel_gather *g);
/* The rows of one port, in the order of their ordinals; each port once. */
PEL_USE_RESULT pel_status pel__gather_table(pel_gather *g, uint32_t port,
                                            const pel_type *const *types, uint32_t ntypes,
                                            pel_table **out);
/* The pieces, in this order, as one table; they die. */
PEL_USE_RESULT pel_status pel__table_of_pieces(const pel_alloc *alloc,
                                               const pel_type *const *types,
                                               uint32_t ntypes, pel_piece **pieces,
                                               size_t n, pel_table **out);
/* A table given out as a breaker's result. */
uint64_t pel__table_units(const pel_table *t);
PEL_USE_RESULT pel_status pel__table_emit(const pel_table *t, const pel_env *env,
                                          const pel_unit *u, pel_cursor *cur,
                                          pel_chunk *out);
#endif
