#include <ctype.h>
#include <string.h>

#include "tools/cli.h"

/* orders-2024.csv → Orders2024 */
static void type_name(const char *path, char *out, size_t room) {
  const char *base = strrchr(path, '/');
  size_t n = 0;
  bool up = true;
  for (const char *p = base ? base + 1 : path; *p && *p != '.' && n + 1 < room; p++) {
    const bool word = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (n && *p >= '0' && *p <= '9');
    if (word) out[n++] = up && *p >= 'a' && *p <= 'z' ? (char)(*p - 'a' + 'A') : *p;
    up = !word;
  }
  out[n] = 0;
  if (!n) snprintf(out, room, "Row");
}

static int schema_of(pel_cli *cli, const char *path) {
  pel_error err = {0};
  char name[64], *text = NULL;
  size_t n = 0;
  type_name(path, name, sizeof name);
  const pel_status s = pel_schema(cli->ctx, path, cli->type_name ? cli->type_name : name, cli->json, &text, &n, &err);
  if (s) return cli_say_error(cli, s == PEL_E_FAILED ? PEL_E_FAILED : s, &err);
  fwrite(text, 1, n, stdout);
  pel_text_free(cli->ctx, text, n);
  return 0;
}

int cmd_schema(pel_cli *cli) {
  if (!cli->nfiles) return cli_usage(cli, "pel schema wants a data file, such as orders.csv");
  int worst = cli_make_context(cli);
  for (int i = 0; i < cli->nfiles && !worst; i++) worst = schema_of(cli, cli->files[i]);
  return worst;
}
