#include "runtime/base/check.h"
#include "runtime/sched/internal.h"

pel_status pel__job_new(pel_sched *sched, pel_job **job, pel_error *err) {
  const pel_alloc *alloc = sched->alloc;
  size_t bytes = sched->workers * sizeof(pel_seat);
  pel_job *j = pel__alloc_get(alloc, sizeof *j);
  pel_seat *seats = pel__alloc_get(alloc, bytes);
  if (!j || !seats) {
    pel__alloc_free(alloc, j, sizeof *j);
    pel__alloc_free(alloc, seats, bytes);
    return pel_error_set(err, PEL_E_NOMEM, "no memory left for a job of the scheduler");
  }
  *j = (pel_job){.sched = sched, .seats = seats};
  pel__store_u64(&j->failed_at, UINT64_MAX, PEL_RELAXED); /* nobody knows it yet */
  memset(seats, 0, bytes);
  for (uint32_t i = 0; i < sched->workers; i++) pel__deque_init(&seats[i].deque);
  *job = j;
  return PEL_OK;
}

void pel__job_free(pel_job *job) {
  if (!job) return;
  const pel_sched *sched = job->sched;
  for (uint32_t i = 0; i < sched->workers; i++)
    pel__deque_deinit(&job->seats[i].deque, sched->alloc);
  pel__alloc_free(sched->alloc, job->seats, sched->workers * sizeof *job->seats);
  pel__alloc_free(sched->alloc, job, sizeof *job);
}

pel_status pel__job_submit(pel_job *job, uint32_t worker, pel_task task) {
  PEL_ASSERT(worker < job->sched->workers);
  /* relaxed: whoever submits is itself counted, or runs the job later. */
  (void)pel__add_u64(&job->pending, 1, PEL_RELAXED);
  if (!pel__deque_push(&job->seats[worker].deque, task, job->sched->alloc)) {
    (void)pel__sub_u64(&job->pending, 1, PEL_RELAXED);
    return PEL_E_NOMEM;
  }
  if (job->running) pel__sched_notify(job, true);
  return PEL_OK;
}

static void reset(pel_dispenser *d, pel_job *job) {
  d->job = job;
  d->newer = d->older = NULL;
  d->lock = (pel_lock){0};
  /* relaxed: the job's lock publishes them. */
  pel__store_u64(&d->at, 0, PEL_RELAXED);
  pel__store_u64(&d->floor, d->ordinal, PEL_RELAXED);
  pel__store_u32(&d->wakes, 0, PEL_RELAXED);
  d->inside = 0;
  pel__store_u32(&d->over, 0, PEL_RELAXED);
  d->closed = d->asleep = d->dropped = false;
}

void pel__job_open(pel_job *job, pel_dispenser *d) {
  reset(d, job);
  (void)pel__add_u64(&job->pending, 1, PEL_RELAXED); /* as in submit */
  pel__lock_acquire(&job->lock);
  d->older = job->newest;
  if (job->newest) {
    job->newest->newer = d;
  } else {
    job->oldest = d;
  }
  job->newest = d;
  pel__lock_release(&job->lock);
  if (!job->running) return;
  pel__sched_publish(job->sched);
  pel__sched_notify(job, d->width != 1 && (d->next || d->count > 1));
}

void pel__job_resume(pel_dispenser *d) {
  pel_job *job = d->job;
  pel__lock_acquire(&job->lock);
  /* release: pairs with the acquire in dispense, so that next sees what changed. */
  (void)pel__add_u32(&d->wakes, 1, PEL_RELEASE);
  bool slept = d->asleep;
  d->asleep = false;
  pel__lock_release(&job->lock);
  if (!slept) return;
  pel__sched_publish(job->sched);
  pel__sched_notify_from_outside(job);
}

void pel__job_cancel(pel_job *job) {
  /* seq_cst: before the look at `parked`; pairs with pel__job_wait. */
  pel__store_u32(&job->cancelled, 1, PEL_SEQ_CST);
  pel__sched_wake_caller(job);
}

bool pel__job_cancelled(const pel_job *job) {
  /* seq_cst: also read by the caller that is about to park, after it said so. */
  return pel__load_u32(&job->cancelled, PEL_SEQ_CST) != 0;
}

bool pel__job_unwanted(const pel_job *job, uint64_t ordinal) {
  /* relaxed: a hint that may come late; what is decided by it is decided again under
   * locks. */
  return ordinal >= pel__load_u64(&job->failed_at, PEL_RELAXED) ||
         pel__job_cancelled(job);
}

void pel__job_fail(pel_job *job, uint64_t ordinal, pel_status status) {
  PEL_ASSERT(status != PEL_OK && status != PEL_DONE && ordinal < UINT64_MAX);
  pel__lock_acquire(&job->lock);
  if (ordinal < pel__load_u64(&job->failed_at, PEL_RELAXED)) {
    pel__store_u64(&job->failed_at, ordinal,
                   PEL_RELAXED); /* written under the lock only */
    job->status = status;
  }
  pel__lock_release(&job->lock);
}

uint64_t pel__job_failed_at(const pel_job *job) {
  return pel__load_u64(&job->failed_at, PEL_RELAXED);
}

pel_worker_stats pel__job_stats(const pel_job *job, uint32_t worker) {
  const pel_seat *s = &job->seats[worker];
  return (pel_worker_stats){pel__load_u64(&s->pieces, PEL_RELAXED),
                            pel__load_u64(&s->steals, PEL_RELAXED),
                            pel__load_u64(&s->busy_ns, PEL_RELAXED)};
}

static pel_status outcome(const pel_job *job) {
  if (pel__job_cancelled(job)) return PEL_E_CANCELLED;
  return pel__job_failed_at(job) == UINT64_MAX ? PEL_OK : job->status;
}

pel_status pel__job_run(pel_job *job) {
  pel_worker me = {.job = job, .seat = &job->seats[0]};
  job->running = true;
  for (;;) {
    bool found = pel__worker_work(&me);
    /* acquire: pairs with the release in pel__job_finish_one: all work is before our
     * return. */
    if (pel__load_u64(&job->pending, PEL_ACQUIRE) == 0) break;
    if (!found) pel__job_wait(job);
  }
  if (pel__load_u32(&job->active, PEL_RELAXED)) pel__job_leave_pool(job);
  job->running = false;
  return outcome(job);
}
