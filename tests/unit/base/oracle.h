/* Reading oracle.txt, and what the tests of numbers share: a generator, bits.
 * The file belongs to the test that opens it.
 * One thread at a time. */
#ifndef PEL_TESTS_UNIT_BASE_ORACLE_H
#define PEL_TESTS_UNIT_BASE_ORACLE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Opens oracle.txt of the source tree; the tests run with top_srcdir set, or from the
 * top folder. */
static inline FILE *oracle_open(void) {
  const char *top = getenv("top_srcdir");
  char path[4096];
  snprintf(path, sizeof path, "%s/tests/unit/base/oracle.txt", top ? top : ".");
  return fopen(path, "r");
}

/* The next line whose first word is kind: what follows the word, NUL-terminated; false
 * at the end. */
static inline bool oracle_next(FILE *f, const char *kind, char *line, size_t size) {
  size_t n = strlen(kind);
  while (fgets(line, (int)size, f)) {
    if (strncmp(line, kind, n) != 0 || line[n] != ' ') continue;
    line[strcspn(line, "\n")] = '\0';
    memmove(line, line + n + 1, strlen(line + n + 1) + 1);
    return true;
  }
  return false;
}

static inline double as_f64(uint64_t bits) {
  double x;
  memcpy(&x, &bits, sizeof x);
  return x;
}
static inline uint64_t bits_of(double x) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}
static inline float as_f32(uint32_t bits) {
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}
static inline uint32_t bits_of_f32(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

/* splitmix64, as in oracle.py */
static inline uint64_t next_random(uint64_t *state) {
  uint64_t x = *state += UINT64_C(0x9e3779b97f4a7c15);
  x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
  return x ^ (x >> 31);
}
#endif
