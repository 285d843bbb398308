/* The parallel CSV reader: what its files share. A reader belongs to the run, a worker to
 * the thread that scans with it, a lane to its worker. Many workers of one reader run at
 * the same time; each is used by one thread. */
#ifndef PEL_STDLIB_IO_CSV_READ_H
#define PEL_STDLIB_IO_CSV_READ_H

#include "stdlib/io/csv.h"
#include "stdlib/io/csv_units.h"

typedef struct pel_csv_reader {
  const pel_csv_params *params;
  const pel_request *request;
  pel_csv_units units;
  uint64_t size;
  uint32_t width;     /* fields of a record */
  uint32_t *field_of; /* declared column → field */
  uint32_t max_rows;
} pel_csv_reader;

/* A column being converted: its number in the schema and its memory. */
typedef struct pel_csv_lane {
  uint32_t column;
  pel_col col;
  uint8_t *state;
  uint32_t *fail;
  bool stated, failed; /* some cell is not valid, some is poisoned, in this chunk */
} pel_csv_lane;

typedef struct pel_csv_worker {
  char *buf;
  size_t cap, n;    /* of the buffer; bytes in it */
  uint64_t offset;  /* of buf[0] in the file */
  uint8_t start;    /* the automaton's state at buf[0] */
  uint64_t line;    /* of buf[0] */
  uint32_t line_at; /* … and of this position: line_now */
  uint64_t line_now;
  uint32_t stop;
  uint64_t first; /* ordinal of the chunk in hand */
  uint32_t *sep, *row;
  /* requested columns first, then (on_error: skip) the other declared ones */
  pel_csv_lane *lanes;
  uint32_t nlanes;
  uint32_t *order; /* lanes by their fields */
  pel_col *cols;
  uint16_t *sel, *odd;
  uint8_t *dropped;
  pel_csv_index index;
} pel_csv_worker;

/* csv_open.c: what a reader and its workers have; the operator's own open, close,
 * local_init and local_fini. */
PEL_USE_RESULT pel_status pel__csv_open(const pel_env *env, const void *params,
                                        const pel_request *request, void **state);
void pel__csv_close(const pel_env *env, void *state);
PEL_USE_RESULT pel_status pel__csv_worker_init(const pel_env *env, void *state,
                                               void **local);
void pel__csv_worker_fini(const pel_env *env, void *state, void *local);

/* csv_cells.c: cells to values, and what is said where that fails */
/* The line of a position of the buffer; positions are asked for mostly in ascending
 * order. */
uint64_t pel__csv_line(pel_csv_worker *w, uint32_t pos);
/* Fills a lane from the records sel[0 … n) of the index (NULL: the first n), whose
 * ordinals begin with `ordinal`. What becomes of bad values is the program's choice. */
PEL_USE_RESULT pel_status pel__csv_lane(const pel_env *env, const pel_csv_reader *r,
                                        pel_csv_worker *w, pel_csv_lane *l,
                                        const uint16_t *sel, uint32_t n,
                                        uint64_t ordinal);
/* Fails with what is wrong with the record that the index stopped at, and why. */
PEL_USE_RESULT pel_status pel__csv_broken(const pel_env *env, const pel_csv_reader *r,
                                          pel_csv_worker *w, pel_csv_stop why,
                                          uint64_t ordinal);
#endif
