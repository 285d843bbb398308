#include <criterion/criterion.h>
#include <math.h>

#include "tests/unit/table/driver.h"

uint64_t rng_next(rng *r) { /* xorshift64* */
  r->s ^= r->s >> 12;
  r->s ^= r->s << 25;
  r->s ^= r->s >> 27;
  return r->s * UINT64_C(2685821657736338717);
}
uint64_t rng_below(rng *r, uint64_t n) { return n ? (rng_next(r) >> 11) % n : 0; }

#define TY(name, k) const pel_type ty_##name = {.kind = (k)}
#define TYN(name, k) const pel_type ty_##name = {.kind = (k), .nullable = true}
TY(bool, PEL_BOOL);
TY(i8, PEL_I8);
TY(i16, PEL_I16);
TY(i32, PEL_I32);
TY(i64, PEL_I64);
TY(u8, PEL_U8);
TY(u16, PEL_U16);
TY(u32, PEL_U32);
TY(u64, PEL_U64);
TY(f32, PEL_F32);
TY(f64, PEL_F64);
TY(str, PEL_STR);
TY(bytes, PEL_BYTES);
TY(date, PEL_DATE);
TY(time, PEL_TIME);
TY(dur, PEL_DUR);
TYN(i64n, PEL_I64);
TYN(f64n, PEL_F64);
TYN(strn, PEL_STR);
TYN(booln, PEL_BOOL);
TYN(i32n, PEL_I32);
TYN(f32n, PEL_F32);
const pel_type ty_list = {.kind = PEL_LIST, .item = &ty_i64n};
static const pel_field record_fields[] = {{"a", &ty_str}, {"b", &ty_list}};
const pel_type ty_record = {.kind = PEL_RECORD, .nfields = 2, .fields = record_fields};
const pel_type *const all_scalars[] = {
    &ty_bool, &ty_i8,   &ty_i16,  &ty_i32,   &ty_i64,   &ty_u8,   &ty_u16,  &ty_u32,
    &ty_u64,  &ty_f32,  &ty_f64,  &ty_str,   &ty_bytes, &ty_date, &ty_time, &ty_dur,
    &ty_i64n, &ty_f64n, &ty_strn, &ty_booln, &ty_i32n,  &ty_f32n};

/* ---- values ---- */

val val_int(int64_t x) { return (val){.state = PEL_VALID, .word = (uint64_t)x}; }
val val_f64(double x) {
  val v = {.state = PEL_VALID};
  memcpy(&v.word, &x, 8);
  return v;
}
val val_f32(float x) {
  val v = {.state = PEL_VALID};
  memcpy(&v.word, &x, 4);
  return v;
}
val val_text(const char *p, uint32_t n) {
  val v = {.state = PEL_VALID, .text = malloc(n + 1), .n = n};
  memcpy(v.text, p, n);
  return v;
}
val val_null(void) { return (val){.state = PEL_NULL}; }
val val_poison(uint32_t number) { return (val){.state = PEL_POISON, .word = number}; }
val val_list(uint32_t n) {
  return (val){.state = PEL_VALID, .n = n, .items = calloc(n + 1, sizeof(val))};
}
val val_copy(const val *v) {
  val c = *v;
  if (v->text) c = val_text(v->text, v->n);
  if (v->items) {
    c.items = calloc(v->n + 1, sizeof(val));
    for (uint32_t i = 0; i < v->n; i++) c.items[i] = val_copy(&v->items[i]);
  }
  c.word = v->word;
  return c;
}
void val_free(val *v) {
  for (uint32_t i = 0; v->items && i < v->n; i++) val_free(&v->items[i]);
  free(v->items);
  free(v->text);
  *v = (val){0};
}

double val_as_f64(const pel_type *t, const val *v) {
  if (t->kind == PEL_F32) {
    float f;
    memcpy(&f, &v->word, 4);
    return (double)f;
  }
  double x;
  memcpy(&x, &v->word, 8);
  return t->kind == PEL_F64   ? x
         : t->kind == PEL_U64 ? (double)v->word
                              : (double)(int64_t)v->word;
}

static bool is_float(const pel_type *t) {
  return t->kind == PEL_F64 || t->kind == PEL_F32;
}
static bool is_text(const pel_type *t) {
  return t->kind == PEL_STR || t->kind == PEL_BYTES;
}

static bool same(const pel_type *t, const val *a, const val *b, bool as_keys) {
  if (a->state != b->state) return false;
  if (a->state == PEL_POISON) return true;
  if (a->state != PEL_VALID) return true;
  if (is_text(t)) return a->n == b->n && memcmp(a->text, b->text, a->n) == 0;
  if (is_float(t)) {
    double x = val_as_f64(t, a), y = val_as_f64(t, b);
    if (isnan(x) || isnan(y)) return isnan(x) && isnan(y);
    return x == y && (as_keys || signbit(x) == signbit(y));
  }
  if (t->kind == PEL_LIST || t->kind == PEL_RECORD) {
    if (a->n != b->n) return false;
    for (uint32_t i = 0; i < a->n; i++) {
      const pel_type *it = t->kind == PEL_LIST ? t->item : t->fields[i].type;
      if (!same(it, &a->items[i], &b->items[i], as_keys)) return false;
    }
    return true;
  }
  return a->word == b->word;
}
bool val_same(const pel_type *t, const val *a, const val *b) {
  return same(t, a, b, false);
}
bool val_key_same(const pel_type *t, const val *a, const val *b) {
  return same(t, a, b, true);
}

int val_cmp(const pel_type *t, const val *a, const val *b) {
  if (is_text(t)) {
    int c = memcmp(a->text, b->text, a->n < b->n ? a->n : b->n);
    return c ? c : (a->n > b->n) - (a->n < b->n);
  }
  if (is_float(t)) {
    double x = val_as_f64(t, a), y = val_as_f64(t, b);
    if (isnan(x) || isnan(y)) return isnan(x) - isnan(y);
    return (x > y) - (x < y);
  }
  if (t->kind == PEL_U64) return (a->word > b->word) - (a->word < b->word);
  int64_t x = (int64_t)a->word, y = (int64_t)b->word;
  return (x > y) - (x < y);
}

/* ---- tables ---- */

tab tab_new(uint32_t ncols, const pel_type *const *types) {
  tab t = {.ncols = ncols, .types = malloc((ncols + 1) * sizeof *t.types)};
  for (uint32_t i = 0; i < ncols; i++) t.types[i] = types[i];
  return t;
}
void tab_free(tab *t) {
  for (size_t i = 0; i < t->rows * t->ncols; i++) val_free(&t->cells[i]);
  free(t->cells);
  free(t->types);
  *t = (tab){0};
}
val *tab_add(tab *t) {
  if (t->rows == t->cap) {
    t->cap = t->cap ? 2 * t->cap : 16;
    t->cells = realloc(t->cells, (t->cap * t->ncols + 1) * sizeof(val));
  }
  val *row = &t->cells[t->rows++ * t->ncols];
  memset(row, 0, t->ncols * sizeof(val));
  return row;
}

/* ---- random values ---- */

static val random_text(rng *r, uint32_t domain) {
  char p[80];
  uint32_t n = (uint32_t)snprintf(p, sizeof p, "%x",
                                  (unsigned)(rng_below(r, domain) * 2654435761u));
  if (rng_below(r, 9) == 0) return val_text("", 0);
  /* around the 4 and 12 bytes of a view, and beyond; the same text for the same number */
  static const uint32_t lengths[] = {1, 3, 4, 5, 11, 12, 13, 14, 40};
  uint32_t want = lengths[(n + (unsigned char)p[0]) % 9];
  while (n < want) {
    p[n] = n % 7 == 3 ? 0 : (char)('a' + n % 26);
    n++;
  }
  return val_text(p, n);
}

static val random_float(rng *r, uint32_t domain, bool narrow) {
  static const double special[] = {0.0, -0.0, INFINITY, -INFINITY, 1.5, -2.25};
  uint64_t c = rng_below(r, 24);
  double x = c < 6    ? special[c]
             : c == 6 ? (double)NAN
                      : ((double)rng_below(r, domain) - domain / 2.0) / 8.0;
  if (c == 7) x = -(double)NAN;
  return narrow ? val_f32((float)x) : val_f64(x);
}

static int64_t random_int(rng *r, const pel_type *t, uint32_t domain) {
  static const int64_t low[PEL_KIND_COUNT] = {
      [PEL_I8] = INT8_MIN,   [PEL_I16] = INT16_MIN,  [PEL_I32] = INT32_MIN,
      [PEL_I64] = INT64_MIN, [PEL_DATE] = INT32_MIN, [PEL_TIME] = INT64_MIN,
      [PEL_DUR] = INT64_MIN};
  static const uint64_t high[PEL_KIND_COUNT] = {
      [PEL_BOOL] = 1,         [PEL_I8] = INT8_MAX,    [PEL_I16] = INT16_MAX,
      [PEL_I32] = INT32_MAX,  [PEL_I64] = INT64_MAX,  [PEL_U8] = UINT8_MAX,
      [PEL_U16] = UINT16_MAX, [PEL_U32] = UINT32_MAX, [PEL_U64] = UINT64_MAX,
      [PEL_DATE] = INT32_MAX, [PEL_TIME] = INT64_MAX, [PEL_DUR] = INT64_MAX};
  uint64_t c = rng_below(r, 40), most = high[t->kind];
  if (c == 0) return (int64_t)most;
  if (c == 1) return low[t->kind];
  uint64_t v = rng_below(r, domain);
  v = most < domain ? v % (most + 1) : v;
  return low[t->kind] && rng_below(r, 2) ? -(int64_t)v : (int64_t)v;
}

val val_random(rng *r, const pel_type *t, uint32_t domain) {
  if (t->nullable && rng_below(r, 5) == 0) return val_null();
  if (is_text(t)) return random_text(r, domain);
  if (is_float(t)) return random_float(r, domain, t->kind == PEL_F32);
  if (t->kind == PEL_LIST || t->kind == PEL_RECORD) {
    val v = val_list(t->kind == PEL_LIST ? (uint32_t)rng_below(r, 4) : t->nfields);
    for (uint32_t i = 0; i < v.n; i++)
      v.items[i] =
          val_random(r, t->kind == PEL_LIST ? t->item : t->fields[i].type, domain);
    return v;
  }
  return val_int(random_int(r, t, domain));
}

tab tab_random(rng *r, uint32_t ncols, const pel_type *const *types, size_t rows,
               uint32_t domain) {
  tab t = tab_new(ncols, types);
  for (size_t i = 0; i < rows; i++) {
    val *row = tab_add(&t);
    for (uint32_t c = 0; c < ncols; c++) row[c] = val_random(r, types[c], domain);
  }
  return t;
}

/* ---- comparing ---- */

static void show(const pel_type *t, const val *v) {
  if (v->state != PEL_VALID) {
    fprintf(stderr, v->state == PEL_NULL ? "null" : "poison");
  } else if (is_text(t)) {
    fprintf(stderr, "\"%.*s\"(%u)", (int)v->n, v->text, v->n);
  } else if (is_float(t)) {
    fprintf(stderr, "%.17g", val_as_f64(t, v));
  } else if (t->kind == PEL_LIST || t->kind == PEL_RECORD) {
    fprintf(stderr, "[");
    for (uint32_t i = 0; i < v->n; i++) {
      show(t->kind == PEL_LIST ? t->item : t->fields[i].type, &v->items[i]);
      fprintf(stderr, " ");
    }
    fprintf(stderr, "]");
  } else {
    fprintf(stderr, "%lld", (long long)v->word);
  }
}

void expect_same(const tab *got, const tab *want, const char *what, uint64_t seed) {
  cr_assert_eq(got->rows, want->rows, "%s, seed %llu: %zu rows, wanted %zu", what,
               (unsigned long long)seed, got->rows, want->rows);
  cr_assert_eq(got->ncols, want->ncols);
  for (size_t i = 0; i < got->rows; i++) {
    for (uint32_t c = 0; c < got->ncols; c++) {
      const val *a = tab_at(got, i, c), *b = tab_at(want, i, c);
      if (val_same(want->types[c], a, b)) continue;
      fprintf(stderr, "row %zu, column %u: ", i, c);
      show(want->types[c], a);
      fprintf(stderr, ", wanted ");
      show(want->types[c], b);
      fprintf(stderr, "\n");
      cr_assert(false, "%s, seed %llu: row %zu, column %u", what,
                (unsigned long long)seed, i, c);
    }
  }
}

pel_const c_int(int64_t x) { return (pel_const){.type = &ty_i64, .as.i = x}; }
pel_const c_text(const char *z) {
  return (pel_const){.type = &ty_str, .as.s = {z, strlen(z)}};
}
pel_const c_list(const pel_const *at, size_t n) {
  return (pel_const){.type = &ty_list, .as.list = {at, n}};
}
