#include "tests/unit/syntax/generate.h"

static void between(generator *g) {
  uint32_t r = g->trivia == TRIVIA_SPACES ? 0 : roll(&g->dice, 40);
  if (g->trivia == TRIVIA_COMMENTS && r >= 38) {
    pel__buf_text(&g->out, r == 38 ? " " : "\n  ");
    if (roll(&g->dice, 8) == 0) pel__buf_text(&g->out, "\n");
    pel__buf_printf(&g->out, "// c%u;", g->comments++);
    if (roll(&g->dice, 3) == 0) pel__buf_text(&g->out, "  ");
    pel__buf_text(&g->out, roll(&g->dice, 5) ? "\n" : "\n\n");
  } else if (r >= 34) {
    pel__buf_text(&g->out, roll(&g->dice, 4) ? "\n" : "\r\n\n  ");
  } else {
    pel__buf_text(&g->out, r == 33 ? " \t " : " ");
  }
}

/* Words, each followed by what may stand between words. */
static void put(generator *g, const char *words) {
  while (*words) {
    size_t n = strcspn(words, " ");
    pel__buf_add(&g->out, words, n);
    between(g);
    words += n;
    if (*words) words++;
  }
}

static uint32_t pick(generator *g, uint32_t n) { return roll(&g->dice, n); }

static void one_of(generator *g, const char *const *words, uint32_t n) {
  put(g, words[pick(g, n)]);
}
#define ONE_OF(g, ...)                                \
  do {                                                \
    static const char *const words[] = {__VA_ARGS__}; \
    one_of((g), words, sizeof words / sizeof *words); \
  } while (0)

static void name(generator *g) {
  ONE_OF(g, "a", "b2", "_x", "rows", "a_rather_long_name_for_a_value", "n", "total",
         "xs");
}

static void label(generator *g) {
  ONE_OF(g, "a", "b", "type", "in", "out", "with", "null", "\"Unit-Price\"", "fn", "by",
         "every");
}

static void element_field(generator *g) {
  ONE_OF(g, ".a", ".type", ".\"Unit-Price\"", ".long_column_name", ".");
}

static void literal(generator *g) {
  ONE_OF(g, "1", "1_000", "0xff", "0b1", "1.5", "1e-3", "10s", "64MiB", "1.5h",
         "\"text\"", "\"a\\n\\\"b\\u{e9}\"", "true", "false", "null", "\"größe//none\"");
}

static void expr(generator *g, int depth);
static void type(generator *g, int depth);
static void pattern(generator *g, int depth);

typedef void (*part)(generator *g, int depth);

/* n parts with commas; sometimes one behind the last. */
static void list(generator *g, uint32_t n, bool trailing, part p, int depth) {
  for (uint32_t i = 0; i < n; i++) {
    if (i) put(g, ",");
    p(g, depth);
  }
  if (n && trailing && pick(g, 5) == 0) put(g, ",");
}

static void dim(generator *g, int depth) {
  (void)depth;
  ONE_OF(g, "n", "m", "*", "28");
}

static void type_arg(generator *g, int depth) {
  if (pick(g, 3))
    type(g, depth);
  else
    ONE_OF(g, "12", "*", "n");
}

static void type_field(generator *g, int depth) {
  label(g);
  put(g, ":");
  type(g, depth);
}

static void plain_type(generator *g, int depth) {
  switch (depth <= 0 ? pick(g, 3) : pick(g, 8)) {
    case 0:
      ONE_OF(g, "i64", "str", "f64?", "time", "decimal ( 12 , 2 )");
      break;
    case 1:
      ONE_OF(g, "'t", "ocean .Water", "bool ? ?");
      break;
    case 2:
      name(g);
      break;
    case 3:
      put(g, "[");
      list(g, 1 + pick(g, 3), false, dim, depth);
      put(g, "]");
      plain_type(g, depth - 1);
      break;
    case 4:
      put(g, "{");
      list(g, pick(g, 5), true, type_field, depth - 1);
      put(g, "}");
      break;
    case 5:
      name(g);
      put(g, "(");
      list(g, 1 + pick(g, 2), true, type_arg, depth - 1);
      put(g, ")");
      break;
    case 6:
      put(g, "(");
      list(g, pick(g, 4), true, type, depth - 1);
      put(g, ")");
      break;
    default:
      put(g, "{ a : i64 , .. r }");
      break;
  }
}

static void type(generator *g, int depth) {
  if (depth > 0 && pick(g, 12) == 0) put(g, "&");
  plain_type(g, depth);
  if (depth > 0 && pick(g, 8) == 0) {
    put(g, "->");
    type(g, depth - 1);
  }
}

static void pattern(generator *g, int depth) {
  if (depth > 0 && pick(g, 4) == 0) {
    put(g, "(");
    list(g, 1 + pick(g, 3), false, pattern, depth - 1);
    put(g, ")");
  } else if (pick(g, 8) == 0) {
    put(g, "_");
  } else {
    name(g);
  }
}

static void match_pattern(generator *g, int depth);

static void match_field(generator *g, int depth) {
  if (pick(g, 2)) {
    name(g);
    return;
  }
  label(g);
  put(g, ":");
  match_pattern(g, depth);
}

static void match_pattern(generator *g, int depth) {
  switch (depth <= 0 ? pick(g, 3) : pick(g, 6)) {
    case 0:
      literal(g);
      break;
    case 1:
      name(g);
      break;
    case 2:
      ONE_OF(g, "_", "- 1", "- 2.5", "edge .wrap");
      break;
    case 3:
      name(g);
      put(g, "(");
      list(g, 1 + pick(g, 2), false, match_pattern, depth - 1);
      put(g, ")");
      break;
    case 4:
      put(g, "(");
      list(g, 1 + pick(g, 3), false, match_pattern, depth - 1);
      put(g, ")");
      break;
    default:
      put(g, "{");
      list(g, 1 + pick(g, 3), false, match_field, depth - 1);
      put(g, "}");
      break;
  }
}

static void arg(generator *g, int depth) {
  if (pick(g, 3) == 0) {
    label(g);
    put(g, ":");
  }
  expr(g, depth);
}

static void postfix(generator *g, int depth);

static void record_field(generator *g, int depth) {
  switch (pick(g, 6)) {
    case 0:
      name(g);
      break;
    case 1:
      ONE_OF(g, ".a", ".type");
      break;
    case 2:
      put(g, "..");
      postfix(g, depth);
      break;
    default:
      label(g);
      put(g, ":");
      expr(g, depth);
      break;
  }
}

static void index_item(generator *g, int depth) {
  switch (pick(g, 6)) {
    case 0:
      put(g, "..");
      break;
    case 1:
      put(g, "1 ..");
      break;
    case 2:
      put(g, "..");
      postfix(g, depth);
      break;
    default:
      expr(g, depth);
      break;
  }
}

static void generator_part(generator *g, int depth) {
  pattern(g, depth);
  put(g, "in");
  expr(g, depth);
}

static void arm(generator *g, int depth) {
  match_pattern(g, depth);
  put(g, "->");
  expr(g, depth);
}

static void primary(generator *g, int depth) {
  switch (depth <= 0 ? pick(g, 3) : pick(g, 10)) {
    case 0:
      name(g);
      break;
    case 1:
      literal(g);
      break;
    case 2:
      element_field(g);
      break;
    case 3:
      put(g, "(");
      expr(g, depth - 1);
      put(g, ")");
      break;
    case 4:
      put(g, "(");
      list(g, 2 + pick(g, 3), true, expr, depth - 1);
      put(g, ")");
      break;
    case 5:
      put(g, "{");
      list(g, pick(g, 5), true, record_field, depth - 1);
      put(g, "}");
      break;
    case 6:
      put(g, "[");
      list(g, pick(g, 6), true, expr, depth - 1);
      put(g, "]");
      break;
    case 7:
      put(g, "[");
      expr(g, depth - 1);
      put(g, "for");
      list(g, 1 + pick(g, 2), false, generator_part, depth - 1);
      if (pick(g, 2)) {
        put(g, "if");
        expr(g, depth - 1);
      }
      put(g, "]");
      break;
    case 8:
      put(g, "match");
      expr(g, depth - 1);
      put(g, "{");
      list(g, 1 + pick(g, 4), true, arm, depth - 1);
      put(g, "}");
      break;
    default:
      put(g, "( )");
      break;
  }
}

static void postfix(generator *g, int depth) {
  primary(g, depth);
  for (uint32_t n = pick(g, 3); n > 0 && depth > 0; n--) {
    switch (pick(g, 3)) {
      case 0:
        ONE_OF(g, ".a", ".b .c", ".type", ".\"Unit-Price\"");
        break;
      case 1:
        put(g, "(");
        list(g, pick(g, 4), true, arg, depth - 1);
        put(g, ")");
        break;
      default:
        put(g, "[");
        list(g, 1 + pick(g, 2), true, index_item, depth - 1);
        put(g, "]");
        break;
    }
  }
}

static void operand(generator *g, int depth) {
  if (pick(g, 10) == 0) put(g, "-");
  postfix(g, depth);
  if (pick(g, 10) == 0) {
    put(g, "as");
    ONE_OF(g, "i64", "[ n ] f64 ?", "decimal ( 9 , 2 )");
  }
  if (pick(g, 10) == 0) {
    put(g, "^");
    postfix(g, depth - 1);
  }
}

/* operands with operators between them, one level of the grammar */
static void chain(generator *g, int depth, const char *const *ops, uint32_t n) {
  operand(g, depth);
  for (uint32_t i = pick(g, 4); i > 0; i--) {
    put(g, ops[pick(g, n)]);
    operand(g, depth);
  }
}

static void operators(generator *g, int depth) {
  static const char *const sums[] = {"+", "-"}, *const products[] = {"*", "/", "%"};
  static const char *const ors[] = {"or", "or not"}, *const ands[] = {"and"},
                           *const nulls[] = {"??"};
  static const char *const compares[] = {"==", "!=", "<", "<=", ">", ">="};
  switch (pick(g, 8)) {
    case 0:
      chain(g, depth, sums, 2);
      break;
    case 1:
      chain(g, depth, products, 3);
      break;
    case 2:
      chain(g, depth, ors, 2);
      break;
    case 3:
      chain(g, depth, ands, 1);
      break;
    case 4:
      chain(g, depth, nulls, 1);
      break;
    case 5:
      operand(g, depth);
      put(g, compares[pick(g, 6)]);
      operand(g, depth);
      break;
    case 6:
      operand(g, depth);
      put(g, "..");
      operand(g, depth);
      break;
    default:
      put(g, "not");
      operand(g, depth);
      break;
  }
}

static void pipe(generator *g, int depth) {
  postfix(g, depth);
  for (uint32_t n = 1 + pick(g, 4); n > 0; n--) {
    put(g, "|>");
    ONE_OF(g, "filter", "derive", "std .stats .mean", "group", "select");
    if (pick(g, 5) == 0) continue;
    put(g, "(");
    list(g, pick(g, 4), true, arg, depth - 1);
    put(g, ")");
  }
}

static void bind(generator *g, int depth) {
  pattern(g, depth);
  if (pick(g, 3) == 0) {
    put(g, ":");
    type(g, depth);
  }
  put(g, "=");
  expr(g, depth);
}

static void block(generator *g, int depth) {
  switch (pick(g, 5)) {
    case 0:
      put(g, "with");
      list(g, 1 + pick(g, 3), false, bind, depth - 1);
      put(g, "in");
      expr(g, depth - 1);
      break;
    case 1:
      put(g, "if");
      expr(g, depth - 1);
      put(g, "then");
      expr(g, depth - 1);
      put(g, "else");
      expr(g, depth - 1);
      break;
    case 2:
      put(g, "try");
      expr(g, depth - 1);
      put(g, "else");
      expr(g, depth - 1);
      break;
    case 3:
      put(g, "\\");
      list(g, 1 + pick(g, 2), false, pattern, depth - 1);
      put(g, "->");
      expr(g, depth - 1);
      break;
    default:
      put(g, "iterate");
      pattern(g, depth);
      put(g, "=");
      expr(g, depth - 1);
      put(g, "for");
      pattern(g, depth);
      put(g, "in");
      expr(g, depth - 1);
      if (pick(g, 2)) {
        put(g, "until");
        expr(g, depth - 1);
      }
      put(g, "do");
      expr(g, depth - 1);
      break;
  }
}

static void expr(generator *g, int depth) {
  uint32_t r = pick(g, 10);
  if (depth <= 0 || r < 3)
    postfix(g, depth);
  else if (r < 6)
    operators(g, depth);
  else if (r < 8)
    pipe(g, depth);
  else
    block(g, depth);
}

static void param(generator *g, int depth) {
  name(g);
  put(g, ":");
  type(g, depth);
  if (pick(g, 3)) return;
  put(g, "=");
  expr(g, depth);
}

static void c_param(generator *g, int depth) {
  if (pick(g, 3) == 0) ONE_OF(g, "out", "inout");
  param(g, depth);
}

static void attributes(generator *g) {
  while (pick(g, 4) == 0)
    ONE_OF(g, "@pure", "@retry ( 3 , backoff : 1s )", "@mem ( 2GiB )", "@ok(0)");
}

static void c_function(generator *g) {
  attributes(g);
  put(g, "fn");
  name(g);
  put(g, "(");
  uint32_t n = pick(g, 4);
  list(g, n, false, c_param, 1);
  if (n && pick(g, 4) == 0) put(g, ", ...");
  put(g, ")");
  if (pick(g, 2) == 0) return;
  put(g, "->");
  type(g, 1);
}

static void variant(generator *g) {
  put(g, "|");
  name(g);
  if (pick(g, 2)) return;
  put(g, "(");
  list(g, pick(g, 3), true, type, 1);
  put(g, ")");
}

static void type_item(generator *g) {
  put(g, "type");
  name(g);
  if (pick(g, 3) == 0) put(g, "( n , 't )");
  put(g, "=");
  if (pick(g, 2))
    type(g, 2);
  else
    for (uint32_t n = 1 + pick(g, 5); n > 0; n--) variant(g);
}

static void item(generator *g) {
  pel__buf_text(&g->out, "\n");
  attributes(g);
  switch (pick(g, 9)) {
    case 0:
      ONE_OF(g, "use std .stats as st", "use \"models/ocean.pel\"", "use a");
      break;
    case 1:
      put(g, "param");
      param(g, 1);
      break;
    case 2:
      type_item(g);
      break;
    case 3:
      put(g, "fn");
      name(g);
      put(g, "(");
      list(g, pick(g, 4), true, param, 1);
      put(g, ")");
      if (pick(g, 2)) {
        put(g, "->");
        type(g, 2);
      }
      put(g, "=");
      expr(g, 3);
      break;
    case 4:
      put(g, "extern \"libm.so.6\"");
      if (pick(g, 2)) put(g, "as m");
      put(g, "{");
      for (uint32_t n = pick(g, 4); n > 0; n--) c_function(g);
      put(g, "}");
      break;
    case 5:
      put(g, "let");
      pattern(g, 2);
      if (pick(g, 2)) {
        put(g, ":");
        type(g, 2);
      }
      put(g, "=");
      expr(g, 4);
      break;
    case 6:
      put(g, "out");
      name(g);
      put(g, "=");
      expr(g, 4);
      break;
    case 7:
      put(g, "test \"it\" =");
      expr(g, 2);
      break;
    default:
      put(g, "let");
      name(g);
      put(g, "=");
      pipe(g, 3);
      break;
  }
}

void generate(generator *g) {
  if (pick(g, 4) == 0) put(g, "///documentation\n");
  for (uint32_t n = 1 + pick(g, 6); n > 0; n--) item(g);
  pel__buf_text(&g->out, "\n");
}
