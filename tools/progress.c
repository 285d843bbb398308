#include <inttypes.h>

#include "runtime/sys/sys.h"
#include "tools/cli.h"

/* Who looks at a run from time to time while another thread waits for it. */
typedef struct watcher {
  const pel_run *run;
  pel_atomic_u32 over;
  uint64_t every, began; /* ns */
} watcher;

static void say(const watcher *w) {
  const pel_run_progress p = pel_run_progress_now(w->run);
  fprintf(stderr,
          "pel: %.0f s, %" PRIu64 " rows and %.1f MiB read, %u of %u parts done\n",
          (double)(pel__clock_ns() - w->began) / 1e9, p.rows, (double)p.bytes / 1048576.0,
          p.done, p.parts);
}

static void watch(void *arg) {
  watcher *w = arg;
  uint64_t next = w->began + w->every;
  while (!pel__load_u32(&w->over, PEL_ACQUIRE)) {
    const uint64_t now = pel__clock_ns();
    if (now < next) {
      pel__futex_wait(&w->over, 0, next - now);
      continue;
    }
    say(w);
    next = now + w->every;
  }
}

pel_status cli_wait(const pel_cli *cli, pel_run *run, pel_error *err) {
  watcher w = {.run = run,
               .every = cli->progress_ns ? cli->progress_ns : UINT64_C(10000000000),
               .began = pel__clock_ns()};
  pel_thread thread;
  const bool watched = cli->messages != PEL_FORMAT_JSON &&
                       !pel__thread_start("pel-progress", 1 << 18, watch, &w, &thread,
                                          NULL); /* without it there is only less said */
  cli_cancel_on_signal(run);
  const pel_status s = pel_run_wait(run, err);
  cli_cancel_on_signal(NULL);
  pel__store_u32(&w.over, 1, PEL_RELEASE);
  pel__futex_wake(&w.over, 1);
  if (watched) pel__thread_join(thread);
  return s;
}
