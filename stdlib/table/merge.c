/* The entries of several workers' tables become one list without equal keys, in order of
 * first appearance. */
#include "runtime/base/check.h"
#include "stdlib/table/entries.h"
#include "stdlib/table/look.h"

/* ---- sorting by ordinal: least significant byte first, leaving out bytes that are all
 * the same ---- */

enum { SMALL_SORT = 32 };

static void insertion_sort(pel_ranked *a, size_t n) {
  for (size_t i = 1; i < n; i++) {
    pel_ranked x = a[i];
    size_t j = i;
    for (; j > 0 && a[j - 1].ordinal > x.ordinal; j--) a[j] = a[j - 1];
    a[j] = x;
  }
}

static bool is_sorted(const pel_ranked *a, size_t n) {
  for (size_t i = 1; i < n; i++)
    if (a[i - 1].ordinal > a[i].ordinal) return false;
  return true;
}

static void radix_pass(const pel_ranked *from, pel_ranked *to, size_t n, unsigned shift) {
  size_t at[256] = {0};
  for (size_t i = 0; i < n; i++) at[from[i].ordinal >> shift & 255]++;
  for (size_t i = 0, sum = 0; i < 256; i++) {
    size_t count = at[i];
    at[i] = sum;
    sum += count;
  }
  for (size_t i = 0; i < n; i++) to[at[from[i].ordinal >> shift & 255]++] = from[i];
}

/* A pass over a partition is short; between two it may be that nobody wants the rest. */
pel_ranked *pel__ranked_sort(const pel_env *env, pel_ranked *at, pel_ranked *spare,
                             size_t n) {
  if (n <= SMALL_SORT) {
    insertion_sort(at, n);
    return at;
  }
  if (is_sorted(at, n)) return at;
  uint64_t all = at[0].ordinal, any = 0;
  for (size_t i = 0; i < n; i++) any |= at[i].ordinal ^ all;
  for (unsigned shift = 0; shift < 64 && !env->cancelled(env); shift += 8) {
    if ((any >> shift & 255) == 0) continue;
    radix_pass(at, spare, n, shift);
    pel_ranked *t = at;
    at = spare;
    spare = t;
  }
  return at;
}

/* ---- merging ---- */

typedef struct merger {
  const pel_env *env;
  const pel_keys *keys;
  pel_entry_merge merge;
  void *ctx;
  uint64_t *slots; /* like those of pel_entries: numbers in the list */
  uint64_t mask;
  pel_ranked_list list;
} merger;

static pel_status merge_one(merger *m, pel_entry *e) {
  uint64_t at = (e->hash >> 8) & m->mask, slot;
  for (; (slot = m->slots[at]) != 0; at = (at + 1) & m->mask) {
    if (slot >> 32 != e->hash >> 32) continue;
    pel_ranked *r = &m->list.at[(uint32_t)slot - 1];
    if (!pel__keys_same(m->keys, r->entry->key, e->key)) continue;
    pel_status s = m->merge(m->ctx, m->env, r->entry, e);
    if (e->ordinal < r->ordinal) r->ordinal = r->entry->ordinal = e->ordinal;
    e->ordinal = PEL_ENTRY_DEAD;
    return s;
  }
  m->list.at[m->list.n++] = (pel_ranked){e->ordinal, e};
  m->slots[at] = (e->hash >> 32) << 32 | (uint64_t)m->list.n;
  return PEL_OK;
}

static pel_status merge_table(merger *m, const pel_entries *t, int part, bool alone) {
  enum { AHEAD = 8 };
  uint32_t first, n = pel__entries_range(t, part, &first);
  for (uint32_t i = 0; i < n; i++) {
    if (i + AHEAD < n) __builtin_prefetch(pel__entries_nth(t, part, first + i + AHEAD));
    pel_entry *e = pel__entries_nth(t, part, first + i);
    if (pel__look(m->env, i)) return PEL_E_CANCELLED;
    if (alone) {
      m->list.at[m->list.n++] = (pel_ranked){e->ordinal, e};
      continue;
    }
    pel_status s = merge_one(m, e);
    if (s) return s;
  }
  return PEL_OK;
}

static bool make_slots(merger *m, size_t n, size_t *bytes) {
  uint64_t cap = 16;
  while (cap < 2 * n) cap *= 2;
  m->mask = cap - 1;
  *bytes = cap * sizeof *m->slots;
  m->slots = (uint64_t *)m->env->alloc(m->env, *bytes);
  if (m->slots) memset(m->slots, 0, *bytes);
  return m->slots != NULL;
}

static pel_status merge_tables(merger *m, pel_entries *list, int part, uint32_t tables,
                               size_t n) {
  size_t bytes = 0;
  pel_status s = PEL_OK;
  if (tables > 1 && !make_slots(m, n, &bytes)) return PEL_E_NOMEM;
  for (const pel_entries *t = list; t && !s; t = t->next)
    s = merge_table(m, t, part, tables == 1);
  if (m->slots) m->env->free(m->env, m->slots, bytes);
  return s;
}

static pel_status sort_list(const pel_env *env, pel_ranked_list *list) {
  if (list->n <= SMALL_SORT || is_sorted(list->at, list->n)) {
    insertion_sort(list->at, list->n);
    return PEL_OK;
  }
  const size_t bytes = list->cap * sizeof(pel_ranked);
  pel_ranked *spare = (pel_ranked *)env->alloc(env, bytes);
  if (!spare) return PEL_E_NOMEM;
  pel_ranked *sorted = pel__ranked_sort(env, list->at, spare, list->n);
  env->free(env, sorted == spare ? list->at : spare, bytes);
  list->at = sorted;
  return env->cancelled(env) ? PEL_E_CANCELLED : PEL_OK;
}

pel_status pel__entries_merge(const pel_env *env, pel_entries *list, int part,
                              pel_entry_merge merge, void *ctx, pel_ranked_list *out) {
  size_t n = 0;
  uint32_t tables = 0, first;
  *out = (pel_ranked_list){NULL, 0, 0};
  for (const pel_entries *t = list; t; t = t->next) {
    uint32_t more = pel__entries_range(t, part, &first);
    n += more;
    tables += more > 0;
  }
  if (n == 0) return PEL_OK;
  if (n >= UINT32_MAX) return PEL_E_NOMEM;
  merger m = {env, list->form->keys, merge, ctx, NULL, 0, {NULL, 0, n}};
  m.list.at = (pel_ranked *)env->alloc(env, n * sizeof *m.list.at);
  if (!m.list.at) return PEL_E_NOMEM;
  pel_status s = merge_tables(&m, list, part, tables, n);
  if (!s) s = sort_list(env, &m.list);
  if (s) {
    pel__ranked_free(env, &m.list);
    return s;
  }
  *out = m.list;
  return PEL_OK;
}

void pel__ranked_free(const pel_env *env, pel_ranked_list *list) {
  if (list->at) env->free(env, list->at, list->cap * sizeof *list->at);
  *list = (pel_ranked_list){NULL, 0, 0};
}
