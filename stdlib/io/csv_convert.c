#include "stdlib/io/csv_convert.h"

#include "runtime/base/num_parse.h"
#include "runtime/base/num_swar.h"

/* Up to eight digits and nothing else, the commonest integer by far; 128 bytes behind the
 * text may be read. */
PEL_INLINE bool few_digits(pel_str t, int64_t *out) {
  if (t.n - 1 >= 8) return false;
  const uint64_t digits = (pel__swar_load8(t.p) ^ PEL_SWAR('0')) << (64 - 8 * t.n);
  *out = pel__swar_value(digits);
  return pel__swar_digits(digits);
}

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
/* Two loads that may run over the text's end, and masks: no call, no loop. */
PEL_INLINE pel_view view_of(pel_str t) {
  if (t.n > 12) return pel_view_of(t.p, (uint32_t)t.n);
  const uint64_t low = pel__swar_load8(t.p), next = pel__swar_load8(t.p + 4);
  pel_view v;
  v.word[0] = t.n | (low & pel__swar_mask(t.n < 4 ? t.n : 4)) << 32;
  v.word[1] = t.n > 4 ? next & pel__swar_mask(t.n - 4) : 0;
  return v;
}
#else
PEL_INLINE pel_view view_of(pel_str t) { return pel_view_of(t.p, (uint32_t)t.n); }
#endif

/* The loop over the cells: DONE says whether `t` has become the value of `row`. */
#define PEL_CONVERT(DONE)                            \
  do {                                               \
    uint32_t nodd = 0;                               \
    for (uint32_t i = 0; i < n; i++) {               \
      const uint32_t row = sel ? sel[i] : i;         \
      const pel_str t = pel__csv_cut(x, row, field); \
      if (PEL_LIKELY(DONE)) continue;                \
      odd[nodd++] = (uint16_t)row;                   \
    }                                                \
    return nodd;                                     \
  } while (0)

static uint32_t integers(const pel_csv_index *x, uint32_t field, const uint16_t *sel,
                         uint32_t n, int64_t *data, uint16_t *odd) {
  PEL_CONVERT(few_digits(t, &data[row]) ||
              pel__parse_i64_padded(t.p, t.n, &data[row]) == PEL_PARSE_OK);
}

static uint32_t floats(const pel_csv_index *x, uint32_t field, const uint16_t *sel,
                       uint32_t n, double *data, uint16_t *odd) {
  PEL_CONVERT(pel__parse_f64_padded(t.p, t.n, &data[row]));
}

static uint32_t texts(const pel_csv_index *x, uint32_t field, const uint16_t *sel,
                      uint32_t n, pel_view *data, uint16_t *odd) {
  const char quote = x->dialect->quoting ? x->dialect->quote
                                         : '\n'; /* no field begins with a line feed */
  if (x->high)
    PEL_CONVERT(t.n && *t.p != quote && pel__utf8_valid(t.p, t.n) == t.n &&
                (data[row] = view_of(t), true));
  PEL_CONVERT(t.n && *t.p != quote && (data[row] = view_of(t), true));
}

static uint32_t others(const pel_csv_index *x, pel_kind kind, uint32_t field,
                       const uint16_t *sel, uint32_t n, void *data, uint16_t *odd) {
  const char quote = x->dialect->quoting ? x->dialect->quote : '\n';
  PEL_CONVERT(t.n && *t.p != quote && pel__csv_value(kind, t, !x->high, data, row));
}

uint32_t pel__csv_convert(const pel_csv_index *x, pel_kind kind, uint32_t field,
                          const uint16_t *sel, uint32_t n, void *data, uint16_t *odd) {
  if (kind == PEL_I64) return integers(x, field, sel, n, data, odd);
  if (kind == PEL_F64) return floats(x, field, sel, n, data, odd);
  if (kind == PEL_STR) return texts(x, field, sel, n, data, odd);
  return others(x, kind, field, sel, n, data, odd);
}
