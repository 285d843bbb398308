#include "compiler/ir/build.h"

typedef struct place {
  pel_ir_region *region;
} place;

/* Opens region i of n over rows of the given types; what is built next stands in it. */
static place enter(pel_irb *b, pel_ir_node *n, uint32_t i, const pel_type *const *types,
                   uint32_t ntypes, pel_span span) {
  place old = {b->region};
  b->region = pel__ir_region_new(b->m, n, i, b->region, types, ntypes, span);
  return old;
}

static void leave(pel_irb *b, place old) { b->region = old.region; }

static pel_ir_node *input(pel_irb *b, uint32_t i) {
  return i < b->region->nparams ? b->region->params[i] : b->m->broken;
}

static void filter_by(pel_irb *b, pel_ir_node *cond, pel_span span) {
  pel_ir_node *f = pel__ir_node_new(b->m, PEL_IR_FILTER, cond->type, span, 1, &cond, 0);
  pel__ir_append(b->region, f);
}

static void bind_inputs(pel_irb *b, const pel_x *x, uint32_t n) {
  for (uint32_t i = 0; i < n && i < x->nbinders; i++)
    b->binders[x->binders[i]->id] = pel__bval(input(b, i));
}

static pel_ir_node *array_node(pel_irb *b, pel_irop op, const pel_type *item,
                               pel_span span, uint32_t nargs, pel_ir_node *const *args,
                               uint32_t nregions) {
  pel_ir_node *n = pel__ir_node_new(b->m, op, item, span, nargs, args, nregions);
  n->array = n != b->m->broken;
  return n;
}

static const pel_type *item_type(pel_irb *b, const pel_x *x) {
  bool array;
  const pel_type *t = pel__ir_from_ty(b->m, x->type, &array);
  return array || t->kind != PEL_LIST ? t : t->item;
}

/* ---- elementwise: lifting, comprehensions, filter, select … ---- */

/* args: n arrays, or lists of one row. */
static pel_bval elementwise(pel_irb *b, const pel_x *x, pel_ir_node **args, uint32_t n,
                            const pel_x *body, const pel_x *cond) {
  pel_ir *m = b->m;
  bool arrays = pel__irb_at_top(b);
  bool some = false;
  const pel_type **types = PEL_ARENA_ARRAY(m->arena, const pel_type *, n);
  if (!types) {
    m->oom = true;
    return pel__bval(m->broken);
  }
  for (uint32_t i = 0; i < n; i++) some |= args[i]->array;
  arrays = arrays && some;
  for (uint32_t i = 0; i < n; i++) {
    if (args[i] == m->broken) return pel__bval(m->broken);
    types[i] = args[i]->array ? args[i]->type : args[i]->type->item;
  }
  const pel_type *item = item_type(b, x);
  pel_ir_node *map =
      pel__ir_node_new(m, arrays ? PEL_IR_MAP : PEL_IR_LMAP,
                       arrays ? item : pel__ir_list(m, item), x->span, n, args, 1);
  map->array = arrays && map != m->broken;
  place old = enter(b, map, 0, types, n, x->span);
  bind_inputs(b, x, n);
  if (cond) filter_by(b, pel__irb_row_x(b, cond), cond->span);
  pel_ir_node *y = body ? pel__irb_row_x(b, body) : input(b, 0);
  pel__ir_yields(m, b->region, &y, 1);
  leave(b, old);
  if (arrays || map == m->broken) {
    pel__ir_append(m->top, map);
    return pel__bval(map);
  }
  /* What the body takes from outer rows keeps the map from moving out of them. */
  pel_ir_region *home = pel__ir_home_of_args(m, map), *inner = map->regions[0];
  for (pel_ir_node *k = NULL; (k = pel__ir_walk(inner, k));)
    for (uint32_t i = 0; i < k->nargs; i++)
      if (!pel__ir_within(k->args[i]->home, inner) &&
          k->args[i]->home->depth > home->depth)
        home = k->args[i]->home;
  if (!pel__ir_within(y->home, inner) && y->home->depth > home->depth) home = y->home;
  for (pel_ir_node *k = NULL;
       (k = pel__ir_walk(inner, k));) /* nor may a C function move */
    if (k->op == PEL_IR_NATIVE) home = b->region;
  inner->depth = home->depth + 1;
  pel__ir_append(home, map);
  return pel__bval(map);
}

/* The argument as an array at the top if any is one, else as a list. */
static bool gather(pel_irb *b, pel_x *const *xs, uint32_t n, pel_ir_node **out) {
  bool some = false;
  pel_bval *v = PEL_ARENA_ARRAY(b->m->arena, pel_bval, n);
  if (!v) return false;
  for (uint32_t i = 0; i < n; i++) {
    v[i] = pel__irb_x(b, xs[i]);
    some |= v[i].node && v[i].node->array;
  }
  for (uint32_t i = 0; i < n; i++) {
    out[i] = some && pel__irb_at_top(b) && v[i].node && v[i].node->array
                 ? v[i].node
                 : pel__irb_row(b, &v[i]);
    if (!some || !pel__irb_at_top(b) || out[i]->array || out[i] == b->m->broken) continue;
    pel_ir_node *l = out[i];
    out[i] = array_node(b, PEL_IR_UNLIST, l->type->item, l->span, 1, &l, 0);
    pel__ir_append(b->m->top, out[i]);
  }
  return true;
}

pel_bval pel__irb_map(pel_irb *b, const pel_x *x) {
  uint32_t n = x->nbinders;
  pel_ir_node **args = PEL_ARENA_ARRAY(b->m->arena, pel_ir_node *, n);
  if (!args || !gather(b, x->args, n, args)) {
    b->m->oom = true;
    return pel__bval(b->m->broken);
  }
  return elementwise(b, x, args, n, x->args[n],
                     x->nargs == n + 2 ? x->args[n + 1] : NULL);
}

static pel_bval filter(pel_irb *b, const pel_x *x) {
  pel_ir_node *arg;
  if (!gather(b, x->args, 1, &arg)) return pel__bval(b->m->broken);
  return elementwise(b, x, &arg, 1, NULL, x->args[1]);
}

/* select, derive, drop, rename: a record of the fields' expressions. */
static pel_bval project(pel_irb *b, const pel_x *x) {
  pel_ir_node *arg;
  if (!gather(b, x->args, 1, &arg)) return pel__bval(b->m->broken);
  const pel_ty *t = x->type;
  pel_x record = {.kind = PEL_X_RECORD,
                  .type = t->item,
                  .span = x->span,
                  .nargs = x->nargs - 1,
                  .args = x->args + 1};
  return elementwise(b, x, &arg, 1, &record, NULL);
}

/* ---- aggregates ---- */

pel_ir_node *pel__irb_total(pel_irb *b, pel_ir_node *array, const pel_op *fn,
                            pel_ir_node *const *more, uint32_t nmore,
                            const pel_type *result, pel_span span) {
  pel_ir *m = b->m;
  if (array == m->broken) return array;
  pel_field f = {"value", result};
  pel_ir_node *g =
      pel__ir_node_new(m, PEL_IR_GROUP, pel__ir_record(m, &f, 1), span, 1, &array, 1);
  if (g == m->broken) return g;
  g->naggs = 1;
  g->aggs = PEL_ARENA_ARRAY(m->arena, const pel_op *, 1);
  g->agg_args = PEL_ARENA_ARRAY(m->arena, uint32_t, 1);
  pel_ir_node **y = PEL_ARENA_ARRAY(m->arena, pel_ir_node *, nmore + 1);
  if (!g->aggs || !g->agg_args || !y) {
    m->oom = true;
    return m->broken;
  }
  g->aggs[0] = fn;
  g->agg_args[0] = nmore + 1;
  place old = {b->region};
  b->region = m->top;
  enter(b, g, 0, &array->type, 1, span);
  y[0] = input(b, 0);
  for (uint32_t i = 0; i < nmore; i++) y[i + 1] = more[i];
  pel__ir_yields(m, b->region, y, nmore + 1);
  leave(b, old);
  pel__ir_append(m->top, g);
  if (b->total && b->item_span.line) b->total->span = g->span = b->item_span;
  b->total = g;
  return pel__irb_field(b, g, 0, span);
}

/* len(distinct(xs)) counts without making the list. */
static const pel_x *counted_distinct(pel_irb *b, const pel_x *x, const pel_op **fn) {
  const pel_x *d = x->args[0];
  if (strcmp(x->op->name, "len") != 0 || d->kind != PEL_X_DISTINCT || d->nargs != 1)
    return NULL;
  const pel_type *list = pel__ir_list(b->m, item_type(b, d->args[0]));
  *fn = pel__ir_find_op(b->m, PEL_STR("len_distinct"), PEL_OP_AGG, &list, 1,
                        pel__ir_scalar(b->m, PEL_I64, false));
  return *fn ? d->args[0] : NULL;
}

pel_bval pel__irb_agg(pel_irb *b, const pel_x *x) {
  pel_ir *m = b->m;
  const pel_op *fn = x->op;
  const pel_x *of = x->args[0], *counted = counted_distinct(b, x, &fn);
  if (counted)
    of = counted;
  else
    fn = x->op;
  bool array;
  const pel_type *result = pel__ir_from_ty(m, x->type, &array);
  if (array) result = pel__ir_list(m, result);
  pel_bval v = pel__irb_x(b, of);
  pel_ir_node **args = PEL_ARENA_ARRAY(m->arena, pel_ir_node *, x->nargs);
  if (!args) {
    m->oom = true;
    return pel__bval(m->broken);
  }
  for (uint32_t i = 1; i < x->nargs; i++) args[i] = pel__irb_row_x(b, x->args[i]);
  if (v.node && v.node->array && pel__irb_at_top(b) && !b->tries)
    return pel__bval(
        pel__irb_total(b, v.node, fn, args + 1, x->nargs - 1, result, x->span));
  args[0] = pel__irb_row(b, &v);
  pel_ir_node *n = pel__ir_node_new(m, PEL_IR_AGG, result, x->span, x->nargs, args, 0);
  if (n != m->broken) n->fn = fn;
  return pel__bval(pel__irb_place(b, n));
}

/* ---- verbs ---- */

static pel_ir_node **yields_room(pel_irb *b, uint32_t n) {
  pel_ir_node **y = PEL_ARENA_ARRAY(b->m->arena, pel_ir_node *, n);
  if (!y) b->m->oom = true;
  return y;
}

/* Region i of n: keys (expressions over binder), then the row. */
static void keyed_region(pel_irb *b, pel_ir_node *n, uint32_t i, const pel_binder *binder,
                         pel_x *const *keys, uint32_t nkeys) {
  const pel_type *row = n->args[i]->type;
  place old = enter(b, n, i, &row, 1, n->span);
  if (binder) b->binders[binder->id] = pel__bval(input(b, 0));
  pel_ir_node **y = yields_room(b, nkeys + 1);
  for (uint32_t k = 0; y && k < nkeys; k++) y[k] = pel__irb_row_x(b, keys[k]);
  if (y) {
    y[nkeys] = input(b, 0);
    pel__ir_yields(b->m, b->region, y, nkeys + 1);
  }
  leave(b, old);
}

static uint32_t field_named(const pel_type *t, const char *name) {
  for (uint32_t i = 0; i < t->nfields; i++)
    if (strcmp(t->fields[i].name, name) == 0) return i;
  return PEL_NONE;
}

/* Every column but the keys is collected, the last result holds the whole rows. */
static void group_region(pel_irb *b, pel_ir_node *g, const pel_x *x) {
  pel_ir *m = b->m;
  const pel_type *row = g->args[0]->type;
  uint32_t nkeys = x->nargs - 1, n = g->type->nfields;
  place old = enter(b, g, 0, &row, 1, x->span);
  bind_inputs(b, x, 1);
  pel_ir_node **y = yields_room(b, n);
  for (uint32_t i = 0; y && i < n; i++) {
    if (i < nkeys) {
      y[i] = pel__irb_row_x(b, x->args[1 + i]);
      continue;
    }
    uint32_t f = i + 1 == n ? PEL_NONE : field_named(row, g->type->fields[i].name);
    y[i] = f == PEL_NONE ? input(b, 0) : pel__irb_field(b, input(b, 0), f, x->span);
    const pel_type *list = g->type->fields[i].type;
    g->aggs[i - nkeys] =
        pel__ir_find_op(m, PEL_STR("collect"), PEL_OP_AGG, &list, 1, list);
    g->agg_args[i - nkeys] = 1;
    if (!g->aggs[i - nkeys]) {
      pel__irb_refuse(
          b, PEL_E0999, x->span,
          "this column cannot be kept as a list: no operator `collect` takes it");
      m->oom = m->oom || !b->ds;
    }
  }
  if (y) pel__ir_yields(m, b->region, y, n);
  leave(b, old);
}

static pel_ir_node *group(pel_irb *b, const pel_x *x, pel_ir_node *arg) {
  pel_ir *m = b->m;
  pel_ir_node *g = array_node(b, PEL_IR_GROUP, item_type(b, x), x->span, 1, &arg, 1);
  if (g == m->broken) return g;
  g->nkeys = x->nargs - 1;
  g->naggs = g->type->nfields - g->nkeys;
  g->aggs = PEL_ARENA_ARRAY(m->arena, const pel_op *, g->naggs);
  g->agg_args = PEL_ARENA_ARRAY(m->arena, uint32_t, g->naggs);
  if (!g->aggs || !g->agg_args)
    m->oom = true;
  else
    group_region(b, g, x);
  return g;
}

static pel_ir_node *sort(pel_irb *b, const pel_x *x, pel_ir_node *arg) {
  pel_ir_node *n = array_node(b, PEL_IR_SORT, arg->type, x->span, 1, &arg, 1);
  if (n == b->m->broken) return n;
  n->nkeys = x->nargs - 1;
  n->descending = PEL_ARENA_ARRAY(b->m->arena, bool, n->nkeys);
  if (!n->descending) {
    b->m->oom = true;
    return n;
  }
  for (uint32_t i = 0; i < n->nkeys; i++)
    n->descending[i] = x->descending && x->descending[i];
  keyed_region(b, n, 0, x->nbinders ? x->binders[0] : NULL, x->args + 1, n->nkeys);
  return n;
}

static pel_ir_node *distinct(pel_irb *b, const pel_x *x, pel_ir_node *arg) {
  pel_ir_node *n = array_node(b, PEL_IR_DISTINCT, arg->type, x->span, 1, &arg, 1);
  if (n == b->m->broken) return n;
  n->nkeys = x->nargs - 1;
  if (n->nkeys) {
    keyed_region(b, n, 0, x->nbinders ? x->binders[0] : NULL, x->args + 1, n->nkeys);
    return n;
  }
  bool record = arg->type->kind == PEL_RECORD && arg->type->nfields > 0;
  n->nkeys = record ? arg->type->nfields : 1;
  place old = enter(b, n, 0, &arg->type, 1, x->span);
  pel_ir_node **y = yields_room(b, n->nkeys + 1);
  for (uint32_t i = 0; y && i < n->nkeys; i++)
    y[i] = record ? pel__irb_field(b, input(b, 0), i, x->span) : input(b, 0);
  if (y) {
    y[n->nkeys] = input(b, 0);
    pel__ir_yields(b->m, b->region, y, n->nkeys + 1);
  }
  leave(b, old);
  return n;
}

static pel_ir_node *join(pel_irb *b, const pel_x *x) {
  pel_ir_node *args[2] = {pel__irb_array_x(b, x->args[0]),
                          pel__irb_array_x(b, x->args[1])};
  pel_ir_node *n = array_node(b, PEL_IR_JOIN, item_type(b, x), x->span, 2, args, 2);
  if (n == b->m->broken) return n;
  n->nkeys = x->nkeys;
  n->join = x->join;
  n->noutputs = n->type->nfields;
  n->outputs = PEL_ARENA_ARRAY(b->m->arena, pel_xout, n->noutputs);
  if (!n->outputs) {
    b->m->oom = true;
    return n;
  }
  for (uint32_t i = 0; i < n->noutputs; i++) n->outputs[i] = x->outputs[i];
  for (uint32_t side = 0; side < 2; side++)
    keyed_region(b, n, side, side < x->nbinders ? x->binders[side] : NULL,
                 x->args + 2 + side * x->nkeys, x->nkeys);
  return n;
}

/* Options must be known when compiling: a record of constants. */
static const pel_const *options(pel_irb *b, const pel_x *x) {
  pel_ir *m = b->m;
  if (!x->noptions) return NULL;
  pel_field *f = PEL_ARENA_ARRAY(m->arena, pel_field, x->noptions);
  pel_const *at = PEL_ARENA_ARRAY(m->arena, pel_const, x->noptions);
  if (!f || !at) {
    m->oom = true;
    return NULL;
  }
  for (uint32_t i = 0; i < x->noptions; i++) {
    const pel_xoption *o = &x->options[i];
    const char *name = pel__arena_text(m->arena, o->name.p, o->name.n);
    const pel_x *v = o->value;
    if (v->kind == PEL_X_PARAM && b->t->params[v->index].init)
      v = b->t->params[v->index].init;
    if (v->kind != PEL_X_CONST || o->value->kind != PEL_X_CONST) {
      (void)pel__diag_add(b->ds, PEL_E0954, o->value->span,
                          "the option `" PEL_STR_FMT "` wants a constant",
                          PEL_STR_ARG(o->name));
      return NULL;
    }
    if (!name) {
      m->oom = true;
      return NULL;
    }
    at[i] = *pel__ir_const(m, v->value);
    f[i] = (pel_field){name, at[i].type};
  }
  pel_const c = {.type = pel__ir_record(m, f, x->noptions), .as.list = {at, x->noptions}};
  return pel__ir_const(m, &c);
}

static pel_ir_node *read_or_write(pel_irb *b, const pel_x *x) {
  bool reads = x->kind == PEL_X_READ;
  pel_ir_node *args[2];
  args[0] = reads ? pel__irb_row_x(b, x->args[0]) : pel__irb_array_x(b, x->args[0]);
  if (!reads) args[1] = pel__irb_row_x(b, x->args[1]);
  const pel_type *item = reads ? item_type(b, x) : args[0]->type;
  pel_ir_node *n = array_node(b, reads ? PEL_IR_READ : PEL_IR_WRITE, item, x->span,
                              reads ? 1 : 2, args, 0);
  if (n == b->m->broken) return n;
  n->fn = x->op;
  n->value = options(b, x);
  return n;
}

static pel_ir_node *slice(pel_irb *b, const pel_x *x, pel_ir_node *arg) {
  pel_ir_node *args[3] = {arg, pel__irb_row_x(b, x->args[1]),
                          pel__irb_row_x(b, x->args[2])};
  return array_node(b, PEL_IR_SLICE, arg->type, x->span, 3, args, 0);
}

static pel_ir_node *concat(pel_irb *b, const pel_x *x) {
  pel_ir_node *n =
      array_node(b, PEL_IR_CONCAT, item_type(b, x), x->span, x->nargs, NULL, 0);
  for (uint32_t i = 0; i < n->nargs; i++) n->args[i] = pel__irb_array_x(b, x->args[i]);
  return n;
}

pel_bval pel__irb_verb(pel_irb *b, const pel_x *x) {
  if (x->kind == PEL_X_FILTER) return filter(b, x);
  if (x->kind == PEL_X_PROJECT) return project(b, x);
  if (!pel__irb_at_top(b)) {
    pel__irb_refuse(
        b, PEL_E0955, x->span,
        "this verb runs on whole tables only, not on the lists inside of rows");
    return pel__bval(b->m->broken);
  }
  pel_ir_node *n;
  if (x->kind == PEL_X_READ || x->kind == PEL_X_WRITE)
    n = read_or_write(b, x);
  else if (x->kind == PEL_X_JOIN)
    n = join(b, x);
  else if (x->kind == PEL_X_CONCAT)
    n = concat(b, x);
  else {
    pel_ir_node *arg = pel__irb_array_x(b, x->args[0]);
    if (arg == b->m->broken) return pel__bval(arg);
    if (x->kind == PEL_X_GROUP)
      n = group(b, x, arg);
    else if (x->kind == PEL_X_SORT)
      n = sort(b, x, arg);
    else if (x->kind == PEL_X_DISTINCT)
      n = distinct(b, x, arg);
    else
      n = slice(b, x, arg);
  }
  pel__ir_append(b->m->top, n);
  return pel__bval(n);
}
