#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compiler/diag/render.h"
#include "tools/cli.h"

int cli_exit_code(pel_status s) {
  switch (s) {
    case PEL_OK:
    case PEL_DONE:
      return EXIT_FINE;
    case PEL_E_NOENT:
      return EXIT_MISSING;
    case PEL_E_COMPILE:
      return EXIT_WRONG;
    case PEL_E_INVALID:
      return EXIT_USAGE;
    case PEL_E_CANCELLED:
      return EXIT_INTERRUPTED;
    case PEL_E_NOMEM:
    case PEL_E_IO:
    case PEL_E_FAILED:
    case PEL_E_LIMIT:
    case PEL_E_FORKED:
      return EXIT_FAILED;
    case PEL_E_INTERNAL:
      break;
  }
  return EXIT_BUG;
}

bool cli_colored(const pel_cli *cli) {
  if (cli->color >= 0) return cli->color;
  const char *no = getenv("NO_COLOR");
  return !(no && *no) && isatty(STDERR_FILENO);
}

void cli_json(FILE *to, const char *z) {
  fputc('"', to);
  for (const unsigned char *p = (const unsigned char *)z; *p; p++) {
    if (*p == '"' || *p == '\\')
      fprintf(to, "\\%c", *p);
    else if (*p == '\n')
      fputs("\\n", to);
    else if (*p == '\t')
      fputs("\\t", to);
    else if (*p < 0x20)
      fprintf(to, "\\u%04x", *p);
    else
      fputc(*p, to);
  }
  fputc('"', to);
}

static void say(const pel_cli *cli, pel_severity severity, const char *message) {
  const bool error = severity == PEL_SEVERITY_ERROR;
  if (cli->messages == PEL_FORMAT_JSON) {
    const pel_remark r = {.severity = severity, .message = message};
    pel_buf b;
    pel__buf_init(&b, NULL);
    pel__remark_render(&(pel_sources){0}, &r, &b);
    fputs(pel__buf_z(&b), stderr);
    pel__buf_deinit(&b);
  } else {
    const char *color = error ? "\033[1;31m" : "\033[1;33m";
    fprintf(stderr, "%s%s%s: %s\n", cli_colored(cli) ? color : "",
            error ? "error" : "warning", cli_colored(cli) ? "\033[0m" : "", message);
  }
}

int cli_usage(const pel_cli *cli, const char *fmt, ...) {
  char message[2048];
  va_list ap;
  va_start(ap, fmt);
  (void)vsnprintf(message, sizeof message, fmt, ap);
  va_end(ap);
  if (cli->messages == PEL_FORMAT_JSON)
    say(cli, PEL_SEVERITY_ERROR, message);
  else
    fprintf(stderr, "pel: %s\nTry `pel --help`.\n", message);
  return EXIT_USAGE;
}

int cli_say_error(const pel_cli *cli, pel_status status, const pel_error *err) {
  say(cli, PEL_SEVERITY_ERROR, err->message);
  return cli_exit_code(status);
}

void cli_say_warning(const pel_cli *cli, const char *message) {
  say(cli, PEL_SEVERITY_WARNING, message);
}

int cli_make_context(pel_cli *cli) {
  pel_error err = {0};
  cli->options.size = sizeof cli->options;
  pel_status s = pel_context_new(&cli->options, &cli->ctx, &err);
  for (int i = 0; !s && i < cli->nplugins; i++)
    s = pel_context_add_plugin(cli->ctx, cli->plugins[i], &err);
  return s ? cli_say_error(cli, s, &err) : 0;
}

static int read_all(FILE *f, char **out, size_t *n) {
  size_t cap = 1 << 16;
  char *p = malloc(cap);
  *n = 0;
  while (p) {
    const size_t got = fread(p + *n, 1, cap - *n - 1, f);
    *n += got;
    if (got == 0) break;
    if (*n + 1 < cap) continue;
    if (cap > (size_t)64 << 20) break; /* beyond any program: the compiler says so */
    char *q = realloc(p, cap *= 2);
    if (!q) free(p);
    p = q;
  }
  if (p) p[*n] = 0;
  *out = p;
  return p ? 0 : EXIT_FAILED;
}

int cli_read_source(pel_cli *cli, const char *file) {
  free(cli->source);
  cli->source = NULL;
  if (!file) {
    cli->source_name = "<text>";
    cli->source = strdup(cli->text);
    cli->nsource = strlen(cli->text);
    return cli->source ? 0 : EXIT_FAILED;
  }
  const bool standard = !strcmp(file, "-");
  FILE *f = standard ? stdin : fopen(file, "rb");
  cli->source_name = standard ? "<stdin>" : file;
  int e = f ? read_all(f, &cli->source, &cli->nsource) : EXIT_MISSING;
  if (f && ferror(f)) e = EXIT_MISSING;
  if (e == EXIT_MISSING) {
    pel_error err = {0};
    (void)pel_error_set(&err, PEL_E_NOENT, "cannot read `%s`: %s", file, strerror(errno));
    e = cli_say_error(cli, PEL_E_NOENT, &err);
  }
  if (f && !standard) fclose(f);
  return e;
}

static pel_color color_of(const pel_cli *cli) {
  return cli_colored(cli) ? PEL_COLOR_ON : PEL_COLOR_OFF;
}

void cli_say_diagnostics(const pel_cli *cli, pel_diagnostics *d) {
  if (d && pel_diagnostics_count(d))
    fputs(pel_diagnostics_text(d, cli->messages, color_of(cli)), stderr);
}

int cli_compile(pel_cli *cli, const pel_compile_options *o, pel_plan **plan) {
  const pel_source_text source = {cli->source_name, cli->source, cli->nsource};
  const char *reserved[CLI_MOST];
  pel_compile_options all = {.size = sizeof all};
  if (o) all = *o;
  all.nreserved = cli_reserved(reserved);
  all.reserved = reserved;
  pel_diagnostics *d = NULL;
  const pel_status s = pel_compile(cli->ctx, &source, &all, plan, &d);
  cli_say_diagnostics(cli, d);
  if (s && (!d || !pel_diagnostics_errors(d))) {
    pel_error err = {0};
    (void)pel_error_set(&err, s,
                        s == PEL_E_NOMEM ? "no memory to compile the program"
                                         : "the compiler failed (%s): this is a bug",
                        pel_status_name(s));
    pel_diagnostics_free(d);
    return cli_say_error(cli, s, &err);
  }
  pel_diagnostics_free(d);
  return cli_exit_code(s);
}

void cli_say_failures(const pel_cli *cli, pel_run *run) {
  fputs(pel_run_failures_text(run, cli->messages, color_of(cli)), stderr);
}

pel_status cli_write_stdout(void *user, const char *p, size_t n) {
  (void)user;
  return fwrite(p, 1, n, stdout) == n ? PEL_OK : PEL_E_IO;
}
