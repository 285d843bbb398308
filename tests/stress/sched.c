/* The scheduler under load: random task trees, dispensers, chains of phases, failures,
 * cancels, sleeping dispensers, several callers, many starts and ends.
 *
 * The oracle is counting: each piece of work leaves a mark, and the marks are known. A
 * lost wake-up or a deadlock shows as the test's time limit. */
#include <stdlib.h>
#include <unistd.h>

#include "runtime/base/hash.h"
#include "runtime/sched/sched.h"
#include "tests/stress/tap.h"

static const uint32_t worker_counts[] = {1, 2, 3, 8, 64};
enum { WORKER_COUNTS = sizeof worker_counts / sizeof *worker_counts };

static pel_sched *new_sched(uint32_t workers, uint64_t seed) {
  pel_sched *s = NULL;
  if (pel__sched_new(workers, pel__alloc_libc(), seed, &s, NULL) != PEL_OK) abort();
  return s;
}

static pel_job *new_job(pel_sched *s) {
  pel_job *j = NULL;
  if (pel__job_new(s, &j, NULL) != PEL_OK) abort();
  return j;
}

/* Keeps a worker busy for about n steps, so that others come to steal. */
static void burn(unsigned n) {
  for (volatile unsigned i = 0; i < n; i++) {
  }
}

/* --- Random trees of tasks --- */

typedef struct tree {
  pel_job *job;
  pel_atomic_u64 done, sum;
  pel_atomic_u32
      occupied[PEL_MAX_WORKERS]; /* no two threads have one index at one time */
  pel_atomic_u32 clashes;
} tree;

typedef struct node {
  tree *tree;
  uint64_t seed;
  uint32_t size; /* of the subtree */
} node;

static pel_status run_node(void *arg, uint32_t worker);

static void enter(tree *t, uint32_t worker) {
  if (pel__swap_u32(&t->occupied[worker], 1, PEL_ACQ_REL))
    pel__add_u32(&t->clashes, 1, PEL_RELAXED);
}

static void leave(tree *t, uint32_t worker) {
  pel__store_u32(&t->occupied[worker], 0, PEL_RELEASE);
}

static bool spawn(tree *t, uint32_t worker, uint64_t seed, uint32_t size) {
  node *n = malloc(sizeof *n);
  if (!n) abort();
  *n = (node){t, seed, size};
  return pel__job_submit(t->job, worker, (pel_task){run_node, n, seed >> 1}) == PEL_OK;
}

static pel_status run_node(void *arg, uint32_t worker) {
  node n = *(node *)arg;
  free(arg);
  enter(n.tree, worker);
  uint32_t left = n.size - 1;
  for (uint64_t i = 1; left > 0; i++) {
    uint64_t r = pel__hash_u64(n.seed, i);
    uint32_t size = 1 + (uint32_t)(r % left);
    if (!spawn(n.tree, worker, r, size)) return PEL_E_NOMEM;
    left -= size;
  }
  burn((unsigned)(n.seed % 400));
  pel__add_u64(&n.tree->done, 1, PEL_RELAXED);
  pel__add_u64(&n.tree->sum, n.seed, PEL_RELAXED);
  leave(n.tree, worker);
  return PEL_OK;
}

/* What the sum must be, by the same recursion without a scheduler. */
static uint64_t expected_sum(uint64_t seed, uint32_t size) {
  uint64_t sum = seed;
  uint32_t left = size - 1;
  for (uint64_t i = 1; left > 0; i++) {
    uint64_t r = pel__hash_u64(seed, i);
    uint32_t part = 1 + (uint32_t)(r % left);
    sum += expected_sum(r, part);
    left -= part;
  }
  return sum;
}

static bool tree_once(pel_sched *s, uint64_t seed, uint32_t size) {
  tree *t = calloc(1, sizeof *t);
  if (!t) abort();
  t->job = new_job(s);
  bool ok = spawn(t, 0, seed, size) && pel__job_run(t->job) == PEL_OK;
  ok = ok && pel__load_u64(&t->done, PEL_RELAXED) == size;
  ok = ok && pel__load_u64(&t->sum, PEL_RELAXED) == expected_sum(seed, size);
  ok = ok && pel__load_u32(&t->clashes, PEL_RELAXED) == 0;
  uint64_t pieces = 0;
  for (uint32_t i = 0; i < pel__sched_workers(s); i++)
    pieces += pel__job_stats(t->job, i).pieces;
  ok = ok && pieces == size;
  pel__job_free(t->job);
  free(t);
  return ok;
}

static bool trees(uint32_t workers, int rounds) {
  bool ok = true;
  for (int i = 0; i < rounds && ok; i++) {
    pel_sched *s = new_sched(workers, (uint64_t)i % 3);
    for (int k = 0; k < 4 && ok; k++) {
      uint64_t seed = pel__hash_u64((uint64_t)i, (uint64_t)k);
      ok = tree_once(s, seed, 1 + (uint32_t)(seed % 3000));
    }
    pel__sched_free(s);
  }
  return ok;
}

/* --- Phases: each drained opens the next --- */

enum { PHASES = 12, MOST_MORSELS = 300 };

typedef struct phase {
  struct phases *all;
  uint32_t index;
  pel_dispenser dispenser;
  uint64_t next; /* by the dispenser's lock alone */
  pel_atomic_u32 marks[MOST_MORSELS];
  pel_atomic_u32 drained, inside, too_many;
} phase;

typedef struct phases {
  pel_job *job;
  uint64_t seed, count;
  pel_atomic_u32 order_broken;
  phase at[PHASES];
} phases;

static pel_status phase_next(void *ctx, uint32_t worker, pel_morsel *m) {
  phase *p = ctx;
  (void)worker;
  if (p->next == p->all->count) return PEL_DONE;
  *m = (pel_morsel){.ordinal = p->next, .begin = p->next, .end = p->next + 1, .data = p};
  p->next++;
  return PEL_OK;
}

static pel_status phase_shared_next(void *ctx, uint32_t worker, pel_morsel *m) {
  phase *p = ctx;
  (void)worker;
  uint64_t i =
      pel__add_u64(&p->dispenser.at, 1, PEL_RELAXED); /* free when next is given */
  if (i >= p->all->count) return PEL_DONE;
  *m = (pel_morsel){.ordinal = i, .begin = i, .end = i + 1, .data = p};
  return PEL_OK;
}

static pel_status phase_run(void *ctx, uint32_t worker, const pel_morsel *m) {
  phase *p = ctx;
  (void)worker;
  uint32_t inside = pel__add_u32(&p->inside, 1, PEL_RELAXED) + 1;
  if (p->dispenser.width && inside > p->dispenser.width)
    pel__store_u32(&p->too_many, 1, PEL_RELAXED);
  burn((unsigned)(pel__hash_u64(m->begin, p->all->seed) % 500));
  pel__add_u32(&p->marks[m->begin], 1, PEL_RELAXED);
  pel__sub_u32(&p->inside, 1, PEL_RELAXED);
  return PEL_OK;
}

static void open_phase(phases *all, uint32_t index);

static pel_status phase_drained(void *ctx, uint32_t worker) {
  phase *p = ctx;
  (void)worker;
  for (uint64_t i = 0; i < p->all->count; i++)
    if (pel__load_u32(&p->marks[i], PEL_RELAXED) != 1)
      pel__store_u32(&p->all->order_broken, 1, PEL_RELAXED);
  pel__add_u32(&p->drained, 1, PEL_RELAXED);
  if (p->index + 1 < PHASES) open_phase(p->all, p->index + 1);
  return PEL_OK;
}

static void open_phase(phases *all, uint32_t index) {
  phase *p = &all->at[index];
  p->all = all;
  p->index = index;
  p->dispenser = (pel_dispenser){.run = phase_run, .drained = phase_drained, .ctx = p};
  switch ((all->seed + index) % 3) {
    case 0:
      p->dispenser.count = all->count;
      break;
    case 1:
      p->dispenser.next = phase_next;
      break;
    default:
      p->dispenser.next = phase_shared_next;
      p->dispenser.shared = true;
  }
  p->dispenser.width = (uint32_t)(pel__hash_u64(all->seed, index) % 4);
  pel__job_open(all->job, &p->dispenser);
}

static bool phases_once(pel_sched *s, uint64_t seed) {
  phases *all = calloc(1, sizeof *all);
  if (!all) abort();
  all->job = new_job(s);
  all->seed = seed;
  all->count = seed % MOST_MORSELS;
  open_phase(all, 0);
  bool ok = pel__job_run(all->job) == PEL_OK;
  for (int i = 0; i < PHASES; i++)
    ok = ok && pel__load_u32(&all->at[i].drained, PEL_RELAXED) == 1 &&
         pel__load_u32(&all->at[i].too_many, PEL_RELAXED) == 0;
  ok = ok && !pel__load_u32(&all->order_broken, PEL_RELAXED);
  pel__job_free(all->job);
  free(all);
  return ok;
}

static bool chains(uint32_t workers, int rounds) {
  pel_sched *s = new_sched(workers, 0);
  bool ok = true;
  for (int i = 0; i < rounds && ok; i++) ok = phases_once(s, (uint64_t)i * 37);
  pel__sched_free(s);
  return ok;
}

/* --- Failures: the least ordinal is reported, everything below it is done --- */

typedef struct failing {
  uint64_t count, least;
  bool bad[1000];
  pel_atomic_u32 marks[1000];
  pel_atomic_u32 drained;
} failing;

static pel_status failing_run(void *ctx, uint32_t worker, const pel_morsel *m) {
  failing *f = ctx;
  (void)worker;
  burn((unsigned)(pel__hash_u64(m->begin, f->least) % 2000));
  pel__add_u32(&f->marks[m->begin], 1, PEL_RELAXED);
  return f->bad[m->begin] ? PEL_E_FAILED : PEL_OK;
}

static pel_status failing_drained(void *ctx, uint32_t worker) {
  failing *f = ctx;
  (void)worker;
  pel__add_u32(&f->drained, 1, PEL_RELAXED);
  return PEL_OK;
}

static bool failure_once(pel_sched *s, uint64_t seed) {
  failing *f = calloc(1, sizeof *f);
  if (!f) abort();
  f->count = 100 + seed % 900;
  f->least = UINT64_MAX;
  for (int i = 0; i < 5; i++) {
    uint64_t at = pel__hash_u64(seed, (uint64_t)i) % f->count;
    f->bad[at] = true;
    if (at < f->least) f->least = at;
  }
  pel_job *job = new_job(s);
  pel_dispenser d = {
      .run = failing_run, .drained = failing_drained, .ctx = f, .count = f->count};
  pel__job_open(job, &d);
  bool ok = pel__job_run(job) == PEL_E_FAILED && pel__job_failed_at(job) == f->least;
  for (uint64_t i = 0; i <= f->least; i++)
    ok = ok && pel__load_u32(&f->marks[i], PEL_RELAXED) == 1;
  for (uint64_t i = 0; i < f->count; i++)
    ok = ok && pel__load_u32(&f->marks[i], PEL_RELAXED) <= 1;
  ok = ok && pel__load_u32(&f->drained, PEL_RELAXED) == 0;
  pel__job_free(job);
  free(f);
  return ok;
}

static bool failures(uint32_t workers, int rounds) {
  pel_sched *s = new_sched(workers, 0);
  bool ok = true;
  for (int i = 0; i < rounds && ok; i++) ok = failure_once(s, (uint64_t)i);
  pel__sched_free(s);
  return ok;
}

/* --- Dispensers that have nothing now: an ordered sink that holds at most a few --- */

enum { STASH = 3 };

typedef struct ordered {
  pel_dispenser dispenser;
  uint64_t count, given;
  pel_lock lock;   /* around what follows */
  uint64_t passed; /* morsels that left the sink */
  bool ready[512];
  pel_atomic_u32 most, fail_at;
} ordered;

/* Under the dispenser's lock. At most STASH morsels run ahead of the one that is awaited.
 */
static pel_status ordered_next(void *ctx, uint32_t worker, pel_morsel *m) {
  ordered *o = ctx;
  (void)worker;
  if (o->given == o->count) return PEL_DONE;
  pel__lock_acquire(&o->lock);
  m->later = o->given - o->passed >= STASH;
  pel__lock_release(&o->lock);
  if (!m->later) m->ordinal = m->begin = o->given++;
  return PEL_OK;
}

static pel_status ordered_run(void *ctx, uint32_t worker, const pel_morsel *m) {
  ordered *o = ctx;
  (void)worker;
  burn((unsigned)(pel__hash_u64(m->begin, o->count) % 1000));
  if (m->begin == pel__load_u32(&o->fail_at, PEL_RELAXED)) return PEL_E_FAILED;
  pel__lock_acquire(&o->lock);
  o->ready[m->begin] = true;
  bool moved = false;
  while (o->passed < o->count && o->ready[o->passed]) {
    o->passed++;
    moved = true;
  }
  pel__lock_release(&o->lock);
  if (moved) pel__job_resume(&o->dispenser);
  return PEL_OK;
}

static bool ordered_once(pel_sched *s, uint64_t seed, bool fail) {
  ordered *o = calloc(1, sizeof *o);
  if (!o) abort();
  o->count = 1 + seed % 512;
  uint32_t at = fail ? (uint32_t)(seed / 7 % o->count) : UINT32_MAX;
  pel__store_u32(&o->fail_at, at, PEL_RELAXED);
  o->dispenser = (pel_dispenser){.next = ordered_next, .run = ordered_run, .ctx = o};
  pel_job *job = new_job(s);
  pel__job_open(job, &o->dispenser);
  pel_status r = pel__job_run(job);
  bool ok = fail ? r == PEL_E_FAILED && pel__job_failed_at(job) == at && o->passed == at
                 : r == PEL_OK && o->passed == o->count;
  pel__job_free(job);
  free(o);
  return ok;
}

static bool stashes(uint32_t workers, int rounds) {
  pel_sched *s = new_sched(workers, 0);
  bool ok = true;
  for (int i = 0; i < rounds && ok; i++)
    ok = ordered_once(s, pel__hash_u64((uint64_t)i, 5), i % 2 == 1);
  pel__sched_free(s);
  return ok;
}

/* --- A dispenser that waits for credits from elsewhere: no resume may be lost --- */

typedef struct gate {
  pel_dispenser waiting, giving;
  uint64_t needed, given;
  pel_atomic_u64 credits;
  bool from_outside;
} gate;

static pel_status gate_next(void *ctx, uint32_t worker, pel_morsel *m) {
  gate *g = ctx;
  (void)worker;
  if (g->given == g->needed) return PEL_DONE;
  m->later = pel__load_u64(&g->credits, PEL_ACQUIRE) == g->given;
  /* Between the look and the leaving is where a resume would be lost. */
  if (m->later) burn((unsigned)(pel__hash_u64(g->given, 3) % 3000));
  if (!m->later) m->ordinal = g->given++;
  return PEL_OK;
}

static pel_status gate_run(void *ctx, uint32_t worker, const pel_morsel *m) {
  (void)ctx, (void)worker, (void)m;
  return PEL_OK;
}

static void give_credit(gate *g, uint64_t i) {
  burn((unsigned)(pel__hash_u64(i, g->needed) % 3000));
  pel__add_u64(&g->credits, 1, PEL_RELEASE);
  pel__job_resume(&g->waiting);
}

static pel_status gate_give(void *ctx, uint32_t worker, const pel_morsel *m) {
  (void)worker;
  give_credit(ctx, m->begin);
  return PEL_OK;
}

static void give_all(void *arg) {
  gate *g = arg;
  for (uint64_t i = 0; i < g->needed; i++) give_credit(g, i);
}

static bool gate_once(pel_sched *s, uint64_t seed, bool from_outside) {
  gate g = {.needed = 1 + seed % 100, .from_outside = from_outside};
  g.waiting = (pel_dispenser){.next = gate_next, .run = gate_run, .ctx = &g};
  g.giving = (pel_dispenser){.run = gate_give, .ctx = &g, .count = g.needed, .width = 1};
  pel_job *job = new_job(s);
  pel_thread t = {0};
  pel__job_open(job, &g.waiting);
  if (!from_outside) {
    pel__job_open(job, &g.giving);
  } else if (pel__thread_start("giver", 1 << 18, give_all, &g, &t, NULL) != PEL_OK) {
    abort();
  }
  bool ok = pel__job_run(job) == PEL_OK && g.given == g.needed;
  if (from_outside) pel__thread_join(t);
  pel__job_free(job);
  return ok;
}

static bool gates(uint32_t workers, int rounds) {
  pel_sched *s = new_sched(workers, 0);
  bool ok = true;
  for (int i = 0; i < rounds && ok; i++) ok = gate_once(s, (uint64_t)i, i % 2 == 1);
  pel__sched_free(s);
  return ok;
}

/* --- Some that must meet: a thread comes whenever there is work for it --- */

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
    if (pel__clock_ns() - from > 5000000000u) return PEL_E_FAILED;
    (void)usleep(20); /* the other may need this very processor */
  }
  return PEL_OK;
}

static bool meet_once(pel_sched *s, uint32_t n) {
  meeting x = {.wanted = n};
  pel_dispenser d = {.run = meet, .ctx = &x, .count = n};
  pel_job *job = new_job(s);
  pel__job_open(job, &d);
  bool ok = pel__job_run(job) == PEL_OK;
  pel__job_free(job);
  return ok;
}

/* Also with new pools: the threads are started one by another then. */
static bool meetings(uint32_t workers, int rounds) {
  uint32_t n = workers < 5 ? workers : 5;
  pel_sched *s = new_sched(workers, 0);
  bool ok = true;
  for (int i = 0; i < rounds && ok; i++) {
    ok = meet_once(s, i % 2 ? n : n / 2 + 1);
    /* Pauses around the time after which a searcher falls asleep. */
    burn((unsigned)(pel__hash_u64((uint64_t)i, 9) % 60000));
    if (i % 5 == 0) {
      pel__sched_free(s);
      s = new_sched(workers, 0);
    }
  }
  pel__sched_free(s);
  return ok;
}

/* --- Cancels, from another thread, at any moment --- */

typedef struct cancel_case {
  pel_job *job;
  unsigned delay;
  pel_atomic_u32 begun;
} cancel_case;

static pel_status endless_run(void *ctx, uint32_t worker, const pel_morsel *m) {
  cancel_case *c = ctx;
  (void)worker, (void)m;
  pel__store_u32(&c->begun, 1, PEL_RELAXED);
  burn(300);
  return PEL_OK;
}

/* One that never has anything: only the cancel ends it. */
static pel_status never_next(void *ctx, uint32_t worker, pel_morsel *m) {
  (void)ctx, (void)worker;
  m->later = true;
  return PEL_OK;
}

static void cancel_soon(void *arg) {
  cancel_case *c = arg;
  burn(c->delay);
  pel__job_cancel(c->job);
}

static bool cancels(uint32_t workers, int rounds) {
  pel_sched *s = new_sched(workers, 0);
  bool ok = true;
  for (int i = 0; i < rounds && ok; i++) {
    cancel_case c = {.job = new_job(s), .delay = (unsigned)(i * 997 % 100000)};
    pel_dispenser d = {.run = endless_run, .ctx = &c, .count = UINT64_MAX / 2};
    pel_dispenser never = {.next = never_next, .run = endless_run, .ctx = &c};
    if (i % 3 != 0) pel__job_open(c.job, &d);
    pel__job_open(c.job, &never);
    pel_thread t;
    if (pel__thread_start("cancel", 1 << 18, cancel_soon, &c, &t, NULL) != PEL_OK)
      abort();
    ok = pel__job_run(c.job) == PEL_E_CANCELLED;
    pel__thread_join(t);
    pel__job_free(c.job);
  }
  pel__sched_free(s);
  return ok;
}

/* --- Several callers on one pool; jobs inside jobs --- */

typedef struct caller {
  pel_sched *sched;
  uint64_t seed;
  bool ok;
} caller;

static void call(void *arg) {
  caller *c = arg;
  c->ok = true;
  for (uint64_t i = 0; i < 15 && c->ok; i++) {
    uint64_t seed = pel__hash_u64(c->seed, i);
    c->ok = i % 2 ? tree_once(c->sched, seed, 1 + (uint32_t)(seed % 500))
                  : phases_once(c->sched, seed % 200);
  }
}

static bool callers(uint32_t workers) {
  enum { CALLERS = 5 };
  pel_sched *s = new_sched(workers, 0);
  caller c[CALLERS];
  pel_thread t[CALLERS];
  for (int i = 0; i < CALLERS; i++) {
    c[i] = (caller){s, (uint64_t)i, false};
    if (pel__thread_start("caller", 1 << 20, call, &c[i], &t[i], NULL) != PEL_OK) abort();
  }
  bool ok = true;
  for (int i = 0; i < CALLERS; i++) {
    pel__thread_join(t[i]);
    ok = ok && c[i].ok;
  }
  pel__sched_free(s);
  return ok;
}

static pel_status run_inner(void *ctx, uint32_t worker, const pel_morsel *m) {
  (void)worker;
  return tree_once(ctx, m->begin, 60) ? PEL_OK : PEL_E_FAILED;
}

static bool nested(uint32_t workers) {
  pel_sched *s = new_sched(workers, 0);
  pel_job *job = new_job(s);
  pel_dispenser d = {.run = run_inner, .ctx = s, .count = 40};
  pel__job_open(job, &d);
  bool ok = pel__job_run(job) == PEL_OK;
  pel__job_free(job);
  pel__sched_free(s);
  return ok;
}

/* --- Starting, stopping, sleeping --- */

static bool start_and_stop(uint32_t workers, int rounds) {
  bool ok = true;
  for (int i = 0; i < rounds && ok; i++) {
    pel_sched *s = new_sched(workers, 0);
    ok = i % 2 == 0 || tree_once(s, (uint64_t)i, 50);
    pel__sched_free(s);
  }
  return ok;
}

/* Small jobs with pauses: each must wake sleepers, or do without them. */
static bool pauses(uint32_t workers, int rounds) {
  pel_sched *s = new_sched(workers, 0);
  bool ok = true;
  for (int i = 0; i < rounds && ok; i++) {
    ok = tree_once(s, (uint64_t)i, 200) && phases_once(s, 20);
    if (i % 4 == 0) (void)usleep(300);
  }
  pel__sched_free(s);
  return ok;
}

static bool idle_sleeps(uint32_t workers) {
  pel_sched *s = new_sched(workers, 0);
  bool ok = tree_once(s, 1, 3000);
  (void)usleep(50000);
  pel_usage before = pel__usage();
  (void)usleep(400000);
  pel_usage after = pel__usage();
  uint64_t used = after.user_ns + after.system_ns - before.user_ns - before.system_ns;
  pel__sched_free(s);
  return ok && used < 4000000; /* a hundredth of a spinning thread */
}

typedef struct part {
  const char *name;
  bool (*run)(uint32_t workers, int rounds);
  int rounds;
} part;

static bool callers_rounds(uint32_t workers, int rounds) {
  (void)rounds;
  return callers(workers);
}
static bool nested_rounds(uint32_t workers, int rounds) {
  (void)rounds;
  return nested(workers);
}
static bool idle_rounds(uint32_t workers, int rounds) {
  (void)rounds;
  return idle_sleeps(workers);
}

int main(int argc, char **argv) {
  static const part parts[] = {
      {"random task trees", trees, 15},
      {"chained phases", chains, 40},
      {"the least failure is reported", failures, 60},
      {"an ordered sink that holds three", stashes, 60},
      {"credits from elsewhere", gates, 60},
      {"some that must meet", meetings, 300},
      {"cancels", cancels, 40},
      {"several callers", callers_rounds, 1},
      {"jobs inside jobs", nested_rounds, 1},
      {"starts and stops", start_and_stop, 60},
      {"jobs with pauses", pauses, 60},
      {"an idle pool sleeps", idle_rounds, 1},
  };
  /* A lost wake-up would hang: end it with a failure instead. */
  (void)alarm(300);
  tap t = tap_begin(argc, argv);
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
    for (int w = 0; w < WORKER_COUNTS; w++) {
      char name[100];
      (void)snprintf(name, sizeof name, "%s, %u workers", parts[i].name,
                     worker_counts[w]);
      tap_ok(&t, parts[i].run(worker_counts[w], parts[i].rounds), name);
    }
  }
  return tap_end(&t);
}
