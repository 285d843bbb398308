/* A context: one pool of workers, one memory budget, one table of operators. Everything
 * else hangs from one. The host owns it and frees it last. It may be used from any number
 * of threads at once; two contexts share nothing. The library never prints, exits,
 * installs a signal handler or changes the locale. In a forked child calls answer
 * PEL_E_FORKED: make a new context there. */
#ifndef PEL_CONTEXT_H
#define PEL_CONTEXT_H

#include "pel/op.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct pel_context pel_context;

/* Zero means default, for every field but size. */
typedef struct pel_options {
  size_t size;       /* sizeof(pel_options); 0 is PEL_E_INVALID */
  uint32_t workers;  /* as many as affinity and cgroup quota allow */
  uint64_t memory;   /* bytes; 80 % of the smaller of RAM and cgroup limit */
  const char *spill; /* folder for what exceeds the memory: $TMPDIR, else /var/tmp */
  /* Knobs for tests: no result depends on them. */
  uint64_t seed;        /* of hashing and of the order in which workers help each other */
  uint32_t hash_bits;   /* 64 */
  uint32_t morsel_rows; /* what each source thinks best */
  uint32_t simd;        /* 0: the best the processor has; 1 + level: not above that level.
                           Changes nothing while kernels have one form */
  const char *passes;   /* "none", or "-simplify,-cse": passes left out */
  bool reload;          /* save and load each plan before it is run */
} pel_options;

/* NULL options: defaults. No thread is started before there is work for two. */
PEL_API PEL_USE_RESULT pel_status pel_context_new(const pel_options *options,
                                                  pel_context **out, pel_error *err);
/* Plans and runs of the context must be gone. NULL is fine. */
PEL_API void pel_context_free(pel_context *ctx);

PEL_API uint32_t pel_context_workers(const pel_context *ctx);
PEL_API uint64_t pel_context_memory(const pel_context *ctx);
/* The most memory that was in use at once, since the last run began. */
PEL_API uint64_t pel_context_memory_peak(const pel_context *ctx);

/* More operators, found before the built-in ones of the same name. The rows must live as
 * long as the context; ops ends with NULL. Before the first compilation; not from several
 * threads. */
PEL_API PEL_USE_RESULT pel_status pel_context_add_ops(pel_context *ctx,
                                                      const pel_op *const *ops,
                                                      pel_error *err);
/* A shared library that exports `pel_plugin` (see op.h); it stays open as long as the
 * context. */
PEL_API PEL_USE_RESULT pel_status pel_context_add_plugin(pel_context *ctx,
                                                         const char *path,
                                                         pel_error *err);
/* A C function of the host, which programs declare in a block `extern "host" { @pure
 * @threadsafe fn clamp01(x: f64) -> f64 }`. It is called through libffi, from any worker
 * unless @threadsafe is left out. The name is copied. */
PEL_API PEL_USE_RESULT pel_status pel_context_add_function(pel_context *ctx,
                                                           const char *name,
                                                           void *function,
                                                           pel_error *err);

/* Calls fn for every operator, by name. */
PEL_API void pel_context_each_op(const pel_context *ctx,
                                 void (*fn)(void *user, const pel_op *op), void *user);

/* The version of the library, such as "0.1.0". */
PEL_API const char *pel_version(void);

#ifdef __cplusplus
}
#endif
#endif
