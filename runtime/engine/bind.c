#include "runtime/engine/state.h"

/* The value an argument has in this run. */
static pel_status argument(pel_engine_run *run, const pel_plan_arg *a, pel_arena *arena,
                           pel_const *out) {
  if (a->kind == PEL_ARG_CONST) return *out = run->plan->consts[a->ref], PEL_OK;
  const uint32_t slot =
      a->kind == PEL_ARG_PARAM ? run->plan->params[a->ref].slot : a->ref;
  const pel_table *t = run->slots[slot];
  if (!t || t->rows != 1 || t->ncols < 1) return PEL_E_INTERNAL;
  return pel__table_const(t, 0, 0, arena, out);
}

static const char *path_for(const pel_engine_run *run, const pel_plan_node *node,
                            uint32_t node_index) {
  if (!run->options.paths) return NULL;
  for (uint32_t i = 0; i < run->plan->n_items; i++)
    if (run->plan->items[i].node == node_index) return run->options.paths[i];
  (void)node;
  return NULL;
}

/* The path a reader or writer was given; NULL: it is not known before the run. */
static const char *node_path(pel_engine_run *run, uint32_t index) {
  if (index == PEL_NONE || run->plan->nodes[index].args.n == 0) return NULL;
  const pel_plan_arg *a = &run->plan->node_args[run->plan->nodes[index].args.at];
  pel_const c;
  if (a->kind == PEL_ARG_SLOT || argument(run, a, &run->arena, &c)) return NULL;
  if (c.is_null || c.type->kind != PEL_STR) return NULL;
  return pel__arena_text(&run->arena, c.as.s.p, c.as.s.n);
}

const char *pel__item_path(pel_engine_run *run, uint32_t item) {
  if (run->options.paths && run->options.paths[item]) return run->options.paths[item];
  return node_path(run, run->plan->items[item].node);
}

void pel__run_count_stdin(pel_engine_run *run) {
  for (uint32_t i = 0; i < run->plan->n_pipes; i++) {
    const pel_pipe *p = &run->pipes[i];
    if (!p->needed || p->plan->from != PEL_FROM_READER) continue;
    const char *path = node_path(run, p->plan->source);
    run->stdin_readers += path && !strcmp(path, "-");
  }
}

static void *bind_alloc(const pel_bind *b, size_t n) { return pel__arena_get(b->ctx, n); }

static const pel_type **types(pel_engine_run *run, pel_arena *arena, pel_range r) {
  const pel_type **t = PEL_ARENA_ARRAY(arena, const pel_type *, r.n + 1);
  for (uint32_t i = 0; t && i < r.n; i++)
    t[i] = &run->plan->types[run->plan->reg_types[r.at + i]];
  return t;
}

typedef struct ports {
  const pel_type **in;
  uint32_t *count;
} ports;

static bool ports_of(pel_engine_run *run, pel_arena *arena, pel_range r, ports *out) {
  uint32_t total = 0;
  for (uint32_t i = 0; i < r.n; i++) total += run->plan->ranges[r.at + i].n;
  out->in = PEL_ARENA_ARRAY(arena, const pel_type *, total + 1);
  out->count = PEL_ARENA_ARRAY(arena, uint32_t, r.n + 1);
  if (!out->in || !out->count) return false;
  uint32_t at = 0;
  for (uint32_t i = 0; i < r.n; i++) {
    const pel_range port = run->plan->ranges[r.at + i];
    out->count[i] = port.n;
    for (uint32_t k = 0; k < port.n; k++)
      out->in[at++] = &run->plan->types[run->plan->reg_types[port.at + k]];
  }
  return true;
}

pel_status pel__node_bind(pel_engine_run *run, uint32_t index, pel_arena *arena,
                          void **params, pel_error *e) {
  const pel_plan_data *plan = run->plan;
  const pel_plan_node *node = &plan->nodes[index];
  const pel_op *op = run->sinks[index].op;
  ports in;
  *params = NULL;
  if (!op->bind) return PEL_OK;
  pel_const *args = PEL_ARENA_ARRAY(arena, pel_const, node->args.n + 1);
  const char **names = PEL_ARENA_ARRAY(arena, const char *, node->out_names.n + 1);
  const pel_op **aggs = PEL_ARENA_ARRAY(arena, const pel_op *, node->aggs.n + 1);
  const pel_type **out = types(run, arena, node->out);
  if (!args || !names || !aggs || !out || !ports_of(run, arena, node->ports, &in))
    return PEL_E_NOMEM;
  for (uint32_t i = 0; i < node->args.n; i++) {
    const pel_status s =
        argument(run, &plan->node_args[node->args.at + i], arena, &args[i]);
    if (s) return s;
  }
  const char *path = path_for(run, node, index);
  if (path && node->args.n) args[0].as.s.p = path, args[0].as.s.n = strlen(path);
  for (uint32_t i = 0; i < node->out_names.n; i++) {
    const pel_str name = plan->names[node->out_names.at + i];
    names[i] = pel__arena_text(arena, name.p, name.n);
    if (!names[i]) return PEL_E_NOMEM;
  }
  for (uint32_t i = 0; i < node->aggs.n; i++)
    aggs[i] = run->ops[plan->args[node->aggs.at + i]];
  const pel_bind b = {.alloc = bind_alloc,
                      .ctx = arena,
                      .args = args,
                      .nargs = node->args.n,
                      .in = in.in,
                      .nin = in.count,
                      .nports = node->ports.n,
                      .out = out,
                      .out_names = names,
                      .nout = node->out.n,
                      .aggs = aggs,
                      .naggs = node->aggs.n};
  return op->bind(&b, params, e);
}
