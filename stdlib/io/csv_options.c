#include <string.h>

#include "stdlib/io/csv.h"

static pel_str text_of(const pel_const *c) { return (pel_str){c->as.s.p, c->as.s.n}; }

static pel_status one_char(const char *option, const pel_const *v, char *out,
                           pel_error *e) {
  const pel_str s = text_of(v);
  if (s.n != 1 || s.p[0] == '\n' || s.p[0] == '\r' || (signed char)s.p[0] < 0)
    return pel_error_set(
        e, PEL_E_INVALID,
        "`%s` wants one ASCII character, such as \";\"; it got \"" PEL_STR_FMT "\"",
        option, PEL_STR_ARG(s));
  *out = s.p[0];
  return PEL_OK;
}

static pel_status set_quote(const pel_const *v, pel_csv_params *out, pel_error *e) {
  out->dialect.quoting = text_of(v).n > 0;
  return out->dialect.quoting ? one_char("quote", v, &out->dialect.quote, e) : PEL_OK;
}

static pel_status set_on_error(const pel_const *v, pel_csv_params *out, pel_error *e) {
  static const char *const words[] = {"fail", "skip", "as_null"};
  for (int i = 0; i < 3; i++)
    if (pel__str_is(text_of(v), words[i]))
      return out->on_error = (pel_csv_on_error)i, PEL_OK;
  return pel_error_set(e, PEL_E_INVALID,
                       "`on_error` is fail, skip or as_null, not \"" PEL_STR_FMT "\"",
                       PEL_STR_ARG(text_of(v)));
}

static pel_status set_null(const pel_const *v, void *(*alloc)(const void *, size_t),
                           const void *ctx, pel_csv_params *out) {
  const bool list = v->type->kind == PEL_LIST;
  const size_t n = list ? v->as.list.n : 1;
  out->null_words = alloc(ctx, (n + 1) * sizeof(pel_str));
  if (!out->null_words) return PEL_E_NOMEM;
  for (size_t i = 0; i < n; i++)
    out->null_words[i] = text_of(list ? &v->as.list.at[i] : v);
  out->n_null_words = (uint32_t)n;
  return PEL_OK;
}

static pel_status set_option(const char *name, const pel_const *v,
                             void *(*alloc)(const void *, size_t), const void *ctx,
                             pel_csv_params *out, pel_error *e) {
  if (!strcmp(name, "delim")) return one_char(name, v, &out->dialect.delim, e);
  if (!strcmp(name, "quote")) return set_quote(v, out, e);
  if (!strcmp(name, "header")) return out->dialect.header = v->as.i != 0, PEL_OK;
  if (!strcmp(name, "on_error")) return set_on_error(v, out, e);
  if (!strcmp(name, "sampled")) return out->sampled = v->as.i != 0, PEL_OK;
  if (!strcmp(name, "null")) return set_null(v, alloc, ctx, out);
  return pel_error_set(
      e, PEL_E_INVALID,
      "csv has no option `%s`: it has delim, quote, header, on_error and null", name);
}

pel_status pel__csv_options(const pel_const *args, uint32_t nargs, char delim,
                            void *(*alloc)(const void *ctx, size_t n), const void *ctx,
                            pel_csv_params *out, pel_error *e) {
  *out = (pel_csv_params){.dialect = {delim, '"', true, true}};
  if (nargs < 1 || !args[0].type || args[0].type->kind != PEL_STR)
    return pel_error_set(e, PEL_E_INVALID, "reading needs a path");
  char *path = alloc(ctx, args[0].as.s.n + 1);
  if (!path) return PEL_E_NOMEM;
  memcpy(path, args[0].as.s.p, args[0].as.s.n);
  path[args[0].as.s.n] = 0;
  out->path = path;
  if (nargs < 2) return PEL_OK;
  const pel_type *t = args[1].type;
  for (uint32_t i = 0; i < t->nfields; i++) {
    const pel_const *v = &args[1].as.list.at[i];
    const pel_status s =
        v->is_null ? PEL_OK : set_option(t->fields[i].name, v, alloc, ctx, out, e);
    if (s) return s;
  }
  if (out->dialect.quoting && out->dialect.quote == out->dialect.delim)
    return pel_error_set(e, PEL_E_INVALID, "`delim` and `quote` are the same character");
  return PEL_OK;
}

static void *bind_alloc(const void *ctx, size_t n) {
  const pel_bind *b = ctx;
  return b->alloc(b, n);
}

pel_status pel__csv_bind(const pel_bind *b, char delim, pel_csv_params **out,
                         pel_error *e) {
  pel_csv_params *p = b->alloc(b, sizeof *p);
  if (!p) return PEL_E_NOMEM;
  const pel_status s = pel__csv_options(b->args, b->nargs, delim, bind_alloc, b, p, e);
  if (s) return s;
  p->types = b->out;
  p->names = b->out_names;
  p->ncols = b->nout;
  *out = p;
  return PEL_OK;
}
