/* Pipes and verbs: `|>`, `.`, and each verb that the checker knows. A call of a verb
 * lives while it is checked. One thread. */
#ifndef PEL_COMPILER_SEMA_VERBS_H
#define PEL_COMPILER_SEMA_VERBS_H

#include "compiler/sema/calls.h"

/* stage.c, verbs_*.c */
pel_x *pel__check_pipe(pel_sema *s, pel_scope *sc, const pel_ast *e, const pel_ty *want);
/* The first n items of a pipe. */
pel_x *pel__pipe_to(pel_sema *s, pel_scope *sc, const pel_ast *e, uint32_t n,
                    const pel_ty *want);
bool pel__holds_element(const pel_ast *e);
typedef struct pel_verb_call {
  pel_scope *sc;
  pel_str name;
  pel_span name_span, span;
  pel_x *subject;
  bool piped;
  pel_arg *args;
  uint32_t n;
  const pel_ty *want;
} pel_verb_call;
typedef pel_x *(*pel_verb)(pel_sema *s, pel_verb_call *v);
/* NULL: no verb has this name. */
pel_verb pel__verb_named(pel_str name);
void pel__verb_guess(pel_guess *g);
/* The verb called on args[0] (or on the left of |>). */
pel_x *pel__call_verb(pel_sema *s, pel_scope *sc, pel_str name, pel_span name_span,
                      pel_arg *args, uint32_t n, bool piped, pel_span span,
                      const pel_ty *want);
pel_x *pel__verb_filter(pel_sema *s, pel_verb_call *v);
pel_x *pel__verb_take(pel_sema *s, pel_verb_call *v);
pel_x *pel__verb_distinct(pel_sema *s, pel_verb_call *v);
pel_x *pel__verb_project(pel_sema *s, pel_verb_call *v);
pel_x *pel__verb_drop(pel_sema *s, pel_verb_call *v);
pel_x *pel__verb_rename(pel_sema *s, pel_verb_call *v);
pel_x *pel__verb_group(pel_sema *s, pel_verb_call *v);
pel_x *pel__verb_sort(pel_sema *s, pel_verb_call *v);
pel_x *pel__verb_join(pel_sema *s, pel_verb_call *v);
pel_x *pel__verb_concat(pel_sema *s, pel_verb_call *v);
/* `write` where an out has it outermost. */
pel_x *pel__write_of_out(pel_sema *s, pel_verb_call *v);
pel_x *pel__verb_write(pel_sema *s, pel_verb_call *v);
pel_x *pel__verb_read(pel_sema *s, pel_verb_call *v);
/* Helpers of the verbs. */
bool pel__verb_table(pel_sema *s, pel_verb_call *v);
pel_x *pel__verb_arg(pel_sema *s, pel_verb_call *v, pel_arg *a, pel_binder *row,
                     const pel_ty *want);
pel_str pel__field_label(const pel_arg *a);
pel_x *pel__rows_new(pel_sema *s, pel_xkind kind, const pel_verb_call *v,
                     const pel_ty *type, uint32_t nargs);
bool pel__verb_key(pel_sema *s, const pel_arg *a, const pel_x *x, const char *verb);
/* A bare name or a text: `kind: left`. */
bool pel__word_of(const pel_ast *e, pel_str *out);
bool pel__no_labels(pel_sema *s, const pel_verb_call *v, uint32_t from);
#endif
