#include "compiler/sema/calls.h"
#include "compiler/sema/exprs.h"
#include "compiler/sema/types.h"

/* ---- `empty: v`: what an aggregate is of nothing ---- */

/* min(xs, empty: v) is `if len(xs) == 0 then v else min(xs)`, and `min(xs) ?? v` where
 * nulls are skipped. */
static pel_x *with_empty(pel_sema *s, pel_x *list, pel_x *agg, pel_x *instead,
                         pel_span span) {
  if (agg->type->nullable) {
    pel_x *x = pel__x_new(s, PEL_X_COALESCE, instead->type, span, 2);
    if (x->nargs != 2) return x;
    x->args[0] = pel__convert(s, agg, pel__ty_nullable(s, instead->type, true));
    x->args[1] = instead;
    return x;
  }
  pel_x *copy = pel__x_copy(s, list, span);
  pel_x *sides[2] = {pel__apply(s, "len", &copy, 1, span),
                     pel__x_int(s, PEL_I64, 0, span)};
  if (pel__x_bad(sides[0])) return sides[0];
  pel_x *none = pel__apply(s, "==", sides, 2, span);
  if (pel__x_bad(none)) return none;
  return pel__x_if(s, none, instead, pel__convert(s, agg, instead->type), span);
}

typedef struct empty_ctx {
  const char *name;
  pel_arg *args;
  uint32_t n;
  const pel_ast *instead_ast;
} empty_ctx;

static pel_x *make_empty(pel_sema *s, void *ctx, pel_x **xs, pel_span span) {
  empty_ctx *c = ctx;
  pel_binder *b;
  pel_x *list = pel__x_share(s, xs[0], "", &b);
  pel_arg *args = PEL_ARENA_ARRAY(s->arena, pel_arg, c->n);
  if (!args) return pel__x_error(s, span);
  memcpy(args, c->args, c->n * sizeof *args);
  args[0].x = list;
  args[0].ast = NULL;
  pel_x *agg = pel__call_op(s, c->name, args, c->n, span, false);
  if (pel__x_bad(agg)) return agg;
  const pel_ty *t = pel__ty_required(s, agg->type);
  pel_x *instead = xs[1];
  if (pel__literal_adapts(c->instead_ast) && pel__literal_fits(c->instead_ast, t))
    instead = pel__check_literal(s, NULL, c->instead_ast, t);
  if (instead->type->kind == PEL_TY_NULL || instead->type->nullable)
    t = pel__ty_nullable(s, t, true);
  instead = pel__expect(s, instead, c->instead_ast, t, "what stands for an empty list",
                        agg->span, "this is what the aggregate gives");
  if (pel__x_bad(instead)) return instead;
  pel_x *x = with_empty(s, list, agg, instead, span);
  return b && !pel__x_bad(x) ? pel__x_let(s, b, xs[0], x) : x;
}

pel_x *pel__agg_empty(pel_sema *s, const char *name, pel_arg *args, uint32_t n,
                      const pel_arg *empty, pel_x *instead, pel_span span) {
  if (!n || !pel__ty_is_rows(args[0].x->type))
    return pel__call_op(s, name, args, n, span, false);
  empty_ctx ctx = {name, args, n, empty->ast};
  uint32_t depth[2] = {0, 0};
  for (const pel_ty *t = args[0].x->type; pel__ty_is_rows(t->item); t = t->item)
    depth[0]++;
  pel_x *xs[2] = {args[0].x, instead};
  pel_lift l = {2, xs, depth, span, name, &ctx, make_empty};
  return pel__lift(s, &l);
}

/* ---- same(a, b): two whole values, nulls equal ---- */

static pel_x *same(pel_sema *s, pel_x *a, pel_x *b, pel_span span);
static pel_x *same_rows(pel_sema *s, pel_x *a, pel_x *b, pel_span span);

static pel_x *join_and(pel_sema *s, pel_x *a, pel_x *b, pel_span span) {
  if (!a) return b;
  if (pel__x_bad(a) || pel__x_bad(b)) return pel__x_error(s, span);
  pel_x *x = pel__x_new(s, PEL_X_AND, pel__ty_scalar(PEL_BOOL), span, 2);
  if (x->nargs != 2) return x;
  x->args[0] = a;
  x->args[1] = b;
  return x;
}

static pel_x *same_scalar(pel_sema *s, pel_x *a, pel_x *b, pel_span span) {
  pel_x *xs[2] = {a, b};
  if (pel__ops_named(s, PEL_STR("same"))) return pel__apply(s, "same", xs, 2, span);
  pel_x *eq = pel__apply(s, "==", xs, 2, span);
  if (pel__x_bad(eq) || !eq->type->nullable) return eq;
  pel_x *va = pel__x_copy(s, a, span), *vb = pel__x_copy(s, b, span);
  pel_x *both = join_and(s, pel__apply(s, "is_null", &va, 1, span),
                         pel__apply(s, "is_null", &vb, 1, span), span);
  if (pel__x_bad(both)) return both;
  pel_x *x = pel__x_new(s, PEL_X_COALESCE, pel__ty_scalar(PEL_BOOL), span, 2);
  if (x->nargs != 2) return x;
  x->args[0] = eq;
  x->args[1] = both;
  return x;
}

static pel_x *first_of(pel_sema *s, pel_x *x, pel_x *n, pel_span span) {
  const pel_ty *t =
      pel__ty_array(s, x->type->item, pel__size_new(s, PEL_SIZE_FRESH, span));
  pel_x *slice = pel__x_new(s, PEL_X_SLICE, t, span, 3);
  if (slice->nargs != 3) return slice;
  slice->args[0] = x;
  slice->args[1] = pel__x_int(s, PEL_I64, 0, span);
  slice->args[2] = n;
  return slice;
}

/* Arrays are cut to the shorter length before they are compared: a map over unequal ones
 * would fail. */
static pel_x *same_arrays(pel_sema *s, pel_x *a, pel_x *b, pel_span span) {
  pel_x *la = pel__apply(s, "len", &a, 1, span), *lb = pel__apply(s, "len", &b, 1, span);
  if (pel__x_bad(la) || pel__x_bad(lb)) return pel__x_error(s, span);
  pel_binder *ba, *bb;
  pel_x *both[2] = {pel__x_share(s, la, "", &ba), pel__x_share(s, lb, "", &bb)};
  pel_x *shorter = pel__apply(s, "<", both, 2, span),
        *equal = pel__apply(s, "==", both, 2, span);
  if (pel__x_bad(shorter) || pel__x_bad(equal)) return pel__x_error(s, span);
  pel_x *least = pel__x_if(s, shorter, both[0], both[1], span);
  pel_x *all = same_rows(
      s, first_of(s, pel__x_copy(s, a, span), least, span),
      first_of(s, pel__x_copy(s, b, span), pel__x_copy(s, least, span), span), span);
  pel_x *x = join_and(s, equal, all, span);
  if (bb && !pel__x_bad(x)) x = pel__x_let(s, bb, lb, x);
  return ba && !pel__x_bad(x) ? pel__x_let(s, ba, la, x) : x;
}

static pel_x *same_rows(pel_sema *s, pel_x *a, pel_x *b, pel_span span) {
  pel_binder *bs[2] = {pel__binder_new(s, PEL_STR(""), a->type->item),
                       pel__binder_new(s, PEL_STR(""), b->type->item)};
  pel_x *item =
      same(s, pel__x_binder(s, bs[0], span), pel__x_binder(s, bs[1], span), span);
  if (pel__x_bad(item)) return item;
  pel_x *m = pel__x_new(s, PEL_X_MAP, pel__ty_like(s, a->type, item->type), span, 3);
  if (m->nargs != 3) return m;
  m->args[0] = pel__x_copy(s, a, span);
  m->args[1] = pel__x_copy(s, b, span);
  m->args[2] = item;
  m = pel__x_bind(s, m, bs, 2);
  pel_x *all = pel__apply(s, "all", &m, 1, span);
  if (a->type->kind == PEL_TY_ARRAY || (a->type->size && a->type->size == b->type->size))
    return all;
  pel_x *lens[2] = {pel__apply(s, "len", &a, 1, span), pel__apply(s, "len", &b, 1, span)};
  if (pel__x_bad(lens[0]) || pel__x_bad(lens[1])) return pel__x_error(s, span);
  pel_x *equal = pel__apply(s, "==", lens, 2, span);
  pel_x *no = pel__x_int(s, PEL_BOOL, 0, span);
  return pel__x_bad(equal) || pel__x_bad(all) ? pel__x_error(s, span)
                                              : pel__x_if(s, equal, all, no, span);
}

static pel_x *same_fields(pel_sema *s, pel_x *a, pel_x *b, pel_span span) {
  pel_x *x = NULL;
  for (uint32_t i = 0; i < a->type->nfields; i++) {
    uint32_t j = a->type->kind == PEL_TY_RECORD
                     ? pel__ty_field_near(b->type, a->type->fields[i].name, i)
                     : i;
    pel_x *one = same(s, pel__x_field(s, pel__x_copy(s, a, span), i, span),
                      pel__x_field(s, pel__x_copy(s, b, span), j, span), span);
    x = join_and(s, x, one, span);
    if (pel__x_bad(x)) return x;
  }
  return x ? x : pel__x_int(s, PEL_BOOL, 1, span);
}

/* Binds what is more than a variable, since it is read more than once. */
static pel_x *same(pel_sema *s, pel_x *a, pel_x *b, pel_span span) {
  pel_binder *ba, *bb;
  pel_x *va = pel__x_share(s, a, "", &ba), *vb = pel__x_share(s, b, "", &bb);
  pel_x *x;
  bool record = a->type->kind == PEL_TY_RECORD || a->type->kind == PEL_TY_TUPLE;
  bool differ = !a->type->size || a->type->size != b->type->size;
  if (a->type->kind == PEL_TY_ARRAY && pel__ty_is_rows(a->type) && differ)
    x = same_arrays(s, va, vb, span);
  else if (pel__ty_is_rows(a->type))
    x = same_rows(s, va, vb, span);
  else if (record && !a->type->nullable && !b->type->nullable)
    x = same_fields(s, va, vb, span);
  else if (a->type->kind == PEL_TY_SCALAR)
    x = same_scalar(s, va, vb, span);
  else
    return pel__later(s, PEL_E0937, span, "comparing records that may be null");
  if (pel__x_bad(x)) return x;
  if (bb) x = pel__x_let(s, bb, b, x);
  if (ba) x = pel__x_let(s, ba, a, x);
  return x;
}

pel_x *pel__call_same(pel_sema *s, pel_arg *args, uint32_t n, pel_span span) {
  if (n != 2 || args[0].label.n || args[1].label.n) {
    pel__sema_error(s, PEL_E0204, span, "`same` takes two values to compare");
    return pel__x_error(s, span);
  }
  const pel_ast *es[2];
  pel_x *xs[2];
  for (int i = 0; i < 2; i++) {
    es[i] = args[i].ast;
    xs[i] = args[i].x;
  }
  const pel_ty *t = NULL;
  for (int i = 0; i < 2; i++)
    if (es[i] && pel__literal_adapts(es[i]) && pel__literal_fits(es[i], xs[1 - i]->type))
      xs[i] = pel__check_literal(s, NULL, es[i], pel__ty_required(s, xs[1 - i]->type));
  t = pel__ty_common(s, xs[0]->type, xs[1]->type, false);
  if (!t || t->kind == PEL_TY_NULL) {
    pel__sema_error(s, PEL_E0206, span, "`same` cannot compare %s and %s",
                    pel__ty_text(s, xs[0]->type), pel__ty_text(s, xs[1]->type));
    return pel__x_error(s, span);
  }
  for (int i = 0; i < 2; i++)
    xs[i] = pel__convert(
        s, xs[i],
        pel__ty_nullable(s, t,
                         t->kind == PEL_TY_SCALAR ? t->nullable : xs[i]->type->nullable));
  return same(s, xs[0], xs[1], span);
}
