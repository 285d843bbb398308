#include "compiler/sema/calls.h"
#include "compiler/sema/types.h"

/* Arguments to parameters: first by place and label, then by type with lifting (R13). */

const pel_pt *pel__match_pt(const pel_match *m, uint32_t i) {
  uint32_t last = m->sig->nparams - 1;
  return m->sig->params[i < last ? i : last].pt;
}

static uint32_t param_named(const pel_sig *sig, pel_str name) {
  for (uint32_t i = 0; i < sig->nparams; i++)
    if (pel__str_eq(sig->params[i].name, name)) return i;
  return UINT32_MAX;
}

static pel_slotting put(pel_match *m, const pel_sig *sig, pel_arg *a, uint32_t *next) {
  uint32_t i;
  if (a->label.n) {
    i = param_named(sig, a->label);
    if (i == UINT32_MAX) return PEL_SLOT_LABEL;
  } else {
    while (*next < m->n && m->args[*next]) (*next)++;
    i = (*next)++;
  }
  if (i >= m->n) return PEL_SLOT_MANY;
  if (m->args[i]) return PEL_SLOT_TWICE;
  m->args[i] = a;
  return PEL_SLOT_OK;
}

static bool has_default(const pel_sigparam *p) { return p->init || p->value; }

pel_slotting pel__match_slots(pel_sema *s, pel_match *m, const pel_sig *sig,
                              pel_arg *args, uint32_t n, uint32_t *at) {
  uint32_t slots = sig->variadic && n > sig->nparams ? n : sig->nparams, next = 0;
  *m = (pel_match){.sig = sig, .n = slots, .wrong = UINT32_MAX};
  m->b.sig = sig;
  m->args = PEL_ARENA_ARRAY(s->arena, pel_arg *, slots);
  m->peeled = PEL_ARENA_ARRAY(s->arena, const pel_ty *, slots);
  m->depth = PEL_ARENA_ARRAY(s->arena, uint32_t, slots);
  m->null = PEL_ARENA_ARRAY(s->arena, bool, slots);
  if (!m->args || !m->peeled || !m->depth || !m->null) {
    s->oom = true;
    return PEL_SLOT_MANY;
  }
  for (uint32_t i = 0; i < n; i++) {
    pel_slotting r = put(m, sig, &args[i], &next);
    *at = i;
    if (r != PEL_SLOT_OK) return r;
  }
  for (uint32_t i = 0; i < sig->nparams; i++) {
    *at = i;
    if (!m->args[i] && !has_default(&sig->params[i]) &&
        !(sig->variadic && i == sig->nparams - 1))
      return PEL_SLOT_MISSING;
  }
  return PEL_SLOT_OK;
}

/* ---- types ---- */

static bool adapts(const pel_match *m, uint32_t i) {
  const pel_arg *a = m->args[i];
  return a && a->ast && pel__literal_adapts(a->ast);
}

static bool is_null_literal(const pel_arg *a) {
  return a->x && a->x->type->kind == PEL_TY_NULL;
}

static bool try_fit(pel_sema *s, pel_match *m, uint32_t i, const pel_ty *t) {
  pel_binding trial = m->b;
  if (!pel__fits(s, &trial, pel__match_pt(m, i), t)) return false;
  m->b = trial;
  return true;
}

static bool peel(pel_sema *s, pel_match *m, uint32_t i, bool lift) {
  const pel_ty *t = m->args[i]->x->type;
  bool constant = i < m->sig->nparams && m->sig->params[i].constant;
  while (!try_fit(s, m, i, t)) {
    bool rows = lift && !constant &&
                (t->kind == PEL_TY_ARRAY || t->kind == PEL_TY_LIST) && !t->nullable;
    if (!rows) {
      const pel_ty *whole = pel__ty_required(s, t);
      m->peeled[i] = t;
      if (!t->nullable || constant || t->kind != PEL_TY_SCALAR ||
          !try_fit(s, m, i, whole))
        return false;
      m->null[i] = m->nul = true;
      break;
    }
    t = t->item;
    m->depth[i]++;
  }
  m->peeled[i] = t;
  if (m->depth[i] > m->dims) m->dims = m->depth[i];
  return true;
}

/* A literal takes the variable's type; a float beside integers makes both f64; alone it
 * has its own. */
static bool fit_literal(pel_match *m, uint32_t i) {
  const pel_ast *e = m->args[i]->ast;
  const pel_pt *pt = pel__match_pt(m, i);
  const pel_ty *own = pel__literal_type(e);
  if (pt->kind == PEL_PT_TYPE) return pel__literal_fits(e, pt->type);
  if (pt->kind != PEL_PT_VAR) return false;
  const pel_ty *bound = m->b.vars[pt->var];
  uint32_t kinds = m->sig->vars[pt->var].kinds;
  if (bound) {
    if (pel__literal_fits(e, bound)) return true;
    bool mixed =
        m->b.arithmetic && pel__ty_is(own, PEL_F64) && pel__kind_int(bound->scalar);
    if (!mixed || bound->kind != PEL_TY_SCALAR || !(kinds & 1u << PEL_F64)) return false;
    m->b.vars[pt->var] = own;
    return true;
  }
  if (kinds && !(kinds & 1u << own->scalar)) {
    if (!pel__ty_is(own, PEL_I64) || !(kinds & 1u << PEL_F64)) return false;
    own = pel__ty_scalar(PEL_F64);
  }
  m->b.vars[pt->var] = own;
  return true;
}

static bool fit_null(pel_match *m, uint32_t i) { return pel__match_pt(m, i)->nullable; }

static bool wrong(pel_match *m, uint32_t i) {
  m->wrong = i;
  return false;
}

/* Floats before integers, so that `2 + 0.5` binds its variable once. */
static bool fit_literals(pel_match *m, bool floats) {
  for (uint32_t i = 0; i < m->n; i++) {
    if (!adapts(m, i) ||
        pel__ty_is(pel__literal_type(m->args[i]->ast), PEL_F64) != floats)
      continue;
    if (!fit_literal(m, i)) return wrong(m, i);
  }
  return true;
}

bool pel__match_types(pel_sema *s, pel_match *m, bool lift) {
  bool arithmetic = m->b.arithmetic;
  m->b = (pel_binding){.sig = m->sig, .arithmetic = arithmetic};
  m->dims = 0;
  m->nul = false;
  m->wrong = UINT32_MAX;
  m->lifted = lift;
  for (uint32_t i = 0; i < m->n; i++) {
    m->depth[i] = 0;
    m->null[i] = false;
    m->peeled[i] = NULL;
    if (!m->args[i] || adapts(m, i) || is_null_literal(m->args[i])) continue;
    if (!peel(s, m, i, lift)) return wrong(m, i);
  }
  if (!fit_literals(m, true) || !fit_literals(m, false)) return false;
  for (uint32_t i = 0; i < m->n; i++)
    if (m->args[i] && is_null_literal(m->args[i]) && !fit_null(m, i)) return wrong(m, i);
  return true;
}
