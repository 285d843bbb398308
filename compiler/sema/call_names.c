#include "compiler/sema/calls.h"
#include "compiler/sema/exprs.h"
#include "compiler/sema/types.h"
#include "compiler/sema/verbs.h"

/* What the name in front of the parentheses means. */

bool pel__args_of(pel_sema *s, const pel_ast *call, pel_x *subject, pel_span subject_span,
                  pel_arg **args, uint32_t *n) {
  uint32_t first = subject ? 1 : 0;
  *n = call->call.n + first;
  *args = PEL_ARENA_ARRAY(s->arena, pel_arg, *n);
  if (!*args) {
    s->oom = true;
    return false;
  }
  if (subject) (*args)[0] = (pel_arg){.x = subject, .span = subject_span};
  for (uint32_t i = 0; i < call->call.n; i++) {
    const pel_ast_arg *a = &call->call.args[i];
    (*args)[i + first] =
        (pel_arg){a->label, a->label_span, a->value, NULL, a->value->span};
  }
  return true;
}

static bool check_args(pel_sema *s, pel_scope *sc, pel_arg *args, uint32_t n) {
  bool ok = true;
  for (uint32_t i = 0; i < n; i++) {
    if (!args[i].x) args[i].x = pel__check(s, sc, args[i].ast, NULL);
    ok &= !pel__x_bad(args[i].x);
  }
  return ok;
}

/* ---- f64(x) ---- */

typedef struct conversion {
  const pel_ty *to;
} conversion;

static pel_x *convert_item(pel_sema *s, void *ctx, pel_x **args, pel_span span) {
  const pel_ty *to = ((conversion *)ctx)->to;
  return pel__cast_to(s, args[0], pel__ty_nullable(s, to, args[0]->type->nullable), span);
}

static pel_x *call_kind(pel_sema *s, pel_scope *sc, pel_kind k, pel_arg *args, uint32_t n,
                        pel_span span) {
  if (n != 1 || args[0].label.n) {
    pel__sema_error(s, PEL_E0204, span, "`%s` takes one value to convert",
                    pel__kind_name(k));
    return pel__x_error(s, span);
  }
  conversion c = {pel__ty_scalar(k)};
  if (args[0].ast && pel__literal_is(args[0].ast) && pel__literal_fits(args[0].ast, c.to))
    return pel__check_literal(s, sc, args[0].ast, c.to);
  pel_x *x = pel__check_arg(s, sc, &args[0], NULL);
  if (pel__x_bad(x)) return pel__x_error(s, span);
  return pel__lift_all(s, x, pel__kind_name(k), span, &c, convert_item);
}

/* ---- operators ---- */

static bool takes(const pel_overloads *o, pel_str label) {
  for (uint32_t k = 0; k < o->n; k++)
    for (uint32_t i = 0; i < o->at[k]->nparams; i++)
      if (pel__str_eq(o->at[k]->params[i].name, label)) return true;
  return false;
}

static bool is_aggregate(const pel_overloads *o) {
  for (uint32_t k = 0; k < o->n; k++)
    if (o->at[k]->op->kind == PEL_OP_AGG) return true;
  return false;
}

/* Takes the argument with this label out of the list. */
static pel_arg *pull(pel_arg *args, uint32_t *n, const char *label, pel_arg *out) {
  for (uint32_t i = 0; i < *n; i++) {
    if (!pel__str_is(args[i].label, label)) continue;
    *out = args[i];
    memmove(args + i, args + i + 1, (*n - i - 1) * sizeof *args);
    (*n)--;
    return out;
  }
  return NULL;
}

static pel_x *call_prelude(pel_sema *s, pel_scope *sc, pel_str name,
                           const pel_overloads *o, pel_arg *args, uint32_t n,
                           pel_span span) {
  pel_arg empty, axis;
  bool agg = is_aggregate(o);
  const pel_arg *e =
      agg && !takes(o, PEL_STR("empty")) ? pull(args, &n, "empty", &empty) : NULL;
  if (agg && pull(args, &n, "axis", &axis))
    return pel__later(s, PEL_E0934, axis.label_span, "an aggregate along one axis");
  bool ok = check_args(s, sc, args, n);
  pel_x *instead = e ? pel__check(s, sc, empty.ast, NULL) : NULL;
  if (!ok || (instead && pel__x_bad(instead))) return pel__x_error(s, span);
  const char *z = pel__sema_text(s, PEL_STR_FMT, PEL_STR_ARG(name));
  if (!instead) return pel__call_op(s, z, args, n, span, false);
  return pel__agg_empty(s, z, args, n, &empty, instead, span);
}

/* len(distinct(xs)) is one aggregate: the distinct values are counted, not kept. */
static pel_x *len_distinct(pel_sema *s, pel_scope *sc, pel_arg *args, uint32_t n,
                           pel_span span) {
  bool failed = false;
  const pel_ast *e = n == 1 && !args[0].x ? args[0].ast : NULL;
  if (!e || e->kind != PEL_AST_CALL || e->call.n != 1 || e->call.args[0].label.n)
    return NULL;
  if (!pel__str_is(pel__prelude_name(s, sc, e->call.callee), "distinct")) return NULL;
  if (pel__item_named(s, sc, e->call.callee, &failed) || failed) return NULL;
  if (!pel__ops_named(s, PEL_STR("len_distinct"))) return NULL;
  pel_arg xs = {.ast = e->call.args[0].value, .span = e->call.args[0].value->span};
  const pel_ty *t = pel__check_arg(s, sc, &xs, NULL)->type;
  if (pel__x_bad(xs.x)) return xs.x;
  while (pel__ty_is_rows(t) && pel__ty_is_rows(t->item)) t = t->item;
  if (pel__ty_is_rows(t) && t->item->kind == PEL_TY_SCALAR)
    return pel__call_op(s, "len_distinct", &xs, 1, span, false);
  args[0].x = pel__call_verb(s, sc, PEL_STR("distinct"), e->call.callee->span, &xs, 1,
                             false, e->span, NULL);
  return NULL;
}

static pel_x *no_function(pel_sema *s, const pel_ast *callee, const pel_topname *top,
                          pel_span local) {
  pel_str text = pel__source_text(s->ds->sources, callee->span);
  pel_diag *d = pel__sema_error(s, PEL_E0113, callee->span,
                                "`" PEL_STR_FMT "` is not a function", PEL_STR_ARG(text));
  pel_span at = top ? top->span : local;
  if (at.line) pel__diag_note(s->ds, d, at, "it is defined here");
  return pel__x_error(s, callee->span);
}

/* In a stage that takes values, `.` would make a function of the argument (R14). */
static bool stage_functions(pel_sema *s, const pel_arg *args, uint32_t n, pel_str name) {
  bool found = false;
  for (uint32_t i = 0; i < n; i++) {
    if (!args[i].ast || !pel__holds_element(args[i].ast)) continue;
    pel_diag *d = pel__sema_error(s, PEL_E0915, args[i].span,
                                  "`" PEL_STR_FMT
                                  "` takes a value here, not a function of the element",
                                  PEL_STR_ARG(name));
    pel__diag_help(
        s->ds, d,
        "right of `|>` a `.` is the element of what is left of it; write `" PEL_STR_FMT
        "(…)` without `|>`",
        PEL_STR_ARG(name));
    found = true;
  }
  return found;
}

/* `count()` in the rows of a `group`, or in those of a table. */
static pel_x *count_rows(pel_sema *s, const pel_scope *sc, pel_span name_span,
                         pel_span span) {
  const pel_ty *row = sc->element ? sc->element->type : NULL;
  bool group = row && row->kind == PEL_TY_RECORD &&
               pel__ty_field(row, PEL_STR("rows")) != UINT32_MAX;
  pel_diag *d =
      pel__sema_error(s, PEL_E0101, name_span, "there is no function `count` here");
  if (group) {
    pel__diag_help(s->ds, d, "the rows of a group are counted with `len(.rows)`");
    pel__diag_fix(s->ds, d, span, "len(.rows)");
  } else {
    pel__diag_help(s->ds, d,
                   "rows are counted with `len(table)`, those of a group with "
                   "`group(…) |> select(n: len(.rows))`");
  }
  return pel__x_error(s, span);
}

static pel_x *call_std(pel_sema *s, pel_scope *sc, const pel_ast *callee, pel_str name,
                       pel_arg *args, uint32_t n, bool piped, pel_span span,
                       const pel_ty *want) {
  if (pel__verb_named(name))
    return pel__call_verb(s, sc, name, callee->span, args, n, piped, span, want);
  pel_kind k = pel__kind_named(name);
  bool known = k || pel__str_is(name, "same") || pel__calls_named(s, name);
  if (known && piped && stage_functions(s, args, n, name)) return pel__x_error(s, span);
  if (k && (n == 1 || !pel__calls_named(s, name)))
    return call_kind(s, sc, k, args, n, span);
  if (pel__str_is(name, "same")) {
    if (!check_args(s, sc, args, n)) return pel__x_error(s, span);
    return pel__call_same(s, args, n, span);
  }
  pel_x *counted = pel__str_is(name, "len") ? len_distinct(s, sc, args, n, span) : NULL;
  if (counted) return counted;
  const pel_overloads *o = pel__calls_named(s, name);
  if (o) return call_prelude(s, sc, name, o, args, n, span);
  pel_diag_code later = pel__later_named(name);
  bool rows = piped && pel__str_is(name, "where"); /* SQL's, of a table */
  if (later != PEL_DIAG_CODE_COUNT && !rows)
    return pel__later(s, later, callee->span,
                      pel__sema_text(s, "`" PEL_STR_FMT "`", PEL_STR_ARG(name)));
  if (s->oom) return pel__x_error(s, span);
  if (pel__str_is(name, "desc")) {
    pel__sema_error(s, PEL_E0406, callee->span,
                    "`desc` stands around a key of `sort`, nowhere else");
    return pel__x_error(s, span);
  }
  if (n == 0 && pel__str_is(name, "count")) return count_rows(s, sc, callee->span, span);
  for (uint32_t i = 0; i < n; i++)
    if (!args[i].x && !pel__holds_element(args[i].ast))
      args[i].x = pel__check(s, sc, args[i].ast, NULL);
  pel__unknown_name(s, sc, name, callee->span, true);
  return pel__x_error(s, span);
}

pel_x *pel__call_named(pel_sema *s, pel_scope *sc, const pel_ast *callee, pel_arg *args,
                       uint32_t n, bool piped, pel_span span, const pel_ty *want) {
  bool failed;
  const pel_topname *top = pel__item_named(s, sc, callee, &failed);
  if (failed) return pel__x_error(s, span);
  if (top) {
    pel_ast_item_kind k = top->item->ast->kind;
    bool function = k == PEL_AST_ITEM_FN || k == PEL_AST_ITEM_CFN;
    if (function && piped && stage_functions(s, args, n, top->item->ast->name.text))
      return pel__x_error(s, span);
    if (k == PEL_AST_ITEM_FN) return pel__call_fn(s, sc, top->item, args, n, span);
    if (k == PEL_AST_ITEM_CFN) return pel__call_native(s, sc, top->item, args, n, span);
    return no_function(s, callee, top, (pel_span){0});
  }
  if (callee->kind == PEL_AST_NAME) {
    const pel_local *l = pel__local_find(sc, callee->name);
    if (l) return no_function(s, callee, NULL, l->span);
  }
  pel_str name = pel__prelude_name(s, sc, callee);
  if (name.n) return call_std(s, sc, callee, name, args, n, piped, span, want);
  pel_x *x = pel__check(s, sc, callee, NULL);
  return pel__x_bad(x) ? x : no_function(s, callee, NULL, (pel_span){0});
}

pel_x *pel__check_call(pel_sema *s, pel_scope *sc, const pel_ast *e, const pel_ty *want) {
  pel_arg *args;
  uint32_t n;
  if (!pel__args_of(s, e, NULL, (pel_span){0}, &args, &n))
    return pel__x_error(s, e->span);
  return pel__call_named(s, sc, e->call.callee, args, n, false, e->span, want);
}
