/* A random program as data: what the generator draws, what is written as PEL and as SQL,
 * what the reference runs. Everything lives until the process ends; one thread. Nothing
 * here comes from the engine: it is the other opinion. */
#ifndef ORACLE_PIPE_H
#define ORACLE_PIPE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

typedef enum kind {
  U8,
  I16,
  I32,
  I64,
  U64,
  F32,
  F64,
  BOOL,
  STR,
  DATE,
  TIME,
  DUR,
  LIST,
  KINDS
} kind;
typedef enum state { OK, NUL, FAIL } state;

typedef struct value value;
struct value {
  state state;
  __int128 i;    /* integers, bool, days, microseconds */
  double f;      /* floats; of f32 a value that is one */
  const char *s; /* texts */
  value *list;   /* lists */
  size_t n;
};

typedef struct column {
  char name[24];
  kind kind, item;  /* item: of a list */
  bool null, rough; /* rough: SQL may round it otherwise */
} column;

enum { MAX_COLUMNS = 24, MAX_STEPS = 8, MAX_NODES = 8, MAX_FIELDS = 6 };

typedef struct schema {
  column c[MAX_COLUMNS];
  unsigned n;
} schema;

#define EXPR_OPS(X)                                                                     \
  X(COL)                                                                                \
  X(LIT)                                                                                \
  X(PARAM)                                                                              \
  X(ARG)                                                                                \
  X(CALL)                                                                               \
  X(ADD)                                                                                \
  X(SUB)                                                                                \
  X(MUL) X(DIV) X(IDIV) X(MOD) X(NEG) X(ABS) X(LEAST) X(GREATEST) X(EQ) X(NE) X(LT)     \
      X(LE) X(GT) X(GE) X(AND) X(OR) X(NOT) X(IF) X(COALESCE) X(ISNULL) X(CAST) X(TRY)  \
          X(LEN) X(FIND) X(UPPER) X(LOWER) X(TRIM) X(SUBSTR) X(REVERSE) X(JOINED)       \
              X(CONTAINS) X(STARTS) X(YEAR) X(MONTH) X(DAY) X(WEEKDAY) X(HOUR) X(TRUNC) \
                  X(LATER) X(SINCE)
#define EXPR_ROW(name) E_##name,
typedef enum expr_op { EXPR_OPS(EXPR_ROW) EXPR_COUNT } expr_op;

typedef struct expr expr;
struct expr {
  expr_op op;
  kind kind;
  bool null, cast; /* cast: a literal that says its type */
  unsigned at;     /* a column, an argument, a function */
  value lit;
  const expr *a[3];
};

typedef struct function {
  kind kind;
  kind args[2];
  const expr *body;
  bool null;
} function;

typedef enum agg_fn {
  SUM,
  MEAN,
  MIN,
  MAX,
  FIRST,
  LAST,
  ANY,
  ALL,
  ROWS,
  KINDS_OF,
  COLLECT,
  HOW_MANY,
  AGGS
} agg_fn;
typedef struct agg {
  agg_fn fn;
  const expr *e;
  bool over_rows; /* written as a comprehension over rows */
  bool has_empty;
  value empty;
} agg;

typedef enum verb {
  FILTER,
  DERIVE,
  SELECT,
  DROP,
  RENAME,
  TAKE,
  SKIP,
  DISTINCT,
  GROUP,
  SORT,
  JOIN,
  CONCAT,
  VERBS
} verb;
typedef enum join_kind { INNER, LEFT, SEMI, ANTI } join_kind;
typedef struct step {
  verb verb;
  unsigned n; /* how many of what follows; keys of a join, a group, a sort */
  unsigned col[MAX_COLUMNS];  /* columns that are meant */
  unsigned right[MAX_FIELDS]; /* a join's columns of the other table */
  bool down[MAX_FIELDS];
  const expr *e[MAX_FIELDS];
  char name[MAX_COLUMNS][24];
  unsigned count, other, aggs;
  agg agg[MAX_FIELDS];
  join_kind way;
  bool prefix;
  schema out;
} step;

typedef struct table {
  schema t;
  value **rows;
  size_t n, room;
  bool stopped; /* behind the last row one fails: who reads on from there fails */
  bool sliced;  /* what take or skip gave, and no verb but those of columns since */
  bool lost;    /* a failure was consumed on the way to the table as such */
} table;

typedef struct node {
  char name[8];
  bool source, out, written;
  unsigned input, nsteps;
  step steps[MAX_STEPS];
  schema t;
  unsigned uses;            /* how many outs and verbs of needed nodes read it */
  bool needed[MAX_COLUMNS]; /* by any of them */
  table data; /* of a source: its cells; else what the reference finds */
} node;

typedef struct program {
  node nodes[MAX_NODES];
  unsigned nnodes, fresh, functions;
  function fn[2];
  value param, param_default;
  bool plain, large, has_param; /* plain: within what SQL can judge */
} program;

/* draw.c */
void oracle_seed(uint64_t seed);
uint64_t oracle_draw(void);
unsigned below(unsigned n);
bool chance(unsigned percent);
void *take(size_t bytes); /* zeroed, for good */

/* make_expr.c, make.c */
const expr *make_expr(program *p, const schema *t, kind k, unsigned depth);
const expr *make_condition(program *p, const schema *t, unsigned depth);
int pick(const schema *t, kind k);
value make_value(kind k, bool plain, bool skew);
void make_program(program *p, uint64_t seed);
void make_functions(program *p);

/* say.c: texts of values and types */
extern const char *const kind_names[KINDS];
void say_value(FILE *f, kind k,
               const value *v); /* as CSV and as people read it, without quotes */
void say_cell(FILE *f, const column *c, const value *v); /* a CSV field */
void say_literal(FILE *f, const expr *e);
void civil(int64_t days, int64_t *y, int *m, int *d);
int64_t days_of(int64_t y, int m, int d);
bool integral(kind k);
bool floating(kind k);

/* write_pel.c, write_sql.c */
void write_pel(FILE *f, const program *p);
bool write_sql(FILE *f, const program *p,
               unsigned node); /* false: not a question for SQL */

/* eval.c, sums.c, verbs.c */
value eval(const program *p, const expr *e, const value *row);
int compare_values(kind k, const value *a,
                   const value *b); /* NaN after all numbers, null after NaN */
bool same_key(kind k, const value *a, const value *b);
value exact_sum(kind k, const value *v, size_t n);
value exact_mean(kind k, const value *v, size_t n);
value fit(kind k, __int128 i);
table run_step(const program *p, const step *s, const table *from,
               const bool *needed); /* of the columns that come out */
void read_whole(table *t);
bool table_fails(const table *t);

/* need.c: what the outs need, and what every node then is */
void run_program(program *p);

/* compare.c */
int compare_files(const char *left, const char *right);
#endif
