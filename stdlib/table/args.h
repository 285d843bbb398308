/* Constant arguments of an operator, checked as they are read.
 * Owns nothing.
 * Any thread. */
#ifndef PEL_STDLIB_TABLE_ARGS_H
#define PEL_STDLIB_TABLE_ARGS_H

#include <string.h>

#include "pel/op.h"

PEL_INLINE bool pel__arg_int(const pel_bind *b, uint32_t i, int64_t *out) {
  if (i >= b->nargs || b->args[i].is_null || !b->args[i].type) return false;
  pel_kind k = b->args[i].type->kind;
  if (k < PEL_BOOL || k > PEL_U64) return false;
  *out = b->args[i].as.i;
  return true;
}

PEL_INLINE bool pel__arg_list(const pel_bind *b, uint32_t i, const pel_const **out) {
  if (i >= b->nargs || b->args[i].is_null || !b->args[i].type) return false;
  if (b->args[i].type->kind != PEL_LIST) return false;
  *out = &b->args[i];
  return true;
}

PEL_INLINE bool pel__arg_is(const pel_bind *b, uint32_t i, const char *word) {
  if (i >= b->nargs || b->args[i].is_null || !b->args[i].type) return false;
  if (b->args[i].type->kind != PEL_STR) return false;
  return b->args[i].as.s.n == strlen(word) &&
         memcmp(b->args[i].as.s.p, word, strlen(word)) == 0;
}
#endif
