/* Writes diagnostics for people (rustc's layout), for editors (one line each) and for
 * programs (one JSON object a line).
 * Owns nothing: it appends to the caller's buffer and never prints.
 * Any thread, as long as the list stands still. */
#ifndef PEL_COMPILER_DIAG_RENDER_H
#define PEL_COMPILER_DIAG_RENDER_H

#include "compiler/diag/diag.h"

typedef enum pel_diag_format {
  PEL_DIAG_HUMAN,
  PEL_DIAG_SHORT,
  PEL_DIAG_JSON
} pel_diag_format;

typedef struct pel_diag_style {
  pel_diag_format format;
  bool color; /* ANSI colours; PEL_DIAG_HUMAN and PEL_DIAG_SHORT only */
} pel_diag_style;

/* At most PEL_DIAG_SHOWN, errors before warnings when there are more, in the order of
 * their places; a last line counts what is left out. Memory trouble shows in
 * out->failed. */
void pel__diags_render(const pel_diags *ds, pel_diag_style style, pel_buf *out);
#endif
