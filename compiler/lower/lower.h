/* From the intermediate form to the sealed plan: pipes cut at breakers and at what is
 * used twice, regions as register code. The module stays the caller's (its marks are
 * overwritten); the plan owns what it needs. One thread. */
#ifndef PEL_COMPILER_LOWER_LOWER_H
#define PEL_COMPILER_LOWER_LOWER_H

#include "compiler/ir/ir.h"
#include "runtime/plan/plan.h"

/* sources: what spans point into; NULL: a plan without places. The plan has been verified
 * and comes with one reference. PEL_E_COMPILE: diagnostics were added. PEL_E_INTERNAL: e
 * says which promise was broken. */
PEL_USE_RESULT pel_status pel__lower(pel_ir *m, const pel_sources *sources,
                                     const pel_alloc *alloc, pel_plan_data **out,
                                     pel_diags *ds, pel_error *e);
#endif
