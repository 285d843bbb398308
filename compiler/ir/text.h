/* Words that the IR's printer and parser share; nobody outside compiler/ir includes it.
 * Owns nothing.
 * Any thread. */
#ifndef PEL_COMPILER_IR_TEXT_H
#define PEL_COMPILER_IR_TEXT_H

#include "compiler/ir/ir.h"

/* "i64" …; "?" for lists and records. */
const char *pel__ir_kind_word(pel_kind k);
#endif
