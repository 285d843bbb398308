#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "runtime/sys/internal.h"

pel_status pel__sys_fail(pel_error *err, pel_status status, const char *verb,
                         const char *path) {
  char text[256];
  const char *reason = strerror_r(errno, text, sizeof text);
  return pel_error_set(err, status, "cannot %s '%s': %s", verb, path, reason);
}

pel_status pel__sys_fail_input(pel_error *err, const char *verb, const char *path) {
  bool missing = errno == ENOENT || errno == ENOTDIR;
  return pel__sys_fail(err, missing ? PEL_E_NOENT : PEL_E_IO, verb, path);
}

pel_status pel__sys_no_memory(pel_error *err, const char *path) {
  return pel_error_set(err, PEL_E_NOMEM, "no memory left for '%s'", path);
}

char *pel__sys_copy(const pel_alloc *alloc, const char *text) {
  size_t n = strlen(text) + 1;
  char *copy = pel__alloc_get(alloc, n);
  return copy ? memcpy(copy, text, n) : NULL;
}

void pel__sys_copy_free(const pel_alloc *alloc, char *text) {
  if (text) pel__alloc_free(alloc, text, strlen(text) + 1);
}

/* Linux moves at most 0x7ffff000 bytes in a call; smaller pieces also let signals in. */
enum { MOST_AT_ONCE = 1 << 30 };

static size_t at_once(size_t n) { return n < MOST_AT_ONCE ? n : MOST_AT_ONCE; }

int pel__sys_pread_all(int fd, void *p, size_t n, uint64_t offset, size_t *done) {
  size_t at = 0;
  while (at < n) {
    ssize_t r = pread(fd, (char *)p + at, at_once(n - at), (off_t)(offset + at));
    if (r < 0 && errno == EINTR) continue;
    if (r < 0) return -1;
    if (r == 0) break;
    at += (size_t)r;
  }
  *done = at;
  return 0;
}

int pel__sys_pwrite_all(int fd, const void *p, size_t n, uint64_t offset) {
  size_t at = 0;
  while (at < n) {
    ssize_t r = pwrite(fd, (const char *)p + at, at_once(n - at), (off_t)(offset + at));
    if (r < 0 && errno == EINTR) continue;
    if (r < 0) return -1;
    at += (size_t)r;
  }
  return 0;
}

void pel__sys_temp_name(char name[PEL_TEMP_NAME]) {
  (void)snprintf(name, PEL_TEMP_NAME, ".pel-%016llx",
                 (unsigned long long)pel__random_seed());
}

bool pel__sys_read_text(const char *path, char *text, size_t n) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  size_t got = 0;
  bool ok = pel__sys_pread_all(fd, text, n - 1, 0, &got) == 0;
  (void)close(fd);
  text[ok ? got : 0] = '\0';
  return ok;
}
