#include "compiler/sema/calls.h"
#include "compiler/sema/exprs.h"
#include "compiler/sema/types.h"
#include "compiler/sema/verbs.h"

/* group, sort, join: verbs with keys. */

/* ---- group ---- */

typedef struct grouping {
  pel_str *names;
  pel_x **keys;
  uint32_t nkeys;
} grouping;

static bool group_keys(pel_sema *s, pel_verb_call *v, grouping *g, pel_binder *row) {
  bool ok = true;
  for (uint32_t i = 0; i < v->n; i++) {
    pel_arg *a = &v->args[i];
    pel_x *x = pel__verb_arg(s, v, a, row, NULL);
    if (!pel__verb_key(s, a, x, "group")) {
      ok = false;
      continue;
    }
    g->names[i] = pel__field_label(a);
    g->keys[i] = x;
    if (!g->names[i].n) {
      pel_diag *d = pel__sema_error(s, PEL_E0403, a->span, "this key needs a name");
      pel__diag_help(s->ds, d, "write `name: …` in front of it");
      ok = false;
    }
    for (uint32_t j = 0; j < i && ok; j++)
      if (pel__str_eq(g->names[i], g->names[j])) {
        pel_diag *d = pel__sema_error(s, PEL_E0110, a->span,
                                      "the key `" PEL_STR_FMT "` stands here twice",
                                      PEL_STR_ARG(g->names[i]));
        pel__diag_note(s->ds, d, v->args[j].span, "it is first here");
        ok = false;
      }
  }
  return ok;
}

static bool is_key_name(const grouping *g, pel_str name) {
  for (uint32_t i = 0; i < g->nkeys; i++)
    if (pel__str_eq(g->names[i], name)) return true;
  return false;
}

/* Keys, the other columns as lists of one length, then the whole rows. */
static const pel_ty *group_type(pel_sema *s, pel_verb_call *v, const grouping *g) {
  const pel_ty *row = v->subject->type->item;
  uint32_t length = pel__size_new(s, PEL_SIZE_FRESH, v->span);
  pel_ty *t = pel__ty_fields(s, PEL_TY_RECORD, g->nkeys + row->nfields + 1);
  if (!t) return NULL;
  uint32_t n = 0;
  for (uint32_t i = 0; i < g->nkeys; i++)
    t->fields[n++] = (pel_tyfield){g->names[i], g->keys[i]->type};
  for (uint32_t i = 0; i < row->nfields; i++) {
    if (is_key_name(g, row->fields[i].name)) continue;
    t->fields[n++] =
        (pel_tyfield){row->fields[i].name, pel__ty_list(s, row->fields[i].type, length)};
  }
  t->fields[n++] = (pel_tyfield){PEL_STR("rows"), pel__ty_list(s, row, length)};
  t->nfields = n;
  return pel__ty_weighed(s, t, v->span);
}

static bool rows_is_free(pel_sema *s, pel_verb_call *v, const grouping *g) {
  const pel_ty *row = v->subject->type->item;
  bool key = is_key_name(g, PEL_STR("rows"));
  if (!key && pel__ty_field(row, PEL_STR("rows")) == UINT32_MAX) return true;
  pel_diag *d = pel__sema_error(
      s, PEL_E0411, v->name_span,
      "`group` makes a column `rows` of the whole rows, and there is one already");
  pel__diag_help(
      s->ds, d,
      key ? "give the key another name" : "rename it first: `rename(other: .rows)`");
  return false;
}

pel_x *pel__verb_group(pel_sema *s, pel_verb_call *v) {
  if (!pel__verb_table(s, v)) return pel__x_error(s, v->span);
  const pel_ty *row_type = v->subject->type->item;
  pel_binder *row = pel__binder_new(s, PEL_STR("row"), row_type);
  grouping g = {PEL_ARENA_ARRAY(s->arena, pel_str, v->n),
                PEL_ARENA_ARRAY(s->arena, pel_x *, v->n), v->n};
  if (!row || !g.names || !g.keys) return pel__x_error(s, v->span);
  if (!group_keys(s, v, &g, row) || !rows_is_free(s, v, &g))
    return pel__x_error(s, v->span);
  const pel_ty *t = group_type(s, v, &g);
  if (!t || t->kind == PEL_TY_ERROR) return pel__x_error(s, v->span);
  uint32_t size =
      v->n ? pel__size_new(s, PEL_SIZE_FRESH, v->span) : pel__size_fixed(s, 1, v->span);
  pel_x *x = pel__rows_new(s, PEL_X_GROUP, v, pel__ty_array(s, t, size), 1 + v->n);
  if (x->nargs != 1 + v->n) return x;
  memcpy(x->args + 1, g.keys, v->n * sizeof *g.keys);
  x->nkeys = v->n;
  return pel__x_bind(s, x, &row, 1);
}

/* ---- sort ---- */

/* `-.x` and `desc(.x)` turn the order around; what is left is the key. */
static const pel_ast *sort_key(pel_sema *s, const pel_scope *sc, const pel_ast *e,
                               bool *descending) {
  if (e->kind == PEL_AST_NEGATE && !pel__literal_adapts(e)) {
    *descending = true;
    return e->operand;
  }
  if (e->kind != PEL_AST_CALL || e->call.n != 1 || e->call.args[0].label.n) return e;
  bool failed = false;
  const pel_ast *callee = e->call.callee;
  if (callee->kind == PEL_AST_NAME && !pel__str_is(callee->name, "desc")) return e;
  if (pel__item_named(s, sc, callee, &failed) || failed) return e;
  if (!pel__str_is(pel__prelude_name(s, sc, callee), "desc")) return e;
  *descending = true;
  return e->call.args[0].value;
}

pel_x *pel__verb_sort(pel_sema *s, pel_verb_call *v) {
  const pel_ty *t = v->subject->type;
  bool items =
      pel__ty_is_rows(t) && t->kind == PEL_TY_ARRAY && t->item->kind == PEL_TY_SCALAR;
  if (!items && !pel__verb_table(s, v)) return pel__x_error(s, v->span);
  if (!pel__no_labels(s, v, 0)) return pel__x_error(s, v->span);
  if (!v->n && !items) {
    pel_diag *d = pel__sema_error(s, PEL_E0204, v->span, "`sort` takes at least one key");
    pel__diag_help(s->ds, d,
                   "such as `sort(.a, -.b)`: by `.a`, then by `.b` from large to small");
    return pel__x_error(s, v->span);
  }
  uint32_t n = v->n ? v->n : 1;
  pel_binder *row = pel__binder_new(s, PEL_STR("row"), t->item);
  pel_x *x = pel__rows_new(s, PEL_X_SORT, v, t, 1 + n);
  x->descending = PEL_ARENA_ARRAY(s->arena, bool, n);
  if (!row || x->nargs != 1 + n || !x->descending) return pel__x_error(s, v->span);
  bool ok = true;
  if (!v->n) x->args[1] = pel__x_binder(s, row, v->span);
  for (uint32_t i = 0; i < v->n; i++) {
    pel_arg a = v->args[i];
    a.ast = sort_key(s, v->sc, a.ast, &x->descending[i]);
    x->args[1 + i] = pel__verb_arg(s, v, &a, row, NULL);
    ok &= pel__verb_key(s, &a, x->args[1 + i], "sort");
  }
  return ok ? pel__x_bind(s, x, &row, 1) : pel__x_error(s, v->span);
}
