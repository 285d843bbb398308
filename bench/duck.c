/* DuckDB as a peer: duck THREADS, then a line of SQL each on stdin; answers its seconds,
 * inside the process, on stdout. What a query writes it writes itself (COPY … TO).
 * "version" answers the version. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "duck.h"

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int run(duckdb_connection c, const char *sql) {
  duckdb_result r;
  const int bad = duckdb_query(c, sql, &r);
  if (bad) fprintf(stderr, "duckdb: %s\n", duckdb_result_error(&r));
  duckdb_destroy_result(&r);
  return bad;
}

static int answer(duckdb_connection c, const char *sql) {
  if (!strcmp(sql, "version")) return puts(duckdb_library_version()) < 0;
  const double from = now();
  if (run(c, sql)) return puts("failed"), 1;
  printf("%.6f\n", now() - from);
  return 0;
}

int main(int argc, char **argv) {
  static char line[1 << 16];
  duckdb_database db;
  duckdb_connection c;
  int bad = 0;
  if (duckdb_open(NULL, &db) || duckdb_connect(db, &c))
    return fputs("duckdb does not open\n", stderr), 1;
  snprintf(line, sizeof line, "SET threads=%d", argc > 1 ? atoi(argv[1]) : 2);
  bad = run(c, line);
  while (!bad && fgets(line, sizeof line, stdin)) {
    line[strcspn(line, "\n")] = 0;
    bad = answer(c, line);
    fflush(stdout);
  }
  duckdb_disconnect(&c);
  duckdb_close(&db);
  return bad;
}
