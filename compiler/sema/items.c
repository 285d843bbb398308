#include "compiler/sema/calls.h"
#include "compiler/sema/exprs.h"
#include "compiler/sema/types.h"
#include "compiler/sema/verbs.h"

/* Items: what each adds to the typed program. */

static pel_scope top_scope(const pel_item *item) {
  return (pel_scope){.module = item->module};
}

static uint32_t path_to(const pel_ast *pattern, const pel_ast *name, uint32_t *path,
                        uint32_t depth) {
  if (pattern == name) return depth;
  if (pattern->kind != PEL_AST_PAT_TUPLE || depth == 16) return UINT32_MAX;
  for (uint32_t i = 0; i < pattern->list.n; i++) {
    path[depth] = i;
    uint32_t r = path_to(pattern->list.items[i], name, path, depth + 1);
    if (r != UINT32_MAX) return r;
  }
  return UINT32_MAX;
}

static pel_x *not_a_value(pel_sema *s, const pel_topname *t, pel_span span,
                          const char *what) {
  pel_diag *d =
      pel__sema_error(s, PEL_E0109, span, "`" PEL_STR_FMT "` is %s, not a value",
                      PEL_STR_ARG(t->item->ast->name.text), what);
  pel__diag_note(s->ds, d, t->span, "it is defined here");
  return pel__x_error(s, span);
}

pel_x *pel__item_ref(pel_sema *s, const pel_topname *t, pel_span span) {
  pel_item *item = t->item;
  pel_ast_item_kind k = item->ast->kind;
  if (k == PEL_AST_ITEM_TYPE) return not_a_value(s, t, span, "a type");
  if (k == PEL_AST_ITEM_FN || k == PEL_AST_ITEM_CFN)
    return not_a_value(s, t, span, "a function");
  if (item->state != PEL_ITEM_DONE || item->index == UINT32_MAX)
    return pel__x_error(s, span);
  pel_x *x = pel__x_new(s, k == PEL_AST_ITEM_PARAM ? PEL_X_PARAM : PEL_X_ITEM, item->type,
                        span, 0);
  x->index = item->index;
  if (!t->pattern || t->pattern == item->ast->pattern) return x;
  uint32_t path[16];
  uint32_t n = path_to(item->ast->pattern, t->pattern, path, 0);
  for (uint32_t i = 0; i < n && n != UINT32_MAX; i++)
    x = pel__x_field(s, x, path[i], span);
  return x;
}

/* The sizes a declared type names have the value of this one's lengths from now on. */
static void tell_sizes(pel_sema *s, const pel_ty *declared, pel_x *x) {
  if (declared->kind == PEL_TY_ARRAY && x->type->kind == PEL_TY_ARRAY) {
    pel__size_witness(s, declared->size, x);
  } else if (declared->kind == PEL_TY_RECORD && x->type->kind == PEL_TY_RECORD) {
    for (uint32_t i = 0; i < declared->nfields && i < x->type->nfields; i++)
      if (declared->fields[i].type->kind == PEL_TY_ARRAY)
        tell_sizes(s, declared->fields[i].type, pel__x_field(s, x, i, x->span));
  }
}

/* ---- param ---- */

static bool may_be_param(pel_sema *s, const pel_ast_item *a, const pel_ty *t) {
  if (t->kind == PEL_TY_ERROR) return false;
  if (t->kind == PEL_TY_SCALAR) return true;
  if (t->kind == PEL_TY_ARRAY && !t->nullable &&
      (t->item->kind == PEL_TY_SCALAR ||
       (t->item->kind == PEL_TY_RECORD && !t->item->nullable)))
    return true;
  pel_diag *d = pel__sema_error(s, PEL_E0601, a->type->span, "a parameter cannot be %s",
                                pel__ty_text(s, t));
  pel__diag_help(s->ds, d, "it is a single value, an array of them, or a table");
  return false;
}

static bool same_flag(const char *a, const char *b) {
  for (; *a && *b; a++, b++)
    if (*a != *b && !((*a == '-' || *a == '_') && (*b == '-' || *b == '_'))) return false;
  return !*a && !*b;
}

/* A param is a flag; flags that are options already cannot be told from it. */
static bool is_reserved(pel_sema *s, const pel_ast_item *a, const char *name) {
  for (size_t i = 0; i < s->in->nreserved; i++) {
    if (!same_flag(name, s->in->reserved[i])) continue;
    pel_diag *d =
        pel__sema_error(s, PEL_E0610, a->name.span,
                        "a parameter cannot be called `%s`: `--%s` is an option "
                        "of the command",
                        name, s->in->reserved[i]);
    pel__diag_help(s->ds, d, "give it another name");
    return true;
  }
  return false;
}

static void check_param(pel_sema *s, pel_item *item) {
  const pel_ast_item *a = item->ast;
  pel_scope sc = top_scope(item);
  const pel_ty *t = pel__ty_sized(s, pel__annotate(s, &sc, a->type), a->type->span);
  pel_x *init = NULL;
  bool ok = may_be_param(s, a, t);
  if (a->value && ok) {
    init = pel__check(s, &sc, a->value, t);
    init = pel__expect(s, init, a->value, t, "the default", a->type->span,
                       "as is declared here");
    ok = !pel__x_bad(init);
  }
  const char *name =
      pel__sema_text(s, PEL_STR_FMT PEL_STR_FMT, PEL_STR_ARG(item->module->prefix),
                     PEL_STR_ARG(a->name.text));
  ok &= !is_reserved(s, a, name);
  item->state = ok ? PEL_ITEM_DONE : PEL_ITEM_BROKEN;
  if (!ok) return;
  pel_tparam p = {pel__str(name), t, pel__ty_shape(t), init, a->doc, a->name.span};
  item->type = t;
  item->index = (uint32_t)s->params.n;
  if (!PEL_VEC_PUSH(&s->params, p, s->alloc) ||
      !PEL_VEC_PUSH(&s->param_items, item, s->alloc)) {
    s->oom = true;
    return;
  }
  pel_x *x = pel__x_new(s, PEL_X_PARAM, t, a->name.span, 0);
  x->index = item->index;
  if (t->kind == PEL_TY_SCALAR && pel__kind_int(t->scalar) && !t->nullable) {
    item->size = pel__size_named(s, a->name.text, a->name.span);
    pel__size_witness(s, item->size, pel__convert(s, x, pel__ty_scalar(PEL_I64)));
  }
  tell_sizes(s, t, x);
}

/* ---- let ---- */

static bool holds_impure(const pel_sema *s, const pel_x *x) {
  if (x->kind == PEL_X_NATIVE && !s->natives.at[x->index].pure) return true;
  for (uint32_t i = 0; i < x->nargs; i++)
    if (holds_impure(s, x->args[i])) return true;
  return false;
}

static uint32_t add_let(pel_sema *s, pel_str name, pel_x *value, pel_span span) {
  pel_tlet l = {name, value, s->natives.n && holds_impure(s, value), span};
  pel__check_rows(s, value);
  if (!PEL_VEC_PUSH(&s->lets, l, s->alloc)) s->oom = true;
  return (uint32_t)s->lets.n - 1;
}

/* Every part of the pattern has to have its value. */
static bool matches(pel_sema *s, const pel_ast *p, const pel_ty *t) {
  if (p->kind != PEL_AST_PAT_TUPLE) return true;
  if (t->kind != PEL_TY_TUPLE || t->nfields != p->list.n) {
    if (t->kind == PEL_TY_TUPLE)
      pel__sema_error(s, PEL_E0213, p->span, "this names %u values, but there are %u",
                      p->list.n, t->nfields);
    else
      pel__sema_error(s, PEL_E0213, p->span, "this names %u values, but there is one: %s",
                      p->list.n, pel__ty_text(s, t));
    return false;
  }
  for (uint32_t i = 0; i < p->list.n; i++)
    if (!matches(s, p->list.items[i], t->fields[i].type)) return false;
  return true;
}

static pel_x *checked_value(pel_sema *s, pel_item *item, pel_scope *sc, const pel_ty *t) {
  const pel_ast_item *a = item->ast;
  pel_x *x = pel__check(s, sc, a->value, t);
  if (t) {
    x = pel__expect(s, x, a->value, t, "this", a->type->span, "as is declared here");
    x = pel__size_annotate(s, sc, x, t, a->value->span);
  }
  if (x->type->kind != PEL_TY_NULL) return x;
  pel_diag *d = pel__sema_error(s, PEL_E0215, a->value->span,
                                "nothing tells the type of this `null`");
  pel__diag_help(s->ds, d, "say it where it gets a name: `let x: i64? = null`");
  return pel__x_error(s, a->value->span);
}

/* The declared type where it says more: its names, and sizes that have some. */
static const pel_ty *declared_or_found(const pel_ty *declared, const pel_ty *found) {
  if (!declared || !pel__ty_same(declared, found)) return found;
  if (declared->kind == PEL_TY_ARRAY && (!declared->size || found->kind != PEL_TY_ARRAY))
    return found;
  return declared;
}

static void check_let(pel_sema *s, pel_item *item) {
  const pel_ast_item *a = item->ast;
  pel_scope sc = top_scope(item);
  sc.impure_ok = true;
  const pel_ty *t = a->type ? pel__annotate(s, &sc, a->type) : NULL;
  pel_x *x = checked_value(s, item, &sc, t);
  if (pel__x_bad(x) || (t && t->kind == PEL_TY_ERROR) ||
      !matches(s, a->pattern, x->type)) {
    item->state = PEL_ITEM_BROKEN;
    return;
  }
  pel_str name = pel__source_text(s->ds->sources, a->pattern->span);
  item->type = declared_or_found(t, x->type);
  item->index = add_let(s, name, x, a->pattern->span);
  item->state = PEL_ITEM_DONE;
  if (!t && pel__item_says(a)) t = pel__annotate(s, &sc, pel__item_says(a));
  if (!t) return;
  pel_x *ref = pel__x_new(s, PEL_X_ITEM, item->type, a->pattern->span, 0);
  ref->index = item->index;
  tell_sizes(s, t, ref);
}

/* ---- out, test ---- */

static bool is_write(pel_sema *s, const pel_scope *sc, const pel_ast *callee) {
  bool failed = false;
  if (!pel__str_is(pel__prelude_name(s, sc, callee), "write")) return false;
  return !pel__item_named(s, sc, callee, &failed) && !failed;
}

/* `… |> write(…)` or `write(…, …)`; NULL: the value is no write. */
static pel_x *written(pel_sema *s, pel_scope *sc, const pel_ast *e, pel_x **subject) {
  const pel_ast *call = e;
  if (e->kind == PEL_AST_PIPE) call = e->chain.items[e->chain.n - 1];
  bool calls = call->kind == PEL_AST_STAGE || call->kind == PEL_AST_CALL;
  if (!calls || !is_write(s, sc, call->call.callee)) return NULL;
  pel_verb_call v = {.sc = sc,
                     .name = PEL_STR("write"),
                     .name_span = call->call.callee->span,
                     .span = e->span};
  pel_arg *args;
  uint32_t n;
  if (e->kind == PEL_AST_PIPE) {
    v.subject = pel__pipe_to(s, sc, e, e->chain.n - 1, NULL);
    v.piped = true;
  } else if (!call->call.n) {
    return NULL;
  } else {
    v.subject = pel__check(s, sc, call->call.args[0].value, NULL);
  }
  if (!pel__args_of(s, call, NULL, (pel_span){0}, &args, &n))
    return pel__x_error(s, e->span);
  v.args = v.piped ? args : args + 1;
  v.n = v.piped ? n : n - 1;
  *subject = v.subject;
  return pel__x_bad(v.subject) ? pel__x_error(s, e->span) : pel__write_of_out(s, &v);
}

static bool shown(pel_sema *s, const pel_ast *e, const pel_ty *t) {
  if (t->kind == PEL_TY_TUPLE) {
    pel_diag *d =
        pel__sema_error(s, PEL_E0217, e->span, "an `out` cannot be several values");
    pel__diag_help(s->ds, d, "name the fields: `{ a: …, b: … }`");
    return false;
  }
  if (t->kind == PEL_TY_NULL) {
    pel_diag *d =
        pel__sema_error(s, PEL_E0215, e->span, "nothing tells the type of this `null`");
    pel__diag_help(s->ds, d, "say it where it gets a name: `let x: i64? = null`");
    return false;
  }
  return true;
}

/* A value that other items read, or a call that runs once, is a node of its own. */
static pel_x *as_let(pel_sema *s, pel_item *item, pel_x *value) {
  const pel_ast_item *a = item->ast;
  item->type = value->type;
  item->index = add_let(s, a->name.text, value, a->name.span);
  pel_x *x = pel__x_new(s, PEL_X_ITEM, value->type, a->value->span, 0);
  x->index = item->index;
  return x;
}

static void check_out(pel_sema *s, pel_item *item) {
  const pel_ast_item *a = item->ast;
  pel_scope sc = top_scope(item);
  sc.impure_ok = true;
  pel_x *subject = NULL, *x = written(s, &sc, a->value, &subject);
  bool write = x != NULL;
  if (!x) x = pel__check(s, &sc, a->value, NULL);
  item->state = PEL_ITEM_BROKEN;
  if (pel__x_bad(x) || !shown(s, a->value, x->type)) return;
  pel_x *value = write ? x->args[0] : x;
  bool impure = s->natives.n && holds_impure(s, value);
  if (item->needed || impure) {
    pel_x *ref = as_let(s, item, value);
    if (write)
      x->args[0] = ref;
    else
      x = ref;
  }
  if (write || !(item->needed || impure)) pel__check_rows(s, x);
  item->value = x;
  item->state = PEL_ITEM_DONE;
}

static void check_test(pel_sema *s, pel_item *item) {
  const pel_ast_item *a = item->ast;
  pel_scope sc = top_scope(item);
  pel_x *x = pel__check(s, &sc, a->value, pel__ty_scalar(PEL_BOOL));
  item->state = PEL_ITEM_BROKEN;
  if (pel__x_bad(x)) return;
  if (!pel__ty_is(x->type, PEL_BOOL)) {
    pel_diag *d = pel__sema_error(s, PEL_E0218, a->value->span,
                                  "a test is true or false, but this is %s",
                                  pel__ty_text(s, x->type));
    if (pel__ty_is_rows(x->type) && pel__ty_is(x->type->item, PEL_BOOL))
      pel__diag_help(s->ds, d, "write `all(…)` around it");
    return;
  }
  pel__check_rows(s, x);
  item->value = x;
  bool compares =
      a->value->kind == PEL_AST_COMPARE && x->kind == PEL_X_CALL && x->nargs == 2;
  if (compares) {
    item->left = x->args[0];
    item->right = x->args[1];
  }
  item->state = PEL_ITEM_DONE;
}

/* ---- all ---- */

static bool of_main(const pel_sema *s, const pel_item *item) {
  return item->module == s->modules.at[0];
}

void pel__check_item(pel_sema *s, pel_item *item) {
  pel_ast_item_kind k = item->ast->kind;
  if (of_main(s, item)) pel__check_attrs(s, item->ast);
  if (item->state == PEL_ITEM_BROKEN) return;
  if (k == PEL_AST_ITEM_PARAM) {
    check_param(s, item);
  } else if (k == PEL_AST_ITEM_LET) {
    check_let(s, item);
  } else if (k == PEL_AST_ITEM_TYPE) {
    item->state =
        pel__type_item(s, item)->kind == PEL_TY_ERROR ? PEL_ITEM_BROKEN : PEL_ITEM_DONE;
  } else if (k == PEL_AST_ITEM_FN) {
    item->state = PEL_ITEM_DONE;
    pel__check_fn_alone(s, item);
  } else if (k == PEL_AST_ITEM_CFN) {
    pel__check_extern(s, item);
  } else if (k == PEL_AST_ITEM_OUT && (of_main(s, item) || item->needed)) {
    check_out(s, item);
  } else if (k == PEL_AST_ITEM_TEST && of_main(s, item)) {
    check_test(s, item);
  }
}
