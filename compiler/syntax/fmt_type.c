#include "compiler/syntax/fmt_tree.h"

#include "compiler/syntax/parser.h"

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
      i >= node->fields.n || node->fields.fields[i].span.begin != pel__fmt_next_begin(f);
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
    pel__fmt_add(
        f, &s,
        pel__fmt_nodes(f, node->named.args, node->named.n, PEL_FMT_TIGHT_TRAILING));
  return pel__fmt_end(f, &s);
}

static pel_doc_node *type_array(pel_fmt *f, const pel_ast *node) {
  pel_fmt_seq s = {0};
  pel__fmt_add(f, &s, pel__fmt_nodes(f, node->array.dims, node->array.n, PEL_FMT_TIGHT));
  pel__fmt_add(f, &s, pel__fmt_node(f, node->array.element));
  return pel__fmt_end(f, &s);
}

static pel_doc_node *type_fn(pel_fmt *f, const pel_ast *node) {
  pel_fmt_seq s = {0};
  if (node->fn.n == 1)
    pel__fmt_add(f, &s, pel__fmt_node(f, node->fn.params[0]));
  else
    pel__fmt_add(f, &s,
                 pel__fmt_nodes(f, node->fn.params, node->fn.n, PEL_FMT_TIGHT_TRAILING));
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
      pel__fmt_add(f, &s, pel__fmt_nodes(f, v->payload, v->n, PEL_FMT_TIGHT_TRAILING));
  }
  return pel__fmt_group(f, &s);
}

static pel_doc_node *variant_pattern(pel_fmt *f, const pel_ast *node) {
  pel_fmt_seq s = {0};
  for (uint32_t i = 0; i < node->variant.path_n && !f->failed; i++) pel__fmt_take(f, &s);
  if (node->variant.n)
    pel__fmt_add(f, &s,
                 pel__fmt_nodes(f, node->variant.args, node->variant.n, PEL_FMT_TIGHT));
  return pel__fmt_end(f, &s);
}

static pel_doc_node *type_record(pel_fmt *f, const pel_ast *node) {
  return pel__fmt_list(f, node->fields.n + (node->fields.rest ? 1 : 0), field_element,
                       node, PEL_FMT_SPACED_TRAILING);
}

static pel_doc_node *type_ref(pel_fmt *f, const pel_ast *node) {
  return pel__fmt_prefixed(f, node->inner, PEL_DOC_SEQ);
}

static pel_doc_node *type_tuple(pel_fmt *f, const pel_ast *node) {
  return pel__fmt_nodes(f, node->list.items, node->list.n, PEL_FMT_TIGHT_TRAILING);
}

/* Patterns take no comma behind the last. */
static pel_doc_node *tuple_pattern(pel_fmt *f, const pel_ast *node) {
  return pel__fmt_nodes(f, node->list.items, node->list.n, PEL_FMT_TIGHT);
}

static pel_doc_node *record_pattern(pel_fmt *f, const pel_ast *node) {
  return pel__fmt_fields(f, node->record.fields, node->record.n, PEL_FMT_SPACED);
}

static pel_doc_node *literal_pattern(pel_fmt *f, const pel_ast *node) {
  return pel__fmt_node(f, node->literal);
}

const pel_fmt_maker pel__fmt_type_makers[PEL_AST_KIND_COUNT] = {
    [PEL_AST_TYPE_NAME] = type_name,
    [PEL_AST_TYPE_OPTION] = type_option,
    [PEL_AST_TYPE_REF] = type_ref,
    [PEL_AST_TYPE_ARRAY] = type_array,
    [PEL_AST_TYPE_RECORD] = type_record,
    [PEL_AST_TYPE_TUPLE] = type_tuple,
    [PEL_AST_TYPE_FN] = type_fn,
    [PEL_AST_TYPE_VARIANTS] = variants,
    [PEL_AST_PAT_VARIANT] = variant_pattern,
    [PEL_AST_PAT_TUPLE] = tuple_pattern,
    [PEL_AST_PAT_RECORD] = record_pattern,
    [PEL_AST_PAT_LITERAL] = literal_pattern,
};
