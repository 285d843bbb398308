#include <stdlib.h>

#include "runtime/api/api.h"

/* Rows that readers rejected, for --rejects: kept in memory in the order they come, written in the order of the data. Past
 * this many bytes they are written part by part. */
enum { PART = 64 << 20 };

typedef struct pel_reject {
  uint64_t reader, ordinal;
  size_t at, n; /* in the text */
} pel_reject;

struct pel_rejects {
  const pel_alloc *alloc;
  pel_out_file *file;
  PEL_VEC(pel_reject) rows;
  pel_buf text;
  pel_status status;
};

pel_status pel__rejects_new(const pel_alloc *alloc, const char *path, pel_rejects **out, pel_error *err) {
  pel_rejects *r = pel__alloc_get(alloc, sizeof *r);
  if (!r) return pel_error_set(err, PEL_E_NOMEM, "no memory for rejected rows");
  *r = (pel_rejects){.alloc = alloc};
  pel__buf_init(&r->text, alloc);
  const pel_status s = pel__out_open(pel__dir_current(), path, alloc, &r->file, err);
  if (s) {
    pel__rejects_free(r);
    return s;
  }
  *out = r;
  return PEL_OK;
}

void pel__rejects_free(pel_rejects *r) {
  if (!r) return;
  pel__out_free(r->file);
  PEL_VEC_DEINIT(&r->rows, r->alloc);
  pel__buf_deinit(&r->text);
  pel__alloc_free(r->alloc, r, sizeof *r);
}

/* One row's columns are looked at in their order by one worker, so what came first stays first. */
static int by_place(const void *x, const void *y) {
  const pel_reject *a = x, *b = y;
  if (a->reader != b->reader) return a->reader < b->reader ? -1 : 1;
  if (a->ordinal != b->ordinal) return a->ordinal < b->ordinal ? -1 : 1;
  return a->at < b->at ? -1 : a->at > b->at;
}

static void write_part(pel_rejects *r) {
  if (r->rows.n) qsort(r->rows.at, r->rows.n, sizeof *r->rows.at, by_place);
  for (size_t i = 0; i < r->rows.n && !r->status; i++)
    r->status = pel__out_write(r->file, r->text.p + r->rows.at[i].at, r->rows.at[i].n, NULL);
  r->rows.n = 0;
  r->text.n = 0;
}

void pel__rejects_keep(void *ctx, uint64_t reader, uint64_t ordinal, const char *text, size_t n, const char *why) {
  pel_rejects *r = ctx;
  pel_reject row = {reader, ordinal, r->text.n, 0};
  if (r->status) return;
  pel__buf_printf(&r->text, "# %s\n", why);
  pel__buf_add(&r->text, text, n);
  pel__buf_char(&r->text, '\n');
  row.n = r->text.n - row.at;
  if (r->text.failed || !PEL_VEC_PUSH(&r->rows, row, r->alloc)) r->status = PEL_E_NOMEM;
  else if (r->text.n >= PART) write_part(r);
}

pel_status pel__rejects_commit(pel_rejects *r, pel_error *err) {
  write_part(r);
  if (r->status) return pel_error_set(err, r->status, "the rejected rows could not be kept");
  return pel__out_commit(r->file, err);
}
