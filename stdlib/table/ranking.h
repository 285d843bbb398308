/* Entries of all workers in order of first appearance: tables are handed in when workers
 * are sealed, merged partition by partition, put in order by ranges of ordinals, and cut
 * into units. Small results skip partitions and ranges. The operator's state owns a
 * ranking and, through it, the tables. push runs on several workers at once; tasks write
 * only their own part; the rest is for one worker. */
#ifndef PEL_STDLIB_TABLE_RANKING_H
#define PEL_STDLIB_TABLE_RANKING_H

#include "runtime/base/atomic.h"
#include "stdlib/table/entries.h"

typedef struct pel_ranking_unit {
  const pel_ranked *at;
  size_t n;
} pel_ranking_unit;

typedef struct pel_ranking {
  pel_entry_merge merge;
  void *ctx;
  pel_atomic_ptr tables; /* sealed pel_entries, linked by next */
  uint32_t phase_merge;  /* number of the merging phase; partitioning comes before it */
  uint32_t parts;        /* tasks of the merging phase */
  pel_ranked_list lists[PEL_PARTITIONS];
  uint64_t *splits; /* nranges + 1 ordinals that cut the result into ranges */
  uint32_t nranges;
  pel_ranked_list *ranges;
  pel_ranking_unit *units;
  uint64_t nunits;
} pel_ranking;

void pel__ranking_init(pel_ranking *r, pel_entry_merge merge, void *ctx);
/* Frees everything but the tables. */
void pel__ranking_free(const pel_env *env, pel_ranking *r);
/* t, an allocation of its own, belongs to r now. */
void pel__ranking_push(pel_ranking *r, pel_entries *t);
pel_entries *pel__ranking_tables(pel_ranking *r);

/* task_count, task_run and unit_count of the operator. */
pel_status pel__ranking_task_count(const pel_env *env, pel_ranking *r, uint32_t phase,
                                   uint32_t *count);
pel_status pel__ranking_task_run(const pel_env *env, pel_ranking *r, uint32_t phase,
                                 uint32_t task);
pel_status pel__ranking_unit_count(const pel_env *env, pel_ranking *r, uint64_t *count);

/* The next entries of a unit, at most PEL_BLOCK_ROWS, and the ordinal of the first row
 * they become; 0: no more. */
uint32_t pel__ranking_next(const pel_ranking *r, const pel_unit *unit, pel_cursor *cursor,
                           pel_entry **entries, uint64_t *ordinal);
#endif
