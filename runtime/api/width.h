/* How many columns of a terminal a text takes, by the tables of one version of Unicode
 * (width_table.c names it): no locale is asked. It owns nothing but constants. Any
 * thread. */
#ifndef PEL_RUNTIME_API_WIDTH_H
#define PEL_RUNTIME_API_WIDTH_H

#include "runtime/base/str.h"

/* Of valid UTF-8 without control characters. */
size_t pel__text_width(const char *p, size_t n);
/* 0, 1 or 2. */
unsigned pel__char_width(uint32_t cp);
/* The character at *p, which moves behind it; of valid UTF-8. */
uint32_t pel__utf8_next(const char **p);

typedef struct pel_width_range {
  uint32_t first, last;
} pel_width_range;
/* Sorted, without overlaps. */
extern const pel_width_range pel__width_none[], pel__width_two[];
extern const size_t pel__width_none_n, pel__width_two_n;
#endif
