#include "compiler/sema/verbs.h"

#include "compiler/sema/calls.h"
#include "compiler/sema/exprs.h"
#include "compiler/sema/types.h"

/* The verbs by name, and what they share: the table they work on, `.` as its row, labels
 * of fields. */

static const struct {
  const char *name;
  pel_verb verb;
} verbs[] = {
    {"filter", pel__verb_filter},  {"derive", pel__verb_project},
    {"select", pel__verb_project}, {"drop", pel__verb_drop},
    {"rename", pel__verb_rename},  {"take", pel__verb_take},
    {"skip", pel__verb_take},      {"distinct", pel__verb_distinct},
    {"group", pel__verb_group},    {"sort", pel__verb_sort},
    {"join", pel__verb_join},      {"concat", pel__verb_concat},
    {"read", pel__verb_read},      {"write", pel__verb_write},
};

pel_verb pel__verb_named(pel_str name) {
  for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
    if (pel__str_is(name, verbs[i].name)) return verbs[i].verb;
  return NULL;
}

void pel__verb_guess(pel_guess *g) {
  for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
    pel__guess(g, pel__str(verbs[i].name));
}

pel_x *pel__call_verb(pel_sema *s, pel_scope *sc, pel_str name, pel_span name_span,
                      pel_arg *args, uint32_t n, bool piped, pel_span span,
                      const pel_ty *want) {
  pel_verb_call v = {.sc = sc,
                     .name = name,
                     .name_span = name_span,
                     .span = span,
                     .piped = piped,
                     .want = want};
  if (pel__str_is(name, "read")) {
    v.args = args;
    v.n = n;
    return pel__verb_read(s, &v);
  }
  if (!n || args[0].label.n) {
    pel_diag *d = pel__sema_error(s, PEL_E0204, span,
                                  "`" PEL_STR_FMT "` lacks the table it works on",
                                  PEL_STR_ARG(name));
    pel__diag_help(s->ds, d, "write `table |> " PEL_STR_FMT "(…)`", PEL_STR_ARG(name));
    return pel__x_error(s, span);
  }
  v.subject = pel__check_arg(s, sc, &args[0], NULL);
  v.args = args + 1;
  v.n = n - 1;
  if (pel__x_bad(v.subject)) return pel__x_error(s, span);
  return pel__verb_named(name)(s, &v);
}

/* ---- what verbs share ---- */

bool pel__verb_table(pel_sema *s, pel_verb_call *v) {
  const pel_ty *t = v->subject->type;
  if (pel__ty_is_table(t)) return true;
  if (pel__x_bad(v->subject)) return false;
  if (t->kind == PEL_TY_LIST) {
    (void)pel__later(s, PEL_E0923, v->name_span,
                     pel__sema_text(s, "`" PEL_STR_FMT "` on a list inside of a row",
                                    PEL_STR_ARG(v->name)));
    return false;
  }
  pel_diag *d = pel__sema_error(s, PEL_E0401, v->subject->span,
                                "`" PEL_STR_FMT "` works on a table, but this is %s",
                                PEL_STR_ARG(v->name), pel__ty_text(s, t));
  if (t->kind == PEL_TY_RECORD && !t->nullable)
    pel__diag_help(s->ds, d, "a table of one row is `[…]` around it");
  return false;
}

pel_x *pel__verb_arg(pel_sema *s, pel_verb_call *v, pel_arg *a, pel_binder *row,
                     const pel_ty *want) {
  pel_scope in = *v->sc;
  in.impure_ok = false;
  in.in_row = true;
  if (v->piped && row) in.element = pel__x_binder(s, row, a->span);
  return pel__check(s, &in, a->ast, want);
}

pel_str pel__field_label(const pel_arg *a) {
  if (a->label.n || a->label_span.line) return a->label;
  if (a->ast->kind == PEL_AST_ELEMENT_FIELD) return a->ast->name;
  if (a->ast->kind != PEL_AST_FIELD) return (pel_str){0};
  const pel_ast *root = a->ast;
  while (root->kind == PEL_AST_FIELD) root = root->field.base;
  bool element = root->kind == PEL_AST_ELEMENT_FIELD || root->kind == PEL_AST_ELEMENT;
  return element ? a->ast->field.name.text : (pel_str){0};
}

/* The table in args[0], its row as the binder. */
pel_x *pel__rows_new(pel_sema *s, pel_xkind kind, const pel_verb_call *v,
                     const pel_ty *type, uint32_t nargs) {
  pel_x *x = pel__x_new(s, kind, type, v->span, nargs);
  if (x->nargs == nargs && nargs) x->args[0] = v->subject;
  return x;
}

bool pel__no_labels(pel_sema *s, const pel_verb_call *v, uint32_t from) {
  for (uint32_t i = from; i < v->n; i++) {
    if (!v->args[i].label.n) continue;
    pel__sema_error(s, PEL_E0205, v->args[i].label_span,
                    "`" PEL_STR_FMT "` takes no argument `" PEL_STR_FMT "`",
                    PEL_STR_ARG(v->name), PEL_STR_ARG(v->args[i].label));
    return false;
  }
  return true;
}

static const pel_ty *other_length(pel_sema *s, const pel_verb_call *v) {
  return pel__ty_array(s, v->subject->type->item,
                       pel__size_new(s, PEL_SIZE_FRESH, v->span));
}

/* ---- filter ---- */

static pel_x *no_predicate(pel_sema *s, const pel_verb_call *v, const pel_x *x) {
  const pel_ast *e = v->args[0].ast;
  pel_diag *d =
      pel__sema_error(s, PEL_E0402, e->span, "`filter` wants a `bool`, but this is %s",
                      pel__ty_text(s, x->type));
  if (pel__ty_is(x->type, PEL_BOOL)) {
    const char *fixed = pel__or_false(s, e);
    pel__diag_help(s->ds, d, "where it is null, say whether the row stays: `%s`", fixed);
    pel__diag_fix(s->ds, d, e->span, "%s", fixed);
  } else if (pel__ty_is_rows(x->type) && pel__holds_element(e)) {
    pel__diag_help(s->ds, d,
                   "it is a list in each row: say for how many of it, with `all(…)` or "
                   "`any(…)`");
  } else if (pel__ty_is_rows(x->type)) {
    pel__diag_help(s->ds, d,
                   "a column of the current row is written with a dot: `.name`");
  }
  return pel__x_error(s, v->span);
}

/* On an array or list of anything else than rows of a table: a map that leaves some out.
 */
static pel_x *filter_items(pel_sema *s, pel_verb_call *v, pel_binder *b, pel_x *test) {
  const pel_ty *t = v->subject->type;
  uint32_t size = pel__size_new(s, PEL_SIZE_FRESH, v->span);
  t = t->kind == PEL_TY_LIST ? pel__ty_list(s, t->item, size)
                             : pel__ty_array(s, t->item, size);
  pel_x *x = pel__rows_new(s, PEL_X_MAP, v, t, 3);
  if (x->nargs != 3) return x;
  x->args[1] = pel__x_binder(s, b, v->span);
  x->args[2] = test;
  return pel__x_bind(s, x, &b, 1);
}

pel_x *pel__verb_filter(pel_sema *s, pel_verb_call *v) {
  if (!pel__ty_is_rows(v->subject->type) && !pel__verb_table(s, v))
    return pel__x_error(s, v->span);
  if (!pel__no_labels(s, v, 0)) return pel__x_error(s, v->span);
  if (v->n != 1) {
    pel__sema_error(s, PEL_E0204, v->span, "`filter` takes one condition, not %u", v->n);
    return pel__x_error(s, v->span);
  }
  pel_binder *row = pel__binder_new(s, PEL_STR("row"), v->subject->type->item);
  if (!row) return pel__x_error(s, v->span);
  pel_x *test = pel__verb_arg(s, v, &v->args[0], row, pel__ty_scalar(PEL_BOOL));
  if (pel__x_bad(test)) return pel__x_error(s, v->span);
  if (!pel__ty_is(test->type, PEL_BOOL) || test->type->nullable)
    return no_predicate(s, v, test);
  if (!pel__ty_is_table(v->subject->type)) return filter_items(s, v, row, test);
  pel_x *x = pel__rows_new(s, PEL_X_FILTER, v, other_length(s, v), 2);
  if (x->nargs != 2) return x;
  x->args[1] = test;
  return pel__x_bind(s, x, &row, 1);
}

/* ---- take, skip ---- */

pel_x *pel__verb_take(pel_sema *s, pel_verb_call *v) {
  const pel_ty *i64 = pel__ty_scalar(PEL_I64);
  bool take = pel__str_is(v->name, "take");
  if (v->subject->type->kind != PEL_TY_ARRAY && !pel__verb_table(s, v))
    return pel__x_error(s, v->span);
  if (v->n != 1 || (v->args[0].label.n && !pel__str_is(v->args[0].label, "n"))) {
    pel__sema_error(s, PEL_E0204, v->span, "`" PEL_STR_FMT "` takes a number of rows",
                    PEL_STR_ARG(v->name));
    return pel__x_error(s, v->span);
  }
  if (pel__holds_element(v->args[0].ast)) {
    pel__sema_error(s, PEL_E0406, v->args[0].span,
                    "`" PEL_STR_FMT
                    "` takes one number for the whole table, not one per row",
                    PEL_STR_ARG(v->name));
    return pel__x_error(s, v->span);
  }
  pel_scope in = *v->sc;
  in.impure_ok = false;
  pel_x *n = pel__check(s, &in, v->args[0].ast, i64);
  n = pel__expect(s, n, v->args[0].ast, i64, "a number of rows", (pel_span){0}, "");
  if (pel__x_bad(n)) return pel__x_error(s, v->span);
  if (n->kind == PEL_X_CONST && n->value->as.i < 0) {
    pel__sema_error(s, PEL_E0202, n->span, "a number of rows is not negative");
    return pel__x_error(s, v->span);
  }
  pel_x *x = pel__rows_new(s, PEL_X_SLICE, v, other_length(s, v), 3);
  if (x->nargs != 3) return x;
  x->args[1] = take ? pel__x_int(s, PEL_I64, 0, v->span) : n;
  x->args[2] = take ? n : pel__x_int(s, PEL_I64, -1, v->span);
  return x;
}

/* ---- distinct ---- */

/* `sort("a")` means the column; as a key the text is the same in every row. */
static void constant_key(pel_sema *s, const pel_arg *a, const char *verb) {
  pel_str text = pel__source_text(s->ds->sources, a->span);
  pel_diag *d = pel__sema_error(s, PEL_E0405, a->span,
                                "a key of `%s` is a column, but this is a text", verb);
  bool word = text.n > 2 && (text.p[1] < '0' || text.p[1] > '9');
  for (size_t i = 1; i + 1 < text.n; i++) {
    char c = text.p[i];
    word &= (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
            c == '_';
  }
  if (word) text = (pel_str){text.p + 1, text.n - 2};
  pel__diag_help(s->ds, d, "a column of the current row is written with a dot");
  pel__diag_fix(s->ds, d, a->span, "." PEL_STR_FMT, PEL_STR_ARG(text));
}

/* A key: one value per row. */
static bool is_key(pel_sema *s, const pel_arg *a, const pel_x *x, const char *verb) {
  if (pel__x_bad(x)) return false;
  if (a->ast && a->ast->kind == PEL_AST_STRING && !a->label.n) {
    constant_key(s, a, verb);
    return false;
  }
  if (x->type->kind == PEL_TY_SCALAR) return true;
  pel_diag *d = pel__sema_error(s, PEL_E0405, a->span,
                                "a key of `%s` is a single value, but this is %s", verb,
                                pel__ty_text(s, x->type));
  if (x->type->kind == PEL_TY_NULL)
    pel__diag_help(s->ds, d, "a constant key makes one group: leave it away");
  if (pel__ty_is_rows(x->type) && a->ast && !pel__holds_element(a->ast))
    pel__diag_help(s->ds, d,
                   "a column of the current row is written with a dot: `.name`");
  return false;
}

bool pel__verb_key(pel_sema *s, const pel_arg *a, const pel_x *x, const char *verb) {
  return is_key(s, a, x, verb);
}

static pel_x *distinct_list(pel_sema *s, pel_verb_call *v) {
  if (v->n || !pel__ops_named(s, PEL_STR("distinct"))) {
    (void)pel__verb_table(s, v);
    return pel__x_error(s, v->span);
  }
  return pel__apply(s, "distinct", &v->subject, 1, v->span);
}

/* [n][*]T: of each list by itself, as an aggregate. */
static pel_x *distinct_items(pel_sema *s, pel_verb_call *v) {
  const pel_ty *item = v->subject->type->item;
  if (item->kind == PEL_TY_LIST) return distinct_list(s, v);
  if (v->n) {
    pel__sema_error(s, PEL_E0204, v->args[0].span, "`distinct` on an array takes no key");
    return pel__x_error(s, v->span);
  }
  pel_x *x = pel__rows_new(s, PEL_X_DISTINCT, v, other_length(s, v), 1);
  pel_binder *b = pel__binder_new(s, PEL_STR("row"), item);
  return x->nargs == 1 ? pel__x_bind(s, x, &b, 1) : x;
}

pel_x *pel__verb_distinct(pel_sema *s, pel_verb_call *v) {
  const pel_ty *t = v->subject->type;
  if (t->kind == PEL_TY_LIST && !t->nullable) return distinct_list(s, v);
  if (pel__ty_is_rows(t) && !pel__ty_is_table(t)) return distinct_items(s, v);
  if (!pel__verb_table(s, v) || !pel__no_labels(s, v, 0)) return pel__x_error(s, v->span);
  pel_binder *row = pel__binder_new(s, PEL_STR("row"), t->item);
  pel_x *x = pel__rows_new(s, PEL_X_DISTINCT, v, other_length(s, v), 1 + v->n);
  if (!row || x->nargs != 1 + v->n) return x;
  bool bad = false;
  for (uint32_t i = 0; i < v->n; i++) {
    x->args[1 + i] = pel__verb_arg(s, v, &v->args[i], row, NULL);
    bad |= !is_key(s, &v->args[i], x->args[1 + i], "distinct");
  }
  for (uint32_t i = 0; !v->n && i < t->item->nfields; i++) {
    const pel_tyfield *f = &t->item->fields[i];
    if (f->type->kind == PEL_TY_SCALAR) continue;
    pel_diag *d = pel__sema_error(s, PEL_E0405, v->name_span,
                                  "rows with `" PEL_STR_FMT "`: %s cannot be compared",
                                  PEL_STR_ARG(f->name), pel__ty_text(s, f->type));
    pel__diag_help(s->ds, d, "name the columns that tell rows apart: `distinct(.a, .b)`");
    bad = true;
  }
  return bad ? pel__x_error(s, v->span) : pel__x_bind(s, x, &row, 1);
}

/* ---- concat ---- */

static bool concat_fits(pel_sema *s, const pel_ty *first, const pel_x *x) {
  if (pel__ty_common(s, first->item, x->type->item, false)) return true;
  pel_diag *d = pel__sema_error(s, PEL_E0408, x->span,
                                "the tables of `concat` have to have the same columns");
  pel__diag_label(s->ds, d, "this is %s", pel__ty_text(s, x->type));
  for (uint32_t i = 0;
       i < first->item->nfields && pel__ty_is_table(first) && pel__ty_is_table(x->type);
       i++) {
    pel_str name = first->item->fields[i].name;
    uint32_t j = pel__ty_field(x->type->item, name);
    if (j == UINT32_MAX)
      pel__diag_help(s->ds, d, "it lacks `" PEL_STR_FMT "`", PEL_STR_ARG(name));
    else if (!pel__ty_common(s, first->item->fields[i].type,
                             x->type->item->fields[j].type, false))
      pel__diag_help(s->ds, d, "`" PEL_STR_FMT "` is %s here and %s in the first table",
                     PEL_STR_ARG(name), pel__ty_text(s, x->type->item->fields[j].type),
                     pel__ty_text(s, first->item->fields[i].type));
    else
      continue;
    return false;
  }
  for (uint32_t j = 0; j < x->type->item->nfields; j++)
    if (pel__ty_field(first->item, x->type->item->fields[j].name) == UINT32_MAX)
      pel__diag_help(s->ds, d, "the first table lacks `" PEL_STR_FMT "`",
                     PEL_STR_ARG(x->type->item->fields[j].name));
  return false;
}

pel_x *pel__verb_concat(pel_sema *s, pel_verb_call *v) {
  const pel_ty *t = v->subject->type;
  if (!pel__no_labels(s, v, 0)) return pel__x_error(s, v->span);
  if (t->kind != PEL_TY_ARRAY && !pel__verb_table(s, v)) return pel__x_error(s, v->span);
  if (!v->n) {
    pel__sema_error(s, PEL_E0204, v->span, "`concat` takes two or more tables");
    return pel__x_error(s, v->span);
  }
  pel_x *x = pel__rows_new(s, PEL_X_CONCAT, v, t, 1 + v->n);
  if (x->nargs != 1 + v->n) return x;
  const pel_ty *item = t->item;
  bool bad = false;
  for (uint32_t i = 0; i < v->n; i++) {
    pel_verb_call one = *v;
    one.subject = x->args[1 + i] = pel__check_arg(s, v->sc, &v->args[i], NULL);
    bool rows = !pel__x_bad(one.subject) && one.subject->type->kind == PEL_TY_ARRAY;
    if (!rows && !pel__x_bad(one.subject)) (void)pel__verb_table(s, &one);
    if (!rows || !concat_fits(s, t, one.subject))
      bad = true;
    else
      item = pel__ty_common(s, item, one.subject->type->item, false);
    if (!item) {
      (void)concat_fits(s, t, one.subject);
      return pel__x_error(s, v->span);
    }
  }
  if (bad) return pel__x_error(s, v->span);
  x->type = pel__ty_array(s, item, pel__size_new(s, PEL_SIZE_FRESH, v->span));
  for (uint32_t i = 0; i <= v->n; i++) x->args[i] = pel__convert(s, x->args[i], x->type);
  return x;
}
