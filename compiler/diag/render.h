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

/* What is said without a code of codes.def: by a run, or about no program. */
typedef struct pel_remark {
  pel_severity severity;
  const char *code; /* NULL: none */
  const char *message;
  const char *item; /* the out or test it is about; NULL: none */
  pel_span span;    /* line 0: no place */
} pel_remark;
/* One line of PEL_DIAG_JSON, with the keys of a diagnostic. */
void pel__remark_render(const pel_sources *sources, const pel_remark *r, pel_buf *out);
/* In rustc's layout; of its code nothing is shown, of its item that it has no value. */
void pel__remark_human(pel_sources *sources, const pel_remark *r, bool color,
                       pel_buf *out);
#endif
