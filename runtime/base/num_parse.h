/* Numbers out of text: floats correctly rounded, integers with overflow told from bad
 * syntax, booleans.
 * Reads borrowed text, owns nothing, asks for no memory and never looks at the locale.
 * Any thread. */
#ifndef PEL_RUNTIME_BASE_NUM_PARSE_H
#define PEL_RUNTIME_BASE_NUM_PARSE_H

#include <stdbool.h>

#include "pel/base.h"

/* What a text turned out to be. The answer is written only for PEL_PARSE_OK. */
typedef enum pel_parse {
  PEL_PARSE_OK = 0,
  PEL_PARSE_SYNTAX,  /* not of this form at all */
  PEL_PARSE_RANGE,   /* of this form, but not of the type: 300 as u8, -1 as u64 */
  PEL_PARSE_INEXACT, /* of this form, but finer than the type holds (1 ns in a time) */
} pel_parse;

/* The whole text must match  [+-] (digits [. digits*] | . digits) [(e|E) [+-] digits]
 * or, in any case,  [+-] (nan | inf | infinity).  Empty text, blanks, hex and digit
 * separators do not match. The value is the nearest f64 (f32), ties to even; beyond
 * the largest it is ±inf, and nan is the canonical quiet NaN. Decimals of up to 16
 * characters take about 10 ns; every other takes Eisel and Lemire's way (D. Lemire,
 * "Number Parsing at a Gigabyte per Second", 2021), with exact integers of up to 770
 * digits behind it. */
bool pel__parse_f64(const char *p, size_t n, double *out) PEL_USE_RESULT;
bool pel__parse_f32(const char *p, size_t n, float *out) PEL_USE_RESULT;

/* The whole text must match  [+-] digits.  Leading zeros are fine; -0 is 0 for
 * unsigned types too. */
pel_parse pel__parse_i8(const char *p, size_t n, int8_t *out) PEL_USE_RESULT;
pel_parse pel__parse_i16(const char *p, size_t n, int16_t *out) PEL_USE_RESULT;
pel_parse pel__parse_i32(const char *p, size_t n, int32_t *out) PEL_USE_RESULT;
pel_parse pel__parse_i64(const char *p, size_t n, int64_t *out) PEL_USE_RESULT;
pel_parse pel__parse_u8(const char *p, size_t n, uint8_t *out) PEL_USE_RESULT;
pel_parse pel__parse_u16(const char *p, size_t n, uint16_t *out) PEL_USE_RESULT;
pel_parse pel__parse_u32(const char *p, size_t n, uint32_t *out) PEL_USE_RESULT;
pel_parse pel__parse_u64(const char *p, size_t n, uint64_t *out) PEL_USE_RESULT;

/* Exactly true, True, TRUE, false, False or FALSE: what SQL, JSON, Python and R write.
 * Not 0, 1, t, yes: a column of those is a column of numbers or of names. */
bool pel__parse_bool(const char *p, size_t n, bool *out) PEL_USE_RESULT;

/* The same for text with PEL_PARSE_PADDING readable bytes behind it (their values do
 * not matter), as the readers' buffers have: saves the copy of the last, partial word. */
enum { PEL_PARSE_PADDING = 16 };
bool pel__parse_f64_padded(const char *p, size_t n, double *out) PEL_USE_RESULT;
bool pel__parse_f32_padded(const char *p, size_t n, float *out) PEL_USE_RESULT;
pel_parse pel__parse_i64_padded(const char *p, size_t n, int64_t *out) PEL_USE_RESULT;
pel_parse pel__parse_u64_padded(const char *p, size_t n, uint64_t *out) PEL_USE_RESULT;
#endif
