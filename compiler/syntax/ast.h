/* The syntax tree of one PEL file: items, types, patterns and expressions, each with its
 * place and a dense id.
 * Everything lives in the compile arena and borrows from the source's text; after parsing
 * it is read-only.
 * Any number of threads may read it. */
#ifndef PEL_COMPILER_SYNTAX_AST_H
#define PEL_COMPILER_SYNTAX_AST_H

#include "runtime/base/arena.h"
#include "runtime/base/str.h"

typedef enum pel_ast_kind {
#define PEL_AST(kind, name) PEL_AST_##kind,
#include "compiler/syntax/ast.def"
#undef PEL_AST
  PEL_AST_KIND_COUNT
} pel_ast_kind;

typedef enum pel_ast_op {
  PEL_AST_OP_NONE,
  PEL_AST_OP_OR,
  PEL_AST_OP_AND,
  PEL_AST_OP_COALESCE,
  PEL_AST_OP_PIPE,
  PEL_AST_OP_ADD,
  PEL_AST_OP_SUB,
  PEL_AST_OP_MUL,
  PEL_AST_OP_DIV,
  PEL_AST_OP_MOD,
  PEL_AST_OP_EQ,
  PEL_AST_OP_NE,
  PEL_AST_OP_LT,
  PEL_AST_OP_LE,
  PEL_AST_OP_GT,
  PEL_AST_OP_GE
} pel_ast_op;

/* The unit of a quantity; durations come first. */
typedef enum pel_ast_unit {
  PEL_AST_UNIT_NS,
  PEL_AST_UNIT_US,
  PEL_AST_UNIT_MS,
  PEL_AST_UNIT_S,
  PEL_AST_UNIT_MIN,
  PEL_AST_UNIT_H,
  PEL_AST_UNIT_D,
  PEL_AST_UNIT_W,
  PEL_AST_UNIT_KB,
  PEL_AST_UNIT_MB,
  PEL_AST_UNIT_GB,
  PEL_AST_UNIT_KIB,
  PEL_AST_UNIT_MIB,
  PEL_AST_UNIT_GIB,
  PEL_AST_UNIT_COUNT
} pel_ast_unit;
PEL_INLINE bool pel__ast_unit_is_duration(pel_ast_unit u) { return u <= PEL_AST_UNIT_W; }

typedef struct pel_ast pel_ast;

/* A name where it stands. */
typedef struct pel_ast_name {
  pel_str text;
  pel_span span;
} pel_ast_name;

/* a ∘ b ∘ c …: `op` stands between items[i] and items[i + 1]. */
typedef struct pel_ast_chain_op {
  pel_ast_op op;
  pel_span span;
} pel_ast_chain_op;

/* An argument of a call, a field of a record, a field of a record pattern (value: a
 * pattern). */
typedef struct pel_ast_arg {
  pel_str label;       /* empty: unlabelled */
  pel_span label_span; /* line 0: the label was not written (`b` in { b } has label b) */
  pel_ast *value;
  bool spread; /* `..rest` */
} pel_ast_arg;

/* `pattern: type = value` of with, `pattern in value` of a comprehension, `pattern ->
 * value` of match. */
typedef struct pel_ast_bind {
  pel_ast *pattern;
  pel_ast *type; /* with only; NULL without */
  pel_ast *value;
} pel_ast_bind;

typedef enum pel_ast_mode { PEL_MODE_IN, PEL_MODE_OUT, PEL_MODE_INOUT } pel_ast_mode;

/* A parameter of a fn or C function, a field of a record type. */
typedef struct pel_ast_param {
  uint32_t id;
  pel_ast_mode mode; /* C functions only */
  pel_ast_name name;
  pel_span span;
  pel_str doc; /* fields; lines joined by \n */
  pel_ast *type;
  pel_ast *init; /* NULL without a default */
} pel_ast_param;

/* `wrap` or `fill(f64)` in a type's body. */
typedef struct pel_ast_variant {
  uint32_t id;
  pel_ast_name name;
  pel_str doc;
  pel_ast **payload;
  uint32_t n;
} pel_ast_variant;

struct pel_ast {
  uint8_t kind;   /* pel_ast_kind */
  bool paren;     /* an expression written in parentheses (its span leaves them out) */
  uint16_t depth; /* 1 for a leaf; at most 1,000 */
  /* dense over all files of a compilation: pel_sources.node_count is one past the last */
  uint32_t id;
  pel_span span;
  union {
    /* INT, SIZE_INT: the magnitude is lo + 2^64 hi; more than 128 bits is an error */
    struct {
      pel_str raw;
      uint64_t lo, hi;
    } integer;
    /* FLOAT: text is raw without `_`, for pel__parse_f64 */
    struct {
      pel_str raw, text;
    } number;
    /* QUANTITY: value in ns or bytes, exact */
    struct {
      pel_str raw;
      uint64_t value;
      pel_ast_unit unit;
    } quantity;
    /* STRING: bytes are decoded UTF-8 and may hold NUL */
    struct {
      pel_str raw, bytes;
    } string;
    bool truth; /* BOOL */
    /* NAME, ELEMENT_FIELD (without the dot), TYPE_VAR (without '), SIZE_NAME, PAT_NAME */
    pel_str name;
    /* FIELD: base.name; the name's span begins at the dot */
    struct {
      pel_ast *base;
      pel_ast_name name;
    } field;
    /* CALL; STAGE: what stands right of |>, callee a NAME or FIELDs of one; bare: no
     * parentheses */
    struct {
      pel_ast *callee;
      pel_ast_arg *args;
      uint32_t n;
      bool bare;
    } call;
    /* INDEX: items are expressions; a slice is a RANGE */
    struct {
      pel_ast *base;
      pel_ast **items;
      uint32_t n;
    } index;
    pel_ast *operand; /* NEGATE, NOT */
    /* COMPARE, POWER, RANGE (left or right may be NULL, inside an index only); the
     * operator's span */
    struct {
      pel_ast *left, *right;
      pel_span span;
      pel_ast_op op;
    } binary;
    /* OR AND COALESCE SUM PRODUCT PIPE: n ≥ 2 items, n - 1 ops, left to right.
     * PIPE: items[1 …] are STAGEs */
    struct {
      pel_ast **items;
      pel_ast_chain_op *ops;
      uint32_t n;
    } chain;
    struct {
      pel_ast *value, *type;
    } cast; /* CAST */
    /* TUPLE (0 or ≥ 2 items), ARRAY, TYPE_TUPLE, PAT_TUPLE */
    struct {
      pel_ast **items;
      uint32_t n;
    } list;
    /* COMPREHENSION; filter may be NULL */
    struct {
      pel_ast *body;
      pel_ast_bind *gens;
      pel_ast *filter;
      uint32_t n;
    } comp;
    struct {
      pel_ast_arg *fields;
      uint32_t n;
    } record; /* RECORD, PAT_RECORD */
    struct {
      pel_ast *test, *then, *otherwise;
    } cond; /* IF */
    struct {
      pel_ast_bind *binds;
      pel_ast *body;
      uint32_t n;
    } with;
    /* params are patterns */
    struct {
      pel_ast **params;
      pel_ast *body;
      uint32_t n;
    } lambda;
    struct {
      pel_ast *subject;
      pel_ast_bind *arms;
      uint32_t n;
    } match;
    struct {
      pel_ast *body, *fallback;
    } attempt; /* TRY */
    /* ITERATE; state and var are patterns, until may be NULL */
    struct {
      pel_ast *state, *init, *var, *over, *until, *next;
    } iterate;
    /* TYPE_NAME; module NULL without. args: types, SIZE_INT, SIZE_ANY; a size's name
     * reads as a TYPE_NAME there */
    struct {
      pel_ast_name *module;
      pel_str name;
      pel_ast **args;
      uint32_t n;
    } named;
    pel_ast *inner; /* TYPE_OPTION, TYPE_REF */
    /* TYPE_ARRAY: dims are SIZE_NAME, SIZE_INT, SIZE_ANY */
    struct {
      pel_ast **dims;
      pel_ast *element;
      uint32_t n;
    } array;
    /* TYPE_RECORD; rest (`..r`) NULL without */
    struct {
      pel_ast_param *fields;
      pel_ast_name *rest;
      uint32_t n;
    } fields;
    /* TYPE_FN: (A, B) -> C has two params */
    struct {
      pel_ast **params;
      pel_ast *result;
      uint32_t n;
    } fn;
    /* TYPE_VARIANTS: only as the body of a type item */
    struct {
      pel_ast_variant *at;
      uint32_t n;
    } variants;
    /* PAT_VARIANT: a.b, f(x), a.f(x, y). A bare name without arguments is a PAT_NAME */
    struct {
      pel_ast_name *path;
      pel_ast **args;
      uint32_t path_n, n;
    } variant;
    /* PAT_LITERAL: INT FLOAT QUANTITY STRING BOOL NULL, or NEGATE of a number */
    pel_ast *literal;
  };
};

/* `@name(args)`; args empty without parentheses. */
typedef struct pel_ast_attr {
  pel_ast_name name; /* without @; the span has it */
  pel_span span;
  pel_ast_arg *args;
  uint32_t n;
} pel_ast_attr;

typedef enum pel_ast_item_kind {
  PEL_AST_ITEM_USE,
  PEL_AST_ITEM_PARAM,
  PEL_AST_ITEM_TYPE,
  PEL_AST_ITEM_FN,
  PEL_AST_ITEM_EXTERN,
  PEL_AST_ITEM_CFN,
  PEL_AST_ITEM_LET,
  PEL_AST_ITEM_OUT,
  PEL_AST_ITEM_TEST
} pel_ast_item_kind;

typedef struct pel_ast_item pel_ast_item;
struct pel_ast_item {
  pel_ast_item_kind kind;
  uint32_t id;   /* shares the ids of nodes */
  pel_span span; /* from the first attribute or the keyword to the end */
  pel_span keyword_span;
  /* PARAM TYPE FN CFN OUT; TEST: the decoded string; LET of one name: that name (else
   * empty) */
  pel_ast_name name;
  pel_str doc; /* `///` lines joined by \n, without the mark and one space */
  pel_ast_attr *attrs;
  uint32_t attr_n;
  pel_ast *pattern; /* LET: PAT_NAME, PAT_WILD or PAT_TUPLE */
  /* PARAM; TYPE: its body; LET, FN, CFN: annotation or result, NULL without */
  pel_ast *type;
  pel_ast *value;            /* PARAM: default or NULL; FN: body; LET OUT TEST */
  pel_ast_name *type_params; /* TYPE: sizes, and type variables with their ' */
  uint32_t type_param_n;
  pel_ast_param *params; /* FN, CFN */
  uint32_t param_n;
  bool varargs;       /* CFN: `...` */
  pel_ast_name *path; /* USE: std.stats has two; NULL when target is a file */
  uint32_t path_n;
  pel_ast_name target;      /* USE "file", EXTERN "library": the decoded string */
  pel_ast_name alias;       /* USE, EXTERN; empty without */
  pel_ast_item **functions; /* EXTERN: its CFNs */
  uint32_t function_n;
};

typedef struct pel_ast_file {
  uint32_t file; /* its number among the sources */
  uint32_t n;
  pel_ast_item **items;
  uint32_t first_id, id_count; /* ids of this file: first_id … first_id + id_count - 1 */
} pel_ast_file;

/* "call", "type-var" …, as a dump writes it. */
const char *pel__ast_kind_name(pel_ast_kind kind);
/* "+", "==", "|>" …; "" for PEL_AST_OP_NONE. */
const char *pel__ast_op_text(pel_ast_op op);
/* "let", "fn" …; CFN reads "fn". */
const char *pel__ast_item_word(pel_ast_item_kind kind);
/* "ms", "KiB" …, and how many ns or bytes it stands for. */
const char *pel__ast_unit_name(pel_ast_unit unit);
uint64_t pel__ast_unit_factor(pel_ast_unit unit);

/* The tree as s-expressions, two spaces a level, one item after the other; no places, no
 * ids. */
void pel__ast_dump(const pel_ast_file *file, pel_buf *out);
/* One expression, type or pattern on one line. */
void pel__ast_dump_node(const pel_ast *node, pel_buf *out);
#endif
