/* An allocator that counts what is out and fails on demand.
 * The test owns it.
 * One thread. */
#ifndef PEL_TESTS_UNIT_COUNTING_H
#define PEL_TESTS_UNIT_COUNTING_H

#include <stdlib.h>

#include "runtime/base/alloc.h"

typedef struct counting {
  pel_alloc alloc;
  size_t out;   /* bytes */
  size_t calls; /* that wanted memory */
  size_t fail;  /* this call (from 1) and all after it fail; 0: none */
  size_t miss;  /* this call alone fails; 0: none */
} counting;

static inline void *counting_resize(void *ctx, void *p, size_t old_size,
                                    size_t new_size) {
  counting *c = ctx;
  if (new_size && ++c->calls >= c->fail && c->fail) return NULL;
  if (new_size && c->calls == c->miss) return NULL;
  void *q = NULL;
  if (new_size) {
    if (!(q = realloc(p, new_size))) abort();
  } else {
    free(p);
  }
  c->out += new_size - (p ? old_size : 0);
  return q;
}

static inline void counting_init(counting *c) {
  *c = (counting){.alloc = {counting_resize, c}};
}

#endif
