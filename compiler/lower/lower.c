#include "compiler/lower/lower_family.h"

static pel_top *top(pel_lower_state *s, const pel_ir_node *n) {
  return &s->tops[n->mark];
}

/* ---- values: streams of arrays, programs of scalars, slots of both ---- */

/* The rows of an array, for its user: once its own stream, or from its slot. */
pel_stream *pel__lower_take(pel_lower_state *s, pel_ir_node *n) {
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
  pel_stream *x = n->array ? pel__lower_take(s, n) : pel__lower_scalar(s, n);
  if (!x || s->l.failed) return 0;
  slot = pel__lower_new_slot(s, n->type, pel__lower_name(s, n), n->item);
  pel__stream_to_slot(&s->l, x, slot, n->item, n->span);
  if (n->op != PEL_IR_CONST) s->l.slots[n->mark] = slot;
  return slot;
}

/* ---- nodes ---- */

static pel_stream *read(pel_lower_state *s, pel_ir_node *n) {
  pel_plan_arg args[2] = {pel__lower_argument(s, n->args[0])};
  uint32_t nargs = 1;
  if (n->value) args[nargs++] = pel__lower_constant(s, n->value);
  pel_plan_node p = pel__lower_node_row(s, n, pel__lower_op(&s->l, n->fn), args, nargs);
  pel__lower_typed_columns(s, &p, n->type);
  return pel__stream_reader(&s->l, n, pel__build_node(s->l.b, p));
}

/* Several arrays, side by side out of their slots. */
static pel_stream *side_by_side(pel_lower_state *s, pel_ir_node *n,
                                pel_input_columns *in) {
  uint32_t *slots = pel__lower_room(s, n->nargs, sizeof *slots),
           *first = pel__lower_room(s, n->nargs, sizeof *first), k = 0, at = 0;
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
    uint32_t *fields = pel__lower_room(s, pel__width(t), sizeof *fields);
    for (uint32_t f = 0; fields && f < pel__width(t); f++) fields[f] = first[j] + f;
    in[i] = (pel_input_columns){pel__splits(t), first[j], fields};
  }
  return s->l.failed ? NULL : pel__stream_slots(&s->l, slots, k, n->args[0]->type);
}

/* Which field of the input a value is; PEL_NONE: something else. */
static uint32_t picked(const pel_ir_region *r, const pel_ir_node *v) {
  return v->op == PEL_IR_FIELD && v->args[0] == r->params[0] ? v->index : PEL_NONE;
}

/* A map that only picks columns needs no program: the next one looks for them where they
 * are. */
static bool pick_columns(pel_lower_state *s, const pel_ir_node *n, pel_stream *x) {
  const pel_ir_region *r = n->regions[0];
  const pel_ir_node *y = r->yields[0];
  if (x->heads[0].reader || !pel__splits(n->args[0]->type)) return false;
  for (const pel_ir_node *k = r->first; k; k = k->next)
    if (k->op == PEL_IR_FILTER) return false;
  bool record = y->op == PEL_IR_RECORD;
  uint32_t width = pel__width(n->type);
  if (record && !pel__splits(n->type)) return false;
  if (!record && (picked(r, y) == PEL_NONE || n->type->kind == PEL_RECORD)) return false;
  uint32_t *cols = pel__lower_room(s, width, sizeof *cols);
  if (!cols) return false;
  for (uint32_t i = 0; i < width; i++) {
    uint32_t f = picked(r, record ? y->args[i] : y);
    if (f == PEL_NONE || n->args[0]->type->fields[f].type != pel__column_type(n->type, i))
      return false;
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
    x = pel__lower_take(s, n->args[0]);
    if (!x || s->l.failed) return NULL;
    if (pick_columns(s, n, x)) return x;
    made = pel__stream_run(&s->l, x, n->regions[0], &y, 1);
  } else {
    pel_input_columns *in = pel__lower_room(s, n->nargs, sizeof *in);
    x = in ? side_by_side(s, n, in) : NULL;
    if (!x || s->l.failed) return NULL;
    pel_prog_order o = {.region = n->regions[0],
                        .inputs = in,
                        .types = x->types,
                        .ntypes = x->ntypes,
                        .outputs = &y,
                        .noutputs = 1};
    made = pel__lower_prog(&s->l, &o);
    pel__stream_step(&s->l, x, (pel_plan_step){made.prog, PEL_NONE});
  }
  pel__stream_flows(&s->l, x, n->type, made.types, made.n, NULL);
  return x;
}

/* A function without arguments gets one row of no columns: a node runs because something
 * flows into it. */
static pel_stream *invoke(pel_lower_state *s, pel_ir_node *n) {
  const uint32_t nports = n->nargs ? n->nargs : 1;
  pel_stream **in = pel__lower_room(s, nports, sizeof *in);
  pel_range *ports = pel__lower_room(s, nports, sizeof *ports);
  if (!in || !ports) return NULL;
  if (!n->nargs && !(in[0] = pel__stream_unit(&s->l))) return NULL;
  ports[0] = (pel_range){0};
  for (uint32_t i = 0; i < n->nargs && !s->l.failed; i++) {
    in[i] = n->args[i]->array ? pel__lower_take(s, n->args[i])
                              : pel__lower_scalar(s, n->args[i]);
    if (!in[i]) return NULL;
    pel__stream_exact(&s->l, in[i]);
    ports[i] = pel__build_reg_types(s->l.b, in[i]->types, in[i]->ntypes);
  }
  if (s->l.failed) return NULL;
  pel_plan_arg arg = pel__lower_number(s, n->index);
  pel_plan_node p = pel__lower_node_row(
      s, n, pel__build_op(s->l.b, "native", "", PEL_OP_BREAKER), &arg, 1);
  p.ports = pel__build_ranges(s->l.b, ports, nports);
  pel__lower_typed_columns(s, &p, n->type);
  uint32_t node = pel__build_node(s->l.b, p);
  for (uint32_t i = 0; i < nports; i++)
    pel__stream_to_node(&s->l, in[i], node, i, n->item, n->span);
  uint32_t *types = pel__lower_room(s, p.out.n, sizeof *types);
  if (!types || s->l.failed || s->l.b->failed) return NULL;
  for (uint32_t i = 0; i < p.out.n; i++) types[i] = s->l.b->reg_types.at[p.out.at + i];
  return pel__stream_node(&s->l, node, n->type, types, p.out.n, NULL);
}

static void write_rows(pel_lower_state *s, pel_ir_node *n) {
  pel_stream *x = pel__lower_take(s, n->args[0]);
  if (!x || s->l.failed) return;
  pel__stream_exact(&s->l, x);
  pel_plan_arg args[2] = {pel__lower_argument(s, n->args[1])};
  uint32_t nargs = 1;
  if (n->value) args[nargs++] = pel__lower_constant(s, n->value);
  pel_plan_node p = pel__lower_node_row(s, n, pel__lower_op(&s->l, n->fn), args, nargs);
  p.ports = pel__lower_port(s, x->types, x->ntypes);
  pel__lower_typed_columns(s, &p, n->args[0]->type);
  uint32_t node = pel__build_node(s->l.b, p);
  s->l.slots[n->mark] = node;
  pel__stream_to_node(&s->l, x, node, 0, n->item, n->span);
}

static pel_stream *stream_of(pel_lower_state *s, pel_ir_node *n) {
  switch ((int)n->op) {
    case PEL_IR_READ:
      return read(s, n);
    case PEL_IR_MAP:
      return map(s, n);
    case PEL_IR_GROUP:
      return pel__lower_group(s, n);
    case PEL_IR_SORT:
    case PEL_IR_DISTINCT:
      return pel__lower_rearrange(s, n);
    case PEL_IR_SLICE:
      return pel__lower_slice(s, n);
    case PEL_IR_JOIN:
      return pel__lower_join(s, n);
    case PEL_IR_CONCAT:
      return pel__lower_concat(s, n);
    case PEL_IR_UNLIST:
      return pel__lower_unlist(s, n);
    case PEL_IR_INVOKE:
      return invoke(s, n);
    default:
      return NULL;
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
    uint32_t slot = pel__lower_new_slot(s, n->type, pel__lower_name(s, n), n->item);
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
  bool reads_slots =
      n->op == PEL_IR_READ || n->op == PEL_IR_SLICE || n->op == PEL_IR_WRITE;
  for (uint32_t i = 0; i < n->nargs; i++) use(s, n->args[i], reads_slots);
  for (uint32_t g = 0; g < n->nregions; g++) {
    pel_ir_region *r = n->regions[g];
    for (pel_ir_node *k = NULL; (k = pel__ir_walk(r, k));) {
      for (uint32_t i = 0; i < k->nargs; i++) use(s, k->args[i], true);
      for (uint32_t j = 0; j < k->nregions; j++)
        for (uint32_t i = 0; i < k->regions[j]->nyields; i++)
          use(s, k->regions[j]->yields[i], true);
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
  s->tops = pel__lower_room(s, s->ntops, sizeof *s->tops);
  s->l.slots = pel__lower_room(s, s->ntops, sizeof *s->l.slots);
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
  for (pel_ir_node *n = s->l.m->top->first; n && !s->l.failed && !s->l.b->failed;
       n = n->next) {
    if (!top(s, n)->live) continue;
    lower_node(s, n);
    pel__lower_inits(s, n);
  }
  if (!s->l.failed && !s->l.b->failed) pel__lower_items(s);
}

pel_status pel__lower(pel_ir *m, const pel_sources *sources, const pel_alloc *alloc,
                      pel_plan_data **out, pel_diags *ds, pel_error *e) {
  pel_lower_state s = {.l = {.m = m}, .ds = ds};
  pel_status r = pel__build_new(alloc, &s.l.b);
  if (r != PEL_OK) return r;
  pel__arena_init(&s.l.scratch, alloc);
  uint32_t errors = ds ? ds->errors : 0;
  lower_all(&s, sources);
  if (ds && ds->errors != errors)
    r = PEL_E_COMPILE;
  else if (s.l.failed || s.l.b->failed || m->oom)
    r = pel_error_set(e, PEL_E_NOMEM, "no memory for the plan");
  else
    r = pel__build_seal(s.l.b, out, e);
  if (r == PEL_E_INVALID) r = PEL_E_INTERNAL; /* our own plan */
  pel__arena_deinit(&s.l.scratch);
  pel__build_free(s.l.b);
  return r;
}
