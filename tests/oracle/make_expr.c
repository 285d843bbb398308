/* Random expressions of a wanted kind over the columns of a table. In a plain program
 * only what SQL means alike. */
#include <string.h>

#include "tests/oracle/pipe.h"

static const char *const words[] = {"north",
                                    "south",
                                    "east",
                                    "west",
                                    "a rather long name that is no inline text",
                                    "Ünïcode",
                                    "x,y",
                                    "say \"hi\"",
                                    "line\nbreak",
                                    "z",
                                    "",
                                    " pad ",
                                    "日本語テキスト",
                                    "twelve bytes"};
enum { WORDS = sizeof words / sizeof *words };

static double some_float(bool plain) {
  static const double corners[] = {0.0, -0.0, 1e300, -1e300,        5e-324,
                                   0.1, 1e16, 1e-5,  123456789.125, 1.0 / 3};
  if (plain) return ((int)below(8000) - 4000) / 4.0;
  const unsigned c = below(40);
  if (c == 0) return __builtin_nan("");
  if (c == 1) return chance(50) ? __builtin_inf() : -__builtin_inf();
  if (c < 8) return corners[below(sizeof corners / sizeof *corners)];
  if (c < 20) return ((int)below(2000001) - 1000000) / 1000.0;
  return ((int)below(8000) - 4000) / 4.0;
}

value make_value(kind k, bool plain, bool skew) {
  value v = {.state = OK};
  const bool edge = !plain && chance(3);
  switch (k) {
    case U8:
      v.i = edge ? 255 : (int)below(100);
      break;
    case I16:
      v.i = edge ? -32768 : (int)below(200) - 100;
      break;
    case I32:
      v.i = edge ? 2147483647 : (int)below(2000) - 1000;
      break;
    case I64:
      v.i = edge ? INT64_MAX - below(3) : skew ? (int)below(12) : (int)below(2000) - 1000;
      break;
    case U64:
      v.i = edge ? (__int128)UINT64_MAX : below(5000);
      break;
    case F32:
      v.f = (float)some_float(plain);
      break;
    case F64:
      v.f = some_float(plain);
      break;
    case BOOL:
      v.i = chance(50);
      break;
    case STR:
      v.s = words[below(plain ? 10 : WORDS)];
      break;
    case DATE:
      v.i = (int)below(80000) - 30000;
      break;
    case TIME:
      v.i = ((int64_t)below(4000000) - 1000000) * 1000000 +
            (chance(50) ? below(1000000) : 0);
      break;
    case DUR:
      v.i = (int64_t)(below(2000)) * 3600000000 - (chance(20) ? 1 : 0);
      break;
    case LIST:
    case KINDS:
      break;
  }
  return v;
}

int pick(const schema *t, kind k) {
  int found[MAX_COLUMNS];
  unsigned n = 0;
  for (unsigned i = 0; i < t->n; i++)
    if (t->c[i].kind == k && !t->c[i].rough) found[n++] = (int)i;
  return n ? found[below(n)] : -1;
}

static expr *new_expr(expr_op op, kind k, const expr *a, const expr *b, const expr *c) {
  expr *e = take(sizeof *e);
  *e = (expr){.op = op, .kind = k, .a = {a, b, c}};
  e->null = (a && a->null) || (b && b->null) || (c && c->null);
  return e;
}

static const expr *literal(kind k, bool plain) {
  expr *e = new_expr(E_LIT, k, NULL, NULL, NULL);
  e->lit = make_value(k, true, false);
  if (k == F64 || k == F32) e->lit.f = ((int)below(80) - 40) / 4.0;
  if (k == I64) e->lit.i = (int)below(40) - 20;
  if (k == STR && !plain) e->lit.s = words[below(WORDS)];
  e->cast = k != I64 && k != F64;
  return e;
}

static const expr *leaf(program *p, const schema *t, kind k) {
  const int i = pick(t, k);
  if (i >= 0 && chance(75)) {
    expr *e = new_expr(E_COL, k, NULL, NULL, NULL);
    e->at = (unsigned)i;
    e->null = t->c[i].null;
    return e;
  }
  if (p->has_param && k == I64 && chance(20)) {
    expr *e = new_expr(E_PARAM, k, NULL, NULL, NULL);
    e->lit = p->param;
    return e;
  }
  return literal(k, p->plain);
}

static const expr *said(const expr *e) { /* a literal beside another type says its own */
  if (e->op != E_LIT) return e;
  expr *copy = take(sizeof *copy);
  *copy = *e;
  copy->cast = true;
  return copy;
}

static const expr *arithmetic(program *p, const schema *t, kind k, unsigned depth) {
  static const expr_op ops[] = {E_ADD, E_SUB, E_MUL};
  static const kind narrow[] = {U8, I16, I32, I64};
  const expr_op op = ops[below(p->plain && depth > 1 ? 2 : 3)];
  const expr *a = make_expr(p, t, k, depth - 1);
  kind other = k;
  if (!p->plain && chance(30)) {
    if (k == I32 || k == I64) other = narrow[below(k == I64 ? 4 : 3)];
    if (k == F64) other = chance(30) ? F32 : narrow[below(4)];
    if (k == F32) other = narrow[below(2)];
  }
  const expr *b = make_expr(p, t, other, depth - 1);
  if (other != k) a = said(a), b = said(b);
  return chance(50) ? new_expr(op, k, a, b, NULL) : new_expr(op, k, b, a, NULL);
}

static const expr *solid(program *p, const schema *t, kind k,
                         unsigned depth) { /* never null */
  const expr *e = make_expr(p, t, k, depth);
  return e->null ? new_expr(E_COALESCE, k, e, literal(k, p->plain), NULL) : e;
}

static const expr *coalesced(program *p, const schema *t, kind k) {
  const expr *a = leaf(p, t, k);
  if (!a->null) return a;
  expr *e = new_expr(E_COALESCE, k, a, literal(k, p->plain), NULL);
  e->null = false;
  return e;
}

static const expr *choice(program *p, const schema *t, kind k, unsigned depth) {
  const expr *c = make_condition(p, t, 0);
  expr *e = new_expr(E_IF, k, c, said(make_expr(p, t, k, depth - 1)),
                     said(make_expr(p, t, k, depth - 1)));
  if (e->a[1]->op == E_LIT && e->a[2]->op == E_LIT) e->a[1] = leaf(p, t, k);
  e->null = e->a[1]->null || e->a[2]->null;
  return e;
}

static const expr *attempt(program *p, const schema *t, kind k, unsigned depth) {
  return new_expr(E_TRY, k, said(make_expr(p, t, k, depth - 1)),
                  said(literal(k, p->plain)), NULL);
}

static const expr *called(program *p, const schema *t, kind k, unsigned depth) {
  for (unsigned i = 0; i < p->functions; i++)
    if (p->fn[i].kind == k) {
      const function *f = &p->fn[i];
      expr *e = new_expr(E_CALL, k, make_expr(p, t, f->args[0], depth - 1),
                         make_expr(p, t, f->args[1], depth - 1), NULL);
      e->at = i;
      return e;
    }
  return leaf(p, t, k);
}

static const expr *whole(program *p, const schema *t, kind k, unsigned depth) {
  static const kind from[] = {U8, I16, I32, I64, F64};
  static const expr_op parts[] = {E_YEAR, E_MONTH, E_DAY, E_WEEKDAY};
  switch (below(k == I64 ? 7 : 4)) {
    case 0:
      return new_expr(chance(50) ? E_IDIV : E_MOD, k, make_expr(p, t, k, depth - 1),
                      make_expr(p, t, k, depth - 1), NULL);
    case 1:
      return new_expr(k == U8 || k == U64 || chance(50) ? E_ABS : E_NEG, k,
                      make_expr(p, t, k, depth - 1), NULL, NULL);
    case 2:
      return new_expr(chance(50) ? E_LEAST : E_GREATEST, k, make_expr(p, t, k, depth - 1),
                      make_expr(p, t, k, depth - 1), NULL);
    case 3:
      return new_expr(E_CAST, k, said(make_expr(p, t, from[below(5)], depth - 1)), NULL,
                      NULL);
    case 4:
      return new_expr(E_LEN, k, make_expr(p, t, STR, depth - 1), NULL, NULL);
    case 5:
      return new_expr(E_FIND, k, make_expr(p, t, STR, depth - 1), literal(STR, false),
                      NULL);
    default:
      return new_expr(parts[below(4)], k, make_expr(p, t, DATE, depth - 1), NULL, NULL);
  }
}

static const expr *fraction(program *p, const schema *t, kind k, unsigned depth) {
  static const kind over[] = {I64, I32, F64};
  switch (below(k == F64 ? 5 : 3)) {
    case 0:
      return new_expr(E_DIV, k, make_expr(p, t, k, depth - 1),
                      make_expr(p, t, k, depth - 1), NULL);
    case 1:
      return new_expr(chance(50) ? E_ABS : E_NEG, k, make_expr(p, t, k, depth - 1), NULL,
                      NULL);
    case 2:
      return new_expr(chance(50) ? E_LEAST : E_GREATEST, k, make_expr(p, t, k, depth - 1),
                      make_expr(p, t, k, depth - 1), NULL);
    case 3:
      return new_expr(E_DIV, k, said(make_expr(p, t, over[below(3)], depth - 1)),
                      said(make_expr(p, t, over[below(3)], depth - 1)), NULL);
    default:
      return new_expr(E_CAST, k, said(make_expr(p, t, chance(50) ? I64 : F32, depth - 1)),
                      NULL, NULL);
  }
}

static const expr *text(program *p, const schema *t, unsigned depth) {
  static const expr_op one[] = {E_UPPER, E_LOWER, E_TRIM, E_REVERSE};
  const expr *a = make_expr(p, t, STR, depth - 1);
  switch (below(4)) {
    case 0:
      return new_expr(E_JOINED, STR, a, make_expr(p, t, STR, depth - 1), NULL);
    case 1: {
      expr *from = new_expr(E_LIT, I64, NULL, NULL, NULL),
           *n = new_expr(E_LIT, I64, NULL, NULL, NULL);
      from->lit.i = below(5), n->lit.i = below(8);
      return new_expr(E_SUBSTR, STR, a, from, n);
    }
    case 2: {
      static const kind from[] = {I64, F64, I32, F32};
      return new_expr(E_CAST, STR, said(make_expr(p, t, from[below(4)], depth - 1)), NULL,
                      NULL);
    }
    default:
      return new_expr(one[below(4)], STR, a, NULL, NULL);
  }
}

static const expr *moment(program *p, const schema *t, kind k, unsigned depth) {
  expr *ahead = new_expr(E_LIT, DUR, NULL, NULL, NULL);
  ahead->lit.i = (int64_t)below(40) * (k == DATE ? 86400000000 : 1500000);
  if (k == DUR) {
    const kind of = chance(50) ? DATE : TIME;
    return new_expr(E_SINCE, DUR, make_expr(p, t, of, depth - 1),
                    make_expr(p, t, of, depth - 1), NULL);
  }
  if (k == DATE && chance(30))
    return new_expr(E_CAST, DATE, make_expr(p, t, TIME, depth - 1), NULL, NULL);
  if (k == DATE && chance(40))
    return new_expr(E_TRUNC, DATE, make_expr(p, t, DATE, depth - 1), NULL, NULL);
  return new_expr(E_LATER, k, make_expr(p, t, k, depth - 1), ahead, NULL);
}

static const expr *comparison(program *p, const schema *t) {
  static const kind kinds[] = {I64, F64, I64, F64, STR, DATE, TIME, I32, F32, BOOL, U8};
  const expr_op op = (expr_op)(E_EQ + below(6));
  const kind k = kinds[below(p->plain ? 5 : 11)];
  if (k == STR && p->plain) {
    const int s = pick(t, STR);
    if (s < 0) return new_expr(op, BOOL, leaf(p, t, I64), leaf(p, t, I64), NULL);
    expr *c = new_expr(E_COL, STR, NULL, NULL, NULL);
    c->at = (unsigned)s, c->null = t->c[s].null;
    return new_expr(op, BOOL, c, literal(STR, true), NULL);
  }
  const expr *a = make_expr(p, t, k, 1);
  const bool number = integral(k) || floating(k);
  if (number && chance(20))
    return new_expr(op, BOOL, said(a), said(make_expr(p, t, I64, 1)), NULL);
  return new_expr(op, BOOL, a, make_expr(p, t, k, 1), NULL);
}

static const expr *boolean(program *p, const schema *t, unsigned depth) {
  const expr *a = depth > 1 ? make_expr(p, t, BOOL, depth - 1) : comparison(p, t);
  switch (below(p->plain ? 4 : 7)) {
    case 0:
      return new_expr(chance(50) ? E_AND : E_OR, BOOL, a, comparison(p, t), NULL);
    case 1:
      return new_expr(E_NOT, BOOL, a, NULL, NULL);
    case 2:
    case 3:
      return a;
    case 4:
      return new_expr(chance(50) ? E_CONTAINS : E_STARTS, BOOL, make_expr(p, t, STR, 1),
                      literal(STR, false), NULL);
    default: {
      const expr *e = leaf(p, t, (kind)below(TIME + 1));
      if (!e->null) return a;
      expr *is = new_expr(E_ISNULL, BOOL, e, NULL, NULL);
      is->null = false;
      return is;
    }
  }
}

const expr *make_condition(program *p, const schema *t, unsigned depth) {
  const expr *e = depth ? boolean(p, t, depth) : comparison(p, t);
  if (!e->null) return e;
  expr *no = new_expr(E_LIT, BOOL, NULL, NULL, NULL),
       *sure = new_expr(E_COALESCE, BOOL, e, no, NULL);
  sure->null = false;
  return sure;
}

const expr *make_expr(program *p, const schema *t, kind k, unsigned depth) {
  if (depth == 0 || chance(30)) return leaf(p, t, k);
  const bool number = integral(k) || floating(k);
  if (number && chance(45)) return arithmetic(p, t, k, depth);
  if (chance(15)) return choice(p, t, k, depth);
  if (chance(15)) return coalesced(p, t, k);
  if (p->plain)
    return k == BOOL ? boolean(p, t, depth)
           : number  ? arithmetic(p, t, k, depth)
                     : leaf(p, t, k);
  if (chance(15)) return attempt(p, t, k, depth);
  if (chance(15)) return called(p, t, k, depth);
  if (integral(k)) return whole(p, t, k, depth);
  if (floating(k)) return fraction(p, t, k, depth);
  if (k == STR) return text(p, t, depth);
  if (k == BOOL) return boolean(p, t, depth);
  return moment(p, t, k, depth);
}

/* Two functions of two numbers; their bodies see arguments as columns that are never
 * null. */
void make_functions(program *p) {
  static const kind kinds[] = {I64, F64};
  for (unsigned i = 0; i < 2; i++) {
    schema args = {.n = 2};
    args.c[0] = (column){.name = "a", .kind = kinds[i]};
    args.c[1] = (column){.name = "b", .kind = chance(50) ? I64 : F64};
    const unsigned n = p->functions;
    p->functions = 0; /* no calls in bodies */
    p->fn[i] = (function){.kind = kinds[i],
                          .args = {kinds[i], args.c[1].kind},
                          .body = solid(p, &args, kinds[i], 2)};
    p->functions = n + 1;
  }
}
