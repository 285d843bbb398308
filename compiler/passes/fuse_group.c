#include "compiler/passes/passes_family.h"

/* group, then aggregates of its lists: the group keeps states instead of lists. What an
 * aggregate is taken of, element by element, moves below the grouping, as far as it is
 * made of list columns, keys and values of the top. What does not fit keeps its list. */
typedef struct hashing {
  pel_ir *m;
  pel_ir_node *user; /* whose region reads the groups */
  pel_ir_region *r;  /* that region */
  pel_ir_node *group;
  pel_ir_node *input; /* a group's row in r */
  uint32_t found;
  /* new aggregates */
  const pel_op **fns;
  uint32_t *counts;
  pel_ir_node **yields; /* in the group's region */
  const pel_type **types;
  uint32_t naggs, nyields, cap, ycap;
} hashing;

static bool is_collect(const hashing *h, uint32_t field) {
  uint32_t i = field - h->group->nkeys;
  return field >= h->group->nkeys && strcmp(h->group->aggs[i]->name, "collect") == 0 &&
         h->group->agg_args[i] == 1;
}

/* The group's yield that is argument 0 of aggregate `field`. */
static pel_ir_node *collected(const hashing *h, uint32_t field) {
  uint32_t at = h->group->nkeys;
  for (uint32_t i = 0; i + h->group->nkeys < field; i++) at += h->group->agg_args[i];
  return h->group->regions[0]->yields[at];
}

static pel_ir_node *placed(hashing *h, pel_ir_node *n) {
  if (n != h->m->broken) pel__ir_append(h->group->regions[0], n);
  return n;
}

static bool has_float(const pel_type *t) {
  return t->kind == PEL_F32 || t->kind == PEL_F64 || t->kind > PEL_DUR;
}

/* A value of the group's row as one of each element, below the grouping; NULL: it cannot
 * be had there. Keys that are floats may differ among a group's elements (-0, nan). */
static pel_ir_node *per_row(hashing *h, pel_ir_node *n) {
  if (n->op == PEL_IR_CONST) return placed(h, pel__node_copy(h->m, n, NULL));
  if (n->home == h->m->top)
    return n->id < h->group->id ? n : NULL; /* it may stand behind the group */
  if (n->op != PEL_IR_FIELD || n->args[0] != h->input || n->index >= h->group->nkeys)
    return NULL;
  if (has_float(h->group->type->fields[n->index].type)) return NULL;
  return h->group->regions[0]->yields[n->index];
}

static pel_ir_node *element(hashing *h, pel_ir_node *list, unsigned depth);

/* The body of a map over lists, with elements and values of the top for inputs and
 * captures. */
static pel_ir_node *body(hashing *h, const pel_ir_node *map, unsigned depth) {
  const pel_ir_region *from = map->regions[0];
  if (pel__region_filters(from)) return NULL;
  for (uint32_t i = 0; i < from->nparams; i++) {
    from->params[i]->other = element(h, map->args[i], depth + 1);
    if (!from->params[i]->other) return NULL;
  }
  for (pel_ir_node *n = from->first; n; n = n->next) {
    if (n->nregions) return NULL;
    pel_ir_node **args = pel__pass_room(h->m, n->nargs, sizeof *args);
    if (!args) return NULL;
    for (uint32_t i = 0; i < n->nargs; i++) {
      pel_ir_node *a = n->args[i];
      args[i] = a->home == from ? a->other : per_row(h, a);
      if (!args[i]) return NULL;
    }
    n->other = placed(h, pel__node_copy(h->m, n, args));
    if (n->other == h->m->broken) return NULL;
  }
  pel_ir_node *y = from->yields[0];
  return y->home == from ? y->other : per_row(h, y);
}

static void forget(const pel_ir_node *map) {
  const pel_ir_region *from = map->regions[0];
  for (uint32_t i = 0; i < from->nparams; i++) from->params[i]->other = NULL;
  for (pel_ir_node *n = from->first; n; n = n->next) n->other = NULL;
}

/* What the list's elements are, row by row, below the grouping; NULL: it needs the list.
 */
static pel_ir_node *element(hashing *h, pel_ir_node *list, unsigned depth) {
  if (depth > 100) return NULL;
  if (list->op == PEL_IR_FIELD && list->args[0] == h->input)
    return is_collect(h, list->index) ? collected(h, list->index) : NULL;
  if (list->op == PEL_IR_FIELD && list->args[0]->type->kind == PEL_LIST) {
    pel_ir_node *of = element(h, list->args[0], depth + 1);
    if (!of) return NULL;
    if (of->op == PEL_IR_RECORD && of->args[list->index]->type == list->type->item)
      return of->args[list->index];
    pel_ir_node *f =
        pel__ir_node_new(h->m, PEL_IR_FIELD, list->type->item, list->span, 1, &of, 0);
    if (f != h->m->broken) f->index = list->index;
    return placed(h, f);
  }
  if (list->op != PEL_IR_LMAP) return NULL;
  pel_ir_node *r = body(h, list, depth);
  forget(list);
  return r;
}

/* ---- aggregates that can be had ---- */

static bool grow(hashing *h, uint32_t more) {
  if (h->naggs == h->cap) {
    uint32_t cap = h->cap ? h->cap * 2 : 16;
    const pel_op **fns = pel__pass_room(h->m, cap, sizeof *fns);
    uint32_t *counts = pel__pass_room(h->m, cap, sizeof *counts);
    const pel_type **types = pel__pass_room(h->m, cap, sizeof *types);
    if (!fns || !counts || !types) return false;
    for (uint32_t i = 0; i < h->naggs; i++) {
      fns[i] = h->fns[i];
      counts[i] = h->counts[i];
      types[i] = h->types[i];
    }
    h->fns = fns;
    h->counts = counts;
    h->types = types;
    h->cap = cap;
  }
  if (h->nyields + more <= h->ycap) return true;
  uint32_t ycap = (h->ycap + more) * 2;
  pel_ir_node **y = pel__pass_room(h->m, ycap, sizeof *y);
  if (!y) return false;
  for (uint32_t i = 0; i < h->nyields; i++) y[i] = h->yields[i];
  h->yields = y;
  h->ycap = ycap;
  return true;
}

/* The number of the aggregate fn(args…), the same one for the same arguments. */
static uint32_t add(hashing *h, const pel_op *fn, pel_ir_node *const *args, uint32_t n,
                    const pel_type *type) {
  uint32_t at = 0;
  for (uint32_t i = 0; i < h->naggs; at += h->counts[i++]) {
    bool same = h->fns[i] == fn && h->counts[i] == n && h->types[i] == type;
    for (uint32_t k = 0; same && k < n; k++) same = h->yields[at + k] == args[k];
    if (same) return i;
  }
  if (!grow(h, n)) return PEL_NONE;
  h->fns[h->naggs] = fn;
  h->counts[h->naggs] = n;
  h->types[h->naggs] = type;
  for (uint32_t k = 0; k < n; k++) h->yields[h->nyields++] = args[k];
  return h->naggs++;
}

/* How long a list is does not ask what is in it: any constant will do. */
static pel_ir_node *anything(hashing *h, const pel_ir_node *agg) {
  const pel_type *b = pel__ir_scalar(h->m, PEL_BOOL, false),
                 *list = pel__ir_list(h->m, b);
  if (strcmp(agg->fn->name, "len") != 0 || agg->nargs != 1 ||
      !pel__ir_agg_takes(agg->fn, &list, 1, agg->type))
    return NULL;
  pel_ir_node *c = pel__ir_node_new(h->m, PEL_IR_CONST, b, agg->span, 0, NULL, 0);
  if (c == h->m->broken) return NULL;
  c->value = pel__ir_const_bool(h->m, true);
  return c;
}

/* Is the list as long as the group, whatever is in it? */
static bool full_length(const hashing *h, const pel_ir_node *list) {
  for (unsigned depth = 0; depth < 100; depth++) {
    if (list->op == PEL_IR_FIELD && list->args[0] == h->input)
      return is_collect(h, list->index);
    if (list->op == PEL_IR_LMAP && pel__region_filters(list->regions[0])) return false;
    if (list->op != PEL_IR_FIELD && !(list->op == PEL_IR_LMAP && list->nargs == 1))
      return false;
    list = list->args[0];
  }
  return false;
}

/* agg->mark becomes 1 + the number of its aggregate. */
static void try_agg(hashing *h, pel_ir_node *agg) {
  pel_ir_node **args = pel__pass_room(h->m, agg->nargs, sizeof *args);
  if (!args) return;
  bool counts = full_length(h, agg->args[0]);
  args[0] = counts ? anything(h, agg) : NULL;
  if (args[0]) {
    uint32_t known = PEL_NONE, at = 0; /* one count is enough */
    for (uint32_t i = 0; i < h->naggs; at += h->counts[i++])
      if (h->fns[i] == agg->fn && h->yields[at]->op == PEL_IR_CONST) known = i;
    if (known == PEL_NONE) {
      placed(h, args[0]);
      known = add(h, agg->fn, args, 1, agg->type);
    }
    if (known != PEL_NONE) agg->mark = known + 1;
    return;
  }
  args[0] = element(h, agg->args[0], 0);
  for (uint32_t i = 1; args[0] && i < agg->nargs; i++) {
    args[i] = per_row(h, agg->args[i]);
    if (!args[i]) return;
  }
  if (!args[0] || args[0]->array) return;
  const pel_type *in[16];
  if (agg->nargs > 16) return;
  for (uint32_t i = 0; i < agg->nargs; i++)
    in[i] = i ? args[i]->type : pel__ir_list(h->m, args[i]->type);
  if (!pel__ir_agg_takes(agg->fn, in, agg->nargs, agg->type)) return;
  uint32_t k = add(h, agg->fn, args, agg->nargs, agg->type);
  if (k != PEL_NONE) agg->mark = k + 1;
}

/* ---- what is asked for in any case ---- */

/* An aggregate consumes failures, and below the grouping it does so whether or not its
 * value is asked for: only those move whose value is, outside of `try`. mark: 1 when
 * needed for sure; inside of regions of lists nothing is sure. */
static bool sure_operand(const pel_ir_node *n, uint32_t i) {
  switch ((int)n->op) {
    case PEL_IR_IF:
    case PEL_IR_AND:
    case PEL_IR_OR:
    case PEL_IR_COALESCE:
      return i == 0;
    case PEL_IR_TRY:
      return false;
    default:
      return true;
  }
}

static void mark_sure(const pel_ir_region *r) {
  for (pel_ir_node *n = r->first; n; n = n->next) n->mark = n->op == PEL_IR_FILTER;
  for (uint32_t i = 0; i < r->nyields; i++)
    if (r->yields[i]->home == r) r->yields[i]->mark = 1;
  for (pel_ir_node *n = r->last; n; n = n->prev)
    for (uint32_t i = 0; n->mark && i < n->nargs; i++)
      if (n->args[i]->home == r && sure_operand(n, i)) n->args[i]->mark = 1;
}

/* ---- the new group ---- */

typedef struct need {
  bool *lists; /* by field of the old group: still read as it is */
  bool whole;
} need;

static void note_reads(const hashing *h, need *d) {
  for (const pel_ir_node *n = NULL; (n = pel__ir_walk(h->r, n));) {
    for (uint32_t i = 0; i < n->nargs; i++)
      if (n->args[i] == h->input) {
        if (n->op == PEL_IR_FIELD)
          d->lists[n->index] |= n->uses > 0 || n->home != h->r;
        else
          d->whole = true;
      }
    for (uint32_t g = 0; g < n->nregions; g++)
      for (uint32_t i = 0; i < n->regions[g]->nyields; i++)
        d->whole |= n->regions[g]->yields[i] == h->input;
  }
  for (uint32_t i = 0; i < h->r->nyields; i++) d->whole |= h->r->yields[i] == h->input;
}

/* Fields of the new group: keys, what is still read as it is, the new aggregates.
 * place[f]: where old field f went. */
static bool rebuild(hashing *h, const need *d, uint32_t *place) {
  pel_ir_node *g = h->group;
  pel_ir_region *r = g->regions[0];
  uint32_t nf = g->type->nfields, kept = g->nkeys, ky = g->nkeys, at = g->nkeys;
  pel_field *f = pel__pass_room(h->m, (size_t)nf + h->naggs, sizeof *f);
  const pel_op **aggs = pel__pass_room(h->m, (size_t)nf + h->naggs, sizeof *aggs);
  uint32_t *counts = pel__pass_room(h->m, (size_t)nf + h->naggs, sizeof *counts);
  pel_ir_node **y = pel__pass_room(h->m, (size_t)r->nyields + h->nyields, sizeof *y);
  if (!f || !aggs || !counts || !y) return false;
  for (uint32_t i = 0; i < g->nkeys; i++) {
    f[i] = g->type->fields[i];
    place[i] = i;
    y[i] = r->yields[i];
  }
  for (uint32_t i = g->nkeys; i < nf; at += g->agg_args[i++ - g->nkeys]) {
    if (!d->lists[i]) continue;
    place[i] = kept;
    f[kept] = g->type->fields[i];
    aggs[kept - g->nkeys] = g->aggs[i - g->nkeys];
    counts[kept++ - g->nkeys] = g->agg_args[i - g->nkeys];
    for (uint32_t k = 0; k < g->agg_args[i - g->nkeys]; k++) y[ky++] = r->yields[at + k];
  }
  uint32_t first = kept;
  for (uint32_t i = 0; i < h->naggs; i++) {
    const char *name = pel__arena_printf(h->m->arena, "%s %u", h->fns[i]->name, i);
    f[kept] = (pel_field){name ? name : "", h->types[i]};
    aggs[kept - g->nkeys] = h->fns[i];
    counts[kept++ - g->nkeys] = h->counts[i];
  }
  for (uint32_t i = 0; i < h->nyields; i++) y[ky++] = h->yields[i];
  g->type = pel__ir_record(h->m, f, kept);
  g->naggs = kept - g->nkeys;
  g->aggs = aggs;
  g->agg_args = counts;
  r->yields = y;
  r->nyields = ky;
  h->found = first;
  return !h->m->oom;
}

/* What only the old aggregates read goes at once: it may read lists that are no more. */
static void drop_dead(const hashing *h) {
  for (pel_ir_node *n = h->r->last, *before; n; n = before) {
    before = n->prev;
    bool replaced = n->op == PEL_IR_AGG && n->other;
    if (n->op != PEL_IR_FILTER && (replaced || !n->uses)) pel__ir_remove(n);
  }
}

/* Aggregates become fields of the new row; other fields move. */
static void rewrite(hashing *h, const uint32_t *place, uint32_t arg) {
  pel_ir *m = h->m;
  pel_ir_node *in = pel__region_input(m, h->r, arg, h->group->type);
  if (in == m->broken) return;
  h->input->other = in;
  for (pel_ir_node *n = pel__ir_walk(h->r, NULL), *next; n; n = next) {
    next = pel__ir_walk(h->r, n);
    if (n->op == PEL_IR_FIELD && n->args[0] == h->input) {
      n->args[0] = in;
      n->index = place[n->index];
    } else if (n->op == PEL_IR_AGG && n->mark > 1) {
      n->other = pel__ir_node_new(m, PEL_IR_FIELD, n->type, n->span, 1, &in, 0);
      if (n->other == m->broken) return;
      n->other->index = h->found + n->mark - 2;
      n->other->uses = 1;
      pel__ir_before(n, n->other);
    }
  }
  drop_dead(h);
}

/* Region r of user reads the rows of `group` and nothing else does. */
static void hash(pel_ir *m, pel_ir_node *user, pel_ir_region *r, uint32_t param,
                 pel_ir_node *group) {
  hashing h = {.m = m, .user = user, .r = r, .group = group, .input = r->params[param]};
  uint32_t nf = group->type->nfields;
  mark_sure(r);
  for (pel_ir_node *n = r->first; n && pel__ir_status(m) == PEL_OK; n = n->next) {
    if (n->op != PEL_IR_AGG) {
      if (n->op != PEL_IR_FILTER) n->mark = 0;
      continue;
    }
    bool sure = n->mark == 1;
    n->mark = 0;
    if (!sure) continue;
    try_agg(&h, n);
    if (n->mark) n->mark++; /* 2 + number: told from a plain mark */
  }
  if (!h.naggs || pel__ir_status(m) != PEL_OK) return;
  /* What is read once the aggregates are gone. */
  for (pel_ir_node *n = NULL; (n = pel__ir_walk(r, n));) n->uses = 0;
  for (uint32_t i = 0; i < r->nyields; i++)
    r->yields[i]->uses += r->yields[i]->op != PEL_IR_AGG || r->yields[i]->mark < 2;
  need d = {.lists = pel__pass_room(m, nf, sizeof *d.lists)};
  uint32_t *place = pel__pass_room(m, nf, sizeof *place);
  if (!d.lists || !place) return;
  for (pel_ir_node *n = r->last; n; n = n->prev) {
    if (n->op != PEL_IR_FILTER && (!n->uses || (n->op == PEL_IR_AGG && n->mark >= 2)))
      continue;
    for (uint32_t i = 0; i < n->nargs; i++) n->args[i]->uses++;
    for (uint32_t g = 0; g < n->nregions; g++) {
      for (pel_ir_node *k = NULL; (k = pel__ir_walk(n->regions[g], k));)
        for (uint32_t i = 0; i < k->nargs; i++) k->args[i]->uses++;
      for (uint32_t i = 0; i < n->regions[g]->nyields; i++)
        n->regions[g]->yields[i]->uses++;
    }
  }
  note_reads(&h, &d);
  if (d.whole) return; /* the row leaves as it is: its lists are wanted */
  if (rebuild(&h, &d, place)) rewrite(&h, place, param);
}

void pel__pass_fuse_group(pel_ir *m) {
  pel__ir_clear(m);
  pel__ir_count_uses(m);
  for (pel_ir_node *n = m->top->first; n; n = n->next) {
    for (uint32_t i = 0; i < n->nargs && i < 2; i++) {
      pel_ir_node *g = n->args[i];
      if (g->op != PEL_IR_GROUP || !g->array || g->uses != 1) continue;
      bool joins = n->op == PEL_IR_JOIN;
      if (!n->nregions || (!joins && n->nargs != 1)) continue;
      hash(m, n, n->regions[joins ? i : 0], 0, g);
    }
  }
  pel__ir_forward(m);
}
