/* What takes long at the end of a breaker looks whether the run was cancelled, and ends
 * soon after the answer is yes, whichever look that was, with everything given back. */
#include <criterion/criterion.h>

#include "tests/unit/table/driver.h"

TestSuite(cancel, .timeout = 240);

extern const pel_op pel_op_sort, pel_op_group, pel_op_distinct, pel_op_join,
    pel_op_len_distinct;

enum { ROWS = 40000, WORKERS = 2, TRIES = 24, LOOKS_AFTER = 12 };

typedef enum keys { NUMBERS, FEW, TEXTS } keys;

typedef struct plan {
  const char *name;
  const pel_op *op;
  keys keys;
  bool spills;
  uint64_t least; /* looks at ROWS rows */
} plan;

static const plan plans[] = {
    {"sort by numbers", &pel_op_sort, NUMBERS, false, 20},
    {"sort by few numbers", &pel_op_sort, FEW, false, 20},
    {"sort by texts that begin alike", &pel_op_sort, TEXTS, false, 20},
    {"sort, spilled", &pel_op_sort, NUMBERS, true, 20},
    {"group", &pel_op_group, NUMBERS, false, 1000},
    {"distinct", &pel_op_distinct, NUMBERS, false, 1000},
    {"join", &pel_op_join, NUMBERS, false, 100},
    {"join, one key", &pel_op_join, FEW, false, 30},
};

static tab table_of(const plan *p, size_t rows) {
  const pel_type *types[] = {p->keys == TEXTS ? &ty_str : &ty_i64, &ty_i32};
  tab t = tab_new(2, types);
  rng r = {5};
  for (size_t i = 0; i < rows; i++) {
    char text[64];
    val *row = tab_add(&t);
    const uint64_t x = p->keys == FEW ? 7 : rng_next(&r) >> 2;
    const int n = snprintf(text, sizeof text, "they all begin like this, until %llu",
                           (unsigned long long)x);
    row[0] = p->keys == TEXTS ? val_text(text, (uint32_t)n) : val_int((int64_t)x);
    row[1] = val_int((int32_t)i);
  }
  return t;
}

static pel_status run_plan(const plan *p, const tab *in, const tab *left, driver *d) {
  const pel_op *aggs[] = {&pel_op_len_distinct};
  pel_const list[4];
  pel_const args[6];
  uint32_t nargs = 0, nout = 2;
  const pel_type *out[4] = {in->types[0], in->types[1], in->types[1], in->types[1]};
  args[nargs++] = p->op == &pel_op_join ? c_text("inner") : c_int(1);
  if (p->op == &pel_op_sort) {
    list[0] = (pel_const){.type = &ty_bool, .as.i = 0};
    args[nargs++] = c_list(list, 1);
  } else if (p->op == &pel_op_group) {
    list[0] = c_int(1);
    args[nargs++] = c_list(list, 1);
    out[1] = &ty_i64;
  } else if (p->op == &pel_op_join) { /* inner, one key; left 0 and 1, right 1 */
    list[0] = c_int(0), list[1] = c_int(1), list[2] = c_int(1);
    args[nargs++] = c_int(1);
    args[nargs++] = c_list(list, 2);
    args[nargs++] = c_list(list + 2, 1);
    nout = 3;
  }
  const node n = {.op = p->op,
                  .args = args,
                  .nargs = nargs,
                  .aggs = aggs,
                  .naggs = p->op == &pel_op_group,
                  .nports = p->op == &pel_op_join ? 2 : 1,
                  .in = {in, p->op == &pel_op_join ? left : NULL},
                  .out = out,
                  .nout = nout};
  const run_opts o = {.seed = 3, .chunk_rows = 1024, .plain = true, .morsel_rows = 4096};
  tab got;
  const pel_status s = run_node(d, &n, &o, &got);
  if (!s) tab_free(&got);
  return s;
}

static pel_status run_until(const plan *p, const tab *in, const tab *left,
                            uint64_t cancel_at, uint64_t *looks) {
  driver d;
  driver_init(&d, WORKERS, 1, 64);
  d.cancel_at = cancel_at;
  if (p->spills) d.budget = 1 << 19;
  const pel_status s = run_plan(p, in, left, &d);
  *looks = d.looks;
  cr_assert_not(d.failed, "%s: a failure was told of", p->name);
  driver_deinit(&d);
  return s;
}

Test(cancel, is_looked_for_at_the_end_of_every_breaker) {
  for (size_t i = 0; i < sizeof plans / sizeof *plans; i++) {
    const plan *p = &plans[i];
    tab in = table_of(p, ROWS), left = table_of(p, 1);
    uint64_t looks = 0, after = 0;
    cr_assert_eq(run_until(p, &in, &left, 0, &looks), PEL_OK, "%s", p->name);
    cr_assert(looks >= p->least, "%s: only %llu looks", p->name,
              (unsigned long long)looks);
    cr_assert(looks < ROWS / 8, "%s: %llu looks", p->name, (unsigned long long)looks);
    for (uint64_t k = 0; k < TRIES; k++) {
      const uint64_t at = 1 + looks * k / TRIES;
      cr_assert_eq(run_until(p, &in, &left, at, &after), PEL_E_CANCELLED,
                   "%s, at look %llu of %llu", p->name, (unsigned long long)at,
                   (unsigned long long)looks);
      cr_assert(after - at <= LOOKS_AFTER, "%s: %llu looks after the yes of %llu",
                p->name, (unsigned long long)(after - at), (unsigned long long)at);
    }
    tab_free(&in);
    tab_free(&left);
  }
}
