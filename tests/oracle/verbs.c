/* The reference's verbs: whole tables, row by row, loops within loops. A failure that a
 * key, an aggregate or a filter consumed marks the columns or the table that came of it;
 * whoever prints one of those fails. */
#include <math.h>
#include <string.h>

#include "tests/oracle/pipe.h"

static void push(table *t, value *row, bool bad) {
  if (t->n == t->room) {
    const size_t room = t->room ? 2 * t->room : 16;
    value **rows = take(room * sizeof *rows);
    bool *bads = take(room * sizeof *bads);
    if (t->n)
      memcpy(rows, t->rows, t->n * sizeof *rows),
          memcpy(bads, t->bad, t->n * sizeof *bads);
    t->rows = rows, t->bad = bads, t->room = room;
  }
  t->rows[t->n] = row;
  t->bad[t->n++] = bad;
}

static bool uses_broken(const expr *e, const table *in) {
  if (e->op == E_COL && in->broken[e->at]) return true;
  for (unsigned i = 0; i < 3 && e->a[i]; i++)
    if (uses_broken(e->a[i], in)) return true;
  return false;
}

static bool any_bad(const table *in) {
  for (size_t r = 0; r < in->n; r++)
    if (in->bad[r]) return true;
  return false;
}

static bool bad_key(const table *in, const unsigned *col, unsigned n) {
  for (unsigned i = 0; i < n; i++) {
    for (size_t r = 0; r < in->n; r++)
      if (in->rows[r][col[i]].state == FAIL) return true;
  }
  return false;
}

static bool keys_equal(const schema *t, const value *a, const value *b,
                       const unsigned *col, unsigned n) {
  for (unsigned i = 0; i < n; i++)
    if (!same_key(t->c[col[i]].kind, &a[col[i]], &b[col[i]])) return false;
  return true;
}

static void filter(const program *p, const step *s, const table *in, table *out) {
  memcpy(out->broken, in->broken, sizeof out->broken);
  out->hurt |= uses_broken(s->e[0], in);
  for (size_t r = 0; r < in->n; r++) {
    const value v = eval(p, s->e[0], in->rows[r]);
    if (in->bad[r] || v.state == FAIL)
      push(out, in->rows[r], true);
    else if (v.i)
      push(out, in->rows[r], false);
  }
}

/* col[i]: where field i comes from, or from e when it is MAX_COLUMNS. */
static void project(const program *p, const step *s, const table *in, table *out) {
  unsigned at = 0;
  for (unsigned c = 0; c < s->out.n; c++)
    out->broken[c] =
        s->col[c] < MAX_COLUMNS ? in->broken[s->col[c]] : uses_broken(s->e[at++], in);
  for (size_t r = 0; r < in->n; r++) {
    value *row = take(s->out.n * sizeof *row);
    at = 0;
    for (unsigned c = 0; c < s->out.n; c++)
      row[c] = s->col[c] < MAX_COLUMNS ? in->rows[r][s->col[c]]
                                       : eval(p, s->e[at++], in->rows[r]);
    push(out, row, in->bad[r]);
  }
}

static void derive(const program *p, const step *s, const table *in, table *out) {
  memcpy(out->broken, in->broken, sizeof out->broken);
  for (unsigned i = 0; i < s->n; i++) out->broken[s->col[i]] = uses_broken(s->e[i], in);
  for (size_t r = 0; r < in->n; r++) {
    value *row = take(s->out.n * sizeof *row);
    memcpy(row, in->rows[r], in->t.n * sizeof *row);
    for (unsigned i = 0; i < s->n; i++) row[s->col[i]] = eval(p, s->e[i], in->rows[r]);
    push(out, row, in->bad[r]);
  }
}

static void first_rows(const step *s, const table *in, table *out) {
  memcpy(out->broken, in->broken, sizeof out->broken);
  size_t good = 0;
  if (s->verb == SKIP) out->lost |= any_bad(in);
  for (size_t r = 0; r < in->n; r++) {
    const bool behind = good >= s->count;
    if (s->verb == SKIP ? behind : !behind) push(out, in->rows[r], in->bad[r]);
    good += !in->bad[r];
  }
}

static void distinct(const step *s, const table *in, table *out) {
  memcpy(out->broken, in->broken, sizeof out->broken);
  out->lost |= bad_key(in, s->col, s->n) || any_bad(in);
  for (size_t r = 0; r < in->n; r++) {
    bool known = false;
    for (size_t k = 0; k < out->n && !known; k++)
      known = keys_equal(&in->t, out->rows[k], in->rows[r], s->col, s->n);
    if (!known) push(out, in->rows[r], false);
  }
}

static int sort_order(const step *s, const table *in, const value *a, const value *b) {
  for (unsigned i = 0; i < s->n; i++) {
    const value *x = &a[s->col[i]], *y = &b[s->col[i]];
    const kind k = in->t.c[s->col[i]].kind;
    const bool last =
        x->state != OK || y->state != OK || (floating(k) && (isnan(x->f) || isnan(y->f)));
    const int c = compare_values(k, x, y);
    if (c) return s->down[i] && !last ? -c : c;
  }
  return 0;
}

static void merge_sort(const step *s, const table *in, value **rows, value **spare,
                       size_t n) {
  if (n < 2) return;
  const size_t half = n / 2;
  merge_sort(s, in, rows, spare, half);
  merge_sort(s, in, rows + half, spare, n - half);
  memcpy(spare, rows, n * sizeof *rows);
  for (size_t i = 0, j = half, at = 0; at < n; at++)
    rows[at] = j >= n || (i < half && sort_order(s, in, spare[i], spare[j]) <= 0)
                   ? spare[i++]
                   : spare[j++];
}

static void sort(const step *s, const table *in, table *out) {
  memcpy(out->broken, in->broken, sizeof out->broken);
  out->lost |= bad_key(in, s->col, s->n) || any_bad(in);
  for (size_t r = 0; r < in->n; r++) push(out, in->rows[r], false);
  if (in->n) merge_sort(s, in, out->rows, take(in->n * sizeof *out->rows), in->n);
}

static bool matches(const step *s, const table *in, const table *other, const value *a,
                    const value *b) {
  for (unsigned i = 0; i < s->n; i++) {
    const value *x = &a[s->col[i]], *y = &b[s->right[i]];
    if (x->state != OK || y->state != OK || !same_key(in->t.c[s->col[i]].kind, x, y))
      return false;
  }
  (void)other;
  return true;
}

static bool in_list(unsigned c, const unsigned *col, unsigned n) {
  for (unsigned i = 0; i < n; i++)
    if (col[i] == c) return true;
  return false;
}

/* keys, other left columns, other right columns; b NULL: nulls */
static value *beside(const step *s, const table *in, const table *other, const value *a,
                     const value *b) {
  value *row = take(s->out.n * sizeof *row);
  unsigned at = 0;
  for (unsigned i = 0; i < s->n; i++) row[at++] = a[s->col[i]];
  for (unsigned c = 0; c < in->t.n; c++)
    if (!in_list(c, s->col, s->n)) row[at++] = a[c];
  for (unsigned c = 0; c < other->t.n; c++)
    if (!in_list(c, s->right, s->n)) row[at++] = b ? b[c] : (value){.state = NUL};
  return row;
}

static void join(const step *s, const table *in, const table *other, table *out) {
  const bool pairs = s->way == INNER || s->way == LEFT;
  unsigned at = 0;
  if (!pairs) memcpy(out->broken, in->broken, sizeof out->broken);
  for (unsigned i = 0; pairs && i < s->n; i++) out->broken[at++] = in->broken[s->col[i]];
  for (unsigned c = 0; pairs && c < in->t.n; c++)
    if (!in_list(c, s->col, s->n)) out->broken[at++] = in->broken[c];
  for (unsigned c = 0; pairs && c < other->t.n; c++)
    if (!in_list(c, s->right, s->n)) out->broken[at++] = other->broken[c];
  out->lost |= other->lost || any_bad(in) || any_bad(other) ||
               bad_key(in, s->col, s->n) || bad_key(other, s->right, s->n);
  for (size_t r = 0; r < in->n && out->n < 30000; r++) {
    bool found = false;
    for (size_t k = 0; k < other->n && !(found && !pairs) && out->n < 30000; k++) {
      if (!matches(s, in, other, in->rows[r], other->rows[k])) continue;
      found = true;
      if (pairs) push(out, beside(s, in, other, in->rows[r], other->rows[k]), false);
    }
    if (s->way == LEFT && !found)
      push(out, beside(s, in, other, in->rows[r], NULL), false);
    if ((s->way == SEMI && found) || (s->way == ANTI && !found))
      push(out, in->rows[r], false);
  }
}

static void concat(const step *s, const table *in, const table *other, table *out) {
  for (unsigned c = 0; c < in->t.n; c++)
    out->broken[c] = in->broken[c] || other->broken[s->col[c]];
  out->lost |= other->lost;
  for (size_t r = 0; r < in->n; r++) push(out, in->rows[r], in->bad[r]);
  for (size_t r = 0; r < other->n; r++) {
    value *row = take(in->t.n * sizeof *row);
    for (unsigned c = 0; c < in->t.n; c++) row[c] = other->rows[r][s->col[c]];
    push(out, row, other->bad[r]);
  }
}

static value extreme(const agg *a, kind k, const value *v, size_t n) {
  value best = v[0];
  for (size_t i = 1; i < n; i++) {
    int c = compare_values(k, &v[i], &best);
    if (floating(k) && (isnan(v[i].f) || isnan(best.f)))
      c = isnan(v[i].f) ? (a->fn == MIN ? -1 : 1) : (a->fn == MIN ? 1 : -1);
    if (floating(k) && c == 0) c = !!signbit(best.f) - !!signbit(v[i].f);
    if (a->fn == MIN ? c < 0 : c > 0) best = v[i];
  }
  return best;
}

static size_t kinds_of(kind k, const value *v, size_t n) {
  size_t kinds = 0;
  for (size_t i = 0; i < n; i++) {
    bool known = false;
    for (size_t j = 0; j < i && !known; j++) known = same_key(k, &v[i], &v[j]);
    kinds += !known;
  }
  return kinds;
}

static value aggregate(const program *p, const agg *a, value **rows, size_t n,
                       bool *broken) {
  value out = {.state = OK, .i = (__int128)n};
  if (a->fn == ROWS) return out;
  const kind k = a->e->kind;
  value *all = take((n + 1) * sizeof *all), *some = take((n + 1) * sizeof *some);
  size_t m = 0;
  bool bad = false;
  for (size_t r = 0; r < n; r++) {
    all[r] = eval(p, a->e, rows[r]);
    bad |= all[r].state == FAIL;
    if (all[r].state == OK) some[m++] = all[r];
  }
  *broken |= bad;
  if (bad) return (value){.state = FAIL};
  if (a->fn == COLLECT) return (value){.state = OK, .list = all, .n = n};
  if (a->fn == KINDS_OF) return (value){.state = OK, .i = (__int128)kinds_of(k, all, n)};
  if ((a->fn == ANY || a->fn == ALL) && a->e->null && m == 0)
    return (value){.state = NUL};
  if (a->fn == ANY || a->fn == ALL || a->fn == HOW_MANY) {
    size_t yes = 0;
    for (size_t i = 0; i < m; i++) yes += some[i].i != 0;
    return (value){.state = OK,
                   .i = a->fn == HOW_MANY ? (__int128)yes
                        : a->fn == ANY    ? yes > 0
                                          : yes == m};
  }
  if (a->fn == SUM) return exact_sum(k, some, m);
  if (m == 0) return a->has_empty ? a->empty : (value){.state = a->e->null ? NUL : FAIL};
  if (a->fn == MEAN) return exact_mean(k, some, m);
  if (a->fn == FIRST || a->fn == LAST) return some[a->fn == FIRST ? 0 : m - 1];
  return extreme(a, k, some, m);
}

static void group(const program *p, const step *s, const table *in, table *out) {
  size_t *first = take((in->n + 1) * sizeof *first), *of = take((in->n + 1) * sizeof *of),
         groups = s->n == 0;
  out->lost |= bad_key(in, s->col, s->n) || any_bad(in);
  for (size_t r = 0; r < in->n; r++) {
    size_t g = 0;
    while (g < groups &&
           !keys_equal(&in->t, in->rows[first[g]], in->rows[r], s->col, s->n))
      g++;
    if (g == groups) first[groups++] = r;
    of[r] = g;
  }
  for (unsigned i = 0; i < s->aggs; i++)
    out->broken[s->n + i] = s->agg[i].fn != ROWS && uses_broken(s->agg[i].e, in);
  value **rows = take((in->n + 1) * sizeof *rows);
  for (size_t g = 0; g < groups; g++) {
    size_t n = 0;
    for (size_t r = 0; r < in->n; r++)
      if (of[r] == g) rows[n++] = in->rows[r];
    value *row = take(s->out.n * sizeof *row);
    for (unsigned i = 0; i < s->n; i++) {
      row[i] = rows[0][s->col[i]];
      if (row[i].f == 0) row[i].f = 0; /* -0 is the key 0 */
    }
    for (unsigned i = 0; i < s->aggs; i++)
      row[s->n + i] = aggregate(p, &s->agg[i], rows, n, &out->broken[s->n + i]);
    push(out, row, false);
  }
}

/* Whether a failure was consumed on the way here, be it needed or not. */
static bool hurt(const table *t) {
  for (unsigned c = 0; c < t->t.n; c++)
    if (t->broken[c]) return true;
  return t->hurt || t->lost;
}

table run_step(const program *p, const step *s, const table *in) {
  table out = {.t = s->out, .lost = in->lost};
  const table *other = &p->nodes[s->other].data;
  switch (s->verb) {
    case FILTER:
      filter(p, s, in, &out);
      break;
    case DERIVE:
      derive(p, s, in, &out);
      break;
    case SELECT:
    case DROP:
    case RENAME:
      project(p, s, in, &out);
      break;
    case TAKE:
    case SKIP:
      first_rows(s, in, &out);
      break;
    case DISTINCT:
      distinct(s, in, &out);
      break;
    case GROUP:
      group(p, s, in, &out);
      break;
    case SORT:
      sort(s, in, &out);
      break;
    case JOIN:
      join(s, in, other, &out);
      break;
    case CONCAT:
      concat(s, in, other, &out);
      break;
    case VERBS:
      break;
  }
  out.hurt =
      hurt(in) || hurt(&out) || ((s->verb == JOIN || s->verb == CONCAT) && hurt(other));
  return out;
}

bool table_fails(const table *t) {
  if (t->lost) return true;
  for (size_t r = 0; r < t->n; r++) {
    if (t->bad[r]) return true;
    for (unsigned c = 0; c < t->t.n; c++)
      if (t->rows[r][c].state == FAIL) return true;
  }
  return false;
}
