#include "runtime/plan/build.h"

#include "runtime/base/check.h"
#include "runtime/base/hash.h"

pel_status pel__build_new(const pel_alloc *alloc, pel_plan_build **out) {
  if (!alloc) alloc = pel__alloc_libc();
  pel_plan_build *b = pel__alloc_get(alloc, sizeof *b);
  if (!b) return PEL_E_NOMEM;
  memset(b, 0, sizeof *b);
  b->alloc = alloc;
  if (pel__plan_new(alloc, &b->plan) != PEL_OK) {
    pel__alloc_free(alloc, b, sizeof *b);
    return PEL_E_NOMEM;
  }
  *out = b;
  return PEL_OK;
}

/* Every array of the builder that goes into the plan as it is. */
#define PLAIN_ARRAYS(X)                                                          \
  X(ops)                                                                         \
  X(args)                                                                        \
  X(reg_types)                                                                   \
  X(ranges)                                                                      \
  X(names)                                                                       \
  X(instrs)                                                                      \
  X(progs)                                                                       \
  X(node_args) X(nodes) X(steps) X(pipes) X(slots) X(params) X(items) X(cparams) \
      X(natives) X(spans) X(sources)

void pel__build_free(pel_plan_build *b) {
  if (!b) return;
#define DEINIT(name) PEL_VEC_DEINIT(&b->name, b->alloc);
  PLAIN_ARRAYS(DEINIT)
  DEINIT(types)
  DEINIT(field_names)
  DEINIT(field_types)
  DEINIT(type_hashes)
  DEINIT(type_slots)
  DEINIT(consts)
#undef DEINIT
  pel__plan_release(b->plan);
  pel__alloc_free(b->alloc, b, sizeof *b);
}

#define PUSH(vec, value)                                                       \
  do {                                                                         \
    if ((vec)->n >= UINT32_MAX - 1 || !PEL_VEC_PUSH((vec), (value), b->alloc)) \
      b->failed = true;                                                        \
  } while (0)

pel_str pel__build_text(pel_plan_build *b, pel_str s) {
  char *p = pel__arena_text(&b->plan->arena, s.p ? s.p : "", s.n);
  if (!p) {
    b->failed = true;
    return (pel_str){"", 0};
  }
  return (pel_str){p, s.n};
}

/* ---- types, each kept once ---- */

static uint64_t hash_type(const pel_plan_build *b, const pel_build_type *t) {
  uint64_t h = pel__hash_u64((uint64_t)t->kind * 2 + t->nullable, 7);
  if (t->kind == PEL_LIST) h = pel__hash_combine(h, t->item);
  for (uint32_t i = 0; i < t->fields.n; i++) {
    const char *name = b->field_names.at[t->fields.at + i];
    h = pel__hash_combine(h, pel__hash_bytes(name, strlen(name), 0));
    h = pel__hash_combine(h, b->field_types.at[t->fields.at + i]);
  }
  return h;
}

static bool same_type(const pel_plan_build *b, const pel_build_type *x,
                      const pel_build_type *y) {
  if (x->kind != y->kind || x->nullable != y->nullable || x->fields.n != y->fields.n)
    return false;
  if (x->kind == PEL_LIST && x->item != y->item) return false;
  for (uint32_t i = 0; i < x->fields.n; i++) {
    size_t at = x->fields.at + i, to = y->fields.at + i;
    if (b->field_types.at[at] != b->field_types.at[to]) return false;
    if (strcmp(b->field_names.at[at], b->field_names.at[to]) != 0) return false;
  }
  return true;
}

static bool grow_slots(pel_plan_build *b) {
  size_t cap = b->type_slots.cap ? b->type_slots.cap * 2 : 64;
  uint32_t *at = pel__alloc_get(b->alloc, cap * sizeof *at);
  if (!at) return false;
  memset(at, 0, cap * sizeof *at);
  for (size_t i = 0; i < b->types.n; i++) {
    size_t s = b->type_hashes.at[i] & (cap - 1);
    while (at[s]) s = (s + 1) & (cap - 1);
    at[s] = (uint32_t)i + 1;
  }
  pel__alloc_free(b->alloc, b->type_slots.at, b->type_slots.cap * sizeof *at);
  b->type_slots.at = at;
  b->type_slots.cap = cap;
  return true;
}

/* The fields of t stand at the end of the field arrays; they are taken back when the type
 * was known. */
static uint32_t intern_type(pel_plan_build *b, pel_build_type t) {
  if (b->failed) return 0;
  if (b->types.n * 2 >= b->type_slots.cap && !grow_slots(b)) {
    b->failed = true;
    return 0;
  }
  uint64_t h = hash_type(b, &t);
  size_t mask = b->type_slots.cap - 1, s = h & mask;
  for (; b->type_slots.at[s]; s = (s + 1) & mask) {
    uint32_t i = b->type_slots.at[s] - 1;
    if (b->type_hashes.at[i] != h || !same_type(b, &b->types.at[i], &t)) continue;
    if (t.fields.n && t.fields.at + t.fields.n == b->field_types.n)
      b->field_types.n = b->field_names.n = t.fields.at;
    return i;
  }
  PUSH(&b->types, t);
  PUSH(&b->type_hashes, h);
  if (b->failed) return 0;
  b->type_slots.at[s] = (uint32_t)b->types.n;
  return (uint32_t)b->types.n - 1;
}

uint32_t pel__build_scalar(pel_plan_build *b, pel_kind kind, bool nullable) {
  return intern_type(b, (pel_build_type){.kind = kind, .nullable = nullable});
}

uint32_t pel__build_list(pel_plan_build *b, uint32_t item) {
  return intern_type(b, (pel_build_type){.kind = PEL_LIST, .item = item});
}

uint32_t pel__build_record(pel_plan_build *b, const pel_str *names, const uint32_t *types,
                           uint32_t n) {
  pel_build_type t = {.kind = PEL_RECORD, .fields = {(uint32_t)b->field_types.n, n}};
  for (uint32_t i = 0; i < n; i++) {
    const char *name = pel__build_text(b, names[i]).p;
    PUSH(&b->field_names, name);
    PUSH(&b->field_types, types[i]);
  }
  return intern_type(b, t);
}

uint32_t pel__build_nullable(pel_plan_build *b, uint32_t type, bool nullable) {
  if (b->failed) return 0;
  pel_build_type t = b->types.at[type];
  t.nullable = nullable;
  return intern_type(b, t);
}

/* Depth is that of the program's own types: sema and the parser bound it. */
uint32_t pel__build_type(pel_plan_build *b, const pel_type *t) {
  pel_build_type r = {.kind = t->kind, .nullable = t->nullable};
  if (t->kind == PEL_LIST) r.item = pel__build_type(b, t->item);
  if (t->kind == PEL_RECORD && t->nfields) {
    uint32_t *types = pel__alloc_get(b->alloc, t->nfields * sizeof *types);
    if (!types) {
      b->failed = true;
      return 0;
    }
    for (uint32_t i = 0; i < t->nfields; i++)
      types[i] = pel__build_type(b, t->fields[i].type);
    r.fields = (pel_range){(uint32_t)b->field_types.n, t->nfields};
    for (uint32_t i = 0; i < t->nfields; i++) {
      const char *name = pel__build_text(b, pel__str(t->fields[i].name)).p;
      PUSH(&b->field_names, name);
      PUSH(&b->field_types, types[i]);
    }
    pel__alloc_free(b->alloc, types, t->nfields * sizeof *types);
  }
  return intern_type(b, r);
}

/* ---- constants ---- */

static pel_const copy_const(pel_plan_build *b, const pel_const *c) {
  pel_const r = {.is_null = c->is_null};
  if (c->is_null) return r;
  switch ((int)c->type->kind) {
    case PEL_STR:
    case PEL_BYTES: {
      pel_str s = pel__build_text(b, (pel_str){c->as.s.p, c->as.s.n});
      r.as.s.p = s.p;
      r.as.s.n = s.n;
      break;
    }
    case PEL_LIST:
    case PEL_RECORD: {
      pel_const *at = PEL_ARENA_ARRAY(&b->plan->arena, pel_const, c->as.list.n);
      if (!at) {
        b->failed = true;
        break;
      }
      for (size_t i = 0; i < c->as.list.n; i++) at[i] = copy_const(b, &c->as.list.at[i]);
      r.as.list.at = at;
      r.as.list.n = c->as.list.n;
      break;
    }
    case PEL_F32:
    case PEL_F64:
      r.as.f = c->as.f;
      break;
    default:
      r.as.i = c->as.i;
      break;
  }
  return r;
}

uint32_t pel__build_const(pel_plan_build *b, const pel_const *c) {
  pel_build_const x = {pel__build_type(b, c->type), copy_const(b, c)};
  PUSH(&b->consts, x);
  return (uint32_t)b->consts.n - 1;
}

uint32_t pel__build_const_i64(pel_plan_build *b, int64_t value) {
  pel_type t = {.kind = PEL_I64};
  return pel__build_const(b, &(pel_const){.type = &t, .as.i = value});
}

uint32_t pel__build_const_str(pel_plan_build *b, const char *text) {
  pel_type t = {.kind = PEL_STR};
  return pel__build_const(b, &(pel_const){.type = &t, .as.s = {text, strlen(text)}});
}

/* ---- the rest ---- */

uint32_t pel__build_op(pel_plan_build *b, const char *name, const char *sig,
                       pel_op_kind kind) {
  for (size_t i = 0; i < b->ops.n; i++)
    if (pel__str_is(b->ops.at[i].name, name) && pel__str_is(b->ops.at[i].sig, sig) &&
        b->ops.at[i].kind == kind)
      return (uint32_t)i;
  pel_plan_op x = {pel__build_text(b, pel__str(name)), pel__build_text(b, pel__str(sig)),
                   kind};
  PUSH(&b->ops, x);
  return (uint32_t)b->ops.n - 1;
}

uint32_t pel__build_span(pel_plan_build *b, pel_span span) {
  if (span.line == 0) return PEL_NONE;
  if (b->spans.n && memcmp(&b->spans.at[b->spans.n - 1], &span, sizeof span) == 0)
    return (uint32_t)b->spans.n - 1;
  PUSH(&b->spans, span);
  return (uint32_t)b->spans.n - 1;
}

#define BUILD_RANGE(fn, T, field)                            \
  pel_range fn(pel_plan_build *b, const T *at, uint32_t n) { \
    pel_range r = {(uint32_t)b->field.n, n};                 \
    for (uint32_t i = 0; i < n; i++) PUSH(&b->field, at[i]); \
    return r;                                                \
  }
BUILD_RANGE(pel__build_args, uint32_t, args)
BUILD_RANGE(pel__build_reg_types, uint32_t, reg_types)
BUILD_RANGE(pel__build_ranges, pel_range, ranges)
BUILD_RANGE(pel__build_instrs, pel_instr, instrs)
BUILD_RANGE(pel__build_node_args, pel_plan_arg, node_args)
BUILD_RANGE(pel__build_steps, pel_plan_step, steps)
BUILD_RANGE(pel__build_cparams, pel_cparam, cparams)

pel_range pel__build_names(pel_plan_build *b, const pel_str *at, uint32_t n) {
  pel_range r = {(uint32_t)b->names.n, n};
  for (uint32_t i = 0; i < n; i++) PUSH(&b->names, pel__build_text(b, at[i]));
  return r;
}

#define BUILD_ONE(fn, T, field)         \
  uint32_t fn(pel_plan_build *b, T x) { \
    PUSH(&b->field, x);                 \
    return (uint32_t)b->field.n - 1;    \
  }
BUILD_ONE(pel__build_prog, pel_prog, progs)
BUILD_ONE(pel__build_node, pel_plan_node, nodes)
BUILD_ONE(pel__build_pipe, pel_plan_pipe, pipes)
BUILD_ONE(pel__build_slot, pel_plan_slot, slots)
BUILD_ONE(pel__build_param, pel_plan_param, params)
BUILD_ONE(pel__build_item, pel_plan_item, items)
BUILD_ONE(pel__build_native, pel_native, natives)

uint32_t pel__build_source(pel_plan_build *b, pel_str name, pel_str text) {
  pel_plan_source x = {pel__build_text(b, name), pel__build_text(b, text)};
  PUSH(&b->sources, x);
  return (uint32_t)b->sources.n - 1;
}

/* ---- sealing ---- */

static bool seal_types(pel_plan_build *b) {
  pel_plan_data *p = b->plan;
  p->types = PEL_ARENA_ARRAY(&p->arena, pel_type, b->types.n);
  if (!p->types) return false;
  p->n_types = (uint32_t)b->types.n;
  for (uint32_t i = 0; i < p->n_types; i++) {
    const pel_build_type *t = &b->types.at[i];
    pel_type *r = &p->types[i];
    r->kind = t->kind;
    r->nullable = t->nullable;
    if (t->kind == PEL_LIST) r->item = &p->types[t->item];
    if (t->kind != PEL_RECORD) continue;
    pel_field *fields = PEL_ARENA_ARRAY(&p->arena, pel_field, t->fields.n);
    if (!fields) return false;
    for (uint32_t f = 0; f < t->fields.n; f++)
      fields[f] = (pel_field){b->field_names.at[t->fields.at + f],
                              &p->types[b->field_types.at[t->fields.at + f]]};
    r->fields = fields;
    r->nfields = t->fields.n;
  }
  return true;
}

static void type_const(pel_const *c, const pel_type *t) {
  c->type = t;
  if (c->is_null || (t->kind != PEL_LIST && t->kind != PEL_RECORD)) return;
  for (size_t i = 0; i < c->as.list.n; i++)
    type_const((pel_const *)(uintptr_t)&c->as.list.at[i],
               t->kind == PEL_LIST ? t->item : t->fields[i].type);
}

static bool seal_consts(pel_plan_build *b) {
  pel_plan_data *p = b->plan;
  p->consts = PEL_ARENA_ARRAY(&p->arena, pel_const, b->consts.n);
  if (!p->consts) return false;
  p->n_consts = (uint32_t)b->consts.n;
  for (uint32_t i = 0; i < p->n_consts; i++) {
    p->consts[i] = b->consts.at[i].value;
    type_const(&p->consts[i], &p->types[b->consts.at[i].type]);
  }
  return true;
}

pel_status pel__build_seal(pel_plan_build *b, pel_plan_data **out, pel_error *e) {
  pel_plan_data *p = b->plan;
  if (b->failed || !seal_types(b) || !seal_consts(b))
    return pel_error_set(e, PEL_E_NOMEM, "no memory for the plan");
#define SEAL(name)                                                              \
  p->name = pel__arena_array(&p->arena, b->name.n, sizeof *b->name.at);         \
  if (!p->name) return pel_error_set(e, PEL_E_NOMEM, "no memory for the plan"); \
  if (b->name.n) memcpy(p->name, b->name.at, b->name.n * sizeof *b->name.at);   \
  p->n_##name = (uint32_t)b->name.n;
  PLAIN_ARRAYS(SEAL)
#undef SEAL
  pel_status s = pel__plan_verify(p, e);
  if (s != PEL_OK) return s;
  *out = pel__plan_retain(p);
  return PEL_OK;
}
