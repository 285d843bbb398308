#include "compiler/sema/calls.h"
#include "compiler/sema/exprs.h"
#include "compiler/sema/types.h"

/* C functions as they are declared: types, sizes, attributes, and whether the library has
 * them (R24 to R26). */

typedef struct decl {
  pel_sema *s;
  pel_item *fn;
  const pel_ast_item *ast;
  pel_scope sc;
  pel_tnative *out;
  bool bad;
} decl;

static void refuse(decl *d, pel_diag_code code, pel_span span, const char *what,
                   const char *help) {
  pel_diag *g = pel__sema_error(d->s, code, span, "%s", what);
  if (help) pel__diag_help(d->s->ds, g, "%s", help);
  d->bad = true;
}

static void comes_later(decl *d, pel_diag_code code, pel_span span, const char *what) {
  (void)pel__later(d->s, code, span, what);
  d->bad = true;
}

/* ---- one type ---- */

static const pel_ctype ctypes[PEL_DUR + 1] = {
    [PEL_BOOL] = PEL_C_BOOL, [PEL_I8] = PEL_C_I8,   [PEL_I16] = PEL_C_I16,
    [PEL_I32] = PEL_C_I32,   [PEL_I64] = PEL_C_I64, [PEL_U8] = PEL_C_U8,
    [PEL_U16] = PEL_C_U16,   [PEL_U32] = PEL_C_U32, [PEL_U64] = PEL_C_U64,
    [PEL_F32] = PEL_C_F32,   [PEL_F64] = PEL_C_F64, [PEL_BYTES] = PEL_C_BYTES,
};

static bool is_name(const pel_ast *t, const char *name) {
  return t->kind == PEL_AST_TYPE_NAME && !t->named.module &&
         pel__str_is(t->named.name, name);
}

static bool struct_fields(decl *d, const pel_ast *t, const pel_ty *r) {
  for (uint32_t i = 0; i < r->nfields; i++) {
    const pel_ty *f = r->fields[i].type;
    bool plain = f->kind == PEL_TY_SCALAR && !f->nullable && f->scalar <= PEL_F64;
    if (plain) continue;
    if (f->kind == PEL_TY_RECORD || f->kind == PEL_TY_ARRAY) {
      comes_later(d, PEL_E0935, t->span, "a C struct that holds structs or arrays");
    } else {
      pel_diag *g = pel__sema_error(
          d->s, PEL_E0502, t->span, "C has no type for the field `" PEL_STR_FMT "`: %s",
          PEL_STR_ARG(r->fields[i].name), pel__ty_text(d->s, f));
      pel__diag_help(d->s->ds, g, "a struct holds numbers and `bool`s");
      d->bad = true;
    }
    return false;
  }
  if (r->nfields) return true;
  refuse(d, PEL_E0502, t->span, "a C struct has at least one field", NULL);
  return false;
}

static const char *other_word(const pel_ty *t) {
  if (pel__ty_is(t, PEL_STR))
    return "a C function takes text as `cstr` (ends at a NUL) or `bytes`";
  if (t->kind == PEL_TY_SCALAR && t->scalar >= PEL_DATE)
    return "pass it as a number: `i32` days for a date, `i64` microseconds for the "
           "others";
  return "C functions take numbers, `bool`, `usize`, `cstr`, `bytes`, structs and arrays";
}

static pel_ctype scalar_or_struct(decl *d, const pel_ast *t, const pel_ty **type) {
  if (is_name(t, "usize") || is_name(t, "cstr")) {
    bool size = is_name(t, "usize");
    *type = pel__ty_scalar(size ? PEL_I64 : PEL_STR);
    return size ? PEL_C_USIZE : PEL_C_CSTR;
  }
  const pel_ty *r = pel__annotate(d->s, &d->sc, t);
  *type = r;
  if (r->kind == PEL_TY_ERROR) {
    d->bad = true;
    return PEL_C_VOID;
  }
  if (r->kind == PEL_TY_RECORD && !r->nullable) {
    (void)struct_fields(d, t, r);
    return PEL_C_STRUCT;
  }
  pel_ctype c = r->kind == PEL_TY_SCALAR && !r->nullable ? ctypes[r->scalar] : PEL_C_VOID;
  if (c == PEL_C_VOID) {
    pel_diag *g = pel__sema_error(d->s, PEL_E0502, t->span, "C has no type for %s",
                                  pel__ty_text(d->s, r));
    pel__diag_help(d->s->ds, g, "%s", other_word(r));
    d->bad = true;
  }
  return c;
}

static pel_ctype array_type(decl *d, const pel_ast *t, pel_tcparam *p) {
  if (t->array.n != 1) {
    comes_later(d, PEL_E0904, t->span, "an array of more than one dimension");
    return PEL_C_ARRAY;
  }
  pel_ctype item = scalar_or_struct(d, t->array.element, &p->type);
  bool number = item != PEL_C_CSTR && item != PEL_C_BYTES && item != PEL_C_STRUCT &&
                item != PEL_C_USIZE;
  if (!d->bad && !number)
    refuse(d, PEL_E0502, t->span, "an array for a C function is of numbers or `bool`s",
           NULL);
  const pel_ast *dim = t->array.dims[0];
  for (uint32_t i = 0; i < d->ast->param_n && dim->kind == PEL_AST_SIZE_NAME; i++)
    if (pel__str_eq(d->ast->params[i].name.text, dim->name)) p->size = i;
  if (p->size == PEL_NONE)
    refuse(d, PEL_E0503, dim->span,
           "the length of this array is no parameter of the function",
           "name an integer parameter: `fn f(n: usize, xs: [n]f64)`");
  return PEL_C_ARRAY;
}

static void check_param(decl *d, uint32_t i) {
  const pel_ast_param *a = &d->ast->params[i];
  pel_tcparam *p = &d->out->params[i];
  *p = (pel_tcparam){.name = a->name.text,
                     .type = &pel__ty_error,
                     .size_of = PEL_NONE,
                     .size = PEL_NONE,
                     .arg = PEL_NONE};
  p->mode = a->mode == PEL_MODE_OUT     ? PEL_C_OUT
            : a->mode == PEL_MODE_INOUT ? PEL_C_INOUT
                                        : PEL_C_IN;
  const pel_ast *t = a->type;
  for (uint32_t j = 0; j < i; j++)
    if (pel__str_eq(d->out->params[j].name, p->name))
      refuse(d, PEL_E0110, a->name.span, "this parameter's name stands here twice", NULL);
  if (t->kind == PEL_AST_TYPE_FN) {
    comes_later(d, PEL_E0917, t->span, "a PEL function as a callback");
  } else if (t->kind == PEL_AST_TYPE_ARRAY) {
    p->ctype = array_type(d, t, p);
  } else if (t->kind == PEL_AST_TYPE_REF) {
    p->ctype = scalar_or_struct(d, t->inner, &p->type) == PEL_C_STRUCT ? PEL_C_STRUCT_PTR
                                                                       : PEL_C_VOID;
    if (!d->bad && p->ctype == PEL_C_VOID)
      refuse(d, PEL_E0502, t->span, "`&` passes a struct by its address",
             "for a number that is written write `out x: f64` or `inout x: f64`");
  } else {
    p->ctype = scalar_or_struct(d, t, &p->type);
  }
  bool writes = p->mode != PEL_C_IN;
  bool writable =
      p->ctype == PEL_C_ARRAY || (p->ctype >= PEL_C_BOOL && p->ctype <= PEL_C_USIZE);
  if (!d->bad && writes && !writable)
    refuse(d, PEL_E0502, a->span, "`out` and `inout` are for arrays and numbers", NULL);
}

/* ---- sizes and numbers of arguments ---- */

static bool is_size(pel_ctype c) {
  return c == PEL_C_USIZE || (c >= PEL_C_I8 && c <= PEL_C_U64);
}

static void tie_sizes(decl *d) {
  pel_tnative *f = d->out;
  for (uint32_t i = 0; i < f->nparams && !d->bad; i++) {
    if (f->params[i].ctype != PEL_C_ARRAY) continue;
    f->arrays = true;
    pel_tcparam *size = &f->params[f->params[i].size];
    if (!is_size(size->ctype) || size->mode != PEL_C_IN) {
      refuse(d, PEL_E0503, d->ast->params[f->params[i].size].span,
             "this gives the length of an array, so it is an integer",
             "write `n: usize`");
      return;
    }
    if (f->params[i].mode != PEL_C_OUT && size->size_of == PEL_NONE) size->size_of = i;
  }
  uint32_t n = 0;
  for (uint32_t i = 0; i < f->nparams; i++) {
    pel_tcparam *p = &f->params[i];
    if (p->mode != PEL_C_OUT && p->size_of == PEL_NONE) p->arg = n++;
  }
}

static void check_result(decl *d) {
  const pel_ast *t = d->ast->type;
  pel_tnative *f = d->out;
  f->result = PEL_C_VOID;
  if (!t) return;
  if (t->kind == PEL_AST_TYPE_FN || t->kind == PEL_AST_TYPE_ARRAY ||
      t->kind == PEL_AST_TYPE_REF) {
    refuse(d, PEL_E0502, t->span, "a C function cannot return this",
           "an array or struct that it fills is an `out` parameter");
    return;
  }
  f->result = scalar_or_struct(d, t, &f->result_type);
  if (!d->bad && f->result == PEL_C_BYTES)
    refuse(d, PEL_E0502, t->span, "nothing tells how many `bytes` a C function returns",
           "return `cstr`, or fill an `out` array");
}

/* ---- attributes ---- */

static void set_ok(decl *d, const pel_ast_attr *a) {
  pel_tnative *f = d->out;
  bool one = a->n == 1 && !a->args[0].label.n && pel__literal_adapts(a->args[0].value);
  if (!one || !is_size(f->result)) {
    refuse(d, PEL_E0504, a->span,
           is_size(f->result) ? "`@ok` takes the number that means success"
                              : "`@ok` is for a function that returns an integer",
           "such as `@ok(0) fn f(…) -> i32`");
    return;
  }
  pel_x *x = pel__check_literal(d->s, &d->sc, a->args[0].value, f->result_type);
  if (pel__x_bad(x) || !pel__ty_same(x->type, f->result_type)) {
    if (!pel__x_bad(x))
      refuse(d, PEL_E0504, a->span, "`@ok` takes the number that means success", NULL);
    d->bad = true;
    return;
  }
  f->ok = x->value;
}

static void set_message(decl *d, const pel_ast_attr *a) {
  bool one = a->n == 1 && !a->args[0].label.n && a->args[0].value->kind == PEL_AST_NAME;
  const pel_ast_item *block = d->fn->block, *found = NULL;
  pel_str name = one ? a->args[0].value->name : (pel_str){0};
  for (uint32_t i = 0; i < block->function_n && one; i++)
    if (pel__str_eq(block->functions[i]->name.text, name)) found = block->functions[i];
  bool fits = found && found->param_n == 1 && found->type && is_name(found->type, "cstr");
  if (!fits) {
    refuse(d, PEL_E0504, a->span, "`@message` names the function that explains a status",
           "declare it in this block: `fn name(code: i32) -> cstr`");
    return;
  }
  d->out->message = name;
}

static void one_attr(decl *d, const pel_ast_attr *a) {
  pel_tnative *f = d->out;
  pel_str n = a->name.text;
  bool flag =
      pel__str_is(n, "pure") || pel__str_is(n, "threadsafe") || pel__str_is(n, "fenv");
  if (flag && a->n)
    refuse(d, PEL_E0112, a->span, "this attribute takes no argument", NULL);
  if (pel__str_is(n, "pure"))
    f->pure = true;
  else if (pel__str_is(n, "threadsafe"))
    f->threadsafe = true;
  else if (pel__str_is(n, "fenv"))
    f->fenv = true;
  else if (pel__str_is(n, "ok"))
    set_ok(d, a);
  else if (pel__str_is(n, "message"))
    set_message(d, a);
  else if (!pel__attr_known(d->s, a))
    d->bad = true;
}

static void check_attrs(decl *d) {
  for (uint32_t i = 0; i < d->fn->block->attr_n; i++)
    one_attr(d, &d->fn->block->attrs[i]);
  for (uint32_t i = 0; i < d->ast->attr_n; i++) one_attr(d, &d->ast->attrs[i]);
  if (!d->bad && d->out->message.n && !d->out->ok)
    refuse(d, PEL_E0504, d->ast->name.span,
           "`@message` needs `@ok`, which says what status is no failure", NULL);
}

/* ---- the library ---- */

/* Of the file that says `extern`; a text that is no file has none. */
static pel_str folder_of(pel_str name) {
  size_t n = name.n;
  while (n > 0 && name.p[n - 1] != '/') n--;
  if (n > 1) return (pel_str){name.p, n - 1};
  if (n == 1) return PEL_STR("/");
  bool file = name.n && name.p[0] != '<' && !pel__str_is(name, "-");
  return file ? PEL_STR(".") : (pel_str){0};
}

static void check_symbol(decl *d) {
  const pel_sema_world *w = d->s->in->world;
  pel_tnative *f = d->out;
  pel_error e = {0};
  pel_str near = {0};
  if (!w || !w->symbol) return;
  pel_status r = w->symbol(w->ctx, f->folder, f->library, f->symbol, &near, &e);
  if (r == PEL_OK) return;
  d->bad = true;
  if (r == PEL_E_NOMEM) d->s->oom = true;
  bool missing = r == PEL_E_INVALID;
  pel_span span = missing ? d->ast->name.span : d->fn->block->target.span;
  pel_diag *g =
      missing ? pel__sema_error(d->s, PEL_E0508, span,
                                "`" PEL_STR_FMT "` has no function `" PEL_STR_FMT "`",
                                PEL_STR_ARG(f->library), PEL_STR_ARG(f->symbol))
              : pel__sema_error(d->s, PEL_E0501, span, "%s",
                                e.message[0] ? e.message : "there is no such library");
  if (near.n)
    pel__diag_help(d->s->ds, g, "did you mean `" PEL_STR_FMT "`?", PEL_STR_ARG(near));
  else if (r == PEL_E_NOENT)
    pel__diag_help(
        d->s->ds, g,
        "a name with a `/` is relative to the program's file; others are looked "
        "for beside it, then where the loader looks");
}

void pel__check_extern(pel_sema *s, pel_item *fn) {
  const pel_ast_item *a = fn->ast;
  pel_tnative f = {.library = fn->block->target.text,
                   .symbol = a->name.text,
                   .nparams = a->param_n,
                   .span = a->name.span};
  f.folder = folder_of(fn->module->name);
  f.params = PEL_ARENA_ARRAY(s->arena, pel_tcparam, a->param_n);
  decl d = {s, fn, a, {.module = fn->module}, &f, false};
  if (!f.params) {
    s->oom = true;
    return;
  }
  if (a->varargs) comes_later(&d, PEL_E0919, a->name.span, "a C function with `...`");
  for (uint32_t i = 0; i < a->param_n; i++) check_param(&d, i);
  tie_sizes(&d);
  check_result(&d);
  check_attrs(&d);
  if (!d.bad) check_symbol(&d);
  fn->state = d.bad ? PEL_ITEM_BROKEN : PEL_ITEM_DONE;
  fn->impure = !f.pure;
  if (d.bad) return;
  fn->index = (uint32_t)s->natives.n;
  if (!PEL_VEC_PUSH(&s->natives, f, s->alloc)) s->oom = true;
}
