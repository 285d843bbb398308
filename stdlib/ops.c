#include "stdlib/ops.h"

#include <string.h>

static int compare(const char *name, size_t n, const char *row) {
  const int c = strncmp(name, row, n);
  return c ? c : row[n] ? -1 : 0;
}

const pel_op *const *pel__std_find(const char *name, size_t n) {
  uint32_t from = 0, to = pel__std_count;
  while (from < to) {
    const uint32_t mid = from + (to - from) / 2;
    if (compare(name, n, pel__std_ops[mid]->name) > 0)
      from = mid + 1;
    else
      to = mid;
  }
  return from < pel__std_count && compare(name, n, pel__std_ops[from]->name) == 0
             ? &pel__std_ops[from]
             : NULL;
}
