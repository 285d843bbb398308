/* The machine as a tree flattened into rows: which processors share a core, a cache, a
 * memory. Whoever loads a topology owns it and frees it.
 * Read-only once loaded: any thread. */
#ifndef PEL_RUNTIME_SYS_TOPOLOGY_H
#define PEL_RUNTIME_SYS_TOPOLOGY_H

#include "runtime/base/alloc.h"

/* One processor the process may use. Ids are dense from 0 within their kind, except
 * os_cpu. */
typedef struct pel_topology_cpu {
  uint32_t os_cpu;            /* the number the system knows it by */
  uint32_t core, cache, node; /* cache: the last level; node: of memory */
} pel_topology_cpu;

typedef struct pel_topology {
  const pel_alloc *alloc;
  pel_topology_cpu *cpus; /* in order of node, cache, core */
  uint32_t cpu_count, core_count, cache_count, node_count;
} pel_topology;

/* From hwloc, which is loaded now (4 ms): only when asked. Without the library
 * PEL_E_NOENT, and the message names the package. */
pel_status pel__topology_load(const pel_alloc *alloc, pel_topology **topology,
                              pel_error *err);
/* From text, for tests and for machines without hwloc: "node:2 cache:2 core:4 cpu:2" is 2
 * nodes of 2 caches of 4 cores of 2 processors. A level left out counts 1; the order is
 * fixed. */
pel_status pel__topology_fake(const char *text, const pel_alloc *alloc,
                              pel_topology **topology, pel_error *err);
void pel__topology_free(pel_topology *topology); /* NULL is fine */
/* 0 the same processor, 1 the same core, 2 cache, 3 node, 4 beyond. a and b are indices
 * into cpus. */
uint32_t pel__topology_distance(const pel_topology *topology, uint32_t a, uint32_t b);

#endif
