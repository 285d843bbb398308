/* sort: rows in the order of their keys, then of their ordinals. What its files share.
 * A worker collects a run (rows by column, an entry each that holds the beginning of the
 * key as it compares); a full one is sorted and written to the spill file. A run belongs
 * to its worker until it is sealed, then to the state. Sealed runs and files are read by
 * any number of threads; the lists of both change under the state's lock. */
#ifndef PEL_STDLIB_TABLE_SORT_H
#define PEL_STDLIB_TABLE_SORT_H

#include "runtime/base/atomic.h"
#include "runtime/base/int128.h"
#include "stdlib/table/store.h"

typedef struct pel_sort_params {
  const pel_type **types; /* of all columns; the first k are the keys */
  uint32_t ncols, k;
  bool *descending;
  uint32_t fixed; /* bytes of every key, if all are of one length of at most 16; else 0 */
  uint64_t
      unit_rows; /* most rows of a unit that comes from files: ordinals number 2^32 */
} pel_sort_params;

/* Keys compare as bytes (sort_keys.c). The first 16 of them stand in the entry. */
typedef struct pel_sort_entry {
  uint64_t hi, lo;
  uint64_t ordinal;
  uint32_t id;   /* of the row in the store */
  uint32_t rest; /* 0: that is all; else 1 + the number of what follows in rests */
} pel_sort_entry;

typedef struct pel_sort_rest {
  const char *p;
  size_t n;
} pel_sort_rest;

typedef struct pel_sort_run pel_sort_run;
struct pel_sort_run {
  pel_sort_run *next;
  pel_sort_entry *entries;
  size_t n, cap;
  pel_sort_rest *rests;
  size_t nrests, cap_rests;
  pel_heap heap; /* bytes of rests */
  pel_store store;
};

/* A sorted run in the spill file, block by block. */
typedef struct pel_sort_extent {
  uint64_t offset;
  uint32_t bytes, rows;
} pel_sort_extent;

typedef struct pel_sort_file pel_sort_file;
struct pel_sort_file {
  pel_sort_file *next;
  pel_sort_extent *extents;
  size_t n, cap;
  uint32_t largest; /* bytes of its largest block */
};

/* What is emitted in one go: a stretch of a run, or rows picked from several. */
typedef struct pel_sort_unit {
  const pel_sort_run *run; /* NULL: see refs */
  size_t first, n;
  uint64_t *refs; /* number of a run << 32 | id */
} pel_sort_unit;

typedef struct pel_sort_merge pel_sort_merge;

typedef struct pel_sort_state {
  const pel_sort_params *params;
  pel_spin lock; /* of the three lists */
  pel_sort_run *runs;
  pel_sort_file *files;
  pel_sort_merge *merges;     /* emissions that have begun */
  pel_sort_file *batches[64]; /* files that a merging task makes one of */
  uint32_t nruns, nbatches;
  pel_sort_run **run_at;
  size_t *bounds; /* where units begin in each run: (nunits + 1) × nruns */
  pel_sort_unit *units;
  uint32_t nunits;
  bool spilled;
  pel_atomic_u32 pressed; /* a worker has no memory: others with large runs spill */
} pel_sort_state;

PEL_INLINE int pel__sort_cmp(const pel_sort_run *ra, const pel_sort_entry *a,
                             const pel_sort_run *rb, const pel_sort_entry *b) {
  if (a->hi != b->hi) return a->hi < b->hi ? -1 : 1;
  if (a->lo != b->lo) return a->lo < b->lo ? -1 : 1;
  if (a->rest && b->rest) {
    const pel_sort_rest *x = &ra->rests[a->rest - 1], *y = &rb->rests[b->rest - 1];
    int c = memcmp(x->p, y->p, x->n < y->n ? x->n : y->n);
    if (c) return c;
    if (x->n != y->n) return x->n < y->n ? -1 : 1;
  }
  return a->ordinal < b->ordinal ? -1 : a->ordinal > b->ordinal;
}

/* sort_keys.c: writes entries (all but id) of the rows of c that count behind those of
 * run, where there is room; their rests go to run. The caller counts them in.
 * PEL_E_NOMEM: the run's rests may have grown. */
pel_status pel__sort_keys(const pel_sort_params *p, const pel_env *env,
                          const pel_chunk *c, pel_sort_run *run);

/* sort_run.c */
void pel__sort_run_init(pel_sort_run *run, const pel_sort_params *p);
void pel__sort_run_free(const pel_env *env, pel_sort_run *run);
size_t pel__sort_run_bytes(const pel_sort_run *run);
/* PEL_E_CANCELLED: its entries are all there, in some order. */
pel_status pel__sort_run_sort(const pel_env *env, pel_sort_run *run);

/* sort_file.c: rows as bytes. */
typedef struct pel_sort_writer {
  pel_sort_file *file;
  char *buf;
  size_t n, cap;
  uint32_t rows;
} pel_sort_writer;
/* buf (of cap bytes) is the caller's and may be replaced by a larger one of env's. */
pel_status pel__sort_write_row(pel_sort_writer *w, const pel_env *env, const char *row,
                               size_t n);
pel_status pel__sort_write_end(pel_sort_writer *w, const pel_env *env);
/* Sorts run, writes it as a file of blocks of about `block` bytes that is added to the
 * state, and empties it. */
pel_status pel__sort_run_spill(pel_sort_state *s, const pel_env *env, pel_sort_run *run);
void pel__sort_file_free(const pel_env *env, pel_sort_file *f);

/* sort_merge.c */
pel_status pel__sort_task_count(const pel_env *env, void *state, uint32_t phase,
                                uint32_t *count);
pel_status pel__sort_task_run(const pel_env *env, void *state, uint32_t phase,
                              uint32_t task);
pel_status pel__sort_unit_count(const pel_env *env, void *state, uint64_t *count);
pel_status pel__sort_emit(const pel_env *env, void *state, const pel_unit *unit,
                          pel_cursor *cursor, pel_chunk *out);

/* sort_stream.c: the files of a list as one sorted stream. */
pel_status pel__sort_merge_new(const pel_env *env, const pel_sort_params *p,
                               pel_sort_file *files, pel_sort_merge **out);
void pel__sort_merge_free(const pel_env *env, pel_sort_merge *m);
/* All of it as one file. */
pel_status pel__sort_merge_write(pel_sort_merge *m, const pel_env *env, pel_sort_file *to,
                                 size_t block);
pel_status pel__sort_stream_emit(const pel_env *env, pel_sort_state *s,
                                 const pel_unit *unit, pel_cursor *cursor,
                                 pel_chunk *out);
/* How many units the files are emitted in. */
uint64_t pel__sort_stream_units(const pel_sort_state *s);
/* Frees emissions that were given up. */
void pel__sort_stream_close(const pel_env *env, pel_sort_state *s);
#endif
