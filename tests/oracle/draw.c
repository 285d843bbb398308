/* Random numbers and memory for the oracle: splitmix64, and blocks that a list keeps
 * reachable. */
#include <stdlib.h>

#include "tests/oracle/pipe.h"

static uint64_t drawn;

void oracle_seed(uint64_t seed) { drawn = seed; }

uint64_t oracle_draw(void) {
  uint64_t z = (drawn += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

unsigned below(unsigned n) { return (unsigned)(oracle_draw() % n); }
bool chance(unsigned percent) { return below(100) < percent; }

typedef struct block {
  struct block *next;
  max_align_t p[];
} block;
static block *blocks;
static char *spare;
static size_t left;

void *take(size_t bytes) {
  bytes = (bytes + 15) & ~(size_t)15;
  if (bytes > left) {
    const size_t room = bytes > (1 << 20) ? bytes : 1 << 20;
    block *b = calloc(1, sizeof *b + room);
    if (!b) exit(3);
    b->next = blocks;
    blocks = b;
    spare = (char *)b->p;
    left = room;
  }
  void *p = spare;
  spare += bytes;
  left -= bytes;
  return p;
}
