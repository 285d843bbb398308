#include "stdlib/table/column.h"

#include "runtime/base/check.h"

/* ---- memory ---- */

void *pel__mem_get(pel_mem m, size_t n) {
  return m.temp ? m.env->temp(m.env, n) : m.env->alloc(m.env, n);
}

void *pel__mem_resize(pel_mem m, void *p, size_t old_n, size_t n) {
  if (!p) return pel__mem_get(m, n);
  if (!m.temp) return m.env->resize(m.env, p, old_n, n);
  void *q = m.env->temp(m.env, n);
  if (q) memcpy(q, p, old_n < n ? old_n : n);
  return q;
}

void pel__mem_free(pel_mem m, void *p, size_t n) {
  if (p && !m.temp) m.env->free(m.env, p, n);
}

struct pel_heap_block {
  pel_heap_block *next;
  size_t size;
};

enum { HEAP_FIRST = 1 << 12, HEAP_LARGEST = 1 << 18 };

char *pel__heap_get(pel_mem m, pel_heap *h, size_t n) {
  if (n > SIZE_MAX / 2) return NULL;
  n = (n + 7) & ~(size_t)7;
  if (n > h->left) {
    size_t size = h->next_size ? h->next_size : HEAP_FIRST;
    bool alone = n > size / 2; /* a large text has a block to itself */
    if (alone) size = n + sizeof(pel_heap_block);
    pel_heap_block *b = (pel_heap_block *)pel__mem_get(m, size);
    if (!b) return NULL;
    if (!m.temp) {
      *b = (pel_heap_block){h->blocks, size};
      h->blocks = b;
    }
    h->total += size;
    if (alone) return (char *)(b + 1);
    h->at = (char *)(b + 1);
    h->left = size - sizeof *b;
    h->next_size = size < HEAP_LARGEST ? size * 2 : size;
  }
  char *p = h->at;
  h->at += n;
  h->left -= n;
  return p;
}

void pel__heap_free(const pel_env *env, pel_heap *h) {
  for (pel_heap_block *b = h->blocks, *next; b; b = next) {
    next = b->next;
    env->free(env, b, b->size);
  }
  *h = (pel_heap){NULL, NULL, 0, 0, 0};
}

/* ---- growing ---- */

bool pel__column_init(pel_mem m, pel_column *b, const pel_type *type) {
  memset(b, 0, sizeof *b);
  b->type = type;
  b->width = pel_kind_width(type->kind);
  uint32_t n = type->kind == PEL_LIST ? 1 : type->kind == PEL_RECORD ? type->nfields : 0;
  if (n == 0) return true;
  b->child = (pel_column *)pel__mem_get(m, n * sizeof *b->child);
  if (!b->child) return false;
  b->nchild = n;
  memset(b->child, 0, n * sizeof *b->child);
  b->heads = (pel_col *)pel__mem_get(m, n * sizeof *b->heads);
  if (!b->heads) return false;
  for (uint32_t i = 0; i < n; i++) {
    const pel_type *t = type->kind == PEL_LIST ? type->item : type->fields[i].type;
    if (!pel__column_init(m, &b->child[i], t)) return false;
  }
  return true;
}

static size_t data_bytes(const pel_column *b) {
  size_t cells = b->cap + (b->type->kind == PEL_LIST ? 1 : 0);
  return cells * b->width;
}

void pel__column_free(pel_mem m, pel_column *b) {
  if (!b->type) return;
  for (uint32_t i = 0; i < b->nchild; i++) pel__column_free(m, &b->child[i]);
  pel__mem_free(m, b->child, b->nchild * sizeof *b->child);
  pel__mem_free(m, b->heads, b->nchild * sizeof *b->heads);
  pel__mem_free(m, b->data, data_bytes(b));
  pel__mem_free(m, b->state, b->cap);
  pel__mem_free(m, b->fail, b->cap * sizeof *b->fail);
  memset(b, 0, sizeof *b);
}

/* One array of b from old_cap to cap cells; `extra` cells beyond (the end of lists). */
static bool grow_array(pel_mem m, void **p, size_t width, size_t old_cap, size_t cap,
                       size_t extra) {
  size_t old_bytes = *p ? (old_cap + extra) * width : 0, bytes;
  if (!pel__size_mul(cap + extra, width, &bytes)) return false;
  void *q = pel__mem_resize(m, *p, old_bytes, bytes);
  if (!q) return false;
  *p = q;
  return true;
}

/* When one array cannot grow, those that did must keep their size known: all sizes follow
 * from cap, so each array is replaced only once every one has been obtained. */
static bool regrow(pel_mem m, pel_column *b, size_t cap) {
  const size_t extra = b->type->kind == PEL_LIST ? 1 : 0;
  uint8_t *state = NULL;
  uint32_t *fail = NULL;
  if (b->state) {
    state = (uint8_t *)pel__mem_get(m, cap);
    if (!state) return false;
    memcpy(state, b->state, b->n);
  }
  if (b->fail) {
    fail = (uint32_t *)pel__mem_get(m, cap * sizeof *fail);
    if (!fail) goto failed;
    memcpy(fail, b->fail, b->n * sizeof *fail);
  }
  if (b->width) {
    void *data = b->data;
    if (!grow_array(m, &data, b->width, b->cap, cap, extra)) goto failed;
    if (extra && !b->data) memset(data, 0, sizeof(int64_t));
    b->data = (char *)data;
  }
  if (state) {
    pel__mem_free(m, b->state, b->cap);
    b->state = state;
  }
  if (fail) {
    pel__mem_free(m, b->fail, b->cap * sizeof *fail);
    b->fail = fail;
  }
  b->cap = cap;
  return true;
failed:
  pel__mem_free(m, state, cap);
  pel__mem_free(m, fail, cap * sizeof *fail);
  return false;
}

bool pel__column_reserve(pel_mem m, pel_column *b, size_t more) {
  size_t need;
  if (!pel__size_add(b->n, more, &need) || need > SIZE_MAX / 64) return false;
  if (need > b->cap || (b->type->kind == PEL_LIST && !b->data)) {
    size_t cap = b->cap + b->cap / 2;
    if (!regrow(m, b, cap > need ? cap : need)) return false;
  }
  if (b->type->kind != PEL_RECORD) return true;
  for (uint32_t i = 0; i < b->nchild; i++)
    if (!pel__column_reserve(m, &b->child[i], more)) return false;
  return true;
}

static bool need_state(pel_mem m, pel_column *b) {
  if (b->state) return true;
  b->state = (uint8_t *)pel__mem_get(m, b->cap);
  if (!b->state) return false;
  memset(b->state, PEL_VALID, b->cap);
  return true;
}

static bool need_fail(pel_mem m, pel_column *b) {
  if (b->fail) return true;
  b->fail = (uint32_t *)pel__mem_get(m, b->cap * sizeof *b->fail);
  if (!b->fail) return false;
  memset(b->fail, 0, b->cap * sizeof *b->fail);
  return true;
}

/* A cell whose value nobody reads; room is there. */
static bool put_zero(pel_mem m, pel_column *b) {
  if (b->type->kind == PEL_LIST) {
    int64_t *offsets = (int64_t *)(void *)b->data;
    offsets[b->n + 1] = offsets[b->n];
  } else if (b->width) {
    memset(b->data + b->n * b->width, 0, b->width);
  }
  if (b->type->kind == PEL_RECORD) {
    for (uint32_t i = 0; i < b->nchild; i++)
      if (!pel__column_reserve(m, &b->child[i], 1) || !put_zero(m, &b->child[i]))
        return false;
  }
  if (b->state) b->state[b->n] = PEL_VALID;
  if (b->fail) b->fail[b->n] = 0;
  b->n++;
  return true;
}

static bool put_invalid(pel_mem m, pel_column *b, uint8_t state, uint32_t fail) {
  const bool poison = state == PEL_POISON; /* its number may be 0 */
  if (!need_state(m, b) || (poison && !need_fail(m, b)) || !put_zero(m, b)) return false;
  b->state[b->n - 1] = state;
  if (poison) b->fail[b->n - 1] = fail;
  return true;
}

bool pel__column_null(pel_mem m, pel_column *b) {
  return pel__column_reserve(m, b, 1) && put_invalid(m, b, PEL_NULL, 0);
}

static bool put_list(pel_mem m, pel_column *b, pel_heap *heap, const pel_col *in,
                     size_t row) {
  const int64_t *from = (const int64_t *)in->data;
  size_t first = (size_t)from[row], n = (size_t)(from[row + 1] - from[row]);
  if (!pel__column_reserve(m, b->child, n)) return false;
  for (size_t i = 0; i < n; i++)
    if (!pel__column_cell(m, b->child, heap, in->child, first + i)) return false;
  int64_t *offsets = (int64_t *)(void *)b->data;
  offsets[b->n + 1] = offsets[b->n] + (int64_t)n;
  return true;
}

static bool put_valid(pel_mem m, pel_column *b, pel_heap *heap, const pel_col *in,
                      size_t row) {
  if (b->width == 16) {
    pel_view *to = (pel_view *)(void *)b->data + b->n;
    const pel_view *v = (const pel_view *)in->data + row;
    if (!heap) {
      *to = *v;
    } else if (!pel__heap_view(m, heap, v, to)) {
      return false;
    }
  } else if (b->type->kind == PEL_LIST) {
    if (!put_list(m, b, heap, in, row)) return false;
  } else if (b->type->kind == PEL_RECORD) {
    for (uint32_t i = 0; i < b->nchild; i++)
      if (!pel__column_cell(m, &b->child[i], heap, &in->child[i], row)) return false;
  } else {
    memcpy(b->data + b->n * b->width, (const char *)in->data + row * b->width, b->width);
  }
  if (b->state) b->state[b->n] = PEL_VALID;
  if (b->fail) b->fail[b->n] = 0;
  b->n++;
  return true;
}

bool pel__column_cell(pel_mem m, pel_column *b, pel_heap *heap, const pel_col *in,
                      size_t row) {
  if (!pel__column_reserve(m, b, 1)) return false;
  uint8_t state = in->state ? in->state[row] : PEL_VALID;
  if (PEL_LIKELY(state == PEL_VALID)) return put_valid(m, b, heap, in, row);
  return put_invalid(m, b, state, state == PEL_POISON && in->fail ? in->fail[row] : 0);
}

/* ---- many rows of a fixed width at once ---- */

#define COPY_ROWS(T)                                                   \
  do {                                                                 \
    T *to_ = (T *)(void *)(b->data) + b->n;                            \
    const T *from_ = (const T *)in->data;                              \
    for (uint32_t i = 0; i < n; i++) to_[i] = from_[sel ? sel[i] : i]; \
  } while (0)

static bool copy_data(pel_mem m, pel_column *b, pel_heap *heap, const pel_col *in,
                      const uint16_t *sel, uint32_t n) {
  switch (b->width) {
    case 1:
      COPY_ROWS(uint8_t);
      return true;
    case 2:
      COPY_ROWS(uint16_t);
      return true;
    case 4:
      COPY_ROWS(uint32_t);
      return true;
    case 8:
      COPY_ROWS(uint64_t);
      return true;
    default:
      break;
  }
  COPY_ROWS(pel_view);
  if (!heap) return true;
  pel_view *v = (pel_view *)(void *)b->data + b->n;
  for (uint32_t i = 0; i < n; i++) {
    uint32_t row = sel ? sel[i] : i;
    if (in->state && in->state[row] != PEL_VALID) {
      v[i] = pel_view_of("", 0); /* what stands there may not be a text */
    } else if (!pel__heap_view(m, heap, &v[i], &v[i])) {
      return false;
    }
  }
  return true;
}

static bool copy_states(pel_mem m, pel_column *b, const pel_col *in, const uint16_t *sel,
                        uint32_t n) {
  if (in->state && !need_state(m, b)) return false;
  if (in->state && in->fail && !need_fail(m, b)) return false;
  if (b->state) {
    for (uint32_t i = 0; i < n; i++)
      b->state[b->n + i] = in->state ? in->state[sel ? sel[i] : i] : PEL_VALID;
  }
  if (b->fail) {
    for (uint32_t i = 0; i < n; i++)
      b->fail[b->n + i] = in->fail ? in->fail[sel ? sel[i] : i] : 0;
  }
  return true;
}

bool pel__column_rows(pel_mem m, pel_column *b, pel_heap *heap, const pel_col *in,
                      const uint16_t *sel, uint32_t n) {
  if (!pel__column_reserve(m, b, n)) return false;
  if (b->type->kind == PEL_LIST || b->type->kind == PEL_RECORD) {
    for (uint32_t i = 0; i < n; i++)
      if (!pel__column_cell(m, b, heap, in, sel ? sel[i] : i)) return false;
    return true;
  }
  if (!copy_data(m, b, heap, in, sel, n) || !copy_states(m, b, in, sel, n)) return false;
  b->n += n;
  return true;
}

size_t pel__column_bytes(const pel_column *b) {
  size_t n = (b->data ? data_bytes(b) : 0) + (b->state ? b->cap : 0) +
             (b->fail ? b->cap * sizeof *b->fail : 0);
  for (uint32_t i = 0; i < b->nchild; i++)
    n += sizeof *b->child + sizeof *b->heads + pel__column_bytes(&b->child[i]);
  return n;
}

pel_col pel__column_head(const pel_column *b) {
  static const int64_t no_offsets[1] = {0};
  pel_col c = {b->type, b->data, b->state, b->fail, b->heads};
  if (b->type->kind == PEL_LIST && !b->data) c.data = (void *)(uintptr_t)no_offsets;
  return c;
}

void pel__column_freeze(pel_column *b) {
  for (uint32_t i = 0; i < b->nchild; i++) {
    pel__column_freeze(&b->child[i]);
    b->heads[i] = pel__column_head(&b->child[i]);
  }
}
