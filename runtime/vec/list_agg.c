#include "runtime/vec/vm.h"

/* Aggregates of lists, row by row: as many rows at once as their states stay in cache. */

enum { STATE_BYTES = 1 << 16 };

typedef struct folding {
  pel_vm_domain d;
  const pel_agg *agg;
  size_t stride;
  uint32_t most;  /* rows at once */
  char *memory;   /* their states */
  void **states;  /* and where they are */
  void **of_item; /* per item of a block: its row's state */
  pel_col *cols;
  uint16_t *good; /* items of a block that are not poisoned */
  uint64_t *ordinals;
  pel_col result;     /* of the rows at hand, one after the other */
  uint32_t *bad;      /* per row at hand: failure number of a poisoned item, plus one */
  pel_colbuf *nested; /* results that are lists or records, in the order of rows */
  pel_alloc alloc;
} folding;

static bool room_for_result(folding *f, const pel_env *env, const pel_type *t) {
  if (!pel__vm_blank(env, t, f->most, &f->result)) return false;
  f->result.state = (uint8_t *)env->temp(env, f->most);
  return f->result.state != NULL;
}

static bool open_folding(folding *f, pel_vm_local *l, const pel_vm_step *s) {
  const pel_env *env = l->env;
  size_t align = s->agg->state_align < 16 ? 16 : s->agg->state_align;
  f->agg = s->agg;
  f->stride = (s->agg->state_size + align - 1) / align * align;
  if (!f->stride) f->stride = align;
  size_t most = STATE_BYTES / f->stride;
  f->most = most < 1 ? 1 : most > PEL_BLOCK_ROWS ? PEL_BLOCK_ROWS : (uint32_t)most;
  f->memory = (char *)env->temp(env, f->stride * f->most + align);
  if (!f->memory) return false;
  f->memory += -(uintptr_t)f->memory & (align - 1);
  f->states = (void **)env->temp(env, f->most * sizeof *f->states);
  f->of_item = (void **)env->temp(env, PEL_BLOCK_ROWS * sizeof *f->of_item);
  f->cols = (pel_col *)env->temp(env, (s->nargs + 1) * sizeof *f->cols);
  f->good = (uint16_t *)env->temp(env, PEL_BLOCK_ROWS * sizeof *f->good);
  f->ordinals = (uint64_t *)env->temp(env, f->most * sizeof *f->ordinals);
  f->bad = (uint32_t *)env->temp(env, f->most * sizeof *f->bad);
  if (!f->states || !f->of_item || !f->cols || !f->good || !f->ordinals || !f->bad)
    return false;
  f->alloc = pel__temp_alloc(env);
  return room_for_result(f, env, l->regs[s->dst].type);
}

PEL_INLINE uint32_t row_at(const pel_vm_rows *r, uint32_t k) {
  return r->sel ? r->sel[k] : k;
}

/* Takes poisoned items out of a block of one or more rows; the first failure of a row is
 * its result. */
static const uint16_t *without_poison(folding *f, const uint32_t *row, uint32_t one_row,
                                      uint32_t *n) {
  bool any = false;
  for (uint32_t i = 0; i < f->d.s->nargs; i++)
    any |= f->cols[i].fail != NULL && f->cols[i].state != NULL;
  if (!any || f->agg->takes_poison) return NULL;
  uint32_t good = 0;
  for (uint32_t k = 0; k < *n; k++) {
    bool bad = false;
    for (uint32_t i = 0; i < f->d.s->nargs && !bad; i++) {
      const pel_col *c = &f->cols[i];
      bad = c->fail && c->state && c->state[k] == PEL_POISON;
      uint32_t *first = &f->bad[row ? row[k] : one_row];
      if (bad && !*first) *first = c->fail[k] + 1;
    }
    f->good[good] = (uint16_t)k;
    if (f->of_item && row) f->of_item[good] = f->of_item[k];
    good += !bad;
  }
  *n = good;
  return f->good;
}

/* One long list. */
static pel_status fold_row(folding *f, uint32_t k, uint32_t row, uint64_t at,
                           uint32_t len) {
  const pel_env *env = f->d.l->env;
  for (uint32_t done = 0; done < len;) {
    uint32_t n = len - done < PEL_BLOCK_ROWS ? len - done : PEL_BLOCK_ROWS, kept = n;
    for (uint32_t i = 0; i < n; i++) f->d.owner[i] = row;
    pel_status st = pel__vm_domain_block(&f->d, at + done, n, f->cols);
    if (st) return st;
    const uint16_t *sel = without_poison(f, NULL, k, &kept);
    st = f->agg->update_all(env, f->states[k], f->cols, sel, kept, at + done);
    if (st) return st;
    done += n;
  }
  return PEL_OK;
}

/* Many short lists: their items in blocks, each with its row's state. */
static pel_status fold_block(folding *f, uint64_t at, uint32_t n, const uint32_t *place) {
  pel_status st = pel__vm_domain_block(&f->d, at, n, f->cols);
  if (st) return st;
  for (uint32_t i = 0; i < n; i++) f->of_item[i] = f->states[place[i]];
  const uint16_t *sel = without_poison(f, place, 0, &n);
  return f->agg->update(f->d.l->env, f->of_item, f->cols, sel, n, at);
}

static pel_status fold_short(folding *f, uint32_t first, uint32_t count, uint64_t at,
                             uint32_t *place) {
  uint32_t n = 0;
  for (uint32_t k = 0; k < count; k++) {
    uint32_t row = row_at(&f->d.rows, first + k), left = f->d.lens[first + k];
    while (left) {
      f->d.owner[n] = row;
      place[n++] = k;
      left--;
      if (n < PEL_BLOCK_ROWS) continue;
      pel_status st = fold_block(f, at, n, place);
      if (st) return st;
      at += n;
      n = 0;
    }
  }
  return n ? fold_block(f, at, n, place) : PEL_OK;
}

/* Items [at, …) of the rows first … first + count into their states. */
static pel_status fold_rows(folding *f, uint32_t first, uint32_t count, uint64_t at,
                            uint64_t *end) {
  uint64_t total = 0;
  for (uint32_t k = 0; k < count; k++) total += f->d.lens[first + k];
  *end = at + total;
  if (!f->agg->update_all || total / 32 < count) {
    uint32_t *place =
        (uint32_t *)f->d.l->env->temp(f->d.l->env, PEL_BLOCK_ROWS * sizeof *place);
    return place ? fold_short(f, first, count, at, place) : PEL_E_NOMEM;
  }
  for (uint32_t k = 0; k < count; k++) {
    pel_status st =
        fold_row(f, k, row_at(&f->d.rows, first + k), at, f->d.lens[first + k]);
    if (st) return st;
    at += f->d.lens[first + k];
  }
  return PEL_OK;
}

static bool need_fail(const pel_env *env, pel_col *out) {
  if (out->fail) return true;
  out->fail = (uint32_t *)env->temp(env, PEL_BLOCK_ROWS * sizeof *out->fail);
  if (out->fail) memset(out->fail, 0, PEL_BLOCK_ROWS * sizeof *out->fail);
  return out->fail != NULL;
}

/* Results of count rows to their places; a null or failed list keeps its mark. */
static pel_status scatter(folding *f, uint32_t first, uint32_t count, pel_col *out,
                          uint8_t *room) {
  const pel_env *env = f->d.l->env;
  uint32_t width = pel_kind_width(out->type->kind);
  for (uint32_t k = 0; k < count; k++) {
    uint32_t row = row_at(&f->d.rows, first + k),
             fail = f->result.fail ? f->result.fail[k] : 0;
    uint8_t state = f->result.state[k];
    if (f->bad[k]) {
      state = PEL_POISON;
      fail = f->bad[k] - 1;
    }
    if (!f->nested)
      memcpy((char *)out->data + (size_t)row * width,
             (char *)f->result.data + (size_t)k * width, width);
    if (out->state && out->state[row] != PEL_VALID) continue;
    if (state == PEL_VALID) continue;
    if (!out->state) memset(out->state = room, PEL_VALID, f->d.l->rows);
    out->state[row] = state;
    if (state != PEL_POISON) continue;
    if (!need_fail(env, out)) return PEL_E_NOMEM;
    out->fail[row] = fail;
  }
  return PEL_OK;
}

/* Results that are lists or records go behind those of the rows before; offsets of lists
 * stand by rows. */
static pel_status append_nested(folding *f, uint32_t first, uint32_t count,
                                pel_col *out) {
  const pel_copy copy = {&f->alloc, NULL};
  const pel_rows rows = {0, count, NULL};
  uint64_t before = f->nested->rows;
  pel_status st = pel__colbuf_append(f->nested, &f->result, &rows, &copy);
  if (st || out->type->kind == PEL_RECORD) return st;
  const int64_t *from = (const int64_t *)f->nested->data;
  int64_t *off = (int64_t *)out->data;
  for (uint32_t k = 0; k < count; k++)
    off[row_at(&f->d.rows, first + k) + 1] = from[before + k + 1] - from[before + k];
  return PEL_OK;
}

static pel_status finish_rows(folding *f, uint32_t first, uint32_t count, pel_col *out,
                              uint8_t *room) {
  pel_vm_local *l = f->d.l;
  memset(f->result.state, PEL_VALID, count);
  f->result.fail = NULL;
  for (uint32_t k = 0; k < count; k++) {
    uint32_t row = row_at(&f->d.rows, first + k);
    f->ordinals[k] = l->ordinal + (l->owner ? l->owner[row] : row);
  }
  pel_status st = f->agg->finish(l->env, f->states, count, f->ordinals, &f->result);
  if (!st && f->nested) st = append_nested(f, first, count, out);
  return st ? st : scatter(f, first, count, out, room);
}

static pel_status fold_some(folding *f, uint32_t first, uint32_t count, uint64_t *at,
                            pel_col *out, uint8_t *room) {
  for (uint32_t k = 0; k < count; k++) {
    f->states[k] = f->memory + k * f->stride;
    f->agg->init(f->states[k]);
    f->bad[k] = 0;
  }
  pel_status st = fold_rows(f, first, count, *at, at);
  if (!st) st = finish_rows(f, first, count, out, room);
  for (uint32_t k = 0; f->agg->fini && k < count; k++)
    f->agg->fini(f->d.l->env, f->states[k]);
  return st;
}

static pel_status open_nested(folding *f, pel_vm_local *l, pel_col *out) {
  const pel_copy copy = {&f->alloc, NULL};
  f->nested = (pel_colbuf *)l->env->temp(l->env, sizeof *f->nested);
  if (!f->nested) return PEL_E_NOMEM;
  if (out->type->kind == PEL_LIST) memset(out->data, 0, (l->rows + 1) * sizeof(int64_t));
  return pel__colbuf_init(f->nested, out->type, &copy);
}

/* Lengths to offsets. */
static void close_lists(folding *f, pel_vm_local *l, pel_col *out) {
  int64_t *off = (int64_t *)out->data;
  for (uint32_t i = 0; i < l->rows; i++) off[i + 1] += off[i];
  out->child = pel__colbuf_view(f->nested).child;
}

/* Records to their rows; those in between are never looked at. */
static pel_status close_records(folding *f, pel_vm_local *l, pel_col *out) {
  const pel_env *env = l->env;
  const pel_copy copy = {&f->alloc, NULL};
  pel_col blank;
  if (!pel__vm_blank(env, out->type, l->rows, &blank)) return PEL_E_NOMEM;
  out->data = blank.data;
  out->child = blank.child;
  if (!f->d.rows.n) return PEL_OK;
  pel_colbuf *placed = (pel_colbuf *)env->temp(env, sizeof *placed);
  uint16_t *from = (uint16_t *)env->temp(env, PEL_BLOCK_ROWS * sizeof *from);
  if (!placed || !from) return PEL_E_NOMEM;
  memset(from, 0, PEL_BLOCK_ROWS * sizeof *from);
  for (uint32_t k = 0; k < f->d.rows.n; k++) from[row_at(&f->d.rows, k)] = (uint16_t)k;
  const pel_col all = pel__colbuf_view(f->nested);
  const pel_rows rows = {0, l->rows, from};
  pel_status st = pel__colbuf_init(placed, out->type, &copy);
  if (!st) st = pel__colbuf_append(placed, &all, &rows, &copy);
  if (!st) out->child = pel__colbuf_view(placed).child;
  return st;
}

pel_status pel__vm_list_agg(pel_vm_local *l, const pel_vm_step *s) {
  folding f = {0};
  pel_col *out = pel__vm_dst(l, s->dst);
  uint8_t *room = l->buffers[l->vm->regs[s->dst].at].state;
  bool *is_list = (bool *)l->env->temp(l->env, s->nargs + 1);
  if (!is_list) return PEL_E_NOMEM;
  for (uint32_t i = 0; i < s->nargs; i++)
    is_list[i] = l->vm->regs[s->args[i]].type->kind == PEL_LIST;
  pel_status st = pel__vm_domain_open(l, s, is_list, out, room, &f.d);
  if (!st && !open_folding(&f, l, s)) st = PEL_E_NOMEM;
  bool lists = out->type->kind == PEL_LIST, records = out->type->kind == PEL_RECORD;
  if (!st && (lists || records)) st = open_nested(&f, l, out);
  uint64_t at = 0;
  for (uint32_t k = 0; k < f.d.rows.n && !st; k += f.most) {
    uint32_t count = f.d.rows.n - k < f.most ? f.d.rows.n - k : f.most;
    st = fold_some(&f, k, count, &at, out, room);
  }
  if (!st && lists) close_lists(&f, l, out);
  if (!st && records) st = close_records(&f, l, out);
  return st;
}
