/* What the files of the checker share: the state of one check, scopes, signatures, and
 * who offers what. Lives in the compile arena, except the maps, which the check frees at
 * its end. One thread. */
#ifndef PEL_COMPILER_SEMA_CHECK_H
#define PEL_COMPILER_SEMA_CHECK_H

#include "compiler/sema/sema.h"
#include "runtime/base/map.h"
#include "runtime/base/vec.h"

enum {
  PEL_SEMA_DEPTH = 3000,          /* nesting of the typed program, functions unfolded */
  PEL_SEMA_NODES = 1000 * 1000,   /* its nodes; types inside of one type */
  PEL_SEMA_UNFOLDED = 200 * 1000, /* nodes made while calls are unfolded, all together:
                                     text doubles into these, some 600 bytes each */
  PEL_SEMA_LOCALS = 4096,         /* names in scope inside one expression */
  PEL_SEMA_VARS = 16              /* type variables of one signature */
};

typedef struct pel_sema pel_sema;
typedef struct pel_module pel_module;
typedef struct pel_item pel_item;
typedef struct pel_sig pel_sig;

/* ---- sizes ---- */

typedef enum pel_size_kind {
  PEL_SIZE_FRESH, /* the length of something; no name, no number */
  PEL_SIZE_FIXED,
  PEL_SIZE_NAMED /* a name of the program: equal to no other name */
} pel_size_kind;

typedef struct pel_size {
  uint32_t parent; /* union-find; its own number at the root */
  pel_size_kind kind;
  int64_t value;
  pel_str name;
  pel_span span;  /* where it comes from */
  pel_x *witness; /* its value, seen everywhere: an array that is so long, or an i64
                     expression */
} pel_size;

/* ---- names ---- */

/* A name bound inside an expression. */
typedef struct pel_local pel_local;
struct pel_local {
  pel_str name;
  pel_x *ref; /* copied at each use */
  pel_span span;
  const pel_local *up;
  uint32_t depth;
};

/* A name bound in a type: a size (type NULL), a type variable, or the rest of a record (a
 * record of the other fields). */
typedef struct pel_tyname {
  pel_str name;
  const pel_ty *type;
  uint32_t size;
  pel_x *witness; /* of a size: an array that is so long, seen inside the function only;
                     may be NULL */
} pel_tyname;

/* A function that is being unfolded. */
typedef struct pel_frame pel_frame;
struct pel_frame {
  const pel_item *fn;
  pel_span call; /* line 0: checked for its own sake */
  const pel_frame *up;
  uint32_t depth;
};

typedef struct pel_scope {
  pel_module *module;
  const pel_local *locals;
  pel_tyname *tynames; /* of the enclosing fn or type */
  uint32_t ntynames;
  pel_x *element; /* `.`; NULL outside of a stage */
  bool impure_ok; /* a call of an impure C function may stand here (R25) */
  bool in_row;    /* inside a stage or an element of a comprehension */
} pel_scope;

typedef enum pel_item_state {
  PEL_ITEM_FRESH,
  PEL_ITEM_BUSY,
  PEL_ITEM_DONE,
  PEL_ITEM_BROKEN
} pel_item_state;

struct pel_item {
  const pel_ast_item *ast;
  pel_module *module;
  pel_item_state state;
  uint32_t index; /* PARAM: params; LET: lets; CFN: natives */
  const pel_ty
      *type; /* PARAM, LET: of the value; TYPE without parameters: what it stands for */
  const pel_ast_item *block; /* CFN: the extern block */
  uint32_t size;             /* PARAM of integers: the size that has its value; else 0 */
  pel_x *value, *left, *right; /* OUT, TEST */
  pel_sig *sig;                /* FN, CFN, once asked for */
  bool needed;                 /* OUT: another item uses its value */
  bool impure;                 /* CFN */
  bool refused;                /* CFN: a diagnostic was given, calls are silent */
  PEL_VEC(pel_item *) needs;
  bool busy;     /* on the walk's stack */
  uint32_t walk; /* where the walk over needs stands */
};

/* A name at the top of a file: an item, and for a tuple pattern the part of it. */
typedef struct pel_topname {
  pel_item *item;
  const pel_ast *pattern;
  pel_span span;
} pel_topname;

typedef struct pel_alias {
  pel_str name;
  pel_module *module;          /* NULL for std */
  const pel_ast_item *library; /* an extern block with a name */
  pel_span span;
  bool broken; /* a file that could not be used: what names it is silent */
} pel_alias;

struct pel_module {
  pel_str name;   /* as the loader knows it */
  pel_str prefix; /* of its params: "ocean." */
  const pel_ast_file *file;
  pel_map names; /* topnames */
  pel_map sizes; /* sizes the whole file shares: tynames of the module */
  PEL_VEC(pel_topname) topnames;
  PEL_VEC(pel_alias) aliases;
  PEL_VEC(pel_item *) items;
  PEL_VEC(pel_tyname) tynames;
  PEL_VEC(pel_item *) declares; /* the item that first names tynames[i] */
  bool busy;
};

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
typedef struct pel_overloads {
  pel_sig **at;
  uint32_t n;
} pel_overloads;

/* ---- the check ---- */

struct pel_sema {
  pel_arena *arena;
  const pel_alloc *alloc;
  pel_diags *ds;
  const pel_sema_input *in;
  bool oom;
  bool too_big; /* said once */
  pel_x broken; /* what is answered when memory is gone */
  const pel_frame *frame;
  uint32_t depth, nodes, unfolded, nbinders;
  pel_map op_names; /* to ops */
  PEL_VEC(const pel_op *) ops;
  PEL_VEC(uint32_t) op_next; /* the next row of the same name, or UINT32_MAX */
  PEL_VEC(uint32_t) op_last;
  PEL_VEC(pel_overloads *)
  sigs; /* of the first row of each name; NULL: not asked for yet */
  PEL_VEC(pel_size) sizes;
  PEL_VEC(pel_module *) modules;
  PEL_VEC(pel_tparam) params;
  PEL_VEC(pel_item *) param_items;
  PEL_VEC(uint8_t) marks; /* rows.c: which binders are rows */
  PEL_VEC(pel_tlet) lets;
  PEL_VEC(pel_tout) outs;
  PEL_VEC(pel_tnative) natives;
};

/* sema.c: errors; a note leads to each call that is being unfolded */
pel_diag *pel__sema_error(pel_sema *s, pel_diag_code code, pel_span span, const char *fmt,
                          ...) PEL_PRINTF(4, 5);
const char *pel__sema_text(pel_sema *s, const char *fmt, ...) PEL_PRINTF(2, 3);
pel_span pel__span_join(pel_span a, pel_span b);

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

/* names.c */
pel_module *pel__module_new(pel_sema *s, const pel_ast_file *file, pel_str name,
                            pel_str prefix);
void pel__module_free(pel_sema *s, pel_module *m);
/* The type an item says it has: its own, or that of the `as` around its whole value;
 * NULL: none. */
const pel_ast *pel__item_says(const pel_ast_item *a);
void pel__module_declare(pel_sema *s, pel_module *m);
const pel_local *pel__local_find(const pel_scope *sc, pel_str name);
const pel_topname *pel__top_find(const pel_module *m, pel_str name);
const pel_alias *pel__alias_find(const pel_module *m, pel_str name);
/* A size, or else a type, that the enclosing function or type names. */
const pel_tyname *pel__size_find(const pel_scope *sc, pel_str name);
const pel_tyname *pel__tyvar_find(const pel_scope *sc, pel_str name);
/* What `a.b` or `b` names from here, if it is an item. NULL: not one. Private names and
 * missing ones of a module are a diagnostic and *failed. */
const pel_topname *pel__item_named(pel_sema *s, const pel_scope *sc, const pel_ast *e,
                                   bool *failed);
/* The name of the prelude that `e` is: `sum`, `std.sum`; empty: none. */
pel_str pel__prelude_name(pel_sema *s, const pel_scope *sc, const pel_ast *e);
pel_x *pel__check_name(pel_sema *s, pel_scope *sc, const pel_ast *e, const pel_ty *want);
void pel__unknown_name(pel_sema *s, const pel_scope *sc, pel_str name, pel_span span,
                       bool call);
/* The closest of some names, for "did you mean"; empty: none is close. */
typedef struct pel_guess {
  pel_str want, best;
  unsigned distance;
} pel_guess;
void pel__guess(pel_guess *g, pel_str candidate);
/* Nobody sees more diagnostics than are shown: a program full of errors is not searched
 * for names like each. */
PEL_INLINE bool pel__guessing(const pel_sema *s) {
  return s->ds->errors < PEL_DIAG_SHOWN;
}

/* modules.c */
void pel__modules_load(pel_sema *s, pel_module *m);

/* deps.c: needs of items, then every item of the program after what it needs */
void pel__deps_collect(pel_sema *s, pel_item *item);
typedef PEL_VEC(pel_item *) pel_item_list;
void pel__deps_sort(pel_sema *s, pel_item_list *order);

/* sigs.c */
/* NULL when no operator has the name. */
const pel_overloads *pel__ops_named(pel_sema *s, pel_str name);
/* The same for a name that the program calls: internal operators have none. */
const pel_overloads *pel__calls_named(pel_sema *s, pel_str name);
pel_sig *pel__sig_parse(pel_sema *s, const pel_op *op);
bool pel__fits(pel_sema *s, pel_binding *b, const pel_pt *pt, const pel_ty *t);
/* The type a parameter wants now that variables are bound; `actual` says array or list,
 * and its size. */
const pel_ty *pel__instance(pel_sema *s, const pel_binding *b, const pel_pt *pt,
                            const pel_ty *actual);
const char *pel__pt_text(pel_sema *s, const pel_sig *sig, const pel_pt *pt);
const pel_op *pel__op_find(pel_sema *s, pel_str name, pel_op_kind kind);
void pel__op_guess(pel_sema *s, pel_guess *g);

/* calls.c */
pel_x *pel__check_call(pel_sema *s, pel_scope *sc, const pel_ast *e, const pel_ty *want);
pel_x *pel__call_named(pel_sema *s, pel_scope *sc, const pel_ast *callee, pel_arg *args,
                       uint32_t n, bool piped, pel_span span, const pel_ty *want);
bool pel__args_of(pel_sema *s, const pel_ast *call, pel_x *subject, pel_span subject_span,
                  pel_arg **args, uint32_t *n);
/* An operator by name, over arguments that are checked; *found false (and no diagnostic)
 * when no operator has the name. */
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

/* Why slots or types did not fit; `defined`: where the function stands (line 0: an
 * operator). */
pel_x *pel__say_slots(pel_sema *s, const pel_sig *g, pel_slotting why, uint32_t at,
                      const pel_arg *args, uint32_t n, pel_span span, pel_span defined);
pel_x *pel__say_types(pel_sema *s, const pel_match *m, pel_span span, pel_span defined);

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

/* stage.c, verbs_*.c */
pel_x *pel__check_pipe(pel_sema *s, pel_scope *sc, const pel_ast *e, const pel_ty *want);
/* The first n items of a pipe. */
pel_x *pel__pipe_to(pel_sema *s, pel_scope *sc, const pel_ast *e, uint32_t n,
                    const pel_ty *want);
/* Names in `d` the field that makes the difference between two records. */
void pel__say_record(pel_sema *s, pel_diag *d, const pel_ty *to, const pel_ty *from);
/* If 2024-01-31 stands at span, says how dates are written. */
bool pel__say_date(pel_sema *s, pel_diag *d, pel_span span);
/* What stands at span, if it is short enough to be repeated in a message. */
bool pel__short_text(pel_sema *s, pel_span span, pel_str *out);
/* `e ?? false`, in parentheses where they are needed. */
const char *pel__or_false(pel_sema *s, const pel_ast *e);
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

/* aggs.c */
pel_x *pel__agg_empty(pel_sema *s, const char *name, pel_arg *args, uint32_t n,
                      const pel_arg *empty, pel_x *instead, pel_span span);
pel_x *pel__call_same(pel_sema *s, pel_arg *args, uint32_t n, pel_span span);

/* later.c: what is parsed and not run by this version */
pel_x *pel__later(pel_sema *s, pel_diag_code code, pel_span span, const char *what);
/* The code of a function or verb that comes later; PEL_DIAG_CODE_COUNT: not one. */
pel_diag_code pel__later_named(pel_str name);

/* natives.c, native_calls.c */
void pel__check_extern(pel_sema *s, pel_item *fn);
pel_x *pel__call_native(pel_sema *s, pel_scope *sc, pel_item *fn, pel_arg *args,
                        uint32_t n, pel_span span);

/* attrs.c */
void pel__check_attrs(pel_sema *s, const pel_ast_item *item);
/* Of a C function: false, and a diagnostic, for any attribute but those of C functions.
 */
bool pel__attr_known(pel_sema *s, const pel_ast_attr *a);

/* items.c */
void pel__check_item(pel_sema *s, pel_item *item);
pel_x *pel__item_ref(pel_sema *s, const pel_topname *t, pel_span span);

/* rows.c: what the typed tree must not hold */
void pel__check_rows(pel_sema *s, pel_x *x);
#endif
