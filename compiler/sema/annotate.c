#include "compiler/sema/exprs.h"
#include "compiler/sema/types.h"

/* Types as the program writes them. */

typedef struct where {
  pel_scope *sc;
  bool in_rows;   /* inside the elements of an array: `[*]T` is a list there */
  unsigned depth; /* of named types */
} where;

static const pel_ty *annotate(pel_sema *s, const where *w, const pel_ast *t);

static const pel_ty *error_type(pel_sema *s, pel_diag_code code, pel_span span,
                                const char *what) {
  (void)pel__later(s, code, span, what);
  return &pel__ty_error;
}

/* ---- sizes ---- */

static uint32_t size_of_param(pel_sema *s, pel_item *item, pel_span span) {
  if (item->size) return item->size;
  if (item->state == PEL_ITEM_BROKEN || pel__ty_broken(item->type)) return PEL_SIZE_ANY;
  if (item->type->kind != PEL_TY_SCALAR || !pel__kind_int(item->type->scalar) ||
      item->type->nullable) {
    pel_diag *d = pel__sema_error(
        s, PEL_E0303, span, "a size is an integer, but `" PEL_STR_FMT "` is %s",
        PEL_STR_ARG(item->ast->name.text), pel__ty_text(s, item->type));
    pel__diag_note(s->ds, d, item->ast->name.span, "it is defined here");
    return PEL_SIZE_ANY;
  }
  return PEL_SIZE_ANY;
}

uint32_t pel__size_of_value(pel_sema *s, pel_x *x) {
  if (x->kind == PEL_X_CAST) x = x->args[0];
  if (x->kind == PEL_X_CONST && x->value && pel__ty_is(x->type, PEL_I64))
    return pel__size_fixed(s, x->value->as.i, x->span);
  if (x->kind == PEL_X_PARAM && x->index < s->param_items.n &&
      s->param_items.at[x->index]->size)
    return s->param_items.at[x->index]->size;
  uint32_t id = pel__size_new(s, PEL_SIZE_FRESH, x->span);
  pel_x *wide = pel__convert(s, x, pel__ty_scalar(PEL_I64));
  if (pel__x_global(x)) pel__size_witness(s, id, wide);
  return id;
}

static uint32_t named_size(pel_sema *s, pel_scope *sc, pel_str name, pel_span span) {
  const pel_tyname *t = pel__size_find(sc, name);
  if (t) return t->size;
  const pel_local *l = pel__local_find(sc, name);
  if (l && l->ref->type->kind == PEL_TY_SCALAR && pel__kind_int(l->ref->type->scalar))
    return pel__size_of_value(s, l->ref);
  const pel_topname *top = pel__top_find(sc->module, name);
  if (top && top->item->ast->kind == PEL_AST_ITEM_PARAM)
    return size_of_param(s, top->item, span);
  uint32_t i;
  if (pel__map_get(&sc->module->sizes, name, &i)) return sc->module->tynames.at[i].size;
  pel_diag *d = pel__sema_error(
      s, PEL_E0303, span, "there is no size `" PEL_STR_FMT "` here", PEL_STR_ARG(name));
  pel__diag_help(
      s->ds, d,
      "the type of a `let` or `param` names a size, as does an `as` around a whole "
      "`let`; elsewhere write `[*]`");
  return PEL_SIZE_ANY;
}

uint32_t pel__annotate_size(pel_sema *s, pel_scope *sc, const pel_ast *dim) {
  if (dim->kind == PEL_AST_SIZE_ANY) return PEL_SIZE_ANY;
  if (dim->kind == PEL_AST_SIZE_NAME) return named_size(s, sc, dim->name, dim->span);
  if (dim->kind == PEL_AST_TYPE_NAME)
    return named_size(s, sc, dim->named.name, dim->span);
  if (dim->kind == PEL_AST_SIZE_INT && !dim->integer.hi && dim->integer.lo <= INT64_MAX)
    return pel__size_fixed(s, (int64_t)dim->integer.lo, dim->span);
  pel__sema_error(s, PEL_E0202, dim->span, "this is too large for a size");
  return PEL_SIZE_ANY;
}

static const pel_ty *array_type(pel_sema *s, const where *w, const pel_ast *t) {
  if (t->array.n != 1)
    return error_type(s, PEL_E0904, t->span, "an array of more than one dimension");
  const pel_ast *dim = t->array.dims[0];
  bool list = w->in_rows && dim->kind == PEL_AST_SIZE_ANY;
  if (w->in_rows && !list)
    return error_type(s, PEL_E0938, t->span,
                      "an array of one length inside of each element");
  where inner = {w->sc, true, w->depth};
  const pel_ty *item = annotate(s, &inner, t->array.element);
  if (list) return pel__ty_list(s, item, PEL_SIZE_ANY);
  return pel__ty_array(s, item, pel__annotate_size(s, w->sc, dim));
}

/* ---- names ---- */

static void guess_types(const pel_sema *s, const pel_scope *sc, pel_guess *g) {
  if (!pel__guessing(s)) return;
  for (int k = PEL_BOOL; k <= PEL_DUR; k++)
    pel__guess(g, pel__str(pel__kind_name((pel_kind)k)));
  for (size_t i = 0; i < sc->module->items.n; i++) {
    const pel_ast_item *a = sc->module->items.at[i]->ast;
    if (a->kind == PEL_AST_ITEM_TYPE) pel__guess(g, a->name.text);
  }
}

/* What other languages call our types. */
static pel_str other_word(pel_str name) {
  static const struct {
    const char *other, *ours;
  } words[] = {{"int", "i64"},      {"integer", "i64"},    {"long", "i64"},
               {"float", "f64"},    {"double", "f64"},     {"number", "f64"},
               {"string", "str"},   {"text", "str"},       {"char", "str"},
               {"boolean", "bool"}, {"timestamp", "time"}, {"datetime", "time"},
               {"duration", "dur"}, {"interval", "dur"},   {"str", "str"},
               {"bool", "bool"},    {"date", "date"},      {"time", "time"},
               {"bytes", "bytes"}};
  char lower[16];
  if (name.n >= sizeof lower) return (pel_str){0};
  for (size_t i = 0; i < name.n; i++) {
    char c = name.p[i];
    lower[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
  }
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (pel__str_is((pel_str){lower, name.n}, words[i].other))
      return pel__str(words[i].ours);
  return (pel_str){0};
}

static const pel_ty *unknown_type(pel_sema *s, const pel_scope *sc, const pel_ast *t) {
  pel_str name = t->named.name;
  if (pel__str_is(name, "decimal")) return error_type(s, PEL_E0903, t->span, "`decimal`");
  if (pel__str_is(name, "stream")) return error_type(s, PEL_E0906, t->span, "a stream");
  bool foreign = pel__str_is(name, "usize") || pel__str_is(name, "cstr") ||
                 pel__str_is(name, "handle");
  if (foreign) {
    if (pel__str_is(name, "handle")) return error_type(s, PEL_E0918, t->span, "a handle");
    pel_diag *d = pel__sema_error(s, PEL_E0507, t->span,
                                  "`" PEL_STR_FMT "` is a type of C functions only",
                                  PEL_STR_ARG(name));
    pel__diag_help(
        s->ds, d,
        pel__str_is(name, "usize") ? "sizes are `i64` here" : "texts are `str` here");
    return &pel__ty_error;
  }
  pel_guess g = {name, {0}, 0};
  guess_types(s, sc, &g);
  pel_diag *d = pel__sema_error(s, PEL_E0108, t->span,
                                "there is no type `" PEL_STR_FMT "`", PEL_STR_ARG(name));
  pel_str other = other_word(name);
  if (other.n) g.best = other;
  if (g.best.n) {
    pel__diag_help(s->ds, d, "did you mean `" PEL_STR_FMT "`?", PEL_STR_ARG(g.best));
    pel__diag_fix(s->ds, d, t->span, PEL_STR_FMT, PEL_STR_ARG(g.best));
  }
  return &pel__ty_error;
}

static bool is_tyvar(pel_str name) { return name.n && name.p[0] == '\''; }

static const pel_ty *with_arguments(pel_sema *s, const where *w, pel_item *item,
                                    const pel_ast *t) {
  const pel_ast_item *a = item->ast;
  if (t->named.n != a->type_param_n) {
    pel_diag *d = pel__sema_error(s, PEL_E0221, t->span,
                                  "`" PEL_STR_FMT "` takes %u argument%s, not %u",
                                  PEL_STR_ARG(a->name.text), a->type_param_n,
                                  a->type_param_n == 1 ? "" : "s", t->named.n);
    pel__diag_note(s->ds, d, a->name.span, "it is defined here");
    return &pel__ty_error;
  }
  pel_tyname *names = PEL_ARENA_ARRAY(s->arena, pel_tyname, t->named.n);
  if (!names) return &pel__ty_error;
  for (uint32_t i = 0; i < t->named.n; i++) {
    pel_str n = a->type_params[i].text;
    names[i].name = is_tyvar(n) ? (pel_str){n.p + 1, n.n - 1} : n;
    if (is_tyvar(n))
      names[i].type = annotate(s, w, t->named.args[i]);
    else
      names[i].size = pel__annotate_size(s, w->sc, t->named.args[i]);
  }
  pel_scope sc = {.module = item->module, .tynames = names, .ntynames = t->named.n};
  where inner = {&sc, w->in_rows, w->depth + 1};
  return annotate(s, &inner, a->type);
}

static const pel_ty *named(pel_sema *s, const where *w, pel_item *item,
                           const pel_ast *t) {
  const pel_ast_item *a = item->ast;
  if (a->kind != PEL_AST_ITEM_TYPE) {
    pel_diag *d =
        pel__sema_error(s, PEL_E0108, t->span, "`" PEL_STR_FMT "` is not a type",
                        PEL_STR_ARG(a->name.text));
    pel__diag_note(s->ds, d, a->name.span, "it is defined here");
    return &pel__ty_error;
  }
  if (item->state == PEL_ITEM_BROKEN || w->depth > 100) return &pel__ty_error;
  bool plain =
      !a->type_param_n && !t->named.n && item->state == PEL_ITEM_DONE && !w->in_rows;
  if (plain) return item->type;
  const pel_ty *r = with_arguments(s, w, item, t);
  if (r->kind != PEL_TY_RECORD || r->name.n) return r;
  pel_ty *copy = pel__ty_fields(s, PEL_TY_RECORD, 0);
  if (!copy) return &pel__ty_error;
  *copy = *r;
  copy->name = a->name.text;
  return copy;
}

static const pel_ty *name_type(pel_sema *s, const where *w, const pel_ast *t) {
  const pel_topname *top = NULL;
  if (t->named.module) {
    const pel_alias *a = pel__alias_find(w->sc->module, t->named.module->text);
    if (a && a->broken) return &pel__ty_error;
    if (!a || !a->module) {
      pel__sema_error(s, PEL_E0101, t->named.module->span,
                      "there is no module `" PEL_STR_FMT "` here",
                      PEL_STR_ARG(t->named.module->text));
      return &pel__ty_error;
    }
    top = pel__top_find(a->module, t->named.name);
  } else {
    top = pel__top_find(w->sc->module, t->named.name);
    pel_kind k = pel__kind_named(t->named.name);
    if (k && (!top || top->item->ast->kind != PEL_AST_ITEM_TYPE))
      return pel__ty_scalar(k);
  }
  return top ? named(s, w, top->item, t) : unknown_type(s, w->sc, t);
}

/* ---- the rest ---- */

static bool unique_fields(pel_sema *s, const pel_ast *t) {
  pel_map seen;
  bool ok = true;
  pel__map_init(&seen, s->alloc);
  for (uint32_t i = 0; i < t->fields.n && ok; i++) {
    const pel_ast_param *f = &t->fields.fields[i];
    uint32_t first;
    if (pel__map_get(&seen, f->name.text, &first)) {
      pel_diag *d = pel__sema_error(s, PEL_E0110, f->name.span,
                                    "the field `" PEL_STR_FMT "` stands here twice",
                                    PEL_STR_ARG(f->name.text));
      pel__diag_note(s->ds, d, t->fields.fields[first].name.span, "it is first here");
      ok = false;
    } else if (!pel__map_put(&seen, f->name.text, i)) {
      s->oom = true;
    }
  }
  pel__map_deinit(&seen);
  return ok;
}

static const pel_ty *record_type(pel_sema *s, const where *w, const pel_ast *t) {
  const pel_tyname *rest =
      t->fields.rest ? pel__tyvar_find(w->sc, t->fields.rest->text) : NULL;
  if (t->fields.rest && !rest) {
    pel__sema_error(
        s, PEL_E0108, t->fields.rest->span,
        "`..` stands in the types of a function's parameters, and its name nowhere else");
    return &pel__ty_error;
  }
  uint32_t n = t->fields.n;
  pel_ty *r = pel__ty_fields(s, PEL_TY_RECORD, n + (rest ? rest->type->nfields : 0));
  if (!r || !unique_fields(s, t)) return &pel__ty_error;
  bool bad = false;
  for (uint32_t i = 0; i < n; i++) {
    r->fields[i].name = t->fields.fields[i].name.text;
    r->fields[i].type = annotate(s, w, t->fields.fields[i].type);
    bad |= r->fields[i].type->kind == PEL_TY_ERROR;
  }
  if (bad) return &pel__ty_error;
  if (rest && rest->type->nfields)
    memcpy(r->fields + n, rest->type->fields, rest->type->nfields * sizeof *r->fields);
  return pel__ty_weighed(s, r, t->span);
}

static const pel_ty *tuple_type(pel_sema *s, const where *w, const pel_ast *t) {
  if (t->list.n == 1) return annotate(s, w, t->list.items[0]);
  pel_ty *r = pel__ty_fields(s, PEL_TY_TUPLE, t->list.n);
  if (!r) return &pel__ty_error;
  for (uint32_t i = 0; i < t->list.n; i++)
    r->fields[i].type = annotate(s, w, t->list.items[i]);
  return pel__ty_weighed(s, r, t->span);
}

static const pel_ty *variable(pel_sema *s, const where *w, const pel_ast *t) {
  const pel_tyname *v = pel__tyvar_find(w->sc, t->name);
  if (v) return v->type;
  pel__sema_error(s, PEL_E0108, t->span,
                  "`'" PEL_STR_FMT "` stands in no parameter's type",
                  PEL_STR_ARG(t->name));
  return &pel__ty_error;
}

static const pel_ty *annotate(pel_sema *s, const where *w, const pel_ast *t) {
  if (t->kind == PEL_AST_TYPE_NAME) return name_type(s, w, t);
  if (t->kind == PEL_AST_TYPE_ARRAY) return array_type(s, w, t);
  if (t->kind == PEL_AST_TYPE_RECORD) return record_type(s, w, t);
  if (t->kind == PEL_AST_TYPE_TUPLE) return tuple_type(s, w, t);
  if (t->kind == PEL_AST_TYPE_VAR) return variable(s, w, t);
  if (t->kind == PEL_AST_TYPE_OPTION) {
    const pel_ty *inner = annotate(s, w, t->inner);
    return pel__ty_nullable(s, inner, true);
  }
  if (t->kind == PEL_AST_TYPE_FN)
    return error_type(s, PEL_E0922, t->span, "a function as a value");
  if (t->kind == PEL_AST_TYPE_VARIANTS)
    return error_type(s, PEL_E0901, t->span, "a type of variants");
  if (t->kind == PEL_AST_TYPE_REF) {
    pel_diag *d = pel__sema_error(s, PEL_E0507, t->span,
                                  "`&` stands in the types of C functions only");
    pel__diag_help(s->ds, d, "leave it away: values are never copied without need");
    return &pel__ty_error;
  }
  return &pel__ty_error;
}

const pel_ty *pel__annotate(pel_sema *s, pel_scope *sc, const pel_ast *type) {
  where w = {sc, false, 0};
  return annotate(s, &w, type);
}

const pel_ty *pel__type_item(pel_sema *s, pel_item *item) {
  const pel_ast_item *a = item->ast;
  pel_tyname *names = PEL_ARENA_ARRAY(s->arena, pel_tyname, a->type_param_n);
  if (!names) return &pel__ty_error;
  for (uint32_t i = 0; i < a->type_param_n; i++) {
    pel_str n = a->type_params[i].text;
    if (is_tyvar(n))
      names[i] = (pel_tyname){{n.p + 1, n.n - 1}, pel__ty_scalar(PEL_I64), 0, NULL};
    else
      names[i] =
          (pel_tyname){n, NULL, pel__size_named(s, n, a->type_params[i].span), NULL};
  }
  pel_scope sc = {.module = item->module, .tynames = names, .ntynames = a->type_param_n};
  where w = {&sc, false, 0};
  const pel_ty *t = annotate(s, &w, a->type);
  item->type = t;
  if (t->kind == PEL_TY_RECORD && !t->name.n) {
    pel_ty *named = pel__ty_fields(s, PEL_TY_RECORD, 0);
    if (!named) return &pel__ty_error;
    *named = *t;
    named->name = a->name.text;
    item->type = named;
  }
  return item->type;
}
