#include "compiler/diag/render_family.h"

typedef struct selection {
  const pel_diag *at[PEL_DIAG_SHOWN];
  uint32_t n;
  uint32_t errors, warnings; /* left out */
} selection;

const char *pel__render_word(const pel_diag *d) {
  return d->severity == PEL_SEVERITY_WARNING ? "warning" : "error";
}

bool pel__render_place(const pel_diags *ds, pel_span span, pel_buf *out) {
  const pel_source *src = pel__source_get(ds->sources, span.file);
  if (span.line == 0 || !src) return false;
  pel__buf_str(out, src->name);
  pel__buf_printf(out, ":%u:%u", span.line, span.col);
  return true;
}

void pel__render_paint(pel_buf *out, bool color, const char *sgr) {
  if (color) pel__buf_printf(out, "\033[%sm", sgr);
}

static bool before(const pel_diag *a, const pel_diag *b) {
  if ((a->span.line == 0) != (b->span.line == 0)) return b->span.line == 0;
  if (a->span.file != b->span.file) return a->span.file < b->span.file;
  return a->span.begin < b->span.begin;
}

/* Insertion keeps what was added first in front among equals. */
static void insert(selection *s, const pel_diag *d) {
  uint32_t i = s->n++;
  for (; i > 0 && before(d, s->at[i - 1]); i--) s->at[i] = s->at[i - 1];
  s->at[i] = d;
}

static selection choose(const pel_diags *ds) {
  selection s = {.errors = ds->errors, .warnings = ds->warnings};
  for (int turn = PEL_SEVERITY_ERROR; turn <= PEL_SEVERITY_WARNING; turn++) {
    for (uint32_t i = 0; i < ds->n && s.n < PEL_DIAG_SHOWN; i++) {
      if ((int)ds->at[i]->severity != turn) continue;
      insert(&s, ds->at[i]);
      *(turn == PEL_SEVERITY_ERROR ? &s.errors : &s.warnings) -= 1;
    }
  }
  return s;
}

static void render_short(const pel_diags *ds, const pel_diag *d, bool color,
                         pel_buf *out) {
  if (pel__render_place(ds, d->span, out)) pel__buf_text(out, ": ");
  pel__render_paint(out, color, d->severity == PEL_SEVERITY_WARNING ? "1;33" : "1;31");
  pel__buf_printf(out, "%s[%s]", pel__render_word(d), pel__diag_code_name(d->code));
  pel__render_paint(out, color, "0");
  pel__buf_text(out, ": ");
  pel__buf_str(out, d->message);
  pel__buf_char(out, '\n');
}

static void json_place(const pel_sources *sources, pel_span span, pel_buf *out) {
  const pel_source *src = pel__source_get(sources, span.file);
  if (span.line == 0 || !src) {
    pel__buf_text(out, "\"file\":null");
    return;
  }
  pel_span end = pel__source_span(src, span.end, span.end); /* behind the last of it */
  pel__buf_text(out, "\"file\":");
  pel__buf_json(out, src->name);
  pel__buf_printf(out, ",\"line\":%u,\"column\":%u,\"end_line\":%u,\"end_column\":%u",
                  span.line, span.col, end.line, end.col);
  pel__buf_printf(out, ",\"begin\":%u,\"end\":%u", span.begin, span.end);
}

static void json_text(const char *key, pel_str value, pel_buf *out) {
  if (value.n == 0) return;
  pel__buf_printf(out, ",\"%s\":", key);
  pel__buf_json(out, value);
}

static void json_notes(const pel_diags *ds, const pel_diag *d, pel_buf *out) {
  if (d->note_count == 0) return;
  pel__buf_text(out, ",\"notes\":[");
  for (uint32_t i = 0; i < d->note_count; i++) {
    pel__buf_text(out, i ? ",{" : "{");
    json_place(ds->sources, d->notes[i].span, out);
    pel__buf_text(out, ",\"label\":");
    pel__buf_json(out, d->notes[i].label);
    pel__buf_char(out, '}');
  }
  pel__buf_char(out, ']');
}

/* What every object begins with. */
static void json_head(const char *severity, const char *code, pel_str message,
                      pel_buf *out) {
  pel__buf_printf(out, "{\"severity\":\"%s\",\"code\":", severity);
  if (code)
    pel__buf_json(out, pel__str(code));
  else
    pel__buf_text(out, "null");
  pel__buf_text(out, ",\"message\":");
  pel__buf_json(out, message);
  pel__buf_char(out, ',');
}

void pel__remark_render(const pel_sources *sources, const pel_remark *r, pel_buf *out) {
  json_head(r->severity == PEL_SEVERITY_WARNING ? "warning" : "error", r->code,
            pel__str(r->message), out);
  json_place(sources, r->span, out);
  if (r->item) json_text("item", pel__str(r->item), out);
  pel__buf_text(out, "}\n");
}

static void render_json(const pel_diags *ds, const pel_diag *d, pel_buf *out) {
  json_head(pel__render_word(d), pel__diag_code_name(d->code), d->message, out);
  json_place(ds->sources, d->span, out);
  json_text("label", d->label, out);
  json_notes(ds, d, out);
  json_text("help", d->help, out);
  if (d->fix_span.line) {
    pel__buf_text(out, ",\"fix\":{");
    json_place(ds->sources, d->fix_span, out);
    pel__buf_text(out, ",\"text\":");
    pel__buf_json(out, d->fix);
    pel__buf_char(out, '}');
  }
  pel__buf_text(out, "}\n");
}

static void count_of(pel_buf *out, uint32_t n, const char *word) {
  pel__buf_printf(out, "%u more %s%s", n, word, n == 1 ? "" : "s");
}

static void left_out(const selection *s, pel_diag_format format, pel_buf *out) {
  if (s->errors == 0 && s->warnings == 0) return;
  if (format == PEL_DIAG_JSON) {
    pel__buf_printf(
        out, "{\"severity\":\"note\",\"errors_left_out\":%u,\"warnings_left_out\":%u}\n",
        s->errors, s->warnings);
    return;
  }
  if (s->errors) count_of(out, s->errors, "error");
  if (s->errors && s->warnings) pel__buf_text(out, " and ");
  if (s->warnings) count_of(out, s->warnings, "warning");
  pel__buf_text(out, " not shown\n");
}

void pel__diags_render(const pel_diags *ds, pel_diag_style style, pel_buf *out) {
  selection s = choose(ds);
  for (uint32_t i = 0; i < s.n; i++) {
    switch (style.format) {
      case PEL_DIAG_HUMAN:
        if (i) pel__buf_char(out, '\n');
        pel__render_human(ds, s.at[i], style.color, out);
        break;
      case PEL_DIAG_SHORT:
        render_short(ds, s.at[i], style.color, out);
        break;
      case PEL_DIAG_JSON:
        render_json(ds, s.at[i], out);
        break;
    }
  }
  if (s.n && style.format == PEL_DIAG_HUMAN && (s.errors || s.warnings))
    pel__buf_char(out, '\n');
  left_out(&s, style.format, out);
}
