/* What makes a module better without changing what it means: a row of passes, verified
 * after each. Everything lives in the module's arena. One thread. */
#ifndef PEL_COMPILER_PASSES_PASSES_H
#define PEL_COMPILER_PASSES_PASSES_H

#include "compiler/ir/ir.h"

typedef struct pel_passes_options {
  const char *leave_out; /* NULL: all run; "none" or "off": only what the language
                            asks for; "-cse,-prune": not these */
  void (*dump)(void *ctx, const char *pass,
               const pel_ir *m); /* after each pass that ran; NULL: none */
  void *dump_ctx;
} pel_passes_options;

/* PEL_E_INVALID: leave_out names no pass. PEL_E_INTERNAL: a pass broke the module; e says
 * which. PEL_E_NOMEM, PEL_E_LIMIT. */
PEL_USE_RESULT pel_status pel__passes_run(pel_ir *m, const pel_passes_options *o,
                                          pel_error *e);
/* One pass by name, verified. */
PEL_USE_RESULT pel_status pel__passes_run_one(pel_ir *m, const char *name, pel_error *e);
/* Names in order; NULL behind the last. */
const char *pel__pass_name(uint32_t i);
/* Does the order give each pass what it needs? */
bool pel__passes_ordered(void);
#endif
