#include "runtime/vec/column.h"

#include <string.h>

#include "runtime/base/check.h"

static const pel_view empty_view;

bool pel__type_eq(const pel_type *a, const pel_type *b) {
  if (a == b) return true;
  if (a->kind != b->kind || a->nullable != b->nullable) return false;
  if (a->kind == PEL_LIST) return pel__type_eq(a->item, b->item);
  if (a->kind != PEL_RECORD) return true;
  if (a->nfields != b->nfields) return false;
  for (uint32_t i = 0; i < a->nfields; i++) {
    if (strcmp(a->fields[i].name, b->fields[i].name) != 0) return false;
    if (!pel__type_eq(a->fields[i].type, b->fields[i].type)) return false;
  }
  return true;
}

const pel_type *pel__type_copy(pel_arena *a, const pel_type *t) {
  pel_type *r = PEL_ARENA_NEW(a, pel_type);
  if (!r) return NULL;
  *r = *t;
  if (t->kind == PEL_LIST && !(r->item = pel__type_copy(a, t->item))) return NULL;
  if (t->kind != PEL_RECORD) return r;
  pel_field *f = PEL_ARENA_ARRAY(a, pel_field, t->nfields);
  if (!f) return NULL;
  for (uint32_t i = 0; i < t->nfields; i++) {
    f[i].name = pel__arena_text(a, t->fields[i].name, strlen(t->fields[i].name));
    f[i].type = pel__type_copy(a, t->fields[i].type);
    if (!f[i].name || !f[i].type) return NULL;
  }
  r->fields = f;
  return r;
}

/* ---- growing ---- */

static bool resize(const pel_alloc *a, void **p, uint64_t old_n, uint64_t n,
                   size_t width) {
  size_t old_size, size;
  if (!pel__size_mul(old_n, width, &old_size) || !pel__size_mul(n, width, &size))
    return false;
  void *q = pel__alloc_resize(a, *p, *p ? old_size : 0, size);
  if (!q) return false;
  *p = q;
  return true;
}

static size_t lane_width(const pel_colbuf *b) { return pel_kind_width(b->type->kind); }

static bool reserve(pel_colbuf *b, uint64_t more, const pel_copy *m) {
  uint64_t need = b->rows + more;
  if (need <= b->cap && b->cap) return true;
  uint64_t cap = b->cap ? b->cap : 16;
  while (cap < need) cap *= 2;
  size_t w = lane_width(b);
  if (w) {
    uint64_t extra = b->type->kind == PEL_LIST;
    if (!resize(m->alloc, &b->data, b->cap + extra, cap + extra, w)) return false;
    if (extra && b->rows == 0) ((int64_t *)b->data)[0] = 0;
  }
  if (b->state && !resize(m->alloc, (void **)&b->state, b->cap, cap, 1)) return false;
  if (b->fail && !resize(m->alloc, (void **)&b->fail, b->cap, cap, sizeof *b->fail))
    return false;
  b->cap = cap;
  return true;
}

pel_status pel__colbuf_init(pel_colbuf *b, const pel_type *type, const pel_copy *m) {
  *b = (pel_colbuf){.type = type};
  uint32_t n = type->kind == PEL_LIST ? 1 : type->kind == PEL_RECORD ? type->nfields : 0;
  if (n == 0) return PEL_OK;
  b->child = (pel_colbuf *)pel__alloc_get(m->alloc, n * sizeof *b->child);
  b->kids = (pel_col *)pel__alloc_get(m->alloc, n * sizeof *b->kids);
  if (b->child) memset(b->child, 0, n * sizeof *b->child);
  b->nchild = n;
  if (!b->child || !b->kids) return PEL_E_NOMEM;
  for (uint32_t i = 0; i < n; i++) {
    const pel_type *t = type->kind == PEL_LIST ? type->item : type->fields[i].type;
    pel_status st = pel__colbuf_init(&b->child[i], t, m);
    if (st) return st;
  }
  return PEL_OK;
}

void pel__colbuf_deinit(pel_colbuf *b, const pel_alloc *alloc) {
  for (uint32_t i = 0; b->child && i < b->nchild; i++)
    pel__colbuf_deinit(&b->child[i], alloc);
  pel__alloc_free(alloc, b->child, b->nchild * sizeof *b->child);
  pel__alloc_free(alloc, b->kids, b->nchild * sizeof *b->kids);
  if (b->type && b->data)
    pel__alloc_free(alloc, b->data,
                    (b->cap + (b->type->kind == PEL_LIST)) * lane_width(b));
  pel__alloc_free(alloc, b->state, b->cap);
  pel__alloc_free(alloc, b->fail, b->cap * sizeof *b->fail);
  *b = (pel_colbuf){0};
}

size_t pel__colbuf_bytes(const pel_colbuf *b) {
  size_t n = b->type ? b->cap * lane_width(b) : 0;
  n += (b->state ? b->cap : 0) + (b->fail ? b->cap * sizeof *b->fail : 0);
  for (uint32_t i = 0; i < b->nchild; i++) n += pel__colbuf_bytes(&b->child[i]);
  return n;
}

/* ---- null and poison ---- */

PEL_INLINE uint64_t row_of(const pel_rows *r, uint64_t k) {
  return r->first + (r->sel ? r->sel[k] : k);
}

/* Whether a selected cell is null (or poisoned): 0 none, 1 some null, 2 some poisoned. */
static int worst(const pel_col *c, const pel_rows *r) {
  bool null = false, poison = false;
  for (uint64_t k = 0; k < r->n; k++) {
    uint8_t s = c->state[row_of(r, k)];
    null |= s == PEL_NULL;
    poison |= s == PEL_POISON;
  }
  return poison ? 2 : null;
}

static pel_status append_lanes(pel_colbuf *b, const pel_col *c, const pel_rows *r,
                               const pel_copy *m) {
  int bad = c->state ? worst(c, r) : 0;
  if (!bad && !b->state) return PEL_OK;
  if (!b->state) {
    if (!resize(m->alloc, (void **)&b->state, 0, b->cap, 1)) return PEL_E_NOMEM;
    memset(b->state, PEL_VALID, b->rows);
  }
  if (!bad) {
    memset(b->state + b->rows, PEL_VALID, r->n);
    return PEL_OK;
  }
  for (uint64_t k = 0; k < r->n; k++) b->state[b->rows + k] = c->state[row_of(r, k)];
  if (bad < 2) return PEL_OK;
  if (!b->fail && !resize(m->alloc, (void **)&b->fail, 0, b->cap, sizeof *b->fail))
    return PEL_E_NOMEM;
  for (uint64_t k = 0; k < r->n; k++)
    b->fail[b->rows + k] = c->fail ? c->fail[row_of(r, k)] : 0;
  return PEL_OK;
}

/* ---- values ---- */

#define COPY_ROWS(T)                                               \
  do {                                                             \
    T *dst = (T *)b->data + b->rows;                               \
    const T *src = (const T *)c->data + r->first;                  \
    if (!r->sel)                                                   \
      memcpy(dst, src, r->n * sizeof(T));                          \
    else                                                           \
      for (uint64_t k = 0; k < r->n; k++) dst[k] = src[r->sel[k]]; \
  } while (0)

static void append_values(pel_colbuf *b, const pel_col *c, const pel_rows *r) {
  switch (lane_width(b)) {
    case 1:
      COPY_ROWS(uint8_t);
      break;
    case 2:
      COPY_ROWS(uint16_t);
      break;
    case 4:
      COPY_ROWS(uint32_t);
      break;
    case 8:
      COPY_ROWS(uint64_t);
      break;
    default:
      COPY_ROWS(pel_view);
      break;
  }
}

/* Cells that are not valid may hold anything: their views are made empty. */
static void drop_bad_views(pel_colbuf *b, uint64_t n) {
  pel_view *v = (pel_view *)b->data + b->rows;
  const uint8_t *state = b->state + b->rows;
  for (uint64_t k = 0; k < n; k++)
    if (state[k] != PEL_VALID) v[k] = empty_view;
}

static pel_status own_text(pel_view *v, uint64_t n, pel_arena *text) {
  size_t total = 0;
  for (uint64_t k = 0; k < n; k++)
    if (v[k].in.n > 12 && !pel__size_add(total, v[k].in.n, &total)) return PEL_E_NOMEM;
  if (!total) return PEL_OK;
  char *p = (char *)pel__arena_get(text, total);
  if (!p) return PEL_E_NOMEM;
  for (uint64_t k = 0; k < n; k++) {
    if (v[k].in.n <= 12) continue;
    memcpy(p, v[k].out.p, v[k].in.n);
    v[k].out.p = p;
    p += v[k].in.n;
  }
  return PEL_OK;
}

static pel_status append_text(pel_colbuf *b, const pel_col *c, const pel_rows *r,
                              const pel_copy *m) {
  append_values(b, c, r);
  if (b->state) drop_bad_views(b, r->n);
  return m->text ? own_text((pel_view *)b->data + b->rows, r->n, m->text) : PEL_OK;
}

static pel_status append_lists(pel_colbuf *b, const pel_col *c, const pel_rows *r,
                               const pel_copy *m) {
  const int64_t *off = (const int64_t *)c->data;
  int64_t *to = (int64_t *)b->data + b->rows;
  const uint8_t *state = b->state ? b->state + b->rows : NULL;
  uint64_t k = 0;
  while (k < r->n) { /* runs of rows whose items follow each other */
    int64_t begin = off[row_of(r, k)], end = begin;
    while (k < r->n) {
      uint64_t row = row_of(r, k);
      bool valid = !state || state[k] == PEL_VALID;
      if (valid && off[row] != end) break;
      if (valid) end = off[row + 1];
      to[k + 1] = to[k] + (valid ? off[row + 1] - off[row] : 0);
      k++;
      if (!valid) break;
    }
    if (end == begin) continue;
    pel_rows items = {(uint64_t)begin, (uint64_t)(end - begin), NULL};
    pel_status st = pel__colbuf_append(&b->child[0], c->child, &items, m);
    if (st) return st;
  }
  return PEL_OK;
}

pel_status pel__colbuf_append(pel_colbuf *b, const pel_col *c, const pel_rows *r,
                              const pel_copy *m) {
  if (r->n == 0) return PEL_OK;
  if (!reserve(b, r->n, m)) return PEL_E_NOMEM;
  pel_status st = append_lanes(b, c, r, m);
  if (st) return st;
  pel_kind kind = b->type->kind;
  if (kind == PEL_RECORD) {
    for (uint32_t i = 0; i < b->nchild && !st; i++)
      st = pel__colbuf_append(&b->child[i], &c->child[i], r, m);
  } else if (kind == PEL_LIST) {
    st = append_lists(b, c, r, m);
  } else if (kind == PEL_STR || kind == PEL_BYTES) {
    st = append_text(b, c, r, m);
  } else {
    append_values(b, c, r);
  }
  if (!st) b->rows += r->n;
  return st;
}

static const int64_t no_offsets[1] = {0};

pel_col pel__colbuf_view(pel_colbuf *b) {
  pel_col c = {b->type, b->data, b->state, b->fail, b->nchild ? b->kids : NULL};
  if (b->type->kind == PEL_LIST && !c.data) c.data = (void *)(uintptr_t)no_offsets;
  for (uint32_t i = 0; i < b->nchild; i++) b->kids[i] = pel__colbuf_view(&b->child[i]);
  return c;
}

bool pel__col_from(const pel_col *c, uint64_t first, const pel_env *env, pel_col *out) {
  pel_col r = *c;
  if (r.data) r.data = (char *)r.data + first * pel_kind_width(c->type->kind);
  if (r.state) r.state += first;
  if (r.fail) r.fail += first;
  if (c->type->kind == PEL_RECORD && first) {
    r.child = (pel_col *)env->temp(
        env, (c->type->nfields + !c->type->nfields) * sizeof *r.child);
    if (!r.child) return false;
    for (uint32_t i = 0; i < c->type->nfields; i++)
      if (!pel__col_from(&c->child[i], first, env, &r.child[i])) return false;
  }
  *out = r;
  return true;
}

/* ---- constants ---- */

static void put_number(const pel_const *c, pel_kind k, void *at) {
  int64_t i = c->as.i;
  uint32_t width = pel_kind_width(k);
  if (k == PEL_F32)
    *(float *)at = (float)c->as.f;
  else if (k == PEL_F64)
    *(double *)at = c->as.f;
  else if (width == 1)
    *(uint8_t *)at = (uint8_t)i;
  else if (width == 2)
    *(uint16_t *)at = (uint16_t)i;
  else if (width == 4)
    *(uint32_t *)at = (uint32_t)i;
  else
    *(int64_t *)at = i;
}

static pel_status const_parts(pel_colbuf *b, const pel_const *c, const pel_copy *m) {
  bool list = b->type->kind == PEL_LIST;
  size_t n = c->is_null && list ? 0 : list ? c->as.list.n : b->nchild;
  for (size_t i = 0; i < n; i++) {
    pel_colbuf *to = &b->child[list ? 0 : i];
    pel_const none = {.type = to->type, .is_null = true};
    const pel_const *from = !c->is_null && i < c->as.list.n ? &c->as.list.at[i] : &none;
    pel_status st = pel__colbuf_const(to, from, m);
    if (st) return st;
  }
  if (list)
    ((int64_t *)b->data)[b->rows + 1] = ((int64_t *)b->data)[b->rows] + (int64_t)n;
  return PEL_OK;
}

pel_status pel__colbuf_const(pel_colbuf *b, const pel_const *c, const pel_copy *m) {
  if (!reserve(b, 1, m)) return PEL_E_NOMEM;
  uint8_t null = PEL_NULL;
  pel_col lanes = {.type = b->type, .state = c->is_null ? &null : NULL};
  pel_rows one = {0, 1, NULL};
  pel_status st = append_lanes(b, &lanes, &one, m);
  if (st) return st;
  pel_kind k = b->type->kind;
  if (k == PEL_LIST || k == PEL_RECORD) {
    st = const_parts(b, c, m);
  } else if (k == PEL_STR || k == PEL_BYTES) {
    pel_view *v = (pel_view *)b->data + b->rows;
    if (!c->is_null && c->as.s.n > UINT32_MAX) return PEL_E_LIMIT;
    *v = c->is_null ? empty_view : pel_view_of(c->as.s.p, (uint32_t)c->as.s.n);
    if (m->text) st = own_text(v, 1, m->text);
  } else {
    pel_const zero = {0};
    put_number(c->is_null ? &zero : c, k, (char *)b->data + b->rows * lane_width(b));
  }
  if (!st) b->rows++;
  return st;
}

/* ---- small helpers of the register code ---- */

static void *temp_resize(void *ctx, void *p, size_t old_n, size_t n) {
  const pel_env *env = (const pel_env *)ctx;
  if (n == 0) return NULL;
  if (n <= old_n) return p;
  void *q = env->temp(env, n);
  if (q && old_n) memcpy(q, p, old_n);
  return q;
}

pel_alloc pel__temp_alloc(const pel_env *env) {
  return (pel_alloc){temp_resize, (void *)(uintptr_t)env};
}

#define BY_WIDTH(width, M) \
  switch (width) {         \
    case 1:                \
      M(uint8_t);          \
    case 2:                \
      M(uint16_t);         \
    case 4:                \
      M(uint32_t);         \
    case 8:                \
      M(uint64_t);         \
    case 16:               \
      M(pel_view);         \
    default:               \
      return;              \
  }

#define GATHER(T)                                                             \
  for (uint32_t k = 0; k < n; k++) ((T *)dst)[k] = ((const T *)src)[rows[k]]; \
  return

void pel__values_gather(void *dst, const void *src, const uint32_t *rows, uint32_t n,
                        uint32_t width) {
  BY_WIDTH(width, GATHER)
}

#define BLEND(T)                                                                    \
  if (!sel)                                                                         \
    memcpy(dst, src, n * sizeof(T));                                                \
  else                                                                              \
    for (uint32_t k = 0; k < n; k++) ((T *)dst)[sel[k]] = ((const T *)src)[sel[k]]; \
  return

void pel__values_blend(void *dst, const void *src, const uint16_t *sel, uint32_t n,
                       uint32_t width) {
  BY_WIDTH(width, BLEND)
}
