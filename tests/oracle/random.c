/* Random pipelines over random tables, written twice: as a PEL program and as SQL for sqlite3 (an independent engine).
 *   random make SEED DIR      writes DIR/t.csv, u.csv, program.pel, query.sql
 *   random compare A B        exit 0 when two CSV files hold the same values (numbers by value, the rest by text)
 * Order is part of the answer: the SQL side carries a column _o that says where each row stands. Floats are multiples of
 * 1/4 of small size, so that sums are exact on both sides. */
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t state;
static uint64_t next(void) { /* splitmix64 */
  uint64_t z = (state += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}
static unsigned below(unsigned n) { return (unsigned)(next() % n); }
static bool chance(unsigned percent) { return below(100) < percent; }

/* ---- texts that grow ---- */

typedef struct text {
  char p[1 << 16];
  size_t n;
} text;

static void __attribute__((format(printf, 2, 3))) add(text *t, const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  const int k = vsnprintf(t->p + t->n, sizeof t->p - t->n, fmt, ap);
  va_end(ap);
  if (k < 0 || (size_t)k >= sizeof t->p - t->n) exit(3);
  t->n += (size_t)k;
}

/* ---- columns ---- */

typedef enum kind { INT, FLOAT, TEXT, BOOL } kind;
typedef struct column {
  char name[16];
  kind kind;
  bool null;
} column;
typedef struct table {
  column c[24];
  unsigned n;
} table;

static const char *const words[] = {"north", "south", "east", "west", "a rather long name that is no inline text", "Ünïcode", "x,y", "say \"hi\"", "line\nbreak", "z"};

static void write_word(FILE *f, const char *w) {
  if (!strpbrk(w, ",\"\n")) {
    fputs(w, f);
    return;
  }
  fputc('"', f);
  for (; *w; w++) {
    if (*w == '"') fputc('"', f);
    fputc(*w, f);
  }
  fputc('"', f);
}

static void write_cell(FILE *f, const column *c, bool skew) {
  if (c->null && chance(15)) return;
  const bool hot = skew && chance(50);
  switch (c->kind) {
    case INT: fprintf(f, "%d", hot ? 7 : (int)below(c->name[0] == 'k' ? 12 : 2000) - (c->name[0] == 'k' ? 0 : 1000)); break;
    case FLOAT: fprintf(f, "%.2f", ((int)below(8000) - 4000) / 4.0); break;
    case TEXT: write_word(f, words[hot ? 1 : below(sizeof words / sizeof *words)]); break;
    case BOOL: fputs(chance(50) ? "true" : "false", f); break;
  }
}

static void write_table(const char *dir, const char *name, const table *t, unsigned rows, bool skew) {
  char path[512];
  snprintf(path, sizeof path, "%s/%s.csv", dir, name);
  FILE *f = fopen(path, "w");
  if (!f) exit(3);
  for (unsigned c = 0; c < t->n; c++) fprintf(f, "%s%s", c ? "," : "", t->c[c].name);
  fputc('\n', f);
  for (unsigned r = 0; r < rows; r++) {
    for (unsigned c = 0; c < t->n; c++) {
      if (c) fputc(',', f);
      write_cell(f, &t->c[c], skew && c == 0);
    }
    fputc('\n', f);
  }
  fclose(f);
}

static table base_table(const char *prefix) {
  table t = {.n = 0};
  const kind kinds[] = {INT, INT, FLOAT, TEXT, BOOL};
  for (unsigned i = 0; i < 5; i++) {
    column *c = &t.c[t.n++];
    snprintf(c->name, sizeof c->name, "%s%s", i == 0 ? "k" : i == 1 ? "i" : i == 2 ? "f" : i == 3 ? "s" : "b", prefix);
    c->kind = kinds[i];
    c->null = chance(50);
  }
  return t;
}

static const char *type_word(const column *c) {
  static char out[16];
  static const char *const w[] = {"i64", "f64", "str", "bool"};
  snprintf(out, sizeof out, "%s%s", w[c->kind], c->null ? "?" : "");
  return out;
}

/* ---- expressions: both languages at once ---- */

typedef struct both {
  text pel, sql;
  bool null;
} both;

static int pick(const table *t, kind k) {
  int found[24];
  unsigned n = 0;
  for (unsigned i = 0; i < t->n; i++)
    if (t->c[i].kind == k) found[n++] = (int)i;
  return n ? found[below(n)] : -1;
}

static void number(both *e, const table *t, kind k, unsigned depth);

static void leaf(both *e, const table *t, kind k) {
  const int i = pick(t, k);
  e->null = false;
  if (i >= 0 && chance(75)) {
    add(&e->pel, ".%s", t->c[i].name);
    add(&e->sql, "\"%s\"", t->c[i].name);
    e->null = t->c[i].null;
  } else if (k == INT) {
    const int v = (int)below(40) - 20;
    add(&e->pel, v < 0 ? "(%d)" : "%d", v);
    add(&e->sql, "(%d)", v);
  } else {
    const double v = ((int)below(80) - 40) / 4.0;
    add(&e->pel, v < 0 ? "(%.2f)" : "%.2f", v);
    add(&e->sql, "(%.2f)", v);
  }
}

static void binary(both *e, const table *t, kind k, unsigned depth) {
  static const char *const ops[] = {"+", "-", "*"};
  both *a = calloc(2, sizeof *a), *b = a + 1;
  if (!a) exit(3);
  const char *op = ops[below(depth > 1 ? 2 : 3)];
  number(a, t, k, depth - 1);
  number(b, t, k, depth - 1);
  add(&e->pel, "(%s %s %s)", a->pel.p, op, b->pel.p);
  add(&e->sql, "(%s %s %s)", a->sql.p, op, b->sql.p);
  e->null = a->null || b->null;
  free(a);
}

static void condition(both *e, const table *t, unsigned depth);

static void choice(both *e, const table *t, kind k, unsigned depth) {
  both *c = calloc(3, sizeof *c);
  if (!c) exit(3);
  condition(&c[0], t, depth - 1);
  number(&c[1], t, k, depth - 1);
  number(&c[2], t, k, depth - 1);
  add(&e->pel, "(if %s then %s else %s)", c[0].pel.p, c[1].pel.p, c[2].pel.p);
  add(&e->sql, "(case when %s then %s else %s end)", c[0].sql.p, c[1].sql.p, c[2].sql.p);
  e->null = c[1].null || c[2].null;
  free(c);
}

static void coalesced(both *e, const table *t, kind k) {
  both *a = calloc(1, sizeof *a);
  if (!a) exit(3);
  leaf(a, t, k);
  if (a->null) {
    add(&e->pel, "(%s ?? %s)", a->pel.p, k == INT ? "3" : "0.25");
    add(&e->sql, "coalesce(%s, %s)", a->sql.p, k == INT ? "3" : "0.25");
  } else {
    add(&e->pel, "%s", a->pel.p);
    add(&e->sql, "%s", a->sql.p);
  }
  e->null = false;
  free(a);
}

static void number(both *e, const table *t, kind k, unsigned depth) {
  if (depth == 0 || chance(30)) leaf(e, t, k);
  else if (chance(60)) binary(e, t, k, depth);
  else if (chance(50)) choice(e, t, k, depth);
  else coalesced(e, t, k);
}

static void comparison(both *e, const table *t) {
  static const char *const pel[] = {"==", "!=", "<", "<=", ">", ">="}, *const sql[] = {"=", "<>", "<", "<=", ">", ">="};
  both *a = calloc(2, sizeof *a), *b = a + 1;
  if (!a) exit(3);
  const unsigned op = below(6);
  const int s = pick(t, TEXT);
  if (s >= 0 && chance(25)) {
    const char *w = words[below(4)];
    add(&e->pel, ".%s %s \"%s\"", t->c[s].name, pel[op], w);
    add(&e->sql, "\"%s\" %s '%s'", t->c[s].name, sql[op], w);
    e->null = t->c[s].null;
  } else {
    const kind k = chance(50) ? INT : FLOAT;
    number(a, t, k, 1);
    number(b, t, chance(80) ? k : INT, 1);
    add(&e->pel, "%s %s %s", a->pel.p, pel[op], b->pel.p);
    add(&e->sql, "%s %s %s", a->sql.p, sql[op], b->sql.p);
    e->null = a->null || b->null;
  }
  free(a);
}

/* A condition that is never null. */
static void condition(both *e, const table *t, unsigned depth) {
  both *a = calloc(2, sizeof *a), *b = a + 1;
  if (!a) exit(3);
  comparison(a, t);
  if (depth && chance(40)) {
    comparison(b, t);
    const bool both_ = chance(50), negate = chance(20);
    const bool null = a->null || b->null;
    add(&e->pel, null ? "((%s(%s %s %s)) ?? false)" : "(%s(%s %s %s))", negate ? "not " : "", a->pel.p, both_ ? "and" : "or", b->pel.p);
    add(&e->sql, "coalesce(%s((%s) %s (%s)), 0)", negate ? "not " : "", a->sql.p, both_ ? "and" : "or", b->sql.p);
  } else {
    add(&e->pel, a->null ? "((%s) ?? false)" : "(%s)", a->pel.p);
    add(&e->sql, "coalesce(%s, 0)", a->sql.p);
  }
  e->null = false;
  free(a);
}

/* ---- verbs ---- */

typedef struct program {
  text pel, sql; /* sql: the query so far, columns and _o */
  table t;
  unsigned fresh, verbs;
} program;

static void wrap(program *p, const char *select, const char *rest) {
  static text old;
  old = p->sql;
  p->sql.n = 0;
  add(&p->sql, "select %s from (%s) %s", select, old.p, rest);
}

static void names(text *out, const table *t) {
  for (unsigned i = 0; i < t->n; i++) add(out, "\"%s\", ", t->c[i].name);
}

static void filter(program *p) {
  both *e = calloc(1, sizeof *e);
  if (!e) exit(3);
  condition(e, &p->t, 1);
  add(&p->pel, "\n  |> filter(%s)", e->pel.p);
  text *where = calloc(1, sizeof *where);
  if (!where) exit(3);
  add(where, "where %s", e->sql.p);
  wrap(p, "*", where->p);
  free(where);
  free(e);
}

static void derive(program *p) {
  both *e = calloc(1, sizeof *e);
  text *list = calloc(1, sizeof *list);
  if (!e || !list) exit(3);
  if (p->t.n >= 20) goto done;
  const kind k = chance(50) ? INT : FLOAT;
  number(e, &p->t, k, 2);
  column c = {.kind = k, .null = e->null};
  snprintf(c.name, sizeof c.name, "x%u", p->fresh++);
  add(&p->pel, "\n  |> derive(%s: %s)", c.name, e->pel.p);
  add(list, "*, %s as \"%s\"", e->sql.p, c.name);
  wrap(p, list->p, "");
  p->t.c[p->t.n++] = c;
done:
  free(e);
  free(list);
}

static void take_or_skip(program *p) {
  const unsigned n = below(60);
  text *rest = calloc(1, sizeof *rest);
  if (!rest) exit(3);
  const bool take = chance(50);
  add(&p->pel, take ? "\n  |> take(%u)" : "\n  |> skip(%u)", n);
  if (take) add(rest, "order by _o limit %u", n);
  else add(rest, "order by _o limit -1 offset %u", n);
  wrap(p, "*", rest->p);
  free(rest);
}

static void sort(program *p) {
  text *list = calloc(2, sizeof *list), *keys = list + 1;
  if (!list) exit(3);
  add(&p->pel, "\n  |> sort(");
  const unsigned n = 1 + below(2);
  for (unsigned i = 0; i < n; i++) {
    const column *c = &p->t.c[below(p->t.n)];
    const bool down = chance(40);
    add(&p->pel, "%s%s%s.%s%s", i ? ", " : "", down && c->kind != INT ? "desc(" : "", down && c->kind == INT ? "-" : "", c->name,
        down && c->kind != INT ? ")" : "");
    add(keys, "\"%s\" is null, \"%s\" %s, ", c->name, c->name, down ? "desc" : "asc");
  }
  add(&p->pel, ")");
  names(list, &p->t);
  add(list, "row_number() over (order by %s_o) as _o", keys->p);
  wrap(p, list->p, "");
  free(list);
}

static void distinct(program *p) {
  text *list = calloc(2, sizeof *list), *keys = list + 1;
  if (!list) exit(3);
  const bool all = chance(30);
  const unsigned a = below(p->t.n), b = below(p->t.n);
  if (all) {
    for (unsigned i = 0; i < p->t.n; i++) add(keys, "%s\"%s\"", i ? ", " : "", p->t.c[i].name);
    add(&p->pel, "\n  |> distinct()");
  } else {
    add(keys, "\"%s\", \"%s\"", p->t.c[a].name, p->t.c[b].name);
    if (a == b) add(&p->pel, "\n  |> distinct(.%s)", p->t.c[a].name);
    else add(&p->pel, "\n  |> distinct(.%s, .%s)", p->t.c[a].name, p->t.c[b].name);
  }
  add(list, "*, row_number() over (partition by %s order by _o) as _r", keys->p);
  wrap(p, list->p, "");
  list->n = 0;
  names(list, &p->t);
  add(list, "_o");
  wrap(p, list->p, "where _r = 1");
  free(list);
}

/* a and b are keys: one value per group, no list. */
static void aggregate(program *p, table *out, text *list, int a, int b) {
  static const char *const pel[] = {"sum", "min", "max", "mean", "len"};
  const unsigned f = below(5);
  int at = pick(&p->t, chance(50) ? INT : FLOAT);
  if (at == a || at == b) at = -1;
  column c = {.kind = INT, .null = false};
  snprintf(c.name, sizeof c.name, "a%u", p->fresh++);
  if (f == 4 || at < 0) {
    add(&p->pel, ", %s: len(.rows)", c.name);
    add(list, "count(*) as \"%s\", ", c.name);
  } else {
    const column *of = &p->t.c[at];
    add(&p->pel, ", %s: %s(.%s)", c.name, pel[f], of->name);
    if (f == 0) add(list, "coalesce(sum(\"%s\"), 0) as \"%s\", ", of->name, c.name);
    else add(list, "%s(\"%s\") as \"%s\", ", f == 3 ? "avg" : pel[f], of->name, c.name);
    c.kind = f == 3 ? FLOAT : of->kind;
    c.null = f != 0 && of->null;
  }
  out->c[out->n++] = c;
}

static void group(program *p) {
  text *list = calloc(2, sizeof *list), *by = list + 1;
  if (!list) exit(3);
  table out = {.n = 0};
  const unsigned a = below(p->t.n), b = below(p->t.n), nkeys = a == b ? 1 : 1 + below(2);
  add(&p->pel, "\n  |> group(.%s", p->t.c[a].name);
  if (nkeys == 2) add(&p->pel, ", .%s", p->t.c[b].name);
  add(&p->pel, ")\n  |> select(");
  for (unsigned i = 0; i < nkeys; i++) {
    const column *c = &p->t.c[i ? b : a];
    add(&p->pel, "%s.%s", i ? ", " : "", c->name);
    add(list, "\"%s\", ", c->name);
    add(by, "%s\"%s\"", i ? ", " : "group by ", c->name);
    out.c[out.n++] = *c;
  }
  const unsigned n = 1 + below(3);
  for (unsigned i = 0; i < n; i++) aggregate(p, &out, list, (int)a, nkeys == 2 ? (int)b : (int)a);
  add(&p->pel, ")");
  add(list, "min(_o) as _o");
  wrap(p, list->p, by->p);
  p->t = out;
  free(list);
}

static void join(program *p, const table *u) {
  static const char *const kinds[] = {"inner", "left", "semi", "anti"};
  const unsigned way = below(4);
  const int l = pick(&p->t, INT);
  if (l < 0 || p->t.n > 14) return;
  const char *key = p->t.c[l].name, *right = u->c[0].name;
  text *list = calloc(2, sizeof *list), *old = list + 1;
  if (!list) exit(3);
  for (unsigned i = 0; i < u->n; i++) /* its columns may be here already */
    for (unsigned k = 0; way < 2 && k < p->t.n; k++)
      if (!strcmp(u->c[i].name, p->t.c[k].name)) {
        free(list);
        return;
      }
  add(&p->pel, "\n  |> join(u, left: .%s, right: .%s, kind: %s)", key, right, kinds[way]);
  *old = p->sql;
  p->sql.n = 0;
  if (way >= 2) {
    add(&p->sql, "select * from (%s) l where %sexists (select 1 from u r where r.\"%s\" = l.\"%s\")", old->p, way == 3 ? "not " : "", right, key);
  } else {
    const column moved = p->t.c[l]; /* the key comes first */
    memmove(&p->t.c[1], &p->t.c[0], (unsigned)l * sizeof moved);
    p->t.c[0] = moved;
    key = p->t.c[0].name;
    for (unsigned i = 0; i < p->t.n; i++) add(list, "l.\"%s\", ", p->t.c[i].name);
    for (unsigned i = 1; i < u->n; i++) add(list, "r.\"%s\", ", u->c[i].name); /* the key stands once */
    add(&p->sql, "select %srow_number() over (order by l._o, r.rowid) as _o from (%s) l %s join u r on r.\"%s\" = l.\"%s\"", list->p,
        old->p, way == 1 ? "left" : "inner", right, key);
    for (unsigned i = 1; i < u->n; i++) {
      column c = u->c[i];
      c.null |= way == 1;
      p->t.c[p->t.n++] = c;
    }
  }
  free(list);
}

static void verb(program *p, const table *u) {
  switch (below(9)) {
    case 0: case 1: filter(p); break;
    case 2: case 3: derive(p); break;
    case 4: take_or_skip(p); break;
    case 5: sort(p); break;
    case 6: distinct(p); break;
    case 7: group(p); break;
    case 8: join(p, u); break;
  }
}

/* ---- files ---- */

static void sql_table(FILE *f, const char *name, const table *t) {
  static const char *const types[] = {"integer", "real", "text", "text"};
  fprintf(f, "create table %s_raw (", name);
  for (unsigned i = 0; i < t->n; i++) fprintf(f, "%s\"%s\" text", i ? ", " : "", t->c[i].name);
  fprintf(f, ");\n.import --csv --skip 1 %s.csv %s_raw\ncreate table %s (", name, name, name);
  for (unsigned i = 0; i < t->n; i++) fprintf(f, "%s\"%s\" %s", i ? ", " : "", t->c[i].name, types[t->c[i].kind]);
  fprintf(f, ");\ninsert into %s select ", name);
  for (unsigned i = 0; i < t->n; i++) fprintf(f, "%snullif(\"%s\", '')", i ? ", " : "", t->c[i].name);
  fprintf(f, " from %s_raw order by rowid;\n", name);
}

static FILE *open_in(const char *dir, const char *name) {
  char path[512];
  snprintf(path, sizeof path, "%s/%s", dir, name);
  FILE *f = fopen(path, "w");
  if (!f) exit(3);
  return f;
}

static void write_program(const char *dir, const program *p, const table *t, const table *u) {
  FILE *f = open_in(dir, "program.pel");
  const struct { const char *name; const table *t; } tables[] = {{"t", t}, {"u", u}};
  for (unsigned k = 0; k < 2; k++) {
    fprintf(f, "let %s: [n%s]{ ", tables[k].name, tables[k].name);
    for (unsigned i = 0; i < tables[k].t->n; i++) fprintf(f, "%s%s: %s", i ? ", " : "", tables[k].t->c[i].name, type_word(&tables[k].t->c[i]));
    fprintf(f, " } = read(\"%s.csv\")\n", tables[k].name);
  }
  fprintf(f, "out result = t%s\n", p->pel.p);
  fclose(f);
}

static void write_query(const char *dir, const program *p, const table *t, const table *u) {
  FILE *f = open_in(dir, "query.sql");
  sql_table(f, "t", t);
  sql_table(f, "u", u);
  fprintf(f, ".mode csv\n.headers on\nselect ");
  for (unsigned i = 0; i < p->t.n; i++) {
    const column *c = &p->t.c[i];
    if (c->kind == FLOAT) fprintf(f, "%scase when \"%s\" is not null then printf('%%!.17g', \"%s\") end as \"%s\"", i ? ", " : "", c->name, c->name, c->name);
    else fprintf(f, "%s\"%s\"", i ? ", " : "", c->name);
  }
  fprintf(f, " from (%s) order by _o;\n", p->sql.p);
  fclose(f);
}

static int make(uint64_t seed, const char *dir) {
  static program p;
  state = seed;
  const bool large = seed % 10 == 0;
  table t = base_table(""), u = base_table("_u");
  const unsigned rows = large ? 3000 + below(3000) : below(5) ? below(80) : below(3);
  write_table(dir, "t", &t, rows, large);
  write_table(dir, "u", &u, large ? 40 : below(30), false);
  p.t = t;
  text *first = calloc(1, sizeof *first);
  if (!first) exit(3);
  names(first, &t);
  add(&p.sql, "select %srowid as _o from t", first->p);
  free(first);
  const unsigned n = 1 + below(5);
  for (unsigned i = 0; i < n && p.sql.n < 20000; i++) verb(&p, &u);
  write_program(dir, &p, &t, &u);
  write_query(dir, &p, &t, &u);
  return 0;
}

/* ---- comparing ---- */

static size_t field(FILE *f, char *out, size_t room, int *end) {
  size_t n = 0;
  int c = fgetc(f);
  const bool quoted = c == '"';
  if (quoted) c = fgetc(f);
  for (;; c = fgetc(f)) {
    if (c == EOF) break;
    if (quoted && c == '"') {
      c = fgetc(f);
      if (c != '"') break;
    } else if (!quoted && (c == ',' || c == '\n')) {
      break;
    } else if (c == '\r') {
      continue;
    }
    if (n + 1 < room) out[n++] = (char)c;
  }
  if (c == '\r') c = fgetc(f);
  out[n] = 0;
  *end = c;
  return n;
}

static bool same(const char *a, const char *b) {
  char *ea, *eb;
  if (!strcmp(a, b)) return true;
  const double x = strtod(a, &ea), y = strtod(b, &eb);
  return *a && *b && !*ea && !*eb && x == y;
}

static int compare(const char *left, const char *right) {
  static char a[1 << 16], b[1 << 16];
  FILE *f = fopen(left, "r"), *g = fopen(right, "r");
  if (!f || !g) return 3;
  for (unsigned long line = 1, at = 0;; at++) {
    int x, y;
    field(f, a, sizeof a, &x);
    field(g, b, sizeof b, &y);
    if (!same(a, b) || x != y) {
      printf("line %lu, field %lu: \"%s\" and \"%s\"\n", line, at + 1, a, b);
      return 1;
    }
    if (x == EOF) return 0;
    if (x == '\n') line++, at = (unsigned long)-1;
  }
}

int main(int argc, char **argv) {
  if (argc == 4 && !strcmp(argv[1], "make")) return make(strtoull(argv[2], NULL, 10), argv[3]);
  if (argc == 4 && !strcmp(argv[1], "compare")) return compare(argv[2], argv[3]);
  fputs("usage: random make SEED DIR | compare A B\n", stderr);
  return 2;
}
