/* What the passes share: their names, and moving regions into one another.
 * Owns nothing.
 * One thread. */
#ifndef PEL_COMPILER_PASSES_PASSES_FAMILY_H
#define PEL_COMPILER_PASSES_PASSES_FAMILY_H

#include "compiler/ir/ir.h"

/* Each changes the module in place. What runs out of memory shows in the module's status.
 */
#define PEL_PASS(name, needs, gives, breaks, what) void pel__pass_##name(pel_ir *m);
#include "compiler/passes/passes.def"
#undef PEL_PASS

/* fold.c: the value of a call on constants, through the kernel that would run it; NULL:
 * it fails, or is not known. */
const pel_const *pel__fold_call(pel_ir *m, const pel_ir_node *n);

/* region.c */
PEL_INLINE const pel_ir_node *pel__ir_end(const pel_ir_node *n) {
  while (n->other) n = n->other;
  return n;
}
bool pel__region_filters(const pel_ir_region *r);
/* Moves all nodes of `from` to the front of `into`. */
void pel__region_move(pel_ir_region *from, pel_ir_region *into);
/* The input changes its type and number by being made anew; the old one forwards nowhere.
 */
pel_ir_node *pel__region_input(pel_ir *m, pel_ir_region *r, uint32_t i,
                               const pel_type *type);
void *pel__pass_room(pel_ir *m, size_t n, size_t size);
/* A copy of n (which has no regions) whose arguments are these. */
pel_ir_node *pel__node_copy(pel_ir *m, const pel_ir_node *n, pel_ir_node *const *args);
/* May the value be used in place of n's? */
PEL_INLINE bool pel__replaces(const pel_ir_node *n, const pel_ir_node *x) {
  return x->type == n->type && x->array == n->array;
}
#endif
