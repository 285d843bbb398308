/* Plans: made, printed, saved, loaded; broken ones refused, whatever the bytes. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "runtime/base/hash.h"
#include "tests/unit/counting.h"
#include "tests/unit/plan/sample.h"

static pel_buf text_of(const pel_plan_data *p) {
  pel_buf b;
  pel__buf_init(&b, NULL);
  pel__plan_print(p, &b);
  return b;
}

static pel_buf bytes_of(const pel_plan_data *p) {
  pel_buf b;
  pel__buf_init(&b, NULL);
  cr_assert_eq(pel__plan_encode(p, &b), PEL_OK);
  return b;
}

Test(plan, print) {
  pel_plan_data *p = sample_plan();
  pel_buf b = text_of(p);
  static const char *const lines[] = {
      "  param n: scalar i64 in s0 = 7\n",
      "  out \"a\": table s1\n",
      "  slot s1 {k: str, total: i64}\n",
      "  node 0: source read_csv(\"o.csv\", {delim: \";\", header: true}) -> {k: str, b: "
      "i64, c: f64?}\n",
      "  node 1: breaker group(1, [1]) aggregates sum port 0 (str, i64) -> {k: str, "
      "total: i64}\n",
      "  pipe 0: read node 0 columns 0, 1 filter prog 0 of 1 > prog 2 > node 1 port 0\n",
      "  pipe 1: node 1 limit 10 > s1\n",
      "    r6: [*]i64 = list_map prog 1 r5 r1 under r4\n",
      "    r12: i64 = select r4 r7 r8 r9 r10 r11\n",
  };
  for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
    cr_expect(strstr(pel__buf_z(&b), lines[i]), "no line %s in\n%s", lines[i], b.p);
  pel__buf_deinit(&b);
  pel__plan_release(p);
}

Test(plan, saved_and_loaded_is_the_same) {
  pel_plan_data *p = sample_plan(), *q = NULL;
  pel_error e = {0};
  pel_buf one = bytes_of(p), text = text_of(p);
  cr_assert_eq(pel__plan_decode(one.p, one.n, NULL, &q, &e), PEL_OK, "%s", e.message);
  pel_buf two = bytes_of(q), again = text_of(q);
  cr_expect(one.n == two.n && memcmp(one.p, two.p, one.n) == 0);
  cr_expect_str_eq(pel__buf_z(&text), pel__buf_z(&again));
  cr_expect_eq(q->n_sources, 1);
  cr_expect(pel__str_is(q->params[0].doc, "how many"));
  pel__buf_deinit(&one);
  pel__buf_deinit(&two);
  pel__buf_deinit(&text);
  pel__buf_deinit(&again);
  pel__plan_release(p);
  pel__plan_release(q);
}

/* Writes length and checksum of a body that was tampered with, so that what follows is
 * asked. */
static void reseal(char *bytes, size_t n) {
  uint64_t length = n - 32, sum = pel__hash_bytes(bytes + 32, n - 32, 0);
  for (int i = 0; i < 8; i++) {
    bytes[16 + i] = (char)(length >> (8 * i));
    bytes[24 + i] = (char)(sum >> (8 * i));
  }
}

static pel_status load(const char *bytes, size_t n) {
  pel_plan_data *q = NULL;
  pel_error e = {0};
  pel_status s = pel__plan_decode(bytes, n, NULL, &q, &e);
  if (s == PEL_OK) { /* another plan, but one that may be looked at */
    pel_buf b = text_of(q);
    bool *pipes = calloc(q->n_pipes + 1, 1), *roots = calloc(q->n_items + 1, 1);
    memset(roots, 1, q->n_items);
    cr_assert_eq(pel__plan_needed(q, roots, pipes), PEL_OK);
    free(pipes);
    free(roots);
    pel__buf_deinit(&b);
    pel__plan_release(q);
  } else {
    cr_assert(s == PEL_E_INVALID && e.message[0]);
  }
  return s;
}

Test(plan, damage_is_found) {
  pel_plan_data *p = sample_plan();
  pel_buf b = bytes_of(p);
  for (size_t i = 0; i < b.n; i++) {
    b.p[i] ^= 0x10;
    cr_expect_eq(load(b.p, b.n), PEL_E_INVALID, "byte %zu", i);
    b.p[i] ^= 0x10;
  }
  for (size_t n = 0; n < b.n; n++) {
    char *copy = malloc(n + 1); /* exactly n readable bytes for the sanitizer, plus one */
    memcpy(copy, b.p, n);
    cr_expect_eq(load(copy, n), PEL_E_INVALID, "length %zu", n);
    free(copy);
  }
  cr_expect_eq(load(b.p, b.n), PEL_OK);
  pel__buf_deinit(&b);
  pel__plan_release(p);
}

/* The checksum is right, a byte is not: an error or another plan, never a crash. */
Test(plan, hostile_bytes) {
  pel_plan_data *p = sample_plan();
  pel_buf b = bytes_of(p);
  static const unsigned char values[] = {0,    1,    2,    3,    7,   0x0f,
                                         0x20, 0x7f, 0x80, 0xfe, 0xff};
  unsigned accepted = 0, refused = 0;
  for (size_t i = 32; i < b.n; i++) {
    char was = b.p[i];
    for (size_t k = 0; k < sizeof values; k++) {
      b.p[i] = (char)values[k];
      reseal(b.p, b.n);
      if (load(b.p, b.n) == PEL_OK)
        accepted++;
      else
        refused++;
    }
    b.p[i] = was;
  }
  cr_expect(accepted > 0 && refused > accepted / 4, "%u, %u", accepted, refused);
  for (size_t n = 32; n < b.n; n += 3) { /* cut, with a right checksum */
    char *copy = malloc(n);
    memcpy(copy, b.p, n);
    reseal(copy, n);
    cr_expect_eq(load(copy, n), PEL_E_INVALID);
    free(copy);
  }
  pel__buf_deinit(&b);
  pel__plan_release(p);
}

Test(plan, hostile_pairs) {
  pel_plan_data *p = sample_plan();
  pel_buf b = bytes_of(p);
  char *copy = malloc(b.n);
  uint64_t seed = 7;
  for (unsigned i = 0; i < 20000; i++) {
    memcpy(copy, b.p, b.n);
    for (unsigned k = 0; k < 2 + i % 5; k++) {
      seed = pel__hash_u64(seed, i);
      copy[32 + seed % (b.n - 32)] =
          (char)((seed >> 40) % 3 ? (seed >> 48) % 16 : seed >> 48);
    }
    reseal(copy, b.n);
    (void)load(copy, b.n);
  }
  free(copy);
  pel__buf_deinit(&b);
  pel__plan_release(p);
}

/* ---- what verify must see: one promise broken at a time ---- */

#define BREAK(name, ...) \
  static void break_##name(pel_plan_data *p) { __VA_ARGS__; }
BREAK(version, p->version++)
BREAK(column, p->instrs[0].ref = 9)
BREAK(code, p->instrs[0].code = 99)
BREAK(twice, p->instrs[1].dst = 0)
BREAK(early, p->args[p->instrs[2].args] = 2)
BREAK(filter_masked, p->instrs[3].mask = 0)
BREAK(const_type, p->instrs[1].ref = 1)
BREAK(op_kind, p->ops[0].kind = PEL_OP_SINK)
BREAK(op_nameless, p->ops[0].name.n = 0)
BREAK(unmasked, p->instrs[p->progs[2].instrs.at + 7].mask = PEL_NONE)
BREAK(other_mask, p->instrs[p->progs[2].instrs.at + 7].mask = 8)
BREAK(select_order, p->args[p->instrs[p->progs[2].instrs.at + 12].args + 1] = 9)
BREAK(select_odd, p->instrs[p->progs[2].instrs.at + 12].nargs = 5)
BREAK(empty_mask, p->instrs[p->progs[2].instrs.at + 4].ref = 0)
BREAK(later_map, p->instrs[p->progs[2].instrs.at + 6].ref = 2)
BREAK(output, p->args[p->progs[2].outputs.at] = 7)
BREAK(slot, p->args[p->instrs[p->progs[2].instrs.at + 2].args] = 7)
BREAK(unfilled, p->args[p->instrs[p->progs[2].instrs.at + 2].args] = 1)
BREAK(native, p->instrs[p->progs[2].instrs.at + 9].ref = 3)
BREAK(order, pel_plan_pipe x = p->pipes[0]; p->pipes[0] = p->pipes[1]; p->pipes[1] = x)
/* The second pipe reads the table that it fills itself. */
static void break_own_slot(pel_plan_data *p) {
  uint32_t at = 0;
  while (p->args[at] != p->pipes[1].slot) at++;
  p->pipes[1].from = PEL_FROM_SLOTS;
  p->pipes[1].slots = (pel_range){at, 1};
}
BREAK(port, p->pipes[0].port = 1)
BREAK(sink, p->pipes[0].sink = 0)
BREAK(nowhere, p->pipes[1].slot = PEL_NONE)
BREAK(both, p->pipes[0].slot = 1)
BREAK(source, p->pipes[0].source = 1)
BREAK(descending, p->args[p->pipes[0].columns.at] = 1)
BREAK(filter_column, p->args[p->pipes[0].filter_columns.at] = 0)
BREAK(filter_prog, p->pipes[0].filter = 2)
BREAK(step, p->steps[0].prog = 1)
BREAK(empty_step, p->steps[0].prog = PEL_NONE)
BREAK(two_readers, p->pipes[1].from = PEL_FROM_READER; p->pipes[1].source = 0)
BREAK(agg, p->args[p->nodes[1].aggs.at] = 0)
BREAK(node_names, p->nodes[0].out_names.n = 1)
BREAK(node_range, p->nodes[0].out.at = UINT32_MAX)
BREAK(node_arg, p->node_args[0].ref = 99)
BREAK(item_slot, p->items[0].slot = PEL_NONE)
BREAK(item_shape, p->items[0].shape = PEL_SHAPE_SCALAR)
BREAK(let_of_a_reader, p->items[0].kind = PEL_ITEM_LET; p->items[0].node = 0)
BREAK(item_kind, p->items[0].kind = PEL_ITEM_TEST)
BREAK(param_type, p->params[0].type = 0; p->reg_types[p->slots[0].types.at] = 2)
BREAK(param_slot, p->params[0].slot = 9)
BREAK(span, p->spans[0].end = 1000)
BREAK(type_kind, p->types[0].kind = PEL_KIND_COUNT)
BREAK(type_twice, p->types[1] = p->types[0])
BREAK(null, p->consts[0].is_null = true)
BREAK(struct_param, p->cparams[0].ctype = PEL_C_STRUCT)
BREAK(symbol, p->natives[0].symbol.n = 0)

#define ROW(name) \
  { #name, break_##name }
static const struct {
  const char *name;
  void (*fn)(pel_plan_data *p);
} breaks[] = {
    ROW(version),       ROW(column),       ROW(code),
    ROW(twice),         ROW(early),        ROW(filter_masked),
    ROW(const_type),    ROW(op_kind),      ROW(op_nameless),
    ROW(unmasked),      ROW(other_mask),   ROW(select_order),
    ROW(select_odd),    ROW(empty_mask),   ROW(later_map),
    ROW(output),        ROW(slot),         ROW(unfilled),
    ROW(native),        ROW(order),        ROW(own_slot),
    ROW(port),          ROW(sink),         ROW(nowhere),
    ROW(both),          ROW(source),       ROW(descending),
    ROW(filter_column), ROW(filter_prog),  ROW(step),
    ROW(empty_step),    ROW(two_readers),  ROW(agg),
    ROW(node_names),    ROW(node_range),   ROW(node_arg),
    ROW(item_slot),     ROW(item_shape),   ROW(let_of_a_reader),
    ROW(item_kind),     ROW(param_type),   ROW(param_slot),
    ROW(span),          ROW(type_kind),    ROW(type_twice),
    ROW(null),          ROW(struct_param), ROW(symbol),
};

Test(plan, broken_promises) {
  for (size_t i = 0; i < sizeof breaks / sizeof *breaks; i++) {
    pel_plan_data *p = sample_plan();
    pel_error e = {0};
    cr_assert_eq(pel__plan_verify(p, &e), PEL_OK);
    breaks[i].fn(p);
    cr_expect_eq(pel__plan_verify(p, &e), PEL_E_INVALID, "%s is not seen",
                 breaks[i].name);
    pel__plan_release(p);
  }
}

/* Names are looked up by column when a file is written and when the plan is shown. */
Test(plan, a_writer_names_every_column) {
  pel_plan_data *p = sample_plan();
  pel_error e = {0};
  p->ops[p->nodes[1].op].kind = PEL_OP_SINK;
  p->nodes[1].out.n = p->nodes[1].out_names.n = 1;
  cr_expect_eq(pel__plan_verify(p, &e), PEL_E_INVALID);
  cr_expect(strstr(e.message, "without names"), "%s", e.message);
  pel__plan_release(p);
}

/* ---- types, needed, memory ---- */

Test(plan, equal_types_are_one) {
  pel_plan_build *b = NULL;
  cr_assert_eq(pel__build_new(NULL, &b), PEL_OK);
  uint32_t i = pel__build_scalar(b, PEL_I64, false), n = pel__build_nullable(b, i, true);
  cr_expect_neq(i, n);
  cr_expect_eq(pel__build_nullable(b, n, false), i);
  const pel_str names[] = {PEL_STR("a"), PEL_STR("b")};
  uint32_t r = 0;
  for (int k = 0; k < 200; k++) { /* the table of types grows on the way */
    char text[16];
    const pel_str other[] = {{text, (size_t)snprintf(text, sizeof text, "c%d", k)},
                             names[1]};
    (void)pel__build_record(b, other, (uint32_t[]){i, n}, 2);
    uint32_t again = pel__build_record(b, names, (uint32_t[]){i, n}, 2);
    if (k) cr_expect_eq(again, r);
    r = again;
  }
  cr_expect_eq(pel__build_list(b, r), pel__build_list(b, r));
  pel__build_free(b);
}

Test(plan, needed) {
  pel_plan_data *p = sample_plan();
  bool roots[1] = {true}, pipes[2] = {false, false};
  cr_assert_eq(pel__plan_needed(p, roots, pipes), PEL_OK);
  cr_expect(pipes[0] && pipes[1]);
  roots[0] = false;
  cr_assert_eq(pel__plan_needed(p, roots, pipes), PEL_OK);
  cr_expect(!pipes[0] && !pipes[1]);
  pel__plan_release(p);
}

Test(plan, counted) {
  pel_plan_data *p = sample_plan();
  cr_expect_eq(pel__plan_retain(p), p);
  pel__plan_release(p);
  cr_expect_eq(p->version, PEL_PLAN_VERSION);
  pel__plan_release(p);
  pel__plan_release(NULL);
}

/* Every allocation fails once: an error, and nothing is kept. */
Test(plan, without_memory) {
  pel_plan_data *p = sample_plan();
  pel_buf b = bytes_of(p);
  pel_status s = PEL_E_NOMEM;
  for (size_t fail = 1; fail < 1000 && s != PEL_OK; fail++) {
    counting c = {.alloc = {counting_resize, &c}, .fail = fail};
    pel_plan_data *q = NULL;
    s = pel__plan_decode(b.p, b.n, &c.alloc, &q, NULL);
    cr_expect(s == PEL_OK || s == PEL_E_NOMEM);
    if (s == PEL_OK) pel__plan_release(q);
    cr_expect_eq(c.out, 0, "%zu bytes are kept", c.out);
  }
  cr_expect_eq(s, PEL_OK);
  pel__buf_deinit(&b);
  pel__plan_release(p);
}
