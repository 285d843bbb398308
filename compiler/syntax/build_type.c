#include "compiler/syntax/build.h"

/* ---- types */

pel_ast *pel__ast_type_name(pel_parse *cx, pel_span span, const pel_ast_name *module,
                            pel_str name) {
  pel_ast *node = pel__ast_new(cx, PEL_AST_TYPE_NAME, span);
  node->named.name = name;
  if (!module) return node;
  node->named.module = PEL_ARENA_NEW(cx->arena, pel_ast_name);
  if (node->named.module)
    *node->named.module = *module;
  else
    cx->status = PEL_E_NOMEM;
  return node;
}

pel_ast *pel__ast_type_args(pel_parse *cx, pel_span span, pel_ast *type,
                            const pel_nodes *args) {
  type->span = span;
  type->named.args = args->at;
  type->named.n = args->n;
  pel__ast_above_all(cx, type, args->at, args->n);
  return type;
}

pel_ast *pel__ast_type_var(pel_parse *cx, pel_span span, pel_str text) {
  return pel__ast_named(cx, PEL_AST_TYPE_VAR, span, (pel_str){text.p + 1, text.n - 1});
}

pel_ast *pel__ast_type_array(pel_parse *cx, pel_span span, const pel_nodes *dims,
                             pel_ast *element) {
  pel_ast *node = pel__ast_new(cx, PEL_AST_TYPE_ARRAY, span);
  node->array.dims = dims->at;
  node->array.n = dims->n;
  node->array.element = element;
  pel__ast_above_all(cx, node, dims->at, dims->n);
  pel__ast_above(cx, node, element);
  return node;
}

static void set_rest(pel_parse *cx, pel_ast *node, const pel_ast_param *p) {
  if (node->fields.rest) {
    pel_diag *d =
        pel__report(cx, PEL_E0015, p->span, "a record type has one `..` at most");
    pel__diag_note(cx->ds, d, node->fields.rest->span, "the first is here");
    return;
  }
  node->fields.rest = PEL_ARENA_NEW(cx->arena, pel_ast_name);
  if (node->fields.rest)
    *node->fields.rest = p->name;
  else
    cx->status = PEL_E_NOMEM;
}

pel_ast *pel__ast_type_record(pel_parse *cx, pel_span span, const pel_params *fields) {
  pel_ast *node = pel__ast_new(cx, PEL_AST_TYPE_RECORD, span);
  uint32_t n = 0;
  for (uint32_t i = 0; i < fields->n; i++) {
    const pel_ast_param *p = &fields->at[i];
    pel__ast_above(cx, node, p->type);
    if (p->type)
      fields->at[n++] = *p;
    else
      set_rest(cx, node, p);
  }
  node->fields.fields = fields->at;
  node->fields.n = n;
  return node;
}

pel_ast *pel__ast_type_fn(pel_parse *cx, pel_span span, pel_ast *from, pel_ast *result) {
  pel_nodes params = {0};
  pel_ast *node = pel__ast_new(cx, PEL_AST_TYPE_FN, span);
  if (from->kind == PEL_AST_TYPE_TUPLE && !from->paren) {
    params.at = from->list.items;
    params.n = from->list.n;
  } else {
    PEL_LIST_PUSH(cx, &params, from);
  }
  node->fn.params = params.at;
  node->fn.n = params.n;
  node->fn.result = result;
  pel__ast_above_all(cx, node, params.at, params.n);
  pel__ast_above(cx, node, result);
  return node;
}

pel_ast *pel__ast_variants(pel_parse *cx, pel_span span, const pel_variants *variants) {
  pel_ast *node = pel__ast_new(cx, PEL_AST_TYPE_VARIANTS, span);
  node->variants.at = variants->at;
  node->variants.n = variants->n;
  for (uint32_t i = 0; i < variants->n; i++)
    pel__ast_above_all(cx, node, variants->at[i].payload, variants->at[i].n);
  return node;
}

/* ---- patterns */

pel_ast *pel__ast_pattern_name(pel_parse *cx, pel_span span, pel_str name) {
  bool wild = pel__str_is(name, "_");
  return pel__ast_named(cx, wild ? PEL_AST_PAT_WILD : PEL_AST_PAT_NAME, span, name);
}

pel_ast *pel__ast_pattern_path(pel_parse *cx, pel_span span, const pel_names *path,
                               const pel_nodes *args) {
  if (!args && path->n == 1) return pel__ast_pattern_name(cx, span, path->at[0].text);
  pel_ast *node = pel__ast_new(cx, PEL_AST_PAT_VARIANT, span);
  node->variant.path = path->at;
  node->variant.path_n = path->n;
  if (!args) return node;
  node->variant.args = args->at;
  node->variant.n = args->n;
  pel__ast_above_all(cx, node, args->at, args->n);
  return node;
}
