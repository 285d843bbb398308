#include "compiler/passes/fold.h"

#include <string.h>

/* A one-row block. */
typedef struct cell {
  union {
    uint8_t bytes[PEL_BLOCK_ROWS * 16]; /* kernels may use the room of a whole block */
    int64_t i;
    pel_view view;
  } data;
  uint8_t state[PEL_BLOCK_ROWS];
  uint32_t fail[PEL_BLOCK_ROWS];
} cell;

typedef struct folding {
  pel_ir *m;
  bool failed;
} folding;

static void *temp(const pel_env *e, size_t n) {
  folding *f = e->ctx;
  char *p = n < (1 << 20) ? pel__arena_get(f->m->arena, n + 64) : NULL;
  if (!p) f->failed = true;
  return p ? p + (-(uintptr_t)p & 63) : NULL;
}

static uint32_t poison(const pel_env *e, uint64_t ordinal, const char *code, const char *fmt, ...) {
  (void)ordinal, (void)code, (void)fmt;
  ((folding *)e->ctx)->failed = true;
  return 0;
}

static pel_status fail(const pel_env *e, uint64_t ordinal, const char *code, const char *fmt, ...) {
  (void)ordinal, (void)code, (void)fmt;
  ((folding *)e->ctx)->failed = true;
  return PEL_E_FAILED;
}

static bool scalar(pel_kind k) { return k >= PEL_BOOL && k <= PEL_DUR; }

static void store_int(pel_kind k, int64_t v, void *p) {
  switch ((int)k) {
    case PEL_BOOL: case PEL_I8: case PEL_U8: { const int8_t x = (int8_t)v; memcpy(p, &x, 1); break; }
    case PEL_I16: case PEL_U16: { const int16_t x = (int16_t)v; memcpy(p, &x, 2); break; }
    case PEL_I32: case PEL_U32: case PEL_DATE: { const int32_t x = (int32_t)v; memcpy(p, &x, 4); break; }
    default: memcpy(p, &v, 8);
  }
}

static int64_t load_int(pel_kind k, const void *p) {
  int64_t r = 0;
  switch ((int)k) {
    case PEL_BOOL: case PEL_U8: { uint8_t x; memcpy(&x, p, 1); r = x; break; }
    case PEL_I8: { int8_t x; memcpy(&x, p, 1); r = x; break; }
    case PEL_I16: { int16_t x; memcpy(&x, p, 2); r = x; break; }
    case PEL_U16: { uint16_t x; memcpy(&x, p, 2); r = x; break; }
    case PEL_I32: case PEL_DATE: { int32_t x; memcpy(&x, p, 4); r = x; break; }
    case PEL_U32: { uint32_t x; memcpy(&x, p, 4); r = x; break; }
    default: memcpy(&r, p, 8);
  }
  return r;
}

static void store(const pel_const *c, cell *out) {
  const pel_kind k = c->type->kind;
  const float f = (float)c->as.f;
  if (k == PEL_STR || k == PEL_BYTES) out->data.view = pel_view_of(c->as.s.p, (uint32_t)c->as.s.n);
  else if (k == PEL_F64) memcpy(out->data.bytes, &c->as.f, 8);
  else if (k == PEL_F32) memcpy(out->data.bytes, &f, 4);
  else store_int(k, c->as.i, out->data.bytes);
}

static bool load(pel_ir *m, const cell *c, pel_const *out) {
  const pel_kind k = out->type->kind;
  float f;
  if (k == PEL_STR || k == PEL_BYTES) {
    out->as.s.n = c->data.view.in.n;
    out->as.s.p = pel__arena_text(m->arena, pel_view_bytes(&c->data.view), out->as.s.n);
    return out->as.s.p != NULL;
  }
  memcpy(&f, c->data.bytes, 4);
  if (k == PEL_F64) memcpy(&out->as.f, c->data.bytes, 8);
  else if (k == PEL_F32) out->as.f = (double)f;
  else out->as.i = load_int(k, c->data.bytes);
  return true;
}

static bool foldable(const pel_ir_node *n) {
  if (!n->fn || !(n->fn->props & PEL_PURE) || !n->nargs || n->nargs > 8 || !scalar(n->type->kind)) return false;
  for (uint32_t i = 0; i < n->nargs; i++) {
    const pel_ir_node *a = n->args[i];
    if (a->op != PEL_IR_CONST || a->value->is_null || !scalar(a->type->kind)) return false;
  }
  return true;
}

pel_ir_node *pel__fold_call(pel_ir *m, pel_ir_node *n) {
  if (!foldable(n)) return NULL;
  folding f = {m, false};
  const pel_env env = {.size = sizeof env, .ctx = &f, .temp = temp, .poison = poison, .fail = fail, .hash_bits = 64};
  cell *cells = pel__alloc_get(pel__alloc_libc(), (n->nargs + 1) * sizeof *cells);
  const pel_type *types[8];
  pel_col in[8], out = {.type = n->type};
  pel_const *value = PEL_ARENA_NEW(m->arena, pel_const);
  if (!cells || !value) {
    pel__alloc_free(pel__alloc_libc(), cells, (n->nargs + 1) * sizeof *cells);
    m->oom = true;
    return NULL;
  }
  memset(cells, 0, (n->nargs + 1) * sizeof *cells);
  for (uint32_t i = 0; i < n->nargs; i++) {
    types[i] = n->args[i]->type;
    store(n->args[i]->value, &cells[i]);
    in[i] = (pel_col){.type = types[i], .data = &cells[i].data};
  }
  cell *r = &cells[n->nargs];
  memset(r->state, PEL_VALID, sizeof r->state);
  out.data = &r->data;
  out.state = r->state;
  out.fail = r->fail;
  const pel_call call = {.env = &env, .in = in, .nin = n->nargs, .n = 1, .out = &out};
  const pel_kernel k = n->fn->choose(types, n->nargs, n->type);
  *value = (pel_const){.type = n->type};
  const bool ok = k && k(&call) == PEL_OK && !f.failed && r->state[0] == PEL_VALID && load(m, r, value);
  pel__alloc_free(pel__alloc_libc(), cells, (n->nargs + 1) * sizeof *cells);
  if (!ok) return NULL;
  pel_ir_node *c = pel__ir_node_new(m, PEL_IR_CONST, n->type, n->span, 0, NULL, 0);
  if (c == m->broken) return NULL;
  c->value = value;
  c->item = n->item;
  pel__ir_before(n, c);
  return c;
}
