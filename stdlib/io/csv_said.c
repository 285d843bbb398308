#include <stdio.h>
#include <string.h>

#include "stdlib/io/csv.h"

/* What is said of a value that does not fit its column. */

static const char *type_word(pel_kind k) {
  static const char *const words[PEL_KIND_COUNT] = {"",
                                                    "a bool (true, false)",
                                                    "an i8",
                                                    "an i16",
                                                    "an i32",
                                                    "an i64",
                                                    "a u8",
                                                    "a u16",
                                                    "a u32",
                                                    "a u64",
                                                    "an f32",
                                                    "an f64",
                                                    "text (valid UTF-8)",
                                                    "bytes",
                                                    "a date (2024-01-31)",
                                                    "a time (2024-01-31T12:00:00Z)",
                                                    "a dur (10s, 90min)",
                                                    "a list",
                                                    "a record"};
  return words[k];
}

void pel__csv_misfit_text(const pel_csv_params *p, const pel_csv_misfit *m,
                          pel_error *note) {
  const int shown = m->text.n > 80 ? 80 : (int)m->text.n;
  (void)pel_error_set(note, PEL_OK, "`%s`:%llu: column `%s`: \"%.*s%s\" is not %s",
                      p->path, (unsigned long long)m->line, p->names[m->column], shown,
                      m->text.p, m->text.n > 80 ? "…" : "", type_word(m->type->kind));
}

/* The first type of a sample's that takes this value as well as those of its column. */
static const char *wider(pel_kind kind, pel_str t) {
  pel_view scratch;
  const bool whole = kind == PEL_I64 || kind == PEL_U64;
  if (whole && pel__csv_value(PEL_F64, t, false, &scratch, 0)) return "f64";
  if (kind == PEL_DATE && pel__csv_value(PEL_TIME, t, false, &scratch, 0)) return "time";
  return "str";
}

void pel__csv_remedy_text(const pel_csv_params *p, const pel_csv_misfit *m,
                          pel_error *note) {
  const size_t n = strlen(note->message), room = sizeof note->message - n;
  const char *name = p->names[m->column];
  if (m->empty) {
    const char *word = strchr(type_word(m->type->kind), ' ') + 1;
    (void)snprintf(note->message + n, room,
                   ": where fields may be empty, declare `%s: %.*s?`", name,
                   (int)strcspn(word, " "), word);
  } else if (p->sampled && m->type->kind != PEL_STR) {
    (void)snprintf(note->message + n, room,
                   ", as in the rows sampled: declare the columns, with `%s: %s%s` (`pel "
                   "schema` prints the others)",
                   name, wider(m->type->kind, m->text), m->type->nullable ? "?" : "");
  }
}
