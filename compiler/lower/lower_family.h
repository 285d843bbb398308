/* What the parts of lowering share: the state of one module on its way.
 * Lives on the stack of pel__lower.
 * One thread. */
#ifndef PEL_COMPILER_LOWER_LOWER_FAMILY_H
#define PEL_COMPILER_LOWER_LOWER_FAMILY_H

#include "compiler/lower/lower.h"
#include "compiler/lower/stream.h"

/* What becomes of a node at the top. */
typedef struct pel_top {
  bool live;
  bool wants_slot; /* a scalar that programs, nodes or items read */
  uint32_t uses;
  pel_stream *stream; /* an array that its one user takes */
} pel_top;

typedef struct pel_lower_state {
  pel_lowering l; /* slots by node->mark */
  pel_top *tops;  /* by node->mark */
  uint32_t ntops;
  pel_diags *ds;
  uint32_t *param_slots;
} pel_lower_state;

/* face.c: params before the nodes; natives; items after the nodes */
void pel__lower_natives(pel_lower_state *s);
void pel__lower_params(pel_lower_state *s);
void pel__lower_inits(pel_lower_state *s, const pel_ir_node *n);
void pel__lower_items(pel_lower_state *s);

/* lower.c */
/* The slot that holds the node's value, made now if need be. */
uint32_t pel__lower_slot_of(pel_lower_state *s, pel_ir_node *n);
/* A new slot for values of this type; `single` names the column of what is no record. */
uint32_t pel__lower_new_slot(pel_lower_state *s, const pel_type *t, pel_str single, uint32_t item);
/* The scalar's program, as one row. */
pel_stream *pel__lower_scalar(pel_lower_state *s, pel_ir_node *n);
/* A node argument. */
uint32_t pel__lower_arg(pel_lower_state *s, const pel_ir_node *n);
#endif
