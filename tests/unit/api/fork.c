/* A child of the process that made a context: every call answers, none waits for a thread
 * that is not there. */
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/api/world.h"

/* 0, or which call was wrong. */
static int child(world *w, pel_run *started) {
  pel_error e = {0};
  pel_plan *plan = NULL;
  pel_diagnostics *d = NULL;
  pel_run *run = NULL;
  char *bytes = NULL;
  size_t n = 0;
  struct ArrowSchema schema;
  struct ArrowArray array;
  const pel_source_text source = {"-", "out n = 1", 9};
  if (pel_compile(w->ctx, &source, NULL, &plan, &d) != PEL_E_FORKED) return 1;
  if (pel_format(w->ctx, &source, &bytes, &n, &d) != PEL_E_FORKED) return 2;
  if (pel_run_new(w->ctx, w->plan, &run, &e) != PEL_E_FORKED) return 3;
  if (pel_run_wait(w->run, &e) != PEL_E_FORKED) return 4;
  if (pel_run_start(w->run, &e) != PEL_E_FORKED) return 5;
  if (pel_run_choose(w->run, "n", &e) != PEL_E_FORKED) return 6;
  if (pel_run_result(started, "n", &schema, &array, &e) != PEL_E_FORKED) return 7;
  if (pel_run_wait(started, &e) != PEL_E_FORKED) return 8;
  if (pel_plan_save(w->ctx, w->plan, &bytes, &n, &e) != PEL_E_FORKED) return 9;
  if (!strstr(e.message, "before a fork")) return 10;
  pel_run_cancel(started);
  pel_run_free(started);
  world_end(w);
  world mine = world_begin(2, "out n = sum([20, 22])\n");
  if (number(mine.ctx, mine.plan) != 42) return 11;
  world_end(&mine);
  return 0;
}

Test(fork, is_told, .timeout = 60) {
  world w = world_begin(2, "out n = sum([20, 22])\n");
  pel_run *started = NULL;
  pel_error e = {0};
  int status = 0;
  cr_assert_eq(pel_run_new(w.ctx, w.plan, &started, &e), PEL_OK);
  cr_assert_eq(pel_run_start(started, &e), PEL_OK);
  const pid_t pid = fork();
  if (pid == 0) _exit(child(&w, started));
  cr_assert_eq(waitpid(pid, &status, 0), pid);
  cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %x", (unsigned)status);
  cr_assert_eq(pel_run_wait(started, &e), PEL_OK, "the parent goes on");
  pel_run_free(started);
  world_end(&w);
}
