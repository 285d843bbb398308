#include "compiler/sema/calls.h"
#include "compiler/sema/exprs.h"
#include "compiler/sema/types.h"
#include "compiler/sema/verbs.h"

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

/* ---- the program's own words ---- */

bool pel__short_text(pel_sema *s, pel_span span, pel_str *out) {
  *out = pel__source_text(s->ds->sources, span);
  return out->n && out->n < 60 && !memchr(out->p, '\n', out->n);
}

/* The number that begins at *at, with as many digits as it may have. */
static bool number_at(pel_str text, size_t *at, size_t least, size_t most,
                      unsigned *out) {
  size_t from = *at;
  *out = 0;
  while (*at < text.n && *at - from < most && text.p[*at] >= '0' && text.p[*at] <= '9')
    *out = *out * 10 + (unsigned)(text.p[(*at)++] - '0');
  return *at - from >= least;
}

bool pel__say_date(pel_sema *s, pel_diag *d, pel_span span) {
  pel_str text = pel__source_text(s->ds->sources, span);
  size_t at = 0;
  unsigned y, m, day;
  bool ok = number_at(text, &at, 4, 4, &y) && at < text.n && text.p[at++] == '-' &&
            number_at(text, &at, 1, 2, &m) && at < text.n && text.p[at++] == '-' &&
            number_at(text, &at, 1, 2, &day) && at == text.n;
  if (!ok) return false;
  pel__diag_help(s->ds, d, "a date is written `\"%04u-%02u-%02u\"`; this subtracts", y, m,
                 day);
  pel__diag_fix(s->ds, d, span, "\"%04u-%02u-%02u\"", y, m, day);
  return true;
}

/* `max(.a, .b)`: aggregates take one list, not the values of a row. */
static void say_aggregate(pel_sema *s, pel_diag *d, const pel_sig *g, uint32_t n,
                          pel_span span) {
  const char *two = pel__str_is(g->name, "max")   ? "greatest"
                    : pel__str_is(g->name, "min") ? "least"
                                                  : NULL;
  if (!two) {
    if (pel__str_is(g->name, "sum"))
      pel__diag_help(s->ds, d, "of the values of one row write `a + b`");
    return;
  }
  pel_str text = pel__source_text(s->ds->sources, span);
  pel_span at = span;
  at.end = at.begin + (uint32_t)g->name.n;
  pel__diag_help(s->ds, d, "of two values of one row write `%s(a, b)`", two);
  if (n == 2 && text.n > g->name.n && text.p[g->name.n] == '(' &&
      memcmp(text.p, g->name.p, g->name.n) == 0)
    pel__diag_fix(s->ds, d, at, "%s", two);
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
    if (g->op && g->op->kind == PEL_OP_AGG) say_aggregate(s, d, g, n, span);
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
  bool days = pel__ty_is(a, PEL_DATE) || pel__ty_is(a, PEL_TIME) ||
              pel__ty_is(b, PEL_DATE) || pel__ty_is(b, PEL_TIME);
  if (days &&
      (pel__say_date(s, d, m->args[1]->span) || pel__say_date(s, d, m->args[0]->span)))
    return d;
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

/* Whether it would fit if it were never null. */
static bool only_null(pel_sema *s, const pel_sig *g, const pel_pt *pt, const pel_ty *t,
                      const pel_ty *one) {
  pel_binding b = {.sig = g}, c = {.sig = g};
  if (pel__fits(s, &b, pt, pel__ty_required(s, one))) return true;
  return pel__ty_is_rows(t) &&
         pel__fits(s, &c, pt, pel__ty_like(s, t, pel__ty_required(s, t->item)));
}

/* The function of that name makes what is wanted of the argument. */
static void say_convert(pel_sema *s, pel_diag *d, const pel_arg *a, const pel_ty *leaf,
                        pel_kind to) {
  bool text = leaf->scalar == PEL_STR;
  bool lossy = pel__kind_num(leaf->scalar) && pel__kind_num(to);
  const char *name = pel__kind_name(to);
  pel_str e;
  bool short_one = pel__short_text(s, a->span, &e);
  if (!short_one) e = PEL_STR("…");
  const char *why = text    ? "it is text: to read it write"
                    : lossy ? "this may lose something: to convert anyway write"
                            : "to convert it write";
  pel__diag_help(s->ds, d, "%s `%s(" PEL_STR_FMT ")`", why, name, PEL_STR_ARG(e));
  if (short_one && a->ast)
    pel__diag_fix(s->ds, d, a->span, "%s(" PEL_STR_FMT ")", name, PEL_STR_ARG(e));
}

/* The kind a parameter wants, where one is the plain choice. */
static pel_kind wanted_kind(const pel_sig *g, const pel_pt *pt) {
  bool list = pt->kind == PEL_PT_ARRAY; /* those of numbers take floats as well */
  if (list) pt = pt->item;
  if (pt->kind == PEL_PT_TYPE)
    return pt->type->kind == PEL_TY_SCALAR ? pt->type->scalar : PEL_KIND_NONE;
  if (pt->kind != PEL_PT_VAR) return PEL_KIND_NONE;
  uint32_t kinds = g->vars[pt->var].kinds;
  if (kinds & 1u << PEL_STR || !(kinds & 1u << PEL_F64 || kinds & 1u << PEL_I64))
    return PEL_KIND_NONE;
  return list || kinds & 1u << PEL_F64 ? PEL_F64 : PEL_I64;
}

static bool convertible(pel_kind from, pel_kind to) {
  if (to == PEL_KIND_NONE || to == PEL_BOOL || from == to) return false;
  if (from == PEL_STR || to == PEL_STR) return true;
  if (pel__kind_num(from)) return pel__kind_num(to);
  return (from == PEL_DATE && to == PEL_TIME) || (from == PEL_TIME && to == PEL_DATE);
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
  pel_kind to = wanted_kind(g, pt);
  if ((to == PEL_DATE || to == PEL_TIME) && pel__say_date(s, d, a->span)) return d;
  if (pt->kind == PEL_PT_ARRAY && t->kind == PEL_TY_SCALAR && a->ast &&
      pel__holds_element(a->ast))
    pel__diag_help(s->ds, d,
                   "in each row there is one value: gather rows first, with `group(…) |> "
                   "select(…)`, or take the whole column, `table.name`");
  else if (leaf->nullable && only_null(s, g, pt, t, leaf))
    pel__diag_help(s->ds, d,
                   leaf->kind == PEL_TY_SCALAR
                       ? "it may be null: say what then, with `??`"
                       : "it may be null: write `??` first");
  else if (leaf->kind == PEL_TY_SCALAR && convertible(leaf->scalar, to))
    say_convert(s, d, a, leaf, to);
  else if (leaf->kind == PEL_TY_RECORD)
    pel__say_record(s, d, pel__instance(s, &(pel_binding){.sig = g}, pt, NULL), leaf);
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
