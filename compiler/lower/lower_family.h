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

/* rows.c: what the rows of the plan are made of */
void *pel__lower_room(pel_lower_state *s, size_t n, size_t size);
/* A new slot for values of this type; `single` names the column of what is no record. */
uint32_t pel__lower_new_slot(pel_lower_state *s, const pel_type *t, pel_str single,
                             uint32_t item);
pel_str pel__lower_name(const pel_lower_state *s, const pel_ir_node *n);
/* An operator that lowering itself chooses. */
uint32_t pel__lower_verb(pel_lower_state *s, const char *name, pel_op_kind kind);
pel_plan_arg pel__lower_constant(pel_lower_state *s, const pel_const *c);
pel_plan_arg pel__lower_number(pel_lower_state *s, int64_t x);
pel_plan_arg pel__lower_list(pel_lower_state *s, pel_kind kind, const int64_t *at,
                             uint32_t n);
pel_plan_arg pel__lower_argument(pel_lower_state *s, const pel_ir_node *n);
/* A node's row, but for its columns; a port; columns as given, or those of an element
 * type. */
pel_plan_node pel__lower_node_row(pel_lower_state *s, const pel_ir_node *n, uint32_t op,
                                  const pel_plan_arg *args, uint32_t nargs);
pel_range pel__lower_port(pel_lower_state *s, const uint32_t *types, uint32_t n);
void pel__lower_columns(pel_lower_state *s, pel_plan_node *p, const uint32_t *types,
                        const pel_str *names, uint32_t n);
void pel__lower_typed_columns(pel_lower_state *s, pel_plan_node *p, const pel_type *t);

/* verbs.c: what takes whole inputs. NULL: it failed, and the state says so. */
pel_stream *pel__lower_group(pel_lower_state *s, pel_ir_node *n);
pel_stream *pel__lower_rearrange(pel_lower_state *s, pel_ir_node *n);
pel_stream *pel__lower_slice(pel_lower_state *s, pel_ir_node *n);
pel_stream *pel__lower_join(pel_lower_state *s, pel_ir_node *n);
pel_stream *pel__lower_concat(pel_lower_state *s, pel_ir_node *n);
pel_stream *pel__lower_unlist(pel_lower_state *s, pel_ir_node *n);

/* lower.c */
/* The rows of an array, for its user: once its own stream, or from its slot. */
pel_stream *pel__lower_take(pel_lower_state *s, pel_ir_node *n);
/* The slot that holds the node's value, made now if need be. */
uint32_t pel__lower_slot_of(pel_lower_state *s, pel_ir_node *n);
/* The scalar's program, as one row. */
pel_stream *pel__lower_scalar(pel_lower_state *s, pel_ir_node *n);
#endif
