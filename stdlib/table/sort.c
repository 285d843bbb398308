#include "stdlib/table/sort.h"

#include "stdlib/table/args.h"
#include "stdlib/table/keys.h"

/* RESERVE is given up when a run is spilled, so that spilling has the little memory it
 * needs. LARGE_RUN: bytes that a worker frees for others that have no memory at all. */
enum { RESERVE = 1 << 15, LARGE_RUN = 1 << 16, FEW_ROWS = 32 };

typedef struct sort_local {
  pel_sort_run *run;
  bool reserved, spilled;
} sort_local;

/* ---- parameters ---- */

static uint32_t fixed_size(const pel_sort_params *p) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < p->k; i++) {
    uint32_t width = pel_kind_width(p->types[i]->kind);
    if (width > 8) return 0;
    n += width + (p->types[i]->nullable ? 1 : 0);
  }
  return n <= 16 ? n : 0;
}

static pel_status bind(const pel_bind *b, void **params, pel_error *e) {
  int64_t k = 0;
  const pel_const *descending = NULL;
  if (!pel__arg_int(b, 0, &k) || !pel__arg_list(b, 1, &descending) || k < 0 ||
      b->nports < 1 || (uint64_t)k > b->nin[0] || descending->as.list.n != (uint64_t)k ||
      b->nout != b->nin[0])
    return pel_error_set(e, PEL_E_INVALID, "sort: arguments are wrong");
  pel_sort_params *p = (pel_sort_params *)b->alloc(b, sizeof *p);
  if (!p) return PEL_E_NOMEM;
  p->k = (uint32_t)k;
  p->ncols = b->nin[0];
  p->types = (const pel_type **)b->alloc(b, (p->ncols + 1) * sizeof *p->types);
  p->descending = (bool *)b->alloc(b, (size_t)k + 1);
  if (!p->types || !p->descending) return PEL_E_NOMEM;
  for (uint32_t i = 0; i < p->ncols; i++) p->types[i] = b->in[i];
  for (uint32_t i = 0; i < p->k; i++) {
    if (pel_kind_width(p->types[i]->kind) == 0 || p->types[i]->kind == PEL_LIST)
      return pel_error_set(e, PEL_E_INVALID, "sort: a key has no order");
    p->descending[i] = descending->as.list.at[i].as.i != 0;
  }
  p->fixed = fixed_size(p);
  p->unit_rows = UINT64_C(1) << 31;
  *params = p;
  return PEL_OK;
}

/* ---- states and locals ---- */

static pel_status open_state(const pel_env *env, const void *params,
                             const pel_request *request, void **state) {
  (void)request;
  pel_sort_state *s = (pel_sort_state *)env->alloc(env, sizeof *s);
  if (!s) return PEL_E_NOMEM;
  memset(s, 0, sizeof *s);
  s->params = (const pel_sort_params *)params;
  *state = s;
  return PEL_OK;
}

static void free_file_list(const pel_env *env, pel_sort_file *f) {
  for (pel_sort_file *next; f; f = next) {
    next = f->next;
    pel__sort_file_free(env, f);
  }
}

static void close_state(const pel_env *env, void *state) {
  pel_sort_state *s = (pel_sort_state *)state;
  pel__sort_stream_close(env, s);
  for (pel_sort_run *r = s->runs, *next; r; r = next) {
    next = r->next;
    pel__sort_run_free(env, r);
    env->free(env, r, sizeof *r);
  }
  free_file_list(env, s->files);
  for (uint32_t i = 0; i < s->nbatches; i++) free_file_list(env, s->batches[i]);
  for (uint32_t u = 0; u < s->nunits; u++)
    if (s->units[u].refs)
      env->free(env, s->units[u].refs, s->units[u].n * sizeof(uint64_t));
  if (s->units) env->free(env, s->units, s->nunits * sizeof *s->units);
  if (s->bounds)
    env->free(env, s->bounds, ((size_t)s->nunits + 1) * s->nruns * sizeof *s->bounds);
  if (s->run_at) env->free(env, s->run_at, s->nruns * sizeof *s->run_at);
  env->free(env, s, sizeof *s);
}

static void local_fini(const pel_env *env, void *state, void *local) {
  sort_local *l = (sort_local *)local;
  (void)state;
  if (l->run) {
    pel__sort_run_free(env, l->run);
    env->free(env, l->run, sizeof *l->run);
  }
  if (l->reserved) env->release(env, RESERVE);
  env->free(env, l, sizeof *l);
}

static pel_status local_init(const pel_env *env, void *state, void **local) {
  const pel_sort_state *s = (const pel_sort_state *)state;
  sort_local *l = (sort_local *)env->alloc(env, sizeof *l);
  if (!l) return PEL_E_NOMEM;
  memset(l, 0, sizeof *l);
  l->run = (pel_sort_run *)env->alloc(env, sizeof *l->run);
  if (l->run) pel__sort_run_init(l->run, s->params);
  l->reserved = env->reserve(env, RESERVE) == PEL_OK;
  if (!l->run || !l->reserved) {
    local_fini(env, state, l);
    return PEL_E_NOMEM;
  }
  *local = l;
  return PEL_OK;
}

/* ---- rows ---- */

static pel_status spill_run(const pel_env *env, pel_sort_state *s, sort_local *l) {
  if (l->reserved) env->release(env, RESERVE);
  pel_status status = pel__sort_run_spill(s, env, l->run);
  /* Should others have taken it, the next spill has to do without. */
  l->reserved = env->reserve(env, RESERVE) == PEL_OK;
  if (!status) l->spilled = true;
  return status;
}

static bool have_entries(const pel_env *env, pel_sort_run *run, uint32_t more) {
  if (run->n + more <= run->cap) return true;
  size_t cap = run->cap + run->cap / 2, size = sizeof *run->entries;
  if (cap < run->n + more) cap = run->n + more;
  if (cap >= UINT32_MAX) return false; /* then it is time for another run */
  pel_sort_entry *p =
      (pel_sort_entry *)(run->entries
                             ? env->resize(env, run->entries, run->cap * size, cap * size)
                             : env->alloc(env, cap * size));
  if (!p) return false;
  run->entries = p;
  run->cap = cap;
  return true;
}

/* PEL_E_NOMEM: none of the rows is in the run. */
static pel_status add_rows(const pel_env *env, const pel_sort_params *p,
                           pel_sort_run *run, const pel_chunk *c) {
  uint32_t ids[PEL_BLOCK_ROWS];
  const size_t rests = run->nrests;
  if (!have_entries(env, run, c->nsel)) return PEL_E_NOMEM;
  pel_status s = pel__sort_keys(p, env, c, run);
  if (!s) s = pel__store_append(&run->store, env, c->cols, c->sel, c->nsel, ids);
  if (s) {
    run->nrests = rests;
    return s;
  }
  for (uint32_t k = 0; k < c->nsel; k++) run->entries[run->n + k].id = ids[k];
  run->n += c->nsel;
  return PEL_OK;
}

/* Others hold all the memory: they are asked to spill, and these rows go to the spill
 * file a few at a time. */
static pel_status spill_rows(const pel_env *env, pel_sort_state *s, sort_local *l,
                             const pel_chunk *c) {
  uint16_t sel[PEL_BLOCK_ROWS];
  pel__store_u32(&s->pressed, 1, PEL_RELAXED);
  for (uint32_t k = 0; k < c->nsel; k++) sel[k] = c->sel ? c->sel[k] : (uint16_t)k;
  pel_status status = PEL_OK;
  for (uint32_t at = 0; at < c->nsel && !status; at += FEW_ROWS) {
    pel_chunk few = *c;
    few.sel = sel + at;
    few.nsel = c->nsel - at < FEW_ROWS ? c->nsel - at : FEW_ROWS;
    if (l->reserved) env->release(env, RESERVE);
    l->reserved = false;
    status = add_rows(env, s->params, l->run, &few);
    if (!status) status = spill_run(env, s, l);
  }
  return status;
}

static pel_status consume(const pel_env *env, void *state, void *local, uint32_t port,
                          const pel_chunk *c) {
  (void)port;
  pel_sort_state *s = (pel_sort_state *)state;
  sort_local *l = (sort_local *)local;
  if (c->nsel == 0) return PEL_OK;
  pel_status status = pel__consume_poison(env, c, 0, s->params->k, NULL);
  /* relaxed: seen at the next chunk if not at this one */
  if (!status && pel__load_u32(&s->pressed, PEL_RELAXED) &&
      pel__sort_run_bytes(l->run) >= LARGE_RUN) {
    pel__store_u32(&s->pressed, 0, PEL_RELAXED);
    status = spill_run(env, s, l);
  }
  if (status) return status;
  status = add_rows(env, s->params, l->run, c);
  if (status != PEL_E_NOMEM) return status;
  if (l->run->n > 0) {
    status = spill_run(env, s, l);
    if (status) return status;
    status = add_rows(env, s->params, l->run, c);
    if (status != PEL_E_NOMEM) return status;
  }
  pel__sort_run_free(env, l->run); /* what rows that did not fit have left */
  return spill_rows(env, s, l, c);
}

static pel_status spill(const pel_env *env, void *state, void *local, size_t want,
                        size_t *freed) {
  sort_local *l = (sort_local *)local;
  (void)want; /* a run goes whole: a part of it would be a run of its own */
  const size_t bytes = pel__sort_run_bytes(l->run);
  *freed = 0;
  if (l->run->n == 0) return PEL_OK;
  pel_status status = spill_run(env, (pel_sort_state *)state, l);
  if (!status) *freed = bytes;
  return status;
}

static pel_status seal(const pel_env *env, void *state, void *local) {
  pel_sort_state *s = (pel_sort_state *)state;
  sort_local *l = (sort_local *)local;
  if (l->spilled) return spill_run(env, s, l);
  if (l->run->n == 0) return PEL_OK;
  const pel_status status = pel__sort_run_sort(env, l->run);
  if (status) return status;
  pel__store_freeze(&l->run->store);
  pel__spin_lock(&s->lock);
  l->run->next = s->runs;
  s->runs = l->run;
  pel__spin_unlock(&s->lock);
  l->run = NULL;
  return PEL_OK;
}

PEL_OP(sort, "sort", "(rows: [n]{..r}, keys: [n]'k...) -> [n]{..r}", PEL_OP_BREAKER,
       .props = PEL_PURE | PEL_THREADSAFE,
       .doc =
           "Rows in the order of their keys; equal ones stay in their order. NaN, then "
           "null, are last either way.",
       .bind = bind, .open = open_state, .close = close_state, .local_init = local_init,
       .local_fini = local_fini, .consume = consume, .spill = spill, .seal = seal,
       .task_count = pel__sort_task_count, .task_run = pel__sort_task_run,
       .unit_count = pel__sort_unit_count, .emit = pel__sort_emit);
