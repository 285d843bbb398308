#include "runtime/vec/vm.h"

/* Calls, fields, records: steps that work on whole columns of the block. */

static void gather_args(pel_vm_local *l, const pel_vm_step *s) {
  for (uint32_t i = 0; i < s->nargs; i++) l->args[i] = l->regs[s->args[i]];
}

pel_status pel__vm_column(pel_vm_local *l, const pel_vm_step *s) {
  const pel_type *type = l->regs[s->dst].type;
  l->regs[s->dst] = l->in[s->ref];
  l->regs[s->dst].type = type;
  return PEL_OK;
}

static bool any_poison(const pel_col *args, uint32_t n) {
  for (uint32_t i = 0; i < n; i++)
    if (args[i].fail) return true;
  return false;
}

/* What a kernel that looks at nulls itself may rely on: room for marks, and for failures
 * if any can come in. */
static pel_status prepare_marks(pel_vm_local *l, const pel_vm_step *s, pel_col *out) {
  pel__vm_state(l, s->dst);
  if (!any_poison(l->args, s->nargs)) return PEL_OK;
  out->fail = (uint32_t *)l->env->temp(l->env, PEL_BLOCK_ROWS * sizeof *out->fail);
  if (!out->fail) return PEL_E_NOMEM;
  memset(out->fail, 0, PEL_BLOCK_ROWS * sizeof *out->fail);
  return PEL_OK;
}

pel_status pel__vm_call(pel_vm_local *l, const pel_vm_step *s) {
  pel_vm_rows r = pel__vm_rows(l, s);
  pel_col *out = pel__vm_dst(l, s->dst);
  gather_args(l, s);
  bool strict = s->op->props & PEL_NULL_STRICT;
  pel_status st;
  if (strict)
    st = pel__vm_merge(l, l->args, s->nargs, out,
                       l->buffers[l->vm->regs[s->dst].at].state);
  else
    st = prepare_marks(l, s, out);
  if (st || r.n == 0) return st;
  const pel_call call = {.env = l->env,
                         .in = l->args,
                         .nin = s->nargs,
                         .n = r.n,
                         .sel = r.sel,
                         .state = out->state,
                         .out = out,
                         .ordinal = l->ordinal,
                         .owner = l->owner};
  st = s->kernel(&call);
  if (!strict && !out->type->nullable && !out->fail) out->state = NULL;
  return st;
}

/* A C function is called for rows without nulls and failures only. */
pel_status pel__vm_native(pel_vm_local *l, const pel_vm_step *s) {
  pel_vm_rows r = pel__vm_rows(l, s);
  pel_col *out = pel__vm_dst(l, s->dst);
  gather_args(l, s);
  pel_status st =
      pel__vm_merge(l, l->args, s->nargs, out, l->buffers[l->vm->regs[s->dst].at].state);
  if (st) return st;
  pel_kind kind = out->type->kind;
  if (kind == PEL_RECORD || kind == PEL_LIST) {
    pel_col blank;
    if (!pel__vm_blank(l->env, out->type, l->rows, &blank)) return PEL_E_NOMEM;
    out->data = blank.data;
    out->child = blank.child;
  }
  if (out->state) {
    uint16_t *valid = (uint16_t *)l->env->temp(l->env, PEL_BLOCK_ROWS * sizeof *valid);
    if (!valid) return PEL_E_NOMEM;
    uint32_t n = 0;
    for (uint32_t k = 0; k < r.n; k++) {
      uint32_t row = r.sel ? r.sel[k] : k;
      valid[n] = (uint16_t)row;
      n += out->state[row] == PEL_VALID;
    }
    r = (pel_vm_rows){valid, n};
  }
  if (r.n == 0) return PEL_OK;
  const pel_call call = {.env = l->env,
                         .in = l->args,
                         .nin = s->nargs,
                         .n = r.n,
                         .sel = r.sel,
                         .state = out->state,
                         .out = out,
                         .ordinal = l->ordinal,
                         .owner = l->owner};
  return l->hooks.native(l->hooks.ctx, s->ref, &call);
}

pel_status pel__vm_field(pel_vm_local *l, const pel_vm_step *s) {
  const pel_col *record = &l->regs[s->args[0]];
  const pel_type *type = l->regs[s->dst].type;
  pel_col field = record->child[s->ref];
  field.type = type;
  l->regs[s->dst] = field;
  if (!record->state) return PEL_OK;
  const pel_col both[2] = {*record, field};
  return pel__vm_merge(l, both, 2, &l->regs[s->dst],
                       l->buffers[l->vm->regs[s->dst].at].state);
}

/* Null marks of a list's items: there are as many as there are. */
static pel_status merge_items(pel_vm_local *l, const pel_col *records, uint64_t n,
                              pel_col *field) {
  uint8_t *state = (uint8_t *)l->env->temp(l->env, n);
  uint32_t *fail = NULL;
  if (!state) return PEL_E_NOMEM;
  if (records->fail || field->fail) {
    fail = (uint32_t *)l->env->temp(l->env, n * sizeof *fail);
    if (!fail) return PEL_E_NOMEM;
  }
  for (uint64_t i = 0; i < n; i++) {
    uint8_t a = records->state[i], b = field->state ? field->state[i] : PEL_VALID;
    bool first = a == PEL_POISON || (a == PEL_NULL && b != PEL_POISON);
    state[i] = first ? a : b;
    if (fail)
      fail[i] = state[i] != PEL_POISON ? 0
                : a == PEL_POISON      ? records->fail[i]
                                       : field->fail[i];
  }
  field->state = state;
  field->fail = fail;
  return PEL_OK;
}

/* How many items the rows of a block can reach. */
static uint64_t items_end(const pel_vm_local *l, const pel_col *list) {
  const int64_t *off = (const int64_t *)list->data;
  int64_t end = 0;
  for (uint32_t i = 0; i <= l->rows; i++)
    if (off[i] > end) end = off[i];
  return (uint64_t)end;
}

pel_status pel__vm_list_field(pel_vm_local *l, const pel_vm_step *s) {
  const pel_col *list = &l->regs[s->args[0]];
  const pel_type *type = l->regs[s->dst].type;
  pel_col *item = l->parts[s->number];
  const pel_col *records = list->child;
  *item = records->child[s->ref];
  item->type = type->item;
  pel_col out = *list;
  out.type = type;
  out.child = item;
  if (records->state) {
    pel_status st = merge_items(l, records, items_end(l, list), item);
    if (st) return st;
  }
  l->regs[s->dst] = out;
  return PEL_OK;
}

pel_status pel__vm_record(pel_vm_local *l, const pel_vm_step *s) {
  pel_col *out = pel__vm_dst(l, s->dst);
  out->child = l->parts[s->number];
  for (uint32_t i = 0; i < s->nargs; i++) out->child[i] = l->regs[s->args[i]];
  return PEL_OK;
}

pel_status pel__vm_poison(pel_vm_local *l, const pel_vm_step *s) {
  pel_vm_rows r = pel__vm_rows(l, s);
  const pel_col from = l->regs[s->args[0]];
  pel_col *out = pel__vm_dst(l, s->dst);
  pel_col blank;
  if (!out->data || out->type->kind == PEL_LIST || out->type->kind == PEL_RECORD) {
    if (!pel__vm_blank(l->env, out->type, l->rows, &blank)) return PEL_E_NOMEM;
    out->data = blank.data;
    out->child = blank.child;
  }
  uint8_t *state = pel__vm_state(l, s->dst);
  memset(state, PEL_NULL, l->rows);
  if (!from.state || !from.fail) return PEL_OK;
  out->fail = from.fail;
  for (uint32_t k = 0; k < r.n; k++) {
    uint32_t row = r.sel ? r.sel[k] : k;
    if (from.state[row] == PEL_POISON) state[row] = PEL_POISON;
  }
  return PEL_OK;
}
