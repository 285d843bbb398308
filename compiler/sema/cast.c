#include "compiler/sema/calls.h"
#include "compiler/sema/exprs.h"
#include "compiler/sema/types.h"

/* What `as` and the functions named like types can do (R12); every other pair is a
 * diagnostic. */
static bool castable(pel_kind from, pel_kind to) {
  bool num_from = pel__kind_num(from) || from == PEL_BOOL;
  bool num_to = pel__kind_num(to) || to == PEL_BOOL;
  if (from == to || (num_from && num_to)) return true;
  if (from == PEL_STR || to == PEL_STR)
    return true; /* read from its text, written as it prints */
  return (from == PEL_DATE && to == PEL_TIME) || (from == PEL_TIME && to == PEL_DATE);
}

/* Null stays null: of a `T?` a cast to U makes a `U?`, as the function U does by lifting.
 */
static pel_x *cast_scalar(pel_sema *s, pel_x *x, const pel_ty *to, pel_span span) {
  if (x->type->nullable) to = pel__ty_nullable(s, to, true);
  if (pel__ty_same(x->type, to)) return x;
  if (x->type->kind == PEL_TY_NULL && to->nullable) return pel__x_null(s, to, span);
  pel_x *c = pel__x_new(s, PEL_X_CAST, to, span, 1);
  if (c->nargs == 1) c->args[0] = x;
  return c;
}

typedef struct cast_ctx {
  const pel_ty *to;
} cast_ctx;

static pel_x *cast_item(pel_sema *s, void *ctx, pel_x **args, pel_span span) {
  return pel__cast_to(s, args[0], ((cast_ctx *)ctx)->to, span);
}

static pel_x *refuse(pel_sema *s, pel_x *x, const pel_ty *to, pel_span span) {
  pel_diag *d = pel__sema_error(s, PEL_E0211, span, "%s cannot be made into %s",
                                pel__ty_text(s, x->type), pel__ty_text(s, to));
  for (uint32_t i = 0; to->kind == PEL_TY_RECORD && i < to->nfields; i++)
    if (x->type->kind == PEL_TY_RECORD &&
        pel__ty_field(x->type, to->fields[i].name) == UINT32_MAX) {
      pel__diag_help(s->ds, d, "the field `" PEL_STR_FMT "` is missing",
                     PEL_STR_ARG(to->fields[i].name));
      break;
    }
  if (x->type->kind == PEL_TY_SCALAR && pel__ty_is(to, PEL_I64) &&
      x->type->scalar == PEL_DUR)
    pel__diag_help(s->ds, d, "divide by a unit: `div(x, 1s)`");
  return pel__x_error(s, span);
}

static pel_x *cast_record(pel_sema *s, pel_x *x, const pel_ty *to, pel_span span) {
  if (pel__ty_accepts(s, to, x->type)) return pel__convert(s, x, to);
  pel_binder *b;
  pel_x *v = pel__x_share(s, x, "", &b);
  pel_x *r = pel__x_new(s, PEL_X_RECORD, to, span, to->nfields);
  for (uint32_t i = 0; i < r->nargs; i++) {
    uint32_t j = pel__ty_field_near(x->type, to->fields[i].name, i);
    if (j == UINT32_MAX) return refuse(s, x, to, span);
    pel_x *f = pel__x_field(s, pel__x_copy(s, v, span), j, span);
    const pel_ty *want = to->fields[i].type;
    r->args[i] = pel__cast_to(s, f, want, span);
    if (!pel__x_bad(r->args[i]) && !pel__ty_accepts(s, want, r->args[i]->type))
      return refuse(s, x, to, span);
  }
  return b ? pel__x_let(s, b, x, r) : r;
}

pel_x *pel__cast_to(pel_sema *s, pel_x *x, const pel_ty *to, pel_span span) {
  if (pel__x_bad(x) || to->kind == PEL_TY_ERROR) return pel__x_error(s, span);
  const pel_ty *t = x->type;
  if (t->kind == PEL_TY_NULL)
    return to->nullable ? pel__x_null(s, to, span) : refuse(s, x, to, span);
  if (t->kind == PEL_TY_SCALAR && to->kind == PEL_TY_SCALAR)
    return castable(t->scalar, to->scalar) ? cast_scalar(s, x, to, span)
                                           : refuse(s, x, to, span);
  if (pel__ty_is_rows(t) && pel__ty_is_rows(to)) {
    cast_ctx ctx = {to->item};
    pel_x *m = pel__ty_same(t->item, to->item) ? x : NULL;
    if (!m) {
      uint32_t one = 1;
      pel_lift l = {1, &x, &one, span, "as", &ctx, cast_item};
      m = pel__lift(s, &l);
    }
    return pel__size_annotate(s, NULL, m, to, span);
  }
  if (t->kind == PEL_TY_RECORD && to->kind == PEL_TY_RECORD && !t->nullable)
    return cast_record(s, x, to, span);
  return refuse(s, x, to, span);
}

/* `e as T`; a scalar T maps over columns, as the function T(e) does. */
pel_x *pel__check_cast(pel_sema *s, pel_scope *sc, const pel_ast *e, const pel_ty *want) {
  (void)want;
  const pel_ty *to = pel__annotate(s, sc, e->cast.type);
  pel_x *x = pel__check(s, sc, e->cast.value, to);
  if (pel__x_bad(x) || to->kind == PEL_TY_ERROR) return pel__x_error(s, e->span);
  if (to->kind == PEL_TY_SCALAR && pel__ty_is_rows(x->type)) {
    cast_ctx ctx = {to};
    return pel__lift_all(s, x, "as", e->span, &ctx, cast_item);
  }
  return pel__cast_to(s, x, to, e->span);
}
