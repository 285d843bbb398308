/* A test program that writes TAP without a framework, so that ThreadSanitizer sees only
 * our own threads. It takes Criterion's --tap=FILE, so that one script runs both. Owns
 * the file it writes to. One thread. */
#ifndef PEL_TESTS_STRESS_TAP_H
#define PEL_TESTS_STRESS_TAP_H

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

typedef struct tap {
  FILE *out;
  int count, failed;
} tap;

static inline tap tap_begin(int argc, char **argv) {
  tap t = {.out = stdout};
  for (int i = 1; i < argc; i++) {
    if (strncmp(argv[i], "--tap=", 6) != 0) continue;
    FILE *f = fopen(argv[i] + 6, "w");
    if (f) t.out = f;
  }
  return t;
}

static inline void tap_ok(tap *t, bool ok, const char *name) {
  t->count++;
  t->failed += !ok;
  (void)fprintf(t->out, "%sok %d - %s\n", ok ? "" : "not ", t->count, name);
  (void)fflush(t->out);
}

static inline int tap_end(tap *t) {
  (void)fprintf(t->out, "1..%d\n", t->count);
  return fclose(t->out) != 0 || t->failed > 0;
}

#endif
