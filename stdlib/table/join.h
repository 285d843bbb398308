/* join: the right side by key, in which left rows are then looked up. What its files
 * share. A worker collects right rows (a build) until it is sealed; then the state owns
 * them, and after the last task nothing changes any more: probing is for any number of
 * threads. */
#ifndef PEL_STDLIB_TABLE_JOIN_H
#define PEL_STDLIB_TABLE_JOIN_H

#include "runtime/base/atomic.h"
#include "stdlib/table/entries.h"
#include "stdlib/table/store.h"

typedef enum pel_join_kind {
  PEL_JOINS_INNER,
  PEL_JOINS_LEFT,
  PEL_JOINS_SEMI,
  PEL_JOINS_ANTI
} pel_join_kind;

typedef struct pel_join_params {
  pel_join_kind kind;
  pel_keys keys; /* of rows without nulls in their keys */
  pel_entry_form form;
  uint32_t nleft, nright; /* output columns */
  uint32_t *left, *right; /* their positions in the inputs */
  const pel_type **types; /* of the right ones, as they come in */
  const pel_type **out;   /* of all output columns */
} pel_join_params;

/* The payload of an entry: where its row is kept. */
typedef struct pel_join_row {
  const pel_store *store;
  uint64_t id;
} pel_join_row;

typedef struct pel_join_build pel_join_build;
struct pel_join_build {
  pel_join_build *next;
  pel_entries table;
  pel_store store;
};

/* The rows of one key: rows[first … first + n) of its part, in the order of the right
 * side. */
typedef struct pel_join_group {
  const pel_entry *entry;
  uint32_t first, n;
} pel_join_group;

typedef struct pel_join_part {
  uint64_t *slots; /* like those of pel_entries: numbers of groups; NULL: no rows */
  uint64_t cap;    /* a power of two */
  pel_join_group *groups;
  uint32_t ngroups, cap_groups;
  pel_place *rows;
  uint32_t nrows;
} pel_join_part;

typedef struct pel_join_state {
  const pel_join_params *params;
  pel_spin lock;
  pel_join_build *builds;
  pel_join_part parts[PEL_PARTITIONS];
  uint32_t nparts;
  pel_atomic_u32 repeats; /* some key has several rows */
  bool far;               /* too much for the cache */
} pel_join_state;

/* True for kinds that give right columns. */
PEL_INLINE bool pel__join_gives_rows(const pel_join_params *p) {
  return p->kind == PEL_JOINS_INNER || p->kind == PEL_JOINS_LEFT;
}

/* Rows of c that count and have no null in their key: their numbers to sel, and how many.
 * Poison in keys must be gone. */
uint32_t pel__join_keyed_rows(const pel_join_params *p, const pel_chunk *c,
                              uint16_t *sel);

/* join_build.c */
pel_status pel__join_task_count(const pel_env *env, void *state, uint32_t phase,
                                uint32_t *count);
pel_status pel__join_task_run(const pel_env *env, void *state, uint32_t phase,
                              uint32_t task);
void pel__join_part_free(const pel_env *env, pel_join_part *part);

/* join_probe.c */
pel_status pel__join_apply(const pel_env *env, void *state, const pel_chunk *in,
                           pel_cursor *cursor, pel_chunk *out);
#endif
