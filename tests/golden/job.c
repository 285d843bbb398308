#include "tests/golden/job.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_ARGS = 128, DEFAULT_SECONDS = 20 };

static bool problem(job *j, const char *what, const char *which) {
  snprintf(j->problem, sizeof j->problem, "%s %s: %s", what, which, strerror(errno));
  return false;
}

static bool write_file(job *j, const char *name, const text *t) {
  char path[8192];
  snprintf(path, sizeof path, "%s/cwd/%s", j->dir, name);
  for (char *slash = path + strlen(j->dir) + 5; (slash = strchr(slash, '/')); slash++) {
    *slash = 0;
    if (mkdir(path, 0777) && errno != EEXIST) return problem(j, "mkdir", path);
    *slash = '/';
  }
  FILE *f = fopen(path, "wb");
  if (!f) return problem(j, "cannot write", path);
  bool good = fwrite(t->p, 1, t->n, f) == t->n;
  return (fclose(f) == 0 && good) || problem(j, "cannot write", path);
}

static int wait_for(pid_t pid) {
  int status;
  while (waitpid(pid, &status, 0) < 0)
    if (errno != EINTR) return -1;
  return status;
}

/* Compiles the block of a `library NAME:` directive to NAME in the case's folder. */
static bool build_library(job *j, const directive *d, const golden_options *o) {
  char source[4096], command[8192];
  snprintf(source, sizeof source, "%s.c", d->name);
  if (!write_file(j, source, &d->block)) return false;
  snprintf(command, sizeof command,
           "cd '%s/cwd' && exec %s -shared -fPIC -O1 -o '%s' '%s' -lm", j->dir, o->cc,
           d->name, source);
  pid_t pid = fork();
  if (pid == 0) {
    dup2(STDERR_FILENO, STDOUT_FILENO);
    execl("/bin/sh", "sh", "-c", command, (char *)NULL);
    _exit(127);
  }
  return (pid > 0 && wait_for(pid) == 0) || problem(j, "cannot compile", d->name);
}

static bool prepare(job *j, const golden_options *o) {
  const golden_case *c = j->about;
  char path[8192], target[8192];
  snprintf(j->dir, sizeof j->dir, "%s/case.XXXXXX", o->scratch);
  if (!mkdtemp(j->dir)) return problem(j, "mkdtemp", j->dir);
  snprintf(path, sizeof path, "%s/cwd", j->dir);
  if (mkdir(path, 0777)) return problem(j, "mkdir", path);
  if (!write_file(j, strrchr(c->path, '/') + 1, &c->program)) return false;
  for (size_t i = 0; i < c->n; i++) {
    const directive *d = &c->at[i];
    if (!strcmp(d->key, "file") && !write_file(j, d->name, &d->block)) return false;
    if (!strcmp(d->key, "library") && !build_library(j, d, o)) return false;
    if (!strcmp(d->key, "link")) {
      snprintf(path, sizeof path, "%s/cwd/%s", j->dir, d->name);
      snprintf(target, sizeof target, "%s/%s", o->source, d->value);
      if (access(target, F_OK) || symlink(target, path))
        return problem(j, "cannot link", target);
    }
  }
  return true;
}

/* Splits text into words at blanks; '…' and "…" hold a word together. Changes text. */
static int split(char *text_, char **argv, int n, int max) {
  char *out = text_;
  for (char *p = text_;;) {
    while (*p == ' ') p++;
    if (!*p || n == max) return n;
    argv[n++] = out;
    for (char quote = 0; *p && (quote || *p != ' '); p++) {
      if (quote ? *p == quote : *p == '\'' || *p == '"')
        quote = quote ? 0 : *p;
      else
        *out++ = *p;
    }
    bool more = *p != 0;
    *out++ = 0;
    if (!more) return n;
    p++;
  }
}

/* The words of the command: PEL, the case's args, the flags behind `run`, the file at {}
 * or at the end. */
static int command_words(const job *j, char *args, char *flags, const char *pel,
                         char **argv) {
  char *words[MAX_ARGS];
  char *file = strrchr(j->about->path, '/') + 1;
  int n = 0, placed = 0, given = split(args, words, 0, MAX_ARGS / 2);
  argv[n++] = (char *)(size_t)pel;
  for (int i = 0; i < given; i++) {
    bool here = !strcmp(words[i], "{}");
    placed |= here;
    argv[n++] = here ? file : words[i];
    if (i == 0 && flags) n = split(flags, argv, n, MAX_ARGS - 8);
  }
  if (!placed) argv[n++] = file;
  argv[n] = NULL;
  return n;
}

static int open_in(const char *dir, const char *name, int flags) {
  char path[8192];
  snprintf(path, sizeof path, "%s/%s", dir, name);
  return open(path, flags | O_CLOEXEC, 0666);
}

/* In the child: everything is set as the case wants it, then the command takes over. */
static void become_command(const job *j, const golden_options *o) {
  const golden_case *c = j->about;
  const directive *in = case_find(c, "stdin", NULL);
  char place[8192], *argv[MAX_ARGS];
  char *args = strdup(case_value(c, "args", "run")),
       *flags = j->flags ? strdup(j->flags) : NULL;
  int from = in ? open_in(j->dir, "stdin", O_RDWR | O_CREAT)
                : open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (from < 0 ||
      (in && (write(from, in->block.p, in->block.n) < 0 || lseek(from, 0, SEEK_SET))))
    _exit(126);
  dup2(from, 0);
  dup2(open_in(j->dir, "stdout", O_WRONLY | O_CREAT), 1);
  dup2(open_in(j->dir, "stderr", O_WRONLY | O_CREAT), 2);
  snprintf(place, sizeof place, "%s/cwd", j->dir);
  if (chdir(place)) _exit(126);
  setenv("TMPDIR", j->dir, 1);
  setenv("HOME", j->dir, 1);
  setenv("XDG_CACHE_HOME", j->dir, 1);
  setenv("LC_ALL", "C.UTF-8", 1);
  setenv("PEL", o->pel, 1);
  unsetenv("NO_COLOR");
  for (size_t i = 0; i < c->n; i++)
    if (!strcmp(c->at[i].key, "env")) setenv(c->at[i].name, c->at[i].value, 1);
  int seconds = atoi(case_value(c, "timeout", "0"));
  alarm((unsigned)(seconds > 0 ? seconds : DEFAULT_SECONDS) * o->patience);
  signal(SIGPIPE, SIG_DFL);
  setpgid(0, 0);
  if (case_find(c, "sh", NULL)) {
    execl("/bin/sh", "sh", "-c", case_value(c, "sh", ""), (char *)NULL);
  } else {
    command_words(j, args, flags, o->pel, argv);
    execv(o->pel, argv);
  }
  dprintf(2, "cannot execute %s: %s\n", o->pel, strerror(errno));
  _exit(127);
}

job *job_start(golden_case *c, const char *title, const char *flags,
               const golden_options *o) {
  job *j = must(calloc(1, sizeof *j));
  j->about = c;
  j->title = must(strdup(title));
  j->flags = flags;
  if (*c->problem) {
    snprintf(j->problem, sizeof j->problem, "%s", c->problem);
  } else if (prepare(j, o)) {
    fflush(NULL);
    j->pid = fork();
    if (j->pid == 0) become_command(j, o);
    if (j->pid < 0) j->pid = 0, problem(j, "fork", "");
  }
  return j;
}

/* ---- judging */

static int unlink_one(const char *path, const struct stat *s, int kind, struct FTW *f) {
  (void)s, (void)kind, (void)f;
  return remove(path);
}

static void comment(const char *p, size_t n) {
  for (size_t i = 0; i < n;) {
    const char *stop = memchr(p + i, '\n', n - i);
    size_t k = stop ? (size_t)(stop - p) - i : n - i;
    printf("# %.*s\n", (int)k, p + i);
    i += k + 1;
  }
}

/* Where a folder's name got into the output, it becomes $DIR: the name differs from run
 * to run. */
static void hide_dir(text *t, const char *dir) {
  text out = {NULL, 0};
  size_t n = strlen(dir), from = 0;
  text_add(&out, "", 0);
  for (size_t i = 0; n && i + n <= t->n; i++) {
    if (t->p[i] != *dir || memcmp(t->p + i, dir, n) != 0) continue;
    text_add(&out, t->p + from, i - from);
    text_add(&out, "$DIR", 4);
    from = i + n;
    i = from - 1;
  }
  text_add(&out, t->p + from, t->n - from);
  text_free(t);
  *t = out;
}

static void show_difference(const job *j, const text *want, const text *got) {
  char command[16384], path[8192];
  const text *both[2] = {want, got};
  const char *names[2] = {"expected", "came"};
  for (int i = 0; i < 2; i++) {
    snprintf(path, sizeof path, "%s/%s", j->dir, names[i]);
    FILE *f = fopen(path, "wb");
    if (!f) return;
    fwrite(both[i]->p, 1, both[i]->n, f);
    fclose(f);
  }
  snprintf(command, sizeof command,
           "cd '%s' && diff -a -u expected came | tail -n +3 | head -n 40", j->dir);
  FILE *f = popen(command, "r");
  if (!f) return;
  for (char line[4096]; fgets(line, sizeof line, f);) comment(line, strlen(line));
  pclose(f);
}

static bool same(const job *j, const char *what, const text *want, const text *got,
                 FILE *why) {
  if (text_same(want, got)) return true;
  fprintf(why, "%s%s differs", ftell(why) ? ", " : "", what);
  printf("# %s: %s differs (- expected, + came)\n", j->title, what);
  show_difference(j, want, got);
  return false;
}

static bool compare(const job *j, const outcome *o, FILE *why) {
  const text nothing = {(char[]){""}, 0};
  const golden_case *c = j->about;
  const directive *out = case_find(c, "stdout", NULL),
                  *err = case_find(c, "stderr", NULL);
  bool good = true;
  int exit_code = atoi(case_value(c, "exit", "0"));
  if (o->status != exit_code) {
    fprintf(why, "exit %d, expected %d", o->status, exit_code);
    if (o->status == 128 + SIGALRM) fprintf(why, " (ran out of time)");
    good = false;
  }
  good &= same(j, "stdout", out ? &out->block : &nothing, &o->out, why);
  if (err || !case_find(c, "stderr-has", NULL))
    good &= same(j, "stderr", err ? &err->block : &nothing, &o->err, why);
  for (size_t i = 0; i < c->n; i++) {
    const directive *d = &c->at[i];
    char path[8192];
    snprintf(path, sizeof path, "%s/cwd/%s", j->dir, d->name);
    if (!strcmp(d->key, "stderr-has") && !strstr(o->err.p, d->value)) {
      fprintf(why, "%sstderr lacks `%s`", ftell(why) ? ", " : "", d->value);
      comment(o->err.p, o->err.n);
      good = false;
    } else if (!strcmp(d->key, "out-file")) {
      text got = text_read(path);
      if (!got.p)
        fprintf(why, "%sno file %s", ftell(why) ? ", " : "", d->name), good = false;
      else
        good &= same(j, d->name, &d->block, &got, why);
      text_free(&got);
    } else if (!strcmp(d->key, "no-file") && !access(path, F_OK)) {
      fprintf(why, "%sthere is a file %s", ftell(why) ? ", " : "", d->name);
      good = false;
    }
  }
  return good;
}

static void collect(const job *j, int wait_status, outcome *o) {
  char path[8192], dir[8192];
  snprintf(path, sizeof path, "%s/stdout", j->dir);
  o->out = text_read(path);
  snprintf(path, sizeof path, "%s/stderr", j->dir);
  o->err = text_read(path);
  if (!o->out.p) text_add(&o->out, "", 0);
  if (!o->err.p) text_add(&o->err, "", 0);
  snprintf(dir, sizeof dir, "%s/cwd", j->dir);
  hide_dir(&o->out, dir);
  hide_dir(&o->err, dir);
  o->status =
      WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

bool job_judge(job *j, int wait_status, const golden_options *o) {
  outcome got = {0};
  char *why = NULL;
  size_t n = 0;
  FILE *f = must(open_memstream(&why, &n));
  bool good = false;
  if (*j->problem) {
    fputs(j->problem, f);
  } else {
    collect(j, wait_status, &got);
    if (j->pid > 0) kill(-j->pid, SIGKILL); /* whoever it left behind */
    good = compare(j, &got, f);
    if (!good && o->bless) {
      char cwd[8192];
      snprintf(cwd, sizeof cwd, "%s/cwd", j->dir);
      good = case_bless(j->about, &got, cwd);
      fprintf(f, good ? " (blessed)"
                      : " (not blessed: expectations stand before the program)");
      printf("# %s: %.*s\n", j->title, 400,
             good ? "blessed; look at the difference" : "not blessed");
    }
  }
  fclose(f);
  printf(good ? "ok - %s\n" : "not ok - %s: %s\n", j->title, why);
  if (o->keep && !good)
    printf("# kept: %s\n", j->dir);
  else if (*j->dir)
    nftw(j->dir, unlink_one, 32, FTW_DEPTH | FTW_PHYS);
  text_free(&got.out);
  text_free(&got.err);
  free(why);
  free(j->title);
  case_free(j->about);
  free(j);
  return good;
}
