#include "runtime/base/float_bits.h"

uint64_t pel__float_quotient(pel_float_format f, pel_u128 m, int64_t exp,
                             uint64_t divisor) {
  if (m == 0) return 0;
  unsigned zeros = 128 - pel__u128_bits(m);
  m <<= zeros;
  if (divisor == 1) return pel__float_round(f, m, false, exp - (int64_t)zeros);
  pel_u128 quotient = m / divisor;
  uint64_t rest = (uint64_t)(m % divisor);
  unsigned more = 0;
  if (pel__u128_bits(quotient) <
      66) { /* a huge divisor: bring in 62 to 64 bits of the fraction */
    more = 128 - pel__u128_bits(quotient);
    if (more > 64) more = 64;
    pel_u128 tail = (pel_u128)rest << more;
    quotient = (quotient << more) + tail / divisor;
    rest = (uint64_t)(tail % divisor);
  }
  unsigned again = 128 - pel__u128_bits(quotient);
  exp -= (int64_t)zeros + more + again;
  return pel__float_round(f, quotient << again, rest != 0, exp);
}
