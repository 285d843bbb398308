/* One text, read by the reader and by the slow reference under choices made by a seed,
 * and held against each other. Owns nothing; one thread. */
#ifndef PEL_TESTS_CSV_CHECK_H
#define PEL_TESTS_CSV_CHECK_H

#include "tests/unit/stdlib/csv_reference.h"

enum { CHECK_COLUMNS = 12 };

typedef struct csv_choice {
  char delim, quote; /* quote 0: quoting off */
  bool header;       /* a header of `width` names is put in front */
  bool bom, null_word, filter;
  int on_error;
  uint32_t width; /* with a header */
  uint32_t unit, turns;
  uint64_t kinds; /* four bits a column: kind, nullable; from bit 48 on two bits for each
                     fourth: of which kinds */
  uint32_t requested; /* a bit per column */
} csv_choice;

static inline csv_choice csv_choice_of(uint64_t a, uint64_t b) {
  static const uint32_t units[8] = {1, 2, 3, 13, 64, 257, 4096, 0};
  csv_choice c = {
      .delim = ",;\t|"[a & 3], .quote = "\"\"\"'"[a >> 2 & 3], .header = a >> 4 & 1};
  if ((a >> 5 & 15) == 0) c.quote = 0;
  c.bom = (a >> 9 & 7) == 0;
  c.null_word = a >> 12 & 1;
  c.filter = (a >> 13 & 3) == 0;
  c.on_error = (int)(a >> 15 & 3) % 3;
  c.width = 1 + (uint32_t)(a >> 17 & 7) % 5;
  c.unit = units[a >> 20 & 7];
  c.turns = (uint32_t)(a >> 23 & 31) * 0x01041041u;
  c.kinds = b;
  c.requested = (uint32_t)(a >> 28 & 0xfff) | 1;
  return c;
}

typedef struct csv_schema {
  pel_type types[CHECK_COLUMNS];
  const pel_type *at[CHECK_COLUMNS];
  char names[CHECK_COLUMNS][16];
  const char *name_at[CHECK_COLUMNS];
  uint32_t columns[CHECK_COLUMNS], field_of[CHECK_COLUMNS];
  uint32_t ncols, ncolumns;
} csv_schema;

static inline void csv_schema_make(csv_schema *s, const csv_choice *c, uint32_t width) {
  static const pel_kind kinds[4][8] = {
      {PEL_STR, PEL_I64, PEL_F64, PEL_STR, PEL_BYTES, PEL_BOOL, PEL_I8, PEL_STR},
      {PEL_U8, PEL_I16, PEL_U16, PEL_I32, PEL_U32, PEL_U64, PEL_F32, PEL_STR},
      {PEL_DATE, PEL_TIME, PEL_DUR, PEL_DATE, PEL_TIME, PEL_DUR, PEL_F32, PEL_U64},
      {PEL_STR, PEL_I64, PEL_F64, PEL_STR, PEL_BYTES, PEL_BOOL, PEL_I8, PEL_STR}};
  *s = (csv_schema){.ncols = width < CHECK_COLUMNS ? width : CHECK_COLUMNS};
  for (uint32_t k = 0; k < s->ncols; k++) {
    const uint32_t bits = (uint32_t)(c->kinds >> (4 * k) & 15);
    s->types[k] = (pel_type){.kind = kinds[c->kinds >> (48 + 2 * (k & 3)) & 3][bits & 7],
                             .nullable = bits >> 3 & 1};
    s->at[k] = &s->types[k];
    /* With names, columns are found by them: declare them in the other direction. */
    s->field_of[k] = c->header ? s->ncols - 1 - k : k;
    snprintf(s->names[k], sizeof s->names[k], "c%u", s->field_of[k]);
    s->name_at[k] = s->names[k];
    if (c->requested >> k & 1) s->columns[s->ncolumns++] = k;
  }
}

static inline pel_const csv_text(const char *z, const pel_type *t) {
  return (pel_const){.type = t, .as.s = {z, strlen(z)}};
}

/* Fills the options; `room` must outlive the case. */
typedef struct csv_options {
  pel_type text, flag, record;
  pel_field fields[5];
  pel_const values[5];
  char delim[2], quote[2];
} csv_options;

static inline void csv_options_make(csv_options *o, const csv_choice *c,
                                    pel_const args[2]) {
  static const char *const on_error[] = {"fail", "skip", "as_null"};
  *o = (csv_options){.text = {.kind = PEL_STR},
                     .flag = {.kind = PEL_BOOL},
                     .delim = {c->delim},
                     .quote = {c->quote}};
  o->record = (pel_type){
      .kind = PEL_RECORD, .nfields = c->null_word ? 5 : 4, .fields = o->fields};
  const char *const names[] = {"delim", "quote", "header", "on_error", "null"};
  for (int i = 0; i < 5; i++)
    o->fields[i] = (pel_field){names[i], i == 2 ? &o->flag : &o->text};
  o->values[0] = csv_text(o->delim, &o->text);
  o->values[1] = csv_text(o->quote, &o->text);
  o->values[2] = (pel_const){.type = &o->flag, .as.i = c->header};
  o->values[3] = csv_text(on_error[c->on_error], &o->text);
  o->values[4] = csv_text("NA", &o->text);
  args[0] = csv_text("f.csv", &o->text);
  args[1] = (pel_const){.type = &o->record, .as.list = {o->values, o->record.nfields}};
}

static inline void csv_file(pel_buf *b, const csv_choice *c, const char *p, size_t n) {
  if (c->bom) pel__buf_text(b, "\xef\xbb\xbf");
  for (uint32_t k = 0; c->header && k < c->width; k++) {
    if (k) pel__buf_char(b, c->delim);
    pel__buf_printf(b, "c%u", k);
  }
  if (c->header) pel__buf_char(b, '\n');
  pel__buf_add(b, p, n);
}

/* Fields of the first record, 0 when it has none or is broken. */
static inline uint32_t csv_first_width(const ref_dialect *d, const char *p, size_t n) {
  static ref r;
  ref_init(&r, d, p, n);
  uint32_t width = 0;
  if (r.at < r.n && ref_record(&r) == REF_NONE && r.nfields <= REF_MOST)
    width = r.nfields;
  ref_deinit(&r);
  return width;
}

/* False when the two differ: then both texts are there (the caller frees them in any
 * case). */
static inline bool csv_check(const csv_choice *c, const char *p, size_t n, pel_buf *got,
                             pel_buf *want) {
  const ref_dialect d = {c->delim,  c->quote,    c->quote != 0,
                         c->header, c->on_error, c->null_word ? "NA" : NULL};
  csv_schema schema;
  csv_options options;
  pel_buf file = {0};
  csv_file(&file, c, p, n);
  const uint32_t width = c->header ? c->width : csv_first_width(&d, file.p, file.n);
  bool same = true;
  if (width) {
    csv_schema_make(&schema, c, width);
    world_case w = {.bytes = file.p,
                    .n = file.n,
                    .unit = c->unit,
                    .ncols = schema.ncols,
                    .types = schema.at,
                    .names = schema.name_at,
                    .columns = schema.columns,
                    .ncolumns = schema.ncolumns,
                    .filter = c->filter,
                    .turns = c->turns};
    csv_options_make(&options, c, w.args);
    world_read_all(&w, got);
    ref_read_all(&w, &d, width, schema.field_of, want);
    same = pel__str_eq((pel_str){got->p, got->n}, (pel_str){want->p, want->n});
  }
  pel__buf_deinit(&file);
  return same;
}
#endif
