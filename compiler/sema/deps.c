#include "compiler/sema/check.h"

/* Which items an item needs, by the names in it that no local shadows; then an order in
 * which each item stands after what it needs, or the circle that prevents it (R2). */

typedef struct bound {
  pel_str name;
  const struct bound *up;
  uint32_t depth;
} bound;

typedef struct walker {
  pel_sema *s;
  pel_item *item;
} walker;

static void walk(walker *w, const pel_ast *e, const bound *in);

static bool is_bound(const bound *in, pel_str name) {
  for (; in; in = in->up)
    if (pel__str_eq(in->name, name)) return true;
  return false;
}

static void need(walker *w, pel_item *item) {
  if (item->ast->kind == PEL_AST_ITEM_OUT) item->needed = true;
  if (!PEL_VEC_PUSH(&w->item->needs, item, w->s->alloc)) w->s->oom = true;
}

static void need_name(walker *w, pel_str name, const bound *in) {
  pel_module *m = w->item->module;
  if (is_bound(in, name)) return;
  const pel_topname *t = pel__top_find(m, name);
  uint32_t i;
  if (t)
    need(w, t->item);
  else if (pel__map_get(&m->sizes, name, &i) && m->declares.at[i] != w->item)
    need(w, m->declares.at[i]);
}

static void need_type(walker *w, pel_str name) {
  const pel_topname *t = pel__top_find(w->item->module, name);
  if (t && t->item->ast->kind == PEL_AST_ITEM_TYPE) need(w, t->item);
}

/* a.b where a is a module or a library with a name. */
static bool need_member(walker *w, pel_str root, pel_str name, const bound *in) {
  pel_module *m = w->item->module;
  if (is_bound(in, root) || pel__top_find(m, root)) return false;
  const pel_alias *a = pel__alias_find(m, root);
  if (!a) return false;
  if (a->module) {
    const pel_topname *t = pel__top_find(a->module, name);
    if (t) need(w, t->item);
  }
  for (size_t i = 0; a->library && i < m->items.n; i++)
    if (m->items.at[i]->block == a->library &&
        pel__str_eq(m->items.at[i]->ast->name.text, name))
      need(w, m->items.at[i]);
  return true;
}

/* The scope with the names of a pattern in it. Past PEL_SEMA_LOCALS names the check
 * refuses the program anyway. */
static const bound *bind_name(walker *w, pel_str name, const bound *in) {
  bound *b = PEL_ARENA_NEW(w->s->arena, bound);
  if (!b || (in && in->depth > PEL_SEMA_LOCALS)) {
    w->s->oom |= !b;
    return in;
  }
  *b = (bound){name, in, in ? in->depth + 1 : 1};
  return b;
}

static const bound *bind(walker *w, const pel_ast *p, const bound *in) {
  if (p->kind == PEL_AST_PAT_NAME) return bind_name(w, p->name, in);
  if (p->kind == PEL_AST_PAT_TUPLE)
    for (uint32_t i = 0; i < p->list.n; i++) in = bind(w, p->list.items[i], in);
  if (p->kind == PEL_AST_PAT_VARIANT)
    for (uint32_t i = 0; i < p->variant.n; i++) in = bind(w, p->variant.args[i], in);
  return in; /* record patterns belong to match, which this version refuses */
}

static const bound *walk_binds(walker *w, const pel_ast_bind *binds, uint32_t n,
                               const bound *in) {
  for (uint32_t i = 0; i < n; i++) {
    if (binds[i].type) walk(w, binds[i].type, in);
    walk(w, binds[i].value, in);
    in = bind(w, binds[i].pattern, in);
  }
  return in;
}

/* `kind: left` names a word, not a value. */
static bool is_word(const pel_ast_arg *a) {
  static const char *const labels[] = {"kind", "format", "on_error", "edge"};
  if (a->value->kind != PEL_AST_NAME) return false;
  for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
    if (pel__str_is(a->label, labels[i])) return true;
  return false;
}

static void walk_args(walker *w, const pel_ast_arg *args, uint32_t n, const bound *in) {
  for (uint32_t i = 0; i < n; i++)
    if (!is_word(&args[i])) walk(w, args[i].value, in);
}

static void walk_all(walker *w, pel_ast *const *es, uint32_t n, const bound *in) {
  for (uint32_t i = 0; i < n; i++) walk(w, es[i], in);
}

static void walk_match(walker *w, const pel_ast *e, const bound *in) {
  walk(w, e->match.subject, in);
  for (uint32_t i = 0; i < e->match.n; i++)
    walk(w, e->match.arms[i].value, bind(w, e->match.arms[i].pattern, in));
}

static void walk_iterate(walker *w, const pel_ast *e, const bound *in) {
  walk(w, e->iterate.init, in);
  walk(w, e->iterate.over, in);
  in = bind(w, e->iterate.var, bind(w, e->iterate.state, in));
  if (e->iterate.until) walk(w, e->iterate.until, in);
  walk(w, e->iterate.next, in);
}

static bool walk_type(walker *w, const pel_ast *e, const bound *in) {
  if (e->kind == PEL_AST_TYPE_NAME) {
    if (e->named.module)
      (void)need_member(w, e->named.module->text, e->named.name, in);
    else
      need_type(w, e->named.name);
    walk_all(w, e->named.args, e->named.n, in);
  } else if (e->kind == PEL_AST_TYPE_ARRAY) {
    walk_all(w, e->array.dims, e->array.n, in);
    walk(w, e->array.element, in);
  } else if (e->kind == PEL_AST_TYPE_RECORD) {
    for (uint32_t i = 0; i < e->fields.n; i++) walk(w, e->fields.fields[i].type, in);
  } else if (e->kind == PEL_AST_TYPE_OPTION || e->kind == PEL_AST_TYPE_REF) {
    walk(w, e->inner, in);
  } else if (e->kind == PEL_AST_TYPE_FN) {
    walk_all(w, e->fn.params, e->fn.n, in);
    walk(w, e->fn.result, in);
  } else if (e->kind == PEL_AST_SIZE_NAME) {
    const pel_topname *t = pel__top_find(w->item->module, e->name);
    /* a size is a param or nothing but a size: a let or an out may have its name (R9) */
    if (t && t->item->ast->kind == PEL_AST_ITEM_PARAM) need_name(w, e->name, in);
  } else {
    return false;
  }
  return true;
}

static bool walk_chain(walker *w, const pel_ast *e, const bound *in) {
  pel_ast_kind k = e->kind;
  if (k == PEL_AST_OR || k == PEL_AST_AND || k == PEL_AST_COALESCE || k == PEL_AST_SUM ||
      k == PEL_AST_PRODUCT || k == PEL_AST_PIPE) {
    walk_all(w, e->chain.items, e->chain.n, in);
  } else if (k == PEL_AST_COMPARE || k == PEL_AST_POWER || k == PEL_AST_RANGE) {
    if (e->binary.left) walk(w, e->binary.left, in);
    if (e->binary.right) walk(w, e->binary.right, in);
  } else if (k == PEL_AST_NEGATE || k == PEL_AST_NOT) {
    walk(w, e->operand, in);
  } else if (k == PEL_AST_TUPLE || k == PEL_AST_ARRAY || k == PEL_AST_TYPE_TUPLE) {
    walk_all(w, e->list.items, e->list.n, in);
  } else {
    return false;
  }
  return true;
}

static bool walk_scoped(walker *w, const pel_ast *e, const bound *in) {
  if (e->kind == PEL_AST_COMPREHENSION) {
    in = walk_binds(w, e->comp.gens, e->comp.n, in);
    if (e->comp.filter) walk(w, e->comp.filter, in);
    walk(w, e->comp.body, in);
  } else if (e->kind == PEL_AST_WITH && e->with.n <= PEL_SEMA_LOCALS) {
    walk(w, e->with.body, walk_binds(w, e->with.binds, e->with.n, in));
  } else if (e->kind == PEL_AST_LAMBDA) {
    for (uint32_t i = 0; i < e->lambda.n; i++) in = bind(w, e->lambda.params[i], in);
    walk(w, e->lambda.body, in);
  } else if (e->kind == PEL_AST_MATCH) {
    walk_match(w, e, in);
  } else if (e->kind == PEL_AST_ITERATE) {
    walk_iterate(w, e, in);
  } else {
    return false;
  }
  return true;
}

static void walk(walker *w, const pel_ast *e, const bound *in) {
  if (e->kind == PEL_AST_NAME) {
    need_name(w, e->name, in);
  } else if (e->kind == PEL_AST_FIELD) {
    const pel_ast *b = e->field.base;
    if (b->kind != PEL_AST_NAME || !need_member(w, b->name, e->field.name.text, in))
      walk(w, b, in);
  } else if (e->kind == PEL_AST_CALL || e->kind == PEL_AST_STAGE) {
    walk(w, e->call.callee, in);
    walk_args(w, e->call.args, e->call.n, in);
  } else if (e->kind == PEL_AST_RECORD) {
    walk_args(w, e->record.fields, e->record.n, in);
  } else if (e->kind == PEL_AST_INDEX) {
    walk(w, e->index.base, in);
    walk_all(w, e->index.items, e->index.n, in);
  } else if (e->kind == PEL_AST_IF) {
    walk(w, e->cond.test, in);
    walk(w, e->cond.then, in);
    walk(w, e->cond.otherwise, in);
  } else if (e->kind == PEL_AST_TRY) {
    walk(w, e->attempt.body, in);
    walk(w, e->attempt.fallback, in);
  } else if (e->kind == PEL_AST_CAST) {
    walk(w, e->cast.value, in);
    walk(w, e->cast.type, in);
  } else if (!walk_chain(w, e, in) && !walk_scoped(w, e, in)) {
    (void)walk_type(w, e, in);
  }
}

/* Sizes in the types of parameters are names of the function. */
static const bound *bind_dims(walker *w, const pel_ast *t, const bound *in) {
  while (t->kind == PEL_AST_TYPE_OPTION) t = t->inner;
  if (t->kind != PEL_AST_TYPE_ARRAY) return in;
  for (uint32_t i = 0; i < t->array.n; i++)
    if (t->array.dims[i]->kind == PEL_AST_SIZE_NAME)
      in = bind_name(w, t->array.dims[i]->name, in);
  return bind_dims(w, t->array.element, in);
}

static void walk_fn(walker *w, const pel_ast_item *fn) {
  const bound *in = NULL;
  for (uint32_t i = 0; i < fn->param_n; i++) {
    const pel_ast_param *p = &fn->params[i];
    if (p->init) walk(w, p->init, in);
    walk(w, p->type, in);
    in = bind_name(w, p->name.text, bind_dims(w, p->type, in));
  }
  if (fn->type) walk(w, fn->type, in);
  if (fn->value) walk(w, fn->value, in);
}

void pel__deps_collect(pel_sema *s, pel_item *item) {
  walker w = {s, item};
  const pel_ast_item *a = item->ast;
  if (a->kind == PEL_AST_ITEM_FN || a->kind == PEL_AST_ITEM_CFN) {
    walk_fn(&w, a);
    return;
  }
  const bound *in = NULL;
  for (uint32_t i = 0; i < a->type_param_n; i++)
    in = bind_name(&w, a->type_params[i].text, in);
  if (a->type) walk(&w, a->type, in);
  if (a->value) walk(&w, a->value, in);
}

/* ---- the order ---- */

static pel_span name_span(const pel_item *i) {
  const pel_ast_item *a = i->ast;
  if (a->kind == PEL_AST_ITEM_LET && a->pattern) return a->pattern->span;
  return a->name.span.line ? a->name.span : a->keyword_span;
}

static pel_str shown_name(pel_sema *s, const pel_item *i) {
  return pel__source_text(s->ds->sources, name_span(i));
}

/* stack[from …] is a circle: says so, and breaks its items. */
static void circle(pel_sema *s, const pel_item_list *stack, size_t from) {
  bool fns = true;
  pel_buf path;
  pel__buf_init(&path, s->alloc);
  for (size_t i = from; i < stack->n; i++) {
    fns &= stack->at[i]->ast->kind == PEL_AST_ITEM_FN;
    pel__buf_printf(&path, PEL_STR_FMT " → ", PEL_STR_ARG(shown_name(s, stack->at[i])));
  }
  pel_item *first = stack->at[from];
  pel_str name = shown_name(s, first);
  pel__buf_str(&path, name);
  pel_diag *d = pel__sema_error(
      s, fns ? PEL_E0104 : PEL_E0103, name_span(first),
      fns ? "`" PEL_STR_FMT "` calls itself" : "`" PEL_STR_FMT "` depends on itself",
      PEL_STR_ARG(name));
  if (stack->n - from > 1) pel__diag_label(s->ds, d, "%s", pel__buf_z(&path));
  for (size_t i = from + 1; i < stack->n; i++)
    pel__diag_note(s->ds, d, name_span(stack->at[i]), "through `" PEL_STR_FMT "`",
                   PEL_STR_ARG(shown_name(s, stack->at[i])));
  pel__buf_deinit(&path);
  for (size_t i = from; i < stack->n; i++) stack->at[i]->state = PEL_ITEM_BROKEN;
}

static bool on_stack(const pel_item_list *stack, const pel_item *item, size_t *at) {
  for (size_t i = stack->n; i-- > 0;)
    if (stack->at[i] == item) {
      *at = i;
      return true;
    }
  return false;
}

/* An explicit stack: a chain of a hundred thousand items is no depth. */
static void visit(pel_sema *s, pel_item *root, pel_item_list *stack,
                  pel_item_list *order) {
  if (root->walk) return;
  stack->n = 0;
  if (!PEL_VEC_PUSH(stack, root, s->alloc)) s->oom = true;
  root->walk = 1;
  root->busy = true;
  while (stack->n && !s->oom) {
    pel_item *top = stack->at[stack->n - 1];
    if (top->walk > top->needs.n) {
      top->busy = false;
      stack->n--;
      if (!PEL_VEC_PUSH(order, top, s->alloc)) s->oom = true;
      continue;
    }
    pel_item *next = top->needs.at[top->walk++ - 1];
    size_t at;
    if (next->busy) {
      if (next->state != PEL_ITEM_BROKEN && on_stack(stack, next, &at))
        circle(s, stack, at);
    } else if (!next->walk) {
      next->walk = 1;
      next->busy = true;
      if (!PEL_VEC_PUSH(stack, next, s->alloc)) s->oom = true;
    }
  }
}

void pel__deps_sort(pel_sema *s, pel_item_list *order) {
  pel_item_list stack = {0};
  for (size_t m = 0; m < s->modules.n; m++)
    for (size_t i = 0; i < s->modules.at[m]->items.n; i++)
      visit(s, s->modules.at[m]->items.at[i], &stack, order);
  PEL_VEC_DEINIT(&stack, s->alloc);
}
