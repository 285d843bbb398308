/* The seam to the processor's memory: every atomic access of PEL goes through these
 * names, so that a simulation can stand behind them. Owns nothing. Each use names its
 * order and, in a line, its partner. Any thread. No standalone fences: acquire, release
 * and seq_cst operations only (ThreadSanitizer understands those). */
#ifndef PEL_RUNTIME_BASE_ATOMIC_H
#define PEL_RUNTIME_BASE_ATOMIC_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "pel/base.h"

typedef struct pel_atomic_u32 {
  _Atomic uint32_t v;
} pel_atomic_u32;
typedef struct pel_atomic_u64 {
  _Atomic uint64_t v;
} pel_atomic_u64;
typedef struct pel_atomic_ptr {
  _Atomic(void *) v;
} pel_atomic_ptr;

typedef enum pel_order {
  PEL_RELAXED = memory_order_relaxed,
  PEL_ACQUIRE = memory_order_acquire,
  PEL_RELEASE = memory_order_release,
  PEL_ACQ_REL = memory_order_acq_rel,
  PEL_SEQ_CST = memory_order_seq_cst
} pel_order;

#define PEL_ATOMIC_OPS(name, T)                                                          \
  PEL_INLINE T pel__load_##name(const pel_atomic_##name *a, pel_order o) {               \
    return atomic_load_explicit(&((pel_atomic_##name *)(uintptr_t)a)->v,                 \
                                (memory_order)o);                                        \
  }                                                                                      \
  PEL_INLINE void pel__store_##name(pel_atomic_##name *a, T x, pel_order o) {            \
    atomic_store_explicit(&a->v, x, (memory_order)o);                                    \
  }                                                                                      \
  PEL_INLINE T pel__swap_##name(pel_atomic_##name *a, T x, pel_order o) {                \
    return atomic_exchange_explicit(&a->v, x, (memory_order)o);                          \
  }                                                                                      \
  /* *expected gets what was there when it fails; the failure order is acquire or        \
   * relaxed. */                                                                         \
  PEL_INLINE bool pel__cas_##name(pel_atomic_##name *a, T *expected, T x, pel_order o) { \
    return atomic_compare_exchange_strong_explicit(&a->v, expected, x, (memory_order)o,  \
                                                   o == PEL_RELAXED || o == PEL_RELEASE  \
                                                       ? memory_order_relaxed            \
                                                       : memory_order_acquire);          \
  }

#define PEL_ATOMIC_ARITHMETIC(name, T)                                   \
  PEL_INLINE T pel__add_##name(pel_atomic_##name *a, T x, pel_order o) { \
    return atomic_fetch_add_explicit(&a->v, x, (memory_order)o);         \
  }                                                                      \
  PEL_INLINE T pel__sub_##name(pel_atomic_##name *a, T x, pel_order o) { \
    return atomic_fetch_sub_explicit(&a->v, x, (memory_order)o);         \
  }                                                                      \
  PEL_INLINE T pel__or_##name(pel_atomic_##name *a, T x, pel_order o) {  \
    return atomic_fetch_or_explicit(&a->v, x, (memory_order)o);          \
  }

PEL_ATOMIC_OPS(u32, uint32_t)
PEL_ATOMIC_OPS(u64, uint64_t)
PEL_ATOMIC_OPS(ptr, void *)
PEL_ATOMIC_ARITHMETIC(u32, uint32_t)
PEL_ATOMIC_ARITHMETIC(u64, uint64_t)

/* A short wait in a spin loop. */
PEL_INLINE void pel__cpu_relax(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield" ::: "memory");
#endif
}

/* A lock for a few instructions' work, never around anything that can block.
 * Zero-initialised: free. */
typedef struct pel_spin {
  pel_atomic_u32 held;
} pel_spin;

PEL_INLINE void pel__spin_lock(pel_spin *s) {
  /* acquire: pairs with the release in pel__spin_unlock */
  while (pel__swap_u32(&s->held, 1, PEL_ACQUIRE))
    while (pel__load_u32(&s->held, PEL_RELAXED)) pel__cpu_relax();
}
PEL_INLINE void pel__spin_unlock(pel_spin *s) {
  pel__store_u32(&s->held, 0, PEL_RELEASE); /* pairs with the acquire in pel__spin_lock */
}

enum { PEL_CACHE_LINE = 64 };
#endif
