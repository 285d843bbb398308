#include <string.h>

#include "stdlib/core/kernel.h"

/* Comparisons of two values of one type. Numbers, dates and times share loops by width;
 * text goes by bytes. A float that is nan equals nothing and is neither less nor more. >
 * and >= are < and <= of the arguments changed about. */

typedef struct pair {
  const void *a, *b;
} pair;

static pair straight(const pel_call *c) { return (pair){c->in[0].data, c->in[1].data}; }
static pair swapped(const pel_call *c) { return (pair){c->in[1].data, c->in[0].data}; }

#define LOOP(fn, T, OP)                                          \
  static PEL_NOINLINE pel_status fn(const pel_call *c, pair p) { \
    const T *a = (const T *)p.a, *b = (const T *)p.b;            \
    uint8_t *o = PEL_OUT(c, uint8_t);                            \
    PEL_EACH_ROW(c, i, { o[i] = a[i] OP b[i]; });                \
    return PEL_OK;                                               \
  }
#define ENTRIES(s)                                                                  \
  static pel_status eq_##s(const pel_call *c) { return equal_##s(c, straight(c)); } \
  static pel_status ne_##s(const pel_call *c) { return other_##s(c, straight(c)); } \
  static pel_status lt_##s(const pel_call *c) { return less_##s(c, straight(c)); }  \
  static pel_status le_##s(const pel_call *c) { return upto_##s(c, straight(c)); }  \
  static pel_status gt_##s(const pel_call *c) { return less_##s(c, swapped(c)); }   \
  static pel_status ge_##s(const pel_call *c) { return upto_##s(c, swapped(c)); }
#define FAMILY(K, T, s)  \
  LOOP(equal_##s, T, ==) \
  LOOP(other_##s, T, !=) \
  LOOP(less_##s, T, <)   \
  LOOP(upto_##s, T, <=)  \
  ENTRIES(s)
PEL_NUM_TYPES(FAMILY)

/* ---- text ---- */

/* Four bytes of the view decide most; big-endian, they order as the text does. */
static int compare_views(const pel_view *a, const pel_view *b) {
  uint32_t x, y;
  memcpy(&x, a->in.bytes, 4);
  memcpy(&y, b->in.bytes, 4);
  if (x != y) return __builtin_bswap32(x) < __builtin_bswap32(y) ? -1 : 1;
  uint32_t n = a->in.n < b->in.n ? a->in.n : b->in.n;
  int r = memcmp(pel_view_bytes(a), pel_view_bytes(b), n);
  if (r) return r;
  return (a->in.n > b->in.n) - (a->in.n < b->in.n);
}

#define TEXT_LOOP(fn, EXPR)                                                \
  static PEL_NOINLINE pel_status fn(const pel_call *c, pair p) {           \
    const pel_view *a = (const pel_view *)p.a, *b = (const pel_view *)p.b; \
    uint8_t *o = PEL_OUT(c, uint8_t);                                      \
    PEL_EACH_VALID(c, i, { o[i] = EXPR; });                                \
    return PEL_OK;                                                         \
  }
TEXT_LOOP(equal_text, pel_view_eq(&a[i], &b[i]))
TEXT_LOOP(other_text, !pel_view_eq(&a[i], &b[i]))
TEXT_LOOP(less_text, compare_views(&a[i], &b[i]) < 0)
TEXT_LOOP(upto_text, compare_views(&a[i], &b[i]) <= 0)
ENTRIES(text)

/* ---- operators ---- */

#define TABLE(op)                                                            \
  static const pel_kernel op##s[PEL_KIND_COUNT] = {                          \
      [PEL_BOOL] = op##_u8,    [PEL_I8] = op##_i8,    [PEL_I16] = op##_i16,  \
      [PEL_I32] = op##_i32,    [PEL_I64] = op##_i64,  [PEL_U8] = op##_u8,    \
      [PEL_U16] = op##_u16,    [PEL_U32] = op##_u32,  [PEL_U64] = op##_u64,  \
      [PEL_F32] = op##_f32,    [PEL_F64] = op##_f64,  [PEL_STR] = op##_text, \
      [PEL_BYTES] = op##_text, [PEL_DATE] = op##_i32, [PEL_TIME] = op##_i64, \
      [PEL_DUR] = op##_i64};                                                 \
  PEL_CHOOSE(choose_##op, op##s, 2, PEL_BOOL)
TABLE(eq)
TABLE(ne)
TABLE(lt)
TABLE(le)
TABLE(gt)
TABLE(ge)

PEL_OP(
    eq, "==", "(a: 'ord, b: 'ord) -> bool", PEL_OP_MAP,
    .props = PEL_PURE | PEL_NULL_STRICT | PEL_COMMUTES,
    .doc = "Whether two values of a type are equal; text by bytes, nan equals nothing.",
    .choose = choose_eq);
PEL_OP(ne, "!=", "(a: 'ord, b: 'ord) -> bool", PEL_OP_MAP,
       .props = PEL_PURE | PEL_NULL_STRICT | PEL_COMMUTES,
       .doc = "Whether two values of a type differ.", .choose = choose_ne);
PEL_OP(lt, "<", "(a: 'ord, b: 'ord) -> bool", PEL_OP_MAP,
       .props = PEL_PURE | PEL_NULL_STRICT,
       .doc = "Whether a comes before b; text by bytes, false before true.",
       .choose = choose_lt);
PEL_OP(le, "<=", "(a: 'ord, b: 'ord) -> bool", PEL_OP_MAP,
       .props = PEL_PURE | PEL_NULL_STRICT,
       .doc = "Whether a comes before b or equals it.", .choose = choose_le);
PEL_OP(gt, ">", "(a: 'ord, b: 'ord) -> bool", PEL_OP_MAP,
       .props = PEL_PURE | PEL_NULL_STRICT, .doc = "Whether a comes after b.",
       .choose = choose_gt);
PEL_OP(ge, ">=", "(a: 'ord, b: 'ord) -> bool", PEL_OP_MAP,
       .props = PEL_PURE | PEL_NULL_STRICT,
       .doc = "Whether a comes after b or equals it.", .choose = choose_ge);
