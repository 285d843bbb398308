#include <math.h>

#include "runtime/base/num_print.h"
#include "runtime/plan/codes.h"

/* Text for `pel explain` and golden tests: one line per thing, numbers as they stand in
 * the plan, nothing about the machine. */
static void print_types(const pel_plan_data *p, pel_range r, pel_buf *out) {
  for (uint32_t i = 0; i < r.n; i++) {
    if (i) pel__buf_text(out, ", ");
    uint32_t t = p->reg_types[r.at + i];
    if (t == PEL_NONE)
      pel__buf_text(out, "mask");
    else
      pel__plan_type_print(&p->types[t], out);
  }
}

static void print_columns(const pel_plan_data *p, pel_range names, pel_range types,
                          pel_buf *out) {
  pel__buf_char(out, '{');
  for (uint32_t i = 0; i < types.n; i++) {
    if (i) pel__buf_text(out, ", ");
    pel__buf_str(out, p->names[names.at + i]);
    pel__buf_text(out, ": ");
    pel__plan_type_print(&p->types[p->reg_types[types.at + i]], out);
  }
  pel__buf_char(out, '}');
}

void pel__plan_const_print(const pel_const *c, pel_buf *out) {
  char text[64];
  if (c->is_null) {
    pel__buf_text(out, "null");
    return;
  }
  switch ((int)c->type->kind) {
    case PEL_BOOL:
      pel__buf_text(out, c->as.i ? "true" : "false");
      break;
    case PEL_F32:
      pel__buf_add(out, text, pel__print_f32((float)c->as.f, text));
      break;
    case PEL_F64:
      pel__buf_add(out, text, pel__print_f64(c->as.f, text));
      break;
    case PEL_U64:
      pel__buf_add(out, text, pel__print_u64((uint64_t)c->as.i, text));
      break;
    case PEL_STR:
    case PEL_BYTES:
      pel__buf_json(out, (pel_str){c->as.s.p, c->as.s.n});
      break;
    case PEL_LIST:
    case PEL_RECORD: {
      bool record = c->type->kind == PEL_RECORD;
      pel__buf_char(out, record ? '{' : '[');
      for (size_t i = 0; i < c->as.list.n; i++) {
        if (i) pel__buf_text(out, ", ");
        if (record) pel__buf_printf(out, "%s: ", c->type->fields[i].name);
        pel__plan_const_print(&c->as.list.at[i], out);
      }
      pel__buf_char(out, record ? '}' : ']');
      break;
    }
    default:
      pel__buf_add(out, text, pel__print_i64(c->as.i, text));
      break;
  }
}

static void print_mask_bits(uint32_t bits, pel_buf *out) {
  static const char *const names[] = {"true", "false", "null", "poison", "valid"};
  bool first = true;
  for (uint32_t i = 0; i < 5; i++) {
    if (!(bits >> i & 1)) continue;
    pel__buf_printf(out, "%s%s", first ? "" : "|", names[i]);
    first = false;
  }
}

static void print_ref(const pel_plan_data *p, const pel_instr *x, pel_buf *out) {
  switch ((int)x->code) {
    case PEL_CODE_CONST:
      pel__buf_char(out, ' ');
      pel__plan_const_print(&p->consts[x->ref], out);
      break;
    case PEL_CODE_SLOT:
      pel__buf_printf(out, " s%u.%u", p->args[x->args], x->ref);
      break;
    case PEL_CODE_CALL:
    case PEL_CODE_LIST_AGG:
      pel__buf_printf(out, " " PEL_STR_FMT, PEL_STR_ARG(p->ops[x->ref].name));
      break;
    case PEL_CODE_NATIVE:
      pel__buf_printf(out, " " PEL_STR_FMT, PEL_STR_ARG(p->natives[x->ref].symbol));
      break;
    case PEL_CODE_MASK:
      pel__buf_char(out, ' ');
      print_mask_bits(x->ref, out);
      break;
    case PEL_CODE_LIST_MAP:
      pel__buf_printf(out, " prog %u", x->ref);
      break;
    case PEL_CODE_COLUMN:
    case PEL_CODE_FIELD:
      pel__buf_printf(out, " %u", x->ref);
      break;
    default:
      break;
  }
}

static void print_instr(const pel_plan_data *p, const pel_prog *g, const pel_instr *x,
                        pel_buf *out) {
  pel__buf_text(out, "    ");
  uint32_t n = x->code == PEL_CODE_FILTER     ? 0
               : x->code == PEL_CODE_LIST_MAP ? p->progs[x->ref].outputs.n
                                              : 1;
  for (uint32_t i = 0; i < n; i++) {
    pel__buf_printf(out, "%sr%u: ", i ? ", " : "", x->dst + i);
    print_types(p, (pel_range){g->regs.at + x->dst + i, 1}, out);
  }
  pel__buf_printf(out, "%s%s", n ? " = " : "", pel__plan_code_name(x->code));
  print_ref(p, x, out);
  for (uint32_t i = 0; i < x->nargs && x->code != PEL_CODE_SLOT; i++)
    pel__buf_printf(out, " r%u", p->args[x->args + i]);
  if (x->mask != PEL_NONE) pel__buf_printf(out, " under r%u", x->mask);
  pel__buf_char(out, '\n');
}

static void print_prog(const pel_plan_data *p, uint32_t i, pel_buf *out) {
  const pel_prog *g = &p->progs[i];
  pel__buf_printf(out, "  prog %u (", i);
  print_types(p, g->inputs, out);
  pel__buf_text(out, ") ->");
  for (uint32_t k = 0; k < g->outputs.n; k++)
    pel__buf_printf(out, "%s r%u", k ? "," : "", p->args[g->outputs.at + k]);
  pel__buf_char(out, '\n');
  for (uint32_t k = 0; k < g->instrs.n; k++)
    print_instr(p, g, &p->instrs[g->instrs.at + k], out);
}

static void print_node_arg(const pel_plan_data *p, const pel_plan_arg *a, pel_buf *out) {
  if (a->kind == PEL_ARG_CONST)
    pel__plan_const_print(&p->consts[a->ref], out);
  else if (a->kind == PEL_ARG_PARAM)
    pel__buf_printf(out, "param " PEL_STR_FMT, PEL_STR_ARG(p->params[a->ref].name));
  else
    pel__buf_printf(out, "s%u", a->ref);
}

static void print_node(const pel_plan_data *p, uint32_t i, pel_buf *out) {
  const pel_plan_node *x = &p->nodes[i];
  const pel_plan_op *o = &p->ops[x->op];
  pel__buf_printf(out, "  node %u: %s " PEL_STR_FMT "(", i,
                  pel__plan_op_kind_name(o->kind), PEL_STR_ARG(o->name));
  for (uint32_t k = 0; k < x->args.n; k++) {
    if (k) pel__buf_text(out, ", ");
    print_node_arg(p, &p->node_args[x->args.at + k], out);
  }
  pel__buf_char(out, ')');
  for (uint32_t k = 0; k < x->aggs.n; k++)
    pel__buf_printf(out, "%s" PEL_STR_FMT, k ? ", " : " aggregates ",
                    PEL_STR_ARG(p->ops[p->args[x->aggs.at + k]].name));
  for (uint32_t k = 0; k < x->ports.n; k++) {
    pel__buf_printf(out, " port %u (", k);
    print_types(p, p->ranges[x->ports.at + k], out);
    pel__buf_char(out, ')');
  }
  pel__buf_text(out, " -> ");
  print_columns(p, x->out_names, x->out, out);
  pel__buf_char(out, '\n');
}

static void print_list(const pel_plan_data *p, const char *before, const char *mark,
                       pel_range r, pel_buf *out) {
  pel__buf_text(out, before);
  for (uint32_t i = 0; i < r.n; i++)
    pel__buf_printf(out, "%s%s%u", i ? ", " : " ", mark, p->args[r.at + i]);
}

static void print_source(const pel_plan_data *p, const pel_plan_pipe *x, pel_buf *out) {
  switch (x->from) {
    case PEL_FROM_READER:
      pel__buf_printf(out, "read node %u", x->source);
      print_list(p, " columns", "", x->columns, out);
      if (x->filter != PEL_NONE) {
        pel__buf_printf(out, " filter prog %u", x->filter);
        print_list(p, " of", "", x->filter_columns, out);
      }
      break;
    case PEL_FROM_NODE:
      pel__buf_printf(out, "node %u", x->source);
      break;
    case PEL_FROM_SLOTS:
      print_list(p, "slots", "s", x->slots, out);
      break;
    case PEL_FROM_UNIT:
      pel__buf_text(out, "unit");
      break;
  }
  if (x->limit != UINT64_MAX)
    pel__buf_printf(out, " limit %llu", (unsigned long long)x->limit);
}

static void print_pipe(const pel_plan_data *p, uint32_t i, pel_buf *out) {
  const pel_plan_pipe *x = &p->pipes[i];
  pel__buf_printf(out, "  pipe %u: ", i);
  print_source(p, x, out);
  for (uint32_t k = 0; k < x->steps.n; k++) {
    const pel_plan_step *s = &p->steps[x->steps.at + k];
    if (s->prog != PEL_NONE)
      pel__buf_printf(out, " > prog %u", s->prog);
    else
      pel__buf_printf(out, " > probe node %u", s->node);
  }
  if (x->sink != PEL_NONE)
    pel__buf_printf(out, " > node %u port %u\n", x->sink, x->port);
  else
    pel__buf_printf(out, " > s%u\n", x->slot);
}

static const char *shape_name(pel_shape s) {
  static const char *const names[] = {"scalar", "array", "record", "table"};
  return (unsigned)s <= PEL_SHAPE_TABLE ? names[s] : "?";
}

static void print_param(const pel_plan_data *p, const pel_plan_param *x, pel_buf *out) {
  pel__buf_printf(out, "  param " PEL_STR_FMT ": %s ", PEL_STR_ARG(x->name),
                  shape_name(x->shape));
  pel__plan_type_print(&p->types[x->type], out);
  pel__buf_printf(out, " in s%u", x->slot);
  if (x->constant != PEL_NONE) {
    pel__buf_text(out, " = ");
    pel__plan_const_print(&p->consts[x->constant], out);
  }
  pel__buf_char(out, '\n');
}

static void print_item(const pel_plan_item *x, pel_buf *out) {
  static const char *const kinds[] = {"let", "out", "test"};
  pel__buf_printf(out, "  %s ",
                  (unsigned)x->kind <= PEL_ITEM_TEST ? kinds[x->kind] : "?");
  pel__buf_json(out, x->name);
  pel__buf_printf(out, ": %s", shape_name(x->shape));
  if (x->slot != PEL_NONE) pel__buf_printf(out, " s%u", x->slot);
  if (x->node != PEL_NONE) pel__buf_printf(out, " node %u", x->node);
  if (x->left != PEL_NONE) pel__buf_printf(out, " left s%u right s%u", x->left, x->right);
  pel__buf_char(out, '\n');
}

void pel__plan_print(const pel_plan_data *p, pel_buf *out) {
  pel__buf_printf(out, "plan %u\n", p->version);
  for (uint32_t i = 0; i < p->n_params; i++) print_param(p, &p->params[i], out);
  for (uint32_t i = 0; i < p->n_items; i++) print_item(&p->items[i], out);
  for (uint32_t i = 0; i < p->n_slots; i++) {
    pel__buf_printf(out, "  slot s%u ", i);
    print_columns(p, p->slots[i].names, p->slots[i].types, out);
    pel__buf_char(out, '\n');
  }
  for (uint32_t i = 0; i < p->n_nodes; i++) print_node(p, i, out);
  for (uint32_t i = 0; i < p->n_pipes; i++) print_pipe(p, i, out);
  for (uint32_t i = 0; i < p->n_progs; i++) print_prog(p, i, out);
}
