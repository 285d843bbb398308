/* What the files of the public interface share: what stands behind pel_context and
 * pel_run. The host owns both; a run borrows its context and keeps its plan. A context's
 * lists change only before it is shared; a run is for one thread, but for cancelling. */
#ifndef PEL_RUNTIME_API_API_H
#define PEL_RUNTIME_API_API_H

#include "pel/pel.h"
#include "runtime/base/vec.h"
#include "runtime/engine/engine.h"
#include "runtime/sys/sys.h"

extern const pel_op *const pel__std_ops[];

typedef struct pel_host_function {
  char *name;
  void *address;
} pel_host_function;

struct pel_context {
  const pel_alloc *alloc; /* uncharged: compilations, handles */
  pel_arena arena;        /* names; dies with the context */
  pel_options options;
  pel_op_tables ops;
  pel_engine *engine;
  PEL_VEC(pel_host_function) functions;
  PEL_VEC(pel_library) plugins;
  uint64_t pid;
};

typedef struct pel_rejects pel_rejects;

typedef struct pel_sides { /* of a test's comparison */
  const char *left, *right;
} pel_sides;

struct pel_run {
  pel_context *ctx;
  pel_plan_data *plan;
  pel_engine_run *run;
  pel_atomic_ptr live;       /* run, for whoever cancels */
  pel_arena arena;           /* texts; dies with the run */
  bool *chosen;              /* per item */
  const char **paths;        /* per item */
  const pel_op **writers;    /* per item: of another format than the plan's, or NULL */
  void **natives;            /* per native: a host's function, or NULL */
  pel_table **bound;         /* per param */
  pel_run_failure *failures; /* once it has ended */
  size_t n_failures;
  pel_sides *sides; /* per item, once somebody asked */
  bool any_chosen, started, done;
  uint64_t json_nulls; /* see pel_run_total */
  pel_thread thread;
  pel_status status;
  pel_error error;
  pel_rejects *rejects;
  const char *rejects_path; /* NULL: nobody wants them */
  pel_atomic_u32 cancelled;
  pel_buf text; /* said.c */
};

PEL_INLINE pel_plan_data *pel__plan_of(const pel_plan *p) {
  return (pel_plan_data *)(uintptr_t)p;
}

/* pel_context_new with another source of memory; tests make it fail. */
PEL_USE_RESULT pel_status pel__context_new(const pel_options *options,
                                           const pel_alloc *alloc, pel_context **out,
                                           pel_error *err);
/* A copy of a host's options, which begin with their size: the host may know fewer of
 * them than this version, or more. NULL: all zero. PEL_E_INVALID: no size was set. */
PEL_USE_RESULT pel_status pel__options_take(void *mine, size_t room, const void *given,
                                            const char *type, pel_error *err);
/* Whether pipes of the plan fill this slot. */
bool pel__plan_fills(const pel_plan_data *p, uint32_t slot);
/* Before a host gets a plan: makes what pel_plan_param_at and its like answer. Only here
 * is a sealed plan changed, by the one thread that knows it. PEL_E_NOMEM. */
PEL_USE_RESULT pel_status pel__plan_show(pel_plan_data *p);
/* PEL_E_FORKED in a child of the process that made the context. */
PEL_USE_RESULT pel_status pel__context_check(const pel_context *ctx, pel_error *err);
void *pel__context_function(const pel_context *ctx, pel_str name);
/* PEL_NONE: there is none. */
uint32_t pel__run_item(const pel_run *run, const char *name);
uint32_t pel__run_param(const pel_run *run, const char *name);
/* Gives a parameter its value; takes the table over. */
PEL_USE_RESULT pel_status pel__run_set(pel_run *run, uint32_t param, pel_table *value,
                                       pel_error *err);
/* The types of a parameter's columns. */
const pel_type *pel__param_type(const pel_run *run, uint32_t param, uint32_t column);
uint32_t pel__param_columns(const pel_run *run, uint32_t param);

/* types_text.c, plan.c */
void pel__type_print(const pel_type *t, pel_buf *out);
void pel__field_print(const pel_field *f, pel_buf *out);
void pel__param_print(const pel_plan_data *p, uint32_t param, pel_buf *out);
/* escape.c: text with control characters as the language writes them, `\u{1b}`: for
 * people, with bytes that are no UTF-8 as `\xff`; and as a string of the language, where
 * such bytes become U+FFFD. */
void pel__text_shown(pel_buf *b, pel_str s);
void pel__text_literal(pel_buf *b, pel_str s);
/* from_text.c: text to a scalar as the command line writes it. */
PEL_USE_RESULT pel_status pel__const_from_text(const pel_type *t, const char *text,
                                               size_t n, pel_const *out, pel_error *err);
/* arrow_in.c, arrow_out.c */
typedef struct pel_arrow_want { /* of a host's value */
  pel_str param;
  pel_value_shape shape;
  uint32_t n; /* columns */
  const pel_type *const *types;
  const pel_str *names;
} pel_arrow_want;
/* Takes the array over when it succeeds; the schema stays the caller's. */
PEL_USE_RESULT pel_status pel__arrow_import(const pel_alloc *alloc,
                                            const pel_arrow_want *want,
                                            const struct ArrowSchema *schema,
                                            struct ArrowArray *array, pel_table **out,
                                            pel_error *err);
PEL_USE_RESULT pel_status pel__arrow_export(const pel_alloc *alloc, pel_plan_data *plan,
                                            const pel_table *t, const pel_str *names,
                                            pel_value_shape shape,
                                            struct ArrowSchema *schema,
                                            struct ArrowArray *array);
/* files.c: a pel_env without a run, for sampling: open, read_at, close, alloc, temp,
 * fail. */
typedef struct pel_files {
  pel_env env;
  const pel_alloc *alloc;
  pel_arena temp;
  pel_status status;
  char message[1024];
} pel_files;
void pel__files_init(pel_files *f, const pel_alloc *alloc);
void pel__files_deinit(pel_files *f);
/* rejects.c: rows that readers rejected become a file in the order of the data. */
PEL_USE_RESULT pel_status pel__rejects_new(pel_engine *engine, const char *path,
                                           pel_rejects **out, pel_error *err);
void pel__rejects_end(void *rejects, uint32_t source, uint64_t ordinal);
void pel__rejects_keep(void *rejects, uint64_t reader, uint32_t source, uint64_t ordinal,
                       uint32_t field, const char *text, size_t n, const char *why);
PEL_USE_RESULT pel_status pel__rejects_commit(pel_rejects *r, pel_error *err);
void pel__rejects_free(pel_rejects *r);
/* print_table.c, print_text.c */
typedef struct pel_printed {
  pel_str name;
  pel_value_shape shape;
  const pel_table *value;
  const pel_str *columns;
} pel_printed;
void pel__print_table(pel_buf *b, const pel_printed *p, bool several);
void pel__print_csv(pel_buf *b, const pel_printed *p, char delim);
void pel__print_ndjson(pel_buf *b, const pel_printed *p);
void pel__print_json(pel_buf *b, const pel_printed *p);
#endif
