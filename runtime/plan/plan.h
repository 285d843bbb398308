/* The sealed plan: what a program became, as flat arrays that refer to each other by
 * index. A plan owns everything in it (one arena) and is counted by references; it is
 * immutable once sealed, holds no address of the machine it was made on, no thread count
 * and no result, and may be run many times at once. Any thread may read it; building one
 * is for one thread.
 *
 * Every value of a program is a *slot*: a table (a column is a table of one column, a
 * scalar a table of one row and one column, a record a table of one row). *Pipes* fill
 * slots: a source, steps, a sink. A *node* is an operator instance with its arguments;
 * pipes read from nodes (sources, breakers) and end in nodes (breakers, probes, sinks) or
 * in slots. */
#ifndef PEL_RUNTIME_PLAN_PLAN_H
#define PEL_RUNTIME_PLAN_PLAN_H

#include "pel/op.h"
#include "runtime/base/arena.h"
#include "runtime/base/atomic.h"
#include "runtime/base/str.h"

enum { PEL_PLAN_VERSION = 1 };
#define PEL_NONE UINT32_MAX

/* A run of entries in one of the plan's arrays. */
typedef struct pel_range {
  uint32_t at, n;
} pel_range;

/* An operator by name and signature: resolved against the table of operators when the
 * plan is prepared. */
typedef struct pel_plan_op {
  pel_str name, sig;
  pel_op_kind kind;
} pel_plan_op;

/* ---- expression programs (tier 0) ---- */

typedef enum pel_code {
  PEL_CODE_COLUMN = 1, /* dst = input column `ref` */
  PEL_CODE_CONST,      /* dst = consts[ref] */
  PEL_CODE_SLOT, /* dst = column `ref` of the one-row table in slots[args[0]] (args holds
                    a slot number, no register) */
  PEL_CODE_CALL, /* dst = ops[ref](args…) */
  PEL_CODE_NATIVE, /* dst = natives[ref](args…), lifted over rows */
  PEL_CODE_FIELD,  /* dst = field `ref` of record (or, lifted, of list of records) args[0]
                    */
  PEL_CODE_RECORD, /* dst = record of args… */
  PEL_CODE_FILTER, /* rows go on only where args[0] is true; a poisoned condition fails
                      the item */
  PEL_CODE_MASK,   /* dst = mask of the rows where args[0] is one of `ref` (PEL_MASK_*) */
  PEL_CODE_SELECT, /* args = mask, value, mask, value …: dst = the value of the first mask
                      that holds the row; null where none does */
  PEL_CODE_LIST_MAP, /* dst, dst + 1 … = outputs of progs[ref] run once per list element:
                        args = lists (equal offsets) and plain values (repeated per
                        element); its FILTERs shorten the lists */
  PEL_CODE_LIST_AGG, /* dst = aggregate ops[ref] of list(s) args… */
  PEL_CODE_LIST,     /* dst = list of args… (an array literal per row) */
  PEL_CODE_POISON    /* dst (of any type) = the failure of args[0] where that cell is
                        poisoned, null elsewhere */
} pel_code;
/* Each register is written once, before it is read. A register that was computed under a
 * mask is read only by instructions under that mask or one made (MASK) under it, and, in
 * a SELECT, beside such a mask; FILTER and outputs read registers that were computed for
 * all rows. A LIST_MAP's program stands before the program that uses it; an argument is
 * a list if the program's input is its item type, and a plain value if the input is its
 * own type. */

enum {
  PEL_MASK_TRUE = 1,
  PEL_MASK_FALSE = 2,
  PEL_MASK_NULL = 4,
  PEL_MASK_POISON = 8,
  PEL_MASK_VALID = 16
};
/* Bits are tried on the cell of args[0]: TRUE/FALSE for bool cells that are valid; VALID
 * for any valid cell. */

typedef struct pel_instr {
  uint16_t code; /* pel_code */
  uint16_t nargs;
  uint32_t dst;  /* register; PEL_NONE for FILTER */
  uint32_t args; /* first of nargs entries of plan->args: registers */
  uint32_t ref;
  uint32_t mask; /* register that holds a mask: compute these rows only; PEL_NONE: all
                    rows that still go on */
  uint32_t span; /* plan->spans, or PEL_NONE */
} pel_instr;

typedef struct pel_prog {
  pel_range instrs;
  pel_range regs;    /* plan->reg_types: a type number per register; PEL_NONE: a mask */
  pel_range inputs;  /* plan->reg_types: types of the input columns */
  pel_range outputs; /* plan->args: registers that are the output columns */
} pel_prog;

/* ---- operator instances and pipes ---- */

typedef enum pel_arg_kind { PEL_ARG_CONST, PEL_ARG_PARAM, PEL_ARG_SLOT } pel_arg_kind;

/* A constant argument of a node: consts[ref], the value of params[ref], or the scalar in
 * slots[ref]. */
typedef struct pel_plan_arg {
  pel_arg_kind kind;
  uint32_t ref;
} pel_plan_arg;

typedef struct pel_plan_node {
  uint32_t op;     /* plan->ops */
  pel_range args;  /* plan->node_args */
  pel_range aggs;  /* plan->args: op numbers of aggregates it runs */
  pel_range ports; /* plan->ranges: per port a range of plan->reg_types, the types of its
                      input columns */
  pel_range out;   /* plan->reg_types: types of the columns it gives (a source: its whole
                      schema) */
  pel_range out_names; /* plan->names: their names, as many as out.n */
  uint32_t item;       /* plan->items: whose failure its failures are */
  uint32_t span;
} pel_plan_node;

typedef enum pel_source_kind {
  PEL_FROM_READER, /* nodes[source]: a PEL_OP_SOURCE */
  PEL_FROM_NODE,   /* nodes[source]: the result of a breaker */
  PEL_FROM_SLOTS,  /* the tables in `slots`, side by side (equal length) */
  PEL_FROM_UNIT    /* one row without columns */
} pel_source_kind;

typedef struct pel_plan_step {
  uint32_t prog; /* plan->progs, or PEL_NONE */
  uint32_t node; /* a probe: plan->nodes, or PEL_NONE */
} pel_plan_step;

typedef struct pel_plan_pipe {
  pel_source_kind from;
  uint32_t source;          /* plan->nodes, or PEL_NONE */
  pel_range slots;          /* plan->args: slot numbers (PEL_FROM_SLOTS) */
  pel_range columns;        /* plan->args: reader columns asked for, ascending */
  uint32_t filter;          /* plan->progs: predicate pushed into the reader (inputs:
                               filter_columns; one bool output), or PEL_NONE */
  pel_range filter_columns; /* plan->args: positions in `columns` */
  uint64_t limit;           /* rows of the source that are enough; UINT64_MAX: all */
  pel_range steps;          /* plan->steps */
  uint32_t sink;            /* plan->nodes, or PEL_NONE: the rows become slots[slot] */
  uint32_t port;            /* of the sink */
  uint32_t slot;            /* filled by this pipe, or PEL_NONE */
  uint32_t item;
  uint32_t span;
} pel_plan_pipe;
/* One pipe at most reads a reader or a breaker's result: what is used twice goes through
 * a slot. A probe node's port 1 has the types of the probe step's input. */
/* Several pipes may end in the same port of a node, or in the same slot: their rows
 * follow each other in the order of the pipes (concat). A pipe may start when every node
 * or slot it reads is complete; pipes stand in such an order. */

typedef struct pel_plan_slot {
  pel_range types; /* plan->reg_types: columns */
  pel_range names; /* plan->names */
  uint32_t item;
} pel_plan_slot;

/* ---- the program's face ---- */

/* How a value looks to people: decides what is printed. */
typedef enum pel_shape {
  PEL_SHAPE_SCALAR,
  PEL_SHAPE_ARRAY,
  PEL_SHAPE_RECORD,
  PEL_SHAPE_TABLE
} pel_shape;

typedef struct pel_plan_param {
  pel_str name;      /* with the alias of an imported module: alias.name */
  uint32_t type;     /* plan->types */
  pel_shape shape;   /* SCALAR; ARRAY: of scalars; TABLE: bound by the host or by a path
                        that is read */
  uint32_t constant; /* the default, in consts; PEL_NONE: required (or computed: slot) */
  uint32_t slot;     /* where programs read it: filled from outside (or by pipes from a
                        default that is no constant) */
  pel_str doc;
  uint32_t span;
} pel_plan_param;

typedef enum pel_item_kind { PEL_ITEM_LET, PEL_ITEM_OUT, PEL_ITEM_TEST } pel_item_kind;

typedef struct pel_plan_item {
  pel_item_kind kind;
  pel_str name;
  pel_shape shape;
  uint32_t slot; /* an out that is printed, or a test: its value; PEL_NONE: see node */
  uint32_t node; /* an out that is written: its sink; PEL_NONE: see slot */
  uint32_t path; /* of a written out: plan->node_args, its path; PEL_NONE */
  uint32_t left, right; /* a test that compares: slots of both sides, or PEL_NONE */
  uint32_t span;
} pel_plan_item;

/* ---- functions of shared libraries ---- */

typedef enum pel_ctype {
  PEL_C_VOID,
  PEL_C_BOOL,
  PEL_C_I8,
  PEL_C_I16,
  PEL_C_I32,
  PEL_C_I64,
  PEL_C_U8,
  PEL_C_U16,
  PEL_C_U32,
  PEL_C_U64,
  PEL_C_F32,
  PEL_C_F64,
  PEL_C_USIZE,
  PEL_C_CSTR,
  PEL_C_BYTES,
  PEL_C_STRUCT_PTR,
  PEL_C_STRUCT,
  PEL_C_ARRAY
} pel_ctype;
typedef enum pel_cmode { PEL_C_IN, PEL_C_OUT, PEL_C_INOUT } pel_cmode;

typedef struct pel_cparam {
  pel_str name;
  pel_ctype ctype;
  pel_cmode mode;
  uint32_t type;    /* plan->types: the element of an array, the record of a struct */
  uint32_t size_of; /* a size parameter that was left out (R24): the array parameter it
                       takes its value from; else PEL_NONE */
  uint32_t size;    /* an array: the parameter that holds its size, or PEL_NONE */
  uint32_t
      arg; /* which argument of the call it is; PEL_NONE: `out`, or a size left out */
} pel_cparam;

typedef struct pel_native {
  pel_str library; /* as the program wrote it */
  pel_str folder;  /* of the file that names it, as given; "" : the working folder */
  pel_str symbol;
  pel_range params; /* plan->cparams */
  pel_ctype result;
  uint32_t result_type; /* plan->types, or PEL_NONE */
  bool pure, threadsafe, fenv;
  uint32_t ok;     /* consts: the status that means success; PEL_NONE */
  pel_str message; /* symbol of the function that explains a status; "" */
  uint32_t span;
} pel_native;
/* Value of a PEL_CODE_NATIVE: the return value (unless void or `ok`), then outs, then
 * inouts; one value or a record of them. A function with array parameters called once
 * (not lifted) is a node with the operator "native": args[0] = its number, port i =
 * argument i of the call (an array: one column; a scalar: one row; a struct: one row, a
 * column per field). It gives an array's elements as rows when that is its only value,
 * else one row with a column per value, arrays as lists. */

typedef struct pel_plan_source {
  pel_str name, text;
} pel_plan_source;

struct pel_plan_shown;
typedef struct pel_plan {
  pel_arena arena;
  pel_atomic_u32 refs;
  const struct pel_plan_shown *shown; /* what runtime/api tells a host of it, in
                                         the arena; NULL before a host has it */
  uint32_t version;

#define PEL_PLAN_ARRAY(T, name) \
  T *name;                      \
  uint32_t n_##name
  PEL_PLAN_ARRAY(pel_type, types); /* items and fields point into this array */
  PEL_PLAN_ARRAY(pel_const, consts);
  PEL_PLAN_ARRAY(pel_plan_op, ops);
  PEL_PLAN_ARRAY(uint32_t, args);
  PEL_PLAN_ARRAY(uint32_t, reg_types);
  PEL_PLAN_ARRAY(pel_range, ranges);
  PEL_PLAN_ARRAY(pel_str, names);
  PEL_PLAN_ARRAY(pel_instr, instrs);
  PEL_PLAN_ARRAY(pel_prog, progs);
  PEL_PLAN_ARRAY(pel_plan_arg, node_args);
  PEL_PLAN_ARRAY(pel_plan_node, nodes);
  PEL_PLAN_ARRAY(pel_plan_step, steps);
  PEL_PLAN_ARRAY(pel_plan_pipe, pipes);
  PEL_PLAN_ARRAY(pel_plan_slot, slots);
  PEL_PLAN_ARRAY(pel_plan_param, params);
  PEL_PLAN_ARRAY(pel_plan_item, items);
  PEL_PLAN_ARRAY(pel_cparam, cparams);
  PEL_PLAN_ARRAY(pel_native, natives);
  PEL_PLAN_ARRAY(pel_span, spans);
  PEL_PLAN_ARRAY(pel_plan_source, sources);
#undef PEL_PLAN_ARRAY
} pel_plan_data;

/* Conventions of node arguments (constants), by operator:
 *   "unlist":   no arguments; input: one list column; output: the items of its lists, one
 * after the other. csv reader "read_csv":  path, then a record of options (delim, quote,
 * header, on_error, null …) in the schema's order; node.out / out_names are the declared
 * columns. "group":    number of key columns k; inputs are k keys, then the arguments of
 * the aggregates in order; a list with the argument count of each aggregate. Output:
 * keys, then one column per aggregate. k = 0: exactly one row. An aggregate "collect"
 * keeps a column as a list. "distinct": number of key columns (the first k inputs);
 * output: all inputs of the first row of each key. "sort":     number of key columns k
 * (the first k inputs), list of bools (true: descending); output: all inputs. "slice":
 * skip, take (-1: all). "join":     kind word ("inner" "left" "semi" "anti"), number of
 * key columns k, list of left output positions, list of right output positions (a
 * position counts all columns of the port, from the first key on, so that a key that is
 * also a column is passed once). Port 0: the right side, k keys then its columns. The
 * probe step's input, port 1: k keys, then the left columns. Output: the left columns
 * named, then the right ones (nullable in a left join). "write_csv": path, record of
 * options; column names are node.out_names. */

pel_status pel__plan_new(const pel_alloc *alloc, pel_plan_data **out);
pel_plan_data *pel__plan_retain(pel_plan_data *p);
void pel__plan_release(pel_plan_data *p);
/* Every index in range, types agree, pipes in order: what the engine may then rely on.
 * Untrusted plans pass here first. */
PEL_USE_RESULT pel_status pel__plan_verify(const pel_plan_data *p, pel_error *e);
/* What a run of some items must do: roots[i] says that item i is wanted; pipes[i] becomes
 * true for every pipe that item needs (room for n_pipes). The plan must be verified.
 * PEL_E_NOMEM. */
PEL_USE_RESULT pel_status pel__plan_needed(const pel_plan_data *p, const bool *roots,
                                           bool *pipes);
/* The same when the slots with given[i] are filled already, and with what calls of impure
 * functions need if impure; slots[i] becomes true for what is read or wanted. */
PEL_USE_RESULT pel_status pel__plan_needed_beside(const pel_plan_data *p,
                                                  const bool *roots, const bool *given,
                                                  bool impure, bool *pipes, bool *slots);
/* Whether the node is a call that is made also when nobody asks for its value. */
bool pel__plan_is_impure(const pel_plan_data *p, uint32_t node);
/* Text for people (`pel explain`, golden tests). */
void pel__plan_print(const pel_plan_data *p, pel_buf *out);
/* Bytes: little-endian, versioned, with a checksum; the same plan gives the same bytes.
 */
PEL_USE_RESULT pel_status pel__plan_encode(const pel_plan_data *p, pel_buf *out);
/* Validates everything (it calls verify) before the plan is given. */
PEL_USE_RESULT pel_status pel__plan_decode(const void *bytes, size_t n,
                                           const pel_alloc *alloc, pel_plan_data **out,
                                           pel_error *e);
#endif
