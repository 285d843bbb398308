#include "compiler/lower/prog.h"

#include "compiler/lower/reach.h"

uint32_t pel__lower_op(pel_lowering *l, const pel_op *o) {
  return pel__build_op(l->b, o->name, o->sig ? o->sig : "", o->kind);
}

uint32_t pel__lower_span(pel_lowering *l, pel_span s) {
  return l->with_spans ? pel__build_span(l->b, s) : PEL_NONE;
}

/* Where a node's value is: one register, or a register (or nothing yet) per field. */
typedef struct place {
  uint32_t reg;
  uint32_t *parts; /* NULL: no record taken apart */
} place;

typedef struct frame {
  uint32_t node, stage;
  uint32_t reg;  /* and, or, coalesce: what the operands so far come to */
  uint32_t mask; /* rows for which the next operand is wanted */
} frame;

typedef struct gen {
  pel_lowering *l;
  const pel_prog_order *o;
  pel_reach r;
  place *places; /* by number in r.nodes */
  bool *done;
  uint32_t *columns; /* registers of input columns, by column */
  const pel_alloc *a;
  PEL_VEC(pel_instr) instrs;
  PEL_VEC(uint32_t) types; /* of registers; PEL_NONE: mask */
  PEL_VEC(frame) stack;
} gen;

/* ---- instructions ---- */

static uint32_t new_reg(gen *g, uint32_t type) {
  if (!PEL_VEC_PUSH(&g->types, type, g->a)) g->l->failed = true;
  return (uint32_t)g->types.n - 1;
}

static void emit(gen *g, pel_code code, uint32_t dst, const uint32_t *args,
                 uint32_t nargs, uint32_t ref, uint32_t mask, pel_span span) {
  if (nargs > UINT16_MAX) g->l->failed = true;
  pel_instr x = {.code = (uint16_t)code,
                 .nargs = (uint16_t)nargs,
                 .dst = dst,
                 .ref = ref,
                 .mask = mask,
                 .args = pel__build_args(g->l->b, args, nargs).at,
                 .span = pel__lower_span(g->l, span)};
  if (!PEL_VEC_PUSH(&g->instrs, x, g->a)) g->l->failed = true;
}

static uint32_t emit_value(gen *g, pel_code code, const pel_type *type,
                           const uint32_t *args, uint32_t nargs, uint32_t ref,
                           uint32_t mask, pel_span span) {
  uint32_t dst = new_reg(g, pel__build_type(g->l->b, type));
  emit(g, code, dst, args, nargs, ref, mask, span);
  return dst;
}

static uint32_t emit_mask(gen *g, uint32_t of, uint32_t bits, uint32_t under,
                          pel_span span) {
  uint32_t dst = new_reg(g, PEL_NONE);
  emit(g, PEL_CODE_MASK, dst, &of, 1, bits, under, span);
  return dst;
}

static uint32_t number_of(gen *g, const pel_ir_node *n) {
  uint32_t at = 0;
  if (!pel__node_map_get(&g->r.map, n, &at)) g->l->failed = true;
  return at;
}

static uint32_t mask_of(gen *g, uint32_t number) {
  return g->r.contexts.at[g->r.nodes.at[number].context].mask;
}

static uint32_t column_reg(gen *g, uint32_t column, pel_span span) {
  if (g->columns[column] == PEL_NONE) {
    g->columns[column] = new_reg(g, g->o->types[column]);
    emit(g, PEL_CODE_COLUMN, g->columns[column], NULL, 0, column, PEL_NONE, span);
  }
  return g->columns[column];
}

/* ---- leaves and records ---- */

static uint32_t slot_reg(gen *g, uint32_t slot, uint32_t column, const pel_type *type,
                         pel_span span) {
  return emit_value(g, PEL_CODE_SLOT, type, &slot, 1, column, PEL_NONE, span);
}

/* Field i of a record that is taken apart. */
static uint32_t part_reg(gen *g, uint32_t number, uint32_t i) {
  place *p = &g->places[number];
  const pel_ir_node *n = g->r.nodes.at[number].node;
  if (p->parts[i] != PEL_NONE) return p->parts[i];
  uint32_t r;
  if (n->op == PEL_IR_INPUT)
    r = column_reg(g, g->o->inputs[n->index].fields[i], n->span);
  else
    r = slot_reg(g, g->l->slots[n->mark], i, n->type->fields[i].type, n->span);
  return g->places[number].parts[i] = r;
}

/* The value in one register. */
static uint32_t whole_reg(gen *g, const pel_ir_node *n) {
  uint32_t number = number_of(g, n);
  if (g->l->failed) return 0;
  if (g->places[number].reg != PEL_NONE) return g->places[number].reg;
  uint32_t k = n->type->nfields;
  uint32_t *args = PEL_ARENA_ARRAY(&g->l->scratch, uint32_t, k);
  if (!args || !g->places[number].parts) {
    g->l->failed = true;
    return 0;
  }
  for (uint32_t i = 0; i < k; i++) args[i] = part_reg(g, number, i);
  uint32_t r =
      emit_value(g, PEL_CODE_RECORD, n->type, args, k, 0, mask_of(g, number), n->span);
  return g->places[number].reg = r;
}

static uint32_t *parts_room(gen *g, uint32_t n) {
  uint32_t *p = PEL_ARENA_ARRAY(&g->l->scratch, uint32_t, n);
  if (!p) g->l->failed = true;
  for (uint32_t i = 0; p && i < n; i++) p[i] = PEL_NONE;
  return p;
}

bool pel__splits(const pel_type *t) { return t->kind == PEL_RECORD && !t->nullable; }

static place leaf(gen *g, const pel_ir_node *n) {
  place p = {PEL_NONE, NULL};
  uint32_t at;
  if (pel__node_map_get(&g->r.given, n, &at)) {
    p.reg = column_reg(g, g->o->first_capture + at, n->span);
  } else if (n->op == PEL_IR_INPUT) {
    const pel_input_columns *in = &g->o->inputs[n->index];
    if (in->split)
      p.parts = parts_room(g, n->type->nfields);
    else
      p.reg = column_reg(g, in->column, n->span);
  } else if (n->op == PEL_IR_CONST) {
    p.reg = emit_value(g, PEL_CODE_CONST, n->type, NULL, 0,
                       pel__build_const(g->l->b, n->value), PEL_NONE, n->span);
  } else if (pel__splits(n->type)) {
    p.parts = parts_room(g, n->type->nfields);
  } else {
    p.reg = slot_reg(g, g->l->slots[n->mark], 0, n->type, n->span);
  }
  return p;
}

static place field(gen *g, const pel_ir_node *n, uint32_t mask) {
  uint32_t of = number_of(g, n->args[0]);
  place p = {PEL_NONE, NULL};
  if (g->l->failed) return p;
  if (g->places[of].parts) {
    p.reg = part_reg(g, of, n->index);
    return p;
  }
  uint32_t r = whole_reg(g, n->args[0]);
  p.reg = emit_value(g, PEL_CODE_FIELD, n->type, &r, 1, n->index, mask, n->span);
  return p;
}

static place record(gen *g, const pel_ir_node *n) {
  place p = {PEL_NONE, parts_room(g, n->nargs)};
  for (uint32_t i = 0; p.parts && i < n->nargs; i++)
    p.parts[i] = whole_reg(g, n->args[i]);
  return p;
}

/* ---- programs over lists ---- */

static place list_map(gen *g, const pel_reach_node *x, uint32_t mask) {
  pel_lowering *l = g->l;
  const pel_ir_node *n = x->node;
  const pel_ir_region *r = n->regions[0];
  uint32_t k = n->nargs, all = pel__operands(x);
  uint32_t *args = PEL_ARENA_ARRAY(&l->scratch, uint32_t, all);
  uint32_t *types = PEL_ARENA_ARRAY(&l->scratch, uint32_t, all);
  pel_input_columns *in = PEL_ARENA_ARRAY(&l->scratch, pel_input_columns, k);
  place p = {PEL_NONE, NULL};
  if (!args || !types || !in) {
    l->failed = true;
    return p;
  }
  for (uint32_t i = 0; i < all; i++) {
    const pel_ir_node *a = pel__operand(x, i);
    args[i] = whole_reg(g, a);
    types[i] = pel__build_type(l->b, i < k ? a->type->item : a->type);
    if (i < k) in[i] = (pel_input_columns){.column = i};
  }
  pel_output y = {r->yields[0], false};
  pel_prog_order o = {.region = r,
                      .inputs = in,
                      .types = types,
                      .ntypes = all,
                      .captures = x->captures.at,
                      .ncaptures = x->captures.n,
                      .first_capture = k,
                      .outputs = &y,
                      .noutputs = 1};
  pel_prog_made made = pel__lower_prog(l, &o);
  p.reg = emit_value(g, PEL_CODE_LIST_MAP, n->type, args, all, made.prog, mask, n->span);
  return p;
}

static place call(gen *g, const pel_ir_node *n, uint32_t mask) {
  uint32_t *args = PEL_ARENA_ARRAY(&g->l->scratch, uint32_t, n->nargs);
  place p = {PEL_NONE, NULL};
  if (!args) {
    g->l->failed = true;
    return p;
  }
  for (uint32_t i = 0; i < n->nargs; i++) args[i] = whole_reg(g, n->args[i]);
  pel_code code = n->op == PEL_IR_CALL     ? PEL_CODE_CALL
                  : n->op == PEL_IR_AGG    ? PEL_CODE_LIST_AGG
                  : n->op == PEL_IR_NATIVE ? PEL_CODE_NATIVE
                                           : PEL_CODE_LIST;
  uint32_t ref = n->fn                    ? pel__lower_op(g->l, n->fn)
                 : n->op == PEL_IR_NATIVE ? n->index
                                          : 0;
  p.reg = emit_value(g, code, n->type, args, n->nargs, ref, mask, n->span);
  return p;
}

static place compute(gen *g, const pel_reach_node *x, uint32_t mask) {
  const pel_ir_node *n = x->node;
  switch ((int)n->op) {
    case PEL_IR_FIELD:
      return field(g, n, mask);
    case PEL_IR_RECORD:
      return record(g, n);
    case PEL_IR_LMAP:
      return list_map(g, x, mask);
    default:
      return call(g, n, mask);
  }
}

/* ---- choices: one operand after the other, each under the rows that need it ---- */

static void set_context(gen *g, uint32_t number, uint32_t operand, uint32_t mask) {
  g->r.contexts.at[g->r.nodes.at[number].first_context + operand - 1].mask = mask;
}

/* Where the value so far asks for the next operand. */
static uint32_t wanted_bits(const pel_ir_node *n) {
  switch ((int)n->op) {
    case PEL_IR_AND:
      return n->type->nullable ? PEL_MASK_TRUE | PEL_MASK_NULL : PEL_MASK_TRUE;
    case PEL_IR_OR:
      return n->type->nullable ? PEL_MASK_FALSE | PEL_MASK_NULL : PEL_MASK_FALSE;
    case PEL_IR_TRY:
      return PEL_MASK_POISON;
    default:
      return PEL_MASK_NULL; /* coalesce */
  }
}

/* Where it stays, if nothing above it in the choice holds. */
static uint32_t settled_bits(const pel_ir_node *n) {
  switch ((int)n->op) {
    case PEL_IR_AND:
      return PEL_MASK_FALSE | PEL_MASK_NULL | PEL_MASK_POISON;
    case PEL_IR_OR:
      return PEL_MASK_TRUE | PEL_MASK_NULL | PEL_MASK_POISON;
    case PEL_IR_TRY:
      return PEL_MASK_VALID | PEL_MASK_NULL;
    default:
      return PEL_MASK_VALID | PEL_MASK_POISON;
  }
}

/* and, or over nulls: a null stays unless the next operand settles it, or fails. */
static uint32_t null_logic(gen *g, const pel_ir_node *n, const frame *f, uint32_t next,
                           uint32_t *args) {
  bool and = n->op == PEL_IR_AND;
  uint32_t open = emit_mask(g, f->reg, PEL_MASK_NULL, f->mask, n->span);
  args[0] = emit_mask(g, f->reg, and? PEL_MASK_TRUE : PEL_MASK_FALSE, f->mask, n->span);
  args[1] = next;
  args[2] = emit_mask(g, next, (and? PEL_MASK_FALSE : PEL_MASK_TRUE) | PEL_MASK_POISON,
                      open, n->span);
  args[3] = next;
  return 4;
}

/* The value so far and the next operand come together. */
static void join_operand(gen *g, uint32_t number, frame *f, uint32_t next) {
  const pel_ir_node *n = g->r.nodes.at[number].node;
  uint32_t args[8], k = 0, mask = mask_of(g, number);
  bool logic = n->op == PEL_IR_AND || n->op == PEL_IR_OR;
  if (logic && n->type->nullable) {
    k = null_logic(g, n, f, next, args);
  } else {
    args[k++] = f->mask;
    args[k++] = next;
  }
  args[k++] = emit_mask(g, f->reg, settled_bits(n), mask, n->span);
  args[k++] = f->reg;
  bool more = n->op == PEL_IR_COALESCE && f->stage < n->nargs;
  const pel_type *type = more ? pel__ir_nullable(g->l->m, n->type, true) : n->type;
  f->reg = emit_value(g, PEL_CODE_SELECT, type, args, k, 0, mask, n->span);
}

static void finish_if(gen *g, uint32_t number, const frame *f) {
  const pel_ir_node *n = g->r.nodes.at[number].node;
  uint32_t mask = mask_of(g, number), cond = f->reg, args[6];
  uint32_t at = g->r.nodes.at[number].first_context;
  args[0] = g->r.contexts.at[at].mask;
  args[1] = whole_reg(g, n->args[1]);
  args[2] = g->r.contexts.at[at + 1].mask;
  args[3] = whole_reg(g, n->args[2]);
  args[4] = emit_mask(g, cond, PEL_MASK_NULL | PEL_MASK_POISON, mask, n->span);
  args[5] = emit_value(g, PEL_CODE_POISON, n->type, &cond, 1, 0, args[4], n->span);
  g->places[number].reg =
      emit_value(g, PEL_CODE_SELECT, n->type, args, 6, 0, mask, n->span);
}

/* ---- the order of things: an explicit stack, since values nest as deep as programs are
 * long ---- */

static void demand(gen *g, const pel_ir_node *n) {
  uint32_t at = number_of(g, n);
  frame f = {at, 0, PEL_NONE, PEL_NONE};
  if (!g->l->failed && !g->done[at] && !PEL_VEC_PUSH(&g->stack, f, g->a))
    g->l->failed = true;
}

static void settle(gen *g, uint32_t number, place p) {
  g->places[number] = p;
  g->done[number] = true;
  g->stack.n--;
}

static void step_if(gen *g, frame *f) {
  uint32_t number = f->node, mask = mask_of(g, number);
  const pel_ir_node *n = g->r.nodes.at[number].node;
  if (f->stage == 1) {
    f->reg = whole_reg(g, n->args[0]);
    set_context(g, number, 1, emit_mask(g, f->reg, PEL_MASK_TRUE, mask, n->span));
    set_context(g, number, 2, emit_mask(g, f->reg, PEL_MASK_FALSE, mask, n->span));
  }
  if (f->stage < 3) {
    demand(g, n->args[f->stage++]);
    return;
  }
  finish_if(g, number, f);
  settle(g, number, g->places[number]);
}

static void step_choice(gen *g, frame *f) {
  uint32_t number = f->node;
  const pel_ir_node *n = g->r.nodes.at[number].node;
  if (f->stage == 1) f->reg = whole_reg(g, n->args[0]);
  if (f->stage > 1) join_operand(g, number, f, whole_reg(g, n->args[f->stage - 1]));
  if (f->stage == n->nargs) {
    settle(g, number, (place){f->reg, NULL});
    return;
  }
  if (f->stage > 0) {
    f->mask = emit_mask(g, f->reg, wanted_bits(n), mask_of(g, number), n->span);
    set_context(g, number, f->stage, f->mask);
  }
  demand(g, n->args[f->stage++]);
}

static void step(gen *g, frame *f) {
  const pel_reach_node x = g->r.nodes.at[f->node];
  if (g->done[f->node]) {
    g->stack.n--;
  } else if (x.leaf) {
    settle(g, f->node, leaf(g, x.node));
  } else if (x.node->op == PEL_IR_IF) {
    step_if(g, f);
  } else if (x.node->op >= PEL_IR_AND && x.node->op <= PEL_IR_TRY) {
    step_choice(g, f);
  } else if (f->stage < pel__operands(&x)) {
    demand(g, pel__operand(&x, f->stage++));
  } else {
    uint32_t number = f->node;
    settle(g, number, compute(g, &x, mask_of(g, number)));
  }
}

static void value(gen *g, const pel_ir_node *n) {
  demand(g, n);
  while (g->stack.n && !g->l->failed) {
    frame f = g->stack.at[g->stack.n - 1]; /* a copy: demand moves the stack */
    size_t depth = g->stack.n;
    step(g, &f);
    if (g->stack.n >= depth) g->stack.at[depth - 1] = f;
  }
}

/* ---- the whole program ---- */

static void filters(gen *g) {
  const pel_ir_region *r = g->o->region;
  for (const pel_ir_node *n = r ? r->first : NULL; n && !g->l->failed; n = n->next) {
    if (n->op != PEL_IR_FILTER) continue;
    value(g, n->args[0]);
    if (g->l->failed) return;
    uint32_t cond = whole_reg(g, n->args[0]);
    emit(g, PEL_CODE_FILTER, PEL_NONE, &cond, 1, 0, PEL_NONE, n->span);
  }
}

typedef PEL_VEC(uint32_t) regs;

static void output(gen *g, const pel_output *y, regs *out) {
  const pel_ir_node *n = y->node;
  value(g, n);
  if (g->l->failed) return;
  uint32_t number = number_of(g, n);
  bool split = y->split && pel__splits(n->type);
  for (uint32_t i = 0; i < (split ? n->type->nfields : 1); i++) {
    uint32_t r;
    if (!split) {
      r = whole_reg(g, n);
    } else if (g->places[number].parts) {
      r = part_reg(g, number, i);
    } else {
      r = emit_value(g, PEL_CODE_FIELD, n->type->fields[i].type, &g->places[number].reg,
                     1, i, PEL_NONE, n->span);
    }
    if (!PEL_VEC_PUSH(out, r, g->a)) g->l->failed = true;
  }
}

static bool begin(gen *g) {
  pel_lowering *l = g->l;
  pel__reach(l, g->o, &g->r);
  if (!l->failed) pel__contexts(l, g->o, &g->r);
  g->places = PEL_ARENA_ARRAY(&l->scratch, place, g->r.nodes.n);
  g->done = PEL_ARENA_ARRAY(&l->scratch, bool, g->r.nodes.n);
  g->columns = PEL_ARENA_ARRAY(&l->scratch, uint32_t, g->o->ntypes);
  if (!g->places || !g->done || !g->columns) l->failed = true;
  for (size_t i = 0; !l->failed && i < g->r.nodes.n; i++)
    g->places[i] = (place){PEL_NONE, NULL};
  for (uint32_t i = 0; !l->failed && i < g->o->ntypes; i++) g->columns[i] = PEL_NONE;
  return !l->failed;
}

static pel_prog_made finish(gen *g, const regs *out) {
  pel_lowering *l = g->l;
  pel_prog_made made = {.n = (uint32_t)out->n};
  uint32_t *at = PEL_ARENA_ARRAY(&l->scratch, uint32_t, out->n),
           *types = PEL_ARENA_ARRAY(&l->scratch, uint32_t, out->n);
  if (!at || !types) l->failed = true;
  for (size_t i = 0; !l->failed && i < out->n; i++) {
    at[i] = out->at[i];
    types[i] = g->types.at[at[i]];
  }
  if (l->failed) return made;
  made.regs = at;
  made.types = types;
  made.prog = pel__build_prog(
      l->b,
      (pel_prog){.instrs = pel__build_instrs(l->b, g->instrs.at, (uint32_t)g->instrs.n),
                 .regs = pel__build_reg_types(l->b, g->types.at, (uint32_t)g->types.n),
                 .inputs = pel__build_reg_types(l->b, g->o->types, g->o->ntypes),
                 .outputs = pel__build_args(l->b, at, made.n)});
  return made;
}

pel_prog_made pel__lower_prog(pel_lowering *l, const pel_prog_order *o) {
  gen g = {.l = l, .o = o, .a = pel__alloc_libc()};
  regs out = {0};
  pel_prog_made made = {0};
  if (begin(&g)) {
    filters(&g);
    for (uint32_t i = 0; i < o->noutputs && !l->failed; i++)
      output(&g, &o->outputs[i], &out);
    made = finish(&g, &out);
  }
  pel__reach_deinit(&g.r);
  PEL_VEC_DEINIT(&g.instrs, g.a);
  PEL_VEC_DEINIT(&g.types, g.a);
  PEL_VEC_DEINIT(&g.stack, g.a);
  PEL_VEC_DEINIT(&out, g.a);
  return made;
}
