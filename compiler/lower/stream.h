/* Pipes in the making: where rows come from, what has been done to them, which columns
 * they are. A stream has one owner, who ends it in a slot or a node; everything lives in
 * the lowering's scratch arena. One thread. */
#ifndef PEL_COMPILER_LOWER_STREAM_H
#define PEL_COMPILER_LOWER_STREAM_H

#include "compiler/lower/prog.h"

/* One source; several that follow each other are a concat. */
typedef struct pel_head {
  pel_source_kind from;
  uint32_t source;
  const uint32_t *slots;
  uint32_t nslots;
  const pel_ir_node *reader; /* its columns are not chosen yet; else NULL */
  const uint32_t *columns;
  uint32_t ncolumns;
  uint32_t filter;
  const uint32_t *filter_columns;
  uint32_t nfilter_columns;
  uint64_t limit;
  pel_plan_step *steps;
  uint32_t nsteps;
} pel_head;

typedef struct pel_stream {
  pel_head *heads;
  uint32_t nheads;
  pel_plan_step *steps; /* of all heads, behind their own */
  uint32_t nsteps;
  const uint32_t *types; /* of the columns that flow */
  uint32_t ntypes;
  const pel_type *type; /* of an element */
  uint32_t
      *cols; /* which column is which field of the element (or, no record, the element) */
} pel_stream;

/* How many columns an element of this type takes, and the type and name of column i. */
uint32_t pel__width(const pel_type *t);
const pel_type *pel__column_type(const pel_type *t, uint32_t i);
pel_str pel__column_name(const pel_type *t, uint32_t i, pel_str single);

pel_stream *pel__stream_reader(pel_lowering *l, const pel_ir_node *read, uint32_t node);
/* The columns of a breaker's result; cols NULL: column i is field i. */
pel_stream *pel__stream_node(pel_lowering *l, uint32_t node, const pel_type *type,
                             const uint32_t *types, uint32_t ntypes,
                             const uint32_t *cols);
/* Slots side by side; the element's type is given by whoever asks. */
pel_stream *pel__stream_slots(pel_lowering *l, const uint32_t *slots, uint32_t n,
                              const pel_type *type);
/* One row without columns. */
pel_stream *pel__stream_unit(pel_lowering *l);
pel_stream *pel__stream_concat(pel_lowering *l, pel_stream **parts, uint32_t n,
                               const pel_type *type);

/* Appends the region (of one input) as a step; what flows then are the outputs. */
pel_prog_made pel__stream_run(pel_lowering *l, pel_stream *s, const pel_ir_region *r,
                              const pel_output *outputs, uint32_t noutputs);
void pel__stream_step(pel_lowering *l, pel_stream *s, pel_plan_step step);
void pel__stream_flows(pel_lowering *l, pel_stream *s, const pel_type *type,
                       const uint32_t *types, uint32_t ntypes, const uint32_t *cols);
/* Exactly the element's columns, in order. */
void pel__stream_exact(pel_lowering *l, pel_stream *s);
/* One column of records (of this type) becomes a column per field. */
void pel__stream_unwrap(pel_lowering *l, pel_stream *s, const pel_type *type);
/* All columns that flow are known (a reader is asked for all of them). */
void pel__stream_settle(pel_lowering *l, pel_stream *s);

/* Ends it: pipes are added to the plan. */
void pel__stream_to_slot(pel_lowering *l, pel_stream *s, uint32_t slot, uint32_t item,
                         pel_span span);
void pel__stream_to_node(pel_lowering *l, pel_stream *s, uint32_t node, uint32_t port,
                         uint32_t item, pel_span span);
#endif
