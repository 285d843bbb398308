#include <string.h>

#include "runtime/base/calendar.h"
#include "runtime/base/num_parse.h"
#include "runtime/base/num_print.h"
#include "runtime/base/str.h"
#include "stdlib/core/kernel.h"

/* `x as T` (R12): checked when it runs. Between numbers out of range fails, a float's
 * fraction is cut off, NaN is no integer; bool is 0 or 1; text is read and printed as
 * everywhere else. */

/* ---- numbers: a loop that converts and notes, then a slow one that says which ---- */

#define SAME_INT(x, r, T) __builtin_add_overflow((x), 0, &(r))
static bool cut_fits(double x, double least, double beyond) {
  return x > least - 1 && x < beyond;
}

#define INT_INT(F, T) bad |= SAME_INT(a[i], o[i], T)
#define INT_FLOAT(F, T) o[i] = (T)a[i]
#define FLOAT_F32(F, T) \
  o[i] = (T)a[i], bad |= __builtin_isinf(o[i]) && !__builtin_isinf(a[i])
#define FLOAT_F64(F, T) o[i] = (T)a[i]

/* The least value of T and the first one beyond its greatest are exact as doubles. */
#define LEAST(T) ((T)-1 < (T)1 ? -(double)(UINT64_C(1) << (8 * sizeof(T) - 1)) : 0.0)
#define BEYOND(T)                                              \
  ((T)-1 < (T)1 ? (double)(UINT64_C(1) << (8 * sizeof(T) - 1)) \
                : 2.0 * (double)(UINT64_C(1) << (8 * sizeof(T) - 1)))
/* What is cut to the least value fits too; below that of i64 there is none, and the
 * double next to it is far away. */
static bool float_fits(double x, double least, double beyond, bool wide) {
  return wide ? x >= least && x < beyond : cut_fits(x, least, beyond);
}
#define FLOAT_INT(F, T)                                                     \
  do {                                                                      \
    const bool fits_ =                                                      \
        float_fits((double)a[i], LEAST(T), BEYOND(T), LEAST(T) == -0x1p63); \
    o[i] = fits_ ? (T)a[i] : 0;                                             \
    bad |= !fits_;                                                          \
  } while (0)

/* A cell as text, for messages. */
static size_t show(const pel_col *c, uint32_t i, char out[40]) {
  switch ((int)c->type->kind) {
    case PEL_BOOL:
      return pel__print_u64(((const uint8_t *)c->data)[i], out);
    case PEL_I8:
      return pel__print_i64(((const int8_t *)c->data)[i], out);
    case PEL_I16:
      return pel__print_i64(((const int16_t *)c->data)[i], out);
    case PEL_I32:
      return pel__print_i64(((const int32_t *)c->data)[i], out);
    case PEL_I64:
      return pel__print_i64(((const int64_t *)c->data)[i], out);
    case PEL_U8:
      return pel__print_u64(((const uint8_t *)c->data)[i], out);
    case PEL_U16:
      return pel__print_u64(((const uint16_t *)c->data)[i], out);
    case PEL_U32:
      return pel__print_u64(((const uint32_t *)c->data)[i], out);
    case PEL_U64:
      return pel__print_u64(((const uint64_t *)c->data)[i], out);
    case PEL_F32:
      return pel__print_f32(((const float *)c->data)[i], out);
    case PEL_F64:
      return pel__print_f64(((const double *)c->data)[i], out);
    default:
      return 0;
  }
}

static const char *const words[PEL_KIND_COUNT] = {
    "",    "bool", "i8",  "i16",   "i32",  "i64",  "u8",  "u16",  "u32",   "u64",
    "f32", "f64",  "str", "bytes", "date", "time", "dur", "list", "record"};

static pel_status out_of_range(const pel_call *c, uint32_t i) {
  char text[40];
  const size_t n = show(&c->in[0], i, text);
  return pel_call_poison(c, i, "range", "%.*s as %s: out of range", (int)n, text,
                         words[c->out->type->kind]);
}

#define CAST(F, f, T, t, BODY)                      \
  static pel_status f##_to_##t(const pel_call *c) { \
    const F *a = PEL_IN(c, 0, F);                   \
    T *o = PEL_OUT(c, T);                           \
    bool bad = false;                               \
    PEL_EACH_ROW(c, i, { BODY(F, T); });            \
    if (!bad) return PEL_OK;                        \
    pel_status st = PEL_OK;                         \
    PEL_EACH_VALID(c, i, {                          \
      bad = false;                                  \
      BODY(F, T);                                   \
      if (bad) st = out_of_range(c, i);             \
    });                                             \
    return st;                                      \
  }

/* From one kind to every number, by how it becomes an integer, an f32 and an f64. */
#define FROM(F, f, INT, F32, F64) \
  CAST(F, f, int8_t, i8, INT)     \
  CAST(F, f, int16_t, i16, INT)   \
  CAST(F, f, int32_t, i32, INT)   \
  CAST(F, f, int64_t, i64, INT)   \
  CAST(F, f, uint8_t, u8, INT)    \
  CAST(F, f, uint16_t, u16, INT)  \
  CAST(F, f, uint32_t, u32, INT)  \
  CAST(F, f, uint64_t, u64, INT)  \
  CAST(F, f, float, f32, F32) CAST(F, f, double, f64, F64)
#define FROM_INT(F, f) FROM(F, f, INT_INT, INT_FLOAT, INT_FLOAT)
#define FROM_FLOAT(F, f) FROM(F, f, FLOAT_INT, FLOAT_F32, FLOAT_F64)
FROM_INT(int8_t, i8)
FROM_INT(int16_t, i16)
FROM_INT(int32_t, i32)
FROM_INT(int64_t, i64)
FROM_INT(uint8_t, u8)
FROM_INT(uint16_t, u16)
FROM_INT(uint32_t, u32)
FROM_INT(uint64_t, u64)
FROM_FLOAT(float, f32)
FROM_FLOAT(double, f64)

#define TO(f)                                                               \
  {                                                                         \
    [PEL_I8] = f##_to_i8, [PEL_I16] = f##_to_i16, [PEL_I32] = f##_to_i32,   \
    [PEL_I64] = f##_to_i64, [PEL_U8] = f##_to_u8, [PEL_U16] = f##_to_u16,   \
    [PEL_U32] = f##_to_u32, [PEL_U64] = f##_to_u64, [PEL_F32] = f##_to_f32, \
    [PEL_F64] = f##_to_f64                                                  \
  }
static const pel_kernel numbers[PEL_KIND_COUNT][PEL_KIND_COUNT] = {
    [PEL_I8] = TO(i8),   [PEL_I16] = TO(i16), [PEL_I32] = TO(i32), [PEL_I64] = TO(i64),
    [PEL_U8] = TO(u8),   [PEL_U16] = TO(u16), [PEL_U32] = TO(u32), [PEL_U64] = TO(u64),
    [PEL_F32] = TO(f32), [PEL_F64] = TO(f64), [PEL_BOOL] = TO(u8)};

/* ---- bool ---- */

#define TO_BOOL(F, f)                                            \
  static pel_status f##_to_bool(const pel_call *c) {             \
    const F *a = PEL_IN(c, 0, F);                                \
    pel_status st = PEL_OK;                                      \
    PEL_EACH_VALID(c, i, {                                       \
      PEL_OUT(c, uint8_t)[i] = a[i] == (F)1;                     \
      if (a[i] != (F)0 && a[i] != (F)1) st = out_of_range(c, i); \
    });                                                          \
    return st;                                                   \
  }
TO_BOOL(int8_t, i8)
TO_BOOL(int16_t, i16)
TO_BOOL(int32_t, i32)
TO_BOOL(int64_t, i64)
TO_BOOL(uint8_t, u8)
TO_BOOL(uint16_t, u16)
TO_BOOL(uint32_t, u32)
TO_BOOL(uint64_t, u64)
TO_BOOL(float, f32)
TO_BOOL(double, f64)
static const pel_kernel to_bool[PEL_KIND_COUNT] = {
    [PEL_I8] = i8_to_bool,   [PEL_I16] = i16_to_bool, [PEL_I32] = i32_to_bool,
    [PEL_I64] = i64_to_bool, [PEL_U8] = u8_to_bool,   [PEL_U16] = u16_to_bool,
    [PEL_U32] = u32_to_bool, [PEL_U64] = u64_to_bool, [PEL_F32] = f32_to_bool,
    [PEL_F64] = f64_to_bool};

/* ---- dates and times ---- */

static pel_status date_to_time(const pel_call *c) {
  PEL_EACH_ROW(c, i, PEL_OUT(c, int64_t)[i] = pel__date_time(PEL_IN(c, 0, int32_t)[i]););
  return PEL_OK;
}
static pel_status time_to_date(const pel_call *c) {
  PEL_EACH_VALID(c, i,
                 PEL_OUT(c, int32_t)[i] = pel__time_date(PEL_IN(c, 0, int64_t)[i]););
  return PEL_OK;
}

/* ---- text ---- */

static size_t print(const pel_col *c, uint32_t i, char out[64]) {
  switch ((int)c->type->kind) {
    case PEL_BOOL: {
      const bool yes = ((const uint8_t *)c->data)[i] != 0;
      memcpy(out, yes ? "true" : "false", 5);
      return yes ? 4 : 5;
    }
    case PEL_DATE:
      return pel__print_date(((const int32_t *)c->data)[i], out);
    case PEL_TIME:
      return pel__print_time(((const int64_t *)c->data)[i], out);
    case PEL_DUR:
      return pel__print_dur(((const int64_t *)c->data)[i], out);
    default:
      return show(c, i, out);
  }
}

static pel_status to_text(const pel_call *c) {
  PEL_EACH_VALID(c, i, {
    char text[64];
    const size_t n = print(&c->in[0], i, text);
    char *p = n > 12 ? c->env->temp(c->env, n) : text;
    if (!p) return PEL_E_NOMEM;
    if (p != text) memcpy(p, text, n);
    PEL_OUT(c, pel_view)[i] = pel_view_of(p, (uint32_t)n);
  });
  return PEL_OK;
}

static bool read_int(const char *p, size_t n, pel_kind k, void *o, uint32_t i) {
  switch ((int)k) {
    case PEL_I8:
      return pel__parse_i8(p, n, (int8_t *)o + i) == PEL_PARSE_OK;
    case PEL_I16:
      return pel__parse_i16(p, n, (int16_t *)o + i) == PEL_PARSE_OK;
    case PEL_I32:
      return pel__parse_i32(p, n, (int32_t *)o + i) == PEL_PARSE_OK;
    case PEL_I64:
      return pel__parse_i64(p, n, (int64_t *)o + i) == PEL_PARSE_OK;
    case PEL_U8:
      return pel__parse_u8(p, n, (uint8_t *)o + i) == PEL_PARSE_OK;
    case PEL_U16:
      return pel__parse_u16(p, n, (uint16_t *)o + i) == PEL_PARSE_OK;
    case PEL_U32:
      return pel__parse_u32(p, n, (uint32_t *)o + i) == PEL_PARSE_OK;
    case PEL_U64:
      return pel__parse_u64(p, n, (uint64_t *)o + i) == PEL_PARSE_OK;
    default:
      return false;
  }
}

static bool read_value(const char *p, size_t n, pel_kind k, void *o, uint32_t i) {
  switch ((int)k) {
    case PEL_BOOL:
      return pel__parse_bool(p, n, (bool *)o + i);
    case PEL_F32:
      return pel__parse_f32(p, n, (float *)o + i);
    case PEL_F64:
      return pel__parse_f64(p, n, (double *)o + i);
    case PEL_DATE:
      return pel__parse_date(p, n, (int32_t *)o + i) == PEL_PARSE_OK;
    case PEL_TIME:
      return pel__parse_time(p, n, (int64_t *)o + i) == PEL_PARSE_OK;
    case PEL_DUR:
      return pel__parse_dur(p, n, (int64_t *)o + i) == PEL_PARSE_OK;
    default:
      return read_int(p, n, k, o, i);
  }
}

static pel_status from_text(const pel_call *c) {
  const pel_kind k = c->out->type->kind;
  pel_status st = PEL_OK;
  PEL_EACH_VALID(c, i, {
    const pel_view *v = &PEL_IN(c, 0, pel_view)[i];
    const int shown = v->in.n > 60 ? 60 : (int)v->in.n;
    if (!read_value(pel_view_bytes(v), v->in.n, k, c->out->data, i))
      st = pel_call_poison(c, i, "bad value", "\"%.*s%s\" is no %s", shown,
                           pel_view_bytes(v), v->in.n > 60 ? "…" : "", words[k]);
  });
  return st;
}

static pel_status same_text(const pel_call *c) {
  PEL_EACH_ROW(c, i, PEL_OUT(c, pel_view)[i] = PEL_IN(c, 0, pel_view)[i];);
  return PEL_OK;
}

static pel_status bytes_to_str(const pel_call *c) {
  pel_status st = PEL_OK;
  PEL_EACH_VALID(c, i, {
    const pel_view *v = &PEL_IN(c, 0, pel_view)[i];
    const bool ok = pel__utf8_valid(pel_view_bytes(v), v->in.n) == v->in.n;
    PEL_OUT(c, pel_view)[i] = ok ? *v : pel_view_of(NULL, 0);
    if (!ok) st = pel_call_poison(c, i, "bad value", "the bytes are not valid UTF-8");
  });
  return st;
}

/* ---- the row ---- */

static pel_status same_value(const pel_call *c) {
  const uint32_t w = pel_kind_width(c->out->type->kind);
  const char *a = c->in[0].data;
  char *o = c->out->data;
  PEL_EACH_ROW(c, i, memcpy(o + (size_t)i * w, a + (size_t)i * w, w););
  return PEL_OK;
}

static pel_kernel choose(const pel_type *const *in, uint32_t nin, const pel_type *out) {
  if (nin != 1) return NULL;
  const pel_kind a = in[0]->kind, b = out->kind;
  if (a > PEL_DUR || b > PEL_DUR) return NULL;
  if (a == b) return a == PEL_STR || a == PEL_BYTES ? same_text : same_value;
  if (numbers[a][b]) return numbers[a][b];
  if (b == PEL_BOOL && to_bool[a]) return to_bool[a];
  if (a == PEL_STR) return b == PEL_BYTES ? same_text : from_text;
  if (b == PEL_STR) return a == PEL_BYTES ? bytes_to_str : to_text;
  if (a == PEL_DATE && b == PEL_TIME) return date_to_time;
  return a == PEL_TIME && b == PEL_DATE ? time_to_date : NULL;
}

PEL_OP(cast, "cast", "(x: 'any) -> 'any2", PEL_OP_MAP,
       .doc =
           "`x as T`: a number out of range fails, a float's fraction is cut off towards "
           "zero; bool is 0 or 1; text is read "
           "and printed; a date becomes its midnight, a time its day.",
       .props = PEL_PURE | PEL_NULL_STRICT | PEL_CAN_FAIL | PEL_INTERNAL,
       .choose = choose);
