/* The pass table and its driver: the module is changed in place, pass by pass, and verified after each.
 * Everything lives in the module's arena.
 * One thread. */
#ifndef PEL_COMPILER_PASSES_PASSES_H
#define PEL_COMPILER_PASSES_PASSES_H

#include "compiler/ir/ir.h"

typedef struct pel_passes_options {
  const char *leave_out; /* NULL: all run; "none" or "off": none does; "-cse,-prune": not these */
  void (*dump)(void *ctx, const char *pass, const pel_ir *m); /* after each pass that ran; NULL: none */
  void *dump_ctx;
} pel_passes_options;

/* PEL_E_INVALID: leave_out names no pass. PEL_E_INTERNAL: a pass broke the module; e says which. */
PEL_USE_RESULT pel_status pel__passes_run(pel_ir *m, const pel_passes_options *o, pel_error *e);
/* One pass by name, for tests. */
PEL_USE_RESULT pel_status pel__passes_run_one(pel_ir *m, const char *name, pel_error *e);

/* One function per row of passes.def. */
#define PEL_PASS(name, needs, gives, breaks, what) void pel__pass_##name(pel_ir *m);
#include "compiler/passes/passes.def"
#undef PEL_PASS

/* ---- what passes share (share.c) ------------------------------------------------------------------------------------ */

/* Copies of nodes of one region in another: what stands outside of `from` is kept, inputs become what map says. */
typedef struct pel_ir_copier {
  pel_ir *m;
  const pel_ir_region *from;
  pel_ir_region *into;
  pel_ir_node **map; /* by node id; room for every node there was when it was made */
  uint32_t nmap;
  bool failed;       /* something could not be copied */
} pel_ir_copier;
bool pel__ir_copier_init(pel_ir_copier *c, pel_ir *m, const pel_ir_region *from, pel_ir_region *into);
/* NULL (and failed) for what has regions of its own or aggregates lists. */
pel_ir_node *pel__ir_copy(pel_ir_copier *c, pel_ir_node *n);

/* The only node that uses n, when it does so as argument 0 … of one node at the top and nothing else does; else NULL.
 * pel__ir_count_uses has been called. */
pel_ir_node *pel__ir_only_user(const pel_ir *m, const pel_ir_node *n, uint32_t *arg);
bool pel__ir_has_filters(const pel_ir_region *r);
/* Changes the type of an array of records and of the inputs that stand for its elements. */
void pel__ir_retype(pel_ir *m, pel_ir_node *array, const pel_type *type);
#endif
