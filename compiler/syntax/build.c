#include "compiler/syntax/build.h"

#include "runtime/base/check.h"

bool pel__list_grow(pel_parse *cx, void **at, uint32_t n, uint32_t *cap, size_t size) {
  uint32_t more = *cap ? *cap * 2 : 4;
  size_t bytes;
  void *p = pel__size_mul(more, size, &bytes) ? pel__arena_get(cx->arena, bytes) : NULL;
  if (!p) {
    cx->status = PEL_E_NOMEM;
    return false;
  }
  if (n) memcpy(p, *at, n * size);
  *at = p;
  *cap = more;
  return true;
}

void *pel__list_new(pel_parse *cx) {
  pel_nodes *list = PEL_ARENA_NEW(cx->arena, pel_nodes);
  if (list) return list;
  cx->status = PEL_E_NOMEM;
  cx->spare_list = (pel_nodes){0};
  return &cx->spare_list;
}

static void report_nodes(pel_parse *cx, pel_span span) {
  pel_diag *d =
      pel__report(cx, PEL_E0034, span, "more than 2^20 syntax nodes in one file");
  pel__diag_help(cx->ds, d, "data belongs in a file that is read, code in several files");
  if (cx->status == PEL_OK) cx->status = PEL_E_COMPILE;
}

uint32_t pel__ast_id(pel_parse *cx, pel_span span) {
  if (++cx->nodes > PEL_SYNTAX_NODES) report_nodes(cx, span);
  return cx->ds->sources->node_count++;
}

pel_ast *pel__ast_new(pel_parse *cx, pel_ast_kind kind, pel_span span) {
  pel_ast *node = cx->status == PEL_OK ? PEL_ARENA_NEW(cx->arena, pel_ast) : NULL;
  if (!node) {
    if (cx->status == PEL_OK) cx->status = PEL_E_NOMEM;
    node = &cx->spare;
    *node = (pel_ast){0};
  }
  node->kind = (uint8_t)kind;
  node->depth = 1;
  node->span = span;
  node->id = pel__ast_id(cx, span);
  return node;
}

/* node is above child. Beyond the limit depth stays where it is: the parse ends anyway.
 */
void pel__ast_above(pel_parse *cx, pel_ast *node, const pel_ast *child) {
  if (!child || child->depth < node->depth) return;
  if (child->depth >= PEL_SYNTAX_DEPTH)
    pel__report_depth(cx, node->span);
  else
    node->depth = (uint16_t)(child->depth + 1);
}

void pel__ast_above_all(pel_parse *cx, pel_ast *node, pel_ast *const *children,
                        uint32_t n) {
  for (uint32_t i = 0; i < n; i++) pel__ast_above(cx, node, children[i]);
}

static void above_args(pel_parse *cx, pel_ast *node, const pel_ast_arg *args,
                       uint32_t n) {
  for (uint32_t i = 0; i < n; i++) pel__ast_above(cx, node, args[i].value);
}

static void above_binds(pel_parse *cx, pel_ast *node, const pel_ast_bind *binds,
                        uint32_t n) {
  for (uint32_t i = 0; i < n; i++) {
    pel__ast_above(cx, node, binds[i].pattern);
    pel__ast_above(cx, node, binds[i].type);
    pel__ast_above(cx, node, binds[i].value);
  }
}

/* ---- leaves */

pel_ast *pel__ast_named(pel_parse *cx, pel_ast_kind kind, pel_span span, pel_str name) {
  pel_ast *node = pel__ast_new(cx, kind, span);
  node->name = name;
  return node;
}

pel_ast *pel__ast_string(pel_parse *cx, pel_span span, pel_str bytes) {
  pel_ast *node = pel__ast_new(cx, PEL_AST_STRING, span);
  node->string.raw = (pel_str){cx->src->text.p + span.begin, span.end - span.begin};
  node->string.bytes = bytes;
  return node;
}

pel_ast *pel__ast_bool(pel_parse *cx, pel_span span, bool truth) {
  pel_ast *node = pel__ast_new(cx, PEL_AST_BOOL, span);
  node->truth = truth;
  return node;
}

pel_ast *pel__ast_size_int(pel_ast *integer) {
  integer->kind = PEL_AST_SIZE_INT;
  return integer;
}

/* ---- expressions */

pel_ast *pel__ast_unary(pel_parse *cx, pel_ast_kind kind, pel_span span,
                        pel_ast *operand) {
  pel_ast *node = pel__ast_new(cx, kind, span);
  node->operand = operand;
  pel__ast_above(cx, node, operand);
  return node;
}

pel_ast *pel__ast_binary(pel_parse *cx, pel_ast_kind kind, pel_span span, pel_ast *left,
                         pel_ast_op op, pel_span op_span, pel_ast *right) {
  pel_ast *node = pel__ast_new(cx, kind, span);
  node->binary.left = left;
  node->binary.right = right;
  node->binary.op = op;
  node->binary.span = op_span;
  pel__ast_above(cx, node, left);
  pel__ast_above(cx, node, right);
  return node;
}

/* A chain's arrays have room for the next power of two: they grow when n is one. */
static bool chain_reserve(pel_parse *cx, pel_ast *node) {
  uint32_t n = node->chain.n;
  if (n & (n - 1)) return true;
  pel_ast **items = pel__arena_get(cx->arena, (size_t)n * 2 * sizeof *items);
  pel_ast_chain_op *ops = pel__arena_get(cx->arena, (size_t)n * 2 * sizeof *ops);
  if (!items || !ops) {
    cx->status = PEL_E_NOMEM;
    return false;
  }
  memcpy(items, node->chain.items, n * sizeof *items);
  if (n > 1) memcpy(ops, node->chain.ops, (n - 1) * sizeof *ops);
  node->chain.items = items;
  node->chain.ops = ops;
  return true;
}

static pel_ast *chain_start(pel_parse *cx, pel_ast_kind kind, pel_span span,
                            pel_ast *first) {
  pel_ast *node = pel__ast_new(cx, kind, span);
  pel_ast **items = pel__arena_get(cx->arena, sizeof *items);
  if (!items) {
    cx->status = PEL_E_NOMEM;
    return node;
  }
  items[0] = first;
  node->chain.items = items;
  node->chain.n = 1;
  pel__ast_above(cx, node, first);
  return node;
}

pel_ast *pel__ast_chain(pel_parse *cx, pel_ast_kind kind, pel_span span, pel_ast *left,
                        pel_ast_op op, pel_span op_span, pel_ast *right) {
  pel_ast *node = left;
  if (left->kind != kind || left->paren) node = chain_start(cx, kind, span, left);
  if (cx->status != PEL_OK || !chain_reserve(cx, node)) return node;
  node->span = span;
  node->chain.ops[node->chain.n - 1] = (pel_ast_chain_op){op, op_span};
  node->chain.items[node->chain.n++] = right;
  pel__ast_above(cx, node, right);
  return node;
}

pel_ast *pel__ast_call(pel_parse *cx, pel_ast_kind kind, pel_span span, pel_ast *callee,
                       const pel_args *args) {
  pel_ast *node = pel__ast_new(cx, kind, span);
  node->call.callee = callee;
  node->call.bare = args == NULL;
  pel__ast_above(cx, node, callee);
  if (!args) return node;
  node->call.args = args->at;
  node->call.n = args->n;
  above_args(cx, node, args->at, args->n);
  return node;
}

pel_ast *pel__ast_stage(pel_parse *cx, pel_span span, const pel_names *path,
                        const pel_args *args) {
  pel_ast *callee = NULL;
  pel_span whole = path->n ? path->at[0].span : span;
  for (uint32_t i = 0; i < path->n; i++) {
    whole.end = path->at[i].span.end;
    callee = i ? pel__ast_field(cx, whole, callee, path->at[i])
               : pel__ast_named(cx, PEL_AST_NAME, whole, path->at[i].text);
  }
  if (!callee) callee = pel__ast_new(cx, PEL_AST_NAME, span); /* no memory for the path */
  return pel__ast_call(cx, PEL_AST_STAGE, span, callee, args);
}

pel_ast *pel__ast_field(pel_parse *cx, pel_span span, pel_ast *base, pel_ast_name name) {
  pel_ast *node = pel__ast_new(cx, PEL_AST_FIELD, span);
  node->field.base = base;
  node->field.name = name;
  pel__ast_above(cx, node, base);
  return node;
}

pel_ast *pel__ast_index(pel_parse *cx, pel_span span, pel_ast *base,
                        const pel_nodes *items) {
  pel_ast *node = pel__ast_new(cx, PEL_AST_INDEX, span);
  node->index.base = base;
  node->index.items = items->at;
  node->index.n = items->n;
  pel__ast_above(cx, node, base);
  pel__ast_above_all(cx, node, items->at, items->n);
  return node;
}

pel_ast *pel__ast_cast(pel_parse *cx, pel_span span, pel_ast *value, pel_ast *type) {
  pel_ast *node = pel__ast_new(cx, PEL_AST_CAST, span);
  node->cast.value = value;
  node->cast.type = type;
  pel__ast_above(cx, node, value);
  pel__ast_above(cx, node, type);
  return node;
}

pel_ast *pel__ast_list(pel_parse *cx, pel_ast_kind kind, pel_span span,
                       const pel_nodes *items) {
  pel_ast *node = pel__ast_new(cx, kind, span);
  node->list.items = items->at;
  node->list.n = items->n;
  pel__ast_above_all(cx, node, items->at, items->n);
  return node;
}

pel_ast *pel__ast_tuple(pel_parse *cx, pel_ast_kind kind, pel_span span,
                        const pel_nodes *items) {
  if (items->n != 1) return pel__ast_list(cx, kind, span, items);
  items->at[0]->paren = true;
  return items->at[0];
}

pel_ast *pel__ast_tuple_of(pel_parse *cx, pel_span span, pel_ast *first,
                           const pel_nodes *rest) {
  pel_nodes all = {0};
  pel_ast **at = pel__arena_array(cx->arena, (size_t)rest->n + 1, sizeof *at);
  if (!at) {
    cx->status = PEL_E_NOMEM;
    return first;
  }
  at[0] = first;
  if (rest->n) memcpy(at + 1, rest->at, rest->n * sizeof *at);
  all.at = at;
  all.n = rest->n + 1;
  return pel__ast_list(cx, PEL_AST_TUPLE, span, &all);
}

pel_ast *pel__ast_comprehension(pel_parse *cx, pel_span span, pel_ast *body,
                                const pel_binds *gens, pel_ast *filter) {
  pel_ast *node = pel__ast_new(cx, PEL_AST_COMPREHENSION, span);
  node->comp.body = body;
  node->comp.gens = gens->at;
  node->comp.n = gens->n;
  node->comp.filter = filter;
  pel__ast_above(cx, node, body);
  above_binds(cx, node, gens->at, gens->n);
  pel__ast_above(cx, node, filter);
  return node;
}

pel_ast *pel__ast_record(pel_parse *cx, pel_ast_kind kind, pel_span span,
                         const pel_args *fields) {
  pel_ast *node = pel__ast_new(cx, kind, span);
  node->record.fields = fields->at;
  node->record.n = fields->n;
  above_args(cx, node, fields->at, fields->n);
  return node;
}

pel_ast *pel__ast_if(pel_parse *cx, pel_span span, pel_ast *test, pel_ast *then,
                     pel_ast *otherwise) {
  pel_ast *node = pel__ast_new(cx, PEL_AST_IF, span);
  node->cond.test = test;
  node->cond.then = then;
  node->cond.otherwise = otherwise;
  pel__ast_above(cx, node, test);
  pel__ast_above(cx, node, then);
  pel__ast_above(cx, node, otherwise);
  return node;
}

pel_ast *pel__ast_with(pel_parse *cx, pel_span span, const pel_binds *binds,
                       pel_ast *body) {
  pel_ast *node = pel__ast_new(cx, PEL_AST_WITH, span);
  node->with.binds = binds->at;
  node->with.n = binds->n;
  node->with.body = body;
  above_binds(cx, node, binds->at, binds->n);
  pel__ast_above(cx, node, body);
  return node;
}

pel_ast *pel__ast_lambda(pel_parse *cx, pel_span span, const pel_nodes *params,
                         pel_ast *body) {
  pel_ast *node = pel__ast_new(cx, PEL_AST_LAMBDA, span);
  node->lambda.params = params->at;
  node->lambda.n = params->n;
  node->lambda.body = body;
  pel__ast_above_all(cx, node, params->at, params->n);
  pel__ast_above(cx, node, body);
  return node;
}

pel_ast *pel__ast_match(pel_parse *cx, pel_span span, pel_ast *subject,
                        const pel_binds *arms) {
  pel_ast *node = pel__ast_new(cx, PEL_AST_MATCH, span);
  node->match.subject = subject;
  node->match.arms = arms->at;
  node->match.n = arms->n;
  pel__ast_above(cx, node, subject);
  above_binds(cx, node, arms->at, arms->n);
  return node;
}

pel_ast *pel__ast_try(pel_parse *cx, pel_span span, pel_ast *body, pel_ast *fallback) {
  pel_ast *node = pel__ast_new(cx, PEL_AST_TRY, span);
  node->attempt.body = body;
  node->attempt.fallback = fallback;
  pel__ast_above(cx, node, body);
  pel__ast_above(cx, node, fallback);
  return node;
}

pel_ast *pel__ast_iterate(pel_parse *cx, pel_span span, pel_ast *const parts[6]) {
  pel_ast *node = pel__ast_new(cx, PEL_AST_ITERATE, span);
  node->iterate.state = parts[0];
  node->iterate.init = parts[1];
  node->iterate.var = parts[2];
  node->iterate.over = parts[3];
  node->iterate.until = parts[4];
  node->iterate.next = parts[5];
  pel__ast_above_all(cx, node, parts, 6);
  return node;
}
