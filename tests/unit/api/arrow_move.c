/* What the Arrow C data interface says of moving: a consumer may take a child out of a
 * result, by copying its bytes and clearing the source's release, and release the parent
 * first. */
#include "tests/unit/api/world.h"

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
  world w = world_begin(0, TABLE);
  pel_error e = {0};
  cr_assert_eq(pel_run_wait(w.run, &e), PEL_OK, "%s", e.message);
  result r = result_of(w.run, "t");
  pel_run_free(w.run);
  pel_plan_release(w.plan);
  cr_assert_eq(r.array.n_children, 3); /* a, b as lists, rows */
  struct ArrowArray numbers = move_array(r.array.children[0]);
  struct ArrowArray lists = move_array(r.array.children[1]);
  struct ArrowSchema named = move_schema(r.schema.children[1]);
  result_end(&r);
  cr_assert(!r.array.release && !r.schema.release);
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
