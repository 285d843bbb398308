#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "tools/cli.h"

const cli_command cli_commands[] = {
    {"run", "[options] FILE|-|-e TEXT [--param value …]",
     "run a program and print its results",
     "Options of pel stand anywhere; every other flag is a parameter of the program.", 1,
     cmd_run},
    {"check", "[options] FILE…|-|-e TEXT",
     "say what is wrong with a program, run nothing", "", 2, cmd_check},
    {"test", "[options] FILE…|-e TEXT [--param value …]", "run a program's tests", "", 4,
     cmd_test},
    {"fmt", "[--write | --check] FILE…|-", "lay a program out; comments stay", "", 8,
     cmd_fmt},
    {"explain", "[options] FILE|-|-e TEXT",
     "show what becomes of a program: types, passes, plan", "", 16, cmd_explain},
    {"schema", "[options] DATA…|FILE.pel…",
     "the type of a data file, or of what a program reads and gives, ready to paste", "",
     32, cmd_schema},
    {"ops", "[options] [NAME…]", "the operators there are", "", 64, cmd_ops},
    {0},
};

static void print_help(FILE *to) {
  fputs(
      "PEL, the Parallel Execution Layer: small dataflow programs on every "
      "core.\n\nusage: pel COMMAND [options] …\n\n",
      to);
  for (const cli_command *c = cli_commands; c->name; c++)
    fprintf(to, "  %-10s %s\n", c->name, c->summary);
  fputs(
      "\n`pel COMMAND --help` says more. `pel --version` prints the version.\n"
      "Exit codes: 0 fine, 1 the program is wrong or a check failed, 2 usage, 3 an "
      "operator failed, 4 an input is missing,\n"
      "70 a bug of pel's, 130 interrupted.\n",
      to);
}

static int command_help(const cli_command *c) {
  printf("usage: pel %s %s\n\n%c%s.\n", c->name, c->usage, c->summary[0] - 'a' + 'A',
         c->summary + 1);
  if (*c->details) printf("%s\n", c->details);
  fputs("\n", stdout);
  cli_print_options(stdout, c->bit);
  return 0;
}

static const cli_command *find(const char *name) {
  for (const cli_command *c = cli_commands; c->name; c++)
    if (!strcmp(c->name, name)) return c;
  return NULL;
}

static int dispatch(pel_cli *cli) {
  const char *word = cli->argc > 1 ? cli->argv[1] : "";
  if (!strcmp(word, "--version") || !strcmp(word, "version"))
    return printf("pel %s\n", pel_version()), 0;
  if (!strcmp(word, "--help") || !strcmp(word, "-h") || !strcmp(word, "help")) {
    const cli_command *about = cli->argc > 2 ? find(cli->argv[2]) : NULL;
    if (about) return command_help(about);
    return print_help(stdout), 0;
  }
  if (!*word) return print_help(stderr), EXIT_USAGE;
  const cli_command *c = find(word);
  if (!c)
    return cli_usage(
        cli, "there is no command `%s`: run, check, test, fmt, explain, schema, ops",
        word);
  const int e = cli_parse(cli, c, 2);
  if (e) return e;
  cli_find_program(cli);
  if (cli->help && (c->run != cmd_run || (!cli->nfiles && !cli->text)))
    return command_help(c);
  return c->run(cli);
}

int main(int argc, char **argv) {
  pel_cli cli = {.color = -1};
  cli.argc = argc;
  cli.argv = argv;
  signal(SIGPIPE, SIG_DFL); /* `pel … | head` ends quietly */
  const int code = dispatch(&cli);
  free(cli.source);
  pel_context_free(cli.ctx);
  cli_forget(&cli);
  if (fflush(stdout) && code == 0) return EXIT_FAILED;
  return cli_was_interrupted() ? EXIT_INTERRUPTED : code;
}
