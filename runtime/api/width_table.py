#!/usr/bin/env python3
"""Writes width_table.c: which characters take no column and which take two.

python3 runtime/api/width_table.py > runtime/api/width_table.c

None: categories Mn, Me and Cf (but for the soft hyphen), and the vowels and finals of
Hangul that join the syllable before them. Two: East_Asian_Width W and F, with what
EastAsianWidth.txt says of unassigned characters. A range runs over unassigned ones
between two of its kind.
"""
import unicodedata

WIDE = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x2FFFD),
        (0x30000, 0x3FFFD))


def assigned(cp):
    return unicodedata.category(chr(cp)) != "Cn"


def none(cp):
    if 0x1160 <= cp <= 0x11FF:
        return True
    return cp != 0xAD and unicodedata.category(chr(cp)) in ("Mn", "Me", "Cf")


def two(cp):
    if any(a <= cp <= b for a, b in WIDE):
        return True
    return assigned(cp) and not none(cp) and unicodedata.east_asian_width(chr(cp)) in "WF"


def ranges(of):
    out = []
    between = False
    for cp in range(0x80, 0x110000):
        if of(cp):
            if out and not between:
                out[-1][1] = cp
            else:
                out.append([cp, cp])
            between = False
        elif assigned(cp):
            between = True
    return out


def table(name, of):
    rows = [f"{{0x{a:x}, 0x{b:x}}}," for a, b in ranges(of)]
    print(f"\nconst pel_width_range {name}[] = {{")
    line = "   "
    for row in rows:
        if len(line) + 1 + len(row) > 90:
            print(line)
            line = "   "
        line += " " + row
    print(line)
    print("};")
    print(f"const size_t {name}_n = sizeof {name} / sizeof *{name};")


print(f"/* Written by width_table.py from Unicode {unicodedata.unidata_version}; width.h says"
      " what this is.")
print(" * Constant.")
print(" * Any thread. */")
print('#include "runtime/api/width.h"')
table("pel__width_none", none)
table("pel__width_two", two)
