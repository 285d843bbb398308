#include "compiler/ir/build.h"

static void *room(pel_ir *m, size_t n, size_t size) {
  void *p = pel__arena_array(m->arena, n, size);
  if (!p) m->oom = true;
  return p;
}

static const pel_type *native_type(pel_ir *m, const pel_ty *t) {
  if (!t) return NULL;
  bool array;
  return pel__ir_from_ty(m, t, &array); /* of an array: its element */
}

static const pel_type *result_type(pel_ir *m, const pel_ty *t) {
  if (!t) return NULL;
  bool array;
  const pel_type *r = pel__ir_from_ty(m, t, &array);
  return array ? pel__ir_list(m, r) : r;
}

static void build_natives(pel_irb *b) {
  pel_ir *m = b->m;
  m->natives = room(m, b->t->nnatives, sizeof *m->natives);
  if (!m->natives) return;
  m->nnatives = b->t->nnatives;
  for (uint32_t i = 0; i < m->nnatives; i++) {
    const pel_tnative *f = &b->t->natives[i];
    pel_ir_native *r = &m->natives[i];
    *r = (pel_ir_native){.library = f->library,
                         .folder = f->folder,
                         .symbol = f->symbol,
                         .message = f->message,
                         .result = f->result,
                         .result_type = result_type(m, f->result_type),
                         .pure = f->pure,
                         .threadsafe = f->threadsafe,
                         .fenv = f->fenv,
                         .ok = f->ok ? pel__ir_const(m, f->ok) : NULL,
                         .span = f->span};
    r->params = room(m, f->nparams, sizeof *r->params);
    if (!r->params) return;
    r->nparams = f->nparams;
    for (uint32_t k = 0; k < f->nparams; k++) {
      const pel_tcparam *p = &f->params[k];
      r->params[k] =
          (pel_ir_cparam){p->name,    p->ctype, p->mode, native_type(m, p->type),
                          p->size_of, p->size,  p->arg};
    }
  }
}

static void build_params(pel_irb *b) {
  pel_ir *m = b->m;
  uint32_t n = b->t->nparams;
  m->params = room(m, n, sizeof *m->params);
  b->params = room(m, n, sizeof *b->params);
  if (!m->params || !b->params) return;
  m->nparams = n;
  for (uint32_t i = 0; i < n; i++) {
    const pel_tparam *p = &b->t->params[i];
    bool array;
    m->params[i] = (pel_ir_param){.name = p->name,
                                  .shape = p->shape,
                                  .type = pel__ir_from_ty(m, p->type, &array),
                                  .doc = p->doc,
                                  .span = p->span};
    pel_ir_node *x =
        pel__ir_node_new(m, PEL_IR_PARAM, m->params[i].type, p->span, 0, NULL, 0);
    if (x != m->broken) x->index = i;
    if (x != m->broken)
      x->array = p->shape == PEL_SHAPE_ARRAY || p->shape == PEL_SHAPE_TABLE;
    pel__ir_append(m->top, x);
    b->params[i] = x;
    if (!p->init) continue;
    if (p->init->kind == PEL_X_CONST)
      m->params[i].constant = pel__ir_const(m, p->init->value);
    if (x->array)
      m->params[i].init = pel__irb_array_x(b, p->init); /* rows, of a constant too */
    else if (!m->params[i].constant)
      m->params[i].init = pel__irb_row_x(b, p->init);
  }
}

static pel_ir_node *item_value(pel_irb *b, const pel_x *x, pel_shape shape) {
  if (!x) return NULL;
  if (x->kind == PEL_X_WRITE) return pel__irb_x(b, x).node;
  if (shape == PEL_SHAPE_ARRAY || shape == PEL_SHAPE_TABLE) return pel__irb_array_x(b, x);
  return pel__irb_row_x(b, x);
}

static void build_items(pel_irb *b) {
  pel_ir *m = b->m;
  const pel_typed *t = b->t;
  m->items = room(m, (size_t)t->nlets + t->nouts, sizeof *m->items);
  if (!m->items) return;
  for (uint32_t i = 0; i < t->nlets; i++) {
    m->item = i;
    b->total = NULL;
    b->item_span = t->lets[i].span;
    b->lets[i] = pel__irb_x(b, t->lets[i].value);
    m->items[i] = (pel_ir_item){
        .kind = PEL_ITEM_LET, .name = t->lets[i].name, .span = t->lets[i].span};
    if (t->lets[i].root) m->items[i].value = b->lets[i].node;
  }
  for (uint32_t i = 0; i < t->nouts; i++) {
    const pel_tout *o = &t->outs[i];
    m->item = t->nlets + i;
    b->total = NULL;
    b->item_span = o->span;
    pel_ir_item x = {
        .kind = o->kind, .name = o->name, .shape = o->shape, .span = o->span};
    x.value = item_value(b, o->value, o->shape);
    if (o->left && o->right) {
      x.left = pel__irb_row_x(b, o->left);
      x.right = pel__irb_row_x(b, o->right);
    }
    m->items[m->item] = x;
  }
  m->nitems = t->nlets + t->nouts;
  m->item = PEL_NONE;
}

pel_status pel__ir_build(pel_arena *arena, const pel_typed *t,
                         const pel_op *const *const *ops, uint32_t nops, pel_ir **out,
                         pel_diags *ds) {
  pel_ir *m;
  pel_status s = pel__ir_new(arena, ops, nops, &m);
  if (s != PEL_OK) return s;
  uint32_t errors = ds->errors;
  pel_irb b = {.m = m, .t = t, .ds = ds, .region = m->top};
  b.binders = room(m, t->nbinders, sizeof *b.binders);
  b.lets = room(m, t->nlets, sizeof *b.lets);
  if (!b.binders || !b.lets) return PEL_E_NOMEM;
  build_natives(&b);
  if (!m->oom) build_params(&b);
  if (!m->oom) build_items(&b);
  if (m->too_large)
    (void)pel__diag_add(ds, PEL_E0956, (pel_span){0},
                        "the program is too large: more than a million operations");
  if (ds->errors != errors) return PEL_E_COMPILE;
  if (m->oom) return PEL_E_NOMEM;
  pel__ir_clear(m);
  *out = m;
  return PEL_OK;
}
