#include <string.h>

#include "runtime/base/str.h"
#include "stdlib/core/kernel.h"

/* least, greatest and clamp: on every ordered type. nan wins over every number; -0.0 is
 * less than 0.0 here, so that the order of the arguments never shows (IEEE 754-2019,
 * minimum and maximum). */

#define LEAST_INT(x, y) ((x) < (y) ? (x) : (y))
#define GREATEST_INT(x, y) ((x) > (y) ? (x) : (y))
#define LEAST_FLOAT(x, y) \
  ((x) != (x) || (x) < (y) || ((x) == (y) && __builtin_signbit(x)) ? (x) : (y))
#define GREATEST_FLOAT(x, y) \
  ((x) != (x) || (x) > (y) || ((x) == (y) && !__builtin_signbit(x)) ? (x) : (y))

#define TWO(fn, T, PICK)                                \
  static pel_status fn(const pel_call *c) {             \
    const T *a = PEL_IN(c, 0, T), *b = PEL_IN(c, 1, T); \
    T *o = PEL_OUT(c, T);                               \
    PEL_EACH_ROW(c, i, {                                \
      T x = a[i], y = b[i];                             \
      o[i] = PICK(x, y);                                \
    });                                                 \
    return PEL_OK;                                      \
  }

static pel_status turned(const pel_call *c, uint32_t i) {
  return pel_call_poison(c, i, "range", "clamp: the lower bound is above the upper one");
}

#define CLAMP(fn, T, LEAST, GREATEST)                                         \
  static pel_status fn(const pel_call *c) {                                   \
    const T *a = PEL_IN(c, 0, T), *l = PEL_IN(c, 1, T), *h = PEL_IN(c, 2, T); \
    T *o = PEL_OUT(c, T);                                                     \
    uint32_t bad = 0;                                                         \
    PEL_EACH_ROW(c, i, {                                                      \
      T lo = l[i], hi = h[i], x = GREATEST(a[i], lo);                         \
      o[i] = LEAST(x, hi);                                                    \
      bad |= lo > hi;                                                         \
    });                                                                       \
    if (bad)                                                                  \
      PEL_EACH_VALID(c, i, {                                                  \
        if (l[i] > h[i]) (void)turned(c, i);                                  \
      });                                                                     \
    return PEL_OK;                                                            \
  }

#define INTS(K, T, s)                \
  TWO(least_##s, T, LEAST_INT)       \
  TWO(greatest_##s, T, GREATEST_INT) \
  CLAMP(clamp_##s, T, LEAST_INT, GREATEST_INT)
#define FLOATS(K, T, s)                \
  TWO(least_##s, T, LEAST_FLOAT)       \
  TWO(greatest_##s, T, GREATEST_FLOAT) \
  CLAMP(clamp_##s, T, LEAST_FLOAT, GREATEST_FLOAT)
PEL_INT_TYPES(INTS)
PEL_FLOAT_TYPES(FLOATS)

static int order(const pel_view *a, const pel_view *b) {
  return pel__str_cmp((pel_str){pel_view_bytes(a), a->in.n},
                      (pel_str){pel_view_bytes(b), b->in.n});
}

#define TWO_TEXTS(fn, SIGN)                                                  \
  static pel_status fn(const pel_call *c) {                                  \
    const pel_view *a = PEL_IN(c, 0, pel_view), *b = PEL_IN(c, 1, pel_view); \
    PEL_EACH_VALID(c, i, {                                                   \
      PEL_OUT(c, pel_view)[i] = order(&a[i], &b[i]) SIGN 0 ? a[i] : b[i];    \
    });                                                                      \
    return PEL_OK;                                                           \
  }
TWO_TEXTS(least_text, <)
TWO_TEXTS(greatest_text, >)

static pel_status clamp_text(const pel_call *c) {
  const pel_view *a = PEL_IN(c, 0, pel_view), *l = PEL_IN(c, 1, pel_view),
                 *h = PEL_IN(c, 2, pel_view);
  PEL_EACH_VALID(c, i, {
    PEL_OUT(c, pel_view)
    [i] = order(&a[i], &l[i]) < 0 ? l[i] : order(&a[i], &h[i]) > 0 ? h[i] : a[i];
    if (order(&l[i], &h[i]) > 0) (void)turned(c, i);
  });
  return PEL_OK;
}

#define TABLE(op, nargs)                                                     \
  static const pel_kernel op##s[PEL_KIND_COUNT] = {                          \
      [PEL_BOOL] = op##_u8,    [PEL_I8] = op##_i8,    [PEL_I16] = op##_i16,  \
      [PEL_I32] = op##_i32,    [PEL_I64] = op##_i64,  [PEL_U8] = op##_u8,    \
      [PEL_U16] = op##_u16,    [PEL_U32] = op##_u32,  [PEL_U64] = op##_u64,  \
      [PEL_F32] = op##_f32,    [PEL_F64] = op##_f64,  [PEL_STR] = op##_text, \
      [PEL_BYTES] = op##_text, [PEL_DATE] = op##_i32, [PEL_TIME] = op##_i64, \
      [PEL_DUR] = op##_i64};                                                 \
  PEL_CHOOSE(choose_##op, op##s, nargs, PEL_KIND_NONE)
TABLE(least, 2)
TABLE(greatest, 2)
TABLE(clamp, 3)

PEL_OP(least, "least", "(a: 'ord, b: 'ord) -> 'ord", PEL_OP_MAP,
       .props = PEL_PURE | PEL_NULL_STRICT | PEL_COMMUTES,
       .ref = "IEEE 754-2019, minimum",
       .doc = "The smaller of two values; nan if one is nan.", .choose = choose_least);
PEL_OP(greatest, "greatest", "(a: 'ord, b: 'ord) -> 'ord", PEL_OP_MAP,
       .props = PEL_PURE | PEL_NULL_STRICT | PEL_COMMUTES,
       .ref = "IEEE 754-2019, maximum",
       .doc = "The greater of two values; nan if one is nan.", .choose = choose_greatest);
PEL_OP(clamp, "clamp", "(x: 'ord, lo: 'ord, hi: 'ord) -> 'ord", PEL_OP_MAP,
       .props = PEL_PURE | PEL_NULL_STRICT | PEL_CAN_FAIL,
       .doc =
           "x, but at least lo and at most hi; nan if one is nan. Fails where lo is "
           "above hi.",
       .choose = choose_clamp);
