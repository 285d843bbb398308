#!/usr/bin/env python3
"""Writes num_table.c: the powers of ten as 128-bit mantissas, from Python's exact integers.

python3 runtime/base/num_table.py > runtime/base/num_table.c
"""

FIRST, LAST = -342, 324


def mantissa(q):
    """10^q = m * 2^e with 2^127 <= m < 2^128; m cut for q >= 0, rounded up for q < 0."""
    if q >= 0:
        n = 10**q
        e = n.bit_length() - 128
        return n >> e if e >= 0 else n << -e
    d = 10**-q
    return (1 << (127 + d.bit_length())) // d + 1


print("/* Written by num_table.py; num_table.h says what this is.")
print(" * Constant.")
print(" * Any thread. */")
print('#include "runtime/base/num_table.h"\n')
print("const uint64_t pel__pow10_table[PEL_POW10_LAST - PEL_POW10_FIRST + 1][2] = {")
for q in range(FIRST, LAST + 1):
    m = mantissa(q)
    assert m.bit_length() == 128
    print(f"    {{0x{m >> 64:016x}, 0x{m & (1 << 64) - 1:016x}}}, /* {q} */")
print("};")
