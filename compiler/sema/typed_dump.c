#include "compiler/sema/check.h"
#include "runtime/base/calendar.h"
#include "runtime/base/num_print.h"

/* The typed program as s-expressions: an item a line group, two spaces a level, types
 * behind `:` where they are new. */

static const char *const kind_names[] = {
    [PEL_X_CONST] = "const",       [PEL_X_PARAM] = "param",
    [PEL_X_ITEM] = "item",         [PEL_X_BINDER] = "var",
    [PEL_X_LET] = "let",           [PEL_X_FIELD] = "field",
    [PEL_X_RECORD] = "record",     [PEL_X_TUPLE] = "tuple",
    [PEL_X_ARRAY] = "array",       [PEL_X_CALL] = "call",
    [PEL_X_AGG] = "agg",           [PEL_X_NATIVE] = "native",
    [PEL_X_MAP] = "map",           [PEL_X_IF] = "if",
    [PEL_X_AND] = "and",           [PEL_X_OR] = "or",
    [PEL_X_COALESCE] = "coalesce", [PEL_X_TRY] = "try",
    [PEL_X_CAST] = "cast",         [PEL_X_READ] = "read",
    [PEL_X_FILTER] = "filter",     [PEL_X_PROJECT] = "project",
    [PEL_X_GROUP] = "group",       [PEL_X_SORT] = "sort",
    [PEL_X_DISTINCT] = "distinct", [PEL_X_SLICE] = "slice",
    [PEL_X_JOIN] = "join",         [PEL_X_CONCAT] = "concat",
    [PEL_X_WRITE] = "write",
};

typedef struct dumper {
  const pel_typed *t;
  pel_buf *out;
} dumper;

static void dump_list(const dumper *d, const pel_const *c);

static void dump_const(const dumper *d, const pel_const *c) {
  char text[PEL_PRINT_CALENDAR];
  size_t n = 0;
  pel_kind k = c->type->kind;
  if (c->is_null)
    pel__buf_text(d->out, "null");
  else if (k == PEL_BOOL)
    pel__buf_text(d->out, c->as.i ? "true" : "false");
  else if (k == PEL_U64)
    n = pel__print_u64((uint64_t)c->as.i, text);
  else if (k == PEL_F32)
    n = pel__print_f32((float)c->as.f, text);
  else if (k == PEL_F64)
    n = pel__print_f64(c->as.f, text);
  else if (k == PEL_STR || k == PEL_BYTES)
    pel__buf_json(d->out, (pel_str){c->as.s.p, c->as.s.n});
  else if (k == PEL_DATE)
    n = pel__print_date((int32_t)c->as.i, text);
  else if (k == PEL_TIME)
    n = pel__print_time(c->as.i, text);
  else if (k == PEL_DUR)
    n = pel__print_dur(c->as.i, text);
  else if (k == PEL_LIST || k == PEL_RECORD)
    dump_list(d, c);
  else
    n = pel__print_i64(c->as.i, text);
  pel__buf_add(d->out, text, n);
}

static void dump_list(const dumper *d, const pel_const *c) {
  pel__buf_char(d->out, '[');
  for (size_t i = 0; i < c->as.list.n; i++) {
    if (i) pel__buf_char(d->out, ' ');
    dump_const(d, &c->as.list.at[i]);
  }
  pel__buf_char(d->out, ']');
}

static void indent(const dumper *d, unsigned depth) {
  pel__buf_char(d->out, '\n');
  for (unsigned i = 0; i < depth; i++) pel__buf_text(d->out, "  ");
}

static void dump_binders(const dumper *d, const pel_x *x) {
  for (uint32_t i = 0; i < x->nbinders; i++)
    pel__buf_printf(d->out, " $%u%s" PEL_STR_FMT, x->binders[i]->id,
                    x->binders[i]->name.n ? "." : "", PEL_STR_ARG(x->binders[i]->name));
}

static void dump_field(const dumper *d, const pel_x *x) {
  const pel_ty *t = x->args[0]->type;
  while (t->item) t = t->item;
  if (t->kind == PEL_TY_RECORD && x->index < t->nfields)
    pel__buf_printf(d->out, " ." PEL_STR_FMT, PEL_STR_ARG(t->fields[x->index].name));
  else
    pel__buf_printf(d->out, " .%u", x->index);
}

static void dump_join(const dumper *d, const pel_x *x) {
  static const char *const kinds[] = {"inner", "left", "semi", "anti"};
  pel__buf_printf(d->out, " %s keys=%u out=", kinds[x->join], x->nkeys);
  for (uint32_t i = 0; i < x->type->item->nfields; i++)
    pel__buf_printf(d->out, "%s%c%u", i ? "," : "", x->outputs[i].right ? 'r' : 'l',
                    x->outputs[i].field);
}

/* What stands behind the kind's name: which one it is. */
static void dump_head(const dumper *d, const pel_x *x) {
  pel_xkind k = x->kind;
  if (k == PEL_X_CONST && x->value) {
    pel__buf_char(d->out, ' ');
    dump_const(d, x->value);
  } else if (k == PEL_X_PARAM) {
    pel__buf_printf(d->out, " " PEL_STR_FMT, PEL_STR_ARG(d->t->params[x->index].name));
  } else if (k == PEL_X_ITEM) {
    pel__buf_printf(d->out, " " PEL_STR_FMT, PEL_STR_ARG(d->t->lets[x->index].name));
  } else if (k == PEL_X_NATIVE) {
    pel__buf_printf(d->out, " " PEL_STR_FMT, PEL_STR_ARG(d->t->natives[x->index].symbol));
  } else if (k == PEL_X_BINDER) {
    pel__buf_printf(d->out, " $%u", x->index);
  } else if (k == PEL_X_FIELD) {
    dump_field(d, x);
  } else if (k == PEL_X_JOIN) {
    dump_join(d, x);
  } else if (k == PEL_X_SORT) {
    for (uint32_t i = 0; i + 1 < x->nargs; i++)
      pel__buf_text(d->out, x->descending[i] ? " desc" : " asc");
  }
  if (x->op) pel__buf_printf(d->out, " %s", x->op->name);
  dump_binders(d, x);
}

static bool says_type(pel_xkind k) {
  return k != PEL_X_LET && k != PEL_X_BINDER && k != PEL_X_ITEM && k != PEL_X_PARAM &&
         k != PEL_X_FIELD;
}

static bool is_leaf(const pel_x *x) {
  return x->nargs == 0 || (x->kind == PEL_X_FIELD && is_leaf(x->args[0]));
}

static void dump_x(const dumper *d, const pel_x *x, unsigned depth) {
  const char *name = kind_names[x->kind] ? kind_names[x->kind] : "?";
  pel__buf_printf(d->out, "(%s", name);
  dump_head(d, x);
  if (says_type(x->kind)) {
    pel__buf_text(d->out, " : ");
    pel__ty_print(x->type, d->out);
  }
  for (uint32_t i = 0; i < x->noptions; i++) {
    indent(d, depth + 1);
    pel__buf_printf(d->out, PEL_STR_FMT ": ", PEL_STR_ARG(x->options[i].name));
    dump_x(d, x->options[i].value, depth + 1);
  }
  for (uint32_t i = 0; i < x->nargs; i++) {
    if (is_leaf(x))
      pel__buf_char(d->out, ' ');
    else
      indent(d, depth + 1);
    dump_x(d, x->args[i], depth + 1);
  }
  pel__buf_char(d->out, ')');
}

static const char *const ctype_names[] = {
    [PEL_C_VOID] = "void",          [PEL_C_BOOL] = "bool",     [PEL_C_I8] = "int8",
    [PEL_C_I16] = "int16",          [PEL_C_I32] = "int32",     [PEL_C_I64] = "int64",
    [PEL_C_U8] = "uint8",           [PEL_C_U16] = "uint16",    [PEL_C_U32] = "uint32",
    [PEL_C_U64] = "uint64",         [PEL_C_F32] = "float",     [PEL_C_F64] = "double",
    [PEL_C_USIZE] = "size_t",       [PEL_C_CSTR] = "char*",    [PEL_C_BYTES] = "bytes",
    [PEL_C_STRUCT_PTR] = "struct*", [PEL_C_STRUCT] = "struct", [PEL_C_ARRAY] = "array"};

static void dump_cparam(const dumper *d, const pel_tcparam *p) {
  static const char *const modes[] = {"", "out ", "inout "};
  indent(d, 1);
  pel__buf_printf(d->out, "(%s" PEL_STR_FMT " %s", modes[p->mode], PEL_STR_ARG(p->name),
                  ctype_names[p->ctype]);
  if (p->arg != PEL_NONE) pel__buf_printf(d->out, " arg=%u", p->arg);
  if (p->size != PEL_NONE) pel__buf_printf(d->out, " size=%u", p->size);
  if (p->size_of != PEL_NONE) pel__buf_printf(d->out, " size-of=%u", p->size_of);
  pel__buf_text(d->out, " : ");
  pel__ty_print(p->type, d->out);
  pel__buf_char(d->out, ')');
}

static void dump_native(const dumper *d, const pel_tnative *n) {
  pel__buf_printf(d->out, "(extern \"" PEL_STR_FMT "\" " PEL_STR_FMT " -> %s",
                  PEL_STR_ARG(n->library), PEL_STR_ARG(n->symbol),
                  ctype_names[n->result]);
  if (n->pure) pel__buf_text(d->out, " @pure");
  if (n->threadsafe) pel__buf_text(d->out, " @threadsafe");
  if (n->fenv) pel__buf_text(d->out, " @fenv");
  if (n->ok) {
    pel__buf_text(d->out, " @ok ");
    dump_const(d, n->ok);
  }
  if (n->message.n)
    pel__buf_printf(d->out, " @message " PEL_STR_FMT, PEL_STR_ARG(n->message));
  for (uint32_t i = 0; i < n->nparams; i++) dump_cparam(d, &n->params[i]);
  pel__buf_text(d->out, ")\n");
}

static void dump_item(const dumper *d, const char *word, pel_str name, const pel_ty *type,
                      const pel_x *x) {
  pel__buf_printf(d->out, "(%s " PEL_STR_FMT " : ", word, PEL_STR_ARG(name));
  pel__ty_print(type, d->out);
  if (x) {
    indent(d, 1);
    dump_x(d, x, 1);
  }
  pel__buf_text(d->out, ")\n");
}

void pel__typed_dump(const pel_typed *t, pel_buf *out) {
  dumper d = {t, out};
  for (uint32_t i = 0; i < t->nparams; i++)
    dump_item(&d, "param", t->params[i].name, t->params[i].type, t->params[i].init);
  for (uint32_t i = 0; i < t->nnatives; i++) dump_native(&d, &t->natives[i]);
  for (uint32_t i = 0; i < t->nlets; i++)
    dump_item(&d, t->lets[i].root ? "root" : "let", t->lets[i].name,
              t->lets[i].value->type, t->lets[i].value);
  for (uint32_t i = 0; i < t->nouts; i++)
    dump_item(&d, t->outs[i].kind == PEL_ITEM_OUT ? "out" : "test", t->outs[i].name,
              t->outs[i].value->type, t->outs[i].value);
}
