/* A sealed plan: immutable, counted by references, run any number of times at once.
 * Whoever gets one releases it once. It holds no address, no thread count and no result,
 * so it can be saved and loaded elsewhere. Any thread and any context, several at once;
 * it is released before the context that made it is freed. */
#ifndef PEL_PLAN_H
#define PEL_PLAN_H

#include "pel/context.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct pel_plan pel_plan;

PEL_API pel_plan *pel_plan_retain(pel_plan *plan);
PEL_API void pel_plan_release(pel_plan *plan); /* NULL is fine */

/* Bytes that pel_plan_load takes, in this version of the library; freed by pel_text_free.
 */
PEL_API PEL_USE_RESULT pel_status pel_plan_save(pel_context *ctx, const pel_plan *plan,
                                                char **bytes, size_t *n, pel_error *err);
/* Trusts nothing: what breaks the format is PEL_E_INVALID. */
PEL_API PEL_USE_RESULT pel_status pel_plan_load(pel_context *ctx, const void *bytes,
                                                size_t n, pel_plan **out, pel_error *err);
/* For people; freed by pel_text_free. */
PEL_API PEL_USE_RESULT pel_status pel_plan_text(pel_context *ctx, const pel_plan *plan,
                                                char **text, size_t *n);

typedef enum pel_value_shape {
  PEL_VALUE_SCALAR,
  PEL_VALUE_ARRAY,
  PEL_VALUE_RECORD,
  PEL_VALUE_TABLE
} pel_value_shape;

/* A value from outside. */
typedef struct pel_param {
  const char *name;
  const char *type; /* in the words of the language */
  pel_value_shape shape;
  pel_kind kind; /* of a scalar, or of an array's elements */
  bool required; /* something the plan makes reads it, and there is no default */
  const char *
      init; /* a default that is one constant, as the command line writes it; else NULL */
  const char *doc; /* "" without one */
} pel_param;
PEL_API size_t pel_plan_params(const pel_plan *plan);
PEL_API pel_param pel_plan_param_at(const pel_plan *plan, size_t i);

typedef enum pel_item_role { PEL_ROLE_LET, PEL_ROLE_OUT, PEL_ROLE_TEST } pel_item_role;

/* A result. */
typedef struct pel_item {
  const char *name;
  pel_item_role role;
  pel_value_shape shape;
  bool written;     /* goes to a file */
  const char *path; /* of that file, when the program says it as a constant; else NULL */
  const char *format; /* "csv", "tsv": of a file */
  const char *type;   /* in the words of the language; of a table: [*]{ … } */
  uint32_t line;
} pel_item;
PEL_API size_t pel_plan_items(const pel_plan *plan);
PEL_API pel_item pel_plan_item_at(const pel_plan *plan, size_t i);

/* A file that is read. */
typedef struct pel_input {
  const char *path;   /* when the program says it as a constant, or as a parameter's
                         default; else NULL */
  const char *param;  /* the parameter that says it, or NULL */
  const char *format; /* "csv" … */
  const char *type;   /* of its rows: { … } */
  uint32_t line;
} pel_input;
PEL_API size_t pel_plan_inputs(const pel_plan *plan);
PEL_API pel_input pel_plan_input_at(const pel_plan *plan, size_t i);

#ifdef __cplusplus
}
#endif
#endif
