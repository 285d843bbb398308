#include "runtime/api/api.h"

static bool chosen(const pel_run *run, uint32_t i) {
  const pel_plan_item *it = &run->plan->items[i];
  if (it->kind != PEL_ITEM_OUT || it->slot == PEL_NONE) return false;
  return !run->any_chosen || run->chosen[i];
}

/* The first poisoned cell of a value that was asked for makes it a failure; the engine
 * has seen to that already. */
static bool printed(const pel_run *run, uint32_t i, pel_printed *out) {
  const pel_table *t = chosen(run, i) ? pel__run_value(run->run, i) : NULL;
  if (!t) return false;
  const pel_plan_item *it = &run->plan->items[i];
  *out = (pel_printed){it->name, (pel_value_shape)it->shape, t,
                       run->plan->names + run->plan->slots[it->slot].names.at};
  return true;
}

/* nan and inf among the rows [from, to). */
static uint64_t not_finite(const pel_col *c, uint64_t from, uint64_t to) {
  uint64_t n = 0;
  const pel_kind k = c->type->kind;
  for (uint64_t r = from; r < to; r++) {
    if (c->state && c->state[r] != PEL_VALID) continue;
    if (k == PEL_F64) n += __builtin_isfinite(((const double *)c->data)[r]) ? 0 : 1;
    if (k == PEL_F32) n += __builtin_isfinite(((const float *)c->data)[r]) ? 0 : 1;
    if (k == PEL_LIST)
      n += not_finite(c->child, (uint64_t)((const int64_t *)c->data)[r],
                      (uint64_t)((const int64_t *)c->data)[r + 1]);
    if (k != PEL_RECORD) continue;
    for (uint32_t i = 0; i < c->type->nfields; i++)
      n += not_finite(&c->child[i], r, r + 1);
  }
  return n;
}

static uint64_t nulls_in_json(const pel_run *run) {
  uint64_t n = 0;
  pel_printed p;
  for (uint32_t i = 0; i < run->plan->n_items; i++)
    if (printed(run, i, &p))
      for (uint32_t c = 0; c < p.value->ncols; c++)
        n += not_finite(&p.value->cols[c], 0, p.value->rows);
  return n;
}

static void print_one(pel_buf *b, const pel_printed *p, pel_format_name format,
                      bool several) {
  switch (format) {
    case PEL_PRINT_TABLE:
      pel__print_table(b, p, several);
      break;
    case PEL_PRINT_CSV:
      pel__print_csv(b, p, ',');
      break;
    case PEL_PRINT_TSV:
      pel__print_csv(b, p, '\t');
      break;
    case PEL_PRINT_NDJSON:
      pel__print_ndjson(b, p);
      break;
    case PEL_PRINT_JSON:
      if (several) {
        pel__buf_json(b, p->name);
        pel__buf_text(b, ": ");
      }
      pel__print_json(b, p);
      break;
  }
}

static void print_all(const pel_run *run, pel_format_name format, bool several,
                      pel_buf *b) {
  bool first = true;
  pel_printed p;
  const bool json = format == PEL_PRINT_JSON;
  if (json && several) pel__buf_text(b, "{\n");
  for (uint32_t i = 0; i < run->plan->n_items; i++) {
    if (!printed(run, i, &p)) continue;
    if (json && !first) pel__buf_text(b, ",\n");
    print_one(b, &p, format, several);
    first = false;
  }
  if (json && several) pel__buf_text(b, "\n}");
  if (json && !first) pel__buf_char(b, '\n');
}

static uint32_t count_chosen(const pel_run *run) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < run->plan->n_items; i++) n += chosen(run, i);
  return n;
}

pel_status pel_run_print(pel_run *run, pel_format_name format, pel_write_fn give,
                         void *user, pel_error *err) {
  const uint32_t n = count_chosen(run);
  pel_buf b;
  const pel_status forked = pel__context_check(run->ctx, err);
  if (forked) return forked;
  if (!run->done || !run->run)
    return pel_error_set(err, PEL_E_INVALID, "the run has not ended: call pel_run_wait");
  if (n > 1 && format != PEL_PRINT_TABLE && format != PEL_PRINT_JSON)
    return pel_error_set(
        err, PEL_E_INVALID,
        "this format holds one result, and the program prints %u: choose with --out NAME",
        n);
  pel__buf_init(&b, run->ctx->alloc);
  print_all(run, format, n > 1, &b);
  if (format == PEL_PRINT_JSON || format == PEL_PRINT_NDJSON)
    run->json_nulls = nulls_in_json(run);
  pel_status s = b.failed
                     ? pel_error_set(err, PEL_E_NOMEM, "no memory to print the results")
                     : PEL_OK;
  if (!s && b.n) s = give(user, b.p, b.n);
  pel__buf_deinit(&b);
  return s;
}

/* ---- tests ---- */

static const char *side(pel_run *run, uint32_t slot) {
  const pel_table *t = slot == PEL_NONE ? NULL : pel__run_slot(run->run, slot);
  if (!t || t->rows != 1 || t->ncols != 1) return "";
  const pel_printed p = {PEL_STR(""), PEL_VALUE_SCALAR, t, NULL};
  pel_buf b;
  pel__buf_init(&b, NULL);
  pel__print_json(&b, &p);
  const char *text = pel__arena_text(&run->arena, pel__buf_z(&b), b.n);
  pel__buf_deinit(&b);
  return text ? text : "";
}

int pel_run_test(pel_run *run, const char *item, const char **left, const char **right) {
  const uint32_t i = pel__run_item(run, item);
  *left = *right = "";
  const pel_table *t =
      i == PEL_NONE || !run->done || !run->run ? NULL : pel__run_value(run->run, i);
  if (!t || t->rows != 1 || (t->cols[0].state && t->cols[0].state[0] != PEL_VALID))
    return -1;
  pel_sides *known = &run->sides[i];
  if (!known->left) known->left = side(run, run->plan->items[i].left);
  if (!known->right) known->right = side(run, run->plan->items[i].right);
  *left = known->left;
  *right = known->right;
  return ((const uint8_t *)t->cols[0].data)[0] != 0;
}
