#include "compiler/syntax/fmt_tree.h"

#include "compiler/syntax/parser.h"

static pel_doc_node *chain(pel_fmt *f, const pel_ast *node) {
  pel_fmt_seq s = {0}, rest = {0};
  pel__fmt_add(f, &s, pel__fmt_node(f, node->chain.items[0]));
  for (uint32_t i = 1; i < node->chain.n && !f->failed; i++) {
    pel__fmt_gap(f, &rest, PEL_DOC_LINE);
    pel__fmt_take(f, &rest);
    pel__fmt_gap(f, &rest, PEL_DOC_SPACE);
    pel__fmt_add(f, &rest, pel__fmt_node(f, node->chain.items[i]));
  }
  pel__fmt_add(f, &s, pel__fmt_nest(f, &rest));
  return pel__fmt_group(f, &s);
}

static pel_doc_node *stage(pel_fmt *f, const pel_ast *node) {
  pel_fmt_seq s = {0};
  pel__fmt_add(f, &s, pel__fmt_node(f, node->call.callee));
  if (!node->call.bare)
    pel__fmt_add(f, &s, pel__fmt_args(f, node->call.args, node->call.n));
  return pel__fmt_end(f, &s);
}

/* A pipeline stays on several lines if it was: a reader put it so. */
static pel_doc_node *pipe(pel_fmt *f, const pel_ast *node) {
  pel_fmt_seq s = {0};
  pel__fmt_add(f, &s, pel__fmt_node(f, node->chain.items[0]));
  bool tall = false;
  for (uint32_t i = 1; i < node->chain.n && !f->failed; i++) {
    const pel_fmt_token *t = &f->tokens.at[f->at];
    if (i == 1) tall = t->line != t[-1].line;
    pel__fmt_gap(f, &s, tall ? PEL_DOC_HARD : PEL_DOC_LINE);
    pel__fmt_take(f, &s);
    pel__fmt_gap(f, &s, PEL_DOC_SPACE);
    pel__fmt_add(f, &s, pel__fmt_node(f, node->chain.items[i]));
  }
  return pel__fmt_group(f, &s);
}

static pel_doc_node *compare(pel_fmt *f, const pel_ast *node) {
  pel_fmt_seq s = {0}, rest = {0};
  pel__fmt_add(f, &s, pel__fmt_node(f, node->binary.left));
  pel__fmt_gap(f, &rest, PEL_DOC_LINE);
  pel__fmt_take(f, &rest);
  pel__fmt_gap(f, &rest, PEL_DOC_SPACE);
  pel__fmt_add(f, &rest, pel__fmt_node(f, node->binary.right));
  pel__fmt_add(f, &s, pel__fmt_nest(f, &rest));
  return pel__fmt_group(f, &s);
}

static pel_doc_node *range(pel_fmt *f, const pel_ast *node) {
  pel_fmt_seq s = {0};
  if (node->binary.left) {
    pel__fmt_add(f, &s, pel__fmt_node(f, node->binary.left));
    pel__fmt_gap(f, &s, PEL_DOC_SPACE);
  }
  pel__fmt_take(f, &s);
  if (node->binary.right) {
    pel__fmt_gap(f, &s, PEL_DOC_SPACE);
    pel__fmt_add(f, &s, pel__fmt_node(f, node->binary.right));
  }
  return pel__fmt_end(f, &s);
}

/* Two nodes with a token between them; gap SPACE: and spaces. */
static pel_doc_node *pair(pel_fmt *f, const pel_ast *left, const pel_ast *right,
                          pel_doc_kind gap) {
  pel_fmt_seq s = {0};
  pel__fmt_add(f, &s, pel__fmt_node(f, left));
  if (gap == PEL_DOC_SPACE) pel__fmt_gap(f, &s, gap);
  pel__fmt_take(f, &s);
  if (gap == PEL_DOC_SPACE) pel__fmt_gap(f, &s, gap);
  pel__fmt_add(f, &s, pel__fmt_node(f, right));
  return pel__fmt_end(f, &s);
}

static pel_doc_node *postfix(pel_fmt *f, const pel_ast *base,
                             pel_doc_node *(*rest)(pel_fmt *, const pel_ast *),
                             const pel_ast *node) {
  pel_fmt_seq s = {0};
  pel__fmt_add(f, &s, pel__fmt_node(f, base));
  pel__fmt_add(f, &s, rest(f, node));
  return pel__fmt_end(f, &s);
}

static pel_doc_node *token_rest(pel_fmt *f, const pel_ast *node) {
  (void)node;
  return pel__doc_token(f);
}

static pel_doc_node *call_rest(pel_fmt *f, const pel_ast *node) {
  return pel__fmt_args(f, node->call.args, node->call.n);
}

static pel_doc_node *index_rest(pel_fmt *f, const pel_ast *node) {
  return pel__fmt_nodes(f, node->index.items, node->index.n, PEL_FMT_TIGHT_TRAILING);
}

static pel_doc_node *condition(pel_fmt *f, const pel_ast *node) {
  pel_fmt_seq s = {0};
  for (;; pel__fmt_gap(f, &s, PEL_DOC_SPACE)) {
    pel__fmt_take(f, &s); /* if */
    pel__fmt_value(f, &s, node->cond.test);
    pel__fmt_gap(f, &s, PEL_DOC_LINE);
    pel__fmt_take(f, &s); /* then */
    pel__fmt_value(f, &s, node->cond.then);
    pel__fmt_gap(f, &s, PEL_DOC_LINE);
    pel__fmt_take(f, &s); /* else */
    const pel_ast *next = node->cond.otherwise;
    /* `else if` goes on in the same group; with a comment between the two it does not. */
    bool goes_on = next->kind == PEL_AST_IF && !next->paren && f->at < f->tokens.n &&
                   f->tokens.at[f->at].lead_n == 0 && f->tokens.at[f->at - 1].trail == 0;
    if (!goes_on || f->failed) break;
    node = next;
  }
  pel__fmt_value(f, &s, node->cond.otherwise);
  return pel__fmt_group(f, &s);
}

static pel_doc_node *attempt(pel_fmt *f, const pel_ast *node) {
  pel_fmt_seq s = {0};
  pel__fmt_take(f, &s);
  pel__fmt_value(f, &s, node->attempt.body);
  pel__fmt_gap(f, &s, PEL_DOC_LINE);
  pel__fmt_take(f, &s);
  pel__fmt_value(f, &s, node->attempt.fallback);
  return pel__fmt_group(f, &s);
}

/* pattern [: type] = value */
static pel_doc_node *binding(pel_fmt *f, const pel_ast_bind *bind) {
  pel_fmt_seq s = {0};
  pel__fmt_add(f, &s, pel__fmt_node(f, bind->pattern));
  if (bind->type) {
    pel__fmt_take(f, &s);
    pel__fmt_gap(f, &s, PEL_DOC_SPACE);
    pel__fmt_add(f, &s, pel__fmt_node(f, bind->type));
  }
  pel__fmt_gap(f, &s, PEL_DOC_SPACE);
  pel__fmt_take(f, &s);
  pel__fmt_value(f, &s, bind->value);
  return pel__fmt_end(f, &s);
}

static pel_doc_node *with(pel_fmt *f, const pel_ast *node) {
  pel_fmt_seq s = {0}, inner = {0};
  pel__fmt_take(f, &s);
  pel__fmt_gap(f, &s, PEL_DOC_SPACE);
  for (uint32_t i = 0; i < node->with.n && !f->failed; i++) {
    if (i) {
      pel__fmt_take(f, &inner);
      pel__fmt_gap(f, &inner, PEL_DOC_LINE);
    }
    pel__fmt_add(f, &inner, binding(f, &node->with.binds[i]));
  }
  pel__fmt_add(f, &s, pel__fmt_nest(f, &inner));
  pel__fmt_gap(f, &s, PEL_DOC_LINE);
  pel__fmt_take(f, &s);
  pel__fmt_value(f, &s, node->with.body);
  return pel__fmt_group(f, &s);
}

static pel_doc_node *lambda(pel_fmt *f, const pel_ast *node) {
  pel_fmt_seq s = {0};
  pel__fmt_take(f, &s);
  for (uint32_t i = 0; i < node->lambda.n && !f->failed; i++) {
    if (i) {
      pel__fmt_take(f, &s);
      pel__fmt_gap(f, &s, PEL_DOC_SPACE);
    }
    pel__fmt_add(f, &s, pel__fmt_node(f, node->lambda.params[i]));
  }
  pel__fmt_gap(f, &s, PEL_DOC_SPACE);
  pel__fmt_take(f, &s);
  pel__fmt_value(f, &s, node->lambda.body);
  return pel__fmt_end(f, &s);
}

static pel_doc_node *arm_element(pel_fmt *f, const void *list, uint32_t i) {
  const pel_ast_bind *arm = &((const pel_ast_bind *)list)[i];
  pel_fmt_seq s = {0};
  pel__fmt_add(f, &s, pel__fmt_node(f, arm->pattern));
  pel__fmt_gap(f, &s, PEL_DOC_SPACE);
  pel__fmt_take(f, &s);
  pel__fmt_value(f, &s, arm->value);
  return pel__fmt_end(f, &s);
}

static pel_doc_node *match(pel_fmt *f, const pel_ast *node) {
  pel_fmt_seq s = {0};
  pel__fmt_take(f, &s);
  pel__fmt_gap(f, &s, PEL_DOC_SPACE);
  pel__fmt_add(f, &s, pel__fmt_node(f, node->match.subject));
  pel__fmt_gap(f, &s, PEL_DOC_SPACE);
  pel__fmt_add(f, &s,
               pel__fmt_list(f, node->match.n, arm_element, node->match.arms,
                             PEL_FMT_SPACED_TRAILING));
  return pel__fmt_end(f, &s);
}

/* `for pattern in value`, with the word when it is there. */
static void generator(pel_fmt *f, pel_fmt_seq *s, const pel_ast *pattern,
                      const pel_ast *over) {
  pel__fmt_gap(f, s, PEL_DOC_SPACE);
  pel__fmt_add(f, s, pel__fmt_node(f, pattern));
  pel__fmt_gap(f, s, PEL_DOC_SPACE);
  pel__fmt_take(f, s);
  pel__fmt_value(f, s, over);
}

static pel_doc_node *iterate(pel_fmt *f, const pel_ast *node) {
  pel_fmt_seq s = {0};
  pel__fmt_take(f, &s);
  pel__fmt_gap(f, &s, PEL_DOC_SPACE);
  pel__fmt_add(f, &s, pel__fmt_node(f, node->iterate.state));
  pel__fmt_gap(f, &s, PEL_DOC_SPACE);
  pel__fmt_take(f, &s);
  pel__fmt_value(f, &s, node->iterate.init);
  pel__fmt_gap(f, &s, PEL_DOC_LINE);
  pel__fmt_take(f, &s);
  generator(f, &s, node->iterate.var, node->iterate.over);
  if (node->iterate.until) {
    pel__fmt_gap(f, &s, PEL_DOC_LINE);
    pel__fmt_take(f, &s);
    pel__fmt_value(f, &s, node->iterate.until);
  }
  pel__fmt_gap(f, &s, PEL_DOC_LINE);
  pel__fmt_take(f, &s);
  pel__fmt_value(f, &s, node->iterate.next);
  return pel__fmt_group(f, &s);
}

static pel_doc_node *comprehension(pel_fmt *f, const pel_ast *node) {
  pel_fmt_seq s = {0}, inner = {0};
  pel__fmt_take(f, &s);
  pel__fmt_gap(f, &inner, PEL_DOC_SOFT);
  pel__fmt_add(f, &inner, pel__fmt_node(f, node->comp.body));
  for (uint32_t i = 0; i < node->comp.n && !f->failed; i++) {
    if (i == 0) pel__fmt_gap(f, &inner, PEL_DOC_LINE);
    pel__fmt_take(f, &inner); /* for, then commas */
    generator(f, &inner, node->comp.gens[i].pattern, node->comp.gens[i].value);
  }
  if (node->comp.filter) {
    pel__fmt_gap(f, &inner, PEL_DOC_LINE);
    pel__fmt_take(f, &inner);
    pel__fmt_value(f, &inner, node->comp.filter);
  }
  pel__fmt_close(f, &s, &inner, PEL_DOC_SOFT);
  return pel__fmt_group(f, &s);
}

static pel_doc_node *record(pel_fmt *f, const pel_ast *node) {
  return pel__fmt_fields(f, node->record.fields, node->record.n, PEL_FMT_SPACED_TRAILING);
}

/* ---- by kind */

static pel_doc_node *field(pel_fmt *f, const pel_ast *node) {
  return postfix(f, node->field.base, token_rest, node);
}
static pel_doc_node *call(pel_fmt *f, const pel_ast *node) {
  return postfix(f, node->call.callee, call_rest, node);
}
static pel_doc_node *indexed(pel_fmt *f, const pel_ast *node) {
  return postfix(f, node->index.base, index_rest, node);
}
static pel_doc_node *negate(pel_fmt *f, const pel_ast *node) {
  return pel__fmt_prefixed(f, node->operand, PEL_DOC_SEQ);
}
static pel_doc_node *negation(pel_fmt *f, const pel_ast *node) {
  return pel__fmt_prefixed(f, node->operand, PEL_DOC_SPACE);
}
static pel_doc_node *power(pel_fmt *f, const pel_ast *node) {
  return pair(f, node->binary.left, node->binary.right, PEL_DOC_SEQ);
}
static pel_doc_node *cast(pel_fmt *f, const pel_ast *node) {
  return pair(f, node->cast.value, node->cast.type, PEL_DOC_SPACE);
}
static pel_doc_node *items(pel_fmt *f, const pel_ast *node) {
  return pel__fmt_nodes(f, node->list.items, node->list.n, PEL_FMT_TIGHT_TRAILING);
}

const pel_fmt_maker pel__fmt_expr_makers[PEL_AST_KIND_COUNT] = {
    [PEL_AST_FIELD] = field,
    [PEL_AST_CALL] = call,
    [PEL_AST_STAGE] = stage,
    [PEL_AST_INDEX] = indexed,
    [PEL_AST_NEGATE] = negate,
    [PEL_AST_NOT] = negation,
    [PEL_AST_COMPARE] = compare,
    [PEL_AST_POWER] = power,
    [PEL_AST_RANGE] = range,
    [PEL_AST_OR] = chain,
    [PEL_AST_AND] = chain,
    [PEL_AST_COALESCE] = chain,
    [PEL_AST_SUM] = chain,
    [PEL_AST_PRODUCT] = chain,
    [PEL_AST_PIPE] = pipe,
    [PEL_AST_CAST] = cast,
    [PEL_AST_TUPLE] = items,
    [PEL_AST_ARRAY] = items,
    [PEL_AST_COMPREHENSION] = comprehension,
    [PEL_AST_RECORD] = record,
    [PEL_AST_IF] = condition,
    [PEL_AST_WITH] = with,
    [PEL_AST_LAMBDA] = lambda,
    [PEL_AST_MATCH] = match,
    [PEL_AST_TRY] = attempt,
    [PEL_AST_ITERATE] = iterate,
};
