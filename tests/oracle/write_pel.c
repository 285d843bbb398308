/* A program as PEL. */
#include <string.h>

#include "tests/oracle/pipe.h"

typedef struct place { /* where an expression stands */
  const program *p;
  const schema *t;
  const char *before; /* a column's name: ".", "r." or "" */
} place;

static void say(FILE *f, const place *at, const expr *e);

static void infix(FILE *f, const place *at, const expr *e, const char *op) {
  fputc('(', f);
  say(f, at, e->a[0]);
  fprintf(f, " %s ", op);
  say(f, at, e->a[1]);
  fputc(')', f);
}

static void prefix(FILE *f, const place *at, const expr *e, const char *name) {
  fprintf(f, "%s(", name);
  for (unsigned i = 0; i < 3 && e->a[i]; i++) {
    if (i) fputs(", ", f);
    say(f, at, e->a[i]);
  }
  fputs(e->op == E_TRUNC ? ", \"month\")" : ")", f);
}

static void say(FILE *f, const place *at, const expr *e) {
  static const char *const infixes[EXPR_COUNT] = {
      [E_ADD] = "+",  [E_SUB] = "-",       [E_MUL] = "*",    [E_DIV] = "/",
      [E_MOD] = "%",  [E_EQ] = "==",       [E_NE] = "!=",    [E_LT] = "<",
      [E_LE] = "<=",  [E_GT] = ">",        [E_GE] = ">=",    [E_AND] = "and",
      [E_OR] = "or",  [E_COALESCE] = "??", [E_JOINED] = "+", [E_LATER] = "+",
      [E_SINCE] = "-"};
  static const char *const names[EXPR_COUNT] = {
      [E_IDIV] = "div",          [E_ABS] = "abs",
      [E_LEAST] = "least",       [E_GREATEST] = "greatest",
      [E_ISNULL] = "is_null",    [E_LEN] = "len",
      [E_FIND] = "find",         [E_UPPER] = "upper",
      [E_LOWER] = "lower",       [E_TRIM] = "trim",
      [E_SUBSTR] = "substr",     [E_REVERSE] = "reverse",
      [E_CONTAINS] = "contains", [E_STARTS] = "starts_with",
      [E_YEAR] = "year",         [E_MONTH] = "month",
      [E_DAY] = "day",           [E_WEEKDAY] = "weekday",
      [E_TRUNC] = "trunc"};
  if (infixes[e->op]) {
    infix(f, at, e, infixes[e->op]);
    return;
  }
  if (names[e->op]) {
    prefix(f, at, e, names[e->op]);
    return;
  }
  static const char *const between[EXPR_COUNT][4] = {
      [E_NEG] = {"(-", ")"},
      [E_NOT] = {"(not ", ")"},
      [E_IF] = {"(if ", " then ", " else ", ")"},
      [E_TRY] = {"(try ", " else ", ")"}};
  if (between[e->op][0]) {
    for (unsigned i = 0; i < 3 && e->a[i]; i++) {
      fputs(between[e->op][i], f);
      say(f, at, e->a[i]);
    }
    fputs(between[e->op][e->a[2] ? 3 : e->a[1] ? 2 : 1], f);
  } else if (e->op == E_COL) {
    fprintf(f, "%s%s", at->before, at->t->c[e->at].name);
  } else if (e->op == E_PARAM) {
    fputs("p0", f);
  } else if (e->op == E_CALL) {
    char name[8];
    snprintf(name, sizeof name, "f%u", e->at);
    prefix(f, at, e, name);
  } else if (e->op == E_CAST) {
    fputc('(', f);
    say(f, at, e->a[0]);
    fprintf(f, " as %s)", kind_names[e->kind]);
  } else {
    say_literal(f, e);
  }
}

static void aggregate(FILE *f, const place *at, const agg *a) {
  static const char *const names[AGGS] = {"sum",   "mean",         "min",     "max",
                                          "first", "last",         "any",     "all",
                                          "",      "len(distinct", "collect", "len"};
  if (a->fn == ROWS) {
    fputs("len(.rows)", f);
    return;
  }
  place inside = *at;
  fprintf(f, "%s(", names[a->fn]);
  if (a->over_rows) inside.before = "r.", fputc('[', f);
  if (a->fn == HOW_MANY) {
    fprintf(f, "r.%s for r in .rows if ", at->t->c[0].name);
    say(f, &inside, a->e);
    fputc(']', f);
  } else {
    say(f, &inside, a->e);
    if (a->over_rows) fputs(" for r in .rows]", f);
  }
  if (a->has_empty) {
    fputs(", empty: ", f);
    const expr e = {.op = E_LIT,
                    .kind = a->fn == MEAN ? F64 : a->e->kind,
                    .lit = a->empty,
                    .cast = true};
    say_literal(f, &e);
  }
  fputs(a->fn == KINDS_OF ? "))" : ")", f);
}

static void columns(FILE *f, const schema *t, const unsigned *col, unsigned n) {
  for (unsigned i = 0; i < n; i++) fprintf(f, "%s.%s", i ? ", " : "", t->c[col[i]].name);
}

static void say_join(FILE *f, const program *p, const step *s, const schema *t) {
  static const char *const kinds[] = {"inner", "left", "semi", "anti"};
  const node *other = &p->nodes[s->other];
  fprintf(f, "join(%s, ", other->name);
  if (s->n == 1 && !strcmp(t->c[s->col[0]].name, other->t.c[s->right[0]].name)) {
    fprintf(f, "on: .%s", t->c[s->col[0]].name);
  } else {
    fputs(s->n > 1 ? "left: (" : "left: ", f);
    columns(f, t, s->col, s->n);
    fputs(s->n > 1 ? "), right: (" : ", right: ", f);
    columns(f, &other->t, s->right, s->n);
    if (s->n > 1) fputc(')', f);
  }
  fprintf(f, ", kind: %s", kinds[s->way]);
  if (s->prefix) fprintf(f, ", prefix: \"%s\"", s->name[0]);
  fputc(')', f);
}

static void say_fields(FILE *f, const place *at, const step *s) {
  unsigned e = 0;
  for (unsigned i = 0; i < s->n; i++) {
    if (i) fputs(", ", f);
    const bool made = s->verb == DERIVE || s->col[i] == MAX_COLUMNS;
    if (made) {
      fprintf(f, "%s: ", s->name[i]);
      say(f, at, s->e[e++]);
    } else {
      fprintf(f, ".%s", at->t->c[s->col[i]].name);
    }
  }
}

static void say_step(FILE *f, const program *p, const step *s, const schema *t) {
  const place at = {p, t, "."};
  switch (s->verb) {
    case FILTER:
      fputs("filter(", f), say(f, &at, s->e[0]), fputc(')', f);
      break;
    case DERIVE:
      fputs("derive(", f), say_fields(f, &at, s), fputc(')', f);
      break;
    case SELECT:
      fputs("select(", f), say_fields(f, &at, s), fputc(')', f);
      break;
    case DROP:
      fprintf(f, "drop(.%s)", s->name[0]);
      break;
    case RENAME:
      fprintf(f, "rename(%s: .%s)", s->name[1], s->name[0]);
      break;
    case TAKE:
      fprintf(f, "take(%u)", s->count);
      break;
    case SKIP:
      fprintf(f, "skip(%u)", s->count);
      break;
    case DISTINCT:
      fputs("distinct(", f), columns(f, t, s->col, s->n == t->n ? 0 : s->n),
          fputc(')', f);
      break;
    case SORT:
      fputs("sort(", f);
      for (unsigned i = 0; i < s->n; i++) {
        const column *c = &t->c[s->col[i]];
        const bool minus = s->down[i] && (integral(c->kind) || floating(c->kind));
        fprintf(f, "%s%s.%s%s", i ? ", " : "",
                minus        ? "-"
                : s->down[i] ? "desc("
                             : "",
                c->name, s->down[i] && !minus ? ")" : "");
      }
      fputc(')', f);
      break;
    case GROUP:
      fputs("group(", f), columns(f, t, s->col, s->n), fputs(") |> select(", f);
      columns(f, t, s->col, s->n);
      for (unsigned i = 0; i < s->aggs; i++) {
        fprintf(f, "%s%s: ", s->n + i ? ", " : "", s->out.c[s->n + i].name);
        aggregate(f, &at, &s->agg[i]);
      }
      fputc(')', f);
      break;
    case JOIN:
      say_join(f, p, s, t);
      break;
    case CONCAT:
      fprintf(f, "concat(%s)", p->nodes[s->other].name);
      break;
    case VERBS:
      break;
  }
}

static void say_source(FILE *f, const node *n) {
  fprintf(f, "let %s: [n%s]{ ", n->name, n->name);
  for (unsigned i = 0; i < n->t.n; i++)
    fprintf(f, "%s%s: %s%s", i ? ", " : "", n->t.c[i].name, kind_names[n->t.c[i].kind],
            n->t.c[i].null ? "?" : "");
  fprintf(f, " } = read(\"%s.csv\")\n", n->name);
}

static void say_function(FILE *f, const program *p, unsigned i) {
  const function *fn = &p->fn[i];
  const schema args = {.n = 2, .c = {{.name = "a"}, {.name = "b"}}};
  const place at = {p, &args, ""};
  fprintf(f, "fn f%u(a: %s, b: %s) = ", i, kind_names[fn->args[0]],
          kind_names[fn->args[1]]);
  say(f, &at, fn->body);
  fputc('\n', f);
}

void write_pel(FILE *f, const program *p) {
  if (p->has_param) fprintf(f, "param p0: i64 = %d\n", (int)p->param_default.i);
  for (unsigned i = 0; i < p->functions; i++) say_function(f, p, i);
  for (unsigned i = 0; i < p->nnodes; i++) {
    const node *n = &p->nodes[i];
    if (n->source) {
      say_source(f, n);
      continue;
    }
    fprintf(f, "let %s = %s", n->name, p->nodes[n->input].name);
    const schema *t = &p->nodes[n->input].t;
    for (unsigned k = 0; k < n->nsteps; k++) {
      fputs("\n  |> ", f);
      say_step(f, p, &n->steps[k], t);
      t = &n->steps[k].out;
    }
    fputc('\n', f);
    if (n->out && n->written)
      fprintf(f, "out o%u = %s |> write(\"o%u.csv\")\n", i, n->name, i);
    else if (n->out)
      fprintf(f, "out o%u = %s\n", i, n->name);
  }
}
