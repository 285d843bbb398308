#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/sys/internal.h"

struct pel_out_file {
  const pel_alloc *alloc;
  char *path;   /* as it was given, for messages */
  char *target; /* the last link of it that is to be replaced */
  uint64_t size;
  int fd, dir_fd;           /* dir_fd < 0: written directly */
  const char *name;         /* of the target in its directory: the end of `target` */
  char temp[PEL_TEMP_NAME]; /* "" while the file has no name */
};

static pel_status fail(const pel_out_file *out, pel_error *err) {
  return pel__sys_fail(err, PEL_E_IO, "write", out->path);
}

static bool set_text(const pel_alloc *alloc, char **to, const char *text) {
  pel__sys_copy_free(alloc, *to);
  return (*to = pel__sys_copy(alloc, text)) != NULL;
}

/* The path of what found is open on. */
static bool real_path(int found, char real[PATH_MAX]) {
  char link[64];
  (void)snprintf(link, sizeof link, "/proc/self/fd/%d", found);
  ssize_t n = readlink(link, real, PATH_MAX - 1);
  if (n >= 0) real[n] = '\0';
  return n >= 0;
}

/* Where a symbolic link leads in the end. found is open on it. */
static pel_status follow(pel_out_file *out, int found, pel_error *err) {
  char real[PATH_MAX];
  if (!real_path(found, real)) return fail(out, err);
  return set_text(out->alloc, &out->target, real) ? PEL_OK
                                                  : pel__sys_no_memory(err, out->path);
}

/* The last name of a path, and the folder it is in; NULL and errno: there is none. */
static const char *split(const char *target, char parent[PATH_MAX]) {
  const char *slash = strrchr(target, '/');
  const char *name = slash ? slash + 1 : target;
  const size_t n = slash == target ? 1 : slash ? (size_t)(slash - target) : 0;
  errno = *name ? ENAMETOOLONG : EISDIR;
  if (!*name || n >= PATH_MAX) return NULL;
  memcpy(parent, slash ? target : ".", slash ? n : 1);
  parent[slash ? n : 1] = '\0';
  return name;
}

static bool is_link(pel_dir base, const char *path) {
  struct stat st;
  return fstatat(base.fd, path, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(st.st_mode);
}

/* A pipe, a terminal, /dev/null: nothing to replace. */
static pel_status open_direct(pel_out_file *out, pel_dir base, pel_error *err) {
  do out->fd = openat(base.fd, out->path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
  while (out->fd < 0 && errno == EINTR);
  return out->fd < 0 ? fail(out, err) : PEL_OK;
}

/* An unnamed file dies with us whatever happens; not every file system has them, and to
 * be named later it needs /proc. */
static bool open_unnamed(pel_out_file *out) {
#ifdef O_TMPFILE
  if (access("/proc/self/fd", X_OK) != 0) return false;
  out->fd = openat(out->dir_fd, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);
#endif
  return out->fd >= 0;
}

static bool open_named(pel_out_file *out) {
  for (int tries = 0; tries < 100; tries++) {
    char name[PEL_TEMP_NAME];
    pel__sys_temp_name(name);
    out->fd = openat(out->dir_fd, name, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
    if (out->fd >= 0) {
      memcpy(out->temp, name, sizeof name);
      return true;
    }
    if (errno != EEXIST) return false;
  }
  return false;
}

static pel_status open_beside(pel_out_file *out, pel_dir base, pel_error *err) {
  char parent[PATH_MAX];
  out->name = split(out->target, parent);
  if (!out->name) return fail(out, err);
  out->dir_fd = openat(base.fd, parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (out->dir_fd < 0 || !(open_unnamed(out) || open_named(out))) return fail(out, err);
  return PEL_OK;
}

/* The target is there already: write into it, or beside it with its permissions. */
static pel_status open_existing(pel_out_file *out, pel_dir base, int found,
                                pel_error *err) {
  struct stat st;
  if (fstat(found, &st) != 0) return fail(out, err);
  if (S_ISDIR(st.st_mode)) {
    errno = EISDIR;
    return fail(out, err);
  }
  if (!S_ISREG(st.st_mode)) return open_direct(out, base, err);
  /* Replacing needs no right to write the old file; somebody took that right away on
   * purpose. */
  if (faccessat(base.fd, out->path, W_OK, AT_EACCESS) != 0) return fail(out, err);
  pel_status s = is_link(base, out->path) ? follow(out, found, err) : PEL_OK;
  if (s == PEL_OK) s = open_beside(out, base, err);
  if (s == PEL_OK && fchmod(out->fd, st.st_mode & 07777) != 0) return fail(out, err);
  return s;
}

static pel_status open_target(pel_out_file *out, pel_dir base, pel_error *err) {
  int found = openat(base.fd, out->path, O_PATH | O_CLOEXEC);
  if (found < 0) return errno == ENOENT ? open_beside(out, base, err) : fail(out, err);
  pel_status s = open_existing(out, base, found, err);
  (void)close(found);
  return s;
}

/* By the folder and the name in it: the file itself is another after each commit. */
static bool place_beside(pel_dir base, const char *target, pel_out_place *place) {
  char parent[PATH_MAX];
  struct stat st;
  const char *name = split(target, parent);
  if (!name || strlen(name) >= sizeof place->name) return false;
  if (fstatat(base.fd, parent, &st, 0) != 0) return false;
  *place = (pel_out_place){.device = st.st_dev, .inode = st.st_ino};
  memcpy(place->name, name, strlen(name) + 1);
  return true;
}

static bool place_existing(pel_dir base, const char *path, int found,
                           pel_out_place *place) {
  struct stat st;
  char real[PATH_MAX];
  if (fstat(found, &st) != 0 || S_ISDIR(st.st_mode)) return false;
  if (S_ISREG(st.st_mode) && is_link(base, path))
    return real_path(found, real) && place_beside(base, real, place);
  if (S_ISREG(st.st_mode)) return place_beside(base, path, place);
  *place = (pel_out_place){.device = st.st_dev, .inode = st.st_ino};
  return true;
}

bool pel__out_place(pel_dir base, const char *path, pel_out_place *place) {
  int found = openat(base.fd, path, O_PATH | O_CLOEXEC);
  if (found < 0) return errno == ENOENT && place_beside(base, path, place);
  const bool ok = place_existing(base, path, found, place);
  (void)close(found);
  return ok;
}

bool pel__out_stdout_place(pel_out_place *place) {
  struct stat st;
  if (fstat(STDOUT_FILENO, &st) != 0) return false;
  *place = (pel_out_place){.device = st.st_dev, .inode = st.st_ino};
  return true;
}

bool pel__out_place_eq(const pel_out_place *a, const pel_out_place *b) {
  return a->device == b->device && a->inode == b->inode && !strcmp(a->name, b->name);
}

static pel_out_file *new_out(const char *path, const pel_alloc *alloc) {
  pel_out_file *out = pel__alloc_get(alloc, sizeof *out);
  if (!out) return NULL;
  *out = (pel_out_file){.alloc = alloc, .fd = -1, .dir_fd = -1};
  if (set_text(alloc, &out->path, path) && set_text(alloc, &out->target, path))
    return out;
  pel__out_free(out);
  return NULL;
}

pel_status pel__out_open(pel_dir base, const char *path, const pel_alloc *alloc,
                         pel_out_file **out, pel_error *err) {
  pel_out_file *o = new_out(path, alloc);
  if (!o) return pel__sys_no_memory(err, path);
  pel_status s = open_target(o, base, err);
  if (s != PEL_OK) {
    pel__out_free(o);
    return s;
  }
  *out = o;
  return PEL_OK;
}

pel_status pel__out_stdout(const pel_alloc *alloc, pel_out_file **out, pel_error *err) {
  pel_out_file *o = new_out("-", alloc);
  if (!o) return pel__sys_no_memory(err, "-");
  o->fd = STDOUT_FILENO;
  *out = o;
  return PEL_OK;
}

static void wait_writable(int fd) {
  struct pollfd p = {.fd = fd, .events = POLLOUT};
  (void)poll(&p, 1, -1);
}

pel_status pel__out_write(pel_out_file *out, const void *p, size_t n, pel_error *err) {
  enum { MOST_AT_ONCE = 1 << 30 };
  size_t at = 0;
  while (at < n) {
    size_t m = n - at < MOST_AT_ONCE ? n - at : MOST_AT_ONCE;
    ssize_t r = write(out->fd, (const char *)p + at, m);
    if (r >= 0) {
      at += (size_t)r;
      out->size += (uint64_t)r;
    } else if (errno == EAGAIN) {
      wait_writable(out->fd);
    } else if (errno != EINTR) {
      return fail(out, err);
    }
  }
  return PEL_OK;
}

uint64_t pel__out_size(const pel_out_file *out) { return out->size; }

/* Gives an unnamed file a name beside the target, for rename to take. */
static bool name_it(pel_out_file *out) {
  char link[64];
  (void)snprintf(link, sizeof link, "/proc/self/fd/%d", out->fd);
  for (int tries = 0; tries < 100; tries++) {
    char name[PEL_TEMP_NAME];
    pel__sys_temp_name(name);
    if (linkat(AT_FDCWD, link, out->dir_fd, name, AT_SYMLINK_FOLLOW) == 0) {
      memcpy(out->temp, name, sizeof name);
      return true;
    }
    if (errno != EEXIST) return false;
  }
  return false;
}

/* Some file systems cannot sync, and say so with EINVAL. */
static bool synced(int fd) {
  return fsync(fd) == 0 || errno == EINVAL || errno == ENOTSUP || errno == EROFS;
}

pel_status pel__out_commit(pel_out_file *out, pel_error *err) {
  if (out->dir_fd < 0) return PEL_OK;
  if (!synced(out->fd)) return fail(out, err);
  if (!out->temp[0] && !name_it(out)) return fail(out, err);
  if (renameat(out->dir_fd, out->temp, out->dir_fd, out->name) != 0)
    return fail(out, err);
  out->temp[0] = '\0';
  return synced(out->dir_fd) ? PEL_OK : fail(out, err);
}

void pel__out_free(pel_out_file *out) {
  if (!out) return;
  if (out->temp[0]) (void)unlinkat(out->dir_fd, out->temp, 0);
  if (out->fd >= 0 && out->fd != STDOUT_FILENO) (void)close(out->fd);
  if (out->dir_fd >= 0) (void)close(out->dir_fd);
  pel__sys_copy_free(out->alloc, out->path);
  pel__sys_copy_free(out->alloc, out->target);
  pel__alloc_free(out->alloc, out, sizeof *out);
}
