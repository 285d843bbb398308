#include "compiler/ir/ir.h"

#include "runtime/base/check.h"

static const char *const words[] = {
#define PEL_IR_OP(name, word, level) word,
#include "compiler/ir/ops.def"
#undef PEL_IR_OP
};

const char *pel__ir_word(pel_irop op) {
  return (unsigned)op < PEL_IR_OP_COUNT ? words[op] : "?";
}

pel_status pel__ir_status(const pel_ir *m) {
  return m->oom ? PEL_E_NOMEM : m->too_large ? PEL_E_LIMIT : PEL_OK;
}

static void *room(pel_ir *m, size_t n, size_t size) {
  void *p = pel__arena_array(m->arena, n, size);
  if (!p) m->oom = true;
  return p;
}

pel_status pel__ir_new(pel_arena *arena, const pel_op *const *const *ops, uint32_t nops,
                       pel_ir **out) {
  pel_ir *m = PEL_ARENA_NEW(arena, pel_ir);
  if (!m) return PEL_E_NOMEM;
  m->arena = arena;
  m->ops = ops;
  m->nops = nops;
  m->item = PEL_NONE;
  m->top = PEL_ARENA_NEW(arena, pel_ir_region);
  m->broken = PEL_ARENA_NEW(arena, pel_ir_node);
  m->type_cap = 256;
  m->types = PEL_ARENA_ARRAY(arena, const pel_type *, m->type_cap);
  if (!m->top || !m->broken || !m->types) return PEL_E_NOMEM;
  m->broken->op = PEL_IR_CONST;
  m->broken->type = pel__ir_scalar(m, PEL_BOOL, false);
  m->broken->value = pel__ir_const_bool(m, false);
  m->broken->home = m->top;
  if (m->oom) return PEL_E_NOMEM;
  *out = m;
  return PEL_OK;
}

/* ---- nodes and regions ---- */

pel_ir_node *pel__ir_node_new(pel_ir *m, pel_irop op, const pel_type *type, pel_span span,
                              uint32_t nargs, pel_ir_node *const *args,
                              uint32_t nregions) {
  if (m->nodes >= PEL_IR_NODES) m->too_large = true;
  if (m->oom || m->too_large) return m->broken;
  pel_ir_node *n = room(m, 1, sizeof *n);
  if (!n) return m->broken;
  n->args = room(m, nargs, sizeof *n->args);
  n->regions = room(m, nregions, sizeof *n->regions);
  if (!n->args || !n->regions) return m->broken;
  n->op = op;
  n->type = type;
  n->span = span;
  n->nargs = nargs;
  n->nregions = nregions;
  n->id = m->nodes++;
  n->item = m->item;
  n->limit = UINT64_MAX;
  for (uint32_t i = 0; args && i < nargs; i++) n->args[i] = args[i];
  return n;
}

pel_ir_region *pel__ir_region_new(pel_ir *m, pel_ir_node *n, uint32_t i,
                                  pel_ir_region *outer, const pel_type *const *params,
                                  uint32_t nparams, pel_span span) {
  pel_ir_region *r = room(m, 1, sizeof *r);
  if (!r) return m->top;
  r->owner = n;
  r->depth = outer->depth + 1;
  r->params = room(m, nparams, sizeof *r->params);
  if (!r->params) return m->top;
  for (uint32_t k = 0; k < nparams; k++) {
    pel_ir_node *p = pel__ir_node_new(m, PEL_IR_INPUT, params[k], span, 0, NULL, 0);
    if (p == m->broken) return m->top;
    p->index = k;
    p->home = r;
    r->params[r->nparams++] = p;
  }
  if (n != m->broken) n->regions[i] = r;
  return r;
}

void pel__ir_yields(pel_ir *m, pel_ir_region *r, pel_ir_node *const *yields, uint32_t n) {
  if (r == m->top) return; /* made without memory */
  pel_ir_node **at = room(m, n, sizeof *at);
  if (!at) return;
  for (uint32_t i = 0; i < n; i++) at[i] = yields[i];
  r->yields = at;
  r->nyields = n;
}

void pel__ir_append(pel_ir_region *r, pel_ir_node *n) {
  if (n->home) return; /* `broken` has a place already */
  n->home = r;
  n->prev = r->last;
  n->next = NULL;
  if (r->last)
    r->last->next = n;
  else
    r->first = n;
  r->last = n;
}

void pel__ir_before(pel_ir_node *at, pel_ir_node *n) {
  if (n->home) return;
  pel_ir_region *r = at->home;
  n->home = r;
  n->next = at;
  n->prev = at->prev;
  if (at->prev)
    at->prev->next = n;
  else
    r->first = n;
  at->prev = n;
}

void pel__ir_remove(pel_ir_node *n) {
  pel_ir_region *r = n->home;
  if (!r) return;
  if (n->prev)
    n->prev->next = n->next;
  else
    r->first = n->next;
  if (n->next)
    n->next->prev = n->prev;
  else
    r->last = n->prev;
  n->home = NULL;
  n->next = n->prev = NULL;
}

pel_ir_region *pel__ir_home_of_args(const pel_ir *m, const pel_ir_node *n) {
  pel_ir_region *home = m->top;
  for (uint32_t i = 0; i < n->nargs; i++)
    if (n->args[i]->home && n->args[i]->home->depth > home->depth)
      home = n->args[i]->home;
  return home;
}

bool pel__ir_within(const pel_ir_region *inner, const pel_ir_region *outer) {
  while (inner && inner->depth > outer->depth)
    inner = inner->owner ? inner->owner->home : NULL;
  return inner == outer;
}

/* ---- walking ---- */

pel_ir_node *pel__ir_walk(const pel_ir_region *r, const pel_ir_node *n) {
  if (!n) return r->first;
  for (uint32_t i = 0; i < n->nregions; i++)
    if (n->regions[i] && n->regions[i]->first) return n->regions[i]->first;
  while (!n->next) {
    const pel_ir_region *home = n->home;
    if (home == r) return NULL;
    const pel_ir_node *owner = home->owner;
    uint32_t i = 0;
    while (owner->regions[i] != home) i++;
    for (i++; i < owner->nregions; i++)
      if (owner->regions[i] && owner->regions[i]->first) return owner->regions[i]->first;
    n = owner;
  }
  return n->next;
}

static void visit_node(pel_ir_node *n, pel_ir_visit fn, void *ctx) {
  for (uint32_t i = 0; i < n->nargs; i++) fn(ctx, &n->args[i]);
  for (uint32_t i = 0; i < n->nregions; i++)
    for (uint32_t k = 0; k < n->regions[i]->nyields; k++)
      fn(ctx, &n->regions[i]->yields[k]);
}

void pel__ir_each_use(pel_ir *m, pel_ir_visit fn, void *ctx) {
  for (pel_ir_node *n = NULL; (n = pel__ir_walk(m->top, n));) visit_node(n, fn, ctx);
  for (uint32_t i = 0; i < m->nparams; i++)
    if (m->params[i].init) fn(ctx, &m->params[i].init);
  for (uint32_t i = 0; i < m->nitems; i++) {
    if (m->items[i].value) fn(ctx, &m->items[i].value);
    if (m->items[i].left) fn(ctx, &m->items[i].left);
    if (m->items[i].right) fn(ctx, &m->items[i].right);
  }
}

static void clear_node(pel_ir_node *n) {
  n->mark = n->uses = 0;
  n->other = NULL;
}

void pel__ir_clear(pel_ir *m) {
  for (pel_ir_node *n = NULL; (n = pel__ir_walk(m->top, n));) {
    clear_node(n);
    for (uint32_t i = 0; i < n->nregions; i++)
      for (uint32_t k = 0; k < n->regions[i]->nparams; k++)
        clear_node(n->regions[i]->params[k]);
  }
}

static void count_use(void *ctx, pel_ir_node **place) {
  (void)ctx;
  (*place)->uses++;
}

void pel__ir_count_uses(pel_ir *m) {
  for (pel_ir_node *n = NULL; (n = pel__ir_walk(m->top, n));) {
    n->uses = 0;
    for (uint32_t i = 0; i < n->nregions; i++)
      for (uint32_t k = 0; k < n->regions[i]->nparams; k++)
        n->regions[i]->params[k]->uses = 0;
  }
  pel__ir_each_use(m, count_use, NULL);
}

static void forward_use(void *ctx, pel_ir_node **place) {
  (void)ctx;
  pel_ir_node *n = *place;
  if (!n->other) return;
  pel_ir_node *end = n;
  while (end->other) end = end->other;
  while (n->other && n->other != end) { /* long chains are walked once */
    pel_ir_node *next = n->other;
    n->other = end;
    n = next;
  }
  *place = end;
}

void pel__ir_forward(pel_ir *m) { pel__ir_each_use(m, forward_use, NULL); }

/* ---- operators ---- */

bool pel__ir_agg_takes(const pel_op *o, const pel_type *const *in, uint32_t nin,
                       const pel_type *out) {
  const pel_type *elements[64];
  if (!o->choose_agg || nin > 64) return false;
  for (uint32_t i = 0; i < nin; i++)
    elements[i] = i == 0 && in[i]->kind == PEL_LIST ? in[i]->item : in[i];
  return o->choose_agg(elements, nin, out) != NULL;
}

static bool takes(const pel_op *o, pel_op_kind kind, const pel_type *const *in,
                  uint32_t nin, const pel_type *out) {
  if (kind == PEL_OP_MAP) return o->choose && o->choose(in, nin, out);
  if (kind == PEL_OP_AGG) return pel__ir_agg_takes(o, in, nin, out);
  return true;
}

const pel_op *pel__ir_find_op(const pel_ir *m, pel_str name, pel_op_kind kind,
                              const pel_type *const *in, uint32_t nin,
                              const pel_type *out) {
  for (uint32_t t = 0; t < m->nops; t++)
    for (const pel_op *const *o = m->ops[t]; *o; o++)
      if ((*o)->kind == kind && pel__str_is(name, (*o)->name) &&
          takes(*o, kind, in, nin, out))
        return *o;
  return NULL;
}

const pel_op *pel__ir_find_cast(const pel_ir *m, const pel_type *from,
                                const pel_type *to) {
  static const char *const names[] = {"",    "bool",  "i8",   "i16",  "i32", "i64",
                                      "u8",  "u16",   "u32",  "u64",  "f32", "f64",
                                      "str", "bytes", "date", "time", "dur"};
  const pel_op *o = pel__ir_find_op(m, PEL_STR("cast"), PEL_OP_MAP, &from, 1, to);
  if (o || to->kind > PEL_DUR) return o;
  return pel__ir_find_op(m, pel__str(names[to->kind]), PEL_OP_MAP, &from, 1, to);
}
