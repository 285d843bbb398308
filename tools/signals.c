#include <signal.h>

#include "tools/cli.h"

/* The only mutable globals there are: a signal handler gets nothing else. */
static pel_run *volatile running;
static volatile sig_atomic_t interrupted;

static void on_interrupt(int sig) {
  (void)sig;
  interrupted = 1;
  if (running) pel_run_cancel(running);
  signal(SIGINT, SIG_DFL); /* the second one is final */
}

void cli_cancel_on_signal(pel_run *run) {
  running = run;
  signal(SIGINT, run ? on_interrupt : SIG_DFL);
}

bool cli_was_interrupted(void) { return interrupted; }
