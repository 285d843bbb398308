/* From the syntax tree to a document: where lines may end in each construct of the
 * language.
 * Owns nothing; documents live in the pel_fmt's arena.
 * One thread. */
#ifndef PEL_COMPILER_SYNTAX_FMT_TREE_H
#define PEL_COMPILER_SYNTAX_FMT_TREE_H

#include "compiler/syntax/fmt_doc.h"

/* Uses up the item's tokens, which begin at f->at. NULL without memory (f->failed). */
pel_doc_node *pel__fmt_item(pel_fmt *f, const pel_ast_item *item);
/* An expression, type or pattern with its parentheses. */
pel_doc_node *pel__fmt_node(pel_fmt *f, const pel_ast *node);

/* ---- shared by the files of the formatter */

/* A sequence under construction. */
typedef struct pel_fmt_seq {
  PEL_LIST(pel_doc_node *) items;
} pel_fmt_seq;

void pel__fmt_add(pel_fmt *f, pel_fmt_seq *s, pel_doc_node *d);
/* Adds the next token; `kind` (SPACE, LINE, …) before it. */
void pel__fmt_take(pel_fmt *f, pel_fmt_seq *s);
void pel__fmt_gap(pel_fmt *f, pel_fmt_seq *s, pel_doc_kind kind);
pel_doc_node *pel__fmt_end(pel_fmt *f, const pel_fmt_seq *s);
pel_doc_node *pel__fmt_group(pel_fmt *f, const pel_fmt_seq *s);
bool pel__fmt_next_is(const pel_fmt *f, int token);
/* What stands behind `=`, `->`, a label …: on the same line if it begins with a
 * bracket or fits, else on the next, further right. */
void pel__fmt_value(pel_fmt *f, pel_fmt_seq *s, const pel_ast *node);

typedef pel_doc_node *(*pel_fmt_element)(pel_fmt *f, const void *list, uint32_t i);
typedef enum pel_fmt_list_style {
  PEL_FMT_TIGHT,          /* (a, b) */
  PEL_FMT_TIGHT_TRAILING, /* the same; a comma behind the last when broken */
  PEL_FMT_SPACED,         /* { a, b } */
  PEL_FMT_SPACED_TRAILING
} pel_fmt_list_style;
/* From the opening bracket to the closing one. */
pel_doc_node *pel__fmt_list(pel_fmt *f, uint32_t n, pel_fmt_element element,
                            const void *list, pel_fmt_list_style style);
pel_doc_node *pel__fmt_nodes(pel_fmt *f, pel_ast *const *at, uint32_t n,
                             pel_fmt_list_style style);
pel_doc_node *pel__fmt_fields(pel_fmt *f, const pel_ast_arg *fields, uint32_t n,
                              pel_fmt_list_style style);
pel_doc_node *pel__fmt_args(pel_fmt *f, const pel_ast_arg *args, uint32_t n);
/* The gap, the closing bracket, and before them what is inside, with the comments in
 * front of the bracket. */
void pel__fmt_close(pel_fmt *f, pel_fmt_seq *s, pel_fmt_seq *inner, pel_doc_kind gap);
/* One token and what it applies to; gap SPACE: and a space. */
pel_doc_node *pel__fmt_prefixed(pel_fmt *f, const pel_ast *operand, pel_doc_kind gap);
pel_doc_node *pel__fmt_nest(pel_fmt *f, const pel_fmt_seq *s);
/* Where the next token begins in the text. */
uint32_t pel__fmt_next_begin(const pel_fmt *f);

/* What makes a document of a kind of node; NULL: a leaf, or in the other table. */
typedef pel_doc_node *(*pel_fmt_maker)(pel_fmt *f, const pel_ast *node);
extern const pel_fmt_maker pel__fmt_expr_makers[PEL_AST_KIND_COUNT];
extern const pel_fmt_maker pel__fmt_type_makers[PEL_AST_KIND_COUNT];
#endif
