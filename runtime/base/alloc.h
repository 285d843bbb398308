/* The one way memory is asked for: an allocator that is handed in, so that whoever owns a
 * budget can charge for it. The caller owns what it gets and gives it back to the same
 * allocator with the same size. An allocator may be used from any thread unless the one
 * who made it says otherwise. */
#ifndef PEL_RUNTIME_BASE_ALLOC_H
#define PEL_RUNTIME_BASE_ALLOC_H

#include "pel/base.h"

/* resize(ctx, NULL, 0, n) allocates, (ctx, p, n, 0) frees and answers NULL, (ctx, p, old,
 * n) resizes. NULL for n > 0 means no memory, and p stays as it was. Results are aligned
 * to 16 bytes. */
typedef struct pel_alloc {
  void *(*resize)(void *ctx, void *p, size_t old_size, size_t new_size);
  void *ctx;
} pel_alloc;

/* The C library's malloc, uncharged. */
const pel_alloc *pel__alloc_libc(void);

PEL_INLINE void *pel__alloc_get(const pel_alloc *a, size_t n) {
  return a->resize(a->ctx, NULL, 0, n);
}
PEL_INLINE void *pel__alloc_resize(const pel_alloc *a, void *p, size_t old_size,
                                   size_t n) {
  return a->resize(a->ctx, p, old_size, n);
}
PEL_INLINE void pel__alloc_free(const pel_alloc *a, void *p, size_t n) {
  if (p) (void)a->resize(a->ctx, p, n, 0);
}
#endif
