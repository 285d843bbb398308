#include "compiler/passes/fold.h"
#include "compiler/passes/passes.h"

/* Rewrites that are exact for every value, null and failure: nothing is reassociated, nothing that can fail is dropped
 * from where it is needed. */

static bool is_bool_const(const pel_ir_node *n, bool value) {
  return n->op == PEL_IR_CONST && n->type->kind == PEL_BOOL && !n->value->is_null && (n->value->as.i != 0) == value;
}

static pel_ir_node *field_of_record(pel_ir_node *n) {
  pel_ir_node *r = n->args[0];
  while (r->other) r = r->other;
  if (r->op != PEL_IR_RECORD || n->index >= r->nargs) return NULL;
  pel_ir_node *part = r->args[n->index];
  return part->type == n->type ? part : NULL;
}

static pel_ir_node *choice(pel_ir_node *n) {
  if (is_bool_const(n->args[0], true)) return n->args[1]->type == n->type ? n->args[1] : NULL;
  if (is_bool_const(n->args[0], false)) return n->args[2]->type == n->type ? n->args[2] : NULL;
  return NULL;
}

/* `x and true` is x; what stands behind `false` is never needed. */
static void logic(pel_ir_node *n, bool neutral) {
  uint32_t k = 0;
  for (uint32_t i = 0; i < n->nargs; i++) {
    if (is_bool_const(n->args[i], neutral) && n->nargs - i + k > 2) continue;
    n->args[k++] = n->args[i];
    if (is_bool_const(n->args[i], !neutral) && k >= 2) break;
  }
  n->nargs = k;
}

static pel_ir_node *better(pel_ir *m, pel_ir_node *n) {
  switch ((int)n->op) {
    case PEL_IR_FIELD: return field_of_record(n);
    case PEL_IR_IF: return choice(n);
    case PEL_IR_AND: logic(n, true); return NULL;
    case PEL_IR_OR: logic(n, false); return NULL;
    case PEL_IR_CALL: return pel__fold_call(m, n);
    default: return NULL;
  }
}

void pel__pass_simplify(pel_ir *m) {
  pel__ir_clear(m);
  for (pel_ir_node *n = NULL; (n = pel__ir_walk(m->top, n));) {
    for (uint32_t i = 0; i < n->nargs; i++)
      while (n->args[i]->other) n->args[i] = n->args[i]->other;
    if (n->op == PEL_IR_INPUT || n->array) continue;
    pel_ir_node *b = better(m, n);
    if (b) n->other = b;
  }
  pel__ir_forward(m);
  pel__ir_clear(m);
}

void pel__pass_tidy(pel_ir *m) { pel__pass_simplify(m); }
