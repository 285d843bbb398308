/* Shape, places and numbers of the tree. */
#include "tests/unit/syntax/generate.h"

static void expect_dump(const char *text, const char *want) {
  parse p;
  pel_buf got;
  char line[1024];
  snprintf(line, sizeof line, "let a = %s\n", text);
  parse_text(&p, line);
  cr_assert_eq(p.status, PEL_OK, "%s", text);
  pel__buf_init(&got, NULL);
  pel__ast_dump_node(value_of(&p, 0), &got);
  cr_expect_str_eq(pel__buf_z(&got), want, "%s: %s", text, pel__buf_z(&got));
  pel__buf_deinit(&got);
  parse_deinit(&p);
}

/* Loosest to tightest, one neighbour after the other. */
Test(tree, precedence) {
  expect_dump("a or b and c", "(or (name a) (and (name b) (name c)))");
  expect_dump("a and not b", "(and (name a) (not (name b)))");
  expect_dump("not a == b", "(not (compare == (name a) (name b)))");
  expect_dump("a == b |> f",
              "(compare == (name a) (pipe (name b) (stage bare (name f))))");
  expect_dump("a ?? b |> f", "(pipe (coalesce (name a) (name b)) (stage bare (name f)))");
  expect_dump("a ?? b .. c", "(coalesce (name a) (range (name b) (name c)))");
  expect_dump("a .. b + c", "(range (name a) (sum (name b) + (name c)))");
  expect_dump("a + b * c", "(sum (name a) + (product (name b) * (name c)))");
  expect_dump("-a * b", "(product (negate (name a)) * (name b))");
  expect_dump("-a ^ b", "(negate (power (name a) (name b)))");
  expect_dump("a ^ -b ^ c", "(power (name a) (negate (power (name b) (name c))))");
  expect_dump("a ^ b as i64", "(power (name a) (as (name b) (type i64)))");
  expect_dump("a as i64 ^ b", "(power (as (name a) (type i64)) (name b))");
  expect_dump("a.b(c)[d]", "(index (call (field (name a) \"b\") (name c)) (name d))");
  expect_dump("with x = 1 in x or y",
              "(with (bind (pat-name x) (int 1)) (or (name x) (name y)))");
}

Test(tree, chains_are_flat_and_parentheses_keep_them_apart) {
  expect_dump("a + b - c", "(sum (name a) + (name b) - (name c))");
  expect_dump("a - (b - c)", "(sum (name a) - (sum (name b) - (name c)))");
  expect_dump("(a - b) - c", "(sum (sum (name a) - (name b)) - (name c))");
  expect_dump("a * b / c % d", "(product (name a) * (name b) / (name c) % (name d))");
  expect_dump("a |> f |> g(1)",
              "(pipe (name a) (stage bare (name f)) (stage (name g) (int 1)))");
  expect_dump("(a |> f) |> g",
              "(pipe (pipe (name a) (stage bare (name f))) (stage bare (name g)))");
}

Test(tree, documentation) {
  parse p;
  parse_text(&p,
             "/// one\n///two \n//// not this\n@pure\nlet a = 1\n"
             "@pure\n/// behind\nlet b = 2\n"
             "type T = {\n  /// a field\n  x: i64,\n}\n"
             "type V = /// first\n | a /// second\n | b\n"
             "extern \"l\" {\n  /// a function\n  fn f()\n}\n");
  cr_assert_eq(p.status, PEL_OK);
  cr_expect_eq(p.diags.n, 0);
  cr_expect(pel__str_is(p.tree->items[0]->doc, "one\ntwo"));
  cr_expect(pel__str_is(p.tree->items[1]->doc, "behind"));
  cr_expect(pel__str_is(p.tree->items[2]->type->fields.fields[0].doc, "a field"));
  cr_expect(pel__str_is(p.tree->items[3]->type->variants.at[0].doc, "first"));
  cr_expect(pel__str_is(p.tree->items[3]->type->variants.at[1].doc, "second"));
  cr_expect(pel__str_is(p.tree->items[4]->functions[0]->doc, "a function"));
  parse_deinit(&p);
}

static void expect_span(const parse *p, pel_span span, const char *text, uint32_t line,
                        uint32_t col) {
  pel_str got = pel__source_text(&p->sources, span);
  cr_expect(pel__str_is(got, text), "%.*s, not %s", PEL_STR_ARG(got), text);
  cr_expect(span.line == line && span.col == col, "%s: %u:%u", text, span.line, span.col);
}

Test(tree, places_count_code_points) {
  parse p;
  parse_text(&p,
             "\xef\xbb\xbflet a = \"\xc3\xb6\xe6\x97\xa5\" + x.y\r\n\r\n@ok(0)\nlet (b, "
             "c): i64 = (f(1))\n");
  cr_assert_eq(p.status, PEL_OK);
  const pel_ast *sum = value_of(&p, 0);
  expect_span(&p, p.tree->items[0]->keyword_span, "let", 1, 1);
  expect_span(&p, sum->span, "\"\xc3\xb6\xe6\x97\xa5\" + x.y", 1, 9);
  expect_span(&p, sum->chain.ops[0].span, "+", 1, 14);
  expect_span(&p, sum->chain.items[1]->field.name.span, ".y", 1, 17);
  expect_span(&p, p.tree->items[1]->span, "@ok(0)\nlet (b, c): i64 = (f(1))", 3, 1);
  expect_span(&p, p.tree->items[1]->pattern->list.items[1]->span, "c", 4, 9);
  expect_span(&p, value_of(&p, 1)->span, "f(1)", 4, 20);
  cr_expect(value_of(&p, 1)->paren);
  parse_deinit(&p);
}

Test(tree, ids_are_dense_over_all_files) {
  parse p;
  uint32_t file;
  pel_ast_file *second;
  parse_text(&p, "let a = f(1, x)\n");
  cr_assert_eq(p.tree->first_id, 0);
  cr_assert_eq(p.tree->id_count, p.sources.node_count);
  pel_str text = PEL_STR("fn g(x: i64) = x\n");
  cr_assert_eq(pel__sources_add(&p.sources, PEL_STR("two.pel"), text, &file), PEL_OK);
  cr_assert_eq(pel__syntax_parse(&p.arena, &p.diags, file, &second), PEL_OK);
  cr_expect_eq(second->first_id, p.tree->id_count);
  cr_expect_eq(second->first_id + second->id_count, p.sources.node_count);
  cr_expect_geq(second->items[0]->params[0].id, second->first_id);
  cr_expect_eq(second->items[0]->span.file, file);
  parse_deinit(&p);
}

Test(tree, items_say_what_they_hold) {
  parse p;
  parse_text(&p,
             "use std.stats as st\nuse \"a/b.pel\"\nparam p: i64\nlet _ = 1\n"
             "extern \"l.so\" as l { fn f(inout x: [n]f64, n: usize, ...) -> i32 }\n");
  cr_assert_eq(p.status, PEL_OK);
  pel_ast_item *const *items = p.tree->items;
  cr_expect(items[0]->path_n == 2 && pel__str_is(items[0]->path[1].text, "stats"));
  cr_expect(pel__str_is(items[0]->alias.text, "st") && items[0]->alias.span.col == 18);
  cr_expect(items[1]->path_n == 0 && pel__str_is(items[1]->target.text, "a/b.pel"));
  cr_expect(items[1]->alias.text.n == 0);
  cr_expect(items[2]->value == NULL && items[2]->type->kind == PEL_AST_TYPE_NAME);
  cr_expect_eq(items[3]->pattern->kind, PEL_AST_PAT_WILD);
  const pel_ast_item *f = items[4]->functions[0];
  cr_expect(f->kind == PEL_AST_ITEM_CFN && f->varargs &&
            f->params[0].mode == PEL_MODE_INOUT);
  parse_deinit(&p);
}
