/* Words every public header of PEL is written with: visibility, status codes, errors,
 * spans. Nothing here is owned by anyone; every type is plain data that its caller owns.
 * Everything here may be used from any thread. */
#ifndef PEL_BASE_H
#define PEL_BASE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define PEL_API __attribute__((visibility("default")))
#define PEL_USE_RESULT __attribute__((warn_unused_result))
#define PEL_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define PEL_LIKELY(x) __builtin_expect(!!(x), 1)
#define PEL_UNLIKELY(x) __builtin_expect(!!(x), 0)
#define PEL_INLINE static inline __attribute__((always_inline, unused))
#define PEL_NOINLINE __attribute__((noinline))
#define PEL_COLD __attribute__((cold, noinline))
#define PEL_FALLTHROUGH __attribute__((fallthrough))
#define PEL_UNUSED __attribute__((unused))
#define PEL_ALIGNED(n) __attribute__((aligned(n)))
#else
#define PEL_API
#define PEL_USE_RESULT
#define PEL_PRINTF(fmt, args)
#define PEL_LIKELY(x) (x)
#define PEL_UNLIKELY(x) (x)
#define PEL_INLINE static inline
#define PEL_NOINLINE
#define PEL_COLD
#define PEL_FALLTHROUGH ((void)0)
#define PEL_UNUSED
#define PEL_ALIGNED(n)
#endif

/* What a fallible function answers. PEL_OK is 0; PEL_DONE is no error. */
typedef enum pel_status {
  PEL_OK = 0,
  PEL_DONE = 1,        /* nothing more to give */
  PEL_E_NOMEM = 2,     /* the budget or the machine has no memory left */
  PEL_E_IO = 3,        /* the system refused a read, write, open, rename … */
  PEL_E_NOENT = 4,     /* an input is missing */
  PEL_E_INVALID = 5,   /* an argument or a file's content breaks its contract */
  PEL_E_COMPILE = 6,   /* the program has diagnostics */
  PEL_E_FAILED = 7,    /* an operator failed */
  PEL_E_CANCELLED = 8, /* the run was cancelled */
  PEL_E_LIMIT = 9,     /* a documented limit was passed */
  PEL_E_FORKED = 10,   /* a context was used in a forked child */
  PEL_E_INTERNAL = 11  /* a bug of PEL's */
} pel_status;

/* A place in a program's text: a byte offset, and 1-based line and column (in code
 * points). file is an index into the list of source files of a compilation. line 0: no
 * place. */
typedef struct pel_span {
  uint32_t file;
  uint32_t begin, end; /* byte offsets, end excluded */
  uint32_t line, col;
} pel_span;

/* A message owned by the caller, filled in when a call fails. Zero-initialise it. */
typedef struct pel_error {
  pel_status status;
  pel_span span;
  char message[1024];
} pel_error;

/* Fill e (which may be NULL) and return status, so that `return pel_error_set(e, …)`
 * reads well. */
PEL_API pel_status pel_error_set(pel_error *e, pel_status status, const char *fmt, ...)
    PEL_PRINTF(3, 4);

/* The status's name, such as "PEL_E_IO". */
PEL_API const char *pel_status_name(pel_status s);

#ifdef __cplusplus
}
#endif
#endif
