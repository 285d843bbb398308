#include <string.h>

#include "runtime/api/api.h"
#include "runtime/base/check.h"

/* What a table borrows: numeric columns stay where the host has them. */
typedef struct lender {
  const pel_alloc *alloc;
  struct ArrowArray array;
} lender;

static void give_back(void *owner) {
  lender *l = owner;
  if (l->array.release) l->array.release(&l->array);
  pel__alloc_free(l->alloc, l, sizeof *l);
}

static bool format_fits(const char *f, pel_kind k) {
  static const char *const one[PEL_KIND_COUNT] = {"",  "b", "c",   "s", "i",  "l",
                                                  "C", "S", "I",   "L", "f",  "g",
                                                  "",  "",  "tdD", "",  "tDu"};
  if (k == PEL_STR) return !strcmp(f, "u") || !strcmp(f, "U");
  if (k == PEL_BYTES) return !strcmp(f, "z") || !strcmp(f, "Z");
  if (k == PEL_TIME) return !strcmp(f, "tsu:") || !strcmp(f, "tsu:UTC");
  return k < PEL_LIST && one[k][0] && !strcmp(f, one[k]);
}

static bool bit(const uint8_t *bits, int64_t i) { return bits[i / 8] >> (i % 8) & 1; }

typedef struct source {
  const struct ArrowSchema *schema;
  const struct ArrowArray *array;
  int64_t first; /* the parent's offset is added */
  uint64_t rows;
} source;

static pel_status states(const source *x, const pel_type *t, const char *name,
                         pel_arena *heap, pel_col *out, pel_error *err) {
  const uint8_t *validity = x->array->null_count == 0 ? NULL : x->array->buffers[0];
  if (!validity) return PEL_OK;
  uint8_t *s = pel__arena_get(heap, (size_t)x->rows + 1);
  if (!s) return PEL_E_NOMEM;
  bool any = false;
  for (uint64_t i = 0; i < x->rows; i++) {
    s[i] = bit(validity, x->first + (int64_t)i) ? PEL_VALID : PEL_NULL;
    any |= s[i] == PEL_NULL;
  }
  if (any && !t->nullable)
    return pel_error_set(err, PEL_E_INVALID,
                         "column `%s` has nulls, and its type has no `?`", name);
  out->state = any ? s : NULL;
  return PEL_OK;
}

static pel_status text_views(const source *x, const pel_col *c, const char *name,
                             pel_arena *heap, pel_view *out, pel_error *err) {
  const bool wide = x->schema->format[0] == 'U' || x->schema->format[0] == 'Z';
  const bool check = c->type->kind == PEL_STR;
  const char *bytes = x->array->buffers[2];
  (void)heap;
  for (uint64_t i = 0; i < x->rows; i++) {
    const int64_t at = x->first + (int64_t)i;
    const int64_t from = wide ? ((const int64_t *)x->array->buffers[1])[at]
                              : ((const int32_t *)x->array->buffers[1])[at];
    const int64_t to = wide ? ((const int64_t *)x->array->buffers[1])[at + 1]
                            : ((const int32_t *)x->array->buffers[1])[at + 1];
    out[i] = pel_view_of(NULL, 0);
    if (c->state && c->state[i] != PEL_VALID) continue;
    if (to < from || to - from > (int64_t)UINT32_MAX)
      return pel_error_set(err, PEL_E_INVALID,
                           "column `%s`: offsets go wrong at row %llu", name,
                           (unsigned long long)i);
    if (check &&
        pel__utf8_valid(bytes + from, (size_t)(to - from)) != (size_t)(to - from))
      return pel_error_set(err, PEL_E_INVALID, "column `%s`: row %llu is not valid UTF-8",
                           name, (unsigned long long)i);
    if (to > from) out[i] = pel_view_of(bytes + from, (uint32_t)(to - from));
  }
  return PEL_OK;
}

static pel_status column(const source *x, const pel_type *t, const char *name,
                         pel_arena *heap, pel_col *out, pel_error *err) {
  size_t bytes;
  const uint32_t width = pel__kind_width(t->kind);
  *out = (pel_col){.type = t};
  if (!format_fits(x->schema->format, t->kind))
    return pel_error_set(
        err, PEL_E_INVALID,
        "column `%s` has the Arrow format \"%s\", which is not the parameter's type",
        name, x->schema->format);
  pel_status s = states(x, t, name, heap, out, err);
  if (s) return s;
  if (t->kind != PEL_BOOL && t->kind != PEL_STR && t->kind != PEL_BYTES) {
    out->data = (char *)(uintptr_t)x->array->buffers[1] + (size_t)x->first * width;
    return PEL_OK;
  }
  if (!pel__size_mul((size_t)x->rows + 1, width, &bytes) ||
      !(out->data = pel__arena_get(heap, bytes)))
    return PEL_E_NOMEM;
  if (t->kind != PEL_BOOL) return text_views(x, out, name, heap, out->data, err);
  for (uint64_t i = 0; i < x->rows; i++)
    ((uint8_t *)out->data)[i] = bit(x->array->buffers[1], x->first + (int64_t)i);
  return PEL_OK;
}

static const struct ArrowSchema *child_named(const struct ArrowSchema *s, pel_str name,
                                             int64_t *at) {
  for (int64_t i = 0; i < s->n_children; i++)
    if (s->children[i]->name && pel__str_is(name, s->children[i]->name))
      return *at = i, s->children[i];
  return NULL;
}

static pel_status columns(const pel_type *const *types, const pel_str *names, uint32_t n,
                          bool record, const struct ArrowSchema *schema,
                          const struct ArrowArray *array, pel_table *t, pel_error *err) {
  for (uint32_t c = 0; c < n; c++) {
    int64_t at = 0;
    source x = {schema, array, array->offset, t->rows};
    char *name = pel__arena_text(&t->heap, names[c].p ? names[c].p : "", names[c].n);
    if (!name) return PEL_E_NOMEM;
    if (record) {
      x.schema = child_named(schema, names[c], &at);
      if (!x.schema)
        return pel_error_set(err, PEL_E_INVALID, "the table has no column `%s`", name);
      x.array = array->children[at];
      x.first = array->offset + x.array->offset;
      if (x.array->length < array->offset + array->length)
        return pel_error_set(err, PEL_E_INVALID, "column `%s` is shorter than its table",
                             name);
    }
    const pel_status s = column(&x, types[c], name, &t->heap, &t->cols[c], err);
    if (s) return s;
  }
  return PEL_OK;
}

pel_status pel__arrow_import(const pel_alloc *alloc, const pel_type *const *types,
                             const pel_str *names, uint32_t n, pel_value_shape shape,
                             struct ArrowSchema *schema, struct ArrowArray *array,
                             pel_table **out, pel_error *err) {
  const bool record = shape == PEL_VALUE_TABLE || shape == PEL_VALUE_RECORD;
  if (!schema->release || !array->release)
    return pel_error_set(err, PEL_E_INVALID,
                         "the Arrow structs have been released already");
  if (record && strcmp(schema->format, "+s"))
    return pel_error_set(err, PEL_E_INVALID,
                         "a table wants the Arrow format \"+s\", not \"%s\"",
                         schema->format);
  if (shape == PEL_VALUE_SCALAR && array->length != 1)
    return pel_error_set(err, PEL_E_INVALID, "a scalar wants an array of length 1");
  if (array->length < 0 || array->offset < 0)
    return pel_error_set(err, PEL_E_INVALID, "an Arrow array has a negative length");
  pel_table *t = pel__alloc_get(alloc, sizeof *t);
  lender *l = pel__alloc_get(alloc, sizeof *l);
  pel_status s = t && l ? PEL_OK : PEL_E_NOMEM;
  if (t) {
    *t = (pel_table){.alloc = alloc, .rows = (uint64_t)array->length, .ncols = n};
    pel__store_u32(&t->refs, 1, PEL_RELAXED); /* not shared yet */
    pel__arena_init(&t->heap, alloc);
    t->cols = PEL_ARENA_ARRAY(&t->heap, pel_col, n + 1);
    if (!t->cols) s = PEL_E_NOMEM;
  }
  if (!s) s = columns(types, names, n, record, schema, array, t, err);
  if (s) {
    if (t) pel__table_release(t);
    pel__alloc_free(alloc, l, sizeof *l);
    return s == PEL_E_NOMEM ? pel_error_set(err, s, "no memory for a table") : s;
  }
  *l = (lender){alloc, *array};
  array->release = NULL;
  t->release = give_back;
  t->owner = l;
  *out = t;
  return PEL_OK;
}
