/* One owner and its thieves: every task is taken exactly once.
 *
 * The oracle is counting. The owner pushes and pops in random bursts, so that the deque
 * is nearly empty most of the time, where the two ends meet, and its ring grows
 * meanwhile. */
#include <stdlib.h>

#include "runtime/base/hash.h"
#include "runtime/sched/deque.h"
#include "tests/stress/tap.h"

enum { TASKS = 60000, THIEVES = 3 };

typedef struct match {
  pel_deque deque;
  pel_atomic_u32 over;
  pel_atomic_u32 *taken; /* [TASKS] */
  pel_atomic_u64 stolen;
  uint64_t seed;
} match;

static pel_status never(void *arg, uint32_t worker) {
  (void)arg, (void)worker;
  return PEL_OK;
}

/* A torn task (parts of two) would show here. */
static void take(match *m, pel_task t) {
  bool whole = t.fn == never && t.arg == &m->taken[t.ordinal];
  pel__add_u32(&m->taken[t.ordinal], whole ? 1 : 1000, PEL_RELAXED);
}

static void steal(void *arg) {
  match *m = arg;
  for (;;) {
    /* acquire: pairs with the release in play; all pushes are before it. */
    bool over = pel__load_u32(&m->over, PEL_ACQUIRE) != 0;
    pel_task t;
    pel_steal r = pel__deque_steal(&m->deque, &t);
    if (r == PEL_STOLEN) {
      take(m, t);
      pel__add_u64(&m->stolen, 1, PEL_RELAXED);
    } else if (r == PEL_STEAL_EMPTY && over) {
      return;
    }
  }
}

static void play(match *m) {
  uint64_t pushed = 0;
  for (uint64_t i = 0; pushed < TASKS; i++) {
    uint64_t r = pel__hash_u64(i, m->seed);
    /* Mostly short bursts; now and then one that makes the ring grow. */
    uint64_t burst = r % 200 == 0 ? 500 : r % 4;
    for (; burst > 0 && pushed < TASKS; burst--, pushed++) {
      pel_task t = {never, &m->taken[pushed], pushed};
      if (!pel__deque_push(&m->deque, t, pel__alloc_libc())) abort();
    }
    pel_task t;
    for (uint64_t pops = (r >> 16) % 5; pops > 0 && pel__deque_pop(&m->deque, &t); pops--)
      take(m, t);
  }
  pel__store_u32(&m->over, 1, PEL_RELEASE);
  pel_task t;
  while (pel__deque_pop(&m->deque, &t)) take(m, t);
}

static bool match_once(uint64_t seed, uint64_t *stolen) {
  match m = {.seed = seed, .taken = calloc(TASKS, sizeof *m.taken)};
  if (!m.taken) abort();
  pel__deque_init(&m.deque);
  pel_thread t[THIEVES];
  for (int i = 0; i < THIEVES; i++)
    if (pel__thread_start("thief", 1 << 18, steal, &m, &t[i], NULL) != PEL_OK) abort();
  play(&m);
  for (int i = 0; i < THIEVES; i++) pel__thread_join(t[i]);
  bool ok = pel__deque_looks_empty(&m.deque);
  for (int i = 0; i < TASKS; i++) ok = ok && pel__load_u32(&m.taken[i], PEL_RELAXED) == 1;
  *stolen += pel__load_u64(&m.stolen, PEL_RELAXED);
  pel__deque_deinit(&m.deque, pel__alloc_libc());
  free(m.taken);
  return ok;
}

int main(int argc, char **argv) {
  tap t = tap_begin(argc, argv);
  uint64_t stolen = 0;
  bool ok = true;
  for (uint64_t seed = 0; seed < 30 && ok; seed++) ok = match_once(seed, &stolen);
  tap_ok(&t, ok, "every task is taken once");
  tap_ok(&t, stolen > 1000, "thieves were there");
  return tap_end(&t);
}
