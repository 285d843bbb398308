#include "compiler/lower/lower_family.h"

/* ---- small things ---- */

static void *room(pel_lower_state *s, size_t n, size_t size) {
  void *p = pel__arena_array(&s->l.scratch, n, size);
  if (!p) s->l.failed = true;
  return p;
}

static pel_top *top(pel_lower_state *s, const pel_ir_node *n) { return &s->tops[n->mark]; }

uint32_t pel__lower_new_slot(pel_lower_state *s, const pel_type *t, pel_str single, uint32_t item) {
  uint32_t n = pel__width(t);
  uint32_t *types = room(s, n, sizeof *types);
  pel_str *names = room(s, n, sizeof *names);
  if (!types || !names) return 0;
  for (uint32_t i = 0; i < n; i++) {
    types[i] = pel__build_type(s->l.b, pel__column_type(t, i));
    names[i] = pel__column_name(t, i, single);
  }
  return pel__build_slot(s->l.b, (pel_plan_slot){pel__build_reg_types(s->l.b, types, n),
                                                 pel__build_names(s->l.b, names, n), item});
}

static pel_str name_of(const pel_lower_state *s, const pel_ir_node *n) {
  if (n->item != PEL_NONE && n->item < s->l.m->nitems && s->l.m->items[n->item].name.n)
    return s->l.m->items[n->item].name;
  return PEL_STR("value");
}

/* An operator that lowering itself chooses. */
static uint32_t verb(pel_lower_state *s, const char *name, pel_op_kind kind) {
  const pel_op *o = pel__ir_find_op(s->l.m, pel__str(name), kind, NULL, 0, NULL);
  return o ? pel__lower_op(&s->l, o) : pel__build_op(s->l.b, name, "", kind);
}

static pel_plan_arg constant(pel_lower_state *s, const pel_const *c) {
  return (pel_plan_arg){PEL_ARG_CONST, pel__build_const(s->l.b, c)};
}

static pel_plan_arg number(pel_lower_state *s, int64_t x) {
  return (pel_plan_arg){PEL_ARG_CONST, pel__build_const_i64(s->l.b, x)};
}

static pel_plan_arg list_of(pel_lower_state *s, pel_kind kind, const int64_t *at, uint32_t n) {
  pel_type item = {.kind = kind}, list = {.kind = PEL_LIST, .item = &item};
  pel_const *c = room(s, n, sizeof *c);
  if (!c) return (pel_plan_arg){PEL_ARG_CONST, 0};
  for (uint32_t i = 0; i < n; i++) c[i] = (pel_const){.type = &item, .as.i = at[i]};
  return constant(s, &(pel_const){.type = &list, .as.list = {c, n}});
}

static pel_plan_arg argument(pel_lower_state *s, const pel_ir_node *n) {
  if (n->op == PEL_IR_CONST) return constant(s, n->value);
  if (n->op == PEL_IR_PARAM && s->l.m->params[n->index].shape == PEL_SHAPE_SCALAR)
    return (pel_plan_arg){PEL_ARG_PARAM, n->index};
  return (pel_plan_arg){PEL_ARG_SLOT, pel__lower_slot_of(s, (pel_ir_node *)(uintptr_t)n)};
}

/* A node's row, but for its columns. */
static pel_plan_node node_row(pel_lower_state *s, const pel_ir_node *n, uint32_t op, const pel_plan_arg *args, uint32_t nargs) {
  return (pel_plan_node){.op = op, .args = pel__build_node_args(s->l.b, args, nargs), .item = n->item,
                         .span = pel__lower_span(&s->l, n->span)};
}

static pel_range port(pel_lower_state *s, const uint32_t *types, uint32_t n) {
  pel_range r = pel__build_reg_types(s->l.b, types, n);
  return pel__build_ranges(s->l.b, &r, 1);
}

static void columns(pel_lower_state *s, pel_plan_node *p, const uint32_t *types, const pel_str *names, uint32_t n) {
  p->out = pel__build_reg_types(s->l.b, types, n);
  p->out_names = pel__build_names(s->l.b, names, n);
}

/* The columns of an element type, with their names. */
static void typed_columns(pel_lower_state *s, pel_plan_node *p, const pel_type *t) {
  uint32_t n = pel__width(t);
  uint32_t *types = room(s, n, sizeof *types);
  pel_str *names = room(s, n, sizeof *names);
  if (!types || !names) return;
  for (uint32_t i = 0; i < n; i++) {
    types[i] = pel__build_type(s->l.b, pel__column_type(t, i));
    names[i] = pel__column_name(t, i, PEL_STR("value"));
  }
  columns(s, p, types, names, n);
}

/* ---- values: streams of arrays, programs of scalars, slots of both ---- */

/* The rows of an array, for its user: once its own stream, or from its slot. */
static pel_stream *take(pel_lower_state *s, pel_ir_node *n) {
  pel_top *t = top(s, n);
  uint32_t slot = s->l.slots[n->mark];
  if (slot != PEL_NONE) return pel__stream_slots(&s->l, &slot, 1, n->type);
  pel_stream *x = t->stream;
  t->stream = NULL;
  if (!x) s->l.failed = true;
  return x;
}

pel_stream *pel__lower_scalar(pel_lower_state *s, pel_ir_node *n) {
  pel_stream *x = pel__stream_unit(&s->l);
  if (!x) return NULL;
  pel_output y = {n, true};
  pel_prog_order o = {.outputs = &y, .noutputs = 1};
  pel_prog_made made = pel__lower_prog(&s->l, &o);
  if (s->l.failed) return NULL;
  pel__stream_step(&s->l, x, (pel_plan_step){made.prog, PEL_NONE});
  pel__stream_flows(&s->l, x, n->type, made.types, made.n, NULL);
  return x;
}

uint32_t pel__lower_slot_of(pel_lower_state *s, pel_ir_node *n) {
  uint32_t slot = s->l.slots[n->mark];
  if (slot != PEL_NONE || s->l.failed) return slot;
  pel_stream *x = n->array ? take(s, n) : pel__lower_scalar(s, n);
  if (!x || s->l.failed) return 0;
  slot = pel__lower_new_slot(s, n->type, name_of(s, n), n->item);
  pel__stream_to_slot(&s->l, x, slot, n->item, n->span);
  if (n->op != PEL_IR_CONST) s->l.slots[n->mark] = slot;
  return slot;
}

/* ---- nodes ---- */

static pel_stream *read(pel_lower_state *s, pel_ir_node *n) {
  pel_plan_arg args[2] = {argument(s, n->args[0])};
  uint32_t nargs = 1;
  if (n->value) args[nargs++] = constant(s, n->value);
  pel_plan_node p = node_row(s, n, pel__lower_op(&s->l, n->fn), args, nargs);
  typed_columns(s, &p, n->type);
  return pel__stream_reader(&s->l, n, pel__build_node(s->l.b, p));
}

/* Several arrays, side by side out of their slots. */
static pel_stream *side_by_side(pel_lower_state *s, pel_ir_node *n, pel_input_columns *in) {
  uint32_t *slots = room(s, n->nargs, sizeof *slots), *first = room(s, n->nargs, sizeof *first), k = 0, at = 0;
  if (!slots || !first) return NULL;
  for (uint32_t i = 0; i < n->nargs && !s->l.failed; i++) {
    uint32_t slot = pel__lower_slot_of(s, n->args[i]), j = 0;
    const pel_type *t = n->args[i]->type;
    while (j < k && slots[j] != slot) j++;
    if (j == k) {
      slots[k] = slot;
      first[k++] = at;
      at += pel__width(t);
    }
    uint32_t *fields = room(s, pel__width(t), sizeof *fields);
    for (uint32_t f = 0; fields && f < pel__width(t); f++) fields[f] = first[j] + f;
    in[i] = (pel_input_columns){t->kind == PEL_RECORD, first[j], fields};
  }
  return s->l.failed ? NULL : pel__stream_slots(&s->l, slots, k, n->args[0]->type);
}

/* Which field of the input a value is; PEL_NONE: something else. */
static uint32_t picked(const pel_ir_region *r, const pel_ir_node *v) {
  return v->op == PEL_IR_FIELD && v->args[0] == r->params[0] ? v->index : PEL_NONE;
}

/* A map that only picks columns needs no program: the next one looks for them where they are. */
static bool pick_columns(pel_lower_state *s, const pel_ir_node *n, pel_stream *x) {
  const pel_ir_region *r = n->regions[0];
  const pel_ir_node *y = r->yields[0];
  if (x->heads[0].reader || n->args[0]->type->kind != PEL_RECORD) return false;
  for (const pel_ir_node *k = r->first; k; k = k->next)
    if (k->op == PEL_IR_FILTER) return false;
  bool record = y->op == PEL_IR_RECORD;
  uint32_t width = pel__width(n->type);
  if (!record && (picked(r, y) == PEL_NONE || n->type->kind == PEL_RECORD)) return false;
  uint32_t *cols = room(s, width, sizeof *cols);
  if (!cols) return false;
  for (uint32_t i = 0; i < width; i++) {
    uint32_t f = picked(r, record ? y->args[i] : y);
    if (f == PEL_NONE || n->args[0]->type->fields[f].type != pel__column_type(n->type, i)) return false;
    cols[i] = x->cols[f];
  }
  pel__stream_flows(&s->l, x, n->type, x->types, x->ntypes, cols);
  return true;
}

static pel_stream *map(pel_lower_state *s, pel_ir_node *n) {
  pel_output y = {n->regions[0]->yields[0], true};
  pel_stream *x;
  pel_prog_made made;
  if (n->nargs == 1) {
    x = take(s, n->args[0]);
    if (!x || s->l.failed) return NULL;
    if (pick_columns(s, n, x)) return x;
    made = pel__stream_run(&s->l, x, n->regions[0], &y, 1);
  } else {
    pel_input_columns *in = room(s, n->nargs, sizeof *in);
    x = in ? side_by_side(s, n, in) : NULL;
    if (!x || s->l.failed) return NULL;
    pel_prog_order o = {.region = n->regions[0], .inputs = in, .types = x->types, .ntypes = x->ntypes, .outputs = &y, .noutputs = 1};
    made = pel__lower_prog(&s->l, &o);
    pel__stream_step(&s->l, x, (pel_plan_step){made.prog, PEL_NONE});
  }
  pel__stream_flows(&s->l, x, n->type, made.types, made.n, NULL);
  return x;
}

static pel_stream *group(pel_lower_state *s, pel_ir_node *n) {
  const pel_ir_region *r = n->regions[0];
  pel_output *y = room(s, r->nyields, sizeof *y);
  int64_t *counts = room(s, n->naggs, sizeof *counts);
  uint32_t *aggs = room(s, n->naggs, sizeof *aggs);
  pel_stream *x = take(s, n->args[0]);
  if (!y || !counts || !aggs || !x || s->l.failed) return NULL;
  for (uint32_t i = 0; i < r->nyields; i++) y[i] = (pel_output){r->yields[i], false};
  for (uint32_t i = 0; i < n->naggs; i++) {
    counts[i] = n->agg_args[i];
    aggs[i] = pel__lower_op(&s->l, n->aggs[i]);
  }
  pel_prog_made made = pel__stream_run(&s->l, x, r, y, r->nyields);
  pel_plan_arg args[2] = {number(s, n->nkeys), list_of(s, PEL_I64, counts, n->naggs)};
  pel_plan_node p = node_row(s, n, verb(s, "group", PEL_OP_BREAKER), args, 2);
  p.aggs = pel__build_args(s->l.b, aggs, n->naggs);
  p.ports = port(s, made.types, made.n);
  typed_columns(s, &p, n->type);
  uint32_t node = pel__build_node(s->l.b, p);
  if (s->l.failed || s->l.b->failed) return NULL;
  pel__stream_to_node(&s->l, x, node, 0, n->item, n->span);
  return pel__stream_node(&s->l, node, n->type, s->l.b->reg_types.at + p.out.at, p.out.n, NULL);
}

/* Keys, then the row's columns that are no keys; where each column of the row went. */
typedef struct keyed {
  pel_prog_made made; /* as flowing: duplicates left out */
  uint32_t *cols;
} keyed;

/* Runs region `i` of n over x: yields are keys and the row. A column that is also a key flows once. */
static keyed run_keyed(pel_lower_state *s, pel_ir_node *n, uint32_t i, pel_stream *x) {
  const pel_ir_region *r = n->regions[i];
  pel_output *y = room(s, r->nyields, sizeof *y);
  keyed k = {0};
  if (!y) return k;
  for (uint32_t j = 0; j < r->nyields; j++) y[j] = (pel_output){r->yields[j], j == n->nkeys};
  k.made = pel__stream_run(&s->l, x, r, y, r->nyields);
  uint32_t width = pel__width(r->yields[n->nkeys]->type), flows = n->nkeys;
  k.cols = room(s, width, sizeof *k.cols);
  uint32_t *regs = room(s, k.made.n, sizeof *regs), *types = room(s, k.made.n, sizeof *types);
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

static void keyed_columns(pel_lower_state *s, pel_plan_node *p, const keyed *k, const pel_type *row, uint32_t nkeys) {
  pel_str *names = room(s, k->made.n, sizeof *names);
  if (!names) return;
  for (uint32_t i = 0; i < k->made.n; i++) {
    const char *text = pel__arena_printf(&s->l.scratch, i < nkeys ? "key%u" : "column%u", i);
    names[i] = pel__str(text ? text : "");
  }
  for (uint32_t f = 0; f < pel__width(row); f++) names[k->cols[f]] = pel__column_name(row, f, PEL_STR("value"));
  columns(s, p, k->made.types, names, k->made.n);
}

/* sort, distinct: a breaker that gives its input back. */
static pel_stream *rearrange(pel_lower_state *s, pel_ir_node *n) {
  pel_stream *x = take(s, n->args[0]);
  if (!x || s->l.failed) return NULL;
  keyed k = run_keyed(s, n, 0, x);
  int64_t *desc = room(s, n->nkeys, sizeof *desc);
  if (!desc || s->l.failed) return NULL;
  bool sorts = n->op == PEL_IR_SORT;
  for (uint32_t i = 0; sorts && i < n->nkeys; i++) desc[i] = n->descending[i];
  pel_plan_arg args[2] = {number(s, n->nkeys)};
  if (sorts) args[1] = list_of(s, PEL_BOOL, desc, n->nkeys);
  pel_plan_node p = node_row(s, n, verb(s, sorts ? "sort" : "distinct", PEL_OP_BREAKER), args, sorts ? 2 : 1);
  p.ports = port(s, k.made.types, k.made.n);
  keyed_columns(s, &p, &k, n->type, n->nkeys);
  uint32_t node = pel__build_node(s->l.b, p);
  pel__stream_to_node(&s->l, x, node, 0, n->item, n->span);
  return s->l.failed ? NULL : pel__stream_node(&s->l, node, n->type, k.made.types, k.made.n, k.cols);
}

static pel_stream *slice(pel_lower_state *s, pel_ir_node *n) {
  pel_stream *x = take(s, n->args[0]);
  if (!x || s->l.failed) return NULL;
  pel__stream_exact(&s->l, x);
  pel_plan_arg args[2] = {argument(s, n->args[1]), argument(s, n->args[2])};
  pel_plan_node p = node_row(s, n, verb(s, "slice", PEL_OP_BREAKER), args, 2);
  p.ports = port(s, x->types, x->ntypes);
  typed_columns(s, &p, n->type);
  uint32_t node = pel__build_node(s->l.b, p);
  const uint32_t *types = x->types;
  uint32_t ntypes = x->ntypes;
  pel__stream_to_node(&s->l, x, node, 0, n->item, n->span);
  return s->l.failed ? NULL : pel__stream_node(&s->l, node, n->type, types, ntypes, NULL);
}

/* Positions of the outputs of one side, and where each of the join's fields is then found. */
static uint32_t join_side(const pel_ir_node *n, bool right, const keyed *k, uint32_t first, int64_t *at, uint32_t *cols) {
  uint32_t count = 0;
  for (uint32_t i = 0; i < n->noutputs; i++) {
    if (n->outputs[i].right != right) continue;
    cols[i] = first + count;
    at[count++] = k->cols[n->outputs[i].field];
  }
  return count;
}

static pel_stream *join(pel_lower_state *s, pel_ir_node *n) {
  static const char *const kinds[] = {"inner", "left", "semi", "anti"};
  pel_stream *left = take(s, n->args[0]), *right = take(s, n->args[1]);
  if (!left || !right || s->l.failed) return NULL;
  if (left->nheads > 1) { /* one pipe probes */
    uint32_t slot = pel__lower_new_slot(s, n->args[0]->type, PEL_STR("value"), n->item);
    pel__stream_to_slot(&s->l, left, slot, n->item, n->span);
    left = pel__stream_slots(&s->l, &slot, 1, n->args[0]->type);
    if (!left) return NULL;
  }
  keyed r = run_keyed(s, n, 1, right), k = run_keyed(s, n, 0, left);
  int64_t *lp = room(s, n->noutputs, sizeof *lp), *rp = room(s, n->noutputs, sizeof *rp);
  uint32_t *cols = room(s, n->noutputs, sizeof *cols), *types = room(s, n->noutputs, sizeof *types);
  pel_str *names = room(s, n->noutputs, sizeof *names);
  if (!lp || !rp || !cols || !types || !names || s->l.failed) return NULL;
  uint32_t nl = join_side(n, false, &k, 0, lp, cols), nr = join_side(n, true, &r, nl, rp, cols);
  pel_plan_arg args[4] = {{PEL_ARG_CONST, pel__build_const_str(s->l.b, kinds[n->join])}, number(s, n->nkeys),
                          list_of(s, PEL_I64, lp, nl), list_of(s, PEL_I64, rp, nr)};
  pel_plan_node p = node_row(s, n, verb(s, "join", PEL_OP_PROBE), args, 4);
  pel_range ports[2] = {pel__build_reg_types(s->l.b, r.made.types, r.made.n),
                        pel__build_reg_types(s->l.b, k.made.types, k.made.n)};
  p.ports = pel__build_ranges(s->l.b, ports, 2);
  for (uint32_t i = 0; i < n->noutputs; i++) {
    types[cols[i]] = pel__build_type(s->l.b, n->type->fields[i].type);
    names[cols[i]] = pel__str(n->type->fields[i].name);
  }
  columns(s, &p, types, names, n->noutputs);
  uint32_t node = pel__build_node(s->l.b, p);
  pel__stream_to_node(&s->l, right, node, 0, n->item, n->span);
  pel__stream_step(&s->l, left, (pel_plan_step){PEL_NONE, node});
  pel__stream_flows(&s->l, left, n->type, types, n->noutputs, cols);
  return left;
}

static pel_stream *concat(pel_lower_state *s, pel_ir_node *n) {
  pel_stream **parts = room(s, n->nargs, sizeof *parts);
  if (!parts) return NULL;
  for (uint32_t i = 0; i < n->nargs && !s->l.failed; i++) parts[i] = take(s, n->args[i]);
  return s->l.failed ? NULL : pel__stream_concat(&s->l, parts, n->nargs, n->type);
}

static pel_stream *unlist(pel_lower_state *s, pel_ir_node *n) {
  pel_stream *x = pel__lower_scalar(s, n->args[0]);
  if (!x || s->l.failed) return NULL;
  pel_plan_node p = node_row(s, n, verb(s, "unlist", PEL_OP_BREAKER), NULL, 0);
  p.ports = port(s, x->types, x->ntypes);
  uint32_t type = pel__build_type(s->l.b, n->type);
  pel_str name = name_of(s, n);
  columns(s, &p, &type, &name, 1);
  uint32_t node = pel__build_node(s->l.b, p);
  pel__stream_to_node(&s->l, x, node, 0, n->item, n->span);
  if (s->l.failed) return NULL;
  uint32_t *types = room(s, 1, sizeof *types);
  if (!types) return NULL;
  types[0] = type;
  pel_field whole = {"value", n->type};
  if (n->type->kind != PEL_RECORD) return pel__stream_node(&s->l, node, n->type, types, 1, NULL);
  const pel_type *wrapped = pel__ir_record(s->l.m, &whole, 1);
  pel_stream *r = pel__stream_node(&s->l, node, wrapped, types, 1, NULL);
  if (r) pel__stream_unwrap(&s->l, r, n->type);
  return r;
}

static pel_stream *invoke(pel_lower_state *s, pel_ir_node *n) {
  pel_stream **in = room(s, n->nargs, sizeof *in);
  pel_range *ports = room(s, n->nargs, sizeof *ports);
  if (!in || !ports) return NULL;
  for (uint32_t i = 0; i < n->nargs && !s->l.failed; i++) {
    in[i] = n->args[i]->array ? take(s, n->args[i]) : pel__lower_scalar(s, n->args[i]);
    if (!in[i]) return NULL;
    pel__stream_exact(&s->l, in[i]);
    ports[i] = pel__build_reg_types(s->l.b, in[i]->types, in[i]->ntypes);
  }
  if (s->l.failed) return NULL;
  pel_plan_arg arg = number(s, n->index);
  pel_plan_node p = node_row(s, n, pel__build_op(s->l.b, "native", "", PEL_OP_BREAKER), &arg, 1);
  p.ports = pel__build_ranges(s->l.b, ports, n->nargs);
  typed_columns(s, &p, n->type);
  uint32_t node = pel__build_node(s->l.b, p);
  for (uint32_t i = 0; i < n->nargs; i++) pel__stream_to_node(&s->l, in[i], node, i, n->item, n->span);
  uint32_t *types = room(s, p.out.n, sizeof *types);
  if (!types || s->l.failed || s->l.b->failed) return NULL;
  for (uint32_t i = 0; i < p.out.n; i++) types[i] = s->l.b->reg_types.at[p.out.at + i];
  return pel__stream_node(&s->l, node, n->type, types, p.out.n, NULL);
}

static void write_rows(pel_lower_state *s, pel_ir_node *n) {
  pel_stream *x = take(s, n->args[0]);
  if (!x || s->l.failed) return;
  pel__stream_exact(&s->l, x);
  pel_plan_arg args[2] = {argument(s, n->args[1])};
  uint32_t nargs = 1;
  if (n->value) args[nargs++] = constant(s, n->value);
  pel_plan_node p = node_row(s, n, pel__lower_op(&s->l, n->fn), args, nargs);
  p.ports = port(s, x->types, x->ntypes);
  typed_columns(s, &p, n->args[0]->type);
  uint32_t node = pel__build_node(s->l.b, p);
  s->l.slots[n->mark] = node;
  pel__stream_to_node(&s->l, x, node, 0, n->item, n->span);
}

static pel_stream *stream_of(pel_lower_state *s, pel_ir_node *n) {
  switch ((int)n->op) {
    case PEL_IR_READ: return read(s, n);
    case PEL_IR_MAP: return map(s, n);
    case PEL_IR_GROUP: return group(s, n);
    case PEL_IR_SORT:
    case PEL_IR_DISTINCT: return rearrange(s, n);
    case PEL_IR_SLICE: return slice(s, n);
    case PEL_IR_JOIN: return join(s, n);
    case PEL_IR_CONCAT: return concat(s, n);
    case PEL_IR_UNLIST: return unlist(s, n);
    case PEL_IR_INVOKE: return invoke(s, n);
    default: return NULL;
  }
}

static void lower_node(pel_lower_state *s, pel_ir_node *n) {
  pel_top *t = top(s, n);
  if (n->op == PEL_IR_CONST) return;
  if (n->op == PEL_IR_PARAM) {
    s->l.slots[n->mark] = s->param_slots[n->index];
  } else if (n->op == PEL_IR_WRITE) {
    write_rows(s, n);
  } else if (n->array || n->op == PEL_IR_GROUP || n->op == PEL_IR_INVOKE) {
    t->stream = stream_of(s, n);
    if (!t->stream) s->l.failed = true;
    if (s->l.failed || (n->array && t->uses == 1)) return;
    uint32_t slot = pel__lower_new_slot(s, n->type, name_of(s, n), n->item);
    pel__stream_to_slot(&s->l, t->stream, slot, n->item, n->span);
    s->l.slots[n->mark] = slot;
  } else if (t->wants_slot || t->uses > 1) {
    (void)pel__lower_slot_of(s, n);
  }
}

/* ---- what is needed, and how often ---- */

static void use(pel_lower_state *s, pel_ir_node *x, bool wants_slot) {
  if (x->home != s->l.m->top) return;
  pel_top *t = top(s, x);
  t->live = true;
  t->uses++;
  t->wants_slot |= wants_slot;
}

static void use_of_node(pel_lower_state *s, pel_ir_node *n) {
  bool reads_slots = n->op == PEL_IR_READ || n->op == PEL_IR_SLICE || n->op == PEL_IR_WRITE;
  for (uint32_t i = 0; i < n->nargs; i++) use(s, n->args[i], reads_slots);
  for (uint32_t g = 0; g < n->nregions; g++) {
    pel_ir_region *r = n->regions[g];
    for (pel_ir_node *k = NULL; (k = pel__ir_walk(r, k));) {
      for (uint32_t i = 0; i < k->nargs; i++) use(s, k->args[i], true);
      for (uint32_t j = 0; j < k->nregions; j++)
        for (uint32_t i = 0; i < k->regions[j]->nyields; i++) use(s, k->regions[j]->yields[i], true);
    }
    for (uint32_t i = 0; i < r->nyields; i++) use(s, r->yields[i], true);
  }
}

static void find_uses(pel_lower_state *s) {
  pel_ir *m = s->l.m;
  for (uint32_t i = 0; i < m->nitems; i++) {
    if (m->items[i].value) use(s, m->items[i].value, true);
    if (m->items[i].left) use(s, m->items[i].left, true);
    if (m->items[i].right) use(s, m->items[i].right, true);
  }
  for (uint32_t i = 0; i < m->nparams; i++)
    if (m->params[i].init) use(s, m->params[i].init, false);
  for (pel_ir_node *n = m->top->last; n; n = n->prev)
    if (top(s, n)->live) use_of_node(s, n);
}

static void number_tops(pel_lower_state *s) {
  s->ntops = 0;
  for (pel_ir_node *n = s->l.m->top->first; n; n = n->next) n->mark = s->ntops++;
  s->tops = room(s, s->ntops, sizeof *s->tops);
  s->l.slots = room(s, s->ntops, sizeof *s->l.slots);
  for (uint32_t i = 0; s->l.slots && i < s->ntops; i++) s->l.slots[i] = PEL_NONE;
}

static void add_sources(pel_lower_state *s, const pel_sources *sources) {
  s->l.with_spans = sources != NULL;
  for (uint32_t i = 0; sources && i < sources->n; i++)
    (void)pel__build_source(s->l.b, sources->at[i].name, sources->at[i].text);
}

static void lower_all(pel_lower_state *s, const pel_sources *sources) {
  add_sources(s, sources);
  number_tops(s);
  if (s->l.failed) return;
  find_uses(s);
  pel__lower_natives(s);
  pel__lower_params(s);
  for (pel_ir_node *n = s->l.m->top->first; n && !s->l.failed && !s->l.b->failed; n = n->next) {
    if (!top(s, n)->live) continue;
    lower_node(s, n);
    pel__lower_inits(s, n);
  }
  if (!s->l.failed && !s->l.b->failed) pel__lower_items(s);
}

pel_status pel__lower(pel_ir *m, const pel_sources *sources, const pel_alloc *alloc, pel_plan_data **out, pel_diags *ds,
                      pel_error *e) {
  pel_lower_state s = {.l = {.m = m}, .ds = ds};
  pel_status r = pel__build_new(alloc, &s.l.b);
  if (r != PEL_OK) return r;
  pel__arena_init(&s.l.scratch, alloc);
  uint32_t errors = ds ? ds->errors : 0;
  lower_all(&s, sources);
  if (ds && ds->errors != errors) r = PEL_E_COMPILE;
  else if (s.l.failed || s.l.b->failed || m->oom) r = pel_error_set(e, PEL_E_NOMEM, "no memory for the plan");
  else r = pel__build_seal(s.l.b, out, e);
  if (r == PEL_E_INVALID) r = PEL_E_INTERNAL; /* our own plan */
  pel__arena_deinit(&s.l.scratch);
  pel__build_free(s.l.b);
  return r;
}
