#include "compiler/syntax/fmt_tree.h"
#include "compiler/syntax/parser.h"

static void take(pel_fmt *f, pel_fmt_seq *s) { pel__fmt_take(f, s); }
static void space(pel_fmt *f, pel_fmt_seq *s) { pel__fmt_gap(f, s, PEL_DOC_SPACE); }

/* `: type`, when it is there. */
static void type_of(pel_fmt *f, pel_fmt_seq *s, const pel_ast *type) {
  if (!type) return;
  take(f, s);
  space(f, s);
  pel__fmt_add(f, s, pel__fmt_node(f, type));
}

/* ` = value`, when it is there. */
static void value_of(pel_fmt *f, pel_fmt_seq *s, const pel_ast *value) {
  if (!value) return;
  space(f, s);
  take(f, s);
  pel__fmt_value(f, s, value);
}

static void alias(pel_fmt *f, pel_fmt_seq *s) {
  if (!pel__fmt_next_is(f, T_AS)) return;
  space(f, s);
  take(f, s);
  space(f, s);
  take(f, s);
}

static pel_doc_node *param_element(pel_fmt *f, const void *list, uint32_t i) {
  const pel_ast_item *item = list;
  pel_fmt_seq s = {0};
  if (i == item->param_n) return pel__doc_token(f); /* ... */
  const pel_ast_param *p = &item->params[i];
  if (p->mode != PEL_MODE_IN) {
    take(f, &s);
    space(f, &s);
  }
  take(f, &s);
  type_of(f, &s, p->type);
  value_of(f, &s, p->init);
  return pel__fmt_end(f, &s);
}

static void function(pel_fmt *f, pel_fmt_seq *s, const pel_ast_item *item) {
  take(f, s);
  space(f, s);
  take(f, s);
  pel__fmt_add(
      f, s,
      pel__fmt_list(f, item->param_n + (item->varargs ? 1 : 0), param_element, item,
                    item->varargs ? PEL_FMT_TIGHT : PEL_FMT_TIGHT_TRAILING));
  if (item->type) {
    space(f, s);
    take(f, s);
    space(f, s);
    pel__fmt_add(f, s, pel__fmt_node(f, item->type));
  }
  value_of(f, s, item->value);
}

static pel_doc_node *attributed(pel_fmt *f, const pel_ast_item *item);

static pel_doc_node *functions(pel_fmt *f, const pel_ast_item *item) {
  pel_fmt_seq s = {0};
  for (uint32_t i = 0; i < item->function_n && !f->failed; i++) {
    const pel_fmt_token *t = &f->tokens.at[f->at];
    bool blank = t->lead_n ? f->comments.at[t->lead].blank_before : t->blank_before;
    pel__fmt_gap(f, &s, blank && i ? PEL_DOC_BLANK : PEL_DOC_HARD);
    pel__fmt_add(f, &s, attributed(f, item->functions[i]));
  }
  if (f->at < f->tokens.n && f->tokens.at[f->at].lead_n) {
    pel__fmt_gap(f, &s, PEL_DOC_HARD);
    pel__fmt_add(f, &s, pel__doc_comments(f, f->at));
  }
  return s.items.n ? pel__doc_wrap(f, PEL_DOC_NEST, pel__fmt_end(f, &s)) : NULL;
}

static void library(pel_fmt *f, pel_fmt_seq *s, const pel_ast_item *item) {
  take(f, s);
  space(f, s);
  take(f, s);
  alias(f, s);
  space(f, s);
  take(f, s);
  pel_doc_node *inner = functions(f, item);
  if (inner) {
    pel__fmt_add(f, s, inner);
    pel__fmt_gap(f, s, PEL_DOC_HARD);
  }
  pel_doc_node *closer = pel__doc_token(f);
  if (closer) closer->leads = false; /* its comments are inside */
  pel__fmt_add(f, s, closer);
}

static void type_item(pel_fmt *f, pel_fmt_seq *s, const pel_ast_item *item) {
  take(f, s);
  space(f, s);
  take(f, s);
  if (item->type_param_n) take(f, s);
  for (uint32_t i = 0; i < item->type_param_n; i++) {
    take(f, s);
    take(f, s); /* a comma, at last the bracket */
    if (i + 1 < item->type_param_n) space(f, s);
  }
  value_of(f, s, item->type);
}

static void use(pel_fmt *f, pel_fmt_seq *s, const pel_ast_item *item) {
  take(f, s);
  space(f, s);
  uint32_t n = item->path_n ? item->path_n : 1;
  for (uint32_t i = 0; i < n; i++) take(f, s);
  alias(f, s);
}

static void plain(pel_fmt *f, pel_fmt_seq *s, const pel_ast_item *item) {
  take(f, s);
  space(f, s);
  if (item->pattern)
    pel__fmt_add(f, s, pel__fmt_node(f, item->pattern));
  else
    take(f, s);
  type_of(f, s, item->type);
  value_of(f, s, item->value);
}

static pel_doc_node *body(pel_fmt *f, const pel_ast_item *item) {
  pel_fmt_seq s = {0};
  switch (item->kind) {
    case PEL_AST_ITEM_USE:
      use(f, &s, item);
      break;
    case PEL_AST_ITEM_TYPE:
      type_item(f, &s, item);
      break;
    case PEL_AST_ITEM_FN:
    case PEL_AST_ITEM_CFN:
      function(f, &s, item);
      break;
    case PEL_AST_ITEM_EXTERN:
      library(f, &s, item);
      break;
    case PEL_AST_ITEM_PARAM:
    case PEL_AST_ITEM_LET:
    case PEL_AST_ITEM_OUT:
    case PEL_AST_ITEM_TEST:
      plain(f, &s, item);
      break;
  }
  return pel__fmt_end(f, &s);
}

static pel_doc_node *attributed(pel_fmt *f, const pel_ast_item *item) {
  pel_fmt_seq s = {0}, attrs = {0};
  for (uint32_t i = 0; i < item->attr_n && !f->failed; i++) {
    if (i) pel__fmt_gap(f, &attrs, PEL_DOC_LINE);
    take(f, &attrs);
    if (pel__fmt_next_is(f, T_LPAREN))
      pel__fmt_add(f, &attrs, pel__fmt_args(f, item->attrs[i].args, item->attrs[i].n));
  }
  if (item->attr_n) {
    pel__fmt_add(f, &s, pel__fmt_group(f, &attrs));
    pel__fmt_gap(f, &s, PEL_DOC_HARD);
  }
  pel__fmt_add(f, &s, body(f, item));
  return pel__fmt_end(f, &s);
}

pel_doc_node *pel__fmt_item(pel_fmt *f, const pel_ast_item *item) {
  return attributed(f, item);
}
