#include "compiler/sema/calls.h"
#include "compiler/sema/exprs.h"
#include "compiler/sema/types.h"
#include "compiler/sema/verbs.h"

/* join: keys of both sides, then which columns come out. */

typedef struct joining {
  pel_x *right;
  const pel_ast *const *left_keys, *const *right_keys;
  uint32_t nkeys;
  const pel_arg *on; /* NULL: `left:` and `right:` are given */
  pel_join kind;
  pel_str prefix;
  pel_binder *rows[2];
} joining;

static const pel_arg *labelled(const pel_verb_call *v, const char *label) {
  for (uint32_t i = 1; i < v->n; i++)
    if (pel__str_is(v->args[i].label, label)) return &v->args[i];
  return NULL;
}

static bool known_labels(pel_sema *s, const pel_verb_call *v) {
  static const char *const labels[] = {"on", "left", "right", "kind", "prefix"};
  for (uint32_t i = 1; i < v->n; i++) {
    bool known = false;
    pel_guess g = {v->args[i].label, {0}, 0};
    for (size_t k = 0; k < sizeof labels / sizeof *labels; k++) {
      known |= pel__str_is(v->args[i].label, labels[k]);
      pel__guess(&g, pel__str(labels[k]));
    }
    for (uint32_t j = 1; j < i; j++)
      if (known && pel__str_eq(v->args[i].label, v->args[j].label)) {
        pel__sema_error(s, PEL_E0220, v->args[i].label_span,
                        "this argument of `join` is given twice");
        return false;
      }
    if (known) continue;
    pel_diag *d;
    if (!v->args[i].label.n) {
      d = pel__sema_error(s, PEL_E0407, v->args[i].span,
                          "`join` takes one table, then `on:`");
    } else {
      d = pel__sema_error(s, PEL_E0205, v->args[i].label_span,
                          "`join` has no argument `" PEL_STR_FMT "`",
                          PEL_STR_ARG(v->args[i].label));
      if (g.best.n)
        pel__diag_fix(s->ds, d, v->args[i].label_span, PEL_STR_FMT, PEL_STR_ARG(g.best));
    }
    pel__diag_help(s->ds, d, "such as `join(other, on: .id, kind: left)`");
    return false;
  }
  return true;
}

/* A word that names one of a few: `kind: left`, `kind: "left"`. */
bool pel__word_of(const pel_ast *e, pel_str *out) {
  if (e->kind == PEL_AST_NAME)
    *out = e->name;
  else if (e->kind == PEL_AST_STRING)
    *out = e->string.bytes;
  else
    return false;
  return true;
}

static bool join_kind(pel_sema *s, const pel_verb_call *v, pel_join *out) {
  static const char *const words[] = {"inner", "left", "semi", "anti"};
  const pel_arg *a = labelled(v, "kind");
  pel_str word = PEL_STR("inner");
  if (a && !pel__word_of(a->ast, &word)) word = (pel_str){0};
  for (int i = 0; i < 4; i++)
    if (pel__str_is(word, words[i])) {
      *out = (pel_join)i;
      return true;
    }
  bool later = pel__str_is(word, "right") || pel__str_is(word, "full") ||
               pel__str_is(word, "cross");
  if (later) {
    (void)pel__later(s, PEL_E0912, a->span,
                     pel__sema_text(s, "a `" PEL_STR_FMT "` join", PEL_STR_ARG(word)));
    return false;
  }
  pel_diag *d = pel__sema_error(s, PEL_E0410, a ? a->span : v->span,
                                "there is no such kind of join");
  pel__diag_help(s->ds, d, "it is one of `inner`, `left`, `semi`, `anti`");
  return false;
}

static const pel_ast *const *keys_of(pel_sema *s, const pel_ast *e, uint32_t *n) {
  if (e->kind == PEL_AST_TUPLE && e->list.n) {
    *n = e->list.n;
    return (const pel_ast *const *)e->list.items;
  }
  const pel_ast **one = (const pel_ast **)PEL_ARENA_ARRAY(s->arena, pel_ast *, 1);
  if (!one) {
    s->oom = true;
    return NULL;
  }
  one[0] = e;
  *n = 1;
  return one;
}

static bool join_keys(pel_sema *s, const pel_verb_call *v, joining *j) {
  const pel_arg *on = labelled(v, "on"), *left = labelled(v, "left"),
                *right = labelled(v, "right");
  uint32_t n = 0;
  if ((on && (left || right)) || (!on && (!left || !right))) {
    pel_diag *d = pel__sema_error(s, PEL_E0407, v->name_span,
                                  on ? "`on:` goes without `left:` and `right:`"
                                     : "`join` wants to know what has to be equal");
    pel__diag_help(s->ds, d, "write `on: .id`, `on: (.a, .b)`, or `left: .a, right: .b`");
    return false;
  }
  j->left_keys = keys_of(s, on ? on->ast : left->ast, &j->nkeys);
  j->right_keys = keys_of(s, on ? on->ast : right->ast, &n);
  j->on = on;
  if (!j->left_keys || !j->right_keys) return false;
  if (n == j->nkeys) return true;
  pel_diag *d = pel__sema_error(s, PEL_E0407, right->span,
                                "`left:` has %u keys, but `right:` has %u", j->nkeys, n);
  pel__diag_note(s->ds, d, left->span, "these are the left keys");
  return false;
}

/* ---- keys that do not go together ---- */

/* What `on: …` is, from its label on. */
static pel_span whole_on(const joining *j) {
  return pel__span_join(j->on->label_span, j->on->span);
}

/* The column of `row` that may be meant by a name of the other table: a near one, or one
 * that is the name with a word before or behind it. */
static pel_str near_column(const pel_ty *row, pel_str name) {
  pel_guess g = {name, {0}, 0};
  for (uint32_t i = 0; i < row->nfields; i++) pel__guess(&g, row->fields[i].name);
  for (uint32_t i = 0; i < row->nfields && !g.best.n; i++) {
    pel_str c = row->fields[i].name;
    pel_str lo = c.n < name.n ? c : name, hi = c.n < name.n ? name : c;
    if (lo.n < 2 || row->fields[i].type->kind != PEL_TY_SCALAR) continue;
    if (memcmp(hi.p + hi.n - lo.n, lo.p, lo.n) == 0 || memcmp(hi.p, lo.p, lo.n) == 0)
      g.best = c;
  }
  return g.best;
}

/* `on: .id` where one of the tables has no `id`. */
static bool both_have(pel_sema *s, const joining *j, const pel_ast *key) {
  if (!j->on || key->kind != PEL_AST_ELEMENT_FIELD) return true;
  const pel_ty *rows[2] = {j->rows[0]->type, j->rows[1]->type};
  bool has[2];
  for (int i = 0; i < 2; i++) has[i] = pel__ty_field(rows[i], key->name) != UINT32_MAX;
  if (has[0] == has[1]) return true; /* or neither has it: the left one is asked first */
  bool right = has[0];
  pel_diag *d = pel__sema_error(
      s, PEL_E0208, key->span, "the %s table of the join has no column `" PEL_STR_FMT "`",
      right ? "right" : "left", PEL_STR_ARG(key->name));
  pel_str near = near_column(rows[right], key->name);
  if (!near.n) {
    pel__diag_help(
        s->ds, d, "it has %s; where the keys have two names, write `left: .a, right: .b`",
        pel__ty_text(s, pel__ty_unnamed(s, rows[right])));
    return false;
  }
  pel_str own = pel__name_text(s, key->name), other = pel__name_text(s, near);
  const char *fix =
      pel__sema_text(s, "left: ." PEL_STR_FMT ", right: ." PEL_STR_FMT,
                     PEL_STR_ARG(right ? own : other), PEL_STR_ARG(right ? other : own));
  pel__diag_help(s->ds, d, "where the keys have two names, both are told: `%s`", fix);
  if (j->nkeys == 1) pel__diag_fix(s->ds, d, whole_on(j), "%s", fix);
  return false;
}

/* The side that a function can bring to the type of the other one, and the function. */
static const char *conversion(const pel_ty *a, const pel_ty *b, bool *right) {
  *right = pel__ty_is(a, PEL_STR);
  if (*right || pel__ty_is(b, PEL_STR)) return "str";
  *right = pel__ty_is(b, PEL_TIME);
  if (pel__ty_is(*right ? b : a,
                 PEL_TIME)) /* the other one is a date, or nothing helps */
    return pel__ty_is(*right ? a : b, PEL_DATE) ? "date" : NULL;
  if (!pel__kind_num(a->scalar) || !pel__kind_num(b->scalar)) return NULL;
  *right = !pel__kind_int(b->scalar) || b->scalar == PEL_U64;
  return "i64";
}

static void never_equal(pel_sema *s, const joining *j, uint32_t i, const pel_ty *a,
                        const pel_ty *b) {
  const pel_ast *left = j->left_keys[i], *right = j->right_keys[i];
  pel_diag *d = pel__sema_error(s, PEL_E0413, right->span,
                                "these keys can never be equal: left it is %s, right %s",
                                pel__ty_text(s, a), pel__ty_text(s, b));
  bool to_right = false;
  const char *f = conversion(a, b, &to_right);
  pel_str l, r;
  if (!f) return;
  if (!pel__short_text(s, left->span, &l) || !pel__short_text(s, right->span, &r)) {
    pel__diag_help(s->ds, d, "convert the %s one: `%s(…)`", to_right ? "right" : "left",
                   f);
    return;
  }
  const char *both = pel__sema_text(
      s, "left: %s%s" PEL_STR_FMT "%s, right: %s%s" PEL_STR_FMT "%s", to_right ? "" : f,
      to_right ? "" : "(", PEL_STR_ARG(l), to_right ? "" : ")", to_right ? f : "",
      to_right ? "(" : "", PEL_STR_ARG(r), to_right ? ")" : "");
  pel__diag_help(s->ds, d, "convert one side: `%s`", both);
  if (!j->on)
    pel__diag_fix(s->ds, d, (to_right ? right : left)->span, "%s(" PEL_STR_FMT ")", f,
                  PEL_STR_ARG(to_right ? r : l));
  else if (j->nkeys == 1)
    pel__diag_fix(s->ds, d, whole_on(j), "%s", both);
}

static pel_x *key_of(pel_sema *s, pel_verb_call *v, const joining *j, const pel_ast *e,
                     int side) {
  pel_arg a = {.ast = e, .span = e->span};
  pel_x *x = pel__verb_arg(s, v, &a, j->rows[side], NULL);
  return pel__verb_key(s, &a, x, "join") ? x : NULL;
}

static bool check_keys(pel_sema *s, pel_verb_call *v, const joining *j, pel_x **keys) {
  bool ok = true;
  for (uint32_t i = 0; i < j->nkeys; i++) {
    if (!both_have(s, j, j->left_keys[i])) {
      ok = false;
      continue;
    }
    pel_x *a = key_of(s, v, j, j->left_keys[i], 0);
    pel_x *b = a ? key_of(s, v, j, j->right_keys[i], 1) : NULL;
    if (!a || !b) {
      ok = false;
      continue;
    }
    const pel_ty *t = pel__ty_common(s, a->type, b->type, false);
    if (!t) {
      never_equal(s, j, i, a->type, b->type);
      ok = false;
      continue;
    }
    keys[i] = pel__convert(s, a, pel__ty_nullable(s, t, a->type->nullable));
    keys[j->nkeys + i] = pel__convert(s, b, pel__ty_nullable(s, t, b->type->nullable));
  }
  return ok;
}

/* ---- columns that come out ---- */

typedef struct outputs {
  pel_xout *at;
  pel_tyfield *fields;
  uint32_t n;
} outputs;

static bool is_column(const pel_ast *e, const pel_ty *row, uint32_t *out) {
  if (e->kind != PEL_AST_ELEMENT_FIELD) return false;
  *out = pel__ty_field(row, e->name);
  return *out != UINT32_MAX;
}

static bool emit(pel_sema *s, const pel_verb_call *v, outputs *o, bool right,
                 uint32_t field, pel_tyfield f) {
  for (uint32_t i = 0; i < o->n; i++) {
    if (!pel__str_eq(o->fields[i].name, f.name)) continue;
    pel_diag *d = pel__sema_error(s, PEL_E0404, v->name_span,
                                  "both tables have a column `" PEL_STR_FMT "`",
                                  PEL_STR_ARG(f.name));
    pel__diag_help(s->ds, d,
                   "tell the right one apart with `prefix: \"other_\"`, or `drop` one");
    return false;
  }
  o->at[o->n] = (pel_xout){right, field};
  o->fields[o->n++] = f;
  return true;
}

static bool left_columns(pel_sema *s, const pel_verb_call *v, const joining *j,
                         outputs *o, const pel_ty *row) {
  bool *done = PEL_ARENA_ARRAY(s->arena, bool, row->nfields);
  if (!done) return false;
  bool keys_first = j->kind == PEL_JOIN_INNER || j->kind == PEL_JOIN_LEFT;
  for (uint32_t i = 0; keys_first && i < j->nkeys; i++) {
    uint32_t k;
    if (!is_column(j->left_keys[i], row, &k) || done[k]) continue;
    done[k] = true;
    if (!emit(s, v, o, false, k, row->fields[k])) return false;
  }
  for (uint32_t k = 0; k < row->nfields; k++)
    if (!done[k] && !emit(s, v, o, false, k, row->fields[k])) return false;
  return true;
}

static bool right_columns(pel_sema *s, const pel_verb_call *v, const joining *j,
                          outputs *o, const pel_ty *left, const pel_ty *row) {
  for (uint32_t k = 0; k < row->nfields; k++) {
    bool key = false;
    for (uint32_t i = 0; i < j->nkeys; i++) {
      uint32_t l, r;
      key |= is_column(j->right_keys[i], row, &r) && r == k &&
             is_column(j->left_keys[i], left, &l);
    }
    if (key) continue;
    pel_tyfield f = row->fields[k];
    if (j->kind == PEL_JOIN_LEFT) f.type = pel__ty_nullable(s, f.type, true);
    if (j->prefix.n)
      f.name = pel__str(pel__sema_text(s, PEL_STR_FMT PEL_STR_FMT, PEL_STR_ARG(j->prefix),
                                       PEL_STR_ARG(f.name)));
    if (!emit(s, v, o, true, k, f)) return false;
  }
  return true;
}

static pel_x *build(pel_sema *s, pel_verb_call *v, const joining *j) {
  const pel_ty *left = v->subject->type->item, *right = j->right->type->item;
  uint32_t most = left->nfields + right->nfields;
  outputs o = {PEL_ARENA_ARRAY(s->arena, pel_xout, most),
               PEL_ARENA_ARRAY(s->arena, pel_tyfield, most), 0};
  pel_x *x = pel__rows_new(s, PEL_X_JOIN, v, &pel__ty_error, 2 + 2 * j->nkeys);
  if (!o.at || !o.fields || x->nargs != 2 + 2 * j->nkeys) return pel__x_error(s, v->span);
  if (!check_keys(s, v, j, x->args + 2)) return pel__x_error(s, v->span);
  if (!left_columns(s, v, j, &o, left)) return pel__x_error(s, v->span);
  bool both = j->kind == PEL_JOIN_INNER || j->kind == PEL_JOIN_LEFT;
  if (both && !right_columns(s, v, j, &o, left, right)) return pel__x_error(s, v->span);
  pel_ty *t = pel__ty_fields(s, PEL_TY_RECORD, 0);
  if (!t) return pel__x_error(s, v->span);
  t->fields = o.fields;
  t->nfields = o.n;
  if (!both) t->name = left->name;
  const pel_ty *row = pel__ty_weighed(s, t, v->span);
  if (row->kind == PEL_TY_ERROR) return pel__x_error(s, v->span);
  x->type = pel__ty_array(s, row, pel__size_new(s, PEL_SIZE_FRESH, v->span));
  x->args[1] = j->right;
  x->nkeys = j->nkeys;
  x->join = j->kind;
  x->outputs = o.at;
  return pel__x_bind(s, x, j->rows, 2);
}

static bool join_prefix(pel_sema *s, const pel_verb_call *v, joining *j) {
  const pel_arg *a = labelled(v, "prefix");
  if (!a) return true;
  if (a->ast->kind != PEL_AST_STRING) {
    pel__sema_error(s, PEL_E0406, a->span,
                    "`prefix:` is a text in quotes: it makes names of columns");
    return false;
  }
  j->prefix = a->ast->string.bytes;
  return true;
}

pel_x *pel__verb_join(pel_sema *s, pel_verb_call *v) {
  joining j = {0};
  if (!pel__verb_table(s, v)) return pel__x_error(s, v->span);
  if (!v->n || v->args[0].label.n) {
    pel_diag *d =
        pel__sema_error(s, PEL_E0407, v->span, "`join` lacks the table to join with");
    pel__diag_help(s->ds, d, "such as `join(other, on: .id)`");
    return pel__x_error(s, v->span);
  }
  pel_verb_call right = *v;
  pel_scope in = *v->sc;
  in.impure_ok = false;
  if (v->piped && pel__holds_element(v->args[0].ast)) in.element = NULL;
  right.subject = j.right = pel__check_arg(s, &in, &v->args[0], NULL);
  if (pel__x_bad(j.right) || !pel__verb_table(s, &right)) return pel__x_error(s, v->span);
  if (!known_labels(s, v) || !join_kind(s, v, &j.kind) || !join_prefix(s, v, &j))
    return pel__x_error(s, v->span);
  if (!join_keys(s, v, &j)) return pel__x_error(s, v->span);
  j.rows[0] = pel__binder_new(s, PEL_STR("left"), v->subject->type->item);
  j.rows[1] = pel__binder_new(s, PEL_STR("right"), j.right->type->item);
  if (!j.rows[0] || !j.rows[1]) return pel__x_error(s, v->span);
  return build(s, v, &j);
}
