/* Writes the table every benchmark of tables reads, to stdout: gen ROWS [KINDS].
 * Schema of the group-by benchmark of the database community: three texts (KINDS, KINDS
 * and ROWS / KINDS different ones), three integers likewise, two small integers, one
 * decimal of six digits. The same bytes for the same arguments. One thread. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct out {
  char bytes[1 << 16];
  size_t n;
} out;

/* SplitMix64 (G. Steele, D. Lea, C. Flood, "Fast Splittable Pseudorandom Number
 * Generators", 2014). */
static uint64_t next_random(uint64_t *state) {
  uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
  return z ^ (z >> 31);
}

static uint64_t below(uint64_t *state, uint64_t n) {
  return (next_random(state) >> 32) * n >> 32;
}

static void put(out *o, char c) { o->bytes[o->n++] = c; }

static void put_padded(out *o, uint64_t v, int digits) {
  for (int i = digits; i-- > 0; v /= 10)
    o->bytes[o->n + (size_t)i] = (char)('0' + v % 10);
  o->n += (size_t)digits;
}

static void put_number(out *o, uint64_t v) {
  int digits = 1;
  for (uint64_t rest = v / 10; rest; rest /= 10) digits++;
  put_padded(o, v, digits);
}

static void put_id(out *o, uint64_t v, int digits) {
  put(o, 'i'), put(o, 'd');
  put_padded(o, v, digits);
}

static void put_row(out *o, uint64_t *state, uint64_t kinds, uint64_t many) {
  put_id(o, 1 + below(state, kinds), 3), put(o, ',');
  put_id(o, 1 + below(state, kinds), 3), put(o, ',');
  put_id(o, 1 + below(state, many), 10), put(o, ',');
  put_number(o, 1 + below(state, kinds)), put(o, ',');
  put_number(o, 1 + below(state, kinds)), put(o, ',');
  put_number(o, 1 + below(state, many)), put(o, ',');
  put_number(o, 1 + below(state, 5)), put(o, ',');
  put_number(o, 1 + below(state, 15)), put(o, ',');
  const uint64_t millionths = below(state, 100000000);
  put_number(o, millionths / 1000000), put(o, '.');
  put_padded(o, millionths % 1000000, 6), put(o, '\n');
}

static int flush(out *o) {
  const int good = fwrite(o->bytes, 1, o->n, stdout) == o->n;
  o->n = 0;
  return good;
}

int main(int argc, char **argv) {
  static out o;
  const uint64_t rows = argc > 1 ? strtoull(argv[1], NULL, 10) : 10000000;
  const uint64_t kinds = argc > 2 ? strtoull(argv[2], NULL, 10) : 100;
  if (rows == 0 || kinds == 0 || kinds > 999)
    return fputs("usage: gen ROWS [KINDS ≤ 999]\n", stderr), 2;
  const uint64_t many = rows / kinds ? rows / kinds : 1;
  uint64_t state = 20;
  if (puts("id1,id2,id3,id4,id5,id6,v1,v2,v3") < 0) return 1;
  for (uint64_t i = 0; i < rows; i++) {
    put_row(&o, &state, kinds, many);
    if (o.n > sizeof o.bytes - 256 && !flush(&o)) return 1;
  }
  return !flush(&o) || fflush(stdout) != 0;
}
