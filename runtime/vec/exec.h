/* Tier 0: runs an expression program of a plan over chunks, instruction by instruction, a
 * block at a time. A pel_vm is a program made ready (operators resolved); immutable,
 * owned by whoever made it, shared by all workers. A pel_vm_local holds the registers of
 * one worker; one thread at a time. */
#ifndef PEL_RUNTIME_VEC_EXEC_H
#define PEL_RUNTIME_VEC_EXEC_H

#include "runtime/plan/plan.h"
#include "runtime/vec/table.h"

/* What a native call needs; given by the engine, which owns libraries and libffi. */
typedef struct pel_native_fn pel_native_fn;
typedef struct pel_vm_hooks {
  /* Call natives[number] for rows sel[0..n): args are columns, out the result column (a
   * record if several). Poisons rows whose status is not `ok`. */
  pel_status (*native)(void *ctx, uint32_t number, const pel_call *call);
  void *ctx;
  /* The block is one row that means nothing: what fails below a LIST_MAP is known by its
   * item, as PEL_VM_ITEM and the item's number from 0 for an ordinal. */
  bool items;
} pel_vm_hooks;

#define PEL_VM_ITEM (UINT64_C(1) << 63)

typedef struct pel_vm pel_vm;
typedef struct pel_vm_local pel_vm_local;

/* ops: the resolved operators, ops[i] for plan->ops[i] (NULL for verbs). Slots are read
 * at run time through `slots`. */
pel_status pel__vm_new(const pel_plan_data *plan, uint32_t prog, const pel_op *const *ops,
                       const pel_alloc *alloc, pel_vm **out, pel_error *e);
void pel__vm_free(pel_vm *vm);
/* slots[i]: the table of plan->slots[i] (only those the program names must be there).
 * Constants and slot values are spread over a block once, here. */
pel_status pel__vm_local_new(const pel_vm *vm, const pel_env *env,
                             pel_table *const *slots, const pel_vm_hooks *hooks,
                             const pel_alloc *alloc, pel_vm_local **out);
void pel__vm_local_free(pel_vm_local *l);
/* Runs the program over in's rows (those of in->sel). out borrows from registers and from
 * `in`, until the next run or the next reset of env->temp. out->sel lists the rows that
 * went through the filters; out->ordinal is in->ordinal. A poisoned filter condition
 * fails the item through env->consume_poison; its row is then left out like others. */
pel_status pel__vm_run(pel_vm_local *l, const pel_env *env, const pel_chunk *in,
                       pel_chunk *out);
#endif
