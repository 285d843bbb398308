#include <string.h>

#include "compiler/passes/passes.h"

/* `group |> select(sum(.x * .y))`: the list expression under an aggregate is elementwise over the group's lists, so it is
 * computed per row before the grouping, and the aggregate joins the group's own. What does not fit (filtered lists,
 * aggregates inside of aggregates) keeps its real lists. */

typedef struct fusing {
  pel_ir *m;
  pel_ir_node *group, *map;
  pel_ir_region *rows;  /* of the group */
  pel_ir_node *element; /* the group as the map sees it */
  pel_ir_copier copy;
} fusing;

/* The value per row of a list of the group; NULL: not one. */
static pel_ir_node *per_row(fusing *f, pel_ir_node *list) {
  pel_ir_node *g = f->group;
  if (list->op == PEL_IR_FIELD && list->args[0] == f->element)
    return list->index >= g->nkeys && list->index < g->nkeys + g->naggs && g->agg_args[list->index - g->nkeys] == 1 &&
                   !strcmp(g->aggs[list->index - g->nkeys]->name, "collect")
               ? f->rows->yields[list->index]
               : NULL;
  if (list->op == PEL_IR_FIELD && list->args[0]->type->kind == PEL_LIST) {
    pel_ir_node *record = per_row(f, list->args[0]);
    if (!record) return NULL;
    pel_ir_node *n = pel__ir_node_new(f->m, PEL_IR_FIELD, list->type->item, list->span, 1, &record, 0);
    if (n == f->m->broken) return NULL;
    n->index = list->index;
    n->item = list->item;
    pel__ir_append(f->rows, n);
    return n;
  }
  if (list->op != PEL_IR_LMAP || pel__ir_has_filters(list->regions[0])) return NULL;
  for (uint32_t i = 0; i < list->nargs; i++) {
    pel_ir_node *v = per_row(f, list->args[i]);
    if (!v) return NULL;
    f->copy.map[list->regions[0]->params[i]->id] = v;
  }
  pel_ir_node *body = pel__ir_copy(&f->copy, list->regions[0]->yields[0]);
  return body && body->type == list->type->item ? body : NULL;
}

/* Keys are the same in every row of a group. */
static void map_keys(fusing *f) {
  for (pel_ir_node *n = NULL; (n = pel__ir_walk(f->map->regions[0], n));)
    if (n->op == PEL_IR_FIELD && n->args[0] == f->element && n->index < f->group->nkeys &&
        n->type == f->rows->yields[n->index]->type)
      f->copy.map[n->id] = f->rows->yields[n->index];
}

static bool grow(fusing *f, const pel_op *fn, pel_ir_node **args, uint32_t nargs, const pel_type *result) {
  pel_ir_node *g = f->group;
  pel_ir *m = f->m;
  const uint32_t n = g->naggs, fields = g->type->nfields, ny = f->rows->nyields;
  const pel_op **aggs = PEL_ARENA_ARRAY(m->arena, const pel_op *, n + 1);
  uint32_t *counts = PEL_ARENA_ARRAY(m->arena, uint32_t, n + 1);
  pel_field *field = PEL_ARENA_ARRAY(m->arena, pel_field, fields + 1);
  pel_ir_node **y = PEL_ARENA_ARRAY(m->arena, pel_ir_node *, ny + nargs);
  char *name = pel__arena_printf(m->arena, "%%%u", fields); /* no column of a program is called so */
  if (!aggs || !counts || !field || !y || !name) return m->oom = true, false;
  for (uint32_t i = 0; i < n; i++) aggs[i] = g->aggs[i], counts[i] = g->agg_args[i];
  for (uint32_t i = 0; i < fields; i++) field[i] = g->type->fields[i];
  for (uint32_t i = 0; i < ny; i++) y[i] = f->rows->yields[i];
  for (uint32_t i = 0; i < nargs; i++) y[ny + i] = args[i];
  aggs[n] = fn;
  counts[n] = nargs;
  field[fields] = (pel_field){name, result};
  g->aggs = aggs;
  g->agg_args = counts;
  g->naggs = n + 1;
  pel__ir_yields(m, f->rows, y, ny + nargs);
  pel__ir_retype(m, g, pel__ir_record(m, field, fields + 1));
  return true;
}

static bool takes(const pel_op *fn, pel_ir *m, pel_ir_node **args, uint32_t n, const pel_type *result) {
  const pel_type *in[8];
  for (uint32_t i = 0; i < n; i++) in[i] = i ? args[i]->type : pel__ir_list(m, args[i]->type);
  return pel__ir_agg_takes(fn, in, n, result);
}

/* Counting does not look at what it counts. */
static pel_ir_node *anything(fusing *f, pel_span span) {
  pel_ir_node *k = pel__ir_node_new(f->m, PEL_IR_CONST, pel__ir_scalar(f->m, PEL_BOOL, false), span, 0, NULL, 0);
  if (k == f->m->broken) return NULL;
  k->value = pel__ir_const_bool(f->m, true);
  pel__ir_append(f->rows, k);
  return k;
}

static void fuse_agg(fusing *f, pel_ir_node *agg) {
  pel_ir_node *args[8];
  if (agg->nargs > 8 || !(args[0] = per_row(f, agg->args[0]))) return;
  if (!strcmp(agg->fn->name, "len") && !(args[0] = anything(f, agg->span))) return;
  for (uint32_t i = 1; i < agg->nargs; i++)
    if (!(args[i] = pel__ir_copy(&f->copy, agg->args[i]))) return;
  if (!takes(agg->fn, f->m, args, agg->nargs, agg->type)) return;
  const uint32_t at = f->group->nkeys + f->group->naggs;
  if (!grow(f, agg->fn, args, agg->nargs, agg->type)) return;
  pel_ir_node *field = pel__ir_node_new(f->m, PEL_IR_FIELD, agg->type, agg->span, 1, &f->element, 0);
  if (field == f->m->broken) return;
  field->index = at;
  field->item = agg->item;
  pel__ir_before(agg, field);
  agg->other = field;
}

/* Marks what the map's result surely needs: an aggregate that only one side of a choice wants must not fail early. */
static void mark_strict(const pel_ir_region *r, pel_ir_node *n) {
  if (n->mark || !pel__ir_within(n->home, r)) return; /* nesting is bounded by the parser's and by inlining's depth */
  n->mark = 1;
  if (n->op == PEL_IR_TRY || n->nregions) return;
  const bool lazy = n->op == PEL_IR_IF || n->op == PEL_IR_AND || n->op == PEL_IR_OR || n->op == PEL_IR_COALESCE;
  for (uint32_t i = 0; i < (lazy ? 1 : n->nargs); i++) mark_strict(r, n->args[i]);
}

static void mark_needed(const pel_ir_region *r) {
  for (pel_ir_node *n = NULL; (n = pel__ir_walk(r, n));) n->mark = 0;
  if (pel__ir_has_filters(r)) {
    for (pel_ir_node *n = r->first; n && n->op != PEL_IR_FILTER; n = n->next)
      if (n->next && n->next->op == PEL_IR_FILTER) mark_strict(r, n->next->args[0]);
    return; /* what stands behind a filter is needed for some rows only */
  }
  for (uint32_t i = 0; i < r->nyields; i++) mark_strict(r, r->yields[i]);
}

static void fuse_map(pel_ir *m, pel_ir_node *map) {
  fusing f = {.m = m, .group = map->args[0], .map = map, .rows = map->args[0]->regions[0],
              .element = map->regions[0]->params[0]};
  if (!pel__ir_copier_init(&f.copy, m, map->regions[0], f.rows)) return;
  map_keys(&f);
  mark_needed(map->regions[0]);
  for (pel_ir_node *n = map->regions[0]->first, *next; n; n = next) {
    next = n->next;
    f.copy.failed = false;
    if (n->op == PEL_IR_AGG && n->mark && n->args[0]->type->kind == PEL_LIST) fuse_agg(&f, n);
  }
}

void pel__pass_fuse_group(pel_ir *m) {
  pel__ir_clear(m);
  for (pel_ir_node *n = m->top->first; n; n = n->next)
    if (n->op == PEL_IR_MAP && n->nargs == 1 && n->args[0]->op == PEL_IR_GROUP) fuse_map(m, n);
  pel__ir_forward(m);
  pel__ir_clear(m);
}
