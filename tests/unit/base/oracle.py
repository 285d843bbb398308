#!/usr/bin/env python3
"""Writes oracle.txt: what Python's repr, math.fsum, fractions and datetime say, for the tests of runtime/base.

python3 tests/unit/base/oracle.py > tests/unit/base/oracle.txt

Floats stand as the hexadecimal digits of their bits. Lines:
repr BITS TEXT
time TEXT MICROSECONDS
mean SUM COUNT BITS                        of integers
sum FSUM SUM32 MEAN VAR STD X...           each value is given
many FSUM SUM32 MEAN VAR STD SEED N BASE SPAN CANCEL   N values made by `value` below; then, if CANCEL,
                                           the first N - N // 16 of them negated
"""
import datetime
import math
import random
import struct
from fractions import Fraction

rnd = random.Random(20240131)
MASK = (1 << 64) - 1


def bits(x):
    if x != x:
        return "7ff8000000000000"
    return struct.pack(">d", x).hex()


def from_bits(b):
    return struct.unpack(">d", b.to_bytes(8, "big"))[0]


def nearest(q):
    """Python divides integers with one rounding, half to even."""
    try:
        return q.numerator / q.denominator
    except OverflowError:
        return math.inf if q > 0 else -math.inf


def nearest32(q):
    if q == 0:
        return "00000000"
    a = abs(q)
    e = a.numerator.bit_length() - a.denominator.bit_length()
    if Fraction(2) ** e > a:
        e -= 1
    ulp = max(e - 23, -149)
    v = a / Fraction(2) ** ulp
    n = int(v)
    if v - n > Fraction(1, 2) or (v - n == Fraction(1, 2) and n & 1):
        n += 1
    f = min(n * Fraction(2) ** ulp, Fraction(2) ** 128)
    b = 0x7F800000 if f == Fraction(2) ** 128 else int.from_bytes(struct.pack(">f", float(f)), "big")
    return f"{b | (q < 0) << 31:08x}"


def root(q):
    if q == 0:
        return 0.0
    shift = max(0, 140 - (q.numerator.bit_length() - q.denominator.bit_length()))
    shift += shift & 1
    n, rest = divmod(q.numerator << shift, q.denominator)
    r = math.isqrt(n)
    return nearest(Fraction(2 * r + (r * r != n or rest != 0), 2) / Fraction(2) ** (shift // 2))


def results(xs):
    exact = sum(map(Fraction, xs), Fraction(0))
    total = nearest(exact)
    try:
        assert total == math.fsum(xs)
    except OverflowError:
        pass
    n = len(xs)
    square = sum((Fraction(x) ** 2 for x in xs), Fraction(0))
    var = (n * square - exact * exact) / (n * (n - 1)) if n > 1 else None
    out = [bits(total + 0.0), nearest32(exact), bits(nearest(exact / n)) if exact else bits(0.0)]
    out += ["7ff8000000000000"] * 2 if var is None else [bits(nearest(var)), bits(root(var))]
    return " ".join(out)


def splitmix(state):
    state = (state + 0x9E3779B97F4A7C15) & MASK
    x = state
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9 & MASK
    x = (x ^ (x >> 27)) * 0x94D049BB133111EB & MASK
    return state, x ^ (x >> 31)


def values(seed, n, base, span):
    xs = []
    for _ in range(n):
        seed, r = splitmix(seed)
        exponent = base + (r >> 52 & 2047) % span
        xs.append(from_bits((r & 0x800FFFFFFFFFFFFF) | exponent << 52))
    return xs


def any_float():
    while True:
        x = from_bits(rnd.getrandbits(64))
        if math.isfinite(x):
            return x


def reprs():
    special = [0.0, -0.0, 1.0, 0.1, 1e-5, 1e-4, 123456.0, 1e15, 1e16, 1e17, 9007199254740993.0, 1e22, 1e23, 5e-324,
               2.2250738585072014e-308, 2.225073858507201e-308, 1.7976931348623157e308, math.inf, -math.inf, math.nan,
               0.3, 2 / 3, 100.0, 12345678901234567.0, 9999999999999998.0, 0.0001234, 2.0**-44, 2.0**-1017, 1e-323]
    for x in special + [any_float() for _ in range(200)] + [rnd.randint(1, 10**9) / 10**rnd.randint(0, 9) for _ in range(100)]:
        print("repr", bits(x), repr(x))


def times():
    epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
    for _ in range(150):
        zone = datetime.timezone(datetime.timedelta(minutes=rnd.randint(-14 * 60, 14 * 60)))
        t = datetime.datetime(rnd.randint(2, 9998), rnd.randint(1, 12), rnd.randint(1, 28), rnd.randint(0, 23), rnd.randint(0, 59),
                              rnd.randint(0, 59), rnd.choice([0, rnd.randint(0, 999999)]), tzinfo=zone)
        print("time", t.isoformat(), (t - epoch) // datetime.timedelta(microseconds=1))


def means():
    for _ in range(100):
        total = rnd.getrandbits(rnd.randint(0, 126)) * rnd.choice([1, -1])
        count = rnd.choice([1, 2, 3, 7, rnd.getrandbits(rnd.randint(1, 64)) | 1])
        print("mean", total, count, bits(nearest(Fraction(total, count))))


def sums():
    big = 1.7976931348623157e308
    fixed = [[0.0], [-0.0], [-0.0, -0.0], [1e308, 1e308, -1e308, -1e308], [big, big, -big], [big, 9.979201547673599e291],
             [big, 9.979201547673598e291], [big, 9.979201547673599e291, -5e-324], [1e16, 1.0, -1e16], [0.1] * 10,
             [5e-324, -5e-324], [5e-324] * 3, [1.0, 1e-320], [9007199254740992.0, 1.0], [9007199254740992.0, 1.0, 5e-324],
             [1e100, 1.0, -1e100], [2.5e-324], [3.0, 4.0], [big, -big, 1e-300, 1e300]]
    shapes = [any_float, lambda: rnd.uniform(-1, 1), lambda: round(rnd.uniform(0, 1e4), 2), lambda: float(rnd.randint(-99, 99)),
              lambda: math.ldexp(rnd.random(), rnd.randint(-1074, -1000)), lambda: rnd.choice([big, -big, 1.0, 5e-324, -5e-324, 1e-300]),
              lambda: math.ldexp(rnd.randint(-(2**53), 2**53), rnd.randint(-100, 100))]
    for _ in range(150):
        shape = rnd.choice(shapes)
        xs = [shape() for _ in range(rnd.randint(1, 8))]
        if rnd.random() < 0.4:
            xs += [-x for x in xs[1:]]
        fixed.append(xs)
    for xs in fixed:
        print("sum", results(xs), *map(bits, xs))
    for _ in range(60):
        seed, n = rnd.getrandbits(32), rnd.choice([31, 32, 33, 1000, 1024, 1025, 3000])
        base, span = rnd.choice([(1, 2046), (1000, 40), (1015, 10), (1, 20), (2000, 46), (960, 120), (0, 3), (1010, 34), (1010, 37)])
        cancel = rnd.randint(0, 1)
        xs = values(seed, n, base, span)
        if cancel:
            xs += [-x for x in xs[: n - n // 16]]
        print("many", results(xs), seed, n, base, span, cancel)


reprs()
times()
means()
sums()
