/* The operator "native": takes whole columns on its ports, calls once, gives what the
 * function gave (see plan.h). */
#include "runtime/engine/native_family.h"
#include "runtime/engine/state.h"
#include "runtime/vec/gather.h"

typedef struct params {
  uint32_t number, nports;
  const pel_type *const **in; /* per port its columns */
  uint32_t *nin;
  const pel_type *const *out;
  uint32_t nout;
} params;

typedef struct state {
  const params *p;
  pel_engine_run *run;
  pel_gather gather;
  pel_table *result;
} state;

static pel_engine_run *run_of(const pel_env *env) {
  return ((const pel_stage *)env->ctx)->run;
}

static pel_status bind(const pel_bind *b, void **out, pel_error *e) {
  params *p = b->alloc(b, sizeof *p);
  if (!p) return PEL_E_NOMEM;
  if (b->nargs < 1)
    return pel_error_set(e, PEL_E_INVALID, "a native call without a function");
  *p = (params){.number = (uint32_t)b->args[0].as.i,
                .nports = b->nports,
                .out = b->out,
                .nout = b->nout};
  p->in = b->alloc(b, (b->nports + 1) * sizeof *p->in);
  p->nin = b->alloc(b, (b->nports + 1) * sizeof *p->nin);
  if (!p->in || !p->nin) return PEL_E_NOMEM;
  const pel_type *const *at = b->in;
  for (uint32_t i = 0; i < b->nports; i++) {
    p->in[i] = at;
    p->nin[i] = b->nin[i];
    at += b->nin[i];
  }
  *out = p;
  return PEL_OK;
}

static pel_status open_call(const pel_env *env, const void *bound,
                            const pel_request *request, void **out) {
  (void)request;
  pel_error e = {0};
  state *s = env->alloc(env, sizeof *s);
  if (!s) return PEL_E_NOMEM;
  *s = (state){.p = bound, .run = run_of(env), .gather = {.alloc = run_of(env)->alloc}};
  const pel_status st = pel__natives_prepare(s->run->natives, s->p->number, &e);
  if (st) {
    env->free(env, s, sizeof *s);
    return env->fail(env, 0, "native", "%s", e.message);
  }
  *out = s;
  return PEL_OK;
}

static void close_call(const pel_env *env, void *opened) {
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
  const state *s = opened;
  pel__gather_local_deinit(mine, s->run->alloc);
  env->free(env, mine, sizeof(pel_gather_local));
}

static pel_status consume(const pel_env *env, void *opened, void *mine, uint32_t port,
                          const pel_chunk *c) {
  const state *s = opened;
  (void)env;
  return pel__gather_add(mine, s->run->alloc, port, s->p->in[port], s->p->nin[port], c);
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

/* ---- arguments ---- */

static pel_status gather(state *s, pel_table **args) {
  pel_status st = PEL_OK;
  for (uint32_t i = 0; !st && i < s->p->nports; i++)
    st = pel__gather_table(&s->gather, i, s->p->in[i], s->p->nin[i], &args[i]);
  return st;
}

static pel_status only_values(const pel_env *env, const pel_table *t, pel_str name) {
  for (uint32_t c = 0; c < t->ncols; c++)
    for (uint64_t i = 0; t->cols[c].state && i < t->rows; i++) {
      if (t->cols[c].state[i] == PEL_POISON)
        return env->consume_poison(env, t->cols[c].fail[i], i);
      if (t->cols[c].state[i] == PEL_NULL)
        return env->fail(env, i, "null", "element %llu of `" PEL_STR_FMT "` is null",
                         (unsigned long long)i, PEL_STR_ARG(name));
    }
  return PEL_OK;
}

/* ---- sizes ---- */

/* A cell of a narrow type fills the lower bytes only. */
static int64_t widened(pel_kind k, int64_t i) {
  if (k == PEL_I8) return (int8_t)i;
  if (k == PEL_I16) return (int16_t)i;
  return k == PEL_I32 ? (int32_t)i : i;
}

static pel_status size_value(const pel_native_frame *x, const pel_cparam *size,
                             pel_table *const *args, uint64_t *out) {
  const pel_col *c = &args[size->arg]->cols[0];
  pel_native_value v = {.i = 0};
  const pel_status s = pel__native_store(x->env, c, 0, v.bytes);
  if (s) return s;
  v.i = widened(c->type->kind, v.i);
  const bool minus = v.i < 0 && c->type->kind != PEL_U64;
  const uint64_t n = minus ? -(uint64_t)v.i : (uint64_t)v.i;
  if (minus || n > UINT64_C(1) << 40)
    return x->env->fail(x->env, 0, "size",
                        "`" PEL_STR_FMT "` of `" PEL_STR_FMT
                        "` is %s%llu: that is no size of an array",
                        PEL_STR_ARG(size->name), PEL_STR_ARG(x->f->symbol),
                        minus ? "-" : "", (unsigned long long)n);
  return *out = n, PEL_OK;
}

/* How many elements the size parameter of array i stands for. */
static pel_status tied_size(const pel_native_frame *x, uint32_t i, pel_table *const *args,
                            uint64_t *out) {
  const pel_cparam *size = pel__native_param(x, pel__native_param(x, i)->size);
  if (size->size_of != PEL_NONE)
    return *out = args[pel__native_param(x, size->size_of)->arg]->rows, PEL_OK;
  return size_value(x, size, args, out);
}

static uint64_t most_of(pel_ctype c) {
  if (c < PEL_C_I8 || c > PEL_C_U64) return UINT64_MAX;
  const uint32_t bits = 8u << ((c - PEL_C_I8) % 4);
  return UINT64_MAX >> (64 - bits) >> (c <= PEL_C_I64);
}

/* The length of an array, told to C as its size. */
static pel_status told_size(const pel_native_frame *x, uint32_t i, pel_table *const *args,
                            int64_t *out) {
  const pel_cparam *size = pel__native_param(x, i),
                   *array = pel__native_param(x, size->size_of);
  const uint64_t rows = args[array->arg]->rows, most = most_of(size->ctype);
  if (rows <= most) return *out = (int64_t)rows, PEL_OK;
  return x->env->fail(x->env, 0, "size",
                      "`" PEL_STR_FMT "` of `" PEL_STR_FMT
                      "` has %llu elements, and its size `" PEL_STR_FMT
                      "` is of a type that goes up to %llu",
                      PEL_STR_ARG(array->name), PEL_STR_ARG(x->f->symbol),
                      (unsigned long long)rows, PEL_STR_ARG(size->name),
                      (unsigned long long)most);
}

static pel_status check_size(const pel_native_frame *x, uint32_t i,
                             pel_table *const *args) {
  const pel_cparam *p = pel__native_param(x, i);
  uint64_t want = 0;
  if (p->ctype != PEL_C_ARRAY || p->mode == PEL_C_OUT || p->size == PEL_NONE)
    return PEL_OK;
  const pel_status s = tied_size(x, i, args, &want);
  if (s || want == args[p->arg]->rows) return s;
  return x->env->fail(x->env, 0, "size",
                      "`" PEL_STR_FMT "` of `" PEL_STR_FMT
                      "` has %llu elements, and its size `" PEL_STR_FMT "` is %llu",
                      PEL_STR_ARG(p->name), PEL_STR_ARG(x->f->symbol),
                      (unsigned long long)args[p->arg]->rows,
                      PEL_STR_ARG(pel__native_param(x, p->size)->name),
                      (unsigned long long)want);
}

/* ---- the call ---- */

/* The elements of an array that is given back. */
static pel_status array_room(pel_native_frame *x, uint32_t i, pel_table *const *args,
                             uint64_t *lengths) {
  const pel_cparam *p = pel__native_param(x, i);
  size_t bytes;
  pel_status s = PEL_OK;
  if (p->mode == PEL_C_INOUT)
    lengths[i] = args[p->arg]->rows;
  else
    s = p->size == PEL_NONE ? PEL_E_INTERNAL : tied_size(x, i, args, &lengths[i]);
  if (s) return s;
  if (!pel__size_mul((size_t)lengths[i], pel_kind_width(x->n->plan->types[p->type].kind),
                     &bytes))
    return PEL_E_NOMEM;
  x->pointers[i] = x->env->temp(x->env, bytes + 64);
  if (!x->pointers[i]) return PEL_E_NOMEM;
  if (p->mode == PEL_C_INOUT && bytes)
    memcpy(x->pointers[i], args[p->arg]->cols[0].data, bytes);
  else
    memset(x->pointers[i], 0, bytes + 64);
  return PEL_OK;
}

static pel_status one_argument(pel_native_frame *x, uint32_t i, pel_table *const *args,
                               uint64_t *lengths) {
  const pel_cparam *p = pel__native_param(x, i);
  pel_native_value *v = &x->values[i];
  const pel_type *t = p->type == PEL_NONE ? NULL : &x->n->plan->types[p->type];
  x->args[i] = v;
  if (p->size_of != PEL_NONE) return told_size(x, i, args, &v->i);
  if (p->ctype == PEL_C_ARRAY && p->mode == PEL_C_IN)
    return v->p = args[p->arg]->cols[0].data, PEL_OK;
  if (p->ctype == PEL_C_ARRAY) {
    const pel_status s = array_room(x, i, args, lengths);
    return v->p = x->pointers[i], s;
  }
  if (p->mode == PEL_C_OUT) return pel__native_argument(x, i, NULL, 0);
  if (args[p->arg]->rows != 1) return PEL_E_INTERNAL;
  pel_col *one = x->env->temp(
      x->env, (p->arg + 1) * sizeof *one); /* the argument stands where its number says */
  if (!one) return PEL_E_NOMEM;
  one[p->arg] = args[p->arg]->cols[0];
  if (t && t->kind == PEL_RECORD)
    one[p->arg] = (pel_col){.type = t, .child = args[p->arg]->cols};
  const pel_status s = pel__native_argument(x, i, one, 0);
  return s == PEL_E_INVALID ? x->env->fail(x->env, 0, "native", "%s", pel__native_nul(x))
                            : s;
}

/* ---- results ---- */

typedef struct results {
  const state *s;
  pel_native_frame *x;
  const uint64_t *lengths;
  pel_col *cols;
  uint32_t n;
} results;

static pel_status add_value(results *r, const char *from) {
  pel_col *c = &r->cols[r->n];
  const pel_type *t = r->s->p->out[r->n++];
  *c = (pel_col){.type = t};
  size_t align;
  c->data = r->x->env->temp(r->x->env, pel__native_size(t, &align) + sizeof(pel_view));
  if (t->kind == PEL_RECORD) {
    c->child = r->x->env->temp(r->x->env, (t->nfields + 1) * sizeof *c->child);
    for (uint32_t k = 0; c->child && k < t->nfields; k++)
      c->child[k] =
          (pel_col){.type = t->fields[k].type, .data = r->x->env->temp(r->x->env, 16)};
    if (!c->child) return PEL_E_NOMEM;
  }
  return c->data ? pel__native_load(r->x->env, from, c, 0) : PEL_E_NOMEM;
}

static pel_status add_list(results *r, uint32_t i) {
  pel_col *c = &r->cols[r->n];
  const pel_type *t = r->s->p->out[r->n++];
  int64_t *offsets = r->x->env->temp(r->x->env, 2 * sizeof *offsets);
  c->child = r->x->env->temp(r->x->env, sizeof *c->child);
  if (!offsets || !c->child) return PEL_E_NOMEM;
  offsets[0] = 0;
  offsets[1] = (int64_t)r->lengths[i];
  pel_col *items = c->child;
  *items = (pel_col){.type = t->item, .data = r->x->pointers[i]};
  *c = (pel_col){.type = t, .data = offsets, .child = items};
  return PEL_OK;
}

static pel_status keep_rows(const state *s, const pel_col *cols, uint64_t rows,
                            pel_table **out) {
  pel_piece *piece = NULL;
  pel_status st = pel__piece_new(s->run->alloc, s->p->out, s->p->nout, &piece);
  pel_col block = cols[0];
  for (uint64_t at = 0; !st && at < rows; at += PEL_BLOCK_ROWS) {
    const uint32_t n =
        rows - at > PEL_BLOCK_ROWS ? PEL_BLOCK_ROWS : (uint32_t)(rows - at);
    block.data = (char *)cols[0].data + at * pel_kind_width(block.type->kind);
    const pel_chunk c = {.rows = n,
                         .nsel = n,
                         .ncols = s->p->nout,
                         .cols = rows == 1 ? (pel_col *)(uintptr_t)cols : &block};
    st = pel__piece_append(piece, &c);
  }
  if (!st)
    return pel__table_of_pieces(s->run->alloc, s->p->out, s->p->nout, &piece, 1, out);
  if (piece) pel__piece_free(piece);
  return st;
}

static pel_status take_results(state *s, pel_native_frame *x, const uint64_t *lengths) {
  results r = {.s = s, .x = x, .lengths = lengths};
  r.cols = x->env->temp(x->env, (s->p->nout + 1) * sizeof *r.cols);
  if (!r.cols) return PEL_E_NOMEM;
  memset(r.cols, 0, (s->p->nout + 1) * sizeof *r.cols);
  pel_status st = pel__native_returns(x->f) ? add_value(&r, x->result->bytes) : PEL_OK;
  for (pel_cmode mode = PEL_C_OUT; mode <= PEL_C_INOUT; mode++)
    for (uint32_t i = 0; !st && i < x->f->params.n; i++) {
      const pel_cparam *p = pel__native_param(x, i);
      if (p->mode != mode || r.n >= s->p->nout) continue;
      const bool rows = p->ctype == PEL_C_ARRAY && s->p->out[r.n]->kind != PEL_LIST;
      if (rows) {
        const pel_col all = {.type = s->p->out[0], .data = x->pointers[i]};
        return keep_rows(s, &all, lengths[i], &s->result);
      }
      st = p->ctype == PEL_C_ARRAY ? add_list(&r, i) : add_value(&r, x->pointers[i]);
    }
  return st ? st : keep_rows(s, r.cols, 1, &s->result);
}

static pel_status call(const pel_env *env, state *s, pel_table *const *args) {
  pel_native_frame x = {0};
  uint64_t lengths[PEL_NATIVE_PARAMS] = {0};
  pel_status st = pel__native_frame_init(&x, s->run->natives, s->p->number, env);
  for (uint32_t i = 0; !st && i < x.f->params.n; i++) {
    const pel_cparam *p = pel__native_param(&x, i);
    if (p->arg != PEL_NONE) st = only_values(env, args[p->arg], p->name);
    if (!st) st = check_size(&x, i, args);
    if (!st) st = one_argument(&x, i, args, lengths);
  }
  if (st) return st;
  const uint32_t before = pel__fpu_control();
  pel__native_invoke(&x);
  st = pel__native_check_control(&x, before, 0);
  if (!st)
    st = pel__native_succeeded(&x)
             ? take_results(s, &x, lengths)
             : env->fail(env, 0, "native", "%s", pel__native_complaint(&x));
  pel__native_leave(&x);
  return st;
}

static pel_status task_run(const pel_env *env, void *opened, uint32_t phase,
                           uint32_t task) {
  state *s = opened;
  (void)phase, (void)task;
  pel_table **args = env->temp(env, (s->p->nports + 1) * sizeof *args);
  if (!args) return PEL_E_NOMEM;
  memset(args, 0, (s->p->nports + 1) * sizeof *args);
  pel_status st = gather(s, args);
  if (!st) st = call(env, s, args);
  for (uint32_t i = 0; i < s->p->nports; i++)
    if (args[i]) pel__table_release(args[i]);
  return st;
}

static pel_status unit_count(const pel_env *env, void *opened, uint64_t *count) {
  const state *s = opened;
  (void)env;
  *count = pel__table_units(s->result);
  return PEL_OK;
}

static pel_status emit(const pel_env *env, void *opened, const pel_unit *u,
                       pel_cursor *cur, pel_chunk *out) {
  return pel__table_emit(((const state *)opened)->result, env, u, cur, out);
}

const pel_op pel__op_native = {
    .size = sizeof(pel_op),
    .abi = PEL_OP_ABI,
    .name = "native",
    .sig = "",
    .kind = PEL_OP_BREAKER,
    .doc = "One call of a shared library's function with whole arrays.",
    .bind = bind,
    .open = open_call,
    .close = close_call,
    .local_init = local_init,
    .local_fini = local_fini,
    .consume = consume,
    .seal = seal,
    .task_count = task_count,
    .task_run = task_run,
    .unit_count = unit_count,
    .emit = emit};
