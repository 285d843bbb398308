#include "runtime/vec/vm.h"

/* Filters narrow the rows of a block for good; masks list some of them for a while;
 * SELECT puts results together. */

/* Appends the rows that pass. Branch-free: a filter's outcome is what a branch predictor
 * is worst at. */
#define KEEP(row_, pass_)          \
  do {                             \
    to[n] = (uint16_t)(row_);      \
    n += (uint32_t)((pass_) != 0); \
  } while (0)

static uint32_t keep_true(const pel_col *c, pel_vm_rows r, uint16_t *to) {
  const uint8_t *v = (const uint8_t *)c->data, *state = c->state;
  uint32_t n = 0;
  if (!r.sel && !state)
    for (uint32_t i = 0; i < r.n; i++) KEEP(i, v[i]);
  else if (!r.sel)
    for (uint32_t i = 0; i < r.n; i++) KEEP(i, v[i] & (state[i] == PEL_VALID));
  else if (!state)
    for (uint32_t k = 0; k < r.n; k++) KEEP(r.sel[k], v[r.sel[k]]);
  else
    for (uint32_t k = 0; k < r.n; k++)
      KEEP(r.sel[k], v[r.sel[k]] & (state[r.sel[k]] == PEL_VALID));
  return n;
}

/* The first failing condition fails the item. Its row goes like one that is false, and
 * the block goes on: a later filter may meet a failure in an earlier row, which is then
 * the one to be shown, as it is when the rows come one by one. */
static void consume(pel_vm_local *l, const pel_col *c) {
  if (!c->fail || !c->state) return;
  for (uint32_t k = 0; k < l->nsel; k++) {
    const uint32_t row = l->sel ? l->sel[k] : k;
    if (c->state[row] != PEL_POISON) continue;
    const uint32_t at = l->owner ? l->owner[row] : row;
    if (at < l->cut) (void)l->env->consume_poison(l->env, c->fail[row], at);
    if (at < l->cut) l->cut = at;
    return;
  }
}

pel_status pel__vm_filter(pel_vm_local *l, const pel_vm_step *s) {
  const pel_col *c = &l->regs[s->args[0]];
  consume(l, c);
  uint16_t *to = l->sels[l->sel == l->sels[0]];
  uint32_t n = keep_true(c, (pel_vm_rows){l->sel, l->nsel}, to);
  if (n == l->nsel)
    return PEL_OK; /* none dropped: what was said about the rows still holds */
  l->sel = to;
  l->nsel = n;
  l->epoch++;
  return PEL_OK;
}

/* ---- masks ---- */

/* Which bit of a mask a cell is, by 4 × state + value; wanted[] says whether it is asked
 * for. */
static void wanted_cells(uint32_t bits, bool is_bool, uint8_t wanted[16]) {
  memset(wanted, 0, 16);
  for (uint32_t v = 0; v < 2; v++) {
    wanted[4 * PEL_NULL + v] = (bits & PEL_MASK_NULL) != 0;
    wanted[4 * PEL_POISON + v] = (bits & PEL_MASK_POISON) != 0;
    uint32_t valid = PEL_MASK_VALID;
    if (is_bool) valid |= v ? PEL_MASK_TRUE : PEL_MASK_FALSE;
    wanted[4 * PEL_VALID + v] = (bits & valid) != 0;
  }
}

static uint32_t keep_all(pel_vm_rows r, uint16_t *to) {
  if (r.sel)
    memcpy(to, r.sel, r.n * sizeof *to);
  else
    for (uint32_t i = 0; i < r.n; i++) to[i] = (uint16_t)i;
  return r.n;
}

static uint32_t keep_wanted(const pel_col *c, pel_vm_rows r, uint32_t bits,
                            uint16_t *to) {
  bool is_bool = c->type->kind == PEL_BOOL;
  uint8_t wanted[16];
  wanted_cells(bits, is_bool, wanted);
  bool t = wanted[4 * PEL_VALID + 1], f = wanted[4 * PEL_VALID];
  if (!c->state && t == f) return t ? keep_all(r, to) : 0;
  if (!c->state && t) return keep_true(c, r, to);
  const uint8_t *v = is_bool ? (const uint8_t *)c->data : NULL;
  uint32_t n = 0;
  for (uint32_t k = 0; k < r.n; k++) {
    uint32_t row = r.sel ? r.sel[k] : k;
    uint32_t state = c->state ? c->state[row] : PEL_VALID;
    uint32_t value = v && state == PEL_VALID ? v[row] : 0;
    KEEP(row, wanted[4 * state + value]);
  }
  return n;
}

pel_status pel__vm_mask(pel_vm_local *l, const pel_vm_step *s) {
  pel_vm_mask *m = &l->masks[s->dst];
  pel_vm_rows r = pel__vm_rows(l, s);
  m->n = keep_wanted(&l->regs[s->args[0]], r, s->ref, m->rows);
  m->epoch = l->epoch;
  return PEL_OK;
}

/* ---- select ---- */

typedef struct choice {
  pel_vm_local *l;
  const pel_vm_step *s;
  uint32_t n; /* pairs of mask and value */
} choice;

static void blend_lanes(const pel_vm_rows *r, const pel_col *from, pel_col *out) {
  for (uint32_t k = 0; k < r->n; k++) {
    uint32_t row = r->sel ? r->sel[k] : k;
    uint8_t state = from->state ? from->state[row] : PEL_VALID;
    out->state[row] = state;
    if (state == PEL_POISON) out->fail[row] = from->fail[row];
  }
}

/* Values of records come field by field, each as a column of its own. */
static void blend_values(const pel_vm_rows *r, const pel_col *from, pel_col *out) {
  pel__values_blend(out->data, from->data, r->sel, r->n, pel_kind_width(out->type->kind));
}

static pel_status blend_list(const choice *x, const pel_col *const *from, pel_col *out) {
  pel_vm_local *l = x->l;
  uint32_t *which = (uint32_t *)l->env->temp(l->env, PEL_BLOCK_ROWS * sizeof *which);
  pel_colbuf *b = (pel_colbuf *)l->env->temp(l->env, sizeof *b);
  if (!which || !b) return PEL_E_NOMEM;
  memset(which, 0xff, PEL_BLOCK_ROWS * sizeof *which);
  for (uint32_t p = x->n; p-- > 0;) {
    pel_vm_rows r = pel__vm_mask_rows(l, x->s->args[2 * p]);
    for (uint32_t k = 0; k < r.n; k++) which[r.sel[k]] = p;
  }
  const pel_alloc alloc = pel__temp_alloc(l->env);
  const pel_copy copy = {&alloc, NULL};
  pel_status st = pel__colbuf_init(b, out->type, &copy);
  const pel_const none = {.type = out->type, .is_null = true};
  for (uint32_t i = 0; i < l->rows && !st; i++) {
    const pel_rows one = {i, 1, NULL};
    st = which[i] == UINT32_MAX ? pel__colbuf_const(b, &none, &copy)
                                : pel__colbuf_append(b, from[which[i]], &one, &copy);
  }
  if (st) return st;
  const pel_type *type = out->type;
  *out = pel__colbuf_view(b);
  out->type = type;
  return PEL_OK;
}

static pel_status blend(const choice *x, const pel_col *const *from, pel_col *out);

static pel_status blend_record(const choice *x, const pel_col *const *from,
                               pel_col *out) {
  pel_vm_local *l = x->l;
  const pel_col **field = (const pel_col **)l->env->temp(l->env, x->n * sizeof *field);
  if (!field) return PEL_E_NOMEM;
  for (uint32_t i = 0; i < out->type->nfields; i++) {
    for (uint32_t p = 0; p < x->n; p++) field[p] = &from[p]->child[i];
    pel_status st = blend(x, field, &out->child[i]);
    if (st) return st;
  }
  return PEL_OK;
}

/* out has room for values; marks are made here when they are needed. Later pairs first:
 * earlier ones win. */
static pel_status blend(const choice *x, const pel_col *const *from, pel_col *out) {
  pel_vm_local *l = x->l;
  bool marks = false, fails = false;
  uint32_t covered = 0;
  for (uint32_t p = 0; p < x->n; p++) {
    marks |= from[p]->state != NULL;
    fails |= from[p]->fail != NULL;
    covered += pel__vm_mask_rows(l, x->s->args[2 * p]).n;
  }
  if (out->type->kind == PEL_LIST) return blend_list(x, from, out);
  if (marks || out->type->nullable || covered < pel__vm_rows(l, x->s).n) {
    if (!out->state && !(out->state = (uint8_t *)l->env->temp(l->env, PEL_BLOCK_ROWS)))
      return PEL_E_NOMEM;
    memset(out->state, PEL_NULL, l->rows);
    if (fails && !(out->fail = (uint32_t *)l->env->temp(
                       l->env, PEL_BLOCK_ROWS * sizeof *out->fail)))
      return PEL_E_NOMEM;
    if (fails) memset(out->fail, 0, PEL_BLOCK_ROWS * sizeof *out->fail);
  } else {
    out->state = NULL;
  }
  for (uint32_t p = x->n; p-- > 0;) {
    pel_vm_rows r = pel__vm_mask_rows(l, x->s->args[2 * p]);
    if (out->type->kind != PEL_RECORD) blend_values(&r, from[p], out);
    if (out->state) blend_lanes(&r, from[p], out);
  }
  return out->type->kind == PEL_RECORD ? blend_record(x, from, out) : PEL_OK;
}

pel_status pel__vm_select(pel_vm_local *l, const pel_vm_step *s) {
  const choice x = {l, s, s->nargs / 2};
  pel_col *out = pel__vm_dst(l, s->dst);
  if (out->type->kind == PEL_RECORD) {
    pel_col room;
    if (!pel__vm_blank(l->env, out->type, l->rows, &room)) return PEL_E_NOMEM;
    out->child = room.child;
  }
  const pel_col **from =
      (const pel_col **)l->env->temp(l->env, (x.n + !x.n) * sizeof *from);
  if (!from) return PEL_E_NOMEM;
  for (uint32_t p = 0; p < x.n; p++) from[p] = &l->regs[s->args[2 * p + 1]];
  out->state =
      l->buffers[l->vm->regs[s->dst].at].state; /* room, taken back when not needed */
  return blend(&x, from, out);
}
