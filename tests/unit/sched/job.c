#include <criterion/criterion.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/sched/sched.h"
#include "tests/unit/counting.h"

static pel_sched *new_sched(uint32_t workers) {
  pel_sched *s = NULL;
  cr_assert_eq(pel__sched_new(workers, pel__alloc_libc(), 0, &s, NULL), PEL_OK);
  return s;
}

static pel_job *new_job(pel_sched *s) {
  pel_job *j = NULL;
  cr_assert_eq(pel__job_new(s, &j, NULL), PEL_OK);
  return j;
}

typedef struct log {
  pel_job *job;
  uint64_t seen[64];
  int n, drained;
  pel_status answer; /* of the morsel `bad` */
  uint64_t bad;
} log;

static pel_status log_run(void *ctx, uint32_t worker, const pel_morsel *m) {
  log *l = ctx;
  (void)worker;
  l->seen[l->n++] = m->ordinal;
  return m->ordinal == l->bad ? l->answer : PEL_OK;
}

static pel_status log_drained(void *ctx, uint32_t worker) {
  (void)worker;
  ((log *)ctx)->drained++;
  return PEL_OK;
}

static pel_status log_task(void *arg, uint32_t worker) {
  log *l = arg;
  l->seen[l->n++] = worker;
  return PEL_OK;
}

/* One worker, a dispenser of `count` from ordinal 100, the morsel `bad` answering
 * `answer`. */
static pel_status run_log(log *l, uint64_t count, uint64_t bad, pel_status answer) {
  pel_sched *s = new_sched(1);
  *l = (log){.job = new_job(s), .bad = bad, .answer = answer};
  pel_dispenser d = {
      .run = log_run, .drained = log_drained, .ctx = l, .count = count, .ordinal = 100};
  pel__job_open(l->job, &d);
  pel_status r = pel__job_run(l->job);
  cr_assert_eq(pel__job_failed_at(l->job), r == PEL_OK ? UINT64_MAX : bad);
  cr_assert_eq(pel__job_stats(l->job, 0).pieces, (uint64_t)l->n);
  pel__job_free(l->job);
  pel__sched_free(s);
  return r;
}

Test(job, dispenses_in_order) {
  log l;
  cr_assert_eq(run_log(&l, 10, 0, PEL_OK), PEL_OK);
  cr_assert_eq(l.n, 10);
  for (int i = 0; i < 10; i++) cr_assert_eq(l.seen[i], 100 + (uint64_t)i);
  cr_assert_eq(l.drained, 1);
}

Test(job, with_nothing_to_do_is_done) {
  log l;
  cr_assert_eq(run_log(&l, 0, 0, PEL_OK), PEL_OK);
  cr_assert_eq(l.drained, 1, "an empty phase ends too");
  pel_sched *s = new_sched(4);
  pel_job *j = new_job(s);
  cr_assert_eq(pel__job_run(j), PEL_OK);
  pel__job_free(j);
  pel__sched_free(s);
}

Test(job, stops_behind_a_failure) {
  log l;
  cr_assert_eq(run_log(&l, 10, 104, PEL_E_INVALID), PEL_E_INVALID);
  cr_assert_eq(l.n, 5);
  cr_assert_eq(l.drained, 0);
}

Test(job, is_not_drained_when_the_last_morsel_fails) {
  log l;
  cr_assert_eq(run_log(&l, 10, 109, PEL_E_INVALID), PEL_E_INVALID);
  cr_assert_eq(l.n, 10);
  cr_assert_eq(l.drained, 0);
}

static pel_status submit_run(void *ctx, uint32_t worker, const pel_morsel *m) {
  log *l = ctx;
  l->seen[l->n++] = m->ordinal;
  return pel__job_submit(l->job, worker, (pel_task){log_task, l, m->ordinal});
}

Test(job, does_what_a_morsel_submits_before_the_next_morsel) {
  pel_sched *s = new_sched(1);
  log l = {.job = new_job(s)};
  pel_dispenser d = {.run = submit_run, .ctx = &l, .count = 5, .ordinal = 10};
  pel__job_open(l.job, &d);
  cr_assert_eq(pel__job_run(l.job), PEL_OK);
  cr_assert_eq(l.n, 10);
  for (int i = 0; i < 10; i++) cr_assert_eq(l.seen[i], i % 2 ? 0 : 10 + (uint64_t)i / 2);
  pel__job_free(l.job);
  pel__sched_free(s);
}

Test(job, ends_a_dispenser_that_wants_no_more) {
  log l;
  cr_assert_eq(run_log(&l, 10, 103, PEL_DONE), PEL_OK);
  cr_assert_eq(l.n, 4);
  cr_assert_eq(l.drained, 1, "that is no failure");
}

Test(job, does_what_is_below_a_failure) {
  pel_sched *s = new_sched(1);
  log high = {.job = new_job(s), .bad = 100, .answer = PEL_E_FAILED}, low = {.bad = 5};
  low.answer = PEL_E_INVALID;
  pel_dispenser first = {.run = log_run, .ctx = &high, .count = 10, .ordinal = 100};
  pel_dispenser second = {
      .run = log_run, .ctx = &low, .count = 10, .drained = log_drained};
  pel__job_open(high.job, &first);
  pel__job_open(high.job, &second);
  cr_assert_eq(pel__job_run(high.job), PEL_E_INVALID);
  cr_assert_eq(pel__job_failed_at(high.job), 5);
  cr_assert_eq(high.n, 1);
  cr_assert_eq(low.n, 6);
  pel__job_free(high.job);
  pel__sched_free(s);
}

Test(job, can_be_filled_and_run_again) {
  pel_sched *s = new_sched(1);
  log l = {.job = new_job(s), .bad = UINT64_MAX};
  for (int i = 1; i <= 5; i++) {
    pel_dispenser d = {.run = log_run, .drained = log_drained, .ctx = &l, .count = 1};
    pel__job_open(l.job, &d);
    cr_assert_eq(pel__job_submit(l.job, 0, (pel_task){log_task, &l, 1}), PEL_OK);
    cr_assert_eq(pel__job_run(l.job), PEL_OK);
    cr_assert_eq(l.n, 2 * i);
    cr_assert_eq(l.drained, i);
  }
  pel__job_free(l.job);
  pel__sched_free(s);
}

Test(job, that_is_cancelled_before_it_runs_does_nothing) {
  pel_sched *s = new_sched(3);
  log l = {.job = new_job(s)};
  pel_dispenser d = {.run = log_run, .drained = log_drained, .ctx = &l, .count = 5};
  pel__job_open(l.job, &d);
  cr_assert_eq(pel__job_submit(l.job, 0, (pel_task){log_task, &l, 1}), PEL_OK);
  pel__job_cancel(l.job);
  cr_assert(pel__job_cancelled(l.job));
  cr_assert_eq(pel__job_run(l.job), PEL_E_CANCELLED);
  cr_assert_eq(l.n, 0);
  cr_assert_eq(l.drained, 0);
  pel__job_free(l.job);
  pel__sched_free(s);
}

static pel_status fail_next(void *ctx, uint32_t worker, pel_morsel *m) {
  (void)worker;
  m->ordinal = (*(uint64_t *)ctx)++;
  return m->ordinal < 3 ? PEL_OK : PEL_E_IO;
}

static pel_status count_run(void *ctx, uint32_t worker, const pel_morsel *m) {
  (void)ctx, (void)worker, (void)m;
  return PEL_OK;
}

Test(job, reports_failures_of_next_and_drained) {
  pel_sched *s = new_sched(1);
  pel_job *j = new_job(s);
  uint64_t at = 0;
  pel_dispenser d = {.next = fail_next, .run = count_run, .ctx = &at, .ordinal = 0};
  pel__job_open(j, &d);
  cr_assert_eq(pel__job_run(j), PEL_E_IO);
  cr_assert_eq(at, 4, "it is not asked again");
  pel__job_free(j);
  pel__sched_free(s);
}

/* Each morsel waits until all workers are there. */
typedef struct meeting {
  pel_atomic_u32 there;
  uint32_t wanted;
} meeting;

static pel_status meet(void *ctx, uint32_t worker, const pel_morsel *m) {
  meeting *x = ctx;
  (void)worker, (void)m;
  pel__add_u32(&x->there, 1, PEL_ACQ_REL);
  uint64_t from = pel__clock_ns();
  while (pel__load_u32(&x->there, PEL_ACQUIRE) < x->wanted) {
    if (pel__clock_ns() - from > 10000000000u) return PEL_E_FAILED;
    (void)usleep(100);
  }
  return PEL_OK;
}

Test(pool, starts_no_thread_for_work_of_one) {
  pel_sched *s = new_sched(8);
  cr_assert_eq(pel__sched_workers(s), 8);
  log l = {.job = new_job(s), .bad = UINT64_MAX};
  pel_dispenser one = {.run = log_run, .ctx = &l, .count = 1};
  pel__job_open(l.job, &one);
  cr_assert_eq(pel__job_run(l.job), PEL_OK);
  cr_assert_eq(pel__job_submit(l.job, 0, (pel_task){log_task, &l, 1}), PEL_OK);
  cr_assert_eq(pel__job_run(l.job), PEL_OK);
  uint64_t at = 0;
  pel_dispenser narrow = {.next = fail_next, .run = count_run, .ctx = &at, .width = 1};
  pel__job_open(l.job, &narrow);
  cr_assert_eq(pel__job_run(l.job), PEL_E_IO);
  cr_assert_eq(pel__sched_threads(s), 0);
  pel__job_free(l.job);
  pel__sched_free(s);
}

Test(pool, shares_work_among_all_workers) {
  pel_sched *s = new_sched(3);
  pel_job *j = new_job(s);
  for (uint64_t i = 1; i <= 20; i++) {
    meeting x = {.wanted = 3};
    pel_dispenser d = {.run = meet, .ctx = &x, .count = 3};
    pel__job_open(j, &d);
    cr_assert_eq(pel__job_run(j), PEL_OK);
    for (uint32_t w = 0; w < 3; w++) cr_assert_eq(pel__job_stats(j, w).pieces, i);
  }
  cr_assert_eq(pel__sched_threads(s), 2);
  for (uint32_t w = 0; w < 3; w++) cr_assert_gt(pel__job_stats(j, w).busy_ns, 0);
  pel__job_free(j);
  pel__sched_free(s);
}

Test(pool, takes_its_size_from_the_machine) {
  pel_sched *s = new_sched(0);
  cr_assert_eq(pel__sched_workers(s), pel__cpu_count());
  pel__sched_free(s);
  s = new_sched(1000000);
  cr_assert_eq(pel__sched_workers(s), PEL_MAX_WORKERS);
  pel__sched_free(s);
}

Test(pool, can_be_freed_in_a_forked_child) {
  pel_sched *s = new_sched(3);
  pel_job *j = new_job(s);
  meeting x = {.wanted = 3};
  pel_dispenser d = {.run = meet, .ctx = &x, .count = 3};
  pel__job_open(j, &d);
  cr_assert_eq(pel__job_run(j), PEL_OK);
  pel__job_free(j);
  pid_t child = fork();
  if (child == 0) {
    (void)alarm(20);
    pel__sched_free(s);
    _exit(7);
  }
  int status = 0;
  cr_assert_eq(waitpid(child, &status, 0), child);
  cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 7);
  pel__sched_free(s);
}

Test(pool, gives_back_every_byte_also_without_memory) {
  for (size_t fail = 1; fail < 8; fail++) {
    counting c;
    counting_init(&c);
    c.fail = fail;
    pel_sched *s = NULL;
    pel_error e = {0};
    log l = {.bad = UINT64_MAX};
    pel_status r = pel__sched_new(2, &c.alloc, 0, &s, &e);
    if (r == PEL_OK) r = pel__job_new(s, &l.job, &e);
    if (r == PEL_OK) r = pel__job_submit(l.job, 0, (pel_task){log_task, &l, 1});
    cr_assert(r == PEL_OK || r == PEL_E_NOMEM);
    if (l.job) cr_assert_eq(pel__job_run(l.job), PEL_OK);
    cr_assert_eq(l.n, r == PEL_OK);
    pel__job_free(l.job);
    pel__sched_free(s);
    cr_assert_eq(c.out, 0);
  }
}
