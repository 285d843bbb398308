/* Register code out of a region, or out of scalars at the top: what stands in which
 * register, under which mask. A pel_code_gen lives on the stack of whoever lowers one
 * program; its arrays are in the scratch arena. One thread. */
#ifndef PEL_COMPILER_LOWER_PROG_H
#define PEL_COMPILER_LOWER_PROG_H

#include "compiler/ir/ir.h"
#include "runtime/base/vec.h"
#include "runtime/plan/build.h"

/* From nodes to numbers, for one program. */
typedef struct pel_node_map {
  pel_arena *arena;
  const pel_ir_node **keys;
  uint32_t *values;
  uint32_t cap, n;
} pel_node_map;
bool pel__node_map_put(pel_node_map *m, const pel_ir_node *key,
                       uint32_t value); /* false without memory */
bool pel__node_map_get(const pel_node_map *m, const pel_ir_node *key, uint32_t *value);

/* What all programs of a plan share. */
typedef struct pel_lowering {
  pel_ir *m;
  pel_plan_build *b;
  pel_arena scratch;
  uint32_t *
      slots; /* by node->mark, of nodes at the top: the slot that holds it, or PEL_NONE */
  bool with_spans;
  bool failed; /* no memory */
} pel_lowering;

uint32_t pel__lower_op(pel_lowering *l, const pel_op *o);
uint32_t pel__lower_span(pel_lowering *l, pel_span s);

/* Where an input of the region is found: one column, or (a record) a column per field.
 * PEL_NONE: not there. */
typedef struct pel_input_columns {
  bool split;
  uint32_t column;
  const uint32_t *fields;
} pel_input_columns;

typedef struct pel_output {
  pel_ir_node *node;
  bool split; /* a record: one output per field */
} pel_output;

/* An order: which program is wanted. */
typedef struct pel_prog_order {
  const pel_ir_region *region;     /* NULL: scalars at the top */
  const pel_input_columns *inputs; /* region->nparams */
  const uint32_t *types;           /* of all columns of the program */
  uint32_t ntypes;
  pel_ir_node *const
      *captures; /* nodes of outer rows: the columns behind the last input's */
  uint32_t ncaptures, first_capture;
  const pel_output *outputs;
  uint32_t noutputs;
} pel_prog_order;

/* A program as it came out: the registers' numbers and types of the outputs, flat. */
typedef struct pel_prog_made {
  uint32_t prog;
  uint32_t n;
  const uint32_t *regs, *types;
} pel_prog_made;

pel_prog_made pel__lower_prog(pel_lowering *l, const pel_prog_order *o);

/* Which fields of input `i` (a record) the region's filters and outputs read: used[f].
 * False: it is read as a whole. */
bool pel__used_fields(pel_lowering *l, const pel_ir_region *r, uint32_t i,
                      const pel_output *outputs, uint32_t noutputs, bool *used);
/* Is the node found in a slot or a constant, wherever it is used? */
PEL_INLINE bool pel__is_leaf_at_top(const pel_lowering *l, const pel_ir_node *n) {
  return n->op == PEL_IR_CONST || (n->home == l->m->top && l->slots[n->mark] != PEL_NONE);
}
/* Whether an element of this type takes a column for each field. Records that may be null
 * are one column: only there stands whether they are. */
bool pel__splits(const pel_type *t);
#endif
