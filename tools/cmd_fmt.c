#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/cli.h"

/* The new text takes the old one's place whole: a file beside it is renamed over it. */
static int replace(const pel_cli *cli, const char *file, const char *text, size_t n) {
  pel_error err = {0};
  char *temp = malloc(strlen(file) + 8);
  if (!temp) return EXIT_FAILED;
  sprintf(temp, "%s.XXXXXX", file);
  const int fd = mkstemp(temp);
  FILE *f = fd < 0 ? NULL : fdopen(fd, "wb");
  bool ok = f && fwrite(text, 1, n, f) == n;
  if (f) ok = fclose(f) == 0 && ok;
  if (ok) ok = rename(temp, file) == 0;
  if (!ok) {
    (void)pel_error_set(&err, PEL_E_IO, "cannot write `%s`: %s", file, strerror(errno));
    unlink(temp);
  }
  free(temp);
  return ok ? 0 : cli_say_error(cli, PEL_E_IO, &err);
}

static int format_one(pel_cli *cli, const char *file) {
  int e = cli_read_source(cli, file);
  if (e) return e;
  const pel_source_text source = {cli->source_name, cli->source, cli->nsource};
  pel_diagnostics *d = NULL;
  char *out = NULL;
  size_t n = 0;
  const pel_status s = pel_format(cli->ctx, &source, &out, &n, &d);
  cli_say_diagnostics(cli, d);
  pel_diagnostics_free(d);
  if (s) return cli_exit_code(s);
  const bool same = n == cli->nsource && !memcmp(out, cli->source, n);
  if (cli->check) {
    if (!same) printf("%s\n", cli->source_name);
    e = same ? 0 : EXIT_WRONG;
  } else if (!cli->write_back) {
    fwrite(out, 1, n, stdout);
  } else if (!same) {
    e = replace(cli, file, out, n);
  }
  pel_text_free(cli->ctx, out, n);
  return e;
}

int cmd_fmt(pel_cli *cli) {
  if (!cli->nfiles) return cli_usage(cli, "pel fmt wants FILE… or -");
  int worst = cli_make_context(cli);
  for (int i = 0; i < cli->nfiles && worst <= EXIT_WRONG; i++) {
    const int e = format_one(cli, cli->files[i]);
    if (e > worst) worst = e;
  }
  return worst;
}
