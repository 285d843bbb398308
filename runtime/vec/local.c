#include "runtime/base/check.h"
#include "runtime/vec/vm.h"

/* What one worker keeps of a program: buffers, masks, constants spread over rows. */

static void *aligned(pel_arena *a, size_t n) {
  char *p = (char *)pel__arena_get(a, n + 63);
  return p ? p + (-(uintptr_t)p & 63) : NULL;
}

static bool new_buffers(pel_vm_local *l) {
  const pel_vm *vm = l->vm;
  l->buffers = PEL_ARENA_ARRAY(&l->arena, pel_vm_buffer, vm->nbuffers);
  if (!l->buffers) return false;
  for (uint32_t i = 0; i < vm->nbuffers; i++) { /* a list has one offset more than rows */
    size_t bytes = (size_t)vm->buffers[i] * (PEL_BLOCK_ROWS + 8);
    l->buffers[i].data = aligned(&l->arena, bytes);
    l->buffers[i].state = (uint8_t *)aligned(&l->arena, PEL_BLOCK_ROWS);
    if (!l->buffers[i].data || !l->buffers[i].state) return false;
    memset(l->buffers[i].data, 0, bytes); /* cells that are never computed are readable */
  }
  return true;
}

static bool new_masks(pel_vm_local *l) {
  l->masks = PEL_ARENA_ARRAY(&l->arena, pel_vm_mask, l->vm->nregs);
  if (!l->masks) return false;
  for (uint32_t i = 0; i < l->vm->nregs; i++) {
    if (l->vm->regs[i].type) continue;
    l->masks[i].rows = (uint16_t *)aligned(&l->arena, PEL_BLOCK_ROWS * sizeof(uint16_t));
    if (!l->masks[i].rows) return false;
  }
  return true;
}

static uint32_t most_args(const pel_vm *vm) {
  uint32_t n = 1;
  for (uint32_t i = 0; i < vm->nsteps; i++)
    if (vm->steps[i].nargs > n) n = vm->steps[i].nargs;
  return n;
}

static uint32_t parts_of(const pel_vm_step *s) {
  if (s->action == pel__vm_record || s->action == pel__vm_list) return s->nargs;
  return s->action == pel__vm_list_field ? 1
         : s->action == pel__vm_list_map ? s->ndst
                                         : 0;
}

static bool new_steps(pel_vm_local *l) {
  const pel_vm *vm = l->vm;
  l->children = PEL_ARENA_ARRAY(&l->arena, pel_vm_local *, vm->nsteps);
  l->parts = PEL_ARENA_ARRAY(&l->arena, pel_col *, vm->nsteps);
  l->states = PEL_ARENA_ARRAY(&l->arena, void *, vm->nsteps);
  if (!l->children || !l->parts || !l->states) return false;
  for (uint32_t i = 0; i < vm->nsteps; i++) {
    uint32_t n = parts_of(&vm->steps[i]);
    if (n && !(l->parts[i] = PEL_ARENA_ARRAY(&l->arena, pel_col, n))) return false;
  }
  return true;
}

static pel_status new_spreads(pel_vm_local *l, pel_table *const *slots) {
  const pel_vm *vm = l->vm;
  const pel_copy copy = {l->alloc,
                         NULL}; /* text of constants and slots outlives the local */
  l->spreads = PEL_ARENA_ARRAY(&l->arena, pel_vm_spread, vm->nspreads);
  if (!l->spreads) return PEL_E_NOMEM;
  for (uint32_t i = 0; i < vm->nspreads; i++) {
    const pel_vm_step *s = &vm->spreads[i];
    const pel_type *t = vm->regs[s->dst].type;
    pel_status st = pel__colbuf_init(&l->spreads[i].buf, t, &copy);
    if (st) return st;
    if (s->args) l->spreads[i].slot = slots[s->args[0]];
    bool nested = t->kind == PEL_LIST || t->kind == PEL_RECORD;
    st = pel__vm_spread(l, i, nested ? 1 : PEL_BLOCK_ROWS);
    if (st) return st;
  }
  return PEL_OK;
}

static pel_status new_children(pel_vm_local *l, const pel_env *env,
                               pel_table *const *slots) {
  for (uint32_t i = 0; i < l->vm->nsteps; i++) {
    if (!l->vm->steps[i].child) continue;
    pel_status st = pel__vm_local_new(l->vm->steps[i].child, env, slots, &l->hooks,
                                      l->alloc, &l->children[i]);
    if (st) return st;
  }
  return PEL_OK;
}

static pel_status fill(pel_vm_local *l, const pel_env *env, pel_table *const *slots) {
  const pel_vm *vm = l->vm;
  l->regs = PEL_ARENA_ARRAY(&l->arena, pel_col, vm->nregs);
  l->args = PEL_ARENA_ARRAY(&l->arena, pel_col, most_args(vm));
  l->outputs = PEL_ARENA_ARRAY(&l->arena, pel_col, vm->noutputs);
  for (int i = 0; i < 2; i++)
    l->sels[i] = (uint16_t *)aligned(&l->arena, PEL_BLOCK_ROWS * sizeof(uint16_t));
  bool ok = l->regs && l->args && l->outputs && l->sels[0] && l->sels[1];
  if (!ok || !new_buffers(l) || !new_masks(l) || !new_steps(l)) return PEL_E_NOMEM;
  for (uint32_t i = 0; i < vm->nregs; i++) l->regs[i].type = vm->regs[i].type;
  pel_status st = new_spreads(l, slots);
  return st ? st : new_children(l, env, slots);
}

pel_status pel__vm_local_new(const pel_vm *vm, const pel_env *env,
                             pel_table *const *slots, const pel_vm_hooks *hooks,
                             const pel_alloc *alloc, pel_vm_local **out) {
  pel_arena arena;
  pel__arena_init(&arena, alloc);
  pel_vm_local *l = PEL_ARENA_NEW(&arena, pel_vm_local);
  if (!l) return PEL_E_NOMEM;
  l->vm = vm;
  l->alloc = arena.alloc;
  l->arena = arena;
  if (hooks) l->hooks = *hooks;
  pel_status st = fill(l, env, slots);
  if (st) {
    pel__vm_local_free(l);
    return st;
  }
  *out = l;
  return PEL_OK;
}

void pel__vm_local_free(pel_vm_local *l) {
  if (!l) return;
  for (uint32_t i = 0; l->children && i < l->vm->nsteps; i++)
    pel__vm_local_free(l->children[i]);
  for (uint32_t i = 0; l->spreads && i < l->vm->nspreads; i++)
    pel__colbuf_deinit(&l->spreads[i].buf, l->alloc);
  pel_arena arena = l->arena;
  pel__arena_deinit(&arena);
}

pel_status pel__vm_spread(pel_vm_local *l, uint32_t number, uint32_t rows) {
  pel_vm_spread *x = &l->spreads[number];
  if (x->buf.rows >= rows) return PEL_OK;
  const pel_vm_step *s = &l->vm->spreads[number];
  const pel_copy copy = {l->alloc, NULL};
  const pel_rows one = {0, 1, NULL};
  while (x->buf.rows < rows) {
    pel_status st = x->slot
                        ? pel__colbuf_append(&x->buf, &x->slot->cols[s->ref], &one, &copy)
                        : pel__colbuf_const(&x->buf, &l->vm->plan->consts[s->ref], &copy);
    if (st) return st;
  }
  l->regs[s->dst] = pel__colbuf_view(&x->buf);
  return PEL_OK;
}
