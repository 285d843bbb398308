/* Which nodes and columns the outs need, backwards; then all of it once more with nothing
 * else. An aggregate that nobody needs consumes nothing, and a table with several users
 * is a table of its own. */
#include <string.h>

#include "tests/oracle/pipe.h"

static void need_columns(const expr *e, bool *need) {
  if (e->op == E_COL) need[e->at] = true;
  for (unsigned i = 0; i < 3 && e->a[i]; i++) need_columns(e->a[i], need);
}

static void need_all(const unsigned *col, unsigned n, bool *need) {
  for (unsigned i = 0; i < n; i++) need[col[i]] = true;
}

static bool is_key(unsigned c, const unsigned *col, unsigned n) {
  for (unsigned i = 0; i < n; i++)
    if (col[i] == c) return true;
  return false;
}

/* out: of the columns of s; in: of those of the table `t` that it reads. */
static void need_of_fields(const step *s, const schema *t, const bool *out, bool *in) {
  unsigned made = 0;
  if (s->verb == DERIVE) {
    memcpy(in, out, t->n * sizeof *in);
    for (unsigned i = 0; i < s->n; i++) in[s->col[i]] = false;
    for (unsigned i = 0; i < s->n; i++)
      if (out[s->col[i]]) need_columns(s->e[i], in);
    return;
  }
  for (unsigned c = 0; c < s->out.n; c++) {
    const expr *e = s->col[c] == MAX_COLUMNS ? s->e[made++] : NULL;
    if (out[c] && e) need_columns(e, in);
    if (out[c] && !e) in[s->col[c]] = true;
  }
}

static void need_of_join(const step *s, const schema *t, node *other, const bool *out,
                         bool *in) {
  need_all(s->col, s->n, in);
  need_all(s->right, s->n, other->needed);
  if (s->way >= SEMI) {
    for (unsigned c = 0; c < t->n; c++) in[c] |= out[c];
    return;
  }
  unsigned at = s->n;
  for (unsigned c = 0; c < t->n; c++)
    if (!is_key(c, s->col, s->n)) in[c] |= out[at++];
  for (unsigned c = 0; c < other->t.n; c++)
    if (!is_key(c, s->right, s->n)) other->needed[c] |= out[at++];
}

static void need_of_step(program *p, const step *s, const schema *t, const bool *out,
                         bool *in) {
  node *other = &p->nodes[s->other];
  memset(in, 0, MAX_COLUMNS * sizeof *in);
  if (s->verb == GROUP) {
    for (unsigned i = 0; i < s->aggs; i++)
      if (out[s->n + i] && s->agg[i].fn != ROWS) need_columns(s->agg[i].e, in);
    need_all(s->col, s->n, in);
    return;
  }
  if (s->verb == DERIVE || s->verb == SELECT || s->verb == DROP || s->verb == RENAME) {
    need_of_fields(s, t, out, in);
    return;
  }
  if (s->verb == JOIN || s->verb == CONCAT) other->uses++;
  if (s->verb == JOIN) {
    need_of_join(s, t, other, out, in);
    return;
  }
  memcpy(in, out, t->n * sizeof *in);
  if (s->verb == FILTER) need_columns(s->e[0], in);
  if (s->verb == DISTINCT || s->verb == SORT) need_all(s->col, s->n, in);
  for (unsigned c = 0; s->verb == CONCAT && c < t->n; c++)
    other->needed[s->col[c]] |= out[c];
}

enum { STATES = MAX_STEPS + 1 };
/* needs[i]: of what goes into step i; the last one of what comes out of the node. */
static void need_of_node(program *p, node *n, bool (*needs)[MAX_COLUMNS]) {
  memcpy(needs[n->nsteps], n->needed, sizeof n->needed);
  for (unsigned i = n->nsteps; i-- > 0;) {
    const schema *t = i ? &n->steps[i - 1].out : &p->nodes[n->input].t;
    need_of_step(p, &n->steps[i], t, needs[i + 1], needs[i]);
  }
  for (unsigned c = 0; c < MAX_COLUMNS; c++) p->nodes[n->input].needed[c] |= needs[0][c];
  p->nodes[n->input].uses++;
}

void run_program(program *p) {
  static bool needs[MAX_NODES][STATES][MAX_COLUMNS];
  for (unsigned i = p->nnodes; i-- > 0;) {
    node *n = &p->nodes[i];
    n->uses += n->out;
    for (unsigned c = 0; n->out && c < n->t.n; c++) n->needed[c] = true;
    if (n->uses && !n->source) need_of_node(p, n, needs[i]);
  }
  for (unsigned i = 0; i < p->nnodes; i++) {
    node *n = &p->nodes[i];
    if (n->source || !n->uses) continue;
    n->data = p->nodes[n->input].data;
    for (unsigned k = 0; k < n->nsteps; k++)
      n->data = run_step(p, &n->steps[k], &n->data, needs[i][k + 1]);
    if (n->uses > 1) read_whole(&n->data);
  }
}
