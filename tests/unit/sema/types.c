#include <criterion/criterion.h>
#include <stdio.h>

#include "tests/unit/sema/rig.h"

/* What a program's `x` is, as the language writes it; else the codes of its errors. */
typedef struct row {
  const char *text, *type;
} row;

static const char *const tables =
    "let t: [n]{ id: i64, region: str, qty: i32, price: f64, cut: f64?, day: date, at: "
    "time, ok: bool? } = read(\"t.csv\")\n"
    "let u: [m]{ id: i32, name: str, rate: f32 } = read(\"u.csv\")\n";

static const row rows[] = {
    /* literals (R11) */
    {"out x = 1", "i64"},
    {"out x = 1.0", "f64"},
    {"out x = 1 + 0.5", "f64"},
    {"out x = 90min", "dur"},
    {"out x = 64MiB", "i64"},
    {"out x = \"a\"", "str"},
    {"out x = [1, 2, 3]", "[*]i64"},
    {"out x = [1, 2.5]", "[*]f64"},
    {"out x = [1, null]", "[*]i64?"},
    {"let x: u8 = 255", "u8"},
    {"let x: u8 = 256", "E0202"},
    {"let x: u8 = -1", "E0202"},
    {"let x: i8 = -128", "i8"},
    {"let x: date = \"2024-02-29\"", "date"},
    {"let x: date = \"2023-02-29\"", "E0203"},
    {"let x: [*]f64 = [1, 2]", "[*]f64"},
    {"let x = []", "E0216"},
    {"let x: [*]str = []", "[*]str"},
    {"let x = null", "E0215"},
    /* widening and meeting (R12) */
    {"param a: i32 = 1\nparam b: i64 = 2\nlet x = a + b", "i64"},
    {"param a: i32 = 1\nparam b: u32 = 2\nlet x = a + b", "i64"},
    {"param a: u64 = 1\nparam b: i64 = 2\nlet x = a + b", "E0206"},
    {"param a: i64 = 1\nparam b: f64 = 2\nlet x = a + b", "f64"},
    {"param a: i16 = 1\nparam b: f32 = 2\nlet x = a * b", "f32"},
    {"param a: i32 = 1\nparam b: f32 = 2\nlet x = a * b", "f64"},
    {"param a: i32 = 1\nlet x = a / a", "f64"},
    {"param a: i32 = 1\nlet x = a + 1", "i32"},
    {"param a: i32 = 1\nlet x = a + 0.5", "f64"},
    {"param a: i64 = 1\nparam b: f64 = 2\nlet x = a < b", "bool"},
    {"param a: i64 = 1\nparam b: u64 = 2\nlet x = a == b", "bool"},
    {"param a: str = \"\"\nlet x = a == 1", "E0206"},
    {"param a: i64 = 1\nlet x: i32 = a", "E0201"},
    {"param a: i32 = 1\nlet x: f64 = a", "f64"},
    {"param a: i64 = 1\nlet x = sqrt(a)", "E0206"},
    {"let x = sqrt(2)", "f64"},
    {"param a: i64 = 1\nlet x = f64(a)", "f64"},
    {"param a: i64 = 1\nlet x = a as i32", "i32"},
    {"param a: date = \"2024-01-01\"\nlet x = a as i64", "E0211"},
    /* null (R16) */
    {"let x = t.cut + 1", "[*]f64?"},
    {"let x = t.cut ?? 0", "[*]f64"},
    {"let x = t.price ?? 0", "E0222"},
    {"let x = t.cut == null", "E0207"},
    {"let x = [if is_null(c) then 0 else 1 for c in t.cut]", "[*]i64"},
    {"let x = loose(null as str?)", "str?"},
    {"let x = if true then 1 else null", "i64?"},
    {"let x: i64 = null", "E0214"},
    {"param a: bool? = null\nlet x = if a then 1 else 2", "E0209"},
    /* lifting (R13) */
    {"let x = t.price * t.qty", "[*]f64"},
    {"let x = t.price - mean(t.price)", "[*]f64"},
    {"let x = t.price + u.rate", "E0301"},
    {"let x = (t |> filter(.qty > 0)).price + u.rate", "[*]f64"},
    {"let x = t.price > 1 and t.qty > 0", "[*]bool"},
    {"let x = not (t.qty > 0)", "[*]bool"},
    {"let x = f32(t.qty)", "[*]f32"},
    {"let x = lower(t.qty)", "E0206"},
    {"let x = [1, 2, 3] + [1, 2]", "E0301"},
    /* verbs (section 4) */
    {"let x = t |> filter(.qty > 0) |> select(.id, total: .price * .qty)",
     "[*]{ id: i64, total: f64 }"},
    {"let x = t |> select(.id) |> derive(id: f64(.id), two: .id * 2)",
     "[*]{ id: f64, two: i64 }"},
    {"let x = t |> select(.id, .qty, .price) |> drop(.qty)",
     "[*]{ id: i64, price: f64 }"},
    {"let x = t |> select(.id, .qty) |> rename(n: .qty)", "[*]{ id: i64, n: i32 }"},
    {"let x = t |> select(.region, .qty) |> group(.region)",
     "[*]{ region: str, qty: [*]i32, rows: [*]{ region: str, qty: i32 } }"},
    {"let x = t |> group(.region) |> select(.region, n: len(.rows), q: sum(.qty), p: "
     "sum(.price), m: mean(.qty), c: min(.cut))",
     "[*]{ region: str, n: i64, q: i64, p: f64, m: f64, c: f64? }"},
    {"let x = t |> group() |> select(total: sum(.price * .qty), k: "
     "len(distinct(.region)))",
     "[*]{ total: f64, k: i64 }"},
    {"let x = t |> group(month: trunc(.at, \"month\")) |> select(.month)",
     "[*]{ month: time }"},
    {"let x = t |> select(.id) |> join(u, on: .id)",
     "[*]{ id: i64, name: str, rate: f32 }"},
    {"let x = t |> select(.id) |> join(u, on: .id, kind: left)",
     "[*]{ id: i64, name: str?, rate: f32? }"},
    {"let x = t |> select(.id, .qty) |> join(u, on: .id, kind: anti)",
     "[*]{ id: i64, qty: i32 }"},
    {"let x = t |> select(key: .id, .qty) |> join(u, left: .key, right: .id)",
     "[*]{ key: i64, qty: i32, name: str, rate: f32 }"},
    {"let x = t |> select(.id, name: .region) |> join(u, on: .id)", "E0404"},
    {"let x = t |> select(.id, name: .region) |> join(u, on: .id, prefix: \"u_\")",
     "[*]{ id: i64, name: str, u_name: str, u_rate: f32 }"},
    {"let x = t |> select(.id, .qty) |> sort(-.qty, .id) |> take(3)",
     "[*]{ id: i64, qty: i32 }"},
    {"let x = t.qty |> sort() |> distinct() |> skip(1)", "[*]i32"},
    {"let x = concat(t |> select(.id), u |> select(.id))", "[*]{ id: i64 }"},
    {"let x = t |> filter(.cut > 0)", "E0402"},
    {"let x = t |> filter((.cut > 0) ?? false) |> select(.cut)", "[*]{ cut: f64? }"},
    {"let x = t.price |> filter(. > 2)", "[*]f64"},
    {"let x = t |> group(.region) |> select(k: sum(.price |> filter(. > 2)))",
     "[*]{ k: f64 }"},
    {"let x = t |> group(.region) |> select(k: [p * 2 for p in .price if p > 1])",
     "[*]{ k: [*]f64 }"},
    {"let x = min(t.cut, empty: 0)", "f64"},
    {"let x = min(t.price, empty: null)", "f64?"},
    {"let x = read(\"people.csv\")", "[*]{ id: i64, name: str? }"},
    /* records, tuples, names */
    {"let x = { a: 1, b: \"c\" }", "{ a: i64, b: str }"},
    {"let r = { a: 1, b: \"c\" }\nlet x = { ..r, b: 2.0, c: true }",
     "{ a: i64, b: f64, c: bool }"},
    {"let (a, b) = (1, \"z\")\nlet x = { b, a }", "{ b: str, a: i64 }"},
    {"let x = with y = 2, z = y * y in z + 1", "i64"},
    {"let x = with (y, z) = (1, 2.0) in z", "f64"},
    {"let x = y + 1\nlet y = 1", "i64"},
    {"let x = n\n", "i64"},
    {"let x = same(t, t)", "bool"},
    {"let x = try 1 / 0 else 2.0", "f64"},
    {"let x = try t.price else 0", "[*]f64"},
    /* functions */
    {"fn f(a: f64, k: f64 = 2.0) = a * k\nlet x = f(1)", "f64"},
    {"fn f(a: f64, k: f64 = 2.0) = a * k\nlet x = f(t.qty, k: 3)", "[*]f64"},
    {"fn f(a: f64) = a * 2\nlet x = f(t.cut)", "[*]f64?"},
    {"fn spread(xs: [k]f64) = max(xs) - min(xs)\nlet x = t |> group(.region) |> "
     "select(s: spread(.price))",
     "[*]{ s: f64 }"},
    {"fn spread(xs: [k]f64) = max(xs) - min(xs)\nlet x = spread(t.price)", "f64"},
    {"fn count(xs: [k]'t) = k\nlet x = count(t.region)", "i64"},
    {"fn dot(a: [k]f64, b: [k]f64) = sum(a * b)\nlet x = dot(t.price, u.rate)", "E0301"},
    {"fn hot(r: [k]{ qty: i32, ..r }) = r |> filter(.qty > 1)\nlet x = t |> select(.id, "
     ".qty) |> hot()",
     "[*]{ qty: i32, id: i64 }"},
    {"fn id(a: 't) -> 't = a\nlet x = id(t.region)", "[*]str"},
    /* sizes (R8, R9) */
    {"fn norm(xs: [k]f64) -> [k]f64 = xs / sum(xs)\nlet x = norm(t.price)", "[*]f64"},
    {"fn pos(xs: [k]f64) -> [k]f64 = xs |> filter(. > 0)\nlet x = pos(t.price)",
     "[*]f64"},
    {"let a: [k]f64 = t.price\nlet x = a + t.price", "[*]f64"},
    {"let a: [k]f64 = [1.0, 2.0]\nlet x: [k]f64 = [1.0, 2.0, 3.0]", "E0302"},
    {"let a: [k]f64 = t.price |> filter(. > 1)\nlet b: [k]f64 = t.price |> filter(. > "
     "2)\nlet x = a + b",
     "[*]f64"},
    {"fn three(xs: [3]f64) = xs\nlet x = three([1, 2])", "E0301"},
    {"fn both(a: [k]f64, b: [k]f64) -> [k]f64 = a + b\nlet x = both(t.price, t.price)",
     "[*]f64"},
    {"fn k(a: [i]f64) = i\nlet x = k(t.price) + k(u.rate)", "i64"},
    {"let a: [k]i64 = [1, 2]\nlet x = k * 2", "i64"},
    {"param k: i64 = 2\nlet a: [k]i64 = [1, 2]\nlet x = a", "E0939"},
    {"type Pair(k) = { a: [k]f64, b: [k]f64 }\nlet p: Pair(i) = { a: [1, 2], b: [3, 4] "
     "}\nlet x = p.a + p.b",
     "[*]f64"},
    {"use \"lib.pel\" as l\nlet x = l.half(3.0)", "f64"},
    {"use \"lib.pel\"\nlet x = lib.seen", "i64"},
    {"use std.stats as st\nlet x = st.mean(t.price)", "f64"},
    {"let sum = 1\nlet x = std.sum(t.price)", "f64"},
};

static const char *answer(rig *r, const char *text) {
  static char joined[4096];
  snprintf(joined, sizeof joined, "%s%s\n", tables, text);
  rig_open(r, joined);
  return r->status == PEL_OK ? rig_type(r, "x") : rig_codes(r);
}

Test(types, of_expressions) {
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    rig r;
    const char *got = answer(&r, rows[i].text);
    if (strcmp(got, rows[i].type) != 0) {
      char was[512];
      snprintf(was, sizeof was, "%s", got);
      cr_expect(false, "%s\n  is %s, not %s\n%s", rows[i].text, was, rows[i].type,
                rig_short(&r));
    }
    rig_close(&r);
  }
}
