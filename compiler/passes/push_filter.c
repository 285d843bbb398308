#include "compiler/passes/passes.h"

/* Conditions over a reader's own columns are tried while reading, so that rejected rows are not converted further. The
 * filters stay where they are: a reader may try less. What is pushed are the leading filters of the reader's only
 * consumer, in their order, as one `and`: so a condition is looked at only where those in front of it hold, as before. */

static pel_ir_region *rows_of(pel_ir_node *u, uint32_t arg) {
  if (u->op == PEL_IR_MAP) return u->nargs == 1 ? u->regions[0] : NULL;
  if (u->op == PEL_IR_GROUP || u->op == PEL_IR_SORT || u->op == PEL_IR_DISTINCT) return arg == 0 ? u->regions[0] : NULL;
  return u->op == PEL_IR_JOIN && arg < 2 ? u->regions[arg] : NULL;
}

static bool stands_before(const pel_ir_node *n, const pel_ir_node *at) {
  for (const pel_ir_node *k = at; k; k = k->prev)
    if (k == n) return true;
  return false;
}

/* Native calls are not made twice; values of the program must be there before the read. */
static bool cheap(const pel_ir_region *r, const pel_ir_node *read, const pel_ir_node *n) {
  if (!pel__ir_within(n->home, r)) return n->op == PEL_IR_CONST || (n->op == PEL_IR_PARAM && stands_before(n, read));
  if (n->op == PEL_IR_NATIVE || n->nregions) return false;
  for (uint32_t i = 0; i < n->nargs; i++)
    if (!cheap(r, read, n->args[i])) return false;
  return true;
}

/* What a condition uses from outside has to stand in front of the reader. */
static void bring_forward(const pel_ir_region *rows, pel_ir_node *read, pel_ir_node *n) {
  if (pel__ir_within(n->home, rows)) {
    for (uint32_t i = 0; i < n->nargs; i++) bring_forward(rows, read, n->args[i]);
  } else {
    pel__ir_remove(n);
    pel__ir_before(read, n);
  }
}

static pel_ir_node *all_of(pel_ir *m, pel_ir_region *r, pel_ir_node **conds, uint32_t n) {
  if (n == 1) return conds[0];
  pel_ir_node *k = pel__ir_node_new(m, PEL_IR_AND, conds[0]->type, conds[0]->span, n, conds, 0);
  if (k == m->broken) return NULL;
  k->item = conds[0]->item;
  pel__ir_append(r, k);
  return k;
}

static void push(pel_ir *m, pel_ir_node *read, const pel_ir_region *rows) {
  pel_ir_node *conds[32];
  uint32_t n = 0;
  pel_ir_region **regions = PEL_ARENA_ARRAY(m->arena, pel_ir_region *, 1);
  if (!regions) {
    m->oom = true;
    return;
  }
  pel_ir_node holder = *read; /* the region is hung in only when something was pushed */
  holder.regions = regions;
  holder.nregions = 1;
  pel_ir_region *into = pel__ir_region_new(m, &holder, 0, m->top, &read->type, 1, read->span);
  pel_ir_copier c;
  if (into == m->top || !pel__ir_copier_init(&c, m, rows, into)) return;
  c.map[rows->params[0]->id] = into->params[0];
  for (const pel_ir_node *f = rows->first; f && n < 32; f = f->next) {
    if (f->op != PEL_IR_FILTER) continue;
    if (!cheap(rows, read, f->args[0])) break;
    pel_ir_node *k = pel__ir_copy(&c, f->args[0]);
    if (!k) break;
    bring_forward(rows, read, f->args[0]);
    conds[n++] = k;
  }
  pel_ir_node *y = n ? all_of(m, into, conds, n) : NULL;
  if (!y) return;
  pel__ir_yields(m, into, &y, 1);
  into->owner = read;
  read->regions = regions;
  read->nregions = 1;
}

void pel__pass_push_filter(pel_ir *m) {
  pel__ir_clear(m);
  pel__ir_count_uses(m);
  for (pel_ir_node *n = m->top->first; n; n = n->next) {
    uint32_t arg = 0;
    pel_ir_node *u = n->op == PEL_IR_READ && n->nregions == 0 ? pel__ir_only_user(m, n, &arg) : NULL;
    pel_ir_region *rows = u ? rows_of(u, arg) : NULL;
    if (rows && pel__ir_has_filters(rows)) push(m, n, rows);
  }
}
