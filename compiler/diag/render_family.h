/* What the renderers share among themselves; nobody outside compiler/diag includes it.
 * Owns nothing.
 * Any thread, as long as the list stands still. */
#ifndef PEL_COMPILER_DIAG_RENDER_FAMILY_H
#define PEL_COMPILER_DIAG_RENDER_FAMILY_H

#include "compiler/diag/render.h"

/* "error" or "warning". */
const char *pel__render_word(const pel_diag *d);
/* file:line:col, or nothing when the span is no place. */
bool pel__render_place(const pel_diags *ds, pel_span span, pel_buf *out);
/* SGR codes when color is asked for. */
void pel__render_paint(pel_buf *out, bool color, const char *sgr);
/* One diagnostic in rustc's layout, without the blank line behind it. */
void pel__render_human(const pel_diags *ds, const pel_diag *d, bool color, pel_buf *out);
#endif
