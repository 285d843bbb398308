#include "compiler/sema/calls.h"
#include "compiler/sema/exprs.h"
#include "compiler/sema/types.h"

static uint32_t root(pel_sema *s, uint32_t id) {
  while (s->sizes.at[id].parent != id) {
    s->sizes.at[id].parent = s->sizes.at[s->sizes.at[id].parent].parent;
    id = s->sizes.at[id].parent;
  }
  return id;
}

uint32_t pel__size_new(pel_sema *s, pel_size_kind kind, pel_span span) {
  if (s->sizes.n == 0) { /* number 0 is PEL_SIZE_ANY */
    if (!PEL_VEC_PUSH(&s->sizes, ((pel_size){.parent = 0}), s->alloc)) s->oom = true;
  }
  uint32_t id = (uint32_t)s->sizes.n;
  if (s->oom ||
      !PEL_VEC_PUSH(&s->sizes, ((pel_size){.parent = id, .kind = kind, .span = span}),
                    s->alloc)) {
    s->oom = true;
    return PEL_SIZE_ANY;
  }
  return id;
}

uint32_t pel__size_fixed(pel_sema *s, int64_t value, pel_span span) {
  uint32_t id = pel__size_new(s, PEL_SIZE_FIXED, span);
  if (id) s->sizes.at[id].value = value;
  return id;
}

uint32_t pel__size_named(pel_sema *s, pel_str name, pel_span span) {
  uint32_t id = pel__size_new(s, PEL_SIZE_NAMED, span);
  if (id) s->sizes.at[id].name = name;
  return id;
}

const pel_size *pel__size_get(pel_sema *s, uint32_t id) {
  return id ? &s->sizes.at[root(s, id)] : NULL;
}

void pel__size_witness(pel_sema *s, uint32_t id, pel_x *x) {
  if (!id) return;
  pel_size *z = &s->sizes.at[root(s, id)];
  if (!z->witness) z->witness = x;
}

/* A number tells most, then a name. */
static uint32_t merge(pel_sema *s, uint32_t a, uint32_t b) {
  pel_size *x = &s->sizes.at[a], *y = &s->sizes.at[b];
  bool swap = y->kind == PEL_SIZE_FIXED ||
              (y->kind == PEL_SIZE_NAMED && x->kind == PEL_SIZE_FRESH);
  uint32_t top = swap ? b : a, under = swap ? a : b;
  s->sizes.at[under].parent = top;
  pel_size *t = &s->sizes.at[top], *u = &s->sizes.at[under];
  if (!t->witness) t->witness = u->witness;
  if (!t->name.n) t->name = u->name;
  return top;
}

bool pel__size_unify(pel_sema *s, uint32_t a, uint32_t b) {
  if (!a || !b) return true;
  a = root(s, a);
  b = root(s, b);
  if (a == b) return true;
  const pel_size *x = &s->sizes.at[a], *y = &s->sizes.at[b];
  if (x->kind == PEL_SIZE_FIXED && y->kind == PEL_SIZE_FIXED) return x->value == y->value;
  /* lengths that nobody named may turn out equal: the map compares them when it runs */
  return x->kind == PEL_SIZE_FRESH || y->kind == PEL_SIZE_FRESH;
}

bool pel__size_declare(pel_sema *s, uint32_t declared, uint32_t found, bool *check) {
  *check = false;
  if (!declared) return true;
  if (!found) {
    *check = true;
    return true;
  }
  uint32_t a = root(s, declared), b = root(s, found);
  if (a == b) return true;
  const pel_size *x = &s->sizes.at[a], *y = &s->sizes.at[b];
  if (x->kind == PEL_SIZE_FIXED && y->kind == PEL_SIZE_FIXED) return x->value == y->value;
  bool fresh = x->kind == PEL_SIZE_NAMED && !x->witness;
  if (fresh) {
    (void)merge(s, a, b);
    return true;
  }
  *check = true;
  return true;
}

const char *pel__size_text(pel_sema *s, uint32_t id) {
  const pel_size *z = pel__size_get(s, id);
  if (!z || (z->kind == PEL_SIZE_FRESH && !z->name.n)) return "*";
  if (z->kind == PEL_SIZE_FIXED && !z->name.n)
    return pel__sema_text(s, "%lld", (long long)z->value);
  return pel__sema_text(s, PEL_STR_FMT, PEL_STR_ARG(z->name));
}

static pel_x *length_of(pel_sema *s, pel_x *x, pel_span span) {
  pel_x *copy = pel__x_copy(s, x, span);
  return copy->type->kind == PEL_TY_SCALAR ? copy : pel__apply(s, "len", &copy, 1, span);
}

pel_x *pel__size_value(pel_sema *s, uint32_t id, pel_span span) {
  const pel_size *z = pel__size_get(s, id);
  if (!z) return NULL;
  if (z->kind == PEL_SIZE_FIXED) return pel__x_int(s, PEL_I64, z->value, span);
  return z->witness ? length_of(s, z->witness, span) : NULL;
}

/* ---- annotations ---- */

static pel_x *differ(pel_sema *s, uint32_t declared, uint32_t found, pel_span span) {
  const pel_size *a = pel__size_get(s, declared), *b = pel__size_get(s, found);
  pel_diag *d =
      pel__sema_error(s, PEL_E0302, span, "this has %s elements, but %s are declared",
                      pel__size_text(s, found), pel__size_text(s, declared));
  if (a && a->span.line) pel__diag_note(s->ds, d, a->span, "the length is declared here");
  if (b && b->span.line && b->span.begin != span.begin)
    pel__diag_note(s->ds, d, b->span, "the other length comes from here");
  return pel__x_error(s, span);
}

/* Walks x in step with an array it must be as long as: the map fails when it is not. What
 * comes of it has that size. */
static pel_x *compare_when_run(pel_sema *s, pel_x *x, pel_x *other, pel_span span) {
  pel_binder *b[2] = {pel__binder_new(s, PEL_STR(""), x->type->item),
                      pel__binder_new(s, PEL_STR(""), other->type->item)};
  const pel_ty *t = pel__ty_nullable(
      s, pel__ty_array(s, x->type->item, other->type->size), x->type->nullable);
  pel_x *m = pel__x_new(s, PEL_X_MAP, t, span, 3);
  if (m->nargs != 3 || !b[0] || !b[1]) return x;
  m->args[0] = x;
  m->args[1] = pel__x_copy(s, other, span);
  m->args[2] = pel__x_binder(s, b[0], span);
  return pel__x_bind(s, m, b, 2);
}

/* An array that is known to be as long as size `id`, from here. */
static pel_x *witness_of(pel_sema *s, const pel_scope *sc, uint32_t id) {
  for (uint32_t i = 0; sc && i < sc->ntynames; i++) {
    const pel_tyname *t = &sc->tynames[i];
    if (!t->type && t->witness && root(s, t->size) == root(s, id)) return t->witness;
  }
  return pel__size_get(s, id)->witness;
}

static pel_x *annotate_rows(pel_sema *s, const pel_scope *sc, pel_x *x,
                            const pel_ty *declared, pel_span span) {
  bool check = false;
  uint32_t found = x->type->size;
  if (x->type->kind == PEL_TY_LIST || declared->kind == PEL_TY_LIST) return x;
  if (!pel__size_declare(s, declared->size, found, &check))
    return differ(s, declared->size, found, span);
  if (!check) return x;
  pel_x *other = witness_of(s, sc, declared->size);
  if (other && pel__ty_is_rows(other->type)) return compare_when_run(s, x, other, span);
  pel_diag *d =
      pel__sema_error(s, PEL_E0939, span,
                      "checking that this has %s elements when the program runs is "
                      "not part of this version",
                      pel__size_text(s, declared->size));
  pel__diag_help(s->ds, d, "write `[*]` where any length will do");
  return pel__x_error(s, span);
}

pel_x *pel__size_annotate(pel_sema *s, const pel_scope *sc, pel_x *x,
                          const pel_ty *declared, pel_span span) {
  if (pel__x_bad(x) || declared->kind == PEL_TY_ERROR) return x;
  if (pel__ty_is_rows(x->type) && pel__ty_is_rows(declared))
    return annotate_rows(s, sc, x, declared, span);
  if (x->type->kind != declared->kind || x->type->nfields != declared->nfields) return x;
  for (uint32_t i = 0; i < declared->nfields; i++) {
    bool check = false;
    const pel_ty *d = declared->fields[i].type, *f = x->type->fields[i].type;
    if (!pel__ty_is_rows(d) || !pel__ty_is_rows(f) || d->kind == PEL_TY_LIST) continue;
    if (!pel__size_declare(s, d->size, f->size, &check))
      return differ(s, d->size, f->size, span);
  }
  return x;
}

const pel_ty *pel__ty_sized(pel_sema *s, const pel_ty *t, pel_span span) {
  if (t->kind == PEL_TY_ARRAY && !t->size)
    return pel__ty_nullable(
        s, pel__ty_array(s, t->item, pel__size_new(s, PEL_SIZE_FRESH, span)),
        t->nullable);
  if (t->kind != PEL_TY_RECORD && t->kind != PEL_TY_TUPLE) return t;
  bool open = false;
  for (uint32_t i = 0; i < t->nfields; i++)
    open |= t->fields[i].type->kind != PEL_TY_SCALAR;
  pel_ty *r = open ? pel__ty_fields(s, t->kind, t->nfields) : NULL;
  if (!r) return t;
  pel_tyfield *fields = r->fields;
  *r = *t;
  r->fields = fields;
  for (uint32_t i = 0; i < t->nfields; i++)
    fields[i] =
        (pel_tyfield){t->fields[i].name, pel__ty_sized(s, t->fields[i].type, span)};
  return r;
}
