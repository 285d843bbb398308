#include <inttypes.h>
#include <string.h>

#include "tools/cli.h"

static void json(const pel_run *run) {
  const pel_run_total t = pel_run_totals(run);
  fprintf(stderr,
          "{\"seconds\": %.6f, \"workers\": %u, \"memory_peak\": %" PRIu64
          ", \"spilled\": %" PRIu64 ", \"rejected\": %" PRIu64 ", \"steps\": [",
          (double)t.ns / 1e9, t.workers, t.memory_peak, t.spilled, t.rejected);
  for (size_t i = 0; i < pel_run_steps(run); i++) {
    const pel_run_step s = pel_run_step_at(run, i);
    fprintf(stderr, "%s{\"step\": ", i ? ", " : "");
    cli_json(stderr, s.name);
    fprintf(stderr,
            ", \"line\": %u, \"rows_in\": %" PRIu64 ", \"rows_out\": %" PRIu64
            ", \"bytes\": %" PRIu64 ", \"rejected\": %" PRIu64
            ", \"seconds\": %.6f, \"workers\": %u}",
            s.line, s.rows_in, s.rows_out, s.bytes, s.rejected, (double)s.ns / 1e9,
            s.workers);
  }
  fputs("]}\n", stderr);
}

void cli_print_stats(const pel_cli *cli, const pel_run *run) {
  if (cli->stats == 2) {
    json(run);
    return;
  }
  const pel_run_total t = pel_run_totals(run);
  fprintf(stderr, "%-14s %5s %12s %12s %14s %10s %8s\n", "step", "line", "rows in",
          "rows out", "bytes", "time", "workers");
  for (size_t i = 0; i < pel_run_steps(run); i++) {
    const pel_run_step s = pel_run_step_at(run, i);
    fprintf(stderr, "%-14s %5u %12" PRIu64 " %12" PRIu64 " %14" PRIu64 " %8.3fms %8u\n",
            s.name, s.line, s.rows_in, s.rows_out, s.bytes, (double)s.ns / 1e6,
            s.workers);
  }
  fprintf(stderr, "total %.3f ms, %u worker%s, memory peak %.1f MiB, spilled %.1f MiB",
          (double)t.ns / 1e6, t.workers, t.workers == 1 ? "" : "s",
          (double)t.memory_peak / 1048576.0, (double)t.spilled / 1048576.0);
  if (t.rejected) fprintf(stderr, ", %" PRIu64 " rows or cells rejected", t.rejected);
  fputc('\n', stderr);
}
