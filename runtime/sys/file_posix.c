#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/base/check.h"
#include "runtime/sys/internal.h"

struct pel_file {
  const pel_alloc *alloc;
  char *path;
  uint64_t size;
  bool (*stop)(void *ctx);
  void *stop_ctx;
  int fd;
  pel_file_kind kind;
};

pel_dir pel__dir_current(void) { return (pel_dir){AT_FDCWD}; }

pel_status pel__dir_open(pel_dir base, const char *path, pel_dir *dir, pel_error *err) {
  int fd = openat(base.fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return pel__sys_fail_input(err, "open directory", path);
  *dir = (pel_dir){fd};
  return PEL_OK;
}

void pel__dir_close(pel_dir dir) {
  if (dir.fd >= 0) (void)close(dir.fd);
}

bool pel__is_terminal(int fd) { return isatty(fd) == 1; }

/* Standard input is shared with whoever started us: it may stand in the middle. */
static bool stands_at_start(int fd) { return lseek(fd, 0, SEEK_CUR) == 0; }

/* Files of /proc say that they are regular and empty, and then have content. */
static pel_file_kind kind_of(int fd, const struct stat *st) {
  bool sized = S_ISREG(st->st_mode) && st->st_size > 0 && stands_at_start(fd);
  return sized ? PEL_FILE_REGULAR : PEL_FILE_STREAM;
}

bool pel__file_is_empty(const pel_file *f) {
  struct stat st;
  char c;
  if (f->kind == PEL_FILE_REGULAR || fstat(f->fd, &st) != 0) return false;
  return S_ISREG(st.st_mode) && st.st_size == 0 && pread(f->fd, &c, 1, 0) == 0;
}

/* Takes fd over, also when it fails. */
static pel_status wrap(int fd, const char *path, const pel_alloc *alloc, pel_file **file,
                       pel_error *err) {
  struct stat st;
  pel_status s = PEL_OK;
  pel_file *f = NULL;
  if (fstat(fd, &st) != 0) {
    s = pel__sys_fail(err, PEL_E_IO, "look at", path);
  } else if (S_ISDIR(st.st_mode)) {
    errno = EISDIR;
    s = pel__sys_fail(err, PEL_E_IO, "read", path);
  } else if (!(f = pel__alloc_get(alloc, sizeof *f))) {
    s = pel__sys_no_memory(err, path);
  } else {
    *f = (pel_file){.alloc = alloc, .fd = fd, .kind = kind_of(fd, &st)};
    if (f->kind == PEL_FILE_REGULAR) f->size = (uint64_t)st.st_size;
    if (!(f->path = pel__sys_copy(alloc, path))) s = pel__sys_no_memory(err, path);
  }
  if (s == PEL_OK) {
    *file = f;
    return s;
  }
  pel__alloc_free(alloc, f, sizeof *f);
  if (fd != STDIN_FILENO) (void)close(fd);
  return s;
}

static int open_for_reading(pel_dir base, const char *path) {
  int fd;
  do fd = openat(base.fd, path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
  while (fd < 0 && errno == EINTR);
  return fd;
}

pel_status pel__file_open(pel_dir base, const char *path, const pel_alloc *alloc,
                          pel_file **file, pel_error *err) {
  int fd = open_for_reading(base, path);
  if (fd < 0) return pel__sys_fail_input(err, "open", path);
  return wrap(fd, path, alloc, file, err);
}

pel_status pel__file_stdin(const pel_alloc *alloc, pel_file **file, pel_error *err) {
  return wrap(STDIN_FILENO, "-", alloc, file, err);
}

void pel__file_close(pel_file *file) {
  if (!file) return;
  if (file->fd != STDIN_FILENO) (void)close(file->fd);
  pel__sys_copy_free(file->alloc, file->path);
  pel__alloc_free(file->alloc, file, sizeof *file);
}

pel_file_kind pel__file_kind(const pel_file *file) { return file->kind; }

const char *pel__file_path(const pel_file *file) { return file->path; }

uint64_t pel__file_size(const pel_file *file) { return file->size; }

void pel__file_on_wait(pel_file *file, bool (*stop)(void *ctx), void *ctx) {
  file->stop = stop;
  file->stop_ctx = ctx;
}

pel_status pel__file_read_at(const pel_file *file, uint64_t offset, void *p, size_t n,
                             size_t *got, pel_error *err) {
  if (pel__sys_pread_all(file->fd, p, n, offset, got) != 0)
    return pel__sys_fail(err, PEL_E_IO, "read", file->path);
  return PEL_OK;
}

/* Sleeps until there is something to read. Only needed where somebody may say stop, or
 * where the descriptor was handed to us non-blocking. */
static pel_status wait_readable(const pel_file *file, pel_error *err) {
  for (;;) {
    struct pollfd p = {.fd = file->fd, .events = POLLIN};
    int n = poll(&p, 1, file->stop ? 50 : -1);
    if (n > 0) return PEL_OK;
    if (n < 0 && errno != EINTR) return pel__sys_fail(err, PEL_E_IO, "read", file->path);
    if (file->stop && file->stop(file->stop_ctx))
      return pel_error_set(err, PEL_E_CANCELLED, "cancelled while reading '%s'",
                           file->path);
  }
}

pel_status pel__file_read(pel_file *file, void *p, size_t n, size_t *got,
                          pel_error *err) {
  bool wait = file->stop != NULL && file->kind == PEL_FILE_STREAM;
  for (;;) {
    pel_status s = wait ? wait_readable(file, err) : PEL_OK;
    if (s != PEL_OK) return s;
    ssize_t r = read(file->fd, p, n);
    if (r >= 0) {
      *got = (size_t)r;
      return PEL_OK;
    }
    if (errno == EAGAIN) {
      wait = true;
    } else if (errno != EINTR) {
      return pel__sys_fail(err, PEL_E_IO, "read", file->path);
    }
  }
}

static pel_status slurp_open(pel_file *file, uint64_t limit, pel_buf *text,
                             pel_error *err) {
  enum { STEP = 1 << 16 };
  uint64_t total = 0;
  size_t first = file->size < limit ? (size_t)file->size + 1 : STEP;
  for (;;) {
    if (!pel__buf_reserve(text, total ? STEP : first))
      return pel__sys_no_memory(err, file->path);
    size_t got = 0;
    pel_status s =
        pel__file_read(file, text->p + text->n, text->cap - text->n, &got, err);
    if (s != PEL_OK || got == 0) return s;
    total += got;
    if (total > limit)
      return pel_error_set(err, PEL_E_LIMIT, "'%s' is longer than %llu bytes", file->path,
                           (unsigned long long)limit);
    text->n += got;
  }
}

pel_status pel__file_slurp(pel_dir base, const char *path, uint64_t limit, pel_buf *text,
                           pel_error *err) {
  pel_file *file;
  pel_status s = pel__file_open(base, path, pel__alloc_libc(), &file, err);
  if (s != PEL_OK) return s;
  size_t before = text->n;
  s = slurp_open(file, limit, text, err);
  if (s != PEL_OK) text->n = before;
  pel__file_close(file);
  return s;
}

bool pel__file_exists(pel_dir base, const char *path) {
  struct stat st;
  return fstatat(base.fd, path, &st, 0) == 0 && !S_ISDIR(st.st_mode) &&
         faccessat(base.fd, path, R_OK, 0) == 0;
}
