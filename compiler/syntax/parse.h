/* The state of one parse, shared by lexer, parser, builders and error messages of this
 * folder.
 * pel__syntax_parse owns it on its stack; what it points to lives in the compile
 * arena.
 * One thread. */
#ifndef PEL_COMPILER_SYNTAX_PARSE_H
#define PEL_COMPILER_SYNTAX_PARSE_H

#include "compiler/syntax/syntax.h"

/* A list that grows in the arena. */
#define PEL_LIST(T)  \
  struct {           \
    T *at;           \
    uint32_t n, cap; \
  }
typedef PEL_LIST(pel_ast *) pel_nodes;
typedef PEL_LIST(pel_ast_arg) pel_args;
typedef PEL_LIST(pel_ast_bind) pel_binds;
typedef PEL_LIST(pel_ast_param) pel_params;
typedef PEL_LIST(pel_ast_name) pel_names;
typedef PEL_LIST(pel_ast_variant) pel_variants;
typedef PEL_LIST(pel_ast_attr) pel_attrs;
typedef PEL_LIST(pel_ast_item *) pel_items;

/* What a symbol of the grammar carries. */
typedef union pel_yyval {
  pel_str text;
  pel_ast *node;
  pel_nodes *nodes;
  pel_args *args;
  pel_binds *binds;
  pel_params *params;
  pel_names *names;
  pel_variants *variants;
  pel_attrs *attrs;
  pel_items *items;
  pel_ast_item *item;
  pel_ast_op op;
  pel_ast_mode mode;
} pel_yyval;

/* An open bracket, or a word that another word must follow: if, try (else), with, for
 * (in). */
typedef struct pel_opener {
  int token;
  pel_span span;
} pel_opener;

/* The text of `///` lines, and where the token after them begins. */
typedef struct pel_doc {
  uint32_t at;
  bool used;
  pel_span span;
  pel_str text;
} pel_doc;

typedef struct pel_parse {
  pel_arena *arena;
  pel_diags *ds;
  const pel_source *src;
  void *scanner;
  pel_status status; /* PEL_OK until something ends the parse early */
  uint32_t errors;   /* reported by this parse */
  uint32_t nodes;

  PEL_ALIGNED(16) char pool[1024]; /* flex's own memory */
  size_t pool_used;
  uint32_t at, line, col; /* where the lexer stands */
  uint32_t last_line;     /* on which the last token that was read ended */

  int prev; /* the token before the one the parser looks at, 0 at first */
  pel_span prev_span;
  int token; /* the token the parser looks at */
  pel_span span;
  bool first_on_line; /* it is */
  bool was_inside;    /* it stood inside brackets */
  pel_yyval value;    /* what it carries */
  bool pending;       /* it is still to be delivered: something was put in front of it */

  bool foreign; /* a word of another language was reported, at: */
  uint32_t foreign_at;
  bool recovering; /* skipping to the next item */
  bool mute;       /* the rest of this item has had its message */
  bool ended_mute; /* the item that the token at hand ends had */
  PEL_LIST(pel_opener) openers;
  uint32_t depth; /* brackets among the openers */
  pel_opener
      dropped[8]; /* words the token at hand left without an answer, innermost first */
  uint32_t dropped_n;
  PEL_LIST(pel_str) doc_lines; /* since the last token */
  pel_span doc_span;
  PEL_LIST(pel_doc) docs;
  pel_items items;

  /* An element between its own reduction and that of the list it goes to. */
  pel_ast_arg arg;
  pel_ast_bind bind;
  pel_ast_param param;
  pel_ast_variant variant;
  pel_ast_attr attr;
  bool varargs; /* of the C parameters just read */

  pel_nodes spare_list; /* lists differ in what `at` points to only */
  pel_ast_item spare_item;
  pel_ast spare; /* stands in for nodes that memory was not there for */
} pel_parse;

/* ---- lists */
bool pel__list_grow(pel_parse *cx, void **at, uint32_t n, uint32_t *cap, size_t size);
/* Appends, or sets cx->status and drops the value. */
#define PEL_LIST_PUSH(cx, list, value)                                               \
  (((list)->n < (list)->cap || pel__list_grow((cx), (void **)&(list)->at, (list)->n, \
                                              &(list)->cap, sizeof *(list)->at))     \
       ? (void)((list)->at[(list)->n++] = (value))                                   \
       : (void)0)
/* A new, empty list of any kind; never NULL: without memory the parse ends and a spare
 * one stands in. */
void *pel__list_new(pel_parse *cx);

/* ---- lex.c */
/* The text of the documentation in front of the token at `at`; marks it as used. */
pel_str pel__doc_at(pel_parse *cx, uint32_t at);

/* ---- parser.y */
int pel__yyparse(pel_parse *cx);
/* `"let"`, `"name"`, `"("`: as the grammar calls a token. */
const char *pel__token_name(int token);

/* ---- report.c */
bool pel__token_begins_item(int token);
bool pel__token_is_word(int token);
/* True when the token the parser looks at begins the next item, so that recovery may
 * end. */
bool pel__begins_item_here(const pel_parse *cx);
/* expected[t - first] for each token t from first on. */
void pel__report_unexpected(pel_parse *cx, const bool *expected);
void pel__report_unclosed(pel_parse *cx, pel_span at, const pel_opener *opener);
void pel__report_depth(pel_parse *cx, pel_span span);
void pel__report_chained(pel_parse *cx, const pel_ast *compare, pel_span op,
                         const pel_ast *right);
/* Counts an error of this parse; ends it when there are too many. NULL while muted. */
pel_diag *pel__report(pel_parse *cx, pel_diag_code code, pel_span span, const char *fmt,
                      ...) PEL_PRINTF(4, 5);
/* The text of a span, cut to what a message can hold; lives in the arena. */
const char *pel__quote(pel_parse *cx, pel_span span);

#endif
