/* The CSV family: what reader, writer and schema sampling share (RFC 4180 and its common
 * dialects). Parameters are immutable and live with the run; everything else says who
 * owns it. Functions here may be called from any thread on different data. */
#ifndef PEL_STDLIB_IO_CSV_H
#define PEL_STDLIB_IO_CSV_H

#include "pel/op.h"
#include "runtime/base/str.h"

typedef enum pel_csv_on_error {
  PEL_CSV_FAIL,
  PEL_CSV_SKIP,
  PEL_CSV_AS_NULL
} pel_csv_on_error;

typedef struct pel_csv_dialect {
  char delim;
  char quote;
  bool quoting; /* false: quotes are data */
  bool header;
} pel_csv_dialect;

typedef struct pel_csv_params {
  const char *path; /* as the program wrote it */
  pel_csv_dialect dialect;
  pel_csv_on_error on_error;
  pel_str *null_words; /* unquoted words that are null, besides the empty field of a
                          nullable column */
  uint32_t n_null_words;
  bool sampled; /* the declared columns are those of a sample, not the program's */
  const pel_type *const *types; /* the declared columns */
  const char *const *names;
  uint32_t ncols;
} pel_csv_params;

/* args: path, then (optional) a record of options: delim, quote, header, on_error, null,
 * and what the compiler says: sampled. */
PEL_USE_RESULT pel_status pel__csv_bind(const pel_bind *b, char delim,
                                        pel_csv_params **out, pel_error *e);
/* The same words for sampling, without columns. */
PEL_USE_RESULT pel_status pel__csv_options(const pel_const *args, uint32_t nargs,
                                           char delim,
                                           void *(*alloc)(const void *ctx, size_t n),
                                           const void *ctx, pel_csv_params *out,
                                           pel_error *e);

/* ---- the automaton: a quote opens only at a field's start ---- */

enum {
  PEL_CSV_ROW = 0,    /* at the start of a record */
  PEL_CSV_FIELD = 1,  /* at the start of a later field */
  PEL_CSV_TEXT = 2,   /* in a field without quotes */
  PEL_CSV_QUOTED = 3, /* between quotes */
  PEL_CSV_CLOSED = 4, /* behind a quote between quotes: the end of the field, or half of a
                         doubled quote */
  PEL_CSV_CR = 5,     /* behind a closing quote and a carriage return */
  PEL_CSV_STATES = 6
};

/* Where a stretch of bytes leads from each state, and how many line feeds it has. */
typedef struct pel_csv_class {
  uint8_t end[PEL_CSV_STATES];
  uint32_t newlines;
} pel_csv_class;

void pel__csv_classify(const pel_csv_dialect *d, const char *p, size_t n,
                       pel_csv_class *out);
/* The state behind n bytes, and (when not NULL) the first position at which a record
 * starts (n: none in these bytes). */
uint8_t pel__csv_walk(const pel_csv_dialect *d, const char *p, size_t n, uint8_t state,
                      size_t *row_start);

/* ---- fields ---- */

enum { PEL_CSV_PAD = 128 }; /* readable bytes behind every buffer of text */

typedef enum pel_csv_stop {
  PEL_CSV_STOP_ROWS,  /* the index is full: go on from `at` */
  PEL_CSV_STOP_END,   /* records from here on belong to the next unit */
  PEL_CSV_STOP_MORE,  /* the record at `at` goes on behind the buffer */
  PEL_CSV_STOP_SHAPE, /* the record at `at` has `fields` fields */
  PEL_CSV_STOP_QUOTE, /* text behind a closing quote, at `bad` */
  PEL_CSV_STOP_OPEN   /* the file ends inside quotes that opened at `bad` */
} pel_csv_stop;

/* Where the fields of a run of records end: pel__csv_cut says how they are read. row has
 * room for PEL_BLOCK_ROWS + 64 positions. */
typedef struct pel_csv_index {
  const pel_csv_dialect *dialect;
  const char *p;
  uint32_t n;    /* bytes in the buffer; PEL_CSV_PAD more may be read */
  uint32_t stop; /* records that start here or later are not ours */
  bool last;     /* the buffer ends where the file ends */
  uint32_t ncols;
  uint32_t max_rows; /* at most PEL_BLOCK_ROWS − 64 */
  uint32_t at;       /* in: where to go on, a record's start; out: likewise */
  uint32_t nrows;
  uint32_t *sep, *row;
  uint32_t fields, bad;
  bool high; /* some byte is not ASCII */
} pel_csv_index;

pel_csv_stop pel__csv_index(pel_csv_index *x);
/* Positions that sep must have room for. */
PEL_INLINE size_t pel__csv_sep_room(uint32_t max_rows, uint32_t ncols) {
  return (size_t)(max_rows + 65) * ncols + 192;
}
/* A field as it stands in the file, without the carriage return that its line ends with.
 */
PEL_INLINE pel_str pel__csv_cut(const pel_csv_index *x, uint32_t row, uint32_t field) {
  const uint32_t *sep = x->sep + (size_t)row * x->ncols;
  const uint32_t from = field ? sep[field - 1] + 1 : x->row[row];
  uint32_t to = sep[field];
  if (field + 1 == x->ncols && to > from && x->p[to - 1] == '\r') to--;
  return (pel_str){x->p + from, to - from};
}

/* A field's text: quotes taken off, doubled quotes made one (then in env->temp).
 * was_quoted tells "" from nothing. */
PEL_USE_RESULT pel_status pel__csv_field(const pel_csv_dialect *d, const pel_env *env,
                                         const char *p, size_t n, pel_str *out,
                                         bool *was_quoted);

/* Whether a field without quotes is null where its column can be. */
PEL_INLINE bool pel__csv_is_null(const pel_csv_params *params, pel_str t) {
  bool null = t.n == 0;
  for (uint32_t i = 0; !null && i < params->n_null_words; i++)
    null = pel__str_eq(params->null_words[i], t);
  return null;
}

/* ---- header ---- */

typedef struct pel_csv_head {
  pel_str *names; /* empty without a header */
  uint32_t ncols;
  uint64_t data;     /* offset of the first record of data */
  uint32_t newlines; /* in front of it */
} pel_csv_head;

/* Reads the first record. An empty file, an open quote: reported through env->fail. */
PEL_USE_RESULT pel_status pel__csv_head(const pel_csv_params *params, const pel_env *env,
                                        pel_file *f, uint64_t size, pel_csv_head *out);

/* Schema by sampling the first records: see csv_infer.c. */
PEL_USE_RESULT pel_status pel__csv_infer_csv(const pel_infer *in, const pel_type **row,
                                             pel_error *e);
PEL_USE_RESULT pel_status pel__csv_infer_tsv(const pel_infer *in, const pel_type **row,
                                             pel_error *e);

/* ---- values ---- */

/* A value that does not fit its column. */
typedef struct pel_csv_misfit {
  uint32_t column; /* of the declared ones */
  const pel_type *type;
  uint64_t line;
  pel_str text; /* PEL_CSV_PAD readable bytes behind it */
  bool empty;   /* nothing stands there, not even quotes */
} pel_csv_misfit;
void pel__csv_misfit_text(const pel_csv_params *p, const pel_csv_misfit *m,
                          pel_error *note);
/* Behind that: what to declare instead, where that can be said. */
void pel__csv_remedy_text(const pel_csv_params *p, const pel_csv_misfit *m,
                          pel_error *note);

/* Text to a value of a scalar kind at data[row]; false: it is none. Text needs
 * PEL_CSV_PAD readable bytes behind it; str and bytes borrow. */
bool pel__csv_value(pel_kind kind, pel_str text, bool ascii, void *data, uint32_t row);
/* A value as an unquoted word; the answer's length ≤ 64. Text kinds are not for this. */
size_t pel__csv_print(pel_kind kind, const void *data, uint64_t row, char out[64]);
/* A cell of any type, quoted where needed; null is empty. */
void pel__csv_cell(pel_buf *b, const pel_csv_dialect *d, const pel_col *c, uint64_t row);
/* A cell of any type as JSON (nan and inf: null). */
void pel__json_cell(pel_buf *b, const pel_col *c, uint64_t row);
#endif
