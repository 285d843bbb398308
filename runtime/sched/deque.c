#include "runtime/sched/deque.h"

enum { FIRST_SLOTS = 64 };

/* Thieves read a slot that its owner may be writing anew: they find out when they fail to
 * advance the top, and forget what they read. So each part is atomic. */
typedef struct slot {
  pel_atomic_u64 fn, arg, ordinal;
} slot;

struct pel_deque_ring {
  pel_deque_ring *older; /* thieves may still read those: they die with the deque */
  uint64_t count;        /* a power of two */
  slot slots[];
};

static size_t ring_size(uint64_t count) {
  return sizeof(pel_deque_ring) + count * sizeof(slot);
}

void pel__deque_init(pel_deque *d) { *d = (pel_deque){0}; }

void pel__deque_deinit(pel_deque *d, const pel_alloc *alloc) {
  /* relaxed: nobody else is here any more. */
  pel_deque_ring *ring = pel__load_ptr(&d->ring, PEL_RELAXED);
  while (ring) {
    pel_deque_ring *older = ring->older;
    pel__alloc_free(alloc, ring, ring_size(ring->count));
    ring = older;
  }
  pel__deque_init(d);
}

static void put(pel_deque_ring *ring, uint64_t at, pel_task task) {
  slot *s = &ring->slots[at & (ring->count - 1)];
  /* relaxed: published by the store to bottom, or to ring, that follows. */
  pel__store_u64(&s->fn, (uint64_t)(uintptr_t)task.fn, PEL_RELAXED);
  pel__store_u64(&s->arg, (uint64_t)(uintptr_t)task.arg, PEL_RELAXED);
  pel__store_u64(&s->ordinal, task.ordinal, PEL_RELAXED);
}

static pel_task get(const pel_deque_ring *ring, uint64_t at) {
  const slot *s = &ring->slots[at & (ring->count - 1)];
  /* relaxed: ordered by the load of bottom before it. */
  uintptr_t fn = (uintptr_t)pel__load_u64(&s->fn, PEL_RELAXED);
  uintptr_t arg = (uintptr_t)pel__load_u64(&s->arg, PEL_RELAXED);
  return (pel_task){(pel_status(*)(void *, uint32_t))fn, (void *)arg,
                    pel__load_u64(&s->ordinal, PEL_RELAXED)};
}

/* A ring of twice the size with tasks top … bottom-1 in it; NULL without memory. */
static PEL_NOINLINE pel_deque_ring *grow(pel_deque *d, pel_deque_ring *old, uint64_t top,
                                         uint64_t bottom, const pel_alloc *alloc) {
  uint64_t count = old ? old->count * 2 : FIRST_SLOTS;
  if (count > UINT32_MAX) return NULL;
  pel_deque_ring *ring = pel__alloc_get(alloc, ring_size(count));
  if (!ring) return NULL;
  ring->older = old;
  ring->count = count;
  for (uint64_t i = top; i < bottom; i++) put(ring, i, get(old, i));
  /* release: pairs with the acquire of ring in steal. */
  pel__store_ptr(&d->ring, ring, PEL_RELEASE);
  return ring;
}

bool pel__deque_push(pel_deque *d, pel_task task, const pel_alloc *alloc) {
  /* relaxed: both are written by this thread only. */
  uint64_t bottom = pel__load_u64(&d->bottom, PEL_RELAXED);
  pel_deque_ring *ring = pel__load_ptr(&d->ring, PEL_RELAXED);
  /* acquire: pairs with the thieves' advance of top: their reads of a slot come before it
   * is written again. */
  uint64_t top = pel__load_u64(&d->top, PEL_ACQUIRE);
  if (!ring || bottom - top >= ring->count) ring = grow(d, ring, top, bottom, alloc);
  if (!ring) return false;
  put(ring, bottom, task);
  /* seq_cst: as a release it pairs with the load of bottom in steal; its place in the one
   * order stands before the look at who sleeps in pel__sched_notify. */
  pel__store_u64(&d->bottom, bottom + 1, PEL_SEQ_CST);
  return true;
}

bool pel__deque_pop(pel_deque *d, pel_task *task) {
  uint64_t bottom = pel__load_u64(&d->bottom, PEL_RELAXED); /* this thread's */
  pel_deque_ring *ring = pel__load_ptr(&d->ring, PEL_RELAXED);
  /* acquire: as in push. An old top only makes it look less empty than it is. */
  if (bottom == pel__load_u64(&d->top, PEL_ACQUIRE)) return false;
  bottom--;
  /* seq_cst, store before load: pairs with load top, load bottom in steal: either the
   * thief sees that the last task is being taken, or we see its advance of top. */
  pel__store_u64(&d->bottom, bottom, PEL_SEQ_CST);
  uint64_t top = pel__load_u64(&d->top, PEL_SEQ_CST);
  bool got = top <= bottom;
  if (got) *task = get(ring, bottom);
  if (top < bottom) return true;
  /* The last one: thieves want it too. seq_cst: pairs with the same in steal. */
  if (top == bottom) got = pel__cas_u64(&d->top, &top, top + 1, PEL_SEQ_CST);
  /* seq_cst, as all stores to bottom: it is empty now, and nobody needs to know. */
  pel__store_u64(&d->bottom, bottom + 1, PEL_SEQ_CST);
  return got;
}

pel_steal pel__deque_steal(pel_deque *d, pel_task *task) {
  /* seq_cst, in this order: pairs with pop (see there) and with push. */
  uint64_t top = pel__load_u64(&d->top, PEL_SEQ_CST);
  uint64_t bottom = pel__load_u64(&d->bottom, PEL_SEQ_CST);
  if (top >= bottom) return PEL_STEAL_EMPTY;
  /* acquire: pairs with the release in grow. A ring that is too new holds the task too.
   */
  const pel_deque_ring *ring = pel__load_ptr(&d->ring, PEL_ACQUIRE);
  pel_task t = get(ring, top);
  /* seq_cst: pairs with other thieves and with pop; only one advances from here. As a
   * release it pairs with the acquire of top in push. */
  if (!pel__cas_u64(&d->top, &top, top + 1, PEL_SEQ_CST)) return PEL_STEAL_LOST;
  *task = t;
  return PEL_STOLEN;
}

bool pel__deque_looks_empty(const pel_deque *d) {
  /* seq_cst: whoever is about to sleep looks here after it has said so (park.c). */
  uint64_t top = pel__load_u64(&d->top, PEL_SEQ_CST);
  return top >= pel__load_u64(&d->bottom, PEL_SEQ_CST);
}
