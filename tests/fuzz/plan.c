/* Fuzzes loading a saved plan, whose length and checksum are put right first: what is
 * behind them is asked.
 * target:
 * runtime/plan/codec.c runtime/plan/verify.c runtime/plan/verify_value.c
 * runtime/plan/verify_prog.c runtime/plan/verify_flow.c runtime/plan/needed.c
 * runtime/plan/print.c runtime/plan/codes.c runtime/plan/plan.c runtime/api/plan.c
 * Oracles: what loads is saved as the same bytes; what the engine relies on holds, looked
 * at slowly (plan_oracle.h); bytes whose checksum was left alone load only when it is
 * right; what people are shown is UTF-8. Seeds: plan.pel, through plan_seed.c. One
 * thread. */
#include <stdlib.h>

#include "pel/pel.h"
#include "runtime/base/hash.h"
#include "tests/fuzz/plan_oracle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum { HEAD = 32, MOST = 1 << 15 };

static void put(uint8_t *p, uint64_t x) {
  for (int i = 0; i < 8; i++) p[i] = (uint8_t)(x >> (8 * i));
}

/* One for each input: nothing is carried over. */
static pel_context *context(void) {
  const pel_options options = {.size = sizeof options, .workers = 1, .memory = 64 << 20};
  pel_context *ctx = NULL;
  require(pel_context_new(&options, &ctx, NULL) == PEL_OK, "no context");
  return ctx;
}

/* Everything a host may ask of a plan that it loaded. */
static void look(pel_context *ctx, const pel_plan *plan) {
  char *text = NULL;
  size_t n = 0;
  require(pel_plan_text(ctx, plan, &text, &n) == PEL_OK, "no text");
  require(pel__utf8_valid(text, n) == n, "what is shown is not UTF-8");
  pel_text_free(ctx, text, n);
  for (size_t i = 0; i < pel_plan_params(plan); i++) {
    const pel_param p = pel_plan_param_at(plan, i);
    shown(p.name), shown(p.type), shown(p.init), shown(p.doc);
  }
  for (size_t i = 0; i < pel_plan_items(plan); i++) {
    const pel_item p = pel_plan_item_at(plan, i);
    shown(p.name), shown(p.path), shown(p.format), shown(p.type);
  }
  for (size_t i = 0; i < pel_plan_inputs(plan); i++) {
    const pel_input p = pel_plan_input_at(plan, i);
    shown(p.path), shown(p.param), shown(p.format), shown(p.type);
  }
}

/* What all items need is what they need one by one. */
static void needs(const pel_plan_data *p) {
  bool *roots = calloc(p->n_items + 1u, 1), *all = calloc(p->n_pipes + 1u, 1);
  bool *one = calloc(p->n_pipes + 1u, 1), *some = calloc(p->n_pipes + 1u, 1);
  require(roots && all && one && some, "the machine has no memory");
  memset(roots, 1, p->n_items);
  require(pel__plan_needed(p, roots, all) == PEL_OK, "needed fails");
  memset(roots, 0, p->n_items);
  for (uint32_t i = 0; i < p->n_items; i++) {
    roots[i] = true;
    memset(one, 0, p->n_pipes);
    require(pel__plan_needed(p, roots, one) == PEL_OK, "needed fails");
    for (uint32_t k = 0; k < p->n_pipes; k++) some[k] |= one[k];
    roots[i] = false;
  }
  require(memcmp(all, some, p->n_pipes) == 0,
          "all items need other pipes than each of them");
  free(roots), free(all), free(one), free(some);
}

static void check_loaded(pel_context *ctx, pel_plan *plan, const uint8_t *bytes,
                         size_t n) {
  const pel_plan_data *p = (const pel_plan_data *)(const void *)plan;
  char *again = NULL;
  size_t m = 0;
  check_plan(p);
  require(pel_plan_save(ctx, plan, &again, &m, NULL) == PEL_OK,
          "what was loaded is not saved");
  require(m == n && memcmp(again, bytes, n) == 0,
          "what was loaded is saved as other bytes");
  pel_text_free(ctx, again, m);
  if (p->n_items * (uint64_t)p->n_pipes < 1 << 16) needs(p);
  look(ctx, plan);
}

static void load(const uint8_t *bytes, size_t n, bool sound) {
  pel_context *ctx = context();
  pel_plan *plan = NULL;
  pel_error e = {0};
  const pel_status s = pel_plan_load(ctx, bytes, n, &plan, &e);
  require(s == PEL_OK || (s == PEL_E_INVALID && e.message[0] && !plan), "an odd status");
  require(s != PEL_OK || sound, "a plan with a wrong length or checksum loads");
  if (s == PEL_OK) check_loaded(ctx, plan, bytes, n);
  pel_plan_release(pel_plan_retain(plan)); /* counted */
  pel_plan_release(plan);
  pel_context_free(ctx);
}

/* ---- mutations: a plan is mostly numbers that refer to each other, so mostly one number
 * is changed ---- */

__attribute__((weak)) size_t LLVMFuzzerMutate(uint8_t *data, size_t n, size_t most);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t n, size_t most, unsigned seed);

static uint32_t pick(uint64_t *s) {
  return (uint32_t)((*s = pel__hash_u64(*s, 1)) >> 16);
}

static void change_number(uint8_t *p, size_t n, uint64_t *s) {
  uint32_t x, at = HEAD + pick(s) % (uint32_t)(n - HEAD - 3);
  while (at < n - 4 && pick(s) % 4 && !(p[at] && !p[at + 1]))
    at++; /* where one may begin */
  memcpy(&x, p + at, sizeof x);
  switch (pick(s) % 6) {
    case 0:
      x = pick(s) % 16;
      break;
    case 1:
      x++;
      break;
    case 2:
      x--;
      break;
    case 3:
      x = pick(s) % 4 ? PEL_NONE : pick(s);
      break;
    default:
      memcpy(&x, p + HEAD + pick(s) % (uint32_t)(n - HEAD - 3), sizeof x);
  }
  memcpy(p + at, &x, sizeof x);
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t n, size_t most, unsigned seed) {
  uint64_t s = seed;
  if (n < HEAD + 8 || pick(&s) % 4 == 0) return LLVMFuzzerMutate(data, n, most);
  for (uint32_t k = 1 + pick(&s) % 3; k-- > 0;) change_number(data, n, &s);
  return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
  if (n > MOST) return 0;
  uint8_t *copy = malloc(n ? n : 1), seal[16];
  require(copy != NULL, "the machine has no memory");
  memcpy(copy, data, n);
  bool sound = n >= HEAD;
  if (sound) {
    put(seal, n - HEAD);
    put(seal + 8, pel__hash_bytes(data + HEAD, n - HEAD, 0));
    sound = memcmp(seal, data + 16, sizeof seal) == 0;
  }
  if (!sound) load(copy, n, false);
  if (n >= HEAD) {
    memcpy(copy + 16, seal, sizeof seal);
    load(copy, n, true);
  }
  free(copy);
  return 0;
}
