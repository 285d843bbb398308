/* Random programs: every construct of the grammar, any comment and line end between any
 * two words. The buffer belongs to the caller. One thread. */
#ifndef PEL_TESTS_UNIT_SYNTAX_GENERATE_H
#define PEL_TESTS_UNIT_SYNTAX_GENERATE_H

#include "tests/unit/syntax/helper.h"

typedef enum trivia {
  TRIVIA_SPACES,  /* words in a line */
  TRIVIA_LINES,   /* line ends too */
  TRIVIA_COMMENTS /* and comments, each with a number of its own */
} trivia;

typedef struct generator {
  dice dice;
  trivia trivia;
  uint32_t comments; /* written so far */
  pel_buf out;
} generator;

/* Appends a program of some items to g->out. */
void generate(generator *g);
#endif
