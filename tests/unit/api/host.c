#include "tests/unit/api/host.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

static atomic_int live;

int host_live(void) { return atomic_load(&live); }

static void *get(size_t n) {
  void *p = malloc(n ? n : 1);
  cr_assert(p);
  memset(p, 0xA5, n ? n : 1);
  return p;
}

static void release_schema(struct ArrowSchema *s) {
  cr_assert(s->release == release_schema, "a schema is released twice");
  for (int64_t i = 0; i < s->n_children; i++) {
    if (s->children[i]->release) s->children[i]->release(s->children[i]);
    free(s->children[i]);
  }
  free(s->children);
  free((void *)(uintptr_t)s->format);
  free((void *)(uintptr_t)s->name);
  s->release = NULL;
  atomic_fetch_sub(&live, 1);
}

/* Lengths and counts may have been tampered with: what is freed stands here. */
typedef struct owned {
  int64_t n_buffers, n_children;
  void *buffers[3];
  struct ArrowArray **children;
  const void **shown;
} owned;

static void release_array(struct ArrowArray *a) {
  cr_assert(a->release == release_array, "an array is released twice");
  owned *o = a->private_data;
  for (int64_t i = 0; i < o->n_children; i++) {
    if (o->children[i]->release) o->children[i]->release(o->children[i]);
    free(o->children[i]);
  }
  for (int64_t i = 0; i < o->n_buffers; i++) free(o->buffers[i]);
  free(o->children);
  free(o->shown);
  free(o);
  a->release = NULL;
  atomic_fetch_sub(&live, 1);
}

void host_release(host *h) {
  if (h->schema.release) h->schema.release(&h->schema);
  if (h->array.release) h->array.release(&h->array);
}

void host_bind(host *h, pel_run *run, const char *param) {
  pel_error e = {0};
  cr_assert_eq(pel_run_bind_arrow(run, param, &h->schema, &h->array, &e), PEL_OK,
               "%s: %s", param, e.message);
  cr_assert(!h->schema.release && !h->array.release);
}

static char *text_of(const char *s) {
  char *p = get(strlen(s) + 1);
  return strcpy(p, s);
}

static void put_bit(uint8_t *p, int64_t i, bool set) {
  p[i / 8] = (uint8_t)((p[i / 8] & ~(1u << (i % 8))) | (unsigned)set << (i % 8));
}

static host made(const char *name, const char *format, const host_layout *l,
                 int64_t n_buffers, int64_t n_children, host *children) {
  owned *o = get(sizeof *o);
  *o = (owned){.n_buffers = n_buffers, .n_children = n_children};
  o->shown = get((size_t)n_buffers * sizeof *o->shown);
  o->children = n_children ? get((size_t)n_children * sizeof *o->children) : NULL;
  host h = {{.format = text_of(format),
             .name = text_of(name),
             .flags = ARROW_FLAG_NULLABLE,
             .n_children = n_children,
             .children = n_children ? get((size_t)n_children * sizeof(void *)) : NULL,
             .release = release_schema},
            {.length = l->rows,
             .offset = l->offset,
             .n_buffers = n_buffers,
             .n_children = n_children,
             .buffers = o->shown,
             .children = o->children,
             .release = release_array,
             .private_data = o}};
  for (int64_t i = 0; i < n_children; i++) {
    *(h.schema.children[i] = get(sizeof(struct ArrowSchema))) = children[i].schema;
    *(o->children[i] = get(sizeof(struct ArrowArray))) = children[i].array;
  }
  if (l->valid) {
    o->buffers[0] = get((size_t)(l->offset + l->rows + 7) / 8);
    for (int64_t i = 0; i < l->rows; i++) {
      put_bit(o->buffers[0], l->offset + i, l->valid[i]);
      h.array.null_count += !l->valid[i];
    }
    if (l->unknown) h.array.null_count = -1;
  }
  for (int64_t i = 0; i < n_buffers; i++) o->shown[i] = o->buffers[i];
  atomic_fetch_add(&live, 2);
  return h;
}

static void *buffer(host *h, int i, size_t n) {
  owned *o = h->array.private_data;
  return o->shown[i] = o->buffers[i] = get(n), o->buffers[i];
}

host host_numbers(const char *name, const char *format, const host_layout *l,
                  size_t width, const void *values) {
  host h = made(name, format, l, 2, 0, NULL);
  char *p = buffer(&h, 1, (size_t)(l->offset + l->rows) * width);
  memcpy(p + (size_t)l->offset * width, values, (size_t)l->rows * width);
  return h;
}

host host_bools(const char *name, const host_layout *l, const bool *values) {
  host h = made(name, "b", l, 2, 0, NULL);
  uint8_t *p = buffer(&h, 1, (size_t)(l->offset + l->rows + 7) / 8);
  for (int64_t i = 0; i < l->rows; i++) put_bit(p, l->offset + i, values[i]);
  return h;
}

static void put_offset(host *h, bool wide, int64_t i, int64_t v) {
  owned *o = h->array.private_data;
  if (wide)
    ((int64_t *)o->buffers[1])[i] = v;
  else
    ((int32_t *)o->buffers[1])[i] = (int32_t)v;
}

host host_text(const char *name, const char *format, const host_layout *l,
               const char *const *values, const size_t *sizes) {
  const char wide_format[2] = {(char)(format[0] - 'a' + 'A'), 0};
  host h = made(name, l->wide ? wide_format : format, l, 3, 0, NULL);
  size_t total = (size_t)l->offset; /* a byte of rubbish for each row of it */
  for (int64_t i = 0; i < l->rows; i++) total += sizes[i];
  (void)buffer(&h, 1, (size_t)(l->offset + l->rows + 1) * (l->wide ? 8 : 4));
  char *p = buffer(&h, 2, total);
  int64_t at = 0;
  for (; at <= l->offset; at++) put_offset(&h, l->wide, at, at);
  at = l->offset;
  for (int64_t i = 0; i < l->rows; i++) {
    if (sizes[i]) memcpy(p + at, values[i], sizes[i]);
    at += (int64_t)sizes[i];
    put_offset(&h, l->wide, l->offset + i + 1, at);
  }
  return h;
}

host host_list(const char *name, const host_layout *l, const int64_t *counts,
               host *items) {
  host h = made(name, l->wide ? "+L" : "+l", l, 2, 1, items);
  (void)buffer(&h, 1, (size_t)(l->offset + l->rows + 1) * (l->wide ? 8 : 4));
  for (int64_t i = 0; i <= l->offset; i++) put_offset(&h, l->wide, i, 0);
  for (int64_t i = 0, at = 0; i < l->rows; i++)
    put_offset(&h, l->wide, l->offset + i + 1, at += counts[i]);
  return h;
}

host host_record(const char *name, const host_layout *l, int64_t n, host *fields) {
  return made(name, "+s", l, 1, n, fields);
}

/* ---- reading ---- */

typedef struct text {
  char *p;
  size_t n, room;
} text;

static void add(text *t, const char *p, size_t n) {
  cr_assert_lt(t->n + n, t->room, "the cell is too long for the test");
  memcpy(t->p + t->n, p, n);
  t->p[t->n += n] = 0;
}

static size_t width_of(const char *format) {
  static const char *const formats[] = {"c", "C", "s", "S", "i", "I", "f", "tdD"};
  static const size_t widths[] = {1, 1, 2, 2, 4, 4, 4, 4};
  for (size_t i = 0; i < sizeof widths / sizeof *widths; i++)
    if (!strcmp(format, formats[i])) return widths[i];
  return 8;
}

static void show(const struct ArrowSchema *s, const struct ArrowArray *a, int64_t row,
                 text *t);

static void show_several(const struct ArrowSchema *s, const struct ArrowArray *a,
                         int64_t i, text *t) {
  const bool list = s->format[1] == 'L';
  const int64_t *at = list ? a->buffers[1] : NULL;
  add(t, list ? "[" : "{", 1);
  for (int64_t k = list ? at[i] : 0; k < (list ? at[i + 1] : s->n_children); k++) {
    if (list)
      show(s->children[0], a->children[0], k, t);
    else
      show(s->children[k], a->children[k], i, t);
    add(t, ",", 1);
  }
  add(t, list ? "]" : "}", 1);
}

static void show(const struct ArrowSchema *s, const struct ArrowArray *a, int64_t row,
                 text *t) {
  const int64_t i = row + a->offset;
  const uint8_t *valid = a->buffers[0], *p = a->n_buffers > 1 ? a->buffers[1] : NULL;
  char digits[24];
  cr_assert(row < a->length);
  if (valid && !(valid[i / 8] >> (i % 8) & 1)) {
    add(t, "null", 4);
  } else if (s->format[0] == '+') {
    show_several(s, a, i, t);
  } else if (!strcmp(s->format, "b")) {
    add(t, p[i / 8] >> (i % 8) & 1 ? "true" : "false", p[i / 8] >> (i % 8) & 1 ? 4 : 5);
  } else if (!strcmp(s->format, "U") || !strcmp(s->format, "Z")) {
    const int64_t *at = a->buffers[1];
    add(t, "'", 1);
    add(t, (const char *)a->buffers[2] + at[i], (size_t)(at[i + 1] - at[i]));
    add(t, "'", 1);
  } else {
    const size_t w = width_of(s->format);
    for (size_t k = 0; k < w; k++)
      add(t, digits,
          (size_t)snprintf(digits, sizeof digits, "%02x", p[(size_t)i * w + w - 1 - k]));
  }
}

void host_show(const struct ArrowSchema *s, const struct ArrowArray *a, int64_t row,
               char *out, size_t room) {
  text t = {out, 0, room};
  add(&t, "", 0);
  show(s, a, row, &t);
}
