/* Runs operators of op.h without the engine: an environment whose memory, failures and
 * spill file are watched, tables of plain values, and a run of a breaker or probe in
 * which chunks, morsels, workers and tasks come in a random order. Whoever makes a table
 * frees it; everything else lives in the driver. One thread: workers are simulated. */
#ifndef PEL_TESTS_UNIT_TABLE_DRIVER_H
#define PEL_TESTS_UNIT_TABLE_DRIVER_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pel/op.h"

/* ---- random numbers ---- */

typedef struct rng {
  uint64_t s;
} rng;
uint64_t rng_next(rng *r);
uint64_t rng_below(rng *r, uint64_t n); /* 0 … n - 1; 0 for n = 0 */

/* ---- tables of values ---- */

typedef struct val val;
struct val {
  uint8_t state;
  uint64_t word; /* integers and floats by their bits (f32: as f32's), bool */
  char *text;
  uint32_t n; /* bytes of text, or items of a list, or fields of a record */
  val *items;
};

typedef struct tab {
  uint32_t ncols;
  const pel_type **types;
  size_t rows, cap;
  val *cells; /* row by row */
} tab;

tab tab_new(uint32_t ncols, const pel_type *const *types);
void tab_free(tab *t);
val *tab_add(tab *t); /* a row of nulls */
PEL_INLINE val *tab_at(const tab *t, size_t row, uint32_t col) {
  return &t->cells[row * t->ncols + col];
}

val val_int(int64_t x);
val val_f64(double x);
val val_f32(float x);
val val_text(const char *p, uint32_t n);
val val_null(void);
val val_poison(uint32_t number); /* word is the failure's number */
val val_list(uint32_t n);        /* of nulls */
val val_copy(const val *v);
void val_free(val *v);
double val_as_f64(const pel_type *t, const val *v);
/* Equal to the last bit (any NaN is the NaN). */
bool val_same(const pel_type *t, const val *a, const val *b);
/* Equal as keys are: −0 is 0. */
bool val_key_same(const pel_type *t, const val *a, const val *b);
int val_cmp(const pel_type *t, const val *a,
            const val *b); /* both valid; NaN above all, −0 is 0 */

/* A random value: small domains repeat often, all kinds of special values appear. */
val val_random(rng *r, const pel_type *t, uint32_t domain);
tab tab_random(rng *r, uint32_t ncols, const pel_type *const *types, size_t rows,
               uint32_t domain);

extern const pel_type ty_bool, ty_i8, ty_i16, ty_i32, ty_i64, ty_u8, ty_u16, ty_u32,
    ty_u64, ty_f32, ty_f64, ty_str, ty_bytes, ty_date, ty_time, ty_dur;
extern const pel_type ty_i64n, ty_f64n, ty_strn, ty_booln, ty_i32n,
    ty_f32n;                              /* that may be null */
extern const pel_type ty_list, ty_record; /* [*]i64?, { a: str, b: [*]i64? } */
extern const pel_type *const all_scalars[];
enum { N_SCALARS = 22 };

/* ---- the environment ---- */

enum { MAX_WORKERS = 8 };

typedef struct driver {
  pel_env env[MAX_WORKERS];
  void *temps[MAX_WORKERS]; /* linked blocks */
  uint32_t workers;
  uint64_t live, live_bytes, peak_bytes, calls;
  uint64_t fail_at;   /* the first allocation that fails (1: the first of all); 0: none */
  uint64_t fail_n;    /* so many of them; 0: all after it */
  uint64_t budget;    /* bytes; 0: any */
  uint64_t looks;     /* how often an operator asked whether the run was cancelled */
  uint64_t cancel_at; /* from this look on it was; 0: never */
  char *spill;
  uint64_t spill_n, spill_cap, spill_reads;
  struct {
    uint64_t ordinal;
    char code[16];
  } * poisons;
  uint32_t npoisons;
  uint64_t fail_ordinal; /* of the worst failure */
  char fail_code[16];
  bool failed;
} driver;

void driver_init(driver *d, uint32_t workers, uint64_t seed, uint32_t hash_bits);
void driver_deinit(driver *d);
void driver_new_temp(driver *d, uint32_t worker); /* its temp memory dies */

/* ---- running ---- */

typedef struct run_opts {
  uint64_t seed;
  uint32_t morsel_rows; /* 0: random */
  uint32_t chunk_rows;  /* at most; 0: random */
  bool plain;           /* no selections, no extra rows */
  bool spill_often;     /* call the operator's spill hook between chunks */
  bool end_morsel;      /* tell ends of morsels */
} run_opts;

typedef struct node {
  const pel_op *op;
  const pel_const *args;
  uint32_t nargs;
  const pel_op *const *aggs;
  uint32_t naggs;
  uint32_t nports;
  const tab *in[2]; /* in[1]: what a probe is applied to */
  const pel_type *const *out;
  uint32_t nout;
} node;

/* Runs the node; *result is made (and the caller's) when PEL_OK comes back. Everything
 * allocated has been freed. */
pel_status run_node(driver *d, const node *n, const run_opts *opts, tab *result);

/* ---- constants ---- */

pel_const c_int(int64_t x);
pel_const c_text(const char *z);
pel_const c_list(const pel_const *at, size_t n);

/* Fails the test with both tables when they differ. */
void expect_same(const tab *got, const tab *want, const char *what, uint64_t seed);
#endif
