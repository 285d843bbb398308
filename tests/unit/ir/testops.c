#include "tests/unit/ir/testops.h"

static bool is(const pel_type *const *in, uint32_t nin, pel_kind k) {
  for (uint32_t i = 0; i < nin; i++)
    if (in[i]->kind != k) return false;
  return true;
}

#define ROWS(c, i, ...)                                     \
  for (uint32_t k_ = 0; k_ < (c)->n; k_++) {                \
    uint32_t i = (c)->sel ? (c)->sel[k_] : k_;              \
    if ((c)->state && (c)->state[i] != PEL_VALID) continue; \
    __VA_ARGS__                                             \
  }

#define ARITHMETIC(name, op, checked)                                                \
  static pel_status name##_i64(const pel_call *c) {                                  \
    const int64_t *a = c->in[0].data, *b = c->in[1].data;                            \
    int64_t *out = c->out->data;                                                     \
    ROWS(c, i,                                                                       \
         if (checked(a[i], b[i], &out[i]))(void)                                     \
             pel_call_poison(c, i, "overflow", "overflow");)                         \
    return PEL_OK;                                                                   \
  }                                                                                  \
  static pel_status name##_f64(const pel_call *c) {                                  \
    const double *a = c->in[0].data, *b = c->in[1].data;                             \
    double *out = c->out->data;                                                      \
    ROWS(c, i, out[i] = a[i] op b[i];)                                               \
    return PEL_OK;                                                                   \
  }                                                                                  \
  static pel_kernel choose_##name(const pel_type *const *in, uint32_t nin,           \
                                  const pel_type *out) {                             \
    if (nin != 2 || out->kind != in[0]->kind) return NULL;                           \
    return is(in, 2, PEL_I64) ? name##_i64 : is(in, 2, PEL_F64) ? name##_f64 : NULL; \
  }

ARITHMETIC(add, +, __builtin_add_overflow)
ARITHMETIC(sub, -, __builtin_sub_overflow)
ARITHMETIC(mul, *, __builtin_mul_overflow)

static bool div_checked(int64_t a, int64_t b, int64_t *out) {
  if (b == 0 || (a == INT64_MIN && b == -1)) return true;
  *out = a / b;
  return false;
}
ARITHMETIC(div, /, div_checked)

#define COMPARISON(name, op)                                                         \
  static pel_status name##_i64(const pel_call *c) {                                  \
    const int64_t *a = c->in[0].data, *b = c->in[1].data;                            \
    uint8_t *out = c->out->data;                                                     \
    ROWS(c, i, out[i] = a[i] op b[i];)                                               \
    return PEL_OK;                                                                   \
  }                                                                                  \
  static pel_status name##_f64(const pel_call *c) {                                  \
    const double *a = c->in[0].data, *b = c->in[1].data;                             \
    uint8_t *out = c->out->data;                                                     \
    ROWS(c, i, out[i] = a[i] op b[i];)                                               \
    return PEL_OK;                                                                   \
  }                                                                                  \
  static pel_kernel choose_##name(const pel_type *const *in, uint32_t nin,           \
                                  const pel_type *out) {                             \
    if (nin != 2 || out->kind != PEL_BOOL) return NULL;                              \
    return is(in, 2, PEL_I64) ? name##_i64 : is(in, 2, PEL_F64) ? name##_f64 : NULL; \
  }
COMPARISON(gt, >)
COMPARISON(eq, ==)

static pel_status not_bool(const pel_call *c) {
  const uint8_t *a = c->in[0].data;
  uint8_t *out = c->out->data;
  ROWS(c, i, out[i] = !a[i];)
  return PEL_OK;
}
static pel_kernel choose_not(const pel_type *const *in, uint32_t nin,
                             const pel_type *out) {
  return nin == 1 && is(in, 1, PEL_BOOL) && out->kind == PEL_BOOL ? not_bool : NULL;
}

static pel_status null_any(const pel_call *c) {
  uint8_t *out = c->out->data;
  for (uint32_t k = 0; k < c->n; k++) {
    uint32_t i = c->sel ? c->sel[k] : k;
    out[i] = c->in[0].state && c->in[0].state[i] == PEL_NULL;
  }
  return PEL_OK;
}
static pel_kernel choose_null(const pel_type *const *in, uint32_t nin,
                              const pel_type *out) {
  (void)in;
  return nin == 1 && out->kind == PEL_BOOL ? null_any : NULL;
}

enum { STRICT = PEL_PURE | PEL_NULL_STRICT, FAILS = STRICT | PEL_CAN_FAIL };
#define MAP(id, name_, sig_, props_, choose_)            \
  static const pel_op op_##id = {.size = sizeof(pel_op), \
                                 .abi = PEL_OP_ABI,      \
                                 .name = (name_),        \
                                 .sig = (sig_),          \
                                 .kind = PEL_OP_MAP,     \
                                 .props = (props_),      \
                                 .choose = (choose_)};
MAP(add, "add", "(a: 'num, b: 'num) -> 'num", FAILS | PEL_COMMUTES, choose_add)
MAP(sub, "sub", "(a: 'num, b: 'num) -> 'num", FAILS, choose_sub)
MAP(mul, "mul", "(a: 'num, b: 'num) -> 'num", FAILS | PEL_COMMUTES, choose_mul)
MAP(div, "div", "(a: 'num, b: 'num) -> 'num", FAILS, choose_div)
MAP(gt, "gt", "(a: 'num, b: 'num) -> bool", STRICT, choose_gt)
MAP(eq, "eq", "(a: 'num, b: 'num) -> bool", STRICT | PEL_COMMUTES, choose_eq)
MAP(not, "not", "(a: bool) -> bool", STRICT, choose_not)
MAP(null, "is_null", "(a: 't?) -> bool", PEL_PURE, choose_null)

/* Aggregates: only their types matter here (in[0] is an element). */
static const pel_agg an_agg = {.state_size = 8, .state_align = 8};
static const pel_agg *agg_same(const pel_type *const *in, uint32_t nin,
                               const pel_type *out) {
  return nin == 1 && in[0]->kind == out->kind ? &an_agg : NULL;
}
static const pel_agg *agg_count(const pel_type *const *in, uint32_t nin,
                                const pel_type *out) {
  (void)in;
  return nin == 1 && out->kind == PEL_I64 ? &an_agg : NULL;
}
static const pel_agg *agg_list(const pel_type *const *in, uint32_t nin,
                               const pel_type *out) {
  (void)in;
  return nin == 1 && out->kind == PEL_LIST ? &an_agg : NULL;
}
#define AGG(id, name_, choose_)                          \
  static const pel_op op_##id = {.size = sizeof(pel_op), \
                                 .abi = PEL_OP_ABI,      \
                                 .name = (name_),        \
                                 .sig = "agg",           \
                                 .kind = PEL_OP_AGG,     \
                                 .props = PEL_PURE,      \
                                 .choose_agg = (choose_)};
AGG(sum, "sum", agg_same)
AGG(min, "min", agg_same)
AGG(len, "len", agg_count)
AGG(len_distinct, "len_distinct", agg_count)
AGG(collect, "collect", agg_list)

#define ROW(id, name_, kind_)                            \
  static const pel_op op_##id = {.size = sizeof(pel_op), \
                                 .abi = PEL_OP_ABI,      \
                                 .name = (name_),        \
                                 .sig = "rows",          \
                                 .kind = (kind_)};
ROW(read_csv, "read_csv", PEL_OP_SOURCE)
ROW(write_csv, "write_csv", PEL_OP_SINK)
ROW(group, "group", PEL_OP_BREAKER)
ROW(sort, "sort", PEL_OP_BREAKER)
ROW(distinct, "distinct", PEL_OP_BREAKER)
ROW(slice, "slice", PEL_OP_BREAKER)
ROW(unlist, "unlist", PEL_OP_BREAKER)
ROW(join, "join", PEL_OP_PROBE)

static const pel_op *const table[] = {
    &op_add,     &op_sub,      &op_mul,       &op_div,   &op_gt,   &op_eq,
    &op_not,     &op_null,     &op_sum,       &op_min,   &op_len,  &op_len_distinct,
    &op_collect, &op_read_csv, &op_write_csv, &op_group, &op_sort, &op_distinct,
    &op_slice,   &op_unlist,   &op_join,      NULL};
const pel_op *const *const pel_test_ops[1] = {table};
