/* Exact sums and means, slowly: every float is an integer multiple of 2^-1074, added into
 * 2,240 bits limb by limb. */
#include <math.h>
#include <string.h>

#include "tests/oracle/pipe.h"

enum { LIMBS = 72, DOWN = 1074, EXTRA = 128 };
typedef struct big { /* magnitude and sign; limb 0 is the least; unit 2^-(DOWN + EXTRA) */
  uint32_t at[LIMBS];
  bool negative;
} big;

static int compare(const big *a, const big *b) {
  for (int i = LIMBS; i-- > 0;)
    if (a->at[i] != b->at[i]) return a->at[i] > b->at[i] ? 1 : -1;
  return 0;
}

static void add(big *sum, const big *b) {
  int64_t carry = 0;
  if (sum->negative == b->negative) {
    for (int i = 0; i < LIMBS; i++) {
      carry += (int64_t)sum->at[i] + b->at[i];
      sum->at[i] = (uint32_t)carry;
      carry >>= 32;
    }
    return;
  }
  const bool turn = compare(sum, b) < 0;
  const big high = turn ? *b : *sum, low = turn ? *sum : *b;
  for (int i = 0; i < LIMBS; i++) {
    carry += (int64_t)high.at[i] - low.at[i];
    sum->at[i] = (uint32_t)carry;
    carry >>= 32;
  }
  sum->negative = high.negative;
}

static big shifted(uint64_t m, int up, bool negative) {
  big b = {.negative = negative};
  for (int i = 0; i < 64; i++)
    if (m >> i & 1) b.at[(up + i) / 32] |= 1u << (up + i) % 32;
  return b;
}

static big of_float(double v) {
  int e;
  const double m = frexp(fabs(v), &e); /* v = m * 2^e, m in [1/2, 1) */
  const uint64_t bits = (uint64_t)ldexp(m, 53);
  const int up = e - 53 + DOWN + EXTRA;
  return shifted(bits, up, signbit(v));
}

static big of_integer(__int128 v) {
  const unsigned __int128 m = v < 0 ? -(unsigned __int128)v : (unsigned __int128)v;
  big low = shifted((uint64_t)m, DOWN + EXTRA, v < 0),
      high = shifted((uint64_t)(m >> 64), DOWN + EXTRA + 64, v < 0);
  add(&low, &high);
  return low;
}

static bool divide(big *b, uint32_t by) { /* answers whether something is left over */
  uint64_t rest = 0;
  for (int i = LIMBS; i-- > 0;) {
    rest = rest << 32 | b->at[i];
    b->at[i] = (uint32_t)(rest / by);
    rest %= by;
  }
  return rest != 0;
}

static bool bit(const big *b, int i) { return i >= 0 && (b->at[i / 32] >> i % 32 & 1); }

/* To nearest, halves to even; `more` says that something lies below the last limb. */
static double rounded(const big *b, bool more, kind k) {
  const int digits = k == F32 ? 24 : 53, least = (k == F32 ? -149 : -1074) + DOWN + EXTRA;
  int top = LIMBS * 32 - 1;
  while (top >= 0 && !bit(b, top)) top--;
  if (top < 0) return 0.0; /* what is left over is less than 2^-1200 */
  int low = top - digits + 1;
  if (low < least) low = least;
  uint64_t m = 0;
  for (int i = top; i >= low; i--) m = m << 1 | bit(b, i);
  bool rest = more;
  for (int i = 0; i < low - 1; i++) rest |= bit(b, i);
  if (bit(b, low - 1) && (rest || (m & 1))) m++;
  double v = ldexp((double)m, low - DOWN - EXTRA);
  if (k == F32) v = (double)(float)v;
  return b->negative ? -v : v;
}

/* nan, inf or 0 when the floats are no sum of finite numbers. */
static bool special(const value *v, size_t n, double *out) {
  bool up = false, down = false, nan = false;
  for (size_t i = 0; i < n; i++) {
    nan |= isnan(v[i].f);
    up |= isinf(v[i].f) && v[i].f > 0;
    down |= isinf(v[i].f) && v[i].f < 0;
  }
  *out = nan || (up && down) ? NAN : up ? INFINITY : -INFINITY;
  return nan || up || down;
}

static value divided(kind k, const value *v, size_t n, uint32_t by, kind to) {
  value out = {.state = OK};
  if (floating(k) && special(v, n, &out.f)) return out;
  big sum;
  memset(&sum, 0, sizeof sum);
  for (size_t i = 0; i < n; i++) {
    const big one = floating(k) ? of_float(v[i].f) : of_integer(v[i].i);
    add(&sum, &one);
  }
  const bool more = divide(&sum, by);
  out.f = rounded(&sum, more, to);
  return out;
}

value exact_sum(kind k, const value *v, size_t n) {
  if (floating(k)) {
    return divided(k, v, n, 1, k);
  }
  __int128 sum = 0;
  for (size_t i = 0; i < n; i++) sum += v[i].i;
  return fit(k == U8 || k == U64 ? U64 : k == DUR ? DUR : I64, sum);
}

value exact_mean(kind k, const value *v, size_t n) {
  return divided(k, v, n, (uint32_t)n, k == F32 ? F32 : F64);
}
