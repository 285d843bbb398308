#include "compiler/sema/check.h"

/* ---- records --------------------------------------------------------------------------------------- */

typedef struct fields {
  pel_str *names;
  pel_x **values;
  pel_span *spans; /* of what was written; line 0: it came with `..` */
  uint32_t n, cap;
} fields;

static bool add_field(pel_sema *s, fields *f, pel_str name, pel_x *value, pel_span span) {
  for (uint32_t i = 0; i < f->n; i++) {
    if (!pel__str_eq(f->names[i], name)) continue;
    if (span.line && f->spans[i].line) {
      pel_diag *d = pel__sema_error(s, PEL_E0110, span,
                                    "the field `" PEL_STR_FMT "` stands here twice",
                                    PEL_STR_ARG(name));
      pel__diag_note(s->ds, d, f->spans[i], "it is first here");
      return false;
    }
    if (f->spans[i].line) return true; /* written fields win over `..` on either side */
    f->values[i] = value;
    f->spans[i] = span;
    return true;
  }
  f->names[f->n] = name;
  f->values[f->n] = value;
  f->spans[f->n++] = span;
  return true;
}

static const pel_ty *hint_of(const pel_ty *want, pel_str name) {
  if (!want || want->kind != PEL_TY_RECORD) return NULL;
  uint32_t i = pel__ty_field(want, name);
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

static bool take_spread(pel_sema *s, fields *f, spread *sp) {
  const pel_ty *t = sp->value->type;
  pel_x *v = pel__x_share(s, sp->value, "", &sp->binder);
  for (uint32_t j = 0; j < t->nfields; j++) {
    pel_x *x = pel__x_field(s, pel__x_copy(s, v, v->span), j, v->span);
    if (!add_field(s, f, t->fields[j].name, x, (pel_span){0})) return false;
  }
  return true;
}

static bool take_field(pel_sema *s, pel_scope *sc, fields *f, const pel_ast_arg *a,
                       const pel_ty *want) {
  const pel_ty *hint = hint_of(want, a->label);
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
  return add_field(s, f, a->label, x,
                   a->label_span.line ? a->label_span : a->value->span);
}

static pel_x *build_record(pel_sema *s, const pel_ast *e, const fields *f,
                           const spread *spreads) {
  pel_ty *t = pel__ty_fields(s, PEL_TY_RECORD, f->n);
  if (!t) return pel__x_error(s, e->span);
  pel_x *x = pel__x_new(s, PEL_X_RECORD, t, e->span, f->n);
  for (uint32_t i = 0; i < x->nargs; i++) {
    t->fields[i] = (pel_tyfield){f->names[i], f->values[i]->type};
    x->args[i] = f->values[i];
  }
  for (uint32_t i = e->record.n; i-- > 0;)
    if (spreads[i].binder) x = pel__x_let(s, spreads[i].binder, spreads[i].value, x);
  return x;
}

pel_x *pel__check_record(pel_sema *s, pel_scope *sc, const pel_ast *e,
                         const pel_ty *want) {
  spread *spreads = PEL_ARENA_ARRAY(s->arena, spread, e->record.n);
  bool bad = false;
  if (!spreads) return pel__x_error(s, e->span);
  uint32_t cap = count_fields(s, sc, e, spreads, &bad);
  fields f = {PEL_ARENA_ARRAY(s->arena, pel_str, cap),
              PEL_ARENA_ARRAY(s->arena, pel_x *, cap),
              PEL_ARENA_ARRAY(s->arena, pel_span, cap), 0, cap};
  if (!f.names || !f.values || !f.spans) {
    s->oom = true;
    return pel__x_error(s, e->span);
  }
  for (uint32_t i = 0; i < e->record.n; i++) {
    const pel_ast_arg *a = &e->record.fields[i];
    if (!a->spread)
      bad |= !take_field(s, sc, &f, a, want);
    else if (!bad)
      bad |= !take_spread(s, &f, &spreads[i]);
  }
  return bad ? pel__x_error(s, e->span) : build_record(s, e, &f, spreads);
}

/* ---- tuples ------------------------------------------------------------------------------------------ */

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
  return bad ? pel__x_error(s, e->span) : x;
}
