/* The reference's verbs: whole tables, row by row, loops within loops. A table holds the
 * rows in front of the first on which a condition or a key of a left side failed; whoever
 * reads on from there fails. What read a failure as a whole (the keys of a sort, an
 * aggregate that somebody needs, the right side of a join) loses its table. */
#include <math.h>
#include <string.h>

#include "tests/oracle/pipe.h"

static void push(table *t, value *row) {
  if (t->n == t->room) {
    const size_t room = t->room ? 2 * t->room : 16;
    value **rows = take(room * sizeof *rows);
    if (t->n) memcpy(rows, t->rows, t->n * sizeof *rows);
    t->rows = rows, t->room = room;
  }
  t->rows[t->n++] = row;
}

static bool key_fails(const value *row, const unsigned *col, unsigned n) {
  for (unsigned i = 0; i < n; i++)
    if (row[col[i]].state == FAIL) return true;
  return false;
}

static bool some_key_fails(const table *in, const unsigned *col, unsigned n) {
  for (size_t r = 0; r < in->n; r++)
    if (key_fails(in->rows[r], col, n)) return true;
  return false;
}

static bool keys_equal(const schema *t, const value *a, const value *b,
                       const unsigned *col, unsigned n) {
  for (unsigned i = 0; i < n; i++)
    if (!same_key(t->c[col[i]].kind, &a[col[i]], &b[col[i]])) return false;
  return true;
}

static void filter(const program *p, const step *s, const table *in, table *out) {
  for (size_t r = 0; r < in->n && !out->stopped; r++) {
    const value v = eval(p, s->e[0], in->rows[r]);
    if (v.state == FAIL)
      out->stopped = true;
    else if (v.i)
      push(out, in->rows[r]);
  }
  out->stopped |= in->stopped;
}

/* col[i]: where field i comes from, or from e when it is MAX_COLUMNS. */
static void project(const program *p, const step *s, const table *in, table *out) {
  for (size_t r = 0; r < in->n; r++) {
    value *row = take(s->out.n * sizeof *row);
    unsigned at = 0;
    for (unsigned c = 0; c < s->out.n; c++)
      row[c] = s->col[c] < MAX_COLUMNS ? in->rows[r][s->col[c]]
                                       : eval(p, s->e[at++], in->rows[r]);
    push(out, row);
  }
}

static void derive(const program *p, const step *s, const table *in, table *out) {
  for (size_t r = 0; r < in->n; r++) {
    value *row = take(s->out.n * sizeof *row);
    memcpy(row, in->rows[r], in->t.n * sizeof *row);
    for (unsigned i = 0; i < s->n; i++) row[s->col[i]] = eval(p, s->e[i], in->rows[r]);
    push(out, row);
  }
}

static void first_rows(const step *s, const table *in, table *out) {
  for (size_t r = 0; r < in->n; r++)
    if ((r < s->count) == (s->verb == TAKE)) push(out, in->rows[r]);
  out->stopped = in->stopped && (s->verb == SKIP || in->n < s->count);
  out->sliced = true;
}

static void distinct(const step *s, const table *in, table *out) {
  out->lost |= in->stopped || some_key_fails(in, s->col, s->n);
  for (size_t r = 0; r < in->n; r++) {
    bool known = false;
    for (size_t k = 0; k < out->n && !known; k++)
      known = keys_equal(&in->t, out->rows[k], in->rows[r], s->col, s->n);
    if (!known) push(out, in->rows[r]);
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
  out->lost |= in->stopped || some_key_fails(in, s->col, s->n);
  for (size_t r = 0; r < in->n; r++) push(out, in->rows[r]);
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
  out->lost |= other->lost || other->stopped || some_key_fails(other, s->right, s->n);
  for (size_t r = 0; r < in->n && out->n < 30000; r++) {
    bool found = false;
    if (key_fails(in->rows[r], s->col, s->n)) {
      out->stopped = true;
      return;
    }
    for (size_t k = 0; k < other->n && !(found && !pairs) && out->n < 30000; k++) {
      if (!matches(s, in, other, in->rows[r], other->rows[k])) continue;
      found = true;
      if (pairs) push(out, beside(s, in, other, in->rows[r], other->rows[k]));
    }
    if (s->way == LEFT && !found) push(out, beside(s, in, other, in->rows[r], NULL));
    if ((s->way == SEMI && found) || (s->way == ANTI && !found)) push(out, in->rows[r]);
  }
  out->stopped = in->stopped;
}

static void concat(const step *s, const table *in, const table *other, table *out) {
  out->lost |= other->lost;
  for (size_t r = 0; r < in->n; r++) push(out, in->rows[r]);
  for (size_t r = 0; r < other->n && !in->stopped; r++) {
    value *row = take(in->t.n * sizeof *row);
    for (unsigned c = 0; c < in->t.n; c++) row[c] = other->rows[r][s->col[c]];
    push(out, row);
  }
  out->stopped = in->stopped || other->stopped;
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
                       bool *lost) {
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
  *lost |= bad;
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

/* needed: of the columns that come out. */
static void group(const program *p, const step *s, const table *in, const bool *needed,
                  table *out) {
  size_t *first = take((in->n + 1) * sizeof *first), *of = take((in->n + 1) * sizeof *of),
         groups = s->n == 0;
  out->lost |= in->stopped || some_key_fails(in, s->col, s->n);
  for (size_t r = 0; r < in->n; r++) {
    size_t g = 0;
    while (g < groups &&
           !keys_equal(&in->t, in->rows[first[g]], in->rows[r], s->col, s->n))
      g++;
    if (g == groups) first[groups++] = r;
    of[r] = g;
  }
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
      row[s->n + i] = needed[s->n + i] ? aggregate(p, &s->agg[i], rows, n, &out->lost)
                                       : (value){.state = FAIL}; /* nobody looks */
    push(out, row);
  }
}

/* A table of its own is read to its end, whatever is needed of it. */
void read_whole(table *t) {
  t->lost |= t->stopped;
  t->stopped = t->sliced = false;
}

/* What take and skip give is a table of its own, unless columns alone stand between them
 * and the next take or skip. */
static void read_slice(const step *s, table *t) {
  const bool goes_on = s->verb == TAKE || s->verb == SKIP || s->verb == DERIVE ||
                       s->verb == SELECT || s->verb == DROP || s->verb == RENAME;
  if (t->sliced && !goes_on) read_whole(t);
}

table run_step(const program *p, const step *s, const table *from, const bool *needed) {
  table here = *from, there = p->nodes[s->other].data;
  table *in = &here, *other = &there;
  read_slice(s, in);
  read_slice(s, other);
  table out = {
      .t = s->out, .lost = in->lost, .stopped = in->stopped, .sliced = in->sliced};
  switch (s->verb) {
    case FILTER:
      out.stopped = false;
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
      group(p, s, in, needed, &out);
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
  if (s->verb == DISTINCT || s->verb == GROUP || s->verb == SORT) out.stopped = false;
  return out;
}

bool table_fails(const table *t) {
  if (t->lost || t->stopped) return true;
  for (size_t r = 0; r < t->n; r++)
    for (unsigned c = 0; c < t->t.n; c++)
      if (t->rows[r][c].state == FAIL) return true;
  return false;
}
