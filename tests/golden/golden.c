/* golden: runs every golden case below tests/golden and speaks TAP;
 * tests/golden/golden.sh starts it. Owns its scratch folder and its children. One thread;
 * several children at a time. */
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/golden/job.h"

enum { MAX_JOBS = 64, MAX_SETS = 4096 };

typedef struct names {
  char **at;
  size_t n;
} names;

static void names_add(names *l, const char *z) {
  l->at = must(realloc(l->at, (l->n + 1) * sizeof *l->at));
  l->at[l->n++] = must(strdup(z));
}

static int by_bytes(const void *a, const void *b) {
  return strcmp(*(char *const *)a, *(char *const *)b);
}

static void names_free(names *l) {
  for (size_t i = 0; i < l->n; i++) free(l->at[i]);
  free(l->at);
}

static void find_cases(const char *dir, names *out) {
  char command[8192], line[4096];
  snprintf(command, sizeof command, "find '%s' -name '*.pel' -type f", dir);
  FILE *f = popen(command, "r");
  if (!f) return;
  while (fgets(line, sizeof line, f)) {
    line[strcspn(line, "\n")] = 0;
    names_add(out, line);
  }
  pclose(f);
  if (out->n) qsort(out->at, out->n, sizeof *out->at, by_bytes);
}

/* One set of flags a line; `#` begins a comment. */
static bool read_sets(const char *path, names *out) {
  char line[4096];
  FILE *f = fopen(path, "r");
  if (!f) return false;
  while (fgets(line, sizeof line, f)) {
    line[strcspn(line, "#\n")] = 0;
    if (strspn(line, " ") != strlen(line)) names_add(out, line);
  }
  return fclose(f) == 0;
}

static bool is_wanted(const char *title, char **filters, int n) {
  for (int i = 0; i < n; i++)
    if (strstr(title, filters[i])) return true;
  return n == 0;
}

/* Flags change nothing but how a program is run: only cases that `run` one take part in
 * the matrix. */
static bool takes_flags(const golden_case *c) {
  const char *args = case_value(c, "args", "run");
  return !*c->problem && !case_find(c, "sh", NULL) && !case_find(c, "no-matrix", NULL) &&
         !strncmp(args, "run", 3) && (args[3] == 0 || args[3] == ' ');
}

typedef struct crew {
  job *at[MAX_JOBS];
  size_t n, most, run, failed;
} crew;

static void finish(crew *w, job *j, int status, const golden_options *o) {
  w->run++;
  if (!job_judge(j, status, o)) w->failed++;
  fflush(stdout);
}

static void wait_one(crew *w, const golden_options *o) {
  int status;
  pid_t pid = waitpid(-1, &status, 0);
  for (size_t i = 0; pid > 0 && i < w->n; i++) {
    if (w->at[i]->pid != pid) continue;
    job *j = w->at[i];
    w->at[i] = w->at[--w->n];
    finish(w, j, status, o);
    return;
  }
}

static void start(crew *w, golden_case *c, const char *title, const char *flags,
                  const golden_options *o) {
  while (w->n >= w->most) wait_one(w, o);
  job *j = job_start(c, title, flags, o);
  if (j->pid)
    w->at[w->n++] = j;
  else
    finish(w, j, 0, o);
}

static void run_all(const char *dir, const names *cases, const names *sets,
                    char **filters, int n_filters, crew *w, const golden_options *o) {
  for (size_t i = 0; i < cases->n; i++) {
    const char *name = cases->at[i] + strlen(dir) + 1;
    if (!is_wanted(name, filters, n_filters)) continue;
    if (!sets->n) {
      start(w, case_read(cases->at[i]), name, NULL, o);
      continue;
    }
    for (size_t k = 0; k < sets->n; k++) {
      char title[8192];
      golden_case *c = case_read(cases->at[i]);
      snprintf(title, sizeof title, "%s [%s]", name, sets->at[k]);
      if (takes_flags(c))
        start(w, c, title, sets->at[k], o);
      else
        case_free(c);
    }
  }
  while (w->n) wait_one(w, o);
}

static const char usage[] =
    "golden [--bless] [--keep] [--matrix FILE] DIR [FILTER…]\n"
    "PEL: the program; top_srcdir: the repository; CC: for `library` blocks;\n"
    "GOLDEN_FLAGS: flags behind `run`; GOLDEN_JOBS: children at a time; GOLDEN_PATIENCE: "
    "factor on time limits\n";

int main(int argc, char **argv) {
  const char *flags = getenv("GOLDEN_FLAGS"), *jobs = getenv("GOLDEN_JOBS"),
             *patience = getenv("GOLDEN_PATIENCE");
  const char *pel = getenv("PEL"), *top = getenv("top_srcdir"), *cc = getenv("CC"),
             *tmp = getenv("TMPDIR");
  char scratch[4096], real_pel[4096], real_top[4096];
  golden_options o = {
      .cc = cc && *cc ? cc : "cc",
      .patience = patience && atoi(patience) > 0 ? (unsigned)atoi(patience) : 1};
  names cases = {0}, sets = {0};
  crew w = {.most = jobs && atoi(jobs) > 0 ? (size_t)atoi(jobs) : 2};
  int i = 1;
  if (w.most > MAX_JOBS) w.most = MAX_JOBS;
  for (; i < argc && argv[i][0] == '-'; i++) {
    if (!strcmp(argv[i], "--bless"))
      o.bless = true;
    else if (!strcmp(argv[i], "--keep"))
      o.keep = true;
    else if (!strcmp(argv[i], "--matrix") && i + 1 < argc &&
             read_sets(argv[i + 1], &sets))
      i++;
    else
      return fputs(usage, stderr), 99;
  }
  if (i >= argc) return fputs(usage, stderr), 99;
  const char *dir = argv[i++];
  if (flags && *flags) names_add(&sets, flags);
  o.pel = pel && realpath(pel, real_pel) ? real_pel : "pel";
  o.source = realpath(top && *top ? top : ".", real_top) ? real_top : ".";
  snprintf(scratch, sizeof scratch, "%s/pel-golden.XXXXXX",
           tmp && *tmp ? tmp : "/var/tmp");
  if (!mkdtemp(scratch)) return perror(scratch), 99;
  o.scratch = scratch;
  umask(022);
  find_cases(dir, &cases);
  run_all(dir, &cases, &sets, argv + i, argc - i, &w, &o);
  printf(w.run ? "1..%zu\n" : "1..%zu # SKIP no cases\n", w.run);
  if (!o.keep) rmdir(scratch);
  names_free(&cases);
  names_free(&sets);
  return w.failed != 0;
}
