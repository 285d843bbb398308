/* group: hash aggregation. What its files share.
 * Parameters are immutable; a state belongs to a run and is shared by its workers; a local belongs to one worker.
 * seal may run several at once (the list of tables is pushed to atomically), tasks write only their own part. */
#ifndef PEL_STDLIB_TABLE_GROUP_H
#define PEL_STDLIB_TABLE_GROUP_H

#include "runtime/base/atomic.h"
#include "stdlib/table/entries.h"

typedef struct pel_group_agg {
  const pel_agg *agg;
  uint32_t first, n; /* its arguments: columns of the input */
  size_t state;      /* offset in an entry */
} pel_group_agg;

typedef struct pel_group_params {
  pel_keys keys;
  pel_entry_form form;
  uint32_t naggs;
  pel_group_agg *aggs;
  bool *skip_poison; /* per column of the input: nobody here minds */
  uint32_t nin;
  const pel_type **out; /* keys, then aggregates */
  bool has_fini;
} pel_group_params;

/* Groups in order of first appearance, as stretches that are emitted one by one. */
typedef struct pel_group_unit {
  const pel_ranked *at;
  size_t n;
} pel_group_unit;

typedef struct pel_group_state {
  const pel_group_params *params;
  pel_atomic_ptr tables; /* sealed pel_entries, linked by next */
  pel_entries root;      /* no keys: the one entry that all others are merged into */
  int phase_merge;       /* number of the merging phase; partitioning comes before it */
  uint32_t parts;        /* tasks of the merging phase */
  pel_ranked_list lists[PEL_PARTITIONS];
  uint64_t *splits;      /* nranges + 1 ordinals that cut the result into ranges */
  uint32_t nranges;
  pel_ranked_list *ranges;
  pel_group_unit *units;
  uint64_t nunits;
} pel_group_state;

typedef struct pel_group_local {
  pel_entries *table;
  uint64_t *words;  /* keys of a chunk */
  uint64_t *hashes;
  pel_entry **found;
  void **states;
} pel_group_local;

PEL_INLINE void *pel__group_state_of(pel_entry *e, const pel_group_agg *a) {
  return (char *)e + a->state;
}

/* group_finish.c */
pel_status pel__group_task_count(const pel_env *env, void *state, uint32_t phase, uint32_t *count);
pel_status pel__group_task_run(const pel_env *env, void *state, uint32_t phase, uint32_t task);
pel_status pel__group_unit_count(const pel_env *env, void *state, uint64_t *count);
void pel__group_finish_free(const pel_env *env, pel_group_state *s);

/* group_emit.c */
pel_status pel__group_emit(const pel_env *env, void *state, const pel_unit *unit, pel_cursor *cursor,
                           pel_chunk *out);
#endif
