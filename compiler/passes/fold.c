#include <stdarg.h>

#include "compiler/passes/passes_family.h"

/* One row through the kernel that would run it: the same bits. A call that fails is left
 * to the run, which knows what to say of it and whether it is needed at all. */
typedef struct folding {
  pel_arena scratch;
  bool failed;
} folding;

static void *scratch(const pel_env *env, size_t n) {
  char *p = pel__arena_get(&((folding *)env->ctx)->scratch, n + 64);
  return p ? p + (64 - (uintptr_t)p % 64) : NULL;
}

static void *grow(const pel_env *env, void *p, size_t old_n, size_t n) {
  void *r = scratch(env, n);
  if (r && p) memcpy(r, p, old_n < n ? old_n : n);
  return r;
}

static void keep(const pel_env *env, void *p, size_t n) {
  (void)env;
  (void)p;
  (void)n;
}

static pel_status PEL_PRINTF(4, 5)
    fail(const pel_env *env, uint64_t ordinal, const char *code, const char *fmt, ...) {
  (void)ordinal;
  (void)code;
  (void)fmt;
  ((folding *)env->ctx)->failed = true;
  return PEL_E_FAILED;
}

static uint32_t PEL_PRINTF(4, 5)
    poison(const pel_env *env, uint64_t ordinal, const char *code, const char *fmt, ...) {
  (void)ordinal;
  (void)code;
  (void)fmt;
  ((folding *)env->ctx)->failed = true;
  return 1;
}

static bool not_cancelled(const pel_env *env) {
  (void)env;
  return false;
}

static bool store(pel_col *c, const pel_const *v) {
  switch ((int)c->type->kind) {
    case PEL_BOOL:
    case PEL_I8:
    case PEL_U8:
      *(int8_t *)c->data = (int8_t)v->as.i;
      return true;
    case PEL_I16:
    case PEL_U16:
      *(int16_t *)c->data = (int16_t)v->as.i;
      return true;
    case PEL_I32:
    case PEL_U32:
    case PEL_DATE:
      *(int32_t *)c->data = (int32_t)v->as.i;
      return true;
    case PEL_I64:
    case PEL_U64:
    case PEL_TIME:
    case PEL_DUR:
      *(int64_t *)c->data = v->as.i;
      return true;
    case PEL_F32:
      *(float *)c->data = (float)v->as.f;
      return true;
    case PEL_F64:
      *(double *)c->data = v->as.f;
      return true;
    case PEL_STR:
    case PEL_BYTES:
      if (v->as.s.n > UINT32_MAX) return false;
      *(pel_view *)c->data = pel_view_of(v->as.s.p, (uint32_t)v->as.s.n);
      return true;
    default:
      return false;
  }
}

static bool load(const pel_col *c, pel_const *v) {
  switch ((int)c->type->kind) {
    case PEL_BOOL:
      v->as.i = *(uint8_t *)c->data != 0;
      return true;
    case PEL_I8:
      v->as.i = *(int8_t *)c->data;
      return true;
    case PEL_U8:
      v->as.i = *(uint8_t *)c->data;
      return true;
    case PEL_I16:
      v->as.i = *(int16_t *)c->data;
      return true;
    case PEL_U16:
      v->as.i = *(uint16_t *)c->data;
      return true;
    case PEL_I32:
    case PEL_DATE:
      v->as.i = *(int32_t *)c->data;
      return true;
    case PEL_U32:
      v->as.i = *(uint32_t *)c->data;
      return true;
    case PEL_I64:
    case PEL_U64:
    case PEL_TIME:
    case PEL_DUR:
      v->as.i = *(int64_t *)c->data;
      return true;
    case PEL_F32:
      v->as.f = (double)*(float *)c->data;
      return true;
    case PEL_F64:
      v->as.f = *(double *)c->data;
      return true;
    case PEL_STR:
    case PEL_BYTES: {
      const pel_view *s = c->data;
      v->as.s.p = pel_view_bytes(s);
      v->as.s.n = s->in.n;
      return s->in.n <= 64 << 10;
    }
    default:
      return false;
  }
}

/* A column of one row; room for a block, which kernels may touch. */
static bool column(const pel_env *env, const pel_type *t, pel_col *c) {
  *c = (pel_col){.type = t, .data = scratch(env, 16 * PEL_BLOCK_ROWS)};
  if (c->data) memset(c->data, 0, 16 * PEL_BLOCK_ROWS);
  return c->data != NULL;
}

static bool states(const pel_env *env, pel_col *c) {
  c->state = scratch(env, PEL_BLOCK_ROWS);
  c->fail = scratch(env, PEL_BLOCK_ROWS * sizeof *c->fail);
  if (!c->state || !c->fail) return false;
  memset(c->state, PEL_VALID, PEL_BLOCK_ROWS);
  memset(c->fail, 0, PEL_BLOCK_ROWS * sizeof *c->fail);
  return true;
}

static const pel_const *run(pel_ir *m, const pel_ir_node *n, const pel_env *env) {
  enum { MOST = 16 };
  pel_col in[MOST], out;
  const pel_type *types[MOST];
  bool strict = n->fn->props & PEL_NULL_STRICT, any_null = false;
  for (uint32_t i = 0; i < n->nargs; i++) {
    const pel_const *v = n->args[i]->value;
    types[i] = n->args[i]->type;
    if (!column(env, types[i], &in[i]) || (!v->is_null && !store(&in[i], v))) return NULL;
    if (!v->is_null) continue;
    any_null = true;
    if (!states(env, &in[i])) return NULL;
    in[i].state[0] = PEL_NULL;
    in[i].fail = NULL;
  }
  pel_const r = {.type = n->type};
  if (strict && any_null) {
    r.is_null = n->type->nullable;
    return r.is_null ? pel__ir_const(m, &r) : NULL;
  }
  pel_kernel kernel = n->fn->choose(types, n->nargs, n->type);
  if (!kernel || !column(env, n->type, &out) || !states(env, &out)) return NULL;
  pel_call call = {.env = env, .in = in, .nin = n->nargs, .n = 1, .out = &out};
  if (kernel(&call) != PEL_OK || ((folding *)env->ctx)->failed) return NULL;
  if (out.state && out.state[0] == PEL_POISON) return NULL;
  r.is_null = out.state && out.state[0] == PEL_NULL;
  if (r.is_null ? !n->type->nullable : !load(&out, &r)) return NULL;
  return pel__ir_const(m, &r);
}

const pel_const *pel__fold_call(pel_ir *m, const pel_ir_node *n) {
  if (!(n->fn->props & PEL_PURE) || !n->fn->choose || n->nargs > 16 ||
      n->type->kind > PEL_DUR)
    return NULL;
  for (uint32_t i = 0; i < n->nargs; i++)
    if (n->args[i]->op != PEL_IR_CONST || n->args[i]->type->kind > PEL_DUR) return NULL;
  folding f = {.failed = false};
  pel__arena_init(&f.scratch, NULL);
  pel_env env = {.size = sizeof env,
                 .ctx = &f,
                 .alloc = scratch,
                 .resize = grow,
                 .free = keep,
                 .temp = scratch,
                 .fail = fail,
                 .poison = poison,
                 .cancelled = not_cancelled,
                 .hash_bits = 64};
  const pel_const *r = run(m, n, &env);
  pel__arena_deinit(&f.scratch);
  return r;
}
