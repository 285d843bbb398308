/* What the aggregates share: walking the rows of a batch, results that fail.
 * Owns nothing. Any thread; one at a time per state. */
#ifndef PEL_STDLIB_AGG_AGG_H
#define PEL_STDLIB_AGG_AGG_H

#include <string.h>

#include "pel/op.h"

/* Result k is no value but a failure. */
pel_status pel__agg_fail(const pel_env *env, pel_col *out, uint32_t k, uint64_t ordinal,
                         const char *code, const char *text);
/* Result k of an aggregate that met no value: null where the type allows it, else it
 * fails. */
pel_status pel__agg_none(const pel_env *env, pel_col *out, uint32_t k, uint64_t ordinal,
                         const char *name);

/* Runs the statements for each of the n rows that is neither null nor poisoned: `k` is
 * its number in the batch, `row` its place in the column. */
#define PEL_AGG_ROWS(col, sel, n, ...)             \
  do {                                             \
    const uint8_t *state_ = (col)->state;          \
    if (!state_ && !(sel)) {                       \
      for (uint32_t k = 0; k < (n); k++) {         \
        const uint32_t row = k;                    \
        __VA_ARGS__                                \
      }                                            \
    } else if (!state_) {                          \
      for (uint32_t k = 0; k < (n); k++) {         \
        const uint32_t row = (sel)[k];             \
        __VA_ARGS__                                \
      }                                            \
    } else {                                       \
      for (uint32_t k = 0; k < (n); k++) {         \
        const uint32_t row = (sel) ? (sel)[k] : k; \
        if (state_[row] != PEL_VALID) continue;    \
        __VA_ARGS__                                \
      }                                            \
    }                                              \
  } while (0)

/* Storing a whole number as a value of an integer kind, or of bool, date, time, dur. */
void pel__agg_put_int(pel_col *out, uint32_t k, int64_t v);

/* A plain copy of the state's bytes, for states without pointers. */
#define PEL_AGG_PLAIN_CODEC(T)                                                           \
  static size_t encode(const void *state, void *buf) {                                   \
    if (buf) memcpy(buf, state, sizeof(T));                                              \
    return sizeof(T);                                                                    \
  }                                                                                      \
  static pel_status decode(const pel_env *env, void *state, const void *buf, size_t n) { \
    (void)env;                                                                           \
    if (n != sizeof(T)) return PEL_E_INVALID;                                            \
    memcpy(state, buf, n);                                                               \
    return PEL_OK;                                                                       \
  }

/* For each kind of integer the row agg_KIND, out of update_KIND, update_all_KIND and the
 * functions int_init, int_combine, int_finish, encode and decode, which all kinds share.
 */
#define PEL_AGG_INTS(T) \
  PEL_AGG_INT(i8, T);   \
  PEL_AGG_INT(i16, T);  \
  PEL_AGG_INT(i32, T);  \
  PEL_AGG_INT(i64, T);  \
  PEL_AGG_INT(u8, T);   \
  PEL_AGG_INT(u16, T);  \
  PEL_AGG_INT(u32, T);  \
  PEL_AGG_INT(u64, T)
#define PEL_AGG_INT(name, T)                                          \
  static const pel_agg agg_##name = {.state_size = sizeof(T),         \
                                     .state_align = 8,                \
                                     .init = int_init,                \
                                     .update = update_##name,         \
                                     .update_all = update_all_##name, \
                                     .combine = int_combine,          \
                                     .finish = int_finish,            \
                                     .encode = encode,                \
                                     .decode = decode}
#endif
