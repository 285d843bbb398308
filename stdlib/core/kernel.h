/* What elementwise kernels are written with: loops over the rows of a call, families of
 * types, choosing by type. Owns nothing. Any thread. */
#ifndef PEL_STDLIB_CORE_KERNEL_H
#define PEL_STDLIB_CORE_KERNEL_H

#include "pel/op.h"

/* Runs the statements for every row i of the call. Two loops: the dense one vectorises.
 */
#define PEL_EACH_ROW(c, i, ...)                  \
  do {                                           \
    if (!(c)->sel) {                             \
      for (uint32_t i = 0; i < (c)->n; i++) {    \
        __VA_ARGS__                              \
      }                                          \
    } else {                                     \
      for (uint32_t k_ = 0; k_ < (c)->n; k_++) { \
        const uint32_t i = (c)->sel[k_];         \
        __VA_ARGS__                              \
      }                                          \
    }                                            \
  } while (0)

/* The same for rows whose inputs are all valid: for what must not look at other cells
 * (text, failures). */
#define PEL_EACH_VALID(c, i, ...)                      \
  do {                                                 \
    const uint8_t *state_ = (c)->state;                \
    for (uint32_t k_ = 0; k_ < (c)->n; k_++) {         \
      const uint32_t i = (c)->sel ? (c)->sel[k_] : k_; \
      if (state_ && state_[i] != PEL_VALID) continue;  \
      __VA_ARGS__                                      \
    }                                                  \
  } while (0)

#define PEL_IN(c, k, T) ((const T *)(c)->in[k].data)
#define PEL_OUT(c, T) ((T *)(c)->out->data)

/* X(kind, C type, suffix) */
#define PEL_SIGNED_TYPES(X) \
  X(PEL_I8, int8_t, i8)     \
  X(PEL_I16, int16_t, i16)  \
  X(PEL_I32, int32_t, i32)  \
  X(PEL_I64, int64_t, i64)
#define PEL_UNSIGNED_TYPES(X) \
  X(PEL_U8, uint8_t, u8)      \
  X(PEL_U16, uint16_t, u16)   \
  X(PEL_U32, uint32_t, u32)   \
  X(PEL_U64, uint64_t, u64)
#define PEL_FLOAT_TYPES(X) \
  X(PEL_F32, float, f32)   \
  X(PEL_F64, double, f64)
#define PEL_INT_TYPES(X) PEL_SIGNED_TYPES(X) PEL_UNSIGNED_TYPES(X)
#define PEL_NUM_TYPES(X) PEL_INT_TYPES(X) PEL_FLOAT_TYPES(X)

/* A kernel out of a table by the kind all n arguments have; NULL when they differ. */
PEL_INLINE pel_kernel pel__kernel_same(const pel_kernel *by_kind,
                                       const pel_type *const *in, uint32_t nin,
                                       uint32_t want) {
  if (nin != want) return NULL;
  for (uint32_t i = 1; i < nin; i++)
    if (in[i]->kind != in[0]->kind) return NULL;
  return by_kind[in[0]->kind];
}

/* A choose function over a table that a family of kernels fills: out must be of kind OUT
 * (or, OUT NONE, as in). */
#define PEL_CHOOSE(fn, table, nargs, OUT)                                               \
  static pel_kernel fn(const pel_type *const *in, uint32_t nin, const pel_type *out) {  \
    pel_kernel k = pel__kernel_same(table, in, nin, nargs);                             \
    return k && out->kind == ((OUT) == PEL_KIND_NONE ? in[0]->kind : (OUT)) ? k : NULL; \
  }

/* NUL-terminated name of a scalar kind as programs write it. */
const char *pel__kind_word(pel_kind k);

#endif
