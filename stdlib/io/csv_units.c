#include "stdlib/io/csv_units.h"

#include "runtime/base/check.h"

static void *get(const pel_env *env, uint64_t n, size_t size) {
  size_t bytes;
  if (!pel__size_mul((size_t)n, size, &bytes)) return NULL;
  void *p = env->alloc(env, bytes);
  if (p) memset(p, 0, bytes);
  return p;
}

pel_status pel__csv_units_init(pel_csv_units *u, const pel_env *env,
                               const pel_csv_dialect *d, pel_file *f, uint64_t begin,
                               uint64_t end, uint64_t first_line, uint64_t size) {
  const uint64_t most = UINT64_C(1) << 22; /* units, so that their table stays small */
  if ((end - begin) / size >= most) size = (end - begin) / most + 1;
  *u = (pel_csv_units){.dialect = d, .file = f, .begin = begin, .end = end, .size = size};
  u->count = (end - begin + size - 1) / size;
  u->class_of = get(env, u->count + 1, sizeof *u->class_of);
  u->known = get(env, u->count + 1, 1);
  u->state_at = get(env, u->count + 1, 1);
  u->line_at = get(env, u->count + 1, sizeof *u->line_at);
  if (!u->class_of || !u->known || !u->state_at || !u->line_at) return PEL_E_NOMEM;
  u->state_at[0] = PEL_CSV_ROW;
  u->line_at[0] = first_line;
  return PEL_OK;
}

void pel__csv_units_deinit(pel_csv_units *u, const pel_env *env) {
  const size_t n = (size_t)u->count + 1;
  env->free(env, u->class_of, n * sizeof *u->class_of);
  env->free(env, u->known, n);
  env->free(env, u->state_at, n);
  env->free(env, u->line_at, n * sizeof *u->line_at);
}

bool pel__csv_units_claim(pel_csv_units *u, uint64_t *index) {
  const uint64_t i = pel__add_u64(&u->next, 1, PEL_RELAXED); /* only the number counts */
  if (i >= u->count) return false;
  *index = i;
  return true;
}

/* Under the lock. */
static void publish(pel_csv_units *u, uint64_t i, const pel_csv_class *c) {
  if (!u->known[i]) {
    u->class_of[i] = *c;
    u->known[i] = 1;
  }
  for (; u->resolved < u->count && u->known[u->resolved]; u->resolved++) {
    const uint64_t r = u->resolved;
    u->state_at[r + 1] = u->class_of[r].end[u->state_at[r]];
    u->line_at[r + 1] = u->line_at[r] + u->class_of[r].newlines;
  }
}

static pel_status classify_again(pel_csv_units *u, const pel_env *env, uint64_t i,
                                 pel_csv_class *out) {
  const size_t n = (size_t)pel__csv_unit_bytes(u, i);
  size_t got = 0;
  char *p = env->alloc(env, n + PEL_CSV_PAD);
  if (!p) return PEL_E_NOMEM;
  const pel_status s = env->read_at(env, u->file, pel__csv_unit_begin(u, i), p, n, &got);
  if (!s) pel__csv_classify(u->dialect, p, got, out);
  env->free(env, p, n + PEL_CSV_PAD);
  return s;
}

pel_status pel__csv_units_resolve(pel_csv_units *u, const pel_env *env, uint64_t index,
                                  const char *p, uint8_t *state, uint64_t *line) {
  pel_csv_class c;
  uint64_t at = index;
  pel__csv_classify(u->dialect, p, (size_t)pel__csv_unit_bytes(u, index), &c);
  for (;;) {
    pel__spin_lock(&u->lock);
    publish(u, at, &c);
    const bool there = u->resolved >= index;
    *state = u->state_at[index];
    *line = u->line_at[index];
    at = u->resolved;
    pel__spin_unlock(&u->lock);
    if (there) return PEL_OK;
    const pel_status s = classify_again(u, env, at, &c);
    if (s) return s;
  }
}
