#include <stdlib.h>
#include <string.h>

#include "tools/cli.h"

enum {
  RUN = 1,
  CHECK = 2,
  TEST = 4,
  FMT = 8,
  EXPLAIN = 16,
  SCHEMA = 32,
  OPS = 64,
  ENGINE = RUN | TEST,
  SOURCE = RUN | CHECK | TEST | EXPLAIN
};

/* ---- one table: the parser and --help read it ---- */

typedef int (*setter)(pel_cli *, const char *value);

typedef struct option {
  const char *name;
  const char
      *value; /* its name in --help; NULL: takes none; "[=X]": optional, after `=` only */
  unsigned commands;
  setter set;
  const char *help;
} option;

static int count(pel_cli *cli, const char *name, const char *v, unsigned long most,
                 unsigned long *out) {
  char *end;
  const unsigned long n = strtoul(v, &end, 10);
  if (*v < '0' || *v > '9' || *end || n == 0 || n > most)
    return cli_usage(cli, "--%s wants a number from 1 to %lu, not `%s`", name, most, v);
  *out = n;
  return 0;
}

static int set_workers(pel_cli *cli, const char *v) {
  unsigned long n = 0;
  const int e = count(cli, "workers", v, 1024, &n);
  cli->options.workers = (uint32_t)n;
  return e;
}

/* A size with a unit: 64MiB, 1.5GB, 500kB, or bytes. */
static int set_memory(pel_cli *cli, const char *v) {
  static const struct {
    const char *unit;
    double factor;
  } units[] = {{"", 1},
               {"B", 1},
               {"kB", 1e3},
               {"MB", 1e6},
               {"GB", 1e9},
               {"TB", 1e12},
               {"KiB", 1024.0},
               {"MiB", 1048576.0},
               {"GiB", 1073741824.0},
               {"TiB", 1099511627776.0}};
  const size_t whole = strspn(v, "0123456789"),
               rest = v[whole] == '.' ? 1 + strspn(v + whole + 1, "0123456789") : 0;
  const char *unit = v + whole + rest;
  const double n = strtod(v, NULL);
  for (size_t i = 0; whole && rest != 1 && i < sizeof units / sizeof *units; i++) {
    if (strcmp(unit, units[i].unit)) continue;
    if (n * units[i].factor < 1)
      return cli_usage(cli, "--memory wants at least one byte, not `%s`", v);
    if (n * units[i].factor > 1e18)
      return cli_usage(cli, "--memory `%s` is more than any machine has", v);
    return cli->options.memory = (uint64_t)(n * units[i].factor), 0;
  }
  return cli_usage(cli,
                   "--memory wants a number and a unit (B, kB, MB, GB, TB, KiB, MiB, "
                   "GiB, TiB), such as 128MiB, not `%s`",
                   v);
}

static int word(pel_cli *cli, const char *name, const char *v, const char *const *words,
                int *out) {
  for (int i = 0; words[i]; i++)
    if (!strcmp(v, words[i])) return *out = i, 0;
  char all[160] = "";
  for (int i = 0; words[i]; i++) {
    if (i) strncat(all, words[i + 1] ? ", " : " or ", sizeof all - strlen(all) - 1);
    strncat(all, words[i], sizeof all - strlen(all) - 1);
  }
  return cli_usage(cli, "--%s is %s, not `%s`", name, all, v);
}

static int set_format(pel_cli *cli, const char *v) {
  static const char *const words[] = {"table", "csv", "tsv", "ndjson", "json", NULL};
  int i = 0;
  const int e = word(cli, "format", v, words, &i);
  cli->format = (pel_format_name)i;
  cli->format_given = true;
  return e;
}

static int set_messages(pel_cli *cli, const char *v) {
  static const char *const words[] = {"human", "short", "json", NULL};
  int i = 0;
  const int e = word(cli, "message-format", v, words, &i);
  cli->messages = (pel_diagnostic_format)i;
  return e;
}

static int set_color(pel_cli *cli, const char *v) {
  static const char *const words[] = {"never", "always", "auto", NULL};
  int i = 0;
  const int e = word(cli, "color", v, words, &i);
  cli->color = i == 2 ? -1 : i;
  return e;
}

static int set_stats(pel_cli *cli, const char *v) {
  if (v && strcmp(v, "json"))
    return cli_usage(cli, "--stats or --stats=json, not `--stats=%s`", v);
  cli->stats = v ? 2 : 1;
  return 0;
}

/* A copy that dies with the command. */
static char *copy_text(pel_cli *cli, const char *p, size_t n) {
  cli_text *t = malloc(sizeof *t + n + 1);
  if (!t) return NULL;
  memcpy(t->text, p, n);
  t->text[n] = 0;
  t->next = cli->texts;
  cli->texts = t;
  return t->text;
}

void cli_forget(pel_cli *cli) {
  for (cli_text *t = cli->texts, *next; t; t = next) {
    next = t->next;
    free(t);
  }
  cli->texts = NULL;
}

static int set_out(pel_cli *cli, const char *v) {
  const char *eq = strchr(v, '=');
  if (cli->nouts == CLI_MOST) return cli_usage(cli, "too many --out");
  char *name = copy_text(cli, v, strlen(v));
  if (!name) return EXIT_BUG;
  if (eq) name[eq - v] = 0;
  cli->outs[cli->nouts++] = (cli_out){name, eq ? eq + 1 : NULL};
  return 0;
}

static int set_debug_number(pel_cli *cli, const char *key, const char *v) {
  char *end;
  const unsigned long long n = strtoull(v, &end, 10);
  if (*end) return cli_usage(cli, "--debug %s wants a number", key);
  if (!strcmp(key, "seed"))
    cli->options.seed = n;
  else if (!strcmp(key, "hash_bits"))
    cli->options.hash_bits = (uint32_t)n;
  else if (!strcmp(key, "morsel_rows"))
    cli->options.morsel_rows = (uint32_t)n;
  else if (!strcmp(key, "simd"))
    cli->options.simd = (uint32_t)n;
  else if (!strcmp(key, "progress_ms"))
    cli->progress_ns = n * 1000000;
  else if (!strcmp(key, "reload"))
    cli->options.reload = n != 0;
  else
    return cli_usage(cli, "--debug has no key `%s`", key);
  return 0;
}

/* Knobs of the tests: key=value, several with `;`. */
static int set_debug(pel_cli *cli, const char *v) {
  char *copy = strdup(v), *rest = copy;
  int e = copy ? 0 : EXIT_BUG;
  for (char *part; !e && (part = strtok_r(rest, ";", &rest));) {
    char *eq = strchr(part, '=');
    if (!eq) e = cli_usage(cli, "--debug wants key=value, not `%s`", part);
    if (e) break;
    *eq = 0;
    if (!strcmp(part, "passes"))
      cli->options.passes = copy_text(cli, eq + 1, strlen(eq + 1));
    else
      e = set_debug_number(cli, part, eq + 1);
  }
  free(copy);
  return e;
}

static int set_plugin(pel_cli *cli, const char *v) {
  if (cli->nplugins == 16) return cli_usage(cli, "too many --plugin");
  cli->plugins[cli->nplugins++] = v;
  return 0;
}

static int set_text(pel_cli *cli, const char *v) {
  if (cli->text)
    return cli_usage(cli, "-e is given twice; one text holds any number of items");
  return cli->text = v, 0;
}
static int set_spill(pel_cli *cli, const char *v) { return cli->options.spill = v, 0; }
static int set_rejects(pel_cli *cli, const char *v) {
  if (!strcmp(v, "-"))
    return cli_usage(cli, "--rejects wants a file: standard output is for results");
  return cli->rejects = v, 0;
}
static int set_filter(pel_cli *cli, const char *v) { return cli->filter = v, 0; }
static int set_name(pel_cli *cli, const char *v) { return cli->type_name = v, 0; }
static int set_dump(pel_cli *cli, const char *v) { return cli->dump_after = v, 0; }
static int set_json(pel_cli *cli, const char *v) { return (void)v, cli->json = true, 0; }
static int set_help(pel_cli *cli, const char *v) { return (void)v, cli->help = true, 0; }
static int set_write(pel_cli *cli, const char *v) {
  return (void)v, cli->write_back = true, 0;
}
static int set_check(pel_cli *cli, const char *v) {
  return (void)v, cli->check = true, 0;
}

static const option options[] = {
    {"workers", "N", ENGINE, set_workers,
     "worker threads (default: what affinity and cgroup quota allow)"},
    {"memory", "SIZE", ENGINE, set_memory,
     "memory budget, such as 128MiB (default: 80 % of what there is)"},
    {"spill", "DIR", ENGINE, set_spill,
     "folder for what exceeds the budget (default: $TMPDIR, else /var/tmp)"},
    {"rejects", "FILE", RUN, set_rejects,
     "keep the rows that `on_error: skip` and `as_null` met"},
    {"format", "FORMAT", RUN, set_format,
     "of printed results: table (default), csv, tsv, ndjson, json"},
    {"out", "NAME[=PATH]", RUN, set_out,
     "only this out (repeatable); =PATH: write it there, =-: print it"},
    {"stats", "[=json]", RUN, set_stats,
     "rows, time and workers of each step, on stderr"},
    {"filter", "TEXT", TEST, set_filter, "only tests whose name holds TEXT"},
    {"dump-after", "PASS", EXPLAIN, set_dump,
     "only what there is after this pass (typed, ir, a pass, plan)"},
    {"name", "NAME", SCHEMA, set_name,
     "name of the type (default: from the file's name)"},
    {"json", NULL, TEST | SCHEMA | OPS, set_json, "one JSON object"},
    {"write", NULL, FMT, set_write, "write the files back instead of printing"},
    {"check", NULL, FMT, set_check, "exit 1 if a file is not formatted; change nothing"},
    {"plugin", "FILE", SOURCE | OPS, set_plugin,
     "load operators from a shared library (repeatable)"},
    {"message-format", "FORMAT", SOURCE | FMT | SCHEMA, set_messages,
     "of diagnostics: human (default), short, json"},
    {"color", "WHEN", SOURCE | FMT | SCHEMA, set_color, "auto (default), always, never"},
    {"help", NULL, ~0u, set_help,
     "this text; `pel run FILE --help` lists the program's parameters"},
    {"debug", "KEY=VALUE", SOURCE, set_debug, NULL},
};

/* As in the program's flags, `_` may stand for `-`. */
static bool is_name(const char *name, const char *arg, size_t n) {
  if (strlen(name) != n) return false;
  for (size_t i = 0; i < n; i++)
    if (name[i] != arg[i] && !(name[i] == '-' && arg[i] == '_')) return false;
  return true;
}

static const option *find(const char *name, size_t n) {
  for (size_t i = 0; i < sizeof options / sizeof *options; i++)
    if (is_name(options[i].name, name, n)) return &options[i];
  return NULL;
}

size_t cli_reserved(const char *names[CLI_MOST]) {
  size_t n = 0;
  for (size_t i = 0; i < sizeof options / sizeof *options && n < CLI_MOST; i++)
    if (options[i].commands & ENGINE) names[n++] = options[i].name;
  return n;
}

void cli_print_options(FILE *to, unsigned bit) {
  if (bit & SOURCE)
    fprintf(to, "  %-24s %s\n", "-e TEXT", "the program itself instead of a file");
  for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
    const option *o = &options[i];
    char left[48];
    if (!o->help || !(o->commands & bit)) continue;
    snprintf(left, sizeof left, "--%s%s%s", o->name,
             o->value && o->value[0] != '[' ? " " : "", o->value ? o->value : "");
    fprintf(to, "  %-24s %s\n", left, o->help);
  }
}

/* ---- the parser ---- */

static int own_option(pel_cli *cli, const option *o, const char *attached, int *i) {
  if (!o->value)
    return attached ? cli_usage(cli, "--%s takes no value", o->name) : o->set(cli, NULL);
  if (o->value[0] == '[') return o->set(cli, attached);
  if (attached) return o->set(cli, attached);
  if (*i + 1 >= cli->argc)
    return cli_usage(cli, "--%s wants a value: %s", o->name, o->value);
  return o->set(cli, cli->argv[++*i]);
}

/* A flag of the program's: what follows it is its value, unless it is a flag again or it
 * stands alone (a bool). */
static int program_flag(pel_cli *cli, const char *name, const char *attached, int *i) {
  if (cli->nflags == CLI_MOST) return cli_usage(cli, "too many parameters");
  cli_flag *f = &cli->flags[cli->nflags++];
  *f = (cli_flag){name, attached, *i};
  if (!attached && *i + 1 < cli->argc && strncmp(cli->argv[*i + 1], "--", 2) != 0)
    f->value = cli->argv[++*i];
  return 0;
}

/* `pel run --fast program.pel`: before the program is read nobody knows that `--fast` is
 * a bool and takes no value. Where no program was named it is the last word behind such a
 * flag that ends like one, else the last word of all. */
void cli_find_program(pel_cli *cli) {
  cli_flag *from = NULL;
  if (cli->nfiles || cli->text) return;
  for (int i = 0; i < cli->nflags; i++) {
    cli_flag *f = &cli->flags[i];
    const bool own = f->value && f->value == cli->argv[f->at + 1];
    const char *dot = own ? strrchr(f->value, '.') : NULL;
    if ((own && !from && f->at + 2 == cli->argc) || (dot && !strcmp(dot, ".pel")))
      from = f;
  }
  if (!from) return;
  FILE *there = strcmp(from->value, "-") ? fopen(from->value, "rb") : stdin;
  if (!there) return;
  if (there != stdin) fclose(there);
  cli->files[cli->nfiles++] = from->value;
  from->value = NULL;
}

static int long_option(pel_cli *cli, const cli_command *c, char *arg, int *i) {
  char *eq = strchr(arg, '=');
  const size_t n = eq ? (size_t)(eq - arg) : strlen(arg);
  const char *attached = eq ? eq + 1 : NULL;
  const option *o = find(arg, n);
  if (o && o->commands & c->bit) return own_option(cli, o, attached, i);
  if (o && !(c->bit & ENGINE))
    return cli_usage(cli, "--%s is no option of `pel %s`", o->name, c->name);
  if (!(c->bit & ENGINE))
    return cli_usage(cli, "`pel %s` has no option --%.*s", c->name, (int)n, arg);
  char *name = copy_text(cli, arg, n);
  if (!name) return EXIT_BUG;
  for (char *p = name; *p; p++)
    if (*p == '-') *p = '_';
  return program_flag(cli, name, attached, i);
}

static int short_option(pel_cli *cli, const cli_command *c, const char *arg, int *i) {
  if (!strcmp(arg, "-h")) return cli->help = true, 0;
  if (strcmp(arg, "-e") || !(c->bit & SOURCE))
    return cli_usage(cli, "`pel %s` has no option %s", c->name, arg);
  if (*i + 1 >= cli->argc) return cli_usage(cli, "-e wants the program's text");
  return set_text(cli, cli->argv[++*i]);
}

int cli_parse(pel_cli *cli, const cli_command *c, int from) {
  for (int i = from; i < cli->argc; i++) {
    char *a = cli->argv[i];
    int e = 0;
    if (!strncmp(a, "--", 2) && a[2])
      e = long_option(cli, c, a + 2, &i);
    else if (a[0] == '-' && a[1] && a[1] != '-')
      e = short_option(cli, c, a, &i);
    else if (cli->nfiles == CLI_MOST)
      e = cli_usage(cli, "too many files");
    else
      cli->files[cli->nfiles++] = a;
    if (e) return e;
  }
  return 0;
}
