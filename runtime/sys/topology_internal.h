/* What the sources of a topology share.
 * The caller owns what is made.
 * Any thread. */
#ifndef PEL_RUNTIME_SYS_TOPOLOGY_INTERNAL_H
#define PEL_RUNTIME_SYS_TOPOLOGY_INTERNAL_H

#include "runtime/sys/topology.h"

/* Room for so many rows (at least 1), to be filled in. */
pel_status pel__topology_new(uint32_t cpus, const pel_alloc *alloc,
                             pel_topology **topology, pel_error *err);

#endif
