#include "compiler/syntax/ast.h"

typedef struct dumper {
  pel_buf *out;
} dumper;

static void node(const dumper *d, const pel_ast *n);

static void open(const dumper *d, const char *word) {
  pel__buf_text(d->out, " (");
  pel__buf_text(d->out, word);
}

static void close(const dumper *d) { pel__buf_char(d->out, ')'); }

static void word(const dumper *d, pel_str s) {
  pel__buf_char(d->out, ' ');
  pel__buf_str(d->out, s);
}

static void quoted(const dumper *d, pel_str s) {
  pel__buf_char(d->out, ' ');
  pel__buf_json(d->out, s);
}

static void nodes(const dumper *d, pel_ast *const *at, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) node(d, at[i]);
}

/* A child that may be absent. */
static void maybe(const dumper *d, const pel_ast *n) {
  if (n)
    node(d, n);
  else
    pel__buf_text(d->out, " -");
}

static void args(const dumper *d, const pel_ast_arg *at, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) {
    if (at[i].spread)
      open(d, "spread");
    else if (at[i].label.n || at[i].label_span.line) {
      open(d, at[i].label_span.line ? "label" : "short");
      quoted(d, at[i].label);
    }
    node(d, at[i].value);
    if (at[i].spread || at[i].label.n || at[i].label_span.line) close(d);
  }
}

static void binds(const dumper *d, const char *name, const pel_ast_bind *at, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) {
    open(d, name);
    node(d, at[i].pattern);
    if (at[i].type) {
      open(d, ":");
      node(d, at[i].type);
      close(d);
    }
    node(d, at[i].value);
    close(d);
  }
}

static void chain(const dumper *d, const pel_ast *n) {
  for (uint32_t i = 0; i < n->chain.n; i++) {
    pel_ast_op op = i ? n->chain.ops[i - 1].op : PEL_AST_OP_NONE;
    if (op >= PEL_AST_OP_ADD) word(d, pel__str(pel__ast_op_text(op)));
    node(d, n->chain.items[i]);
  }
}

static void doc(const dumper *d, pel_str text) {
  if (text.n == 0) return;
  open(d, "doc");
  quoted(d, text);
  close(d);
}

static void param(const dumper *d, const char *name, const pel_ast_param *p) {
  static const char *const modes[] = {"", "out", "inout"};
  open(d, name);
  quoted(d, p->name.text);
  if (p->mode != PEL_MODE_IN) word(d, pel__str(modes[p->mode]));
  doc(d, p->doc);
  node(d, p->type);
  if (p->init) {
    open(d, "=");
    node(d, p->init);
    close(d);
  }
  close(d);
}

static void path(const dumper *d, const pel_ast_name *at, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) quoted(d, at[i].text);
}

static void type_name(const dumper *d, const pel_ast *n) {
  if (n->named.module) word(d, n->named.module->text);
  word(d, n->named.name);
  nodes(d, n->named.args, n->named.n);
}

static void type_record(const dumper *d, const pel_ast *n) {
  for (uint32_t i = 0; i < n->fields.n; i++) param(d, "field", &n->fields.fields[i]);
  if (!n->fields.rest) return;
  open(d, "rest");
  word(d, n->fields.rest->text);
  close(d);
}

static void variants(const dumper *d, const pel_ast *n) {
  for (uint32_t i = 0; i < n->variants.n; i++) {
    const pel_ast_variant *v = &n->variants.at[i];
    open(d, "variant");
    word(d, v->name.text);
    doc(d, v->doc);
    nodes(d, v->payload, v->n);
    close(d);
  }
}

static void variant_pattern(const dumper *d, const pel_ast *n) {
  open(d, "path");
  path(d, n->variant.path, n->variant.path_n);
  close(d);
  nodes(d, n->variant.args, n->variant.n);
}

static void iterate(const dumper *d, const pel_ast *n) {
  node(d, n->iterate.state);
  node(d, n->iterate.init);
  node(d, n->iterate.var);
  node(d, n->iterate.over);
  maybe(d, n->iterate.until);
  node(d, n->iterate.next);
}

static void compare(const dumper *d, const pel_ast *n) {
  word(d, pel__str(pel__ast_op_text(n->binary.op)));
  node(d, n->binary.left);
  node(d, n->binary.right);
}

static void inside(const dumper *d, const pel_ast *n) {
  switch ((pel_ast_kind)n->kind) {
    case PEL_AST_INT:
    case PEL_AST_SIZE_INT:
      word(d, n->integer.raw);
      break;
    case PEL_AST_FLOAT:
      word(d, n->number.raw);
      break;
    case PEL_AST_QUANTITY:
      word(d, n->quantity.raw);
      break;
    case PEL_AST_STRING:
      quoted(d, n->string.bytes);
      break;
    case PEL_AST_BOOL:
      word(d, n->truth ? PEL_STR("true") : PEL_STR("false"));
      break;
    case PEL_AST_NULL:
    case PEL_AST_ELEMENT:
    case PEL_AST_SIZE_ANY:
    case PEL_AST_PAT_WILD:
      break;
    case PEL_AST_NAME:
    case PEL_AST_TYPE_VAR:
    case PEL_AST_SIZE_NAME:
    case PEL_AST_PAT_NAME:
      word(d, n->name);
      break;
    case PEL_AST_ELEMENT_FIELD:
      quoted(d, n->name);
      break;
    case PEL_AST_FIELD:
      node(d, n->field.base), quoted(d, n->field.name.text);
      break;
    case PEL_AST_CALL:
    case PEL_AST_STAGE:
      if (n->call.bare) word(d, PEL_STR("bare"));
      node(d, n->call.callee);
      args(d, n->call.args, n->call.n);
      break;
    case PEL_AST_INDEX:
      node(d, n->index.base);
      nodes(d, n->index.items, n->index.n);
      break;
    case PEL_AST_NEGATE:
    case PEL_AST_NOT:
      node(d, n->operand);
      break;
    case PEL_AST_COMPARE:
      compare(d, n);
      break;
    case PEL_AST_POWER:
    case PEL_AST_RANGE:
      maybe(d, n->binary.left);
      maybe(d, n->binary.right);
      break;
    case PEL_AST_OR:
    case PEL_AST_AND:
    case PEL_AST_COALESCE:
    case PEL_AST_SUM:
    case PEL_AST_PRODUCT:
    case PEL_AST_PIPE:
      chain(d, n);
      break;
    case PEL_AST_CAST:
      node(d, n->cast.value), node(d, n->cast.type);
      break;
    case PEL_AST_TUPLE:
    case PEL_AST_ARRAY:
    case PEL_AST_TYPE_TUPLE:
    case PEL_AST_PAT_TUPLE:
      nodes(d, n->list.items, n->list.n);
      break;
    case PEL_AST_COMPREHENSION:
      node(d, n->comp.body);
      binds(d, "for", n->comp.gens, n->comp.n);
      maybe(d, n->comp.filter);
      break;
    case PEL_AST_RECORD:
    case PEL_AST_PAT_RECORD:
      args(d, n->record.fields, n->record.n);
      break;
    case PEL_AST_IF:
      node(d, n->cond.test), node(d, n->cond.then), node(d, n->cond.otherwise);
      break;
    case PEL_AST_WITH:
      binds(d, "bind", n->with.binds, n->with.n);
      node(d, n->with.body);
      break;
    case PEL_AST_LAMBDA:
      nodes(d, n->lambda.params, n->lambda.n);
      node(d, n->lambda.body);
      break;
    case PEL_AST_MATCH:
      node(d, n->match.subject);
      binds(d, "arm", n->match.arms, n->match.n);
      break;
    case PEL_AST_TRY:
      node(d, n->attempt.body), node(d, n->attempt.fallback);
      break;
    case PEL_AST_ITERATE:
      iterate(d, n);
      break;
    case PEL_AST_TYPE_NAME:
      type_name(d, n);
      break;
    case PEL_AST_TYPE_OPTION:
    case PEL_AST_TYPE_REF:
      node(d, n->inner);
      break;
    case PEL_AST_TYPE_ARRAY:
      nodes(d, n->array.dims, n->array.n);
      node(d, n->array.element);
      break;
    case PEL_AST_TYPE_RECORD:
      type_record(d, n);
      break;
    case PEL_AST_TYPE_FN:
      nodes(d, n->fn.params, n->fn.n);
      node(d, n->fn.result);
      break;
    case PEL_AST_TYPE_VARIANTS:
      variants(d, n);
      break;
    case PEL_AST_PAT_VARIANT:
      variant_pattern(d, n);
      break;
    case PEL_AST_PAT_LITERAL:
      node(d, n->literal);
      break;
    case PEL_AST_KIND_COUNT:
      break;
  }
}

static void node(const dumper *d, const pel_ast *n) {
  open(d, pel__ast_kind_name((pel_ast_kind)n->kind));
  inside(d, n);
  close(d);
}

void pel__ast_dump_node(const pel_ast *n, pel_buf *out) {
  pel_buf text;
  pel__buf_init(&text, out->alloc);
  dumper d = {&text};
  node(&d, n);
  if (text.n) pel__buf_add(out, text.p + 1, text.n - 1); /* without the space in front */
  if (text.failed) out->failed = true;
  pel__buf_deinit(&text);
}

/* ---- items: a line each for what belongs to them */

static void line(const dumper *d, const char *name, uint32_t level) {
  pel__buf_char(d->out, '\n');
  for (uint32_t i = 0; i < level; i++) pel__buf_text(d->out, "  ");
  pel__buf_char(d->out, '(');
  pel__buf_text(d->out, name);
}

static void attributes(const dumper *d, const pel_ast_item *item, uint32_t level) {
  for (uint32_t i = 0; i < item->attr_n; i++) {
    line(d, "@", level);
    pel__buf_str(d->out, item->attrs[i].name.text);
    args(d, item->attrs[i].args, item->attrs[i].n);
    close(d);
  }
}

static void labelled(const dumper *d, const char *name, const pel_ast *n,
                     uint32_t level) {
  if (!n) return;
  line(d, name, level);
  node(d, n);
  close(d);
}

static void head(const dumper *d, const pel_ast_item *item) {
  pel__buf_char(d->out, '(');
  pel__buf_text(d->out, pel__ast_item_word(item->kind));
  if (item->kind == PEL_AST_ITEM_TEST || item->target.span.line)
    quoted(d, item->target.span.line ? item->target.text : item->name.text);
  else if (item->name.text.n && !item->pattern)
    word(d, item->name.text);
  path(d, item->path, item->path_n);
  if (item->alias.text.n) {
    open(d, "as");
    word(d, item->alias.text);
    close(d);
  }
  for (uint32_t i = 0; i < item->type_param_n; i++) word(d, item->type_params[i].text);
}

static void item_dump(const dumper *d, const pel_ast_item *item, uint32_t level) {
  head(d, item);
  doc(d, item->doc);
  attributes(d, item, level);
  labelled(d, "pattern", item->pattern, level);
  for (uint32_t i = 0; i < item->param_n; i++) {
    line(d, "params", level);
    param(d, "param", &item->params[i]);
    close(d);
  }
  if (item->varargs) {
    line(d, "varargs", level);
    close(d);
  }
  labelled(d, "type", item->type, level);
  labelled(d, "value", item->value, level);
  for (uint32_t i = 0; i < item->function_n; i++) {
    line(d, "c ", level);
    item_dump(d, item->functions[i], level + 1);
    close(d);
  }
  close(d);
}

void pel__ast_dump(const pel_ast_file *file, pel_buf *out) {
  dumper d = {out};
  for (uint32_t i = 0; i < file->n; i++) {
    item_dump(&d, file->items[i], 1);
    pel__buf_char(out, '\n');
  }
}
