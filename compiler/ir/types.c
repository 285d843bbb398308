#include "compiler/ir/ir.h"
#include "runtime/base/hash.h"

/* Types kept once each: parts are interned first, so equality of parts is equality of
 * pointers. */
static uint64_t hash_type(const pel_type *t) {
  uint64_t h = pel__hash_u64((uint64_t)t->kind * 2 + t->nullable, t->nfields);
  if (t->kind == PEL_LIST) h = pel__hash_combine(h, (uintptr_t)t->item);
  for (uint32_t i = 0; i < t->nfields; i++) {
    h = pel__hash_combine(
        h, pel__hash_bytes(t->fields[i].name, strlen(t->fields[i].name), 0));
    h = pel__hash_combine(h, (uintptr_t)t->fields[i].type);
  }
  return h;
}

static bool same_type(const pel_type *a, const pel_type *b) {
  if (a->kind != b->kind || a->nullable != b->nullable || a->nfields != b->nfields)
    return false;
  if (a->kind == PEL_LIST && a->item != b->item) return false;
  for (uint32_t i = 0; i < a->nfields; i++)
    if (a->fields[i].type != b->fields[i].type ||
        strcmp(a->fields[i].name, b->fields[i].name) != 0)
      return false;
  return true;
}

static bool grow(pel_ir *m) {
  uint32_t cap = m->type_cap * 2;
  const pel_type **at = PEL_ARENA_ARRAY(m->arena, const pel_type *, cap);
  if (!at) return false;
  for (uint32_t i = 0; i < m->type_cap; i++) {
    if (!m->types[i]) continue;
    uint32_t s = (uint32_t)hash_type(m->types[i]) & (cap - 1);
    while (at[s]) s = (s + 1) & (cap - 1);
    at[s] = m->types[i];
  }
  m->types = at;
  m->type_cap = cap;
  return true;
}

static const pel_type *intern(pel_ir *m, const pel_type *t) {
  static const pel_type none = {.kind = PEL_BOOL};
  if (m->ntypes * 2 >= m->type_cap && !grow(m)) goto oom;
  uint32_t s = (uint32_t)hash_type(t) & (m->type_cap - 1);
  for (; m->types[s]; s = (s + 1) & (m->type_cap - 1))
    if (same_type(m->types[s], t)) return m->types[s];
  pel_type *r = PEL_ARENA_NEW(m->arena, pel_type);
  pel_field *fields = PEL_ARENA_ARRAY(m->arena, pel_field, t->nfields);
  if (!r || !fields) goto oom;
  *r = *t;
  for (uint32_t i = 0; i < t->nfields; i++) {
    fields[i] = t->fields[i];
    fields[i].name =
        pel__arena_text(m->arena, t->fields[i].name, strlen(t->fields[i].name));
    if (!fields[i].name) goto oom;
  }
  r->fields = t->nfields ? fields : NULL;
  m->types[s] = r;
  m->ntypes++;
  return r;
oom:
  m->oom = true;
  return &none;
}

const pel_type *pel__ir_scalar(pel_ir *m, pel_kind kind, bool nullable) {
  return intern(m, &(pel_type){.kind = kind, .nullable = nullable});
}

const pel_type *pel__ir_list(pel_ir *m, const pel_type *item) {
  return intern(m, &(pel_type){.kind = PEL_LIST, .item = item});
}

const pel_type *pel__ir_record(pel_ir *m, const pel_field *fields, uint32_t n) {
  return intern(m, &(pel_type){.kind = PEL_RECORD, .nfields = n, .fields = fields});
}

const pel_type *pel__ir_nullable(pel_ir *m, const pel_type *t, bool nullable) {
  if (t->nullable == nullable) return t;
  pel_type r = *t;
  r.nullable = nullable;
  return intern(m, &r);
}

static pel_field *fields_room(pel_ir *m, uint32_t n) {
  pel_field *f = PEL_ARENA_ARRAY(m->arena, pel_field, n);
  if (!f) m->oom = true;
  return f;
}

const pel_type *pel__ir_type(pel_ir *m, const pel_type *t) {
  pel_type r = *t;
  if (t->kind == PEL_LIST) r.item = pel__ir_type(m, t->item);
  if (t->kind == PEL_RECORD) {
    pel_field *f = fields_room(m, t->nfields);
    if (!f) return m->broken->type;
    for (uint32_t i = 0; i < t->nfields; i++)
      f[i] = (pel_field){t->fields[i].name, pel__ir_type(m, t->fields[i].type)};
    r.fields = f;
  }
  return intern(m, &r);
}

static const pel_type *from_ty(pel_ir *m, const pel_ty *t) {
  switch (t->kind) {
    case PEL_TY_SCALAR:
      return pel__ir_scalar(m, t->scalar, t->nullable);
    case PEL_TY_ARRAY:
    case PEL_TY_LIST: {
      const pel_type *l = pel__ir_list(m, from_ty(m, t->item));
      return pel__ir_nullable(m, l, t->nullable);
    }
    case PEL_TY_RECORD:
    case PEL_TY_TUPLE: {
      pel_field *f = fields_room(m, t->nfields);
      if (!f) return m->broken->type;
      for (uint32_t i = 0; i < t->nfields; i++) {
        pel_str s = t->fields[i].name;
        const char *name = t->kind == PEL_TY_TUPLE
                               ? pel__arena_printf(m->arena, "%u", i)
                               : pel__arena_text(m->arena, s.p ? s.p : "", s.n);
        if (!name) m->oom = true;
        f[i] = (pel_field){name ? name : "", from_ty(m, t->fields[i].type)};
      }
      return pel__ir_nullable(m, pel__ir_record(m, f, t->nfields), t->nullable);
    }
    case PEL_TY_ERROR:
    case PEL_TY_NULL:
      break; /* the null literal met no type: a bool that is null */
  }
  return pel__ir_scalar(m, PEL_BOOL, true);
}

const pel_type *pel__ir_from_ty(pel_ir *m, const pel_ty *t, bool *array) {
  *array = t->kind == PEL_TY_ARRAY;
  return from_ty(m, *array ? t->item : t);
}

/* ---- constants ---- */

const pel_const *pel__ir_const_i64(pel_ir *m, int64_t value) {
  pel_const *c = PEL_ARENA_NEW(m->arena, pel_const);
  if (!c) {
    m->oom = true;
    return m->broken->value;
  }
  c->type = pel__ir_scalar(m, PEL_I64, false);
  c->as.i = value;
  return c;
}

const pel_const *pel__ir_const_bool(pel_ir *m, bool value) {
  pel_const *c = PEL_ARENA_NEW(m->arena, pel_const);
  if (!c) {
    m->oom = true;
    return m->broken ? m->broken->value : NULL;
  }
  c->type = pel__ir_scalar(m, PEL_BOOL, false);
  c->as.i = value;
  return c;
}

static bool copy_const(pel_ir *m, const pel_const *c, const pel_type *t, pel_const *out) {
  *out = *c;
  out->type = t;
  if (c->is_null) return true;
  if (t->kind == PEL_STR || t->kind == PEL_BYTES) {
    out->as.s.p = pel__arena_text(m->arena, c->as.s.p ? c->as.s.p : "", c->as.s.n);
    return out->as.s.p != NULL;
  }
  if (t->kind != PEL_LIST && t->kind != PEL_RECORD) return true;
  pel_const *at = PEL_ARENA_ARRAY(m->arena, pel_const, c->as.list.n);
  if (!at) return false;
  for (size_t i = 0; i < c->as.list.n; i++)
    if (!copy_const(m, &c->as.list.at[i],
                    t->kind == PEL_LIST ? t->item : t->fields[i].type, &at[i]))
      return false;
  out->as.list.at = at;
  return true;
}

const pel_const *pel__ir_const(pel_ir *m, const pel_const *c) {
  pel_const *r = PEL_ARENA_NEW(m->arena, pel_const);
  if (!r || !copy_const(m, c, pel__ir_type(m, c->type), r)) {
    m->oom = true;
    return m->broken->value;
  }
  return r;
}

bool pel__ir_const_eq(const pel_const *a, const pel_const *b) {
  if (a->type != b->type || a->is_null != b->is_null) return false;
  if (a->is_null) return true;
  switch ((int)a->type->kind) {
    case PEL_STR:
    case PEL_BYTES:
      return pel__str_eq((pel_str){a->as.s.p, a->as.s.n},
                         (pel_str){b->as.s.p, b->as.s.n});
    case PEL_F32:
    case PEL_F64:
      return memcmp(&a->as.f, &b->as.f, sizeof a->as.f) ==
             0; /* -0 and nan are what they are */
    case PEL_LIST:
    case PEL_RECORD:
      if (a->as.list.n != b->as.list.n) return false;
      for (size_t i = 0; i < a->as.list.n; i++)
        if (!pel__ir_const_eq(&a->as.list.at[i], &b->as.list.at[i])) return false;
      return true;
    default:
      return a->as.i == b->as.i;
  }
}
