#include <stdarg.h>
#include <stdio.h>

#include "compiler/ir/ir.h"

/* Marks are positions in the walk: what is used was made before. */
typedef struct check {
  pel_ir *m;
  pel_error *e;
} check;

static pel_status PEL_PRINTF(3, 4)
    bad(check *c, const pel_ir_node *n, const char *fmt, ...) {
  char text[200];
  va_list args;
  va_start(args, fmt);
  if (vsnprintf(text, sizeof text, fmt, args) < 0) text[0] = 0;
  va_end(args);
  return pel_error_set(c->e, PEL_E_INTERNAL, "broken IR: %s of node %u, %s", text,
                       n ? n->id : 0, n ? pel__ir_word(n->op) : "the module");
}

#define WANT(c, n, cond, ...)                       \
  do {                                              \
    if (!(cond)) return bad((c), (n), __VA_ARGS__); \
  } while (0)
#define CHECK(call)              \
  do {                           \
    pel_status s_ = (call);      \
    if (s_ != PEL_OK) return s_; \
  } while (0)

static bool fits(check *c, const pel_type *from, const pel_type *to) {
  return from == to || (to->nullable && pel__ir_nullable(c->m, from, true) == to);
}

static bool only_nullability(check *c, const pel_type *a, const pel_type *b) {
  return pel__ir_nullable(c->m, a, false) == pel__ir_nullable(c->m, b, false);
}

static bool is_bool(const pel_ir_node *n) {
  return n->type->kind == PEL_BOOL && !n->array;
}

/* Is n inside of a region of `owner`? */
static bool inside(const pel_ir_node *n, const pel_ir_node *owner) {
  for (const pel_ir_region *r = n->home; r && r->owner; r = r->owner->home)
    if (r->owner == owner) return true;
  return false;
}

static pel_status check_use(check *c, const pel_ir_node *n, const pel_ir_node *x) {
  WANT(c, n, x, "an argument is missing");
  WANT(c, n, x->home && x->mark, "an argument stands nowhere (node %u)", x->id);
  WANT(c, n, x->mark < n->mark && pel__ir_within(n->home, x->home),
       "node %u is used outside of its reach", x->id);
  WANT(c, n, !x->nregions || !inside(n, x), "node %u is used inside of itself", x->id);
  WANT(c, n, n->home == c->m->top || !x->array, "array %u is used inside of a region",
       x->id);
  return PEL_OK;
}

static pel_status check_yield(check *c, const pel_ir_node *n, const pel_ir_region *r,
                              const pel_ir_node *y) {
  WANT(c, n, y && y->home && y->mark && !y->array && pel__ir_within(r, y->home),
       "a yield is out of reach");
  WANT(c, n, y->home == r || y->mark < n->mark, "a yield is made later");
  return PEL_OK;
}

static bool filters_allowed(pel_irop op) {
  return op == PEL_IR_MAP || op == PEL_IR_LMAP || op == PEL_IR_GROUP ||
         op == PEL_IR_SORT || op == PEL_IR_DISTINCT || op == PEL_IR_JOIN;
}

static pel_status check_call(check *c, const pel_ir_node *n) {
  const pel_type *in[64];
  WANT(c, n, n->fn && n->nargs <= 64, "there is no operator");
  for (uint32_t i = 0; i < n->nargs; i++) in[i] = n->args[i]->type;
  if (n->op == PEL_IR_CALL) {
    WANT(c, n,
         n->fn->kind == PEL_OP_MAP && n->fn->choose &&
             n->fn->choose(in, n->nargs, n->type),
         "`%s` takes other types", n->fn->name);
    return PEL_OK;
  }
  WANT(c, n,
       n->fn->kind == PEL_OP_AGG && n->nargs && in[0]->kind == PEL_LIST &&
           pel__ir_agg_takes(n->fn, in, n->nargs, n->type),
       "`%s` takes other types", n->fn->name);
  return PEL_OK;
}

static pel_status check_choice(check *c, const pel_ir_node *n) {
  uint32_t first = n->op == PEL_IR_IF ? 1 : 0;
  WANT(c, n, n->op != PEL_IR_IF || (n->nargs == 3 && is_bool(n->args[0])),
       "the condition");
  WANT(c, n, n->op != PEL_IR_TRY || n->nargs == 2, "the arguments");
  WANT(c, n, n->nargs >= 2, "the arguments");
  for (uint32_t i = first; i < n->nargs; i++) {
    bool last = i + 1 == n->nargs;
    bool ok = n->op == PEL_IR_COALESCE && !last
                  ? only_nullability(c, n->args[i]->type, n->type)
                  : fits(c, n->args[i]->type, n->type);
    if (n->op == PEL_IR_AND || n->op == PEL_IR_OR) ok = ok && is_bool(n->args[i]);
    WANT(c, n, ok, "argument %u", i);
  }
  return PEL_OK;
}

static pel_status check_parts(check *c, const pel_ir_node *n) {
  bool record = n->op == PEL_IR_RECORD;
  WANT(c, n,
       n->type->kind == (record ? PEL_RECORD : PEL_LIST) &&
           (!record || n->type->nfields == n->nargs),
       "the type");
  for (uint32_t i = 0; i < n->nargs; i++)
    WANT(c, n,
         fits(c, n->args[i]->type, record ? n->type->fields[i].type : n->type->item),
         "part %u", i);
  return PEL_OK;
}

static pel_status check_field(check *c, const pel_ir_node *n) {
  const pel_type *t = n->args[0]->type, *r = n->type;
  if (t->kind == PEL_LIST) {
    WANT(c, n, r->kind == PEL_LIST, "the type");
    t = t->item;
    r = r->item;
  }
  WANT(c, n,
       t->kind == PEL_RECORD && n->index < t->nfields &&
           fits(c, t->fields[n->index].type, r),
       "the field");
  return PEL_OK;
}

/* Region i maps over the elements of args[i … i + nin). */
static pel_status check_region(check *c, const pel_ir_node *n, uint32_t i, uint32_t arg,
                               uint32_t nin, uint32_t nyields) {
  const pel_ir_region *r = n->regions[i];
  WANT(c, n, r && r->owner == n && r->nparams == nin && r->nyields == nyields,
       "region %u", i);
  for (uint32_t k = 0; k < nin; k++) {
    const pel_ir_node *a = n->args[arg + k];
    const pel_type *want = n->op == PEL_IR_LMAP   ? a->type->item
                           : n->op == PEL_IR_READ ? n->type
                                                  : a->type;
    WANT(c, n,
         n->op == PEL_IR_READ ||
             (n->op == PEL_IR_LMAP ? a->type->kind == PEL_LIST && !a->array : a->array),
         "argument %u", arg + k);
    WANT(
        c, n,
        r->params[k]->type == want && r->params[k]->index == k && r->params[k]->home == r,
        "input %u", k);
  }
  for (uint32_t k = 0; k < nyields; k++) CHECK(check_yield(c, n, r, r->yields[k]));
  return PEL_OK;
}

static pel_status check_group(check *c, const pel_ir_node *n) {
  uint32_t ny = n->nkeys;
  for (uint32_t i = 0; i < n->naggs; i++) ny += n->agg_args[i];
  CHECK(check_region(c, n, 0, 0, 1, ny));
  WANT(c, n, n->type->kind == PEL_RECORD && n->type->nfields == n->nkeys + n->naggs,
       "the type");
  WANT(c, n, n->array || n->nkeys == 0, "the keys");
  for (uint32_t i = 0; i < n->nkeys; i++)
    WANT(c, n, fits(c, n->regions[0]->yields[i]->type, n->type->fields[i].type), "key %u",
         i);
  for (uint32_t i = 0; i < n->naggs; i++)
    WANT(c, n, n->aggs[i] && n->aggs[i]->kind == PEL_OP_AGG, "aggregate %u", i);
  return PEL_OK;
}

static pel_status check_join(check *c, const pel_ir_node *n) {
  for (uint32_t i = 0; i < 2; i++) CHECK(check_region(c, n, i, i, 1, n->nkeys + 1));
  WANT(c, n, n->type->kind == PEL_RECORD && n->type->nfields == n->noutputs, "the type");
  for (uint32_t i = 0; i < n->noutputs; i++) {
    const pel_ir_region *r = n->regions[n->outputs[i].right];
    const pel_type *t = r->yields[n->nkeys]->type;
    WANT(c, n,
         t->kind == PEL_RECORD && n->outputs[i].field < t->nfields &&
             only_nullability(c, t->fields[n->outputs[i].field].type,
                              n->type->fields[i].type),
         "output %u", i);
  }
  return PEL_OK;
}

static pel_status check_array_op(check *c, const pel_ir_node *n) {
  switch ((int)n->op) {
    case PEL_IR_READ:
      WANT(c, n,
           n->fn && n->nargs == 1 && n->args[0]->type->kind == PEL_STR &&
               n->type->kind == PEL_RECORD,
           "the path");
      return n->nregions ? check_region(c, n, 0, 0, 1, n->regions[0]->nyields) : PEL_OK;
    case PEL_IR_MAP:
      CHECK(check_region(c, n, 0, 0, n->nargs, 1));
      WANT(c, n, n->nargs && fits(c, n->regions[0]->yields[0]->type, n->type),
           "the yield");
      return PEL_OK;
    case PEL_IR_GROUP:
      return check_group(c, n);
    case PEL_IR_SORT:
    case PEL_IR_DISTINCT:
      CHECK(check_region(c, n, 0, 0, 1, n->nkeys + 1));
      WANT(c, n, n->regions[0]->yields[n->nkeys]->type == n->type, "the row");
      return PEL_OK;
    case PEL_IR_SLICE:
      WANT(c, n, n->nargs == 3 && n->args[0]->array && n->args[0]->type == n->type,
           "the rows");
      WANT(c, n, n->args[1]->type->kind == PEL_I64 && n->args[2]->type->kind == PEL_I64,
           "the numbers");
      return PEL_OK;
    case PEL_IR_JOIN:
      return check_join(c, n);
    case PEL_IR_CONCAT:
      for (uint32_t i = 0; i < n->nargs; i++)
        WANT(c, n, n->args[i]->array && n->args[i]->type == n->type, "argument %u", i);
      return PEL_OK;
    case PEL_IR_UNLIST:
      WANT(c, n,
           n->nargs == 1 && n->args[0]->type->kind == PEL_LIST &&
               n->args[0]->type->item == n->type,
           "the list");
      return PEL_OK;
    case PEL_IR_WRITE:
      WANT(c, n,
           n->fn && n->nargs == 2 && n->args[0]->array &&
               n->args[1]->type->kind == PEL_STR,
           "the arguments");
      return PEL_OK;
    case PEL_IR_INVOKE:
      WANT(c, n, n->index < c->m->nnatives, "the function");
      return PEL_OK;
    default:
      return PEL_OK;
  }
}

static pel_status check_node(check *c, const pel_ir_node *n) {
  static const uint8_t arrays[] = {
      [PEL_IR_READ] = 1,     [PEL_IR_MAP] = 1,    [PEL_IR_SORT] = 1,
      [PEL_IR_DISTINCT] = 1, [PEL_IR_SLICE] = 1,  [PEL_IR_JOIN] = 1,
      [PEL_IR_CONCAT] = 1,   [PEL_IR_UNLIST] = 1, [PEL_IR_WRITE] = 1};
  WANT(c, n, n->type, "the type");
  for (uint32_t i = 0; i < n->nargs; i++) CHECK(check_use(c, n, n->args[i]));
  bool graph = n->op == PEL_IR_PARAM || n->op >= PEL_IR_READ;
  WANT(c, n, !graph || n->home == c->m->top, "the place");
  bool must = n->op < sizeof arrays && arrays[n->op];
  bool may =
      must || n->op == PEL_IR_PARAM || n->op == PEL_IR_GROUP || n->op == PEL_IR_INVOKE;
  WANT(c, n, n->array ? may : !must, "the dimension");
  switch ((int)n->op) {
    case PEL_IR_CONST:
      WANT(c, n, n->value && n->value->type == n->type, "the value");
      return PEL_OK;
    case PEL_IR_PARAM:
      WANT(c, n, n->index < c->m->nparams && c->m->params[n->index].type == n->type,
           "the parameter");
      return PEL_OK;
    case PEL_IR_CALL:
    case PEL_IR_AGG:
      return check_call(c, n);
    case PEL_IR_NATIVE:
      WANT(c, n, n->index < c->m->nnatives, "the function");
      return PEL_OK;
    case PEL_IR_FIELD:
      WANT(c, n, n->nargs == 1 && !n->args[0]->array, "the argument");
      return check_field(c, n);
    case PEL_IR_RECORD:
    case PEL_IR_LIST:
      return check_parts(c, n);
    case PEL_IR_IF:
    case PEL_IR_AND:
    case PEL_IR_OR:
    case PEL_IR_COALESCE:
    case PEL_IR_TRY:
      return check_choice(c, n);
    case PEL_IR_LMAP:
      WANT(c, n, n->nargs && n->nregions == 1, "the lists");
      CHECK(check_region(c, n, 0, 0, n->nargs, 1));
      WANT(c, n,
           n->type->kind == PEL_LIST &&
               fits(c, n->regions[0]->yields[0]->type, n->type->item),
           "the yield");
      return PEL_OK;
    case PEL_IR_FILTER:
      WANT(c, n,
           n->nargs == 1 && is_bool(n->args[0]) && n->home->owner &&
               filters_allowed(n->home->owner->op),
           "the condition");
      return PEL_OK;
    default:
      return check_array_op(c, n);
  }
}

/* Positions; and that the lists are lists. */
static pel_status place(check *c, pel_ir_region *r) {
  uint32_t at = 0;
  for (pel_ir_node *n = NULL; (n = pel__ir_walk(r, n));) {
    WANT(c, n,
         n->home && (!n->prev || n->prev->next == n) && (n->prev || n->home->first == n),
         "the list");
    n->mark = ++at;
    for (uint32_t i = 0; i < n->nregions; i++) {
      WANT(c, n, n->regions[i], "region %u", i);
      for (uint32_t k = 0; k < n->regions[i]->nparams; k++)
        n->regions[i]->params[k]->mark = at;
    }
  }
  return PEL_OK;
}

static pel_status check_item(check *c, const pel_ir_item *x) {
  const pel_ir_node *at[] = {x->value, x->left, x->right};
  for (int i = 0; i < 3; i++)
    WANT(c, at[i], !at[i] || (at[i]->home == c->m->top && at[i]->mark),
         "the place of a result");
  WANT(c, x->value, x->kind == PEL_ITEM_LET || x->value, "the value of a result");
  WANT(c, x->value, x->kind != PEL_ITEM_TEST || is_bool(x->value), "the value of a test");
  bool arrays = x->shape == PEL_SHAPE_ARRAY || x->shape == PEL_SHAPE_TABLE;
  WANT(c, x->value,
       x->kind != PEL_ITEM_OUT || x->value->array == arrays ||
           x->value->op == PEL_IR_WRITE,
       "the shape of a result");
  return PEL_OK;
}

static pel_status check_all(check *c) {
  pel_ir *m = c->m;
  CHECK(place(c, m->top));
  for (const pel_ir_node *n = NULL; (n = pel__ir_walk(m->top, n));)
    CHECK(check_node(c, n));
  for (uint32_t i = 0; i < m->nparams; i++)
    WANT(c, m->params[i].init, !m->params[i].init || m->params[i].init->home == m->top,
         "a default");
  for (uint32_t i = 0; i < m->nitems; i++) CHECK(check_item(c, &m->items[i]));
  return PEL_OK;
}

pel_status pel__ir_verify(pel_ir *m, pel_error *e) {
  check c = {m, e};
  pel_status s = pel__ir_status(m);
  return s != PEL_OK ? s : check_all(&c);
}
