/* Checked size arithmetic and broken-promise asserts.
 * Owns nothing.
 * Any thread. */
#ifndef PEL_RUNTIME_BASE_CHECK_H
#define PEL_RUNTIME_BASE_CHECK_H

#include <stdbool.h>

#include "pel/base.h"

/* false on overflow; *out is written only on success. */
PEL_INLINE bool pel__size_add(size_t a, size_t b, size_t *out) {
  size_t r;
  if (__builtin_add_overflow(a, b, &r)) return false;
  *out = r;
  return true;
}
PEL_INLINE bool pel__size_mul(size_t a, size_t b, size_t *out) {
  size_t r;
  if (__builtin_mul_overflow(a, b, &r)) return false;
  *out = r;
  return true;
}

/* A promise of our own code; on in debug and sanitizer builds, an assumption elsewhere.
 * Never for user input. */
#ifdef PEL_DEBUG
#include <stdlib.h>
#define PEL_ASSERT(cond)  \
  do {                    \
    if (!(cond)) abort(); \
  } while (0)
#else
#define PEL_ASSERT(cond) ((void)0)
#endif
#endif
