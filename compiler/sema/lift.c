#include "compiler/sema/calls.h"
#include "compiler/sema/exprs.h"
#include "compiler/sema/types.h"

/* R13 made explicit: nested maps over the dimensions that were peeled, lined up from the
 * first. */

typedef struct level {
  pel_sema *s;
  const pel_lift *l;
  pel_x **now; /* per argument: what it is at this depth */
  uint32_t at;
} level;

static pel_x *build(level *v, uint32_t dims);

static pel_x *sizes_differ(level *v, const pel_x *a, const pel_x *b) {
  pel_sema *s = v->s;
  pel_diag *d =
      pel__sema_error(s, PEL_E0301, v->l->span, "cannot map `%s` over %s and %s together",
                      v->l->name, pel__ty_text(s, a->type), pel__ty_text(s, b->type));
  const pel_x *both[2] = {a, b};
  for (int i = 0; i < 2; i++) {
    const pel_size *z = both[i]->type->kind == PEL_TY_ARRAY
                            ? pel__size_get(s, both[i]->type->size)
                            : NULL;
    if (z && z->span.line)
      pel__diag_note(s->ds, d, z->span, "`%s` comes from here",
                     pel__size_text(s, both[i]->type->size));
  }
  pel__diag_help(s->ds, d, "shapes line up at the first dimension");
  return pel__x_error(s, v->l->span);
}

/* Shapes of different depths line up at the first dimension, which may not be what was
 * meant; when nothing says that the two lengths there are one, only the run will tell. */
static void warn_of_chance(level *v, uint32_t i, uint32_t j) {
  pel_sema *s = v->s;
  const pel_x *a = v->now[i], *b = v->now[j];
  const pel_size *x = pel__size_get(s, a->type->size);
  const pel_size *y = pel__size_get(s, b->type->size);
  if (v->at || v->l->depth[i] == v->l->depth[j] || (x && x == y)) return;
  const pel_x *deep = v->l->depth[i] > v->l->depth[j] ? a : b, *flat = deep == a ? b : a;
  pel_diag *d =
      pel__sema_error(s, PEL_W0003, v->l->span,
                      "`%s` maps over %s and %s together, whose lengths may differ",
                      v->l->name, pel__ty_text(s, a->type), pel__ty_text(s, b->type));
  pel__diag_help(s->ds, d,
                 "shapes line up at the first dimension: each list of %s meets one "
                 "element of %s. To meet all of them in each list write `[r %s … for r "
                 "in …]`",
                 pel__ty_text(s, deep->type), pel__ty_text(s, flat->type), v->l->name);
}

/* The number of the longest argument; an error when another does not go with it. */
static pel_x *line_up(level *v, uint32_t *first) {
  *first = UINT32_MAX;
  for (uint32_t i = 0; i < v->l->n; i++) {
    if (v->l->depth[i] <= v->at) continue;
    if (*first == UINT32_MAX) {
      *first = i;
      continue;
    }
    const pel_x *a = v->now[*first], *b = v->now[i];
    if (a->type->kind != b->type->kind ||
        !pel__size_unify(v->s, a->type->size, b->type->size))
      return sizes_differ(v, a, b);
    warn_of_chance(v, *first, i);
    if (!a->type->size) *first = i;
  }
  return NULL;
}

static pel_x *too_deep(level *v, const pel_ty *outer, const pel_ty *inner) {
  pel_sema *s = v->s;
  pel_diag *d =
      pel__sema_error(s, PEL_E0904, v->l->span,
                      "arrays of more than one dimension are not part of this version");
  pel__diag_help(s->ds, d, "`%s` gives %s for each element of %s", v->l->name,
                 pel__ty_text(s, inner), pel__ty_text(s, outer));
  return pel__x_error(s, v->l->span);
}

static pel_x *map_level(level *v, uint32_t dims, uint32_t first) {
  pel_sema *s = v->s;
  uint32_t n = 0;
  for (uint32_t i = 0; i < v->l->n; i++) n += v->l->depth[i] > v->at;
  const pel_ty *outer = v->now[first]->type;
  pel_x *m = pel__x_new(s, PEL_X_MAP, outer, v->l->span, n + 1);
  pel_binder **b = PEL_ARENA_ARRAY(s->arena, pel_binder *, n);
  if (m->nargs != n + 1 || !b) return m;
  uint32_t k = 0;
  for (uint32_t i = 0; i < v->l->n; i++) {
    if (v->l->depth[i] <= v->at) continue;
    m->args[k] = v->now[i];
    b[k] = pel__binder_new(s, PEL_STR(""), v->now[i]->type->item);
    v->now[i] = pel__x_binder(s, b[k], v->now[i]->span);
    k++;
  }
  v->at++;
  pel_x *body = build(v, dims);
  if (pel__x_bad(body)) return pel__x_error(s, v->l->span);
  if (body->type->kind == PEL_TY_ARRAY) return too_deep(v, outer, body->type);
  m->args[k] = body;
  m->type = pel__ty_like(s, outer, body->type);
  return pel__x_bind(s, m, b, n);
}

static pel_x *build(level *v, uint32_t dims) {
  uint32_t first;
  if (v->at == dims) return v->l->make(v->s, v->l->ctx, v->now, v->l->span);
  pel_x *e = line_up(v, &first);
  return e ? e : map_level(v, dims, first);
}

pel_x *pel__lift(pel_sema *s, pel_lift *l) {
  uint32_t dims = 0;
  for (uint32_t i = 0; i < l->n; i++) {
    if (l->depth[i] > dims) dims = l->depth[i];
    if (pel__x_bad(l->args[i])) return pel__x_error(s, l->span);
  }
  if (!dims) return l->make(s, l->ctx, l->args, l->span);
  pel_x **now = PEL_ARENA_ARRAY(s->arena, pel_x *, l->n);
  pel_binder **lets = PEL_ARENA_ARRAY(s->arena, pel_binder *, l->n);
  if (!now || !lets) {
    s->oom = true;
    return pel__x_error(s, l->span);
  }
  for (uint32_t i = 0; i < l->n; i++) {
    now[i] = l->args[i];
    if (!l->depth[i]) now[i] = pel__x_share(s, l->args[i], "", &lets[i]);
  }
  level v = {s, l, now, 0};
  pel_x *x = build(&v, dims);
  if (pel__x_bad(x)) return x;
  for (uint32_t i = l->n; i-- > 0;)
    if (lets[i]) x = pel__x_let(s, lets[i], l->args[i], x);
  return x;
}

pel_x *pel__lift_all(pel_sema *s, pel_x *x, const char *name, pel_span span, void *ctx,
                     pel_x *(*make)(pel_sema *s, void *ctx, pel_x **args,
                                    pel_span span)) {
  uint32_t depth = 0;
  for (const pel_ty *t = x->type; pel__ty_is_rows(t); t = t->item) depth++;
  pel_lift l = {1, &x, &depth, span, name, ctx, make};
  return pel__lift(s, &l);
}
