/* The register machine against a tree-walking evaluator that looks at one row at a time:
 * random expressions with masks, filters, lists inside lists, nulls and failures. The
 * operators are the test's own. */
#include <criterion/criterion.h>

#include "tests/unit/vec/rig.h"

/* ---- operators of the test ---- */

static bool too_large(int64_t v) { return v > 60 || v < -60; }

static pel_status add_kernel(const pel_call *c) {
  for (uint32_t k = 0; k < c->n; k++) {
    uint32_t i = c->sel ? c->sel[k] : k;
    if (c->state && c->state[i] != PEL_VALID) continue;
    int64_t a = ((const int64_t *)c->in[0].data)[i],
            b = ((const int64_t *)c->in[1].data)[i];
    ((int64_t *)c->out->data)[i] = a + b;
    if (too_large(a + b)) (void)pel_call_poison(c, i, "large", "%d + %d", (int)a, (int)b);
  }
  return PEL_OK;
}
static pel_status less_kernel(const pel_call *c) {
  for (uint32_t k = 0; k < c->n; k++) {
    uint32_t i = c->sel ? c->sel[k] : k;
    ((uint8_t *)c->out->data)[i] =
        ((const int64_t *)c->in[0].data)[i] < ((const int64_t *)c->in[1].data)[i];
  }
  return PEL_OK;
}
static pel_status and_kernel(const pel_call *c) {
  for (uint32_t k = 0; k < c->n; k++) {
    uint32_t i = c->sel ? c->sel[k] : k;
    uint8_t s = PEL_VALID, v = 1;
    for (uint32_t a = 0; a < c->nin; a++) {
      const pel_col *x = &c->in[a];
      uint8_t t = x->state ? x->state[i] : PEL_VALID;
      if (t == PEL_POISON) {
        s = t;
        c->out->fail[i] = x->fail[i];
        break;
      }
      if (t == PEL_NULL)
        s = t;
      else if (!((const uint8_t *)x->data)[i]) {
        s = PEL_VALID;
        v = 0;
        break;
      }
    }
    c->out->state[i] = s;
    ((uint8_t *)c->out->data)[i] = v;
  }
  return PEL_OK;
}
#define CHOOSE(fn, k)                                                                  \
  static pel_kernel fn(const pel_type *const *in, uint32_t nin, const pel_type *out) { \
    (void)in, (void)nin, (void)out;                                                    \
    return k;                                                                          \
  }
CHOOSE(choose_add, add_kernel)
CHOOSE(choose_less, less_kernel)
CHOOSE(choose_and, and_kernel)

static void sum_init(void *s) { *(int64_t *)s = 0; }
static pel_status sum_update(const pel_env *env, void *const *states, const pel_col *in,
                             const uint16_t *sel, uint32_t n, uint64_t ordinal) {
  (void)env, (void)ordinal;
  for (uint32_t k = 0; k < n; k++) {
    uint32_t i = sel ? sel[k] : k;
    if (!in->state || in->state[i] == PEL_VALID)
      *(int64_t *)states[k] += ((const int64_t *)in->data)[i];
    cr_assert(!in->state || in->state[i] != PEL_POISON);
  }
  return PEL_OK;
}
static pel_status sum_update_all(const pel_env *env, void *state, const pel_col *in,
                                 const uint16_t *sel, uint32_t n, uint64_t ordinal) {
  for (uint32_t k = 0; k < n; k++) {
    uint16_t i = sel ? sel[k] : (uint16_t)k;
    sum_update(env, &state, in, &i, 1, ordinal);
  }
  return PEL_OK;
}
static pel_status sum_finish(const pel_env *env, void *const *states, uint32_t n,
                             const uint64_t *ordinals, pel_col *out) {
  (void)env, (void)ordinals;
  for (uint32_t k = 0; k < n; k++) ((int64_t *)out->data)[k] = *(int64_t *)states[k];
  return PEL_OK;
}
static const pel_agg sum_agg = {.state_size = 8,
                                .state_align = 8,
                                .init = sum_init,
                                .update = sum_update,
                                .update_all = sum_update_all,
                                .finish = sum_finish};
static const pel_agg *choose_sum(const pel_type *const *in, uint32_t nin,
                                 const pel_type *out) {
  (void)in, (void)nin, (void)out;
  return &sum_agg;
}
static const pel_op op_add = {.name = "add",
                              .kind = PEL_OP_MAP,
                              .choose = choose_add,
                              .props = PEL_PURE | PEL_NULL_STRICT | PEL_CAN_FAIL};
static const pel_op op_less = {.name = "less",
                               .kind = PEL_OP_MAP,
                               .choose = choose_less,
                               .props = PEL_PURE | PEL_NULL_STRICT};
static const pel_op op_and = {
    .name = "and", .kind = PEL_OP_MAP, .choose = choose_and, .props = PEL_PURE};
static const pel_op op_sum = {
    .name = "sum", .kind = PEL_OP_AGG, .choose_agg = choose_sum, .props = PEL_PURE};

/* ---- expressions ---- */

typedef enum ekind {
  E_COL,   /* k: 0, 1 */
  E_CONST, /* k */
  E_SLOT,
  E_ITEM, /* of the innermost list */
  E_ADD,
  E_IF,       /* bool, a, b */
  E_COALESCE, /* a, b */
  E_TRY,      /* a, b */
  E_FIELD,    /* field k of { a, b } */
  E_SUM_MAP,  /* sum of a over the list column's items where b */
  E_SUM_LIST, /* sum([a, b, c]) */
  E_LESS,     /* bool from here on */
  E_AND,
  E_BOOL /* k: 0, 1, 2 for null */
} ekind;

typedef struct ex ex;
struct ex {
  ekind kind;
  int k;
  const ex *at[3];
};

static const ex *random_int(pel_arena *a, uint64_t *s, int depth, bool item);

static const ex *random_bool(pel_arena *a, uint64_t *s, int depth, bool item) {
  ex *e = PEL_ARENA_NEW(a, ex);
  uint64_t x = rig_random(s);
  if (depth <= 0 && x % 3 == 0) {
    e->kind = E_BOOL;
    e->k = (int)(x >> 8 & 0xffff) % 3;
  } else if (depth > 0 && x % 3 == 0) {
    e->kind = E_AND;
    e->at[0] = random_bool(a, s, depth - 1, item);
    e->at[1] = random_bool(a, s, depth - 1, item);
  } else {
    e->kind = E_LESS;
    e->at[0] = random_int(a, s, depth - 1, item);
    e->at[1] = random_int(a, s, depth - 1, item);
  }
  return e;
}

static const ex *random_int(pel_arena *a, uint64_t *s, int depth, bool item) {
  static const ekind inner[] = {E_ADD, E_ADD,   E_ADD,     E_IF,      E_COALESCE,
                                E_TRY, E_FIELD, E_SUM_MAP, E_SUM_LIST};
  ex *e = PEL_ARENA_NEW(a, ex);
  uint64_t x = rig_random(s);
  e->k = (int)(x >> 40 & 1);
  if (depth <= 0) {
    uint64_t y = x % 8;
    e->kind = y < 4 ? E_COL : y < 5 ? E_CONST : y < 6 ? E_SLOT : item ? E_ITEM : E_COL;
    if (e->kind == E_CONST) e->k = (int)(x >> 20 & 0xffff) % 5 - 2;
    return e;
  }
  e->kind = inner[x % (sizeof inner / sizeof *inner)];
  bool map = e->kind == E_SUM_MAP;
  e->at[0] = e->kind == E_IF ? random_bool(a, s, depth - 1, item)
                             : random_int(a, s, depth - 1, item || map);
  e->at[1] = map ? random_bool(a, s, depth - 1, true) : random_int(a, s, depth - 1, item);
  e->at[2] = random_int(a, s, depth - 1, item);
  return e;
}

/* ---- the slow evaluator ---- */

typedef struct cell {
  uint8_t state;
  int64_t v;
  char text[40]; /* of the failure */
} cell;

typedef struct world {
  uint32_t rows;
  cell *col[2];
  cell **list; /* per row; NULL: see list_state */
  uint32_t *len;
  uint8_t *list_state;
  cell slot;
} world;

static cell number(int64_t v) { return (cell){.state = PEL_VALID, .v = v}; }
static const cell null_cell = {.state = PEL_NULL};

static cell eval(const ex *e, const world *w, uint32_t row, const cell *item);

static cell eval_sum_map(const ex *e, const world *w, uint32_t row) {
  if (w->list_state[row] != PEL_VALID) {
    cell c = {.state = w->list_state[row]};
    if (c.state == PEL_POISON) snprintf(c.text, sizeof c.text, "list");
    return c;
  }
  cell bad = {0};
  int64_t sum = 0;
  for (uint32_t i = 0; i < w->len[row]; i++) {
    cell keep = eval(e->at[1], w, row, &w->list[row][i]);
    if (keep.state != PEL_VALID || !keep.v) continue;
    cell c = eval(e->at[0], w, row, &w->list[row][i]);
    if (c.state == PEL_POISON && bad.state != PEL_POISON) bad = c;
    if (c.state == PEL_VALID) sum += c.v;
  }
  return bad.state == PEL_POISON ? bad : number(sum);
}

static cell eval_sum_list(const ex *e, const world *w, uint32_t row, const cell *item) {
  cell bad = {0};
  int64_t sum = 0;
  for (int i = 0; i < 3; i++) {
    cell c = eval(e->at[i], w, row, item);
    if (c.state == PEL_POISON && bad.state != PEL_POISON) bad = c;
    if (c.state == PEL_VALID) sum += c.v;
  }
  return bad.state == PEL_POISON ? bad : number(sum);
}

/* Strict in both: poison before null, the left before the right. */
static bool strict(cell a, cell b, cell *out) {
  if (a.state == PEL_POISON || b.state == PEL_POISON)
    *out = a.state == PEL_POISON ? a : b;
  else if (a.state == PEL_NULL || b.state == PEL_NULL)
    *out = null_cell;
  else
    return false;
  return true;
}

static cell eval(const ex *e, const world *w, uint32_t row, const cell *item) {
  cell a, b, r;
  switch (e->kind) {
    case E_COL:
      return w->col[e->k][row];
    case E_CONST:
      return number(e->k);
    case E_SLOT:
      return w->slot;
    case E_ITEM:
      return *item;
    case E_ADD:
      a = eval(e->at[0], w, row, item), b = eval(e->at[1], w, row, item);
      if (strict(a, b, &r)) return r;
      r = number(a.v + b.v);
      if (!too_large(r.v)) return r;
      r.state = PEL_POISON;
      snprintf(r.text, sizeof r.text, "%d + %d", (int)a.v, (int)b.v);
      return r;
    case E_IF:
      a = eval(e->at[0], w, row, item);
      return a.state != PEL_VALID ? a : eval(e->at[a.v ? 1 : 2], w, row, item);
    case E_COALESCE:
      a = eval(e->at[0], w, row, item);
      return a.state == PEL_NULL ? eval(e->at[1], w, row, item) : a;
    case E_TRY:
      a = eval(e->at[0], w, row, item);
      return a.state == PEL_POISON ? eval(e->at[1], w, row, item) : a;
    case E_FIELD:
      return eval(e->at[e->k], w, row, item);
    case E_SUM_MAP:
      return eval_sum_map(e, w, row);
    case E_SUM_LIST:
      return eval_sum_list(e, w, row, item);
    case E_LESS:
      a = eval(e->at[0], w, row, item), b = eval(e->at[1], w, row, item);
      return strict(a, b, &r) ? r : number(a.v < b.v);
    case E_AND:
      a = eval(e->at[0], w, row, item);
      if (a.state == PEL_POISON || (a.state == PEL_VALID && !a.v)) return a;
      b = eval(e->at[1], w, row, item);
      if (b.state == PEL_POISON || (b.state == PEL_VALID && !b.v)) return b;
      return a.state == PEL_NULL ? a : b;
    case E_BOOL:
      return e->k == 2 ? null_cell : number(e->k);
  }
  return null_cell;
}

/* ---- and the same as a program ---- */

static const pel_type int_null = {.kind = PEL_I64, .nullable = true},
                      bool_null = {.kind = PEL_BOOL, .nullable = true};
static const pel_type list_null = {.kind = PEL_LIST, .nullable = true, .item = &int_null};
static const pel_field pair_fields[2] = {{"a", &int_null}, {"b", &int_null}};
static const pel_type pair_type = {
    .kind = PEL_RECORD, .nfields = 2, .fields = pair_fields};

typedef struct coder {
  rig_code *c;
  uint32_t ints, bools, lists, pair; /* type numbers */
  uint32_t cols[2], list, item;      /* registers */
} coder;

static uint32_t make_const(rig *r, pel_const v) {
  r->plan.consts[r->plan.n_consts] = v;
  return r->plan.n_consts++;
}

static uint32_t code(coder *x, const ex *e, uint32_t mask);

static coder begin(rig *r, rig_code *c, bool item) {
  memset(c, 0, sizeof *c);
  c->r = r;
  coder x = {.c = c,
             .ints = rig_type(r, int_null),
             .bools = rig_type(r, bool_null),
             .lists = rig_type(r, list_null),
             .pair = rig_type(r, pair_type)};
  uint32_t types[4] = {x.ints, x.ints, x.lists, x.ints};
  uint32_t *regs[4] = {&x.cols[0], &x.cols[1], &x.list, &x.item};
  c->ninputs = item ? 4 : 3;
  for (uint32_t i = 0; i < c->ninputs; i++) {
    c->inputs[i] = types[i];
    *regs[i] = rig_emit(c, PEL_CODE_COLUMN, types[i], NULL, 0, i, PEL_NONE);
  }
  return x;
}

static uint32_t mask_of(coder *x, uint32_t reg, uint32_t bits, uint32_t mask) {
  return rig_emit(x->c, PEL_CODE_MASK, PEL_NONE, &reg, 1, bits, mask);
}

/* Rows where a failure (or null) of cond decides take it from cond. */
static uint32_t code_if(coder *x, const ex *e, uint32_t mask) {
  uint32_t c = code(x, e->at[0], mask);
  uint32_t yes = mask_of(x, c, PEL_MASK_TRUE, mask),
           no = mask_of(x, c, PEL_MASK_FALSE, mask);
  uint32_t bad = mask_of(x, c, PEL_MASK_POISON, mask);
  uint32_t a = code(x, e->at[1], yes), b = code(x, e->at[2], no);
  uint32_t p = rig_emit(x->c, PEL_CODE_POISON, x->ints, &c, 1, 0, bad);
  const uint32_t args[6] = {yes, a, no, b, bad, p};
  return rig_emit(x->c, PEL_CODE_SELECT, x->ints, args, 6, 0, mask);
}

static uint32_t code_else(coder *x, const ex *e, uint32_t first, uint32_t second,
                          uint32_t mask) {
  uint32_t a = code(x, e->at[0], mask);
  uint32_t m = mask_of(x, a, first, mask), n = mask_of(x, a, second, mask);
  uint32_t b = code(x, e->at[1], n);
  const uint32_t args[4] = {m, a, n, b};
  return rig_emit(x->c, PEL_CODE_SELECT, x->ints, args, 4, 0, mask);
}

/* (try cond else false) ?? false */
static uint32_t code_filter(coder *x, const ex *cond) {
  uint32_t c = code(x, cond, PEL_NONE);
  uint32_t good = mask_of(x, c, PEL_MASK_VALID, PEL_NONE),
           bad = mask_of(x, c, PEL_MASK_NULL | PEL_MASK_POISON, PEL_NONE);
  uint32_t no =
      rig_emit(x->c, PEL_CODE_CONST, x->bools, NULL, 0,
               make_const(x->c->r, (pel_const){.type = &bool_null, .as.i = 0}), PEL_NONE);
  const uint32_t args[4] = {good, c, bad, no};
  uint32_t f = rig_emit(x->c, PEL_CODE_SELECT, x->bools, args, 4, 0, PEL_NONE);
  return rig_emit(x->c, PEL_CODE_FILTER, PEL_NONE, &f, 1, 0, PEL_NONE);
}

static uint32_t code_sum_map(coder *x, const ex *e, uint32_t mask) {
  rig *r = x->c->r;
  rig_code *c = PEL_ARENA_NEW(&r->keep, rig_code);
  coder body = begin(r, c, true);
  (void)code_filter(&body, e->at[1]);
  uint32_t out = code(&body, e->at[0], PEL_NONE);
  uint32_t prog = rig_prog(c, &out, 1);
  const uint32_t args[4] = {x->cols[0], x->cols[1], x->list, x->list};
  uint32_t list = rig_emit(x->c, PEL_CODE_LIST_MAP, x->lists, args, 4, prog, mask);
  return rig_emit(x->c, PEL_CODE_LIST_AGG, x->ints, &list, 1, rig_op(r, &op_sum), mask);
}

static uint32_t code_call(coder *x, const pel_op *op, uint32_t type, uint32_t a,
                          uint32_t b, uint32_t mask) {
  const uint32_t args[2] = {a, b};
  return rig_emit(x->c, PEL_CODE_CALL, type, args, 2, rig_op(x->c->r, op), mask);
}

static uint32_t code_and(coder *x, const ex *e, uint32_t mask) {
  uint32_t a = code(x, e->at[0], mask);
  uint32_t open = mask_of(x, a, PEL_MASK_TRUE | PEL_MASK_NULL, mask);
  return code_call(x, &op_and, x->bools, a, code(x, e->at[1], open), mask);
}

static uint32_t code_const(coder *x, const ex *e) {
  bool is_bool = e->kind == E_BOOL;
  pel_const v = {.type = is_bool ? &bool_null : &int_null,
                 .is_null = is_bool && e->k == 2,
                 .as.i = e->k};
  return rig_emit(x->c, PEL_CODE_CONST, is_bool ? x->bools : x->ints, NULL, 0,
                  make_const(x->c->r, v), PEL_NONE);
}

static uint32_t code_slot(coder *x) {
  const uint32_t slot = 1;
  return rig_emit(x->c, PEL_CODE_SLOT, x->ints, &slot, 1, 0, PEL_NONE);
}

static uint32_t code(coder *x, const ex *e, uint32_t mask) {
  uint32_t v[3];
  switch (e->kind) {
    case E_COL:
      return x->cols[e->k];
    case E_ITEM:
      return x->item;
    case E_SLOT:
      return code_slot(x);
    case E_CONST:
    case E_BOOL:
      return code_const(x, e);
    case E_IF:
      return code_if(x, e, mask);
    case E_COALESCE:
      return code_else(x, e, PEL_MASK_VALID | PEL_MASK_POISON, PEL_MASK_NULL, mask);
    case E_TRY:
      return code_else(x, e, PEL_MASK_VALID | PEL_MASK_NULL, PEL_MASK_POISON, mask);
    case E_SUM_MAP:
      return code_sum_map(x, e, mask);
    case E_AND:
      return code_and(x, e, mask);
    case E_ADD:
    case E_LESS:
      v[0] = code(x, e->at[0], mask), v[1] = code(x, e->at[1], mask);
      return code_call(x, e->kind == E_ADD ? &op_add : &op_less,
                       e->kind == E_ADD ? x->ints : x->bools, v[0], v[1], mask);
    case E_FIELD:
      v[0] = code(x, e->at[0], mask), v[1] = code(x, e->at[1], mask);
      v[2] = rig_emit(x->c, PEL_CODE_RECORD, x->pair, v, 2, 0, mask);
      return rig_emit(x->c, PEL_CODE_FIELD, x->ints, &v[2], 1, (uint32_t)e->k, mask);
    case E_SUM_LIST:
      for (int i = 0; i < 3; i++) v[i] = code(x, e->at[i], mask);
      v[0] = rig_emit(x->c, PEL_CODE_LIST, x->lists, v, 3, 0, mask);
      return rig_emit(x->c, PEL_CODE_LIST_AGG, x->ints, v, 1, rig_op(x->c->r, &op_sum),
                      mask);
  }
  return PEL_NONE;
}

/* ---- random data ---- */

static cell random_cell(uint64_t *s, const char *name) {
  uint64_t x = rig_random(s) % 10;
  if (x == 0) return null_cell;
  cell c = number((int64_t)(rig_random(s) % 60) - 30);
  if (x != 1) return c;
  c.state = PEL_POISON;
  snprintf(c.text, sizeof c.text, "%s", name);
  return c;
}

static void random_world(world *w, pel_arena *a, uint64_t *s, uint32_t rows,
                         uint32_t longest) {
  w->rows = rows;
  for (int k = 0; k < 2; k++) {
    w->col[k] = PEL_ARENA_ARRAY(a, cell, rows);
    for (uint32_t i = 0; i < rows; i++) w->col[k][i] = random_cell(s, k ? "one" : "zero");
  }
  w->list = PEL_ARENA_ARRAY(a, cell *, rows);
  w->len = PEL_ARENA_ARRAY(a, uint32_t, rows);
  w->list_state = PEL_ARENA_ARRAY(a, uint8_t, rows);
  for (uint32_t i = 0; i < rows; i++) {
    uint64_t x = rig_random(s) % 16;
    w->list_state[i] = x == 0 ? PEL_NULL : x == 1 ? PEL_POISON : PEL_VALID;
    w->len[i] = (uint32_t)(rig_random(s) % (longest + 1));
    w->list[i] = PEL_ARENA_ARRAY(a, cell, w->len[i]);
    for (uint32_t k = 0; k < w->len[i]; k++) w->list[i][k] = random_cell(s, "item");
  }
  w->slot = number((int64_t)(rig_random(s) % 7));
}

static void fill_column(rig *r, pel_col *c, const cell *v, uint64_t n) {
  c->type = &int_null;
  int64_t *data = PEL_ARENA_ARRAY(&r->keep, int64_t, n + 1);
  c->data = data;
  c->state = PEL_ARENA_ARRAY(&r->keep, uint8_t, n + 1);
  c->fail = PEL_ARENA_ARRAY(&r->keep, uint32_t, n + 1);
  for (uint64_t i = 0; i < n; i++) {
    data[i] = v[i].v;
    c->state[i] = v[i].state;
    if (v[i].state == PEL_POISON)
      c->fail[i] = rig_poison(&r->env, 0, "input", "%s", v[i].text);
  }
}

static void fill_lists(rig *r, pel_col *c, const world *w) {
  int64_t *off = PEL_ARENA_ARRAY(&r->keep, int64_t, w->rows + 1);
  uint64_t total = 0, n = 0;
  for (uint32_t i = 0; i < w->rows; i++) total += w->len[i];
  cell *items = PEL_ARENA_ARRAY(&r->keep, cell, total);
  c->type = &list_null;
  c->data = off;
  c->state = w->list_state;
  c->fail = PEL_ARENA_ARRAY(&r->keep, uint32_t, w->rows);
  for (uint32_t i = 0; i < w->rows; i++) {
    for (uint32_t k = 0; k < w->len[i]; k++) items[n++] = w->list[i][k];
    off[i + 1] = (int64_t)n;
    if (w->list_state[i] == PEL_POISON)
      c->fail[i] = rig_poison(&r->env, 0, "input", "list");
  }
  c->child = PEL_ARENA_NEW(&r->keep, pel_col);
  fill_column(r, c->child, items, n);
}

/* ---- the comparison ---- */

static void compare(rig *r, const pel_col *got, uint32_t row, const cell *want,
                    uint64_t ordinal, uint64_t seed) {
  uint8_t s = got->state ? got->state[row] : PEL_VALID;
  cr_assert_eq(s, want->state, "seed %llu row %u: state %d, not %d (%s)",
               (unsigned long long)seed, row, s, want->state, want->text);
  if (s == PEL_VALID)
    cr_assert_eq(((const int64_t *)got->data)[row], want->v,
                 "seed %llu row %u: %lld, not %lld", (unsigned long long)seed, row,
                 (long long)((const int64_t *)got->data)[row], (long long)want->v);
  if (s != PEL_POISON) return;
  const rig_failure *f = &r->failures[got->fail[row]];
  cr_assert_str_eq(f->text, want->text, "seed %llu row %u: %s, not %s",
                   (unsigned long long)seed, row, f->text, want->text);
  if (strcmp(f->code, "large") == 0)
    cr_assert_eq(f->ordinal, ordinal + row, "seed %llu", (unsigned long long)seed);
}

enum { OUTPUTS = 3 };

static void one_case(uint64_t seed, uint32_t rows, uint32_t longest, int depth) {
  static rig r;
  rig_begin(&r);
  uint64_t s = seed;
  world w;
  random_world(&w, &r.keep, &s, rows, longest);
  const ex *out[OUTPUTS], *filter[2];
  rig_code *c = PEL_ARENA_NEW(&r.keep, rig_code);
  coder x = begin(&r, c, false);
  uint32_t regs[OUTPUTS];
  bool filtered = rig_random(&s) % 2;
  for (int i = 0; i < OUTPUTS; i++) {
    out[i] = random_int(&r.keep, &s, depth, false);
    regs[i] = code(&x, out[i], PEL_NONE);
    if (i == 2 || !filtered) continue;
    filter[i] = random_bool(&r.keep, &s, depth - 1, false);
    (void)code_filter(&x, filter[i]);
  }
  uint32_t prog = rig_prog(c, regs, OUTPUTS);

  pel_table *slot = NULL;
  const pel_type *slot_type = &int_null;
  pel_const slot_value = {.type = &int_null, .as.i = w.slot.v};
  cr_assert_eq(pel__table_of_consts(pel__alloc_libc(), &slot_type, &slot_value, 1, &slot),
               PEL_OK);
  pel_table *slots[2] = {NULL, slot};
  pel_error e = {0};
  pel_vm *vm;
  pel_vm_local *l;
  cr_assert_eq(pel__vm_new(&r.plan, prog, r.ops, pel__alloc_libc(), &vm, &e), PEL_OK,
               "%s", e.message);
  cr_assert_eq(pel__vm_local_new(vm, &r.env, slots, NULL, pel__alloc_libc(), &l), PEL_OK);

  pel_col cols[3];
  fill_column(&r, &cols[0], w.col[0], rows);
  fill_column(&r, &cols[1], w.col[1], rows);
  fill_lists(&r, &cols[2], &w);
  uint16_t room[PEL_BLOCK_ROWS];
  for (uint32_t thin = 0; thin < 6; thin += 2) {
    pel_chunk in = {.rows = rows,
                    .ncols = 3,
                    .cols = cols,
                    .ordinal = UINT64_C(7) << 32 | thin},
              got;
    rig_select(&in, thin, &s, room);
    cr_assert_eq(pel__vm_run(l, &r.env, &in, &got), PEL_OK);
    uint32_t k = 0;
    for (uint32_t j = 0; j < in.nsel; j++) {
      uint32_t row = in.sel ? in.sel[j] : j;
      bool keep = true;
      for (int i = 0; i < 2 && filtered; i++) {
        cell f = eval(filter[i], &w, row, NULL);
        keep &= f.state == PEL_VALID && f.v;
      }
      bool kept = k < got.nsel && (got.sel ? got.sel[k] : k) == row;
      cr_assert_eq(kept, keep, "seed %llu row %u: kept %d, not %d",
                   (unsigned long long)seed, row, kept, keep);
      if (!kept) continue;
      k++;
      for (int i = 0; i < OUTPUTS; i++) {
        cell want = eval(out[i], &w, row, NULL);
        compare(&r, &got.cols[i], row, &want, in.ordinal, seed);
      }
    }
    cr_assert_eq(k, got.nsel);
    pel__arena_reset(&r.temp);
  }
  pel__vm_local_free(l);
  pel__vm_free(vm);
  pel__table_release(slot);
  rig_end(&r);
}

Test(vm, random_programs) {
  for (uint64_t seed = 1; seed <= 400; seed++) {
    uint64_t s = seed;
    one_case(seed, 1 + (uint32_t)(rig_random(&s) % 40), 4, 3);
  }
}

Test(vm, whole_blocks) {
  for (uint64_t seed = 1001; seed <= 1012; seed++) one_case(seed, PEL_BLOCK_ROWS, 3, 2);
}

/* Lists longer than a block, and a block's items in many blocks. */
Test(vm, long_lists) {
  for (uint64_t seed = 2001; seed <= 2012; seed++) one_case(seed, 2, 1300, 2);
}

/* ---- one thing at a time ---- */

static pel_vm_local *make_local(rig *r, uint32_t prog, pel_vm **vm,
                                const pel_vm_hooks *hooks) {
  pel_error e = {0};
  pel_vm_local *l;
  cr_assert_eq(pel__vm_new(&r->plan, prog, r->ops, pel__alloc_libc(), vm, &e), PEL_OK,
               "%s", e.message);
  cr_assert_eq(pel__vm_local_new(*vm, &r->env, NULL, hooks, pel__alloc_libc(), &l),
               PEL_OK);
  return l;
}

Test(vm, a_poisoned_condition_fails_the_item_with_the_first_row) {
  static rig r;
  rig_begin(&r);
  static rig_code c;
  coder x = begin(&r, &c, false);
  uint32_t cond = code_call(&x, &op_less, x.bools, x.cols[0], x.cols[1], PEL_NONE);
  (void)rig_emit(&c, PEL_CODE_FILTER, PEL_NONE, &cond, 1, 0, PEL_NONE);
  uint32_t prog = rig_prog(&c, x.cols, 1);
  cell a[4] = {number(1),
               number(2),
               {.state = PEL_POISON, .text = "first"},
               {.state = PEL_POISON, .text = "second"}};
  pel_col cols[3] = {{0}, {0}, {.type = &list_null}};
  fill_column(&r, &cols[0], a, 4);
  fill_column(&r, &cols[1], a, 4);
  pel_vm *vm;
  pel_vm_local *l = make_local(&r, prog, &vm, NULL);
  pel_chunk in = {.rows = 4, .nsel = 4, .ncols = 3, .cols = cols}, out;
  cr_assert_eq(pel__vm_run(l, &r.env, &in, &out), PEL_OK);
  cr_assert_eq(r.consumed, 1);
  cr_assert_str_eq(r.failures[r.last_consumed].text, "first");
  cr_assert_eq(r.last_row, 2);
  for (uint32_t k = 0; k < out.nsel; k++)
    cr_assert_lt(out.sel[k], 2, "a failing row goes no further");
  pel__vm_local_free(l);
  pel__vm_free(vm);
  rig_end(&r);
}

Test(vm, untouched_columns_go_through_by_pointer) {
  static rig r;
  rig_begin(&r);
  static rig_code c;
  coder x = begin(&r, &c, false);
  uint32_t outs[2] = {x.list, x.cols[1]};
  uint32_t prog = rig_prog(&c, outs, 2);
  pel_vm *vm;
  pel_vm_local *l = make_local(&r, prog, &vm, NULL);
  int64_t data[3] = {1, 2, 3}, off[4] = {0, 0, 0, 0};
  pel_col item = {.type = &int_null},
          cols[3] = {{.type = &int_null, .data = data},
                     {.type = &int_null, .data = data + 1},
                     {.type = &list_null, .data = off, .child = &item}};
  pel_chunk in = {.rows = 2, .nsel = 2, .ncols = 3, .cols = cols}, out;
  cr_assert_eq(pel__vm_run(l, &r.env, &in, &out), PEL_OK);
  cr_assert_eq(out.cols[0].data, (void *)off);
  cr_assert_eq(out.cols[1].data, (void *)(data + 1));
  cr_assert_eq(out.sel, NULL);
  cr_assert_eq(r.temp.total, 0, "nothing was asked of scratch");
  pel__vm_local_free(l);
  pel__vm_free(vm);
  rig_end(&r);
}

static pel_status twice(void *ctx, uint32_t number, const pel_call *c) {
  *(uint32_t *)ctx += c->n;
  cr_assert_eq(number, 5);
  for (uint32_t k = 0; k < c->n; k++) {
    uint32_t i = c->sel ? c->sel[k] : k;
    ((int64_t *)c->out->child[0].data)[i] = 2 * ((const int64_t *)c->in[0].data)[i];
    ((int64_t *)c->out->child[1].data)[i] = -((const int64_t *)c->in[0].data)[i];
    if (((const int64_t *)c->in[0].data)[i] == 3)
      (void)pel_call_poison(c, i, "status", "three");
  }
  return PEL_OK;
}

Test(vm, native_calls_see_valid_rows_only) {
  static rig r;
  rig_begin(&r);
  static rig_code c;
  coder x = begin(&r, &c, false);
  uint32_t both = rig_emit(&c, PEL_CODE_NATIVE, x.pair, x.cols, 1, 5, PEL_NONE), outs[2];
  for (uint32_t k = 0; k < 2; k++)
    outs[k] = rig_emit(&c, PEL_CODE_FIELD, x.ints, &both, 1, k, PEL_NONE);
  uint32_t prog = rig_prog(&c, outs, 2), calls = 0;
  pel_vm_hooks hooks = {.native = twice, .ctx = &calls};
  pel_vm *vm;
  pel_vm_local *l = make_local(&r, prog, &vm, &hooks);
  cell a[5] = {
      number(1), null_cell, number(3), {.state = PEL_POISON, .text = "bad"}, number(5)};
  pel_col cols[3] = {{0}, {0}, {.type = &list_null}};
  fill_column(&r, &cols[0], a, 5);
  fill_column(&r, &cols[1], a, 5);
  pel_chunk in = {.rows = 5, .nsel = 5, .ncols = 3, .cols = cols, .ordinal = 100}, out;
  cr_assert_eq(pel__vm_run(l, &r.env, &in, &out), PEL_OK);
  cr_assert_eq(calls, 3);
  cell want[5] = {
      number(-1), null_cell, {.state = PEL_POISON, .text = "three"}, a[3], number(-5)};
  for (uint32_t i = 0; i < 5; i++) compare(&r, &out.cols[1], i, &want[i], 100, 0);
  cr_assert_eq(((int64_t *)out.cols[0].data)[4], 10);
  pel__vm_local_free(l);
  pel__vm_free(vm);
  rig_end(&r);
}

Test(vm, lists_of_different_lengths_poison_their_row) {
  static rig r;
  rig_begin(&r);
  static rig_code c, b;
  const uint32_t ints = rig_type(&r, int_null), lists = rig_type(&r, list_null);
  b.r = c.r = &r;
  b.ninputs = 2, b.inputs[0] = b.inputs[1] = ints;
  uint32_t in2[2];
  for (uint32_t i = 0; i < 2; i++)
    in2[i] = rig_emit(&b, PEL_CODE_COLUMN, ints, NULL, 0, i, PEL_NONE);
  uint32_t sum = rig_emit(&b, PEL_CODE_CALL, ints, in2, 2, rig_op(&r, &op_add), PEL_NONE);
  uint32_t body = rig_prog(&b, &sum, 1);
  c.ninputs = 2, c.inputs[0] = c.inputs[1] = lists;
  for (uint32_t i = 0; i < 2; i++)
    in2[i] = rig_emit(&c, PEL_CODE_COLUMN, lists, NULL, 0, i, PEL_NONE);
  uint32_t map = rig_emit(&c, PEL_CODE_LIST_MAP, lists, in2, 2, body, PEL_NONE);
  uint32_t prog = rig_prog(&c, &map, 1);
  pel_vm *vm;
  pel_vm_local *l = make_local(&r, prog, &vm, NULL);
  int64_t a[6] = {1, 2, 3, 4, 5, 6}, off_a[4] = {0, 2, 4, 6}, off_b[4] = {1, 3, 4, 6};
  pel_col item = {.type = &int_null, .data = a};
  pel_col cols[2] = {{.type = &list_null, .data = off_a, .child = &item},
                     {.type = &list_null, .data = off_b, .child = &item}};
  pel_chunk in = {.rows = 3, .nsel = 3, .ncols = 2, .cols = cols, .ordinal = 40}, out;
  cr_assert_eq(pel__vm_run(l, &r.env, &in, &out), PEL_OK);
  const int64_t *off = (const int64_t *)out.cols[0].data,
                *v = (const int64_t *)out.cols[0].child->data;
  cr_assert_eq(off[1] - off[0], 2);
  cr_assert_eq(v[off[0]], 1 + 2);
  cr_assert_eq(v[off[0] + 1], 2 + 3);
  cr_assert_eq(out.cols[0].state[1], PEL_POISON);
  cr_assert_eq(r.failures[out.cols[0].fail[1]].ordinal, 41);
  cr_assert_eq(off[3] - off[2], 2);
  cr_assert_eq(v[off[2]], 5 + 5);
  pel__vm_local_free(l);
  pel__vm_free(vm);
  rig_end(&r);
}
