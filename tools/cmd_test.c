#include <string.h>

#include "tools/cli.h"

typedef struct tally {
  int passed, failed;
  bool first;
  bool any; /* a test was chosen, whatever became of it */
} tally;

static void report(const pel_cli *cli, pel_run *run, const pel_item *item, tally *t) {
  const char *left, *right;
  const int held = pel_run_test(run, item->name, &left, &right);
  if (held == 1)
    t->passed++;
  else
    t->failed++;
  if (cli->json) {
    printf("%s{\"file\": ", t->first ? "" : ",\n");
    cli_json(stdout, cli->source_name);
    printf(", \"test\": ");
    cli_json(stdout, item->name);
    printf(", \"passed\": %s, \"left\": ", held == 1 ? "true" : "false");
    cli_json(stdout, left);
    printf(", \"right\": ");
    cli_json(stdout, right);
    printf("}");
    t->first = false;
    return;
  }
  printf("%s %s\n", held == 1 ? "ok    " : "FAILED", item->name);
  if (held == 0 && *left) printf("         left:  %s\n         right: %s\n", left, right);
}

static int run_tests(pel_cli *cli, pel_plan *plan, tally *t) {
  pel_error err = {0};
  pel_run *run = NULL;
  int chosen = 0;
  pel_status s = pel_run_new(cli->ctx, plan, &run, &err);
  if (s) return cli_say_error(cli, s, &err);
  int e = cli_bind_params(cli, plan, run);
  for (size_t i = 0; !e && i < pel_plan_items(plan); i++) {
    const pel_item item = pel_plan_item_at(plan, i);
    if (item.role != PEL_ROLE_TEST || (cli->filter && !strstr(item.name, cli->filter)))
      continue;
    s = pel_run_choose(run, item.name, &err);
    e = s ? cli_say_error(cli, s, &err) : 0;
    chosen++;
    t->any = true;
  }
  if (!e && chosen) {
    s = cli_wait(cli, run, &err);
    for (size_t i = 0; i < pel_plan_items(plan); i++) {
      const pel_item item = pel_plan_item_at(plan, i);
      if (item.role == PEL_ROLE_TEST && (!cli->filter || strstr(item.name, cli->filter)))
        report(cli, run, &item, t);
    }
    cli_say_failures(cli, run);
    if (s == PEL_E_CANCELLED)
      e = EXIT_INTERRUPTED;
    else if (s && !pel_run_failures(run))
      e = cli_say_error(cli, s, &err);
  }
  pel_run_free(run);
  return e;
}

int cmd_test(pel_cli *cli) {
  if (!cli->text && !cli->nfiles)
    return cli_usage(cli, "pel test wants a program: FILE…, - or -e TEXT");
  tally t = {.first = true};
  int e = cli_make_context(cli);
  if (e) return e;
  if (cli->json) printf("{\"tests\": [\n");
  for (int i = 0; !e && i < (cli->text ? 1 : cli->nfiles); i++) {
    pel_plan *plan = NULL;
    e = cli_read_source(cli, cli->text ? NULL : cli->files[i]);
    pel_compile_options o = {.size = sizeof o, .items = PEL_COMPILE_TESTS};
    if (!e) e = cli_compile(cli, &o, &plan);
    if (!e) e = run_tests(cli, plan, &t);
    pel_plan_release(plan);
  }
  if (cli->json)
    printf("],\n\"passed\": %d, \"failed\": %d}\n", t.passed, t.failed);
  else if (!e)
    printf("%d passed, %d failed\n", t.passed, t.failed);
  if (!e && cli->filter && !t.any)
    return cli_usage(cli, "--filter %s: no test has that in its name", cli->filter);
  return e ? e : t.failed ? EXIT_WRONG : 0;
}
