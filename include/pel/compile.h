/* From text to a plan. A compilation either gives a plan or says what is wrong, as data
 * and as text. The host owns what it gets: diagnostics are freed by pel_diagnostics_free,
 * plans by pel_plan_release. Texts inside live as long as what they came with. Any
 * thread; each call works on its own memory. */
#ifndef PEL_COMPILE_H
#define PEL_COMPILE_H

#include "pel/context.h"
#include "pel/plan.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct pel_diagnostics pel_diagnostics;

typedef struct pel_source_text {
  const char *
      name; /* for messages, and what `use` and libraries are relative to; "-" for none */
  const char *text;
  size_t n;
} pel_source_text;

/* What is made of a program step by step, for `pel explain`: step is "typed", "ir", a
 * pass's name, "plan". */
typedef void (*pel_explain_fn)(void *user, const char *step, const char *text, size_t n);

/* Which items a plan is for. What only the others need is not in it, so that a test that
 * looks at a whole table does not make a run of the outs hold that table; a run cannot
 * choose the others. */
typedef enum pel_compile_items {
  PEL_COMPILE_ALL,
  PEL_COMPILE_OUTS,
  PEL_COMPILE_TESTS
} pel_compile_items;

/* NULL options: all zero. */
typedef struct pel_compile_options {
  size_t size;            /* sizeof(pel_compile_options); 0 is PEL_E_INVALID */
  pel_explain_fn explain; /* NULL: nothing is shown */
  void *user;
  bool check_only; /* no plan is made */
  bool no_files;   /* nothing is read: no modules, no sampling, no libraries (hermetic
                      hosts) */
  pel_compile_items items;
  const char *const *outs; /* nouts names: only these of the outs; NULL: all. One that is
                              no out is told by pel_run_choose */
  size_t nouts;
  const char *const *reserved; /* nreserved names that no param may have, `-` and `_`
                                  alike: a command's own options */
  size_t nreserved;
} pel_compile_options;

/* *plan is NULL unless PEL_OK. *diagnostics is always set (maybe empty: warnings come
 * with PEL_OK too) except without memory. PEL_E_COMPILE: there are errors; PEL_E_NOENT:
 * an input that is needed to compile is missing; PEL_E_INVALID: the options are, and one
 * diagnostic without a code says why. */
PEL_API PEL_USE_RESULT pel_status pel_compile(pel_context *ctx,
                                              const pel_source_text *source,
                                              const pel_compile_options *options,
                                              pel_plan **plan,
                                              pel_diagnostics **diagnostics);

typedef enum pel_diagnostic_format {
  PEL_FORMAT_HUMAN,
  PEL_FORMAT_SHORT,
  PEL_FORMAT_JSON
} pel_diagnostic_format;

typedef struct pel_diagnostic {
  const char *code; /* "E0201"; "" when it is not about the program */
  bool warning;
  const char *file;
  pel_span span;
  const char *message, *label, *help; /* the last two may be "" */
} pel_diagnostic;

PEL_API size_t pel_diagnostics_count(const pel_diagnostics *d);
PEL_API pel_diagnostic pel_diagnostics_at(const pel_diagnostics *d, size_t i);
PEL_API size_t pel_diagnostics_errors(const pel_diagnostics *d);
typedef enum pel_color {
  PEL_COLOR_OFF,
  PEL_COLOR_ON /* ANSI sequences, for a terminal; json has none */
} pel_color;
/* All of them as text, at most 20; lives until the next call or free. */
PEL_API const char *pel_diagnostics_text(pel_diagnostics *d, pel_diagnostic_format format,
                                         pel_color color);
PEL_API void pel_diagnostics_free(pel_diagnostics *d);

/* The program in canonical layout: *out is the host's, freed by pel_text_free. */
PEL_API PEL_USE_RESULT pel_status pel_format(pel_context *ctx,
                                             const pel_source_text *source, char **out,
                                             size_t *n, pel_diagnostics **diagnostics);
PEL_API void pel_text_free(pel_context *ctx, char *text, size_t n);

typedef enum pel_schema_format {
  PEL_SCHEMA_TYPE, /* one line of the language: "type Name = { id: i64, name: str? }" */
  PEL_SCHEMA_JSON  /* {"columns": [{"name": "id", "type": "i64"}, …]} */
} pel_schema_format;
/* The row type a reader finds in a file. */
PEL_API PEL_USE_RESULT pel_status pel_schema(pel_context *ctx, const char *path,
                                             const char *type_name,
                                             pel_schema_format format, char **out,
                                             size_t *n, pel_error *err);

#ifdef __cplusplus
}
#endif
#endif
