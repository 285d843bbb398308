/* Elementary functions over arrays: the same bits on every machine and at every vector
 * width, by SLEEF's cinz_ functions (N. Shibata, F. Petrogalli, "SLEEF: A Portable
 * Vectorized Library of C Standard Mathematical Functions", 2020): 1.0 ulp, no fused
 * multiply-add. glibc's choose code by processor, so its bits differ between machines.
 * Owns nothing.
 * Any thread. */
#ifndef PEL_STDLIB_NUM_ELEMENTARY_H
#define PEL_STDLIB_NUM_ELEMENTARY_H

#include <stdint.h>

#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wundef"
#pragma GCC diagnostic ignored "-Wstrict-prototypes"
#endif
#include <sleef.h>
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

/* Lanes at once where the processor's baseline has them; what is left over, and other
 * processors, go one by one. */
#if defined(__SSE2__)
#define PEL_SLEEF_PAIRS(f, acc, args) \
  for (; k + 2 <= n; k += 2) _mm_storeu_pd(o + k, Sleef_cinz_##f##d2_##acc##sse2 args);
#define PEL_SLEEF_QUADS(f, acc, args) \
  for (; k + 4 <= n; k += 4) _mm_storeu_ps(o + k, Sleef_cinz_##f##f4_##acc##sse2 args);
#else
#define PEL_SLEEF_PAIRS(f, acc, args)
#define PEL_SLEEF_QUADS(f, acc, args)
#endif

#define PEL_SLEEF_ONE(name, f, acc, facc)                              \
  static void name##_doubles(const double *a, double *o, uint32_t n) { \
    uint32_t k = 0;                                                    \
    PEL_SLEEF_PAIRS(f, acc, (_mm_loadu_pd(a + k)))                     \
    for (; k < n; k++) o[k] = Sleef_cinz_##f##d1_##acc##purec(a[k]);   \
  }                                                                    \
  static void name##_floats(const float *a, float *o, uint32_t n) {    \
    uint32_t k = 0;                                                    \
    PEL_SLEEF_QUADS(f, facc, (_mm_loadu_ps(a + k)))                    \
    for (; k < n; k++) o[k] = Sleef_cinz_##f##f1_##facc##purec(a[k]);  \
  }
#define PEL_SLEEF_TWO(name, f, acc, facc)                                               \
  static void name##_doubles(const double *a, const double *b, double *o, uint32_t n) { \
    uint32_t k = 0;                                                                     \
    PEL_SLEEF_PAIRS(f, acc, (_mm_loadu_pd(a + k), _mm_loadu_pd(b + k)))                 \
    for (; k < n; k++) o[k] = Sleef_cinz_##f##d1_##acc##purec(a[k], b[k]);              \
  }                                                                                     \
  static void name##_floats(const float *a, const float *b, float *o, uint32_t n) {     \
    uint32_t k = 0;                                                                     \
    PEL_SLEEF_QUADS(f, facc, (_mm_loadu_ps(a + k), _mm_loadu_ps(b + k)))                \
    for (; k < n; k++) o[k] = Sleef_cinz_##f##f1_##facc##purec(a[k], b[k]);             \
  }
#endif
