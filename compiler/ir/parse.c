#include "compiler/ir/irtext.h"

static pel_shape shape(pel_irtext *r) {
  static const char *const shapes[] = {"scalar", "array", "record", "table"};
  pel_str w = pel__irtext_word(r);
  for (uint32_t i = 0; i < 4; i++)
    if (pel__str_is(w, shapes[i])) return (pel_shape)i;
  pel__irtext_bad(r, "a shape is wanted");
  return PEL_SHAPE_SCALAR;
}

static void read_param(pel_irtext *r) {
  pel_ir_param p = {.name = pel__irtext_text(r)};
  p.shape = shape(r);
  p.type = pel__irtext_type(r);
  while (pel__irtext_eat(r, '=')) {
    if (pel__irtext_peek(r, '%'))
      p.init = pel__irtext_ref(r);
    else
      p.constant = pel__irtext_value(r);
  }
  if (!PEL_VEC_PUSH(&r->params, p, pel__alloc_libc())) pel__irtext_bad(r, "no memory");
}

static void read_item(pel_irtext *r, pel_item_kind kind) {
  pel_ir_item x = {.kind = kind, .name = pel__irtext_text(r)};
  x.shape = shape(r);
  if (pel__irtext_peek(r, '%')) x.value = pel__irtext_ref(r);
  if (pel__irtext_eat_word(r, "left")) {
    x.left = pel__irtext_ref(r);
    if (!pel__irtext_eat_word(r, "right")) pel__irtext_bad(r, "right is wanted");
    x.right = pel__irtext_ref(r);
  }
  if (!PEL_VEC_PUSH(&r->items, x, pel__alloc_libc())) pel__irtext_bad(r, "no memory");
}

static const pel_type *maybe_type(pel_irtext *r) {
  return pel__irtext_eat(r, '-') ? NULL : pel__irtext_type(r);
}

static void read_native(pel_irtext *r) {
  pel_ir_native f = {.library = pel__irtext_text(r),
                     .folder = pel__irtext_text(r),
                     .symbol = pel__irtext_text(r),
                     .message = pel__irtext_text(r)};
  f.result = (pel_ctype)pel__irtext_number(r);
  f.pure = pel__irtext_eat_word(r, "pure");
  f.threadsafe = pel__irtext_eat_word(r, "threadsafe");
  f.fenv = pel__irtext_eat_word(r, "fenv");
  f.params = pel__irtext_room(r, 64, sizeof *f.params);
  pel__irtext_want(r, '(');
  while (!r->bad && f.nparams < 64 && pel__irtext_peek(r, '"')) {
    pel_ir_cparam *p = &f.params[f.nparams++];
    p->name = pel__irtext_text(r);
    p->ctype = (pel_ctype)pel__irtext_number(r);
    p->mode = (pel_cmode)pel__irtext_number(r);
    p->size_of = pel__irtext_maybe_number(r);
    p->size = pel__irtext_maybe_number(r);
    p->arg = pel__irtext_maybe_number(r);
    p->type = maybe_type(r);
    if (!pel__irtext_eat(r, ',')) break;
  }
  pel__irtext_want(r, ')');
  f.result_type = maybe_type(r);
  if (pel__irtext_eat_word(r, "ok")) f.ok = pel__irtext_value(r);
  if (!PEL_VEC_PUSH(&r->natives, f, pel__alloc_libc())) pel__irtext_bad(r, "no memory");
}

static void read_module(pel_irtext *r) {
  if (!pel__irtext_eat_word(r, "module")) pel__irtext_bad(r, "module is wanted");
  pel__irtext_want(r, '{');
  while (!r->bad && !pel__irtext_eat(r, '}')) {
    const char *was = r->p;
    pel__irtext_body(r, r->m->top);
    if (r->bad || r->p != was) continue;
    if (pel__irtext_eat_word(r, "param"))
      read_param(r);
    else if (pel__irtext_eat_word(r, "extern"))
      read_native(r);
    else if (pel__irtext_eat_word(r, "let"))
      read_item(r, PEL_ITEM_LET);
    else if (pel__irtext_eat_word(r, "out"))
      read_item(r, PEL_ITEM_OUT);
    else if (pel__irtext_eat_word(r, "test"))
      read_item(r, PEL_ITEM_TEST);
    else
      pel__irtext_bad(r, "this is no part of a module");
  }
}

pel_status pel__ir_parse(pel_arena *arena, const pel_op *const *const *ops, uint32_t nops,
                         pel_str source, pel_ir **out, pel_error *e) {
  pel_error ignored;
  pel_irtext r = {
      .p = source.p, .end = source.p + source.n, .line = 1, .e = e ? e : &ignored};
  pel_status s = pel__ir_new(arena, ops, nops, &r.m);
  if (s != PEL_OK) return s;
  read_module(&r);
  r.m->item = PEL_NONE;
  PEL_IRTEXT_COPY(&r, r.m->params, pel_ir_param, r.params.at, (uint32_t)r.params.n);
  PEL_IRTEXT_COPY(&r, r.m->natives, pel_ir_native, r.natives.at, (uint32_t)r.natives.n);
  PEL_IRTEXT_COPY(&r, r.m->items, pel_ir_item, r.items.at, (uint32_t)r.items.n);
  r.m->nparams = (uint32_t)r.params.n;
  r.m->nnatives = (uint32_t)r.natives.n;
  r.m->nitems = (uint32_t)r.items.n;
  const pel_alloc *a = pel__alloc_libc();
  PEL_VEC_DEINIT(&r.names, a);
  PEL_VEC_DEINIT(&r.params, a);
  PEL_VEC_DEINIT(&r.natives, a);
  PEL_VEC_DEINIT(&r.items, a);
  if (r.bad) return r.m->oom ? PEL_E_NOMEM : PEL_E_INVALID;
  s = pel__ir_status(r.m);
  if (s != PEL_OK) return s;
  s = pel__ir_verify(r.m, e);
  if (s == PEL_OK) *out = r.m;
  return s == PEL_E_INTERNAL ? PEL_E_INVALID : s;
}
