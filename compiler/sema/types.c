#include "compiler/sema/types.h"

#define SCALAR(k, null) [k] = {.kind = PEL_TY_SCALAR, .nullable = (null), .scalar = (k)}
#define SCALARS(null)                                                            \
  {                                                                              \
    SCALAR(PEL_BOOL, null), SCALAR(PEL_I8, null), SCALAR(PEL_I16, null),         \
        SCALAR(PEL_I32, null), SCALAR(PEL_I64, null), SCALAR(PEL_U8, null),      \
        SCALAR(PEL_U16, null), SCALAR(PEL_U32, null), SCALAR(PEL_U64, null),     \
        SCALAR(PEL_F32, null), SCALAR(PEL_F64, null), SCALAR(PEL_STR, null),     \
        SCALAR(PEL_BYTES, null), SCALAR(PEL_DATE, null), SCALAR(PEL_TIME, null), \
        SCALAR(PEL_DUR, null),                                                   \
  }
static const pel_ty scalars[2][PEL_DUR + 1] = {SCALARS(false), SCALARS(true)};

#define RUNTIME(k, null) [k] = {.kind = (k), .nullable = (null)}
#define RUNTIMES(null)                                                              \
  {                                                                                 \
    RUNTIME(PEL_BOOL, null), RUNTIME(PEL_I8, null), RUNTIME(PEL_I16, null),         \
        RUNTIME(PEL_I32, null), RUNTIME(PEL_I64, null), RUNTIME(PEL_U8, null),      \
        RUNTIME(PEL_U16, null), RUNTIME(PEL_U32, null), RUNTIME(PEL_U64, null),     \
        RUNTIME(PEL_F32, null), RUNTIME(PEL_F64, null), RUNTIME(PEL_STR, null),     \
        RUNTIME(PEL_BYTES, null), RUNTIME(PEL_DATE, null), RUNTIME(PEL_TIME, null), \
        RUNTIME(PEL_DUR, null),                                                     \
  }
static const pel_type runtimes[2][PEL_DUR + 1] = {RUNTIMES(false), RUNTIMES(true)};

static const char *const kind_names[PEL_DUR + 1] = {
    [PEL_BOOL] = "bool",   [PEL_I8] = "i8",     [PEL_I16] = "i16",   [PEL_I32] = "i32",
    [PEL_I64] = "i64",     [PEL_U8] = "u8",     [PEL_U16] = "u16",   [PEL_U32] = "u32",
    [PEL_U64] = "u64",     [PEL_F32] = "f32",   [PEL_F64] = "f64",   [PEL_STR] = "str",
    [PEL_BYTES] = "bytes", [PEL_DATE] = "date", [PEL_TIME] = "time", [PEL_DUR] = "dur",
};

const pel_ty pel__ty_error = {.kind = PEL_TY_ERROR};
static const pel_ty ty_null = {.kind = PEL_TY_NULL, .nullable = true};

const char *pel__kind_name(pel_kind k) {
  return k <= PEL_DUR && kind_names[k] ? kind_names[k] : "?";
}

pel_kind pel__kind_named(pel_str name) {
  for (int k = PEL_BOOL; k <= PEL_DUR; k++)
    if (pel__str_is(name, kind_names[k])) return (pel_kind)k;
  return PEL_KIND_NONE;
}

bool pel__kind_int(pel_kind k) { return k >= PEL_I8 && k <= PEL_U64; }
bool pel__kind_float(pel_kind k) { return k == PEL_F32 || k == PEL_F64; }
bool pel__kind_num(pel_kind k) { return k >= PEL_I8 && k <= PEL_F64; }

const pel_ty *pel__ty_scalar(pel_kind kind) { return &scalars[0][kind]; }
const pel_ty *pel__ty_null(void) { return &ty_null; }

static pel_ty *ty_new(pel_sema *s, pel_tykind kind) {
  pel_ty *t = PEL_ARENA_NEW(s->arena, pel_ty);
  if (!t) {
    s->oom = true;
    return NULL;
  }
  t->kind = kind;
  return t;
}

const pel_ty *pel__ty_array(pel_sema *s, const pel_ty *item, uint32_t size) {
  if (item->kind == PEL_TY_ERROR) return item;
  pel_ty *t = ty_new(s, PEL_TY_ARRAY);
  if (!t) return &pel__ty_error;
  t->item = item;
  t->size = size;
  return t;
}

const pel_ty *pel__ty_list(pel_sema *s, const pel_ty *item, uint32_t size) {
  if (item->kind == PEL_TY_ERROR) return item;
  pel_ty *t = ty_new(s, PEL_TY_LIST);
  if (!t) return &pel__ty_error;
  t->item = item;
  t->size = size;
  return t;
}

const pel_ty *pel__ty_like(pel_sema *s, const pel_ty *like, const pel_ty *item) {
  return like->kind == PEL_TY_LIST ? pel__ty_list(s, item, like->size)
                                   : pel__ty_array(s, item, like->size);
}

pel_ty *pel__ty_fields(pel_sema *s, pel_tykind kind, uint32_t n) {
  pel_ty *t = ty_new(s, kind);
  if (!t) return NULL;
  t->fields = PEL_ARENA_ARRAY(s->arena, pel_tyfield, n);
  if (!t->fields) {
    s->oom = true;
    return NULL;
  }
  t->nfields = n;
  for (uint32_t i = 0; i < n; i++) t->fields[i].type = &pel__ty_error;
  return t;
}

static uint64_t weight_of(const pel_ty *t) {
  while (t->item) t = t->item;
  return 1 + (uint64_t)t->weight;
}

const pel_ty *pel__ty_weighed(pel_sema *s, pel_ty *t, pel_span span) {
  uint64_t sum = 0;
  if (!t) return &pel__ty_error;
  for (uint32_t i = 0; i < t->nfields; i++) sum += weight_of(t->fields[i].type);
  if (sum <= PEL_SEMA_NODES) {
    t->weight = (uint32_t)sum;
    return t;
  }
  pel__sema_error(s, PEL_E0219, span, "this type holds more than a million others");
  return &pel__ty_error;
}

const pel_ty *pel__ty_nullable(pel_sema *s, const pel_ty *t, bool nullable) {
  if (t->nullable == nullable || t->kind == PEL_TY_ERROR || t->kind == PEL_TY_NULL)
    return t;
  if (t->kind == PEL_TY_SCALAR) return &scalars[nullable][t->scalar];
  pel_ty *u = ty_new(s, t->kind);
  if (!u) return &pel__ty_error;
  *u = *t;
  u->nullable = nullable;
  return u;
}

const pel_ty *pel__ty_unnamed(pel_sema *s, const pel_ty *t) {
  if (!t->name.n) return t;
  pel_ty *u = ty_new(s, t->kind);
  if (!u) return t;
  *u = *t;
  u->name = (pel_str){0};
  return u;
}

static bool fields_same(const pel_ty *a, const pel_ty *b) {
  if (a->nfields != b->nfields) return false;
  for (uint32_t i = 0; i < a->nfields; i++) {
    if (!pel__str_eq(a->fields[i].name, b->fields[i].name)) return false;
    if (!pel__ty_same(a->fields[i].type, b->fields[i].type)) return false;
  }
  return true;
}

bool pel__ty_same(const pel_ty *a, const pel_ty *b) {
  if (a == b || a->kind == PEL_TY_ERROR || b->kind == PEL_TY_ERROR) return true;
  if (a->kind != b->kind || a->nullable != b->nullable) return false;
  if (a->kind == PEL_TY_SCALAR) return a->scalar == b->scalar;
  if (a->kind == PEL_TY_ARRAY || a->kind == PEL_TY_LIST)
    return pel__ty_same(a->item, b->item);
  return fields_same(a, b);
}

bool pel__ty_broken(const pel_ty *t) {
  if (t->kind == PEL_TY_ERROR) return true;
  if (t->item) return pel__ty_broken(t->item);
  for (uint32_t i = 0; i < t->nfields; i++)
    if (pel__ty_broken(t->fields[i].type)) return true;
  return false;
}

bool pel__ty_is_table(const pel_ty *t) {
  return t->kind == PEL_TY_ARRAY && !t->nullable && t->item->kind == PEL_TY_RECORD &&
         !t->item->nullable;
}

pel_shape pel__ty_shape(const pel_ty *t) {
  if (t->kind == PEL_TY_RECORD)
    return t->nullable ? PEL_SHAPE_SCALAR : PEL_SHAPE_RECORD; /* null as a whole */
  if (t->kind == PEL_TY_SCALAR) return PEL_SHAPE_SCALAR;
  return pel__ty_is_table(t) ? PEL_SHAPE_TABLE : PEL_SHAPE_ARRAY;
}

uint32_t pel__ty_field(const pel_ty *record, pel_str name) {
  for (uint32_t i = 0; i < record->nfields; i++)
    if (pel__str_eq(record->fields[i].name, name)) return i;
  return UINT32_MAX;
}

/* ---- types as operators see them ---- */

static const pel_type *runtime_record(pel_sema *s, const pel_ty *t) {
  pel_type *r = PEL_ARENA_NEW(s->arena, pel_type);
  pel_field *f = PEL_ARENA_ARRAY(s->arena, pel_field, t->nfields);
  if (!r || !f) return NULL;
  for (uint32_t i = 0; i < t->nfields; i++) {
    f[i].name = pel__arena_text(s->arena, t->fields[i].name.p, t->fields[i].name.n);
    f[i].type = pel__ty_runtime(s, t->fields[i].type);
    if (!f[i].name || !f[i].type) return NULL;
  }
  *r = (pel_type){
      .kind = PEL_RECORD, .nullable = t->nullable, .nfields = t->nfields, .fields = f};
  return r;
}

const pel_type *pel__ty_runtime(pel_sema *s, const pel_ty *t) {
  if (t->kind == PEL_TY_SCALAR) return &runtimes[t->nullable][t->scalar];
  const pel_type *r = NULL;
  if (t->kind == PEL_TY_RECORD || t->kind == PEL_TY_TUPLE) {
    r = runtime_record(s, t);
  } else if (t->kind == PEL_TY_ARRAY || t->kind == PEL_TY_LIST) {
    pel_type *l = PEL_ARENA_NEW(s->arena, pel_type);
    if (l) {
      *l = (pel_type){
          .kind = PEL_LIST, .nullable = t->nullable, .item = pel__ty_runtime(s, t->item)};
      if (l->item) r = l;
    }
  } else {
    return &runtimes[1][PEL_BOOL]; /* an error or a bare null: nobody runs it */
  }
  if (!r) s->oom = true;
  return r;
}

static const pel_ty *record_from_runtime(pel_sema *s, const pel_type *t) {
  pel_ty *r = pel__ty_fields(s, PEL_TY_RECORD, t->nfields);
  if (!r) return &pel__ty_error;
  for (uint32_t i = 0; i < t->nfields; i++) {
    const char *z = t->fields[i].name;
    size_t n = strlen(z);
    r->fields[i].name = (pel_str){pel__arena_text(s->arena, z, n), n};
    r->fields[i].type = pel__ty_from_runtime(s, t->fields[i].type, PEL_SIZE_ANY);
    if (!r->fields[i].name.p) {
      s->oom = true;
      return &pel__ty_error;
    }
  }
  return r;
}

const pel_ty *pel__ty_from_runtime(pel_sema *s, const pel_type *t, uint32_t size) {
  const pel_ty *r = &pel__ty_error;
  if (t->kind >= PEL_BOOL && t->kind <= PEL_DUR) return &scalars[t->nullable][t->kind];
  if (t->kind == PEL_LIST)
    r = pel__ty_list(s, pel__ty_from_runtime(s, t->item, PEL_SIZE_ANY), size);
  else if (t->kind == PEL_RECORD)
    r = record_from_runtime(s, t);
  return pel__ty_nullable(s, r, t->nullable);
}
