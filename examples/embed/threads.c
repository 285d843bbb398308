/* Two contexts in two threads: they share nothing, and each gives what it would give
 * alone. Build: cc -pthread threads.c $(pkg-config --cflags --libs pel) Every thread owns
 * its context; the answers are compared after both have ended. */
#include <pel/pel.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 100 * 1000, TIMES = 20 };

typedef struct job {
  uint32_t workers;
  double column[ROWS];
  char text[4096];
  size_t n;
  pel_status status;
  pel_error err;
} job;

static const char program[] =
    "param xs: [n]{ x: f64 }\n"
    "out result = xs |> derive(key: i64(.x) % 7) |> group(.key) |> select(.key, n: "
    "len(.rows), total: sum(.x))\n";

static void keep(struct ArrowSchema *s) { s->release = NULL; }
static void keep_array(struct ArrowArray *a) { a->release = NULL; }

static pel_status collect(void *user, const char *p, size_t n) {
  job *j = user;
  if (n > sizeof j->text - j->n) return PEL_E_LIMIT;
  memcpy(j->text + j->n, p, n);
  j->n += n;
  return PEL_OK;
}

static pel_status run_plan(pel_context *ctx, pel_plan *plan, job *j) {
  struct ArrowSchema x = {.format = "g", .name = "x", .release = keep}, *fields[] = {&x};
  const void *buffers[] = {NULL, j->column}, *none[] = {NULL};
  struct ArrowArray column = {.length = ROWS,
                              .n_buffers = 2,
                              .buffers = buffers,
                              .release = keep_array},
                    *columns[] = {&column};
  struct ArrowSchema schema = {
      .format = "+s", .n_children = 1, .children = fields, .release = keep};
  struct ArrowArray array = {.length = ROWS,
                             .n_buffers = 1,
                             .buffers = none,
                             .n_children = 1,
                             .children = columns,
                             .release = keep_array};
  pel_run *run = NULL;
  pel_status s = pel_run_new(ctx, plan, &run, &j->err);
  if (!s) s = pel_run_bind_arrow(run, "xs", &schema, &array, &j->err);
  if (!s) s = pel_run_wait(run, &j->err);
  j->n = 0;
  if (!s) s = pel_run_print(run, PEL_PRINT_CSV, collect, j, &j->err);
  pel_run_free(run);
  return s;
}

static void *work(void *arg) {
  job *j = arg;
  pel_context *ctx = NULL;
  pel_plan *plan = NULL;
  pel_diagnostics *found = NULL;
  const pel_options options = {.size = sizeof options, .workers = j->workers};
  const pel_source_text source = {"-", program, strlen(program)};
  j->status = pel_context_new(&options, &ctx, &j->err);
  if (!j->status) j->status = pel_compile(ctx, &source, NULL, &plan, &found);
  if (found && pel_diagnostics_count(found))
    fputs(pel_diagnostics_text(found, PEL_FORMAT_HUMAN, PEL_COLOR_OFF), stderr);
  pel_diagnostics_free(found);
  for (int i = 0; i < TIMES && !j->status; i++) j->status = run_plan(ctx, plan, j);
  pel_plan_release(plan);
  pel_context_free(ctx);
  return NULL;
}

int main(void) {
  static job jobs[2] = {{.workers = 1}, {.workers = 4}};
  pthread_t threads[2];
  for (int t = 0; t < 2; t++) {
    for (int i = 0; i < ROWS; i++) jobs[t].column[i] = i * 0.1;
    if (pthread_create(&threads[t], NULL, work, &jobs[t])) return 2;
  }
  for (int t = 0; t < 2; t++) pthread_join(threads[t], NULL);
  for (int t = 0; t < 2; t++)
    if (jobs[t].status)
      return fprintf(stderr, "%s: %s\n", pel_status_name(jobs[t].status),
                     jobs[t].err.message),
             1;
  if (jobs[0].n != jobs[1].n || memcmp(jobs[0].text, jobs[1].text, jobs[0].n))
    return fputs("the answers differ\n", stderr), 1;
  return fwrite(jobs[0].text, 1, jobs[0].n, stdout) == jobs[0].n ? 0 : 1;
}
