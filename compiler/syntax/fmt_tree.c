#include "compiler/syntax/fmt_tree.h"

#include "compiler/syntax/parser.h"

/* ---- sequences */

void pel__fmt_add(pel_fmt *f, pel_fmt_seq *s, pel_doc_node *d) {
  if (!d) {
    f->failed = true;
    return;
  }
  if (s->items.n == s->items.cap) {
    uint32_t cap = s->items.cap ? s->items.cap * 2 : 8;
    pel_doc_node **at = PEL_ARENA_ARRAY(f->arena, pel_doc_node *, cap);
    if (!at) {
      f->failed = true;
      return;
    }
    if (s->items.n) memcpy(at, s->items.at, s->items.n * sizeof *at);
    s->items.at = at;
    s->items.cap = cap;
  }
  s->items.at[s->items.n++] = d;
}

void pel__fmt_take(pel_fmt *f, pel_fmt_seq *s) { pel__fmt_add(f, s, pel__doc_token(f)); }

void pel__fmt_gap(pel_fmt *f, pel_fmt_seq *s, pel_doc_kind kind) {
  pel__fmt_add(f, s, pel__doc_new(f, kind));
}

pel_doc_node *pel__fmt_end(pel_fmt *f, const pel_fmt_seq *s) {
  if (f->failed) return NULL;
  return s->items.n == 1 ? s->items.at[0] : pel__doc_seq(f, s->items.at, s->items.n);
}

pel_doc_node *pel__fmt_group(pel_fmt *f, const pel_fmt_seq *s) {
  return pel__doc_wrap(f, PEL_DOC_GROUP, pel__fmt_end(f, s));
}

static pel_doc_node *nest(pel_fmt *f, const pel_fmt_seq *s) {
  return pel__doc_wrap(f, PEL_DOC_NEST, pel__fmt_end(f, s));
}

bool pel__fmt_next_is(const pel_fmt *f, int token) {
  return f->at < f->tokens.n && f->tokens.at[f->at].token == token;
}

static uint32_t next_begin(const pel_fmt *f) {
  return f->at < f->tokens.n ? f->tokens.at[f->at].begin : UINT32_MAX;
}

/* ---- lists in brackets */

static bool comma_before_closer(const pel_fmt *f) {
  if (!pel__fmt_next_is(f, T_COMMA) || f->at + 1 >= f->tokens.n) return false;
  int t = f->tokens.at[f->at + 1].token;
  return t == T_RPAREN || t == T_RBRACKET || t == T_RBRACE;
}

static void close_bracket(pel_fmt *f, pel_fmt_seq *s, pel_fmt_seq *inner,
                          pel_doc_kind gap) {
  if (f->at < f->tokens.n && f->tokens.at[f->at].lead_n)
    pel__fmt_add(f, inner, pel__doc_comments(f, f->at));
  pel__fmt_add(f, s, nest(f, inner));
  pel__fmt_gap(f, s, gap);
  /* The comments are in the nest: the bracket itself leads with none. */
  pel_doc_node *closer = pel__doc_token(f);
  if (closer) closer->leads = false;
  pel__fmt_add(f, s, closer);
}

pel_doc_node *pel__fmt_list(pel_fmt *f, uint32_t n, pel_fmt_element element,
                            const void *list, pel_fmt_list_style style) {
  pel_fmt_seq s = {0}, inner = {0};
  pel_doc_kind gap = style == PEL_FMT_SPACED_TRAILING && n ? PEL_DOC_LINE : PEL_DOC_SOFT;
  pel__fmt_take(f, &s);
  pel__fmt_gap(f, &inner, gap);
  for (uint32_t i = 0; i < n && !f->failed; i++) {
    pel__fmt_add(f, &inner, element(f, list, i));
    if (i + 1 == n) break;
    pel__fmt_take(f, &inner);
    pel__fmt_gap(f, &inner, PEL_DOC_LINE);
  }
  if (comma_before_closer(f)) f->at++;
  if (n && style != PEL_FMT_TIGHT) pel__fmt_gap(f, &inner, PEL_DOC_COMMA);
  close_bracket(f, &s, &inner, gap);
  return pel__fmt_group(f, &s);
}

static pel_doc_node *node_element(pel_fmt *f, const void *list, uint32_t i) {
  return pel__fmt_node(f, ((pel_ast *const *)list)[i]);
}

static pel_doc_node *nodes(pel_fmt *f, pel_ast *const *at, uint32_t n,
                           pel_fmt_list_style style) {
  return pel__fmt_list(f, n, node_element, at, style);
}

static pel_doc_node *arg_element(pel_fmt *f, const void *list, uint32_t i) {
  const pel_ast_arg *arg = &((const pel_ast_arg *)list)[i];
  pel_fmt_seq s = {0};
  if (arg->spread) pel__fmt_take(f, &s);
  if (arg->spread || arg->label_span.line == 0) {
    pel__fmt_add(f, &s, pel__fmt_node(f, arg->value));
    return pel__fmt_end(f, &s);
  }
  pel__fmt_take(f, &s);
  pel__fmt_take(f, &s);
  pel__fmt_value(f, &s, arg->value);
  return pel__fmt_end(f, &s);
}

pel_doc_node *pel__fmt_args(pel_fmt *f, const pel_ast_arg *args, uint32_t n) {
  return pel__fmt_list(f, n, arg_element, args, PEL_FMT_TIGHT_TRAILING);
}

/* ---- values */

/* Begins with a bracket or a name and a bracket: its own brackets are where it breaks. */
static bool hugs(const pel_ast *node) {
  switch (node->kind) {
    case PEL_AST_CALL:
    case PEL_AST_INDEX:
    case PEL_AST_ARRAY:
    case PEL_AST_TUPLE:
    case PEL_AST_RECORD:
    case PEL_AST_COMPREHENSION:
    case PEL_AST_MATCH:
    case PEL_AST_TYPE_RECORD:
    case PEL_AST_TYPE_ARRAY:
    case PEL_AST_TYPE_NAME:
    case PEL_AST_TYPE_TUPLE:
      return true;
    default:
      return node->paren;
  }
}

void pel__fmt_value(pel_fmt *f, pel_fmt_seq *s, const pel_ast *node) {
  bool comments = f->at < f->tokens.n && f->tokens.at[f->at].lead_n > 0;
  bool behind = f->at > 0 && f->tokens.at[f->at - 1].trail > 0;
  if (hugs(node) && !comments && !behind) {
    pel__fmt_gap(f, s, PEL_DOC_SPACE);
    pel__fmt_add(f, s, pel__fmt_node(f, node));
    return;
  }
  pel_fmt_seq inner = {0};
  pel__fmt_gap(f, &inner, PEL_DOC_LINE);
  pel__fmt_add(f, &inner, pel__fmt_node(f, node));
  pel__fmt_add(f, s, pel__doc_wrap(f, PEL_DOC_GROUP, nest(f, &inner)));
}

/* ---- expressions */

static pel_doc_node *chain(pel_fmt *f, const pel_ast *node) {
  pel_fmt_seq s = {0}, rest = {0};
  pel__fmt_add(f, &s, pel__fmt_node(f, node->chain.items[0]));
  for (uint32_t i = 1; i < node->chain.n && !f->failed; i++) {
    pel__fmt_gap(f, &rest, PEL_DOC_LINE);
    pel__fmt_take(f, &rest);
    pel__fmt_gap(f, &rest, PEL_DOC_SPACE);
    pel__fmt_add(f, &rest, pel__fmt_node(f, node->chain.items[i]));
  }
  pel__fmt_add(f, &s, nest(f, &rest));
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
  pel__fmt_add(f, &s, nest(f, &rest));
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

/* One token (a prefix operator) and what it applies to. */
static pel_doc_node *prefixed(pel_fmt *f, const pel_ast *operand, bool space) {
  pel_fmt_seq s = {0};
  pel__fmt_take(f, &s);
  if (space) pel__fmt_gap(f, &s, PEL_DOC_SPACE);
  pel__fmt_add(f, &s, pel__fmt_node(f, operand));
  return pel__fmt_end(f, &s);
}

static pel_doc_node *pair(pel_fmt *f, const pel_ast *left, const pel_ast *right,
                          bool spaces) {
  pel_fmt_seq s = {0};
  pel__fmt_add(f, &s, pel__fmt_node(f, left));
  if (spaces) pel__fmt_gap(f, &s, PEL_DOC_SPACE);
  pel__fmt_take(f, &s);
  if (spaces) pel__fmt_gap(f, &s, PEL_DOC_SPACE);
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
  return nodes(f, node->index.items, node->index.n, PEL_FMT_TIGHT_TRAILING);
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
  pel__fmt_add(f, &s, nest(f, &inner));
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
  close_bracket(f, &s, &inner, PEL_DOC_SOFT);
  return pel__fmt_group(f, &s);
}

static pel_doc_node *record(pel_fmt *f, const pel_ast *node) {
  return pel__fmt_list(f, node->record.n, arg_element, node->record.fields,
                       PEL_FMT_SPACED_TRAILING);
}

/* Records in patterns take no comma behind the last field. */
static pel_doc_node *record_pattern(pel_fmt *f, const pel_ast *node) {
  return pel__fmt_list(f, node->record.n, arg_element, node->record.fields,
                       PEL_FMT_TIGHT);
}

/* ---- types and patterns */

static pel_doc_node *field_element(pel_fmt *f, const void *list, uint32_t i) {
  const pel_ast *node = list;
  pel_fmt_seq s = {0};
  if (pel__fmt_next_is(f, T_DOTDOT)) {
    pel__fmt_take(f, &s);
    pel__fmt_take(f, &s);
    return pel__fmt_end(f, &s);
  }
  /* The rest may stand anywhere: what is behind it has an index one too high. */
  bool shifted =
      i >= node->fields.n || node->fields.fields[i].span.begin != next_begin(f);
  pel__fmt_take(f, &s);
  pel__fmt_take(f, &s);
  pel__fmt_value(f, &s, node->fields.fields[i - (shifted ? 1 : 0)].type);
  return pel__fmt_end(f, &s);
}

static pel_doc_node *type_name(pel_fmt *f, const pel_ast *node) {
  pel_fmt_seq s = {0};
  pel__fmt_take(f, &s);
  if (node->named.module) pel__fmt_take(f, &s);
  if (node->named.n)
    pel__fmt_add(f, &s,
                 nodes(f, node->named.args, node->named.n, PEL_FMT_TIGHT_TRAILING));
  return pel__fmt_end(f, &s);
}

static pel_doc_node *type_array(pel_fmt *f, const pel_ast *node) {
  pel_fmt_seq s = {0};
  pel__fmt_add(f, &s, nodes(f, node->array.dims, node->array.n, PEL_FMT_TIGHT));
  pel__fmt_add(f, &s, pel__fmt_node(f, node->array.element));
  return pel__fmt_end(f, &s);
}

static pel_doc_node *type_fn(pel_fmt *f, const pel_ast *node) {
  pel_fmt_seq s = {0};
  if (node->fn.n == 1)
    pel__fmt_add(f, &s, pel__fmt_node(f, node->fn.params[0]));
  else
    pel__fmt_add(f, &s, nodes(f, node->fn.params, node->fn.n, PEL_FMT_TIGHT_TRAILING));
  pel__fmt_gap(f, &s, PEL_DOC_SPACE);
  pel__fmt_take(f, &s);
  pel__fmt_gap(f, &s, PEL_DOC_SPACE);
  pel__fmt_add(f, &s, pel__fmt_node(f, node->fn.result));
  return pel__fmt_end(f, &s);
}

static pel_doc_node *type_option(pel_fmt *f, const pel_ast *node) {
  pel_fmt_seq s = {0};
  pel__fmt_add(f, &s, pel__fmt_node(f, node->inner));
  pel__fmt_take(f, &s);
  return pel__fmt_end(f, &s);
}

static pel_doc_node *variants(pel_fmt *f, const pel_ast *node) {
  pel_fmt_seq s = {0};
  for (uint32_t i = 0; i < node->variants.n && !f->failed; i++) {
    const pel_ast_variant *v = &node->variants.at[i];
    if (i) pel__fmt_gap(f, &s, PEL_DOC_LINE);
    pel__fmt_take(f, &s);
    pel__fmt_gap(f, &s, PEL_DOC_SPACE);
    pel__fmt_take(f, &s);
    if (pel__fmt_next_is(f, T_LPAREN))
      pel__fmt_add(f, &s, nodes(f, v->payload, v->n, PEL_FMT_TIGHT_TRAILING));
  }
  return pel__fmt_group(f, &s);
}

static pel_doc_node *variant_pattern(pel_fmt *f, const pel_ast *node) {
  pel_fmt_seq s = {0};
  for (uint32_t i = 0; i < node->variant.path_n && !f->failed; i++) pel__fmt_take(f, &s);
  if (node->variant.n)
    pel__fmt_add(f, &s, nodes(f, node->variant.args, node->variant.n, PEL_FMT_TIGHT));
  return pel__fmt_end(f, &s);
}

static pel_doc_node *bare(pel_fmt *f, const pel_ast *node) {
  switch ((pel_ast_kind)node->kind) {
    case PEL_AST_INT:
    case PEL_AST_FLOAT:
    case PEL_AST_QUANTITY:
    case PEL_AST_STRING:
    case PEL_AST_BOOL:
    case PEL_AST_NULL:
    case PEL_AST_NAME:
    case PEL_AST_ELEMENT:
    case PEL_AST_ELEMENT_FIELD:
    case PEL_AST_TYPE_VAR:
    case PEL_AST_SIZE_NAME:
    case PEL_AST_SIZE_INT:
    case PEL_AST_SIZE_ANY:
    case PEL_AST_PAT_NAME:
    case PEL_AST_PAT_WILD:
      return pel__doc_token(f);
    case PEL_AST_FIELD:
      return postfix(f, node->field.base, token_rest, node);
    case PEL_AST_CALL:
      return postfix(f, node->call.callee, call_rest, node);
    case PEL_AST_STAGE:
      return stage(f, node);
    case PEL_AST_INDEX:
      return postfix(f, node->index.base, index_rest, node);
    case PEL_AST_NEGATE:
      return prefixed(f, node->operand, false);
    case PEL_AST_NOT:
      return prefixed(f, node->operand, true);
    case PEL_AST_COMPARE:
      return compare(f, node);
    case PEL_AST_POWER:
      return pair(f, node->binary.left, node->binary.right, false);
    case PEL_AST_RANGE:
      return range(f, node);
    case PEL_AST_OR:
    case PEL_AST_AND:
    case PEL_AST_COALESCE:
    case PEL_AST_SUM:
    case PEL_AST_PRODUCT:
      return chain(f, node);
    case PEL_AST_PIPE:
      return pipe(f, node);
    case PEL_AST_CAST:
      return pair(f, node->cast.value, node->cast.type, true);
    case PEL_AST_TUPLE:
    case PEL_AST_ARRAY:
    case PEL_AST_TYPE_TUPLE:
      return nodes(f, node->list.items, node->list.n, PEL_FMT_TIGHT_TRAILING);
    case PEL_AST_PAT_TUPLE:
      return nodes(f, node->list.items, node->list.n, PEL_FMT_TIGHT);
    case PEL_AST_COMPREHENSION:
      return comprehension(f, node);
    case PEL_AST_RECORD:
      return record(f, node);
    case PEL_AST_IF:
      return condition(f, node);
    case PEL_AST_WITH:
      return with(f, node);
    case PEL_AST_LAMBDA:
      return lambda(f, node);
    case PEL_AST_MATCH:
      return match(f, node);
    case PEL_AST_TRY:
      return attempt(f, node);
    case PEL_AST_ITERATE:
      return iterate(f, node);
    case PEL_AST_TYPE_NAME:
      return type_name(f, node);
    case PEL_AST_TYPE_OPTION:
      return type_option(f, node);
    case PEL_AST_TYPE_REF:
      return prefixed(f, node->inner, false);
    case PEL_AST_TYPE_ARRAY:
      return type_array(f, node);
    case PEL_AST_TYPE_RECORD:
      return pel__fmt_list(f, node->fields.n + (node->fields.rest ? 1 : 0), field_element,
                           node, PEL_FMT_SPACED_TRAILING);
    case PEL_AST_TYPE_FN:
      return type_fn(f, node);
    case PEL_AST_TYPE_VARIANTS:
      return variants(f, node);
    case PEL_AST_PAT_VARIANT:
      return variant_pattern(f, node);
    case PEL_AST_PAT_RECORD:
      return record_pattern(f, node);
    case PEL_AST_PAT_LITERAL:
      return pel__fmt_node(f, node->literal);
    case PEL_AST_KIND_COUNT:
      break;
  }
  f->failed = true;
  return NULL;
}

/* A node's span leaves its parentheses out, so what stands before it is one. */
pel_doc_node *pel__fmt_node(pel_fmt *f, const pel_ast *node) {
  if (f->failed) return NULL;
  if (next_begin(f) >= node->span.begin) return bare(f, node);
  pel_fmt_seq s = {0}, inner = {0};
  pel__fmt_take(f, &s);
  pel__fmt_gap(f, &inner, PEL_DOC_SOFT);
  pel__fmt_add(f, &inner, pel__fmt_node(f, node));
  if (comma_before_closer(f)) f->at++;
  close_bracket(f, &s, &inner, PEL_DOC_SOFT);
  return pel__fmt_group(f, &s);
}
