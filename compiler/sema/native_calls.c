#include "compiler/sema/calls.h"
#include "compiler/sema/exprs.h"
#include "compiler/sema/types.h"

/* Calls of C functions: which parameters are arguments, what comes back, and where an
 * impure one may stand. */

static const pel_pt *pattern_of(pel_sema *s, const pel_tcparam *p, const pel_tnative *f) {
  pel_pt *pt = PEL_ARENA_NEW(s->arena, pel_pt), *item = PEL_ARENA_NEW(s->arena, pel_pt);
  if (!pt || !item) {
    s->oom = true;
    return NULL;
  }
  *item = (pel_pt){.kind = PEL_PT_TYPE, .type = p->type, .fixed = -1, .var = UINT32_MAX};
  if (p->ctype != PEL_C_ARRAY) return item;
  *pt = (pel_pt){.kind = PEL_PT_ARRAY,
                 .item = item,
                 .fixed = -1,
                 .var = UINT32_MAX,
                 .size = f->params[p->size].name};
  return pt;
}

static pel_sig *signature(pel_sema *s, pel_item *fn) {
  if (fn->sig) return fn->sig;
  const pel_tnative *f = &s->natives.at[fn->index];
  pel_sig *g = PEL_ARENA_NEW(s->arena, pel_sig);
  pel_sigparam *params = PEL_ARENA_ARRAY(s->arena, pel_sigparam, f->nparams);
  if (!g || !params) {
    s->oom = true;
    return NULL;
  }
  *g = (pel_sig){.name = fn->ast->name.text, .params = params};
  for (uint32_t i = 0; i < f->nparams; i++) {
    if (f->params[i].arg == PEL_NONE) continue;
    params[g->nparams++] = (pel_sigparam){.name = f->params[i].name,
                                          .pt = pattern_of(s, &f->params[i], f),
                                          .init = fn->ast->params[i].init};
  }
  fn->sig = g;
  return g;
}

/* ---- what comes back ---- */

typedef struct native_call {
  const pel_match *m;
  pel_scope *sc;
  pel_item *fn;
} native_call;

static uint32_t length_of(pel_sema *s, const pel_tnative *f, const pel_tcparam *p,
                          pel_x *const *args) {
  const pel_tcparam *size = &f->params[p->size];
  if (size->size_of != PEL_NONE) {
    const pel_x *x = args[f->params[size->size_of].arg];
    return x->type->size;
  }
  return pel__size_of_value(s, args[size->arg]);
}

static const pel_ty *returned(pel_sema *s, const pel_tnative *f, const pel_tcparam *p,
                              pel_x *const *args) {
  if (p->ctype != PEL_C_ARRAY) return p->type;
  return pel__ty_array(s, p->type, length_of(s, f, p, args));
}

/* The return value unless it is a status, then outs, then inouts: one value or a tuple.
 */
static const pel_ty *result_type(pel_sema *s, const pel_tnative *f, pel_x *const *args) {
  pel_ty *t = pel__ty_fields(s, PEL_TY_TUPLE, f->nparams + 1);
  if (!t) return &pel__ty_error;
  uint32_t n = 0;
  if (f->result != PEL_C_VOID && !f->ok) t->fields[n++].type = f->result_type;
  for (int mode = PEL_C_OUT; mode <= PEL_C_INOUT; mode++)
    for (uint32_t i = 0; i < f->nparams; i++)
      if ((int)f->params[i].mode == mode)
        t->fields[n++].type = returned(s, f, &f->params[i], args);
  t->nfields = n;
  return n == 1 ? t->fields[0].type : t;
}

static pel_x *make_native(pel_sema *s, void *ctx, pel_x **args, pel_span span) {
  native_call *c = ctx;
  const pel_match *m = c->m;
  const pel_tnative *f = &s->natives.at[c->fn->index];
  pel_x *x = pel__x_new(s, PEL_X_NATIVE, &pel__ty_error, span, m->n);
  if (x->nargs != m->n) return x;
  for (uint32_t i = 0; i < m->n; i++) {
    const pel_arg *a = m->args[i];
    const pel_ty *t =
        pel__instance(s, &m->b, m->sig->params[i].pt, a ? args[i]->type : NULL);
    const pel_ast *e = a ? a->ast : m->sig->params[i].init;
    pel_scope own = {.module = c->fn->module};
    pel_x *v = args[i];
    if (!a)
      v = pel__expect(s, pel__check(s, &own, e, t), e, t, "the default", (pel_span){0},
                      "");
    else if (e && pel__literal_is(e) && v->kind == PEL_X_CONST)
      v = pel__check_literal(s, c->sc, e, t);
    x->args[i] = pel__convert(s, v, t);
    if (pel__x_bad(x->args[i])) return pel__x_error(s, span);
  }
  x->index = c->fn->index;
  x->type = result_type(s, f, x->args);
  if (x->type->kind != PEL_TY_TUPLE || x->type->nfields) return x;
  pel_diag *d = pel__sema_error(s, PEL_E0509, span,
                                "`" PEL_STR_FMT "` gives nothing that could be used",
                                PEL_STR_ARG(c->fn->ast->name.text));
  pel__diag_help(s->ds, d, "what it writes has to be an `out` or `inout` parameter");
  return pel__x_error(s, span);
}

/* ---- where it may stand ---- */

static bool sizes_agree(pel_sema *s, const pel_tnative *f, const pel_match *m,
                        pel_span span) {
  for (uint32_t i = 0; i < f->nparams; i++) {
    const pel_tcparam *p = &f->params[i];
    if (p->ctype != PEL_C_ARRAY || p->arg == PEL_NONE) continue;
    uint32_t first = f->params[p->size].size_of;
    if (first == PEL_NONE || first == i) continue;
    const pel_x *a = m->args[f->params[first].arg]->x, *b = m->args[p->arg]->x;
    if (pel__size_unify(s, a->type->size, b->type->size)) continue;
    pel__sema_error(s, PEL_E0301, span,
                    "`" PEL_STR_FMT "` and `" PEL_STR_FMT
                    "` have to be of one length, but are %s and %s",
                    PEL_STR_ARG(f->params[first].name), PEL_STR_ARG(p->name),
                    pel__ty_text(s, a->type), pel__ty_text(s, b->type));
    return false;
  }
  return true;
}

static bool may_stand(pel_sema *s, const pel_scope *sc, const pel_item *fn,
                      const pel_match *m, pel_span span) {
  const pel_tnative *f = &s->natives.at[fn->index];
  if (fn->impure && (!sc->impure_ok || sc->in_row || m->dims)) {
    pel_diag *d = pel__sema_error(
        s, PEL_E0505, span,
        "`" PEL_STR_FMT
        "` may have effects, so it can only be called once, by a `let` or `out` itself",
        PEL_STR_ARG(fn->ast->name.text));
    pel__diag_note(s->ds, d, fn->ast->name.span, "it is declared here without `@pure`");
    pel__diag_help(s->ds, d,
                   "if its result depends on its arguments alone, declare it `@pure`");
    return false;
  }
  if (f->arrays && (m->dims || sc->in_row)) {
    (void)pel__later(s, PEL_E0925, span,
                     "calling a C function that takes arrays once for each row");
    return false;
  }
  return true;
}

pel_x *pel__call_native(pel_sema *s, pel_scope *sc, pel_item *fn, pel_arg *args,
                        uint32_t n, pel_span span) {
  if (fn->state != PEL_ITEM_DONE) return pel__x_error(s, span);
  pel_sig *g = signature(s, fn);
  pel_match m;
  uint32_t at = 0;
  bool ok = true;
  if (!g || s->oom) return pel__x_error(s, span);
  pel_slotting r = pel__match_slots(s, &m, g, args, n, &at);
  if (r != PEL_SLOT_OK)
    return pel__say_slots(s, g, r, at, args, n, span, fn->ast->name.span);
  pel_binding none = {.sig = g};
  for (uint32_t i = 0; i < m.n; i++) {
    if (!m.args[i]) continue;
    const pel_ty *hint = pel__instance(s, &none, g->params[i].pt, NULL);
    ok &= !pel__ty_broken(pel__check_arg(s, sc, m.args[i], hint)->type);
  }
  if (!ok) return pel__x_error(s, span);
  if (!pel__match_types(s, &m, false) && !pel__match_types(s, &m, true))
    return pel__say_types(s, &m, span, fn->ast->name.span);
  if (!may_stand(s, sc, fn, &m, span)) return pel__x_error(s, span);
  if (!sizes_agree(s, &s->natives.at[fn->index], &m, span)) return pel__x_error(s, span);
  native_call ctx = {&m, sc, fn};
  pel_guard guard = {&m, &ctx, make_native};
  return pel__lift_guarded(s, &guard, g->name, span);
}
