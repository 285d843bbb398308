/* What the parts of the builder share: values under construction, and who makes what.
 * Lives on the stack of pel__ir_build; its arrays are in the compile arena.
 * One thread. */
#ifndef PEL_COMPILER_IR_BUILD_H
#define PEL_COMPILER_IR_BUILD_H

#include "compiler/ir/ir.h"

/* A value: a node, or the parts of a record or tuple that nobody has asked for as a whole
 * (so that its arrays stay arrays). */
typedef struct pel_bval pel_bval;
struct pel_bval {
  pel_ir_node *node;    /* NULL: parts */
  const pel_type *type; /* of parts */
  uint32_t nparts;
  pel_bval *parts;
};

typedef struct pel_irb {
  pel_ir *m;
  const pel_typed *t;
  pel_diags *ds;
  pel_bval *lets;
  pel_ir_node **params;
  pel_bval *binders;  /* by id */
  pel_ir_node *total; /* the item's first total, and where its text stands: totals may be
                         taken together, so that of */
  pel_span item_span; /* several in one item each reports the item's place */
  uint32_t tries;     /* around the expression: what is aggregated there may fail without
                         failing the item */
  pel_ir_region *region; /* where the expression stands */
} pel_irb;

PEL_INLINE bool pel__irb_at_top(const pel_irb *b) { return b->region == b->m->top; }

/* build.c */
pel_bval pel__irb_x(pel_irb *b, const pel_x *x);
PEL_INLINE pel_bval pel__bval(pel_ir_node *n) { return (pel_bval){.node = n}; }
/* Puts a new node where its arguments allow, outermost. */
pel_ir_node *pel__irb_place(pel_irb *b, pel_ir_node *n);
/* As one value of a row (arrays become lists), of the region at hand. */
pel_ir_node *pel__irb_row(pel_irb *b, const pel_bval *v);
pel_ir_node *pel__irb_row_x(pel_irb *b, const pel_x *x);
/* As an array; only at the top. */
pel_ir_node *pel__irb_array_x(pel_irb *b, const pel_x *x);
pel_ir_node *pel__irb_const(pel_irb *b, const pel_const *c, pel_span span);
pel_ir_node *pel__irb_field(pel_irb *b, pel_ir_node *of, uint32_t i, pel_span span);
void pel__irb_refuse(pel_irb *b, pel_diag_code code, pel_span span, const char *what);

/* build_verbs.c: what stands over arrays and lists */
pel_bval pel__irb_map(pel_irb *b, const pel_x *x);
pel_bval pel__irb_agg(pel_irb *b, const pel_x *x);
pel_bval pel__irb_verb(pel_irb *b, const pel_x *x);
/* One group of all elements, its aggregates: the record of their values. */
pel_ir_node *pel__irb_total(pel_irb *b, pel_ir_node *array, const pel_op *fn,
                            pel_ir_node *const *more, uint32_t nmore,
                            const pel_type *result, pel_span span);
#endif
