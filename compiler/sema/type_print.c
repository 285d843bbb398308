#include "compiler/sema/types.h"

enum { PRINT_DEPTH = 12 };

typedef struct printer {
  pel_sema *s; /* NULL: sizes have no names */
  pel_buf *out;
  bool names; /* a type that has a name is printed by it */
} printer;

static void print(const printer *p, const pel_ty *t, unsigned depth);

/* A name that is not an identifier stands in quotes. */
static void print_label(const printer *p, pel_str name) {
  bool plain = name.n > 0 && !(name.p[0] >= '0' && name.p[0] <= '9');
  for (size_t i = 0; i < name.n && plain; i++) {
    char c = name.p[i];
    plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
            c == '_';
  }
  if (plain)
    pel__buf_str(p->out, name);
  else
    pel__buf_json(p->out, name);
}

pel_str pel__name_text(pel_sema *s, pel_str name) {
  pel_buf buf;
  pel__buf_init(&buf, s->alloc);
  print_label(&(printer){.out = &buf}, name);
  const char *text = buf.failed ? NULL : pel__arena_text(s->arena, buf.p, buf.n);
  pel__buf_deinit(&buf);
  if (!text) s->oom = true;
  return text ? pel__str(text) : name;
}

static void print_fields(const printer *p, const pel_ty *t, unsigned depth) {
  bool record = t->kind == PEL_TY_RECORD;
  pel__buf_text(p->out, record ? (t->nfields ? "{ " : "{") : "(");
  for (uint32_t i = 0; i < t->nfields; i++) {
    if (i) pel__buf_text(p->out, ", ");
    if (record) {
      print_label(p, t->fields[i].name);
      pel__buf_text(p->out, ": ");
    }
    print(p, t->fields[i].type, depth + 1);
  }
  pel__buf_text(p->out, record ? (t->nfields ? " }" : "}") : ")");
}

static void print_rows(const printer *p, const pel_ty *t, unsigned depth) {
  if (t->nullable) pel__buf_char(p->out, '(');
  pel__buf_char(p->out, '[');
  bool list = t->kind == PEL_TY_LIST || !p->s;
  pel__buf_text(p->out, list ? "*" : pel__size_text(p->s, t->size));
  pel__buf_char(p->out, ']');
  print(p, t->item, depth + 1);
  if (t->nullable) pel__buf_text(p->out, ")?");
}

static void print(const printer *p, const pel_ty *t, unsigned depth) {
  if (depth > PRINT_DEPTH) {
    pel__buf_text(p->out, "…");
  } else if (t->kind == PEL_TY_ARRAY || t->kind == PEL_TY_LIST) {
    print_rows(p, t, depth);
  } else if (t->kind == PEL_TY_NULL) {
    pel__buf_text(p->out, "null");
  } else {
    if (p->names && t->name.n)
      pel__buf_str(p->out, t->name);
    else if (t->kind == PEL_TY_SCALAR)
      pel__buf_text(p->out, pel__kind_name(t->scalar));
    else if (t->kind == PEL_TY_ERROR)
      pel__buf_char(p->out, '?');
    else
      print_fields(p, t, depth);
    if (t->nullable && t->kind != PEL_TY_ERROR) pel__buf_char(p->out, '?');
  }
}

void pel__ty_print(const pel_ty *t, pel_buf *out) { print(&(printer){.out = out}, t, 0); }

const char *pel__ty_text(pel_sema *s, const pel_ty *t) {
  pel_buf b;
  pel__buf_init(&b, s->alloc);
  print(&(printer){.s = s, .out = &b, .names = true}, t, 0);
  const char *z = b.failed ? NULL : pel__arena_text(s->arena, b.p, b.n);
  pel__buf_deinit(&b);
  if (!z) s->oom = true;
  return z ? z : "?";
}
