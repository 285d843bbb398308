#include "compiler/sema/calls.h"
#include "compiler/sema/exprs.h"
#include "compiler/sema/types.h"
#include "compiler/sema/verbs.h"

/* select, derive, drop, rename: other columns of the same rows. */

static void incoming(pel_sema *s, pel_columns *c, const pel_ty *row, const pel_binder *b,
                     pel_span span) {
  for (uint32_t i = 0; i < row->nfields; i++) {
    pel_x *x = pel__x_field(s, pel__x_binder(s, b, span), i, span);
    (void)pel__columns_put(s, c, row->fields[i].name, x, (pel_span){0});
  }
}

static bool is_cell(pel_sema *s, const pel_arg *a, pel_x *x) {
  const pel_ty *t = x->type;
  if (pel__x_bad(x)) return false;
  if (t->kind == PEL_TY_NULL) {
    pel_diag *d =
        pel__sema_error(s, PEL_E0215, a->span, "nothing tells the type of this `null`");
    pel__diag_help(s->ds, d, "write it: `null as i64?`");
    return false;
  }
  if (t->kind == PEL_TY_SCALAR || t->kind == PEL_TY_LIST || t->kind == PEL_TY_RECORD)
    return true;
  pel_diag *d = pel__sema_error(s, PEL_E0412, a->span,
                                "a field has one value for each row, but this is %s",
                                pel__ty_text(s, t));
  if (t->kind == PEL_TY_ARRAY && !pel__holds_element(a->ast))
    pel__diag_help(s->ds, d,
                   "a column of the current row is written with a dot: `.name`");
  if (t->kind == PEL_TY_TUPLE)
    pel__diag_help(s->ds, d, "take the values apart: `with (a, b) = … in a`");
  return false;
}

static bool add_field(pel_sema *s, pel_verb_call *v, pel_columns *c, pel_arg *a,
                      pel_binder *row) {
  pel_str name = pel__field_label(a);
  pel_x *x = pel__verb_arg(s, v, a, row, NULL);
  if (!name.n && !pel__x_bad(x)) {
    pel_diag *d = pel__sema_error(s, PEL_E0403, a->span, "this field needs a name");
    pel_str text = pel__source_text(s->ds->sources, a->span);
    pel__diag_help(s->ds, d, "write `name: …` in front of it");
    if (text.n < 60 && a->ast->kind == PEL_AST_NAME)
      pel__diag_fix(s->ds, d, a->span, PEL_STR_FMT ": " PEL_STR_FMT, PEL_STR_ARG(text),
                    PEL_STR_ARG(text));
    return false;
  }
  if (!is_cell(s, a, x)) return false;
  return pel__columns_put(s, c, name, x, a->label_span.line ? a->label_span : a->span);
}

static pel_x *project(pel_sema *s, pel_verb_call *v, const pel_columns *c,
                      pel_binder *row) {
  const pel_ty *t = pel__columns_type(s, c, v->span);
  if (!t) return pel__x_error(s, v->span);
  pel_x *x = pel__rows_new(s, PEL_X_PROJECT, v,
                           pel__ty_array(s, t, v->subject->type->size), 1 + c->n);
  if (x->nargs != 1 + c->n) return x;
  memcpy(x->args + 1, c->values, c->n * sizeof *c->values);
  return pel__x_bind(s, x, &row, 1);
}

/* Of an array of single values `select` makes a table. */
static pel_x *select_items(pel_sema *s, pel_verb_call *v, const pel_columns *c,
                           pel_binder *row) {
  const pel_ty *t = pel__columns_type(s, c, v->span);
  pel_x *r = t ? pel__x_new(s, PEL_X_RECORD, t, v->span, c->n) : NULL;
  if (!r || r->nargs != c->n) return pel__x_error(s, v->span);
  memcpy(r->args, c->values, c->n * sizeof *c->values);
  pel_x *x =
      pel__rows_new(s, PEL_X_MAP, v, pel__ty_array(s, t, v->subject->type->size), 2);
  if (x->nargs != 2) return x;
  x->args[1] = r;
  return pel__x_bind(s, x, &row, 1);
}

static bool is_items(const pel_verb_call *v) {
  const pel_ty *t = v->subject->type;
  return pel__str_is(v->name, "select") && t->kind == PEL_TY_ARRAY && !t->nullable &&
         t->item->kind == PEL_TY_SCALAR;
}

pel_x *pel__verb_project(pel_sema *s, pel_verb_call *v) {
  if (!is_items(v) && !pel__verb_table(s, v)) return pel__x_error(s, v->span);
  const pel_ty *row_type = v->subject->type->item;
  pel_binder *row = pel__binder_new(s, PEL_STR("row"), row_type);
  pel_columns c;
  if (!v->n) {
    pel__sema_error(s, PEL_E0204, v->span, "`" PEL_STR_FMT "` takes at least one field",
                    PEL_STR_ARG(v->name));
    return pel__x_error(s, v->span);
  }
  if (!row || !pel__columns_init(s, &c, row_type->nfields + v->n))
    return pel__x_error(s, v->span);
  if (pel__str_is(v->name, "derive")) incoming(s, &c, row_type, row, v->span);
  bool ok = true;
  for (uint32_t i = 0; i < v->n; i++) ok &= add_field(s, v, &c, &v->args[i], row);
  pel_x *x = !ok           ? pel__x_error(s, v->span)
             : is_items(v) ? select_items(s, v, &c, row)
                           : project(s, v, &c, row);
  pel__columns_deinit(&c);
  return x;
}

/* ---- drop ---- */

/* The number of the column an argument `.a` names. */
static bool named_column(pel_sema *s, pel_verb_call *v, pel_arg *a, pel_binder *row,
                         uint32_t *out) {
  if (a->ast->kind != PEL_AST_ELEMENT_FIELD) {
    pel_diag *d = pel__sema_error(s, PEL_E0406, a->span,
                                  "`" PEL_STR_FMT "` takes columns, such as `.a`",
                                  PEL_STR_ARG(v->name));
    if (a->ast->kind == PEL_AST_NAME)
      pel__diag_fix(s->ds, d, a->span, "." PEL_STR_FMT, PEL_STR_ARG(a->ast->name));
    return false;
  }
  pel_x *x = pel__verb_arg(s, v, a, row, NULL);
  if (pel__x_bad(x)) return false;
  *out = x->index;
  return x->kind == PEL_X_FIELD;
}

static bool find_dropped(pel_sema *s, pel_verb_call *v, pel_binder *row, bool *gone) {
  bool ok = true;
  for (uint32_t i = 0; i < v->n; i++) {
    uint32_t k;
    if (named_column(s, v, &v->args[i], row, &k))
      gone[k] = true;
    else
      ok = false;
  }
  return ok;
}

pel_x *pel__verb_drop(pel_sema *s, pel_verb_call *v) {
  if (!pel__verb_table(s, v) || !pel__no_labels(s, v, 0)) return pel__x_error(s, v->span);
  const pel_ty *row_type = v->subject->type->item;
  pel_binder *row = pel__binder_new(s, PEL_STR("row"), row_type);
  bool *gone = PEL_ARENA_ARRAY(s->arena, bool, row_type->nfields);
  pel_columns c;
  if (!row || !gone || !find_dropped(s, v, row, gone)) return pel__x_error(s, v->span);
  if (!pel__columns_init(s, &c, row_type->nfields)) return pel__x_error(s, v->span);
  for (uint32_t i = 0; i < row_type->nfields; i++) {
    if (gone[i]) continue;
    pel_x *x = pel__x_field(s, pel__x_binder(s, row, v->span), i, v->span);
    (void)pel__columns_put(s, &c, row_type->fields[i].name, x, v->span);
  }
  pel_x *x = c.n ? project(s, v, &c, row) : pel__x_error(s, v->span);
  if (!c.n) pel__sema_error(s, PEL_E0406, v->span, "`drop` would leave no column");
  pel__columns_deinit(&c);
  return x;
}

/* ---- rename ---- */

/* names[k]: the argument that renames column k. */
static bool find_renamed(pel_sema *s, pel_verb_call *v, pel_binder *row,
                         pel_arg **names) {
  bool ok = true;
  for (uint32_t i = 0; i < v->n; i++) {
    uint32_t k;
    pel_arg *a = &v->args[i];
    if (!a->label.n) {
      pel_diag *d =
          pel__sema_error(s, PEL_E0403, a->span, "`rename` wants the new name in front");
      pel__diag_help(s->ds, d, "write `rename(new: .old)`");
      ok = false;
    } else if (named_column(s, v, a, row, &k)) {
      names[k] = a;
    } else {
      ok = false;
    }
  }
  return ok;
}

static bool clash(pel_sema *s, const pel_verb_call *v, const pel_arg *a, pel_str name) {
  pel_diag *d =
      pel__sema_error(s, PEL_E0404, a ? a->label_span : v->span,
                      "there would be two columns `" PEL_STR_FMT "`", PEL_STR_ARG(name));
  pel__diag_help(s->ds, d, "drop the other one first");
  return false;
}

pel_x *pel__verb_rename(pel_sema *s, pel_verb_call *v) {
  if (!pel__verb_table(s, v)) return pel__x_error(s, v->span);
  const pel_ty *row_type = v->subject->type->item;
  uint32_t n = row_type->nfields;
  pel_binder *row = pel__binder_new(s, PEL_STR("row"), row_type);
  pel_arg **names = PEL_ARENA_ARRAY(s->arena, pel_arg *, n);
  pel_columns c;
  if (!row || !names || !find_renamed(s, v, row, names)) return pel__x_error(s, v->span);
  if (!pel__columns_init(s, &c, n)) return pel__x_error(s, v->span);
  bool ok = true;
  for (uint32_t i = 0; i < n && ok; i++) {
    pel_str name = names[i] ? names[i]->label : row_type->fields[i].name;
    pel_x *x = pel__x_field(s, pel__x_binder(s, row, v->span), i, v->span);
    if (pel__map_get(&c.at, name, NULL)) {
      const pel_arg *a = names[i];
      for (uint32_t k = 0; k < i && !a; k++)
        if (names[k] && pel__str_eq(names[k]->label, name)) a = names[k];
      ok = clash(s, v, a, name);
    } else {
      ok = pel__columns_put(s, &c, name, x, v->span);
    }
  }
  pel_x *x = ok ? project(s, v, &c, row) : pel__x_error(s, v->span);
  pel__columns_deinit(&c);
  return x;
}
