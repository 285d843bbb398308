/* Sorting a run in place: by one byte of the key at a time while there is much (American
 * flag sort: McIlroy, Bostic, McIlroy, Engineering Radix Sort, 1993), by comparison when
 * there is little. The order is total, so any sort is stable. */
#include "stdlib/table/sort.h"

enum { COMPARE_BELOW = 96, INSERT_BELOW = 16 };

void pel__sort_run_init(pel_sort_run *run, const pel_sort_params *p) {
  memset(run, 0, sizeof *run);
  pel__store_init(&run->store, p->types, p->ncols);
}

void pel__sort_run_free(const pel_env *env, pel_sort_run *run) {
  if (run->entries) env->free(env, run->entries, run->cap * sizeof *run->entries);
  if (run->rests) env->free(env, run->rests, run->cap_rests * sizeof *run->rests);
  pel__heap_free(env, &run->heap);
  pel__store_free(env, &run->store);
  run->entries = NULL;
  run->rests = NULL;
  run->n = run->cap = run->nrests = run->cap_rests = 0;
}

size_t pel__sort_run_bytes(const pel_sort_run *run) {
  return run->cap * sizeof *run->entries + run->cap_rests * sizeof *run->rests +
         run->heap.total + pel__store_bytes(&run->store);
}

/* ---- by comparison ---- */

static void insertion_sort(const pel_sort_run *r, pel_sort_entry *a, size_t n) {
  for (size_t i = 1; i < n; i++) {
    pel_sort_entry x = a[i];
    size_t j = i;
    for (; j > 0 && pel__sort_cmp(r, &x, r, &a[j - 1]) < 0; j--) a[j] = a[j - 1];
    a[j] = x;
  }
}

static void swap(pel_sort_entry *a, pel_sort_entry *b) {
  pel_sort_entry t = *a;
  *a = *b;
  *b = t;
}

static void sift(const pel_sort_run *r, pel_sort_entry *a, size_t at, size_t n) {
  for (size_t child; (child = 2 * at + 1) < n; at = child) {
    if (child + 1 < n && pel__sort_cmp(r, &a[child], r, &a[child + 1]) < 0) child++;
    if (pel__sort_cmp(r, &a[at], r, &a[child]) >= 0) return;
    swap(&a[at], &a[child]);
  }
}

static void heap_sort(const pel_sort_run *r, pel_sort_entry *a, size_t n) {
  for (size_t i = n / 2; i-- > 0;) sift(r, a, i, n);
  for (size_t i = n; i-- > 1;) {
    swap(&a[0], &a[i]);
    sift(r, a, 0, i);
  }
}

/* The middle of three to the front. */
static void choose_pivot(const pel_sort_run *r, pel_sort_entry *a, size_t n) {
  pel_sort_entry *x = &a[n / 4], *y = &a[n / 2], *z = &a[n - 1 - n / 4];
  if (pel__sort_cmp(r, y, r, x) < 0) {
    pel_sort_entry *t = x;
    x = y;
    y = t;
  }
  if (pel__sort_cmp(r, z, r, y) < 0) {
    y = pel__sort_cmp(r, z, r, x) < 0 ? x : z;
  }
  swap(&a[0], y);
}

/* Quicksort that ends in heapsort when it goes too deep. */
static void compare_sort(const pel_sort_run *r, pel_sort_entry *a, size_t n, int depth) {
  while (n > INSERT_BELOW) {
    if (depth-- == 0) {
      heap_sort(r, a, n);
      return;
    }
    choose_pivot(r, a, n);
    size_t i = 1, j = n - 1;
    for (;; i++, j--) {
      while (i <= j && pel__sort_cmp(r, &a[i], r, &a[0]) < 0) i++;
      while (i <= j && pel__sort_cmp(r, &a[0], r, &a[j]) < 0) j--;
      if (i >= j) break;
      swap(&a[i], &a[j]);
    }
    swap(&a[0], &a[j]);
    if (j < n - j - 1) { /* the smaller side by recursion */
      compare_sort(r, a, j, depth);
      a += j + 1;
      n -= j + 1;
    } else {
      compare_sort(r, a + j + 1, n - j - 1, depth);
      n = j;
    }
  }
  insertion_sort(r, a, n);
}

/* ---- by bytes ---- */

PEL_INLINE unsigned byte_at(const pel_sort_entry *e, unsigned at) {
  return (unsigned)((at < 8 ? e->hi >> (56 - 8 * at) : e->lo >> (120 - 8 * at)) & 255);
}

/* The first byte from `at` on in which some of a[0 … n) differ; 16: none. */
static unsigned first_difference(const pel_sort_entry *a, size_t n, unsigned at) {
  uint64_t hi = 0, lo = 0;
  for (size_t i = 1; i < n; i++) {
    hi |= a[i].hi ^ a[0].hi;
    lo |= a[i].lo ^ a[0].lo;
  }
  unsigned first = hi   ? (unsigned)__builtin_clzll(hi) / 8
                   : lo ? 8 + (unsigned)__builtin_clzll(lo) / 8
                        : 16;
  return first < at ? at : first;
}

static bool in_order(const pel_sort_run *r, const pel_sort_entry *a, size_t n) {
  for (size_t i = 1; i < n; i++)
    if (pel__sort_cmp(r, &a[i - 1], r, &a[i]) > 0) return false;
  return true;
}

/* Each entry goes to its byte's stretch, in place, following the cycles. */
static void permute(pel_sort_entry *a, unsigned byte, const size_t *count) {
  size_t at[256], end[256], sum = 0;
  for (unsigned b = 0; b < 256; b++) {
    at[b] = sum;
    sum += count[b];
    end[b] = sum;
  }
  for (unsigned b = 0; b < 256; b++) {
    while (at[b] < end[b]) {
      pel_sort_entry e = a[at[b]];
      unsigned to = byte_at(&e, byte);
      while (to != b) {
        pel_sort_entry t = a[at[to]];
        a[at[to]++] = e;
        e = t;
        to = byte_at(&e, byte);
      }
      a[at[b]++] = e;
    }
  }
}

static int depth_for(size_t n) { return n ? 2 * (64 - __builtin_clzll(n)) : 0; }

/* Goes at most 16 deep: a byte of the key a level. */
static void radix_sort(const pel_sort_run *r, pel_sort_entry *a, size_t n,
                       unsigned byte) {
  if (n < COMPARE_BELOW) {
    compare_sort(r, a, n, depth_for(n));
    return;
  }
  byte = first_difference(a, n, byte);
  if (byte >= 16) {
    if (!in_order(r, a, n)) compare_sort(r, a, n, depth_for(n));
    return;
  }
  size_t count[256] = {0};
  for (size_t i = 0; i < n; i++) count[byte_at(&a[i], byte)]++;
  permute(a, byte, count);
  for (unsigned b = 0; b < 256; a += count[b++])
    if (count[b] > 1) radix_sort(r, a, count[b], byte + 1);
}

void pel__sort_run_sort(pel_sort_run *run) {
  if (run->n > 1 && !in_order(run, run->entries, run->n))
    radix_sort(run, run->entries, run->n, 0);
}
