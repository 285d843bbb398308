#include "stdlib/agg/text.h"

#include "stdlib/agg/agg.h"

int pel__agg_text_cmp(const pel_agg_text *t, const char *p, uint32_t n) {
  uint32_t m = t->n < n ? t->n : n;
  int c = m ? memcmp(t->p, p, m) : 0;
  return c ? (c < 0 ? -1 : 1) : (t->n > n) - (t->n < n);
}

bool pel__agg_text_set(const pel_env *env, pel_agg_text *t, const char *p, uint32_t n) {
  if (n > t->cap) {
    uint32_t cap = n < 16 ? 16 : n > UINT32_MAX / 2 ? n : n + n / 2;
    char *q = (char *)env->alloc(env, cap);
    if (!q) return false;
    if (t->p) env->free(env, t->p, t->cap);
    t->p = q;
    t->cap = cap;
  }
  if (n) memcpy(t->p, p, n);
  t->n = n;
  t->seen = 1;
  return true;
}

void pel__agg_text_free(const pel_env *env, pel_agg_text *t) {
  if (t->p) env->free(env, t->p, t->cap);
  *t = (pel_agg_text){NULL, 0, 0, 0};
}

pel_status pel__agg_text_finish(const pel_env *env, void *const *states, uint32_t n,
                                const uint64_t *ordinals, pel_col *out,
                                const char *name) {
  pel_view *result = (pel_view *)out->data;
  for (uint32_t k = 0; k < n; k++) {
    const pel_agg_text *t = (const pel_agg_text *)states[k];
    result[k] = pel_view_of("", 0);
    if (!t->seen) {
      pel_status s = pel__agg_none(env, out, k, ordinals[k], name);
      if (s) return s;
    } else if (t->n <= 12) {
      if (t->n) result[k] = pel_view_of(t->p, t->n);
    } else {
      char *copy = (char *)env->temp(env, t->n);
      if (!copy) return PEL_E_NOMEM;
      memcpy(copy, t->p, t->n);
      result[k] = pel_view_of(copy, t->n);
    }
  }
  return PEL_OK;
}

size_t pel__agg_text_encode(const void *state, void *buf) {
  const pel_agg_text *t = (const pel_agg_text *)state;
  if (buf) {
    memcpy(buf, &t->seen, sizeof t->seen);
    if (t->n) memcpy((char *)buf + sizeof t->seen, t->p, t->n);
  }
  return sizeof t->seen + t->n;
}

pel_status pel__agg_text_decode(const pel_env *env, void *state, const void *buf,
                                size_t n) {
  pel_agg_text *t = (pel_agg_text *)state;
  *t = (pel_agg_text){NULL, 0, 0, 0};
  if (n < sizeof t->seen || n - sizeof t->seen > UINT32_MAX) return PEL_E_INVALID;
  n -= sizeof t->seen;
  if (n && !pel__agg_text_set(env, t, (const char *)buf + sizeof t->seen, (uint32_t)n))
    return PEL_E_NOMEM;
  memcpy(&t->seen, buf, sizeof t->seen);
  return PEL_OK;
}
