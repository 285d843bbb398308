#include "compiler/sema/calls.h"
#include "compiler/sema/exprs.h"
#include "compiler/sema/types.h"

/* ---- which scalars widen (R12) ---- */

static int bits_of(pel_kind k) {
  static const int bits[PEL_F64 + 1] = {
      [PEL_I8] = 8,   [PEL_I16] = 16, [PEL_I32] = 32, [PEL_I64] = 64, [PEL_U8] = 8,
      [PEL_U16] = 16, [PEL_U32] = 32, [PEL_U64] = 64, [PEL_F32] = 24, [PEL_F64] = 53};
  return k <= PEL_F64 ? bits[k] : 0;
}

static bool is_signed(pel_kind k) { return k >= PEL_I8 && k <= PEL_I64; }

bool pel__kind_widens(pel_kind from, pel_kind to) {
  if (from == to) return true;
  if (!pel__kind_num(from) || !pel__kind_num(to)) return false;
  if (pel__kind_float(from)) return pel__kind_float(to) && bits_of(from) < bits_of(to);
  if (pel__kind_float(to)) return bits_of(from) <= bits_of(to);
  if (is_signed(from)) return is_signed(to) && bits_of(from) < bits_of(to);
  return bits_of(from) < bits_of(to);
}

/* From small to large, signed before unsigned: the first that both widen to is the
 * smallest. */
static pel_kind common_kind(pel_kind a, pel_kind b, bool arithmetic) {
  static const pel_kind order[] = {PEL_I8,  PEL_U8,  PEL_I16, PEL_U16, PEL_I32,
                                   PEL_U32, PEL_I64, PEL_U64, PEL_F32, PEL_F64};
  if (a == b) return a;
  for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
    bool exact = pel__kind_int(order[i]) == (pel__kind_int(a) && pel__kind_int(b));
    if (exact && pel__kind_widens(a, order[i]) && pel__kind_widens(b, order[i]))
      return order[i];
  }
  bool mixed =
      pel__kind_num(a) && pel__kind_num(b) && pel__kind_float(a) != pel__kind_float(b);
  return arithmetic && mixed ? PEL_F64 : PEL_KIND_NONE;
}

static const pel_ty *common_fields(pel_sema *s, const pel_ty *a, const pel_ty *b,
                                   bool nullable) {
  if (a->nfields != b->nfields) return NULL;
  pel_ty *t = pel__ty_fields(s, a->kind, a->nfields);
  if (!t) return NULL;
  t->nullable = nullable;
  t->name = a->name;
  for (uint32_t i = 0; i < a->nfields; i++) {
    uint32_t j =
        a->kind == PEL_TY_RECORD ? pel__ty_field_near(b, a->fields[i].name, i) : i;
    if (j == UINT32_MAX) return NULL;
    t->fields[i].name = a->fields[i].name;
    t->fields[i].type = pel__ty_common(s, a->fields[i].type, b->fields[j].type, false);
    if (!t->fields[i].type) return NULL;
  }
  t->weight = a->weight;
  return t;
}

const pel_ty *pel__ty_common(pel_sema *s, const pel_ty *a, const pel_ty *b,
                             bool arithmetic) {
  if (a->kind == PEL_TY_ERROR) return b;
  if (b->kind == PEL_TY_ERROR) return a;
  if (a->kind == PEL_TY_NULL) return pel__ty_nullable(s, b, true);
  if (b->kind == PEL_TY_NULL) return pel__ty_nullable(s, a, true);
  bool nullable = a->nullable || b->nullable;
  if (a->kind != b->kind) return NULL;
  if (a->kind == PEL_TY_SCALAR) {
    pel_kind k = common_kind(a->scalar, b->scalar, arithmetic);
    return k ? pel__ty_nullable(s, pel__ty_scalar(k), nullable) : NULL;
  }
  if (a->kind == PEL_TY_RECORD || a->kind == PEL_TY_TUPLE)
    return common_fields(s, a, b, nullable);
  const pel_ty *item = pel__ty_common(s, a->item, b->item, false);
  if (!item) return NULL;
  bool same = a->size && a->size == b->size;
  uint32_t size = same ? a->size : pel__size_new(s, PEL_SIZE_FRESH, (pel_span){0});
  const pel_ty *t =
      a->kind == PEL_TY_LIST ? pel__ty_list(s, item, size) : pel__ty_array(s, item, size);
  return pel__ty_nullable(s, t, nullable);
}

static bool accepts_fields(pel_sema *s, const pel_ty *to, const pel_ty *from) {
  if (to->nfields != from->nfields) return false;
  for (uint32_t i = 0; i < to->nfields; i++) {
    uint32_t j =
        to->kind == PEL_TY_RECORD ? pel__ty_field_near(from, to->fields[i].name, i) : i;
    if (j == UINT32_MAX) return false;
    if (!pel__ty_accepts(s, to->fields[i].type, from->fields[j].type)) return false;
  }
  return true;
}

bool pel__ty_accepts(pel_sema *s, const pel_ty *to, const pel_ty *from) {
  if (to->kind == PEL_TY_ERROR || from->kind == PEL_TY_ERROR) return true;
  if (from->kind == PEL_TY_NULL) return to->nullable;
  if (from->nullable && !to->nullable) return false;
  bool rows = (to->kind == PEL_TY_ARRAY || to->kind == PEL_TY_LIST) &&
              (from->kind == PEL_TY_ARRAY || from->kind == PEL_TY_LIST);
  if (rows) return pel__ty_accepts(s, to->item, from->item);
  if (to->kind != from->kind) return false;
  if (to->kind == PEL_TY_SCALAR) return pel__kind_widens(from->scalar, to->scalar);
  return accepts_fields(s, to, from);
}

/* ---- doing it ---- */

static pel_x *convert_scalar(pel_sema *s, pel_x *x, const pel_ty *to) {
  if (x->kind == PEL_X_CONST && x->value && x->value->is_null)
    return pel__x_null(s, to, x->span);
  pel_x *c = pel__x_new(s, PEL_X_CAST, to, x->span, 1);
  if (c->nargs == 1) c->args[0] = x;
  return c;
}

static pel_x *convert_fields(pel_sema *s, pel_x *x, const pel_ty *to) {
  pel_binder *b;
  pel_x *v = pel__x_share(s, x, "", &b);
  pel_xkind kind = to->kind == PEL_TY_TUPLE ? PEL_X_TUPLE : PEL_X_RECORD;
  pel_x *r = pel__x_new(s, kind, to, x->span, to->nfields);
  for (uint32_t i = 0; i < r->nargs; i++) {
    uint32_t j = to->kind == PEL_TY_RECORD
                     ? pel__ty_field_near(x->type, to->fields[i].name, i)
                     : i;
    pel_x *f = pel__x_field(s, pel__x_copy(s, v, x->span), j, x->span);
    r->args[i] = pel__convert(s, f, to->fields[i].type);
  }
  return b ? pel__x_let(s, b, x, r) : r;
}

static pel_x *convert_rows(pel_sema *s, pel_x *x, const pel_ty *to) {
  const pel_ty *t = pel__ty_nullable(s, pel__ty_like(s, x->type, to->item), to->nullable);
  bool table = pel__ty_is_table(x->type);
  pel_binder *b = pel__binder_new(s, PEL_STR(""), x->type->item);
  pel_x *m = pel__x_new(s, table ? PEL_X_PROJECT : PEL_X_MAP, t, x->span,
                        table ? 1 + to->item->nfields : 2);
  if (!b || m->nargs < 1) return m;
  m->args[0] = x;
  if (!table) {
    m->args[1] = pel__convert(s, pel__x_binder(s, b, x->span), to->item);
    return pel__x_bind(s, m, &b, 1);
  }
  for (uint32_t i = 0; i < to->item->nfields; i++) {
    uint32_t j = pel__ty_field_near(x->type->item, to->item->fields[i].name, i);
    pel_x *f = pel__x_field(s, pel__x_binder(s, b, x->span), j, x->span);
    m->args[1 + i] = pel__convert(s, f, to->item->fields[i].type);
  }
  return pel__x_bind(s, m, &b, 1);
}

pel_x *pel__convert(pel_sema *s, pel_x *x, const pel_ty *to) {
  if (pel__x_bad(x) || to->kind == PEL_TY_ERROR) return x;
  if (x->type->kind == PEL_TY_NULL) return pel__x_null(s, to, x->span);
  if (pel__ty_same(x->type, to)) return x;
  if (x->type->kind == PEL_TY_LIST || x->type->kind == PEL_TY_ARRAY) {
    if (pel__ty_same(x->type->item, to->item)) return x;
    return convert_rows(s, x, to);
  }
  if (to->kind == PEL_TY_RECORD || to->kind == PEL_TY_TUPLE)
    return convert_fields(s, x, to);
  return convert_scalar(s, x, to);
}

/* ---- or saying why not ---- */

void pel__say_record(pel_sema *s, pel_diag *d, const pel_ty *to, const pel_ty *from) {
  if (to->kind != PEL_TY_RECORD || from->kind != PEL_TY_RECORD) return;
  for (uint32_t i = 0; i < to->nfields; i++) {
    pel_str name = to->fields[i].name;
    uint32_t j = pel__ty_field(from, name);
    if (j == UINT32_MAX) {
      pel__diag_help(s->ds, d, "the field `" PEL_STR_FMT "` is missing",
                     PEL_STR_ARG(name));
      return;
    }
    if (!pel__ty_accepts(s, to->fields[i].type, from->fields[j].type)) {
      pel__diag_help(s->ds, d, "`" PEL_STR_FMT "` is %s here, but %s is wanted",
                     PEL_STR_ARG(name), pel__ty_text(s, from->fields[j].type),
                     pel__ty_text(s, to->fields[i].type));
      return;
    }
  }
  for (uint32_t j = 0; j < from->nfields; j++) {
    pel_str name = from->fields[j].name;
    if (pel__ty_field(to, name) == UINT32_MAX) {
      pel__diag_help(s->ds, d, "there is a field `" PEL_STR_FMT "` too many",
                     PEL_STR_ARG(name));
      return;
    }
  }
}

static const pel_ty *row_of(const pel_ty *t) {
  while (t->kind == PEL_TY_ARRAY || t->kind == PEL_TY_LIST) t = t->item;
  return t;
}

static void explain(pel_sema *s, pel_diag *d, const pel_ast *ast, const pel_ty *to,
                    const pel_ty *from) {
  const pel_ty *a = row_of(to), *b = row_of(from);
  bool day = pel__ty_is(a, PEL_DATE) || pel__ty_is(a, PEL_TIME);
  if (day && ast && pel__say_date(s, d, ast->span)) {
    return;
  } else if (a->kind == PEL_TY_RECORD && b->kind == PEL_TY_RECORD) {
    pel__say_record(s, d, a, b);
  } else if (from->nullable && pel__ty_accepts(s, to, pel__ty_required(s, from))) {
    pel__diag_help(s->ds, d, "it may be null: say what then, with `??`");
  } else if (a->kind == PEL_TY_SCALAR && b->kind == PEL_TY_SCALAR &&
             pel__kind_num(a->scalar) && pel__kind_num(b->scalar)) {
    pel__diag_help(s->ds, d, "this may lose something: write `as %s` to convert anyway",
                   pel__ty_text(s, to));
    if (ast && !ast->paren && ast->span.line && ast->kind == PEL_AST_NAME)
      pel__diag_fix(s->ds, d, ast->span, PEL_STR_FMT " as %s", PEL_STR_ARG(ast->name),
                    pel__ty_text(s, to));
  }
}

pel_x *pel__expect(pel_sema *s, pel_x *x, const pel_ast *ast, const pel_ty *to,
                   const char *what, pel_span why_span, const char *why) {
  if (pel__x_bad(x) || to->kind == PEL_TY_ERROR) return x;
  if (pel__ty_accepts(s, to, x->type)) {
    pel_x *c = pel__convert(s, x, to);
    if (!to->name.n || pel__x_bad(c) || c->type->name.n) return c;
    return c;
  }
  pel_diag *d;
  if (x->type->kind == PEL_TY_NULL)
    d = pel__sema_error(s, PEL_E0214, x->span, "%s should be %s, which is never null",
                        what, pel__ty_text(s, to));
  else
    d = pel__sema_error(s, PEL_E0201, x->span, "%s should be %s, not %s", what,
                        pel__ty_text(s, to), pel__ty_text(s, x->type));
  if (why_span.line) pel__diag_note(s->ds, d, why_span, "%s", why);
  explain(s, d, ast, to, x->type);
  return pel__x_error(s, x->span);
}
