#include "stdlib/agg/agg.h"

pel_status pel__agg_fail(const pel_env *env, pel_col *out, uint32_t k, uint64_t ordinal,
                         const char *code, const char *text) {
  if (!out->fail) {
    uint32_t *fail = (uint32_t *)env->temp(env, PEL_BLOCK_ROWS * sizeof *fail);
    if (!fail) return PEL_E_NOMEM;
    memset(fail, 0, PEL_BLOCK_ROWS * sizeof *fail);
    out->fail = fail;
  }
  out->fail[k] = env->poison(env, ordinal, code, "%s", text);
  out->state[k] = PEL_POISON;
  return PEL_OK;
}

pel_status pel__agg_none(const pel_env *env, pel_col *out, uint32_t k, uint64_t ordinal,
                         const char *name) {
  if (out->type->nullable) {
    out->state[k] = PEL_NULL;
    return PEL_OK;
  }
  static const char *const texts[][2] = {
      {"min", "min of no values; give it an `empty:`"},
      {"max", "max of no values; give it an `empty:`"},
      {"mean", "mean of no values; give it an `empty:`"},
      {"first", "first of no values; give it an `empty:`"},
      {"last", "last of no values; give it an `empty:`"}};
  const char *text = "an aggregate of no values";
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    if (strcmp(texts[i][0], name) == 0) text = texts[i][1];
  return pel__agg_fail(env, out, k, ordinal, "none", text);
}

void pel__agg_put_int(pel_col *out, uint32_t k, int64_t v) {
  switch (out->type->kind) {
    case PEL_BOOL:
    case PEL_I8:
    case PEL_U8:
      ((uint8_t *)out->data)[k] = (uint8_t)v;
      return;
    case PEL_I16:
    case PEL_U16:
      ((uint16_t *)out->data)[k] = (uint16_t)v;
      return;
    case PEL_I32:
    case PEL_U32:
    case PEL_DATE:
      ((uint32_t *)out->data)[k] = (uint32_t)v;
      return;
    case PEL_I64:
    case PEL_U64:
    case PEL_TIME:
    case PEL_DUR:
      ((int64_t *)out->data)[k] = v;
      return;
    case PEL_KIND_NONE:
    case PEL_F32:
    case PEL_F64:
    case PEL_STR:
    case PEL_BYTES:
    case PEL_LIST:
    case PEL_RECORD:
    case PEL_KIND_COUNT:
      return;
  }
}
