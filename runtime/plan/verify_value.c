#include "runtime/base/hash.h"
#include "runtime/plan/verify_family.h"

uint32_t pel__type_number(const pel_plan_data *p, const pel_type *t) {
  uintptr_t at = (uintptr_t)t, first = (uintptr_t)p->types;
  if (!t || at < first || (at - first) % sizeof *t) return PEL_NONE;
  size_t i = (at - first) / sizeof *t;
  return i < p->n_types ? (uint32_t)i : PEL_NONE;
}

bool pel__type_fits(const pel_plan_data *p, uint32_t from, uint32_t to) {
  if (from == to) return true;
  if (from == PEL_NONE || to == PEL_NONE) return false;
  const pel_type *a = &p->types[from], *b = &p->types[to];
  if (a->kind != b->kind || a->nullable || !b->nullable || a->item != b->item)
    return false;
  if (a->nfields != b->nfields) return false;
  for (uint32_t i = 0; i < a->nfields; i++)
    if (a->fields[i].type != b->fields[i].type ||
        strcmp(a->fields[i].name, b->fields[i].name) != 0)
      return false;
  return true;
}

pel_status pel__verify_types_of(pel_plan_check *c, pel_range r, const char *what) {
  const pel_plan_data *p = c->p;
  PEL_WANT(c, pel__range_in(r, p->n_reg_types) && r.n <= PEL_PLAN_COLUMNS,
           "types of a %s", what);
  for (uint32_t i = 0; i < r.n; i++)
    PEL_WANT(c, p->reg_types[r.at + i] < p->n_types, "type of a %s", what);
  return PEL_OK;
}

/* ---- types: finite, small when written out, each once (so that equal types have equal
 * numbers) ---- */

typedef struct type_sizes {
  uint32_t *depth, *leaves;
  uint64_t *hash;
} type_sizes;

static pel_status measure_part(pel_plan_check *c, type_sizes *z, uint32_t i,
                               const pel_type *part) {
  uint32_t k = pel__type_number(c->p, part);
  PEL_WANT(c, k < i, "type %u holds a type behind itself", i);
  if (z->depth[k] + 1 > z->depth[i]) z->depth[i] = z->depth[k] + 1;
  z->leaves[i] += z->leaves[k];
  z->hash[i] = pel__hash_combine(z->hash[i], k);
  PEL_WANT(c, z->depth[i] <= PEL_PLAN_TYPE_DEPTH && z->leaves[i] <= PEL_PLAN_TYPE_LEAVES,
           "type %u is too large", i);
  return PEL_OK;
}

static pel_status measure_type(pel_plan_check *c, type_sizes *z, uint32_t i) {
  const pel_type *t = &c->p->types[i];
  PEL_WANT(c, t->kind > PEL_KIND_NONE && t->kind < PEL_KIND_COUNT,
           "type %u is of no kind", i);
  z->depth[i] = z->leaves[i] = 1;
  z->hash[i] = pel__hash_u64((uint64_t)t->kind * 2 + t->nullable, t->nfields);
  PEL_WANT(c, (t->item != NULL) == (t->kind == PEL_LIST), "type %u has a stray item", i);
  if (t->item) return measure_part(c, z, i, t->item);
  PEL_WANT(c, t->nfields == 0 || (t->kind == PEL_RECORD && t->fields),
           "type %u has stray fields", i);
  for (uint32_t f = 0; f < t->nfields; f++) {
    const char *name = t->fields[f].name;
    PEL_WANT(c, name && pel__utf8_valid(name, strlen(name)) == strlen(name),
             "field %u of type %u has no name", f, i);
    z->hash[i] = pel__hash_combine(z->hash[i], pel__hash_bytes(name, strlen(name), 0));
    PEL_CHECK(measure_part(c, z, i, t->fields[f].type));
  }
  return PEL_OK;
}

static bool same_type(const pel_type *a, const pel_type *b) {
  if (a->kind != b->kind || a->nullable != b->nullable || a->item != b->item ||
      a->nfields != b->nfields)
    return false;
  for (uint32_t i = 0; i < a->nfields; i++)
    if (a->fields[i].type != b->fields[i].type ||
        strcmp(a->fields[i].name, b->fields[i].name) != 0)
      return false;
  return true;
}

static pel_status check_types(pel_plan_check *c) {
  const pel_plan_data *p = c->p;
  size_t cap = 16;
  while (cap < (size_t)p->n_types * 2) cap *= 2;
  type_sizes z = {PEL_ARENA_ARRAY(&c->scratch, uint32_t, p->n_types),
                  PEL_ARENA_ARRAY(&c->scratch, uint32_t, p->n_types),
                  PEL_ARENA_ARRAY(&c->scratch, uint64_t, p->n_types)};
  uint32_t *seen = PEL_ARENA_ARRAY(&c->scratch, uint32_t, cap);
  if (!z.depth || !z.leaves || !z.hash || !seen) return PEL_E_NOMEM;
  for (uint32_t i = 0; i < p->n_types; i++) {
    PEL_CHECK(measure_type(c, &z, i));
    size_t s = z.hash[i] & (cap - 1);
    for (; seen[s]; s = (s + 1) & (cap - 1))
      PEL_WANT(c,
               z.hash[seen[s] - 1] != z.hash[i] ||
                   !same_type(&p->types[seen[s] - 1], &p->types[i]),
               "types %u and %u are equal", seen[s] - 1, i);
    seen[s] = i + 1;
  }
  return PEL_OK;
}

/* ---- constants ---- */

static bool int_fits(pel_kind k, int64_t i) {
  switch ((int)k) {
    case PEL_BOOL:
      return i == 0 || i == 1;
    case PEL_I8:
      return i >= INT8_MIN && i <= INT8_MAX;
    case PEL_I16:
      return i >= INT16_MIN && i <= INT16_MAX;
    case PEL_I32:
    case PEL_DATE:
      return i >= INT32_MIN && i <= INT32_MAX;
    case PEL_U8:
      return i >= 0 && i <= UINT8_MAX;
    case PEL_U16:
      return i >= 0 && i <= UINT16_MAX;
    case PEL_U32:
      return i >= 0 && i <= UINT32_MAX;
    default:
      return true;
  }
}

/* As deep as the type, which is bounded. */
static pel_status check_const(pel_plan_check *c, uint32_t i, const pel_const *x) {
  const pel_type *t = x->type;
  PEL_WANT(c, !x->is_null || t->nullable, "constant %u is null", i);
  if (x->is_null) return PEL_OK;
  if (t->kind == PEL_STR || t->kind == PEL_BYTES) {
    PEL_WANT(c, (x->as.s.p || !x->as.s.n) && x->as.s.n <= UINT32_MAX,
             "constant %u is no text", i);
    PEL_WANT(c,
             t->kind == PEL_BYTES || pel__utf8_valid(x->as.s.p, x->as.s.n) == x->as.s.n,
             "constant %u is not UTF-8", i);
    return PEL_OK;
  }
  if (t->kind == PEL_F32 || t->kind == PEL_F64) return PEL_OK;
  if (t->kind != PEL_LIST && t->kind != PEL_RECORD) {
    PEL_WANT(c, int_fits(t->kind, x->as.i), "constant %u is out of range", i);
    return PEL_OK;
  }
  PEL_WANT(c, x->as.list.at || !x->as.list.n, "constant %u is no list", i);
  PEL_WANT(c, t->kind == PEL_LIST || x->as.list.n == t->nfields,
           "constant %u lacks fields", i);
  for (size_t k = 0; k < x->as.list.n; k++) {
    const pel_type *part = t->kind == PEL_LIST ? t->item : t->fields[k].type;
    PEL_WANT(c, x->as.list.at[k].type == part, "constant %u holds another type", i);
    PEL_CHECK(check_const(c, i, &x->as.list.at[k]));
  }
  return PEL_OK;
}

pel_status pel__verify_values(pel_plan_check *c) {
  PEL_CHECK(check_types(c));
  for (uint32_t i = 0; i < c->p->n_consts; i++) {
    PEL_WANT(c, pel__type_number(c->p, c->p->consts[i].type) != PEL_NONE,
             "constant %u has no type", i);
    PEL_CHECK(check_const(c, i, &c->p->consts[i]));
  }
  return PEL_OK;
}
