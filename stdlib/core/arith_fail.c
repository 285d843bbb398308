#include "runtime/base/num_print.h"
#include "stdlib/core/arith.h"

const char *pel__kind_word(pel_kind k) {
  static const char *const words[PEL_KIND_COUNT] = {
      "?",   "bool", "i8",  "i16",   "i32",  "i64",  "u8",  "u16",  "u32",   "u64",
      "f32", "f64",  "str", "bytes", "date", "time", "dur", "list", "record"};
  return k < PEL_KIND_COUNT ? words[k] : "?";
}

pel_i128 pel__kind_min(pel_kind k) {
  switch (k) {
    case PEL_I8:
      return INT8_MIN;
    case PEL_I16:
      return INT16_MIN;
    case PEL_I32:
      return INT32_MIN;
    case PEL_I64:
    case PEL_TIME:
    case PEL_DUR:
      return INT64_MIN;
    case PEL_DATE:
      return INT32_MIN;
    case PEL_KIND_NONE:
    case PEL_BOOL:
    case PEL_U8:
    case PEL_U16:
    case PEL_U32:
    case PEL_U64:
    case PEL_F32:
    case PEL_F64:
    case PEL_STR:
    case PEL_BYTES:
    case PEL_LIST:
    case PEL_RECORD:
    case PEL_KIND_COUNT:
      break;
  }
  return 0;
}

pel_i128 pel__kind_max(pel_kind k) {
  switch (k) {
    case PEL_BOOL:
      return 1;
    case PEL_I8:
      return INT8_MAX;
    case PEL_I16:
      return INT16_MAX;
    case PEL_I32:
    case PEL_DATE:
      return INT32_MAX;
    case PEL_U8:
      return UINT8_MAX;
    case PEL_U16:
      return UINT16_MAX;
    case PEL_U32:
      return UINT32_MAX;
    case PEL_U64:
      return UINT64_MAX;
    case PEL_I64:
    case PEL_TIME:
    case PEL_DUR:
      return INT64_MAX;
    case PEL_KIND_NONE:
    case PEL_F32:
    case PEL_F64:
    case PEL_STR:
    case PEL_BYTES:
    case PEL_LIST:
    case PEL_RECORD:
    case PEL_KIND_COUNT:
      break;
  }
  return 0;
}

pel_i128 pel__col_int(const pel_col *c, uint32_t row) {
  switch (c->type->kind) {
    case PEL_BOOL:
    case PEL_U8:
      return ((const uint8_t *)c->data)[row];
    case PEL_I8:
      return ((const int8_t *)c->data)[row];
    case PEL_I16:
      return ((const int16_t *)c->data)[row];
    case PEL_U16:
      return ((const uint16_t *)c->data)[row];
    case PEL_I32:
    case PEL_DATE:
      return ((const int32_t *)c->data)[row];
    case PEL_U32:
      return ((const uint32_t *)c->data)[row];
    case PEL_I64:
    case PEL_TIME:
    case PEL_DUR:
      return ((const int64_t *)c->data)[row];
    case PEL_U64:
      return ((const uint64_t *)c->data)[row];
    case PEL_KIND_NONE:
    case PEL_F32:
    case PEL_F64:
    case PEL_STR:
    case PEL_BYTES:
    case PEL_LIST:
    case PEL_RECORD:
    case PEL_KIND_COUNT:
      break;
  }
  return 0;
}

bool pel__int_pow(pel_i128 a, pel_i128 b, pel_kind k, pel_i128 *out) {
  pel_i128 lo = pel__kind_min(k), hi = pel__kind_max(k), r = 1;
  if (a == 0 || a == 1 || b == 0) {
    *out = b == 0 ? 1 : a;
    return true;
  }
  if (a == -1) {
    *out = b & 1 ? -1 : 1;
    return true;
  }
  if (b > 64) return false; /* |a| ≥ 2 */
  for (uint32_t i = 0; i < (uint32_t)b;
       i++) /* |r| grows: what has left the range stays outside */
    if (__builtin_mul_overflow(r, a, &r) || r < lo || r > hi) return false;
  *out = r;
  return true;
}

typedef struct operands {
  pel_i128 a, b;
  pel_kind kind;
} operands;

/* NULL: the row is fine. */
static const char *failure_of(pel_arith op, const operands *x) {
  pel_i128 r = 0;
  switch (op) {
    case PEL_ARITH_ADD:
      r = x->a + x->b;
      break;
    case PEL_ARITH_SUB:
      r = x->a - x->b;
      break;
    case PEL_ARITH_MUL:
      if (__builtin_mul_overflow(x->a, x->b, &r)) return "overflow";
      break;
    case PEL_ARITH_DIV:
      if (x->b == 0) return "division by zero";
      r = x->a / x->b;
      break;
    case PEL_ARITH_MOD:
      return x->b == 0 ? "division by zero" : NULL;
    case PEL_ARITH_POW:
      if (x->b < 0) return "negative exponent";
      return pel__int_pow(x->a, x->b, x->kind, &r) ? NULL : "overflow";
    case PEL_ARITH_NEG:
      r = -x->a;
      break;
    case PEL_ARITH_ABS:
      r = x->a < 0 ? -x->a : x->a;
      break;
  }
  return r < pel__kind_min(x->kind) || r > pel__kind_max(x->kind) ? "overflow" : NULL;
}

static void report(const pel_call *c, uint32_t row, pel_arith op, const operands *x,
                   const char *code) {
  static const char *const signs[] = {"+", "-", "*", "div", "%", "^", "-", "abs"};
  char a[PEL_PRINT_I128 + 1], b[PEL_PRINT_I128 + 1];
  a[pel__print_i128(x->a, a)] = 0;
  b[pel__print_i128(x->b, b)] = 0;
  const char *kind = pel__kind_word(x->kind);
  if (op == PEL_ARITH_NEG)
    (void)pel_call_poison(c, row, code, "-(%s) does not fit %s", a, kind);
  else if (op == PEL_ARITH_ABS)
    (void)pel_call_poison(c, row, code, "abs(%s) does not fit %s", a, kind);
  else if (code[0] == 'o')
    (void)pel_call_poison(c, row, code, "%s %s %s does not fit %s", a, signs[op], b,
                          kind);
  else if (code[0] == 'n')
    (void)pel_call_poison(c, row, code, "%s ^ %s: integers have no negative powers", a,
                          b);
  else
    (void)pel_call_poison(c, row, code, "%s %s 0", a, signs[op]);
}

pel_status pel__arith_fail(const pel_call *c, pel_arith op) {
  PEL_EACH_VALID(c, i, {
    operands x = {pel__col_int(&c->in[0], i), 0, c->out->type->kind};
    if (c->nin > 1) x.b = pel__col_int(&c->in[1], i);
    const char *code = failure_of(op, &x);
    if (code) report(c, i, op, &x, code);
  });
  return PEL_OK;
}
