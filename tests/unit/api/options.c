/* Options begin with their size: without one they are refused, in the same words
 * everywhere; a host that knows fewer or more of them is understood. */
#include "tests/unit/api/world.h"

static const char TEXT[] = "out n = 1\n";
static const pel_source_text source = {"-", TEXT, sizeof TEXT - 1};

Test(options, of_a_context_need_their_size) {
  static const pel_options o = {.workers = 1};
  pel_context *ctx = NULL;
  pel_error e = {0};
  cr_assert_eq(pel_context_new(&o, &ctx, &e), PEL_E_INVALID);
  cr_assert_str_eq(e.message,
                   "pel_options: its size is 0: set it to sizeof(pel_options), "
                   "or pass NULL");
  cr_assert(!ctx);
}

Test(options, of_a_compilation_need_their_size) {
  static const pel_compile_options o = {.check_only = true};
  static const char why[] =
      "pel_compile_options: its size is 0: set it to "
      "sizeof(pel_compile_options), or pass NULL";
  world w = world_begin(1, TEXT);
  pel_plan *plan = NULL;
  pel_diagnostics *d = NULL;
  cr_assert_eq(pel_compile(w.ctx, &source, &o, &plan, &d), PEL_E_INVALID);
  cr_assert(!plan && d);
  cr_assert_eq(pel_diagnostics_count(d), 1);
  cr_assert_eq(pel_diagnostics_errors(d), 1);
  cr_assert_str_eq(pel_diagnostics_at(d, 0).message, why);
  cr_assert_str_eq(pel_diagnostics_at(d, 0).code, "");
  const char *text = pel_diagnostics_text(d, PEL_FORMAT_HUMAN, PEL_COLOR_ON);
  cr_assert(!strncmp(text, "error: ", 7) && !strncmp(text + 7, why, sizeof why - 1));
  text = pel_diagnostics_text(d, PEL_FORMAT_JSON, PEL_COLOR_OFF);
  cr_assert(strstr(text, "\"code\":\"\"") && strstr(text, why));
  pel_diagnostics_free(d);
  world_end(&w);
}

Test(options, null_is_all_zero) {
  world w = world_begin(1, TEXT);
  pel_context *ctx = NULL;
  pel_error e = {0};
  cr_assert_eq(pel_context_new(NULL, &ctx, &e), PEL_OK);
  pel_context_free(ctx);
  cr_assert_eq(number(w.ctx, w.plan), 1);
  world_end(&w);
}

/* What lies behind the size is not read; what this version does not know is not either.
 */
Test(options, of_older_and_newer_hosts) {
  struct {
    pel_compile_options o;
    uint64_t later[4];
  } newer;
  world w = world_begin(1, TEXT);
  pel_plan *plan = NULL;
  pel_diagnostics *d = NULL;
  memset(&newer, 0xA5, sizeof newer);
  newer.o = (pel_compile_options){.size = sizeof newer, .check_only = true};
  cr_assert_eq(pel_compile(w.ctx, &source, &newer.o, &plan, &d), PEL_OK);
  cr_assert(!plan, "check_only was not seen");
  pel_diagnostics_free(d);
  memset(&newer, 0xA5, sizeof newer);
  newer.o.size = sizeof newer.o.size;
  cr_assert_eq(pel_compile(w.ctx, &source, &newer.o, &plan, &d), PEL_OK);
  cr_assert(plan, "an option behind the size was read");
  pel_plan_release(plan);
  pel_diagnostics_free(d);
  world_end(&w);
}
