#include <string.h>

#include "runtime/base/str.h"
#include "tools/cli.h"

typedef struct listing {
  const pel_cli *cli;
  bool first;
} listing;

/* Its lines, each as far in as the first. */
static void print_doc(const char *doc) {
  printf("    ");
  for (; *doc; doc++) {
    putchar(*doc);
    if (*doc == '\n') printf("    ");
  }
  putchar('\n');
}

static void show(void *user, const pel_op *op) {
  listing *l = user;
  const pel_cli *cli = l->cli;
  bool wanted = cli->nfiles == 0;
  if (op->props & PEL_INTERNAL) return;
  for (int i = 0; i < cli->nfiles; i++) wanted |= !strcmp(cli->files[i], op->name);
  if (!wanted) return;
  if (cli->json) {
    printf("%s{\"name\": ", l->first ? "" : ",\n");
    cli_json(stdout, op->name);
    printf(", \"signature\": ");
    cli_json(stdout, op->sig);
    printf(", \"doc\": ");
    cli_json(stdout, op->doc ? op->doc : "");
    printf("}");
  } else {
    printf("%s%s\n", op->name, op->sig);
    print_doc(op->doc ? op->doc : "");
    if (cli->nfiles && op->ref) printf("    follows: %s\n", op->ref);
  }
  l->first = false;
}

/* ---- a name that no operator has ---- */

typedef struct search {
  const char *want, *near;
  unsigned distance; /* of the nearest; 0: it is there */
} search;

static void compare(void *user, const pel_op *op) {
  search *f = user;
  if (op->props & PEL_INTERNAL) return;
  const unsigned d =
      pel__str_distance(pel__str(f->want), pel__str(op->name), f->distance);
  if (d >= f->distance) return;
  f->distance = d;
  f->near = op->name;
}

static int no_such(const pel_cli *cli, const char *name) {
  search f = {name, NULL, strlen(name) <= 3 ? 2 : strlen(name) <= 6 ? 3 : 4};
  pel_context_each_op(cli->ctx, compare, &f);
  if (f.near && f.distance == 0) return 0;
  if (f.near && strlen(name) > 1)
    return cli_usage(cli, "there is no operator `%s`; did you mean `%s`?", name, f.near);
  return cli_usage(cli, "there is no operator `%s`; `pel ops` lists them all", name);
}

int cmd_ops(pel_cli *cli) {
  int e = cli_make_context(cli);
  if (e) return e;
  for (int i = 0; i < cli->nfiles; i++)
    if ((e = no_such(cli, cli->files[i]))) return e;
  listing l = {cli, true};
  if (cli->json) printf("{\"operators\": [\n");
  pel_context_each_op(cli->ctx, show, &l);
  if (cli->json) printf("]}\n");
  return 0;
}
