/* What the parts of the plan's verifier share; nobody outside runtime/plan includes it.
 * The check lives on the stack of pel__plan_verify and owns one arena of scratch.
 * One thread. */
#ifndef PEL_RUNTIME_PLAN_VERIFY_FAMILY_H
#define PEL_RUNTIME_PLAN_VERIFY_FAMILY_H

#include "runtime/plan/plan.h"

enum {
  PEL_PLAN_TYPE_DEPTH = 64,       /* nesting of a type */
  PEL_PLAN_TYPE_LEAVES = 1 << 16, /* scalars of a type, written out */
  PEL_PLAN_COLUMNS = 1 << 16      /* of a table */
};

typedef struct pel_plan_check {
  const pel_plan_data *p;
  pel_error *e;
  pel_arena scratch;
} pel_plan_check;

/* Says what is wrong; answers PEL_E_INVALID. */
pel_status pel__verify_bad(pel_plan_check *c, const char *fmt, ...) PEL_PRINTF(2, 3);

#define PEL_WANT(c, cond, ...)                             \
  do {                                                     \
    if (!(cond)) return pel__verify_bad((c), __VA_ARGS__); \
  } while (0)
#define PEL_CHECK(call)          \
  do {                           \
    pel_status s_ = (call);      \
    if (s_ != PEL_OK) return s_; \
  } while (0)

PEL_INLINE bool pel__range_in(pel_range r, uint32_t n) {
  return r.at <= n && r.n <= n - r.at;
}
PEL_INLINE bool pel__opt_in(uint32_t i, uint32_t n) { return i == PEL_NONE || i < n; }

/* The number of a type that lies in plan->types; PEL_NONE for any other pointer. */
uint32_t pel__type_number(const pel_plan_data *p, const pel_type *t);
/* Every entry of the range is a type number (or, if asked, PEL_NONE for a mask). */
pel_status pel__verify_types_of(pel_plan_check *c, pel_range r, const char *what);
/* May a value of type `from` stand where `to` is wanted: equal, or only `to` is nullable.
 */
bool pel__type_fits(const pel_plan_data *p, uint32_t from, uint32_t to);

/* Types and constants; programs; nodes and pipes. In this order: each relies on the ones
 * before. */
pel_status pel__verify_values(pel_plan_check *c);
pel_status pel__verify_progs(pel_plan_check *c);
pel_status pel__verify_flow(pel_plan_check *c);
#endif
