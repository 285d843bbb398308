#include "compiler/sema/calls.h"
#include "compiler/sema/exprs.h"
#include "compiler/sema/types.h"

/* A function that takes T, called on `T?`: null where an argument is, else the call on
 * the values. */

typedef struct guarded {
  pel_x **in;
  pel_binder **lets;
  pel_x *test;
} guarded;

static pel_x *either(pel_sema *s, pel_x *a, pel_x *b, pel_span span) {
  if (!a || pel__x_bad(b)) return b;
  pel_x *x = pel__x_new(s, PEL_X_OR, pel__ty_scalar(PEL_BOOL), span, 2);
  if (x->nargs != 2) return x;
  x->args[0] = a;
  x->args[1] = b;
  return x;
}

/* Whether it is null; what failed is not, and what is made of that is the body's
 * business, which may try it. */
static pel_x *known_null(pel_sema *s, pel_x *v, pel_span span) {
  static const pel_type bool_type = {.kind = PEL_BOOL};
  static const pel_const no = {.type = &bool_type};
  pel_x *test = pel__apply(s, "is_null", &v, 1, span);
  if (pel__x_bad(test)) return test;
  pel_x *x = pel__x_new(s, PEL_X_TRY, test->type, span, 2);
  if (x->nargs != 2) return x;
  x->args[0] = test;
  x->args[1] = pel__x_const(s, test->type, &no, span);
  return x;
}

static bool guard_args(pel_sema *s, const pel_match *m, pel_x **args, guarded *g,
                       pel_span span) {
  *g = (guarded){PEL_ARENA_ARRAY(s->arena, pel_x *, m->n),
                 PEL_ARENA_ARRAY(s->arena, pel_binder *, m->n), NULL};
  if (!g->in || !g->lets) {
    s->oom = true;
    return false;
  }
  for (uint32_t i = 0; i < m->n; i++) {
    g->in[i] = args[i];
    if (!m->args[i] || !m->null[i] || !args[i]->type->nullable) continue;
    pel_x *v = pel__x_share(s, args[i], "", &g->lets[i]);
    g->test = either(s, g->test, known_null(s, v, span), span);
    pel_x *value = pel__x_new(s, PEL_X_CAST, pel__ty_required(s, v->type), span, 1);
    if (value->nargs == 1) value->args[0] = pel__x_copy(s, v, span);
    g->in[i] = value;
  }
  return true;
}

pel_x *pel__guarded(pel_sema *s, void *ctx, pel_x **args, pel_span span) {
  pel_guard *c = ctx;
  guarded g;
  if (!c->m->nul) return c->make(s, c->ctx, args, span);
  if (!guard_args(s, c->m, args, &g, span)) return pel__x_error(s, span);
  pel_x *x = c->make(s, c->ctx, g.in, span);
  if (pel__x_bad(x) || !g.test) return x;
  if (pel__x_bad(g.test)) return g.test;
  const pel_ty *t = pel__ty_nullable(s, x->type, true);
  x = pel__x_if(s, g.test, pel__x_null(s, t, span), pel__convert(s, x, t), span);
  for (uint32_t i = c->m->n; i-- > 0;)
    if (g.lets[i]) x = pel__x_let(s, g.lets[i], args[i], x);
  return x;
}

pel_x **pel__match_values(pel_sema *s, const pel_match *m, pel_span span) {
  pel_x **in = PEL_ARENA_ARRAY(s->arena, pel_x *, m->n);
  if (!in) s->oom = true;
  for (uint32_t i = 0; in && i < m->n; i++)
    in[i] =
        m->args[i] ? m->args[i]->x : pel__x_new(s, PEL_X_CONST, pel__ty_null(), span, 0);
  return in;
}

pel_x *pel__lift_guarded(pel_sema *s, pel_guard *g, pel_str name, pel_span span) {
  pel_x **in = pel__match_values(s, g->m, span);
  if (!in) return pel__x_error(s, span);
  const char *text = pel__sema_text(s, PEL_STR_FMT, PEL_STR_ARG(name));
  pel_lift l = {g->m->n, in, g->m->depth, span, text, g, pel__guarded};
  return pel__lift(s, &l);
}
