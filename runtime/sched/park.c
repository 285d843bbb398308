/* The pool's threads: who searches, who sleeps, who is woken.
 *
 * `crowd` counts threads started, asleep and searching, in one word. New work wakes a
 * thread only while none is searching; a searcher that finds something and was the last
 * one looks whether there is more, and wakes the next. So threads come one by one while
 * there is work, and a burst of tasks does not wake everybody.
 *
 * No wake-up is lost. Whoever makes work visible does that first, then looks at `crowd`
 * (and at the caller's `parked`). Whoever gives up searching writes `crowd` first (a
 * caller: `parked`), then looks for work once more. All four are seq_cst, so one of them
 * sees the other; what becomes visible under a lock is followed by a count in
 * `published`, which stands in that order for it. */
#include "runtime/sched/internal.h"

#define STARTED ((uint64_t)1)
#define SLEEPING ((uint64_t)1 << 16)
#define SEARCHING ((uint64_t)1 << 32)

enum {
  FIELD = 0xffff,
  SPIN_ROUNDS = 16, /* with SPIN_STEPS: about 40 µs, what a wake-up costs */
  SPIN_STEPS = 64,
  STACK_SIZE = 1 << 20
};

static uint32_t started(uint64_t crowd) { return (uint32_t)crowd & FIELD; }
static uint32_t sleeping(uint64_t crowd) { return (uint32_t)(crowd >> 16) & FIELD; }
static uint32_t searching(uint64_t crowd) { return (uint32_t)(crowd >> 32) & FIELD; }

static void relax(int steps) {
  for (int i = 0; i < steps; i++) pel__cpu_relax();
}

void pel__sched_publish(pel_sched *sched) {
  (void)pel__add_u32(&sched->published, 1, PEL_SEQ_CST);
}

static bool any_work(pel_sched *sched) {
  /* seq_cst: pairs with pel__sched_publish after a job was added to the pool. */
  (void)pel__load_u32(&sched->published, PEL_SEQ_CST);
  pel__lock_acquire(&sched->lock);
  pel_job *job = sched->jobs;
  while (job && !pel__job_has_work(job)) job = job->next;
  pel__lock_release(&sched->lock);
  return job != NULL;
}

/* --- Sleeping and waking --- */

/* Takes one thread out of the sleepers and into the searchers. False: none is asleep. */
static bool recruit(pel_sched *sched) {
  uint64_t crowd = pel__load_u64(&sched->crowd, PEL_SEQ_CST);
  while (sleeping(crowd) > 0) {
    if (pel__cas_u64(&sched->crowd, &crowd, crowd - SLEEPING + SEARCHING, PEL_SEQ_CST))
      return true;
  }
  return false;
}

static void wake_one(pel_sched *sched) {
  /* release: pairs with the acquire in take_token. */
  (void)pel__add_u32(&sched->tokens, 1, PEL_RELEASE);
  pel__futex_wake(&sched->tokens, 1);
}

/* acquire: pairs with the release in pel__sched_stop. */
static bool is_stopping(const pel_sched *sched) {
  return pel__load_u32(&sched->stopping, PEL_ACQUIRE) != 0;
}

static void take_token(pel_sched *sched) {
  while (!is_stopping(sched)) {
    uint32_t tokens = pel__load_u32(&sched->tokens, PEL_RELAXED); /* the swap decides */
    while (tokens > 0) {
      /* acquire: pairs with the release in wake_one. */
      if (pel__cas_u32(&sched->tokens, &tokens, tokens - 1, PEL_ACQUIRE)) return;
    }
    pel__futex_wait(&sched->tokens, 0, PEL_FOREVER);
  }
}

/* A searcher that found nothing. It is a searcher again when this returns. */
static void sleep_searcher(pel_sched *sched) {
  /* seq_cst, before the last look: pairs with notify_pool (see above). */
  (void)pel__add_u64(&sched->crowd, SLEEPING - SEARCHING, PEL_SEQ_CST);
  if (any_work(sched) && recruit(sched)) return;
  /* If nobody could be recruited, a token is on its way for each of us. */
  take_token(sched);
}

/* --- Starting threads --- */

static void pool_thread(void *arg);

/* A thread that is refused is no failure: those that are there do the work. */
static void start_thread(pel_sched *sched) {
  pel__lock_acquire(&sched->start_lock);
  /* Whoever had the lock before us may have started the thread that we wanted. But not if
   * it searches no more: it may be the very thread that is looking for company now. */
  uint64_t crowd = pel__load_u64(&sched->crowd, PEL_SEQ_CST);
  uint32_t index = started(crowd) + 1;
  if (searching(crowd) == 0 && index < sched->workers &&
      !pel__load_u32(&sched->no_more, PEL_RELAXED)) {
    /* seq_cst: as every change of crowd. The new thread is born searching. */
    (void)pel__add_u64(&sched->crowd, STARTED + SEARCHING, PEL_SEQ_CST);
    pel_pool_thread *t = &sched->threads[index];
    *t = (pel_pool_thread){.sched = sched, .index = index};
    if (pel__thread_start("pel-worker", STACK_SIZE, pool_thread, t, &t->thread, NULL) !=
        PEL_OK) {
      (void)pel__sub_u64(&sched->crowd, STARTED + SEARCHING, PEL_SEQ_CST);
      pel__store_u32(&sched->no_more, 1, PEL_RELAXED); /* a hint */
    }
  }
  pel__lock_release(&sched->start_lock);
}

/* --- Telling others of work --- */

static void notify_pool(pel_sched *sched, bool start) {
  /* seq_cst, after the work is visible: pairs with sleep_searcher. */
  uint64_t crowd = pel__load_u64(&sched->crowd, PEL_SEQ_CST);
  if (searching(crowd) > 0) return;
  if (sleeping(crowd) > 0) {
    if (recruit(sched)) wake_one(sched);
  } else if (start && started(crowd) + 1 < sched->workers) {
    start_thread(sched);
  }
}

static bool wake_caller(pel_job *job) {
  /* seq_cst, after the work is visible: pairs with pel__job_wait. */
  if (pel__load_u32(&job->parked, PEL_SEQ_CST) == 0) return false;
  if (pel__swap_u32(&job->parked, 0, PEL_SEQ_CST) == 0) return false;
  pel__futex_wake(&job->parked, 1);
  return true;
}

void pel__sched_wake_caller(pel_job *job) { (void)wake_caller(job); }

/* Only the caller works on a job that the pool does not know, so only it comes here. */
static void join_pool(pel_job *job) {
  pel_sched *sched = job->sched;
  /* relaxed: the pool's threads know the job from the list, so the lock orders it. */
  pel__store_u32(&job->active, 1, PEL_RELAXED);
  pel__lock_acquire(&sched->lock);
  job->next = sched->jobs;
  sched->jobs = job;
  pel__lock_release(&sched->lock);
  pel__sched_publish(sched);
}

void pel__sched_notify(pel_job *job, bool start) {
  if (job->sched->workers == 1) return;
  /* relaxed: written by the caller only, before anybody else comes here. */
  bool known = pel__load_u32(&job->active, PEL_RELAXED) != 0;
  if (!known && !start) return;
  if (!known) join_pool(job);
  if (!wake_caller(job)) notify_pool(job->sched, start);
}

void pel__sched_notify_from_outside(pel_job *job) {
  if (!wake_caller(job) && pel__load_u32(&job->active, PEL_RELAXED))
    notify_pool(job->sched, false);
}

void pel__sched_found(pel_sched *sched) {
  /* seq_cst, before the look for more: pairs with notify_pool, which did nothing if it
   * saw a searcher. */
  uint64_t before = pel__sub_u64(&sched->crowd, SEARCHING, PEL_SEQ_CST);
  if (searching(before) == 1 && any_work(sched)) notify_pool(sched, true);
}

/* --- The pool's threads --- */

static void append(pel_sched *sched, pel_job *job) {
  pel_job **at = &sched->jobs;
  while (*at) at = &(*at)->next;
  *at = job;
  job->next = NULL;
}

/* A job with something to do; it stays until depart. It goes to the end of the list, so
 * that several jobs get a share each. */
static pel_job *visit(pel_sched *sched) {
  pel__lock_acquire(&sched->lock);
  pel_job **at = &sched->jobs;
  while (*at && !pel__job_has_work(*at)) at = &(*at)->next;
  pel_job *job = *at;
  if (job) {
    *at = job->next;
    append(sched, job);
    job->visitors++;
  }
  pel__lock_release(&sched->lock);
  return job;
}

static void depart(pel_sched *sched, pel_job *job) {
  pel_atomic_u32 *vacated = &job->vacated;
  pel__lock_acquire(&sched->lock);
  bool last = --job->visitors == 0 && job->closing;
  /* release: pairs with the acquire in pel__job_leave_pool; the job may be freed from
   * here on. The wake below only names its address. */
  if (last) pel__store_u32(vacated, 1, PEL_RELEASE);
  pel__lock_release(&sched->lock);
  if (last) pel__futex_wake(vacated, 1);
}

/* Looks again a few times; only one searcher does so at a time. */
static pel_job *visit_spinning(pel_sched *sched) {
  for (int i = 0; i < SPIN_ROUNDS; i++) {
    pel_job *job = visit(sched);
    if (job) return job;
    if (searching(pel__load_u64(&sched->crowd, PEL_RELAXED)) > 1) return NULL;
    relax(SPIN_STEPS);
  }
  return NULL;
}

static void pool_thread(void *arg) {
  const pel_pool_thread *me = arg;
  pel_sched *sched = me->sched;
  uint32_t index = me->index;
  pel__fpu_set_control(pel__fpu_default());
  while (!is_stopping(sched)) {
    pel_job *job = visit_spinning(sched);
    if (!job) {
      sleep_searcher(sched);
      continue;
    }
    pel_worker w = {
        .job = job, .seat = &job->seats[index], .index = index, .searching = true};
    (void)pel__worker_work(&w);
    depart(sched, job);
    if (!w.searching) (void)pel__add_u64(&sched->crowd, SEARCHING, PEL_SEQ_CST);
  }
}

void pel__sched_stop(pel_sched *sched) {
  /* No job is left, so nobody starts a thread any more. */
  uint32_t n = started(pel__load_u64(&sched->crowd, PEL_SEQ_CST));
  /* release: pairs with the acquire in is_stopping. */
  pel__store_u32(&sched->stopping, 1, PEL_RELEASE);
  (void)pel__add_u32(&sched->tokens, n, PEL_RELEASE);
  pel__futex_wake(&sched->tokens, n);
  for (uint32_t i = 1; i <= n; i++) pel__thread_join(sched->threads[i].thread);
}

uint32_t pel__sched_threads(const pel_sched *sched) {
  return started(pel__load_u64(&sched->crowd, PEL_RELAXED));
}

/* --- The caller of run --- */

static bool is_over(const pel_job *job) {
  /* seq_cst: pairs with pel__job_finish_one. */
  return pel__load_u64(&job->pending, PEL_SEQ_CST) == 0;
}

void pel__job_wait(pel_job *job) {
  for (int i = 0; i < SPIN_ROUNDS; i++) {
    if (is_over(job) || pel__job_has_work(job)) return;
    relax(SPIN_STEPS);
  }
  /* seq_cst, before the last look: pairs with wake_caller. */
  pel__store_u32(&job->parked, 1, PEL_SEQ_CST);
  if (is_over(job) || pel__job_has_work(job)) {
    pel__store_u32(&job->parked, 0, PEL_SEQ_CST); /* a wake too many does no harm */
    return;
  }
  /* acquire: pairs with the swap in wake_caller. */
  while (pel__load_u32(&job->parked, PEL_ACQUIRE) == 1)
    pel__futex_wait(&job->parked, 1, PEL_FOREVER);
}

void pel__job_leave_pool(pel_job *job) {
  pel_sched *sched = job->sched;
  pel__lock_acquire(&sched->lock);
  pel_job **at = &sched->jobs;
  while (*at != job) at = &(*at)->next;
  *at = job->next;
  job->closing = true;
  bool alone = job->visitors == 0;
  pel__lock_release(&sched->lock);
  /* acquire: pairs with the release in depart. */
  for (int i = 0; !alone && !(alone = pel__load_u32(&job->vacated, PEL_ACQUIRE)); i++) {
    if (i < SPIN_ROUNDS * SPIN_STEPS) {
      pel__cpu_relax();
    } else {
      pel__futex_wait(&job->vacated, 0, PEL_FOREVER);
    }
  }
  job->closing = false;
  /* relaxed: the job is ours alone again. */
  pel__store_u32(&job->vacated, 0, PEL_RELAXED);
  pel__store_u32(&job->active, 0, PEL_RELAXED);
}
