#include "compiler/passes/passes_family.h"

/* Totals over the same rows for the same item are taken in one pass over them: sum(t.a)
 * and max(t.b). */

enum { LEADERS = 64 }; /* how far back a partner is looked for */

static bool is_total(const pel_ir_node *n) {
  return n->op == PEL_IR_GROUP && !n->array && n->nkeys == 0 &&
         !pel__region_filters(n->regions[0]);
}

static bool is_leaf(const pel_ir_node *n) {
  return n->op == PEL_IR_CONST || n->op == PEL_IR_PARAM;
}

/* b's region moves up to a: what it takes from the top must stand there already, or be
 * able to follow. */
typedef void (*visit_outer)(pel_ir_node *a, pel_ir_node *x, bool *ok);

static void each_outer(const pel_ir_node *b, pel_ir_node *a, visit_outer fn, bool *ok) {
  const pel_ir_region *r = b->regions[0];
  for (const pel_ir_node *n = NULL; (n = pel__ir_walk(r, n));) {
    for (uint32_t i = 0; i < n->nargs; i++)
      if (n->args[i]->home == b->home) fn(a, n->args[i], ok);
    for (uint32_t g = 0; g < n->nregions; g++)
      for (uint32_t i = 0; i < n->regions[g]->nyields; i++)
        if (n->regions[g]->yields[i]->home == b->home)
          fn(a, n->regions[g]->yields[i], ok);
  }
  for (uint32_t i = 0; i < r->nyields; i++)
    if (r->yields[i]->home == b->home) fn(a, r->yields[i], ok);
}

static void can_follow(pel_ir_node *a, pel_ir_node *x, bool *ok) {
  (void)a;
  *ok = *ok && is_leaf(x);
}

static void follow(pel_ir_node *a, pel_ir_node *x, bool *ok) {
  (void)ok;
  pel__ir_remove(x);
  pel__ir_before(a, x);
}

static void *joined(pel_ir *m, const void *a, size_t na, const void *b, size_t nb,
                    size_t size) {
  char *p = pel__pass_room(m, na + nb, size);
  if (p && na) memcpy(p, a, na * size);
  if (p && nb) memcpy(p + na * size, b, nb * size);
  return p;
}

static const pel_type *joined_type(pel_ir *m, const pel_ir_node *a,
                                   const pel_ir_node *b) {
  uint32_t n = a->naggs + b->naggs;
  pel_field *f = pel__pass_room(m, n, sizeof *f);
  if (!f) return NULL;
  for (uint32_t i = 0; i < n; i++) {
    const char *name = pel__arena_printf(m->arena, "value%u", i);
    f[i] =
        (pel_field){name ? name : "", i < a->naggs ? a->type->fields[i].type
                                                   : b->type->fields[i - a->naggs].type};
  }
  return pel__ir_record(m, f, n);
}

/* a takes b's aggregates behind its own. b remembers a, and from which field on (`mark`).
 */
static void merge(pel_ir *m, pel_ir_node *a, pel_ir_node *b) {
  pel_ir_region *ra = a->regions[0], *rb = b->regions[0];
  const pel_type *type = joined_type(m, a, b);
  const pel_op **aggs = joined(m, a->aggs, a->naggs, b->aggs, b->naggs, sizeof *aggs);
  uint32_t *agg_args =
      joined(m, a->agg_args, a->naggs, b->agg_args, b->naggs, sizeof *agg_args);
  pel_ir_node **yields =
      joined(m, ra->yields, ra->nyields, rb->yields, rb->nyields, sizeof *yields);
  if (!type || !aggs || !agg_args || !yields) return;
  each_outer(b, a, follow, NULL);
  rb->params[0]->other = ra->params[0];
  pel__region_move(rb, ra);
  ra->yields = yields;
  ra->nyields += rb->nyields;
  b->mark = a->naggs;
  b->other = a;
  a->type = type;
  a->aggs = aggs;
  a->agg_args = agg_args;
  a->naggs += b->naggs;
}

static bool mergeable(const pel_ir_node *a, const pel_ir_node *b) {
  bool ok = a->item == b->item && a->args[0] == b->args[0];
  if (ok) each_outer(b, (pel_ir_node *)(uintptr_t)a, can_follow, &ok);
  return ok;
}

/* Totals that something else than a field reads as a whole record. */
static void find_whole(pel_ir *m, pel_ir_node **totals, uint32_t n) {
  for (pel_ir_node *x = NULL; (x = pel__ir_walk(m->top, x));)
    if (x->op == PEL_IR_FIELD && x->args[0]->op == PEL_IR_GROUP) x->args[0]->uses--;
  for (uint32_t i = 0; i < n; i++) totals[i]->mark = totals[i]->uses == 0 ? 0 : PEL_NONE;
}

static void redirect_fields(pel_ir *m) {
  for (pel_ir_node *n = NULL; (n = pel__ir_walk(m->top, n));) {
    if (n->op != PEL_IR_FIELD || n->args[0]->op != PEL_IR_GROUP || !n->args[0]->other)
      continue;
    n->index += n->args[0]->mark;
    n->args[0] = n->args[0]->other;
  }
}

void pel__pass_combine(pel_ir *m) {
  pel__ir_clear(m);
  pel__ir_count_uses(m);
  uint32_t n = 0, k = 0;
  for (pel_ir_node *x = m->top->first; x; x = x->next) n += is_total(x);
  pel_ir_node **totals = pel__pass_room(m, n, sizeof *totals);
  if (!totals || n < 2) return;
  for (pel_ir_node *x = m->top->first; x; x = x->next)
    if (is_total(x)) totals[k++] = x;
  find_whole(m, totals, n);
  for (uint32_t i = 1; i < n && pel__ir_status(m) == PEL_OK; i++) {
    for (uint32_t j = i > LEADERS ? i - LEADERS : 0; j < i; j++) {
      if (totals[i]->mark || totals[j]->mark == PEL_NONE || totals[j]->other ||
          !mergeable(totals[j], totals[i]))
        continue;
      merge(m, totals[j], totals[i]);
      break;
    }
  }
  redirect_fields(m);
  for (uint32_t i = 0; i < n; i++)
    if (totals[i]->other) {
      totals[i]->other = NULL;
      pel__ir_remove(totals[i]);
    }
  pel__ir_forward(m); /* the inputs that moved */
}
