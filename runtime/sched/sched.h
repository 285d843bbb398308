/* One pool of workers, and jobs that run on it: tasks, and dispensers that cut work.
 * The context owns the pool; whoever calls pel__job_new owns the job and its dispensers.
 * Any thread may run a job of its own; each function says where it may be called.
 *
 * No worker ever waits on a queue. A phase of work is a dispenser; what comes after it is
 * its `drained`, which opens the next. A pool starts no thread before there is work for
 * two, and uses no processor while it has none.
 *
 * Workers have indices 0 … n-1 for state of their own. The thread that calls pel__job_run
 * is worker 0 of that job; no two threads have the same index in one job at one time. */
#ifndef PEL_RUNTIME_SCHED_SCHED_H
#define PEL_RUNTIME_SCHED_SCHED_H

#include <stdbool.h>

#include "runtime/base/alloc.h"
#include "runtime/base/atomic.h"
#include "runtime/sys/sys.h"

typedef struct pel_sched pel_sched;
typedef struct pel_job pel_job;

enum { PEL_MAX_WORKERS = 1024 };

/* workers 0: as many as pel__cpu_count(); more than PEL_MAX_WORKERS: so many. seed 0:
 * victims nearest first; any other shuffles the order (results must not depend on it).
 * alloc may be used from any thread. */
pel_status pel__sched_new(uint32_t workers, const pel_alloc *alloc, uint64_t seed,
                          pel_sched **sched, pel_error *err);
/* Joins the threads. No job may be left. NULL is fine. In a forked child it only frees
 * memory. */
void pel__sched_free(pel_sched *sched);
uint32_t pel__sched_workers(const pel_sched *sched);
/* Threads started so far, callers not counted. */
uint32_t pel__sched_threads(const pel_sched *sched);

/* --- Failure order ---
 * Every piece of work has an ordinal below UINT64_MAX, given by the caller. When a piece
 * fails, what has a higher ordinal and has not begun is dropped, what has a lower one is
 * still done: so the failure that the job reports is the one with the least ordinal,
 * whatever the schedule was. (Work that shall go on after another's failure must keep
 * that failure to itself and answer PEL_OK.) */

typedef struct pel_task {
  /* PEL_OK or PEL_DONE: fine. Anything else fails the job. */
  pel_status (*fn)(void *arg, uint32_t worker);
  void *arg;
  uint64_t ordinal;
} pel_task;

/* One cut of a dispenser. All but `ordinal` and `later` is between its next and its run.
 */
typedef struct pel_morsel {
  uint64_t ordinal;
  uint64_t begin, end;
  void *data;
  bool later; /* see next */
} pel_morsel;

/* Work that workers pull, ascending by ordinal. Fill in the first part (the rest zero, as
 * `= {…}` leaves it), open it, leave it where it is until its drained is called or the
 * run has returned. */
typedef struct pel_dispenser {
  /* Cuts the next morsel: PEL_OK, PEL_DONE (no more), or a failure. Cheap: called under
   * this dispenser's lock, by one worker at a time, and never again once it said
   * PEL_DONE; if `shared`, by several at once, and it must go on saying PEL_DONE. PEL_OK
   * with m->later set: there is no morsel now; the workers leave, until pel__job_resume.
   * NULL: the morsels are 0 … count-1: begin = i, end = i+1, ordinal = this ordinal + i.
   */
  pel_status (*next)(void *ctx, uint32_t worker, pel_morsel *m);
  /* Does it. PEL_DONE: no further morsels are wanted (take); those begun are finished. */
  pel_status (*run)(void *ctx, uint32_t worker, const pel_morsel *m);
  /* NULL, or called once, by the last worker to leave, when every morsel was run and none
   * failed or was dropped. May open dispensers and submit tasks; until it returns the job
   * is not over. Tasks that morsels submitted may still be waiting. */
  pel_status (*drained)(void *ctx, uint32_t worker);
  void *ctx;
  uint64_t count;   /* if next is NULL */
  uint64_t ordinal; /* the least it will give; that of failures of next and drained */
  uint32_t width;   /* workers at once, at most; 0: no bound. 1 spares a thread's start */
  bool shared; /* next may be called by several workers at once; it is never `later` */

  /* The scheduler's own. */
  pel_job *job;
  struct pel_dispenser *newer, *older; /* open ones, under the job's lock */
  pel_lock lock;                       /* around next */
  pel_atomic_u64 at;                   /* the next index if next is NULL */
  pel_atomic_u64 floor;                /* ordinals still to come are not below it */
  pel_atomic_u32 wakes;                /* counts resumes */
  pel_atomic_u32 over;                 /* 1: no more morsels are to be cut */
  uint32_t inside;                     /* workers; from here on under the job's lock */
  bool closed, asleep, dropped;
} pel_dispenser;

/* --- Jobs --- */

/* Fill it with submit and open, run it. After PEL_OK it may be filled and run again; else
 * free it. */
pel_status pel__job_new(pel_sched *sched, pel_job **job, pel_error *err);
/* Not while it runs. NULL is fine. What was never run is dropped. */
void pel__job_free(pel_job *job);

/* Adds a task. From the thread that will call run, before it does, with worker 0; or from
 * inside the job's own work, with the index that was given to it. PEL_E_NOMEM: it was not
 * added. */
pel_status pel__job_submit(pel_job *job, uint32_t worker, pel_task task);
/* Adds a dispenser; from the same places, cannot fail. */
void pel__job_open(pel_job *job, pel_dispenser *dispenser);
/* Something changed: a dispenser that said `later` is asked again. From inside the job's
 * work, or from any thread that the run outlasts. */
void pel__job_resume(pel_dispenser *dispenser);

/* Works and waits until all is done or dropped. PEL_OK, the status of the least ordinal
 * that failed, or PEL_E_CANCELLED. May be called from inside another job's work. */
pel_status pel__job_run(pel_job *job);

/* Drops all that has not begun; run answers PEL_E_CANCELLED. Any thread, any time before
 * free; safe in a signal handler. */
void pel__job_cancel(pel_job *job);
bool pel__job_cancelled(const pel_job *job);
/* True when work with this ordinal is no longer wanted: long work asks now and then, and
 * returns PEL_OK. */
bool pel__job_unwanted(const pel_job *job, uint64_t ordinal);
/* Fails the job from inside its work without returning. status is an error. */
void pel__job_fail(pel_job *job, uint64_t ordinal, pel_status status);
/* The ordinal of the failure that run reported; UINT64_MAX if none. */
uint64_t pel__job_failed_at(const pel_job *job);

/* What one worker did for this job since pel__job_new; exact once run has returned. */
typedef struct pel_worker_stats {
  uint64_t pieces; /* tasks and morsels run */
  uint64_t steals;
  uint64_t busy_ns;
} pel_worker_stats;
pel_worker_stats pel__job_stats(const pel_job *job, uint32_t worker);

#endif
