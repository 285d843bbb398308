#include "compiler/passes/passes.h"

#include <string.h>

/* Facts a pass may rely on, and what it leaves behind. */
enum { SIMPLE = 1, FUSED = 2 };

typedef struct pass {
  const char *name;
  uint32_t needs, gives, breaks;
  void (*run)(pel_ir *m);
} pass;

static const pass passes[] = {
#define PEL_PASS(name, needs, gives, breaks, what) {#name, needs, gives, breaks, pel__pass_##name},
#include "compiler/passes/passes.def"
#undef PEL_PASS
};
enum { NPASSES = sizeof passes / sizeof *passes };

static pel_status known(const char *name, size_t n, pel_error *e) {
  for (uint32_t i = 0; i < NPASSES; i++)
    if (strlen(passes[i].name) == n && !strncmp(passes[i].name, name, n)) return PEL_OK;
  return pel_error_set(e, PEL_E_INVALID, "there is no pass `%.*s`", (int)n, name);
}

static pel_status check_names(const char *list, pel_error *e) {
  pel_status s = PEL_OK;
  if (!list || !strcmp(list, "none") || !strcmp(list, "off") || !strcmp(list, "on")) return s;
  while (!s && *list) {
    const size_t n = strcspn(list, ",");
    s = list[0] == '-' ? known(list + 1, n - 1, e)
                       : pel_error_set(e, PEL_E_INVALID, "passes are left out by \"-name,-name\" or \"none\", not \"%s\"", list);
    list += n + (list[n] == ',');
  }
  return s;
}

static bool left_out(const char *list, const char *name) {
  if (!list) return false;
  if (!strcmp(list, "none") || !strcmp(list, "off")) return true;
  const size_t k = strlen(name);
  for (; *list; list += strcspn(list, ",") + (list[strcspn(list, ",")] == ','))
    if (list[0] == '-' && !strncmp(list + 1, name, k) && (list[k + 1] == 0 || list[k + 1] == ',')) return true;
  return false;
}

static pel_status run_pass(pel_ir *m, const pass *p, pel_error *e) {
  p->run(m);
  pel_status s = pel__ir_status(m);
  if (s) return s;
  pel_error broken = {0};
  s = pel__ir_verify(m, &broken);
  return s ? pel_error_set(e, s, "after %s: %s", p->name, broken.message) : PEL_OK;
}

pel_status pel__passes_run(pel_ir *m, const pel_passes_options *o, pel_error *e) {
  pel_status s = check_names(o->leave_out, e);
  uint32_t facts = 0;
  for (uint32_t i = 0; !s && i < NPASSES; i++) {
    const pass *p = &passes[i];
    if (left_out(o->leave_out, p->name) || (facts & p->needs) != p->needs) continue;
    s = run_pass(m, p, e);
    facts = (facts & ~p->breaks) | p->gives;
    if (!s && o->dump) o->dump(o->dump_ctx, p->name, m);
  }
  return s;
}

pel_status pel__passes_run_one(pel_ir *m, const char *name, pel_error *e) {
  for (uint32_t i = 0; i < NPASSES; i++)
    if (!strcmp(passes[i].name, name)) return run_pass(m, &passes[i], e);
  return known(name, strlen(name), e);
}
