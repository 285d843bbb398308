/* The few functions of DuckDB's C interface that the benchmark calls; libduckdb.so brings
 * no header with it from npm. Names and layouts are DuckDB's (its C API reference,
 * version 1.x); owned by whoever calls. One thread. */
#ifndef PEL_BENCH_DUCK_H
#define PEL_BENCH_DUCK_H

#include <stdint.h>

typedef uint64_t idx_t;
typedef struct duck_database *duckdb_database;
typedef struct duck_connection *duckdb_connection;
typedef struct duckdb_result {
  idx_t old_columns, old_rows, old_changed;
  void *old_column;
  char *old_error;
  void *internal;
} duckdb_result;

int duckdb_open(const char *path, duckdb_database *out);
void duckdb_close(duckdb_database *db);
int duckdb_connect(duckdb_database db, duckdb_connection *out);
void duckdb_disconnect(duckdb_connection *c);
int duckdb_query(duckdb_connection c, const char *sql, duckdb_result *out);
const char *duckdb_result_error(duckdb_result *r);
void duckdb_destroy_result(duckdb_result *r);
const char *duckdb_library_version(void);
#endif
