#include "compiler/passes/passes_family.h"

/* Into readers: conditions on the row, so that what fails them is not converted.
 *
 * Why a condition may go: the program that follows tests it again, in the same order, and
 * the reader drops a row only where a condition is false while all before it were true.
 * So no row is dropped that a filter would have let through, and none on which an earlier
 * filter would have failed (R17: a row that a filter rejects is unchecked). Conditions
 * are therefore taken from the front, up to the first that the reader cannot test. Where
 * bad rows are counted (`on_error`), lowering asks for everything and pushes nothing. */

/* Can the value be had from fields of the row `in`, constants and scalars of the top? */
static bool simple(const pel_ir *m, const pel_ir_node *n, const pel_ir_node *in,
                   unsigned depth, unsigned *size) {
  if (n->op == PEL_IR_CONST) return true;
  if (n->home == m->top) return !n->array;
  if (depth > 64 || ++*size > 64 || n->nregions) return false;
  if (n->op == PEL_IR_FIELD && n->args[0] == in) return true;
  switch ((int)n->op) {
    case PEL_IR_CALL:
    case PEL_IR_IF:
    case PEL_IR_AND:
    case PEL_IR_OR:
    case PEL_IR_COALESCE:
    case PEL_IR_TRY:
    case PEL_IR_FIELD:
      break;
    default:
      return false;
  }
  for (uint32_t i = 0; i < n->nargs; i++)
    if (!simple(m, n->args[i], in, depth + 1, size)) return false;
  return true;
}

/* A copy in r, for the row `to` instead of `in`. Values of the top must stand before the
 * reader. */
static pel_ir_node *copy(pel_ir *m, pel_ir_node *n, const pel_ir_node *in,
                         pel_ir_region *r, const pel_ir_node *read) {
  if (n == in) return r->params[0];
  if (n->home == m->top && n->op != PEL_IR_CONST) return n->id < read->id ? n : NULL;
  pel_ir_node **args = pel__pass_room(m, n->nargs, sizeof *args);
  if (!args) return NULL;
  for (uint32_t i = 0; i < n->nargs; i++) {
    args[i] = copy(m, n->args[i], in, r, read);
    if (!args[i]) return NULL;
  }
  pel_ir_node *c = pel__node_copy(m, n, args);
  if (c == m->broken) return NULL;
  pel__ir_append(r, c);
  return c;
}

static void push_conditions(pel_ir *m, pel_ir_node *read, const pel_ir_region *user) {
  const pel_ir_node *in = user->params[0];
  enum { MOST = 64 };
  pel_ir_node *conds[MOST];
  uint32_t n = 0;
  for (const pel_ir_node *k = user->first; k && n < MOST; k = k->next) {
    unsigned size = 0;
    if (k->op != PEL_IR_FILTER) continue;
    if (!simple(m, k->args[0], in, 0, &size)) break;
    conds[n++] = k->args[0];
  }
  if (!n) return;
  pel_ir_region **regions = pel__pass_room(m, 1, sizeof *regions);
  if (!regions) return;
  read->regions = regions;
  read->nregions = 1;
  pel_ir_region *r = pel__ir_region_new(m, read, 0, m->top, &read->type, 1, read->span);
  uint32_t k = 0;
  while (r != m->top && k < n) {
    pel_ir_node *c = copy(m, conds[k], in, r, read);
    if (!c) break;
    conds[k++] = c;
  }
  if (k == 0 || r == m->top)
    read->nregions = 0;
  else
    pel__ir_yields(m, r, conds, k);
}

void pel__pass_push(pel_ir *m) {
  pel__ir_clear(m);
  pel__ir_count_uses(m);
  for (pel_ir_node *n = m->top->first; n && pel__ir_status(m) == PEL_OK; n = n->next) {
    bool takes = n->op == PEL_IR_MAP || n->op == PEL_IR_GROUP || n->op == PEL_IR_SORT ||
                 n->op == PEL_IR_DISTINCT || n->op == PEL_IR_JOIN;
    for (uint32_t i = 0; takes && i < n->nregions; i++) {
      pel_ir_node *read = n->args[i];
      if (read->op != PEL_IR_READ || read->uses != 1 || read->nregions ||
          n->regions[i]->nparams != 1)
        continue;
      push_conditions(m, read, n->regions[i]);
    }
  }
}
