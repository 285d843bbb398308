/* The end of sorting. Runs in memory are cut at the same keys into units, which tasks
 * merge side by side. If anything was spilled, all else is too; many files are merged
 * into fewer; and what is left is one stream. */
#include "stdlib/table/look.h"
#include "stdlib/table/losers.h"
#include "stdlib/table/sort.h"

enum {
  UNIT_ROWS = 1 << 16,
  MOST_UNITS = 1 << 10,
  SAMPLES_OF_UNIT = 8,
  FAN_IN = 48, /* files that are merged at once */
  MERGE_BLOCK = 1 << 14
};

/* ---- cutting runs in memory ---- */

typedef struct sample {
  const pel_sort_run *run;
  const pel_sort_entry *entry;
} sample;

static size_t total_rows(const pel_sort_state *s) {
  size_t n = 0;
  for (const pel_sort_run *r = s->runs; r; r = r->next) n += r->n;
  return n;
}

/* The first entry of r that is not below x. */
static size_t lower_bound(const pel_sort_run *r, const sample *x) {
  size_t at = 0, n = r->n;
  while (n > 0) {
    size_t half = n / 2;
    if (pel__sort_cmp(r, &r->entries[at + half], x->run, x->entry) < 0) {
      at += half + 1;
      n -= half + 1;
    } else {
      n = half;
    }
  }
  return at;
}

static size_t take_samples(const pel_sort_state *s, size_t step, sample *to) {
  size_t n = 0;
  for (const pel_sort_run *r = s->runs; r; r = r->next) {
    for (size_t i = step / 2; i < r->n; i += step, n++) {
      sample x = {r, &r->entries[i]};
      size_t at = n;
      if (!to) continue;
      for (;
           at > 0 && pel__sort_cmp(x.run, x.entry, to[at - 1].run, to[at - 1].entry) < 0;
           at--)
        to[at] = to[at - 1];
      to[at] = x;
    }
  }
  return n;
}

static pel_status fill_bounds(const pel_env *env, pel_sort_state *s, size_t rows) {
  const size_t step = rows / (s->nunits * SAMPLES_OF_UNIT) + 1,
               n = take_samples(s, step, NULL);
  sample *samples = (sample *)env->alloc(env, (n + 1) * sizeof *samples);
  if (!samples) return PEL_E_NOMEM;
  take_samples(s, step, samples);
  for (uint32_t r = 0; r < s->nruns; r++) {
    s->bounds[r] = 0;
    for (uint32_t u = 1; u < s->nunits; u++)
      s->bounds[u * s->nruns + r] =
          n ? lower_bound(s->run_at[r], &samples[n * u / s->nunits]) : 0;
    s->bounds[s->nunits * s->nruns + r] = s->run_at[r]->n;
  }
  env->free(env, samples, (n + 1) * sizeof *samples);
  return PEL_OK;
}

static uint32_t units_for(size_t rows) {
  size_t n = rows / UNIT_ROWS + (rows % UNIT_ROWS != 0);
  return n > MOST_UNITS ? MOST_UNITS : (uint32_t)n;
}

static pel_status list_runs(const pel_env *env, pel_sort_state *s) {
  s->nruns = 0;
  for (const pel_sort_run *r = s->runs; r; r = r->next) s->nruns++;
  if (s->nruns == 0 || s->run_at) return PEL_OK;
  s->run_at = (pel_sort_run **)env->alloc(env, s->nruns * sizeof *s->run_at);
  if (!s->run_at) return PEL_E_NOMEM;
  uint32_t i = 0;
  for (pel_sort_run *r = s->runs; r; r = r->next) s->run_at[i++] = r;
  return PEL_OK;
}

static pel_status cut_units(const pel_env *env, pel_sort_state *s) {
  const size_t rows = total_rows(s);
  const uint32_t n = units_for(rows);
  if (n == 0) return PEL_OK;
  s->units = (pel_sort_unit *)env->alloc(env, n * sizeof *s->units);
  if (!s->units) return PEL_E_NOMEM;
  memset(s->units, 0, n * sizeof *s->units);
  s->nunits = n;
  if (s->nruns == 1) { /* stretches of it as they are */
    for (uint32_t u = 0; u < n; u++) {
      size_t first = rows / n * u, end = u + 1 == n ? rows : rows / n * (u + 1);
      s->units[u] = (pel_sort_unit){s->runs, first, end - first, NULL};
    }
    return PEL_OK;
  }
  s->bounds = (size_t *)env->alloc(env, ((size_t)n + 1) * s->nruns * sizeof *s->bounds);
  return s->bounds ? fill_bounds(env, s, rows) : PEL_E_NOMEM;
}

/* ---- merging a unit ---- */

typedef struct merging {
  const pel_sort_run *const *runs;
  size_t *at;
  const size_t *end;
} merging;

static bool before(const void *ctx, uint32_t a, uint32_t b) {
  const merging *m = (const merging *)ctx;
  if (m->at[a] == m->end[a] || m->at[b] == m->end[b]) return m->at[a] != m->end[a];
  return pel__sort_cmp(m->runs[a], &m->runs[a]->entries[m->at[a]], m->runs[b],
                       &m->runs[b]->entries[m->at[b]]) < 0;
}

static pel_status merge_unit(const pel_env *env, pel_sort_state *s, uint32_t number) {
  const uint32_t n = s->nruns;
  const size_t *first = s->bounds + (size_t)number * n, *end = first + n;
  pel_sort_unit *u = &s->units[number];
  size_t rows = 0;
  for (uint32_t r = 0; r < n; r++) rows += end[r] - first[r];
  if (rows == 0) return PEL_OK;
  const size_t scratch = n * sizeof(size_t) + (n + 1) * sizeof(uint32_t);
  size_t *at = (size_t *)env->alloc(env, scratch);
  u->refs = (uint64_t *)env->alloc(env, rows * sizeof *u->refs);
  if (u->refs) u->n = rows;
  if (!at || !u->refs) {
    if (at) env->free(env, at, scratch);
    return PEL_E_NOMEM;
  }
  uint32_t *losers = (uint32_t *)(void *)(at + n);
  memcpy(at, first, n * sizeof *at);
  const merging m = {(const pel_sort_run *const *)s->run_at, at, end};
  pel__losers_init(losers, n, before, &m);
  pel_status status = PEL_OK;
  for (size_t i = 0; i < rows && !status; i++) {
    const uint32_t r = losers[0];
    if (pel__look(env, i)) status = PEL_E_CANCELLED;
    u->refs[i] = (uint64_t)r << 32 | s->run_at[r]->entries[at[r]++].id;
    pel__losers_replay(losers, n, r, before, &m);
  }
  env->free(env, at, scratch);
  return status;
}

/* ---- files ---- */

/* Takes files off the list in batches, if there are more than can be merged at once. */
static uint32_t make_batches(pel_sort_state *s) {
  uint32_t files = 0;
  for (const pel_sort_file *f = s->files; f; f = f->next) files++;
  s->nbatches = 0;
  while (files > FAN_IN && s->nbatches < sizeof s->batches / sizeof *s->batches) {
    uint32_t take = files - FAN_IN + 1 < FAN_IN ? files - FAN_IN + 1 : FAN_IN;
    pel_sort_file *batch = NULL;
    for (uint32_t i = 0; i < take; i++) {
      pel_sort_file *f = s->files;
      s->files = f->next;
      f->next = batch;
      batch = f;
    }
    s->batches[s->nbatches++] = batch;
    files -= take - 1; /* they come back as one */
  }
  return s->nbatches;
}

static void free_files(const pel_env *env, pel_sort_file **list) {
  for (pel_sort_file *f = *list, *next; f; f = next) {
    next = f->next;
    pel__sort_file_free(env, f);
  }
  *list = NULL;
}

static pel_status merge_batch(const pel_env *env, pel_sort_state *s,
                              pel_sort_file **batch) {
  pel_sort_merge *m;
  pel_sort_file *file = (pel_sort_file *)env->alloc(env, sizeof *file);
  if (!file) return PEL_E_NOMEM;
  memset(file, 0, sizeof *file);
  uint32_t block = 0;
  for (const pel_sort_file *f = *batch; f; f = f->next)
    block = f->largest > block ? f->largest : block;
  pel_status status = pel__sort_merge_new(env, s->params, *batch, &m);
  if (!status) {
    status =
        pel__sort_merge_write(m, env, file, block < MERGE_BLOCK ? block : MERGE_BLOCK);
    pel__sort_merge_free(env, m);
  }
  if (status) {
    pel__sort_file_free(env, file);
    return status;
  }
  free_files(env, batch);
  pel__spin_lock(&s->lock);
  file->next = s->files;
  s->files = file;
  pel__spin_unlock(&s->lock);
  return PEL_OK;
}

/* ---- phases ---- */

/* In memory only if there is room for the merged order as well. */
static void choose_way(const pel_env *env, pel_sort_state *s) {
  if (s->spilled || s->nruns < 2) return;
  size_t need = total_rows(s) * 2 * sizeof(uint64_t) + (1 << 16);
  if (env->reserve(env, need))
    s->spilled = true;
  else
    env->release(env, need);
}

pel_status pel__sort_task_count(const pel_env *env, void *state, uint32_t phase,
                                uint32_t *count) {
  pel_sort_state *s = (pel_sort_state *)state;
  *count = 0;
  if (phase == 0) {
    pel_status status = list_runs(env, s);
    if (status) return status;
    choose_way(env, s);
    if (!s->spilled) status = cut_units(env, s);
    *count = s->spilled ? s->nruns : s->nruns > 1 ? s->nunits : 0;
    if (status || *count) return status;
  }
  if (s->spilled) *count = make_batches(s);
  return PEL_OK;
}

pel_status pel__sort_task_run(const pel_env *env, void *state, uint32_t phase,
                              uint32_t task) {
  pel_sort_state *s = (pel_sort_state *)state;
  if (!s->spilled) return merge_unit(env, s, task);
  if (phase == 0 && s->nruns) return pel__sort_run_spill(s, env, s->run_at[task]);
  return merge_batch(env, s, &s->batches[task]);
}

pel_status pel__sort_unit_count(const pel_env *env, void *state, uint64_t *count) {
  const pel_sort_state *s = (const pel_sort_state *)state;
  (void)env;
  *count = s->spilled ? pel__sort_stream_units(s) : s->nunits;
  return PEL_OK;
}

/* ---- rows ---- */

static void find_places(const pel_sort_state *s, const pel_sort_unit *u, size_t first,
                        uint32_t n, pel_place *at) {
  for (uint32_t k = 0; k < n; k++) {
    if (u->run) {
      at[k] = pel__store_place(&u->run->store, u->run->entries[u->first + first + k].id);
    } else {
      const uint64_t ref = u->refs[first + k];
      at[k] = pel__store_place(&s->run_at[ref >> 32]->store, (uint32_t)ref);
    }
  }
}

pel_status pel__sort_emit(const pel_env *env, void *state, const pel_unit *unit,
                          pel_cursor *cursor, pel_chunk *out) {
  pel_sort_state *s = (pel_sort_state *)state;
  if (s->spilled) return pel__sort_stream_emit(env, s, unit, cursor, out);
  const pel_sort_unit *u = &s->units[unit->index];
  const size_t first = cursor->word[0];
  if (first >= u->n) return PEL_DONE;
  const uint32_t n =
      u->n - first < PEL_BLOCK_ROWS ? (uint32_t)(u->n - first) : PEL_BLOCK_ROWS;
  const uint32_t ncols = s->params->ncols;
  pel_place at[PEL_BLOCK_ROWS];
  find_places(s, u, first, n, at);
  pel_col *cols = (pel_col *)env->temp(env, (ncols + 1) * sizeof *cols);
  if (!cols) return PEL_E_NOMEM;
  for (uint32_t i = 0; i < ncols; i++) {
    pel_status status =
        pel__places_column(env, at, n, NULL, n, i, s->params->types[i], &cols[i]);
    if (status) return status;
  }
  cursor->word[0] = first + n;
  *out = (pel_chunk){n, n, NULL, ncols, cols, unit->index << 32 | first};
  return PEL_OK;
}
