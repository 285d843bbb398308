/* The operator "unlist": a row per item of a list column, in order; see plan.h. */
#include "runtime/vec/column.h"
#include "runtime/vec/gather.h"
#include "stdlib/env_alloc.h"

typedef struct state {
  const pel_type *const *out;
  const pel_env *env;
  pel_alloc alloc; /* the run's budget */
  pel_gather gather;
  pel_table *result;
} state;

static pel_status bind(const pel_bind *b, void **params, pel_error *e) {
  if (b->nout != 1) return pel_error_set(e, PEL_E_INVALID, "unlist gives one column");
  *params = (void *)(uintptr_t)b->out;
  return PEL_OK;
}

static pel_status open_list(const pel_env *env, const void *params,
                            const pel_request *request, void **out) {
  (void)request;
  state *s = env->alloc(env, sizeof *s);
  if (!s) return PEL_E_NOMEM;
  *s = (state){.out = params, .env = env, .alloc = pel__env_alloc(env)};
  s->gather.alloc = &s->alloc;
  *out = s;
  return PEL_OK;
}

static void close_list(const pel_env *env, void *opened) {
  state *s = opened;
  if (!s) return;
  pel__gather_deinit(&s->gather);
  if (s->result) pel__table_release(s->result);
  env->free(env, s, sizeof *s);
}

static pel_status local_init(const pel_env *env, void *opened, void **out) {
  (void)opened;
  pel_gather_local *l = env->alloc(env, sizeof *l);
  if (!l) return PEL_E_NOMEM;
  *l = (pel_gather_local){.parts = {0}};
  *out = l;
  return PEL_OK;
}

static void local_fini(const pel_env *env, void *opened, void *mine) {
  state *s = opened;
  pel__gather_local_deinit(mine, &s->alloc);
  env->free(env, mine, sizeof(pel_gather_local));
}

static pel_status add_items(const pel_env *env, state *s, pel_gather_local *l,
                            const pel_col *list, uint32_t row, uint64_t ordinal) {
  const int64_t *at = list->data;
  for (int64_t i = at[row]; i < at[row + 1]; i += PEL_BLOCK_ROWS) {
    const int64_t left = at[row + 1] - i;
    const uint32_t n = left > PEL_BLOCK_ROWS ? PEL_BLOCK_ROWS : (uint32_t)left;
    pel_col items;
    if (!pel__col_from(list->child, (uint64_t)i, env, &items)) return PEL_E_NOMEM;
    const pel_chunk c = {
        .rows = n, .nsel = n, .ncols = 1, .cols = &items, .ordinal = ordinal};
    const pel_status st = pel__gather_add(l, &s->alloc, 0, s->out, 1, &c);
    if (st) return st;
  }
  return PEL_OK;
}

static pel_status consume(const pel_env *env, void *opened, void *mine, uint32_t port,
                          const pel_chunk *c) {
  state *s = opened;
  const pel_col *list = &c->cols[0];
  (void)port;
  for (uint32_t k = 0; k < c->nsel; k++) {
    const uint32_t row = c->sel ? c->sel[k] : k;
    if (list->state && list->state[row] == PEL_POISON)
      return env->consume_poison(env, list->fail[row], row);
    if (list->state && list->state[row] == PEL_NULL) continue;
    const pel_status st = add_items(env, s, mine, list, row, c->ordinal);
    if (st) return st;
  }
  return PEL_OK;
}

static pel_status seal(const pel_env *env, void *opened, void *mine) {
  state *s = opened;
  (void)env;
  return pel__gather_seal(&s->gather, mine);
}

static pel_status task_count(const pel_env *env, void *opened, uint32_t phase,
                             uint32_t *count) {
  (void)env, (void)opened;
  *count = phase == 0;
  return PEL_OK;
}

static pel_status task_run(const pel_env *env, void *opened, uint32_t phase,
                           uint32_t task) {
  state *s = opened;
  (void)env, (void)phase, (void)task;
  return pel__gather_table(&s->gather, 0, s->out, 1, &s->result);
}

static pel_status unit_count(const pel_env *env, void *opened, uint64_t *count) {
  (void)env;
  *count = pel__table_units(((const state *)opened)->result);
  return PEL_OK;
}

static pel_status emit(const pel_env *env, void *opened, const pel_unit *u,
                       pel_cursor *cur, pel_chunk *out) {
  return pel__table_emit(((const state *)opened)->result, env, u, cur, out);
}

PEL_OP(unlist, "unlist", "", PEL_OP_BREAKER, .doc = "A row per item of a list, in order.",
       .props = PEL_PURE | PEL_KEEPS_ORDER | PEL_INTERNAL, .bind = bind,
       .open = open_list, .close = close_list, .local_init = local_init,
       .local_fini = local_fini, .consume = consume, .seal = seal,
       .task_count = task_count, .task_run = task_run, .unit_count = unit_count,
       .emit = emit);
