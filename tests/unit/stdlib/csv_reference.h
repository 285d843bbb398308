/* CSV read slowly and obviously, a byte at a time, from one buffer: what the reader is
 * held against. It says the same text as world_read_all. Owns nothing but the buffers it
 * is handed; one thread. */
#ifndef PEL_TESTS_CSV_REFERENCE_H
#define PEL_TESTS_CSV_REFERENCE_H

#include "runtime/base/calendar.h"
#include "runtime/base/num_parse.h"
#include "tests/unit/stdlib/csv_world.h"

enum { REF_MOST = 4096 }; /* fields of a record */

typedef struct ref_dialect {
  char delim, quote;
  bool quoting, header;
  int on_error;          /* 0 fail, 1 skip, 2 as_null */
  const char *null_word; /* NULL: none */
} ref_dialect;

typedef struct ref_field {
  pel_buf text;
  bool quoted;
} ref_field;

typedef enum ref_error { REF_NONE, REF_AFTER_QUOTE, REF_OPEN } ref_error;

typedef struct ref {
  const ref_dialect *d;
  const char *p;
  size_t n, at;  /* at: the next record */
  uint64_t line; /* of `at` */
  ref_field fields[REF_MOST];
  uint32_t nfields; /* may be more than are kept */
  uint64_t row_line, bad_line;
  bool blank; /* the record was an empty line */
} ref;

static inline ref_field *ref_next_field(ref *r) {
  ref_field *f = &r->fields[r->nfields < REF_MOST ? r->nfields : REF_MOST - 1];
  r->nfields++;
  f->text.n = 0;
  f->quoted = false;
  return f;
}

static inline bool ref_at_end(const ref *r, size_t i) {
  return i == r->n || r->p[i] == '\n' ||
         (r->p[i] == '\r' && (i + 1 == r->n || r->p[i + 1] == '\n'));
}

/* One field from i on; answers where it ends: at a delimiter, or at the record's end. */
static inline ref_error ref_one(ref *r, size_t i, size_t *end) {
  ref_field *f = ref_next_field(r);
  if (r->d->quoting && i < r->n && r->p[i] == r->d->quote) {
    const uint64_t opened = r->line;
    f->quoted = true;
    for (i++;; i++) {
      if (i == r->n) return r->bad_line = opened, REF_OPEN;
      if (r->p[i] == r->d->quote) {
        if (i + 1 == r->n || r->p[i + 1] != r->d->quote) break;
        i++;
      }
      r->line += r->p[i] == '\n';
      pel__buf_char(&f->text, r->p[i]);
    }
    i++;
    *end = i;
    if (ref_at_end(r, i) || r->p[i] == r->d->delim) return REF_NONE;
    return r->bad_line = r->line, REF_AFTER_QUOTE;
  }
  for (; i < r->n && r->p[i] != '\n' && r->p[i] != r->d->delim; i++)
    pel__buf_char(&f->text, r->p[i]);
  *end = i;
  const bool last = i == r->n || r->p[i] == '\n';
  if (last && f->text.n && f->text.p[f->text.n - 1] == '\r') f->text.n--;
  return REF_NONE;
}

/* The record at r->at, which is before the end. */
static inline ref_error ref_record(ref *r) {
  size_t i = r->at;
  r->nfields = 0;
  r->row_line = r->line;
  for (;;) {
    const ref_error e = ref_one(r, i, &i);
    if (e) return e;
    if (i == r->n || r->p[i] != r->d->delim) break;
    i++;
  }
  const size_t length = i - r->at;
  r->blank = length == 0 || (length == 1 && r->p[r->at] == '\r');
  if (i < r->n && r->p[i] == '\r') i++; /* behind a closing quote */
  if (i < r->n) i++, r->line++;
  r->at = i;
  return REF_NONE;
}

static inline void ref_init(ref *r, const ref_dialect *d, const char *p, size_t n) {
  memset(r, 0, sizeof *r);
  *r = (ref){.d = d, .p = p, .n = n, .line = 1};
  if (n >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0) r->at = 3;
}
static inline void ref_deinit(ref *r) {
  for (uint32_t i = 0; i < REF_MOST; i++) pel__buf_deinit(&r->fields[i].text);
}

/* Reads a number, a bool or a time into eight bytes; false: the text is none. */
static inline bool ref_number(pel_kind kind, pel_str t, void *out) {
  switch ((int)kind) {
    case PEL_BOOL:
      return pel__parse_bool(t.p, t.n, out);
    case PEL_I8:
      return !pel__parse_i8(t.p, t.n, out);
    case PEL_I16:
      return !pel__parse_i16(t.p, t.n, out);
    case PEL_I32:
      return !pel__parse_i32(t.p, t.n, out);
    case PEL_I64:
      return !pel__parse_i64(t.p, t.n, out);
    case PEL_U8:
      return !pel__parse_u8(t.p, t.n, out);
    case PEL_U16:
      return !pel__parse_u16(t.p, t.n, out);
    case PEL_U32:
      return !pel__parse_u32(t.p, t.n, out);
    case PEL_U64:
      return !pel__parse_u64(t.p, t.n, out);
    case PEL_F32:
      return pel__parse_f32(t.p, t.n, out);
    case PEL_F64:
      return pel__parse_f64(t.p, t.n, out);
    case PEL_DATE:
      return !pel__parse_date(t.p, t.n, out);
    case PEL_TIME:
      return !pel__parse_time(t.p, t.n, out);
    case PEL_DUR:
      return !pel__parse_dur(t.p, t.n, out);
    default:
      return false;
  }
}

/* Prints a value of the kind; false: the text is none. */
static inline bool ref_value(pel_buf *b, pel_kind kind, pel_str t, bool *keep) {
  int64_t number = 0;
  *keep = true;
  if (kind != PEL_STR && kind != PEL_BYTES) {
    if (!ref_number(kind, t, &number)) return false;
    if (kind == PEL_I64) *keep = number % 3 != 0;
    world_number(b, kind, &number, 0);
    return true;
  }
  if (kind == PEL_STR && pel__utf8_valid(t.p, t.n) != t.n) return false;
  *keep = t.n % 2 == 0;
  pel__buf_printf(b, "<%zu:", t.n);
  pel__buf_str(b, t);
  pel__buf_char(b, '>');
  return true;
}

static inline const char *ref_words(pel_kind k) {
  switch ((int)k) {
    case PEL_BOOL:
      return "a bool (true, false)";
    case PEL_I8:
      return "an i8";
    case PEL_I16:
      return "an i16";
    case PEL_I32:
      return "an i32";
    case PEL_I64:
      return "an i64";
    case PEL_U8:
      return "a u8";
    case PEL_U16:
      return "a u16";
    case PEL_U32:
      return "a u32";
    case PEL_U64:
      return "a u64";
    case PEL_F32:
      return "an f32";
    case PEL_F64:
      return "an f64";
    case PEL_DATE:
      return "a date (2024-01-31)";
    case PEL_TIME:
      return "a time (2024-01-31T12:00:00Z)";
    case PEL_DUR:
      return "a dur (10s, 90min)";
    case PEL_STR:
      return "text (valid UTF-8)";
    default:
      return "bytes";
  }
}

typedef struct ref_cell {
  pel_buf text;
  bool keep, bad;
} ref_cell;

/* The cell of a declared column in the record just read. row_lines[k]: the line on which
 * its field begins. */
static inline ref_cell ref_cell_of(const ref *r, const world_case *c, uint32_t column,
                                   uint32_t field, uint64_t line) {
  ref_cell cell = {.keep = true};
  const ref_field *f = &r->fields[field];
  const pel_type *t = c->types[column];
  const pel_str text = {f->text.n ? f->text.p : "", f->text.n};
  const bool word = r->d->null_word && pel__str_is(text, r->d->null_word);
  if (!f->quoted && t->nullable && (text.n == 0 || word)) {
    pel__buf_text(&cell.text, "null");
    cell.keep = false;
    return cell;
  }
  if (ref_value(&cell.text, t->kind, text, &cell.keep)) return cell;
  cell.bad = true;
  cell.keep = false;
  if (r->d->on_error == 2 && t->nullable) {
    pel__buf_text(&cell.text, "null");
    return cell;
  }
  char note[1024]; /* what pel_error keeps of a message */
  snprintf(note, sizeof note, "`f.csv`:%" PRIu64 ": column `%s`: \"%.*s%s\" is not %s",
           line, c->names[column], text.n > 80 ? 80 : (int)text.n, text.p,
           text.n > 80 ? "…" : "", ref_words(t->kind));
  const size_t n = strlen(note);
  const char *kind = strchr(ref_words(t->kind), ' ');
  if (!f->quoted && text.n == 0 && kind)
    snprintf(note + n, sizeof note - n,
             ": where fields may be empty, declare `%s: %.*s?`", c->names[column],
             (int)strcspn(kind + 1, " "), kind + 1);
  pel__buf_printf(&cell.text, "{%s}", note);
  return cell;
}

/* Line on which field k of the record [from …) begins: line feeds in the fields before it
 * are all in quotes. */
static inline uint64_t ref_field_line(const ref *r, uint32_t k) {
  uint64_t line = r->row_line;
  for (uint32_t i = 0; i < k; i++)
    for (size_t j = 0; j < r->fields[i].text.n; j++)
      line += r->fields[i].text.p[j] == '\n';
  return line;
}

static inline void ref_row(const ref *r, const world_case *c, const uint32_t *field_of,
                           pel_buf *out, uint32_t *rejects) {
  if (r->d->on_error == 1) {
    for (uint32_t k = 0; k < c->ncols; k++) {
      ref_cell cell = ref_cell_of(r, c, k, field_of[k], 0);
      pel__buf_deinit(&cell.text);
      if (!cell.bad) continue;
      ++*rejects;
      return;
    }
  }
  const size_t before = out->n;
  for (uint32_t i = 0; i < c->ncolumns; i++) {
    const uint32_t k = c->columns[i], field = field_of[k];
    ref_cell cell = ref_cell_of(r, c, k, field, ref_field_line(r, field));
    if (i) pel__buf_char(out, ' ');
    pel__buf_str(out, (pel_str){cell.text.p, cell.text.n});
    pel__buf_deinit(&cell.text);
    *rejects += cell.bad && r->d->on_error == 2 && c->types[k]->nullable;
    if (i || !c->filter || cell.keep) continue;
    out->n = before; /* what is filtered out has no other cell looked at */
    return;
  }
  pel__buf_char(out, '\n');
}

/* c->names are the header's names, or (without one) c1, c2 … of the first record: see
 * ref_names. */
static inline void ref_read_all(const world_case *c, const ref_dialect *d, uint32_t width,
                                const uint32_t *field_of, pel_buf *out) {
  static ref r;
  uint32_t rejects = 0;
  if (c->n >= 2 &&
      (!memcmp(c->bytes, "\xff\xfe", 2) || !memcmp(c->bytes, "\xfe\xff", 2))) {
    pel__buf_text(out,
                  "failed: `f.csv` is UTF-16, and text is UTF-8: convert it, such as "
                  "with `iconv -f UTF-16 -t UTF-8`\n");
    return;
  }
  ref_init(&r, d, c->bytes, c->n);
  if (d->header)
    world_require(ref_record(&r) == REF_NONE, "the reference was given a broken header");
  while (r.at < r.n) {
    const ref_error e = ref_record(&r);
    if (e) {
      pel__buf_printf(out, "failed: `f.csv`:%" PRIu64 ": %s\n", r.bad_line,
                      e == REF_OPEN ? "a quote is opened and never closed"
                                    : "text stands behind a closing quote: a quote "
                                      "inside a quoted field is written twice");
      ref_deinit(&r);
      return;
    }
    if (r.nfields != width) {
      if (r.blank) continue;
      pel__buf_printf(
          out,
          "failed: `f.csv`:%" PRIu64
          ": the row has %u field%s, and %s %u: is a quote or a delimiter %s?%s\n",
          r.row_line, r.nfields, r.nfields == 1 ? "" : "s",
          d->header ? "the header names" : "the first row has", width,
          r.nfields < width ? "missing" : "too many",
          d->on_error ? " `on_error:` does not cover this" : "");
      ref_deinit(&r);
      return;
    }
    ref_row(&r, c, field_of, out, &rejects);
  }
  ref_deinit(&r);
  pel__buf_printf(out, "%u rejects\n", rejects);
}
#endif
