#include "runtime/mem/pool.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/base/check.h"
#include "runtime/sys/sys.h"

/* From MAPPED on, a block is mapped pages, its size one of four per doubling, and it may
 * be kept when it comes back: new pages cost a fault each (0.1 ms for half a MiB). */
enum {
  ALIGN = 64,
  MAPPED_SHIFT = 18,
  MAPPED = 1 << MAPPED_SHIFT,
  KEPT_SHIFT = 26, /* blocks above 64 MiB are not kept */
  CLASSES = (KEPT_SHIFT - MAPPED_SHIFT) * 4 + 1,
  NO_CLASS = CLASSES
};

/* At the head of a kept block. */
typedef struct kept {
  struct kept *next;
} kept;

struct pel_pool {
  pel_budget *budget;
  pel_alloc alloc;
  uint64_t most_kept;
  char apart[PEL_CACHE_LINE];
  pel_lock lock; /* around what follows */
  uint64_t kept_bytes;
  kept *free[CLASSES];
};

/* What n bytes really take, and their class. 0 when that overflows. */
static size_t round_up(size_t n, unsigned *class) {
  *class = NO_CLASS;
  if (n > SIZE_MAX / 2) return 0;
  if (n < MAPPED) return (n + ALIGN - 1) & ~(size_t)(ALIGN - 1);
  unsigned shift = 63 - (unsigned)__builtin_clzll(n);
  size_t quarter = (size_t)1 << (shift - 2);
  size_t size = (n + quarter - 1) & ~(quarter - 1);
  unsigned step = (unsigned)(size >> (shift - 2)) - 4; /* 0 … 4; 4 is the next doubling */
  unsigned index = (shift - MAPPED_SHIFT) * 4 + step;
  if (index < CLASSES) *class = index;
  return size;
}

static size_t size_of_class(unsigned class) {
  return (size_t)(4 + class % 4) << (MAPPED_SHIFT - 2 + class / 4);
}

static void *take_kept(pel_pool *pool, unsigned class) {
  if (class == NO_CLASS) return NULL;
  pel__lock_acquire(&pool->lock);
  kept *k = pool->free[class];
  if (k) {
    pool->free[class] = k->next;
    pool->kept_bytes -= size_of_class(class);
  }
  pel__lock_release(&pool->lock);
  return k;
}

static bool keep(pel_pool *pool, void *p, unsigned class) {
  if (class == NO_CLASS) return false;
  size_t size = size_of_class(class);
  pel__lock_acquire(&pool->lock);
  bool room = pool->kept_bytes + size <= pool->most_kept;
  if (room) {
    kept *k = p;
    k->next = pool->free[class];
    pool->free[class] = k;
    pool->kept_bytes += size;
  }
  pel__lock_release(&pool->lock);
  return room;
}

uint64_t pel__pool_trim(pel_pool *pool, uint64_t want) {
  uint64_t given = 0;
  for (unsigned class = CLASSES; class -- > 0 && given < want;) {
    void *p;
    while (given < want && (p = take_kept(pool, class)) != NULL) {
      size_t size = size_of_class(class);
      pel__pages_unmap(p, size);
      pel__budget_uncharge(pool->budget, size);
      given += size;
    }
  }
  return given;
}

static uint64_t reclaim(void *ctx, uint64_t want) { return pel__pool_trim(ctx, want); }

static void *get_new(pel_pool *pool, size_t size) {
  if (size == 0 || !pel__budget_charge(pool->budget, size)) return NULL;
  void *p = size >= MAPPED ? pel__pages_map(size) : aligned_alloc(ALIGN, size);
  if (!p) pel__budget_uncharge(pool->budget, size);
  return p;
}

/* New memory is often zero and only then old: whoever reads what nobody wrote is to be
 * found by every test. */
static void spoil(void *p, size_t n) {
#ifdef PEL_DEBUG
  if (p) memset(p, 0xa5, n);
#else
  (void)p, (void)n;
#endif
}

void *pel__pool_get(pel_pool *pool, size_t n) {
  unsigned class;
  size_t size = round_up(n, &class);
  void *p = take_kept(pool, class);
  if (!p) p = get_new(pool, size);
  spoil(p, n);
  return p;
}

void pel__pool_put(pel_pool *pool, void *p, size_t n) {
  unsigned class;
  size_t size = round_up(n, &class);
  if (!p || keep(pool, p, class)) return;
  if (size >= MAPPED) {
    pel__pages_unmap(p, size);
  } else {
    free(p);
  }
  pel__budget_uncharge(pool->budget, size);
}

static void *pool_resize(void *ctx, void *p, size_t old_size, size_t new_size) {
  pel_pool *pool = ctx;
  unsigned class;
  if (new_size == 0) {
    pel__pool_put(pool, p, old_size);
    return NULL;
  }
  if (p && round_up(old_size, &class) == round_up(new_size, &class)) return p;
  void *q = pel__pool_get(pool, new_size);
  if (!q || !p) return q;
  memcpy(q, p, old_size < new_size ? old_size : new_size);
  pel__pool_put(pool, p, old_size);
  return q;
}

const pel_alloc *pel__pool_alloc(pel_pool *pool) { return &pool->alloc; }

pel_status pel__pool_new(pel_budget *budget, pel_pool **pool, pel_error *err) {
  const pel_alloc *alloc = pel__budget_alloc(budget);
  pel_pool *p = pel__alloc_get(alloc, sizeof *p);
  if (!p) return pel_error_set(err, PEL_E_NOMEM, "no memory left for a pool of blocks");
  *p = (pel_pool){.budget = budget, .alloc = {pool_resize, p}};
  /* Enough for a few blocks per worker; a small share of what may be used at all. */
  uint64_t share = pel__budget_limit(budget) / 16;
  p->most_kept = share < (UINT64_C(64) << 20) ? share : UINT64_C(64) << 20;
  pel__budget_set_reclaim(budget, reclaim, p);
  *pool = p;
  return PEL_OK;
}

void pel__pool_free(pel_pool *pool) {
  if (!pool) return;
  (void)pel__pool_trim(pool, UINT64_MAX);
  pel__budget_set_reclaim(pool->budget, NULL, NULL);
  pel__alloc_free(pel__budget_alloc(pool->budget), pool, sizeof *pool);
}
