#include "runtime/plan/verify_family.h"

/* How far the pipes have come: what is complete, and who reads what. */
typedef struct flow_check {
  pel_plan_check *c;
  const pel_plan_data *p;
  uint32_t *last_fill;  /* slots: 1 + the last pipe that fills it */
  uint32_t *last_feed;  /* nodes: 1 + the last pipe that ends in it */
  uint32_t *first_feed; /* nodes: 1 + the first one */
  bool *param_slot;
  uint64_t *ports_fed; /* nodes: bits of ports that pipes end in */
  uint32_t *needs;   /* programs: the slots they read are complete after so many pipes */
  uint32_t *readers; /* nodes: pipes or steps that read them */
  uint32_t pipe;
  uint32_t *now; /* types of the columns that flow, n_now of them */
  uint32_t n_now;
} flow_check;

static pel_status check_node(pel_plan_check *c, uint32_t i) {
  const pel_plan_data *p = c->p;
  const pel_plan_node *x = &p->nodes[i];
  PEL_WANT(c, x->op < p->n_ops, "node %u has no operator", i);
  pel_op_kind kind = p->ops[x->op].kind;
  PEL_WANT(c,
           kind == PEL_OP_SOURCE || kind == PEL_OP_BREAKER || kind == PEL_OP_PROBE ||
               kind == PEL_OP_SINK,
           "node %u is no node", i);
  PEL_WANT(c,
           pel__range_in(x->args, p->n_node_args) && pel__range_in(x->aggs, p->n_args) &&
               pel__range_in(x->ports, p->n_ranges) && x->ports.n <= 64 &&
               pel__opt_in(x->item, p->n_items) && pel__opt_in(x->span, p->n_spans),
           "node %u points outside", i);
  for (uint32_t k = 0; k < x->aggs.n; k++) {
    uint32_t op = p->args[x->aggs.at + k];
    PEL_WANT(c, op < p->n_ops && p->ops[op].kind == PEL_OP_AGG,
             "node %u: no aggregate %u", i, k);
  }
  for (uint32_t k = 0; k < x->ports.n; k++)
    PEL_CHECK(pel__verify_types_of(c, p->ranges[x->ports.at + k], "node"));
  PEL_CHECK(pel__verify_types_of(c, x->out, "node"));
  PEL_WANT(c, pel__range_in(x->out_names, p->n_names) && x->out_names.n == x->out.n,
           "node %u has other names", i);
  bool takes = kind != PEL_OP_SOURCE;
  PEL_WANT(c, takes == (x->ports.n > 0), "node %u has %u ports", i, x->ports.n);
  PEL_WANT(c, kind != PEL_OP_PROBE || x->ports.n == 2, "probe %u has %u ports", i,
           x->ports.n);
  PEL_WANT(c, kind != PEL_OP_SINK || p->ranges[x->ports.at].n == x->out_names.n,
           "node %u writes columns without names", i);
  return PEL_OK;
}

static pel_status check_node_arg(pel_plan_check *c, uint32_t i) {
  const pel_plan_data *p = c->p;
  const pel_plan_arg *x = &p->node_args[i];
  uint32_t n = x->kind == PEL_ARG_CONST   ? p->n_consts
               : x->kind == PEL_ARG_PARAM ? p->n_params
                                          : p->n_slots;
  PEL_WANT(c, (unsigned)x->kind <= PEL_ARG_SLOT && x->ref < n,
           "node argument %u points outside", i);
  PEL_WANT(c, x->kind != PEL_ARG_SLOT || p->slots[x->ref].types.n == 1,
           "node argument %u is no scalar", i);
  return PEL_OK;
}

static pel_status slot_ready(flow_check *f, uint32_t slot) {
  PEL_WANT(f->c, f->param_slot[slot] || f->last_fill[slot],
           "pipe %u reads slot %u, which nothing fills", f->pipe, slot);
  PEL_WANT(f->c, f->last_fill[slot] <= f->pipe, "pipe %u reads slot %u too early",
           f->pipe, slot);
  return PEL_OK;
}

/* After which pipes all slots are complete that a program, and the programs it maps with,
 * read. */
static void note_needs(flow_check *f) {
  const pel_plan_data *p = f->p;
  for (uint32_t g = 0; g < p->n_progs; g++) {
    for (uint32_t i = 0; i < p->progs[g].instrs.n; i++) {
      const pel_instr *x = &p->instrs[p->progs[g].instrs.at + i];
      uint32_t after = 0;
      if (x->code == PEL_CODE_LIST_MAP) after = f->needs[x->ref];
      if (x->code == PEL_CODE_SLOT) {
        uint32_t slot = p->args[x->args];
        after =
            f->last_fill[slot] || f->param_slot[slot] ? f->last_fill[slot] : UINT32_MAX;
      }
      if (after > f->needs[g]) f->needs[g] = after;
    }
  }
}

static pel_status prog_ready(flow_check *f, uint32_t prog) {
  PEL_WANT(f->c, f->needs[prog] <= f->pipe, "pipe %u: program %u reads a slot too early",
           f->pipe, prog);
  return PEL_OK;
}

/* The node's arguments must be known when its first pipe starts. */
static pel_status node_ready(flow_check *f, uint32_t node) {
  const pel_plan_node *x = &f->p->nodes[node];
  for (uint32_t i = 0; i < x->args.n; i++) {
    const pel_plan_arg *a = &f->p->node_args[x->args.at + i];
    if (a->kind == PEL_ARG_SLOT) PEL_CHECK(slot_ready(f, a->ref));
  }
  return PEL_OK;
}

/* Its input is complete: a pipe may read its result, or probe it. */
static pel_status node_complete(flow_check *f, uint32_t node, uint64_t ports) {
  PEL_WANT(f->c, (f->ports_fed[node] & ports) == ports && f->last_feed[node] <= f->pipe,
           "pipe %u reads node %u before it is complete", f->pipe, node);
  PEL_WANT(f->c, f->readers[node]++ == 0, "node %u is read twice", node);
  return PEL_OK;
}

static pel_status flow_types(flow_check *f, pel_range r) {
  PEL_WANT(f->c, r.n <= PEL_PLAN_COLUMNS, "pipe %u is too wide", f->pipe);
  for (uint32_t i = 0; i < r.n; i++) f->now[i] = f->p->reg_types[r.at + i];
  f->n_now = r.n;
  return PEL_OK;
}

static pel_status flow_into(flow_check *f, pel_range r, const char *what) {
  bool ok = r.n == f->n_now;
  for (uint32_t i = 0; ok && i < r.n; i++)
    ok = pel__type_fits(f->p, f->now[i], f->p->reg_types[r.at + i]);
  PEL_WANT(f->c, ok, "pipe %u: a %s takes other columns", f->pipe, what);
  return PEL_OK;
}

static pel_status start_reader(flow_check *f, const pel_plan_pipe *x) {
  const pel_plan_data *p = f->p;
  pel_plan_check *c = f->c;
  PEL_WANT(c,
           x->source < p->n_nodes && p->ops[p->nodes[x->source].op].kind == PEL_OP_SOURCE,
           "pipe %u reads no reader", f->pipe);
  PEL_WANT(c, f->readers[x->source]++ == 0, "reader %u is read twice", x->source);
  PEL_CHECK(node_ready(f, x->source));
  pel_range out = p->nodes[x->source].out;
  PEL_WANT(c, pel__range_in(x->columns, p->n_args) && x->columns.n <= out.n,
           "pipe %u: columns", f->pipe);
  for (uint32_t i = 0; i < x->columns.n; i++) {
    uint32_t col = p->args[x->columns.at + i];
    PEL_WANT(c, col < out.n && (i == 0 || col > p->args[x->columns.at + i - 1]),
             "pipe %u: column %u", f->pipe, i);
    f->now[i] = p->reg_types[out.at + col];
  }
  f->n_now = x->columns.n;
  if (x->filter == PEL_NONE) return PEL_OK;
  PEL_WANT(c, x->filter < p->n_progs && pel__range_in(x->filter_columns, p->n_args),
           "pipe %u: filter", f->pipe);
  const pel_prog *g = &p->progs[x->filter];
  PEL_WANT(
      c,
      g->inputs.n == x->filter_columns.n && g->outputs.n == 1 &&
          p->types[p->reg_types[g->regs.at + p->args[g->outputs.at]]].kind == PEL_BOOL,
      "pipe %u: filter", f->pipe);
  for (uint32_t i = 0; i < g->inputs.n; i++) {
    uint32_t at = p->args[x->filter_columns.at + i];
    PEL_WANT(c, at < f->n_now && f->now[at] == p->reg_types[g->inputs.at + i],
             "pipe %u: filter", f->pipe);
  }
  return prog_ready(f, x->filter);
}

static pel_status start_slots(flow_check *f, const pel_plan_pipe *x) {
  const pel_plan_data *p = f->p;
  PEL_WANT(f->c, pel__range_in(x->slots, p->n_args) && x->slots.n > 0,
           "pipe %u reads no slots", f->pipe);
  f->n_now = 0;
  for (uint32_t i = 0; i < x->slots.n; i++) {
    uint32_t slot = p->args[x->slots.at + i];
    PEL_WANT(f->c, slot < p->n_slots, "pipe %u reads slot %u", f->pipe, slot);
    PEL_CHECK(slot_ready(f, slot));
    pel_range t = p->slots[slot].types;
    PEL_WANT(f->c, t.n <= PEL_PLAN_COLUMNS - f->n_now, "pipe %u is too wide", f->pipe);
    for (uint32_t k = 0; k < t.n; k++) f->now[f->n_now++] = p->reg_types[t.at + k];
  }
  return PEL_OK;
}

static pel_status start(flow_check *f, const pel_plan_pipe *x) {
  const pel_plan_data *p = f->p;
  PEL_WANT(f->c, x->from == PEL_FROM_READER || x->filter == PEL_NONE,
           "pipe %u filters no reader", f->pipe);
  switch (x->from) {
    case PEL_FROM_READER:
      return start_reader(f, x);
    case PEL_FROM_SLOTS:
      return start_slots(f, x);
    case PEL_FROM_NODE: {
      PEL_WANT(
          f->c,
          x->source < p->n_nodes && p->ops[p->nodes[x->source].op].kind == PEL_OP_BREAKER,
          "pipe %u reads no breaker", f->pipe);
      const pel_plan_node *n = &p->nodes[x->source];
      PEL_CHECK(node_complete(
          f, x->source, n->ports.n == 64 ? UINT64_MAX : (UINT64_C(1) << n->ports.n) - 1));
      return flow_types(f, n->out);
    }
    case PEL_FROM_UNIT:
      f->n_now = 0;
      return PEL_OK;
  }
  return pel__verify_bad(f->c, "pipe %u comes from nowhere", f->pipe);
}

static pel_status step(flow_check *f, const pel_plan_step *x) {
  const pel_plan_data *p = f->p;
  PEL_WANT(f->c, (x->prog == PEL_NONE) != (x->node == PEL_NONE), "pipe %u: an empty step",
           f->pipe);
  if (x->prog != PEL_NONE) {
    PEL_WANT(f->c, x->prog < p->n_progs, "pipe %u: no program %u", f->pipe, x->prog);
    const pel_prog *g = &p->progs[x->prog];
    PEL_CHECK(flow_into(f, g->inputs, "program"));
    PEL_CHECK(prog_ready(f, x->prog));
    for (uint32_t i = 0; i < g->outputs.n; i++)
      f->now[i] = p->reg_types[g->regs.at + p->args[g->outputs.at + i]];
    f->n_now = g->outputs.n;
    return PEL_OK;
  }
  PEL_WANT(f->c,
           x->node < p->n_nodes && p->ops[p->nodes[x->node].op].kind == PEL_OP_PROBE,
           "pipe %u: no probe %u", f->pipe, x->node);
  const pel_plan_node *n = &p->nodes[x->node];
  PEL_CHECK(node_complete(f, x->node, 1));
  PEL_CHECK(flow_into(f, p->ranges[n->ports.at + 1], "probe"));
  return flow_types(f, n->out);
}

static pel_status finish(flow_check *f, const pel_plan_pipe *x) {
  const pel_plan_data *p = f->p;
  if (x->sink == PEL_NONE) {
    PEL_WANT(f->c, x->slot < p->n_slots, "pipe %u ends nowhere", f->pipe);
    return flow_into(f, p->slots[x->slot].types, "slot");
  }
  PEL_WANT(f->c, x->slot == PEL_NONE && x->sink < p->n_nodes, "pipe %u ends twice",
           f->pipe);
  const pel_plan_node *n = &p->nodes[x->sink];
  pel_op_kind kind = p->ops[n->op].kind;
  uint32_t ports = kind == PEL_OP_PROBE ? 1 : n->ports.n;
  PEL_WANT(f->c, kind != PEL_OP_SOURCE && x->port < ports, "pipe %u ends in no port",
           f->pipe);
  if (f->first_feed[x->sink] == f->pipe + 1) PEL_CHECK(node_ready(f, x->sink));
  return flow_into(f, p->ranges[n->ports.at + x->port], "node");
}

static pel_status check_pipe(flow_check *f, uint32_t i) {
  const pel_plan_data *p = f->p;
  const pel_plan_pipe *x = &p->pipes[i];
  f->pipe = i;
  PEL_WANT(f->c,
           pel__range_in(x->steps, p->n_steps) && pel__opt_in(x->item, p->n_items) &&
               pel__opt_in(x->span, p->n_spans),
           "pipe %u points outside", i);
  PEL_CHECK(start(f, x));
  for (uint32_t k = 0; k < x->steps.n; k++)
    PEL_CHECK(step(f, &p->steps[x->steps.at + k]));
  return finish(f, x);
}

/* Who ends where, before any pipe is followed. */
static pel_status note_ends(flow_check *f) {
  const pel_plan_data *p = f->p;
  uint64_t steps = 0;
  for (uint32_t i = 0; i < p->n_pipes; i++) {
    const pel_plan_pipe *x = &p->pipes[i];
    steps += x->steps.n;
    PEL_WANT(f->c, steps <= p->n_steps, "pipes overlap");
    if (x->slot < p->n_slots) f->last_fill[x->slot] = i + 1;
    if (x->sink >= p->n_nodes) continue;
    if (!f->first_feed[x->sink]) f->first_feed[x->sink] = i + 1;
    f->last_feed[x->sink] = i + 1;
    if (x->port < 64) f->ports_fed[x->sink] |= UINT64_C(1) << x->port;
  }
  for (uint32_t i = 0; i < p->n_params; i++) f->param_slot[p->params[i].slot] = true;
  return PEL_OK;
}

static pel_status check_outs(flow_check *f) {
  const pel_plan_data *p = f->p;
  f->pipe = p->n_pipes;
  for (uint32_t i = 0; i < p->n_items; i++) {
    const pel_plan_item *x = &p->items[i];
    PEL_WANT(f->c,
             x->node == PEL_NONE || (p->ops[p->nodes[x->node].op].kind == PEL_OP_SINK &&
                                     f->ports_fed[x->node]),
             "item %u is not written", i);
    if (x->kind == PEL_ITEM_LET) continue;
    if (x->slot != PEL_NONE) PEL_CHECK(slot_ready(f, x->slot));
    if (x->left != PEL_NONE) PEL_CHECK(slot_ready(f, x->left));
    if (x->right != PEL_NONE) PEL_CHECK(slot_ready(f, x->right));
  }
  return PEL_OK;
}

pel_status pel__verify_flow(pel_plan_check *c) {
  const pel_plan_data *p = c->p;
  pel_arena *a = &c->scratch;
  for (uint32_t i = 0; i < p->n_node_args; i++) PEL_CHECK(check_node_arg(c, i));
  for (uint32_t i = 0; i < p->n_nodes; i++) PEL_CHECK(check_node(c, i));
  flow_check f = {.c = c, .p = p};
  f.last_fill = PEL_ARENA_ARRAY(a, uint32_t, p->n_slots);
  f.param_slot = PEL_ARENA_ARRAY(a, bool, p->n_slots);
  f.last_feed = PEL_ARENA_ARRAY(a, uint32_t, p->n_nodes);
  f.first_feed = PEL_ARENA_ARRAY(a, uint32_t, p->n_nodes);
  f.ports_fed = PEL_ARENA_ARRAY(a, uint64_t, p->n_nodes);
  f.readers = PEL_ARENA_ARRAY(a, uint32_t, p->n_nodes);
  f.needs = PEL_ARENA_ARRAY(a, uint32_t, p->n_progs);
  f.now = PEL_ARENA_ARRAY(a, uint32_t, PEL_PLAN_COLUMNS);
  if (!f.last_fill || !f.param_slot || !f.last_feed || !f.first_feed || !f.ports_fed ||
      !f.readers || !f.needs || !f.now)
    return PEL_E_NOMEM;
  PEL_CHECK(note_ends(&f));
  note_needs(&f);
  for (uint32_t i = 0; i < p->n_pipes; i++) PEL_CHECK(check_pipe(&f, i));
  return check_outs(&f);
}
