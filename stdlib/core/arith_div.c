#include "stdlib/core/arith.h"

/* div, % and ^ on integers, and arithmetic that wraps around. */

#define LOOP(fn, T, BODY, op)                           \
  static pel_status fn(const pel_call *c) {             \
    const T *a = PEL_IN(c, 0, T), *b = PEL_IN(c, 1, T); \
    T *o = PEL_OUT(c, T);                               \
    uint32_t bad = 0;                                   \
    PEL_EACH_ROW(c, i, {                                \
      T x = a[i], y = b[i], r;                          \
      BODY;                                             \
      o[i] = r;                                         \
    });                                                 \
    return bad ? pel__arith_fail(c, op) : PEL_OK;       \
  }

/* A divisor the processor refuses is replaced by 1 and noted. */
#define DIV_SIGNED(T, MIN)                         \
  uint32_t no = y == 0 || (x == (MIN) && y == -1); \
  bad |= no;                                       \
  y = no ? 1 : y;                                  \
  r = (T)(x / y);                                  \
  r = (T)(r - ((x % y != 0) & ((x < 0) != (y < 0))))
#define MOD_SIGNED(T)                   \
  bad |= y == 0;                        \
  T d = (T)(y == 0 || y == -1 ? 1 : y); \
  r = (T)(x % d);                       \
  if (r != 0 && (r < 0) != (d < 0)) r = (T)(r + d)
#define DIV_UNSIGNED(T) bad |= y == 0, r = (T)(x / (y ? y : 1))
#define MOD_UNSIGNED(T) bad |= y == 0, r = (T)(x % (y ? y : 1))

/* Repeated squaring; what overflows is found again, exactly, by the report. */
#define POW(T, NEGATIVE)                                   \
  uint32_t fail = 0;                                       \
  r = 1;                                                   \
  if (NEGATIVE)                                            \
    fail = 1;                                              \
  else if (x == 0 || x == 1)                               \
    r = (T)(y == 0 ? 1 : x);                               \
  else                                                     \
    for (T s = x;;) {                                      \
      if (y & 1) fail |= __builtin_mul_overflow(r, s, &r); \
      y = (T)(y / 2);                                      \
      if (!y || fail) break;                               \
      T q;                                                 \
      if (__builtin_mul_overflow(s, s, &q)) {              \
        fail = 1;                                          \
        break;                                             \
      }                                                    \
      s = q;                                               \
    }                                                      \
  bad |= fail

#define SIGNED(T, s, MIN)                             \
  LOOP(div_##s, T, DIV_SIGNED(T, MIN), PEL_ARITH_DIV) \
  LOOP(mod_##s, T, MOD_SIGNED(T), PEL_ARITH_MOD)      \
  LOOP(pow_##s, T, POW(T, y < 0), PEL_ARITH_POW)
#define UNSIGNED(T, s)                             \
  LOOP(div_##s, T, DIV_UNSIGNED(T), PEL_ARITH_DIV) \
  LOOP(mod_##s, T, MOD_UNSIGNED(T), PEL_ARITH_MOD) \
  LOOP(pow_##s, T, POW(T, false), PEL_ARITH_POW)

SIGNED(int8_t, i8, INT8_MIN)
SIGNED(int16_t, i16, INT16_MIN)
SIGNED(int32_t, i32, INT32_MIN)
SIGNED(int64_t, i64, INT64_MIN)
UNSIGNED(uint8_t, u8)
UNSIGNED(uint16_t, u16)
UNSIGNED(uint32_t, u32)
UNSIGNED(uint64_t, u64)

/* Two's complement is the same loop for both signs. */
#define WRAP(fn, U, op)                                                    \
  static pel_status fn(const pel_call *c) {                                \
    const U *a = PEL_IN(c, 0, U), *b = PEL_IN(c, 1, U);                    \
    U *o = PEL_OUT(c, U);                                                  \
    PEL_EACH_ROW(c, i, { o[i] = (U)((uint64_t)a[i] op(uint64_t) b[i]); }); \
    return PEL_OK;                                                         \
  }
#define WRAPS(U, w)            \
  WRAP(wrapping_add_##w, U, +) \
  WRAP(wrapping_sub_##w, U, -) \
  WRAP(wrapping_mul_##w, U, *)
WRAPS(uint8_t, 8)
WRAPS(uint16_t, 16)
WRAPS(uint32_t, 32)
WRAPS(uint64_t, 64)

#define TABLE(name)                                                           \
  static const pel_kernel name##s[PEL_KIND_COUNT] = {                         \
      [PEL_I8] = name##_i8,   [PEL_I16] = name##_i16, [PEL_I32] = name##_i32, \
      [PEL_I64] = name##_i64, [PEL_U8] = name##_u8,   [PEL_U16] = name##_u16, \
      [PEL_U32] = name##_u32, [PEL_U64] = name##_u64}
#define WRAP_TABLE(name)                                                   \
  static const pel_kernel name##s[PEL_KIND_COUNT] = {                      \
      [PEL_I8] = name##_8,   [PEL_I16] = name##_16, [PEL_I32] = name##_32, \
      [PEL_I64] = name##_64, [PEL_U8] = name##_8,   [PEL_U16] = name##_16, \
      [PEL_U32] = name##_32, [PEL_U64] = name##_64}
TABLE(div);
TABLE(mod);
TABLE(pow);
WRAP_TABLE(wrapping_add);
WRAP_TABLE(wrapping_sub);
WRAP_TABLE(wrapping_mul);
PEL_CHOOSE(choose_div, divs, 2, PEL_KIND_NONE)
PEL_CHOOSE(choose_mod, mods, 2, PEL_KIND_NONE)
PEL_CHOOSE(choose_pow, pows, 2, PEL_KIND_NONE)
PEL_CHOOSE(choose_wrapping_add, wrapping_adds, 2, PEL_KIND_NONE)
PEL_CHOOSE(choose_wrapping_sub, wrapping_subs, 2, PEL_KIND_NONE)
PEL_CHOOSE(choose_wrapping_mul, wrapping_muls, 2, PEL_KIND_NONE)

PEL_OP(div_int, "div", "(a: 'int, b: 'int) -> 'int", PEL_OP_MAP,
       .props = PEL_PURE | PEL_NULL_STRICT | PEL_CAN_FAIL,
       .doc =
           "The quotient of integers, floored: div(-7, 2) is -4.\n"
           "Fails when b is 0 or the quotient does not fit.",
       .choose = choose_div);
PEL_OP(mod_int, "%", "(a: 'int, b: 'int) -> 'int", PEL_OP_MAP,
       .props = PEL_PURE | PEL_NULL_STRICT | PEL_CAN_FAIL,
       .doc = "What div leaves, with the sign of b: -7 % 2 is 1.\nFails when b is 0.",
       .choose = choose_mod);
PEL_OP(pow_int, "^", "(a: 'int, b: 'int) -> 'int", PEL_OP_MAP,
       .props = PEL_PURE | PEL_NULL_STRICT | PEL_CAN_FAIL,
       .doc =
           "a to the power b, by repeated squaring.\nFails when it does not fit or b is "
           "negative.",
       .choose = choose_pow);
PEL_OP(wrapping_add, "wrapping_add", "(a: 'int, b: 'int) -> 'int", PEL_OP_MAP,
       .props = PEL_PURE | PEL_NULL_STRICT | PEL_COMMUTES,
       .doc = "The sum of integers modulo 2 to the width of their type.",
       .choose = choose_wrapping_add);
PEL_OP(wrapping_sub, "wrapping_sub", "(a: 'int, b: 'int) -> 'int", PEL_OP_MAP,
       .props = PEL_PURE | PEL_NULL_STRICT,
       .doc = "The difference of integers modulo 2 to the width of their type.",
       .choose = choose_wrapping_sub);
PEL_OP(wrapping_mul, "wrapping_mul", "(a: 'int, b: 'int) -> 'int", PEL_OP_MAP,
       .props = PEL_PURE | PEL_NULL_STRICT | PEL_COMMUTES,
       .doc = "The product of integers modulo 2 to the width of their type.",
       .choose = choose_wrapping_mul);
