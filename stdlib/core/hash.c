#include <string.h>

#include "runtime/base/hash.h"
#include "stdlib/core/kernel.h"

/* hash(x): a number a program may write to a file and compare next year. Of a value's
 * bytes as its type keeps them, little end first; floats that are equal hash equal. */

#define LOOP(fn, T, EXPR)                      \
  static pel_status fn(const pel_call *c) {    \
    const T *a = PEL_IN(c, 0, T);              \
    uint64_t *o = PEL_OUT(c, uint64_t);        \
    PEL_EACH_ROW(c, i, {                       \
      T x = EXPR;                              \
      o[i] = pel__hash_bytes(&x, sizeof x, 0); \
    });                                        \
    return PEL_OK;                             \
  }
LOOP(hash_8, uint8_t, a[i])
LOOP(hash_16, uint16_t, a[i])
LOOP(hash_32, uint32_t, a[i])
LOOP(hash_64, uint64_t, a[i])
LOOP(hash_f32, float, a[i] == 0 ? 0.0f : a[i] != a[i] ? __builtin_nanf("") : a[i])
LOOP(hash_f64, double, a[i] == 0 ? 0.0 : a[i] != a[i] ? __builtin_nan("") : a[i])

static pel_status hash_text(const pel_call *c) {
  const pel_view *a = PEL_IN(c, 0, pel_view);
  PEL_EACH_VALID(c, i, {
    PEL_OUT(c, uint64_t)[i] = pel__hash_bytes(pel_view_bytes(&a[i]), a[i].in.n, 0);
  });
  return PEL_OK;
}

static const pel_kernel hashes[PEL_KIND_COUNT] = {
    [PEL_BOOL] = hash_8,     [PEL_I8] = hash_8,    [PEL_I16] = hash_16,
    [PEL_I32] = hash_32,     [PEL_I64] = hash_64,  [PEL_U8] = hash_8,
    [PEL_U16] = hash_16,     [PEL_U32] = hash_32,  [PEL_U64] = hash_64,
    [PEL_F32] = hash_f32,    [PEL_F64] = hash_f64, [PEL_STR] = hash_text,
    [PEL_BYTES] = hash_text, [PEL_DATE] = hash_32, [PEL_TIME] = hash_64,
    [PEL_DUR] = hash_64};
PEL_CHOOSE(choose_hash, hashes, 1, PEL_U64)

PEL_OP(hash, "hash", "(x: 'ord) -> u64", PEL_OP_MAP, .props = PEL_PURE | PEL_NULL_STRICT,
       .ref = "XXH3, 64 bits, seed 0 (https://xxhash.com)",
       .doc =
           "A number that depends on the value and its type alone, the same in every "
           "version and on every machine.",
       .choose = choose_hash);
