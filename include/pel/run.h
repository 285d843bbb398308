/* One execution of a plan: bind what comes from outside, run, take what came of it.
 * The host owns a run and frees it; results that were taken outlive it (not the context),
 * texts and failures do not. One thread at a time per run, except pel_run_cancel, which
 * may be called from any thread and from a signal handler. Any number of runs may go on
 * at once. */
#ifndef PEL_RUN_H
#define PEL_RUN_H

#include "pel/buffer.h"
#include "pel/compile.h"
#include "pel/plan.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct pel_run pel_run;

PEL_API PEL_USE_RESULT pel_status pel_run_new(pel_context *ctx, pel_plan *plan,
                                              pel_run **out, pel_error *err);
PEL_API void pel_run_free(
    pel_run *run); /* waits for one that was started; NULL is fine */

/* Parameters by name. Each copies, but for arrow: that one takes the structs over
 * (release is NULL afterwards), also when it fails. bind_text reads the value as the
 * command line would: "1000", "2024-01-31", "1,2,3", or for a table the path of a file
 * that is read. */
PEL_API PEL_USE_RESULT pel_status pel_run_bind_i64(pel_run *run, const char *name,
                                                   int64_t value, pel_error *err);
PEL_API PEL_USE_RESULT pel_status pel_run_bind_f64(pel_run *run, const char *name,
                                                   double value, pel_error *err);
PEL_API PEL_USE_RESULT pel_status pel_run_bind_str(pel_run *run, const char *name,
                                                   const char *value, size_t n,
                                                   pel_error *err);
PEL_API PEL_USE_RESULT pel_status pel_run_bind_arrow(pel_run *run, const char *name,
                                                     struct ArrowSchema *schema,
                                                     struct ArrowArray *array,
                                                     pel_error *err);
PEL_API PEL_USE_RESULT pel_status pel_run_bind_text(pel_run *run, const char *name,
                                                    const char *text, pel_error *err);

/* Which items are made: none chosen means every out. */
PEL_API PEL_USE_RESULT pel_status pel_run_choose(pel_run *run, const char *item,
                                                 pel_error *err);
/* Another path for an out that is written. Where its name ends like another format that
 * can be written, that one is. */
PEL_API PEL_USE_RESULT pel_status pel_run_redirect(pel_run *run, const char *item,
                                                   const char *path, pel_error *err);
/* Rows that `on_error: skip` and `as_null` met become this file, in the order of the
 * data, each behind a line `# why`. It appears when the run has ended, also when some
 * items failed. */
PEL_API PEL_USE_RESULT pel_status pel_run_keep_rejects(pel_run *run, const char *path,
                                                       pel_error *err);

/* Starts in the background. Optional: wait runs a run that was not started, on the
 * caller's thread. */
PEL_API PEL_USE_RESULT pel_status pel_run_start(pel_run *run, pel_error *err);
/* PEL_OK: every chosen item is there. PEL_E_FAILED: some are not: see failures; the
 * others are. */
PEL_API PEL_USE_RESULT pel_status pel_run_wait(pel_run *run, pel_error *err);
PEL_API void pel_run_cancel(pel_run *run);
/* How far a run is; from any thread, until it is freed. */
typedef struct pel_run_progress {
  uint64_t rows, bytes; /* read so far */
  uint32_t done, parts; /* of the parts it is cut into; 0 parts: it has not begun */
} pel_run_progress;
PEL_API pel_run_progress pel_run_progress_now(const pel_run *run);

/* An item's value; the structs are the caller's to release. PEL_E_INVALID: no such item,
 * or it was written to a file. */
PEL_API PEL_USE_RESULT pel_status pel_run_result(pel_run *run, const char *item,
                                                 struct ArrowSchema *schema,
                                                 struct ArrowArray *array,
                                                 pel_error *err);

/* Text formats of results. */
typedef enum pel_format_name {
  PEL_PRINT_TABLE,
  PEL_PRINT_CSV,
  PEL_PRINT_TSV,
  PEL_PRINT_NDJSON,
  PEL_PRINT_JSON
} pel_format_name;
typedef pel_status (*pel_write_fn)(void *user, const char *p, size_t n);
/* Prints the chosen items that have values, in item order, as docs/CLI.md says.
 * PEL_E_INVALID: this format holds one item only, and there are several. */
PEL_API PEL_USE_RESULT pel_status pel_run_print(pel_run *run, pel_format_name format,
                                                pel_write_fn give, void *user,
                                                pel_error *err);

/* What went wrong, after pel_run_wait: each independent failure once, in the order of the
 * items. */
typedef struct pel_run_failure {
  const char *item; /* "" when it is nobody's */
  const char *code; /* "overflow", "bad value", "missing input" … */
  const char *text;
  pel_status status;
  const char *file; /* of the program */
  pel_span span;    /* line 0: no place */
  const char *line; /* the program's text there */
} pel_run_failure;
PEL_API size_t pel_run_failures(const pel_run *run);
PEL_API pel_run_failure pel_run_failure_at(const pel_run *run, size_t i);
/* All of them as text, as pel_diagnostics_text does; until the next of these two calls.
 */
PEL_API const char *pel_run_failures_text(pel_run *run, pel_diagnostic_format format,
                                          pel_color color);
/* What is no failure, but should be known, as text; `which` is a sum of flags. "" when
 * there is nothing. */
enum {
  PEL_WARN_REJECTED = 1, /* bad values that were left out or made null */
  PEL_WARN_JSON = 2      /* numbers that json could not hold */
};
PEL_API const char *pel_run_warnings_text(pel_run *run, pel_diagnostic_format format,
                                          uint32_t which);

/* Whether a test item held: 1, 0, or -1 when it failed; and the sides of its comparison
 * as text ("" without). */
PEL_API int pel_run_test(pel_run *run, const char *item, const char **left,
                         const char **right);

typedef struct pel_run_step {
  const char *name;
  uint32_t line; /* of the program; 0: none */
  uint64_t rows_in, rows_out, bytes, ns;
  uint32_t workers;
  uint64_t rejected; /* bad values that a read left out or made null */
} pel_run_step;
typedef struct pel_run_total {
  uint64_t ns, memory_peak, spilled, rejected;
  uint32_t workers;
  uint64_t json_nulls; /* nan and inf that were printed as null, for json has neither */
} pel_run_total;
PEL_API size_t pel_run_steps(const pel_run *run);
PEL_API pel_run_step pel_run_step_at(const pel_run *run, size_t i);
PEL_API pel_run_total pel_run_totals(const pel_run *run);

#ifdef __cplusplus
}
#endif
#endif
