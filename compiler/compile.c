#include "compiler/compile.h"

#include "compiler/ir/ir.h"
#include "compiler/lower/lower.h"
#include "compiler/passes/passes.h"
#include "compiler/sema/sema.h"
#include "compiler/syntax/syntax.h"

void pel__compilation_init(pel_compilation *c, const pel_alloc *alloc) {
  pel__arena_init(&c->arena, alloc);
  pel__sources_init(&c->sources, &c->arena);
  pel__diags_init(&c->diags, &c->arena, &c->sources);
}

void pel__compilation_deinit(pel_compilation *c) { pel__arena_deinit(&c->arena); }

/* ---- showing what became of a program ---- */

static void show(const pel_compile_job *job, const char *step, pel_buf *text) {
  job->explain(job->explain_ctx, step, (pel_str){pel__buf_z(text), text->n});
  pel__buf_deinit(text);
}

static void show_typed(const pel_compile_job *job, const pel_typed *t) {
  pel_buf b;
  if (!job->explain) return;
  pel__buf_init(&b, NULL);
  pel__typed_dump(t, &b);
  show(job, "typed", &b);
}

static void show_ir(void *ctx, const char *step, const pel_ir *m) {
  const pel_compile_job *job = ctx;
  pel_buf b;
  if (!job->explain) return;
  pel__buf_init(&b, NULL);
  pel__ir_print(m, &b);
  show(job, step, &b);
}

static void show_plan(const pel_compile_job *job, const pel_plan_data *plan) {
  pel_buf b;
  if (!job->explain) return;
  pel__buf_init(&b, NULL);
  pel__plan_print(plan, &b);
  show(job, "plan", &b);
}

/* ---- one call per line ---- */

typedef struct stages {
  pel_compilation *c;
  const pel_compile_job *job;
  pel_ast_file *file;
  pel_typed *typed;
  pel_ir *ir;
  pel_plan_data *plan;
  pel_error error;
} stages;

static pel_status parse(stages *s) {
  uint32_t file = 0;
  const pel_status st =
      pel__sources_add(&s->c->sources, s->job->name, s->job->text, &file);
  return st ? st : pel__syntax_parse(&s->c->arena, &s->c->diags, file, &s->file);
}

static pel_status check(stages *s) {
  const pel_sema_input in = {.arena = &s->c->arena,
                             .diags = &s->c->diags,
                             .file = s->file,
                             .ops = s->job->ops,
                             .nops = s->job->nops,
                             .world = s->job->world,
                             .reserved = s->job->reserved,
                             .nreserved = s->job->nreserved};
  const pel_status st = pel__sema_check(&in, &s->typed);
  if (!st) show_typed(s->job, s->typed);
  return st;
}

static pel_status build(stages *s) {
  const pel_status st = pel__ir_build(&s->c->arena, s->typed, s->job->ops, s->job->nops,
                                      &s->ir, &s->c->diags);
  return st ? st : pel__ir_verify(s->ir, &s->error);
}

static void leave_out(pel_ir_item *x) {
  x->kind = PEL_ITEM_LET;
  x->value = x->left = x->right = NULL;
}

static bool chosen(const pel_compile_job *job, const pel_ir_item *x) {
  if (!job->nouts) return true;
  for (size_t i = 0; i < job->nouts; i++)
    if (pel__str_is(x->name, job->outs[i])) return true;
  return false;
}

/* How many items have a name that was chosen: whoever misspelt one is helped by all names
 * there are. */
static size_t outs_chosen(const stages *s) {
  size_t n = 0;
  for (uint32_t i = 0; i < s->ir->nitems; i++)
    n += s->ir->items[i].kind == PEL_ITEM_OUT && chosen(s->job, &s->ir->items[i]);
  return n;
}

static void choose_items(stages *s) {
  const bool some = s->job->nouts && outs_chosen(s) >= s->job->nouts;
  for (uint32_t i = 0; i < s->ir->nitems; i++) {
    pel_ir_item *x = &s->ir->items[i];
    const bool out =
        x->kind == PEL_ITEM_OUT && (s->job->without_outs || (some && !chosen(s->job, x)));
    if (out || (x->kind == PEL_ITEM_TEST && s->job->without_tests)) leave_out(x);
  }
}

static pel_status optimise(stages *s) {
  const pel_passes_options o = {.leave_out = s->job->passes,
                                .dump = s->job->explain ? show_ir : NULL,
                                .dump_ctx = (void *)(uintptr_t)s->job};
  show_ir((void *)(uintptr_t)s->job, "ir", s->ir);
  return pel__passes_run(s->ir, &o, &s->error);
}

static pel_status lower(stages *s) {
  const pel_status st = pel__lower(s->ir, &s->c->sources, s->c->arena.alloc, &s->plan,
                                   &s->c->diags, &s->error);
  if (!st) show_plan(s->job, s->plan);
  return st;
}

/* A failure that no diagnostic explains becomes one, so that nobody is left without a
 * word. */
static pel_status explained(stages *s, pel_status st) {
  const pel_span nowhere = {0};
  if (st == PEL_OK || s->c->diags.errors || st == PEL_E_NOMEM) return st;
  (void)pel__diag_add(&s->c->diags, PEL_E0999, nowhere, "%s",
                      s->error.message[0] ? s->error.message : pel_status_name(st));
  return st;
}

pel_status pel__compile(pel_compilation *c, const pel_compile_job *job,
                        pel_plan_data **out) {
  stages s = {.c = c, .job = job};
  pel_status st = parse(&s);
  if (!st) st = check(&s);
  if (!st) st = build(&s);
  if (!st) choose_items(&s);
  if (!st && !job->check_only) st = optimise(&s);
  if (!st && !job->check_only) st = lower(&s);
  if (!st && s.plan) *out = s.plan;
  return explained(&s, st);
}
