#include <string.h>

#include "runtime/base/check.h"
#include "runtime/vec/column.h"

/* Pieces are colbufs with an arena for long text. Joining copies the values of the pieces
 * side by side into arrays of the right size; long text stays where it is, the table
 * takes the pieces' arenas over. A single piece is not copied. */

struct pel_piece {
  const pel_alloc *alloc;
  pel_arena text;
  uint64_t rows;
  uint32_t ncols;
  pel_colbuf *cols;
};

pel_status pel__piece_new(const pel_alloc *alloc, const pel_type *const *types,
                          uint32_t ncols, pel_piece **out) {
  pel_piece *p = (pel_piece *)pel__alloc_get(alloc, sizeof *p);
  if (!p) return PEL_E_NOMEM;
  *p = (pel_piece){.alloc = alloc, .ncols = ncols};
  pel__arena_init(&p->text, alloc);
  size_t bytes = (ncols + !ncols) * sizeof *p->cols;
  p->cols = (pel_colbuf *)pel__alloc_get(alloc, bytes);
  pel_status st = p->cols ? PEL_OK : PEL_E_NOMEM;
  if (p->cols) memset(p->cols, 0, bytes);
  const pel_copy copy = {alloc, NULL};
  for (uint32_t i = 0; i < ncols && !st; i++)
    st = pel__colbuf_init(&p->cols[i], types[i], &copy);
  if (st) {
    pel__piece_free(p);
    return st;
  }
  *out = p;
  return PEL_OK;
}

pel_status pel__piece_append(pel_piece *p, const pel_chunk *c) {
  const pel_copy copy = {p->alloc, &p->text};
  const pel_rows rows = {0, c->nsel, c->sel};
  for (uint32_t i = 0; i < p->ncols; i++) {
    pel_status st = pel__colbuf_append(&p->cols[i], &c->cols[i], &rows, &copy);
    if (st) return st;
  }
  p->rows += c->nsel;
  return PEL_OK;
}

uint64_t pel__piece_rows(const pel_piece *p) { return p->rows; }

size_t pel__piece_bytes(const pel_piece *p) {
  size_t n = p->text.total + sizeof *p;
  for (uint32_t i = 0; i < p->ncols; i++) n += pel__colbuf_bytes(&p->cols[i]);
  return n;
}

static void free_arrays(pel_piece *p) {
  for (uint32_t i = 0; p->cols && i < p->ncols; i++)
    pel__colbuf_deinit(&p->cols[i], p->alloc);
  pel__alloc_free(p->alloc, p->cols, (p->ncols + !p->ncols) * sizeof *p->cols);
  p->cols = NULL;
}

void pel__piece_free(pel_piece *p) {
  if (!p) return;
  free_arrays(p);
  pel__arena_deinit(&p->text);
  pel__alloc_free(p->alloc, p, sizeof *p);
}

/* ---- what a joined table owns ---- */

typedef struct pel_array {
  struct pel_array *next;
  void *p;
  size_t n;
} pel_array;

typedef struct pel_table_owner {
  const pel_alloc *alloc;
  pel_arena heap; /* this, the arrays' list */
  pel_array *arrays;
  pel_piece **pieces;
  size_t npieces;
} pel_table_owner;

static void free_owner(void *p) {
  pel_table_owner *o = (pel_table_owner *)p;
  for (size_t i = 0; i < o->npieces; i++) pel__piece_free(o->pieces[i]);
  for (pel_array *a = o->arrays; a; a = a->next) pel__alloc_free(o->alloc, a->p, a->n);
  pel_arena heap = o->heap;
  pel__arena_deinit(&heap);
}

static void *own_array(pel_table_owner *o, uint64_t n, size_t width) {
  size_t bytes;
  if (!pel__size_mul(n ? n : 1, width, &bytes)) return NULL;
  pel_array *a = PEL_ARENA_NEW(&o->heap, pel_array);
  void *p = a ? pel__alloc_get(o->alloc, bytes) : NULL;
  if (!p) return NULL;
  *a = (pel_array){o->arrays, p, bytes};
  o->arrays = a;
  return p;
}

static pel_table_owner *new_owner(const pel_alloc *alloc, size_t npieces) {
  pel_arena heap;
  pel__arena_init(&heap, alloc);
  pel_table_owner *o = PEL_ARENA_NEW(&heap, pel_table_owner);
  pel_piece **kept = o ? PEL_ARENA_ARRAY(&heap, pel_piece *, npieces + 1) : NULL;
  if (!kept) {
    pel__arena_deinit(&heap);
    return NULL;
  }
  *o = (pel_table_owner){alloc, heap, NULL, kept, 0};
  return o;
}

/* ---- joining ---- */

/* One column of the table, or of a column in it, and where each piece's rows go. */
typedef struct pel_place {
  pel_col *col;
  uint64_t rows;
  uint64_t *start;   /* npieces */
  pel_colbuf **from; /* npieces */
  uint32_t nchild;
  struct pel_place *child;
} pel_place;

struct pel_join_pieces {
  pel_arena heap;
  pel_table *table;
  pel_table_owner *owner;
  pel_place *places; /* a column each */
  uint32_t ncols, groups;
};

static pel_status lay_out(pel_join_pieces *j, pel_place *p);

static bool needs_lane(const pel_place *p, size_t npieces, bool fail) {
  for (size_t k = 0; k < npieces; k++)
    if (fail ? (void *)p->from[k]->fail : (void *)p->from[k]->state) return true;
  return false;
}

static pel_status lay_out_children(pel_join_pieces *j, pel_place *p) {
  size_t n = j->owner->npieces;
  p->nchild = p->col->type->kind == PEL_LIST ? 1 : p->col->type->nfields;
  p->child = PEL_ARENA_ARRAY(&j->heap, pel_place, p->nchild);
  p->col->child = PEL_ARENA_ARRAY(&j->table->heap, pel_col, p->nchild);
  if (!p->child || !p->col->child) return PEL_E_NOMEM;
  for (uint32_t i = 0; i < p->nchild; i++) {
    pel_place *c = &p->child[i];
    c->col = &p->col->child[i];
    c->col->type = p->col->type->kind == PEL_LIST ? p->col->type->item
                                                  : p->col->type->fields[i].type;
    c->from = PEL_ARENA_ARRAY(&j->heap, pel_colbuf *, n);
    if (!c->from) return PEL_E_NOMEM;
    for (size_t k = 0; k < n; k++) c->from[k] = &p->from[k]->child[i];
    pel_status st = lay_out(j, c);
    if (st) return st;
  }
  return PEL_OK;
}

static pel_status lay_out(pel_join_pieces *j, pel_place *p) {
  pel_table_owner *o = j->owner;
  p->start = PEL_ARENA_ARRAY(&j->heap, uint64_t, o->npieces);
  if (!p->start) return PEL_E_NOMEM;
  for (size_t k = 0; k < o->npieces; k++) {
    p->start[k] = p->rows;
    p->rows += p->from[k]->rows;
  }
  pel_kind kind = p->col->type->kind;
  size_t width = pel_kind_width(kind);
  if (width) {
    p->col->data = own_array(o, p->rows + (kind == PEL_LIST), width);
    if (!p->col->data) return PEL_E_NOMEM;
    if (kind == PEL_LIST) ((int64_t *)p->col->data)[0] = 0;
  }
  if (needs_lane(p, o->npieces, false) &&
      !(p->col->state = (uint8_t *)own_array(o, p->rows, 1)))
    return PEL_E_NOMEM;
  if (needs_lane(p, o->npieces, true) &&
      !(p->col->fail = (uint32_t *)own_array(o, p->rows, sizeof(uint32_t))))
    return PEL_E_NOMEM;
  return kind == PEL_LIST || kind == PEL_RECORD ? lay_out_children(j, p) : PEL_OK;
}

static void fill_place(const pel_place *p, size_t k) {
  const pel_colbuf *b = p->from[k];
  uint64_t at = p->start[k], n = b->rows;
  pel_kind kind = p->col->type->kind;
  size_t width = pel_kind_width(kind);
  if (n == 0) return;
  if (kind == PEL_LIST) {
    const int64_t *from = (const int64_t *)b->data;
    int64_t *to = (int64_t *)p->col->data + at, base = (int64_t)p->child[0].start[k];
    for (uint64_t i = 1; i <= n; i++) to[i] = base + from[i];
  } else if (width) {
    memcpy((char *)p->col->data + at * width, b->data, n * width);
  }
  if (p->col->state && b->state)
    memcpy(p->col->state + at, b->state, n);
  else if (p->col->state)
    memset(p->col->state + at, PEL_VALID, n);
  if (p->col->fail && b->fail)
    memcpy(p->col->fail + at, b->fail, n * sizeof *b->fail);
  else if (p->col->fail)
    memset(p->col->fail + at, 0, n * sizeof *b->fail);
  for (uint32_t i = 0; i < p->nchild; i++) fill_place(&p->child[i], k);
}

static pel_status lay_out_table(pel_join_pieces *j) {
  pel_table_owner *o = j->owner;
  j->places = PEL_ARENA_ARRAY(&j->heap, pel_place, j->ncols);
  if (!j->places) return PEL_E_NOMEM;
  for (uint32_t i = 0; i < j->ncols; i++) {
    pel_place *p = &j->places[i];
    p->col = &j->table->cols[i];
    p->from = PEL_ARENA_ARRAY(&j->heap, pel_colbuf *, o->npieces);
    if (!p->from) return PEL_E_NOMEM;
    for (size_t k = 0; k < o->npieces; k++) p->from[k] = &o->pieces[k]->cols[i];
    pel_status st = lay_out(j, p);
    if (st) return st;
  }
  return PEL_OK;
}

/* A table that is one piece shows the piece's own arrays. */
static void adopt(pel_join_pieces *j) {
  pel_piece *p = j->owner->pieces[0];
  for (uint32_t i = 0; i < j->ncols; i++)
    j->table->cols[i] = pel__colbuf_view(&p->cols[i]);
}

static void retype(pel_col *c, const pel_type *t) {
  c->type = t;
  if (t->kind == PEL_LIST) retype(c->child, t->item);
  for (uint32_t i = 0; t->kind == PEL_RECORD && i < t->nfields; i++)
    retype(&c->child[i], t->fields[i].type);
}

static void adopt_types(pel_join_pieces *j, const pel_type *const *copies) {
  for (uint32_t i = 0; i < j->ncols; i++) retype(&j->table->cols[i], copies[i]);
}

static pel_status prepare(pel_join_pieces *j, uint32_t *nparts) {
  size_t n = j->owner->npieces;
  if (n == 1) {
    const pel_type **copies = PEL_ARENA_ARRAY(&j->heap, const pel_type *, j->ncols);
    if (!copies) return PEL_E_NOMEM;
    for (uint32_t i = 0; i < j->ncols; i++) copies[i] = j->table->cols[i].type;
    adopt(j);
    adopt_types(j, copies);
    *nparts = 0;
    return PEL_OK;
  }
  j->groups = n < 16 ? (uint32_t)n : 16;
  *nparts = j->groups * j->ncols;
  return lay_out_table(j);
}

pel_status pel__table_join_begin(const pel_alloc *alloc, const pel_type *const *types,
                                 uint32_t ncols, pel_piece **pieces, size_t npieces,
                                 pel_join_pieces **out, uint32_t *nparts) {
  pel_arena heap;
  pel__arena_init(&heap, alloc);
  pel_join_pieces *j = PEL_ARENA_NEW(&heap, pel_join_pieces);
  pel_table_owner *owner = j ? new_owner(alloc, npieces) : NULL;
  pel_table *table = NULL;
  pel_status st = owner ? pel__table_new(alloc, types, ncols, &table) : PEL_E_NOMEM;
  if (st) {
    if (owner) free_owner(owner);
    pel__arena_deinit(&heap);
    for (size_t i = 0; i < npieces; i++) pel__piece_free(pieces[i]);
    return st;
  }
  for (size_t i = 0; i < npieces; i++) {
    table->rows += pieces[i]->rows;
    if (pieces[i]->rows)
      owner->pieces[owner->npieces++] = pieces[i];
    else
      pel__piece_free(pieces[i]);
  }
  *j = (pel_join_pieces){.heap = heap, .table = table, .owner = owner, .ncols = ncols};
  table->release = free_owner;
  table->owner = owner;
  st = prepare(j, nparts);
  if (st) {
    pel__table_join_abandon(j);
    return st;
  }
  *out = j;
  return PEL_OK;
}

pel_status pel__table_join_part(pel_join_pieces *j, uint32_t part) {
  const pel_place *p = &j->places[part / j->groups];
  for (size_t k = part % j->groups; k < j->owner->npieces; k += j->groups)
    fill_place(p, k);
  return PEL_OK;
}

pel_status pel__table_join_end(pel_join_pieces *j, pel_table **out) {
  if (j->groups) /* the pieces keep only their text */
    for (size_t i = 0; i < j->owner->npieces; i++) free_arrays(j->owner->pieces[i]);
  *out = j->table;
  pel_arena heap = j->heap;
  pel__arena_deinit(&heap);
  return PEL_OK;
}

void pel__table_join_abandon(pel_join_pieces *j) {
  if (!j) return;
  pel__table_release(j->table);
  pel_arena heap = j->heap;
  pel__arena_deinit(&heap);
}
