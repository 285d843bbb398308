#include "runtime/engine/state.h"

pel_target pel__target(const char *path) {
  pel_target t = {.path = path};
  if (path)
    t.known = strcmp(path, "-") ? pel__out_place(pel__dir_current(), path, &t.place)
                                : pel__out_stdout_place(&t.place);
  return t;
}

pel_status pel__target_clash(const pel_target *mine, const pel_target *other,
                             pel_error *err) {
  if (!mine->known || !other->known || !pel__out_place_eq(&mine->place, &other->place))
    return PEL_OK;
  if (!strcmp(mine->path, other->path))
    return pel_error_set(err, PEL_E_FAILED,
                         "two outs write `%s`: each needs a path of its own", mine->path);
  return pel_error_set(
      err, PEL_E_FAILED,
      "two outs write one file, `%s` and `%s`: each needs a path of its own", mine->path,
      other->path);
}

void pel__item_fail(pel_engine_run *run, uint32_t item, pel_status status,
                    const char *text) {
  for (uint32_t i = 0; i < run->plan->n_pipes; i++) {
    pel_pipe *p = &run->pipes[i];
    if (p->plan->item != item || !p->sink->op || p->sink->op->kind != PEL_OP_SINK)
      continue;
    (void)pel__pipe_fail(p, 0, status, "output", text);
    p->sink->failed = true;
  }
}

static bool wanted(const pel_engine_run *run, uint32_t item) {
  return run->options.items ? run->options.items[item]
                            : run->plan->items[item].kind == PEL_ITEM_OUT;
}

pel_status pel__run_check_targets(pel_engine_run *run) {
  const uint32_t n = run->plan->n_items;
  const pel_target rejects = pel__target(run->options.rejects);
  pel_target *all = PEL_ARENA_ARRAY(&run->arena, pel_target, n + 1);
  if (!all) return PEL_E_NOMEM;
  for (uint32_t i = 0; i < n; i++)
    if (wanted(run, i)) all[i] = pel__target(pel__item_path(run, i));
  for (uint32_t i = 0; i < n; i++) {
    pel_error err = {0};
    pel_status s = PEL_OK;
    for (uint32_t k = 0; !s && k < n; k++)
      if (k != i) s = pel__target_clash(&all[i], &all[k], &err);
    if (!s && pel__target_clash(&all[i], &rejects, NULL))
      s = pel_error_set(&err, PEL_E_FAILED,
                        "the out writes `%s`, and so would the rejected rows: each needs "
                        "a path of its own",
                        all[i].path);
    if (s) pel__item_fail(run, i, s, err.message);
  }
  return PEL_OK;
}
