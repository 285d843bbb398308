#include "compiler/sema/calls.h"
#include "compiler/sema/exprs.h"
#include "compiler/sema/verbs.h"

/* `x |> f(a)`: the left becomes the first argument, `.` on the right its element (R14).
 */

/* ---- does an expression hold a `.` that no inner stage binds? ---- */

static bool any(pel_ast *const *es, uint32_t n) {
  for (uint32_t i = 0; i < n; i++)
    if (pel__holds_element(es[i])) return true;
  return false;
}

static bool any_arg(const pel_ast_arg *args, uint32_t n) {
  for (uint32_t i = 0; i < n; i++)
    if (pel__holds_element(args[i].value)) return true;
  return false;
}

static bool any_bind(const pel_ast_bind *b, uint32_t n) {
  for (uint32_t i = 0; i < n; i++)
    if (pel__holds_element(b[i].value)) return true;
  return false;
}

static bool holds_scoped(const pel_ast *e) {
  if (e->kind == PEL_AST_WITH)
    return any_bind(e->with.binds, e->with.n) || pel__holds_element(e->with.body);
  if (e->kind == PEL_AST_COMPREHENSION)
    return any_bind(e->comp.gens, e->comp.n) || pel__holds_element(e->comp.body) ||
           (e->comp.filter && pel__holds_element(e->comp.filter));
  if (e->kind == PEL_AST_LAMBDA) return pel__holds_element(e->lambda.body);
  if (e->kind == PEL_AST_MATCH)
    return pel__holds_element(e->match.subject) || any_bind(e->match.arms, e->match.n);
  if (e->kind == PEL_AST_ITERATE)
    return pel__holds_element(e->iterate.init) || pel__holds_element(e->iterate.over) ||
           (e->iterate.until && pel__holds_element(e->iterate.until)) ||
           pel__holds_element(e->iterate.next);
  return false;
}

static bool holds_chain(const pel_ast *e) {
  pel_ast_kind k = e->kind;
  if (k == PEL_AST_PIPE) return pel__holds_element(e->chain.items[0]);
  if (k == PEL_AST_OR || k == PEL_AST_AND || k == PEL_AST_COALESCE || k == PEL_AST_SUM ||
      k == PEL_AST_PRODUCT)
    return any(e->chain.items, e->chain.n);
  if (k == PEL_AST_COMPARE || k == PEL_AST_POWER || k == PEL_AST_RANGE)
    return (e->binary.left && pel__holds_element(e->binary.left)) ||
           (e->binary.right && pel__holds_element(e->binary.right));
  if (k == PEL_AST_NEGATE || k == PEL_AST_NOT) return pel__holds_element(e->operand);
  if (k == PEL_AST_TUPLE || k == PEL_AST_ARRAY) return any(e->list.items, e->list.n);
  return holds_scoped(e);
}

bool pel__holds_element(const pel_ast *e) {
  pel_ast_kind k = e->kind;
  if (k == PEL_AST_ELEMENT || k == PEL_AST_ELEMENT_FIELD) return true;
  if (k == PEL_AST_FIELD) return pel__holds_element(e->field.base);
  if (k == PEL_AST_CALL)
    return pel__holds_element(e->call.callee) || any_arg(e->call.args, e->call.n);
  if (k == PEL_AST_RECORD) return any_arg(e->record.fields, e->record.n);
  if (k == PEL_AST_INDEX)
    return pel__holds_element(e->index.base) || any(e->index.items, e->index.n);
  if (k == PEL_AST_CAST) return pel__holds_element(e->cast.value);
  if (k == PEL_AST_TRY)
    return pel__holds_element(e->attempt.body) || pel__holds_element(e->attempt.fallback);
  if (k == PEL_AST_IF)
    return pel__holds_element(e->cond.test) || pel__holds_element(e->cond.then) ||
           pel__holds_element(e->cond.otherwise);
  return holds_chain(e);
}

/* ---- pipes ---- */

static pel_x *stage(pel_sema *s, pel_scope *sc, const pel_ast *e, pel_x *subject,
                    pel_span from, const pel_ty *want) {
  pel_arg *args;
  uint32_t n;
  pel_span span = pel__span_join(from, e->span);
  if (!pel__args_of(s, e, subject, from, &args, &n)) return pel__x_error(s, span);
  return pel__call_named(s, sc, e->call.callee, args, n, true, span, want);
}

pel_x *pel__pipe_to(pel_sema *s, pel_scope *sc, const pel_ast *e, uint32_t n,
                    const pel_ty *want) {
  pel_x *x = pel__check(s, sc, e->chain.items[0], NULL);
  pel_span from = e->chain.items[0]->span;
  if (s->depth + n > PEL_SEMA_DEPTH) {
    pel__sema_error(s, PEL_E0219, e->span, "this has more than %d stages",
                    PEL_SEMA_DEPTH);
    return pel__x_error(s, e->span);
  }
  for (uint32_t i = 1; i < n && !pel__x_bad(x); i++) {
    const pel_ast *item = e->chain.items[i];
    if (x->type->kind == PEL_TY_NULL) {
      pel__sema_error(s, PEL_E0215, x->span, "nothing tells the type of this `null`");
      return pel__x_error(s, e->span);
    }
    x = stage(s, sc, item, x, from, i + 1 == n ? want : NULL);
    from = pel__span_join(from, item->span);
  }
  return x;
}

pel_x *pel__check_pipe(pel_sema *s, pel_scope *sc, const pel_ast *e, const pel_ty *want) {
  return pel__pipe_to(s, sc, e, e->chain.n, want);
}
