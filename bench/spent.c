/* What a command costs, seen from outside: spent OUT COMMAND …  runs it with its stdout
 * in OUT and its stderr in OUT.err, and prints seconds, processor seconds, peak resident
 * KiB and exit status. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double seconds(struct timeval t) {
  return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

static void become(const char *name, int fd) {
  const int file = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file < 0 || dup2(file, fd) < 0) _exit(127);
}

int main(int argc, char **argv) {
  char errors[4096];
  int status = 0;
  struct rusage used;
  if (argc < 3) return fputs("usage: spent OUT COMMAND …\n", stderr), 2;
  snprintf(errors, sizeof errors, "%s.err", argv[1]);
  const double from = now();
  const pid_t child = vfork();
  if (child == 0) {
    become(argv[1], 1);
    become(errors, 2);
    execvp(argv[2], argv + 2);
    _exit(127);
  }
  if (child < 0 || wait4(child, &status, 0, &used) != child) return 1;
  printf("%.6f %.6f %ld %d\n", now() - from,
         seconds(used.ru_utime) + seconds(used.ru_stime), used.ru_maxrss,
         WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
  return 0;
}
