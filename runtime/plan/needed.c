#include "runtime/plan/plan.h"

/* Walks from items to pipes, against the order of the pipes: whatever a pipe reads was
 * made by an earlier one, so one sweep from the last pipe to the first marks all. */
typedef struct needs {
  const pel_plan_data *p;
  bool *slots, *nodes, *progs;
  uint32_t *todo; /* programs whose reads are not marked yet; each stands here once */
  uint32_t n_todo;
} needs;

static void need_arg(needs *w, const pel_plan_arg *a) {
  if (a->kind == PEL_ARG_SLOT) w->slots[a->ref] = true;
  if (a->kind == PEL_ARG_PARAM) w->slots[w->p->params[a->ref].slot] = true;
}

static void need_node(needs *w, uint32_t node) {
  if (w->nodes[node]) return;
  w->nodes[node] = true;
  pel_range args = w->p->nodes[node].args;
  for (uint32_t i = 0; i < args.n; i++) need_arg(w, &w->p->node_args[args.at + i]);
}

static void need_prog(needs *w, uint32_t prog) {
  if (w->progs[prog]) return;
  w->progs[prog] = true;
  w->todo[w->n_todo++] = prog;
}

static void need_progs(needs *w) {
  const pel_plan_data *p = w->p;
  while (w->n_todo) {
    pel_range r = p->progs[w->todo[--w->n_todo]].instrs;
    for (uint32_t i = 0; i < r.n; i++) {
      const pel_instr *x = &p->instrs[r.at + i];
      if (x->code == PEL_CODE_SLOT) w->slots[p->args[x->args]] = true;
      if (x->code == PEL_CODE_LIST_MAP) need_prog(w, x->ref);
    }
  }
}

static void need_pipe(needs *w, const pel_plan_pipe *x) {
  const pel_plan_data *p = w->p;
  if (x->source != PEL_NONE && x->from != PEL_FROM_SLOTS && x->from != PEL_FROM_UNIT)
    need_node(w, x->source);
  for (uint32_t i = 0; x->from == PEL_FROM_SLOTS && i < x->slots.n; i++)
    w->slots[p->args[x->slots.at + i]] = true;
  if (x->filter != PEL_NONE) need_prog(w, x->filter);
  for (uint32_t i = 0; i < x->steps.n; i++) {
    const pel_plan_step *s = &p->steps[x->steps.at + i];
    if (s->node != PEL_NONE) need_node(w, s->node);
    if (s->prog != PEL_NONE) need_prog(w, s->prog);
  }
  need_progs(w);
}

static void need_item(needs *w, const pel_plan_item *x) {
  if (x->slot != PEL_NONE) w->slots[x->slot] = true;
  if (x->left != PEL_NONE) w->slots[x->left] = true;
  if (x->right != PEL_NONE) w->slots[x->right] = true;
  if (x->node != PEL_NONE) need_node(w, x->node);
}

bool pel__plan_is_impure(const pel_plan_data *p, uint32_t node) {
  const pel_plan_node *n = &p->nodes[node];
  if (!pel__str_is(p->ops[n->op].name, "native") || n->args.n == 0) return false;
  const pel_plan_arg *a = &p->node_args[n->args.at];
  if (a->kind != PEL_ARG_CONST) return false;
  const pel_const *number = &p->consts[a->ref];
  return number->type->kind == PEL_I64 && (uint64_t)number->as.i < p->n_natives &&
         !p->natives[number->as.i].pure;
}

pel_status pel__plan_needed(const pel_plan_data *p, const bool *roots, bool *pipes) {
  return pel__plan_needed_beside(p, roots, NULL, false, pipes, NULL);
}

pel_status pel__plan_needed_beside(const pel_plan_data *p, const bool *roots,
                                   const bool *given, bool impure, bool *pipes,
                                   bool *slots) {
  pel_arena a;
  pel__arena_init(&a, p->arena.alloc);
  needs w = {p,
             PEL_ARENA_ARRAY(&a, bool, p->n_slots),
             PEL_ARENA_ARRAY(&a, bool, p->n_nodes),
             PEL_ARENA_ARRAY(&a, bool, p->n_progs),
             PEL_ARENA_ARRAY(&a, uint32_t, p->n_progs),
             0};
  pel_status s = w.slots && w.nodes && w.progs && w.todo ? PEL_OK : PEL_E_NOMEM;
  for (uint32_t i = 0; s == PEL_OK && i < p->n_items; i++)
    if (roots[i]) need_item(&w, &p->items[i]);
  for (uint32_t i = 0; s == PEL_OK && impure && i < p->n_nodes; i++)
    if (pel__plan_is_impure(p, i)) need_node(&w, i);
  for (uint32_t i = p->n_pipes; s == PEL_OK && i-- > 0;) {
    const pel_plan_pipe *x = &p->pipes[i];
    pipes[i] = x->sink != PEL_NONE ? w.nodes[x->sink]
                                   : w.slots[x->slot] && !(given && given[x->slot]);
    if (!pipes[i]) continue;
    if (x->sink != PEL_NONE) need_node(&w, x->sink);
    need_pipe(&w, x);
  }
  for (uint32_t i = 0; s == PEL_OK && slots && i < p->n_slots; i++) slots[i] = w.slots[i];
  pel__arena_deinit(&a);
  return s;
}
