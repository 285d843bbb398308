#include "compiler/sema/calls.h"
#include "compiler/sema/exprs.h"
#include "compiler/sema/types.h"
#include "compiler/sema/verbs.h"

/* ---- fields ---- */

static pel_x *no_field(pel_sema *s, const pel_ty *record, const pel_ty *whole,
                       pel_str name, pel_span span) {
  if (record->kind != PEL_TY_RECORD) {
    pel_diag *d =
        pel__sema_error(s, PEL_E0208, span, "%s has no fields, so no `" PEL_STR_FMT "`",
                        pel__ty_text(s, whole), PEL_STR_ARG(name));
    if (record->kind == PEL_TY_TUPLE)
      pel__diag_help(s->ds, d, "take the values apart: `let (a, b) = …`");
    return pel__x_error(s, span);
  }
  pel_guess g = {name, {0}, 0};
  for (uint32_t i = 0; i < record->nfields; i++) pel__guess(&g, record->fields[i].name);
  bool table = whole->kind == PEL_TY_ARRAY;
  pel_diag *d =
      pel__sema_error(s, PEL_E0208, span, "there is no %s `" PEL_STR_FMT "` here",
                      table ? "column" : "field", PEL_STR_ARG(name));
  if (pel__str_is(name, "rows")) {
    pel__diag_help(s->ds, d,
                   "rows are gathered by `group(…)`; behind it there is `.rows`");
  } else if (pel__verb_named(name) && table) {
    pel__diag_help(s->ds, d, "a verb stands behind `|>`: `… |> " PEL_STR_FMT "(…)`",
                   PEL_STR_ARG(name));
  } else if (g.best.n) {
    pel_str text = pel__source_text(s->ds->sources, span);
    pel_str near = pel__name_text(s, g.best);
    pel__diag_help(s->ds, d, "did you mean `" PEL_STR_FMT "`?", PEL_STR_ARG(near));
    pel_span at = span;
    if (text.n && text.p[0] == '.') {
      at.begin++;
      at.col++;
    }
    pel__diag_fix(s->ds, d, at, PEL_STR_FMT, PEL_STR_ARG(near));
  } else {
    pel__diag_help(s->ds, d, "it has %s", pel__ty_text(s, pel__ty_unnamed(s, record)));
  }
  return pel__x_error(s, span);
}

typedef struct field_ctx {
  pel_str name;
} field_ctx;

static pel_x *field_item(pel_sema *s, void *ctx, pel_x **args, pel_span span) {
  return pel__field_of(s, args[0], ((field_ctx *)ctx)->name, span);
}

pel_x *pel__field_of(pel_sema *s, pel_x *base, pel_str name, pel_span span) {
  const pel_ty *t = base->type;
  if (t->kind == PEL_TY_ERROR) return pel__x_error(s, span);
  const pel_ty *r = t;
  uint32_t dims = 0;
  for (; (r->kind == PEL_TY_ARRAY || r->kind == PEL_TY_LIST) && !r->nullable; r = r->item)
    dims++;
  if (r->kind == PEL_TY_ERROR) return pel__x_error(s, span);
  uint32_t i = r->kind == PEL_TY_RECORD ? pel__ty_field(r, name) : UINT32_MAX;
  if (i == UINT32_MAX) return no_field(s, r, t, name, span);
  if (r->fields[i].type->kind == PEL_TY_ERROR) return pel__x_error(s, span);
  if (dims <= 1) return pel__x_field(s, base, i, span);
  field_ctx ctx = {name};
  uint32_t depth = dims - 1;
  pel_lift l = {1, &base, &depth, span, "a field", &ctx, field_item};
  return pel__lift(s, &l);
}

pel_x *pel__check_field(pel_sema *s, pel_scope *sc, const pel_ast *e,
                        const pel_ty *want) {
  (void)want;
  bool failed;
  const pel_topname *top = pel__item_named(s, sc, e, &failed);
  if (top) return pel__item_ref(s, top, e->span);
  if (failed) return pel__x_error(s, e->span);
  pel_str prelude = pel__prelude_name(s, sc, e);
  if (prelude.n) {
    pel__sema_error(s, PEL_E0109, e->span,
                    "`" PEL_STR_FMT "` is part of the prelude, not a value",
                    PEL_STR_ARG(prelude));
    return pel__x_error(s, e->span);
  }
  pel_x *base = pel__check(s, sc, e->field.base, NULL);
  return pel__field_of(s, base, e->field.name.text, e->field.name.span);
}

static pel_x *outside(pel_sema *s, pel_span span) {
  pel_diag *d = pel__sema_error(s, PEL_E0212, span, "there is no current element here");
  pel__diag_help(
      s->ds, d,
      "`.` and `.column` stand in what is right of `|>`: `table |> filter(.x > 0)`");
  return pel__x_error(s, span);
}

static pel_x *check_element(pel_sema *s, pel_scope *sc, const pel_ast *e,
                            const pel_ty *want) {
  (void)want;
  if (!sc->element) return outside(s, e->span);
  pel_x *x = pel__x_copy(s, sc->element, e->span);
  if (e->kind == PEL_AST_ELEMENT) return x;
  pel_x *f = pel__field_of(s, x, e->name, e->span);
  return f;
}

/* ---- names for values ---- */

static void add_local(pel_sema *s, pel_scope *sc, pel_str name, pel_x *ref,
                      pel_span span) {
  pel_local *l = PEL_ARENA_NEW(s->arena, pel_local);
  uint32_t depth = sc->locals ? sc->locals->depth + 1 : 1;
  if (!l) {
    s->oom = true;
    return;
  }
  if (depth > PEL_SEMA_LOCALS) {
    pel__sema_error(s, PEL_E0219, span, "more than %d names are in scope here",
                    PEL_SEMA_LOCALS);
    return;
  }
  *l = (pel_local){name, ref, span, sc->locals, depth};
  sc->locals = l;
}

void pel__add_local(pel_sema *s, pel_scope *sc, pel_str name, pel_x *ref, pel_span span) {
  add_local(s, sc, name, ref, span);
}

static void wrong_pattern(pel_sema *s, pel_scope *sc, const pel_ast *p, pel_x *value) {
  if (!pel__x_bad(value)) {
    if (p->kind == PEL_AST_PAT_TUPLE && value->type->kind == PEL_TY_TUPLE)
      pel__sema_error(s, PEL_E0213, p->span, "this names %u values, but there are %u",
                      p->list.n, value->type->nfields);
    else if (p->kind == PEL_AST_PAT_TUPLE)
      pel__sema_error(s, PEL_E0213, p->span, "this names %u values, but there is one: %s",
                      p->list.n, pel__ty_text(s, value->type));
    else
      pel__sema_error(s, PEL_E0213, p->span,
                      "only a name, `_` or a tuple of them can stand here");
  }
  if (p->kind != PEL_AST_PAT_TUPLE) return;
  for (uint32_t i = 0; i < p->list.n; i++)
    pel__bind_pattern(s, sc, p->list.items[i], pel__x_error(s, p->span));
}

void pel__bind_pattern(pel_sema *s, pel_scope *sc, const pel_ast *p, pel_x *value) {
  if (p->kind == PEL_AST_PAT_WILD) return;
  if (p->kind == PEL_AST_PAT_NAME) {
    add_local(s, sc, p->name, value, p->span);
    return;
  }
  const pel_ty *t = value->type;
  if (p->kind != PEL_AST_PAT_TUPLE || t->kind != PEL_TY_TUPLE ||
      t->nfields != p->list.n) {
    wrong_pattern(s, sc, p, value);
    return;
  }
  for (uint32_t i = 0; i < p->list.n; i++)
    pel__bind_pattern(s, sc, p->list.items[i],
                      pel__x_field(s, pel__x_copy(s, value, p->span), i, p->span));
}

static pel_str pattern_name(const pel_ast *p) {
  return p->kind == PEL_AST_PAT_NAME ? p->name : (pel_str){0};
}

static pel_x *check_with(pel_sema *s, pel_scope *sc, const pel_ast *e,
                         const pel_ty *want) {
  pel_scope in = *sc;
  uint32_t n = e->with.n;
  if (s->depth + n > PEL_SEMA_DEPTH) {
    pel__sema_error(s, PEL_E0219, e->span, "this is nested too deeply");
    return pel__x_error(s, e->span);
  }
  pel_binder **binders = PEL_ARENA_ARRAY(s->arena, pel_binder *, n);
  pel_x **values = PEL_ARENA_ARRAY(s->arena, pel_x *, n);
  if (!binders || !values) {
    s->oom = true;
    return pel__x_error(s, e->span);
  }
  for (uint32_t i = 0; i < n; i++) {
    const pel_ast_bind *b = &e->with.binds[i];
    const pel_ty *t = b->type ? pel__annotate(s, &in, b->type) : NULL;
    values[i] = pel__check(s, &in, b->value, t);
    if (t) {
      values[i] = pel__expect(s, values[i], b->value, t, "this", b->type->span,
                              "as is declared here");
      values[i] = pel__size_annotate(s, &in, values[i], t, b->value->span);
    }
    pel_x *ref = pel__x_share(s, values[i], "", &binders[i]);
    if (binders[i]) binders[i]->name = pattern_name(b->pattern);
    pel__bind_pattern(s, &in, b->pattern, ref);
  }
  s->depth += n;
  pel_x *x = pel__check(s, &in, e->with.body, want);
  s->depth -= n;
  if (pel__x_bad(x)) return x;
  for (uint32_t i = n; i-- > 0;)
    if (binders[i]) x = pel__x_let(s, binders[i], values[i], x);
  return x;
}

/* ---- what comes later ---- */

static pel_x *check_lambda(pel_sema *s, pel_scope *sc, const pel_ast *e,
                           const pel_ty *want) {
  (void)sc, (void)want;
  return pel__later(s, PEL_E0915, e->span, "a function as an argument (`\\x -> …`)");
}

static pel_x *check_match(pel_sema *s, pel_scope *sc, const pel_ast *e,
                          const pel_ty *want) {
  (void)sc, (void)want;
  return pel__later(s, PEL_E0902, e->span, "`match`");
}

static pel_x *check_iterate(pel_sema *s, pel_scope *sc, const pel_ast *e,
                            const pel_ty *want) {
  (void)sc, (void)want;
  return pel__later(s, PEL_E0905, e->span, "`iterate`");
}

static pel_x *check_index(pel_sema *s, pel_scope *sc, const pel_ast *e,
                          const pel_ty *want) {
  (void)sc, (void)want;
  return pel__later(s, PEL_E0916, e->span, "an index or slice in brackets");
}

static pel_x *check_range(pel_sema *s, pel_scope *sc, const pel_ast *e,
                          const pel_ty *want) {
  (void)sc, (void)want;
  return pel__later(s, PEL_E0920, e->span, "a range");
}

static pel_x *check_stage_alone(pel_sema *s, pel_scope *sc, const pel_ast *e,
                                const pel_ty *want) {
  (void)sc, (void)want;
  return pel__x_error(s, e->span);
}

/* ---- every expression ---- */

typedef pel_x *(*checker)(pel_sema *s, pel_scope *sc, const pel_ast *e,
                          const pel_ty *want);
static const checker by_kind[PEL_AST_KIND_COUNT] = {
    [PEL_AST_INT] = pel__check_literal,
    [PEL_AST_FLOAT] = pel__check_literal,
    [PEL_AST_QUANTITY] = pel__check_literal,
    [PEL_AST_STRING] = pel__check_literal,
    [PEL_AST_BOOL] = pel__check_literal,
    [PEL_AST_NULL] = pel__check_literal,
    [PEL_AST_NAME] = pel__check_name,
    [PEL_AST_ELEMENT] = check_element,
    [PEL_AST_ELEMENT_FIELD] = check_element,
    [PEL_AST_FIELD] = pel__check_field,
    [PEL_AST_CALL] = pel__check_call,
    [PEL_AST_STAGE] = check_stage_alone,
    [PEL_AST_INDEX] = check_index,
    [PEL_AST_NEGATE] = pel__check_negate,
    [PEL_AST_NOT] = pel__check_not,
    [PEL_AST_COMPARE] = pel__check_compare,
    [PEL_AST_POWER] = pel__check_power,
    [PEL_AST_RANGE] = check_range,
    [PEL_AST_OR] = pel__check_logic,
    [PEL_AST_AND] = pel__check_logic,
    [PEL_AST_COALESCE] = pel__check_coalesce,
    [PEL_AST_SUM] = pel__check_sum,
    [PEL_AST_PRODUCT] = pel__check_sum,
    [PEL_AST_PIPE] = pel__check_pipe,
    [PEL_AST_CAST] = pel__check_cast,
    [PEL_AST_TUPLE] = pel__check_tuple,
    [PEL_AST_ARRAY] = pel__check_array,
    [PEL_AST_COMPREHENSION] = pel__check_comprehension,
    [PEL_AST_RECORD] = pel__check_record,
    [PEL_AST_IF] = pel__check_if,
    [PEL_AST_WITH] = check_with,
    [PEL_AST_LAMBDA] = check_lambda,
    [PEL_AST_MATCH] = check_match,
    [PEL_AST_TRY] = pel__check_try,
    [PEL_AST_ITERATE] = check_iterate,
};

pel_x *pel__check(pel_sema *s, pel_scope *sc, const pel_ast *e, const pel_ty *want) {
  checker f = e->kind < PEL_AST_KIND_COUNT ? by_kind[e->kind] : NULL;
  if (!f || s->oom) return pel__x_error(s, e->span);
  if (s->depth >= PEL_SEMA_DEPTH) {
    if (!s->too_big) pel__sema_error(s, PEL_E0219, e->span, "this is nested too deeply");
    s->too_big = true;
    return pel__x_error(s, e->span);
  }
  s->depth++;
  pel_x *x = f(s, sc, e, want);
  s->depth--;
  return x;
}
