/* Columns of plain cells turned into values, a loop per kind: what nearly every cell of a
 * file goes through. Works in memory its caller owns. Any thread, on different data. */
#ifndef PEL_STDLIB_IO_CSV_CONVERT_H
#define PEL_STDLIB_IO_CSV_CONVERT_H

#include "stdlib/io/csv.h"

/* Converts field `field` of the index's records sel[0 … n) (NULL: the first n) to values
 * of the kind at data[record]. Cells that are not plain (empty, quoted, not of this kind)
 * are left alone: their records go to odd[], ascending, and their number is the answer.
 * odd has room for n. */
uint32_t pel__csv_convert(const pel_csv_index *x, pel_kind kind, uint32_t field,
                          const uint16_t *sel, uint32_t n, void *data, uint16_t *odd);
#endif
