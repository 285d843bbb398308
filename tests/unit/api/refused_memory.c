/* Every charge of a run's memory is refused once, whichever operator makes it: the run
 * gives the bytes it gives otherwise or says that memory ran out, and the context goes
 * on. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "runtime/api/api.h"
#include "runtime/engine/state.h"
#include "runtime/mem/budget.h"
#include "tests/unit/api/world.h"
#include "tests/unit/temp.h"

static const struct {
  const char *name, *text;
  uint64_t memory; /* 0: plenty */
} programs[] = {
    {"rows",
     "out a = t |> derive(w: .v * 2.0, up: upper(.name)) |> filter(.w > 0.25 and .k > "
     "3)\n"
     "  |> rename(kk: .k) |> drop(.v)\n"
     "out b = read(\"t.csv\", on_error: skip) as [*]{ id: i8, name: str }\n"
     "out c = read(\"t.csv\", on_error: as_null) as [*]{ id: i8?, k: i64 }\n",
     0},
    {"order",
     "out a = t |> sort(.name, -.v)\n"
     "out b = t |> sort(desc(.day)) |> skip(100) |> take(30)\n"
     "out c = concat(t |> take(5), t |> skip(195))\n",
     0},
    {"written", "out w = t |> derive(w: .v * 2.0) |> write(\"w.csv\")\n", 0},
    {"spill",
     "let tt = concat(t, t, t, t)\n"
     "out a = concat(tt, tt, tt) |> sort(.name, -.v) |> select(.id, .name)\n",
     850000},
    {"groups",
     "out a = t |> group(.k) |> select(.k, n: len(.rows), s: sum(.v), m: mean(.v), lo: "
     "min(.name), hi: max(.day), f: first(.name), l: last(.v), any: any(.rows.v > 0.9), "
     "all: all(.rows.v > 0.1), d: len(distinct(.name)))\n"
     "out b = t |> distinct(.k, .name)\n"
     "out c = t |> group(.name) |> select(.name, longest: max([r.v * 2.0 for r in .rows "
     "if "
     "r.k > 5], empty: 0.0))\n",
     0},
    {"joins",
     "let totals = t |> group(.k) |> select(.k, s: sum(.v))\n"
     "out a = t |> filter(.id % 3 == 0) |> join(totals, on: .k)\n"
     "out b = t |> join(totals |> filter(.k < 9), on: .k, kind: left)\n"
     "out c = t |> join(totals |> filter(.k < 9), on: .k, kind: semi)\n"
     "out d = t |> join(totals |> filter(.k < 9), on: .k, kind: anti)\n",
     0},
    {"lists",
     "out a = t |> group(.k) |> select(.k, rows: .rows)\n"
     "out b = [{ x: 1, l: [1, 2, 3] }, { x: 2, l: [4] }]\n"
     "out c = sum([x * 2 for x in t.k if x > 4])\n"
     "out d = t.name |> filter(starts_with(. ?? \"\", \"name\"))\n"
     "out e = i64(\"12\") + len(\"text\")\n",
     0},
};
enum { PROGRAMS = sizeof programs / sizeof *programs };

static const char HEAD[] =
    "let t = read(\"t.csv\") as [*]{ id: i64, k: i64, name: str?, v: f64, day: date }\n";

static temp_folder folder;

static void make_data(void) {
  folder = temp_folder_new();
  cr_assert_eq(chdir(folder.path), 0);
  FILE *f = fopen("t.csv", "w");
  cr_assert(f);
  fputs("id,k,name,v,day\n", f);
  for (int i = 0; i < 200; i++)
    fprintf(f, "%d,%d,%.*s,%d.5,2024-0%d-1%d\n", i, i * 7919 % 23, i % 11 ? 40 : 0,
            "name 000 of many that is long enough for a heap" + i % 7, i % 13, 1 + i % 9,
            i % 10);
  cr_assert_eq(fclose(f), 0);
}

static void drop_data(void) {
  cr_assert_eq(unlink("t.csv"), 0);
  cr_assert_eq(chdir("/"), 0);
  cr_assert_eq(rmdir(folder.path), 0, "%s: something is left there", folder.path);
}

typedef struct text {
  char *p;
  size_t n;
} text;

static pel_status keep(void *user, const char *p, size_t n) {
  text *t = user;
  t->p = realloc(t->p, t->n + n + 1);
  memcpy(t->p + t->n, p, n);
  t->p[t->n += n] = 0;
  return PEL_OK;
}

/* What `write` left, behind what is printed; a run that failed left nothing. */
static void take_file(text *out, bool ran) {
  char some[4096];
  size_t n;
  FILE *f = fopen("w.csv", "r");
  cr_expect(ran || !f, "a run that failed left a file");
  while (f && (n = fread(some, 1, sizeof some, f)) > 0) (void)keep(out, some, n);
  if (f) cr_assert_eq(fclose(f) | unlink("w.csv"), 0);
}

static uint64_t spilled;

static pel_status run_once(pel_context *ctx, pel_plan *plan, text *out, pel_error *e) {
  pel_run *run = NULL;
  *out = (text){0};
  pel_status s = pel_run_new(ctx, plan, &run, e);
  if (!s) s = pel_run_wait(run, e);
  if (!s) s = pel_run_print(run, PEL_PRINT_JSON, keep, out, e);
  for (size_t i = 0; s && run && i < pel_run_failures(run); i++)
    cr_expect_str_eq(pel_run_failure_at(run, i).code, "out of memory", "%s",
                     pel_run_failure_at(run, i).text);
  take_file(out, s == PEL_OK);
  if (run) spilled = pel_run_totals(run).spilled;
  pel_run_free(run);
  return s;
}

static void refuse_each(size_t program, uint32_t workers, uint64_t step) {
  pel_context *ctx = NULL;
  pel_error e = {0};
  text want, got;
  char all[4096];
  make_data();
  (void)snprintf(all, sizeof all, "%s%s", HEAD, programs[program].text);
  const pel_options o = {.size = sizeof o,
                         .workers = workers,
                         .morsel_rows = 100,
                         .spill = ".",
                         .memory = programs[program].memory};
  cr_assert_eq(pel_context_new(&o, &ctx, &e), PEL_OK, "%s", e.message);
  pel_plan *plan = compiled(ctx, all);
  cr_assert_eq(run_once(ctx, plan, &want, &e), PEL_OK, "%s", e.message);
  cr_assert_eq(spilled > 0, programs[program].memory > 0);
  pel_budget *budget = ctx->engine->budget;
  uint64_t at = 1, refused = 0, runs = 0;
  for (;; at += step, runs++) {
    (void)pel__budget_refuse(budget, at);
    const pel_status s = run_once(ctx, plan, &got, &e);
    const uint64_t left = pel__budget_refuse(budget, 0);
    if (!s)
      cr_expect_str_eq(got.p, want.p, "charge %llu: other results",
                       (unsigned long long)at);
    else
      cr_expect(s == PEL_E_NOMEM, "charge %llu: %s %s", (unsigned long long)at,
                pel_status_name(s), e.message);
    refused += s != PEL_OK;
    free(got.p);
    if (left) break;
  }
  if (getenv("PEL_TEST_SAY"))
    fprintf(stderr, "%s: %llu runs, %llu refused\n", programs[program].name,
            (unsigned long long)runs, (unsigned long long)refused);
  cr_expect_gt(refused, 20, "too few refusals to mean anything");
  cr_assert_eq(run_once(ctx, plan, &got, &e), PEL_OK, "afterwards: %s", e.message);
  cr_expect_str_eq(got.p, want.p);
  free(got.p);
  free(want.p);
  pel_plan_release(plan);
  pel_context_free(ctx);
  drop_data();
}

Test(refused_memory, rows, .timeout = 120) { refuse_each(0, 1, 1); }
Test(refused_memory, order, .timeout = 120) { refuse_each(1, 1, 1); }
Test(refused_memory, written, .timeout = 120) { refuse_each(2, 1, 1); }
Test(refused_memory, spill, .timeout = 120) { refuse_each(3, 1, 1); }
Test(refused_memory, groups, .timeout = 120) { refuse_each(4, 1, 1); }
Test(refused_memory, joins, .timeout = 120) { refuse_each(5, 1, 1); }
Test(refused_memory, lists, .timeout = 120) { refuse_each(6, 1, 1); }
Test(refused_memory, on_three_workers, .timeout = 240) {
  for (size_t p = 0; p < PROGRAMS; p++)
    if (!programs[p].memory) refuse_each(p, 3, 7); /* how much three need is chance */
}
