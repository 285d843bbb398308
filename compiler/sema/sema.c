#include <stdarg.h>
#include <stdio.h>

#include "compiler/sema/types.h"

const char *pel__sema_text(pel_sema *s, const char *fmt, ...) {
  char small[256];
  va_list ap;
  va_start(ap, fmt);
  int n = vsnprintf(small, sizeof small, fmt, ap);
  va_end(ap);
  char *z = n < 0 ? NULL : pel__arena_array(s->arena, (size_t)n + 1, 1);
  if (!z) {
    s->oom = true;
    return "";
  }
  if ((size_t)n < sizeof small) return memcpy(z, small, (size_t)n + 1);
  va_start(ap, fmt);
  (void)vsnprintf(z, (size_t)n + 1, fmt, ap);
  va_end(ap);
  return z;
}

pel_span pel__span_join(pel_span a, pel_span b) {
  if (!a.line) return b;
  if (!b.line || a.file != b.file) return a;
  pel_span first = a.begin <= b.begin ? a : b;
  first.end = a.end >= b.end ? a.end : b.end;
  return first;
}

pel_diag *pel__sema_error(pel_sema *s, pel_diag_code code, pel_span span, const char *fmt,
                          ...) {
  char text[2048];
  va_list ap;
  va_start(ap, fmt);
  (void)vsnprintf(text, sizeof text, fmt, ap);
  va_end(ap);
  pel_diag *d = pel__diag_add(s->ds, code, span, "%s", text);
  int notes = 0;
  for (const pel_frame *f = s->frame; f && notes < 4; f = f->up, notes++)
    pel__diag_note(s->ds, d, f->call, "in this call of `" PEL_STR_FMT "`",
                   PEL_STR_ARG(f->fn->ast->name.text));
  return d;
}

/* ---- the whole check ---- */

static void free_all(pel_sema *s) {
  for (size_t i = 0; i < s->modules.n; i++) pel__module_free(s, s->modules.at[i]);
  PEL_VEC_DEINIT(&s->modules, s->alloc);
  PEL_VEC_DEINIT(&s->ops, s->alloc);
  PEL_VEC_DEINIT(&s->op_next, s->alloc);
  PEL_VEC_DEINIT(&s->op_last, s->alloc);
  PEL_VEC_DEINIT(&s->sigs, s->alloc);
  PEL_VEC_DEINIT(&s->sizes, s->alloc);
  PEL_VEC_DEINIT(&s->params, s->alloc);
  PEL_VEC_DEINIT(&s->param_items, s->alloc);
  PEL_VEC_DEINIT(&s->marks, s->alloc);
  PEL_VEC_DEINIT(&s->lets, s->alloc);
  PEL_VEC_DEINIT(&s->outs, s->alloc);
  PEL_VEC_DEINIT(&s->natives, s->alloc);
  pel__map_deinit(&s->op_names);
}

/* Two outs that are known to write one file (R22). */
static void check_path(pel_sema *s, pel_map *paths, const pel_item *item) {
  const pel_x *p = item->value->kind == PEL_X_WRITE ? item->value->args[1] : NULL;
  uint32_t first;
  if (!p || p->kind != PEL_X_CONST || !p->value) return;
  pel_str path = {p->value->as.s.p, p->value->as.s.n};
  if (!pel__map_get(paths, path, &first)) {
    if (!pel__map_put(paths, path, (uint32_t)s->outs.n)) s->oom = true;
    return;
  }
  pel_diag *d = pel__sema_error(s, PEL_E0609, p->span,
                                "two `out`s write `" PEL_STR_FMT "`", PEL_STR_ARG(path));
  pel__diag_note(s->ds, d, s->outs.at[first].value->args[1]->span,
                 "it is first written here");
}

static void gather_outs(pel_sema *s) {
  const pel_module *m = s->modules.at[0];
  pel_map paths;
  pel__map_init(&paths, s->alloc);
  for (size_t i = 0; i < m->items.n; i++) {
    const pel_item *item = m->items.at[i];
    bool out = item->ast->kind == PEL_AST_ITEM_OUT;
    if ((!out && item->ast->kind != PEL_AST_ITEM_TEST) || !item->value) continue;
    pel_tout o = {out ? PEL_ITEM_OUT : PEL_ITEM_TEST,
                  item->ast->name.text,
                  item->value,
                  item->left,
                  item->right,
                  pel__ty_shape(item->value->type),
                  item->ast->name.span};
    check_path(s, &paths, item);
    if (!PEL_VEC_PUSH(&s->outs, o, s->alloc)) s->oom = true;
  }
  pel__map_deinit(&paths);
}

static void *keep(pel_sema *s, const void *at, size_t n, size_t size) {
  void *copy = pel__arena_array(s->arena, n, size);
  if (!copy) {
    s->oom = true;
    return NULL;
  }
  if (n) memcpy(copy, at, n * size);
  return copy;
}

static pel_typed *finish(pel_sema *s) {
  pel_typed *t = PEL_ARENA_NEW(s->arena, pel_typed);
  if (!t) {
    s->oom = true;
    return NULL;
  }
  t->params = keep(s, s->params.at, s->params.n, sizeof *t->params);
  t->lets = keep(s, s->lets.at, s->lets.n, sizeof *t->lets);
  t->outs = keep(s, s->outs.at, s->outs.n, sizeof *t->outs);
  t->natives = keep(s, s->natives.at, s->natives.n, sizeof *t->natives);
  t->nparams = (uint32_t)s->params.n;
  t->nlets = (uint32_t)s->lets.n;
  t->nouts = (uint32_t)s->outs.n;
  t->nnatives = (uint32_t)s->natives.n;
  t->nbinders = s->nbinders;
  return t;
}

static void check_all(pel_sema *s) {
  pel_item_list order = {0};
  const pel_source *src = pel__source_get(s->ds->sources, s->in->file->file);
  pel_module *main =
      pel__module_new(s, s->in->file, src ? src->name : (pel_str){0}, (pel_str){0});
  if (main) pel__modules_load(s, main);
  for (size_t m = 0; m < s->modules.n && !s->oom; m++)
    for (size_t i = 0; i < s->modules.at[m]->items.n; i++)
      pel__deps_collect(s, s->modules.at[m]->items.at[i]);
  if (!s->oom) pel__deps_sort(s, &order);
  for (size_t i = 0; i < order.n && !s->oom; i++) pel__check_item(s, order.at[i]);
  if (!s->oom) gather_outs(s);
  PEL_VEC_DEINIT(&order, s->alloc);
}

/* Whoever breaks an item says why. If nobody did, this says at least that: an item never
 * vanishes without a word. */
static void tell_silent(pel_sema *s) {
  for (size_t m = 0; m < s->modules.n; m++)
    for (size_t i = 0; i < s->modules.at[m]->items.n; i++) {
      const pel_ast_item *a = s->modules.at[m]->items.at[i]->ast;
      if (s->modules.at[m]->items.at[i]->state != PEL_ITEM_BROKEN) continue;
      pel__sema_error(s, PEL_E0999, a->value ? a->value->span : a->name.span,
                      "this has no value, and the compiler does not know why");
    }
}

pel_status pel__sema_check(const pel_sema_input *in, pel_typed **out) {
  pel_sema s = {.arena = in->arena, .alloc = in->arena->alloc, .ds = in->diags, .in = in};
  if (!s.alloc) s.alloc = pel__alloc_libc();
  uint32_t before = in->diags->errors;
  pel__map_init(&s.op_names, s.alloc);
  check_all(&s);
  if (!s.oom && in->diags->errors == before) tell_silent(&s);
  pel_typed *t = s.oom ? NULL : finish(&s);
  free_all(&s);
  if (s.oom) return PEL_E_NOMEM;
  if (in->diags->errors != before) return PEL_E_COMPILE;
  *out = t;
  return PEL_OK;
}
