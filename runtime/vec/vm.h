/* The register machine's insides: a program made ready (pel_vm) and what one worker keeps
 * of it (pel_vm_local). A pel_vm is immutable and shared; a local belongs to one worker;
 * both live in arenas of their own. A local is for one thread at a time. */
#ifndef PEL_RUNTIME_VEC_VM_H
#define PEL_RUNTIME_VEC_VM_H

#include <string.h>

#include "runtime/vec/column.h"
#include "runtime/vec/exec.h"

typedef struct pel_vm_step pel_vm_step;
typedef pel_status (*pel_vm_action)(pel_vm_local *l, const pel_vm_step *s);

/* An instruction made ready. */
struct pel_vm_step {
  pel_vm_action action;
  uint32_t nargs, dst, ref, mask;
  const uint32_t *args; /* registers */
  const pel_op *op;
  pel_kernel kernel;
  const pel_agg *agg;
  const pel_vm *child; /* LIST_MAP */
  uint32_t ndst;       /* LIST_MAP: outputs */
  uint32_t number;     /* of the step: index of what a local keeps for it */
};

/* Where a register's values stand. */
typedef enum pel_vm_home {
  PEL_VM_NOWHERE, /* a mask, an input column, a view of other registers */
  PEL_VM_BUFFER,  /* buffers[at], shared with registers of other times */
  PEL_VM_SPREAD /* a constant or slot value, the same in every row, filled when the local
                   is made */
} pel_vm_home;

typedef struct pel_vm_reg {
  const pel_type *type; /* NULL: a mask */
  pel_vm_home home;
  uint32_t at; /* BUFFER: its number; SPREAD: the step that says what */
} pel_vm_reg;

struct pel_vm {
  const pel_alloc *alloc;
  pel_arena arena;
  const pel_plan_data *plan;
  pel_vm_step *steps; /* constants are not among them */
  uint32_t nsteps;
  pel_vm_step *spreads;
  uint32_t nspreads;
  pel_vm_reg *regs;
  uint32_t nregs;
  const uint32_t *outputs;
  uint32_t noutputs;
  uint32_t *buffers; /* width of each */
  uint32_t nbuffers;
  uint32_t depth; /* of programs inside programs */
};

typedef struct pel_vm_mask {
  uint16_t *rows;
  uint32_t n;
  uint32_t epoch; /* how many filters it has seen */
} pel_vm_mask;

/* One buffer: values and null marks of a block. */
typedef struct pel_vm_buffer {
  void *data;
  uint8_t *state;
} pel_vm_buffer;

/* A constant or slot value that is spread over rows. */
typedef struct pel_vm_spread {
  pel_colbuf buf;  /* rows of it so far */
  pel_table *slot; /* NULL: a constant */
} pel_vm_spread;

struct pel_vm_local {
  const pel_vm *vm;
  const pel_alloc *alloc;
  pel_arena arena;
  pel_vm_hooks hooks;
  pel_col *regs;
  pel_vm_mask *masks; /* per register */
  pel_vm_buffer *buffers;
  pel_vm_spread *spreads;
  pel_vm_local **children; /* per step */
  pel_col **parts;         /* per step: columns a RECORD or FIELD shows */
  void **states;           /* per step: LIST_AGG's states */
  pel_col *args;           /* of the call in progress */
  pel_col *outputs;
  uint16_t *sels[2];
  /* the block in progress */
  const pel_env *env;
  const pel_col *in;
  uint32_t rows;
  uint32_t nsel;
  const uint16_t *sel;
  uint32_t epoch;
  uint64_t ordinal;
  const uint32_t
      *owner;   /* row of the outermost block each row belongs to; NULL: itself */
  uint32_t cut; /* the least row of the outermost block at which a filter failed */
};

/* Which rows a step computes. */
typedef struct pel_vm_rows {
  const uint16_t *sel;
  uint32_t n;
} pel_vm_rows;

/* run.c */
pel_vm_rows pel__vm_rows(pel_vm_local *l, const pel_vm_step *s);
pel_vm_rows pel__vm_mask_rows(pel_vm_local *l, uint32_t mask);
/* dst as an empty column at home in its buffer. */
pel_col *pel__vm_dst(pel_vm_local *l, uint32_t reg);
/* The state buffer of dst, every cell valid; it becomes the column's. */
uint8_t *pel__vm_state(pel_vm_local *l, uint32_t reg);
/* out's null marks from those of the arguments: poison wins over null, the first
 * argument's over later ones. */
PEL_USE_RESULT pel_status pel__vm_merge(pel_vm_local *l, const pel_col *args, uint32_t n,
                                        pel_col *out, uint8_t *room);
PEL_USE_RESULT pel_status pel__vm_block(pel_vm_local *l, const pel_env *env,
                                        const pel_chunk *in, const uint32_t *owner,
                                        uint32_t cut);
/* Make sure a spread register has so many rows. */
PEL_USE_RESULT pel_status pel__vm_spread(pel_vm_local *l, uint32_t number, uint32_t rows);
PEL_INLINE bool pel__vm_is_spread(const pel_vm_local *l, uint32_t reg) {
  return l->vm->regs[reg].home == PEL_VM_SPREAD;
}

/* rows cells of a type, zero, from env->temp; records and lists with what belongs below
 * them. */
PEL_USE_RESULT bool pel__vm_blank(const pel_env *env, const pel_type *t, uint32_t rows,
                                  pel_col *out);

/* steps.c, masks.c, lists.c, list_agg.c */
pel_status pel__vm_column(pel_vm_local *l, const pel_vm_step *s);
pel_status pel__vm_call(pel_vm_local *l, const pel_vm_step *s);
pel_status pel__vm_native(pel_vm_local *l, const pel_vm_step *s);
pel_status pel__vm_field(pel_vm_local *l, const pel_vm_step *s);
pel_status pel__vm_list_field(pel_vm_local *l, const pel_vm_step *s);
pel_status pel__vm_record(pel_vm_local *l, const pel_vm_step *s);
pel_status pel__vm_filter(pel_vm_local *l, const pel_vm_step *s);
pel_status pel__vm_mask(pel_vm_local *l, const pel_vm_step *s);
pel_status pel__vm_poison(pel_vm_local *l, const pel_vm_step *s);
pel_status pel__vm_select(pel_vm_local *l, const pel_vm_step *s);
pel_status pel__vm_list_map(pel_vm_local *l, const pel_vm_step *s);
pel_status pel__vm_list_agg(pel_vm_local *l, const pel_vm_step *s);
pel_status pel__vm_list(pel_vm_local *l, const pel_vm_step *s);

/* The items of list arguments side by side: what LIST_MAP and LIST_AGG walk over. */
typedef struct pel_vm_domain {
  pel_vm_local *l;
  const pel_vm_step *s;
  pel_vm_rows rows;
  uint32_t *lens; /* per row of rows: how many items */
  pel_col *items; /* per argument: the items from the first one on; of others nothing */
  const bool *is_list; /* per argument: walked over (else repeated) */
  uint64_t total;
  uint32_t *owner; /* of the block in progress: row of this program's block */
} pel_vm_domain;

/* Merges null marks into dst, compares lengths (rows that differ are poisoned), lays
 * items side by side. */
PEL_USE_RESULT pel_status pel__vm_domain_open(pel_vm_local *l, const pel_vm_step *s,
                                              const bool *is_list, pel_col *dst,
                                              uint8_t *room, pel_vm_domain *d);
/* Columns of items [at, at + n), n ≤ PEL_BLOCK_ROWS; d->owner[0 … n) is filled by the
 * caller. */
PEL_USE_RESULT pel_status pel__vm_domain_block(pel_vm_domain *d, uint64_t at, uint32_t n,
                                               pel_col *out);
#endif
