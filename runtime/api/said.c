#include <stdio.h>

#include "compiler/diag/render.h"
#include "runtime/api/api.h"

/* What a run says, in the formats of diagnostics. */

static bool place(const pel_sources *sources, pel_span span) {
  return span.line && pel__source_get(sources, span.file);
}

static void failure(pel_sources *sources, const pel_run_failure *f,
                    pel_diagnostic_format format, bool color, pel_buf *b) {
  const pel_remark r = {PEL_SEVERITY_ERROR, f->code, f->text, f->item, f->span};
  switch (format) {
    case PEL_FORMAT_HUMAN:
      pel__remark_human(sources, &r, color, b);
      break;
    case PEL_FORMAT_SHORT:
      if (place(sources, f->span))
        pel__buf_printf(b, "%s:%u:%u: ", f->file, f->span.line, f->span.col);
      pel__buf_printf(b, "error: %s\n", f->text);
      break;
    case PEL_FORMAT_JSON:
      pel__remark_render(sources, &r, b);
      break;
  }
}

static void warning(const pel_sources *sources, const char *code, const char *text,
                    pel_span span, pel_diagnostic_format format, pel_buf *b) {
  const pel_remark r = {PEL_SEVERITY_WARNING, code, text, NULL, span};
  if (format == PEL_FORMAT_JSON)
    pel__remark_render(sources, &r, b);
  else
    pel__buf_printf(b, "warning: %s\n", text);
}

static pel_span span_of(const pel_run *run, uint32_t span) {
  return span == PEL_NONE ? (pel_span){0} : run->plan->spans[span];
}

/* The bad values of all steps that read for this place, if step i is the first of them;
 * 0 otherwise. */
static uint64_t rejected_at(const pel_run *run, const pel_node_stats *s, size_t n,
                            size_t i) {
  const pel_span here = span_of(run, s[i].span);
  uint64_t bad = s[i].rejected;
  for (size_t k = 0; bad && k < n; k++) {
    const pel_span there = span_of(run, s[k].span);
    if (k == i || there.line != here.line || there.file != here.file) continue;
    if (k < i && s[k].rejected) return 0;
    bad += s[k].rejected;
  }
  return bad;
}

/* One for each line of the program that reads, so that it can be seen whose data is bad.
 */
static void rejections(const pel_run *run, const pel_sources *sources,
                       pel_diagnostic_format format, pel_buf *b) {
  const pel_node_stats *s = NULL;
  const size_t n = pel__run_stats(run->run, &s);
  size_t last = n;
  for (size_t i = 0; i < n; i++)
    if (rejected_at(run, s, n, i)) last = i;
  for (size_t i = 0; i < n; i++) {
    const unsigned long long bad = rejected_at(run, s, n, i);
    const pel_span span = span_of(run, s[i].span);
    char text[200];
    if (!bad) continue;
    (void)snprintf(text, sizeof text,
                   "%llu bad value%s in what line %u reads: rows skipped or cells made "
                   "null%s",
                   bad, bad == 1 ? "" : "s", span.line,
                   run->rejects || i != last ? "" : " (--rejects FILE keeps them)");
    warning(sources, "bad values", text, span, format, b);
  }
}

static void json_nulls(const pel_run *run, const pel_sources *sources,
                       pel_diagnostic_format format, pel_buf *b) {
  char text[80];
  if (!run->json_nulls) return;
  (void)snprintf(text, sizeof text, "json has no nan and no inf: %llu printed as null",
                 (unsigned long long)run->json_nulls);
  warning(sources, "not finite", text, (pel_span){0}, format, b);
}

/* Renders into the run's text with the sources that its plan carries. */
typedef struct saying {
  pel_run *run;
  pel_arena arena;
  pel_sources sources;
} saying;

/* false: no memory; it is ended all the same. */
static bool saying_begin(saying *x, pel_run *run) {
  bool ok = true;
  x->run = run;
  run->text.n = 0;
  pel__arena_init(&x->arena, run->ctx->alloc);
  pel__sources_init(&x->sources, &x->arena);
  for (uint32_t i = 0; ok && i < run->plan->n_sources; i++) {
    uint32_t file;
    const pel_plan_source *s = &run->plan->sources[i];
    ok = !pel__sources_add(&x->sources, s->name, s->text, &file);
  }
  return ok;
}

static const char *saying_end(saying *x) {
  pel__arena_deinit(&x->arena);
  return pel__buf_z(&x->run->text);
}

const char *pel_run_failures_text(pel_run *run, pel_diagnostic_format format,
                                  pel_color color) {
  saying x;
  if (saying_begin(&x, run))
    for (size_t i = 0; i < pel_run_failures(run); i++) {
      const pel_run_failure f = pel_run_failure_at(run, i);
      failure(&x.sources, &f, format, color == PEL_COLOR_ON, &run->text);
    }
  return saying_end(&x);
}

const char *pel_run_warnings_text(pel_run *run, pel_diagnostic_format format,
                                  uint32_t which) {
  saying x;
  if (saying_begin(&x, run) && run->run) {
    if (which & PEL_WARN_REJECTED) rejections(run, &x.sources, format, &run->text);
    if (which & PEL_WARN_JSON) json_nulls(run, &x.sources, format, &run->text);
  }
  return saying_end(&x);
}
