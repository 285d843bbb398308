#include "compiler/sema/exprs.h"
#include "compiler/sema/types.h"

bool pel__columns_init(pel_sema *s, pel_columns *c, uint32_t cap) {
  *c = (pel_columns){.names = PEL_ARENA_ARRAY(s->arena, pel_str, cap),
                     .values = PEL_ARENA_ARRAY(s->arena, pel_x *, cap),
                     .spans = PEL_ARENA_ARRAY(s->arena, pel_span, cap)};
  pel__map_init(&c->at, s->alloc);
  if (!c->names || !c->values || !c->spans) s->oom = true;
  return !s->oom;
}

void pel__columns_deinit(pel_columns *c) { pel__map_deinit(&c->at); }

bool pel__columns_put(pel_sema *s, pel_columns *c, pel_str name, pel_x *value,
                      pel_span span) {
  uint32_t i;
  if (!pel__map_get(&c->at, name, &i)) {
    if (!pel__map_put(&c->at, name, c->n)) s->oom = true;
    i = c->n++;
  } else if (c->spans[i].line && span.line) {
    pel_diag *d = pel__sema_error(s, PEL_E0110, span,
                                  "the field `" PEL_STR_FMT "` stands here twice",
                                  PEL_STR_ARG(name));
    pel__diag_note(s->ds, d, c->spans[i], "it is first here");
    return false;
  } else if (c->spans[i].line) {
    return true; /* what is written wins over what came along, on either side of it */
  }
  c->names[i] = name;
  c->values[i] = value;
  c->spans[i] = span;
  return true;
}

const pel_ty *pel__columns_type(pel_sema *s, const pel_columns *c, pel_span span) {
  pel_ty *t = pel__ty_fields(s, PEL_TY_RECORD, c->n);
  for (uint32_t i = 0; t && i < c->n; i++)
    t->fields[i] = (pel_tyfield){c->names[i], c->values[i]->type};
  const pel_ty *r = pel__ty_weighed(s, t, span);
  return r->kind == PEL_TY_ERROR ? NULL : r;
}
