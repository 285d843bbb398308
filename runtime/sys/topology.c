#include "runtime/sys/topology.h"

#include "runtime/sys/topology_internal.h"

pel_status pel__topology_new(uint32_t cpus, const pel_alloc *alloc,
                             pel_topology **topology, pel_error *err) {
  pel_topology *t = pel__alloc_get(alloc, sizeof *t);
  pel_topology_cpu *rows = pel__alloc_get(alloc, cpus * sizeof *rows);
  if (!t || !rows) {
    pel__alloc_free(alloc, t, sizeof *t);
    pel__alloc_free(alloc, rows, cpus * sizeof *rows);
    return pel_error_set(err, PEL_E_NOMEM, "no memory left for the machine's topology");
  }
  *t = (pel_topology){.alloc = alloc, .cpus = rows, .cpu_count = cpus};
  *topology = t;
  return PEL_OK;
}

void pel__topology_free(pel_topology *topology) {
  if (!topology) return;
  pel__alloc_free(topology->alloc, topology->cpus,
                  topology->cpu_count * sizeof *topology->cpus);
  pel__alloc_free(topology->alloc, topology, sizeof *topology);
}

uint32_t pel__topology_distance(const pel_topology *topology, uint32_t a, uint32_t b) {
  const pel_topology_cpu *x = &topology->cpus[a], *y = &topology->cpus[b];
  if (a == b) return 0;
  if (x->core == y->core) return 1;
  if (x->cache == y->cache) return 2;
  return x->node == y->node ? 3 : 4;
}
