#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/sema/rig.h"

/* One mistake, one diagnostic: what depends on it stays silent; independent mistakes are
 * all told. */
typedef struct row {
  const char *text, *codes;
} row;

static const row rows[] = {
    {"let a = zork\nlet b = a + 1\nout c = [b, a]\n", "E0101"},
    {"let t: [n]{ a: Zork } = read(\"t.csv\")\nout x = t |> filter(.a > 0) |> "
     "group(.a)\n",
     "E0108"},
    {"let t: [n]{ a: i64 } = read(\"t.csv\")\nlet u = t |> derive(b: .zork)\nout x = u "
     "|> sort(.b) |> select(.b)\n",
     "E0208"},
    {"fn f(x: f64) = x + zork\nout x = f(1) + f(2)\nout y = f(3)\n", "E0101"},
    {"fn f(x: zork) = x\nout x = f(1) + f(2)\n", "E0108"},
    {"let a = b\nlet b = a\nout x = a + b\nlet c = zork\n", "E0103 E0101"},
    {"use \"missing.pel\" as m\nout x = m.a + m.f(2)\nlet y: m.T = 1\n", "E0105"},
    {"use \"round.pel\"\nout x = 1\n", "E0106"},
    {"use \"lib.pel\" as l\nout x = l._hidden\n", "E0107"},
    {"use \"lib.pel\" as l\nout x = l.haff(1)\n", "E0101"},
    {"use stats\nout x = 1\n", "E0105"},
    {"extern \"libnowhere.so\" { @pure fn f(x: f64) -> f64 }\nout x = f(1) + f(2)\n",
     "E0501"},
    {"extern \"libm.so\" { @pure fn coz(x: f64) -> f64 }\nout x = coz(1)\n", "E0508"},
    {"let x: i32 = \"a\"\nlet y: i32 = 1.5\n", "E0201 E0201"},
    {"let t: [n]{ a: i64 } = read(\"t.csv\")\nout x = t |> join(zork, on: .a) |> "
     "filter(.b)\n",
     "E0101"},
    {"out x = (1, 2)\nout y = (1, 2).a\n", "E0217 E0208"},
    {"let (a, b) = 1\nout x = a + b\n", "E0213"},
    {"param a: zork\nout x = a + 1\n", "E0108"},
    {"param a: { b: i64 }\nout x = a.b\n", "E0601"},
    {"out x = if zork then 1 else \"a\"\n", "E0101 E0210"},
    {"out x = match zork { 1 -> 2 }\n", "E0902"},
    /* whoever finds no type and gives no reason is found out */
    {"out x = mute(1)\nout y = 1\n", "E0999"},
    {"out x = mute(1)\nout y = zork\n", "E0101"},
    /* where an impure C function may stand (R25) */
    {"extern \"libc.so\" { fn tick() -> i64 }\nlet a = tick()\nout b = tick()\nout c = "
     "tick() + 1\n",
     ""},
    {"extern \"libc.so\" { fn tick() -> i64 }\nfn f(x: i64) = x + tick()\nout b = f(1)\n",
     "E0505"},
    {"extern \"libc.so\" { fn tick() -> i64 }\nout b = try tick() else 1\n", "E0505"},
    {"extern \"libc.so\" { fn tick() -> i64 }\nlet t: [n]{ a: i64 } = "
     "read(\"t.csv\")\nout b = t |> derive(c: tick())\n",
     "E0505"},
    {"extern \"libc.so\" { fn next(x: i64) -> i64 }\nout b = next([1, 2])\n", "E0505"},
    {"extern \"libc.so\" { @pure fn next(x: i64) -> i64 }\nout b = next([1, 2])\n", ""},
    /* sizes of C arrays (R24) */
    {"extern \"l.so\" { @pure fn dot(n: usize, a: [n]f64, b: [n]f64) -> f64 }\nout b = "
     "dot([1.0, 2.0], [3.0])\n",
     "E0301"},
    {"extern \"l.so\" { @pure fn dot(n: usize, a: [n]f64, b: [n]f64) -> f64 }\nout b = "
     "dot(2, [1.0], [3.0])\n",
     "E0204"},
    {"extern \"l.so\" { @pure fn fill(n: usize, out a: [n]f64) }\nlet a: [3]f64 = "
     "fill(3)\nlet b: [4]f64 = fill(3)\n",
     "E0302"},
    /* write is outermost in an out (R22) */
    {"let t: [n]{ a: i64 } = read(\"t.csv\")\nout x = t |> write(\"u.csv\")\nout y = "
     "x.a\n",
     ""},
    {"let t: [n]{ a: i64 } = read(\"t.csv\")\nout x = t |> write(\"u.csv\") |> take(1)\n",
     "E0409"},
    {"let t: [n]{ a: i64 } = read(\"t.csv\")\nlet x = t |> write(\"u.csv\")\n", "E0409"},
    /* `.` belongs to the stage it stands in (R14) */
    {"let t: [n]{ a: i64 } = read(\"t.csv\")\nout x = t |> filter(.a > 0 and .)\n",
     "E0206"},
    {"let t: [n]{ a: f64 } = read(\"t.csv\")\nout x = t |> derive(b: .a |> round(.a))\n",
     "E0915"},
    {"let t: [n]{ a: f64 } = read(\"t.csv\")\nout x = t |> derive(b: .a |> round(1))\n",
     ""},
    {"let t: [n]{ a: f64 } = read(\"t.csv\")\nout x = filter(t, .a > 1)\n", "E0212"},
    {"out x = 5 |> round(.a)\n", "E0915"},
    {"test \"a\" = true\ntest \"a\" = false\n", "E0102"},
    {"@retry(3)\nuse std.stats as st\nout x = 1\n", "E0926"},
    /* user names before those of the prelude (R3), locals before items */
    {"fn sum(x: i64) = x\nout x = sum(3)\n", ""},
    {"let a = 1\nout x = with a = \"b\" in a + \"c\"\n", ""},
    {"let filter = 1\nlet t: [n]{ a: i64 } = read(\"t.csv\")\nout x = t |> filter(.a > "
     "0)\n",
     "E0113"},
    {"let left = 1\nlet t: [n]{ a: i64 } = read(\"t.csv\")\nlet x = t |> join(t, on: .a, "
     "kind: left)\n",
     ""},
};

Test(errors, one_for_each_mistake) {
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    rig r;
    rig_open(&r, rows[i].text);
    cr_expect_str_eq(rig_codes(&r), rows[i].codes, "%s", rows[i].text);
    cr_expect_eq(r.status, *rows[i].codes ? PEL_E_COMPILE : PEL_OK, "%s", rows[i].text);
    for (uint32_t k = 0; k < r.diags.n; k++) {
      const pel_diag *d = r.diags.at[k];
      const pel_source *src = pel__source_get(&r.sources, d->span.file);
      cr_expect(src && d->span.line && d->span.begin <= d->span.end &&
                    d->span.end <= src->text.n,
                "%s: a place outside", rows[i].text);
    }
    rig_close(&r);
  }
}

/* Every diagnostic has a program in tests/golden/error that is named after it; those of
 * syntax stand together in tests/golden/parse, and no program reaches E0999. */
Test(errors, have_a_golden_program) {
  const char *top = getenv("top_srcdir");
  if (!top) cr_skip("top_srcdir is not set");
  for (int c = 0; c < PEL_DIAG_CODE_COUNT; c++) {
    const char *name = pel__diag_code_name((pel_diag_code)c);
    if (strcmp(name, "E0100") < 0 || *name == 'W' || !strcmp(name, "E0999")) continue;
    char path[4096];
    snprintf(path, sizeof path, "%s/tests/golden/error/%s.pel", top, name);
    FILE *f = fopen(path, "r");
    cr_expect(f, "there is no %s", path);
    if (f) fclose(f);
  }
}

/* A call that leads to a mistake is shown with it. */
Test(errors, name_the_calls_that_lead_to_them) {
  rig r;
  rig_open(&r, "fn twice(x: 'a) = x * 2\nout x = twice(\"a\")\n");
  const char *text = rig_human(&r);
  cr_expect(strstr(text, "in this call of `twice`"), "%s", text);
  rig_close(&r);
}
