#include "runtime/base/calendar.h"
#include "runtime/base/num_parse.h"
#include "runtime/base/num_print.h"
#include "stdlib/io/csv.h"

/* Every integer kind but the two widest goes through its range. */
static bool small_int(pel_str t, int64_t least, int64_t most, int64_t *v) {
  return pel__parse_i64_padded(t.p, t.n, v) == PEL_PARSE_OK && *v >= least && *v <= most;
}

#define SMALL_INT(T, least, most)                         \
  {                                                       \
    int64_t v;                                            \
    if (!small_int(t, (least), (most), &v)) return false; \
    ((T *)data)[row] = (T)v;                              \
    return true;                                          \
  }

bool pel__csv_value(pel_kind kind, pel_str t, bool ascii, void *data, uint32_t row) {
  switch (kind) {
    case PEL_BOOL:
      return pel__parse_bool(t.p, t.n, (bool *)data + row);
    case PEL_I8:
      SMALL_INT(int8_t, INT8_MIN, INT8_MAX)
    case PEL_I16:
      SMALL_INT(int16_t, INT16_MIN, INT16_MAX)
    case PEL_I32:
      SMALL_INT(int32_t, INT32_MIN, INT32_MAX)
    case PEL_U8:
      SMALL_INT(uint8_t, 0, UINT8_MAX)
    case PEL_U16:
      SMALL_INT(uint16_t, 0, UINT16_MAX)
    case PEL_U32:
      SMALL_INT(uint32_t, 0, UINT32_MAX)
    case PEL_I64:
      return pel__parse_i64_padded(t.p, t.n, (int64_t *)data + row) == PEL_PARSE_OK;
    case PEL_U64:
      return pel__parse_u64_padded(t.p, t.n, (uint64_t *)data + row) == PEL_PARSE_OK;
    case PEL_F32:
      return pel__parse_f32_padded(t.p, t.n, (float *)data + row);
    case PEL_F64:
      return pel__parse_f64_padded(t.p, t.n, (double *)data + row);
    case PEL_DATE:
      return pel__parse_date(t.p, t.n, (int32_t *)data + row) == PEL_PARSE_OK;
    case PEL_TIME:
      return pel__parse_time(t.p, t.n, (int64_t *)data + row) == PEL_PARSE_OK;
    case PEL_DUR:
      return pel__parse_dur(t.p, t.n, (int64_t *)data + row) == PEL_PARSE_OK;
    case PEL_STR:
      if (t.n > UINT32_MAX || (!ascii && pel__utf8_valid(t.p, t.n) != t.n)) return false;
      PEL_FALLTHROUGH;
    case PEL_BYTES:
      if (t.n > UINT32_MAX) return false;
      ((pel_view *)data)[row] = pel_view_of(t.p, (uint32_t)t.n);
      return true;
    case PEL_KIND_NONE:
    case PEL_LIST:
    case PEL_RECORD:
    case PEL_KIND_COUNT:
      break;
  }
  return false;
}

static size_t word(char *out, const char *z) {
  const size_t n = strlen(z);
  memcpy(out, z, n);
  return n;
}

size_t pel__csv_print(pel_kind kind, const void *data, uint64_t row, char out[64]) {
  switch (kind) {
    case PEL_BOOL:
      return word(out, ((const uint8_t *)data)[row] ? "true" : "false");
    case PEL_I8:
      return pel__print_i64(((const int8_t *)data)[row], out);
    case PEL_I16:
      return pel__print_i64(((const int16_t *)data)[row], out);
    case PEL_I32:
      return pel__print_i64(((const int32_t *)data)[row], out);
    case PEL_I64:
      return pel__print_i64(((const int64_t *)data)[row], out);
    case PEL_U8:
      return pel__print_u64(((const uint8_t *)data)[row], out);
    case PEL_U16:
      return pel__print_u64(((const uint16_t *)data)[row], out);
    case PEL_U32:
      return pel__print_u64(((const uint32_t *)data)[row], out);
    case PEL_U64:
      return pel__print_u64(((const uint64_t *)data)[row], out);
    case PEL_F32:
      return pel__print_f32(((const float *)data)[row], out);
    case PEL_F64:
      return pel__print_f64(((const double *)data)[row], out);
    case PEL_DATE:
      return pel__print_date(((const int32_t *)data)[row], out);
    case PEL_TIME:
      return pel__print_time(((const int64_t *)data)[row], out);
    case PEL_DUR:
      return pel__print_dur(((const int64_t *)data)[row], out);
    case PEL_KIND_NONE:
    case PEL_STR:
    case PEL_BYTES:
    case PEL_LIST:
    case PEL_RECORD:
    case PEL_KIND_COUNT:
      break;
  }
  return 0;
}

static void json_value(pel_buf *b, const pel_col *c, uint64_t row);

static void json_items(pel_buf *b, const pel_col *items, int64_t from, int64_t to) {
  pel__buf_char(b, '[');
  for (int64_t i = from; i < to; i++) {
    if (i > from) pel__buf_text(b, ", ");
    json_value(b, items, (uint64_t)i);
  }
  pel__buf_char(b, ']');
}

static void json_fields(pel_buf *b, const pel_col *c, uint64_t row) {
  pel__buf_char(b, '{');
  for (uint32_t k = 0; k < c->type->nfields; k++) {
    if (k) pel__buf_text(b, ", ");
    pel__buf_json(b, pel__str(c->type->fields[k].name));
    pel__buf_text(b, ": ");
    json_value(b, &c->child[k], row);
  }
  pel__buf_char(b, '}');
}

static bool finite(const pel_col *c, uint64_t row) {
  if (c->type->kind == PEL_F64) return __builtin_isfinite(((const double *)c->data)[row]);
  if (c->type->kind == PEL_F32) return __builtin_isfinite(((const float *)c->data)[row]);
  return true;
}

static bool bare(pel_kind k) { return k != PEL_DATE && k != PEL_TIME && k != PEL_DUR; }

static void json_value(pel_buf *b, const pel_col *c, uint64_t row) {
  const pel_kind k = c->type->kind;
  char text[64];
  if ((c->state && c->state[row] != PEL_VALID) || !finite(c, row)) {
    pel__buf_text(b, "null");
  } else if (k == PEL_LIST) {
    const int64_t *at = c->data;
    json_items(b, c->child, at[row], at[row + 1]);
  } else if (k == PEL_RECORD) {
    json_fields(b, c, row);
  } else if (k == PEL_STR || k == PEL_BYTES) {
    const pel_view *v = (const pel_view *)c->data + row;
    pel__buf_json(b, (pel_str){pel_view_bytes(v), v->in.n});
  } else if (bare(k)) {
    pel__buf_add(b, text, pel__csv_print(k, c->data, row, text));
  } else {
    pel__buf_json(b, (pel_str){text, pel__csv_print(k, c->data, row, text)});
  }
}

void pel__json_cell(pel_buf *b, const pel_col *c, uint64_t row) { json_value(b, c, row); }

static void quoted(pel_buf *b, char quote, const char *p, size_t n) {
  pel__buf_char(b, quote);
  for (;;) {
    const char *q = memchr(p, quote, n);
    if (!q) break;
    const size_t k = (size_t)(q - p) + 1;
    pel__buf_add(b, p, k);
    pel__buf_char(b, quote);
    p += k, n -= k;
  }
  pel__buf_add(b, p, n);
  pel__buf_char(b, quote);
}

/* The empty text is quoted: an empty field without quotes is null. So is what begins like
 * a byte order mark: at the head of a file it would be taken for one. */
static void text_cell(pel_buf *b, const pel_csv_dialect *d, const char *p, size_t n) {
  bool plain = n > 0 && !(n >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0);
  for (size_t i = 0; plain && i < n; i++)
    plain = p[i] != d->delim && p[i] != '\n' && p[i] != '\r' && p[i] != d->quote;
  if (plain || !d->quoting)
    pel__buf_add(b, p, n);
  else
    quoted(b, d->quote, p, n);
}

void pel__csv_cell(pel_buf *b, const pel_csv_dialect *d, const pel_col *c, uint64_t row) {
  const pel_kind k = c->type->kind;
  char text[64];
  if (c->state && c->state[row] != PEL_VALID) return;
  if (k == PEL_STR || k == PEL_BYTES) {
    const pel_view *v = (const pel_view *)c->data + row;
    text_cell(b, d, pel_view_bytes(v), v->in.n);
  } else if (k == PEL_LIST || k == PEL_RECORD) {
    pel_buf json;
    pel__buf_init(&json, b->alloc);
    json_value(&json, c, row);
    text_cell(b, d, pel__buf_z(&json), json.n);
    b->failed |= json.failed;
    pel__buf_deinit(&json);
  } else {
    const size_t n = pel__csv_print(k, c->data, row, text);
    text_cell(b, d, text, n);
  }
}
