#include "tests/unit/table/reference.h"

#include <criterion/criterion.h>
#include <math.h>

const char *const agg_names[] = {"sum",  "mean", "min", "max",          "len",    "first",
                                 "last", "any",  "all", "len_distinct", "collect"};

#define OPS(X) \
  X(sum_int)   \
  X(sum_f32)   \
  X(sum_f64)   \
  X(sum_dur)   \
  X(mean_f32)  \
  X(mean) X(min) X(max) X(len) X(any) X(all) X(first) X(last) X(len_distinct) X(collect)
#define DECLARE(id) extern const pel_op pel_op_##id;
OPS(DECLARE)

static bool numeric(const pel_type *t) { return t->kind >= PEL_I8 && t->kind <= PEL_F64; }
static bool is_float(const pel_type *t) {
  return t->kind == PEL_F32 || t->kind == PEL_F64;
}
static bool nested(const pel_type *t) { return t->kind >= PEL_LIST; }

static bool is(const char *a, const char *b) { return strcmp(a, b) == 0; }

const pel_op *ref_agg_op(const char *name, const pel_type *in) {
  if (is(name, "sum")) {
    if (in->kind == PEL_DUR) return &pel_op_sum_dur;
    if (!numeric(in)) return NULL;
    return in->kind == PEL_F32   ? &pel_op_sum_f32
           : in->kind == PEL_F64 ? &pel_op_sum_f64
                                 : &pel_op_sum_int;
  }
  if (is(name, "mean"))
    return !numeric(in) ? NULL : in->kind == PEL_F32 ? &pel_op_mean_f32 : &pel_op_mean;
  if (is(name, "len")) return &pel_op_len;
  if (is(name, "collect")) return &pel_op_collect;
  if (is(name, "first")) return &pel_op_first;
  if (is(name, "last")) return &pel_op_last;
  if (is(name, "any")) return in->kind == PEL_BOOL ? &pel_op_any : NULL;
  if (is(name, "all")) return in->kind == PEL_BOOL ? &pel_op_all : NULL;
  if (nested(in)) return NULL;
  if (is(name, "min")) return &pel_op_min;
  if (is(name, "max")) return &pel_op_max;
  return &pel_op_len_distinct;
}

static const pel_type *with_null(const pel_type *t) {
  switch ((int)t->kind) {
    case PEL_I64:
      return &ty_i64n;
    case PEL_F64:
      return &ty_f64n;
    case PEL_STR:
      return &ty_strn;
    case PEL_BOOL:
      return &ty_booln;
    case PEL_I32:
      return &ty_i32n;
    case PEL_F32:
      return &ty_f32n;
    default:
      return t;
  }
}

static const pel_type *list_of(const pel_type *t) {
  static pel_type types[64];
  static size_t n;
  for (size_t i = 0; i < n; i++)
    if (types[i].item == t) return &types[i];
  types[n] = (pel_type){.kind = PEL_LIST, .item = t};
  return &types[n++];
}

const pel_type *ref_agg_type(const char *name, const pel_type *in) {
  if (is(name, "len") || is(name, "len_distinct")) return &ty_i64;
  if (is(name, "collect")) return list_of(in);
  if (is(name, "sum")) {
    if (in->kind == PEL_DUR) return &ty_dur;
    if (is_float(in)) return in->kind == PEL_F32 ? &ty_f32 : &ty_f64;
    return in->kind >= PEL_U8 ? &ty_u64 : &ty_i64;
  }
  if (is(name, "mean")) {
    const pel_type *t = in->kind == PEL_F32 ? &ty_f32 : &ty_f64;
    return in->nullable ? with_null(t) : t;
  }
  return in; /* T of T, T? of T? */
}

static val float_val(const pel_type *t, double x, __float128 exact) {
  return t->kind == PEL_F32 ? val_f32(isfinite(x) ? (float)exact : (float)x) : val_f64(x);
}

static val number_sum(const pel_type *in, const val *const *v, size_t n,
                      const pel_type *out, bool mean) {
  __int128 ints = 0;
  __float128 floats = 0;
  double odd = 0; /* NaN and infinities add up by themselves */
  for (size_t i = 0; i < n; i++) {
    if (is_float(in)) {
      double x = val_as_f64(in, v[i]);
      if (isfinite(x))
        floats += (__float128)x;
      else
        odd += x;
    } else {
      ints += in->kind >= PEL_U8 && in->kind <= PEL_U64 ? (__int128)v[i]->word
                                                        : (__int128)(int64_t)v[i]->word;
    }
  }
  if (mean && n == 0) return out->nullable ? val_null() : val_poison(0);
  if (mean) floats = (is_float(in) ? floats : (__float128)ints) / (__float128)n;
  if (mean || is_float(in))
    return float_val(out, odd != 0 || isnan(odd) ? odd : (double)floats, floats);
  if (out->kind == PEL_U64 ? ints > UINT64_MAX : ints > INT64_MAX || ints < INT64_MIN)
    return val_poison(0);
  return val_int((int64_t)ints);
}

static val extreme(const pel_type *in, const val *const *v, size_t n, int sign,
                   const pel_type *out) {
  const val *best = NULL;
  for (size_t i = 0; i < n; i++) {
    if (is_float(in) && isnan(val_as_f64(in, v[i]))) return val_copy(v[i]);
    int c = best ? val_cmp(in, v[i], best) * sign : 1;
    if (best && c == 0 && is_float(in)) /* −0 is below +0 */
      c = sign *
          ((int)!signbit(val_as_f64(in, v[i])) - (int)!signbit(val_as_f64(in, best)));
    if (c > 0) best = v[i];
  }
  return best ? val_copy(best) : out->nullable ? val_null() : val_poison(0);
}

static val distinct_count(const pel_type *in, const val *const *v, size_t n) {
  int64_t count = 0;
  for (size_t i = 0; i < n; i++) {
    size_t j = 0;
    while (j < i && !val_key_same(in, v[j], v[i])) j++;
    count += j == i;
  }
  return val_int(count);
}

static val any_all(const val *const *v, size_t n, bool all, const pel_type *out) {
  bool answer = all;
  for (size_t i = 0; i < n; i++)
    if ((v[i]->word != 0) != all) answer = !all;
  return n == 0 && out->nullable ? val_null() : val_int(answer);
}

val ref_agg(const char *name, const pel_type *in, const val *const *v, size_t n,
            const pel_type *out) {
  if (is(name, "len")) return val_int((int64_t)n);
  if (is(name, "len_distinct")) return distinct_count(in, v, n);
  if (is(name, "collect")) {
    val l = val_list((uint32_t)n);
    for (size_t i = 0; i < n; i++) l.items[i] = val_copy(v[i]);
    return l;
  }
  const val **valid = malloc((n + 1) * sizeof *valid);
  size_t m = 0;
  for (size_t i = 0; i < n; i++)
    if (v[i]->state == PEL_VALID) valid[m++] = v[i];
  val result;
  if (is(name, "sum") || is(name, "mean")) {
    result = number_sum(in, valid, m, out, is(name, "mean"));
  } else if (is(name, "min") || is(name, "max")) {
    result = extreme(in, valid, m, is(name, "max") ? 1 : -1, out);
  } else if (is(name, "any") || is(name, "all")) {
    result = any_all(valid, m, is(name, "all"), out);
  } else if (m == 0) {
    result = out->nullable ? val_null() : val_poison(0);
  } else {
    result = val_copy(valid[is(name, "first") ? 0 : m - 1]);
  }
  free(valid);
  return result;
}
