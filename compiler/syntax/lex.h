/* The lexer's helpers: what flex's rules call, and the layer between flex and the parser.
 * Owns nothing; all state is the pel_parse it is given.
 * One thread. */
#ifndef PEL_COMPILER_SYNTAX_LEX_H
#define PEL_COMPILER_SYNTAX_LEX_H

#include "compiler/syntax/parse.h"
#include "compiler/syntax/parser.h"
#include "runtime/base/check.h"

/* Opens a scanner over text[0 … n), which two NULs follow. */
pel_status pel__lex_open(pel_parse *cx, char *text, size_t n);
/* The next token or comment as flex sees it; 0 at the end. Reports what is no token. */
int pel__lex_raw(pel_yyval *value, pel_span *span, void *scanner);
/* Moves over n bytes of text, which become *span. */
void pel__lex_advance(pel_parse *cx, const char *text, size_t n, pel_span *span);
void *pel__lex_pool(pel_parse *cx, size_t size);
/* What the parser calls. */
int pel__yylex(pel_yyval *value, pel_span *span, pel_parse *cx);

/* Rules for what is not PEL: each reports, and answers the token to go on with. */
int pel__lex_foreign(pel_parse *cx, pel_span span, int token, const char *ours);
int pel__lex_wide(pel_parse *cx, pel_span span);
int pel__lex_single_quoted(pel_parse *cx, pel_span span);
int pel__lex_unterminated(pel_parse *cx, pel_span span, int token);
int pel__lex_backticks(pel_parse *cx, pel_span span);
/* 0: nothing to go on with. */
int pel__lex_semicolon(pel_parse *cx, pel_span span);
void pel__lex_foreign_comment(pel_parse *cx, pel_span span);
void pel__lex_illegal(pel_parse *cx, pel_span span);

/* The token NUMBER as INT, FLOAT or QUANTITY with its node. */
int pel__literal_number(pel_parse *cx, pel_span span, pel_ast **out);
/* The bytes of a string or quoted field whose opening quote stands `skip` bytes into
 * the span. */
pel_str pel__literal_string(pel_parse *cx, pel_span span, uint32_t skip);
#endif
