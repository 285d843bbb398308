#include "compiler/sema/calls.h"
#include "compiler/sema/exprs.h"
#include "compiler/sema/types.h"

/* Operators written between their operands: + - * / % ^ comparisons, and or not, ?? */

static pel_arg arg_of(pel_sema *s, pel_scope *sc, const pel_ast *e) {
  pel_x *x = pel__check(s, sc, e, NULL);
  return (pel_arg){.ast = e, .x = x, .span = e->span};
}

static pel_arg arg_made(pel_x *x, pel_span span) {
  return (pel_arg){.x = x, .span = span};
}

/* ---- arithmetic ---- */

static const pel_ty *leaf(const pel_ty *t) {
  while (t->kind == PEL_TY_ARRAY || t->kind == PEL_TY_LIST) t = t->item;
  return t;
}

static pel_x *arithmetic(pel_sema *s, const char *op, pel_arg *args, pel_span span) {
  if (pel__x_bad(args[0].x) || pel__x_bad(args[1].x)) return pel__x_error(s, span);
  return pel__call_op(s, op, args, 2, span, true);
}

pel_x *pel__check_sum(pel_sema *s, pel_scope *sc, const pel_ast *e, const pel_ty *want) {
  (void)want;
  pel_arg acc = arg_of(s, sc, e->chain.items[0]);
  for (uint32_t i = 1; i < e->chain.n; i++) {
    pel_arg args[2] = {acc, arg_of(s, sc, e->chain.items[i])};
    pel_span span = pel__span_join(e->chain.items[0]->span, e->chain.items[i]->span);
    acc = arg_made(arithmetic(s, pel__ast_op_text(e->chain.ops[i - 1].op), args, span),
                   span);
    if (s->depth + i > PEL_SEMA_DEPTH) {
      pel__sema_error(s, PEL_E0219, e->span, "this has more than %d operands",
                      PEL_SEMA_DEPTH);
      return pel__x_error(s, e->span);
    }
  }
  return acc.x;
}

pel_x *pel__check_power(pel_sema *s, pel_scope *sc, const pel_ast *e,
                        const pel_ty *want) {
  (void)want;
  pel_arg args[2] = {arg_of(s, sc, e->binary.left), arg_of(s, sc, e->binary.right)};
  return arithmetic(s, "^", args, e->span);
}

pel_x *pel__check_negate(pel_sema *s, pel_scope *sc, const pel_ast *e,
                         const pel_ty *want) {
  if (pel__literal_adapts(e)) return pel__check_literal(s, sc, e, want);
  pel_arg a = arg_of(s, sc, e->operand);
  if (pel__x_bad(a.x)) return pel__x_error(s, e->span);
  return pel__call_op(s, "-", &a, 1, e->span, false);
}

/* ---- comparisons ---- */

static bool is_null(const pel_ast *e) { return e->kind == PEL_AST_NULL; }

static pel_x *compared_with_null(pel_sema *s, const pel_ast *e) {
  const pel_ast *other = is_null(e->binary.left) ? e->binary.right : e->binary.left;
  pel_str text = pel__source_text(s->ds->sources, other->span);
  bool negated = e->binary.op == PEL_AST_OP_NE;
  pel_diag *d = pel__sema_error(s, PEL_E0207, e->span,
                                "comparing with `null` gives null, never true");
  pel__diag_help(s->ds, d, "ask with `is_null`");
  if (text.n && text.n < 60 && (negated || e->binary.op == PEL_AST_OP_EQ))
    pel__diag_fix(s->ds, d, e->span, "%sis_null(" PEL_STR_FMT ")", negated ? "not " : "",
                  PEL_STR_ARG(text));
  return pel__x_error(s, e->span);
}

pel_x *pel__check_compare(pel_sema *s, pel_scope *sc, const pel_ast *e,
                          const pel_ty *want) {
  (void)want;
  if (is_null(e->binary.left) || is_null(e->binary.right))
    return compared_with_null(s, e);
  pel_arg args[2] = {arg_of(s, sc, e->binary.left), arg_of(s, sc, e->binary.right)};
  if (pel__x_bad(args[0].x) || pel__x_bad(args[1].x)) return pel__x_error(s, e->span);
  const pel_ty *a = leaf(args[0].x->type), *b = leaf(args[1].x->type);
  if (a->kind == PEL_TY_RECORD && b->kind == PEL_TY_RECORD) {
    pel_diag *d =
        pel__sema_error(s, PEL_E0206, e->span, "`%s` compares single values, not records",
                        pel__ast_op_text(e->binary.op));
    pel__diag_help(s->ds, d, "`same(a, b)` compares whole values");
    return pel__x_error(s, e->span);
  }
  return pel__call_op(s, pel__ast_op_text(e->binary.op), args, 2, e->span, false);
}

/* ---- and, or, not ---- */

pel_x *pel__check_not(pel_sema *s, pel_scope *sc, const pel_ast *e, const pel_ty *want) {
  (void)want;
  pel_arg a = arg_of(s, sc, e->operand);
  if (pel__x_bad(a.x)) return pel__x_error(s, e->span);
  return pel__call_op(s, "not", &a, 1, e->span, false);
}

typedef struct chain {
  pel_xkind kind;
  uint32_t n;
  const pel_ty *type; /* of ??: what the last one makes of it */
} chain;

static pel_x *make_chain(pel_sema *s, void *ctx, pel_x **args, pel_span span) {
  const chain *c = ctx;
  bool nullable = c->kind != PEL_X_COALESCE;
  const pel_ty *t = c->type;
  if (c->kind == PEL_X_COALESCE) {
    nullable = args[c->n - 1]->type->nullable;
  } else {
    nullable = false;
    for (uint32_t i = 0; i < c->n; i++) nullable |= args[i]->type->nullable;
  }
  pel_x *x = pel__x_new(s, c->kind, pel__ty_nullable(s, t, nullable), span, c->n);
  for (uint32_t i = 0; i < x->nargs; i++)
    x->args[i] =
        c->kind == PEL_X_COALESCE
            ? pel__convert(s, args[i], pel__ty_nullable(s, t, args[i]->type->nullable))
            : args[i];
  return x;
}

static pel_x *lift_chain(pel_sema *s, pel_x **xs, chain *c, const char *name,
                         pel_span span) {
  uint32_t *depth = PEL_ARENA_ARRAY(s->arena, uint32_t, c->n);
  if (!depth) {
    s->oom = true;
    return pel__x_error(s, span);
  }
  for (uint32_t i = 0; i < c->n; i++)
    for (const pel_ty *t = xs[i]->type; pel__ty_is_rows(t); t = t->item) depth[i]++;
  pel_lift l = {c->n, xs, depth, span, name, c, make_chain};
  return pel__lift(s, &l);
}

pel_x *pel__check_logic(pel_sema *s, pel_scope *sc, const pel_ast *e,
                        const pel_ty *want) {
  (void)want;
  uint32_t n = e->chain.n;
  pel_x **xs = PEL_ARENA_ARRAY(s->arena, pel_x *, n);
  if (!xs) return pel__x_error(s, e->span);
  bool bad = false;
  const char *name = e->kind == PEL_AST_AND ? "and" : "or";
  for (uint32_t i = 0; i < n; i++) {
    const pel_ast *item = e->chain.items[i];
    xs[i] = pel__check(s, sc, item, pel__ty_scalar(PEL_BOOL));
    const pel_ty *t = leaf(xs[i]->type);
    if (t->kind == PEL_TY_NULL)
      xs[i] =
          pel__x_null(s, pel__ty_nullable(s, pel__ty_scalar(PEL_BOOL), true), item->span);
    else if (!pel__x_bad(xs[i]) && !pel__ty_is(t, PEL_BOOL)) {
      pel__sema_error(s, PEL_E0206, item->span, "`%s` joins `bool`s, but this is %s",
                      name, pel__ty_text(s, xs[i]->type));
      bad = true;
    }
    bad |= pel__x_bad(xs[i]);
  }
  if (bad) return pel__x_error(s, e->span);
  chain c = {e->kind == PEL_AST_AND ? PEL_X_AND : PEL_X_OR, n, pel__ty_scalar(PEL_BOOL)};
  return lift_chain(s, xs, &c, name, e->span);
}

/* ---- ?? ---- */

static pel_x *never_null(pel_sema *s, const pel_ast *e, const pel_x *x) {
  pel_diag *d = pel__sema_error(s, PEL_E0222, e->span,
                                "this is never null, so what follows `??` is never used");
  pel__diag_label(s->ds, d, "this is %s", pel__ty_text(s, x->type));
  return pel__x_error(s, e->span);
}

static const pel_ty *coalesce_type(pel_sema *s, const pel_ast *e, pel_x **xs) {
  const pel_ty *t = NULL;
  for (uint32_t i = 0; i < e->chain.n; i++) {
    const pel_ty *u = leaf(xs[i]->type);
    if (u->kind == PEL_TY_NULL || pel__literal_adapts(e->chain.items[i])) continue;
    u = pel__ty_required(s, u);
    const pel_ty *both = t ? pel__ty_common(s, t, u, false) : u;
    if (!both) {
      pel__sema_error(s, PEL_E0210, e->chain.items[i]->span,
                      "this is %s, but what may be null before it is %s",
                      pel__ty_text(s, u), pel__ty_text(s, t));
      return &pel__ty_error;
    }
    t = both;
  }
  for (uint32_t i = 0; i < e->chain.n && !t; i++)
    if (leaf(xs[i]->type)->kind != PEL_TY_NULL) t = leaf(xs[i]->type);
  if (t) return t;
  pel__sema_error(s, PEL_E0215, e->span, "nothing tells the type of these nulls");
  return &pel__ty_error;
}

static pel_x *coalesce_rows(pel_sema *s, const pel_ast *e, pel_x **xs) {
  chain c = {PEL_X_COALESCE, e->chain.n, NULL};
  c.type = coalesce_type(s, e, xs);
  if (c.type->kind == PEL_TY_ERROR) return pel__x_error(s, e->span);
  for (uint32_t i = 0; i < c.n; i++) {
    const pel_ast *item = e->chain.items[i];
    if (!pel__literal_is(item)) continue;
    if (item->kind != PEL_AST_NULL && !pel__literal_fits(item, c.type)) {
      if (pel__ty_is(pel__literal_type(item), PEL_F64) && c.type->kind == PEL_TY_SCALAR &&
          pel__kind_int(c.type->scalar)) {
        pel_diag *d =
            pel__sema_error(s, PEL_E0210, item->span,
                            "this is a float, but what may be null before it is %s",
                            pel__ty_text(s, c.type));
        pel__diag_help(s->ds, d, "convert the left side first: `f64(…) ?? …`");
      } else {
        pel__sema_error(s, PEL_E0210, item->span,
                        "this is %s, but what may be null before it is %s",
                        pel__ty_text(s, xs[i]->type), pel__ty_text(s, c.type));
      }
      return pel__x_error(s, e->span);
    }
    xs[i] = item->kind == PEL_AST_NULL
                ? pel__x_null(s, pel__ty_nullable(s, c.type, true), item->span)
                : pel__check_literal(s, NULL, item, c.type);
    if (pel__x_bad(xs[i])) return xs[i];
  }
  return lift_chain(s, xs, &c, "??", e->span);
}

pel_x *pel__check_coalesce(pel_sema *s, pel_scope *sc, const pel_ast *e,
                           const pel_ty *want) {
  uint32_t n = e->chain.n;
  pel_x **xs = PEL_ARENA_ARRAY(s->arena, pel_x *, n);
  if (!xs) return pel__x_error(s, e->span);
  bool bad = false;
  for (uint32_t i = 0; i < n; i++) {
    const pel_ty *hint = want && i + 1 < n ? pel__ty_nullable(s, want, true) : want;
    xs[i] = pel__check(s, sc, e->chain.items[i], hint);
    bad |= pel__x_bad(xs[i]);
  }
  if (bad) return pel__x_error(s, e->span);
  for (uint32_t i = 0; i + 1 < n; i++) {
    const pel_ty *t = leaf(xs[i]->type);
    if (!xs[i]->type->nullable && !t->nullable)
      return never_null(s, e->chain.items[i], xs[i]);
  }
  return coalesce_rows(s, e, xs);
}
