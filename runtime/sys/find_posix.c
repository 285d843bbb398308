/* The loader's search, without loading: ld.so(8). */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "runtime/sys/elf_internal.h"

/* The format that glibc's ldconfig has written since 2.32 (and behind an older one before
 * that): sysdeps/generic/dl-cache.h. */
#define CACHE_MAGIC "glibc-ld.so.cache1.1"
#define OLD_MAGIC "ld.so-1.7.0"

enum { OLD_HEADER = 16, OLD_ENTRY = 12, NEW_HEADER = 48, NEW_ENTRY = 24 };

/* The file at folder/name if it is a library; NULL otherwise or without memory. */
static char *try_path(pel_str folder, const char *name, pel_arena *arena) {
  const char *slash = folder.n && folder.p[folder.n - 1] == '/' ? "" : "/";
  char *path =
      pel__arena_printf(arena, PEL_STR_FMT "%s%s", PEL_STR_ARG(folder), slash, name);
  pel_elf elf;
  if (!path || !pel__elf_open(path, &elf)) return NULL;
  pel__elf_close(&elf);
  return path;
}

/* A list of folders apart by ':' or ';'; an empty one is the current folder. */
static char *try_list(const char *list, const char *name, pel_arena *arena) {
  while (list) {
    size_t n = strcspn(list, ":;");
    char *path = try_path(n ? (pel_str){list, n} : PEL_STR("."), name, arena);
    if (path) return path;
    list = list[n] ? list + n + 1 : NULL;
  }
  return NULL;
}

static uint32_t u32_at(const pel_buf *b, size_t at) {
  uint32_t v;
  memcpy(&v, b->p + at, sizeof v);
  return v;
}

/* The NUL-ended text at `at`, or NULL when it runs out of the file. */
static const char *text_at(const pel_buf *b, size_t at) {
  if (at >= b->n || !memchr(b->p + at, '\0', b->n - at)) return NULL;
  return b->p + at;
}

/* Where the new format begins; false if there is none. */
static bool find_cache(const pel_buf *b, size_t *start) {
  *start = 0;
  if (b->n >= OLD_HEADER && memcmp(b->p, OLD_MAGIC, sizeof OLD_MAGIC - 1) == 0) {
    size_t end = OLD_HEADER + (size_t)u32_at(b, 12) * OLD_ENTRY;
    *start = (end + 7) & ~(size_t)7;
  }
  return *start < b->n && b->n - *start >= NEW_HEADER &&
         memcmp(b->p + *start, CACHE_MAGIC, sizeof CACHE_MAGIC - 1) == 0;
}

static char *search_cache(const pel_buf *b, const char *name, pel_arena *arena) {
  size_t start;
  if (!find_cache(b, &start)) return NULL;
  size_t most = (b->n - start - NEW_HEADER) / NEW_ENTRY;
  size_t n = u32_at(b, start + 20);
  for (size_t i = 0; i < n && i < most; i++) {
    size_t entry = start + NEW_HEADER + i * NEW_ENTRY;
    const char *key = text_at(b, start + u32_at(b, entry + 4));
    const char *value = text_at(b, start + u32_at(b, entry + 8));
    /* The last 8 bytes pick variants for a processor; they export the same names. */
    bool variant = u32_at(b, entry + 16) || u32_at(b, entry + 20);
    if (!key || !value || variant || strcmp(key, name) != 0) continue;
    pel_elf elf;
    if (!pel__elf_open(value, &elf)) continue; /* another architecture's */
    pel__elf_close(&elf);
    return pel__arena_text(arena, value, strlen(value));
  }
  return NULL;
}

static char *try_cache(const char *name, pel_arena *arena) {
  pel_buf b;
  pel__buf_init(&b, NULL);
  char *path = NULL;
  pel_status s = pel__file_slurp(pel__dir_current(), "/etc/ld.so.cache",
                                 UINT64_C(64) << 20, &b, NULL);
  if (s == PEL_OK) path = search_cache(&b, name, arena);
  pel__buf_deinit(&b);
  return path;
}

static char *search(const char *folder, const char *name, pel_arena *arena) {
  char *path = folder ? try_path(pel__str(folder), name, arena) : NULL;
  if (!path) path = try_list(pel__env("LD_LIBRARY_PATH"), name, arena);
  if (!path) path = try_cache(name, arena);
  if (!path)
    path = try_list("/lib64:/lib:/usr/lib64:/usr/lib:/usr/local/lib", name, arena);
  return path;
}

static pel_status find_exact(const char *folder, const char *name, pel_arena *arena,
                             char **path, pel_error *err) {
  const bool here = name[0] == '/' || !folder || !*folder;
  const char *slash = !here && folder[strlen(folder) - 1] != '/' ? "/" : "";
  char *copy = pel__arena_printf(arena, "%s%s%s", here ? "" : folder, slash, name);
  if (!copy) return pel__sys_no_memory(err, name);
  if (access(copy, R_OK) != 0) return pel__sys_fail_input(err, "open library", copy);
  *path = copy;
  return PEL_OK;
}

pel_status pel__library_find(const char *folder, const char *name, pel_arena *arena,
                             char **path, pel_error *err) {
  if (strchr(name, '/')) return find_exact(folder, name, arena, path, err);
  char *found = *name ? search(folder, name, arena) : NULL;
  if (!found) return pel_error_set(err, PEL_E_NOENT, "cannot find library '%s'", name);
  *path = found;
  return PEL_OK;
}
