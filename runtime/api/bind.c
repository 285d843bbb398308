#include <string.h>

#include "runtime/api/api.h"
#include "runtime/base/calendar.h"
#include "runtime/vec/gather.h"

uint32_t pel__run_param(const pel_run *run, const char *name) {
  for (uint32_t i = 0; i < run->plan->n_params; i++)
    if (pel__str_is(run->plan->params[i].name, name)) return i;
  return PEL_NONE;
}

uint32_t pel__param_columns(const pel_run *run, uint32_t param) {
  return run->plan->slots[run->plan->params[param].slot].types.n;
}

const pel_type *pel__param_type(const pel_run *run, uint32_t param, uint32_t column) {
  const pel_plan_data *p = run->plan;
  return &p->types[p->reg_types[p->slots[p->params[param].slot].types.at + column]];
}

static pel_status find(const pel_run *run, const char *name, uint32_t *out,
                       pel_error *err) {
  *out = pel__run_param(run, name);
  return *out == PEL_NONE ? pel_error_set(err, PEL_E_INVALID,
                                          "the program has no parameter `%s`", name)
                          : PEL_OK;
}

static pel_status wrong_type(const pel_run *run, uint32_t param, const char *given,
                             pel_error *err) {
  pel_buf b;
  pel__buf_init(&b, NULL);
  pel__param_print(run->plan, param, &b);
  const pel_status s = pel_error_set(
      err, PEL_E_INVALID, "parameter `" PEL_STR_FMT "` is of type %s; it was given %s",
      PEL_STR_ARG(run->plan->params[param].name), pel__buf_z(&b), given);
  pel__buf_deinit(&b);
  return s;
}

static pel_status set_scalar(pel_run *run, uint32_t param, const pel_const *value,
                             pel_error *err) {
  const pel_type *t = pel__param_type(run, param, 0);
  pel_table *table = NULL;
  const pel_status s =
      pel__table_of_consts(pel__engine_alloc(run->ctx->engine), &t, value, 1, &table);
  return s ? pel__engine_no_memory(run->ctx->engine, "for a parameter", err)
           : pel__run_set(run, param, table, err);
}

static bool holds(pel_kind k, int64_t v) {
  switch (k) {
    case PEL_BOOL:
      return v == 0 || v == 1;
    case PEL_I8:
      return v >= INT8_MIN && v <= INT8_MAX;
    case PEL_I16:
      return v >= INT16_MIN && v <= INT16_MAX;
    case PEL_DATE:
      return pel__date_valid(v);
    case PEL_TIME:
      return pel__time_valid(v);
    case PEL_I32:
      return v >= INT32_MIN && v <= INT32_MAX;
    case PEL_U8:
      return v >= 0 && v <= UINT8_MAX;
    case PEL_U16:
      return v >= 0 && v <= UINT16_MAX;
    case PEL_U32:
      return v >= 0 && v <= UINT32_MAX;
    case PEL_U64:
      return v >= 0;
    case PEL_I64:
    case PEL_DUR:
      return true;
    case PEL_F32:
      return v >= -(1 << 24) && v <= 1 << 24;
    case PEL_F64:
      return v >= -(INT64_C(1) << 53) && v <= INT64_C(1) << 53;
    case PEL_KIND_NONE:
    case PEL_STR:
    case PEL_BYTES:
    case PEL_LIST:
    case PEL_RECORD:
    case PEL_KIND_COUNT:
      break;
  }
  return false;
}

pel_status pel_run_bind_i64(pel_run *run, const char *name, int64_t value,
                            pel_error *err) {
  uint32_t i;
  pel_status s = find(run, name, &i, err);
  if (s) return s;
  const pel_type *t = pel__param_type(run, i, 0);
  const bool one = run->plan->params[i].shape == PEL_SHAPE_SCALAR;
  const bool text = t->kind == PEL_STR || t->kind == PEL_BYTES;
  if (!one || !holds(t->kind, value))
    return wrong_type(
        run, i, one && !text ? "an integer that it does not hold" : "an integer", err);
  pel_const c = {.type = t};
  if (t->kind == PEL_F64 || t->kind == PEL_F32)
    c.as.f = (double)value;
  else
    c.as.i = value;
  return set_scalar(run, i, &c, err);
}

pel_status pel_run_bind_f64(pel_run *run, const char *name, double value,
                            pel_error *err) {
  uint32_t i;
  pel_status s = find(run, name, &i, err);
  if (s) return s;
  const pel_type *t = pel__param_type(run, i, 0);
  if (run->plan->params[i].shape != PEL_SHAPE_SCALAR || t->kind != PEL_F64)
    return wrong_type(run, i, "an f64", err);
  const pel_const c = {.type = t, .as.f = value};
  return set_scalar(run, i, &c, err);
}

pel_status pel_run_bind_str(pel_run *run, const char *name, const char *value, size_t n,
                            pel_error *err) {
  uint32_t i;
  pel_status s = find(run, name, &i, err);
  if (s) return s;
  const pel_type *t = pel__param_type(run, i, 0);
  const bool text = t->kind == PEL_STR || t->kind == PEL_BYTES;
  if (run->plan->params[i].shape != PEL_SHAPE_SCALAR || !text)
    return wrong_type(run, i, "text", err);
  if (t->kind == PEL_STR && pel__utf8_valid(value, n) != n)
    return wrong_type(run, i, "text that is not valid UTF-8", err);
  const pel_const c = {.type = t, .as.s = {value, n}};
  return set_scalar(run, i, &c, err);
}

pel_status pel_run_bind_arrow(pel_run *run, const char *name, struct ArrowSchema *schema,
                              struct ArrowArray *array, pel_error *err) {
  uint32_t i;
  pel_table *table = NULL;
  pel_status s = find(run, name, &i, err);
  const uint32_t n = s ? 0 : pel__param_columns(run, i);
  const pel_type **types =
      s ? NULL : PEL_ARENA_ARRAY(&run->arena, const pel_type *, n + 1);
  for (uint32_t c = 0; types && c < n; c++) types[c] = pel__param_type(run, i, c);
  if (!s && !types) s = pel_error_set(err, PEL_E_NOMEM, "no memory for a parameter");
  if (!s) {
    const pel_plan_param *param = &run->plan->params[i];
    const pel_arrow_want want = {
        .param = param->name,
        .shape = (pel_value_shape)param->shape,
        .n = n,
        .types = types,
        .names = run->plan->names + run->plan->slots[param->slot].names.at};
    s = pel__arrow_import(pel__engine_alloc(run->ctx->engine), &want, schema, array,
                          &table, err);
    if (s == PEL_E_NOMEM)
      s = pel__engine_no_memory(run->ctx->engine, "for a parameter", err);
  }
  if (schema && schema->release) schema->release(schema);
  if (array && array->release) array->release(array);
  return s ? s : pel__run_set(run, i, table, err);
}

/* ---- as the command line writes them ---- */

/* `1,2,3`: a column; nothing at all is the empty one. */
static pel_status bind_list(pel_run *run, uint32_t param, const char *text,
                            pel_error *err) {
  const pel_type *t = pel__param_type(run, param, 0);
  const pel_alloc *alloc = pel__engine_alloc(run->ctx->engine);
  pel_piece *piece = NULL;
  pel_table *table = NULL;
  pel_status s = pel__piece_new(alloc, &t, 1, &piece);
  for (bool more = *text; !s && more;) {
    const size_t n = strcspn(text, ",");
    pel_const c;
    pel_table *one = NULL;
    pel_col col;
    s = pel__const_from_text(t, text, n, &c, err);
    if (!s) s = pel__table_of_consts(alloc, &t, &c, 1, &one);
    if (!s) {
      col = one->cols[0];
      const pel_chunk chunk = {.rows = 1, .nsel = 1, .ncols = 1, .cols = &col};
      s = pel__piece_append(piece, &chunk);
      pel__table_release(one);
    }
    more = text[n] == ',';
    text += n + more;
  }
  if (s) {
    if (piece) pel__piece_free(piece);
    return s == PEL_E_NOMEM
               ? pel__engine_no_memory(run->ctx->engine, "for a parameter", err)
               : s;
  }
  s = pel__table_of_pieces(alloc, &t, 1, &piece, 1, &table);
  return s ? pel__engine_no_memory(run->ctx->engine, "for a parameter", err)
           : pel__run_set(run, param, table, err);
}

/* A table comes from a file: a program of two lines reads it. */
static void reading_program(const pel_run *run, uint32_t param, const char *path,
                            pel_buf *b) {
  pel__buf_text(b, "let rows: [n]");
  pel__type_print(&run->plan->types[run->plan->params[param].type], b);
  pel__buf_text(b, " = read(");
  pel__text_literal(b, pel__str(path));
  pel__buf_text(b, ")\nout value = rows\n");
}

/* What a table that another plan's run made owns, and that plan: its memory was laid out
 * by types that the plan holds. */
typedef struct made_elsewhere {
  const pel_alloc *alloc;
  void (*release)(void *owner);
  void *owner;
  pel_plan_data *plan;
} made_elsewhere;

static void release_elsewhere(void *owner) {
  const made_elsewhere m = *(made_elsewhere *)owner;
  if (m.release) m.release(m.owner);
  pel__plan_release(m.plan);
  pel__alloc_free(m.alloc, owner, sizeof m);
}

static pel_status keep_plan(pel_table *t, pel_plan_data *plan, const pel_alloc *alloc) {
  made_elsewhere *m = pel__alloc_get(alloc, sizeof *m);
  if (!m) return PEL_E_NOMEM;
  *m = (made_elsewhere){alloc, t->release, t->owner, pel__plan_retain(plan)};
  t->release = release_elsewhere;
  t->owner = m;
  return PEL_OK;
}

static pel_status read_table(pel_run *run, uint32_t param, const pel_source_text *source,
                             pel_error *err) {
  pel_plan *plan = NULL;
  pel_diagnostics *d = NULL;
  pel_run *inner = NULL;
  pel_status s = pel_compile(run->ctx, source, NULL, &plan, &d);
  if (s == PEL_E_COMPILE && d && pel_diagnostics_count(d))
    s = PEL_E_INVALID; /* what the path says is wrong: no program's fault */
  if (s)
    (void)pel_error_set(
        err, s, "%s",
        s == PEL_E_INVALID ? pel_diagnostics_at(d, 0).message : "no memory");
  if (!s) s = pel_run_new(run->ctx, plan, &inner, err);
  if (!s) s = pel_run_wait(inner, err);
  if (s == PEL_E_FAILED && pel_run_failures(inner) &&
      pel_run_failure_at(inner, 0).status == PEL_E_NOENT)
    s = PEL_E_NOENT;
  const pel_table *value =
      s ? NULL : pel__run_value(inner->run, pel__run_item(inner, "value"));
  pel_table *mine = value ? pel__table_retain((pel_table *)(uintptr_t)value) : NULL;
  if (mine && keep_plan(mine, pel__plan_of(plan), run->ctx->alloc)) {
    pel__table_release(mine);
    s = pel_error_set(err, PEL_E_NOMEM, "no memory for a parameter");
  } else if (!s) {
    for (uint32_t c = 0; mine && c < mine->ncols; c++)
      mine->cols[c].type = pel__param_type(run, param, c);
    s = mine ? pel__run_set(run, param, mine, err)
             : pel_error_set(err, PEL_E_INTERNAL, "the table was not read");
  }
  pel_run_free(inner);
  pel_plan_release(plan);
  pel_diagnostics_free(d);
  return s;
}

static pel_status bind_table(pel_run *run, uint32_t param, const char *path,
                             pel_error *err) {
  pel_buf b;
  if (pel__utf8_valid(path, strlen(path)) != strlen(path))
    return pel_error_set(err, PEL_E_INVALID, "the path is not valid UTF-8");
  pel__buf_init(&b, NULL);
  reading_program(run, param, path, &b);
  const pel_source_text source = {"<parameter>", pel__buf_z(&b), b.n};
  pel_error why = {0};
  const pel_status s = b.failed
                           ? pel_error_set(err, PEL_E_NOMEM, "no memory for a parameter")
                           : read_table(run, param, &source, &why);
  if (s == PEL_E_INVALID)
    (void)pel_error_set(err, s, "`%s`: %s", path, why.message);
  else if (s && !b.failed)
    (void)pel_error_set(err, s, "%s", why.message);
  pel__buf_deinit(&b);
  return s;
}

pel_status pel_run_bind_text(pel_run *run, const char *name, const char *text,
                             pel_error *err) {
  uint32_t i;
  pel_const c;
  pel_status s = find(run, name, &i, err);
  if (s) return s;
  if (run->plan->params[i].shape == PEL_SHAPE_TABLE) return bind_table(run, i, text, err);
  if (run->plan->params[i].shape == PEL_SHAPE_ARRAY) return bind_list(run, i, text, err);
  s = pel__const_from_text(pel__param_type(run, i, 0), text, strlen(text), &c, err);
  return s ? s : set_scalar(run, i, &c, err);
}
