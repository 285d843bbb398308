/* Makes nodes of the syntax tree for the parser's actions, counts them and measures
 * their depth.
 * Nodes live in the parse's arena. None of these answers NULL: when memory or a limit
 * is reached the parse's status
 * says so, it ends at the next token, and a spare node stands in.
 * One thread per parse. */
#ifndef PEL_COMPILER_SYNTAX_BUILD_H
#define PEL_COMPILER_SYNTAX_BUILD_H

#include "compiler/syntax/parse.h"

pel_ast *pel__ast_new(pel_parse *cx, pel_ast_kind kind, pel_span span);
uint32_t pel__ast_id(pel_parse *cx, pel_span span);
/* node is above child (or children; NULL is none). Too deep: the parse ends. */
void pel__ast_above(pel_parse *cx, pel_ast *node, const pel_ast *child);
void pel__ast_above_all(pel_parse *cx, pel_ast *node, pel_ast *const *children,
                        uint32_t n);

/* ---- leaves */
pel_ast *pel__ast_named(pel_parse *cx, pel_ast_kind kind, pel_span span, pel_str name);
pel_ast *pel__ast_string(pel_parse *cx, pel_span span, pel_str bytes);
pel_ast *pel__ast_bool(pel_parse *cx, pel_span span, bool truth);
pel_ast *pel__ast_size_int(pel_ast *integer);

/* ---- expressions; unary also TYPE_REF, TYPE_OPTION and PAT_LITERAL, list and tuple
 * every kind with `list` */
pel_ast *pel__ast_unary(pel_parse *cx, pel_ast_kind kind, pel_span span,
                        pel_ast *operand);
pel_ast *pel__ast_binary(pel_parse *cx, pel_ast_kind kind, pel_span span, pel_ast *left,
                         pel_ast_op op, pel_span op_span, pel_ast *right);
/* Extends `left` when it is a chain of this kind without parentheses. */
pel_ast *pel__ast_chain(pel_parse *cx, pel_ast_kind kind, pel_span span, pel_ast *left,
                        pel_ast_op op, pel_span op_span, pel_ast *right);
pel_ast *pel__ast_call(pel_parse *cx, pel_ast_kind kind, pel_span span, pel_ast *callee,
                       const pel_args *args);
/* args NULL: without parentheses. */
pel_ast *pel__ast_stage(pel_parse *cx, pel_span span, const pel_names *path,
                        const pel_args *args);
pel_ast *pel__ast_field(pel_parse *cx, pel_span span, pel_ast *base, pel_ast_name name);
pel_ast *pel__ast_index(pel_parse *cx, pel_span span, pel_ast *base,
                        const pel_nodes *items);
pel_ast *pel__ast_cast(pel_parse *cx, pel_span span, pel_ast *value, pel_ast *type);
pel_ast *pel__ast_list(pel_parse *cx, pel_ast_kind kind, pel_span span,
                       const pel_nodes *items);
/* One item is that item in parentheses. */
pel_ast *pel__ast_tuple(pel_parse *cx, pel_ast_kind kind, pel_span span,
                        const pel_nodes *items);
pel_ast *pel__ast_tuple_of(pel_parse *cx, pel_span span, pel_ast *first,
                           const pel_nodes *rest);
pel_ast *pel__ast_comprehension(pel_parse *cx, pel_span span, pel_ast *body,
                                const pel_binds *gens, pel_ast *filter);
pel_ast *pel__ast_record(pel_parse *cx, pel_ast_kind kind, pel_span span,
                         const pel_args *fields);
pel_ast *pel__ast_if(pel_parse *cx, pel_span span, pel_ast *test, pel_ast *then,
                     pel_ast *otherwise);
pel_ast *pel__ast_with(pel_parse *cx, pel_span span, const pel_binds *binds,
                       pel_ast *body);
pel_ast *pel__ast_lambda(pel_parse *cx, pel_span span, const pel_nodes *params,
                         pel_ast *body);
pel_ast *pel__ast_match(pel_parse *cx, pel_span span, pel_ast *subject,
                        const pel_binds *arms);
pel_ast *pel__ast_try(pel_parse *cx, pel_span span, pel_ast *body, pel_ast *fallback);
/* parts: state, init, var, over, until (or NULL), next. */
pel_ast *pel__ast_iterate(pel_parse *cx, pel_span span, pel_ast *const parts[6]);

/* ---- types */
pel_ast *pel__ast_type_name(pel_parse *cx, pel_span span, const pel_ast_name *module,
                            pel_str name);
pel_ast *pel__ast_type_args(pel_parse *cx, pel_span span, pel_ast *type,
                            const pel_nodes *args);
pel_ast *pel__ast_type_var(pel_parse *cx, pel_span span, pel_str text);
pel_ast *pel__ast_type_array(pel_parse *cx, pel_span span, const pel_nodes *dims,
                             pel_ast *element);
/* A field without a type is `..name`. */
pel_ast *pel__ast_type_record(pel_parse *cx, pel_span span, const pel_params *fields);
pel_ast *pel__ast_type_fn(pel_parse *cx, pel_span span, pel_ast *from, pel_ast *result);
pel_ast *pel__ast_variants(pel_parse *cx, pel_span span, const pel_variants *variants);

/* ---- patterns */
pel_ast *pel__ast_pattern_name(pel_parse *cx, pel_span span, pel_str name);
/* args NULL: without parentheses. */
pel_ast *pel__ast_pattern_path(pel_parse *cx, pel_span span, const pel_names *path,
                               const pel_nodes *args);

/* ---- parts */
pel_ast_param pel__param(pel_parse *cx, pel_span span, pel_ast_mode mode,
                         pel_ast_name name, pel_ast *type, pel_ast *init);
pel_ast_variant pel__variant(pel_parse *cx, pel_ast_name name, const pel_nodes *payload);
/* cx->variant with the documentation in front of its bar or its name. */
pel_ast_variant pel__variant_doc(pel_parse *cx, pel_span bar);
pel_ast_attr pel__attr(pel_ast_name name, pel_span span, const pel_args *args);

/* ---- items */
pel_ast_item *pel__item(pel_parse *cx, pel_ast_item_kind kind, pel_span keyword,
                        pel_ast_name name, pel_ast *type, pel_ast *value);
pel_ast_item *pel__item_use(pel_parse *cx, pel_span keyword, const pel_names *path,
                            pel_ast_name alias);
pel_ast_item *pel__item_use_file(pel_parse *cx, pel_span keyword, pel_ast_name target,
                                 pel_ast_name alias);
pel_ast_item *pel__item_type(pel_parse *cx, pel_span keyword, pel_ast_name name,
                             const pel_names *params, pel_ast *body);
pel_ast_item *pel__item_fn(pel_parse *cx, pel_ast_item_kind kind, pel_span keyword,
                           pel_ast_name name, const pel_params *params, pel_ast *result,
                           pel_ast *body);
pel_ast_item *pel__item_extern(pel_parse *cx, pel_span keyword, pel_ast_name library,
                               pel_ast_name alias, const pel_items *functions);
pel_ast_item *pel__item_let(pel_parse *cx, pel_span keyword, pel_ast *pattern,
                            pel_ast *type, pel_ast *value);
/* Gives the item its attributes and documentation; before is the attributes' span. */
void pel__item_attrs(pel_parse *cx, pel_ast_item *item, const pel_attrs *attrs,
                     pel_span before);
/* The item is whole: it joins the file. */
void pel__item_end(pel_parse *cx, pel_ast_item *item, pel_span span,
                   const pel_attrs *attrs);
#endif
