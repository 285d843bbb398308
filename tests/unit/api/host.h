/* Tables of a host's for tests: Arrow structs whose buffers are exactly as long as they
 * must be, so that a sanitizer sees each byte too many. Whoever holds one releases it;
 * host_live counts those that nobody has, and a second release fails the test. Any thread
 * may release; one makes. */
#ifndef PEL_TESTS_UNIT_API_HOST_H
#define PEL_TESTS_UNIT_API_HOST_H

#include "tests/unit/api/world.h"

typedef struct host {
  struct ArrowSchema schema;
  struct ArrowArray array;
} host;

/* How a column lies in memory. */
typedef struct host_layout {
  int64_t rows, offset; /* as many rows of rubbish before the first */
  const bool *valid;    /* NULL: no validity buffer */
  bool wide;            /* 64-bit offsets */
  bool unknown;         /* null_count is -1 */
} host_layout;

/* Structs and buffers that were made and not released. */
int host_live(void);
host host_numbers(const char *name, const char *format, const host_layout *l,
                  size_t width, const void *values);
host host_bools(const char *name, const host_layout *l, const bool *values);
/* format "u" or "z"; wide makes it "U" or "Z". */
host host_text(const char *name, const char *format, const host_layout *l,
               const char *const *values, const size_t *sizes);
/* Takes the items over: list i has counts[i] of them. */
host host_list(const char *name, const host_layout *l, const int64_t *counts,
               host *items);
/* Takes the fields over; they have offset + rows rows. */
host host_record(const char *name, const host_layout *l, int64_t n, host *fields);
void host_release(host *h);
/* The run takes it over, or the test fails. */
void host_bind(host *h, pel_run *run, const char *param);

/* The cell as text: numbers as the hexadecimal digits of their bytes, "null", "'text'",
 * "[1,2]", "{a,b}". */
void host_show(const struct ArrowSchema *s, const struct ArrowArray *a, int64_t row,
               char *out, size_t room);
#endif
