/* The textual form: what is printed is read back as the same module; what is no module is
 * refused, whatever it is. */
#include "tests/unit/ir/cases.h"

static void print(const pel_ir *m, pel_buf *out) {
  pel__buf_init(out, NULL);
  pel__ir_print(m, out);
}

static void round_trip(const ir_case *c) {
  pel_arena a;
  pel_ir *m = NULL, *again = NULL;
  pel_error e = {0};
  pel_buf one, two;
  pel__arena_init(&a, NULL);
  cr_assert_eq(pel__ir_parse(&a, pel_test_ops, 1, c->input, &m, &e), PEL_OK, "%s: %s",
               c->path, e.message);
  print(m, &one);
  cr_assert_eq(pel__ir_parse(&a, pel_test_ops, 1, (pel_str){one.p, one.n}, &again, &e),
               PEL_OK, "%s: %s", c->path, e.message);
  print(again, &two);
  cr_expect(one.n == two.n && memcmp(one.p, two.p, one.n) == 0,
            "%s: printed\n%s\nthen\n%s", c->path, pel__buf_z(&one), pel__buf_z(&two));
  pel__buf_deinit(&one);
  pel__buf_deinit(&two);
  pel__arena_deinit(&a);
}

Test(ir, round_trip) {
  cr_expect(case_each("tests/golden/pass", round_trip) > 0);
  cr_expect(case_each("tests/golden/plan", round_trip) > 0);
}

static pel_status parse(const char *text, pel_error *e) {
  pel_arena a;
  pel_ir *m = NULL;
  pel__arena_init(&a, NULL);
  pel_status s = pel__ir_parse(&a, pel_test_ops, 1, pel__str(text), &m, e);
  pel__arena_deinit(&a);
  return s;
}

/* Text, and a word of the message. */
static const char *const refused[][2] = {
    {"", "module is wanted"},
    {"module {", "no part of a module"},
    {"module { %0 = const 1: i64 %0 = const 2: i64 }", "made twice"},
    {"module { %0 = call add(%1, %1): i64 }", "not made yet"},
    {"module { %0 = const 1.5: i64 }", "another type"},
    {"module { %0 = const [1, true]: [*]i64 }", "another type"},
    {"module { %0 = const {1}: {a: i64, b: i64} }", "too few fields"},
    {"module { %0 = const 1: i65 }", "no type"},
    {"module { %0 = fly(%0): i64 }", "no operation"},
    {"module { %0 = const 1: i64 %1 = call fly(%0): i64 }", "no operator"},
    {"module { %0 = const 1: i64 %1 = call add(%0, %0): str }", "no operator"},
    {"module { %0 = const 1: i64 filter(%0) }", "the condition"},
    {"module { %0 = const true: bool filter(%0) }", "the condition"},
    {"module { %0 = const 1: i64 %1 = unlist(%0): []i64 }", "the list"},
    {"module { %0 = const 1: i64 %1 = record(%0): {a: i64, b: i64} }", "the type"},
    {"module { %0 = const 1: i64 %1 = list(%0): [*]f64 }", "part 0"},
    {"module { %0 = const [1]: [*]i64 %1 = unlist(%0): []i64 %2 = map(%1) (%3: i64) { "
     "yield %1 }: []i64 }",
     "yield"},
    {"module { %0 = const [1]: [*]i64 %1 = unlist(%0): []i64 %2 = map(%1) (%3: i64) { %4 "
     "= call add(%3, %3): i64 yield %4 "
     "}: []i64 %5 = call add(%4, %4): i64 }",
     "outside of its reach"},
    {"module { %0 = const [1]: [*]i64 %1 = lmap(%0) (%2: f64) { yield %2 }: [*]f64 }",
     "input 0"},
    {"module { %0 = const true: bool %1 = const 1: i64 %2 = if(%0, %1): i64 }",
     "the condition"},
    {"module { out \"a\" scalar }", "value of a result"},
    {"module { %0 = const 1: i64 out \"a\" table %0 }", "shape of a result"},
    {"module { %0 = const 1: i64 test \"a\" scalar %0 }", "value of a test"},
    {"module { %0 = param 0: i64 }", "the parameter"},
    {"module { %0 = const \"\\u12\": str }", "hexadecimal"},
    {"module { %0 = const \"abc", "unclosed"},
};

Test(ir, refused) {
  for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
    pel_error e = {0};
    cr_expect_eq(parse(refused[i][0], &e), PEL_E_INVALID, "%s", refused[i][0]);
    cr_expect(strstr(e.message, refused[i][1]), "%s\n  says: %s", refused[i][0],
              e.message);
  }
}

static const char everything[] =
    "module {\n"
    "  extern \"libm.so\" \"\" \"hypot\" \"\" 11 pure threadsafe (\"x\" 11 0 - - 0 f64, "
    "\"y\" 11 0 - - 1 f64) f64 ok 0: i64\n"
    "  item 0\n"
    "  %0 = param 0: i64\n"
    "  %1 = const null: i64?\n"
    "  %2 = const -0.0: f64\n"
    "  %3 = const nan: f64\n"
    "  %4 = const 1e+300: f64\n"
    "  %5 = const 18446744073709551615: u64\n"
    "  %6 = const \"a\\\"b\\u0001\\n\": str\n"
    "  %7 = const x\"00ff\": bytes\n"
    "  %8 = const {1, [true, false]}: {\"a b\": i64, l: [*]bool}\n"
    "  %9 = const [{1}, {2}]: [*]{a: i64}\n"
    "  %10 = coalesce(%1, %0): i64\n"
    "  %11 = native 0(%2, %4): f64\n"
    "  %12 = unlist(%9): []{a: i64}\n"
    "  item -\n"
    "  %13 = const \"o.csv\": str\n"
    "  %14 = write write_csv with {\";\"}: {delim: str}(%12, %13): []{a: i64}\n"
    "  param \"n\" scalar i64 = 7: i64\n"
    "  let \"x\" scalar\n"
    "  out \"w\" table %14\n"
    "  out \"y\" scalar %10\n"
    "}\n";

Test(ir, what_there_is_prints_as_it_was_written) {
  pel_arena a;
  pel_ir *m = NULL;
  pel_error e = {0};
  pel_buf got;
  pel__arena_init(&a, NULL);
  cr_assert_eq(pel__ir_parse(&a, pel_test_ops, 1, pel__str(everything), &m, &e), PEL_OK,
               "%s", e.message);
  print(m, &got);
  cr_expect_str_eq(pel__buf_z(&got), everything);
  pel__buf_deinit(&got);
  pel__arena_deinit(&a);
}

/* Any bytes: a module or a message, never a crash. */
Test(ir, mutated_text) {
  uint64_t seed = 1;
  size_t n = sizeof everything - 1;
  char *text = malloc(n + 1);
  for (unsigned i = 0; i < 3000; i++) {
    memcpy(text, everything, n + 1);
    for (unsigned k = 0; k < 1 + i % 4; k++) {
      seed = seed * 6364136223846793005u + 1442695040888963407u;
      size_t at = (size_t)(seed >> 33) % n;
      static const char bytes[] = "(){}[]%\":?,=0159ax \n-!";
      text[at] = bytes[(seed >> 20) % (sizeof bytes - 1)];
    }
    pel_error e = {0};
    pel_status s = parse(text, &e);
    cr_assert(s == PEL_OK || (s == PEL_E_INVALID && e.message[0]), "%s", text);
  }
  free(text);
}

Test(ir, too_large) {
  pel_arena a;
  pel_ir *m = NULL;
  pel__arena_init(&a, NULL);
  cr_assert_eq(pel__ir_new(&a, pel_test_ops, 1, &m), PEL_OK);
  for (uint32_t i = 0; i <= PEL_IR_NODES; i++) {
    pel_ir_node *n =
        pel__ir_node_new(m, PEL_IR_CONST, m->broken->type, (pel_span){0}, 0, NULL, 0);
    n->value = m->broken->value;
    pel__ir_append(m->top, n);
  }
  pel_error e = {0};
  cr_expect_eq(pel__ir_status(m), PEL_E_LIMIT);
  cr_expect_eq(pel__ir_verify(m, &e), PEL_E_LIMIT);
  pel__arena_deinit(&a);
}
