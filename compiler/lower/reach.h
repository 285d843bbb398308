/* Which nodes a program consists of, in which order, and under which conditions each is
 * needed. A pel_reach is owned by whoever lowers the program, until deinit. One thread.
 */
#ifndef PEL_COMPILER_LOWER_REACH_H
#define PEL_COMPILER_LOWER_REACH_H

#include "compiler/lower/prog.h"

typedef struct pel_captures {
  pel_ir_node **at;
  uint32_t n;
} pel_captures;

typedef struct pel_reach_node {
  pel_ir_node *node;
  pel_captures captures;  /* LMAP: what its region takes from outside: further operands */
  bool leaf;              /* read, not computed */
  uint32_t first_context; /* of its operands 1, 2 …, where those are computed for some
                             rows only */
  uint32_t context;       /* the innermost condition that all its uses stand under */
} pel_reach_node;

/* Rows for which operand `operand` of node number `node` is needed; inside those of
 * parent. The first is: all rows. */
typedef struct pel_context {
  uint32_t parent, depth, node, operand;
  uint32_t mask; /* its register, once the program has come there */
} pel_context;

typedef struct pel_reach {
  PEL_VEC(pel_reach_node) nodes;
  PEL_VEC(uint32_t) order; /* numbers of nodes, operands first */
  PEL_VEC(pel_context) contexts;
  pel_node_map map;   /* node to number */
  pel_node_map given; /* captures of the program itself */
} pel_reach;

void pel__reach(pel_lowering *l, const pel_prog_order *o, pel_reach *out);
void pel__contexts(pel_lowering *l, const pel_prog_order *o, pel_reach *r);
void pel__reach_deinit(pel_reach *r);
uint32_t pel__operands(const pel_reach_node *x);
pel_ir_node *pel__operand(const pel_reach_node *x, uint32_t i);
pel_captures pel__captures(pel_lowering *l, const pel_ir_node *lmap);
#endif
