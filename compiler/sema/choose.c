#include "compiler/sema/calls.h"
#include "compiler/sema/exprs.h"
#include "compiler/sema/types.h"

/* Several expressions that must be of one type: branches, `try`, the elements of an
 * array. */

static bool is_literal(const pel_ast *e) { return pel__literal_adapts(e); }

static pel_x *differ(pel_sema *s, const pel_ast *e, const pel_ty *found,
                     const pel_ast *first, const pel_ty *type, const char *what) {
  pel_diag *d =
      pel__sema_error(s, PEL_E0210, e->span, "%s have to be of one type, but this is %s",
                      what, pel__ty_text(s, found));
  pel__diag_note(s->ds, d, first->span, "and this is %s", pel__ty_text(s, type));
  if (found->kind == PEL_TY_SCALAR && type->kind == PEL_TY_SCALAR &&
      pel__kind_num(found->scalar) && pel__kind_num(type->scalar))
    pel__diag_help(s->ds, d, "convert one: `%s(…)`",
                   pel__ty_text(s, pel__ty_required(s, type)));
  return NULL;
}

/* The type of those that are no literals. */
static const pel_ty *of_values(pel_sema *s, const pel_ast *const *es, pel_x **xs,
                               uint32_t n, const char *what, bool *bad) {
  const pel_ty *t = NULL;
  const pel_ast *first = NULL;
  for (uint32_t i = 0; i < n; i++) {
    if (pel__x_bad(xs[i])) *bad = true;
    if (pel__x_bad(xs[i]) || is_literal(es[i]) || xs[i]->type->kind == PEL_TY_NULL)
      continue;
    const pel_ty *both = t ? pel__ty_common(s, t, xs[i]->type, false) : xs[i]->type;
    if (!both) {
      (void)differ(s, es[i], xs[i]->type, first, t, what);
      *bad = true;
      return t;
    }
    t = both;
    if (!first) first = es[i];
  }
  return t;
}

static const pel_ty *of_literals(pel_sema *s, const pel_ast *const *es, uint32_t n,
                                 const pel_ty *t, const pel_ty *want, const char *what,
                                 bool *bad) {
  const pel_ast *first = NULL;
  for (uint32_t i = 0; i < n; i++) {
    if (!is_literal(es[i])) continue;
    const pel_ty *own = pel__literal_type(es[i]);
    if (want && pel__literal_fits(es[i], want)) own = pel__ty_required(s, want);
    bool fits = t && pel__literal_fits(es[i], t);
    bool wider = t && first && pel__ty_is(own, PEL_F64) && pel__ty_is(t, PEL_I64);
    if (!t || wider) {
      t = own;
    } else if (!fits) {
      const pel_ast *other = first;
      for (uint32_t j = 0; j < n && !other; j++)
        if (!is_literal(es[j])) other = es[j];
      (void)differ(s, es[i], own, other ? other : es[0], t, what);
      *bad = true;
      return t;
    }
    if (!first) first = es[i];
  }
  return t;
}

/* The one type, and every xs[i] made it. NULL after a diagnostic (or an earlier one). */
const pel_ty *pel__meet(pel_sema *s, pel_scope *sc, const pel_ast *const *es, pel_x **xs,
                        uint32_t n, const pel_ty *want, const char *what) {
  bool bad = false, null = false;
  const pel_ty *t = of_values(s, es, xs, n, what, &bad);
  if (!bad) t = of_literals(s, es, n, t, want, what, &bad);
  if (bad) return NULL;
  for (uint32_t i = 0; i < n; i++) null |= xs[i]->type->kind == PEL_TY_NULL;
  if (!t && want && want->nullable) t = want;
  if (!t) {
    pel__sema_error(s, PEL_E0215, es[0]->span, "nothing tells the type of this `null`");
    return NULL;
  }
  if (null) t = pel__ty_nullable(s, t, true);
  for (uint32_t i = 0; i < n; i++) {
    if (is_literal(es[i])) xs[i] = pel__check_literal(s, sc, es[i], t);
    xs[i] = pel__convert(s, xs[i], t);
    if (pel__x_bad(xs[i])) return NULL;
  }
  return t;
}

/* ---- if ---- */

static pel_x *no_condition(pel_sema *s, const pel_ast *e, const pel_x *x) {
  pel_diag *d =
      pel__sema_error(s, PEL_E0209, e->span, "`if` wants a `bool`, but this is %s",
                      pel__ty_text(s, x->type));
  if (pel__ty_is(x->type, PEL_BOOL)) {
    pel_str text = pel__source_text(s->ds->sources, e->span);
    pel__diag_help(s->ds, d, "it may be null: say what then");
    if (text.n < 80) pel__diag_fix(s->ds, d, e->span, "%s", pel__or_false(s, e));
  } else if (pel__ty_is_rows(x->type)) {
    pel__diag_help(s->ds, d, "for each element: `[if x then … else … for x in xs]`");
  }
  return pel__x_error(s, e->span);
}

pel_x *pel__check_if(pel_sema *s, pel_scope *sc, const pel_ast *e, const pel_ty *want) {
  pel_x *test = pel__check(s, sc, e->cond.test, pel__ty_scalar(PEL_BOOL));
  if (!pel__x_bad(test) && (!pel__ty_is(test->type, PEL_BOOL) || test->type->nullable))
    test = no_condition(s, e->cond.test, test);
  const pel_ast *es[2] = {e->cond.then, e->cond.otherwise};
  pel_x *xs[2] = {pel__check(s, sc, es[0], want), pel__check(s, sc, es[1], want)};
  const pel_ty *t = pel__meet(s, sc, es, xs, 2, want, "both branches");
  if (!t || pel__x_bad(test)) return pel__x_error(s, e->span);
  return pel__x_if(s, test, xs[0], xs[1], e->span);
}

/* ---- try ---- */

static pel_x *make_try(pel_sema *s, void *ctx, pel_x **args, pel_span span) {
  (void)ctx;
  pel_x *x = pel__x_new(s, PEL_X_TRY, args[0]->type, span, 2);
  if (x->nargs == 2) memcpy(x->args, args, 2 * sizeof *args);
  return x;
}

static uint32_t dims_of_scalars(const pel_ty *t) {
  uint32_t n = 0;
  for (; pel__ty_is_rows(t); t = t->item) n++;
  return t->kind == PEL_TY_SCALAR ? n : 0;
}

/* Over the rows of an array each element is tried for itself. */
pel_x *pel__check_try(pel_sema *s, pel_scope *sc, const pel_ast *e, const pel_ty *want) {
  pel_scope in = *sc;
  in.impure_ok = false;
  const pel_ast *es[2] = {e->attempt.body, e->attempt.fallback};
  pel_x *xs[2] = {pel__check(s, &in, es[0], want), NULL};
  uint32_t depth[2] = {dims_of_scalars(xs[0]->type), 0};
  const pel_ty *item = xs[0]->type;
  for (uint32_t i = 0; i < depth[0]; i++) item = item->item;
  xs[1] = pel__check(s, &in, es[1], depth[0] ? item : want);
  if (pel__x_bad(xs[0]) || pel__x_bad(xs[1])) return pel__x_error(s, e->span);
  depth[1] = dims_of_scalars(xs[1]->type);
  if (depth[0] && !depth[1]) {
    xs[1] = is_literal(es[1]) ? pel__check_literal(s, sc, es[1], item) : xs[1];
    xs[1] = pel__expect(s, xs[1], es[1], item, "what stands in for a failure",
                        es[0]->span, "the elements of this");
    pel_lift l = {2, xs, depth, e->span, "try", NULL, make_try};
    return pel__lift(s, &l);
  }
  if (!pel__meet(s, sc, es, xs, 2, want, "both sides of `else`"))
    return pel__x_error(s, e->span);
  pel_lift l = {2, xs, depth, e->span, "try", NULL, make_try};
  return pel__lift(s, &l);
}

/* ---- arrays ---- */

static pel_x *constant_array(pel_sema *s, pel_x **xs, uint32_t n, const pel_ty *type,
                             pel_span span) {
  pel_const *c = PEL_ARENA_NEW(s->arena, pel_const),
            *items = PEL_ARENA_ARRAY(s->arena, pel_const, n);
  if (!c || !items) {
    s->oom = true;
    return pel__x_error(s, span);
  }
  for (uint32_t i = 0; i < n; i++) items[i] = *xs[i]->value;
  c->type = pel__ty_runtime(s, type);
  c->as.list.at = items;
  c->as.list.n = n;
  return pel__x_const(s, type, c, span);
}

static pel_x *empty_array(pel_sema *s, pel_scope *sc, const pel_ast *e,
                          const pel_ty *want) {
  if (!want || (want->kind != PEL_TY_ARRAY && want->kind != PEL_TY_LIST)) {
    pel_diag *d =
        pel__sema_error(s, PEL_E0216, e->span, "nothing tells what this array is of");
    pel__diag_help(s->ds, d, "write its type: `let xs: [*]i64 = []`");
    return pel__x_error(s, e->span);
  }
  const pel_ty *t = sc->in_row
                        ? pel__ty_list(s, want->item, PEL_SIZE_ANY)
                        : pel__ty_array(s, want->item, pel__size_fixed(s, 0, e->span));
  return constant_array(s, NULL, 0, t, e->span);
}

static const pel_ty *array_type(pel_sema *s, pel_scope *sc, const pel_ty *item,
                                const pel_ast *e) {
  uint32_t size = pel__size_fixed(s, e->list.n, e->span);
  return sc->in_row ? pel__ty_list(s, item, size) : pel__ty_array(s, item, size);
}

pel_x *pel__check_array(pel_sema *s, pel_scope *sc, const pel_ast *e,
                        const pel_ty *want) {
  uint32_t n = e->list.n;
  if (!n) return empty_array(s, sc, e, want);
  const pel_ty *hint = want && (want->kind == PEL_TY_ARRAY || want->kind == PEL_TY_LIST)
                           ? want->item
                           : NULL;
  pel_x **xs = PEL_ARENA_ARRAY(s->arena, pel_x *, n);
  if (!xs) return pel__x_error(s, e->span);
  bool constant = true;
  for (uint32_t i = 0; i < n; i++) xs[i] = pel__check(s, sc, e->list.items[i], hint);
  const pel_ty *t = pel__meet(s, sc, (const pel_ast *const *)e->list.items, xs, n, hint,
                              "the elements of an array");
  if (!t) return pel__x_error(s, e->span);
  if (t->kind == PEL_TY_ARRAY)
    return pel__later(s, PEL_E0904, e->span, "an array of more than one dimension");
  if (t->kind == PEL_TY_TUPLE)
    return pel__later(s, PEL_E0936, e->span, "an array of tuples");
  for (uint32_t i = 0; i < n; i++)
    constant &= xs[i]->kind == PEL_X_CONST && t->kind == PEL_TY_SCALAR;
  const pel_ty *type = array_type(s, sc, t, e);
  if (constant) return constant_array(s, xs, n, type, e->span);
  pel_x *x = pel__x_new(s, PEL_X_ARRAY, type, e->span, n);
  if (x->nargs == n) memcpy(x->args, xs, n * sizeof *xs);
  return x;
}

/* ---- comprehensions ---- */

static pel_x *generator(pel_sema *s, pel_scope *sc, const pel_ast *e) {
  if (e->comp.n != 1)
    return pel__later(s, PEL_E0921, e->span, "more than one `for` in a comprehension");
  pel_x *over = pel__check(s, sc, e->comp.gens[0].value, NULL);
  if (pel__x_bad(over) || pel__ty_is_rows(over->type)) return over;
  pel_diag *d =
      pel__sema_error(s, PEL_E0223, over->span,
                      "`for` goes over the elements of an array, but this is %s",
                      pel__ty_text(s, over->type));
  if (over->type->nullable) pel__diag_help(s->ds, d, "it may be null: write `??` first");
  return pel__x_error(s, over->span);
}

static pel_x *comp_filter(pel_sema *s, pel_scope *in, const pel_ast *e) {
  pel_x *test = pel__check(s, in, e, pel__ty_scalar(PEL_BOOL));
  if (pel__x_bad(test) || (pel__ty_is(test->type, PEL_BOOL) && !test->type->nullable))
    return test;
  return no_condition(s, e, test);
}

pel_x *pel__check_comprehension(pel_sema *s, pel_scope *sc, const pel_ast *e,
                                const pel_ty *want) {
  pel_x *over = generator(s, sc, e);
  const pel_ty *item = pel__x_bad(over) ? &pel__ty_error : over->type->item;
  if (e->comp.n != 1) return over;
  const pel_ast *pattern = e->comp.gens[0].pattern;
  pel_binder *b = pel__binder_new(
      s, pattern->kind == PEL_AST_PAT_NAME ? pattern->name : (pel_str){0}, item);
  pel_scope in = *sc;
  in.in_row = true;
  in.impure_ok = false;
  pel__bind_pattern(s, &in, pattern, pel__x_binder(s, b, pattern->span));
  const pel_ty *hint = want && (want->kind == PEL_TY_ARRAY || want->kind == PEL_TY_LIST)
                           ? want->item
                           : NULL;
  pel_x *body = pel__check(s, &in, e->comp.body, hint);
  pel_x *test = e->comp.filter ? comp_filter(s, &in, e->comp.filter) : NULL;
  if (pel__x_bad(over) || pel__x_bad(body) || (test && pel__x_bad(test)))
    return pel__x_error(s, e->span);
  if (body->type->kind == PEL_TY_NULL && !hint) {
    pel__sema_error(s, PEL_E0215, body->span, "nothing tells the type of this `null`");
    return pel__x_error(s, e->span);
  }
  if (hint && pel__ty_accepts(s, hint, body->type)) body = pel__convert(s, body, hint);
  if (body->type->kind == PEL_TY_ARRAY)
    return pel__later(s, PEL_E0904, e->span, "an array of more than one dimension");
  if (body->type->kind == PEL_TY_TUPLE)
    return pel__later(s, PEL_E0936, e->span, "an array of tuples");
  uint32_t size = test ? pel__size_new(s, PEL_SIZE_FRESH, e->span) : over->type->size;
  const pel_ty *t = over->type->kind == PEL_TY_LIST ? pel__ty_list(s, body->type, size)
                                                    : pel__ty_array(s, body->type, size);
  pel_x *x = pel__x_new(s, PEL_X_MAP, t, e->span, test ? 3 : 2);
  if (x->nargs < 2 || !b) return x;
  x->args[0] = over;
  x->args[1] = body;
  if (test) x->args[2] = test;
  return pel__x_bind(s, x, &b, 1);
}
