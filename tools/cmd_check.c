#include "tools/cli.h"

static int check_one(pel_cli *cli, const char *file) {
  pel_compile_options o = {.size = sizeof o, .check_only = true};
  pel_plan *plan = NULL;
  int e = cli_read_source(cli, file);
  if (!e) e = cli_compile(cli, &o, &plan);
  pel_plan_release(plan);
  return e;
}

int cmd_check(pel_cli *cli) {
  if (!cli->text && !cli->nfiles)
    return cli_usage(cli, "pel check wants a program: FILE…, - or -e TEXT");
  int worst = cli_make_context(cli);
  if (worst) return worst;
  if (cli->text) worst = check_one(cli, NULL);
  for (int i = 0; i < cli->nfiles; i++) {
    const int e = check_one(cli, cli->files[i]);
    if (e > worst) worst = e;
  }
  return worst;
}
