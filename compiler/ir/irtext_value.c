#include "compiler/ir/irtext.h"
#include "compiler/ir/text.h"
#include "runtime/base/num_parse.h"

const pel_type *pel__irtext_type(pel_irtext *r);

static const pel_type *record_type(pel_irtext *r) {
  PEL_VEC(pel_field) f = {0};
  const pel_alloc *a = pel__alloc_libc();
  while (!r->bad && !pel__irtext_eat(r, '}')) {
    pel_str n = pel__irtext_name(r);
    pel__irtext_want(r, ':');
    const char *z = pel__arena_text(r->m->arena, n.p, n.n);
    pel_field x = {z ? z : "", pel__irtext_type(r)};
    if (!PEL_VEC_PUSH(&f, x, a)) pel__irtext_bad(r, "no memory");
    if (!pel__irtext_peek(r, '}')) pel__irtext_want(r, ',');
  }
  const pel_type *t = pel__ir_record(r->m, f.at, (uint32_t)f.n);
  PEL_VEC_DEINIT(&f, a);
  return t;
}

const pel_type *pel__irtext_type(pel_irtext *r) {
  const pel_type *t = r->m->broken->type;
  if (++r->depth > PEL_IRTEXT_DEPTH) pel__irtext_bad(r, "nested too deep");
  if (r->bad) return t;
  if (pel__irtext_eat(r, '[')) {
    pel__irtext_want(r, '*');
    pel__irtext_want(r, ']');
    t = pel__ir_list(r->m, pel__irtext_type(r));
    if (r->p < r->end && *r->p == '!') {
      r->p++;
      pel__irtext_want(r, '?');
      t = pel__ir_nullable(r->m, t, true);
    }
    r->depth--;
    return t;
  }
  if (pel__irtext_eat(r, '{')) {
    t = record_type(r);
  } else {
    pel_str w = pel__irtext_word(r);
    pel_kind k = PEL_BOOL;
    while (k <= PEL_DUR && !pel__str_is(w, pel__ir_kind_word(k))) k++;
    if (k > PEL_DUR)
      pel__irtext_bad(r, "no type: " PEL_STR_FMT, PEL_STR_ARG(w));
    else
      t = pel__ir_scalar(r->m, k, false);
  }
  r->depth--;
  return r->p < r->end && *r->p == '?' ? (r->p++, pel__ir_nullable(r->m, t, true)) : t;
}

/* ---- constants: untyped first, since the type stands behind; the text is read twice
 * ---- */

static void skip_value(pel_irtext *r) {
  if (++r->depth > PEL_IRTEXT_DEPTH) pel__irtext_bad(r, "nested too deep");
  if (pel__irtext_peek(r, '"')) {
    (void)pel__irtext_text(r);
  } else if (pel__irtext_peek(r, '[') || pel__irtext_peek(r, '{')) {
    char close = *r->p++ == '[' ? ']' : '}';
    while (!r->bad && !pel__irtext_eat(r, close)) {
      skip_value(r);
      if (!pel__irtext_peek(r, close)) pel__irtext_want(r, ',');
    }
  } else {
    (void)pel__irtext_eat(r, '-');
    pel_str w = pel__irtext_word(r);
    if (pel__str_is(w, "x") && pel__irtext_peek(r, '"')) (void)pel__irtext_text(r);
    while (r->p < r->end &&
           (*r->p == '.' || *r->p == '+' || *r->p == '-' || pel__irtext_word_char(*r->p)))
      r->p++;
  }
  r->depth--;
}

static void value(pel_irtext *r, const pel_type *t, pel_const *out);

static void number_value(pel_irtext *r, const pel_type *t, pel_const *out) {
  const char *p = r->p;
  while (r->p < r->end &&
         (pel__irtext_word_char(*r->p) || *r->p == '.' || *r->p == '+' || *r->p == '-'))
    r->p++;
  size_t n = (size_t)(r->p - p);
  bool ok;
  uint64_t u = 0;
  float f = 0;
  if (t->kind == PEL_F64) {
    ok = pel__parse_f64(p, n, &out->as.f);
  } else if (t->kind == PEL_F32) {
    ok = pel__parse_f32(p, n, &f);
    out->as.f = (double)f;
  } else if (t->kind == PEL_U64) {
    ok = pel__parse_u64(p, n, &u) == PEL_PARSE_OK;
    memcpy(&out->as.i, &u, 8);
  } else {
    ok = pel__parse_i64(p, n, &out->as.i) == PEL_PARSE_OK;
  }
  if (!ok) pel__irtext_bad(r, "a value of another type");
}

static void list_value(pel_irtext *r, const pel_type *t, pel_const *out) {
  char close = t->kind == PEL_LIST ? ']' : '}';
  PEL_VEC(pel_const) v = {0};
  const pel_alloc *a = pel__alloc_libc();
  pel__irtext_want(r, t->kind == PEL_LIST ? '[' : '{');
  while (!r->bad && !pel__irtext_eat(r, close)) {
    pel_const x = {0};
    if (t->kind == PEL_RECORD && v.n >= t->nfields) pel__irtext_bad(r, "too many fields");
    if (!r->bad) value(r, t->kind == PEL_LIST ? t->item : t->fields[v.n].type, &x);
    if (!PEL_VEC_PUSH(&v, x, a)) pel__irtext_bad(r, "no memory");
    if (!pel__irtext_peek(r, close)) pel__irtext_want(r, ',');
  }
  if (t->kind == PEL_RECORD && v.n != t->nfields) pel__irtext_bad(r, "too few fields");
  pel_const *at = pel__irtext_room(r, v.n, sizeof *at);
  if (at && v.n) memcpy(at, v.at, v.n * sizeof *at);
  out->as.list.at = at;
  out->as.list.n = at ? v.n : 0;
  PEL_VEC_DEINIT(&v, a);
}

static void bytes_value(pel_irtext *r, pel_const *out) {
  const char *from = r->p;
  size_t n = 0;
  char *at = pel__irtext_room(r, (size_t)(r->end - r->p), 1);
  r->p += 2; /* x" */
  while (at && !r->bad && r->p < r->end && *r->p != '"')
    at[n++] = (char)pel__irtext_hex(r, 2);
  if (r->p <= from || r->p >= r->end)
    pel__irtext_bad(r, "unclosed bytes");
  else
    r->p++;
  out->as.s.p = at;
  out->as.s.n = n;
}

static void value(pel_irtext *r, const pel_type *t, pel_const *out) {
  *out = (pel_const){.type = t};
  if (r->bad) return;
  if (pel__irtext_eat_word(r, "null")) {
    out->is_null = true;
  } else if (t->kind == PEL_BOOL) {
    out->as.i = pel__irtext_eat_word(r, "true");
    if (!out->as.i && !pel__irtext_eat_word(r, "false"))
      pel__irtext_bad(r, "true or false is wanted");
  } else if (t->kind == PEL_STR) {
    pel_str s = pel__irtext_text(r);
    out->as.s.p = s.p;
    out->as.s.n = s.n;
  } else if (t->kind == PEL_BYTES) {
    pel__irtext_blank(r);
    if (r->end - r->p < 2 || r->p[0] != 'x' || r->p[1] != '"')
      pel__irtext_bad(r, "bytes are wanted");
    else
      bytes_value(r, out);
  } else if (t->kind == PEL_LIST || t->kind == PEL_RECORD) {
    list_value(r, t, out);
  } else {
    pel__irtext_blank(r);
    number_value(r, t, out);
  }
}

const pel_const *pel__irtext_value(pel_irtext *r) {
  pel__irtext_blank(r);
  const char *from = r->p;
  uint32_t line = r->line;
  skip_value(r);
  pel__irtext_want(r, ':');
  const pel_type *t = pel__irtext_type(r);
  const char *behind = r->p;
  uint32_t behind_line = r->line;
  pel_const *c = pel__irtext_room(r, 1, sizeof *c);
  if (r->bad || !c) return NULL;
  r->p = from;
  r->line = line;
  value(r, t, c);
  r->p = behind;
  r->line = behind_line;
  return c;
}
