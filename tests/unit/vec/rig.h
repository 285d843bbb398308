/* What tests of blocks share: an environment that records failures, and a plan that is
 * put together by hand. A rig owns all it makes until rig_end. One thread. */
#ifndef PEL_TESTS_UNIT_VEC_RIG_H
#define PEL_TESTS_UNIT_VEC_RIG_H

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "runtime/base/arena.h"
#include "runtime/vec/column.h"
#include "runtime/vec/exec.h"

typedef struct rig_failure {
  uint64_t ordinal;
  char code[24];
  char text[120];
} rig_failure;

enum { RIG_FAILURES = 1 << 16, RIG_MOST = 4096 };

typedef struct rig {
  pel_env env;
  pel_arena temp;
  pel_arena keep; /* the plan, types, columns */
  rig_failure *failures;
  uint32_t nfailures;
  uint32_t consumed; /* failures that failed the item, env->fail included */
  uint32_t last_consumed;
  uint64_t last_row;
  pel_plan_data plan;
  const pel_op *ops[64];
} rig;

PEL_INLINE rig *rig_of(const pel_env *env) { return (rig *)env->ctx; }

PEL_UNUSED static void *rig_temp(const pel_env *env, size_t n) {
  char *p = (char *)pel__arena_get(&rig_of(env)->temp, n + 63);
  return p + (-(uintptr_t)p & 63);
}
PEL_UNUSED static void *rig_alloc(const pel_env *env, size_t n) {
  (void)env;
  return pel__alloc_get(pel__alloc_libc(), n);
}
PEL_UNUSED static void *rig_resize(const pel_env *env, void *p, size_t old_n, size_t n) {
  (void)env;
  return pel__alloc_resize(pel__alloc_libc(), p, old_n, n);
}
PEL_UNUSED static void rig_free(const pel_env *env, void *p, size_t n) {
  (void)env;
  pel__alloc_free(pel__alloc_libc(), p, n);
}
PEL_UNUSED PEL_PRINTF(4, 5) static uint32_t
    rig_poison(const pel_env *env, uint64_t ordinal, const char *code, const char *fmt,
               ...) {
  rig *r = rig_of(env);
  if (r->nfailures == RIG_FAILURES) r->nfailures = RIG_FAILURES / 2;
  rig_failure *f = &r->failures[r->nfailures];
  f->ordinal = ordinal;
  snprintf(f->code, sizeof f->code, "%s", code);
  va_list ap;
  va_start(ap, fmt);
  vsnprintf(f->text, sizeof f->text, fmt, ap);
  va_end(ap);
  return r->nfailures++;
}
PEL_UNUSED PEL_PRINTF(4, 5) static pel_status
    rig_fail(const pel_env *env, uint64_t ordinal, const char *code, const char *fmt,
             ...) {
  (void)fmt;
  rig_of(env)->last_consumed = rig_poison(env, ordinal, code, "failed");
  rig_of(env)->consumed++;
  return PEL_E_FAILED;
}
PEL_UNUSED static pel_status rig_consume(const pel_env *env, uint32_t number,
                                         uint64_t row) {
  rig_of(env)->last_row = row;
  rig_of(env)->last_consumed = number;
  rig_of(env)->consumed++;
  return PEL_E_FAILED;
}

#define RIG_ARRAY(r, field, T) \
  ((r)->plan.field = PEL_ARENA_ARRAY(&(r)->keep, T, RIG_MOST))

PEL_UNUSED static void rig_begin(rig *r) {
  memset(r, 0, sizeof *r);
  pel__arena_init(&r->temp, NULL);
  pel__arena_init(&r->keep, NULL);
  r->env = (pel_env){.size = sizeof(pel_env),
                     .ctx = r,
                     .alloc = rig_alloc,
                     .resize = rig_resize,
                     .free = rig_free,
                     .temp = rig_temp,
                     .fail = rig_fail,
                     .poison = rig_poison,
                     .consume_poison = rig_consume,
                     .hash_bits = 64};
  r->failures = PEL_ARENA_ARRAY(&r->keep, rig_failure, RIG_FAILURES);
  RIG_ARRAY(r, types, pel_type);
  RIG_ARRAY(r, consts, pel_const);
  RIG_ARRAY(r, args, uint32_t);
  RIG_ARRAY(r, reg_types, uint32_t);
  RIG_ARRAY(r, instrs, pel_instr);
  RIG_ARRAY(r, progs, pel_prog);
  r->plan.n_ops = 64;
}
PEL_UNUSED static void rig_end(rig *r) {
  pel__arena_deinit(&r->temp);
  pel__arena_deinit(&r->keep);
}

PEL_UNUSED static uint32_t rig_type(rig *r, pel_type t) {
  for (uint32_t i = 0; i < r->plan.n_types; i++)
    if (pel__type_eq(&r->plan.types[i], &t)) return i;
  r->plan.types[r->plan.n_types] = t;
  return r->plan.n_types++;
}
PEL_UNUSED static uint32_t rig_op(rig *r, const pel_op *op) {
  for (uint32_t i = 0; i < 64; i++) {
    if (r->ops[i] == op) return i;
    if (r->ops[i]) continue;
    r->ops[i] = op;
    return i;
  }
  return PEL_NONE;
}

/* A program in the making: instructions and registers of their own until rig_prog puts
 * them into the plan. */
typedef struct rig_code {
  rig *r;
  pel_instr instrs[512];
  uint32_t ninstrs;
  uint32_t regs[512];
  uint32_t nregs;
  uint32_t inputs[16];
  uint32_t ninputs;
} rig_code;

PEL_UNUSED static uint32_t rig_reg(rig_code *c, uint32_t type) {
  c->regs[c->nregs] = type;
  return c->nregs++;
}
PEL_UNUSED static uint32_t rig_emit(rig_code *c, pel_code code, uint32_t type,
                                    const uint32_t *args, uint32_t nargs, uint32_t ref,
                                    uint32_t mask) {
  uint32_t dst = code == PEL_CODE_FILTER ? PEL_NONE : rig_reg(c, type);
  uint32_t at = c->r->plan.n_args;
  for (uint32_t i = 0; i < nargs; i++) c->r->plan.args[c->r->plan.n_args++] = args[i];
  c->instrs[c->ninstrs++] =
      (pel_instr){(uint16_t)code, (uint16_t)nargs, dst, at, ref, mask, PEL_NONE};
  return dst;
}
PEL_UNUSED static uint32_t rig_prog(rig_code *c, const uint32_t *outputs,
                                    uint32_t noutputs) {
  pel_plan_data *p = &c->r->plan;
  pel_prog *g = &p->progs[p->n_progs];
  g->instrs = (pel_range){p->n_instrs, c->ninstrs};
  memcpy(p->instrs + p->n_instrs, c->instrs, c->ninstrs * sizeof *c->instrs);
  p->n_instrs += c->ninstrs;
  g->regs = (pel_range){p->n_reg_types, c->nregs};
  memcpy(p->reg_types + p->n_reg_types, c->regs, c->nregs * sizeof *c->regs);
  p->n_reg_types += c->nregs;
  g->inputs = (pel_range){p->n_reg_types, c->ninputs};
  memcpy(p->reg_types + p->n_reg_types, c->inputs, c->ninputs * sizeof *c->inputs);
  p->n_reg_types += c->ninputs;
  g->outputs = (pel_range){p->n_args, noutputs};
  memcpy(p->args + p->n_args, outputs, noutputs * sizeof *outputs);
  p->n_args += noutputs;
  return p->n_progs++;
}

/* splitmix64 */
PEL_INLINE uint64_t rig_random(uint64_t *s) {
  uint64_t x = *s += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}
/* Rows in a random selection: about one in `thin`; thin 0: all, without a list. */
PEL_UNUSED static void rig_select(pel_chunk *c, uint32_t thin, uint64_t *seed,
                                  uint16_t *room) {
  c->sel = NULL;
  c->nsel = c->rows;
  if (!thin) return;
  c->sel = room;
  c->nsel = 0;
  for (uint32_t i = 0; i < c->rows; i++)
    if (rig_random(seed) % thin == 0) room[c->nsel++] = (uint16_t)i;
}
#endif
