/* The state of one check: what its names are bound to, the items and modules it goes
 * through, and what it has found so far; errors, names, modules, items. Lives in the
 * compile arena, except the maps, which the check frees at its end. One thread. */
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
  PEL_SEMA_LOCALS = 4096          /* names in scope inside one expression */
};

typedef struct pel_sema pel_sema;
typedef struct pel_module pel_module;
typedef struct pel_item pel_item;
typedef struct pel_sig pel_sig;             /* calls.h */
typedef struct pel_overloads pel_overloads; /* calls.h */

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

/* attrs.c */
void pel__check_attrs(pel_sema *s, const pel_ast_item *item);
/* Of a C function: false, and a diagnostic, for any attribute but those of C functions.
 */
bool pel__attr_known(pel_sema *s, const pel_ast_attr *a);

/* items.c */
void pel__check_item(pel_sema *s, pel_item *item);
pel_x *pel__item_ref(pel_sema *s, const pel_topname *t, pel_span span);

/* later.c: what is parsed and not run by this version */
pel_x *pel__later(pel_sema *s, pel_diag_code code, pel_span span, const char *what);
/* The code of a function or verb that comes later; PEL_DIAG_CODE_COUNT: not one. */
pel_diag_code pel__later_named(pel_str name);
#endif
