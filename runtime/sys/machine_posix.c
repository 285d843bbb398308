#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "runtime/base/hash.h"
#include "runtime/sys/internal.h"

uint64_t pel__clock_ns(void) {
  struct timespec t;
  (void)clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* The kernel refuses a mask that is smaller than its own: ask with larger ones. */
static uint32_t affinity(void) {
  for (size_t cpus = 1024; cpus <= 1u << 20; cpus *= 2) {
    cpu_set_t *set = CPU_ALLOC(cpus);
    if (!set) return 0;
    size_t size = CPU_ALLOC_SIZE(cpus);
    int r = sched_getaffinity(0, size, set), reason = errno;
    uint32_t n = r == 0 ? (uint32_t)CPU_COUNT_S(size, set) : 0;
    CPU_FREE(set);
    if (r == 0 || reason != EINVAL) return n;
  }
  return 0;
}

static pel_cgroup_limits own_cgroup(void) {
  return pel__cgroup_limits("/proc/self/cgroup", "/sys/fs/cgroup");
}

uint32_t pel__cpu_count(void) {
  uint32_t n = affinity(), quota = own_cgroup().cpus;
  if (n == 0) {
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    n = online > 0 ? (uint32_t)online : 1;
  }
  return quota && quota < n ? quota : n;
}

uint64_t pel__memory_limit(void) {
  long pages = sysconf(_SC_PHYS_PAGES);
  uint64_t ram = pages > 0 ? (uint64_t)pages * pel__page_size() : UINT64_C(1) << 30;
  uint64_t group = own_cgroup().memory;
  uint64_t least = group && group < ram ? group : ram;
  return least / 5 * 4;
}

/* getrusage's figure survives exec: it may be that of the shell that started us. */
static uint64_t peak_rss(const struct rusage *u) {
  char text[4096];
  const char *line = NULL;
  if (pel__sys_read_text("/proc/self/status", text, sizeof text))
    line = strstr(text, "VmHWM:");
  uint64_t kib = line ? strtoull(line + 6, NULL, 10) : (uint64_t)u->ru_maxrss;
  return kib * 1024;
}

static uint64_t to_ns(struct timeval t) {
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_usec * 1000u;
}

pel_usage pel__usage(void) {
  struct rusage u = {0};
  (void)getrusage(RUSAGE_SELF, &u);
  return (pel_usage){peak_rss(&u), to_ns(u.ru_utime), to_ns(u.ru_stime)};
}

const char *pel__env(const char *name) {
  const char *value = getenv(name);
  return value && *value ? value : NULL;
}

uint64_t pel__random_seed(void) {
  uint64_t seed;
  if (getrandom(&seed, sizeof seed, GRND_NONBLOCK) == (ssize_t)sizeof seed) return seed;
  /* Early in a boot there is no randomness yet; for a seed, time and place will do. */
  return pel__hash_combine(pel__clock_ns(), pel__process_id() ^ (uintptr_t)&seed);
}

uint64_t pel__process_id(void) { return (uint64_t)getpid(); }

#if defined(__x86_64__)
uint32_t pel__fpu_control(void) { return __builtin_ia32_stmxcsr() & ~0x3fu; }
void pel__fpu_set_control(uint32_t control) { __builtin_ia32_ldmxcsr(control); }
uint32_t pel__fpu_default(void) { return 0x1f80; }
#elif defined(__aarch64__)
uint32_t pel__fpu_control(void) {
  uint64_t fpcr;
  __asm__ volatile("mrs %0, fpcr" : "=r"(fpcr));
  return (uint32_t)fpcr;
}
void pel__fpu_set_control(uint32_t control) {
  __asm__ volatile("msr fpcr, %0" ::"r"((uint64_t)control));
}
uint32_t pel__fpu_default(void) { return 0; }
#else
uint32_t pel__fpu_control(void) { return 0; }
void pel__fpu_set_control(uint32_t control) { (void)control; }
uint32_t pel__fpu_default(void) { return 0; }
#endif

size_t pel__page_size(void) {
  long n = sysconf(_SC_PAGESIZE);
  return n > 0 ? (size_t)n : 4096;
}

void *pel__pages_map(size_t n) {
  void *p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return p == MAP_FAILED ? NULL : p;
}

void pel__pages_unmap(void *p, size_t n) {
  if (p) (void)munmap(p, n);
}
