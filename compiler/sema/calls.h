/* Calls: signatures of operators and functions, arguments to parameters, lifting, and why
 * a call does not fit. Signatures live as long as the check, a match as long as its call;
 * all in the compile arena. One thread. */
#ifndef PEL_COMPILER_SEMA_CALLS_H
#define PEL_COMPILER_SEMA_CALLS_H

#include "compiler/sema/check.h"

enum { PEL_SEMA_VARS = 16 }; /* type variables of one signature */

/* ---- signatures ---- */

typedef enum pel_pt_kind {
  PEL_PT_TYPE,   /* exactly `type` */
  PEL_PT_VAR,    /* vars[var] */
  PEL_PT_ARRAY,  /* an array or list of item */
  PEL_PT_RECORD, /* fields by name; rest: more fields may follow */
  PEL_PT_TUPLE
} pel_pt_kind;

typedef struct pel_pt pel_pt;
struct pel_pt {
  pel_pt_kind kind;
  bool nullable;
  const pel_ty *type;
  uint32_t var;       /* VAR; RECORD: of the rest, or UINT32_MAX */
  const pel_pt *item; /* ARRAY */
  pel_str size;       /* ARRAY: a name of the signature, or empty */
  int64_t fixed;      /* ARRAY: length, or -1 */
  pel_str alias;      /* the type's name in the program */
  uint32_t n;
  const pel_pt **parts;
  const pel_str *names;
};

typedef struct pel_sigparam {
  pel_str name;
  const pel_pt *pt;
  const pel_ast *init;    /* default of a fn */
  const pel_const *value; /* default of an operator */
  bool constant;          /* not liftable */
} pel_sigparam;

typedef struct pel_sigvar {
  pel_str name;   /* with its ' */
  uint32_t kinds; /* bits of pel_kind it stands for; 0: any type at all */
} pel_sigvar;

struct pel_sig {
  pel_str name;
  pel_sigparam *params;
  uint32_t nparams;
  const pel_pt *result; /* NULL: not said */
  pel_sigvar vars[PEL_SEMA_VARS];
  uint32_t nvars;
  bool variadic; /* the last parameter repeats */
  bool bad;      /* the text is no signature */
  const pel_op *op;
};

/* What the variables of a signature became in one call. */
typedef struct pel_binding {
  const pel_sig *sig;
  const pel_ty *vars[PEL_SEMA_VARS];
  bool arithmetic; /* integers meet floats (R12) */
  bool skips;      /* an aggregate met nulls in a list it skips them in */
} pel_binding;

typedef struct pel_arg {
  pel_str label;
  pel_span label_span;
  const pel_ast *ast; /* NULL: x only */
  pel_x *x;
  pel_span span;
} pel_arg;

/* All operators of one name, in table order. */
struct pel_overloads {
  pel_sig **at;
  uint32_t n;
};

/* sigs.c */
/* NULL when no operator has the name. */
const pel_overloads *pel__ops_named(pel_sema *s, pel_str name);
/* The same for a name that the program calls: internal operators have none. */
const pel_overloads *pel__calls_named(pel_sema *s, pel_str name);
pel_sig *pel__sig_parse(pel_sema *s, const pel_op *op);
const pel_op *pel__op_find(pel_sema *s, pel_str name, pel_op_kind kind);
void pel__op_guess(pel_sema *s, pel_guess *g);

/* fits.c */
bool pel__fits(pel_sema *s, pel_binding *b, const pel_pt *pt, const pel_ty *t);
/* The type a parameter wants now that variables are bound; `actual` says array or list,
 * and its size. */
const pel_ty *pel__instance(pel_sema *s, const pel_binding *b, const pel_pt *pt,
                            const pel_ty *actual);

/* calls.c */
pel_x *pel__check_call(pel_sema *s, pel_scope *sc, const pel_ast *e, const pel_ty *want);
pel_x *pel__call_named(pel_sema *s, pel_scope *sc, const pel_ast *callee, pel_arg *args,
                       uint32_t n, bool piped, pel_span span, const pel_ty *want);
bool pel__args_of(pel_sema *s, const pel_ast *call, pel_x *subject, pel_span subject_span,
                  pel_arg **args, uint32_t *n);
/* An operator by name, over arguments that are checked. */
pel_x *pel__call_op(pel_sema *s, const char *name, pel_arg *args, uint32_t n,
                    pel_span span, bool arithmetic);
/* The same over expressions. */
pel_x *pel__apply(pel_sema *s, const char *name, pel_x *const *xs, uint32_t n,
                  pel_span span);
pel_x *pel__check_arg(pel_sema *s, pel_scope *sc, pel_arg *a, const pel_ty *want);

/* match.c: arguments to parameters */
typedef struct pel_match {
  const pel_sig *sig;
  pel_binding b;
  pel_arg **args; /* per parameter (variadic: as many as given); NULL: the default */
  const pel_ty **peeled; /* what is left of the argument's type below the lifted
                            dimensions; NULL: literal or default */
  uint32_t *depth;       /* lifted dimensions */
  bool *null;            /* a `?` was peeled */
  uint32_t n;
  uint32_t dims; /* the most of depth */
  bool lifted, nul;
  uint32_t wrong; /* first argument that does not fit, or UINT32_MAX */
} pel_match;
typedef enum pel_slotting {
  PEL_SLOT_OK,
  PEL_SLOT_LABEL,
  PEL_SLOT_TWICE,
  PEL_SLOT_MISSING,
  PEL_SLOT_MANY
} pel_slotting;
pel_slotting pel__match_slots(pel_sema *s, pel_match *m, const pel_sig *sig,
                              pel_arg *args, uint32_t n, uint32_t *at);
bool pel__match_types(pel_sema *s, pel_match *m, bool lift);
const pel_pt *pel__match_pt(const pel_match *m, uint32_t i);

/* say.c */
/* Why slots or types did not fit; `defined`: where the function stands (line 0: an
 * operator). */
pel_x *pel__say_slots(pel_sema *s, const pel_sig *g, pel_slotting why, uint32_t at,
                      const pel_arg *args, uint32_t n, pel_span span, pel_span defined);
pel_x *pel__say_types(pel_sema *s, const pel_match *m, pel_span span, pel_span defined);
const char *pel__pt_text(pel_sema *s, const pel_sig *sig, const pel_pt *pt);
/* Names in `d` the field that makes the difference between two records. */
void pel__say_record(pel_sema *s, pel_diag *d, const pel_ty *to, const pel_ty *from);
/* If 2024-01-31 stands at span, says how dates are written. */
bool pel__say_date(pel_sema *s, pel_diag *d, pel_span span);
/* What stands at span, if it is short enough to be repeated in a message. */
bool pel__short_text(pel_sema *s, pel_span span, pel_str *out);
/* `e ?? false`, in parentheses where they are needed. */
const char *pel__or_false(pel_sema *s, const pel_ast *e);

/* lift.c */
typedef struct pel_lift {
  uint32_t n;
  pel_x **args;
  const uint32_t *depth;
  pel_span span;
  const char *name; /* of what is mapped, for messages */
  void *ctx;
  /* What is done to elements. */
  pel_x *(*make)(pel_sema *s, void *ctx, pel_x **args, pel_span span);
} pel_lift;
pel_x *pel__lift(pel_sema *s, pel_lift *l);
/* Maps over every dimension of x. */
pel_x *pel__lift_all(pel_sema *s, pel_x *x, const char *name, pel_span span, void *ctx,
                     pel_x *(*make)(pel_sema *s, void *ctx, pel_x **args, pel_span span));

/* guard.c: for pel_lift.make, ctx a pel_guard */
typedef struct pel_guard {
  const pel_match *m;
  void *ctx; /* of make */
  pel_x *(*make)(pel_sema *s, void *ctx, pel_x **args, pel_span span);
} pel_guard;
pel_x *pel__guarded(pel_sema *s, void *ctx, pel_x **args, pel_span span);
/* What the parameters get: null for those that were left out. NULL: no memory. */
pel_x **pel__match_values(pel_sema *s, const pel_match *m, pel_span span);
/* The call that was matched, over every dimension its arguments have too many. */
pel_x *pel__lift_guarded(pel_sema *s, pel_guard *g, pel_str name, pel_span span);

/* fn.c */
pel_x *pel__call_fn(pel_sema *s, pel_scope *sc, pel_item *fn, pel_arg *args, uint32_t n,
                    pel_span span);
void pel__check_fn_alone(pel_sema *s, pel_item *fn);

/* aggs.c */
pel_x *pel__agg_empty(pel_sema *s, const char *name, pel_arg *args, uint32_t n,
                      const pel_arg *empty, pel_x *instead, pel_span span);
pel_x *pel__call_same(pel_sema *s, pel_arg *args, uint32_t n, pel_span span);

/* natives.c, native_calls.c */
void pel__check_extern(pel_sema *s, pel_item *fn);
pel_x *pel__call_native(pel_sema *s, pel_scope *sc, pel_item *fn, pel_arg *args,
                        uint32_t n, pel_span span);
#endif
