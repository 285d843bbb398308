#include <stdbool.h>
#include <string.h>

#include "runtime/sys/topology.h"
#include "runtime/sys/topology_internal.h"

enum { NODE, CACHE, CORE, CPU, LEVELS, MOST_CPUS = 1 << 16 };

/* Reads "word:number" at *at, if it is there. */
static bool take_level(const char **at, const char *word, uint32_t *count) {
  const char *p = *at;
  size_t n = strlen(word);
  uint32_t v = 0;
  while (*p == ' ') p++;
  if (strncmp(p, word, n) != 0 || p[n] != ':') return false;
  for (p += n + 1; *p >= '0' && *p <= '9' && v <= MOST_CPUS; p++)
    v = v * 10 + (uint32_t)(*p - '0');
  *at = p;
  *count = v;
  return true;
}

static bool parse(const char *text, uint32_t counts[LEVELS]) {
  static const char words[LEVELS][8] = {"node", "cache", "core", "cpu"};
  uint64_t total = 1;
  for (int i = 0; i < LEVELS; i++) {
    counts[i] = 1;
    (void)take_level(&text, words[i], &counts[i]);
    total *= counts[i];
    if (total == 0 || total > MOST_CPUS) return false;
  }
  while (*text == ' ') text++;
  return *text == '\0';
}

pel_status pel__topology_fake(const char *text, const pel_alloc *alloc,
                              pel_topology **topology, pel_error *err) {
  uint32_t n[LEVELS];
  if (!parse(text, n))
    return pel_error_set(err, PEL_E_INVALID, "no topology: '%s'", text);
  uint32_t cores = n[NODE] * n[CACHE] * n[CORE];
  pel_topology *t;
  pel_status s = pel__topology_new(cores * n[CPU], alloc, &t, err);
  if (s != PEL_OK) return s;
  for (uint32_t i = 0; i < t->cpu_count; i++) {
    uint32_t core = i / n[CPU], cache = core / n[CORE];
    t->cpus[i] = (pel_topology_cpu){i, core, cache, cache / n[CACHE]};
  }
  t->core_count = cores;
  t->cache_count = n[NODE] * n[CACHE];
  t->node_count = n[NODE];
  *topology = t;
  return PEL_OK;
}
