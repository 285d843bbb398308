/* group: hash aggregation. What its files share.
 * Parameters are immutable; a state belongs to a run and is shared by its workers; a
 * local belongs to one worker. seal and tasks may run several at once: see ranking.h. */
#ifndef PEL_STDLIB_TABLE_GROUP_H
#define PEL_STDLIB_TABLE_GROUP_H

#include "stdlib/table/ranking.h"

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

typedef struct pel_group_state {
  const pel_group_params *params;
  pel_ranking ranking;
  pel_entries root; /* no keys: the one entry that all others are merged into */
} pel_group_state;

typedef struct pel_group_local {
  pel_entries *table;
  uint64_t *words; /* keys of a chunk */
  uint64_t *hashes;
  pel_entry **found;
  void **states;
} pel_group_local;

PEL_INLINE void *pel__group_state_of(pel_entry *e, const pel_group_agg *a) {
  return (char *)e + a->state;
}

/* group_emit.c */
pel_status pel__group_task_count(const pel_env *env, void *state, uint32_t phase,
                                 uint32_t *count);
pel_status pel__group_task_run(const pel_env *env, void *state, uint32_t phase,
                               uint32_t task);
pel_status pel__group_unit_count(const pel_env *env, void *state, uint64_t *count);
pel_status pel__group_emit(const pel_env *env, void *state, const pel_unit *unit,
                           pel_cursor *cursor, pel_chunk *out);
/* Merges the aggregates of two entries of one key; ctx is the parameters. */
pel_status pel__group_merge(void *ctx, const pel_env *env, pel_entry *into,
                            pel_entry *from);
#endif
