#include <string.h>

#include "runtime/api/api.h"

const char *pel_version(void) { return PEL_VERSION; }

pel_status pel__options_take(void *mine, size_t room, const void *given, const char *type,
                             pel_error *err) {
  size_t size;
  memset(mine, 0, room);
  if (!given) return PEL_OK;
  memcpy(&size, given, sizeof size);
  if (size < sizeof size)
    return pel_error_set(err, PEL_E_INVALID,
                         "%s: its size is %zu: set it to sizeof(%s), or pass NULL", type,
                         size, type);
  memcpy(mine, given, size < room ? size : room);
  return PEL_OK;
}

/* A text of the host's, kept: its own may go. */
static const char *keep(pel_context *ctx, const char *z) {
  return z ? pel__arena_text(&ctx->arena, z, strlen(z)) : NULL;
}

pel_status pel_context_new(const pel_options *options, pel_context **out,
                           pel_error *err) {
  return pel__context_new(options, pel__alloc_libc(), out, err);
}

pel_status pel__context_new(const pel_options *options, const pel_alloc *alloc,
                            pel_context **out, pel_error *err) {
  pel_options mine;
  pel_status s = pel__options_take(&mine, sizeof mine, options, "pel_options", err);
  if (s) return s;
  pel_context *ctx = pel__alloc_get(alloc, sizeof *ctx);
  if (!ctx) return pel_error_set(err, PEL_E_NOMEM, "no memory for a context");
  memset(ctx, 0, sizeof *ctx);
  ctx->alloc = alloc;
  ctx->options = mine;
  ctx->pid = pel__process_id();
  pel__arena_init(&ctx->arena, alloc);
  ctx->options.spill = keep(ctx, ctx->options.spill);
  ctx->options.passes = keep(ctx, ctx->options.passes);
  if ((mine.spill && !ctx->options.spill) || (mine.passes && !ctx->options.passes)) {
    pel_context_free(ctx);
    return pel_error_set(err, PEL_E_NOMEM, "no memory for a context");
  }
  ctx->ops.at[ctx->ops.n++] = pel__std_ops;
  const pel_options *o = &ctx->options;
  const pel_engine_options eo = {.workers = o->workers,
                                 .memory = o->memory,
                                 .spill = o->spill,
                                 .seed = o->seed,
                                 .hash_bits = o->hash_bits,
                                 .morsel_rows = o->morsel_rows};
  s = pel__engine_new(&eo, &ctx->ops, alloc, &ctx->engine, err);
  if (s) {
    pel_context_free(ctx);
    return s;
  }
  *out = ctx;
  return PEL_OK;
}

void pel_context_free(pel_context *ctx) {
  if (!ctx || pel__context_check(ctx, NULL))
    return; /* a child leaves its parent's pool as it found it */
  pel__engine_free(ctx->engine);
  for (size_t i = 0; i < ctx->plugins.n; i++) pel__library_close(ctx->plugins.at[i]);
  PEL_VEC_DEINIT(&ctx->plugins, ctx->alloc);
  PEL_VEC_DEINIT(&ctx->functions, ctx->alloc);
  pel__arena_deinit(&ctx->arena);
  pel__alloc_free(ctx->alloc, ctx, sizeof *ctx);
}

pel_status pel__context_check(const pel_context *ctx, pel_error *err) {
  if (ctx->pid == pel__process_id()) return PEL_OK;
  return pel_error_set(
      err, PEL_E_FORKED,
      "this context was made before a fork: make a new one in the child");
}

uint32_t pel_context_workers(const pel_context *ctx) {
  return pel__engine_workers(ctx->engine);
}
uint64_t pel_context_memory(const pel_context *ctx) {
  return pel__engine_memory(ctx->engine);
}
uint64_t pel_context_memory_peak(const pel_context *ctx) {
  return pel__engine_memory_peak(ctx->engine);
}

static pel_status check_op(const pel_op *op, pel_error *err) {
  if (op->abi == 0 || op->abi > PEL_OP_ABI || op->size == 0)
    return pel_error_set(
        err, PEL_E_INVALID,
        "operator `%s` is made for another version of PEL (abi %u, this is %u)",
        op->name ? op->name : "?", op->abi, (unsigned)PEL_OP_ABI);
  if (!op->name || !op->sig)
    return pel_error_set(err, PEL_E_INVALID, "an operator has no name or no signature");
  return PEL_OK;
}

pel_status pel_context_add_ops(pel_context *ctx, const pel_op *const *ops,
                               pel_error *err) {
  pel_status s = pel__context_check(ctx, err);
  for (const pel_op *const *row = ops; !s && *row; row++) s = check_op(*row, err);
  if (s) return s;
  if (ctx->ops.n == PEL_OP_TABLES)
    return pel_error_set(err, PEL_E_LIMIT, "a context takes %d tables of operators",
                         PEL_OP_TABLES);
  memmove(ctx->ops.at + 1, ctx->ops.at, ctx->ops.n * sizeof *ctx->ops.at);
  ctx->ops.at[0] = ops;
  ctx->ops.n++;
  return PEL_OK;
}

pel_status pel_context_add_plugin(pel_context *ctx, const char *path, pel_error *err) {
  pel_library lib;
  void *symbol = NULL;
  pel_status s = pel__context_check(ctx, err);
  if (!s) s = pel__library_open(path, &lib, err);
  if (s) return s;
  s = pel__library_symbol(lib, "pel_plugin", &symbol, err);
  const pel_plugin_info *p = symbol;
  if (!s && (p->abi == 0 || p->abi > PEL_OP_ABI))
    s = pel_error_set(err, PEL_E_INVALID,
                      "`%s` is a plug-in for another version of PEL (abi %u, this is %u)",
                      path, p->abi, (unsigned)PEL_OP_ABI);
  if (!s && !PEL_VEC_PUSH(&ctx->plugins, lib, ctx->alloc))
    s = pel_error_set(err, PEL_E_NOMEM, "no memory for a plug-in");
  if (s) {
    pel__library_close(lib);
    return s;
  }
  return pel_context_add_ops(ctx, p->ops, err);
}

pel_status pel_context_add_function(pel_context *ctx, const char *name, void *function,
                                    pel_error *err) {
  const pel_status s = pel__context_check(ctx, err);
  if (s) return s;
  const pel_host_function f = {pel__arena_text(&ctx->arena, name, strlen(name)),
                               function};
  if (f.name && PEL_VEC_PUSH(&ctx->functions, f, ctx->alloc)) return PEL_OK;
  return pel_error_set(err, PEL_E_NOMEM, "no memory for a function");
}

void *pel__context_function(const pel_context *ctx, pel_str name) {
  for (size_t i = ctx->functions.n; i-- > 0;)
    if (pel__str_is(name, ctx->functions.at[i].name)) return ctx->functions.at[i].address;
  return NULL;
}

void pel_context_each_op(const pel_context *ctx, void (*fn)(void *user, const pel_op *op),
                         void *user) {
  for (uint32_t t = 0; t < ctx->ops.n; t++)
    for (const pel_op *const *row = ctx->ops.at[t]; *row; row++) fn(user, *row);
}
