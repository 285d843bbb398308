/* A host program: PEL as a library. It compiles a program from text, binds parameters and
 * an Arrow table, lends the program a C function, runs it, reads the results as Arrow,
 * reads diagnostics as data, and cancels a run. Build: cc host.c $(pkg-config --cflags
 * --libs pel) One thread of its own; the library's workers call clamp and stop_here. */
#include <pel/pel.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void check(pel_status s, const pel_error *err, const char *what) {
  if (s == PEL_OK) return;
  fprintf(stderr, "%s: %s (%s)\n", what, err->message, pel_status_name(s));
  exit(1);
}

/* ---- a table of the host's, in Arrow layout ---- */

enum { ROWS = 6 };
static const char names[] = "northsouthnorthsouthwestnorth";
static const int32_t name_ends[ROWS + 1] = {0, 5, 10, 15, 20, 24, 29};
static const double values[ROWS] = {1.5, -4, 0.25, 0, 7, 12};
static const uint8_t known[1] = {0x37}; /* row 3 is null */

static int released;
static void release_schema(struct ArrowSchema *s) { s->release = NULL; }
static void release_array(struct ArrowArray *a) { released++, a->release = NULL; }

/* The structs are moved into the library; what they point to stays here, so nothing is
 * copied. */
static void make_table(struct ArrowSchema *schema, struct ArrowArray *array) {
  static struct ArrowSchema name = {.format = "u",
                                    .name = "sensor",
                                    .release = release_schema},
                            value = {.format = "g",
                                     .name = "value",
                                     .flags = ARROW_FLAG_NULLABLE,
                                     .release = release_schema};
  static struct ArrowSchema *fields[] = {&name, &value};
  static const void *name_buffers[] = {NULL, name_ends, names},
                    *value_buffers[] = {known, values}, *no_buffers[] = {NULL};
  static struct ArrowArray name_array = {.length = ROWS,
                                         .n_buffers = 3,
                                         .buffers = name_buffers,
                                         .release = release_array},
                           value_array = {.length = ROWS,
                                          .null_count = 1,
                                          .n_buffers = 2,
                                          .buffers = value_buffers,
                                          .release = release_array};
  static struct ArrowArray *columns[] = {&name_array, &value_array};
  *schema = (struct ArrowSchema){
      .format = "+s", .n_children = 2, .children = fields, .release = release_schema};
  *array = (struct ArrowArray){.length = ROWS,
                               .n_buffers = 1,
                               .buffers = no_buffers,
                               .n_children = 2,
                               .children = columns,
                               .release = release_array};
}

static int is_null(const struct ArrowArray *a, int64_t i) {
  const uint8_t *bits = a->n_buffers ? a->buffers[0] : NULL;
  i += a->offset;
  return bits && !(bits[i / 8] >> (i % 8) & 1);
}

static void print_cell(const struct ArrowSchema *s, const struct ArrowArray *a,
                       int64_t row) {
  const int64_t i = row + a->offset;
  if (is_null(a, row)) {
    printf("null");
  } else if (!strcmp(s->format, "U")) {
    const int64_t *ends = a->buffers[1];
    printf("%.*s", (int)(ends[i + 1] - ends[i]), (const char *)a->buffers[2] + ends[i]);
  } else if (!strcmp(s->format, "g")) {
    printf("%g", ((const double *)a->buffers[1])[i]);
  } else if (!strcmp(s->format, "l")) {
    printf("%lld", (long long)((const int64_t *)a->buffers[1])[i]);
  } else {
    printf("(%s)", s->format);
  }
}

static void print_result(pel_run *run, const char *item) {
  struct ArrowSchema schema;
  struct ArrowArray array;
  pel_error err = {0};
  check(pel_run_result(run, item, &schema, &array, &err), &err, item);
  printf("%s:\n", item);
  for (int64_t row = 0; row < array.length; row++) {
    for (int64_t c = 0; c < schema.n_children; c++) {
      printf(" %s=", schema.children[c]->name);
      print_cell(schema.children[c], array.children[c], row);
    }
    if (!schema.n_children) printf(" "), print_cell(&schema, &array, row);
    printf("\n");
  }
  array.release(&array);
  schema.release(&schema);
}

/* ---- functions that programs may call ---- */

static double clamp(double x, double most) { return x > most ? most : x; }

static pel_run *to_cancel;
static double stop_here(double x) {
  pel_run_cancel(to_cancel); /* any thread may */
  return x;
}

/* ---- what a host does ---- */

static pel_plan *compile(pel_context *ctx, const char *text) {
  pel_plan *plan = NULL;
  pel_diagnostics *found = NULL;
  const pel_source_text source = {"sensors.pel", text, strlen(text)};
  const pel_status s = pel_compile(ctx, &source, NULL, &plan, &found);
  for (size_t i = 0; i < pel_diagnostics_count(found); i++) {
    const pel_diagnostic d = pel_diagnostics_at(found, i);
    printf("%s %s:%u:%u %s\n", d.code, d.file, d.span.line, d.span.col, d.message);
  }
  if (s != PEL_OK) printf("not compiled: %s\n", pel_status_name(s));
  pel_diagnostics_free(found);
  return plan;
}

static const char sensors[] =
    "extern \"host\" { @pure @threadsafe fn clamp(x: f64, most: f64) -> f64 }\n"
    "/// What the sensors said.\n"
    "param readings: [n]{ sensor: str, value: f64? }\n"
    "param most: f64 = 10.0\n"
    "param only: str = \"\"\n"
    "let known = readings |> filter(only == \"\" or .sensor == only)\n"
    "out totals = known |> group(.sensor)\n"
    "  |> select(.sensor, n: len(.rows), total: sum(clamp(.value ?? 0.0, most)), least: "
    "min(.value))\n"
    "out rows = len(known)\n";

static void run_once(pel_context *ctx, pel_plan *plan, const char *only) {
  pel_error err = {0};
  pel_run *run = NULL;
  struct ArrowSchema schema;
  struct ArrowArray array;
  check(pel_run_new(ctx, plan, &run, &err), &err, "pel_run_new");
  make_table(&schema, &array);
  check(pel_run_bind_arrow(run, "readings", &schema, &array, &err), &err, "readings");
  check(pel_run_bind_f64(run, "most", 5, &err), &err, "most");
  check(pel_run_bind_str(run, "only", only, strlen(only), &err), &err, "only");
  check(pel_run_start(run, &err), &err, "pel_run_start");
  check(pel_run_wait(run, &err), &err, "pel_run_wait");
  print_result(run, "totals");
  print_result(run, "rows");
  pel_run_free(run);
}

static void saved_and_loaded(pel_context *ctx, pel_plan *plan) {
  char *bytes = NULL;
  size_t n = 0;
  pel_plan *again = NULL;
  pel_error err = {0};
  check(pel_plan_save(ctx, plan, &bytes, &n, &err), &err, "pel_plan_save");
  check(pel_plan_load(ctx, bytes, n, &again, &err), &err, "pel_plan_load");
  pel_text_free(ctx, bytes, n);
  printf("a plan, saved and loaded, only north:\n");
  run_once(ctx, again, "north");
  pel_plan_release(again);
}

static void refused(pel_context *ctx, pel_plan *plan) {
  pel_error err = {0};
  pel_run *run = NULL;
  check(pel_run_new(ctx, plan, &run, &err), &err, "pel_run_new");
  printf("%s: %s\n", pel_status_name(pel_run_bind_i64(run, "only", 3, &err)),
         err.message);
  printf("%s: %s\n", pel_status_name(pel_run_bind_f64(run, "mots", 3, &err)),
         err.message);
  pel_run_free(run);
}

static void failing(pel_context *ctx) {
  pel_error err = {0};
  pel_run *run = NULL;
  pel_plan *plan = compile(ctx, "param d: i64\nout bad = div(1, d)\nout good = d + 1\n");
  check(pel_run_new(ctx, plan, &run, &err), &err, "pel_run_new");
  check(pel_run_bind_i64(run, "d", 0, &err), &err, "d");
  printf("%s\n", pel_status_name(pel_run_wait(run, &err)));
  for (size_t i = 0; i < pel_run_failures(run); i++) {
    const pel_run_failure f = pel_run_failure_at(run, i);
    printf("out %s, line %u: %s\n", f.item, f.span.line, f.code);
  }
  print_result(run, "good");
  pel_run_free(run);
  pel_plan_release(plan);
}

static void cancelled(pel_context *ctx) {
  pel_error err = {0};
  pel_run *run = NULL;
  pel_plan *plan =
      compile(ctx,
              "extern \"host\" { @pure @threadsafe fn stop_here(x: f64) -> f64 }\n"
              "param x: f64\nout y = stop_here(x)\n");
  check(pel_run_new(ctx, plan, &run, &err), &err, "pel_run_new");
  check(pel_run_bind_f64(run, "x", 1, &err), &err, "x");
  to_cancel = run;
  const pel_status s = pel_run_wait(run, &err);
  printf("cancelled from inside: %s\n", pel_status_name(s));
  pel_run_free(run);
  pel_plan_release(plan);
}

int main(void) {
  pel_context *ctx = NULL;
  pel_error err = {0};
  const pel_options options = {.size = sizeof options, .workers = 2};
  check(pel_context_new(&options, &ctx, &err), &err, "pel_context_new");
  check(pel_context_add_function(ctx, "clamp", (void *)(uintptr_t)clamp, &err), &err,
        "clamp");
  check(pel_context_add_function(ctx, "stop_here", (void *)(uintptr_t)stop_here, &err),
        &err, "stop_here");

  pel_plan *plan = compile(ctx, sensors);
  for (size_t i = 0; i < pel_plan_params(plan); i++) {
    const pel_param p = pel_plan_param_at(plan, i);
    printf("param %s: %s%s%s%s\n", p.name, p.type, p.required ? " (required)" : "",
           *p.doc ? " // " : "", p.doc);
  }
  run_once(ctx, plan, "");
  saved_and_loaded(ctx, plan);
  printf("tables given back: %d\n", released);
  refused(ctx, plan);
  pel_plan_release(plan);

  if (compile(ctx,
              "let rows = [{ a: 1 }]\nout x = rows |> filter(.b > 0)\nout y = nothing\n"))
    return 1;
  failing(ctx);
  cancelled(ctx);
  pel_context_free(ctx);
  return 0;
}
