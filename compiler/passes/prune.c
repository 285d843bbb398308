#include "compiler/passes/passes_family.h"

/* Columns that nobody reads are not carried: through sorts, joins, slices, groups, and
 * what is kept for several users. Backward, each node learns which fields its users read,
 * and drops the others; forward, users learn the new numbers. (A reader with one user is
 * asked for the used columns when it is lowered.) */
typedef struct table {
  bool *need;    /* by field; NULL: no table of records */
  uint32_t *map; /* old field to new, or PEL_NONE; NULL: all as they were */
} table;

typedef struct pruning {
  pel_ir *m;
  table *tables; /* by node->mark, of nodes at the top */
} pruning;

static table *of(pruning *p, const pel_ir_node *n) { return &p->tables[n->mark]; }

static void need_all(pruning *p, const pel_ir_node *n) {
  if (n->home != p->m->top || !of(p, n)->need) return;
  for (uint32_t i = 0; i < n->type->nfields; i++) of(p, n)->need[i] = true;
}

/* ---- who reads what ---- */

/* uses = 1: reached from a filter or a yield. The order of a region's list is that of
 * use, backwards. */
static void reach(const pel_ir_region *r) {
  for (pel_ir_node *n = r->first; n; n = n->next) n->uses = n->op == PEL_IR_FILTER;
  for (uint32_t i = 0; i < r->nyields; i++) r->yields[i]->uses = 1;
  for (pel_ir_node *n = r->last; n; n = n->prev) {
    if (!n->uses) continue;
    for (uint32_t i = 0; i < n->nargs; i++) n->args[i]->uses = 1;
    for (uint32_t g = 0; g < n->nregions; g++) {
      for (pel_ir_node *k = NULL; (k = pel__ir_walk(n->regions[g], k));)
        for (uint32_t i = 0; i < k->nargs; i++) k->args[i]->uses = 1;
      for (uint32_t i = 0; i < n->regions[g]->nyields; i++)
        n->regions[g]->yields[i]->uses = 1;
    }
  }
}

static void region_reads(pruning *p, const pel_ir_region *r, uint32_t param,
                         const pel_ir_node *from) {
  const pel_ir_node *in = r->params[param];
  bool *need = of(p, from)->need;
  if (!need) return;
  reach(r);
  bool whole = false;
  for (uint32_t i = 0; i < r->nyields; i++) whole |= r->yields[i] == in;
  for (const pel_ir_node *n = NULL; (n = pel__ir_walk(r, n));) {
    if (n->home == r && !n->uses) continue;
    for (uint32_t i = 0; i < n->nargs; i++) {
      if (n->args[i] != in) continue;
      if (n->op == PEL_IR_FIELD)
        need[n->index] = true;
      else
        whole = true;
    }
    for (uint32_t g = 0; g < n->nregions; g++)
      for (uint32_t i = 0; i < n->regions[g]->nyields; i++)
        whole |= n->regions[g]->yields[i] == in;
  }
  if (whole) need_all(p, from);
}

static void node_reads(pruning *p, const pel_ir_node *n) {
  const table *t = of(p, n);
  switch ((int)n->op) {
    case PEL_IR_MAP:
      for (uint32_t i = 0; i < n->nargs; i++)
        region_reads(p, n->regions[0], i, n->args[i]);
      return;
    case PEL_IR_GROUP:
    case PEL_IR_SORT:
    case PEL_IR_DISTINCT:
      region_reads(p, n->regions[0], 0, n->args[0]);
      return;
    case PEL_IR_JOIN:
      for (uint32_t i = 0; i < 2; i++) region_reads(p, n->regions[i], 0, n->args[i]);
      return;
    case PEL_IR_SLICE:
    case PEL_IR_CONCAT:
      for (uint32_t i = 0; i < n->nargs; i++)
        for (uint32_t f = 0;
             t->need && n->args[i]->array && f < n->args[i]->type->nfields;
             f++) /* n is narrow already */
          of(p, n->args[i])->need[f] |= t->need[f];
      return;
    default:
      for (uint32_t i = 0; i < n->nargs; i++) need_all(p, n->args[i]);
  }
}

/* ---- narrowing ---- */

static const pel_type *narrow_type(pruning *p, const pel_type *t, const uint32_t *map,
                                   uint32_t n) {
  pel_field *f = pel__pass_room(p->m, n, sizeof *f);
  if (!f) return t;
  for (uint32_t i = 0; i < t->nfields; i++)
    if (map[i] != PEL_NONE) f[map[i]] = t->fields[i];
  return pel__ir_record(p->m, f, n);
}

/* Numbers for the needed fields; 0: all are needed. At least one stays, so that rows can
 * be counted. */
static uint32_t number(pruning *p, const pel_ir_node *n) {
  table *t = of(p, n);
  uint32_t k = 0, nf = n->type->nfields;
  for (uint32_t i = 0; i < nf; i++) k += t->need[i];
  if (nf && !k) {
    uint32_t best = 0;
    for (uint32_t i = nf; i-- > 0;)
      if (n->type->fields[i].type->kind < PEL_STR || i == 0) best = i;
    t->need[best] = true;
    k = 1;
  }
  if (k == nf) return 0;
  t->map = pel__pass_room(p->m, nf, sizeof *t->map);
  if (!t->map) return 0;
  k = 0;
  for (uint32_t i = 0; i < nf; i++) t->map[i] = t->need[i] ? k++ : PEL_NONE;
  return k;
}

/* The record y with its needed fields only, in r. */
static pel_ir_node *narrow(pruning *p, pel_ir_region *r, pel_ir_node *y,
                           const uint32_t *map, uint32_t n, const pel_type *type) {
  pel_ir_node *rec = pel__ir_node_new(p->m, PEL_IR_RECORD, type, y->span, n, NULL, 0);
  if (rec == p->m->broken) return y;
  for (uint32_t i = 0; i < y->type->nfields; i++) {
    if (map[i] == PEL_NONE) continue;
    if (y->op == PEL_IR_RECORD && y->args[i]->type == type->fields[map[i]].type) {
      rec->args[map[i]] = y->args[i];
      continue;
    }
    pel_ir_node *f = pel__ir_node_new(p->m, PEL_IR_FIELD, type->fields[map[i]].type,
                                      y->span, 1, &y, 0);
    if (f == p->m->broken) return y;
    f->index = i;
    pel__ir_append(r, f);
    rec->args[map[i]] = f;
  }
  pel__ir_append(r, rec);
  return rec;
}

static void narrow_group(pruning *p, pel_ir_node *n) {
  table *t = of(p, n);
  pel_ir_region *r = n->regions[0];
  for (uint32_t i = 0; i < n->nkeys; i++) t->need[i] = true;
  uint32_t k = number(p, n), at = n->nkeys, ky = n->nkeys;
  if (!k) return;
  const pel_type *type = narrow_type(p, n->type, t->map, k);
  for (uint32_t i = 0; i < n->naggs; i++) {
    uint32_t to = t->map[n->nkeys + i], args = n->agg_args[i];
    if (to != PEL_NONE) {
      n->aggs[to - n->nkeys] = n->aggs[i];
      n->agg_args[to - n->nkeys] = args;
      for (uint32_t j = 0; j < args; j++) r->yields[ky++] = r->yields[at + j];
    }
    at += args;
  }
  r->nyields = ky;
  n->naggs = k - n->nkeys;
  n->type = type;
}

/* One side keeps the fields that outputs name. */
static void narrow_side(pruning *p, pel_ir_node *n, bool right) {
  pel_ir_region *r = n->regions[right];
  pel_ir_node *row = r->yields[n->nkeys];
  uint32_t nf = row->type->nfields, k = 0;
  uint32_t *map = pel__pass_room(p->m, nf, sizeof *map);
  if (!map) return;
  for (uint32_t i = 0; i < nf; i++) map[i] = PEL_NONE;
  for (uint32_t i = 0; i < n->noutputs; i++)
    if (n->outputs[i].right == right) map[n->outputs[i].field] = 0;
  for (uint32_t i = 0; i < nf; i++)
    if (map[i] != PEL_NONE) map[i] = k++;
  if (k == nf) return;
  pel_ir_node *y = narrow(p, r, row, map, k, narrow_type(p, row->type, map, k));
  if (y == row) return;
  r->yields[n->nkeys] = y;
  for (uint32_t i = 0; i < n->noutputs; i++)
    if (n->outputs[i].right == right) n->outputs[i].field = map[n->outputs[i].field];
}

static void narrow_join(pruning *p, pel_ir_node *n) {
  uint32_t k = number(p, n);
  if (k) {
    const table *t = of(p, n);
    n->type = narrow_type(p, n->type, t->map, k);
    for (uint32_t i = 0; i < n->noutputs; i++)
      if (t->map[i] != PEL_NONE) n->outputs[t->map[i]] = n->outputs[i];
    n->noutputs = k;
  }
  narrow_side(p, n, false);
  narrow_side(p, n, true);
}

static void narrow_node(pruning *p, pel_ir_node *n) {
  table *t = of(p, n);
  if (!t->need) return;
  if (n->op == PEL_IR_GROUP) {
    if (n->array) narrow_group(p, n);
    return;
  }
  if (n->op == PEL_IR_JOIN) {
    narrow_join(p, n);
    return;
  }
  bool row = n->op == PEL_IR_MAP || n->op == PEL_IR_SORT || n->op == PEL_IR_DISTINCT;
  if (!row && n->op != PEL_IR_SLICE && n->op != PEL_IR_CONCAT) return;
  uint32_t k = number(p, n);
  if (!k) return;
  const pel_type *type = narrow_type(p, n->type, t->map, k);
  if (row) {
    uint32_t at = n->op == PEL_IR_MAP ? 0 : n->nkeys;
    n->regions[0]->yields[at] =
        narrow(p, n->regions[0], n->regions[0]->yields[at], t->map, k, type);
  }
  n->type = type;
}

/* ---- users learn the new numbers ---- */

/* What nobody reads any more may read columns that are gone. */
static void drop_unread(pel_ir_region *r) {
  reach(r);
  for (pel_ir_node *n = r->last, *before; n; n = before) {
    before = n->prev;
    if (!n->uses) pel__ir_remove(n);
  }
}

static void renumber(pruning *p, pel_ir_region *r, uint32_t param,
                     const pel_ir_node *from) {
  const uint32_t *map = of(p, from)->map;
  if (!map) return;
  drop_unread(r);
  pel_ir_node *old = r->params[param],
              *in = pel__region_input(p->m, r, param, from->type);
  if (in == p->m->broken) return;
  for (pel_ir_node *n = NULL; (n = pel__ir_walk(r, n));)
    for (uint32_t i = 0; i < n->nargs; i++) {
      if (n->args[i] != old) continue;
      n->args[i] = in;
      if (n->op == PEL_IR_FIELD) n->index = map[n->index];
    }
  old->other = in;
}

/* A map that picks, between from and what wants `type`. fields[i]: number in from of
 * wanted field i. */
static pel_ir_node *picking(pruning *p, pel_ir_node *from, const pel_type *type,
                            const uint32_t *fields, pel_ir_node *before) {
  pel_ir *m = p->m;
  pel_ir_node *map = pel__ir_node_new(m, PEL_IR_MAP, type, from->span, 1, &from, 1);
  if (map == m->broken) return map;
  map->array = true;
  map->item = from->item;
  pel_ir_region *r = pel__ir_region_new(m, map, 0, m->top, &from->type, 1, from->span);
  pel_ir_node *rec =
      pel__ir_node_new(m, PEL_IR_RECORD, type, from->span, type->nfields, NULL, 0);
  if (r == m->top || rec == m->broken) return m->broken;
  for (uint32_t i = 0; i < type->nfields; i++) {
    pel_ir_node *f = pel__ir_node_new(m, PEL_IR_FIELD, type->fields[i].type, from->span,
                                      1, &r->params[0], 0);
    if (f == m->broken) return f;
    f->index = fields[i];
    pel__ir_append(r, f);
    rec->args[i] = f;
  }
  pel__ir_append(r, rec);
  pel__ir_yields(m, r, &rec, 1);
  pel__ir_before(before, map);
  return map;
}

/* slice, concat: what comes in has exactly the columns that go out. */
static void match_argument(pruning *p, pel_ir_node *n, uint32_t i) {
  pel_ir_node *a = n->args[i];
  if (a->type == n->type) return;
  const uint32_t *mine = of(p, n)->map, *theirs = of(p, a)->map;
  uint32_t *fields = pel__pass_room(p->m, n->type->nfields, sizeof *fields);
  if (!fields || !mine) return;
  for (uint32_t f = 0, total = 0; total < n->type->nfields; f++) {
    if (mine[f] == PEL_NONE) continue;
    fields[mine[f]] = theirs ? theirs[f] : f;
    total++;
  }
  pel_ir_node *map = picking(p, a, n->type, fields, n);
  if (map != p->m->broken) n->args[i] = map;
}

/* A reader with several users is kept for them: only what they read. */
static void narrow_reader(pruning *p, pel_ir_node *n) {
  table *t = of(p, n);
  uint32_t k = number(p, n);
  if (!k || !n->next) return;
  const pel_type *type = narrow_type(p, n->type, t->map, k);
  uint32_t *fields = pel__pass_room(p->m, k, sizeof *fields);
  if (!fields) return;
  for (uint32_t i = 0; i < n->type->nfields; i++)
    if (t->map[i] != PEL_NONE) fields[t->map[i]] = i;
  pel_ir_node *map = picking(p, n, type, fields, n->next);
  if (map == p->m->broken) return;
  map->mark = n->mark; /* users look there for the numbers */
  n->other = map;
}

static void learn(pruning *p, pel_ir_node *n) {
  for (uint32_t i = 0; i < n->nargs; i++)
    if (n->args[i]->op == PEL_IR_READ && n->args[i]->other)
      n->args[i] = n->args[i]->other;
  switch ((int)n->op) {
    case PEL_IR_MAP:
      for (uint32_t i = 0; i < n->nargs; i++) renumber(p, n->regions[0], i, n->args[i]);
      return;
    case PEL_IR_GROUP:
    case PEL_IR_SORT:
    case PEL_IR_DISTINCT:
      renumber(p, n->regions[0], 0, n->args[0]);
      return;
    case PEL_IR_JOIN:
      for (uint32_t i = 0; i < 2; i++) renumber(p, n->regions[i], 0, n->args[i]);
      return;
    case PEL_IR_SLICE:
      match_argument(p, n, 0);
      return;
    case PEL_IR_CONCAT:
      for (uint32_t i = 0; i < n->nargs; i++) match_argument(p, n, i);
      return;
    default:
      return;
  }
}

static void need_roots(pruning *p) {
  pel_ir *m = p->m;
  for (uint32_t i = 0; i < m->nitems; i++) {
    if (m->items[i].value) need_all(p, m->items[i].value);
    if (m->items[i].left) need_all(p, m->items[i].left);
    if (m->items[i].right) need_all(p, m->items[i].right);
  }
  for (uint32_t i = 0; i < m->nparams; i++)
    if (m->params[i].init) need_all(p, m->params[i].init);
}

void pel__pass_prune(pel_ir *m) {
  pruning p = {.m = m};
  uint32_t count = 0;
  pel__ir_clear(m);
  pel__ir_count_uses(m);
  for (pel_ir_node *n = m->top->first; n; n = n->next) n->mark = count++;
  p.tables = pel__pass_room(m, count, sizeof *p.tables);
  bool *shared = pel__pass_room(m, count, sizeof *shared);
  if (!p.tables || !shared) return;
  for (pel_ir_node *n = m->top->first; n; n = n->next) {
    shared[n->mark] = n->uses > 1;
    if (n->array && n->type->kind == PEL_RECORD && !n->type->nullable)
      of(&p, n)->need = pel__pass_room(m, n->type->nfields, sizeof(bool));
    if (m->oom) return;
  }
  need_roots(&p);
  for (pel_ir_node *n = m->top->last; n && pel__ir_status(m) == PEL_OK; n = n->prev) {
    narrow_node(&p, n);
    node_reads(&p, n);
  }
  for (pel_ir_node *n = m->top->first, *next; n && pel__ir_status(m) == PEL_OK;
       n = next) {
    next = n->next;
    learn(&p, n);
    if (n->op == PEL_IR_READ && shared[n->mark]) narrow_reader(&p, n);
  }
  /* `other` of a reader led to its picking map, for users only. */
  for (pel_ir_node *n = m->top->first; n; n = n->next)
    if (n->op == PEL_IR_READ) n->other = NULL;
  pel__ir_forward(m);
}
