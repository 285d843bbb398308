#include <string.h>

#include "compiler/passes/passes.h"

/* Columns that nobody reads are not made; nodes that nobody uses go. From the consumers to the sources. */

/* ---- unused nodes --------------------------------------------------------------------------------------------------- */

static bool stays(const pel_ir_node *n) { return n->op == PEL_IR_FILTER || n->op == PEL_IR_INVOKE || n->op == PEL_IR_PARAM; }

static void drop_uses(pel_ir_node *n) {
  for (uint32_t i = 0; i < n->nargs; i++) n->args[i]->uses--;
  for (uint32_t i = 0; i < n->nregions; i++) {
    for (uint32_t k = 0; k < n->regions[i]->nyields; k++) n->regions[i]->yields[k]->uses--;
    for (pel_ir_node *x = n->regions[i]->last; x; x = x->prev) drop_uses(x);
  }
}

static void remove_unused(pel_ir_region *r) {
  for (pel_ir_node *n = r->last, *prev; n; n = prev) {
    prev = n->prev;
    if (n->uses == 0 && !stays(n)) {
      drop_uses(n);
      pel__ir_remove(n);
    } else {
      for (uint32_t i = 0; i < n->nregions; i++) remove_unused(n->regions[i]);
    }
  }
}

/* ---- unread columns ------------------------------------------------------------------------------------------------- */

typedef struct reading {
  const pel_ir_node *array;
  bool *read; /* per field */
  bool whole; /* the element itself is wanted somewhere */
} reading;

static pel_ir_node *input_of(pel_ir_node *u, uint32_t i) {
  if (u->op == PEL_IR_MAP) return u->regions[0]->params[i];
  if (u->op == PEL_IR_GROUP || u->op == PEL_IR_SORT || u->op == PEL_IR_DISTINCT) return i == 0 ? u->regions[0]->params[0] : NULL;
  return u->op == PEL_IR_JOIN && i < 2 ? u->regions[i]->params[0] : NULL;
}

static void look(void *ctx, pel_ir_node **place) {
  reading *r = ctx;
  r->whole |= *place == r->array;
}

/* Fields of `in` that region r reads; anything else than a field wants it whole. */
static void look_in_region(reading *r, pel_ir_region *region, const pel_ir_node *in) {
  for (uint32_t i = 0; i < region->nyields; i++) r->whole |= region->yields[i] == in;
  for (pel_ir_node *n = NULL; (n = pel__ir_walk(region, n));) {
    for (uint32_t i = 0; i < n->nargs; i++) {
      if (n->args[i] != in) continue;
      if (n->op == PEL_IR_FIELD) r->read[n->index] = true;
      else r->whole = true;
    }
    for (uint32_t k = 0; k < n->nregions; k++)
      for (uint32_t i = 0; i < n->regions[k]->nyields; i++) r->whole |= n->regions[k]->yields[i] == in;
  }
}

static void look_at_uses(pel_ir *m, reading *r, pel_ir_node *a) {
  for (pel_ir_node *u = m->top->first; u && !r->whole; u = u->next)
    for (uint32_t i = 0; i < u->nargs; i++) {
      if (u->args[i] != a) continue;
      pel_ir_node *in = input_of(u, i);
      if (!in) r->whole = true;
      else look_in_region(r, in->home, in);
    }
  for (uint32_t i = 0; i < m->nitems; i++) {
    if (m->items[i].value) look(r, &m->items[i].value);
    if (m->items[i].left) look(r, &m->items[i].left);
    if (m->items[i].right) look(r, &m->items[i].right);
  }
  for (uint32_t i = 0; i < m->nparams; i++)
    if (m->params[i].init) look(r, &m->params[i].init);
}

typedef struct narrowing {
  uint32_t *to; /* old field → new, or PEL_NONE */
  const pel_type *type;
  uint32_t kept;
} narrowing;

static bool make_narrowing(pel_ir *m, const pel_type *t, const bool *read, narrowing *out) {
  pel_field *f = PEL_ARENA_ARRAY(m->arena, pel_field, t->nfields + 1);
  out->to = PEL_ARENA_ARRAY(m->arena, uint32_t, t->nfields + 1);
  if (!f || !out->to) return m->oom = true, false;
  out->kept = 0;
  for (uint32_t i = 0; i < t->nfields; i++) {
    out->to[i] = read[i] ? out->kept : PEL_NONE;
    if (read[i]) f[out->kept++] = t->fields[i];
  }
  if (out->kept == t->nfields || out->kept == 0) return false;
  out->type = pel__ir_record(m, f, out->kept);
  return true;
}

static void renumber_fields(pel_ir *m, const pel_ir_node *a, const narrowing *w) {
  for (pel_ir_node *u = m->top->first; u; u = u->next)
    for (uint32_t i = 0; i < u->nargs; i++) {
      pel_ir_node *in = u->args[i] == a ? input_of(u, i) : NULL;
      for (pel_ir_node *n = NULL; in && (n = pel__ir_walk(in->home, n));)
        if (n->op == PEL_IR_FIELD && n->args[0] == in) n->index = w->to[n->index] | UINT32_C(1) << 31;
    }
  for (pel_ir_node *n = NULL; (n = pel__ir_walk(m->top, n));) /* an array may be read twice by one node: renumbered once */
    if (n->op == PEL_IR_FIELD) n->index &= ~(UINT32_C(1) << 31);
}

/* A record of the kept fields of `row`. */
static pel_ir_node *narrow_record(pel_ir *m, pel_ir_region *r, pel_ir_node *row, const narrowing *w) {
  pel_ir_node **parts = PEL_ARENA_ARRAY(m->arena, pel_ir_node *, w->kept + 1);
  if (!parts) return m->oom = true, row;
  for (uint32_t i = 0; i < row->type->nfields; i++) {
    if (w->to[i] == PEL_NONE) continue;
    if (row->op == PEL_IR_RECORD && row->args[i]->type == w->type->fields[w->to[i]].type) {
      parts[w->to[i]] = row->args[i];
      continue;
    }
    pel_ir_node *f = pel__ir_node_new(m, PEL_IR_FIELD, row->type->fields[i].type, row->span, 1, &row, 0);
    if (f == m->broken) return row;
    f->index = i;
    f->item = row->item;
    pel__ir_append(r, f);
    parts[w->to[i]] = f;
  }
  pel_ir_node *k = pel__ir_node_new(m, PEL_IR_RECORD, w->type, row->span, w->kept, parts, 0);
  if (k == m->broken) return row;
  k->item = row->item;
  pel__ir_append(r, k);
  return k;
}

static void narrow_aggs(pel_ir *m, pel_ir_node *g, const narrowing *w) {
  uint32_t y = g->nkeys, to = g->nkeys, n = 0;
  pel_ir_region *r = g->regions[0];
  for (uint32_t i = 0; i < g->naggs; i++) {
    const uint32_t count = g->agg_args[i];
    if (w->to[g->nkeys + i] != PEL_NONE) {
      for (uint32_t k = 0; k < count; k++) r->yields[to++] = r->yields[y + k];
      g->aggs[n] = g->aggs[i];
      g->agg_args[n++] = count;
    }
    y += count;
  }
  g->naggs = n;
  r->nyields = to;
  (void)m;
}

static void narrow_join(pel_ir_node *j, const narrowing *w) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < j->noutputs; i++)
    if (w->to[i] != PEL_NONE) j->outputs[n++] = j->outputs[i];
  j->noutputs = n;
}

static void prune_array(pel_ir *m, pel_ir_node *a) {
  const bool can = a->op == PEL_IR_MAP || a->op == PEL_IR_GROUP || a->op == PEL_IR_SORT || a->op == PEL_IR_DISTINCT || a->op == PEL_IR_JOIN;
  if (!can || !a->array || a->type->kind != PEL_RECORD) return;
  reading r = {.array = a, .read = PEL_ARENA_ARRAY(m->arena, bool, a->type->nfields + 1)};
  narrowing w;
  if (!r.read) {
    m->oom = true;
    return;
  }
  look_at_uses(m, &r, a);
  for (uint32_t i = 0; a->op == PEL_IR_GROUP && i < a->nkeys; i++) r.read[i] = true;
  if (r.whole || !make_narrowing(m, a->type, r.read, &w)) return;
  renumber_fields(m, a, &w);
  pel_ir_region *rows = a->regions[0];
  if (a->op == PEL_IR_GROUP) narrow_aggs(m, a, &w);
  else if (a->op == PEL_IR_JOIN) narrow_join(a, &w);
  else rows->yields[rows->nyields - 1] = narrow_record(m, rows, rows->yields[rows->nyields - 1], &w);
  pel__ir_retype(m, a, w.type);
}

/* A join's sides carry only the columns its outputs name. */
static void prune_sides(pel_ir *m, pel_ir_node *j) {
  for (uint32_t side = 0; side < 2; side++) {
    pel_ir_region *r = j->regions[side];
    pel_ir_node *row = r->yields[j->nkeys];
    narrowing w;
    bool *read = PEL_ARENA_ARRAY(m->arena, bool, row->type->nfields + 1);
    if (!read) {
      m->oom = true;
      return;
    }
    for (uint32_t i = 0; i < j->noutputs; i++)
      if (j->outputs[i].right == (side == 1)) read[j->outputs[i].field] = true;
    if (!make_narrowing(m, row->type, read, &w)) continue;
    r->yields[j->nkeys] = narrow_record(m, r, row, &w);
    for (uint32_t i = 0; i < j->noutputs; i++)
      if (j->outputs[i].right == (side == 1)) j->outputs[i].field = w.to[j->outputs[i].field];
  }
}

void pel__pass_prune(pel_ir *m) {
  pel__ir_count_uses(m);
  remove_unused(m->top);
  for (pel_ir_node *n = m->top->last; n; n = n->prev) {
    prune_array(m, n);
    if (n->op == PEL_IR_JOIN) prune_sides(m, n);
    pel__ir_count_uses(m);
    for (uint32_t i = 0; i < n->nregions; i++) remove_unused(n->regions[i]);
  }
  pel__ir_count_uses(m);
  remove_unused(m->top);
}
