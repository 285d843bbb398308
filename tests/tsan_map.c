/* Lets Criterion run under ThreadSanitizer: moves the fixed shared mappings of its
 * process launcher out of the range that ThreadSanitizer keeps for its shadow. Linked
 * into unit tests of --enable-sanitizer=thread only. Any thread; keeps no state. */
#include <errno.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Seen by the launcher's shared library, before libc's. */
#define SEEN __attribute__((visibility("default")))

/* What ThreadSanitizer (x86-64, 48 bits) forbids, and where programs may map instead. */
#define FORBIDDEN_FROM ((uintptr_t)0x200000000000)
#define FORBIDDEN_TO ((uintptr_t)0x7e9000000000)
#define ROOM_BYTES ((uintptr_t)0x006000000000)

static int is_forbidden(const void *p) {
  return (uintptr_t)p >= FORBIDDEN_FROM && (uintptr_t)p < FORBIDDEN_TO;
}

SEEN void *mmap(void *at, size_t n, int prot, int flags, int fd, off_t offset) {
  /* The launcher picks an address and maps it in parent and child alike: the same address
   * must move the same way. */
  if ((flags & MAP_FIXED) && (flags & MAP_SHARED) && is_forbidden(at))
    at = (void *)(FORBIDDEN_TO + ((uintptr_t)at & ~(uintptr_t)0xffffff) % ROOM_BYTES);
  return (void *)syscall(SYS_mmap, at, n, prot, flags, fd, offset);
}

SEEN void *mmap64(void *at, size_t n, int prot, int flags, int fd, off_t offset) {
  return mmap(at, n, prot, flags, fd, offset);
}

/* The launcher probes for free places; in the forbidden range every place counts as free,
 * since it will be moved. */
SEEN int mincore(void *at, size_t n, unsigned char *pages) {
  if (is_forbidden(at)) {
    errno = ENOMEM;
    return -1;
  }
  return (int)syscall(SYS_mincore, at, n, pages);
}
