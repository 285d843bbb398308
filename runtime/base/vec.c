#include "runtime/base/vec.h"

#include "runtime/base/check.h"

bool pel__vec_reserve(void **at, size_t n, size_t *cap, size_t more, size_t size,
                      const pel_alloc *alloc) {
  if (more <= *cap - n) return true;
  size_t need, bytes, grown = *cap + *cap / 2;
  if (!pel__size_add(n, more, &need)) return false;
  if (grown < 8) grown = 8;
  if (grown < need) grown = need;
  if (!pel__size_mul(grown, size, &bytes)) return false;
  void *p = pel__alloc_resize(alloc, *at, *cap * size, bytes);
  if (!p) return false;
  *at = p;
  *cap = grown;
  return true;
}
