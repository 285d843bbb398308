#include <stdarg.h>
#include <stdio.h>

#include "runtime/api/api.h"

/* File access for the compiler's sampling: no run, no budget, failures kept as one
 * message. */

static pel_files *of(const pel_env *e) { return e->ctx; }

static void *get(const pel_env *e, size_t n) { return pel__alloc_get(of(e)->alloc, n); }
static void *resize(const pel_env *e, void *p, size_t old_n, size_t n) {
  return pel__alloc_resize(of(e)->alloc, p, old_n, n);
}
static void put(const pel_env *e, void *p, size_t n) {
  pel__alloc_free(of(e)->alloc, p, n);
}
static void *temp(const pel_env *e, size_t n) {
  char *p = n < SIZE_MAX - 64 ? pel__arena_get(&of(e)->temp, n + 64) : NULL;
  return p ? p + (-(uintptr_t)p & 63) : NULL;
}

static pel_status keep(const pel_env *e, pel_status s, const char *text) {
  (void)snprintf(of(e)->message, sizeof of(e)->message, "%s", text);
  return of(e)->status = s;
}

static pel_status open_file(const pel_env *e, const char *path, pel_file **out,
                            uint64_t *size) {
  pel_error err = {0};
  const pel_status s = pel__file_open(pel__dir_current(), path, of(e)->alloc, out, &err);
  if (s) return keep(e, s, err.message);
  *size = pel__file_size(*out);
  if (pel__file_kind(*out) == PEL_FILE_REGULAR || pel__file_is_empty(*out)) return PEL_OK;
  pel__file_close(*out);
  return keep(e, PEL_E_INVALID,
              "a stream cannot be looked into before it is read: say its columns, as in "
              "`let rows: [n]{ id: i64, name: str } = read(…)`");
}

static pel_status read_at(const pel_env *e, pel_file *f, uint64_t offset, void *p,
                          size_t n, size_t *got) {
  pel_error err = {0};
  const pel_status s = pel__file_read_at(f, offset, p, n, got, &err);
  return s ? keep(e, s, err.message) : PEL_OK;
}

static void close_file(const pel_env *e, pel_file *f) {
  (void)e;
  pel__file_close(f);
}

static pel_status fail(const pel_env *e, uint64_t ordinal, const char *code,
                       const char *fmt, ...) {
  va_list ap;
  (void)ordinal, (void)code;
  va_start(ap, fmt);
  (void)vsnprintf(of(e)->message, sizeof of(e)->message, fmt, ap);
  va_end(ap);
  return of(e)->status = PEL_E_FAILED;
}

void pel__files_init(pel_files *f, const pel_alloc *alloc) {
  *f = (pel_files){.alloc = alloc};
  pel__arena_init(&f->temp, alloc);
  f->env = (pel_env){.size = sizeof(pel_env),
                     .ctx = f,
                     .alloc = get,
                     .resize = resize,
                     .free = put,
                     .temp = temp,
                     .open = open_file,
                     .read_at = read_at,
                     .close = close_file,
                     .fail = fail,
                     .hash_bits = 64};
}

void pel__files_deinit(pel_files *f) { pel__arena_deinit(&f->temp); }
