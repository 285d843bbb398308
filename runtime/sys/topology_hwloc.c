/* hwloc takes 4 ms to load: nothing links it, it is opened when somebody asks. */
#include "runtime/sys/sys.h"
#include "runtime/sys/topology.h"
#include "runtime/sys/topology_internal.h"

#if __has_include(<hwloc.h>)
#include <hwloc.h>

typedef struct hwloc {
  pel_library library;
  __typeof__(hwloc_topology_init) *init;
  __typeof__(hwloc_topology_load) *load;
  __typeof__(hwloc_topology_destroy) *destroy;
  __typeof__(hwloc_get_type_depth) *type_depth;
  __typeof__(hwloc_get_nbobjs_by_depth) *count_at;
  __typeof__(hwloc_get_obj_by_depth) *object_at;
} hwloc;

static pel_status bind_hwloc(hwloc *h, pel_error *err) {
  struct {
    const char *name;
    void *to;
  } wanted[] = {{"hwloc_topology_init", &h->init},
                {"hwloc_topology_load", &h->load},
                {"hwloc_topology_destroy", &h->destroy},
                {"hwloc_get_type_depth", &h->type_depth},
                {"hwloc_get_nbobjs_by_depth", &h->count_at},
                {"hwloc_get_obj_by_depth", &h->object_at}};
  for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
    void *address;
    pel_status s = pel__library_symbol(h->library, wanted[i].name, &address, err);
    if (s != PEL_OK) return s;
    memcpy(wanted[i].to, &address, sizeof address);
  }
  return PEL_OK;
}

static pel_status open_hwloc(hwloc *h, pel_error *err) {
  if (pel__library_open("libhwloc.so.15", &h->library, NULL) != PEL_OK)
    return pel_error_set(err, PEL_E_NOENT,
                         "the machine's topology needs libhwloc.so.15 (Debian: "
                         "libhwloc15)");
  pel_status s = bind_hwloc(h, err);
  if (s != PEL_OK) pel__library_close(h->library);
  return s;
}

static hwloc_obj_t above(hwloc_obj_t o, hwloc_obj_type_t type) {
  while (o && o->type != type) o = o->parent;
  return o;
}

/* The last cache of a processor: the highest one above it. */
static hwloc_obj_t last_cache(hwloc_obj_t o) {
  hwloc_obj_t found = NULL;
  for (; o; o = o->parent)
    if (o->type >= HWLOC_OBJ_L1CACHE && o->type <= HWLOC_OBJ_L5CACHE) found = o;
  return found;
}

/* Memory hangs beside the tree, at the closest ancestor that has any. */
static hwloc_obj_t closest_memory(hwloc_obj_t o) {
  while (o && o->memory_arity == 0) o = o->parent;
  o = o ? o->memory_first_child : NULL;
  while (o && o->type != HWLOC_OBJ_NUMANODE) o = o->memory_first_child;
  return o;
}

/* hwloc goes through the machine in order, so a thing that is not the last one seen is
 * new. */
static uint32_t number(hwloc_obj_t o, hwloc_obj_t *seen, uint32_t *count) {
  if (*count == 0 || o != *seen) ++*count;
  *seen = o;
  return *count - 1;
}

static void fill(const hwloc *h, hwloc_topology_t m, int depth, pel_topology *t) {
  hwloc_obj_t core = NULL, cache = NULL, node = NULL;
  for (uint32_t i = 0; i < t->cpu_count; i++) {
    hwloc_obj_t o = h->object_at(m, depth, i);
    pel_topology_cpu *c = &t->cpus[i];
    hwloc_obj_t own_core = above(o, HWLOC_OBJ_CORE);
    c->os_cpu = o->os_index;
    c->core = number(own_core ? own_core : o, &core, &t->core_count);
    c->node = number(closest_memory(o), &node, &t->node_count);
    c->cache = number(last_cache(o), &cache, &t->cache_count);
  }
}

static pel_status read_machine(const hwloc *h, hwloc_topology_t m, const pel_alloc *alloc,
                               pel_topology **topology, pel_error *err) {
  if (h->load(m) != 0)
    return pel_error_set(err, PEL_E_IO, "hwloc cannot read this machine's topology");
  int depth = h->type_depth(m, HWLOC_OBJ_PU);
  unsigned n = depth < 0 ? 0 : h->count_at(m, depth);
  if (n == 0) return pel_error_set(err, PEL_E_IO, "hwloc finds no processor");
  pel_topology *t;
  pel_status s = pel__topology_new(n, alloc, &t, err);
  if (s != PEL_OK) return s;
  fill(h, m, depth, t);
  *topology = t;
  return PEL_OK;
}

pel_status pel__topology_load(const pel_alloc *alloc, pel_topology **topology,
                              pel_error *err) {
  hwloc h = {0};
  pel_status s = open_hwloc(&h, err);
  if (s != PEL_OK) return s;
  hwloc_topology_t m;
  if (h.init(&m) != 0) {
    s = pel_error_set(err, PEL_E_NOMEM, "no memory left for hwloc");
  } else {
    s = read_machine(&h, m, alloc, topology, err);
    h.destroy(m);
  }
  pel__library_close(h.library);
  return s;
}

#else

pel_status pel__topology_load(const pel_alloc *alloc, pel_topology **topology,
                              pel_error *err) {
  (void)alloc, (void)topology;
  return pel_error_set(err, PEL_E_NOENT,
                       "built without hwloc (Debian: libhwloc-dev): no topology");
}

#endif
