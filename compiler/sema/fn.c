#include "compiler/sema/calls.h"
#include "compiler/sema/exprs.h"
#include "compiler/sema/types.h"

/* Functions of the program: checked with the types of each call and unfolded there. */

/* ---- the signature ---- */

typedef struct fn_sig {
  pel_sema *s;
  pel_item *fn;
  pel_sig *sig;
  bool bad;
} fn_sig;

static const pel_pt *pattern(fn_sig *f, const pel_ast *t);

static pel_pt *new_pt(fn_sig *f, pel_pt_kind kind) {
  pel_pt *p = PEL_ARENA_NEW(f->s->arena, pel_pt);
  if (!p) {
    f->s->oom = f->bad = true;
    return NULL;
  }
  p->kind = kind;
  p->fixed = -1;
  p->var = UINT32_MAX;
  return p;
}

static uint32_t var_of(fn_sig *f, pel_str name, pel_span span) {
  pel_sig *g = f->sig;
  for (uint32_t i = 0; i < g->nvars; i++)
    if (pel__str_eq(g->vars[i].name, name)) return i;
  if (g->nvars == PEL_SEMA_VARS) {
    pel__sema_error(f->s, PEL_E0204, span, "a function has at most %d type variables",
                    PEL_SEMA_VARS);
    f->bad = true;
    return 0;
  }
  g->vars[g->nvars] = (pel_sigvar){name, 0};
  return g->nvars++;
}

static const pel_pt *array_pattern(fn_sig *f, const pel_ast *t) {
  if (t->array.n != 1) {
    (void)pel__later(f->s, PEL_E0904, t->span, "an array of more than one dimension");
    f->bad = true;
    return NULL;
  }
  pel_pt *p = new_pt(f, PEL_PT_ARRAY);
  if (!p) return NULL;
  const pel_ast *dim = t->array.dims[0];
  if (dim->kind == PEL_AST_SIZE_NAME) p->size = dim->name;
  if (dim->kind == PEL_AST_SIZE_INT) p->fixed = (int64_t)dim->integer.lo;
  p->item = pattern(f, t->array.element);
  return p;
}

static const pel_pt *record_pattern(fn_sig *f, const pel_ast *t) {
  pel_pt *p = new_pt(f, PEL_PT_RECORD);
  uint32_t n = t->fields.n;
  const pel_pt **parts = (const pel_pt **)PEL_ARENA_ARRAY(f->s->arena, pel_pt *, n);
  pel_str *names = PEL_ARENA_ARRAY(f->s->arena, pel_str, n);
  if (!p || !parts || !names) return NULL;
  for (uint32_t i = 0; i < n; i++) {
    names[i] = t->fields.fields[i].name.text;
    parts[i] = pattern(f, t->fields.fields[i].type);
  }
  if (t->fields.rest) p->var = var_of(f, t->fields.rest->text, t->fields.rest->span);
  p->n = n;
  p->parts = parts;
  p->names = names;
  return p;
}

static const pel_pt *tuple_pattern(fn_sig *f, const pel_ast *t) {
  if (t->list.n == 1) return pattern(f, t->list.items[0]);
  pel_pt *p = new_pt(f, PEL_PT_TUPLE);
  const pel_pt **parts =
      (const pel_pt **)PEL_ARENA_ARRAY(f->s->arena, pel_pt *, t->list.n);
  if (!p || !parts) return NULL;
  for (uint32_t i = 0; i < t->list.n; i++) parts[i] = pattern(f, t->list.items[i]);
  p->n = t->list.n;
  p->parts = parts;
  return p;
}

/* A named type without arguments, a scalar, …: no names of the function in it. */
static const pel_pt *plain_pattern(fn_sig *f, const pel_ast *t) {
  pel_scope sc = {.module = f->fn->module};
  pel_pt *p = new_pt(f, PEL_PT_TYPE);
  if (!p) return NULL;
  p->type = pel__annotate(f->s, &sc, t);
  if (p->type->kind == PEL_TY_ERROR) f->bad = true;
  return p;
}

static bool holds_names(const pel_ast *t) {
  if (t->kind == PEL_AST_TYPE_OPTION) return holds_names(t->inner);
  return t->kind == PEL_AST_TYPE_ARRAY || t->kind == PEL_AST_TYPE_RECORD ||
         t->kind == PEL_AST_TYPE_TUPLE || t->kind == PEL_AST_TYPE_VAR;
}

static const pel_pt *pattern(fn_sig *f, const pel_ast *t) {
  if (!holds_names(t)) return plain_pattern(f, t);
  if (t->kind == PEL_AST_TYPE_ARRAY) return array_pattern(f, t);
  if (t->kind == PEL_AST_TYPE_RECORD) return record_pattern(f, t);
  if (t->kind == PEL_AST_TYPE_TUPLE) return tuple_pattern(f, t);
  if (t->kind == PEL_AST_TYPE_VAR) {
    pel_pt *p = new_pt(f, PEL_PT_VAR);
    if (p) p->var = var_of(f, t->name, t->span);
    return p;
  }
  const pel_pt *inner = pattern(f, t->inner);
  pel_pt *p = inner ? new_pt(f, inner->kind) : NULL;
  if (!p) return NULL;
  *p = *inner;
  p->nullable = true;
  return p;
}

static pel_sig *signature(pel_sema *s, pel_item *fn) {
  if (fn->sig) return fn->sig;
  const pel_ast_item *a = fn->ast;
  pel_sig *g = PEL_ARENA_NEW(s->arena, pel_sig);
  pel_sigparam *params = PEL_ARENA_ARRAY(s->arena, pel_sigparam, a->param_n);
  if (!g || !params) {
    s->oom = true;
    return NULL;
  }
  *g = (pel_sig){.name = a->name.text, .params = params, .nparams = a->param_n};
  fn_sig f = {s, fn, g, false};
  for (uint32_t i = 0; i < a->param_n; i++) {
    params[i] = (pel_sigparam){.name = a->params[i].name.text, .init = a->params[i].init};
    params[i].pt = pattern(&f, a->params[i].type);
    for (uint32_t j = 0; j < i; j++)
      if (pel__str_eq(params[i].name, params[j].name)) {
        pel__sema_error(s, PEL_E0110, a->params[i].name.span,
                        "the parameter `" PEL_STR_FMT "` stands here twice",
                        PEL_STR_ARG(params[i].name));
        f.bad = true;
      }
  }
  g->bad = f.bad || s->oom;
  fn->sig = g;
  return g;
}

/* ---- a body ---- */

/* Names of sizes and types that the parameters bind in this call. */
typedef struct names {
  pel_sema *s;
  pel_tyname *at;
  uint32_t n, cap;
  pel_span span;
  bool bad;
} names;

static void name_size(names *w, pel_str name, const pel_ty *rows, pel_x *value) {
  for (uint32_t i = 0; i < w->n; i++) {
    if (w->at[i].type || !pel__str_eq(w->at[i].name, name)) continue;
    if (pel__size_unify(w->s, w->at[i].size, rows->size)) return;
    pel_diag *d = pel__sema_error(w->s, PEL_E0301, w->span,
                                  "`" PEL_STR_FMT "` would be both %s and %s here",
                                  PEL_STR_ARG(name), pel__size_text(w->s, w->at[i].size),
                                  pel__size_text(w->s, rows->size));
    pel__diag_help(w->s->ds, d, "parameters that share a size take arrays of one length");
    w->bad = true;
    return;
  }
  if (w->n == w->cap) return;
  uint32_t id = rows->size ? rows->size : pel__size_new(w->s, PEL_SIZE_FRESH, w->span);
  pel_x *witness = value && pel__x_simple(value) ? value : NULL;
  w->at[w->n++] = (pel_tyname){name, NULL, id, witness};
}

static void fixed_size(names *w, int64_t fixed, const pel_ty *rows) {
  if (pel__size_unify(w->s, pel__size_fixed(w->s, fixed, w->span), rows->size)) return;
  pel__sema_error(w->s, PEL_E0301, w->span, "this function takes %lld elements, not %s",
                  (long long)fixed, pel__size_text(w->s, rows->size));
  w->bad = true;
}

static void name_sizes(names *w, const pel_pt *pt, const pel_ty *t, pel_x *value) {
  if (!pt || !t || t->kind == PEL_TY_ERROR) return;
  if (pt->kind == PEL_PT_ARRAY && (t->kind == PEL_TY_ARRAY || t->kind == PEL_TY_LIST)) {
    if (pt->size.n) name_size(w, pt->size, t, value);
    if (pt->fixed >= 0) fixed_size(w, pt->fixed, t);
    name_sizes(w, pt->item, t->item, NULL);
  }
  if (pt->kind != PEL_PT_RECORD && pt->kind != PEL_PT_TUPLE) return;
  for (uint32_t i = 0; i < pt->n; i++) {
    uint32_t j = pt->kind == PEL_PT_RECORD ? pel__ty_field(t, pt->names[i]) : i;
    if (j >= t->nfields) continue;
    pel_x *f = value && !t->nullable && t->kind == PEL_TY_RECORD
                   ? pel__x_field(w->s, value, j, w->span)
                   : NULL;
    name_sizes(w, pt->parts[i], t->fields[j].type, f);
  }
}

static uint32_t count_names(const pel_pt *pt) {
  if (!pt) return 0;
  uint32_t n = pt->kind == PEL_PT_ARRAY && pt->size.n ? 1 : 0;
  if (pt->kind == PEL_PT_ARRAY) n += count_names(pt->item);
  for (uint32_t i = 0; i < pt->n; i++) n += count_names(pt->parts[i]);
  return n;
}

static bool open_names(pel_sema *s, names *w, const pel_sig *g, const pel_binding *b,
                       pel_x *const *values, pel_span span) {
  uint32_t n = g->nvars;
  for (uint32_t i = 0; i < g->nparams; i++) n += count_names(g->params[i].pt);
  *w = (names){s, PEL_ARENA_ARRAY(s->arena, pel_tyname, n), 0, n, span, false};
  if (!w->at) {
    s->oom = true;
    return false;
  }
  for (uint32_t i = 0; i < g->nvars; i++)
    w->at[w->n++] =
        (pel_tyname){g->vars[i].name, b->vars[i] ? b->vars[i] : &pel__ty_error, 0, NULL};
  for (uint32_t i = 0; i < g->nparams; i++)
    if (values[i]) name_sizes(w, g->params[i].pt, values[i]->type, values[i]);
  return !w->bad;
}

/* One call: what each parameter is, and the variable it got when that is more than a
 * variable. */
typedef struct unfolding {
  pel_item *fn;
  const pel_binding *b;
  pel_x **values, **refs;
  pel_binder **binders;
} unfolding;

static bool open_unfolding(pel_sema *s, unfolding *u, pel_x *const *args) {
  const pel_sig *g = u->fn->sig;
  u->binders = PEL_ARENA_ARRAY(s->arena, pel_binder *, g->nparams);
  u->refs = PEL_ARENA_ARRAY(s->arena, pel_x *, g->nparams);
  u->values = PEL_ARENA_ARRAY(s->arena, pel_x *, g->nparams);
  if (!u->binders || !u->refs || !u->values) {
    s->oom = true;
    return false;
  }
  for (uint32_t i = 0; i < g->nparams; i++) {
    u->values[i] = args[i];
    u->refs[i] = args[i] ? pel__x_share(s, args[i], "", &u->binders[i]) : NULL;
    if (u->binders[i]) u->binders[i]->name = g->params[i].name;
  }
  return true;
}

/* Defaults see the parameters in front of them. */
static bool bind_params(pel_sema *s, unfolding *u, pel_scope *sc) {
  const pel_sig *g = u->fn->sig;
  for (uint32_t i = 0; i < g->nparams; i++) {
    const pel_ast_param *p = &u->fn->ast->params[i];
    if (!u->values[i]) {
      const pel_ty *t = pel__instance(s, u->b, g->params[i].pt, NULL);
      pel_x *x = pel__check(s, sc, p->init, t);
      x = pel__expect(s, x, p->init, t, "the default", p->span, "of this parameter");
      if (pel__x_bad(x)) return false;
      u->values[i] = x;
      u->refs[i] = pel__x_share(s, x, "", &u->binders[i]);
    }
    pel__add_local(s, sc, g->params[i].name, u->refs[i], p->name.span);
  }
  return true;
}

static pel_x *check_body(pel_sema *s, const unfolding *u, pel_scope *sc) {
  const pel_ast_item *a = u->fn->ast;
  const pel_ty *declared = a->type ? pel__annotate(s, sc, a->type) : NULL;
  pel_x *x = pel__check(s, sc, a->value, declared);
  if (!declared || pel__x_bad(x)) return x;
  x = pel__expect(s, x, a->value, declared, "the result", a->type->span,
                  "as is declared here");
  return pel__size_annotate(s, sc, x, declared, a->value->span);
}

/* The body with its parameters bound to values; variables that are new are bound around
 * it. */
static pel_x *unfold(pel_sema *s, const pel_scope *caller, pel_item *fn,
                     pel_x *const *args, const pel_binding *b, pel_span call) {
  const pel_sig *g = fn->sig;
  unfolding u = {.fn = fn, .b = b};
  names w;
  if (!open_unfolding(s, &u, args)) return pel__x_error(s, call);
  if (!open_names(s, &w, g, b, u.refs, call)) return pel__x_error(s, call);
  pel_scope sc = {.module = fn->module, .in_row = caller && caller->in_row};
  sc.tynames = w.at;
  sc.ntynames = w.n;
  pel_frame frame = {fn, call, s->frame, s->frame ? s->frame->depth + 1 : 1};
  if (call.line) s->frame = &frame;
  s->depth += g->nparams; /* the variables around the body */
  pel_x *x = bind_params(s, &u, &sc) ? check_body(s, &u, &sc) : pel__x_error(s, call);
  s->depth -= g->nparams;
  s->frame = frame.up;
  if (pel__x_bad(x)) return pel__x_error(s, call);
  for (uint32_t i = g->nparams; i-- > 0;)
    if (u.binders[i]) x = pel__x_let(s, u.binders[i], u.values[i], x);
  return x;
}

/* ---- calls ---- */

typedef struct fn_call {
  pel_match *m;
  pel_scope *sc;
  pel_item *fn;
} fn_call;

static pel_x *make_call(pel_sema *s, void *ctx, pel_x **args, pel_span span) {
  fn_call *c = ctx;
  const pel_match *m = c->m;
  pel_x **in = PEL_ARENA_ARRAY(s->arena, pel_x *, m->n);
  if (!in) return pel__x_error(s, span);
  for (uint32_t i = 0; i < m->n; i++) {
    pel_arg *a = m->args[i];
    if (!a) continue;
    const pel_ty *t = pel__instance(s, &m->b, m->sig->params[i].pt, args[i]->type);
    if (a->ast && pel__literal_is(a->ast) && args[i]->kind == PEL_X_CONST)
      in[i] = pel__check_literal(s, c->sc, a->ast, t);
    else
      in[i] = args[i];
    in[i] = pel__convert(s, in[i], t);
    if (pel__x_bad(in[i])) return in[i];
  }
  pel_scope caller = *c->sc;
  caller.in_row |= m->dims > 0;
  pel_x *x = unfold(s, &caller, c->fn, in, &m->b, span);
  return x;
}

static bool prepare(pel_sema *s, pel_scope *sc, const pel_sig *g, pel_match *m) {
  bool ok = true;
  for (uint32_t i = 0; i < g->nparams; i++) {
    pel_arg *a = m->args[i];
    if (!a) continue;
    const pel_pt *pt = g->params[i].pt;
    bool plain = g->nvars == 0 && a->ast && !a->x;
    const pel_ty *hint = plain && pt ? pel__instance(s, &m->b, pt, NULL) : NULL;
    (void)pel__check_arg(s, sc, a, hint);
    ok &= !pel__ty_broken(a->x->type);
  }
  return ok;
}

enum { DEEPEST = 200 };

pel_x *pel__call_fn(pel_sema *s, pel_scope *sc, pel_item *fn, pel_arg *args, uint32_t n,
                    pel_span span) {
  pel_sig *g = fn->state == PEL_ITEM_BROKEN ? NULL : signature(s, fn);
  pel_match m;
  uint32_t at = 0;
  if (!g || g->bad) return pel__x_error(s, span);
  if (s->frame && s->frame->depth >= DEEPEST) {
    pel__sema_error(s, PEL_E0219, span, "functions call each other more than %d deep",
                    DEEPEST);
    return pel__x_error(s, span);
  }
  pel_slotting r = pel__match_slots(s, &m, g, args, n, &at);
  if (r != PEL_SLOT_OK)
    return pel__say_slots(s, g, r, at, args, n, span, fn->ast->name.span);
  if (!prepare(s, sc, g, &m)) return pel__x_error(s, span);
  if (!pel__match_types(s, &m, false) && !pel__match_types(s, &m, true))
    return pel__say_types(s, &m, span, fn->ast->name.span);
  fn_call ctx = {&m, sc, fn};
  pel_guard guard = {&m, &ctx, make_call};
  return pel__lift_guarded(s, &guard, g->name, span);
}

/* Arrays of parameters that share a size name have one length. */
typedef struct lengths {
  pel_str name;
  uint32_t size;
} lengths;

static const pel_ty *shared_length(pel_sema *s, const pel_pt *pt, const pel_ty *t,
                                   lengths *l, uint32_t *n) {
  t = pel__ty_sized(s, t, (pel_span){0});
  if (pt->kind != PEL_PT_ARRAY || t->kind != PEL_TY_ARRAY || !pt->size.n) return t;
  for (uint32_t i = 0; i < *n; i++)
    if (pel__str_eq(l[i].name, pt->size)) return pel__ty_array(s, t->item, l[i].size);
  l[(*n)++] = (lengths){pt->size, t->size};
  return t;
}

/* A function without variables in its types is checked even if nobody calls it. */
void pel__check_fn_alone(pel_sema *s, pel_item *fn) {
  pel_sig *g = signature(s, fn);
  if (!g || g->bad) {
    fn->state = PEL_ITEM_BROKEN;
    return;
  }
  if (g->nvars) return;
  pel_binding b = {.sig = g};
  pel_x **args = PEL_ARENA_ARRAY(s->arena, pel_x *, g->nparams);
  lengths *l = PEL_ARENA_ARRAY(s->arena, lengths, g->nparams);
  if (!args || !l) return;
  uint32_t binders = s->nbinders, nodes = s->nodes, n = 0;
  for (uint32_t i = 0; i < g->nparams; i++) {
    const pel_ty *t = pel__instance(s, &b, g->params[i].pt, NULL);
    t = shared_length(s, g->params[i].pt, t, l, &n);
    args[i] = pel__x_binder(s, pel__binder_new(s, g->params[i].name, t),
                            fn->ast->params[i].span);
  }
  if (pel__x_bad(unfold(s, NULL, fn, args, &b, (pel_span){0})))
    fn->state = PEL_ITEM_BROKEN;
  s->nbinders = binders;
  s->nodes = nodes;
}
