#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "runtime/api/arrow.h"

static void add_path(const pel_arrow_place *at, pel_buf *b) {
  if (!at->up) return;
  add_path(at->up, b);
  if (at->up->up && !pel__str_is(at->name, "[]")) pel__buf_text(b, ".");
  pel__buf_add(b, at->name.p, at->name.n);
}

pel_status pel__arrow_refuse(const pel_arrow_place *at, pel_error *err, const char *fmt,
                             ...) {
  char why[512];
  pel_buf path;
  const pel_arrow_place *root = at;
  va_list args;
  va_start(args, fmt);
  (void)vsnprintf(why, sizeof why, fmt, args);
  va_end(args);
  while (root->up) root = root->up;
  pel__buf_init(&path, NULL);
  add_path(at, &path);
  const bool items = at->up && !at->up->up && pel__str_is(at->name, "[]");
  const pel_status s =
      pel_error_set(err, PEL_E_INVALID, "parameter `" PEL_STR_FMT "`%s%.200s%s: %s",
                    PEL_STR_ARG(root->name),
                    !path.n ? ""
                    : items ? ""
                            : ", column `",
                    path.n ? pel__buf_z(&path) : "", path.n && !items ? "`" : "", why);
  pel__buf_deinit(&path);
  return s;
}

typedef struct layout {
  const char *first, *second; /* the formats that fit; second may be NULL */
  int64_t buffers;
} layout;

static layout layout_of(pel_kind k) {
  static const layout layouts[PEL_KIND_COUNT] = {
      [PEL_BOOL] = {"b", NULL, 2},         [PEL_I8] = {"c", NULL, 2},
      [PEL_I16] = {"s", NULL, 2},          [PEL_I32] = {"i", NULL, 2},
      [PEL_I64] = {"l", NULL, 2},          [PEL_U8] = {"C", NULL, 2},
      [PEL_U16] = {"S", NULL, 2},          [PEL_U32] = {"I", NULL, 2},
      [PEL_U64] = {"L", NULL, 2},          [PEL_F32] = {"f", NULL, 2},
      [PEL_F64] = {"g", NULL, 2},          [PEL_STR] = {"u", "U", 3},
      [PEL_BYTES] = {"z", "Z", 3},         [PEL_DATE] = {"tdD", NULL, 2},
      [PEL_TIME] = {"tsu:UTC", "tsu:", 2}, [PEL_DUR] = {"tDu", NULL, 2},
      [PEL_LIST] = {"+l", "+L", 2},        [PEL_RECORD] = {"+s", NULL, 1}};
  return layouts[k];
}

static pel_status check_format(const pel_arrow_place *at, const pel_type *t,
                               const struct ArrowSchema *schema, pel_error *err) {
  const layout want = layout_of(t->kind);
  const char *f = schema->format;
  if (f && want.first &&
      (!strcmp(f, want.first) || (want.second && !strcmp(f, want.second))))
    return PEL_OK;
  pel_buf b;
  pel__buf_init(&b, NULL);
  pel__type_print(t, &b);
  const bool table = !at->up && t->kind == PEL_RECORD;
  const pel_status s = pel__arrow_refuse(
      at, err, "%.200s wants the Arrow format \"%s\"%s%s%s, not %s%.40s%s",
      table ? "a table" : pel__buf_z(&b), want.first ? want.first : "",
      want.second ? " or \"" : "", want.second ? want.second : "",
      want.second ? "\"" : "", f ? "\"" : "", f ? f : "NULL", f ? "\"" : "");
  pel__buf_deinit(&b);
  return s;
}

static pel_status check_counts(const pel_arrow_place *at, const struct ArrowArray *a,
                               pel_error *err) {
  /* 16 bytes a value are the most that is ever asked for, so no product overflows */
  const int64_t most = INT64_MAX / 16;
  if (a->length < 0)
    return pel__arrow_refuse(at, err, "its length is negative: %lld",
                             (long long)a->length);
  if (a->offset < 0)
    return pel__arrow_refuse(at, err, "its offset is negative: %lld",
                             (long long)a->offset);
  if (a->length > most || a->offset > most - a->length)
    return pel__arrow_refuse(at, err,
                             "no memory holds its offset %lld and its length %lld",
                             (long long)a->offset, (long long)a->length);
  if (a->null_count < -1 || a->null_count > a->length)
    return pel__arrow_refuse(at, err, "it says that %lld of its %lld values are null",
                             (long long)a->null_count, (long long)a->length);
  return PEL_OK;
}

/* Text and lists may leave out the bytes or items that none of their values has: those
 * are asked for where the offsets are read. */
static pel_status check_buffers(const pel_arrow_place *at, const pel_type *t,
                                const struct ArrowArray *a, pel_error *err) {
  const int64_t want = layout_of(t->kind).buffers;
  if (a->n_buffers != want)
    return pel__arrow_refuse(at, err, "it has %lld buffers where its type has %lld",
                             (long long)a->n_buffers, (long long)want);
  if (!a->buffers) return pel__arrow_refuse(at, err, "its array of buffers is NULL");
  if (a->null_count > 0 && !a->buffers[0])
    return pel__arrow_refuse(
        at, err, "it says that %lld values are null, and has no validity buffer",
        (long long)a->null_count);
  if (want > 1 && a->length > 0 && !a->buffers[1])
    return pel__arrow_refuse(at, err, "it has %lld values, and its buffer of %s is NULL",
                             (long long)a->length,
                             want == 3 || t->kind == PEL_LIST ? "offsets" : "values");
  return PEL_OK;
}

static pel_status check_children(const pel_arrow_place *at, const pel_type *t,
                                 const struct ArrowSchema *schema,
                                 const struct ArrowArray *a, pel_error *err) {
  const int64_t n = schema->n_children;
  if (n != a->n_children)
    return pel__arrow_refuse(at, err, "its schema has %lld children, and its array %lld",
                             (long long)n, (long long)a->n_children);
  if (t->kind == PEL_RECORD ? n < 0 : n != (t->kind == PEL_LIST))
    return pel__arrow_refuse(at, err, "it has %lld children where its type has %s",
                             (long long)n,
                             t->kind == PEL_LIST     ? "1"
                             : t->kind == PEL_RECORD ? "one for each field"
                                                     : "none");
  if (n && (!schema->children || !a->children))
    return pel__arrow_refuse(
        at, err, "it has %lld children, and a pointer to them is NULL", (long long)n);
  for (int64_t i = 0; i < n; i++) {
    const struct ArrowSchema *s = schema->children[i];
    if (!s || !a->children[i])
      return pel__arrow_refuse(at, err, "its child %lld is NULL", (long long)i);
    if (!s->release || !a->children[i]->release)
      return pel__arrow_refuse(at, err, "its child %lld has been released already",
                               (long long)i);
  }
  return PEL_OK;
}

pel_status pel__arrow_check(const pel_arrow_place *at, const pel_type *t,
                            const struct ArrowSchema *schema,
                            const struct ArrowArray *array, pel_error *err) {
  if (schema->dictionary || array->dictionary)
    return pel__arrow_refuse(at, err,
                             "it is dictionary-encoded: bind the values themselves");
  pel_status s = check_format(at, t, schema, err);
  if (!s) s = check_counts(at, array, err);
  if (!s) s = check_buffers(at, t, array, err);
  if (!s) s = check_children(at, t, schema, array, err);
  return s;
}
