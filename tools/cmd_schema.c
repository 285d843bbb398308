#include <string.h>

#include "tools/cli.h"

/* orders-2024.csv → Orders2024, busy_days → BusyDays */
static void type_name(const char *path, char *out, size_t room) {
  const char *base = strrchr(path, '/');
  size_t n = 0;
  bool up = true;
  for (const char *p = base ? base + 1 : path; *p && *p != '.' && n + 1 < room; p++) {
    const bool word = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
                      (n && *p >= '0' && *p <= '9');
    if (word) out[n++] = up && *p >= 'a' && *p <= 'z' ? (char)(*p - 'a' + 'A') : *p;
    up = !word;
  }
  out[n] = 0;
  if (!n) snprintf(out, room, "Row");
}

static int of_data(pel_cli *cli, const char *path) {
  pel_error err = {0};
  char name[64], *text = NULL;
  size_t n = 0;
  type_name(path, name, sizeof name);
  const pel_status s =
      pel_schema(cli->ctx, path, cli->type_name ? cli->type_name : name,
                 cli->json ? PEL_SCHEMA_JSON : PEL_SCHEMA_TYPE, &text, &n, &err);
  if (s) return cli_say_error(cli, s, &err);
  fwrite(text, 1, n, stdout);
  pel_text_free(cli->ctx, text, n);
  return 0;
}

/* ---- what a program reads and gives ---- */

typedef struct line {
  const char *role, *name, *path, *type;
} line;

static void print_line(const pel_cli *cli, const line *l, bool first) {
  char name[64];
  const char *type = l->type;
  if (cli->json) {
    printf("%s{\"role\": \"%s\", \"name\": ", first ? "" : ",\n", l->role);
    cli_json(stdout, l->name);
    printf(", \"path\": ");
    if (l->path)
      cli_json(stdout, l->path);
    else
      fputs("null", stdout);
    printf(", \"type\": ");
    cli_json(stdout, type);
    putchar('}');
    return;
  }
  if (!strncmp(type, "[*]{", 4)) type += 3; /* a table by its rows */
  type_name(l->name, name, sizeof name);
  printf("type %s = %s\n", name, type);
}

static void of_plan(const pel_cli *cli, const pel_plan *plan) {
  bool first = true;
  if (cli->json) printf("{\"schemas\": [\n");
  for (size_t i = 0; i < pel_plan_inputs(plan); i++) {
    const pel_input in = pel_plan_input_at(plan, i);
    const line l = {"read",
                    in.path    ? in.path
                    : in.param ? in.param
                               : "row",
                    in.path, in.type};
    print_line(cli, &l, first);
    first = false;
  }
  for (size_t i = 0; i < pel_plan_items(plan); i++) {
    const pel_item item = pel_plan_item_at(plan, i);
    if (item.role != PEL_ROLE_OUT) continue;
    const line l = {"out", item.name, item.path, item.type};
    print_line(cli, &l, first);
    first = false;
  }
  if (cli->json) printf("\n]}\n");
}

static int of_program(pel_cli *cli, const char *file) {
  pel_plan *plan = NULL;
  int e = cli_read_source(cli, file);
  if (!e) e = cli_compile(cli, NULL, &plan);
  if (!e) of_plan(cli, plan);
  pel_plan_release(plan);
  return e;
}

static bool is_program(const char *path) {
  const size_t n = strlen(path);
  return n > 4 && !strcmp(path + n - 4, ".pel");
}

int cmd_schema(pel_cli *cli) {
  if (!cli->nfiles)
    return cli_usage(cli,
                     "pel schema wants a data file, such as orders.csv, or a program");
  cli->options.passes =
      "none"; /* columns that a program declares and does not use count too */
  int worst = cli_make_context(cli);
  for (int i = 0; i < cli->nfiles && !worst; i++)
    worst = is_program(cli->files[i]) ? of_program(cli, cli->files[i])
                                      : of_data(cli, cli->files[i]);
  return worst;
}
