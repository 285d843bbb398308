#include <string.h>

#include "runtime/api/api.h"
#include "runtime/base/atomic.h"
#include "runtime/base/check.h"

/* What an exported array and its children share: their memory, the table whose numbers
 * they show, the plan that holds its types. Each of them holds one reference, since a
 * consumer may move a child out and release its parent first. */
typedef struct shared_array {
  pel_atomic_u32 refs;
  pel_arena arena;
  pel_table *table;
  pel_plan_data *plan;
} shared_array;

/* The same for a schema. */
typedef struct shared_schema {
  pel_atomic_u32 refs;
  pel_arena arena;
} shared_schema;

/* One reference fewer; was it the last? Pairs with itself: what others did before they
 * let go is seen by the last. */
static bool let_go(pel_atomic_u32 *refs) {
  return pel__sub_u32(refs, 1, PEL_ACQ_REL) == 1;
}

static const char *format_of(const pel_type *t) {
  static const char *const formats[PEL_KIND_COUNT] = {
      "n", "b", "c", "s", "i",   "l",       "C",   "S",  "I", "L",
      "f", "g", "U", "Z", "tdD", "tsu:UTC", "tDu", "+L", "+s"};
  return formats[t->kind];
}

static void release_schema(struct ArrowSchema *x) {
  shared_schema *h = x->private_data;
  for (int64_t i = 0; i < x->n_children; i++)
    if (x->children[i]->release)
      x->children[i]->release(x->children[i]); /* or it was moved out */
  x->release = NULL;
  if (!let_go(&h->refs)) return;
  pel_arena mine = h->arena;
  pel__arena_deinit(&mine);
}

static void release_array(struct ArrowArray *x) {
  shared_array *h = x->private_data;
  for (int64_t i = 0; i < x->n_children; i++)
    if (x->children[i]->release) x->children[i]->release(x->children[i]);
  x->release = NULL;
  if (!let_go(&h->refs)) return;
  shared_array mine = *h;
  pel__arena_deinit(&mine.arena);
  pel__table_release(mine.table);
  pel__plan_release(mine.plan);
}

static pel_status schema_of(shared_schema *h, const pel_type *t, pel_str name,
                            struct ArrowSchema *out) {
  pel_arena *a = &h->arena;
  *out = (struct ArrowSchema){.format = format_of(t),
                              .name = pel__arena_text(a, name.p ? name.p : "", name.n),
                              .flags = t->nullable ? ARROW_FLAG_NULLABLE : 0,
                              .release = release_schema,
                              .private_data = h};
  (void)pel__add_u32(&h->refs, 1, PEL_RELAXED); /* nobody else sees it yet */
  if (!out->name) return PEL_E_NOMEM;
  const uint32_t n = t->kind == PEL_LIST ? 1 : t->kind == PEL_RECORD ? t->nfields : 0;
  if (!n) return PEL_OK;
  out->children = PEL_ARENA_ARRAY(a, struct ArrowSchema *, n);
  for (uint32_t i = 0; out->children && i < n; i++) {
    out->children[i] = PEL_ARENA_NEW(a, struct ArrowSchema);
    if (!out->children[i]) return PEL_E_NOMEM;
    const pel_status s = t->kind == PEL_LIST
                             ? schema_of(h, t->item, PEL_STR("item"), out->children[i])
                             : schema_of(h, t->fields[i].type,
                                         pel__str(t->fields[i].name), out->children[i]);
    if (s) return s;
  }
  out->n_children = n;
  return out->children ? PEL_OK : PEL_E_NOMEM;
}

static uint8_t *bits(pel_arena *a, const uint8_t *bytes, uint64_t n, uint8_t is,
                     int64_t *zeros) {
  uint8_t *out = PEL_ARENA_ARRAY(a, uint8_t, (size_t)(n / 8 + 64));
  *zeros = 0;
  for (uint64_t i = 0; out && i < n; i++) {
    const bool set = bytes[i] == is;
    out[i / 8] = (uint8_t)(out[i / 8] | set << (i % 8));
    *zeros += !set;
  }
  return out;
}

/* 16-byte views become 64-bit offsets and one run of bytes. */
static pel_status text_buffers(pel_arena *a, const pel_col *c, uint64_t n,
                               const void **offsets, const void **bytes) {
  const pel_view *v = c->data;
  int64_t *at = PEL_ARENA_ARRAY(a, int64_t, (size_t)n + 1);
  size_t total = 0;
  if (!at) return PEL_E_NOMEM;
  for (uint64_t i = 0; i < n; i++) {
    at[i] = (int64_t)total;
    if (!c->state || c->state[i] == PEL_VALID) total += v[i].in.n;
  }
  at[n] = (int64_t)total;
  char *p = pel__arena_get(a, total + 1);
  if (!p) return PEL_E_NOMEM;
  for (uint64_t i = 0; i < n; i++)
    if (at[i + 1] > at[i]) memcpy(p + at[i], pel_view_bytes(&v[i]), v[i].in.n);
  *offsets = at;
  *bytes = p;
  return PEL_OK;
}

static pel_status array_of(shared_array *h, const pel_col *c, uint64_t n,
                           struct ArrowArray *out);

static pel_status children(shared_array *h, const pel_col *c, uint64_t rows,
                           struct ArrowArray *out) {
  const uint32_t n = c->type->kind == PEL_LIST ? 1 : c->type->nfields;
  out->children = PEL_ARENA_ARRAY(&h->arena, struct ArrowArray *, n + 1);
  if (!out->children) return PEL_E_NOMEM;
  out->n_children = n;
  const uint64_t items =
      c->type->kind == PEL_LIST ? (uint64_t)((const int64_t *)c->data)[rows] : rows;
  for (uint32_t i = 0; i < n; i++) {
    out->children[i] = PEL_ARENA_NEW(&h->arena, struct ArrowArray);
    const pel_status s = out->children[i]
                             ? array_of(h, &c->child[i], items, out->children[i])
                             : PEL_E_NOMEM;
    if (s) return s;
  }
  return PEL_OK;
}

static pel_status array_of(shared_array *h, const pel_col *c, uint64_t n,
                           struct ArrowArray *out) {
  const pel_kind k = c->type->kind;
  pel_arena *a = &h->arena;
  const void **b = PEL_ARENA_ARRAY(a, const void *, 3);
  *out = (struct ArrowArray){
      .length = (int64_t)n, .buffers = b, .release = release_array, .private_data = h};
  (void)pel__add_u32(&h->refs, 1, PEL_RELAXED); /* nobody else sees it yet */
  if (!b) return PEL_E_NOMEM;
  if (c->state && !(b[0] = bits(a, c->state, n, PEL_VALID, &out->null_count)))
    return PEL_E_NOMEM;
  if (c->state && out->null_count == 0) b[0] = NULL;
  out->n_buffers = k == PEL_RECORD ? 1 : k == PEL_STR || k == PEL_BYTES ? 3 : 2;
  if (k == PEL_STR || k == PEL_BYTES) return text_buffers(a, c, n, &b[1], &b[2]);
  if (k == PEL_BOOL) {
    int64_t zeros;
    b[1] = bits(a, c->data, n, 1, &zeros);
    return b[1] ? PEL_OK : PEL_E_NOMEM;
  }
  if (k != PEL_RECORD) b[1] = c->data; /* shared with the table, which the export keeps */
  return k == PEL_LIST || k == PEL_RECORD ? children(h, c, n, out) : PEL_OK;
}

static pel_status make_schema(const pel_alloc *alloc, const pel_type *root,
                              struct ArrowSchema *out) {
  pel_arena a;
  pel__arena_init(&a, alloc);
  shared_schema *h = PEL_ARENA_NEW(&a, shared_schema);
  if (h) *h = (shared_schema){.arena = a};
  const pel_status s = h ? schema_of(h, root, PEL_STR(""), out) : PEL_E_NOMEM;
  if (s) {
    if (h) a = h->arena;
    pel__arena_deinit(&a);
  }
  return s;
}

static pel_status make_array(const pel_alloc *alloc, pel_plan_data *plan,
                             const pel_table *t, const pel_col *root,
                             struct ArrowArray *out) {
  pel_arena a;
  pel__arena_init(&a, alloc);
  shared_array *h = PEL_ARENA_NEW(&a, shared_array);
  if (h) *h = (shared_array){.arena = a};
  const pel_status s = h ? array_of(h, root, t->rows, out) : PEL_E_NOMEM;
  if (s) {
    if (h) a = h->arena;
    pel__arena_deinit(&a);
    return s;
  }
  h->table = pel__table_retain((pel_table *)(uintptr_t)t);
  h->plan = pel__plan_retain(plan);
  return PEL_OK;
}

pel_status pel__arrow_export(const pel_alloc *alloc, pel_plan_data *plan,
                             const pel_table *t, const pel_str *names,
                             pel_value_shape shape, struct ArrowSchema *schema,
                             struct ArrowArray *array) {
  pel_arena a;
  pel__arena_init(&a, alloc);
  const bool alone =
      (shape == PEL_VALUE_SCALAR || shape == PEL_VALUE_ARRAY) && t->ncols == 1;
  pel_field *fields = PEL_ARENA_ARRAY(&a, pel_field, t->ncols + 1);
  pel_status s = fields ? PEL_OK : PEL_E_NOMEM;
  for (uint32_t i = 0; !s && i < t->ncols; i++) {
    fields[i] = (pel_field){pel__arena_text(&a, names[i].p, names[i].n), t->cols[i].type};
    if (!fields[i].name) s = PEL_E_NOMEM;
  }
  const pel_type row = {.kind = PEL_RECORD, .nfields = t->ncols, .fields = fields};
  const pel_col whole = {.type = &row, .child = t->cols};
  if (!s) s = make_schema(alloc, alone ? t->cols[0].type : &row, schema);
  if (!s) {
    s = make_array(alloc, plan, t, alone ? &t->cols[0] : &whole, array);
    if (s) schema->release(schema);
  }
  pel__arena_deinit(&a);
  return s;
}

pel_status pel_run_result(pel_run *run, const char *item, struct ArrowSchema *schema,
                          struct ArrowArray *array, pel_error *err) {
  const pel_status forked = pel__context_check(run->ctx, err);
  if (forked) return forked;
  const uint32_t i = pel__run_item(run, item);
  if (i == PEL_NONE)
    return pel_error_set(err, PEL_E_INVALID, "the program has no out `%s`", item);
  if (!run->done || !run->run)
    return pel_error_set(err, PEL_E_INVALID, "the run has not ended: call pel_run_wait");
  const pel_plan_item *it = &run->plan->items[i];
  if (it->slot == PEL_NONE)
    return pel_error_set(err, PEL_E_INVALID, "out `%s` was written to a file", item);
  const pel_table *t = pel__run_value(run->run, i);
  if (!t)
    return pel_error_set(err, PEL_E_FAILED,
                         "out `%s` has no value: it failed or was not chosen", item);
  const pel_str *names = run->plan->names + run->plan->slots[it->slot].names.at;
  const pel_status s = pel__arrow_export(run->ctx->alloc, run->plan, t, names,
                                         (pel_value_shape)it->shape, schema, array);
  return s ? pel_error_set(err, s, "no memory for a result") : PEL_OK;
}
