#include <string.h>

#include "runtime/sys/sys.h"
#include "tools/cli.h"

/* The new text takes the old one's place whole, with its mode, through links. */
static int replace(const pel_cli *cli, const char *file, const char *text, size_t n) {
  pel_error err = {0};
  pel_out_file *out = NULL;
  pel_status s = pel__out_open(pel__dir_current(), file, pel__alloc_libc(), &out, &err);
  if (!s) s = pel__out_write(out, text, n, &err);
  if (!s) s = pel__out_commit(out, &err);
  pel__out_free(out);
  return s ? cli_say_error(cli, s, &err) : 0;
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
  for (int i = 0; cli->write_back && i < cli->nfiles; i++)
    if (!strcmp(cli->files[i], "-"))
      return cli_usage(cli, "--write wants files: standard input cannot be written");
  int worst = cli_make_context(cli);
  for (int i = 0; i < cli->nfiles && worst <= EXIT_WRONG; i++) {
    const int e = format_one(cli, cli->files[i]);
    if (e > worst) worst = e;
  }
  return worst;
}
