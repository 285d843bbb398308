#include "compiler/compile.h"

#include <string.h>

#include "compiler/diag/render.h"
#include "compiler/sema/sema.h"
#include "compiler/syntax/syntax.h"
#include "runtime/api/api.h"

struct pel_diagnostics {
  pel_context *ctx;
  pel_compilation c;
  pel_buf text;
  pel_diagnostic *told; /* each, for the host */
  bool refused;         /* the options: told is all there is */
  pel_status
      missing; /* PEL_E_NOENT when an input that is needed to compile is not there */
};

/* ---- what the checker may ask of the world ---- */

typedef struct world {
  pel_context *ctx;
  pel_diagnostics *d;
} world;

/* `path` beside the file that names it. */
static pel_str beside(pel_arena *a, pel_str from, pel_str path) {
  size_t folder = from.n;
  while (folder && from.p[folder - 1] != '/') folder--;
  if ((path.n && path.p[0] == '/') || folder == 0) folder = 0;
  char *p =
      pel__arena_printf(a, "%.*s" PEL_STR_FMT, (int)folder, from.p, PEL_STR_ARG(path));
  return pel__str(p);
}

static pel_status load_module(void *ctx, pel_str from, pel_str path, pel_str *name,
                              pel_str *text) {
  world *w = ctx;
  pel_arena *a = &w->d->c.arena;
  pel_error err = {0};
  pel_buf b;
  pel__buf_init(&b, NULL);
  *name = beside(a, from, path);
  if (!name->p) return PEL_E_NOMEM;
  const pel_status s =
      pel__file_slurp(pel__dir_current(), name->p, PEL_SOURCE_MAX + 1, &b, &err);
  if (s == PEL_E_NOENT) w->d->missing = s;
  char *copy = s ? NULL : pel__arena_text(a, b.p ? b.p : "", b.n);
  *text = (pel_str){copy, b.n};
  pel__buf_deinit(&b);
  return s ? s : copy ? PEL_OK : PEL_E_NOMEM;
}

static void *infer_alloc(const pel_infer *in, size_t n) {
  return pel__arena_get(in->ctx, n);
}

static pel_str read_from(const pel_op *reader, const pel_const *args, uint32_t nargs) {
  const bool path = nargs && args->type->kind == PEL_STR && !args->is_null;
  return path ? (pel_str){args->as.s.p, args->as.s.n} : pel__str(reader->name);
}

/* A name that no program can say is no column of one. */
static pel_status check_names(const pel_type *row, pel_str path, pel_error *err) {
  for (uint32_t i = 0; i < row->nfields; i++) {
    const pel_str name = pel__str(row->fields[i].name);
    const size_t good = pel__utf8_valid(name.p, name.n);
    if (good < name.n)
      return pel_error_set(
          err, PEL_E_FAILED,
          "`" PEL_STR_FMT
          "`: the name of column %u is not valid UTF-8 (byte 0x%02X): convert the "
          "file, such as with `iconv -f LATIN1 -t UTF-8`, or say which other columns to "
          "read: `read(…) as [*]{ … }`",
          PEL_STR_ARG(path), i + 1, (unsigned)(unsigned char)name.p[good]);
  }
  return PEL_OK;
}

static pel_status infer(void *ctx, const pel_op *reader, const pel_const *args,
                        uint32_t nargs, const pel_type **row, pel_error *e) {
  world *w = ctx;
  pel_files files;
  if (!reader->infer)
    return pel_error_set(e, PEL_E_INVALID, "%s cannot be sampled", reader->name);
  pel__files_init(&files, w->ctx->alloc);
  const pel_infer in = {.env = &files.env,
                        .args = args,
                        .nargs = nargs,
                        .alloc = infer_alloc,
                        .ctx = &w->d->c.arena};
  pel_status s = reader->infer(&in, row, e);
  if (s && files.message[0]) (void)pel_error_set(e, s, "%s", files.message);
  if (!s) s = check_names(*row, read_from(reader, args, nargs), e);
  if (s == PEL_E_NOENT) w->d->missing = s;
  pel__files_deinit(&files);
  return s;
}

static void nearest(const pel_symbols *symbols, pel_str want, pel_arena *a,
                    pel_str *near) {
  unsigned best = 3;
  for (size_t i = 0; i < pel__symbols_count(symbols); i++) {
    const pel_str name = pel__str(pel__symbols_name(symbols, i));
    const unsigned d = pel__str_distance(name, want, best);
    if (d >= best) continue;
    best = d;
    *near = pel__str(pel__arena_text(a, name.p, name.n));
  }
}

static pel_status symbol(void *ctx, pel_str folder, pel_str library, pel_str name,
                         pel_str *near, pel_error *e) {
  world *w = ctx;
  pel_arena *a = &w->d->c.arena;
  if (pel__str_is(library, "host")) {
    if (pel__context_function(w->ctx, name)) return PEL_OK;
    return pel_error_set(
        e, PEL_E_INVALID,
        "the host program gave no function of this name (pel_context_add_function)");
  }
  const char *in = folder.n ? pel__arena_text(a, folder.p, folder.n) : ".";
  const char *lib = pel__arena_text(a, library.p, library.n),
             *z = pel__arena_text(a, name.p, name.n);
  char *path = NULL;
  pel_symbols *symbols = NULL;
  if (!lib || !z || !in) return PEL_E_NOMEM;
  pel_status s = pel__library_find(in, lib, a, &path, e);
  if (!s) s = pel__symbols_open(path, w->ctx->alloc, &symbols, e);
  if (s) return s == PEL_E_NOMEM ? s : PEL_E_NOENT;
  if (pel__symbols_kind(symbols, z) != PEL_SYMBOL_FUNCTION) {
    nearest(symbols, name, a, near);
    s = pel_error_set(e, PEL_E_INVALID, "`%s` has no function `%s`", path, z);
  }
  pel__symbols_free(symbols);
  return s;
}

/* ---- compiling ---- */

static pel_diagnostics *new_diagnostics(pel_context *ctx) {
  pel_diagnostics *d = pel__alloc_get(ctx->alloc, sizeof *d);
  if (!d) return NULL;
  memset(d, 0, sizeof *d);
  d->ctx = ctx;
  pel__compilation_init(&d->c, ctx->alloc);
  pel__buf_init(&d->text, ctx->alloc);
  return d;
}

static const char *text_of(pel_diagnostics *d, pel_str s) {
  return pel__arena_text(&d->c.arena, s.p ? s.p : "", s.n);
}

/* Once, when all of them are there: the host only reads. False without memory. */
static bool tell(pel_diagnostics *d) {
  const size_t n = d->c.diags.n;
  d->told = PEL_ARENA_ARRAY(&d->c.arena, pel_diagnostic, n + 1);
  for (size_t i = 0; d->told && i < n; i++) {
    const pel_diag *g = d->c.diags.at[i];
    const pel_source *src = pel__source_get(&d->c.sources, g->span.file);
    pel_diagnostic *t = &d->told[i];
    *t = (pel_diagnostic){.code = pel__diag_code_name(g->code),
                          .warning = g->severity == PEL_SEVERITY_WARNING,
                          .file = src ? text_of(d, src->name) : "",
                          .span = g->span,
                          .message = text_of(d, g->message),
                          .label = text_of(d, g->label),
                          .help = text_of(d, g->help)};
    if (!t->file || !t->message || !t->label || !t->help) return false;
  }
  return d->told;
}

typedef struct shower {
  const pel_compile_options *o;
} shower;

static void show(void *ctx, const char *step, pel_str text) {
  const shower *s = ctx;
  s->o->explain(s->o->user, step, text.p, text.n);
}

static pel_status reload(pel_context *ctx, pel_plan_data **plan) {
  pel_error e = {0};
  pel_buf b;
  pel_plan_data *again = NULL;
  pel__buf_init(&b, ctx->alloc);
  pel_status s = pel__plan_encode(*plan, &b);
  if (!s) s = pel__plan_decode(b.p, b.n, ctx->alloc, &again, &e);
  pel__buf_deinit(&b);
  if (s) return s == PEL_E_NOMEM ? s : PEL_E_INTERNAL;
  pel__plan_release(*plan);
  *plan = again;
  return PEL_OK;
}

/* The options are wrong: told where the host looks for what is wrong. */
static bool tell_refused(pel_diagnostics *d, const pel_error *e) {
  const char *z = pel__arena_text(&d->c.arena, e->message, strlen(e->message));
  d->told = z ? PEL_ARENA_NEW(&d->c.arena, pel_diagnostic) : NULL;
  if (!d->told) return false;
  *d->told =
      (pel_diagnostic){.code = "", .file = "", .message = z, .label = "", .help = ""};
  d->refused = true;
  return true;
}

static pel_status take_options(pel_context *ctx, const pel_compile_options *given,
                               pel_compile_options *mine, pel_diagnostics **diagnostics) {
  pel_error e = {0};
  const pel_status s =
      pel__options_take(mine, sizeof *mine, given, "pel_compile_options", &e);
  if (!s) return PEL_OK;
  pel_diagnostics *d = new_diagnostics(ctx);
  if (!d) return PEL_E_NOMEM;
  if (!tell_refused(d, &e)) {
    pel_diagnostics_free(d);
    return PEL_E_NOMEM;
  }
  *diagnostics = d;
  return s;
}

pel_status pel_compile(pel_context *ctx, const pel_source_text *source,
                       const pel_compile_options *options, pel_plan **plan,
                       pel_diagnostics **diagnostics) {
  pel_compile_options mine, *o = &mine;
  *plan = NULL;
  *diagnostics = NULL;
  pel_status s = pel__context_check(ctx, NULL);
  if (!s) s = take_options(ctx, options, &mine, diagnostics);
  if (s) return s;
  pel_diagnostics *d = new_diagnostics(ctx);
  if (!d) return PEL_E_NOMEM;
  char *text = pel__arena_text(&d->c.arena, source->text, source->n);
  if (!text) {
    pel_diagnostics_free(d);
    return PEL_E_NOMEM;
  }
  world w = {ctx, d};
  shower sh = {o};
  const pel_sema_world asks = {
      .ctx = &w, .module = load_module, .infer = infer, .symbol = symbol};
  const pel_compile_job job = {.name = pel__str(source->name),
                               .text = {text, source->n},
                               .ops = ctx->ops.at,
                               .nops = ctx->ops.n,
                               .world = o->no_files ? NULL : &asks,
                               .passes = ctx->options.passes,
                               .check_only = o->check_only,
                               .without_tests = o->items == PEL_COMPILE_OUTS,
                               .without_outs = o->items == PEL_COMPILE_TESTS,
                               .outs = o->outs,
                               .nouts = o->outs ? o->nouts : 0,
                               .reserved = o->reserved,
                               .nreserved = o->reserved ? o->nreserved : 0,
                               .explain = o->explain ? show : NULL,
                               .explain_ctx = &sh};
  pel_plan_data *made = NULL;
  s = pel__compile(&d->c, &job, &made);
  if (!s && made && ctx->options.reload) s = reload(ctx, &made);
  if (s == PEL_E_COMPILE && d->missing) s = d->missing;
  if (!s && made) s = pel__plan_show(made);
  if (!tell(d)) {
    s = PEL_E_NOMEM;
    pel_diagnostics_free(d);
    d = NULL;
  }
  if (!s)
    *plan = (pel_plan *)made;
  else
    pel__plan_release(made);
  *diagnostics = d;
  return s;
}

pel_status pel_format(pel_context *ctx, const pel_source_text *source, char **out,
                      size_t *n, pel_diagnostics **diagnostics) {
  *diagnostics = NULL;
  const pel_status forked = pel__context_check(ctx, NULL);
  if (forked) return forked;
  pel_diagnostics *d = new_diagnostics(ctx);
  uint32_t file = 0;
  pel_buf b;
  if (!d) return PEL_E_NOMEM;
  char *text = pel__arena_text(&d->c.arena, source->text, source->n);
  if (!text) {
    pel_diagnostics_free(d);
    return PEL_E_NOMEM;
  }
  pel__buf_init(&b, ctx->alloc);
  pel_status s = pel__sources_add(&d->c.sources, pel__str(source->name),
                                  (pel_str){text, source->n}, &file);
  if (!s) s = pel__syntax_format(pel__source_get(&d->c.sources, file), &b, &d->c.diags);
  char *made = s || b.failed ? NULL : pel__alloc_get(ctx->alloc, b.n + 1);
  if (!s && !made) s = PEL_E_NOMEM;
  if (!tell(d)) {
    if (made) pel__alloc_free(ctx->alloc, made, b.n + 1);
    made = NULL;
    s = PEL_E_NOMEM;
    pel_diagnostics_free(d);
    d = NULL;
  }
  if (made) {
    memcpy(made, pel__buf_z(&b), b.n + 1);
    *out = made;
    *n = b.n;
  }
  pel__buf_deinit(&b);
  *diagnostics = d;
  return s;
}

void pel_text_free(pel_context *ctx, char *text, size_t n) {
  if (text) pel__alloc_free(ctx->alloc, text, n + 1);
}

/* ---- diagnostics as data ---- */

size_t pel_diagnostics_count(const pel_diagnostics *d) {
  return d->refused ? 1 : d->c.diags.n;
}
size_t pel_diagnostics_errors(const pel_diagnostics *d) {
  return d->refused ? 1 : d->c.diags.errors;
}

pel_diagnostic pel_diagnostics_at(const pel_diagnostics *d, size_t i) {
  return d->told[i];
}

static void print_refused(const char *why, pel_diagnostic_format format, pel_buf *b) {
  const bool json = format == PEL_FORMAT_JSON;
  pel__buf_text(b,
                json ? "{\"severity\":\"error\",\"code\":\"\",\"message\":" : "error: ");
  if (json)
    pel__buf_json(b, pel__str(why));
  else
    pel__buf_text(b, why);
  pel__buf_text(b, json ? ",\"file\":null}\n" : "\n");
}

const char *pel_diagnostics_text(pel_diagnostics *d, pel_diagnostic_format format,
                                 pel_color color) {
  const pel_diag_style style = {format == PEL_FORMAT_SHORT  ? PEL_DIAG_SHORT
                                : format == PEL_FORMAT_JSON ? PEL_DIAG_JSON
                                                            : PEL_DIAG_HUMAN,
                                color == PEL_COLOR_ON};
  d->text.n = 0;
  if (d->refused)
    print_refused(d->told->message, format, &d->text);
  else
    pel__diags_render(&d->c.diags, style, &d->text);
  return pel__buf_z(&d->text);
}

void pel_diagnostics_free(pel_diagnostics *d) {
  if (!d) return;
  pel__compilation_deinit(&d->c);
  pel__buf_deinit(&d->text);
  pel__alloc_free(d->ctx->alloc, d, sizeof *d);
}

/* ---- schemas ---- */

static const pel_op *reader_for(const pel_context *ctx, const char *path) {
  const char *dot = strrchr(path, '.');
  for (uint32_t t = 0; dot && t < ctx->ops.n; t++)
    for (const pel_op *const *row = ctx->ops.at[t]; *row; row++)
      if ((*row)->kind == PEL_OP_SOURCE && !strncmp((*row)->name, "read_", 5) &&
          !strcmp((*row)->name + 5, dot + 1))
        return *row;
  return NULL;
}

static void json_schema(const pel_type *row, pel_buf *b) {
  pel__buf_text(b, "{\"columns\": [");
  for (uint32_t i = 0; i < row->nfields; i++) {
    pel_buf type;
    pel__buf_init(&type, b->alloc);
    pel__type_print(row->fields[i].type, &type);
    pel__buf_text(b, i ? ", {\"name\": " : "{\"name\": ");
    pel__buf_json(b, pel__str(row->fields[i].name));
    pel__buf_text(b, ", \"type\": ");
    pel__buf_json(b, (pel_str){pel__buf_z(&type), type.n});
    pel__buf_char(b, '}');
    pel__buf_deinit(&type);
  }
  pel__buf_text(b, "]}\n");
}

pel_status pel_schema(pel_context *ctx, const char *path, const char *type_name,
                      pel_schema_format format, char **out, size_t *n, pel_error *err) {
  const pel_op *reader = reader_for(ctx, path);
  const pel_type str = {.kind = PEL_STR}, *row = NULL;
  const pel_const arg = {.type = &str, .as.s = {path, strlen(path)}};
  const pel_status forked = pel__context_check(ctx, err);
  if (forked) return forked;
  if (!reader)
    return pel_error_set(
        err, PEL_E_INVALID,
        "`%s`: the name does not end like a format that can be read (.csv, .tsv)", path);
  pel_diagnostics *d = new_diagnostics(ctx);
  if (!d) return pel_error_set(err, PEL_E_NOMEM, "no memory to look at `%s`", path);
  world w = {ctx, d};
  pel_buf b;
  pel__buf_init(&b, ctx->alloc);
  pel_status s = infer(&w, reader, &arg, 1, &row, err);
  if (!s && format == PEL_SCHEMA_JSON) {
    json_schema(row, &b);
  } else if (!s) {
    pel__buf_printf(&b, "type %s = ", type_name);
    pel__type_print(row, &b);
    pel__buf_char(&b, '\n');
  }
  if (!s && !b.failed && (*out = pel__alloc_get(ctx->alloc, b.n + 1))) {
    memcpy(*out, pel__buf_z(&b), b.n + 1);
    *n = b.n;
  } else if (!s) {
    s = pel_error_set(err, PEL_E_NOMEM, "no memory for the schema");
  }
  pel__buf_deinit(&b);
  pel_diagnostics_free(d);
  return s;
}
