/* Random tables and programs. Each step is run by the reference as soon as it is drawn,
 * so that what would grow too large is drawn again. */
#include <stdio.h>
#include <string.h>

#include "tests/oracle/pipe.h"

static void set_name(char out[24], const char *front, const char *name) {
  char both[64];
  (void)snprintf(both, sizeof both, "%.20s%.30s", front, name);
  memcpy(out, both, 24);
  out[23] = 0;
}

static column *add(schema *t, const char *name, kind k, bool null) {
  column *c = &t->c[t->n++];
  *c = (column){.kind = k, .null = null};
  set_name(c->name, "", name);
  return c;
}

static void new_name(program *p, char *out) { snprintf(out, 24, "x%u", p->fresh++); }
static unsigned any_column(const schema *t) { return below(t->n); }

/* ---- sources ---- */

static void fill(program *p, node *n, size_t rows, bool skew) {
  const bool broken = !p->plain && chance(6); /* a cell that no number is */
  table *d = &n->data;
  d->t = n->t;
  d->n = d->room = rows;
  d->rows = take((rows + 1) * sizeof *d->rows);
  for (size_t r = 0; r < rows; r++) {
    d->rows[r] = take(n->t.n * sizeof **d->rows);
    for (unsigned c = 0; c < n->t.n; c++) {
      const column *k = &n->t.c[c];
      value v = make_value(k->kind, p->plain, c == 0);
      if (skew && c == 0 && chance(50)) v.i = 7;
      if (k->null && chance(15)) v.state = NUL;
      d->rows[r][c] = v;
    }
  }
  if (broken && rows) {
    const unsigned c = any_column(&n->t);
    if (n->t.c[c].kind != STR) d->rows[below((unsigned)rows)][c].state = FAIL;
  }
}

static node *source(program *p, const char *name, const schema *like) {
  static const kind rich[] = {I64, I64,  F64,  STR, BOOL, I32,
                              F32, DATE, TIME, U8,  I16,  U64};
  node *n = &p->nodes[p->nnodes++];
  *n = (node){.source = true};
  snprintf(n->name, sizeof n->name, "%s", name);
  if (like) {
    for (unsigned i = 0; i < like->n; i++) n->t.c[n->t.n++] = like->c[(i + 1) % like->n];
    return n;
  }
  const unsigned count = p->plain ? 5 : 12;
  for (unsigned i = 0; i < count; i++) {
    char column_name[24];
    if (i >= 4 && !p->plain && chance(50)) continue;
    snprintf(column_name, sizeof column_name, "%s%s",
             i == 0   ? "k"
             : i == 1 ? "i"
                      : kind_names[rich[i]],
             name[0] == 'u' && i ? "_u" : "");
    if (rich[i] == BOOL) column_name[0] = 'y'; /* not the name of a type alone */
    add(&n->t, column_name, rich[i], chance(50));
  }
  return n;
}

/* ---- steps: false when it is not to be ---- */

static bool make_filter(program *p, step *s, const schema *t) {
  s->e[0] = make_condition(p, t, 2);
  s->out = *t;
  return true;
}

static kind some_kind(const program *p) {
  static const kind rich[] = {I64, F64,  I64,  F64, STR, BOOL, I32,
                              F32, DATE, TIME, U8,  I16, U64,  DUR};
  return rich[below(p->plain ? 4 : sizeof rich / sizeof *rich)];
}

static bool make_derive(program *p, step *s, const schema *t) {
  s->out = *t;
  s->n = 1 + below(2);
  if (t->n + s->n > 18) return false;
  for (unsigned i = 0; i < s->n; i++) {
    const expr *e = s->e[i] = make_expr(p, t, some_kind(p), 3);
    const bool instead = i == 0 && chance(20);
    column *c;
    if (instead) {
      s->col[i] = any_column(t);
      c = &s->out.c[s->col[i]];
      set_name(s->name[i], "", c->name);
    } else {
      new_name(p, s->name[i]);
      s->col[i] = s->out.n;
      c = add(&s->out, s->name[i], e->kind, e->null);
    }
    c->kind = e->kind, c->null = e->null, c->rough = false;
  }
  return true;
}

static bool make_select(program *p, step *s, const schema *t) {
  unsigned made = 0;
  s->n = 0;
  for (unsigned c = 0; c < t->n; c++) {
    if (made < 2 && s->n < 12 && chance(15)) {
      const expr *e = s->e[made++] = make_expr(p, t, some_kind(p), 2);
      new_name(p, s->name[s->n]);
      s->col[s->n++] = MAX_COLUMNS;
      add(&s->out, s->name[s->n - 1], e->kind, e->null);
    }
    if (chance(40)) continue;
    s->col[s->n++] = c;
    s->out.c[s->out.n++] = t->c[c];
  }
  return s->n > 0;
}

static bool make_drop(program *p, step *s, const schema *t) {
  if (t->n < 2) return false;
  const unsigned gone = any_column(t);
  s->n = 1;
  if (s->verb == RENAME) new_name(p, s->name[1]);
  set_name(s->name[0], "", t->c[gone].name);
  for (unsigned c = 0; c < t->n; c++) {
    if (c == gone && s->verb == DROP) continue;
    s->col[s->out.n] = c;
    s->out.c[s->out.n++] = t->c[c];
    if (c == gone) memcpy(s->out.c[s->out.n - 1].name, s->name[1], sizeof s->name[1]);
  }
  return true;
}

static bool make_keys(step *s, const schema *t, unsigned most) {
  s->n = 1 + below(most);
  s->out = *t;
  for (unsigned i = 0; i < s->n; i++) {
    s->col[i] = any_column(t);
    for (unsigned k = 0; k < i; k++)
      if (s->col[k] == s->col[i]) return false;
    s->down[i] = chance(40);
  }
  return true;
}

static bool make_distinct(step *s, const schema *t) {
  if (!chance(30)) return make_keys(s, t, 2);
  s->out = *t;
  s->n = t->n;
  for (unsigned i = 0; i < t->n; i++) s->col[i] = i;
  return true;
}

static bool make_aggregate(program *p, step *s, const schema *t) {
  agg *a = &s->agg[s->aggs];
  *a = (agg){.fn = (agg_fn)below(p->plain ? 4 : HOW_MANY + 1)};
  if (chance(15)) a->fn = ROWS;
  kind k = chance(50) ? I64 : F64, to = I64;
  if (!p->plain && chance(40)) k = some_kind(p);
  if (a->fn == ANY || a->fn == ALL || a->fn == HOW_MANY) k = BOOL;
  if (a->fn <= MEAN && !integral(k) && !floating(k)) k = F32;
  if (a->fn == MEAN && k == U64) k = I32;
  const int at = pick(t, k);
  if (a->fn == HOW_MANY) {
    a->e = make_condition(p, t, 1);
    a->over_rows = true;
  } else if (a->fn != ROWS) {
    if (p->plain && at < 0) return false;
    if (at >= 0) {
      for (unsigned i = 0; i < s->n; i++)
        if (s->col[i] == (unsigned)at && (p->plain || chance(80))) return false;
      expr *e = take(sizeof *e);
      *e = (expr){.op = E_COL, .kind = k, .null = t->c[at].null, .at = (unsigned)at};
      a->e = e;
      for (unsigned i = 0; i < s->n; i++) a->over_rows |= s->col[i] == (unsigned)at;
    }
    if (at < 0 || (!p->plain && chance(40))) {
      a->e = make_expr(p, t, k, 2);
      a->over_rows = true;
    }
  }
  bool null = a->fn != ROWS && a->e->null;
  if (a->fn == SUM)
    to = floating(k) ? k : k == U8 || k == U64 ? U64 : k == DUR ? DUR : I64;
  if (a->fn == MEAN) to = k == F32 ? F32 : F64;
  if (a->fn >= MIN && a->fn <= LAST) to = k;
  if (a->fn == ANY || a->fn == ALL) to = BOOL;
  if (a->fn == COLLECT) to = LIST;
  if (a->fn == SUM || a->fn > ALL) null = false;
  if (!p->plain && a->fn >= MEAN && a->fn <= MAX && to != F32 && chance(20)) {
    a->has_empty = true;
    a->empty = make_value(to, true, false);
    null = false;
  }
  char name[24];
  new_name(p, name);
  column *c = add(&s->out, name, to, null);
  c->rough = a->fn == MEAN;
  c->item = k;
  s->aggs++;
  return true;
}

static bool make_group(program *p, step *s, const schema *t) {
  if (!make_keys(s, t, 2)) return false;
  if (!p->plain && chance(8)) s->n = 0;
  s->out.n = 0;
  for (unsigned i = 0; i < s->n; i++) s->out.c[s->out.n++] = t->c[s->col[i]];
  const unsigned n = 1 + below(4);
  for (unsigned i = 0; i < n; i++) make_aggregate(p, s, t);
  return s->out.n > 0 && s->aggs > 0;
}

static bool make_join(program *p, step *s, const schema *t) {
  static const kind kinds[] = {I64, I64, STR, DATE, I32};
  s->other = below(p->nnodes - 1);
  const schema *u = &p->nodes[s->other].t;
  s->way = (join_kind)below(4);
  s->n = !p->plain && chance(20) ? 2 : 1;
  for (unsigned i = 0; i < s->n; i++) {
    const kind k = kinds[below(5)];
    const int l = pick(t, k), r = pick(u, k);
    if (l < 0 || r < 0) return false;
    s->col[i] = (unsigned)l, s->right[i] = (unsigned)r;
    if (i && (s->col[0] == s->col[1] || s->right[0] == s->right[1])) return false;
  }
  if (s->way >= SEMI) {
    s->out = *t;
    return true;
  }
  if (t->n + u->n > 20) return false;
  bool done[MAX_COLUMNS] = {false};
  for (unsigned i = 0; i < s->n; i++)
    s->out.c[s->out.n++] = t->c[s->col[i]], done[s->col[i]] = true;
  for (unsigned c = 0; c < t->n; c++)
    if (!done[c]) s->out.c[s->out.n++] = t->c[c];
  s->prefix = chance(30) || s->other > 1;
  if (s->prefix) snprintf(s->name[0], sizeof s->name[0], "r%u_", p->fresh++);
  for (unsigned c = 0; c < u->n; c++) {
    if (c == s->right[0] || (s->n > 1 && c == s->right[1])) continue;
    column *to = &s->out.c[s->out.n];
    *to = u->c[c];
    if (strlen(u->c[c].name) > 16) return false;
    set_name(to->name, s->prefix ? s->name[0] : "", u->c[c].name);
    for (unsigned k = 0; k < s->out.n; k++)
      if (!strcmp(s->out.c[k].name, to->name)) return false;
    to->null |= s->way == LEFT;
    s->out.n++;
  }
  return true;
}

static bool make_concat(program *p, step *s, const schema *t) {
  s->out = *t;
  for (unsigned other = 0; other + 1 < p->nnodes; other++) {
    const schema *u = &p->nodes[other].t;
    unsigned c = 0;
    for (; u->n == t->n && c < t->n; c++) {
      unsigned at = 0;
      while (at < u->n && strcmp(u->c[at].name, t->c[c].name)) at++;
      if (at == u->n || u->c[at].kind != t->c[c].kind || u->c[at].null != t->c[c].null)
        break;
      s->col[c] = at;
    }
    if (c == t->n && u->n == t->n && chance(50)) {
      s->other = other;
      return true;
    }
  }
  return false;
}

static bool make_step(program *p, step *s, const schema *t) {
  static const verb verbs[] = {FILTER, FILTER, DERIVE, DERIVE,   DERIVE, SELECT, DROP,
                               RENAME, TAKE,   SKIP,   DISTINCT, GROUP,  GROUP,  SORT,
                               SORT,   JOIN,   JOIN,   CONCAT,   CONCAT};
  *s = (step){.verb = verbs[below(sizeof verbs / sizeof *verbs)]};
  switch (s->verb) {
    case FILTER:
      return make_filter(p, s, t);
    case DERIVE:
      return make_derive(p, s, t);
    case SELECT:
      return make_select(p, s, t);
    case DROP:
    case RENAME:
      return make_drop(p, s, t);
    case TAKE:
    case SKIP:
      s->count = below(chance(20) ? 3000 : 60), s->out = *t;
      return true;
    case DISTINCT:
      return make_distinct(s, t);
    case GROUP:
      return make_group(p, s, t);
    case SORT:
      return make_keys(s, t, 3);
    case JOIN:
      return make_join(p, s, t);
    case CONCAT:
      return make_concat(p, s, t);
    case VERBS:
      break;
  }
  return false;
}

static bool has_list(const schema *t) {
  for (unsigned c = 0; c < t->n; c++)
    if (t->c[c].kind == LIST) return true;
  return false;
}

static void make_node(program *p) {
  bool everything[MAX_COLUMNS];
  memset(everything, true, sizeof everything);
  unsigned from = chance(50) ? 0 : below(p->nnodes);
  while (has_list(&p->nodes[from].t)) from = below(p->nnodes);
  node *n = &p->nodes[p->nnodes++];
  *n = (node){.input = from, .t = p->nodes[from].t, .data = p->nodes[from].data};
  snprintf(n->name, sizeof n->name, "m%u", p->nnodes);
  const unsigned want = 1 + below(5);
  for (unsigned tries = 0; n->nsteps < want && tries < 40 && !has_list(&n->t); tries++) {
    step *s = &n->steps[n->nsteps];
    if (!make_step(p, s, &n->t)) continue;
    if ((s->verb == JOIN || s->verb == CONCAT) && has_list(&p->nodes[s->other].t))
      continue;
    const table made = run_step(p, s, &n->data, everything);
    if (made.n >= 20000) continue;
    n->data = made;
    n->t = s->out;
    n->nsteps++;
  }
}

void make_program(program *p, uint64_t seed) {
  oracle_seed(seed);
  memset(p, 0, sizeof *p);
  p->plain = seed % 2 == 0;
  p->large = seed % 10 == 5 || seed % 20 == 0;
  p->has_param = chance(30);
  p->param_default = make_value(I64, true, true);
  p->param = chance(50) ? p->param_default : make_value(I64, true, true);
  if (!p->plain && chance(50)) make_functions(p);
  const unsigned rows = p->large ? 2000 + below(3000) : below(5) ? below(80) : below(3);
  fill(p, source(p, "t", NULL), rows, p->large);
  fill(p, source(p, "u", NULL), p->large ? 40 : below(30), false);
  if (chance(30)) fill(p, source(p, "v", &p->nodes[0].t), below(30), false);
  const unsigned want = 1 + below(4);
  bool printed = false;
  for (unsigned i = 0; i < want; i++) {
    make_node(p);
    node *n = &p->nodes[p->nnodes - 1];
    n->out = i + 1 == want || chance(50) || has_list(&n->t);
    n->written = printed || chance(30);
    if (n->out && !n->written) printed = true;
  }
}
