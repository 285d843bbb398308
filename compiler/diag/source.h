/* The texts of a compilation: each file's name, bytes and line index, numbered from 0 in
 * the order they were added.
 * The list, the names and the indices live in the arena given to init; the texts stay
 * with the caller and must outlive it.
 * One thread at a time to add; any number may read. */
#ifndef PEL_COMPILER_DIAG_SOURCE_H
#define PEL_COMPILER_DIAG_SOURCE_H

#include "runtime/base/arena.h"
#include "runtime/base/str.h"

enum { PEL_SOURCE_MAX = 16 << 20 }; /* bytes of one file that are ever read as PEL */

typedef struct pel_source {
  pel_str name; /* as the program's user wrote it; "-" for standard input */
  pel_str text;
  uint32_t file; /* its number, as in pel_span.file */
  uint32_t line_count;
  const uint32_t *lines; /* byte offset at which each line begins; line 1 is lines[0] */
} pel_source;

typedef struct pel_sources {
  pel_arena *arena;
  pel_source *at;
  uint32_t n, cap;
  uint32_t node_count; /* ids given to syntax nodes so far: dense over all files */
} pel_sources;

void pel__sources_init(pel_sources *s, pel_arena *arena);
/* Copies the name, borrows the text. PEL_E_LIMIT from 4 GiB on; a text longer than
 * PEL_SOURCE_MAX is taken, so that a diagnostic can name it, but gets one line only. */
PEL_USE_RESULT pel_status pel__sources_add(pel_sources *s, pel_str name, pel_str text,
                                           uint32_t *file);
/* NULL for a number that was never given. The pointer dies with the next add. */
const pel_source *pel__source_get(const pel_sources *s, uint32_t file);
/* Line `line` (1-based) without its end of line; empty for a line that is not there. */
pel_str pel__source_line(const pel_source *src, uint32_t line);
/* The span of bytes begin … end (end excluded), with its line and column found. */
pel_span pel__source_span(const pel_source *src, uint32_t begin, uint32_t end);
/* The text a span covers; empty when it reaches outside. */
pel_str pel__source_text(const pel_sources *s, pel_span span);
#endif
