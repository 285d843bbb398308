#include "tests/unit/sema/rig.h"

#include "compiler/diag/render.h"
#include "compiler/syntax/syntax.h"
#include "tests/unit/sema/ops.h"

/* ---- a world: two modules, one file with columns, one library ---- */

static pel_status find_module(void *ctx, pel_str from, pel_str path, pel_str *name,
                              pel_str *text) {
  (void)ctx, (void)from;
  *name = path;
  if (pel__str_is(path, "lib.pel"))
    *text = PEL_STR(
        "param rate: f64 = 0.5\nfn half(x: f64) -> f64 = x * rate\nlet _hidden = 1\nlet "
        "seen = _hidden + 1\n"
        "type Point = { x: f64, y: f64 }\nout noise = nonsense\n");
  else if (pel__str_is(path, "round.pel"))
    *text = PEL_STR("use \"about.pel\"\n");
  else if (pel__str_is(path, "about.pel"))
    *text = PEL_STR("use \"round.pel\"\n");
  else
    return PEL_E_NOENT;
  return PEL_OK;
}

static pel_status look_into(void *ctx, const pel_op *reader, const pel_const *args,
                            uint32_t nargs, const pel_type **row, pel_error *e) {
  static const pel_type i64 = {.kind = PEL_I64},
                        str = {.kind = PEL_STR, .nullable = true};
  static const pel_field fields[] = {{"id", &i64}, {"name", &str}};
  static const pel_type record = {.kind = PEL_RECORD, .nfields = 2, .fields = fields};
  (void)ctx, (void)reader, (void)nargs;
  pel_str path = {args[0].as.s.p, args[0].as.s.n};
  if (!pel__str_is(path, "people.csv"))
    return pel_error_set(e, PEL_E_NOENT, "`" PEL_STR_FMT "` does not exist",
                         PEL_STR_ARG(path));
  *row = &record;
  return PEL_OK;
}

static pel_status find_symbol(void *ctx, pel_str folder, pel_str library, pel_str symbol,
                              pel_str *near, pel_error *e) {
  (void)ctx, (void)folder;
  if (pel__str_is(library, "libnowhere.so"))
    return pel_error_set(e, PEL_E_NOENT, "there is no library `" PEL_STR_FMT "`",
                         PEL_STR_ARG(library));
  if (!pel__str_is(symbol, "coz")) return PEL_OK;
  *near = PEL_STR("cos");
  return PEL_E_INVALID;
}

static const pel_sema_world world = {NULL, find_module, look_into, find_symbol};

/* ---- one compilation ---- */

void rig_open(rig *r, const char *text) {
  *r = (rig){0};
  pel_ast_file *file = NULL;
  uint32_t number = 0;
  pel__arena_init(&r->arena, NULL);
  pel__sources_init(&r->sources, &r->arena);
  pel__diags_init(&r->diags, &r->arena, &r->sources);
  pel__buf_init(&r->text, NULL);
  r->status = pel__sources_add(&r->sources, PEL_STR("t.pel"), pel__str(text), &number);
  if (r->status == PEL_OK)
    r->status = pel__syntax_parse(&r->arena, &r->diags, number, &file);
  if (r->status != PEL_OK) return;
  const pel_op *const *tables[] = {rig_ops()};
  pel_sema_input in = {.arena = &r->arena,
                       .diags = &r->diags,
                       .file = file,
                       .ops = tables,
                       .nops = 1,
                       .world = &world};
  r->status = pel__sema_check(&in, &r->typed);
}

void rig_close(rig *r) {
  pel__buf_deinit(&r->text);
  pel__arena_deinit(&r->arena);
}

static const char *render(rig *r, pel_diag_format format) {
  r->text.n = 0;
  pel__diags_render(&r->diags, (pel_diag_style){format, false}, &r->text);
  return pel__buf_z(&r->text);
}

const char *rig_short(rig *r) { return render(r, PEL_DIAG_SHORT); }
const char *rig_human(rig *r) { return render(r, PEL_DIAG_HUMAN); }

const char *rig_dump(rig *r) {
  r->text.n = 0;
  if (r->typed) pel__typed_dump(r->typed, &r->text);
  return pel__buf_z(&r->text);
}

const char *rig_codes(rig *r) {
  r->text.n = 0;
  for (uint32_t i = 0; i < r->diags.n; i++) {
    if (i) pel__buf_char(&r->text, ' ');
    pel__buf_text(&r->text, pel__diag_code_name(r->diags.at[i]->code));
  }
  return pel__buf_z(&r->text);
}

const char *rig_type(rig *r, const char *name) {
  r->text.n = 0;
  const pel_ty *t = NULL;
  for (uint32_t i = 0; r->typed && i < r->typed->nouts; i++)
    if (pel__str_is(r->typed->outs[i].name, name)) t = r->typed->outs[i].value->type;
  for (uint32_t i = 0; r->typed && i < r->typed->nlets; i++)
    if (pel__str_is(r->typed->lets[i].name, name)) t = r->typed->lets[i].value->type;
  if (t)
    pel__ty_print(t, &r->text);
  else
    pel__buf_char(&r->text, '?');
  return pel__buf_z(&r->text);
}
