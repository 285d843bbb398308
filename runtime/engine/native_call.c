#include "runtime/engine/native_family.h"

/* ---- values ---- */

/* What C takes: text goes as a pointer. */
static uint32_t width_of(pel_kind k) {
  if (k == PEL_STR || k == PEL_BYTES) return sizeof(char *);
  return pel_kind_width(k);
}

static size_t align_up(size_t n, size_t a) { return (n + a - 1) / a * a; }

/* Size and alignment of a record as the C compiler lays it out. */
size_t pel__native_size(const pel_type *t, size_t *align) {
  size_t at = 0, most = 1;
  if (t->kind != PEL_RECORD) return *align = width_of(t->kind), *align;
  for (uint32_t i = 0; i < t->nfields; i++) {
    size_t a = 1;
    const size_t n = pel__native_size(t->fields[i].type, &a);
    at = align_up(at, a) + n;
    if (a > most) most = a;
  }
  *align = most;
  return align_up(at, most);
}

static char *text_copy(const pel_env *env, const pel_view *v) {
  char *z = env->temp(env, (size_t)v->in.n + 1);
  if (!z) return NULL;
  memcpy(z, pel_view_bytes(v), v->in.n);
  z[v->in.n] = 0;
  return z;
}

/* Writes the cell as C sees it; records field by field. */
pel_status pel__native_store(const pel_env *env, const pel_col *c, uint64_t row,
                             char *to) {
  const pel_kind k = c->type->kind;
  if (k == PEL_STR || k == PEL_BYTES) {
    const pel_view *v = (const pel_view *)c->data + row;
    if (k == PEL_STR && memchr(pel_view_bytes(v), 0, v->in.n)) return PEL_E_INVALID;
    char *z = text_copy(env, v);
    if (!z) return PEL_E_NOMEM;
    memcpy(to, &z, sizeof z);
    return PEL_OK;
  }
  if (k != PEL_RECORD) {
    const uint32_t w = width_of(k);
    memcpy(to, (const char *)c->data + row * w, w);
    return PEL_OK;
  }
  size_t at = 0;
  for (uint32_t i = 0; i < c->type->nfields; i++) {
    size_t a = 1;
    const size_t n = pel__native_size(c->type->fields[i].type, &a);
    at = align_up(at, a);
    const pel_status s = pel__native_store(env, &c->child[i], row, to + at);
    if (s) return s;
    at += n;
  }
  return PEL_OK;
}

static void load_struct(const pel_type *t, const char *from, pel_col *c, uint64_t row) {
  size_t at = 0;
  for (uint32_t i = 0; i < t->nfields; i++) {
    size_t a = 1;
    const size_t n = pel__native_size(t->fields[i].type, &a);
    at = align_up(at, a);
    if (t->fields[i].type->kind == PEL_RECORD)
      load_struct(t->fields[i].type, from + at, &c->child[i], row);
    else
      memcpy((char *)c->child[i].data + row * n, from + at, n);
    at += n;
  }
}

/* The value at `from` becomes a cell; a C string is copied. */
pel_status pel__native_load(const pel_env *env, const char *from, pel_col *c,
                            uint64_t row) {
  const pel_kind k = c->type->kind;
  if (k == PEL_RECORD) return load_struct(c->type, from, c, row), PEL_OK;
  if (k == PEL_STR || k == PEL_BYTES) {
    const char *z;
    memcpy(&z, from, sizeof z);
    const size_t n = z ? strlen(z) : 0;
    char *copy = env->temp(env, n + 1);
    if (!copy || n > UINT32_MAX) return PEL_E_NOMEM;
    memcpy(copy, z ? z : "", n + 1);
    ((pel_view *)c->data)[row] = pel_view_of(copy, (uint32_t)n);
    return PEL_OK;
  }
  if (k == PEL_BOOL) return ((uint8_t *)c->data)[row] = *from != 0, PEL_OK;
  memcpy((char *)c->data + row * width_of(k), from, width_of(k));
  return PEL_OK;
}

/* ---- one call ---- */

pel_status pel__native_frame_init(pel_native_frame *x, pel_natives *n, uint32_t number,
                                  const pel_env *env) {
  x->n = n, x->f = &n->plan->natives[number], x->fn = &n->fns[number], x->env = env;
  if (x->f->params.n > PEL_NATIVE_PARAMS) return PEL_E_LIMIT;
  size_t align = 1, size = sizeof(pel_native_value);
  if (x->f->result == PEL_C_STRUCT)
    size = pel__native_size(&n->plan->types[x->f->result_type], &align);
  x->result =
      env->temp(env, size < sizeof(pel_native_value) ? sizeof(pel_native_value) : size);
  return x->result ? PEL_OK : PEL_E_NOMEM;
}

void pel__native_invoke(pel_native_frame *x) {
  const uint32_t control = x->f->fenv ? pel__fpu_control() : 0;
  x->held = !x->f->threadsafe && x->fn->lib ? x->fn->lib->lock : NULL;
  if (x->held) pel__lock_acquire(x->held);
  ffi_call(&x->fn->cif, FFI_FN(x->fn->address), x->result, x->args);
  if (x->f->fenv && pel__fpu_control() != control) pel__fpu_set_control(control);
}

void pel__native_leave(pel_native_frame *x) {
  if (x->held) pel__lock_release(x->held);
  x->held = NULL;
}

/* ffi widens small integer results to a register. */
static int64_t status_of(const pel_native_frame *x) {
  switch (x->f->result) {
    case PEL_C_I8:
      return (int8_t)x->result->i;
    case PEL_C_I16:
      return (int16_t)x->result->i;
    case PEL_C_I32:
      return (int32_t)x->result->i;
    case PEL_C_BOOL:
    case PEL_C_U8:
      return (uint8_t)x->result->i;
    case PEL_C_U16:
      return (uint16_t)x->result->i;
    case PEL_C_U32:
      return (uint32_t)x->result->i;
    case PEL_C_VOID:
    case PEL_C_I64:
    case PEL_C_U64:
    case PEL_C_F32:
    case PEL_C_F64:
    case PEL_C_USIZE:
    case PEL_C_CSTR:
    case PEL_C_BYTES:
    case PEL_C_STRUCT_PTR:
    case PEL_C_STRUCT:
    case PEL_C_ARRAY:
      break;
  }
  return x->result->i;
}

static const char *explain(const pel_native_frame *x, int64_t status) {
  ffi_cif cif;
  ffi_type *types[1] = {pel__native_type(x->n, x->f->result, x->f->result_type)};
  pel_native_value in = {.i = status};
  void *args[1] = {&in}, *out = NULL;
  if (!x->fn->explain ||
      ffi_prep_cif(&cif, FFI_DEFAULT_ABI, 1, &ffi_type_pointer, types) != FFI_OK)
    return NULL;
  ffi_call(&cif, FFI_FN(x->fn->explain), &out, args);
  return out;
}

bool pel__native_succeeded(const pel_native_frame *x) {
  return x->f->ok == PEL_NONE || status_of(x) == x->n->plan->consts[x->f->ok].as.i;
}

const char *pel__native_complaint(const pel_native_frame *x) {
  const int64_t status = status_of(x);
  const char *why = explain(x, status);
  char *text = x->env->temp(x->env, 512);
  pel_error note = {0};
  (void)pel_error_set(&note, PEL_E_FAILED, "`" PEL_STR_FMT "` returned %lld%s%s",
                      PEL_STR_ARG(x->f->symbol), (long long)status, why ? ": " : "",
                      why ? why : "");
  if (!text) return "a native function failed";
  memcpy(text, note.message, 511);
  text[511] = 0;
  return text;
}

const char *pel__native_nul(const pel_native_frame *x) {
  char *text = x->env->temp(x->env, 512);
  pel_error note = {0};
  (void)pel_error_set(&note, PEL_E_FAILED,
                      "a text for `" PEL_STR_FMT "` holds a NUL, and a `cstr` ends there",
                      PEL_STR_ARG(x->f->symbol));
  if (!text) return "a text holds a NUL, and a `cstr` ends there";
  memcpy(text, note.message, 511);
  text[511] = 0;
  return text;
}

/* ---- lifted over rows ---- */

pel_status pel__native_argument(pel_native_frame *x, uint32_t i, const pel_col *in,
                                uint64_t row) {
  const pel_cparam *p = pel__native_param(x, i);
  pel_native_value *v = &x->values[i];
  if (p->mode == PEL_C_IN && p->ctype != PEL_C_STRUCT_PTR && p->ctype != PEL_C_STRUCT) {
    v->i = 0;
    x->args[i] = v;
    return pel__native_store(x->env, &in[p->arg], row, v->bytes);
  }
  const pel_type *t = &x->n->plan->types[p->type];
  size_t align = 1;
  const size_t size = pel__native_size(t, &align);
  char *room = x->pointers[i] ? x->pointers[i] : x->env->temp(x->env, size + 16);
  if (!room) return PEL_E_NOMEM;
  x->pointers[i] = room;
  v->p = room;
  x->args[i] = p->ctype == PEL_C_STRUCT && p->mode == PEL_C_IN ? (void *)room : (void *)v;
  if (p->mode == PEL_C_OUT) return memset(room, 0, size), PEL_OK;
  return pel__native_store(x->env, &in[p->arg], row, room);
}

static uint32_t parts(const pel_native_frame *x) {
  uint32_t n = pel__native_returns(x->f);
  for (uint32_t i = 0; i < x->f->params.n; i++)
    n += pel__native_param(x, i)->mode != PEL_C_IN;
  return n;
}

static pel_status take_result(pel_native_frame *x, pel_col *out, uint32_t row) {
  const bool several = parts(x) > 1;
  uint32_t at = 0;
  pel_status s = PEL_OK;
  if (pel__native_returns(x->f))
    s = pel__native_load(x->env, x->result->bytes, several ? &out->child[at++] : out,
                         row);
  for (pel_cmode mode = PEL_C_OUT; mode <= PEL_C_INOUT; mode++)
    for (uint32_t i = 0; !s && i < x->f->params.n; i++)
      if (pel__native_param(x, i)->mode == mode)
        s = pel__native_load(x->env, x->pointers[i], several ? &out->child[at++] : out,
                             row);
  return s;
}

static pel_status call_row(pel_native_frame *x, const pel_call *call, uint32_t row) {
  for (uint32_t i = 0; i < x->f->params.n; i++) {
    const pel_status s = pel__native_argument(x, i, call->in, row);
    if (s == PEL_E_INVALID)
      return pel_call_poison(call, row, "native", "%s", pel__native_nul(x));
    if (s) return s;
  }
  pel__native_invoke(x);
  const pel_status s =
      pel__native_succeeded(x)
          ? take_result(x, call->out, row)
          : pel_call_poison(call, row, "native", "%s", pel__native_complaint(x));
  pel__native_leave(x);
  return s;
}

/* A library that leaves the processor's rounding changed would change everybody's
 * results. */
pel_status pel__native_check_control(const pel_native_frame *x, uint32_t before,
                                     uint64_t ordinal) {
  if (pel__fpu_control() == before) return PEL_OK;
  pel__fpu_set_control(before);
  return x->env->fail(
      x->env, ordinal, "floating-point control",
      "`" PEL_STR_FMT
      "` changes the processor's "
      "floating-point control word: write @fenv before it, and each call is guarded",
      PEL_STR_ARG(x->f->symbol));
}

pel_status pel__natives_lifted(void *ctx, uint32_t number, const pel_call *call) {
  pel_native_frame x = {0};
  pel_status s = pel__native_frame_init(&x, ctx, number, call->env);
  const uint32_t before = pel__fpu_control();
  for (uint32_t k = 0; !s && k < call->n; k++) {
    const uint32_t row = call->sel ? call->sel[k] : k;
    if (!call->state || call->state[row] == PEL_VALID) s = call_row(&x, call, row);
  }
  return s ? s : pel__native_check_control(&x, before, call->ordinal);
}
