#include "compiler/passes/passes_family.h"

/* Taking rows ends the reading: what takes hands down to what it reads from how many rows
 * are enough. Which failures and rejected rows stand in front of that depends on it, so
 * that it belongs to the language. */

/* What gives the rows, below maps that keep every one; NULL: something else, or others
 * want more of its rows. */
static pel_ir_node *below(pel_ir_node *n, pel_irop op) {
  for (unsigned depth = 0; depth < 1000; depth++) {
    if (n->uses != 1) return NULL;
    if (n->op == op) return n;
    if (n->op != PEL_IR_MAP || n->nargs != 1 || pel__region_filters(n->regions[0]))
      return NULL;
    n = n->args[0];
  }
  return NULL;
}

/* How many rows in front are enough for a slice. */
static bool enough(const pel_ir_node *slice, int64_t *total) {
  const pel_ir_node *skip = slice->args[1], *take = slice->args[2];
  if (skip->op != PEL_IR_CONST || take->op != PEL_IR_CONST) return false;
  const int64_t s = skip->value->as.i, t = take->value->as.i;
  return s >= 0 && t >= 0 && !__builtin_add_overflow(s, t, total);
}

/* A slice below another one need not take more than that one wants. */
static void narrow(pel_ir *m, pel_ir_node *slice, int64_t total) {
  pel_ir_node *take = slice->args[2];
  if (take->op != PEL_IR_CONST || (take->value->as.i >= 0 && take->value->as.i <= total))
    return;
  pel_ir_node *less =
      pel__ir_node_new(m, PEL_IR_CONST, take->type, take->span, 0, NULL, 0);
  less->value = pel__ir_const_i64(m, total);
  if (less == m->broken || !less->value) return;
  pel__ir_before(slice, less);
  less->uses = 1;
  slice->args[2] = less;
}

static void push_limit(pel_ir *m, pel_ir_node *slice) {
  int64_t total;
  if (!enough(slice, &total)) return;
  pel_ir_node *read = below(slice->args[0], PEL_IR_READ),
              *inner = below(slice->args[0], PEL_IR_SLICE);
  if (inner) narrow(m, inner, total);
  if (read && (uint64_t)total < read->limit) read->limit = (uint64_t)total;
}

/* From the last: a slice is narrowed before its own limit goes down. */
static void push_limits(pel_ir *m) {
  pel_ir_node *last = m->top->first;
  while (last && last->next) last = last->next;
  for (pel_ir_node *n = last; n && pel__ir_status(m) == PEL_OK; n = n->prev)
    if (n->op == PEL_IR_SLICE) push_limit(m, n);
}

void pel__pass_limits(pel_ir *m) {
  pel__ir_clear(m);
  pel__ir_count_uses(m);
  push_limits(m);
}
