#include "runtime/api/api.h"
#include "stdlib/io/csv.h"

static pel_str column_name(const pel_printed *p, uint32_t c) {
  return (p->shape == PEL_VALUE_SCALAR || p->shape == PEL_VALUE_ARRAY) &&
                 p->value->ncols == 1
             ? p->name
             : p->columns[c];
}

void pel__print_csv(pel_buf *b, const pel_printed *p, char delim) {
  const pel_csv_dialect d = {delim, '"', true, true};
  const pel_type text = {.kind = PEL_STR};
  const pel_table *t = p->value;
  for (uint32_t c = 0; c < t->ncols; c++) {
    const pel_str name = column_name(p, c);
    pel_view v = pel_view_of(name.p, (uint32_t)name.n);
    const pel_col col = {.type = &text, .data = &v};
    if (c) pel__buf_char(b, delim);
    pel__csv_cell(b, &d, &col, 0);
  }
  pel__buf_char(b, '\n');
  for (uint64_t r = 0; r < t->rows; r++) {
    for (uint32_t c = 0; c < t->ncols; c++) {
      if (c) pel__buf_char(b, delim);
      pel__csv_cell(b, &d, &t->cols[c], r);
    }
    pel__buf_char(b, '\n');
  }
}

static void json_row(pel_buf *b, const pel_printed *p, uint64_t row) {
  pel__buf_char(b, '{');
  for (uint32_t c = 0; c < p->value->ncols; c++) {
    if (c) pel__buf_text(b, ", ");
    pel__buf_json(b, column_name(p, c));
    pel__buf_text(b, ": ");
    pel__json_cell(b, &p->value->cols[c], row);
  }
  pel__buf_char(b, '}');
}

void pel__print_ndjson(pel_buf *b, const pel_printed *p) {
  for (uint64_t r = 0; r < p->value->rows; r++) {
    json_row(b, p, r);
    pel__buf_char(b, '\n');
  }
}

void pel__print_json(pel_buf *b, const pel_printed *p) {
  if (p->shape == PEL_VALUE_SCALAR) {
    pel__json_cell(b, &p->value->cols[0], 0);
    return;
  }
  if (p->shape == PEL_VALUE_RECORD) {
    json_row(b, p, 0);
    return;
  }
  pel__buf_char(b, '[');
  for (uint64_t r = 0; r < p->value->rows; r++) {
    pel__buf_text(b, r ? ",\n" : p->shape == PEL_VALUE_TABLE ? "\n" : "");
    if (p->shape == PEL_VALUE_TABLE)
      json_row(b, p, r);
    else
      pel__json_cell(b, &p->value->cols[0], r);
  }
  pel__buf_text(b, p->shape == PEL_VALUE_TABLE && p->value->rows ? "\n]" : "]");
}
