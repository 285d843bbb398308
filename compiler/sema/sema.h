/* The type checker's door: a parsed file goes in, a typed program or diagnostics come
 * out. Everything made lives in the arena handed in, which belongs to the caller (the
 * compile arena). One thread per arena; nothing is shared between calls. */
#ifndef PEL_COMPILER_SEMA_SEMA_H
#define PEL_COMPILER_SEMA_SEMA_H

#include "compiler/diag/diag.h"
#include "compiler/sema/typed.h"
#include "compiler/syntax/ast.h"

/* What the checker may ask of the world. Every function may be NULL: then what needs it
 * is a diagnostic. */
typedef struct pel_sema_world {
  void *ctx;
  /* The text of a module. `from` is the name of the file that says `use`, `path` what it
   * says. Gives the name under which the module is known (equal names are one module) and
   * its text, both alive as long as the compilation. PEL_E_NOENT, PEL_E_IO: a diagnostic.
   */
  pel_status (*module)(void *ctx, pel_str from, pel_str path, pel_str *name,
                       pel_str *text);
  /* The row type a reader finds by looking at the data (runs reader->infer with file
   * access). args[0] is the path, args[1] a record of the options that were given (its
   * type names them). */
  pel_status (*infer)(void *ctx, const pel_op *reader, const pel_const *args,
                      uint32_t nargs, const pel_type **row, pel_error *e);
  /* PEL_OK: the library has the symbol. PEL_E_NOENT: there is no such library.
   * PEL_E_INVALID: it lacks the symbol; `near` may then be filled with a similar one. e:
   * the message. */
  pel_status (*symbol)(void *ctx, pel_str folder, pel_str library, pel_str symbol,
                       pel_str *near, pel_error *e);
} pel_sema_world;

typedef struct pel_sema_input {
  pel_arena *arena;
  pel_diags *diags; /* its sources grow by the modules that are used */
  const pel_ast_file *file;
  const pel_op *const *const *ops; /* NULL-terminated tables, tried in this order */
  uint32_t nops;
  const pel_sema_world
      *world; /* NULL: no modules, no sampling, no library is looked into */
  const char *const *reserved; /* names no param may have, `-` and `_` alike */
  size_t nreserved;
} pel_sema_input;

/* PEL_OK: *out is complete and no error was added. PEL_E_COMPILE: errors were added to
 * the diagnostics. PEL_E_NOMEM. */
PEL_USE_RESULT pel_status pel__sema_check(const pel_sema_input *in, pel_typed **out);

/* The typed program as s-expressions, one item after the other, for tests and `pel
 * explain`. */
void pel__typed_dump(const pel_typed *t, pel_buf *out);
/* A type in the words of the language, such as `[n]{ id: i64, name: str? }` (sizes are
 * `n` where they have a name, else `*`; `names` may be NULL). */
void pel__ty_print(const pel_ty *t, pel_buf *out);
#endif
