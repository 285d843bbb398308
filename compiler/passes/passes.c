#include "compiler/passes/passes.h"

#include "compiler/passes/passes_family.h"

/* MEANING: aggregates consume failures (R17), those of a group's lists too, and only
 * those that something needs do, whether or not the rest is optimised. */
enum { SIMPLE = 1, UNIQUE = 2, CLEAN = 4, FUSED = 8, HASHED = 16, MEANING = 32 };

typedef struct pass {
  const char *name;
  void (*run)(pel_ir *m);
  unsigned needs, gives, breaks;
} pass;

static const pass passes[] = {
#define PEL_PASS(name, needs, gives, breaks, what) \
  {#name, pel__pass_##name, needs, gives, breaks},
#include "compiler/passes/passes.def"
#undef PEL_PASS
};
enum { COUNT = sizeof passes / sizeof *passes };

const char *pel__pass_name(uint32_t i) { return i < COUNT ? passes[i].name : NULL; }

bool pel__passes_ordered(void) {
  unsigned have = 0;
  for (uint32_t i = 0; i < COUNT; i++) {
    if (passes[i].needs & ~have) return false;
    have = (have & ~passes[i].breaks) | passes[i].gives;
  }
  return true;
}

static uint32_t find(pel_str name) {
  uint32_t i = 0;
  while (i < COUNT && !pel__str_is(name, passes[i].name)) i++;
  return i;
}

static pel_status run(pel_ir *m, const pass *p, pel_error *e) {
  p->run(m);
  pel_error broken;
  pel_status s = pel__ir_verify(m, &broken);
  if (s == PEL_E_INTERNAL)
    return pel_error_set(e, s, "after the pass %s: %s", p->name, broken.message);
  return s;
}

pel_status pel__passes_run_one(pel_ir *m, const char *name, pel_error *e) {
  uint32_t i = find(pel__str(name));
  if (i == COUNT) return pel_error_set(e, PEL_E_INVALID, "there is no pass `%s`", name);
  return run(m, &passes[i], e);
}

/* "-simplify,-cse" */
static pel_status switch_off(const char *off, bool *skip, pel_error *e) {
  if (!off || !*off) return PEL_OK;
  if (strcmp(off, "none") == 0 || strcmp(off, "off") == 0) {
    for (uint32_t i = 0; i < COUNT; i++) skip[i] = !(passes[i].gives & MEANING);
    return PEL_OK;
  }
  for (const char *p = off; *p;) {
    size_t n = strcspn(p, ",");
    uint32_t i = *p == '-' ? find((pel_str){p + 1, n - 1}) : COUNT;
    if (i == COUNT)
      return pel_error_set(e, PEL_E_INVALID, "`%.*s` switches off no pass; write `-NAME`",
                           (int)n, p);
    skip[i] = true;
    p += n + (p[n] == ',');
  }
  return PEL_OK;
}

pel_status pel__passes_run(pel_ir *m, const pel_passes_options *o, pel_error *e) {
  bool skip[COUNT] = {false};
  pel_status s = switch_off(o->leave_out, skip, e);
  for (uint32_t i = 0; i < COUNT && s == PEL_OK; i++) {
    if (skip[i]) continue;
    s = run(m, &passes[i], e);
    if (s == PEL_OK && o->dump) o->dump(o->dump_ctx, passes[i].name, m);
  }
  return s;
}
