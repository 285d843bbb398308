/* A tree of losers: which of n sorted streams has the least head, in log2 n comparisons a
 * step (Knuth, The Art of Computer Programming, volume 3, 5.4.1). The caller owns the
 * array of n + 1 numbers it stands in. One thread at a time. */
#ifndef PEL_STDLIB_TABLE_LOSERS_H
#define PEL_STDLIB_TABLE_LOSERS_H

#include <stdbool.h>

#include "pel/base.h"

/* Whether the head of stream a comes before that of b; a stream that has ended comes
 * after all others. */
typedef bool (*pel_losers_before)(const void *ctx, uint32_t a, uint32_t b);

/* Stream i has a new head: at[0] is the winner afterwards. at[1 … n) are losers; n stands
 * for a stream that beats all. */
PEL_INLINE void pel__losers_replay(uint32_t *at, uint32_t n, uint32_t i,
                                   pel_losers_before before, const void *ctx) {
  uint32_t winner = i;
  for (uint32_t node = (i + n) / 2; node > 0; node /= 2) {
    uint32_t other = at[node];
    if (other == n || (winner != n && before(ctx, other, winner))) {
      at[node] = winner;
      winner = other;
    }
  }
  at[0] = winner;
}

PEL_INLINE void pel__losers_init(uint32_t *at, uint32_t n, pel_losers_before before,
                                 const void *ctx) {
  for (uint32_t i = 0; i <= n; i++) at[i] = n;
  for (uint32_t i = n; i-- > 0;) pel__losers_replay(at, n, i, before, ctx);
}
#endif
