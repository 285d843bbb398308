/* Calls into shared libraries: opened when a run first needs them, called through libffi.
 * A run owns its natives. Calls may come from any worker; libraries that are not
 * thread-safe are serialised. */
#ifndef PEL_RUNTIME_ENGINE_NATIVE_H
#define PEL_RUNTIME_ENGINE_NATIVE_H

#include "runtime/engine/engine.h"
#include "runtime/plan/plan.h"
#include "runtime/vec/table.h"

typedef struct pel_natives pel_natives;

/* hosts[i]: a host's function for plan->natives[i], or NULL. Opens nothing yet. */
pel_status pel__natives_new(pel_engine *engine, const pel_plan_data *plan,
                            void *const *hosts, const pel_alloc *alloc,
                            pel_natives **out);
void pel__natives_free(pel_natives *n);
/* Opens the library of plan->natives[number] and prepares the call; before the first call
 * of it. */
pel_status pel__natives_prepare(pel_natives *n, uint32_t number, pel_error *e);
/* Rows call->sel[0 … n): scalars, records, text. The hook of runtime/vec/exec.h. */
pel_status pel__natives_lifted(void *ctx, uint32_t number, const pel_call *call);
/* The operator "native" of plan.h: one call with whole arrays. Its env must be an
 * engine's. */
extern const pel_op pel__op_native;
#endif
