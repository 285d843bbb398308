#include "stdlib/table/ranking.h"

enum {
  SMALL = 1 << 13,     /* entries that one task merges faster than many */
  UNIT_ROWS = 1 << 16, /* entries of a unit */
  SAMPLE_EVERY = 64    /* of a partition's entries, one is looked at to cut ranges */
};

void pel__ranking_init(pel_ranking *r, pel_entry_merge merge, void *ctx) {
  memset(r, 0, sizeof *r);
  r->merge = merge;
  r->ctx = ctx;
}

pel_entries *pel__ranking_tables(pel_ranking *r) {
  /* acquire: pairs with the release in push */
  return (pel_entries *)pel__load_ptr(&r->tables, PEL_ACQUIRE);
}

void pel__ranking_push(pel_ranking *r, pel_entries *t) {
  void *head = pel__load_ptr(&r->tables, PEL_RELAXED);
  do {
    t->next = (pel_entries *)head;
    /* release: pairs with the acquire of whoever reads the list when all are sealed */
  } while (!pel__cas_ptr(&r->tables, &head, t, PEL_RELEASE));
}

/* ---- ranges ---- */

static size_t count_samples(const pel_ranking *r) {
  size_t n = 0;
  for (uint32_t p = 0; p < r->parts; p++)
    n += (r->lists[p].n + SAMPLE_EVERY - 1) / SAMPLE_EVERY;
  return n;
}

static void take_samples(const pel_ranking *r, pel_ranked *to) {
  for (uint32_t p = 0; p < r->parts; p++)
    for (size_t i = 0; i < r->lists[p].n; i += SAMPLE_EVERY) *to++ = r->lists[p].at[i];
}

/* Cuts the ordinals into ranges of about UNIT_ROWS / 2 groups. */
static pel_status cut_ranges(const pel_env *env, pel_ranking *r) {
  size_t samples = count_samples(r), bytes = 2 * samples * sizeof(pel_ranked);
  uint32_t ranges = (uint32_t)(samples / (UNIT_ROWS / 2 / SAMPLE_EVERY)) + 1;
  pel_ranked *at = (pel_ranked *)env->alloc(env, bytes);
  r->splits = (uint64_t *)env->alloc(env, (ranges + 1) * sizeof *r->splits);
  if (r->splits) r->nranges = ranges;
  r->ranges = (pel_ranked_list *)env->alloc(env, ranges * sizeof *r->ranges);
  if (r->ranges) memset(r->ranges, 0, ranges * sizeof *r->ranges);
  if (!at || !r->splits || !r->ranges) {
    if (at) env->free(env, at, bytes);
    if (r->ranges && !r->splits) { /* their number is only known through splits */
      env->free(env, r->ranges, ranges * sizeof *r->ranges);
      r->ranges = NULL;
    }
    return PEL_E_NOMEM;
  }
  take_samples(r, at);
  const pel_ranked *sorted = pel__ranked_sort(env, at, at + samples, samples);
  r->splits[0] = 0;
  for (uint32_t i = 1; i < ranges; i++)
    r->splits[i] = sorted[samples * i / ranges].ordinal;
  r->splits[ranges] = UINT64_MAX;
  env->free(env, at, bytes);
  return env->cancelled(env) ? PEL_E_CANCELLED : PEL_OK; /* then they may be unsorted */
}

static size_t lower_bound(const pel_ranked_list *l, uint64_t ordinal) {
  size_t at = 0, n = l->n;
  while (n > 0) {
    size_t half = n / 2;
    if (l->at[at + half].ordinal < ordinal) {
      at += half + 1;
      n -= half + 1;
    } else {
      n = half;
    }
  }
  return at;
}

/* Collects one range out of every partition. */
static pel_status fill_range(const pel_env *env, pel_ranking *r, uint32_t number) {
  size_t n = 0;
  for (uint32_t p = 0; p < r->parts; p++)
    n += lower_bound(&r->lists[p], r->splits[number + 1]) -
         lower_bound(&r->lists[p], r->splits[number]);
  if (n == 0) return PEL_OK;
  pel_ranked *at = (pel_ranked *)env->alloc(env, n * sizeof *at);
  pel_ranked *spare = (pel_ranked *)env->alloc(env, n * sizeof *at);
  pel_ranked *sorted = NULL;
  if (at && spare) {
    n = 0;
    for (uint32_t p = 0; p < r->parts; p++) {
      const pel_ranked_list *l = &r->lists[p];
      size_t first = lower_bound(l, r->splits[number]),
             end = lower_bound(l, r->splits[number + 1]);
      memcpy(at + n, l->at + first, (end - first) * sizeof *at);
      n += end - first;
    }
    sorted = pel__ranked_sort(env, at, spare, n);
    r->ranges[number] = (pel_ranked_list){sorted, n, n};
  }
  if (at && at != sorted) env->free(env, at, n * sizeof *at);
  if (spare && spare != sorted) env->free(env, spare, n * sizeof *at);
  if (!sorted) return PEL_E_NOMEM;
  return env->cancelled(env) ? PEL_E_CANCELLED : PEL_OK;
}

/* ---- phases ---- */

/* How many tables there are, and entries in all of them. */
static uint32_t count_tables(pel_ranking *r, uint64_t *entries) {
  uint32_t n = 0;
  *entries = 0;
  for (const pel_entries *t = pel__ranking_tables(r); t; t = t->next, n++)
    *entries += t->n;
  return n;
}

pel_status pel__ranking_task_count(const pel_env *env, pel_ranking *r, uint32_t phase,
                                   uint32_t *count) {
  if (phase == 0) {
    uint64_t entries;
    uint32_t tables = count_tables(r, &entries);
    r->parts = entries <= SMALL ? 1 : PEL_PARTITIONS;
    r->phase_merge = r->parts > 1;
    *count = r->parts > 1 ? tables : tables > 0;
    return PEL_OK;
  }
  if (phase == r->phase_merge) {
    *count = r->parts;
    return PEL_OK;
  }
  *count = 0;
  if (phase != r->phase_merge + 1 || r->parts == 1) return PEL_OK;
  pel_status status = cut_ranges(env, r);
  if (!status) *count = r->nranges;
  return status;
}

pel_status pel__ranking_task_run(const pel_env *env, pel_ranking *r, uint32_t phase,
                                 uint32_t task) {
  pel_entries *t = pel__ranking_tables(r);
  if (phase < r->phase_merge) {
    while (task-- > 0) t = t->next;
    return pel__entries_partition(t, env);
  }
  if (phase == r->phase_merge)
    return pel__entries_merge(env, t, r->parts > 1 ? (int)task : -1, r->merge, r->ctx,
                              &r->lists[task]);
  return fill_range(env, r, task);
}

/* Cuts the lists into units that are no longer than UNIT_ROWS. */
static uint64_t cut_units(const pel_ranked_list *lists, uint32_t n,
                          pel_ranking_unit *to) {
  uint64_t units = 0;
  for (uint32_t i = 0; i < n; i++) {
    for (size_t at = 0; at < lists[i].n; at += UNIT_ROWS, units++) {
      size_t left = lists[i].n - at;
      if (to)
        to[units] =
            (pel_ranking_unit){lists[i].at + at, left < UNIT_ROWS ? left : UNIT_ROWS};
    }
  }
  return units;
}

pel_status pel__ranking_unit_count(const pel_env *env, pel_ranking *r, uint64_t *count) {
  if (!r->units) {
    const pel_ranked_list *lists = r->ranges ? r->ranges : r->lists;
    uint32_t n = r->ranges ? r->nranges : 1;
    uint64_t units = cut_units(lists, n, NULL);
    if (units) {
      r->units = (pel_ranking_unit *)env->alloc(env, units * sizeof *r->units);
      if (!r->units) return PEL_E_NOMEM;
      r->nunits = cut_units(lists, n, r->units);
    }
  }
  *count = r->nunits;
  return PEL_OK;
}

uint32_t pel__ranking_next(const pel_ranking *r, const pel_unit *unit, pel_cursor *cursor,
                           pel_entry **entries, uint64_t *ordinal) {
  const pel_ranking_unit *u = &r->units[unit->index];
  const size_t at = cursor->word[0];
  if (at >= u->n) return 0;
  const uint32_t n = u->n - at < PEL_BLOCK_ROWS ? (uint32_t)(u->n - at) : PEL_BLOCK_ROWS;
  for (uint32_t k = 0; k < n; k++) {
    entries[k] = u->at[at + k].entry;
    __builtin_prefetch(entries[k]);
  }
  cursor->word[0] = at + n;
  *ordinal = unit->index << 32 | at;
  return n;
}

void pel__ranking_free(const pel_env *env, pel_ranking *r) {
  for (uint32_t p = 0; p < PEL_PARTITIONS; p++) pel__ranked_free(env, &r->lists[p]);
  for (uint32_t i = 0; r->ranges && i < r->nranges; i++)
    pel__ranked_free(env, &r->ranges[i]);
  if (r->ranges) env->free(env, r->ranges, r->nranges * sizeof *r->ranges);
  if (r->splits) env->free(env, r->splits, (r->nranges + 1) * sizeof *r->splits);
  if (r->units) env->free(env, r->units, r->nunits * sizeof *r->units);
}
