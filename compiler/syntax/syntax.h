/* Text to tree, and text to text laid out: the two doors of the front end's first floor.
 * Results live in the arena or buffer handed in; the source's text is borrowed and must
 * outlive the tree.
 * One thread per pel_diags; nothing is shared between calls. */
#ifndef PEL_COMPILER_SYNTAX_SYNTAX_H
#define PEL_COMPILER_SYNTAX_SYNTAX_H

#include "compiler/diag/diag.h"
#include "compiler/syntax/ast.h"

enum {
  PEL_SYNTAX_DEPTH = 1000,      /* nesting of brackets and of nodes; chains are flat */
  PEL_SYNTAX_NODES = 1 << 20,   /* nodes of one file */
  PEL_SYNTAX_STRING = 64 << 10, /* bytes of one decoded string */
  PEL_SYNTAX_ERRORS = 20        /* after so many a parse stops */
};

/* Parses file number `file` of ds->sources; any bytes will do. PEL_E_COMPILE: errors were
 * added to ds (up to PEL_SYNTAX_ERRORS of them, of independent items). PEL_E_NOMEM.
 * Linear in the text's length. */
PEL_USE_RESULT pel_status pel__syntax_parse(pel_arena *arena, pel_diags *ds,
                                            uint32_t file, pel_ast_file **out);

/* Appends the source in canonical layout; every comment stays, the tree stays, and
 * formatting twice changes nothing. PEL_E_COMPILE with diagnostics (and nothing appended)
 * when the text does not parse. */
PEL_USE_RESULT pel_status pel__syntax_format(const pel_source *src, pel_buf *out,
                                             pel_diags *ds);
#endif
