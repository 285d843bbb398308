/* What the commands share: options, the context they make, and how things are reported.
 * A pel_cli lives in main; it owns its context and texts.
 * One thread; the signal handler touches only `running`. */
#ifndef PEL_TOOLS_CLI_H
#define PEL_TOOLS_CLI_H

#include <stdio.h>

#include "pel/pel.h"

enum {
  EXIT_FINE = 0,
  EXIT_WRONG = 1,
  EXIT_USAGE = 2,
  EXIT_FAILED = 3,
  EXIT_MISSING = 4,
  EXIT_BUG = 70,
  EXIT_INTERRUPTED = 130
};

/* A flag that is not one of PEL's: the program's, once it is compiled. value NULL: none
 * was attached with `=`. */
typedef struct cli_flag {
  const char *name;  /* without the dashes */
  const char *value; /* after `=`, or NULL */
  int at;            /* in argv */
} cli_flag;

typedef struct cli_out {
  const char *name, *path; /* path NULL: only chosen */
} cli_out;

enum { CLI_MOST = 256 };

typedef struct cli_text {
  struct cli_text *next;
  char text[];
} cli_text;

typedef struct pel_cli {
  int argc;
  char **argv;
  pel_options options;
  /* as given */
  const char *text; /* -e */
  const char *files[CLI_MOST];
  int nfiles;
  cli_flag flags[CLI_MOST]; /* the program's parameters */
  int nflags;
  cli_out outs[CLI_MOST];
  int nouts;
  struct cli_text *texts; /* copies of words, all freed by cli_forget */
  const char *plugins[16];
  int nplugins;
  const char *rejects, *filter, *type_name, *dump_after;
  pel_format_name format;
  bool format_given;
  pel_diagnostic_format messages;
  int color; /* -1 auto, 0 never, 1 always */
  int stats; /* 0 none, 1 for people, 2 json */
  bool help, json, write_back, check;
  uint64_t progress_ns; /* between two lines; 0: the usual time */
  bool dumped;          /* the step that --dump-after names has come by */
  /* made */
  pel_context *ctx;
  char *source;
  size_t nsource;
  const char *source_name;
} pel_cli;

typedef struct cli_command {
  const char *name, *usage, *summary, *details;
  unsigned bit; /* which options it takes: options.c */
  int (*run)(pel_cli *);
} cli_command;

extern const cli_command cli_commands[]; /* ends with a NULL name */

/* options.c: 0, or EXIT_USAGE after saying why; cli_forget frees what it kept. */
void cli_forget(pel_cli *cli);
int cli_parse(pel_cli *cli, const cli_command *command, int from);
/* Where no program was named: gives one back that a parameter took for its value. */
void cli_find_program(pel_cli *cli);
/* The names of the options that stand next to a program's flags; answers how many. */
size_t cli_reserved(const char *names[CLI_MOST]);
void cli_print_options(FILE *to, unsigned bit);

/* common.c */
int cli_usage(const pel_cli *cli, const char *fmt, ...) PEL_PRINTF(2, 3);
int cli_make_context(pel_cli *cli);
int cli_read_source(pel_cli *cli, const char *file); /* NULL: -e */
bool cli_colored(const pel_cli *cli);
void cli_say_diagnostics(const pel_cli *cli, pel_diagnostics *d);
/* An error with no place in a program; answers its exit code. */
int cli_say_error(const pel_cli *cli, pel_status status, const pel_error *err);
void cli_say_warning(const pel_cli *cli, const char *message);
int cli_exit_code(pel_status status);
/* Compiles cli->source; 0 and *plan, or an exit code after the diagnostics. */
int cli_compile(pel_cli *cli, const pel_compile_options *o, pel_plan **plan);
void cli_say_failures(const pel_cli *cli, pel_run *run);
void cli_json(FILE *to, const char *z);
pel_status cli_write_stdout(void *user, const char *p, size_t n);
/* SIGINT cancels this run. NULL: none. */
void cli_cancel_on_signal(pel_run *run);
bool cli_was_interrupted(void);

/* progress.c: pel_run_wait, with a line on stderr every 10 s. */
pel_status cli_wait(const pel_cli *cli, pel_run *run, pel_error *err);

/* params.c: gives the program's parameters their values; 0 or an exit code. What is then
 * read and has none: the first, of a plan that holds only what will run. */
int cli_bind_params(const pel_cli *cli, const pel_plan *plan, pel_run *run);
int cli_require_params(const pel_cli *cli, const pel_plan *plan);
void cli_print_params(FILE *to, const pel_plan *plan);

/* stats.c */
void cli_print_stats(const pel_cli *cli, const pel_run *run);

int cmd_run(pel_cli *), cmd_check(pel_cli *), cmd_test(pel_cli *), cmd_fmt(pel_cli *),
    cmd_explain(pel_cli *), cmd_schema(pel_cli *), cmd_ops(pel_cli *);
#endif
