/* The operator contract: what a C file says to become an operator of PEL, and what it
 * gets in return. An operator owns what its open/local_init made, until close/local_fini;
 * chunks and columns it is handed are borrowed for the length of the call; memory it
 * emits must live until the next call for the same worker (pel_env.temp does). Functions
 * that take a `local` run on one worker at a time; everything else says so below.
 *
 * Rows carry ordinals: row i of a chunk has the ordinal chunk.ordinal + i, ascending
 * through a run of the source. Results may depend on ordinals and values only: never on
 * which worker ran, how rows were cut into chunks, or in which order chunks arrived. */
#ifndef PEL_OP_H
#define PEL_OP_H

#include <stdbool.h>

#include "pel/base.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { PEL_OP_ABI = 1 };
enum { PEL_BLOCK_ROWS = 1024 }; /* the most rows of a chunk */

/* ---- types and values ---- */

typedef enum pel_kind {
  PEL_KIND_NONE = 0,
  PEL_BOOL, /* one byte, 0 or 1 */
  PEL_I8,
  PEL_I16,
  PEL_I32,
  PEL_I64,
  PEL_U8,
  PEL_U16,
  PEL_U32,
  PEL_U64,
  PEL_F32,
  PEL_F64,
  PEL_STR,    /* pel_view, valid UTF-8 */
  PEL_BYTES,  /* pel_view */
  PEL_DATE,   /* int32 days since 1970-01-01 */
  PEL_TIME,   /* int64 microseconds since 1970-01-01T00:00:00Z */
  PEL_DUR,    /* int64 microseconds */
  PEL_LIST,   /* int64 offsets into one child column */
  PEL_RECORD, /* a child column per field */
  PEL_KIND_COUNT
} pel_kind;

/* Bytes of a value in a column: 8 for offsets of lists, 16 for text, 0 for records. */
PEL_INLINE uint32_t pel_kind_width(pel_kind k) {
  switch (k) {
    case PEL_BOOL:
    case PEL_I8:
    case PEL_U8:
      return 1;
    case PEL_I16:
    case PEL_U16:
      return 2;
    case PEL_I32:
    case PEL_U32:
    case PEL_F32:
    case PEL_DATE:
      return 4;
    case PEL_I64:
    case PEL_U64:
    case PEL_F64:
    case PEL_TIME:
    case PEL_DUR:
    case PEL_LIST:
      return 8;
    case PEL_STR:
    case PEL_BYTES:
      return 16;
    case PEL_KIND_NONE:
    case PEL_RECORD:
    case PEL_KIND_COUNT:
      break;
  }
  return 0;
}

typedef struct pel_type pel_type;

typedef struct pel_field {
  const char *name;
  const pel_type *type;
} pel_field;

/* Immutable; lives as long as what it came with (an op row, a plan, a bound table). */
struct pel_type {
  pel_kind kind;
  bool nullable;
  const pel_type *item;    /* PEL_LIST */
  uint32_t nfields;        /* PEL_RECORD */
  const pel_field *fields; /* PEL_RECORD */
};

/* Text or bytes: up to 12 bytes stand in the view itself (the rest of it zero), longer
 * ones behind a pointer. */
typedef union pel_view {
  struct {
    uint32_t n;
    char bytes[12];
  } in;
  struct {
    uint32_t n;
    char prefix[4];
    const char *p;
  } out;
  uint64_t word[2];
} pel_view;

PEL_INLINE const char *pel_view_bytes(const pel_view *v) {
  return v->in.n <= 12 ? v->in.bytes : v->out.p;
}
PEL_INLINE pel_view pel_view_of(const char *p, uint32_t n) {
  pel_view v;
  v.word[0] = v.word[1] = 0;
  v.in.n = n;
  if (n <= 12) {
    if (n) __builtin_memcpy(v.in.bytes, p, n); /* p may be NULL then */
  } else {
    __builtin_memcpy(v.out.prefix, p, 4);
    v.out.p = p;
  }
  return v;
}
PEL_INLINE bool pel_view_eq(const pel_view *a, const pel_view *b) {
  if (a->word[0] != b->word[0]) return false;
  if (a->in.n <= 12) return a->word[1] == b->word[1];
  return __builtin_memcmp(a->out.p, b->out.p, a->in.n) == 0;
}

/* What a cell is. A poisoned cell carries a failure that becomes the item's once
 * something consumes it (R17). */
enum { PEL_NULL = 0, PEL_VALID = 1, PEL_POISON = 2 };

/* A column of a chunk or table. Data of a cell that is not PEL_VALID is readable and
 * meaningless. */
typedef struct pel_col {
  const pel_type *type;
  void *data; /* values of the kind's width; PEL_LIST: rows + 1 int64 offsets; PEL_RECORD:
                 NULL */
  uint8_t *state; /* NULL: every cell is PEL_VALID */
  uint32_t *fail; /* failure numbers (pel_env.poison) of poisoned cells; NULL: no cell is
                     poisoned */
  struct pel_col
      *child; /* PEL_LIST: one, the items; PEL_RECORD: one per field, rows long */
} pel_col;

/* A piece of a table, at most PEL_BLOCK_ROWS rows. sel, if not NULL, lists the rows that
 * still count, ascending. */
typedef struct pel_chunk {
  uint32_t rows; /* of each column */
  uint32_t nsel; /* rows that count: rows when sel is NULL */
  const uint16_t *sel;
  uint32_t ncols;
  pel_col *cols;
  uint64_t ordinal; /* of row 0: morsel << 32 | row in morsel */
} pel_chunk;

/* A constant argument, as the plan keeps it. */
typedef struct pel_const pel_const;
struct pel_const {
  const pel_type *type;
  bool is_null;
  union {
    int64_t i; /* bool, integers, date, time, dur; u64 by bit pattern */
    double f;  /* f32, f64 */
    struct {
      const char *p;
      size_t n;
    } s;
    struct {
      const pel_const *at;
      size_t n;
    } list; /* list items, or the fields of a record in order */
  } as;
};

/* ---- what an operator may ask of the engine ---- */

typedef struct pel_env pel_env;
typedef struct pel_file pel_file;

/* One per worker and operator instance of a run. There is no clock here and no number of
 * workers, on purpose. */
struct pel_env {
  uint32_t size;
  void *ctx;
  /* Charged to the run's budget; NULL: no memory (spill, or return PEL_E_NOMEM). Any
   * alignment up to 64. */
  void *(*alloc)(const pel_env *, size_t n);
  /* The same bytes with another size, maybe elsewhere; of p NULL, new ones. NULL: no
   * memory, and p is as it was. */
  void *(*resize)(const pel_env *, void *p, size_t old_n, size_t n);
  void (*free)(const pel_env *, void *p, size_t n); /* p may be NULL */
  /* Scratch of this worker: dies when the chunk it was made for has gone through the
   * pipeline. 64-byte aligned. */
  void *(*temp)(const pel_env *, size_t n);
  /* Budget without memory: promise n more bytes (PEL_E_NOMEM: spill first), give them
   * back. */
  pel_status (*reserve)(const pel_env *, size_t n);
  void (*release)(const pel_env *, size_t n);
  /* Bytes to and from this run's spill file. */
  pel_status (*spill_write)(const pel_env *, const void *p, size_t n, uint64_t *offset);
  pel_status (*spill_read)(const pel_env *, uint64_t offset, void *p, size_t n);
  /* Files by the path the program wrote. PEL_E_NOENT and PEL_E_IO have been reported by
   * pel_env.fail already. */
  pel_status (*open)(const pel_env *, const char *path, pel_file **out, uint64_t *size);
  pel_status (*read_at)(const pel_env *, pel_file *, uint64_t offset, void *p, size_t n,
                        size_t *got);
  void (*close)(const pel_env *, pel_file *);
  /* A file that appears under its name, whole, when committed, and leaves no trace when
   * discarded. Committing may be put off by the engine until all reads have ended. */
  pel_status (*create)(const pel_env *, const char *path, pel_file **out);
  pel_status (*append)(const pel_env *, pel_file *, const void *p, size_t n);
  pel_status (*commit)(const pel_env *, pel_file *);
  void (*discard)(const pel_env *, pel_file *);
  /* Nobody wants the run any more. The engine looks between chunks and between tasks, so
   * an operator must look only in a single call (seal, spill, task_run, a consume that
   * rebuilds a table) whose work grows with all the rows it has taken: every few thousand
   * rows, never for each. Then answer PEL_E_CANCELLED; close and local_fini still come.
   */
  bool (*cancelled)(const pel_env *);
  /* The item fails: code is a short stable word ("overflow"), the text one sentence.
   * Answers PEL_E_FAILED. Of all failures of an item the one with the least ordinal is
   * shown. */
  pel_status (*fail)(const pel_env *, uint64_t ordinal, const char *code, const char *fmt,
                     ...) PEL_PRINTF(4, 5);
  /* A failure that is carried by a cell: answers its number for pel_col.fail. */
  uint32_t (*poison)(const pel_env *, uint64_t ordinal, const char *code, const char *fmt,
                     ...) PEL_PRINTF(4, 5);
  /* A poisoned cell is needed here: fails the item with the cell's failure. row: the
   * cell's, in the chunk at hand, so that of several the one with the least ordinal is
   * shown, however the rows were cut. Answers PEL_E_FAILED. */
  pel_status (*consume_poison)(const pel_env *, uint32_t number, uint64_t row);
  /* A row that `on_error: skip` or `as_null` met: counted, and kept when the user asked
   * for it, in the order of rows and of the fields in them that are to blame. */
  void (*reject)(const pel_env *, uint64_t ordinal, uint32_t field, const char *text,
                 size_t n, const char *why);
  uint64_t (*rng)(const pel_env *, uint64_t seed, uint64_t counter);
  /* Hash seed and the number of low hash bits to keep (64; fewer only to test
   * collisions). */
  uint64_t hash_seed;
  uint32_t hash_bits;
  uint32_t morsel_rows; /* a wish for how many rows a unit should hold; 0: the operator's
                           own */
  uint32_t simd;        /* 0 portable, 1 AVX2, 2 AVX-512: the highest form of a kernel
                           that may run; 0 while kernels have one form */
  uint32_t worker;      /* only to index per-worker memory */
};

/* ---- elementwise functions ---- */

/* One call over a block. Compute rows sel[0..n) or, sel NULL, 0..n). Properties decide
 * what the caller has prepared: null-strict: out->state already says where inputs are
 * null or poisoned, `state` is the same array (NULL: all valid), and values computed for
 * other cells are ignored; otherwise the kernel sets out->state (room for PEL_BLOCK_ROWS
 * bytes is there, filled with PEL_VALID) itself and passes poison on: out->fail has room
 * for failure numbers (0) if any argument has some. Cells that are not PEL_VALID may hold
 * text that cannot be read. */
typedef struct pel_call {
  const pel_env *env;
  const pel_col *in;
  uint32_t nin;
  uint32_t n;
  const uint16_t *sel;
  const uint8_t *state;
  pel_col *out; /* data has room for PEL_BLOCK_ROWS values */
  const void *params;
  uint64_t ordinal;      /* of row 0 */
  const uint32_t *owner; /* rows are items of lists: row i belongs to the row owner[i] of
                            `ordinal`; NULL: to itself */
} pel_call;

typedef pel_status (*pel_kernel)(const pel_call *);

/* Poison one cell of c->out (can_fail operators). Always answers PEL_OK so that kernels
 * may go on. */
PEL_API pel_status pel_call_poison(const pel_call *c, uint32_t row, const char *code,
                                   const char *fmt, ...) PEL_PRINTF(4, 5);

/* ---- aggregates ---- */

/* A state must be associative and commutative bit for bit, and may be moved by memcpy.
 * Inputs are never poisoned (whoever runs the aggregate consumed that), unless
 * takes_poison says that it carries or ignores them. */
typedef struct pel_agg {
  size_t state_size, state_align;
  void (*init)(void *state);
  /* states[k] belongs to row sel[k] (row k when sel is NULL), k < n. */
  pel_status (*update)(const pel_env *, void *const *states, const pel_col *in,
                       const uint16_t *sel, uint32_t n, uint64_t ordinal);
  /* The same with one state for all rows; NULL: update serves. */
  pel_status (*update_all)(const pel_env *, void *state, const pel_col *in,
                           const uint16_t *sel, uint32_t n, uint64_t ordinal);
  pel_status (*combine)(const pel_env *, void *into,
                        void *from); /* `from` is dead afterwards */
  /* Write n results to out->data[0..n) and, where null or poisoned, out->state (room is
   * there, filled PEL_VALID). May fail a cell by env->poison. Text results must point
   * into memory from env->temp; items of lists (out->child), and out->fail when it is
   * NULL and needed, come from there too. The states stay as they were: results may be
   * asked for twice. ordinals[k]: for messages. */
  pel_status (*finish)(const pel_env *, void *const *states, uint32_t n,
                       const uint64_t *ordinals, pel_col *out);
  void (*fini)(const pel_env *,
               void *state); /* frees what the state holds; NULL: nothing */
  /* Bytes for spilling: encode answers the length (buf NULL: only the length), decode
   * reads what encode wrote. */
  size_t (*encode)(const void *state, void *buf);
  pel_status (*decode)(const pel_env *, void *state, const void *buf, size_t n);
  bool needs_ordinal;
  bool takes_poison;
} pel_agg;

/* ---- operators ---- */

typedef enum pel_op_kind {
  PEL_OP_MAP,     /* elementwise: kernel */
  PEL_OP_AGG,     /* a list to a value: agg */
  PEL_OP_SOURCE,  /* a reader */
  PEL_OP_BREAKER, /* takes all its input before it gives */
  PEL_OP_PROBE,   /* a breaker that other rows are then looked up in (join) */
  PEL_OP_SINK,    /* a writer */
  PEL_OP_VERB     /* typed by the compiler; only its documentation stands here */
} pel_op_kind;

enum {
  PEL_PURE = 1 << 0,
  PEL_NULL_STRICT = 1 << 1, /* null (or poison) in, the same out */
  PEL_CAN_FAIL = 1 << 2,
  PEL_COMMUTES = 1 << 3, /* the first two arguments may change places */
  PEL_KEEPS_ORDER = 1 << 4,
  PEL_THREADSAFE = 1 << 5,
  PEL_ORDERED = 1 << 6,     /* a sink that needs end_morsel in order of morsels */
  PEL_SKIPS_NULLS = 1 << 7, /* an aggregate of T? gives T?, of T gives T */
  PEL_NONE_FAILS = 1 << 8,  /* an aggregate without a value for no rows */
  PEL_INTERNAL = 1 << 9     /* only the compiler calls it: programs cannot name it */
};

/* Constants to immutable parameters: alloc'ed memory lives as long as the run. */
typedef struct pel_bind {
  void *(*alloc)(const struct pel_bind *, size_t n);
  void *ctx;
  const pel_const *args; /* by the operator's own convention */
  uint32_t nargs;
  const pel_type *const *in; /* input columns of port 0, then port 1 … */
  const uint32_t *nin;       /* how many on each port */
  uint32_t nports;
  const pel_type *const *out; /* output columns (a reader: its whole schema) */
  const char *const *out_names;
  uint32_t nout;
  const struct pel_op *const *aggs; /* aggregates the operator runs (group, reduce) */
  uint32_t naggs;
} pel_bind;

/* What a plan wants of a reader: which of its columns, which rows. */
typedef struct pel_request {
  const uint32_t *columns; /* numbers into the schema, ascending: the chunk's columns, in
                              this order */
  uint32_t ncolumns;
  /* A predicate the reader may apply early: over the first nfilter entries of
   * filter_columns (positions in `columns`). Writes the rows that pass into sel. NULL:
   * none. Rows that fail it need no other column converted. */
  pel_status (*filter)(void *ctx, const pel_env *, const pel_chunk *in, uint16_t *sel,
                       uint32_t *nsel);
  void *filter_ctx;
  const uint32_t *filter_columns;
  uint32_t nfilter;
  uint64_t limit; /* rows that are enough; UINT64_MAX: all */
} pel_request;

/* What can be cut off a source or a breaker's result: numbered densely from 0. */
typedef struct pel_unit {
  uint64_t index;
  uint64_t word[4]; /* the operator's own */
} pel_unit;

/* Where an emission stands: zero at the start of a unit (or of an applied chunk); the
 * operator's own words. */
typedef struct pel_cursor {
  uint64_t word[4];
} pel_cursor;

/* Schema by looking at the data (compile time): file access comes from the caller. */
typedef struct pel_infer {
  const pel_env *env; /* open, read_at, close, alloc, temp, fail; ordinals are ignored */
  const pel_const *args;
  uint32_t nargs;
  void *(*alloc)(const struct pel_infer *,
                 size_t n); /* for the result: lives with the compilation */
  void *ctx;
} pel_infer;

typedef struct pel_op {
  uint32_t size, abi;
  const char *name; /* as programs write it */
  const char *sig;  /* "(a: 'num, b: 'num) -> 'num": see docs/ADDING.md */
  const char *doc;  /* one line, then details */
  const char *ref;  /* the paper or standard it follows; NULL: none */
  pel_op_kind kind;
  uint32_t props;

  /* PEL_OP_MAP: the kernel for these argument types (nullability aside), NULL: no such
   * overload. */
  pel_kernel (*choose)(const pel_type *const *in, uint32_t nin, const pel_type *out);
  /* PEL_OP_AGG */
  const pel_agg *(*choose_agg)(const pel_type *const *in, uint32_t nin,
                               const pel_type *out);
  /* Result type of a call the signature cannot say; NULL: the signature says it. The type
   * must outlive the compilation. */
  const pel_type *(*result)(const pel_type *const *in, uint32_t nin);

  /* Below: sources, breakers, probes, sinks. Any may be NULL where it says nothing. */
  pel_status (*bind)(const pel_bind *, void **params, pel_error *);
  pel_status (*infer)(const pel_infer *, const pel_type **row, pel_error *);
  pel_status (*open)(const pel_env *, const void *params, const pel_request *,
                     void **state);
  void (*close)(const pel_env *, void *state);
  pel_status (*local_init)(const pel_env *, void *state, void **local);
  void (*local_fini)(const pel_env *, void *state, void *local);

  /* Source: cut the next unit. Any worker, several at once. PEL_DONE: no more. Units may
   * be given in any order, but unit.index is dense and its order is the order of rows. */
  pel_status (*next_unit)(const pel_env *, void *state, void *local, pel_unit *);
  /* The next chunk of a unit; PEL_DONE: the unit is over (out is not written). The
   * ordinal of row 0 is index << 32 | number of the row in the unit. */
  pel_status (*scan)(const pel_env *, void *state, void *local, const pel_unit *,
                     pel_cursor *, pel_chunk *out);

  /* Breaker, probe, sink: take a chunk. PEL_DONE: this and later rows are not needed any
   * more. */
  pel_status (*consume)(const pel_env *, void *state, void *local, uint32_t port,
                        const pel_chunk *);
  /* Sink (PEL_ORDERED) or breaker: every chunk of morsel m (dense from 0) has been
   * consumed by this local. May answer PEL_DONE like consume. */
  pel_status (*end_morsel)(const pel_env *, void *state, void *local, uint64_t morsel);
  /* Free at least `want` bytes by spilling, if possible; called by the local's own worker
   * between chunks. */
  pel_status (*spill)(const pel_env *, void *state, void *local, size_t want,
                      size_t *freed);
  /* A local has had its last chunk; each local once, several at once. */
  pel_status (*seal)(const pel_env *, void *state, void *local);
  /* Then phases 0, 1, … : how many tasks (0 ends them), asked by one worker; and their
   * run, several at once. */
  pel_status (*task_count)(const pel_env *, void *state, uint32_t phase, uint32_t *count);
  pel_status (*task_run)(const pel_env *, void *state, uint32_t phase, uint32_t task);
  /* Breaker: then its result, as a source: how many units, each emitted chunk by chunk
   * (any worker, several at once). */
  pel_status (*unit_count)(const pel_env *, void *state, uint64_t *count);
  pel_status (*emit)(const pel_env *, void *state, const pel_unit *, pel_cursor *,
                     pel_chunk *out);
  /* Probe: the rows that come of a chunk, block by block; PEL_DONE: no more (out is not
   * written). The engine numbers them. Any worker, several at once; `in` stays until
   * PEL_DONE. */
  pel_status (*apply)(const pel_env *, void *state, const pel_chunk *in, pel_cursor *,
                      pel_chunk *out);
  /* Sink: make the result final, or leave no trace. */
  pel_status (*commit)(const pel_env *, void *state);
  void (*abandon)(const pel_env *, void *state);
  /* Source: where a row of the chunk last scanned by this local stands, for messages
   * ("`rows.csv`:3"), by its ordinal. Writes at most `room` bytes and answers how many;
   * NULL: not known. */
  size_t (*place)(const pel_env *, void *state, void *local, uint64_t ordinal, char *out,
                  size_t room);
  /* Breaker whose consume ends its input early: the least ordinal of which nothing was
   * needed, asked for when no more comes; UINT64_MAX: it has not got enough. What failed
   * or was rejected from there on is as if it had not been read. */
  uint64_t (*needed_end)(const pel_env *, const void *state);
} pel_op;

/* An operator's row: PEL_OP(id, "name", "signature", PEL_OP_MAP, .doc = …, …). A build
 * step gathers the rows. */
#define PEL_OP(id, name_, sig_, kind_, ...)           \
  extern const pel_op pel_op_##id;                    \
  const pel_op pel_op_##id = {.size = sizeof(pel_op), \
                              .abi = PEL_OP_ABI,      \
                              .name = (name_),        \
                              .sig = (sig_),          \
                              .kind = (kind_),        \
                              __VA_ARGS__}

/* What a plug-in exports: PEL_API const pel_plugin_info pel_plugin = {…}. */
typedef struct pel_plugin_info {
  uint32_t size, abi;
  const char *name, *version;
  const pel_op *const *ops; /* NULL-terminated */
} pel_plugin_info;

#ifdef __cplusplus
}
#endif
#endif
