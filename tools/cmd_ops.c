#include <string.h>

#include "tools/cli.h"

typedef struct listing {
  const pel_cli *cli;
  bool first;
  int found;
} listing;

static void show(void *user, const pel_op *op) {
  listing *l = user;
  const pel_cli *cli = l->cli;
  bool wanted = cli->nfiles == 0;
  if (op->props & PEL_INTERNAL) return;
  for (int i = 0; i < cli->nfiles; i++) wanted |= !strcmp(cli->files[i], op->name);
  if (!wanted) return;
  l->found++;
  if (cli->json) {
    printf("%s{\"name\": ", l->first ? "" : ",\n");
    cli_json(stdout, op->name);
    printf(", \"signature\": ");
    cli_json(stdout, op->sig);
    printf(", \"doc\": ");
    cli_json(stdout, op->doc ? op->doc : "");
    printf("}");
  } else {
    printf("%s%s\n    %s\n", op->name, op->sig, op->doc ? op->doc : "");
    if (cli->nfiles && op->ref) printf("    follows: %s\n", op->ref);
  }
  l->first = false;
}

int cmd_ops(pel_cli *cli) {
  int e = cli_make_context(cli);
  if (e) return e;
  listing l = {cli, true, 0};
  if (cli->json) printf("{\"operators\": [\n");
  pel_context_each_op(cli->ctx, show, &l);
  if (cli->json) printf("]}\n");
  if (l.found || cli->json) return 0;
  return cli_usage(cli, "there is no operator `%s`", cli->files[0]);
}
