#include "runtime/base/check.h"
#include "runtime/vec/vm.h"

/* Programs over the items of lists. The items of a block's rows are walked as one long
 * column, cut into blocks of their own; where the rows' items do not follow each other in
 * memory they are first copied together. */

/* ---- the items of some lists, side by side ---- */

static pel_status lengths_differ(pel_vm_domain *d, pel_col *dst, uint32_t row, int64_t a,
                                 int64_t b) {
  const pel_call call = {
      .env = d->l->env, .out = dst, .ordinal = d->l->ordinal, .owner = d->l->owner};
  return pel_call_poison(&call, row, "size",
                         "lists of %lld and %lld items cannot be mapped together",
                         (long long)a, (long long)b);
}

PEL_INLINE uint32_t row_at(const pel_vm_rows *r, uint32_t k) {
  return r->sel ? r->sel[k] : k;
}

/* Lengths of the rows' lists; null and failed lists have none, rows whose lists differ
 * fail. */
static pel_status measure(pel_vm_domain *d, const pel_col *args, pel_col *dst) {
  uint32_t n = d->s->nargs, first = 0;
  while (first < n && !d->is_list[first]) first++;
  d->total = 0;
  for (uint32_t k = 0; k < d->rows.n; k++) {
    uint32_t row = row_at(&d->rows, k);
    d->lens[k] = 0;
    if (dst->state && dst->state[row] != PEL_VALID) continue;
    const int64_t *off = (const int64_t *)args[first].data;
    int64_t len = off[row + 1] - off[row];
    bool same = true;
    for (uint32_t i = first + 1; i < n && same; i++) {
      if (!d->is_list[i]) continue;
      off = (const int64_t *)args[i].data;
      same = off[row + 1] - off[row] == len;
      if (!same) (void)lengths_differ(d, dst, row, len, off[row + 1] - off[row]);
    }
    if (!same) continue;
    if (len > UINT32_MAX) return PEL_E_LIMIT;
    d->lens[k] = (uint32_t)len;
    d->total += (uint64_t)len;
  }
  return PEL_OK;
}

/* Whether the rows' items follow each other; *begin: where. */
static bool contiguous(const pel_vm_domain *d, const pel_col *list, uint64_t *begin) {
  const int64_t *off = (const int64_t *)list->data;
  int64_t at = -1;
  *begin = 0;
  for (uint32_t k = 0; k < d->rows.n; k++) {
    if (d->lens[k] == 0) continue;
    uint32_t row = row_at(&d->rows, k);
    if (at < 0)
      *begin = (uint64_t)off[row];
    else if (off[row] != at)
      return false;
    at = off[row + 1];
  }
  return true;
}

static pel_status copy_together(pel_vm_domain *d, const pel_col *list, pel_col *out) {
  pel_vm_local *l = d->l;
  pel_colbuf *b = (pel_colbuf *)l->env->temp(l->env, sizeof *b);
  if (!b) return PEL_E_NOMEM;
  const pel_alloc alloc = pel__temp_alloc(l->env);
  const pel_copy copy = {&alloc, NULL};
  pel_status st = pel__colbuf_init(b, list->type->item, &copy);
  const int64_t *off = (const int64_t *)list->data;
  for (uint32_t k = 0; k < d->rows.n && !st; k++) {
    const pel_rows items = {(uint64_t)off[row_at(&d->rows, k)], d->lens[k], NULL};
    st = pel__colbuf_append(b, list->child, &items, &copy);
  }
  if (!st) *out = pel__colbuf_view(b);
  return st;
}

static pel_status line_up(pel_vm_domain *d, const pel_col *args) {
  for (uint32_t i = 0; i < d->s->nargs; i++) {
    if (!d->is_list[i]) continue;
    uint64_t begin;
    pel_status st = PEL_OK;
    if (contiguous(d, &args[i], &begin))
      st = pel__col_from(args[i].child, begin, d->l->env, &d->items[i]) ? PEL_OK
                                                                        : PEL_E_NOMEM;
    else
      st = copy_together(d, &args[i], &d->items[i]);
    if (st) return st;
    d->items[i].type = args[i].type->item;
  }
  return PEL_OK;
}

pel_status pel__vm_domain_open(pel_vm_local *l, const pel_vm_step *s, const bool *is_list,
                               pel_col *dst, uint8_t *room, pel_vm_domain *d) {
  const pel_env *env = l->env;
  *d = (pel_vm_domain){.l = l, .s = s, .rows = pel__vm_rows(l, s), .is_list = is_list};
  pel_col *args = (pel_col *)env->temp(env, s->nargs * sizeof *args);
  pel_col *lists = (pel_col *)env->temp(env, s->nargs * sizeof *lists);
  d->items = (pel_col *)env->temp(env, s->nargs * sizeof *d->items);
  d->lens = (uint32_t *)env->temp(env, (l->rows + 1) * sizeof *d->lens);
  d->owner = (uint32_t *)env->temp(env, PEL_BLOCK_ROWS * sizeof *d->owner);
  if (!args || !lists || !d->items || !d->lens || !d->owner) return PEL_E_NOMEM;
  uint32_t n = 0;
  for (uint32_t i = 0; i < s->nargs; i++) {
    args[i] = l->regs[s->args[i]];
    if (is_list[i]) lists[n++] = args[i];
  }
  pel_status st = pel__vm_merge(l, lists, n, dst, room);
  if (!st) st = measure(d, args, dst);
  return st ? st : line_up(d, args);
}

/* A plain argument, once per item. */
static pel_status repeat(pel_vm_domain *d, uint32_t reg, uint32_t n, pel_col *out) {
  pel_vm_local *l = d->l;
  const pel_env *env = l->env;
  const pel_col *c = &l->regs[reg];
  *out = *c;
  if (pel__vm_is_spread(l, reg)) { /* the same in every row */
    pel_status st = pel__vm_spread(l, l->vm->regs[reg].at, n);
    *out = l->regs[reg];
    return st;
  }
  uint32_t width = pel_kind_width(c->type->kind);
  if (c->type->kind == PEL_LIST || c->type->kind == PEL_RECORD) {
    pel_colbuf *b = (pel_colbuf *)env->temp(env, sizeof *b);
    if (!b) return PEL_E_NOMEM;
    const pel_alloc alloc = pel__temp_alloc(env);
    const pel_copy copy = {&alloc, NULL};
    pel_status st = pel__colbuf_init(b, c->type, &copy);
    for (uint32_t i = 0; i < n && !st; i++) {
      const pel_rows one = {d->owner[i], 1, NULL};
      st = pel__colbuf_append(b, c, &one, &copy);
    }
    if (!st) *out = pel__colbuf_view(b);
    return st;
  }
  out->data = env->temp(env, (size_t)width * PEL_BLOCK_ROWS);
  if (!out->data) return PEL_E_NOMEM;
  pel__values_gather(out->data, c->data, d->owner, n, width);
  if (c->state) {
    out->state = (uint8_t *)env->temp(env, PEL_BLOCK_ROWS);
    if (!out->state) return PEL_E_NOMEM;
    pel__values_gather(out->state, c->state, d->owner, n, 1);
  }
  if (c->fail) {
    out->fail = (uint32_t *)env->temp(env, PEL_BLOCK_ROWS * sizeof *out->fail);
    if (!out->fail) return PEL_E_NOMEM;
    pel__values_gather(out->fail, c->fail, d->owner, n, 4);
  }
  return PEL_OK;
}

pel_status pel__vm_domain_block(pel_vm_domain *d, uint64_t at, uint32_t n, pel_col *out) {
  for (uint32_t i = 0; i < d->s->nargs; i++) {
    pel_status st = PEL_OK;
    if (!d->is_list[i])
      st = repeat(d, d->s->args[i], n, &out[i]);
    else if (!pel__col_from(&d->items[i], at, d->l->env, &out[i]))
      st = PEL_E_NOMEM;
    if (st) return st;
  }
  return PEL_OK;
}

/* ---- LIST_MAP ---- */

typedef struct mapping {
  pel_vm_domain d;
  pel_vm_local *child;
  pel_col *cols;    /* inputs of a block */
  pel_colbuf *bufs; /* outputs so far */
  pel_alloc alloc;
  uint32_t *kept;   /* per row of d.rows: items that went through the filters */
  uint32_t *place;  /* of the block: which row of d.rows an item belongs to */
  uint32_t *origin; /* of the block: the outermost row, or item, for failures */
  bool items;       /* items it is */
} mapping;

static void note_kept(mapping *m, const pel_vm_local *c) {
  for (uint32_t k = 0; k < c->nsel; k++) m->kept[m->place[c->sel ? c->sel[k] : k]]++;
}

static pel_status append_outputs(mapping *m, const pel_vm_local *c) {
  const pel_copy copy = {&m->alloc, NULL};
  const pel_rows rows = {0, c->nsel, c->sel};
  for (uint32_t i = 0; i < m->d.s->ndst; i++) {
    pel_status st =
        pel__colbuf_append(&m->bufs[i], &c->regs[c->vm->outputs[i]], &rows, &copy);
    if (st) return st;
  }
  return PEL_OK;
}

static pel_status map_block(mapping *m, uint64_t at, uint32_t n) {
  pel_vm_local *l = m->d.l;
  pel_status st = pel__vm_domain_block(&m->d, at, n, m->cols);
  if (st) return st;
  const pel_chunk in = {.rows = n,
                        .nsel = n,
                        .ncols = m->d.s->nargs,
                        .cols = m->cols,
                        .ordinal = m->items ? PEL_VM_ITEM : l->ordinal};
  const uint32_t cut = m->items ? UINT32_MAX : l->cut; /* in what origin counts */
  st = pel__vm_block(m->child, l->env, &in, m->origin, cut);
  if (st) return st;
  if (m->child->cut < cut) l->cut = m->items ? row_at(&m->d.rows, 0) : m->child->cut;
  note_kept(m, m->child);
  return append_outputs(m, m->child);
}

/* Fills blocks item by item, row by row. */
static pel_status map_items(mapping *m) {
  pel_vm_domain *d = &m->d;
  uint64_t at = 0;
  m->items = d->l->hooks.items && !d->l->owner && d->rows.n == 1 && d->lens[0] > 1;
  uint32_t n = 0;
  for (uint32_t k = 0; k < d->rows.n; k++) {
    uint32_t row = row_at(&d->rows, k), left = d->lens[k];
    m->kept[k] = 0;
    while (left) {
      uint32_t take = left < PEL_BLOCK_ROWS - n ? left : PEL_BLOCK_ROWS - n;
      for (uint32_t i = 0; i < take; i++) {
        d->owner[n + i] = row;
        m->place[n + i] = k;
        m->origin[n + i] = m->items      ? (uint32_t)(at + n + i)
                           : d->l->owner ? d->l->owner[row]
                                         : row;
      }
      n += take;
      left -= take;
      if (n < PEL_BLOCK_ROWS) continue;
      pel_status st = map_block(m, at, n);
      if (st) return st;
      at += n;
      n = 0;
    }
  }
  return n ? map_block(m, at, n) : PEL_OK;
}

static void write_offsets(const mapping *m, int64_t *off) {
  const pel_vm_local *l = m->d.l;
  int64_t at = 0;
  uint32_t k = 0;
  for (uint32_t i = 0; i < l->rows; i++) {
    off[i] = at;
    if (k < m->d.rows.n && row_at(&m->d.rows, k) == i) at += m->kept[k++];
  }
  off[l->rows] = at;
}

static bool *which_are_lists(pel_vm_local *l, const pel_vm_step *s) {
  bool *is_list = (bool *)l->env->temp(l->env, s->nargs + 1);
  if (!is_list) return NULL;
  const pel_vm *child = s->child;
  const pel_prog *g = child ? &child->plan->progs[s->ref] : NULL;
  for (uint32_t i = 0; i < s->nargs; i++) {
    const pel_type *t = l->vm->regs[s->args[i]].type;
    is_list[i] = t->kind == PEL_LIST;
    if (!g || !is_list[i]) continue;
    const pel_type *want = &child->plan->types[child->plan->reg_types[g->inputs.at + i]];
    is_list[i] = !pel__type_eq(want, t);
  }
  return is_list;
}

static pel_status map_open(pel_vm_local *l, const pel_vm_step *s, mapping *m) {
  const pel_env *env = l->env;
  pel_col *dst = pel__vm_dst(l, s->dst);
  const bool *is_list = which_are_lists(l, s);
  if (!is_list) return PEL_E_NOMEM;
  pel_status st = pel__vm_domain_open(l, s, is_list, dst,
                                      l->buffers[l->vm->regs[s->dst].at].state, &m->d);
  if (st) return st;
  m->child = l->children[s->number];
  m->alloc = pel__temp_alloc(env);
  m->cols = (pel_col *)env->temp(env, (s->nargs + 1) * sizeof *m->cols);
  m->bufs = (pel_colbuf *)env->temp(env, (s->ndst + 1) * sizeof *m->bufs);
  m->kept = (uint32_t *)env->temp(env, (l->rows + 1) * sizeof *m->kept);
  m->place = (uint32_t *)env->temp(env, PEL_BLOCK_ROWS * sizeof *m->place);
  m->origin = (uint32_t *)env->temp(env, PEL_BLOCK_ROWS * sizeof *m->origin);
  if (!m->cols || !m->bufs || !m->kept || !m->place || !m->origin) return PEL_E_NOMEM;
  const pel_copy copy = {&m->alloc, NULL};
  for (uint32_t i = 0; i < s->ndst && !st; i++)
    st = pel__colbuf_init(&m->bufs[i], l->regs[s->dst + i].type->item, &copy);
  return st;
}

pel_status pel__vm_list_map(pel_vm_local *l, const pel_vm_step *s) {
  mapping m;
  if (s->ndst == 0) return PEL_OK;
  pel_status st = map_open(l, s, &m);
  if (!st) st = map_items(&m);
  if (st) return st;
  const pel_col first = l->regs[s->dst];
  for (uint32_t i = 0; i < s->ndst; i++) {
    pel_col *dst = pel__vm_dst(l, s->dst + i);
    write_offsets(&m, (int64_t *)dst->data);
    l->parts[s->number][i] = pel__colbuf_view(&m.bufs[i]);
    dst->child = &l->parts[s->number][i];
    dst->fail = first.fail;
    dst->state = first.state;
    if (i && first.state) { /* marks live as long as the register's own buffer */
      dst->state = l->buffers[l->vm->regs[s->dst + i].at].state;
      memcpy(dst->state, first.state, l->rows);
    }
  }
  return PEL_OK;
}

/* ---- LIST ---- */

pel_status pel__vm_list(pel_vm_local *l, const pel_vm_step *s) {
  pel_vm_rows r = pel__vm_rows(l, s);
  pel_col *dst = pel__vm_dst(l, s->dst);
  pel_colbuf *b = (pel_colbuf *)l->env->temp(l->env, sizeof *b);
  if (!b) return PEL_E_NOMEM;
  const pel_alloc alloc = pel__temp_alloc(l->env);
  const pel_copy copy = {&alloc, NULL};
  pel_status st = pel__colbuf_init(b, dst->type->item, &copy);
  int64_t *off = (int64_t *)dst->data;
  int64_t at = 0;
  uint32_t k = 0;
  for (uint32_t i = 0; i < l->rows && !st; i++) {
    off[i] = at;
    if (k == r.n || row_at(&r, k) != i) continue;
    k++;
    at += s->nargs;
    const pel_rows one = {i, 1, NULL};
    for (uint32_t a = 0; a < s->nargs && !st; a++)
      st = pel__colbuf_append(b, &l->regs[s->args[a]], &one, &copy);
  }
  if (st) return st;
  off[l->rows] = at;
  dst->child = l->parts[s->number];
  *dst->child = pel__colbuf_view(b);
  return PEL_OK;
}
