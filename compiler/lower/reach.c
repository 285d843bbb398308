#include "compiler/lower/reach.h"

#include "runtime/base/hash.h"

bool pel__node_map_put(pel_node_map *m, const pel_ir_node *key, uint32_t value) {
  if (m->n * 2 >= m->cap) {
    pel_node_map g = {.arena = m->arena, .cap = m->cap ? m->cap * 2 : 32};
    g.keys = PEL_ARENA_ARRAY(m->arena, const pel_ir_node *, g.cap);
    g.values = PEL_ARENA_ARRAY(m->arena, uint32_t, g.cap);
    if (!g.keys || !g.values) return false;
    for (uint32_t i = 0; i < m->cap; i++)
      if (m->keys[i]) (void)pel__node_map_put(&g, m->keys[i], m->values[i]);
    *m = g;
  }
  uint32_t s = (uint32_t)pel__hash_u64(key->id, 0) & (m->cap - 1);
  while (m->keys[s] && m->keys[s] != key) s = (s + 1) & (m->cap - 1);
  m->n += !m->keys[s];
  m->keys[s] = key;
  m->values[s] = value;
  return true;
}

bool pel__node_map_get(const pel_node_map *m, const pel_ir_node *key, uint32_t *value) {
  if (!m->cap) return false;
  uint32_t s = (uint32_t)pel__hash_u64(key->id, 0) & (m->cap - 1);
  for (; m->keys[s]; s = (s + 1) & (m->cap - 1)) {
    if (m->keys[s] != key) continue;
    *value = m->values[s];
    return true;
  }
  return false;
}

/* ---- what an lmap takes from outside ---- */

static bool add_capture(pel_lowering *l, pel_captures *c, pel_node_map *seen,
                        const pel_ir_region *inner, pel_ir_node *x) {
  uint32_t i;
  if (pel__is_leaf_at_top(l, x) || pel__ir_within(x->home, inner) ||
      pel__node_map_get(seen, x, &i))
    return true;
  if (!pel__node_map_put(seen, x, c->n)) return false;
  pel_ir_node **at = PEL_ARENA_ARRAY(&l->scratch, pel_ir_node *, c->n + 1);
  if (!at) return false;
  for (uint32_t k = 0; k < c->n; k++) at[k] = c->at[k];
  at[c->n++] = x;
  c->at = at;
  return true;
}

pel_captures pel__captures(pel_lowering *l, const pel_ir_node *lmap) {
  pel_captures c = {0};
  pel_node_map seen = {.arena = &l->scratch};
  const pel_ir_region *r = lmap->regions[0];
  bool ok = true;
  for (pel_ir_node *n = NULL; (n = pel__ir_walk(r, n));) {
    for (uint32_t i = 0; i < n->nargs; i++)
      ok &= add_capture(l, &c, &seen, r, n->args[i]);
    for (uint32_t g = 0; g < n->nregions; g++)
      for (uint32_t i = 0; i < n->regions[g]->nyields; i++)
        ok &= add_capture(l, &c, &seen, r, n->regions[g]->yields[i]);
  }
  for (uint32_t i = 0; i < r->nyields; i++)
    ok &= add_capture(l, &c, &seen, r, r->yields[i]);
  if (!ok) l->failed = true;
  return c;
}

/* ---- the nodes of a program, operands first ---- */

uint32_t pel__operands(const pel_reach_node *x) { return x->node->nargs + x->captures.n; }

pel_ir_node *pel__operand(const pel_reach_node *x, uint32_t i) {
  return i < x->node->nargs ? x->node->args[i] : x->captures.at[i - x->node->nargs];
}

typedef struct walk_frame {
  uint32_t node, next;
} walk_frame;

typedef struct walker {
  pel_lowering *l;
  pel_reach *r;
  PEL_VEC(walk_frame) stack;
} walker;

/* Inputs, captures and what stands in slots are read, not computed. */
static bool is_leaf(const pel_lowering *l, const pel_reach *r, const pel_ir_node *n) {
  uint32_t at;
  return n->op == PEL_IR_INPUT || pel__is_leaf_at_top(l, n) ||
         pel__node_map_get(&r->given, n, &at);
}

static uint32_t enter(walker *w, pel_ir_node *n) {
  pel_reach *r = w->r;
  const pel_alloc *a = pel__alloc_libc();
  uint32_t at;
  if (pel__node_map_get(&r->map, n, &at)) return at;
  pel_reach_node x = {.node = n, .leaf = is_leaf(w->l, r, n), .context = PEL_NONE};
  if (!x.leaf && n->op == PEL_IR_LMAP) x.captures = pel__captures(w->l, n);
  at = (uint32_t)r->nodes.n;
  if (!PEL_VEC_PUSH(&r->nodes, x, a) || !pel__node_map_put(&r->map, n, at))
    w->l->failed = true;
  walk_frame f = {at, 0};
  if (x.leaf) {
    if (!PEL_VEC_PUSH(&r->order, at, a)) w->l->failed = true;
  } else if (!PEL_VEC_PUSH(&w->stack, f, a)) {
    w->l->failed = true;
  }
  return at;
}

/* Depth first, without recursion: chains of values are as long as programs are. */
static void reach_from(walker *w, pel_ir_node *root) {
  pel_reach *r = w->r;
  (void)enter(w, root);
  while (w->stack.n && !w->l->failed) {
    walk_frame *f = &w->stack.at[w->stack.n - 1];
    const pel_reach_node x = r->nodes.at[f->node];
    if (f->next < pel__operands(&x)) {
      (void)enter(w, pel__operand(&x, f->next++));
      continue;
    }
    if (!PEL_VEC_PUSH(&r->order, f->node, pel__alloc_libc())) w->l->failed = true;
    w->stack.n--;
  }
}

void pel__reach(pel_lowering *l, const pel_prog_order *o, pel_reach *out) {
  *out = (pel_reach){.map = {.arena = &l->scratch}, .given = {.arena = &l->scratch}};
  walker w = {.l = l, .r = out};
  for (uint32_t i = 0; i < o->ncaptures; i++)
    if (!pel__node_map_put(&out->given, o->captures[i], i)) l->failed = true;
  for (pel_ir_node *n = o->region ? o->region->first : NULL; n && !l->failed; n = n->next)
    if (n->op == PEL_IR_FILTER) reach_from(&w, n->args[0]);
  for (uint32_t i = 0; i < o->noutputs && !l->failed; i++)
    reach_from(&w, o->outputs[i].node);
  PEL_VEC_DEINIT(&w.stack, pel__alloc_libc());
}

void pel__reach_deinit(pel_reach *r) {
  PEL_VEC_DEINIT(&r->nodes, pel__alloc_libc());
  PEL_VEC_DEINIT(&r->order, pel__alloc_libc());
  PEL_VEC_DEINIT(&r->contexts, pel__alloc_libc());
}

/* ---- where values are needed: a tree of conditions ---- */

static uint32_t context_new(pel_lowering *l, pel_reach *r, uint32_t parent, uint32_t node,
                            uint32_t operand) {
  pel_context c = {parent, r->contexts.n ? r->contexts.at[parent].depth + 1 : 0, node,
                   operand, PEL_NONE};
  if (!PEL_VEC_PUSH(&r->contexts, c, pel__alloc_libc())) l->failed = true;
  return (uint32_t)r->contexts.n - 1;
}

/* The innermost condition both stand under. */
static uint32_t common(const pel_reach *r, uint32_t a, uint32_t b) {
  if (a == PEL_NONE) return b;
  const pel_context *c = r->contexts.at;
  while (a != b) {
    if (c[a].depth >= c[b].depth)
      a = c[a].parent;
    else
      b = c[b].parent;
  }
  return a;
}

/* Is operand i computed only for some rows? */
static bool conditional(const pel_ir_node *n, uint32_t i) {
  switch ((int)n->op) {
    case PEL_IR_IF:
    case PEL_IR_AND:
    case PEL_IR_OR:
    case PEL_IR_COALESCE:
    case PEL_IR_TRY:
      return i > 0;
    default:
      return false;
  }
}

void pel__contexts(pel_lowering *l, const pel_prog_order *o, pel_reach *r) {
  uint32_t root = context_new(l, r, 0, 0, 0), at;
  for (pel_ir_node *n = o->region ? o->region->first : NULL; n; n = n->next)
    if (n->op == PEL_IR_FILTER && pel__node_map_get(&r->map, n->args[0], &at))
      r->nodes.at[at].context = root;
  for (uint32_t i = 0; i < o->noutputs; i++)
    if (pel__node_map_get(&r->map, o->outputs[i].node, &at))
      r->nodes.at[at].context = root;
  for (size_t k = r->order.n; k-- > 0 && !l->failed;) { /* users before what they use */
    uint32_t self = r->order.at[k];
    const pel_reach_node x = r->nodes.at[self];
    if (x.leaf) continue;
    r->nodes.at[self].first_context = (uint32_t)r->contexts.n;
    for (uint32_t i = 0; i < pel__operands(&x) && !l->failed; i++) {
      uint32_t c =
          conditional(x.node, i) ? context_new(l, r, x.context, self, i) : x.context;
      if (!pel__node_map_get(&r->map, pel__operand(&x, i), &at)) continue;
      pel_reach_node *y = &r->nodes.at[at];
      y->context = y->leaf ? root : common(r, y->context, c);
    }
  }
}

/* ---- columns ---- */

bool pel__used_fields(pel_lowering *l, const pel_ir_region *region, uint32_t i,
                      const pel_output *outputs, uint32_t noutputs, bool *used) {
  const pel_ir_node *in = region->params[i];
  pel_prog_order o = {.region = region, .outputs = outputs, .noutputs = noutputs};
  pel_reach r;
  pel__reach(l, &o, &r);
  bool whole = false;
  for (size_t k = 0; k < r.nodes.n; k++) {
    const pel_reach_node *x = &r.nodes.at[k];
    if (x->leaf) continue;
    for (uint32_t a = 0; a < pel__operands(x); a++) {
      if (pel__operand(x, a) != in) continue;
      if (x->node->op == PEL_IR_FIELD)
        used[x->node->index] = true;
      else
        whole = true;
    }
  }
  for (uint32_t k = 0; k < noutputs; k++) whole |= outputs[k].node == in;
  pel__reach_deinit(&r);
  return !whole;
}
