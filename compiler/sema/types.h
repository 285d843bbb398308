/* Types as the checker handles them: making, comparing and showing them, what converts to
 * what, lengths, and what programs write for them. All are made in the compile arena and
 * live as long. One thread. */
#ifndef PEL_COMPILER_SEMA_TYPES_H
#define PEL_COMPILER_SEMA_TYPES_H

#include "compiler/sema/check.h"

/* types.c */
extern const pel_ty pel__ty_error;
const pel_ty *pel__ty_scalar(pel_kind kind);
const pel_ty *pel__ty_null(void);
const pel_ty *pel__ty_array(pel_sema *s, const pel_ty *item, uint32_t size);
const pel_ty *pel__ty_list(pel_sema *s, const pel_ty *item, uint32_t size);
/* An array or list like `like`, of other items. */
const pel_ty *pel__ty_like(pel_sema *s, const pel_ty *like, const pel_ty *item);
pel_ty *pel__ty_fields(pel_sema *s, pel_tykind kind, uint32_t n);
/* A record or tuple whose fields are set: itself, or the error type when it holds more
 * types than any program needs (each may hold the one before twice). */
const pel_ty *pel__ty_weighed(pel_sema *s, pel_ty *t, pel_span span);
const pel_ty *pel__ty_nullable(pel_sema *s, const pel_ty *t, bool nullable);
PEL_INLINE const pel_ty *pel__ty_required(pel_sema *s, const pel_ty *t) {
  return pel__ty_nullable(s, t, false);
}
bool pel__ty_same(const pel_ty *a, const pel_ty *b); /* sizes aside */
bool pel__ty_broken(const pel_ty *t);                /* an error is somewhere inside */
PEL_INLINE bool pel__ty_is(const pel_ty *t, pel_kind k) {
  return t->kind == PEL_TY_SCALAR && t->scalar == k;
}
PEL_INLINE bool pel__ty_is_rows(const pel_ty *t) {
  return (t->kind == PEL_TY_ARRAY || t->kind == PEL_TY_LIST) && !t->nullable;
}
bool pel__ty_is_table(const pel_ty *t);
pel_shape pel__ty_shape(const pel_ty *t);
/* UINT32_MAX when there is none. */
uint32_t pel__ty_field(const pel_ty *record, pel_str name);
/* The same, where it is likely to be field number `near`. */
PEL_INLINE uint32_t pel__ty_field_near(const pel_ty *record, pel_str name,
                                       uint32_t near) {
  if (near < record->nfields && pel__str_eq(record->fields[near].name, name)) return near;
  return pel__ty_field(record, name);
}
const char *pel__ty_text(pel_sema *s, const pel_ty *t);
/* A field's name as programs write it behind a `.`: in quotes where it is no identifier.
 */
pel_str pel__name_text(pel_sema *s, pel_str name);
/* The same type without its name: a message then shows what is in it. */
const pel_ty *pel__ty_unnamed(pel_sema *s, const pel_ty *t);
pel_kind pel__kind_named(pel_str name);
const char *pel__kind_name(pel_kind k);
bool pel__kind_int(pel_kind k);
bool pel__kind_float(pel_kind k);
bool pel__kind_num(pel_kind k);
/* The type as operators see it; NULL without memory. */
const pel_type *pel__ty_runtime(pel_sema *s, const pel_ty *t);
const pel_ty *pel__ty_from_runtime(pel_sema *s, const pel_type *t, uint32_t size);

/* convert.c */
bool pel__kind_widens(pel_kind from, pel_kind to);
/* The smallest type both widen to, nullability included; NULL: none. */
const pel_ty *pel__ty_common(pel_sema *s, const pel_ty *a, const pel_ty *b,
                             bool arithmetic);
bool pel__ty_accepts(pel_sema *s, const pel_ty *to, const pel_ty *from);
/* x as a `to` where accepts said yes. */
pel_x *pel__convert(pel_sema *s, pel_x *x, const pel_ty *to);
/* x as a `to`, or a diagnostic that says what for. `why` and its place may be empty. */
pel_x *pel__expect(pel_sema *s, pel_x *x, const pel_ast *ast, const pel_ty *to,
                   const char *what, pel_span why_span, const char *why);
pel_x *pel__check_cast(pel_sema *s, pel_scope *sc, const pel_ast *e, const pel_ty *want);
pel_x *pel__cast_to(pel_sema *s, pel_x *x, const pel_ty *to, pel_span span);

/* sizes.c */
uint32_t pel__size_new(pel_sema *s, pel_size_kind kind, pel_span span);
uint32_t pel__size_fixed(pel_sema *s, int64_t value, pel_span span);
uint32_t pel__size_named(pel_sema *s, pel_str name, pel_span span);
const pel_size *pel__size_get(pel_sema *s, uint32_t id);
void pel__size_witness(pel_sema *s, uint32_t id, pel_x *x);
/* False when they are known to differ. */
bool pel__size_unify(pel_sema *s, uint32_t a, uint32_t b);
/* The same type, with a length of its own for each array that has none yet. */
const pel_ty *pel__ty_sized(pel_sema *s, const pel_ty *t, pel_span span);
/* Declared equal by an annotation: names take what they stand for. False when known to
 * differ; *check: it has to be compared when the program runs. */
bool pel__size_declare(pel_sema *s, uint32_t declared, uint32_t found, bool *check);
const char *pel__size_text(pel_sema *s, uint32_t id);
/* The value of a size as an i64 expression; NULL when nothing tells it. */
pel_x *pel__size_value(pel_sema *s, uint32_t id, pel_span span);
/* x, whose sizes must be those of `declared`: a diagnostic, a check in the graph, or
 * nothing. */
pel_x *pel__size_annotate(pel_sema *s, const pel_scope *sc, pel_x *x,
                          const pel_ty *declared, pel_span span);

/* literals.c */
bool pel__literal_is(const pel_ast *e);
/* A literal that numbers and texts take the type of their neighbour by: INT FLOAT … but
 * not null, bool. */
bool pel__literal_adapts(const pel_ast *e);
bool pel__literal_fits(const pel_ast *e, const pel_ty *to);
/* The type it has alone. */
const pel_ty *pel__literal_type(const pel_ast *e);
/* As a `want` (NULL: alone); a diagnostic when out of range or no date. */
pel_x *pel__check_literal(pel_sema *s, pel_scope *sc, const pel_ast *e,
                          const pel_ty *want);

/* annotate.c */
const pel_ty *pel__annotate(pel_sema *s, pel_scope *sc, const pel_ast *type);
const pel_ty *pel__type_item(pel_sema *s, pel_item *item);
uint32_t pel__annotate_size(pel_sema *s, pel_scope *sc, const pel_ast *dim);
/* The size that has the value of an integer expression. */
uint32_t pel__size_of_value(pel_sema *s, pel_x *x);
#endif
