#include "compiler/sema/exprs.h"
#include "compiler/sema/types.h"
#include "runtime/base/calendar.h"
#include "runtime/base/num_parse.h"

/* A number as it stands in the program, with its sign. */
typedef struct number {
  const pel_ast *ast; /* INT, FLOAT, QUANTITY */
  bool negative;
} number;

static bool number_of(const pel_ast *e, number *out) {
  bool negative = false;
  while (e->kind == PEL_AST_NEGATE) {
    negative = !negative;
    e = e->operand;
  }
  *out = (number){e, negative};
  return e->kind == PEL_AST_INT || e->kind == PEL_AST_FLOAT ||
         e->kind == PEL_AST_QUANTITY;
}

bool pel__literal_adapts(const pel_ast *e) {
  number n;
  if (e->kind == PEL_AST_STRING) return true;
  return number_of(e, &n);
}

bool pel__literal_is(const pel_ast *e) {
  return pel__literal_adapts(e) || e->kind == PEL_AST_BOOL || e->kind == PEL_AST_NULL;
}

static bool is_duration(const pel_ast *e) {
  return e->kind == PEL_AST_QUANTITY && pel__ast_unit_is_duration(e->quantity.unit);
}

const pel_ty *pel__literal_type(const pel_ast *e) {
  number n;
  if (e->kind == PEL_AST_STRING) return pel__ty_scalar(PEL_STR);
  if (e->kind == PEL_AST_BOOL) return pel__ty_scalar(PEL_BOOL);
  if (e->kind == PEL_AST_NULL) return pel__ty_null();
  if (!number_of(e, &n)) return &pel__ty_error;
  if (is_duration(n.ast)) return pel__ty_scalar(PEL_DUR);
  return pel__ty_scalar(n.ast->kind == PEL_AST_FLOAT ? PEL_F64 : PEL_I64);
}

bool pel__literal_fits(const pel_ast *e, const pel_ty *to) {
  number n;
  if (to->kind == PEL_TY_ERROR) return true;
  if (e->kind == PEL_AST_NULL) return to->nullable;
  if (to->kind != PEL_TY_SCALAR) return false;
  pel_kind k = to->scalar;
  if (e->kind == PEL_AST_STRING)
    return k == PEL_STR || k == PEL_BYTES || k == PEL_DATE || k == PEL_TIME;
  if (e->kind == PEL_AST_BOOL) return k == PEL_BOOL;
  if (!number_of(e, &n)) return false;
  if (is_duration(n.ast)) return k == PEL_DUR;
  return n.ast->kind == PEL_AST_FLOAT ? pel__kind_float(k) : pel__kind_num(k);
}

/* ---- making the constant ---- */

static pel_const *new_const(pel_sema *s, const pel_ty *t) {
  pel_const *c = PEL_ARENA_NEW(s->arena, pel_const);
  if (!c) {
    s->oom = true;
    return NULL;
  }
  c->type = pel__ty_runtime(s, t);
  return c;
}

/* The largest magnitude of an integer type, on the side of the sign. */
static uint64_t limit_of(pel_kind k, bool negative) {
  static const uint64_t most[PEL_U64 + 1] = {
      [PEL_I8] = INT8_MAX,    [PEL_I16] = INT16_MAX, [PEL_I32] = INT32_MAX,
      [PEL_I64] = INT64_MAX,  [PEL_U8] = UINT8_MAX,  [PEL_U16] = UINT16_MAX,
      [PEL_U32] = UINT32_MAX, [PEL_U64] = UINT64_MAX};
  bool is_unsigned = k >= PEL_U8;
  if (!negative) return most[k];
  return is_unsigned ? 0 : most[k] + 1;
}

static pel_x *out_of_range(pel_sema *s, const pel_ast *e, pel_kind k) {
  pel_str text = pel__source_text(s->ds->sources, e->span);
  pel_diag *d =
      pel__sema_error(s, PEL_E0202, e->span, "`" PEL_STR_FMT "` does not fit into %s",
                      PEL_STR_ARG(text), pel__kind_name(k));
  if (k >= PEL_U8 && k <= PEL_U64 && e->kind == PEL_AST_NEGATE)
    pel__diag_help(s->ds, d, "%s has no negative numbers", pel__kind_name(k));
  else if (k == PEL_I64)
    pel__diag_help(
        s->ds, d,
        "write it as a float, such as `1e20`, or with `as u64` where that fits");
  return pel__x_error(s, e->span);
}

static bool magnitude(const number *n, uint64_t *out) {
  if (n->ast->kind == PEL_AST_QUANTITY) {
    *out = n->ast->quantity.value;
    return true;
  }
  *out = n->ast->integer.lo;
  return n->ast->integer.hi == 0;
}

static pel_x *int_literal(pel_sema *s, const pel_ast *e, const number *n, pel_kind k) {
  uint64_t m;
  if (!magnitude(n, &m) || m > limit_of(k, n->negative)) return out_of_range(s, e, k);
  return pel__x_int(s, k, (int64_t)(n->negative ? 0 - m : m), e->span);
}

static double int_as_double(const number *n) {
  if (n->ast->kind == PEL_AST_QUANTITY) return (double)n->ast->quantity.value;
  unsigned __int128 v = (unsigned __int128)n->ast->integer.hi << 64 | n->ast->integer.lo;
  return (double)v;
}

static bool is_infinite(double v) { return v - v != 0.0; }

static pel_x *float_literal(pel_sema *s, const pel_ast *e, const number *n, pel_kind k) {
  double v = 0;
  float f = 0;
  bool ok = true;
  if (n->ast->kind != PEL_AST_FLOAT) {
    v = int_as_double(n);
    if (k == PEL_F32) v = (double)(float)v;
  } else if (k == PEL_F32) {
    ok = pel__parse_f32(n->ast->number.text.p, n->ast->number.text.n, &f);
    v = (double)f;
  } else {
    ok = pel__parse_f64(n->ast->number.text.p, n->ast->number.text.n, &v);
  }
  if (!ok || is_infinite(v)) return out_of_range(s, e, k);
  pel_const *c = new_const(s, pel__ty_scalar(k));
  if (!c) return pel__x_error(s, e->span);
  c->as.f = n->negative ? -v : v;
  return pel__x_const(s, pel__ty_scalar(k), c, e->span);
}

static pel_x *duration_literal(pel_sema *s, const pel_ast *e, const number *n) {
  uint64_t ns = n->ast->quantity.value;
  if (ns % 1000) {
    pel_diag *d = pel__sema_error(s, PEL_E0202, e->span,
                                  "a `dur` counts whole microseconds, and this is finer");
    pel__diag_help(s->ds, d, "round it to `us`");
    return pel__x_error(s, e->span);
  }
  int64_t us = (int64_t)(ns / 1000);
  return pel__x_int(s, PEL_DUR, n->negative ? -us : us, e->span);
}

static pel_x *bad_text(pel_sema *s, const pel_ast *e, pel_kind k, pel_parse why) {
  bool date = k == PEL_DATE;
  const char *what = date ? "date" : "time";
  pel_diag *d =
      pel__sema_error(s, PEL_E0203, e->span,
                      why == PEL_PARSE_RANGE     ? "there is no such %s"
                      : why == PEL_PARSE_INEXACT ? "this %s is finer than a microsecond"
                                                 : "this is not a %s",
                      what);
  pel__diag_help(s->ds, d,
                 date ? "a date is written \"2024-01-31\""
                      : "a time is written \"2024-01-31\" or \"2024-01-31T12:00:00Z\"");
  return pel__x_error(s, e->span);
}

static pel_x *text_literal(pel_sema *s, const pel_ast *e, pel_kind k) {
  pel_str text = e->string.bytes;
  int32_t days = 0;
  int64_t us = 0;
  pel_parse r = PEL_PARSE_OK;
  if (k == PEL_DATE) r = pel__parse_date(text.p, text.n, &days);
  if (k == PEL_TIME) r = pel__parse_time(text.p, text.n, &us);
  if (r != PEL_PARSE_OK) return bad_text(s, e, k, r);
  if (k == PEL_DATE || k == PEL_TIME)
    return pel__x_int(s, k, k == PEL_DATE ? days : us, e->span);
  pel_x *x = pel__x_text(s, text, e->span);
  if (k != PEL_BYTES || pel__x_bad(x)) return x;
  pel_const *c = new_const(s, pel__ty_scalar(PEL_BYTES));
  if (!c) return pel__x_error(s, e->span);
  c->as = x->value->as;
  return pel__x_const(s, pel__ty_scalar(PEL_BYTES), c, e->span);
}

pel_x *pel__check_literal(pel_sema *s, pel_scope *sc, const pel_ast *e,
                          const pel_ty *want) {
  (void)sc;
  const pel_ty *t = want && pel__literal_fits(e, want) ? want : pel__literal_type(e);
  if (t->kind == PEL_TY_ERROR) t = pel__literal_type(e);
  number n;
  if (e->kind == PEL_AST_NULL) return pel__x_null(s, t, e->span);
  pel_x *x;
  if (e->kind == PEL_AST_BOOL)
    x = pel__x_int(s, PEL_BOOL, e->truth, e->span);
  else if (e->kind == PEL_AST_STRING)
    x = text_literal(s, e, t->scalar);
  else if (!number_of(e, &n))
    return pel__x_error(s, e->span);
  else if (t->scalar == PEL_DUR)
    x = duration_literal(s, e, &n);
  else if (pel__kind_float(t->scalar))
    x = float_literal(s, e, &n, t->scalar);
  else
    x = int_literal(s, e, &n, t->scalar);
  return x;
}
