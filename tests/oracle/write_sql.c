/* A plain program as SQL for sqlite3: a table for each step, with a column _o that says
 * where each row stands. */
#include <string.h>

#include "tests/oracle/pipe.h"

static void say(FILE *f, const schema *t, const expr *e) {
  static const char *const infixes[EXPR_COUNT] = {
      [E_ADD] = "+", [E_SUB] = "-",   [E_MUL] = "*", [E_EQ] = "=",
      [E_NE] = "<>", [E_LT] = "<",    [E_LE] = "<=", [E_GT] = ">",
      [E_GE] = ">=", [E_AND] = "and", [E_OR] = "or", [E_COALESCE] = ","};
  if (e->op == E_COL) {
    fprintf(f, t->c[e->at].kind == BOOL ? "(\"%s\" = 'true')" : "\"%s\"",
            t->c[e->at].name);
  } else if (e->op == E_LIT || e->op == E_PARAM) {
    if (e->kind == STR)
      fprintf(f, "'%s'", e->lit.s); /* no quotes in what is plain */
    else if (e->kind == F64)
      fprintf(f, "(%.2f)", e->lit.f);
    else
      fprintf(f, "(%d)", (int)e->lit.i);
  } else if (e->op == E_IF) {
    fputs("(case when ", f), say(f, t, e->a[0]);
    fputs(" then ", f), say(f, t, e->a[1]);
    fputs(" else ", f), say(f, t, e->a[2]), fputs(" end)", f);
  } else if (e->op == E_NOT) {
    fputs("(not ", f), say(f, t, e->a[0]), fputc(')', f);
  } else {
    fputs(e->op == E_COALESCE ? "coalesce(" : "(", f), say(f, t, e->a[0]);
    fprintf(f, " %s ", infixes[e->op]);
    say(f, t, e->a[1]), fputc(')', f);
  }
}

static void names(FILE *f, const char *of, const schema *t, const char *end) {
  for (unsigned i = 0; i < t->n; i++)
    fprintf(f, "%s\"%s\"%s", of, t->c[i].name, i + 1 < t->n ? ", " : end);
}

static void keys(FILE *f, const schema *t, const step *s) {
  for (unsigned i = 0; i < s->n; i++)
    fprintf(f, "%s\"%s\"", i ? ", " : "", t->c[s->col[i]].name);
}

static void made(FILE *f, const schema *t, const expr *e, const char *name) {
  if (e->kind == BOOL)
    fputs("case ", f), say(f, t, e),
        fprintf(f, " when 1 then 'true' when 0 then 'false' end as \"%s\"", name);
  else
    say(f, t, e), fprintf(f, " as \"%s\"", name);
}

static void derive(FILE *f, const schema *t, const step *s) {
  fputs("select ", f);
  for (unsigned c = 0; c < s->out.n; c++) {
    int at = -1;
    for (unsigned i = 0; i < s->n; i++)
      if (s->col[i] == c) at = (int)i;
    if (at >= 0)
      made(f, t, s->e[at], s->name[at]);
    else
      fprintf(f, "\"%s\"", t->c[c].name);
    fputs(", ", f);
  }
  fputs("_o from ", f);
}

static void project(FILE *f, const schema *t, const step *s) {
  unsigned e = 0;
  fputs("select ", f);
  for (unsigned c = 0; c < s->out.n; c++) {
    if (s->col[c] == MAX_COLUMNS)
      made(f, t, s->e[e++], s->out.c[c].name);
    else
      fprintf(f, "\"%s\" as \"%s\"", t->c[s->col[c]].name, s->out.c[c].name);
    fputs(", ", f);
  }
  fputs("_o from ", f);
}

static void group(FILE *f, const schema *t, const step *s, const char *from) {
  static const char *const fns[] = {"sum", "avg", "min", "max"};
  fputs("select ", f), keys(f, t, s);
  for (unsigned i = 0; i < s->aggs; i++) {
    const agg *a = &s->agg[i];
    fputs(", ", f);
    if (a->fn == ROWS)
      fputs("count(*)", f);
    else {
      if (a->fn == SUM) fputs("coalesce(", f);
      fprintf(f, "%s(", fns[a->fn]), say(f, t, a->e),
          fputs(a->fn == SUM ? "), 0)" : ")", f);
    }
    fprintf(f, " as \"%s\"", s->out.c[s->n + i].name);
  }
  fprintf(f, ", min(_o) as _o from %s group by ", from), keys(f, t, s);
}

static void join(FILE *f, const program *p, const schema *t, const step *s,
                 const char *from) {
  const node *u = &p->nodes[s->other];
  const char *l = t->c[s->col[0]].name, *r = u->t.c[s->right[0]].name;
  if (s->way >= SEMI) {
    fprintf(f,
            "select * from %s l where %sexists (select 1 from %s r where r.\"%s\" = "
            "l.\"%s\")",
            from, s->way == ANTI ? "not " : "", u->name, r, l);
    return;
  }
  fprintf(f, "select l.\"%s\" as \"%s\", ", l, l);
  unsigned at = 1;
  for (unsigned c = 0; c < t->n; c++)
    if (c != s->col[0])
      fprintf(f, "l.\"%s\" as \"%s\", ", t->c[c].name, s->out.c[at++].name);
  for (unsigned c = 0; c < u->t.n; c++)
    if (c != s->right[0])
      fprintf(f, "r.\"%s\" as \"%s\", ", u->t.c[c].name, s->out.c[at++].name);
  fprintf(f,
          "row_number() over (order by l._o, r._o) as _o from %s l %s join %s r on "
          "r.\"%s\" = l.\"%s\"",
          from, s->way == LEFT ? "left" : "inner", u->name, r, l);
}

static void say_step(FILE *f, const program *p, const schema *t, const step *s,
                     const char *from) {
  switch (s->verb) {
    case FILTER:
      fprintf(f, "select * from %s where ", from), say(f, t, s->e[0]);
      break;
    case DERIVE:
      derive(f, t, s), fputs(from, f);
      break;
    case SELECT:
    case DROP:
    case RENAME:
      project(f, t, s), fputs(from, f);
      break;
    case TAKE:
      fprintf(f, "select * from %s order by _o limit %u", from, s->count);
      break;
    case SKIP:
      fprintf(f, "select * from %s order by _o limit -1 offset %u", from, s->count);
      break;
    case DISTINCT:
      fputs("select ", f),
          names(f, "", t, ", _o from (select *, row_number() over (partition by "),
          keys(f, t, s);
      fprintf(f, " order by _o) as _r from %s) where _r = 1", from);
      break;
    case SORT:
      fputs("select ", f), names(f, "", t, ", row_number() over (order by ");
      for (unsigned i = 0; i < s->n; i++) {
        const char *c = t->c[s->col[i]].name;
        fprintf(f, "\"%s\" is null, \"%s\" %s, ", c, c, s->down[i] ? "desc" : "asc");
      }
      fprintf(f, "_o) as _o from %s", from);
      break;
    case GROUP:
      group(f, t, s, from);
      break;
    case JOIN:
      join(f, p, t, s, from);
      break;
    case CONCAT:
      fputs("select ", f),
          names(f, "", t, ", row_number() over (order by _w, _o) as _o from (select ");
      names(f, "", t, ", 0 as _w, _o from ");
      fprintf(f, "%s union all select ", from), names(f, "", t, ", 1 as _w, _o from ");
      fprintf(f, "%s)", p->nodes[s->other].name);
      break;
    case VERBS:
      break;
  }
}

static void source(FILE *f, const node *n) {
  static const char *const types[KINDS] = {
      [I64] = "integer", [F64] = "real", [STR] = "text", [BOOL] = "text"};
  fprintf(f, "create table %s_raw (", n->name);
  for (unsigned i = 0; i < n->t.n; i++)
    fprintf(f, "%s\"%s\" text", i ? ", " : "", n->t.c[i].name);
  fprintf(f, ");\n.import --csv --skip 1 %s.csv %s_raw\ncreate table %s (_o integer",
          n->name, n->name, n->name);
  for (unsigned i = 0; i < n->t.n; i++)
    fprintf(f, ", \"%s\" %s", n->t.c[i].name, types[n->t.c[i].kind]);
  fprintf(f, ");\ninsert into %s select rowid", n->name);
  for (unsigned i = 0; i < n->t.n; i++)
    fprintf(f, ", nullif(\"%s\", '')", n->t.c[i].name);
  fprintf(f, " from %s_raw order by rowid;\n", n->name);
}

bool write_sql(FILE *f, const program *p, unsigned last) {
  if (!p->plain) return false;
  for (unsigned i = 0; i <= last; i++) {
    const node *n = &p->nodes[i];
    if (table_fails(&n->data)) return false;
    if (n->source) source(f, n);
    char from[24], to[24];
    snprintf(from, sizeof from, "%s", n->source ? n->name : p->nodes[n->input].name);
    const schema *t = &p->nodes[n->input].t;
    for (unsigned k = 0; k < n->nsteps; k++) {
      snprintf(to, sizeof to, k + 1 == n->nsteps ? "%s" : "%s_%u", n->name, k);
      fprintf(f, "create table %s as ", to), say_step(f, p, t, &n->steps[k], from),
          fputs(";\n", f);
      memcpy(from, to, sizeof to);
      t = &n->steps[k].out;
    }
    if (!n->source && n->nsteps == 0)
      fprintf(f, "create table %s as select * from %s;\n", n->name, from);
  }
  const node *n = &p->nodes[last];
  fputs(".mode csv\n.headers on\nselect ", f);
  for (unsigned i = 0; i < n->t.n; i++) {
    const char *c = n->t.c[i].name;
    if (n->t.c[i].kind == F64)
      fprintf(
          f,
          "%scase when \"%s\" is not null then printf('%%!.17g', \"%s\") end as \"%s\"",
          i ? ", " : "", c, c, c);
    else
      fprintf(f, "%s\"%s\"", i ? ", " : "", c);
  }
  fprintf(f, " from %s order by _o;\n", n->name);
  return true;
}
