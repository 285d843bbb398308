/* Where memory goes when the budget is spent: blocks appended to one file that has no
 * name. The run owns the spill; whoever writes a block keeps its extent and reads it back
 * by that. Any thread, any number of blocks at once. */
#ifndef PEL_RUNTIME_MEM_SPILL_H
#define PEL_RUNTIME_MEM_SPILL_H

#include "runtime/base/alloc.h"

typedef struct pel_spill pel_spill;

typedef struct pel_extent {
  uint64_t offset, length;
} pel_extent;

/* directory NULL: $TMPDIR, else /var/tmp. The file is made at the first write: a run that
 * does not spill costs nothing. */
pel_status pel__spill_new(const char *directory, const pel_alloc *alloc,
                          pel_spill **spill, pel_error *err);
void pel__spill_free(pel_spill *spill); /* NULL is fine */
pel_status pel__spill_write(pel_spill *spill, const void *p, size_t n, pel_extent *extent,
                            pel_error *err);
/* n bytes from the extent's byte `from` on; PEL_E_INTERNAL when that is outside it. */
pel_status pel__spill_read(pel_spill *spill, pel_extent extent, uint64_t from, void *p,
                           size_t n, pel_error *err);
/* The extent is needed no more: its room goes back to the disk. */
void pel__spill_drop(pel_spill *spill, pel_extent extent);
/* Bytes ever written and read, for --stats. */
uint64_t pel__spill_written(const pel_spill *spill);
uint64_t pel__spill_read_back(const pel_spill *spill);

#endif
