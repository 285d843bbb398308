/* A table of operators that only types are asked of: signatures as the standard ones have
 * them, kernels that never run. */
#include "tests/unit/sema/ops.h"

static pel_status never(const pel_call *c) {
  (void)c;
  return PEL_E_INTERNAL;
}

static bool is_int(pel_kind k) { return k >= PEL_I8 && k <= PEL_U64; }
static bool is_float(pel_kind k) { return k == PEL_F32 || k == PEL_F64; }

static pel_kernel any(const pel_type *const *in, uint32_t n, const pel_type *out) {
  (void)in, (void)n, (void)out;
  return never;
}

static pel_kernel ints(const pel_type *const *in, uint32_t n, const pel_type *out) {
  (void)out;
  for (uint32_t i = 0; i < n; i++)
    if (!is_int(in[i]->kind)) return NULL;
  return never;
}

static pel_kernel floats(const pel_type *const *in, uint32_t n, const pel_type *out) {
  (void)out;
  for (uint32_t i = 0; i < n; i++)
    if (!is_float(in[i]->kind)) return NULL;
  return never;
}

static pel_kernel mixed(const pel_type *const *in, uint32_t n, const pel_type *out) {
  (void)n, (void)out;
  return in[0]->kind != in[1]->kind ? never : NULL;
}

static const pel_type *quotient(const pel_type *const *in, uint32_t n) {
  static const pel_type f32 = {.kind = PEL_F32}, f64 = {.kind = PEL_F64};
  (void)n;
  return in[0]->kind == PEL_F32 ? &f32 : &f64;
}

static const pel_type *total(const pel_type *const *in, uint32_t n) {
  static const pel_type i64 = {.kind = PEL_I64}, u64 = {.kind = PEL_U64};
  if (n != 1 || !is_int(in[0]->kind)) return NULL;
  return in[0]->kind <= PEL_I64 ? &i64 : &u64;
}

static const pel_agg agg;
static const pel_agg *scalars(const pel_type *const *in, uint32_t n,
                              const pel_type *out) {
  (void)n, (void)out;
  return in[0]->kind <= PEL_DUR ? &agg : NULL;
}
static const pel_agg *all_kinds(const pel_type *const *in, uint32_t n,
                                const pel_type *out) {
  (void)in, (void)n, (void)out;
  return &agg;
}

#define MAP(name_, sig_, props_, choose_)                                  \
  {                                                                        \
    .size = sizeof(pel_op), .abi = PEL_OP_ABI, .name = name_, .sig = sig_, \
    .kind = PEL_OP_MAP, .props = props_, .choose = choose_                 \
  }
#define AGG(name_, sig_, props_, choose_)                                  \
  {                                                                        \
    .size = sizeof(pel_op), .abi = PEL_OP_ABI, .name = name_, .sig = sig_, \
    .kind = PEL_OP_AGG, .props = props_, .choose_agg = choose_             \
  }
#define ARITH(name)                                                          \
  MAP(name, "(a: 'int, b: 'int) -> 'int", PEL_PURE | PEL_NULL_STRICT, ints), \
      MAP(name, "(a: 'num, b: 'num) -> 'num", PEL_PURE | PEL_NULL_STRICT, floats)
#define COMPARE(name)                                                       \
  MAP(name, "(a: 'ord, b: 'ord) -> bool", PEL_PURE | PEL_NULL_STRICT, any), \
      MAP(name, "(a: 'num1, b: 'num2) -> bool", PEL_PURE | PEL_NULL_STRICT, mixed)
#define FORMAT(name_, sig_, kind_)                                         \
  {                                                                        \
    .size = sizeof(pel_op), .abi = PEL_OP_ABI, .name = name_, .sig = sig_, \
    .kind = kind_, .infer = rig_infer                                      \
  }

static pel_status rig_infer(const pel_infer *in, const pel_type **row, pel_error *e) {
  (void)in, (void)row;
  return pel_error_set(e, PEL_E_INTERNAL, "the world answers, not the reader");
}

enum { STRICT = PEL_PURE | PEL_NULL_STRICT };
static const pel_op rows[] = {
    ARITH("+"),
    ARITH("-"),
    ARITH("*"),
    ARITH("%"),
    ARITH("^"),
    {.size = sizeof(pel_op),
     .abi = PEL_OP_ABI,
     .name = "/",
     .sig = "(a: 'num, b: 'num)",
     .kind = PEL_OP_MAP,
     .props = STRICT,
     .choose = any,
     .result = quotient},
    MAP("-", "(a: 'num) -> 'num", STRICT, any),
    MAP("-", "(a: dur) -> dur", STRICT, any),
    MAP("+", "(a: str, b: str) -> str", STRICT, any),
    MAP("+", "(t: time, d: dur) -> time", STRICT, any),
    MAP("-", "(a: time, b: time) -> dur", STRICT, any),
    MAP("-", "(a: date, b: date) -> dur", STRICT, any),
    MAP("*", "(a: dur, n: i64) -> dur", STRICT, any),
    MAP("/", "(a: dur, b: dur) -> f64", STRICT, any),
    COMPARE("=="),
    COMPARE("!="),
    COMPARE("<"),
    COMPARE("<="),
    COMPARE(">"),
    COMPARE(">="),
    MAP("not", "(a: bool) -> bool", STRICT, any),
    MAP("is_null", "(a: 'any?) -> bool", PEL_PURE, any),
    MAP("abs", "(a: 'num) -> 'num", STRICT, any),
    MAP("sqrt", "(x: 'float) -> 'float", STRICT, floats),
    MAP("round", "(x: 'float, digits: i64 = 0) -> 'float", STRICT, any),
    MAP("least", "(a: 'ord, b: 'ord...) -> 'ord", STRICT, any),
    MAP("mute", "(x: 'any) -> 'any2", STRICT, any), /* its result has no type */
    MAP("lower", "(s: str) -> str", STRICT, any),
    MAP("loose", "(s: str) -> str", PEL_PURE, any),
    MAP("trunc", "(d: date, unit: str) -> date", STRICT, any),
    MAP("trunc", "(t: time, unit: str) -> time", STRICT, any),
    MAP("date", "(year: i64, month: i64, day: i64) -> date", STRICT, any),
    AGG("len", "(xs: [*]'t) -> i64", PEL_PURE, all_kinds),
    MAP("len", "(s: str) -> i64", STRICT, any),
    {.size = sizeof(pel_op),
     .abi = PEL_OP_ABI,
     .name = "sum",
     .sig = "(xs: [*]'int?)",
     .kind = PEL_OP_AGG,
     .props = PEL_PURE,
     .choose_agg = scalars,
     .result = total},
    AGG("sum", "(xs: [*]f32?) -> f32", PEL_PURE, scalars),
    AGG("sum", "(xs: [*]f64?) -> f64", PEL_PURE, scalars),
    AGG("mean", "(xs: [*]f32) -> f32", PEL_PURE | PEL_SKIPS_NULLS | PEL_NONE_FAILS,
        scalars),
    AGG("mean", "(xs: [*]'num) -> f64", PEL_PURE | PEL_SKIPS_NULLS | PEL_NONE_FAILS,
        scalars),
    AGG("min", "(xs: [*]'ord) -> 'ord", PEL_PURE | PEL_SKIPS_NULLS | PEL_NONE_FAILS,
        scalars),
    AGG("max", "(xs: [*]'ord) -> 'ord", PEL_PURE | PEL_SKIPS_NULLS | PEL_NONE_FAILS,
        scalars),
    AGG("first", "(xs: [*]'t) -> 't", PEL_PURE | PEL_NONE_FAILS, scalars),
    AGG("any", "(xs: [*]bool) -> bool", PEL_PURE | PEL_SKIPS_NULLS, scalars),
    AGG("all", "(xs: [*]bool) -> bool", PEL_PURE | PEL_SKIPS_NULLS, scalars),
    AGG("collect", "(xs: [*]'t) -> [*]'t", PEL_PURE, all_kinds),
    AGG("len_distinct", "(xs: [*]'t) -> i64", PEL_PURE, scalars),
    FORMAT("read_csv", "(path: str) -> [n]{..r}", PEL_OP_SOURCE),
    FORMAT("read_tsv", "(path: str) -> [n]{..r}", PEL_OP_SOURCE),
    FORMAT("write_csv", "(rows: [n]{..r}, path: str)", PEL_OP_SINK),
};

const pel_op *const *rig_ops(void) {
  static const pel_op *table[sizeof rows / sizeof *rows + 1];
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) table[i] = &rows[i];
  return table;
}
