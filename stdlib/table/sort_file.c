/* Runs in the spill file: rows as bytes, in blocks that are read back whole. A row: its
 * length, the first 16 bytes of its key, ordinal, length of the key's rest, the rest, its
 * cells. */
#include "stdlib/table/look.h"
#include "stdlib/table/sort.h"

enum { BLOCKS_OF_RUN = 128, LEAST_BLOCK = 1 << 11, LARGEST_BLOCK = 1 << 15 };

void pel__sort_file_free(const pel_env *env, pel_sort_file *f) {
  if (f->extents) env->free(env, f->extents, f->cap * sizeof *f->extents);
  env->free(env, f, sizeof *f);
}

static bool have_extent(const pel_env *env, pel_sort_file *f) {
  if (f->n < f->cap) return true;
  size_t cap = f->cap ? f->cap * 2 : 32, size = sizeof *f->extents;
  pel_sort_extent *p =
      (pel_sort_extent *)(f->extents
                              ? env->resize(env, f->extents, f->cap * size, cap * size)
                              : env->alloc(env, cap * size));
  if (!p) return false;
  f->extents = p;
  f->cap = cap;
  return true;
}

static pel_status flush(pel_sort_writer *w, const pel_env *env) {
  if (w->n == 0) return PEL_OK;
  if (!have_extent(env, w->file)) return PEL_E_NOMEM;
  uint64_t offset;
  pel_status s = env->spill_write(env, w->buf, w->n, &offset);
  if (s) return s;
  w->file->extents[w->file->n++] = (pel_sort_extent){offset, (uint32_t)w->n, w->rows};
  if (w->n > w->file->largest) w->file->largest = (uint32_t)w->n;
  w->n = w->rows = 0;
  return PEL_OK;
}

/* Room for a row of n bytes; NULL with *s set. */
static char *row_room(pel_sort_writer *w, const pel_env *env, size_t n, pel_status *s) {
  *s = w->n + n > w->cap ? flush(w, env) : PEL_OK;
  if (!*s && n > w->cap) {
    char *buf = n > UINT32_MAX / 2 ? NULL : (char *)env->alloc(env, n);
    if (!buf) {
      *s = PEL_E_NOMEM;
    } else {
      env->free(env, w->buf, w->cap);
      w->buf = buf;
      w->cap = n;
    }
  }
  if (*s) return NULL;
  char *p = w->buf + w->n;
  w->n += n;
  w->rows++;
  return p;
}

pel_status pel__sort_write_row(pel_sort_writer *w, const pel_env *env, const char *row,
                               size_t n) {
  pel_status s;
  char *p = row_room(w, env, n, &s);
  if (p) memcpy(p, row, n);
  return s;
}

pel_status pel__sort_write_end(pel_sort_writer *w, const pel_env *env) {
  return flush(w, env);
}

/* ---- a run ---- */

static pel_status write_entry(pel_sort_writer *w, const pel_env *env,
                              const pel_sort_run *run, const pel_sort_entry *e) {
  const pel_place at = pel__store_place(&run->store, e->id);
  const pel_sort_rest rest = e->rest ? run->rests[e->rest - 1] : (pel_sort_rest){NULL, 0};
  size_t size = sizeof(uint32_t) * 2 + 3 * sizeof(uint64_t) + rest.n;
  for (uint32_t i = 0; i < run->store.ncols; i++) {
    const pel_col c = pel__column_head(&at.block->cols[i]);
    size += pel__cell_size(&c, at.row);
  }
  if (size > UINT32_MAX / 2) return PEL_E_LIMIT;
  pel_status s;
  char *p = row_room(w, env, size, &s);
  if (!p) return s;
  const uint32_t n = (uint32_t)size, rest_n = (uint32_t)rest.n;
  memcpy(p, &n, 4);
  memcpy(p + 4, &e->hi, 24); /* hi, lo, ordinal */
  memcpy(p + 28, &rest_n, 4);
  if (rest_n) memcpy(p + 32, rest.p, rest_n);
  p += 32 + rest_n;
  for (uint32_t i = 0; i < run->store.ncols; i++) {
    const pel_col c = pel__column_head(&at.block->cols[i]);
    p = pel__cell_write(&c, at.row, p);
  }
  return PEL_OK;
}

static pel_status write_run(const pel_env *env, const pel_sort_run *run,
                            pel_sort_file *file) {
  size_t block = pel__sort_run_bytes(run) / BLOCKS_OF_RUN;
  block = block < LEAST_BLOCK     ? LEAST_BLOCK
          : block > LARGEST_BLOCK ? LARGEST_BLOCK
                                  : block;
  pel_sort_writer w = {file, (char *)env->alloc(env, block), 0, block, 0};
  if (!w.buf) return PEL_E_NOMEM;
  pel_status s = PEL_OK;
  for (size_t i = 0; i < run->n && !s; i++)
    s = pel__look(env, i) ? PEL_E_CANCELLED : write_entry(&w, env, run, &run->entries[i]);
  if (!s) s = flush(&w, env);
  env->free(env, w.buf, w.cap);
  return s;
}

pel_status pel__sort_run_spill(pel_sort_state *s, const pel_env *env, pel_sort_run *run) {
  if (run->n == 0) return PEL_OK;
  pel_sort_file *file = (pel_sort_file *)env->alloc(env, sizeof *file);
  if (!file) return PEL_E_NOMEM;
  memset(file, 0, sizeof *file);
  pel_status status = pel__sort_run_sort(env, run);
  pel__store_freeze(&run->store);
  if (!status) status = write_run(env, run, file);
  if (status) {
    pel__sort_file_free(env, file);
    return status;
  }
  pel__sort_run_free(env, run);
  pel__spin_lock(&s->lock);
  file->next = s->files;
  s->files = file;
  if (!s->spilled)
    s->spilled = true; /* tasks, which look without the lock, find it set */
  pel__spin_unlock(&s->lock);
  return PEL_OK;
}
