#include "compiler/sema/calls.h"
#include "compiler/sema/exprs.h"
#include "compiler/sema/types.h"
#include "compiler/sema/verbs.h"

/* read and write (R21, R22): the format, its options, and where the columns come from. */

typedef struct io {
  pel_verb_call *v;
  bool read;
  const pel_arg *path_arg;
  pel_x *path;
  pel_str format;
  pel_span format_span;
  const pel_op *op;
  pel_xoption *options;
  uint32_t noptions;
} io;

/* ---- path and format ---- */

static bool find_path(pel_sema *s, io *f) {
  const pel_ty *str = pel__ty_scalar(PEL_STR);
  pel_verb_call *v = f->v;
  for (uint32_t i = 0; i < v->n && !f->path; i++) {
    pel_arg *a = &v->args[i];
    if (a->label.n && !pel__str_is(a->label, "path")) continue;
    f->path_arg = a;
    f->path = pel__check_arg(s, v->sc, a, str);
    if (f->path->type->kind == PEL_TY_NULL || !pel__ty_accepts(s, str, f->path->type)) {
      if (!pel__x_bad(f->path))
        pel__sema_error(s, PEL_E0206, a->span,
                        "`" PEL_STR_FMT "` wants a path: str, but this is %s",
                        PEL_STR_ARG(v->name), pel__ty_text(s, f->path->type));
      return false;
    }
  }
  if (f->path) return !pel__x_bad(f->path);
  pel_diag *d = pel__sema_error(s, PEL_E0204, v->span, "`" PEL_STR_FMT "` lacks its path",
                                PEL_STR_ARG(v->name));
  pel__diag_help(
      s->ds, d,
      f->read ? "such as `read(\"data.csv\")`" : "such as `write(\"out.csv\")`");
  return false;
}

/* The text of a path that is known now: a literal, or the default of a parameter. */
static bool known_path(const pel_sema *s, const pel_x *x, pel_str *out, bool *literal) {
  *literal = x->kind == PEL_X_CONST;
  if (x->kind == PEL_X_PARAM && x->index < s->params.n) x = s->params.at[x->index].init;
  if (!x || x->kind != PEL_X_CONST || !x->value || !pel__ty_is(x->type, PEL_STR))
    return false;
  *out = (pel_str){x->value->as.s.p, x->value->as.s.n};
  return true;
}

static pel_str extension(pel_str path) {
  for (size_t i = path.n; i-- > 0 && path.p[i] != '/';)
    if (path.p[i] == '.') return (pel_str){path.p + i + 1, path.n - i - 1};
  return (pel_str){0};
}

static bool format_of(pel_sema *s, io *f) {
  pel_verb_call *v = f->v;
  pel_str path;
  bool literal;
  for (uint32_t i = 0; i < v->n; i++) {
    if (!pel__str_is(v->args[i].label, "format")) continue;
    f->format_span = v->args[i].span;
    if (pel__word_of(v->args[i].ast, &f->format)) return true;
    pel__sema_error(s, PEL_E0605, v->args[i].span, "`format:` is a word, such as `csv`");
    return false;
  }
  f->format_span = f->path_arg->span;
  if (known_path(s, f->path, &path, &literal)) f->format = extension(path);
  if (f->format.n) return true;
  pel_diag *d = pel__sema_error(s, PEL_E0604, f->path_arg->span,
                                "nothing tells the format of this file");
  pel__diag_help(s->ds, d, "say it: `" PEL_STR_FMT "(…, format: csv)`",
                 PEL_STR_ARG(v->name));
  return false;
}

static bool comes_later(pel_str format) {
  static const char *const names[] = {"json",  "ndjson", "parquet", "arrow", "feather",
                                      "npy",   "nc",     "gz",      "zst",   "fastq",
                                      "fasta", "avro",   "xlsx",    "hdf5",  "orc"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (pel__str_is(format, names[i])) return true;
  return false;
}

/* A pattern that is written here; what a run is given is a path as it stands. */
static bool one_file(pel_sema *s, const io *f) {
  pel_str path;
  bool literal;
  if (!known_path(s, f->path, &path, &literal) || !literal) return true;
  if (!memchr(path.p, '*', path.n) && !memchr(path.p, '?', path.n)) return true;
  (void)pel__later(s, PEL_E0941, f->path_arg->span, "a pattern of several files");
  return false;
}

static bool find_op(pel_sema *s, io *f) {
  const char *name = pel__sema_text(s, "%s_" PEL_STR_FMT, f->read ? "read" : "write",
                                    PEL_STR_ARG(f->format));
  pel_op_kind kind = f->read ? PEL_OP_SOURCE : PEL_OP_SINK;
  f->op = pel__op_find(s, pel__str(name), kind);
  if (f->op || s->oom) return f->op != NULL;
  if (comes_later(f->format)) {
    (void)pel__later(
        s, PEL_E0940, f->format_span,
        pel__sema_text(s, "the format `" PEL_STR_FMT "`", PEL_STR_ARG(f->format)));
    return false;
  }
  const char *prefix = f->read ? "read_" : "write_";
  pel_buf b;
  pel__buf_init(&b, s->alloc);
  for (size_t i = 0; i < s->ops.n; i++) {
    const pel_op *op = s->ops.at[i];
    if (op->kind != kind || strncmp(op->name, prefix, strlen(prefix)) != 0) continue;
    pel__buf_printf(&b, "%s`%s`", b.n ? ", " : "", op->name + strlen(prefix));
  }
  pel_diag *d = pel__sema_error(s, PEL_E0604, f->format_span,
                                "`" PEL_STR_FMT "` is not a format that can be %s",
                                PEL_STR_ARG(f->format), f->read ? "read" : "written");
  if (b.n)
    pel__diag_help(s->ds, d, "there is %s; another name can be given with `format:`",
                   pel__buf_z(&b));
  pel__buf_deinit(&b);
  return false;
}

/* ---- options ---- */

static bool is_delimited(const io *f) {
  return pel__str_is(f->format, "csv") || pel__str_is(f->format, "tsv");
}

static const struct option_row {
  const char *name;
  pel_kind kind;
  bool word; /* a bare name will do */
} csv_options[] = {
    {"delim", PEL_STR, false},   {"quote", PEL_STR, false}, {"header", PEL_BOOL, false},
    {"on_error", PEL_STR, true}, {"null", PEL_STR, false},
};

static const struct option_row *option_row(const io *f, pel_str name, pel_guess *g) {
  size_t n = sizeof csv_options / sizeof *csv_options;
  for (size_t i = 0; i < n && is_delimited(f) && f->read; i++) {
    if (pel__str_is(name, csv_options[i].name)) return &csv_options[i];
    pel__guess(g, pel__str(csv_options[i].name));
  }
  return NULL;
}

static pel_x *word_option(pel_sema *s, const pel_arg *a) {
  static const char *const words[] = {"fail", "skip", "as_null"};
  pel_str w;
  if (pel__word_of(a->ast, &w)) {
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
      if (pel__str_is(w, words[i])) return pel__x_text(s, w, a->span);
  }
  pel_diag *d = pel__sema_error(s, PEL_E0605, a->span,
                                "`on_error:` is `fail`, `skip` or `as_null`");
  pel__diag_help(
      s->ds, d,
      "`skip` leaves a bad row out, `as_null` makes a bad value null; both are counted");
  return NULL;
}

static bool add_option(pel_sema *s, io *f, pel_arg *a) {
  pel_guess g = {a->label, {0}, 0};
  const struct option_row *row = option_row(f, a->label, &g);
  pel_x *x;
  if (!row && is_delimited(f)) {
    pel_diag *d = pel__sema_error(
        s, PEL_E0205, a->label_span.line ? a->label_span : a->span,
        "`" PEL_STR_FMT "` has no option `" PEL_STR_FMT "` for " PEL_STR_FMT,
        PEL_STR_ARG(f->v->name), PEL_STR_ARG(a->label), PEL_STR_ARG(f->format));
    if (g.best.n)
      pel__diag_fix(s->ds, d, a->label_span, PEL_STR_FMT, PEL_STR_ARG(g.best));
    if (f->read)
      pel__diag_help(s->ds, d, "it has `delim`, `quote`, `header`, `null`, `on_error`");
    else
      pel__diag_help(s->ds, d,
                     "it has none: `csv` is written with commas, `tsv` with tabs, "
                     "both with a header and quotes where they are needed");
    return false;
  }
  if (row && row->word) {
    x = word_option(s, a);
  } else {
    const pel_ty *want = row ? pel__ty_scalar(row->kind) : NULL;
    x = pel__check_arg(s, f->v->sc, a, want);
    bool list = row && pel__str_is(a->label, "null") && x->type->kind == PEL_TY_ARRAY &&
                pel__ty_is(x->type->item, PEL_STR);
    if (row && !list)
      x = pel__expect(s, x, a->ast, want, pel__sema_text(s, "`%s:`", row->name),
                      (pel_span){0}, "");
  }
  if (!x || pel__x_bad(x)) return false;
  if (x->kind != PEL_X_CONST && x->kind != PEL_X_PARAM) {
    pel__sema_error(s, PEL_E0605, a->span,
                    "an option of a file is a constant or a parameter");
    return false;
  }
  f->options[f->noptions++] = (pel_xoption){a->label, x};
  return true;
}

static bool find_options(pel_sema *s, io *f) {
  pel_verb_call *v = f->v;
  bool ok = true;
  f->options = PEL_ARENA_ARRAY(s->arena, pel_xoption, v->n);
  if (!f->options) return false;
  for (uint32_t i = 0; i < v->n; i++) {
    pel_arg *a = &v->args[i];
    if (a == f->path_arg || pel__str_is(a->label, "format")) continue;
    if (!a->label.n) {
      pel__sema_error(s, PEL_E0204, a->span,
                      "`" PEL_STR_FMT "` takes one path; the rest has names",
                      PEL_STR_ARG(v->name));
      ok = false;
      continue;
    }
    ok &= add_option(s, f, a);
  }
  return ok;
}

static pel_x *finish(const io *f, pel_x *x) {
  x->op = f->op;
  x->options = f->options;
  x->noptions = f->noptions;
  return x;
}

/* ---- read ---- */

static bool readable_columns(pel_sema *s, const io *f, const pel_ty *row) {
  for (uint32_t i = 0; i < row->nfields && is_delimited(f); i++) {
    if (row->fields[i].type->kind == PEL_TY_SCALAR) continue;
    pel__sema_error(s, PEL_E0606, f->v->span,
                    "a " PEL_STR_FMT " file holds single values, but `" PEL_STR_FMT
                    "` is %s",
                    PEL_STR_ARG(f->format), PEL_STR_ARG(row->fields[i].name),
                    pel__ty_text(s, row->fields[i].type));
    return false;
  }
  return true;
}

static pel_const *options_record(pel_sema *s, const io *f) {
  pel_const *c = PEL_ARENA_NEW(s->arena, pel_const),
            *at = PEL_ARENA_ARRAY(s->arena, pel_const, f->noptions);
  pel_ty *t = pel__ty_fields(s, PEL_TY_RECORD, f->noptions);
  if (!c || !at || !t) {
    s->oom = true;
    return NULL;
  }
  for (uint32_t i = 0; i < f->noptions; i++) {
    const pel_x *x = f->options[i].value;
    if (x->kind == PEL_X_PARAM) x = s->params.at[x->index].init;
    if (!x || x->kind != PEL_X_CONST) return NULL;
    t->fields[i] = (pel_tyfield){f->options[i].name, x->type};
    at[i] = *x->value;
  }
  c->type = pel__ty_runtime(s, t);
  c->as.list.at = at;
  c->as.list.n = f->noptions;
  return c;
}

static const pel_ty *needs_type(pel_sema *s, const io *f, const char *why) {
  pel_diag *d = pel__sema_error(s, PEL_E0603, f->v->span,
                                "the columns of this file are not known: %s", why);
  pel__diag_help(s->ds, d,
                 "write them: `let rows: [n]{ id: i64, name: str } = read(…)`; `pel "
                 "schema FILE` prints them");
  return NULL;
}

static const pel_ty *sampled(pel_sema *s, const io *f) {
  const pel_sema_world *w = s->in->world;
  pel_str path;
  bool literal;
  pel_error e = {0};
  const pel_type *row = NULL;
  if (!known_path(s, f->path, &path, &literal) || !literal)
    return needs_type(s, f, "only a path that is written here can be looked into");
  if (pel__str_is(path, "-"))
    return needs_type(s, f, "standard input is not looked into, as it can be read once");
  if (!w || !w->infer || !f->op->infer)
    return needs_type(s, f, "no file can be looked into here");
  pel_const args[2] = {*f->path->value};
  pel_const *options = options_record(s, f);
  if (!options)
    return s->oom ? NULL
                  : needs_type(s, f, "an option is not known before the program runs");
  args[1] = *options;
  pel_status r = w->infer(w->ctx, f->op, args, 2, &row, &e);
  if (r == PEL_E_NOMEM) s->oom = true;
  if (r == PEL_OK && row) return pel__ty_from_runtime(s, row, PEL_SIZE_ANY);
  pel_diag *d =
      pel__sema_error(s, r == PEL_E_NOENT ? PEL_E0607 : PEL_E0608, f->path_arg->span,
                      "%s", e.message[0] ? e.message : "this file cannot be read");
  pel__diag_label(s->ds, d, "looked into for its columns");
  return NULL;
}

/* So that a value that does not fit later can be told from one that breaks the program's
 * word. There is room: the path is an argument, and no option. */
static const pel_ty *sampled_row(pel_sema *s, io *f) {
  const pel_ty *row = sampled(s, f);
  if (row && is_delimited(f))
    f->options[f->noptions++] = (pel_xoption){
        pel__str("sampled"), pel__x_int(s, PEL_BOOL, 1, f->path_arg->span)};
  return row;
}

static const pel_ty *row_type(pel_sema *s, io *f) {
  const pel_ty *want = f->v->want;
  if (!want || want->kind == PEL_TY_NULL) return sampled_row(s, f);
  if (want->kind == PEL_TY_ERROR) return NULL;
  if (pel__ty_is_table(want))
    return readable_columns(s, f, want->item) ? want->item : NULL;
  pel__sema_error(s, PEL_E0606, f->v->span,
                  "a " PEL_STR_FMT " file is read as a table, not as %s",
                  PEL_STR_ARG(f->format), pel__ty_text(s, want));
  return NULL;
}

pel_x *pel__verb_read(pel_sema *s, pel_verb_call *v) {
  io f = {.v = v, .read = true};
  if (v->want && pel__ty_broken(v->want)) return pel__x_error(s, v->span);
  if (v->piped && v->n && v->args[0].x && !pel__ty_is(v->args[0].x->type, PEL_STR)) {
    pel__sema_error(s, PEL_E0206, v->args[0].span, "`read` wants a path: str");
    return pel__x_error(s, v->span);
  }
  if (!find_path(s, &f) || !one_file(s, &f) || !format_of(s, &f) || !find_op(s, &f) ||
      !find_options(s, &f))
    return pel__x_error(s, v->span);
  const pel_ty *row = row_type(s, &f);
  if (!row || row->kind != PEL_TY_RECORD) return pel__x_error(s, v->span);
  const pel_ty *t = pel__ty_array(s, row, pel__size_new(s, PEL_SIZE_FRESH, v->span));
  pel_x *x = pel__x_new(s, PEL_X_READ, t, v->span, 1);
  if (x->nargs != 1) return x;
  x->args[0] = f.path;
  return finish(&f, x);
}

/* ---- write ---- */

static bool writable_columns(pel_sema *s, const io *f) {
  const pel_ty *row = f->v->subject->type->item;
  for (uint32_t i = 0; i < row->nfields; i++) {
    const pel_ty *t = row->fields[i].type;
    if (t->kind == PEL_TY_SCALAR || t->kind == PEL_TY_LIST || t->kind == PEL_TY_RECORD)
      continue;
    pel__sema_error(s, PEL_E0606, f->v->span,
                    "`" PEL_STR_FMT "` is %s, which cannot be written",
                    PEL_STR_ARG(row->fields[i].name), pel__ty_text(s, t));
    return false;
  }
  return true;
}

/* Called by the `out` it is outermost in; anywhere else pel__verb_write refuses. */
pel_x *pel__write_of_out(pel_sema *s, pel_verb_call *v) {
  io f = {.v = v};
  if (!pel__verb_table(s, v)) return pel__x_error(s, v->span);
  if (!find_path(s, &f) || !format_of(s, &f) || !find_op(s, &f) || !find_options(s, &f))
    return pel__x_error(s, v->span);
  if (!writable_columns(s, &f)) return pel__x_error(s, v->span);
  pel_x *x = pel__rows_new(s, PEL_X_WRITE, v, v->subject->type, 2);
  if (x->nargs != 2) return x;
  x->args[1] = f.path;
  return finish(&f, x);
}

pel_x *pel__verb_write(pel_sema *s, pel_verb_call *v) {
  pel_diag *d = pel__sema_error(s, PEL_E0409, v->name_span,
                                "`write` can only be the last thing an `out` does");
  pel__diag_help(s->ds, d,
                 "give what is written a name with `let`, and write it: `out file = rows "
                 "|> write(\"rows.csv\")`");
  return pel__x_error(s, v->span);
}
