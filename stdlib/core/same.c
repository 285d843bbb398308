#include "stdlib/core/compare.h"

/* same(a, b): equality that knows nulls and nan. Never null itself. */

/* What nulls and failures decide; false: both cells are valid, look at the values. */
static bool settled(const pel_call *c, uint32_t i) {
  const pel_col *a = &c->in[0], *b = &c->in[1];
  uint8_t s = a->state ? a->state[i] : PEL_VALID, t = b->state ? b->state[i] : PEL_VALID;
  if (s == PEL_VALID && t == PEL_VALID) return false;
  if (s == PEL_POISON || t == PEL_POISON) {
    c->out->state[i] = PEL_POISON;
    c->out->fail[i] = s == PEL_POISON ? a->fail[i] : b->fail[i];
  }
  PEL_OUT(c, uint8_t)[i] = s == t;
  return true;
}

#define LOOP(fn, T, EXPR)                               \
  static pel_status fn(const pel_call *c) {             \
    const T *a = PEL_IN(c, 0, T), *b = PEL_IN(c, 1, T); \
    uint8_t *o = PEL_OUT(c, uint8_t);                   \
    PEL_EACH_ROW(c, i, {                                \
      if (!settled(c, i)) {                             \
        const T *x = &a[i], *y = &b[i];                 \
        o[i] = EXPR;                                    \
      }                                                 \
    });                                                 \
    return PEL_OK;                                      \
  }
#define INT(K, T, s) LOOP(same_##s, T, *x == *y)
#define FLOAT(K, T, s) LOOP(same_##s, T, *x == *y || (*x != *x && *y != *y))
PEL_UNSIGNED_TYPES(INT)
PEL_FLOAT_TYPES(FLOAT)
LOOP(same_text, pel_view, pel_view_eq(x, y))

static const pel_kernel sames[PEL_KIND_COUNT] = {
    [PEL_BOOL] = same_u8,    [PEL_I8] = same_u8,    [PEL_I16] = same_u16,
    [PEL_I32] = same_u32,    [PEL_I64] = same_u64,  [PEL_U8] = same_u8,
    [PEL_U16] = same_u16,    [PEL_U32] = same_u32,  [PEL_U64] = same_u64,
    [PEL_F32] = same_f32,    [PEL_F64] = same_f64,  [PEL_STR] = same_text,
    [PEL_BYTES] = same_text, [PEL_DATE] = same_u32, [PEL_TIME] = same_u64,
    [PEL_DUR] = same_u64};
PEL_CHOOSE(choose_same, sames, 2, PEL_BOOL)

PEL_OP(same, "same", "(a: 'ord?, b: 'ord?) -> bool", PEL_OP_MAP,
       .props = PEL_PURE | PEL_COMMUTES,
       .doc =
           "Whether two values are the same: null and null are, nan and nan too. Of "
           "tables and lists: whole values.",
       .choose = choose_same);

/* Numbers of two types. The values of cells that are not valid are numbers all the same.
 */
static pel_status same_mixed(const pel_call *c) {
  const pel_type *types[2] = {c->in[0].type, c->in[1].type};
  (void)pel__choose_eq_mixed(types, 2, c->out->type)(c);
  if (c->in[0].state || c->in[1].state) PEL_EACH_ROW(c, i, { (void)settled(c, i); });
  return PEL_OK;
}
static pel_kernel choose_same_mixed(const pel_type *const *in, uint32_t nin,
                                    const pel_type *out) {
  return pel__choose_eq_mixed(in, nin, out) ? same_mixed : NULL;
}

PEL_OP(same_mixed, "same", "(a: 'num1?, b: 'num2?) -> bool", PEL_OP_MAP,
       .props = PEL_PURE | PEL_COMMUTES,
       .doc = "Whether numbers of two types are the same, exactly; null and null are.",
       .choose = choose_same_mixed);
