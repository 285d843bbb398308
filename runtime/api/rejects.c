#include <stdlib.h>

#include "runtime/api/api.h"
#include "runtime/base/vec.h"
#include "runtime/mem/spill.h"

/* Rows that readers rejected, for --rejects: they come in any order and are written in
 * the order of the data, however many. A part of this many bytes is sorted and goes to a
 * spill file as a run; in the end the runs are merged. */
enum { PART = 2 << 20, WINDOW = 16 << 10 };

/* Where a row belongs: the reader's place in the program, the row, the field of the row.
 */
typedef struct pel_reject_place {
  uint64_t reader, ordinal;
  uint32_t field, source;
} pel_reject_place;

/* Rows of a source from `ordinal` on turned out not to be wanted. */
typedef struct pel_reject_end {
  uint64_t ordinal;
  uint32_t source;
} pel_reject_end;

typedef struct pel_reject {
  pel_reject_place place;
  size_t at, n; /* in the text */
} pel_reject;

/* As it stands in a run, its n bytes behind it. */
typedef struct pel_reject_head {
  pel_reject_place place;
  uint64_t n;
} pel_reject_head;

struct pel_rejects {
  const pel_alloc *alloc;
  pel_out_file *file;
  PEL_VEC(pel_reject) rows;
  PEL_VEC(pel_reject_end) ends;
  pel_buf text;
  pel_spill *spill;
  PEL_VEC(pel_extent) runs;
  pel_status status;
};

/* A run being read again: its first row that is not written yet. */
typedef struct pel_reject_run {
  pel_extent extent;
  uint64_t next; /* byte of the run behind the window */
  char *window;
  size_t cap, n, at;
  pel_reject_head head;
  bool over;
} pel_reject_run;

pel_status pel__rejects_new(pel_engine *engine, const char *path, pel_rejects **out,
                            pel_error *err) {
  const pel_alloc *alloc = pel__engine_alloc(engine);
  pel_rejects *r = pel__alloc_get(alloc, sizeof *r);
  if (!r) return pel_error_set(err, PEL_E_NOMEM, "no memory for rejected rows");
  *r = (pel_rejects){.alloc = alloc};
  pel__buf_init(&r->text, alloc);
  pel_status s = pel__out_open(pel__dir_current(), path, alloc, &r->file, err);
  if (!s) s = pel__spill_new(pel__engine_spill(engine), alloc, &r->spill, err);
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
  pel__spill_free(r->spill);
  PEL_VEC_DEINIT(&r->ends, r->alloc);
  PEL_VEC_DEINIT(&r->rows, r->alloc);
  PEL_VEC_DEINIT(&r->runs, r->alloc);
  pel__buf_deinit(&r->text);
  pel__alloc_free(r->alloc, r, sizeof *r);
}

static int compare(const pel_reject_place *a, const pel_reject_place *b) {
  if (a->reader != b->reader) return a->reader < b->reader ? -1 : 1;
  if (a->ordinal != b->ordinal) return a->ordinal < b->ordinal ? -1 : 1;
  return a->field < b->field ? -1 : a->field > b->field;
}

static int by_place(const void *x, const void *y) {
  const pel_reject *a = x, *b = y;
  const int c = compare(&a->place, &b->place);
  return c ? c : a->at < b->at ? -1 : a->at > b->at;
}

static void sort_part(pel_rejects *r) {
  if (r->rows.n) qsort(r->rows.at, r->rows.n, sizeof *r->rows.at, by_place);
}

/* ---- runs ---- */

static pel_status write_run(pel_rejects *r) {
  pel_buf run;
  pel__buf_init(&run, r->alloc);
  sort_part(r);
  for (size_t i = 0; i < r->rows.n; i++) {
    const pel_reject *row = &r->rows.at[i];
    const pel_reject_head head = {row->place, row->n};
    pel__buf_add(&run, (const char *)&head, sizeof head);
    pel__buf_add(&run, r->text.p + row->at, row->n);
  }
  pel_extent extent = {0, 0};
  pel_status s =
      run.failed ? PEL_E_NOMEM : pel__spill_write(r->spill, run.p, run.n, &extent, NULL);
  pel__buf_deinit(&run);
  if (!s && !PEL_VEC_PUSH(&r->runs, extent, r->alloc)) s = PEL_E_NOMEM;
  r->rows.n = 0;
  r->text.n = 0;
  return s;
}

void pel__rejects_end(void *ctx, uint32_t source, uint64_t ordinal) {
  pel_rejects *r = ctx;
  const pel_reject_end end = {ordinal, source};
  if (!PEL_VEC_PUSH(&r->ends, end, r->alloc)) r->status = PEL_E_NOMEM;
}

static bool is_wanted(const pel_rejects *r, const pel_reject_place *at) {
  for (size_t i = 0; i < r->ends.n; i++)
    if (r->ends.at[i].source == at->source && at->ordinal >= r->ends.at[i].ordinal)
      return false;
  return true;
}

void pel__rejects_keep(void *ctx, uint64_t reader, uint32_t source, uint64_t ordinal,
                       uint32_t field, const char *text, size_t n, const char *why) {
  pel_rejects *r = ctx;
  pel_reject row = {{reader, ordinal, field, source}, r->text.n, 0};
  if (r->status) return;
  pel__buf_printf(&r->text, "# %s\n", why);
  pel__buf_add(&r->text, text, n);
  pel__buf_char(&r->text, '\n');
  row.n = r->text.n - row.at;
  if (r->text.failed || !PEL_VEC_PUSH(&r->rows, row, r->alloc))
    r->status = PEL_E_NOMEM;
  else if (r->text.n >= PART)
    r->status = write_run(r);
}

/* ---- the merge ---- */

/* The window holds `want` bytes of the run from u->at on. */
static pel_status fill(const pel_rejects *r, pel_reject_run *u, size_t want) {
  if (u->n - u->at >= want) return PEL_OK;
  memmove(u->window, u->window + u->at, u->n - u->at);
  u->n -= u->at;
  u->at = 0;
  if (want > u->cap) {
    char *p = pel__alloc_resize(r->alloc, u->window, u->cap, want);
    if (!p) return PEL_E_NOMEM;
    u->window = p;
    u->cap = want;
  }
  const uint64_t left = u->extent.length - u->next;
  const size_t n = left < u->cap - u->n ? (size_t)left : u->cap - u->n;
  const pel_status s =
      pel__spill_read(r->spill, u->extent, u->next, u->window + u->n, n, NULL);
  u->n += n;
  u->next += n;
  return s ? s : u->n < want ? PEL_E_INTERNAL : PEL_OK;
}

static pel_status next_row(const pel_rejects *r, pel_reject_run *u) {
  if (u->at == u->n && u->next == u->extent.length) return u->over = true, PEL_OK;
  pel_status s = fill(r, u, sizeof u->head);
  if (s) return s;
  memcpy(&u->head, u->window + u->at, sizeof u->head);
  u->at += sizeof u->head;
  return fill(r, u, (size_t)u->head.n);
}

static bool before(const pel_reject_run *a, const pel_reject_run *b) {
  if (a->over || b->over) return !a->over && b->over;
  const int c = compare(&a->head.place, &b->head.place);
  return c ? c < 0 : a->extent.offset < b->extent.offset;
}

/* heap[i] may be greater than its children. */
static void sink(pel_reject_run **heap, size_t n, size_t i) {
  for (size_t k; (k = 2 * i + 1) < n; i = k) {
    if (k + 1 < n && before(heap[k + 1], heap[k])) k++;
    if (!before(heap[k], heap[i])) return;
    pel_reject_run *t = heap[i];
    heap[i] = heap[k];
    heap[k] = t;
  }
}

static pel_status merge(pel_rejects *r, pel_reject_run *runs, pel_reject_run **heap) {
  const size_t n = r->runs.n;
  pel_status s = PEL_OK;
  for (size_t i = 0; i < n && !s; i++) {
    heap[i] = &runs[i];
    runs[i] = (pel_reject_run){.extent = r->runs.at[i],
                               .window = pel__alloc_get(r->alloc, WINDOW),
                               .cap = WINDOW};
    s = runs[i].window ? next_row(r, &runs[i]) : PEL_E_NOMEM;
  }
  for (size_t i = n / 2; i-- > 0 && !s;) sink(heap, n, i);
  while (!s && !heap[0]->over) {
    if (is_wanted(r, &heap[0]->head.place))
      s = pel__out_write(r->file, heap[0]->window + heap[0]->at, (size_t)heap[0]->head.n,
                         NULL);
    heap[0]->at += (size_t)heap[0]->head.n;
    if (!s) s = next_row(r, heap[0]);
    sink(heap, n, 0);
  }
  return s;
}

static pel_status write_merged(pel_rejects *r) {
  pel_status s = r->rows.n ? write_run(r) : PEL_OK;
  if (s) return s;
  const size_t n = r->runs.n;
  pel_reject_run *runs = pel__alloc_get(r->alloc, n * sizeof *runs);
  pel_reject_run **heap = pel__alloc_get(r->alloc, n * sizeof *heap);
  if (runs) memset(runs, 0, n * sizeof *runs);
  s = runs && heap ? merge(r, runs, heap) : PEL_E_NOMEM;
  for (size_t i = 0; runs && i < n; i++)
    if (runs[i].window) pel__alloc_free(r->alloc, runs[i].window, runs[i].cap);
  if (runs) pel__alloc_free(r->alloc, runs, n * sizeof *runs);
  if (heap) pel__alloc_free(r->alloc, heap, n * sizeof *heap);
  return s;
}

static pel_status write_rows(pel_rejects *r) {
  pel_status s = PEL_OK;
  if (r->runs.n) return write_merged(r);
  sort_part(r);
  for (size_t i = 0; i < r->rows.n && !s; i++)
    if (is_wanted(r, &r->rows.at[i].place))
      s = pel__out_write(r->file, r->text.p + r->rows.at[i].at, r->rows.at[i].n, NULL);
  return s;
}

pel_status pel__rejects_commit(pel_rejects *r, pel_error *err) {
  if (!r->status) r->status = write_rows(r);
  if (r->status)
    return pel_error_set(err, r->status, "the rejected rows could not be kept");
  return pel__out_commit(r->file, err);
}
