#include "compiler/lower/stream.h"

static void *room(pel_lowering *l, size_t n, size_t size) {
  void *p = pel__arena_array(&l->scratch, n, size);
  if (!p) l->failed = true;
  return p;
}

uint32_t pel__width(const pel_type *t) { return pel__splits(t) ? t->nfields : 1; }

const pel_type *pel__column_type(const pel_type *t, uint32_t i) {
  return pel__splits(t) ? t->fields[i].type : t;
}

pel_str pel__column_name(const pel_type *t, uint32_t i, pel_str single) {
  return pel__splits(t) ? pel__str(t->fields[i].name) : single;
}

static uint32_t *numbers(pel_lowering *l, uint32_t n) {
  uint32_t *p = room(l, n, sizeof *p);
  for (uint32_t i = 0; p && i < n; i++) p[i] = i;
  return p;
}

static uint32_t *copy(pel_lowering *l, const uint32_t *at, uint32_t n) {
  uint32_t *p = room(l, n, sizeof *p);
  for (uint32_t i = 0; p && i < n; i++) p[i] = at[i];
  return p;
}

static uint32_t *types_of(pel_lowering *l, const pel_type *t) {
  uint32_t n = pel__width(t), *p = room(l, n, sizeof *p);
  for (uint32_t i = 0; p && i < n; i++)
    p[i] = pel__build_type(l->b, pel__column_type(t, i));
  return p;
}

/* ---- sources ---- */

static pel_stream *with_head(pel_lowering *l, pel_source_kind from, uint32_t source) {
  pel_stream *s = room(l, 1, sizeof *s);
  pel_head *h = room(l, 1, sizeof *h);
  if (!s || !h) return NULL;
  *h =
      (pel_head){.from = from, .source = source, .filter = PEL_NONE, .limit = UINT64_MAX};
  s->heads = h;
  s->nheads = 1;
  return s;
}

void pel__stream_flows(pel_lowering *l, pel_stream *s, const pel_type *type,
                       const uint32_t *types, uint32_t ntypes, const uint32_t *cols) {
  s->type = type;
  s->types = copy(l, types, ntypes);
  s->ntypes = ntypes;
  s->cols = cols ? copy(l, cols, pel__width(type)) : numbers(l, pel__width(type));
}

pel_stream *pel__stream_reader(pel_lowering *l, const pel_ir_node *read, uint32_t node) {
  pel_stream *s = with_head(l, PEL_FROM_READER, node);
  if (!s) return NULL;
  s->heads[0].reader = read;
  s->heads[0].limit = read->limit;
  s->type = read->type;
  return s;
}

pel_stream *pel__stream_node(pel_lowering *l, uint32_t node, const pel_type *type,
                             const uint32_t *types, uint32_t ntypes,
                             const uint32_t *cols) {
  pel_stream *s = with_head(l, PEL_FROM_NODE, node);
  if (s) pel__stream_flows(l, s, type, types, ntypes, cols);
  return s;
}

pel_stream *pel__stream_slots(pel_lowering *l, const uint32_t *slots, uint32_t n,
                              const pel_type *type) {
  pel_stream *s = with_head(l, PEL_FROM_SLOTS, PEL_NONE);
  if (!s) return NULL;
  s->heads[0].slots = copy(l, slots, n);
  s->heads[0].nslots = n;
  uint32_t total = 0;
  for (uint32_t i = 0; i < n; i++) total += l->b->slots.at[slots[i]].types.n;
  uint32_t *types = room(l, total, sizeof *types), k = 0;
  if (!types) return NULL;
  for (uint32_t i = 0; i < n; i++) {
    pel_range r = l->b->slots.at[slots[i]].types;
    for (uint32_t j = 0; j < r.n; j++) types[k++] = l->b->reg_types.at[r.at + j];
  }
  pel__stream_flows(l, s, type, types, total, NULL);
  return s;
}

pel_stream *pel__stream_unit(pel_lowering *l) {
  static const pel_type nothing = {.kind = PEL_RECORD};
  pel_stream *s = with_head(l, PEL_FROM_UNIT, PEL_NONE);
  if (s) pel__stream_flows(l, s, &nothing, NULL, 0, NULL);
  return s;
}

/* ---- readers: the columns that are asked for ---- */

/* `on_error: skip` and `as_null` count what they meet, so what is read may not depend on
 * what is used. */
static bool reads_all(const pel_ir_node *read) {
  const pel_const *o = read->value;
  for (uint32_t i = 0; o && i < o->type->nfields; i++)
    if (strcmp(o->type->fields[i].name, "on_error") == 0 &&
        o->as.list.at[i].type->kind == PEL_STR &&
        !pel__str_is((pel_str){o->as.list.at[i].as.s.p, o->as.list.at[i].as.s.n}, "fail"))
      return true;
  return false;
}

/* The conditions the reader may try early, as a program over their columns. */
static void push_filter(pel_lowering *l, pel_head *h, const pel_ir_node *read,
                        const uint32_t *position) {
  pel_ir_region *r = read->regions[0];
  uint32_t n = read->type->nfields, k = 0;
  bool *used = room(l, n, sizeof *used);
  uint32_t *columns = room(l, n, sizeof *columns), *types = room(l, n, sizeof *types),
           *fields = room(l, n, sizeof *fields);
  if (!used || !columns || !types || !fields) return;
  pel_output y = {r->yields[r->nyields - 1], false};
  if (!pel__used_fields(l, r, 0, &y, 1, used))
    return; /* the row as a whole: not worth it */
  for (uint32_t i = 0; i < n; i++) {
    fields[i] = PEL_NONE;
    if (!used[i]) continue;
    fields[i] = k;
    columns[k] = position[i];
    types[k++] = pel__build_type(l->b, read->type->fields[i].type);
  }
  pel_input_columns in = {.split = true, .fields = fields};
  pel_prog_order o = {.region = r,
                      .inputs = &in,
                      .types = types,
                      .ntypes = k,
                      .outputs = &y,
                      .noutputs = 1};
  h->filter = pel__lower_prog(l, &o).prog;
  h->filter_columns = columns;
  h->nfilter_columns = k;
}

/* Conditions become filters, for whoever reads the region as one. */
static void conditions_to_filters(pel_lowering *l, const pel_ir_node *read) {
  pel_ir_region *r = read->regions[0];
  for (uint32_t i = 0; i < r->nyields; i++) {
    pel_ir_node *f = pel__ir_node_new(l->m, PEL_IR_FILTER, r->yields[i]->type,
                                      r->yields[i]->span, 1, &r->yields[i], 0);
    if (f == l->m->broken)
      l->failed = true;
    else
      pel__ir_append(r, f);
  }
}

static void choose_columns(pel_lowering *l, pel_stream *s, bool *used) {
  pel_head *h = &s->heads[0];
  const pel_ir_node *read = h->reader;
  uint32_t n = read->type->nfields, k = 0;
  uint32_t *columns = room(l, n, sizeof *columns), *types = room(l, n, sizeof *types),
           *cols = room(l, n, sizeof *cols);
  if (!columns || !types || !cols) return;
  bool all = reads_all(read), pushes = read->nregions > 0 && !all;
  if (pushes) {
    conditions_to_filters(l, read);
    if (l->failed || !pel__used_fields(l, read->regions[0], 0, NULL, 0, used))
      pushes = false;
  }
  for (uint32_t i = 0; i < n; i++) {
    cols[i] = PEL_NONE;
    if (!all && !used[i]) continue;
    cols[i] = k;
    columns[k] = i;
    types[k++] = pel__build_type(l->b, read->type->fields[i].type);
  }
  if (all) h->limit = UINT64_MAX;
  h->reader = NULL;
  h->columns = columns;
  h->ncolumns = k;
  s->types = types;
  s->ntypes = k;
  s->cols = cols;
  if (pushes) push_filter(l, h, read, cols);
}

void pel__stream_settle(pel_lowering *l, pel_stream *s) {
  if (!s->heads[0].reader) return;
  bool *used = room(l, s->type->nfields, sizeof *used);
  if (!used) return;
  for (uint32_t i = 0; i < s->type->nfields; i++) used[i] = true;
  choose_columns(l, s, used);
}

/* ---- steps ---- */

static pel_plan_step *longer(pel_lowering *l, const pel_plan_step *at, uint32_t n,
                             const pel_plan_step *more, uint32_t k) {
  pel_plan_step *p = room(l, (size_t)n + k, sizeof *p);
  for (uint32_t i = 0; p && i < n; i++) p[i] = at[i];
  for (uint32_t i = 0; p && i < k; i++) p[n + i] = more[i];
  return p;
}

void pel__stream_step(pel_lowering *l, pel_stream *s, pel_plan_step step) {
  pel_plan_step *p = longer(l, s->steps, s->nsteps, &step, 1);
  if (!p) return;
  s->steps = p;
  s->nsteps++;
}

pel_prog_made pel__stream_run(pel_lowering *l, pel_stream *s, const pel_ir_region *r,
                              const pel_output *outputs, uint32_t noutputs) {
  pel_prog_made none = {0};
  if (s->heads[0].reader) {
    bool *used = room(l, s->type->nfields, sizeof *used);
    if (!used) return none;
    if (!pel__used_fields(l, r, 0, outputs, noutputs, used))
      for (uint32_t i = 0; i < s->type->nfields; i++) used[i] = true;
    choose_columns(l, s, used);
  }
  if (l->failed) return none;
  pel_input_columns in = {.split = pel__splits(s->type),
                          .column = pel__width(s->type) ? s->cols[0] : 0,
                          .fields = s->cols};
  pel_prog_order o = {.region = r,
                      .inputs = &in,
                      .types = s->types,
                      .ntypes = s->ntypes,
                      .outputs = outputs,
                      .noutputs = noutputs};
  pel_prog_made made = pel__lower_prog(l, &o);
  if (l->failed) return none;
  pel__stream_step(l, s, (pel_plan_step){made.prog, PEL_NONE});
  s->types = made.types;
  s->ntypes = made.n;
  return made;
}

/* A program that only picks columns. */
static uint32_t pick(pel_lowering *l, const uint32_t *types, uint32_t ntypes,
                     const uint32_t *cols, uint32_t n) {
  pel_instr *at = room(l, n, sizeof *at);
  uint32_t *regs = numbers(l, n), *picked = room(l, n, sizeof *picked);
  if (!at || !regs || !picked) return 0;
  for (uint32_t i = 0; i < n; i++) {
    at[i] = (pel_instr){.code = PEL_CODE_COLUMN,
                        .dst = i,
                        .ref = cols[i],
                        .mask = PEL_NONE,
                        .span = PEL_NONE};
    picked[i] = types[cols[i]];
  }
  return pel__build_prog(l->b,
                         (pel_prog){.instrs = pel__build_instrs(l->b, at, n),
                                    .regs = pel__build_reg_types(l->b, picked, n),
                                    .inputs = pel__build_reg_types(l->b, types, ntypes),
                                    .outputs = pel__build_args(l->b, regs, n)});
}

void pel__stream_exact(pel_lowering *l, pel_stream *s) {
  pel__stream_settle(l, s);
  uint32_t n = pel__width(s->type);
  bool same = n == s->ntypes;
  for (uint32_t i = 0; same && i < n; i++) same = s->cols[i] == i;
  if (same || l->failed) return;
  uint32_t prog = pick(l, s->types, s->ntypes, s->cols, n);
  uint32_t *types = room(l, n, sizeof *types);
  if (!types) return;
  for (uint32_t i = 0; i < n; i++) types[i] = s->types[s->cols[i]];
  pel__stream_step(l, s, (pel_plan_step){prog, PEL_NONE});
  pel__stream_flows(l, s, s->type, types, n, NULL);
}

void pel__stream_unwrap(pel_lowering *l, pel_stream *s, const pel_type *type) {
  uint32_t n = type->nfields, *types = types_of(l, type);
  uint32_t *regs = numbers(l, n), *all = room(l, (size_t)n + 1, sizeof *all);
  pel_instr *at = room(l, (size_t)n + 1, sizeof *at);
  if (!types || !regs || !all || !at) return;
  at[0] =
      (pel_instr){.code = PEL_CODE_COLUMN, .dst = n, .mask = PEL_NONE, .span = PEL_NONE};
  all[n] = s->types[0];
  for (uint32_t i = 0; i < n; i++) {
    uint32_t args = pel__build_args(l->b, &n, 1).at;
    at[i + 1] = (pel_instr){.code = PEL_CODE_FIELD,
                            .nargs = 1,
                            .dst = i,
                            .args = args,
                            .ref = i,
                            .mask = PEL_NONE,
                            .span = PEL_NONE};
    all[i] = types[i];
  }
  uint32_t prog =
      pel__build_prog(l->b, (pel_prog){.instrs = pel__build_instrs(l->b, at, n + 1),
                                       .regs = pel__build_reg_types(l->b, all, n + 1),
                                       .inputs = pel__build_reg_types(l->b, s->types, 1),
                                       .outputs = pel__build_args(l->b, regs, n)});
  pel__stream_step(l, s, (pel_plan_step){prog, PEL_NONE});
  pel__stream_flows(l, s, type, types, n, NULL);
}

/* ---- concat ---- */

pel_stream *pel__stream_concat(pel_lowering *l, pel_stream **parts, uint32_t n,
                               const pel_type *type) {
  uint32_t total = 0, k = 0;
  for (uint32_t i = 0; i < n; i++) {
    pel__stream_exact(l, parts[i]);
    total += parts[i]->nheads;
  }
  pel_stream *s = room(l, 1, sizeof *s);
  pel_head *heads = room(l, total, sizeof *heads);
  if (!s || !heads || l->failed) return NULL;
  for (uint32_t i = 0; i < n; i++) {
    for (uint32_t h = 0; h < parts[i]->nheads; h++) {
      heads[k] = parts[i]->heads[h];
      heads[k].steps =
          longer(l, heads[k].steps, heads[k].nsteps, parts[i]->steps, parts[i]->nsteps);
      heads[k++].nsteps += parts[i]->nsteps;
    }
  }
  s->heads = heads;
  s->nheads = total;
  pel__stream_flows(l, s, type, types_of(l, type), pel__width(type), NULL);
  return s;
}

/* ---- ends ---- */

static void add_pipe(pel_lowering *l, const pel_stream *s, const pel_head *h,
                     pel_plan_pipe p) {
  pel_plan_step *steps = longer(l, h->steps, h->nsteps, s->steps, s->nsteps);
  if (!steps) return;
  p.from = h->from;
  p.source = h->source;
  p.slots = pel__build_args(l->b, h->slots, h->nslots);
  p.columns = pel__build_args(l->b, h->columns, h->ncolumns);
  p.filter = h->filter;
  p.filter_columns = pel__build_args(l->b, h->filter_columns, h->nfilter_columns);
  p.limit = h->limit;
  p.steps = pel__build_steps(l->b, steps, h->nsteps + s->nsteps);
  (void)pel__build_pipe(l->b, p);
}

void pel__stream_to_slot(pel_lowering *l, pel_stream *s, uint32_t slot, uint32_t item,
                         pel_span span) {
  pel__stream_exact(l, s);
  for (uint32_t i = 0; i < s->nheads && !l->failed; i++)
    add_pipe(l, s, &s->heads[i],
             (pel_plan_pipe){.sink = PEL_NONE,
                             .slot = slot,
                             .item = item,
                             .span = pel__lower_span(l, span)});
}

void pel__stream_to_node(pel_lowering *l, pel_stream *s, uint32_t node, uint32_t port,
                         uint32_t item, pel_span span) {
  pel__stream_settle(l, s);
  for (uint32_t i = 0; i < s->nheads && !l->failed; i++)
    add_pipe(l, s, &s->heads[i],
             (pel_plan_pipe){.sink = node,
                             .port = port,
                             .slot = PEL_NONE,
                             .item = item,
                             .span = pel__lower_span(l, span)});
}
