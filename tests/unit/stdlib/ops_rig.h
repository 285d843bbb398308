/* Runs an elementwise operator over every combination of some values and compares each
 * row with an oracle: densely, through selections, with nulls and failures among the
 * arguments. Owns nothing. One thread. */
#ifndef PEL_TESTS_UNIT_STDLIB_OPS_RIG_H
#define PEL_TESTS_UNIT_STDLIB_OPS_RIG_H

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

#include "runtime/base/int128.h"
#include "stdlib/ops.h"
#include "tests/unit/vec/rig.h"

/* A cell, whole: i for bool, integers, date, time, dur; f for floats; p, n for text. */
typedef struct val {
  uint8_t state;
  pel_i128 i;
  double f;
  const char *p;
  size_t n;
} val;

/* What the operator gives for valid arguments; state PEL_POISON: it fails; PEL_NULL: it
 * is null. */
typedef val (*oracle)(const val *a, pel_kind in, pel_kind out);

typedef struct vals {
  val at[96];
  uint32_t n;
} vals;

enum { OPS_ARGS = 3 };

PEL_UNUSED static val vi(pel_i128 i) {
  return (val){.state = PEL_VALID, .i = i, .f = (double)i};
}
PEL_UNUSED static val vf(double f) { return (val){.state = PEL_VALID, .f = f}; }
PEL_UNUSED static val vs(const char *z) {
  return (val){.state = PEL_VALID, .p = z, .n = strlen(z)};
}
PEL_UNUSED static val failing(void) { return (val){.state = PEL_POISON}; }

PEL_UNUSED static bool is_float(pel_kind k) { return k == PEL_F32 || k == PEL_F64; }
PEL_UNUSED static bool is_text(pel_kind k) { return k == PEL_STR || k == PEL_BYTES; }
PEL_UNUSED static bool is_int(pel_kind k) { return k >= PEL_I8 && k <= PEL_U64; }

PEL_UNUSED static pel_i128 least_of(pel_kind k) {
  switch ((int)k) {
    case PEL_I8:
      return -128;
    case PEL_I16:
      return -32768;
    case PEL_I32:
      return -2147483647 - 1;
    case PEL_I64:
    case PEL_DUR:
      return INT64_MIN;
    case PEL_DATE:
      return -719162;
    case PEL_TIME:
      return (pel_i128)-719162 * 86400 * 1000000;
    default:
      return 0;
  }
}
PEL_UNUSED static pel_i128 most_of(pel_kind k) {
  switch ((int)k) {
    case PEL_BOOL:
      return 1;
    case PEL_I8:
      return 127;
    case PEL_I16:
      return 32767;
    case PEL_I32:
      return 2147483647;
    case PEL_I64:
    case PEL_DUR:
      return INT64_MAX;
    case PEL_U8:
      return 255;
    case PEL_U16:
      return 65535;
    case PEL_U32:
      return 4294967295;
    case PEL_U64:
      return UINT64_MAX;
    case PEL_DATE:
      return 2932896;
    case PEL_TIME:
      return (pel_i128)2932897 * 86400 * 1000000 - 1;
    default:
      return 0;
  }
}
/* The value if it fits, else a failure. */
PEL_UNUSED static val fitting(pel_i128 i, pel_kind k) {
  return i < least_of(k) || i > most_of(k) ? failing() : vi(i);
}

/* The ends of a kind, what is near zero, powers of two, and some numbers in between. */
PEL_UNUSED static vals ints_of(pel_kind k) {
  static const int small[] = {-100, -64, -8, -7, -3, -2, -1, 0,  1,  2,
                              3,    5,   7,  10, 31, 62, 63, 64, 100};
  vals v = {.n = 0};
  pel_i128 lo = least_of(k), hi = most_of(k);
  for (uint32_t i = 0; i < sizeof small / sizeof *small; i++)
    if (small[i] >= lo && small[i] <= hi) v.at[v.n++] = vi(small[i]);
  if (k == PEL_BOOL) return v;
  for (int d = 0; d < 2; d++) {
    v.at[v.n++] = vi(lo + d);
    v.at[v.n++] = vi(hi - d);
    v.at[v.n++] = vi(lo / 2 + d);
    v.at[v.n++] = vi(hi / 2 + d);
  }
  uint64_t s = 5;
  for (int i = 0; i < 8; i++)
    v.at[v.n++] =
        vi(lo + (pel_i128)(((pel_u128)rig_random(&s) << 3) % (pel_u128)(hi - lo)));
  return v;
}
PEL_UNUSED static vals floats_of(pel_kind k) {
  static const double list[] = {0.0,
                                -0.0,
                                1.0,
                                -1.0,
                                0.5,
                                -0.5,
                                1.5,
                                2.5,
                                -2.5,
                                3.0,
                                0.1,
                                -0.1,
                                2.675,
                                7.0,
                                -7.0,
                                100,
                                1e10,
                                1e-10,
                                127.5,
                                128.0,
                                -128.5,
                                255.99,
                                0x1p31,
                                0x1p32,
                                0x1p53,
                                -0x1p53,
                                0x1p63,
                                -0x1p63,
                                0x1p64,
                                1e300,
                                -1e300,
                                5e-324,
                                1.7976931348623157e308,
                                0.49999999999999994};
  vals v = {.n = 0};
  for (uint32_t i = 0; i < sizeof list / sizeof *list; i++)
    v.at[v.n++] = vf(k == PEL_F32 ? (double)(float)list[i] : list[i]);
  v.at[v.n++] = vf((double)NAN);
  v.at[v.n++] = vf((double)INFINITY);
  v.at[v.n++] = vf((double)-INFINITY);
  uint64_t s = 9;
  for (int i = 0; i < 12; i++) {
    uint64_t b = rig_random(&s);
    double f;
    memcpy(&f, &b, 8);
    v.at[v.n++] = vf(k == PEL_F32 ? (double)(float)f : f);
  }
  return v;
}
PEL_UNUSED static vals vals_of(pel_kind k) {
  return is_float(k) ? floats_of(k) : ints_of(k);
}

/* ---- columns ---- */

PEL_UNUSED static void put(pel_col *c, uint32_t row, const val *v) {
  switch ((int)c->type->kind) {
    case PEL_BOOL:
    case PEL_I8:
    case PEL_U8:
      ((uint8_t *)c->data)[row] = (uint8_t)v->i;
      return;
    case PEL_I16:
    case PEL_U16:
      ((uint16_t *)c->data)[row] = (uint16_t)v->i;
      return;
    case PEL_I32:
    case PEL_U32:
    case PEL_DATE:
      ((uint32_t *)c->data)[row] = (uint32_t)v->i;
      return;
    case PEL_F32:
      ((float *)c->data)[row] = (float)v->f;
      return;
    case PEL_F64:
      ((double *)c->data)[row] = v->f;
      return;
    case PEL_STR:
    case PEL_BYTES:
      ((pel_view *)c->data)[row] = pel_view_of(v->p, (uint32_t)v->n);
      return;
    default:
      ((uint64_t *)c->data)[row] = (uint64_t)v->i;
      return;
  }
}
PEL_UNUSED static val get(const pel_col *c, uint32_t row) {
  val v = {.state = c->state ? c->state[row] : PEL_VALID};
  if (v.state != PEL_VALID) return v;
  switch ((int)c->type->kind) {
    case PEL_BOOL:
    case PEL_U8:
      v.i = ((uint8_t *)c->data)[row];
      break;
    case PEL_I8:
      v.i = ((int8_t *)c->data)[row];
      break;
    case PEL_I16:
      v.i = ((int16_t *)c->data)[row];
      break;
    case PEL_U16:
      v.i = ((uint16_t *)c->data)[row];
      break;
    case PEL_I32:
    case PEL_DATE:
      v.i = ((int32_t *)c->data)[row];
      break;
    case PEL_U32:
      v.i = ((uint32_t *)c->data)[row];
      break;
    case PEL_U64:
      v.i = ((uint64_t *)c->data)[row];
      break;
    case PEL_F32:
      v.f = (double)((float *)c->data)[row];
      break;
    case PEL_F64:
      v.f = ((double *)c->data)[row];
      break;
    case PEL_STR:
    case PEL_BYTES:
      v.p = pel_view_bytes((pel_view *)c->data + row);
      v.n = ((pel_view *)c->data)[row].in.n;
      break;
    default:
      v.i = ((int64_t *)c->data)[row];
      break;
  }
  return v;
}

/* nan is nan, and the sign of a zero counts. */
PEL_UNUSED static bool agree(const val *a, const val *b, pel_kind k) {
  if (a->state != b->state) return false;
  if (a->state != PEL_VALID) return true;
  if (is_text(k)) return a->n == b->n && memcmp(a->p, b->p, a->n) == 0;
  if (!is_float(k)) return a->i == b->i;
  if (isnan(a->f) || isnan(b->f)) return isnan(a->f) && isnan(b->f);
  return a->f == b->f && signbit(a->f) == signbit(b->f);
}

PEL_UNUSED static const char *words(const val *v, pel_kind k, char out[80]) {
  if (v->state == PEL_NULL) return "null";
  if (v->state == PEL_POISON) return "a failure";
  if (is_text(k))
    snprintf(out, 80, "\"%.*s\"", (int)v->n, v->p);
  else if (is_float(k))
    snprintf(out, 80, "%.17g", v->f);
  else if (v->i > INT64_MAX)
    snprintf(out, 80, "%llu", (unsigned long long)v->i);
  else
    snprintf(out, 80, "%lld", (long long)v->i);
  return out;
}

/* ---- one operator ---- */

typedef struct ops_case {
  const char *name;
  uint32_t nin;
  pel_kind in[OPS_ARGS];
  pel_kind out;
  vals values[OPS_ARGS];
  oracle want;
  bool sees_null; /* the operator is not null-strict: the oracle gets nulls too */
} ops_case;

/* The overload that sema would take: the first with code for these types. */
PEL_UNUSED static const pel_op *overload(const ops_case *c) {
  pel_type t[OPS_ARGS + 1];
  const pel_type *in[OPS_ARGS];
  for (uint32_t i = 0; i < c->nin; i++) {
    t[i] = (pel_type){.kind = c->in[i]};
    in[i] = &t[i];
  }
  t[OPS_ARGS] = (pel_type){.kind = c->out};
  const pel_op *const *op = pel__std_find(c->name, strlen(c->name));
  for (; op && *op && strcmp((*op)->name, c->name) == 0; op++)
    if ((*op)->kind == PEL_OP_MAP && (*op)->choose(in, c->nin, &t[OPS_ARGS])) return *op;
  return NULL;
}

typedef struct ops_run {
  rig r;
  const ops_case *c;
  const pel_op *op;
  pel_vm *vm;
  pel_vm_local *l;
  pel_col cols[OPS_ARGS];
  uint8_t states[OPS_ARGS][PEL_BLOCK_ROWS];
  uint32_t fails[OPS_ARGS][PEL_BLOCK_ROWS];
  val rows[OPS_ARGS][PEL_BLOCK_ROWS];
  uint32_t nrows;
  uint64_t seed;
} ops_run;

PEL_UNUSED static val wanted(const ops_run *x, uint32_t row) {
  const ops_case *c = x->c;
  val a[OPS_ARGS] = {{0}};
  bool null = false;
  for (uint32_t i = 0; i < c->nin; i++) {
    a[i] = x->rows[i][row];
    if (a[i].state == PEL_POISON) return failing();
    null |= a[i].state == PEL_NULL;
  }
  return null && !c->sees_null ? (val){.state = PEL_NULL} : c->want(a, c->in[0], c->out);
}

PEL_UNUSED static void compare_row(const ops_run *x, const pel_col *got, uint32_t row) {
  const ops_case *c = x->c;
  val g = get(got, row), w = wanted(x, row);
  if (agree(&g, &w, c->out)) return;
  char b[OPS_ARGS + 2][80];
  const char *t[OPS_ARGS] = {"", "", ""};
  for (uint32_t i = 0; i < c->nin; i++) t[i] = words(&x->rows[i][row], c->in[i], b[i]);
  cr_assert(false, "%s(%s, %s, %s) of kinds %d, %d, %d: %s, not %s", c->name, t[0], t[1],
            t[2], c->in[0], c->in[1], c->in[2], words(&g, c->out, b[OPS_ARGS]),
            words(&w, c->out, b[OPS_ARGS + 1]));
}

PEL_UNUSED static void run_block(ops_run *x, bool bad_cells, uint32_t thin) {
  uint16_t room[PEL_BLOCK_ROWS];
  for (uint32_t i = 0; i < x->c->nin; i++) {
    x->cols[i].state = bad_cells ? x->states[i] : NULL;
    x->cols[i].fail = bad_cells ? x->fails[i] : NULL;
    for (uint32_t row = 0; row < x->nrows; row++) {
      uint64_t dice = bad_cells ? rig_random(&x->seed) % 8 : 7;
      x->rows[i][row].state = dice == 0 ? PEL_NULL : dice == 1 ? PEL_POISON : PEL_VALID;
      x->states[i][row] = x->rows[i][row].state;
      if (dice == 1) x->fails[i][row] = rig_poison(&x->r.env, row, "input", "input");
      put(&x->cols[i], row, &x->rows[i][row]);
      if (dice == 0 && is_text(x->c->in[i])) /* nobody may look at it */
        ((pel_view *)x->cols[i].data)[row] =
            (pel_view){.out = {.n = 99, .p = (const char *)8}};
    }
  }
  pel_chunk in = {.rows = x->nrows, .ncols = x->c->nin, .cols = x->cols}, got;
  rig_select(&in, thin, &x->seed, room);
  cr_assert_eq(pel__vm_run(x->l, &x->r.env, &in, &got), PEL_OK, "%s", x->c->name);
  for (uint32_t k = 0; k < got.nsel; k++)
    compare_row(x, &got.cols[0], got.sel ? got.sel[k] : k);
  pel__arena_reset(&x->r.temp);
}

PEL_UNUSED static void flush(ops_run *x) {
  if (x->nrows == 0) return;
  run_block(x, false, 0);
  run_block(x, false, 2);
  run_block(x, true, 0);
  run_block(x, true, 3);
  x->nrows = 0;
}

PEL_UNUSED static void prepare(ops_run *x) {
  const ops_case *c = x->c;
  rig_begin(&x->r);
  rig_code *code = PEL_ARENA_NEW(&x->r.keep, rig_code);
  code->r = &x->r;
  code->ninputs = c->nin;
  uint32_t regs[OPS_ARGS];
  for (uint32_t i = 0; i < c->nin; i++) {
    uint32_t t = rig_type(&x->r, (pel_type){.kind = c->in[i], .nullable = true});
    code->inputs[i] = t;
    regs[i] = rig_emit(code, PEL_CODE_COLUMN, t, NULL, 0, i, PEL_NONE);
    x->cols[i] =
        (pel_col){.type = &x->r.plan.types[t],
                  .data = pel__arena_get(&x->r.keep, PEL_BLOCK_ROWS * sizeof(pel_view))};
  }
  uint32_t out = rig_type(&x->r, (pel_type){.kind = c->out, .nullable = true});
  uint32_t dst =
      rig_emit(code, PEL_CODE_CALL, out, regs, c->nin, rig_op(&x->r, x->op), PEL_NONE);
  uint32_t prog = rig_prog(code, &dst, 1);
  pel_error e = {0};
  cr_assert_eq(pel__vm_new(&x->r.plan, prog, x->r.ops, pel__alloc_libc(), &x->vm, &e),
               PEL_OK, "%s: %s", c->name, e.message);
  cr_assert_eq(pel__vm_local_new(x->vm, &x->r.env, NULL, NULL, pel__alloc_libc(), &x->l),
               PEL_OK);
}

/* Every combination of the values. */
PEL_UNUSED static void check_op(const ops_case *c) {
  ops_run *x = calloc(1, sizeof *x);
  x->c = c;
  x->seed = 77;
  x->op = overload(c);
  cr_assert(x->op, "no overload of %s for kinds %d, %d to %d", c->name, c->in[0],
            c->in[1], c->out);
  prepare(x);
  uint32_t at[OPS_ARGS] = {0};
  for (bool more = true; more;) {
    for (uint32_t i = 0; i < c->nin; i++) x->rows[i][x->nrows] = c->values[i].at[at[i]];
    if (++x->nrows == PEL_BLOCK_ROWS) flush(x);
    uint32_t i = 0;
    while (i < c->nin && ++at[i] == c->values[i].n) at[i++] = 0;
    more = i < c->nin;
  }
  flush(x);
  pel__vm_local_free(x->l);
  pel__vm_free(x->vm);
  rig_end(&x->r);
  free(x);
}

/* The common forms: one or two arguments of one kind. */
PEL_UNUSED static void check_one(const char *name, pel_kind in, pel_kind out,
                                 oracle want) {
  ops_case c = {.name = name,
                .nin = 1,
                .in = {in},
                .out = out,
                .values = {vals_of(in)},
                .want = want};
  check_op(&c);
}
PEL_UNUSED static void check_two(const char *name, pel_kind in, pel_kind out,
                                 oracle want) {
  ops_case c = {.name = name,
                .nin = 2,
                .in = {in, in},
                .out = out,
                .values = {vals_of(in), vals_of(in)},
                .want = want};
  check_op(&c);
}
#endif
