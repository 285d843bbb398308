#include "runtime/plan/plan.h"

#include "runtime/base/check.h"

pel_status pel__plan_new(const pel_alloc *alloc, pel_plan_data **out) {
  if (!alloc) alloc = pel__alloc_libc();
  pel_plan_data *p = pel__alloc_get(alloc, sizeof *p);
  if (!p) return PEL_E_NOMEM;
  memset(p, 0, sizeof *p);
  pel__arena_init(&p->arena, alloc);
  p->version = PEL_PLAN_VERSION;
  /* Relaxed: nobody else knows the plan yet. */
  pel__store_u32(&p->refs, 1, PEL_RELAXED);
  *out = p;
  return PEL_OK;
}

pel_plan_data *pel__plan_retain(pel_plan_data *p) {
  /* Relaxed: whoever retains already holds a reference. */
  if (p) (void)pel__add_u32(&p->refs, 1, PEL_RELAXED);
  return p;
}

void pel__plan_release(pel_plan_data *p) {
  /* Acquire and release: pairs with every other release, so that the last one sees their
   * reads done. */
  if (!p || pel__sub_u32(&p->refs, 1, PEL_ACQ_REL) != 1) return;
  const pel_alloc *alloc = p->arena.alloc;
  pel__arena_deinit(&p->arena);
  pel__alloc_free(alloc, p, sizeof *p);
}
