/* Runs sealed plans: one engine per context, any number of runs at once.
 * The context owns the engine; a run is owned by whoever made it and keeps its plan
 * alive. An engine may be used from any thread; a run by one thread at a time, but for
 * pel__run_cancel. */
#ifndef PEL_RUNTIME_ENGINE_ENGINE_H
#define PEL_RUNTIME_ENGINE_ENGINE_H

#include "runtime/plan/plan.h"
#include "runtime/vec/table.h"

typedef struct pel_engine pel_engine;
typedef struct pel_engine_run pel_engine_run;

typedef struct pel_engine_options {
  uint32_t workers;  /* 0: from affinity and quota */
  uint64_t memory;   /* bytes; 0: 80 % of what the machine or its cgroup has */
  const char *spill; /* directory; NULL: $TMPDIR, else /var/tmp */
  uint64_t seed; /* of hashing and of the order of theft; results do not depend on it */
  uint32_t hash_bits;   /* 0: 64 */
  uint32_t morsel_rows; /* 0: each source's own */
} pel_engine_options;

/* NULL-terminated tables of operators, searched in order. */
enum { PEL_OP_TABLES = 64 };
typedef struct pel_op_tables {
  const pel_op *const *at[PEL_OP_TABLES];
  uint32_t n;
} pel_op_tables;

/* tables is borrowed, and read when a run is made. */
pel_status pel__engine_new(const pel_engine_options *o, const pel_op_tables *tables,
                           const pel_alloc *backing, pel_engine **out, pel_error *e);
void pel__engine_free(pel_engine *engine);
uint32_t pel__engine_workers(const pel_engine *engine);
uint64_t pel__engine_memory(const pel_engine *engine);
uint64_t pel__engine_memory_peak(const pel_engine *engine);
/* The allocator that charges this engine's budget: for tables bound to runs. */
const pel_alloc *pel__engine_alloc(const pel_engine *engine);
const char *pel__engine_spill(
    const pel_engine *engine); /* the folder for spill files; NULL: the usual one */

/* Why there is no memory, and how much would have to be there, as far as that is known:
 * fills e, answers PEL_E_NOMEM. what is "for a run", or "" */
pel_status pel__engine_no_memory(const pel_engine *engine, const char *what,
                                 pel_error *e);

/* A run of some of the plan's items. */
typedef struct pel_engine_run_options {
  const bool *items; /* which items are wanted (plan->n_items); NULL: every out */
  const char *const
      *paths; /* per item: another path for a written out, or NULL; NULL: none */
  /* Per item: another writer than the plan's, of its signature, or NULL. NULL: none. */
  const pel_op *const *writers;
  /* A host's functions by native number, NULL: taken from the library. NULL: none. */
  void *const *natives;
  /* Rejected rows, one worker at a time, in no order: (reader, ordinal, field) says their
   * place, source which of several runs of the reader it was. NULL: only counted. */
  void (*reject)(void *ctx, uint64_t reader, uint32_t source, uint64_t ordinal,
                 uint32_t field, const char *text, size_t n, const char *why);
  /* Rows of the source with this ordinal or a higher one are none after all. NULL exactly
   * when reject is. */
  void (*reject_end)(void *ctx, uint32_t source, uint64_t ordinal);
  void *reject_ctx;
  const char *rejects; /* the file they go to, which no out may write; NULL: none */
} pel_engine_run_options;

pel_status pel__run_new(pel_engine *engine, pel_plan_data *plan,
                        const pel_engine_run_options *o, pel_engine_run **out,
                        pel_error *e);
/* Gives a parameter its table (one row and column for a scalar); the run retains it. */
pel_status pel__run_bind(pel_engine_run *run, uint32_t param, pel_table *value,
                         pel_error *e);
/* Takes part until all is done. PEL_OK: every wanted item is there. PEL_E_FAILED: some
 * are not, see failures. PEL_E_CANCELLED, PEL_E_NOMEM: none is promised. At most once. */
pel_status pel__run_execute(pel_engine_run *run, pel_error *e);
void pel__run_cancel(pel_engine_run *run); /* any thread, safe in a signal handler */
void pel__run_free(pel_engine_run *run);
/* How far it is: any thread, while it runs. */
typedef struct pel_engine_progress {
  uint64_t rows, bytes; /* that readers gave, and took from files */
  uint32_t done, parts; /* pipes that are over, of those that are needed */
} pel_engine_progress;
pel_engine_progress pel__run_progress(const pel_engine_run *run);

/* An item's value (borrowed), NULL when it failed, is written to a file, or was not
 * wanted. */
const pel_table *pel__run_value(const pel_engine_run *run, uint32_t item);
const pel_table *pel__run_slot(const pel_engine_run *run, uint32_t slot);
bool pel__run_item_failed(const pel_engine_run *run, uint32_t item);

/* What went wrong: each independent failure once, in the order of the program's items. */
typedef struct pel_failure {
  uint32_t item; /* plan->items; PEL_NONE: the run as a whole */
  uint32_t span; /* plan->spans, or PEL_NONE */
  pel_status status;
  const char *code; /* a short stable word */
  const char *text;
  uint64_t ordinal;
  uint32_t pipe; /* whose row `row` is, to be counted when the run is over; PEL_NONE: text
                    says what is known */
  uint64_t row;  /* an ordinal of that pipe */
} pel_failure;
uint32_t pel__run_failures(const pel_engine_run *run, const pel_failure **out);

/* What a pipe's parts did. */
typedef struct pel_node_stats {
  const char *name; /* "read_csv", "filter and map", "group" … */
  uint32_t pipe;
  uint32_t span;
  uint64_t rows_in, rows_out, bytes, ns;
  uint64_t rejected; /* bad values that a reader left out or made null */
  uint32_t workers;
} pel_node_stats;
uint32_t pel__run_stats(const pel_engine_run *run, const pel_node_stats **out);
typedef struct pel_engine_totals {
  uint64_t ns, spilled, rejected;
  uint32_t workers;
} pel_engine_totals;
pel_engine_totals pel__run_totals(const pel_engine_run *run);
#endif
