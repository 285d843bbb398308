#include "compiler/syntax/build.h"

/* ---- parts */

pel_ast_param pel__param(pel_parse *cx, pel_span span, pel_ast_mode mode,
                         pel_ast_name name, pel_ast *type, pel_ast *init) {
  return (pel_ast_param){.id = pel__ast_id(cx, span),
                         .mode = mode,
                         .name = name,
                         .span = span,
                         .doc = pel__doc_at(cx, span.begin),
                         .type = type,
                         .init = init};
}

pel_ast_variant pel__variant(pel_parse *cx, pel_ast_name name, const pel_nodes *payload) {
  pel_ast_variant v = {.id = pel__ast_id(cx, name.span), .name = name};
  if (payload) {
    v.payload = payload->at;
    v.n = payload->n;
  }
  return v;
}

pel_ast_variant pel__variant_doc(pel_parse *cx, pel_span bar) {
  pel_ast_variant v = cx->variant;
  v.doc = pel__doc_at(cx, bar.begin);
  if (v.doc.n == 0) v.doc = pel__doc_at(cx, v.name.span.begin);
  return v;
}

pel_ast_attr pel__attr(pel_ast_name name, pel_span span, const pel_args *args) {
  pel_ast_attr a = {.name = name, .span = span};
  if (args) {
    a.args = args->at;
    a.n = args->n;
  }
  return a;
}

/* ---- items */

pel_ast_item *pel__item(pel_parse *cx, pel_ast_item_kind kind, pel_span keyword,
                        pel_ast_name name, pel_ast *type, pel_ast *value) {
  pel_ast_item *item = PEL_ARENA_NEW(cx->arena, pel_ast_item);
  if (!item) {
    cx->status = PEL_E_NOMEM;
    item = &cx->spare_item;
    *item = (pel_ast_item){0};
  }
  item->kind = kind;
  item->id = pel__ast_id(cx, keyword);
  item->keyword_span = keyword;
  item->name = name;
  item->type = type;
  item->value = value;
  return item;
}

static const pel_ast_name nameless = {{"", 0}, {0}};

pel_ast_item *pel__item_use(pel_parse *cx, pel_span keyword, const pel_names *path,
                            pel_ast_name alias) {
  pel_ast_item *item = pel__item(cx, PEL_AST_ITEM_USE, keyword, nameless, NULL, NULL);
  item->path = path->at;
  item->path_n = path->n;
  item->alias = alias;
  return item;
}

pel_ast_item *pel__item_use_file(pel_parse *cx, pel_span keyword, pel_ast_name target,
                                 pel_ast_name alias) {
  pel_ast_item *item = pel__item(cx, PEL_AST_ITEM_USE, keyword, nameless, NULL, NULL);
  item->target = target;
  item->alias = alias;
  return item;
}

pel_ast_item *pel__item_type(pel_parse *cx, pel_span keyword, pel_ast_name name,
                             const pel_names *params, pel_ast *body) {
  pel_ast_item *item = pel__item(cx, PEL_AST_ITEM_TYPE, keyword, name, body, NULL);
  item->type_params = params->at;
  item->type_param_n = params->n;
  return item;
}

pel_ast_item *pel__item_fn(pel_parse *cx, pel_ast_item_kind kind, pel_span keyword,
                           pel_ast_name name, const pel_params *params, pel_ast *result,
                           pel_ast *body) {
  pel_ast_item *item = pel__item(cx, kind, keyword, name, result, body);
  item->params = params->at;
  item->param_n = params->n;
  return item;
}

pel_ast_item *pel__item_extern(pel_parse *cx, pel_span keyword, pel_ast_name library,
                               pel_ast_name alias, const pel_items *functions) {
  pel_ast_item *item = pel__item(cx, PEL_AST_ITEM_EXTERN, keyword, nameless, NULL, NULL);
  item->target = library;
  item->alias = alias;
  item->functions = functions->at;
  item->function_n = functions->n;
  return item;
}

pel_ast_item *pel__item_let(pel_parse *cx, pel_span keyword, pel_ast *pattern,
                            pel_ast *type, pel_ast *value) {
  pel_ast_item *item = pel__item(cx, PEL_AST_ITEM_LET, keyword, nameless, type, value);
  item->pattern = pattern;
  if (pattern->kind == PEL_AST_PAT_NAME)
    item->name = (pel_ast_name){pattern->name, pattern->span};
  return item;
}

void pel__item_attrs(pel_parse *cx, pel_ast_item *item, const pel_attrs *attrs,
                     pel_span before) {
  item->attrs = attrs->at;
  item->attr_n = attrs->n;
  if (attrs->n) {
    before.end = item->span.end;
    item->span = before;
  }
  item->doc = pel__doc_at(cx, item->span.begin);
  if (item->doc.n == 0) item->doc = pel__doc_at(cx, item->keyword_span.begin);
}

void pel__item_end(pel_parse *cx, pel_ast_item *item, pel_span span,
                   const pel_attrs *attrs) {
  item->span = span;
  pel__item_attrs(cx, item, attrs, span);
  PEL_LIST_PUSH(cx, &cx->items, item);
}
