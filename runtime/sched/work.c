/* Finding work and doing it. A worker looks at its deque, the job's dispensers, other
 * workers' deques, in this order; it comes back to its deque before every morsel, so that
 * what a morsel submits is done while it is warm and does not pile up. */
#include "runtime/base/hash.h"
#include "runtime/sched/internal.h"

static void count(pel_atomic_u64 *n, uint64_t more) {
  /* relaxed: a statistic with one writer. */
  pel__store_u64(n, pel__load_u64(n, PEL_RELAXED) + more, PEL_RELAXED);
}

/* Before each piece of work. The first one ends the search; whoever takes something wakes
 * the next if there is more: so threads come one by one, as long as there is work. */
static void found(pel_worker *w) {
  if (w->since) return;
  w->since = pel__clock_ns();
  if (w->searching) {
    w->searching = false;
    pel__sched_found(w->job->sched);
  } else if (w->job->sched->workers > 1 && pel__job_has_work(w->job)) {
    pel__sched_notify(w->job, true);
  }
}

void pel__job_finish_one(pel_job *job) {
  /* seq_cst: as a release it pairs with the acquire in run; its place in the one order
   * stands before the look at `parked`, and pairs with pel__job_wait. */
  if (pel__sub_u64(&job->pending, 1, PEL_SEQ_CST) == 1) pel__sched_wake_caller(job);
}

/* --- Tasks --- */

static void run_task(pel_worker *w, pel_task t) {
  if (!pel__job_unwanted(w->job, t.ordinal)) {
    found(w);
    pel_status s = t.fn(t.arg, w->index);
    count(&w->seat->pieces, 1);
    if (s != PEL_OK && s != PEL_DONE) pel__job_fail(w->job, t.ordinal, s);
  }
  pel__job_finish_one(w->job);
}

static bool run_own_tasks(pel_worker *w) {
  pel_task t;
  bool any = false;
  while (pel__deque_pop(&w->seat->deque, &t)) {
    run_task(w, t);
    any = true;
  }
  return any;
}

/* Nearest first: workers beside us in the ring. A seed turns the ring anew for each try.
 */
static uint32_t first_victim(pel_worker *w) {
  const pel_sched *s = w->job->sched;
  if (s->seed == 0) return w->index + 1;
  uint64_t try = w->seat->tries++;
  return (uint32_t)(pel__hash_u64(try << 16 | w->index, s->seed) % s->workers);
}

static bool steal_from(pel_worker *w, uint32_t victim, pel_task *task) {
  pel_steal r;
  do r = pel__deque_steal(&w->job->seats[victim].deque, task);
  while (r == PEL_STEAL_LOST); /* somebody else got one: the system advances */
  return r == PEL_STOLEN;
}

static bool steal_task(pel_worker *w) {
  uint32_t n = w->job->sched->workers, first = first_victim(w);
  for (uint32_t i = 0; i < n; i++) {
    uint32_t victim = (first + i) % n;
    pel_task t;
    if (victim == w->index || !steal_from(w, victim, &t)) continue;
    count(&w->seat->steals, 1);
    run_task(w, t);
    return true;
  }
  return false;
}

/* --- Dispensers --- */

/* Nothing that it could still give is wanted. */
static bool is_unwanted(const pel_dispenser *d) {
  /* relaxed: floor only rises; an old one closes the dispenser later. */
  return pel__job_unwanted(d->job, pel__load_u64(&d->floor, PEL_RELAXED));
}

/* Under the job's lock. */
static bool may_enter(const pel_dispenser *d) {
  return !d->closed && !d->asleep && (d->width == 0 || d->inside < d->width);
}

/* Under the job's lock: nobody is inside who would close it. */
static bool must_be_closed(const pel_dispenser *d) {
  return d->inside == 0 && is_unwanted(d);
}

/* Under the job's lock: the worker leaves. True: it was the last; it must call complete.
 */
static bool step_out(pel_dispenser *d) {
  pel_job *job = d->job;
  d->inside--;
  if (!d->closed || d->inside > 0) return false;
  if (d->older) d->older->newer = d->newer;
  if (d->newer) d->newer->older = d->older;
  if (job->oldest == d) job->oldest = d->newer;
  if (job->newest == d) job->newest = d->older;
  return true;
}

/* The dispenser may be gone once drained was called. */
static void complete(pel_worker *w, const pel_dispenser *d) {
  uint64_t ordinal = d->ordinal;
  if (!d->dropped && d->drained) {
    pel_status s = d->drained(d->ctx, w->index);
    if (s != PEL_OK && s != PEL_DONE) pel__job_fail(w->job, ordinal, s);
  }
  pel__job_finish_one(w->job);
}

/* The oldest dispenser that has room, or that must be closed. */
static pel_dispenser *enter(pel_job *job) {
  pel__lock_acquire(&job->lock);
  pel_dispenser *d = job->oldest;
  while (d && !may_enter(d) && !must_be_closed(d)) d = d->newer;
  if (d) d->inside++;
  pel__lock_release(&job->lock);
  return d;
}

typedef enum cut { CUT_GIVEN, CUT_DONE, CUT_UNWANTED, CUT_LATER } cut;

static cut cut_by_count(pel_dispenser *d, pel_morsel *m) {
  /* relaxed: the index is all that is shared; what it stands for was there before. */
  if (pel__load_u64(&d->at, PEL_RELAXED) >= d->count) return CUT_DONE;
  uint64_t i = pel__add_u64(&d->at, 1, PEL_RELAXED);
  if (i >= d->count) return CUT_DONE;
  *m = (pel_morsel){.ordinal = d->ordinal + i, .begin = i, .end = i + 1};
  return CUT_GIVEN;
}

static bool is_over(const pel_dispenser *d) {
  return pel__load_u32(&d->over, PEL_RELAXED) != 0;
}

/* relaxed: next is asked under the dispenser's lock, which orders it; where several may
 * ask, each finds out for itself. */
static void set_over(pel_dispenser *d) { pel__store_u32(&d->over, 1, PEL_RELAXED); }

static cut ask_next(pel_worker *w, pel_dispenser *d, pel_morsel *m) {
  if (is_over(d)) return CUT_DONE;
  pel_status s = d->next(d->ctx, w->index, m);
  if (s == PEL_OK && m->later) return CUT_LATER;
  if (s == PEL_OK) {
    /* relaxed: see is_unwanted. */
    if (!d->shared) pel__store_u64(&d->floor, m->ordinal + 1, PEL_RELAXED);
    return CUT_GIVEN;
  }
  set_over(d);
  if (s == PEL_DONE) return CUT_DONE;
  pel__job_fail(w->job, d->ordinal, s);
  return CUT_UNWANTED;
}

static cut cut_next(pel_worker *w, pel_dispenser *d, pel_morsel *m) {
  *m = (pel_morsel){0};
  if (is_unwanted(d)) return CUT_UNWANTED;
  cut c;
  if (is_over(d)) {
    c = CUT_DONE;
  } else if (!d->next) {
    c = cut_by_count(d, m);
  } else if (d->shared) {
    c = ask_next(w, d, m);
  } else {
    pel__lock_acquire(&d->lock);
    c = ask_next(w, d, m);
    pel__lock_release(&d->lock);
  }
  if (c == CUT_GIVEN && pel__job_unwanted(w->job, m->ordinal)) return CUT_UNWANTED;
  return c;
}

static void leave(pel_worker *w, pel_dispenser *d, bool dropped) {
  pel__lock_acquire(&w->job->lock);
  d->closed = true;
  d->dropped |= dropped;
  bool last = step_out(d);
  pel__lock_release(&w->job->lock);
  if (last) complete(w, d);
}

/* Lays the dispenser to sleep, unless it was resumed since `wakes` was read. False: ask
 * it again. */
static bool leave_asleep(pel_worker *w, pel_dispenser *d, bool dropped, uint32_t wakes) {
  pel__lock_acquire(&w->job->lock);
  d->dropped |= dropped;
  bool unwanted = is_unwanted(d);
  /* relaxed: written under this lock. */
  bool resumed = pel__load_u32(&d->wakes, PEL_RELAXED) != wakes;
  bool last = false;
  if (unwanted) d->closed = d->dropped = true;
  if (unwanted || !resumed) {
    d->asleep = !unwanted;
    last = step_out(d);
  }
  pel__lock_release(&w->job->lock);
  if (last) complete(w, d);
  return unwanted || !resumed;
}

/* False: it wants no further morsels. */
static bool run_morsel(pel_worker *w, pel_dispenser *d, const pel_morsel *m,
                       bool *failed) {
  found(w);
  pel_status s = d->run(d->ctx, w->index, m);
  count(&w->seat->pieces, 1);
  if (s == PEL_OK) return true;
  if (s == PEL_DONE) return false;
  pel__job_fail(w->job, m->ordinal, s);
  *failed = true;
  return true; /* those below the failure are still wanted */
}

static void dispense(pel_worker *w, pel_dispenser *d) {
  bool dropped = false;
  for (;;) {
    (void)run_own_tasks(w);
    /* acquire: pairs with the release in pel__job_resume. */
    uint32_t wakes = pel__load_u32(&d->wakes, PEL_ACQUIRE);
    pel_morsel m;
    cut c = cut_next(w, d, &m);
    if (c == CUT_GIVEN) {
      if (run_morsel(w, d, &m, &dropped)) continue;
      set_over(d);
    } else if (c == CUT_LATER) {
      if (!leave_asleep(w, d, dropped, wakes)) continue;
      return;
    }
    leave(w, d, dropped || c == CUT_UNWANTED);
    return;
  }
}

static bool run_dispenser(pel_worker *w) {
  pel_dispenser *d = enter(w->job);
  if (d) dispense(w, d);
  return d != NULL;
}

/* --- Both --- */

static bool has_tasks(const pel_job *job) {
  for (uint32_t i = 0; i < job->sched->workers; i++)
    if (!pel__deque_looks_empty(&job->seats[i].deque)) return true;
  return false;
}

/* Under the job's lock. By count it can be told that there is nothing left to enter for.
 */
static bool has_morsels(const pel_dispenser *d) {
  if (must_be_closed(d)) return true;
  if (!may_enter(d)) return false;
  return d->next || d->inside == 0 || pel__load_u64(&d->at, PEL_RELAXED) < d->count;
}

bool pel__job_has_work(pel_job *job) {
  /* seq_cst: pairs with pel__sched_publish; what was published before is seen under the
   * lock. */
  (void)pel__load_u32(&job->sched->published, PEL_SEQ_CST);
  if (has_tasks(job)) return true;
  pel__lock_acquire(&job->lock);
  const pel_dispenser *d = job->oldest;
  while (d && !has_morsels(d)) d = d->newer;
  pel__lock_release(&job->lock);
  return d != NULL;
}

bool pel__worker_work(pel_worker *w) {
  bool any = false;
  w->since = 0;
  while (run_own_tasks(w) || run_dispenser(w) || steal_task(w)) any = true;
  if (w->since) count(&w->seat->busy_ns, pel__clock_ns() - w->since);
  return any;
}
