/* A growable array of one type: declare a struct with PEL_VEC(T), push with PEL_VEC_PUSH.
 * Its owner calls PEL_VEC_DEINIT; memory comes from the pel_alloc given on each growth.
 * One thread at a time. */
#ifndef PEL_RUNTIME_BASE_VEC_H
#define PEL_RUNTIME_BASE_VEC_H

#include <stdbool.h>

#include "runtime/base/alloc.h"

#define PEL_VEC(T) \
  struct {         \
    T *at;         \
    size_t n, cap; \
  }

/* Makes room for `more` elements of `size` bytes; false without memory (nothing changes).
 */
bool pel__vec_reserve(void **at, size_t n, size_t *cap, size_t more, size_t size,
                      const pel_alloc *alloc);

#define PEL_VEC_RESERVE(v, more, alloc) \
  pel__vec_reserve((void **)&(v)->at, (v)->n, &(v)->cap, (more), sizeof *(v)->at, (alloc))
/* true when pushed. */
#define PEL_VEC_PUSH(v, value, alloc)                      \
  (((v)->n < (v)->cap || PEL_VEC_RESERVE((v), 1, (alloc))) \
       ? ((v)->at[(v)->n++] = (value), true)               \
       : false)
#define PEL_VEC_DEINIT(v, alloc_)                                                  \
  (pel__alloc_free((alloc_), (v)->at, (v)->cap * sizeof *(v)->at), (v)->at = NULL, \
   (v)->n = (v)->cap = 0)
#endif
