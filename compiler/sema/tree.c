#include "compiler/sema/exprs.h"
#include "compiler/sema/types.h"

static pel_x *no_memory(pel_sema *s) {
  s->oom = true;
  s->broken = (pel_x){.kind = PEL_X_CONST, .type = &pel__ty_error};
  return &s->broken;
}

static bool too_big(pel_sema *s, pel_span span) {
  bool calls = s->unfolded >= PEL_SEMA_UNFOLDED;
  if (s->nodes < PEL_SEMA_NODES && !(calls && s->frame)) return false;
  if (!s->too_big)
    pel__sema_error(s, PEL_E0219, span,
                    calls ? "the program grows beyond 200,000 operations when its "
                            "functions are unfolded"
                          : "the program has more than a million operations");
  return s->too_big = true;
}

pel_x *pel__x_new(pel_sema *s, pel_xkind kind, const pel_ty *type, pel_span span,
                  uint32_t nargs) {
  s->nodes++;
  s->unfolded += s->frame != NULL;
  if (too_big(s, span)) {
    type = &pel__ty_error;
    kind = PEL_X_CONST;
    nargs = 0;
  }
  pel_x *x = PEL_ARENA_NEW(s->arena, pel_x);
  pel_x **args = nargs ? PEL_ARENA_ARRAY(s->arena, pel_x *, nargs) : NULL;
  if (!x || (nargs && !args)) return no_memory(s);
  *x = (pel_x){.kind = kind, .type = type, .span = span, .nargs = nargs, .args = args};
  return x;
}

pel_x *pel__x_error(pel_sema *s, pel_span span) {
  return pel__x_new(s, PEL_X_CONST, &pel__ty_error, span, 0);
}

pel_x *pel__x_copy(pel_sema *s, const pel_x *x, pel_span span) {
  pel_x *c = pel__x_new(s, x->kind, x->type, span, 0);
  if (c == &s->broken || (pel__x_bad(c) && !pel__x_bad(x))) return c;
  *c = *x;
  if (span.line) c->span = span;
  return c;
}

pel_x *pel__x_const(pel_sema *s, const pel_ty *type, const pel_const *value,
                    pel_span span) {
  pel_x *x = pel__x_new(s, PEL_X_CONST, type, span, 0);
  x->value = value;
  return x;
}

static pel_const *new_const(pel_sema *s, const pel_ty *type) {
  pel_const *c = PEL_ARENA_NEW(s->arena, pel_const);
  if (!c) {
    s->oom = true;
    return NULL;
  }
  c->type = pel__ty_runtime(s, type);
  return c;
}

pel_x *pel__x_int(pel_sema *s, pel_kind kind, int64_t value, pel_span span) {
  const pel_ty *t = pel__ty_scalar(kind);
  pel_const *c = new_const(s, t);
  if (!c) return no_memory(s);
  c->as.i = value;
  return pel__x_const(s, t, c, span);
}

pel_x *pel__x_text(pel_sema *s, pel_str text, pel_span span) {
  const pel_ty *t = pel__ty_scalar(PEL_STR);
  pel_const *c = new_const(s, t);
  if (!c) return no_memory(s);
  c->as.s.p = text.p;
  c->as.s.n = text.n;
  return pel__x_const(s, t, c, span);
}

pel_x *pel__x_special(pel_sema *s, const pel_ast *name) {
  pel_const *c = new_const(s, pel__ty_scalar(PEL_F64));
  if (!c) return no_memory(s);
  c->as.f = pel__str_is(name->name, "nan") ? __builtin_nan("") : __builtin_inf();
  return pel__x_const(s, pel__ty_scalar(PEL_F64), c, name->span);
}

pel_x *pel__x_null(pel_sema *s, const pel_ty *type, pel_span span) {
  pel_const *c = new_const(s, type);
  if (!c) return no_memory(s);
  c->is_null = true;
  return pel__x_const(s, type, c, span);
}

pel_binder *pel__binder_new(pel_sema *s, pel_str name, const pel_ty *type) {
  pel_binder *b = PEL_ARENA_NEW(s->arena, pel_binder);
  if (!b) {
    s->oom = true;
    return NULL;
  }
  *b = (pel_binder){.id = s->nbinders++, .name = name, .type = type};
  return b;
}

pel_x *pel__x_binder(pel_sema *s, const pel_binder *b, pel_span span) {
  if (!b) return no_memory(s);
  pel_x *x = pel__x_new(s, PEL_X_BINDER, b->type, span, 0);
  x->index = b->id;
  return x;
}

pel_x *pel__x_bind(pel_sema *s, pel_x *x, pel_binder *const *binders, uint32_t n) {
  pel_binder **at = PEL_ARENA_ARRAY(s->arena, pel_binder *, n);
  if (!at) return no_memory(s);
  for (uint32_t i = 0; i < n; i++) {
    if (!binders[i]) return no_memory(s);
    at[i] = binders[i];
  }
  x->binders = at;
  x->nbinders = n;
  return x;
}

/* The type of field `index` of a record or tuple, seen through rows and `?`. */
static const pel_ty *field_type(pel_sema *s, const pel_ty *t, uint32_t index) {
  if (t->kind == PEL_TY_ARRAY || t->kind == PEL_TY_LIST)
    return pel__ty_like(s, t, field_type(s, t->item, index));
  if (index >= t->nfields) return &pel__ty_error;
  const pel_ty *f = t->fields[index].type;
  return t->nullable ? pel__ty_nullable(s, f, true) : f;
}

pel_x *pel__x_field(pel_sema *s, pel_x *base, uint32_t index, pel_span span) {
  pel_x *x = pel__x_new(s, PEL_X_FIELD, field_type(s, base->type, index), span, 1);
  if (x->nargs != 1) return x;
  x->args[0] = base;
  x->index = index;
  return x;
}

pel_x *pel__x_let(pel_sema *s, pel_binder *b, pel_x *value, pel_x *body) {
  pel_x *x = pel__x_new(s, PEL_X_LET, body->type, body->span, 2);
  if (x->nargs != 2) return x;
  x->args[0] = value;
  x->args[1] = body;
  return pel__x_bind(s, x, &b, 1);
}

bool pel__x_global(const pel_x *x) {
  while (x->kind == PEL_X_FIELD || x->kind == PEL_X_CAST) x = x->args[0];
  return x->kind == PEL_X_CONST || x->kind == PEL_X_PARAM || x->kind == PEL_X_ITEM;
}

bool pel__x_simple(const pel_x *x) {
  while (x->kind == PEL_X_FIELD) x = x->args[0];
  return x->kind == PEL_X_CONST || x->kind == PEL_X_PARAM || x->kind == PEL_X_ITEM ||
         x->kind == PEL_X_BINDER;
}

pel_x *pel__x_share(pel_sema *s, pel_x *x, const char *name, pel_binder **binder) {
  *binder = NULL;
  if (pel__x_simple(x) || pel__x_bad(x)) return x;
  *binder = pel__binder_new(s, pel__str(name), x->type);
  return pel__x_binder(s, *binder, x->span);
}

pel_x *pel__x_if(pel_sema *s, pel_x *test, pel_x *then, pel_x *otherwise, pel_span span) {
  pel_x *x = pel__x_new(s, PEL_X_IF, then->type, span, 3);
  if (x->nargs != 3) return x;
  x->args[0] = test;
  x->args[1] = then;
  x->args[2] = otherwise;
  return x;
}
