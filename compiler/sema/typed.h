/* The typed program: what sema makes of an AST, and all the IR builder reads. Names are
 * resolved, functions instantiated and inlined at their calls, lifting made explicit,
 * verbs typed, implicit conversions written out. Lives in the compile arena; read-only
 * once sema has returned. One thread. */
#ifndef PEL_COMPILER_SEMA_TYPED_H
#define PEL_COMPILER_SEMA_TYPED_H

#include "pel/op.h"
#include "runtime/base/str.h"
#include "runtime/plan/plan.h" /* pel_shape, pel_ctype, pel_cmode */

/* ---- compile-time types ---- */

typedef enum pel_tykind {
  PEL_TY_ERROR = 0, /* a diagnostic was given: agrees with everything */
  PEL_TY_SCALAR,    /* scalar: PEL_BOOL … PEL_DUR */
  PEL_TY_RECORD,
  PEL_TY_ARRAY, /* [n]T, one dimension here; a table when T is a record */
  PEL_TY_LIST,  /* [*]T inside a row: each with its own length */
  PEL_TY_TUPLE,
  PEL_TY_NULL /* the literal null before it has met a type */
} pel_tykind;

typedef struct pel_ty pel_ty;
typedef struct pel_tyfield {
  pel_str name;
  const pel_ty *type;
} pel_tyfield;

/* The length of an array: equal ids are proved equal. PEL_SIZE_ANY agrees with all and is
 * checked when known. */
enum { PEL_SIZE_ANY = 0 };

struct pel_ty {
  pel_tykind kind;
  bool nullable;
  pel_kind scalar;
  uint32_t size;       /* PEL_TY_ARRAY: size id */
  const pel_ty *item;  /* PEL_TY_ARRAY, PEL_TY_LIST */
  uint32_t nfields;    /* PEL_TY_RECORD, PEL_TY_TUPLE */
  pel_tyfield *fields; /* tuple fields have empty names */
  pel_str name;        /* a name the program has for it, for messages; may be empty */
  uint32_t weight;     /* of records and tuples: the types inside of it, for limits */
};

/* ---- typed expressions ---- */

typedef enum pel_xkind {
  PEL_X_CONST = 1, /* value (an array constant: a list value with an ARRAY type) */
  PEL_X_PARAM,     /* params[index] */
  PEL_X_ITEM,   /* lets[index]: a top-level let (a component of a tuple pattern is a FIELD
                   of it) */
  PEL_X_BINDER, /* the value of binder `index`: LET variable, MAP element, row of a verb
                 */
  PEL_X_LET,    /* binders[0] = args[0] in args[1] */
  PEL_X_FIELD, /* field number `index` of record/tuple args[0]; of [n]{…}: the column; of
                  a list of records: a list */
  PEL_X_RECORD, /* fields in order: args; type says the names */
  PEL_X_TUPLE,
  PEL_X_ARRAY, /* array literal: args */
  PEL_X_CALL, /* op(args…): op->kind PEL_OP_MAP on scalars of exactly the types the kernel
                 takes (nullable allowed where the op is null-strict or says `?`) */
  PEL_X_AGG,    /* op(args[0] …): op->kind PEL_OP_AGG over an ARRAY or LIST */
  PEL_X_NATIVE, /* natives[index](args…) on scalars, records, or whole arrays */
  PEL_X_MAP, /* for binders b0…bk-1 over args[0]…args[k-1] (all arrays, or all lists of
                one row): args[k]; when nargs == k + 2, args[k+1] is a bool filter.
                Result: array or list of the body's type. This is lifting and
                comprehension alike */
  PEL_X_IF,  /* args: condition, then, else */
  PEL_X_AND,
  PEL_X_OR,       /* args, two or more; three-valued; right sides only where needed */
  PEL_X_COALESCE, /* a ?? b ?? … */
  PEL_X_TRY,      /* args: value, fallback */
  PEL_X_CAST,     /* args[0] to `type` (scalars; null and poison pass); widening or `as`.
                     Checked casts can fail */
  /* tables; binders[0] is the row (binders[1]: the right row of a join) */
  PEL_X_READ,     /* args[0] = path; format; options; type = [n]{…} */
  PEL_X_FILTER,   /* args: table, predicate */
  PEL_X_PROJECT,  /* args: table, field expressions in the order of the result's fields
                     (select derive drop rename) */
  PEL_X_GROUP,    /* args: table, key expressions; result: keys, other columns as lists,
                     `rows` list of whole rows; or with    no keys one row */
  PEL_X_SORT,     /* args: table (or array), keys; descending[i] */
  PEL_X_DISTINCT, /* args: table (or array), keys; no keys: all fields */
  PEL_X_SLICE,    /* args: table, skip (i64), take (i64, or a CONST -1 for all) */
  PEL_X_JOIN,   /* args: left, right, left keys (nkeys), right keys (nkeys); join; outputs
                 */
  PEL_X_CONCAT, /* args: tables of one type (fields reordered to the first's by PROJECT)
                 */
  PEL_X_WRITE   /* args: table, path; format; options; only as an out's root */
} pel_xkind;

typedef enum pel_join {
  PEL_JOIN_INNER,
  PEL_JOIN_LEFT,
  PEL_JOIN_SEMI,
  PEL_JOIN_ANTI
} pel_join;

/* A column of a join's result: field of the left row, or of the right row. A shared key
 * is a left field. */
typedef struct pel_xout {
  bool right;
  uint32_t field;
} pel_xout;

/* A named option of read or write: `delim: ";"`. The value is an expression of params and
 * constants. */
typedef struct pel_x pel_x;
typedef struct pel_xoption {
  pel_str name;
  pel_x *value;
} pel_xoption;

typedef struct pel_binder {
  uint32_t id; /* dense over the program */
  pel_str name;
  const pel_ty *type;
} pel_binder;

struct pel_x {
  pel_xkind kind;
  const pel_ty *type;
  pel_span span;
  uint32_t nargs;
  pel_x **args;
  uint32_t index;
  const pel_const *value;
  const pel_op *op; /* CALL, AGG; READ, WRITE: the reader or writer */
  uint32_t nbinders;
  pel_binder **binders;
  uint32_t nkeys; /* JOIN */
  pel_join join;
  pel_xout *outputs;    /* JOIN: type->item->nfields of them */
  bool *descending;     /* SORT: nargs - 1 */
  pel_xoption *options; /* READ, WRITE */
  uint32_t noptions;
};

/* ---- the program ---- */

typedef struct pel_tparam {
  pel_str name;
  const pel_ty *type;
  pel_shape shape;
  pel_x *init; /* NULL: required */
  pel_str doc;
  pel_span span;
} pel_tparam;

typedef struct pel_tlet {
  pel_str name; /* the variable, or "(a, b)" */
  pel_x *value;
  bool root; /* an impure native call: runs at most once, in item order */
  pel_span span;
} pel_tlet;

typedef struct pel_tout {
  pel_item_kind kind; /* OUT or TEST */
  pel_str name;
  pel_x *value;
  pel_x *left, *right; /* a test that compares */
  pel_shape shape;
  pel_span span;
} pel_tout;

/* A C function: like pel_native, with compile-time types; see runtime/plan/plan.h for the
 * meaning of the fields. */
typedef struct pel_tcparam {
  pel_str name;
  pel_ctype ctype;
  pel_cmode mode;
  const pel_ty *type;
  uint32_t size_of, size, arg;
} pel_tcparam;

typedef struct pel_tnative {
  pel_str library, folder, symbol, message;
  pel_tcparam *params;
  uint32_t nparams;
  pel_ctype result;
  const pel_ty *result_type;
  bool pure, threadsafe, fenv, arrays; /* arrays: some parameter is an array */
  const pel_const *ok;
  pel_span span;
} pel_tnative;

typedef struct pel_typed {
  pel_tparam *params;
  uint32_t nparams;
  pel_tlet *lets; /* in an order in which each stands after what it uses */
  uint32_t nlets;
  pel_tout *outs; /* outs and tests in item order */
  uint32_t nouts;
  pel_tnative *natives;
  uint32_t nnatives;
  uint32_t nbinders;
} pel_typed;
#endif
