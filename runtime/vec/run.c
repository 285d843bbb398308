#include <stdarg.h>
#include <stdio.h>

#include "runtime/base/check.h"
#include "runtime/vec/vm.h"

/* ---- rows ---- */

/* A mask made before a filter may hold rows that are gone: they are dropped when the mask
 * is next used. */
static void refresh(pel_vm_local *l, pel_vm_mask *m) {
  if (m->epoch == l->epoch) return;
  m->epoch = l->epoch;
  if (!l->sel) return;
  uint32_t n = 0, k = 0;
  for (uint32_t i = 0; i < m->n; i++) {
    while (k < l->nsel && l->sel[k] < m->rows[i]) k++;
    m->rows[n] = m->rows[i];
    n += k < l->nsel && l->sel[k] == m->rows[i];
  }
  m->n = n;
}

pel_vm_rows pel__vm_mask_rows(pel_vm_local *l, uint32_t mask) {
  pel_vm_mask *m = &l->masks[mask];
  refresh(l, m);
  return (pel_vm_rows){m->rows, m->n};
}

pel_vm_rows pel__vm_rows(pel_vm_local *l, const pel_vm_step *s) {
  if (s->mask == PEL_NONE) return (pel_vm_rows){l->sel, l->nsel};
  pel_vm_rows r = pel__vm_mask_rows(l, s->mask);
  if (r.n == l->rows) r.sel = NULL; /* all rows: the dense loop */
  return r;
}

/* ---- columns ---- */

pel_col *pel__vm_dst(pel_vm_local *l, uint32_t reg) {
  pel_col *c = &l->regs[reg];
  c->data = l->vm->regs[reg].home == PEL_VM_BUFFER ? l->buffers[l->vm->regs[reg].at].data
                                                   : NULL;
  c->state = NULL;
  c->fail = NULL;
  c->child = NULL;
  return c;
}

uint8_t *pel__vm_state(pel_vm_local *l, uint32_t reg) {
  uint8_t *state = l->buffers[l->vm->regs[reg].at].state;
  memset(state, PEL_VALID, l->rows);
  l->regs[reg].state = state;
  return state;
}

static void merge_states(uint8_t *into, const uint8_t *from, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) {
    uint8_t a = into[i], b = from[i];
    uint8_t worse = a > b ? a : b; /* both are 0 or 2, or one is VALID */
    into[i] = a == PEL_VALID ? b : b == PEL_VALID ? a : worse;
  }
}

/* Failures of the cells that this argument poisoned, the arguments before it not. */
static void merge_fails(uint32_t *fail, const uint8_t *before, const pel_col *c,
                        uint32_t n) {
  for (uint32_t i = 0; i < n; i++)
    if (c->state[i] == PEL_POISON && (!before || before[i] != PEL_POISON))
      fail[i] = c->fail[i];
}

pel_status pel__vm_merge(pel_vm_local *l, const pel_col *args, uint32_t n, pel_col *out,
                         uint8_t *room) {
  uint8_t *state = NULL;
  uint32_t *fail = NULL;
  for (uint32_t i = 0; i < n; i++) {
    const pel_col *c = &args[i];
    if (!c->state) continue;
    if (c->fail) {
      if (!fail) {
        fail = (uint32_t *)l->env->temp(l->env, PEL_BLOCK_ROWS * sizeof *fail);
        if (!fail) return PEL_E_NOMEM;
        memset(fail, 0, PEL_BLOCK_ROWS * sizeof *fail);
      }
      merge_fails(fail, state, c, l->rows);
    }
    if (state)
      merge_states(state, c->state, l->rows);
    else
      memcpy(state = room, c->state, l->rows);
  }
  out->state = state;
  out->fail = fail;
  return PEL_OK;
}

bool pel__vm_blank(const pel_env *env, const pel_type *t, uint32_t rows, pel_col *out) {
  pel_col c = {.type = t};
  size_t bytes = (size_t)pel_kind_width(t->kind) * ((size_t)rows + 1);
  uint32_t n = t->kind == PEL_LIST ? 1 : t->kind == PEL_RECORD ? t->nfields : 0;
  if (bytes) {
    c.data = env->temp(env, bytes);
    if (!c.data) return false;
    memset(c.data, 0, bytes);
  }
  if (n) c.child = (pel_col *)env->temp(env, n * sizeof *c.child);
  if (n && !c.child) return false;
  for (uint32_t i = 0; i < n; i++) {
    bool list = t->kind == PEL_LIST;
    if (!pel__vm_blank(env, list ? t->item : t->fields[i].type, list ? 0 : rows,
                       &c.child[i]))
      return false;
  }
  *out = c;
  return true;
}

/* ---- failures ---- */

/* A kernel's failing cell: rare, so its lanes come from scratch and the text is made on
 * the way. */
pel_status pel_call_poison(const pel_call *c, uint32_t row, const char *code,
                           const char *fmt, ...) {
  char text[512];
  va_list ap;
  va_start(ap, fmt);
  vsnprintf(text, sizeof text, fmt, ap);
  va_end(ap);
  pel_col *out = c->out;
  uint64_t ordinal = c->ordinal + (c->owner ? c->owner[row] : row);
  if (!out->state) {
    out->state = (uint8_t *)c->env->temp(c->env, PEL_BLOCK_ROWS);
    if (out->state) memset(out->state, PEL_VALID, PEL_BLOCK_ROWS);
  }
  if (out->state && !out->fail) {
    out->fail = (uint32_t *)c->env->temp(c->env, PEL_BLOCK_ROWS * sizeof *out->fail);
    if (out->fail) memset(out->fail, 0, PEL_BLOCK_ROWS * sizeof *out->fail);
  }
  if (!out->fail) { /* no room to carry it: the item fails now */
    (void)c->env->fail(c->env, ordinal, code, "%s", text);
    return PEL_OK;
  }
  out->state[row] = PEL_POISON;
  out->fail[row] = c->env->poison(c->env, ordinal, code, "%s", text);
  return PEL_OK;
}

/* ---- a block ---- */

pel_status pel__vm_block(pel_vm_local *l, const pel_env *env, const pel_chunk *in,
                         const uint32_t *owner, uint32_t cut) {
  PEL_ASSERT(in->rows <= PEL_BLOCK_ROWS);
  l->env = env;
  l->in = in->cols;
  l->rows = in->rows;
  l->nsel = in->nsel;
  l->sel = in->sel;
  l->epoch = 0;
  l->ordinal = in->ordinal;
  l->owner = owner;
  l->cut = cut;
  for (uint32_t i = 0; i < l->vm->nspreads; i++) {
    pel_status st = pel__vm_spread(l, i, l->rows);
    if (st) return st;
  }
  for (uint32_t i = 0; i < l->vm->nsteps; i++) {
    const pel_vm_step *s = &l->vm->steps[i];
    pel_status st = s->action(l, s);
    if (st) return st;
  }
  return PEL_OK;
}

/* Rows behind one that failed are not handed on: whoever stops reading when it has enough
 * can tell from what came whether the failure stood in front of that. */
static void cut_rows(pel_vm_local *l) {
  if (l->cut == UINT32_MAX) return;
  uint32_t n = 0;
  while (n < l->nsel && (l->sel ? l->sel[n] : n) < l->cut) n++;
  l->nsel = n;
}

pel_status pel__vm_run(pel_vm_local *l, const pel_env *env, const pel_chunk *in,
                       pel_chunk *out) {
  pel_status st = pel__vm_block(l, env, in, NULL, UINT32_MAX);
  if (st) return st;
  cut_rows(l);
  for (uint32_t i = 0; i < l->vm->noutputs; i++)
    l->outputs[i] = l->regs[l->vm->outputs[i]];
  *out = (pel_chunk){.rows = in->rows,
                     .nsel = l->nsel,
                     .sel = l->sel,
                     .ncols = l->vm->noutputs,
                     .cols = l->outputs,
                     .ordinal = in->ordinal};
  return PEL_OK;
}
