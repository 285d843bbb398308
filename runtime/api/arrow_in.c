#include <string.h>

#include "runtime/api/arrow.h"
#include "runtime/base/calendar.h"
#include "runtime/base/check.h"

/* A host's structs are trusted for one thing only: that a buffer is as long as length,
 * offset and offsets say, since the interface does not tell. A table is taken as one
 * column of records, so that columns, fields and items go the same way. */

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

/* Rows of one array on their way into a column. */
typedef struct source {
  const pel_arrow_place *place;
  const struct ArrowSchema *schema;
  const struct ArrowArray *array;
  uint64_t first, rows;  /* the array's own offset is in first */
  const uint8_t *parent; /* PEL_VALID where the cell around it counts; NULL: everywhere */
  pel_arena *heap;       /* the table's */
  pel_arena *temp;
  pel_error *err;
} source;

static bool bit(const uint8_t *bits, uint64_t i) { return bits[i / 8] >> (i % 8) & 1; }

static bool counts(const source *x, const pel_col *c, uint64_t i) {
  return (!x->parent || x->parent[i] == PEL_VALID) &&
         (!c->state || c->state[i] == PEL_VALID);
}

static pel_status null_cell(const source *x, const pel_type *t, uint64_t row) {
  pel_buf b;
  pel__buf_init(&b, NULL);
  pel__type_print(t, &b);
  const pel_status s = pel__arrow_refuse(
      x->place, x->err, "row %llu is null, and its type %.200s has no `?`",
      (unsigned long long)row, pel__buf_z(&b));
  pel__buf_deinit(&b);
  return s;
}

static pel_status states(const source *x, const pel_type *t, pel_col *out) {
  const uint8_t *validity = x->array->buffers[0];
  const bool whole = (int64_t)x->rows == x->array->length;
  if (!validity) return PEL_OK;
  uint8_t *s = pel__arena_get(t->nullable ? x->heap : x->temp, (size_t)x->rows + 1);
  if (!s) return PEL_E_NOMEM;
  int64_t nulls = 0;
  for (uint64_t i = 0; i < x->rows; i++) {
    const bool valid = bit(validity, x->first + i);
    s[i] = valid ? PEL_VALID : PEL_NULL;
    nulls += !valid;
    if (!valid && !t->nullable && counts(x, out, i)) return null_cell(x, t, i);
  }
  const int64_t said = x->array->null_count;
  if (said >= 0 && (nulls > said || (whole && nulls != said)))
    return pel__arrow_refuse(
        x->place, x->err,
        "it says that %lld values are null, and its validity buffer says %lld",
        (long long)said, (long long)nulls);
  out->state = nulls ? s : NULL;
  return PEL_OK;
}

/* Offset i of a list or text, from a buffer that need not be aligned. */
static int64_t offset_at(const source *x, uint64_t i) {
  const char c = x->schema->format[x->schema->format[0] == '+'];
  const char *p = x->array->buffers[1];
  if (c == 'U' || c == 'Z' || c == 'L') {
    int64_t v;
    memcpy(&v, p + i * sizeof v, sizeof v);
    return v;
  }
  int32_t v;
  memcpy(&v, p + i * sizeof v, sizeof v);
  return v;
}

/* They ascend also over nulls, as Arrow says. */
static pel_status check_offsets(const source *x, int64_t *first, int64_t *end) {
  int64_t before = x->rows ? offset_at(x, x->first) : 0;
  *first = *end = before;
  if (before < 0)
    return pel__arrow_refuse(x->place, x->err, "its first offset is negative: %lld",
                             (long long)before);
  for (uint64_t i = 0; i < x->rows; i++) {
    const int64_t now = offset_at(x, x->first + i + 1);
    if (now < before)
      return pel__arrow_refuse(
          x->place, x->err, "its offsets do not ascend: row %llu goes from %lld to %lld",
          (unsigned long long)i, (long long)before, (long long)now);
    before = *end = now;
  }
  return PEL_OK;
}

static pel_status text(const source *x, pel_col *c) {
  const bool check = c->type->kind == PEL_STR;
  const char *bytes = x->array->buffers[2];
  size_t size;
  int64_t from, to;
  pel_status s = check_offsets(x, &from, &to);
  if (s) return s;
  if (to > from && !bytes)
    return pel__arrow_refuse(x->place, x->err,
                             "it has %lld bytes of text, and its buffer of bytes is NULL",
                             (long long)(to - from));
  if (!pel__size_mul((size_t)x->rows + 1, sizeof(pel_view), &size)) return PEL_E_NOMEM;
  pel_view *out = pel__arena_get(x->heap, size);
  if (!out) return PEL_E_NOMEM;
  c->data = out;
  for (uint64_t i = 0; i < x->rows; i++, from = to) {
    to = offset_at(x, x->first + i + 1);
    const size_t n = (size_t)(to - from);
    out[i] = pel_view_of(NULL, 0);
    if (!n || !counts(x, c, i)) continue;
    if (n > UINT32_MAX)
      return pel__arrow_refuse(x->place, x->err, "row %llu is longer than 4 GiB",
                               (unsigned long long)i);
    if (check && pel__utf8_valid(bytes + from, n) != n)
      return pel__arrow_refuse(x->place, x->err, "row %llu is not valid UTF-8",
                               (unsigned long long)i);
    out[i] = pel_view_of(bytes + from, (uint32_t)n);
  }
  return PEL_OK;
}

static pel_status bools(const source *x, pel_col *c) {
  uint8_t *out = pel__arena_get(x->heap, (size_t)x->rows + 1);
  if (!out) return PEL_E_NOMEM;
  for (uint64_t i = 0; i < x->rows; i++) out[i] = bit(x->array->buffers[1], x->first + i);
  c->data = out;
  return PEL_OK;
}

static pel_status in_years(const source *x, const pel_col *c) {
  const bool date = c->type->kind == PEL_DATE;
  for (uint64_t i = 0; i < x->rows; i++) {
    const int64_t v =
        date ? ((const int32_t *)c->data)[i] : ((const int64_t *)c->data)[i];
    if (!(date ? pel__date_valid(v) : pel__time_valid(v)) && counts(x, c, i))
      return pel__arrow_refuse(x->place, x->err,
                               "row %llu (%lld) lies outside the years 1 to 9999",
                               (unsigned long long)i, (long long)v);
  }
  return PEL_OK;
}

/* Stays where the host has it, unless it is not aligned. */
static pel_status numbers(const source *x, pel_col *c) {
  const uint32_t width = pel_kind_width(c->type->kind);
  const char *p = x->array->buffers[1];
  if (p && x->rows) p += x->first * width;
  if (!p || !x->rows || (uintptr_t)p % width) {
    c->data = pel__arena_get(x->heap, (size_t)x->rows * width + 1);
    if (!c->data) return PEL_E_NOMEM;
    if (x->rows) memcpy(c->data, p, (size_t)x->rows * width);
  } else {
    c->data = (char *)(uintptr_t)p;
  }
  return c->type->kind == PEL_DATE || c->type->kind == PEL_TIME ? in_years(x, c) : PEL_OK;
}

static pel_status column(const source *x, const pel_type *t, pel_col *out);

/* Which items stand in a list that counts. */
static const uint8_t *items_that_count(const source *x, const pel_col *c) {
  const int64_t *at = c->data;
  uint8_t *out = pel__arena_get(x->temp, (size_t)at[x->rows] + 1);
  for (uint64_t i = 0; out && i < x->rows; i++)
    memset(out + at[i], counts(x, c, i) ? PEL_VALID : PEL_NULL,
           (size_t)(at[i + 1] - at[i]));
  return out;
}

static pel_status list(const source *x, pel_col *c) {
  int64_t from, to;
  size_t size;
  pel_status s = check_offsets(x, &from, &to);
  if (s) return s;
  const struct ArrowArray *child = x->array->children[0];
  const pel_arrow_place place = {x->place, PEL_STR("[]")};
  s = pel__arrow_check(&place, c->type->item, x->schema->children[0], child, x->err);
  if (s) return s;
  if (to > child->length)
    return pel__arrow_refuse(x->place, x->err,
                             "its offsets reach item %lld, and there are %lld",
                             (long long)to, (long long)child->length);
  if (!pel__size_mul((size_t)x->rows + 1, sizeof(int64_t), &size)) return PEL_E_NOMEM;
  int64_t *at = pel__arena_get(x->heap, size);
  c->child = PEL_ARENA_NEW(x->heap, pel_col);
  if (!at || !c->child) return PEL_E_NOMEM;
  at[0] = 0;
  for (uint64_t i = 0; i < x->rows; i++)
    at[i + 1] = offset_at(x, x->first + i + 1) - from;
  c->data = at;
  source items = *x;
  items.place = &place;
  items.schema = x->schema->children[0];
  items.array = child;
  items.first = (uint64_t)(child->offset + from);
  items.rows = (uint64_t)(to - from);
  items.parent = NULL;
  if ((x->parent || c->state) && !(items.parent = items_that_count(x, c)))
    return PEL_E_NOMEM;
  return column(&items, c->type->item, c->child);
}

static pel_status field_named(const source *x, const char *name, int64_t *out) {
  *out = -1;
  for (int64_t i = 0; i < x->schema->n_children; i++) {
    const char *given = x->schema->children[i]->name;
    if (!given || strcmp(given, name)) continue;
    if (*out >= 0)
      return pel__arrow_refuse(x->place, x->err, "it has two columns `%.100s`", name);
    *out = i;
  }
  return *out >= 0
             ? PEL_OK
             : pel__arrow_refuse(x->place, x->err, "it has no column `%.100s`", name);
}

/* Which rows of a record count: where neither it nor what is around it is null. */
static pel_status rows_that_count(const source *x, const pel_col *c,
                                  const uint8_t **out) {
  *out = c->state ? c->state : x->parent;
  if (!c->state || !x->parent) return PEL_OK;
  uint8_t *both = pel__arena_get(x->temp, (size_t)x->rows + 1);
  for (uint64_t i = 0; both && i < x->rows; i++)
    both[i] = counts(x, c, i) ? PEL_VALID : PEL_NULL;
  *out = both;
  return both ? PEL_OK : PEL_E_NOMEM;
}

static pel_status record(const source *x, pel_col *c) {
  const pel_type *t = c->type;
  const uint8_t *parent;
  pel_status s = rows_that_count(x, c, &parent);
  c->child = PEL_ARENA_ARRAY(x->heap, pel_col, t->nfields + 1);
  if (!c->child) s = PEL_E_NOMEM;
  for (uint32_t f = 0; !s && f < t->nfields; f++) {
    int64_t at = 0;
    const pel_arrow_place place = {x->place, pel__str(t->fields[f].name)};
    s = field_named(x, t->fields[f].name, &at);
    if (s) return s;
    source y = *x;
    y.place = &place;
    y.schema = x->schema->children[at];
    y.array = x->array->children[at];
    y.parent = parent;
    s = pel__arrow_check(&place, t->fields[f].type, y.schema, y.array, x->err);
    if (s) return s;
    if ((uint64_t)y.array->length < x->first + x->rows)
      return pel__arrow_refuse(
          &place, x->err, "it has %lld values where its parent asks for %llu",
          (long long)y.array->length, (unsigned long long)(x->first + x->rows));
    y.first = x->first + (uint64_t)y.array->offset;
    s = column(&y, t->fields[f].type, &c->child[f]);
  }
  return s;
}

static pel_status column(const source *x, const pel_type *t, pel_col *out) {
  *out = (pel_col){.type = t};
  pel_status s = states(x, t, out);
  if (s) return s;
  if (t->kind == PEL_BOOL)
    s = bools(x, out);
  else if (t->kind == PEL_STR || t->kind == PEL_BYTES)
    s = text(x, out);
  else if (t->kind == PEL_LIST)
    s = list(x, out);
  else if (t->kind == PEL_RECORD)
    s = record(x, out);
  else
    s = numbers(x, out);
  if (!t->nullable) out->state = NULL; /* nulls only where nobody looks */
  return s;
}

/* The type of a table's rows: its fields are the table's columns. */
static const pel_type *row_type(const pel_arrow_want *want, pel_arena *temp) {
  pel_type *t = PEL_ARENA_NEW(temp, pel_type);
  pel_field *fields = PEL_ARENA_ARRAY(temp, pel_field, want->n + 1);
  if (!t || !fields) return NULL;
  for (uint32_t i = 0; i < want->n; i++) {
    const pel_str name = want->names[i];
    fields[i] =
        (pel_field){pel__arena_text(temp, name.p ? name.p : "", name.n), want->types[i]};
    if (!fields[i].name) return NULL;
  }
  *t = (pel_type){.kind = PEL_RECORD, .nfields = want->n, .fields = fields};
  return t;
}

static pel_status fill(const pel_arrow_want *want, const struct ArrowSchema *schema,
                       const struct ArrowArray *array, pel_arena *temp, pel_table *t,
                       pel_error *err) {
  const bool rows = want->shape == PEL_VALUE_TABLE || want->shape == PEL_VALUE_RECORD;
  const bool one = want->shape == PEL_VALUE_SCALAR || want->shape == PEL_VALUE_RECORD;
  const pel_arrow_place place = {NULL, want->param};
  const pel_type *type = rows ? row_type(want, temp) : want->types[0];
  pel_col root;
  if (!type) return PEL_E_NOMEM;
  pel_status s = pel__arrow_check(&place, type, schema, array, err);
  if (!s && one && array->length != 1)
    s = pel__arrow_refuse(&place, err, "one value wants an array of length 1, not %lld",
                          (long long)array->length);
  if (s) return s;
  const source x = {.place = &place,
                    .schema = schema,
                    .array = array,
                    .first = (uint64_t)array->offset,
                    .rows = (uint64_t)array->length,
                    .heap = &t->heap,
                    .temp = temp,
                    .err = err};
  s = column(&x, type, &root);
  if (s) return s;
  t->rows = x.rows;
  t->ncols = want->n;
  t->cols = rows ? root.child : PEL_ARENA_NEW(&t->heap, pel_col);
  if (!t->cols) return PEL_E_NOMEM;
  if (!rows) t->cols[0] = root;
  return PEL_OK;
}

pel_status pel__arrow_import(const pel_alloc *alloc, const pel_arrow_want *want,
                             const struct ArrowSchema *schema, struct ArrowArray *array,
                             pel_table **out, pel_error *err) {
  const pel_arrow_place place = {NULL, want->param};
  if (!schema || !array)
    return pel__arrow_refuse(&place, err, "its Arrow %s is NULL",
                             schema ? "array" : "schema");
  if (!schema->release || !array->release)
    return pel__arrow_refuse(&place, err, "its Arrow %s has been released already",
                             schema->release ? "array" : "schema");
  pel_arena temp;
  pel_table *t = NULL;
  lender *l = pel__alloc_get(alloc, sizeof *l);
  pel__arena_init(&temp, alloc);
  pel_status s = l ? pel__table_new(alloc, NULL, 0, &t) : PEL_E_NOMEM;
  if (!s) s = fill(want, schema, array, &temp, t, err);
  pel__arena_deinit(&temp);
  if (s) {
    pel__table_release(t);
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
