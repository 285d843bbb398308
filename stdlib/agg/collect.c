/* collect: a column as one list per group, in the order of rows. A state holds the cells
 * as bytes behind their ordinals; nulls and poisoned cells are carried along. */
#include "runtime/base/check.h"
#include "stdlib/agg/agg.h"
#include "stdlib/table/column.h"

typedef struct collected {
  char *p; /* entries: ordinal, length (both 8 bytes), cell */
  size_t n, cap;
  uint64_t rows;
  uint64_t last;  /* ordinal of the last entry */
  bool unordered; /* some entry comes before the one ahead of it */
} collected;

enum { HEAD = 16 };

static void init(void *state) { memset(state, 0, sizeof(collected)); }

static bool make_room(const pel_env *env, collected *c, size_t more) {
  size_t need;
  if (!pel__size_add(c->n, more, &need) || need > SIZE_MAX / 4) return false;
  if (need <= c->cap) return true;
  size_t cap = c->cap + c->cap / 2;
  if (cap < need) cap = need;
  char *p = (char *)(c->p ? env->resize(env, c->p, c->cap, cap) : env->alloc(env, cap));
  if (!p) return false;
  c->p = p;
  c->cap = cap;
  return true;
}

static bool add(const pel_env *env, collected *c, const pel_col *in, uint32_t row,
                uint64_t ordinal) {
  uint64_t size = pel__cell_size(in, row);
  if (!make_room(env, c, HEAD + size)) return false;
  memcpy(c->p + c->n, &ordinal, 8);
  memcpy(c->p + c->n + 8, &size, 8);
  pel__cell_write(in, row, c->p + c->n + HEAD);
  c->n += HEAD + size;
  if (c->rows && ordinal < c->last) c->unordered = true;
  c->last = ordinal;
  c->rows++;
  return true;
}

static pel_status update(const pel_env *env, void *const *states, const pel_col *in,
                         const uint16_t *sel, uint32_t n, uint64_t ordinal) {
  for (uint32_t k = 0; k < n; k++) {
    uint32_t row = sel ? sel[k] : k;
    if (!add(env, (collected *)states[k], in, row, ordinal + row)) return PEL_E_NOMEM;
  }
  return PEL_OK;
}

static pel_status update_all(const pel_env *env, void *state, const pel_col *in,
                             const uint16_t *sel, uint32_t n, uint64_t ordinal) {
  for (uint32_t k = 0; k < n; k++) {
    uint32_t row = sel ? sel[k] : k;
    if (!add(env, (collected *)state, in, row, ordinal + row)) return PEL_E_NOMEM;
  }
  return PEL_OK;
}

static void fini(const pel_env *env, void *state) {
  collected *c = (collected *)state;
  if (c->p) env->free(env, c->p, c->cap);
  init(c);
}

static pel_status combine(const pel_env *env, void *into, void *from) {
  collected *a = (collected *)into, *b = (collected *)from;
  pel_status s = PEL_OK;
  if (a->rows == 0) {
    fini(env, a);
    *a = *b;
    init(b);
  } else if (b->rows && !make_room(env, a, b->n)) {
    s = PEL_E_NOMEM;
  } else if (b->rows) {
    uint64_t first;
    memcpy(&first, b->p, 8);
    memcpy(a->p + a->n, b->p, b->n);
    a->unordered |= b->unordered || first < a->last;
    a->n += b->n;
    a->rows += b->rows;
    a->last = b->last;
  }
  fini(env, b);
  return s;
}

/* ---- the result ---- */

typedef struct entry {
  uint64_t ordinal;
  const char *cell;
} entry;

static void list_entries(const collected *c, entry *to) {
  const char *p = c->p;
  for (uint64_t i = 0; i < c->rows; i++) {
    uint64_t size;
    memcpy(&to[i].ordinal, p, 8);
    memcpy(&size, p + 8, 8);
    to[i].cell = p + HEAD;
    p += HEAD + size;
  }
}

/* Bottom-up merge sort: what comes in is long ascending runs. */
static entry *sort_entries(entry *a, entry *b, size_t n) {
  for (size_t width = 1; width < n; width *= 2) {
    for (size_t at = 0; at < n; at += 2 * width) {
      size_t mid = at + width < n ? at + width : n,
             end = mid + width < n ? mid + width : n;
      size_t i = at, j = mid, k = at;
      if (mid >= end || a[mid - 1].ordinal < a[mid].ordinal) { /* in order as it is */
        memcpy(b + at, a + at, (end - at) * sizeof *a);
        continue;
      }
      while (i < mid && j < end) b[k++] = a[i].ordinal < a[j].ordinal ? a[i++] : a[j++];
      memcpy(b + k, a + i, (mid - i) * sizeof *a);
      memcpy(b + k + (mid - i), a + j, (end - j) * sizeof *a);
    }
    entry *t = a;
    a = b;
    b = t;
  }
  return a;
}

static pel_status read_cells(const pel_env *env, const collected *c, pel_column *items,
                             pel_heap *heap) {
  const pel_mem temp = {env, true};
  size_t bytes;
  if (c->rows == 0) return PEL_OK;
  if (!pel__size_mul(c->rows, 2 * sizeof(entry), &bytes)) return PEL_E_NOMEM;
  entry *entries = (entry *)env->alloc(env, bytes);
  if (!entries) return PEL_E_NOMEM;
  list_entries(c, entries);
  const entry *sorted =
      c->unordered ? sort_entries(entries, entries + c->rows, c->rows) : entries;
  bool ok = pel__column_reserve(temp, items, c->rows);
  for (uint64_t i = 0; ok && i < c->rows; i++) {
    const char *p = sorted[i].cell;
    ok = pel__cell_read(temp, items, heap, &p);
  }
  env->free(env, entries, bytes);
  return ok ? PEL_OK : PEL_E_NOMEM;
}

static pel_status finish(const pel_env *env, void *const *states, uint32_t n,
                         const uint64_t *ordinals, pel_col *out) {
  (void)ordinals;
  const pel_mem temp = {env, true};
  int64_t *offsets = (int64_t *)out->data;
  pel_heap heap = {NULL, NULL, 0, 0, 0};
  pel_column items;
  size_t rows = 0;
  if (!pel__column_init(temp, &items, out->type->item)) return PEL_E_NOMEM;
  for (uint32_t k = 0; k < n; k++) rows += ((const collected *)states[k])->rows;
  if (!pel__column_reserve(temp, &items, rows)) return PEL_E_NOMEM;
  offsets[0] = 0;
  for (uint32_t k = 0; k < n; k++) {
    pel_status s = read_cells(env, (const collected *)states[k], &items, &heap);
    if (s) return s;
    offsets[k + 1] = (int64_t)items.n;
  }
  pel_col *child = (pel_col *)env->temp(env, sizeof *child);
  if (!child) return PEL_E_NOMEM;
  pel__column_freeze(&items);
  *child = pel__column_head(&items);
  out->child = child;
  return PEL_OK;
}

/* ---- bytes ---- */

static size_t encode(const void *state, void *buf) {
  const collected *c = (const collected *)state;
  if (buf) {
    uint64_t head[3] = {c->rows, c->last, c->unordered};
    memcpy(buf, head, sizeof head);
    if (c->n) memcpy((char *)buf + sizeof head, c->p, c->n);
  }
  return 3 * sizeof(uint64_t) + c->n;
}

static pel_status decode(const pel_env *env, void *state, const void *buf, size_t n) {
  collected *c = (collected *)state;
  uint64_t head[3];
  init(c);
  if (n < sizeof head) return PEL_E_INVALID;
  memcpy(head, buf, sizeof head);
  n -= sizeof head;
  if (n && !make_room(env, c, n)) return PEL_E_NOMEM;
  if (n) memcpy(c->p, (const char *)buf + sizeof head, n);
  c->n = n;
  c->rows = head[0];
  c->last = head[1];
  c->unordered = head[2] != 0;
  return PEL_OK;
}

static const pel_agg agg_collect = {.state_size = sizeof(collected),
                                    .state_align = 8,
                                    .init = init,
                                    .update = update,
                                    .update_all = update_all,
                                    .combine = combine,
                                    .finish = finish,
                                    .fini = fini,
                                    .encode = encode,
                                    .decode = decode,
                                    .needs_ordinal = true,
                                    .takes_poison = true};

static const pel_agg *choose(const pel_type *const *in, uint32_t nin,
                             const pel_type *out) {
  (void)in, (void)out;
  return nin == 1 ? &agg_collect : NULL;
}

PEL_OP(collect, "collect", "(xs: [*]'t) -> [*]'t", PEL_OP_AGG, .props = PEL_PURE,
       .doc = "The values themselves, as a list in the order of rows; nulls stay.",
       .choose_agg = choose);
