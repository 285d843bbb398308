#include "stdlib/core/compare.h"

/* Comparisons of numbers of two types that no type holds together (i64 with u64 or f64
 * …): exact, nothing is rounded. Each side is widened to i64, u64 or f64, which is exact;
 * the three kinds are then compared two by two. */

typedef enum wide_kind { WIDE_I64, WIDE_U64, WIDE_F64 } wide_kind;

typedef union wide {
  int64_t i[PEL_BLOCK_ROWS];
  uint64_t u[PEL_BLOCK_ROWS];
  double f[PEL_BLOCK_ROWS];
} wide;

/* How a stands to b. */
enum { LESS, EQUAL, MORE, UNORDERED };

static wide_kind widen(const pel_call *c, uint32_t k, wide *w) {
#define WIDEN(K, T, field, kind)                 \
  case K: {                                      \
    const T *v = PEL_IN(c, k, T);                \
    PEL_EACH_ROW(c, i, { w->field[i] = v[i]; }); \
    return kind;                                 \
  }
  switch ((int)c->in[k].type->kind) {
    WIDEN(PEL_I8, int8_t, i, WIDE_I64)
    WIDEN(PEL_I16, int16_t, i, WIDE_I64)
    WIDEN(PEL_I32, int32_t, i, WIDE_I64)
    WIDEN(PEL_I64, int64_t, i, WIDE_I64)
    WIDEN(PEL_U8, uint8_t, u, WIDE_U64)
    WIDEN(PEL_U16, uint16_t, u, WIDE_U64)
    WIDEN(PEL_U32, uint32_t, u, WIDE_U64)
    WIDEN(PEL_U64, uint64_t, u, WIDE_U64)
    WIDEN(PEL_F32, float, f, WIDE_F64)
    default:
      WIDEN(PEL_F64, double, f, WIDE_F64)
  }
}

#define ORDER(a, b) ((a) < (b) ? LESS : (a) > (b) ? MORE : EQUAL)

static int order_iu(int64_t a, uint64_t b) {
  return a < 0 ? LESS : ORDER((uint64_t)a, b);
}

/* The whole part decides, then what is behind the point. */
static int order_if(int64_t a, double b) {
  if (b != b) return UNORDERED;
  if (b >= 0x1p63) return LESS;
  if (b < -0x1p63) return MORE;
  int64_t t = (int64_t)b;
  return a != t ? ORDER(a, t) : ORDER(0.0, b - (double)t);
}

static int order_uf(uint64_t a, double b) {
  if (b != b) return UNORDERED;
  if (b >= 0x1p64) return LESS;
  if (b < 0) return MORE;
  uint64_t t = (uint64_t)b;
  return a != t ? ORDER(a, t) : ORDER(0.0, b - (double)t);
}

static int order_ff(double a, double b) {
  return a != a || b != b ? UNORDERED : ORDER(a, b);
}

static int turn(int order) { return order == LESS ? MORE : order == MORE ? LESS : order; }

/* answers[order]: what the operator says. */
static pel_status compare(const pel_call *c, const uint8_t answers[4]) {
  wide a, b;
  int kinds = 3 * (int)widen(c, 0, &a) + (int)widen(c, 1, &b);
  uint8_t *o = PEL_OUT(c, uint8_t);
#define CASE(x, y, EXPR)                           \
  case 3 * (x) + (y):                              \
    PEL_EACH_ROW(c, i, { o[i] = answers[EXPR]; }); \
    break;
  switch (kinds) {
    CASE(WIDE_I64, WIDE_I64, ORDER(a.i[i], b.i[i]))
    CASE(WIDE_I64, WIDE_U64, order_iu(a.i[i], b.u[i]))
    CASE(WIDE_I64, WIDE_F64, order_if(a.i[i], b.f[i]))
    CASE(WIDE_U64, WIDE_I64, turn(order_iu(b.i[i], a.u[i])))
    CASE(WIDE_U64, WIDE_U64, ORDER(a.u[i], b.u[i]))
    CASE(WIDE_U64, WIDE_F64, order_uf(a.u[i], b.f[i]))
    CASE(WIDE_F64, WIDE_I64, turn(order_if(b.i[i], a.f[i])))
    CASE(WIDE_F64, WIDE_U64, turn(order_uf(b.u[i], a.f[i])))
    CASE(WIDE_F64, WIDE_F64, order_ff(a.f[i], b.f[i]))
    default:
      break;
  }
  return PEL_OK;
}

#define OPERATOR(name, less, equal, more, unordered)                       \
  static pel_status name(const pel_call *c) {                              \
    static const uint8_t answers[4] = {less, equal, more, unordered};      \
    return compare(c, answers);                                            \
  }                                                                        \
  static pel_kernel choose_##name(const pel_type *const *in, uint32_t nin, \
                                  const pel_type *out) {                   \
    bool ok = nin == 2 && out->kind == PEL_BOOL;                           \
    for (uint32_t k = 0; ok && k < 2; k++)                                 \
      ok = in[k]->kind >= PEL_I8 && in[k]->kind <= PEL_F64;                \
    return ok ? name : NULL;                                               \
  }
OPERATOR(eq, 0, 1, 0, 0)
OPERATOR(ne, 1, 0, 1, 1)
OPERATOR(lt, 1, 0, 0, 0)
OPERATOR(le, 1, 1, 0, 0)
OPERATOR(gt, 0, 0, 1, 0)
OPERATOR(ge, 0, 1, 1, 0)

pel_kernel pel__choose_eq_mixed(const pel_type *const *in, uint32_t nin,
                                const pel_type *out) {
  return choose_eq(in, nin, out);
}

PEL_OP(eq_mixed, "==", "(a: 'num1, b: 'num2) -> bool", PEL_OP_MAP,
       .props = PEL_PURE | PEL_NULL_STRICT | PEL_COMMUTES,
       .doc = "Whether numbers of two types are equal, exactly.", .choose = choose_eq);
PEL_OP(ne_mixed, "!=", "(a: 'num1, b: 'num2) -> bool", PEL_OP_MAP,
       .props = PEL_PURE | PEL_NULL_STRICT | PEL_COMMUTES,
       .doc = "Whether numbers of two types differ, exactly.", .choose = choose_ne);
PEL_OP(lt_mixed, "<", "(a: 'num1, b: 'num2) -> bool", PEL_OP_MAP,
       .props = PEL_PURE | PEL_NULL_STRICT,
       .doc = "Whether a number is less than one of another type, exactly.",
       .choose = choose_lt);
PEL_OP(le_mixed, "<=", "(a: 'num1, b: 'num2) -> bool", PEL_OP_MAP,
       .props = PEL_PURE | PEL_NULL_STRICT,
       .doc = "Whether a number is at most one of another type, exactly.",
       .choose = choose_le);
PEL_OP(gt_mixed, ">", "(a: 'num1, b: 'num2) -> bool", PEL_OP_MAP,
       .props = PEL_PURE | PEL_NULL_STRICT,
       .doc = "Whether a number is more than one of another type, exactly.",
       .choose = choose_gt);
PEL_OP(ge_mixed, ">=", "(a: 'num1, b: 'num2) -> bool", PEL_OP_MAP,
       .props = PEL_PURE | PEL_NULL_STRICT,
       .doc = "Whether a number is at least one of another type, exactly.",
       .choose = choose_ge);
