#include "tests/unit/plan/sample.h"

#include <criterion/criterion.h>

typedef struct sample {
  pel_plan_build *b;
  uint32_t i64, f64, text, boolean, list, span;
} sample;

static pel_range types(sample *s, uint32_t n, const uint32_t *at) {
  return pel__build_reg_types(s->b, at, n);
}
static pel_range names(sample *s, uint32_t n, const char *const *at) {
  pel_str z[8];
  for (uint32_t i = 0; i < n; i++) z[i] = pel__str(at[i]);
  return pel__build_names(s->b, z, n);
}

static pel_instr instr(sample *s, pel_code code, uint32_t dst, uint32_t ref,
                       uint32_t mask, uint32_t n, const uint32_t *args) {
  return (pel_instr){.code = (uint16_t)code,
                     .nargs = (uint16_t)n,
                     .dst = dst,
                     .ref = ref,
                     .mask = mask,
                     .args = pel__build_args(s->b, args, n).at,
                     .span = s->span};
}

static uint32_t prog(sample *s, uint32_t n, const pel_instr *at, uint32_t nregs,
                     const uint32_t *regs, uint32_t nin, const uint32_t *in,
                     uint32_t nout, const uint32_t *out) {
  return pel__build_prog(s->b, (pel_prog){.instrs = pel__build_instrs(s->b, at, n),
                                          .regs = types(s, nregs, regs),
                                          .inputs = types(s, nin, in),
                                          .outputs = pel__build_args(s->b, out, nout)});
}

/* (b: i64) -> b > 0, as a filter */
static uint32_t filter_prog(sample *s) {
  uint32_t gt = pel__build_op(s->b, ">", "(a: 't, b: 't) -> bool", PEL_OP_MAP),
           zero = pel__build_const_i64(s->b, 0);
  const pel_instr at[] = {
      instr(s, PEL_CODE_COLUMN, 0, 0, PEL_NONE, 0, NULL),
      instr(s, PEL_CODE_CONST, 1, zero, PEL_NONE, 0, NULL),
      instr(s, PEL_CODE_CALL, 2, gt, PEL_NONE, 2, (uint32_t[]){0, 1}),
      instr(s, PEL_CODE_FILTER, PEL_NONE, 0, PEL_NONE, 1, (uint32_t[]){2})};
  return prog(s, 4, at, 3, (uint32_t[]){s->i64, s->i64, s->boolean}, 1, &s->i64, 1,
              (uint32_t[]){2});
}

/* (x: i64, k: i64) -> x + k */
static uint32_t element_prog(sample *s) {
  uint32_t add = pel__build_op(s->b, "+", "(a: 't, b: 't) -> 't", PEL_OP_MAP);
  const pel_instr at[] = {
      instr(s, PEL_CODE_COLUMN, 0, 0, PEL_NONE, 0, NULL),
      instr(s, PEL_CODE_COLUMN, 1, 1, PEL_NONE, 0, NULL),
      instr(s, PEL_CODE_CALL, 2, add, PEL_NONE, 2, (uint32_t[]){0, 1})};
  return prog(s, 3, at, 3, (uint32_t[]){s->i64, s->i64, s->i64}, 2,
              (uint32_t[]){s->i64, s->i64}, 1, (uint32_t[]){2});
}

/* (k: str, b: i64) -> k, if b > param then sum([b] + b) else native(b) */
static uint32_t row_prog(sample *s, uint32_t element, uint32_t slot) {
  uint32_t gt = pel__build_op(s->b, ">", "(a: 't, b: 't) -> bool", PEL_OP_MAP);
  uint32_t sum = pel__build_op(s->b, "sum", "(xs: [*]'int?)", PEL_OP_AGG);
  const pel_instr at[] = {
      instr(s, PEL_CODE_COLUMN, 0, 0, PEL_NONE, 0, NULL),
      instr(s, PEL_CODE_COLUMN, 1, 1, PEL_NONE, 0, NULL),
      instr(s, PEL_CODE_SLOT, 2, 0, PEL_NONE, 1, &slot),
      instr(s, PEL_CODE_CALL, 3, gt, PEL_NONE, 2, (uint32_t[]){1, 2}),
      instr(s, PEL_CODE_MASK, 4, PEL_MASK_TRUE, PEL_NONE, 1, (uint32_t[]){3}),
      instr(s, PEL_CODE_LIST, 5, 0, 4, 1, (uint32_t[]){1}),
      instr(s, PEL_CODE_LIST_MAP, 6, element, 4, 2, (uint32_t[]){5, 1}),
      instr(s, PEL_CODE_LIST_AGG, 7, sum, 4, 1, (uint32_t[]){6}),
      instr(s, PEL_CODE_MASK, 8, PEL_MASK_FALSE, PEL_NONE, 1, (uint32_t[]){3}),
      instr(s, PEL_CODE_NATIVE, 9, 0, 8, 1, (uint32_t[]){1}),
      instr(s, PEL_CODE_MASK, 10, PEL_MASK_NULL | PEL_MASK_POISON, PEL_NONE, 1,
            (uint32_t[]){3}),
      instr(s, PEL_CODE_POISON, 11, 0, 10, 1, (uint32_t[]){3}),
      instr(s, PEL_CODE_SELECT, 12, 0, PEL_NONE, 6, (uint32_t[]){4, 7, 8, 9, 10, 11}),
  };
  const uint32_t i = s->i64, m = PEL_NONE;
  const uint32_t regs[] = {s->text, i, i, s->boolean, m, s->list, s->list,
                           i,       m, i, m,          i, i};
  return prog(s, 13, at, 13, regs, 2, (uint32_t[]){s->text, i}, 2, (uint32_t[]){0, 12});
}

static uint32_t options_const(sample *s) {
  const pel_type t = {.kind = PEL_STR}, b = {.kind = PEL_BOOL};
  const pel_field f[] = {{"delim", &t}, {"header", &b}};
  const pel_type r = {.kind = PEL_RECORD, .nfields = 2, .fields = f};
  const pel_const at[] = {{.type = &t, .as.s = {";", 1}}, {.type = &b, .as.i = 1}};
  return pel__build_const(s->b, &(pel_const){.type = &r, .as.list = {at, 2}});
}

static uint32_t counts_const(sample *s) {
  const pel_type t = {.kind = PEL_I64}, l = {.kind = PEL_LIST, .item = &t};
  const pel_const at[] = {{.type = &t, .as.i = 1}};
  return pel__build_const(s->b, &(pel_const){.type = &l, .as.list = {at, 1}});
}

static void add_native(sample *s) {
  const pel_cparam p[] = {
      {PEL_STR("x"), PEL_C_I64, PEL_C_IN, s->i64, PEL_NONE, PEL_NONE, 0}};
  (void)pel__build_native(s->b, (pel_native){.library = PEL_STR("libx.so"),
                                             .folder = PEL_STR(""),
                                             .symbol = PEL_STR("f"),
                                             .params = pel__build_cparams(s->b, p, 1),
                                             .result = PEL_C_I64,
                                             .result_type = s->i64,
                                             .pure = true,
                                             .ok = PEL_NONE,
                                             .message = PEL_STR(""),
                                             .span = PEL_NONE});
}

static void add_pipes(sample *s, uint32_t param_slot, uint32_t out_slot) {
  static const char *const in[] = {"k", "b", "c"}, *const out[] = {"k", "total"};
  const pel_plan_arg read_args[] = {{PEL_ARG_CONST, pel__build_const_str(s->b, "o.csv")},
                                    {PEL_ARG_CONST, options_const(s)}};
  const pel_plan_arg group_args[] = {{PEL_ARG_CONST, pel__build_const_i64(s->b, 1)},
                                     {PEL_ARG_CONST, counts_const(s)}};
  uint32_t read = pel__build_op(s->b, "read_csv", "r", PEL_OP_SOURCE),
           group = pel__build_op(s->b, "group", "g", PEL_OP_BREAKER);
  uint32_t sum = pel__build_op(s->b, "sum", "(xs: [*]'int?)", PEL_OP_AGG);
  uint32_t reader = pel__build_node(
      s->b, (pel_plan_node){.op = read,
                            .args = pel__build_node_args(s->b, read_args, 2),
                            .out = types(s, 3, (uint32_t[]){s->text, s->i64, s->f64}),
                            .out_names = names(s, 3, in),
                            .item = 0,
                            .span = s->span});
  const pel_range port = types(s, 2, (uint32_t[]){s->text, s->i64});
  uint32_t node = pel__build_node(
      s->b, (pel_plan_node){.op = group,
                            .args = pel__build_node_args(s->b, group_args, 2),
                            .aggs = pel__build_args(s->b, &sum, 1),
                            .ports = pel__build_ranges(s->b, &port, 1),
                            .out = types(s, 2, (uint32_t[]){s->text, s->i64}),
                            .out_names = names(s, 2, out),
                            .item = 0,
                            .span = s->span});
  uint32_t filter = filter_prog(s), rows = row_prog(s, element_prog(s), param_slot);
  const pel_plan_step step = {rows, PEL_NONE};
  (void)pel__build_pipe(
      s->b, (pel_plan_pipe){.from = PEL_FROM_READER,
                            .source = reader,
                            .columns = pel__build_args(s->b, (uint32_t[]){0, 1}, 2),
                            .filter = filter,
                            .filter_columns = pel__build_args(s->b, (uint32_t[]){1}, 1),
                            .limit = UINT64_MAX,
                            .steps = pel__build_steps(s->b, &step, 1),
                            .sink = node,
                            .slot = PEL_NONE,
                            .item = 0,
                            .span = s->span});
  (void)pel__build_pipe(s->b, (pel_plan_pipe){.from = PEL_FROM_NODE,
                                              .source = node,
                                              .filter = PEL_NONE,
                                              .limit = 10,
                                              .sink = PEL_NONE,
                                              .slot = out_slot,
                                              .item = 0,
                                              .span = s->span});
}

pel_plan_data *sample_plan(void) {
  sample s = {0};
  pel_plan_data *p = NULL;
  pel_error e = {0};
  cr_assert_eq(pel__build_new(NULL, &s.b), PEL_OK);
  (void)pel__build_source(s.b, PEL_STR("a.pel"), PEL_STR("out a = 1\n"));
  s.span = pel__build_span(s.b, (pel_span){0, 0, 3, 1, 1});
  s.i64 = pel__build_scalar(s.b, PEL_I64, false);
  s.f64 = pel__build_scalar(s.b, PEL_F64, true);
  s.text = pel__build_scalar(s.b, PEL_STR, false);
  s.boolean = pel__build_scalar(s.b, PEL_BOOL, false);
  s.list = pel__build_list(s.b, s.i64);
  static const char *const one[] = {"n"}, *const two[] = {"k", "total"};
  uint32_t param = pel__build_slot(
      s.b, (pel_plan_slot){types(&s, 1, &s.i64), names(&s, 1, one), PEL_NONE});
  uint32_t out = pel__build_slot(
      s.b,
      (pel_plan_slot){types(&s, 2, (uint32_t[]){s.text, s.i64}), names(&s, 2, two), 0});
  add_native(&s);
  (void)pel__build_param(s.b, (pel_plan_param){.name = PEL_STR("n"),
                                               .type = s.i64,
                                               .shape = PEL_SHAPE_SCALAR,
                                               .constant = pel__build_const_i64(s.b, 7),
                                               .slot = param,
                                               .doc = PEL_STR("how many"),
                                               .span = s.span});
  add_pipes(&s, param, out);
  (void)pel__build_item(s.b, (pel_plan_item){.kind = PEL_ITEM_OUT,
                                             .name = PEL_STR("a"),
                                             .shape = PEL_SHAPE_TABLE,
                                             .slot = out,
                                             .node = PEL_NONE,
                                             .path = PEL_NONE,
                                             .left = PEL_NONE,
                                             .right = PEL_NONE,
                                             .span = s.span});
  cr_assert_eq(pel__build_seal(s.b, &p, &e), PEL_OK, "%s", e.message);
  pel__build_free(s.b);
  return p;
}
