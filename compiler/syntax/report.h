/* What the error messages share: sets of expected tokens and how they are told.
 * Owns nothing.
 * One thread. */
#ifndef PEL_COMPILER_SYNTAX_REPORT_H
#define PEL_COMPILER_SYNTAX_REPORT_H

#include "compiler/syntax/parse.h"
#include "compiler/syntax/parser.h"

enum {
  PEL_TOKEN_FIRST = T_IDENT,
  PEL_TOKEN_END = T_COMMENT
}; /* as declared in parser.y */

/* Sets are arrays of PEL_TOKEN_END - PEL_TOKEN_FIRST bools. The end of the file is in
 * none. */
PEL_INLINE bool pel__expects(const bool *set, int token) {
  return set[token - PEL_TOKEN_FIRST];
}
/* "an expression, `,` or `)`"; empty when it would say nothing. Lives in the arena. */
const char *pel__expected_list(pel_parse *cx, const bool *expected);
#endif
