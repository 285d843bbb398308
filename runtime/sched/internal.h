/* What the files of runtime/sched share.
 * The pool is owned by its context, a job by whoever made it (see sched.h).
 * Which lock or which thread a field belongs to is said beside it.
 *
 * Locks are taken in this order: start, pool, job, dispenser (its next runs under it). */
#ifndef PEL_RUNTIME_SCHED_INTERNAL_H
#define PEL_RUNTIME_SCHED_INTERNAL_H

#include "runtime/sched/deque.h"
#include "runtime/sched/sched.h"

/* What one worker has in one job; nobody else writes here but thieves in the deque. */
typedef struct pel_seat {
  pel_deque deque;
  pel_atomic_u64 pieces, steals, busy_ns; /* relaxed: read for statistics */
  uint64_t tries;                         /* at stealing; shuffles victims */
  char apart[PEL_CACHE_LINE];
} pel_seat;

struct pel_job {
  pel_sched *sched;
  pel_seat *seats; /* one per worker */
  pel_atomic_u32 cancelled;
  pel_atomic_u64 failed_at; /* least ordinal that failed; UINT64_MAX: none */
  bool running;             /* written by the thread in run, alone */

  char apart_1[PEL_CACHE_LINE];
  pel_atomic_u64 pending; /* tasks and dispensers that are not over */

  char apart_2[PEL_CACHE_LINE];
  pel_lock lock; /* around what follows, up to status */
  pel_dispenser *oldest, *newest;
  pel_status status; /* of failed_at */

  char apart_3[PEL_CACHE_LINE];
  pel_atomic_u32 parked; /* 1: the thread in run sleeps on it */
  pel_atomic_u32 active; /* the pool knows it */
  pel_job *next;         /* of the pool's jobs; with the next two under the pool's lock */
  uint32_t visitors;     /* workers of the pool that are at it */
  bool closing;
  pel_atomic_u32 vacated; /* 1: closing, and the last visitor has left */
};

typedef struct pel_pool_thread {
  pel_sched *sched;
  uint32_t index;
  pel_thread thread;
} pel_pool_thread;

struct pel_sched {
  const pel_alloc *alloc;
  uint32_t workers; /* callers are number 0 */
  uint64_t seed, process;
  pel_pool_thread *threads; /* [workers]; 0 is not used */
  pel_lock start_lock;      /* around the starting of a thread */

  char apart_1[PEL_CACHE_LINE];
  /* Three counts of threads in one word, see park.c. */
  pel_atomic_u64 crowd;
  pel_atomic_u32 published; /* counts what became visible under a lock */
  pel_atomic_u32 stopping;
  pel_atomic_u32 no_more; /* the system refused a thread */

  char apart_2[PEL_CACHE_LINE];
  pel_atomic_u32 tokens; /* each lets one sleeper go */

  char apart_3[PEL_CACHE_LINE];
  pel_lock lock; /* around jobs and what jobs keep under it */
  pel_job *jobs;
};

/* A thread at work on a job. */
typedef struct pel_worker {
  pel_job *job;
  pel_seat *seat;
  uint32_t index;
  bool searching; /* it counts as a searcher of the pool until it finds something */
  uint64_t since; /* when it found something; 0: not yet */
} pel_worker;

/* work.c */
/* Works until the job has nothing for this worker. True if it had anything. */
bool pel__worker_work(pel_worker *w);
/* Whether a worker that comes now would find something. */
bool pel__job_has_work(pel_job *job);
/* One task or dispenser is over. */
void pel__job_finish_one(pel_job *job);

/* park.c */
/* There is new work in job: wakes a thread for it unless one is searching already. start:
 * a new thread may be started for it. By workers of the job. */
void pel__sched_notify(pel_job *job, bool start);
/* The same from any thread; starts nothing. */
void pel__sched_notify_from_outside(pel_job *job);
/* A searcher of the pool found something: it is none any more; others may be needed. */
void pel__sched_found(pel_sched *sched);
/* Something became visible under a lock. Before notify. */
void pel__sched_publish(pel_sched *sched);
void pel__sched_wake_caller(pel_job *job);
/* The caller of run has nothing to do: until there is, or the job is over. */
void pel__job_wait(pel_job *job);
/* The pool forgets the job; no thread of it is at it afterwards. */
void pel__job_leave_pool(pel_job *job);
/* Ends all threads. */
void pel__sched_stop(pel_sched *sched);

#endif
