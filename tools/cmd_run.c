#include <stdlib.h>
#include <string.h>

#include "tools/cli.h"

/* The formats there are writers for: whether one is `wanted`, and all of them. */
typedef struct formats {
  const char *wanted;
  bool there;
  char all[128];
} formats;

static void note_writer(void *user, const pel_op *op) {
  formats *f = user;
  if (op->kind != PEL_OP_SINK || strncmp(op->name, "write_", 6)) return;
  const size_t n = strlen(f->all);
  snprintf(f->all + n, sizeof f->all - n, "%s.%s", n ? ", " : "", op->name + 6);
  f->there |= !strcmp(op->name + 6, f->wanted);
}

static int check_extension(const pel_cli *cli, const cli_out *o) {
  const char *dot = strrchr(o->path, '.');
  formats f = {.wanted = dot ? dot + 1 : ""};
  pel_context_each_op(cli->ctx, note_writer, &f);
  if (f.there) return 0;
  return cli_usage(cli,
                   "--out %s=%s: the path says the format, and must end like one that "
                   "can be written (%s); `-` prints it",
                   o->name, o->path, f.all);
}

/* --out NAME chooses; NAME=PATH also says where a written out goes and in which format,
 * NAME=- prints it. */
static int choose(const pel_cli *cli, const pel_plan *plan, pel_run *run) {
  for (int i = 0; i < cli->nouts; i++) {
    const cli_out *o = &cli->outs[i];
    pel_error err = {0};
    bool written = false;
    for (size_t k = 0; k < pel_plan_items(plan); k++) {
      const pel_item item = pel_plan_item_at(plan, k);
      written |= !strcmp(item.name, o->name) && item.written;
    }
    pel_status s = pel_run_choose(run, o->name, &err);
    if (!s && o->path && written && strcmp(o->path, "-")) {
      const int e = check_extension(cli, o);
      if (e) return e;
    }
    if (!s && o->path && (written || strcmp(o->path, "-")))
      s = pel_run_redirect(run, o->name, o->path, &err);
    if (s) return cli_usage(cli, "--out %s: %s", o->name, err.message);
  }
  return 0;
}

/* What stands on standard output when the run has ended. */
typedef struct printing {
  int printed, raw;  /* raw: written there by `write`, as its rows come */
  const char *first; /* of the raw ones */
} printing;

static void count_item(const pel_cli *cli, const pel_item *item, printing *p) {
  bool chosen = cli->nouts == 0;
  const char *path = item->path;
  for (int k = 0; k < cli->nouts; k++) {
    if (strcmp(cli->outs[k].name, item->name)) continue;
    chosen = true;
    if (cli->outs[k].path) path = cli->outs[k].path;
  }
  if (item->role != PEL_ROLE_OUT || !chosen) return;
  p->printed += !item->written;
  if (!item->written || !path || strcmp(path, "-")) return;
  if (!p->raw++) p->first = item->name;
}

/* What cannot stand side by side on standard output is refused before anything runs. */
static int check_format(const pel_cli *cli, const pel_plan *plan) {
  printing p = {0};
  for (size_t i = 0; i < pel_plan_items(plan); i++) {
    const pel_item item = pel_plan_item_at(plan, i);
    count_item(cli, &item, &p);
  }
  if (p.raw && p.raw + p.printed > 1)
    return cli_usage(cli,
                     "%d outs go to standard output, and `%s` writes its rows there as "
                     "they come: one can stand there alone, choose it with --out NAME or "
                     "give the others a path",
                     p.raw + p.printed, p.first);
  const bool one = cli->format == PEL_PRINT_CSV || cli->format == PEL_PRINT_TSV ||
                   cli->format == PEL_PRINT_NDJSON;
  if (p.printed < 2 || !one) return 0;
  return cli_usage(
      cli,
      "this format holds one result, and the program prints %d: choose with --out NAME",
      p.printed);
}

static int finish(pel_cli *cli, pel_run *run, pel_status status, const pel_error *err) {
  pel_error print_err = {0};
  int code = cli_exit_code(status);
  const pel_status printed =
      status == PEL_OK || status == PEL_E_FAILED
          ? pel_run_print(run, cli->format, cli_write_stdout, NULL, &print_err)
          : PEL_OK;
  if (fflush(stdout) || printed == PEL_E_IO) {
    (void)pel_error_set(&print_err, PEL_E_IO, "standard output could not be written");
    code = cli_say_error(cli, PEL_E_IO, &print_err);
  } else if (printed && printed != PEL_E_INVALID) {
    code = cli_say_error(cli, printed, &print_err);
  }
  if (status == PEL_E_CANCELLED && cli->messages == PEL_FORMAT_JSON)
    (void)cli_say_error(cli, status, err);
  else if (status == PEL_E_CANCELLED)
    fputs("pel: interrupted\n", stderr);
  else if (pel_run_failures(run))
    cli_say_failures(cli, run);
  else if (status)
    return cli_say_error(cli, status == PEL_E_INVALID ? PEL_E_FAILED : status, err);
  for (size_t i = 0; i < pel_run_failures(run) && status != PEL_E_CANCELLED; i++)
    if (pel_run_failure_at(run, i).status == PEL_E_NOENT) code = EXIT_MISSING;
  const uint32_t which = PEL_WARN_JSON | (cli->stats ? 0 : PEL_WARN_REJECTED);
  fputs(pel_run_warnings_text(run, cli->messages, which), stderr);
  if (cli->stats) cli_print_stats(cli, run);
  return code;
}

/* A program of lets or tests alone is no mistake, but whoever runs it waits for more. */
static void say_no_outs(const pel_cli *cli, const pel_plan *plan) {
  for (size_t i = 0; i < pel_plan_items(plan); i++)
    if (pel_plan_item_at(plan, i).role == PEL_ROLE_OUT) return;
  cli_say_warning(cli,
                  "the program has no `out`, so there is nothing to run: a result "
                  "is named with `out name = …`, tests run with `pel test`");
}

static int run_plan(pel_cli *cli, pel_plan *plan) {
  pel_error err = {0};
  pel_run *run = NULL;
  int e = check_format(cli, plan);
  if (e) return e;
  say_no_outs(cli, plan);
  pel_status s = pel_run_new(cli->ctx, plan, &run, &err);
  if (s) return cli_say_error(cli, s, &err);
  e = cli_bind_params(cli, plan, run);
  if (!e) e = cli_require_params(cli, plan);
  if (!e) e = choose(cli, plan, run);
  if (!e && cli->rejects && (s = pel_run_keep_rejects(run, cli->rejects, &err)))
    e = cli_say_error(cli, s, &err);
  if (!e) {
    s = cli_wait(cli, run, &err);
    e = finish(cli, run, s, &err);
  }
  pel_run_free(run);
  return e;
}

int cmd_run(pel_cli *cli) {
  if (cli->nfiles + (cli->text != NULL) == 0)
    return cli_usage(cli, "pel run wants a program: FILE, - or -e TEXT");
  if (cli->nfiles + (cli->text != NULL) > 1)
    return cli_usage(cli, "pel run takes one program; `%s` is left over",
                     cli->files[cli->text ? 0 : 1]);
  const char *outs[CLI_MOST];
  for (int i = 0; i < cli->nouts; i++) outs[i] = cli->outs[i].name;
  pel_compile_options o = {.size = sizeof o,
                           .items = PEL_COMPILE_OUTS,
                           .outs = outs,
                           .nouts = (size_t)cli->nouts};
  pel_plan *plan = NULL;
  int e = cli_read_source(cli, cli->text ? NULL : cli->files[0]);
  if (!e) e = cli_make_context(cli);
  if (!e) e = cli_compile(cli, &o, &plan);
  if (!e && cli->help)
    cli_print_params(stdout, plan);
  else if (!e)
    e = run_plan(cli, plan);
  pel_plan_release(plan);
  return e;
}
