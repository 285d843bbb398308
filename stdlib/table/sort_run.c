/* Sorting a run in place: by one byte of the key at a time while there is much (American
 * flag sort: McIlroy, Bostic, McIlroy, Engineering Radix Sort, 1993), by comparison when
 * there is little. The order is total, so any sort is stable. */
#include "stdlib/table/look.h"
#include "stdlib/table/sort.h"

/* MOVES: of a pass over many entries, between two looks whether it is still wanted; a
 * pass that stops there has lost no entry. */
enum { COMPARE_BELOW = 96, INSERT_BELOW = 16, MOVES = 1 << 10 };

typedef struct sorter {
  const pel_sort_run *run;
  const pel_env *env;
  size_t done; /* entries gone over since the last look */
  bool cancelled;
} sorter;

/* n more entries have been gone over. False: nobody wants the order any more. */
static bool go_on(sorter *s, size_t n) {
  s->done += n;
  if (s->done < PEL_LOOK_ROWS) return !s->cancelled;
  s->done = 0;
  if (s->env->cancelled(s->env)) s->cancelled = true;
  return !s->cancelled;
}

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

static void heap_sort(sorter *s, pel_sort_entry *a, size_t n) {
  for (size_t i = n / 2; i-- > 0 && go_on(s, 1);) sift(s->run, a, i, n);
  for (size_t i = n; i-- > 1 && go_on(s, 1);) {
    swap(&a[0], &a[i]);
    sift(s->run, a, 0, i);
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

/* Those before the first of a, then it, then the others: where it is then. */
static size_t split(sorter *s, pel_sort_entry *a, size_t n) {
  const pel_sort_run *r = s->run;
  size_t i = 1, j = n - 1;
  choose_pivot(r, a, n);
  for (size_t from = i;; i++, j--) {
    while (i <= j && pel__sort_cmp(r, &a[i], r, &a[0]) < 0) i++;
    while (i <= j && pel__sort_cmp(r, &a[0], r, &a[j]) < 0) j--;
    if (i >= j) break;
    swap(&a[i], &a[j]);
    if (i - from < MOVES) continue;
    if (!go_on(s, 2 * (i - from))) break;
    from = i;
  }
  swap(&a[0], &a[j]);
  return j;
}

/* Quicksort that ends in heapsort when it goes too deep. */
static void compare_sort(sorter *s, pel_sort_entry *a, size_t n, int depth) {
  while (n > INSERT_BELOW) {
    if (depth-- == 0) {
      heap_sort(s, a, n);
      return;
    }
    const size_t j = split(s, a, n);
    if (!go_on(s, 0)) return;
    if (j < n - j - 1) { /* the smaller side by recursion */
      compare_sort(s, a, j, depth);
      a += j + 1;
      n -= j + 1;
    } else {
      compare_sort(s, a + j + 1, n - j - 1, depth);
      n = j;
    }
  }
  insertion_sort(s->run, a, n);
  (void)go_on(s, n);
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

/* False as well when nobody wants to know any more. */
static bool in_order(sorter *s, const pel_sort_entry *a, size_t n) {
  const pel_sort_run *r = s->run;
  for (size_t i = 1; i < n; i++) {
    if (pel__sort_cmp(r, &a[i - 1], r, &a[i]) > 0) return false;
    if (i % PEL_LOOK_ROWS == 0 && !go_on(s, PEL_LOOK_ROWS)) return false;
  }
  return true;
}

/* Each entry goes to its byte's stretch, in place, following the cycles. */
static void permute(sorter *s, pel_sort_entry *a, unsigned byte, const size_t *count) {
  size_t at[256], end[256], sum = 0;
  for (unsigned b = 0; b < 256; b++) {
    at[b] = sum;
    sum += count[b];
    end[b] = sum;
  }
  for (unsigned b = 0; b < 256; b++) {
    for (size_t cycles = 1; at[b] < end[b]; cycles++) {
      if (cycles % MOVES == 0 && !go_on(s, PEL_LOOK_ROWS)) return;
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
    if (!go_on(s, count[b])) return;
  }
}

static int depth_for(size_t n) { return n ? 2 * (64 - __builtin_clzll(n)) : 0; }

/* Goes at most 16 deep: a byte of the key a level. */
static void radix_sort(sorter *s, pel_sort_entry *a, size_t n, unsigned byte) {
  if (n < COMPARE_BELOW) {
    compare_sort(s, a, n, depth_for(n));
    return;
  }
  byte = first_difference(a, n, byte);
  if (!go_on(s, n)) return;
  if (byte >= 16) {
    if (!in_order(s, a, n)) compare_sort(s, a, n, depth_for(n));
    return;
  }
  size_t count[256] = {0};
  for (size_t i = 0; i < n; i++) count[byte_at(&a[i], byte)]++;
  permute(s, a, byte, count);
  for (unsigned b = 0; b < 256 && go_on(s, 0); a += count[b++])
    if (count[b] > 1) radix_sort(s, a, count[b], byte + 1);
}

pel_status pel__sort_run_sort(const pel_env *env, pel_sort_run *run) {
  sorter s = {run, env, 0, false};
  if (run->n > 1 && !in_order(&s, run->entries, run->n) && !s.cancelled)
    radix_sort(&s, run->entries, run->n, 0);
  return s.cancelled ? PEL_E_CANCELLED : PEL_OK;
}
