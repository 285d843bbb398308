#include "runtime/base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "runtime/base/check.h"

enum { FIRST_BLOCK = 4096, LAST_BLOCK = 1 << 20, ALIGN = 16 };

struct pel_arena_block {
  pel_arena_block *next;
  size_t size; /* of the whole block, this header included */
};
_Static_assert(sizeof(pel_arena_block) % ALIGN == 0,
               "what follows the header is aligned");

void pel__arena_init(pel_arena *a, const pel_alloc *alloc) {
  *a = (pel_arena){.alloc = alloc ? alloc : pel__alloc_libc(), .block_size = FIRST_BLOCK};
}

static void free_blocks(pel_arena *a, const pel_arena_block *keep) {
  for (pel_arena_block *b = a->blocks, *next; b; b = next) {
    next = b->next;
    if (b == keep) continue;
    a->total -= b->size;
    pel__alloc_free(a->alloc, b, b->size);
  }
}

void pel__arena_deinit(pel_arena *a) {
  if (!a->alloc) return;
  free_blocks(a, NULL);
  pel__arena_init(a, a->alloc);
}

static void bump_from(pel_arena *a, pel_arena_block *b) {
  a->at = (char *)(b + 1);
  a->end = (char *)b + b->size;
}

void pel__arena_reset(pel_arena *a) {
  pel_arena_block *largest = a->blocks;
  for (pel_arena_block *b = a->blocks; b; b = b->next)
    if (b->size > largest->size) largest = b;
  if (!largest) return;
  free_blocks(a, largest);
  largest->next = NULL;
  a->blocks = largest;
  bump_from(a, largest);
}

static pel_arena_block *take_block(pel_arena *a, size_t size) {
  pel_arena_block *b = pel__alloc_get(a->alloc, size);
  if (!b) return NULL;
  b->size = size;
  a->total += size;
  return b;
}

/* A request that would waste most of a block gets one of its own, behind the current one.
 */
static void *get_alone(pel_arena *a, size_t n) {
  pel_arena_block *b = take_block(a, sizeof *b + n);
  if (!b) return NULL;
  if (a->blocks) {
    b->next = a->blocks->next;
    a->blocks->next = b;
  } else {
    b->next = NULL;
    a->blocks = b;
    a->at = a->end = (char *)b + b->size;
  }
  return b + 1;
}

static PEL_NOINLINE void *get_slow(pel_arena *a, size_t n) {
  if (n > a->block_size / 4) return get_alone(a, n);
  pel_arena_block *b = take_block(a, a->block_size);
  if (!b) return NULL;
  b->next = a->blocks;
  a->blocks = b;
  bump_from(a, b);
  if (a->block_size < LAST_BLOCK) a->block_size *= 2;
  void *p = a->at;
  a->at += n;
  return p;
}

void *pel__arena_get(pel_arena *a, size_t n) {
  if (n > SIZE_MAX / 2) return NULL;
  size_t room = n == 0 ? ALIGN : (n + (ALIGN - 1)) & ~(size_t)(ALIGN - 1);
  if (room > (size_t)(a->end - a->at)) return get_slow(a, room);
  void *p = a->at;
  a->at += room;
  return p;
}

void *pel__arena_array(pel_arena *a, size_t count, size_t size) {
  size_t n;
  if (!pel__size_mul(count, size, &n)) return NULL;
  void *p = pel__arena_get(a, n);
  if (p && n) memset(p, 0, n);
  return p;
}

char *pel__arena_text(pel_arena *a, const char *p, size_t n) {
  if (n > SIZE_MAX / 2) return NULL;
  char *t = pel__arena_get(a, n + 1);
  if (!t) return NULL;
  if (n) memcpy(t, p, n);
  t[n] = '\0';
  return t;
}

char *pel__arena_printf(pel_arena *a, const char *fmt, ...) {
  va_list args, again;
  va_start(args, fmt);
  va_copy(again, args);
  int n = vsnprintf(NULL, 0, fmt, args);
  char *t = n < 0 ? NULL : pel__arena_get(a, (size_t)n + 1);
  if (t) (void)vsnprintf(t, (size_t)n + 1, fmt, again);
  va_end(again);
  va_end(args);
  return t;
}
