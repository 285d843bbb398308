/* Fuzzes reading and printing numbers. target: runtime/base/num_parse.c
 * runtime/base/num_int.c runtime/base/num_print.c Oracles: strtod for what is read; for
 * what is printed, that it reads back as the same value, bit for bit. One thread. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/base/num_parse.h"
#include "runtime/base/num_print.h"

static void require(int good, const char *what) {
  if (good) return;
  fprintf(stderr, "number: %s\n", what);
  abort();
}

static int same_bits(double a, double b) { return memcmp(&a, &b, sizeof a) == 0; }

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void read_floats(const char *p, size_t n, const char *z) {
  double x, want;
  float y, want32;
  bool good = pel__parse_f64(p, n, &x);
  if (good) {
    want = strtod(z, NULL);
    require(want != want ? x != x : same_bits(x, want), "parse_f64 differs from strtod");
  }
  require(pel__parse_f32(p, n, &y) == good,
          "parse_f32 takes another text than parse_f64");
  if (good) {
    want32 = strtof(z, NULL);
    require(want32 != want32 ? y != y : same_bits((double)y, (double)want32),
            "parse_f32 differs from strtof");
  }
}

/* Whether z is [+-] digits, and its value (or one beyond 64 bits, when it is): the
 * obvious way, in 128 bits. */
static bool slow_integer(const char *z, size_t n, __int128 *out) {
  size_t i = n && (z[0] == '+' || z[0] == '-');
  __int128 v = 0;
  if (i == n) return false;
  for (; i < n; i++) {
    if (z[i] < '0' || z[i] > '9') return false;
    if (v <= ((__int128)1 << 100)) v = v * 10 + (z[i] - '0');
  }
  *out = z[0] == '-' ? -v : v;
  return true;
}

/* One type against the slow way: in its range the same value, else a range error. */
#define READ_ONE(T, name, low, high)                                   \
  do {                                                                 \
    T x = 0;                                                           \
    pel_parse came = pel__parse_##name(p, n, &x);                      \
    pel_parse due = !is_integer                     ? PEL_PARSE_SYNTAX \
                    : want < (low) || want > (high) ? PEL_PARSE_RANGE  \
                                                    : PEL_PARSE_OK;    \
    require(came == due && (came || (__int128)x == want),              \
            "parse_" #name " differs from the slow way");              \
  } while (0)

static void read_integers(const char *p, size_t n) {
  __int128 want = 0;
  bool is_integer = slow_integer(p, n, &want);
  READ_ONE(int64_t, i64, INT64_MIN, INT64_MAX);
  READ_ONE(int32_t, i32, INT32_MIN, INT32_MAX);
  READ_ONE(int16_t, i16, INT16_MIN, INT16_MAX);
  READ_ONE(int8_t, i8, INT8_MIN, INT8_MAX);
  READ_ONE(uint64_t, u64, 0, UINT64_MAX);
  READ_ONE(uint32_t, u32, 0, UINT32_MAX);
  READ_ONE(uint16_t, u16, 0, UINT16_MAX);
  READ_ONE(uint8_t, u8, 0, UINT8_MAX);
  bool b;
  require(!pel__parse_bool(p, n, &b) || n == (b ? 4 : 5),
          "parse_bool takes another text");
}

static void print_and_read(const uint8_t *data) {
  double x, back;
  float y, back32;
  int64_t i, back_i;
  char text[PEL_PRINT_F64 + 1], integer[PEL_PRINT_I64 + 1];
  memcpy(&x, data, sizeof x);
  memcpy(&y, data, sizeof y);
  memcpy(&i, data, sizeof i);
  size_t n = pel__print_f64(x, text);
  require(n <= PEL_PRINT_F64 && pel__parse_f64(text, n, &back),
          "print_f64 prints no float");
  require(x != x ? back != back : same_bits(x, back), "print_f64 does not read back");
  n = pel__print_f32(y, text);
  require(n <= PEL_PRINT_F64 && pel__parse_f32(text, n, &back32),
          "print_f32 prints no float");
  require(y != y ? back32 != back32 : same_bits((double)y, (double)back32),
          "print_f32 does not read back");
  n = pel__print_i64(i, integer);
  require(n <= PEL_PRINT_I64 && pel__parse_i64(integer, n, &back_i) == PEL_PARSE_OK &&
              back_i == i,
          "print_i64 does not read back");
}

/* 128 bits, digit by digit. */
static void print_wide(const uint8_t *data) {
  pel_u128 u;
  char came[PEL_PRINT_I128], want[PEL_PRINT_I128 + 1];
  size_t at = sizeof want;
  memcpy(&u, data, sizeof u);
  u >>= data[0] % 128;
  pel_u128 rest = u;
  do want[--at] = (char)('0' + (int)(rest % 10));
  while ((rest /= 10) != 0);
  size_t n = pel__print_u128(u, came);
  require(n == sizeof want - at && memcmp(came, want + at, n) == 0,
          "print_u128 differs from the slow way");
  if (u == 0 || u >> 127) return;
  n = pel__print_i128(-(pel_i128)u, came);
  want[--at] = '-';
  require(n == sizeof want - at && memcmp(came, want + at, n) == 0,
          "print_i128 differs from the slow way");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
  char *z = malloc(n + 1);
  if (!z) return 0;
  if (n) memcpy(z, data, n);
  z[n] = 0;
  read_floats((const char *)data, n, z);
  read_integers((const char *)data, n);
  if (n >= 8) print_and_read(data);
  if (n >= 16) print_wide(data);
  free(z);
  return 0;
}
