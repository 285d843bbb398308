#include "runtime/base/check.h"
#include "runtime/base/hash.h"
#include "runtime/plan/plan.h"

/* One description of every struct serves both directions: `io` either appends what it is
 * shown, or fills it in. File: "PELPLAN\0", u32 version, u32 zero, u64 length of the
 * body, u64 XXH3 of the body, body. */
static const char magic[8] = {'P', 'E', 'L', 'P', 'L', 'A', 'N', 0};
enum { HEAD = 32 };

typedef struct io {
  pel_buf *out; /* writing; NULL: reading */
  const uint8_t *at, *end;
  pel_plan_data *plan;
  bool bad, nomem;
} io;

static void io_bytes(io *s, void *p, size_t n) {
  if (s->out) {
    pel__buf_add(s->out, p, n);
  } else if (s->bad || (size_t)(s->end - s->at) < n) {
    s->bad = true;
    memset(p, 0, n);
  } else {
    memcpy(p, s->at, n);
    s->at += n;
  }
}

static void io_u64(io *s, uint64_t *x) {
  uint8_t b[8];
  for (int i = 0; i < 8; i++) b[i] = (uint8_t)(*x >> (8 * i));
  io_bytes(s, b, 8);
  if (s->out) return;
  *x = 0;
  for (int i = 0; i < 8; i++) *x |= (uint64_t)b[i] << (8 * i);
}

static void io_u32(io *s, uint32_t *x) {
  uint8_t b[4] = {(uint8_t)*x, (uint8_t)(*x >> 8), (uint8_t)(*x >> 16),
                  (uint8_t)(*x >> 24)};
  io_bytes(s, b, 4);
  if (!s->out)
    *x = b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

static void io_u16(io *s, uint16_t *x) {
  uint32_t v = *x;
  io_u32(s, &v);
  if (v > UINT16_MAX) s->bad = true;
  *x = (uint16_t)v;
}

static void io_bool(io *s, bool *x) {
  uint8_t b = *x ? 1 : 0;
  io_bytes(s, &b, 1);
  if (b > 1) s->bad = true;
  *x = b == 1;
}

#define IO_ENUM(s, field, T)          \
  do {                                \
    uint32_t v_ = (uint32_t)(field);  \
    io_u32((s), &v_);                 \
    if (v_ > 255) (s)->bad = true;    \
    (field) = (T)(v_ > 255 ? 0 : v_); \
  } while (0)

static void *io_room(io *s, size_t n, size_t size) {
  void *p = pel__arena_array(&s->plan->arena, n, size);
  if (!p) s->nomem = s->bad = true;
  return p;
}

/* A count of things that take at least `least` bytes each: what a short file claims is
 * refused before memory is asked for. */
static uint32_t io_count(io *s, uint32_t n, size_t least) {
  io_u32(s, &n);
  if (!s->out && (s->bad || n > (size_t)(s->end - s->at) / least)) {
    s->bad = true;
    n = 0;
  }
  return n;
}

static void io_str(io *s, pel_str *x) {
  uint32_t n = io_count(s, (uint32_t)x->n, 1);
  if (s->out) {
    pel__buf_add(s->out, x->p, n);
    return;
  }
  *x = (pel_str){"", 0};
  char *p = pel__arena_text(&s->plan->arena, (const char *)s->at, n);
  if (!p) {
    s->nomem = s->bad = true;
    return;
  }
  s->at += n;
  *x = (pel_str){p, n};
}

static void io_range(io *s, pel_range *x) {
  io_u32(s, &x->at);
  io_u32(s, &x->n);
}

/* ---- types and constants: pointers become numbers and back ---- */

static void io_type_ref(io *s, const pel_type **t, uint32_t below) {
  pel_plan_data *p = s->plan;
  uint32_t i = s->out ? (uint32_t)(*t - p->types) : 0;
  io_u32(s, &i);
  if (s->out) return;
  if (i >= below) s->bad = true;
  *t = i < below ? &p->types[i] : NULL;
}

static void io_fields(io *s, pel_type *t, uint32_t i) {
  t->nfields = io_count(s, t->nfields, 8);
  pel_field *fields = (pel_field *)(uintptr_t)t->fields;
  if (!s->out) t->fields = fields = io_room(s, t->nfields, sizeof *fields);
  for (uint32_t k = 0; k < t->nfields && !s->bad; k++) {
    pel_str name = pel__str(fields[k].name);
    io_str(s, &name);
    if (!s->out && strlen(name.p) != name.n) s->bad = true;
    fields[k].name = name.p;
    io_type_ref(s, &fields[k].type, i);
  }
}

static void io_type(io *s, pel_type *t) {
  uint32_t i = (uint32_t)(t - s->plan->types);
  IO_ENUM(s, t->kind, pel_kind);
  io_bool(s, &t->nullable);
  if (t->kind == PEL_LIST) io_type_ref(s, &t->item, i);
  if (t->kind == PEL_RECORD) io_fields(s, t, i);
}

/* As deep as the type: verified when writing, bounded by `depth` when reading. */
static void io_value(io *s, pel_const *x, const pel_type *t, unsigned depth) {
  x->type = t;
  io_bool(s, &x->is_null);
  if (x->is_null || s->bad) return;
  if (!t || depth > 64) {
    s->bad = true;
  } else if (t->kind == PEL_STR || t->kind == PEL_BYTES) {
    pel_str text = {x->as.s.p, x->as.s.n};
    io_str(s, &text);
    x->as.s.p = text.p;
    x->as.s.n = text.n;
  } else if (t->kind == PEL_LIST || t->kind == PEL_RECORD) {
    uint32_t n = io_count(s, (uint32_t)x->as.list.n, 1);
    pel_const *at = (pel_const *)(uintptr_t)x->as.list.at;
    if (!s->out) at = io_room(s, n, sizeof *at);
    if (t->kind == PEL_RECORD && n != t->nfields) s->bad = true;
    for (uint32_t i = 0; i < n && !s->bad; i++)
      io_value(s, &at[i], t->kind == PEL_LIST ? t->item : t->fields[i].type, depth + 1);
    x->as.list.at = at;
    x->as.list.n = s->bad ? 0 : n;
  } else {
    uint64_t bits;
    memcpy(&bits, &x->as.i, 8); /* floats by their bits */
    io_u64(s, &bits);
    memcpy(&x->as.i, &bits, 8);
  }
}

static void io_const(io *s, pel_const *x) {
  io_type_ref(s, &x->type, s->plan->n_types);
  io_value(s, x, x->type, 0);
}

/* ---- the rest ---- */

static void io_op(io *s, pel_plan_op *x) {
  io_str(s, &x->name);
  io_str(s, &x->sig);
  IO_ENUM(s, x->kind, pel_op_kind);
}

static void io_instr(io *s, pel_instr *x) {
  io_u16(s, &x->code);
  io_u16(s, &x->nargs);
  io_u32(s, &x->dst);
  io_u32(s, &x->args);
  io_u32(s, &x->ref);
  io_u32(s, &x->mask);
  io_u32(s, &x->span);
}

static void io_prog(io *s, pel_prog *x) {
  io_range(s, &x->instrs);
  io_range(s, &x->regs);
  io_range(s, &x->inputs);
  io_range(s, &x->outputs);
}

static void io_node_arg(io *s, pel_plan_arg *x) {
  IO_ENUM(s, x->kind, pel_arg_kind);
  io_u32(s, &x->ref);
}

static void io_node(io *s, pel_plan_node *x) {
  io_u32(s, &x->op);
  io_range(s, &x->args);
  io_range(s, &x->aggs);
  io_range(s, &x->ports);
  io_range(s, &x->out);
  io_range(s, &x->out_names);
  io_u32(s, &x->item);
  io_u32(s, &x->span);
}

static void io_step(io *s, pel_plan_step *x) {
  io_u32(s, &x->prog);
  io_u32(s, &x->node);
}

static void io_pipe(io *s, pel_plan_pipe *x) {
  IO_ENUM(s, x->from, pel_source_kind);
  io_u32(s, &x->source);
  io_range(s, &x->slots);
  io_range(s, &x->columns);
  io_u32(s, &x->filter);
  io_range(s, &x->filter_columns);
  io_u64(s, &x->limit);
  io_range(s, &x->steps);
  io_u32(s, &x->sink);
  io_u32(s, &x->port);
  io_u32(s, &x->slot);
  io_u32(s, &x->item);
  io_u32(s, &x->span);
}

static void io_slot(io *s, pel_plan_slot *x) {
  io_range(s, &x->types);
  io_range(s, &x->names);
  io_u32(s, &x->item);
}

static void io_param(io *s, pel_plan_param *x) {
  io_str(s, &x->name);
  io_u32(s, &x->type);
  IO_ENUM(s, x->shape, pel_shape);
  io_u32(s, &x->constant);
  io_u32(s, &x->slot);
  io_str(s, &x->doc);
  io_u32(s, &x->span);
}

static void io_item(io *s, pel_plan_item *x) {
  IO_ENUM(s, x->kind, pel_item_kind);
  io_str(s, &x->name);
  IO_ENUM(s, x->shape, pel_shape);
  io_u32(s, &x->slot);
  io_u32(s, &x->node);
  io_u32(s, &x->path);
  io_u32(s, &x->left);
  io_u32(s, &x->right);
  io_u32(s, &x->span);
}

static void io_cparam(io *s, pel_cparam *x) {
  io_str(s, &x->name);
  IO_ENUM(s, x->ctype, pel_ctype);
  IO_ENUM(s, x->mode, pel_cmode);
  io_u32(s, &x->type);
  io_u32(s, &x->size_of);
  io_u32(s, &x->size);
  io_u32(s, &x->arg);
}

static void io_native(io *s, pel_native *x) {
  io_str(s, &x->library);
  io_str(s, &x->folder);
  io_str(s, &x->symbol);
  io_range(s, &x->params);
  IO_ENUM(s, x->result, pel_ctype);
  io_u32(s, &x->result_type);
  io_bool(s, &x->pure);
  io_bool(s, &x->threadsafe);
  io_bool(s, &x->fenv);
  io_u32(s, &x->ok);
  io_str(s, &x->message);
  io_u32(s, &x->span);
}

static void io_span(io *s, pel_span *x) {
  io_u32(s, &x->file);
  io_u32(s, &x->begin);
  io_u32(s, &x->end);
  io_u32(s, &x->line);
  io_u32(s, &x->col);
}

static void io_source(io *s, pel_plan_source *x) {
  io_str(s, &x->name);
  io_str(s, &x->text);
}

#define IO_ARRAY(s, name, least, fn)                                                    \
  do {                                                                                  \
    pel_plan_data *p_ = (s)->plan;                                                      \
    uint32_t n_ = io_count((s), p_->n_##name, (least));                                 \
    if (!(s)->out) p_->name = io_room((s), n_, sizeof *p_->name);                       \
    if (!(s)->out) p_->n_##name = p_->name ? n_ : 0;                                    \
    for (uint32_t i_ = 0; i_ < p_->n_##name && !(s)->bad; i_++) fn((s), &p_->name[i_]); \
  } while (0)

static void io_plan(io *s) {
  IO_ARRAY(s, types, 5, io_type);
  IO_ARRAY(s, consts, 5, io_const);
  IO_ARRAY(s, ops, 12, io_op);
  IO_ARRAY(s, args, 4, io_u32);
  IO_ARRAY(s, reg_types, 4, io_u32);
  IO_ARRAY(s, ranges, 8, io_range);
  IO_ARRAY(s, names, 4, io_str);
  IO_ARRAY(s, instrs, 28, io_instr);
  IO_ARRAY(s, progs, 32, io_prog);
  IO_ARRAY(s, node_args, 8, io_node_arg);
  IO_ARRAY(s, nodes, 52, io_node);
  IO_ARRAY(s, steps, 8, io_step);
  IO_ARRAY(s, pipes, 72, io_pipe);
  IO_ARRAY(s, slots, 20, io_slot);
  IO_ARRAY(s, params, 28, io_param);
  IO_ARRAY(s, items, 36, io_item);
  IO_ARRAY(s, cparams, 28, io_cparam);
  IO_ARRAY(s, natives, 43, io_native);
  IO_ARRAY(s, spans, 20, io_span);
  IO_ARRAY(s, sources, 8, io_source);
}

pel_status pel__plan_encode(const pel_plan_data *p, pel_buf *out) {
  pel_buf body;
  pel__buf_init(&body, out->alloc);
  io s = {.out = &body,
          .plan = (pel_plan_data *)(uintptr_t)p}; /* only read when writing */
  io_plan(&s);
  io h = {.out = out};
  uint32_t version = PEL_PLAN_VERSION, zero = 0;
  uint64_t n = body.n, sum = pel__hash_bytes(body.p, body.n, 0);
  pel__buf_add(out, magic, sizeof magic);
  io_u32(&h, &version);
  io_u32(&h, &zero);
  io_u64(&h, &n);
  io_u64(&h, &sum);
  pel__buf_add(out, body.p, body.n);
  bool failed = body.failed || out->failed;
  pel__buf_deinit(&body);
  return failed ? PEL_E_NOMEM : PEL_OK;
}

static pel_status read_head(io *s, size_t n, pel_error *e) {
  char word[8];
  uint32_t version, zero;
  uint64_t length, sum;
  io_bytes(s, word, sizeof word);
  if (s->bad || memcmp(word, magic, sizeof magic) != 0)
    return pel_error_set(e, PEL_E_INVALID, "this is no saved plan");
  io_u32(s, &version);
  if (version != PEL_PLAN_VERSION)
    return pel_error_set(e, PEL_E_INVALID,
                         "the plan was saved by another version of PEL (%u, this is %u)",
                         version, (unsigned)PEL_PLAN_VERSION);
  io_u32(s, &zero);
  io_u64(s, &length);
  io_u64(s, &sum);
  if (s->bad || zero != 0 || length != n - HEAD)
    return pel_error_set(e, PEL_E_INVALID, "the saved plan is cut or has grown");
  if (pel__hash_bytes(s->at, n - HEAD, 0) != sum)
    return pel_error_set(e, PEL_E_INVALID,
                         "the saved plan is damaged: its checksum differs");
  return PEL_OK;
}

pel_status pel__plan_decode(const void *bytes, size_t n, const pel_alloc *alloc,
                            pel_plan_data **out, pel_error *e) {
  io s = {.at = bytes, .end = (const uint8_t *)bytes + n};
  pel_status r = read_head(&s, n, e);
  if (r != PEL_OK) return r;
  pel_plan_data *p;
  if (pel__plan_new(alloc, &p) != PEL_OK)
    return pel_error_set(e, PEL_E_NOMEM, "no memory for the plan");
  s.plan = p;
  io_plan(&s);
  if (s.nomem)
    r = pel_error_set(e, PEL_E_NOMEM, "no memory for the plan");
  else if (s.bad || s.at != s.end)
    r = pel_error_set(e, PEL_E_INVALID, "the saved plan is malformed");
  else
    r = pel__plan_verify(p, e);
  if (r == PEL_OK)
    *out = p;
  else
    pel__plan_release(p);
  return r;
}
