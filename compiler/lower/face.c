#include "compiler/lower/lower_family.h"

static uint32_t opt_type(pel_lower_state *s, const pel_type *t) {
  return t ? pel__build_type(s->l.b, t) : PEL_NONE;
}

void pel__lower_natives(pel_lower_state *s) {
  pel_plan_build *b = s->l.b;
  for (uint32_t i = 0; i < s->l.m->nnatives; i++) {
    const pel_ir_native *f = &s->l.m->natives[i];
    pel_cparam *at = PEL_ARENA_ARRAY(&s->l.scratch, pel_cparam, f->nparams);
    if (!at) {
      s->l.failed = true;
      return;
    }
    for (uint32_t k = 0; k < f->nparams; k++) {
      const pel_ir_cparam *p = &f->params[k];
      at[k] = (pel_cparam){pel__build_text(b, p->name),
                           p->ctype,
                           p->mode,
                           opt_type(s, p->type),
                           p->size_of,
                           p->size,
                           p->arg};
    }
    pel_native x = {.library = pel__build_text(b, f->library),
                    .folder = pel__build_text(b, f->folder),
                    .symbol = pel__build_text(b, f->symbol),
                    .params = pel__build_cparams(b, at, f->nparams),
                    .result = f->result,
                    .result_type = opt_type(s, f->result_type),
                    .pure = f->pure,
                    .threadsafe = f->threadsafe,
                    .fenv = f->fenv,
                    .ok = f->ok ? pel__build_const(b, f->ok) : PEL_NONE,
                    .message = pel__build_text(b, f->message),
                    .span = pel__lower_span(&s->l, f->span)};
    (void)pel__build_native(b, x);
  }
}

void pel__lower_params(pel_lower_state *s) {
  const pel_ir *m = s->l.m;
  pel_plan_build *b = s->l.b;
  s->param_slots = PEL_ARENA_ARRAY(&s->l.scratch, uint32_t, m->nparams);
  if (!s->param_slots) {
    s->l.failed = true;
    return;
  }
  for (uint32_t i = 0; i < m->nparams; i++) {
    const pel_ir_param *p = &m->params[i];
    s->param_slots[i] = pel__lower_new_slot(s, p->type, p->name, PEL_NONE);
    pel_plan_param x = {
        .name = pel__build_text(b, p->name),
        .type = pel__build_type(b, p->type),
        .shape = p->shape,
        .constant = p->constant ? pel__build_const(b, p->constant) : PEL_NONE,
        .slot = s->param_slots[i],
        .doc = pel__build_text(b, p->doc),
        .span = pel__lower_span(&s->l, p->span)};
    (void)pel__build_param(b, x);
  }
}

/* Defaults that are computed fill the parameter's slot. */
void pel__lower_inits(pel_lower_state *s, const pel_ir_node *n) {
  pel_ir *m = s->l.m;
  for (uint32_t i = 0; i < m->nparams && !s->l.failed; i++) {
    pel_ir_node *x = m->params[i].init;
    if (x != n) continue;
    pel_stream *from;
    if (x->array) {
      uint32_t slot = pel__lower_slot_of(s, x);
      from = s->l.failed ? NULL : pel__stream_slots(&s->l, &slot, 1, x->type);
    } else {
      from = pel__lower_scalar(s, x);
    }
    if (!from || s->l.failed) return;
    pel__stream_to_slot(&s->l, from, s->param_slots[i], PEL_NONE, m->params[i].span);
  }
}

/* The node that writes, found again by its item. */
static void written(pel_lower_state *s, const pel_ir_item *x, pel_plan_item *p) {
  p->node = s->l.slots[x->value->mark]; /* a sink is no value: its node stands there */
  p->path = s->l.b->nodes.at[p->node].args.at;
}

void pel__lower_items(pel_lower_state *s) {
  pel_ir *m = s->l.m;
  pel_plan_build *b = s->l.b;
  for (uint32_t i = 0; i < m->nitems && !s->l.failed; i++) {
    const pel_ir_item *x = &m->items[i];
    pel_plan_item p = {.kind = x->kind,
                       .name = pel__build_text(b, x->name),
                       .shape = x->shape,
                       .slot = PEL_NONE,
                       .node = PEL_NONE,
                       .path = PEL_NONE,
                       .left = PEL_NONE,
                       .right = PEL_NONE,
                       .span = pel__lower_span(&s->l, x->span)};
    if (x->value && x->value->op == PEL_IR_WRITE)
      written(s, x, &p);
    else if (x->value)
      p.slot = pel__lower_slot_of(s, x->value);
    if (x->left) p.left = pel__lower_slot_of(s, x->left);
    if (x->right) p.right = pel__lower_slot_of(s, x->right);
    (void)pel__build_item(b, p);
  }
}
