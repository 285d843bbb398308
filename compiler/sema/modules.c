#include "compiler/sema/check.h"
#include "compiler/syntax/syntax.h"

/* `use`: loading files, naming them, and refusing circles. */

typedef struct opening {
  const pel_ast_item *use;
  pel_str name;
  struct opening *up;
} opening;

static void load(pel_sema *s, pel_module *m, opening *up);

static pel_module *known(pel_sema *s, pel_str name) {
  for (size_t i = 0; i < s->modules.n; i++)
    if (pel__str_eq(s->modules.at[i]->name, name)) return s->modules.at[i];
  return NULL;
}

static void circle(pel_sema *s, const pel_ast_item *use, pel_str name,
                   const opening *up) {
  pel_diag *d =
      pel__sema_error(s, PEL_E0106, use->span,
                      "this `use` leads back to `" PEL_STR_FMT "`", PEL_STR_ARG(name));
  for (const opening *o = up; o; o = o->up) {
    pel__diag_note(s->ds, d, o->use->span, "which is used here");
    if (pel__str_eq(o->name, name)) break;
  }
}

/* "models/ocean.pel" is called ocean. */
static pel_str last_name(pel_str path) {
  size_t b = path.n;
  while (b > 0 && path.p[b - 1] != '/') b--;
  pel_str t = {path.p + b, path.n - b};
  for (size_t i = t.n; i-- > 1;)
    if (t.p[i] == '.') return (pel_str){t.p, i};
  return t;
}

static bool is_name(pel_str t) {
  bool ok = t.n > 0 && !(t.p[0] >= '0' && t.p[0] <= '9');
  for (size_t i = 0; i < t.n; i++) {
    char c = t.p[i];
    ok &= (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
          c == '_';
  }
  return ok;
}

static void add_alias(pel_sema *s, pel_module *m, pel_str name, pel_module *target,
                      const pel_ast_item *library, pel_span span) {
  const pel_alias *old = pel__alias_find(m, name);
  pel_alias a = {name, target, library, span, false};
  if (old) {
    pel_diag *d = pel__sema_error(
        s, PEL_E0102, span, "`" PEL_STR_FMT "` is defined twice", PEL_STR_ARG(name));
    pel__diag_note(s->ds, d, old->span, "it is first defined here");
  } else if (!PEL_VEC_PUSH(&m->aliases, a, s->alloc)) {
    s->oom = true;
  }
}

static pel_module *open_file(pel_sema *s, pel_module *from, const pel_ast_item *use,
                             pel_str alias, opening *up) {
  const pel_sema_world *w = s->in->world;
  pel_str name = {0}, text = {0};
  pel_span span = use->target.span;
  if (!w || !w->module) {
    pel__sema_error(s, PEL_E0105, span, "no other file can be used here");
    return NULL;
  }
  pel_status r = w->module(w->ctx, from->name, use->target.text, &name, &text);
  if (r != PEL_OK) {
    pel__sema_error(s, PEL_E0105, span, "`" PEL_STR_FMT "` %s",
                    PEL_STR_ARG(use->target.text),
                    r == PEL_E_NOENT ? "does not exist" : "cannot be read");
    return NULL;
  }
  pel_module *m = known(s, name);
  if (m && m->busy) circle(s, use, name, up);
  if (m) return m->busy ? NULL : m;
  uint32_t file;
  pel_ast_file *ast = NULL;
  if (pel__sources_add(s->ds->sources, name, text, &file) != PEL_OK) {
    s->oom = true;
    return NULL;
  }
  if (pel__syntax_parse(s->arena, s->ds, file, &ast) != PEL_OK || !ast) return NULL;
  const char *prefix = pel__sema_text(s, PEL_STR_FMT PEL_STR_FMT ".",
                                      PEL_STR_ARG(from->prefix), PEL_STR_ARG(alias));
  m = pel__module_new(s, ast, name, pel__str(prefix));
  opening here = {use, name, up};
  if (m) load(s, m, &here);
  return m;
}

static void use_std(pel_sema *s, pel_module *m, const pel_ast_item *use) {
  pel_ast_name last = use->path[use->path_n - 1];
  if (!pel__str_is(use->path[0].text, "std")) {
    pel_diag *d = pel__sema_error(s, PEL_E0105, use->path[0].span,
                                  "there is no module `" PEL_STR_FMT "`",
                                  PEL_STR_ARG(use->path[0].text));
    pel__diag_help(s->ds, d, "a file is used by its path: `use \"" PEL_STR_FMT ".pel\"`",
                   PEL_STR_ARG(use->path[0].text));
    return;
  }
  pel_ast_name name = use->alias.text.n ? use->alias : last;
  if (!pel__str_is(name.text, "std")) add_alias(s, m, name.text, NULL, NULL, name.span);
}

static void use_file(pel_sema *s, pel_module *m, const pel_ast_item *use, opening *up) {
  pel_ast_name name = use->alias;
  if (!name.text.n) name = (pel_ast_name){last_name(use->target.text), use->target.span};
  if (!is_name(name.text)) {
    pel_diag *d = pel__sema_error(s, PEL_E0105, use->target.span,
                                  "`" PEL_STR_FMT "` is no name for a module",
                                  PEL_STR_ARG(name.text));
    pel__diag_help(s->ds, d, "give it one: `use \"" PEL_STR_FMT "\" as name`",
                   PEL_STR_ARG(use->target.text));
    return;
  }
  pel_module *target = open_file(s, m, use, name.text, up);
  add_alias(s, m, name.text, target, NULL, name.span);
  if (!target && m->aliases.n) m->aliases.at[m->aliases.n - 1].broken = true;
}

static void load(pel_sema *s, pel_module *m, opening *up) {
  enum { DEEPEST = 100 };
  unsigned depth = 0;
  for (const opening *o = up; o; o = o->up) depth++;
  if (depth > DEEPEST) return;
  m->busy = true;
  for (uint32_t i = 0; i < m->file->n && !s->oom; i++) {
    const pel_ast_item *item = m->file->items[i];
    if (item->kind == PEL_AST_ITEM_USE) pel__check_attrs(s, item);
    if (item->kind == PEL_AST_ITEM_USE && item->path)
      use_std(s, m, item);
    else if (item->kind == PEL_AST_ITEM_USE)
      use_file(s, m, item, up);
    else if (item->kind == PEL_AST_ITEM_EXTERN && item->alias.text.n)
      add_alias(s, m, item->alias.text, NULL, item, item->alias.span);
  }
  pel__module_declare(s, m);
  m->busy = false;
}

void pel__modules_load(pel_sema *s, pel_module *m) { load(s, m, NULL); }
