#include "runtime/engine/native_family.h"
#include "runtime/engine/state.h"

pel_status pel__natives_new(pel_engine *engine, const pel_plan_data *plan,
                            void *const *hosts, const pel_alloc *alloc,
                            pel_natives **out) {
  pel_natives *n = pel__alloc_get(alloc, sizeof *n);
  if (!n) return PEL_E_NOMEM;
  *n = (pel_natives){.engine = engine, .plan = plan, .hosts = hosts, .alloc = alloc};
  pel__arena_init(&n->arena, alloc);
  n->fns = PEL_ARENA_ARRAY(&n->arena, pel_native_function, plan->n_natives + 1);
  n->libs = PEL_ARENA_ARRAY(&n->arena, pel_native_library, plan->n_natives + 1);
  if (!n->fns || !n->libs) {
    pel__natives_free(n);
    return PEL_E_NOMEM;
  }
  *out = n;
  return PEL_OK;
}

void pel__natives_free(pel_natives *n) {
  if (!n) return;
  for (uint32_t i = 0; i < n->nlibs; i++)
    if (n->libs[i].open) pel__library_close(n->libs[i].handle);
  pel__arena_deinit(&n->arena);
  pel__alloc_free(n->alloc, n, sizeof *n);
}

/* ---- types ---- */

static ffi_type *scalar_type(pel_kind k) {
  switch (k) {
    case PEL_BOOL:
    case PEL_U8:
      return &ffi_type_uint8;
    case PEL_I8:
      return &ffi_type_sint8;
    case PEL_I16:
      return &ffi_type_sint16;
    case PEL_I32:
    case PEL_DATE:
      return &ffi_type_sint32;
    case PEL_I64:
    case PEL_TIME:
    case PEL_DUR:
      return &ffi_type_sint64;
    case PEL_U16:
      return &ffi_type_uint16;
    case PEL_U32:
      return &ffi_type_uint32;
    case PEL_U64:
      return &ffi_type_uint64;
    case PEL_F32:
      return &ffi_type_float;
    case PEL_F64:
      return &ffi_type_double;
    case PEL_KIND_NONE:
    case PEL_STR:
    case PEL_BYTES:
    case PEL_LIST:
    case PEL_RECORD:
    case PEL_KIND_COUNT:
      break;
  }
  return &ffi_type_pointer;
}

static ffi_type *struct_type(pel_natives *n, const pel_type *t) {
  if (t->kind != PEL_RECORD) return scalar_type(t->kind);
  ffi_type *s = PEL_ARENA_NEW(&n->arena, ffi_type);
  ffi_type **elements = PEL_ARENA_ARRAY(&n->arena, ffi_type *, t->nfields + 1);
  if (!s || !elements) return NULL;
  for (uint32_t i = 0; i < t->nfields; i++)
    if (!(elements[i] = struct_type(n, t->fields[i].type))) return NULL;
  *s = (ffi_type){.type = FFI_TYPE_STRUCT, .elements = elements};
  return s;
}

ffi_type *pel__native_type(pel_natives *n, pel_ctype c, uint32_t type) {
  switch (c) {
    case PEL_C_VOID:
      return &ffi_type_void;
    case PEL_C_BOOL:
    case PEL_C_U8:
      return &ffi_type_uint8;
    case PEL_C_I8:
      return &ffi_type_sint8;
    case PEL_C_I16:
      return &ffi_type_sint16;
    case PEL_C_I32:
      return &ffi_type_sint32;
    case PEL_C_I64:
      return &ffi_type_sint64;
    case PEL_C_U16:
      return &ffi_type_uint16;
    case PEL_C_U32:
      return &ffi_type_uint32;
    case PEL_C_U64:
      return &ffi_type_uint64;
    case PEL_C_USIZE:
      return sizeof(size_t) == 8 ? &ffi_type_uint64 : &ffi_type_uint32;
    case PEL_C_F32:
      return &ffi_type_float;
    case PEL_C_F64:
      return &ffi_type_double;
    case PEL_C_STRUCT:
      return struct_type(n, &n->plan->types[type]);
    case PEL_C_CSTR:
    case PEL_C_BYTES:
    case PEL_C_STRUCT_PTR:
    case PEL_C_ARRAY:
      break;
  }
  return &ffi_type_pointer;
}

/* ---- preparing ---- */

static pel_status find_path(pel_natives *n, const pel_native *f, char **path,
                            pel_error *e) {
  char *name = pel__arena_text(&n->arena, f->library.p, f->library.n);
  const char *folder =
      f->folder.n ? pel__arena_text(&n->arena, f->folder.p, f->folder.n) : ".";
  if (!name || !folder) return PEL_E_NOMEM;
  return pel__library_find(folder, name, &n->arena, path, e);
}

static pel_status open_library(pel_natives *n, const pel_native *f,
                               pel_native_library **out, pel_error *e) {
  char *path = NULL;
  pel_status s = find_path(n, f, &path, e);
  if (s) return s;
  for (uint32_t i = 0; i < n->nlibs; i++)
    if (!strcmp(n->libs[i].path, path)) return *out = &n->libs[i], PEL_OK;
  pel_native_library *l = &n->libs[n->nlibs];
  *l = (pel_native_library){.path = path, .lock = pel__engine_library(n->engine, path)};
  if (!l->lock) return PEL_E_NOMEM;
  const uint32_t control = pel__fpu_control();
  s = pel__library_open(path, &l->handle, e);
  if (s) return s;
  l->open = true;
  n->nlibs++;
  if (pel__fpu_control() != control)
    pel__fpu_set_control(control); /* a library built with -ffast-math flips it */
  *out = l;
  return PEL_OK;
}

static pel_status prepare_call(pel_natives *n, const pel_native *f,
                               pel_native_function *fn, pel_error *e) {
  const uint32_t np = f->params.n;
  fn->types = PEL_ARENA_ARRAY(&n->arena, ffi_type *, np + 1);
  if (!fn->types) return PEL_E_NOMEM;
  for (uint32_t i = 0; i < np; i++) {
    const pel_cparam *p = &n->plan->cparams[f->params.at + i];
    fn->types[i] =
        p->mode == PEL_C_IN ? pel__native_type(n, p->ctype, p->type) : &ffi_type_pointer;
    if (!fn->types[i]) return PEL_E_NOMEM;
  }
  fn->result = pel__native_type(n, f->result, f->result_type);
  if (!fn->result) return PEL_E_NOMEM;
  if (ffi_prep_cif(&fn->cif, FFI_DEFAULT_ABI, np, fn->result, fn->types) != FFI_OK)
    return pel_error_set(e, PEL_E_INVALID,
                         "`" PEL_STR_FMT "` has a signature libffi cannot call",
                         PEL_STR_ARG(f->symbol));
  return PEL_OK;
}

static pel_status prepare(pel_natives *n, uint32_t number, pel_error *e) {
  const pel_native *f = &n->plan->natives[number];
  pel_native_function *fn = &n->fns[number];
  pel_status s = PEL_OK;
  char *symbol = pel__arena_text(&n->arena, f->symbol.p, f->symbol.n);
  char *message = pel__arena_text(&n->arena, f->message.p, f->message.n);
  if (!symbol || !message) return PEL_E_NOMEM;
  if (n->hosts && n->hosts[number]) {
    fn->address = n->hosts[number];
  } else {
    s = open_library(n, f, &fn->lib, e);
    if (!s) s = pel__library_symbol(fn->lib->handle, symbol, &fn->address, e);
    if (!s && message[0])
      s = pel__library_symbol(fn->lib->handle, message, &fn->explain, e);
  }
  if (!s) s = prepare_call(n, f, fn, e);
  fn->ready = s == PEL_OK;
  return s;
}

pel_status pel__natives_prepare(pel_natives *n, uint32_t number, pel_error *e) {
  pel__lock_acquire(&n->lock);
  const pel_status s = n->fns[number].ready ? PEL_OK : prepare(n, number, e);
  pel__lock_release(&n->lock);
  if (s && e && !e->message[0])
    (void)pel_error_set(e, s, "no memory for a native function");
  return s;
}
