/* What the Arrow C data interface says of moving: a consumer may take a child out of a
 * result, by copying its bytes and clearing the source's release, and release the parent
 * first. */
#include <criterion/criterion.h>
#include <string.h>

#include "pel/pel.h"

typedef struct world {
  pel_context *ctx;
  struct ArrowSchema schema;
  struct ArrowArray array;
} world;

static world run(const char *text) {
  world w = {0};
  pel_error e = {0};
  pel_plan *plan = NULL;
  pel_diagnostics *d = NULL;
  pel_run *r = NULL;
  const pel_source_text source = {"-", text, strlen(text)};
  cr_assert_eq(pel_context_new(NULL, &w.ctx, &e), PEL_OK);
  const pel_status s = pel_compile(w.ctx, &source, NULL, &plan, &d);
  cr_assert_eq(s, PEL_OK, "%s", pel_diagnostics_text(d, PEL_FORMAT_HUMAN, PEL_COLOR_OFF));
  pel_diagnostics_free(d);
  cr_assert_eq(pel_run_new(w.ctx, plan, &r, &e), PEL_OK);
  cr_assert_eq(pel_run_wait(r, &e), PEL_OK, "%s", e.message);
  cr_assert_eq(pel_run_result(r, "t", &w.schema, &w.array, &e), PEL_OK, "%s", e.message);
  pel_run_free(r);
  pel_plan_release(plan);
  return w;
}

static struct ArrowArray move_array(struct ArrowArray *from) {
  const struct ArrowArray x = *from;
  from->release = NULL;
  return x;
}

static struct ArrowSchema move_schema(struct ArrowSchema *from) {
  const struct ArrowSchema x = *from;
  from->release = NULL;
  return x;
}

static const char TABLE[] =
    "out t = [{ a: 1, b: \"one\" }, { a: 2, b: \"two\" }, { a: 1, b: \"three\" }] |> "
    "group(.a)\n";

Test(arrow_move, children_outlive_their_parent) {
  world w = run(TABLE);
  cr_assert_eq(w.array.n_children, 3); /* a, b as lists, rows */
  struct ArrowArray numbers = move_array(w.array.children[0]);
  struct ArrowArray lists = move_array(w.array.children[1]);
  struct ArrowSchema named = move_schema(w.schema.children[1]);
  w.array.release(&w.array);
  w.schema.release(&w.schema);
  cr_assert(!w.array.release && !w.schema.release);
  cr_assert_eq(((const int64_t *)numbers.buffers[1])[1], 2);
  numbers.release(&numbers);
  cr_assert_str_eq(named.name, "b");
  cr_assert_str_eq(named.children[0]->format, "U");
  named.release(&named);
  struct ArrowArray texts = move_array(lists.children[0]);
  lists.release(&lists);
  cr_assert_eq(texts.length, 3);
  const int64_t *at = texts.buffers[1];
  cr_assert_eq(at[2] - at[1], 5);
  cr_assert_eq(memcmp((const char *)texts.buffers[2] + at[1], "three", 5), 0);
  texts.release(&texts);
  pel_context_free(w.ctx);
}
