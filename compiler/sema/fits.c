#include "compiler/sema/calls.h"
#include "compiler/sema/types.h"

/* Whether a type can be what a parameter wants, binding the signature's variables as it
 * goes (R13's `~`: sizes do not count, leaves may widen). A variable seen twice becomes
 * the smallest type both widen to. */

static bool fits_var(pel_sema *s, pel_binding *b, const pel_pt *pt, const pel_ty *t) {
  const pel_sigvar *v = &b->sig->vars[pt->var];
  if (pt->nullable) t = pel__ty_required(s, t);
  if (v->kinds) {
    if (t->kind != PEL_TY_SCALAR || t->nullable || !(v->kinds & 1u << t->scalar))
      return false;
  }
  const pel_ty *old = b->vars[pt->var];
  const pel_ty *both = old ? pel__ty_common(s, old, t, b->arithmetic) : t;
  if (!both) return false;
  if (v->kinds && !(v->kinds & 1u << both->scalar)) return false;
  b->vars[pt->var] = both;
  return true;
}

static bool fits_rest(pel_sema *s, pel_binding *b, const pel_pt *pt, const pel_ty *t) {
  pel_ty *rest = pel__ty_fields(s, PEL_TY_RECORD, t->nfields - pt->n);
  if (!rest) return false;
  uint32_t n = 0;
  for (uint32_t j = 0; j < t->nfields; j++) {
    bool named = false;
    for (uint32_t i = 0; i < pt->n; i++)
      named |= pel__str_eq(pt->names[i], t->fields[j].name);
    if (!named) rest->fields[n++] = t->fields[j];
  }
  const pel_ty *old = b->vars[pt->var];
  if (old && !pel__ty_same(old, rest)) return false;
  b->vars[pt->var] = rest;
  return true;
}

static bool fits_record(pel_sema *s, pel_binding *b, const pel_pt *pt, const pel_ty *t) {
  if (t->kind != PEL_TY_RECORD || t->nfields < pt->n) return false;
  if (pt->var == UINT32_MAX && t->nfields != pt->n) return false;
  for (uint32_t i = 0; i < pt->n; i++) {
    uint32_t j = pel__ty_field_near(t, pt->names[i], i);
    if (j == UINT32_MAX || !pel__fits(s, b, pt->parts[i], t->fields[j].type))
      return false;
  }
  return pt->var == UINT32_MAX || fits_rest(s, b, pt, t);
}

static bool fits_array(pel_sema *s, pel_binding *b, const pel_pt *pt, const pel_ty *t) {
  if (t->kind != PEL_TY_ARRAY && t->kind != PEL_TY_LIST) return false;
  const pel_ty *item = t->item;
  const pel_op *op = b->sig->op;
  if (op && op->kind == PEL_OP_AGG && item->nullable && !pt->item->nullable &&
      (op->props & PEL_SKIPS_NULLS)) {
    item = pel__ty_required(s, item);
    b->skips = true;
  }
  /* lists are not copied to widen their items: another signature of the aggregate takes
   * them */
  if (op && op->kind == PEL_OP_AGG && pt->item->kind == PEL_PT_TYPE &&
      item->kind == PEL_TY_SCALAR && item->scalar != pt->item->type->scalar)
    return false;
  return pel__fits(s, b, pt->item, item);
}

bool pel__fits(pel_sema *s, pel_binding *b, const pel_pt *pt, const pel_ty *t) {
  if (t->kind == PEL_TY_ERROR) return true;
  if (pt->kind == PEL_PT_VAR) return fits_var(s, b, pt, t);
  if (pt->kind == PEL_PT_TYPE) return pel__ty_accepts(s, pt->type, t);
  if (t->nullable && !pt->nullable) return false;
  if (pt->kind == PEL_PT_ARRAY) return fits_array(s, b, pt, t);
  if (pt->kind == PEL_PT_RECORD) return fits_record(s, b, pt, t);
  if (t->kind != PEL_TY_TUPLE || t->nfields != pt->n) return false;
  for (uint32_t i = 0; i < pt->n; i++)
    if (!pel__fits(s, b, pt->parts[i], t->fields[i].type)) return false;
  return true;
}

/* ---- and the other way: the type that variables make of a parameter ---- */

static const pel_ty *instance_record(pel_sema *s, const pel_binding *b, const pel_pt *pt,
                                     const pel_ty *actual) {
  bool record = pt->kind == PEL_PT_RECORD;
  const pel_ty *rest = record && pt->var != UINT32_MAX ? b->vars[pt->var] : NULL;
  pel_ty *t = pel__ty_fields(s, record ? PEL_TY_RECORD : PEL_TY_TUPLE,
                             pt->n + (rest ? rest->nfields : 0));
  if (!t) return &pel__ty_error;
  t->name = pt->alias;
  for (uint32_t i = 0; i < pt->n; i++) {
    uint32_t j = actual && record ? pel__ty_field_near(actual, pt->names[i], i) : i;
    bool known = actual && j < actual->nfields;
    t->fields[i].name = record ? pt->names[i] : (pel_str){0};
    t->fields[i].type =
        pel__instance(s, b, pt->parts[i], known ? actual->fields[j].type : NULL);
  }
  if (rest && rest->nfields)
    memcpy(t->fields + pt->n, rest->fields, rest->nfields * sizeof *rest->fields);
  if (actual) t->weight = actual->weight;
  return t;
}

const pel_ty *pel__instance(pel_sema *s, const pel_binding *b, const pel_pt *pt,
                            const pel_ty *actual) {
  if (actual && (actual->kind == PEL_TY_ERROR || actual->kind == PEL_TY_NULL))
    actual = NULL;
  const pel_ty *t;
  if (pt->kind == PEL_PT_TYPE) {
    return pt->type;
  } else if (pt->kind == PEL_PT_VAR) {
    t = b->vars[pt->var] ? b->vars[pt->var] : &pel__ty_error;
  } else if (pt->kind == PEL_PT_ARRAY) {
    const pel_ty *item = pel__instance(s, b, pt->item, actual ? actual->item : NULL);
    if (b->skips) item = pel__ty_nullable(s, item, true);
    t = actual && actual->item ? pel__ty_like(s, actual, item)
                               : pel__ty_array(s, item, PEL_SIZE_ANY);
  } else {
    t = instance_record(s, b, pt, actual);
  }
  return pt->nullable ? pel__ty_nullable(s, t, true) : t;
}
