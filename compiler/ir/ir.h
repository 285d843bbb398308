/* The intermediate form: a module of nodes in single assignment, some of which hold
 * regions (what is done per row). A module lives in the compile arena; passes change it
 * in place; nothing in it is shared with another compilation. One thread.
 *
 * A value is a scalar (text, record and list included) or an array of such; a table is an
 * array of records. Array values exist at the top only; inside a region everything is a
 * value of one row, and nodes of outer regions that are no arrays may be used. Every
 * operation is pure: a failing one makes a poisoned value, so what stands where in a
 * region says nothing about what is computed; lowering computes operands of if, and, or,
 * coalesce and try only where they are needed.
 *
 *   const param input     leaves; input number `index` of its region
 *   call agg native       fn(args) on scalars; fn over list args[0] …;
 * natives[index](args) field record list     field `index` of a record; records and lists
 * of args if and or coalesce try lmap                  args: lists; region 0: an input
 * per list, one yield; filters shorten the list filter                a statement: rows
 * go on where args[0] is true; only in regions that map, in order read args[0] = path;
 * value: record of options; region 0, if any: conditions on the row that the reader may
 * try early; limit: rows that are enough map                   args: arrays of equal
 * length; region 0: an input each, filters, one yield group                 args[0];
 * region 0: filters; yields nkeys keys, then the arguments of aggs (agg_args[i] each).
 *                         Result: keys and aggregates. Not an array: nkeys = 0, one
 * record sort distinct         args[0]; region 0: filters; yields nkeys keys, then the
 * row that is kept slice                 args: array, skip, take (i64; -1: all) join
 * args: left, right; a region each: filters; yields nkeys keys, then the row; outputs:
 * fields of both rows concat unlist         arrays of one type; a list as an array invoke
 * natives[index](args) once, on whole arrays and scalars; its values are the fields of a
 * record, or one array write                 args: table, path; value: record of options
 */
#ifndef PEL_COMPILER_IR_IR_H
#define PEL_COMPILER_IR_IR_H

#include "compiler/diag/diag.h"
#include "compiler/sema/typed.h"
#include "runtime/base/arena.h"

typedef enum pel_irop {
#define PEL_IR_OP(name, word, level) PEL_IR_##name,
#include "compiler/ir/ops.def"
#undef PEL_IR_OP
  PEL_IR_OP_COUNT
} pel_irop;

enum { PEL_IR_NODES = 1000 * 1000 }; /* of one module: beyond, "program too large" */

typedef struct pel_ir_node pel_ir_node;
typedef struct pel_ir_region pel_ir_region;

struct pel_ir_node {
  pel_irop op;
  bool array;
  uint32_t id;          /* dense over the module, in the order of making */
  const pel_type *type; /* of the value; of an array: of its elements. Interned: equal
                           types are one pointer */
  pel_ir_region *home;  /* where it stands; NULL: taken out */
  pel_ir_node *next, *prev;
  uint32_t nargs, nregions;
  pel_ir_node **args;
  pel_ir_region **regions;
  const pel_const *value; /* CONST; READ, WRITE: options or NULL */
  const pel_op *fn;       /* CALL, AGG, READ, WRITE */
  uint32_t index;         /* PARAM, INPUT, FIELD, NATIVE, INVOKE */
  uint32_t nkeys, naggs, noutputs;
  bool *descending; /* SORT: nkeys */
  const pel_op **aggs;
  uint32_t *agg_args;
  pel_join join;
  pel_xout *outputs;
  uint64_t limit; /* READ */
  uint32_t item;  /* the let or out it belongs to: module items */
  pel_span span;
  /* Scratch: each pass and each user sets what it reads. */
  uint32_t mark, uses;
  pel_ir_node *other;
};

struct pel_ir_region {
  pel_ir_node *owner; /* NULL: the top */
  uint32_t depth;     /* 0: the top */
  uint32_t nparams, nyields;
  pel_ir_node **params;
  pel_ir_node **yields;
  pel_ir_node *first, *last;
};

typedef struct pel_ir_param {
  pel_str name;
  pel_shape shape;
  const pel_type *type;      /* of the value; ARRAY, TABLE: of an element */
  const pel_const *constant; /* default; an array's: a list */
  pel_ir_node *init;         /* a default that is no constant, or an array: its value */
  pel_str doc;
  pel_span span;
} pel_ir_param;

typedef struct pel_ir_cparam {
  pel_str name;
  pel_ctype ctype;
  pel_cmode mode;
  const pel_type *type;
  uint32_t size_of, size, arg;
} pel_ir_cparam;

typedef struct pel_ir_native {
  pel_str library, folder, symbol, message;
  pel_ir_cparam *params;
  uint32_t nparams;
  pel_ctype result;
  const pel_type *result_type;
  bool pure, threadsafe, fenv;
  const pel_const *ok;
  pel_span span;
} pel_ir_native;

typedef struct pel_ir_item {
  pel_item_kind kind;
  pel_str name;
  pel_shape shape;
  pel_ir_node *value; /* OUT, TEST; a LET: a node that must run (impure), or NULL */
  pel_ir_node *left, *right; /* a TEST that compares */
  pel_span span;
} pel_ir_item;

typedef struct pel_ir {
  pel_arena *arena;
  const pel_op *const *const *ops; /* NULL-terminated tables */
  uint32_t nops;
  pel_ir_region *top;
  pel_ir_param *params;
  uint32_t nparams;
  pel_ir_native *natives;
  uint32_t nnatives;
  pel_ir_item *items; /* lets, then outs and tests in the order of the program */
  uint32_t nitems;
  uint32_t nodes;      /* made so far */
  uint32_t item;       /* given to new nodes */
  bool oom, too_large; /* sticky: what is made after is harmless, the maker asks once */
  const pel_type **types; /* interned, open addressing */
  uint32_t type_cap, ntypes;
  pel_ir_node *broken; /* what is answered without memory */
} pel_ir;

/* ---- making ---- */

PEL_USE_RESULT pel_status pel__ir_new(pel_arena *arena, const pel_op *const *const *ops,
                                      uint32_t nops, pel_ir **out);
/* PEL_OK, PEL_E_NOMEM or PEL_E_LIMIT (too many nodes), after whatever was made. */
pel_status pel__ir_status(const pel_ir *m);

const pel_type *pel__ir_scalar(pel_ir *m, pel_kind kind, bool nullable);
const pel_type *pel__ir_list(pel_ir *m, const pel_type *item);
const pel_type *pel__ir_record(pel_ir *m, const pel_field *fields, uint32_t n);
const pel_type *pel__ir_nullable(pel_ir *m, const pel_type *t, bool nullable);
/* Any type as an interned one. */
const pel_type *pel__ir_type(pel_ir *m, const pel_type *t);
/* A compile-time type; *array says whether its outermost dimension makes an array value
 * (at the top). */
const pel_type *pel__ir_from_ty(pel_ir *m, const pel_ty *t, bool *array);

/* A node without a place: nargs arguments (to be filled in, unless args is given) and
 * nregions regions to be made. */
pel_ir_node *pel__ir_node_new(pel_ir *m, pel_irop op, const pel_type *type, pel_span span,
                              uint32_t nargs, pel_ir_node *const *args,
                              uint32_t nregions);
/* Region number i of n, with nparams inputs of these types. */
pel_ir_region *pel__ir_region_new(pel_ir *m, pel_ir_node *n, uint32_t i,
                                  pel_ir_region *outer, const pel_type *const *params,
                                  uint32_t nparams, pel_span span);
void pel__ir_yields(pel_ir *m, pel_ir_region *r, pel_ir_node *const *yields, uint32_t n);
/* Puts n at the end of r, or before `at`; takes it out. */
void pel__ir_append(pel_ir_region *r, pel_ir_node *n);
void pel__ir_before(pel_ir_node *at, pel_ir_node *n);
void pel__ir_remove(pel_ir_node *n);
/* The innermost region that any argument of n stands in; the top for none. */
pel_ir_region *pel__ir_home_of_args(const pel_ir *m, const pel_ir_node *n);
/* Does `inner` lie in `outer` (or is it the same)? */
bool pel__ir_within(const pel_ir_region *inner, const pel_ir_region *outer);

const pel_const *pel__ir_const_i64(pel_ir *m, int64_t value);
const pel_const *pel__ir_const_bool(pel_ir *m, bool value);
/* A deep copy whose types are interned. */
const pel_const *pel__ir_const(pel_ir *m, const pel_const *c);
bool pel__ir_const_eq(const pel_const *a, const pel_const *b);

/* ---- asking ---- */

const char *pel__ir_word(pel_irop op);
/* A value of one row that is no array, whatever region it stands in. */
PEL_INLINE bool pel__ir_is_const(const pel_ir_node *n) { return n->op == PEL_IR_CONST; }
/* The first operator of this name and kind whose kernel takes these types; NULL: none. */
const pel_op *pel__ir_find_op(const pel_ir *m, pel_str name, pel_op_kind kind,
                              const pel_type *const *in, uint32_t nin,
                              const pel_type *out);
/* Does the aggregate take a list of this type (in[0]) and these further arguments? */
bool pel__ir_agg_takes(const pel_op *o, const pel_type *const *in, uint32_t nin,
                       const pel_type *out);
/* The operator that casts, or NULL. */
const pel_op *pel__ir_find_cast(const pel_ir *m, const pel_type *from,
                                const pel_type *to);

/* ---- walking ---- */

/* The node after n when every node of r and of all regions inside is visited, outer
 * before inner; NULL at the end. Start with n == NULL. */
pel_ir_node *pel__ir_walk(const pel_ir_region *r, const pel_ir_node *n);
/* Calls fn for every place that refers to a node: arguments, yields and items (the place
 * may be changed). */
typedef void (*pel_ir_visit)(void *ctx, pel_ir_node **place);
void pel__ir_each_use(pel_ir *m, pel_ir_visit fn, void *ctx);
/* Sets `uses` of every node: places that refer to it. */
void pel__ir_count_uses(pel_ir *m);
/* Every place that refers to n with n->other set refers to where the chain of `other`
 * ends instead. Set `other` to NULL first (pel__ir_clear). */
void pel__ir_forward(pel_ir *m);
void pel__ir_clear(pel_ir *m); /* mark = 0, uses = 0, other = NULL */

/* ---- text and proof ---- */

void pel__ir_print(const pel_ir *m, pel_buf *out);
/* Reads what print wrote, and programs for tests. PEL_E_INVALID: e says what is wrong and
 * in which line. */
PEL_USE_RESULT pel_status pel__ir_parse(pel_arena *arena, const pel_op *const *const *ops,
                                        uint32_t nops, pel_str text, pel_ir **out,
                                        pel_error *e);
/* Single assignment, types, levels, regions. PEL_E_INTERNAL: a pass broke a promise; e
 * says which. */
PEL_USE_RESULT pel_status pel__ir_verify(pel_ir *m, pel_error *e);

/* ---- from typed programs ---- */

/* PEL_E_COMPILE with diagnostics for what is typed but not run by this version. */
PEL_USE_RESULT pel_status pel__ir_build(pel_arena *arena, const pel_typed *t,
                                        const pel_op *const *const *ops, uint32_t nops,
                                        pel_ir **out, pel_diags *ds);
#endif
