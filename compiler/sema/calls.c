#include "compiler/sema/calls.h"

#include "compiler/sema/exprs.h"
#include "compiler/sema/types.h"

/* Calls: what a name means, the choice among an operator's signatures, and the node that
 * comes of it. */

/* ---- the node of an operator whose arguments fit ---- */

typedef struct op_call {
  pel_match *m;
  const pel_op *op;
} op_call;

static const pel_ty *without_null(pel_sema *s, const pel_ty *t) {
  return pel__ty_required(s, t);
}

static const pel_type **runtime_types(pel_sema *s, pel_x *const *args, uint32_t n) {
  const pel_type **t = (const pel_type **)PEL_ARENA_ARRAY(s->arena, pel_type *, n);
  if (!t) {
    s->oom = true;
    return NULL;
  }
  for (uint32_t i = 0; i < n; i++) {
    t[i] = pel__ty_runtime(s, args[i]->type);
    if (!t[i]) return NULL;
  }
  return t;
}

/* What the kernel sees of an aggregate's argument is the column of items. */
static const pel_type *seen(const pel_op *op, const pel_type *t) {
  return op->kind == PEL_OP_AGG && t->kind == PEL_LIST ? t->item : t;
}

static const pel_ty *result_type(pel_sema *s, const op_call *c, pel_x *const *args,
                                 uint32_t n) {
  const pel_op *op = c->op;
  const pel_sig *g = c->m->sig;
  if (op->result) {
    const pel_type **in = runtime_types(s, args, n);
    if (!in) return &pel__ty_error;
    for (uint32_t i = 0; i < n; i++) in[i] = seen(op, in[i]);
    const pel_type *r = op->result(in, n);
    return r ? pel__ty_from_runtime(s, r, PEL_SIZE_ANY) : NULL;
  }
  if (!g->result) return NULL;
  const pel_ty *t;
  if (g->result->kind == PEL_PT_ARRAY) {
    pel_binding plain = c->m->b;
    plain.skips = false;
    const pel_ty *item = pel__instance(s, &plain, g->result->item, NULL);
    t = pel__ty_list(s, item, pel__size_new(s, PEL_SIZE_FRESH, (pel_span){0}));
  } else {
    t = pel__instance(s, &c->m->b, g->result, NULL);
  }
  if (c->m->b.skips) t = pel__ty_nullable(s, t, true);
  return t;
}

/* Whether the operator has code for these types. */
static bool has_code(pel_sema *s, const pel_op *op, pel_x *const *args, uint32_t n,
                     const pel_ty *result) {
  if (op->kind == PEL_OP_MAP ? !op->choose : !op->choose_agg) return true;
  const pel_type **in = runtime_types(s, args, n);
  const pel_type *out = pel__ty_runtime(s, result);
  if (!in || !out) return false;
  for (uint32_t i = 0; i < n; i++) in[i] = seen(op, in[i]);
  return op->kind == PEL_OP_MAP ? op->choose(in, n, out) != NULL
                                : op->choose_agg(in, n, out) != NULL;
}

static pel_x *default_value(pel_sema *s, const pel_match *m, uint32_t i, pel_span span) {
  const pel_const *c = m->sig->params[i].value;
  const pel_ty *t = pel__instance(s, &m->b, m->sig->params[i].pt, NULL);
  if (!c) return pel__x_error(s, span);
  if (c->is_null) return pel__x_null(s, pel__ty_nullable(s, t, true), span);
  pel_const *v = PEL_ARENA_NEW(s->arena, pel_const);
  if (!v) return pel__x_error(s, span);
  *v = *c;
  v->type = pel__ty_runtime(s, t);
  if (t->kind == PEL_TY_SCALAR && pel__kind_float(t->scalar) && c->type->kind == PEL_I64)
    v->as.f = (double)c->as.i;
  return pel__x_const(s, t, v, span);
}

/* The type argument i has to have, `?` as the argument has it where nulls pass. */
static const pel_ty *wanted(pel_sema *s, const op_call *c, uint32_t i,
                            const pel_ty *actual) {
  const pel_pt *pt = pel__match_pt(c->m, i);
  if (actual && c->op->kind == PEL_OP_AGG && pt->kind == PEL_PT_ARRAY) return actual;
  const pel_ty *t = pel__instance(s, &c->m->b, pt, actual);
  if (actual && c->m->null[i] && actual->nullable) t = pel__ty_nullable(s, t, true);
  return t;
}

static pel_x *plain_call(pel_sema *s, const op_call *c, pel_x **args, const pel_ty *type,
                         pel_span span) {
  pel_x *x = pel__x_new(s, c->op->kind == PEL_OP_AGG ? PEL_X_AGG : PEL_X_CALL, type, span,
                        c->m->n);
  if (x->nargs != c->m->n) return x;
  x->op = c->op;
  memcpy(x->args, args, c->m->n * sizeof *args);
  return x;
}

/* With nullable arguments for an operator that passes nulls by itself; others are guarded
 * before they come here. */
static pel_x *make_op(pel_sema *s, void *ctx, pel_x **args, pel_span span) {
  op_call *c = ctx;
  uint32_t n = c->m->n;
  pel_x **in = PEL_ARENA_ARRAY(s->arena, pel_x *, n);
  if (!in) {
    s->oom = true;
    return pel__x_error(s, span);
  }
  bool null = false;
  for (uint32_t i = 0; i < n; i++) {
    const pel_arg *a = c->m->args[i];
    if (!a) {
      in[i] = default_value(s, c->m, i, span);
    } else {
      const pel_ty *t = wanted(s, c, i, args[i]->type);
      in[i] = a->ast && pel__literal_is(a->ast) && args[i]->kind == PEL_X_CONST
                  ? pel__check_literal(s, NULL, a->ast, t)
                  : args[i];
      in[i] = pel__convert(s, in[i], t);
    }
    if (pel__x_bad(in[i])) return in[i];
    null |= c->m->null[i] && in[i]->type->nullable;
  }
  const pel_ty *type = result_type(s, c, in, n);
  if (!type) return pel__x_error(s, span);
  bool strict = c->op->props & PEL_NULL_STRICT;
  if (null && strict) type = pel__ty_nullable(s, type, true);
  return plain_call(s, c, in, type, span);
}

/* ---- choosing ---- */

/* Whether the kernel exists, judged by the types it would get. */
static bool runnable(pel_sema *s, const pel_match *m) {
  op_call c = {(pel_match *)m, m->sig->op};
  uint32_t n = m->n;
  pel_x *probe = PEL_ARENA_ARRAY(s->arena, pel_x, n);
  pel_x **in = PEL_ARENA_ARRAY(s->arena, pel_x *, n);
  if (!probe || !in) return false;
  for (uint32_t i = 0; i < n; i++) {
    in[i] = &probe[i];
    probe[i].type = wanted(s, &c, i, m->args[i] ? m->peeled[i] : NULL);
    if (c.op->kind == PEL_OP_MAP) probe[i].type = without_null(s, probe[i].type);
    if (probe[i].type->kind == PEL_TY_ERROR) return m->args[i] != NULL;
  }
  const pel_ty *r = result_type(s, &c, in, n);
  return r && has_code(s, c.op, in, n, c.op->kind == PEL_OP_MAP ? without_null(s, r) : r);
}

typedef struct choice {
  pel_match m; /* the one that fits, or the nearest */
  bool found;
  pel_slotting slotting;
  uint32_t at;
} choice;

static bool try_all(pel_sema *s, const pel_overloads *o, pel_arg *args, uint32_t n,
                    bool arithmetic, bool lift, choice *out) {
  bool near = false;
  for (uint32_t k = 0; k < o->n; k++) {
    pel_match m;
    uint32_t at = 0;
    pel_slotting r = pel__match_slots(s, &m, o->at[k], args, n, &at);
    if (r != PEL_SLOT_OK) {
      if (!near && k == 0) *out = (choice){.m = m, .slotting = r, .at = at};
      continue;
    }
    m.b.arithmetic = arithmetic;
    bool ok = pel__match_types(s, &m, lift);
    if (ok && runnable(s, &m)) {
      *out = (choice){.m = m, .found = true};
      return true;
    }
    if (!near || (m.wrong != UINT32_MAX && m.wrong > out->m.wrong))
      *out = (choice){.m = m};
    near = true;
  }
  return false;
}

/* ---- by name ---- */

static pel_x *call_found(pel_sema *s, choice *c, const char *name, pel_span span) {
  op_call ctx = {&c->m, c->m.sig->op};
  pel_x **in = pel__match_values(s, &c->m, span);
  if (!in) return pel__x_error(s, span);
  pel_guard guard = {&c->m, &ctx, make_op};
  bool strict = ctx.op->props & PEL_NULL_STRICT;
  pel_lift l = {c->m.n, in, c->m.depth, span, name, &guard, pel__guarded};
  if (strict) {
    l.ctx = &ctx;
    l.make = make_op;
  }
  return pel__lift(s, &l);
}

static bool any_bad(const pel_arg *args, uint32_t n) {
  for (uint32_t i = 0; i < n; i++)
    if (pel__ty_broken(args[i].x->type)) return true;
  return false;
}

pel_x *pel__call_op(pel_sema *s, const char *name, pel_arg *args, uint32_t n,
                    pel_span span, bool arithmetic) {
  const pel_overloads *o = pel__ops_named(s, pel__str(name));
  choice c = {0};
  if (any_bad(args, n)) return pel__x_error(s, span);
  if (!o) {
    if (!s->oom)
      pel__sema_error(s, PEL_E0109, span, "there is no operator `%s` here", name);
    return pel__x_error(s, span);
  }
  if (try_all(s, o, args, n, arithmetic, false, &c)) return call_found(s, &c, name, span);
  if (try_all(s, o, args, n, arithmetic, true, &c)) return call_found(s, &c, name, span);
  if (s->oom) return pel__x_error(s, span);
  if (c.slotting != PEL_SLOT_OK)
    return pel__say_slots(s, c.m.sig, c.slotting, c.at, args, n, span, (pel_span){0});
  return pel__say_types(s, &c.m, span, (pel_span){0});
}

pel_x *pel__apply(pel_sema *s, const char *name, pel_x *const *xs, uint32_t n,
                  pel_span span) {
  pel_arg args[4] = {0};
  for (uint32_t i = 0; i < n && i < 4; i++)
    args[i] = (pel_arg){.x = xs[i], .span = xs[i]->span};
  return pel__call_op(s, name, args, n, span, false);
}

pel_x *pel__check_arg(pel_sema *s, pel_scope *sc, pel_arg *a, const pel_ty *want) {
  if (!a->x) a->x = pel__check(s, sc, a->ast, want);
  return a->x;
}
