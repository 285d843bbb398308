#include "compiler/ir/text.h"
#include "runtime/base/num_print.h"

/* ---- words that the parser reads back ---- */

static bool plain_name(const char *name) {
  if (!*name || (*name >= '0' && *name <= '9')) return false;
  for (const char *p = name; *p; p++)
    if (!((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
          (*p >= '0' && *p <= '9') || *p == '_'))
      return false;
  return true;
}

static void print_name(const char *name, pel_buf *out) {
  if (plain_name(name))
    pel__buf_text(out, name);
  else
    pel__buf_json(out, pel__str(name));
}

const char *pel__ir_kind_word(pel_kind k) {
  static const char *const names[] = {"none", "bool",  "i8",   "i16",  "i32", "i64",
                                      "u8",   "u16",   "u32",  "u64",  "f32", "f64",
                                      "str",  "bytes", "date", "time", "dur"};
  return k <= PEL_DUR ? names[k] : "?";
}

static void print_type(const pel_type *t, pel_buf *out) {
  if (t->kind == PEL_LIST) {
    pel__buf_text(out, "[*]");
    print_type(t->item, out);
    if (t->nullable) pel__buf_text(out, "!?"); /* the list itself, not its items */
    return;
  }
  if (t->kind == PEL_RECORD) {
    pel__buf_char(out, '{');
    for (uint32_t i = 0; i < t->nfields; i++) {
      if (i) pel__buf_text(out, ", ");
      print_name(t->fields[i].name, out);
      pel__buf_text(out, ": ");
      print_type(t->fields[i].type, out);
    }
    pel__buf_char(out, '}');
  } else {
    pel__buf_text(out, pel__ir_kind_word(t->kind));
  }
  if (t->nullable) pel__buf_char(out, '?');
}

static void print_bytes(const pel_const *c, pel_buf *out) {
  pel__buf_text(out, "x\"");
  for (size_t i = 0; i < c->as.s.n; i++)
    pel__buf_printf(out, "%02x", (unsigned char)c->as.s.p[i]);
  pel__buf_char(out, '"');
}

static void print_const(const pel_const *c, pel_buf *out) {
  char text[PEL_PRINT_F64 + PEL_PRINT_I64];
  bool record = c->type->kind == PEL_RECORD;
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
      pel__buf_json(out, (pel_str){c->as.s.p, c->as.s.n});
      break;
    case PEL_BYTES:
      print_bytes(c, out);
      break;
    case PEL_LIST:
    case PEL_RECORD:
      pel__buf_char(out, record ? '{' : '[');
      for (size_t i = 0; i < c->as.list.n; i++) {
        if (i) pel__buf_text(out, ", ");
        print_const(&c->as.list.at[i], out);
      }
      pel__buf_char(out, record ? '}' : ']');
      break;
    default:
      pel__buf_add(out, text, pel__print_i64(c->as.i, text));
      break;
  }
}

/* ---- nodes ---- */

static void print_op(const pel_ir *m, const pel_op *o, pel_op_kind kind,
                     const pel_type *const *in, uint32_t nin, const pel_type *result,
                     pel_buf *out) {
  pel__buf_text(out, o->name);
  if (pel__ir_find_op(m, pel__str(o->name), kind, in, nin, result) == o) return;
  pel__buf_char(out, ' ');
  pel__buf_json(out, pel__str(o->sig ? o->sig : ""));
}

static void print_fn(const pel_ir *m, const pel_ir_node *n, pel_buf *out) {
  const pel_type *in[16];
  uint32_t nin = n->nargs < 16 ? n->nargs : 16;
  for (uint32_t i = 0; i < nin; i++) in[i] = n->args[i]->type;
  pel__buf_char(out, ' ');
  pel_op_kind kind = n->op == PEL_IR_CALL   ? PEL_OP_MAP
                     : n->op == PEL_IR_AGG  ? PEL_OP_AGG
                     : n->op == PEL_IR_READ ? PEL_OP_SOURCE
                                            : PEL_OP_SINK;
  print_op(m, n->fn, kind, in, nin, n->type, out);
}

static void print_aggs(const pel_ir *m, const pel_ir_node *n, pel_buf *out) {
  const pel_ir_region *r = n->regions[0];
  uint32_t at = n->nkeys;
  pel__buf_text(out, " [");
  for (uint32_t i = 0; i < n->naggs; i++) {
    const pel_type *in[16];
    uint32_t nin = n->agg_args[i] < 16 ? n->agg_args[i] : 16;
    for (uint32_t k = 0; k < nin; k++) {
      const pel_ir_node *y = at + k < r->nyields ? r->yields[at + k] : NULL;
      in[k] = !y ? n->type : k ? y->type : pel__ir_list((pel_ir *)(uintptr_t)m, y->type);
    }
    at += n->agg_args[i];
    if (i) pel__buf_text(out, ", ");
    print_op(m, n->aggs[i], PEL_OP_AGG, in, nin, n->type->fields[n->nkeys + i].type, out);
    pel__buf_printf(out, "/%u", n->agg_args[i]);
  }
  pel__buf_char(out, ']');
}

static const char *const joins[] = {"inner", "left", "semi", "anti"};

static void print_attributes(const pel_ir *m, const pel_ir_node *n, pel_buf *out) {
  switch ((int)n->op) {
    case PEL_IR_CONST:
      pel__buf_char(out, ' ');
      print_const(n->value, out);
      break;
    case PEL_IR_PARAM:
    case PEL_IR_FIELD:
    case PEL_IR_NATIVE:
    case PEL_IR_INVOKE:
      pel__buf_printf(out, " %u", n->index);
      break;
    case PEL_IR_CALL:
    case PEL_IR_AGG:
      print_fn(m, n, out);
      break;
    case PEL_IR_READ:
    case PEL_IR_WRITE:
      print_fn(m, n, out);
      if (n->limit != UINT64_MAX)
        pel__buf_printf(out, " limit %llu", (unsigned long long)n->limit);
      if (!n->value) break;
      pel__buf_text(out, " with ");
      print_const(n->value, out);
      pel__buf_text(out, ": ");
      print_type(n->value->type, out);
      break;
    case PEL_IR_GROUP:
      pel__buf_printf(out, " %u", n->nkeys);
      print_aggs(m, n, out);
      break;
    case PEL_IR_SORT:
      pel__buf_text(out, " [");
      for (uint32_t i = 0; i < n->nkeys; i++)
        pel__buf_printf(out, "%s%s", i ? ", " : "", n->descending[i] ? "desc" : "asc");
      pel__buf_char(out, ']');
      break;
    case PEL_IR_DISTINCT:
      pel__buf_printf(out, " %u", n->nkeys);
      break;
    case PEL_IR_JOIN:
      pel__buf_printf(out, " %s %u [", joins[n->join], n->nkeys);
      for (uint32_t i = 0; i < n->noutputs; i++)
        pel__buf_printf(out, "%s%s %u", i ? ", " : "",
                        n->outputs[i].right ? "right" : "left", n->outputs[i].field);
      pel__buf_char(out, ']');
      break;
    default:
      break;
  }
}

static void print_refs(pel_ir_node *const *at, uint32_t n, pel_buf *out) {
  for (uint32_t i = 0; i < n; i++)
    pel__buf_printf(out, "%s%%%u", i ? ", " : "", at[i]->mark);
}

static void indent(uint32_t depth, pel_buf *out) {
  for (uint32_t i = 0; i < depth; i++) pel__buf_text(out, "  ");
}

static void open_region(const pel_ir_region *r, pel_buf *out) {
  pel__buf_text(out, " (");
  for (uint32_t i = 0; i < r->nparams; i++) {
    pel__buf_printf(out, "%s%%%u: ", i ? ", " : "", r->params[i]->mark);
    print_type(r->params[i]->type, out);
  }
  pel__buf_text(out, ") {\n");
}

static void close_region(const pel_ir_region *r, uint32_t depth, pel_buf *out) {
  indent(depth + 1, out);
  pel__buf_text(out, "yield ");
  print_refs(r->yields, r->nyields, out);
  pel__buf_char(out, '\n');
  indent(depth, out);
  pel__buf_char(out, '}');
}

static void open_node(const pel_ir *m, const pel_ir_node *n, uint32_t depth,
                      pel_buf *out) {
  indent(depth, out);
  if (n->op != PEL_IR_FILTER) pel__buf_printf(out, "%%%u = ", n->mark);
  pel__buf_text(out, pel__ir_word(n->op));
  print_attributes(m, n, out);
  if (n->op == PEL_IR_CONST || n->op == PEL_IR_PARAM) return;
  pel__buf_char(out, '(');
  print_refs(n->args, n->nargs, out);
  pel__buf_char(out, ')');
}

static void close_node(const pel_ir_node *n, pel_buf *out) {
  if (n->op != PEL_IR_FILTER) {
    pel__buf_text(out, n->array ? ": []" : ": ");
    print_type(n->type, out);
  }
  pel__buf_char(out, '\n');
}

/* Regions are followed without recursion: down into them, and up through their owners. */
static void print_body(const pel_ir *m, pel_buf *out) {
  const pel_ir_node *n = m->top->first;
  uint32_t depth = 1, item = PEL_NONE;
  while (n) {
    if (depth == 1 && n->item != item) {
      item = n->item;
      if (item == PEL_NONE)
        pel__buf_text(out, "  item -\n");
      else
        pel__buf_printf(out, "  item %u\n", item);
    }
    open_node(m, n, depth, out);
    const pel_ir_node *owner = n;
    uint32_t i = 0;
    for (;;) { /* the next region of owner, or its end and what follows it */
      if (i < owner->nregions) {
        const pel_ir_region *r = owner->regions[i];
        open_region(r, out);
        if (r->first) {
          n = r->first;
          depth++;
          break;
        }
        close_region(r, depth, out);
        i++;
        continue;
      }
      close_node(owner, out);
      if (owner->next) {
        n = owner->next;
        break;
      }
      const pel_ir_region *home = owner->home;
      owner = home->owner;
      n = NULL;
      if (!owner) break;
      depth--;
      close_region(home, depth, out);
      for (i = 0; owner->regions[i] != home;) i++;
      i++;
    }
  }
}

static const char *const shapes[] = {"scalar", "array", "record", "table"};
static const char *const kinds[] = {"let", "out", "test"};

static void print_param(const pel_ir_param *p, pel_buf *out) {
  pel__buf_text(out, "  param ");
  pel__buf_json(out, p->name);
  pel__buf_printf(out, " %s ", shapes[p->shape]);
  print_type(p->type, out);
  if (p->constant) {
    pel__buf_text(out, " = ");
    print_const(p->constant, out);
    pel__buf_text(out, ": ");
    print_type(p->constant->type, out);
  }
  if (p->init) pel__buf_printf(out, " = %%%u", p->init->mark);
  pel__buf_char(out, '\n');
}

static void print_number(uint32_t x, pel_buf *out) {
  if (x == PEL_NONE)
    pel__buf_text(out, " -");
  else
    pel__buf_printf(out, " %u", x);
}

static void print_native(const pel_ir_native *f, pel_buf *out) {
  const pel_str texts[] = {f->library, f->folder, f->symbol, f->message};
  pel__buf_text(out, "  extern");
  for (int i = 0; i < 4; i++) {
    pel__buf_char(out, ' ');
    pel__buf_json(out, texts[i]);
  }
  pel__buf_printf(out, " %u%s%s%s (", (unsigned)f->result, f->pure ? " pure" : "",
                  f->threadsafe ? " threadsafe" : "", f->fenv ? " fenv" : "");
  for (uint32_t i = 0; i < f->nparams; i++) {
    const pel_ir_cparam *p = &f->params[i];
    if (i) pel__buf_text(out, ", ");
    pel__buf_json(out, p->name);
    pel__buf_printf(out, " %u %u", (unsigned)p->ctype, (unsigned)p->mode);
    print_number(p->size_of, out);
    print_number(p->size, out);
    print_number(p->arg, out);
    pel__buf_char(out, ' ');
    if (p->type)
      print_type(p->type, out);
    else
      pel__buf_char(out, '-');
  }
  pel__buf_text(out, ") ");
  if (f->result_type)
    print_type(f->result_type, out);
  else
    pel__buf_char(out, '-');
  if (f->ok) {
    pel__buf_text(out, " ok ");
    print_const(f->ok, out);
    pel__buf_text(out, ": ");
    print_type(f->ok->type, out);
  }
  pel__buf_char(out, '\n');
}

static void print_item(const pel_ir_item *x, pel_buf *out) {
  pel__buf_printf(out, "  %s ", kinds[x->kind]);
  pel__buf_json(out, x->name);
  pel__buf_printf(out, " %s", shapes[x->shape]);
  if (x->value) pel__buf_printf(out, " %%%u", x->value->mark);
  if (x->left)
    pel__buf_printf(out, " left %%%u right %%%u", x->left->mark, x->right->mark);
  pel__buf_char(out, '\n');
}

/* Numbers in the order of the text, so that equal modules print equally. */
static void number(pel_ir *m) {
  uint32_t next = 0;
  for (pel_ir_node *n = NULL; (n = pel__ir_walk(m->top, n));) {
    if (n->op != PEL_IR_FILTER) n->mark = next++;
    for (uint32_t i = 0; i < n->nregions; i++)
      for (uint32_t k = 0; k < n->regions[i]->nparams; k++)
        n->regions[i]->params[k]->mark = next++;
  }
}

void pel__ir_print(const pel_ir *m, pel_buf *out) {
  number((pel_ir *)(uintptr_t)m); /* marks are scratch */
  pel__buf_text(out, "module {\n");
  for (uint32_t i = 0; i < m->nnatives; i++) print_native(&m->natives[i], out);
  print_body(m, out);
  for (uint32_t i = 0; i < m->nparams; i++) print_param(&m->params[i], out);
  for (uint32_t i = 0; i < m->nitems; i++) print_item(&m->items[i], out);
  pel__buf_text(out, "}\n");
}
