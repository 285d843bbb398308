#include <stdlib.h>
#include <string.h>

#include "tools/cli.h"

static bool find(const pel_plan *plan, const char *name, pel_param *out) {
  for (size_t i = 0; i < pel_plan_params(plan); i++) {
    *out = pel_plan_param_at(plan, i);
    if (!strcmp(out->name, name)) return true;
  }
  return false;
}

static int unknown(const pel_cli *cli, const pel_plan *plan, const char *name) {
  char all[512] = "";
  for (size_t i = 0; i < pel_plan_params(plan); i++) {
    const pel_param p = pel_plan_param_at(plan, i);
    if (i) strncat(all, ", ", sizeof all - strlen(all) - 1);
    strncat(all, "--", sizeof all - strlen(all) - 1);
    strncat(all, p.name, sizeof all - strlen(all) - 1);
  }
  if (!*all)
    return cli_usage(
        cli,
        "--%s: neither an option of pel nor a parameter of the program, which has none",
        name);
  return cli_usage(cli,
                   "--%s: neither an option of pel nor a parameter of the program; its "
                   "parameters are %s",
                   name, all);
}

int cli_bind_params(const pel_cli *cli, const pel_plan *plan, pel_run *run) {
  for (int i = 0; i < cli->nflags; i++) {
    const cli_flag *f = &cli->flags[i];
    pel_param p;
    pel_error err = {0};
    if (!find(plan, f->name, &p)) return unknown(cli, plan, f->name);
    const bool flag = p.shape == PEL_VALUE_SCALAR && p.kind == PEL_BOOL;
    const bool word =
        f->value && (!strcmp(f->value, "true") || !strcmp(f->value, "false"));
    const char *value =
        flag && !word && !strchr(cli->argv[f->at], '=') ? "true" : f->value;
    if (flag && f->value && !word && !strchr(cli->argv[f->at], '='))
      return cli_usage(
          cli,
          "--%s is a bool: --%s, --%s=true or --%s=false; `%s` does not belong to it",
          f->name, f->name, f->name, f->name, f->value);
    if (!value) return cli_usage(cli, "--%s wants a value of type %s", f->name, p.type);
    const pel_status s = pel_run_bind_text(run, f->name, value, &err);
    if (s == PEL_E_INVALID) return cli_usage(cli, "--%s: %s", f->name, err.message);
    if (s) {
      pel_error named = {0};
      (void)pel_error_set(&named, s, "--%s: %s", f->name, err.message);
      return cli_say_error(cli, s, &named);
    }
  }
  return 0;
}

int cli_require_params(const pel_cli *cli, const pel_plan *plan) {
  for (size_t i = 0; i < pel_plan_params(plan); i++) {
    const pel_param p = pel_plan_param_at(plan, i);
    bool given = !p.required;
    for (int k = 0; k < cli->nflags; k++) given |= !strcmp(cli->flags[k].name, p.name);
    if (!given && p.shape == PEL_VALUE_TABLE)
      return cli_usage(cli, "the program needs --%s FILE", p.name);
    if (!given)
      return cli_usage(cli, "the program needs --%s VALUE, of type %s", p.name, p.type);
  }
  return 0;
}

void cli_print_params(FILE *to, const pel_plan *plan) {
  if (!pel_plan_params(plan))
    fputs("The program has no parameters.\n", to);
  else
    fputs("Parameters of the program:\n", to);
  for (size_t i = 0; i < pel_plan_params(plan); i++) {
    const pel_param p = pel_plan_param_at(plan, i);
    char left[160];
    snprintf(left, sizeof left, "--%s %s", p.name,
             p.shape == PEL_VALUE_TABLE ? "FILE" : p.type);
    if (!*p.doc && !p.required && !p.init)
      fprintf(to, "  %s", left);
    else
      fprintf(to, "  %-24s %s%s", left, p.doc, *p.doc ? " " : "");
    if (p.required)
      fputs("(required)", to);
    else if (p.init)
      fprintf(to, "(default: %s)", p.init);
    putc('\n', to);
  }
}
