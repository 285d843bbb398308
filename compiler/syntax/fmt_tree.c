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

pel_doc_node *pel__fmt_nest(pel_fmt *f, const pel_fmt_seq *s) {
  return pel__doc_wrap(f, PEL_DOC_NEST, pel__fmt_end(f, s));
}

bool pel__fmt_next_is(const pel_fmt *f, int token) {
  return f->at < f->tokens.n && f->tokens.at[f->at].token == token;
}

uint32_t pel__fmt_next_begin(const pel_fmt *f) {
  return f->at < f->tokens.n ? f->tokens.at[f->at].begin : UINT32_MAX;
}

/* ---- lists in brackets */

static bool comma_before_closer(const pel_fmt *f) {
  if (!pel__fmt_next_is(f, T_COMMA) || f->at + 1 >= f->tokens.n) return false;
  int t = f->tokens.at[f->at + 1].token;
  return t == T_RPAREN || t == T_RBRACKET || t == T_RBRACE;
}

void pel__fmt_close(pel_fmt *f, pel_fmt_seq *s, pel_fmt_seq *inner, pel_doc_kind gap) {
  if (f->at < f->tokens.n && f->tokens.at[f->at].lead_n)
    pel__fmt_add(f, inner, pel__doc_comments(f, f->at));
  pel__fmt_add(f, s, pel__fmt_nest(f, inner));
  pel__fmt_gap(f, s, gap);
  /* The comments are in the nest: the bracket itself leads with none. */
  pel_doc_node *closer = pel__doc_token(f);
  if (closer) closer->leads = false;
  pel__fmt_add(f, s, closer);
}

pel_doc_node *pel__fmt_list(pel_fmt *f, uint32_t n, pel_fmt_element element,
                            const void *list, pel_fmt_list_style style) {
  pel_fmt_seq s = {0}, inner = {0};
  bool spaced = style == PEL_FMT_SPACED || style == PEL_FMT_SPACED_TRAILING;
  pel_doc_kind gap = spaced && n ? PEL_DOC_LINE : PEL_DOC_SOFT;
  pel__fmt_take(f, &s);
  pel__fmt_gap(f, &inner, gap);
  for (uint32_t i = 0; i < n && !f->failed; i++) {
    pel__fmt_add(f, &inner, element(f, list, i));
    if (i + 1 == n) break;
    pel__fmt_take(f, &inner);
    pel__fmt_gap(f, &inner, PEL_DOC_LINE);
  }
  if (comma_before_closer(f)) f->at++;
  if (n && style != PEL_FMT_TIGHT && style != PEL_FMT_SPACED)
    pel__fmt_gap(f, &inner, PEL_DOC_COMMA);
  pel__fmt_close(f, &s, &inner, gap);
  return pel__fmt_group(f, &s);
}

static pel_doc_node *node_element(pel_fmt *f, const void *list, uint32_t i) {
  return pel__fmt_node(f, ((pel_ast *const *)list)[i]);
}

pel_doc_node *pel__fmt_nodes(pel_fmt *f, pel_ast *const *at, uint32_t n,
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

pel_doc_node *pel__fmt_fields(pel_fmt *f, const pel_ast_arg *fields, uint32_t n,
                              pel_fmt_list_style style) {
  return pel__fmt_list(f, n, arg_element, fields, style);
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
  pel__fmt_add(f, s, pel__doc_wrap(f, PEL_DOC_GROUP, pel__fmt_nest(f, &inner)));
}

pel_doc_node *pel__fmt_prefixed(pel_fmt *f, const pel_ast *operand, pel_doc_kind gap) {
  pel_fmt_seq s = {0};
  pel__fmt_take(f, &s);
  if (gap == PEL_DOC_SPACE) pel__fmt_gap(f, &s, gap);
  pel__fmt_add(f, &s, pel__fmt_node(f, operand));
  return pel__fmt_end(f, &s);
}

/* ---- nodes */

static pel_doc_node *bare(pel_fmt *f, const pel_ast *node) {
  pel_fmt_maker make = pel__fmt_expr_makers[node->kind];
  if (!make) make = pel__fmt_type_makers[node->kind];
  return make ? make(f, node) : pel__doc_token(f); /* a leaf is one token */
}

/* A node's span leaves its parentheses out, so what stands before it is one. */
pel_doc_node *pel__fmt_node(pel_fmt *f, const pel_ast *node) {
  if (f->failed) return NULL;
  if (pel__fmt_next_begin(f) >= node->span.begin) return bare(f, node);
  pel_fmt_seq s = {0}, inner = {0};
  pel__fmt_take(f, &s);
  pel__fmt_gap(f, &inner, PEL_DOC_SOFT);
  pel__fmt_add(f, &inner, pel__fmt_node(f, node));
  if (comma_before_closer(f)) f->at++;
  pel__fmt_close(f, &s, &inner, PEL_DOC_SOFT);
  return pel__fmt_group(f, &s);
}
