#include "compiler/sema/exprs.h"

/* What is typed soundly but computed once for each row of something else: a whole table,
 * an array, an aggregate of one, when it needs that row. Lists inside of rows are fine;
 * tables inside of rows come later. */

/* Per binder: it is a row or element, or made of one. A binder is marked where it is
 * bound, before anything reads it. */
typedef struct seen {
  uint8_t *row;
  uint32_t n;
} seen;

static bool needs_row(const seen *w, const pel_x *x) {
  if (x->kind == PEL_X_BINDER) return x->index < w->n && w->row[x->index];
  for (uint32_t i = 0; i < x->nargs; i++)
    if (needs_row(w, x->args[i])) return true;
  return false;
}

static bool is_whole(const pel_x *x) {
  pel_xkind k = x->kind;
  if (k >= PEL_X_READ) return true;
  if (k == PEL_X_AGG || k == PEL_X_MAP) return x->args[0]->type->kind == PEL_TY_ARRAY;
  return false;
}

static bool walk(pel_sema *s, seen *w, pel_x *x, bool in_row);

static void mark(seen *w, const pel_x *x, bool row) {
  for (uint32_t i = 0; i < x->nbinders; i++)
    if (x->binders[i]->id < w->n) w->row[x->binders[i]->id] = row;
}

static bool walk_children(pel_sema *s, seen *w, pel_x *x, bool in_row) {
  uint32_t inputs = 0;
  if (x->kind == PEL_X_LET) {
    if (!walk(s, w, x->args[0], in_row)) return false;
    mark(w, x, in_row && needs_row(w, x->args[0]));
    return walk(s, w, x->args[1], in_row);
  }
  if (x->kind == PEL_X_MAP)
    inputs = x->nbinders;
  else if (x->kind == PEL_X_JOIN)
    inputs = 2;
  else if (x->nbinders)
    inputs = 1;
  for (uint32_t i = 0; i < inputs; i++)
    if (!walk(s, w, x->args[i], in_row)) return false;
  if (inputs) mark(w, x, true);
  for (uint32_t i = inputs; i < x->nargs; i++)
    if (!walk(s, w, x->args[i], in_row || inputs > 0)) return false;
  return true;
}

static bool walk(pel_sema *s, seen *w, pel_x *x, bool in_row) {
  if (in_row && is_whole(x) && needs_row(w, x)) {
    (void)pel__later(s, PEL_E0924, x->span,
                     "a table or array that is computed again for each row");
    return false;
  }
  return walk_children(s, w, x, in_row);
}

static bool make_room(pel_sema *s) {
  while (s->marks.n < s->nbinders)
    if (!PEL_VEC_PUSH(&s->marks, 0, s->alloc)) return false;
  return true;
}

void pel__check_rows(pel_sema *s, pel_x *x) {
  if (pel__x_bad(x) || s->oom) return;
  if (!make_room(s)) {
    s->oom = true;
    return;
  }
  seen w = {s->marks.at, s->nbinders};
  (void)walk(s, &w, x, false);
}
