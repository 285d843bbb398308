/* The end of grouping: workers' tables are merged partition by partition, then put in order of first appearance by ranges
 * of ordinals. Small results skip partitioning and ranges. */
#include "stdlib/table/group.h"

enum {
  SMALL = 1 << 13,      /* entries that one task merges faster than many */
  UNIT_ROWS = 1 << 16,  /* groups of a unit */
  SAMPLE_EVERY = 64     /* of a partition's groups, one is looked at to cut ranges */
};

static pel_entries *tables_of(pel_group_state *s) {
  /* acquire: pairs with the release in seal */
  return (pel_entries *)pel__load_ptr(&s->tables, PEL_ACQUIRE);
}

static pel_status merge_entries(void *ctx, const pel_env *env, pel_entry *into, pel_entry *from) {
  const pel_group_params *p = (const pel_group_params *)ctx;
  pel_status status = PEL_OK;
  for (uint32_t i = 0; i < p->naggs; i++) {
    const pel_group_agg *a = &p->aggs[i];
    /* Even after a failure: every state of `from` must be taken or freed. */
    pel_status s = a->agg->combine(env, pel__group_state_of(into, a), pel__group_state_of(from, a));
    if (!status) status = s;
  }
  return status;
}

/* ---- no keys: everything goes into one entry ------------------------------------------------------- */

static pel_status merge_whole(const pel_env *env, pel_group_state *s) {
  pel_entry *into = pel__entry_at(&s->root, 0);
  for (pel_entries *t = tables_of(s); t; t = t->next) {
    pel_entry *from = pel__entry_at(t, 0);
    if (from->ordinal == PEL_ENTRY_DEAD) continue;
    pel_status status = merge_entries((void *)(uintptr_t)s->params, env, into, from);
    from->ordinal = PEL_ENTRY_DEAD;
    if (status) return status;
  }
  s->lists[0].at = (pel_ranked *)env->alloc(env, sizeof(pel_ranked));
  if (!s->lists[0].at) return PEL_E_NOMEM;
  s->lists[0].at[0] = (pel_ranked){0, into};
  s->lists[0].n = s->lists[0].cap = 1;
  return PEL_OK;
}

/* ---- ranges ------------------------------------------------------------------------------------------ */

static size_t count_samples(const pel_group_state *s) {
  size_t n = 0;
  for (uint32_t p = 0; p < s->parts; p++)
    n += (s->lists[p].n + SAMPLE_EVERY - 1) / SAMPLE_EVERY;
  return n;
}

static void take_samples(const pel_group_state *s, pel_ranked *to) {
  for (uint32_t p = 0; p < s->parts; p++)
    for (size_t i = 0; i < s->lists[p].n; i += SAMPLE_EVERY) *to++ = s->lists[p].at[i];
}

/* Cuts the ordinals into ranges of about UNIT_ROWS / 2 groups. */
static pel_status cut_ranges(const pel_env *env, pel_group_state *s) {
  size_t samples = count_samples(s), bytes = 2 * samples * sizeof(pel_ranked);
  uint32_t ranges = (uint32_t)(samples / (UNIT_ROWS / 2 / SAMPLE_EVERY)) + 1;
  pel_ranked *at = (pel_ranked *)env->alloc(env, bytes);
  s->splits = (uint64_t *)env->alloc(env, (ranges + 1) * sizeof *s->splits);
  if (s->splits) s->nranges = ranges;
  s->ranges = (pel_ranked_list *)env->alloc(env, ranges * sizeof *s->ranges);
  if (s->ranges) memset(s->ranges, 0, ranges * sizeof *s->ranges);
  if (!at || !s->splits || !s->ranges) {
    if (at) env->free(env, at, bytes);
    if (s->ranges && !s->splits) { /* their number is only known through splits */
      env->free(env, s->ranges, ranges * sizeof *s->ranges);
      s->ranges = NULL;
    }
    return PEL_E_NOMEM;
  }
  take_samples(s, at);
  const pel_ranked *sorted = pel__ranked_sort(at, at + samples, samples);
  s->splits[0] = 0;
  for (uint32_t r = 1; r < ranges; r++) s->splits[r] = sorted[samples * r / ranges].ordinal;
  s->splits[ranges] = UINT64_MAX;
  env->free(env, at, bytes);
  return PEL_OK;
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
static pel_status fill_range(const pel_env *env, pel_group_state *s, uint32_t r) {
  size_t n = 0;
  for (uint32_t p = 0; p < s->parts; p++)
    n += lower_bound(&s->lists[p], s->splits[r + 1]) - lower_bound(&s->lists[p], s->splits[r]);
  if (n == 0) return PEL_OK;
  pel_ranked *at = (pel_ranked *)env->alloc(env, n * sizeof *at);
  pel_ranked *spare = (pel_ranked *)env->alloc(env, n * sizeof *at);
  pel_ranked *sorted = NULL;
  if (at && spare) {
    n = 0;
    for (uint32_t p = 0; p < s->parts; p++) {
      const pel_ranked_list *l = &s->lists[p];
      size_t first = lower_bound(l, s->splits[r]), end = lower_bound(l, s->splits[r + 1]);
      memcpy(at + n, l->at + first, (end - first) * sizeof *at);
      n += end - first;
    }
    sorted = pel__ranked_sort(at, spare, n);
    s->ranges[r] = (pel_ranked_list){sorted, n, n};
  }
  if (at && at != sorted) env->free(env, at, n * sizeof *at);
  if (spare && spare != sorted) env->free(env, spare, n * sizeof *at);
  return sorted ? PEL_OK : PEL_E_NOMEM;
}

/* ---- phases ---------------------------------------------------------------------------------------- */

/* How many tables there are, and entries in all of them. */
static uint32_t count_tables(pel_group_state *s, uint64_t *entries) {
  uint32_t n = 0;
  *entries = 0;
  for (const pel_entries *t = tables_of(s); t; t = t->next, n++) *entries += t->n;
  return n;
}

pel_status pel__group_task_count(const pel_env *env, void *state, uint32_t phase, uint32_t *count) {
  pel_group_state *s = (pel_group_state *)state;
  if (phase == 0) {
    uint64_t entries;
    uint32_t tables = count_tables(s, &entries);
    bool whole = s->params->keys.n == 0;
    s->parts = whole || entries <= SMALL ? 1 : PEL_PARTITIONS;
    s->phase_merge = s->parts > 1;
    *count = s->parts > 1 ? tables : whole || tables > 0;
    return PEL_OK;
  }
  if ((int)phase == s->phase_merge) {
    *count = s->parts;
    return PEL_OK;
  }
  *count = 0;
  if ((int)phase != s->phase_merge + 1 || s->parts == 1) return PEL_OK;
  pel_status status = cut_ranges(env, s);
  if (!status) *count = s->nranges;
  return status;
}

pel_status pel__group_task_run(const pel_env *env, void *state, uint32_t phase, uint32_t task) {
  pel_group_state *s = (pel_group_state *)state;
  if (s->params->keys.n == 0) return merge_whole(env, s);
  if ((int)phase < s->phase_merge) {
    pel_entries *t = tables_of(s);
    while (task-- > 0) t = t->next;
    return pel__entries_partition(t, env);
  }
  if ((int)phase == s->phase_merge)
    return pel__entries_merge(env, tables_of(s), s->parts > 1 ? (int)task : -1, merge_entries,
                              (void *)(uintptr_t)s->params, &s->lists[task]);
  return fill_range(env, s, task);
}

/* Cuts the lists into units that are no longer than UNIT_ROWS. */
static uint64_t cut_units(const pel_ranked_list *lists, uint32_t n, pel_group_unit *to) {
  uint64_t units = 0;
  for (uint32_t i = 0; i < n; i++) {
    for (size_t at = 0; at < lists[i].n; at += UNIT_ROWS, units++) {
      size_t left = lists[i].n - at;
      if (to) to[units] = (pel_group_unit){lists[i].at + at, left < UNIT_ROWS ? left : UNIT_ROWS};
    }
  }
  return units;
}

pel_status pel__group_unit_count(const pel_env *env, void *state, uint64_t *count) {
  pel_group_state *s = (pel_group_state *)state;
  if (!s->units) {
    const pel_ranked_list *lists = s->ranges ? s->ranges : s->lists;
    uint32_t n = s->ranges ? s->nranges : 1;
    uint64_t units = cut_units(lists, n, NULL);
    if (units) {
      s->units = (pel_group_unit *)env->alloc(env, units * sizeof *s->units);
      if (!s->units) return PEL_E_NOMEM;
      s->nunits = cut_units(lists, n, s->units);
    }
  }
  *count = s->nunits;
  return PEL_OK;
}

void pel__group_finish_free(const pel_env *env, pel_group_state *s) {
  for (uint32_t p = 0; p < PEL_PARTITIONS; p++) pel__ranked_free(env, &s->lists[p]);
  for (uint32_t r = 0; s->ranges && r < s->nranges; r++) pel__ranked_free(env, &s->ranges[r]);
  if (s->ranges) env->free(env, s->ranges, s->nranges * sizeof *s->ranges);
  if (s->splits) env->free(env, s->splits, (s->nranges + 1) * sizeof *s->splits);
  if (s->units) env->free(env, s->units, s->nunits * sizeof *s->units);
}
