#include <string.h>

#include "tools/cli.h"

static void show(void *user, const char *step, const char *text, size_t n) {
  pel_cli *cli = user;
  if (cli->dump_after && strcmp(cli->dump_after, step)) return;
  cli->dumped = true;
  if (!cli->dump_after) printf("== %s\n", step);
  fwrite(text, 1, n, stdout);
  if (n && text[n - 1] != '\n') putchar('\n');
  if (!cli->dump_after) putchar('\n');
}

int cmd_explain(pel_cli *cli) {
  if (!cli->text && cli->nfiles != 1)
    return cli_usage(cli, "pel explain wants a program: FILE, - or -e TEXT");
  pel_compile_options o = {
      .size = sizeof o, .explain = show, .user = cli, .items = PEL_COMPILE_OUTS};
  pel_plan *plan = NULL;
  int e = cli_read_source(cli, cli->text ? NULL : cli->files[0]);
  if (!e) e = cli_make_context(cli);
  if (!e) e = cli_compile(cli, &o, &plan);
  pel_plan_release(plan);
  if (!e && !cli->dumped)
    e = cli_usage(cli,
                  "there is no step `%s`: `pel explain` without --dump-after shows all, "
                  "each behind its name",
                  cli->dump_after);
  return e;
}
