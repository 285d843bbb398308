#include "compiler/lower/lower_family.h"

pel_stream *pel__lower_group(pel_lower_state *s, pel_ir_node *n) {
  const pel_ir_region *r = n->regions[0];
  pel_output *y = pel__lower_room(s, r->nyields, sizeof *y);
  int64_t *counts = pel__lower_room(s, n->naggs, sizeof *counts);
  uint32_t *aggs = pel__lower_room(s, n->naggs, sizeof *aggs);
  pel_stream *x = pel__lower_take(s, n->args[0]);
  if (!y || !counts || !aggs || !x || s->l.failed) return NULL;
  for (uint32_t i = 0; i < r->nyields; i++) y[i] = (pel_output){r->yields[i], false};
  for (uint32_t i = 0; i < n->naggs; i++) {
    counts[i] = n->agg_args[i];
    aggs[i] = pel__lower_op(&s->l, n->aggs[i]);
  }
  pel_prog_made made = pel__stream_run(&s->l, x, r, y, r->nyields);
  pel_plan_arg args[2] = {pel__lower_number(s, n->nkeys),
                          pel__lower_list(s, PEL_I64, counts, n->naggs)};
  pel_plan_node p =
      pel__lower_node_row(s, n, pel__lower_verb(s, "group", PEL_OP_BREAKER), args, 2);
  p.aggs = pel__build_args(s->l.b, aggs, n->naggs);
  p.ports = pel__lower_port(s, made.types, made.n);
  pel__lower_typed_columns(s, &p, n->type);
  uint32_t node = pel__build_node(s->l.b, p);
  if (s->l.failed || s->l.b->failed) return NULL;
  pel__stream_to_node(&s->l, x, node, 0, n->item, n->span);
  return pel__stream_node(&s->l, node, n->type, s->l.b->reg_types.at + p.out.at, p.out.n,
                          NULL);
}

/* Keys, then the row's columns that are no keys; where each column of the row went. */
typedef struct keyed {
  pel_prog_made made; /* as flowing: duplicates left out */
  uint32_t *cols;
} keyed;

/* Runs region `i` of n over x: yields are keys and the row. A column that is also a key
 * flows once. */
static keyed run_keyed(pel_lower_state *s, pel_ir_node *n, uint32_t i, pel_stream *x) {
  const pel_ir_region *r = n->regions[i];
  pel_output *y = pel__lower_room(s, r->nyields, sizeof *y);
  keyed k = {0};
  if (!y) return k;
  for (uint32_t j = 0; j < r->nyields; j++)
    y[j] = (pel_output){r->yields[j], j == n->nkeys};
  k.made = pel__stream_run(&s->l, x, r, y, r->nyields);
  uint32_t width = pel__width(r->yields[n->nkeys]->type), flows = n->nkeys;
  k.cols = pel__lower_room(s, width, sizeof *k.cols);
  uint32_t *regs = pel__lower_room(s, k.made.n, sizeof *regs),
           *types = pel__lower_room(s, k.made.n, sizeof *types);
  if (!k.cols || !regs || !types || s->l.failed) return k;
  for (uint32_t j = 0; j < n->nkeys; j++) {
    regs[j] = k.made.regs[j];
    types[j] = k.made.types[j];
  }
  for (uint32_t f = 0; f < width; f++) {
    uint32_t j = 0;
    while (j < n->nkeys && regs[j] != k.made.regs[n->nkeys + f]) j++;
    if (j == n->nkeys) {
      j = flows++;
      regs[j] = k.made.regs[n->nkeys + f];
      types[j] = k.made.types[n->nkeys + f];
    }
    k.cols[f] = j;
  }
  pel_prog *g = &s->l.b->progs.at[k.made.prog];
  g->outputs = pel__build_args(s->l.b, regs, flows);
  k.made.regs = regs;
  k.made.types = x->types = types;
  k.made.n = x->ntypes = flows;
  return k;
}

static void keyed_columns(pel_lower_state *s, pel_plan_node *p, const keyed *k,
                          const pel_type *row, uint32_t nkeys) {
  pel_str *names = pel__lower_room(s, k->made.n, sizeof *names);
  if (!names) return;
  for (uint32_t i = 0; i < k->made.n; i++) {
    const char *text =
        pel__arena_printf(&s->l.scratch, i < nkeys ? "key%u" : "column%u", i);
    names[i] = pel__str(text ? text : "");
  }
  for (uint32_t f = 0; f < pel__width(row); f++)
    names[k->cols[f]] = pel__column_name(row, f, PEL_STR("value"));
  pel__lower_columns(s, p, k->made.types, names, k->made.n);
}

/* sort, distinct: a breaker that gives its input back. */
pel_stream *pel__lower_rearrange(pel_lower_state *s, pel_ir_node *n) {
  pel_stream *x = pel__lower_take(s, n->args[0]);
  if (!x || s->l.failed) return NULL;
  keyed k = run_keyed(s, n, 0, x);
  int64_t *desc = pel__lower_room(s, n->nkeys, sizeof *desc);
  if (!desc || s->l.failed) return NULL;
  bool sorts = n->op == PEL_IR_SORT;
  for (uint32_t i = 0; sorts && i < n->nkeys; i++) desc[i] = n->descending[i];
  pel_plan_arg args[2] = {pel__lower_number(s, n->nkeys)};
  if (sorts) args[1] = pel__lower_list(s, PEL_BOOL, desc, n->nkeys);
  pel_plan_node p = pel__lower_node_row(
      s, n, pel__lower_verb(s, sorts ? "sort" : "distinct", PEL_OP_BREAKER), args,
      sorts ? 2 : 1);
  p.ports = pel__lower_port(s, k.made.types, k.made.n);
  keyed_columns(s, &p, &k, n->type, n->nkeys);
  uint32_t node = pel__build_node(s->l.b, p);
  pel__stream_to_node(&s->l, x, node, 0, n->item, n->span);
  return s->l.failed
             ? NULL
             : pel__stream_node(&s->l, node, n->type, k.made.types, k.made.n, k.cols);
}

pel_stream *pel__lower_slice(pel_lower_state *s, pel_ir_node *n) {
  pel_stream *x = pel__lower_take(s, n->args[0]);
  if (!x || s->l.failed) return NULL;
  pel__stream_exact(&s->l, x);
  pel_plan_arg args[2] = {pel__lower_argument(s, n->args[1]),
                          pel__lower_argument(s, n->args[2])};
  pel_plan_node p =
      pel__lower_node_row(s, n, pel__lower_verb(s, "slice", PEL_OP_BREAKER), args, 2);
  p.ports = pel__lower_port(s, x->types, x->ntypes);
  pel__lower_typed_columns(s, &p, n->type);
  uint32_t node = pel__build_node(s->l.b, p);
  const uint32_t *types = x->types;
  uint32_t ntypes = x->ntypes;
  pel__stream_to_node(&s->l, x, node, 0, n->item, n->span);
  return s->l.failed ? NULL : pel__stream_node(&s->l, node, n->type, types, ntypes, NULL);
}

/* Positions of the outputs of one side, and where each of the join's fields is then
 * found. */
static uint32_t join_side(const pel_ir_node *n, bool right, const keyed *k,
                          uint32_t first, int64_t *at, uint32_t *cols) {
  uint32_t count = 0;
  for (uint32_t i = 0; i < n->noutputs; i++) {
    if (n->outputs[i].right != right) continue;
    cols[i] = first + count;
    at[count++] = k->cols[n->outputs[i].field];
  }
  return count;
}

pel_stream *pel__lower_join(pel_lower_state *s, pel_ir_node *n) {
  static const char *const kinds[] = {"inner", "left", "semi", "anti"};
  pel_stream *left = pel__lower_take(s, n->args[0]),
             *right = pel__lower_take(s, n->args[1]);
  if (!left || !right || s->l.failed) return NULL;
  if (left->nheads > 1) { /* one pipe probes */
    uint32_t slot = pel__lower_new_slot(s, n->args[0]->type, PEL_STR("value"), n->item);
    pel__stream_to_slot(&s->l, left, slot, n->item, n->span);
    left = pel__stream_slots(&s->l, &slot, 1, n->args[0]->type);
    if (!left) return NULL;
  }
  keyed r = run_keyed(s, n, 1, right), k = run_keyed(s, n, 0, left);
  int64_t *lp = pel__lower_room(s, n->noutputs, sizeof *lp),
          *rp = pel__lower_room(s, n->noutputs, sizeof *rp);
  uint32_t *cols = pel__lower_room(s, n->noutputs, sizeof *cols),
           *types = pel__lower_room(s, n->noutputs, sizeof *types);
  pel_str *names = pel__lower_room(s, n->noutputs, sizeof *names);
  if (!lp || !rp || !cols || !types || !names || s->l.failed) return NULL;
  uint32_t nl = join_side(n, false, &k, 0, lp, cols),
           nr = join_side(n, true, &r, nl, rp, cols);
  pel_plan_arg args[4] = {{PEL_ARG_CONST, pel__build_const_str(s->l.b, kinds[n->join])},
                          pel__lower_number(s, n->nkeys),
                          pel__lower_list(s, PEL_I64, lp, nl),
                          pel__lower_list(s, PEL_I64, rp, nr)};
  pel_plan_node p =
      pel__lower_node_row(s, n, pel__lower_verb(s, "join", PEL_OP_PROBE), args, 4);
  pel_range ports[2] = {pel__build_reg_types(s->l.b, r.made.types, r.made.n),
                        pel__build_reg_types(s->l.b, k.made.types, k.made.n)};
  p.ports = pel__build_ranges(s->l.b, ports, 2);
  for (uint32_t i = 0; i < n->noutputs; i++) {
    types[cols[i]] = pel__build_type(s->l.b, n->type->fields[i].type);
    names[cols[i]] = pel__str(n->type->fields[i].name);
  }
  pel__lower_columns(s, &p, types, names, n->noutputs);
  uint32_t node = pel__build_node(s->l.b, p);
  pel__stream_to_node(&s->l, right, node, 0, n->item, n->span);
  pel__stream_step(&s->l, left, (pel_plan_step){PEL_NONE, node});
  pel__stream_flows(&s->l, left, n->type, types, n->noutputs, cols);
  return left;
}

pel_stream *pel__lower_concat(pel_lower_state *s, pel_ir_node *n) {
  pel_stream **parts = pel__lower_room(s, n->nargs, sizeof *parts);
  if (!parts) return NULL;
  for (uint32_t i = 0; i < n->nargs && !s->l.failed; i++)
    parts[i] = pel__lower_take(s, n->args[i]);
  return s->l.failed ? NULL : pel__stream_concat(&s->l, parts, n->nargs, n->type);
}

pel_stream *pel__lower_unlist(pel_lower_state *s, pel_ir_node *n) {
  pel_stream *x = pel__lower_scalar(s, n->args[0]);
  if (!x || s->l.failed) return NULL;
  pel_plan_node p =
      pel__lower_node_row(s, n, pel__lower_verb(s, "unlist", PEL_OP_BREAKER), NULL, 0);
  p.ports = pel__lower_port(s, x->types, x->ntypes);
  uint32_t type = pel__build_type(s->l.b, n->type);
  pel_str name = pel__lower_name(s, n);
  pel__lower_columns(s, &p, &type, &name, 1);
  uint32_t node = pel__build_node(s->l.b, p);
  pel__stream_to_node(&s->l, x, node, 0, n->item, n->span);
  if (s->l.failed) return NULL;
  uint32_t *types = pel__lower_room(s, 1, sizeof *types);
  if (!types) return NULL;
  types[0] = type;
  pel_field whole = {"value", n->type};
  if (!pel__splits(n->type))
    return pel__stream_node(&s->l, node, n->type, types, 1, NULL);
  const pel_type *wrapped = pel__ir_record(s->l.m, &whole, 1);
  pel_stream *r = pel__stream_node(&s->l, node, wrapped, types, 1, NULL);
  if (r) pel__stream_unwrap(&s->l, r, n->type);
  return r;
}
