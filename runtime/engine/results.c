#include "runtime/engine/state.h"

const pel_table *pel__run_slot(const pel_engine_run *run, uint32_t slot) {
  return slot < run->plan->n_slots ? run->slots[slot] : NULL;
}

const pel_table *pel__run_value(const pel_engine_run *run, uint32_t item) {
  if (item >= run->plan->n_items || pel__run_item_failed(run, item)) return NULL;
  return pel__run_slot(run, run->plan->items[item].slot);
}

bool pel__run_item_failed(const pel_engine_run *run, uint32_t item) {
  const pel_plan_item *it = &run->plan->items[item];
  const pel_sink *k = it->slot != PEL_NONE
                          ? &run->sinks[pel__sink_of_slot(run->plan, it->slot)]
                      : it->node != PEL_NONE ? &run->sinks[it->node]
                                             : NULL;
  return !k || k->failed || !k->complete;
}

uint32_t pel__run_failures(const pel_engine_run *run, const pel_failure **out) {
  *out = run->failures;
  return run->nfailures;
}

static void add_stats(pel_node_stats *s, const pel_stage *st) {
  s->rejected += st->rejected;
  if (!st->rows_in && !st->rows_out && !st->ns) return;
  s->rows_in += st->rows_in;
  s->rows_out += st->rows_out;
  s->bytes += st->bytes;
  s->ns += st->ns;
  s->workers++;
}

static const char *source_name(const pel_pipe *p) {
  if (p->plan->from == PEL_FROM_SLOTS) return "scan";
  if (p->plan->from == PEL_FROM_UNIT) return "row";
  return p->source_op ? p->source_op->name : "source";
}

static uint32_t pipe_stats(const pel_pipe *p, pel_node_stats *out) {
  uint32_t n = 0;
  const pel_plan_data *plan = p->run->plan;
  uint32_t read =
      p->plan->from == PEL_FROM_READER ? plan->nodes[p->plan->source].span : PEL_NONE;
  if (read == PEL_NONE) read = p->plan->span;
  out[n++] = (pel_node_stats){.name = source_name(p), .pipe = p->index, .span = read};
  for (uint32_t w = 0; w < p->run->workers; w++)
    add_stats(&out[n - 1], &p->lanes[w].source);
  out[n - 1].rejected -= p->unneeded;
  for (uint32_t i = 0; i < p->plan->steps.n; i++) {
    const uint32_t node = plan->steps[p->plan->steps.at + i].node;
    out[n++] = (pel_node_stats){
        .name = node == PEL_NONE ? "map" : p->run->sinks[node].op->name,
        .pipe = p->index,
        .span = node == PEL_NONE ? p->plan->span : plan->nodes[node].span};
    for (uint32_t w = 0; w < p->run->workers; w++)
      if (p->lanes[w].steps) add_stats(&out[n - 1], &p->lanes[w].steps[i]);
  }
  out[n++] = (pel_node_stats){.name = p->sink->op ? p->sink->op->name : "collect",
                              .pipe = p->index,
                              .span = p->plan->span};
  for (uint32_t w = 0; p->sink->locals && w < p->run->workers; w++)
    add_stats(&out[n - 1], &p->sink->locals[w].stage);
  return n;
}

void pel__run_collect_stats(pel_engine_run *run) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < run->plan->n_pipes; i++) n += run->plan->pipes[i].steps.n + 2;
  run->stats = PEL_ARENA_ARRAY(&run->arena, pel_node_stats, n + 1);
  for (uint32_t i = 0; run->stats && i < run->plan->n_pipes; i++)
    if (run->pipes[i].needed && run->pipes[i].lanes)
      run->nstats += pipe_stats(&run->pipes[i], run->stats + run->nstats);
}

uint32_t pel__run_stats(const pel_engine_run *run, const pel_node_stats **out) {
  *out = run->stats;
  return run->nstats;
}

/* relaxed: each number is right by itself, and none is waited for */
pel_engine_progress pel__run_progress(const pel_engine_run *run) {
  return (pel_engine_progress){.rows = pel__load_u64(&run->rows_read, PEL_RELAXED),
                               .bytes = pel__load_u64(&run->bytes_read, PEL_RELAXED),
                               .done = pel__load_u32(&run->parts_done, PEL_RELAXED),
                               .parts = pel__load_u32(&run->parts, PEL_RELAXED)};
}

pel_engine_totals pel__run_totals(const pel_engine_run *run) {
  pel_engine_totals t = {.ns = run->ended - run->began,
                         .spilled = pel__spill_written(run->spill),
                         .rejected = pel__load_u64(&run->rejected, PEL_RELAXED)};
  for (uint32_t w = 0; w < run->workers; w++)
    t.workers += pel__job_stats(run->job, w).pieces > 0;
  return t;
}
