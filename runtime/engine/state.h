/* What the engine's files share: the state of a run, which mirrors its plan by index.
 * A run owns all of it. What several workers touch says under which lock or by which
 * atomic. Everything is reached from the run; nothing here is global. */
#ifndef PEL_RUNTIME_ENGINE_STATE_H
#define PEL_RUNTIME_ENGINE_STATE_H

#include "runtime/base/vec.h"
#include "runtime/engine/engine.h"
#include "runtime/engine/native.h"
#include "runtime/mem/budget.h"
#include "runtime/mem/pool.h"
#include "runtime/mem/spill.h"
#include "runtime/sched/sched.h"
#include "runtime/vec/exec.h"

/* A library's calls, of all runs: they go one by one unless it is thread-safe. */
typedef struct pel_engine_calls {
  struct pel_engine_calls *next;
  pel_lock lock;
  size_t n;
  char path[];
} pel_engine_calls;

struct pel_engine {
  pel_engine_options options;
  const pel_alloc *backing;
  const pel_op_tables *tables;
  pel_sched *sched;
  pel_budget *budget;
  pel_pool *pool;
  uint64_t pid;
  pel_lock lock; /* around calls */
  pel_engine_calls *calls;
};

/* engine.c: the lock of a library's calls, made when it is first asked for; it lives as
 * long as the engine. Any thread. NULL: no memory. */
pel_lock *pel__engine_library(pel_engine *g, const char *path);

/* Who asks: the context behind a pel_env. One worker's, for one part of one pipe. */
typedef struct pel_stage {
  pel_env env;
  pel_engine_run *run;
  struct pel_pipe *pipe; /* NULL: no failure can be placed */
  uint32_t worker;
  pel_arena temp;
  uint64_t ordinal;      /* of the chunk in hand */
  struct pel_lane *lane; /* rows here are those of the lane's source: failing ones can be
                            placed; NULL: they are not */
  uint64_t rows_in, rows_out, bytes,
      ns; /* bytes: read from or written to files, or kept */
  uint64_t rejected;
  bool ready;
} pel_stage;

/* A worker's share of a pipe. */
typedef struct pel_lane {
  bool ready;
  pel_status opened; /* how that went: a worker comes back to a lane that did not open */
  pel_stage source;
  void *local; /* the reader's */
  pel_stage filter_stage;
  pel_vm_local *filter;
  pel_stage *steps;
  pel_vm_local **vms;
  pel_col *slot_cols; /* columns of tables side by side */
  uint64_t *probed;   /* rows a probe gave in this morsel */
} pel_lane;

typedef struct pel_sink_local {
  pel_stage stage;
  void *local;
  bool ready;
  pel_status opened;
} pel_sink_local;

/* A piece of a slot in the making. */
typedef struct pel_numbered_piece {
  uint64_t morsel;
  pel_piece *piece;
} pel_numbered_piece;

/* Where pipes end: node i is sinks[i], slot i is sinks[n_nodes + i]. */
typedef struct pel_sink {
  pel_engine_run *run;
  uint32_t index;
  const pel_op *op;         /* NULL: a slot */
  uint32_t npipes, drained; /* needed pipes that end here, and how many of them are done;
                               under the run's lock */
  uint32_t ntypes;
  const pel_type **types; /* a slot's columns */
  bool needed, open, complete, failed, sealed;
  pel_atomic_u32 broken; /* a part of its end failed; `failed` once it is complete */
  pel_arena arena;       /* parameters */
  void *params, *state;
  pel_stage stage;        /* of open and close: operators may keep its env */
  pel_sink_local *locals; /* per worker */
  uint64_t morsels;       /* in finished pipes of this sink */
  uint32_t phase;
  struct pel_sink *after; /* an impure call that comes before this one, or NULL */
  PEL_VEC(pel_numbered_piece) pieces;
  pel_join_pieces *join;
  uint32_t readers; /* needed pipes that still have to read it; under the run's lock */
} pel_sink;

typedef enum pel_pipe_state {
  PEL_PIPE_WAITS,
  PEL_PIPE_READY,
  PEL_PIPE_RUNS,
  PEL_PIPE_OVER
} pel_pipe_state;

typedef struct pel_pipe {
  pel_engine_run *run;
  const pel_plan_pipe *plan;
  uint32_t index;
  pel_sink *sink;
  bool needed;
  uint32_t pending; /* under the run's lock */
  pel_pipe_state state;
  const pel_op *source_op;
  pel_arena arena;
  void *source_params, *source_state;
  pel_stage stage; /* of open and close */
  bool source_open;
  pel_request request;
  uint64_t units;             /* of FROM_NODE, FROM_SLOTS, FROM_UNIT */
  uint64_t rows, morsel_rows; /* of FROM_SLOTS */
  uint64_t *unit_rows; /* of FROM_NODE: rows each unit gave, written by whoever ran it */
  uint64_t base;       /* morsels of earlier pipes of the same sink */
  pel_lane *lanes;     /* per worker */
  pel_dispenser *dispenser;
  pel_atomic_u64 stop; /* rows with a higher ordinal are not wanted: after a failure, or
                          enough rows */
  pel_atomic_u64 tickets;    /* morsels begun */
  pel_spin lock;             /* around what follows */
  uint64_t highest;          /* unit index + 1 */
  uint64_t lowest;           /* all units below are finished (ordered sinks) */
  uint64_t window;           /* bits of finished units from lowest on */
  PEL_VEC(uint64_t) rejects; /* ordinals, if the sink may turn out not to need them */
  uint64_t unneeded;         /* rejects that it did not */
  bool renumbers;            /* a step gives its rows other numbers */
  bool failed;               /* `failure` is its own, or it inherited one */
  bool own_failure;
  pel_failure failure;
} pel_pipe;

typedef struct pel_poison_log {
  pel_spin lock; /* its worker adds, any worker may read */
  PEL_VEC(pel_failure) at;
  pel_arena text;
} pel_poison_log;

/* Where an output goes: two that spell one file in two ways are known by it. */
typedef struct pel_target {
  const char *path; /* as it was given; NULL: known only when the run comes there */
  bool known;       /* else nothing can be written there, and opening it says why */
  pel_out_place place;
} pel_target;

/* A file an operator writes, in the order of items. */
typedef struct pel_output {
  struct pel_output *next;
  uint32_t item;
  bool ready;
  pel_out_file *file;
  pel_target target;
} pel_output;

struct pel_engine_run {
  pel_engine *engine;
  pel_plan_data *plan;
  pel_engine_run_options options;
  const pel_alloc *alloc; /* charged */
  pel_arena arena;        /* under `lock` once the run has begun */
  const pel_op **ops;     /* per plan->ops */
  pel_vm **vms;           /* per plan->progs; NULL: not used by itself */
  pel_table **slots;
  bool *bound;
  pel_sink *sinks;
  pel_pipe *pipes;
  pel_natives *natives;
  pel_vm_hooks hooks;
  pel_job *job;
  pel_spill *spill;
  uint32_t workers;
  pel_lock lock;
  PEL_VEC(uint32_t) ready; /* pipes that may start */
  pel_poison_log *poison;  /* per worker */
  pel_failure *failures;
  uint32_t nfailures;
  pel_node_stats *stats;
  uint32_t nstats;
  pel_output *outputs;
  pel_atomic_u64 rejected;
  pel_atomic_u64 rows_read, bytes_read; /* how far it is: for whoever looks meanwhile */
  pel_atomic_u32 parts, parts_done;     /* needed pipes */
  pel_atomic_u32 exhausted;             /* memory ran out somewhere: PEL_E_NOMEM */
  char exhausted_text[512]; /* what is said of it, when there is no room for a copy */
  uint64_t began, ended;
  bool executed;
  uint32_t stdin_readers;     /* that are known before the run */
  pel_atomic_u32 stdin_opens; /* as a stream */
};

/* env.c */
void pel__stage_init(pel_stage *s, pel_engine_run *run, pel_pipe *pipe, uint32_t worker);
void pel__stage_deinit(pel_stage *s);
/* Where in the program the pipe's reader stands: the same with every choice of passes,
 * unlike the number of a pipe. */
uint64_t pel__reader_place(const pel_pipe *pipe);
PEL_INLINE void pel__stage_reset(pel_stage *s) { pel__arena_reset(&s->temp); }

/* failures.c */
pel_status pel__pipe_fail(pel_pipe *p, uint64_t ordinal, pel_status status,
                          const char *code, const char *text);
/* f's item, span and ordinal are the pipe's and this one. */
pel_status pel__pipe_fail_with(pel_pipe *p, uint64_t ordinal, const pel_failure *f);
/* A status that nobody has explained yet. */
void pel__pipe_fail_status(pel_pipe *p, uint64_t ordinal, pel_status status);
/* The failure that a poisoned cell carries becomes the pipe's. */
pel_status pel__poison_fail(pel_pipe *p, uint32_t number, uint64_t ordinal);
void pel__run_collect_failures(pel_engine_run *run);
/* All has come to k: its pipes' failures and rejects behind what it needed are none. */
void pel__sink_forget_unneeded(pel_sink *k);
/* Rows with a higher ordinal than this are not needed any more. */
void pel__pipe_stop(pel_pipe *p, uint64_t ordinal);

/* bind.c */
pel_status pel__node_bind(pel_engine_run *run, uint32_t node, pel_arena *arena,
                          void **params, pel_error *e);
/* The path that an item will be written to; NULL: it is not known before the run. */
const char *pel__item_path(pel_engine_run *run, uint32_t item);
void pel__run_count_stdin(pel_engine_run *run);

/* targets.c: outs that would write one file (R22) */
pel_target pel__target(const char *path); /* borrows it */
/* Fails those that are known to before anything runs; the others go on. */
pel_status pel__run_check_targets(pel_engine_run *run);
/* PEL_E_FAILED with a text when both are written to one place. */
pel_status pel__target_clash(const pel_target *mine, const pel_target *other,
                             pel_error *err);
/* The pipes that write an item fail with this. */
void pel__item_fail(pel_engine_run *run, uint32_t item, pel_status status,
                    const char *text);

/* pipe.c */
pel_status pel__pipe_open(pel_pipe *p, uint32_t worker);
void pel__pipe_close(pel_pipe *p);

/* sink.c */
pel_status pel__sink_open(pel_sink *k, pel_pipe *first, uint32_t worker);
pel_status pel__sink_consume(pel_sink *k, pel_pipe *p, uint32_t worker,
                             const pel_chunk *c);
pel_status pel__sink_end_morsel(pel_sink *k, pel_pipe *p, uint32_t worker,
                                uint64_t morsel);
/* All pipes are drained: seal, run the phases, then pel__run_sink_complete. */
void pel__sink_finish(pel_sink *k, uint32_t worker);
void pel__sink_close(pel_sink *k);

/* graph.c: what is needed, what waits for what */
pel_status pel__run_mark_needed(pel_engine_run *run);
void pel__run_count_waits(pel_engine_run *run);
pel_status pel__run_begin(void *run, uint32_t worker); /* the job's first task */
void pel__run_pipe_drained(pel_pipe *p, uint32_t worker);
void pel__run_sink_complete(pel_sink *k, uint32_t worker);
pel_dispenser *pel__run_dispenser(pel_engine_run *run);

/* results.c */
void pel__run_collect_stats(pel_engine_run *run);

PEL_INLINE uint32_t pel__sink_of_slot(const pel_plan_data *plan, uint32_t slot) {
  return plan->n_nodes + slot;
}
#endif
