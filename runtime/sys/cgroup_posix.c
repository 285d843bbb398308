#include <limits.h>
#include <stdio.h>

#include "runtime/sys/internal.h"

/* The figure at *at and what follows it; UINT64_MAX for "max" or what is no number. */
static uint64_t figure(const char **at) {
  const char *p = *at;
  while (*p == ' ') p++;
  uint64_t v = 0;
  bool any = false;
  for (; *p >= '0' && *p <= '9' && v < UINT64_MAX / 16; p++, any = true)
    v = v * 10 + (uint64_t)(*p - '0');
  while (*p && *p != ' ' && *p != '\n') p++;
  *at = p;
  return any ? v : UINT64_MAX;
}

static void least_cpus(pel_cgroup_limits *l, uint64_t quota, uint64_t period) {
  if (quota == UINT64_MAX || period == UINT64_MAX || period == 0 || quota == 0) return;
  uint64_t n = quota / period + (quota % period != 0);
  if (n < UINT32_MAX && (l->cpus == 0 || n < l->cpus)) l->cpus = (uint32_t)n;
}

static void least_memory(pel_cgroup_limits *l, uint64_t n) {
  /* Version 1 says "none" with a number near 2^63. */
  if (n == 0 || n >= UINT64_C(1) << 60) return;
  if (l->memory == 0 || n < l->memory) l->memory = n;
}

/* The text of mount/hierarchy/group/name. */
static bool read_knob(const char *mount, const char *hierarchy, const char *group,
                      const char *name, char text[64]) {
  char path[PATH_MAX];
  int n = snprintf(path, sizeof path, "%s/%s%s/%s", mount, hierarchy, group, name);
  return n > 0 && (size_t)n < sizeof path && pel__sys_read_text(path, text, 64);
}

static void read_level(pel_cgroup_limits *l, const char *mount, const char *hierarchy,
                       const char *group) {
  char text[64];
  const char *at = text;
  if (read_knob(mount, hierarchy, group, "cpu.max", text)) {
    uint64_t quota = figure(&at);
    least_cpus(l, quota, figure(&at));
  }
  if (read_knob(mount, hierarchy, group, "cpu.cfs_quota_us", text)) {
    at = text;
    uint64_t quota = figure(&at); /* "-1": none */
    if (read_knob(mount, hierarchy, group, "cpu.cfs_period_us", text)) {
      at = text;
      least_cpus(l, quota, figure(&at));
    }
  }
  at = text;
  if (read_knob(mount, hierarchy, group, "memory.max", text) ||
      read_knob(mount, hierarchy, group, "memory.limit_in_bytes", text))
    least_memory(l, figure(&at));
}

/* Every level above binds too. In a container the path may be the host's: what is not
 * there is passed over, and the root of the mount is then our own group. */
static void read_levels(pel_cgroup_limits *l, const char *mount, const char *hierarchy,
                        pel_str group) {
  char path[PATH_MAX];
  if (group.n >= sizeof path) return;
  memcpy(path, group.p, group.n);
  path[group.n] = '\0';
  for (;;) {
    char *slash = strrchr(path, '/');
    if (slash && slash[1] == '\0') *slash = '\0';
    read_level(l, mount, hierarchy, path);
    slash = strrchr(path, '/');
    if (!slash) return;
    *slash = '\0';
  }
}

static bool lists(pel_str controllers, const char *name) {
  size_t n = strlen(name);
  for (size_t i = 0; i + n <= controllers.n; i++) {
    bool starts = i == 0 || controllers.p[i - 1] == ',';
    bool ends = i + n == controllers.n || controllers.p[i + n] == ',';
    if (starts && ends && memcmp(controllers.p + i, name, n) == 0) return true;
  }
  return false;
}

/* A line is "0::/group" (version 2) or "4:cpu,cpuacct:/group" (version 1). */
static void read_line(pel_cgroup_limits *l, const char *mount, pel_str line) {
  const char *colon = memchr(line.p, ':', line.n);
  if (!colon) return;
  const char *from = colon + 1, *end = line.p + line.n;
  const char *second = memchr(from, ':', (size_t)(end - from));
  if (!second) return;
  pel_str controllers = {from, (size_t)(second - from)};
  pel_str group = {second + 1, (size_t)(end - second - 1)};
  if (controllers.n == 0) {
    read_levels(l, mount, "", group);
    read_levels(l, mount, "unified", group);
  }
  if (lists(controllers, "cpu")) {
    read_levels(l, mount, "cpu", group);
    read_levels(l, mount, "cpu,cpuacct", group);
  }
  if (lists(controllers, "memory")) read_levels(l, mount, "memory", group);
}

pel_cgroup_limits pel__cgroup_limits(const char *membership, const char *mount) {
  pel_cgroup_limits limits = {0};
  char text[8192];
  if (!pel__sys_read_text(membership, text, sizeof text)) return limits;
  for (const char *at = text; *at;) {
    size_t n = strcspn(at, "\n");
    read_line(&limits, mount, (pel_str){at, n});
    at += n + (at[n] == '\n');
  }
  return limits;
}
