/* Every allocation fails once, alone and with all that follow: a clean answer, nothing
 * left, the context goes on. */
#include "runtime/api/api.h"
#include "tests/unit/api/host.h"
#include "tests/unit/counting.h"

static const char TEXT[] =
    "param least: i64 = 1\n"
    "param lent: [*]{ a: i64?, s: str?, l: ([*]{ x: i64 })? }\n"
    "out b = lent |> filter(is_null(.a))\n"
    "let t = [{ a: 1, v: 3, b: \"one\" }, { a: 2, v: 4, b: \"two, which is longer than a "
    "view\" }, { a: 1, v: 5, b: \"three\" }]\n"
    "out g = t |> filter(.a >= least) |> group(.a) |> select(.a, n: len(.rows), s: "
    "sum(.v))\n"
    "out s = t |> sort(-.a) |> join(t |> select(.a) |> distinct(), on: .a)\n";

/* With nulls around a record in a list, so that every way of taking a column is taken. */
static pel_status lend(pel_run *run, pel_error *e) {
  static const bool valid[2] = {false, true};
  static const int64_t numbers[2] = {1, 1};
  static const char *const texts[2] = {"a text of more than 12 bytes", "b"};
  static const size_t sizes[2] = {28, 1};
  const host_layout two = {.rows = 2}, some = {.rows = 2, .valid = valid};
  host x = host_numbers("x", "l", &two, 8, numbers);
  host item = host_record("item", &some, 1, &x);
  item.array.buffers[0] = NULL;
  item.array.null_count = 0;
  host columns[3] = {host_numbers("a", "l", &some, 8, numbers),
                     host_text("s", "u", &some, texts, sizes),
                     host_list("l", &some, numbers, &item)};
  host h = host_record("", &two, 3, columns);
  const pel_status s = pel_run_bind_arrow(run, "lent", &h.schema, &h.array, e);
  cr_assert(!h.schema.release && !h.array.release);
  return s;
}

static pel_status results(pel_run *run, pel_error *e) {
  struct ArrowSchema schema;
  struct ArrowArray array;
  const pel_status s = pel_run_result(run, "s", &schema, &array, e);
  if (s) return s;
  schema.release(&schema);
  array.release(&array);
  return PEL_OK;
}

static pel_status run_once(pel_context *ctx, pel_error *e) {
  const pel_source_text source = {"-", TEXT, sizeof TEXT - 1};
  pel_plan *plan = NULL;
  pel_diagnostics *d = NULL;
  pel_run *run = NULL;
  pel_status s = pel_compile(ctx, &source, NULL, &plan, &d);
  pel_diagnostics_free(d);
  if (!s) s = pel_run_new(ctx, plan, &run, e);
  if (!s) s = pel_run_bind_i64(run, "least", 1, e);
  if (!s) s = lend(run, e);
  if (!s) s = pel_run_wait(run, e);
  if (!s) s = results(run, e);
  pel_run_free(run);
  pel_plan_release(plan);
  return s;
}

/* How many calls a run in a new context makes; the at-th fails. One worker, so that it is
 * the same call each time. */
static size_t one(size_t at, bool after) {
  counting f;
  pel_context *ctx = NULL;
  pel_error e = {0};
  const pel_options o = {.size = sizeof o, .workers = 1};
  counting_init(&f);
  *(after ? &f.fail : &f.miss) = at;
  pel_status s = pel__context_new(&o, &f.alloc, &ctx, &e);
  if (!s) s = run_once(ctx, &e);
  if (at && f.calls >= at && after)
    cr_assert_eq(s, PEL_E_NOMEM, "call %zu: %s %s", at, pel_status_name(s), e.message);
  else
    cr_assert(s == PEL_OK || s == PEL_E_NOMEM, "call %zu: %s %s", at, pel_status_name(s),
              e.message);
  const size_t calls = f.calls;
  f.fail = f.miss = 0;
  e = (pel_error){0};
  if (ctx) cr_assert_eq(run_once(ctx, &e), PEL_OK, "after call %zu: %s", at, e.message);
  pel_context_free(ctx);
  cr_assert_eq(host_live(), 0, "call %zu: a table was not given back", at);
  cr_assert_eq(f.out, 0, "call %zu: %zu bytes are left", at, f.out);
  return calls;
}

static void all(bool after) {
  const size_t calls = one(0, false);
  cr_assert_gt(calls, 50);
  for (size_t at = 1; at <= calls; at++) (void)one(at, after);
}

Test(nomem, each_alone, .timeout = 120) { all(false); }
Test(nomem, each_and_all_after, .timeout = 120) { all(true); }
