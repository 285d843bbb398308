#include "runtime/base/alloc.h"

#include <stdlib.h>

static void *libc_resize(void *ctx, void *p, size_t old_size, size_t new_size) {
  (void)ctx;
  (void)old_size;
  if (new_size == 0) {
    free(p);
    return NULL;
  }
  return realloc(p, new_size);
}

const pel_alloc *pel__alloc_libc(void) {
  static const pel_alloc libc_alloc = {libc_resize, NULL};
  return &libc_alloc;
}
