/* A reader of CSV run without an engine: an environment in memory, one file, two workers
 * that take turns, and everything that comes out as text. For unit tests and the fuzz
 * harness, so all of it stands in headers. The world owns what it hands out until
 * world_deinit; one thread. */
#ifndef PEL_TESTS_CSV_WORLD_H
#define PEL_TESTS_CSV_WORLD_H

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "pel/op.h"
#include "runtime/base/str.h"

extern const pel_op pel_op_read_csv;

static inline void world_require(bool good, const char *what) {
  if (good) return;
  fprintf(stderr, "csv: %s\n", what);
  abort();
}

typedef struct world_note {
  uint64_t ordinal;
  char text[1200];
} world_note;

typedef struct world world;

/* What is read, and how. */
typedef struct world_case {
  const char *bytes;
  size_t n;
  uint32_t unit; /* bytes; 0: the reader's own */
  uint32_t ncols;
  const pel_type *const *types;
  const char *const *names;
  pel_const args[2]; /* path, options */
  const uint32_t *columns;
  uint32_t ncolumns;
  bool filter;    /* pushed down: see world_keeps, on the first requested column */
  uint32_t turns; /* how the two workers take turns: a bit per unit */
  /* Shown every chunk, and after the last one of a unit NULL; not after a failure. NULL:
   * nobody looks. */
  void (*see)(void *eye, world *w, const pel_unit *unit, const pel_chunk *c);
  void *eye;
} world_case;

struct world {
  pel_env env;
  const world_case *c;
  world_note failure;
  bool failed;
  world_note *poisons;
  uint32_t npoisons, nrejects;
  void *temps;  /* a chain */
  void *bound;  /* likewise, of bind */
  int64_t live; /* allocations */
};

static inline world *world_of(const pel_env *e) { return e->ctx; }

static inline void *world_chain(void **chain, size_t n) {
  char *p = aligned_alloc(64, (n + 64 + 63) / 64 * 64);
  world_require(p != NULL, "the machine has no memory");
  memcpy(p, chain, sizeof *chain);
  *chain = p;
  return p + 64;
}
static inline void world_unchain(void **chain) {
  for (void *next; *chain; *chain = next) {
    memcpy(&next, *chain, sizeof next);
    free(*chain);
  }
}

/* Filled with rubbish, so that nothing relies on zeros; exact, so that sanitizers see
 * what runs over. */
static inline void *world_alloc(const pel_env *e, size_t n) {
  char *p = malloc(n ? n : 1);
  world_require(p != NULL, "the machine has no memory");
  memset(p, 0xa5, n);
  world_of(e)->live++;
  return p;
}
static inline void world_free(const pel_env *e, void *p, size_t n) {
  (void)n;
  world_of(e)->live -= p != NULL;
  free(p);
}
static inline void *world_resize(const pel_env *e, void *p, size_t old_n, size_t n) {
  char *q = world_alloc(e, n);
  if (p) memcpy(q, p, old_n < n ? old_n : n);
  world_free(e, p, old_n);
  return q;
}
static inline void *world_temp(const pel_env *e, size_t n) {
  return world_chain(&world_of(e)->temps, n);
}

static inline pel_status world_open(const pel_env *e, const char *path, pel_file **out,
                                    uint64_t *size) {
  (void)path;
  *out = e->ctx;
  *size = world_of(e)->c->n;
  return PEL_OK;
}
static inline pel_status world_read(const pel_env *e, pel_file *f, uint64_t at, void *p,
                                    size_t n, size_t *got) {
  const world_case *c = world_of(e)->c;
  (void)f;
  *got = at >= c->n ? 0 : n < c->n - at ? n : (size_t)(c->n - at);
  if (*got) memcpy(p, c->bytes + at, *got);
  return PEL_OK;
}
static inline void world_close(const pel_env *e, pel_file *f) { (void)e, (void)f; }

PEL_PRINTF(4, 5)
static inline pel_status world_fail(const pel_env *e, uint64_t ordinal, const char *code,
                                    const char *fmt, ...) {
  world *w = world_of(e);
  va_list args;
  (void)code;
  if (w->failed && w->failure.ordinal <= ordinal) return PEL_E_FAILED;
  va_start(args, fmt);
  vsnprintf(w->failure.text, sizeof w->failure.text, fmt, args);
  va_end(args);
  w->failure.ordinal = ordinal;
  w->failed = true;
  return PEL_E_FAILED;
}
PEL_PRINTF(4, 5)
static inline uint32_t world_poison(const pel_env *e, uint64_t ordinal, const char *code,
                                    const char *fmt, ...) {
  world *w = world_of(e);
  va_list args;
  (void)code;
  if ((w->npoisons & (w->npoisons - 1)) == 0)
    w->poisons = realloc(
        w->poisons, (w->npoisons ? 2 * (size_t)w->npoisons : 1) * sizeof *w->poisons);
  world_note *note = &w->poisons[w->npoisons++];
  va_start(args, fmt);
  vsnprintf(note->text, sizeof note->text, fmt, args);
  va_end(args);
  note->ordinal = ordinal;
  return w->npoisons;
}
static inline void world_reject(const pel_env *e, uint64_t ordinal, uint32_t field,
                                const char *text, size_t n, const char *why) {
  (void)field;
  (void)ordinal, (void)text, (void)n, (void)why;
  world_of(e)->nrejects++;
}

static inline void world_init(world *w, const world_case *c) {
  memset(w, 0, sizeof *w);
  w->c = c;
  w->env = (pel_env){.size = sizeof w->env,
                     .ctx = w,
                     .alloc = world_alloc,
                     .resize = world_resize,
                     .free = world_free,
                     .temp = world_temp,
                     .open = world_open,
                     .read_at = world_read,
                     .close = world_close,
                     .fail = world_fail,
                     .poison = world_poison,
                     .reject = world_reject,
                     .hash_bits = 64,
                     .morsel_rows = c->unit};
}
static inline void world_deinit(world *w) {
  world_unchain(&w->temps);
  world_unchain(&w->bound);
  free(w->poisons);
}

/* ---- cells and rows as text ---- */

static inline void world_number(pel_buf *b, pel_kind kind, const void *data,
                                uint32_t row) {
  switch ((int)kind) {
    case PEL_I8:
      pel__buf_printf(b, "%d", ((const int8_t *)data)[row]);
      break;
    case PEL_I16:
      pel__buf_printf(b, "%d", ((const int16_t *)data)[row]);
      break;
    case PEL_I32:
    case PEL_DATE:
      pel__buf_printf(b, "%" PRId32, ((const int32_t *)data)[row]);
      break;
    case PEL_U8:
      pel__buf_printf(b, "%u", ((const uint8_t *)data)[row]);
      break;
    case PEL_U16:
      pel__buf_printf(b, "%u", ((const uint16_t *)data)[row]);
      break;
    case PEL_U32:
      pel__buf_printf(b, "%" PRIu32, ((const uint32_t *)data)[row]);
      break;
    case PEL_U64:
      pel__buf_printf(b, "%" PRIu64, ((const uint64_t *)data)[row]);
      break;
    case PEL_F32:
      pel__buf_printf(b, "%a", (double)((const float *)data)[row]);
      break;
    case PEL_F64:
      pel__buf_printf(b, "%a", ((const double *)data)[row]);
      break;
    case PEL_BOOL:
      pel__buf_text(b, ((const uint8_t *)data)[row] ? "true" : "false");
      break;
    default:
      pel__buf_printf(b, "%" PRId64, ((const int64_t *)data)[row]);
      break; /* time and dur in their units */
  }
}

/* A valid value: of numbers and times what they hold, of text its length and bytes. */
static inline void world_value(pel_buf *b, pel_kind kind, const void *data,
                               uint32_t row) {
  if (kind != PEL_STR && kind != PEL_BYTES) {
    world_number(b, kind, data, row);
    return;
  }
  const pel_view *v = (const pel_view *)data + row;
  pel__buf_printf(b, "<%u:", v->in.n);
  pel__buf_add(b, pel_view_bytes(v), v->in.n);
  pel__buf_char(b, '>');
}

static inline void world_print(pel_buf *b, const world *w, const pel_col *c,
                               uint32_t row) {
  if (c->state && c->state[row] == PEL_NULL) {
    pel__buf_text(b, "null");
  } else if (c->state && c->state[row] == PEL_POISON) {
    pel__buf_printf(b, "{%s}", w->poisons[c->fail[row] - 1].text);
  } else {
    world_value(b, c->type->kind, c->data, row);
  }
}

/* Valid, and neither text of an odd length nor a number that three divides. */
static inline bool world_keeps(const pel_col *c, uint32_t row) {
  if (c->state && c->state[row] != PEL_VALID) return false;
  if (c->type->kind == PEL_I64) return ((const int64_t *)c->data)[row] % 3 != 0;
  if (c->type->kind == PEL_STR || c->type->kind == PEL_BYTES)
    return ((const pel_view *)c->data)[row].in.n % 2 == 0;
  return true;
}

static inline pel_status world_filter(void *ctx, const pel_env *e, const pel_chunk *in,
                                      uint16_t *sel, uint32_t *nsel) {
  (void)ctx, (void)e;
  uint32_t n = 0;
  for (uint32_t i = 0; i < in->nsel; i++) {
    const uint32_t row = in->sel ? in->sel[i] : i;
    if (world_keeps(&in->cols[0], row)) sel[n++] = (uint16_t)row;
  }
  *nsel = n;
  return PEL_OK;
}

/* Rows of one unit, in order. */
typedef struct world_unit {
  pel_buf text;
  uint32_t rows;
  bool failed;
} world_unit;

static inline void world_chunk(world *w, world_unit *u, const pel_unit *unit,
                               const pel_chunk *c) {
  world_require(c->rows > 0 && c->rows <= PEL_BLOCK_ROWS && c->nsel <= c->rows,
                "a chunk has an odd number of rows");
  world_require(c->ordinal == (unit->index << 32 | u->rows), "ordinals are not dense");
  for (uint32_t i = 0; i < c->nsel; i++) {
    const uint32_t row = c->sel ? c->sel[i] : i;
    world_require(row < c->rows && (!c->sel || !i || row > c->sel[i - 1]),
                  "a selection does not ascend");
    for (uint32_t k = 0; k < c->ncols; k++) {
      if (k) pel__buf_char(&u->text, ' ');
      world_print(&u->text, w, &c->cols[k], row);
    }
    pel__buf_char(&u->text, '\n');
  }
  u->rows += c->rows;
}

static inline void world_scan(world *w, void *state, void *local, const pel_unit *unit,
                              world_unit *u) {
  pel_cursor cursor = {{0}};
  pel_chunk chunk;
  pel_status s;
  while (!(s = pel_op_read_csv.scan(&w->env, state, local, unit, &cursor, &chunk))) {
    world_chunk(w, u, unit, &chunk);
    if (w->c->see) w->c->see(w->c->eye, w, unit, &chunk);
    world_unchain(&w->temps);
  }
  world_require(s == PEL_DONE || (s == PEL_E_FAILED && w->failed),
                "scan answers an odd status");
  u->failed = s != PEL_DONE;
  if (w->c->see && !u->failed) w->c->see(w->c->eye, w, unit, NULL);
}

/* Two workers: the second unit claimed may be read before the first one. */
static inline void world_units(world *w, void *state, world_unit **units, size_t *n) {
  void *locals[2];
  bool more = true;
  for (int i = 0; i < 2; i++)
    world_require(!pel_op_read_csv.local_init(&w->env, state, &locals[i]), "local_init");
  for (uint32_t turn = 0; more; turn++) {
    pel_unit unit[2];
    int claimed = 0;
    while (claimed < 2 && more) {
      const pel_status s =
          pel_op_read_csv.next_unit(&w->env, state, locals[claimed], &unit[claimed]);
      world_require(s == PEL_OK || s == PEL_DONE, "next_unit answers an odd status");
      if (s == PEL_OK)
        claimed++;
      else
        more = false;
    }
    for (int i = 0; i < claimed; i++) {
      const int k = w->c->turns >> (turn % 32) & 1 ? claimed - 1 - i : i;
      const size_t at = unit[k].index;
      if (at >= *n) {
        const size_t room = 2 * (at + 1); /* one by one is slow under a sanitizer; what is
                                             never claimed stays empty */
        *units = realloc(*units, room * sizeof **units);
        memset(*units + *n, 0, (room - *n) * sizeof **units);
        *n = room;
      }
      world_scan(w, state, locals[k], &unit[k], &(*units)[at]);
    }
  }
  for (int i = 0; i < 2; i++) pel_op_read_csv.local_fini(&w->env, state, locals[i]);
}

static inline void *world_bound(const pel_bind *b, size_t n) {
  return world_chain(&((world *)b->ctx)->bound, n);
}

/* Everything the reader gives, as text: the rows, up to the first failure; then that. */
static inline void world_read_all(const world_case *c, pel_buf *out) {
  world w;
  pel_error error = {0};
  void *params = NULL, *state = NULL;
  world_unit *units = NULL;
  size_t n = 0;
  world_init(&w, c);
  const pel_bind bind = {.alloc = world_bound,
                         .ctx = &w,
                         .args = c->args,
                         .nargs = 2,
                         .out = c->types,
                         .out_names = c->names,
                         .nout = c->ncols};
  const uint32_t first = 0;
  const pel_request request = {.columns = c->columns,
                               .ncolumns = c->ncolumns,
                               .limit = UINT64_MAX,
                               .filter = c->filter ? world_filter : NULL,
                               .filter_columns = &first,
                               .nfilter = c->filter};
  world_require(!pel_op_read_csv.bind(&bind, &params, &error), "bind refuses");
  const pel_status s = pel_op_read_csv.open(&w.env, params, &request, &state);
  world_require(s == PEL_OK || (s == PEL_E_FAILED && w.failed),
                "open answers an odd status");
  if (!s) {
    world_units(&w, state, &units, &n);
    pel_op_read_csv.close(&w.env, state);
  }
  world_require(w.live == 0, "memory was not given back");
  bool failed = s != PEL_OK;
  for (size_t i = 0; i < n; i++) {
    if (!failed) pel__buf_str(out, (pel_str){units[i].text.p, units[i].text.n});
    failed |= units[i].failed;
    pel__buf_deinit(&units[i].text);
  }
  if (w.failed)
    pel__buf_printf(out, "failed: %s\n", w.failure.text);
  else
    pel__buf_printf(out, "%u rejects\n", w.nrejects);
  free(units);
  world_deinit(&w);
}
#endif
