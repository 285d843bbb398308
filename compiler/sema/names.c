#include "compiler/sema/calls.h"
#include "compiler/sema/exprs.h"
#include "compiler/sema/types.h"
#include "compiler/sema/verbs.h"

/* ---- guesses ---- */

void pel__guess(pel_guess *g, pel_str candidate) {
  unsigned limit = g->want.n <= 3 ? 1 : g->want.n <= 6 ? 2 : 3;
  if (!candidate.n || g->want.n < 2) return; /* any letter is one step from any other */
  unsigned d = pel__str_distance(g->want, candidate, limit);
  if (d > limit || (g->best.n && d >= g->distance)) return;
  g->best = candidate;
  g->distance = d;
}

/* ---- a file's own names ---- */

pel_module *pel__module_new(pel_sema *s, const pel_ast_file *file, pel_str name,
                            pel_str prefix) {
  pel_module *m = PEL_ARENA_NEW(s->arena, pel_module);
  if (!m || !PEL_VEC_PUSH(&s->modules, m, s->alloc)) {
    s->oom = true;
    return NULL;
  }
  m->file = file;
  m->name = name;
  m->prefix = prefix;
  pel__map_init(&m->names, s->alloc);
  pel__map_init(&m->sizes, s->alloc);
  return m;
}

void pel__module_free(pel_sema *s, pel_module *m) {
  for (size_t i = 0; i < m->items.n; i++)
    PEL_VEC_DEINIT(&m->items.at[i]->needs, s->alloc);
  pel__map_deinit(&m->names);
  pel__map_deinit(&m->sizes);
  PEL_VEC_DEINIT(&m->topnames, s->alloc);
  PEL_VEC_DEINIT(&m->aliases, s->alloc);
  PEL_VEC_DEINIT(&m->items, s->alloc);
  PEL_VEC_DEINIT(&m->tynames, s->alloc);
  PEL_VEC_DEINIT(&m->declares, s->alloc);
}

static void duplicate(pel_sema *s, pel_str name, pel_span here, pel_span first) {
  pel_diag *d = pel__sema_error(s, PEL_E0102, here, "`" PEL_STR_FMT "` is defined twice",
                                PEL_STR_ARG(name));
  pel__diag_note(s->ds, d, first, "it is first defined here");
}

static void declare(pel_sema *s, pel_module *m, pel_str name, pel_item *item,
                    const pel_ast *pattern, pel_span span) {
  uint32_t old;
  if (!name.n) return;
  if (pel__map_get(&m->names, name, &old)) {
    duplicate(s, name, span, m->topnames.at[old].span);
    return;
  }
  for (size_t i = 0; i < m->aliases.n; i++)
    if (pel__str_eq(m->aliases.at[i].name, name))
      duplicate(s, name, span, m->aliases.at[i].span);
  pel_topname t = {item, pattern, span};
  if (!pel__map_put(&m->names, name, (uint32_t)m->topnames.n) ||
      !PEL_VEC_PUSH(&m->topnames, t, s->alloc))
    s->oom = true;
}

/* Tests have names of their own: no identifier holds a quote. */
static pel_str quoted(pel_sema *s, pel_str name) {
  return pel__str(pel__sema_text(s, "\"" PEL_STR_FMT "\"", PEL_STR_ARG(name)));
}

static void declare_pattern(pel_sema *s, pel_module *m, pel_item *item,
                            const pel_ast *p) {
  if (p->kind == PEL_AST_PAT_NAME) {
    declare(s, m, p->name, item, p, p->span);
  } else if (p->kind == PEL_AST_PAT_TUPLE) {
    for (uint32_t i = 0; i < p->list.n; i++)
      declare_pattern(s, m, item, p->list.items[i]);
  } else if (p->kind != PEL_AST_PAT_WILD) {
    pel__sema_error(s, PEL_E0213, p->span,
                    "a `let` takes a name, `_` or a tuple of them");
    item->state = PEL_ITEM_BROKEN;
  }
}

static pel_item *new_item(pel_sema *s, pel_module *m, const pel_ast_item *ast) {
  pel_item *item = PEL_ARENA_NEW(s->arena, pel_item);
  if (!item || !PEL_VEC_PUSH(&m->items, item, s->alloc)) {
    s->oom = true;
    return NULL;
  }
  item->ast = ast;
  item->module = m;
  item->type = &pel__ty_error;
  item->index = UINT32_MAX;
  return item;
}

static void declare_extern(pel_sema *s, pel_module *m, const pel_ast_item *ast) {
  for (uint32_t i = 0; i < ast->function_n; i++) {
    pel_item *fn = new_item(s, m, ast->functions[i]);
    if (!fn) return;
    fn->block = ast;
    if (!ast->alias.text.n)
      declare(s, m, fn->ast->name.text, fn, NULL, fn->ast->name.span);
  }
}

/* ---- sizes the file shares: a name in the type of a let or param is the same wherever
 * it stands ---- */

static void declare_size(pel_sema *s, pel_module *m, pel_item *item, pel_str name,
                         pel_span span) {
  uint32_t old;
  const pel_topname *top = pel__top_find(m, name);
  if (top && top->item->ast->kind == PEL_AST_ITEM_PARAM) return;
  if (pel__map_get(&m->sizes, name, &old)) return;
  pel_tyname t = {name, NULL, pel__size_named(s, name, span), NULL};
  if (!pel__map_put(&m->sizes, name, (uint32_t)m->tynames.n) ||
      !PEL_VEC_PUSH(&m->tynames, t, s->alloc) ||
      !PEL_VEC_PUSH(&m->declares, item, s->alloc))
    s->oom = true;
}

static void declare_sizes(pel_sema *s, pel_module *m, pel_item *item, const pel_ast *t) {
  if (t->kind == PEL_AST_TYPE_ARRAY) {
    for (uint32_t i = 0; i < t->array.n; i++)
      if (t->array.dims[i]->kind == PEL_AST_SIZE_NAME)
        declare_size(s, m, item, t->array.dims[i]->name, t->array.dims[i]->span);
    declare_sizes(s, m, item, t->array.element);
  } else if (t->kind == PEL_AST_TYPE_NAME) {
    for (uint32_t i = 0; i < t->named.n; i++) {
      const pel_ast *a = t->named.args[i];
      bool name = a->kind == PEL_AST_TYPE_NAME && !a->named.module && !a->named.n;
      if (name && !pel__kind_named(a->named.name))
        declare_size(s, m, item, a->named.name, a->span);
    }
  } else if (t->kind == PEL_AST_TYPE_OPTION) {
    declare_sizes(s, m, item, t->inner);
  } else if (t->kind == PEL_AST_TYPE_RECORD) {
    for (uint32_t i = 0; i < t->fields.n; i++)
      declare_sizes(s, m, item, t->fields.fields[i].type);
  }
}

const pel_ast *pel__item_says(const pel_ast_item *a) {
  if (a->type) return a->type;
  return a->value && a->value->kind == PEL_AST_CAST ? a->value->cast.type : NULL;
}

void pel__module_declare(pel_sema *s, pel_module *m) {
  for (uint32_t i = 0; i < m->file->n && !s->oom; i++) {
    const pel_ast_item *ast = m->file->items[i];
    if (ast->kind == PEL_AST_ITEM_USE) continue;
    pel_item *item = new_item(s, m, ast);
    if (!item) return;
    if (ast->kind == PEL_AST_ITEM_EXTERN)
      declare_extern(s, m, ast);
    else if (ast->kind == PEL_AST_ITEM_LET && ast->pattern)
      declare_pattern(s, m, item, ast->pattern);
    else if (ast->kind == PEL_AST_ITEM_TEST)
      declare(s, m, quoted(s, ast->name.text), item, NULL, ast->name.span);
    else
      declare(s, m, ast->name.text, item, NULL, ast->name.span);
  }
  for (size_t i = 0; i < m->items.n; i++) {
    pel_item *item = m->items.at[i];
    bool value =
        item->ast->kind == PEL_AST_ITEM_LET || item->ast->kind == PEL_AST_ITEM_PARAM;
    const pel_ast *type = pel__item_says(item->ast);
    if (value && type) declare_sizes(s, m, item, type);
  }
}

/* ---- finding ---- */

const pel_local *pel__local_find(const pel_scope *sc, pel_str name) {
  for (const pel_local *l = sc->locals; l; l = l->up)
    if (pel__str_eq(l->name, name)) return l;
  return NULL;
}

const pel_topname *pel__top_find(const pel_module *m, pel_str name) {
  uint32_t i;
  return pel__map_get(&m->names, name, &i) ? &m->topnames.at[i] : NULL;
}

const pel_alias *pel__alias_find(const pel_module *m, pel_str name) {
  for (size_t i = 0; i < m->aliases.n; i++)
    if (pel__str_eq(m->aliases.at[i].name, name)) return &m->aliases.at[i];
  return NULL;
}

const pel_tyname *pel__size_find(const pel_scope *sc, pel_str name) {
  for (uint32_t i = 0; i < sc->ntynames; i++)
    if (!sc->tynames[i].type && pel__str_eq(sc->tynames[i].name, name))
      return &sc->tynames[i];
  return NULL;
}

const pel_tyname *pel__tyvar_find(const pel_scope *sc, pel_str name) {
  for (uint32_t i = 0; i < sc->ntynames; i++)
    if (sc->tynames[i].type && pel__str_eq(sc->tynames[i].name, name))
      return &sc->tynames[i];
  return NULL;
}

static const pel_topname *in_library(pel_sema *s, const pel_scope *sc, const pel_alias *a,
                                     const pel_ast_name *name, bool *failed) {
  pel_guess g = {name->text, {0}, 0};
  for (size_t i = 0; i < sc->module->items.n; i++) {
    pel_item *item = sc->module->items.at[i];
    if (item->block != a->library) continue;
    if (pel__str_eq(item->ast->name.text, name->text)) {
      pel_topname *t = PEL_ARENA_NEW(s->arena, pel_topname);
      if (!t) return NULL;
      *t = (pel_topname){item, NULL, item->ast->name.span};
      return t;
    }
    pel__guess(&g, item->ast->name.text);
  }
  *failed = true;
  pel_diag *d = pel__sema_error(s, PEL_E0101, name->span,
                                "`" PEL_STR_FMT "` declares no `" PEL_STR_FMT "`",
                                PEL_STR_ARG(a->name), PEL_STR_ARG(name->text));
  if (g.best.n)
    pel__diag_help(s->ds, d, "did you mean `" PEL_STR_FMT "`?", PEL_STR_ARG(g.best));
  return NULL;
}

static const pel_topname *in_module(pel_sema *s, const pel_alias *a,
                                    const pel_ast_name *name, bool *failed) {
  const pel_topname *t = pel__top_find(a->module, name->text);
  bool private = name->text.n && name->text.p[0] == '_';
  if (t && !private) return t;
  *failed = true;
  pel_diag *d;
  if (t) {
    d = pel__sema_error(s, PEL_E0107, name->span,
                        "`" PEL_STR_FMT "` is private to its file",
                        PEL_STR_ARG(name->text));
    pel__diag_note(s->ds, d, t->span, "names that begin with `_` are");
    return NULL;
  }
  pel_guess g = {name->text, {0}, 0};
  for (size_t i = 0; i < a->module->topnames.n && pel__guessing(s); i++) {
    const pel_topname *c = &a->module->topnames.at[i];
    if (c->item->ast->kind == PEL_AST_ITEM_TEST) continue;
    pel__guess(&g, c->pattern ? c->pattern->name : c->item->ast->name.text);
  }
  d = pel__sema_error(s, PEL_E0101, name->span,
                      "`" PEL_STR_FMT "` has no `" PEL_STR_FMT "`", PEL_STR_ARG(a->name),
                      PEL_STR_ARG(name->text));
  if (g.best.n)
    pel__diag_help(s->ds, d, "did you mean `" PEL_STR_FMT "`?", PEL_STR_ARG(g.best));
  return NULL;
}

const pel_topname *pel__item_named(pel_sema *s, const pel_scope *sc, const pel_ast *e,
                                   bool *failed) {
  *failed = false;
  if (e->kind == PEL_AST_NAME)
    return pel__local_find(sc, e->name) ? NULL : pel__top_find(sc->module, e->name);
  if (e->kind != PEL_AST_FIELD || e->field.base->kind != PEL_AST_NAME) return NULL;
  pel_str root = e->field.base->name;
  if (pel__local_find(sc, root) || pel__top_find(sc->module, root)) return NULL;
  const pel_alias *a = pel__alias_find(sc->module, root);
  if (!a) return NULL;
  *failed = a->broken;
  if (a->library) return in_library(s, sc, a, &e->field.name, failed);
  return a->module ? in_module(s, a, &e->field.name, failed) : NULL;
}

pel_str pel__prelude_name(pel_sema *s, const pel_scope *sc, const pel_ast *e) {
  (void)s;
  if (e->kind == PEL_AST_NAME) return e->name;
  if (e->kind != PEL_AST_FIELD) return (pel_str){0};
  const pel_ast *root = e->field.base;
  while (root->kind == PEL_AST_FIELD) root = root->field.base;
  if (root->kind != PEL_AST_NAME || pel__local_find(sc, root->name)) return (pel_str){0};
  if (pel__top_find(sc->module, root->name)) return (pel_str){0};
  const pel_alias *a = pel__alias_find(sc->module, root->name);
  bool std = a ? !a->module && !a->library && !a->broken : pel__str_is(root->name, "std");
  return std ? e->field.name.text : (pel_str){0};
}

/* ---- a name as a value ---- */

static void guess_values(pel_sema *s, const pel_scope *sc, pel_guess *g, bool call) {
  if (!pel__guessing(s)) return;
  for (const pel_local *l = sc->locals; l; l = l->up) pel__guess(g, l->name);
  for (size_t i = 0; i < sc->module->topnames.n; i++) {
    const pel_topname *t = &sc->module->topnames.at[i];
    pel_ast_item_kind k = t->item->ast->kind;
    if (k == PEL_AST_ITEM_TYPE || k == PEL_AST_ITEM_TEST) continue;
    pel__guess(g, t->pattern ? t->pattern->name : t->item->ast->name.text);
  }
  if (!call) return;
  pel__op_guess(s, g);
  pel__verb_guess(g);
}

/* What other languages call our functions. */
static pel_str other_call(pel_str name) {
  static const struct {
    const char *other, *ours;
  } words[] = {
      {"average", "mean"},    {"avg", "mean"},           {"count", "len"},
      {"length", "len"},      {"size", "len"},           {"arrange", "sort"},
      {"order_by", "sort"},   {"sort_by", "sort"},       {"limit", "take"},
      {"head", "take"},       {"offset", "skip"},        {"unique", "distinct"},
      {"group_by", "group"},  {"groupby", "group"},      {"mutate", "derive"},
      {"assign", "derive"},   {"with_column", "derive"}, {"with_columns", "derive"},
      {"project", "select"},  {"summarize", "select"},   {"summarise", "select"},
      {"agg", "select"},      {"aggregate", "select"},   {"merge", "join"},
      {"union", "concat"},    {"append", "concat"},      {"isnull", "is_null"},
      {"is_na", "is_null"},   {"tolower", "lower"},      {"to_lower", "lower"},
      {"lowercase", "lower"}, {"toupper", "upper"},      {"to_upper", "upper"},
      {"uppercase", "upper"}, {"substring", "substr"},   {"date_trunc", "trunc"},
      {"orderby", "sort"},    {"sortby", "sort"},        {"isna", "is_null"},
      {"read_csv", "read"},   {"read_tsv", "read"},      {"write_csv", "write"},
      {"write_tsv", "write"}, {"slice", "take"},         {"where", "filter"},
      {"dedup", "distinct"}};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (pel__str_is(name, words[i].other)) return pel__str(words[i].ours);
  return (pel_str){0};
}

/* What is written in another way than as a call of that name. */
static const char *other_form(pel_str name) {
  if (pel__str_is(name, "cast") || pel__str_is(name, "convert"))
    return "a conversion is written `x as f64`";
  if (pel__str_is(name, "len_distinct") || pel__str_is(name, "n_distinct") ||
      pel__str_is(name, "nunique"))
    return "write `len(distinct(…))`";
  if (pel__str_is(name, "stddev") || pel__str_is(name, "stdev"))
    return "it is `std`, which is not part of this version";
  if (pel__str_is(name, "variance"))
    return "it is `var`, which is not part of this version";
  return NULL;
}

void pel__unknown_name(pel_sema *s, const pel_scope *sc, pel_str name, pel_span span,
                       bool call) {
  pel_guess g = {name, {0}, 0};
  if (call) g.best = other_call(name);
  if (!g.best.n) guess_values(s, sc, &g, call);
  pel_diag *d =
      pel__sema_error(s, PEL_E0101, span, "there is no %s `" PEL_STR_FMT "` here",
                      call ? "function" : "value", PEL_STR_ARG(name));
  const pel_ty *row = sc->element ? sc->element->type : NULL;
  const char *form = call ? other_form(name) : NULL;
  if (form) {
    pel__diag_help(s->ds, d, "%s", form);
  } else if (row && row->kind == PEL_TY_RECORD &&
             pel__ty_field(row, name) != UINT32_MAX) {
    pel__diag_help(s->ds, d, "the column is `." PEL_STR_FMT "`", PEL_STR_ARG(name));
    pel__diag_fix(s->ds, d, span, "." PEL_STR_FMT, PEL_STR_ARG(name));
  } else if (g.best.n) {
    pel__diag_help(s->ds, d, "did you mean `" PEL_STR_FMT "`?", PEL_STR_ARG(g.best));
    pel__diag_fix(s->ds, d, span, PEL_STR_FMT, PEL_STR_ARG(g.best));
  } else if (row && !call) {
    pel__diag_help(s->ds, d,
                   "a text is written `\"" PEL_STR_FMT
                   "\"`, a column of the current row "
                   "`." PEL_STR_FMT "`",
                   PEL_STR_ARG(name), PEL_STR_ARG(name));
  }
}

static pel_x *size_as_value(pel_sema *s, const pel_scope *sc, const pel_ast *e) {
  const pel_tyname *t = pel__size_find(sc, e->name);
  uint32_t i, size = t ? t->size : 0;
  if (!size && pel__map_get(&sc->module->sizes, e->name, &i))
    size = sc->module->tynames.at[i].size;
  if (!size) return NULL;
  pel_x *w = t && t->witness ? pel__x_copy(s, t->witness, e->span) : NULL;
  if (w) return pel__apply(s, "len", &w, 1, e->span);
  pel_x *x = pel__size_value(s, size, e->span);
  if (x) return x;
  pel__sema_error(s, PEL_E0303, e->span,
                  "nothing tells how much the size `" PEL_STR_FMT "` is",
                  PEL_STR_ARG(e->name));
  return pel__x_error(s, e->span);
}

static pel_x *no_value(pel_sema *s, const pel_scope *sc, const pel_ast *e) {
  pel_str name = e->name;
  const pel_alias *alias = pel__alias_find(sc->module, name);
  if (alias && alias->broken) return pel__x_error(s, e->span);
  const char *what = alias || pel__str_is(name, "std") ? "a module" : NULL;
  if (!what &&
      (pel__calls_named(s, name) || pel__verb_named(name) || pel__kind_named(name)))
    what = "a function";
  if (!what) {
    pel__unknown_name(s, sc, name, e->span, false);
  } else {
    pel_diag *d =
        pel__sema_error(s, PEL_E0109, e->span, "`" PEL_STR_FMT "` is %s, not a value",
                        PEL_STR_ARG(name), what);
    if (*what == 'a' && what[2] == 'f')
      pel__diag_help(s->ds, d, "call it: `" PEL_STR_FMT "(…)`", PEL_STR_ARG(name));
  }
  return pel__x_error(s, e->span);
}

pel_x *pel__check_name(pel_sema *s, pel_scope *sc, const pel_ast *e, const pel_ty *want) {
  (void)want;
  const pel_local *l = pel__local_find(sc, e->name);
  if (l) return pel__x_copy(s, l->ref, e->span);
  if (pel__size_find(sc, e->name)) return size_as_value(s, sc, e);
  const pel_topname *top = pel__top_find(sc->module, e->name);
  if (top) return pel__item_ref(s, top, e->span);
  pel_x *x = size_as_value(s, sc, e);
  if (x) return x;
  if (pel__str_is(e->name, "inf") || pel__str_is(e->name, "nan"))
    return pel__x_special(s, e);
  return no_value(s, sc, e);
}
