/* What literals stand for. */
#include "tests/unit/syntax/helper.h"

/* The value of `let a = TEXT`; the parse stays open. */
static const pel_ast *literal(parse *p, const char *text) {
  static char line[4096];
  snprintf(line, sizeof line, "let a = %s\n", text);
  parse_text(p, line);
  cr_assert_eq(p->status, PEL_OK, "%s", text);
  return value_of(p, 0);
}

static void expect_integer(const char *text, uint64_t hi, uint64_t lo) {
  parse p;
  const pel_ast *v = literal(&p, text);
  cr_expect_eq(v->kind, PEL_AST_INT, "%s", text);
  cr_expect(v->integer.hi == hi && v->integer.lo == lo, "%s", text);
  cr_expect(pel__str_is(v->integer.raw, text), "%s", text);
  parse_deinit(&p);
}

Test(literals, integers) {
  expect_integer("0", 0, 0);
  expect_integer("007", 0, 7);
  expect_integer("1_000_000", 0, 1000000);
  expect_integer("0xff", 0, 255);
  expect_integer("0xdead_BEEF", 0, 0xdeadbeef);
  expect_integer("0b1010_1010", 0, 170);
  expect_integer("18446744073709551615", 0, UINT64_MAX);
  expect_integer("18446744073709551616", 1, 0);
  expect_integer("340282366920938463463374607431768211455", UINT64_MAX, UINT64_MAX);
  expect_integer("0xffffffffffffffffffffffffffffffff", UINT64_MAX, UINT64_MAX);
}

static void expect_float(const char *text, const char *plain) {
  parse p;
  const pel_ast *v = literal(&p, text);
  cr_expect_eq(v->kind, PEL_AST_FLOAT, "%s", text);
  cr_expect(pel__str_is(v->number.raw, text) && pel__str_is(v->number.text, plain), "%s",
            text);
  parse_deinit(&p);
}

Test(literals, floats) {
  expect_float("1.5", "1.5");
  expect_float("1e-3", "1e-3");
  expect_float("1_0.2_5e+1_0", "10.25e+10");
  expect_float("2E5", "2E5");
  expect_float("0.1", "0.1");
}

static void expect_quantity(const char *text, pel_ast_unit unit, uint64_t value) {
  parse p;
  const pel_ast *v = literal(&p, text);
  cr_expect_eq(v->kind, PEL_AST_QUANTITY, "%s", text);
  cr_expect_eq(v->quantity.unit, unit, "%s", text);
  cr_expect_eq(v->quantity.value, value, "%s is %llu", text,
               (unsigned long long)v->quantity.value);
  parse_deinit(&p);
}

Test(literals, quantities) {
  expect_quantity("10s", PEL_AST_UNIT_S, 10000000000);
  expect_quantity("1.5h", PEL_AST_UNIT_H, 5400000000000);
  expect_quantity("1.50h", PEL_AST_UNIT_H, 5400000000000);
  expect_quantity("7ns", PEL_AST_UNIT_NS, 7);
  expect_quantity("0.25us", PEL_AST_UNIT_US, 250);
  expect_quantity("3ms", PEL_AST_UNIT_MS, 3000000);
  expect_quantity("2min", PEL_AST_UNIT_MIN, 120000000000);
  expect_quantity("1d", PEL_AST_UNIT_D, 86400000000000);
  expect_quantity("1w", PEL_AST_UNIT_W, 604800000000000);
  expect_quantity("1_000kB", PEL_AST_UNIT_KB, 1000000);
  expect_quantity("64MiB", PEL_AST_UNIT_MIB, 67108864);
  expect_quantity("0.5KiB", PEL_AST_UNIT_KIB, 512);
  expect_quantity("2MB", PEL_AST_UNIT_MB, 2000000);
  expect_quantity("1GB", PEL_AST_UNIT_GB, 1000000000);
  expect_quantity("2GiB", PEL_AST_UNIT_GIB, UINT64_C(2) << 30);
  expect_quantity("9223372036854775807ns", PEL_AST_UNIT_NS, INT64_MAX);
}

static void expect_string(const char *text, const char *bytes, size_t n) {
  parse p;
  const pel_ast *v = literal(&p, text);
  cr_expect_eq(v->kind, PEL_AST_STRING, "%s", text);
  cr_expect(pel__str_eq(v->string.bytes, (pel_str){bytes, n}), "%s", text);
  cr_expect(pel__str_is(v->string.raw, text), "%s", text);
  parse_deinit(&p);
}

Test(literals, strings) {
  expect_string("\"\"", "", 0);
  expect_string("\"a b\tc\"", "a b\tc", 5);
  expect_string("\"\\n\\t\\r\\0\\\\\\\"\"", "\n\t\r\0\\\"", 6);
  expect_string("\"\\u{e9}\\u{1F600}\\u{000041}\"",
                "\xc3\xa9\xf0\x9f\x98\x80"
                "A",
                7);
  expect_string(
      "\"gr\xc3\xb6\xc3\x9f"
      "e\"",
      "gr\xc3\xb6\xc3\x9f"
      "e",
      7);
  expect_string("\"// 'no' `end`; #\"", "// 'no' `end`; #", 16);
}

Test(literals, quoted_fields) {
  parse p;
  const pel_ast *v = literal(&p, "t.\"Unit \\\"Price\\\"\"");
  cr_expect_eq(v->kind, PEL_AST_FIELD);
  cr_expect(pel__str_is(v->field.name.text, "Unit \"Price\""));
  parse_deinit(&p);
  v = literal(&p, "f(.\"a b\", .type, .)");
  cr_assert_eq(v->call.n, 3);
  cr_expect(pel__str_is(v->call.args[0].value->name, "a b"));
  cr_expect(pel__str_is(v->call.args[1].value->name, "type"));
  cr_expect_eq(v->call.args[2].value->kind, PEL_AST_ELEMENT);
  parse_deinit(&p);
}

Test(literals, dots) {
  parse p;
  const pel_ast *v = literal(&p, "[0..n, 1 .. 2, 1.5, x.y, a[1..]]");
  cr_expect_eq(v->list.items[0]->kind, PEL_AST_RANGE);
  cr_expect_eq(v->list.items[1]->kind, PEL_AST_RANGE);
  cr_expect_eq(v->list.items[2]->kind, PEL_AST_FLOAT);
  cr_expect_eq(v->list.items[3]->kind, PEL_AST_FIELD);
  const pel_ast *slice = v->list.items[4]->index.items[0];
  cr_expect(slice->kind == PEL_AST_RANGE && slice->binary.left && !slice->binary.right);
  parse_deinit(&p);
}
