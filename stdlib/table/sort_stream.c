/* Sorted files as one sorted stream: a block of each in memory, the least row found by a
 * tree of losers. */
#include "stdlib/table/look.h"
#include "stdlib/table/losers.h"
#include "stdlib/table/sort.h"

typedef struct stream {
  const pel_sort_file *file;
  size_t next_extent;
  char *buf;
  const char *row, *end; /* row NULL: the file is over */
} stream;

struct pel_sort_merge {
  pel_sort_merge *next;
  const pel_sort_params *params;
  uint64_t rows; /* of the unit, given so far */
  uint32_t n;
  uint32_t *losers;
  stream streams[];
};

static size_t merge_size(uint32_t n) {
  return sizeof(pel_sort_merge) + n * sizeof(stream) + (n + 1) * sizeof(uint32_t);
}

typedef struct head {
  uint64_t hi, lo, ordinal;
  const char *rest;
  uint32_t rest_n;
} head;

PEL_INLINE head head_of(const char *row) {
  head h;
  memcpy(&h.hi, row + 4, 24);
  memcpy(&h.rest_n, row + 28, 4);
  h.rest = row + 32;
  return h;
}

static bool before(const void *ctx, uint32_t a, uint32_t b) {
  const stream *streams = (const stream *)ctx;
  if (!streams[a].row || !streams[b].row) return streams[a].row != NULL;
  const head x = head_of(streams[a].row), y = head_of(streams[b].row);
  if (x.hi != y.hi) return x.hi < y.hi;
  if (x.lo != y.lo) return x.lo < y.lo;
  int c = memcmp(x.rest, y.rest, x.rest_n < y.rest_n ? x.rest_n : y.rest_n);
  if (c) return c < 0;
  return x.rest_n != y.rest_n ? x.rest_n < y.rest_n : x.ordinal < y.ordinal;
}

static pel_status next_block(const pel_env *env, stream *s) {
  s->row = NULL;
  if (s->next_extent == s->file->n) return PEL_OK;
  const pel_sort_extent *e = &s->file->extents[s->next_extent++];
  pel_status status = env->spill_read(env, e->offset, s->buf, e->bytes);
  if (status) return status;
  s->row = s->buf;
  s->end = s->buf + e->bytes;
  return PEL_OK;
}

PEL_INLINE uint32_t row_size(const char *row) {
  uint32_t n;
  memcpy(&n, row, sizeof n);
  return n;
}

/* The winner's row has been used. */
static pel_status advance(const pel_env *env, pel_sort_merge *m) {
  const uint32_t i = m->losers[0];
  stream *s = &m->streams[i];
  s->row += row_size(s->row);
  if (s->row == s->end) {
    pel_status status = next_block(env, s);
    if (status) return status;
  }
  pel__losers_replay(m->losers, m->n, i, before, m->streams);
  return PEL_OK;
}

void pel__sort_merge_free(const pel_env *env, pel_sort_merge *m) {
  for (uint32_t i = 0; i < m->n; i++)
    if (m->streams[i].buf) env->free(env, m->streams[i].buf, m->streams[i].file->largest);
  env->free(env, m, merge_size(m->n));
}

pel_status pel__sort_merge_new(const pel_env *env, const pel_sort_params *p,
                               pel_sort_file *files, pel_sort_merge **out) {
  uint32_t n = 0;
  for (const pel_sort_file *f = files; f; f = f->next) n++;
  pel_sort_merge *m = (pel_sort_merge *)env->alloc(env, merge_size(n));
  if (!m) return PEL_E_NOMEM;
  memset(m, 0, merge_size(n));
  m->params = p;
  m->n = n;
  m->losers = (uint32_t *)(void *)&m->streams[n];
  pel_status s = PEL_OK;
  uint32_t i = 0;
  for (const pel_sort_file *f = files; f && !s; f = f->next, i++) {
    m->streams[i] = (stream){f, 0, (char *)env->alloc(env, f->largest), NULL, NULL};
    s = m->streams[i].buf ? next_block(env, &m->streams[i]) : PEL_E_NOMEM;
  }
  if (s) {
    pel__sort_merge_free(env, m);
    return s;
  }
  pel__losers_init(m->losers, n, before, m->streams);
  *out = m;
  return PEL_OK;
}

PEL_INLINE const char *top(const pel_sort_merge *m) {
  return m->n ? m->streams[m->losers[0]].row : NULL;
}

pel_status pel__sort_merge_write(pel_sort_merge *m, const pel_env *env, pel_sort_file *to,
                                 size_t block) {
  pel_sort_writer w = {to, (char *)env->alloc(env, block), 0, block, 0};
  if (!w.buf) return PEL_E_NOMEM;
  pel_status s = PEL_OK;
  const char *row;
  for (size_t i = 0; !s && (row = top(m)) != NULL; i++) {
    if (pel__look(env, i)) s = PEL_E_CANCELLED;
    if (!s) s = pel__sort_write_row(&w, env, row, row_size(row));
    if (!s) s = advance(env, m);
  }
  if (!s) s = pel__sort_write_end(&w, env);
  env->free(env, w.buf, w.cap);
  return s;
}

/* ---- emission ---- */

static void link_merge(pel_sort_state *s, pel_sort_merge *m) {
  pel__spin_lock(&s->lock);
  m->next = s->merges;
  s->merges = m;
  pel__spin_unlock(&s->lock);
}

static void unlink_merge(pel_sort_state *s, pel_sort_merge *m) {
  pel__spin_lock(&s->lock);
  pel_sort_merge **p = &s->merges;
  while (*p != m) p = &(*p)->next;
  *p = m->next;
  pel__spin_unlock(&s->lock);
}

void pel__sort_stream_close(const pel_env *env, pel_sort_state *s) {
  for (pel_sort_merge *m = s->merges, *next; m; m = next) {
    next = m->next;
    pel__sort_merge_free(env, m);
  }
  s->merges = NULL;
}

/* Reads up to a block of rows into columns of scratch. */
static pel_status read_rows(const pel_env *env, pel_sort_merge *m, pel_column *columns,
                            uint32_t *rows) {
  const pel_mem temp = {env, true};
  pel_heap heap = {NULL, NULL, 0, 0, 0};
  const uint64_t left = m->params->unit_rows - m->rows;
  const uint32_t most = left < PEL_BLOCK_ROWS ? (uint32_t)left : PEL_BLOCK_ROWS;
  for (*rows = 0; *rows < most; ++*rows) {
    const char *row = top(m);
    if (!row) break;
    const head h = head_of(row);
    const char *p = h.rest + h.rest_n;
    for (uint32_t i = 0; i < m->params->ncols; i++)
      if (!pel__cell_read(temp, &columns[i], &heap, &p)) return PEL_E_NOMEM;
    pel_status s = advance(env, m);
    if (s) return s;
  }
  return PEL_OK;
}

static pel_status emit_rows(const pel_env *env, pel_sort_merge *m, const pel_unit *unit,
                            pel_chunk *out) {
  const pel_mem temp = {env, true};
  const uint32_t ncols = m->params->ncols;
  pel_column *columns = (pel_column *)env->temp(env, (ncols + 1) * sizeof *columns);
  pel_col *cols = (pel_col *)env->temp(env, (ncols + 1) * sizeof *cols);
  if (!columns || !cols) return PEL_E_NOMEM;
  for (uint32_t i = 0; i < ncols; i++)
    if (!pel__column_init(temp, &columns[i], m->params->types[i]) ||
        !pel__column_reserve(temp, &columns[i], PEL_BLOCK_ROWS))
      return PEL_E_NOMEM;
  uint32_t rows;
  pel_status s = read_rows(env, m, columns, &rows);
  if (s) return s;
  for (uint32_t i = 0; i < ncols; i++) {
    pel__column_freeze(&columns[i]);
    cols[i] = pel__column_head(&columns[i]);
  }
  *out = (pel_chunk){rows, rows, NULL, ncols, cols, unit->index << 32 | m->rows};
  m->rows += rows;
  return PEL_OK;
}

uint64_t pel__sort_stream_units(const pel_sort_state *s) {
  const uint64_t unit = s->params->unit_rows;
  uint64_t rows = 0;
  for (const pel_sort_file *f = s->files; f; f = f->next)
    for (size_t i = 0; i < f->n; i++) rows += f->extents[i].rows;
  return rows / unit + (rows % unit != 0);
}

/* Units behind the first, which few sorts have, merge what stands in front of them once
 * more: there is no way into the middle of a merge. */
static pel_status skip_rows(const pel_env *env, pel_sort_merge *m, uint64_t rows) {
  pel_status s = PEL_OK;
  for (uint64_t i = 0; i < rows && top(m) && !s; i++)
    s = pel__look(env, i) ? PEL_E_CANCELLED : advance(env, m);
  return s;
}

static pel_status begin_unit(const pel_env *env, pel_sort_state *s, uint64_t number,
                             pel_sort_merge **out) {
  const pel_status status = pel__sort_merge_new(env, s->params, s->files, out);
  if (status) return status;
  link_merge(s, *out);
  return skip_rows(env, *out, number * s->params->unit_rows);
}

/* cursor: 0 at first, then the address of the merge; 1: over. */
pel_status pel__sort_stream_emit(const pel_env *env, pel_sort_state *s,
                                 const pel_unit *unit, pel_cursor *cursor,
                                 pel_chunk *out) {
  pel_sort_merge *m = (pel_sort_merge *)(uintptr_t)cursor->word[0];
  if (cursor->word[0] == 1) return PEL_DONE;
  if (!m) {
    const pel_status status = begin_unit(env, s, unit->index, &m);
    if (status) return status;
    cursor->word[0] = (uintptr_t)m;
  }
  if (top(m) && m->rows < s->params->unit_rows) return emit_rows(env, m, unit, out);
  unlink_merge(s, m);
  pel__sort_merge_free(env, m);
  cursor->word[0] = 1;
  return PEL_DONE;
}
