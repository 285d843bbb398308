#include "runtime/api/api.h"
#include "runtime/api/width.h"
#include "stdlib/io/csv.h"

/* For people: columns side by side, numbers to the right, nothing elided. */

static void cell(pel_buf *b, const pel_col *c, uint64_t row) {
  const pel_kind k = c->type->kind;
  char text[64];
  if (c->state && c->state[row] != PEL_VALID) {
    pel__buf_text(b, "null");
  } else if (k == PEL_STR || k == PEL_BYTES) {
    const pel_view *v = (const pel_view *)c->data + row;
    pel__text_shown(b, (pel_str){pel_view_bytes(v), v->in.n});
  } else if (k == PEL_LIST || k == PEL_RECORD) {
    pel_buf json; /* it leaves DEL and C1 as they are */
    pel__buf_init(&json, NULL);
    pel__json_cell(&json, c, row);
    pel__text_shown(b, (pel_str){json.p, json.n});
    b->failed |= json.failed;
    pel__buf_deinit(&json);
  } else {
    pel__buf_add(b, text, pel__csv_print(k, c->data, row, text));
  }
}

static bool to_the_right(pel_kind k) { return k >= PEL_I8 && k <= PEL_F64; }

static void pad(pel_buf *b, size_t n) {
  while (n--) pel__buf_char(b, ' ');
}

static void aligned(pel_buf *b, const char *p, size_t n, size_t width, bool right,
                    bool last) {
  const size_t length = pel__text_width(p, n),
               missing = width > length ? width - length : 0;
  if (right) pad(b, missing);
  pel__buf_add(b, p, n);
  if (!right && !last) pad(b, missing);
}

/* The name of a column may hold anything, too. */
static size_t name_width(pel_str name) {
  pel_buf t;
  pel__buf_init(&t, NULL);
  pel__text_shown(&t, name);
  const size_t n = pel__text_width(t.p, t.n);
  pel__buf_deinit(&t);
  return n;
}

static void aligned_name(pel_buf *b, pel_str name, size_t width, bool right, bool last) {
  pel_buf t;
  pel__buf_init(&t, NULL);
  pel__text_shown(&t, name);
  aligned(b, pel__buf_z(&t), t.n, width, right, last);
  b->failed |= t.failed;
  pel__buf_deinit(&t);
}

static void measure(const pel_printed *p, const pel_str *names, size_t *widths) {
  pel_buf t;
  pel__buf_init(&t, NULL);
  for (uint32_t c = 0; c < p->value->ncols; c++) {
    widths[c] = names ? name_width(names[c]) : 0;
    for (uint64_t r = 0; r < p->value->rows; r++) {
      t.n = 0;
      cell(&t, &p->value->cols[c], r);
      const size_t n = pel__text_width(t.p, t.n);
      if (n > widths[c]) widths[c] = n;
    }
  }
  pel__buf_deinit(&t);
}

static void header(pel_buf *b, const pel_printed *p, const pel_str *names,
                   const size_t *widths) {
  const pel_table *t = p->value;
  for (uint32_t c = 0; c < t->ncols; c++) {
    if (c) pel__buf_text(b, "  ");
    aligned_name(b, names[c], widths[c], to_the_right(t->cols[c].type->kind),
                 c + 1 == t->ncols);
  }
  pel__buf_char(b, '\n');
}

/* Without names: the values of an array whose name stands above them. */
static void rows(pel_buf *b, const pel_printed *p, const pel_str *names) {
  const pel_table *t = p->value;
  size_t *widths = pel__alloc_get(pel__alloc_libc(), (t->ncols + 1) * sizeof *widths);
  pel_buf one;
  pel__buf_init(&one, NULL);
  if (!widths) {
    b->failed = true;
    return;
  }
  measure(p, names, widths);
  if (names) header(b, p, names, widths);
  for (uint64_t r = 0; r < t->rows; r++) {
    for (uint32_t c = 0; c < t->ncols; c++) {
      if (c) pel__buf_text(b, "  ");
      one.n = 0;
      cell(&one, &t->cols[c], r);
      aligned(b, pel__buf_z(&one), one.n, widths[c], to_the_right(t->cols[c].type->kind),
              c + 1 == t->ncols);
    }
    pel__buf_char(b, '\n');
  }
  b->failed |= one.failed;
  pel__buf_deinit(&one);
  pel__alloc_free(pel__alloc_libc(), widths, (t->ncols + 1) * sizeof *widths);
}

static void fields(pel_buf *b, const pel_printed *p) {
  size_t width = 0;
  for (uint32_t c = 0; c < p->value->ncols; c++) {
    const size_t n = name_width(p->columns[c]);
    if (n > width) width = n;
  }
  for (uint32_t c = 0; c < p->value->ncols; c++) {
    aligned_name(b, p->columns[c], width, false, false);
    pel__buf_text(b, "  ");
    cell(b, &p->value->cols[c], 0);
    pel__buf_char(b, '\n');
  }
}

void pel__print_table(pel_buf *b, const pel_printed *p, bool several) {
  if (p->shape == PEL_VALUE_SCALAR) {
    if (several) pel__buf_printf(b, PEL_STR_FMT ": ", PEL_STR_ARG(p->name));
    cell(b, &p->value->cols[0], 0);
    pel__buf_char(b, '\n');
    return;
  }
  if (several) pel__buf_printf(b, PEL_STR_FMT ":\n", PEL_STR_ARG(p->name));
  const bool array = p->shape == PEL_VALUE_ARRAY && p->value->ncols == 1;
  if (p->shape == PEL_VALUE_RECORD)
    fields(b, p);
  else
    rows(b, p, !array ? p->columns : several ? NULL : &p->name);
  if (several) pel__buf_char(b, '\n');
}
