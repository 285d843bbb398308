/* Diagnostics as data: what is wrong with a program, where, and what to do about it.
 * The list and all its texts live in one arena (the compile arena) and die with it; the
 * list borrows the sources.
 * One thread at a time. */
#ifndef PEL_COMPILER_DIAG_DIAG_H
#define PEL_COMPILER_DIAG_DIAG_H

#include "compiler/diag/source.h"

/* PEL_E0001 …: one per row of codes.def, in its order. Two rows with one code do not
 * compile. */
typedef enum pel_diag_code {
#define PEL_CODE(code, title, text) PEL_##code,
#include "compiler/diag/codes.def"
#undef PEL_CODE
  PEL_DIAG_CODE_COUNT
} pel_diag_code;

typedef enum pel_severity { PEL_SEVERITY_ERROR, PEL_SEVERITY_WARNING } pel_severity;

typedef struct pel_diag_note {
  pel_span span; /* line 0: no place, the label stands alone */
  pel_str label;
} pel_diag_note;

enum {
  PEL_DIAG_NOTES = 8, /* second places of one diagnostic; more are dropped */
  PEL_DIAG_SHOWN = 20 /* diagnostics kept of each severity, and shown of both together */
};

typedef struct pel_diag {
  pel_diag_code code;
  pel_severity severity;
  pel_span span;   /* line 0: about no place */
  pel_str message; /* one line, no full stop */
  pel_str label;   /* behind the carets; may be empty */
  pel_str help;    /* may be empty */
  uint32_t note_count;
  pel_diag_note notes[PEL_DIAG_NOTES];
  /* line 0: no fix-it. Else this text is replaced by `fix` (begin == end: inserted) */
  pel_span fix_span;
  pel_str fix;
} pel_diag;

typedef struct pel_diags {
  pel_arena *arena;
  pel_sources *sources;
  pel_diag **at; /* kept ones, in the order they were added */
  uint32_t n, cap;
  /* all that were added, repetitions not counted, those not kept too */
  uint32_t errors, warnings;
  /* no memory for one of them: the list is short, errors is right */
  bool failed;
} pel_diags;

void pel__diags_init(pel_diags *ds, pel_arena *arena, pel_sources *sources);

/* Adds a diagnostic; the severity follows from the code's letter. A repetition (same
 * code, place and message) is dropped, and so is what exceeds PEL_DIAG_SHOWN of its
 * severity. NULL when dropped; the functions below then do nothing. */
pel_diag *pel__diag_add(pel_diags *ds, pel_diag_code code, pel_span span, const char *fmt,
                        ...) PEL_PRINTF(4, 5);
void pel__diag_label(pel_diags *ds, pel_diag *d, const char *fmt, ...) PEL_PRINTF(3, 4);
void pel__diag_note(pel_diags *ds, pel_diag *d, pel_span span, const char *fmt, ...)
    PEL_PRINTF(4, 5);
void pel__diag_help(pel_diags *ds, pel_diag *d, const char *fmt, ...) PEL_PRINTF(3, 4);
void pel__diag_fix(pel_diags *ds, pel_diag *d, pel_span span, const char *fmt, ...)
    PEL_PRINTF(4, 5);

/* "E0001", its title, and the text of `pel explain`. */
const char *pel__diag_code_name(pel_diag_code code);
const char *pel__diag_code_title(pel_diag_code code);
const char *pel__diag_code_text(pel_diag_code code);
pel_severity pel__diag_code_severity(pel_diag_code code);
/* PEL_DIAG_CODE_COUNT when there is no such code. */
pel_diag_code pel__diag_code_find(pel_str name);
#endif
