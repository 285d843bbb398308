#include "runtime/base/atomic.h"
#include "runtime/base/vec.h"
#include "stdlib/env_alloc.h"
#include "stdlib/io/csv.h"

/* MOST_WAITING: more than the engine lets wait, so that no list grows under the lock. */
enum { EARLY_BYTES = 256 << 10, MOST_WAITING = 80 };

/* The text of one morsel, waiting for those in front of it. */
typedef struct stash {
  uint64_t morsel;
  char *p;
  size_t n, cap;
} stash;

typedef struct writer {
  const pel_csv_params *params;
  pel_file *file;
  pel_alloc alloc; /* the run's budget, for buffers */
  const pel_env *env;
  pel_spin lock; /* around what follows */
  bool writing;  /* some worker is at the file; it takes what others leave */
  uint64_t next; /* the morsel to write */
  PEL_VEC(stash) waiting;
} writer;

typedef struct worker {
  pel_buf text;
} worker;

static void header(const writer *w, pel_buf *b) {
  const pel_type text = {.kind = PEL_STR};
  for (uint32_t k = 0; k < w->params->ncols; k++) {
    const char *name = w->params->names[k];
    pel_view v = pel_view_of(name, (uint32_t)strlen(name));
    const pel_col c = {.type = &text, .data = &v};
    if (k) pel__buf_char(b, w->params->dialect.delim);
    pel__csv_cell(b, &w->params->dialect, &c, 0);
  }
  pel__buf_char(b, '\n');
}

static void writer_close(const pel_env *env, void *state) {
  writer *w = state;
  if (!w) return;
  for (size_t i = 0; i < w->waiting.n; i++)
    pel__alloc_free(&w->alloc, w->waiting.at[i].p, w->waiting.at[i].cap);
  PEL_VEC_DEINIT(&w->waiting, &w->alloc);
  env->free(env, w, sizeof *w);
}

static pel_status writer_open(const pel_env *env, const void *params,
                              const pel_request *request, void **state) {
  (void)request;
  writer *w = env->alloc(env, sizeof *w);
  if (!w) return PEL_E_NOMEM;
  *w = (writer){.params = params, .env = env};
  w->alloc = pel__env_alloc(env);
  pel_status s =
      PEL_VEC_RESERVE(&w->waiting, MOST_WAITING, &w->alloc) ? PEL_OK : PEL_E_NOMEM;
  if (!s) s = env->create(env, w->params->path, &w->file);
  if (!s && w->params->dialect.header) {
    pel_buf b;
    pel__buf_init(&b, &w->alloc);
    header(w, &b);
    s = b.failed ? PEL_E_NOMEM : env->append(env, w->file, b.p, b.n);
    pel__buf_deinit(&b);
    if (s) env->discard(env, w->file);
  }
  if (s) {
    writer_close(env, w);
    return s;
  }
  *state = w;
  return PEL_OK;
}

static pel_status local_init(const pel_env *env, void *state, void **local) {
  writer *w = state;
  worker *l = env->alloc(env, sizeof *l);
  if (!l) return PEL_E_NOMEM;
  pel__buf_init(&l->text, &w->alloc);
  *local = l;
  return PEL_OK;
}

static void local_fini(const pel_env *env, void *state, void *local) {
  (void)state;
  worker *l = local;
  if (!l) return;
  pel__buf_deinit(&l->text);
  env->free(env, l, sizeof *l);
}

/* A list or record in a cell is poisoned by what stands in it. */
static bool poisoned(const pel_col *c, int64_t row, uint32_t *number) {
  const pel_kind k = c->type->kind;
  if (c->state && c->state[row] != PEL_VALID) {
    if (c->state[row] == PEL_POISON) *number = c->fail[row];
    return c->state[row] == PEL_POISON;
  }
  if (k == PEL_RECORD)
    for (uint32_t i = 0; i < c->type->nfields; i++)
      if (poisoned(&c->child[i], row, number)) return true;
  const int64_t *at = c->data;
  for (int64_t i = k == PEL_LIST ? at[row] : 0; k == PEL_LIST && i < at[row + 1]; i++)
    if (poisoned(c->child, i, number)) return true;
  return false;
}

/* The least row that holds a poisoned cell fails the item. */
static pel_status no_poison(const pel_env *env, const pel_chunk *c) {
  uint32_t least = UINT32_MAX, number = 0;
  for (uint32_t k = 0; k < c->ncols; k++) {
    const pel_col *col = &c->cols[k];
    const bool nested = col->type->kind == PEL_LIST || col->type->kind == PEL_RECORD;
    for (uint32_t i = 0; (col->fail || nested) && i < c->nsel; i++) {
      const uint32_t row = c->sel ? c->sel[i] : i;
      if (row >= least) break;
      if (poisoned(col, row, &number)) least = row;
    }
  }
  return least == UINT32_MAX ? PEL_OK : env->consume_poison(env, number, least);
}

/* The morsel that is next need not be kept whole: what there is of it goes to the file.
 */
static pel_status write_early(const pel_env *env, writer *w, worker *l, uint64_t morsel) {
  pel__spin_lock(&w->lock);
  const bool mine = !w->writing && w->next == morsel;
  if (mine) w->writing = true;
  pel__spin_unlock(&w->lock);
  if (!mine) return PEL_OK;
  const pel_status s = env->append(env, w->file, l->text.p, l->text.n);
  l->text.n = 0;
  pel__spin_lock(&w->lock);
  w->writing = false;
  pel__spin_unlock(&w->lock);
  return s;
}

static pel_status consume(const pel_env *env, void *state, void *local, uint32_t port,
                          const pel_chunk *c) {
  (void)port;
  writer *w = state;
  worker *l = local;
  const pel_csv_dialect *d = &w->params->dialect;
  const pel_status s = no_poison(env, c);
  if (s) return s;
  for (uint32_t i = 0; i < c->nsel; i++) {
    const uint32_t row = c->sel ? c->sel[i] : i;
    for (uint32_t k = 0; k < c->ncols; k++) {
      if (k) pel__buf_char(&l->text, d->delim);
      pel__csv_cell(&l->text, d, &c->cols[k], row);
    }
    pel__buf_char(&l->text, '\n');
  }
  if (l->text.failed) return PEL_E_NOMEM;
  return l->text.n < EARLY_BYTES ? PEL_OK : write_early(env, w, l, c->ordinal >> 32);
}

/* Under the lock: the text that is next, if it is there. */
static bool take_next(writer *w, stash *out) {
  for (size_t i = 0; i < w->waiting.n; i++) {
    if (w->waiting.at[i].morsel != w->next) continue;
    *out = w->waiting.at[i];
    w->waiting.at[i] = w->waiting.at[--w->waiting.n];
    return true;
  }
  return false;
}

/* Whoever brings the next text writes on as long as there is one; others leave theirs and
 * go. */
static pel_status drain(const pel_env *env, writer *w) {
  for (;;) {
    stash s;
    pel__spin_lock(&w->lock);
    const bool mine = !w->writing && take_next(w, &s);
    if (mine) w->writing = true;
    pel__spin_unlock(&w->lock);
    if (!mine) return PEL_OK;
    const pel_status st = s.n ? env->append(env, w->file, s.p, s.n) : PEL_OK;
    pel__alloc_free(&w->alloc, s.p, s.cap);
    pel__spin_lock(&w->lock);
    w->writing = false;
    w->next++;
    pel__spin_unlock(&w->lock);
    if (st) return st;
  }
}

static pel_status end_morsel(const pel_env *env, void *state, void *local,
                             uint64_t morsel) {
  writer *w = state;
  worker *l = local;
  const stash s = {morsel, l->text.p, l->text.n, l->text.cap};
  pel__buf_init(&l->text, &w->alloc);
  pel__spin_lock(&w->lock);
  const bool kept = PEL_VEC_PUSH(&w->waiting, s, &w->alloc);
  pel__spin_unlock(&w->lock);
  if (kept) return drain(env, w);
  pel__alloc_free(&w->alloc, s.p, s.cap);
  return PEL_E_NOMEM;
}

static pel_status writer_commit(const pel_env *env, void *state) {
  writer *w = state;
  return env->commit(env, w->file);
}
static void writer_abandon(const pel_env *env, void *state) {
  writer *w = state;
  env->discard(env, w->file);
}

static pel_status bind_csv(const pel_bind *b, void **params, pel_error *e) {
  return pel__csv_bind(b, ',', (pel_csv_params **)params, e);
}
static pel_status bind_tsv(const pel_bind *b, void **params, pel_error *e) {
  return pel__csv_bind(b, '\t', (pel_csv_params **)params, e);
}

#define WRITER(bind_)                                                                    \
  .bind = (bind_), .open = writer_open, .close = writer_close, .local_init = local_init, \
  .local_fini = local_fini, .consume = consume, .end_morsel = end_morsel,                \
  .commit = writer_commit, .abandon = writer_abandon

PEL_OP(write_csv, "write_csv", "(rows: [n]{..r}, path: str)", PEL_OP_SINK,
       .doc =
           "Comma-separated values: a header, line feeds, quotes only where needed; null "
           "is an empty field.",
       .props = PEL_ORDERED | PEL_THREADSAFE | PEL_INTERNAL, .ref = "RFC 4180",
       WRITER(bind_csv));
PEL_OP(write_tsv, "write_tsv", "(rows: [n]{..r}, path: str)", PEL_OP_SINK,
       .doc = "Tab-separated values; otherwise like csv.",
       .props = PEL_ORDERED | PEL_THREADSAFE | PEL_INTERNAL, .ref = "RFC 4180",
       WRITER(bind_tsv));
