#include "compiler/sema/check.h"

/* Why a call does not fit, in the program's own words. */

static const char *name_of(pel_sema *s, const pel_sig *g) {
  return pel__sema_text(s, PEL_STR_FMT, PEL_STR_ARG(g->name));
}

static pel_diag *no_label(pel_sema *s, const pel_sig *g, const pel_arg *a) {
  pel_guess guess = {a->label, {0}, 0};
  for (uint32_t i = 0; i < g->nparams; i++) pel__guess(&guess, g->params[i].name);
  pel_diag *d = pel__sema_error(s, PEL_E0205, a->label_span,
                                "`" PEL_STR_FMT "` has no argument `" PEL_STR_FMT "`",
                                PEL_STR_ARG(g->name), PEL_STR_ARG(a->label));
  if (guess.best.n) {
    pel__diag_help(s->ds, d, "did you mean `" PEL_STR_FMT "`?", PEL_STR_ARG(guess.best));
    pel__diag_fix(s->ds, d, a->label_span, PEL_STR_FMT, PEL_STR_ARG(guess.best));
  }
  return d;
}

pel_x *pel__say_slots(pel_sema *s, const pel_sig *g, pel_slotting why, uint32_t at,
                      const pel_arg *args, uint32_t n, pel_span span, pel_span defined) {
  const char *name = name_of(s, g);
  pel_diag *d;
  if (why == PEL_SLOT_LABEL) {
    d = no_label(s, g, &args[at]);
  } else if (why == PEL_SLOT_TWICE) {
    d = pel__sema_error(s, PEL_E0220, args[at].span,
                        "this argument of `%s` is given twice", name);
  } else if (why == PEL_SLOT_MISSING) {
    const pel_sigparam *p = &g->params[at];
    d = pel__sema_error(s, PEL_E0204, span,
                        "`%s` lacks its argument `" PEL_STR_FMT "`: %s", name,
                        PEL_STR_ARG(p->name), p->pt ? pel__pt_text(s, g, p->pt) : "?");
  } else {
    d = pel__sema_error(s, PEL_E0204, at < n ? args[at].span : span,
                        "`%s` takes %u argument%s, not %u", name, g->nparams,
                        g->nparams == 1 ? "" : "s", n);
  }
  if (defined.line) pel__diag_note(s->ds, d, defined, "it is defined here");
  return pel__x_error(s, span);
}

static pel_diag *both_sides(pel_sema *s, const pel_match *m, pel_span span,
                            const char *name) {
  const pel_ty *a = m->args[0]->x->type, *b = m->args[1]->x->type;
  pel_diag *d = pel__sema_error(s, PEL_E0206, span, "`%s` cannot take %s and %s", name,
                                pel__ty_text(s, a), pel__ty_text(s, b));
  while (pel__ty_is_rows(a)) a = a->item;
  while (pel__ty_is_rows(b)) b = b->item;
  bool numbers = a->kind == PEL_TY_SCALAR && b->kind == PEL_TY_SCALAR &&
                 pel__kind_num(a->scalar) && pel__kind_num(b->scalar);
  if (numbers)
    pel__diag_help(s->ds, d,
                   "no type holds all values of both: convert one, such as `i64(…)`");
  else if (pel__ty_is(a, PEL_STR) || pel__ty_is(b, PEL_STR))
    pel__diag_help(s->ds, d,
                   "`str(x)` makes text of a value, `i64(text)` a number of a text");
  else if ((pel__ty_is(a, PEL_DATE) || pel__ty_is(a, PEL_TIME)) &&
           b->kind == PEL_TY_SCALAR && pel__kind_num(b->scalar))
    pel__diag_help(s->ds, d, "durations have a unit: `1d`, `90min`");
  return d;
}

const char *pel__or_false(pel_sema *s, const pel_ast *e) {
  pel_str text = pel__source_text(s->ds->sources, e->span);
  bool tight = e->kind == PEL_AST_NAME || e->kind == PEL_AST_ELEMENT_FIELD ||
               e->kind == PEL_AST_FIELD || e->kind == PEL_AST_CALL;
  return pel__sema_text(s, "%s" PEL_STR_FMT "%s ?? false", tight ? "" : "(",
                        PEL_STR_ARG(text), tight ? "" : ")");
}

static void say_convert(pel_sema *s, pel_diag *d, const pel_pt *pt) {
  if (pt->kind == PEL_PT_VAR) pel__diag_help(s->ds, d, "convert it first: `f64(…)`");
  if (pt->kind != PEL_PT_TYPE || pt->type->kind != PEL_TY_SCALAR ||
      !pel__kind_num(pt->type->scalar))
    return;
  pel__diag_help(s->ds, d, "this may lose something: write `%s(…)` to convert anyway",
                 pel__kind_name(pt->type->scalar));
}

static pel_diag *one_argument(pel_sema *s, const pel_match *m, const char *name) {
  const pel_sig *g = m->sig;
  uint32_t i = m->wrong, p = i < g->nparams ? i : g->nparams - 1;
  const pel_arg *a = m->args[i];
  const pel_ty *t = a->x->type, *leaf = m->peeled[i] ? m->peeled[i] : t;
  pel_diag *d = pel__sema_error(s, PEL_E0206, a->span,
                                "`%s` wants " PEL_STR_FMT ": %s, but this is %s", name,
                                PEL_STR_ARG(g->params[p].name),
                                pel__pt_text(s, g, g->params[p].pt), pel__ty_text(s, t));
  if (leaf != t && pel__ty_is_rows(t))
    pel__diag_label(s->ds, d, "its element is %s", pel__ty_text(s, leaf));
  const pel_pt *pt = g->params[p].pt;
  if (pt->kind == PEL_PT_ARRAY && t->kind == PEL_TY_SCALAR && a->ast &&
      pel__holds_element(a->ast))
    pel__diag_help(s->ds, d,
                   "in each row there is one value: gather rows first, with `group(…) |> "
                   "select(…)`, or take the whole column, `table.name`");
  else if (leaf->kind == PEL_TY_SCALAR && leaf->nullable)
    pel__diag_help(s->ds, d, "it may be null: say what then, with `??`");
  else if (leaf->nullable)
    pel__diag_help(s->ds, d, "it may be null: write `??` first");
  else if (leaf->kind == PEL_TY_SCALAR && pel__kind_num(leaf->scalar))
    say_convert(s, d, g->params[p].pt);
  return d;
}

/* In R13's words: "`sigmoid` wants z: f32; `names` is [n]str, its element is str". */
pel_x *pel__say_types(pel_sema *s, const pel_match *m, pel_span span, pel_span defined) {
  const char *name = name_of(s, m->sig);
  bool word = (name[0] >= 'a' && name[0] <= 'z') || (name[0] >= 'A' && name[0] <= 'Z') ||
              name[0] == '_';
  pel_diag *d;
  bool known = m->wrong != UINT32_MAX && m->args[m->wrong] && m->args[m->wrong]->x;
  if (!word && m->n == 2 && m->args[0] && m->args[1])
    d = both_sides(s, m, span, name);
  else if (known)
    d = one_argument(s, m, name);
  else
    d = pel__sema_error(s, PEL_E0206, span, "`%s` cannot be applied to these types",
                        name);
  if (defined.line) pel__diag_note(s->ds, d, defined, "it is defined here");
  return pel__x_error(s, span);
}
