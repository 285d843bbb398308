#include "stdlib/env_alloc.h"

static void *env_resize(void *ctx, void *p, size_t old_n, size_t n) {
  const pel_env *env = ctx;
  if (n) return p ? env->resize(env, p, old_n, n) : env->alloc(env, n);
  if (p) env->free(env, p, old_n);
  return NULL;
}

pel_alloc pel__env_alloc(const pel_env *env) {
  return (pel_alloc){env_resize, (void *)(uintptr_t)env};
}
