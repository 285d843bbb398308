#include "compiler/diag/diag.h"

#include <stdarg.h>
#include <stdio.h>

typedef struct code_row {
  const char *name, *title, *text;
} code_row;

static const code_row rows[] = {
#define PEL_CODE(code, title, text) {#code, title, text},
#include "compiler/diag/codes.def"
#undef PEL_CODE
};

const char *pel__diag_code_name(pel_diag_code code) { return rows[code].name; }
const char *pel__diag_code_title(pel_diag_code code) { return rows[code].title; }
const char *pel__diag_code_text(pel_diag_code code) { return rows[code].text; }

pel_severity pel__diag_code_severity(pel_diag_code code) {
  return rows[code].name[0] == 'W' ? PEL_SEVERITY_WARNING : PEL_SEVERITY_ERROR;
}

pel_diag_code pel__diag_code_find(pel_str name) {
  int i = 0;
  while (i < PEL_DIAG_CODE_COUNT && !pel__str_is(name, rows[i].name)) i++;
  return (pel_diag_code)i;
}

void pel__diags_init(pel_diags *ds, pel_arena *arena, pel_sources *sources) {
  *ds = (pel_diags){.arena = arena, .sources = sources};
}

static pel_str format(pel_diags *ds, const char *fmt, va_list ap) {
  char small[512];
  va_list again;
  va_copy(again, ap);
  int n = vsnprintf(small, sizeof small, fmt, ap);
  char *p = n < 0 ? NULL : pel__arena_get(ds->arena, (size_t)n + 1);
  if (p && (size_t)n < sizeof small)
    memcpy(p, small, (size_t)n + 1);
  else if (p)
    (void)vsnprintf(p, (size_t)n + 1, fmt, again);
  va_end(again);
  if (!p) ds->failed = true;
  return p ? (pel_str){p, (size_t)n} : PEL_STR("");
}

static bool known(const pel_diags *ds, pel_diag_code code, pel_span span,
                  pel_str message) {
  for (uint32_t i = 0; i < ds->n; i++) {
    const pel_diag *d = ds->at[i];
    if (d->code == code && d->span.file == span.file && d->span.begin == span.begin &&
        d->span.line == span.line && pel__str_eq(d->message, message))
      return true;
  }
  return false;
}

static bool grow(pel_diags *ds) {
  if (ds->n < ds->cap) return true;
  uint32_t cap = ds->cap ? ds->cap * 2 : 8;
  pel_diag **at = PEL_ARENA_ARRAY(ds->arena, pel_diag *, cap);
  if (!at) return false;
  if (ds->n) memcpy(at, ds->at, ds->n * sizeof(pel_diag *));
  ds->at = at;
  ds->cap = cap;
  return true;
}

static pel_diag *keep(pel_diags *ds, pel_diag d) {
  pel_diag *p = grow(ds) ? PEL_ARENA_NEW(ds->arena, pel_diag) : NULL;
  if (!p) {
    ds->failed = true;
    return NULL;
  }
  *p = d;
  ds->at[ds->n++] = p;
  return p;
}

pel_diag *pel__diag_add(pel_diags *ds, pel_diag_code code, pel_span span, const char *fmt,
                        ...) {
  va_list ap;
  va_start(ap, fmt);
  pel_str message = format(ds, fmt, ap);
  va_end(ap);
  if (known(ds, code, span, message)) return NULL;
  pel_severity severity = pel__diag_code_severity(code);
  uint32_t *count = severity == PEL_SEVERITY_ERROR ? &ds->errors : &ds->warnings;
  if (++*count > PEL_DIAG_SHOWN) return NULL;
  return keep(
      ds,
      (pel_diag){.code = code, .severity = severity, .span = span, .message = message});
}

void pel__diag_label(pel_diags *ds, pel_diag *d, const char *fmt, ...) {
  if (!d) return;
  va_list ap;
  va_start(ap, fmt);
  d->label = format(ds, fmt, ap);
  va_end(ap);
}

void pel__diag_note(pel_diags *ds, pel_diag *d, pel_span span, const char *fmt, ...) {
  if (!d || d->note_count == PEL_DIAG_NOTES) return;
  va_list ap;
  va_start(ap, fmt);
  d->notes[d->note_count++] = (pel_diag_note){span, format(ds, fmt, ap)};
  va_end(ap);
}

void pel__diag_help(pel_diags *ds, pel_diag *d, const char *fmt, ...) {
  if (!d) return;
  va_list ap;
  va_start(ap, fmt);
  d->help = format(ds, fmt, ap);
  va_end(ap);
}

void pel__diag_fix(pel_diags *ds, pel_diag *d, pel_span span, const char *fmt, ...) {
  if (!d) return;
  va_list ap;
  va_start(ap, fmt);
  d->fix = format(ds, fmt, ap);
  d->fix_span = span;
  va_end(ap);
}
