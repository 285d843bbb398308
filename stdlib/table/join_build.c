/* Right rows by key: a partition's entries in order of the rows, then a group per key and
 * the rows of each side by side. */
#include "stdlib/table/join.h"
#include "stdlib/table/look.h"

enum { SMALL = 1 << 13, FAR_BYTES = 1 << 18 };

void pel__join_part_free(const pel_env *env, pel_join_part *part) {
  if (part->slots) env->free(env, part->slots, part->cap * sizeof *part->slots);
  if (part->groups) env->free(env, part->groups, part->cap_groups * sizeof *part->groups);
  if (part->rows) env->free(env, part->rows, part->nrows * sizeof *part->rows);
  *part = (pel_join_part){NULL, 0, NULL, 0, 0, NULL, 0};
}

static size_t count_entries(const pel_join_state *s, int part) {
  size_t n = 0;
  uint32_t first;
  for (const pel_join_build *b = s->builds; b; b = b->next)
    n += pel__entries_range(&b->table, part, &first);
  return n;
}

static void list_entries(const pel_join_state *s, int part, pel_ranked *to) {
  for (const pel_join_build *b = s->builds; b; b = b->next) {
    uint32_t first, n = pel__entries_range(&b->table, part, &first);
    for (uint32_t i = 0; i < n; i++) {
      pel_entry *e = pel__entries_nth(&b->table, part, first + i);
      *to++ = (pel_ranked){e->ordinal, e};
    }
  }
}

/* The group of e's key, made if it is new. */
static uint32_t group_of(pel_join_part *part, const pel_keys *keys, const pel_entry *e) {
  const uint64_t mask = part->cap - 1;
  uint64_t at = (e->hash >> 8) & mask, slot;
  for (; (slot = part->slots[at]) != 0; at = (at + 1) & mask) {
    const uint32_t g = (uint32_t)slot - 1;
    if (slot >> 32 == e->hash >> 32 &&
        pel__keys_same(keys, part->groups[g].entry->key, e->key))
      return g;
  }
  part->slots[at] = (e->hash >> 32) << 32 | (part->ngroups + 1);
  part->groups[part->ngroups] = (pel_join_group){e, 0, 0};
  return part->ngroups++;
}

static pel_place place_of(const pel_join_params *p, const pel_entry *e) {
  pel_join_row row;
  memcpy(&row, (const char *)e + p->form.payload, sizeof row);
  return pel__store_place(row.store, (uint32_t)row.id);
}

static bool make_room(const pel_env *env, pel_join_part *part, uint32_t n, bool rows) {
  uint64_t cap = 16;
  while (cap < 2 * (uint64_t)n) cap *= 2;
  part->slots = (uint64_t *)env->alloc(env, cap * sizeof *part->slots);
  if (part->slots) part->cap = cap;
  part->groups = (pel_join_group *)env->alloc(env, n * sizeof *part->groups);
  if (part->groups) part->cap_groups = n;
  if (rows) {
    part->rows = (pel_place *)env->alloc(env, n * sizeof *part->rows);
    if (part->rows) part->nrows = n;
  }
  if (!part->slots || !part->groups || (rows && !part->rows)) return false;
  memset(part->slots, 0, cap * sizeof *part->slots);
  return true;
}

/* Rows behind each other by group; within one they stay in their order. */
static pel_status place_rows(const pel_env *env, const pel_join_params *p,
                             pel_join_part *part, const pel_ranked *list, size_t n,
                             const uint32_t *groups) {
  uint32_t at = 0;
  for (uint32_t g = 0; g < part->ngroups; g++) {
    part->groups[g].first = at;
    at += part->groups[g].n;
    part->groups[g].n = 0;
  }
  for (size_t i = 0; i < n; i++) {
    pel_join_group *g = &part->groups[groups[i]];
    if (pel__look(env, i)) return PEL_E_CANCELLED;
    part->rows[g->first + g->n++] = place_of(p, list[i].entry);
  }
  return PEL_OK;
}

static pel_status fill_part(const pel_env *env, pel_join_state *s, pel_join_part *part,
                            const pel_ranked *list, size_t n, uint32_t *groups) {
  const pel_join_params *p = s->params;
  for (size_t i = 0; i < n; i++) {
    if (pel__look(env, i)) return PEL_E_CANCELLED;
    groups[i] = group_of(part, &p->keys, list[i].entry);
    part->groups[groups[i]].n++;
  }
  if (!pel__join_gives_rows(p)) return PEL_OK;
  /* relaxed: read when all tasks have ended */
  if (part->ngroups < n) pel__store_u32(&s->repeats, 1, PEL_RELAXED);
  return place_rows(env, p, part, list, n, groups);
}

static pel_status build_part(const pel_env *env, pel_join_state *s, uint32_t number) {
  const int part = s->nparts > 1 ? (int)number : -1;
  const size_t n = count_entries(s, part);
  if (n == 0) return PEL_OK;
  if (n >= UINT32_MAX) return PEL_E_NOMEM;
  const size_t bytes = n * (2 * sizeof(pel_ranked) + sizeof(uint32_t));
  pel_ranked *list = (pel_ranked *)env->alloc(env, bytes);
  if (!list) return PEL_E_NOMEM;
  pel_status status = PEL_E_NOMEM;
  if (make_room(env, &s->parts[number], (uint32_t)n, pel__join_gives_rows(s->params))) {
    list_entries(s, part, list);
    const pel_ranked *sorted = pel__ranked_sort(env, list, list + n, n);
    status = fill_part(env, s, &s->parts[number], sorted, n,
                       (uint32_t *)(void *)(list + 2 * n));
  }
  env->free(env, list, bytes);
  return status;
}

pel_status pel__join_task_count(const pel_env *env, void *state, uint32_t phase,
                                uint32_t *count) {
  pel_join_state *s = (pel_join_state *)state;
  (void)env;
  if (phase == 0) {
    const size_t n = count_entries(s, -1);
    uint32_t builds = 0;
    for (const pel_join_build *b = s->builds; b; b = b->next) builds++;
    s->nparts = n > SMALL ? PEL_PARTITIONS : 1;
    s->far = n * s->params->form.size > FAR_BYTES;
    *count = s->nparts > 1 ? builds : n > 0;
    return PEL_OK;
  }
  *count = phase == 1 && s->nparts > 1 ? s->nparts : 0;
  return PEL_OK;
}

pel_status pel__join_task_run(const pel_env *env, void *state, uint32_t phase,
                              uint32_t task) {
  pel_join_state *s = (pel_join_state *)state;
  if (phase > 0 || s->nparts == 1) return build_part(env, s, task);
  pel_join_build *b = s->builds;
  while (task-- > 0) b = b->next;
  return pel__entries_partition(&b->table, env);
}
