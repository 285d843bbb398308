#include <string.h>

#include "runtime/api/api.h"
#include "stdlib/io/csv.h"

static pel_status wrong(const pel_type *t, const char *text, size_t n, pel_error *err) {
  pel_buf b;
  pel__buf_init(&b, NULL);
  pel__type_print(t, &b);
  const pel_status s = pel_error_set(err, PEL_E_INVALID, "\"%.*s\" is not of type %s",
                                     (int)(n > 200 ? 200 : n), text, pel__buf_z(&b));
  pel__buf_deinit(&b);
  return s;
}

static int64_t integer_at(pel_kind k, const void *p) {
  switch (k) {
    case PEL_BOOL:
    case PEL_U8:
      return *(const uint8_t *)p;
    case PEL_I8:
      return *(const int8_t *)p;
    case PEL_I16:
      return *(const int16_t *)p;
    case PEL_U16:
      return *(const uint16_t *)p;
    case PEL_I32:
    case PEL_DATE:
      return *(const int32_t *)p;
    case PEL_U32:
      return *(const uint32_t *)p;
    case PEL_I64:
    case PEL_U64:
    case PEL_TIME:
    case PEL_DUR:
      return *(const int64_t *)p;
    case PEL_KIND_NONE:
    case PEL_F32:
    case PEL_F64:
    case PEL_STR:
    case PEL_BYTES:
    case PEL_LIST:
    case PEL_RECORD:
    case PEL_KIND_COUNT:
      break;
  }
  return 0;
}

pel_status pel__const_from_text(const pel_type *t, const char *text, size_t n,
                                pel_const *out, pel_error *err) {
  union {
    uint64_t word;
    double f;
    float g;
    pel_view view;
  } value;
  char padded[128 + PEL_CSV_PAD] = {
      0}; /* the longest number or time that means something is shorter */
  *out = (pel_const){.type = t};
  if (t->kind == PEL_STR || t->kind == PEL_BYTES) {
    if (t->kind == PEL_STR && pel__utf8_valid(text, n) != n)
      return wrong(t, text, n, err);
    out->as.s.p = text;
    out->as.s.n = n;
    return PEL_OK;
  }
  if (n > 128) return wrong(t, text, n, err);
  memcpy(padded, text, n);
  if (t->nullable && (n == 0 || (n == 4 && !memcmp(text, "null", 4))))
    return out->is_null = true, PEL_OK;
  if (!pel__csv_value(t->kind, (pel_str){padded, n}, false, &value, 0))
    return wrong(t, text, n, err);
  if (t->kind == PEL_F64)
    out->as.f = value.f;
  else if (t->kind == PEL_F32)
    out->as.f = (double)value.g;
  else
    out->as.i = integer_at(t->kind, &value);
  return PEL_OK;
}
