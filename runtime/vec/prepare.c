#include "runtime/base/check.h"
#include "runtime/vec/vm.h"

/* A program made ready: operators resolved to kernels, constants set apart, and registers
 * given buffers. Registers whose times do not overlap share one, so that a block's
 * working set stays in the first-level cache. */

enum { DEPTH = 64 };

typedef struct prep {
  pel_vm *vm;
  const pel_plan_data *plan;
  const pel_prog *prog;
  const pel_op *const *ops;
  uint32_t *last; /* per register: the last step that reads it */
  uint32_t depth;
  pel_error *e;
} prep;

static pel_status new_vm(const pel_plan_data *plan, uint32_t prog,
                         const pel_op *const *ops, const pel_alloc *alloc, uint32_t depth,
                         pel_vm **out, pel_error *e);

static const pel_type *type_of(const prep *p, uint32_t reg) {
  return p->vm->regs[reg].type;
}

/* ---- one instruction ---- */

static const char *op_name(const prep *p, uint32_t ref) {
  return p->ops[ref] ? p->ops[ref]->name : "?";
}

/* Types of the arguments, lists as their items where the operator takes lists apart. */
static const pel_type **arg_types(const prep *p, const pel_instr *in,
                                  const uint32_t *args, bool items) {
  const pel_type **t = PEL_ARENA_ARRAY(&p->vm->arena, const pel_type *, in->nargs);
  if (!t) return NULL;
  for (uint32_t i = 0; i < in->nargs; i++) {
    t[i] = type_of(p, args[i]);
    if (items && t[i] && t[i]->kind == PEL_LIST) t[i] = t[i]->item;
  }
  return t;
}

static pel_status make_call(prep *p, const pel_instr *in, pel_vm_step *s) {
  s->action = pel__vm_call;
  s->op = in->ref < p->plan->n_ops ? p->ops[in->ref] : NULL;
  if (!s->op || !s->op->choose)
    return pel_error_set(p->e, PEL_E_INVALID, "operator %u cannot be called", in->ref);
  const pel_type **t = arg_types(p, in, s->args, false);
  if (!t) return PEL_E_NOMEM;
  s->kernel = s->op->choose(t, in->nargs, type_of(p, in->dst));
  if (!s->kernel)
    return pel_error_set(p->e, PEL_E_INVALID, "`%s` has no code for these types",
                         op_name(p, in->ref));
  return PEL_OK;
}

static pel_status make_agg(prep *p, const pel_instr *in, pel_vm_step *s) {
  s->action = pel__vm_list_agg;
  s->op = in->ref < p->plan->n_ops ? p->ops[in->ref] : NULL;
  if (!s->op || !s->op->choose_agg)
    return pel_error_set(p->e, PEL_E_INVALID, "operator %u is no aggregate", in->ref);
  const pel_type **t = arg_types(p, in, s->args, true);
  if (!t) return PEL_E_NOMEM;
  s->agg = s->op->choose_agg(t, in->nargs, type_of(p, in->dst));
  if (!s->agg)
    return pel_error_set(p->e, PEL_E_INVALID, "`%s` has no code for these types",
                         op_name(p, in->ref));
  return PEL_OK;
}

static pel_status make_list_map(prep *p, const pel_instr *in, pel_vm_step *s) {
  s->action = pel__vm_list_map;
  if (in->ref >= p->plan->n_progs || p->depth >= DEPTH)
    return pel_error_set(p->e, PEL_E_INVALID, "programs inside programs are too deep");
  const pel_prog *g = &p->plan->progs[in->ref];
  s->ndst = g->outputs.n;
  if (g->inputs.n != in->nargs || s->ndst > p->vm->nregs - in->dst)
    return pel_error_set(p->e, PEL_E_INVALID, "program %u does not fit its call",
                         in->ref);
  pel_vm *child = NULL;
  pel_status st =
      new_vm(p->plan, in->ref, p->ops, p->vm->alloc, p->depth + 1, &child, p->e);
  s->child = child;
  return st;
}

static pel_status make_field(prep *p, const pel_instr *in, pel_vm_step *s) {
  const pel_type *t = type_of(p, s->args[0]);
  bool list = t->kind == PEL_LIST;
  if (list) t = t->item;
  if (t->kind != PEL_RECORD || in->ref >= t->nfields)
    return pel_error_set(p->e, PEL_E_INVALID, "no field %u here", in->ref);
  s->action = list ? pel__vm_list_field : pel__vm_field;
  return PEL_OK;
}

static pel_status make_step(prep *p, const pel_instr *in, pel_vm_step *s) {
  switch ((pel_code)in->code) {
    case PEL_CODE_COLUMN:
      s->action = pel__vm_column;
      return PEL_OK;
    case PEL_CODE_CALL:
      return make_call(p, in, s);
    case PEL_CODE_NATIVE:
      s->action = pel__vm_native;
      return PEL_OK;
    case PEL_CODE_FIELD:
      return make_field(p, in, s);
    case PEL_CODE_RECORD:
      s->action = pel__vm_record;
      return PEL_OK;
    case PEL_CODE_FILTER:
      s->action = pel__vm_filter;
      return in->mask == PEL_NONE
                 ? PEL_OK
                 : pel_error_set(p->e, PEL_E_INVALID, "a filter under a mask");
    case PEL_CODE_MASK:
      s->action = pel__vm_mask;
      return PEL_OK;
    case PEL_CODE_SELECT:
      s->action = pel__vm_select;
      return PEL_OK;
    case PEL_CODE_LIST_MAP:
      return make_list_map(p, in, s);
    case PEL_CODE_LIST_AGG:
      return make_agg(p, in, s);
    case PEL_CODE_LIST:
      s->action = pel__vm_list;
      return PEL_OK;
    case PEL_CODE_POISON:
      s->action = pel__vm_poison;
      return PEL_OK;
    case PEL_CODE_CONST:
    case PEL_CODE_SLOT:
      break;
  }
  return pel_error_set(p->e, PEL_E_INVALID, "no such instruction: %u", in->code);
}

static bool registers_exist(const prep *p, const pel_instr *in, const uint32_t *args) {
  uint32_t n = p->vm->nregs;
  if (in->code != PEL_CODE_FILTER && in->dst >= n) return false;
  if (in->mask != PEL_NONE && in->mask >= n) return false;
  for (uint32_t i = 0; i < in->nargs; i++)
    if (args[i] >= n) return false;
  return true;
}

static pel_status make_steps(prep *p) {
  pel_vm *vm = p->vm;
  uint32_t n = p->prog->instrs.n;
  vm->steps = PEL_ARENA_ARRAY(&vm->arena, pel_vm_step, n);
  vm->spreads = PEL_ARENA_ARRAY(&vm->arena, pel_vm_step, n);
  if (!vm->steps || !vm->spreads) return PEL_E_NOMEM;
  for (uint32_t i = 0; i < n; i++) {
    const pel_instr *in = &p->plan->instrs[p->prog->instrs.at + i];
    bool spread = in->code == PEL_CODE_CONST || in->code == PEL_CODE_SLOT;
    uint32_t k = spread ? vm->nspreads : vm->nsteps;
    pel_vm_step *s = spread ? &vm->spreads[k] : &vm->steps[k];
    *s = (pel_vm_step){.nargs = in->nargs,
                       .dst = in->dst,
                       .ref = in->ref,
                       .mask = in->mask,
                       .args = p->plan->args + in->args,
                       .number = k,
                       .ndst = in->dst != PEL_NONE};
    if (!spread && !registers_exist(p, in, s->args))
      return pel_error_set(p->e, PEL_E_INVALID, "a register that does not exist");
    if (spread) {
      if (in->dst >= vm->nregs)
        return pel_error_set(p->e, PEL_E_INVALID, "a register that does not exist");
      if (in->code == PEL_CODE_CONST) s->args = NULL; /* tells it from a slot */
      vm->regs[in->dst].home = PEL_VM_SPREAD;
      vm->regs[in->dst].at = vm->nspreads++;
      continue;
    }
    pel_status st = make_step(p, in, s);
    vm->nsteps++; /* also a step that failed: free looks at its child */
    if (st) return st;
  }
  return PEL_OK;
}

/* ---- buffers ---- */

/* Whether dst shows the arguments' own memory. */
static bool borrows(const pel_vm_step *s) {
  return s->action == pel__vm_field || s->action == pel__vm_list_field ||
         s->action == pel__vm_record;
}

static void find_last_uses(prep *p) {
  pel_vm *vm = p->vm;
  for (uint32_t i = 0; i < vm->nsteps; i++)
    for (uint32_t k = 0; k < vm->steps[i].nargs; k++) p->last[vm->steps[i].args[k]] = i;
  for (uint32_t i = 0; i < vm->noutputs; i++) p->last[vm->outputs[i]] = UINT32_MAX;
  for (uint32_t i = vm->nsteps; i-- > 0;) {
    const pel_vm_step *s = &vm->steps[i];
    if (!borrows(s)) continue;
    for (uint32_t k = 0; k < s->nargs; k++)
      if (p->last[s->args[k]] < p->last[s->dst]) p->last[s->args[k]] = p->last[s->dst];
  }
}

/* The register's own memory, if it needs any. */
static uint32_t width_of(const pel_vm *vm, const pel_vm_step *s, uint32_t reg) {
  bool none = borrows(s) || s->action == pel__vm_column || s->action == pel__vm_mask ||
              s->action == pel__vm_filter;
  if (s->action == pel__vm_field)
    return 1; /* null marks of a record may have to be merged in */
  if (none || !vm->regs[reg].type) return 0;
  uint32_t w = pel_kind_width(vm->regs[reg].type->kind);
  return w ? w : 1;
}

static uint32_t take_buffer(pel_vm *vm, uint32_t *busy_until, uint32_t step,
                            uint32_t width) {
  for (uint32_t b = 0; b < vm->nbuffers; b++)
    if (vm->buffers[b] == width && busy_until[b] < step) return b;
  vm->buffers[vm->nbuffers] = width;
  return vm->nbuffers++;
}

static pel_status give_buffers(prep *p) {
  pel_vm *vm = p->vm;
  uint32_t *busy_until = PEL_ARENA_ARRAY(&vm->arena, uint32_t, vm->nregs);
  vm->buffers = PEL_ARENA_ARRAY(&vm->arena, uint32_t, vm->nregs);
  if (!busy_until || !vm->buffers) return PEL_E_NOMEM;
  for (uint32_t i = 0; i < vm->nsteps; i++) {
    const pel_vm_step *s = &vm->steps[i];
    for (uint32_t k = 0; k < s->ndst; k++) {
      uint32_t w = width_of(vm, s, s->dst + k);
      if (!w || vm->regs[s->dst + k].home == PEL_VM_BUFFER) continue;
      uint32_t b = take_buffer(vm, busy_until, i, w), until = p->last[s->dst + k];
      busy_until[b] = until < i ? i : until;
      vm->regs[s->dst + k].home = PEL_VM_BUFFER;
      vm->regs[s->dst + k].at = b;
    }
  }
  return PEL_OK;
}

/* ---- the program ---- */

static pel_status fill(prep *p) {
  pel_vm *vm = p->vm;
  vm->nregs = p->prog->regs.n;
  vm->regs = PEL_ARENA_ARRAY(&vm->arena, pel_vm_reg, vm->nregs);
  p->last = PEL_ARENA_ARRAY(&vm->arena, uint32_t, vm->nregs);
  if (!vm->regs || !p->last) return PEL_E_NOMEM;
  for (uint32_t i = 0; i < vm->nregs; i++) {
    uint32_t t = p->plan->reg_types[p->prog->regs.at + i];
    vm->regs[i].type = t == PEL_NONE ? NULL : &p->plan->types[t];
  }
  vm->outputs = p->plan->args + p->prog->outputs.at;
  vm->noutputs = p->prog->outputs.n;
  for (uint32_t i = 0; i < vm->noutputs; i++)
    if (vm->outputs[i] >= vm->nregs)
      return pel_error_set(p->e, PEL_E_INVALID, "an output that does not exist");
  pel_status st = make_steps(p);
  if (st) return st;
  find_last_uses(p);
  return give_buffers(p);
}

static pel_status new_vm(const pel_plan_data *plan, uint32_t prog,
                         const pel_op *const *ops, const pel_alloc *alloc, uint32_t depth,
                         pel_vm **out, pel_error *e) {
  pel_arena arena;
  pel__arena_init(&arena, alloc);
  pel_vm *vm = PEL_ARENA_NEW(&arena, pel_vm);
  if (!vm) return PEL_E_NOMEM;
  vm->alloc = arena.alloc;
  vm->arena = arena;
  vm->plan = plan;
  vm->depth = depth;
  prep p = {.vm = vm,
            .plan = plan,
            .prog = &plan->progs[prog],
            .ops = ops,
            .depth = depth,
            .e = e};
  pel_status st = fill(&p);
  if (st) {
    pel__vm_free(vm);
    return st;
  }
  *out = vm;
  return PEL_OK;
}

pel_status pel__vm_new(const pel_plan_data *plan, uint32_t prog, const pel_op *const *ops,
                       const pel_alloc *alloc, pel_vm **out, pel_error *e) {
  return new_vm(plan, prog, ops, alloc, 0, out, e);
}

void pel__vm_free(pel_vm *vm) {
  if (!vm) return;
  for (uint32_t i = 0; i < vm->nsteps; i++)
    pel__vm_free((pel_vm *)(uintptr_t)vm->steps[i].child);
  pel_arena arena = vm->arena;
  pel__arena_deinit(&arena);
}
