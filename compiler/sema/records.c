#include "compiler/sema/exprs.h"
#include "compiler/sema/types.h"

/* ---- records ---- */

static const pel_ty *hint_of(const pel_ty *want, pel_str name, uint32_t near) {
  if (!want || want->kind != PEL_TY_RECORD) return NULL;
  uint32_t i = pel__ty_field_near(want, name, near);
  return i == UINT32_MAX ? NULL : want->fields[i].type;
}

/* `..r` of a record that is more than a variable: bound once around the new one. */
typedef struct spread {
  pel_x *value;
  pel_binder *binder;
} spread;

static uint32_t count_fields(pel_sema *s, pel_scope *sc, const pel_ast *e,
                             spread *spreads, bool *bad) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < e->record.n; i++) {
    const pel_ast_arg *a = &e->record.fields[i];
    n++;
    if (!a->spread) continue;
    pel_x *x = pel__check(s, sc, a->value, NULL);
    spreads[i].value = x;
    if (pel__x_bad(x)) {
      *bad = true;
    } else if (x->type->kind != PEL_TY_RECORD || x->type->nullable) {
      pel__sema_error(s, PEL_E0224, a->value->span,
                      "`..` takes the fields of a record, but this is %s",
                      pel__ty_text(s, x->type));
      *bad = true;
    } else {
      n += x->type->nfields;
    }
  }
  return n;
}

static bool take_spread(pel_sema *s, pel_columns *f, spread *sp) {
  const pel_ty *t = sp->value->type;
  pel_x *v = pel__x_share(s, sp->value, "", &sp->binder);
  for (uint32_t j = 0; j < t->nfields; j++) {
    pel_x *x = pel__x_field(s, pel__x_copy(s, v, v->span), j, v->span);
    if (!pel__columns_put(s, f, t->fields[j].name, x, (pel_span){0})) return false;
  }
  return true;
}

static bool take_field(pel_sema *s, pel_scope *sc, pel_columns *f, const pel_ast_arg *a,
                       const pel_ty *want) {
  const pel_ty *hint = hint_of(want, a->label, f->n);
  pel_x *x = pel__check(s, sc, a->value, hint);
  if (pel__x_bad(x)) return false;
  if (x->type->kind == PEL_TY_NULL) {
    if (!hint || !hint->nullable) {
      pel__sema_error(s, PEL_E0215, a->value->span,
                      "nothing tells the type of this `null`");
      return false;
    }
    x = pel__convert(s, x, hint);
  }
  return pel__columns_put(s, f, a->label, x,
                          a->label_span.line ? a->label_span : a->value->span);
}

static pel_x *build_record(pel_sema *s, const pel_ast *e, const pel_columns *f,
                           const spread *spreads) {
  const pel_ty *t = pel__columns_type(s, f, e->span);
  if (!t) return pel__x_error(s, e->span);
  pel_x *x = pel__x_new(s, PEL_X_RECORD, t, e->span, f->n);
  for (uint32_t i = 0; i < x->nargs; i++) x->args[i] = f->values[i];
  for (uint32_t i = e->record.n; i-- > 0;)
    if (spreads[i].binder) x = pel__x_let(s, spreads[i].binder, spreads[i].value, x);
  return x;
}

static bool take_all(pel_sema *s, pel_scope *sc, const pel_ast *e, const pel_ty *want,
                     spread *spreads, pel_columns *f) {
  bool ok = true;
  for (uint32_t i = 0; i < e->record.n; i++) {
    const pel_ast_arg *a = &e->record.fields[i];
    if (!a->spread)
      ok &= take_field(s, sc, f, a, want);
    else if (ok)
      ok &= take_spread(s, f, &spreads[i]);
  }
  return ok;
}

pel_x *pel__check_record(pel_sema *s, pel_scope *sc, const pel_ast *e,
                         const pel_ty *want) {
  spread *spreads = PEL_ARENA_ARRAY(s->arena, spread, e->record.n);
  bool bad = false;
  pel_columns f;
  if (!spreads) return pel__x_error(s, e->span);
  uint32_t cap = count_fields(s, sc, e, spreads, &bad);
  if (bad || !pel__columns_init(s, &f, cap)) return pel__x_error(s, e->span);
  bool ok = take_all(s, sc, e, want, spreads, &f);
  pel_x *x = ok ? build_record(s, e, &f, spreads) : pel__x_error(s, e->span);
  pel__columns_deinit(&f);
  return x;
}

/* ---- tuples ---- */

pel_x *pel__check_tuple(pel_sema *s, pel_scope *sc, const pel_ast *e,
                        const pel_ty *want) {
  uint32_t n = e->list.n;
  pel_ty *t = pel__ty_fields(s, PEL_TY_TUPLE, n);
  if (!t) return pel__x_error(s, e->span);
  pel_x *x = pel__x_new(s, PEL_X_TUPLE, t, e->span, n);
  bool bad = x->nargs != n;
  bool hints = want && want->kind == PEL_TY_TUPLE && want->nfields == n;
  for (uint32_t i = 0; i < x->nargs; i++) {
    x->args[i] = pel__check(s, sc, e->list.items[i], hints ? want->fields[i].type : NULL);
    if (x->args[i]->type->kind == PEL_TY_NULL && hints)
      x->args[i] = pel__expect(s, x->args[i], e->list.items[i], want->fields[i].type,
                               "this", (pel_span){0}, "");
    t->fields[i].type = x->args[i]->type;
    bad |= pel__x_bad(x->args[i]);
  }
  x->type = pel__ty_weighed(s, t, e->span);
  return bad || pel__x_bad(x) ? pel__x_error(s, e->span) : x;
}
