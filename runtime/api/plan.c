#include <string.h>

#include "runtime/api/api.h"
#include "stdlib/io/csv.h"

pel_plan *pel_plan_retain(pel_plan *plan) {
  return (pel_plan *)pel__plan_retain(pel__plan_of(plan));
}
void pel_plan_release(pel_plan *plan) {
  if (plan) pel__plan_release(pel__plan_of(plan));
}

static pel_status hand_over(pel_context *ctx, pel_buf *b, char **out, size_t *n) {
  char *p = b->failed ? NULL : pel__alloc_get(ctx->alloc, b->n + 1);
  if (p) {
    memcpy(p, pel__buf_z(b), b->n + 1);
    *out = p;
    *n = b->n;
  }
  pel__buf_deinit(b);
  return p ? PEL_OK : PEL_E_NOMEM;
}

pel_status pel_plan_save(pel_context *ctx, const pel_plan *plan, char **bytes, size_t *n,
                         pel_error *err) {
  pel_buf b;
  pel_status s = pel__context_check(ctx, err);
  if (s) return s;
  pel__buf_init(&b, ctx->alloc);
  s = pel__plan_encode(pel__plan_of(plan), &b);
  if (s)
    pel__buf_deinit(&b);
  else
    s = hand_over(ctx, &b, bytes, n);
  return s ? pel_error_set(err, s, "the plan could not be saved") : PEL_OK;
}

pel_status pel_plan_load(pel_context *ctx, const void *bytes, size_t n, pel_plan **out,
                         pel_error *err) {
  pel_plan_data *p = NULL;
  pel_status s = pel__context_check(ctx, err);
  if (!s) s = pel__plan_decode(bytes, n, ctx->alloc, &p, err);
  if (s) return s;
  s = pel__plan_show(p);
  if (s) {
    pel__plan_release(p);
    return pel_error_set(err, s, "no memory for the plan");
  }
  *out = (pel_plan *)p;
  return PEL_OK;
}

pel_status pel_plan_text(pel_context *ctx, const pel_plan *plan, char **text, size_t *n) {
  pel_buf b;
  pel__buf_init(&b, ctx->alloc);
  pel__plan_print(pel__plan_of(plan), &b);
  return hand_over(ctx, &b, text, n);
}

/* ---- what a host is told ---- */

/* Made once, before anybody else knows the plan: from then on it is only read. */
struct pel_plan_shown {
  pel_param *params;
  pel_item *items;
  pel_input *inputs;
  size_t n_inputs;
};

typedef struct teller {
  pel_plan_data *p;
  bool failed; /* no memory for some text */
} teller;

/* Texts of a plan are not always followed by a NUL; those of a host are. */
static const char *z(teller *t, pel_str s) {
  const char *copy = pel__arena_text(&t->p->arena, s.p ? s.p : "", s.n);
  t->failed |= !copy;
  return copy ? copy : "";
}

static const char *kept(teller *t, pel_buf *b) {
  t->failed |= b->failed;
  const char *text = z(t, (pel_str){b->p, b->n});
  pel__buf_deinit(b);
  return text;
}

void pel__param_print(const pel_plan_data *p, uint32_t param, pel_buf *out) {
  const pel_plan_param *q = &p->params[param];
  if (q->shape == PEL_SHAPE_ARRAY || q->shape == PEL_SHAPE_TABLE)
    pel__buf_text(out, "[*]");
  pel__type_print(&p->types[q->type], out);
}

static const char *default_text(teller *t, const pel_plan_param *q) {
  const pel_plan_data *p = t->p;
  const pel_const *c = q->constant == PEL_NONE || q->shape != PEL_SHAPE_SCALAR
                           ? NULL
                           : &p->consts[q->constant];
  char text[64];
  if (!c || c->is_null || c->type->kind == PEL_LIST || c->type->kind == PEL_RECORD)
    return NULL;
  if (c->type->kind == PEL_STR || c->type->kind == PEL_BYTES)
    return z(t, (pel_str){c->as.s.p, c->as.s.n});
  pel_const wide = *c; /* a narrow integer is the low end of a wide one */
  if (c->type->kind == PEL_F32) {
    const float f = (float)c->as.f;
    memcpy(&wide.as, &f, sizeof f);
  }
  return z(t, (pel_str){text, pel__csv_print(c->type->kind, &wide.as, 0, text)});
}

/* For each slot whether anything the plan makes reads it; NULL without memory. */
static const bool *find_read(const pel_plan_data *p, pel_arena *a) {
  bool *roots = PEL_ARENA_ARRAY(a, bool, p->n_items + 1),
       *pipes = PEL_ARENA_ARRAY(a, bool, p->n_pipes + 1),
       *slots = PEL_ARENA_ARRAY(a, bool, p->n_slots + 1);
  bool outs = false;
  if (!roots || !pipes || !slots) return NULL;
  for (uint32_t i = 0; i < p->n_items; i++) {
    roots[i] = p->items[i].kind != PEL_ITEM_LET;
    outs |= p->items[i].kind == PEL_ITEM_OUT; /* tests alone make no calls (R5) */
  }
  return pel__plan_needed_beside(p, roots, NULL, outs, pipes, slots) ? NULL : slots;
}

static pel_param param_of(teller *t, uint32_t i, const bool *read) {
  const pel_plan_data *p = t->p;
  const pel_plan_param *q = &p->params[i];
  pel_buf b;
  pel__buf_init(&b, NULL);
  pel__param_print(p, i, &b);
  return (pel_param){.name = z(t, q->name),
                     .type = kept(t, &b),
                     .shape = (pel_value_shape)q->shape,
                     .kind = p->types[q->type].kind,
                     .required = q->constant == PEL_NONE &&
                                 !pel__plan_fills(p, q->slot) && read[q->slot],
                     .init = default_text(t, q),
                     .doc = z(t, q->doc)};
}

bool pel__plan_fills(const pel_plan_data *p, uint32_t slot) {
  for (uint32_t i = 0; i < p->n_pipes; i++)
    if (p->pipes[i].slot == slot && p->pipes[i].sink == PEL_NONE) return true;
  return false;
}

static const char *constant_text(teller *t, const pel_plan_arg *a) {
  const pel_plan_data *p = t->p;
  const bool param = a->kind == PEL_ARG_PARAM && p->params[a->ref].constant != PEL_NONE;
  if (a->kind != PEL_ARG_CONST && !param) return NULL;
  const pel_const *c = &p->consts[param ? p->params[a->ref].constant : a->ref];
  return c->type->kind == PEL_STR && !c->is_null ? z(t, (pel_str){c->as.s.p, c->as.s.n})
                                                 : NULL;
}

static void print_fields(const pel_plan_data *p, pel_range types, pel_range names,
                         pel_buf *b) {
  pel_buf name;
  pel__buf_init(&name, NULL);
  pel__buf_text(b, "{ ");
  for (uint32_t i = 0; i < types.n; i++) {
    name.n = 0;
    pel__buf_add(&name, p->names[names.at + i].p, p->names[names.at + i].n);
    const pel_field field = {pel__buf_z(&name), &p->types[p->reg_types[types.at + i]]};
    if (i) pel__buf_text(b, ", ");
    pel__field_print(&field, b);
  }
  pel__buf_text(b, " }");
  b->failed |= name.failed;
  pel__buf_deinit(&name);
}

static const char *item_type(teller *t, const pel_plan_item *q) {
  const pel_plan_data *p = t->p;
  const bool file = q->node != PEL_NONE;
  const pel_plan_node *node = file ? &p->nodes[q->node] : NULL;
  const pel_plan_slot *slot = file ? NULL : &p->slots[q->slot];
  const pel_range types = file ? p->ranges[node->ports.at] : slot->types,
                  names = file ? node->out_names : slot->names;
  pel_buf b;
  pel__buf_init(&b, NULL);
  if (q->shape == PEL_SHAPE_ARRAY || q->shape == PEL_SHAPE_TABLE)
    pel__buf_text(&b, "[*]");
  if (q->shape == PEL_SHAPE_RECORD || q->shape == PEL_SHAPE_TABLE)
    print_fields(p, types, names, &b);
  else if (types.n)
    pel__type_print(&p->types[p->reg_types[types.at]], &b);
  return kept(t, &b);
}

static pel_item item_of(teller *t, const pel_plan_item *q) {
  const pel_plan_data *p = t->p;
  pel_item out = {.name = z(t, q->name),
                  .role = (pel_item_role)q->kind,
                  .shape = (pel_value_shape)q->shape,
                  .written = q->node != PEL_NONE,
                  .type = "",
                  .line = q->span == PEL_NONE ? 0 : p->spans[q->span].line};
  if (out.written || q->slot != PEL_NONE) out.type = item_type(t, q);
  if (!out.written) return out;
  const pel_plan_node *node = &p->nodes[q->node];
  const char *op = z(t, p->ops[node->op].name);
  out.format = strncmp(op, "write_", 6) ? op : op + 6;
  if (node->args.n) out.path = constant_text(t, &p->node_args[node->args.at]);
  return out;
}

static bool is_input(const pel_plan_data *p, const pel_plan_node *node) {
  return p->ops[node->op].kind == PEL_OP_SOURCE && node->args.n > 0;
}

static pel_input input_of(teller *t, const pel_plan_node *node) {
  const pel_plan_data *p = t->p;
  const pel_plan_arg *path = &p->node_args[node->args.at];
  const char *op = z(t, p->ops[node->op].name);
  pel_buf b;
  pel__buf_init(&b, NULL);
  print_fields(p, node->out, node->out_names, &b);
  return (pel_input){
      .path = constant_text(t, path),
      .param = path->kind == PEL_ARG_PARAM ? z(t, p->params[path->ref].name) : NULL,
      .format = strncmp(op, "read_", 5) ? op : op + 5,
      .type = kept(t, &b),
      .line = node->span == PEL_NONE ? 0 : p->spans[node->span].line};
}

pel_status pel__plan_show(pel_plan_data *p) {
  struct pel_plan_shown *s = pel__arena_get(&p->arena, sizeof *s);
  teller t = {p, false};
  pel_arena temp;
  if (!s) return PEL_E_NOMEM;
  *s = (struct pel_plan_shown){PEL_ARENA_ARRAY(&p->arena, pel_param, p->n_params + 1),
                               PEL_ARENA_ARRAY(&p->arena, pel_item, p->n_items + 1),
                               PEL_ARENA_ARRAY(&p->arena, pel_input, p->n_nodes + 1), 0};
  pel__arena_init(&temp, p->arena.alloc);
  const bool *read = p->n_params ? find_read(p, &temp) : NULL;
  t.failed = !s->params || !s->items || !s->inputs || (p->n_params && !read);
  for (uint32_t i = 0; !t.failed && i < p->n_params; i++)
    s->params[i] = param_of(&t, i, read);
  for (uint32_t i = 0; !t.failed && i < p->n_items; i++)
    s->items[i] = item_of(&t, &p->items[i]);
  for (uint32_t i = 0; !t.failed && i < p->n_nodes; i++)
    if (is_input(p, &p->nodes[i])) s->inputs[s->n_inputs++] = input_of(&t, &p->nodes[i]);
  pel__arena_deinit(&temp);
  if (t.failed) return PEL_E_NOMEM;
  p->shown = s;
  return PEL_OK;
}

size_t pel_plan_params(const pel_plan *plan) { return pel__plan_of(plan)->n_params; }
size_t pel_plan_items(const pel_plan *plan) { return pel__plan_of(plan)->n_items; }
size_t pel_plan_inputs(const pel_plan *plan) {
  return pel__plan_of(plan)->shown->n_inputs;
}
pel_param pel_plan_param_at(const pel_plan *plan, size_t i) {
  return pel__plan_of(plan)->shown->params[i];
}
pel_item pel_plan_item_at(const pel_plan *plan, size_t i) {
  return pel__plan_of(plan)->shown->items[i];
}
pel_input pel_plan_input_at(const pel_plan *plan, size_t i) {
  return pel__plan_of(plan)->shown->inputs[i];
}
