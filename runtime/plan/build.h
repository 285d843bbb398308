/* A plan in the making: arrays that grow, types that are kept once each.
 * Whoever calls new owns it until seal or free; what is handed in is copied.
 * One thread. */
#ifndef PEL_RUNTIME_PLAN_BUILD_H
#define PEL_RUNTIME_PLAN_BUILD_H

#include "runtime/base/vec.h"
#include "runtime/plan/plan.h"

/* A type by its parts: the sealed array does not exist yet. */
typedef struct pel_build_type {
  pel_kind kind;
  bool nullable;
  uint32_t item;    /* PEL_LIST */
  pel_range fields; /* PEL_RECORD: build.field_names, build.field_types */
} pel_build_type;

typedef struct pel_build_const {
  uint32_t type;
  pel_const value; /* deep copy; types inside are set by seal */
} pel_build_const;

/* Arrays may be read and entries changed in place while building; they move when
 * something is added. */
typedef struct pel_plan_build {
  pel_plan_data *plan; /* texts go into its arena at once */
  const pel_alloc *alloc;
  bool failed; /* no memory for something: seal says so, all calls until then are harmless
                */
  PEL_VEC(pel_build_type) types;
  PEL_VEC(const char *) field_names;
  PEL_VEC(uint32_t) field_types;
  PEL_VEC(uint64_t) type_hashes;
  PEL_VEC(uint32_t) type_slots; /* open addressing over types, by hash: number + 1 */
  PEL_VEC(pel_build_const) consts;
  PEL_VEC(pel_plan_op) ops;
  PEL_VEC(uint32_t) args;
  PEL_VEC(uint32_t) reg_types;
  PEL_VEC(pel_range) ranges;
  PEL_VEC(pel_str) names;
  PEL_VEC(pel_instr) instrs;
  PEL_VEC(pel_prog) progs;
  PEL_VEC(pel_plan_arg) node_args;
  PEL_VEC(pel_plan_node) nodes;
  PEL_VEC(pel_plan_step) steps;
  PEL_VEC(pel_plan_pipe) pipes;
  PEL_VEC(pel_plan_slot) slots;
  PEL_VEC(pel_plan_param) params;
  PEL_VEC(pel_plan_item) items;
  PEL_VEC(pel_cparam) cparams;
  PEL_VEC(pel_native) natives;
  PEL_VEC(pel_span) spans;
  PEL_VEC(pel_plan_source) sources;
} pel_plan_build;

PEL_USE_RESULT pel_status pel__build_new(const pel_alloc *alloc, pel_plan_build **out);
void pel__build_free(pel_plan_build *b);
/* Makes the plan and verifies it; b lives on until free. */
PEL_USE_RESULT pel_status pel__build_seal(pel_plan_build *b, pel_plan_data **out,
                                          pel_error *e);

/* Each answers the number of what was added (equal types, ops and spans are kept once).
 */
uint32_t pel__build_type(pel_plan_build *b, const pel_type *t);
uint32_t pel__build_scalar(pel_plan_build *b, pel_kind kind, bool nullable);
uint32_t pel__build_list(pel_plan_build *b, uint32_t item);
uint32_t pel__build_record(pel_plan_build *b, const pel_str *names, const uint32_t *types,
                           uint32_t n);
/* The type with `nullable` set or cleared. */
uint32_t pel__build_nullable(pel_plan_build *b, uint32_t type, bool nullable);
uint32_t pel__build_const(pel_plan_build *b, const pel_const *c);
uint32_t pel__build_const_i64(pel_plan_build *b, int64_t value);
uint32_t pel__build_const_str(pel_plan_build *b, const char *text);
uint32_t pel__build_op(pel_plan_build *b, const char *name, const char *sig,
                       pel_op_kind kind);
uint32_t pel__build_span(pel_plan_build *b, pel_span span);
pel_str pel__build_text(pel_plan_build *b, pel_str s);
pel_range pel__build_args(pel_plan_build *b, const uint32_t *at, uint32_t n);
pel_range pel__build_reg_types(pel_plan_build *b, const uint32_t *at, uint32_t n);
pel_range pel__build_ranges(pel_plan_build *b, const pel_range *at, uint32_t n);
pel_range pel__build_names(pel_plan_build *b, const pel_str *at, uint32_t n);
pel_range pel__build_instrs(pel_plan_build *b, const pel_instr *at, uint32_t n);
pel_range pel__build_node_args(pel_plan_build *b, const pel_plan_arg *at, uint32_t n);
pel_range pel__build_steps(pel_plan_build *b, const pel_plan_step *at, uint32_t n);
pel_range pel__build_cparams(pel_plan_build *b, const pel_cparam *at, uint32_t n);
uint32_t pel__build_prog(pel_plan_build *b, pel_prog x);
uint32_t pel__build_node(pel_plan_build *b, pel_plan_node x);
uint32_t pel__build_pipe(pel_plan_build *b, pel_plan_pipe x);
uint32_t pel__build_slot(pel_plan_build *b, pel_plan_slot x);
uint32_t pel__build_param(pel_plan_build *b, pel_plan_param x);
uint32_t pel__build_item(pel_plan_build *b, pel_plan_item x);
uint32_t pel__build_native(pel_plan_build *b, pel_native x);
uint32_t pel__build_source(pel_plan_build *b, pel_str name, pel_str text);
#endif
