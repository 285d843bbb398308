#include "compiler/ir/irtext.h"
#include "compiler/ir/text.h"
#include "runtime/base/num_parse.h"

pel_ir_node *pel__irtext_ref(pel_irtext *r) {
  pel__irtext_want(r, '%');
  uint32_t i = pel__irtext_number(r);
  if (r->bad) return r->m->broken;
  if (i >= r->names.n || !r->names.at[i]) pel__irtext_bad(r, "%%%u is not made yet", i);
  return r->bad ? r->m->broken : r->names.at[i];
}

static void define(pel_irtext *r, uint32_t i, pel_ir_node *n) {
  if (i > PEL_IR_NODES) pel__irtext_bad(r, "%%%u is too large", i);
  while (!r->bad && r->names.n <= i)
    if (!PEL_VEC_PUSH(&r->names, NULL, pel__alloc_libc()))
      pel__irtext_bad(r, "no memory");
  if (!r->bad && r->names.at[i]) pel__irtext_bad(r, "%%%u is made twice", i);
  if (!r->bad) r->names.at[i] = n;
}

typedef PEL_VEC(pel_ir_node *) node_list;

static void refs(pel_irtext *r, char close, node_list *out) {
  out->n = 0;
  while (!r->bad && pel__irtext_peek(r, '%')) {
    if (!PEL_VEC_PUSH(out, pel__irtext_ref(r), pel__alloc_libc()))
      pel__irtext_bad(r, "no memory");
    if (!pel__irtext_eat(r, ',')) break;
  }
  if (close) pel__irtext_want(r, close);
}

/* An operator's name, and a signature where the name alone means another; resolved when
 * its types are known. */
typedef struct op_name {
  pel_str name, sig;
} op_name;

static op_name read_op(pel_irtext *r) {
  op_name o = {pel__irtext_word(r), {NULL, 0}};
  if (pel__irtext_peek(r, '"')) o.sig = pel__irtext_text(r);
  return o;
}

static const pel_op *resolve(pel_irtext *r, op_name o, pel_op_kind kind,
                             const pel_type *const *in, uint32_t nin,
                             const pel_type *out) {
  const pel_op *found = NULL;
  if (!o.sig.p) {
    found = pel__ir_find_op(r->m, o.name, kind, in, nin, out);
  } else {
    for (uint32_t t = 0; t < r->m->nops && !found; t++)
      for (const pel_op *const *x = r->m->ops[t]; *x && !found; x++)
        if ((*x)->kind == kind && pel__str_is(o.name, (*x)->name) &&
            pel__str_is(o.sig, (*x)->sig ? (*x)->sig : ""))
          found = *x;
  }
  if (!found)
    pel__irtext_bad(r, "no operator `" PEL_STR_FMT "` takes these types",
                    PEL_STR_ARG(o.name));
  return found;
}

static void region(pel_irtext *r, pel_ir_node *n, uint32_t i, pel_ir_region *outer) {
  const pel_type *types[64];
  uint32_t ids[64], k = 0;
  pel__irtext_want(r, '(');
  while (!r->bad && k < 64 && pel__irtext_peek(r, '%')) {
    pel__irtext_want(r, '%');
    ids[k] = pel__irtext_number(r);
    pel__irtext_want(r, ':');
    types[k++] = pel__irtext_type(r);
    if (!pel__irtext_eat(r, ',')) break;
  }
  pel__irtext_want(r, ')');
  pel__irtext_want(r, '{');
  if (r->bad) return;
  pel_ir_region *g = pel__ir_region_new(r->m, n, i, outer, types, k, (pel_span){0});
  if (g == r->m->top) {
    pel__irtext_bad(r, "no memory");
    return;
  }
  for (uint32_t j = 0; j < k; j++) define(r, ids[j], g->params[j]);
  if (++r->depth > PEL_IRTEXT_DEPTH) pel__irtext_bad(r, "nested too deep");
  pel__irtext_body(r, g);
  r->depth--;
  node_list y = {0};
  if (!pel__irtext_eat_word(r, "yield")) pel__irtext_bad(r, "yield is wanted");
  refs(r, '}', &y);
  pel__ir_yields(r->m, g, y.at, (uint32_t)y.n);
  PEL_VEC_DEINIT(&y, pel__alloc_libc());
}

/* What stands between the word and the arguments. */
typedef struct attributes {
  op_name fn;
  op_name aggs[256];
  uint32_t agg_args[256];
  bool descending[256];
  pel_xout outputs[256];
  uint32_t index, nkeys, naggs, noutputs;
  pel_join join;
  uint64_t limit;
  const pel_const *value;
} attributes;

static void read_aggs(pel_irtext *r, attributes *a) {
  pel__irtext_want(r, '[');
  while (!r->bad && a->naggs < 256 && !pel__irtext_peek(r, ']')) {
    a->aggs[a->naggs] = read_op(r);
    pel__irtext_want(r, '/');
    a->agg_args[a->naggs++] = pel__irtext_number(r);
    if (!pel__irtext_eat(r, ',')) break;
  }
  pel__irtext_want(r, ']');
}

static void read_outputs(pel_irtext *r, attributes *a) {
  static const char *const joins[] = {"inner", "left", "semi", "anti"};
  pel_str w = pel__irtext_word(r);
  while (a->join < PEL_JOIN_ANTI && !pel__str_is(w, joins[a->join])) a->join++;
  a->nkeys = pel__irtext_number(r);
  pel__irtext_want(r, '[');
  while (!r->bad && a->noutputs < 256 && !pel__irtext_peek(r, ']')) {
    bool right = pel__irtext_eat_word(r, "right");
    if (!right && !pel__irtext_eat_word(r, "left"))
      pel__irtext_bad(r, "left or right is wanted");
    a->outputs[a->noutputs++] = (pel_xout){right, pel__irtext_number(r)};
    if (!pel__irtext_eat(r, ',')) break;
  }
  pel__irtext_want(r, ']');
}

static void read_attributes(pel_irtext *r, pel_irop op, attributes *a) {
  a->limit = UINT64_MAX;
  switch ((int)op) {
    case PEL_IR_CONST:
      return;
    case PEL_IR_PARAM:
    case PEL_IR_FIELD:
    case PEL_IR_NATIVE:
    case PEL_IR_INVOKE:
      a->index = pel__irtext_number(r);
      return;
    case PEL_IR_CALL:
    case PEL_IR_AGG:
      a->fn = read_op(r);
      return;
    case PEL_IR_READ:
    case PEL_IR_WRITE:
      a->fn = read_op(r);
      if (pel__irtext_eat_word(r, "limit")) {
        pel_str w = pel__irtext_word(r);
        if (!r->bad && pel__parse_u64(w.p, w.n, &a->limit) != PEL_PARSE_OK)
          pel__irtext_bad(r, "a limit is wanted");
      }
      if (pel__irtext_eat_word(r, "with")) a->value = pel__irtext_value(r);
      return;
    case PEL_IR_GROUP:
      a->nkeys = pel__irtext_number(r);
      read_aggs(r, a);
      return;
    case PEL_IR_SORT:
      pel__irtext_want(r, '[');
      while (!r->bad && a->nkeys < 256 && !pel__irtext_peek(r, ']')) {
        a->descending[a->nkeys] = pel__irtext_eat_word(r, "desc");
        if (!a->descending[a->nkeys++] && !pel__irtext_eat_word(r, "asc"))
          pel__irtext_bad(r, "asc or desc is wanted");
        if (!pel__irtext_eat(r, ',')) break;
      }
      pel__irtext_want(r, ']');
      return;
    case PEL_IR_DISTINCT:
      a->nkeys = pel__irtext_number(r);
      return;
    case PEL_IR_JOIN:
      read_outputs(r, a);
      return;
    default:
      return;
  }
}

static void resolve_aggs(pel_irtext *r, pel_ir_node *n, const attributes *a) {
  n->aggs = pel__irtext_room(r, a->naggs, sizeof *n->aggs);
  uint32_t at = a->nkeys;
  for (uint32_t i = 0; i < a->naggs && !r->bad; i++) {
    const pel_type *in[16];
    const pel_ir_region *g = n->regions[0];
    if (!g || a->agg_args[i] > 16 || at + a->agg_args[i] > g->nyields ||
        n->type->kind != PEL_RECORD || n->type->nfields != a->nkeys + a->naggs) {
      pel__irtext_bad(r, "keys and aggregates do not match");
      return;
    }
    for (uint32_t k = 0; k < a->agg_args[i]; k++)
      in[k] = k ? g->yields[at + k]->type : pel__ir_list(r->m, g->yields[at + k]->type);
    n->aggs[i] = resolve(r, a->aggs[i], PEL_OP_AGG, in, a->agg_args[i],
                         n->type->fields[a->nkeys + i].type);
    at += a->agg_args[i];
  }
}

static void resolve_fn(pel_irtext *r, pel_ir_node *n, const attributes *a) {
  const pel_type *in[64];
  uint32_t nin = n->nargs < 64 ? n->nargs : 64;
  for (uint32_t i = 0; i < nin; i++) in[i] = n->args[i]->type;
  pel_op_kind kind = n->op == PEL_IR_CALL   ? PEL_OP_MAP
                     : n->op == PEL_IR_AGG  ? PEL_OP_AGG
                     : n->op == PEL_IR_READ ? PEL_OP_SOURCE
                                            : PEL_OP_SINK;
  n->fn = resolve(r, a->fn, kind, in, nin, n->type);
}

static void read_type(pel_irtext *r, pel_ir_node *n) {
  pel__irtext_want(r, ':');
  pel__irtext_blank(r);
  if (r->end - r->p >= 2 && r->p[0] == '[' && r->p[1] == ']') {
    r->p += 2;
    n->array = true;
  }
  n->type = pel__irtext_type(r);
}

static void take_attributes(pel_irtext *r, pel_ir_node *n, const attributes *a) {
  n->index = a->index;
  n->nkeys = a->nkeys;
  n->limit = a->limit;
  n->value = a->value;
  n->join = a->join;
  n->naggs = a->naggs;
  n->noutputs = a->noutputs;
  PEL_IRTEXT_COPY(r, n->descending, bool, a->descending, a->nkeys);
  PEL_IRTEXT_COPY(r, n->agg_args, uint32_t, a->agg_args, a->naggs);
  PEL_IRTEXT_COPY(r, n->outputs, pel_xout, a->outputs, a->noutputs);
}

static pel_ir_node *operation(pel_irtext *r, pel_irop op, pel_ir_region *home) {
  attributes a = {0};
  node_list args = {0};
  read_attributes(r, op, &a);
  const pel_const *c = op == PEL_IR_CONST ? pel__irtext_value(r) : NULL;
  if (op != PEL_IR_CONST && op != PEL_IR_PARAM) {
    pel__irtext_want(r, '(');
    refs(r, ')', &args);
  }
  pel_ir_node *n = pel__ir_node_new(r->m, op, r->m->broken->type, (pel_span){0},
                                    (uint32_t)args.n, args.at, 2);
  PEL_VEC_DEINIT(&args, pel__alloc_libc());
  if (n == r->m->broken) {
    pel__irtext_bad(r, "no memory");
    return n;
  }
  n->nregions = 0;
  while (!r->bad && pel__irtext_peek(r, '(') && n->nregions < 2) {
    region(r, n, n->nregions, home);
    n->nregions++;
  }
  if (r->bad) return n;
  take_attributes(r, n, &a);
  if (op == PEL_IR_CONST && c) {
    n->value = c;
    n->type = c->type;
  } else if (op != PEL_IR_FILTER) {
    read_type(r, n);
  } else if (n->nargs) {
    n->type = n->args[0]->type;
  }
  if (r->bad) return n;
  if (op == PEL_IR_GROUP) resolve_aggs(r, n, &a);
  if (op == PEL_IR_CALL || op == PEL_IR_AGG || op == PEL_IR_READ || op == PEL_IR_WRITE)
    resolve_fn(r, n, &a);
  return n;
}

static pel_irop read_word(pel_irtext *r) {
  pel_str w = pel__irtext_word(r);
  pel_irop op = 0;
  while (op < PEL_IR_OP_COUNT && !pel__str_is(w, pel__ir_word(op))) op++;
  if (op == PEL_IR_OP_COUNT || op == PEL_IR_INPUT)
    pel__irtext_bad(r, "no operation: " PEL_STR_FMT, PEL_STR_ARG(w));
  return r->bad ? PEL_IR_CONST : op;
}

void pel__irtext_body(pel_irtext *r, pel_ir_region *home) {
  while (!r->bad) {
    if (pel__irtext_eat_word(r, "item")) {
      r->m->item = pel__irtext_maybe_number(r);
    } else if (pel__irtext_eat_word(r, "filter")) {
      pel__ir_append(home, operation(r, PEL_IR_FILTER, home));
    } else if (pel__irtext_eat(r, '%')) {
      uint32_t id = pel__irtext_number(r);
      pel__irtext_want(r, '=');
      pel_ir_node *n = operation(r, read_word(r), home);
      if (r->bad) return;
      define(r, id, n);
      pel__ir_append(home, n);
    } else {
      return;
    }
  }
}
