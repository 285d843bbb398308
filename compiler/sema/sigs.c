#include "compiler/sema/calls.h"
#include "compiler/sema/types.h"
#include "runtime/base/num_parse.h"

/* ---- reading a signature: "(a: 'num, b: 'num = 0) -> 'num" ---- */

typedef struct reader {
  pel_sema *s;
  pel_sig *sig;
  const char *at;
  bool bad;
} reader;

static void skip_space(reader *r) {
  while (*r->at == ' ') r->at++;
}

static bool eat(reader *r, const char *text) {
  skip_space(r);
  size_t n = strlen(text);
  if (strncmp(r->at, text, n) != 0) return false;
  r->at += n;
  return true;
}

static void need(reader *r, const char *text) {
  if (!eat(r, text)) r->bad = true;
}

static bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         c == '_';
}

static pel_str word(reader *r) {
  skip_space(r);
  const char *b = r->at;
  while (is_word(*r->at)) r->at++;
  if (b == r->at) r->bad = true;
  return (pel_str){b, (size_t)(r->at - b)};
}

static uint32_t bits(pel_kind from, pel_kind to) {
  uint32_t m = 0;
  for (int k = (int)from; k <= (int)to; k++) m |= 1u << k;
  return m;
}

/* A class may carry digits, so that two of one class differ: 'num1, 'num2. */
static uint32_t class_of(pel_str name, pel_op_kind kind) {
  while (name.n && name.p[name.n - 1] >= '0' && name.p[name.n - 1] <= '9') name.n--;
  if (pel__str_is(name, "num")) return bits(PEL_I8, PEL_F64);
  if (pel__str_is(name, "int")) return bits(PEL_I8, PEL_U64);
  if (pel__str_is(name, "float")) return bits(PEL_F32, PEL_F64);
  if (pel__str_is(name, "ord")) return bits(PEL_BOOL, PEL_DUR);
  return kind == PEL_OP_AGG ? 0 : bits(PEL_BOOL, PEL_DUR);
}

static uint32_t var_number(reader *r, pel_str name) {
  pel_sig *g = r->sig;
  for (uint32_t i = 0; i < g->nvars; i++)
    if (pel__str_eq(g->vars[i].name, name)) return i;
  if (g->nvars == PEL_SEMA_VARS) {
    r->bad = true;
    return 0;
  }
  g->vars[g->nvars] = (pel_sigvar){name, class_of(name, g->op->kind)};
  return g->nvars++;
}

static pel_pt *new_pt(reader *r, pel_pt_kind kind) {
  pel_pt *p = PEL_ARENA_NEW(r->s->arena, pel_pt);
  if (!p) {
    r->s->oom = r->bad = true;
    return NULL;
  }
  p->kind = kind;
  p->fixed = -1;
  p->var = UINT32_MAX;
  return p;
}

static const pel_pt *read_type(reader *r) {
  pel_pt *p;
  if (eat(r, "[*]")) {
    p = new_pt(r, PEL_PT_ARRAY);
    if (p) p->item = read_type(r);
    return p;
  }
  if (eat(r, "'")) {
    p = new_pt(r, PEL_PT_VAR);
    uint32_t v = var_number(r, word(r));
    if (p) p->var = v;
  } else {
    p = new_pt(r, PEL_PT_TYPE);
    pel_kind k = pel__kind_named(word(r));
    if (!k) r->bad = true;
    if (p) p->type = k ? pel__ty_scalar(k) : &pel__ty_error;
  }
  if (eat(r, "?") && p) {
    p->nullable = true;
    if (p->type) p->type = pel__ty_nullable(r->s, p->type, true);
  }
  return p;
}

static pel_str quoted(reader *r) {
  const char *b = r->at;
  while (*r->at && *r->at != '"') r->at++;
  pel_str t = {b, (size_t)(r->at - b)};
  if (*r->at) r->at++;
  if (memchr(t.p, '\\', t.n)) {
    if (pel__str_is(t, "\\t")) return PEL_STR("\t");
    if (pel__str_is(t, "\\n")) return PEL_STR("\n");
    r->bad = true;
  }
  return t;
}

static const pel_type text_type = {.kind = PEL_STR};
static const pel_type bool_type = {.kind = PEL_BOOL};
static const pel_type i64_type = {.kind = PEL_I64};
static const pel_type f64_type = {.kind = PEL_F64};
static const pel_type null_type = {.kind = PEL_BOOL, .nullable = true};

static void read_number(reader *r, pel_const *c) {
  skip_space(r);
  const char *b = r->at;
  while (is_word(*r->at) || *r->at == '.' || *r->at == '-' || *r->at == '+') {
    if (strncmp(r->at, "...", 3) == 0) break;
    r->at++;
  }
  size_t n = (size_t)(r->at - b);
  int64_t i = 0;
  double f = 0;
  if (pel__parse_i64(b, n, &i) == PEL_PARSE_OK) {
    c->type = &i64_type;
    c->as.i = i;
  } else if (pel__parse_f64(b, n, &f)) {
    c->type = &f64_type;
    c->as.f = f;
  } else {
    r->bad = true;
  }
}

static const pel_const *read_default(reader *r) {
  pel_const *c = PEL_ARENA_NEW(r->s->arena, pel_const);
  if (!c) {
    r->s->oom = r->bad = true;
    return NULL;
  }
  if (eat(r, "\"")) {
    pel_str t = quoted(r);
    c->type = &text_type;
    c->as.s.p = t.p;
    c->as.s.n = t.n;
  } else if (eat(r, "true") || eat(r, "false")) {
    c->type = &bool_type;
    c->as.i = r->at[-2] == 'u';
  } else if (eat(r, "null")) {
    c->type = &null_type;
    c->is_null = true;
  } else {
    read_number(r, c);
  }
  return c;
}

enum { MOST_PARAMS = 32 };

static void read_param(reader *r) {
  pel_sig *g = r->sig;
  if (g->nparams == MOST_PARAMS) {
    r->bad = true;
    return;
  }
  pel_sigparam *p = &g->params[g->nparams++];
  p->name = word(r);
  need(r, ":");
  p->pt = read_type(r);
  if (eat(r, "...")) g->variadic = true;
  if (eat(r, "=")) p->value = read_default(r);
}

pel_sig *pel__sig_parse(pel_sema *s, const pel_op *op) {
  pel_sig *g = PEL_ARENA_NEW(s->arena, pel_sig);
  pel_sigparam *params = PEL_ARENA_ARRAY(s->arena, pel_sigparam, MOST_PARAMS);
  if (!g || !params) {
    s->oom = true;
    return NULL;
  }
  g->name = pel__str(op->name);
  g->params = params;
  g->op = op;
  reader r = {s, g, op->sig ? op->sig : "", false};
  need(&r, "(");
  while (!r.bad && !eat(&r, ")")) {
    if (g->nparams && !eat(&r, ",")) r.bad = true;
    if (!r.bad && eat(&r, "..."))
      g->variadic = true;
    else if (!r.bad)
      read_param(&r);
  }
  if (!r.bad && eat(&r, "->")) g->result = read_type(&r);
  g->bad = r.bad || s->oom;
  return g;
}

/* ---- the table of operators ---- */

static bool add_op(pel_sema *s, const pel_op *op) {
  uint32_t i = (uint32_t)s->ops.n, first;
  bool ok = PEL_VEC_PUSH(&s->ops, op, s->alloc) &&
            PEL_VEC_PUSH(&s->op_next, UINT32_MAX, s->alloc) &&
            PEL_VEC_PUSH(&s->op_last, i, s->alloc) &&
            PEL_VEC_PUSH(&s->sigs, NULL, s->alloc);
  if (!ok) return false;
  if (!pel__map_get(&s->op_names, pel__str(op->name), &first))
    return pel__map_put(&s->op_names, pel__str(op->name), i);
  s->op_next.at[s->op_last.at[first]] = i;
  s->op_last.at[first] = i;
  return true;
}

static void load_ops(pel_sema *s) {
  for (uint32_t t = 0; t < s->in->nops; t++)
    for (const pel_op *const *op = s->in->ops[t]; *op; op++)
      if (!add_op(s, *op)) {
        s->oom = true;
        return;
      }
}

static pel_overloads *parse_all(pel_sema *s, uint32_t first) {
  pel_overloads *o = PEL_ARENA_NEW(s->arena, pel_overloads);
  uint32_t n = 0;
  for (uint32_t i = first; i != UINT32_MAX; i = s->op_next.at[i]) n++;
  pel_sig **at = PEL_ARENA_ARRAY(s->arena, pel_sig *, n);
  if (!o || !at) {
    s->oom = true;
    return NULL;
  }
  o->at = at;
  for (uint32_t i = first; i != UINT32_MAX; i = s->op_next.at[i]) {
    bool function = s->ops.at[i]->kind == PEL_OP_MAP || s->ops.at[i]->kind == PEL_OP_AGG;
    pel_sig *g = function ? pel__sig_parse(s, s->ops.at[i]) : NULL;
    if (g && !g->bad) o->at[o->n++] = g;
  }
  return o;
}

const pel_overloads *pel__ops_named(pel_sema *s, pel_str name) {
  uint32_t first;
  if (s->ops.n == 0) load_ops(s);
  if (s->oom || !pel__map_get(&s->op_names, name, &first)) return NULL;
  if (!s->sigs.at[first]) s->sigs.at[first] = parse_all(s, first);
  const pel_overloads *o = s->sigs.at[first];
  return o && o->n ? o : NULL;
}

const pel_overloads *pel__calls_named(pel_sema *s, pel_str name) {
  const pel_overloads *o = pel__ops_named(s, name);
  return o && !(o->at[0]->op->props & PEL_INTERNAL) ? o : NULL;
}

const pel_op *pel__op_find(pel_sema *s, pel_str name, pel_op_kind kind) {
  uint32_t i;
  if (s->ops.n == 0) load_ops(s);
  if (s->oom || !pel__map_get(&s->op_names, name, &i)) return NULL;
  while (i != UINT32_MAX && s->ops.at[i]->kind != kind) i = s->op_next.at[i];
  return i == UINT32_MAX ? NULL : s->ops.at[i];
}

void pel__op_guess(pel_sema *s, pel_guess *g) {
  for (size_t i = 0; i < s->ops.n; i++) {
    const pel_op *op = s->ops.at[i];
    if (op->props & PEL_INTERNAL) continue;
    if (op->kind == PEL_OP_MAP || op->kind == PEL_OP_AGG)
      pel__guess(g, pel__str(op->name));
  }
}

/* ---- in words ---- */

static const char *class_text(const pel_sigvar *v) {
  if (v->kinds == bits(PEL_I8, PEL_F64)) return "a number";
  if (v->kinds == bits(PEL_I8, PEL_U64)) return "an integer";
  if (v->kinds == bits(PEL_F32, PEL_F64)) return "a float";
  return v->kinds ? "one value" : "any value";
}

const char *pel__pt_text(pel_sema *s, const pel_sig *sig, const pel_pt *pt) {
  if (pt->kind == PEL_PT_TYPE) return pel__ty_text(s, pt->type);
  if (pt->kind == PEL_PT_ARRAY) {
    const pel_pt *item = pt->item;
    if (item->kind != PEL_PT_VAR)
      return pel__sema_text(s, "[*]%s", pel__pt_text(s, sig, item));
    const pel_sigvar *v = &sig->vars[item->var];
    if (!v->kinds) return "a list";
    return v->kinds & ~bits(PEL_I8, PEL_F64) ? "a list of single values"
                                             : "a list of numbers";
  }
  if (pt->kind == PEL_PT_VAR)
    return sig->op
               ? class_text(&sig->vars[pt->var])
               : pel__sema_text(s, "'" PEL_STR_FMT, PEL_STR_ARG(sig->vars[pt->var].name));
  pel_buf b;
  pel__buf_init(&b, s->alloc);
  pel__buf_text(&b, pt->kind == PEL_PT_TUPLE ? "(" : "{ ");
  for (uint32_t i = 0; i < pt->n; i++) {
    if (i) pel__buf_text(&b, ", ");
    if (pt->kind == PEL_PT_RECORD)
      pel__buf_printf(&b, PEL_STR_FMT ": ", PEL_STR_ARG(pt->names[i]));
    pel__buf_text(&b, pel__pt_text(s, sig, pt->parts[i]));
  }
  if (pt->kind == PEL_PT_RECORD && pt->var != UINT32_MAX)
    pel__buf_printf(&b, "%s.." PEL_STR_FMT, pt->n ? ", " : "",
                    PEL_STR_ARG(sig->vars[pt->var].name));
  pel__buf_text(&b, pt->kind == PEL_PT_TUPLE ? ")" : " }");
  const char *z = pt->alias.n ? pel__sema_text(s, PEL_STR_FMT, PEL_STR_ARG(pt->alias))
                              : pel__sema_text(s, "%s", pel__buf_z(&b));
  pel__buf_deinit(&b);
  return z;
}
