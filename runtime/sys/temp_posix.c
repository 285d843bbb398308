#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "runtime/sys/internal.h"

struct pel_temp_file {
  const pel_alloc *alloc;
  char *directory;
  int fd;
};

static int open_named(const char *directory) {
  int dir_fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (dir_fd < 0) return -1;
  int fd = -1;
  for (int tries = 0; tries < 100 && fd < 0; tries++) {
    char name[PEL_TEMP_NAME];
    pel__sys_temp_name(name);
    fd = openat(dir_fd, name, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0) (void)unlinkat(dir_fd, name, 0);
    if (fd < 0 && errno != EEXIST) break;
  }
  int reason = errno;
  (void)close(dir_fd);
  errno = reason;
  return fd;
}

static int open_unnamed(const char *directory) {
#ifdef O_TMPFILE
  return open(directory, O_TMPFILE | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
#else
  (void)directory;
  return -1;
#endif
}

static const char *choose(const char *directory) {
  if (directory) return directory;
  const char *tmpdir = pel__env("TMPDIR");
  return tmpdir ? tmpdir : "/var/tmp";
}

pel_status pel__temp_open(const char *directory, const pel_alloc *alloc,
                          pel_temp_file **temp, pel_error *err) {
  directory = choose(directory);
  pel_temp_file *t = pel__alloc_get(alloc, sizeof *t);
  char *copy = pel__sys_copy(alloc, directory);
  pel_status s = t && copy ? PEL_OK : pel__sys_no_memory(err, directory);
  if (s == PEL_OK) {
    *t = (pel_temp_file){alloc, copy, open_unnamed(directory)};
    if (t->fd < 0) t->fd = open_named(directory);
    if (t->fd < 0)
      s = pel__sys_fail(err, PEL_E_IO, "make a temporary file in", directory);
  }
  if (s == PEL_OK) {
    *temp = t;
    return s;
  }
  pel__sys_copy_free(alloc, copy);
  pel__alloc_free(alloc, t, sizeof *t);
  return s;
}

pel_status pel__temp_write_at(pel_temp_file *temp, uint64_t offset, const void *p,
                              size_t n, pel_error *err) {
  if (pel__sys_pwrite_all(temp->fd, p, n, offset) == 0) return PEL_OK;
  return pel__sys_fail(err, PEL_E_IO, "write a temporary file in", temp->directory);
}

pel_status pel__temp_read_at(pel_temp_file *temp, uint64_t offset, void *p, size_t n,
                             pel_error *err) {
  size_t got = 0;
  if (pel__sys_pread_all(temp->fd, p, n, offset, &got) == 0) {
    if (got == n) return PEL_OK;
    errno = EIO; /* it was written whole: the end cannot come before */
  }
  return pel__sys_fail(err, PEL_E_IO, "read a temporary file in", temp->directory);
}

void pel__temp_punch(pel_temp_file *temp, uint64_t offset, uint64_t n) {
#ifdef FALLOC_FL_PUNCH_HOLE
  (void)fallocate(temp->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)offset,
                  (off_t)n);
#else
  (void)temp, (void)offset, (void)n;
#endif
}

void pel__temp_close(pel_temp_file *temp) {
  if (!temp) return;
  (void)close(temp->fd);
  pel__sys_copy_free(temp->alloc, temp->directory);
  pel__alloc_free(temp->alloc, temp, sizeof *temp);
}
