#include "runtime/plan/verify_family.h"

/* A register as far as the program has come. Masks form a tree: `up` is the mask it was
 * made under; `jump` skips levels (Myers 1983), so that asking for an ancestor is
 * logarithmic however deep a hostile plan nests. */
typedef struct reg_state {
  bool written;
  uint32_t
      scope; /* the mask it was computed under (of a mask: made under), or PEL_NONE */
  uint32_t depth, jump;
} reg_state;

typedef struct prog_check {
  pel_plan_check *c;
  const pel_plan_data *p;
  const pel_prog *g;
  uint32_t number;
  reg_state *regs;
  uint32_t *depths; /* of programs: how deep their LIST_MAPs nest */
} prog_check;

enum { MAP_DEPTH = 64 };

static uint32_t reg_type(const prog_check *k, uint32_t r) {
  return k->p->reg_types[k->g->regs.at + r];
}
static uint32_t depth_of(const prog_check *k, uint32_t m) {
  return m == PEL_NONE ? 0 : k->regs[m].depth;
}

/* Is `outer` the mask `inner` or one it was made under? PEL_NONE holds all. */
static bool holds(const prog_check *k, uint32_t outer, uint32_t inner) {
  uint32_t want = depth_of(k, outer);
  while (depth_of(k, inner) > want) {
    uint32_t j = k->regs[inner].jump;
    inner = depth_of(k, j) >= want ? j : k->regs[inner].scope;
  }
  return inner == outer;
}

static void place_mask(prog_check *k, uint32_t m, uint32_t parent) {
  reg_state *r = &k->regs[m];
  r->scope = parent;
  r->depth = depth_of(k, parent) + 1;
  r->jump = parent;
  if (parent == PEL_NONE) return;
  uint32_t j = k->regs[parent].jump;
  if (j == PEL_NONE) return;
  uint32_t jj = k->regs[j].jump;
  if (depth_of(k, parent) - depth_of(k, j) == depth_of(k, j) - depth_of(k, jj))
    k->regs[m].jump = jj;
}

static pel_status value_at(prog_check *k, uint32_t r, uint32_t mask, uint32_t *type) {
  pel_plan_check *c = k->c;
  PEL_WANT(c, r < k->g->regs.n && k->regs[r].written,
           "program %u reads register %u too early", k->number, r);
  *type = reg_type(k, r);
  PEL_WANT(c, *type != PEL_NONE, "program %u reads mask %u as a value", k->number, r);
  PEL_WANT(c, holds(k, k->regs[r].scope, mask),
           "program %u reads register %u outside of its mask", k->number, r);
  return PEL_OK;
}

static pel_status mask_at(prog_check *k, uint32_t m) {
  PEL_WANT(k->c,
           m == PEL_NONE ||
               (m < k->g->regs.n && k->regs[m].written && reg_type(k, m) == PEL_NONE),
           "program %u has no mask %u", k->number, m);
  return PEL_OK;
}

static const uint32_t *args_of(const prog_check *k, const pel_instr *x) {
  return k->p->args + x->args;
}

/* All arguments are readable values. */
static pel_status read_args(prog_check *k, const pel_instr *x) {
  uint32_t type;
  for (uint32_t i = 0; i < x->nargs; i++)
    PEL_CHECK(value_at(k, args_of(k, x)[i], x->mask, &type));
  return PEL_OK;
}

static uint32_t type_of_arg(const prog_check *k, const pel_instr *x, uint32_t i) {
  return reg_type(k, args_of(k, x)[i]);
}

static pel_status check_leaf(prog_check *k, const pel_instr *x, uint32_t dst) {
  const pel_plan_data *p = k->p;
  pel_plan_check *c = k->c;
  uint32_t from;
  if (x->code == PEL_CODE_COLUMN) {
    PEL_WANT(c, x->nargs == 0 && x->ref < k->g->inputs.n, "program %u has no column %u",
             k->number, x->ref);
    from = p->reg_types[k->g->inputs.at + x->ref];
  } else if (x->code == PEL_CODE_CONST) {
    PEL_WANT(c, x->nargs == 0 && x->ref < p->n_consts, "program %u has no constant %u",
             k->number, x->ref);
    from = pel__type_number(p, p->consts[x->ref].type);
  } else {
    uint32_t slot = x->nargs == 1 ? args_of(k, x)[0] : PEL_NONE;
    PEL_WANT(c, slot < p->n_slots && x->ref < p->slots[slot].types.n,
             "program %u has no slot", k->number);
    from = p->reg_types[p->slots[slot].types.at + x->ref];
  }
  PEL_WANT(c, pel__type_fits(p, from, dst), "program %u: register %u has another type",
           k->number, x->dst);
  return PEL_OK;
}

static pel_status check_field(prog_check *k, const pel_instr *x, uint32_t dst) {
  const pel_plan_data *p = k->p;
  pel_plan_check *c = k->c;
  PEL_WANT(c, x->nargs == 1, "program %u: field of nothing", k->number);
  const pel_type *t = &p->types[type_of_arg(k, x, 0)], *d = &p->types[dst];
  if (t->kind == PEL_LIST) {
    PEL_WANT(c, d->kind == PEL_LIST, "program %u: field of a list", k->number);
    t = t->item;
    d = d->item;
  }
  PEL_WANT(c,
           t->kind == PEL_RECORD && x->ref < t->nfields &&
               pel__type_fits(p, pel__type_number(p, t->fields[x->ref].type),
                              pel__type_number(p, d)),
           "program %u: no field %u", k->number, x->ref);
  return PEL_OK;
}

static pel_status check_record(prog_check *k, const pel_instr *x, uint32_t dst) {
  const pel_type *d = &k->p->types[dst];
  PEL_WANT(k->c, d->kind == PEL_RECORD && d->nfields == x->nargs,
           "program %u: another record", k->number);
  for (uint32_t i = 0; i < x->nargs; i++)
    PEL_WANT(k->c,
             pel__type_fits(k->p, type_of_arg(k, x, i),
                            pel__type_number(k->p, d->fields[i].type)),
             "program %u: field %u of a record", k->number, i);
  return PEL_OK;
}

static pel_status check_list(prog_check *k, const pel_instr *x, uint32_t dst) {
  const pel_type *d = &k->p->types[dst];
  PEL_WANT(k->c, d->kind == PEL_LIST, "program %u: a list of another type", k->number);
  for (uint32_t i = 0; i < x->nargs; i++)
    PEL_WANT(k->c,
             pel__type_fits(k->p, type_of_arg(k, x, i), pel__type_number(k->p, d->item)),
             "program %u: item %u of a list", k->number, i);
  return PEL_OK;
}

static pel_status check_call(prog_check *k, const pel_instr *x) {
  const pel_plan_data *p = k->p;
  pel_plan_check *c = k->c;
  if (x->code == PEL_CODE_NATIVE) {
    PEL_WANT(c, x->ref < p->n_natives, "program %u: no C function %u", k->number, x->ref);
    return PEL_OK;
  }
  pel_op_kind kind = x->code == PEL_CODE_CALL ? PEL_OP_MAP : PEL_OP_AGG;
  PEL_WANT(c, x->ref < p->n_ops && p->ops[x->ref].kind == kind,
           "program %u: no operator %u", k->number, x->ref);
  if (kind == PEL_OP_AGG)
    PEL_WANT(c, x->nargs > 0 && p->types[type_of_arg(k, x, 0)].kind == PEL_LIST,
             "program %u: an aggregate of no list", k->number);
  return PEL_OK;
}

static pel_status check_mask(prog_check *k, const pel_instr *x) {
  PEL_WANT(k->c, x->nargs == 1 && x->ref > 0 && x->ref < 32, "program %u: an empty mask",
           k->number);
  const pel_type *t = &k->p->types[type_of_arg(k, x, 0)];
  PEL_WANT(k->c, t->kind == PEL_BOOL || !(x->ref & (PEL_MASK_TRUE | PEL_MASK_FALSE)),
           "program %u: truth of no bool", k->number);
  return PEL_OK;
}

/* Nulls may go or come: masks say where. */
static bool alike(const prog_check *k, uint32_t from, uint32_t to) {
  const pel_type *a = &k->p->types[from], *b = &k->p->types[to];
  return a->nullable == b->nullable
             ? from == to
             : pel__type_fits(k->p, a->nullable ? to : from, a->nullable ? from : to);
}

static pel_status check_select(prog_check *k, const pel_instr *x, uint32_t dst) {
  pel_plan_check *c = k->c;
  PEL_WANT(c, x->nargs >= 2 && x->nargs % 2 == 0, "program %u: an odd choice", k->number);
  for (uint32_t i = 0; i < x->nargs; i += 2) {
    uint32_t mask = args_of(k, x)[i], value = args_of(k, x)[i + 1], type;
    PEL_CHECK(mask_at(k, mask));
    PEL_WANT(c, mask != PEL_NONE && holds(k, x->mask, mask),
             "program %u: mask %u lies elsewhere", k->number, mask);
    PEL_CHECK(value_at(k, value, mask, &type));
    PEL_WANT(c, alike(k, type, dst), "program %u: a choice of another type", k->number);
  }
  return PEL_OK;
}

static pel_status check_map_args(prog_check *k, const pel_instr *x,
                                 const pel_prog *inner) {
  bool lists = false;
  for (uint32_t i = 0; i < x->nargs; i++) {
    uint32_t from = type_of_arg(k, x, i), to = k->p->reg_types[inner->inputs.at + i];
    const pel_type *t = &k->p->types[from];
    bool list =
        t->kind == PEL_LIST && pel__type_fits(k->p, pel__type_number(k->p, t->item), to);
    lists |= list;
    PEL_WANT(k->c, list || pel__type_fits(k->p, from, to),
             "program %u: argument %u of a list program", k->number, i);
  }
  PEL_WANT(k->c, lists, "program %u maps over no list", k->number);
  return PEL_OK;
}

/* Writes dst … dst + n - 1, lists of the inner outputs. */
static pel_status check_list_map(prog_check *k, const pel_instr *x) {
  const pel_plan_data *p = k->p;
  pel_plan_check *c = k->c;
  PEL_WANT(c, x->ref < k->number, "program %u maps with a later program", k->number);
  const pel_prog *inner = &p->progs[x->ref];
  PEL_WANT(c,
           inner->inputs.n == x->nargs && inner->outputs.n > 0 &&
               pel__range_in((pel_range){x->dst, inner->outputs.n}, k->g->regs.n),
           "program %u: another number of lists", k->number);
  PEL_CHECK(check_map_args(k, x, inner));
  for (uint32_t i = 0; i < inner->outputs.n; i++) {
    uint32_t d = reg_type(k, x->dst + i),
             o = p->reg_types[inner->regs.at + p->args[inner->outputs.at + i]];
    PEL_WANT(c,
             d != PEL_NONE && p->types[d].kind == PEL_LIST &&
                 pel__type_fits(p, o, pel__type_number(p, p->types[d].item)),
             "program %u: list %u of another type", k->number, i);
    PEL_WANT(c, !k->regs[x->dst + i].written, "program %u writes register %u twice",
             k->number, x->dst + i);
    k->regs[x->dst + i] = (reg_state){.written = true, .scope = x->mask};
  }
  return PEL_OK;
}

static pel_status check_filter(prog_check *k, const pel_instr *x) {
  PEL_WANT(k->c, x->nargs == 1 && x->mask == PEL_NONE && x->dst == PEL_NONE,
           "program %u: a masked filter", k->number);
  PEL_WANT(k->c, k->p->types[type_of_arg(k, x, 0)].kind == PEL_BOOL,
           "program %u filters by no bool", k->number);
  return PEL_OK;
}

static pel_status check_value(prog_check *k, const pel_instr *x, uint32_t dst) {
  switch ((int)x->code) {
    case PEL_CODE_COLUMN:
    case PEL_CODE_CONST:
    case PEL_CODE_SLOT:
      return check_leaf(k, x, dst);
    case PEL_CODE_CALL:
    case PEL_CODE_NATIVE:
    case PEL_CODE_LIST_AGG:
      return check_call(k, x);
    case PEL_CODE_FIELD:
      return check_field(k, x, dst);
    case PEL_CODE_RECORD:
      return check_record(k, x, dst);
    case PEL_CODE_LIST:
      return check_list(k, x, dst);
    case PEL_CODE_SELECT:
      return check_select(k, x, dst);
    case PEL_CODE_POISON:
      PEL_WANT(k->c, x->nargs == 1, "program %u: poison of nothing", k->number);
      return PEL_OK;
    default:
      return pel__verify_bad(k->c, "program %u: instruction %u", k->number, x->code);
  }
}

static pel_status check_instr(prog_check *k, const pel_instr *x) {
  pel_plan_check *c = k->c;
  PEL_WANT(c, pel__range_in((pel_range){x->args, x->nargs}, k->p->n_args),
           "program %u: arguments", k->number);
  PEL_WANT(c, pel__opt_in(x->span, k->p->n_spans), "program %u: a place", k->number);
  PEL_CHECK(mask_at(k, x->mask));
  if (x->code != PEL_CODE_SLOT && x->code != PEL_CODE_SELECT) PEL_CHECK(read_args(k, x));
  if (x->code == PEL_CODE_FILTER) return check_filter(k, x);
  if (x->code == PEL_CODE_LIST_MAP) return check_list_map(k, x);
  PEL_WANT(c, x->dst < k->g->regs.n && !k->regs[x->dst].written,
           "program %u writes register %u", k->number, x->dst);
  uint32_t dst = reg_type(k, x->dst);
  PEL_WANT(c, (dst == PEL_NONE) == (x->code == PEL_CODE_MASK), "program %u: register %u",
           k->number, x->dst);
  if (x->code == PEL_CODE_MASK) {
    PEL_CHECK(check_mask(k, x));
    place_mask(k, x->dst, x->mask);
  } else {
    PEL_CHECK(check_value(k, x, dst));
    k->regs[x->dst].scope = x->mask;
  }
  k->regs[x->dst].written = true;
  return PEL_OK;
}

static pel_status check_regs(pel_plan_check *c, const pel_prog *g, uint32_t number) {
  const pel_plan_data *p = c->p;
  PEL_WANT(c,
           pel__range_in(g->instrs, p->n_instrs) &&
               pel__range_in(g->regs, p->n_reg_types) &&
               pel__range_in(g->outputs, p->n_args) && g->outputs.n <= PEL_PLAN_COLUMNS,
           "program %u points outside", number);
  for (uint32_t i = 0; i < g->regs.n; i++)
    PEL_WANT(c, pel__opt_in(p->reg_types[g->regs.at + i], p->n_types),
             "program %u: register %u", number, i);
  return pel__verify_types_of(c, g->inputs, "program");
}

static pel_status check_prog(pel_plan_check *c, uint32_t number, uint32_t *depths) {
  const pel_prog *g = &c->p->progs[number];
  prog_check k = {
      c, c->p, g, number, PEL_ARENA_ARRAY(&c->scratch, reg_state, g->regs.n), depths};
  if (!k.regs) return PEL_E_NOMEM;
  for (uint32_t i = 0; i < g->regs.n; i++) k.regs[i].scope = PEL_NONE;
  for (uint32_t i = 0; i < g->instrs.n; i++)
    PEL_CHECK(check_instr(&k, &c->p->instrs[g->instrs.at + i]));
  uint32_t type;
  for (uint32_t i = 0; i < g->outputs.n; i++)
    PEL_CHECK(value_at(&k, c->p->args[g->outputs.at + i], PEL_NONE, &type));
  return PEL_OK;
}

/* Programs may not overlap: what is checked, and run, stays linear in the plan's size. */
static pel_status check_apart(pel_plan_check *c) {
  const pel_plan_data *p = c->p;
  uint64_t types = 0, instrs = 0, args = 0;
  for (uint32_t i = 0; i < p->n_progs; i++) {
    const pel_prog *g = &p->progs[i];
    types += (uint64_t)g->regs.n + g->inputs.n;
    instrs += g->instrs.n;
    args += g->outputs.n;
  }
  for (uint32_t i = 0; i < p->n_instrs; i++) args += p->instrs[i].nargs;
  PEL_WANT(c, types <= p->n_reg_types && instrs <= p->n_instrs && args <= p->n_args,
           "programs overlap");
  return PEL_OK;
}

pel_status pel__verify_progs(pel_plan_check *c) {
  uint32_t *depths = PEL_ARENA_ARRAY(&c->scratch, uint32_t, c->p->n_progs);
  if (!depths) return PEL_E_NOMEM;
  PEL_CHECK(check_apart(c));
  for (uint32_t i = 0; i < c->p->n_progs; i++) {
    PEL_CHECK(check_regs(c, &c->p->progs[i], i));
    PEL_CHECK(check_prog(c, i, depths));
  }
  return PEL_OK;
}
