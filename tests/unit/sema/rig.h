/* What the tests of the checker share: a small table of operators, a world of files, and
 * text in, text out. A rig owns one compilation; rig_close frees it. One thread. */
#ifndef PEL_TESTS_UNIT_SEMA_RIG_H
#define PEL_TESTS_UNIT_SEMA_RIG_H

#include "compiler/sema/sema.h"

typedef struct rig {
  pel_arena arena;
  pel_sources sources;
  pel_diags diags;
  pel_typed *typed; /* NULL after errors */
  pel_status status;
  pel_buf text; /* of the last question */
} rig;

/* Parses and checks; the text is borrowed until rig_close. */
void rig_open(rig *r, const char *text);
void rig_close(rig *r);
/* The diagnostics, one short line each. */
const char *rig_short(rig *r);
/* … as people see them. */
const char *rig_human(rig *r);
const char *rig_dump(rig *r);
/* The codes of the diagnostics, such as "E0101 E0202"; "" when there are none. */
const char *rig_codes(rig *r);
/* The type of the out or let with this name, as the language writes it; "?" when there is
 * none. */
const char *rig_type(rig *r, const char *name);
#endif
