#include "stdlib/core/arith.h"

/* + - * on integers, negation and abs: a loop that always computes and only notes whether
 * some row failed. */

/* What a loop notes is negative (signed) or not zero. */
#define ADD_SIGNED(T, U) r = (T)((U)x + (U)y), bad |= (T)((x ^ r) & (y ^ r))
#define SUB_SIGNED(T, U) r = (T)((U)x - (U)y), bad |= (T)((x ^ y) & (x ^ r))
#define ADD_UNSIGNED(T, U) r = (T)(x + y), bad |= (T)(r < x)
#define SUB_UNSIGNED(T, U) r = (T)(x - y), bad |= (T)(x < y)
#define MUL_NARROW(T, W)  \
  W w = (W)((W)x * (W)y); \
  r = (T)w, bad |= (T)((W)r != w)
#define MUL_WIDE(T, W) bad |= (T)__builtin_mul_overflow(x, y, &r)

#define BINARY(fn, T, BODY, BAD, op)                    \
  static pel_status fn(const pel_call *c) {             \
    const T *a = PEL_IN(c, 0, T), *b = PEL_IN(c, 1, T); \
    T *o = PEL_OUT(c, T), bad = 0;                      \
    PEL_EACH_ROW(c, i, {                                \
      T x = a[i], y = b[i], r;                          \
      BODY;                                             \
      o[i] = r;                                         \
    });                                                 \
    return (BAD) ? pel__arith_fail(c, op) : PEL_OK;     \
  }

#define UNARY(fn, T, BODY, op)                    \
  static pel_status fn(const pel_call *c) {       \
    const T *a = PEL_IN(c, 0, T);                 \
    T *o = PEL_OUT(c, T), bad = 0;                \
    PEL_EACH_ROW(c, i, {                          \
      T x = a[i], r;                              \
      BODY;                                       \
      o[i] = r;                                   \
    });                                           \
    return bad ? pel__arith_fail(c, op) : PEL_OK; \
  }

#define SIGNED(T, U, s)                                                                  \
  BINARY(add_##s, T, ADD_SIGNED(T, U), bad < 0, PEL_ARITH_ADD)                           \
  BINARY(sub_##s, T, SUB_SIGNED(T, U), bad < 0, PEL_ARITH_SUB)                           \
  UNARY(neg_##s, T, (r = (T)((U)0 - (U)x), bad |= (T)(x == r && x != 0)), PEL_ARITH_NEG) \
  UNARY(abs_##s, T, (r = (T)(x < 0 ? (U)0 - (U)x : (U)x), bad |= (T)(r < 0)),            \
        PEL_ARITH_ABS)
#define UNSIGNED(T, s)                                                    \
  BINARY(add_##s, T, ADD_UNSIGNED(T, T), bad != 0, PEL_ARITH_ADD)         \
  BINARY(sub_##s, T, SUB_UNSIGNED(T, T), bad != 0, PEL_ARITH_SUB)         \
  UNARY(neg_##s, T, (r = (T)(0u - x), bad |= (T)(x != 0)), PEL_ARITH_NEG) \
  UNARY(abs_##s, T, r = x, PEL_ARITH_ABS)

SIGNED(int8_t, uint8_t, i8)
SIGNED(int16_t, uint16_t, i16)
SIGNED(int32_t, uint32_t, i32)
SIGNED(int64_t, uint64_t, i64)
UNSIGNED(uint8_t, u8)
UNSIGNED(uint16_t, u16)
UNSIGNED(uint32_t, u32)
UNSIGNED(uint64_t, u64)
BINARY(mul_i8, int8_t, MUL_NARROW(int8_t, int16_t), bad != 0, PEL_ARITH_MUL)
BINARY(mul_i16, int16_t, MUL_NARROW(int16_t, int32_t), bad != 0, PEL_ARITH_MUL)
BINARY(mul_i32, int32_t, MUL_NARROW(int32_t, int64_t), bad != 0, PEL_ARITH_MUL)
BINARY(mul_i64, int64_t, MUL_WIDE(int64_t, ), bad != 0, PEL_ARITH_MUL)
BINARY(mul_u8, uint8_t, MUL_NARROW(uint8_t, uint16_t), bad != 0, PEL_ARITH_MUL)
BINARY(mul_u16, uint16_t, MUL_NARROW(uint16_t, uint32_t), bad != 0, PEL_ARITH_MUL)
BINARY(mul_u32, uint32_t, MUL_NARROW(uint32_t, uint64_t), bad != 0, PEL_ARITH_MUL)
BINARY(mul_u64, uint64_t, MUL_WIDE(uint64_t, ), bad != 0, PEL_ARITH_MUL)

#define TABLE(name)                                                           \
  static const pel_kernel name##s[PEL_KIND_COUNT] = {                         \
      [PEL_I8] = name##_i8,   [PEL_I16] = name##_i16, [PEL_I32] = name##_i32, \
      [PEL_I64] = name##_i64, [PEL_U8] = name##_u8,   [PEL_U16] = name##_u16, \
      [PEL_U32] = name##_u32, [PEL_U64] = name##_u64};
TABLE(add)
TABLE(sub)
TABLE(mul)
TABLE(neg)
TABLE(abs)
PEL_CHOOSE(choose_add, adds, 2, PEL_KIND_NONE)
PEL_CHOOSE(choose_sub, subs, 2, PEL_KIND_NONE)
PEL_CHOOSE(choose_mul, muls, 2, PEL_KIND_NONE)
PEL_CHOOSE(choose_neg, negs, 1, PEL_KIND_NONE)
PEL_CHOOSE(choose_abs, abss, 1, PEL_KIND_NONE)

PEL_OP(add_int, "+", "(a: 'int, b: 'int) -> 'int", PEL_OP_MAP,
       .props = PEL_PURE | PEL_NULL_STRICT | PEL_CAN_FAIL | PEL_COMMUTES,
       .doc = "The sum of integers; fails when it does not fit.", .choose = choose_add);
PEL_OP(sub_int, "-", "(a: 'int, b: 'int) -> 'int", PEL_OP_MAP,
       .props = PEL_PURE | PEL_NULL_STRICT | PEL_CAN_FAIL,
       .doc = "The difference of integers; fails when it does not fit.",
       .choose = choose_sub);
PEL_OP(mul_int, "*", "(a: 'int, b: 'int) -> 'int", PEL_OP_MAP,
       .props = PEL_PURE | PEL_NULL_STRICT | PEL_CAN_FAIL | PEL_COMMUTES,
       .doc = "The product of integers; fails when it does not fit.",
       .choose = choose_mul);
PEL_OP(neg_int, "-", "(a: 'int) -> 'int", PEL_OP_MAP,
       .props = PEL_PURE | PEL_NULL_STRICT | PEL_CAN_FAIL,
       .doc = "An integer with the other sign; fails when it does not fit.",
       .choose = choose_neg);
PEL_OP(abs_int, "abs", "(a: 'int) -> 'int", PEL_OP_MAP,
       .props = PEL_PURE | PEL_NULL_STRICT | PEL_CAN_FAIL,
       .doc = "An integer without its sign; fails when it does not fit.",
       .choose = choose_abs);
