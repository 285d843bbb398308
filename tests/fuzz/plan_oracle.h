/* What the engine relies on in a plan that was loaded, looked at slowly and obviously:
 * every number points into its array, registers are written before they are read and
 * under a mask that holds, pipes read only what is complete, columns are as many as are
 * wanted. It ends the process where something does not hold. Owns nothing; one thread. */
#ifndef PEL_TESTS_FUZZ_PLAN_ORACLE_H
#define PEL_TESTS_FUZZ_PLAN_ORACLE_H

#include <stdio.h>
#include <stdlib.h>

#include "runtime/plan/plan.h"

static inline void require(bool good, const char *what) {
  if (good) return;
  fprintf(stderr, "plan: %s\n", what);
  abort();
}

static inline void below(uint32_t i, uint32_t n, const char *what) {
  require(i < n, what);
}
static inline void maybe(uint32_t i, uint32_t n, const char *what) {
  require(i == PEL_NONE || i < n, what);
}
static inline void inside(pel_range r, uint32_t n, const char *what) {
  require((uint64_t)r.at + r.n <= n, what);
}
static inline void shown(const char *z) {
  require(!z || pel__utf8_valid(z, strlen(z)) == strlen(z), "what is shown is not UTF-8");
}

static inline void check_columns(const pel_plan_data *p, pel_range types) {
  inside(types, p->n_reg_types, "columns point outside");
  for (uint32_t i = 0; i < types.n; i++)
    below(p->reg_types[types.at + i], p->n_types, "a column has no type");
}

/* ---- programs ---- */

typedef struct oracle_reg {
  bool written;
  uint32_t under;
} oracle_reg;

typedef struct oracle_prog {
  const pel_plan_data *p;
  const pel_prog *g;
  oracle_reg *regs;
} oracle_prog;

static inline uint32_t reg_type_of(const oracle_prog *o, uint32_t r) {
  return o->p->reg_types[o->g->regs.at + r];
}

/* Is `outer` the mask `inner`, or one it was made under? */
static inline bool lies_under(const oracle_prog *o, uint32_t inner, uint32_t outer) {
  while (inner != outer && inner != PEL_NONE) inner = o->regs[inner].under;
  return inner == outer;
}

static inline void check_mask_reg(const oracle_prog *o, uint32_t m) {
  if (m == PEL_NONE) return;
  below(m, o->g->regs.n, "a mask that is no register");
  require(o->regs[m].written && reg_type_of(o, m) == PEL_NONE, "a mask that is none");
}

static inline void check_read(const oracle_prog *o, uint32_t r, uint32_t mask) {
  below(r, o->g->regs.n, "a program reads what is no register");
  require(o->regs[r].written, "a register is read before it is written");
  require(reg_type_of(o, r) != PEL_NONE, "a mask is read as a value");
  require(lies_under(o, mask, o->regs[r].under),
          "a register is read outside of its mask");
}

static inline void check_write(oracle_prog *o, uint32_t r, uint32_t mask, bool is_mask) {
  below(r, o->g->regs.n, "a program writes what is no register");
  require(!o->regs[r].written, "a register is written twice");
  require((reg_type_of(o, r) == PEL_NONE) == is_mask, "a value and a mask are mixed up");
  o->regs[r] = (oracle_reg){true, mask};
}

static inline void check_reads(const oracle_prog *o, const pel_instr *x) {
  const uint32_t *args = o->p->args + x->args;
  if (x->code == PEL_CODE_SLOT) {
    below(args[0], o->p->n_slots, "a program reads no slot");
    below(x->ref, o->p->slots[args[0]].types.n, "a program reads no column of a slot");
    return;
  }
  for (uint32_t i = 0; i < x->nargs; i++) {
    const bool mask = x->code == PEL_CODE_SELECT && i % 2 == 0;
    if (mask)
      require(args[i] != PEL_NONE, "a choice without a mask"), check_mask_reg(o, args[i]);
    else
      check_read(o, args[i], x->code == PEL_CODE_SELECT ? args[i - 1] : x->mask);
  }
}

static inline uint32_t check_ref(const oracle_prog *o, const pel_instr *x,
                                 uint32_t number) {
  const pel_plan_data *p = o->p;
  switch (x->code) {
    case PEL_CODE_COLUMN:
      below(x->ref, o->g->inputs.n, "no such column");
      break;
    case PEL_CODE_CONST:
      below(x->ref, p->n_consts, "no such constant");
      break;
    case PEL_CODE_CALL:
    case PEL_CODE_LIST_AGG:
      below(x->ref, p->n_ops, "no such operator");
      break;
    case PEL_CODE_NATIVE:
      below(x->ref, p->n_natives, "no such C function");
      break;
    case PEL_CODE_LIST_MAP:
      below(x->ref, number, "a program that is not there yet");
      require(p->progs[x->ref].inputs.n == x->nargs, "a program takes other lists");
      return p->progs[x->ref].outputs.n;
    default:
      break;
  }
  return x->code == PEL_CODE_FILTER ? 0 : 1;
}

static inline void check_prog_slowly(const pel_plan_data *p, uint32_t number) {
  const pel_prog *g = &p->progs[number];
  inside(g->instrs, p->n_instrs, "instructions point outside");
  inside(g->regs, p->n_reg_types, "registers point outside");
  inside(g->outputs, p->n_args, "outputs point outside");
  check_columns(p, g->inputs);
  oracle_prog o = {p, g, calloc(g->regs.n + 1u, sizeof(oracle_reg))};
  require(o.regs != NULL, "the machine has no memory");
  for (uint32_t i = 0; i < g->regs.n; i++)
    maybe(reg_type_of(&o, i), p->n_types, "a register has no type");
  for (uint32_t i = 0; i < g->instrs.n; i++) {
    const pel_instr *x = &p->instrs[g->instrs.at + i];
    inside((pel_range){x->args, x->nargs}, p->n_args, "arguments point outside");
    maybe(x->span, p->n_spans, "an instruction stands nowhere");
    check_mask_reg(&o, x->mask);
    check_reads(&o, x);
    const uint32_t n = check_ref(&o, x, number);
    for (uint32_t k = 0; k < n; k++)
      check_write(&o, x->dst + k, x->mask, x->code == PEL_CODE_MASK);
  }
  for (uint32_t i = 0; i < g->outputs.n; i++)
    check_read(&o, p->args[g->outputs.at + i], PEL_NONE);
  free(o.regs);
}

/* ---- nodes and pipes ---- */

static inline void check_node_slowly(const pel_plan_data *p, const pel_plan_node *x) {
  below(x->op, p->n_ops, "a node without an operator");
  inside(x->args, p->n_node_args, "arguments point outside");
  inside(x->aggs, p->n_args, "aggregates point outside");
  for (uint32_t i = 0; i < x->aggs.n; i++)
    below(p->args[x->aggs.at + i], p->n_ops, "no such aggregate");
  inside(x->ports, p->n_ranges, "ports point outside");
  for (uint32_t i = 0; i < x->ports.n; i++) check_columns(p, p->ranges[x->ports.at + i]);
  check_columns(p, x->out);
  inside(x->out_names, p->n_names, "names point outside");
  require(x->out_names.n == x->out.n, "more columns than names");
  maybe(x->item, p->n_items, "a node of no item");
  maybe(x->span, p->n_spans, "a node stands nowhere");
}

/* A slot is complete before pipe `at`: no pipe from there on fills it, and some earlier
 * one, or the host. */
static inline void check_slot_ready(const pel_plan_data *p, uint32_t slot, uint32_t at) {
  bool filled = false;
  below(slot, p->n_slots, "no such slot");
  for (uint32_t i = 0; i < p->n_params; i++) filled |= p->params[i].slot == slot;
  for (uint32_t i = 0; i < p->n_pipes; i++) {
    if (p->pipes[i].sink != PEL_NONE || p->pipes[i].slot != slot) continue;
    require(i < at, "a slot is read too early");
    filled = true;
  }
  require(filled, "a slot is read that nothing fills");
}

static inline void check_prog_ready(const pel_plan_data *p, uint32_t prog, uint32_t at) {
  below(prog, p->n_progs, "no such program");
  const pel_range r = p->progs[prog].instrs;
  for (uint32_t i = 0; i < r.n; i++) {
    const pel_instr *x = &p->instrs[r.at + i];
    if (x->code == PEL_CODE_SLOT) check_slot_ready(p, p->args[x->args], at);
  }
}

static inline void check_node_ready(const pel_plan_data *p, uint32_t node, uint32_t at) {
  const pel_range r = p->nodes[node].args;
  for (uint32_t i = 0; i < r.n; i++) {
    const pel_plan_arg *a = &p->node_args[r.at + i];
    if (a->kind == PEL_ARG_SLOT)
      check_slot_ready(p, a->ref, at);
    else
      below(a->ref, a->kind == PEL_ARG_CONST ? p->n_consts : p->n_params,
            "no such argument");
  }
}

/* Pipes that end in the node all stand before pipe `at`, and there is one. */
static inline void check_node_full(const pel_plan_data *p, uint32_t node, uint32_t at) {
  bool fed = false;
  for (uint32_t i = 0; i < p->n_pipes; i++) {
    if (p->pipes[i].sink != node) continue;
    require(i < at, "a node is read before it is complete");
    fed = true;
  }
  require(fed, "a node is read that nothing feeds");
}

/* How many columns a pipe begins with. */
static inline uint32_t check_source(const pel_plan_data *p, const pel_plan_pipe *x,
                                    uint32_t at) {
  uint32_t n = 0;
  if (x->from == PEL_FROM_UNIT) return 0;
  if (x->from == PEL_FROM_SLOTS) {
    inside(x->slots, p->n_args, "slots point outside");
    for (uint32_t i = 0; i < x->slots.n; i++) {
      check_slot_ready(p, p->args[x->slots.at + i], at);
      n += p->slots[p->args[x->slots.at + i]].types.n;
    }
    return n;
  }
  below(x->source, p->n_nodes, "a pipe reads no node");
  const uint32_t out = p->nodes[x->source].out.n;
  if (x->from == PEL_FROM_NODE) return check_node_full(p, x->source, at), out;
  check_node_ready(p, x->source, at);
  inside(x->columns, p->n_args, "columns point outside");
  for (uint32_t i = 0; i < x->columns.n; i++)
    below(p->args[x->columns.at + i], out, "no such column");
  if (x->filter == PEL_NONE) return x->columns.n;
  check_prog_ready(p, x->filter, at);
  inside(x->filter_columns, p->n_args, "columns point outside");
  for (uint32_t i = 0; i < x->filter_columns.n; i++)
    below(p->args[x->filter_columns.at + i], x->columns.n, "no such column");
  return x->columns.n;
}

static inline uint32_t check_step_slowly(const pel_plan_data *p, const pel_plan_step *s,
                                         uint32_t at, uint32_t n) {
  if (s->prog != PEL_NONE) {
    check_prog_ready(p, s->prog, at);
    require(p->progs[s->prog].inputs.n == n, "a program takes other columns");
    return p->progs[s->prog].outputs.n;
  }
  below(s->node, p->n_nodes, "no such node");
  check_node_full(p, s->node, at);
  require(
      p->nodes[s->node].ports.n == 2 && p->ranges[p->nodes[s->node].ports.at + 1].n == n,
      "a probe takes other columns");
  return p->nodes[s->node].out.n;
}

static inline void check_pipe_slowly(const pel_plan_data *p, uint32_t at) {
  const pel_plan_pipe *x = &p->pipes[at];
  uint32_t n = check_source(p, x, at);
  inside(x->steps, p->n_steps, "steps point outside");
  for (uint32_t i = 0; i < x->steps.n; i++)
    n = check_step_slowly(p, &p->steps[x->steps.at + i], at, n);
  if (x->sink == PEL_NONE) {
    below(x->slot, p->n_slots, "a pipe ends nowhere");
    require(p->slots[x->slot].types.n == n, "a slot takes other columns");
    return;
  }
  below(x->sink, p->n_nodes, "a pipe ends nowhere");
  check_node_ready(p, x->sink, at);
  below(x->port, p->nodes[x->sink].ports.n, "a pipe ends in no port");
  require(p->ranges[p->nodes[x->sink].ports.at + x->port].n == n,
          "a node takes other columns");
}

/* ---- the face ---- */

/* What is written: the columns of the first port go by the node's names. */
static inline void check_written(const pel_plan_data *p, uint32_t node) {
  below(node, p->n_nodes, "an out of no node");
  const pel_plan_node *x = &p->nodes[node];
  require(x->ports.n > 0 && p->ranges[x->ports.at].n == x->out_names.n,
          "what is written has other names");
}

static inline void check_face_slowly(const pel_plan_data *p) {
  for (uint32_t i = 0; i < p->n_slots; i++) {
    check_columns(p, p->slots[i].types);
    inside(p->slots[i].names, p->n_names, "names point outside");
    require(p->slots[i].names.n == p->slots[i].types.n, "more columns than names");
  }
  for (uint32_t i = 0; i < p->n_params; i++) {
    below(p->params[i].type, p->n_types, "a param without a type");
    below(p->params[i].slot, p->n_slots, "a param without a slot");
    maybe(p->params[i].constant, p->n_consts, "a default that is not there");
  }
  for (uint32_t i = 0; i < p->n_items; i++) {
    const pel_plan_item *x = &p->items[i];
    if (x->node != PEL_NONE) check_written(p, x->node);
    if (x->kind == PEL_ITEM_LET) continue;
    if (x->node == PEL_NONE) check_slot_ready(p, x->slot, p->n_pipes);
  }
  for (uint32_t i = 0; i < p->n_natives; i++) {
    const pel_native *x = &p->natives[i];
    inside(x->params, p->n_cparams, "C parameters point outside");
    maybe(x->result_type, p->n_types, "a result without a type");
    for (uint32_t k = 0; k < x->params.n; k++) {
      maybe(p->cparams[x->params.at + k].size, x->params.n,
            "the size of an array is no parameter");
      maybe(p->cparams[x->params.at + k].size_of, x->params.n, "a size of no array");
    }
  }
}

static inline void check_plan(const pel_plan_data *p) {
  check_face_slowly(p);
  for (uint32_t i = 0; i < p->n_progs; i++) check_prog_slowly(p, i);
  for (uint32_t i = 0; i < p->n_nodes; i++) check_node_slowly(p, &p->nodes[i]);
  if (p->n_pipes > 512) return; /* it is slow */
  for (uint32_t i = 0; i < p->n_pipes; i++) check_pipe_slowly(p, i);
}
#endif
