#include "stdlib/core/kernel.h"

/* Three-valued logic. `and` and `or` take any number of arguments and read argument k
 * only where all before it left the answer open: there false (true) or a failure has
 * decided already, and the cell was not computed. */

static pel_status negate(const pel_call *c) {
  const uint8_t *a = PEL_IN(c, 0, uint8_t);
  uint8_t *o = PEL_OUT(c, uint8_t);
  PEL_EACH_ROW(c, i, { o[i] = !a[i]; });
  return PEL_OK;
}

/* Arguments without nulls and failures: cells that were not computed are 0 or 1 all the
 * same, and change nothing once the answer is decided. */
static bool plain(const pel_call *c) {
  for (uint32_t k = 0; k < c->nin; k++)
    if (c->in[k].state) return false;
  return true;
}

static pel_status fold_plain(const pel_call *c, uint8_t deciding) {
  uint8_t *o = PEL_OUT(c, uint8_t);
  const uint8_t *a = PEL_IN(c, 0, uint8_t);
  PEL_EACH_ROW(c, i, { o[i] = a[i]; });
  for (uint32_t k = 1; k < c->nin; k++) {
    const uint8_t *b = PEL_IN(c, k, uint8_t);
    if (deciding)
      PEL_EACH_ROW(c, i, { o[i] |= b[i] & 1; });
    else
      PEL_EACH_ROW(c, i, { o[i] &= b[i]; });
  }
  return PEL_OK;
}

static void fold_row(const pel_call *c, uint32_t i, uint8_t deciding) {
  uint8_t state = PEL_VALID;
  for (uint32_t k = 0; k < c->nin; k++) {
    const pel_col *a = &c->in[k];
    uint8_t s = a->state ? a->state[i] : PEL_VALID;
    if (s == PEL_POISON) {
      c->out->state[i] = PEL_POISON;
      c->out->fail[i] = a->fail[i];
      return;
    }
    if (s == PEL_NULL) {
      state = PEL_NULL;
    } else if (((const uint8_t *)a->data)[i] == deciding) {
      c->out->state[i] = PEL_VALID;
      PEL_OUT(c, uint8_t)[i] = deciding;
      return;
    }
  }
  c->out->state[i] = state;
  PEL_OUT(c, uint8_t)[i] = !deciding;
}

static pel_status fold(const pel_call *c, uint8_t deciding) {
  if (plain(c)) return fold_plain(c, deciding);
  PEL_EACH_ROW(c, i, { fold_row(c, i, deciding); });
  return PEL_OK;
}

static pel_status all_of(const pel_call *c) { return fold(c, 0); }
static pel_status any_of(const pel_call *c) { return fold(c, 1); }

static pel_status is_null(const pel_call *c) {
  uint8_t *o = PEL_OUT(c, uint8_t);
  const pel_col *a = &c->in[0];
  PEL_EACH_ROW(c, i, {
    uint8_t s = a->state ? a->state[i] : PEL_VALID;
    o[i] = s == PEL_NULL;
    if (s == PEL_POISON) {
      c->out->state[i] = PEL_POISON;
      c->out->fail[i] = a->fail[i];
    }
  });
  return PEL_OK;
}

static pel_kernel choose_not(const pel_type *const *in, uint32_t nin,
                             const pel_type *out) {
  return nin == 1 && in[0]->kind == PEL_BOOL && out->kind == PEL_BOOL ? negate : NULL;
}

static bool bools(const pel_type *const *in, uint32_t nin, const pel_type *out) {
  for (uint32_t k = 0; k < nin; k++)
    if (in[k]->kind != PEL_BOOL) return false;
  return nin >= 1 && out->kind == PEL_BOOL;
}

static pel_kernel choose_and(const pel_type *const *in, uint32_t nin,
                             const pel_type *out) {
  return bools(in, nin, out) ? all_of : NULL;
}
static pel_kernel choose_or(const pel_type *const *in, uint32_t nin,
                            const pel_type *out) {
  return bools(in, nin, out) ? any_of : NULL;
}
static pel_kernel choose_is_null(const pel_type *const *in, uint32_t nin,
                                 const pel_type *out) {
  (void)in;
  return nin == 1 && out->kind == PEL_BOOL ? is_null : NULL;
}

PEL_OP(not, "not", "(a: bool) -> bool", PEL_OP_MAP, .props = PEL_PURE | PEL_NULL_STRICT,
       .doc = "True for false, false for true; null for null.", .choose = choose_not);
PEL_OP(and, "and", "(a: bool?, b: bool?...) -> bool?", PEL_OP_MAP, .props = PEL_PURE,
       .doc =
           "False if some argument is, else null if one is, else true.\n"
           "Arguments behind a false one (or a failure) are not computed.",
       .choose = choose_and);
PEL_OP(or, "or", "(a: bool?, b: bool?...) -> bool?", PEL_OP_MAP, .props = PEL_PURE,
       .doc =
           "True if some argument is, else null if one is, else false.\n"
           "Arguments behind a true one (or a failure) are not computed.",
       .choose = choose_or);
PEL_OP(is_null, "is_null", "(a: 'any?) -> bool", PEL_OP_MAP, .props = PEL_PURE,
       .doc = "Whether a value is null.", .choose = choose_is_null);
