/* Expressions: nodes of the typed program, and what checks each kind of them. Nodes live
 * in the compile arena; whoever inits columns ends them. One thread. */
#ifndef PEL_COMPILER_SEMA_EXPRS_H
#define PEL_COMPILER_SEMA_EXPRS_H

#include "compiler/sema/check.h"

/* tree.c: nodes */
pel_x *pel__x_new(pel_sema *s, pel_xkind kind, const pel_ty *type, pel_span span,
                  uint32_t nargs);
pel_x *pel__x_error(pel_sema *s, pel_span span);
PEL_INLINE bool pel__x_bad(const pel_x *x) { return x->type->kind == PEL_TY_ERROR; }
pel_x *pel__x_copy(pel_sema *s, const pel_x *x, pel_span span);
pel_x *pel__x_const(pel_sema *s, const pel_ty *type, const pel_const *value,
                    pel_span span);
pel_x *pel__x_int(pel_sema *s, pel_kind kind, int64_t value, pel_span span);
pel_x *pel__x_text(pel_sema *s, pel_str text, pel_span span);
pel_x *pel__x_special(pel_sema *s, const pel_ast *name); /* inf, nan */
pel_x *pel__x_null(pel_sema *s, const pel_ty *type, pel_span span);
pel_binder *pel__binder_new(pel_sema *s, pel_str name, const pel_ty *type);
pel_x *pel__x_binder(pel_sema *s, const pel_binder *b, pel_span span);
pel_x *pel__x_bind(pel_sema *s, pel_x *x, pel_binder *const *binders, uint32_t n);
pel_x *pel__x_field(pel_sema *s, pel_x *base, uint32_t index, pel_span span);
pel_x *pel__x_let(pel_sema *s, pel_binder *b, pel_x *value, pel_x *body);
/* Means the same everywhere: made of constants, parameters and items. */
bool pel__x_global(const pel_x *x);
/* Worth no variable: a constant, a parameter, a variable, a field of one. */
bool pel__x_simple(const pel_x *x);
/* x, or a variable for it that *binder then wants bound around what is made of it. */
pel_x *pel__x_share(pel_sema *s, pel_x *x, const char *name, pel_binder **binder);
pel_x *pel__x_if(pel_sema *s, pel_x *test, pel_x *then, pel_x *otherwise, pel_span span);

/* expr.c */
pel_x *pel__check(pel_sema *s, pel_scope *sc, const pel_ast *e, const pel_ty *want);
pel_x *pel__check_field(pel_sema *s, pel_scope *sc, const pel_ast *e, const pel_ty *want);
pel_x *pel__field_of(pel_sema *s, pel_x *base, pel_str name, pel_span span);
void pel__add_local(pel_sema *s, pel_scope *sc, pel_str name, pel_x *ref, pel_span span);
void pel__bind_pattern(pel_sema *s, pel_scope *sc, const pel_ast *pattern, pel_x *value);

/* operators.c */
pel_x *pel__check_sum(pel_sema *s, pel_scope *sc, const pel_ast *e, const pel_ty *want);
pel_x *pel__check_compare(pel_sema *s, pel_scope *sc, const pel_ast *e,
                          const pel_ty *want);
pel_x *pel__check_power(pel_sema *s, pel_scope *sc, const pel_ast *e, const pel_ty *want);
pel_x *pel__check_negate(pel_sema *s, pel_scope *sc, const pel_ast *e,
                         const pel_ty *want);
pel_x *pel__check_not(pel_sema *s, pel_scope *sc, const pel_ast *e, const pel_ty *want);
pel_x *pel__check_logic(pel_sema *s, pel_scope *sc, const pel_ast *e, const pel_ty *want);
pel_x *pel__check_coalesce(pel_sema *s, pel_scope *sc, const pel_ast *e,
                           const pel_ty *want);

/* choose.c: if, try, arrays: several expressions of one type */
pel_x *pel__check_if(pel_sema *s, pel_scope *sc, const pel_ast *e, const pel_ty *want);
pel_x *pel__check_try(pel_sema *s, pel_scope *sc, const pel_ast *e, const pel_ty *want);
pel_x *pel__check_array(pel_sema *s, pel_scope *sc, const pel_ast *e, const pel_ty *want);
pel_x *pel__check_comprehension(pel_sema *s, pel_scope *sc, const pel_ast *e,
                                const pel_ty *want);
const pel_ty *pel__meet(pel_sema *s, pel_scope *sc, const pel_ast *const *es, pel_x **xs,
                        uint32_t n, const pel_ty *want, const char *what);

/* columns.c: fields of a record or table that is being made, each name once. Freed by
 * deinit. */
typedef struct pel_columns {
  pel_str *names;
  pel_x **values;
  pel_span
      *spans; /* of what was written; line 0: it came along (`..`, an incoming column) */
  uint32_t n;
  pel_map at; /* by name */
} pel_columns;
bool pel__columns_init(pel_sema *s, pel_columns *c, uint32_t cap);
void pel__columns_deinit(pel_columns *c);
/* Written fields replace those that came along, in place; two written ones are a
 * diagnostic and false. */
bool pel__columns_put(pel_sema *s, pel_columns *c, pel_str name, pel_x *value,
                      pel_span span);
/* NULL: a diagnostic was given, or no memory. */
const pel_ty *pel__columns_type(pel_sema *s, const pel_columns *c, pel_span span);

/* records.c */
pel_x *pel__check_record(pel_sema *s, pel_scope *sc, const pel_ast *e,
                         const pel_ty *want);
pel_x *pel__check_tuple(pel_sema *s, pel_scope *sc, const pel_ast *e, const pel_ty *want);

/* rows.c: what the typed tree must not hold */
void pel__check_rows(pel_sema *s, pel_x *x);
#endif
