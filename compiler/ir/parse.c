#include <stdarg.h>
#include <stdio.h>

#include "compiler/ir/text.h"
#include "runtime/base/num_parse.h"
#include "runtime/base/vec.h"

enum { DEPTH = 200 };

typedef struct reader {
  const char *p, *end;
  uint32_t line;
  pel_ir *m;
  pel_error *e;
  bool bad;
  uint32_t depth;
  PEL_VEC(pel_ir_node *) names; /* by number in the text */
  PEL_VEC(pel_ir_param) params;
  PEL_VEC(pel_ir_native) natives;
  PEL_VEC(pel_ir_item) items;
} reader;

static void PEL_PRINTF(2, 3) bad(reader *r, const char *fmt, ...) {
  if (r->bad) return;
  r->bad = true;
  char text[200];
  va_list args;
  va_start(args, fmt);
  if (vsnprintf(text, sizeof text, fmt, args) < 0) text[0] = 0;
  va_end(args);
  (void)pel_error_set(r->e, PEL_E_INVALID, "line %u: %s", r->line, text);
}

static void *room(reader *r, size_t n, size_t size) {
  void *p = pel__arena_array(r->m->arena, n, size);
  if (!p) {
    r->m->oom = true;
    bad(r, "no memory");
  }
  return p;
}

/* ---- characters and words ---- */

static void blank(reader *r) {
  for (; r->p < r->end; r->p++) {
    if (*r->p == '\n') r->line++;
    if (*r->p == '#')
      while (r->p + 1 < r->end && r->p[1] != '\n') r->p++;
    else if (*r->p != ' ' && *r->p != '\n' && *r->p != '\t')
      return;
  }
}

static bool peek(reader *r, char c) {
  blank(r);
  return !r->bad && r->p < r->end && *r->p == c;
}

static bool eat(reader *r, char c) {
  if (!peek(r, c)) return false;
  r->p++;
  return true;
}

static void want(reader *r, char c) {
  if (!eat(r, c)) bad(r, "`%c` is wanted", c);
}

static bool word_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static pel_str word(reader *r) {
  blank(r);
  const char *p = r->p;
  while (r->p < r->end && word_char(*r->p)) r->p++;
  if (p == r->p) bad(r, "a word is wanted");
  return (pel_str){p, (size_t)(r->p - p)};
}

static bool eat_word(reader *r, const char *w) {
  blank(r);
  size_t n = strlen(w);
  if (r->bad || (size_t)(r->end - r->p) < n || memcmp(r->p, w, n) != 0) return false;
  if (r->p + n < r->end && word_char(r->p[n])) return false;
  r->p += n;
  return true;
}

static uint32_t number(reader *r) {
  pel_str w = word(r);
  uint32_t x = 0;
  if (!r->bad && pel__parse_u32(w.p, w.n, &x) != PEL_PARSE_OK) bad(r, "a number is wanted");
  return x;
}

static uint32_t maybe_number(reader *r) { return eat(r, '-') ? PEL_NONE : number(r); }

static uint32_t hex(reader *r, int digits) {
  uint32_t x = 0;
  for (; digits > 0; digits--) {
    char c = r->p < r->end ? *r->p++ : 0;
    uint32_t d = c >= '0' && c <= '9' ? (uint32_t)(c - '0') : c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a' + 10) : 99;
    if (d == 99) {
      bad(r, "a hexadecimal digit is wanted");
      return 0;
    }
    x = x * 16 + d;
  }
  return x;
}

static void escape(reader *r, pel_buf *b) {
  static const char from[] = "nrtbf", to[] = "\n\r\t\b\f";
  char c = r->p < r->end ? *r->p++ : 0;
  const char *at = c ? strchr(from, c) : NULL;
  if (at) {
    pel__buf_char(b, to[at - from]);
  } else if (c == 'u') {
    char utf8[4];
    uint32_t cp = hex(r, 4);
    pel__buf_add(b, utf8, pel__utf8_encode(cp, utf8));
  } else {
    pel__buf_char(b, c);
  }
}

/* JSON text. */
static pel_str text(reader *r) {
  pel_buf b;
  pel__buf_init(&b, NULL);
  want(r, '"');
  while (!r->bad && r->p < r->end && *r->p != '"') {
    char c = *r->p++;
    if (c == '\\') escape(r, &b);
    else pel__buf_char(&b, c);
  }
  if (r->p < r->end) r->p++;
  else bad(r, "an unclosed text");
  const char *copy = pel__arena_text(r->m->arena, b.p ? b.p : "", b.n);
  pel_str s = {copy ? copy : "", copy ? b.n : 0};
  pel__buf_deinit(&b);
  return s;
}

static pel_str name(reader *r) { return peek(r, '"') ? text(r) : word(r); }

/* ---- types ---- */

static const pel_type *type(reader *r);

static const pel_type *record_type(reader *r) {
  PEL_VEC(pel_field) f = {0};
  const pel_alloc *a = pel__alloc_libc();
  while (!r->bad && !eat(r, '}')) {
    pel_str n = name(r);
    want(r, ':');
    const char *z = pel__arena_text(r->m->arena, n.p, n.n);
    pel_field x = {z ? z : "", type(r)};
    if (!PEL_VEC_PUSH(&f, x, a)) bad(r, "no memory");
    if (!peek(r, '}')) want(r, ',');
  }
  const pel_type *t = pel__ir_record(r->m, f.at, (uint32_t)f.n);
  PEL_VEC_DEINIT(&f, a);
  return t;
}

static const pel_type *type(reader *r) {
  const pel_type *t = r->m->broken->type;
  if (++r->depth > DEPTH) bad(r, "nested too deep");
  if (r->bad) return t;
  if (eat(r, '[')) {
    want(r, '*');
    want(r, ']');
    t = pel__ir_list(r->m, type(r));
    if (r->p < r->end && *r->p == '!') {
      r->p++;
      want(r, '?');
      t = pel__ir_nullable(r->m, t, true);
    }
    r->depth--;
    return t;
  }
  if (eat(r, '{')) {
    t = record_type(r);
  } else {
    pel_str w = word(r);
    pel_kind k = PEL_BOOL;
    while (k <= PEL_DUR && !pel__str_is(w, pel__ir_kind_word(k))) k++;
    if (k > PEL_DUR) bad(r, "no type: " PEL_STR_FMT, PEL_STR_ARG(w));
    else t = pel__ir_scalar(r->m, k, false);
  }
  r->depth--;
  return r->p < r->end && *r->p == '?' ? (r->p++, pel__ir_nullable(r->m, t, true)) : t;
}

/* ---- constants: untyped first, since the type stands behind; the text is read twice ---- */

static void skip_value(reader *r) {
  if (++r->depth > DEPTH) bad(r, "nested too deep");
  if (peek(r, '"')) {
    (void)text(r);
  } else if (peek(r, '[') || peek(r, '{')) {
    char close = *r->p++ == '[' ? ']' : '}';
    while (!r->bad && !eat(r, close)) {
      skip_value(r);
      if (!peek(r, close)) want(r, ',');
    }
  } else {
    (void)eat(r, '-');
    pel_str w = word(r);
    if (pel__str_is(w, "x") && peek(r, '"')) (void)text(r);
    while (r->p < r->end && (*r->p == '.' || *r->p == '+' || *r->p == '-' || word_char(*r->p))) r->p++;
  }
  r->depth--;
}

static void value(reader *r, const pel_type *t, pel_const *out);

static void number_value(reader *r, const pel_type *t, pel_const *out) {
  const char *p = r->p;
  while (r->p < r->end && (word_char(*r->p) || *r->p == '.' || *r->p == '+' || *r->p == '-')) r->p++;
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
  if (!ok) bad(r, "a value of another type");
}

static void list_value(reader *r, const pel_type *t, pel_const *out) {
  char close = t->kind == PEL_LIST ? ']' : '}';
  PEL_VEC(pel_const) v = {0};
  const pel_alloc *a = pel__alloc_libc();
  want(r, t->kind == PEL_LIST ? '[' : '{');
  while (!r->bad && !eat(r, close)) {
    pel_const x = {0};
    if (t->kind == PEL_RECORD && v.n >= t->nfields) bad(r, "too many fields");
    if (!r->bad) value(r, t->kind == PEL_LIST ? t->item : t->fields[v.n].type, &x);
    if (!PEL_VEC_PUSH(&v, x, a)) bad(r, "no memory");
    if (!peek(r, close)) want(r, ',');
  }
  if (t->kind == PEL_RECORD && v.n != t->nfields) bad(r, "too few fields");
  pel_const *at = room(r, v.n, sizeof *at);
  if (at && v.n) memcpy(at, v.at, v.n * sizeof *at);
  out->as.list.at = at;
  out->as.list.n = at ? v.n : 0;
  PEL_VEC_DEINIT(&v, a);
}

static void bytes_value(reader *r, pel_const *out) {
  const char *from = r->p;
  size_t n = 0;
  char *at = room(r, (size_t)(r->end - r->p), 1);
  r->p += 2; /* x" */
  while (at && !r->bad && r->p < r->end && *r->p != '"') at[n++] = (char)hex(r, 2);
  if (r->p <= from || r->p >= r->end) bad(r, "unclosed bytes");
  else r->p++;
  out->as.s.p = at;
  out->as.s.n = n;
}

static void value(reader *r, const pel_type *t, pel_const *out) {
  *out = (pel_const){.type = t};
  if (r->bad) return;
  if (eat_word(r, "null")) {
    out->is_null = true;
  } else if (t->kind == PEL_BOOL) {
    out->as.i = eat_word(r, "true");
    if (!out->as.i && !eat_word(r, "false")) bad(r, "true or false is wanted");
  } else if (t->kind == PEL_STR) {
    pel_str s = text(r);
    out->as.s.p = s.p;
    out->as.s.n = s.n;
  } else if (t->kind == PEL_BYTES) {
    blank(r);
    if (r->end - r->p < 2 || r->p[0] != 'x' || r->p[1] != '"') bad(r, "bytes are wanted");
    else bytes_value(r, out);
  } else if (t->kind == PEL_LIST || t->kind == PEL_RECORD) {
    list_value(r, t, out);
  } else {
    blank(r);
    number_value(r, t, out);
  }
}

/* VALUE: TYPE */
static const pel_const *typed_value(reader *r) {
  blank(r);
  const char *from = r->p;
  uint32_t line = r->line;
  skip_value(r);
  want(r, ':');
  const pel_type *t = type(r);
  const char *behind = r->p;
  uint32_t behind_line = r->line;
  pel_const *c = room(r, 1, sizeof *c);
  if (r->bad || !c) return NULL;
  r->p = from;
  r->line = line;
  value(r, t, c);
  r->p = behind;
  r->line = behind_line;
  return c;
}

/* ---- nodes ---- */

static pel_ir_node *ref(reader *r) {
  want(r, '%');
  uint32_t i = number(r);
  if (r->bad) return r->m->broken;
  if (i >= r->names.n || !r->names.at[i]) bad(r, "%%%u is not made yet", i);
  return r->bad ? r->m->broken : r->names.at[i];
}

static void define(reader *r, uint32_t i, pel_ir_node *n) {
  if (i > PEL_IR_NODES) bad(r, "%%%u is too large", i);
  while (!r->bad && r->names.n <= i)
    if (!PEL_VEC_PUSH(&r->names, NULL, pel__alloc_libc())) bad(r, "no memory");
  if (!r->bad && r->names.at[i]) bad(r, "%%%u is made twice", i);
  if (!r->bad) r->names.at[i] = n;
}

typedef PEL_VEC(pel_ir_node *) node_list;

static void refs(reader *r, char close, node_list *out) {
  out->n = 0;
  while (!r->bad && peek(r, '%')) {
    if (!PEL_VEC_PUSH(out, ref(r), pel__alloc_libc())) bad(r, "no memory");
    if (!eat(r, ',')) break;
  }
  if (close) want(r, close);
}

/* An operator's name, and a signature where the name alone means another; resolved when its types are known. */
typedef struct op_name {
  pel_str name, sig;
} op_name;

static op_name read_op(reader *r) {
  op_name o = {word(r), {NULL, 0}};
  if (peek(r, '"')) o.sig = text(r);
  return o;
}

static const pel_op *resolve(reader *r, op_name o, pel_op_kind kind, const pel_type *const *in, uint32_t nin,
                             const pel_type *out) {
  const pel_op *found = NULL;
  if (!o.sig.p) {
    found = pel__ir_find_op(r->m, o.name, kind, in, nin, out);
  } else {
    for (uint32_t t = 0; t < r->m->nops && !found; t++)
      for (const pel_op *const *x = r->m->ops[t]; *x && !found; x++)
        if ((*x)->kind == kind && pel__str_is(o.name, (*x)->name) && pel__str_is(o.sig, (*x)->sig ? (*x)->sig : ""))
          found = *x;
  }
  if (!found) bad(r, "no operator `" PEL_STR_FMT "` takes these types", PEL_STR_ARG(o.name));
  return found;
}

static void body(reader *r, pel_ir_region *region);

static void region(reader *r, pel_ir_node *n, uint32_t i, pel_ir_region *outer) {
  const pel_type *types[64];
  uint32_t ids[64], k = 0;
  want(r, '(');
  while (!r->bad && k < 64 && peek(r, '%')) {
    want(r, '%');
    ids[k] = number(r);
    want(r, ':');
    types[k++] = type(r);
    if (!eat(r, ',')) break;
  }
  want(r, ')');
  want(r, '{');
  if (r->bad) return;
  pel_ir_region *g = pel__ir_region_new(r->m, n, i, outer, types, k, (pel_span){0});
  if (g == r->m->top) {
    bad(r, "no memory");
    return;
  }
  for (uint32_t j = 0; j < k; j++) define(r, ids[j], g->params[j]);
  if (++r->depth > DEPTH) bad(r, "nested too deep");
  body(r, g);
  r->depth--;
  node_list y = {0};
  if (!eat_word(r, "yield")) bad(r, "yield is wanted");
  refs(r, '}', &y);
  pel__ir_yields(r->m, g, y.at, (uint32_t)y.n);
  PEL_VEC_DEINIT(&y, pel__alloc_libc());
}

/* What stands between the word and the arguments. */
typedef struct attributes {
  op_name fn;
  op_name aggs[256];
  uint32_t agg_args[256];
  bool descending[256];
  pel_xout outputs[256];
  uint32_t index, nkeys, naggs, noutputs;
  pel_join join;
  uint64_t limit;
  const pel_const *value;
} attributes;

static void read_aggs(reader *r, attributes *a) {
  want(r, '[');
  while (!r->bad && a->naggs < 256 && !peek(r, ']')) {
    a->aggs[a->naggs] = read_op(r);
    want(r, '/');
    a->agg_args[a->naggs++] = number(r);
    if (!eat(r, ',')) break;
  }
  want(r, ']');
}

static void read_outputs(reader *r, attributes *a) {
  static const char *const joins[] = {"inner", "left", "semi", "anti"};
  pel_str w = word(r);
  while (a->join < PEL_JOIN_ANTI && !pel__str_is(w, joins[a->join])) a->join++;
  a->nkeys = number(r);
  want(r, '[');
  while (!r->bad && a->noutputs < 256 && !peek(r, ']')) {
    bool right = eat_word(r, "right");
    if (!right && !eat_word(r, "left")) bad(r, "left or right is wanted");
    a->outputs[a->noutputs++] = (pel_xout){right, number(r)};
    if (!eat(r, ',')) break;
  }
  want(r, ']');
}

static void read_attributes(reader *r, pel_irop op, attributes *a) {
  a->limit = UINT64_MAX;
  switch ((int)op) {
    case PEL_IR_CONST: return;
    case PEL_IR_PARAM:
    case PEL_IR_FIELD:
    case PEL_IR_NATIVE:
    case PEL_IR_INVOKE: a->index = number(r); return;
    case PEL_IR_CALL:
    case PEL_IR_AGG: a->fn = read_op(r); return;
    case PEL_IR_READ:
    case PEL_IR_WRITE:
      a->fn = read_op(r);
      if (eat_word(r, "limit")) {
        pel_str w = word(r);
        if (!r->bad && pel__parse_u64(w.p, w.n, &a->limit) != PEL_PARSE_OK) bad(r, "a limit is wanted");
      }
      if (eat_word(r, "with")) a->value = typed_value(r);
      return;
    case PEL_IR_GROUP:
      a->nkeys = number(r);
      read_aggs(r, a);
      return;
    case PEL_IR_SORT:
      want(r, '[');
      while (!r->bad && a->nkeys < 256 && !peek(r, ']')) {
        a->descending[a->nkeys] = eat_word(r, "desc");
        if (!a->descending[a->nkeys++] && !eat_word(r, "asc")) bad(r, "asc or desc is wanted");
        if (!eat(r, ',')) break;
      }
      want(r, ']');
      return;
    case PEL_IR_DISTINCT: a->nkeys = number(r); return;
    case PEL_IR_JOIN: read_outputs(r, a); return;
    default: return;
  }
}

#define COPY(r, n, T, from, count)                                \
  do {                                                            \
    T *at_ = room((r), (count), sizeof *at_);                     \
    for (uint32_t i_ = 0; at_ && i_ < (count); i_++) at_[i_] = (from)[i_]; \
    (n) = at_;                                                    \
  } while (0)

static void resolve_aggs(reader *r, pel_ir_node *n, const attributes *a) {
  n->aggs = room(r, a->naggs, sizeof *n->aggs);
  uint32_t at = a->nkeys;
  for (uint32_t i = 0; i < a->naggs && !r->bad; i++) {
    const pel_type *in[16];
    const pel_ir_region *g = n->regions[0];
    if (!g || a->agg_args[i] > 16 || at + a->agg_args[i] > g->nyields || n->type->kind != PEL_RECORD ||
        n->type->nfields != a->nkeys + a->naggs) {
      bad(r, "keys and aggregates do not match");
      return;
    }
    for (uint32_t k = 0; k < a->agg_args[i]; k++)
      in[k] = k ? g->yields[at + k]->type : pel__ir_list(r->m, g->yields[at + k]->type);
    n->aggs[i] = resolve(r, a->aggs[i], PEL_OP_AGG, in, a->agg_args[i], n->type->fields[a->nkeys + i].type);
    at += a->agg_args[i];
  }
}

static void resolve_fn(reader *r, pel_ir_node *n, const attributes *a) {
  const pel_type *in[64];
  uint32_t nin = n->nargs < 64 ? n->nargs : 64;
  for (uint32_t i = 0; i < nin; i++) in[i] = n->args[i]->type;
  pel_op_kind kind = n->op == PEL_IR_CALL ? PEL_OP_MAP : n->op == PEL_IR_AGG ? PEL_OP_AGG
                     : n->op == PEL_IR_READ ? PEL_OP_SOURCE : PEL_OP_SINK;
  n->fn = resolve(r, a->fn, kind, in, nin, n->type);
}

static void read_type(reader *r, pel_ir_node *n) {
  want(r, ':');
  blank(r);
  if (r->end - r->p >= 2 && r->p[0] == '[' && r->p[1] == ']') {
    r->p += 2;
    n->array = true;
  }
  n->type = type(r);
}

static void take_attributes(reader *r, pel_ir_node *n, const attributes *a) {
  n->index = a->index;
  n->nkeys = a->nkeys;
  n->limit = a->limit;
  n->value = a->value;
  n->join = a->join;
  n->naggs = a->naggs;
  n->noutputs = a->noutputs;
  COPY(r, n->descending, bool, a->descending, a->nkeys);
  COPY(r, n->agg_args, uint32_t, a->agg_args, a->naggs);
  COPY(r, n->outputs, pel_xout, a->outputs, a->noutputs);
}

static pel_ir_node *operation(reader *r, pel_irop op, pel_ir_region *home) {
  attributes a = {0};
  node_list args = {0};
  read_attributes(r, op, &a);
  const pel_const *c = op == PEL_IR_CONST ? typed_value(r) : NULL;
  if (op != PEL_IR_CONST && op != PEL_IR_PARAM) {
    want(r, '(');
    refs(r, ')', &args);
  }
  pel_ir_node *n = pel__ir_node_new(r->m, op, r->m->broken->type, (pel_span){0}, (uint32_t)args.n, args.at, 2);
  PEL_VEC_DEINIT(&args, pel__alloc_libc());
  if (n == r->m->broken) {
    bad(r, "no memory");
    return n;
  }
  n->nregions = 0;
  while (!r->bad && peek(r, '(') && n->nregions < 2) {
    region(r, n, n->nregions, home);
    n->nregions++;
  }
  if (r->bad) return n;
  take_attributes(r, n, &a);
  if (op == PEL_IR_CONST && c) {
    n->value = c;
    n->type = c->type;
  } else if (op != PEL_IR_FILTER) {
    read_type(r, n);
  } else if (n->nargs) {
    n->type = n->args[0]->type;
  }
  if (r->bad) return n;
  if (op == PEL_IR_GROUP) resolve_aggs(r, n, &a);
  if (op == PEL_IR_CALL || op == PEL_IR_AGG || op == PEL_IR_READ || op == PEL_IR_WRITE) resolve_fn(r, n, &a);
  return n;
}

static pel_irop read_word(reader *r) {
  pel_str w = word(r);
  pel_irop op = 0;
  while (op < PEL_IR_OP_COUNT && !pel__str_is(w, pel__ir_word(op))) op++;
  if (op == PEL_IR_OP_COUNT || op == PEL_IR_INPUT) bad(r, "no operation: " PEL_STR_FMT, PEL_STR_ARG(w));
  return r->bad ? PEL_IR_CONST : op;
}

static void body(reader *r, pel_ir_region *home) {
  while (!r->bad) {
    if (eat_word(r, "item")) {
      r->m->item = maybe_number(r);
    } else if (eat_word(r, "filter")) {
      pel__ir_append(home, operation(r, PEL_IR_FILTER, home));
    } else if (eat(r, '%')) {
      uint32_t id = number(r);
      want(r, '=');
      pel_ir_node *n = operation(r, read_word(r), home);
      if (r->bad) return;
      define(r, id, n);
      pel__ir_append(home, n);
    } else {
      return;
    }
  }
}

/* ---- the module's face ---- */

static pel_shape shape(reader *r) {
  static const char *const shapes[] = {"scalar", "array", "record", "table"};
  pel_str w = word(r);
  for (uint32_t i = 0; i < 4; i++)
    if (pel__str_is(w, shapes[i])) return (pel_shape)i;
  bad(r, "a shape is wanted");
  return PEL_SHAPE_SCALAR;
}

static void read_param(reader *r) {
  pel_ir_param p = {.name = text(r)};
  p.shape = shape(r);
  p.type = type(r);
  while (eat(r, '=')) {
    if (peek(r, '%')) p.init = ref(r);
    else p.constant = typed_value(r);
  }
  if (!PEL_VEC_PUSH(&r->params, p, pel__alloc_libc())) bad(r, "no memory");
}

static void read_item(reader *r, pel_item_kind kind) {
  pel_ir_item x = {.kind = kind, .name = text(r)};
  x.shape = shape(r);
  if (peek(r, '%')) x.value = ref(r);
  if (eat_word(r, "left")) {
    x.left = ref(r);
    if (!eat_word(r, "right")) bad(r, "right is wanted");
    x.right = ref(r);
  }
  if (!PEL_VEC_PUSH(&r->items, x, pel__alloc_libc())) bad(r, "no memory");
}

static const pel_type *maybe_type(reader *r) { return eat(r, '-') ? NULL : type(r); }

static void read_native(reader *r) {
  pel_ir_native f = {.library = text(r), .folder = text(r), .symbol = text(r), .message = text(r)};
  f.result = (pel_ctype)number(r);
  f.pure = eat_word(r, "pure");
  f.threadsafe = eat_word(r, "threadsafe");
  f.fenv = eat_word(r, "fenv");
  f.params = room(r, 64, sizeof *f.params);
  want(r, '(');
  while (!r->bad && f.nparams < 64 && peek(r, '"')) {
    pel_ir_cparam *p = &f.params[f.nparams++];
    p->name = text(r);
    p->ctype = (pel_ctype)number(r);
    p->mode = (pel_cmode)number(r);
    p->size_of = maybe_number(r);
    p->size = maybe_number(r);
    p->arg = maybe_number(r);
    p->type = maybe_type(r);
    if (!eat(r, ',')) break;
  }
  want(r, ')');
  f.result_type = maybe_type(r);
  if (eat_word(r, "ok")) f.ok = typed_value(r);
  if (!PEL_VEC_PUSH(&r->natives, f, pel__alloc_libc())) bad(r, "no memory");
}

static void read_module(reader *r) {
  if (!eat_word(r, "module")) bad(r, "module is wanted");
  want(r, '{');
  while (!r->bad && !eat(r, '}')) {
    const char *was = r->p;
    body(r, r->m->top);
    if (r->bad || r->p != was) continue;
    if (eat_word(r, "param")) read_param(r);
    else if (eat_word(r, "extern")) read_native(r);
    else if (eat_word(r, "let")) read_item(r, PEL_ITEM_LET);
    else if (eat_word(r, "out")) read_item(r, PEL_ITEM_OUT);
    else if (eat_word(r, "test")) read_item(r, PEL_ITEM_TEST);
    else bad(r, "this is no part of a module");
  }
}

pel_status pel__ir_parse(pel_arena *arena, const pel_op *const *const *ops, uint32_t nops, pel_str source,
                         pel_ir **out, pel_error *e) {
  pel_error ignored;
  reader r = {.p = source.p, .end = source.p + source.n, .line = 1, .e = e ? e : &ignored};
  pel_status s = pel__ir_new(arena, ops, nops, &r.m);
  if (s != PEL_OK) return s;
  read_module(&r);
  r.m->item = PEL_NONE;
  COPY(&r, r.m->params, pel_ir_param, r.params.at, (uint32_t)r.params.n);
  COPY(&r, r.m->natives, pel_ir_native, r.natives.at, (uint32_t)r.natives.n);
  COPY(&r, r.m->items, pel_ir_item, r.items.at, (uint32_t)r.items.n);
  r.m->nparams = (uint32_t)r.params.n;
  r.m->nnatives = (uint32_t)r.natives.n;
  r.m->nitems = (uint32_t)r.items.n;
  const pel_alloc *a = pel__alloc_libc();
  PEL_VEC_DEINIT(&r.names, a);
  PEL_VEC_DEINIT(&r.params, a);
  PEL_VEC_DEINIT(&r.natives, a);
  PEL_VEC_DEINIT(&r.items, a);
  if (r.bad) return r.m->oom ? PEL_E_NOMEM : PEL_E_INVALID;
  s = pel__ir_status(r.m);
  if (s != PEL_OK) return s;
  s = pel__ir_verify(r.m, e);
  if (s == PEL_OK) *out = r.m;
  return s == PEL_E_INTERNAL ? PEL_E_INVALID : s;
}
