/* Cutting a CSV file into units that workers read at once, exactly: each stretch of bytes
 * is classified from every state of the automaton, and a cheap pass over the stretches
 * before it says in which state it begins. The reader's state owns it. All functions may
 * be called by several workers at once. A worker that needs a stretch which another one
 * has claimed but not classified yet classifies it itself: none waits. */
#ifndef PEL_STDLIB_IO_CSV_UNITS_H
#define PEL_STDLIB_IO_CSV_UNITS_H

#include "runtime/base/atomic.h"
#include "stdlib/io/csv.h"

typedef struct pel_csv_units {
  const pel_csv_dialect *dialect;
  pel_file *file;
  uint64_t begin, end; /* of the data */
  uint64_t size;       /* bytes of a unit */
  uint64_t count;
  pel_atomic_u64 next;
  pel_spin lock; /* around what follows */
  pel_csv_class *class_of;
  uint8_t *known;    /* class_of[i] is there */
  uint64_t resolved; /* states and lines of units up to this one are known */
  uint8_t *state_at;
  uint64_t *line_at; /* 1-based line of the unit's first byte */
} pel_csv_units;

PEL_USE_RESULT pel_status pel__csv_units_init(pel_csv_units *u, const pel_env *env,
                                              const pel_csv_dialect *d, pel_file *f,
                                              uint64_t begin, uint64_t end,
                                              uint64_t first_line, uint64_t size);
void pel__csv_units_deinit(pel_csv_units *u, const pel_env *env);
/* False: none left. */
bool pel__csv_units_claim(pel_csv_units *u, uint64_t *index);
PEL_INLINE uint64_t pel__csv_unit_begin(const pel_csv_units *u, uint64_t i) {
  return u->begin + i * u->size;
}
PEL_INLINE uint64_t pel__csv_unit_bytes(const pel_csv_units *u, uint64_t i) {
  const uint64_t b = pel__csv_unit_begin(u, i);
  return u->end - b < u->size ? u->end - b : u->size;
}
/* The claimed unit's bytes have been read: p[0 … its bytes). Answers in which state and
 * on which line it begins. */
PEL_USE_RESULT pel_status pel__csv_units_resolve(pel_csv_units *u, const pel_env *env,
                                                 uint64_t index, const char *p,
                                                 uint8_t *state, uint64_t *line);
#endif
