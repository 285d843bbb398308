/* One compilation, from text to a sealed plan, read top to bottom in compile.c.
 * The caller owns the compilation (its arena holds sources, diagnostics and everything in
 * between) and the plan. One thread per compilation. */
#ifndef PEL_COMPILER_COMPILE_H
#define PEL_COMPILER_COMPILE_H

#include "compiler/diag/diag.h"
#include "runtime/plan/plan.h"

typedef struct pel_sema_world pel_sema_world;

typedef struct pel_compilation {
  pel_arena arena;
  pel_sources sources;
  pel_diags diags;
} pel_compilation;

typedef struct pel_compile_job {
  pel_str name, text;              /* borrowed as long as the compilation */
  const pel_op *const *const *ops; /* NULL-terminated tables, tried in this order */
  uint32_t nops;
  const pel_sema_world *world; /* NULL: nothing outside is looked at */
  const char *passes;          /* NULL: all; "none"; "-name,-name" */
  bool check_only;
  bool without_tests, without_outs; /* their items become lets without a value */
  const char *const *outs; /* so do outs that do not stand here, if all that stand here
                              are outs; NULL: none does */
  size_t nouts;
  const char *const *reserved; /* names no param may have */
  size_t nreserved;
  void (*explain)(void *ctx, const char *step, pel_str text);
  void *explain_ctx;
} pel_compile_job;

void pel__compilation_init(pel_compilation *c, const pel_alloc *alloc);
void pel__compilation_deinit(pel_compilation *c);
/* PEL_E_COMPILE: c->diags says why. *out is set only for PEL_OK without check_only. */
PEL_USE_RESULT pel_status pel__compile(pel_compilation *c, const pel_compile_job *job,
                                       pel_plan_data **out);
#endif
