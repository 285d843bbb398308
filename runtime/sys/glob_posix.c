#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/base/vec.h"
#include "runtime/sys/internal.h"

/* A pattern with more components than any file system nests is a mistake or an attack. */
enum { MOST_COMPONENTS = 256 };

typedef PEL_VEC(pel_str) str_vec;

typedef struct walk {
  pel_dir base;
  pel_arena *arena;
  str_vec found;
  pel_error *err;
} walk;

static bool has_wildcard(pel_str s) {
  for (size_t i = 0; i < s.n; i++)
    if (s.p[i] == '*' || s.p[i] == '?' || s.p[i] == '[') return true;
  return false;
}

bool pel__glob_is_pattern(const char *path) { return has_wildcard(pel__str(path)); }

/* Bytes of the character at p: `?` stands for one code point, or for a byte that is none.
 */
static size_t char_length(const char *p, size_t n) {
  for (size_t k = 1; k <= 4 && k <= n; k++)
    if (pel__utf8_valid(p, k) == k) return k;
  return 1;
}

/* Whether c is in the class at p[0] == '['; *used is its length, 0 if it never closes. */
static bool in_class(pel_str p, unsigned char c, size_t *used) {
  size_t i = 1;
  bool in = false, inverted = i < p.n && (p.p[i] == '!' || p.p[i] == '^');
  if (inverted) i++;
  for (size_t first = i; i < p.n; i++) {
    if (p.p[i] == ']' && i > first) {
      *used = i + 1;
      return in != inverted;
    }
    unsigned char low = (unsigned char)p.p[i], high = low;
    if (i + 2 < p.n && p.p[i + 1] == '-' && p.p[i + 2] != ']') {
      high = (unsigned char)p.p[i + 2];
      i += 2;
    }
    in |= low <= c && c <= high;
  }
  *used = 0;
  return false;
}

/* One character of the name against one unit of the pattern; lengths out, 0 if no match.
 */
static size_t match_one(pel_str p, pel_str name, size_t *used) {
  *used = 1;
  if (name.n == 0) return 0;
  if (p.p[0] == '?') return char_length(name.p, name.n);
  if (p.p[0] == '[') {
    bool in = in_class(p, (unsigned char)name.p[0], used);
    if (*used) return in;
    *used = 1; /* a bracket that never closes is itself */
  }
  return p.p[0] == name.p[0];
}

static pel_str rest(pel_str s, size_t n) { return (pel_str){s.p + n, s.n - n}; }

/* Linear in memory: only the last star is ever gone back to. */
static bool matches(pel_str p, pel_str name) {
  if (name.n && name.p[0] == '.' && !(p.n && p.p[0] == '.')) return false;
  pel_str star = {0}, star_name = {0};
  while (name.n || p.n) {
    size_t used = 0, eaten = 0;
    if (p.n && p.p[0] == '*') {
      star = p = rest(p, 1);
      star_name = name;
      continue;
    }
    if (p.n && (eaten = match_one(p, name, &used)) != 0) {
      p = rest(p, used);
      name = rest(name, eaten);
      continue;
    }
    if (!star.p || star_name.n == 0) return false;
    star_name = rest(star_name, char_length(star_name.p, star_name.n));
    name = star_name;
    p = star;
  }
  return true;
}

static pel_status no_memory(walk *w) { return pel__sys_no_memory(w->err, "a glob"); }

static char *join(walk *w, pel_str prefix, pel_str name) {
  return pel__arena_printf(w->arena, PEL_STR_FMT PEL_STR_FMT, PEL_STR_ARG(prefix),
                           PEL_STR_ARG(name));
}

static pel_status add_if_file(walk *w, const char *path) {
  struct stat st;
  if (fstatat(w->base.fd, path, &st, 0) != 0 || S_ISDIR(st.st_mode)) return PEL_OK;
  return PEL_VEC_PUSH(&w->found, pel__str(path), pel__alloc_libc()) ? PEL_OK
                                                                    : no_memory(w);
}

/* The names in a directory that match; closed again before anybody goes deeper. */
static pel_status list(walk *w, pel_str prefix, pel_str pattern, str_vec *names) {
  char *path =
      prefix.n ? join(w, prefix, PEL_STR("")) : pel__arena_text(w->arena, ".", 1);
  if (!path) return no_memory(w);
  int fd = openat(w->base.fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *dir = fd < 0 ? NULL : fdopendir(fd);
  if (!dir) {
    bool nothing = errno == ENOENT || errno == ENOTDIR;
    pel_status s = nothing ? PEL_OK : pel__sys_fail(w->err, PEL_E_IO, "list", path);
    if (fd >= 0) (void)close(fd);
    return s;
  }
  pel_status s = PEL_OK;
  struct dirent *entry;
  while (s == PEL_OK && (errno = 0, entry = readdir(dir)) != NULL) {
    pel_str name = pel__str(entry->d_name);
    if (pel__str_is(name, ".") || pel__str_is(name, "..") || !matches(pattern, name))
      continue;
    name.p = pel__arena_text(w->arena, name.p, name.n);
    if (!name.p || !PEL_VEC_PUSH(names, name, pel__alloc_libc())) s = no_memory(w);
  }
  if (s == PEL_OK && errno) s = pel__sys_fail(w->err, PEL_E_IO, "list", path);
  (void)closedir(dir);
  return s;
}

/* prefix is "" or ends in '/'; pattern has no leading '/'. */
static pel_status descend(walk *w, pel_str prefix, pel_str pattern, unsigned depth) {
  if (depth > MOST_COMPONENTS)
    return pel_error_set(w->err, PEL_E_LIMIT, "a glob has more than %d components",
                         MOST_COMPONENTS);
  size_t n = 0;
  while (n < pattern.n && pattern.p[n] != '/') n++;
  pel_str part = {pattern.p, n}, left = rest(pattern, n);
  while (left.n && left.p[0] == '/') left = rest(left, 1);
  bool last = n == pattern.n;
  str_vec names = {0};
  pel_status s = PEL_OK;
  if (has_wildcard(part)) {
    s = list(w, prefix, part, &names);
  } else if (!PEL_VEC_PUSH(&names, part, pel__alloc_libc())) {
    s = no_memory(w);
  }
  for (size_t i = 0; i < names.n && s == PEL_OK; i++) {
    char *path = join(w, prefix, names.at[i]);
    pel_str deeper =
        path && !last ? pel__str(join(w, pel__str(path), PEL_STR("/"))) : (pel_str){0};
    if (!path || (!last && !deeper.p)) {
      s = no_memory(w);
    } else {
      s = last ? add_if_file(w, path) : descend(w, deeper, left, depth + 1);
    }
  }
  PEL_VEC_DEINIT(&names, pel__alloc_libc());
  return s;
}

static int by_bytes(const void *a, const void *b) {
  return pel__str_cmp(*(const pel_str *)a, *(const pel_str *)b);
}

static pel_status deliver(walk *w, pel_str **paths, size_t *n) {
  pel_str *all = PEL_ARENA_ARRAY(w->arena, pel_str, w->found.n);
  if (!all) return no_memory(w);
  if (w->found.n) {
    memcpy(all, w->found.at, w->found.n * sizeof *all);
    qsort(all, w->found.n, sizeof *all, by_bytes);
  }
  *paths = all;
  *n = w->found.n;
  return PEL_OK;
}

pel_status pel__glob(pel_dir base, const char *pattern, pel_arena *arena, pel_str **paths,
                     size_t *n, pel_error *err) {
  walk w = {.base = base, .arena = arena, .err = err};
  const char *own = pel__arena_text(arena, pattern, strlen(pattern));
  if (!own) return no_memory(&w);
  pel_str p = pel__str(own), prefix = *own == '/' ? PEL_STR("/") : PEL_STR("");
  while (p.n && p.p[0] == '/') p = rest(p, 1);
  /* A file may be called "a[1].csv": what is there under the very name is meant. */
  pel_status s = add_if_file(&w, own);
  if (s == PEL_OK && w.found.n == 0) s = descend(&w, prefix, p, 0);
  if (s == PEL_OK) s = deliver(&w, paths, n);
  PEL_VEC_DEINIT(&w.found, pel__alloc_libc());
  return s;
}
