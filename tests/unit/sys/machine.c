#include <criterion/criterion.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/sys/sys.h"
#include "runtime/sys/topology.h"
#include "tests/unit/sys/folder.h"

Test(clock, goes_forward) {
  uint64_t a = pel__clock_ns();
  (void)usleep(2000);
  uint64_t b = pel__clock_ns();
  cr_assert_geq(b - a, 2000000);
  cr_assert_lt(b - a, UINT64_C(60000000000));
}

Test(cpu, follows_affinity) {
  cr_assert_geq(pel__cpu_count(), 1);
  cpu_set_t all, one;
  cr_assert_eq(sched_getaffinity(0, sizeof all, &all), 0);
  CPU_ZERO(&one);
  for (size_t i = 0; i < CPU_SETSIZE; i++) {
    if (!CPU_ISSET(i, &all)) continue;
    CPU_SET(i, &one);
    break;
  }
  cr_assert_eq(sched_setaffinity(0, sizeof one, &one), 0);
  cr_assert_eq(pel__cpu_count(), 1);
}

Test(memory, is_less_than_there_is) {
  uint64_t n = pel__memory_limit();
  uint64_t ram = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);
  cr_assert_gt(n, 1 << 20);
  cr_assert_leq(n, ram / 5 * 4);
}

static void make(const folder *f, const char *path) {
  char at[200];
  for (const char *p = path; (p = strchr(p, '/')) != NULL; p++) {
    (void)snprintf(at, sizeof at, "%.*s", (int)(p - path), path);
    (void)mkdirat(f->dir.fd, at, 0700);
  }
}

static void knob(const folder *f, const char *path, const char *text) {
  make(f, path);
  folder_put(f, path, text);
}

static pel_cgroup_limits limits(const folder *f) {
  char membership[600], mount[600];
  (void)snprintf(membership, sizeof membership, "%s/self", f->at.path);
  (void)snprintf(mount, sizeof mount, "%s/fs", f->at.path);
  return pel__cgroup_limits(membership, mount);
}

Test(cgroup, takes_the_least_of_every_level_of_version_2) {
  folder f = folder_new();
  folder_put(&f, "self", "0::/a/b\n");
  knob(&f, "fs/a/b/cpu.max", "max 100000\n");
  knob(&f, "fs/a/b/memory.max", "max\n");
  pel_cgroup_limits l = limits(&f);
  cr_assert_eq(l.cpus, 0);
  cr_assert_eq(l.memory, 0);
  knob(&f, "fs/a/cpu.max", "250000 100000\n");
  knob(&f, "fs/cpu.max", "900000 100000\n");
  knob(&f, "fs/a/b/memory.max", "3000000\n");
  knob(&f, "fs/a/memory.max", "2000000\n");
  l = limits(&f);
  cr_assert_eq(l.cpus, 3, "2.5 processors are 3 workers");
  cr_assert_eq(l.memory, 2000000);
  folder_free(&f);
}

Test(cgroup, reads_version_1) {
  folder f = folder_new();
  folder_put(&f, "self",
             "4:cpu,cpuacct:/x\n3:cpuset:/\n2:memory:/x\n1:name=systemd:/q\n");
  knob(&f, "fs/cpu,cpuacct/x/cpu.cfs_quota_us", "-1\n");
  knob(&f, "fs/cpu,cpuacct/x/cpu.cfs_period_us", "100000\n");
  knob(&f, "fs/memory/x/memory.limit_in_bytes", "9223372036854771712\n");
  pel_cgroup_limits l = limits(&f);
  cr_assert_eq(l.cpus, 0);
  cr_assert_eq(l.memory, 0);
  knob(&f, "fs/cpu,cpuacct/x/cpu.cfs_quota_us", "50000\n");
  knob(&f, "fs/memory/memory.limit_in_bytes", "123456789\n");
  l = limits(&f);
  cr_assert_eq(l.cpus, 1);
  cr_assert_eq(l.memory, 123456789);
  folder_free(&f);
}

Test(cgroup, is_not_upset_by_nonsense) {
  folder f = folder_new();
  static const char *const texts[] = {"",
                                      "\n\n",
                                      "0:",
                                      "0::",
                                      "0::no/slash",
                                      "::::",
                                      "a:b",
                                      "0::/../../../..",
                                      "1:cpu:\n2:memory"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    folder_put(&f, "self", texts[i]);
    pel_cgroup_limits l = limits(&f);
    cr_assert_eq(l.cpus, 0);
    cr_assert_eq(l.memory, 0);
  }
  folder_put(&f, "self", "0::/\n");
  knob(&f, "fs/cpu.max", "99999999999999999999999 0\n");
  knob(&f, "fs/memory.max", "0\n");
  cr_assert_eq(limits(&f).cpus, 0);
  cr_assert_eq(limits(&f).memory, 0);
  folder_free(&f);
}

Test(usage, sees_memory_and_time) {
  pel_usage before = pel__usage();
  size_t n = (size_t)64 << 20;
  char *p = pel__pages_map(n);
  cr_assert_not_null(p);
  for (size_t i = 0; i < n; i += 4096) p[i] = 1;
  pel_usage after = pel__usage();
  cr_assert_geq(after.peak_rss, before.peak_rss + n / 2);
  cr_assert_geq(after.user_ns + after.system_ns, before.user_ns + before.system_ns);
  pel__pages_unmap(p, n);
  cr_assert_null(pel__pages_map((size_t)1 << 60));
}

Test(seed, differs) {
  cr_assert_neq(pel__random_seed(), pel__random_seed());
  cr_assert_eq(pel__process_id(), (uint64_t)getpid());
}

Test(fpu, control_can_be_set_and_seen) {
  uint32_t usual = pel__fpu_control();
  cr_assert_eq(usual, pel__fpu_default());
#if defined(__x86_64__)
  pel__fpu_set_control(usual | 0x8040); /* flush to zero, as -ffast-math libraries do */
  volatile double tiny = 1e-310;
  cr_assert_eq(tiny * 1.0, 0.0);
  cr_assert_neq(pel__fpu_control(), usual);
  pel__fpu_set_control(usual);
  cr_assert_gt(tiny * 1.0, 0.0);
#endif
}

typedef struct pair {
  pel_atomic_u32 word;
  pel_lock lock;
  uint64_t sum;
} pair;

static void add_many(void *arg) {
  pair *p = arg;
  for (int i = 0; i < 50000; i++) {
    pel__lock_acquire(&p->lock);
    p->sum++;
    pel__lock_release(&p->lock);
  }
}

Test(lock, excludes) {
  pair p = {0};
  pel_thread t[4];
  for (int i = 0; i < 4; i++)
    cr_assert_eq(pel__thread_start("adder", 1 << 18, add_many, &p, &t[i], NULL), PEL_OK);
  for (int i = 0; i < 4; i++) pel__thread_join(t[i]);
  cr_assert_eq(p.sum, 200000);
  cr_assert(pel__lock_try(&p.lock));
  cr_assert_not(pel__lock_try(&p.lock));
  pel__lock_release(&p.lock);
}

static void wake_later(void *arg) {
  pair *p = arg;
  (void)usleep(20000);
  pel__store_u32(&p->word, 1, PEL_RELEASE);
  pel__futex_wake(&p->word, 1);
}

Test(futex, sleeps_until_woken_or_the_time_is_up) {
  pair p = {0};
  pel_thread t;
  cr_assert_eq(pel__thread_start("waker", 1 << 18, wake_later, &p, &t, NULL), PEL_OK);
  while (pel__load_u32(&p.word, PEL_ACQUIRE) == 0)
    pel__futex_wait(&p.word, 0, PEL_FOREVER);
  pel__thread_join(t);
  uint64_t from = pel__clock_ns();
  pel__futex_wait(&p.word, 1, 5000000);
  cr_assert_geq(pel__clock_ns() - from, 4000000);
  pel__futex_wait(&p.word, 7, PEL_FOREVER); /* not equal: no sleep */
}

Test(thread, says_when_it_cannot_start) {
  pel_thread t;
  pel_error e = {0};
  cr_assert_eq(pel__thread_start("tiny", 16, add_many, NULL, &t, &e), PEL_E_IO);
  cr_assert_str_eq(e.message, "cannot start a thread 'tiny': Invalid argument");
}

Test(topology, is_read_from_text) {
  pel_topology *t = NULL;
  cr_assert_eq(
      pel__topology_fake("node:2 cache:2 core:4 cpu:2", pel__alloc_libc(), &t, NULL),
      PEL_OK);
  cr_assert_eq(t->cpu_count, 32);
  cr_assert_eq(t->core_count, 16);
  cr_assert_eq(t->cache_count, 4);
  cr_assert_eq(t->node_count, 2);
  cr_assert_eq(pel__topology_distance(t, 5, 5), 0);
  cr_assert_eq(pel__topology_distance(t, 4, 5), 1);
  cr_assert_eq(pel__topology_distance(t, 4, 6), 2);
  cr_assert_eq(pel__topology_distance(t, 4, 8), 3);
  cr_assert_eq(pel__topology_distance(t, 4, 16), 4);
  pel__topology_free(t);
  static const char *const bad[] = {"x",    "node:0", "cpu:2 node:2", "core:99999999",
                                    "cpu:", "cpu:2x"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    cr_assert_eq(pel__topology_fake(bad[i], pel__alloc_libc(), &t, NULL), PEL_E_INVALID);
  cr_assert_eq(pel__topology_fake("", pel__alloc_libc(), &t, NULL), PEL_OK);
  cr_assert_eq(t->cpu_count, 1);
  pel__topology_free(t);
}

Test(topology, is_read_from_the_machine) {
  pel_topology *t = NULL;
  pel_error e = {0};
  pel_status s = pel__topology_load(pel__alloc_libc(), &t, &e);
  if (s == PEL_E_NOENT) {
    cr_assert_not_null(strstr(e.message, "hwloc"), "the package is named");
    return;
  }
  cr_assert_eq(s, PEL_OK, "%s", e.message);
  cr_assert_eq(t->cpu_count, (uint32_t)sysconf(_SC_NPROCESSORS_ONLN));
  cr_assert(t->core_count >= 1 && t->core_count <= t->cpu_count);
  cr_assert(t->node_count >= 1 && t->cache_count >= 1);
  for (uint32_t i = 0; i < t->cpu_count; i++) {
    cr_assert_lt(t->cpus[i].core, t->core_count);
    cr_assert_lt(t->cpus[i].cache, t->cache_count);
    cr_assert_lt(t->cpus[i].node, t->node_count);
  }
  pel__topology_free(t);
}
