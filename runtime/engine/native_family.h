/* What the files of native calls share: libraries, functions made ready, and the frame of
 * one call. The run's natives own libraries and functions; a frame lives on the stack of
 * the worker that calls. One thread per frame. */
#ifndef PEL_RUNTIME_ENGINE_NATIVE_FAMILY_H
#define PEL_RUNTIME_ENGINE_NATIVE_FAMILY_H

#include <ffi.h>

#include "runtime/base/check.h"
#include "runtime/engine/native.h"
#include "runtime/sys/sys.h"

/* A library that is open, shared by all its functions. */
typedef struct pel_native_library {
  const char *path;
  pel_library handle;
  bool open;
  pel_lock *lock; /* the engine's, around calls when it is not thread-safe */
} pel_native_library;

typedef struct pel_native_function {
  bool ready;
  pel_native_library *lib; /* NULL: a host's function */
  void *address;
  void *explain;
  ffi_cif cif;
  ffi_type **types;
  ffi_type *result;
} pel_native_function;

struct pel_natives {
  pel_engine *engine;
  const pel_plan_data *plan;
  void *const *hosts;
  const pel_alloc *alloc;
  pel_arena arena;
  pel_lock lock; /* around preparing */
  pel_native_function *fns;
  pel_native_library *libs;
  uint32_t nlibs;
};

typedef union pel_native_value {
  int64_t i;
  double d;
  float f;
  void *p;
  char bytes[16];
} pel_native_value;

enum { PEL_NATIVE_PARAMS = 64 };

typedef struct pel_native_frame {
  pel_natives *n;
  const pel_native *f;
  pel_native_function *fn;
  const pel_env *env;
  pel_native_value values[PEL_NATIVE_PARAMS]; /* arguments by value */
  void *pointers[PEL_NATIVE_PARAMS]; /* what `out` and struct pointers point to */
  void *args[PEL_NATIVE_PARAMS];
  pel_native_value *result;
  pel_lock *held; /* from a call until what it gave is copied */
} pel_native_frame;

/* The libffi type of a value. NULL: no memory. */
ffi_type *pel__native_type(pel_natives *n, pel_ctype c, uint32_t type);
/* Size and alignment of a value or record as the C compiler lays it out. */
size_t pel__native_size(const pel_type *t, size_t *align);
/* A cell as C sees it at `to`, and back; text is copied to env->temp. */
/* PEL_E_INVALID: a text for a C string holds a NUL. */
PEL_USE_RESULT pel_status pel__native_store(const pel_env *env, const pel_col *c,
                                            uint64_t row, char *to);
PEL_USE_RESULT pel_status pel__native_load(const pel_env *env, const char *from,
                                           pel_col *c, uint64_t row);

PEL_USE_RESULT pel_status pel__native_frame_init(pel_native_frame *x, pel_natives *n,
                                                 uint32_t number, const pel_env *env);
PEL_INLINE const pel_cparam *pel__native_param(const pel_native_frame *x, uint32_t i) {
  return &x->n->plan->cparams[x->f->params.at + i];
}
PEL_INLINE bool pel__native_returns(const pel_native *f) {
  return f->result != PEL_C_VOID && f->ok == PEL_NONE;
}
/* Calls; args and result are those of the frame. What the function points to, its
 * messages too, may be looked at until pel__native_leave, which each call wants: no other
 * call into a library that is not thread-safe begins before. */
void pel__native_invoke(pel_native_frame *x);
void pel__native_leave(pel_native_frame *x);
bool pel__native_succeeded(const pel_native_frame *x);
/* "`f` returned 3: its own message", in env->temp. */
const char *pel__native_complaint(const pel_native_frame *x);
/* A library that leaves the processor's rounding changed would change everybody's
 * results. */
PEL_USE_RESULT pel_status pel__native_check_control(const pel_native_frame *x,
                                                    uint32_t before, uint64_t ordinal);
/* One argument of a call on row `row` of the columns. */
/* That a text holds a NUL, at which a C string would end. */
const char *pel__native_nul(const pel_native_frame *x);
PEL_USE_RESULT pel_status pel__native_argument(pel_native_frame *x, uint32_t i,
                                               const pel_col *in, uint64_t row);
#endif
