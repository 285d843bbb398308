/* A text that an aggregate's state owns: the least, the greatest, the first so far.
 * The state owns its bytes until pel__agg_text_free; all zero bytes is no text.
 * One thread at a time per state. */
#ifndef PEL_STDLIB_AGG_TEXT_H
#define PEL_STDLIB_AGG_TEXT_H

#include "pel/op.h"

typedef struct pel_agg_text {
  char *p;
  uint32_t n, cap;
  uint64_t seen; /* 0: no value; min and max write 1, first and last a rank */
} pel_agg_text;

/* Order by bytes: t against p[0 … n). */
int pel__agg_text_cmp(const pel_agg_text *t, const char *p, uint32_t n);
/* false: no memory, t is as before. Sets seen to 1. */
bool pel__agg_text_set(const pel_env *env, pel_agg_text *t, const char *p, uint32_t n);
void pel__agg_text_free(const pel_env *env, pel_agg_text *t);

/* finish, encode and decode of a pel_agg whose states are pel_agg_text. */
pel_status pel__agg_text_finish(const pel_env *env, void *const *states, uint32_t n,
                                const uint64_t *ordinals, pel_col *out, const char *name);
size_t pel__agg_text_encode(const void *state, void *buf);
pel_status pel__agg_text_decode(const pel_env *env, void *state, const void *buf,
                                size_t n);
#endif
