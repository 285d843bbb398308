#include "compiler/passes/passes.h"

/* `take` over maps without filters, over a reader: the reader may stop when it has given so many rows. */

static bool constant(const pel_ir_node *n, int64_t *v) {
  if (n->op != PEL_IR_CONST || n->value->is_null) return false;
  *v = n->value->as.i;
  return true;
}

void pel__pass_push_limit(pel_ir *m) {
  pel__ir_clear(m);
  pel__ir_count_uses(m);
  for (pel_ir_node *n = m->top->first; n; n = n->next) {
    int64_t skip, take;
    if (n->op != PEL_IR_SLICE || !constant(n->args[1], &skip) || !constant(n->args[2], &take)) continue;
    if (skip < 0 || take < 0 || skip > INT64_MAX - take) continue;
    pel_ir_node *a = n->args[0];
    while (a->op == PEL_IR_MAP && a->nargs == 1 && a->uses == 1 && !pel__ir_has_filters(a->regions[0])) a = a->args[0];
    const uint64_t enough = (uint64_t)(skip + take);
    if (a->op == PEL_IR_READ && a->uses == 1 && a->nregions == 0 && enough < a->limit) a->limit = enough;
  }
}
